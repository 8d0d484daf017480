//! Lines of an authored document that only look like bylines: heads of the entries of a log of changes, fields of control files and of letters, bullets
//! among bullets, sentences that name somebody. Asked of texts without elements alone. What a line says is read in `byline`; which lines count where
//! is `lines`' and `date`'s.

use std::cell::OnceCell;

use crate::block::{Block, Kind};
use crate::byline::{self, Byline, dates};
use crate::tree::Outline;

use super::limits::limits;

/// Heads of entries from which a text is a log. Origin: logs of changes of packages; two dates of one form are what a page says of itself (made, changed).
const LOG: usize = 3;

/// Widest entry of a log whose heads are days alone, as a share of the text, a fraction. Origin: own estimate, held against 1,091 pages taken as text, in
/// which the days of other articles and of comments recur in the same way: with it 4 of them were read as logs; no other value was tried.
const SHARE: (u64, u64) = (1, 2);

/// Part of a log, at least, that its first head may stand behind, besides [`limits`]. Origin: as [`SHARE`].
const HEAD: u32 = 8;

/// Heads of a log that are out of order, to those that are not, as a fraction. Origin: dates are mistyped and releases of two lines mixed; no other
/// value was tried.
const ORDER: (usize, usize) = (1, 8);

/// Longest key of a field, in bytes: `Upstream-Contact`, `Content-Transfer-Encoding`.
const KEY: usize = 30;

/// Fields that stand at the head of an article or below it as bylines do, lower case; all others are of files and letters.
const OF_ARTICLES: &str = include_str!("../data/article-fields.txt");

/// The lines of a text without elements.
pub(super) struct Entries<'a> {
    text: &'a str,
    blocks: &'a [Block],
    /// What heads of entries there are; looked for when something asks.
    heads: OnceCell<Heads>,
    /// How many lines hold nothing but a name in Latin letters between brackets.
    signed: OnceCell<usize>,
}

/// The heads of entries of a text.
#[derive(Debug, Default)]
struct Heads {
    versions: usize,
    signed: usize,
    /// Lines that begin with a day are heads of entries, too.
    days: bool,
}

/// The lines that begin with a day.
#[derive(Debug, Default)]
struct Days {
    /// Where the first stands, as number of a block and as byte, and where the last.
    first: Option<(usize, u32)>,
    last: u32,
    n: usize,
    /// The widest gap between two of them, in bytes.
    gap: u32,
    day: String,
    falls: usize,
    rises: usize,
}

impl Days {
    fn add(&mut self, i: usize, at: u32, day: String) {
        if self.first.is_none() {
            self.first = Some((i, at));
        } else {
            self.gap = self.gap.max(at - self.last);
            self.falls += usize::from(day < self.day);
            self.rises += usize::from(day > self.day);
        }
        (self.last, self.day) = (at, day);
        self.n += 1;
    }

    /// True when they run from the beginning of the text to its end, later and later or earlier and earlier: the page of an article has all of it
    /// between two of them, and lists of other articles around it.
    fn are_heads(&self, bytes: u32) -> bool {
        let Some((block, at)) = self.first else { return false };
        let widest = self.gap.max(bytes - self.last);
        let (against, along) = (self.falls.min(self.rises), self.falls.max(self.rises));
        let ordered = along > 0 && against * ORDER.1 <= along * ORDER.0;
        self.n >= LOG
            && (block <= limits().below || at <= bytes / HEAD)
            && ordered
            && u64::from(widest) * SHARE.1 <= u64::from(bytes - at) * SHARE.0
    }
}

/// How a line that heads an entry is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Head {
    /// A version before the date: `1.2.3 (2021-05-04)`, `* Noteworthy changes in release 9.1 (2022-04-15)`.
    Version,
    /// Who made it, with the address: `2008-06-20  Anna Miller  <anna@example.org>`.
    Signed,
    /// A date, alone or with something behind it.
    Day,
}

