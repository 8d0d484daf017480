//! Writes what is done, in order, on the calling thread, and keeps the sums.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::plan::{Plan, REMOVED, Shard, Stream};
use super::worker::{Done, Step};
use crate::batch::Tally;
use crate::cli::args::{self, OnBad, To};
use crate::cli::console::Console;
use crate::cli::render::Counts;
use crate::cli::{Outcome, cannot};
use crate::error::Error;
use crate::io::document::placeholder;
use crate::io::output::{AtomicFile, Commit};
use crate::io::quarantine::{Bad, Quarantine, Raw};
use crate::rules::Rules;

/// Writes what is done, in order, on the calling thread.
pub(super) struct Sink<'a> {
    args: &'a args::Dump,
    plan: &'a Plan,
    console: &'a mut Console,
    /// The common stream.
    stream: Option<(Box<dyn Commit>, String)>,
    /// The file of the shard of JSON lines at hand.
    own: Option<(BufWriter<AtomicFile>, PathBuf)>,
    quarantine: Option<Quarantine>,
    /// The list of pages removed whole.
    removed: Option<BufWriter<AtomicFile>>,
    removed_listed: bool,
    tally: Tally,
    counts: Counts,
    /// In and out.
    bytes: (u64, u64),
    /// Inputs that could not be read at all.
    unreadable: u64,
}

