//! Paragraphs and records of a dump that are nearly the same: candidates by bands of signatures, compared by what was stored of them, and
//! settled: what is alike an earlier one that is itself alike none before it goes, and no other. What alike means is told in `paragraph`.
//!
//! ```text
//! scan        signatures -> rows of bands
//! candidates  rows of all blocks merged by band -> pairs (later, earlier), linear in the rows however many share a band
//! compare     per block: pairs -> true similarity of the texts -> links
//! settle      links merged by place: the earlier one of a link is no later one of another -> verdicts
//! ```
//!
//! Nothing depends on threads, memory or shares: bands are sorted by record, a pair is alike or not whoever looks at it, and whether its
//! earlier one leads is a question about the set of all links.

use std::collections::btree_map::Entry as Slot;
use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io::{BufWriter, IntoInnerError};
use std::ops::RangeInclusive;
use std::path::PathBuf;

use super::blocks::Stage;
use super::drafts::Drafts;
use super::journal::{At, Block, Entry};
use super::merge::{Kind, Merged, Room, Verdicts};
use super::render::Render;
use super::resolve::COPIES;
use super::rows::{self, BandRow, Fixed, Link, PARTS, Place, Says, Verdict, What};
use super::settings::{Of, Watch};
use super::{Run, Share};
use crate::batch::{Limits, ordered};
use crate::draft::Draft;
use crate::error::Error;
use crate::io::document::WHOLE;
use crate::io::output::AtomicFile;
use crate::paragraph::{Compared, agreement, least_agreement};

/// Of those that share a band, so many are held to compare others with: bounds the work of a band that everybody shares.
const LEADERS: usize = 64;
/// With so many of them one is compared at most.
const TRIES: usize = 4;
/// Two whose sketches are equal share all bands in all likelihood: told in these alone.
const FIRST_BANDS: u64 = 2;

impl Of {
    /// The rows of bands of a block.
    pub fn bands(self) -> Stage {
        match self {
            Of::Documents => Stage::RecordBands,
            Of::Paragraphs => Stage::ParagraphBands,
        }
    }

    fn links(self) -> Stage {
        match self {
            Of::Documents => Stage::RecordLinks,
            Of::Paragraphs => Stage::ParagraphLinks,
        }
    }

    /// Pairs that may be alike: verdicts that are not known yet.
    fn pairs(self) -> Kind {
        match self {
            Of::Documents => Kind("record-pairs"),
            Of::Paragraphs => Kind("paragraph-pairs"),
        }
    }

    /// What goes.
    pub fn alike(self) -> Kind {
        match self {
            Of::Documents => Kind("record-alike"),
            Of::Paragraphs => Kind("paragraph-alike"),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Of::Documents => "documents",
            Of::Paragraphs => "paragraphs",
        }
    }
}

/// Records that are out before paragraphs are compared, as they are alike earlier ones: 8 bytes each.
#[derive(Debug, Default)]
pub struct Removed(Vec<u64>);

impl Removed {
    /// True for a record that is out.
    pub fn has(&self, doc: u64) -> bool {
        !self.0.is_empty() && self.0.binary_search(&doc).is_ok()
    }
}

impl Run {
    /// The share of similar shingles, in thousandths, from which on two texts are alike.
    fn threshold(&self) -> u16 {
        self.plan.settings.near_threshold.unwrap_or(1000)
    }

    fn asks(&self, of: Of) -> bool {
        self.plan.settings.near.is_some_and(|near| near.asks(of))
    }

    /// Records that are out, if records are compared.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Usage`] when they are not known yet.
    pub(super) fn removed(&self, entries: &[Entry]) -> Result<Removed, Error> {
        if !self.asks(Of::Documents) {
            return Ok(Removed::default());
        }
        self.expect_settled(entries, Of::Documents)?;
        let found = Of::Documents.alike().read(&self.work.folder, &(0..=u64::MAX))?;
        let mut docs: Vec<u64> = found.iter().map(|v| v.doc).collect();
        docs.dedup();
        Ok(Removed(docs))
    }

