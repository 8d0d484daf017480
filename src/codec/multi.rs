//! Charsets of pairs: GBK and GB18030, Big5, Shift_JIS, EUC-JP, EUC-KR, Johab. One table of pairs each, built on first use from
//! `src/data/pairs.bin`, which is what the WHATWG decoder says of every pair, so that ours reads exactly what it reads.

use std::sync::OnceLock;

use encoding_rs::Encoding;

use super::list::Kind;
use super::walk::{PEN, Reader, Step, packed, unpack};

/// The characters of all pairs whose lead is 80 or above, and of the bytes that stand alone.
pub(super) struct Pairs {
    cells: Box<[Option<char>]>,
    /// The same as UTF-8, see [`packed`]; made when a text is decoded.
    packed: OnceLock<Box<[u32]>>,
    singles: [Option<char>; 256],
    /// True for the bytes 80 and above that the charset takes for the first of a pair, even when no such pair is defined.
    leads: [bool; 128],
}

impl Pairs {
    #[inline]
    pub fn get(&self, lead: u8, trail: u8) -> Option<char> {
        self.cells[usize::from(lead).checked_sub(0x80)? << 8 | usize::from(trail)]
    }

    pub fn single(&self, byte: u8) -> Option<char> {
        self.singles[usize::from(byte)]
    }

    /// The characters of all pairs, 256 a lead from 80 on.
    pub fn cells(&self) -> &[Option<char>] {
        &self.cells
    }

    fn new(is_lead: impl Fn(u8) -> bool, single: impl Fn(u8) -> Option<char>, fill: impl Fn(u8, &mut [Option<char>])) -> Pairs {
        let mut cells = vec![None; 128 << 8];
        for (lead, row) in (0x80..=0xFFu8).zip(cells.chunks_exact_mut(256)).filter(|(b, _)| is_lead(*b)) {
            fill(lead, row);
        }
        let singles = std::array::from_fn(|b| match b as u8 {
            b @ 0..=0x7F => Some(b as char),
            b if is_lead(b) => None,
            b => single(b),
        });
        let leads = std::array::from_fn(|b| is_lead(b as u8 | 0x80));
        Pairs { cells: cells.into_boxed_slice(), packed: OnceLock::new(), singles, leads }
    }

    /// The tables of a WHATWG charset, whose pairs are part `number` of the file; leads are the bytes of `leads`.
    fn whatwg(encoding: &'static Encoding, number: usize, leads: &[std::ops::RangeInclusive<u8>]) -> Pairs {
        let is_lead = |b: u8| leads.iter().any(|r| r.contains(&b));
        // Only Big5 has characters of another plane.
        let upper = if encoding == encoding_rs::BIG5 { &FILE[PLANE_2..OF_FOURS] } else { &[] };
        let of_plane_2 = |at: usize| upper.get(at / 8).is_some_and(|bits| bits >> (at % 8) & 1 == 1);
        Pairs::new(
            is_lead,
            |b| sole(encoding, &[b]),
            |lead, row| {
                let Some(lead) = usize::from(lead).checked_sub(usize::from(LEADS.0)) else { return };
                let part = &FILE[number * PART + lead * TRAILS.1 * 2..][..TRAILS.1 * 2];
                for ((at, code), cell) in part.as_chunks().0.iter().enumerate().zip(&mut row[usize::from(TRAILS.0)..]) {
                    *cell = stored(*code, if of_plane_2(lead * TRAILS.1 + at) { 0x2_0000 } else { 0 });
                }
            },
        )
    }

    /// Reads a pair, or a byte that stands alone. A pair that is not defined takes its second byte with it unless that is ASCII.
    #[inline]
    fn next(&self, rest: &[u8]) -> Step {
        let lead = rest[0];
        if let Some(&trail) = rest.get(1)
            && let Some(c) = self.get(lead, trail)
        {
            return Step::One(c, 2);
        }
        self.other(rest)
    }

