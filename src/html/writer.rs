//! The text of a page as it grows: kept runs, the gaps between them as edits, and the blocks they fall into. Knows nothing of tags.

mod bytes;

use std::borrow::Cow;
use std::ops::Range;

use crate::block::{Block, Kind};
use crate::edit::{CERTAIN, Edit};
use crate::layer::{Layer, Stage};
use crate::rules::{RuleId, Rules};
use crate::span::Span;
use crate::tree::Tree;

use super::entities::Reference;

use bytes::{BLANK, CLASS, Code, PLAIN, is_wide, run_end};

/// Where in the page a stretch of text stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flow {
    /// Innermost element of the tree.
    pub(super) node: u32,
    /// Kind a block that begins here gets.
    pub(super) kind: Kind,
    /// Number of the list item around it, from 1; 0 outside lists.
    pub(super) item: u32,
    /// Number of the link around it, from 1; 0 outside links.
    pub(super) link: u32,
    /// White space is content.
    pub(super) pre: bool,
    /// Number of the `<pre>` around it, from 1.
    pub(super) code: u32,
}

/// The rules of the gaps.
#[derive(Clone, Copy)]
pub(super) struct GapRules {
    pub(super) tag: RuleId,
    pub(super) hidden: RuleId,
    pub(super) blank: RuleId,
    pub(super) entity: RuleId,
}

impl GapRules {
    pub(super) fn of(rules: &Rules) -> GapRules {
        GapRules {
            tag: rules.rule("markup/tag"),
            hidden: rules.rule("markup/hidden"),
            blank: rules.rule("markup/blank"),
            entity: rules.rule("markup/entity"),
        }
    }
}

/// What will stand between the last character written and the next.
#[derive(Clone, Copy, Default)]
struct Between {
    /// Line ends: a block ends here.
    lines: usize,
    /// Cells of a table row begun since.
    cells: usize,
    /// A blank.
    space: bool,
    /// That blank holds a line end in the source.
    newline: bool,
}

/// Rewrites the source from left to right.
pub(super) struct Writer<'t> {
    source: &'t str,
    out: Vec<u8>,
    edits: Vec<Edit>,
    blocks: Vec<Block>,
    /// Source bytes before this are done.
    at: usize,
    /// The gap since `at`, as (end, rule) of its parts.
    gap: Vec<(usize, RuleId)>,
    between: Between,
    /// Number of the last list item that got a block of its kind.
    last_item: u32,
    /// The `<pre>` written last.
    code: Code,
    /// The texts of links, by number, each inside one block; when they are asked for.
    links: Option<Vec<LinkText>>,
    /// What stands inside a paragraph here is code.
    pub(super) code_inside: bool,
    /// What references in code stand for.
    cited: Vec<Span>,
    rules: GapRules,
}

/// All that a writer wrote.
pub(super) struct Written {
    /// `None` when the source came through unchanged.
    pub(super) layer: Option<Layer<'static>>,
    pub(super) blocks: Vec<Block>,
    /// The texts of links by their numbers.
    pub(super) links: Vec<(u32, Span)>,
    /// What references in code stand for: [`crate::tree::Outline::cited`].
    pub(super) cited: Vec<Span>,
}

/// Text of a link.
struct LinkText {
    number: u32,
    /// Number of its block when it was written.
    block: usize,
    at: Span,
}

