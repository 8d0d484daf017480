//! Checks a reading through the forward model: garbled again, it must show what the page shows. Finds no readings itself.

use super::channel::{self, Set};
use super::gbk;
use super::page::Page;
use super::price::NAT;
use super::reading::{Before, Kind, Node, Path};
use super::search::Search;

/// Two readings nearer than this to each other make a guess: 99.5 % of the others are right.
pub const GUESS: i32 = 5 * NAT;
/// Readings of one window that are checked before it is given up.
const TRIES: usize = 12;

/// The best reading of a window that shows what is seen once it is garbled again. `safe`: a character before the window that is
/// in step, from which the check begins.
pub fn resolve(page: &Page<'_>, search: &mut Search<'_, '_>, at: usize, safe: usize, before: Before, gain: i32) -> Option<(Path, i32)> {
    let found = search.window(at, before);
    let mut paths = found.paths.into_iter().filter(|p| p.cost + gain <= found.literal).take(TRIES);
    let best = paths.by_ref().find(|p| is_exact(page, safe, &p.nodes))?;
    let mut gap = found.literal - best.cost;
    let mut best = best;
    for other in paths.filter(|p| p.cost - best.cost < GUESS) {
        if is_exact(page, safe, &other.nodes) {
            gap = gap.min(other.cost - best.cost);
            best.others.push((other.cost - best.cost, other.nodes));
        }
    }
    best.others.retain(|(_, nodes)| is_exact(page, safe, nodes));
    best.others.sort_by_key(|o| o.0);
    if let Some((least, _)) = best.others.first() {
        gap = gap.min(*least);
    }
    Some((best, gap))
}

/// Garbles a reading again and compares it with the page, from the character `safe` to one character behind the last change.
fn is_exact(page: &Page<'_>, safe: usize, nodes: &[Node]) -> bool {
    let Some(last) = nodes.iter().rposition(|n| !n.kind.is_plain()) else { return true };
    let nodes = &nodes[..nodes.len().min(last + 2)];
    // A torn annotation read as a whole character is one byte short: the model does not explain it.
    let mut bytes = Vec::with_capacity(nodes.len() * 2 + 8);
    let mut set: Option<Set> = None;
    let first = nodes.first().map_or(safe, |n| n.from as usize);
    for (_, c) in page.chars.get(safe..first).unwrap_or_default().iter().take(1) {
        channel::encode(*c, &mut bytes);
    }
    for n in nodes {
        // ASCII punctuation is full-width in the bytes when its second byte belongs to the annotated character.
        if n.kind == Kind::Torn
            && let Some(last) = bytes.pop()
        {
            if last < 0x80 && n.hit >> 8 == u16::from(last) + 0x80 {
                bytes.extend_from_slice(&[gbk::ROW_A3, last + 0x80]);
            } else {
                bytes.push(last);
            }
        }
        if n.kind == Kind::Whole {
            return true;
        }
        if n.kind == Kind::Tag {
            for (_, c) in &page.chars[n.from as usize..n.to as usize] {
                channel::encode(*c, &mut bytes);
            }
        }
        bytes.extend_from_slice(&n.bytes[..n.lens as usize]);
        if n.hit != 0 && !page.set.contains(n.hit) {
            let raw = hit_reading(page, n);
            set.get_or_insert_with(|| page.set.clone()).insert(n.hit, raw);
        }
    }
    let set = set.as_ref().unwrap_or(&page.set);
    let end = nodes.last().map_or(safe, |n| n.to as usize);
    let seen = &page.chars[safe..end];
    let marked = channel::annotated(&bytes, set);
    let mut shown = page.decoder(first);
    let mut out = Vec::with_capacity(seen.len());
    let mut same = |shown| {
        out.clear();
        channel::decode(&marked, shown, &mut out);
        if page.drops {
            out.retain(|c| !gbk::is_private(*c));
        }
        out.len() == seen.len() && out.iter().zip(seen).all(|(a, (_, b))| gbk::shows(*a, *b))
    };
    same(shown) || {
        shown.euro = false;
        same(shown)
    }
}

/// The reading as the page writes it, of a step that belongs to a torn annotation.
fn hit_reading<'t>(page: &Page<'t>, n: &Node) -> &'t str {
    let text = &page.text[page.offset(n.from as usize)..page.offset(n.to as usize)];
    let from = text.rfind(['?', '(']).map_or(0, |at| at + 1);
    text[from..].trim_end_matches(')')
}
