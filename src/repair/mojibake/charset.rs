//! The charsets of a hypothesis *written as A, read as B*: bytes of a character under B, characters of bytes under A, and the list
//! of pairs that occur. Which pair holds is decided in `search`.

use std::sync::OnceLock;

use crate::codec::{Code, Codec, Step};
use crate::rules::{RuleId, Rules, table};

/// A hypothesis: text written in one charset was read in another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Pair {
    pub written: Codec,
    pub read: Codec,
    /// Place in [`Pairs::all`], commoner first within a reading.
    pub number: u16,
}

impl Pair {
    /// Place of the charset it was read as among [`Pairs::readings`]: the commoner, the less. Controls that were kept speak for
    /// themselves.
    pub fn reading(self) -> usize {
        if self.read == Codec::LATIN_1 {
            return 0;
        }
        Pairs::get().readings.iter().position(|r| r.0 == self.read).unwrap_or(0)
    }
}

/// The pairs of `src/data/mojibake-pairs.tsv`.
pub(super) struct Pairs {
    pub all: Vec<Pair>,
    /// The charsets text is wrongly read as, in the order of the table, with their places in `all`.
    pub readings: Vec<(Codec, std::ops::Range<usize>)>,
}

impl Pairs {
    pub fn get() -> &'static Pairs {
        static PAIRS: OnceLock<Pairs> = OnceLock::new();
        PAIRS.get_or_init(|| {
            let mut all = Vec::new();
            let mut readings = Vec::new();
            for row in table::rows("mojibake-pairs.tsv", include_str!("../../data/mojibake-pairs.tsv"), 2).flatten() {
                let Some(read) = Codec::for_name(row.cells[0]) else { continue };
                let from = all.len();
                for written in row.cells[1].split(' ').filter_map(Codec::for_name) {
                    all.push(Pair { written, read, number: all.len() as u16 });
                }
                readings.push((read, from..all.len()));
            }
            Pairs { all, readings }
        })
    }
}

/// The rule that names a pair: `repair/WRITTEN-as-READ`. A text whose C1 controls survived was read as ISO-8859-1.
///
/// # Panics
/// When a pair of the table has no rule; a test looks up all of them.
pub(super) fn rule(pair: Pair, kept_c1: bool, rules: &Rules) -> RuleId {
    let named = |read: Codec| {
        let id = format!("repair/{}-as-{}", pair.written.name(), read.name()).replace('_', "-").replace("sloppy-", "");
        rules.find(&id)
    };
    let usual = || named(pair.read).or_else(|| named(Codec::LATIN_1)).unwrap_or_else(|| panic!("{pair:?} has no rule"));
    if pair.read == Codec::WINDOWS_1252 && kept_c1 { named(Codec::LATIN_1).unwrap_or_else(usual) } else { usual() }
}

/// The bytes a character was read from.
#[derive(Clone, Copy)]
pub(super) struct Reading {
    inverse: &'static crate::codec::Inverse,
    variants: &'static [(char, Bytes)],
    single: bool,
}

/// Up to four bytes.
pub(super) type Bytes = ([u8; 4], usize);

impl Reading {
    pub fn new(codec: Codec) -> Option<Reading> {
        Some(Reading { inverse: codec.inverse()?, variants: variants(codec), single: codec.is_single_byte() })
    }

    /// The bytes of `c`. C1 controls are the bytes of their number in every single-byte charset that has no other use for the
    /// character: careless decoders keep what they cannot map.
    #[inline]
    pub fn bytes(&self, c: char) -> Option<Bytes> {
        if c.is_ascii() {
            return Some(([c as u8, 0, 0, 0], 1));
        }
        match self.inverse.encode(c) {
            Some(code) => Some(code.parts()),
            None if self.single && ('\u{80}'..='\u{9f}').contains(&c) => Some(([c as u32 as u8, 0, 0, 0], 1)),
            None => self.variant(c),
        }
    }

    /// The characters of the basic plane beyond ASCII that may have bytes in this charset of single bytes, `codec`, ascending.
    pub fn of_bytes(&self, codec: Codec) -> Vec<char> {
        let kept = ('\u{80}'..='\u{9f}').chain(self.variants.iter().map(|v| v.0));
        let mut all: Vec<char> = (0x80..=0xffu8).filter_map(|b| codec.byte(b)).chain(kept).collect();
        all.retain(|c| !c.is_ascii() && (*c as u32) < 0x1_0000);
        all.sort_unstable();
        all.dedup();
        all
    }

