//! In which form the text of a feed's elements is written: as characters, as markup that is escaped, as markup itself. What RSS does not say is told by the
//! text. How it is read is `set`'s.

use std::borrow::Cow;
use std::ops::Range;

use crate::tag::Tag;

use super::super::attributes::Attributes;
use super::super::entities;
use super::super::tokens::{SECTION, Start, Token, Tokens};
use super::names::{Names, Role, Space};

/// How text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Characters: a reference stands for its character, and that is all.
    Text,
    /// Characters whose references may be escaped once more, as in most titles of RSS.
    Said,
    /// HTML, escaped or in a section of CDATA.
    Html,
    /// HTML as elements of the feed.
    Page,
    /// No text: a picture, a program.
    Data,
}

impl Form {
    /// Of the element that `start` begins.
    pub(super) fn of(text: &str, names: &Names, start: &Start, role: Role, content: &Range<usize>) -> Form {
        let (space, _) = names.split(&text[start.at.start + 1..start.attributes.start]);
        match (space, role) {
            (Space::Page, _) => Form::Page,
            (Space::Content, _) => Form::Html,
            (Space::Atom, Role::Title | Role::Body(_)) => typed(&text[start.attributes.clone()]),
            (_, Role::Title | Role::Body(_)) => guessed(&decoded(&text[content.clone()]), role),
            _ => Form::Said,
        }
    }
}

/// As an element of Atom says: RFC 4287, 3.1 and 4.1.3, and `mode` of Atom 0.3.
fn typed(attributes: &str) -> Form {
    let kind = Attributes::get(attributes, "type").unwrap_or(Cow::Borrowed("text")).to_ascii_lowercase();
    let mode = Attributes::get(attributes, "mode").unwrap_or(Cow::Borrowed(""));
    match () {
        () if mode == "base64" => Form::Data,
        () if kind.contains("xhtml") || mode == "xml" && kind.contains("html") => Form::Page,
        () if kind.contains("html") => Form::Html,
        () if kind.is_empty() || kind.starts_with("text") => Form::Text,
        () => Form::Data,
    }
}

/// Elements of a line of text: a title that holds others shows them.
const INLINE: [Tag; 20] = [
    Tag::A,
    Tag::ABBR,
    Tag::B,
    Tag::BIG,
    Tag::BR,
    Tag::CITE,
    Tag::CODE,
    Tag::EM,
    Tag::FONT,
    Tag::I,
    Tag::IMG,
    Tag::MARK,
    Tag::Q,
    Tag::S,
    Tag::SMALL,
    Tag::SPAN,
    Tag::STRONG,
    Tag::SUB,
    Tag::SUP,
    Tag::U,
];

/// What RSS does not tell: markup when it holds elements of HTML that are closed, or that need not be; a title may name elements.
fn guessed(decoded: &str, role: Role) -> Form {
    if memchr::memchr(b'<', decoded.as_bytes()).is_none() {
        return Form::Said;
    }
    let (mut markup, mut others) = (false, false);
    for token in Tokens::new(decoded) {
        match token {
            Token::Start(s) => {
                markup |= matches!(s.tag, Tag::BR | Tag::P | Tag::IMG | Tag::HR);
                others |= !INLINE.contains(&s.tag);
            }
            Token::End { tag, .. } => {
                markup |= tag != Tag::OTHER;
                others |= !INLINE.contains(&tag);
            }
            _ => {}
        }
    }
    if markup && !(role == Role::Title && others) { Form::Html } else { Form::Said }
}

/// The characters of a stretch of XML without its tags. Borrows when nothing is to be read.
fn decoded(inner: &str) -> Cow<'_, str> {
    if memchr::memchr2(b'<', b'&', inner.as_bytes()).is_none() {
        return Cow::Borrowed(inner);
    }
    let mut out = String::with_capacity(inner.len());
    for token in Tokens::xml(inner, 0) {
        match token {
            Token::Text(at) => out.push_str(&entities::resolved(&inner[at])),
            Token::Void(at) => out.push_str(section(&inner[at])),
            // elements that should have been escaped
            Token::Start(Start { at, .. }) | Token::End { at, .. } => out.push_str(&inner[at]),
        }
    }
    Cow::Owned(out)
}

/// What a section of CDATA holds; nothing for a comment.
pub(super) fn section(token: &str) -> &str {
    let inner = token.strip_prefix(SECTION).unwrap_or("");
    inner.strip_suffix("]]>").unwrap_or(inner)
}

/// True for tags, comments and white space alone.
pub(super) fn is_blank(inner: &str) -> bool {
    Tokens::xml(inner, 0).all(|token| match token {
        Token::Text(at) => inner[at].trim().is_empty(),
        Token::Void(at) => section(&inner[at]).trim().is_empty(),
        _ => true,
    })
}

/// The text of a stretch of XML, without markup.
pub(super) fn plain(inner: &str, form: Form) -> String {
    let decoded = decoded(inner);
    match form {
        Form::Text | Form::Data => decoded.into_owned(),
        Form::Said => entities::resolved(&decoded).into_owned(),
        Form::Html | Form::Page => {
            let texts = Tokens::new(&decoded).filter_map(|token| match token {
                Token::Text(at) => Some(entities::resolved(&decoded[at])),
                _ => None,
            });
            texts.collect()
        }
    }
}

/// The name of who signs: `<name>` of Atom, `anna@a.example (Anna Dorp)` of RSS, or what stands there; `None` for an address alone.
pub(super) fn name(inner: &str) -> Option<String> {
    let mut from = None;
    for token in Tokens::xml(inner, 0) {
        match token {
            Token::Start(s) if inner[s.at.start + 1..s.attributes.start].rsplit(':').next() == Some("name") => from = Some(s.at.end),
            Token::End { at, .. } if from.is_some() => return named(&plain(&inner[from?..at.start], Form::Said)),
            _ => {}
        }
    }
    named(&plain(inner, Form::Said))
}

fn named(said: &str) -> Option<String> {
    let is_address = |s: &str| s.contains('@') || s.contains("://");
    let said = said.trim();
    let name = if is_address(said) {
        let (before, rest) = said.split_once(['(', '<'])?;
        let inner = rest.trim_end_matches([')', '>']);
        if is_address(before) { inner } else { before }
    } else {
        said
    };
    let name = name.trim();
    (!name.is_empty() && !is_address(name)).then(|| name.to_owned())
}
