//! A quick look at a line before its words are searched for: false means that none of them is there, true that one may be. Which
//! words there are, and what they mean, is said in `words`.

use crate::model::fold;

/// Bits of a set, as a power of two: with some 650 words in it, one line in a hundred is searched for nothing; with 8,000 phrases, one in eight.
const BITS: u32 = 16;

/// A set of hashed numbers: never forgets one, now and then takes a stranger for a member.
pub(super) struct Bits(Vec<u64>);

impl Default for Bits {
    fn default() -> Bits {
        Bits(vec![0; 1 << (BITS - 6)])
    }
}

impl Bits {
    fn at(a: u32, b: u32, c: u32) -> (usize, u64) {
        let x = a.wrapping_mul(0x9e37_79b1) ^ b.wrapping_mul(0x85eb_ca6b) ^ c.wrapping_mul(0xc2b2_ae35);
        let hash = x.wrapping_mul(0x27d4_eb2f) >> (32 - BITS);
        ((hash >> 6) as usize, 1 << (hash & 63))
    }

    pub(super) fn add(&mut self, a: u32, b: u32, c: u32) {
        let (word, bit) = Bits::at(a, b, c);
        self.0[word] |= bit;
    }

    #[inline]
    pub(super) fn has(&self, a: u32, b: u32, c: u32) -> bool {
        let (word, bit) = Bits::at(a, b, c);
        self.0[word] & bit != 0
    }
}

/// Words in the order of their first characters.
#[derive(Default)]
struct Words(Vec<(char, Box<str>)>);

impl Words {
    fn add(&mut self, first: char, word: &str) {
        let at = self.0.partition_point(|(c, _)| *c <= first);
        self.0.insert(at, (first, word.into()));
    }

    /// Does `s`, the first character of which is `first` when simplified, begin with one of them?
    fn any_begins(&self, first: char, s: &str) -> bool {
        let from = self.0.partition_point(|(c, _)| *c < first);
        let begins = |word: &str| {
            let mut line = s.chars().map(fold::simplified);
            word.chars().all(|c| line.next() == Some(c))
        };
        self.0[from..].iter().take_while(|(c, _)| *c == first).any(|(_, w)| begins(w))
    }
}

/// What the words of the table begin and end with. All looks take a traditional character for its simplified one.
#[derive(Default)]
pub(super) struct Sieve {
    /// First character and length in bytes of words that are all of a line.
    whole: Bits,
    /// First two characters of words that begin a line.
    begin: Bits,
    /// The words themselves; asked when these agree.
    begin_words: Words,
    /// Words of one character among them.
    begin_one: Vec<char>,
    /// Last two characters of words that end a line.
    end: Bits,
    /// First two, and first three, characters of words inside a line.
    two: Bits,
    three: Bits,
    /// Words inside a line that have but two.
    short: Vec<(u32, u32)>,
    /// The words inside a line themselves.
    within_words: Words,
    /// First and second characters of words inside a line.
    firsts: Vec<u32>,
    seconds: Vec<u32>,
}

impl Sieve {
    pub(super) fn whole(&mut self, word: &str) {
        self.whole.add(first(word), word.len() as u32, 0);
    }

    pub(super) fn begin(&mut self, word: &str) {
        let mut c = word.chars();
        match (c.next(), c.next()) {
            (Some(a), Some(b)) => {
                self.begin.add(a as u32, b as u32, 0);
                self.begin_words.add(a, word);
            }
            (one, _) => self.begin_one.extend(one),
        }
    }

    /// # Panics
    /// When the word has fewer than two characters: the table is part of the crate.
    pub(super) fn end(&mut self, word: &str) {
        let mut c = word.chars().rev();
        match (c.next(), c.next()) {
            (Some(b), Some(a)) => self.end.add(a as u32, b as u32, 0),
            _ => panic!("boilerplate_words.tsv: a word at the end of a line has two characters or more: {word}"),
        }
    }

