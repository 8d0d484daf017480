//! Words, for showing what changed inside a line: ideographs and kana one by one, other letters and digits by the run, every other
//! character by itself. A changed stretch is drawn together to what really differs, then out to whole words.

use crate::span::Span;

/// The same change without what both sides have at either end, and with the whole of each word it touches. Both spans belong to
/// their texts, which are equal beside them.
pub(super) fn whole_words(before: &str, after: &str, was: Span, now: Span) -> (Span, Span) {
    let (a, b) = (was.of(before), now.of(after));
    let same: usize = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).map(|(c, _)| c.len_utf8()).sum();
    let (a, b) = (&a[same..], &b[same..]);
    let end: usize = a.chars().rev().zip(b.chars().rev()).take_while(|(a, b)| a == b).map(|(c, _)| c.len_utf8()).sum();
    let was = Span { start: was.start + same as u32, end: was.end - end as u32 };
    let now = Span { start: now.start + same as u32, end: now.end - end as u32 };
    (widen(before, was), widen(after, now))
}

/// `at` and the rest of the words at its ends. A word of more than [`LONGEST`] bytes is no word.
fn widen(text: &str, at: Span) -> Span {
    let (start, end) = (at.start as usize, at.end as usize);
    let inner = &text[start..end];
    // an insertion or deletion between two words touches none of them
    let joins = |c: Option<char>| c.is_some_and(in_word);
    let touches_left = joins(inner.chars().next()) || inner.is_empty() && joins(text[end..].chars().next());
    let touches_right = joins(inner.chars().next_back()) || inner.is_empty() && joins(text[..start].chars().next_back());
    let left: usize = if touches_left { run(text[..start].chars().rev()) } else { 0 };
    let right: usize = if touches_right { run(text[end..].chars()) } else { 0 };
    Span::new(start - left, end + right)
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
        let (was, now) = whole_words(before, after, was.into(), now.into());
        (was.of(before), now.of(after))
    }

    #[test]
    fn letters_go_by_the_word_and_ideographs_by_one() {
        assert_eq!(shown("un cafÃ© noir", "un café noir", 6..10, 6..8), ("cafÃ©", "café"));
        assert_eq!(shown("春天的瘋", "春天的风", 9..12, 9..12), ("瘋", "风"));
        assert_eq!(shown("春(chūn)天", "春天", 3..10, 3..3), ("(chūn)", ""));
        assert_eq!(shown("a  b", "a b", 1..3, 1..2), (" ", ""));
    }

    #[test]
    fn what_both_sides_have_is_not_shown() {
        assert_eq!(shown("他說：好", "他说：好", 0..12, 0..12), ("說", "说"));
    }
}
