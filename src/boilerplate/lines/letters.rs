//! A glance at a line of letters with blanks between its words, Latin, Cyrillic or Hangul: told of many bytes at once, without a branch
//! for each. What holds anything else is walked by the table in `glance`.

use super::glance::{Glance, is_stop};
use crate::bytes::has_row;

/// Bytes looked at at once, and those before them that tell what they are part of.
const AT_ONCE: usize = 64;
const BEFORE: usize = 8;
const WIDTH: usize = BEFORE + AT_ONCE;

/// What [`super::glance::Table`] says of a line; `None` when a character in it may be another than a letter to U+024F, of Russian, of
/// Vietnamese, Hangul, ASCII or one of the signs that stand among them, when two joiners stand side by side, or when a word may that begins with one
/// of `words`.
pub(super) fn glance(text: &str, words: &[[u8; 4]]) -> Option<Glance> {
    let bytes = text.as_bytes();
    if bytes.first().is_some_and(|b| (0xe3..0xea).contains(b)) {
        return None;
    }
    let mut piece = Piece { bytes: [0; WIDTH], word: [0; WIDTH], joins: [0; WIDTH] };
    let mut all = Seen::default();
    let mut pieces = bytes.chunks(AT_ONCE);
    while let Some(next) = pieces.next() {
        match next.first_chunk::<AT_ONCE>() {
            Some(next) => piece.bytes[BEFORE..].copy_from_slice(next),
            None => {
                piece.bytes[BEFORE..].fill(0);
                piece.bytes[BEFORE..BEFORE + next.len()].copy_from_slice(next);
            }
        }
        let here = piece.look();
        if here.other != 0 {
            return None;
        }
        all.units += here.units;
        all.commas += here.commas;
        all.cries += here.cries;
        all.flags |= here.flags;
        if pieces.len() > 0 {
            piece.go_on();
        }
    }
    if words.iter().any(|w| has_row(bytes, *w)) {
        return None;
    }
    let mut line = Glance::default();
    (line.units, line.commas, line.sentences) = (all.units, all.commas, all.cries);
    if all.flags & flag::DOT != 0 {
        let stops = memchr::memchr_iter(b'.', bytes).filter(|at| is_stop(text, *at)).count() as u32;
        line.sentences += stops;
        line.stop = stops > 0;
    }
    line.gather(all.flags & flag::DIGIT != 0, all.flags & flag::WORD != 0, all.flags & flag::SEPARATOR != 0);
    Some(line)
}

/// What stands somewhere in a piece.
mod flag {
    pub const DOT: u8 = 1;
    pub const DIGIT: u8 = 2;
    /// A letter or syllable.
    pub const WORD: u8 = 4;
    pub const SEPARATOR: u8 = 8;
}

/// What was counted in a piece.
#[derive(Default)]
struct Seen {
    /// Not 0 when something stands there that is not told here.
    other: u8,
    units: u32,
    commas: u32,
    cries: u32,
    flags: u8,
}

/// Some bytes of a line, with the last ones before them.
struct Piece {
    bytes: [u8; WIDTH],
    /// Which of them are of letters and digits, and which end joiners.
    word: [u8; WIDTH],
    joins: [u8; WIDTH],
}

impl Piece {
    /// Makes room for the next bytes.
    fn go_on(&mut self) {
        for all in [&mut self.bytes, &mut self.word, &mut self.joins] {
            let last: [u8; BEFORE] = *all.last_chunk().unwrap_or(&[0; BEFORE]);
            all[..BEFORE].copy_from_slice(&last);
        }
    }

