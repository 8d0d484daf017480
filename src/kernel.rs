//! `Kernel::page`: one record in, everything known of it out. The only place that knows the order of the stages; reads as the
//! specification. No threads, files, clocks or environment here or below.

use crate::block::{Block, Kind, Mark, Note};
use crate::charset;
use crate::layer::{Layer, Stage};
use crate::metadata;
use crate::options::Options;
use crate::page::{Format, Page, RawDoc};
use crate::rules::Rules;
use crate::span::Span;
use crate::tree::Outline;
use crate::{boilerplate, form, html, markdown, paragraph, plain, repair, tidy};

/// The cleaning of one record. Immutable, `Send + Sync`, built once and shared.
#[derive(Clone, Debug)]
pub struct Kernel {
    rules: &'static Rules,
    options: Options,
}

impl Kernel {
    /// A kernel with the built-in rules.
    pub fn new(options: Options) -> Kernel {
        Kernel { rules: Rules::builtin(), options }
    }

    /// A kernel with own rules behind the built-in ones: [`Rules::with_own`]. They live as long as the program, which reads them once:
    /// `Box::leak`.
    pub fn with_rules(rules: &'static Rules, options: Options) -> Kernel {
        Kernel { rules, options }
    }

    /// The rules its edits and marks refer to.
    pub fn rules(&self) -> &'static Rules {
        self.rules
    }

    /// Cleans one record.
    ///
    /// # Never fails
    /// Every byte string yields a page; what cannot be read becomes an edit or a mark.
    /// # Borrowing
    /// Layer 0 borrows from `raw.bytes` when they are valid UTF-8; a stage that changes nothing leaves no layer.
    pub fn page<'a>(&self, raw: RawDoc<'a>) -> Page<'a> {
        self.cleaned(self.decoded(raw))
    }

    /// [`Kernel::page`] for text that is Unicode already, such as a JSON string: no charset is guessed and nothing is decoded.
    pub fn page_of_text<'a>(&self, raw: RawDoc<'a>, text: &'a str) -> Page<'a> {
        self.cleaned(self.given(raw, text))
    }

    /// All stages after repair.
    fn cleaned<'a>(&self, mut page: Page<'a>) -> Page<'a> {
        let rules = self.rules;
        let raw = page.raw;
        page.format = format(raw.id, page.text());

        let (layers, outline) = outline(page.format, page.text(), self.options.links, rules);
        page.layers.extend(layers);
        page.outline = outline;
        if self.options.repair && page.format != Format::Text {
            self.repair_shown(&mut page);
        }
        let (layer, blocks) = tidy::tidy(page.text(), &page.outline.blocks, matches!(page.format, Format::Html | Format::Feed), rules);
        if let Some(layer) = layer {
            carry_links(&mut page.outline, &layer);
            page.layers.push(layer);
        }
        page.outline.blocks = blocks;
        // Only now: a `＜` made narrow would have been a tag.
        let spans: Vec<Span> = page.outline.blocks.iter().map(|b| b.span).collect();
        for layer in form::layers(page.text(), &spans, self.options.form, rules) {
            for block in &mut page.outline.blocks {
                block.span = layer.carry(block.span);
                block.link_bytes = block.link_bytes.min(block.span.end - block.span.start);
            }
            carry_links(&mut page.outline, &layer);
            page.layers.push(layer);
        }

        // Of a text a paragraph is what is judged; of a page elements tell what belongs together, lines only within one.
        if page.format == Format::Text {
            joined(&mut page, paragraph::unwrap, rules);
        }
        // A notice at the end of a paragraph becomes a block of its own before anything is judged. The entries of a feed are texts without the pages around
        // them, each with its own beginning and end: nothing of theirs is furniture of the feed.
        if self.options.boilerplate && page.format == Format::Feed {
            self.apply_own(&mut page);
        } else if self.options.boilerplate {
            if let Some(blocks) = boilerplate::split(page.text(), &page.outline.blocks) {
                page.outline.blocks = blocks;
            }
            page.marks = metadata::lines(page.text(), &page.outline, rules);
            page.marks.extend(boilerplate::marks(page.text(), &page.outline, &page.marks, self.options.profile, rules));
            self.apply_own(&mut page);
        }
        let (metadata, marks) = metadata::read(&raw, page.text(), &page.outline, &page.marks, rules);
        page.metadata = metadata;
        // what lay outside the text and is its title goes for that
        page.marks.retain(|m| marks.binary_search_by_key(&m.block, |title| title.block).is_err());
        page.marks.extend(marks);
        if page.format != Format::Text {
            joined(&mut page, paragraph::unwrap, rules);
        }
        joined(&mut page, paragraph::join, rules);
        if self.options.duplicates {
            let mut keys = paragraph::Known::default();
            page.marks.extend(paragraph::duplicates(
                page.text(),
                &page.outline.blocks,
                &page.marks,
                page.format == Format::Markdown,
                rules,
                &mut keys,
            ));
            page.keys = keys;
        }
        // Last, so that no stage takes an address for text.
        let links = std::mem::take(&mut page.outline.links);
        if let Some((layer, blocks)) = html::keep_links(page.text(), &page.outline.blocks, &page.marks, &links, rules) {
            page.layers.push(layer);
            page.outline.blocks = blocks;
        }
        page
    }

    /// A user's own rules, behind ours.
    fn apply_own(&self, page: &mut Page<'_>) {
        let layer = page.layers.len() as u32 - 1;
        let marks = std::mem::take(&mut page.marks);
        let (marks, notes) = boilerplate::own::apply(page.text(), layer, &page.outline, marks, self.rules);
        page.marks = marks;
        page.notes.extend(notes);
    }

    /// Repairs what shows only since references stand for their characters, in the text and in what the page says about itself.
    fn repair_shown(&self, page: &mut Page<'_>) {
        let below = page.layers.len() as u32 - 1;
        let repaired = {
            let Some(layer) = page.layers.last().filter(|l| l.stage == Stage::Markup) else { return };
            let entity = self.rules.rule("markup/entity");
            let references = layer.edits.iter().filter(|e| e.rule == entity).map(|e| e.now);
            repair::shown(&layer.text, references, &page.outline.cited, self.rules)
        };
        if repaired.layers.is_empty() {
            return;
        }
        for layer in repaired.layers {
            for block in &mut page.outline.blocks {
                block.span = layer.carry(block.span);
            }
            for cited in &mut page.outline.cited {
                *cited = layer.carry(*cited);
            }
            carry_links(&mut page.outline, &layer);
            page.layers.push(layer);
        }
        let text = page.layers.last().map_or("", |l| &l.text);
        // A reference to a blank may be all there was.
        page.outline.blocks.retain_mut(|block| {
            let Some((from, to)) = plain::bounds(block.span.of(text)) else { return false };
            if block.kind == Kind::TableRow {
                return true;
            }
            let start = block.span.start as usize;
            block.span = Span::new(start + from, start + to);
            block.link_bytes = block.link_bytes.min((to - from) as u32);
            true
        });
        page.notes.extend(repaired.notes.into_iter().map(|n| Note { layer: n.layer + below, ..n }));
        for field in &mut page.outline.fields {
            if let Some(layer) = repair::repair(&field.value, self.rules).layers.pop() {
                field.value = layer.text.into();
            }
        }
    }

    /// The first two stages alone: decoded and repaired, nothing taken for markup, no blocks. What `jingwen repair` does.
    ///
    /// # Borrowing
    /// As [`Kernel::page`]: clean UTF-8 comes back as the caller's bytes with no edit.
    pub fn repaired<'a>(&self, raw: RawDoc<'a>) -> Page<'a> {
        self.formed(self.decoded(raw))
    }

    /// Decoded and repaired.
    fn decoded<'a>(&self, raw: RawDoc<'a>) -> Page<'a> {
        let (charset, decoded) = charset::decode(&raw, self.rules);
        self.with_repair(raw, charset, decoded)
    }

    /// [`Kernel::repaired`] for text that is Unicode already: no charset is guessed and nothing is decoded. `raw.bytes` is
    /// replaced by the bytes of `text`.
    pub fn repaired_text<'a>(&self, raw: RawDoc<'a>, text: &'a str) -> Page<'a> {
        self.formed(self.given(raw, text))
    }

    /// The whole text in the form asked for.
    fn formed<'a>(&self, mut page: Page<'a>) -> Page<'a> {
        let whole = Span::new(0, page.text().len());
        let layers = form::layers(page.text(), &[whole], self.options.form, self.rules);
        page.layers.extend(layers);
        page
    }

    /// Given as text, and repaired.
    fn given<'a>(&self, raw: RawDoc<'a>, text: &'a str) -> Page<'a> {
        let raw = RawDoc { bytes: text.as_bytes(), ..raw };
        let charset = charset::Charset { name: "utf-8", confidence: 1.0, why: "given as text".into(), ..charset::Charset::default() };
        self.with_repair(raw, charset, Layer { stage: Stage::Decode, text: text.into(), edits: Vec::new() })
    }

    /// A page of the decoded layer and what repair adds to it.
    fn with_repair<'a>(&self, raw: RawDoc<'a>, charset: charset::Charset, decoded: Layer<'a>) -> Page<'a> {
        let mut page = Page {
            raw,
            charset,
            format: Format::Text,
            layers: vec![decoded],
            outline: Outline::default(),
            marks: Vec::new(),
            notes: Vec::new(),
            metadata: metadata::Metadata::default(),
            keys: paragraph::Known::default(),
        };
        if self.options.repair {
            let repaired = repair::repair(page.text(), self.rules);
            page.layers.extend(repaired.layers);
            page.notes = repaired.notes;
        }
        if self.options.form.remove_lost {
            let layers = repair::remove_lost(page.text(), self.rules);
            page.layers.extend(layers);
        }
        page
    }
}

