//! A plan to one stream: standard output, or one file. Nothing is staged and nothing can be resumed; a filter of JSON lines keeps bad
//! records in their place.

use std::cell::Cell;
use std::collections::HashSet;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::IN_FLIGHT;
use super::blocks::FRAME;
use super::feed::Feed;
use super::html::{self, Teller};
use super::plan::Plan;
use super::render::Render;
use super::settings::{Means, OnBad, To, Watch};
use super::sums::Sums;
use super::work::{Done, Worker};
use crate::batch::{Limits, ordered};
use crate::error::Error;
use crate::io::compress::Codec;
use crate::io::document::placeholder;
use crate::io::output::{AtomicFile, Commit};
use crate::io::quarantine::{Bad, Quarantine, Raw};
use crate::rules::Rules;
use crate::trace::{self, Item, Items, Seal};

/// Does all of a plan and writes to `to`, or to standard output. `quarantine`: where bad records go; `None`: they stay in the stream.
///
/// # Errors
/// [`Error::Io`]; [`Error::Record`] when bad records are to stop the run, or have no place to go; [`Error::Conservation`].
pub fn run(plan: &Plan, to: Option<&Path>, quarantine: Option<&Path>, means: &Means, watch: &mut dyn Watch) -> Result<Sums, Error> {
    let name = to.map_or_else(|| "standard output".to_owned(), |p| p.display().to_string());
    let out: Box<dyn Commit> = match to {
        None => Box::new(BufWriter::with_capacity(1 << 16, io::stdout().lock())),
        Some(path) => Box::new(BufWriter::with_capacity(1 << 16, AtomicFile::create(path).map_err(Error::io("write", path))?)),
    };
    watch.expect("clean", plan.inputs.iter().map(|i| (i.path.as_os_str() != "-").then_some(i.size)).sum());
    let read = Cell::new(0);
    let done = HashSet::new();
    let mut feed = Feed::new(plan, (0u32..).zip(plan.units()).collect(), &done, 0, &read);
    let rules = plan.settings.read_rules()?;
    let render = Render::new(&plan.settings, rules).with_sites(plan.settings.read_site_facts()?, None);
    let in_place = quarantine.is_none() && plan.settings.to == To::Jsonl;
    let worker = Worker { in_place, ..Worker::new(plan, &render) };
    let teller = Teller::begin(plan.settings.report.as_deref())?;
    let mut sink = Sink {
        plan,
        rules,
        out,
        name,
        quarantine: quarantine.map(|q| Quarantine::new(q.to_path_buf())),
        trace: None,
        sums: Sums::default(),
        teller,
        watch,
    };
    if let Some(path) = &plan.settings.trace {
        sink.trace = Some(Trace::create(path)?);
    }
    if let Some(q) = sink.quarantine.as_ref() {
        q.clear().map_err(Error::io("clear", q.folder()))?;
    }
    let limits = Limits { threads: means.threads, weight: IN_FLIGHT.min(means.memory / 4).max(1 << 20) };
    ordered(limits, std::iter::from_fn(|| feed.job()), |job| worker.work(job), |done| sink.take(done?))?;
    let Sink { out, name, quarantine, sums, teller, watch, trace, .. } = sink;
    trace.map_or(Ok(()), Trace::finish)?;
    out.commit().map_err(|source| Error::Io { verb: "write", path: name, source })?;
    if let Some(mut q) = quarantine {
        q.finish().map_err(Error::io("write", q.folder()))?;
    }
    watch.finish();
    if sums.records.read != read.get() {
        return Err(Error::Conservation(format!("{} records were read, {} were worked on", read.get(), sums.records.read)));
    }
    sums.records.check()?;
    if let Some(teller) = teller {
        teller.finish(&sums, plan.inputs.len(), rules, means.lang)?;
    }
    Ok(sums)
}

struct Sink<'r> {
    plan: &'r Plan,
    rules: &'r Rules,
    out: Box<dyn Commit>,
    name: String,
    quarantine: Option<Quarantine>,
    trace: Option<Trace>,
    sums: Sums,
    /// What the report is told.
    teller: Option<Teller>,
    watch: &'r mut dyn Watch,
}

/// A trace that is being written.
struct Trace {
    file: BufWriter<AtomicFile>,
    path: PathBuf,
    items: Items,
    documents: u64,
}

impl Trace {
    fn create(path: &Path) -> Result<Trace, Error> {
        let file = AtomicFile::create(path).map_err(Error::io("write", path))?;
        let mut file = BufWriter::with_capacity(1 << 16, file);
        file.write_all(trace::head().as_bytes()).map_err(Error::io("write", path))?;
        Ok(Trace { file, path: path.to_path_buf(), items: Items::default(), documents: 0 })
    }

