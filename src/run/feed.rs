//! Reads the inputs of a plan in order and cuts them into jobs and blocks, the same for any number of threads. What is done with a
//! job lives in `work`; pages are only named here, whoever works on them opens them.

use std::cell::Cell;
use std::collections::HashSet;
use std::io;

use super::journal::At;
use super::plan::{Plan, Unit};
use super::settings::{From, Settings};
use crate::error::Error;
use crate::io::compress::Limits;
use crate::io::lines::Lines;
use crate::io::open::{Kind, open_reader};
use crate::io::quarantine::{Bad, Raw};
use crate::io::record::{Body, Item, Left, Reader, Record};
use crate::io::records;

/// Records that are one job: so many bytes, or so many of them.
const BATCH: (u64, usize) = (1 << 18, 128);

/// Something to do.
pub struct Job {
    /// The block it belongs to.
    pub at: At,
    /// Number of the input.
    pub input: usize,
    /// What.
    pub work: Work,
}

/// What is to be done.
pub enum Work {
    /// Clean the input, which is one page.
    Page,
    /// Clean records.
    Records(Vec<Record>),
    /// Clean the texts of JSON lines.
    Lines(Lines, Option<std::sync::Arc<str>>),
    /// Keep what cannot be read.
    Bad(Bad),
    /// Name what is left aside.
    Left(Vec<Left>),
    /// The block is over; with `true` its unit too.
    End(bool),
}

/// Reads the inputs in order, on the calling thread.
pub struct Feed<'p> {
    plan: &'p Plan,
    units: Vec<(u32, Unit)>,
    /// Blocks that are done: read over, not handed out.
    done: &'p HashSet<At>,
    next: usize,
    state: State,
    /// Read and not yet handed out.
    waiting: std::collections::VecDeque<(u64, Job)>,
    batch: Vec<Record>,
    batch_bytes: u64,
    left: Vec<Left>,
    /// Bytes of the block at hand.
    bytes: u64,
    block: u32,
    /// Records of blocks that are not done: the side of the sums that does not depend on what becomes of them.
    read: &'p Cell<u64>,
    /// Records seen at all, for the limit.
    seen: u64,
}

enum State {
    /// Between units.
    Closed,
    /// In a unit of pages, before this input.
    Pages(usize),
    /// In a unit of one input.
    Open(Box<dyn Reader>),
}