impl<'a> Entries<'a> {
    /// `None` for a page of elements.
    pub(super) fn of(text: &'a str, outline: &'a Outline) -> Option<Entries<'a>> {
        let blocks = &outline.blocks;
        outline.tree.is_empty().then(|| Entries { text, blocks, heads: OnceCell::new(), signed: OnceCell::new() })
    }

    fn line(&self, i: usize) -> &'a str {
        self.blocks[i].span.of(self.text)
    }

    /// True when block `i`, a short line with a date in it, tells when an entry was made, or a letter that is quoted.
    pub(super) fn dates(&self, i: usize) -> bool {
        let line = self.line(i);
        let recurs = match head(line) {
            Some(Head::Signed) => true,
            Some(Head::Version) => !is_statement(line) || self.heads().versions > 1,
            Some(Head::Day) => self.heads().days,
            None => false,
        };
        recurs || self.is_log() || self.is_quoted_field(i) || self.ends_sentence(i)
    }

    /// True when block `i`, which reads as `said`, is no byline.
    pub(super) fn owns(&self, i: usize, said: &Byline) -> bool {
        let line = self.line(i);
        if said.names_only {
            return line.is_ascii() && (*self.signed.get_or_init(|| self.signatures()) > 1 || self.is_log());
        }
        let nothing = said.date.is_none() && said.author.is_empty() && said.editor.is_none() && said.source.is_none();
        (nothing && line.is_ascii() && line.ends_with(':'))
            || (!said.author.is_empty() && is_sentence(line) && !line.starts_with("By "))
            || (line.is_ascii() && (self.is_among_fields(i) || self.is_among_bullets(i)))
            || (said.date.is_some() && self.dates(i))
            || (line.is_ascii() && self.is_log())
    }

    fn heads(&self) -> &Heads {
        self.heads.get_or_init(|| {
            let (mut out, mut days) = (Heads::default(), Days::default());
            for (i, block) in self.blocks.iter().enumerate().filter(|(_, b)| b.kind != Kind::Code) {
                let line = block.span.of(self.text);
                match head(line) {
                    Some(Head::Version) => out.versions += 1,
                    Some(Head::Signed) => out.signed += 1,
                    Some(Head::Day) => {
                        let day = dates::find_by(line, Some(false)).map(|d| d.iso).unwrap_or_default();
                        days.add(i, block.span.start, day);
                    }
                    None => {}
                }
            }
            let end = self.blocks.last().map_or(0, |b| b.span.end);
            out.days = days.are_heads(end);
            out
        })
    }

    /// True when entries follow each other all through the text.
    fn is_log(&self) -> bool {
        let heads = self.heads();
        heads.versions >= LOG || heads.signed >= LOG || heads.days
    }

    /// How many lines are a name in Latin letters between brackets.
    fn signatures(&self) -> usize {
        let lines = self.blocks.iter().map(|b| b.span.of(self.text)).filter(|s| s.starts_with(['(', '[']) && s.is_ascii());
        lines.filter_map(byline::parse).filter(|b| b.names_only).count()
    }

    /// True when block `i` ends a sentence of the line above: it was made by somebody on / Thu, 9 May 2024 08:05:00.
    fn ends_sentence(&self, i: usize) -> bool {
        let Some(above) = i.checked_sub(1).map(|j| &self.blocks[j].span) else { return false };
        let between = &self.text[above.end as usize..self.blocks[i].span.start as usize];
        let (line, above) = (self.line(i), above.of(self.text));
        let stops = || dates::find_by(line, Some(false)).is_some_and(|d| line[d.at.end..].trim() == ".");
        let goes_on = above.ends_with(" on") || above.ends_with(|c: char| c.is_ascii_lowercase() || c == ',') && stops();
        goes_on && between.matches('\n').count() < 2
    }

    /// True when a line beside block `i` is a field that no article has: `Format:`, `Upstream-Name:`, `Subject:`, an address.
    fn is_among_fields(&self, i: usize) -> bool {
        is_field(self.line(i)) && self.beside(i).any(|s| is_field(s) && (!is_of_article(s) || has_address(s)))
    }

    /// The same for fields that do not begin the text, as the head of a letter does that is quoted.
    fn is_quoted_field(&self, i: usize) -> bool {
        self.is_among_fields(i) && (0..i).any(|j| !is_field(self.line(j)))
    }

    /// True when block `i` and one beside it begin with the same bullet, and that one is no byline.
    fn is_among_bullets(&self, i: usize) -> bool {
        let bullet = |s: &str| ["- ", "* ", "+ "].into_iter().position(|b| s.starts_with(b));
        let own = bullet(self.line(i));
        own.is_some() && self.beside(i).any(|s| bullet(s) == own && byline::parse(s).is_none())
    }

    fn beside(&self, i: usize) -> impl Iterator<Item = &'a str> {
        let around = [i.checked_sub(1), Some(i + 1)];
        around.into_iter().flatten().filter(|j| *j < self.blocks.len()).map(|j| self.line(j))
    }
}

