//! Latin text and what is damaged in it: whether letters of another script are letters of its words, and when they are meant. What else
//! stands around a stretch is in `around`; prices and limits are in `belief`.

use super::charset::Pair;
use super::kinds::{is_arabic, is_cyrillic, is_greek, is_half_width_katakana, is_hebrew, is_latin, is_letter, is_thai, is_wide, script};
use super::segment::Segment;
use crate::codec::Codec;

/// Whether a stretch touches an ASCII letter and so does every character of its script in the line, which is Latin: in a text of that
/// script they stand together.
pub(super) fn among_latin(line: &[char], s: &Segment, of_script: fn(char) -> bool) -> bool {
    let letter = |at: Option<usize>| at.and_then(|at| line.get(at)).is_some_and(char::is_ascii_alphabetic);
    let first = line[s.from..s.to].iter().position(|c| !c.is_ascii()).map(|i| s.from + i);
    let inside = s.now.chars().filter(char::is_ascii_alphabetic).count() >= 2;
    is_latin_line(line, of_script)
        && first
            .is_some_and(|i| inside || letter(i.checked_sub(1)) || s.now.ends_with(|c: char| c.is_ascii_alphabetic()) || letter(Some(s.to)))
}

/// Whether most of a line is Latin, and all characters of a script in it are near an ASCII letter or side by side with digits.
fn is_latin_line(line: &[char], of_script: fn(char) -> bool) -> bool {
    let near = |i: usize| (i.saturating_sub(3)..i + 3).any(|at| line.get(at).is_some_and(char::is_ascii_alphabetic));
    let digit = |at: Option<usize>| at.and_then(|at| line.get(at)).is_some_and(char::is_ascii_digit);
    let letters = line.iter().filter(|c| c.is_ascii_alphabetic()).count();
    let mut others = line.iter().enumerate().filter(|(_, c)| of_script(**c));
    others.clone().count() * 3 <= letters && others.all(|(i, _)| near(i) || digit(i.checked_sub(1)) && digit(Some(i + 1)))
}

/// Whether a Han character that may be a no-break space is one: in a Latin line, stuck to what stands on both sides, between digits or
/// not the only one.
pub(super) fn is_no_break(line: &[char], s: &Segment, again: bool) -> bool {
    let [c] = line[s.from..s.to] else { return false };
    let stuck = |i: usize| {
        let (before, after) = (i.checked_sub(1).map(|at| line[at]), line.get(i + 1).copied());
        let word = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        let sign = |c: Option<char>| c.is_some_and(|c| matches!(c, '.' | ',' | ':' | ';' | '!' | '?' | '%'));
        word(before) && (word(after) || sign(after)) || sign(before) && word(after)
    };
    let between_digits = |i: usize| i > 0 && [line.get(i - 1), line.get(i + 1)].iter().all(|c| c.is_some_and(|c| c.is_ascii_digit()));
    let places = line.iter().enumerate().filter(|(i, o)| **o == c && stuck(*i)).count();
    is_wide(c) && is_latin_line(line, is_wide) && stuck(s.from) && (again || places > 1 || between_digits(s.from))
}

/// Whether a stretch, with ASCII between, holds one and the same Han that is a no-break space wherever it stands, which is at two places or
/// more: between words of a Latin line and stuck to both.
pub(super) fn are_no_breaks(line: &[char], s: &Segment) -> bool {
    let places: Vec<usize> = (s.from..s.to).filter(|&i| !line[i].is_ascii()).collect();
    let word = |i: Option<usize>| i.and_then(|i| line.get(i)).is_some_and(char::is_ascii_alphanumeric);
    places.len() > 1
        && s.now.chars().all(|c| c.is_ascii() || c == '\u{a0}')
        && places.iter().all(|&i| is_wide(line[i]) && line[i] == line[places[0]] && word(i.checked_sub(1)) && word(Some(i + 1)))
        && is_latin_line(line, is_wide)
}

