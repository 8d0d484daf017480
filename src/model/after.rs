//! Prices of many characters after one state, for those who choose among them. A text is priced step by step in `step`.

use super::chars::{Char, flag, kind};
use super::han::UNSURE;
use super::step::{Context, price};
use super::{Model, State};

/// A character and what the model knows of it by itself, looked up once for many states.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate {
    pub c: char,
    char: Char,
}

/// What a character costs after a state, in 1/16 nats, and what the state behind it remembers of backing off.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Priced {
    pub cost: u32,
    back: u8,
}

/// A state that is asked for many characters: what does not depend on the character is looked up once.
#[derive(Clone, Copy)]
pub(crate) struct After<'m> {
    model: &'m Model,
    state: State,
    context: Context,
    backs: [u8; 3],
}

impl Model {
    /// What characters cost after `state`.
    pub(crate) fn after(&self, state: State) -> After<'_> {
        let context = Context::unpack(state);
        let pair = u64::from(context.tokens[0]) << 16 | u64::from(context.tokens[1]);
        let mut backs = [0, 1, 2].map(|n| self.han(n).back_of(pair));
        if context.back != UNSURE {
            backs[0] = context.back;
        }
        After { model: self, state, context, backs }
    }

    /// A character, to be asked for by [`After::price`].
    #[inline]
    pub(crate) fn candidate(&self, c: char) -> Candidate {
        Candidate { c, char: self.chars.get(c) }
    }

    /// The state that [`Model::step`] leads to from one after which a character was priced.
    #[inline]
    pub(crate) fn behind(&self, state: State, c: char, priced: Priced) -> State {
        let char = self.chars.get(c);
        if char.kind != kind::HAN {
            return self.step(state, c).0;
        }
        self.behind_han(Context::unpack(state), char.value, priced.back).pack()
    }
}

impl After<'_> {
    /// What [`Model::step`] says a character costs.
    #[inline]
    pub fn price(&self, Candidate { c, char }: Candidate) -> Priced {
        if char.kind != kind::HAN {
            return Priced { cost: self.model.step(self.state, c).1, back: UNSURE };
        }
        let wide = match char.flags & (flag::WIDE | flag::ODD) {
            0 => 0,
            flags if flags & flag::ODD != 0 => price::HALF_WIDTH,
            _ => price::WIDE,
        };
        let (cost, back) = self.model.han_cost_backed(self.context.mode, &self.context, self.backs, char.value);
        Priced { cost: cost + wide, back }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_those_of_a_step() {
        let model = Model::shared();
        for text in ["", "我们", "河边の小さな", "강가에", "x y", "，", "我们 2", "ﾃｽ"] {
            let state = text.chars().fold(model.start(), |s, c| model.step(s, c).0);
            let after = model.after(state);
            for c in "的在河のデ강，。ｱＡxé1 \u{fffd}龘".chars() {
                let priced = after.price(model.candidate(c));
                assert_eq!((model.behind(state, c, priced), priced.cost), model.step(state, c), "{text} {c}");
            }
        }
    }
}
