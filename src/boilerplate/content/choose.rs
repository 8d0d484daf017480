//! From the probability of each block to the blocks that stay: one element is the main one, inside it little is left out, outside
//! it little is let in.

use crate::options::Profile;
use crate::tree::Outline;

use super::survey::Survey;

/// Thresholds, as probabilities. Origin: development pages, sites left out in turn; on forums those of articles lose three points of F1.
struct Limits {
    /// Text less likely than this counts against the element that holds it.
    even: f32,
    /// Blocks inside the main element stay from here on.
    inside: f32,
    /// Blocks elsewhere stay from here on.
    outside: f32,
}

fn limits(profile: Profile, forum: bool) -> Limits {
    match profile {
        Profile::Article if forum => Limits { even: 0.25, inside: 0.3, outside: 0.4 },
        Profile::Recall => Limits { even: 0.2, inside: 0.1, outside: 0.3 },
        Profile::Forum => Limits { even: 0.25, inside: 0.25, outside: 0.3 },
        Profile::Precision => Limits { even: 0.5, inside: 0.5, outside: 0.95 },
        _ => Limits { even: 0.4, inside: 0.25, outside: 0.8 },
    }
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

/// Chooses by the probability of each block. `forum`: the page is one of a forum.
pub(super) fn choose(outline: &Outline, survey: &Survey, likely: &[f32], profile: Profile, forum: bool) -> Choice {
    let limits = limits(profile, forum);
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
    let mut stays: Vec<bool> = likely
        .iter()
        .enumerate()
        .map(|(i, p)| *p > if tree.is_empty() || tree.is_inside(survey.nodes[i], main) { limits.inside } else { limits.outside })
        .collect();
    let kept: f32 = stays.iter().zip(&survey.measures).filter(|(s, _)| **s).map(|(_, m)| m.units).sum();
    if kept < LITTLE.max(SHARE * survey.sums[0].units) {
        let best = likely.iter().copied().fold(0.0, f32::max);
        for (i, p) in likely.iter().enumerate() {
            stays[i] |= *p >= best * 0.5;
        }
    }
    Choice { stays, main }
}
