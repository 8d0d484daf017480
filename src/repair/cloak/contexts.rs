//! What a lost character is by the characters around it: the weights of a choice, fitted to right choices all at once where
//! `neighbours` and `words` count. Prices a guess; which guesses there are is decided in `lost`.

use std::sync::OnceLock;

use super::neighbours::token;
use super::price::NAT;

/// Made by scripts/train-contexts.py; sources and settings are in cloak-contexts.md beside it.
const FILE: &[u8] = include_bytes!("../../data/cloak-contexts.bin");

/// Bits of a hash that choose a bucket; the next 16 are kept in the file.
const BUCKETS: u32 = 16;
/// A unit of the file in 1/16 nat.
const UNIT: i32 = NAT / 16;
/// The weight, by itself, of a character that was too rare to be a choice.
const RARE: i32 = -64;
/// Kinds of contexts, as the trainer numbers them.
const KINDS: usize = 14;

/// The table of weights.
#[derive(Debug)]
pub struct Contexts {
    /// Where each bucket begins.
    starts: Vec<u32>,
    /// Two bytes of each hash, and what stands for it.
    prints: &'static [u8],
    values: &'static [u8],
}

impl Contexts {
    /// The built-in table; opened at first use, some 100 microseconds.
    pub fn shared() -> &'static Contexts {
        static SHARED: OnceLock<Contexts> = OnceLock::new();
        SHARED.get_or_init(|| Contexts::read(FILE).unwrap_or(Contexts { starts: Vec::new(), prints: &[], values: &[] }))
    }

    fn read(file: &'static [u8]) -> Option<Contexts> {
        let (head, rest) = file.split_at_checked(8)?;
        let count = u32::from_le_bytes(head.strip_prefix(b"JWC1")?.try_into().ok()?) as usize;
        let (sizes, rest) = rest.split_at_checked(1 << BUCKETS)?;
        let (prints, values) = rest.split_at_checked(count * 2)?;
        let mut starts = vec![0u32];
        starts.extend(sizes.iter().scan(0u32, |sum, n| {
            *sum += u32::from(*n);
            Some(*sum)
        }));
        (values.len() == count && starts.last() == Some(&(count as u32))).then_some(Contexts { starts, prints, values })
    }

    /// The place behind the characters `left`, the nearest first, and before `right`, as far as that is known.
    pub fn at(&self, left: [char; 3], right: [Right; 3]) -> Around<'_> {
        let [l1, l2, l3] = left.map(|c| Some(token(c)));
        let [r1, r2, r3] = right.map(Right::token);
        // The last is the kind of what stands behind the next.
        let sort = r2.map(kind);
        let all: [&[Option<u64>]; KINDS] = [
            &[],
            &[l1],
            &[l2, l1],
            &[l3, l2, l1],
            &[r1],
            &[r1, r2],
            &[r1, r2, r3],
            &[l1, r1],
            &[l2, l1, r1],
            &[l1, r1, r2],
            &[l2],
            &[r2],
            &[r1, sort],
            &[l2, l1, r1, r2],
        ];
        let mut keys = [None; KINDS];
        for (nth, (key, tokens)) in keys.iter_mut().zip(all).enumerate() {
            *key = tokens.iter().try_fold(nth as u64, |v, t| {
                let v = v.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add((*t)?).wrapping_add(0x632B_E59B_D9B4_E019);
                Some(v ^ v >> 29)
            });
        }
        Around { table: self, keys }
    }

    /// The weight of a hash, if the file has it.
    fn get(&self, h: u64) -> Option<i32> {
        let bucket = (h >> (64 - BUCKETS)) as usize;
        let print = (h >> (48 - BUCKETS)) as u16;
        let (Some(&from), Some(&to)) = (self.starts.get(bucket), self.starts.get(bucket + 1)) else { return None };
        let (from, to) = (from as usize, to as usize);
        let at = self.prints.as_chunks::<2>().0[from..to].iter().position(|p| u16::from_le_bytes(*p) == print)?;
        Some(i32::from(self.values[from + at] as i8))
    }
}

/// What stands to the right of a lost character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// This character.
    Seen(char),
    /// One that was lost, too.
    Lost,
    /// Nobody knows.
    Unknown,
}

impl Right {
    fn token(self) -> Option<u64> {
        match self {
            Right::Seen(c) => Some(token(c)),
            Right::Lost => Some(LOST),
            Right::Unknown => None,
        }
    }
}

/// What the trainer counts a lost character as.
const LOST: u64 = 1;

/// The kind of a token, as the trainer numbers them.
fn kind(token: u64) -> u64 {
    match token {
        0x3400..0xA000 => 0,
        0x41 => 1,
        0x30 => 2,
        LOST => 5,
        0x0A => 6,
        _ => 4,
    }
}

/// A place between known characters.
#[derive(Debug)]
pub struct Around<'c> {
    table: &'c Contexts,
    keys: [Option<u64>; KINDS],
}

impl Around<'_> {
    /// What `c` costs there against other choices for the same byte, in 1/16 nat; less than nothing when much speaks for it.
    pub fn price(&self, c: char) -> i32 {
        let x = token(c).wrapping_mul(0xD6E8_FEB8_6659_FD93);
        let weight = |key: u64| {
            let h = (key ^ x).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            self.table.get((h ^ h >> 31).wrapping_mul(0x94D0_49BB_1331_11EB))
        };
        let mut keys = self.keys.iter().flatten().map(|key| weight(*key));
        let alone = keys.next().flatten().unwrap_or(RARE);
        -(alone + keys.flatten().sum::<i32>()) * UNIT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_read_whole() {
        assert!(Contexts::read(FILE).is_some_and(|n| n.values.len() > 100_000));
        assert!(Contexts::read(&FILE[..FILE.len() - 1]).is_none());
        assert!(Contexts::read(&FILE[..100]).is_none());
    }

    #[test]
    fn words_are_cheap_and_chance_is_dear() {
        let place = Contexts::shared().at(['學', '的', '們'], [Right::Seen('，'), Right::Unknown, Right::Unknown]);
        assert!(place.price('校') + 2 * NAT < place.price('海'));
    }

    #[test]
    fn both_scripts_and_widths_are_one() {
        let of = |left, right| Contexts::shared().at(left, [Right::Seen(right), Right::Unknown, Right::Lost]).price('校');
        assert_eq!(of(['学', '大', '的'], '，'), of(['學', '大', '的'], ','));
    }
}
