//! The second weighing, for readings the contest left close: each in the language that suits it best, and with what its manners
//! betray. Readings differ in few characters, so all but the first pay only for what they read differently.

use super::alphabet::Priced;
use super::contest::Outcome;
use super::lane::Lane;
use super::pages::{NONE, Pages, bit, present};
use super::{alphabet, manners};
use crate::model::{Language, Model, NAT, Scores, State};

/// Languages are told apart only when the second is this near: more is never gained by it.
const CLOSE: u32 = 24 * NAT;
/// Bytes of the sample that are weighed, beside the places where readings differ.
const BYTES: usize = 768;

/// Bytes of ASCII text beside them.
const BESIDE: usize = 384;

/// How much dearer ASCII letters are in the nearest language of the model than in any, in percent, when the text is in another: 12 in
/// Breton; lists of Hungarian words are 1 dearer in Hungarian.
const ANOTHER: i64 = 3;
/// The most that speaks against another language: Galician is cheap as Portuguese.
const KNOWN: i64 = 10 * NAT as i64;
/// From here on more speaks against it, in percent that ASCII letters are cheaper in the nearest language of the model than in any:
/// on pieces of some 500 characters Afrikaans, Czech, Dutch, French, Polish are 8 to 11 % cheaper as themselves, Galician, Asturian
/// and Occitan at most 5 % as their neighbours. Scottish Gaelic is 13 % cheaper as Irish, so it is asked for no more.
const NEIGHBOUR: i64 = 5;
/// The most that speaks against it by that, and what it must be before it does: in a word or two anything is cheap by chance. Both by hand,
/// on the pieces named in `manners`.
const CERTAIN: i64 = 40 * NAT as i64;
const FEW: i64 = 4 * NAT as i64;

/// The bytes that are weighed and where those beyond ASCII are: single-byte readings are never written out.
struct Weighed {
    bytes: Vec<u8>,
    high: Vec<usize>,
    present: u128,
}

impl Weighed {
    /// True when a letter of ASCII stands beside the byte at `i`.
    fn is_glued(&self, i: usize) -> bool {
        let is_letter = |i: Option<usize>| i.and_then(|i| self.bytes.get(i)).is_some_and(u8::is_ascii_alphabetic);
        is_letter(i.checked_sub(1)) || is_letter(Some(i + 1))
    }
}

/// The first reading, character by character.
struct Base {
    /// Its number among the single-byte candidates: a character a byte.
    page: u8,
    chars: Vec<char>,
    /// The state before each character, and what it cost in any language.
    steps: Vec<(State, u32)>,
    scores: Scores,
    /// What the ASCII characters cost less in the language they are cheapest in than in any, alike in all readings.
    ascii: i64,
    /// What speaks against another language by that.
    unlikely: i64,
    /// Whether the text is English beyond doubt: no language of `alphabet` is taken for it.
    english: bool,
}

impl Base {
    fn new(model: &Model, page: u8, chars: Vec<char>, beside: &str) -> Base {
        let mut base =
            Base { page, steps: Vec::with_capacity(chars.len()), chars, scores: Scores::new(), ascii: 0, unlikely: 0, english: false };
        // The same in all readings: it tells which languages the text may be in.
        base.scores.add(model, beside);
        let mut ascii = base.scores.clone();
        let mut state = model.start();
        for (i, &c) in base.chars.iter().enumerate() {
            let before = base.scores.any();
            let next = base.scores.push(model, state, c);
            base.steps.push((state, (base.scores.any() - before) as u32));
            // What stands behind a letter beyond ASCII costs what the letter makes of it.
            if c.is_ascii() && base.chars[i.saturating_sub(alphabet::REACH)..i].iter().all(char::is_ascii) {
                ascii.push(model, state, c);
            }
            state = next;
        }
        base.ascii = ahead(&ascii);
        let (any, nearest) = (ascii.any() as i64, ascii.best().0);
        base.unlikely = (any * ANOTHER / 100 - base.ascii).clamp(0, KNOWN);
        base.english = base.unlikely == KNOWN && nearest == Language::English;
        if !matches!(nearest, Language::Irish | Language::English) {
            base.unlikely += (-base.ascii - any * NEIGHBOUR / 100 - FEW).clamp(0, CERTAIN);
        }
        base
    }

    /// The scores of another reading of the same bytes; puts its letters beyond ASCII with their prices into `letters`.
    fn other(&self, model: &Model, text: &str, letters: &mut Vec<Priced>) -> Scores {
        let mut scores = self.scores.clone();
        let mut state = model.start();
        let chars: Vec<char> = text.chars().collect();
        let mut prices = Vec::with_capacity(chars.len());
        for (i, &c) in chars.iter().enumerate() {
            prices.push(if self.chars.get(i) == Some(&c) && self.steps[i].0 == state {
                state = self.steps.get(i + 1).map_or(state, |s| s.0);
                self.steps[i].1
            } else {
                if let Some(&c) = self.chars.get(i) {
                    scores.pull(model, self.steps[i].0, c);
                }
                let before = scores.any();
                state = scores.push(model, state, c);
                scores.any().wrapping_sub(before) as u32
            });
        }
        put(letters, 0..chars.len(), |i| chars.get(i).copied(), |i| prices[i]);
        scores
    }

