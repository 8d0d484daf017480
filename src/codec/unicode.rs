//! UTF-8, UTF-16 and UTF-32 with their errors in place. Byte order marks are characters here.

use super::walk::{Piece, Step, malformed};

pub(super) fn utf8(bytes: &[u8], out: &mut String, mut note: impl FnMut(Piece)) {
    let mut at = 0;
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        at += chunk.valid().len();
        if !chunk.invalid().is_empty() {
            malformed(at..at + chunk.invalid().len(), out, &mut note);
            at += chunk.invalid().len();
        }
    }
}

pub(super) fn utf8_step(rest: &[u8]) -> Step {
    let Some(&first) = rest.first() else { return Step::Bad(1) };
    // How many bytes follow, and what the first of them may be (table 3-7 of the Unicode Standard).
    let (more, second) = match first {
        0..=0x7F => return Step::One(first as char, 1),
        0xC2..=0xDF => (1, 0x80..=0xBF),
        0xE0 => (2, 0xA0..=0xBF),
        0xED => (2, 0x80..=0x9F),
        0xE1..=0xEF => (2, 0x80..=0xBF),
        0xF0 => (3, 0x90..=0xBF),
        0xF1..=0xF3 => (3, 0x80..=0xBF),
        0xF4 => (3, 0x80..=0x8F),
        _ => return Step::Bad(1),
    };
    let mut code = u32::from(first) & (0x3F >> more);
    for at in 1..=more {
        match rest.get(at) {
            Some(&b) if (at > 1 && (0x80..=0xBF).contains(&b)) || (at == 1 && second.contains(&b)) => {
                code = code << 6 | u32::from(b & 0x3F);
            }
            _ => return Step::Bad(at),
        }
    }
    char::from_u32(code).map_or(Step::Bad(1), |c| Step::One(c, more + 1))
}

pub(super) fn utf16(bytes: &[u8], big: bool, out: &mut String, note: impl FnMut(Piece)) {
    units(bytes, |rest| utf16_step(rest, big), out, note);
}

pub(super) fn utf16_step(rest: &[u8], big: bool) -> Step {
    let unit = |at: usize| -> Option<u32> {
        let pair: [u8; 2] = rest.get(at..at + 2)?.try_into().ok()?;
        Some(u32::from(if big { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) }))
    };
    match unit(0) {
        None => Step::Bad(rest.len().max(1)),
        Some(high @ 0xD800..=0xDBFF) => match unit(2) {
            Some(low @ 0xDC00..=0xDFFF) => match char::from_u32(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)) {
                Some(c) => Step::One(c, 4),
                None => Step::Bad(2),
            },
            _ => Step::Bad(2),
        },
        Some(unit) => char::from_u32(unit).map_or(Step::Bad(2), |c| Step::One(c, 2)),
    }
}

pub(super) fn utf32(bytes: &[u8], big: bool, out: &mut String, note: impl FnMut(Piece)) {
    units(bytes, |rest| utf32_step(rest, big), out, note);
}

pub(super) fn utf32_step(rest: &[u8], big: bool) -> Step {
    let Some(four) = rest.get(..4).and_then(|f| <[u8; 4]>::try_from(f).ok()) else { return Step::Bad(rest.len().max(1)) };
    let unit = if big { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) };
    char::from_u32(unit).map_or(Step::Bad(4), |c| Step::One(c, 4))
}

/// Charsets without ASCII: one piece from error to error.
fn units(bytes: &[u8], step: impl Fn(&[u8]) -> Step, out: &mut String, mut note: impl FnMut(Piece)) {
    let (mut at, mut was, mut now) = (0, 0, out.len());
    while at < bytes.len() {
        match step(&bytes[at..]) {
            Step::One(c, n) => {
                out.push(c);
                at += n;
            }
            Step::Two(..) => unreachable!("only Big5 has pairs of two characters"),
            Step::Bad(n) => {
                if at > was {
                    note(Piece { was: was..at, now: now..out.len(), malformed: false });
                }
                malformed(at..at + n, out, &mut note);
                at += n;
                (was, now) = (at, out.len());
            }
        }
    }
    if at > was {
        note(Piece { was: was..at, now: now..out.len(), malformed: false });
    }
}
