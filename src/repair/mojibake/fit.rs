//! How much like text the bytes of a sample read under one charset, by the prices of single characters and whatever their alignment.
//! For samples read as single bytes all charsets are asked at once in `lanes`; which hypotheses are worth it is decided in `rank`.

use std::ops::Range;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use super::kinds::{is_combining, is_letter};
use super::segment::COMBINING;
use crate::codec::{Codec, Step};
use crate::model::Model;

/// Stands between bytes that are not side by side.
pub(super) const BREAK: u16 = 0x100;

/// What a random byte costs, in 1/16 nats.
const RANDOM: i32 = 69;

/// What a byte of no character takes away, and what a sequence of UTF-8 is worth whatever it says; 1/16 nats.
pub(super) const ODD: i32 = -6 * 16;
const SEQUENCE: i32 = 3 * 16;

/// The stretch of a sample that reads most like text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Fit {
    /// How much cheaper than random bytes it is, in 1/16 nats.
    pub score: i32,
    from: u32,
    to: u32,
}

impl Fit {
    /// Bytes of `range` that are in the stretch.
    pub fn within(&self, range: &Range<usize>) -> usize {
        (self.to as usize).min(range.end).saturating_sub((self.from as usize).max(range.start))
    }
}

/// A stretch that ends at some byte: its worth and where it begins.
type End = (i32, u32);

/// The best stretch of `bytes` under `written`: the largest sum of what each character beyond ASCII is cheaper than random bytes.
/// Charsets of pairs have kana, Greek and Cyrillic in the same places: what reads as it stands (`origin`) is no evidence.
pub(super) fn fit(model: &Model, bytes: &[u16], origin: &[char], written: Codec) -> Fit {
    if written == Codec::UTF_8 { fit_sequences(model, bytes, origin) } else { fit_pairs(model, bytes, origin, written) }
}

/// A stretch that goes on to byte `at` by a byte of no character, or has to begin behind it.
#[inline]
fn goes_on(ends: &[End; 4], byte: u16, at: usize) -> End {
    let worth = ends[0].0 + if byte < 0x80 { 0 } else { ODD };
    if worth > 0 { (worth, ends[0].1) } else { (0, at as u32 + 1) }
}

/// The same under UTF-8.
fn fit_sequences(model: &Model, bytes: &[u16], origin: &[char]) -> Fit {
    // Best stretches that end at the last bytes, the last first.
    let mut ends = [(0i32, 0u32); 4];
    let mut best = Fit::default();
    // Bytes since a stretch was worth something: behind four of them nothing does but a sequence.
    let mut idle = ends.len();
    for (i, &b) in bytes.iter().enumerate() {
        if b == BREAK {
            (ends, idle) = ([(0, i as u32 + 1); 4], ends.len());
            continue;
        }
        let sequence = last_sequence(bytes, i);
        if sequence.is_none() && idle >= ends.len() {
            continue;
        }
        let mut sum = goes_on(&ends, b, i);
        if let Some((c, n)) = sequence {
            let mark = if is_combining(c) { COMBINING } else { 0 };
            let worth = RANDOM * n as i32 - model.alone(c) as i32 + SEQUENCE - mark;
            let worth = ends[n - 1].0 + if origin[i + 1 - n] == c { 0 } else { worth.max(SEQUENCE) };
            if worth > sum.0 {
                sum = (worth, if ends[n - 1].0 > 0 { ends[n - 1].1 } else { (i + 1 - n) as u32 });
            }
        }
        idle = if sum.0 > 0 { 0 } else { idle + 1 };
        ends = [sum, ends[0], ends[1], ends[2]];
        if sum.0 > best.score {
            best = Fit { score: sum.0, from: sum.1, to: i as u32 + 1 };
        }
    }
    best
}

