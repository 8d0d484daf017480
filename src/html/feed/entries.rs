//! Where the entries of a feed stand, and in each of them its title, its text, who signs it and of which day it is. One pass, no tree: an element counts by its
//! name and by the entry around it, so that a feed with a tag too few is read, too. What the names mean is `names`'.

use std::ops::Range;

use super::super::attributes::Attributes;
use super::super::tokens::{Start, Token, Tokens};
use super::form::Form;
use super::names::{Names, Role, Space};

/// The content of an element.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// Between its tags.
    pub(super) content: Range<usize>,
    /// How text is written in it.
    pub(super) form: Form,
}

/// An entry.
#[derive(Clone, Debug, Default)]
pub(super) struct Entry {
    pub(super) title: Option<Part>,
    /// Its text, and the rank of the element that holds it.
    pub(super) body: Option<(u8, Part)>,
    pub(super) authors: Vec<Part>,
    pub(super) date: Option<(u8, Part)>,
}

/// What a feed holds, in the order of the text.
#[derive(Clone, Debug, Default)]
pub(super) struct Feed {
    pub(super) title: Option<Part>,
    pub(super) authors: Vec<Part>,
    pub(super) lang: Option<Part>,
    pub(super) link: Option<Part>,
    pub(super) entries: Vec<Entry>,
}

impl Feed {
    /// Linear in the text.
    pub(super) fn of(text: &str, names: &Names) -> Feed {
        let mut feed = Feed::default();
        let mut tokens = Tokens::xml(text, names.root.start);
        let mut inside = false;
        while let Some(token) = tokens.next() {
            match token {
                Token::Start(start) => {
                    feed.lang(text, &start);
                    feed.linked(text, names, &start, inside);
                    let Some(role) = names.role(name(text, &start), inside) else { continue };
                    if role == Role::Entry {
                        inside = !start.closed;
                        feed.entries.push(Entry::default());
                    } else if !start.closed {
                        let content = content(text, names, &start, &mut tokens);
                        let part = Part { form: Form::of(text, names, &start, role, &content), content };
                        feed.put(text, role, part, inside);
                    }
                }
                Token::End { at, .. } if names.role(end_name(text, &at), inside) == Some(Role::Entry) => inside = false,
                _ => {}
            }
        }
        feed
    }

    fn put(&mut self, text: &str, role: Role, part: Part, inside: bool) {
        let inner = &text[part.content.clone()];
        if role == Role::Other || part.form == Form::Data || super::form::is_blank(inner) {
            return;
        }
        let Some(entry) = self.entries.last_mut().filter(|_| inside) else {
            match role {
                Role::Title => _ = self.title.get_or_insert(part),
                Role::Author => self.authors.push(part),
                Role::Lang => _ = self.lang.get_or_insert(part),
                Role::Link => _ = self.link.get_or_insert(part),
                _ => {}
            }
            return;
        };
        match role {
            Role::Title => _ = entry.title.get_or_insert(part),
            Role::Author => entry.authors.push(part),
            Role::Body(rank) if entry.body.as_ref().is_none_or(|(r, _)| rank < *r) => entry.body = Some((rank, part)),
            Role::Date(rank) if entry.date.as_ref().is_none_or(|(r, _)| rank < *r) => entry.date = Some((rank, part)),
            _ => {}
        }
    }

    /// The language of the first element that has one.
    fn lang(&mut self, text: &str, start: &Start) {
        if self.lang.is_none() && self.entries.is_empty() {
            self.lang = attribute(text, start, "xml:lang");
        }
    }

    /// `<link href=…>` of Atom: the page the feed belongs to.
    fn linked(&mut self, text: &str, names: &Names, start: &Start, inside: bool) {
        let (space, local) = names.split(name(text, start));
        if inside || self.link.is_some() || space != Space::Atom || local != "link" {
            return;
        }
        let attributes = &text[start.attributes.clone()];
        if Attributes::get(attributes, "rel").is_none_or(|rel| rel == "alternate") {
            self.link = attribute(text, start, "href");
        }
    }
}

/// The value of an attribute as a part.
fn attribute(text: &str, start: &Start, wanted: &str) -> Option<Part> {
    let attributes = &text[start.attributes.clone()];
    let (_, value) = Attributes::of(attributes).find(|(name, _)| *name == wanted)?;
    let from = start.attributes.start + (value.as_ptr() as usize - attributes.as_ptr() as usize);
    Some(Part { content: from..from + value.len(), form: Form::Text })
}

/// The content of the element whose start tag was read last: up to its end tag, which is read, or up to where its entry ends or another begins.
fn content(text: &str, names: &Names, start: &Start, tokens: &mut Tokens<'_>) -> Range<usize> {
    let (from, own) = (start.at.end, name(text, start));
    let mut nested = 0u32;
    while let Some(token) = tokens.next() {
        match token {
            Token::Start(s) if name(text, &s) == own => nested += u32::from(!s.closed),
            Token::End { at, .. } if end_name(text, &at) == own => {
                if nested == 0 {
                    return from..at.start;
                }
                nested -= 1;
            }
            Token::Start(Start { ref at, .. }) | Token::End { ref at, .. } => {
                let name = if matches!(token, Token::End { .. }) { end_name(text, at) } else { tag_name(&text[at.start + 1..at.end]) };
                if names.role(name, true) == Some(Role::Entry) {
                    tokens.back_to(at.start);
                    return from..at.start;
                }
            }
            _ => {}
        }
    }
    from..text.len()
}

fn name<'t>(text: &'t str, start: &Start) -> &'t str {
    &text[start.at.start + 1..start.attributes.start]
}

fn end_name<'t>(text: &'t str, at: &Range<usize>) -> &'t str {
    tag_name(&text[at.start + 2..at.end])
}

/// The name a tag begins with, behind its `<` or `</`.
fn tag_name(inner: &str) -> &str {
    &inner[..inner.find(|c: char| c.is_ascii_whitespace() || matches!(c, '>' | '/')).unwrap_or(inner.len())]
}
