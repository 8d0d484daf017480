//! Which quotes and brackets are open, and what that says about the next character. Knows no bytes.

use super::gbk;
use super::price;

/// Open quotes, by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quotes([u8; 5]);

/// Marks that open, in the order of [`CLOSING`].
pub const OPENING: [char; 5] = ['“', '‘', '「', '《', '('];
const CLOSING: [char; 5] = ['”', '’', '」', '》', ')'];

impl Quotes {
    /// After one more character.
    pub fn after(mut self, c: char) -> Quotes {
        let c = gbk::fold(c);
        if c == '\n' {
            return Quotes::default();
        }
        if let Some(i) = OPENING.iter().position(|o| *o == c) {
            self.0[i] = self.0[i].saturating_add(1);
        } else if let Some(i) = CLOSING.iter().position(|o| *o == c) {
            self.0[i] = self.0[i].saturating_sub(1);
        }
        self
    }

    /// Is a quote open?
    pub fn is_speech(self) -> bool {
        self.0[..3].iter().any(|n| *n > 0)
    }

    /// Is a round bracket open?
    pub fn in_brackets(self) -> bool {
        self.0[4] > 0
    }

    /// What it costs that `c` comes next.
    pub fn price(self, c: char) -> i32 {
        let c = gbk::fold(c);
        if let Some(i) = CLOSING.iter().position(|o| *o == c) {
            return if self.0[i] == 0 { price::CLOSES_NOTHING } else { price::CLOSES };
        }
        match OPENING.iter().position(|o| *o == c) {
            Some(i) if self.0[i] > 0 => price::NESTING,
            _ => 0,
        }
    }
}
