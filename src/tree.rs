//! `Tree`: the elements of a page as flat arrays, and `Outline`, what a markup reader makes of a text. Data only: who fills it
//! is `html`, `markdown` or `plain`; who judges it is `boilerplate` and `metadata`. Tag names live in `tag`.

use crate::block::Block;
use crate::span::Span;
pub use crate::tag::Tag;

/// The elements of an HTML page in document order, a struct of arrays: element `i` is `tag[i]`, `parent[i]`, … Empty for plain text.
///
/// Only elements that shape the page are in it: block-level and custom elements. `<b>`, `<span>`, `<a>` and what is hidden are not.
/// The first element is a root of tag [`Tag::OTHER`] that no tag stands for.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// Tag name of each element.
    pub tag: Vec<Tag>,
    /// Index of the parent element; the root's parent is itself. Less than the index of the child.
    pub parent: Vec<u32>,
    /// One past the last descendant: the subtree of element `i` is `i..end[i]`.
    pub end: Vec<u32>,
    /// Byte range of the attributes (between tag name and `>`) in the text that was parsed.
    pub attributes: Vec<Span>,
    /// Index into [`Tree::labels`] of each element; 0 is the empty label, and that of elements without text in them.
    pub label: Vec<u32>,
    /// The distinct names authors gave their elements: `class` words, then `#id`, `role=…`, `itemprop=…`, as they stand, between
    /// blanks. The first is empty.
    pub labels: Vec<Box<str>>,
    /// The items of numbered lists, ascending: element and number.
    pub numbers: Vec<(u32, u32)>,
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

    /// Class words, id, role and itemprop of an element; empty when it has none. Borrows.
    pub fn label(&self, node: u32) -> &str {
        self.label.get(node as usize).and_then(|&l| self.labels.get(l as usize)).map_or("", |l| l)
    }

    /// The number of an item of a numbered list.
    pub fn number(&self, node: u32) -> Option<u32> {
        self.numbers.binary_search_by_key(&node, |n| n.0).ok().map(|at| self.numbers[at].1)
    }

    /// True when `node` is `ancestor` or stands inside it.
    pub fn is_inside(&self, node: u32, ancestor: u32) -> bool {
        node >= ancestor && self.end.get(ancestor as usize).is_some_and(|&end| node < end)
    }

    /// The innermost element that holds both. Climbs; at most as many steps as the page is deep.
    pub fn common(&self, a: u32, b: u32) -> u32 {
        let (mut a, mut b) = (a, b);
        while a != b {
            if a > b {
                a = self.parent[a as usize];
            } else {
                b = self.parent[b as usize];
            }
        }
        a
    }
}

/// Something the page says about itself outside its text: `<meta>`, JSON-LD, front matter, `<title>`, `lang`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Where it stood and what it is called, lower case: `title`, `meta:og:title`, `jsonld:headline`, `front:author`, `html:lang`,
    /// `link:canonical`, `feed:title`, `time:datetime`, `itemprop:datepublished`, `class:author`. `jsonld:shown` holds what stands on the page as text beside an
    /// article's body, a line each.
    pub key: Box<str>,
    /// Its text, entities and quotes resolved. A list in front matter or JSON-LD is one field an entry.
    pub value: Box<str>,
}

/// A link, when links are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Its text, in the text the blocks refer to; inside one block. A link over several blocks is several.
    pub at: Span,
    /// Where it leads, as the page says it, fit to stand between brackets.
    pub address: Box<str>,
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
    /// Links with an address, in order; empty unless they were asked for.
    pub links: Vec<Link>,
    /// What references in code stand for, as far as it is `&` or not ASCII, ascending, in the text that the reader of markup left and
    /// what is repaired of that: signs that somebody shows, no damage.
    pub cited: Vec<Span>,
}
