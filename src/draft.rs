//! `Draft`: what is left to know of a cleaned record when it is written: its text, its blocks, which of them are out and why. Can be
//! stored and read back, so that a later pass may leave out more blocks. Data and its two texts; no policy, no format.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::block::Kind;
use crate::json;
use crate::layout::{Between, Layout};
use crate::metadata::Metadata;
use crate::nest::{self, Nest};
use crate::page::{Format, Page};
use crate::rules::{RuleId, Rules};
use crate::span::Span;

/// A cleaned record before it is written. Borrows from the page, or from the bytes it was stored in.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Draft<'a> {
    /// Name of the record.
    #[serde(borrow)]
    pub id: Cow<'a, str>,
    /// Its address.
    #[serde(borrow)]
    pub url: Option<Cow<'a, str>>,
    /// When it was fetched, as its dump says it.
    pub fetched: Option<String>,
    /// The members of the JSON line it came from that no other field holds, as a JSON object; where the output has a place for them.
    pub extra: Option<String>,
    /// The text the blocks refer to: the last layer of the page.
    #[serde(borrow)]
    pub text: Cow<'a, str>,
    /// Bytes of the record as it came.
    pub bytes_in: u64,
    /// Blocks in order. Empty for a text that was only repaired: then all of it stays.
    pub pieces: Vec<Piece>,
    /// Where each of them stands in lists and quotations; empty when none does.
    pub nests: Vec<Nest>,
    /// Byte ranges of the text that say where links lead, `[` and `](address)`, when links are kept.
    pub links: Vec<(u32, u32)>,
    /// The title, if it is to be written.
    #[serde(borrow)]
    pub title: Option<Cow<'a, str>>,
    /// White space between blocks stays as it stands in `text`.
    pub in_place: bool,
    /// Else, how the lines are set.
    pub layout: Layout,
    /// Of Markdown, how its lines are set where Markdown is written again.
    pub markdown: Option<Layout>,
    /// Blocks are what is written; else `text` is.
    pub blocks: bool,
    /// Title, author, date, … as a JSON object.
    #[serde(borrow)]
    pub metadata: Cow<'a, str>,
    /// How its bytes were read.
    #[serde(borrow)]
    pub charset: Reading<'a>,
    /// Edits by rule: number of the rule and how often.
    pub edits: Vec<(u16, u32)>,
    /// Guesses and losses by rule.
    pub notes: Vec<(u16, u32)>,
    /// True when something other than markup was edited.
    pub edited: bool,
}

/// The charset of a record, as it is written.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Reading<'a> {
    /// 0 to 1, three digits: more would be noise.
    pub confidence: f64,
    /// ISO 639-3, when something was said of it.
    #[serde(borrow)]
    pub language: Option<Cow<'a, str>>,
    /// WHATWG name.
    #[serde(borrow)]
    pub name: Cow<'a, str>,
    /// What decided.
    #[serde(borrow)]
    pub why: Cow<'a, str>,
}

/// A block of a draft.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Piece {
    /// Byte range in the draft's text.
    pub span: (u32, u32),
    /// What it is.
    pub kind: Form,
    /// The bytes of the record it came from, where they are told ([`Located`]).
    pub at: (u32, u32),
    /// Why it is left out; `None` for a block that stays.
    pub cut: Option<Cut>,
}

/// Of which pieces a draft tells where they came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Located {
    /// Of all: a later pass may leave out any.
    All,
    /// Of those left out, and of the first copies of duplicates.
    Removed,
}

/// Why a block is left out.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cut {
    /// Number of the rule.
    pub rule: u16,
    /// For a duplicate, where the first copy stands.
    pub first: Option<First>,
    /// For one that is not the same but alike: the share of shingles that both have, in thousandths.
    pub similarity: Option<u16>,
}

/// Where the first copy of a duplicate stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum First {
    /// A block of the same record.
    Here(u32),
    /// A block of another record of the dump, named by its order.
    There {
        /// Order of the record in the dump.
        doc: u64,
        /// Its block.
        block: u32,
    },
}

/// How blocks are set: what matters of [`Kind`] for the white space between them and for Markdown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Form {
    /// Running text.
    Paragraph,
    /// A heading with its level.
    Heading(u8),
    /// An item of a list.
    Item,
    /// A row of a table.
    Row,
    /// Preformatted text.
    Code,
    /// A quotation.
    Quote,
    /// The text under a picture.
    Caption,
}

