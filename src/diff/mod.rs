//! What cleaning a page changes, as text before and after: hunks of lines, the words in them that differ, and the rules responsible.
//! Unified, side by side, JSON and HTML are renderings of it. Pure: reads a page and its draft, writes nothing.
//!
//! The hunks are read off the recorded edits and marks. Nothing is compared, so every hunk has its rules.

mod align;
mod compose;
mod render;
mod words;

use crate::draft::Draft;
use crate::page::Page;
use crate::rules::{RuleId, Rules};
use crate::span::Span;

pub use render::{Style, Tone, names};
#[cfg(feature = "cli")]
pub(crate) use render::{parts, wrapped};

/// A stretch of the text before that became a stretch of the text after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Bytes of [`Diff::before`]; empty for what was put in.
    pub was: Span,
    /// Bytes of [`Diff::after`]; empty for what was taken out.
    pub now: Span,
    /// The rules responsible, each once, in the order they acted; empty for white space that only sets the text, and for a title
    /// that is no line of the text.
    pub rules: Box<[RuleId]>,
}

/// Lines that changed: whole lines on both sides, and between two hunks the same lines on both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunk {
    /// Bytes of [`Diff::before`], whole lines; empty for lines that were put in.
    pub was: Span,
    /// Bytes of [`Diff::after`], whole lines; empty for lines that were taken out.
    pub now: Span,
    /// Number of the first line of `was` in the text before, of `now` in the text after, and of the line of the decoded input it came
    /// from; all from 1. For an empty side the line it would stand before.
    pub line: Lines,
    /// Its changes: a range of [`Diff::changes`].
    pub changes: std::ops::Range<usize>,
    /// Its rules, each once, in the order of the text.
    pub rules: Vec<RuleId>,
}

/// Line numbers, from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Lines {
    /// In [`Diff::before`].
    pub before: u32,
    /// In [`Diff::after`].
    pub after: u32,
    /// In the decoded input.
    pub input: u32,
}

/// A page before and after.
#[derive(Clone, Debug, Default)]
pub struct Diff {
    /// The text before: the decoded input, with markup and the setting of paragraphs already done unless all was wanted.
    pub before: String,
    /// The text after: the clean text.
    pub after: String,
    /// Every place where they differ; elsewhere they are the same. Ascending, disjoint on both sides.
    pub changes: Vec<Change>,
    /// The changes by lines, ascending, disjoint.
    pub hunks: Vec<Hunk>,
    /// Where stretches of `before` stand in the decoded input.
    places: Vec<(u32, u32)>,
    /// Where the blocks of the draft stand in `before`.
    pieces: Vec<(u32, u32, u32)>,
}

/// True for rules whose changes are not shown unless all is wanted: markup becoming text, and the plain reading of a charset.
pub fn is_routine(rule: &str) -> bool {
    rule.starts_with("markup/") || matches!(rule, "charset/decoded" | "charset/segment" | "charset/bom")
}

impl Diff {
    /// Of a page and the draft made of it, which may be cut down further. With `all`, [`Diff::before`] is the decoded input byte for
    /// byte; without, tags, entities and the white space between paragraphs are shown on neither side. Linear in text and edits.
    ///
    /// [`Diff::after`] is [`Draft::clean`].
    ///
    /// # Panics
    /// When the draft is of another page.
    pub fn new(page: &Page<'_>, draft: &Draft<'_>, rules: &Rules, all: bool) -> Diff {
        let align::Aligned { before, after, changes, places, pieces } = align::align(page, draft, rules, all);
        let mut diff = Diff { before, after, changes, hunks: Vec::new(), places, pieces };
        diff.hunks = diff.group();
        diff.number(page.layers.first().map_or("", |l| &l.text));
        diff
    }

    /// Of two texts of which nothing is recorded, compared line by line (Myers). Its hunks have no rules. After `until`, which texts of
    /// many different lines may reach, it is no longer the shortest.
    pub fn compared(before: &str, after: &str, until: Option<std::time::Instant>) -> Diff {
        use similar::{Algorithm, DiffOp, capture_diff_slices_deadline};
        let lines = |text: &str| -> Vec<u32> {
            let mut at = 0;
            let ends = text.split_inclusive('\n').map(|l| {
                at += l.len() as u32;
                at
            });
            std::iter::once(0).chain(ends).collect()
        };
        let (a, b): (Vec<&str>, Vec<&str>) = (before.split_inclusive('\n').collect(), after.split_inclusive('\n').collect());
        let (a_at, b_at) = (lines(before), lines(after));
        let mut diff = Diff { before: before.to_owned(), after: after.to_owned(), places: vec![(0, 0)], ..Diff::default() };
        for op in capture_diff_slices_deadline(Algorithm::Myers, &a, &b, until) {
            if !matches!(op, DiffOp::Equal { .. }) {
                let (was, now) = (op.old_range(), op.new_range());
                // as many lines on both sides: each with its own, so that words can be told
                let pairs = if was.len() == now.len() { was.len() } else { 1 };
                for n in 0..pairs {
                    let (last_was, last_now) = if n + 1 == pairs { (was.end, now.end) } else { (was.start + n + 1, now.start + n + 1) };
                    let was = Span { start: a_at[was.start + n], end: a_at[last_was] };
                    let now = Span { start: b_at[now.start + n], end: b_at[last_now] };
                    diff.changes.push(Change { was, now, rules: Box::default() });
                }
            }
        }
        diff.hunks = diff.group();
        diff.number(before);
        diff
    }

