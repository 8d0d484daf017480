//! Words of the language and how common they are: what a character makes of those around it, in text of any kind. The runs a
//! cloaked page is known by stand in `vocabulary`, the neighbours of single characters in `neighbours`.

use std::sync::OnceLock;

use super::gate::is_han;
use super::gbk;
use super::price::NAT;
use crate::model::fold;

/// Made by scripts/train-words.py; source and settings are in cloak-words.md beside it.
const FILE: &[u8] = include_bytes!("../../data/cloak-words.bin");

/// Characters the longest word has.
const LONGEST: usize = 4;
/// A unit of the file in 1/16 nat.
const UNIT: i32 = NAT / 8;
/// What is only the beginning of a word.
const NO_WORD: u8 = 255;
/// What a character costs that the file does not have, and one that is no Han character.
const UNLISTED: i32 = 18 * NAT;
const SIGN: i32 = 4 * NAT;

/// Beginnings of words of one length, sorted below each of those one shorter.
#[derive(Debug)]
struct Level {
    /// Last character of each.
    last: &'static [[u8; 2]],
    /// Price of the word, or `NO_WORD`.
    costs: &'static [u8],
    /// Where its longer beginnings are in the next level, one more than there are here.
    next: Vec<u32>,
}

/// The table of words.
#[derive(Debug)]
pub struct Words {
    levels: Vec<Level>,
}

impl Words {
    /// The built-in table; opened at first use, some 100 microseconds.
    pub fn shared() -> &'static Words {
        static SHARED: OnceLock<Words> = OnceLock::new();
        SHARED.get_or_init(|| Words::read(FILE).unwrap_or(Words { levels: Vec::new() }))
    }

    fn read(file: &'static [u8]) -> Option<Words> {
        let (head, mut rest) = file.split_at_checked(4 + 4 * LONGEST)?;
        let sizes = head.strip_prefix(b"JWW1")?.as_chunks::<4>().0;
        let mut levels: Vec<Level> = Vec::with_capacity(LONGEST);
        let mut take = |len: usize| {
            let (taken, left) = rest.split_at_checked(len)?;
            rest = left;
            Some(taken)
        };
        for (i, size) in sizes.iter().enumerate() {
            let size = u32::from_le_bytes(*size) as usize;
            let (last, costs) = (take(size * 2)?.as_chunks::<2>().0, take(size)?);
            let counts = if i + 1 < LONGEST { take(size * 2)? } else { &[] };
            let mut next = vec![0u32];
            next.extend(counts.as_chunks::<2>().0.iter().scan(0u32, |sum, n| {
                *sum += u32::from(u16::from_le_bytes(*n));
                Some(*sum)
            }));
            if levels.last().is_some_and(|l| l.next.last() != Some(&(size as u32))) {
                return None;
            }
            levels.push(Level { last, costs, next });
        }
        rest.is_empty().then_some(Words { levels })
    }

    /// Calls `found` with the length and the price of every word at the beginning of `text`, which is folded as by [`token`].
    fn starting(&self, text: &[char], mut found: impl FnMut(usize, i32)) {
        let mut range = 0..self.levels.first().map_or(0, |l| l.last.len());
        for (i, (level, c)) in self.levels.iter().zip(text).enumerate() {
            let Ok(code) = u16::try_from(*c as u32) else { break };
            let last = &level.last[range.clone()];
            let Ok(at) = last.binary_search_by_key(&code, |l| u16::from_le_bytes(*l)) else { break };
            let at = range.start + at;
            if level.costs[at] != NO_WORD {
                found(i + 1, i32::from(level.costs[at]) * UNIT);
            }
            match level.next.get(at..at + 2) {
                Some(&[from, to]) => range = from as usize..to as usize,
                _ => break,
            }
        }
    }

    /// Price of every beginning of `text` that is taken as a word: of one character always, of more only where the table has it.
    fn prices(&self, text: &[char]) -> [Option<i32>; LONGEST] {
        let mut all = [None; LONGEST];
        match text.first() {
            Some(c) if is_han(*c) => {
                all[0] = Some(UNLISTED);
                self.starting(text, |len, price| all[len - 1] = Some(price));
            }
            Some(_) => all[0] = Some(SIGN),
            None => {}
        }
        all
    }

    /// The place between the characters `left`, the nearest first, and `right`.
    pub fn between(&self, left: [char; 3], right: [Option<char>; 3]) -> Between<'_> {
        let mut text = ['\n'; 7];
        for (to, c) in text.iter_mut().zip(left.iter().rev()) {
            *to = token(*c);
        }
        let mut len = PLACE + 1;
        for c in right.iter().map_while(|c| *c) {
            text[len] = token(c);
            len += 1;
        }
        let mut before = [i32::MAX / 4; PLACE + 1];
        before[0] = 0;
        for from in 0..PLACE {
            for (i, price) in self.prices(&text[from..PLACE]).iter().enumerate() {
                if let Some(price) = price {
                    before[from + i + 1] = before[from + i + 1].min(before[from] + price);
                }
            }
        }
        let mut behind = [0; 8];
        for from in (PLACE + 1..len).rev() {
            let prices = self.prices(&text[from..len]);
            let ends = prices.iter().enumerate().filter_map(|(i, p)| p.map(|p| behind[from + i + 1] + p));
            behind[from] = ends.min().unwrap_or(0);
        }
        Between { words: self, text, len, before, behind }
    }
}

