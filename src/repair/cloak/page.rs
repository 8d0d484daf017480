//! One page as the search sees it: its characters, the set it annotates, its habits. Look-ups only; nothing is changed here.

use super::annotation;
use super::ascii::Ascii;
use super::channel::{Decoder, Set, Shown};
use super::gate::{Pairs, Verdict, is_han};
use super::gbk;
use super::price::NAT;
use super::readings::Readings;
use super::vocabulary::Vocabulary;

/// A torn annotation.
#[derive(Clone, Copy, Debug)]
pub struct Torn {
    /// Number of the reading.
    pub reading: u16,
    /// The character behind it.
    pub end: usize,
}

/// An annotation to delete.
#[derive(Clone, Copy, Debug)]
pub struct Note {
    /// The character behind it.
    pub end: usize,
}

/// A page that is repaired.
#[derive(Debug)]
pub struct Page<'t> {
    /// The text.
    pub text: &'t str,
    /// Its characters with their byte offsets.
    pub chars: Vec<(u32, char)>,
    /// The characters it annotates.
    pub set: Set,
    /// Do whole annotations prove the page cloaked, or did a torn one?
    pub gated: bool,
    /// Do its readings stand twice, without tone?
    doubled: bool,
    /// Were markers seen on it?
    pub marked: bool,
    /// Are they seen as commas?
    pub visible: bool,
    /// Has it no private-use character? Some tools drop them, and with each the two bytes it carried.
    pub drops: bool,
    /// And so much damage that others would have one? Every fourth run has.
    pub may_drop: bool,
    /// Is its full-width punctuation folded to ASCII?
    folded: bool,
    /// Is a line end mostly followed by another?
    spaced: bool,
    /// Which bytes of ASCII it has where, and how long its lines are.
    pub ascii: Ascii,
    /// What it says.
    pub vocabulary: Vocabulary,
    /// Members of the table that stand on it without a reading. One bit a pair.
    plain: Pairs,
}

/// Torn annotations and markers of a page, together, that make it strange that it has no private-use character: two pages of five of three runs
/// have none.
const MANY_RUNS: u32 = 3;

