//! Numbers of one block's text: length, punctuation, end mark, in every script. One pass over its bytes; no tree.

/// What a block's text looks like.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Measure {
    /// Length in units: a character is one, an ideograph, kana or Hangul syllable two. A Chinese sentence says in half the characters what an
    /// English one says, so that thresholds in units hold for both.
    pub(super) units: f32,
    /// Sentence punctuation: stops, commas, and their ideographic forms.
    pub(super) marks: f32,
    /// The last character ends a sentence.
    pub(super) ends: bool,
    /// Digits.
    pub(super) digits: f32,
    /// Signs that part titles and menus: `|`, `>`, `»`, `/`, `·`, `_`.
    pub(super) parts: f32,
    /// `©`, `®`, `@`.
    pub(super) signs: f32,
    /// Words: runs between blanks; ideographs count as half a word.
    pub(super) words: f32,
    /// Words that begin with a capital.
    pub(super) capitals: f32,
    /// Ideographs and kana.
    pub(super) wide: f32,
}

/// Measures a text.
pub(super) fn measure(text: &str) -> Measure {
    let bytes = text.as_bytes();
    let mut m = Measure::default();
    let (mut units, mut marks, mut digits, mut parts, mut signs, mut words, mut capitals, mut wide) =
        (0u32, 0u32, 0u32, 0u32, 0u32, 0u32, 0u32, 0u32);
    let mut at_word = true;
    let mut i = 0;
    while i < bytes.len() {
        let b = bytes[i];
        match b {
            b' ' | b'\n' | b'\t' => {
                at_word = true;
                units += 1;
                i += 1;
                continue;
            }
            0..0x80 => {
                units += 1;
                match b {
                    // a dot or comma inside a number or an address is no punctuation
                    b'.' | b',' | b';' | b':' | b'!' | b'?' => {
                        marks += u32::from(bytes.get(i + 1).is_none_or(|n| !n.is_ascii_alphanumeric() && *n != b'/'));
                    }
                    b'0'..=b'9' => digits += 1,
                    b'|' | b'>' | b'/' | b'_' => parts += 1,
                    b'@' => signs += 1,
                    b'A'..=b'Z' => capitals += u32::from(at_word),
                    _ => {}
                }
                words += u32::from(at_word);
                at_word = false;
                i += 1;
            }
            0xE3..=0xE9 => {
                let three = (b, bytes.get(i + 1).copied().unwrap_or(0), bytes.get(i + 2).copied().unwrap_or(0));
                match three {
                    // 、 。
                    (0xE3, 0x80, 0x81 | 0x82) => marks += 1,
                    // 「 」 『 』
                    (0xE3, 0x80, 0x8C..=0x8F) | (0xE3, 0x80, 0x80) => {}
                    _ => wide += 1,
                }
                units += 2;
                at_word = true;
                i += 3;
            }
            0xEF => {
                // ！ ， ： ； ？
                if bytes.get(i + 1) == Some(&0xBC) && matches!(bytes.get(i + 2), Some(0x81 | 0x8C | 0x9A | 0x9B | 0x9F)) {
                    marks += 1;
                }
                units += 2;
                at_word = true;
                i += 3;
            }
            0xC0..=0xDF => {
                parts += u32::from(matches!((b, bytes.get(i + 1)), (0xC2, Some(0xBB | 0xB7 | 0xAB))));
                signs += u32::from(matches!((b, bytes.get(i + 1)), (0xC2, Some(0xA9 | 0xAE))));
                units += 1;
                words += u32::from(at_word);
                at_word = false;
                i += 2;
            }
            0xE0..=0xEE => {
                // Hangul syllables hold two or three letters
                units += if b >= 0xEA { 2 } else { 1 };
                words += u32::from(at_word);
                at_word = false;
                i += 3;
            }
            _ => {
                units += 1;
                i += 4;
            }
        }
    }
    m.units = units as f32;
    m.marks = marks as f32;
    m.digits = digits as f32;
    m.parts = parts as f32;
    m.signs = signs as f32;
    m.words = words as f32 + wide as f32 / 2.0;
    m.capitals = capitals as f32;
    m.wide = wide as f32;
    m.ends = ends_sentence(text);
    m
}

/// True when the text ends a sentence: a stop of any script, closing quotes and brackets after it allowed.
fn ends_sentence(text: &str) -> bool {
    let inner = text.trim_end_matches(['"', '\'', ')', ']', '”', '’', '»', '」', '』', '）', '】', '》']);
    match inner.chars().next_back() {
        Some('.' | '!' | '?' | '。' | '！' | '？' | '…' | '．' | '؟' | '।' | '։' | '۔') => true,
        Some(':' | '：' | ';' | '；') => true,
        // a bracket alone closes no sentence, a quotation does
        _ => inner.len() < text.len() && text.ends_with(['”', '」', '』']),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ideograph_or_syllable_is_two_units() {
        assert_eq!(measure("春天 ok").units, 7.0);
        assert_eq!(measure("é").units, 1.0);
        assert_eq!(measure("한국").units, 4.0);
    }

    #[test]
    fn punctuation_of_both_worlds() {
        assert_eq!(measure("春天，花开了。“好”、！？：；").marks, 7.0);
        assert_eq!(measure("One, two. 3.14 at 12:30, http://x.y/z").marks, 3.0);
    }

    #[test]
    fn ends_of_sentences() {
        for yes in ["a.", "好。", "“好。”", "(Yes!)", "他说：", "he said…"] {
            assert!(measure(yes).ends, "{yes}");
        }
        for no in ["Home", "首页", "a)", "", "1999"] {
            assert!(!measure(no).ends, "{no}");
        }
    }
}