impl<'t> Writer<'t> {
    pub(super) fn new(source: &'t str, rules: GapRules, links: bool) -> Writer<'t> {
        Writer {
            source,
            // visible text is about a sixteenth of a page
            out: Vec::with_capacity(source.len() / 8),
            edits: Vec::with_capacity(source.len() / 256),
            blocks: Vec::new(),
            at: 0,
            gap: Vec::new(),
            between: Between::default(),
            last_item: 0,
            code: Code::default(),
            links: links.then(Vec::new),
            code_inside: false,
            cited: Vec::new(),
            rules,
        }
    }

    /// The source up to `end` is markup.
    pub(super) fn skip_tag(&mut self, end: usize) {
        // blanks beside tags are part of the gap the tags leave
        if let Some(last) = self.gap.last_mut()
            && (last.1 == self.rules.tag || last.1 == self.rules.blank)
        {
            *last = (end, self.rules.tag);
            return;
        }
        self.gap.push((end, self.rules.tag));
    }

    /// The source up to `end` is never seen.
    pub(super) fn skip_hidden(&mut self, end: usize) {
        match self.gap.last_mut() {
            Some(last) if last.1 == self.rules.hidden => last.0 = end,
            _ => self.gap.push((end, self.rules.hidden)),
        }
    }

    /// The source up to `end` is white space.
    fn skip_blank(&mut self, end: usize) {
        match self.gap.last_mut() {
            Some(last) => last.0 = end,
            None => self.gap.push((end, self.rules.blank)),
        }
    }

    /// A block ends here, if one is open.
    pub(super) fn line(&mut self) {
        self.between.lines = 1;
    }

    /// A row of cells begins.
    pub(super) fn row(&mut self) {
        self.between = Between { lines: 1, ..Between::default() };
    }

    /// A cell of the row begins.
    pub(super) fn cell(&mut self) {
        self.between.cells += 1;
    }

    /// Number of blocks begun.
    pub(super) fn blocks(&self) -> usize {
        self.blocks.len()
    }

    /// Makes one block of the blocks from number `from` on: a table row, cells separated by tabs, behind one for each of the `empty` cells
    /// before them.
    pub(super) fn merge_row(&mut self, from: usize, empty: usize) {
        let Some((first, rest)) = self.blocks.get(from).zip(self.blocks.get(from + 1..)) else { return };
        let Some(last) = rest.last() else { return };
        let (mut row, mut end) = (*first, first.span.end);
        for b in rest {
            self.out[end as usize..b.span.start as usize].fill(b'\t');
            row.link_bytes += b.link_bytes;
            end = b.span.end;
        }
        (row.span.end, row.kind) = (last.span.end, Kind::TableRow);
        // one line end parts the row from what is before it, the others are cells
        let start = row.span.start as usize;
        if let Some(tabs) = start.checked_sub(empty).filter(|tabs| *tabs > 0)
            && self.out[tabs - 1..start].iter().all(|b| *b == b'\n')
        {
            self.out[tabs..start].fill(b'\t');
            row.span.start = Span::new(tabs, start).start;
        }
        self.blocks.truncate(from);
        self.blocks.push(row);
    }

    /// The element of the blocks from number `from` on becomes `node`: their row.
    pub(super) fn rehome(&mut self, from: usize, node: u32) {
        for b in &mut self.blocks[from..] {
            b.node = node;
        }
    }

    /// A range and kind of the blocks from number `from` on.
    pub(super) fn since(&self, from: usize) -> &[Block] {
        &self.blocks[from.min(self.blocks.len())..]
    }

    /// Text of the page at `at`: white space collapses, references are resolved. With `keep_lines` a line end ends a block.
    pub(super) fn text(&mut self, at: Range<usize>, flow: Flow, keep_lines: bool, tree: &Tree) {
        if flow.pre {
            return self.verbatim(at, flow, tree);
        }
        let bytes = self.source.as_bytes();
        let mut i = at.start;
        while i < at.end {
            let from = i;
            match CLASS[bytes[i] as usize] {
                PLAIN => {
                    i = run_end(&bytes[..at.end], i);
                    self.copy(from..i, flow, tree);
                }
                BLANK => {
                    let mut newline = false;
                    while i < at.end && CLASS[bytes[i] as usize] == BLANK {
                        newline |= bytes[i] == b'\n';
                        i += 1;
                    }
                    self.skip_blank(i);
                    if newline && keep_lines {
                        self.line();
                    }
                    self.between.newline = newline && (!self.between.space || self.between.newline);
                    self.between.space = true;
                }
                _ => i += self.reference_or_ampersand(at.clone(), i, flow, tree),
            }
        }
    }

    /// Preformatted text: as it stands, references resolved.
    fn verbatim(&mut self, at: Range<usize>, flow: Flow, tree: &Tree) {
        let bytes = self.source.as_bytes();
        let mut i = at.start;
        if flow.code != self.code.number && memchr::memchr(b'\n', bytes[at.clone()].trim_ascii()).is_some() {
            self.code.lines = true;
        }
        if !self.continues(flow) {
            while i < at.end && CLASS[bytes[i] as usize] == BLANK {
                i += 1;
            }
            if i > at.start {
                self.skip_blank(i);
            }
        }
        while i < at.end {
            let end = memchr::memchr(b'&', &bytes[i..at.end]).map_or(at.end, |n| i + n);
            if end > i {
                self.copy(i..end, flow, tree);
                i = end;
            }
            if i < at.end {
                i += self.reference_or_ampersand(at.clone(), i, flow, tree);
            }
        }
    }

    /// Writes the reference at `i`, or its ampersand; how many bytes that took.
    fn reference_or_ampersand(&mut self, at: Range<usize>, i: usize, flow: Flow, tree: &Tree) -> usize {
        match super::entities::reference(&self.source.as_bytes()[i..at.end], false) {
            Some(r) => {
                self.replace(i, r, flow, tree);
                r.len
            }
            None => {
                self.copy(i..i + 1, flow, tree);
                1
            }
        }
    }

    /// True when text in `flow` would go on in the open block even after a block border: lines of one preformatted text, or of several of
    /// one line each.
    fn continues(&self, flow: Flow) -> bool {
        let same = flow.code == self.code.number || !self.code.lines;
        flow.pre && same && self.blocks.last().is_some_and(|b| b.kind == Kind::Code && b.node <= flow.node) && self.between.cells == 0
    }

    fn copy(&mut self, was: Range<usize>, flow: Flow, tree: &Tree) {
        self.close_gap(was.start, flow, tree);
        self.out.extend_from_slice(&self.source.as_bytes()[was.clone()]);
        self.at = was.end;
        self.wrote(was.len(), flow);
    }

    fn replace(&mut self, at: usize, r: Reference, flow: Flow, tree: &Tree) {
        self.close_gap(at, flow, tree);
        let from = self.out.len();
        for c in r.chars() {
            self.out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        }
        self.at = at + r.len;
        if (flow.pre || self.code_inside) && (self.out[from] == b'&' || !self.out[from].is_ascii()) {
            self.cited.push(Span::new(from, self.out.len()));
        }
        self.edit(at..self.at, from, self.rules.entity);
        self.wrote(self.out.len() - from, flow);
    }

    fn wrote(&mut self, bytes: usize, flow: Flow) {
        let end = self.out.len();
        if flow.pre {
            if self.code.number != flow.code {
                self.code = Code { number: flow.code, ..Code::default() };
            }
            self.code.wrote(&self.out[end - bytes..]);
        }
        let block = self.blocks.last_mut().expect("close_gap begins a block when there is none");
        block.span.end = Span::new(end, end).end;
        if flow.link > 0 {
            block.link_bytes += bytes as u32;
            self.linked(bytes, flow.link);
        }
    }

    /// The last bytes written are text of a link.
    fn linked(&mut self, bytes: usize, number: u32) {
        let (block, end) = (self.blocks.len(), self.out.len());
        let Some(links) = &mut self.links else { return };
        let at = Span::new(end - bytes, end);
        match links.last_mut() {
            Some(last) if last.number == number && last.block == block => last.at.end = at.end,
            _ => links.push(LinkText { number, block, at }),
        }
    }

    /// An edit of the source at `was` to what was written since `from`.
    fn edit(&mut self, was: Range<usize>, from: usize, rule: RuleId) {
        let now = Span::new(from, self.out.len());
        if let Some(last) = self.edits.last_mut()
            && last.was.end as usize == was.start
            && last.now.end == now.start
            && last.rule == rule
        {
            last.was.end = Span::new(was.start, was.end).end;
            last.now.end = now.end;
            return;
        }
        self.edits.push(Edit { was: was.into(), now, rule, confidence: CERTAIN });
    }

    /// Writes what stands between the last text and the text at `to`, and begins a block where one is due.
    fn close_gap(&mut self, to: usize, flow: Flow, tree: &Tree) {
        let between = self.between;
        let border = between.lines > 0 || between.cells > 0 || self.blocks.is_empty();
        if !border && self.gap.is_empty() {
            debug_assert_eq!(self.at, to);
            self.meet(flow, tree);
            return;
        }
        self.between = Between::default();
        let from = self.out.len();
        let begins = border && !(between.lines > 0 && !self.blocks.is_empty() && self.continues(flow));
        if border {
            self.code.ended |= !begins;
            if !self.out.is_empty() {
                let n = between.lines.max(between.cells).max(1);
                self.out.resize(from + n, b'\n');
            }
        } else if between.space && !(between.newline && self.joins_wide(to)) {
            self.out.push(b' ');
        }
        self.edit_gap(to, from);
        if begins {
            let kind = match flow.kind {
                Kind::ListItem if flow.item <= self.last_item => Kind::Paragraph,
                k => k,
            };
            if kind == Kind::ListItem {
                self.last_item = flow.item;
            }
            let start = self.out.len();
            self.blocks.push(Block { span: Span::new(start, start), kind, node: flow.node, link_bytes: 0 });
        } else {
            self.meet(flow, tree);
        }
    }

    /// The open block also holds text of `flow`: its element is the one that holds both.
    fn meet(&mut self, flow: Flow, tree: &Tree) {
        if let Some(b) = self.blocks.last_mut()
            && b.node != flow.node
        {
            b.node = tree.common(b.node, flow.node);
        }
    }

    /// Notes the gap up to `to` as edits; what was written since `from` is the text of the last of them.
    fn edit_gap(&mut self, to: usize, from: usize) {
        if self.source.as_bytes()[self.at..to] == self.out[from..] {
            self.gap.clear();
            self.at = to;
            return;
        }
        let parts = std::mem::take(&mut self.gap);
        let mut start = self.at;
        for (i, &(end, rule)) in parts.iter().enumerate() {
            if i + 1 < parts.len() {
                let now = Span::new(from, from);
                self.edits.push(Edit { was: (start..end).into(), now, rule, confidence: CERTAIN });
                start = end;
            } else {
                self.edit(start..to, from, rule);
            }
        }
        if parts.is_empty() {
            self.edit(start..to, from, self.rules.tag);
        }
        self.at = to;
        self.gap = parts;
        self.gap.clear();
    }

    /// True when the last character written and the one at `to` are both ideographs, kana or full-width: a line end of the
    /// source between them is no blank (CSS Text, segment break transformation).
    fn joins_wide(&self, to: usize) -> bool {
        let before = self.out.iter().rposition(|b| !(0x80..0xC0).contains(b)).map(|i| &self.out[i..]);
        before.is_some_and(is_wide) && is_wide(&self.source.as_bytes()[to..])
    }

    /// What was written; the blocks trimmed and none empty.
    pub(super) fn finish(mut self) -> Written {
        let end = self.source.len();
        if self.at < end {
            let from = self.out.len();
            self.edit_gap(end, from);
        }
        let text = String::from_utf8(self.out).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned());
        let mut blocks = self.blocks;
        blocks.retain_mut(|b| {
            let inner = b.span.of(&text);
            let row = b.kind == Kind::TableRow;
            let trimmed = inner.trim_start_matches(|c: char| c.is_whitespace() && !(row && c == '\t'));
            let start = b.span.start as usize + inner.len() - trimmed.len();
            b.span = Span::new(start, start + trimmed.trim_end().len());
            b.link_bytes = b.link_bytes.min(b.span.len() as u32);
            !b.span.is_empty()
        });
        let links = self.links.unwrap_or_default().into_iter().map(|l| (l.number, l.at)).collect();
        let layer = (!self.edits.is_empty()).then_some(Layer { stage: Stage::Markup, text: Cow::Owned(text), edits: self.edits });
        Written { layer, blocks, links, cited: self.cited }
    }
}
