//! The sorted rows of many files as one sorted sequence, part by part, and verdicts on them written down. What the rows mean is told by
//! those who read them.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::io::{self, Write};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use super::blocks::Work;
use super::rows::{self, Fixed, PARTS, Run, Verdict};
use crate::batch::{Limits, ordered};
use crate::error::Error;
use crate::io::output::AtomicFile;

/// Verdicts of a part that are sorted in memory at once: 1 M, 40 MB; more go to another file.
const AT_ONCE: usize = 1 << 20;

/// Parts whose verdicts one thread reads at once: it divides their number.
const TOGETHER: usize = 32;

/// What one thread may use of the memory.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    /// Bytes.
    memory: usize,
}

impl Room {
    /// Of `memory` bytes for this many threads.
    pub fn new(memory: u64, threads: usize) -> Room {
        let threads = if threads == 0 { std::thread::available_parallelism().map_or(1, std::num::NonZero::get) } else { threads };
        Room { memory: usize::try_from(memory).unwrap_or(usize::MAX) / 2 / threads }
    }

    /// Bytes of things that are held at once.
    pub fn bytes(self) -> usize {
        self.memory / 2
    }

    /// Bytes of a buffer, when there is one a file.
    fn buffer(self, files: usize) -> usize {
        (self.memory / 2 / files.max(1)).clamp(1 << 12, 1 << 18)
    }

    /// Verdicts that are held at once.
    fn verdicts(self) -> usize {
        (self.memory / 2 / size_of::<Verdict>()).clamp(1 << 10, AT_ONCE)
    }
}

/// The rows of one part of all files, in order.
pub struct Merged<'f, R> {
    files: &'f [PathBuf],
    runs: Vec<Run<R>>,
    heap: BinaryHeap<Reverse<(R, usize)>>,
}

impl<'f, R: Fixed> Merged<'f, R> {
    /// Opens all files.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn open(files: &'f [PathBuf], part: usize, room: Room) -> Result<Merged<'f, R>, Error> {
        let buffer = room.buffer(files.len());
        let mut merged = Merged { files, runs: Vec::with_capacity(files.len()), heap: BinaryHeap::new() };
        for file in files {
            let mut run = rows::read(file, part, buffer).map_err(Error::io("read", file))?;
            if let Some(row) = run.next().map_err(Error::io("read", file))? {
                merged.heap.push(Reverse((row, merged.runs.len())));
            }
            merged.runs.push(run);
        }
        Ok(merged)
    }

    /// The next row.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn next_row(&mut self) -> Result<Option<R>, Error> {
        let Some(mut top) = self.heap.peek_mut() else { return Ok(None) };
        let Reverse((row, n)) = *top;
        match self.runs[n].next().map_err(Error::io("read", &self.files[n]))? {
            Some(next) => *top = Reverse((next, n)),
            None => _ = PeekMut::pop(top),
        }
        Ok(Some(row))
    }
}

/// A kind of verdicts: the extension of their files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind(pub &'static str);

impl Kind {
    /// Where the verdicts of a part lie, in one or more files.
    fn path(self, folder: &Path, part: usize, n: usize) -> PathBuf {
        folder.join(format!("{part:03}-{n:04}.{}", self.0))
    }

    /// The verdicts on a range of records, in order, from all files of `folder`.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn read(self, folder: &Path, docs: &RangeInclusive<u64>) -> Result<Vec<Verdict>, Error> {
        let mut out = Vec::new();
        (0..PARTS).try_for_each(|part| self.read_part(folder, part, docs, &mut out))?;
        Ok(rows::sort_verdicts(out, docs))
    }

    /// The same by several threads.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn read_by(self, threads: usize, folder: &Path, docs: &RangeInclusive<u64>) -> Result<Vec<Verdict>, Error> {
        let mut all = Vec::new();
        let work = |part: usize| {
            let mut out = Vec::new();
            (part..part + TOGETHER).try_for_each(|part| self.read_part(folder, part, docs, &mut out)).map(|()| out)
        };
        let jobs = (0..PARTS).step_by(TOGETHER).map(|part| Ok::<_, Error>((1, part)));
        ordered(Limits { threads, weight: u64::MAX }, jobs, work, |some| {
            all.append(&mut some?);
            Ok(())
        })?;
        Ok(rows::sort_verdicts(all, docs))
    }

    fn read_part(self, folder: &Path, part: usize, docs: &RangeInclusive<u64>, out: &mut Vec<Verdict>) -> Result<(), Error> {
        for n in 0.. {
            let path = self.path(folder, part, n);
            match rows::read_verdicts(&path, docs, out) {
                Ok(()) => {}
                Err(e) if e.kind() == io::ErrorKind::NotFound => break,
                Err(source) => return Err(Error::io("read", &path)(source)),
            }
        }
        Ok(())
    }
}

/// Verdicts of one part on their way into files.
pub struct Verdicts<'w> {
    kind: Kind,
    part: usize,
    to: &'w Work,
    at_once: usize,
    waiting: Vec<Verdict>,
    written: usize,
}

impl<'w> Verdicts<'w> {
    /// None yet.
    pub fn new(kind: Kind, part: usize, to: &'w Work, room: Room) -> Verdicts<'w> {
        Verdicts { kind, part, to, at_once: room.verdicts(), waiting: Vec::new(), written: 0 }
    }

    /// Adds one.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn push(&mut self, verdict: Verdict) -> Result<(), Error> {
        self.waiting.push(verdict);
        if self.waiting.len() >= self.at_once { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), Error> {
        let path = self.kind.path(&self.to.folder, self.part, self.written);
        let mut write = || -> io::Result<()> {
            let mut file = io::BufWriter::new(AtomicFile::create_in(&self.to.begun, &path)?);
            rows::write_verdicts(&mut self.waiting, &mut file)?;
            file.flush()?;
            file.into_inner().map_err(io::IntoInnerError::into_error)?.commit()
        };
        write().map_err(Error::io("write", &path))?;
        self.waiting.clear();
        self.written += 1;
        Ok(())
    }

    /// Writes what is left, and takes away files of an earlier attempt with less memory.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn finish(mut self) -> Result<(), Error> {
        if !self.waiting.is_empty() {
            self.flush()?;
        }
        for n in self.written.. {
            let path = self.kind.path(&self.to.folder, self.part, n);
            match std::fs::remove_file(&path) {
                Err(e) if e.kind() == io::ErrorKind::NotFound => break,
                other => other.map_err(Error::io("remove", &path))?,
            }
        }
        Ok(())
    }
}
