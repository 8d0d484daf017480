//! What a stretch stands among and is made of, by which honest text is told from damage: the words, the case and the scripts around it.
//! Prices and limits are in `belief`.

use super::charset::Pair;
use super::kinds::{is_cyrillic, is_filler, is_han, is_latin, is_letter, is_wide, script};
use super::segment::Segment;
use crate::codec::Codec;
use crate::model::Model;

/// Characters before and behind a stretch by which its case is told.
const NEAR: usize = 12;

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

/// Whether a stretch is the last letter of a word of a long Latin text: four letters of the word stand before it, none behind it.
fn ends_word(line: &[char], s: &Segment) -> bool {
    let word = line[..s.from].iter().rev().take_while(|c| c.is_ascii_lowercase()).count();
    let letters = line.iter().filter(|c| c.is_ascii_alphabetic()).count();
    let others = line.iter().filter(|c| is_wide(**c)).count();
    word >= 4 && letters >= others * 20 && line.get(s.to).is_none_or(|c| matches!(c, ' ' | '.' | ',' | ';' | ':' | ')' | '!' | '?' | '"'))
}

/// Whether the stretch stands in a word: its first or last letter touches a letter of the same script.
pub(super) fn touches_kin(line: &[char], s: &Segment) -> bool {
    let kin =
        |a: Option<char>, b: Option<char>| a.zip(b).is_some_and(|(a, b)| a.is_alphabetic() && b.is_alphabetic() && script(a) == script(b));
    let before = s.from.checked_sub(1).and_then(|i| line.get(i)).copied();
    let inside = s.now.chars().zip(s.now.chars().skip(1)).any(|(a, b)| kin(Some(a), Some(b)));
    inside || kin(before, s.now.chars().next()) || kin(s.now.chars().next_back(), line.get(s.to).copied())
}

/// Whether small Latin letters would come to stand among capitals: there are letters near, and none of them is a small one.
pub(super) fn in_capitals(line: &[char], s: &Segment) -> bool {
    if !s.now.chars().all(|c| c.is_ascii() || is_latin(c)) {
        return false;
    }
    let near = &line[s.from.saturating_sub(NEAR)..(s.to + NEAR).min(line.len())];
    let letters = near.iter().filter(|c| c.is_ascii_alphabetic());
    letters.clone().count() >= 3 && letters.filter(|c| c.is_ascii_lowercase()).count() == 0
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
    line.iter().all(|c| !is_cyrillic(*c) || "асеорхуіѕјһАВЕЗІЅЈКМНОРСТУХ".contains(*c))
}

/// Whether the word around a stretch has a Latin letter with a mark, or the stretch would put a letter of another script into a Latin
/// word: a charset damages all letters of a word that it damages, and words are of one script. Signs of units are short.
pub(super) fn spoils_word(line: &[char], s: &Segment) -> bool {
    const UNIT: usize = 2;
    let letter = |c: &&char| c.is_alphabetic() && script(**c) == 0;
    let word = || line[..s.from].iter().rev().take_while(letter).chain(line[s.to..].iter().take_while(letter));
    let other = |c: Option<char>| c.is_some_and(|c| is_letter(c) && !is_latin(c) && !c.is_ascii());
    let behind = line[s.to..].iter().take_while(letter).count();
    let before = line[..s.from].iter().rev().take_while(letter).count();
    word().any(|c| !c.is_ascii()) || before > 0 && other(s.now.chars().next()) || behind > UNIT && other(s.now.chars().next_back())
}

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

/// Whether a stretch is of Han that stand by themselves, most of them, as in lists of characters and texts cut into words: nothing is
/// known of what stands beside them, and rare Han are common letters by chance.
pub(super) fn are_scattered(was: &[char]) -> bool {
    let (mut runs, mut han, mut before) = (0, 0, true);
    for &c in was {
        if !(c.is_ascii() || is_han(c)) {
            return false;
        }
        han += usize::from(!c.is_ascii());
        runs += usize::from(before && !c.is_ascii());
        before = c.is_ascii();
    }
    // Of two words one may be short.
    if runs > 2 { han < runs * 2 } else { runs == 2 && han < 3 }
}

