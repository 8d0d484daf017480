//! Tokens to elements: which element is open, what is hidden. No recursion. Where elements end is `ends`', how text is written down is
//! `writer`'s, what the head says is `fields`'.

mod ends;
mod numbers;
mod raw;
mod tables;

use std::ops::Range;

use memchr::memmem;

use crate::block::{Block, Kind};
use crate::layer::Layer;
use crate::rules::Rules;
use crate::span::Span;
use crate::tag::Tag;
use crate::tree::{Link, Outline, Tree};

use super::attributes::Attributes;
use super::fields::Fields;
use super::hidden::{holds_formula, is_hidden};
use super::labels::Labels;
use super::links;
use super::tokens::{Start, Token, Tokens};
use super::writer::{Flow, GapRules, Writer, Written};

use ends::end_is_optional;
use numbers::{first_number, is_line_number, is_list};
use tables::Row;

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
    /// End of the content of the last `<math>` that names no TeX.
    plain_math: usize,
    /// `<pre>` elements begun.
    codes: u32,
    /// Of each open list: the number of its next item, when it has numbers.
    lists: Vec<Option<u32>>,
    mode: Mode,
    /// The first main heading has begun.
    heading: bool,
    /// `idden`, `one`, `href`, `date`, `uthor`: attributes without them neither hide nor link nor date nor name an author.
    finders: [memmem::Finder<'static>; 5],
}

/// Reads a whole text. What stands in the `parts` of it, ascending and disjoint, is read each by itself: no tag, comment or element that begins in one
/// goes on behind it.
pub(super) fn read(text: &str, rules: &Rules, mode: Mode, parts: &[Range<usize>]) -> Read {
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
        plain_math: 0,
        codes: 0,
        lists: Vec::new(),
        mode,
        heading: false,
        finders: ["idden", "one", "href", "date", "uthor"].map(memmem::Finder::new),
    };
    r.node(Tag::OTHER, 0, Span::default());
    let mut at = 0;
    for part in parts {
        r.stretch(&text[..part.start], at);
        let open = r.open.len();
        r.stretch(&text[..part.end], part.start);
        r.pop_to(open);
        (r.beyond, r.writer.code_inside) = (0, false);
        at = part.end;
    }
    r.stretch(text, at);
    r.pop_to(0);
    let Written { layer, blocks, links, cited } = r.writer.finish();
    let address = |number: u32| links::address(&Attributes::get(r.links[number as usize - 1].of(text), "href")?);
    let links = links.into_iter().filter_map(|(number, at)| Some(Link { at, address: address(number)? })).collect();
    label(&mut r.tree, &blocks, text);
    let outline = Outline { blocks, tree: r.tree, fields: r.fields.finish(), links, cited };
    Read { layer, outline, hidden: r.hidden, unscripted: r.unscripted }
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

impl<'t> Reader<'t> {
    /// Reads from byte `at` of a text on to its end. `text` is the whole text up to there.
    fn stretch(&mut self, text: &'t str, at: usize) {
        (self.text, self.tokens) = (text, Tokens::starting(text, at));
        while let Some(token) = self.tokens.next() {
            match token {
                Token::Text(at) => self.characters(at),
                Token::Void(at) => self.skip(at.end),
                Token::Start(start) => self.start(start),
                Token::End { tag, key, at } => self.end(tag, key, at.end),
            }
        }
    }
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
            // the shortest is `rel=author`
            _ if attributes.len() >= 10 && self.finders[4].find(attributes.as_bytes()).is_some() => {
                self.fields.signed(attributes, &self.text[s.at.end..]);
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
        let inline = !tag.is_block() && !custom && tag != Tag::A;
        let shows = shown_raw || (self.mode.show_hidden && tag == Tag::TEMPLATE);
        let unseen = tag.is_unseen() && !shows && !(tag == Tag::DIALOG && has(attributes, "open"));
        let hides = seen
            && (unseen
                || (!self.mode.show_hidden
                    && !matches!(tag, Tag::HTML | Tag::BODY)
                    && self.may_hide(attributes)
                    && !holds_formula(&self.text[s.at.end..])
                    && is_hidden(attributes, if inline { "" } else { &self.text[s.at.start..] }, &self.text[..s.at.start])));
        let hides = hides || seen && self.top().flow.pre && !attributes.is_empty() && is_line_number(attributes, &self.text[s.at.end..]);
        if tag == Tag::MATH && seen && !hides && !s.closed && self.annotated(&s) {
            return;
        }
        if seen && inline && !hides {
            // nothing of the page's shape hangs on `<b>` or `<span>`: neither they nor their end tags are followed, but for
            // whether what stands here is code
            self.writer.code_inside |= is_code(tag);
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
}

/// Tags that leave the head open.
fn belongs_in_head(tag: Tag) -> bool {
    matches!(tag, Tag::META | Tag::LINK | Tag::BASE | Tag::TITLE | Tag::SCRIPT | Tag::STYLE | Tag::NOSCRIPT | Tag::TEMPLATE | Tag::HEAD)
}

/// Elements inside a paragraph whose text is a program's.
fn is_code(tag: Tag) -> bool {
    matches!(tag, Tag::CODE | Tag::KBD | Tag::SAMP | Tag::TT)
}

fn has(attributes: &str, name: &str) -> bool {
    Attributes::of(attributes).any(|(n, _)| n.eq_ignore_ascii_case(name))
}
