//! Notices at the end of a paragraph cut off as blocks of their own: `…。【责编 …】`. Only what will be marked is cut; the text does not
//! change.

use std::borrow::Cow;

use crate::block::{Block, Kind};
use crate::byline;
use crate::bytes;
use crate::span::Span;

use super::words::{self, Class};

/// Longest tail that is looked at, in bytes: a reprint notice of some 130 ideographs.
const TAIL: usize = 400;
/// Bytes from which a block with an end mark is prose.
const PROSE: usize = 75;

const ENDS: [char; 12] = ['。', '！', '？', '!', '?', '”', '」', '…', '.', '"', '；', '）'];

/// The blocks with their tails cut off, or `None` when none has one. Editors are cut off anywhere; authors, sources and notices
/// only from the last paragraph on, where they end a text.
pub(super) fn split(text: &str, blocks: &[Block]) -> Option<Vec<Block>> {
    let last = blocks.iter().rposition(|b| b.span.len() >= PROSE && has_stop(b.span.of(text))).unwrap_or(usize::MAX);
    let mut out: Option<Vec<Block>> = None;
    for (i, block) in blocks.iter().enumerate() {
        let cuts = match block.kind {
            Kind::Paragraph | Kind::ListItem | Kind::Quote if block.span.len() > 30 => tails(block.span.of(text), i >= last),
            _ => Cow::Borrowed(&[][..]),
        };
        if cuts.is_empty() {
            if let Some(out) = &mut out {
                out.push(*block);
            }
            continue;
        }
        let out = out.get_or_insert_with(|| blocks[..i].to_vec());
        let base = block.span.start as usize;
        let mut end = block.span.end as usize;
        let mut tails = Vec::new();
        for cut in cuts.iter() {
            let from = base + cut;
            tails.push(Block { span: Span::new(from, end), link_bytes: block.link_bytes.min((end - from) as u32), ..*block });
            end = base + text[base..from].trim_end().len();
        }
        let head = Block { span: Span::new(base, end), ..*block };
        out.push(Block { link_bytes: block.link_bytes.min(head.span.len() as u32), ..head });
        out.extend(tails.into_iter().rev());
    }
    out
}

/// Whether a mark that ends a sentence stands in a text.
fn has_stop(s: &str) -> bool {
    memchr::memchr(b'.', s.as_bytes()).is_some() || bytes::has_wide_stop(s)
}

/// The last of the first eight of [`ENDS`] that is not the last character, and its byte.
fn last_mark(s: &str) -> Option<(usize, char)> {
    // by the last two bytes of each: most text with blanks between its words has none
    let may = |a: u8, b: u8| {
        (b == b'!') | (b == b'?') | (a == 0x80) & matches!(b, 0x82 | 0x8d | 0x9d | 0xa6) | (a == 0xbc) & ((b == 0x81) | (b == 0x9f))
    };
    let any = s.as_bytes().first().is_some_and(|b| may(0, *b)) || bytes::any_pair(s.as_bytes(), may);
    any.then(|| s.char_indices().rev().skip(1).find(|(_, c)| ENDS[..8].contains(c))).flatten()
}

/// Where the tails of a paragraph begin, the last one first; at most three.
fn tails(s: &str, at_end: bool) -> Cow<'static, [usize]> {
    let mut out = Vec::new();
    let mut rest = s;
    for _ in 0..3 {
        let Some(from) = tail(rest, at_end) else { break };
        out.push(from);
        rest = rest[..from].trim_end();
    }
    Cow::Owned(out)
}

/// Where the last tail of `s` begins: a bracket after an end mark, or a bare notice after one.
fn tail(s: &str, at_end: bool) -> Option<usize> {
    let mut floor = s.len().saturating_sub(TAIL);
    while !s.is_char_boundary(floor) {
        floor += 1;
    }
    let near = &s[floor..];
    let from = match near.chars().next_back()? {
        '】' => near.rfind('【')?,
        ']' => near.rfind('[')?,
        '）' => near.rfind('（')?,
        ')' => near.rfind(['(', '（'])?,
        '〕' => near.rfind('〔')?,
        // Inside the text only editors are cut off, and their line has no mark of a sentence.
        mark if !at_end && byline::SPEECH.contains(&mark) => return None,
        _ => {
            // Behind the last end mark, which is not the last character.
            let (at, mark) = last_mark(near)?;
            let from = at + mark.len_utf8();
            from + near[from..].len() - near[from..].trim_start().len()
        }
    };
    let before = near[..from].trim_end();
    if from == 0 || before.is_empty() && floor == 0 || !before.ends_with(ENDS) {
        return None;
    }
    is_tail(&near[from..], at_end).then_some(floor + from)
}

/// True when a stretch is nothing but editors, and at the end of the text also authors, a source, or a notice.
fn is_tail(s: &str, at_end: bool) -> bool {
    let bare = s.ends_with(['】', ']', '）', ')', '〕']);
    if let Some(line) = byline::parse(s) {
        if line.editor.is_some() {
            return true;
        }
        let names = line.names_only || !line.author.is_empty();
        return at_end && line.keyed && (bare || line.date.is_none()) && (names || line.source.is_some()) || at_end && line.names_only;
    }
    if !at_end {
        return false;
    }
    match words::classify(s, &words::glance(s)) {
        Some(hit) => match hit.class {
            Class::Editor => true,
            Class::Notice => bare && hit.strong || hit.whole || (hit.strong && s.contains(['本', '原', '侵'])),
            Class::Navigation | Class::Share | Class::Related => {
                (hit.whole && s.chars().count() >= 4) || s.ends_with(">>") || s.ends_with('»')
            }
            _ => false,
        },
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plain;

    const TEXT: &str = "山里的路一到雨天就不好走，村里人商量了几次，决定自己动手修一条，从村口一直修到河边。";

    fn parts(text: &str) -> Option<Vec<&str>> {
        split(text, &plain::outline(text).blocks).map(|b| b.iter().map(|b| b.span.of(text)).collect())
    }

    #[test]
    fn editors_and_notices_are_cut_off() {
        let text = format!("{TEXT}【责编 赵一鸣】");
        assert_eq!(parts(&text).unwrap(), [TEXT, "【责编 赵一鸣】"]);
        let text = format!("{TEXT}（来源：山河晚报）（责任编辑：赵一鸣）");
        assert_eq!(parts(&text).unwrap(), [TEXT, "（来源：山河晚报）", "（责任编辑：赵一鸣）"]);
        let text = format!("{TEXT} 责任编辑：赵一鸣");
        assert_eq!(parts(&text).unwrap(), [TEXT, "责任编辑：赵一鸣"]);
        let text = format!("{TEXT}（本文转载自山河网，如有侵权请联系我们删除。）");
        assert_eq!(parts(&text).unwrap().len(), 2);
    }

    #[test]
    fn text_in_brackets_stays() {
        for tail in ["（他后来又去了一次）", "(掌声)", "他说：“走吧", "（见第3页）", "【注】"] {
            assert_eq!(parts(&format!("{TEXT}{tail}")), None, "{tail}");
        }
        // A source inside the text stays where it is.
        assert_eq!(parts(&format!("{TEXT}（来源：山河晚报）\n{TEXT}")), None);
    }
}
