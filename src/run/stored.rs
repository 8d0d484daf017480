//! The passes over what was stored: its hashes, when the lines of sites had to be known first, and the one that writes it. What is stored is
//! told in `work`, where it lies in `blocks`.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::sync::Arc;

use super::blocks::{Blocks, Frames, Pass, Stage, Work};
use super::journal::{At, Block, Entry};
use super::render::Render;
use super::rows::{PARTS, Verdict};
use super::settings::{Dedup, Of, To, Watch};
use super::work::{Done, Worker};
use super::{Run, Share, applied, grown, hashed, index, scanned, table};
use crate::batch::ordered;
use crate::error::Error;

impl Run {
    /// Hashes what the lines of sites leave of what was stored, of a share of the units; nothing to do when they are not learnt.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Usage`] when those lines are not known yet.
    pub fn hash(&self, share: Share, watch: &mut dyn Watch) -> Result<(), Error> {
        if !self.plan.settings.hashes_later() {
            return Ok(());
        }
        let entries = self.entries()?;
        self.expect_learnt(&entries)?;
        let done: HashSet<At> = entries.iter().filter_map(hashed).map(|b| b.at).collect();
        let blocks = self.rest(&entries, share, &done)?;
        // of a run that was killed while it ended, what was learnt may be gone with the rest of the work in progress
        if blocks.is_empty() {
            return Ok(());
        }
        watch.expect("hash", Some(self.stored(&blocks)));
        let render = Render::new(&self.plan.settings, self.rules).with_sites(None, self.facts()?);
        let worker = Worker::new(&self.plan, &render);
        let mut journal = self.journal(&share.journal("hash"))?;
        let mut sink = Blocks::new(&self.plan, self.rules, &self.work, &mut journal, watch, Pass::Hash, false, BTreeMap::new());
        let mut jobs = Jobs::new(&self.work, &blocks, |_| Ok(()));
        let work = |frame: Frame<()>| match frame.bytes {
            Some((bytes, _)) => worker.hash(frame.at, &bytes),
            None => Ok(frame.end()),
        };
        ordered(self.limits(), std::iter::from_fn(|| jobs.next().transpose()), work, |done| sink.take(done?))?;
        watch.finish();
        Ok(())
    }

    /// # Errors
    /// [`Error::Usage`] when something is to be hashed that is not yet.
    pub(super) fn expect_hashed(&self, entries: &[Entry], blocks: &[Block]) -> Result<(), Error> {
        let done: HashSet<At> = entries.iter().filter_map(hashed).map(|b| b.at).collect();
        match !self.plan.settings.hashes_later() || blocks.iter().all(|b| done.contains(&b.at)) {
            true => Ok(()),
            false => Err(Error::Usage(
                "what the lines of sites leave is not hashed yet; run `jingwen stage hash` over all shares first".to_owned(),
            )),
        }
    }

