//! Character references in text that is not markup: escaped once, twice or more, without semicolon, numeric ones into C1. What the
//! references of a web page mean is not decided here but by the markup stage; those it leaves to be read are.

mod shown;

use std::sync::OnceLock;

use memchr::memchr;

use crate::edit::{CERTAIN, Editor};
use crate::layer::{Layer, Stage};
use crate::rules::{RuleId, Rules, table};

/// References that cannot stand in talk about references, needed in one line before it is taken for escaped text.
const USED_AT_LEAST: u32 = 2;

/// Share of the lines with references that must be escaped text before the remaining ones are believed too, in percent.
const PAGE_PERCENT: usize = 80;

/// Undoes references in the lines of `text` that are escaped text, and no others: a line that talks about `&amp;` stays. In a text
/// with tags a reference is markup; there only one level of double escaping goes, and only from runs of references to letters.
///
/// `None` when nothing changed. Linear.
pub(crate) fn unescape(text: &str, from: From, rules: &Rules) -> Option<Layer<'static>> {
    memchr(b'&', text.as_bytes())?;
    let lines = lines_with_references(text);
    if lines.is_empty() {
        return None;
    }
    let mut editor = Editor::new(text);
    if has_tags(text) {
        let again = rules.rule("repair/entity-twice");
        for line in &lines {
            for (i, r) in line.iter().enumerate() {
                let next_to = |o: Option<&Reference>| o.is_some_and(|o| (o.end == r.start || o.start == r.end) && o.doubled_letter());
                if r.doubled_letter() && (next_to(line.get(i + 1)) || next_to(i.checked_sub(1).map(|i| &line[i]))) {
                    editor.replace(r.start + 1..r.first, "", again, CERTAIN);
                }
            }
        }
        return editor.finish(Stage::Repair);
    }
    let mut verdicts: Vec<Verdict> = lines.iter().map(|l| tally(text, l).verdict()).collect();
    if from == From::Markup && shown::is_escaped(text, &lines) {
        verdicts.fill(Verdict::Escaped);
    }
    let escaped = verdicts.iter().filter(|v| **v == Verdict::Escaped).count();
    let undecided = verdicts.iter().filter(|v| **v == Verdict::Undecided).count();
    let all = escaped * 100 >= (escaped + undecided) * PAGE_PERCENT && escaped > 1;
    let (once, twice, c1) = (rules.rule("repair/entity"), rules.rule("repair/entity-twice"), rules.rule("repair/entity-c1"));
    for (line, verdict) in lines.iter().zip(&verdicts) {
        if *verdict == Verdict::Escaped || (all && *verdict == Verdict::Undecided) {
            for r in line {
                let rule: RuleId = if r.c1 {
                    c1
                } else if r.depth > 1 {
                    twice
                } else {
                    once
                };
                editor.replace(r.start..r.end, r.means.encode_utf8(&mut [0; 4]), rule, CERTAIN);
            }
        }
    }
    editor.finish(Stage::Repair)
}

/// Where a text comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum From {
    /// A record, as it is.
    Record,
    /// A reader of markup: references that are left in it were escaped twice, or are talked about.
    Markup,
}

/// A reference as it stands in a text.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Reference {
    start: usize,
    end: usize,
    /// Where its outermost level ends: `&` and what follows from here is the reference with one level less.
    first: usize,
    means: char,
    /// 1 for `&lt;`, 2 for `&amp;lt;`.
    depth: u32,
    numeric: bool,
    /// A number that HTML maps from C1 to windows-1252.
    c1: bool,
}

impl Reference {
    /// Not one of the characters that markup itself needs escaped: nobody writes `&#20013;` for another reason than a lost encoding.
    fn is_letterlike(&self) -> bool {
        !self.means.is_ascii()
    }

