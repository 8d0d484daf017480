//! `Document`: what Python sees of one cleaned record, its places in code points, and how a notebook shows it.

use std::fmt::Write;

use jingwen::draft::Draft;
use jingwen::page::Page;
use jingwen::rules::Rules;
use jingwen::{RuleId, Span, Stage};
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// Edits of a notebook's view that are shown, and characters of its text.
const SHOWN: (usize, usize) = (2000, 20_000);

/// The charset a record was read in.
#[pyclass(frozen, module = "jingwen", get_all)]
#[derive(Clone)]
pub struct Charset {
    /// WHATWG name; `ascii`, `binary`, `utf-32le` where WHATWG has none.
    pub name: String,
    /// 0 to 1.
    pub confidence: f64,
    /// What decided, in words.
    pub why: String,
    /// ISO 639-3 code of the language the text looks like, or None.
    pub language: Option<String>,
    /// Other charsets that were weighed: (name, how many nats it lies behind).
    pub runners_up: Vec<(String, f64)>,
    /// The parts of a file in several charsets: (first byte, one past the last, charset).
    pub segments: Vec<(u32, u32, String)>,
}

#[pymethods]
impl Charset {
    fn __repr__(&self) -> String {
        format!("<Charset {} {:.2}: {}>", self.name, self.confidence, self.why)
    }

    fn __str__(&self) -> &str {
        &self.name
    }
}

impl Charset {
    pub fn of(c: &jingwen::Charset) -> Charset {
        Charset {
            name: c.name.to_owned(),
            confidence: rounded(c.confidence),
            why: c.why.to_string(),
            language: c.language.map(str::to_owned),
            runners_up: c.runners_up.iter().map(|r| (r.name.to_owned(), rounded(r.behind))).collect(),
            segments: c.segments.iter().map(|s| (s.at.start, s.at.end, s.name.to_owned())).collect(),
        }
    }
}

/// Three digits: more would be noise.
fn rounded(n: f32) -> f64 {
    (f64::from(n) * 1000.0).round() / 1000.0
}

/// A change of the text.
#[pyclass(frozen, module = "jingwen", get_all)]
#[derive(Clone)]
pub struct Edit {
    /// Id of the rule: family/name.
    pub rule: String,
    /// What the rule says, a sentence.
    pub says: String,
    /// The stage that made it: decode, repair, tidy, join.
    pub stage: &'static str,
    /// The text before; bytes that are no UTF-8 as U+FFFD.
    pub was: String,
    /// The text after.
    pub now: String,
    /// 0 to 100: how sure the rule is.
    pub confidence: u8,
    /// Where it stands in `Document.text`, (start, end) in code points; None when it stands in a part that was removed.
    pub span: Option<(usize, usize)>,
    /// Where it stood in the input, (start, end): in bytes, or in code points when the input was a str.
    pub at: (usize, usize),
}

#[pymethods]
impl Edit {
    fn __repr__(&self) -> String {
        format!("<Edit {} {:?} -> {:?}>", self.rule, self.was, self.now)
    }
}

/// A block that was left out.
#[pyclass(frozen, module = "jingwen", get_all)]
#[derive(Clone)]
pub struct Removed {
    /// Id of the rule: family/name.
    pub rule: String,
    /// What the rule says, a sentence.
    pub says: String,
    /// Its text, decoded and repaired.
    pub text: String,
    /// Where it would stand in `Document.text`, in code points.
    pub place: usize,
    /// Where it stood in the input, (start, end): in bytes, or in code points when the input was a str.
    pub at: (usize, usize),
}

#[pymethods]
impl Removed {
    fn __repr__(&self) -> String {
        format!("<Removed {} {:?}>", self.rule, self.text)
    }
}

/// A cleaned record. `str(document)` is its text.
#[pyclass(frozen, module = "jingwen")]
pub struct Document {
    /// Its name, as it was given.
    #[pyo3(get)]
    id: String,
    /// The clean text: a blank line between paragraphs, a line end at the end; empty when nothing stays.
    #[pyo3(get)]
    pub text: String,
    /// The title, or None.
    #[pyo3(get)]
    title: Option<String>,
    /// How its bytes were read.
    #[pyo3(get)]
    charset: Charset,
    /// What was changed, in the order of the stages and of the text; markup and the plain reading of a charset are not told.
    #[pyo3(get)]
    edits: Vec<Edit>,
    /// What was left out, in the order of the input.
    #[pyo3(get)]
    removed: Vec<Removed>,
    /// Why nothing stays: the rule and its sentence; None when something does.
    #[pyo3(get)]
    reason: Option<String>,
    metadata: String,
}

