//! Charsets of pairs: GBK and GB18030, Big5, Shift_JIS, EUC-JP, EUC-KR, Johab. One table of pairs each, built on first use by
//! asking the WHATWG decoder for every pair, so that ours reads exactly what it reads.

use std::sync::OnceLock;

use encoding_rs::Encoding;

use super::list::Kind;
use super::walk::{PEN, Reader, Step, packed, unpack};

/// The characters of all pairs whose lead is 80 or above, and of the bytes that stand alone.
pub(super) struct Pairs {
    cells: Box<[Option<char>]>,
    /// The same as UTF-8, see [`packed`].
    packed: Box<[u32]>,
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

    fn new(is_lead: impl Fn(u8) -> bool, single: impl Fn(u8) -> Option<char>, pair: impl Fn(u8, u8) -> Option<char>) -> Pairs {
        let mut cells = vec![None; 128 << 8];
        for lead in (0x80..=0xFFu8).filter(|&b| is_lead(b)) {
            for trail in 0x21..=0xFEu8 {
                cells[usize::from(lead - 0x80) << 8 | usize::from(trail)] = pair(lead, trail);
            }
        }
        let singles = std::array::from_fn(|b| match b as u8 {
            b @ 0..=0x7F => Some(b as char),
            b if is_lead(b) => None,
            b => single(b),
        });
        let packed = cells.iter().map(|&c| packed(c)).collect();
        Pairs { cells: cells.into_boxed_slice(), packed, singles, leads: std::array::from_fn(|b| is_lead(b as u8 | 0x80)) }
    }

    /// The tables of a WHATWG charset; leads are the bytes of `leads`.
    fn whatwg(encoding: &'static Encoding, leads: &[std::ops::RangeInclusive<u8>]) -> Pairs {
        let is_lead = |b: u8| leads.iter().any(|r| r.contains(&b));
        Pairs::new(is_lead, |b| sole(encoding, &[b]), |lead, trail| if trail >= 0x40 { sole(encoding, &[lead, trail]) } else { None })
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
        let table = &self.packed[..128 << 8];
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
        Kind::Gb => GB.get_or_init(|| Pairs::whatwg(encoding_rs::GBK, &[0x81..=0xFE])),
        Kind::Big5 => BIG5.get_or_init(|| Pairs::whatwg(encoding_rs::BIG5, &[0x81..=0xFE])),
        Kind::ShiftJis => SHIFT_JIS.get_or_init(|| Pairs::whatwg(encoding_rs::SHIFT_JIS, &[0x81..=0x9F, 0xE0..=0xFC])),
        Kind::EucJp => EUC_JP.get_or_init(|| Pairs::whatwg(encoding_rs::EUC_JP, &[0x8E..=0x8F, 0xA1..=0xFE])),
        Kind::EucKr => EUC_KR.get_or_init(|| Pairs::whatwg(encoding_rs::EUC_KR, &[0x81..=0xFE])),
        Kind::Johab => JOHAB.get_or_init(|| Pairs::new(|b| matches!(b, 0x84..=0xD3 | 0xD9..=0xDE | 0xE0..=0xF9), |_| None, johab_pair)),
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

/// First number of the four-byte characters beyond the BMP, and how many lie within it.
const ASTRAL: usize = 189_000;
pub(super) const FOURS_OF_BMP: usize = 39_420;

/// The character of four bytes of GB18030.
fn four(a: u8, b: u8, c: u8, d: u8) -> Option<char> {
    let number = ((usize::from(a - 0x81) * 10 + usize::from(b - b'0')) * 126 + usize::from(c - 0x81)) * 10 + usize::from(d - b'0');
    if number >= ASTRAL {
        return char::from_u32(0x10000 + (number - ASTRAL) as u32);
    }
    fours_of_bmp().get(number).copied().flatten()
}

/// The characters of the four-byte numbers below [`FOURS_OF_BMP`].
pub(super) fn fours_of_bmp() -> &'static [Option<char>] {
    static FOURS: OnceLock<Vec<Option<char>>> = OnceLock::new();
    FOURS.get_or_init(|| (0..FOURS_OF_BMP).map(|n| sole(encoding_rs::GB18030, &four_bytes(n))).collect())
}

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
    static TABLE: OnceLock<Vec<Option<char>>> = OnceLock::new();
    if second < 0xA1 || third < 0xA1 {
        return None;
    }
    let table = TABLE.get_or_init(|| {
        let all = (0xA1..=0xFEu8).flat_map(|s| (0xA1..=0xFEu8).map(move |t| (s, t)));
        all.map(|(s, t)| sole(encoding_rs::EUC_JP, &[0x8F, s, t])).collect()
    });
    table.get(usize::from(second - 0xA1) * 94 + usize::from(third - 0xA1)).copied().flatten()
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
