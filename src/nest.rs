//! `Nest`: how deep a block stands in lists and quotations, and its number: what Markdown needs beside its kind. Read off the tree of
//! elements; how it is written is `io::markdown`'s.

use serde::{Deserialize, Serialize};

use crate::block::{Block, Kind, NO_NODE};
use crate::tag::Tag;
use crate::tree::Tree;

/// Levels that are told apart; what stands deeper is put on the last one.
pub const DEEPEST: u8 = 12;

/// Where a block stands in lists and quotations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Nest {
    /// Quotations around the outermost list, or around the block where there is none.
    pub quoted: u8,
    /// Items around it that have begun before; of an item, those around that one.
    pub depth: u8,
    /// Quotations inside the innermost of these items.
    pub within: u8,
    /// Number of an item of a numbered list.
    pub number: Option<u32>,
    /// It was written as Markdown: signs inside its lines stand in the text.
    pub written: bool,
}

/// Of each block of Markdown without a tree, its place: [`Block::node`] tells it.
pub fn of_markdown(blocks: &[Block]) -> Vec<Nest> {
    let nest = |b: &Block| match b.node {
        NO_NODE => Nest { quoted: u8::from(b.kind == Kind::Quote), ..Nest::default() },
        depth => Nest { depth: (depth as u8).min(DEEPEST), written: true, ..Nest::default() },
    };
    blocks.iter().map(nest).collect()
}

/// Of each block, its place; empty when none stands in a list or a quotation. Linear in elements; each block climbs at most
/// [`DEEPEST`] items.
pub fn of(tree: &Tree, blocks: &[Block]) -> Vec<Nest> {
    if !blocks.iter().any(|b| matches!(b.kind, Kind::ListItem | Kind::Quote)) {
        return Vec::new();
    }
    let n = tree.len();
    // the nearest item around an element, itself not counted, 0 for none; quotations around it, itself counted
    let (mut above, mut quotes) = (vec![0u32; n], vec![0u8; n]);
    // the last term of a description list, by the list: what describes it stands below it
    let mut term = vec![0u32; n];
    for i in 1..n {
        let parent = tree.parent[i] as usize;
        above[i] = if is_item(tree.tag[parent]) { parent as u32 } else { above[parent] };
        quotes[i] = quotes[parent].saturating_add(u8::from(tree.tag[i] == Tag::BLOCKQUOTE));
        match tree.tag[i] {
            Tag::DT => term[parent] = i as u32,
            Tag::DD if term[parent] > 0 => above[i] = term[parent],
            _ => {}
        }
    }
    let mut begun = vec![false; n];
    let mut out = Vec::with_capacity(blocks.len());
    for block in blocks {
        let node = block.node as usize;
        if node >= n {
            out.push(Nest { quoted: u8::from(block.kind == Kind::Quote), ..Nest::default() });
            continue;
        }
        let own = if is_item(tree.tag[node]) { node } else { above[node] as usize };
        let begins = block.kind == Kind::ListItem;
        let (mut depth, mut at) = (0, if begins && own > 0 { above[own] as usize } else { own });
        let (mut inner, mut outer) = (0, 0);
        for _ in 0..DEEPEST {
            if at == 0 {
                break;
            }
            if begun[at] {
                inner = if depth == 0 { at } else { inner };
                outer = at;
                depth += 1;
            }
            at = above[at] as usize;
        }
        let all = quotes[node];
        let (quoted, within) = if depth == 0 { (all, 0) } else { (quotes[outer], all - quotes[inner].min(all)) };
        let number = if begins { tree.number(own as u32) } else { None };
        if begins && own > 0 {
            begun[own] = true;
        }
        out.push(Nest { quoted: quoted.min(DEEPEST), depth, within: within.min(DEEPEST), number, written: false });
    }
    out
}

fn is_item(tag: Tag) -> bool {
    matches!(tag, Tag::LI | Tag::DT | Tag::DD)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{html, rules::Rules};

    /// Depth and number of each block, and its quotations.
    fn places(page: &str) -> Vec<(u8, Option<u32>, u8, u8)> {
        let (_, outline) = html::outline(page, Rules::builtin());
        of(&outline.tree, &outline.blocks).iter().map(|n| (n.depth, n.number, n.quoted, n.within)).collect()
    }

    #[test]
    fn items_in_items_and_numbers() {
        let page = "<p>To do:</p><ol start=3><li>dig<ul><li>by hand</ul><li>fill<p>twice</p><li value=9>rest</ol>";
        assert_eq!(
            places(page),
            [(0, None, 0, 0), (0, Some(3), 0, 0), (1, None, 0, 0), (0, Some(4), 0, 0), (1, None, 0, 0), (0, Some(9), 0, 0)]
        );
        assert_eq!(places("<ol reversed><li>a</ol>"), [(0, None, 0, 0)]);
        assert!(places("<p>a</p>").is_empty());
    }

    #[test]
    fn an_item_that_has_no_text_of_its_own_is_no_level() {
        assert_eq!(places("<ul><li><ul><li>one</ul><li><h3>two</h3></ul>"), [(0, None, 0, 0), (0, None, 0, 0)]);
    }

    #[test]
    fn what_describes_a_term_stands_below_it() {
        assert_eq!(places("<dl><dt>road<dd>of stones<dt>path<dd>of mud</dl>").iter().map(|p| p.0).collect::<Vec<_>>(), [0, 1, 0, 1]);
    }

    #[test]
    fn quotations_in_quotations_and_in_items() {
        let page =
            "<blockquote>one<blockquote>two</blockquote><ul><li>three</ul></blockquote><ul><li>four<blockquote>five</blockquote></ul>";
        assert_eq!(places(page), [(0, None, 1, 0), (0, None, 2, 0), (0, None, 1, 0), (0, None, 0, 0), (1, None, 0, 1)]);
    }
}