    /// The same for two single-byte readings: only what differs is looked at.
    fn other_page(&self, model: &Model, page: u8, weighed: &Weighed, letters: &mut Vec<Priced>) -> Scores {
        let pages = Pages::get();
        let Weighed { bytes, high, .. } = weighed;
        let mut scores = self.scores.clone();
        let mut differing = high.iter().copied().peekable();
        let differ = pages.modelled_differ(self.page, page);
        // Where it pays something else, ascending.
        let mut own: Vec<(usize, u32)> = Vec::new();
        while let Some(mut at) = differing.next() {
            if differ & bit(bytes[at]) == 0 {
                continue;
            }
            // From here to where both stand alike again.
            let mut state = self.steps[at].0;
            loop {
                let c = pages.modelled(page, bytes[at]).unwrap_or('\u{FFFD}');
                scores.pull(model, self.steps[at].0, self.chars[at]);
                let before = scores.any();
                state = scores.push(model, state, c);
                own.push((at, scores.any().wrapping_sub(before) as u32));
                at += 1;
                if at == bytes.len() || state.alike(self.steps[at].0) {
                    break;
                }
                differing.next_if_eq(&at);
            }
        }
        let price = |i: usize| own.binary_search_by_key(&i, |o| o.0).map_or(self.steps[i].1, |o| own[o].1);
        let char = |i: usize| bytes.get(i).map(|&b| pages.modelled(page, b).unwrap_or('\u{FFFD}'));
        put(letters, high.iter().copied(), char, price);
        scores
    }
}

/// Puts the Latin letters beyond ASCII at some places of a reading into `letters`.
fn put(letters: &mut Vec<Priced>, places: impl Iterator<Item = usize>, char: impl Fn(usize) -> Option<char>, price: impl Fn(usize) -> u32) {
    for i in places {
        let Some(c) = char(i).filter(|c| alphabet::counts(*c)) else { continue };
        let before = i.checked_sub(1).and_then(&char).unwrap_or('\n');
        let mut behind = 0;
        for j in i + 1..=i + alphabet::REACH {
            // A digit does not stand behind a letter in any language.
            if !char(j).is_some_and(|c| c.is_ascii() && !c.is_ascii_digit()) {
                break;
            }
            behind += price(j) as i32 - alphabet::ASCII as i32;
        }
        let next = char(i + 1).unwrap_or('\n');
        letters.push(Priced { letter: alphabet::passes_for(c, before, next), price: price(i), behind });
    }
}

/// What a text costs more in the language it is cheapest in than in any; mostly negative.
fn ahead(scores: &Scores) -> i64 {
    scores.best().1 as i64 - scores.any() as i64
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
    let char = |page: u8, i: usize| weighed.bytes.get(i).map_or('\n', |&b| pages.modelled(page, b).unwrap_or('\u{FFFD}'));
    let mut base: Option<Base> = None;
    let mut letters = Vec::new();
    for i in 0..outcome.lanes.len() {
        let lane = &outcome.lanes[i];
        let (codec, page) = (lane.codec, lane.page);
        if codec.is_double_byte() {
            continue;
        }
        let text = if page == NONE { outcome.text(bytes, lane, BYTES) } else { String::new() };
        let chars = |page: u8| -> Vec<char> { (0..weighed.bytes.len()).map(|i| char(page, i)).collect() };
        let base = base.get_or_insert_with(|| {
            let chars = if page == NONE { text.chars().collect() } else { chars(page) };
            Base::new(model, page, chars, &outcome.beside(bytes, BESIDE))
        });
        letters.clear();
        let (scores, breaches) = if page == NONE {
            (base.other(model, &text, &mut letters), manners::breaches(model, codec, &text))
        } else if base.page == NONE {
            let text: String = chars(page).iter().collect();
            (base.other(model, &text, &mut letters), manners::breaches(model, codec, &text))
        } else {
            let set = pages.remarkable(page);
            let remarkable = weighed.high.iter().copied().filter(|&i| set & bit(weighed.bytes[i]) != 0);
            let own = pages.own(page) & weighed.present;
            let is_sound = |&i: &usize| own & bit(weighed.bytes[i]) != 0 && !weighed.is_glued(i);
            let found = own != 0 && (!manners::is_of_script(codec) || weighed.high.iter().any(is_sound));
            let breaches = manners::breaches_at(model, remarkable.filter(|_| set & weighed.present != 0), found, |i| char(page, i));
            (base.other_page(model, page, &weighed, &mut letters), breaches)
        };
        // A language of the table is near one of the model or none, and its ASCII letters cost what they cost there: only the others decide.
        let of_others =
            if base.english { alphabet::of_none(&letters, base.unlikely) } else { alphabet::correction(&mut letters, base.unlikely) };
        let correction = (ahead(&scores) - base.ascii).min(of_others);
        let lane: &mut Lane = &mut outcome.lanes[i];
        lane.cost = (i64::from(lane.cost) + correction).max(0) as u32 + breaches;
    }
    outcome.lanes.sort_by_key(|l| l.cost);
}
