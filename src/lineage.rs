//! One line followed through all layers: from the raw bytes it came from to the line of the clean text it became, with every edit, mark
//! and note on the way. Reads the records of a page; the story of a whole page is told in `explain`.

use std::fmt::Write;

use serde::Serialize;

use crate::diff::Diff;
use crate::draft::Draft;
use crate::explain::{Reason, Tone, kind, readable, stage, visible};
use crate::page::Page;
use crate::rules::{RuleId, Rules};
use crate::span::Span;

/// Bytes of the raw line that are shown.
const BYTES: usize = 48;

/// Which line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// A line of the clean text, from 1.
    Clean(usize),
    /// A line of the decoded input, from 1.
    Input(usize),
}

/// A line and what became of it.
#[derive(Debug, Serialize)]
pub struct Lineage<'p> {
    /// Lines of the decoded input it stands on: the first and the last.
    pub input_lines: (usize, usize),
    /// The bytes of the record it came from.
    pub at: [u32; 2],
    /// The first of these bytes, in hexadecimal.
    pub bytes: String,
    /// How they were read.
    pub charset: &'p str,
    /// The text in each layer, the decoded one first.
    pub layers: Vec<Step<'p>>,
    /// The blocks it is part of.
    pub blocks: Vec<Piece<'p>>,
    /// Guesses and losses in it.
    pub notes: Vec<Guess<'p>>,
    /// Lines of the clean text it became: the first and the last; none when nothing of it stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clean_lines: Option<(usize, usize)>,
    /// What stands there.
    pub clean: String,
}

/// The text of the line after a stage.
#[derive(Debug, Serialize)]
pub struct Step<'p> {
    /// The stage.
    pub stage: &'static str,
    /// Bytes of the layer's text.
    pub at: [u32; 2],
    /// The text.
    pub text: &'p str,
    /// What the stage changed in it.
    pub edits: Vec<Turn<'p>>,
}

/// An edit.
#[derive(Debug, Serialize)]
pub struct Turn<'p> {
    /// The rule and what it says.
    pub rule: Reason<'p>,
    /// The text before; bytes that are no UTF-8 as `\xHH`.
    pub was: String,
    /// The text after.
    pub now: &'p str,
    /// 0 to 100.
    pub confidence: u8,
}

/// A block and its verdict.
#[derive(Debug, Serialize)]
pub struct Piece<'p> {
    /// `paragraph`, `heading`, ….
    pub kind: &'static str,
    /// Its text.
    pub text: &'p str,
    /// Why it is left out; `None` when it stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<Reason<'p>>,
    /// How strongly, in the unit of the rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<f32>,
    /// Of a duplicate: the line of the decoded input of its first copy, and its text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<(usize, &'p str)>,
}

/// A note.
#[derive(Debug, Serialize)]
pub struct Guess<'p> {
    /// The rule and what it says.
    pub rule: Reason<'p>,
    /// The text it is about.
    pub text: &'p str,
    /// What else it may have been, the likelier first.
    pub alternatives: &'p [Box<str>],
}