#[pymethods]
impl Document {
    /// Title, author, date, …: a dict, as in docs/schema/document.schema.json.
    #[getter]
    fn metadata<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        Ok(py.import("json")?.call_method1("loads", (&self.metadata,))?.cast_into::<PyDict>()?)
    }

    fn __str__(&self) -> &str {
        &self.text
    }

    fn __repr__(&self) -> String {
        let characters = self.text.chars().count();
        let (edits, removed) = (self.edits.len(), self.removed.len());
        format!("<Document {:?}: {characters} characters, {}, {edits} edits, {removed} removed>", self.id, self.charset.name)
    }

    /// The text with its changes: what was removed struck through at its place, what was edited with its old text. For notebooks.
    #[allow(clippy::wrong_self_convention)]
    fn _repr_html_(&self) -> String {
        // places in code points to what stands there: (place, 0 for removed, end, HTML)
        let mut marks: Vec<(usize, usize, String)> = Vec::new();
        for r in &self.removed {
            let text = shown(&r.text, 300);
            let html = format!("<del class=\"r\" title=\"{}: {}\">{text}</del>\n", escaped(&r.rule), escaped(&r.says));
            marks.push((r.place, r.place, html));
        }
        for e in &self.edits {
            if let Some((start, end)) = e.span {
                let title = format!("{}: {}", escaped(&e.rule), escaped(&e.says));
                let html = format!("<del title=\"{title}\">{}</del><ins title=\"{title}\">{}</ins>", shown(&e.was, 80), shown(&e.now, 80));
                marks.push((start, end, html));
            }
        }
        marks.sort_by_key(|m| (m.0, m.1));
        let all = marks.len();
        let mut out = format!(
            "<div class=\"jingwen\" style=\"border:1px solid #8884;padding:.6em\"><style>.jingwen del{{color:#b33;background:#f002}}\
             .jingwen ins{{color:#283;background:#0f02;text-decoration:none}}.jingwen .r{{font-size:85%}}</style>\
             <div><b>{}</b> <small>{} · {} · {} edits · {} removed</small></div><pre style=\"white-space:pre-wrap\">",
            escaped(self.title.as_deref().unwrap_or(&self.id)),
            escaped(&self.id),
            escaped(&self.charset.name),
            self.edits.len(),
            self.removed.len()
        );
        let mut marks = marks.into_iter().take(SHOWN.0).peekable();
        let mut plain = String::new();
        let mut until = 0;
        let mut n = 0;
        for c in self.text.chars().take(SHOWN.1).map(Some).chain([None]) {
            while let Some((_, end, html)) = marks.next_if(|m| m.0 <= n) {
                out.push_str(&escaped(&std::mem::take(&mut plain)));
                out.push_str(&html);
                until = until.max(end);
            }
            if let Some(c) = c.filter(|_| n >= until) {
                plain.push(c);
            }
            n += 1;
        }
        out.push_str(&escaped(&plain));
        if n > SHOWN.1 || all > SHOWN.0 {
            out.push_str("… (more is not shown)");
        }
        out.push_str("</pre></div>");
        out
    }
}

/// Text for HTML, cut.
fn shown(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", escaped(&text[..at])),
        None => escaped(text),
    }
}

