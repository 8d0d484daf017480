//! What one scan over a line tells: length in words and ideographs, marks, class of its words. What follows from it is decided in
//! `segment` and `mod`.

use super::words::{self, Class, Hit};
use crate::byline::{dates, names};

/// A line of a page with its numbers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'t> {
    pub(super) text: &'t str,
    /// Length: an ideograph, a kana, a Hangul syllable counts one, a run of other letters or digits one.
    pub(super) units: u32,
    /// Marks that end a sentence.
    pub(super) sentences: u32,
    /// True when one of them is a full stop, not `!` or `?` alone.
    pub(super) stop: bool,
    /// Commas and their like.
    pub(super) commas: u32,
    /// Ends with a mark that can end a paragraph.
    pub(super) ends: bool,
    /// Ends in dots: a teaser that was cut.
    pub(super) cut: bool,
    /// Holds a date and is short enough for a byline.
    pub(super) dated: bool,
    /// Nothing but numbers, times and signs.
    pub(super) number: bool,
    /// What its words say.
    pub(super) hit: Option<Hit>,
}

impl<'t> Line<'t> {
    pub(super) fn read(text: &'t str) -> Line<'t> {
        let mut line = Line {
            text,
            units: 0,
            sentences: 0,
            stop: false,
            commas: 0,
            ends: false,
            cut: false,
            dated: false,
            number: true,
            hit: words::classify(text),
        };
        let mut word = false;
        let mut digits = false;
        let mut before = ' ';
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            if is_wide(c) {
                line.units += 1;
                word = false;
                line.number = line.number
                    && matches!(
                        c,
                        '年' | '月'
                            | '日'
                            | '时'
                            | '時'
                            | '分'
                            | '秒'
                            | '前'
                            | '天'
                            | '小'
                            | '钟'
                            | '鐘'
                            | '刚'
                            | '昨'
                            | '今'
                            | '万'
                            | '次'
                            | '条'
                            | '楼'
                    );
            } else if !is_mark(c) && c.is_alphanumeric() {
                line.units += u32::from(!word);
                word = true;
                digits |= c.is_ascii_digit();
                line.number &= c.is_ascii_digit();
            } else {
                // An apostrophe or hyphen inside a word does not end it.
                word &= matches!(c, '\'' | '’' | '-');
                match c {
                    '。' | '｡' | '।' | '።' | '۔' | '။' | '។' => {
                        line.sentences += 1;
                        line.stop = true;
                    }
                    '！' | '？' | '!' | '?' | '؟' => line.sentences += 1,
                    '.' if before.is_alphabetic() && chars.peek().is_none_or(|n| n.is_whitespace() || matches!(n, '"' | '”' | ')')) => {
                        line.sentences += 1;
                        line.stop = true;
                    }
                    '，' | '、' | '；' | '：' | ',' | ';' | '､' | '،' => line.commas += 1,
                    _ => {}
                }
            }
            before = c;
        }
        line.ends = text
            .ends_with(['。', '！', '？', '!', '?', '”', '」', '』', '…', '；', ';', '：', ':', ')', '）', '】', '।', '።', '۔', '؟'])
            || (text.ends_with(['.', '"']) && line.sentences > 0);
        line.cut = text.ends_with("...") || text.ends_with('…');
        line.dated = digits && text.len() < 220 && line.sentences == 0 && dates::find(text).is_some();
        line
    }

    pub(super) fn class(&self) -> Option<Class> {
        self.hit.map(|h| h.class)
    }
}

/// Punctuation of Chinese text, told before the tables of letters are asked.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{3000}'..='\u{3004}' | '\u{3008}'..='\u{3020}' | '\u{ff01}'..='\u{ff0f}' | '\u{ff1a}'..='\u{ff20}' | '\u{2010}'..='\u{2027}')
}

/// Characters of scripts without blanks between words, where one character is about a word.
fn is_wide(c: char) -> bool {
    names::is_han(c)
        || matches!(c, '\u{3040}'..='\u{30ff}' | '\u{ac00}'..='\u{d7a3}' | '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_no_letters() {
        for c in ('\0'..='\u{ffff}').filter(|c| is_mark(*c)) {
            assert!(!c.is_alphanumeric(), "U+{:04X}", c as u32);
        }
    }

    #[test]
    fn numbers_of_a_line() {
        let l = Line::read("山路湿了，他没有走。3.5 公里");
        assert_eq!((l.sentences, l.commas, l.stop, l.ends), (1, 1, true, false));
        let l = Line::read("It rained, so he didn't go.");
        assert_eq!((l.units, l.sentences, l.commas, l.ends), (6, 1, 1, true));
        assert!(Line::read("05-11 2271").number && !Line::read("5 公里").number);
        assert!(Line::read("2024-05-09 22:27 山河网").dated);
        assert!(!Line::read("第 3 页").dated);
    }
}
