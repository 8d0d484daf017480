//! Findings in the formats that tools read: text, JSON, GitHub, GitLab, JUnit, SARIF, Markdown. What a finding is lives beside this file.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde_json::{Value, json};

use super::{Fate, Finding};
use crate::explain::visible;
use crate::lang::Lang;
use crate::rules::Rules;

/// Annotations of one rule, at most: GitHub shows no more of a step.
pub const ANNOTATIONS: usize = 10;
/// Findings of one rule that a table for people lists.
const LISTED: usize = 5;

/// A format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Format {
    /// A line each, with the text before and after
    Full,
    /// A line each
    Concise,
    /// One JSON object
    Json,
    /// One JSON object each
    JsonLines,
    /// Annotations of GitHub Actions, at most ten a rule
    Github,
    /// A code quality report of GitLab
    Gitlab,
    /// JUnit's XML
    Junit,
    /// SARIF 2.1.0
    Sarif,
    /// A table for a comment
    Markdown,
}

impl Format {
    /// Whether findings are written one by one; else all at the end.
    pub fn is_stream(self) -> bool {
        matches!(self, Format::Full | Format::Concise | Format::JsonLines)
    }
}

/// All that is told at the end.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// New findings, in order.
    pub findings: &'a [Finding],
    /// Rules whose findings fail, by prefix of their ids; all when there is none.
    pub fail_on: &'a [String],
    /// Documents looked at.
    pub documents: u64,
    /// Findings that the baseline knows.
    pub known: u64,
    /// The rules they name.
    pub rules: &'a Rules,
    /// The language of sentences. Names of fields and ids are the same in all.
    pub lang: Lang,
}

