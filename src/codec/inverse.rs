//! The exact inverse of each decoder: from a character to the bytes that decode to it, all of them where there are several.

use std::sync::OnceLock;

use super::list::{Codec, Kind};
use super::{multi, single};

/// The bytes of one character: up to four.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code {
    bytes: [u8; 4],
    len: u8,
}

impl Code {
    fn new(bytes: &[u8]) -> Code {
        let mut all = [0; 4];
        all[..bytes.len()].copy_from_slice(bytes);
        Code { bytes: all, len: bytes.len() as u8 }
    }

    /// From the number whose big-endian bytes without leading zeros they are.
    #[inline]
    fn unpack(packed: u32) -> Code {
        let skip = (packed.leading_zeros() / 8).min(3);
        Code { bytes: (packed << (8 * skip)).to_be_bytes(), len: 4 - skip as u8 }
    }

    fn pack(bytes: &[u8]) -> u32 {
        bytes.iter().fold(0, |n, &b| n << 8 | u32::from(b))
    }

    /// The bytes, with zeros behind them, and how many they are.
    #[inline]
    pub(crate) fn parts(self) -> ([u8; 4], usize) {
        (self.bytes, usize::from(self.len))
    }

    /// The bytes.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }
}

impl std::ops::Deref for Code {
    type Target = [u8];
    #[inline]
    fn deref(&self) -> &[u8] {
        self.as_bytes()
    }
}

/// Characters to bytes for one charset; see [`Codec::inverse`].
#[derive(Debug)]
pub struct Inverse {
    /// Number of the page of a character's upper byte in `cells`; page 0 is empty.
    pages: [u16; 256],
    /// Packed codes, 256 a page; 0 where there is none.
    cells: Vec<u32>,
    /// Characters beyond the BMP, ascending. GB18030 computes its own.
    astral: Vec<(char, u32)>,
    /// Second and further codes of a character, ascending by character, in order of preference.
    further: Vec<(char, u32)>,
    fours: bool,
}

impl Inverse {
    /// The bytes that decode to `c`, those an encoder would write when there are several; `None` when no bytes do.
    #[inline]
    pub fn encode(&self, c: char) -> Option<Code> {
        if c.is_ascii() {
            return Some(Code::new(&[c as u8]));
        }
        let packed = match u16::try_from(c as u32) {
            Ok(c) => self.cells[usize::from(self.pages[usize::from(c >> 8)]) << 8 | usize::from(c & 0xFF)],
            Err(_) => match self.astral.binary_search_by_key(&c, |e| e.0) {
                Ok(at) => self.astral[at].1,
                Err(_) if self.fours => return Some(Code::new(&multi::astral_bytes(c)?)),
                Err(_) => 0,
            },
        };
        (packed != 0).then(|| Code::unpack(packed))
    }

    /// Every byte sequence that decodes to `c`, [`Inverse::encode`]'s first.
    pub fn encode_all(&self, c: char) -> impl Iterator<Item = Code> + '_ {
        self.encode(c).into_iter().chain(self.encode_further(c))
    }

    /// The byte sequences of [`Inverse::encode_all`] but the first: few characters have any.
    pub fn encode_further(&self, c: char) -> impl Iterator<Item = Code> + '_ {
        let from = self.further.partition_point(|e| e.0 < c);
        self.further[from..].iter().take_while(move |e| e.0 == c).map(|e| Code::unpack(e.1))
    }

    /// The bytes of a whole text, or the byte offset of the first character that has none. Allocates the result.
    pub fn encode_text(&self, text: &str) -> Result<Vec<u8>, usize> {
        let mut out = Vec::with_capacity(text.len());
        for (at, c) in text.char_indices() {
            match self.encode(c) {
                Some(code) => out.extend_from_slice(&code),
                None => return Err(at),
            }
        }
        Ok(out)
    }

    /// From codes in order of preference: the first of a character is the one an encoder writes.
    fn new(codes: impl Iterator<Item = (char, u32)>, fours: bool) -> Inverse {
        let mut inverse = Inverse { pages: [0; 256], cells: vec![0; 256], astral: Vec::new(), further: Vec::new(), fours };
        for (c, packed) in codes {
            if c.is_ascii() {
                continue;
            }
            let Ok(bmp) = u16::try_from(c as u32) else {
                match inverse.astral.binary_search_by_key(&c, |e| e.0) {
                    Ok(_) => inverse.further.push((c, packed)),
                    Err(at) => inverse.astral.insert(at, (c, packed)),
                }
                continue;
            };
            let page = &mut inverse.pages[usize::from(bmp >> 8)];
            if *page == 0 {
                *page = (inverse.cells.len() >> 8) as u16;
                inverse.cells.resize(inverse.cells.len() + 256, 0);
            }
            let cell = &mut inverse.cells[usize::from(*page) << 8 | usize::from(bmp & 0xFF)];
            if *cell == 0 {
                *cell = packed;
            } else {
                inverse.further.push((c, packed));
            }
        }
        inverse.further.sort_by_key(|e| e.0);
        inverse
    }
}

