//! Plain text to blocks: one block a line, and one for each listing, whose blanks and line ends stay. Which lines matter is decided in
//! `boilerplate`, which belong together in `paragraph`.

mod listing;
mod statement;

use crate::block::{Block, Kind, NO_NODE};
use crate::bytes::any_pair;
use crate::span::Span;
use crate::tree::Outline;

/// One block for each line that is not blank, without the blanks at its ends; the lines of a program, of a file of settings or of a drawing are one
/// block of code, with the blanks its first line begins with. Lines end with LF, CR LF or CR, or with U+0085, U+2028, U+2029. Never allocates
/// text.
pub fn outline(text: &str) -> Outline {
    let mut blocks = Vec::new();
    let mut start = 0;
    let bytes = text.as_bytes();
    let rare = has_rare_ends(bytes);
    let mut push = |base: usize, line: &str| {
        if let Some((from, to)) = bounds(line) {
            blocks.push(Block { span: Span::new(base + from, base + to), kind: Kind::Paragraph, node: NO_NODE, link_bytes: 0 });
        }
    };
    while start < bytes.len() {
        let end = memchr::memchr2(b'\n', b'\r', &bytes[start..]).map_or(bytes.len(), |i| start + i);
        if rare {
            let mut base = start;
            for line in text[start..end].split_inclusive(['\u{85}', '\u{2028}', '\u{2029}']) {
                push(base, line);
                base += line.len();
            }
        } else {
            push(start, &text[start..end]);
        }
        start = end + 1;
    }
    Outline { blocks: listing::gather(text, blocks), ..Outline::default() }
}

/// False when no line ends with U+0085, U+2028 or U+2029: the last two bytes of each are looked for, two by two.
fn has_rare_ends(bytes: &[u8]) -> bool {
    any_pair(bytes, |a, b| (a == 0xc2) & (b == 0x85) | (a == 0x80) & ((b == 0xa8) | (b == 0xa9)))
}

/// Where the visible text of `line` begins and ends, or `None` when it has none: white space, ideographic blanks, and marks
/// without width or ink do not count.
pub(crate) fn bounds(line: &str) -> Option<(usize, usize)> {
    let start = line.len() - line.trim_start_matches(is_blank).len();
    let end = line.trim_end_matches(is_blank).len();
    (start < end).then_some((start, end))
}

/// White space, and characters that show nothing at the end of a line. Zero-width joiners are not among them: the last letter
/// of an Arabic or Indic line may need one.
pub(crate) fn is_blank(c: char) -> bool {
    c.is_whitespace() || c.is_control() || matches!(c, '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{3164}' | '\u{2800}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<&str> {
        outline(text).blocks.iter().map(|b| b.span.of(text)).collect()
    }

    #[test]
    fn every_kind_of_line_end() {
        assert_eq!(lines("一\r\n二\r三\u{2028}四\u{85}五\n"), ["一", "二", "三", "四", "五"]);
    }

    #[test]
    fn blanks_of_any_width_go() {
        assert_eq!(lines("\u{feff}\u{3000}\u{3000}春\u{3000}风\u{a0}\n\u{200b}\n \t\n"), ["春\u{3000}风"]);
    }
}
