//! When a page was published: the choice among its fields, the line beside its title, and its address. How dates are written is
//! `byline::dates`'; lines that are nothing but a byline are `lines`'.

use crate::block::{Kind, Mark, NO_NODE};
use crate::byline::dates;
use crate::tree::Outline;

use super::entries::Entries;
use super::limits::{dates as said_of, limits};
use super::lines::is_prose;
use super::title::key;
use super::{Metadata, squeeze};

/// A date in ISO 8601, and as it stood when that was something else.
type Said = (String, Option<String>);

/// What a page says of its dates.
pub(super) struct Dates<'a> {
    text: &'a str,
    outline: &'a Outline,
    /// Block of the title, or of the first main heading.
    title: Option<usize>,
    /// It is that of the title.
    sure: bool,
    url: Option<&'a str>,
    /// Of `9/5/2024`: whether the page puts the day first.
    day_first: Option<bool>,
    /// Lines of a text without elements that date something else.
    entries: Option<Entries<'a>>,
}

/// The date of a line.
struct Line {
    said: Said,
    /// It tells when the text was changed.
    updated: bool,
    /// It stands below the title.
    below: bool,
}

impl<'a> Dates<'a> {
    /// `marked` is the block marked as the title.
    pub(super) fn of(text: &'a str, outline: &'a Outline, title: Option<&str>, marked: Option<usize>, url: Option<&'a str>) -> Dates<'a> {
        let blocks = &outline.blocks;
        let title = title.map(key);
        let says =
            |i: &usize| matches!(blocks[*i].kind, Kind::Heading(_)) && title.as_ref().is_some_and(|t| key(blocks[*i].span.of(text)) == *t);
        let own = marked.or_else(|| (0..blocks.len()).find(says));
        let block = own.or_else(|| blocks.iter().position(|b| b.kind == Kind::Heading(1)));
        Dates { text, outline, title: block, sure: own.is_some(), url, day_first: day_first(outline), entries: Entries::of(text, outline) }
    }

    /// Sets the date of publication: front matter, fields, the line beside the title, elements.
    pub(super) fn published(&self, out: &mut Metadata) {
        if let Some(said) = self.field(&["front:date"]) {
            return set(Some(said), out);
        }
        let beside = self.beside();
        let field = self.field(&said_of().published);
        let said = match (field, beside) {
            (Some(field), Some(beside)) if self.outweighs(&beside, &field) => Some(beside.said),
            (Some(field), _) => Some(field),
            (None, beside) => {
                let element = self.field(&said_of().elements);
                match (beside, element) {
                    // of two that tell the same day, the element tells the time too
                    (Some(beside), Some(element)) if same_day(&beside.said, &element) => Some(element),
                    (beside, element) => beside.map(|b| b.said).or(element),
                }
            }
        };
        set(said, out);
    }

    /// Sets the day of the only entry of a feed.
    pub(super) fn of_feed(&self, out: &mut Metadata) {
        set(self.field(&["feed:date"]), out);
    }

    /// True when the date readers see below the title is another than that of the fields, which templates often fill with something else: neither
    /// the next or last day, as in another time zone, nor day and month changed, nor the day of a change, when the page shows that of the fields,
    /// too: a page that shows its readers one day means that.
    fn outweighs(&self, line: &Line, field: &Said) -> bool {
        let day = |said: &Said| said.0.get(..10)?.parse::<jiff::civil::Date>().ok();
        let (Some(seen), Some(said)) = (day(&line.said), day(field)) else { return false };
        let swapped = seen.year() == said.year() && seen.month() == said.day() && seen.day() == said.month();
        let near = (seen - said).get_days().abs() <= 1;
        let changed = said_of().changed.iter().filter_map(|k| self.field(&[k])).any(|c| day(&c) == Some(seen) && day(&c) != Some(said));
        self.sure && line.below && !line.updated && !near && !swapped && (!changed || !self.shows(said))
    }

    /// True when one of the first short lines tells this day.
    fn shows(&self, day: jiff::civil::Date) -> bool {
        let day = day.to_string();
        let lines = self.outline.blocks.iter().take(limits().confirming).map(|b| b.span.of(self.text)).filter(|s| s.len() <= limits().line);
        lines.filter_map(|line| dates::find_by(line, self.day_first)).any(|d| d.iso.starts_with(&day))
    }

    /// Sets the date of a page of which neither fields nor bylines tell when it was published: that of its address, of the line above
    /// its text, or when it was made or changed.
    pub(super) fn otherwise(&self, marks: &[Mark], out: &mut Metadata) {
        let said = self.in_address().map(|iso| (iso, None)).or_else(|| self.above_text(marks)).or_else(|| self.field(&said_of().changed));
        set(said, out);
    }

    /// The date of the first field of these that has a readable one.
    fn field(&self, keys: &[&str]) -> Option<Said> {
        let values = keys.iter().filter_map(|k| self.outline.fields.iter().find(|f| &*f.key == *k));
        values.map(|f| squeeze(&f.value)).filter(|v| !v.is_empty()).find_map(|v| self.dated(v))
    }

    /// The date a value says.
    fn dated(&self, value: String) -> Option<Said> {
        let iso = dates::whole(&value).or_else(|| dates::find_by(&value, self.day_first).map(|d| d.iso))?;
        Some((iso, (!is_iso(&value)).then_some(value)))
    }

    /// The date of block `i`, when it is a short line that leads nowhere.
    fn line(&self, i: usize) -> Option<Line> {
        let block = &self.outline.blocks[i];
        let line = block.span.of(self.text);
        // a link leads to another text, and so does its date
        let fits = line.len() <= limits().line && 2 * block.link_bytes as usize <= line.len() && block.kind != Kind::Code;
        let found = || dates::find_by(line, self.day_first).or_else(|| self.confirmed(line));
        let mut found = Some(()).filter(|()| fits).and_then(|()| found()).filter(|f| f.at.start == 0 || block.kind != Kind::TableRow)?;
        if self.entries.as_ref().is_some_and(|e| e.dates(i)) {
            return None;
        }
        let mut updated = says(&line[..found.at.start], &said_of().updated);
        if updated && let Some(second) = dates::find_by(&line[found.at.end..], self.day_first) {
            let at = found.at.end + second.at.start..found.at.end + second.at.end;
            if !says(&line[found.at.end..at.start], &said_of().updated) {
                (found, updated) = (dates::Date { at, ..second }, false);
            }
        }
        if !updated && i > 0 && found.at.start == 0 {
            let above = self.outline.blocks[i - 1].span.of(self.text);
            updated = above.len() < 40 && says(above, &said_of().updated);
        }
        let raw = line[found.at].trim();
        let below = self.title.is_some_and(|title| i > title);
        Some(Line { said: (found.iso, (!is_iso(raw)).then(|| raw.to_owned())), updated, below })
    }

    /// A date of which day or month may stand first, when the page tells one of the two days in another way, too.
    fn confirmed(&self, line: &str) -> Option<dates::Date> {
        let (day, month) = (dates::find_by(line, Some(true))?, dates::find_by(line, Some(false))?);
        let short = self.outline.blocks.iter().take(limits().confirming).map(|b| b.span.of(self.text)).filter(|s| s.len() <= limits().line);
        let said = |d: dates::Date| [&day, &month].iter().position(|way| way.iso.get(..10) == d.iso.get(..10));
        let way = short.filter_map(dates::find).find_map(said)?;
        Some(if way == 0 { day } else { month })
    }

    /// The date beside the title: in one of the next short lines below it, above the text or behind its first paragraph, or in one of the
    /// nearest above it that share an element with it.
    fn beside(&self) -> Option<Line> {
        let limits = limits();
        let (blocks, tree, title) = (&self.outline.blocks, &self.outline.tree, self.title?);
        let prose = |i: &usize| is_prose(blocks[*i].span.of(self.text));
        let last = (title + 1 + limits.below).min(blocks.len());
        let first = (title + 1..last).find(prose).unwrap_or(last);
        let shared = |i: &usize| {
            let (a, b) = (blocks[*i].node, blocks[title].node);
            if tree.is_empty() || a == NO_NODE || b == NO_NODE {
                return false;
            }
            let common = tree.common(a, b);
            tree.end[common as usize] - common <= limits.shared
        };
        let below = (title + 1..first).find_map(|i| self.line(i));
        let above = || (title.saturating_sub(limits.above)..title).rev().filter(shared).find_map(|i| self.line(i));
        // behind a standfirst: a line that begins with its date, or with who wrote it
        let behind = || {
            let lines = (first + 1..last).take(if first == title + 1 { limits.behind } else { 0 });
            let told = |line: &str| {
                let at = dates::find_by(line, self.day_first).map(|d| d.at.start);
                at == Some(0)
                    || at.is_some_and(|at| {
                        line.starts_with("By ") || says(&line[..at], &said_of().updated) || says(&line[..at], &["publish"])
                    })
            };
            let lines = lines.take_while(|i| !matches!(blocks[*i].kind, Kind::Heading(_)));
            lines.filter(|i| told(blocks[*i].span.of(self.text))).find_map(|i| self.line(i))
        };
        below.or_else(above).or_else(behind)
    }

    /// The date of the nearest short line above the text that stays, as above the first post of a forum.
    fn above_text(&self, marks: &[Mark]) -> Option<Said> {
        let blocks = &self.outline.blocks;
        if self.outline.tree.is_empty() {
            return None;
        }
        let mut out = vec![false; blocks.len()];
        for m in marks {
            out[m.block as usize] = true;
        }
        let first = (0..blocks.len()).find(|i| !out[*i] && is_prose(blocks[*i].span.of(self.text)))?;
        (first.saturating_sub(limits().near)..first).rev().find_map(|i| self.line(i)).filter(|l| !l.updated).map(|l| l.said)
    }

    /// The day in the address of the page: `/2024/05/09/`, `/2024-05/09/`, `/20240509/`, `t20240509_`.
    fn in_address(&self) -> Option<String> {
        let path = self.url?.split_once("://").map_or("", |(_, rest)| rest);
        let path = &path[path.find('/')?..path.find(['?', '#']).unwrap_or(path.len())];
        let bytes = path.as_bytes();
        let digits = |at: usize, n: usize| bytes.get(at..at + n).filter(|d| d.iter().all(u8::is_ascii_digit)).map(|_| &path[at..at + n]);
        let apart = |at: usize| matches!(bytes.get(at), Some(b'/' | b'-' | b'_'));
        (1..bytes.len().saturating_sub(7)).find_map(|at| {
            if bytes[at - 1].is_ascii_digit() || !(apart(at - 1) || bytes[at - 1] == b't') {
                return None;
            }
            let year = digits(at, 4).filter(|y| ("1990".."2100").contains(y))?;
            let (month, day, end) = if apart(at + 4) && apart(at + 7) {
                (digits(at + 5, 2)?, digits(at + 8, 2)?, at + 10)
            } else if apart(at + 4) && digits(at + 5, 4).is_some() {
                (digits(at + 5, 2)?, digits(at + 7, 2)?, at + 9)
            } else {
                (digits(at + 4, 2)?, digits(at + 6, 2)?, at + 8)
            };
            if bytes.get(end).is_some_and(u8::is_ascii_digit) {
                return None;
            }
            dates::find(&format!("{year}-{month}-{day}")).map(|d| d.iso)
        })
    }
}

/// True when one of `words` stands in the text.
fn says(text: &str, words: &[&str]) -> bool {
    let text = text.to_lowercase();
    words.iter().any(|w| text.contains(w))
}

fn set(said: Option<Said>, out: &mut Metadata) {
    if let Some((iso, raw)) = said {
        (out.date, out.date_raw) = (Some(iso), raw);
    }
}

fn same_day(a: &Said, b: &Said) -> bool {
    a.0.get(..10) == b.0.get(..10)
}

/// Whether the day stands first in dates of digits, by the language and country the page declares; `None` where both are written.
fn day_first(outline: &Outline) -> Option<bool> {
    let lang = outline.fields.iter().find(|f| matches!(&*f.key, "html:lang" | "meta:og:locale"))?.value.to_ascii_lowercase();
    let mut parts = lang.split(['-', '_']);
    let (language, country) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
    match (language, country) {
        ("en", "us") => Some(false),
        ("en", "gb" | "uk" | "au" | "nz" | "ie" | "in" | "za") => Some(true),
        ("de" | "fr" | "es" | "it" | "pt" | "nl" | "pl" | "ru" | "uk" | "cs" | "ro" | "el" | "tr" | "id" | "vi", _) => Some(true),
        _ => None,
    }
}

/// True for `2024-05-09`, `2024-05-09T22:27…` and the same with a blank for the T.
fn is_iso(s: &str) -> bool {
    let b = s.as_bytes();
    b.len() >= 10
        && b[4] == b'-'
        && b[7] == b'-'
        && b.iter().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b':' | b'T' | b' ' | b'Z' | b'+' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::html;
    use crate::rules::Rules;

    const TEXT: &str = "<p>The road was washed away in the spring, and the village mended it in summer. It took five days in all.</p>";

    fn of(head: &str, body: &str, url: Option<&str>) -> Option<String> {
        let (layers, outline) =
            html::outline(&format!("<html lang=en><head>{head}</head><body>{body}{TEXT}</body></html>"), Rules::builtin());
        let mut out = Metadata::default();
        let dates = Dates::of(&layers[0].text, &outline, Some("Roads"), None, url);
        dates.published(&mut out);
        if out.date.is_none() {
            dates.otherwise(&[], &mut out);
        }
        out.date
    }

    #[test]
    fn the_line_below_the_title_and_the_field() {
        let field = r#"<meta property="article:published_time" content="2024-05-09T08:00:00Z">"#;
        for (line, want) in [
            ("Anna Dorp, May 2, 2024", "2024-05-02"),
            ("Updated May 20, 2024", "2024-05-09T08:00:00Z"),
            ("May 10, 2024", "2024-05-09T08:00:00Z"),
            ("2024-09-05", "2024-05-09T08:00:00Z"),
            ("Last updated May 20, 2024 | published May 2, 2024", "2024-05-02"),
        ] {
            assert_eq!(of(field, &format!("<h1>Roads</h1><div>{line}</div>"), None).as_deref(), Some(want), "{line}");
        }
        let changed = r#"<meta property="article:modified_time" content="2024-05-20T08:00:00Z">"#;
        assert_eq!(
            of(&format!("{field}{changed}"), "<h1>Roads</h1><div>May 20, 2024</div><div>First told May 9, 2024</div>", None).as_deref(),
            Some("2024-05-09T08:00:00Z")
        );
        // readers are shown one day
        assert_eq!(of(&format!("{field}{changed}"), "<h1>Roads</h1><div>May 20, 2024</div>", None).as_deref(), Some("2024-05-20"));
    }

    #[test]
    fn a_standfirst_stands_between() {
        assert_eq!(of("", &format!("<h1>Roads</h1>{TEXT}<div>02.05.2024 - 5 min</div>"), None).as_deref(), Some("2024-05-02"));
        assert_eq!(of("", &format!("<h1>Roads</h1>{TEXT}<div>By Anna Dorp - May 2, 2024</div>"), None).as_deref(), Some("2024-05-02"));
        assert_eq!(of("", &format!("<h1>Roads</h1><p>Hello.</p>{TEXT}<div>02.05.2024 #2</div>"), None), None);
    }

    #[test]
    fn digits_that_may_be_day_or_month() {
        assert_eq!(of("", "<h1>Roads</h1><div>03/10/2023</div>", None), None);
        assert_eq!(of("", "<h1>Roads</h1><div>03/10/2023</div><p>Roads - 3 October 2023</p>", None).as_deref(), Some("2023-10-03"));
    }

    #[test]
    fn days_in_addresses() {
        for (url, want) in [
            ("https://a.example/2024/05/09/roads/", Some("2024-05-09")),
            ("https://a.example/2024-05/09/c_1.htm", Some("2024-05-09")),
            ("https://a.example/202405/t20240509_12.html", Some("2024-05-09")),
            ("https://a.example/n1/2024/0509/c1-2.html", Some("2024-05-09")),
            ("https://a.example/2024/05/roads", None),
            ("https://a.example/p/12024050912", None),
            ("https://a.example/2024/13/09/", None),
        ] {
            assert_eq!(of("", "", Some(url)).as_deref(), want, "{url}");
        }
    }
}
