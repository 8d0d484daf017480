//! C1 controls, which no text has: whether they are letters of a Mac or the quotes, dashes and letters windows-1252 has in their place,
//! and what they are in a line nothing else explains. Other hypotheses about a line are ranked in `rank`.

use memchr::memchr_iter;

use super::charset::{Pair, Pairs};
use super::kinds::{is_wide, script};
use super::search::Change;
use super::segment::Segment;
use crate::codec::Codec;
use crate::model::Model;

/// Characters on both sides of a stretch by which two readings of it are compared.
const NEAR: usize = 8;
/// What letters of a Mac must be likelier than signs of windows-1252 for each control, in 1/16 nats: in a line of a language the model
/// knows, which costs so much a character at most, and in another. Origin: of 18,833 paragraphs in 250 languages with dashes and
/// apostrophes of windows-1252, 11 become letters of a Mac; of 2,951 sentences of a Mac, 1,277 come back. With 46 in place of 38 they are
/// 105 and 1,387.
const LIKELIER: i32 = 15 * 16;
const LIKELIER_KNOWN: i32 = 7 * 16;
const KNOWN: usize = 38;
/// Characters on both sides of a stretch by which that is told.
const SENTENCE: usize = 80;
/// Letters of a line for each control beyond the first.
const LETTERS: usize = 6;
/// Certainty of what is left to this file, in 1/16 nats: no model was asked.
const GAIN: i32 = 32;

fn is_control(c: char) -> bool {
    ('\u{80}'..='\u{9f}').contains(&c)
}

/// Quotes, dashes and the ellipsis of windows-1252, the same in all its siblings.
fn is_sign(c: char) -> bool {
    matches!(c, '\u{85}' | '\u{91}'..='\u{97}')
}

/// Whether what is beyond ASCII in a stretch are quotes of windows-1252 before letters alone: some languages have a letter that is written
/// so (Tongan `\u{2018}i`), which is Han with what follows by chance. Han of a text have other leads, too.
pub(super) fn are_quotes(was: &[char]) -> bool {
    let before_letter = |i: usize| was.get(i + 1).is_some_and(char::is_ascii_alphabetic);
    (0..was.len()).all(|i| was[i].is_ascii() || matches!(was[i], '\u{91}'..='\u{94}') && before_letter(i))
}

/// Whether a line has a letter of a Mac: a control behind a small letter that windows-1252 has a capital for or nothing, or one between
/// small letters that it has a sign for which stands in no word.
pub(super) fn is_of_mac(line: &[char]) -> bool {
    line.windows(2).enumerate().any(|(i, w)| {
        let inside = || line.get(i + 2).is_some_and(char::is_ascii_lowercase);
        w[0].is_ascii_lowercase()
            && match w[1] {
                '\u{88}' | '\u{8a}' | '\u{8d}'..='\u{90}' | '\u{9d}' | '\u{9f}' => true,
                '\u{87}' | '\u{89}' | '\u{8b}' | '\u{8c}' | '\u{95}' | '\u{98}' | '\u{99}' | '\u{9b}' => inside(),
                _ => false,
            }
    })
}

/// Whether controls that became letters of a Mac are such rather than the signs of windows-1252: some control of the line is no sign, or
/// the words around are much likelier with the letters. A dash between words and an apostrophe make letters of many languages.
pub(super) fn are_of_mac(model: &Model, line: &[char], s: &Segment) -> bool {
    if is_of_mac(line) {
        return true;
    }
    let around = |n: usize| (&line[s.from.saturating_sub(n)..s.from], &line[s.to..(s.to + n).min(line.len())]);
    let (before, after) = around(NEAR);
    let cost = |inside: &mut dyn Iterator<Item = char>| {
        let text: String = before.iter().copied().chain(inside).chain(after.iter().copied()).collect();
        model.cost(&text) as i32
    };
    let was = &line[s.from..s.to];
    let controls = was.iter().filter(|c| is_control(**c)).count() as i32;
    if controls == 0 {
        return false;
    }
    let windows = cost(&mut was.iter().map(|c| of_windows(*c).unwrap_or(*c)));
    let (before, after) = around(SENTENCE);
    let sentence: String = before.iter().chain(was).chain(after).filter(|c| !is_control(**c)).collect();
    let is_known = model.cost(&sentence) as usize <= KNOWN * (before.len() + was.len() + after.len());
    let likelier = if is_known { LIKELIER_KNOWN } else { LIKELIER };
    windows - cost(&mut s.now.chars()) >= likelier * controls
}

/// What windows-1252 has in place of a control.
fn of_windows(c: char) -> Option<char> {
    is_control(c).then(|| Codec::WINDOWS_1252.byte(c as u8)).flatten().filter(|c| !is_control(*c))
}

/// Whether a line has such a control: most have none.
pub(super) fn has_any(line: &str) -> bool {
    // Both bytes of it in UTF-8.
    let bytes = line.as_bytes();
    memchr_iter(0xc2, bytes).any(|at| bytes[at + 1] < 0xa0)
}

/// The changes of the line `start..end`, each with its byte offset in the text, when all of its controls stand as the signs and letters of
/// windows-1252 do; else none. For lines with controls that no other hypothesis explains.
pub(super) fn left(text: &str, start: usize, end: usize) -> Vec<(usize, Change)> {
    let line = &text[start..end];
    let Some(&pair) = Pairs::get().all.iter().find(|p| p.read == Codec::LATIN_1 && p.written == Codec::WINDOWS_1252) else {
        return Vec::new();
    };
    let chars: Vec<char> = line.chars().collect();
    if !stand_well(&chars) {
        return Vec::new();
    }
    line.char_indices().filter_map(|(at, c)| Some((start + at, change(pair, of_windows(c)?)))).collect()
}