/// The same under any other charset.
fn fit_pairs(model: &Model, bytes: &[u16], origin: &[char], written: Codec) -> Fit {
    let worths = Worths::of(model, written);
    let long = has_longer(written);
    let mut ends = [(0i32, 0u32); 4];
    let mut best = Fit::default();
    let mut last = 0;
    for (i, &b) in bytes.iter().enumerate() {
        if b == BREAK {
            (ends, last) = ([(0, i as u32 + 1); 4], 0);
            continue;
        }
        let mut sum = goes_on(&ends, b, i);
        let mut with = |w: Worth, n: usize| {
            let worth = ends[n - 1].0 + if w.char() == origin[i + 1 - n] as u32 { 0 } else { w.value() };
            if worth > sum.0 {
                sum = (worth, if ends[n - 1].0 > 0 { ends[n - 1].1 } else { (i + 1 - n) as u32 });
            }
        };
        if b >= 0x80
            && let Some(w) = worths.single(b)
        {
            with(w, 1);
        }
        if last > 0x80
            && let Some(w) = worths.pair(model, last, b)
        {
            with(w, 2);
        }
        if long && let Some((c, n)) = longer(bytes, i, written) {
            with(Worth::new(model, c, n), n);
        }
        ends = [sum, ends[0], ends[1], ends[2]];
        if sum.0 > best.score {
            best = Fit { score: sum.0, from: sum.1, to: i as u32 + 1 };
        }
        last = b;
    }
    best
}

/// A character of some bytes and how much cheaper it is than random ones, packed: 0 is none.
#[derive(Clone, Copy)]
pub(super) struct Worth(u32);

impl Worth {
    /// Bits of the value, and what stands there for 0.
    const BITS: u32 = 11;
    const ZERO: i32 = 1 << 10;
    /// In place of the character where it does not matter which it is.
    const WHICHEVER: u32 = 0x1f_ffff;

    /// Of a character of `n` bytes. What the model does not know and is no letter counts as odd, wherever it comes from.
    pub fn new(model: &Model, c: char, n: usize) -> Worth {
        let (c, value) = if model.is_known(c) || is_letter(c) {
            (c as u32, (RANDOM * n as i32 - model.alone(c) as i32).max(ODD))
        } else {
            (Worth::WHICHEVER, ODD)
        };
        Worth(c << Worth::BITS | (value + Worth::ZERO) as u32)
    }

    #[inline]
    fn char(self) -> u32 {
        self.0 >> Worth::BITS
    }

    /// Whether it is of this character, and not of one that counts as odd wherever it comes from.
    pub fn is(self, c: char) -> bool {
        self.char() == c as u32
    }

    #[inline]
    pub fn value(self) -> i32 {
        (self.0 & ((1 << Worth::BITS) - 1)) as i32 - Worth::ZERO
    }
}

/// What the bytes of a charset are worth. Bytes beyond 80 are at their places, pairs by the lead without its high bit.
struct Worths {
    singles: [Worth; 256],
    /// [`Worths::UNKNOWN`] where it was not asked for yet: a text asks for few.
    pairs: Box<[AtomicU32]>,
    cells: &'static [Option<char>],
}

impl Worths {
    /// In place of a worth: no character has so many bits.
    const UNKNOWN: u32 = u32::MAX;

    fn of(model: &Model, written: Codec) -> &'static Worths {
        static ALL: [OnceLock<Worths>; Codec::COUNT] = [const { OnceLock::new() }; Codec::COUNT];
        ALL[written.number()].get_or_init(|| {
            let cells = written.pairs();
            let pairs = std::iter::repeat_with(|| AtomicU32::new(Worths::UNKNOWN)).take(cells.len()).collect();
            Worths { singles: std::array::from_fn(|b| Worths::worth(model, written.byte(b as u8), 1)), pairs, cells }
        })
    }

    #[inline]
    fn single(&self, byte: u16) -> Option<Worth> {
        Some(self.singles[usize::from(byte & 0xff)]).filter(|w| w.0 != 0)
    }

    #[inline]
    fn pair(&self, model: &Model, lead: u16, trail: u16) -> Option<Worth> {
        let at = usize::from(lead & 0x7f) << 8 | usize::from(trail);
        let known = self.pairs.get(at)?;
        let worth = match known.load(Ordering::Relaxed) {
            Worths::UNKNOWN => {
                // Whoever asks at the same time notes the same.
                let worth = Worths::worth(model, self.cells[at], 2);
                known.store(worth.0, Ordering::Relaxed);
                worth
            }
            worth => Worth(worth),
        };
        Some(worth).filter(|w| w.0 != 0)
    }

    fn worth(model: &Model, c: Option<char>, n: usize) -> Worth {
        c.map_or(Worth(0), |c| Worth::new(model, c, n))
    }
}

/// Whether a charset has characters of three bytes or four.
pub(super) fn has_longer(written: Codec) -> bool {
    matches!(written, Codec::EUC_JP | Codec::GB18030)
}

