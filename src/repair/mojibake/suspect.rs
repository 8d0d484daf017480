//! The quick reject: which lines may hold mojibake. One look-up a character; nearly all clean text ends here. How evidence adds up
//! stands in `evidence`; whether a line really holds damage is decided in `search`.

use memchr::memrchr;

use super::evidence::{CONTEXT, Walk, code_of};
use super::signs::{Table, class, table};

/// Evidence in 1/4 nats at which a line is looked at: two nats more than two rare characters in a row.
const ALARM: i32 = 14;
/// Evidence that suffices when the same damage was found elsewhere on the page.
pub(super) const HINT: i32 = 12;

/// A line worth a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Suspect {
    /// Byte range of the line in the text.
    pub start: usize,
    pub end: usize,
    /// Byte range of the place where the evidence is strongest.
    pub from: usize,
    pub to: usize,
    /// Strongest evidence in 1/4 nats.
    pub evidence: i32,
}

impl Suspect {
    pub fn is_alarm(&self) -> bool {
        self.evidence >= ALARM
    }
}

/// Bytes of a text that are walked at a time: what is found in them is still near when it is looked at, and the tables of either are not
/// asked for by turns too often. Of 32 KB to 1 MB these took least on four texts of 28 to 75 MB.
const PIECE: usize = 1 << 18;

/// The walk over a text that finds its suspects.
pub(super) struct Suspects<'t> {
    bytes: &'t [u8],
    /// Where it has come to, and where the line begins that it is in.
    at: usize,
    line: usize,
    walk: Walk,
    has_begun: bool,
    is_over: bool,
}

impl<'t> Suspects<'t> {
    pub fn of(text: &'t str) -> Suspects<'t> {
        let bytes = text.as_bytes();
        // Most text that is not Chinese is ASCII alone: known at the speed of memory.
        let first = ascii(bytes);
        let line = memrchr(b'\n', &bytes[..first]).map_or(0, |n| n + 1).max(first.saturating_sub(CONTEXT));
        let mut walk = Walk::default();
        walk.last = if first > 0 && bytes[first - 1].is_ascii_alphabetic() { class::LETTER } else { 0 };
        Suspects { bytes, at: first, line, walk, has_begun: false, is_over: first == bytes.len() }
    }

    /// Adds the next lines, or pieces of long ones, with evidence of [`HINT`] or more: those of some part of the text, none perhaps. False
    /// when the text is at its end. Linear, one pass over all of it, no allocation for clean text.
    pub fn more(&mut self, found: &mut Vec<Suspect>) -> bool {
        self.more_by(found, Walk::words)
    }

    /// [`Suspects::more`] by two walks: `words` of what it can, from a character behind ASCII on, and [`Walk`] of the rest.
    pub fn more_by(
        &mut self,
        found: &mut Vec<Suspect>,
        words: impl Fn(&mut Walk, &[u8], &Table, usize, &mut usize, &mut Vec<Suspect>) -> usize,
    ) -> bool {
        if self.is_over {
            return false;
        }
        let t = table();
        let Suspects { bytes, at, line, walk, .. } = self;
        let (bytes, mut at) = (*bytes, *at);
        if !self.has_begun {
            self.has_begun = true;
            at = words(walk, bytes, t, at, line, found);
        }
        let stop = at.saturating_add(PIECE);
        while let Some(&byte) = bytes.get(at).filter(|_| at < stop) {
            if byte < 0x80 {
                let end = at + ascii(&bytes[at..]);
                walk.blank(bytes, t, at, end, line, found);
                at = words(walk, bytes, t, end, line, found);
                continue;
            }
            if byte < 0xe0 {
                let code = u32::from(byte & 0x1f) << 6 | u32::from(bytes[at + 1] & 0x3f);
                match t.index[code as usize] {
                    0 => walk.character(bytes, t, code, at),
                    number => walk.high(bytes, t, number, at, at + 2),
                }
                at += 2;
                if bytes.get(at).is_some_and(|b| (0xc0..0xe0).contains(b)) {
                    at = walk.letters(bytes, t, at);
                }
            } else if byte < 0xf0 {
                let end = walk.run(bytes, t, at);
                if end == at {
                    walk.character(bytes, t, code_of(bytes, at), at);
                    at += 3;
                } else {
                    at = end;
                }
            } else {
                walk.last = class::WIDE;
                at += 4;
            }
        }
        self.at = at;
        if at >= bytes.len() {
            walk.finish(bytes, *line, bytes.len(), found);
            self.is_over = true;
        }
        true
    }
}

/// All suspects of a text.
#[cfg(test)]
pub(super) fn suspects(text: &str) -> Vec<Suspect> {
    found(text, Walk::words)
}

/// [`suspects`] by two walks: see [`Suspects::more_by`].
#[cfg(test)]
pub(super) fn found(
    text: &str,
    words: impl Fn(&mut Walk, &[u8], &Table, usize, &mut usize, &mut Vec<Suspect>) -> usize + Copy,
) -> Vec<Suspect> {
    let (mut all, mut found) = (Suspects::of(text), Vec::new());
    while all.more_by(&mut found, words) {}
    found
}

/// Whether a text has a line that is worth a search.
pub(super) fn has_alarm(text: &str) -> bool {
    let (mut all, mut found) = (Suspects::of(text), Vec::new());
    while all.more(&mut found) {
        if found.drain(..).any(|s| s.is_alarm()) {
            return true;
        }
    }
    false
}

/// How many bytes of ASCII `bytes` begins with.
#[inline]
pub(super) fn ascii(bytes: &[u8]) -> usize {
    const AT_ONCE: usize = 32;
    let mut n = 0;
    // Most such runs are a newline, a number, a word.
    while n < AT_ONCE {
        let Some(eight) = bytes[n..].first_chunk() else { break };
        let high = u64::from_le_bytes(*eight) & 0x8080_8080_8080_8080;
        if high != 0 {
            return n + high.trailing_zeros() as usize / 8;
        }
        n += 8;
    }
    while bytes.get(n..n + AT_ONCE).is_some_and(<[u8]>::is_ascii) {
        n += AT_ONCE;
    }
    n + bytes[n..].iter().position(|b| !b.is_ascii()).unwrap_or(bytes.len() - n)
}
