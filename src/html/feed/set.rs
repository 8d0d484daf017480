//! A feed set as a page: each entry an article, its title a heading, its text the markup it was escaped from; nothing else of the feed. Which parts these are
//! is `entries`', in which form they are written `form`'s.

use std::ops::Range;

use crate::edit::{CERTAIN, Editor};
use crate::layer::{Layer, Stage};
use crate::rules::{RuleId, Rules};
use crate::tag::Tag;

use super::super::entities;
use super::super::tokens::{SECTION, Token, Tokens};
use super::entries::{Entry, Feed, Part};
use super::form::{self, Form};

/// The layer that sets the entries as articles of a page, and where in its text titles and texts stand. `None` for a feed that is empty.
pub(super) fn page(text: &str, feed: &Feed, rules: &Rules) -> (Option<Layer<'static>>, Vec<Range<usize>>) {
    let [tag, field, reference] = ["markup/feed", "markup/feed-field", "markup/entity"].map(|id| rules.rule(id));
    let mut setter = Setter { text, editor: Editor::new(text), at: 0, parts: Vec::new(), tag, field, reference };
    let mut between = String::new();
    for Entry { title, body, .. } in &feed.entries {
        between.push_str("<article>\n");
        let body = body.as_ref().map(|(_, part)| part);
        let late = title.as_ref().zip(body).filter(|(title, body)| title.content.start > body.content.start);
        if let Some((title, _)) = late {
            // text is not moved: what stands behind is told before
            between.push_str("<h2>");
            between.push_str(&escaped(&form::plain(&text[title.content.clone()], title.form)));
            between.push_str("</h2>\n");
        } else if let Some(title) = title {
            between.push_str("<h2>");
            setter.part(title, &between, false);
            between.clear();
            between.push_str("</h2>\n");
        }
        if let Some(body) = body {
            setter.part(body, &between, true);
            between.clear();
        }
        between.push_str("\n</article>\n");
    }
    setter.gap(text.len(), &between);
    (setter.editor.finish(Stage::Markup), setter.parts)
}

struct Setter<'t> {
    text: &'t str,
    editor: Editor<'t>,
    /// Bytes of the feed that are set.
    at: usize,
    /// Where in the page titles and texts stand.
    parts: Vec<Range<usize>>,
    tag: RuleId,
    field: RuleId,
    reference: RuleId,
}