impl<'t> Page<'t> {
    /// Reads the page's habits.
    pub fn new(text: &'t str, verdict: &Verdict, gated: bool) -> Page<'t> {
        let chars: Vec<(u32, char)> = text.char_indices().map(|(at, c)| (at as u32, c)).collect();
        let (mut narrow, mut wide, mut lines, mut doubled, mut marks, mut commas, mut ends) = (0, 0, 0, 0, 0, 0, 0);
        let mut before = '\n';
        for (i, (_, c)) in chars.iter().enumerate() {
            let next = chars.get(i + 1).map_or('\n', |c| c.1);
            match c {
                ',' | ':' | '!' | '?' | '(' if !before.is_ascii() => narrow += 1,
                '，' | '：' | '！' | '？' | '（' => wide += 1,
                '\n' => {
                    lines += u32::from(before != '\n');
                    doubled += u32::from(before != '\n' && next == '\n');
                }
                _ => {}
            }
            let end = matches!(gbk::fold(next), '、' | '。' | ',' | ';' | '!' | '?');
            ends += u32::from(end);
            commas += u32::from(*c == ',' && end);
            marks += u32::from(matches!(c, '?' | '\u{FFFD}') && end);
            before = *c;
        }
        let drops = !text.chars().any(gbk::is_private);
        let mut page = Page {
            text,
            chars,
            set: verdict.set.clone(),
            gated,
            doubled: verdict.doubled,
            marked: marks >= 2,
            visible: commas >= 5 && commas * 3 >= ends,
            drops,
            may_drop: drops && verdict.torn + verdict.marks >= MANY_RUNS,
            folded: narrow >= wide,
            spaced: doubled * 2 > lines,
            ascii: Ascii::default(),
            vocabulary: Vocabulary::of(std::iter::empty(), 0),
            plain: verdict.plain.clone(),
        };
        page.vocabulary = Vocabulary::of(page.bare(), page.chars.len());
        page.ascii = Ascii::of(&page.chars, page.folded);
        page
    }

    /// The characters of the page, annotations left out.
    fn bare(&self) -> impl Iterator<Item = char> {
        let mut at = 0;
        std::iter::from_fn(move || {
            let c = self.chars.get(at)?.1;
            at = self.annotated(at).map_or(at + 1, |n| n.end);
            Some(c)
        })
    }

    /// Byte offset of a character; the end of the text behind the last.
    pub fn offset(&self, at: usize) -> usize {
        self.chars.get(at).map_or(self.text.len(), |c| c.0 as usize)
    }

    /// A character as this page writes it.
    pub fn shown(&self, c: char) -> char {
        if self.folded { gbk::fold(c) } else { c }
    }

    /// How the damage of the page is to be shown again for a check.
    pub fn decoder(&self, at: usize) -> Shown {
        let replacing = self.chars.get(at).is_some_and(|c| c.1 == '\u{FFFD}');
        Shown { decoder: if replacing { Decoder::Replacing } else { Decoder::Windows }, euro: true, visible: self.visible }
    }

    /// Does a member of the table stand on the page without its reading?
    pub fn is_plain(&self, pair: u16) -> bool {
        self.plain.has(pair)
    }

    /// `(py)` at character `at`: (number, as it stands, character behind it).
    fn reading(&self, at: usize) -> Option<(u16, &'t str, usize)> {
        if self.chars.get(at)?.1 != '(' {
            return None;
        }
        let found = annotation::whole(&self.text[self.offset(at)..])?;
        let number = Readings::shared().number(found.syllable())?;
        Some((number, found.raw, at + 2 + found.raw.chars().count()))
    }

    /// The torn annotation at `at`: `?py)`, or U+FFFD and `(py)`.
    pub fn torn(&self, at: usize) -> Option<Torn> {
        match self.chars.get(at)?.1 {
            '?' => {
                let found = annotation::torn(&self.text[self.offset(at + 1)..])?;
                let reading = Readings::shared().number(found.syllable())?;
                Some(Torn { reading, end: at + 2 + found.raw.chars().count() })
            }
            '\u{FFFD}' => self.reading(at + 1).map(|(reading, _, end)| Torn { reading, end }),
            _ => None,
        }
    }

    /// The annotation of the member of the set at `at`.
    pub fn annotated(&self, at: usize) -> Option<Note> {
        if self.chars.get(at + 1)?.1 != '(' {
            return None;
        }
        let pair = u16::from_be_bytes(gbk::pair_of(self.chars[at].1)?);
        let known = self.set.reading(pair)?;
        let (number, _, end) = self.reading(at + 1)?;
        (Readings::shared().number(known.trim_matches(' ')) == Some(number)).then_some(Note { end })
    }

    /// Is the comma at `at` a marker that this site shows? It stands before punctuation, or before punctuation torn by a second one.
    pub fn is_comma_marker(&self, at: usize) -> bool {
        let next = |n: usize| self.chars.get(at + n).map_or(' ', |c| gbk::fold(c.1));
        let marked = |c| matches!(c, '、' | '。' | ',' | ';' | '!' | '?');
        self.visible && self.chars[at].1 == ',' && (marked(next(1)) || next(1) == '\u{FFFD}' && marked(next(2)))
    }

    /// The end of a reading that stands twice behind the Han character at `at`, on a page that has many.
    pub fn annotated_twice(&self, at: usize) -> Option<usize> {
        if !self.doubled || !is_han(self.chars[at].1) || self.chars.get(at + 1)?.1 != '(' {
            return None;
        }
        // All of it is ASCII: bytes are characters.
        super::gate::doubled(&self.text[self.offset(at + 1)..]).map(|len| at + 1 + len)
    }

    /// The end of a reading of `pair` behind the character at `at`.
    pub fn reading_of(&self, at: usize, pair: u16) -> Option<usize> {
        let (number, _, end) = self.reading(at + 1)?;
        let table = Readings::shared();
        table.place(table.entry(pair)?, number).map(|_| end)
    }

    /// The end of an annotation behind a Latin letter that, with the byte before it, makes a character of that reading.
    pub fn annotated_letter(&self, at: usize, last: u8) -> Option<usize> {
        let c = self.chars.get(at)?.1;
        if !self.gated || !('\x40'..='\x7E').contains(&c) || !gbk::is_lead(last) {
            return None;
        }
        self.reading_of(at, u16::from_be_bytes([last, c as u8]))
    }

    /// What is left of a tag or of a blank entity whose first byte was swallowed: the character behind it, and that byte.
    pub fn rest_of_tag(&self, at: usize) -> Option<(usize, u8)> {
        let rest = &self.text.as_bytes()[self.offset(at)..];
        if rest.starts_with(b"nbsp;") {
            return Some((at + 5, b'&'));
        }
        let name = usize::from(rest.first() == Some(&b'/'));
        let letters = rest[name..].iter().take(10).take_while(|b| b.is_ascii_alphanumeric()).count();
        if letters == 0 || !rest[name].is_ascii_alphabetic() {
            return None;
        }
        let from = name + letters;
        let attributes = rest[from..].iter().take(200).take_while(|b| !matches!(b, b'<' | b'>' | b'\n')).count();
        if rest.get(from + attributes) != Some(&b'>') || (attributes > 0 && !matches!(rest[from], b' ' | b'/')) {
            return None;
        }
        let end = std::str::from_utf8(&rest[..from + attributes + 1]).ok()?;
        Some((at + end.chars().count(), b'<'))
    }

    /// What speaks against a line end that was swallowed by the damage at `at`.
    pub fn line_ends(&self, at: usize) -> i32 {
        let behind = self.chars.get(at + 1).is_some_and(|c| c.1 == '\n');
        if behind == self.spaced { 0 } else { 5 * NAT }
    }

    /// Is a closing bracket the next one of the line behind `at`, within a phrase?
    pub fn closes_bracket(&self, at: usize) -> bool {
        let line = self.chars[at.min(self.chars.len())..].iter().take(40).map(|c| gbk::fold(c.1)).take_while(|c| *c != '\n');
        let mut quoted = line.skip_while(|c| !matches!(c, '(' | ')'));
        quoted.next() == Some(')')
    }
}
