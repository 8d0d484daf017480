//! A dump through a verb, from plan to report: the passes, what is safe after each, and how a killed run goes on. Threads live in
//! `batch`, formats in `io`, arguments in `cli`.
//!
//! ```text
//! plan     inputs in order, frozen
//! scan     per block, pure: records -> text, or -> drafts and rows of hashes when duplicates of the dump are wanted
//! hash     when lines of sites are learnt as well: the rows of hashes, of what those lines leave of the drafts
//! resolve  rows sorted by hash: the least (record, block) of each stays; what is nearly the same, when asked for, in `near`
//! apply    per block, pure: drafts without their duplicates -> text
//! finish   blocks -> parts, quarantine, report
//! ```

mod assemble;
pub mod blocks;
pub mod drafts;
mod feed;
mod finish;
mod html;
pub mod index;
pub mod journal;
pub mod look;
mod merge;
mod near;
mod part;
pub mod passes;
pub mod plan;
mod render;
mod report;
mod resolve;
pub mod restore;
mod rows;
mod seen;
pub mod settings;
mod sites;
mod stored;
pub mod stream;
pub mod sums;
mod table;
pub mod verify;
mod work;

use std::cell::Cell;
use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::batch::{Limits, Next, ordered_twice};
use crate::error::Error;
use crate::io::output;
use crate::io::quarantine::Quarantine;
use crate::rules::Rules;
use blocks::{Blocks, Pass, Stage, Work};
use feed::Feed;
use journal::{At, Block, Entry, Journal};
use merge::Room;
use plan::{Plan, QUARANTINE, REMOVED, REPORT, STATE, Unit};
use render::Render;
use rows::{PARTS, Verdict};
use seen::Seen;
use settings::{Dedup, Means, Of, Watch};
use work::{Done, Worker};

pub use report::Report;

/// Bytes of input on their way at once, read and not yet written, at most; a single larger record goes alone.
const IN_FLIGHT: u64 = 64 << 20;

/// A run and its folders.
#[derive(Debug)]
pub struct Run {
    /// What is read and written.
    pub plan: Plan,
    /// The output folder.
    folder: PathBuf,
    /// Where records go that cannot be read.
    quarantine: PathBuf,
    /// Plan and journals.
    state: PathBuf,
    /// Work in progress.
    work: Work,
    means: Means,
    /// What texts are cleaned by.
    rules: &'static Rules,
}

/// What to do about a run that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    /// There must be none.
    None,
    /// It goes on.
    Resume,
    /// It is taken away.
    Overwrite,
}

/// Some of the units of a plan: those whose number is `part` modulo `of`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// From 0.
    pub part: usize,
    /// How many parts there are.
    pub of: usize,
}

impl Share {
    /// Everything.
    pub const ALL: Share = Share { part: 0, of: 1 };

    fn has(self, n: usize) -> bool {
        n % self.of == self.part
    }

    /// The journal of a pass over this share: one writer a file.
    fn journal(self, pass: &str) -> String {
        if self.of == 1 { "journal".to_owned() } else { format!("journal-{pass}-{:05}-of-{:05}", self.part, self.of) }
    }
}

impl Run {
    /// Sets the run up in `folder`: freezes the plan, or finds it there.
    ///
    /// # Errors
    /// [`Error::Usage`] when there is a run already, or not the one to go on with, or an output that may not be replaced.
    pub fn set_up(plan: Plan, folder: &Path, before: Before, means: Means) -> Result<Run, Error> {
        let mut run = Run::at(plan, folder, means)?;
        let path = run.state.join("plan.json");
        let there = path.exists();
        let name = folder.display();
        match before {
            Before::Resume if there => {
                let old = read_plan(&path)?;
                if let Some(how) = run.plan.differs(&old) {
                    let why = format!("the run in {name} cannot go on, it is another one: {how}; --overwrite starts anew");
                    return Err(Error::Usage(why));
                }
                run.plan = old;
                let begun = [&run.work.begun, &run.begun()].map(|f| (f.exists()).then(|| fs::remove_dir_all(f)).transpose());
                begun.into_iter().collect::<io::Result<Vec<_>>>().map_err(Error::io("clear", &run.work.begun))?;
                return Ok(run);
            }
            Before::None if there && !folder.join(REPORT).exists() => {
                let why = format!("{name} holds a run that is not finished; --resume goes on with it, --overwrite starts anew");
                return Err(Error::Usage(why));
            }
            Before::None if there => {
                return Err(Error::Usage(format!("{name} holds a finished run; --overwrite takes it away, or choose another OUT")));
            }
            // nothing was begun: a run that resumes nothing is a run
            Before::Resume | Before::None | Before::Overwrite => {}
        }
        run.plan.refuse_to_harm(folder, &run.quarantine, before == Before::Overwrite)?;
        if let Some(report) = run.plan.settings.report.as_ref().filter(|r| r.exists()) {
            if before != Before::Overwrite {
                return Err(Error::Usage(format!("{} exists; --overwrite replaces it", report.display())));
            }
            remove(report)?;
        }
        run.clear()?;
        fs::create_dir_all(&run.state).map_err(Error::io("make the folder", &run.state))?;
        output::write_whole(&path, run.plan.json().as_bytes()).map_err(Error::io("write", &path))?;
        Ok(run)
    }

