//! The readings of a line with losses that are kept from place to place. What a reading costs is found out in `holes`, the way through a
//! line in `lattice`.

use super::holes::Holed;
use crate::model::State;

/// A way through the line up to here.
#[derive(Clone, Copy)]
pub(super) struct Node {
    pub parent: u32,
    pub cost: i32,
    pub plain: i32,
    pub state: State,
    pub pending: Holed,
    pub out: [char; 4],
    pub outs: u8,
    /// Bits of `out` that are guesses.
    pub guessed: u8,
    pub other: [char; 3],
    pub inside: bool,
    /// Whether it goes on from a reading that costs [`LATE`] more than another.
    pub late: bool,
}

/// Readings kept at one place. Of 1,680 generated cases in three seeds, twelve come nearer to the text by .0002 and take a fifth longer.
const BEAM: usize = 8;
/// What a reading may cost more than the cheapest at the same place, in 1/16 nats: a character it has not paid for yet is 5 nats, a
/// rare one 12.
const SPREAD: i32 = 16 * 16;
/// The same beside the cheapest that has as many bytes pending, which has paid for as much, in 1/16 nats: of 23,300 places on the ways
/// through 363 lines one in a thousand costs 4.5 nats more, none 8.2.
pub(super) const NEAR: i32 = 8 * 16;
/// What a reading costs more than that one from which on little is tried behind it, in 1/16 nats: of the same places one or two in a hundred do.
const LATE: i32 = 2 * 16;

/// What the cheapest nodes cost, by how many bytes are pending.
#[derive(Clone, Copy)]
pub(super) struct Leasts([i32; Holed::MOST + 1]);

impl Default for Leasts {
    fn default() -> Leasts {
        Leasts([i32::MAX; Holed::MOST + 1])
    }
}

impl Leasts {
    #[inline]
    pub fn add(&mut self, pending: u8, cost: i32) {
        let least = &mut self.0[usize::from(pending)];
        *least = cost.min(*least);
    }

    /// The cheapest with so many bytes pending, and what may be spent beyond it.
    #[inline]
    fn and(&self, pending: u8, more: i32) -> i32 {
        self.0[usize::from(pending)].saturating_add(more)
    }

    /// Whether a reading costs much more than the cheapest with as many bytes pending.
    #[inline]
    pub fn is_late(&self, pending: u8, cost: i32) -> bool {
        cost > self.and(pending, LATE)
    }
}

/// The cheapest nodes of one place, in order; of those that go on alike only the cheapest, of two that cost the same the first.
#[derive(Default)]
pub(super) struct Beam {
    nodes: Vec<Node>,
    least: Leasts,
}

impl Beam {
    pub fn clear(&mut self) {
        self.nodes.clear();
        self.least = Leasts::default();
    }

    /// The nodes that are left at the end.
    pub fn kept(&self) -> impl Iterator<Item = &Node> {
        let most = self.nodes.first().map_or(0, |n| n.cost.saturating_add(SPREAD));
        self.nodes.iter().filter(move |n| n.cost <= most.min(self.least.and(n.pending.len, NEAR)))
    }

    /// The cost from which on a node with so many bytes pending is not kept, whatever comes after it.
    #[inline]
    pub fn limit_of(&self, pending: u8) -> i32 {
        self.limit().min(self.least.and(pending, NEAR + 1))
    }

    /// The cost from which on a node is not kept, whatever comes after it.
    #[inline]
    pub fn limit(&self) -> i32 {
        match &self.nodes[..] {
            [] => i32::MAX,
            [first, ..] => {
                let most = first.cost.saturating_add(SPREAD + 1);
                if self.nodes.len() < BEAM { most } else { most.min(self.nodes[BEAM - 1].cost) }
            }
        }
    }

    /// The same of a node with nothing pending that symbols are to be fed to.
    #[inline]
    pub fn limit_behind(&self, symbols: &[Option<u8>]) -> i32 {
        if symbols.is_empty() { self.limit_of(0) } else { self.limit() }
    }

    pub fn push(&mut self, node: &Node) {
        if node.cost >= self.limit_of(node.pending.len) {
            return;
        }
        self.least.add(node.pending.len, node.cost);
        if let Some(same) = self.nodes.iter().position(|n| n.pending == node.pending && n.state == node.state) {
            if self.nodes[same].cost <= node.cost {
                return;
            }
            self.nodes.remove(same);
        }
        self.nodes.truncate(BEAM - 1);
        let at = self.nodes.partition_point(|n| n.cost <= node.cost);
        self.nodes.insert(at, *node);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Model;

    fn node(cost: i32, pending: &[Option<u8>], before: char) -> Node {
        let mut holed = Holed::default();
        pending.iter().for_each(|b| holed.push(*b));
        let model = Model::shared();
        Node {
            parent: 0,
            cost,
            plain: cost,
            state: model.step(model.start(), before).0,
            pending: holed,
            out: ['\0'; 4],
            outs: 0,
            guessed: 0,
            other: ['\0'; 3],
            inside: true,
            late: false,
        }
    }

    fn kept(nodes: &[Node]) -> Vec<i32> {
        let mut beam = Beam::default();
        beam.clear();
        nodes.iter().for_each(|n| beam.push(n));
        beam.kept().map(|n| n.cost).collect()
    }

    #[test]
    fn of_readings_that_go_on_alike_the_cheapest_is_kept() {
        assert_eq!(kept(&[node(30, &[], '河'), node(20, &[], '河'), node(25, &[], '何')]), [20, 25]);
    }

    #[test]
    fn readings_far_behind_are_dropped_in_whatever_order_they_come() {
        let (near, far) = (node(NEAR, &[], '何'), node(NEAR + 1, &[], '荷'));
        assert_eq!(kept(&[node(0, &[], '河'), near, far]), [0, NEAR]);
        assert_eq!(kept(&[far, near, node(0, &[], '河')]), [0, NEAR]);
    }

    #[test]
    fn what_has_not_paid_for_its_bytes_yet_may_cost_more() {
        let lead = [Some(0xe6)];
        assert_eq!(kept(&[node(0, &lead, '河'), node(SPREAD, &[], '何')]), [0, SPREAD]);
        assert_eq!(kept(&[node(0, &lead, '河'), node(SPREAD + 1, &[], '何')]), [0]);
    }

    #[test]
    fn late_is_what_costs_more_than_another_with_as_many_bytes_pending() {
        let mut least = Leasts::default();
        least.add(0, 90);
        least.add(0, 50);
        assert!(!least.is_late(0, 50 + LATE) && least.is_late(0, 51 + LATE) && !least.is_late(1, 1000));
    }
}