/// How often a stretch says the same word and nothing else: as much evidence as one of them.
pub(super) fn repeats(was: &[char]) -> usize {
    let mut words = was.split(|c| c.is_ascii_whitespace()).filter(|w| !w.is_empty());
    let first = words.next();
    let (same, all) = words.fold((1, 1), |(same, all), w| (same + usize::from(Some(w) == first), all + 1));
    if same == all { all } else { 1 }
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

/// Whether a stretch begins or ends in the midst of a word: the letter beside it is of the script its own outer letter was of. Charsets
/// damage words as a whole.
pub(super) fn cuts_word(line: &[char], s: &Segment) -> bool {
    let kin = |a: Option<usize>, b: usize| {
        let pair = a.and_then(|a| line.get(a)).zip(line.get(b));
        pair.is_some_and(|(a, b)| !a.is_ascii() && !b.is_ascii() && is_letter(*a) && is_letter(*b) && script(*a) == script(*b))
    };
    kin(s.from.checked_sub(1), s.from) || kin(Some(s.to), s.to - 1)
}

/// Whether a stretch would change letters of a script into others of it amid as many that stay: a charset changes them all.
pub(super) fn is_amid_kin(line: &[char], s: &Segment, letters: i32) -> bool {
    let odd = |c: &&char| !c.is_ascii() && is_letter(**c);
    let Some(kin) = line[s.from..s.to].iter().find(odd).map(|c| script(*c)) else { return false };
    let others = line[..s.from].iter().chain(&line[s.to..]).filter(|c| odd(c) && script(**c) == kin).count();
    s.now.chars().find(|c| odd(&c)).is_some_and(|c| script(c) == kin) && others as i32 > letters
}

/// Whether Han and the like stand right before or behind a stretch.
pub(super) fn touches_wide(line: &[char], s: &Segment) -> bool {
    let wide = |c: Option<&char>| c.is_some_and(|c| is_wide(*c));
    wide(s.from.checked_sub(1).and_then(|i| line.get(i))) || wide(line.get(s.to))
}

/// What the model asks of a text for its words in capitals beside the same words in small letters, in 1/16 nats: headings are clean, and
/// charsets that differ in case alone (KOI8-R, windows-1251) make small letters of them.
pub(super) fn of_capitals(model: &Model, was: &[char]) -> i32 {
    let in_capitals = |word: &[char]| word.len() > 1 && word.iter().all(|c| c.is_uppercase());
    if !was.chunk_by(|a, b| a.is_alphabetic() && b.is_alphabetic()).any(in_capitals) {
        return 0;
    }
    let text: String = was.iter().collect();
    let mut small = String::with_capacity(text.len());
    for word in was.chunk_by(|a, b| a.is_alphabetic() && b.is_alphabetic()) {
        if in_capitals(word) {
            small.extend(word.iter().flat_map(|c| c.to_lowercase()));
        } else {
            small.extend(word);
        }
    }
    (model.cost(&text) as i32 - model.cost(&small) as i32).max(0)
}

/// How many different characters there are.
pub(super) fn different(chars: impl Iterator<Item = char>) -> usize {
    let mut all: Vec<char> = chars.collect();
    all.sort_unstable();
    all.dedup();
    all.len()
}

/// Whether a stretch is a list, which sets rare characters side by side that no sentence has: most Han and the like stand by
/// themselves, or one by one and two by two between marks.
pub(super) fn is_list(was: &[char]) -> bool {
    let wide = |i: Option<usize>| i.and_then(|i| was.get(i)).is_some_and(|&c| is_wide(c) || is_filler(c));
    let (mut all, mut alone, mut marks) = (0, 0, 0);
    for (i, &c) in was.iter().enumerate() {
        all += usize::from(wide(Some(i)));
        alone += usize::from(wide(Some(i)) && !wide(i.checked_sub(1)) && !wide(Some(i + 1)));
        marks += usize::from(matches!(c, '、' | '，' | '；' | '·' | '・' | '/' | ','));
    }
    alone * 2 > all || marks >= 2 && all <= 2 * marks + 2
}

/// Whether all letters beyond ASCII are of one script, and enough of them to make words.
pub(super) fn is_one_script(text: &str) -> bool {
    let mut letters = text.chars().filter(|c| !c.is_ascii() && c.is_alphabetic()).map(script);
    let Some(first) = letters.next() else { return false };
    letters.clone().all(|s| s == first) && letters.count() >= 4
}