    /// Writes what was stored, without the duplicates of the dump, of a share of the units.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Usage`] when the duplicates are not known yet.
    pub fn apply(&self, share: Share, watch: &mut dyn Watch) -> Result<(), Error> {
        let entries = self.entries()?;
        let done: HashSet<At> = entries.iter().filter_map(applied).map(|b| b.at).collect();
        let blocks = self.rest(&entries, share, &done)?;
        if blocks.is_empty() {
            return Ok(());
        }
        let resolved = entries.iter().filter(|e| matches!(e, Entry::Resolved { .. })).count();
        if self.plan.settings.dedup == Dedup::Dump && resolved < PARTS {
            return Err(Error::Usage("the duplicates are not known yet; run `jingwen stage resolve` over all shares first".to_owned()));
        }
        Of::ALL.into_iter().try_for_each(|of| self.expect_settled(&entries, of))?;
        self.expect_learnt(&entries)?;
        let grown = grown(entries.iter().filter_map(|e| scanned(e).or(applied(e))));
        watch.expect("write", Some(self.stored(&blocks)));
        let render = Render::new(&self.plan.settings, self.rules).with_sites(None, self.facts()?);
        let begun = self.begun();
        let earlier = self.plan.against.as_ref().map_or(Ok(Vec::new()), |a| index::names(&a.path))?;
        let worker = Worker { folder: Some((&self.folder, &begun)), earlier: &earlier, ..Worker::new(&self.plan, &render) };
        let mut journal = self.journal(&share.journal("apply"))?;
        let mut sink = Blocks::new(&self.plan, self.rules, &self.work, &mut journal, watch, Pass::Apply, false, grown);
        let units = self.plan.units();
        let mut others: Option<table::Others> = None;
        let mut jobs = Jobs::new(&self.work, &blocks, |block: &Block| {
            let verdicts = match block.docs {
                Some((from, to)) => self.verdicts(&(from..=to))?,
                None => Vec::new(),
            };
            let input = units[block.at.0 as usize].inputs.start;
            if others.as_ref().is_none_or(|o| o.input() != input) {
                others = if self.plan.settings.to == To::Parquet { table::Others::open(&self.plan, input)? } else { None };
            }
            let number = |order: u64| order & u64::from(u32::MAX);
            let others = match (&mut others, block.docs) {
                (Some(o), Some((from, to))) => {
                    let path = &self.plan.inputs[input].path;
                    Some(o.rows(number(from)..=number(to)).map_err(Error::io("read", path))?)
                }
                _ => None,
            };
            Ok(Known { verdicts, others })
        });
        let work = |frame: Frame<Known>| match frame.bytes {
            Some((bytes, known)) => worker.apply(frame.at, &bytes, &known.verdicts, known.others.as_ref()),
            None => Ok(frame.end()),
        };
        ordered(self.limits(), std::iter::from_fn(|| jobs.next().transpose()), work, |done| sink.take(done?))?;
        watch.finish();
        Ok(())
    }

    /// The blocks of a share that a pass has not done yet.
    fn rest(&self, entries: &[Entry], share: Share, done: &HashSet<At>) -> Result<Vec<Block>, Error> {
        let blocks = self.all_scanned(entries)?;
        Ok(blocks.into_iter().filter(|b| !b.written && share.has(b.at.0 as usize) && !done.contains(&b.at)).collect())
    }

    /// Bytes of what was stored of some blocks.
    fn stored(&self, blocks: &[Block]) -> u64 {
        blocks.iter().map(|b| fs::metadata(self.work.path(b.at, Stage::Draft)).map_or(0, |m| m.len())).sum()
    }
}

/// A job of such a pass.
struct Frame<K> {
    at: At,
    /// What was stored, and what is known of its block; `None` when the block is over.
    bytes: Option<(Vec<u8>, Arc<K>)>,
    last: bool,
}

impl<K> Frame<K> {
    /// The block is over.
    fn end(&self) -> Done {
        Done { at: Some(self.at), end: Some(self.last), ..Done::default() }
    }
}

/// What is known of the records of a block besides what was stored of them.
struct Known {
    verdicts: Vec<Verdict>,
    /// Rows of the table they came from.
    others: Option<BTreeMap<u64, table::Row>>,
}

/// What was stored of some blocks, frame by frame.
struct Jobs<'b, K, F> {
    work: &'b Work,
    rest: std::slice::Iter<'b, Block>,
    open: Option<(&'b Block, Frames, Arc<K>)>,
    /// What is to be known of a block.
    know: F,
}

impl<'b, K, F: FnMut(&Block) -> Result<K, Error>> Jobs<'b, K, F> {
    fn new(work: &'b Work, blocks: &'b [Block], know: F) -> Jobs<'b, K, F> {
        Jobs { work, rest: blocks.iter(), open: None, know }
    }

    /// The next frame, or the end of a block, and what it weighs.
    fn next(&mut self) -> Result<Option<(u64, Frame<K>)>, Error> {
        if self.open.is_none() {
            let Some(block) = self.rest.next() else { return Ok(None) };
            let known = Arc::new((self.know)(block)?);
            self.open = Some((block, Frames::open(&self.work.path(block.at, Stage::Draft))?, known));
        }
        let Some((block, frames, known)) = &mut self.open else { return Ok(None) };
        if let Some(frame) = frames.next_frame()? {
            return Ok(Some((frame.len() as u64 * 2, Frame { at: block.at, bytes: Some((frame, known.clone())), last: false })));
        }
        let end = Frame { at: block.at, bytes: None, last: block.last };
        self.open = None;
        Ok(Some((0, end)))
    }
}