impl<'p> Lineage<'p> {
    /// Follows a line of a page and the draft made of it.
    ///
    /// # Errors
    /// A sentence that says how many lines there are.
    pub fn new(page: &'p Page<'_>, draft: &Draft<'_>, rules: &'p Rules, which: Which) -> Result<Lineage<'p>, String> {
        let diff = Diff::new(page, draft, rules, true);
        let decoded = &*page.layers[0].text;
        let here = match which {
            Which::Input(n) => line(decoded, n).ok_or_else(|| lacks("the input", decoded, n))?,
            Which::Clean(n) => {
                let at = line(&diff.after, n).ok_or_else(|| lacks("the clean text", &diff.after, n))?;
                trimmed(decoded, back(&diff, at))
            }
        };
        let raw = page.layers[0].locate(here);
        let reason = |id: RuleId| {
            let r = rules.get(id);
            Reason { id: &r.id, says: &r.says }
        };
        let mut layers = Vec::new();
        let mut at = here;
        let mut below = raw;
        for (i, layer) in page.layers.iter().enumerate() {
            if i > 0 {
                below = at;
                at = layer.carry(at);
            }
            let under = page.below(i);
            let first = layer.edits.partition_point(|e| e.was.end < below.start || e.was.end == below.start && !e.was.is_empty());
            let edits = layer.edits[first..].iter().take_while(|e| e.was.start < below.end || e.was.is_empty() && e.was.start == below.end);
            let edits = edits.map(|e| Turn {
                rule: reason(e.rule),
                was: readable(&under[e.was.range()]),
                now: e.now.of(&layer.text),
                confidence: e.confidence,
            });
            layers.push(Step { stage: stage(layer.stage), at: [at.start, at.end], text: at.of(&layer.text), edits: edits.collect() });
        }
        let ends: Vec<usize> = memchr::memchr_iter(b'\n', decoded.as_bytes()).collect();
        let number = |at: u32| ends.partition_point(|e| *e < at as usize) + 1;
        let input_line = |block: usize| {
            let at = page.layers[1..].iter().rev().fold(page.outline.blocks[block].span, |at, l| l.locate(at));
            number(at.start)
        };
        let from = page.outline.blocks.partition_point(|b| b.span.end <= at.start);
        let touched = page.outline.blocks[from..].iter().enumerate().take_while(|(_, b)| b.span.start < at.end);
        let blocks = touched.map(|(i, b)| {
            let mark = page.mark(from + i);
            Piece {
                kind: kind(b.kind),
                text: b.span.of(page.text()),
                rule: mark.map(|m| reason(m.rule)),
                score: mark.map(|m| m.score),
                first: mark.and_then(|m| m.first).map(|f| (input_line(f as usize), page.outline.blocks[f as usize].span.of(page.text()))),
            }
        });
        let notes = page.notes.iter().filter_map(|n| {
            let at = page.layers[1..=n.layer as usize].iter().rev().fold(n.at, |at, l| l.locate(at));
            let inside = at.start < here.end && here.start < at.end;
            inside.then(|| Guess {
                rule: reason(n.rule),
                text: n.at.of(&page.layers[n.layer as usize].text),
                alternatives: &n.alternatives,
            })
        });
        let clean = trimmed(&diff.after, forth(&diff, here));
        let after: usize = memchr::memchr_iter(b'\n', &diff.after.as_bytes()[..clean.start as usize]).count() + 1;
        let text = clean.of(&diff.after).to_owned();
        let mut bytes = String::new();
        for b in page.raw.bytes[raw.range()].iter().take(BYTES) {
            let _ = write!(bytes, "{b:02X}");
        }
        Ok(Lineage {
            input_lines: (number(here.start), number(here.end.max(here.start + 1) - 1)),
            at: [raw.start, raw.end],
            bytes,
            charset: page.charset.name,
            layers,
            blocks: blocks.collect(),
            notes: notes.collect(),
            clean_lines: (!text.is_empty()).then(|| (after, after + memchr::memchr_iter(b'\n', text.as_bytes()).count())),
            clean: text,
        })
    }

    /// For people, from the bytes to the clean line. `paint` puts colours around a text that holds no control characters.
    pub fn text(&self, paint: impl Fn(Tone, &str) -> String) -> String {
        let mut out = String::new();
        let span = |(a, b): (usize, usize)| if a == b { format!("line {a}") } else { format!("lines {a} to {b}") };
        let more = if (self.at[1] - self.at[0]) as usize > BYTES { "…" } else { "" };
        // writing to a string cannot fail, here and below
        let _ =
            writeln!(out, "{}  bytes {}..{}, {} of the input", paint(Tone::Strong, "raw"), self.at[0], self.at[1], span(self.input_lines));
        let _ = writeln!(out, "    {}{more}", paint(Tone::Dim, &self.bytes));
        for step in &self.layers {
            let how = if step.stage == "decode" { format!(" as {}", self.charset) } else { String::new() };
            let _ = writeln!(out, "{}{how}  bytes {}..{}", paint(Tone::Strong, step.stage), step.at[0], step.at[1]);
            let _ = writeln!(out, "    {}", visible(step.text, false));
            for e in &step.edits {
                let now = if e.now.is_empty() { "nothing".to_owned() } else { format!("‹{}›", visible(e.now, true)) };
                let was = paint(Tone::Removed, &format!("‹{}›", visible(&e.was, true)));
                let _ = writeln!(
                    out,
                    "      {} {} ({} %)\n        {was} → {}",
                    paint(Tone::Strong, e.rule.id),
                    paint(Tone::Dim, e.rule.says),
                    e.confidence,
                    paint(Tone::Edited, &now)
                );
            }
        }
        for block in &self.blocks {
            let (fate, tone) = if block.rule.is_some() { ("left out", Tone::Removed) } else { ("stays", Tone::Kept) };
            let _ = writeln!(out, "{}  {}", paint(Tone::Strong, block.kind), paint(tone, fate));
            if self.blocks.len() > 1 {
                let _ = writeln!(out, "    {}", visible(block.text, false));
            }
            if let Some(r) = block.rule {
                let score = block.score.map(|s| format!(" (score {s})")).unwrap_or_default();
                let _ = writeln!(out, "      {} {}{score}", paint(Tone::Strong, r.id), paint(Tone::Dim, r.says));
            }
            if let Some((line, text)) = block.first {
                let _ = writeln!(out, "      first on line {line}: {}", visible(text, false));
            }
        }
        for n in &self.notes {
            let _ = writeln!(out, "{}  {} {}", paint(Tone::Strong, "note"), n.rule.id, paint(Tone::Dim, n.rule.says));
            let or = if n.alternatives.is_empty() { String::new() } else { format!(" or {}", visible(&n.alternatives.join(", "), true)) };
            let _ = writeln!(out, "      ‹{}›{or}", visible(n.text, true));
        }
        match self.clean_lines {
            Some(lines) => {
                let _ = writeln!(out, "{}  {}", paint(Tone::Strong, "clean"), span(lines));
                let _ = writeln!(out, "    {}", paint(Tone::Kept, &visible(&self.clean, false)));
            }
            None => _ = writeln!(out, "{}  {}", paint(Tone::Strong, "clean"), paint(Tone::Removed, "nothing of it stays here")),
        }
        out
    }

    /// For programs: one object.
    pub fn json(&self) -> String {
        // structs of strings and finite numbers always serialize
        serde_json::to_string(self).unwrap_or_default() + "\n"
    }
}

