//! Findings: what cleaning would change in a page, one for each line and rule, as continuous integration wants it. Reads the diff of a
//! page; the formats live beside this file, and which findings are already known in `baseline`.

pub mod baseline;
mod report;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::Xxh3;

use crate::diff::{Counter, Diff};
use crate::draft::Draft;
use crate::page::Page;
use crate::rules::{RuleId, Rules};
use crate::span::Span;

pub use report::{ANNOTATIONS, Format, Report};

/// Characters of a text that a finding keeps.
const KEPT: usize = 160;

/// What would be done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fate {
    /// The line is left out.
    Removed,
    /// Text in the line is changed.
    Edited,
    /// Nothing: it is a guess, or was lost before.
    Noted,
    /// The bytes are read as something else than UTF-8.
    Decoded,
    /// The record cannot be read.
    Unreadable,
}

impl Fate {
    /// `removed`, `edited`, ….
    pub fn name(self) -> &'static str {
        match self {
            Fate::Removed => "removed",
            Fate::Edited => "edited",
            Fate::Noted => "noted",
            Fate::Decoded => "decoded",
            Fate::Unreadable => "unreadable",
        }
    }
}

/// A rule that acts on a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The file.
    pub path: String,
    /// Number of the record in it, when it holds several.
    pub record: Option<u64>,
    /// Line of the decoded text, from 1.
    pub line: u32,
    /// Character of the line, from 1.
    pub column: u32,
    /// Id of the rule.
    pub rule: String,
    /// What would be done.
    pub fate: Fate,
    /// How often the rule acts in this line.
    pub count: u32,
    /// The text it is about; cut when it is long.
    pub before: String,
    /// What it would become; cut when it is long.
    pub after: String,
    /// xxh3_64 of the rule and the line without its white space, in hexadecimal: the same wherever the line stands.
    pub fingerprint: String,
}

impl Finding {
    /// Of a record that cannot be read.
    pub fn unreadable(path: String, record: Option<u64>, why: &str) -> Finding {
        let rule = "record/unreadable".to_owned();
        let fingerprint = fingerprint(&rule, &format!("{path} {why}"));
        Finding {
            path,
            record,
            line: 1,
            column: 1,
            rule,
            fate: Fate::Unreadable,
            count: 1,
            before: why.to_owned(),
            after: String::new(),
            fingerprint,
        }
    }

    /// The line that a tool shows: that of the file, or the number of the record in a file of several, which is its line in JSON lines.
    pub fn shown_line(&self) -> u64 {
        self.record.unwrap_or(u64::from(self.line))
    }
}

/// xxh3_64 of a rule and a text without its white space, in hexadecimal.
pub fn fingerprint(rule: &str, text: &str) -> String {
    let mut hash = Xxh3::new();
    hash.update(rule.as_bytes());
    for word in text.split_whitespace() {
        hash.update(b"\0");
        hash.update(word.as_bytes());
    }
    format!("{:016x}", hash.digest())
}

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spot {
    /// The record as a whole.
    Whole,
    /// Bytes of [`Diff::before`] that the change of this index takes or alters; of a removal one line of them.
    Before(Span, usize),
    /// Bytes of the decoded text.
    Decoded(Span),
}

/// All findings of a page and its draft, in the order of their lines. Linear in text and edits.
pub fn findings(path: &str, record: Option<u64>, page: &Page<'_>, draft: &Draft<'_>, rules: &Rules) -> Vec<Finding> {
    let diff = Diff::new(page, draft, rules, false);
    located(path, record, page, &diff, rules).into_iter().map(|(finding, _)| finding).collect()
}