impl Report<'_> {
    /// Whether a finding fails.
    pub fn fails(&self, finding: &Finding) -> bool {
        self.fail_on.is_empty() || self.fail_on.iter().any(|p| finding.rule.starts_with(&**p))
    }

    /// What the rule of a finding says.
    fn says(&self, rule: &str) -> &str {
        self.rules.find(rule).map_or_else(|| self.lang.say("a record that cannot be read"), |id| self.rules.get(id).sentence(self.lang))
    }

    /// A finding as it is written in a format of lines; empty for the others.
    pub fn line(&self, f: &Finding, format: Format) -> String {
        let mut out = String::new();
        if format == Format::JsonLines {
            // a struct of strings and numbers always serializes
            return serde_json::to_string(f).unwrap_or_default() + "\n";
        }
        if !format.is_stream() {
            return out;
        }
        let record = f.record.map(|n| format!("#{n}")).unwrap_or_default();
        let times = if f.count > 1 { self.lang.fill(", {} times", &[&f.count]) } else { String::new() };
        let level = if self.fails(f) { "" } else { self.lang.say(", does not fail") };
        // writing to a string cannot fail, here and below
        let _ = writeln!(
            out,
            "{}{record}:{}:{}: {} {} [{}{times}{level}]",
            visible(&f.path, true),
            f.line,
            f.column,
            f.rule,
            self.says(&f.rule),
            self.lang.say(f.fate.name())
        );
        if format == Format::Full {
            let edited = f.fate == Fate::Edited;
            let _ = writeln!(
                out,
                "    {} {}",
                if matches!(f.fate, Fate::Removed | Fate::Edited) { "-" } else { "=" },
                visible(&f.before, edited)
            );
            if !f.after.is_empty() {
                let _ = writeln!(out, "    {} {}", if edited { "+" } else { "?" }, visible(&f.after, edited));
            }
        }
        out
    }

    /// Everything, for a format that is no stream; empty for the others.
    pub fn all(&self, format: Format) -> String {
        match format {
            Format::Full | Format::Concise | Format::JsonLines => String::new(),
            Format::Json => self.json(),
            Format::Github => self.github(),
            Format::Gitlab => self.gitlab(),
            Format::Junit => self.junit(),
            Format::Sarif => self.sarif(),
            Format::Markdown => self.markdown(),
        }
    }

    /// Findings by rule, the rule with the most first.
    fn by_rule(&self) -> Vec<(&str, Vec<&Finding>)> {
        let mut rules: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
        for f in self.findings {
            rules.entry(&f.rule).or_default().push(f);
        }
        let mut rules: Vec<_> = rules.into_iter().collect();
        rules.sort_by_key(|(rule, found)| (std::cmp::Reverse(found.len()), *rule));
        rules
    }

    fn message(&self, f: &Finding) -> String {
        let (before, after) = (visible(&f.before, false), visible(&f.after, false));
        let what = match f.fate {
            Fate::Edited => format!("‹{before}› → ‹{after}›"),
            Fate::Noted if !after.is_empty() => self.lang.fill("‹{}› or {}", &[&before, &after]),
            Fate::Decoded if f.after == "utf-8" => self.lang.fill("read as {}", &[&before]),
            _ => format!("‹{before}›"),
        };
        let line = f.record.map(|_| self.lang.fill(" (line {} of the text)", &[&f.line])).unwrap_or_default();
        format!("{} [{}]: {what}{line}", self.says(&f.rule), self.lang.say(f.fate.name()))
    }

    fn json(&self) -> String {
        let rules: serde_json::Map<String, Value> = self.by_rule().into_iter().map(|(r, f)| (r.to_owned(), f.len().into())).collect();
        let failing = self.findings.iter().filter(|f| self.fails(f)).count();
        let rules = Value::Object(rules);
        let findings = list(self.findings, |f, out| out.push_str(&serde_json::to_string(f).unwrap_or_default()));
        let (documents, known) = (self.documents, self.known);
        format!(
            "{{\"version\":1,\"tool\":\"jingwen\",\"documents\":{documents},\"known\":{known},\"failing\":{failing},\n\"rules\":{rules},\n\
             \"findings\":{findings}}}\n"
        )
    }

    /// Commands of a workflow: an error for what fails, else a notice.
    fn github(&self) -> String {
        let mut out = String::new();
        let data = |s: &str| s.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
        let property = |s: &str| data(s).replace(':', "%3A").replace(',', "%2C");
        for (rule, found) in self.by_rule() {
            for f in found.iter().take(ANNOTATIONS) {
                let level = if self.fails(f) { "error" } else { "notice" };
                let (path, message) = (property(&f.path), data(&self.message(f)));
                // a column belongs to a line of the file
                let column = if f.record.is_none() { format!(",col={}", f.column) } else { String::new() };
                let _ = writeln!(out, "::{level} file={path},line={}{column},title={}::{message}", f.shown_line(), property(rule));
            }
        }
        out
    }

    fn gitlab(&self) -> String {
        let mut seen = BTreeMap::new();
        let all = list(self.findings, |f, out| {
            // GitLab wants each one to be different
            let n = seen.entry((&f.path, &f.fingerprint)).and_modify(|n| *n += 1).or_insert(0u32);
            let severity = match f.fate {
                _ if !self.fails(f) => "info",
                Fate::Unreadable => "major",
                _ => "minor",
            };
            let fingerprint = super::fingerprint(&f.rule, &format!("{} {} {n}", f.path, f.fingerprint));
            out.push_str("{\"check_name\":");
            quoted(&f.rule, out);
            out.push_str(",\"description\":");
            quoted(&self.message(f), out);
            let _ = write!(out, ",\"fingerprint\":\"{fingerprint}\",\"location\":{{\"lines\":{{\"begin\":{}}},\"path\":", f.shown_line());
            quoted(&f.path, out);
            let _ = write!(out, "}},\"severity\":\"{severity}\"}}");
        });
        all + "\n"
    }

    /// One test a document with findings; one that passes when there is none.
    fn junit(&self) -> String {
        let mut documents: BTreeMap<(&str, Option<u64>), Vec<&Finding>> = BTreeMap::new();
        for f in self.findings {
            documents.entry((&f.path, f.record)).or_default().push(f);
        }
        let failing = |found: &[&Finding]| found.iter().any(|f| self.fails(f));
        let failures = documents.values().filter(|f| failing(f)).count();
        let tests = documents.len().max(1);
        let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        let _ = writeln!(out, "<testsuites name=\"jingwen check\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">");
        let _ = writeln!(
            out,
            "  <testsuite name=\"jingwen check, {} documents\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"0\">",
            self.documents
        );
        if documents.is_empty() {
            let _ = writeln!(out, "    <testcase name=\"{} documents\" classname=\"jingwen\"/>", self.documents);
        }
        for ((path, record), found) in &documents {
            let name = escaped(&format!("{}{}", visible(path, true), record.map(|n| format!("#{n}")).unwrap_or_default()));
            let list: String = found.iter().map(|f| format!("{}:{}: {} {}\n", f.line, f.column, f.rule, self.message(f))).collect();
            let _ = writeln!(out, "    <testcase name=\"{name}\" classname=\"jingwen\" file=\"{}\">", escaped(&visible(path, true)));
            if failing(found) {
                let what = format!("{} finding{}", found.len(), if found.len() == 1 { "" } else { "s" });
                let _ =
                    writeln!(out, "      <failure message=\"{what}\" type=\"{}\">{}</failure>", escaped(&found[0].rule), escaped(&list));
            } else {
                let _ = writeln!(out, "      <system-out>{}</system-out>", escaped(&list));
            }
            out.push_str("    </testcase>\n");
        }
        out.push_str("  </testsuite>\n</testsuites>\n");
        out
    }

    fn sarif(&self) -> String {
        let used: BTreeSet<&str> = self.findings.iter().map(|f| &*f.rule).collect();
        let used: Vec<&str> = used.into_iter().collect();
        let rules: Vec<Value> = (used.iter())
            .map(|id| json!({"id": id, "shortDescription": {"text": self.says(id)}, "defaultConfiguration": {"level": "warning"}}))
            .collect();
        // by hand: there may be millions, and a tree of values for each costs more than the rest of its check
        let mut path = (String::new(), String::new());
        let results = list(self.findings, |f, out| {
            if path.0 != f.path {
                path = (f.path.clone(), uri(&f.path));
            }
            let level = if self.fails(f) { "error" } else { "note" };
            let _ = write!(
                out,
                "{{\"level\":\"{level}\",\"locations\":[{{\"physicalLocation\":{{\"artifactLocation\":{{\"uri\":\"{}\"}},\"region\":{{",
                path.1
            );
            if f.record.is_none() {
                let _ = write!(out, "\"startColumn\":{},", f.column);
            }
            let _ = write!(out, "\"startLine\":{}}}}}}}],\"message\":{{\"text\":", f.shown_line());
            quoted(&self.message(f), out);
            out.push_str("},\"partialFingerprints\":{\"jingwen/v1\":");
            quoted(&f.fingerprint, out);
            out.push_str("},\"ruleId\":");
            quoted(&f.rule, out);
            let _ = write!(out, ",\"ruleIndex\":{}}}", used.binary_search(&&*f.rule).unwrap_or(0));
        });
        let tool = json!({"driver": {"name": "jingwen", "version": env!("CARGO_PKG_VERSION"), "rules": rules}});
        let properties = json!({"documents": self.documents, "known": self.known});
        format!(
            "{{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\",\"runs\":[{{\n\"tool\":{tool},\n\
             \"columnKind\":\"unicodeCodePoints\",\"properties\":{properties},\n\"results\":{results}}}]}}\n"
        )
    }

    /// A table of rules, and the first findings of each. Also the summary of a job of GitHub.
    pub fn markdown(&self) -> String {
        let cell = |s: &str| {
            let mut out = String::with_capacity(s.len());
            for c in visible(s, false).chars() {
                match c {
                    '&' => out.push_str("&amp;"),
                    '<' => out.push_str("&lt;"),
                    '>' => out.push_str("&gt;"),
                    '|' | '`' | '*' | '_' | '[' | ']' | '\\' | '#' | '~' | '@' => out.extend(['\\', c]),
                    _ => out.push(c),
                }
            }
            out
        };
        let failing = self.findings.iter().filter(|f| self.fails(f)).count();
        let lang = self.lang;
        let mut out = String::from("### jingwen check\n\n");
        out.push_str(&lang.fill("{} documents looked at, {} findings", &[&self.documents, &self.findings.len()]));
        if failing < self.findings.len() {
            out.push_str(&lang.fill(", {} of them fail", &[&failing]));
        }
        if self.known > 0 {
            out.push_str(&lang.fill(", {} more are in the baseline", &[&self.known]));
        }
        out.push_str(lang.say("."));
        out.push('\n');
        let rules = self.by_rule();
        if rules.is_empty() {
            return out;
        }
        out.push_str(&format!("\n{}\n|---|---:|---|\n", lang.say("| rule | findings | what it says |")));
        for (rule, found) in &rules {
            let _ = writeln!(out, "| {} | {} | {} |", cell(rule), found.len(), cell(self.says(rule)));
        }
        out.push_str(&format!("\n{}\n|---|---|---|\n", lang.say("| where | rule | text |")));
        for (rule, found) in &rules {
            for f in found.iter().take(LISTED) {
                let record = f.record.map(|n| format!("#{n}")).unwrap_or_default();
                let text: String = f.before.chars().take(60).collect();
                let after = if f.after.is_empty() { String::new() } else { format!(" → {}", cell(&f.after)) };
                let _ = writeln!(out, "| {}{record}:{} | {} | {}{after} |", cell(&f.path), f.line, cell(rule), cell(&text));
            }
            if found.len() > LISTED {
                let more = lang.fill("{} more", &[&(found.len() - LISTED)]);
                let _ = writeln!(out, "| … | {} | {more} |", cell(rule));
            }
        }
        out
    }
}

