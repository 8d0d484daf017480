//! Paragraphs as units: lines broken at a margin and those broken in mid-sentence are joined, those that repeat an earlier one are marked; and what paragraphs and
//! records of a dump are compared by: keys of those that are the same, signatures of those that are nearly the same.

mod alike;
mod join;
mod key;
mod minhash;
mod repeat;
mod shingle;
mod together;
mod wrapped;

use crate::block::{Block, Mark};
use crate::layer::Layer;
use crate::rules::Rules;

pub use alike::Compared;
pub use minhash::{Bands, Signature, agreement, least_agreement};
pub use shingle::Tokens;

/// Joins kept lines that were broken at a margin, with a blank where words need one. `None` when there are none, as where most lines are wider
/// than any margin; else the layer, and blocks and marks renumbered for it. Linear; allocates the text only when something is joined.
///
/// # Source
/// Rule `paragraph/wrapped`. Greedy filling, as of editors and of Python's textwrap: a line ends where the next word would pass the margin.
pub fn unwrap(text: &str, blocks: &[Block], marks: &[Mark], rules: &Rules) -> Option<(Layer<'static>, Vec<Block>, Vec<Mark>)> {
    let joined = wrapped::continuations(text, blocks, &left_out(blocks, marks));
    together::together(text, blocks, marks, &joined, rules.rule("paragraph/wrapped"), 90)
}

/// For each block whether it has a mark.
fn left_out(blocks: &[Block], marks: &[Mark]) -> Vec<bool> {
    let mut out = vec![false; blocks.len()];
    for m in marks {
        out[m.block as usize] = true;
    }
    out
}

/// Joins kept neighbours that are one sentence. `None` when there is nothing to join; else the layer, and blocks and marks
/// renumbered for it.
pub fn join(text: &str, blocks: &[Block], marks: &[Mark], rules: &Rules) -> Option<(Layer<'static>, Vec<Block>, Vec<Mark>)> {
    join::join(text, blocks, marks, rules)
}

/// Marks for kept blocks whose text stood earlier in the page; the first copy stays. What it found out of the keys of blocks is
/// `known` afterwards. With `close`, lines without a blank one between go on in each other, as in Markdown: none repeats by itself.
pub fn duplicates(text: &str, blocks: &[Block], marks: &[Mark], close: bool, rules: &Rules, known: &mut Known) -> Vec<Mark> {
    repeat::duplicates(text, blocks, marks, close, rules, known)
}

/// Keys of blocks of one page that were found out before: nobody hashes a paragraph twice. They hold for its blocks and its last text.
#[derive(Clone, Debug, Default)]
pub struct Known(Vec<Option<(u128, usize)>>);

/// What a record is compared with others by. Keys are xxh3_128 of texts in NFC without white space: equal keys are equal texts for any
/// dump there is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keys {
    /// The kept paragraphs that can be duplicates, as (block, key): at least 12 characters without white space, no heading, list item,
    /// table row, code or quotation; in verse, where lines come back rightly, the first of each only.
    pub paragraphs: Vec<(u32, u128)>,
    /// Of the record as a whole: of its title, if one is given, and all blocks that stay. `None` when nothing stays.
    pub whole: Option<u128>,
}

/// The keys of a record, of which some may be `known`. Allocates the result.
pub fn keys(title: Option<&str>, text: &str, blocks: &[Block], marks: &[Mark], known: &Known) -> Keys {
    key::keys(title, text, blocks, marks, known)
}
