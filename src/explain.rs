//! Reads a page's layers, marks and notes as a story: what each line became and by which rule. Renders it as text or JSON lines;
//! decides nothing and changes nothing.

use std::fmt::Write;

use serde::Serialize;

use crate::block::Kind;
use crate::lang::Lang;
use crate::layer::Stage;
use crate::page::{Format, Page};
use crate::rules::{RuleId, Rules};
use crate::span::Span;

/// Characters of a text that are shown before it is cut, unless all is wanted.
const SHOWN: usize = 240;
/// Edits of one rule in one line that are shown, unless all is wanted.
const LISTED: usize = 12;

/// All that happened to a page, in the order of its text.
#[derive(Debug, Serialize)]
pub struct Explanation<'p> {
    /// Name of the record.
    pub id: &'p str,
    /// `html`, `markdown`, `text`.
    pub format: &'static str,
    /// Bytes of the record.
    pub bytes: usize,
    /// Charset, how sure, and what decided.
    pub charset: (&'p str, f64, &'p str),
    /// Of a file in several charsets: first byte, one past the last, charset.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<(u32, u32, &'static str)>,
    /// What the page says about itself.
    pub metadata: &'p crate::Metadata,
    /// Its lines.
    #[serde(skip)]
    pub lines: Vec<Line<'p>>,
    /// How often each rule acted, in the order of the rules.
    pub rules: Vec<(&'p str, usize)>,
    /// Lines that stay.
    pub kept: usize,
    /// Lines left out.
    pub removed: usize,
    /// Changes that are neither markup nor the plain reading of a charset.
    pub edited: usize,
    /// The language it is told in.
    #[serde(skip)]
    pub lang: Lang,
}

/// A block of the page, or a change that stands in none.
#[derive(Debug, Serialize)]
pub struct Line<'p> {
    /// Line of the decoded input it begins on, from 1.
    pub line: usize,
    /// Bytes of the record it came from.
    pub at: [u32; 2],
    /// What became of it.
    pub fate: Fate,
    /// `paragraph`, `heading`, …; `none` for a change between blocks.
    pub kind: &'static str,
    /// The text as it is after all stages.
    pub text: &'p str,
    /// For a line left out, the rule and what it says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<Reason<'p>>,
    /// For a duplicate, the line of the first copy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<usize>,
    /// What was changed in it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub edits: Vec<Change<'p>>,
    /// What was guessed in it or was lost before.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Remark<'p>>,
}

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Fate {
    /// It is in the clean text.
    Kept,
    /// It is in the clean text, changed.
    Edited,
    /// It is not in the clean text.
    Removed,
}

/// A rule and its sentence.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Reason<'p> {
    /// `family/name`.
    pub id: &'p str,
    /// What the rule says.
    pub says: &'p str,
}

/// An edit.
#[derive(Debug, Serialize)]
pub struct Change<'p> {
    /// The stage that made it.
    pub stage: &'static str,
    /// The text before; bytes that are no UTF-8 as `\xHH`.
    pub was: String,
    /// The text after.
    pub now: &'p str,
    /// Why.
    pub rule: Reason<'p>,
    /// 0 to 100.
    pub confidence: u8,
    /// True for markup and the plain reading of a charset: shown only when all is wanted.
    pub routine: bool,
}

/// A note.
#[derive(Debug, Serialize)]
pub struct Remark<'p> {
    /// The text it is about.
    pub text: &'p str,
    /// What else it may have been.
    pub alternatives: &'p [Box<str>],
    /// Why.
    pub rule: Reason<'p>,
}

/// The meaning of a stretch of rendered text, for colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Ordinary text.
    Plain,
    /// Names of things, line numbers.
    Dim,
    /// Headings.
    Strong,
    /// Kept.
    Kept,
    /// Removed, and text before an edit.
    Removed,
    /// Edited, and text after an edit.
    Edited,
}