impl From<Kind> for Form {
    fn from(kind: Kind) -> Form {
        match kind {
            Kind::Paragraph => Form::Paragraph,
            Kind::Heading(n) => Form::Heading(n),
            Kind::ListItem => Form::Item,
            Kind::TableRow => Form::Row,
            Kind::Code => Form::Code,
            Kind::Quote => Form::Quote,
            Kind::Caption => Form::Caption,
        }
    }
}

impl From<Form> for Kind {
    fn from(form: Form) -> Kind {
        match form {
            Form::Paragraph => Kind::Paragraph,
            Form::Heading(n) => Kind::Heading(n),
            Form::Item => Kind::ListItem,
            Form::Row => Kind::TableRow,
            Form::Code => Kind::Code,
            Form::Quote => Kind::Quote,
            Form::Caption => Kind::Caption,
        }
    }
}

impl<'p> Draft<'p> {
    /// Of a page that was cleaned. `title`: the title is written too. `in_place`: the text goes back to where it came from (a field
    /// of a JSON line), so white space between paragraphs stays, unless the page was markup. `told`: what is known of the page is
    /// written too, and of these pieces where they came from; without, `metadata` and `charset` are empty.
    pub fn of(page: &'p Page<'_>, title: bool, in_place: bool, told: Option<Located>, rules: &Rules) -> Draft<'p> {
        let at = |block: usize| {
            let at = page.locate(page.outline.blocks[block].span);
            (at.start, at.end)
        };
        let all = told == Some(Located::All);
        let mut pieces: Vec<Piece> = (page.outline.blocks.iter().enumerate())
            .map(|(i, b)| {
                let at = if all { at(i) } else { (0, 0) };
                Piece { span: (b.span.start, b.span.end), kind: b.kind.into(), at, cut: None }
            })
            .collect();
        // the first mark of each block counts; marks name blocks in any order
        for m in page.marks.iter().rev() {
            pieces[m.block as usize].cut = Some(Cut { rule: m.rule.0, first: m.first.map(First::Here), similarity: None });
            if told == Some(Located::Removed) {
                for block in [Some(m.block), m.first].into_iter().flatten() {
                    pieces[block as usize].at = at(block as usize);
                }
            }
        }
        let title = page.metadata.title.as_deref().filter(|_| title).map(Cow::Borrowed);
        let in_place = in_place && page.format == Format::Text;
        let markdown = page.format == Format::Markdown && page.outline.tree.is_empty();
        let nests = if markdown { nest::of_markdown(&page.outline.blocks) } else { nest::of(&page.outline.tree, &page.outline.blocks) };
        let layout = if in_place || markdown { Layout::Paragraphs } else { page.layout() };
        let markdown = markdown.then(|| page.layout());
        Draft { pieces, nests, title, in_place, layout, markdown, blocks: true, ..Draft::repaired(page, told.is_some(), rules) }
    }

    /// Of a page that was only decoded and repaired.
    pub fn repaired(page: &'p Page<'_>, told: bool, rules: &Rules) -> Draft<'p> {
        use crate::layer::Stage;
        let edits = page.layers.iter().flat_map(|l| l.edits.iter().map(|e| e.rule));
        Draft {
            id: page.raw.id.into(),
            url: page.raw.url.or(page.metadata.url.as_deref()).map(Cow::Borrowed),
            fetched: None,
            extra: None,
            text: page.text().into(),
            bytes_in: page.raw.bytes.len() as u64,
            pieces: Vec::new(),
            nests: Vec::new(),
            links: links(page, rules),
            title: None,
            in_place: false,
            layout: Layout::Paragraphs,
            markdown: None,
            blocks: false,
            metadata: if told { metadata(&page.metadata) } else { "".into() },
            charset: if told { Reading::of(page) } else { Reading::default() },
            edits: by_rule(edits),
            notes: by_rule(page.notes.iter().map(|n| n.rule)),
            edited: page.layers.iter().any(|l| l.stage != Stage::Markup && !l.edits.is_empty()),
        }
    }
}

