//! One pass over a line by a table of characters: how many words and marks it has, and what of it may matter. What follows from it
//! is decided in `features` and `words`.

use super::letters;
use super::sieve::Sieve;
use crate::byline::names;
use crate::bytes::is_letter;
use crate::model::fold;

/// What a character does to the line it stands in. The low bits are what happens, the others are gathered over the line.
mod says {
    /// Parts words and does nothing else.
    pub const NOTHING: u16 = 0;
    /// A word by itself.
    pub const WIDE: u16 = 1;
    /// Letter or digit of a word.
    pub const LETTER: u16 = 2;
    /// Inside a word it does not end it.
    pub const JOINER: u16 = 3;
    /// Ends a sentence.
    pub const STOP: u16 = 4;
    /// Ends an exclamation or question.
    pub const CRY: u16 = 5;
    /// `.`: depends on its neighbours.
    pub const DOT: u16 = 6;
    /// A comma or its like.
    pub const COMMA: u16 = 7;
    pub const WHAT: u16 = 7;

    /// Ends a sentence, or may.
    pub const MARK: u16 = 1 << 9;
    /// ASCII digit.
    pub const DIGIT: u16 = 1 << 3;
    /// No part of a number, a time or a date.
    pub const NO_NUMBER: u16 = 1 << 4;
    /// Occurs in traditional text only.
    pub const TRADITIONAL: u16 = 1 << 5;
    /// Stands between the words of a menu.
    pub const SEPARATOR: u16 = 1 << 6;
    /// First, and second, character of a word that is looked for inside lines.
    pub const FIRST: u16 = 1 << 7;
    pub const SECOND: u16 = 1 << 8;
    /// From the bit of the first to that of the second.
    pub const BEHIND: u16 = 1;
}

/// What one pass tells of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Glance {
    /// See [`super::features::Line`].
    pub(super) units: u32,
    pub(super) sentences: u32,
    pub(super) stop: bool,
    pub(super) commas: u32,
    /// Byte at which the first two characters of a word of furniture stand, if any does.
    pub(super) word: Option<usize>,
    /// What the characters say, all together.
    seen: u16,
}

impl Glance {
    /// Whether ASCII digits are in it.
    pub(super) fn has_digits(&self) -> bool {
        self.seen & says::DIGIT != 0
    }

    /// Whether it consists of numbers, times and signs.
    pub(super) fn is_number(&self) -> bool {
        self.seen & says::NO_NUMBER == 0
    }

    /// Whether it has a character of traditional text only.
    pub(super) fn is_traditional(&self) -> bool {
        self.seen & says::TRADITIONAL != 0
    }

    /// Whether it has a blank or a sign that parts the words of a menu.
    pub(super) fn has_separators(&self) -> bool {
        self.seen & says::SEPARATOR != 0
    }
}

/// What each character of the basic plane does.
pub(super) struct Table {
    all: Box<[u16]>,
    /// How the words begin that are looked for inside lines of letters, lower case.
    words: Vec<[u8; 4]>,
}

impl Table {
    pub(super) fn new(sieve: &Sieve) -> Table {
        let mut table: Box<[u16]> = (0..0x1_0000u32).map(|c| char::from_u32(c).map_or(says::NOTHING, of)).collect();
        for (chars, flag) in [(sieve.firsts(), says::FIRST), (sieve.seconds(), says::SECOND)] {
            for &c in chars {
                table[c as usize] |= flag;
            }
        }
        // A word stands in either script.
        for code in 0x3400..0xa000u32 {
            let Some(c) = char::from_u32(code).filter(|c| fold::is_traditional_only(*c)) else { continue };
            let same = table[fold::simplified(c) as usize] & (says::FIRST | says::SECOND);
            table[code as usize] |= says::TRADITIONAL | same;
        }
        let first = |w: &str| w.as_bytes().first_chunk().map(|b: &[u8; 4]| b.map(|b| b.to_ascii_lowercase()));
        let mut words: Vec<[u8; 4]> =
            sieve.in_ascii().map(|w| first(w).unwrap_or_else(|| panic!("boilerplate_words.tsv: {w} is too short"))).collect();
        words.sort_unstable();
        words.dedup();
        Table { all: table, words }
    }

    /// Looks at a line.
    pub(super) fn glance(&self, text: &str, sieve: &Sieve) -> Glance {
        letters::glance(text, &self.words).unwrap_or_else(|| self.walked(text, sieve))
    }

    /// Looks at a line character by character.
    fn walked(&self, text: &str, sieve: &Sieve) -> Glance {
        let bytes = text.as_bytes();
        let mut line = Glance::default();
        let (mut word, mut before) = (false, 0);
        let mut at = 0;
        while let Some(&first) = bytes.get(at) {
            let (says, length) = match first {
                0..0x80 => (self.all[usize::from(first)], 1),
                0x80..0xe0 => (self.all[usize::from(first & 0x1f) << 6 | usize::from(bytes[at + 1] & 0x3f)], 2),
                0xe0..0xf0 => {
                    let code = usize::from(first & 0x0f) << 12 | usize::from(bytes[at + 1] & 0x3f) << 6 | usize::from(bytes[at + 2] & 0x3f);
                    (self.all[code], 3)
                }
                _ => (text[at..].chars().next().map_or(says::NOTHING, of), 4),
            };
            line.seen |= says;
            let what = says & says::WHAT;
            // without a branch: where words begin and end cannot be foreseen
            let letter = what == says::LETTER;
            line.units += u32::from(what == says::WIDE) + u32::from(letter & !word);
            line.commas += u32::from(what == says::COMMA);
            word = letter | (what == says::JOINER) & word;
            if says & says::MARK != 0 && (what != says::DOT || is_stop(text, at)) {
                line.sentences += 1;
                line.stop |= what != says::CRY;
            }
            if before & says::FIRST & (says >> says::BEHIND) != 0 && line.word.is_none() {
                line.word = sieve.word_at(text, at);
            }
            before = says;
            at += length;
        }
        line
    }
}

