//! Slots: blocks that a page's template puts into elements of the same names, such as the posts of a thread, the buttons under each,
//! or the entries of a menu. What the blocks of a slot have in common says more than one of them. What it weighs is data.

use crate::tag::Tag;
use crate::tree::Outline;

use super::features::Row;
use super::survey::{self, Survey};

/// What the blocks of one slot have in common; of [`NAMES`], in that order.
type Common = [f32; NAMES.len()];

/// The features of a slot.
const NAMES: [&str; 12] =
    ["blocks", "units", "mean", "longest", "prose", "link", "distinct", "ends", "mark_rate", "share", "first", "span"];

/// The slots of a page under one notion of what the same place is.
pub(super) struct Slots {
    name: &'static str,
    /// Of each block: its slot.
    of_block: Vec<u32>,
    common: Vec<Common>,
}

/// Blocks whose elements have the same names from the root on, and those whose element and its parent have.
pub(super) fn of(outline: &Outline, survey: &Survey) -> [Slots; 2] {
    let tree = &outline.tree;
    let names: Vec<u64> = tree.labels.iter().map(|l| bare(l)).collect();
    let own = |i: usize| join(names.get(tree.label[i] as usize).copied().unwrap_or(0), u64::from(tree.tag[i].0));
    let mut path = vec![(0, 0, 0); tree.len().max(1)];
    for i in 1..tree.len() {
        let (above, parent, _) = path[tree.parent[i] as usize];
        let own = own(i);
        path[i] = (join(above, own), own, join(parent, own));
    }
    // layout tables put different parts of a page into cells without names
    let alone = |i: usize| if i > 0 && tree.label[i] == 0 && matches!(tree.tag[i], Tag::TD | Tag::TH) { i as u64 } else { 0 };
    let slots = |name, key: &dyn Fn(usize) -> u64| Slots::of(name, survey, key);
    [slots("slot", &|node| join(path[node].0, alone(node))), slots("near_slot", &|node| join(path[node].2, alone(node)))]
}

