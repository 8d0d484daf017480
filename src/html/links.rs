//! Where the links of a page lead: addresses, and the layer that writes them beside their text. Which links a page has is `reader`'s.

use crate::block::{Block, Kind, Mark};
use crate::edit::{CERTAIN, Editor};
use crate::layer::{Layer, Stage};
use crate::rules::Rules;
use crate::span::Span;
use crate::tree::Link;

/// Longest address that is kept, in bytes; longer ones carry data, a picture for one.
const LONGEST: usize = 2000;

/// The address of an attribute as it is written between `](` and `)`: blanks around it and line ends in it go, as browsers drop them, and what
/// would end it is written as `%20` and the like. `None` for one that leads nowhere: a place of the same page, a script, data.
pub(crate) fn address(value: &str) -> Option<Box<str>> {
    let value = value.trim();
    let scheme = |s: &str| value.get(..s.len()).is_some_and(|v| v.eq_ignore_ascii_case(s));
    if value.is_empty() || value.len() > LONGEST || value.starts_with('#') || ["javascript:", "data:", "about:"].into_iter().any(scheme) {
        return None;
    }
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '\n' | '\r' | '\t' => {}
            ' ' => out.push_str("%20"),
            '(' => out.push_str("%28"),
            ')' => out.push_str("%29"),
            '<' => out.push_str("%3C"),
            '>' => out.push_str("%3E"),
            '\\' => out.push_str("%5C"),
            c if c.is_control() || c.is_whitespace() => return None,
            c => out.push(c),
        }
    }
    Some(out.into())
}

/// The layer that writes the links of kept blocks as Markdown does, `[text](address)`, and the blocks in it; `None` when there are none. A link
/// in code is not written, nor one whose text is blank. Links are ascending and disjoint. Linear.
pub fn keep(text: &str, blocks: &[Block], marks: &[Mark], links: &[Link], rules: &Rules) -> Option<(Layer<'static>, Vec<Block>)> {
    if links.is_empty() {
        return None;
    }
    let rule = rules.rule("markup/link");
    let mut out = vec![false; blocks.len()];
    for m in marks {
        out[m.block as usize] = true;
    }
    let mut editor = Editor::new(text);
    let mut links = links.iter().peekable();
    let mut new = Vec::with_capacity(blocks.len());
    for (i, block) in blocks.iter().enumerate() {
        let from = editor.position(block.span.start as usize);
        while let Some(link) = links.next_if(|l| l.at.start < block.span.end) {
            let (start, end) = (link.at.start.max(block.span.start), link.at.end.min(block.span.end));
            if start >= end || out[i] || block.kind == Kind::Code {
                continue;
            }
            let at = Span { start, end };
            let inner = at.of(text);
            let (start, end) = (start as usize + inner.len() - inner.trim_start().len(), start as usize + inner.trim_end().len());
            if start < end {
                editor.replace(start..start, "[", rule, CERTAIN);
                editor.replace(end..end, &format!("]({})", link.address), rule, CERTAIN);
            }
        }
        new.push(Block { span: Span::new(from, editor.position(block.span.end as usize)), ..*block });
    }
    Some((editor.finish(Stage::Markup)?, new))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_fit_to_stand_between_brackets() {
        for (value, want) in [
            (" /a b ", Some("/a%20b")),
            ("https://a.example/x_(y)?z=1&w=2#v", Some("https://a.example/x_%28y%29?z=1&w=2#v")),
            ("/山\n路", Some("/山路")),
            ("#top", None),
            ("JavaScript:void(0)", None),
            ("", None),
            ("/a\u{a0}b", None),
        ] {
            assert_eq!(address(value).as_deref(), want, "{value}");
        }
        assert_eq!(address(&"a".repeat(LONGEST + 1)), None);
    }

    #[test]
    fn links_of_kept_blocks_are_written() {
        let text = "See the map now.\nmenu\nx = y";
        let block = |start, end, kind| Block { span: Span::new(start, end), kind, node: 0, link_bytes: 0 };
        let blocks = [block(0, 16, Kind::Paragraph), block(17, 21, Kind::Paragraph), block(22, 27, Kind::Code)];
        let link = |start, end| Link { at: Span::new(start, end), address: "/m".into() };
        let mark = Mark { block: 1, rule: crate::rules::RuleId(0), score: 1.0, first: None };
        // the first with a blank of its own, the last two beside each other
        let links = [link(4, 12), link(12, 16), link(17, 21), link(22, 23)];
        let (layer, blocks) = keep(text, &blocks, &[mark], &links, Rules::builtin()).unwrap();
        assert_eq!(layer.text, "See [the map](/m) [now.](/m)\nmenu\nx = y");
        assert_eq!(blocks[0].span.of(&layer.text), "See [the map](/m) [now.](/m)");
        assert_eq!(blocks[1].span.of(&layer.text), "menu");
        assert!(layer.is_faithful(text.as_bytes()));
        assert_eq!(layer.undo(text.as_bytes()), text.as_bytes());
        assert_eq!(layer.locate(blocks[0].span), Span::new(0, 16));
        assert!(keep(text, &blocks[..0], &[], &links, Rules::builtin()).is_none());
    }
}
