//! Which blocks are not content: navigation, share widgets, spam headers, footers. Marks them; deletes nothing. Pages with
//! elements are judged by `content` first, text by `lines` alone.

pub mod content;
mod gutter;
pub mod lines;
pub mod own;

use crate::block::{Block, Mark};
use crate::options::Profile;
use crate::rules::Rules;
use crate::tree::Outline;

/// Splits blocks that end in a notice, so that the notice can be marked and the text before it stays. Comes before all marks;
/// `None` when there is nothing to split.
pub fn split(text: &str, blocks: &[Block]) -> Option<Vec<Block>> {
    lines::split(text, blocks)
}

/// Marks for blocks that are boilerplate. `marked` are the marks other stages set before; those blocks are not marked again.
pub fn marks(text: &str, outline: &Outline, marked: &[Mark], profile: Profile, rules: &Rules) -> Vec<Mark> {
    if outline.tree.is_empty() {
        return lines::marks(text, &outline.blocks, marked, profile, rules);
    }
    let mut marks = gutter::marks(text, &outline.blocks, marked, rules);
    let before: Vec<Mark> = marked.iter().chain(&marks).copied().collect();
    marks.extend(content::marks(text, outline, &before, profile, rules));
    let before: Vec<Mark> = marked.iter().chain(&marks).copied().collect();
    marks.extend(lines::inside(text, &outline.blocks, &before, rules));
    marks
}