    /// The words of a hunk that differ: spans of the text before and of the text after, ascending and disjoint. Ideographs count one
    /// by one, other letters and digits by the run.
    pub fn words(&self, hunk: &Hunk) -> (Vec<Span>, Vec<Span>) {
        let (mut was, mut now) = (Vec::new(), Vec::new());
        for i in hunk.changes.clone() {
            let (a, b) = self.whole_words(i);
            add(&mut was, a);
            add(&mut now, b);
        }
        (was, now)
    }

    /// The change of this index drawn out to whole words, but not over its neighbours.
    pub(crate) fn whole_words(&self, change: usize) -> (Span, Span) {
        let at = &self.changes[change];
        let left = change.checked_sub(1).map_or(0, |i| self.changes[i].was.end);
        let right = self.changes.get(change + 1).map_or(self.before.len() as u32, |c| c.was.start);
        words::whole_words(&self.before, &self.after, at.was, at.now, (at.was.start - left, right - at.was.end))
    }

    /// The changes by lines: two are of one hunk when no line end that stays lies between them, or when they touch and have the same
    /// rules.
    fn group(&self) -> Vec<Hunk> {
        let mut hunks: Vec<Hunk> = Vec::new();
        let starts = |text: &str, at: u32| at == 0 || text.as_bytes()[at as usize - 1] == b'\n';
        let both = |was: u32, now: u32| starts(&self.before, was) && starts(&self.after, now);
        for (i, change) in self.changes.iter().enumerate() {
            if let Some(last) = hunks.last_mut() {
                let before = &self.changes[i - 1];
                let between = &self.before[before.was.end as usize..change.was.start as usize];
                let apart = if between.is_empty() {
                    both(change.was.start, change.now.start) && before.rules != change.rules
                } else {
                    memchr::memchr(b'\n', between.as_bytes()).is_some()
                };
                if !apart {
                    last.changes.end = i + 1;
                    last.rules.extend(change.rules.iter().filter(|r| !last.rules.contains(r)).copied().collect::<Vec<_>>());
                    continue;
                }
            }
            let line = Lines::default();
            hunks.push(Hunk { was: change.was, now: change.now, line, changes: i..i + 1, rules: change.rules.to_vec() });
        }
        for hunk in &mut hunks {
            let (first, last) = (&self.changes[hunk.changes.start], &self.changes[hunk.changes.end - 1]);
            let begin = |text: &str, at: u32| memchr::memrchr(b'\n', &text.as_bytes()[..at as usize]).map_or(0, |i| i + 1);
            let end =
                |text: &str, at: u32| memchr::memchr(b'\n', &text.as_bytes()[at as usize..]).map_or(text.len(), |i| at as usize + i + 1);
            let whole = both(last.was.end, last.now.end) && both(first.was.start, first.now.start);
            let ends = if whole {
                (last.was.end as usize, last.now.end as usize)
            } else {
                (end(&self.before, last.was.end), end(&self.after, last.now.end))
            };
            hunk.was = Span::new(begin(&self.before, first.was.start), ends.0);
            hunk.now = Span::new(begin(&self.after, first.now.start), ends.1);
        }
        hunks
    }

    /// The byte of the decoded input that a byte of the text before stands for; of text that is shown otherwise than it was, one near it.
    pub(crate) fn input_at(&self, at: u32) -> u32 {
        let n = self.places.partition_point(|p| p.0 <= at);
        n.checked_sub(1).map_or(0, |n| self.places[n].1 + (at - self.places[n].0))
    }

    /// The block of the draft that a byte of the text before belongs to.
    pub fn piece_at(&self, at: u32) -> Option<usize> {
        let n = self.pieces.partition_point(|p| p.0 <= at);
        n.checked_sub(1).map(|n| self.pieces[n]).filter(|p| at < p.1).map(|p| p.2 as usize)
    }

    /// Gives the hunks their line numbers.
    fn number(&mut self, decoded: &str) {
        let (mut before, mut after, mut input) = (Counter::default(), Counter::default(), Counter::default());
        let mut hunks = std::mem::take(&mut self.hunks);
        for hunk in &mut hunks {
            // from the first line of the hunk that has any text of its own
            let first = self.changes[hunk.changes.start].was.start.max(hunk.was.start);
            let at = self.input_at(first);
            hunk.line = Lines {
                before: before.line(&self.before, hunk.was.start),
                after: after.line(&self.after, hunk.now.start),
                input: input.line(decoded, at),
            };
        }
        self.hunks = hunks;
    }
}

/// Counts lines from left to right.
#[derive(Default)]
pub(crate) struct Counter {
    at: u32,
    lines: u32,
}

impl Counter {
    /// The number of the line that `at` lies on, from 1. What lies before the last question is not counted again.
    pub fn line(&mut self, text: &str, at: u32) -> u32 {
        let at = at.min(text.len() as u32);
        if at > self.at {
            self.lines += memchr::memchr_iter(b'\n', &text.as_bytes()[self.at as usize..at as usize]).count() as u32;
            self.at = at;
        }
        self.lines + 1
    }
}

/// Adds a span that begins at or after the last one; those that touch become one.
fn add(spans: &mut Vec<Span>, span: Span) {
    match spans.last_mut() {
        _ if span.is_empty() => {}
        Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
        _ => spans.push(span),
    }
}

#[cfg(test)]
mod tests;
