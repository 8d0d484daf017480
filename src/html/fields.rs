//! What a page says about itself in its head: title, meta, canonical link, language, JSON-LD. What it means is `metadata`'s.

use std::borrow::Cow;

use serde_json::Value;

use crate::tree::Field;

use super::attributes::Attributes;
use super::entities;
use super::{shown, signed};

/// Bytes of JSON-LD read per script; longer ones are data, not a description.
const LONGEST_JSON: usize = 1 << 20;
/// Fields kept per page, and bytes of each value.
const MOST: usize = 400;
const LONGEST_VALUE: usize = 4096;
/// Bytes of the text of an article in JSON-LD.
const LONGEST_BODY: usize = 1 << 16;

/// The fields found so far.
#[derive(Default)]
pub(super) struct Fields {
    fields: Vec<Field>,
    /// Texts of JSON-LD that stand on the page, a line each.
    shown: String,
}

impl Fields {
    fn push(&mut self, key: String, value: &str) {
        self.push_within(key, value, LONGEST_VALUE);
    }

    fn push_within(&mut self, key: String, value: &str, longest: usize) {
        let value = value.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
        if value.is_empty() || self.fields.len() >= MOST {
            return;
        }
        let mut end = value.len().min(longest);
        while !value.is_char_boundary(end) {
            end -= 1;
        }
        self.fields.push(Field { key: key.into(), value: value[..end].into() });
    }

    /// `<title>`; the first counts, others belong to pictures.
    pub(super) fn title(&mut self, text: &str) {
        if !self.fields.iter().any(|f| &*f.key == "title") {
            self.push("title".to_owned(), &once_more(&entities::resolved(text)));
        }
    }

    /// `<meta name=… content=…>`.
    pub(super) fn meta(&mut self, attributes: &str) {
        let Some(content) = Attributes::get(attributes, "content") else { return };
        for name in ["name", "property", "itemprop"] {
            if let Some(value) = Attributes::get(attributes, name) {
                let family = if name == "itemprop" { "itemprop" } else { "meta" };
                let key = value.trim().to_lowercase();
                if key.ends_with("ld+json") {
                    return self.script("ld+json", &content);
                }
                let value = if key.ends_with("title") { once_more(&content) } else { Cow::Borrowed(&*content) };
                self.push(format!("{family}:{key}"), &value);
                return;
            }
        }
    }

    /// `<link rel=canonical href=…>`.
    pub(super) fn link(&mut self, attributes: &str) {
        if let Some(rel) = Attributes::get(attributes, "rel")
            && rel.eq_ignore_ascii_case("canonical")
            && let Some(href) = Attributes::get(attributes, "href")
        {
            self.push("link:canonical".to_owned(), &href);
        }
    }

    /// `<time datetime=…>`.
    pub(super) fn time(&mut self, attributes: &str) {
        if let Some(value) = Attributes::get(attributes, "datetime") {
            let own = Attributes::get(attributes, "itemprop");
            self.push("time:datetime".to_owned(), &value);
            if let Some(name) = own {
                self.push(format!("itemprop:{}", name.trim().to_lowercase()), &value);
            }
        }
    }

    /// An element whose class says that its text is a date: `<span class=post-date>`. `text` is what follows its tag. A class that names
    /// the date of nothing in particular (`date`) is believed below the first main heading: what stands above it is the date of today. The
    /// first one counts, others are those of other stories.
    pub(super) fn dated(&mut self, attributes: &str, text: &str, below_heading: bool) {
        /// Bytes of text looked at; a date with what is written before it.
        const NEAR: usize = 80;
        const OF_THE_TEXT: [&str; 10] =
            ["publish", "pub-", "post", "entry", "article", "byline", "author", "release", "attribution", "submitted"];
        if self.fields.iter().any(|f| &*f.key == "class:date") {
            return;
        }
        let Some(class) = Attributes::get(attributes, "class") else { return };
        let named = |token: &str| {
            let token = token.to_ascii_lowercase();
            // `update` and `validate` hold the word by chance
            let date = token.strip_suffix("date").is_some_and(|t| t.is_empty() || t.ends_with(['-', '_']));
            date && (below_heading || OF_THE_TEXT.iter().any(|w| token.contains(w)))
        };
        if !class.split_ascii_whitespace().any(named) {
            return;
        }
        let mut end = text.len().min(NEAR);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let text = &text[..end];
        let text = &text[..memchr::memchr(b'<', text.as_bytes()).unwrap_or(text.len())];
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        if (5..=14).contains(&digits) {
            self.push("class:date".to_owned(), &entities::resolved(text));
        }
    }

