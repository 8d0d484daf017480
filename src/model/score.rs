//! The price of one text in all languages at once.

use super::language::{FAMILIES, FIRST_COLUMN, Place};
use super::letters::Family;
use super::step::{Context, KANA_REACH, KOREAN, Payer, frame};
use super::{Language, Model, State};

/// Columns of all families together.
const COLUMNS: usize = FIRST_COLUMN[FAMILIES];
const FRAMES: usize = frame::LETTERS as usize + FAMILIES;

/// Costs of a text under every language, in 1/16 nats. Adds up over several texts, each from a fresh start, up to ten million letters;
/// beyond that languages are no longer told apart.
#[derive(Clone, Debug)]
pub struct Scores {
    /// What a text of whatever language pays: the sum of its parts below.
    any: u64,
    /// Paid by every language alike.
    all: u64,
    /// Han tokens: any language, Chinese, Japanese, Korean.
    han: [u64; 4],
    /// Letters, by column; the first column of a family is what the other languages pay.
    columns: [u32; COLUMNS],
    /// Characters by frame.
    frames: [u32; FRAMES],
    chars: u64,
}

impl Default for Scores {
    fn default() -> Scores {
        Scores::new()
    }
}

impl Scores {
    /// Of no text yet: all costs 0.
    pub fn new() -> Scores {
        Scores { any: 0, all: 0, han: [0; 4], columns: [0; COLUMNS], frames: [0; FRAMES], chars: 0 }
    }

    /// Adds one more text.
    pub fn add(&mut self, model: &Model, text: &str) {
        let mut state = model.start();
        for c in text.chars() {
            state = self.push(model, state, c);
        }
    }

    /// Adds one character that follows what led to `state`; the state after it.
    #[inline]
    pub fn push(&mut self, model: &Model, state: State, c: char) -> State {
        self.chars += 1;
        model.walk(state, c, self)
    }

    /// Takes back one character that was added after what led to `state`.
    #[inline]
    pub fn pull(&mut self, model: &Model, state: State, c: char) {
        self.chars = self.chars.wrapping_sub(1);
        model.walk(state, c, &mut Back(self));
    }

    /// Number of characters added.
    pub fn chars(&self) -> u64 {
        self.chars
    }

    /// Cost in whatever language: what [`Model::cost`] gives.
    pub fn any(&self) -> u64 {
        self.any
    }

    /// Cost when read as one language. The first characters may cost a little more than with [`Model::cost_in`], which knows the
    /// language beforehand.
    pub fn of(&self, language: Language) -> u64 {
        self.of_language(language, self.families())
    }

    /// The cheapest language among those of the script with most letters; Chinese when there are no letters. Earlier languages win
    /// ties.
    pub fn best(&self) -> (Language, u64) {
        // A Han character says about as much as three letters.
        let weight = |f: usize| u64::from(self.frames[f]) * if f == frame::HAN as usize { 3 } else { 1 };
        let main = (0..FRAMES).rev().max_by_key(|&f| weight(f)).unwrap_or(0);
        let families = self.families();
        if let Some(family) = main.checked_sub(frame::LETTERS as usize) {
            let languages = &Language::ALL[OF_FAMILY[family]..OF_FAMILY[family + 1]];
            let (first, end) = (FIRST_COLUMN[family], FIRST_COLUMN[family + 1]);
            // Column 0 is the script as a whole, where there are several languages.
            let columns = &self.columns[end - languages.len()..end];
            if let Some((&language, cost)) = languages.iter().zip(columns).min_by_key(|&(_, cost)| cost) {
                return (language, self.all + self.han[0] + families - u64::from(self.columns[first]) + u64::from(*cost));
            }
        }
        let of_tables = if main <= frame::HAN as usize { &Language::ALL[..OF_FAMILY[0]] } else { &[] };
        let costs = of_tables.iter().map(|&l| (l, self.of_language(l, families)));
        costs.min_by_key(|&(_, cost)| cost).unwrap_or((Language::Chinese, self.any()))
    }

    /// What the letters of all families cost when no language is chosen.
    fn families(&self) -> u64 {
        (0..FAMILIES).map(|f| u64::from(self.columns[FIRST_COLUMN[f]])).sum()
    }