/// As [`findings`], of the page's diff (without `all`), each with what it is about.
pub fn located(path: &str, record: Option<u64>, page: &Page<'_>, diff: &Diff, rules: &Rules) -> Vec<(Finding, Spot)> {
    let mut collector = Collector { path, record, rules, out: Vec::new(), last: BTreeMap::new() };
    collector.decoding(page);
    let decoded = page.layers.first().map_or("", |l| &*l.text);
    let mut lines = Counter::default();
    let mut place = |at: u32| (lines.line(decoded, at), column(decoded, at));
    for (number, change) in diff.changes.iter().enumerate() {
        let whole = diff.line_at(change.was.start);
        let (was, now) = (change.was.of(&diff.before), change.now.of(&diff.after));
        if now.trim().is_empty()
            && (change.was.start == whole.start || was.starts_with('\n'))
            && was.trim_end_matches('\n').len() >= whole.len().min(1)
        {
            let mut at = change.was.start;
            for line in was.split_inclusive('\n') {
                let text = line.trim();
                if !text.is_empty() {
                    let place = place(diff.input_at(at));
                    let from = at as usize + line.len() - line.trim_start().len();
                    let spot = Spot::Before(Span::new(from, from + text.len()), number);
                    for rule in &change.rules {
                        collector.add(*rule, place, spot, Fate::Removed, (text, ""), text);
                    }
                }
                at += line.len() as u32;
            }
            continue;
        }
        let place = place(diff.input_at(change.was.start));
        for rule in &change.rules {
            collector.add(*rule, place, Spot::Before(change.was, number), Fate::Edited, (was, now), whole.of(&diff.before));
        }
    }
    let ends: Vec<usize> = if page.notes.is_empty() { Vec::new() } else { memchr::memchr_iter(b'\n', decoded.as_bytes()).collect() };
    for note in &page.notes {
        let below = page.layers[1..=note.layer as usize].iter().rev().fold(note.at, |at, l| l.locate(at));
        let text = note.at.of(&page.layers[note.layer as usize].text);
        // notes come in the order of their stages, not of the text
        let line = ends.partition_point(|e| *e < below.start as usize) as u32 + 1;
        let or: Vec<&str> = note.alternatives.iter().map(|a| &**a).collect();
        let place = (line, column(decoded, below.start));
        collector.add(note.rule, place, Spot::Decoded(below), Fate::Noted, (text, &or.join(" or ")), text);
    }
    let mut out = collector.out;
    out.sort_by_key(|(f, _)| (f.line, f.column));
    out
}

struct Collector<'a> {
    path: &'a str,
    record: Option<u64>,
    rules: &'a Rules,
    out: Vec<(Finding, Spot)>,
    /// The last finding of a rule that is no removal.
    last: BTreeMap<(RuleId, Fate), usize>,
}

impl Collector<'_> {
    /// What reading the bytes took: another charset, bytes that are no character.
    fn decoding(&mut self, page: &Page<'_>) {
        let Some(layer) = page.layers.first() else { return };
        let mut lines = Counter::default();
        let mut told = false;
        for e in &layer.edits {
            let id = &*self.rules.get(e.rule).id;
            if matches!(id, "charset/decoded" | "charset/segment") {
                if !std::mem::replace(&mut told, true) {
                    let name = page.charset.name;
                    self.add(e.rule, (1, 1), Spot::Whole, Fate::Decoded, (name, "utf-8"), name);
                }
            } else if id != "charset/bom" {
                let line = lines.line(&layer.text, e.now.start);
                let bytes: String = page.raw.bytes[e.was.range()].iter().take(8).map(|b| format!("\\x{b:02X}")).collect();
                let place = (line, column(&layer.text, e.now.start));
                self.add(e.rule, place, Spot::Decoded(e.now), Fate::Decoded, (&bytes, e.now.of(&layer.text)), &bytes);
            }
        }
    }

    /// Adds a finding, or counts it with the one of its rule in the same line.
    fn add(&mut self, id: RuleId, (line, column): (u32, u32), spot: Spot, fate: Fate, (before, after): (&str, &str), of: &str) {
        let rule = &*self.rules.get(id).id;
        if fate != Fate::Removed {
            let last = self.last.insert((id, fate), self.out.len());
            if let Some((same, n)) = last.and_then(|n| Some((&mut self.out.get_mut(n)?.0, n))).filter(|(f, _)| f.line == line) {
                same.count += 1;
                self.last.insert((id, fate), n);
                return;
            }
        }
        let finding = Finding {
            path: self.path.to_owned(),
            record: self.record,
            line,
            column,
            rule: rule.to_owned(),
            fate,
            count: 1,
            before: cut(before),
            after: cut(after),
            fingerprint: fingerprint(rule, of),
        };
        self.out.push((finding, spot));
    }
}

