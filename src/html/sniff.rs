//! Is a text HTML? Judged by its beginning and its tags; nothing is parsed.

use memchr::memchr_iter;

use crate::tag::{self, Tag};

/// Bytes looked at for tags.
const SAMPLE: usize = 64 << 10;
/// Bytes of something else that may stand before `<!doctype` or `<html>`: warnings of the server, stray output.
const PREAMBLE: usize = 300;

/// Bytes of text before the first tag that a fragment of any length may have: a short line.
const SHORT: usize = 64;

/// True when the text is an HTML page or fragment, judged by its beginning and its tags.
///
/// A page begins with a doctype, `<html>`, `<head>` or `<body>`, comments and little else before them. A fragment begins with a tag of
/// HTML and closes one, or has at least one block-level or `<br>` tag in 500 bytes and five in all. XML of other kinds is no HTML.
pub fn looks_like_html(text: &str) -> bool {
    let mut end = text.len().min(SAMPLE);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let text = text[..end].trim_start_matches('\u{FEFF}');
    let start = text.trim_start();
    let bytes = start.as_bytes();
    let Some(first) = memchr::memchr(b'<', bytes) else { return false };
    let mut borders = 0usize;
    let mut closes = 0usize;
    let mut fenced = false;
    let mut begins = None;
    let mut line = 0;
    for at in memchr_iter(b'<', bytes) {
        // tags in code blocks of a text about HTML are not its markup
        for l in memchr_iter(b'\n', &bytes[line..at]) {
            let next = &bytes[line + l + 1..];
            fenced ^= next.starts_with(b"```") || next.starts_with(b"~~~");
        }
        line = at;
        let rest = &bytes[at + 1..];
        if at < PREAMBLE
            && (starts(rest, b"!doctype html") || starts_tag(rest, b"html") || starts_tag(rest, b"head") || starts_tag(rest, b"body"))
        {
            return true;
        }
        if at == 0 && starts(rest, b"?xml") {
            // XHTML says so soon
            let head = &bytes[..bytes.len().min(2000)];
            return memchr_iter(b'<', head).any(|i| starts(&head[i + 1..], b"!doctype html") || starts_tag(&head[i + 1..], b"html"));
        }
        let closing = rest.first() == Some(&b'/');
        let name = &rest[usize::from(closing)..];
        let len = name.iter().position(|b| !b.is_ascii_alphanumeric()).unwrap_or(name.len());
        if len == 0 || len > 10 || !matches!(name.get(len), Some(b'>' | b'/' | b' ' | b'\n' | b'\r' | b'\t')) {
            continue;
        }
        let tag = Tag::by_key(tag::key(&name[..len]));
        if tag == Tag::OTHER || fenced {
            continue;
        }
        begins.get_or_insert(at);
        closes += usize::from(closing || tag == Tag::BR || tag == Tag::IMG);
        borders += usize::from(tag.is_block() || tag == Tag::BR);
    }
    let opens_with_tag = begins == Some(first) && first == 0;
    // A text that shows HTML further down, a lesson or a forum, does not begin with it.
    let early = begins.is_some_and(|at| at <= (bytes.len() / 10).max(SHORT));
    (opens_with_tag && closes > 0) || (early && borders >= 5 && closes > 0 && bytes.len() / borders <= 500)
}

fn starts(bytes: &[u8], word: &[u8]) -> bool {
    bytes.get(..word.len()).is_some_and(|b| b.eq_ignore_ascii_case(word))
}

fn starts_tag(bytes: &[u8], name: &[u8]) -> bool {
    starts(bytes, name) && bytes.get(name.len()).is_some_and(|b| *b == b'>' || b.is_ascii_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages() {
        assert!(looks_like_html("<!DOCTYPE html><p>x"));
        assert!(looks_like_html("\u{FEFF}\n <!-- made by hand --> <html lang=zh><body>x"));
        assert!(looks_like_html("Warning: something in line 3\n<html>\n<body>x"));
        assert!(looks_like_html("<?xml version=\"1.0\"?>\n<!DOCTYPE html PUBLIC \"x\"><html>"));
    }

    #[test]
    fn fragments() {
        assert!(looks_like_html("<div>\n<p>春天来了。</p></div>"));
        assert!(looks_like_html("春天来了。<br>花开了。<br>鸟叫了。<br/>风起了。<br/>雨停了。<br>"));
    }

    #[test]
    fn other_texts() {
        assert!(!looks_like_html("春天来了。"));
        assert!(!looks_like_html("if a < b and b > c then <stop>"));
        assert!(!looks_like_html("<?xml version=\"1.0\"?><rss><channel><title>x</title></channel></rss>"));
        assert!(!looks_like_html("Use the tag <p> for paragraphs and close it with </p>."));
        assert!(!looks_like_html("# Lists\n\n```\n<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n```\nThat is all."));
        assert!(!looks_like_html("<p"));
        assert!(!looks_like_html(""));
    }
}