/// A line, from 1, without its end.
fn line(text: &str, n: usize) -> Option<Span> {
    let mut at = 0;
    for (i, line) in text.split_inclusive('\n').enumerate() {
        if i + 1 == n {
            return Some(Span::new(at, at + line.trim_end_matches('\n').len()));
        }
        at += line.len();
    }
    None
}

fn lacks(what: &str, text: &str, n: usize) -> String {
    format!("there is no line {n}: {what} has {}", text.split_inclusive('\n').count())
}

/// From a stretch of the text after to the text before; it takes all of a change that it touches.
fn back(diff: &Diff, at: Span) -> Span {
    mapped(diff, at, |c| (c.now, c.was))
}

/// From a stretch of the text before to the text after.
fn forth(diff: &Diff, at: Span) -> Span {
    mapped(diff, at, |c| (c.was, c.now))
}

fn mapped(diff: &Diff, at: Span, sides: impl Fn(&crate::diff::Change) -> (Span, Span)) -> Span {
    let shift = |n: usize, at: u32| match n.checked_sub(1).map(|n| sides(&diff.changes[n])) {
        Some((here, there)) => there.end + (at - here.end),
        None => at,
    };
    let first = diff.changes.partition_point(|c| sides(c).0.end <= at.start);
    let start = match diff.changes.get(first).map(&sides) {
        Some((here, there)) if here.start < at.start => there.start,
        _ => shift(first, at.start),
    };
    let last = diff.changes.partition_point(|c| sides(c).0.start < at.end);
    let end = match last.checked_sub(1).map(|n| sides(&diff.changes[n])) {
        Some((here, there)) if here.end > at.end => there.end,
        _ => shift(last, at.end),
    };
    Span { start: start.min(end), end }
}

