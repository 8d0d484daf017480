//! Bytes that a charset has no character for: what a decoder put a mark of loss in the place of, or dropped. How a line is read with such
//! holes is found in `lattice`, what fills them in `holes`.

use super::charset::Reading;
use super::holes::Holed;
use super::lattice::Loss;
use crate::codec::Codec;

/// What Windows puts in the place of a pair of bytes that Shift_JIS does not have, where others put U+FFFD.
pub(super) const DOT: char = '・';

/// The bytes that a mark of loss can stand for in one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Undefined {
    /// Continuation bytes of UTF-8, 80 to BF, by their bits; whether enough is left of the line to tell letters by their words, and
    /// whether there is a quotation to be closed.
    Bytes { set: u64, letters: bool, quotation: bool },
    /// Pairs that Shift_JIS does not have, in the place of which stands a [`DOT`].
    Pairs,
}

/// Bytes beyond ASCII of a line, more than it has other characters, in which single letters are guessed: of a name or two each may be another one.
const ENOUGH: usize = 40;

impl Undefined {
    /// What is lost where `line` was read as `read`; `None` when the charset has a character for every byte, or nothing is known of it.
    pub fn of(read: Codec, line: &[char], loss: Loss) -> Option<Undefined> {
        if !read.is_single_byte() {
            return loss.dotted.then_some(Undefined::Pairs);
        }
        let of = |bytes: std::ops::Range<u8>| bytes.fold(0u64, |set, b| set | 1 << (b - 0x80));
        let named = (0x80..0xc0u8).filter(|b| read.byte(*b).is_none_or(|c| matches!(c, '\u{80}'..='\u{9f}')));
        let mut set = named.fold(0, |set, b| set | of(b..b + 1));
        // Latin-1 has controls in the place of the quotes and dashes of windows-1252: where none of those stands, all of them are gone.
        let reading = Reading::new(read)?;
        if read == Codec::WINDOWS_1252 {
            let named = |c: &char| *c >= '\u{a0}' && reading.bytes(*c).is_some_and(|(b, n)| n == 1 && b[0] < 0xa0);
            if !line.iter().any(|c| !c.is_ascii() && named(c)) {
                set |= of(0x80..0xa0);
            }
            // Windows-1254 is the same but for some letters, and has no `Ž` and `ž`.
            if !line.iter().any(|c| matches!(c, 'Ž' | 'ž')) {
                set |= of(0x8e..0x8f) | of(0x9e..0x9f);
            }
        }
        // The soft hyphen is no letter, and goes where controls go.
        if loss.dropped && set != 0 && read.byte(0xad) == Some('\u{ad}') {
            set |= of(0xad..0xae);
        }
        let (mut left, mut others) = (0, 0);
        for c in line.iter().filter(|c| !c.is_ascii() && **c != '\u{fffd}') {
            *(if reading.bytes(*c).is_some() { &mut left } else { &mut others }) += 1;
        }
        let quotation = loss.replaced && line.windows(3).any(|w| w == ['â', '€', 'œ']);
        (set != 0).then_some(Undefined::Bytes { set, letters: left >= ENOUGH && left > others, quotation })
    }

    /// Whether the bytes of a character may have been lost as they are in a hole.
    pub fn allows(self, bytes: &[u8], hole: &Holed) -> bool {
        let lost = |i: usize| hole.at(i).is_none();
        match self {
            Undefined::Bytes { set, .. } => bytes.iter().enumerate().all(|(i, b)| !lost(i) || is_in(set, *b)),
            Undefined::Pairs => {
                let mut i = 0;
                while i < bytes.len() {
                    if lost(i) {
                        let Some(&trail) = bytes.get(i + 1) else { return is_lead(bytes[i]) };
                        if lost(i + 1) {
                            if !is_lead(bytes[i]) || Codec::SHIFT_JIS.pair(bytes[i], trail).is_some() {
                                return false;
                            }
                            i += 1;
                        }
                    }
                    i += 1;
                }
                true
            }
        }
    }