impl<'a> Sink<'a> {
    /// Opens what the plan says; clears what an earlier run left, if it may.
    pub(super) fn new(args: &'a args::Dump, plan: &'a Plan, console: &'a mut Console) -> Result<Sink<'a>, Error> {
        let stream: Option<(Box<dyn Commit>, String)> = match &plan.stream {
            Stream::None => None,
            Stream::Stdout => Some((Box::new(BufWriter::with_capacity(1 << 16, io::stdout().lock())), "standard output".to_owned())),
            Stream::File(path) => {
                let file = AtomicFile::create(path).map_err(cannot("write", path.display()))?;
                Some((Box::new(BufWriter::with_capacity(1 << 16, file)), path.display().to_string()))
            }
        };
        if let Some(folder) = &plan.folder {
            std::fs::create_dir_all(folder).map_err(cannot("make the folder", folder.display()))?;
        }
        let quarantine = plan.quarantine.clone().map(Quarantine::new);
        if args.overwrite {
            if let Some(q) = &quarantine {
                q.clear().map_err(cannot("clear", q.folder().display()))?;
            }
            if let Some(path) = plan.folder.as_ref().map(|f| f.join(REMOVED)).filter(|p| p.exists()) {
                std::fs::remove_file(&path).map_err(cannot("clear", path.display()))?;
            }
        }
        console.expect(plan.shards.iter().map(|s| s.source.as_ref().map(|s| s.size)).sum());
        let unreadable = plan.unreadable.len() as u64;
        Ok(Sink {
            args,
            plan,
            console,
            stream,
            own: None,
            quarantine,
            removed: None,
            removed_listed: false,
            tally: Tally::default(),
            counts: Counts::default(),
            bytes: (0, 0),
            unreadable,
        })
    }

    /// Writes and counts one job.
    pub(super) fn take(&mut self, mut done: Done) -> Result<(), Error> {
        let shard = self.plan.shards.get(done.shard);
        if let Some(target) = shard.and_then(|s| s.target.as_ref()).filter(|_| done.step == Step::Begin) {
            let file = AtomicFile::create(target).map_err(cannot("write", target.display()))?;
            self.own = Some((BufWriter::with_capacity(1 << 16, file), target.clone()));
        }
        if !done.out.is_empty() {
            match (&mut self.own, &mut self.stream) {
                (Some((own, path)), _) => own.write_all(&done.out).map_err(cannot("write", path.display()))?,
                (None, Some((stream, name))) => stream.write_all(&done.out).map_err(cannot("write", name))?,
                (None, None) => return Err(Error::Conservation("a record has no place to go to".to_owned())),
            }
        }
        for bad in &mut done.bad {
            self.bad(bad, done.placed)?;
        }
        for (record, reason) in &done.removed {
            let path = shard.map(Shard::path).unwrap_or_default();
            self.console.note(&format!("{}, record {record}: {reason} [removed whole]", path.display()));
            if self.plan.folder.is_some() && shard.is_some_and(|s| !s.jsonl) && self.plan.to == To::Text {
                self.list_removed(&path, reason)?;
            }
        }
        self.tally.out += done.counts.out;
        self.tally.removed += done.removed.len() as u64;
        self.counts.add(&done.counts);
        self.bytes.0 += done.bytes_in;
        self.bytes.1 += done.bytes_out;
        if let Some((own, path)) = self.own.take_if(|_| done.step == Step::End) {
            Box::new(own).commit().map_err(cannot("write", path.display()))?;
        }
        self.console.advance(done.bytes_in, done.records);
        Ok(())
    }

    /// `placed`: the worker has put a line for it into the stream, where one is due.
    fn bad(&mut self, bad: &mut Bad, placed: bool) -> Result<(), Error> {
        let unreadable = matches!(bad.raw, Raw::None);
        self.unreadable += u64::from(unreadable);
        let as_error = |bad: &Bad| Error::Record {
            path: bad.path.display().to_string(),
            record: bad.record,
            offset: bad.at.unwrap_or(bad.offset),
            why: bad.why.clone(),
        };
        let what = match self.args.on_bad {
            OnBad::Fail => return Err(as_error(bad)),
            // a filter of one page has nowhere to put it and nothing to go on with; of an empty one nothing is lost
            OnBad::Quarantine if self.plan.quarantine.is_none() && self.plan.to == To::Text => {
                if !matches!(&bad.raw, Raw::Bytes(bytes) if bytes.is_empty()) {
                    return Err(as_error(bad));
                }
                self.tally.quarantined += 1;
                "nothing to write"
            }
            OnBad::Skip => {
                self.tally.skipped += 1;
                "skipped"
            }
            OnBad::Quarantine => {
                self.tally.quarantined += 1;
                match &mut self.quarantine {
                    Some(q) => q.add(bad).map_err(cannot("write", q.folder().display()))?,
                    None if !placed => {
                        let (stream, name) = self.stream.as_mut().expect("without a quarantine the output is a stream");
                        placeholder(bad, stream).map_err(cannot("write", name))?;
                    }
                    None => {}
                }
                "quarantined"
            }
        };
        self.console.warn(&format!("{} [{what}]", as_error(bad)));
        Ok(())
    }

    /// A line in the list of pages of which nothing stays.
    fn list_removed(&mut self, path: &Path, reason: &str) -> Result<(), Error> {
        let Some(folder) = &self.plan.folder else { return Ok(()) };
        let to = folder.join(REMOVED);
        let line = serde_json::json!({"path": path.to_string_lossy(), "reason": reason});
        self.removed_listed = true;
        if self.removed.is_none() {
            self.removed = Some(BufWriter::new(AtomicFile::create(&to).map_err(cannot("write", to.display()))?));
        }
        let file = self.removed.as_mut().expect("it was just opened");
        writeln!(file, "{line}").map_err(cannot("write", to.display()))
    }

    /// Gives files their names and checks the sums against `read`, counted by the reader.
    pub(super) fn finish(mut self, read: u64) -> Result<Outcome, Error> {
        if let Some((stream, name)) = self.stream.take() {
            stream.commit().map_err(cannot("write", name))?;
        }
        if let Some(file) = self.removed.take() {
            Box::new(file).commit().map_err(cannot("write", REMOVED))?;
        }
        if let Some(q) = &mut self.quarantine {
            q.finish().map_err(cannot("write", q.folder().display()))?;
        }
        self.console.finish();
        self.tally.read = read;
        self.tally.check()?;
        let bad = self.tally.quarantined + self.tally.skipped;
        if !self.plan.filter || self.console.verbose || (bad > 0 && self.plan.to == To::Jsonl) {
            self.summary();
        }
        Ok(if self.unreadable > 0 { Outcome::Unreadable } else { Outcome::Done })
    }

    /// What came in is the sum of what follows.
    fn summary(&self) {
        use indicatif::{HumanBytes, HumanCount};
        let (t, seconds) = (&self.tally, self.console.elapsed().as_secs_f64());
        let rate = HumanBytes((self.bytes.0 as f64 / seconds.max(1e-3)) as u64);
        let mut lines = vec![
            format!("{} record{} in {seconds:.1} s, {rate}/s", HumanCount(t.read), if t.read == 1 { "" } else { "s" }),
            format!("  in           {:>12}  {}", HumanCount(t.read).to_string(), HumanBytes(self.bytes.0)),
            format!(
                "  = out        {:>12}  {}, {} of them edited",
                HumanCount(t.out).to_string(),
                HumanBytes(self.bytes.1),
                HumanCount(self.counts.edited)
            ),
            format!("  + removed    {:>12}", HumanCount(t.removed).to_string()),
        ];
        if let Some(folder) = self.plan.folder.as_ref().filter(|_| self.removed_listed) {
            lines[3].push_str(&format!("  see {}", folder.join(REMOVED).display()));
        }
        let mut quarantined = format!("  + quarantined{:>12}", HumanCount(t.quarantined).to_string());
        if let Some(q) = self.quarantine.as_ref().filter(|_| t.quarantined > 0) {
            quarantined.push_str(&format!("  see {}", q.folder().join(Quarantine::FILES[0]).display()));
        }
        lines.push(quarantined);
        if t.skipped > 0 {
            lines.push(format!("  + skipped    {:>12}", HumanCount(t.skipped).to_string()));
        }
        if self.console.verbose {
            for ((_, rule), n) in Rules::builtin().iter().zip(&self.counts.rules).filter(|(_, n)| **n > 0) {
                lines.push(format!("    {:>12}  {}", HumanCount(*n).to_string(), rule.id));
            }
        }
        for line in lines {
            self.console.tell(&line);
        }
    }
}
