//! Numbers that are no text: those of the items of numbered lists, and of the lines of listings.

use crate::tag::Tag;

use super::super::attributes::Attributes;
use super::{Reader, has};

impl Reader<'_> {
    /// Numbers an item whose list has numbers.
    pub(super) fn number(&mut self, node: u32, attributes: &str) {
        let Some(Some(next)) = self.lists.last_mut() else { return };
        let own = if attributes.is_empty() { None } else { number_of(attributes, "value") };
        let number = own.unwrap_or(*next);
        *next = number.saturating_add(1).min(HIGHEST);
        self.tree.numbers.push((node, number));
    }
}

/// The highest number an item has: Markdown reads nine digits.
const HIGHEST: u32 = 999_999_999;

pub(super) fn is_list(tag: Tag) -> bool {
    matches!(tag, Tag::OL | Tag::UL | Tag::MENU | Tag::DIR)
}

/// The number of the first item of a list. One that counts down has none: nobody knows from where.
pub(super) fn first_number(tag: Tag, attributes: &str) -> Option<u32> {
    let counts = tag == Tag::OL && !has(attributes, "reversed");
    counts.then(|| number_of(attributes, "start").unwrap_or(1))
}

/// The number an attribute says.
fn number_of(attributes: &str, name: &str) -> Option<u32> {
    Attributes::get(attributes, name)?.trim().parse().ok().filter(|n| *n <= HIGHEST)
}

/// True for an element inside preformatted text that holds the number of a line and is called so: `<span class=lineno>12</span>`. `text`
/// is what follows its tag.
pub(super) fn is_line_number(attributes: &str, text: &str) -> bool {
    /// Bytes of a number and the blanks and signs beside it.
    const LONGEST: usize = 16;
    const NAMES: [&str; 10] =
        ["lineno", "linenos", "line-number", "line-numbers", "linenumber", "line-no", "lnum", "ln-num", "hljs-ln-n", "hljs-ln-numbers"];
    let bytes = &text.as_bytes()[..text.len().min(LONGEST)];
    let inner = &bytes[..memchr::memchr(b'<', bytes).unwrap_or(0)];
    let digits = inner.iter().filter(|b| b.is_ascii_digit()).count();
    digits > 0
        && inner.iter().all(|b| b.is_ascii_digit() || b.is_ascii_whitespace() || matches!(b, b'.' | b':' | b'|'))
        && Attributes::get(attributes, "class").is_some_and(|c| c.split_ascii_whitespace().any(|t| NAMES.contains(&t)))
}
