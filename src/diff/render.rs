//! A diff as text for people: unified by lines or by words, and side by side; and as JSON. What is shown is decided in the diff itself.

use std::fmt::Write;

use serde::{Deserialize, Serialize};
use unicode_width::UnicodeWidthChar;

use super::{Diff, Hunk, Lines};
use crate::explain::visible;
use crate::lang::Lang;
use crate::rules::{RuleId, Rules};
use crate::span::Span;

/// The meaning of a stretch of a rendered diff, for colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tone {
    /// Text that stays.
    Plain,
    /// Line numbers, borders.
    Dim,
    /// Names of documents.
    Strong,
    /// Places and rules of hunks.
    Rule,
    /// A line before.
    Out,
    /// A word of it that goes.
    OutWord,
    /// A line after.
    In,
    /// A word of it that is new.
    InWord,
}

/// How a diff is written.
#[derive(Clone, Copy)]
pub struct Style<'a> {
    /// Lines shown around a hunk.
    pub context: usize,
    /// Columns, for side by side.
    pub width: usize,
    /// Puts colours around a text without control characters.
    pub paint: &'a dyn Fn(Tone, &str) -> String,
    /// The rules that hunks name.
    pub rules: &'a Rules,
    /// The language of what is said beside the text.
    pub lang: Lang,
}

/// A hunk as JSON.
#[derive(Debug, Serialize)]
struct HunkJson<'d> {
    line: Lines,
    rules: Vec<&'d str>,
    before: &'d str,
    after: &'d str,
    before_words: Vec<(u32, u32)>,
    after_words: Vec<(u32, u32)>,
}

impl Diff {
    /// The hunks as a unified diff without a head. Each `@@` line says where the hunk stands before and after, which line of the
    /// input that is when it is another one, and its rules. Empty without hunks.
    pub fn unified(&self, style: &Style<'_>) -> String {
        self.hunks_with(style, |hunk, out| {
            let (was, now) = self.words(hunk);
            for (text, at, words, sign, tones) in [
                (&self.before, hunk.was, &was, '-', (Tone::Out, Tone::OutWord)),
                (&self.after, hunk.now, &now, '+', (Tone::In, Tone::InWord)),
            ] {
                for line in lines(text, at) {
                    let parts = parts(text, line, words);
                    // a line that changed as a whole has no words to point at
                    let whole = parts.iter().all(|(changed, _)| *changed);
                    out.push_str(&(style.paint)(tones.0, &sign.to_string()));
                    for (changed, part) in parts {
                        out.push_str(&(style.paint)(if changed && !whole { tones.1 } else { tones.0 }, &visible(part, changed && !whole)));
                    }
                    out.push('\n');
                }
            }
        })
    }

    /// As [`Diff::unified`], the lines of both sides as one text: `[-what was-]` `{+what is+}`.
    pub fn by_words(&self, style: &Style<'_>) -> String {
        self.hunks_with(style, |hunk, out| {
            let mut at = hunk.was.start;
            let put = |text: &str, out: &mut String| {
                for (n, line) in text.split('\n').enumerate() {
                    out.push_str(if n > 0 { "\n " } else { "" });
                    out.push_str(&visible(line, false));
                }
            };
            out.push(' ');
            for i in hunk.changes.clone() {
                let (was, now) = self.whole_words(i);
                // the word may have been shown with the change before
                put(&self.before[at as usize..was.start.max(at) as usize], out);
                let was = Span { start: was.start.max(at), ..was };
                for (side, tone, open, close) in
                    [(was.of(&self.before), Tone::OutWord, "[-", "-]"), (now.of(&self.after), Tone::InWord, "{+", "+}")]
                {
                    for (n, line) in side.strip_suffix('\n').unwrap_or(side).split('\n').enumerate() {
                        out.push_str(if n > 0 { "\n " } else { "" });
                        if !line.is_empty() {
                            out.push_str(&(style.paint)(tone, &format!("{open}{}{close}", visible(line, true))));
                        }
                    }
                }
                at = was.end;
                let ended = [was.of(&self.before), now.of(&self.after)].iter().any(|s| s.ends_with('\n'));
                if ended && at < hunk.was.end {
                    out.push_str("\n ");
                }
            }
            put(self.before[at as usize..hunk.was.end as usize].trim_end_matches('\n'), out);
            while out.ends_with(['\n', ' ']) {
                out.pop();
            }
            out.push('\n');
        })
    }

