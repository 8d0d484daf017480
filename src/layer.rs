//! `Layer`: what one stage made of a text, and the arithmetic of its edits: faithful, locate (back), carry (forward), undo.

use std::borrow::Cow;

use crate::edit::Edit;
use crate::span::Span;

/// The stage that left a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Stage {
    /// Bytes to characters. The `was` spans of this layer are offsets into the raw bytes.
    Decode,
    /// Cloak, mojibake, entities escaped too often.
    Repair,
    /// Markup to text: tags, entities, front matter.
    Markup,
    /// Controls, blanks, line ends; normalisation when asked.
    Tidy,
    /// Lines broken at a margin and paragraphs broken in mid-sentence put together.
    Join,
}

/// What one stage made of a text, and every place where the two differ, in order and disjoint.
#[derive(Clone, Debug)]
pub struct Layer<'a> {
    /// Who made it.
    pub stage: Stage,
    /// The whole text after the stage. Only layer 0 can borrow: from the caller's bytes.
    pub text: Cow<'a, str>,
    /// All differences, ascending, disjoint in `was` and in `now`.
    pub edits: Vec<Edit>,
}

impl Layer<'_> {
    /// The law *faithful*: outside its edits the layer equals `below`, byte for byte.
    pub fn is_faithful(&self, below: &[u8]) -> bool {
        let text = self.text.as_bytes();
        let (mut a, mut b) = (0usize, 0usize);
        for e in &self.edits {
            let (was, now) = (e.was.range(), e.now.range());
            if was.start < a || now.start < b || was.end > below.len() || now.end > text.len() || below[a..was.start] != text[b..now.start]
            {
                return false;
            }
            (a, b) = (was.end, now.end);
        }
        below.get(a..) == text.get(b..)
    }

    /// The bytes below that `at`, a range of this layer's text, came from. A range that touches the inside of an edit takes
    /// all of that edit.
    pub fn locate(&self, at: Span) -> Span {
        map(&self.edits, at, |e| (e.now, e.was))
    }

    /// The bytes of this layer's text that `at`, a range of the text below, became. The inverse of [`Layer::locate`].
    pub fn carry(&self, at: Span) -> Span {
        map(&self.edits, at, |e| (e.was, e.now))
    }

    /// The law *undoable*: this layer's text with every `was` put back, given the bytes below. Allocates the result.
    pub fn undo(&self, below: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(below.len());
        let mut b = 0usize;
        for e in &self.edits {
            out.extend_from_slice(&self.text.as_bytes()[b..e.now.start as usize]);
            out.extend_from_slice(&below[e.was.range()]);
            b = e.now.end as usize;
        }
        out.extend_from_slice(&self.text.as_bytes()[b..]);
        out
    }
}

/// Maps a range through edits; `sides` gives (here, there) of an edit. Two binary searches.
fn map(edits: &[Edit], at: Span, sides: impl Fn(&Edit) -> (Span, Span)) -> Span {
    let start = {
        let i = edits.partition_point(|e| sides(e).0.end <= at.start);
        match edits.get(i).map(&sides) {
            Some((here, there)) if here.start < at.start => there.start,
            _ => shift(edits, i, at.start, &sides),
        }
    };
    let end = {
        let i = edits.partition_point(|e| sides(e).0.start < at.end);
        match i.checked_sub(1).and_then(|i| edits.get(i)).map(&sides) {
            Some((here, there)) if here.end > at.end => there.end,
            _ => shift(edits, i, at.end, &sides),
        }
    };
    Span { start: start.min(end), end }
}

/// A position outside all edits, the `i` first of which lie before it.
fn shift(edits: &[Edit], i: usize, at: u32, sides: &impl Fn(&Edit) -> (Span, Span)) -> u32 {
    match i.checked_sub(1).map(|i| sides(&edits[i])) {
        Some((here, there)) => there.end + (at - here.end),
        None => at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::Editor;
    use crate::rules::RuleId;

    fn layer() -> Layer<'static> {
        let mut e = Editor::new("ab<b>cd</b>ef");
        e.delete(2..5, RuleId(0));
        e.replace(7..11, "--", RuleId(1), 100);
        e.finish(Stage::Markup).expect("two changes were made")
    }

    #[test]
    fn positions_go_back_and_forth() {
        let l = layer();
        assert_eq!(l.text, "abcd--ef");
        assert_eq!(l.locate(Span::new(0, 2)), Span::new(0, 2));
        assert_eq!(l.locate(Span::new(2, 4)), Span::new(5, 7));
        assert_eq!(l.locate(Span::new(5, 7)), Span::new(7, 12));
        assert_eq!(l.carry(Span::new(5, 7)), Span::new(2, 4));
        assert_eq!(l.carry(Span::new(0, 13)), Span::new(0, 8));
    }

    #[test]
    fn faithful_and_undoable() {
        let l = layer();
        assert!(l.is_faithful(b"ab<b>cd</b>ef"));
        assert!(!l.is_faithful(b"aX<b>cd</b>ef"));
        assert_eq!(l.undo(b"ab<b>cd</b>ef"), b"ab<b>cd</b>ef");
    }
}
