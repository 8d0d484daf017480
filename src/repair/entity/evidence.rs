//! What the references of one line say: are they part of a text that was escaped, or does the line talk about them? What a page says as
//! a whole is `shown`'s.

use super::From;
use super::reference::{Line, Reference};

/// References that cannot stand in talk about references, needed in one line before it is taken for escaped text.
pub(super) const USED_AT_LEAST: u32 = 2;

/// The same in a line with words of markup, and how many of them for each that stands apart. Own estimates: `&eacute;t&eacute;` is two in
/// one word that a lesson may well show, and lessons set most of theirs apart.
const USED_IN_TALK: u32 = 6;
const USED_FOR_IDLE_IN_TALK: u32 = 4;

/// Letters a word must have around its only reference, the reference too. Own estimate: of two letters it may be an abbreviation or a name in code.
const LETTERS: usize = 3;

/// References set apart that are asked whether the line shows their character, too: lessons show it with the first.
const EXPLAINED: usize = 4;

/// Words of talk about markup: `src/data/markup-words.txt`.
const WORDS: &str = include_str!("../../data/markup-words.txt");

/// Opening and closing quotes that references stand for, in the orders of English, French, Chinese, German, Dutch and Danish.
const QUOTES: [(char, char); 8] = [('“', '”'), ('‘', '’'), ('«', '»'), ('「', '」'), ('„', '“'), ('„', '”'), ('‚', '‘'), ('»', '«')];

/// What a line is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Its references stand for their characters.
    Escaped,
    /// The other lines decide.
    Undecided,
    /// It is about references.
    Talk,
}

/// How often the references of a line are part of what is said, and how often they stand apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) used: u32,
    pub(super) idle: u32,
    /// Of `used`: numbers inside words.
    pub(super) numbers: u32,
    /// Of `numbers`: in a word of several letters that no mark of code touches.
    words: u32,
    /// The line shows the character of a reference beside it: `"é" is &eacute;`.
    explains: bool,
}

/// The verdict of a line in a text that is no markup. Of a page that was markup one number in a word says nothing by itself: there most are
/// what the page is about. Linear in the line.
pub(super) fn verdict(text: &str, line: &Line, from: From) -> Verdict {
    let tally = tally(text, line);
    let escaped = if tally.used == 0 {
        false
    } else if tally.explains || talks_of_markup(&text[line.start..line.end]) {
        tally.used >= USED_IN_TALK && tally.idle * USED_FOR_IDLE_IN_TALK <= tally.used
    } else {
        tally.used >= USED_AT_LEAST && tally.idle <= tally.used
            || from == From::Record && tally.words > 0 && tally.idle == 0 && is_plain(text, line)
    };
    match escaped {
        true => Verdict::Escaped,
        false if tally.idle > 0 => Verdict::Talk,
        false => Verdict::Undecided,
    }
}

/// A line without escaped tags whose letter in a word does not also stand by itself, as in `caf&#233; with &#233;`. Linear where one
/// reference is in a word.
fn is_plain(text: &str, line: &Line) -> bool {
    let references = &line.references;
    let glued = references.iter().find(|r| r.numeric && is_glued(text, r)).map(|r| r.means);
    !references.iter().any(|r| begins_tag(text, r) || r.numeric && Some(r.means) == glued && !is_glued(text, r))
}

/// Whether the references of a line are used or talked about. Talk sets them apart, use runs them into each other and into words.
pub(super) fn tally(text: &str, line: &Line) -> Tally {
    let references = &line.references;
    let mut tally = Tally::default();
    let quoted = quoted(text, references);
    let mut run = Run::default();
    for (i, r) in references.iter().enumerate() {
        if i >= run.end {
            run = Run::at(text, references, i);
        }
        if !(r.is_letterlike() || r.means == '\'' && r.numeric) {
            continue;
        }
        let (before, after) = (before(text, r), after(text, r));
        let glued = is_glued(text, r);
        // A blank between two words: by number, nobody writes it so to talk about it.
        let worded = |c: Option<char>| c.is_some_and(|c| is_word(c) || c.is_ascii_digit());
        let set = r.numeric
            && match r.means {
                '\u{a0}' | '\u{2002}'..='\u{200a}' | '\u{202f}' => worded(before) && worded(after),
                '“' | '„' | '«' => before.is_none_or(|c| c == ' ') && worded(after),
                _ => false,
            };
        match quoted[i] {
            Quote::Around => tally.used += 2,
            _ if run.is_text || glued || set || r.doubled_letter() => {
                tally.used += 1;
                tally.numbers += u32::from(glued && r.numeric);
                tally.words += u32::from(glued && r.numeric && in_word(text, r));
            }
            Quote::Spaced => {}
            Quote::None => {
                tally.idle += u32::from(!r.numeric);
                tally.explains |= i < EXPLAINED && stands_in(text, line, r.means);
            }
        }
    }
    tally
}

/// References without anything between them.
#[derive(Default)]
struct Run {
    /// Index of the first reference behind it.
    end: usize,
    /// Nobody sets these beside each other to talk about them.
    is_text: bool,
}