/// A JSON array, an element a line, each written by `write`.
fn list<'f>(findings: &'f [Finding], mut write: impl FnMut(&'f Finding, &mut String)) -> String {
    // most of one is its text
    let mut out = String::with_capacity(findings.len() * 400 + 8);
    out.push('[');
    for (n, f) in findings.iter().enumerate() {
        out.push_str(if n > 0 { ",\n" } else { "\n" });
        write(f, &mut out);
    }
    out.push_str("\n]");
    out
}

/// A JSON string.
fn quoted(text: &str, out: &mut String) {
    out.push('"');
    let mut from = 0;
    for (at, b) in text.bytes().enumerate().filter(|(_, b)| matches!(b, b'"' | b'\\' | 0..0x20)) {
        out.push_str(&text[from..at]);
        let _ = match b {
            b'"' | b'\\' => write!(out, "\\{}", char::from(b)),
            _ => write!(out, "\\u{b:04x}"),
        };
        from = at + 1;
    }
    out.push_str(&text[from..]);
    out.push('"');
}

/// Text for XML: nothing that XML 1.0 does not take is left.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\u{FFFE}' | '\u{FFFF}' => out.push('\u{FFFD}'),
            c if c.is_control() => out.push('\u{FFFD}'),
            c => out.push(c),
        }
    }
    out
}

/// A path as a relative reference (RFC 3986).
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for b in path.replace('\\', "/").bytes() {
        match b {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(char::from(b)),
            _ => _ = write!(out, "%{b:02X}"),
        }
    }
    out
}
