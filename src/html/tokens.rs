//! Bytes to tokens: tags, comments and the text between, in one pass over memory. What a tag means for the page is `reader`'s.

use std::ops::Range;

use memchr::{memchr, memchr3, memmem};

use crate::tag::{self, Tag};

/// One token. Ranges are byte offsets into the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// Characters and character references.
    Text(Range<usize>),
    /// A start tag.
    Start(Start),
    /// An end tag.
    End {
        /// Its name.
        tag: Tag,
        /// [`tag::key`] of its name.
        key: u64,
        /// `</` to `>`.
        at: Range<usize>,
    },
    /// A comment, doctype, processing instruction, or a tag cut off by the end of the text.
    Void(Range<usize>),
}

/// A start tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Start {
    /// Its name.
    pub(super) tag: Tag,
    /// [`tag::key`] of its name.
    pub(super) key: u64,
    /// Between name and `>`.
    pub(super) attributes: Range<usize>,
    /// `<` to `>`.
    pub(super) at: Range<usize>,
    /// Ends in `/>`.
    pub(super) closed: bool,
}

/// What a section of CDATA begins with.
pub(super) const SECTION: &str = "<![CDATA[";

/// The tokens of a text. Linear: what a search did not find is not searched for again.
pub(super) struct Tokens<'t> {
    bytes: &'t [u8],
    at: usize,
    /// No `"`, no `'`, no `-->` lies ahead of the place where this was found out, so none lies ahead now.
    no_double: bool,
    no_single: bool,
    no_comment_end: bool,
    /// Names of raw-text elements whose end tag lies nowhere ahead.
    no_end: Vec<Tag>,
    /// Sections of CDATA are tokens: XML.
    sections: bool,
}

