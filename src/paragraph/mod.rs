//! Paragraphs as units: those broken in mid-sentence are joined, those that repeat an earlier one are marked.

mod join;
mod key;
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

/// The kept paragraphs that can be duplicates of paragraphs of other records, as (block, key): at least 12 characters without white
/// space, no heading, list item, table row, code or quotation; in verse, where lines come back rightly, the first of each only.
///
/// Keys are xxh3_128 of the text in NFC without white space: equal keys are equal texts for any dump there is. Allocates the result.
pub fn keys(text: &str, blocks: &[Block], marks: &[Mark]) -> Vec<(u32, u128)> {
    key::keys(text, blocks, marks)
}

/// The key of a record as a whole: of its title, if one is given, and all blocks that stay. `None` when nothing stays.
pub fn key_of_all(title: Option<&str>, text: &str, blocks: &[Block], marks: &[Mark]) -> Option<u128> {
    key::of_all(title, text, blocks, marks)
}