impl Setter<'_> {
    /// What stands before byte `to` is no text; `set` stands for it.
    fn gap(&mut self, to: usize, set: &str) {
        let mut from = self.at;
        let mut holds_text = false;
        for token in Tokens::xml(&self.text[..to], self.at) {
            match token {
                // an element that holds text alone goes with its tags
                Token::Start(start) => {
                    self.editor.delete(from..start.at.start, if holds_text { self.field } else { self.tag });
                    (from, holds_text) = (start.at.start, false);
                }
                Token::Text(at) => holds_text |= !self.text[at].trim().is_empty(),
                Token::Void(at) => holds_text |= self.text[at].starts_with(SECTION),
                Token::End { at, .. } if holds_text => {
                    self.editor.delete(from..at.end, self.field);
                    (from, holds_text) = (at.end, false);
                }
                Token::End { .. } => {}
            }
        }
        self.editor.delete(from..to, if holds_text { self.field } else { self.tag });
        if !set.is_empty() {
            self.editor.replace(to..to, set, self.tag, CERTAIN);
        }
        self.at = to;
    }

    /// A title or a text, behind what is `set` for all before it. `lines`: line ends of a text without markup are line ends.
    fn part(&mut self, part: &Part, set: &str, lines: bool) {
        let Range { start, end } = part.content.clone();
        self.gap(start, set);
        let from = self.editor.position(start);
        let inner = &self.text[part.content.clone()];
        let last = start + inner.trim_ascii_end().len();
        let breaks = start + (inner.len() - inner.trim_ascii_start().len())..if lines { last } else { 0 };
        let text = self.text;
        for token in Tokens::xml(&text[..end], start) {
            match token {
                Token::Text(at) => self.characters(at, part.form, &breaks),
                Token::Void(at) if text[at.clone()].starts_with(SECTION) => self.section(at, part.form, &breaks),
                Token::Void(at) => self.editor.delete(at, self.tag),
                Token::Start(s) if part.form == Form::Page => {
                    // an element without content, which HTML would leave open
                    if s.closed && !s.tag.is_void() && unprefixed(&text[s.at.start + 1..s.attributes.start]).1 {
                        self.editor.delete(s.at, self.tag);
                    } else {
                        self.unprefix(s.at.start + 1, &text[s.at.start + 1..s.attributes.start]);
                    }
                }
                Token::End { at, .. } if part.form == Form::Page => {
                    let inner = &text[at.start + 2..at.end - 1];
                    self.unprefix(at.start + 2, inner.trim_ascii_end());
                }
                _ => {}
            }
        }
        self.parts.push(from..self.editor.position(end));
        self.at = end;
    }

    /// Characters outside sections of CDATA.
    fn characters(&mut self, at: Range<usize>, form: Form, breaks: &Range<usize>) {
        let bytes = &self.text.as_bytes()[..at.end];
        let mut i = at.start;
        while let Some(found) = memchr::memchr2(b'&', b'\n', &bytes[i..]) {
            i += found;
            if bytes[i] == b'\n' {
                self.line_end(i, form, breaks);
                i += 1;
                continue;
            }
            let Some(reference) = entities::reference(&bytes[i..], false) else {
                i += 1;
                continue;
            };
            match form {
                Form::Html => {
                    let meant: String = reference.chars().collect();
                    self.editor.replace(i..i + reference.len, &meant, self.reference, CERTAIN);
                }
                // what it escapes is a reference, too: one level is enough
                Form::Said if &bytes[i..i + reference.len] == b"&amp;" && is_reference(&bytes[i + 4..]) => {
                    self.editor.delete(i + 1..i + 5, self.reference);
                }
                _ => {}
            }
            i += reference.len;
        }
    }

    /// A section of CDATA: what stands in it is characters.
    fn section(&mut self, at: Range<usize>, form: Form, breaks: &Range<usize>) {
        let inner = form::section(&self.text[at.clone()]);
        let start = at.start + SECTION.len();
        self.editor.delete(at.start..start, self.tag);
        let bytes = inner.as_bytes();
        let mut i = 0;
        while form != Form::Html
            && let Some(found) = memchr::memchr3(b'&', b'<', b'\n', &bytes[i..])
        {
            i += found;
            let here = start + i;
            match bytes[i] {
                b'\n' => self.line_end(here, form, breaks),
                b'<' => self.editor.replace(here..here + 1, "&lt;", self.tag, CERTAIN),
                _ if form == Form::Said => {}
                _ => self.editor.replace(here..here + 1, "&amp;", self.tag, CERTAIN),
            }
            i += 1;
        }
        self.editor.delete(start + inner.len()..at.end, self.tag);
    }

    /// The line end at byte `at` of a text without markup ends a line there, too.
    fn line_end(&mut self, at: usize, form: Form, breaks: &Range<usize>) {
        if matches!(form, Form::Text | Form::Said) && breaks.contains(&at) {
            self.editor.replace(at..at, "<br>", self.tag, CERTAIN);
        }
    }

    /// Takes the prefix from the name that begins at byte `at`.
    fn unprefix(&mut self, at: usize, name: &str) {
        let (prefix, _) = unprefixed(name);
        self.editor.delete(at..at + prefix, self.tag);
    }
}

/// Bytes of the prefix of a name, and whether the name is that of an element HTML has content in.
fn unprefixed(name: &str) -> (usize, bool) {
    let prefix = name.find(':').map_or(0, |colon| colon + 1);
    (prefix, !Tag::of(&name.as_bytes()[prefix..]).is_void())
}

/// True when the rest of a reference follows, its `&` escaped away: `#8217;`, `nbsp;`. `bytes` begin with the `;` of `&amp;`.
fn is_reference(bytes: &[u8]) -> bool {
    const LONGEST: usize = 34;
    let mut said = vec![b'&'];
    said.extend(bytes.iter().skip(1).take(LONGEST));
    entities::reference(&said, true).is_some_and(|r| said.get(r.len - 1) == Some(&b';'))
}

/// Text as it is written in a page.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