impl<'p> Explanation<'p> {
    /// Reads a page. Sentences and words are in `lang`; names of fields, kinds and stages for programs are always English.
    pub fn new(page: &'p Page<'_>, rules: &'p Rules, lang: Lang) -> Explanation<'p> {
        let reason = |id: RuleId| {
            let r = rules.get(id);
            Reason { id: &r.id, says: r.sentence(lang) }
        };
        let mut counts = vec![0usize; rules.iter().len()];
        let text = page.text();
        let blocks = &page.outline.blocks;
        let ends: Vec<usize> = memchr::memchr_iter(b'\n', page.layers[0].text.as_bytes()).collect();
        // from a place in the last layer to the line of the decoded text, and to the raw bytes
        let place = |at: Span| {
            let decoded = page.layers[1..].iter().rev().fold(at, |at, l| l.locate(at));
            let raw = page.layers[0].locate(decoded);
            (ends.partition_point(|e| *e < decoded.start as usize) + 1, [raw.start, raw.end])
        };
        let mut lines: Vec<Line<'p>> = blocks
            .iter()
            .map(|b| {
                let (line, at) = place(b.span);
                let text = b.span.of(text);
                Line { line, at, fate: Fate::Kept, kind: kind(b.kind), text, rule: None, first: None, edits: vec![], notes: vec![] }
            })
            .collect();
        for m in page.marks.iter().rev() {
            counts[m.rule.0 as usize] += 1;
            let first = m.first.map(|f| lines[f as usize].line);
            let line = &mut lines[m.block as usize];
            (line.fate, line.rule, line.first) = (Fate::Removed, Some(reason(m.rule)), first);
        }

        // a place in the text of layer `i`, in the last layer's text; whether anything of it is left there
        let carry = |i: usize, at: Span| {
            let end = page.layers[i + 1..].iter().fold(at, |at, l| l.carry(at));
            (end, end.is_empty() && !at.is_empty())
        };
        let block_at = |at: Span| {
            let n = blocks.partition_point(|b| b.span.start <= at.start).checked_sub(1)?;
            (at.start <= blocks[n].span.end).then_some(n)
        };
        let mut between: Vec<(Span, Line<'p>)> = Vec::new();
        let mut edited = 0;
        for (i, layer) in page.layers.iter().enumerate() {
            let below = page.below(i);
            for e in &layer.edits {
                counts[e.rule.0 as usize] += 1;
                let rule = reason(e.rule);
                let routine = layer.stage == Stage::Markup || matches!(rule.id, "charset/decoded" | "charset/segment");
                edited += usize::from(!routine);
                let (was, now) = (readable(&below[e.was.range()]), e.now.of(&layer.text));
                let change = Change { stage: stage(layer.stage), was, now, rule, confidence: e.confidence, routine };
                let (at, gone) = carry(i, e.now);
                match block_at(at).filter(|_| !gone) {
                    Some(n) => {
                        if lines[n].fate == Fate::Kept && !routine {
                            lines[n].fate = Fate::Edited;
                        }
                        lines[n].edits.push(change);
                    }
                    None => {
                        let (line, raw) = place(at);
                        let fate = if e.now.is_empty() || gone { Fate::Removed } else { Fate::Edited };
                        let edits = vec![change];
                        let line = Line { line, at: raw, fate, kind: "none", text: "", rule: None, first: None, edits, notes: vec![] };
                        between.push((at, line));
                    }
                }
            }
        }
        for n in &page.notes {
            counts[n.rule.0 as usize] += 1;
            let i = n.layer as usize;
            let (at, _) = carry(i, n.at);
            if let Some(block) = block_at(at) {
                let text = n.at.of(&page.layers[i].text);
                lines[block].notes.push(Remark { text, alternatives: &n.alternatives, rule: reason(n.rule) });
            }
        }

        let removed = lines.iter().filter(|l| l.fate == Fate::Removed).count();
        let kept = lines.len() - removed;
        let mut all: Vec<(Span, Line<'p>)> = blocks.iter().map(|b| b.span).zip(lines).chain(between).collect();
        all.sort_by_key(|(at, _)| at.start);
        Explanation {
            id: page.raw.id,
            format: match page.format {
                Format::Html => "html",
                Format::Markdown => "markdown",
                Format::Feed => "feed",
                Format::Text => "text",
            },
            bytes: page.raw.bytes.len(),
            charset: (page.charset.name, (f64::from(page.charset.confidence) * 1000.0).round() / 1000.0, &page.charset.why),
            segments: page.charset.segments.iter().map(|s| (s.at.start, s.at.end, s.name)).collect(),
            metadata: &page.metadata,
            lines: all.into_iter().map(|(_, l)| l).collect(),
            rules: counts.iter().zip(rules.iter()).filter(|(n, _)| **n > 0).map(|(n, (_, r))| (&*r.id, *n)).collect(),
            kept,
            removed,
            edited,
            lang,
        }
    }

    /// For people: a head, then each line with its number, `=` kept, `~` edited, `-` removed, and below it the edits and rules.
    /// `all` shows routine edits too and cuts no text. `paint` puts colours around a text that holds no control characters.
    pub fn text(&self, all: bool, paint: impl Fn(Tone, &str) -> String) -> String {
        let lang = self.lang;
        let mut out = String::new();
        self.head(&mut out, &paint);
        for l in &self.lines {
            let edits: Vec<&Change<'_>> = l.edits.iter().filter(|e| all || !e.routine).collect();
            if l.kind == "none" && edits.is_empty() {
                continue;
            }
            let (sign, tone) = match l.fate {
                Fate::Kept => ("=", Tone::Kept),
                Fate::Edited => ("~", Tone::Edited),
                Fate::Removed => ("-", Tone::Removed),
            };
            let number = paint(Tone::Dim, &format!("{:>6}", l.line));
            // writing to a string cannot fail, here and below
            let _ = write!(out, "{number} {}", paint(tone, sign));
            if l.kind != "none" {
                let shown = cut(&visible(l.text, false), all, lang);
                let _ = write!(out, " {}", if l.fate == Fate::Removed { paint(tone, &shown) } else { shown });
            }
            out.push('\n');
            if let Some(r) = &l.rule {
                let first = l.first.map(|n| lang.fill(" (first on line {})", &[&n])).unwrap_or_default();
                let _ = writeln!(out, "           {} {}{first}", paint(Tone::Strong, r.id), paint(Tone::Dim, r.says));
            }
            let changes = edits.iter().map(|e| {
                let (was, now) = (cut(&visible(&e.was, true), all, lang), cut(&visible(e.now, true), all, lang));
                let now = if e.now.is_empty() { lang.say("nothing").to_owned() } else { paint(Tone::Edited, &format!("‹{now}›")) };
                let sure = if e.confidence < crate::edit::CERTAIN { format!(" ({} %)", e.confidence) } else { String::new() };
                (e.rule, format!("{} → {now}{sure}", paint(Tone::Removed, &format!("‹{was}›"))))
            });
            by_rule(changes.collect(), all, lang, &mut out, &paint);
            let remarks = l.notes.iter().map(|n| {
                let alternatives = visible(&n.alternatives.join(", "), true);
                let or = if alternatives.is_empty() { alternatives } else { lang.fill(" or {}", &[&cut(&alternatives, all, lang)]) };
                (n.rule, format!("‹{}›{or}", cut(&visible(n.text, true), all, lang)))
            });
            by_rule(remarks.collect(), all, lang, &mut out, &paint);
        }
        self.foot(&mut out, &paint);
        out
    }

    fn head(&self, out: &mut String, paint: &impl Fn(Tone, &str) -> String) {
        let (name, sure, why) = self.charset;
        let (m, lang) = (self.metadata, self.lang);
        let kind = lang.fill("{}, {} bytes", &[&self.format, &self.bytes]);
        let _ = writeln!(out, "{}  {kind}", paint(Tone::Strong, &visible(self.id, true)));
        let mut row = |key: &'static str, value: &str| {
            if !value.is_empty() {
                let key = if key.is_empty() { key } else { lang.say(key) };
                // Han is two columns wide
                let width = 10usize.saturating_sub(key.chars().filter(|c| !c.is_ascii()).count());
                let _ = writeln!(out, "  {} {}", paint(Tone::Dim, &format!("{key:<width$}")), visible(value, false));
            }
        };
        row("charset", &lang.fill("{}, {} sure: {}", &[&name, &sure, &why]));
        for (start, end, name) in &self.segments {
            row("", &lang.fill("bytes {}..{} are {}", &[start, end, name]));
        }
        row("title", m.title.as_deref().unwrap_or(""));
        row("author", &m.author.join(", "));
        let fields = [
            ("editor", &m.editor),
            ("source", &m.source),
            ("publisher", &m.publisher),
            ("date", &m.date),
            ("url", &m.url),
            ("language", &m.lang),
        ];
        for (key, value) in fields {
            row(key, value.as_deref().unwrap_or(""));
        }
        row("categories", &m.categories.join(", "));
        out.push('\n');
    }

    fn foot(&self, out: &mut String, paint: &impl Fn(Tone, &str) -> String) {
        let lang = self.lang;
        let kept = paint(Tone::Kept, &lang.fill("{} kept", &[&self.kept]));
        let removed = paint(Tone::Removed, &lang.fill("{} removed", &[&self.removed]));
        let edited = paint(Tone::Edited, &lang.fill(if self.edited == 1 { "{} edit" } else { "{} edits" }, &[&self.edited]));
        let _ = writeln!(out, "\n{kept}, {removed}, {edited}");
        for (id, n) in &self.rules {
            let _ = writeln!(out, "{n:>8}  {id}");
        }
    }

    /// For programs: one line for the page (`"event":"page"`), then one for each line (`"event":"line"`).
    pub fn json_lines(&self) -> String {
        #[derive(Serialize)]
        struct Event<'e, T> {
            event: &'static str,
            #[serde(flatten)]
            what: &'e T,
        }
        // structs of strings and finite numbers always serialize
        let mut out = serde_json::to_string(&Event { event: "page", what: self }).unwrap_or_default();
        out.push('\n');
        for l in &self.lines {
            out.push_str(&serde_json::to_string(&Event { event: "line", what: l }).unwrap_or_default());
            out.push('\n');
        }
        out
    }
}

/// What happened to a line, each rule said once: a line may hold hundreds of edits of one rule.
fn by_rule(mut what: Vec<(Reason<'_>, String)>, all: bool, lang: Lang, out: &mut String, paint: &impl Fn(Tone, &str) -> String) {
    // stable: the order of the text stays within a rule
    what.sort_by_key(|(rule, _)| rule.id);
    for group in what.chunk_by(|a, b| a.0.id == b.0.id) {
        let rule = group[0].0;
        let shown = if all { group.len() } else { group.len().min(LISTED) };
        let list: Vec<&str> = group[..shown].iter().map(|(_, text)| &**text).collect();
        let more = if shown < group.len() { lang.fill("; and {} more", &[&(group.len() - shown)]) } else { String::new() };
        // writing to a string cannot fail
        let _ = writeln!(out, "           {} {}", paint(Tone::Strong, rule.id), paint(Tone::Dim, rule.says));
        let _ = writeln!(out, "             {}{more}", list.join("; "));
    }
}

pub(crate) fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Paragraph => "paragraph",
        Kind::Heading(_) => "heading",
        Kind::ListItem => "list item",
        Kind::TableRow => "table row",
        Kind::Code => "code",
        Kind::Quote => "quote",
        Kind::Caption => "caption",
    }
}

