//! Tokens to elements: which element is open, which end is implied, what is hidden. No recursion; every search of the stack of
//! open elements is bounded. How text is written down is `writer`'s, what the head says is `fields`'.

use memchr::memmem;

use crate::block::{Block, Kind};
use crate::layer::Layer;
use crate::rules::Rules;
use crate::span::Span;
use crate::tag::Tag;
use crate::tree::{Link, Outline, Tree};

use super::attributes::Attributes;
use super::fields::Fields;
use super::hidden::{is_hidden, visible_bytes};
use super::labels::Labels;
use super::links;
use super::tokens::{Start, Token, Tokens};
use super::writer::{Flow, GapRules, Writer};

/// Open elements an end tag looks through before it counts as stray. Design paper, section 3.
const REACH: usize = 64;
/// Open elements at most; deeper ones become children of the last. As browsers do.
const DEPTH: usize = 512;

/// How to read.
#[derive(Clone, Copy, Default)]
pub(super) struct Mode {
    /// A line end in the source ends a block: text with some HTML in it.
    pub(super) keep_lines: bool,
    /// What attributes hide is shown, and `<template>` too.
    pub(super) show_hidden: bool,
    /// Where links lead is told.
    pub(super) links: bool,
    /// `<noscript>` is shown.
    pub(super) show_unscripted: bool,
}

/// What came out of one reading.
pub(super) struct Read {
    pub(super) layer: Option<Layer<'static>>,
    pub(super) outline: Outline,
    /// Bytes of text that attributes hide.
    pub(super) hidden: usize,
    /// Bytes of text in `<noscript>`.
    pub(super) unscripted: usize,
}

/// An open element.
#[derive(Clone, Copy)]
struct Open {
    tag: Tag,
    /// [`crate::tag::key`] of its name; 0 when its end tag was seen while elements inside were still open.
    key: u64,
    flow: Flow,
    /// It has a node of its own in the tree.
    made: bool,
}

/// A table row being read.
struct Row {
    /// Blocks before it, and before its current cell.
    first: usize,
    cell: usize,
    /// Every cell so far holds at most one block.
    flat: bool,
    /// Cells begun, those that spans of other cells cover included, and columns taken.
    cells: usize,
    columns: usize,
    /// Cells before the first one with text.
    empty: Option<usize>,
}

/// Columns of a table that spans are followed in; what stands further right moves left.
const COLUMNS: usize = 64;

struct Reader<'t> {
    text: &'t str,
    tokens: Tokens<'t>,
    writer: Writer<'t>,
    tree: Tree,
    fields: Fields,
    /// Attributes of the links, by number from 1, when they are asked for.
    links: Vec<Span>,
    open: Vec<Open>,
    rows: Vec<Row>,
    /// Of each open table: for how many more rows each column is covered by a cell of a row above.
    covered: Vec<Vec<usize>>,
    /// Number of open elements when the hidden one was opened, itself included; 0: nothing is hidden.
    hidden_from: usize,
    /// Hidden by an attribute, not by its tag.
    hidden_by_attribute: bool,
    hidden: usize,
    unscripted: usize,
    /// Start tags beyond [`DEPTH`] whose end tags are to come.
    beyond: usize,
    p_open: u32,
    a_open: u32,
    items: u32,
    /// `<pre>` elements begun.
    codes: u32,
    /// Of each open list: the number of its next item, when it has numbers.
    lists: Vec<Option<u32>>,
    mode: Mode,
    /// The first main heading has begun.
    heading: bool,
    /// `idden`, `one`, `href`, `date`: attributes without them neither hide nor link nor date.
    finders: [memmem::Finder<'static>; 4],
}