/// Text that is text and nothing else, in HTML.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // controls and what turns text around would change the cell, not the text
            c if (c.is_control() && c != '\n' && c != '\t')
                || matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}') =>
            {
                // writing to a string cannot fail
                let _ = write!(out, "<small>U+{:04X}</small>", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

impl Document {
    /// Of a page. `text_in`: the input was a str, so places in it are code points.
    pub fn of(page: &Page<'_>, draft: &Draft<'_>, reason: Option<String>, text_in: bool, rules: &Rules) -> Document {
        let text = draft.clean().into_owned();
        let places = draft.places();
        let blocks = &page.outline.blocks;
        let out = Points::new(text.as_bytes());
        let input = text_in.then(|| Points::new(page.raw.bytes));
        let from = |at: Span| {
            let [start, end] = [at.start, at.end].map(|b| input.as_ref().map_or(b as usize, |p| p.of(b as usize)));
            (start, end)
        };
        // a place of the last layer in the clean text
        let carried = |at: Span| -> Option<(usize, usize)> {
            if !draft.blocks {
                return Some((out.of(at.start as usize), out.of(at.end as usize)));
            }
            let n = blocks.partition_point(|b| b.span.start <= at.start).checked_sub(1)?;
            let (block, place) = (blocks[n].span, places[n]?);
            let end = at.end.min(block.end);
            (at.start <= end).then(|| {
                let to = |b: u32| out.of(place + (b - block.start) as usize);
                (to(at.start), to(end))
            })
        };
        let named = |id: RuleId| {
            let rule = rules.get(id);
            (rule.id.to_string(), rule.says.to_string())
        };
        let mut edits = Vec::new();
        for (i, layer) in page.layers.iter().enumerate().filter(|(_, l)| l.stage != Stage::Markup) {
            let below = page.below(i);
            for e in &layer.edits {
                let (rule, says) = named(e.rule);
                if matches!(&*rule, "charset/decoded" | "charset/segment") {
                    continue;
                }
                let last = page.layers[i + 1..].iter().fold(e.now, |at, l| l.carry(at));
                let gone = last.is_empty() && !e.now.is_empty();
                let raw = page.layers[..i].iter().rev().fold(e.was, |at, l| l.locate(at));
                edits.push(Edit {
                    rule,
                    says,
                    stage: stage(layer.stage),
                    was: String::from_utf8_lossy(&below[e.was.range()]).into_owned(),
                    now: e.now.of(&layer.text).to_owned(),
                    confidence: e.confidence,
                    span: carried(last).filter(|_| !gone),
                    at: from(raw),
                });
            }
        }
        let mut removed = Vec::new();
        // what is removed stands before the next block that stays
        let mut next = out.all();
        for i in (0..draft.pieces.len()).rev() {
            let p = &draft.pieces[i];
            match (p.cut, places[i]) {
                (Some(cut), _) => {
                    let (rule, says) = named(RuleId(cut.rule));
                    let at = from(Span { start: p.at.0, end: p.at.1 });
                    removed.push(Removed { rule, says, text: draft.piece(i).to_owned(), place: next, at });
                }
                (None, Some(place)) => next = out.of(place),
                (None, None) => {}
            }
        }
        removed.reverse();
        drop(out);
        Document {
            id: page.raw.id.to_owned(),
            title: page.metadata.title.clone(),
            charset: Charset::of(&page.charset),
            edits,
            removed,
            reason,
            metadata: draft.metadata.clone().into_owned(),
            text,
        }
    }
}

fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Decode => "decode",
        Stage::Repair => "repair",
        Stage::Markup => "markup",
        Stage::Join => "join",
        _ => "tidy",
    }
}

/// From bytes to code points of a text.
struct Points<'t> {
    text: &'t [u8],
    /// Code points before every 1024th byte.
    before: Vec<usize>,
}

impl Points<'_> {
    const STEP: usize = 1024;

    fn new(text: &[u8]) -> Points<'_> {
        let mut sum = 0;
        let before = text.chunks(Self::STEP).map(|c| {
            let here = sum;
            sum += count(c);
            here
        });
        Points { text, before: before.collect() }
    }

    /// Code points before a byte.
    fn of(&self, at: usize) -> usize {
        let at = at.min(self.text.len());
        let chunk = (at / Self::STEP).min(self.before.len().saturating_sub(1));
        self.before.get(chunk).copied().unwrap_or(0) + count(&self.text[chunk * Self::STEP..at])
    }

    fn all(&self) -> usize {
        self.of(self.text.len())
    }
}

/// First bytes of code points.
fn count(bytes: &[u8]) -> usize {
    bytes.iter().filter(|b| (**b as i8) >= -0x40).count()
}