impl Draft<'_> {
    /// The text of a block.
    pub fn piece(&self, block: usize) -> &str {
        let (start, end) = self.pieces[block].span;
        Span { start, end }.of(&self.text)
    }

    /// Leaves every block out.
    pub fn cut_all(&mut self, cut: Cut) {
        for p in self.pieces.iter_mut().filter(|p| p.cut.is_none()) {
            p.cut = Some(cut);
        }
        self.title = None;
    }

    /// Blocks that stay.
    pub fn kept(&self) -> usize {
        self.pieces.iter().filter(|p| p.cut.is_none()).count()
    }

    /// The clean text. Borrows when nothing is left out of a text whose white space stays.
    pub fn clean(&self) -> Cow<'_, str> {
        match (self.blocks, self.in_place) {
            (false, _) => Cow::Borrowed(&self.text),
            (true, true) => self.spaced_as_it_was(),
            (true, false) => Cow::Owned(self.spaced()),
        }
    }

    /// Appends [`Draft::clean`] to `out`.
    pub fn clean_behind(&self, out: &mut String) {
        if self.blocks && !self.in_place {
            self.set(out, |_, _| {});
        } else {
            out.push_str(&self.clean());
        }
    }

    /// Where each block begins in [`Draft::clean`], in bytes; `None` for those left out. Of a text whose white space stays as it is
    /// nothing is said: all are `None`.
    pub fn places(&self) -> Vec<Option<usize>> {
        let mut places = vec![None; self.pieces.len()];
        if self.blocks && !self.in_place {
            self.set(&mut String::new(), |i, at| places[i] = Some(at));
        }
        places
    }

    fn spaced(&self) -> String {
        let mut out = String::new();
        self.set(&mut out, |_, _| {});
        out
    }

    /// [`set`] of the pieces that stay.
    fn set(&self, out: &mut String, place: impl FnMut(usize, usize)) {
        let all = self.pieces.iter().map(|p| (p.span, p.kind, p.cut.is_none()));
        let bytes = self.pieces.iter().filter(|p| p.cut.is_none()).map(|p| (p.span.1 - p.span.0) as usize + 2).sum();
        set(&self.text, self.title.as_deref(), self.layout, all, bytes, out, place);
    }

    /// The white space between paragraphs as it stands in the text. A title line stays where it is; a title that is no line of the
    /// text comes first.
    fn spaced_as_it_was(&self) -> Cow<'_, str> {
        let title = self.title.as_deref();
        let line = title.and_then(|t| (0..self.pieces.len()).find(|i| self.piece(*i) == t));
        let extra = title.filter(|_| line.is_none());
        let stays = |i: usize| self.pieces[i].cut.is_none() || line == Some(i);
        if extra.is_none() && (0..self.pieces.len()).all(stays) {
            return Cow::Borrowed(&self.text);
        }
        let text = &*self.text;
        let mut clean = String::with_capacity(text.len());
        if let Some(title) = extra {
            clean.push_str(title);
            clean.push_str("\n\n");
        }
        // a paragraph takes the white space before it along; what follows the last one is the end of the text
        let (mut end, mut first) = (0, true);
        for (i, p) in self.pieces.iter().enumerate() {
            let (start, stop) = (p.span.0 as usize, p.span.1 as usize);
            if stays(i) {
                // but for what stood between it and paragraphs before it of which none is left
                clean.push_str(if first && (end > 0 || extra.is_some()) { "" } else { &text[end..start] });
                clean.push_str(&text[start..stop]);
                first = false;
            }
            end = stop;
        }
        if !clean.is_empty() {
            clean.push_str(&text[end..]);
        }
        Cow::Owned(clean)
    }

    /// The rule that took most of the text, and its sentence: why nothing stays.
    pub fn reason(&self, rules: &Rules) -> String {
        let mut bytes = std::collections::BTreeMap::new();
        for p in &self.pieces {
            if let Some(cut) = p.cut {
                *bytes.entry(cut.rule).or_insert(0u64) += u64::from(p.span.1 - p.span.0);
            }
        }
        match bytes.iter().max_by_key(|(rule, n)| (**n, std::cmp::Reverse(**rule))) {
            None => "no text in it".to_owned(),
            Some((rule, _)) => {
                let rule = rules.get(RuleId(*rule));
                format!("{}: {}", rule.id, rule.says)
            }
        }
    }
}