/// Reads a whole text.
pub(super) fn read(text: &str, rules: &Rules, mode: Mode) -> Read {
    let root = Flow { node: 0, kind: Kind::Paragraph, item: 0, link: 0, pre: false, code: 0 };
    let mut r = Reader {
        text,
        tokens: Tokens::new(text),
        writer: Writer::new(text, GapRules::of(rules), mode.links),
        tree: Tree::default(),
        fields: Fields::default(),
        links: Vec::new(),
        open: vec![Open { tag: Tag::OTHER, key: 0, flow: root, made: true }],
        rows: Vec::new(),
        covered: Vec::new(),
        hidden_from: 0,
        hidden_by_attribute: false,
        hidden: 0,
        unscripted: 0,
        beyond: 0,
        p_open: 0,
        a_open: 0,
        items: 0,
        codes: 0,
        lists: Vec::new(),
        mode,
        heading: false,
        finders: [memmem::Finder::new("idden"), memmem::Finder::new("one"), memmem::Finder::new("href"), memmem::Finder::new("date")],
    };
    r.node(Tag::OTHER, 0, Span::default());
    while let Some(token) = r.tokens.next() {
        match token {
            Token::Text(at) => r.characters(at),
            Token::Void(at) => r.skip(at.end),
            Token::Start(start) => r.start(start),
            Token::End { tag, key, at } => r.end(tag, key, at.end),
        }
    }
    r.pop_to(0);
    let (layer, blocks, links) = r.writer.finish();
    let address = |number: u32| links::address(&Attributes::get(r.links[number as usize - 1].of(text), "href")?);
    let links = links.into_iter().filter_map(|(number, at)| Some(Link { at, address: address(number)? })).collect();
    label(&mut r.tree, &blocks, text);
    Read { layer, outline: Outline { blocks, tree: r.tree, fields: r.fields.finish(), links }, hidden: r.hidden, unscripted: r.unscripted }
}

/// Numbers the labels of the elements that hold text; half of a page's hold none, and nobody asks for the names of those.
fn label(tree: &mut Tree, blocks: &[Block], text: &str) {
    let mut labels = Labels::default();
    let mut holds = vec![false; tree.len()];
    for block in blocks {
        if let Some(holds) = holds.get_mut(block.node as usize) {
            *holds = true;
        }
    }
    for i in (1..tree.len()).rev() {
        let parent = tree.parent[i] as usize;
        holds[parent] |= holds[i];
    }
    for (i, holds) in holds.into_iter().enumerate().skip(1) {
        if holds && !tree.attributes[i].is_empty() {
            tree.label[i] = labels.number(tree.attributes[i].of(text));
        }
    }
    tree.labels = labels.finish();
}

