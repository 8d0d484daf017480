//! What stands beside the characters that a cloak loses: those a marker can tear, and those before punctuation. More n-grams of
//! these than the character model can afford. Prices a guess; which guesses there are is decided in `lost`.

use std::sync::OnceLock;

use super::gbk;
use super::price::NAT;
use crate::model::fold;

/// Made by scripts/train-neighbours.py; sources and settings are in cloak-neighbours.md beside it.
const FILE: &[u8] = include_bytes!("../../data/cloak-neighbours.bin");

/// Bits of a hash that choose a bucket; the next 16 are kept in the file.
const BUCKETS: u32 = 14;
/// A unit of the file in 1/16 nat.
const UNIT: i32 = NAT / 8;
/// What an n-gram that the file does not have costs beyond the shorter one.
const BACKOFF: i32 = 9 * NAT / 10;
/// What is unseen beside a character costs: at its left more than the character alone, at its right, one further.
const LEFT: i32 = 2 * NAT;
const RIGHT: i32 = 9 * NAT;
const BEYOND: i32 = 6 * NAT;
/// Punctuation that the file does not have behind a character.
const UNSEEN_MARK: i32 = 3 * NAT;

/// Kinds of n-grams, as the trainer numbers them. X is the character in question, E the same before punctuation, l and r its
/// neighbours.
#[derive(Clone, Copy)]
enum Kind {
    X,
    Lx,
    Llx,
    Xr,
    Lxr,
    Xrr,
    Rest,
    E,
    Le,
    Lle,
    Er,
}

/// The table of neighbours.
#[derive(Debug)]
pub struct Neighbours {
    /// Where each bucket begins.
    starts: Vec<u32>,
    /// Two bytes of each hash, and what stands for it.
    prints: &'static [u8],
    values: &'static [u8],
}

/// What a character costs among those that can be torn, in 1/16 nat.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Price {
    /// By itself.
    pub alone: i32,
    /// Behind the two characters before it.
    pub left: i32,
    /// What the next character costs behind it.
    pub right: i32,
    /// What the one after the next costs.
    pub beyond: i32,
}