/// Whether a stretch is a letter that is a word by itself in some language, set as a capital or a letter of another script and a sign that
/// stand between blanks in a Latin line: `Ă¨`, `√®`.
pub(super) fn is_word_of_one(line: &[char], s: &Segment) -> bool {
    const WORDS: &str = "àèéêìíòóôúýäåæøö";
    let [first, second] = line[s.from..s.to] else { return false };
    let at = |i: Option<usize>| i.and_then(|i| line.get(i)).copied();
    let before = s.from.checked_sub(2);
    let words = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c == ',');
    s.now.chars().all(|c| WORDS.contains(c))
        && !is_letter(second)
        && second != ' '
        && !first.is_lowercase()
        && at(s.from.checked_sub(1)) == Some(' ')
        && words(at(before))
        && at(Some(s.to)) == Some(' ')
        && at(Some(s.to + 1)).is_some_and(|c| c.is_ascii_alphabetic())
        && line.iter().all(|&c| c.is_ascii() || !is_letter(c) || is_latin(c) || c == first)
}

/// Whether one letter of a Latin word became a character of another script: the word goes on before and behind it.
pub(super) fn is_inside_word(line: &[char], pair: Pair, s: &Segment) -> bool {
    let of_script: fn(char) -> bool = match pair.read {
        Codec::WINDOWS_1251 => is_cyrillic,
        read if read.is_double_byte() => is_wide,
        _ => return false,
    };
    let before = s.from.checked_sub(1).and_then(|i| line.get(i)).is_some_and(char::is_ascii_lowercase);
    // A Cyrillic letter behind Latin ones is none, whatever follows.
    let behind = pair.read == Codec::WINDOWS_1251
        || s.now.ends_with(|c: char| c.is_ascii_lowercase())
        || line.get(s.to).is_some_and(char::is_ascii_lowercase)
        || pair.written == Codec::UTF_8 && ends_word(line, s);
    let lower = s.now.chars().all(|c| c.is_lowercase() && is_latin(c) || c.is_ascii_lowercase());
    before && behind && lower && among_latin(line, s, of_script)
}

/// ASCII letters that a line has for each Thai one at the end of its words if those are damage. Estimated.
const LATIN_A_THAI: usize = 10;

/// Whether a stretch of UTF-8 stands in words of Latin letters, which it completes by small ones, and is none of such words as it is: its
/// letters are of another script, of which all others of the line stand so, too, or it begins with a capital behind a small letter.
pub(super) fn spells_latin_words(line: &[char], s: &Segment) -> bool {
    let was = &line[s.from..s.to];
    let small = |c: char| c.is_ascii() || is_latin(c) && c.is_lowercase();
    if !s.now.chars().all(small) {
        return false;
    }
    let at = |i: Option<usize>| i.and_then(|i| line.get(i)).copied();
    let is_small = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase());
    let Some(first) = was.iter().copied().find(|c| !c.is_ascii()) else { return false };
    let of_script = [is_cyrillic, is_greek, is_hebrew, is_arabic, is_thai, is_half_width_katakana].into_iter().find(|is| is(first));
    if let Some(of_script) = of_script {
        // Thai has no blanks between words, foreign ones included: `Teslaรถ`.
        let letters = |is: &dyn Fn(&char) -> bool| line.iter().filter(|c| is(c)).count();
        let stuck =
            is_thai(first) && !is_small(at(Some(s.to))) && letters(&char::is_ascii_alphabetic) < LATIN_A_THAI * letters(&|c| is_thai(*c));
        return among_latin(line, s, of_script) && !stuck && !was.iter().all(|c| c.is_ascii() || LIKE_LATIN.contains(*c));
    }
    first.is_uppercase() && is_small(at((s.from + was.iter().take_while(|c| c.is_ascii()).count()).checked_sub(1)))
}

/// Whether a stretch is the last letter of a word of a long Latin text: four letters of the word stand before it, none behind it.
fn ends_word(line: &[char], s: &Segment) -> bool {
    let word = line[..s.from].iter().rev().take_while(|c| c.is_ascii_lowercase()).count();
    let letters = line.iter().filter(|c| c.is_ascii_alphabetic()).count();
    let others = line.iter().filter(|c| is_wide(**c)).count();
    word >= 4 && letters >= others * 20 && line.get(s.to).is_none_or(|c| matches!(c, ' ' | '.' | ',' | ';' | ':' | ')' | '!' | '?' | '"'))
}

