//! A rule that a person makes of a line: its cells, and whether it takes a line. What the cells mean is told in `rules/own`.

use crate::error::Error;
use crate::explain::{is_invisible, visible};
use crate::rules::Rules;
use crate::rules::own::Does;

/// Where the words of a rule stand in a line, or that they are a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    /// All of the line.
    Whole,
    /// Its begin.
    Begin,
    /// Its end.
    End,
    /// Anywhere.
    Within,
    /// A regular expression.
    Regex,
}

impl Match {
    /// All, in the order they are gone through.
    pub const ALL: [Match; 5] = [Match::Whole, Match::Begin, Match::End, Match::Within, Match::Regex];

    /// As the table has it.
    pub fn name(self) -> &'static str {
        match self {
            Match::Whole => "whole",
            Match::Begin => "begin",
            Match::End => "end",
            Match::Within => "within",
            Match::Regex => "regex",
        }
    }
}

/// A rule that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// `family/name`.
    pub id: String,
    /// Its sentence.
    pub says: String,
    /// Where it is from.
    pub source: String,
    /// A line on which it fires, as it is.
    pub fires: String,
    /// One on which it does not; may be empty.
    pub spares: String,
    /// How it matches.
    pub place: Match,
    /// Words with the escapes of the tables, or a pattern.
    pub pattern: String,
    /// The line stays; else it goes.
    pub keep: bool,
}

impl Made {
    /// Its line of the table.
    pub fn line(&self) -> String {
        let plain = |cell: &str| visible(cell, false).trim().to_owned();
        let does = if self.keep { "keep" } else { "remove" };
        let cells = [
            &self.id,
            &plain(&self.says),
            &plain(&self.source),
            &escaped(&self.fires),
            &escaped(&self.spares),
            self.place.name(),
            &self.pattern,
            does,
        ];
        cells.join("\t") + "\n"
    }

    /// The rule as it would be read.
    ///
    /// # Errors
    /// Why it would not.
    pub fn read(&self) -> Result<Rules, String> {
        if self.pattern.contains(['\t', '\n']) || self.pattern.trim_matches(' ') != self.pattern {
            return Err("a blank at an end of the pattern is written \\s".to_owned());
        }
        Rules::with_own(&[(String::new(), self.line())]).map_err(|e| match e {
            Error::Rule { why, .. } => why,
            e => e.to_string(),
        })
    }
}

/// Whether rules of which one is a made one decide about a line as it is meant.
pub fn takes(rules: &Rules, line: &str, keep: bool) -> bool {
    let does = if keep { Does::Keep } else { Does::Remove };
    rules.own().and_then(|o| o.decide(line)).is_some_and(|(_, d)| d == does)
}

/// A text with the escapes of the tables: what cannot be seen is spelt out, blanks at the ends are not lost.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let inner = text.trim_matches(' ');
    let from = text.len() - text.trim_start_matches(' ').len();
    for (i, c) in text.char_indices() {
        match c {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\\' => out.push_str("\\\\"),
            ' ' if i < from || i >= from + inner.len() => out.push_str("\\s"),
            c if is_invisible(c) => out.push_str(&format!("\\u{{{:X}}}", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

/// A pattern that matches a line and nothing else.
pub fn pattern(line: &str) -> String {
    let mut out = String::from("^");
    for c in line.chars() {
        match c {
            ' ' => out.push_str("\\x20"),
            '\n' => out.push_str("\\n"),
            c if is_invisible(c) => out.push_str(&format!("\\x{{{:X}}}", u32::from(c))),
            c => out.push_str(&regex::escape(c.encode_utf8(&mut [0; 4]))),
        }
    }
    out + "$"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::table::unescape;

    const LINES: [&str; 5] = ["分享到：微博", "a.b (c) [d] *e* \\n f", "two\nlines", " \u{200B}x\t ", "#1 | 50% {x} ^$"];

    #[test]
    fn what_is_written_is_read_again() {
        for line in LINES {
            assert_eq!(unescape(&escaped(line)).expect("sound escapes"), line.as_bytes());
            for (place, pattern) in [(Match::Whole, escaped(line.trim())), (Match::Regex, pattern(line.trim()))] {
                let rule = Made {
                    id: "own/x".into(),
                    says: "says\tit\n".into(),
                    source: "me".into(),
                    fires: line.into(),
                    spares: String::new(),
                    place,
                    pattern,
                    keep: true,
                };
                let rules = rule.read().unwrap_or_else(|e| panic!("{line:?}: {e}"));
                assert!(takes(&rules, line, true) && !takes(&rules, line, false), "{line:?} {place:?}");
                assert!(!takes(&rules, "x", true) && !takes(&rules, &format!("{line}y"), true), "{line:?} {place:?}");
            }
        }
    }

    #[test]
    fn what_would_not_be_read_is_told() {
        let mut rule = Made {
            id: "own/x".into(),
            says: "s".into(),
            source: "me".into(),
            fires: "a".into(),
            spares: String::new(),
            place: Match::Regex,
            pattern: "(".into(),
            keep: false,
        };
        assert!(rule.read().unwrap_err().contains("unclosed group"));
        (rule.pattern, rule.place) = (" a".into(), Match::Whole);
        assert!(rule.read().unwrap_err().contains("\\s"));
        (rule.pattern, rule.id) = ("a".into(), "boilerplate/x".into());
        assert!(rule.read().unwrap_err().contains("rules of jingwen"));
    }
}
