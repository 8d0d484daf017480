//! A half-open byte range in one text. Nothing else lives here.

use std::ops::Range;

/// Half-open byte range `start..end` in one text, stored instead of borrowed so that a page never borrows from itself.
///
/// Unit: bytes, everywhere in the library. 32 bits suffice because a record is at most [`MAX_RECORD`] bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte; never below `start`.
    pub end: u32,
}

/// Largest record the kernel takes, in bytes: 1 GiB, so that text that triples while decoding still has 32-bit spans.
pub const MAX_RECORD: usize = 1 << 30;

impl Span {
    /// The span `start..end`. Values over `u32::MAX` saturate; records are bounded by [`MAX_RECORD`], so none occur.
    #[inline]
    pub fn new(start: usize, end: usize) -> Span {
        debug_assert!(start <= end);
        Span { start: u32::try_from(start).unwrap_or(u32::MAX), end: u32::try_from(end).unwrap_or(u32::MAX) }
    }

    /// Length in bytes.
    #[inline]
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// True when the span covers no byte.
    #[inline]
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The same as a range for indexing.
    #[inline]
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The part of `text` the span covers. Borrows.
    ///
    /// # Panics
    /// When the span does not lie in `text` on character borders: a span belongs to one text.
    #[inline]
    pub fn of(self, text: &str) -> &str {
        &text[self.range()]
    }
}

impl From<Range<usize>> for Span {
    fn from(r: Range<usize>) -> Span {
        Span::new(r.start, r.end)
    }
}