    /// Everything that is known of the places of these records.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub(super) fn verdicts(&self, docs: &RangeInclusive<u64>) -> Result<Vec<Verdict>, Error> {
        let mut verdicts = COPIES.read_by(self.limits().threads, &self.work.folder, docs)?;
        for of in Of::ALL.into_iter().filter(|of| self.asks(*of)) {
            verdicts.extend(of.alike().read(&self.work.folder, docs)?);
        }
        if Of::ALL.into_iter().any(|of| self.asks(of)) {
            verdicts.sort_unstable();
        }
        Ok(verdicts)
    }

    /// # Errors
    /// [`Error::Usage`] when what is alike is not known yet.
    pub(super) fn expect_settled(&self, entries: &[Entry], of: Of) -> Result<(), Error> {
        let settled = entries.iter().filter(|e| matches!(e, Entry::Settled { of: o, .. } if *o == of)).count();
        match !self.asks(of) || settled >= PARTS {
            true => Ok(()),
            false => {
                let name = of.name();
                Err(Error::Usage(format!(
                    "near-duplicate {name} are not known yet; run `jingwen stage settle --of {name}` over all shares first"
                )))
            }
        }
    }

    /// Finds what may be alike, compares it and settles it.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub(super) fn near(&self, of: Of, watch: &mut dyn Watch) -> Result<(), Error> {
        if !self.asks(of) {
            return Ok(());
        }
        self.candidates(of, Share::ALL, watch)?;
        self.compare(of, Share::ALL, watch)?;
        self.settle(of, Share::ALL, watch)
    }

    /// Finds pairs that may be alike, in a share of the parts of the bands.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Usage`] when a pass before it is missing.
    pub fn candidates(&self, of: Of, share: Share, watch: &mut dyn Watch) -> Result<(), Error> {
        let entries = self.entries()?;
        let done: HashSet<usize> = (entries.iter())
            .filter_map(|e| if let Entry::Candidates { of: o, part } = e { (*o == of).then_some(*part) } else { None })
            .collect();
        let parts: Vec<usize> = (0..PARTS).filter(|p| share.has(*p) && !done.contains(p)).collect();
        if parts.is_empty() || !self.asks(of) {
            return Ok(());
        }
        let blocks = self.all_scanned(&entries)?;
        self.expect_hashed(&entries, &blocks)?;
        let removed = if of == Of::Paragraphs { self.removed(&entries)? } else { Removed::default() };
        let files =
            |b: &Block| (0..b.bands.map_or(0, |n| n[of as usize])).map(|n| self.work.numbered(b.at, of.bands(), n)).collect::<Vec<_>>();
        let files: Vec<PathBuf> = blocks.iter().flat_map(files).collect();
        let (threads, room) = self.room();
        let least = least_agreement(self.threshold());
        let work = |part: usize| -> Result<u64, Error> {
            let mut pairs = Verdicts::new(of.pairs(), part, &self.work, room);
            let seen = pair(Merged::open(&files, part, room)?, &removed, least, &mut pairs)?;
            pairs.finish().map(|()| seen)
        };
        let mut journal = self.journal(&share.journal(&format!("candidates-{}", of.name())))?;
        watch.expect("candidates", None);
        let jobs = parts.iter().map(|part| Ok::<_, Error>((1, *part)));
        ordered(Limits { threads, weight: u64::MAX }, jobs, work, |seen| {
            let seen = seen?;
            watch.advance(seen * BandRow::SIZE as u64, seen);
            Ok(())
        })?;
        watch.finish();
        parts.iter().try_for_each(|part| journal.note(&Entry::Candidates { of, part: *part }))?;
        journal.sync()
    }

    fn room(&self) -> (usize, Room) {
        let threads = self.limits().threads;
        (threads, Room::new(self.means.memory, threads))
    }

    /// Compares what may be alike, in a share of the units.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Usage`] when a pass before it is missing.
    pub fn compare(&self, of: Of, share: Share, watch: &mut dyn Watch) -> Result<(), Error> {
        if !self.asks(of) {
            return Ok(());
        }
        let entries = self.entries()?;
        let found = entries.iter().filter(|e| matches!(e, Entry::Candidates { of: o, .. } if *o == of)).count();
        let resolved = entries.iter().filter(|e| matches!(e, Entry::Resolved { .. })).count();
        let name = of.name();
        if found < PARTS {
            return Err(Error::Usage(format!(
                "what to compare is not known yet; run `jingwen stage candidates --of {name}` over all shares first"
            )));
        }
        if of == Of::Paragraphs && resolved < PARTS {
            return Err(Error::Usage("the duplicates are not known yet; run `jingwen stage resolve` over all shares first".to_owned()));
        }
        let done = compared(&entries, of);
        let blocks = self.all_scanned(&entries)?;
        let mine: Vec<&Block> = blocks.iter().filter(|b| share.has(b.at.0 as usize) && !done.contains(&b.at) && b.docs.is_some()).collect();
        // of a run that was killed while it ended, what was learnt may be gone with the rest of the work in progress
        if mine.is_empty() {
            return Ok(());
        }
        let (threads, room) = self.room();
        let render = Render::new(&self.plan.settings, self.rules).with_sites(None, self.facts()?);
        let mut journal = self.journal(&share.journal(&format!("compare-{name}")))?;
        watch.expect("compare", None);
        let jobs = mine.iter().map(|b| Ok::<_, Error>((1, *b)));
        // the links of few blocks wait for their turn
        let limits = Limits { threads, weight: 2 + threads as u64 };
        ordered(
            limits,
            jobs,
            |block| self.compare_block(of, block, &blocks, &render, room).map(|found| (block.at, found)),
            |done| {
                let (at, (pairs, mut links)) = done?;
                let path = self.work.path(at, of.links());
                let mut write = || -> std::io::Result<()> {
                    let mut file = BufWriter::new(AtomicFile::create_in(&self.work.begun, &path)?);
                    rows::write(&mut links, &mut file)?;
                    let file = file.into_inner().map_err(IntoInnerError::into_error)?;
                    file.sync()?;
                    file.commit()
                };
                write().map_err(Error::io("write", &path))?;
                watch.advance(0, pairs);
                journal.add(&Entry::Compared { of, at })
            },
        )?;
        watch.finish();
        Ok(())
    }

    /// How many pairs have their later one in this block, and the links that hold.
    fn compare_block(&self, of: Of, block: &Block, all: &[Block], render: &Render, room: Room) -> Result<(u64, Vec<Link>), Error> {
        let Some((from, to)) = block.docs else { return Ok((0, Vec::new())) };
        let docs = from..=to;
        let mut pairs = of.pairs().read(&self.work.folder, &docs)?;
        pairs.dedup();
        if of == Of::Paragraphs && !pairs.is_empty() {
            let copies = COPIES.read(&self.work.folder, &docs)?;
            let copies: HashSet<Place> = copies.iter().filter(|v| v.what == What::Copy).map(Verdict::place).collect();
            pairs.retain(|p| !copies.contains(&p.place()));
        }
        let threshold = self.threshold();
        let drafts = || Drafts::new(&self.plan, &self.work, all).without_sites(render);
        let (mut later, mut earlier) = (drafts(), drafts());
        let mut links = Vec::new();
        let mut rest = &mut pairs[..];
        while !rest.is_empty() {
            // as many as have room; their texts are held while the others pass by in order
            let (mut texts, mut held, mut n) = (BTreeMap::<Place, Compared>::new(), 0, 0);
            while let Some(pair) = rest.get(n).filter(|_| held < room.bytes()) {
                if let Slot::Vacant(slot) = texts.entry(pair.place()) {
                    held += slot.insert(later.with(pair.doc, |draft| text(draft, pair.block))?).size();
                }
                n += 1;
            }
            let (now, after) = rest.split_at_mut(n);
            rest = after;
            now.sort_unstable_by_key(|p| (p.first_doc, p.first_block, p.doc, p.block));
            for same in now.chunk_by(|a, b| a.first_doc == b.first_doc) {
                earlier.with(same[0].first_doc, |draft| {
                    for same in same.chunk_by(|a, b| a.first_block == b.first_block) {
                        let first = text(draft, same[0].first_block);
                        for pair in same {
                            let similarity = texts.get(&pair.place()).and_then(|t| t.similarity(&first));
                            if let Some(similarity) = similarity.filter(|s| *s >= threshold) {
                                links.push(Link::new((pair.first_doc, pair.first_block), Says::Leads { similarity, later: pair.place() }));
                                links.push(Link::new(pair.place(), Says::Follows));
                            }
                        }
                    }
                })?;
            }
        }
        links.sort_unstable();
        links.dedup();
        Ok((pairs.len() as u64, links))
    }

    /// Decides what goes, in a share of the parts of the places.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Usage`] when a pass before it is missing.
    pub fn settle(&self, of: Of, share: Share, watch: &mut dyn Watch) -> Result<(), Error> {
        if !self.asks(of) {
            return Ok(());
        }
        let entries = self.entries()?;
        let compared = compared(&entries, of);
        let blocks = self.all_scanned(&entries)?;
        let name = of.name();
        if blocks.iter().any(|b| b.docs.is_some() && !compared.contains(&b.at)) {
            return Err(Error::Usage(format!("not all is compared yet; run `jingwen stage compare --of {name}` over all shares first")));
        }
        let done: HashSet<usize> = entries
            .iter()
            .filter_map(|e| if let Entry::Settled { of: o, part, .. } = e { (*o == of).then_some(*part) } else { None })
            .collect();
        let parts: Vec<usize> = (0..PARTS).filter(|p| share.has(*p) && !done.contains(p)).collect();
        let files: Vec<PathBuf> =
            blocks.iter().filter(|b| b.docs.is_some()).map(|b| self.work.path(b.at, of.links())).filter(|p| p.exists()).collect();
        let (threads, room) = self.room();
        let work = |part: usize| -> Result<u64, Error> {
            let mut verdicts = Verdicts::new(of.alike(), part, &self.work, room);
            let mut links = Merged::<Link>::open(&files, part, room)?;
            let (mut follows, mut found) = (None, 0);
            while let Some(link) = links.next_row()? {
                match link.says {
                    Says::Follows => follows = Some(link.of),
                    // its first copy goes, too: it may differ more from what stays
                    Says::Leads { .. } if follows == Some(link.of) => {}
                    Says::Leads { similarity, later } => {
                        found += 1;
                        let (first_doc, first_block) = link.of;
                        let what = What::Alike(similarity);
                        verdicts.push(Verdict { doc: later.0, block: later.1, first_doc, first_block, what })?;
                    }
                }
            }
            verdicts.finish().map(|()| found)
        };
        let mut journal = self.journal(&share.journal(&format!("settle-{name}")))?;
        let mut settled = Vec::new();
        let jobs = parts.iter().map(|part| Ok::<_, Error>((1, *part)));
        watch.expect("settle", None);
        ordered(Limits { threads, weight: u64::MAX }, jobs, work, |found| {
            let found = found?;
            watch.advance(found * Link::SIZE as u64, found);
            settled.push(found);
            Ok(())
        })?;
        watch.finish();
        for (part, links) in parts.iter().zip(settled) {
            journal.note(&Entry::Settled { of, part: *part, links })?;
        }
        journal.sync()?;
        // what led here is not needed any more, and may be large
        if share == Share::ALL {
            for block in &blocks {
                for n in 0..block.bands.map_or(0, |n| n[of as usize]) {
                    let _ = fs::remove_file(self.work.numbered(block.at, of.bands(), n));
                }
            }
        }
        Ok(())
    }
}

