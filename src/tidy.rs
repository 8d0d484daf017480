//! Controls, line ends and blanks at the ends of blocks. Never touches a letter, a blank inside a line, or code.

use crate::block::{Block, Kind};
use crate::bytes::any_pair;
use crate::edit::Editor;
use crate::layer::{Layer, Stage};
use crate::plain;
use crate::rules::Rules;
use crate::span::Span;

/// Takes controls, byte order marks and torn tag ends out of blocks, makes line ends inside them LF, and carries the blocks along.
/// No layer when there is nothing to do; what lies between blocks is never looked at. Of a page of `markup` soft hyphens go, too, which a browser shows
/// only where it breaks a line; a text may mean them.
///
/// # Source
/// Controls: Unicode general category Cc without tab and line feed; U+FEFF inside text is a stray byte order mark (Unicode 15, 23.8).
pub fn tidy(text: &str, blocks: &[Block], markup: bool, rules: &Rules) -> (Option<Layer<'static>>, Vec<Block>) {
    let mut editor = Editor::new(text);
    let mut out = Vec::with_capacity(blocks.len());
    let soft = markup && memchr::memmem::find(text.as_bytes(), SOFT).is_some();
    let clean = !soft && !may_need(text.as_bytes());
    for block in blocks {
        let (start, end) = (block.span.start as usize, block.span.end as usize);
        let bytes = &text.as_bytes()[start..end];
        if block.kind == Kind::Code
            || (clean && !bytes.ends_with(b">"))
            || !(needs(bytes) || soft && memchr::memmem::find(bytes, SOFT).is_some())
        {
            let span = Span::new(editor.position(start), editor.position(end));
            out.push(Block { span, ..*block });
            continue;
        }
        let from = editor.position(start);
        let control = rules.rule("tidy/control");
        let line_end = rules.rule("tidy/line-end");
        let s = block.span.of(text);
        let stub = tag_stub(s);
        let mut chars = s.char_indices().peekable();
        while let Some((i, c)) = chars.next() {
            let at = start + i..start + i + c.len_utf8();
            if i >= s.len() - stub {
                editor.delete(start + i..end, rules.rule("tidy/tag-end"));
                break;
            }
            match c {
                '\r' if chars.peek().is_some_and(|n| n.1 == '\n') => editor.delete(at, line_end),
                '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => editor.replace(at, "\n", line_end, crate::edit::CERTAIN),
                '\t' | '\n' => {}
                // A form feed or vertical tab parts words.
                '\u{b}' | '\u{c}' => editor.replace(at, " ", control, crate::edit::CERTAIN),
                '\u{ad}' if markup => editor.delete(at, rules.rule("tidy/soft-hyphen")),
                c if c.is_control() || c == '\u{feff}' => editor.delete(at, control),
                _ => {}
            }
        }
        let to = editor.position(end);
        // What is left may begin or end with a blank that stood beside a control.
        let (a, b) = plain::bounds(&editor.output(from, to)).unwrap_or((0, 0));
        let link_bytes = block.link_bytes.min((b - a) as u32);
        out.push(Block { span: Span::new(from + a, from + b), link_bytes, ..*block });
    }
    match editor.finish(Stage::Tidy) {
        Some(layer) => (Some(layer), out),
        None => (None, out),
    }
}

/// U+00AD.
const SOFT: &[u8] = "\u{ad}".as_bytes();

/// False when no part of the text needs anything but perhaps `/…>` at its end. Most texts are decided as a whole.
fn may_need(bytes: &[u8]) -> bool {
    let control = |a: u8, b: u8| (a < 0x20) & (a != b'\t') & (a != b'\n') | (a == 0x7f) | (a == 0xc2) & (b < 0xa0);
    let mark = |a: u8, b: u8| (a == 0xef) & (b == 0xbb) | (a == 0x80) & ((b == 0xa8) | (b == 0xa9));
    // The last byte has no next one.
    any_pair(bytes, |a, b| control(a, b) | mark(a, b)) || bytes.last().is_some_and(|b| control(*b, 0xff))
}

/// True when the bytes hold a control, the first byte of one beyond ASCII, of U+2028, U+2029 or U+FEFF, or `/…>` at the end.
fn needs(bytes: &[u8]) -> bool {
    let c0 = bytes.iter().any(|b| (*b < 0x20 && !matches!(b, b'\t' | b'\n')) || *b == 0x7f);
    c0 || bytes.ends_with(b">")
        || memchr::memchr2_iter(0xc2, 0xef, bytes).any(|i| match bytes[i] {
            0xc2 => bytes.get(i + 1).is_some_and(|b| *b < 0xa0),
            _ => bytes[i..].starts_with("\u{feff}".as_bytes()),
        })
        || memchr::memmem::find(bytes, b"\xe2\x80\xa8").is_some()
        || memchr::memmem::find(bytes, b"\xe2\x80\xa9").is_some()
}

/// Length of the end tag, whole or without its `<`, that a text lost to a broken charset still has at its end: `得上/strong>`.
fn tag_stub(s: &str) -> usize {
    const NAMES: [&str; 8] = ["strong>", "span>", "p>", "font>", "b>", "em>", "div>", "a>"];
    let Some(rest) = NAMES.iter().find_map(|n| s.strip_suffix(n)) else { return 0 };
    let Some(rest) = rest.strip_suffix('/') else { return 0 };
    let rest = rest.strip_suffix('<').unwrap_or(rest);
    // After an ideograph or its marks: `a/b>` and `and/p>` are other things. Controls between them go anyway.
    let before = rest.chars().rev().find(|c| c.is_whitespace() || !(c.is_control() || *c == '\u{feff}'));
    let fine = before.is_some_and(|c| !(c.is_ascii() || c.is_whitespace()) || matches!(c, '?' | '!' | '"' | ',' | '.'));
    if fine { s.len() - rest.len() } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tidied(text: &str) -> Option<Vec<String>> {
        let blocks = plain::outline(text).blocks;
        let (layer, blocks) = tidy(text, &blocks, false, Rules::builtin());
        let layer = layer?;
        assert_eq!(layer.undo(text.as_bytes()), text.as_bytes());
        Some(blocks.iter().map(|b| b.span.of(&layer.text).to_owned()).collect())
    }

    #[test]
    fn controls_go() {
        assert_eq!(tidied("春\u{1}天\u{feff}来了\u{c}。\n好").unwrap(), ["春天来了 。", "好"]);
        assert_eq!(tidied("关键时刻顶得上/strong>\n好</p>").unwrap(), ["关键时刻顶得上", "好"]);
    }

    #[test]
    fn clean_text_has_no_layer() {
        assert_eq!(tidied("春\u{3000}天\t来了\u{200d}。\n a > b\n见 x/b>"), None);
    }

    #[test]
    fn soft_hyphens_of_pages_go_those_of_texts_stay() {
        let text = "Stra\u{ad}ßen\u{ad}bau\nWeg";
        let blocks = plain::outline(text).blocks;
        assert!(tidy(text, &blocks, false, Rules::builtin()).0.is_none());
        assert_eq!(tidy(text, &blocks, true, Rules::builtin()).0.unwrap().text, "Straßenbau\nWeg");
    }

    #[test]
    fn code_stays() {
        let block = Block { span: Span::new(0, 3), kind: Kind::Code, node: crate::block::NO_NODE, link_bytes: 0 };
        assert!(tidy("a\r\nb", &[block], false, Rules::builtin()).0.is_none());
    }
}
