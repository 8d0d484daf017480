//! One step of the model: what a character costs in the state the text is in, and the state after it. The tables behind it live in
//! `han` and `letters`, what callers see in the parent module.

use super::chars::{Char, flag, kind};
use super::han::{UNSURE, token};
use super::language::{CASED, LATIN, Place};
use super::letters::{Family, symbol};
use super::{Language, Model, State};

/// Flat prices in 1/16 nat for what no table knows.
pub(super) mod price {
    pub const UNASSIGNED: u32 = 240;
    pub const CONTROL: u32 = 192;
    /// C1 controls and U+FFFD: what a wrong decoder leaves.
    pub const DAMAGE: u32 = 224;
    pub const PRIVATE: u32 = 272;
    /// A letter of a script without a model: about what the letters of known scripts cost in text.
    pub const NEUTRAL: u32 = 56;
    pub const SYMBOL: u32 = 112;
    /// The same symbol once more: rules, stars, boxes.
    pub const REPEATED: u32 = 24;
    pub const IGNORABLE: u32 = 48;
    /// Han and Hangul that the tables do not list.
    pub const RARE_HAN: u32 = 208;
    pub const RARE_LETTER: u32 = 144;
    /// Each digit of a run: ln 10.
    pub const DIGIT: u32 = 37;
    /// At most, for the end of a line inside Chinese, Japanese or Korean text.
    pub const NEWLINE: u32 = 80;
    pub const AGAIN: u32 = 16;
    pub const WIDE: u32 = 16;
    pub const HALF_WIDTH: u32 = 40;
    /// Kana or Hangul in text that had none so far.
    pub const KANA: u32 = 48;
    pub const HANGUL: u32 = 64;
    /// Kanji priced by the Chinese table, hanja likewise.
    pub const KANJI: u32 = 12;
    pub const HANJA: u32 = 40;
    /// First letter of the text; letters after another script: between words, inside one, after Han.
    pub const FIRST: u32 = 16;
    pub const SCRIPT: u32 = 64;
    pub const INSIDE: u32 = 128;
    pub const AFTER_HAN: u32 = 96;
}

/// Han characters after the last kana that still count as Japanese.
pub(super) const KANA_REACH: u8 = 16;
pub(super) const KOREAN: u8 = 0x80;

/// Frames a text can be in: none yet, Han, neutral, and from `LETTERS` on the families.
pub(super) mod frame {
    pub const NONE: u8 = 0;
    pub const HAN: u8 = 1;
    pub const NEUTRAL: u8 = 2;
    pub const LETTERS: u8 = 3;
}

/// A state unpacked.
#[derive(Clone, Copy)]
pub(super) struct Context {
    /// The last two tokens of the Han model.
    pub tokens: [u16; 2],
    /// The last two symbols of the letter model.
    pub symbols: [u16; 2],
    pub frame: u8,
    /// Chinese 0, Japanese 1..=KANA_REACH, Korean `KOREAN`.
    pub mode: u8,
    /// 0 after no letter, 1 after a lower one, 2 after an upper one, 3 after more upper ones: words in capitals are no surprise from there.
    pub case: u8,
    /// 0 = any language, else number of the language + 1.
    pub language: u8,
    /// What the Chinese table says about `tokens`, or `UNSURE`.
    pub back: u8,
}

impl State {
    /// True when both price every text alike that holds no Han, kana, Hangul: equal but for the tokens of the Han model.
    #[inline]
    pub(crate) fn alike(self, other: State) -> bool {
        const SYMBOLS: u64 = 0xFFFF_FFFF;
        let frame = self.1 as u8;
        self == other || (frame >= frame::LETTERS && (self.0 ^ other.0) & SYMBOLS == 0 && (self.1 ^ other.1) & SYMBOLS == 0)
    }

    /// A number that equal states share, well mixed with a character.
    #[inline]
    pub(crate) fn mixed_with(self, c: char) -> u64 {
        let all = self.0 ^ self.1.rotate_left(24) ^ u64::from(c as u32) << 20;
        all.wrapping_mul(0x9E37_79B9_7F4A_7C15)
    }
}

impl Context {
    #[inline(always)]
    pub fn pack(self) -> State {
        let words = |[a, b]: [u16; 2]| u64::from(a) << 16 | u64::from(b);
        let bytes = [self.frame, self.mode, self.case, self.language, self.back];
        State(words(self.tokens) << 32 | words(self.symbols), bytes.iter().rev().fold(0, |all, &b| all << 8 | u64::from(b)))
    }

    #[inline(always)]
    pub fn unpack(State(words, bytes): State) -> Context {
        let byte = |n: u32| (bytes >> (8 * n)) as u8;
        Context {
            tokens: [(words >> 48) as u16, (words >> 32) as u16],
            symbols: [(words >> 16) as u16, words as u16],
            frame: byte(0),
            mode: byte(1),
            case: byte(2),
            language: byte(3),
            back: byte(4),
        }
    }
}