impl Run {
    /// The run that begins with the reference of index `first`.
    fn at(text: &str, references: &[Reference], first: usize) -> Run {
        let len = references[first..].windows(2).take_while(|w| w[0].end == w[1].start).count() + 1;
        let run = &references[first..first + len];
        let end = first + len;
        let in_word = before(text, &run[0]).is_some_and(is_word) || after(text, &run[len - 1]).is_some_and(is_word);
        let named_letters = run.iter().all(|r| !r.numeric && r.depth == 1 && is_word(r.means));
        let empty_quotes = len == 2 && QUOTES.contains(&(run[0].means, run[1].means));
        Run { end, is_text: len > 1 && !empty_quotes && (in_word || !named_letters) }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Quote {
    None,
    /// One of a pair that stands around words.
    Around,
    /// One of a pair of guillemets with blanks within, as French sets them.
    Spaced,
}

/// Which references are one of a pair of quotes. Linear: each mark looks at the next one only.
fn quoted(text: &str, references: &[Reference]) -> Vec<Quote> {
    let mut found = vec![Quote::None; references.len()];
    let mut next: [Option<usize>; QUOTES.len()] = [None; QUOTES.len()];
    for (i, r) in references.iter().enumerate().rev() {
        for (close, (open, _)) in next.iter().zip(QUOTES) {
            let Some(c) = *close else { continue };
            if r.means != open || found[i] != Quote::None {
                continue;
            }
            let within = &text[r.end..references[c].start];
            let free = before(text, r).is_none_or(|c| !is_word(c));
            if !free || within.chars().nth(1).is_none() {
                continue;
            }
            let kind = match (within.starts_with(char::is_whitespace), within.ends_with(char::is_whitespace)) {
                (false, false) => Quote::Around,
                (true, true) if matches!(r.means, '«' | '»') => Quote::Spaced,
                _ => continue,
            };
            (found[i], found[c]) = (kind, kind);
        }
        for (close, (_, mark)) in next.iter_mut().zip(QUOTES) {
            if r.means == mark {
                *close = Some(i);
            }
        }
    }
    found
}

/// Is it a letter of a word, by the letters beside it?
fn is_glued(text: &str, r: &Reference) -> bool {
    let wordlike = r.means.is_alphanumeric() || matches!(r.means, '\'' | '\u{2019}' | '\u{ad}');
    let (before, after) = (before(text, r).is_some_and(is_word), after(text, r).is_some_and(is_word));
    wordlike && (before && (after || r.means.is_alphabetic()) || after && r.means.is_alphabetic())
}

/// A number in a word of several letters, between blanks or the marks of a sentence.
fn in_word(text: &str, r: &Reference) -> bool {
    // Words beyond this many characters are none.
    let left = text[..r.start].chars().rev().take(40).take_while(|c| is_word(*c) || matches!(c, '-' | '\'' | '’'));
    let right = text[r.end..].chars().take(40).take_while(|c| is_word(*c) || matches!(c, '-' | '\'' | '’'));
    let (left, right) = (left.collect::<String>(), right.collect::<String>());
    let from = r.start - left.len();
    let to = r.end + right.len();
    let letters = left.chars().count() + right.chars().count() + 1;
    letters >= LETTERS
        && text[..from].chars().next_back().is_none_or(|c| c.is_whitespace() || matches!(c, '(' | '“' | '«' | '—' | '–'))
        && text[to..]
            .chars()
            .next()
            .is_none_or(|c| c.is_whitespace() || matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | ')' | '”' | '»' | '—' | '–' | '…' | '&'))
}

/// Does the line also show the character itself, set apart from words by more than blanks?
fn stands_in(text: &str, line: &Line, means: char) -> bool {
    text[line.start..line.end].match_indices(means).any(|(at, _)| {
        let (at, end) = (line.start + at, line.start + at + means.len_utf8());
        let apart = |c: char| !is_word(c) && c != ' ';
        text[..at].chars().next_back().is_some_and(apart) && text[end..].chars().next().is_some_and(apart)
    })
}

/// Does a line speak of markup, by one of the words of such talk?
pub(super) fn talks_of_markup(line: &str) -> bool {
    let lower = line.to_lowercase();
    WORDS.lines().filter(|l| !l.starts_with('#')).any(|word| {
        lower.match_indices(word).any(|(at, _)| {
            // Words of scripts with blanks stand by themselves or begin one.
            !is_word(word.chars().next().unwrap_or(' ')) || !lower[..at].chars().next_back().is_some_and(is_word)
        })
    })
}

/// A neighbour that makes a reference part of a word: Latin letters, and the C1 controls of mojibake around it. Not Han: Chinese
/// sets nothing apart with blanks, so a Han neighbour says nothing.
fn is_word(c: char) -> bool {
    c.is_ascii_alphabetic() || ('\u{80}'..='\u{24f}').contains(&c) && (c.is_alphabetic() || c < '\u{a0}')
}

pub(super) fn before(text: &str, r: &Reference) -> Option<char> {
    text[..r.start].chars().next_back()
}

pub(super) fn after(text: &str, r: &Reference) -> Option<char> {
    text[r.end..].chars().next()
}

/// An escaped tag: `&lt;div`, `&lt;/p`.
pub(super) fn begins_tag(text: &str, r: &Reference) -> bool {
    r.means == '<' && after(text, r).is_some_and(|c| c.is_ascii_alphabetic() || c == '/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_markup_are_lower_case_and_listed_once() {
        let words: Vec<&str> = WORDS.lines().filter(|l| !l.starts_with('#')).collect();
        assert!(words.len() > 20);
        for (i, word) in words.iter().enumerate() {
            assert_eq!(*word, word.trim().to_lowercase());
            assert!(!words[..i].contains(word), "{word} stands twice");
        }
    }

    #[test]
    fn words_of_markup_begin_a_word() {
        assert!(talks_of_markup("How to escape it in HTML"));
        assert!(talks_of_markup("网页里的实体"));
        assert!(!talks_of_markup("a landscape of nonentities"));
    }
}