    /// An element that names an author; each name once, the first few.
    pub(super) fn signed(&mut self, attributes: &str, text: &str) {
        /// Names kept; a page that names as many is a list.
        const NAMES: usize = 8;
        let known = |f: &&Field| &*f.key == "class:author";
        if self.fields.iter().filter(known).count() < NAMES
            && let Some(name) = signed::name(attributes, text)
            && !self.fields.iter().filter(known).any(|f| *f.value == *name)
        {
            self.push("class:author".to_owned(), &name);
        }
    }

    /// `<html lang=…>`.
    pub(super) fn html(&mut self, attributes: &str) {
        let lang = Attributes::get(attributes, "lang").or_else(|| Attributes::get(attributes, "xml:lang"));
        if let Some(lang) = lang {
            self.push("html:lang".to_owned(), &lang);
        }
    }

    /// `<script type="application/ld+json">`.
    pub(super) fn script(&mut self, attributes: &str, content: &str) {
        if content.len() > LONGEST_JSON || memchr::memmem::find(attributes.as_bytes(), b"ld+json").is_none() {
            return;
        }
        let content = unwrapped(content);
        // line ends inside strings are common and not JSON
        let Ok(value) =
            serde_json::from_str::<Value>(content).or_else(|_| serde_json::from_str(&content.replace(|c: char| c.is_ascii_control(), " ")))
        else {
            return;
        };
        self.linked_data(&value);
    }

    /// The objects of a JSON-LD document that describe the page. The parser bounds their depth, a work list their walk.
    fn linked_data(&mut self, document: &Value) {
        let mut todo = vec![document];
        while let Some(value) = todo.pop() {
            match value {
                Value::Array(items) => todo.extend(items.iter().rev()),
                Value::Object(object) => {
                    let kind = object.get("@type").map(kinds).unwrap_or_default();
                    shown::texts(&kind, object, LONGEST_BODY, &mut self.shown);
                    let describes = |k: &String| {
                        ["article", "posting", "report", "webpage", "review", "recipe", "videoobject", "question", "product"]
                            .iter()
                            .any(|w| k.ends_with(w))
                    };
                    if kind.iter().any(describes) || object.contains_key("headline") {
                        for k in &kind {
                            self.push("jsonld:@type".to_owned(), k);
                        }
                        self.object(object);
                    } else if let Some(list) =
                        kind.iter().find(|k| ["collectionpage", "itemlist", "searchresultspage"].contains(&k.as_str()))
                    {
                        self.push("jsonld:@type".to_owned(), list);
                    }
                    for key in ["@graph", "mainEntity", "mainEntityOfPage"] {
                        todo.extend(object.get(key));
                    }
                }
                _ => {}
            }
        }
    }

    fn object(&mut self, object: &serde_json::Map<String, Value>) {
        if let Some(Value::String(body)) = object.get("articleBody") {
            self.push_within("jsonld:articlebody".to_owned(), &entities::resolved(body), LONGEST_BODY);
        }
        const KEYS: [&str; 11] = [
            "headline",
            "name",
            "datePublished",
            "dateCreated",
            "dateModified",
            "author",
            "creator",
            "publisher",
            "articleSection",
            "url",
            "inLanguage",
        ];
        for key in KEYS {
            let Some(value) = object.get(key) else { continue };
            let mut todo = vec![value];
            while let Some(value) = todo.pop() {
                match value {
                    Value::String(s) => self.push(format!("jsonld:{}", key.to_lowercase()), &entities::resolved(s)),
                    Value::Array(items) => todo.extend(items.iter().rev()),
                    Value::Object(o) => todo.extend(o.get("name")),
                    _ => {}
                }
            }
        }
    }

    pub(super) fn finish(mut self) -> Vec<Field> {
        if !self.shown.is_empty() {
            self.fields.push(Field { key: "jsonld:shown".into(), value: self.shown.into() });
        }
        self.fields
    }
}

/// A title with the references resolved that are left in it: titles are often escaped twice. Borrows when there is none.
fn once_more(title: &str) -> Cow<'_, str> {
    if title.contains('&') && title.contains(';') { entities::resolved(title) } else { Cow::Borrowed(title) }
}

/// The JSON of a script: without the comment or the CDATA section around it, as pages of XHTML write it, and a last semicolon.
fn unwrapped(mut content: &str) -> &str {
    for (open, close) in [("<!--", "-->"), ("//", "//"), ("/*", "*/"), ("<![CDATA[", "]]>"), ("*/", "/*"), ("//", "//")] {
        content = content.trim();
        content = content.strip_prefix(open).unwrap_or(content);
        content = content.strip_suffix(close).unwrap_or(content);
    }
    content.trim().trim_end_matches(';')
}

/// The types of an object, lower case.
fn kinds(value: &Value) -> Vec<String> {
    match value {
        Value::String(s) => vec![s.to_lowercase()],
        Value::Array(items) => items.iter().filter_map(Value::as_str).map(str::to_lowercase).collect(),
        _ => Vec::new(),
    }
}
