//! Paragraphs as units: those broken in mid-sentence are joined, those that repeat an earlier one are marked.

mod join;
mod repeat;

use crate::block::{Block, Mark};
use crate::layer::Layer;
use crate::rules::Rules;

/// Joins kept neighbours that are one sentence. `None` when there is nothing to join; else the layer, and blocks and marks
/// renumbered for it.
pub fn join(text: &str, blocks: &[Block], marks: &[Mark], rules: &Rules) -> Option<(Layer<'static>, Vec<Block>, Vec<Mark>)> {
    join::join(text, blocks, marks, rules)
}

/// Marks for kept blocks whose text stood earlier in the page; the first copy stays.
pub fn duplicates(text: &str, blocks: &[Block], marks: &[Mark], rules: &Rules) -> Vec<Mark> {
    repeat::duplicates(text, blocks, marks, rules)
}