    /// Whether a hole of which the lead is known may be filled: Han and the like, letters in a line that says enough, and the mark that closes
    /// a quotation.
    pub fn may_guess(self, hole: &Holed) -> bool {
        let Undefined::Bytes { letters, quotation, .. } = self else { return true };
        match hole.at(0) {
            Some(0xe3..=0xed | 0xef) => true,
            Some(0xe2) if quotation && hole.at(1) == Some(0x80) => true,
            _ => letters,
        }
    }

    /// The characters of UTF-8 that fit a hole of which a lead is known, if there are but few.
    pub fn fitting(self, hole: &Holed) -> impl Iterator<Item = char> {
        let len = usize::from(hole.len);
        let set = match self {
            Undefined::Bytes { set, .. } if matches!(len, 2 | 3) && hole.at(0).is_some() => set,
            _ => 0,
        };
        let sets = [1, 2].map(|i| if i >= len { 1 } else { hole.at(i).map_or(set, |b| 1u64.wrapping_shl(u32::from(b & 0x3f))) });
        let lead = hole.at(0).unwrap_or(0);
        let each = |set: u64| (0..64u8).filter(move |b| set >> b & 1 == 1).map(|b| b | 0x80);
        each(if set == 0 { 0 } else { sets[0] }).flat_map(move |second| {
            each(sets[1]).filter_map(move |third| {
                let bytes = [lead, second, third];
                std::str::from_utf8(&bytes[..len]).ok().and_then(|s| s.chars().next())
            })
        })
    }
}

fn is_in(set: u64, byte: u8) -> bool {
    (0x80..0xc0).contains(&byte) && set >> (byte - 0x80) & 1 == 1
}

/// Whether a byte may begin a pair of Shift_JIS.
fn is_lead(byte: u8) -> bool {
    matches!(byte, 0x81..=0x9f | 0xe0..=0xfc)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hole(bytes: &[Option<u8>]) -> Holed {
        let mut hole = Holed::default();
        bytes.iter().for_each(|b| hole.push(*b));
        hole
    }

    #[test]
    fn windows_1252_loses_five_bytes_or_seven_and_latin_1_all_controls() {
        let loss = Loss { replaced: true, ..Loss::default() };
        let of = |line: &str| {
            let line: Vec<char> = line.chars().collect();
            let undefined = Undefined::of(Codec::WINDOWS_1252, &line, loss).unwrap();
            assert!(!undefined.may_guess(&hole(&[Some(0xd1), None])) && undefined.may_guess(&hole(&[Some(0xe6), Some(0x8f), None])));
            undefined.fitting(&hole(&[Some(0xd1), None])).collect::<String>()
        };
        assert_eq!(of("Ñ\u{fffd}Ñ‚ÑŽ"), "сэяѐѝ");
        assert_eq!(of("Ñ\u{fffd}Ñ‚"), "сэюяѐѝў");
        assert!(of("Ñ\u{fffd}Ð¸").contains('т'));
        let guesses = |line: &str| {
            let line: Vec<char> = line.chars().collect();
            Undefined::of(Codec::WINDOWS_1252, &line, loss).unwrap().may_guess(&hole(&[Some(0xd1), None]))
        };
        let letters = "Ñ‚".repeat(20);
        assert!(guesses(&letters) && !guesses(&letters[..20]) && !guesses(&["سلام".repeat(20), letters].concat()));
        assert_eq!(Undefined::of(Codec::MACINTOSH, &[], loss), None);
    }

    #[test]
    fn a_dot_stands_for_a_pair_that_shift_jis_has_not() {
        let dot = Undefined::Pairs;
        let lost = hole(&[Some(0xe3), None, None]);
        assert!(dot.allows("の".as_bytes(), &lost) && dot.allows("ー".as_bytes(), &lost));
        assert!(!dot.allows("い".as_bytes(), &lost) && !dot.allows("、".as_bytes(), &lost));
        let end = hole(&[Some(0xe3), Some(0x80), None]);
        assert!(dot.allows("。".as_bytes(), &end) && !dot.allows("〼".as_bytes(), &end));
    }
}
