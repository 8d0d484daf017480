//! Does damage alone prove a page cloaked, when its whole annotations do not? One torn annotation that resolves does, or several
//! question marks. What whole annotations prove is decided in `gate`.

use super::check::resolve;
use super::page::Page;
use super::price::NAT;
use super::reading::{Before, Kind, Path};
use super::search::Search;

/// What a reading that has to prove the page by itself must be cheaper than the text as it stands (8 nats gave no false positive
/// in mojibake).
const GAIN_ALONE: i32 = 8 * NAT;
/// Places looked at for a proof.
const LOOKS: usize = 40;

/// Does a torn annotation of the page resolve? One is proof: none of those found in honest text did.
pub fn is_proven_by_torn(page: &Page<'_>) -> bool {
    let mut search = Search::new(page);
    (1..page.chars.len()).filter(|at| page.torn(*at).is_some()).take(LOOKS).any(|at| alone(page, &mut search, at).is_some())
}

/// Do the question marks before punctuation turn into language, again and again? Honest ones do not: what follows them is
/// language as it stands. Two, and a quarter of those looked at.
pub fn is_proven_by_marks(page: &mut Page<'_>) -> bool {
    let gated = std::mem::replace(&mut page.gated, true);
    let mut search = Search::new(page);
    let (mut looked, mut found) = (0, 0);
    let mut at = 1;
    // A line that is sung again and again is one witness, not many.
    let mut seen: Vec<[char; 16]> = Vec::new();
    while at < page.chars.len() && looked < LOOKS {
        let around: [char; 16] = std::array::from_fn(|i| page.chars.get(at - 1 + i).map_or('\n', |c| c.1));
        if page.chars[at].1 == '?' && search.mark_behind(at).is_some() && !seen.contains(&around) {
            seen.push(around);
            looked += 1;
            if let Some(path) = alone(page, &mut search, at)
                && path.nodes.iter().filter(|n| matches!(n.kind, Kind::Marker | Kind::Shift | Kind::ShiftStrip)).count() >= 3
            {
                found += 1;
                at = path.nodes.last().map_or(at, |n| n.from as usize).max(at);
            }
        }
        at += 1;
    }
    page.gated = gated;
    found >= 2 && found * 4 >= looked
}

/// The reading of one window that has to prove the page by itself.
fn alone(page: &Page<'_>, search: &mut Search<'_, '_>, at: usize) -> Option<Path> {
    let from = at.saturating_sub(12);
    let mut before = Before::start();
    page.chars[from..at].iter().for_each(|c| before.push(c.1));
    resolve(page, search, at, at - 1, before, GAIN_ALONE).map(|(path, _)| path)
}