    /// The run that lies in `folder`.
    ///
    /// # Errors
    /// [`Error::Usage`] when there is none.
    pub fn find(folder: &Path, means: Means) -> Result<Run, Error> {
        let path = folder.join(STATE).join("plan.json");
        if !path.exists() {
            return Err(Error::Usage(format!("{} holds no run: there is no {STATE}/plan.json in it", folder.display())));
        }
        Run::at(read_plan(&path)?, folder, means)
    }

    fn at(plan: Plan, folder: &Path, means: Means) -> Result<Run, Error> {
        let state = folder.join(STATE);
        // one temporary folder may serve several runs
        let work = means.temp.as_ref().map_or(state.clone(), |t| t.join(format!("jingwen-{}", plan.id())));
        let quarantine = plan.settings.quarantine.clone().unwrap_or_else(|| folder.join(QUARANTINE));
        let work = Work { folder: work.join("work"), begun: work.join("work-begun") };
        let rules = plan.settings.read_rules()?;
        Ok(Run { plan, folder: folder.to_path_buf(), quarantine, state, work, means, rules })
    }

    /// Files of the output that are not whole yet.
    fn begun(&self) -> PathBuf {
        self.state.join("begun")
    }

    /// Takes away what an earlier run left, its outputs too: what is not written over would look like an output of this one.
    fn clear(&self) -> Result<(), Error> {
        let inputs: HashSet<PathBuf> = self.plan.inputs.iter().filter_map(|i| i.path.canonicalize().ok()).collect();
        // of a run whose journal cannot be read nothing is known
        for entry in self.entries().unwrap_or_default() {
            for path in entry.files().iter().map(|o| self.folder.join(&o.path)) {
                if path.canonicalize().is_ok_and(|p| !inputs.contains(&p)) {
                    remove(&path)?;
                }
            }
        }
        for folder in [&self.state, &self.work.folder, &self.work.begun] {
            if folder.exists() {
                fs::remove_dir_all(folder).map_err(Error::io("clear", folder))?;
            }
        }
        let files = Quarantine::FILES.map(|f| self.quarantine.join(f));
        for file in files.iter().chain([&self.folder.join(REMOVED), &self.folder.join(REPORT)]) {
            remove(file)?;
        }
        Ok(())
    }

