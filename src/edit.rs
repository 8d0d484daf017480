//! The one way to change a text: `Edit`, the record of a change, and `Editor`, which makes it. What a list of edits means
//! for positions lives in `layer`.

use std::borrow::Cow;
use std::ops::Range;

use crate::layer::{Layer, Stage};
use crate::rules::RuleId;
use crate::span::Span;

/// Confidence of an edit that follows from the bytes alone, in percent.
pub const CERTAIN: u8 = 100;

/// Input bytes `was` became output bytes `now`, because of `rule`.
///
/// 20 bytes, `Copy`, no allocation: the old text is the layer below at `was`, the new text is this layer at `now`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Byte range in the text (for layer 0: in the raw bytes) below.
    pub was: Span,
    /// Byte range in this layer's text.
    pub now: Span,
    /// Why.
    pub rule: RuleId,
    /// 0 to 100: how sure the rule is; [`CERTAIN`] when the bytes alone decide.
    pub confidence: u8,
}

/// Rewrites a text from left to right and notes every change; what it is not told about is copied unchanged.
///
/// Allocates nothing until the first real change.
pub struct Editor<'t> {
    text: &'t str,
    out: String,
    edits: Vec<Edit>,
    at: usize,
}

impl<'t> Editor<'t> {
    /// An editor over `text`, with no change yet.
    pub fn new(text: &'t str) -> Editor<'t> {
        Editor { text, out: String::new(), edits: Vec::new(), at: 0 }
    }

    /// Replaces the bytes `was` of the input by `new`. A replacement that changes nothing leaves no edit; neighbours that
    /// touch and have the same rule and confidence fold into one edit.
    ///
    /// # Panics
    /// When `was` begins before the end of an earlier replacement, or does not lie on character borders.
    pub fn replace(&mut self, was: Range<usize>, new: &str, rule: RuleId, confidence: u8) {
        assert!(was.start >= self.at, "edits go from left to right");
        if &self.text[was.clone()] == new {
            return;
        }
        if self.edits.is_empty() {
            self.out.reserve(self.text.len());
        }
        self.out.push_str(&self.text[self.at..was.start]);
        let from = self.out.len();
        self.out.push_str(new);
        self.at = was.end;
        let now = Span::new(from, self.out.len());
        if let Some(last) = self.edits.last_mut()
            && last.was.end as usize == was.start
            && last.now.end == now.start
            && last.rule == rule
            && last.confidence == confidence
        {
            last.was.end = Span::new(was.start, was.end).end;
            last.now.end = now.end;
            return;
        }
        self.edits.push(Edit { was: was.into(), now, rule, confidence });
    }

    /// Removes the bytes `was` of the input: [`Editor::replace`] with nothing.
    ///
    /// # Panics
    /// As [`Editor::replace`].
    pub fn delete(&mut self, was: Range<usize>, rule: RuleId) {
        self.replace(was, "", rule, CERTAIN);
    }

    /// Bytes of output the input position `at` will have, if nothing between the last edit and `at` is changed.
    pub fn position(&self, at: usize) -> usize {
        self.out.len() + at - self.at
    }

    /// The bytes `from..to` of the output as it stands, positions as [`Editor::position`] gives them. Borrows unless an edit lies
    /// inside the range and text after it too.
    ///
    /// # Panics
    /// When the range does not lie on character borders of the output.
    pub fn output(&self, from: usize, to: usize) -> Cow<'_, str> {
        let written = self.out.len();
        let rest = |p: usize| p - written + self.at;
        if to <= written {
            Cow::Borrowed(&self.out[from..to])
        } else if from >= written {
            Cow::Borrowed(&self.text[rest(from)..rest(to)])
        } else {
            Cow::Owned(format!("{}{}", &self.out[from..], &self.text[self.at..rest(to)]))
        }
    }

    /// The layer, or `None` when nothing was changed: a stage that changes nothing leaves no layer.
    pub fn finish(mut self, stage: Stage) -> Option<Layer<'static>> {
        if self.edits.is_empty() {
            return None;
        }
        self.out.push_str(&self.text[self.at..]);
        Some(Layer { stage, text: Cow::Owned(self.out), edits: self.edits })
    }
}
