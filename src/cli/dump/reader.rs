//! Reads the inputs of a run in order and cuts them into jobs. Pages are only named here; the worker opens them.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, Read};

use super::plan::{Plan, Shard};
use super::{too_large, unreadable};
use crate::error::Error;
use crate::io::lines::{Chunk, Chunks, Lines};
use crate::io::quarantine::{Bad, Raw};
use crate::io::source;

/// Something to do, of shard number `.0`.
pub(super) enum Job {
    Unreadable(Bad),
    Begin(usize),
    Page(usize),
    Lines(usize, Lines),
    Bad(usize, Bad),
    End(usize),
}

/// Reads the inputs in order, on the calling thread.
pub(super) struct Reader<'p> {
    shards: &'p [Shard],
    unreadable: std::slice::Iter<'p, source::Unreadable>,
    next: usize,
    open: Option<Chunks<Box<dyn Read>>>,
    limit: usize,
    /// Records seen: the side of the sums that does not depend on what became of them.
    read: &'p Cell<u64>,
}

impl<'p> Reader<'p> {
    /// Records longer than `limit` go to disk; `read` counts all of them.
    pub(super) fn new(plan: &'p Plan, limit: usize, read: &'p Cell<u64>) -> Reader<'p> {
        Reader { shards: &plan.shards, unreadable: plan.unreadable.iter(), next: 0, open: None, limit, read }
    }

    fn count(&self, records: u64) {
        self.read.set(self.read.get() + records);
    }

    /// The next thing to do, with its weight in bytes.
    pub(super) fn job(&mut self) -> Option<Result<(u64, Job), Error>> {
        if let Some(u) = self.unreadable.next() {
            self.count(1);
            return Some(Ok((1, Job::Unreadable(unreadable(&u.path, 1, 0, &u.why)))));
        }
        let shard = self.shards.get(self.next)?;
        let n = self.next;
        let Some(chunks) = &mut self.open else {
            if !shard.jsonl {
                self.next += 1;
                self.count(1);
                return Some(Ok((shard.source.as_ref().map_or(1, |s| s.size), Job::Page(n))));
            }
            let stream: Box<dyn Read> = match &shard.source {
                None => Box::new(io::stdin()),
                Some(s) => match File::open(&s.path) {
                    Ok(file) => Box::new(file),
                    Err(e) => {
                        self.next += 1;
                        self.count(1);
                        return Some(Ok((1, Job::Unreadable(unreadable(&s.path, 1, 0, &e.to_string())))));
                    }
                },
            };
            self.open = Some(Chunks::new(stream, self.limit));
            return Some(Ok((0, Job::Begin(n))));
        };
        let (weight, job) = match chunks.next_chunk() {
            Ok(Some(Chunk::Lines(lines))) => {
                self.count(lines.records());
                (lines.bytes.len() as u64, Job::Lines(n, lines))
            }
            Ok(Some(Chunk::Oversize { record, offset, line })) => {
                self.count(1);
                let why = too_large(line.length(), self.limit);
                (1, Job::Bad(n, Bad { path: shard.path(), record, offset, at: None, why, raw: Raw::Spool(line) }))
            }
            Ok(None) => {
                self.open = None;
                self.next += 1;
                (0, Job::End(n))
            }
            Err(e) => {
                // what came before is good; the rest is one record that cannot be read
                let (record, offset) = chunks.position();
                self.open = Some(Chunks::new(Box::new(io::empty()), self.limit));
                self.count(1);
                (1, Job::Bad(n, unreadable(&shard.path(), record, offset, &e.to_string())))
            }
        };
        Some(Ok((weight, job)))
    }
}