    /// Reads defined pairs for as long as there are any, see [`Reader::run`].
    #[inline]
    fn run(&self, rest: &[u8], out: &mut [u8; PEN], mut written: usize) -> (usize, usize) {
        let mut read = 0;
        let table = self.packed.get_or_init(|| self.cells.iter().map(|&c| packed(c)).collect());
        for pair in rest.chunks_exact(2) {
            // Empty for all leads below 80, which the table does not hold.
            let cell = usize::from(pair[0]) << 8 | usize::from(pair[1]);
            let packed = table.get(cell.wrapping_sub(128 << 8)).copied().unwrap_or(0);
            if packed == 0 || written > PEN - 4 {
                break;
            }
            written = unpack(packed, out, written);
            read += 2;
        }
        (read, written)
    }

    #[cold]
    fn other(&self, rest: &[u8]) -> Step {
        if let Some(c) = self.single(rest[0]) {
            return Step::One(c, 1);
        }
        match rest.get(1) {
            Some(0x80..) if self.leads[usize::from(rest[0] & 0x7F)] => Step::Bad(2),
            _ => Step::Bad(1),
        }
    }
}

/// Made by the test `tables_follow_from_the_decoders`: for each of GBK, Big5, Shift_JIS, EUC-JP and EUC-KR the characters of all pairs, then those of
/// JIS X 0212, two bytes each with 0 for none; in bits which of Big5 are of plane 2, and which of the basic plane have four bytes in GB18030.
const FILE: &[u8] = include_bytes!("../data/pairs.bin");

/// First and number of the leads, and of the trails, of a pair.
const LEADS: (u8, usize) = (0x81, 126);
const TRAILS: (u8, usize) = (0x40, 191);
/// Bytes of the pairs of one charset, and where what comes behind those of all begins.
const PART: usize = LEADS.1 * TRAILS.1 * 2;
const JIS_0212: usize = 5 * PART;
const PLANE_2: usize = JIS_0212 + 94 * 94 * 2;
const OF_FOURS: usize = PLANE_2 + (LEADS.1 * TRAILS.1).div_ceil(8);

/// A character as the file has it, its plane added.
#[inline]
fn stored(code: [u8; 2], plane: u32) -> Option<char> {
    match u16::from_le_bytes(code) {
        0 => None,
        code => char::from_u32(u32::from(code) | plane),
    }
}

/// The one character that `bytes` are as a whole.
fn sole(encoding: &'static Encoding, bytes: &[u8]) -> Option<char> {
    let mut units = [0u16; 8];
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let (result, read, written) = decoder.decode_to_utf16_without_replacement(bytes, &mut units, true);
    if result != encoding_rs::DecoderResult::InputEmpty || read != bytes.len() {
        return None;
    }
    let mut chars = char::decode_utf16(units[..written].iter().copied());
    let first = chars.next()?.ok()?;
    chars.next().is_none().then_some(first)
}

/// The tables of a charset of pairs.
pub(super) fn pairs(kind: Kind) -> Option<&'static Pairs> {
    static GB: OnceLock<Pairs> = OnceLock::new();
    static BIG5: OnceLock<Pairs> = OnceLock::new();
    static SHIFT_JIS: OnceLock<Pairs> = OnceLock::new();
    static EUC_JP: OnceLock<Pairs> = OnceLock::new();
    static EUC_KR: OnceLock<Pairs> = OnceLock::new();
    static JOHAB: OnceLock<Pairs> = OnceLock::new();
    Some(match kind {
        Kind::Gb => GB.get_or_init(|| Pairs::whatwg(encoding_rs::GBK, 0, &[0x81..=0xFE])),
        Kind::Big5 => BIG5.get_or_init(|| Pairs::whatwg(encoding_rs::BIG5, 1, &[0x81..=0xFE])),
        Kind::ShiftJis => SHIFT_JIS.get_or_init(|| Pairs::whatwg(encoding_rs::SHIFT_JIS, 2, &[0x81..=0x9F, 0xE0..=0xFC])),
        Kind::EucJp => EUC_JP.get_or_init(|| Pairs::whatwg(encoding_rs::EUC_JP, 3, &[0x8E..=0x8F, 0xA1..=0xFE])),
        Kind::EucKr => EUC_KR.get_or_init(|| Pairs::whatwg(encoding_rs::EUC_KR, 4, &[0x81..=0xFE])),
        Kind::Johab => JOHAB.get_or_init(|| {
            Pairs::new(
                |b| matches!(b, 0x84..=0xD3 | 0xD9..=0xDE | 0xE0..=0xF9),
                |_| None,
                |lead, row| {
                    for trail in 0x21..=0xFEu8 {
                        row[usize::from(trail)] = johab_pair(lead, trail);
                    }
                },
            )
        }),
        _ => return None,
    })
}