/// Whether the `.` at byte `at` ends a sentence: behind a letter, before a blank, a closing mark or nothing.
pub(super) fn is_stop(text: &str, at: usize) -> bool {
    text[..at].chars().next_back().is_some_and(is_letter)
        && text[at + 1..].chars().next().is_none_or(|n| n.is_whitespace() || matches!(n, '"' | '”' | ')'))
}

/// What a character does, script and words of furniture aside.
fn of(c: char) -> u16 {
    let separator = c.is_whitespace() || matches!(c, '|' | '｜' | '·' | ',' | '，' | '、' | '/' | '>' | '»' | '-');
    let what = if is_wide(c) {
        let number = matches!(
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
        says::WIDE | if number { 0 } else { says::NO_NUMBER }
    } else if c.is_alphanumeric() {
        says::LETTER | if c.is_ascii_digit() { says::DIGIT } else { says::NO_NUMBER }
    } else {
        match c {
            '\'' | '’' | '-' => says::JOINER,
            '。' | '｡' | '।' | '።' | '۔' | '။' | '។' => says::STOP,
            '！' | '？' | '!' | '?' | '؟' => says::CRY,
            '.' => says::DOT,
            '，' | '、' | '；' | '：' | ',' | ';' | '､' | '،' => says::COMMA,
            _ => says::NOTHING,
        }
    };
    let mark = matches!(what & says::WHAT, says::STOP | says::CRY | says::DOT);
    what | if separator { says::SEPARATOR } else { 0 } | if mark { says::MARK } else { 0 }
}

impl Glance {
    /// What the characters of a line without Han, all together.
    pub(super) fn gather(&mut self, digits: bool, words: bool, separators: bool) {
        for (is, flag) in [(digits, says::DIGIT), (words, says::NO_NUMBER), (separators, says::SEPARATOR)] {
            self.seen |= if is { flag } else { 0 };
        }
    }
}

/// Characters of scripts without blanks between words, where one character is about a word.
pub(super) fn is_wide(c: char) -> bool {
    names::is_han(c)
        || matches!(c, '\u{3040}'..='\u{30ff}' | '\u{ac00}'..='\u{d7a3}' | '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glance(text: &str) -> Glance {
        let mut sieve = Sieve::default();
        sieve.within("转载");
        sieve.within("跟贴很多");
        Table::new(&sieve).glance(text, &sieve)
    }

    #[test]
    fn words_and_marks_are_counted() {
        let l = glance("山路湿了，他没有走。3.5 公里");
        assert_eq!((l.units, l.sentences, l.commas, l.stop), (12, 1, 1, true));
        let l = glance("It rained, so he didn't go. \u{20000}é");
        assert_eq!((l.units, l.sentences, l.commas), (8, 1, 1));
        assert_eq!(glance("v1.2 e.g.x").sentences, 0);
        assert_eq!(glance("'.' e.").sentences, 1);
    }

    #[test]
    fn letters_say_what_the_table_says() {
        let mut sieve = Sieve::default();
        sieve.within("All rights");
        sieve.within("转载");
        let table = Table::new(&sieve);
        let pieces = [
            "l’été",
            "d''un",
            "--",
            "-a-b'c",
            "don't",
            "’x’",
            "a’'b",
            "« cré\u{a0}»",
            "§ 5",
            "×",
            "3,5",
            "…",
            "“tốt”",
            "Đúng",
            "слово",
            "ё-мое",
            "한글을",
            "힣",
            "가'a",
            "a'가",
            "и.",
            "é. x",
            "5. y",
            "All",
            "rights",
            "right",
            "!?",
            ";",
            "|",
            "·",
            "\u{2009}",
            "\t",
            "-",
            "東",
            "ab",
            "c",
            "",
        ];
        let mut n = 7u32;
        let mut next = |below: usize| {
            n = n.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (n >> 8) as usize % below
        };
        let mut quick = 0;
        for _ in 0..20_000 {
            let mut line = String::new();
            for _ in 0..=next(24) {
                line.push_str(pieces[next(pieces.len())]);
                line.push_str(["", " ", " ", ", ", ". "][next(5)]);
            }
            let by_table = table.walked(&line, &sieve);
            if let Some(mut seen) = letters::glance(&line, &table.words) {
                quick += 1;
                seen.seen |= by_table.seen & !(says::DIGIT | says::NO_NUMBER | says::SEPARATOR | says::TRADITIONAL);
                assert_eq!(seen, by_table, "{line}");
            }
        }
        assert!(quick > 400, "{quick}");
    }

    #[test]
    fn words_of_furniture_are_seen_in_either_script() {
        assert_eq!(glance("不得轉載").word, Some(6));
        assert_eq!(glance("他的跟贴很多").word, Some(6));
        for other in ["转", "跟贴", "载转", "跟贴不多", ""] {
            assert_eq!(glance(other).word, None, "{other}");
        }
    }

    #[test]
    fn what_is_gathered() {
        let l = glance("05-11 2271");
        assert!(l.is_number() && l.has_digits() && l.has_separators() && !l.is_traditional());
        let l = glance("東風");
        assert!(!l.is_number() && !l.has_digits() && !l.has_separators() && l.is_traditional());
    }
}