/// Receives the prices of one step: what all languages pay alike, and what each pays for itself.
pub(super) trait Payer {
    fn all(&mut self, cost: u32);
    fn letter(&mut self, family: usize, letters: &Family, symbols: [u16; 3]);
    /// Pays for a token of the Han model; gives back the next state's `back`.
    fn han(&mut self, model: &Model, state: &Context, token: u16) -> u8;
    fn frame(&mut self, _frame: u8) {}
}

/// Pays for one language, or for any.
pub(super) struct One {
    pub language: u8,
    pub sum: u32,
}

impl Payer for One {
    #[inline]
    fn all(&mut self, cost: u32) {
        self.sum += cost;
    }

    #[inline(always)]
    fn letter(&mut self, family: usize, letters: &Family, [a, b, c]: [u16; 3]) {
        self.sum += match self.language.checked_sub(1).map(|n| Language::ALL[n as usize].place()) {
            Some(Place::Column(f, column)) if f == family => letters.rows(a, b, c).at(column),
            _ => letters.in_any(a, b, c),
        };
    }

    #[inline]
    fn han(&mut self, model: &Model, state: &Context, token: u16) -> u8 {
        let (cost, back) = model.han_cost(state.mode, state, token);
        self.sum += cost;
        back
    }
}

impl Model {
    /// One step: prices go to `payer`, the next state comes back. It depends on the characters alone, never on prices.
    #[inline(always)]
    pub(super) fn walk<P: Payer>(&self, state: State, c: char, payer: &mut P) -> State {
        let char = self.chars.get(c);
        let state = Context::unpack(state);
        let next = match char.kind {
            kind::COMMON => self.common(state, char, payer),
            kind::HAN => self.han_char(state, char, payer),
            k if k >= kind::LETTER => self.letter(state, char, payer),
            _ => self.other(state, char, c, payer),
        };
        next.pack()
    }

    /// Blank, digit, punctuation: priced by what kind of text it stands in.
    #[inline(always)]
    fn common<P: Payer>(&self, state: Context, char: Char, payer: &mut P) -> Context {
        let common = self.chars.common(char.value);
        let mut next = Context { case: 0, symbols: [state.symbols[1], u16::from(common.class)], ..state };
        let last = state.tokens[1];
        let mut back = UNSURE;
        match state.frame {
            frame::HAN => match common.token {
                token::UNKNOWN => payer.all(32 + u32::from(common.cost)),
                token::DIGITS if last == token::DIGITS => payer.all(price::DIGIT),
                token::DIGITS => {
                    payer.all(price::DIGIT);
                    back = payer.han(self, &state, common.token);
                }
                token::SPACE | token::START if last == common.token => payer.all(price::AGAIN),
                known => back = payer.han(self, &state, known),
            },
            f if f >= frame::LETTERS => {
                let family = (f - frame::LETTERS) as usize;
                payer.all(u32::from(common.cost));
                payer.letter(family, self.family(family), [state.symbols[0], state.symbols[1], u16::from(common.class)]);
            }
            _ => payer.all(u32::from(common.cost) + if common.class == 0 { 8 } else { 24 }),
        }
        if char.flags & flag::WIDE != 0 {
            payer.all(price::WIDE);
        }
        let run = matches!(common.token, token::DIGITS | token::SPACE | token::START) && last == common.token;
        if !run {
            next.tokens = [last, common.token];
            next.back = back;
        }
        next
    }

    /// A character of the Han tables, full-width punctuation among them.
    #[inline(always)]
    fn han_char<P: Payer>(&self, state: Context, char: Char, payer: &mut P) -> Context {
        payer.frame(frame::HAN);
        let back = payer.han(self, &state, char.value);
        if char.flags & (flag::WIDE | flag::ODD) != 0 {
            payer.all(if char.flags & flag::ODD != 0 { price::HALF_WIDTH } else { price::WIDE });
        }
        self.behind_han(state, char.value, back)
    }

    /// What a character of the Han tables leaves behind, when it is known what backing off from it costs.
    #[inline(always)]
    pub(super) fn behind_han(&self, state: Context, t: u16, back: u8) -> Context {
        let [_, kana, hangul, han] = self.chars.tokens;
        let mode = if state.language != 0 {
            state.mode
        } else if t >= han {
            if state.mode == KOREAN { KOREAN } else { state.mode.saturating_sub(1) }
        } else if t >= hangul {
            KOREAN
        } else if t >= kana {
            KANA_REACH
        } else {
            state.mode
        };
        Context {
            tokens: [state.tokens[1], t],
            symbols: [state.symbols[1], symbol::OTHER],
            frame: frame::HAN,
            mode,
            case: 0,
            back,
            ..state
        }
    }

    /// Cost of a token in Chinese, Japanese or Korean text, by mode, and the next state's `back`.
    #[inline]
    pub(super) fn han_cost(&self, mode: u8, state: &Context, t: u16) -> (u32, u8) {
        self.han_cost_backed(mode, state, [state.back, UNSURE, UNSURE], t)
    }