/// A hash of two.
fn join(a: u64, b: u64) -> u64 {
    (a.rotate_left(23) ^ b).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// A hash of a label without what numbers its element: ids and digits.
fn bare(label: &str) -> u64 {
    let mut hash = 0;
    for word in label.split(' ').filter(|w| !w.starts_with('#')) {
        for b in word.bytes().filter(|b| !b.is_ascii_digit()) {
            hash = join(hash, u64::from(b));
        }
        hash = join(hash, u64::from(b' '));
    }
    hash
}

impl Slots {
    fn of(name: &'static str, survey: &Survey, key: &dyn Fn(usize) -> u64) -> Slots {
        let n = survey.nodes.len();
        let mut order: Vec<(u64, u64, u32)> =
            survey.nodes.iter().zip(&survey.hashes).zip(0..).map(|((node, text), i)| (key(*node as usize), *text, i)).collect();
        order.sort_unstable();
        let mut slots = Slots { name, of_block: vec![0; n], common: Vec::new() };
        let page = survey.sums[0].plain + 1.0;
        for slot in order.chunk_by(|a, b| a.0 == b.0) {
            let (mut units, mut plain, mut longest, mut prose, mut ends, mut marks) = (0.0, 0.0, 0f32, 0.0, 0.0, 0.0);
            let (mut first, mut last) = (u32::MAX, 0);
            for &(.., i) in slot {
                slots.of_block[i as usize] = slots.common.len() as u32;
                let (m, link) = (&survey.measures[i as usize], survey.links[i as usize]);
                units += m.units;
                plain += m.units * (1.0 - link);
                longest = longest.max(m.units);
                prose += if survey::reads_like_prose(m, link) { m.units } else { 0.0 };
                ends += f32::from(u8::from(m.ends));
                marks += m.marks;
                (first, last) = (first.min(i), last.max(i));
            }
            let blocks = slot.len() as f32;
            let distinct = slot.chunk_by(|a, b| a.1 == b.1).count() as f32;
            let all = units.max(1.0);
            slots.common.push([
                blocks,
                units,
                units / blocks,
                longest,
                prose / all,
                1.0 - plain / all,
                distinct / blocks,
                ends / blocks,
                100.0 * marks / all,
                plain / page,
                first as f32 / n as f32,
                (last - first) as f32 / n as f32,
            ]);
        }
        slots
    }

    /// The features of block `i`.
    pub(super) fn put(&self, i: usize, row: &mut impl Row) {
        for (name, value) in NAMES.iter().zip(self.common[self.of_block[i] as usize]) {
            row.put(format_args!("{}_{name}", self.name), value);
        }
    }

    /// How likely each block is content when the blocks of its slot are asked, too: half way to their mean where every block has an
    /// element of its own, less where an element holds several, as lines of one text need not be alike.
    pub(super) fn lean(&self, likely: &[f32], survey: &Survey) -> Vec<f32> {
        /// Share of the mean. On pages of sites left out, three seeds of training each, two forms of leaning gained .0004 and .001 of
        /// F1; .7 gains no more.
        const MOST: f32 = 0.5;
        let mut sums = vec![(0.0, 0.0, u32::MAX); self.common.len()];
        for (i, &slot) in self.of_block.iter().enumerate() {
            let (sum, elements, last) = &mut sums[slot as usize];
            *sum += likely[i];
            // the blocks of one element mostly follow each other
            *elements += f32::from(u8::from(*last != survey.nodes[i]));
            *last = survey.nodes[i];
        }
        let lean = |(i, &slot): (usize, &u32)| {
            let ((sum, elements, _), blocks) = (sums[slot as usize], self.common[slot as usize][0]);
            let share = if elements > 1.0 { MOST * elements / blocks } else { 0.0 };
            likely[i] + share * (sum / blocks - likely[i])
        };
        self.of_block.iter().enumerate().map(lean).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{html, rules::Rules};

    fn slots(page: &str) -> [Slots; 2] {
        let (layers, outline) = html::outline(page, Rules::builtin());
        of(&outline, &Survey::of(&layers[0].text, &outline))
    }

    #[test]
    fn ids_and_numbers_do_not_part_a_slot_names_do() {
        let [full, _] = slots(
            "<div class='post p1' id=a1><p>One</p></div><div class='post p2' id=b7><p>Two</p></div><div class=reply><p>Three</p></div>",
        );
        assert_eq!(full.of_block[0], full.of_block[1]);
        assert_ne!(full.of_block[0], full.of_block[2]);
    }

    #[test]
    fn what_stands_higher_parts_a_slot_but_not_a_near_one() {
        let [full, near] = slots("<main><div><p>One</p></div></main><aside><div><p>Two</p></div></aside>");
        assert_ne!(full.of_block[0], full.of_block[1]);
        assert_eq!(near.of_block[0], near.of_block[1]);
    }

    #[test]
    fn blocks_of_a_slot_lean_towards_their_mean_lines_of_an_element_do_not() {
        let lean = |page: &str, likely: &[f32]| {
            let (layers, outline) = html::outline(page, Rules::builtin());
            let survey = Survey::of(&layers[0].text, &outline);
            of(&outline, &survey)[0].lean(likely, &survey)
        };
        assert_eq!(lean("<p>One</p><p>Two</p><h2>Three</h2>", &[0.25, 0.75, 1.0]), [0.375, 0.625, 1.0]);
        assert_eq!(lean("<p>One<br>Two</p>", &[0.25, 0.75]), [0.25, 0.75]);
    }

    #[test]
    fn cells_without_a_name_are_places_of_their_own() {
        let [full, near] = slots("<table><tr><td>One</td></tr><tr><td>Two<br>Three</td></tr></table>");
        for slots in [full, near] {
            assert_ne!(slots.of_block[0], slots.of_block[1]);
            assert_eq!(slots.of_block[1], slots.of_block[2]);
        }
    }

    #[test]
    fn texts_that_recur_are_counted_once() {
        let [full, _] = slots("<p>Reply</p><p>Reply</p><p>Reply</p><p>Quote this</p>");
        let distinct = NAMES.iter().position(|n| *n == "distinct").unwrap();
        assert_eq!(full.common[0][distinct], 0.5);
    }
}
