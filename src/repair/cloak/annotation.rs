//! Finds readings in parentheses, `字(py)`, and torn ones, `?py)`, in a text. What they prove is decided in `gate`.

use super::readings;

/// Longest reading in characters: `zhuāng` has six; a blank may follow.
const LONGEST: usize = 8;

/// A reading that ends in a parenthesis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading<'t> {
    /// As it stands, blanks around it included.
    pub raw: &'t str,
    /// Bytes from the beginning of `raw` to the end of the parenthesis.
    pub len: usize,
}

impl<'t> Reading<'t> {
    /// The syllable without blanks.
    pub fn syllable(&self) -> &'t str {
        self.raw.trim_matches(' ')
    }
}

/// Reads `py)` at the beginning of `rest`: one syllable, a blank at either end allowed.
pub fn torn(rest: &str) -> Option<Reading<'_>> {
    let (mut letters, mut blank) = (0, false);
    for (nth, (at, c)) in rest.char_indices().enumerate() {
        match c {
            ')' if letters > 0 => return Some(Reading { raw: &rest[..at], len: at + 1 }),
            ' ' if nth == 0 => {}
            ' ' if letters > 0 && !blank => blank = true,
            c if !blank && letters < LONGEST && readings::is_letter(c) => letters += 1,
            _ => return None,
        }
    }
    None
}

/// Reads `(py)` at the beginning of `rest`. [`Reading::len`] counts from behind the opening parenthesis.
pub fn whole(rest: &str) -> Option<Reading<'_>> {
    torn(rest.strip_prefix('(')?)
}

/// A place that may be the work of a cloak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place<'t> {
    /// `字(py)`: byte offset of the opening parenthesis.
    Whole(usize, Reading<'t>),
    /// `?py)` or U+FFFD and `(py)`, directly behind a character that is not ASCII or an end of a reading: byte offset of the
    /// question mark or of U+FFFD.
    Torn(usize, Reading<'t>),
    /// `?` between a character that is not ASCII and punctuation a marker can stand before: its byte offset.
    Mark(usize),
}

/// All places of a text, from left to right. Touches only the text around `(` and `?`.
pub fn places(text: &str) -> impl Iterator<Item = Place<'_>> {
    let bytes = text.as_bytes();
    memchr::memchr2_iter(b'(', b'?', bytes).filter_map(move |at| {
        if bytes[at] == b'?' && is_mark(bytes, at) {
            return Some(Place::Mark(at));
        }
        // A letter, the lead byte of a letter with a mark, or a blank must follow.
        if !matches!(bytes.get(at + 1), Some(b'a'..=b'z' | 0xC3..=0xC9 | b' ')) {
            return None;
        }
        let before = *bytes.get(at.checked_sub(1)?)?;
        let reading = torn(text.get(at + 1..)?)?;
        if bytes[at] == b'?' {
            return Some(Place::Torn(at, reading));
        }
        if text[..at].ends_with('\u{FFFD}') {
            return Some(Place::Torn(at - 3, reading));
        }
        (before >= 0x80 || before.is_ascii_alphabetic() || before == b'@').then_some(Place::Whole(at, reading))
    })
}

/// Stands the question mark at `at` where a marker may have been swallowed?
fn is_mark(bytes: &[u8], at: usize) -> bool {
    let behind = &bytes[at + 1..];
    let punctuation = match behind.first() {
        // Not another question mark: text that lost its characters is full of those.
        Some(b'!' | b',' | b';') => true,
        Some(0xE3) => behind.starts_with("、".as_bytes()) || behind.starts_with("。".as_bytes()),
        Some(0xEF) => ["！", "，", "；", "？"].iter().any(|p| behind.starts_with(p.as_bytes())),
        _ => false,
    };
    punctuation && at > 0 && bytes[at - 1] >= 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings_are_one_syllable() {
        assert_eq!(torn("shù)得"), Some(Reading { raw: "shù", len: 5 }));
        assert_eq!(torn("huì )"), Some(Reading { raw: "huì ", len: 6 }));
        assert_eq!(torn("gān gà)"), None);
        assert_eq!(torn("PhD)"), None);
        assert_eq!(torn(")"), None);
        assert_eq!(torn("shù"), None);
        assert_eq!(torn("abcdefghi)"), None);
    }

    #[test]
    fn marks_stand_between_han_and_punctuation() {
        assert_eq!(places("好?!a?,好?。b?!").collect::<Vec<_>>(), [Place::Mark(3), Place::Mark(11)]);
    }

    #[test]
    fn places_are_whole_or_torn() {
        let found: Vec<_> = places("數(shù)好?shù)蒙 a(b) \u{FFFD}(lǐ)(x)").collect();
        assert_eq!(
            found,
            [
                Place::Whole(3, Reading { raw: "shù", len: 5 }),
                Place::Torn(12, Reading { raw: "shù", len: 5 }),
                Place::Whole(23, Reading { raw: "b", len: 2 }),
                Place::Torn(27, Reading { raw: "lǐ", len: 4 }),
            ]
        );
    }
}
