//! Charsets with a state: HZ and the ISO 2022 family of East Asia. Rows of 94 characters come from the tables of `multi`.

use super::list::Kind;
use super::multi;
use super::walk::{Piece, malformed};

/// Writes to the text and keeps the border between what was copied and what was not.
struct Pen<'o, F> {
    out: &'o mut String,
    note: F,
    was: usize,
    now: usize,
}

impl<F: FnMut(Piece)> Pen<'_, F> {
    /// A piece ends at byte `at`.
    fn close(&mut self, at: usize) {
        if at > self.was {
            (self.note)(Piece { was: self.was..at, now: self.now..self.out.len(), malformed: false });
        }
        self.open(at);
    }

    /// A piece begins at byte `at`.
    fn open(&mut self, at: usize) {
        (self.was, self.now) = (at, self.out.len());
    }

    fn bad(&mut self, at: usize, len: usize, inside: bool) {
        if inside {
            self.close(at);
        }
        malformed(at..at + len, self.out, &mut self.note);
        self.open(at + len);
    }
}

/// HZ (RFC 1843): GB 2312 in seven bits between `~{` and `~}`, `~~` for a tilde, `~` before a line end for nothing. A line end
/// inside returns to ASCII.
pub(super) fn hz(bytes: &[u8], out: &mut String, note: impl FnMut(Piece)) {
    let mut pen = Pen { out, note, was: 0, now: 0 };
    let pairs = multi::pairs(Kind::Gb);
    let (mut at, mut inside) = (0, false);
    while at < bytes.len() {
        let next = bytes.get(at + 1).copied();
        match (inside, bytes[at], next) {
            (false, b'~', Some(b'{')) => {
                pen.open(at);
                inside = true;
                at += 2;
            }
            (false, b'~', Some(b'~')) => {
                pen.open(at);
                pen.out.push('~');
                at += 2;
                pen.close(at);
            }
            (false, b'~', Some(b'\n')) => {
                pen.open(at);
                at += 2;
                pen.close(at);
            }
            (false, b @ 0..=0x7F, _) => {
                pen.out.push(b as char);
                at += 1;
            }
            (true, b'~', Some(b'}')) => {
                at += 2;
                pen.close(at);
                inside = false;
            }
            (true, b'\n' | b'\r', _) => {
                pen.close(at);
                inside = false;
            }
            (true, lead @ 0x21..=0x7E, Some(trail @ 0x21..=0x7E)) => {
                match pairs.and_then(|p| p.get(lead | 0x80, trail | 0x80)) {
                    Some(c) => pen.out.push(c),
                    None => pen.bad(at, 2, true),
                }
                at += 2;
            }
            _ => {
                pen.bad(at, 1, inside);
                at += 1;
            }
        }
    }
    if inside {
        pen.close(at);
    }
}

/// A set of 94 or 94 × 94 characters.
#[derive(Clone, Copy, PartialEq)]
enum Set {
    Ascii,
    Roman,
    Katakana,
    Jis0208,
    Jis0212,
    Gb2312,
    Ks1001,
}

impl Set {
    fn width(self) -> usize {
        if matches!(self, Set::Ascii | Set::Roman | Set::Katakana) { 1 } else { 2 }
    }

    /// The character of one or two bytes below 80.
    fn get(self, a: u8, b: u8) -> Option<char> {
        let pair = |kind: Kind| multi::pairs(kind)?.get(a | 0x80, b | 0x80);
        match self {
            Set::Ascii => Some(a as char),
            Set::Roman => Some(match a {
                b'\\' => '¥',
                b'~' => '‾',
                a => a as char,
            }),
            Set::Katakana => char::from_u32(0xFF61 + u32::from(a.checked_sub(0x21)?)).filter(|_| a < 0x60),
            Set::Jis0208 => pair(Kind::EucJp),
            Set::Jis0212 => multi::jis0212(a | 0x80, b | 0x80),
            Set::Gb2312 => pair(Kind::Gb),
            Set::Ks1001 => pair(Kind::EucKr),
        }
    }
}