    /// The hunks one below the other, before on the left and after on the right, in [`Style::width`] columns.
    pub fn side_by_side(&self, style: &Style<'_>) -> String {
        let column = (style.width.saturating_sub(17) / 2).max(8);
        let row = |left: Option<(u32, Vec<(Tone, String)>)>, sign: &str, right: Option<(u32, Vec<(Tone, String)>)>, out: &mut String| {
            let wrap = |side: Option<(u32, Vec<(Tone, String)>)>| match side {
                Some((n, parts)) => (n.to_string(), wrapped(&parts, column)),
                None => (String::new(), Vec::new()),
            };
            let ((left_number, left), (right_number, right)) = (wrap(left), wrap(right));
            for i in 0..left.len().max(right.len()).max(1) {
                let number = |n: &str| (style.paint)(Tone::Dim, &format!("{:>6}", if i == 0 { n } else { "" }));
                let cell = |side: &[(Vec<(Tone, String)>, usize)], fill: bool| match side.get(i) {
                    Some((parts, width)) => {
                        let text: String = parts.iter().map(|(tone, t)| (style.paint)(*tone, t)).collect();
                        text + &" ".repeat(if fill { column - width } else { 0 })
                    }
                    None => " ".repeat(if fill { column } else { 0 }),
                };
                let line = format!(
                    "{} {} {} {} {}",
                    number(&left_number),
                    cell(&left, true),
                    if i == 0 { sign } else { " " },
                    number(&right_number),
                    cell(&right, false)
                );
                out.push_str(line.trim_end());
                out.push('\n');
            }
        };
        let mut out = String::new();
        let mut shown = (0u32, 0u32);
        for (i, hunk) in self.hunks.iter().enumerate() {
            let _ = writeln!(out, "{}", (style.paint)(Tone::Rule, &self.place(hunk, None, style)));
            let same = |text: &str, at: Span| vec![(Tone::Plain, visible(at.of(text).trim_end_matches('\n'), false))];
            let (before, after) = self.context(i, style.context, shown.0);
            for (n, at) in (0u32..).zip(&before) {
                let back = before.len() as u32 - n;
                row(
                    Some((hunk.line.before - back, same(&self.before, *at))),
                    " ",
                    Some((hunk.line.after - back, same(&self.before, *at))),
                    &mut out,
                );
            }
            let (was, now) = self.words(hunk);
            let side = |text: &str, at: Span, words: &[Span], from: u32, tones: (Tone, Tone)| -> Vec<(u32, Vec<(Tone, String)>)> {
                (from..)
                    .zip(lines(text, at))
                    .map(|(n, line)| {
                        let parts = parts(text, line, words);
                        let whole = parts.iter().all(|(changed, _)| *changed);
                        let tone = |changed: bool| {
                            if changed && !whole {
                                tones.1
                            } else if changed {
                                tones.0
                            } else {
                                Tone::Plain
                            }
                        };
                        (n, parts.into_iter().map(|(changed, t)| (tone(changed), visible(t, changed && !whole))).collect())
                    })
                    .collect()
            };
            let left = side(&self.before, hunk.was, &was, hunk.line.before, (Tone::Out, Tone::OutWord));
            let right = side(&self.after, hunk.now, &now, hunk.line.after, (Tone::In, Tone::InWord));
            let rows = left.len().max(right.len());
            let (mut left, mut right) = (left.into_iter(), right.into_iter());
            for _ in 0..rows {
                let (l, r) = (left.next(), right.next());
                let sign = match (&l, &r) {
                    (Some(_), Some(_)) => "|",
                    (Some(_), None) => "<",
                    _ => ">",
                };
                row(l, sign, r, &mut out);
            }
            let ends = (hunk.line.before + rows_of(&self.before, hunk.was), hunk.line.after + rows_of(&self.after, hunk.now));
            for (n, at) in (0u32..).zip(&after) {
                row(Some((ends.0 + n, same(&self.before, *at))), " ", Some((ends.1 + n, same(&self.before, *at))), &mut out);
            }
            shown.0 = after.last().map_or(hunk.was.end, |s| s.end);
        }
        out
    }