/// What a line heads, if it can be the head of an entry. A day with ideographs or with a time of day and nothing else is none: threads are dated so.
fn head(line: &str) -> Option<Head> {
    if line.len() > limits().line {
        return None;
    }
    let found = dates::find_by(line, Some(false))?;
    let (before, after) = (line[..found.at.start].trim_matches(is_sign), line[found.at.end..].trim_matches(is_sign));
    if !before.is_ascii() || !after.is_ascii() {
        return None;
    }
    if has_address(line) {
        return Some(Head::Signed);
    }
    if before.is_empty() || before.eq_ignore_ascii_case("released") {
        return (!found.timed || !after.is_empty()).then_some(Head::Day);
    }
    has_version(before).then_some(Head::Version)
}

/// True when an address of mail or of a site stands between angle brackets.
fn has_address(line: &str) -> bool {
    line.split('<').skip(1).filter_map(|s| s.split_once('>')).any(|(address, _)| address.contains('@') || address.contains("://"))
}

/// Signs that stand around what a head says, and the day of the week before its date.
fn is_sign(c: char) -> bool {
    c.is_ascii_whitespace() || matches!(c, '–' | '—' | '#' | '*' | '-' | '=' | '[' | ']' | '(' | ')' | ':' | ',' | ';' | '|')
}

/// True when one of the words is a version, or a number behind a word that says so.
fn has_version(s: &str) -> bool {
    let mut named = false;
    s.split(|c: char| c.is_ascii_whitespace() || matches!(c, '[' | ']' | '(' | ')' | ',' | ';' | '/')).filter(|w| !w.is_empty()).any(
        |word| {
            let word = word.trim_matches([':', '*', '#', '-', '`']);
            let number = word.trim_start_matches(|c: char| c.is_ascii_alphabetic() || matches!(c, '-' | '_' | '.' | '+'));
            let begins = number.bytes().take_while(u8::is_ascii_digit).count();
            let dotted =
                begins > 0 && number[begins..].starts_with('.') && number.as_bytes().get(begins + 1).is_some_and(u8::is_ascii_digit);
            let is = dotted || named && begins > 0;
            named = ["version", "release", "rev", "revision", "ver", "v"].iter().any(|w| word.eq_ignore_ascii_case(w));
            is
        },
    )
}

/// `Version 2, 9 June 1991`, `Version 1.1 - 9 June 1991`: what a licence or a manual says of itself, the month a word behind a comma or dash.
fn is_statement(line: &str) -> bool {
    let named = line.get(..7).is_some_and(|w| w.eq_ignore_ascii_case("version"));
    named
        && dates::find_by(line, Some(false)).is_some_and(|d| {
            line[..d.at.start].trim_end().ends_with([',', '-', '–', '—']) && line[d.at].contains(|c: char| c.is_ascii_alphabetic())
        })
}