/// A stretch without the white space at its ends.
fn trimmed(text: &str, at: Span) -> Span {
    let part = at.of(text);
    let start = at.start as usize + (part.len() - part.trim_start().len());
    let length = part.trim().len();
    Span::new(start, start + length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Kernel, Options, RawDoc};

    fn of<R>(id: &str, bytes: &[u8], which: Which, tell: impl Fn(&Result<Lineage<'_>, String>) -> R) -> R {
        let kernel = Kernel::new(Options::default());
        let page = kernel.page(RawDoc { id, bytes, ..RawDoc::default() });
        let draft = Draft::of(&page, true, false, None, kernel.rules());
        tell(&Lineage::new(&page, &draft, kernel.rules(), which))
    }

    const PAGE: &str = "当前位置：首页 > 新闻 > 正文\n河边有一座老桥，桥下的水很清，夏天有孩子在那里游泳。\n他去喝了一杯 cafÃ© au lait 才回家，路上下起了雨。\n";

    #[test]
    fn a_clean_line_is_followed_down_and_up() {
        of("a.txt", PAGE.as_bytes(), Which::Clean(3), |found| {
            let found = found.as_ref().unwrap();
            assert_eq!(found.clean, "他去喝了一杯 café au lait 才回家，路上下起了雨。");
            assert_eq!((found.input_lines, found.clean_lines), ((3, 3), Some((3, 3))));
            assert_eq!(PAGE.as_bytes()[found.at[0] as usize..found.at[1] as usize], *PAGE.lines().nth(2).unwrap().as_bytes());
            let edits: Vec<_> = found.layers.iter().flat_map(|l| &l.edits).map(|e| (e.rule.id, &*e.was, e.now)).collect();
            assert_eq!(edits, [("repair/utf-8-as-windows-1252", "Ã©", "é")]);
            let text = found.text(|_, s| s.to_owned());
            assert!(text.contains("repair/utf-8-as-windows-1252") && text.contains("‹Ã©› → ‹é›"), "{text}");
        });
    }

    #[test]
    fn a_line_left_out_is_found_by_its_line_in_the_input() {
        of("a.txt", PAGE.as_bytes(), Which::Input(1), |found| {
            let found = found.as_ref().unwrap();
            assert_eq!((found.clean_lines, found.blocks[0].rule.unwrap().id), (None, "boilerplate/breadcrumb"));
            assert!(found.text(|_, s| s.to_owned()).contains("nothing of it stays"));
        });
        of("a.txt", PAGE.as_bytes(), Which::Clean(9), |found| {
            assert_eq!(*found.as_ref().unwrap_err(), "there is no line 9: the clean text has 3");
        });
    }

    #[test]
    fn a_line_of_another_charset_has_its_own_bytes() {
        let page = "<html><p>河边有一座老桥，桥下的水很清。</p><p>桥是石头的，很久以前就有了。</p></html>";
        let bytes = encoding_rs::GBK.encode(page).0.into_owned();
        of("a.html", &bytes, Which::Clean(3), |found| {
            let found = found.as_ref().unwrap();
            assert_eq!((found.charset, &*found.clean), ("gb18030", "桥是石头的，很久以前就有了。"));
            let raw = &bytes[found.at[0] as usize..found.at[1] as usize];
            assert_eq!(encoding_rs::GBK.decode(raw).0, "桥是石头的，很久以前就有了。");
        });
    }
}