/// Character of its line, from 1; lines of more than 16 KB are not counted through.
fn column(text: &str, at: u32) -> u32 {
    let at = at as usize;
    let at = (0..=at.min(text.len())).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
    let start = memchr::memrchr(b'\n', &text.as_bytes()[..at]).map_or(0, |i| i + 1);
    if at - start > 1 << 14 { 1 } else { text[start..at].chars().count() as u32 + 1 }
}

fn cut(text: &str) -> String {
    let text = text.trim_matches('\n');
    match text.char_indices().nth(KEPT) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// A whole line.
impl Diff {
    /// The line of the text before that `at` lies on, without its end.
    pub(crate) fn line_at(&self, at: u32) -> Span {
        let bytes = self.before.as_bytes();
        let start = memchr::memrchr(b'\n', &bytes[..at as usize]).map_or(0, |i| i + 1);
        let end = memchr::memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |i| start + i);
        Span::new(start, end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Kernel, Options, RawDoc};

    fn found(id: &str, bytes: &[u8]) -> Vec<(u32, u32, String, Fate, String, String)> {
        let kernel = Kernel::new(Options::default());
        let page = kernel.page(RawDoc { id, bytes, ..RawDoc::default() });
        let draft = Draft::of(&page, true, false, None, kernel.rules());
        let found = findings(id, None, &page, &draft, kernel.rules());
        found.into_iter().map(|f| (f.line, f.column, f.rule, f.fate, f.before, f.after)).collect()
    }

    #[test]
    fn each_line_and_rule_is_one_finding() {
        let page = "当前位置：首页 > 新闻 > 正文\n河边有一座老桥，桥下的水很清，夏天有孩子在那里游泳。\n他去喝了一杯 cafÃ© au lait 才回家，路上下起了雨。\n分享到：微博 微信 QQ空间\n责任编辑：\n";
        let found = found("a.txt", page.as_bytes());
        let told: Vec<(u32, &str, Fate)> = found.iter().map(|f| (f.0, &*f.2, f.3)).collect();
        assert_eq!(
            told[..3],
            [
                (1, "boilerplate/breadcrumb", Fate::Removed),
                (3, "repair/utf-8-as-windows-1252", Fate::Edited),
                (4, "boilerplate/share", Fate::Removed)
            ],
            "{found:?}"
        );
        assert_eq!((found[1].1, &*found[1].4, &*found[1].5), (11, "Ã©", "é"));
    }

    #[test]
    fn another_charset_and_broken_bytes_are_found() {
        let gbk = encoding_rs::GBK.encode("河边有一座老桥，桥下的水很清。\n").0.into_owned();
        assert_eq!(found("a.txt", &gbk).iter().map(|f| (&*f.2, &*f.4)).collect::<Vec<_>>(), [("charset/decoded", "gb18030")]);
        let broken: Vec<u8> = "河边有一座老桥。\n桥下".bytes().chain(*b"\xFF").chain("的水很清。\n".bytes()).collect();
        let found = found("a.txt", &broken);
        assert_eq!((found[0].0, found[0].1, &*found[0].2, &*found[0].4), (2, 3, "charset/malformed", "\\xFF"));
    }

    #[test]
    fn clean_text_has_none_and_a_fingerprint_does_not_see_white_space() {
        assert!(found("a.txt", "河边有一座老桥，桥下的水很清。\n".as_bytes()).is_empty());
        assert_eq!(fingerprint("a/b", " one  two\n"), fingerprint("a/b", "one two"));
        assert_ne!(fingerprint("a/b", "one two"), fingerprint("a/b", "onetwo"));
        assert_ne!(fingerprint("a/b", "one"), fingerprint("a/c", "one"));
    }
}