/// The escape sequence at the start of `rest`: its length, the set it names, and whether that goes to G1 (used after shift out).
fn escape(rest: &[u8]) -> Option<(usize, Set, bool)> {
    Some(match rest {
        [0x1B, b'(', b'B', ..] => (3, Set::Ascii, false),
        [0x1B, b'(', b'J', ..] => (3, Set::Roman, false),
        [0x1B, b'(', b'I', ..] => (3, Set::Katakana, false),
        [0x1B, b'$', b'@' | b'B', ..] => (3, Set::Jis0208, false),
        [0x1B, b'$', b'A', ..] => (3, Set::Gb2312, false),
        [0x1B, b'$', b'(', b'@' | b'B', ..] => (4, Set::Jis0208, false),
        [0x1B, b'$', b'(', b'D', ..] => (4, Set::Jis0212, false),
        [0x1B, b'$', b'(', b'C', ..] => (4, Set::Ks1001, false),
        [0x1B, b'$', b'(', b'O' | b'Q', ..] => (4, Set::Jis0208, false),
        [0x1B, b'$', b')', b'C', ..] => (4, Set::Ks1001, true),
        [0x1B, b'$', b')', b'A', ..] => (4, Set::Gb2312, true),
        _ => return None,
    })
}

/// ISO-2022-JP with its extensions, ISO-2022-KR, and ISO-2022-CN without the planes of CNS 11643, which are malformed here. The
/// escape sequences tell which, so one decoder reads all; a line end returns to ASCII in none but the shifted ones.
pub(super) fn iso2022(bytes: &[u8], out: &mut String, note: impl FnMut(Piece)) {
    let mut pen = Pen { out, note, was: 0, now: 0 };
    let (mut g0, mut g1, mut shifted) = (Set::Ascii, None::<Set>, false);
    let (mut at, mut inside) = (0, false);
    while at < bytes.len() {
        let set = if shifted { g1.unwrap_or(g0) } else { g0 };
        let plain = set == Set::Ascii;
        let byte = bytes[at];
        if byte == 0x1B || byte == 0x0E || byte == 0x0F {
            let known = match byte {
                0x1B => escape(&bytes[at..]),
                0x0E if g1.is_some() => Some((1, set, true)),
                0x0F if g1.is_some() => Some((1, set, true)),
                _ => None,
            };
            if !inside {
                pen.close(at.min(pen.was));
                pen.open(at);
            }
            match known {
                Some((n, set, to_g1)) => {
                    match byte {
                        0x0E => shifted = true,
                        0x0F => shifted = false,
                        _ if to_g1 => g1 = Some(set),
                        _ => g0 = set,
                    }
                    at += n;
                }
                None => {
                    pen.bad(at, 1, inside);
                    at += 1;
                }
            }
            let set = if shifted { g1.unwrap_or(g0) } else { g0 };
            if set == Set::Ascii {
                pen.close(at);
                inside = false;
            } else {
                inside = true;
            }
            continue;
        }
        if byte == b'\n' || byte == b'\r' {
            if inside && shifted {
                // ISO-2022-KR and -CN begin every line in ASCII.
                pen.close(at);
                shifted = false;
                inside = g0 != Set::Ascii;
            }
            pen.out.push(byte as char);
            at += 1;
            continue;
        }
        if byte < 0x21 || byte == 0x7F || (plain && byte < 0x80) {
            pen.out.push(byte as char);
            at += 1;
            continue;
        }
        let width = set.width();
        let trail = bytes.get(at + 1).copied().unwrap_or(0);
        let sound = byte < 0x80 && (width == 1 || (0x21..0x7F).contains(&trail));
        match sound.then(|| set.get(byte, trail)).flatten() {
            Some(c) => {
                pen.out.push(c);
                at += width;
            }
            None => {
                let n = if sound { width } else { 1 };
                pen.bad(at, n, inside);
                at += n;
            }
        }
    }
    if inside {
        pen.close(at);
    }
}