impl<'t> Tokens<'t> {
    pub(super) fn new(text: &'t str) -> Tokens<'t> {
        Tokens::starting(text, 0)
    }

    /// The tokens from byte `at` of a text on.
    pub(super) fn starting(text: &'t str, at: usize) -> Tokens<'t> {
        let bytes = text.as_bytes();
        Tokens { bytes, at, no_double: false, no_single: false, no_comment_end: false, no_end: Vec::new(), sections: false }
    }

    /// [`Tokens::starting`] for XML: a section of CDATA is one [`Token::Void`], whatever stands in it.
    pub(super) fn xml(text: &'t str, at: usize) -> Tokens<'t> {
        Tokens { sections: true, ..Tokens::starting(text, at) }
    }

    /// Content of the raw-text element whose start tag was read last: up to its end tag, which is read next. `None` when it has
    /// no end tag; then nothing is skipped.
    pub(super) fn raw(&mut self, tag: Tag) -> Option<Range<usize>> {
        if self.no_end.contains(&tag) {
            return None;
        }
        let name = tag.name().as_bytes();
        let mut from = self.at;
        while let Some(found) = memchr(b'<', &self.bytes[from..]) {
            let open = from + found;
            let after = &self.bytes[open + 1..];
            if after.first() == Some(&b'/')
                && after.len() > name.len()
                && after[1..=name.len()].eq_ignore_ascii_case(name)
                && after.get(1 + name.len()).is_none_or(|b| matches!(b, b'>' | b'/') || b.is_ascii_whitespace())
            {
                let content = self.at..open;
                self.at = open;
                return Some(content);
            }
            from = open + 1;
        }
        self.no_end.push(tag);
        None
    }

    /// What [`Tokens::raw`] found is read as markup after all. `at` is where it begins.
    pub(super) fn back_to(&mut self, at: usize) {
        self.at = at;
    }

    /// Everything not read yet, as the content of `<plaintext>` or of a script without end.
    pub(super) fn rest(&mut self) -> Range<usize> {
        let rest = self.at..self.bytes.len();
        self.at = self.bytes.len();
        rest
    }

    /// Index of the `>` that ends the tag whose inside begins at `from`; a quoted value may hold `>`.
    fn tag_end(&mut self, from: usize) -> Option<usize> {
        let mut i = from;
        loop {
            i += memchr3(b'>', b'"', b'\'', &self.bytes[i..])?;
            let quote = self.bytes[i];
            if quote == b'>' {
                return Some(i);
            }
            let gone = if quote == b'"' { &mut self.no_double } else { &mut self.no_single };
            if !*gone && opens_value(&self.bytes[from..i]) {
                match memchr(quote, &self.bytes[i + 1..]) {
                    Some(len) => i += len + 1,
                    None => *gone = true,
                }
            }
            i += 1;
        }
    }

    /// End of the markup declaration `<!…` or instruction `<?…` that begins at `at`.
    fn declaration_end(&mut self, at: usize) -> usize {
        let rest = &self.bytes[at..];
        if rest.starts_with(b"<!--") {
            // `<!-->` and `<!--->` are whole comments
            if rest[4..].starts_with(b">") {
                return at + 5;
            }
            if rest[4..].starts_with(b"->") {
                return at + 6;
            }
            if !self.no_comment_end {
                match comment_end(&rest[4..]) {
                    Some(end) => return at + 4 + end,
                    // a comment without end would swallow the page: it ends at its first `>`
                    None => self.no_comment_end = true,
                }
            }
        }
        if self.sections && rest.starts_with(SECTION.as_bytes()) {
            // one cut off by the end of the text holds all that is left
            return memmem::find(rest, b"]]>").map_or(self.bytes.len(), |i| at + i + 3);
        }
        memchr(b'>', rest).map_or(self.bytes.len(), |i| at + i + 1)
    }
}

/// Bytes up to and with the `-->` or `--!>` that ends a comment.
fn comment_end(bytes: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let dashes = from + memmem::find(&bytes[from..], b"--")?;
        match bytes.get(dashes + 2) {
            Some(b'>') => return Some(dashes + 3),
            Some(b'!') if bytes.get(dashes + 3) == Some(&b'>') => return Some(dashes + 4),
            Some(_) => from = dashes + 1,
            None => return None,
        }
    }
}

/// True when a quote after `before` begins an attribute value: the last byte that is not blank is `=`.
fn opens_value(before: &[u8]) -> bool {
    before.iter().rev().find(|b| !b.is_ascii_whitespace()) == Some(&b'=')
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let start = self.at;
        if start >= self.bytes.len() {
            return None;
        }
        let mut from = start;
        let open = loop {
            match memchr(b'<', &self.bytes[from..]) {
                None => break self.bytes.len(),
                Some(i) => {
                    let open = from + i;
                    match self.bytes.get(open + 1) {
                        Some(b) if b.is_ascii_alphabetic() || matches!(b, b'!' | b'?' | b'/') => break open,
                        // `a < b` is text
                        _ => from = open + 1,
                    }
                }
            }
        };
        if open > start {
            self.at = open;
            return Some(Token::Text(start..open));
        }
        let next = self.bytes[open + 1];
        if next.is_ascii_alphabetic() {
            let name = open + 1..name_end(self.bytes, open + 1);
            let Some(end) = self.tag_end(name.end) else {
                self.at = self.bytes.len();
                return Some(Token::Void(open..self.at));
            };
            self.at = end + 1;
            let key = tag::key(&self.bytes[name.clone()]);
            let closed = self.bytes[end - 1] == b'/';
            return Some(Token::Start(Start { tag: Tag::by_key(key), key, attributes: name.end..end, at: open..end + 1, closed }));
        }
        if next == b'/' && self.bytes.get(open + 2).is_some_and(u8::is_ascii_alphabetic) {
            let name = open + 2..name_end(self.bytes, open + 2);
            let end = match self.bytes.get(name.end) {
                Some(b'>') => name.end,
                _ => match self.tag_end(name.end) {
                    Some(end) => end,
                    None => {
                        self.at = self.bytes.len();
                        return Some(Token::Void(open..self.at));
                    }
                },
            };
            self.at = end + 1;
            let key = tag::key(&self.bytes[name]);
            return Some(Token::End { tag: Tag::by_key(key), key, at: open..end + 1 });
        }
        self.at = if next == b'/' && self.bytes.get(open + 2).is_none() { self.bytes.len() } else { self.declaration_end(open) };
        Some(Token::Void(open..self.at))
    }
}

/// One past the name that begins at `at`.
fn name_end(bytes: &[u8], at: usize) -> usize {
    bytes[at..].iter().position(|b| matches!(b, b'>' | b'/') || b.is_ascii_whitespace()).map_or(bytes.len(), |i| at + i)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        Tokens::new(text)
            .map(|t| match t {
                Token::Text(r) => text[r].to_owned(),
                Token::Start(s) => format!("+{}{}", s.tag.name(), &text[s.attributes]),
                Token::End { tag, .. } => format!("-{}", tag.name()),
                Token::Void(r) => format!("!{}", &text[r]),
            })
            .collect()
    }

