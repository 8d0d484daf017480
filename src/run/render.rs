//! What a verb makes of one record: the kernel's stages it wants, and the bytes of the result. Where records come from and go to lives
//! beside this file.

use std::borrow::Cow;

use crate::block::{Block, Mark, NO_NODE};
use crate::draft::{self, Cut, Draft, First, Located, Piece};
use crate::io::document::{self, Details, Places, WHOLE};
use crate::io::jsonl::Record;
use crate::io::mnbvc;
use crate::kernel::Kernel;
use crate::options::Options;
use crate::page::{Page, RawDoc};
use crate::paragraph;
use crate::paragraph::{Bands, Keys, Signature, Tokens};
use crate::rules::{RuleId, Rules};
use crate::site::{self, Facts};
use crate::span::Span;

use super::rows::{BandRow, Row, SiteRow, Verdict, What};
use super::settings::{Dedup, Near, Of, Settings, Verb};
use super::sums::Counter;

/// A verb that writes texts.
#[derive(Debug)]
pub struct Render {
    kernel: Kernel,
    verb: Verb,
    dedup: Dedup,
    /// What is compared with what is nearly the same, and how signatures are cut.
    near: Option<(Near, Bands)>,
    /// Paragraphs are hashed when the lines of hosts are learnt.
    later: bool,
    /// Lines of hosts that are known already, and those that were learnt.
    facts: Option<Facts>,
    learnt: Option<Facts>,
    /// What is known of a page is written too.
    told: bool,
    #[cfg(test)]
    pub fragile: Option<&'static str>,
}

impl Render {
    /// The verb of these settings, by these rules.
    pub fn new(settings: &Settings, rules: &'static Rules) -> Render {
        let mut options = Options { duplicates: settings.dedup != Dedup::Off, form: settings.form, ..Options::default() };
        if let Verb::Clean { profile, links, .. } = settings.verb {
            options.profile = profile;
            options.links = links;
        }
        Render {
            kernel: Kernel::with_rules(rules, options),
            verb: settings.verb,
            dedup: settings.dedup,
            near: settings.near.map(|near| (near, Bands::of(settings.near_threshold.unwrap_or(1000)))),
            later: settings.hashes_later(),
            facts: None,
            learnt: None,
            told: settings.details || settings.report.is_some(),
            #[cfg(test)]
            fragile: None,
        }
    }

    /// Leaves out lines of hosts: of pages as they are made what is known already, of drafts what was learnt from all of them.
    pub fn with_sites(self, facts: Option<Facts>, learnt: Option<Facts>) -> Render {
        Render { facts, learnt, ..self }
    }

    /// Marks the lines of a page that belong to its host.
    pub fn mark_sites(&self, page: &mut Page<'_>, host: impl FnOnce(Option<&str>) -> Option<String>) {
        let Some(facts) = &self.facts else { return };
        let url = page.raw.url.or(page.metadata.url.as_deref());
        let Some(host) = host(url).and_then(|h| facts.of(&h)) else { return };
        let mut out = vec![false; page.outline.blocks.len()];
        page.marks.iter().for_each(|m| out[m.block as usize] = true);
        let rule = self.rules().rule("site/recurring-line");
        let text = page.text();
        let lines = (0u32..).zip(&page.outline.blocks).filter(|(i, b)| !out[*i as usize] && facts.has(host, b.span.of(text)));
        let marks: Vec<Mark> = lines.map(|(block, _)| Mark { block, rule, score: 1.0, first: None }).collect();
        page.marks.extend(marks);
    }

    /// What was learnt of a host, if that is anything.
    pub fn learnt_of(&self, host: impl FnOnce() -> Option<String>) -> Option<u64> {
        let learnt = self.learnt.as_ref()?;
        learnt.of(&host()?)
    }

    /// Leaves out the lines of a draft that belong to its host.
    pub fn cut_sites(&self, draft: &mut Draft<'_>, host: Option<u64>, counter: &mut Counter) {
        let (Some(host), Some(learnt)) = (host, &self.learnt) else { return };
        let rule = self.rules().rule("site/recurring-line").0;
        let mut cuts = 0;
        for i in 0..draft.pieces.len() {
            if draft.pieces[i].cut.is_none() && learnt.has(host, draft.piece(i)) {
                draft.pieces[i].cut = Some(Cut { rule, first: None, similarity: None });
                cuts += 1;
            }
        }
        if cuts > 0 {
            counter.rule(rule, cuts);
        }
    }