impl Reader<'_> {
    fn top(&self) -> Open {
        *self.open.last().expect("the root is popped only after the last token")
    }

    fn skip(&mut self, end: usize) {
        if self.hidden_from > 0 { self.writer.skip_hidden(end) } else { self.writer.skip_tag(end) }
    }

    fn characters(&mut self, at: std::ops::Range<usize>) {
        if self.hidden_from > 0 {
            if self.hidden_by_attribute {
                self.hidden += self.text[at.clone()].trim_ascii().len();
            }
            return self.writer.skip_hidden(at.end);
        }
        if self.top().tag == Tag::HEAD && !self.text[at.clone()].trim_ascii().is_empty() {
            self.pop_to(self.open.len() - 1);
        }
        let flow = self.top().flow;
        self.writer.text(at, flow, self.mode.keep_lines, &self.tree);
    }

    /// Adds an element to the tree.
    fn node(&mut self, tag: Tag, parent: u32, attributes: Span) -> u32 {
        let node = self.tree.len() as u32;
        self.tree.tag.push(tag);
        self.tree.parent.push(parent);
        self.tree.end.push(node + 1);
        self.tree.attributes.push(attributes);
        self.tree.label.push(0);
        node
    }

    fn start(&mut self, s: Start) {
        let tag = s.tag;
        let attributes = &self.text[s.attributes.clone()];
        match tag {
            Tag::META => self.fields.meta(attributes),
            Tag::LINK => self.fields.link(attributes),
            Tag::TIME => self.fields.time(attributes),
            Tag::HTML => self.fields.html(attributes),
            Tag::H1 => self.heading = true,
            // the shortest is `class=date`
            _ if attributes.len() >= 10 && self.finders[3].find(attributes.as_bytes()).is_some() => {
                self.fields.dated(attributes, &self.text[s.at.end..], self.heading);
            }
            _ => {}
        }
        if self.top().tag == Tag::HEAD && !belongs_in_head(tag) {
            self.pop_to(self.open.len() - 1);
        }
        let shown_raw = self.mode.show_unscripted && tag == Tag::NOSCRIPT;
        if tag.is_raw() && !shown_raw {
            return self.raw(&s);
        }
        self.leave_drawing(tag);
        self.close_implied(tag);
        let seen = self.hidden_from == 0;
        if tag.is_void() {
            if seen && (tag == Tag::BR || tag == Tag::HR) {
                self.writer.line();
            }
            return self.skip(s.at.end);
        }
        if matches!(tag, Tag::HTML | Tag::BODY) && self.open.iter().take(4).any(|o| o.tag == tag) {
            return self.skip(s.at.end);
        }
        let custom = tag == Tag::OTHER && self.text.as_bytes()[s.at.start..s.attributes.start].contains(&b'-');
        let shows = shown_raw || (self.mode.show_hidden && tag == Tag::TEMPLATE);
        let unseen = tag.is_unseen() && !shows && !(tag == Tag::DIALOG && has(attributes, "open"));
        let hides = seen
            && (unseen
                || (!self.mode.show_hidden && !matches!(tag, Tag::HTML | Tag::BODY) && self.may_hide(attributes) && is_hidden(attributes)));
        let hides = hides || seen && self.top().flow.pre && !attributes.is_empty() && is_line_number(attributes, &self.text[s.at.end..]);
        let inline = !tag.is_block() && !custom && tag != Tag::A;
        if seen && inline && !hides {
            // nothing of the page's shape hangs on `<b>` or `<span>`: neither they nor their end tags are followed
            return self.skip(s.at.end);
        }
        if !seen && s.closed && inline {
            return self.skip(s.at.end);
        }
        let top = self.top();
        if tag == Tag::FORM && matches!(top.tag, Tag::TABLE | Tag::TBODY | Tag::TR) {
            return self.skip(s.at.end);
        }
        if seen && tag.is_block() {
            self.border(tag, attributes);
        }
        let full = if seen && !hides { DEPTH } else { 2 * DEPTH };
        if self.open.len() >= full {
            self.beyond += usize::from(!end_is_optional(tag));
            return self.skip(s.at.end);
        }
        let mut flow = top.flow;
        let made = seen && !hides && !inline && tag != Tag::A;
        if made {
            flow.node = self.node(tag, flow.node, Span::new(s.attributes.start, s.attributes.end));
            self.kind(tag, &mut flow);
            match tag {
                Tag::TABLE => self.covered.push(Vec::new()),
                _ if is_list(tag) => self.lists.push(first_number(tag, &self.text[s.attributes.clone()])),
                Tag::LI => self.number(flow.node, &self.text[s.attributes.clone()]),
                _ => {}
            }
        }
        if tag == Tag::A && self.finders[2].find(attributes.as_bytes()).is_some() {
            flow.link = 1;
            if self.mode.links {
                self.links.push(Span::new(s.attributes.start, s.attributes.end));
                flow.link = self.links.len() as u32;
            }
        }
        self.p_open += u32::from(tag == Tag::P);
        self.a_open += u32::from(tag == Tag::A);
        self.open.push(Open { tag, key: s.key, flow, made });
        if hides {
            self.hidden_from = self.open.len();
            self.hidden_by_attribute = !unseen;
        }
        self.skip(s.at.end);
    }

    /// Numbers an item whose list has numbers.
    fn number(&mut self, node: u32, attributes: &str) {
        let Some(Some(next)) = self.lists.last_mut() else { return };
        let own = if attributes.is_empty() { None } else { number_of(attributes, "value") };
        let number = own.unwrap_or(*next);
        *next = number.saturating_add(1).min(HIGHEST);
        self.tree.numbers.push((node, number));
    }

    /// A quick look: most attributes cannot hide anything.
    fn may_hide(&self, attributes: &str) -> bool {
        attributes.len() >= 6 && self.finders[..2].iter().any(|f| f.find(attributes.as_bytes()).is_some())
    }

    /// What a block inside `tag` is.
    fn kind(&mut self, tag: Tag, flow: &mut Flow) {
        match tag {
            _ if tag.heading().is_some() => flow.kind = Kind::Heading(tag.heading().unwrap_or(1)),
            Tag::LI | Tag::DT | Tag::DD => {
                self.items += 1;
                (flow.kind, flow.item) = (Kind::ListItem, self.items);
            }
            Tag::PRE | Tag::LISTING => {
                self.codes += 1;
                (flow.kind, flow.pre, flow.code) = (Kind::Code, true, self.codes);
            }
            Tag::BLOCKQUOTE => flow.kind = Kind::Quote,
            Tag::FIGCAPTION | Tag::CAPTION => flow.kind = Kind::Caption,
            Tag::TABLE | Tag::TD | Tag::TH => (flow.kind, flow.pre) = (Kind::Paragraph, false),
            _ => {}
        }
    }

    /// A block-level tag begins or ends.
    fn border(&mut self, tag: Tag, attributes: &str) {
        match tag {
            Tag::TR => {
                self.writer.row();
                let first = self.writer.blocks();
                self.rows.push(Row { first, cell: first, flat: true, cells: 0, columns: 0, empty: None });
            }
            Tag::TD | Tag::TH => {
                self.end_cell();
                for _ in 0..self.place_cell(attributes) {
                    self.writer.cell();
                }
            }
            _ => self.writer.line(),
        }
    }

    /// Takes the columns of a cell that begins; how many cells further right than the last one it stands.
    fn place_cell(&mut self, attributes: &str) -> usize {
        let Some(row) = self.rows.last_mut() else { return 1 };
        let mut none = Vec::new();
        let covered = self.covered.last_mut().unwrap_or(&mut none);
        let mut at = row.columns;
        while at < COLUMNS && covered.get(at).is_some_and(|rows| *rows > 0) {
            at += 1;
        }
        let (mut columns, mut rows) = (1, 1);
        if memmem::find(attributes.as_bytes(), b"span").is_some() {
            let number = |name| Attributes::get(attributes, name).and_then(|n| n.trim().parse::<usize>().ok()).unwrap_or(1).max(1);
            (columns, rows) = (number("colspan"), number("rowspan"));
        }
        let end = at.saturating_add(columns).min(COLUMNS.max(at + 1));
        if rows > 1 {
            covered.resize(covered.len().max(end), 0);
            covered[at..end].fill(rows);
        }
        let step = at + 1 - row.cells.min(at);
        (row.cells, row.columns) = (at + 1, end);
        step
    }

    fn end_cell(&mut self) {
        let blocks = self.writer.blocks();
        if let Some(row) = self.rows.last_mut() {
            if blocks > row.first && row.empty.is_none() {
                row.empty = Some(row.cells.saturating_sub(1));
            }
            row.flat &= blocks - row.cell.min(blocks) <= 1;
            row.cell = blocks;
        }
    }

    /// A `</tr>`: cells of one short block each make one block, a row; others are layout and stay apart.
    fn end_row(&mut self, node: u32) {
        self.end_cell();
        let Some(row) = self.rows.pop() else { return };
        for rows in self.covered.last_mut().into_iter().flatten() {
            *rows = rows.saturating_sub(1);
        }
        /// Bytes a cell of data has at most; longer ones are layout.
        const CELL: usize = 1000;
        let cells = self.writer.since(row.first);
        let plain = |k| matches!(k, Kind::Paragraph | Kind::Heading(_) | Kind::ListItem);
        if row.flat && cells.len() >= 2 && cells.iter().all(|b| plain(b.kind) && b.span.len() <= CELL) {
            self.writer.merge_row(row.first, row.empty.unwrap_or(0));
            self.writer.rehome(row.first, node);
        }
        self.writer.row();
    }

    /// Script, style, title and the like: up to their own end tag nothing is markup.
    fn raw(&mut self, s: &Start) {
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

    /// Index of the innermost open element that `wanted` accepts, at most [`REACH`] deep and not beyond one that `wall` accepts.
    fn find(&self, wanted: impl Fn(&Open) -> bool, wall: impl Fn(Tag) -> bool) -> Option<usize> {
        for (i, o) in self.open.iter().enumerate().skip(1).rev().take(REACH) {
            if wanted(o) {
                return Some(i);
            }
            if wall(o.tag) {
                return None;
            }
        }
        None
    }

    fn close(&mut self, wanted: impl Fn(&Open) -> bool, wall: impl Fn(Tag) -> bool) -> bool {
        let found = self.find(wanted, wall);
        if let Some(i) = found {
            self.pop_to(i);
        }
        found.is_some()
    }

    /// A drawing without its end tag ends at the first HTML element in it, as the standard says; `<foreignObject>` may hold some.
    fn leave_drawing(&mut self, tag: Tag) {
        const FOREIGN_OBJECT: u64 = crate::tag::key(b"foreignobject");
        let html = tag.is_block()
            || matches!(tag, Tag::SPAN | Tag::B | Tag::I | Tag::EM | Tag::STRONG | Tag::SMALL | Tag::IMG | Tag::BR | Tag::CODE);
        let Some(from) = self.hidden_from.checked_sub(1) else { return };
        if html && self.open[from].tag == Tag::SVG && !self.open[from..].iter().rev().take(REACH).any(|o| o.key == FOREIGN_OBJECT) {
            self.pop_to(from);
        }
    }

    /// Ends that a start tag implies.
    fn close_implied(&mut self, tag: Tag) {
        if self.p_open > 0 && tag.closes_p() {
            self.close(|o| o.tag == Tag::P, |t| t.is_scope() || t == Tag::BUTTON);
        }
        let lone = |t: Tag| t.is_block() && !matches!(t, Tag::DIV | Tag::P | Tag::ADDRESS);
        match tag {
            Tag::LI => _ = self.close(|o| o.tag == Tag::LI, lone),
            Tag::DT | Tag::DD => _ = self.close(|o| matches!(o.tag, Tag::DT | Tag::DD), lone),
            Tag::TD | Tag::TH => _ = self.close(|o| matches!(o.tag, Tag::TD | Tag::TH), |t| matches!(t, Tag::TR | Tag::TABLE)),
            Tag::TR => _ = self.close(|o| o.tag == Tag::TR, |t| t == Tag::TABLE),
            Tag::TBODY | Tag::THEAD | Tag::TFOOT => {
                _ = self.close(|o| matches!(o.tag, Tag::TBODY | Tag::THEAD | Tag::TFOOT), |t| t == Tag::TABLE);
            }
            Tag::OPTION => _ = self.close(|o| o.tag == Tag::OPTION, |t| t != Tag::OPTION),
            Tag::BUTTON => _ = self.close(|o| o.tag == Tag::BUTTON, Tag::is_scope),
            Tag::A if self.a_open > 0 => self.end_link(),
            _ if tag.heading().is_some() && self.top().tag.heading().is_some() => self.pop_to(self.open.len() - 1),
            _ => {}
        }
    }

    /// `</a>`: the link ends, elements opened inside it stay open.
    fn end_link(&mut self) {
        let Some(i) = self.find(|o| o.tag == Tag::A && o.key != 0, Tag::is_scope) else { return };
        if i + 1 == self.open.len() {
            return self.pop_to(i);
        }
        let before = self.open[i - 1].flow.link;
        for o in &mut self.open[i..] {
            o.flow.link = before;
        }
        self.open[i].key = 0;
    }

    fn end(&mut self, tag: Tag, key: u64, at: usize) {
        let seen = self.hidden_from == 0;
        // inline elements are on the stack only inside hidden ones; unknown names only when they are custom elements
        let followed = !seen || tag.is_block() || tag == Tag::OTHER || tag == Tag::A;
        if seen && (tag.is_block() || tag == Tag::BR) && !matches!(tag, Tag::TD | Tag::TH) {
            self.writer.line();
        }
        if !followed || matches!(tag, Tag::HTML | Tag::BODY) || tag.is_void() {
            return self.skip(at);
        }
        if self.beyond > 0 && tag.is_block() {
            self.beyond -= usize::from(!end_is_optional(tag));
            return self.skip(at);
        }
        // the end tag of a hidden element is hidden with it
        self.skip(at);
        match tag {
            Tag::A if seen => {
                if self.a_open > 0 {
                    self.end_link();
                }
            }
            Tag::FORM => {
                if let Some(i) = self.find(|o| o.tag == Tag::FORM && o.key != 0, Tag::is_scope) {
                    if i + 1 == self.open.len() {
                        self.pop_to(i);
                    } else {
                        self.open[i].key = 0;
                    }
                }
            }
            Tag::TABLE => _ = self.close(|o| o.tag == Tag::TABLE, |_| false),
            Tag::TD | Tag::TH | Tag::TR | Tag::TBODY | Tag::THEAD | Tag::TFOOT | Tag::CAPTION => {
                self.close(|o| o.tag == tag, |t| t == Tag::TABLE);
            }
            _ if tag.heading().is_some() => _ = self.close(|o| o.tag.heading().is_some(), Tag::is_scope),
            _ => {
                let known = tag != Tag::OTHER;
                self.close(|o| if known { o.tag == tag } else { o.key == key }, Tag::is_scope);
            }
        }
    }

    /// Closes the open elements from number `i` on.
    fn pop_to(&mut self, i: usize) {
        while self.open.len() > i {
            let Some(o) = self.open.pop() else { return };
            self.p_open -= u32::from(o.tag == Tag::P);
            self.a_open -= u32::from(o.tag == Tag::A);
            if o.made {
                self.tree.end[o.flow.node as usize] = self.tree.len() as u32;
                match o.tag {
                    Tag::TABLE => _ = self.covered.pop(),
                    tag if is_list(tag) => _ = self.lists.pop(),
                    _ => {}
                }
                match o.tag {
                    Tag::TR => self.end_row(o.flow.node),
                    _ if o.tag.is_block() && !matches!(o.tag, Tag::TD | Tag::TH) => self.writer.line(),
                    _ => {}
                }
            }
            if self.open.len() < self.hidden_from {
                self.hidden_from = 0;
            }
        }
    }
}