    #[test]
    fn tags_and_text() {
        assert_eq!(shown("a<P class=x>b</p >c<br/>"), ["a", "+p class=x", "b", "-p", "c", "+br/"]);
    }

    #[test]
    fn a_quoted_value_may_hold_an_angle_bracket() {
        assert_eq!(shown("<a title='1>0'>x"), ["+a title='1>0'", "x"]);
        assert_eq!(shown("<a title= \"1>0\" >x"), ["+a title= \"1>0\" ", "x"]);
        // a quote that begins no value is part of a name
        assert_eq!(shown("<a it's>x<i>'"), ["+a it's", "x", "+i", "'"]);
    }

    #[test]
    fn a_quote_without_end_does_not_swallow_the_page() {
        assert_eq!(shown("<a title=\"oops>x</a>"), ["+a title=\"oops", "x", "-a"]);
    }

    #[test]
    fn what_is_no_tag_is_text() {
        assert_eq!(shown("1 < 2 <3 <"), ["1 < 2 <3 <"]);
    }

    #[test]
    fn comments_end_where_the_standard_says() {
        assert_eq!(
            shown("<!-- <p> -->a<!-->b<!--->c<!-- x --!>d"),
            ["!<!-- <p> -->", "a", "!<!-->", "b", "!<!--->", "c", "!<!-- x --!>", "d"]
        );
        assert_eq!(shown("<!doctype html>x<?php a ?>y</ z>"), ["!<!doctype html>", "x", "!<?php a ?>", "y", "!</ z>"]);
    }

    #[test]
    fn a_section_of_xml_is_one_token() {
        let text = "a<![CDATA[<p title=\"]>]]>b<![CDATA[<i>";
        let tokens: Vec<Token> = Tokens::xml(text, 0).collect();
        assert_eq!(tokens, [Token::Text(0..1), Token::Void(1..25), Token::Text(25..26), Token::Void(26..38)]);
        assert_eq!(shown("<![CDATA[<p>x"), ["!<![CDATA[<p>", "x"]);
    }

    #[test]
    fn a_comment_without_end_ends_at_its_first_bracket() {
        assert_eq!(shown("<!-- a > b <!-- c > d"), ["!<!-- a >", " b ", "!<!-- c >", " d"]);
    }

    #[test]
    fn a_tag_cut_off_by_the_end_is_void() {
        assert_eq!(shown("x<a href="), ["x", "!<a href="]);
        assert_eq!(shown("x</a"), ["x", "!</a"]);
        assert_eq!(shown("x</"), ["x", "!</"]);
    }

    #[test]
    fn raw_text_ends_at_its_own_end_tag() {
        let text = "<script>a</b></scripted></SCRIPT >z";
        let mut t = Tokens::new(text);
        t.next();
        assert_eq!(t.raw(Tag::SCRIPT).map(|r| &text[r]), Some("a</b></scripted>"));
        assert!(matches!(t.next(), Some(Token::End { tag: Tag::SCRIPT, .. })));
        assert_eq!(t.raw(Tag::STYLE), None);
        assert_eq!(&text[t.rest()], "z");
    }
}
