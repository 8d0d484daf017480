//! Line rules.
use crate::block::{Block, Mark};
use crate::options::Profile;
use crate::rules::Rules;
use crate::tree::Outline;

/// Splits.
pub fn split(text: &str, blocks: &[Block]) -> Option<Vec<Block>> {
    let _ = (text, blocks);
    None
}

/// Marks.
pub fn marks(text: &str, outline: &Outline, marked: &[Mark], profile: Profile, rules: &Rules) -> Vec<Mark> {
    let _ = (text, outline, marked, profile, rules);
    Vec::new()
}