impl<'p> Feed<'p> {
    /// Over `units`, each with its number in the plan. Counts into `read` the records it hands out.
    pub fn new(plan: &'p Plan, units: Vec<(u32, Unit)>, done: &'p HashSet<At>, seen: u64, read: &'p Cell<u64>) -> Feed<'p> {
        Feed {
            plan,
            units,
            done,
            next: 0,
            state: State::Closed,
            waiting: std::collections::VecDeque::new(),
            batch: Vec::new(),
            batch_bytes: 0,
            left: Vec::new(),
            bytes: 0,
            block: 0,
            read,
            seen,
        }
    }

    /// The next thing to do, with its weight in bytes.
    pub fn job(&mut self) -> Option<Result<(u64, Job), Error>> {
        loop {
            if let Some(job) = self.waiting.pop_front() {
                return Some(Ok(job));
            }
            let (_, unit) = self.units.get(self.next)?;
            let (first, end) = (unit.inputs.start, unit.inputs.end);
            let full = self.full();
            match &mut self.state {
                State::Closed if unit.pages => self.state = State::Pages(first),
                State::Closed => self.open(first),
                State::Pages(n) if *n < end && !full => {
                    let n = *n;
                    self.state = State::Pages(n + 1);
                    let input = &self.plan.inputs[n];
                    self.seen += 1;
                    match &input.why {
                        Some(why) => self.push(n, 1, 1, Work::Bad(unreadable(&input.shown(), 1, 0, why))),
                        None => self.push(n, 1, input.size, Work::Page),
                    }
                }
                State::Pages(_) => self.close(first),
                State::Open(_) if full => self.close(first),
                State::Open(reader) => match reader.next_item() {
                    Ok(Some(item)) => self.take(first, item),
                    Ok(None) => self.close(first),
                    Err(e) => {
                        // what came before is good; the rest is one record that cannot be read
                        let (number, offset) = reader.position();
                        self.flush(first);
                        self.seen += 1;
                        self.push(first, 1, 1, Work::Bad(unreadable(&self.plan.inputs[first].shown(), number, offset, &e.to_string())));
                        self.close(first);
                    }
                },
            }
        }
    }

    /// True when the limit of records is reached.
    fn full(&self) -> bool {
        self.plan.settings.limit.is_some_and(|limit| self.seen >= limit)
    }

    fn at(&self) -> At {
        At(self.units[self.next].0, self.block)
    }

    fn push(&mut self, input: usize, records: u64, weight: u64, work: Work) {
        let at = self.at();
        self.bytes += weight;
        if self.done.contains(&at) {
            return;
        }
        self.read.set(self.read.get() + records);
        self.waiting.push_back((weight, Job { at, input, work }));
    }

    fn open(&mut self, n: usize) {
        let input = &self.plan.inputs[n];
        match open(self.plan, n) {
            Ok(reader) => self.state = State::Open(reader),
            Err(e) => {
                self.seen += 1;
                self.push(n, 1, 1, Work::Bad(unreadable(&input.shown(), 1, 0, &e.to_string())));
                self.close(n);
            }
        }
    }

    fn take(&mut self, n: usize, item: Item) {
        match item {
            Item::Record(record) => {
                self.flush_left(n);
                self.seen += 1;
                self.batch_bytes += weight(&record);
                self.batch.push(record);
                if self.batch_bytes >= BATCH.0 || self.batch.len() >= BATCH.1 {
                    self.flush(n);
                }
            }
            Item::Left(left) => {
                self.flush_batch(n);
                self.seen += 1;
                self.left.push(left);
                if self.left.len() >= BATCH.1 {
                    self.flush(n);
                }
            }
            Item::Bad(bad) => {
                self.flush(n);
                self.seen += 1;
                let weight = match &bad.raw {
                    Raw::Bytes(b) => b.len() as u64,
                    _ => 1,
                };
                self.push(n, 1, weight, Work::Bad(bad));
            }
            Item::Lines(mut lines, entry) => {
                self.flush(n);
                let mut records = lines.records();
                if let Some(limit) = self.plan.settings.limit
                    && self.seen + records > limit
                {
                    records = limit - self.seen;
                    lines.keep(records);
                }
                self.seen += records;
                self.push(n, records, lines.bytes.len() as u64, Work::Lines(lines, entry));
            }
        }
        if self.bytes + self.batch_bytes >= self.plan.settings.block {
            self.flush(n);
            self.end(n, false);
        }
    }

    /// Hands out what was collected.
    fn flush(&mut self, n: usize) {
        self.flush_batch(n);
        self.flush_left(n);
    }

    fn flush_batch(&mut self, n: usize) {
        let batch = std::mem::take(&mut self.batch);
        let bytes = std::mem::take(&mut self.batch_bytes);
        if !batch.is_empty() {
            self.push(n, batch.len() as u64, bytes, Work::Records(batch));
        }
    }

    fn flush_left(&mut self, n: usize) {
        let left = std::mem::take(&mut self.left);
        if !left.is_empty() {
            self.push(n, left.len() as u64, left.len() as u64, Work::Left(left));
        }
    }

    /// Ends the block at hand.
    fn end(&mut self, n: usize, last: bool) {
        self.push(n, 0, 0, Work::End(last));
        self.bytes = 0;
        self.block += 1;
    }

    /// Ends the unit at hand.
    fn close(&mut self, n: usize) {
        self.flush(n);
        self.end(n, true);
        self.block = 0;
        self.next += 1;
        self.state = State::Closed;
    }
}

/// What is in flight for a record, in bytes.
fn weight(record: &Record) -> u64 {
    match &record.body {
        Body::Bytes(b) => b.len() as u64,
        Body::Text(t) => t.len() as u64,
        Body::File(path) => path.metadata().map_or(1, |m| m.len()),
    }
}

/// A record that cannot be read at all.
pub fn unreadable(path: &std::path::Path, record: u64, offset: u64, why: &str) -> Bad {
    Bad { path: path.to_path_buf(), record, offset, at: None, why: records::unreadable(why), raw: Raw::None }
}

/// What a file may cost by these settings.
pub fn limits(settings: &Settings) -> Limits {
    Limits { record: settings.max_record, ratio: settings.max_ratio, depth: settings.max_nesting, ..Limits::default() }
}

/// Opens an input.
///
/// # Errors
/// What the system says; a column that is not there, with those there are.
pub fn open(plan: &Plan, n: usize) -> io::Result<Box<dyn Reader>> {
    let input = &plan.inputs[n];
    let kind = match plan.settings.from {
        // names lie: they have decided where the records go, not what they are
        From::Auto | From::Archive => Kind::Auto,
        From::Page => Kind::Page,
        From::Jsonl => Kind::Jsonl,
        From::Warc => Kind::Warc,
        From::Parquet => Kind::Parquet,
    };
    let limits = limits(&plan.settings);
    if input.path.as_os_str() == "-" {
        return open_reader(Box::new(io::stdin()), &input.shown(), kind, &limits);
    }
    crate::io::open::open_with(&input.path, kind, &limits, plan.settings.text_field.as_deref())
}
