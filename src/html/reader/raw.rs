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

    /// MathML whose TeX stands in an annotation: the TeX is the text, as a power or a fraction cannot be read from the letters alone.
    /// False when there is none; then it is read like any element.
    pub(super) fn annotated(&mut self, s: &Start) -> bool {
        if s.at.start < self.plain_math {
            return false;
        }
        let Some(content) = self.tokens.raw(Tag::MATH) else { return false };
        let Some(tex) = tex(&self.text[content.clone()]) else {
            self.tokens.back_to(content.start);
            self.plain_math = content.end;
            return false;
        };
        self.writer.skip_hidden(content.start + tex.start);
        let flow = self.top().flow;
        self.writer.text(content.start + tex.start..content.start + tex.end, flow, false, &self.tree);
        let end = match self.tokens.next() {
            Some(Token::End { at, .. } | Token::Void(at)) => at.end,
            _ => content.end,
        };
        self.writer.skip_hidden(end);
        true
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

/// The range of the TeX among the annotations of MathML.
fn tex(math: &str) -> Option<std::ops::Range<usize>> {
    const NAME: &str = "<annotation";
    let mut from = 0;
    while let Some(at) = memmem::find(&math.as_bytes()[from..], NAME.as_bytes()) {
        let attributes = from + at + NAME.len();
        let text = attributes + memchr::memchr(b'>', &math.as_bytes()[attributes..])? + 1;
        let end = text + memchr::memchr(b'<', &math.as_bytes()[text..])?;
        if math[attributes..text].contains("application/x-tex") && !math[text..end].trim_ascii().is_empty() {
            return Some(text..end);
        }
        from = end;
    }
    None
}