    fn doubled_letter(&self) -> bool {
        self.depth > 1 && self.numeric && self.is_letterlike()
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Verdict {
    Escaped,
    Undecided,
    Talk,
}

/// Opening and closing quotes that references stand for.
const QUOTES: [(char, char); 4] = [('“', '”'), ('‘', '’'), ('«', '»'), ('「', '」')];

/// How often the references of a line are part of what is said, and how often they stand apart.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    used: u32,
    idle: u32,
    /// Of `used`: numbers inside words.
    numbers: u32,
}

impl Tally {
    fn verdict(self) -> Verdict {
        if self.used >= USED_AT_LEAST && self.idle <= self.used {
            Verdict::Escaped
        } else if self.idle > 0 {
            Verdict::Talk
        } else {
            Verdict::Undecided
        }
    }
}

/// Whether the references of a line are used or talked about. Talk sets them apart, use runs them into each other and into words.
fn tally(text: &str, line: &[Reference]) -> Tally {
    let mut tally = Tally::default();
    // where the last closing quote of each kind begins: looked for once, as a line may open any number of them
    let closed = QUOTES.map(|(_, close)| line.iter().rfind(|r| r.means == close).map_or(0, |r| r.start));
    for (i, r) in line.iter().enumerate() {
        if !(r.is_letterlike() || r.means == '\'' && r.numeric) {
            continue;
        }
        let touches_before = i.checked_sub(1).is_some_and(|i| line[i].end == r.start);
        let touches_after = line.get(i + 1).is_some_and(|n| n.start == r.end);
        let before = text[..r.start].chars().next_back();
        let after = text[r.end..].chars().next();
        let wordlike = r.means.is_alphanumeric() || matches!(r.means, '\'' | '\u{2019}' | '\u{ad}');
        let glued = wordlike
            && (before.is_some_and(is_word) && (after.is_some_and(is_word) || r.means.is_alphabetic())
                || after.is_some_and(is_word) && r.means.is_alphabetic());
        let quoted = QUOTES.iter().zip(closed).any(|((open, _), last)| r.means == *open && last > r.end);
        // A blank between two words, an opening quote at one: by number, nobody writes them so to talk about them.
        let worded = |c: Option<char>| c.is_some_and(|c| is_word(c) || c.is_ascii_digit());
        let set = r.numeric
            && match r.means {
                '\u{a0}' | '\u{2002}'..='\u{200a}' | '\u{202f}' => worded(before) && worded(after),
                '“' | '„' | '«' => before.is_none_or(|c| c == ' ') && worded(after),
                _ => false,
            };
        if touches_before || touches_after || glued || quoted || set || r.doubled_letter() {
            tally.used += 1 + u32::from(quoted);
            tally.numbers += u32::from(glued && r.numeric);
        } else if !r.numeric {
            tally.idle += 1;
        }
    }
    tally
}

/// A neighbour that makes a reference part of a word: Latin letters, and the C1 controls of mojibake around it. Not Han: Chinese
/// sets nothing apart with blanks, so a Han neighbour says nothing.
fn is_word(c: char) -> bool {
    c.is_ascii_alphabetic() || ('\u{80}'..='\u{24f}').contains(&c) && (c.is_alphabetic() || c < '\u{a0}')
}

/// All references, by line; lines without any are left out.
fn lines_with_references(text: &str) -> Vec<Vec<Reference>> {
    let bytes = text.as_bytes();
    let mut lines: Vec<Vec<Reference>> = Vec::new();
    let (mut at, mut line_end) = (0, 0);
    while let Some(found) = memchr(b'&', &bytes[at..]) {
        let start = at + found;
        at = start + 1;
        if let Some(r) = reference(text, start) {
            if lines.is_empty() || start >= line_end {
                line_end = memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |n| start + n);
                lines.push(Vec::new());
            }
            at = r.end;
            lines.last_mut().expect("a line was pushed before the first reference").push(r);
        }
    }
    lines
}

/// The reference that begins with the `&` at `start`, through all its levels.
fn reference(text: &str, start: usize) -> Option<Reference> {
    let mut body = one_level(text, start + 1)?;
    let mut r = Reference { start, end: body.end, first: body.end, means: body.means, depth: 1, numeric: body.numeric, c1: body.c1 };
    while body.means == '&' && body.closed {
        let Some(next) = one_level(text, body.end) else { break };
        r = Reference { end: next.end, means: next.means, depth: r.depth + 1, numeric: next.numeric, c1: next.c1, ..r };
        body = next;
    }
    Some(r)
}

struct Level {
    end: usize,
    means: char,
    numeric: bool,
    c1: bool,
    closed: bool,
}

/// One `name;` or `#number;` at `at`, the byte after an `&`.
fn one_level(text: &str, at: usize) -> Option<Level> {
    let bytes = text.as_bytes();
    let rest = &bytes[at..];
    if rest.first() == Some(&b'#') {
        let hex = matches!(rest.get(1), Some(b'x' | b'X'));
        let digits = &rest[if hex { 2 } else { 1 }..];
        let n = digits.iter().take(8).take_while(|b| if hex { b.is_ascii_hexdigit() } else { b.is_ascii_digit() }).count();
        if n == 0 || n > 7 {
            return None;
        }
        let code = digits[..n].iter().fold(0u32, |c, b| c * if hex { 16 } else { 10 } + char::from(*b).to_digit(16).unwrap_or(0));
        let c1 = (0x80..0xa0).contains(&code);
        let means = if c1 { windows_1252(code as u8) } else { char::from_u32(code)? };
        if (means < ' ' && !matches!(means, '\n' | '\t' | '\r')) || means == '\u{7f}' || (code & 0xfffe) == 0xfffe || means == '\u{fffd}' {
            return None;
        }
        let end = at + if hex { 2 } else { 1 } + n;
        let closed = bytes.get(end) == Some(&b';');
        return Some(Level { end: end + usize::from(closed), means, numeric: true, c1, closed });
    }
    let n = rest.iter().take(9).take_while(|b| b.is_ascii_alphanumeric()).count();
    let (means, bare) = named(std::str::from_utf8(&rest[..n]).ok()?)?;
    let closed = rest.get(n) == Some(&b';');
    // `&copy=1` is a query, not a sign.
    if !closed && (!bare || rest.get(n).is_some_and(|b| *b == b'=')) {
        return None;
    }
    Some(Level { end: at + n + usize::from(closed), means, numeric: false, c1: false, closed })
}

