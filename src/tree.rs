//! `Tree`: the elements of a page as flat arrays, and `Outline`, what a markup reader makes of a text. Data only: who fills it
//! is `html`, `markdown` or `plain`; who judges it is `boilerplate` and `metadata`.

use crate::block::Block;
use crate::span::Span;

/// The elements of an HTML page in document order, a struct of arrays: element `i` is `tag[i]`, `parent[i]`, … Empty for plain text.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// Tag name of each element.
    pub tag: Vec<Tag>,
    /// Index of the parent element; the root's parent is itself. Always less than or equal to the index of the child.
    pub parent: Vec<u32>,
    /// Byte range of the attributes (between tag name and `>`) in the text that was parsed.
    pub attributes: Vec<Span>,
}

/// A tag name, as far as extraction cares; everything else is [`Tag::OTHER`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tag(pub u8);

impl Tag {
    /// An element without meaning of its own.
    pub const OTHER: Tag = Tag(0);
}

impl Tree {
    /// Number of elements.
    pub fn len(&self) -> usize {
        self.tag.len()
    }

    /// True for plain text.
    pub fn is_empty(&self) -> bool {
        self.tag.is_empty()
    }
}

/// Something the page says about itself outside its text: `<meta>`, JSON-LD, front matter, `<title>`, `lang`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Where it stood and what it is called, lower case: `title`, `meta:og:title`, `jsonld:headline`, `front:author`, `html:lang`,
    /// `link:canonical`, `time:datetime`.
    pub key: Box<str>,
    /// Its text, entities and quotes resolved. A list in front matter or JSON-LD is one field an entry.
    pub value: Box<str>,
}

/// What a markup reader makes of a text.
#[derive(Clone, Debug, Default)]
pub struct Outline {
    /// Visual paragraphs in order of their text, disjoint.
    pub blocks: Vec<Block>,
    /// The elements they stand in; empty for plain text.
    pub tree: Tree,
    /// What the page says about itself, in document order.
    pub fields: Vec<Field>,
}