    /// The rows of the lines of a page, kept or not, for what recurs on its host.
    pub fn site_rows(&self, draft: &Draft<'_>, host: Option<String>, order: u64, out: &mut Vec<SiteRow>) {
        let Some(host) = host.map(|h| site::host(&h)) else { return };
        let texts: Vec<&str> = (0..draft.pieces.len()).map(|i| draft.piece(i)).collect();
        let (page, lines) = site::lines(&texts);
        if lines.is_empty() {
            return;
        }
        let row = |line, number, before, behind, side| SiteRow { host, line, page, place: (order, number), before, behind, side };
        out.push(row(0, WHOLE, 0, 0, site::Side::Before));
        out.extend(lines.iter().map(|l| row(l.key, l.number, l.before, l.behind, l.side)));
    }

    /// The rules its drafts refer to.
    pub fn rules(&self) -> &'static Rules {
        self.kernel.rules()
    }

    /// What the guards are tested with: a text that holds a word panics.
    fn probe(&self, text: &[u8]) {
        #[cfg(test)]
        if let Some(word) = self.fragile
            && memchr::memmem::find(text, word.as_bytes()).is_some()
        {
            panic!("a test of the guards");
        }
        #[cfg(not(test))]
        let _ = text;
    }

    /// The page of a record in bytes.
    ///
    /// # Errors
    /// Why it is no text.
    pub fn page<'a>(&self, raw: RawDoc<'a>) -> Result<Page<'a>, String> {
        self.probe(raw.bytes);
        let page = match self.verb {
            Verb::Clean { .. } => self.kernel.page(raw),
            Verb::Repair => self.kernel.repaired(raw),
        };
        if page.charset.name == "binary" {
            return Err(format!("binary: {}; jingwen reads text", page.charset.why));
        }
        Ok(page)
    }

    /// The page of a record that is Unicode already.
    pub fn page_of_text<'a>(&self, raw: RawDoc<'a>, text: &'a str) -> Page<'a> {
        self.probe(text.as_bytes());
        match self.verb {
            Verb::Clean { .. } => self.kernel.page_of_text(raw, text),
            Verb::Repair => self.kernel.repaired_text(raw, text),
        }
    }

    /// What is left to know of a page. `in_place`: its text goes back to where it came from. `located`: of which pieces the place in the
    /// record is told, if anything is.
    pub fn draft<'p>(&self, page: &'p Page<'_>, in_place: bool, located: Located) -> Draft<'p> {
        let told = self.told || !in_place;
        match self.verb {
            Verb::Clean { title, .. } => Draft::of(page, title, in_place, told.then_some(located), self.rules()),
            Verb::Repair => Draft::repaired(page, told, self.rules()),
        }
    }

    /// True for a page of which all that a draft says are its text and numbers: nothing was edited, noted or left out, and it says nothing
    /// of itself.
    pub fn is_plain(&self, page: &Page<'_>) -> bool {
        matches!(self.verb, Verb::Clean { .. })
            && page.marks.is_empty()
            && page.notes.is_empty()
            && !page.outline.blocks.is_empty()
            && page.layers.iter().all(|l| l.edits.is_empty())
            && matches!(draft::metadata(&page.metadata), Cow::Borrowed(_))
    }

    /// The rows of a draft: its paragraphs that can be duplicates, and the record as a whole; and the bands of their signatures, if what
    /// is nearly the same is asked for.
    pub fn rows(&self, page: &Page<'_>, draft: &Draft<'_>, order: u64, out: &mut Vec<Row>, bands: &mut [Vec<BandRow>; 2]) {
        if self.dedup == Dedup::Dump && draft.blocks && !self.later {
            let keys = paragraph::keys(draft.title.as_deref(), page.text(), &page.outline.blocks, &page.marks, &page.keys);
            self.rows_of(keys, draft, order, out, bands);
        }
    }

    /// The same of a draft that was stored, without the lines of its host.
    pub fn rows_again(&self, draft: &Draft<'_>, order: u64, out: &mut Vec<Row>, bands: &mut [Vec<BandRow>; 2]) {
        if !draft.blocks {
            return;
        }
        let block = |p: &Piece| Block { span: Span { start: p.span.0, end: p.span.1 }, kind: p.kind.into(), node: NO_NODE, link_bytes: 0 };
        let blocks: Vec<Block> = draft.pieces.iter().map(block).collect();
        let cuts = (0u32..).zip(&draft.pieces).filter_map(|(i, p)| p.cut.map(|cut| (i, cut)));
        let marks: Vec<Mark> = cuts.map(|(block, cut)| Mark { block, rule: RuleId(cut.rule), score: 1.0, first: None }).collect();
        let keys = paragraph::keys(draft.title.as_deref(), &draft.text, &blocks, &marks, &paragraph::Known::default());
        self.rows_of(keys, draft, order, out, bands);
    }

    fn rows_of(&self, keys: Keys, draft: &Draft<'_>, order: u64, out: &mut Vec<Row>, bands: &mut [Vec<BandRow>; 2]) {
        if let Some((near, by)) = self.near {
            let mut tokens = Tokens::default();
            let mut sign = |texts: &mut dyn Iterator<Item = &str>, of: Of, block: u32| {
                tokens.clear();
                texts.for_each(|t| tokens.add(t));
                let Some(signature) = Signature::new(&tokens, of == Of::Paragraphs) else { return };
                let (place, sketch) = ((order, block), signature.sketch());
                bands[of as usize].extend(signature.bands(by).map(|key| BandRow { key, place, sketch }));
            };
            if near.asks(Of::Paragraphs) {
                keys.paragraphs.iter().for_each(|(b, _)| sign(&mut std::iter::once(draft.piece(*b as usize)), Of::Paragraphs, *b));
            }
            if near.asks(Of::Documents) {
                let kept = (0..draft.pieces.len()).filter(|i| draft.pieces[*i].cut.is_none()).map(|i| draft.piece(i));
                sign(&mut draft.title.as_deref().into_iter().chain(kept), Of::Documents, WHOLE);
            }
        }
        out.extend(keys.paragraphs.into_iter().map(|(block, key)| Row { key, doc: order, block }));
        out.extend(keys.whole.map(|key| Row { key, doc: order, block: WHOLE }));
    }

    /// Leaves out what the dump has seen before; counts it.
    pub fn judge(&self, draft: &mut Draft<'_>, verdicts: &[Verdict], counter: &mut Counter) {
        let rules = self.rules();
        let copies = || verdicts.iter().filter(|v| v.what == What::Copy);
        let alike = || verdicts.iter().filter(|v| matches!(v.what, What::Alike(_)));
        let cut = |v: &Verdict, rule: RuleId| {
            let similarity = if let What::Alike(similarity) = v.what { Some(similarity) } else { None };
            Cut { rule: rule.0, first: Some(First::There { doc: v.first_doc, block: v.first_block }), similarity }
        };
        // the same before what is alike; of several that it is alike, the first
        let whole = copies().chain(alike()).find(|v| v.block == WHOLE);
        if let Some(whole) = whole {
            if whole.what == What::Copy {
                let cut = cut(whole, rules.rule("dump/record"));
                draft.cut_all(cut);
                counter.rule(cut.rule, 1);
                counter.sums.duplicate_records += 1;
            } else {
                let cut = cut(whole, rules.rule("dump/near-record"));
                draft.cut_all(cut);
                counter.rule(cut.rule, 1);
                counter.sums.near_records += 1;
            }
            counter.sums.duplicate_paragraphs += copies().filter(|v| v.block != WHOLE).count() as u64;
            return;
        }
        for (verdicts, rule) in [
            (&mut copies() as &mut dyn Iterator<Item = &Verdict>, rules.rule("dump/paragraph")),
            (&mut alike(), rules.rule("dump/near-paragraph")),
        ] {
            let mut cuts = 0;
            for v in verdicts {
                if let Some(piece) = draft.pieces.get_mut(v.block as usize).filter(|p| p.cut.is_none()) {
                    piece.cut = Some(cut(v, rule));
                    cuts += 1;
                }
            }
            if cuts > 0 {
                counter.rule(rule.0, cuts);
                let near = rule == rules.rule("dump/near-paragraph");
                *(if near { &mut counter.sums.near_paragraphs } else { &mut counter.sums.duplicate_paragraphs }) += cuts;
            }
        }
    }

    /// Why nothing stays of a record that had text (`whole`), if that is so.
    pub fn reason(&self, draft: &Draft<'_>, text: &str, whole: bool) -> Option<String> {
        (text.is_empty() && whole && self.verb != Verb::Repair).then(|| draft.reason(self.rules()))
    }

    /// The record that a draft repeats whole, and how alike they are when they are not the same.
    pub fn copied(&self, draft: &Draft<'_>) -> Option<(u64, Option<f64>)> {
        draft.pieces.iter().filter_map(|p| p.cut).find_map(|cut| match cut.first {
            Some(First::There { doc, block: WHOLE }) => Some((doc, cut.similarity.map(document::thousandths))),
            _ => None,
        })
    }

    /// Counts a record that is written; `stays`: something of it is left.
    pub fn count(&self, draft: &Draft<'_>, stays: bool, counter: &mut Counter) {
        let sums = &mut counter.sums;
        *(if stays { &mut sums.records.out } else { &mut sums.records.removed }) += 1;
        sums.edited += u64::from(draft.edited);
        sums.blocks += draft.pieces.len() as u64;
        sums.kept += draft.kept() as u64;
    }

    /// Counts what was found in a page.
    pub fn tally(&self, page: &Page<'_>, draft: &Draft<'_>, counter: &mut Counter) {
        for (rule, n) in draft.edits.iter().chain(&draft.notes) {
            counter.rule(*rule, u64::from(*n));
        }
        for cut in draft.pieces.iter().filter_map(|p| p.cut) {
            counter.rule(cut.rule, 1);
        }
        *counter.sums.charsets.entry(page.charset.name.to_owned()).or_default() += 1;
    }

    /// Appends the draft as a JSON line of its own.
    pub fn document(&self, draft: &Draft<'_>, text: &str, reason: Option<&str>, places: Places<'_>, out: &mut Vec<u8>) {
        let details = Details::new(draft, text.len(), self.rules(), places).members();
        document::line(draft, text, &details, reason, out);
    }

    /// Appends the draft as a line of the MNBVC corpus: copies stay and are told, other removed paragraphs do not.
    pub fn mnbvc(&self, draft: &Draft<'_>, out: &mut Vec<u8>) {
        let rules = self.rules();
        let here = rules.rule("paragraph/repeat").0;
        let [there, whole] =
            [["dump/paragraph", "dump/near-paragraph"], ["dump/record", "dump/near-record"]].map(|r| r.map(|r| rules.rule(r).0));
        let title = draft.title.as_deref().map(|text| mnbvc::Paragraph { text, repeated: false, across: false });
        let pieces = (0..draft.pieces.len()).filter_map(|i| {
            let cut = draft.pieces[i].cut.map(|c| c.rule);
            let across = cut.is_some_and(|c| there.contains(&c) || whole.contains(&c));
            let repeated = cut == Some(here);
            (cut.is_none() || repeated || across).then(|| mnbvc::Paragraph { text: draft.piece(i), repeated, across })
        });
        let paragraphs: Vec<_> = title.into_iter().chain(pieces).collect();
        let repeated = draft.pieces.iter().any(|p| p.cut.is_some_and(|c| whole.contains(&c.rule)));
        let file = mnbvc::File { name: &draft.id, size: draft.bytes_in, repeated, more: &draft.metadata, paragraphs: &paragraphs };
        mnbvc::line(&file, out);
    }

    /// Appends the JSON line the draft came from with its new text.
    #[allow(clippy::too_many_arguments)]
    pub fn line(
        &self,
        record: &Record<'_>,
        draft: &Draft<'_>,
        text: &str,
        details: bool,
        reason: Option<&str>,
        places: Places<'_>,
        out: &mut Vec<u8>,
    ) {
        let add = if details {
            let reason = reason.map(|r| format!("{},", document::reason_member(r))).unwrap_or_default();
            format!("\"jingwen\":{{{reason}{}}}", Details::new(draft, text.len(), self.rules(), places).members())
        } else {
            reason.map(|r| format!("\"jingwen\":{{{}}}", document::reason_member(r))).unwrap_or_default()
        };
        record.write(text, &add, out);
    }

    /// The clean text of a draft for its place in a JSON line: with a line end only if the text had one.
    pub fn for_line<'d>(draft: &'d Draft<'_>, original: &str) -> std::borrow::Cow<'d, str> {
        let text = draft.clean();
        if !draft.blocks || draft.in_place || original.ends_with('\n') {
            return text;
        }
        text.trim_end_matches('\n').to_owned().into()
    }
}