/// Writes title and paragraphs (byte range in `text`, form, whether it stays) behind what stands in `out`, set by `layout`: one blank line between,
/// list items and table rows on lines of their own, or as they stand in the text; a line end at the end; nothing at all for an empty document. `bytes`:
/// those of the paragraphs, and two for each. Tells `place` where in it each block begins.
fn set(
    text: &str,
    title: Option<&str>,
    layout: Layout,
    blocks: impl Iterator<Item = ((u32, u32), Form, bool)>,
    bytes: usize,
    out: &mut String,
    mut place: impl FnMut(usize, usize),
) {
    let from = out.len();
    out.reserve(bytes + title.map_or(0, |t| t.len() + 2));
    if let Some(title) = title {
        out.push_str(title);
    }
    let mut between = Between::new(layout, title.is_some());
    for (i, ((start, end), kind, stays)) in blocks.enumerate() {
        let span = Span { start, end };
        if !stays {
            between.pass(text, span);
            continue;
        }
        let (ends, indent) = between.block(text, span, kind.into());
        out.push_str(ends);
        out.push_str(indent.of(text));
        place(i, out.len() - from);
        out.push_str(span.of(text));
    }
    if out.len() > from {
        out.push('\n');
    }
}

/// Appends what [`Draft::clean`] is of a page without a title of which nothing is left out: no draft is made.
pub fn set_whole(page: &Page<'_>, out: &mut String) {
    let (text, blocks) = (page.text(), &page.outline.blocks);
    let all = blocks.iter().map(|b| ((b.span.start, b.span.end), b.kind.into(), true));
    set(text, None, page.layout(), all, text.len() + 2 * blocks.len(), out, |_, _| {});
}

impl<'p> Reading<'p> {
    /// Of a page.
    pub fn of(page: &'p Page<'_>) -> Reading<'p> {
        let c = &page.charset;
        Reading {
            confidence: thousandths(c.confidence),
            language: c.language.map(Cow::Borrowed),
            name: c.name.into(),
            why: (&*c.why).into(),
        }
    }
}

/// A confidence with three digits: an f32 printed as f64 shows what is noise.
pub fn thousandths(confidence: f32) -> f64 {
    (f64::from(confidence) * 1000.0).round() / 1000.0
}

/// The metadata of a page that says nothing of itself.
pub const NO_METADATA: &str = concat!(
    r#"{"title":null,"author":[],"editor":null,"source":null,"publisher":null,"#,
    r#""date":null,"date_raw":null,"url":null,"host":null,"lang":null}"#
);

