//! The second weighing, for readings the contest left close: each in the language that suits it best, and with what its manners
//! betray. Readings differ in few characters, so all but the first pay only for what they read differently.

use super::contest::Outcome;
use super::lane::Lane;
use super::{alphabet, manners};
use crate::model::{Model, NAT, Scores, State};

/// Languages are told apart only when the second is this near: more is never gained by it.
const CLOSE: u32 = 24 * NAT;
/// Bytes of the sample that are weighed.
const BYTES: usize = 768;

/// The first reading, character by character.
struct Base {
    chars: Vec<char>,
    /// The state before each character, and what it cost in any language.
    steps: Vec<(State, u32)>,
    scores: Scores,
}

impl Base {
    fn new(model: &Model, text: &str) -> Base {
        let mut base = Base { chars: text.chars().collect(), steps: Vec::with_capacity(text.len()), scores: Scores::new() };
        let mut state = model.start();
        for &c in &base.chars {
            let before = base.scores.any();
            let next = base.scores.push(model, state, c);
            base.steps.push((state, (base.scores.any() - before) as u32));
            state = next;
        }
        base
    }

    /// The scores of another reading of the same bytes, and its characters beyond ASCII with their prices.
    fn other(&self, model: &Model, text: &str) -> (Scores, Vec<(char, u32)>) {
        let (mut removed, mut added) = (Scores::new(), Scores::new());
        let mut priced = Vec::new();
        let mut state = model.start();
        for (i, c) in text.chars().enumerate() {
            let same = self.chars.get(i) == Some(&c) && self.steps[i].0 == state;
            let price = if same {
                state = self.steps.get(i + 1).map_or(state, |s| s.0);
                self.steps[i].1
            } else {
                if let Some(&c) = self.chars.get(i) {
                    removed.push(model, self.steps[i].0, c);
                }
                let before = added.any();
                state = added.push(model, state, c);
                (added.any() - before) as u32
            };
            if c >= '\u{80}' {
                priced.push((c, price));
            }
        }
        let mut scores = self.scores.clone();
        scores.replace(&removed, &added);
        (scores, priced)
    }
}

/// Weighs the lanes that are left once more, when the second of them is near the first.
pub(super) fn refine(outcome: &mut Outcome, bytes: &[u8]) {
    let best = outcome.lanes[0].cost;
    if outcome.lanes[1..].iter().all(|l| l.hope() > best + CLOSE) {
        return;
    }
    let model = Model::shared();
    let mut base: Option<Base> = None;
    for i in 0..outcome.lanes.len() {
        let lane = &outcome.lanes[i];
        if lane.codec.is_double_byte() {
            continue;
        }
        let text = outcome.text(bytes, lane, BYTES);
        let (scores, priced) = base.get_or_insert_with(|| Base::new(model, &text)).other(model, &text);
        let gain = scores.any().saturating_sub(scores.best().1) as u32;
        let gain = gain.max(alphabet::gain(&priced));
        let breaches = manners::breaches(model, lane.codec, &text);
        let lane: &mut Lane = &mut outcome.lanes[i];
        lane.cost = lane.cost.saturating_sub(gain) + breaches;
    }
    outcome.lanes.sort_by_key(|l| l.cost);
}
