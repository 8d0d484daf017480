//! What the model knows of a single character: its kind, number, and flags. Sequences are judged in `han` and `letters`.

use super::table::Cut;

/// Kinds of characters; the numbers are those of scripts/train-model.py. `LETTER` + n is a letter of letter family n.
pub(super) mod kind {
    pub const UNASSIGNED: u8 = 0;
    pub const CONTROL: u8 = 1;
    pub const DAMAGE: u8 = 2;
    pub const PRIVATE: u8 = 3;
    pub const NEUTRAL: u8 = 4;
    // 5: symbols, and whatever else has no arm of its own
    pub const IGNORABLE: u8 = 6;
    pub const RARE_HAN: u8 = 7;
    pub const COMMON: u8 = 8;
    pub const HAN: u8 = 9;
    pub const LETTER: u8 = 10;
}

/// Flags of a character.
pub(super) mod flag {
    pub const UPPER: u8 = 1;
    pub const FREQUENT: u8 = 2;
    pub const KNOWN: u8 = 4;
    /// Half-width katakana.
    pub const ODD: u8 = 8;
    /// Full-width letters and digits.
    pub const WIDE: u8 = 16;
}

/// One character.
#[derive(Clone, Copy, Debug)]
pub(super) struct Char {
    pub kind: u8,
    pub flags: u8,
    /// Token of the Han model, symbol of a letter family, or number of a common character.
    pub value: u16,
}

/// A character of alphabetic text that is no letter: blank, digit, punctuation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Common {
    /// 0 = space, 1 = anything else: the symbol it is for the letter models.
    pub class: u8,
    /// Which of its class it is, in 1/16 nats.
    pub cost: u8,
    /// Its token in the Han model.
    pub token: u16,
}

/// All characters. The basic plane is one look-up; the rest a binary search in a few hundred ranges.
#[derive(Debug)]
pub(super) struct Chars {
    basic: Vec<Char>,
    /// (first code point, kind), ascending, from U+10000.
    ranges: Vec<(u32, u8)>,
    commons: Vec<Common>,
    /// Number of tokens, first kana, first Hangul, first Han.
    pub tokens: [u16; 4],
    /// Cost of lower and upper case after: no letter, a lower one, an upper one, more upper ones.
    pub case: [[u8; 2]; 4],
}

impl Chars {
    pub fn read(mut from: Cut<'static>) -> Chars {
        let (ranges, chars, commons) = (from.number(), from.number(), from.number());
        let tokens = [from.number() as u16, from.number() as u16, from.number() as u16, from.number() as u16];
        let ranges: Vec<(u32, u8)> = (0..ranges)
            .map(|_| {
                let n = from.number() as u32;
                (n >> 8, n as u8)
            })
            .collect();
        let mut basic = vec![Char { kind: kind::UNASSIGNED, flags: 0, value: 0 }; 0x1_0000];
        for (i, &(first, kind)) in ranges.iter().enumerate().take_while(|(_, r)| r.0 < 0x1_0000) {
            let end = ranges.get(i + 1).map_or(0x1_0000, |r| r.0.min(0x1_0000));
            basic[first as usize..end as usize].fill(Char { kind, flags: 0, value: 0 });
        }
        let (codes, kinds) = (from.bytes(chars * 4), from.bytes(chars * 2));
        for (c, k) in codes.chunks_exact(4).zip(kinds.chunks_exact(2)) {
            let (code, value) = (u16::from_le_bytes([c[0], c[1]]), u16::from_le_bytes([c[2], c[3]]));
            basic[code as usize] = Char { kind: k[0], flags: k[1], value };
        }
        let commons = from
            .bytes(commons * 4)
            .chunks_exact(4)
            .map(|c| Common { class: c[0], cost: c[1], token: u16::from_le_bytes([c[2], c[3]]) })
            .collect();
        let case = from.bytes(8);
        let case = std::array::from_fn(|i| [case[2 * i], case[2 * i + 1]]);
        let last = ranges.partition_point(|r| r.0 < 0x1_0000).saturating_sub(1);
        Chars { basic, ranges: ranges[last..].to_vec(), commons, tokens, case }
    }

    #[inline]
    pub fn get(&self, c: char) -> Char {
        match self.basic.get(c as usize) {
            Some(&known) => known,
            None => {
                let at = self.ranges.partition_point(|r| r.0 <= c as u32);
                Char { kind: self.ranges[at - 1].1, flags: 0, value: 0 }
            }
        }
    }

    #[inline]
    pub fn common(&self, value: u16) -> Common {
        self.commons[value as usize]
    }
}
