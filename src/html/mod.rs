//! HTML to text, blocks and elements: markup is one more layer of edits. Which blocks matter is decided in `boilerplate`.

mod attributes;
mod entities;
mod feed;
mod fields;
mod hidden;
mod labels;
pub(crate) mod links;
mod reader;
mod shown;
mod signed;
mod sniff;
mod tokens;
mod writer;

use crate::layer::Layer;
use crate::rules::Rules;
use crate::tree::Outline;

pub use feed::{is_feed, outline as feed};
pub use links::keep as keep_links;
pub use sniff::looks_like_html;

/// Visible bytes under which a page that hides at least [`MUCH`] is read again with what it hides: pages shown only by their
/// scripts, which say no more than "Loading" without them.
const HARDLY_ANY: usize = 30;
/// Hidden bytes that make it worth while.
const MUCH: usize = 200;
/// A `<noscript>` that holds this many times the visible text is the page, written for readers without scripts.
const MOST: usize = 2;

/// Reads an HTML page or fragment: one layer whose edits are tags, entities, hidden parts and collapsed white space, and the
/// outline over that layer's text. No layer when the text holds none of them.
///
/// # Never fails
/// Any text is a page. Elements nest at most 512 deep; time and memory are linear in the text.
/// # Source
/// WHATWG HTML Standard, tokenization and tree construction, as far as they change the order of visible text; CSS default
/// display of elements for where paragraphs end.
pub fn outline(text: &str, rules: &Rules) -> (Vec<Layer<'static>>, Outline) {
    read(text, rules, reader::Mode::default())
}

/// [`outline`] that also tells where links lead.
pub fn linked(text: &str, rules: &Rules) -> (Vec<Layer<'static>>, Outline) {
    read(text, rules, reader::Mode { links: true, ..reader::Mode::default() })
}

/// Reads text with some HTML in it, Markdown for instance: as [`outline`], but a line end of the source ends a paragraph too.
pub fn fragment(text: &str, rules: &Rules) -> (Vec<Layer<'static>>, Outline) {
    read(text, rules, reader::Mode { keep_lines: true, ..reader::Mode::default() })
}

/// The reference with a semicolon that `bytes` begin with, at its `&`: how many bytes it takes, and what it stands for, when that is one character.
pub(crate) fn reference(bytes: &[u8]) -> Option<(usize, char)> {
    let found = entities::reference(bytes, true).filter(|r| bytes.get(r.len - 1) == Some(&b';'))?;
    let mut chars = found.chars();
    chars.next().filter(|_| chars.next().is_none()).map(|c| (found.len, c))
}

/// Number of tokens of a text; the tokenizer alone, for the bench.
#[doc(hidden)]
pub fn count_tokens(text: &str) -> usize {
    let mut tokens = tokens::Tokens::new(text);
    let mut n = 0;
    while let Some(token) = tokens.next() {
        if let tokens::Token::Start(s) = token
            && s.tag.is_raw()
        {
            tokens.raw(s.tag);
        }
        n += 1;
    }
    n
}

fn read(text: &str, rules: &Rules, mode: reader::Mode) -> (Vec<Layer<'static>>, Outline) {
    let mut read = reader::read(text, rules, mode, &[]);
    let visible: usize = read.outline.blocks.iter().map(|b| b.span.len()).sum();
    let show_hidden = visible < HARDLY_ANY && read.hidden > MUCH;
    let show_unscripted = read.unscripted > MUCH && read.unscripted > MOST * visible;
    if show_hidden || show_unscripted {
        read = reader::read(text, rules, reader::Mode { show_hidden, show_unscripted, ..mode }, &[]);
    }
    (read.layer.into_iter().collect(), read.outline)
}

#[cfg(test)]
mod tests;