/// What a text is written in: content first, then the extension of its name.
fn format(id: &str, text: &str) -> Format {
    let extension = id.rsplit_once('.').map_or("", |(_, e)| e);
    let named = || ["md", "markdown", "mdx"].iter().any(|e| extension.eq_ignore_ascii_case(e));
    if markdown::has_front_matter(text) {
        Format::Markdown
    } else if html::is_feed(text) {
        Format::Feed
    } else if html::looks_like_html(text) {
        // a README may begin with a picture and a row of links in elements
        if named() && markdown::has_headings(text) { Format::Markdown } else { Format::Html }
    } else if named() {
        Format::Markdown
    } else {
        Format::Text
    }
}

/// What puts neighbours together: the layer, and blocks and marks numbered for it.
type Join = fn(&str, &[Block], &[Mark], &Rules) -> Option<(Layer<'static>, Vec<Block>, Vec<Mark>)>;

fn joined(page: &mut Page<'_>, join: Join, rules: &Rules) {
    if let Some((layer, blocks, marks)) = join(page.text(), &page.outline.blocks, &page.marks, rules) {
        carry_links(&mut page.outline, &layer);
        page.layers.push(layer);
        page.outline.blocks = blocks;
        page.marks = marks;
    }
}

/// Where the links of an outline stand in the text of a layer above.
fn carry_links(outline: &mut Outline, layer: &Layer<'_>) {
    for link in &mut outline.links {
        link.at = layer.carry(link.at);
    }
}

/// Text to layers and blocks, by format; with `links`, where they lead.
fn outline(format: Format, text: &str, links: bool, rules: &Rules) -> (Vec<Layer<'static>>, Outline) {
    match format {
        Format::Html if links => html::linked(text, rules),
        Format::Html => html::outline(text, rules),
        Format::Feed => html::feed(text, links, rules),
        Format::Markdown if links => markdown::linked(text, rules),
        Format::Markdown => markdown::outline(text, rules),
        Format::Text => (Vec::new(), plain::outline(text)),
    }
}
