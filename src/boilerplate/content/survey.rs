//! A page measured: sums over every element's subtree and what its names say, in two linear passes over the arrays. What follows
//! from the numbers is `features`' and `choose`'s.

use crate::block::NO_NODE;
use crate::tag::Tag;
use crate::tree::Outline;

use super::measure::{Measure, measure};
use super::words::{self, Groups};

/// What an element's subtree holds.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sums {
    /// Units of text.
    pub(super) units: f32,
    /// Units outside links.
    pub(super) plain: f32,
    /// Sentence punctuation.
    pub(super) marks: f32,
    /// Blocks.
    pub(super) blocks: f32,
    /// Units of blocks that read like prose.
    pub(super) prose: f32,
    /// Blocks that read like prose.
    pub(super) paragraphs: f32,
}

impl Sums {
    fn add(&mut self, o: Sums) {
        self.units += o.units;
        self.plain += o.plain;
        self.marks += o.marks;
        self.blocks += o.blocks;
        self.prose += o.prose;
        self.paragraphs += o.paragraphs;
    }

    /// Share of the text inside links.
    pub(super) fn link_density(&self) -> f32 {
        1.0 - self.plain / self.units.max(1.0)
    }
}

/// Bits of elements that are meant by their tag, above those of [`words`].
pub(super) const IN_NAV: Groups = 1 << 24;
pub(super) const IN_ASIDE: Groups = 1 << 25;
pub(super) const IN_FOOTER: Groups = 1 << 26;
pub(super) const IN_HEADER: Groups = 1 << 27;
pub(super) const IN_ARTICLE: Groups = 1 << 28;
pub(super) const IN_MAIN: Groups = 1 << 29;
pub(super) const IN_FORM: Groups = 1 << 30;
pub(super) const IN_LIST: Groups = 1 << 31;
pub(super) const IN_TABLE: Groups = 1 << 23;
pub(super) const IN_BUTTON: Groups = 1 << 22;

/// Groups that speak for content: they hold however much of the page the element holds.
const FOR: Groups = 0b1011 | IN_ARTICLE | IN_MAIN;

/// Groups that speak against it, as far as a mark can say it: navigation, sides, footers, shares, other stories, advertisements, forms.
pub(super) const AGAINST: Groups = 0b11_0011_1111_0000 & !(1 << 10) | IN_NAV | IN_ASIDE | IN_FOOTER | IN_FORM | IN_BUTTON | words::CONSENT;

/// A page in numbers.
pub(super) struct Survey {
    /// Of each block.
    pub(super) measures: Vec<Measure>,
    /// Of each block: share of its text inside links.
    pub(super) links: Vec<f32>,
    /// Of each block: its element; the root for text without.
    pub(super) nodes: Vec<u32>,
    /// Of each block: hash of its text.
    pub(super) hashes: Vec<u64>,
    /// Of each element.
    pub(super) sums: Vec<Sums>,
    /// Of each element: the nearest ancestor that holds more blocks.
    pub(super) wider: Vec<u32>,
    /// Of each element: its own groups.
    pub(super) own: Vec<Groups>,
    /// Of each element: its groups and its ancestors', those against content only where the ancestor does not hold most of the page.
    pub(super) groups: Vec<Groups>,
    /// Of each element: number of siblings with the same tag and label.
    pub(super) twins: Vec<u16>,
    /// Of each element: number of ancestors.
    pub(super) depth: Vec<u16>,
    /// Of each element: first and one past the last block of its subtree.
    pub(super) first: Vec<u32>,
    pub(super) last: Vec<u32>,
}

/// True for a block that reads like prose: some length outside links, and punctuation.
pub(super) fn reads_like_prose(m: &Measure, link: f32) -> bool {
    let plain = m.units * (1.0 - link);
    (plain >= 40.0 && m.ends && m.marks >= 1.0) || (plain >= 80.0 && m.marks >= 2.0)
}

/// Share of the page's plain text from which on an element is the page: what its name says against it does not count.
const MOST: f32 = 0.5;

/// The same for a dialog that asks for consent, which may say more than a short page: systems give `<body>` such names, too.
const NEARLY_ALL: f32 = 0.9;