pub(super) fn of(codec: Codec) -> Option<&'static Inverse> {
    static TABLES: [OnceLock<Option<Inverse>>; Codec::COUNT] = [const { OnceLock::new() }; Codec::COUNT];
    TABLES[codec.number()].get_or_init(|| build(codec)).as_ref()
}

fn build(codec: Codec) -> Option<Inverse> {
    let kind = codec.kind();
    if let Kind::Single(_) = kind {
        let table = single::reader(codec);
        return Some(Inverse::new((0x80..=0xFFu8).filter_map(|b| Some((table.get(b)?, u32::from(b)))), false));
    }
    let pairs = multi::pairs(kind)?;
    let mut codes: Vec<(char, u32)> = (0x80..=0xFFu8).filter_map(|b| Some((pairs.single(b)?, u32::from(b)))).collect();
    codes.extend(pairs.cells().iter().zip(0x8000u32..).filter_map(|(c, code)| Some(((*c)?, code))));
    match kind {
        // GBK writes the euro sign as 80, GB18030 as A2E3.
        Kind::Gb if codec == Codec::GB18030 => codes.sort_by_key(|&(_, code)| code == 0x80),
        // Vendors' rows that repeat characters of other rows come last, as in the encoder of the WHATWG standard.
        Kind::ShiftJis => codes.sort_by_key(|&(_, code)| (0xED40..=0xEEFC).contains(&code)),
        // The Hong Kong rows below A1 repeat characters of Big5 proper; and of six characters Big5 repeats itself, the second counts.
        Kind::Big5 => {
            let twice = ['\u{2550}', '\u{255E}', '\u{2561}', '\u{256A}', '\u{5341}', '\u{5345}'];
            codes.sort_by_key(|&(_, code)| code < 0xA140);
            let proper = codes.partition_point(|&(_, code)| code >= 0xA140);
            for part in [0..proper, proper..codes.len()] {
                let places: Vec<usize> = part.filter(|at| twice.contains(&codes[*at].0)).collect();
                let mut last_first: Vec<(char, u32)> = places.iter().map(|at| codes[*at]).collect();
                last_first.sort_by_key(|&(_, code)| u32::MAX - code);
                places.iter().zip(last_first).for_each(|(at, code)| codes[*at] = code);
            }
        }
        _ => {}
    }
    if let Kind::EucJp = kind {
        for (second, third) in (0xA1..=0xFEu8).flat_map(|s| (0xA1..=0xFEu8).map(move |t| (s, t))) {
            codes.extend(multi::jis0212(second, third).map(|c| (c, Code::pack(&[0x8F, second, third]))));
        }
    }
    let fours = codec == Codec::GB18030;
    if fours {
        let bmp = multi::fours_of_bmp().iter().enumerate();
        codes.extend(bmp.filter_map(|(n, c)| Some(((*c)?, Code::pack(&multi::four_bytes(n))))));
    }
    Some(Inverse::new(codes.into_iter(), fours))
}