/// Whether Han and the like stand inside Latin words: endings such as `šćina` and words such as `ñimba`, not Chinese. Of a line that is
/// mostly Latin every other of them must be apart from its letters, of another one that has more Latin letters than Han most.
pub(super) fn is_inside_latin(line: &[char], s: &Segment) -> bool {
    let (before, after) = (s.from.checked_sub(1).map(|i| line[i]), line.get(s.to).copied());
    let chars: Vec<char> = before.into_iter().chain(s.now.chars()).chain(after).collect();
    let inner = usize::from(before.is_some())..chars.len() - usize::from(after.is_some());
    let latin = |at: Option<usize>| at.and_then(|at| chars.get(at)).is_some_and(|c| c.is_ascii_alphabetic() || is_latin(*c));
    let small = |at: Option<usize>| at.and_then(|at| chars.get(at)).is_some_and(char::is_ascii_lowercase);
    let wide: Vec<usize> = inner.filter(|&i| is_wide(chars[i])).collect();
    let touching = |is: &dyn Fn(Option<usize>) -> bool| wide.iter().filter(|&&i| is(i.checked_sub(1)) || is(Some(i + 1))).count();
    let letters = line.iter().filter(|c| c.is_ascii_alphabetic()).count();
    if letters >= wide.len() * 2 { touching(&latin) * 2 >= wide.len() } else { touching(&small) >= wide.len() }
}

/// Whether the word around a stretch has a Latin letter with a mark, or the stretch would put a letter of another script into a Latin
/// word: a charset damages all letters of a word that it damages, and words are of one script. Signs of units are short.
pub(super) fn spoils_word(line: &[char], s: &Segment) -> bool {
    const UNIT: usize = 2;
    let letter = |c: &&char| is_letter(**c) && script(**c) == 0;
    let word = || line[..s.from].iter().rev().take_while(letter).chain(line[s.to..].iter().take_while(letter));
    let other = |c: Option<char>| c.is_some_and(|c| is_letter(c) && !is_latin(c) && !c.is_ascii());
    let behind = line[s.to..].iter().take_while(letter).count();
    let before = line[..s.from].iter().rev().take_while(letter).count();
    word().any(|c| !c.is_ascii()) || before > 0 && other(s.now.chars().next()) || behind > UNIT && other(s.now.chars().next_back())
}

/// Whether letters of another script are stuck to Latin ones, before or behind, more often than suffixes and brand names are.
pub(super) fn is_stuck(line: &[char], s: &Segment, letters: i32) -> bool {
    let latin = |c: Option<char>| c.is_some_and(|c| is_latin(c) || c.is_ascii_alphabetic());
    let mut stuck = 0;
    let mut before = s.from.checked_sub(1).map(|i| line[i]);
    for c in s.now.chars().chain(line.get(s.to).copied()) {
        let pair = [before, Some(c)];
        stuck += i32::from((0..2).any(|i| latin(pair[i]) && pair[1 - i].is_some_and(|c| is_letter(c) && !latin(Some(c)))));
        before = Some(c);
    }
    stuck * 6 > letters
}

/// Whether every Cyrillic letter of a line is one that looks like a Latin one: written for it by hand, not by a charset.
pub(super) fn all_look_alike(line: &[char]) -> bool {
    line.iter().all(|c| !is_cyrillic(*c) || LIKE_LATIN.contains(*c))
}

/// Cyrillic and Greek letters that look like Latin ones.
const LIKE_LATIN: &str = "асеорхуіѕјһАВЕЗІЅЈКМНОРСТУХΑΒΕΖΗΙΚΜΝΟΡΤΥΧο";

/// Whether Cyrillic letters of a line are the yers of Slavic words in Latin letters: there are no others, and one ends a word behind a
/// consonant or stands alone, or the word is marked as one nobody wrote; or letters with marks stand in the line that no charset of
/// Cyrillic has.
pub(super) fn are_yers(line: &[char]) -> bool {
    let yer = |c: char| matches!(c, 'ь' | 'ъ' | 'ѣ');
    if line.iter().any(|&c| is_cyrillic(c) && !yer(c)) {
        return false;
    }
    let letter = |c: char| c.is_ascii_alphabetic() || is_latin(c) || yer(c);
    let marked = line.iter().any(|&c| is_latin(c));
    marked
        || line.chunk_by(|a, b| letter(*a) == letter(*b)).any(|word| {
            let ends = word.len() > 1 && yer(word[word.len() - 1]) && !"aeiouyAEIOUY".contains(word[word.len() - 2]);
            word.iter().any(|&c| yer(c)) && (ends || word.len() == 1)
        })
        || line.windows(2).any(|w| w[0] == '*' && letter(w[1]))
}