fn table(kind: Kind) -> &'static Pairs {
    match pairs(kind) {
        Some(pairs) => pairs,
        None => unreachable!("only called for the charsets of pairs"),
    }
}

/// GBK with the four-byte characters of GB18030.
#[derive(Clone, Copy)]
pub(super) struct Gb(&'static Pairs);

pub(super) fn gb() -> Gb {
    Gb(table(Kind::Gb))
}

impl Reader for Gb {
    #[inline]
    fn next(&self, rest: &[u8]) -> Step {
        if let [lead @ 0x81..=0xFE, b'0'..=b'9', ..] = *rest {
            return match *rest {
                [_, second, third @ 0x81..=0xFE, fourth @ b'0'..=b'9', ..] => {
                    four(lead, second, third, fourth).map_or(Step::Bad(4), |c| Step::One(c, 4))
                }
                _ => Step::Bad(1),
            };
        }
        self.0.next(rest)
    }

    #[inline]
    fn run(&self, rest: &[u8], out: &mut [u8; PEN], len: usize) -> (usize, usize) {
        self.0.run(rest, out, len)
    }
}

/// First number of the four-byte characters beyond the BMP.
const ASTRAL: usize = 189_000;

/// The character of four bytes of GB18030.
fn four(a: u8, b: u8, c: u8, d: u8) -> Option<char> {
    let number = ((usize::from(a - 0x81) * 10 + usize::from(b - b'0')) * 126 + usize::from(c - 0x81)) * 10 + usize::from(d - b'0');
    if number >= ASTRAL {
        return char::from_u32(0x10000 + (number - ASTRAL) as u32);
    }
    fours_of_bmp().get(number).copied().flatten()
}

/// The characters of the BMP that have four bytes, by their numbers.
pub(super) fn fours_of_bmp() -> &'static [Option<char>] {
    static FOURS: OnceLock<Vec<Option<char>>> = OnceLock::new();
    FOURS.get_or_init(|| {
        let has_four = |c: &char| FILE[OF_FOURS..][*c as usize / 8] >> (*c as usize % 8) & 1 == 1;
        // They are in order, but what was the code of a letter became one of private use when the letter got a pair.
        let in_place = |c: char| if c == LETTER { PRIVATE } else { c };
        ('\u{80}'..='\u{FFFF}').filter(has_four).map(|c| Some(in_place(c))).collect()
    })
}

/// The letter that became a pair, and the character of private use that stands for its four bytes since.
const LETTER: char = '\u{1E3F}';
const PRIVATE: char = '\u{E7C7}';

/// The four bytes of a number.
pub(super) fn four_bytes(n: usize) -> [u8; 4] {
    [(n / 12_600) as u8 + 0x81, (n / 1_260 % 10) as u8 + b'0', (n / 10 % 126) as u8 + 0x81, (n % 10) as u8 + b'0']
}

/// The four bytes of a character beyond the BMP.
pub(super) fn astral_bytes(c: char) -> Option<[u8; 4]> {
    Some(four_bytes((c as usize).checked_sub(0x10000)? + ASTRAL))
}

