//! The search for what stood in a torn run: a beam over (position, pending byte), priced by the character model. It proposes
//! readings of one window in order of their price; whether one is right is checked in `check` through the forward model; where it can go from a character stands in `moves`.

use super::gate::is_han;
use super::gbk;
use super::lost::is_end;
use super::page::Page;
use super::price::{self, NAT};
use super::quotes::OPENING;
use super::reading::{Before, Found, Kind, Node, Path};
use super::readings::Readings;
use crate::model::Model;

/// Readings kept at one position. Four are as exact as forty-eight when bytes decide; lost bytes need more.
const BEAM: usize = 40;
/// And of those with the same byte pending.
const BEAM_OF_BYTE: usize = 8;
/// Readings that cost this much more than the best at the same position are dropped.
const HOPELESS: i32 = 24 * NAT;
/// Characters a window has at most.
const WINDOW: usize = 400;
/// Steps a page may cost: by itself and for each character. Simulated pages, the most damaged among them, need at most 45,000 on
/// 2,000 characters, and 9 a character when they are longer than 5,000.
const ALLOWANCE: usize = 150_000;
const ALLOWED: usize = 15;
/// Steps that a guess is worth: two look-ups for each of up to 126 choices.
const GUESS: usize = 250;
/// A window ends when every reading has been in step for so many characters.
const IN_STEP: u8 = 6;

/// A partial reading.
#[derive(Clone, Copy, Debug)]
pub struct Partial {
    pub node: u32,
    pub cost: i32,
    /// A lead byte whose trail comes next; 0 when in step; `UNKNOWN` when even the lead is lost.
    pub pending: u8,
    pub before: Before,
    in_step: u8,
    /// Hash of all that was written.
    text: u64,
    /// Readings that were merged into this one.
    merged: u32,
}

/// No lead byte: it is lost.
pub const UNKNOWN: u8 = 1;
/// No node.
pub const NONE: u32 = u32::MAX;

/// A reading that lost against another one on the way.
#[derive(Clone, Copy, Debug)]
struct Merged {
    /// Where it lost, and to which node.
    loser: u32,
    winner: u32,
    gap: i32,
    next: u32,
}

/// The search, with its memory.
#[derive(Debug)]
pub struct Search<'p, 't> {
    pub(super) page: &'p Page<'t>,
    pub(super) table: &'static Readings,
    pub(super) model: &'static Model,
    pub(super) nodes: Vec<Node>,
    merged: Vec<Merged>,
    buckets: Vec<Vec<Partial>>,
    start: usize,
    /// Steps and guesses made on this page, as steps.
    work: usize,
    /// Guesses made in this window.
    pub(super) asked: u32,
}

impl<'p, 't> Search<'p, 't> {
    /// A search on one page.
    pub fn new(page: &'p Page<'t>) -> Self {
        Search {
            page,
            table: Readings::shared(),
            model: Model::shared(),
            nodes: Vec::new(),
            merged: Vec::new(),
            buckets: Vec::new(),
            start: 0,
            work: 0,
            asked: 0,
        }
    }

    /// Reads the window that begins with the damage at character `start`. Linear in the window, which is capped; allocates.
    pub fn window(&mut self, start: usize, before: Before) -> Found {
        self.work = self.work();
        self.nodes.clear();
        self.merged.clear();
        self.buckets.iter_mut().for_each(Vec::clear);
        self.start = start;
        self.asked = 0;
        self.bucket(start).push(Partial { node: NONE, cost: 0, pending: 0, before, in_step: 0, text: 0, merged: NONE });

        let limit = self.page.chars.len().min(start + WINDOW);
        let mut finals = Vec::new();
        let mut at = start;
        let mut furthest = start;
        while at - start < self.buckets.len() {
            let mut here = std::mem::take(&mut self.buckets[at - start]);
            if here.is_empty() {
                at += 1;
                continue;
            }
            here.sort_by_key(|p| (p.cost, p.node));
            let best = here[0].cost;
            // Readings with another byte pending have yet to pay for what it explains: many guesses with one byte pending must
            // not crowd them out.
            let (mut place, mut alike) = (0, [0; 256]);
            here.retain(|p| {
                place += 1;
                alike[p.pending as usize] += 1;
                let first = place <= BEAM || alike[p.pending as usize] <= BEAM_OF_BYTE || p.pending == UNKNOWN;
                first && p.cost - best <= HOPELESS
            });
            let later = self.buckets[at - start + 1..].iter().any(|b| !b.is_empty());
            let settled = !later && here.iter().all(|p| p.pending == 0 && p.in_step >= IN_STEP);
            if settled || at >= limit {
                finals = here;
                finals.retain(|p| p.pending == 0);
                furthest = at;
                break;
            }
            for p in &here {
                self.expand(at, *p);
            }
            at += 1;
        }
        let literal = self.literal(start, furthest, before);
        finals.sort_by_key(|p| (p.cost, p.node));
        let mut paths: Vec<Path> = Vec::new();
        for p in &finals {
            let nodes = self.trace(p.node);
            if nodes.iter().all(|n| n.kind.is_plain()) || paths.iter().any(|q| q.text == p.text) {
                continue;
            }
            let others = self.others(p, &nodes);
            paths.push(Path { cost: p.cost, nodes, others, text: p.text });
        }
        Found { paths, literal }
    }