impl Neighbours {
    /// The built-in table; opened at first use, some microseconds.
    pub fn shared() -> &'static Neighbours {
        static SHARED: OnceLock<Neighbours> = OnceLock::new();
        SHARED.get_or_init(|| Neighbours::read(FILE).unwrap_or(Neighbours { starts: Vec::new(), prints: &[], values: &[] }))
    }

    fn read(file: &'static [u8]) -> Option<Neighbours> {
        let (head, rest) = file.split_at_checked(8)?;
        let count = u32::from_le_bytes(head.strip_prefix(b"JWN1")?.try_into().ok()?) as usize;
        let (sizes, rest) = rest.split_at_checked(1 << BUCKETS)?;
        let (prints, values) = rest.split_at_checked(count * 2)?;
        let mut starts = vec![0u32];
        starts.extend(sizes.iter().scan(0u32, |sum, n| {
            *sum += u32::from(*n);
            Some(*sum)
        }));
        (values.len() == count && starts.last() == Some(&(count as u32))).then_some(Neighbours { starts, prints, values })
    }

    /// What `x` costs behind `left`, the nearest first, and before `right`, as far as that is known.
    pub fn price(&self, left: [char; 2], x: char, right: [Option<char>; 2]) -> Price {
        let [l1, l2] = left.map(token);
        let x = token(x);
        let get = |kind, tokens: &[u64]| self.get(kind, tokens);
        let alone = get(Kind::X, &[x]).unwrap_or(16 * NAT);
        let mut price = Price { alone, ..Price::default() };
        price.left =
            get(Kind::Llx, &[l2, l1, x]).or_else(|| Some(get(Kind::Lx, &[l1, x])? + BACKOFF)).unwrap_or(2 * BACKOFF + LEFT + alone);
        let [Some(r1), r2] = right.map(|r| r.map(token)) else { return price };
        let short = get(Kind::Xr, &[x, r1]);
        price.right = get(Kind::Lxr, &[l1, x, r1])
            .or_else(|| Some(short? + BACKOFF))
            .unwrap_or_else(|| BACKOFF + RIGHT + get(Kind::Rest, &[x]).unwrap_or(0));
        let Some(r2) = r2 else { return price };
        price.beyond = get(Kind::Xrr, &[x, r1, r2]).unwrap_or(BEYOND - if short.is_some() { 0 } else { NAT });
        price
    }

    /// What `x` costs behind `left`, the nearest first, and before `mark`: punctuation or the end of a line.
    pub fn price_at_end(&self, left: [char; 2], x: char, mark: char) -> Price {
        let [l1, l2] = left.map(token);
        let x = token(x);
        let alone = self.get(Kind::E, &[x]).unwrap_or(14 * NAT);
        let left = self.get(Kind::Lle, &[l2, l1, x]).or_else(|| Some(self.get(Kind::Le, &[l1, x])? + BACKOFF));
        let right = self.get(Kind::Er, &[x, token(mark)]).unwrap_or(UNSEEN_MARK);
        Price { alone, left: left.unwrap_or(2 * BACKOFF + alone), right, beyond: 0 }
    }

    /// What the file has for an n-gram, in 1/16 nat.
    fn get(&self, kind: Kind, tokens: &[u64]) -> Option<i32> {
        let key = tokens.iter().fold(0, |key, t| key << 16 | t) | (kind as u64 + 1) << 48;
        let mut h = key.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        h ^= h >> 32;
        h = h.wrapping_mul(0xD6E8_FEB8_6659_FD93);
        let bucket = (h >> (64 - BUCKETS)) as usize;
        let print = (h >> (48 - BUCKETS)) as u16;
        let (from, to) = (*self.starts.get(bucket)? as usize, *self.starts.get(bucket + 1)? as usize);
        let prints = &self.prints.as_chunks::<2>().0[from..to];
        let at = prints.iter().position(|p| u16::from_le_bytes(*p) == print)?;
        Some(i32::from(self.values[from + at]) * UNIT)
    }
}

/// A character as the trainer counts it.
pub(super) fn token(c: char) -> u64 {
    let c = match gbk::fold(c) {
        '0'..='9' => '0',
        'A'..='Z' | 'a'..='z' => 'A',
        '\u{3000}' => ' ',
        '「' | '『' => {
            if c == '「' {
                '“'
            } else {
                '‘'
            }
        }
        '」' | '』' => {
            if c == '」' {
                '”'
            } else {
                '’'
            }
        }
        c => fold::simplified(c),
    };
    if (c as u32) < 0x1_0000 { c as u64 } else { 0xFFFD }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_read() {
        assert!(Neighbours::read(FILE).is_some_and(|n| n.values.len() > 100_000));
        assert!(Neighbours::read(&FILE[..FILE.len() - 1]).is_none());
        assert!(Neighbours::read(&FILE[..100]).is_none());
    }

    #[test]
    fn words_are_cheap_and_chance_is_dear() {
        let n = Neighbours::shared();
        let [school, sea] = ['校', '海'].map(|x| n.price(['學', '在'], x, [Some('，'), None]));
        assert!(school.left + 2 * NAT < sea.left, "{school:?} {sea:?}");
        let [often, small] = ['常', '小'].map(|x| n.price(['經', '，'], x, [Some('會'), None]));
        assert!(often.left < small.left && often.right < small.right, "{often:?} {small:?}");
    }

    #[test]
    fn both_scripts_and_widths_are_one() {
        let n = Neighbours::shared();
        assert_eq!(n.price(['学', '大'], '校', [Some(','), Some('他')]), n.price(['學', '大'], '校', [Some('，'), Some('他')]));
        assert_eq!(token('７'), u64::from(b'0'));
        assert_eq!(token('😀'), 0xFFFD);
    }
}