    /// The same, when it is known what each table says of backing off from the tokens before.
    #[inline(always)]
    pub(super) fn han_cost_backed(&self, mode: u8, state: &Context, backs: [u8; 3], t: u16) -> (u32, u8) {
        let [_, kana, hangul, han] = self.chars.tokens;
        let (chinese, japanese, korean) = ((0, backs[0]), (1, backs[1]), (2, backs[2]));
        let rare = price::RARE_HAN;
        let (tokens, before) = (state.tokens, state.tokens[1]);
        let of = |(table, back): (usize, u8)| self.han(table).cost(tokens, back, t);
        let other = |table| of(table).0;
        if t >= han {
            let (plain, back) = of(chinese);
            let plain = plain.unwrap_or(rare);
            let cost = match mode {
                0 => plain,
                KOREAN => plain + price::HANJA,
                _ => other(japanese).unwrap_or(rare).min(plain + price::KANJI),
            };
            (cost, back)
        } else if t >= hangul {
            let known = mode == KOREAN || (hangul..han).contains(&before);
            (other(korean).unwrap_or(rare) + if known { 0 } else { price::HANGUL }, UNSURE)
        } else if t >= kana {
            let known = (1..=KANA_REACH).contains(&mode) || (kana..hangul).contains(&before);
            (other(japanese).unwrap_or(rare) + if known { 0 } else { price::KANA }, UNSURE)
        } else {
            let (cost, back) = match mode {
                0 => of(chinese),
                KOREAN => (other(korean), UNSURE),
                _ => (other(japanese), UNSURE),
            };
            let cost = cost.unwrap_or(price::SYMBOL);
            (if t == token::START { cost.min(price::NEWLINE) } else { cost }, back)
        }
    }

    /// A letter of a script with a model.
    #[inline(always)]
    fn letter<P: Payer>(&self, state: Context, char: Char, payer: &mut P) -> Context {
        let family = (char.kind - kind::LETTER) as usize;
        let frame = frame::LETTERS + family as u8;
        payer.frame(frame);
        let mut symbols = state.symbols;
        let mut back = UNSURE;
        if state.frame != frame {
            match state.frame {
                frame::NONE => payer.all(price::FIRST),
                frame::HAN if family == LATIN => back = payer.han(self, &state, token::LATIN),
                frame::HAN => payer.all(price::AFTER_HAN),
                _ => payer.all(if symbols[1] > symbol::OTHER { price::INSIDE } else { price::SCRIPT }),
            }
            symbols = [symbol::SPACE, if symbols[1] == symbol::OTHER { symbol::OTHER } else { symbol::SPACE }];
        }
        if char.value == symbol::RARE {
            payer.all(price::RARE_LETTER);
        } else {
            payer.letter(family, self.family(family), [symbols[0], symbols[1], char.value]);
        }
        let upper = char.flags & flag::UPPER != 0;
        let mut case = 0;
        if family < CASED {
            payer.all(u32::from(self.chars.case[state.case as usize][usize::from(upper)]));
            case = if upper { 2 + u8::from(state.case >= 2) } else { 1 };
        }
        if char.flags & flag::WIDE != 0 {
            payer.all(price::WIDE);
        }
        let token = if family == LATIN { token::LATIN } else { token::OTHER };
        let (tokens, back) = if state.tokens[1] == token { (state.tokens, state.back) } else { ([state.tokens[1], token], back) };
        Context { tokens, symbols: [symbols[1], char.value], frame, case, back, ..state }
    }

    /// What no table lists.
    #[cold]
    fn other<P: Payer>(&self, state: Context, char: Char, c: char, payer: &mut P) -> Context {
        let mut next = Context {
            tokens: [state.tokens[1], token::UNKNOWN],
            symbols: [state.symbols[1], symbol::OTHER],
            case: 0,
            back: UNSURE,
            ..state
        };
        let cost = match char.kind {
            kind::IGNORABLE => {
                payer.all(price::IGNORABLE);
                return state;
            }
            kind::UNASSIGNED => price::UNASSIGNED,
            kind::CONTROL if c == '\r' => price::DIGIT,
            kind::CONTROL => price::CONTROL,
            kind::DAMAGE => price::DAMAGE,
            kind::PRIVATE => price::PRIVATE,
            kind::RARE_HAN => {
                payer.frame(frame::HAN);
                next.frame = frame::HAN;
                price::RARE_HAN
            }
            kind::NEUTRAL => {
                payer.frame(frame::NEUTRAL);
                next.frame = frame::NEUTRAL;
                next.symbols[1] = symbol::RARE;
                price::NEUTRAL
                    + match state.frame {
                        frame::NEUTRAL => 0,
                        frame::NONE => price::FIRST,
                        _ => price::SCRIPT,
                    }
            }
            _ if state.tokens == [token::UNKNOWN; 2] => price::REPEATED,
            _ => price::SYMBOL,
        };
        payer.all(cost);
        next
    }
}