impl Survey {
    pub(super) fn of(text: &str, outline: &Outline) -> Survey {
        let tree = &outline.tree;
        let n = tree.len().max(1);
        let blocks = &outline.blocks;
        let mut s = Survey {
            measures: Vec::with_capacity(blocks.len()),
            links: Vec::with_capacity(blocks.len()),
            nodes: Vec::with_capacity(blocks.len()),
            hashes: Vec::with_capacity(blocks.len()),
            sums: vec![Sums::default(); n],
            wider: vec![0; n],
            own: vec![0; n],
            groups: vec![0; n],
            twins: vec![1; n],
            depth: vec![0; n],
            first: vec![u32::MAX; n],
            last: vec![0; n],
        };
        for (i, b) in blocks.iter().enumerate() {
            let inner = b.span.of(text);
            let m = measure(inner);
            let link = b.link_bytes as f32 / b.span.len().max(1) as f32;
            let node = if b.node == NO_NODE { 0 } else { b.node };
            let prose = reads_like_prose(&m, link);
            s.sums[node as usize].add(Sums {
                units: m.units,
                plain: m.units * (1.0 - link),
                marks: m.marks,
                blocks: 1.0,
                prose: if prose { m.units } else { 0.0 },
                paragraphs: f32::from(u8::from(prose)),
            });
            let (first, last) = (&mut s.first[node as usize], &mut s.last[node as usize]);
            *first = (*first).min(i as u32);
            *last = (*last).max(i as u32 + 1);
            s.measures.push(m);
            s.links.push(link);
            s.nodes.push(node);
            s.hashes.push(xxhash_rust::xxh3::xxh3_64(inner.as_bytes()));
        }
        for i in (1..tree.len()).rev() {
            let parent = tree.parent[i] as usize;
            let sums = s.sums[i];
            s.sums[parent].add(sums);
            s.first[parent] = s.first[parent].min(s.first[i]);
            s.last[parent] = s.last[parent].max(s.last[i]);
        }
        s.count_twins(outline);
        let named: Vec<Groups> = tree.labels.iter().map(|l| words::groups(l) | of_role(l)).collect();
        let all = s.sums[0].plain.max(1.0);
        for i in 1..tree.len() {
            let parent = tree.parent[i] as usize;
            s.depth[i] = s.depth[parent] + 1;
            s.wider[i] = if s.sums[parent].blocks > s.sums[i].blocks { parent as u32 } else { s.wider[parent] };
            let own = named.get(tree.label[i] as usize).copied().unwrap_or(0) | of_tag(tree.tag[i]);
            s.own[i] = own;
            let share = s.sums[i].plain / all;
            let consent = if share <= NEARLY_ALL { own & words::CONSENT } else { 0 };
            let counts = if share > MOST { own & FOR | consent } else { own };
            s.groups[i] = s.groups[parent] | counts;
        }
        s
    }

    /// Twins: children of one parent with equal tag and label. Sorting keys of (parent, tag, label) finds them.
    fn count_twins(&mut self, outline: &Outline) {
        let tree = &outline.tree;
        let key = |i: u32| {
            let i = i as usize;
            (u64::from(tree.parent[i]) << 32) | (u64::from(tree.label[i] & 0xFF_FFFF) << 8) | u64::from(tree.tag[i].0)
        };
        let mut keys: Vec<(u64, u32)> =
            (1..tree.len() as u32).filter(|&i| self.sums[i as usize].units >= 20.0).map(|i| (key(i), i)).collect();
        keys.sort_unstable();
        for run in keys.chunk_by(|a, b| a.0 == b.0) {
            for (_, i) in run {
                self.twins[*i as usize] = run.len().min(u16::MAX as usize) as u16;
            }
        }
    }
}

fn of_tag(tag: Tag) -> Groups {
    match tag {
        Tag::NAV | Tag::MENU => IN_NAV,
        Tag::ASIDE => IN_ASIDE,
        Tag::FOOTER => IN_FOOTER,
        Tag::HEADER => IN_HEADER,
        Tag::ARTICLE => IN_ARTICLE,
        Tag::MAIN => IN_MAIN,
        Tag::FORM => IN_FORM,
        Tag::LI | Tag::UL | Tag::OL | Tag::DL | Tag::DD | Tag::DT => IN_LIST,
        Tag::TABLE => IN_TABLE,
        Tag::BUTTON => IN_BUTTON,
        _ => 0,
    }
}

/// Landmark roles mean what the tags of the same purpose mean.
fn of_role(label: &str) -> Groups {
    let Some((_, role)) = label.split_once("role=") else { return 0 };
    match role.split_ascii_whitespace().next() {
        Some("navigation" | "menu" | "menubar" | "tablist") => IN_NAV,
        Some("complementary") => IN_ASIDE,
        Some("contentinfo") => IN_FOOTER,
        Some("banner") => IN_HEADER,
        Some("main") => IN_MAIN,
        Some("article") => IN_ARTICLE,
        Some("search" | "form" | "dialog" | "alertdialog") => IN_FORM,
        _ => 0,
    }
}