fn change(pair: Pair, now: char) -> Change {
    let segment = Segment { from: 0, to: 1, bytes: 2, now: now.to_string(), after: 0, gain: GAIN, guesses: Vec::new(), words: Vec::new() };
    Change { pair, gain: GAIN, segment }
}

/// Whether the controls of a line stand as what windows-1252 has in their place, and are few.
fn stand_well(line: &[char]) -> bool {
    let letters = line.iter().filter(|c| c.is_alphabetic()).count();
    let controls = line.iter().filter(|c| is_control(**c)).count();
    let latin = line.iter().all(|c| !c.is_alphabetic() || script(*c) == 0);
    !line.iter().any(|&c| is_wide(c) || c == '\u{fffd}')
        && controls <= 1 + letters / LETTERS
        && !is_of_mac(line)
        && (0..line.len()).all(|i| !is_control(line[i]) || !is_in_sequence(line, i) && (latin || is_sign(line[i])) && stands_well(line, i))
}

/// Whether the control at `i` stands where what windows-1252 has in its place does.
fn stands_well(line: &[char], i: usize) -> bool {
    let (before, after) = (i.checked_sub(1).map(|i| line[i]), line.get(i + 1).copied());
    let letter = |c: Option<char>| c.is_some_and(char::is_alphabetic);
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let apart = |c: Option<char>| c.is_none_or(|c| c.is_whitespace() || c.is_ascii_punctuation());
    let beside = |c: Option<char>| c.is_none_or(|c| !is_control(c) || is_sign(c));
    beside(before)
        && beside(after)
        && match line[i] {
            // Behind a sentence it is the end of a line of some mainframes.
            '\u{85}' => !matches!(before, Some('.' | '!' | '?')),
            c if is_sign(c) => true,
            '\u{80}' => digit(before) || digit(after) || apart(before) && apart(after),
            '\u{82}' | '\u{84}' => apart(before) && (letter(after) || digit(after)),
            '\u{8a}' | '\u{8c}' | '\u{8e}' => letter(after) || letter(before),
            '\u{9a}' | '\u{9c}' | '\u{9e}' | '\u{9f}' => letter(before) || letter(after),
            '\u{95}' => apart(before) && apart(after),
            '\u{99}' => letter(before) && apart(after),
            '\u{8b}' => apart(before) && letter(after),
            '\u{9b}' => letter(before) && apart(after),
            _ => false,
        }
}

/// Whether the control at `i` is in a sequence of UTF-8 that was read as ISO-8859-1.
fn is_in_sequence(line: &[char], i: usize) -> bool {
    let trail = |c: Option<&char>| c.is_some_and(|c| ('\u{80}'..'\u{c0}').contains(c));
    (1..4).filter_map(|back| i.checked_sub(back)).any(|lead| {
        let trails = match line[lead] {
            '\u{c2}'..='\u{df}' => 1,
            '\u{e0}'..='\u{ef}' => 2,
            '\u{f0}'..='\u{f4}' => 3,
            _ => return false,
        };
        i <= lead + trails && (lead + 1..=lead + trails).all(|at| trail(line.get(at)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left_of(line: &str) -> Option<String> {
        let mut now = line.to_owned();
        let changes = left(line, 0, line.len());
        for (at, change) in changes.iter().rev() {
            now.replace_range(*at..at + change.segment.bytes, &change.segment.now);
        }
        (!changes.is_empty()).then_some(now)
    }

    #[test]
    fn controls_are_what_windows_1252_has_in_their_place() {
        for (was, now) in [
            ("saalli nuk duhet t\u{92}i vihet", "saalli nuk duhet t’i vihet"),
            ("wala\u{85} ndo ti lo", "wala… ndo ti lo"),
            ("boaris\u{97}vuonddat ja\u{85}\u{94} lohká", "boaris—vuonddat ja…” lohká"),
            ("giela\u{9a} ja \u{84}sátni\u{93}", "giela\u{161} ja „sátni“"),
            ("да\u{85} нет", "да… нет"),
        ] {
            assert_eq!(left_of(was).as_deref(), Some(now));
        }
    }

    #[test]
    fn what_may_be_something_else_is_left() {
        for kept in [
            "Andr\u{c3}\u{89}s",
            "d\u{e2}\u{80}\u{99}or",
            "Ende.\u{85}Anfang",
            "caf\u{8e} con lech\u{92}",
            "\u{83}e\u{83}X\u{83}g",
            "\u{92}\u{92}\u{92}\u{92}",
            "汉字\u{92}s",
            "a\u{81}b",
            "\u{9a}\u{82}",
            "ab\u{fffd}cd\u{92}s",
        ] {
            assert_eq!(left_of(kept), None, "{kept:?}");
        }
    }

    #[test]
    fn quotes_before_letters_are_no_han() {
        let quotes = |was: &str| are_quotes(&was.chars().collect::<Vec<_>>());
        assert!(quotes("\u{91}Oku \u{91}i ai \u{91}a"));
        assert!(!quotes("\u{91}O\u{83}J\u{91}i"), "Shift_JIS read as ISO-8859-1");
        assert!(!quotes("\u{91}\u{8f}\u{91}i"));
    }

    #[test]
    fn letters_of_a_mac_are_told_by_one_that_is_no_sign() {
        let of = |text: &str| is_of_mac(&text.chars().collect::<Vec<_>>());
        assert!(of("caf\u{8e}") && of("m\u{87}s"));
        assert!(!of("l\u{92}eau") && !of("word\u{87} note") && !of("c\u{9c}ur") && !of("s\u{97}s"));
    }
}