    /// Is the page worth no more? Pages of nothing but damage have no answer and would cost without end.
    pub fn is_exhausted(&self) -> bool {
        self.work() > ALLOWANCE + ALLOWED * self.page.chars.len()
    }

    fn work(&self) -> usize {
        self.work + self.nodes.len() + GUESS * self.asked as usize
    }

    fn bucket(&mut self, at: usize) -> &mut Vec<Partial> {
        let i = at - self.start;
        if self.buckets.len() <= i {
            self.buckets.resize_with(i + 1, Vec::new);
        }
        &mut self.buckets[i]
    }

    fn trace(&self, mut node: u32) -> Vec<Node> {
        let mut nodes = Vec::new();
        while node != NONE {
            nodes.push(self.nodes[node as usize]);
            node = self.nodes[node as usize].parent;
        }
        nodes.reverse();
        nodes
    }

    /// The readings that were merged into `p` within reach, each completed by the rest of `p`.
    fn others(&self, p: &Partial, nodes: &[Node]) -> Vec<(i32, Vec<Node>)> {
        let mut found = Vec::new();
        let mut at = p.merged;
        while at != NONE && found.len() < 16 {
            let m = self.merged[at as usize];
            at = m.next;
            let mut other = self.trace(m.loser);
            let shared = self.depth(m.winner);
            other.extend_from_slice(&nodes[shared..]);
            found.push((m.gap, other));
        }
        found.sort_by_key(|f| f.0);
        found
    }

    fn depth(&self, mut node: u32) -> usize {
        let mut n = 0;
        while node != NONE {
            n += 1;
            node = self.nodes[node as usize].parent;
        }
        n
    }

    /// Price of the page as it stands.
    fn literal(&self, start: usize, end: usize, before: Before) -> i32 {
        let mut state = before.state;
        let mut cost = 0i32;
        let mut at = start;
        while at < end {
            let c = self.page.chars[at].1;
            let (next, price) = self.model.step(state, c);
            state = next;
            cost += price as i32;
            if self.page.torn(at).is_some() {
                cost += price::LITERAL;
            } else if self.mark_behind(at).is_some() {
                cost += price::LITERAL_MARK;
            }
            at = self.page.annotated(at).map_or(at + 1, |a| a.end);
        }
        cost
    }

