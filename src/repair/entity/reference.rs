//! Character references as they stand in a text: where each one ends, how many levels it has, what it stands for. Whether it is in use
//! or talked about, `evidence` says.

use std::sync::OnceLock;

use memchr::{memchr, memrchr};

use crate::rules::table;

/// A reference as it stands in a text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Reference {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Where its outermost level ends: `&` and what follows from here is the reference with one level less.
    pub(super) first: usize,
    pub(super) means: char,
    /// 1 for `&lt;`, 2 for `&amp;lt;`.
    pub(super) depth: u32,
    pub(super) numeric: bool,
    /// A number that HTML maps from C1 to windows-1252.
    pub(super) c1: bool,
    /// Ends in a semicolon.
    pub(super) closed: bool,
}

impl Reference {
    /// Not one of the characters that markup itself needs escaped: nobody writes `&#20013;` for another reason than a lost encoding.
    pub(super) fn is_letterlike(&self) -> bool {
        !self.means.is_ascii()
    }

    pub(super) fn doubled_letter(&self) -> bool {
        self.depth > 1 && self.numeric && self.is_letterlike()
    }
}

/// A line that has references.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) start: usize,
    /// Its line end is not part of it.
    pub(super) end: usize,
    pub(super) references: Vec<Reference>,
}

/// Numbers without semicolon for each one with it, at least, before that semicolon is the sentence's. Own estimate.
const UNCLOSED_FOR_CLOSED: usize = 4;

impl Line {
    /// Are its numbers written without semicolon, so that one behind a number is a mark of the sentence? What leaves them out leaves out
    /// all of them.
    pub(super) fn is_unclosed(&self, text: &str) -> bool {
        let numbers = self.references.iter().filter(|r| r.numeric);
        let (closed, open): (Vec<_>, Vec<_>) = numbers.partition(|r| r.closed);
        let ends_clause = |r: &&Reference| text[r.end..self.end].chars().next().is_none_or(char::is_whitespace);
        !closed.is_empty() && open.len() >= closed.len() * UNCLOSED_FOR_CLOSED && closed.iter().all(ends_clause)
    }
}

/// All references, by line; lines without any are left out.
pub(super) fn lines_with_references(text: &str) -> Vec<Line> {
    let bytes = text.as_bytes();
    let mut lines: Vec<Line> = Vec::new();
    let mut at = 0;
    while let Some(found) = memchr(b'&', &bytes[at..]) {
        let start = at + found;
        at = start + 1;
        if let Some(r) = reference(text, start) {
            if lines.last().is_none_or(|line| start >= line.end) {
                let end = memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |n| start + n);
                let begin = memrchr(b'\n', &bytes[..start]).map_or(0, |n| n + 1);
                lines.push(Line { start: begin, end, references: Vec::new() });
            }
            at = r.end;
            if let Some(line) = lines.last_mut() {
                line.references.push(r);
            }
        }
    }
    lines
}

/// The reference that begins with the `&` at `start`, through all its levels.
fn reference(text: &str, start: usize) -> Option<Reference> {
    let mut body = one_level(text, start + 1)?;
    let mut r = Reference {
        start,
        end: body.end,
        first: body.end,
        means: body.means,
        depth: 1,
        numeric: body.numeric,
        c1: body.c1,
        closed: body.closed,
    };
    while body.means == '&' && body.closed {
        let Some(next) = one_level(text, body.end) else { break };
        r = Reference {
            end: next.end,
            means: next.means,
            depth: r.depth + 1,
            numeric: next.numeric,
            c1: next.c1,
            closed: next.closed,
            ..r
        };
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
        let rows = table::rows("entity-names.tsv", include_str!("../../data/entity-names.tsv"), 3);
        rows.filter_map(|r| {
            let c = r.ok()?.cells;
            Some((c[0], char::from_u32(u32::from_str_radix(c[1], 16).ok()?)?, c[2] == "bare"))
        })
        .collect()
    });
    names.binary_search_by(|(n, ..)| (*n).cmp(name)).ok().map(|i| (names[i].1, names[i].2))
}