/// `Key: value` or `Key:`, the key one word in ASCII.
fn is_field(s: &str) -> bool {
    let Some(at) = s.as_bytes().iter().take(KEY + 1).position(|b| *b == b':') else { return false };
    let key = &s[..at];
    key.starts_with(|c: char| c.is_ascii_alphabetic())
        && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
        && s[at + 1..].chars().next().is_none_or(char::is_whitespace)
}

/// True for a field that an article may have.
fn is_of_article(s: &str) -> bool {
    let key = s.split(':').next().unwrap_or(s);
    OF_ARTICLES.lines().filter(|l| !l.starts_with('#')).any(|of| key.eq_ignore_ascii_case(of))
}

/// True for what ends as a sentence or goes on after a comma, with a name in Latin letters at its end.
fn is_sentence(line: &str) -> bool {
    let bare = line.trim_end_matches([')', '"', '\'']);
    if bare.ends_with([',', ';']) {
        return true;
    }
    // an initial, or a word that is cut, keeps its stop
    bare.strip_suffix('.').is_some_and(|s| s.ends_with(['>', ')']) || byline::names::is_whole_word(s))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_of_entries() {
        for (line, want) in [
            ("4.10 2022-10-09", Some(Head::Version)),
            ("## [1.2.3] - 2021-05-04", Some(Head::Version)),
            ("Version 2.1 (2019-03-04)", Some(Head::Version)),
            ("* Noteworthy changes in release 9.1 (2022-04-15) [stable]", Some(Head::Version)),
            ("mill-2.0rc1, May 9th, 2024", Some(Head::Version)),
            ("Release 17 (2020-01-01)", Some(Head::Version)),
            ("2008-06-20  Anna Miller  <anna@example.org>", Some(Head::Signed)),
            (" -- Anna Miller <anna@example.org>  Sun, 25 Dec 2022 17:11:31 +0100", Some(Head::Signed)),
            ("May 9, 2024", Some(Head::Day)),
            ("2024-05-09: the mill was mended", Some(Head::Day)),
            // bylines
            ("2024-05-09 22:27", None),
            ("Posted on May 9, 2024", None),
            ("By Anna Dorp, May 9, 2024", None),
            ("阅读 1.2 万 2024-05-09", None),
            ("2024年5月9日 山河晚报", None),
        ] {
            assert_eq!(head(line), want, "{line}");
        }
    }

    #[test]
    fn fields_of_files_and_of_articles() {
        assert!(is_field("Upstream-Name: mill") && is_field("Files:") && !is_field("http://mill.example") && !is_field("He said: go"));
        assert!(is_of_article("Title: The mill") && !is_of_article("Format: 1.0"));
        assert!(OF_ARTICLES.lines().filter(|l| !l.starts_with('#')).all(|w| !w.is_empty() && w.to_lowercase() == w));
    }

    #[test]
    fn sentences_that_name_somebody() {
        for yes in ["Written by Anna Miller <anna@example.org>,", "by Anna Miller (anna@example.org).", "Updated by Anna Miller."] {
            assert!(is_sentence(yes), "{yes}");
        }
        for no in ["By Anna Miller", "by Mill Inc.", "Written by Anna M.", "By Anna Miller Jr."] {
            assert!(!is_sentence(no), "{no}");
        }
    }

    const PROSE: &str = "The road was dug again where the water had been, and the stones were laid in spring by forty people.";

    /// The lines left out as bylines, and the date of the text.
    fn read(text: &str) -> (Vec<&str>, Option<String>) {
        let outline = crate::plain::outline(text);
        let rules = crate::rules::Rules::builtin();
        let marks = crate::metadata::lines(text, &outline, rules);
        let (said, _) = crate::metadata::read(&crate::page::RawDoc::default(), text, &outline, &marks, rules);
        (marks.iter().map(|m| outline.blocks[m.block as usize].span.of(text)).collect(), said.date)
    }

    #[test]
    fn logs_keep_their_heads_and_have_no_date() {
        for log in [
            format!("The mill\n\n4.10 2022-10-09\n - {PROSE}\n"),
            format!("The mill\n\n[1.2.3] - 2021-05-04\n{PROSE}\n"),
            format!("mill (1.2) stable\n{PROSE}\n -- Anna Miller <anna@example.org>  Sun, 25 Dec 2022 17:11:31 +0100\n"),
            format!("News of the mill\n\nMay 9, 2024\n{PROSE}\n{PROSE}\n\nMay 2, 2024\n{PROSE}\n\nApril 9, 2024\n{PROSE}\n"),
            format!(
                "News of the mill\n\nMay 9, 2024\n{PROSE}\n\nMay 2, 2024, v2\n{PROSE}\n(Anna Miller)\n\nApril 9, 2024\n{PROSE}\n(Peter Weaver)\n"
            ),
            format!("The mill\nIt was built by Peter Weaver on\nThu, 25 Jul 2002 21:50:21 +0200.\n{PROSE}\n"),
        ] {
            assert_eq!(read(&log), (Vec::new(), None), "{log}");
        }
    }

    #[test]
    fn pages_keep_their_dates() {
        let want = |date: &str| Some(date.to_owned());
        let article =
            format!("A road by hand\nMay 9, 2024\n{PROSE}\n{PROSE}\n{PROSE}\nThe bridge is open\nMay 8, 2024\nWater again\nMay 7, 2024\n");
        assert_eq!(read(&article), (vec!["May 9, 2024"], want("2024-05-09")));
        assert_eq!(read(&format!("A licence\nVersion 2, 9 June 2007\n{PROSE}\n")).1, want("2007-06-09"));
        assert_eq!(read(&format!("A licence\nVersion 1.1 - 9 June 2007\n{PROSE}\n")).1, want("2007-06-09"));
        assert_eq!(read(&format!("A mill\nVersion 1.1 - 2007-06-09\n{PROSE}\n")).1, None);
        assert_eq!(read(&format!("修路记\n4.8分 2024-05-09 22:27\n{PROSE}\n")).1, want("2024-05-09T22:27"));
        let thread = format!("A road\n2024-05-09 22:27\n{PROSE}\n2024-05-10 08:00\n{PROSE}\n2024-05-11 09:00\n{PROSE}\n");
        assert_eq!(read(&thread).1, want("2024-05-09T22:27"));
    }

    #[test]
    fn fields_bullets_and_sentences_stay() {
        for text in [
            format!("Format: 1.0\nUpstream-Name: mill\nSource: https://mill.example/\n\n{PROSE}\n"),
            format!("Source: mill\nPriority: extra\n\n{PROSE}\n"),
            format!("source /etc/mill/settings\n{PROSE}\n"),
            format!("{PROSE}\nWritten by Anna Miller <anna@example.org>.\n"),
            format!("2007-2019 by Mill Inc.\n{PROSE}\n"),
            format!("- mill: turn faster\n- editor: keep lines\n{PROSE}\n"),
            format!("{PROSE}\n(Anna Miller)\n\n{PROSE}\n(Peter Weaver)\n"),
            format!("AUTHORS:\nWritten by:\nthe people of the mill\n{PROSE}\n"),
            format!("The mill\n\nFrom: Anna\nDate: Thu, 09 May 2024 08:05:00 +0200\nSubject: stones\n\n{PROSE}\n"),
        ] {
            assert_eq!(read(&text), (Vec::new(), None), "{text}");
        }
        let of = |head: &str| read(&format!("{head}\n\n{PROSE}\n")).0.len();
        assert_eq!(of("A road by hand\nSource: https://mill.example/"), 1);
        assert_eq!(of("Title: A road by hand\nAuthor: Anna Miller\nDate: 2024-05-09"), 2);
        assert_eq!(of("A road by hand\nBy Anna Miller."), 1);
        assert_eq!(read(&format!("A road\n{PROSE}\n(Anna Miller)\n")).0, ["(Anna Miller)"]);
    }
}