    /// What other decoders than WHATWG's read as `c`.
    fn variant(&self, c: char) -> Option<Bytes> {
        self.variants.binary_search_by_key(&c, |v| v.0).ok().map(|at| self.variants[at].1)
    }

    /// Every way `c` can have been read, the usual one first. Only charsets of pairs have more than one.
    pub fn all(&self, c: char, out: &mut Vec<Bytes>) {
        out.clear();
        self.add_all(c, out);
    }

    /// Adds what [`Reading::all`] says to `out`.
    pub fn add_all(&self, c: char, out: &mut Vec<Bytes>) {
        let first = out.len();
        out.extend(self.bytes(c));
        if !self.single && !c.is_ascii() {
            out.extend(self.inverse.encode_further(c).take(3).map(Code::parts));
            if let Some(other) = self.variant(c)
                && !out[first..].contains(&other)
            {
                out.push(other);
            }
        }
    }
}

/// The rows of `decoder-variants.tsv` for a charset, by character.
fn variants(codec: Codec) -> &'static [(char, Bytes)] {
    type Lists = Vec<(Codec, Vec<(char, Bytes)>)>;
    static VARIANTS: OnceLock<Lists> = OnceLock::new();
    let all = VARIANTS.get_or_init(|| {
        let mut all: Lists = Vec::new();
        for row in table::rows("decoder-variants.tsv", include_str!("../../data/decoder-variants.tsv"), 3).flatten() {
            let (Some(codec), Ok(bytes), Ok(code)) =
                (Codec::for_name(row.cells[0]), u16::from_str_radix(row.cells[1], 16), u32::from_str_radix(row.cells[2], 16))
            else {
                continue;
            };
            let Some(c) = char::from_u32(code) else { continue };
            let [lead, trail] = bytes.to_be_bytes();
            let bytes = if lead == 0 { ([trail, 0, 0, 0], 1) } else { ([lead, trail, 0, 0], 2) };
            match all.last_mut() {
                Some((last, list)) if *last == codec => list.push((c, bytes)),
                _ => all.push((codec, vec![(c, bytes)])),
            }
        }
        for (_, list) in &mut all {
            list.sort_by_key(|v| v.0);
            list.dedup_by_key(|v| v.0);
        }
        all
    });
    all.iter().find(|(c, _)| *c == codec).map_or(&[], |(_, list)| list)
}

/// Bytes of a character that is not complete yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Pending {
    bytes: [u8; 6],
    len: u8,
}

/// What one more byte makes of pending ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fed {
    More,
    One(char),
    Bad,
}

