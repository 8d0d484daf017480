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
mod row;
mod score;
mod step;
mod table;

use std::io::Read;
use std::sync::OnceLock;

pub use language::Language;
pub use score::Scores;

use flate2::read::GzDecoder;

use chars::{Chars, flag, kind};
use han::{Ngrams, UNSURE, token};
use language::{FAMILIES, Place};
use letters::{Family, symbol};
use step::{Context, KANA_REACH, KOREAN, One, frame, price};
use table::Cut;

/// Made by scripts/train-model.py; sources and settings are in model.md beside it. Packed, so that it takes less than 2 MB of the binary.
const FILE: &[u8] = include_bytes!("../data/model.bin.gz");

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
    chars: Chars,
    han: [Ngrams; 3],
    families: Vec<Family>,
    /// Price of each character of the basic plane without context.
    alone: Vec<u8>,
}

impl Model {
    /// The model compiled into the crate. Unpacked and built once, in some eight milliseconds of work; takes 2.6 MB of memory from then on.
    ///
    /// # Panics
    /// Never in a released crate: the file is part of it and tests read it.
    pub fn shared() -> &'static Model {
        static SHARED: OnceLock<Model> = OnceLock::new();
        SHARED.get_or_init(Model::read)
    }

    fn read() -> Model {
        let mut file = Vec::new();
        GzDecoder::new(FILE).read_to_end(&mut file).expect("src/data/model.bin.gz is whole");
        // the model is never dropped
        let mut file = Cut(file.leak());
        assert_eq!(file.bytes(4), b"JWM1", "src/data/model.bin.gz is not a model of this version");
        let parts = file.number();
        let sizes: Vec<usize> = (0..parts).map(|_| file.number()).collect();
        let mut parts = sizes.into_iter().map(|size| Cut(file.bytes(size)));
        let mut next = || parts.next().expect("the model file has a part for every table");
        let chars = Chars::read(next());
        let tokens = chars.tokens[0] as usize;
        let han = [1, 3, 5].map(|salt| Ngrams::read(next(), tokens, salt));
        let families = (0..FAMILIES as u64).map(|f| Family::read(next(), 16 + 2 * f)).collect();
        let mut model = Model { chars, han, families, alone: Vec::new() };
        model.alone = (0..0x1_0000).map(|c| char::from_u32(c).map_or(u8::MAX, |c| model.price_alone(c))).collect();
        model
    }

    fn price_alone(&self, c: char) -> u8 {
        let char = self.chars.get(c);
        let price = match char.kind {
            kind::COMMON => u32::from(self.chars.common(char.value).cost) + price::FIRST,
            kind::HAN => self.han.iter().map(|h| u32::from(h.alone(char.value))).min().unwrap_or(price::RARE_HAN).min(price::RARE_HAN),
            k if k >= kind::LETTER && char.value == symbol::RARE => price::RARE_LETTER,
            k if k >= kind::LETTER => {
                let upper = if char.flags & flag::UPPER != 0 { price::FIRST * 2 } else { 0 };
                self.families[(k - kind::LETTER) as usize].alone(char.value) + upper
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
        match self.alone.get(c as usize) {
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
