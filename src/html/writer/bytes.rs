//! What bytes of a text are to the writer: runs that need no change, blanks, references, wide characters, lines of listings.

/// Bytes of a text, as far as writing cares.
pub(super) const PLAIN: u8 = 0;
pub(super) const BLANK: u8 = 1;
pub(super) const AMPERSAND: u8 = 2;
pub(super) const CLASS: [u8; 256] = {
    let mut c = [PLAIN; 256];
    c[b' ' as usize] = BLANK;
    c[b'\t' as usize] = BLANK;
    c[b'\n' as usize] = BLANK;
    c[b'\r' as usize] = BLANK;
    c[0x0C] = BLANK;
    c[b'&' as usize] = AMPERSAND;
    c
};

/// End of the run of text at `i` that needs no change: single blanks inside it are kept.
pub(super) fn run_end(bytes: &[u8], mut i: usize) -> usize {
    loop {
        while i < bytes.len() && CLASS[bytes[i] as usize] == PLAIN {
            i += 1;
        }
        if bytes.get(i) == Some(&b' ') && bytes.get(i + 1).is_some_and(|b| CLASS[*b as usize] == PLAIN) {
            i += 2;
        } else {
            return i;
        }
    }
}

/// True when the bytes begin with a CJK ideograph, kana, or CJK or full-width punctuation: U+2E80 to U+9FFF or U+FF01 to U+FF60,
/// by lead bytes; not Hangul, which is written with blanks.
pub(super) fn is_wide(bytes: &[u8]) -> bool {
    match bytes.first() {
        Some(0xE3..=0xE9) => true,
        Some(0xE2) => bytes.get(1).is_some_and(|b| *b >= 0xBA),
        Some(0xEF) => matches!(bytes.get(1), Some(0xBC | 0xBD)),
        Some(0xF0) => bytes.get(1).is_some_and(|b| (0xA0..=0xB3).contains(b)),
        _ => false,
    }
}

/// A `<pre>` as it is written.
#[derive(Default)]
pub(super) struct Code {
    /// [`Flow::code`].
    pub(super) number: u32,
    /// Its text has ended a line, and more follows.
    pub(super) lines: bool,
    pub(super) ended: bool,
}

impl Code {
    /// Takes note of a part of its text.
    pub(super) fn wrote(&mut self, part: &[u8]) {
        let inner = part.trim_ascii_end();
        self.lines |= self.ended && !inner.is_empty() || memchr::memchr(b'\n', inner).is_some();
        self.ended = if inner.is_empty() { self.ended } else { false } || memchr::memchr(b'\n', &part[inner.len()..]).is_some();
    }
}
