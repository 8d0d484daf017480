//! `RawDoc`, `Page`, `CleanDoc`: what goes into the kernel, all that is known of it afterwards, and the view a writer sees. Data
//! and views; no policy.

use crate::block::{Block, Kind, Mark, Note};
use crate::charset::Charset;
use crate::layer::Layer;
use crate::layout::{Between, Layout, Line};
use crate::metadata::Metadata;
use crate::paragraph::Known;
use crate::span::Span;
use crate::tree::Outline;

/// One scraped record. Borrows everything.
#[derive(Clone, Copy, Debug, Default)]
pub struct RawDoc<'a> {
    /// Name of the record in its dump: a relative path, a WARC record id. Its extension is a hint for the format, no more.
    pub id: &'a str,
    /// Address the record was fetched from, when the dump says it.
    pub url: Option<&'a str>,
    /// Charset label the HTTP or WARC header claimed.
    pub label: Option<&'a str>,
    /// The bytes, at most [`crate::span::MAX_RECORD`].
    pub bytes: &'a [u8],
}

/// What a record's text is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// HTML, whole pages and fragments.
    Html,
    /// Markdown, with or without front matter and HTML in it.
    Markdown,
    /// RSS or Atom.
    Feed,
    /// Lines of text.
    Text,
}

/// Everything known of one record: bytes borrowed, each text it went through, blocks, verdicts.
#[derive(Clone, Debug)]
pub struct Page<'a> {
    /// The record.
    pub raw: RawDoc<'a>,
    /// How its bytes were read, and why.
    pub charset: Charset,
    /// What it was taken for.
    pub format: Format,
    /// Each text it went through; the first is the decoded one, a stage that changed nothing left none. Never empty.
    pub layers: Vec<Layer<'a>>,
    /// Blocks, elements and fields; block spans refer to the last layer.
    pub outline: Outline,
    /// Blocks left out.
    pub marks: Vec<Mark>,
    /// Guesses and losses.
    pub notes: Vec<Note>,
    /// Title, author, date, ….
    pub metadata: Metadata,
    /// What was found out of the keys of its blocks.
    pub keys: Known,
}

impl<'a> Page<'a> {
    /// The text of the last layer. Borrows.
    pub fn text(&self) -> &str {
        self.layers.last().map_or("", |l| &l.text)
    }

    /// The raw bytes that `at`, a range of the last layer's text, came from: layer by layer through the edits. Inside a run of
    /// a legacy charset the answer is the whole run.
    pub fn locate(&self, at: Span) -> Span {
        self.layers.iter().rev().fold(at, |at, layer| layer.locate(at))
    }

    /// The text the layer of index `i` was made from: raw bytes for the first.
    pub fn below(&self, i: usize) -> &[u8] {
        match i.checked_sub(1) {
            Some(i) => self.layers[i].text.as_bytes(),
            None => self.raw.bytes,
        }
    }

    /// The law *undoable*, whole: every layer undone from the last to the first. Equals `raw.bytes`. Allocates.
    pub fn undo(&self) -> Vec<u8> {
        let mut text = self.text().as_bytes().to_vec();
        for (i, layer) in self.layers.iter().enumerate().rev() {
            debug_assert_eq!(text, layer.text.as_bytes());
            text = layer.undo(self.below(i));
        }
        text
    }

    /// The first mark of a block, in the order the stages run.
    pub fn mark(&self, block: usize) -> Option<&Mark> {
        self.marks.iter().find(|m| m.block as usize == block)
    }

    /// What a writer sees: a view, no copy of the text.
    pub fn clean(&self) -> CleanDoc<'_> {
        let out = self.left_out();
        let layout = if self.format == Format::Text { self.layout() } else { Layout::Paragraphs };
        let blocks = self.outline.blocks.iter().zip(out).map(|(b, out)| (*b, !out)).collect();
        CleanDoc { title: self.metadata.title.as_deref(), text: self.text(), layout, blocks }
    }

    /// Of each block, whether it is left out.
    fn left_out(&self) -> Vec<bool> {
        let mut out = vec![false; self.outline.blocks.len()];
        for m in &self.marks {
            out[m.block as usize] = true;
        }
        out
    }

    /// How its lines are set when it is written: as text, or, Markdown, as Markdown again.
    pub fn layout(&self) -> Layout {
        if matches!(self.format, Format::Html | Format::Feed) {
            return Layout::Paragraphs;
        }
        let (text, title) = (self.text(), self.metadata.title.as_deref());
        let out = self.left_out();
        let line = |(b, out): (&Block, &bool)| Line { span: b.span, stays: !out, lost: *out && Some(b.span.of(text)) != title };
        let is_line = |(b, _): &(&Block, &bool)| self.format == Format::Text || b.kind == Kind::Paragraph;
        Layout::of(text, self.outline.blocks.iter().zip(&out).filter(is_line).map(line))
    }
}

/// The clean text of a page, as a view.
#[derive(Clone, Debug)]
pub struct CleanDoc<'p> {
    /// The title, if one was found.
    pub title: Option<&'p str>,
    text: &'p str,
    layout: Layout,
    /// And whether it stays.
    blocks: Vec<(Block, bool)>,
}

impl<'p> CleanDoc<'p> {
    /// The blocks that stay, with their text, in order. Borrows.
    pub fn blocks(&self) -> impl Iterator<Item = (&Block, &'p str)> {
        self.blocks.iter().filter(|(_, stays)| *stays).map(|(b, _)| (b, b.span.of(self.text)))
    }

    /// Title (if `with_title`) and paragraphs, one blank line between, list items and table rows on lines of their own, lines of plain text as
    /// its [`Layout`] says; a line end at the end; nothing at all for an empty document. Allocates the result once.
    pub fn to_text(&self, with_title: bool) -> String {
        let mut out = String::with_capacity(self.blocks().map(|(b, _)| b.span.len() + 2).sum::<usize>() + 200);
        let title = self.title.filter(|_| with_title);
        out.push_str(title.unwrap_or(""));
        let mut between = Between::new(self.layout, title.is_some());
        for (b, stays) in &self.blocks {
            if !stays {
                between.pass(self.text, b.span);
                continue;
            }
            let (ends, indent) = between.block(self.text, b.span, b.kind);
            out.push_str(ends);
            out.push_str(indent.of(self.text));
            out.push_str(b.span.of(self.text));
        }
        if !out.is_empty() {
            out.push('\n');
        }
        out
    }
}
