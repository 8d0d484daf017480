//! What stands around a stretch: letters of the same script, words it would cut, capitals, Han. What Latin words say stands in `latin`, what
//! a stretch consists of in `makeup`; prices and limits are in `belief`.

use super::kinds::{is_latin, is_letter, is_wide, script};
use super::segment::Segment;

/// Characters before and behind a stretch by which its case is told.
const NEAR: usize = 12;

/// Whether the stretch stands in a word: its first or last letter touches a letter of the same script.
pub(super) fn touches_kin(line: &[char], s: &Segment) -> bool {
    let kin = |a: Option<char>, b: Option<char>| a.zip(b).is_some_and(|(a, b)| is_letter(a) && is_letter(b) && script(a) == script(b));
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

/// Whether a stretch begins or ends in the midst of a word: the letter beside it is of the script its own outer letter was of. Charsets
/// damage words as a whole.
pub(super) fn cuts_word(line: &[char], s: &Segment) -> bool {
    let kin = |a: Option<usize>, b: usize| {
        let pair = a.and_then(|a| line.get(a)).zip(line.get(b));
        pair.is_some_and(|(a, b)| !a.is_ascii() && !b.is_ascii() && is_letter(*a) && is_letter(*b) && script(*a) == script(*b))
    };
    kin(s.from.checked_sub(1), s.from) || kin(Some(s.to), s.to - 1)
}

/// [`cuts_word`] for a stretch that begins with a letter of another script than Latin: of such a word no decoder leaves the beginning.
pub(super) fn cuts_foreign_word(line: &[char], s: &Segment) -> bool {
    script(line[s.from]) != 0 && cuts_word(line, s)
}

/// Whether a stretch of UTF-8 begins with the dash between two words: under the charsets of a Mac it is half of a Cyrillic letter.
pub(super) fn begins_with_dash(line: &[char], s: &Segment) -> bool {
    let before = s.from.checked_sub(1).map(|i| line[i]);
    matches!(line[s.from], '–' | '—') && before.is_some_and(|c| !c.is_ascii() && is_letter(c))
}

/// Whether a letter by itself and a no-break space would become one letter where no-break spaces stand behind ASCII as well: they are blanks of
/// the text, and no halves of letters.
pub(super) fn is_before_blank(line: &[char], s: &Segment) -> bool {
    let is_blank = |pair: &[char]| pair[1] == '\u{a0}' && pair[0].is_ascii() && pair[0] != ' ';
    matches!(line[s.from..s.to], [_, '\u{a0}']) && line.windows(2).any(is_blank)
}

/// Whether a capital and the sign behind it, amid capitals, would become one letter while other capitals beyond ASCII stay: the sign parts two
/// words of a heading.
pub(super) fn parts_capitals(line: &[char], s: &Segment) -> bool {
    let is_capital = |at: Option<usize>| at.and_then(|at| line.get(at)).is_some_and(|c| c.is_uppercase());
    let others = || line[..s.from].iter().chain(&line[s.to..]).any(|c| !c.is_ascii() && c.is_uppercase());
    s.to - s.from == 2
        && [s.from.checked_sub(1), Some(s.from), Some(s.to)].into_iter().all(is_capital)
        && !is_letter(line[s.from + 1])
        && others()
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
