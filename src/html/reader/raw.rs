//! Elements whose content is no markup: scripts, styles, titles, formulas, `<xmp>`.

use memchr::memmem;

use crate::block::Kind;
use crate::tag::Tag;

use super::super::hidden::visible_bytes;
use super::super::tokens::{Start, Token};
use super::super::writer::Flow;
use super::Reader;

impl Reader<'_> {
    /// Script, style, title and the like: up to their own end tag nothing is markup.
    pub(super) fn raw(&mut self, s: &Start) {
        let tag = s.tag;
        if matches!(tag, Tag::XMP | Tag::PLAINTEXT) {
            self.close_implied(tag);
            let content = match tag {
                Tag::XMP => self.tokens.raw(tag),
                _ => None,
            };
            let content = content.unwrap_or_else(|| self.tokens.rest());
            self.skip(s.at.end);
            if self.hidden_from > 0 {
                return self.skip(content.end);
            }
            self.writer.line();
            self.codes += 1;
            let flow = Flow { kind: Kind::Code, pre: true, code: self.codes, ..self.top().flow };
            self.writer.text(content, flow, false, &self.tree);
            return self.writer.line();
        }
        let content = match (self.tokens.raw(tag), tag) {
            (Some(content), _) => content,
            // cut off by the end of the page, as browsers read it
            (None, Tag::SCRIPT | Tag::STYLE) => self.tokens.rest(),
            (None, _) => {
                if tag == Tag::TITLE {
                    let rest = &self.text[s.at.end..];
                    self.fields.title(&rest[..memchr::memchr(b'<', rest.as_bytes()).unwrap_or(rest.len())]);
                }
                return self.skip(s.at.end);
            }
        };
        let inside = &self.text[content.clone()];
        if tag == Tag::SCRIPT && self.hidden_from == 0 && memmem::find(self.text[s.attributes.clone()].as_bytes(), b"math/tex").is_some() {
            return self.formula(s, content);
        }
        match tag {
            Tag::TITLE => self.fields.title(inside),
            Tag::SCRIPT => self.fields.script(&self.text[s.attributes.clone()], inside),
            Tag::NOSCRIPT => self.unscripted += visible_bytes(inside),
            _ => {}
        }
        let end = match self.tokens.next() {
            Some(Token::End { at, .. } | Token::Void(at)) => at.end,
            _ => content.end,
        };
        self.writer.skip_hidden(end);
    }

    /// A formula that a script of the page draws from its TeX: the TeX is the text.
    fn formula(&mut self, s: &Start, content: std::ops::Range<usize>) {
        let display = memmem::find(self.text[s.attributes.clone()].as_bytes(), b"display").is_some();
        self.skip(s.at.end);
        if display {
            self.writer.line();
        }
        let flow = self.top().flow;
        self.writer.text(content.clone(), flow, false, &self.tree);
        let end = match self.tokens.next() {
            Some(Token::End { at, .. } | Token::Void(at)) => at.end,
            _ => content.end,
        };
        self.skip(end);
        if display {
            self.writer.line();
        }
    }
}