/// The highest number an item has: Markdown reads nine digits.
const HIGHEST: u32 = 999_999_999;

fn is_list(tag: Tag) -> bool {
    matches!(tag, Tag::OL | Tag::UL | Tag::MENU | Tag::DIR)
}

/// The number of the first item of a list. One that counts down has none: nobody knows from where.
fn first_number(tag: Tag, attributes: &str) -> Option<u32> {
    let counts = tag == Tag::OL && !has(attributes, "reversed");
    counts.then(|| number_of(attributes, "start").unwrap_or(1))
}

/// The number an attribute says.
fn number_of(attributes: &str, name: &str) -> Option<u32> {
    Attributes::get(attributes, name)?.trim().parse().ok().filter(|n| *n <= HIGHEST)
}

/// True for an element inside preformatted text that holds the number of a line and is called so: `<span class=lineno>12</span>`. `text`
/// is what follows its tag.
fn is_line_number(attributes: &str, text: &str) -> bool {
    /// Bytes of a number and the blanks and signs beside it.
    const LONGEST: usize = 16;
    const NAMES: [&str; 10] =
        ["lineno", "linenos", "line-number", "line-numbers", "linenumber", "line-no", "lnum", "ln-num", "hljs-ln-n", "hljs-ln-numbers"];
    let bytes = &text.as_bytes()[..text.len().min(LONGEST)];
    let inner = &bytes[..memchr::memchr(b'<', bytes).unwrap_or(0)];
    let digits = inner.iter().filter(|b| b.is_ascii_digit()).count();
    digits > 0
        && inner.iter().all(|b| b.is_ascii_digit() || b.is_ascii_whitespace() || matches!(b, b'.' | b':' | b'|'))
        && Attributes::get(attributes, "class").is_some_and(|c| c.split_ascii_whitespace().any(|t| NAMES.contains(&t)))
}

/// Tags that leave the head open.
fn belongs_in_head(tag: Tag) -> bool {
    matches!(tag, Tag::META | Tag::LINK | Tag::BASE | Tag::TITLE | Tag::SCRIPT | Tag::STYLE | Tag::NOSCRIPT | Tag::TEMPLATE | Tag::HEAD)
}

/// Elements whose end tag may be left out: they do not count beyond the depth cap, where nobody tracks them.
fn end_is_optional(tag: Tag) -> bool {
    matches!(tag, Tag::P | Tag::LI | Tag::DT | Tag::DD | Tag::TR | Tag::TD | Tag::TH | Tag::TBODY | Tag::THEAD | Tag::TFOOT | Tag::OPTION)
        || !tag.is_block()
}

fn has(attributes: &str, name: &str) -> bool {
    Attributes::of(attributes).any(|(n, _)| n.eq_ignore_ascii_case(name))
}
