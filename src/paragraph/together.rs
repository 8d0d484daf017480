//! Neighbours that are one paragraph made one: the edit, and blocks and marks numbered anew. Which they are is told in `join` and `wrapped`.

use unicode_width::UnicodeWidthChar;

use crate::block::{Block, Mark};
use crate::byline::names::is_han;
use crate::edit::Editor;
use crate::layer::{Layer, Stage};
use crate::rules::RuleId;
use crate::span::Span;

/// Words behind a hyphen that stands for a part of the word before: `Haupt- und Nebenweg`.
const SUSPENDED: &str = include_str!("../data/suspended-hyphens.txt");

/// Each block with `joined` becomes a part of the one before it, which lies right before it but for white space. `None` when there is none; else
/// the layer, the blocks and the marks, numbered anew.
pub(super) fn together(
    text: &str,
    blocks: &[Block],
    marks: &[Mark],
    joined: &[bool],
    rule: RuleId,
    confidence: u8,
) -> Option<(Layer<'static>, Vec<Block>, Vec<Mark>)> {
    if !joined.contains(&true) {
        return None;
    }
    let mut editor = Editor::new(text);
    let mut new: Vec<Block> = Vec::with_capacity(blocks.len());
    let mut number = Vec::with_capacity(blocks.len());
    for (i, block) in blocks.iter().enumerate() {
        let start = block.span.start as usize;
        if joined[i] {
            let end = blocks[i - 1].span.end as usize;
            editor.replace(end..start, glue(blocks[i - 1].span.of(text), block.span.of(text)), rule, confidence);
        }
        let span = Span::new(editor.position(start), editor.position(block.span.end as usize));
        match new.last_mut() {
            Some(last) if joined[i] => {
                last.span.end = span.end;
                last.link_bytes += block.link_bytes;
            }
            _ => new.push(Block { span, ..*block }),
        }
        number.push((new.len() - 1) as u32);
    }
    let marks = marks.iter().map(|m| Mark { block: number[m.block as usize], first: m.first.map(|f| number[f as usize]), ..*m }).collect();
    Some((editor.finish(Stage::Join)?, new, marks))
}

/// What is put where a line was broken: words are parted by blanks, ideographs are not. A hyphen stays: it may belong to the word.
fn glue(x: &str, y: &str) -> &'static str {
    let close = x.chars().next_back().is_some_and(is_unparted) || y.chars().next().is_some_and(is_unparted);
    let word = y.split(|c: char| !c.is_alphabetic()).next().unwrap_or("");
    let hyphen =
        x.strip_suffix(['-', '\u{2010}']).is_some_and(|x| x.ends_with(char::is_alphabetic)) && word.starts_with(char::is_lowercase);
    if close || hyphen && !SUSPENDED.lines().any(|w| w == word) { "" } else { " " }
}

/// A character of a script without blanks between words, or a mark of one.
pub(super) fn is_unparted(c: char) -> bool {
    let script = matches!(c, '\u{e00}'..='\u{fff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}');
    is_han(c) || script || matches!(c, '\u{3001}'..='\u{30ff}' | '\u{ff01}'..='\u{ff60}')
}

/// Columns of a terminal that a text takes (Unicode Standard Annex 11).
pub(super) fn columns(s: &str) -> usize {
    if s.is_ascii() { s.len() } else { s.chars().map(|c| c.width().unwrap_or(0)).sum() }
}