    /// The hunks as a JSON array. Spans of words are bytes of the hunk's own texts.
    pub fn json(&self, rules: &Rules) -> String {
        let hunks: Vec<HunkJson<'_>> = (self.hunks.iter())
            .map(|h| {
                let (was, now) = self.words(h);
                let inside = |at: Span, words: Vec<Span>| words.iter().map(|w| (w.start - at.start, w.end - at.start)).collect();
                HunkJson {
                    line: h.line,
                    rules: h.rules.iter().map(|r| &*rules.get(*r).id).collect(),
                    before: h.was.of(&self.before),
                    after: h.now.of(&self.after),
                    before_words: inside(h.was, was),
                    after_words: inside(h.now, now),
                }
            })
            .collect();
        // structs of strings and numbers always serialize
        serde_json::to_string(&hunks).unwrap_or_default()
    }

    /// Lines that go and lines that are new.
    pub fn lines(&self) -> (u32, u32) {
        self.hunks.iter().fold((0, 0), |n, h| (n.0 + rows_of(&self.before, h.was), n.1 + rows_of(&self.after, h.now)))
    }

    /// Each hunk between its context, below its place and rules.
    fn hunks_with(&self, style: &Style<'_>, write: impl Fn(&Hunk, &mut String)) -> String {
        let mut out = String::new();
        let mut shown = 0;
        for (i, hunk) in self.hunks.iter().enumerate() {
            let (before, after) = self.context(i, style.context, shown);
            let _ = writeln!(out, "{}", (style.paint)(Tone::Rule, &self.place(hunk, Some((before.len(), after.len())), style)));
            let same = |at: &Span, out: &mut String| {
                let _ = writeln!(out, " {}", (style.paint)(Tone::Plain, &visible(at.of(&self.before).trim_end_matches('\n'), false)));
            };
            before.iter().for_each(|at| same(at, &mut out));
            write(hunk, &mut out);
            after.iter().for_each(|at| same(at, &mut out));
            shown = after.last().map_or(hunk.was.end, |s| s.end);
        }
        out
    }

    /// The lines before and after a hunk that are shown with it; those before `shown` are not shown again.
    fn context(&self, hunk: usize, most: usize, shown: u32) -> (Vec<Span>, Vec<Span>) {
        let at = &self.hunks[hunk];
        let next = self.hunks.get(hunk + 1).map_or(self.before.len() as u32, |h| h.was.start);
        let mut before: Vec<Span> = Vec::new();
        let mut end = at.was.start;
        while before.len() < most && end > shown {
            let text = &self.before.as_bytes()[..end as usize - 1];
            let start = memchr::memrchr(b'\n', text).map_or(0, |i| i + 1) as u32;
            before.push(Span { start: start.max(shown), end });
            end = start;
        }
        before.reverse();
        let after = lines(&self.before, Span { start: at.was.end, end: next }).take(most).collect();
        (before, after)
    }

    /// `@@ -12,3 +10 @@ rules`.
    fn place(&self, hunk: &Hunk, context: Option<(usize, usize)>, style: &Style<'_>) -> String {
        let (before, after) = context.unwrap_or_default();
        let side = |line: u32, rows: u32| {
            let n = rows as usize + before + after;
            // a side without lines is named by the line before it, as diff does
            let line = line as usize - before - usize::from(n == 0);
            if n == 1 { line.to_string() } else { format!("{line},{n}") }
        };
        let (was, now) = (side(hunk.line.before, rows_of(&self.before, hunk.was)), side(hunk.line.after, rows_of(&self.after, hunk.now)));
        let input =
            if hunk.line.input == hunk.line.before { String::new() } else { style.lang.fill(" (input line {})", &[&hunk.line.input]) };
        let rules = if hunk.rules.is_empty() { String::new() } else { format!(" {}", names(&hunk.rules, style.rules)) };
        format!("@@ -{was} +{now} @@{input}{rules}")
    }
}

