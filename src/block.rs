//! `Block`, a visual paragraph, `Mark`, the verdict that leaves one out, and `Note`, a remark that changes nothing.

use crate::rules::RuleId;
use crate::span::Span;

/// What a block is in the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// Running text: a `<p>`, a line of a text file, text between two block tags.
    Paragraph,
    /// A heading, with its level 1 to 6.
    Heading(u8),
    /// An item of a list.
    ListItem,
    /// One row of a table, cells separated by tabs.
    TableRow,
    /// Preformatted text; its inner line ends and blanks are content.
    Code,
    /// A quotation.
    Quote,
    /// The text under a picture or table.
    Caption,
}

/// [`Block::node`] of a block that has no element: plain text.
pub const NO_NODE: u32 = u32::MAX;

/// A visual paragraph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// Byte range in the page's last layer; no white space at either end, but a [`Kind::TableRow`] may begin with the tabs of empty cells.
    pub span: Span,
    /// What it is.
    pub kind: Kind,
    /// Number in the page's [`crate::tree::Tree`] of the innermost element that holds all of it, or [`NO_NODE`]. In Markdown, where there is no tree, how
    /// many items of lists it stands in, and [`NO_NODE`] for what was written as HTML.
    pub node: u32,
    /// Bytes of its text that stand inside links.
    pub link_bytes: u32,
}

/// Block number `block` is left out, because of `rule`. Stages only add marks, so their order says nothing; a user's own rule that keeps a
/// line takes those of boilerplate away again and leaves a [`Note`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mark {
    /// Index into the page's blocks.
    pub block: u32,
    /// Why.
    pub rule: RuleId,
    /// How strongly, in the unit of the rule; 1 when the rule only says yes or no.
    pub score: f32,
    /// For a duplicate: the block it repeats.
    pub first: Option<u32>,
}

/// A remark on a stretch of text that changes nothing by itself: a guessed character with what else it may have been, text that was
/// destroyed before it came to us, or a line that a user's own rule kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Index of the layer whose text `at` refers to.
    pub layer: u32,
    /// Byte range in that layer's text.
    pub at: Span,
    /// Why.
    pub rule: RuleId,
    /// Other readings, the likelier first; empty when nothing can be said.
    pub alternatives: Vec<Box<str>>,
}
