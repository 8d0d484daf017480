//! The single-byte candidates side by side: what each makes of each byte beyond ASCII. What the characters cost is known in `coarse`.

use std::sync::OnceLock;

use encoding_rs::Encoding;

use super::alphabet;
use super::candidates;
use super::lane::as_modelled;
use super::manners;
use crate::codec::Codec;
use crate::model::Model;

/// Single-byte candidates there is room for.
pub(super) const ROOM: usize = 64;

/// The number of a charset that is no single-byte candidate.
pub(super) const NONE: u8 = u8::MAX;

/// The upper halves of all single-byte candidates.
pub(super) struct Pages {
    /// Characters by byte and candidate; `u16::MAX` where a byte is undefined.
    chars: Box<[[u16; ROOM]; 128]>,
    /// The characters the model knows for them.
    modelled: Box<[[u16; ROOM]; 128]>,
    /// In the texts of which languages of `alphabet` each character may be, by candidate and byte.
    languages: Box<[[u64; 128]; ROOM]>,
    /// For each two candidates the bytes of which they make different characters, a bit each from 80 on; and the bytes in whose
    /// characters the model sees a difference.
    differ: Box<[[u128; ROOM]; ROOM]>,
    modelled_differ: Box<[[u128; ROOM]; ROOM]>,
    /// The bytes of each candidate whose characters may be a breach of manners, and those that are letters of its script.
    remarkable: Box<[u128; ROOM]>,
    own: Box<[u128; ROOM]>,
    /// The number of each charset among the single-byte candidates.
    numbers: [u8; Codec::COUNT],
}

impl Pages {
    /// Built on first use.
    pub fn get() -> &'static Pages {
        static PAGES: OnceLock<Pages> = OnceLock::new();
        PAGES.get_or_init(|| {
            let blank = || Box::new([[u16::MAX; ROOM]; 128]);
            let none = || Box::new([[0; ROOM]; ROOM]);
            let mut pages = Pages {
                chars: blank(),
                modelled: blank(),
                languages: Box::new([[0; 128]; ROOM]),
                differ: none(),
                modelled_differ: none(),
                remarkable: Box::new([0; ROOM]),
                own: Box::new([0; ROOM]),
                numbers: [NONE; Codec::COUNT],
            };
            for candidate in candidates::all() {
                let Some(row) = candidate.row else { continue };
                pages.numbers[candidate.codec.number()] = row as u8;
                for b in 0..128 {
                    if let Some(c) = candidate.codec.byte(b as u8 | 0x80) {
                        pages.chars[b][row] = c as u16;
                        pages.remarkable[row] |= u128::from(manners::is_remarkable(Model::shared(), c)) << b;
                        pages.own[row] |= u128::from(manners::is_own(candidate.codec, c)) << b;
                        pages.modelled[b][row] = as_modelled(candidate.codec, c) as u16;
                        pages.languages[row][b] = alphabet::languages(c);
                    }
                }
            }
            for b in 0..128 {
                for (row, &c) in pages.chars[b].iter().enumerate() {
                    for (other, &d) in pages.chars[b].iter().enumerate() {
                        pages.differ[row][other] |= u128::from(c != d) << b;
                        pages.modelled_differ[row][other] |= u128::from(c != d || pages.modelled[b][row] != pages.modelled[b][other]) << b;
                    }
                }
            }
            pages
        })
    }

    /// The number of a charset, or [`NONE`].
    #[inline]
    pub fn number(&self, codec: Codec) -> u8 {
        self.numbers[codec.number()]
    }

    /// The character of any byte; `None` where it is undefined.
    #[inline]
    pub fn char(&self, number: u8, byte: u8) -> Option<char> {
        if byte < 0x80 { Some(byte as char) } else { of(&self.chars, number, byte) }
    }

    /// The character the model knows for the character of any byte; `None` where it is undefined.
    #[inline]
    pub fn modelled(&self, number: u8, byte: u8) -> Option<char> {
        if byte < 0x80 { Some(byte as char) } else { of(&self.modelled, number, byte) }
    }

    /// The languages of `alphabet` in whose texts the character of a byte beyond ASCII may be, a bit each.
    #[inline]
    pub fn languages(&self, number: u8, byte: u8) -> u64 {
        self.languages[usize::from(number) % ROOM][usize::from(byte & 0x7F)]
    }

    /// The bytes of which two candidates make different characters, a bit each from 80 on.
    #[inline]
    pub fn differ(&self, a: u8, b: u8) -> u128 {
        self.differ[usize::from(a) % ROOM][usize::from(b) % ROOM]
    }

    /// The same, and the bytes in whose characters the model sees something else.
    #[inline]
    pub fn modelled_differ(&self, a: u8, b: u8) -> u128 {
        self.modelled_differ[usize::from(a) % ROOM][usize::from(b) % ROOM]
    }

    /// The bytes of a candidate whose characters may be a breach of manners.
    #[inline]
    pub fn remarkable(&self, number: u8) -> u128 {
        self.remarkable[usize::from(number) % ROOM]
    }

    /// The bytes of a candidate that are letters of the script it is made for.
    #[inline]
    pub fn own(&self, number: u8) -> u128 {
        self.own[usize::from(number) % ROOM]
    }
}

/// The character of a byte beyond ASCII.
#[inline]
fn of(chars: &[[u16; ROOM]; 128], number: u8, byte: u8) -> Option<char> {
    match chars[usize::from(byte & 0x7F)][usize::from(number) % ROOM] {
        u16::MAX => None,
        c => char::from_u32(u32::from(c)),
    }
}

/// The bit of a byte in a set of bytes beyond ASCII; none for ASCII.
#[inline]
pub(super) fn bit(byte: u8) -> u128 {
    u128::from(byte >> 7) << (byte & 0x7F)
}

/// The set of bytes beyond ASCII in some bytes.
pub(super) fn present(bytes: &[u8]) -> u128 {
    let mut seen = [false; 128];
    let mut rest = bytes;
    loop {
        rest = &rest[Encoding::ascii_valid_up_to(rest)..];
        if rest.is_empty() {
            break;
        }
        let high = rest.iter().take_while(|&&b| b >= 0x80).map(|&b| seen[usize::from(b & 0x7F)] = true).count();
        rest = &rest[high..];
    }
    seen.iter().rev().fold(0, |set, &seen| set << 1 | u128::from(seen))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charsets_differ_in_the_bytes_whose_characters_differ() {
        let pages = Pages::get();
        let [western, turkish, central, southern] =
            [Codec::WINDOWS_1252, Codec::WINDOWS_1254, Codec::ISO_8859_2, Codec::ISO_8859_3].map(|c| pages.number(c));
        assert_eq!(pages.differ(western, turkish), [0xD0, 0xDD, 0xDE, 0xF0, 0xFD, 0xFE, 0x8E, 0x9E].map(bit).iter().sum());
        assert_eq!(pages.char(western, 0xE9), Some('é'));
        assert_eq!(pages.char(western, b'e'), Some('e'));
        // Both write ş, but one of them means ș by it.
        assert_eq!(pages.differ(central, southern) & bit(0xBA), 0);
        assert_eq!(pages.modelled_differ(central, southern) & bit(0xBA), bit(0xBA));
        assert_eq!(pages.number(Codec::UTF_8), NONE);
    }

    #[test]
    fn present_bytes_are_those_beyond_ascii() {
        assert_eq!(present(b"a\x80b\xFF\x80"), 1 | 1 << 127);
        assert_eq!(present(b"plain"), 0);
    }
}
