//! Plain text to blocks: one block a line. Which lines matter is decided in `boilerplate`.

use crate::block::{Block, Kind, NO_NODE};
use crate::span::Span;
use crate::tree::Outline;

/// One block for each line that is not blank, without the white space at its ends. Never allocates text.
pub fn outline(text: &str) -> Outline {
    let mut blocks = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let inner = line.trim();
        if !inner.is_empty() {
            let at = start + (line.len() - line.trim_start().len());
            blocks.push(Block { span: Span::new(at, at + inner.len()), kind: Kind::Paragraph, node: NO_NODE, link_bytes: 0 });
        }
        start += line.len();
    }
    Outline { blocks, ..Outline::default() }
}
