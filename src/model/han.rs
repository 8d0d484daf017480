//! Chinese, Japanese and Korean as token trigrams with backoff: characters are tokens, runs of digits or Latin letters one token.
//! Which of the three tables a text is judged by is decided in the parent module.

use super::table::{Cut, Table};

/// Tokens that are no characters; `BOS` … of scripts/train-model.py.
pub(super) mod token {
    pub const START: u16 = 0;
    pub const UNKNOWN: u16 = 1;
    pub const DIGITS: u16 = 2;
    pub const LATIN: u16 = 3;
    pub const OTHER: u16 = 4;
    pub const SPACE: u16 = 5;
}

/// Stands for a price of backing off that was not looked up yet.
pub(super) const UNSURE: u8 = 255;

/// Tokens looked up side by side.
pub(super) const PIECE: usize = 32;

/// In place of a slot: none.
const NO_SLOT: usize = usize::MAX;

/// Marks a token that never occurs in a table's language.
const ABSENT: u8 = 255;

/// The n-grams of one language.
#[derive(Debug)]
pub(super) struct Ngrams {
    /// By token: cost alone, price of backing off to it.
    one: &'static [u8],
    back: &'static [u8],
    two: Table,
    two_cost: &'static [u8],
    two_back: &'static [u8],
    three: Table,
    three_cost: &'static [u8],
}

impl Ngrams {
    pub fn read(mut from: Cut<'static>, tokens: usize, salt: u64) -> Ngrams {
        let (buckets2, buckets3) = (from.number(), from.number());
        let (one, back) = (from.bytes(tokens), from.bytes(tokens));
        let two = Table::cut(&mut from, buckets2, salt);
        let (two_cost, two_back) = (from.bytes(two.slots()), from.bytes(two.slots()));
        let three = Table::cut(&mut from, buckets3, salt + 1);
        let three_cost = from.bytes(three.slots());
        Ngrams { one, back, two, two_cost, two_back, three, three_cost }
    }

    /// Cost of a token without context; 255 when the language does not have it.
    #[cfg(test)]
    pub fn alone(&self, t: u16) -> u8 {
        self.one[t as usize]
    }

    /// Cost of token `c` after `a`, `b`, and the price of backing off from `b`, `c`. `back` is that price of `a`, `b`, or `UNSURE`.
    ///
    /// The cost is `None` when the language does not have `c`.
    #[inline]
    pub fn cost(&self, [a, b]: [u16; 2], back: u8, c: u16) -> (Option<u32>, u8) {
        let (a, b, c) = (u64::from(a), u64::from(b), u64::from(c));
        let alone = self.one[c as usize];
        if alone == ABSENT {
            return (None, 0);
        }
        let back = if back == UNSURE { self.back_of(a << 16 | b) } else { back };
        let pair = b << 16 | c;
        let Some(at) = self.two.slot(pair) else {
            return (Some(u32::from(back) + u32::from(self.back[b as usize]) + u32::from(alone)), 0);
        };
        // Pairs that lead to no trigram have a price of 0, and no trigram ends in a pair that is not listed.
        let longer = if back == 0 { None } else { self.three.slot(a << 32 | pair) };
        let cost = longer.map_or_else(|| u32::from(back) + u32::from(self.two_cost[at]), |at| u32::from(self.three_cost[at]));
        (Some(cost), self.two_back[at])
    }

    /// What [`Ngrams::cost`] says of each of `tokens` behind the two before it: of all but the first two, which are [`PIECE`] at most. The
    /// look-ups that wait for nothing are made one behind the other, so that the memory answers all of them at once.
    pub fn costs(&self, tokens: &[u16], costs: &mut [Option<u32>; PIECE]) {
        let pair = |at: usize| u64::from(tokens[at]) << 16 | u64::from(tokens[at + 1]);
        let n = tokens.len().saturating_sub(2).min(PIECE);
        let (mut slots, mut backs) = ([NO_SLOT; PIECE + 1], [0u8; PIECE + 1]);
        for (at, slot) in slots.iter_mut().enumerate().take(n + 1) {
            *slot = self.two.slot(pair(at)).unwrap_or(NO_SLOT);
        }
        for (at, back) in backs.iter_mut().enumerate().take(n + 1) {
            let last = tokens[at + 1];
            // A price that was never looked up is looked up behind all but what the language does not have.
            let is_had = self.one[usize::from(last)] != ABSENT || last == token::UNKNOWN;
            *back = self.two_back.get(slots[at]).map_or(0, |b| if is_had { *b } else { 0 });
        }
        for at in 0..n {
            let (b, c) = (usize::from(tokens[at + 1]), usize::from(tokens[at + 2]));
            let back = u32::from(backs[at]);
            costs[at] = match self.one[c] {
                ABSENT => None,
                alone if slots[at + 1] == NO_SLOT => Some(back + u32::from(self.back[b]) + u32::from(alone)),
                _ => {
                    let longer = if back == 0 { None } else { self.three.slot(u64::from(tokens[at]) << 32 | pair(at + 1)) };
                    let pairs = || back + u32::from(self.two_cost[slots[at + 1]]);
                    Some(longer.map_or_else(pairs, |slot| u32::from(self.three_cost[slot])))
                }
            };
        }
    }

    /// The price of backing off from a pair of tokens, the first in the upper bits.
    #[inline]
    pub fn back_of(&self, pair: u64) -> u8 {
        self.two.slot(pair).map_or(0, |at| self.two_back[at])
    }
}
