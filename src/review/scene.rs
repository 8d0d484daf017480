//! A finding as lines of text: the line before and after, and its neighbours. How wide they are is decided when they are drawn.

use serde::{Deserialize, Serialize};

use crate::check::{Fate, Finding, Spot};
use crate::diff::{Diff, Tone, parts};
use crate::explain::visible;
use crate::page::Page;
use crate::span::Span;

/// Lines shown before and after a finding.
const CONTEXT: usize = 3;
/// Lines of an edit that are shown of each side.
const LINES: usize = 4;
/// Characters of a stretch without changes that are shown at either side of one.
const AROUND: usize = 160;

/// A line of a scene.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// `-` goes, `+` comes, `=` stays and is what it is about; a blank for its neighbours.
    pub sign: char,
    /// Its text, nothing in it that a terminal would obey.
    pub parts: Vec<(Tone, String)>,
}

/// The lines of a finding.
pub(super) fn scene(page: &Page<'_>, diff: &Diff, finding: &Finding, spot: Spot) -> Vec<Row> {
    match spot {
        Spot::Whole => {
            let text = page.layers.first().map_or("", |l| &*l.text);
            text.lines().filter(|l| !l.trim().is_empty()).take(2 * CONTEXT).map(|l| row('=', Tone::Plain, l)).collect()
        }
        Spot::Decoded(at) => {
            let text = page.layers.first().map_or("", |l| &*l.text);
            let line = line_of(text, at.start);
            let end = Span { start: at.start, end: at.end.min(line.end).max(at.start) };
            let mut rows = neighbours(text, line, true, |_| Tone::Plain);
            rows.push(Row { sign: '=', parts: told(parts(text, line, &[end]), Tone::Plain, Tone::InWord) });
            rows.extend(neighbours(text, line, false, |_| Tone::Plain));
            rows
        }
        Spot::Before(at, change) => {
            let line = diff.line_at(at.start);
            let tone = |line: Span| if is_out(diff, line) { Tone::Dim } else { Tone::Plain };
            let mut rows = neighbours(&diff.before, line, true, tone);
            let mut last = line;
            if finding.fate == Fate::Removed {
                rows.push(row('-', Tone::Out, line.of(&diff.before)));
            } else {
                let (was, now) = diff.whole_words(change);
                let of = &diff.changes[change];
                for (text, from, to, word, sign, tones) in [
                    (&diff.before, of.was.start, of.was.end, was, '-', (Tone::Out, Tone::OutWord)),
                    (&diff.after, of.now.start, of.now.end, now, '+', (Tone::In, Tone::InWord)),
                ] {
                    let mut line = line_of(text, from);
                    for _ in 0..LINES {
                        rows.push(Row { sign, parts: told(parts(text, line, &[word]), tones.0, tones.1) });
                        if sign == '-' {
                            last = line;
                        }
                        if line.end >= to || line.end as usize >= text.len() {
                            break;
                        }
                        line = line_of(text, line.end + 1);
                    }
                }
            }
            rows.extend(neighbours(&diff.before, last, false, tone));
            rows
        }
    }
}

/// Whether a line of the text before is not in the text after.
fn is_out(diff: &Diff, line: Span) -> bool {
    let n = diff.changes.partition_point(|c| c.was.end < line.end);
    diff.changes.get(n).is_some_and(|c| c.was.start <= line.start && c.now.is_empty())
}

/// The line that a byte lies on, without its end.
fn line_of(text: &str, at: u32) -> Span {
    let at = (at as usize).min(text.len());
    let start = memchr::memrchr(b'\n', &text.as_bytes()[..at]).map_or(0, |i| i + 1);
    let end = memchr::memchr(b'\n', &text.as_bytes()[at..]).map_or(text.len(), |i| at + i);
    Span::new(start, end)
}

/// The lines before or after a line that are not empty; those that go have a sign, too.
fn neighbours(text: &str, line: Span, before: bool, tone: impl Fn(Span) -> Tone) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut at = line;
    // many empty lines in a row are not looked through
    for _ in 0..4 * CONTEXT {
        let next = match before {
            true if at.start > 0 => line_of(text, at.start - 1),
            false if (at.end as usize) < text.len() => line_of(text, at.end + 1),
            _ => break,
        };
        at = next;
        if !at.of(text).trim().is_empty() {
            let tone = tone(at);
            rows.push(row(if tone == Tone::Dim { '-' } else { ' ' }, tone, at.of(text)));
        }
        if rows.len() == CONTEXT {
            break;
        }
    }
    if before {
        rows.reverse();
    }
    rows
}