impl Pending {
    pub fn is_empty(self) -> bool {
        self.len == 0
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    /// Adds a byte under charset `written`; a complete character leaves nothing pending.
    #[inline]
    pub fn feed(&mut self, written: Codec, byte: u8) -> Fed {
        if self.len == 0 && byte < 0x80 {
            return Fed::One(byte as char);
        }
        self.bytes[usize::from(self.len)] = byte;
        self.len += 1;
        let fed = if written == Codec::UTF_8 { self.utf8() } else { self.other(written) };
        if fed != Fed::More {
            self.len = 0;
        }
        fed
    }

    /// UTF-8, and the surrogate pairs in three bytes each that CESU-8 writes.
    fn utf8(&self) -> Fed {
        let b = &self.bytes;
        let n = usize::from(self.len);
        if n > 1 && !(0x80..0xc0).contains(&b[n - 1]) && !(n == 4 && b[3] == 0xed) {
            return Fed::Bad;
        }
        let code = |b: &[u8]| u32::from(b[0] & 0x0f) << 12 | u32::from(b[1] & 0x3f) << 6 | u32::from(b[2] & 0x3f);
        let one = |c: u32, least: u32| char::from_u32(c).filter(|c| *c as u32 >= least).map_or(Fed::Bad, Fed::One);
        match (b[0], n) {
            (0xc2..=0xf4, 1) => Fed::More,
            (0xc2..=0xdf, _) => one(u32::from(b[0] & 0x1f) << 6 | u32::from(b[1] & 0x3f), 0x80),
            (0xe0..=0xef, 2) => Fed::More,
            (0xed, 3) if b[1] >= 0xa0 => {
                if b[1] < 0xb0 {
                    Fed::More
                } else {
                    Fed::Bad
                }
            }
            (0xed, 4) => {
                if b[3] == 0xed {
                    Fed::More
                } else {
                    Fed::Bad
                }
            }
            (0xed, 5) => {
                if b[4] >= 0xb0 {
                    Fed::More
                } else {
                    Fed::Bad
                }
            }
            (0xed, 6) => one(0x10000 + ((code(b) - 0xd800) << 10) + (code(&b[3..]) - 0xdc00), 0x10000),
            (0xe0..=0xef, 3) => one(code(b), 0x800),
            (0xf0..=0xf4, 2 | 3) => Fed::More,
            (0xf0..=0xf4, _) => one(
                u32::from(b[0] & 7) << 18 | u32::from(b[1] & 0x3f) << 12 | u32::from(b[2] & 0x3f) << 6 | u32::from(b[3] & 0x3f),
                0x10000,
            ),
            _ => Fed::Bad,
        }
    }

    fn other(&self, written: Codec) -> Fed {
        let b = self.as_bytes();
        match *b {
            [one] => match written.byte(one) {
                Some(c) => Fed::One(c),
                None if written.is_double_byte() && one > 0x80 && one < 0xff => Fed::More,
                None => Fed::Bad,
            },
            [lead, trail] => match written.pair(lead, trail) {
                Some(c) => Fed::One(c),
                None if written == Codec::GB18030 && (0x30..=0x39).contains(&trail) => Fed::More,
                None if written == Codec::EUC_JP && lead == 0x8f => Fed::More,
                None => Fed::Bad,
            },
            [_, _, _] if written == Codec::GB18030 => Fed::More,
            _ => match written.step(b) {
                Some(Step::One(c, n)) if n == b.len() => Fed::One(c),
                _ => Fed::Bad,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(written: Codec, bytes: &[u8]) -> Option<String> {
        let mut pending = Pending::default();
        let mut out = String::new();
        for &b in bytes {
            match pending.feed(written, b) {
                Fed::More => {}
                Fed::One(c) => out.push(c),
                Fed::Bad => return None,
            }
        }
        pending.is_empty().then_some(out)
    }

    #[test]
    fn byte_by_byte_is_what_the_decoder_says() {
        for (codec, text) in [
            (Codec::UTF_8, "aé春😀"),
            (Codec::GB18030, "a春天€\u{20000}"),
            (Codec::BIG5, "春天"),
            (Codec::SHIFT_JIS, "ｱ春ア"),
            (Codec::EUC_JP, "春ｱ天"),
            (Codec::EUC_KR, "봄"),
        ] {
            let bytes = if codec == Codec::UTF_8 { text.as_bytes().to_vec() } else { codec.inverse().unwrap().encode_text(text).unwrap() };
            assert_eq!(decode(codec, &bytes).as_deref(), Some(text), "{codec:?}");
        }
    }

    #[test]
    fn surrogates_in_three_bytes_each_are_one_character() {
        assert_eq!(decode(Codec::UTF_8, b"\xed\xa0\xbd\xed\xb8\x80").as_deref(), Some("😀"));
        assert_eq!(decode(Codec::UTF_8, b"\xed\xa0\xbdx"), None);
        assert_eq!(decode(Codec::UTF_8, b"\xc0\x80"), None);
        assert_eq!(decode(Codec::UTF_8, b"\xe0\x80\x80"), None);
    }

    #[test]
    fn every_pair_has_a_rule() {
        for &pair in &Pairs::get().all {
            for kept_c1 in [false, true] {
                rule(pair, kept_c1, Rules::builtin());
            }
        }
    }

    #[test]
    fn every_charset_of_the_table_is_known() {
        let content = include_str!("../../data/mojibake-pairs.tsv");
        let names = table::rows("t", content, 2).flatten().flat_map(|r| r.cells[1].split(' ').chain([r.cells[0]]).collect::<Vec<_>>());
        for name in names {
            assert!(Codec::for_name(name).is_some(), "{name}");
        }
        assert!(Pairs::get().readings.iter().all(|(c, _)| Reading::new(*c).is_some()));
    }
}