/// Blocks that are compared.
fn compared(entries: &[Entry], of: Of) -> HashSet<At> {
    entries.iter().filter_map(|e| if let Entry::Compared { of: o, at } = e { (*o == of).then_some(*at) } else { None }).collect()
}

/// A paragraph of a draft, or all that was kept of it before paragraphs of the dump were left out.
fn text(draft: &Draft<'_>, block: u32) -> Compared {
    if block != WHOLE {
        return if (block as usize) < draft.pieces.len() { Compared::paragraph(draft.piece(block as usize)) } else { Compared::default() };
    }
    let kept = (0..draft.pieces.len()).filter(|i| draft.pieces[*i].cut.is_none()).map(|i| draft.piece(i));
    Compared::record(draft.title.as_deref().into_iter().chain(kept))
}

/// Pairs of one part of the bands: each row with the first few rows before it, of those that share its band, that look alike. Rows that
/// look like none are held for those behind them, the first 64 of a band.
fn pair(mut rows: Merged<'_, BandRow>, removed: &Removed, least: u32, pairs: &mut Verdicts<'_>) -> Result<u64, Error> {
    let mut leaders: Vec<BandRow> = Vec::with_capacity(LEADERS);
    let mut seen = 0;
    while let Some(row) = rows.next_row()? {
        seen += 1;
        if removed.has(row.place.0) {
            continue;
        }
        if leaders.first().is_some_and(|l| l.key != row.key) {
            leaders.clear();
        }
        let mut tries = 0;
        for leader in &leaders {
            let agreement = agreement(leader.sketch, row.sketch);
            // paragraphs of one record are alike by its form: items, verses, articles
            if agreement < least || leader.place.0 == row.place.0 {
                continue;
            }
            tries += 1;
            if agreement < 32 || row.key & 15 < FIRST_BANDS {
                let ((doc, block), (first_doc, first_block)) = (row.place, leader.place);
                pairs.push(Verdict { doc, block, first_doc, first_block, what: What::Copy })?;
            }
            if tries == TRIES || agreement == 32 {
                break;
            }
        }
        if tries == 0 && leaders.len() < LEADERS {
            leaders.push(row);
        }
    }
    Ok(seen)
}