/// Where the character in question stands.
const PLACE: usize = 3;

/// A place between known characters.
#[derive(Debug)]
pub struct Between<'w> {
    words: &'w Words,
    /// Three characters before, the one in question, up to three behind.
    text: [char; 7],
    len: usize,
    /// What the cheapest words cost that the characters before each place are cut into; those behind it.
    before: [i32; PLACE + 1],
    behind: [i32; 8],
}

impl Between<'_> {
    /// What all characters cost as words with `c` between them, in 1/16 nat, and whether `c` ends or goes on with a word that begins
    /// before it.
    pub fn price(&self, c: char) -> (i32, bool) {
        let mut text = self.text;
        text[PLACE] = token(c);
        let mut best = (i32::MAX, false);
        for from in 0..=PLACE {
            for (i, price) in self.words.prices(&text[from..self.len]).iter().enumerate().skip(PLACE - from) {
                if let Some(price) = price {
                    best = best.min((self.before[from] + price + self.behind[from + i + 1], from < PLACE));
                }
            }
        }
        best
    }
}

/// A character as the trainer counts it.
fn token(c: char) -> char {
    fold::simplified(gbk::fold(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn price(left: &str, c: char, right: &str) -> (i32, bool) {
        let mut l = left.chars().rev();
        let mut r = right.chars();
        Words::shared().between(std::array::from_fn(|_| l.next().unwrap_or('\n')), [r.next(), r.next(), r.next()]).price(c)
    }

    #[test]
    fn the_file_is_read_whole() {
        assert!(Words::read(FILE).is_some_and(|w| w.levels.iter().map(|l| l.costs.len()).sum::<usize>() > 50_000));
        assert!(Words::read(&FILE[..FILE.len() - 1]).is_none());
        assert!(Words::read(&FILE[..30]).is_none());
    }

    #[test]
    fn a_word_is_cheaper_than_its_letters() {
        for (left, right, wrong, behind) in
            [("出了問", '題', '一', "。"), ("他家有", '黑', '小', "暗的"), ("這是明", '顯', '小', "的"), ("無可奈", '何', '一', ",")]
        {
            let (good, bad) = (price(left, right, behind).0, price(left, wrong, behind).0);
            assert!(good + NAT < bad, "{left}{right}{behind}: {good} {bad}");
        }
    }

    #[test]
    fn a_character_joins_the_word_before_it_or_does_not() {
        assert!(price("他去學", '校', "，").1);
        assert!(!price("他說，", '好', "的").1);
    }

    #[test]
    fn both_scripts_and_widths_are_one() {
        assert_eq!(price("在学", '校', "，"), price("在學", '校', ","));
    }

    #[test]
    fn signs_and_unlisted_characters_have_a_price() {
        assert_eq!(price("", '\u{9FFF}', "").0, 3 * SIGN + UNLISTED);
        assert_eq!(price("a，", '😀', "b").0, 5 * SIGN);
    }
}
