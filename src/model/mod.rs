//! One character model for every stage that asks "does this look like language?": charset detection, mojibake and cloak repair.
//! It prices text; what to do with the price is decided by those who ask.
//!
//! Costs are in 1/16 nat, integers, the same on every machine. Clean text of a known language costs about 5 nats a character in
//! Chinese, 2 to 3 in alphabetic scripts; text in the wrong charset 8 and more. `src/data/model.md` has the measured figures.

mod after;
mod chars;
pub mod fold;
mod han;
mod language;
mod letters;
mod packed;
mod row;
mod score;
mod step;
mod table;

use std::sync::OnceLock;

pub(crate) use after::{Candidate, Priced};
pub use language::Language;
pub use score::Scores;

use chars::{Chars, flag};
use han::{Ngrams, UNSURE, token};
use language::{FAMILIES, Place};
use letters::{Family, symbol};
use packed::Packed;
use step::{Context, KANA_REACH, KOREAN, One, frame};
use table::Cut;

/// Price of each character of the basic plane without context: follows from the tables, and is had without any of them.
const ALONE: &[u8; 0x1_0000] = include_bytes!("../data/alone.bin");

/// Units of cost in one nat.
pub const NAT: u32 = 16;

/// All the model remembers of the text so far. 16 bytes; equal states price every continuation the same.
///
/// Two words rather than fields: a state lives in registers from step to step, which makes a step twice as fast.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct State(u64, u64);

/// The model. One for the whole process, read-only.
#[derive(Debug)]
pub struct Model {
    packed: Packed,
    chars: Chars,
    /// Tables of languages and of script families; each is unpacked when a text first asks for it.
    han: [OnceLock<Ngrams>; 3],
    families: [OnceLock<Family>; FAMILIES],
}

impl Model {
    /// The model compiled into the crate. What a text asks for is unpacked and built once: about a millisecond for the characters and one for
    /// Chinese, two for the languages in Latin letters; all of it takes 2.6 MB of memory from then on.
    ///
    /// # Panics
    /// Never in a released crate: the file is part of it and tests read it.
    pub fn shared() -> &'static Model {
        static SHARED: OnceLock<Model> = OnceLock::new();
        SHARED.get_or_init(|| {
            let packed = Packed::open();
            let chars = Chars::read(Cut(packed.part(0)));
            Model { packed, chars, han: [const { OnceLock::new() }; 3], families: [const { OnceLock::new() }; FAMILIES] }
        })
    }

    /// The n-grams of Chinese, Japanese or Korean.
    #[inline]
    fn han(&self, n: usize) -> &Ngrams {
        const SALTS: [u64; 3] = [1, 3, 5];
        self.han[n].get_or_init(|| Ngrams::read(Cut(self.packed.part(1 + n)), self.chars.tokens[0] as usize, SALTS[n]))
    }

    /// The letters of one script.
    #[inline]
    fn family(&self, n: usize) -> &Family {
        let first = 1 + self.han.len();
        let read = || Family::read(Cut(self.packed.part(first + n)), self.packed.later(first + FAMILIES + n), 16 + 2 * n as u64);
        self.families[n].get_or_init(read)
    }

    /// What [`Model::alone`] says of a character of the basic plane, by the tables.
    #[cfg(test)]
    pub(crate) fn price_alone(&self, c: char) -> u8 {
        use chars::kind;
        use step::price;
        let char = self.chars.get(c);
        let price = match char.kind {
            kind::COMMON => u32::from(self.chars.common(char.value).cost) + price::FIRST,
            kind::HAN => (0..3).map(|n| u32::from(self.han(n).alone(char.value))).min().unwrap_or(price::RARE_HAN).min(price::RARE_HAN),
            k if k >= kind::LETTER && char.value == symbol::RARE => price::RARE_LETTER,
            k if k >= kind::LETTER => {
                let upper = if char.flags & flag::UPPER != 0 { price::FIRST * 2 } else { 0 };
                self.family((k - kind::LETTER) as usize).alone(char.value) + upper
            }
            _ => self.step(self.start(), c).1,
        };
        price.min(u32::from(u8::MAX)) as u8
    }

    /// The state before a text of unknown language; also the state after a newline, for practical purposes.
    pub fn start(&self) -> State {
        Context { tokens: [token::START; 2], symbols: [symbol::SPACE; 2], frame: frame::NONE, mode: 0, case: 0, language: 0, back: UNSURE }
            .pack()
    }

    /// The state before a text read as one language: letters of its script cost what they cost in that language, everything else
    /// what it costs in general.
    pub fn start_in(&self, language: Language) -> State {
        let (frame, mode) = match language.place() {
            Place::Table(n) => (frame::HAN, [0, KANA_REACH, KOREAN][n]),
            Place::Column(family, _) => (frame::LETTERS + family as u8, 0),
        };
        Context { frame, mode, language: language as u8 + 1, ..Context::unpack(self.start()) }.pack()
    }

    /// The state after one more character, and that character's cost in 1/16 nats, at most a few hundred.
    ///
    /// Total: any character after any state. No allocation.
    #[inline]
    pub fn step(&self, state: State, c: char) -> (State, u32) {
        let mut one = One { language: Context::unpack(state).language, sum: 0 };
        let next = self.walk(state, c, &mut one);
        (next, one.sum)
    }

    /// Cost of a text of unknown language in 1/16 nats, from [`Model::start`]. Linear, no allocation.
    pub fn cost(&self, text: &str) -> u64 {
        self.cost_from(self.start(), text)
    }

    /// Cost of a text read as one language in 1/16 nats.
    pub fn cost_in(&self, language: Language, text: &str) -> u64 {
        self.cost_from(self.start_in(language), text)
    }

    /// Cost of a text that follows what led to `state`.
    pub fn cost_from(&self, mut state: State, text: &str) -> u64 {
        let mut sum = 0;
        for c in text.chars() {
            let (next, cost) = self.step(state, c);
            state = next;
            sum += u64::from(cost);
        }
        sum
    }

    /// Cost of a text under every language at once, in one walk.
    pub fn scores(&self, text: &str) -> Scores {
        let mut scores = Scores::new();
        scores.add(self, text);
        scores
    }

    /// The likeliest language of a text among those of its main script, and the text's cost in it. Chinese for a text without any
    /// letter.
    pub fn best_language(&self, text: &str) -> (Language, u64) {
        self.scores(text).best()
    }

    /// Price of a character without context, in 1/16 nats, at most 255: how common it is where its script is written. One look-up, for
    /// a first pass over many candidates; several times dearer for text in the wrong charset, but blind to order.
    #[inline]
    pub fn alone(&self, c: char) -> u32 {
        match ALONE.get(c as usize) {
            Some(&price) => u32::from(price),
            None => self.step(self.start(), c).1.min(255),
        }
    }

    /// Whether a table lists the character: it may be rare, but it belongs to a script or to the punctuation the model has seen.
    #[inline]
    pub fn is_known(&self, c: char) -> bool {
        self.chars.get(c).flags & flag::KNOWN != 0
    }

    /// Whether the character is a frequent one of its script. Nearly all clean text consists of such characters alone, mojibake of
    /// more than a few characters never does (`src/data/model.md` has the shares). One look-up.
    #[inline]
    pub fn frequent(&self, c: char) -> bool {
        self.chars.get(c).flags & flag::FREQUENT != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_follow_from_the_model() {
        let model = Model::shared();
        let alone: Vec<u8> = (0..0x1_0000).map(|c| char::from_u32(c).map_or(u8::MAX, |c| model.price_alone(c))).collect();
        crate::derived::check("alone.bin", ALONE, &alone);
    }
}