/// Title, author, date, … of a page as a JSON object, with the bytes that serde writes of them.
pub fn metadata(of: &Metadata) -> Cow<'static, str> {
    let Metadata { title, author, editor, source, publisher, date, date_raw, url, host, lang, categories } = of;
    let single = [title, editor, source, publisher, date, date_raw, url, host, lang];
    if author.is_empty() && categories.is_empty() && single.iter().all(|value| value.is_none()) {
        return Cow::Borrowed(NO_METADATA);
    }
    let mut out = String::with_capacity(NO_METADATA.len() * 3);
    out.push_str(r#"{"title":"#);
    json::option(title.as_deref(), &mut out);
    out.push_str(r#","author":"#);
    json::list(author, &mut out);
    let rest = [
        (r#","editor":"#, editor),
        (r#","source":"#, source),
        (r#","publisher":"#, publisher),
        (r#","date":"#, date),
        (r#","date_raw":"#, date_raw),
        (r#","url":"#, url),
        (r#","host":"#, host),
        (r#","lang":"#, lang),
    ];
    for (name, value) in rest {
        out.push_str(name);
        json::option(value.as_deref(), &mut out);
    }
    if !categories.is_empty() {
        out.push_str(r#","categories":"#);
        json::list(categories, &mut out);
    }
    out.push('}');
    Cow::Owned(out)
}

/// The edits of the last layer that write where links lead.
fn links(page: &Page<'_>, rules: &Rules) -> Vec<(u32, u32)> {
    let edits = page.layers.last().map_or(&[][..], |l| &l.edits);
    // that layer has no others
    if edits.first().is_none_or(|e| &*rules.get(e.rule).id != "markup/link") {
        return Vec::new();
    }
    edits.iter().map(|e| (e.now.start, e.now.end)).collect()
}

/// How often each rule comes, by its number.
fn by_rule(which: impl Iterator<Item = RuleId>) -> Vec<(u16, u32)> {
    let mut counts: Vec<(u16, u32)> = Vec::new();
    // pages have thousands of edits by few rules, mostly by that of the edit before
    let mut last = 0;
    for RuleId(rule) in which {
        if counts.get(last).is_none_or(|(r, _)| *r != rule) {
            last = counts.iter().position(|(r, _)| *r == rule).unwrap_or(counts.len());
        }
        match counts.get_mut(last) {
            Some((_, n)) => *n += 1,
            None => counts.push((rule, 1)),
        }
    }
    counts.sort_unstable();
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A draft of the lines of `text`, those in `out` left out.
    fn draft<'a>(text: &'a str, out: &[usize], title: Option<&'a str>) -> Draft<'a> {
        let mut pieces = Vec::new();
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            let inner = line.trim();
            if !inner.is_empty() {
                let start = at + line.find(inner).expect("it is in there");
                let cut = out.contains(&pieces.len()).then_some(Cut { rule: 0, first: None, similarity: None });
                pieces.push(Piece { span: (start as u32, (start + inner.len()) as u32), kind: Form::Paragraph, at: (0, 0), cut });
            }
            at += line.len();
        }
        Draft {
            id: "a".into(),
            url: Some("http://a.example/".into()),
            text: text.into(),
            bytes_in: 7,
            pieces,
            title: title.map(Into::into),
            in_place: true,
            blocks: true,
            metadata: "{}".into(),
            charset: Reading { confidence: 0.5, language: None, name: "gbk".into(), why: "meta".into() },
            edits: vec![(1, 2)],
            edited: true,
            ..Draft::default()
        }
    }

    #[test]
    fn in_place_keeps_the_white_space_between_paragraphs() {
        let text = "\u{3000}one\n\n two\nthree\n\n";
        assert!(matches!(draft(text, &[], None).clean(), Cow::Borrowed(t) if t == text));
        assert_eq!(draft(text, &[1], None).clean(), "\u{3000}one\nthree\n\n");
        assert_eq!(draft(text, &[0], None).clean(), "two\nthree\n\n");
        assert_eq!(draft(text, &[2], None).clean(), "\u{3000}one\n\n two\n\n");
        assert_eq!(draft(text, &[0, 1, 2], None).clean(), "");
    }

    #[test]
    fn in_place_a_title_line_stays_and_another_title_comes_first() {
        let text = "one\ntwo\n";
        assert_eq!(draft(text, &[0], Some("one")).clean(), text);
        assert_eq!(draft(text, &[0], None).clean(), "two\n");
        assert_eq!(draft(text, &[0], Some("1")).clean(), "1\n\ntwo\n");
    }

    #[test]
    fn elsewhere_paragraphs_stand_a_blank_line_apart() {
        let set = |text: &str, out: &[usize], title| Draft { in_place: false, ..draft(text, out, title) }.clean().into_owned();
        assert_eq!(set(" one\n two\nthree", &[1], Some("t")), "t\n\none\n\nthree\n");
        assert_eq!(set("one\n", &[0], None), "");
        let d = Draft { in_place: false, ..draft(" one\n two\nthree", &[1], Some("t")) };
        assert_eq!(d.places(), [Some(3), None, Some(8)]);
        assert!(d.clean()[8..].starts_with("three"));
    }

    #[test]
    fn metadata_are_those_of_serde() {
        let none = Metadata::default();
        assert!(matches!(metadata(&none), Cow::Borrowed(json) if json == serde_json::to_string(&none).unwrap()));
        // every field, alone and with all others
        let of = |n: usize| Some(format!("\"{n}\\ 路"));
        let all = Metadata {
            title: of(0),
            author: vec!["a".to_owned(), "\n".to_owned()],
            editor: of(1),
            source: of(2),
            publisher: of(3),
            date: of(4),
            date_raw: of(5),
            url: of(6),
            host: of(7),
            lang: of(8),
            categories: vec!["b".to_owned()],
        };
        for m in [
            all.clone(),
            Metadata { categories: Vec::new(), ..all },
            Metadata { lang: of(8), ..none.clone() },
            Metadata { title: of(0), ..none },
        ] {
            assert_eq!(metadata(&m), serde_json::to_string(&m).unwrap());
        }
    }

    #[test]
    fn a_draft_can_be_stored() {
        let d = draft("one\ntwo\n", &[1], Some("t"));
        let stored = postcard::to_stdvec(&d).unwrap();
        let back: Draft<'_> = postcard::from_bytes(&stored).unwrap();
        assert_eq!(back, d);
        assert!(matches!(back.text, Cow::Borrowed(_)));
    }
}