/// The character of three bytes of EUC-JP or four of GB18030 that ends at byte `end`, and how many they are.
pub(super) fn longer(bytes: &[u16], end: usize, written: Codec) -> Option<(char, usize)> {
    let from = |n: usize| (end + 1).checked_sub(n).map(|from| &bytes[from..=end]);
    let code = match written {
        Codec::EUC_JP => from(3).filter(|c| c[0] == 0x8f)?,
        Codec::GB18030 => from(4).filter(|c| (0x30..=0x39).contains(&c[1]) && (0x30..=0x39).contains(&c[3]))?,
        _ => return None,
    };
    let mut all = [0u8; 4];
    for (to, b) in all.iter_mut().zip(code) {
        *to = u8::try_from(*b).ok()?;
    }
    match written.step(&all[..code.len()])? {
        Step::One(c, n) if n == code.len() => Some((c, n)),
        _ => None,
    }
}

/// The character of the UTF-8 sequence that ends at byte `end`, and of how many bytes it is.
#[inline]
fn last_sequence(bytes: &[u16], end: usize) -> Option<(char, usize)> {
    let rest = |b: u16| (0x80..0xc0).contains(&b);
    let at = |n: usize| end.checked_sub(n).map_or(BREAK, |at| bytes[at]);
    let (d, c) = (bytes[end], at(1));
    // Nearly every byte is the last of none: the one before begins a sequence or goes on with one.
    if c < 0x80 || c == BREAK {
        return None;
    }
    if !rest(d) {
        return None;
    }
    // Half of a surrogate pair, as CESU-8 writes emoji.
    if at(2) == 0xed && (0xa0..0xc0).contains(&c) {
        return Some(('\u{1f600}', 3));
    }
    let (first, n, least) = match (c, at(2)) {
        (0xc2..=0xdf, _) => (c & 0x1f, 2, 0x80),
        (_, b @ 0xe0..=0xef) if rest(c) => (b & 0x0f, 3, 0x800),
        (_, b) if rest(c) && rest(b) && (0xf0..=0xf4).contains(&at(3)) => (at(3) & 0x07, 4, 0x1_0000),
        _ => return None,
    };
    let code = bytes[end + 2 - n..=end].iter().fold(u32::from(first), |code, b| code << 6 | u32::from(b & 0x3f));
    char::from_u32(code).filter(|c| *c as u32 >= least).map(|c| (c, n))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, written: Codec) -> Fit {
        let bytes: Vec<u16> = match written.inverse() {
            Some(inverse) => inverse.encode_text(text).unwrap().into_iter().map(u16::from).collect(),
            None => text.bytes().map(u16::from).collect(),
        };
        let origin = vec!['\0'; bytes.len()];
        fit(Model::shared(), &bytes, &origin, written)
    }

    #[test]
    fn the_best_stretch_is_the_text_without_what_is_odd_around() {
        for (written, bytes) in [(Codec::UTF_8, 3), (Codec::GB18030, 2), (Codec::EUC_KR, 2)] {
            let text = if written == Codec::EUC_KR { "우리는 강가에" } else { "我们在河边散步" };
            let whole = of(text, written);
            let chars = text.chars().filter(|c| !c.is_ascii()).count();
            assert_eq!(whole.within(&(0..100)), chars * bytes + text.matches(' ').count(), "{written:?}");
            assert!(whole.score > 16 * chars as i32, "{written:?} {whole:?}");
        }
    }

    #[test]
    fn a_stretch_ends_where_bytes_are_apart() {
        let bytes: Vec<u16> = [0xce, 0xd2, 0xc3, 0xc7, BREAK, 0xd4, 0xda].to_vec();
        let found = fit(Model::shared(), &bytes, &['\0'; 7], Codec::GB18030);
        assert!(found.within(&(0..4)) == 4 && found.within(&(4..7)) == 0, "{found:?}");
    }

    #[test]
    fn what_reads_as_it_stands_is_no_evidence() {
        let bytes: Vec<u16> = [0xa4, 0xb3].to_vec();
        let as_it_stands = ['こ', '\0'];
        assert!(fit(Model::shared(), &bytes, &['\0'; 2], Codec::EUC_JP).score > 0);
        assert_eq!(fit(Model::shared(), &bytes, &as_it_stands, Codec::EUC_JP).score, 0);
    }
}
