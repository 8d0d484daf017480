//! Lines that recur on the pages of a host, learnt in a first pass: rows of all lines merged by host and line, judged by what was counted,
//! their texts taken from the drafts. What is counted, and what is boilerplate by that, lives in `site`.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;

use super::blocks::Stage;
use super::drafts::Drafts;
use super::journal::{Entry, Output};
use super::merge::{Merged, Room};
use super::plan::SITE_FACTS;
use super::rows::{Fixed, PARTS, Place, SiteRow};
use super::settings::Watch;
use super::{Run, Share};
use crate::batch::{Limits, ordered};
use crate::error::Error;
use crate::io::output;
use crate::site::{Count, Facts, Learnt};

impl Run {
    /// Where what was learnt of a part of the hosts lies.
    fn learnt_path(&self, part: usize) -> PathBuf {
        self.work.folder.join(format!("{part:03}.site-facts"))
    }

    /// Learns the lines that recur on the pages of a host, in a share of the parts of the hosts.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Usage`] when not all inputs have been read.
    pub fn learn(&self, share: Share, watch: &mut dyn Watch) -> Result<(), Error> {
        if !self.plan.settings.learn_sites {
            return Ok(());
        }
        let entries = self.entries()?;
        let done: HashSet<usize> = entries.iter().filter_map(|e| if let Entry::Learnt { part } = e { Some(*part) } else { None }).collect();
        let parts: Vec<usize> = (0..PARTS).filter(|p| share.has(*p) && !done.contains(p)).collect();
        let blocks = self.all_scanned(&entries)?;
        let files: Vec<PathBuf> = blocks.iter().flat_map(|b| (0..b.sites).map(|n| self.work.numbered(b.at, Stage::Sites, n))).collect();
        let threads = self.limits().threads;
        let room = Room::new(self.means.memory, threads);
        let work = |part: usize| -> Result<u64, Error> {
            let mut seen = 0;
            let found = count(Merged::open(&files, part, room)?, &mut seen)?;
            let mut drafts = Drafts::new(&self.plan, &self.work, &blocks);
            let mut learnt = Vec::with_capacity(found.len());
            // by record, so that each file is opened once
            for ((doc, block), (pages, of)) in found {
                let told = drafts.with(doc, |draft| {
                    let host = self.plan.host(draft.url.as_deref(), doc)?.to_lowercase();
                    let line = draft.pieces.get(block as usize).map(|_| draft.piece(block as usize).to_owned())?;
                    Some(Learnt { host, line, pages, of })
                })?;
                learnt.extend(told);
            }
            let path = self.learnt_path(part);
            output::write_whole(&path, Learnt::table(learnt).as_bytes()).map_err(Error::io("write", &path))?;
            Ok(seen)
        };
        let mut journal = self.journal(&share.journal("learn"))?;
        watch.expect("learn sites", None);
        let jobs = parts.iter().map(|part| Ok::<_, Error>((1, *part)));
        ordered(Limits { threads, weight: u64::MAX }, jobs, work, |seen| {
            let seen = seen?;
            watch.advance(seen * SiteRow::SIZE as u64, seen);
            Ok(())
        })?;
        watch.finish();
        parts.iter().try_for_each(|part| journal.note(&Entry::Learnt { part: *part }))?;
        journal.sync()
    }

    /// # Errors
    /// [`Error::Usage`] when sites are to be learnt and are not yet.
    pub(super) fn expect_learnt(&self, entries: &[Entry]) -> Result<(), Error> {
        let learnt = entries.iter().filter(|e| matches!(e, Entry::Learnt { .. })).count();
        match !self.plan.settings.learn_sites || learnt >= PARTS {
            true => Ok(()),
            false => Err(Error::Usage("the lines of sites are not known yet; run `jingwen stage learn` over all shares first".to_owned())),
        }
    }

    /// The tables of all parts as one.
    fn learnt(&self) -> Result<String, Error> {
        let mut all = Vec::new();
        for part in 0..PARTS {
            let path = self.learnt_path(part);
            let table = std::fs::read_to_string(&path).map_err(Error::io("read", &path))?;
            all.extend(table.lines().filter_map(Learnt::of_row));
        }
        Ok(Learnt::table(all))
    }

    /// What was learnt, to be looked up.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub(super) fn facts(&self) -> Result<Option<Facts>, Error> {
        if !self.plan.settings.learn_sites {
            return Ok(None);
        }
        Facts::parse(SITE_FACTS, &self.learnt()?).map(Some)
    }

    /// Writes what was learnt into the output folder.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub(super) fn write_facts(&self) -> Result<Output, Error> {
        let table = self.learnt()?;
        let path = self.folder.join(SITE_FACTS);
        output::write_whole_in(&self.begun(), &path, table.as_bytes()).map_err(Error::io("write", &path))?;
        Ok(Output::of(PathBuf::from(SITE_FACTS), table.as_bytes()))
    }
}

/// The lines of one part that are boilerplate: where one stands first, pages with it, pages of its host. Memory: the lines learnt, and the
/// neighbours of one line.
fn count(mut rows: Merged<'_, SiteRow>, seen: &mut u64) -> Result<BTreeMap<Place, (u64, u64)>, Error> {
    let mut found = BTreeMap::new();
    let (mut host, mut all, mut page) = (None, 0, None);
    let mut line: Option<Counting> = None;
    let mut close = |line: Option<Counting>, all: u64| {
        if let Some((line, count)) = line.map(|l| (l.first, l.count())).filter(|(_, count)| count.is_boilerplate(all)) {
            found.insert(line, (count.pages, all));
        }
    };
    while let Some(row) = rows.next_row()? {
        *seen += 1;
        if host != Some(row.host) {
            close(line.take(), all);
            (host, all, page) = (Some(row.host), 0, None);
        }
        // pages come before lines
        if row.line == 0 {
            all += u64::from(page != Some(row.page));
            page = Some(row.page);
            continue;
        }
        if line.as_ref().is_some_and(|l| l.line != row.line) {
            close(line.take(), all);
        }
        line.get_or_insert_with(|| Counting::new(&row)).add(&row);
    }
    close(line, all);
    Ok(found)
}

/// A line that is being counted.
struct Counting {
    line: u64,
    first: Place,
    page: Option<u32>,
    pages: u64,
    places: u64,
    before: BTreeMap<u16, u64>,
    behind: BTreeMap<u16, u64>,
    sides: [u64; 3],
}

impl Counting {
    fn new(row: &SiteRow) -> Counting {
        Counting {
            line: row.line,
            first: row.place,
            page: None,
            pages: 0,
            places: 0,
            before: BTreeMap::new(),
            behind: BTreeMap::new(),
            sides: [0; 3],
        }
    }

    fn add(&mut self, row: &SiteRow) {
        // rows of a line come by page
        self.pages += u64::from(self.page != Some(row.page));
        self.page = Some(row.page);
        self.places += 1;
        *self.before.entry(row.before).or_default() += 1;
        *self.behind.entry(row.behind).or_default() += 1;
        self.sides[row.side as usize] += 1;
        self.first = self.first.min(row.place);
    }

    fn count(&self) -> Count {
        let most = |m: &BTreeMap<u16, u64>| m.values().copied().max().unwrap_or(0);
        let side = self.sides.into_iter().max().unwrap_or(0);
        Count { pages: self.pages, places: self.places, before: most(&self.before), behind: most(&self.behind), side }
    }
}