    /// # Panics
    /// When the word has fewer than two characters: the table is part of the crate.
    pub(super) fn within(&mut self, word: &str) {
        self.firsts.extend(word.chars().take(1).map(|c| c as u32));
        self.seconds.extend(word.chars().skip(1).take(1).map(|c| c as u32));
        if let Some(a) = word.chars().next() {
            self.within_words.add(a, word);
        }
        let mut chars = word.chars().map(|c| c as u32);
        match (chars.next(), chars.next(), chars.next()) {
            (Some(a), Some(b), Some(c)) => {
                self.two.add(a, b, 0);
                self.three.add(a, b, c);
            }
            (Some(a), Some(b), None) => {
                self.two.add(a, b, 0);
                self.short.push((a, b));
            }
            _ => panic!("boilerplate_words.tsv: a word inside a line has two characters or more: {word}"),
        }
    }

    /// May `s` be one of the words that are all of a line?
    pub(super) fn may_be_whole(&self, s: &str) -> bool {
        !s.is_empty() && self.whole.has(first(s), s.len() as u32, 0)
    }

    /// May a word that begins a line stand at the beginning of `s`?
    pub(super) fn may_begin(&self, s: &str) -> bool {
        let mut c = s.chars().map(fold::simplified);
        let Some(a) = c.next() else { return false };
        if self.begin_one.contains(&a) {
            return true;
        }
        c.next().is_some_and(|b| self.begin.has(a as u32, b as u32, 0)) && self.begin_words.any_begins(a, s)
    }

    /// May a word that ends a line stand at the end of `s`?
    pub(super) fn may_end(&self, s: &str) -> bool {
        let mut c = s.chars().rev().map(fold::simplified);
        let (b, a) = (c.next(), c.next());
        b.zip(a).is_some_and(|(b, a)| self.end.has(a as u32, b as u32, 0))
    }

    /// Words that stand anywhere and may stand in a line of letters without Han: of ASCII alone.
    ///
    /// # Panics
    /// When one is of another script before U+3000: the table is part of the crate, and lines of such scripts are not searched.
    pub(super) fn in_ascii(&self) -> impl Iterator<Item = &str> {
        let is_west = |word: &&str| word.chars().all(|c| c < '\u{3000}');
        let words = self.within_words.0.iter().map(|(_, word)| &**word).filter(is_west);
        words.inspect(|w| assert!(w.is_ascii(), "boilerplate_words.tsv: {w} is of another script"))
    }

    /// First characters of words that stand anywhere, simplified.
    pub(super) fn firsts(&self) -> &[u32] {
        &self.firsts
    }

    /// Second characters of such words.
    pub(super) fn seconds(&self) -> &[u32] {
        &self.seconds
    }

    /// Where a word that stands anywhere begins in `s`, if it is one whose second character is at byte `second`.
    pub(super) fn word_at(&self, s: &str, second: usize) -> Option<usize> {
        let a = s[..second].chars().next_back()?;
        let mut rest = s[second..].chars().map(|c| fold::simplified(c) as u32);
        let pair = (fold::simplified(a) as u32, rest.next()?);
        let mut third = || rest.next().is_some_and(|c| self.three.has(pair.0, pair.1, c));
        let may = self.two.has(pair.0, pair.1, 0) && (self.short.contains(&pair) || third());
        let at = second - a.len_utf8();
        (may && self.within_words.any_begins(fold::simplified(a), &s[at..])).then_some(at)
    }
}

fn first(s: &str) -> u32 {
    s.chars().next().map_or(0, |c| c as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_never_missed() {
        let mut sieve = Sieve::default();
        for word in ["跟贴", "转载请注明", "联系我们 |"] {
            sieve.within(word);
        }
        for (line, second) in [("他说跟贴", 9), ("跟贴很多", 3), ("未经许可的，轉載請注明", 21), ("看联系我们 |", 6)]
        {
            assert_eq!(sieve.word_at(line, second), Some(second - 3), "{line}");
        }
        for line in ["转载", "山里的路", "转载了", "转载请注"] {
            assert_eq!(sieve.word_at(line, 3), None, "{line}");
        }
    }

    #[test]
    fn ends_of_a_line_count_only_there() {
        let mut sieve = Sieve::default();
        sieve.begin("©");
        sieve.begin("相关阅读");
        sieve.end("的评论");
        sieve.whole("首页");
        assert!(sieve.may_begin("©2024") && sieve.may_begin("相關閱讀：") && !sieve.may_begin("看©") && !sieve.may_begin(""));
        assert!(sieve.may_end("他的評論") && !sieve.may_end("评论的") && !sieve.may_end("论"));
        assert!(sieve.may_be_whole("首页") && !sieve.may_be_whole("首页的") && !sieve.may_be_whole(""));
    }
}
