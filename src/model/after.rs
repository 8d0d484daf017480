//! Prices of many characters after one state, for those who choose among them. A text is priced step by step in `step`.

use super::chars::{flag, kind};
use super::han::UNSURE;
use super::step::{Context, price};
use super::{Model, State};

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
}

impl After<'_> {
    /// What [`Model::step`] says a character costs.
    #[inline]
    pub fn price(&self, c: char) -> u32 {
        let char = self.model.chars.get(c);
        if char.kind != kind::HAN {
            return self.model.step(self.state, c).1;
        }
        let wide = match char.flags & (flag::WIDE | flag::ODD) {
            0 => 0,
            flags if flags & flag::ODD != 0 => price::HALF_WIDTH,
            _ => price::WIDE,
        };
        self.model.han_cost_backed(self.context.mode, &self.context, self.backs, char.value).0 + wide
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
                assert_eq!(after.price(c), model.step(state, c).1, "{text} {c}");
            }
        }
    }
}
