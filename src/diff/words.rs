//! Words, for showing what changed inside a line: ideographs and kana one by one, other letters and digits by the run, every other
//! character by itself. A changed stretch is drawn together to what really differs, then out to whole words.

use crate::span::Span;

/// The same change without what both sides have at either end, and with the whole of each word it touches. Both spans belong to
/// their texts, which are equal for `room` bytes before and after the change; they are equal beside what is returned, too.
pub(super) fn whole_words(before: &str, after: &str, was: Span, now: Span, room: (u32, u32)) -> (Span, Span) {
    let (a, b) = (was.of(before), now.of(after));
    let same: usize = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).map(|(c, _)| c.len_utf8()).sum();
    let (a, b) = (&a[same..], &b[same..]);
    let end: usize = a.chars().rev().zip(b.chars().rev()).take_while(|(a, b)| a == b).map(|(c, _)| c.len_utf8()).sum();
    let (a, b) = (&a[..a.len() - end], &b[..b.len() - end]);
    let left = &before[(was.start - room.0) as usize..was.start as usize + same];
    let right = &before[was.end as usize - end..(was.end + room.1) as usize];
    let is_word = |c: Option<char>| c.is_some_and(in_word);
    // what comes or goes between two words touches neither
    let (from_left, from_right) = (is_word(left.chars().next_back()), is_word(right.chars().next()));
    let begins = |s: &str| if s.is_empty() { from_left && from_right } else { is_word(s.chars().next()) };
    let ends = |s: &str| if s.is_empty() { from_left && from_right } else { is_word(s.chars().next_back()) };
    let left = if begins(a) || begins(b) { run(left.chars().rev()) } else { 0 };
    let right = if ends(a) || ends(b) { run(right.chars()) } else { 0 };
    let widened = |s: Span| Span { start: s.start + same as u32 - left as u32, end: s.end - end as u32 + right as u32 };
    (widened(was), widened(now))
}

/// Longest run of letters that is shown as one word, in bytes.
const LONGEST: usize = 60;

fn run(chars: impl Iterator<Item = char>) -> usize {
    let n: usize = chars.take_while(|c| in_word(*c)).map(char::len_utf8).take(LONGEST).sum();
    if n > LONGEST { 0 } else { n }
}

/// Letters and digits of scripts that write words.
fn in_word(c: char) -> bool {
    c.is_alphanumeric() && !is_single(c)
}

/// Characters of scripts without blanks between words: each is shown by itself.
fn is_single(c: char) -> bool {
    matches!(c, '\u{2E80}'..='\u{31FF}' | '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{FF66}'..='\u{FF9F}' | '\u{20000}'..='\u{3FFFF}'
        | '\u{E00}'..='\u{E7F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown<'t>(before: &'t str, after: &'t str, was: std::ops::Range<usize>, now: std::ops::Range<usize>) -> (&'t str, &'t str) {
        let room = (was.start as u32, (before.len() - was.end) as u32);
        let (was, now) = whole_words(before, after, was.into(), now.into(), room);
        (was.of(before), now.of(after))
    }

    #[test]
    fn letters_go_by_the_word_and_ideographs_by_one() {
        assert_eq!(shown("un cafÃ© noir", "un café noir", 6..10, 6..8), ("cafÃ©", "café"));
        assert_eq!(shown("春天的瘋", "春天的风", 9..12, 9..12), ("瘋", "风"));
        assert_eq!(shown("春(chūn)天", "春天", 3..10, 3..3), ("(chūn)", ""));
        assert_eq!(shown("a  b", "a b", 1..3, 1..2), (" ", ""));
        assert_eq!(shown("to day", "today", 2..3, 2..2), ("to day", "today"));
    }

    #[test]
    fn what_both_sides_have_is_not_shown() {
        assert_eq!(shown("他說：好", "他说：好", 0..12, 0..12), ("說", "说"));
    }
}