pub(crate) fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Decode => "decode",
        Stage::Repair => "repair",
        Stage::Markup => "markup",
        Stage::Tidy => "tidy",
        Stage::Join => "join",
    }
}

/// Bytes as text; those that are no UTF-8 as `\xHH`.
pub(crate) fn readable(bytes: &[u8]) -> String {
    let mut out = String::new();
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        for b in chunk.invalid() {
            let _ = write!(out, "\\x{b:02X}");
        }
    }
    out
}

/// The first [`SHOWN`] characters, and how many more there are.
fn cut(text: &str, all: bool, lang: Lang) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((at, _)) if !all => lang.fill("{}… ({} more characters)", &[&&text[..at], &text[at..].chars().count()]),
        _ => text.to_owned(),
    }
}

/// The text with everything that cannot be seen as `\u{HEX}`: controls, zero widths, direction marks, variation selectors,
/// private use, and with `blanks` all blanks but the space. Line ends and tabs become `\n`, `\r`, `\t`.
pub fn visible(text: &str, blanks: bool) -> String {
    let mut out = String::with_capacity(text.len());
    // what is seen is copied by the run
    let mut from = 0;
    for (at, c) in text.char_indices() {
        if matches!(c, ' '..='~' | '\u{4E00}'..='\u{9FFF}') || !(is_invisible(c) || (blanks && c.is_whitespace())) {
            continue;
        }
        out.push_str(&text[from..at]);
        from = at + c.len_utf8();
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ => _ = write!(out, "\\u{{{:X}}}", u32::from(c)),
        }
    }
    out.push_str(&text[from..]);
    out
}

