//! From the probability of each block to the blocks that stay: one element is the main one, inside it little is left out, outside
//! it little is let in.

use std::sync::OnceLock;

use crate::options::Profile;
use crate::rules::table;
use crate::tree::Outline;

use super::survey::Survey;

/// What a profile asks for, a line of `limits.tsv`.
///
/// A block stays when it is likelier than a share of half the best F1 the page lets expect: the threshold that makes the expected F1
/// greatest is that half (Lipton, Elkan, Naryanaswamy, "Optimal thresholding of classifiers to maximize F1 measure", ECML 2014), so a page the trees are sure of is cut sharply
/// and a page they doubt keeps more. Against fixed thresholds F1 gains .002 on all pages and .005 on articles.
struct Limits {
    /// Text less likely than this counts against the element that holds it.
    even: f32,
    /// The share. Under 1, as the probabilities of a page err together.
    share: f32,
    /// How much likelier a block outside the main element must be.
    apart: f32,
}

/// What a page is, as far as the limits care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Page {
    /// Posts of a thread.
    Forum,
    /// Goods, a list of pages, the front of a site: many small texts.
    Shop,
    /// Anything else.
    Other,
}

fn limits(profile: Profile, page: Page) -> &'static Limits {
    static ALL: OnceLock<[Limits; KINDS.len()]> = OnceLock::new();
    let all = ALL.get_or_init(|| KINDS.map(|kind| read(kind).expect("the table is part of the crate and a test reads it")));
    &all[match (profile, page) {
        (Profile::Recall, _) => 4,
        (Profile::Forum, _) => 3,
        (Profile::Precision, _) => 5,
        (_, Page::Forum) => 1,
        (_, Page::Shop) => 2,
        (_, Page::Other) => 0,
    }]
}

/// The lines of the table, by profile and page.
const KINDS: [&str; 6] = ["article", "article-forum", "article-shop", "forum", "recall", "precision"];

/// One line of the table.
fn read(kind: &str) -> Option<Limits> {
    let rows = table::rows("limits.tsv", include_str!("../../data/content/limits.tsv"), 5).flatten();
    let row = rows.into_iter().find(|r| r.cells[0] == kind)?;
    let [even, share, apart] = [1, 2, 3].map(|i| row.cells[i].parse().ok());
    Some(Limits { even: even?, share: share?, apart: apart? })
}

/// What stays of a page.
pub(super) struct Choice {
    /// Of each block.
    pub(super) stays: Vec<bool>,
    /// The main element.
    pub(super) main: u32,
}

/// Units a text has at least; with less, the most likely blocks of the page stay, so that a page with text never comes out empty.
const LITTLE: f32 = 100.0;
/// Share of the page's units under which the same holds.
const SHARE: f32 = 0.02;

/// Chooses by the probability of each block.
pub(super) fn choose(outline: &Outline, survey: &Survey, likely: &[f32], profile: Profile, page: Page) -> Choice {
    let limits = limits(profile, page);
    let tree = &outline.tree;
    let n = tree.len().max(1);
    let mut gain = vec![0f32; n];
    for (i, p) in likely.iter().enumerate() {
        gain[survey.nodes[i] as usize] += (p - limits.even) * (survey.measures[i].units + 2.0);
    }
    for i in (1..tree.len()).rev() {
        let g = gain[i];
        gain[tree.parent[i] as usize] += g;
    }
    let mut main = 0;
    for i in 1..n {
        // of two that gain the same the inner one: what is around it is not text
        if gain[i] > gain[main] || (gain[i] == gain[main] && tree.is_inside(i as u32, main as u32)) {
            main = i;
        }
    }
    let main = main as u32;
    let lead = |i: usize| likely[i] - if tree.is_empty() || tree.is_inside(survey.nodes[i], main) { 0.0 } else { limits.apart };
    let threshold = limits.share * best_f1(survey, likely, lead) / 2.0;
    let mut stays: Vec<bool> = (0..likely.len()).map(|i| lead(i) > threshold).collect();
    let kept: f32 = stays.iter().zip(&survey.measures).filter(|(s, _)| **s).map(|(_, m)| m.units).sum();
    if kept < LITTLE.max(SHARE * survey.sums[0].units) {
        let best = likely.iter().copied().fold(0.0, f32::max);
        for (i, p) in likely.iter().enumerate() {
            stays[i] |= *p >= best * 0.5;
        }
    }
    Choice { stays, main }
}

/// Greatest F1 to be expected of the blocks that lead, in units of text.
fn best_f1(survey: &Survey, likely: &[f32], lead: impl Fn(usize) -> f32) -> f32 {
    // a block without a unit is not quite nothing
    let units = |i: usize| survey.measures[i].units + 0.5;
    let mut order: Vec<usize> = (0..likely.len()).collect();
    order.sort_unstable_by(|a, b| lead(*b).total_cmp(&lead(*a)).then(a.cmp(b)));
    let content: f32 = (0..likely.len()).map(|i| likely[i] * units(i)).sum();
    let (mut found, mut chosen, mut best) = (0.0, 0.0, 0f32);
    for i in order {
        found += likely[i] * units(i);
        chosen += units(i);
        best = best.max(2.0 * found / (chosen + content));
    }
    best
}
