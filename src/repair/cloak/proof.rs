//! Does damage alone prove a page cloaked, when its whole annotations do not? One torn annotation that resolves does, or several
//! question marks. What whole annotations prove is decided in `gate`.

use super::annotation::{Place, places};
use super::check::resolve;
use super::gate::{Verdict, is_han, reads_on};
use super::page::Page;
use super::price::NAT;
use super::reading::{Before, Kind, Path};
use super::search::Search;
use crate::model::Model;

/// What a reading that has to prove the page by itself must be cheaper than the text as it stands (8 nats gave no false positive
/// in mojibake).
const GAIN_ALONE: i32 = 8 * NAT;
/// Places looked at for a proof.
const LOOKS: usize = 40;
/// Bytes of the page that are read for one look: twelve characters before the place, a window of the search behind it.
const BEFORE: usize = 36;
const BEHIND: usize = 1200;
/// Does a torn annotation of the page resolve? One is proof: none of those found in honest text did.
pub fn is_proven_by_torn(text: &str, verdict: &Verdict) -> bool {
    let torn = places(text).filter_map(|p| if let Place::Torn(at, _) = p { Some(at) } else { None });
    torn.filter(|at| *at > 0).take(LOOKS).any(|at| alone(text, verdict, at, false).is_some())
}

/// Do the question marks before punctuation turn into language, again and again? Honest ones do not: what follows them is
/// language as it stands. Two, and a quarter of those looked at.
pub fn is_proven_by_marks(text: &str, verdict: &Verdict) -> bool {
    let (mut found, mut behind) = (0, 0);
    let mut marks = Marks::default();
    for at in mark_places(text) {
        if marks.is_enough() {
            break;
        }
        if at < behind {
            continue;
        }
        match marks.look(text, at) {
            Look::Honest => {}
            Look::Unlike => return false,
            Look::Odd => {
                if let Some((path, end)) = alone(text, verdict, at, true)
                    && path.nodes.iter().filter(|n| matches!(n.kind, Kind::Marker | Kind::Shift | Kind::ShiftStrip)).count() >= 3
                {
                    found += 1;
                    behind = end;
                }
            }
        }
    }
    found >= 2 && found * 4 >= marks.seen.len()
}

/// Is there a question mark that [`is_proven_by_marks`] would read? Asked before anything is counted on the page.
pub fn may_be_proven_by_marks(text: &str) -> bool {
    let mut marks = Marks::default();
    for at in mark_places(text) {
        if marks.is_enough() {
            return false;
        }
        match marks.look(text, at) {
            Look::Honest => {}
            Look::Unlike => return false,
            Look::Odd => return true,
        }
    }
    false
}

fn mark_places(text: &str) -> impl Iterator<Item = usize> {
    places(text).filter_map(|p| if let Place::Mark(at) = p { Some(at) } else { None }).filter(|at| *at > 0)
}

/// The question marks that were looked at. A line that is sung again and again is one witness, not many.
#[derive(Default)]
struct Marks {
    seen: Vec<[char; 16]>,
    is_language: Option<bool>,
}

/// What a question mark is at first sight.
enum Look {
    /// What follows it is language, or it was looked at before.
    Honest,
    /// What follows it is none.
    Odd,
    /// The whole page is none.
    Unlike,
}

impl Marks {
    fn is_enough(&self) -> bool {
        self.seen.len() == LOOKS
    }

    fn look(&mut self, text: &str, at: usize) -> Look {
        let mut around = text[..at].chars().rev().take(1).chain(text[at..].chars());
        let around: [char; 16] = std::array::from_fn(|_| around.next().unwrap_or('\n'));
        if self.seen.contains(&around) {
            return Look::Honest;
        }
        self.seen.push(around);
        if reads_on(text, at) {
            return Look::Honest;
        }
        // Asked before anything is read, and once: of mojibake with losses each place would be searched in vain.
        if *self.is_language.get_or_insert_with(|| is_mostly_language(text)) { Look::Odd } else { Look::Unlike }
    }
}

/// Characters of a page that are read to tell whether it is language, and what Han of it cost on the average at most: those of cloaked
/// pages cost 5 to 7 nats, those of text that was read in a wrong charset and lost bytes, where any bytes make sense of a question
/// mark, 10 and more.
const READ: usize = 4000;
const DEAREST: u64 = 17 * NAT as u64 / 2;

/// Is what stands around the damage a text?
fn is_mostly_language(text: &str) -> bool {
    let model = Model::shared();
    let (mut state, mut sum, mut han) = (model.start(), 0u64, 0u64);
    for c in text.chars().take(READ) {
        let (next, price) = model.step(state, c);
        state = next;
        if is_han(c) {
            sum += u64::from(price);
            han += 1;
        }
    }
    sum <= DEAREST * han
}

/// The reading of the window at byte `at`, which has to prove the page by itself, and the byte its last step begins at. Reads
/// only what stands around it.
fn alone(text: &str, verdict: &Verdict, at: usize, marks: bool) -> Option<(Path, usize)> {
    let from = boundary(text, at.saturating_sub(BEFORE));
    let to = boundary(text, at + BEHIND);
    let mut page = Page::new(&text[from..to], verdict, marks || verdict.cloaked);
    page.marked |= marks;
    // What has to prove the page takes nothing for granted.
    page.drops = false;
    let place = page.chars.partition_point(|c| (c.0 as usize) < at - from);
    let mut before = Before::start();
    page.chars[..place].iter().for_each(|c| before.push(c.1));
    let (path, _) = resolve(&page, &mut Search::new(&page), place, place.checked_sub(1)?, before, GAIN_ALONE)?;
    let end = path.nodes.last().map_or(at, |n| from + page.offset(n.from as usize));
    Some((path, end))
}

/// The last character border at or before a byte.
fn boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn honest_question_marks_are_not_read() {
        let honest = "河边的磨坊今天开门吗?，我们一起去看看。\n他们都来吗?，那就太好了。\n";
        assert!(!may_be_proven_by_marks(honest));
        assert!(!may_be_proven_by_marks(&honest.repeat(LOOKS)));
        let odd = format!("{honest}村里的老人都这样说?，龘\n");
        assert!(may_be_proven_by_marks(&odd));
        // A line again and again is one witness; behind so many others nothing is looked at.
        assert!(may_be_proven_by_marks(&(honest.repeat(LOOKS) + &odd)));
        let others: String = (0..LOOKS).map(|n| format!("第{n}天他们还来吗?，我们{n}\n")).collect();
        assert!(!may_be_proven_by_marks(&(others + &odd)));
    }
}