/// HTML's reading of numbers into C1: as windows-1252, the five unassigned ones as they are.
fn windows_1252(byte: u8) -> char {
    const HIGH: [u16; 32] = [
        0x20ac, 0x81, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021, 0x2c6, 0x2030, 0x160, 0x2039, 0x152, 0x8d, 0x17d, 0x8f, 0x90, 0x2018,
        0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x2dc, 0x2122, 0x161, 0x203a, 0x153, 0x9d, 0x17e, 0x178,
    ];
    char::from_u32(u32::from(HIGH[usize::from(byte - 0x80)])).unwrap_or('\u{fffd}')
}

/// The character of a name, and whether HTML also reads the name without semicolon.
fn named(name: &str) -> Option<(char, bool)> {
    static NAMES: OnceLock<Vec<(&'static str, char, bool)>> = OnceLock::new();
    let names = NAMES.get_or_init(|| {
        let rows = table::rows("entity-names.tsv", include_str!("../data/entity-names.tsv"), 3);
        rows.filter_map(|r| {
            let c = r.ok()?.cells;
            Some((c[0], char::from_u32(u32::from_str_radix(c[1], 16).ok()?)?, c[2] == "bare"))
        })
        .collect()
    });
    names.binary_search_by(|(n, ..)| (*n).cmp(name)).ok().map(|i| (names[i].1, names[i].2))
}

/// Whether a text holds tags, so that its references are markup.
fn has_tags(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(found) = memchr(b'<', &bytes[at..]) {
        at += found + 1;
        if matches!(bytes.get(at), Some(b'a'..=b'z' | b'A'..=b'Z' | b'/' | b'!')) {
            let tag = &bytes[at..bytes.len().min(at + 512)];
            if tag.iter().position(|b| matches!(b, b'<' | b'>')).is_some_and(|n| tag[n] == b'>') {
                return true;
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixed(text: &str) -> Option<String> {
        unescape(text, From::Record, Rules::builtin()).map(|l| l.text.into_owned())
    }

    #[test]
    fn runs_of_numbers_are_text() {
        assert_eq!(fixed("&#26149;&#x5929;来了").as_deref(), Some("春天来了"));
        assert_eq!(fixed("&#26149&#22825 2").as_deref(), Some("春天 2"));
    }

    #[test]
    fn every_level_goes_at_once() {
        assert_eq!(fixed("&amp;amp;#26149;&amp;#22825;").as_deref(), Some("春天"));
        assert_eq!(fixed("a&#38;#26149;&#38;#22825;b").as_deref(), Some("a春天b"));
    }

    #[test]
    fn signs_of_markup_go_only_in_escaped_lines() {
        assert_eq!(fixed("&ldquo;x&rdquo;&nbsp;&amp;lt;").as_deref(), Some("“x”\u{a0}<"));
        assert_eq!(fixed("写作 &amp;lt; 或 &lt;"), None);
    }

    #[test]
    fn talk_stays() {
        assert_eq!(fixed("R&amp;D and AT&amp;T"), None);
        assert_eq!(fixed("常用的有 &nbsp; 和 &copy; 两个"), None);
        assert_eq!(fixed("?a=1&copy=2&reg=3"), None);
        assert_eq!(fixed("one caf&eacute; only"), None);
    }

    #[test]
    fn blanks_by_number_between_words_are_use() {
        assert_eq!(fixed("am 3&#160;Mai um 12&#xA0;Uhr").as_deref(), Some("am 3\u{a0}Mai um 12\u{a0}Uhr"));
        assert_eq!(fixed("er sagt &#x201E;nein, in 40&#xA0;Jahren nicht").as_deref(), Some("er sagt „nein, in 40\u{a0}Jahren nicht"));
        assert_eq!(fixed("write &#160; between 3&#160;km"), None);
        assert_eq!(fixed("3&nbsp;km or 4&nbsp;km"), None);
    }

    #[test]
    fn words_are_use() {
        assert_eq!(fixed("d&eacute;j&agrave; vu").as_deref(), Some("déjà vu"));
        assert_eq!(fixed("it&#146;s what we&#146;d say").as_deref(), Some("it’s what we’d say"));
    }

    #[test]
    fn references_of_a_page_are_markup() {
        assert_eq!(fixed("<p>&#26149;&#22825;</p>"), None);
        assert_eq!(fixed("<p>&amp;#26149;&amp;#22825;</p>").as_deref(), Some("<p>&#26149;&#22825;</p>"));
        assert_eq!(fixed("<p>&amp;lt;&amp;gt;</p>"), None);
    }
}