    /// Adds one step and puts the reading into its bucket.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn write(
        &mut self,
        p: Partial,
        from: usize,
        to: usize,
        out: &[char],
        bytes: &[u8],
        kind: Kind,
        pending: u8,
        hit: u16,
        extra: i32,
        noted: bool,
    ) {
        let next = self.step(p, from, to, out, bytes, kind, pending, hit, extra, noted);
        self.enter(to, next);
    }

    /// Makes one step. `noted`: the character stands with its reading, or may stand without for another reason.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn step(
        &mut self,
        p: Partial,
        from: usize,
        to: usize,
        out: &[char],
        bytes: &[u8],
        kind: Kind,
        pending: u8,
        hit: u16,
        extra: i32,
        noted: bool,
    ) -> Partial {
        let mut cost = p.cost + extra;
        let mut before = p.before;
        let mut text = p.text;
        let mut node = Node {
            parent: p.node,
            from: from as u32,
            to: to as u32,
            out: ['\0'; 2],
            outs: out.len() as u8,
            bytes: [0; 5],
            lens: bytes.len() as u8,
            kind,
            hit,
        };
        node.bytes[..bytes.len()].copy_from_slice(bytes);
        for (i, c) in out.iter().enumerate() {
            let c = if matches!(kind, Kind::Keep | Kind::Strip) { *c } else { self.page.shown(*c) };
            node.out[i] = c;
            let (state, price) = self.model.step(before.state, c);
            cost += price as i32;
            let made = !matches!(kind, Kind::Keep | Kind::Strip);
            if (made || before.made & 1 != 0) && is_end(c) && is_end(before.prev) {
                cost += price::TWO_ENDS;
            }
            if made && gbk::is_private(c) {
                cost += price::PRIVATE;
            }
            // Only runs that hold a character put together say something about it.
            let least = if made { 1 } else { 1 + before.made.trailing_zeros() as usize };
            if least <= 2 {
                cost += self.again([before.prev, before.older[0], before.older[1]], c, least);
            }
            if c == '\n' && OPENING.contains(&gbk::fold(before.prev)) {
                cost += price::OPENS_NOTHING;
            }
            before.made = (before.made << 1 | u8::from(made)) & 3;
            before.quotes = before.quotes.after(c);
            before.since = before.since_after(c);
            before.state = state;
            before.older = [before.prev, before.older[0]];
            before.prev = c;
            text = (text.rotate_left(5) ^ c as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        }
        if let (&[first, ..], [.., last]) = (&out, bytes) {
            // A member of the set, or a pair across the border that is one, stands without its reading.
            let own = (bytes.len() >= 2).then(|| u16::from_be_bytes([bytes[0], bytes[1]]));
            let across = u16::from_be_bytes([p.before.last, bytes[0]]);
            let member = own.is_some_and(|o| self.page.set.contains(o)) || (bytes[0] >= 0x80 && self.page.set.contains(across));
            if !noted && member {
                cost += price::UNANNOTATED;
            }
            before.last = match *last {
                // A folded full-width form has a second byte.
                b if b < 0x80
                    && matches!(kind, Kind::Keep | Kind::Strip)
                    && (0x21..0x7F).contains(&b)
                    && !first.is_ascii_alphanumeric() =>
                {
                    b + 0x80
                }
                b => b,
            };
        }
        let in_step = match kind {
            Kind::Keep | Kind::Strip => p.in_step.saturating_add(1),
            Kind::Comma => p.in_step,
            _ => 0,
        };
        self.nodes.push(node);
        Partial { node: self.nodes.len() as u32 - 1, cost, pending, before, in_step, text, merged: p.merged }
    }

    /// What it is worth that the page has `c` elsewhere behind the characters `last`, in a run longer than `least`.
    pub(super) fn again(&self, last: [char; 3], c: char, least: usize) -> i32 {
        let longest = match self.page.vocabulary.longest(last, c) {
            2 if !is_han(c) || !is_han(last[0]) => 1,
            longest => longest,
        };
        price::AGAIN[least - 1..longest.max(least) - 1].iter().sum()
    }

    /// Puts a reading into its bucket, or merges it with one that has the same future.
    fn enter(&mut self, at: usize, mut new: Partial) {
        let i = at - self.start;
        if self.buckets.len() <= i {
            self.buckets.resize_with(i + 1, Vec::new);
        }
        let (buckets, merged) = (&mut self.buckets, &mut self.merged);
        for old in &mut buckets[i] {
            if old.pending != new.pending || old.before.last != new.before.last || old.before.state != new.before.state {
                continue;
            }
            let gap = (new.cost - old.cost).abs();
            let (winner, loser) = if new.cost < old.cost { (&mut new, *old) } else { (&mut *old, new) };
            if winner.text != loser.text && gap < 6 * NAT {
                merged.push(Merged { loser: loser.node, winner: winner.node, gap, next: winner.merged });
                winner.merged = merged.len() as u32 - 1;
            }
            let winner = *winner;
            *old = winner;
            return;
        }
        buckets[i].push(new);
    }
}