    /// Cost when read as one language, `families` being what [`Scores::families`] gives.
    fn of_language(&self, language: Language, families: u64) -> u64 {
        match language.place() {
            Place::Table(n) => self.all + self.han[n + 1] + families,
            Place::Column(family, column) => {
                let first = FIRST_COLUMN[family];
                self.all + self.han[0] + families - u64::from(self.columns[first]) + u64::from(self.columns[first + column])
            }
        }
    }
}

/// Where the languages of each family begin in [`Language::ALL`]; those with a table of their own stand before them.
const OF_FAMILY: [usize; FAMILIES + 1] = {
    let mut first = [0; FAMILIES + 1];
    let (mut family, mut language) = (0, 0);
    while family <= FAMILIES {
        while language < Language::ALL.len() && !Language::ALL[language].place().is_from(family) {
            language += 1;
        }
        first[family] = language;
        family += 1;
    }
    first
};

impl Payer for Scores {
    #[inline]
    fn all(&mut self, cost: u32) {
        self.any += u64::from(cost);
        self.all += u64::from(cost);
    }

    #[inline]
    fn letter(&mut self, family: usize, letters: &Family, [a, b, c]: [u16; 3]) {
        let rows = letters.rows(a, b, c);
        self.any += u64::from(rows.at(0));
        rows.add_to(&mut self.columns[FIRST_COLUMN[family]..FIRST_COLUMN[family + 1]]);
    }

    #[inline]
    fn han(&mut self, model: &Model, state: &Context, token: u16) -> u8 {
        let (costs, back) = of_token(model, state, token);
        self.any += u64::from(costs[0]);
        for (sum, cost) in self.han.iter_mut().zip(costs) {
            *sum += u64::from(cost);
        }
        back
    }

    #[inline]
    fn frame(&mut self, frame: u8) {
        self.frames[frame as usize] += 1;
    }
}

/// Takes prices back.
struct Back<'s>(&'s mut Scores);

impl Payer for Back<'_> {
    #[inline]
    fn all(&mut self, cost: u32) {
        self.0.any = self.0.any.wrapping_sub(u64::from(cost));
        self.0.all = self.0.all.wrapping_sub(u64::from(cost));
    }

    #[inline]
    fn letter(&mut self, family: usize, letters: &Family, [a, b, c]: [u16; 3]) {
        let rows = letters.rows(a, b, c);
        self.0.any = self.0.any.wrapping_sub(u64::from(rows.at(0)));
        rows.take_from(&mut self.0.columns[FIRST_COLUMN[family]..FIRST_COLUMN[family + 1]]);
    }

    #[inline]
    fn han(&mut self, model: &Model, state: &Context, token: u16) -> u8 {
        let (costs, back) = of_token(model, state, token);
        self.0.any = self.0.any.wrapping_sub(u64::from(costs[0]));
        for (sum, cost) in self.0.han.iter_mut().zip(costs) {
            *sum = sum.wrapping_sub(u64::from(cost));
        }
        back
    }

    #[inline]
    fn frame(&mut self, frame: u8) {
        self.0.frames[frame as usize] = self.0.frames[frame as usize].wrapping_sub(1);
    }
}

/// Cost of a token of the Han model in any language, Chinese, Japanese, Korean, and the next state's `back`.
fn of_token(model: &Model, state: &Context, token: u16) -> ([u32; 4], u8) {
    let (any, back) = model.han_cost(state.mode, state, token);
    let (chinese, back) = if state.mode == 0 { (any, back) } else { model.han_cost(0, state, token) };
    let other = |mode: u8| if state.mode == mode { any } else { model.han_cost(mode, state, token).0 };
    ([any, chinese, other(KANA_REACH), other(KOREAN)], back)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_back_was_never_added() {
        let model = Model::shared();
        let mut scores = model.scores("Schöne Grüße, мир 花园");
        let before = format!("{scores:?}");
        for c in "aé, жя 1花かな글".chars() {
            scores.push(model, model.start(), c);
            scores.pull(model, model.start(), c);
        }
        assert_eq!(format!("{scores:?}"), before);
    }
}