    /// All passes.
    ///
    /// # Errors
    /// [`Error::Io`]: what is done stays done, and the run can go on. [`Error::Conservation`]: a defect of jingwen.
    pub fn go(&self, watch: &mut dyn Watch) -> Result<Report, Error> {
        let started = Instant::now();
        let mut passes: Vec<(&'static str, f64)> = Vec::new();
        let mut timed = |name, from: Instant| passes.push((name, from.elapsed().as_secs_f64()));
        self.read(Share::ALL, self.seen()?, watch)?;
        timed("scan", started);
        // what was written at once needs no other pass
        if self.all_scanned(&self.entries()?)?.iter().all(|b| b.written) {
            return self.end(started, passes);
        }
        let mut pass = |name, does: &mut dyn FnMut() -> Result<(), Error>| {
            let from = Instant::now();
            does()?;
            timed(name, from);
            Ok::<_, Error>(())
        };
        if self.plan.settings.learn_sites {
            pass("learn sites", &mut || self.learn(Share::ALL, watch))?;
        }
        if self.plan.settings.hashes_later() {
            pass("hash", &mut || self.hash(Share::ALL, watch))?;
        }
        if self.plan.settings.dedup == Dedup::Dump {
            if self.plan.settings.near.is_some_and(|n| n.asks(Of::Documents)) {
                pass("near documents", &mut || self.near(Of::Documents, watch))?;
            }
            pass("resolve", &mut || self.resolve(Share::ALL, watch))?;
            if self.plan.settings.near.is_some_and(|n| n.asks(Of::Paragraphs)) {
                pass("near paragraphs", &mut || self.near(Of::Paragraphs, watch))?;
            }
        }
        if self.plan.settings.stores() {
            pass("apply", &mut || self.apply(Share::ALL, watch))?;
        }
        self.end(started, passes)
    }

    /// The last pass and the report.
    fn end(&self, started: Instant, mut passes: Vec<(&'static str, f64)>) -> Result<Report, Error> {
        let from = Instant::now();
        let mut report = self.finish()?;
        passes.push(("finish", from.elapsed().as_secs_f64()));
        self.tell(&mut report, started, passes)?;
        Ok(report)
    }

    /// The last pass of a run whose others were done one by one: [`Run::finish`] and the report.
    ///
    /// # Errors
    /// As [`Run::finish`].
    pub fn close(&self) -> Result<Report, Error> {
        self.end(Instant::now(), Vec::new())
    }

    /// Writes the report, with how long the run took.
    fn tell(&self, report: &mut Report, started: Instant, passes: Vec<(&'static str, f64)>) -> Result<(), Error> {
        report.took(started.elapsed().as_secs_f64(), passes, self.means.threads, self.means.memory);
        let (path, begun) = (self.folder.join(REPORT), self.begun());
        // not beside it: what a killed run has begun is taken away by the one that goes on
        output::write_whole_in(&begun, &path, report.json().as_bytes()).map_err(Error::io("write", &path))?;
        match fs::remove_dir_all(&begun) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(Error::io("clear", &begun)(e)),
            _ => Ok(()),
        }
    }

    /// What stands in all journals.
    fn entries(&self) -> Result<Vec<Entry>, Error> {
        let mut journals: Vec<PathBuf> = Vec::new();
        for entry in fs::read_dir(&self.state).map_err(Error::io("list", &self.state))? {
            let entry = entry.map_err(Error::io("list", &self.state))?;
            if entry.file_name().to_string_lossy().starts_with("journal") {
                journals.push(entry.path());
            }
        }
        journals.sort();
        let mut all = Vec::new();
        for path in journals {
            all.extend(journal::read(&path)?.0);
        }
        Ok(all)
    }

    fn journal(&self, name: &str) -> Result<Journal, Error> {
        Ok(Journal::open(&self.state.join(name))?.0)
    }

    fn limits(&self) -> Limits {
        Limits { threads: self.means.threads, weight: IN_FLIGHT.min(self.means.memory / 4).max(1 << 20) }
    }

    /// Reads the inputs of a share of the units.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Record`] when bad records are to stop the run.
    pub fn scan(&self, share: Share, watch: &mut dyn Watch) -> Result<(), Error> {
        self.read(share, None, watch)
    }

    /// The same; what is a copy of what was `seen` is left out at once, as long as that fits the memory.
    fn read(&self, share: Share, mut seen: Option<Seen>, watch: &mut dyn Watch) -> Result<(), Error> {
        let mut done: HashSet<At> = HashSet::new();
        let (mut whole, mut counted) = (HashSet::new(), 0);
        let entries = self.entries()?;
        for block in entries.iter().filter_map(scanned) {
            done.insert(block.at);
            if block.last {
                whole.insert(block.at.0);
            }
        }
        for block in entries.iter().filter_map(scanned).filter(|b| whole.contains(&b.at.0)) {
            counted += block.sums.records.read;
        }
        let grown = grown(entries.iter().filter_map(scanned));
        drop(entries);
        let units = self.units().filter(|(n, _)| share.has(*n as usize) && !whole.contains(n)).collect::<Vec<_>>();
        let bytes = units.iter().flat_map(|(_, u)| &self.plan.inputs[u.inputs.clone()]).map(|i| i.size).sum();
        watch.expect("clean", Some(bytes));
        let read = Cell::new(0);
        let mut feed = Feed::new(&self.plan, units, &done, counted, &read);
        let render = Render::new(&self.plan.settings, self.rules).with_sites(self.plan.settings.read_site_facts()?, None);
        let begun = self.begun();
        let worker = Worker { folder: Some((&self.folder, &begun)), ..Worker::new(&self.plan, &render) };
        let mut journal = self.journal(&share.journal("scan"))?;
        let frames = self.plan.settings.stores();
        let mut blocks = Blocks::new(&self.plan, self.rules, &self.work, &mut journal, watch, Pass::Scan, frames, grown);
        let turn = |done: Result<Done, Error>| match done {
            Ok(mut done) if done.at.is_some_and(|at| seen::takes(&mut seen, at)) => {
                done.written = true;
                if done.out.is_empty() {
                    return Next::Done(Ok(done));
                }
                let verdicts = seen.as_mut().map_or_else(Vec::new, |seen| seen.judge(&mut done.rows));
                Next::Again((done, verdicts))
            }
            other => Next::Done(other),
        };
        let again = |(done, verdicts): (Done, Vec<Verdict>)| worker.apply_at_once(done, &verdicts);
        let jobs = std::iter::from_fn(|| feed.job());
        ordered_twice(self.limits(), jobs, |job| worker.work(job), turn, again, |done| blocks.take(done?))?;
        let counted = blocks.read;
        watch.finish();
        if counted != read.get() {
            return Err(Error::Conservation(format!("{} records were read, {counted} were worked on", read.get())));
        }
        Ok(())
    }

    fn units(&self) -> impl Iterator<Item = (u32, Unit)> {
        (0u32..).zip(self.plan.units())
    }

    /// Finds the duplicates of the dump, in a share of the parts of the hashes.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Usage`] when not all inputs have been read.
    pub fn resolve(&self, share: Share, watch: &mut dyn Watch) -> Result<(), Error> {
        let entries = self.entries()?;
        let parts: Vec<usize> = (0..PARTS).filter(|p| share.has(*p)).collect();
        let resolved: HashSet<usize> =
            entries.iter().filter_map(|e| if let Entry::Resolved { part, .. } = e { Some(*part) } else { None }).collect();
        let parts: Vec<usize> = parts.into_iter().filter(|p| !resolved.contains(p)).collect();
        if parts.is_empty() {
            return Ok(());
        }
        let blocks = self.all_scanned(&entries)?;
        if blocks.iter().all(|b| b.written) {
            return Ok(());
        }
        self.expect_hashed(&entries, &blocks)?;
        seen::sort(&self.work, &blocks)?;
        let files: Vec<PathBuf> = blocks.iter().map(|b| self.work.path(b.at, Stage::Rows)).filter(|p| p.exists()).collect();
        let against = self.plan.against.as_ref().map(|a| index::rows(&a.path));
        let files: Vec<PathBuf> = files.into_iter().chain(against).collect();
        let index = self.plan.settings.keep_index.is_some();
        let mut journal = self.journal(&share.journal("resolve"))?;
        let (threads, removed) = (self.limits().threads, self.removed(&entries)?);
        let room = Room::new(self.means.memory, threads);
        let job = resolve::Job { files: &files, to: &self.work, index, removed: &removed, room };
        let found = resolve::resolve(&job, &parts, threads, watch)?;
        // one line a part, at once: to do it all again takes seconds
        for (part, duplicates) in parts.iter().zip(found) {
            journal.note(&Entry::Resolved { part: *part, duplicates })?;
        }
        journal.sync()
    }

    /// The blocks of all units, in order.
    fn all_scanned(&self, entries: &[Entry]) -> Result<Vec<Block>, Error> {
        let mut blocks: BTreeMap<At, Block> = BTreeMap::new();
        for block in entries.iter().filter_map(scanned) {
            blocks.insert(block.at, block.clone());
        }
        for hashed in entries.iter().filter_map(hashed) {
            if let Some(block) = blocks.get_mut(&hashed.at) {
                block.bands = hashed.bands;
            }
        }
        let whole: HashSet<u32> = blocks.values().filter(|b| b.last).map(|b| b.at.0).collect();
        match self.units().find(|(n, _)| !whole.contains(n)) {
            Some((_, unit)) => {
                let path = self.plan.inputs[unit.inputs.start].path.display();
                Err(Error::Usage(format!("{path} has not been read yet; run `jingwen stage scan` over all shares first")))
            }
            None => Ok(blocks.into_values().collect()),
        }
    }
}

/// Removes a file, if it is there.
fn remove(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(Error::io("remove", path)(e)),
        _ => Ok(()),
    }
}

fn applied(entry: &Entry) -> Option<&Block> {
    if let Entry::Apply(block) = entry { Some(block) } else { None }
}

fn hashed(entry: &Entry) -> Option<&Block> {
    if let Entry::Hash(block) = entry { Some(block) } else { None }
}

/// How many bytes of each unit for its part are in the journal.
fn grown<'b>(blocks: impl Iterator<Item = &'b Block>) -> BTreeMap<u32, u64> {
    let mut grown = BTreeMap::new();
    for block in blocks.filter(|b| b.out > 0) {
        let out = grown.entry(block.at.0).or_insert(0);
        *out = block.out.max(*out);
    }
    grown
}

fn scanned(entry: &Entry) -> Option<&Block> {
    if let Entry::Scan(block) = entry { Some(block) } else { None }
}

fn read_plan(path: &Path) -> Result<Plan, Error> {
    let bytes = fs::read(path).map_err(Error::io("read", path))?;
    serde_json::from_slice(&bytes)
        .map_err(|e| Error::Usage(format!("{}: the plan of the run cannot be read ({e}); --overwrite starts anew", path.display())))
}