/// Characters that leave no ink (Unicode 16: `Cc`, `Cf`, `Co`, `Default_Ignorable_Code_Point`, line and paragraph separators).
pub fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{AD}' | '\u{34F}' | '\u{600}'..='\u{605}' | '\u{61C}' | '\u{6DD}' | '\u{70F}' | '\u{890}' | '\u{891}' | '\u{8E2}'
            | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}'
            | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{E000}'..='\u{F8FF}' | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E0FFF}' | '\u{F0000}'..='\u{10FFFF}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::block::{Block, Mark, NO_NODE};
    use crate::edit::Editor;
    use crate::{Kernel, Options, RawDoc};

    #[test]
    fn what_cannot_be_seen_is_shown() {
        assert_eq!(visible("a\u{200B}b\u{E123}\u{1B}[31m\n\u{FEFF}中", false), "a\\u{200B}b\\u{E123}\\u{1B}[31m\\n\\u{FEFF}中");
        assert_eq!(visible("全\u{3000}角 b", false), "全\u{3000}角 b");
        assert_eq!(visible("全\u{3000}角 b", true), "全\\u{3000}角 b");
    }

    #[test]
    fn bytes_that_are_no_text_are_shown() {
        assert_eq!(readable(b"a\xFF\xE4\xB8b"), "a\\xFF\\xE4\\xB8b");
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        let long = "长".repeat(SHOWN + 3);
        assert_eq!(cut(&long, false, Lang::En), format!("{}… (3 more characters)", "长".repeat(SHOWN)));
        assert_eq!(cut(&long, true, Lang::En), long);
        assert_eq!(cut(&long[..SHOWN * 3], false, Lang::En), long[..SHOWN * 3]);
    }

    /// A page of two lines made by hand: a repair in the first, the second left out.
    fn page() -> Page<'static> {
        let kernel = Kernel::new(Options::default());
        let mut page = kernel.repaired_text(RawDoc { id: "a.txt", ..RawDoc::default() }, "one wun\nAD\nend");
        let mut editor = Editor::new("one wun\nAD\nend");
        editor.replace(4..7, "one", RuleId(2), 80);
        page.layers.push(editor.finish(Stage::Repair).unwrap());
        let span = |s, e| Block { span: Span::new(s, e), kind: Kind::Paragraph, node: NO_NODE, link_bytes: 0 };
        page.outline.blocks = vec![span(0, 7), span(8, 10), span(11, 14)];
        page.marks = vec![Mark { block: 1, rule: RuleId(1), score: 1.0, first: None }];
        page
    }

    #[test]
    fn each_line_has_its_number_fate_and_rule() {
        let (page, rules) = (page(), Rules::builtin());
        let e = Explanation::new(&page, rules, Lang::En);
        let fates: Vec<_> = e.lines.iter().map(|l| (l.line, l.fate, l.at)).collect();
        assert_eq!(fates, [(1, Fate::Edited, [0, 7]), (2, Fate::Removed, [8, 10]), (3, Fate::Kept, [11, 14])]);
        let text = e.text(false, |_, s| s.to_owned());
        assert!(text.contains("     1 ~ one one\n           charset/malformed"), "{text}");
        assert!(text.contains("\n             ‹wun› → ‹one› (80 %)\n     2 - AD\n"), "{text}");
        assert!(text.contains(&*rules.get(RuleId(1)).says), "{text}");
        assert!(text.contains("     3 = end\n"), "{text}");
        assert!(text.contains("2 kept, 1 removed, 1 edit\n"), "{text}");
    }

    #[test]
    fn json_lines_are_one_object_each() {
        let page = page();
        let lines = Explanation::new(&page, Rules::builtin(), Lang::En).json_lines();
        let all: Vec<serde_json::Value> = lines.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
        assert_eq!(all.len(), 4);
        assert_eq!((all[0]["event"].as_str(), all[0]["kept"].as_u64()), (Some("page"), Some(2)));
        assert_eq!((all[1]["fate"].as_str(), all[1]["edits"][0]["was"].as_str()), (Some("edited"), Some("wun")));
        assert_eq!((all[2]["fate"].as_str(), all[2]["text"].as_str()), (Some("removed"), Some("AD")));
    }
}
