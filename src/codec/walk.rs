//! The walk that decodes every stateless charset that holds ASCII: ASCII is copied at memory speed, the rest is read character by
//! character. What a character looks like in bytes is the business of each [`Reader`].

use std::ops::Range;

use encoding_rs::Encoding;

/// A stretch of decoded text that is not a plain copy of its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Bytes it came from.
    pub was: Range<usize>,
    /// Bytes of the text it became.
    pub now: Range<usize>,
    /// True when `was` is one malformed sequence and the text is U+FFFD.
    pub malformed: bool,
}

/// What stands at the start of some bytes, and how many of them it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// One character.
    One(char, usize),
    /// Two characters from one pair of bytes (four pairs of Big5).
    Two(char, char, usize),
    /// A malformed sequence; never longer than what a decoder of the WHATWG standard gives up at once.
    Bad(usize),
}

/// Reads one character of a charset.
pub(super) trait Reader: Copy {
    /// The character at the start of `rest`, whose first byte is 80 or above.
    fn next(&self, rest: &[u8]) -> Step;

    /// Reads sound characters beyond ASCII from the start of `rest`, many at once, and writes them into `out` from `len` on. Returns
    /// how many bytes were read and where the writing stopped: anywhere, four bytes before the end of `out` at the latest.
    fn run(&self, rest: &[u8], out: &mut [u8; PEN], len: usize) -> (usize, usize);
}

/// The UTF-8 of a character in the low bytes of a word, first byte lowest; 0 for none.
pub(super) fn packed(c: Option<char>) -> u32 {
    let mut bytes = [0; 4];
    if let Some(c) = c {
        c.encode_utf8(&mut bytes);
    }
    u32::from_le_bytes(bytes)
}

/// Writes a packed character, which is not 0, at `len`; returns the length after it.
#[inline(always)]
pub(super) fn unpack(packed: u32, out: &mut [u8; PEN], len: usize) -> usize {
    out[len..len + 4].copy_from_slice(&packed.to_le_bytes());
    len + 4 - (packed.leading_zeros() / 8) as usize
}

pub(super) fn walk(reader: impl Reader, bytes: &[u8], out: &mut String, mut note: impl FnMut(Piece)) {
    let mut at = 0;
    let mut pen = Pen { bytes: [0; PEN], len: 0 };
    while at < bytes.len() {
        let ascii = Encoding::ascii_valid_up_to(&bytes[at..]);
        // The check cannot fail on ASCII and costs next to nothing; it spares an unsafe block.
        out.push_str(std::str::from_utf8(&bytes[at..at + ascii]).unwrap_or_default());
        at += ascii;
        let (mut was, mut now) = (at, out.len());
        while at < bytes.len() && bytes[at] >= 0x80 {
            let (read, written) = reader.run(&bytes[at..], &mut pen.bytes, pen.len);
            (at, pen.len) = (at + read, written);
            if written > PEN - 4 {
                pen.flush(out);
                continue;
            }
            if bytes.get(at).is_none_or(|&b| b < 0x80) {
                break;
            }
            match reader.next(&bytes[at..]) {
                Step::One(c, n) => {
                    pen.push(c, out);
                    at += n;
                }
                Step::Two(a, b, n) => {
                    pen.push(a, out);
                    pen.push(b, out);
                    at += n;
                }
                Step::Bad(n) => {
                    pen.flush(out);
                    if at > was {
                        note(Piece { was: was..at, now: now..out.len(), malformed: false });
                    }
                    malformed(at..at + n, out, &mut note);
                    at += n;
                    (was, now) = (at, out.len());
                }
            }
        }
        pen.flush(out);
        if at > was {
            note(Piece { was: was..at, now: now..out.len(), malformed: false });
        }
    }
}

/// Bytes of the buffer: lives in the first cache.
pub(super) const PEN: usize = 4096;

/// Characters on their way into a text: encoded one by one into a small buffer, checked and copied many at a time. Twice as fast as
/// pushing each.
struct Pen {
    bytes: [u8; PEN],
    len: usize,
}

impl Pen {
    #[inline]
    fn push(&mut self, c: char, out: &mut String) {
        if self.len + 4 > PEN {
            self.flush(out);
        }
        self.len += c.encode_utf8(&mut self.bytes[self.len..self.len + 4]).len();
    }

    fn flush(&mut self, out: &mut String) {
        // Holds whole characters only, so the check cannot fail.
        out.push_str(simdutf8::basic::from_utf8(&self.bytes[..self.len]).unwrap_or_default());
        self.len = 0;
    }
}

/// Writes U+FFFD for a malformed sequence and notes it.
pub(super) fn malformed(was: Range<usize>, out: &mut String, note: &mut impl FnMut(Piece)) {
    let now = out.len();
    out.push('\u{FFFD}');
    note(Piece { was, now: now..out.len(), malformed: true });
}
