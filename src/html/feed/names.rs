//! The names of a feed's elements: which dialect it is, and what an element of a name is for, by namespace and local name. Nothing is read but the tag of the
//! first element.

use crate::tag;

use super::super::attributes::Attributes;
use super::super::tokens::{SECTION, Token, Tokens};

/// Bytes in which the first element must begin: declaration, doctype, comments of whoever made the feed.
const HEAD: usize = 16 << 10;

/// What an element holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// An entry.
    Entry,
    /// The title of the feed or the entry around it.
    Title,
    /// The text of an entry; of several the one of the least rank is it.
    Body(u8),
    /// Who signs.
    Author,
    /// When it was published; of the least rank, as for bodies.
    Date(u8),
    /// The language of the feed.
    Lang,
    /// The address of the page the feed belongs to.
    Link,
    /// Another thing with a title or an author of its own: a picture, a search box, the feed an entry was taken from.
    Other,
}

/// Whose elements are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Space {
    /// The elements of RSS itself.
    Rss,
    /// Those of Atom, also in an RSS feed.
    Atom,
    /// Module content of RSS.
    Content,
    /// Dublin Core.
    Dublin,
    /// Of podcasts.
    Podcast,
    /// Media RSS.
    Media,
    /// HTML written as XML.
    Page,
    /// Any other.
    Foreign,
}

/// Addresses of namespaces, as far as they tell them apart, and the prefixes people use without declaring them.
const SPACES: [(&str, &str, Space); 12] = [
    ("purl.org/rss/1.0/modules/content", "content", Space::Content),
    ("purl.org/dc/elements", "dc", Space::Dublin),
    ("purl.org/dc/terms", "dcterms", Space::Dublin),
    ("www.itunes.com/dtds/podcast", "itunes", Space::Podcast),
    ("search.yahoo.com/mrss", "media", Space::Media),
    ("www.w3.org/1999/xhtml", "xhtml", Space::Page),
    ("www.w3.org/2005/Atom", "atom", Space::Atom),
    ("purl.org/atom/ns", "atom03", Space::Atom),
    ("purl.org/rss/1.0/", "rss", Space::Rss),
    ("my.netscape.com/rdf/simple/0.9", "rss090", Space::Rss),
    ("channel.netscape.com/rdf/simple/0.9", "rss091", Space::Rss),
    ("backend.userland.com/rss", "rss2", Space::Rss),
];

/// Prefixes a feed declares at most; nobody has as many.
const PREFIXES: usize = 100;

/// The namespaces of a feed.
#[derive(Debug)]
pub(super) struct Names {
    /// Of each prefix that the first element declares, the empty one too, whose elements it means.
    declared: Vec<(Box<str>, Space)>,
    /// Where the first element begins and ends.
    pub(super) root: std::ops::Range<usize>,
}

impl Names {
    /// Of a feed; `None` for any other text.
    pub(super) fn of(text: &str) -> Option<Names> {
        let start = text.len() - text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}').len();
        if !text[start..].starts_with('<') {
            return None;
        }
        let mut end = text.len().min(start + HEAD);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let head = &text[..end];
        let mut tokens = Tokens::xml(head, start);
        let root = first_element(head, &mut tokens)?;
        let name = &head[root.at.start + 1..root.attributes.start];
        let attributes = &head[root.attributes.clone()];
        let declared = declared(attributes);
        let names = Names { declared, root: root.at };
        let (space, local) = names.split(name);
        let holds = match local {
            "rss" if !name.contains(':') => {
                let channel = first_element(head, &mut tokens)?;
                channel.key == tag::key(b"channel")
            }
            "RDF" => names.declared.iter().any(|(_, space)| *space == Space::Rss),
            "feed" => space == Space::Atom,
            _ => false,
        };
        let mut names = names;
        if local == "rss" && !names.declared.iter().any(|(prefix, _)| prefix.is_empty()) {
            names.declared.push(("".into(), Space::Rss));
        }
        (holds && !root.closed).then_some(names)
    }

    /// Whose element a name means, and the name without its prefix.
    pub(super) fn split<'n>(&self, name: &'n str) -> (Space, &'n str) {
        let (prefix, local) = name.split_once(':').unwrap_or(("", name));
        let space = self.declared.iter().find(|(p, _)| **p == *prefix).map(|(_, space)| *space);
        let usual = || SPACES.iter().find(|(_, usual, _)| *usual == prefix).map(|(_, _, space)| *space);
        (space.or_else(usual).unwrap_or(Space::Foreign), local)
    }

    /// What the element of this name is for, here or in an entry; `None` when it is not looked into.
    pub(super) fn role(&self, name: &str, in_entry: bool) -> Option<Role> {
        let (space, local) = self.split(name);
        let is = |n: &str| local.eq_ignore_ascii_case(n);
        let own = matches!(space, Space::Rss | Space::Atom);
        Some(match space {
            Space::Rss if is("item") => Role::Entry,
            Space::Atom if is("entry") => Role::Entry,
            _ if own && ["image", "textinput", "source", "contributor"].into_iter().any(is) => Role::Other,
            _ if own && is("title") => Role::Title,
            _ if own && is("author") => Role::Author,
            Space::Dublin if is("creator") => Role::Author,
            Space::Podcast if is("author") => Role::Author,
            Space::Rss if is("language") => Role::Lang,
            Space::Dublin if is("language") => Role::Lang,
            Space::Rss if is("link") => Role::Link,
            _ if !in_entry => return None,
            Space::Content if is("encoded") => Role::Body(0),
            Space::Page if is("body") || is("div") => Role::Body(0),
            _ if own && is("content") => Role::Body(1),
            _ if own && (is("description") || is("summary")) => Role::Body(2),
            Space::Podcast if is("summary") => Role::Body(3),
            Space::Dublin if is("description") => Role::Body(3),
            Space::Media if is("description") => Role::Body(4),
            Space::Rss if is("pubdate") => Role::Date(0),
            Space::Atom if is("published") || is("issued") => Role::Date(0),
            Space::Dublin if is("date") || is("created") || is("issued") => Role::Date(0),
            Space::Atom if is("updated") || is("modified") => Role::Date(1),
            _ => return None,
        })
    }
}

/// The first start tag among the next tokens, when nothing but declarations, comments and white space stands before it.
fn first_element(text: &str, tokens: &mut Tokens<'_>) -> Option<super::super::tokens::Start> {
    loop {
        match tokens.next()? {
            Token::Text(at) if text[at.clone()].trim().is_empty() => {}
            Token::Void(at) if !text[at.clone()].starts_with(SECTION) => {}
            Token::Start(start) => return Some(start),
            _ => return None,
        }
    }
}

/// The prefixes an element declares and whose elements they mean.
fn declared(attributes: &str) -> Vec<(Box<str>, Space)> {
    let prefix =
        |name: &str| name.strip_prefix("xmlns").and_then(|rest| rest.is_empty().then_some("").or(rest.strip_prefix(':'))).map(Box::from);
    let space = |address: &str| SPACES.iter().find(|(known, _, _)| address.contains(known)).map_or(Space::Foreign, |(_, _, space)| *space);
    Attributes::of(attributes).filter_map(|(name, value)| Some((prefix(name)?, space(value)))).take(PREFIXES).collect()
}
