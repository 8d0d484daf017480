//! Prices of a stretch of Chinese: the look-ups of many characters side by side, so that none waits for another. A text of any kind is
//! priced step by step in `step`, which says the same.

use super::Model;
use super::chars::{flag, kind};
use super::han::{PIECE, token};
use super::step::price;

/// A text of Chinese and ASCII as tokens.
struct Row<'m> {
    model: &'m Model,
    /// The last two tokens that are priced, then those to price.
    tokens: [u16; PIECE + 2],
    /// Which of them are paid for.
    paid: [bool; PIECE],
    len: usize,
    /// Whether the last that was no sign was Han.
    in_han: bool,
    sum: u32,
}

impl Model {
    /// What those characters of `row` that are not ASCII cost behind `before`, together, from the beginning of a text on: the sum of what
    /// [`Model::step`] says. `None` when there is more than Chinese and ASCII. Linear, no allocation.
    pub(crate) fn cost_of_chinese(&self, before: &[char], row: impl Iterator<Item = char>) -> Option<u32> {
        let mut all = Row { model: self, tokens: [token::START; PIECE + 2], paid: [false; PIECE], len: 0, in_han: false, sum: 0 };
        for &c in before {
            // Nothing is paid: only the last two tokens matter.
            all.add(c, false)?;
            if all.len > 0 {
                (all.tokens[0], all.tokens[1], all.len) = (all.tokens[1], all.tokens[2], 0);
            }
        }
        for c in row {
            all.add(c, !c.is_ascii())?;
            if all.len == PIECE {
                all.price();
            }
        }
        all.price();
        Some(all.sum)
    }
}

impl Row<'_> {
    fn add(&mut self, c: char, paid: bool) -> Option<()> {
        let char = self.model.chars.get(c);
        let [_, kana, _, han] = self.model.chars.tokens;
        let last = self.tokens[self.len + 1];
        match char.kind {
            kind::HAN if char.value >= han || char.value < kana => {
                self.in_han = true;
                self.sum += if paid && char.flags & flag::WIDE != 0 { price::WIDE } else { 0 };
                self.push(char.value, paid);
            }
            kind::RARE_HAN => {
                self.in_han = true;
                self.sum += if paid { price::RARE_HAN } else { 0 };
                self.push(token::UNKNOWN, false);
            }
            kind::COMMON => {
                let known = self.model.chars.common(char.value).token;
                let runs = matches!(known, token::DIGITS | token::SPACE | token::START);
                if !c.is_ascii() && (runs || known == token::UNKNOWN || !self.in_han || char.flags & flag::WIDE != 0) {
                    return None;
                }
                if !(runs && last == known) {
                    self.push(known, paid);
                }
            }
            _ if c.is_ascii_alphabetic() => {
                self.in_han = false;
                if last != token::LATIN {
                    self.push(token::LATIN, false);
                }
            }
            _ => return None,
        }
        Some(())
    }

    #[inline]
    fn push(&mut self, token: u16, paid: bool) {
        self.tokens[self.len + 2] = token;
        self.paid[self.len] = paid;
        self.len += 1;
    }

    /// Pays for the tokens so far.
    fn price(&mut self) {
        let chinese = self.model.han(0);
        let [_, kana, ..] = self.model.chars.tokens;
        let mut costs = [None; PIECE];
        chinese.costs(&self.tokens[..self.len + 2], &mut costs);
        for ((cost, token), _) in costs.iter().zip(&self.tokens[2..]).zip(&self.paid[..self.len]).filter(|(_, paid)| **paid) {
            self.sum += cost.unwrap_or(if *token < kana { price::SYMBOL } else { price::RARE_HAN });
        }
        self.tokens.copy_within(self.len..self.len + 2, 0);
        self.len = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stepped(before: &str, row: &str) -> u32 {
        let model = Model::shared();
        let mut state = before.chars().fold(model.start(), |s, c| model.step(s, c).0);
        let mut sum = 0;
        for c in row.chars() {
            let (next, cost) = model.step(state, c);
            state = next;
            sum += if c.is_ascii() { 0 } else { cost };
        }
        sum
    }

    #[test]
    fn a_row_costs_what_its_steps_do() {
        let pieces = [
            "我们",
            "河边",
            "的",
            "翡翠",
            "镯子",
            "龘",
            "㐀",
            "，",
            "。",
            "“",
            "”",
            "—",
            "《",
            "…",
            "·",
            "、",
            "２",
            "%",
            "7",
            "12",
            " ",
            "  ",
            "a",
            "Wi-Fi",
            ".",
            "込",
            "峠",
            "鎴戜滑",
            "（",
            "(",
        ];
        let mut n = 7u32;
        let mut next = |below: usize| {
            n = n.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (n >> 8) as usize % below
        };
        let (mut some, mut none) = (0, 0);
        for _ in 0..4_000 {
            let mut text = || (0..next(24)).map(|_| pieces[next(pieces.len())]).collect::<String>();
            let (before, row) = (text(), text().repeat(3));
            let chars: Vec<char> = before.chars().collect();
            match Model::shared().cost_of_chinese(&chars, row.chars()) {
                Some(cost) => {
                    assert_eq!(cost, stepped(&before, &row), "{before} | {row}");
                    some += 1;
                }
                None => none += 1,
            }
        }
        assert!(some > 1000 && none > 300, "{some} {none}");
    }

    #[test]
    fn other_texts_are_not_asked() {
        for row in ["かな", "한글", "é", "слово", "\u{fffd}", "\u{e000}", "ﾃ", "Ａ", "☆"] {
            assert_eq!(Model::shared().cost_of_chinese(&['河'], row.chars()), None, "{row}");
        }
    }
}