/// Big5 with the Hong Kong supplement.
#[derive(Clone, Copy)]
pub(super) struct Big5(&'static Pairs);

pub(super) fn big5() -> Big5 {
    Big5(table(Kind::Big5))
}

impl Reader for Big5 {
    #[inline]
    fn next(&self, rest: &[u8]) -> Step {
        match *rest {
            [0x88, 0x62, ..] => Step::Two('\u{CA}', '\u{304}', 2),
            [0x88, 0x64, ..] => Step::Two('\u{CA}', '\u{30C}', 2),
            [0x88, 0xA3, ..] => Step::Two('\u{EA}', '\u{304}', 2),
            [0x88, 0xA5, ..] => Step::Two('\u{EA}', '\u{30C}', 2),
            _ => self.0.next(rest),
        }
    }

    #[inline]
    fn run(&self, rest: &[u8], out: &mut [u8; PEN], len: usize) -> (usize, usize) {
        self.0.run(rest, out, len)
    }
}

/// A charset with nothing but pairs and single bytes.
#[derive(Clone, Copy)]
pub(super) struct Plain(&'static Pairs);

impl Reader for Plain {
    #[inline]
    fn next(&self, rest: &[u8]) -> Step {
        self.0.next(rest)
    }

    #[inline]
    fn run(&self, rest: &[u8], out: &mut [u8; PEN], len: usize) -> (usize, usize) {
        self.0.run(rest, out, len)
    }
}

pub(super) fn shift_jis() -> Plain {
    Plain(table(Kind::ShiftJis))
}

pub(super) fn euc_kr() -> Plain {
    Plain(table(Kind::EucKr))
}

pub(super) fn johab() -> Plain {
    Plain(table(Kind::Johab))
}

/// EUC-JP with the three-byte characters of JIS X 0212.
#[derive(Clone, Copy)]
pub(super) struct EucJp(&'static Pairs);

pub(super) fn euc_jp() -> EucJp {
    EucJp(table(Kind::EucJp))
}

impl Reader for EucJp {
    #[inline]
    fn next(&self, rest: &[u8]) -> Step {
        match *rest {
            [0x8F, second @ 0xA1..=0xFE, third, ..] => match jis0212(second, third) {
                Some(c) => Step::One(c, 3),
                None if third >= 0x80 => Step::Bad(3),
                None => Step::Bad(2),
            },
            [0x8F, second, ..] => Step::Bad(1 + usize::from(second >= 0x80)),
            _ => self.0.next(rest),
        }
    }

    #[inline]
    fn run(&self, rest: &[u8], out: &mut [u8; PEN], len: usize) -> (usize, usize) {
        self.0.run(rest, out, len)
    }
}

/// The character that stands after 8F in EUC-JP.
pub(super) fn jis0212(second: u8, third: u8) -> Option<char> {
    if second < 0xA1 || third < 0xA1 {
        return None;
    }
    stored(*FILE[JIS_0212..PLANE_2].as_chunks().0.get(usize::from(second - 0xA1) * 94 + usize::from(third - 0xA1))?, 0)
}

/// Numbers of the initial, medial and final letters by their five bits; 255 where there is none, 254 for "no letter".
const INITIAL: [u8; 32] = jamo(&[(2, 20, 0)], 1);
const MEDIAL: [u8; 32] = jamo(&[(3, 7, 0), (10, 15, 5), (18, 23, 11), (26, 29, 17)], 2);
const FINAL: [u8; 32] = jamo(&[(2, 17, 1), (19, 29, 17)], 1);
const EMPTY: u8 = 254;

/// Number `from + i` for the bits `first + i` of each range.
const fn jamo(ranges: &[(u8, u8, u8)], empty: usize) -> [u8; 32] {
    let mut table = [255; 32];
    table[empty] = EMPTY;
    let mut r = 0;
    while r < ranges.len() {
        let (first, last, from) = ranges[r];
        let mut bits = first;
        while bits <= last {
            table[bits as usize] = from + bits - first;
            bits += 1;
        }
        r += 1;
    }
    table
}

/// Johab (KS X 1001, annex 3): a Hangul syllable is three times five bits; symbols and Hanja are rows of EUC-KR moved elsewhere.
fn johab_pair(lead: u8, trail: u8) -> Option<char> {
    if (0x84..=0xD3).contains(&lead) && matches!(trail, 0x41..=0x7E | 0x81..=0xFE) {
        let code = u16::from_be_bytes([lead, trail]);
        let letter = |table: &[u8; 32], shift: u16| table[usize::from(code >> shift & 31)];
        let (i, m, f) = (letter(&INITIAL, 10), letter(&MEDIAL, 5), letter(&FINAL, 0));
        let initials = ['ㄱ', 'ㄲ', 'ㄴ', 'ㄷ', 'ㄸ', 'ㄹ', 'ㅁ', 'ㅂ', 'ㅃ', 'ㅅ', 'ㅆ', 'ㅇ', 'ㅈ', 'ㅉ', 'ㅊ', 'ㅋ', 'ㅌ', 'ㅍ', 'ㅎ'];
        return match (i, m, f) {
            (255, ..) | (_, 255, _) | (.., 255) => None,
            (EMPTY, EMPTY, _) => None,
            (EMPTY, m, EMPTY) => char::from_u32(0x314F + u32::from(m)),
            (i, EMPTY, EMPTY) => initials.get(usize::from(i)).copied(),
            (EMPTY, ..) | (_, EMPTY, _) => None,
            (i, m, f) => {
                let f = if f == EMPTY { 0 } else { u32::from(f) };
                char::from_u32(0xAC00 + (u32::from(i) * 21 + u32::from(m)) * 28 + f)
            }
        };
    }
    if !matches!(trail, 0x31..=0x7E | 0x91..=0xFE) {
        return None;
    }
    let row = match lead {
        0xD9..=0xDE => 2 * (lead - 0xD9),
        0xE0..=0xF9 => 2 * (lead - 0xE0) + 0x29,
        _ => return None,
    };
    let cell = if trail < 0x91 { trail - 0x31 } else { trail - 0x43 };
    table(Kind::EucKr).get(0xA1 + row + cell / 94, 0xA1 + cell % 94)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many four-byte characters lie within the BMP.
    const FOURS_OF_BMP: usize = 39_420;

    #[test]
    fn tables_follow_from_the_decoders() {
        let mut made = Vec::new();
        let mut planes = [0u8; (LEADS.1 * TRAILS.1).div_ceil(8)];
        let low = |c: Option<char>| (c.map_or(0, |c| c as u32) as u16).to_le_bytes();
        for encoding in [encoding_rs::GBK, encoding_rs::BIG5, encoding_rs::SHIFT_JIS, encoding_rs::EUC_JP, encoding_rs::EUC_KR] {
            for at in 0..LEADS.1 * TRAILS.1 {
                let c = sole(encoding, &[LEADS.0 + (at / TRAILS.1) as u8, TRAILS.0 + (at % TRAILS.1) as u8]);
                made.extend(low(c));
                match c {
                    Some('\u{20000}'..='\u{2ffff}') => planes[at / 8] |= 1 << (at % 8),
                    c => assert!(c.is_none_or(|c| c < '\u{10000}'), "{c:?}"),
                }
            }
        }
        for (second, third) in (0xA1..=0xFEu8).flat_map(|s| (0xA1..=0xFEu8).map(move |t| (s, t))) {
            made.extend(low(sole(encoding_rs::EUC_JP, &[0x8F, second, third])));
        }
        made.extend(planes);
        let mut fours = [0u8; 0x1_0000 / 8];
        for c in (0..FOURS_OF_BMP).filter_map(|n| sole(encoding_rs::GB18030, &four_bytes(n))) {
            let c = if c == PRIVATE { LETTER } else { c };
            fours[c as usize / 8] |= 1 << (c as usize % 8);
        }
        made.extend(fours);
        crate::derived::check("pairs.bin", FILE, &made);
    }

    #[test]
    fn tables_are_what_the_decoders_say() {
        let kinds = [
            (Kind::Gb, encoding_rs::GBK),
            (Kind::Big5, encoding_rs::BIG5),
            (Kind::ShiftJis, encoding_rs::SHIFT_JIS),
            (Kind::EucJp, encoding_rs::EUC_JP),
            (Kind::EucKr, encoding_rs::EUC_KR),
        ];
        for (kind, encoding) in kinds {
            let table = table(kind);
            for (lead, trail) in (0x80..=0xFFu8).flat_map(|l| (0..=0xFFu8).map(move |t| (l, t))) {
                let is_lead = table.leads[usize::from(lead & 0x7F)] && trail >= 0x40;
                let alone = if is_lead { sole(encoding, &[lead, trail]) } else { None };
                assert_eq!(table.get(lead, trail), alone, "{} {lead:x}{trail:x}", encoding.name());
            }
        }
        assert_eq!(fours_of_bmp().len(), FOURS_OF_BMP);
        for (n, c) in fours_of_bmp().iter().enumerate() {
            assert_eq!(*c, sole(encoding_rs::GB18030, &four_bytes(n)), "{n}");
        }
    }
}