    fn add(&mut self, items: Items) -> Result<(), Error> {
        self.items.bytes.extend_from_slice(&items.bytes);
        self.documents += items.documents;
        if self.items.bytes.len() < FRAME { Ok(()) } else { self.frame() }
    }

    fn frame(&mut self) -> Result<(), Error> {
        let mut frame = Vec::new();
        let packed = Codec::Zstd.pack(&self.items.bytes, &mut frame);
        self.items.bytes.clear();
        packed.and_then(|()| self.file.write_all(&frame)).map_err(Error::io("write", &self.path))
    }

    fn finish(mut self) -> Result<(), Error> {
        self.items.push(&Item::End(self.documents));
        self.frame()?;
        Box::new(self.file).commit().map_err(Error::io("write", &self.path))
    }
}

impl Sink<'_> {
    fn take(&mut self, mut done: Done) -> Result<(), Error> {
        let name = self.name.clone();
        let fail = |source| Error::Io { verb: "write", path: name, source };
        self.out.write_all(&done.out).map_err(fail)?;
        if let Some(trace) = &mut self.trace {
            trace.add(std::mem::take(&mut done.trace))?;
        }
        for bad in &mut done.bad {
            self.bad(bad, done.input, done.placed)?;
        }
        let path = |n: usize| self.plan.inputs[n].shown().display().to_string();
        let listed = done.removed.iter().map(|r| (r.record, &r.reason));
        for (record, reason) in done.unlisted.iter().map(|(n, r)| (*n, r)).chain(listed) {
            self.watch.note(&format!("{}, record {record}: {reason} [removed whole]", path(done.input)));
        }
        if let Some(teller) = &mut self.teller {
            done.told.drain(..).try_for_each(|told| teller.take(told))?;
        }
        let sums = done.counter.finish(self.rules);
        self.watch.advance(sums.bytes_in, sums.records.read);
        self.sums.add(&sums);
        Ok(())
    }

    /// `placed`: its line is in the stream, where one is due.
    fn bad(&mut self, bad: &mut Bad, input: usize, placed: bool) -> Result<(), Error> {
        self.sums.unreadable += u64::from(matches!(bad.raw, Raw::None));
        let what = match self.plan.settings.on_bad {
            OnBad::Fail => return Err(bad.error()),
            OnBad::Skip => {
                self.sums.records.skipped += 1;
                "skipped"
            }
            OnBad::Quarantine => {
                let what = match &mut self.quarantine {
                    Some(q) => {
                        q.add(bad).map_err(Error::io("write", q.folder()))?;
                        "quarantined"
                    }
                    // a filter of one page has nowhere to put it and nothing to go on with; of an empty one nothing is lost
                    None if self.plan.settings.to.is_tree() => {
                        if !matches!(&bad.raw, Raw::Bytes(bytes) if bytes.is_empty()) {
                            return Err(bad.error());
                        }
                        "nothing to write"
                    }
                    None if !placed => {
                        let name = self.name.clone();
                        let fail = |source| Error::Io { verb: "write", path: name, source };
                        match &mut self.trace {
                            None => placeholder(bad, &mut self.out).map_err(fail)?,
                            Some(trace) => {
                                let mut line = Vec::new();
                                placeholder(bad, &mut line).and_then(|()| self.out.write_all(&line)).map_err(fail)?;
                                let mut items = Items::default();
                                items.push(&Item::Beside(Seal::of(&line)));
                                trace.add(items)?;
                            }
                        }
                        "quarantined"
                    }
                    None => "quarantined",
                };
                self.sums.records.quarantined += 1;
                what
            }
        };
        self.watch.warn(&format!("{} [{what}]", bad.error()));
        if let Some(teller) = &mut self.teller {
            teller.take(html::told(bad, &self.plan.inputs[input], what == "skipped"))?;
        }
        Ok(())
    }
}

/// True when a file is there that must not be: an input, or one that may not be replaced.
///
/// # Errors
/// [`Error::Usage`].
pub fn refuse_to_harm(plan: &Plan, to: &Path, quarantine: Option<&Path>, overwrite: bool) -> Result<(), Error> {
    let mut targets = vec![to.to_path_buf()];
    targets.extend(quarantine.iter().flat_map(|q| Quarantine::FILES.map(|f| q.join(f))));
    targets.retain(|t| fs::symlink_metadata(t).is_ok());
    let same =
        |t: &&std::path::PathBuf| t.canonicalize().is_ok_and(|t| plan.inputs.iter().any(|i| i.path.canonicalize().is_ok_and(|i| i == t)));
    if let Some(same) = targets.iter().find(same) {
        return Err(Error::Usage(format!("{} is an input and would be written over; choose another OUT", same.display())));
    }
    match targets.first() {
        Some(there) if !overwrite => Err(Error::Usage(format!("{} exists; --overwrite replaces it", there.display()))),
        _ => Ok(()),
    }
}