    /// Looks at the bytes behind the first [`BEFORE`]. A byte of a longer character is told by those before it. Without a branch, and what is
    /// found is kept for each byte before it is summed: so it is done for many at once.
    #[allow(clippy::needless_range_loop, reason = "the bytes before one are looked at, too")]
    fn look(&mut self) -> Seen {
        let mask = |b: bool| 0u8.wrapping_sub(u8::from(b));
        let within = |b: u8, from: u8, to: u8| mask(b.wrapping_sub(from) <= to - from);
        let two = |lead: u8| within(lead, 0xc3, 0xc9) | within(lead, 0xd0, 0xd1);
        let mut begins = [0; AT_ONCE];
        let mut flags = [0; AT_ONCE];
        let mut other = [0; AT_ONCE];
        for i in 0..AT_ONCE {
            let (a, b, c) = (self.bytes[i + BEFORE - 2], self.bytes[i + BEFORE - 1], self.bytes[i + BEFORE]);
            let lead = two(c) | mask(c == 0xe1);
            let letter = within(c | 0x20, b'a', b'z');
            let digit = within(c, b'0', b'9');
            begins[i] = digit | letter | lead;
            self.word[i + BEFORE] = digit | letter | lead | two(b) | mask(b == 0xe1) | mask(a == 0xe1);
            self.joins[i + BEFORE] = mask(c == b'\'') | mask(c == b'-') | mask(a == 0xe2) & mask(c == 0x99);
            let white = mask(c == b' ') | within(c, 9, 13);
            let parts = mask(c == b'|') | mask(c == b',') | mask(c == b'/') | mask(c == b'>') | mask(c == b'-');
            let wide = mask(b == 0xc2) & (mask(c == 0xa0) | mask(c == 0xb7) | mask(c == 0xbb));
            flags[i] = mask(c == b'.') & flag::DOT
                | digit & flag::DIGIT
                | (letter | lead | within(c, 0xea, 0xed)) & flag::WORD
                | (white | parts | wide) & flag::SEPARATOR;
        }
        // What no lead may be, and what may not follow one.
        for i in 0..AT_ONCE {
            let (a, b, c) = (self.bytes[i + BEFORE - 2], self.bytes[i + BEFORE - 1], self.bytes[i + BEFORE]);
            let lead = two(c) | mask(c == 0xc2) | mask(c == 0xe1) | mask(c == 0xe2) | within(c, 0xea, 0xed);
            let sign = mask(c == 0xa0) | mask(c == 0xab) | mask(c == 0xb7) | mask(c == 0xbb);
            other[i] = mask(c >= 0xc0) & !lead
                | mask(b == 0xc3) & (mask(c == 0x97) | mask(c == 0xb7))
                | mask(b == 0xc2) & !sign
                | mask(b == 0xe1) & !within(c, 0xb8, 0xbb)
                | mask(b == 0xe2) & mask(c != 0x80)
                | mask(a == 0xe2) & !within(c, 0x90, 0xa7)
                | mask(b == 0xea) & mask(c < 0xb0)
                | mask(b == 0xed) & mask(c > 0x9d);
        }
        let (mut units, mut commas, mut cries) = (0u8, 0u8, 0u8);
        let mut twice = 0;
        for i in 0..AT_ONCE {
            let (b, c) = (self.bytes[i + BEFORE - 1], self.bytes[i + BEFORE]);
            // The joiner before is one byte, or the three of an apostrophe.
            let joined = self.joins[i + BEFORE - 1];
            let before = mask(b < 0x80) & self.word[i + BEFORE - 2] | mask(b >= 0x80) & self.word[i + BEFORE - 4];
            let inside = self.word[i + BEFORE - 1] | joined & before;
            units = units.wrapping_sub(begins[i] & !inside | within(c, 0xea, 0xed));
            commas = commas.wrapping_sub(mask(c == b',') | mask(c == b';'));
            cries = cries.wrapping_sub(mask(c == b'!') | mask(c == b'?'));
            // Of two joiners side by side, what stands before both tells whether they are inside a word.
            twice |= self.joins[i + BEFORE] & (mask(c < 0x80) & joined | mask(c >= 0x80) & self.joins[i + BEFORE - 3]);
        }
        let any = |all: [u8; AT_ONCE]| all.iter().fold(0, |any, b| any | b);
        Seen { other: any(other) | twice, units: units.into(), commas: commas.into(), cries: cries.into(), flags: any(flags) }
    }
}
