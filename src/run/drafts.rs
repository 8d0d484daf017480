//! Stored records, found by their order: for passes that look at some of them only. What is stored is told in `work`, where it lies in
//! `blocks`.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use super::blocks::{Stage, Work};
use super::journal::Block;
use super::plan::Plan;
use super::render::Render;
use super::sums::Counter;
use super::work::Stored;
use crate::draft::Draft;
use crate::error::Error;

/// Where a stored record begins in the drafts of its block, and its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Order of the record in the dump.
    pub doc: u64,
    /// Bytes before it.
    pub at: u64,
    /// Its bytes.
    pub length: u32,
    /// Bytes before the lines it refers to.
    pub lines: u64,
}

/// Bytes of an entry in a file.
const ENTRY: usize = 28;

impl Entry {
    /// As it stands in a file.
    pub fn to_bytes(self) -> [u8; ENTRY] {
        let mut b = [0; ENTRY];
        b[..8].copy_from_slice(&self.doc.to_be_bytes());
        b[8..16].copy_from_slice(&self.at.to_be_bytes());
        b[16..20].copy_from_slice(&self.length.to_be_bytes());
        b[20..].copy_from_slice(&self.lines.to_be_bytes());
        b
    }

    fn of(b: &[u8; ENTRY]) -> Entry {
        let number = |b: &[u8]| b.iter().fold(0, |n, b| n << 8 | u64::from(*b));
        Entry { doc: number(&b[..8]), at: number(&b[8..16]), length: number(&b[16..20]) as u32, lines: number(&b[20..]) }
    }
}

/// Reads stored records. Asked for in order, each file is opened once.
pub struct Drafts<'r> {
    plan: &'r Plan,
    work: &'r Work,
    /// Those that have stored something, in order.
    blocks: Vec<&'r Block>,
    /// Who knows the lines of their hosts.
    render: Option<&'r Render>,
    open: Option<Open>,
    bytes: Vec<u8>,
    line: Vec<u8>,
}

struct Open {
    block: usize,
    drafts: File,
    index: File,
    entries: u64,
}

impl<'r> Drafts<'r> {
    /// Of these blocks, which are in order.
    pub fn new(plan: &'r Plan, work: &'r Work, blocks: &'r [Block]) -> Drafts<'r> {
        let blocks = blocks.iter().filter(|b| b.docs.is_some()).collect();
        Drafts { plan, work, blocks, render: None, open: None, bytes: Vec::new(), line: Vec::new() }
    }

    /// Without the lines of their hosts, if those were learnt.
    pub fn without_sites(self, render: &'r Render) -> Drafts<'r> {
        Drafts { render: Some(render), ..self }
    }

    /// What `look` says of a record.
    ///
    /// # Errors
    /// [`Error::Io`], also when it was not stored.
    pub fn with<R>(&mut self, doc: u64, look: impl FnOnce(&Draft<'_>) -> R) -> Result<R, Error> {
        let block = self.blocks.partition_point(|b| b.docs.is_some_and(|(_, last)| last < doc));
        let damaged = || Error::Io { verb: "read", path: format!("draft of record {doc}"), source: io::ErrorKind::InvalidData.into() };
        let lines = self.find(block, doc)?;
        let stored = postcard::from_bytes::<Stored<'_>>(&self.bytes).map_err(|_| damaged())?;
        let Stored::Record(kept) = stored else { return Err(damaged()) };
        let (file, line) = (self.open.as_mut().map(|o| &mut o.drafts), &mut self.line);
        let read = |(from, to): (u64, u64)| {
            let file = file?;
            line.clear();
            file.seek(SeekFrom::Start(lines + from)).ok()?;
            let read = file.take(to.checked_sub(from)?).read_to_end(line).ok()?;
            (read as u64 == to - from).then_some(&**line)
        };
        let record = kept.record(read).map_err(|_| damaged())?;
        let mut draft = kept.draft;
        if let Some(record) = &record {
            draft.text = record.text.as_ref().into();
        }
        if let Some(render) = self.render {
            let host = render.learnt_of(|| self.plan.host(draft.url.as_deref(), doc));
            render.cut_sites(&mut draft, host, &mut Counter::default());
        }
        Ok(look(&draft))
    }

    /// Reads the bytes of a record, and tells where its lines begin.
    fn find(&mut self, block: usize, doc: u64) -> Result<u64, Error> {
        let Some(at) = self.blocks.get(block).map(|b| b.at) else {
            return Err(Error::Io { verb: "find", path: format!("record {doc}"), source: io::ErrorKind::NotFound.into() });
        };
        let [drafts, index] = [Stage::Draft, Stage::Index].map(|s| self.work.path(at, s));
        let fail = || Error::io("read", &drafts);
        if self.open.as_ref().is_none_or(|o| o.block != block) {
            let open = File::open(&index).map_err(Error::io("read", &index))?;
            let entries = open.metadata().map_err(Error::io("read", &index))?.len() / ENTRY as u64;
            self.open = Some(Open { block, drafts: File::open(&drafts).map_err(fail())?, index: open, entries });
        }
        let Some(Open { drafts, index, entries, .. }) = &mut self.open else { return Ok(0) };
        let mut search = || -> io::Result<u64> {
            let mut b = [0; ENTRY];
            let (mut low, mut high) = (0, *entries);
            while low < high {
                let middle = low + (high - low) / 2;
                index.seek(SeekFrom::Start(middle * ENTRY as u64))?;
                index.read_exact(&mut b)?;
                let entry = Entry::of(&b);
                if entry.doc == doc {
                    self.bytes.clear();
                    drafts.seek(SeekFrom::Start(entry.at))?;
                    let read = drafts.take(u64::from(entry.length)).read_to_end(&mut self.bytes)?;
                    return if read as u64 == u64::from(entry.length) { Ok(entry.lines) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
                }
                if entry.doc < doc { low = middle + 1 } else { high = middle }
            }
            Err(io::ErrorKind::NotFound.into())
        };
        search().map_err(fail())
    }
}