fn row(sign: char, tone: Tone, text: &str) -> Row {
    Row { sign, parts: told(vec![(false, text)], tone, tone) }
}

/// The parts of a line as they are shown: long stretches without changes cut, what cannot be seen escaped.
fn told(parts: Vec<(bool, &str)>, plain: Tone, word: Tone) -> Vec<(Tone, String)> {
    let whole = parts.iter().all(|(changed, _)| *changed);
    let last = parts.len() - 1;
    let mut out = Vec::new();
    for (n, (changed, text)) in parts.into_iter().enumerate() {
        let tone = if changed && !whole { word } else { plain };
        let (head, tail) = cut(text, n > 0 || last == 0, n < last);
        out.push((tone, visible(head, tone != plain)));
        if let Some(tail) = tail {
            out.push((Tone::Dim, "…".to_owned()));
            out.push((tone, visible(tail, tone != plain)));
        }
    }
    out
}

/// A text, or the ends of a long one that border on something.
fn cut(text: &str, head: bool, tail: bool) -> (&str, Option<&str>) {
    let most = 2 * AROUND;
    if text.len() <= most || text.chars().nth(most).is_none() {
        return (text, None);
    }
    let from = text.char_indices().nth(AROUND).map_or(text.len(), |(i, _)| i);
    let to = text.char_indices().rev().nth(AROUND - 1).map_or(0, |(i, _)| i);
    (if head { &text[..from] } else { "" }, Some(if tail { &text[to..] } else { "" }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::located;
    use crate::draft::Draft;
    use crate::{Kernel, Options, RawDoc};

    /// Each finding of a text as its rule and its lines: sign, then text, changed words in brackets.
    fn scenes(text: &str) -> Vec<(String, Vec<String>)> {
        let kernel = Kernel::new(Options::default());
        let page = kernel.page(RawDoc { id: "a.txt", bytes: text.as_bytes(), ..RawDoc::default() });
        let draft = Draft::of(&page, true, false, None, kernel.rules());
        let diff = Diff::new(&page, &draft, kernel.rules(), false);
        let part = |(tone, text): &(Tone, String)| match tone {
            Tone::OutWord | Tone::InWord => format!("[{text}]"),
            _ => text.clone(),
        };
        (located("a.txt", None, &page, &diff, kernel.rules()).iter())
            .map(|(f, spot)| {
                let rows = scene(&page, &diff, f, *spot);
                (f.rule.clone(), rows.iter().map(|r| format!("{}{}", r.sign, r.parts.iter().map(part).collect::<String>())).collect())
            })
            .collect()
    }

    #[test]
    fn a_finding_stands_among_its_neighbours() {
        let page = "当前位置：首页 > 新闻 > 正文\n河边有一座老桥，桥下的水很清，夏天有孩子在那里游泳。\n\n他去喝了一杯 cafÃ© au lait 才回家，路上下起了雨。\n分享到：微博 微信 QQ空间\n责任编辑：\n";
        let found = scenes(page);
        assert_eq!(
            found[0].1,
            [
                "-当前位置：首页 > 新闻 > 正文",
                " 河边有一座老桥，桥下的水很清，夏天有孩子在那里游泳。",
                " 他去喝了一杯 cafÃ© au lait 才回家，路上下起了雨。",
                "-分享到：微博 微信 QQ空间"
            ]
        );
        let repaired = found.iter().find(|f| f.0.starts_with("repair/")).expect("a repair");
        assert_eq!(
            repaired.1[2..4],
            ["-他去喝了一杯 [cafÃ©] au lait 才回家，路上下起了雨。", "+他去喝了一杯 [café] au lait 才回家，路上下起了雨。"]
        );
    }

    #[test]
    fn a_long_line_is_cut_around_its_change() {
        let long = "河边有一座老桥。".repeat(100);
        let shown = told(vec![(false, &long), (true, "瘋"), (false, &long)], Tone::Out, Tone::OutWord);
        let texts: Vec<usize> = shown.iter().map(|(_, t)| t.chars().count()).collect();
        assert_eq!(texts, [0, 1, AROUND, 1, AROUND, 1, 0]);
        assert_eq!(told(vec![(false, "a\u{1B}[2Jb")], Tone::Out, Tone::OutWord)[0].1, "a\\u{1B}[2Jb");
    }
}