/// The ids of rules; what has none is the setting of the text.
pub fn names(which: &[RuleId], rules: &Rules) -> String {
    if which.is_empty() {
        return "layout".to_owned();
    }
    let ids: Vec<&str> = which.iter().map(|r| &*rules.get(*r).id).collect();
    ids.join(", ")
}

/// Lines in a span of whole lines.
fn rows_of(text: &str, at: Span) -> u32 {
    let text = at.of(text);
    let ends = memchr::memchr_iter(b'\n', text.as_bytes()).count() as u32;
    ends + u32::from(!text.is_empty() && !text.ends_with('\n'))
}

/// The lines of a span, each with its line end.
fn lines(text: &str, at: Span) -> impl Iterator<Item = Span> + '_ {
    let mut from = at.start;
    at.of(text).split_inclusive('\n').map(move |line| {
        let span = Span { start: from, end: from + line.len() as u32 };
        from = span.end;
        span
    })
}

/// A line without its end, cut where words that changed begin and end. At least one part.
pub(crate) fn parts<'t>(text: &'t str, line: Span, words: &[Span]) -> Vec<(bool, &'t str)> {
    let end = line.start + line.of(text).trim_end_matches('\n').len() as u32;
    let (mut out, mut at) = (Vec::new(), line.start);
    let first = words.partition_point(|w| w.end <= line.start);
    for word in words[first..].iter().take_while(|w| w.start < end) {
        let (from, to) = (word.start.max(line.start), word.end.min(end));
        if at < from {
            out.push((false, &text[at as usize..from as usize]));
        }
        if from < to {
            out.push((true, &text[from as usize..to as usize]));
        }
        at = to.max(at);
    }
    if at < end || out.is_empty() {
        out.push((
            out.is_empty() && words.get(first).is_some_and(|w| w.start <= line.start && w.end >= line.end),
            &text[at as usize..end as usize],
        ));
    }
    out
}

/// A line broken into rows of at most `width` columns, each with the columns it takes.
pub(crate) fn wrapped(parts: &[(Tone, String)], width: usize) -> Vec<(Vec<(Tone, String)>, usize)> {
    let mut rows = vec![(Vec::new(), 0)];
    for (tone, text) in parts {
        let mut piece = String::new();
        for c in text.chars() {
            let w = c.width().unwrap_or(0);
            let row = rows.last_mut().expect("there is always one");
            if row.1 + w > width {
                if !piece.is_empty() {
                    row.0.push((*tone, std::mem::take(&mut piece)));
                }
                rows.push((Vec::new(), 0));
            }
            piece.push(c);
            rows.last_mut().expect("there is always one").1 += w;
        }
        if !piece.is_empty() {
            rows.last_mut().expect("there is always one").0.push((*tone, piece));
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ideograph_takes_two_columns() {
        let rows = wrapped(&[(Tone::Plain, "春天abc来了".to_owned())], 5);
        let widths: Vec<usize> = rows.iter().map(|r| r.1).collect();
        let texts: Vec<String> = rows.iter().map(|r| r.0.iter().map(|p| &*p.1).collect()).collect();
        assert_eq!((texts, widths), (vec!["春天a".to_owned(), "bc来".to_owned(), "了".to_owned()], vec![5, 4, 2]));
    }

    #[test]
    fn a_line_is_cut_where_words_begin_and_end() {
        let text = "one two three\nfour\n";
        let line = Span::new(0, 14);
        assert_eq!(parts(text, line, &[Span::new(4, 7)]), [(false, "one "), (true, "two"), (false, " three")]);
        assert_eq!(parts(text, line, &[]), [(false, "one two three")]);
        assert_eq!(parts(text, line, &[Span::new(0, 19)]), [(true, "one two three")]);
        assert_eq!(parts(text, Span::new(14, 19), &[Span::new(4, 16)]), [(true, "fo"), (false, "ur")]);
    }
}
