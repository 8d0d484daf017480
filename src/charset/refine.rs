//! The second weighing, for readings the contest left close: each in the language that suits it best, and with what its manners
//! betray. Readings differ in few characters, so all but the first pay only for what they read differently.

use super::contest::Outcome;
use super::lane::Lane;
use super::pages::{NONE, Pages, bit, present};
use super::{alphabet, manners};
use crate::model::{Model, NAT, Scores, State};

/// Languages are told apart only when the second is this near: more is never gained by it.
const CLOSE: u32 = 24 * NAT;
/// Bytes of the sample that are weighed.
const BYTES: usize = 768;

/// The bytes that are weighed and where those beyond ASCII are: single-byte readings are never written out.
struct Weighed {
    bytes: Vec<u8>,
    high: Vec<usize>,
    present: u128,
}

/// The first reading, character by character.
struct Base {
    /// Its number among the single-byte candidates: a character a byte.
    page: u8,
    chars: Vec<char>,
    /// The state before each character, and what it cost in any language.
    steps: Vec<(State, u32)>,
    scores: Scores,
}

impl Base {
    fn new(model: &Model, page: u8, chars: Vec<char>) -> Base {
        let mut base = Base { page, steps: Vec::with_capacity(chars.len()), chars, scores: Scores::new() };
        let mut state = model.start();
        for &c in &base.chars {
            let before = base.scores.any();
            let next = base.scores.push(model, state, c);
            base.steps.push((state, (base.scores.any() - before) as u32));
            state = next;
        }
        base
    }

    /// The scores of another reading of the same bytes; puts its characters beyond ASCII with their prices into `priced`.
    fn other(&self, model: &Model, text: &str, priced: &mut Vec<(char, u32)>) -> Scores {
        let mut scores = self.scores.clone();
        let mut state = model.start();
        for (i, c) in text.chars().enumerate() {
            let price = if self.chars.get(i) == Some(&c) && self.steps[i].0 == state {
                state = self.steps.get(i + 1).map_or(state, |s| s.0);
                self.steps[i].1
            } else {
                if let Some(&c) = self.chars.get(i) {
                    scores.pull(model, self.steps[i].0, c);
                }
                let before = scores.any();
                state = scores.push(model, state, c);
                scores.any().wrapping_sub(before) as u32
            };
            if alphabet::counts(c) {
                priced.push((c, price));
            }
        }
        scores
    }

    /// The same for two single-byte readings: only what differs is looked at.
    fn other_page(&self, model: &Model, page: u8, weighed: &Weighed, priced: &mut Vec<(char, u32)>) -> Scores {
        let pages = Pages::get();
        let Weighed { bytes, high, .. } = weighed;
        let mut scores = self.scores.clone();
        let mut high = high.iter().copied().peekable();
        let differ = pages.differ(self.page, page);
        while let Some(mut at) = high.next() {
            if differ & bit(bytes[at]) == 0 {
                if alphabet::counts(self.chars[at]) {
                    priced.push((self.chars[at], self.steps[at].1));
                }
                continue;
            }
            // From here to where both stand alike again.
            let mut state = self.steps[at].0;
            loop {
                let c = pages.char(page, bytes[at]).unwrap_or('\u{FFFD}');
                scores.pull(model, self.steps[at].0, self.chars[at]);
                let before = scores.any();
                state = scores.push(model, state, c);
                if alphabet::counts(c) {
                    priced.push((c, scores.any().wrapping_sub(before) as u32));
                }
                at += 1;
                if at == bytes.len() || state.alike(self.steps[at].0) {
                    break;
                }
                high.next_if_eq(&at);
            }
        }
        scores
    }
}

/// Weighs the lanes that are left once more, when the second of them is near the first.
pub(super) fn refine(outcome: &mut Outcome, bytes: &[u8]) {
    let best = outcome.lanes[0].cost;
    if outcome.lanes[1..].iter().all(|l| l.hope() > best + CLOSE) {
        return;
    }
    let (model, pages) = (Model::shared(), Pages::get());
    let bytes_weighed = outcome.bytes(bytes, BYTES);
    let high = (0..bytes_weighed.len()).filter(|&i| bytes_weighed[i] >= 0x80).collect();
    let weighed = Weighed { present: present(&bytes_weighed), bytes: bytes_weighed, high };
    let char = |page: u8, i: usize| weighed.bytes.get(i).map_or('\n', |&b| pages.char(page, b).unwrap_or('\u{FFFD}'));
    let mut base: Option<Base> = None;
    let mut priced = Vec::new();
    for i in 0..outcome.lanes.len() {
        let lane = &outcome.lanes[i];
        let (codec, page) = (lane.codec, lane.page);
        if codec.is_double_byte() {
            continue;
        }
        let text = if page == NONE { outcome.text(bytes, lane, BYTES) } else { String::new() };
        let chars = |page: u8| -> Vec<char> { (0..weighed.bytes.len()).map(|i| char(page, i)).collect() };
        let base = base.get_or_insert_with(|| Base::new(model, page, if page == NONE { text.chars().collect() } else { chars(page) }));
        priced.clear();
        let (scores, breaches) = if page == NONE {
            (base.other(model, &text, &mut priced), manners::breaches(model, codec, &text))
        } else if base.page == NONE {
            let text: String = chars(page).iter().collect();
            (base.other(model, &text, &mut priced), manners::breaches(model, codec, &text))
        } else {
            let set = pages.remarkable(page);
            let remarkable = weighed.high.iter().copied().filter(|&i| set & bit(weighed.bytes[i]) != 0);
            let found = pages.own(page) & weighed.present != 0;
            let breaches = manners::breaches_at(model, remarkable.filter(|_| set & weighed.present != 0), found, |i| char(page, i));
            (base.other_page(model, page, &weighed, &mut priced), breaches)
        };
        let gain = scores.any().saturating_sub(scores.best().1) as u32;
        let gain = gain.max(alphabet::gain(&priced, gain));
        let lane: &mut Lane = &mut outcome.lanes[i];
        lane.cost = lane.cost.saturating_sub(gain) + breaches;
    }
    outcome.lanes.sort_by_key(|l| l.cost);
}
