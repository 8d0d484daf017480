//! The single-byte candidates side by side: what each makes of each byte beyond ASCII. What the characters cost is known in `coarse`.

use std::sync::OnceLock;

use super::candidates;
use super::lane::as_modelled;
use crate::codec::Codec;

/// Single-byte candidates there is room for.
pub(super) const ROOM: usize = 64;

/// The number of a charset that is no single-byte candidate.
pub(super) const NONE: u8 = u8::MAX;

/// The upper halves of all single-byte candidates.
pub(super) struct Pages {
    /// Characters by byte and candidate; `u16::MAX` where a byte is undefined.
    chars: Box<[[u16; ROOM]; 128]>,
    /// The same as the model knows them.
    modelled: Box<[[u16; ROOM]; 128]>,
    /// The number of each charset among the single-byte candidates.
    numbers: [u8; Codec::COUNT],
}

impl Pages {
    /// Built on first use.
    pub fn get() -> &'static Pages {
        static PAGES: OnceLock<Pages> = OnceLock::new();
        PAGES.get_or_init(|| {
            let blank = || Box::new([[u16::MAX; ROOM]; 128]);
            let mut pages = Pages { chars: blank(), modelled: blank(), numbers: [NONE; Codec::COUNT] };
            for candidate in candidates::all() {
                let Some(row) = candidate.row else { continue };
                pages.numbers[candidate.codec.number()] = row as u8;
                for b in 0..128 {
                    if let Some(c) = candidate.codec.byte(b as u8 | 0x80) {
                        pages.chars[b][row] = c as u16;
                        pages.modelled[b][row] = as_modelled(candidate.codec, c) as u16;
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
        if byte < 0x80 {
            return Some(byte as char);
        }
        match self.chars[usize::from(byte & 0x7F)][usize::from(number) % ROOM] {
            u16::MAX => None,
            c => char::from_u32(u32::from(c)),
        }
    }

    /// True when two candidates make the same character of a byte.
    #[inline]
    pub fn agree(&self, a: u8, b: u8, byte: u8) -> bool {
        let row = &self.chars[usize::from(byte & 0x7F)];
        byte < 0x80 || row[usize::from(a) % ROOM] == row[usize::from(b) % ROOM]
    }

    /// True when two candidates make the same character of a byte, and the model sees the same in it.
    #[inline]
    pub fn alike(&self, a: u8, b: u8, byte: u8) -> bool {
        let row = &self.modelled[usize::from(byte & 0x7F)];
        self.agree(a, b, byte) && (byte < 0x80 || row[usize::from(a) % ROOM] == row[usize::from(b) % ROOM])
    }
}
