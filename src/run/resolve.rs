//! Which rows have an earlier copy: the sorted rows of all blocks merged part by part, the least order of each key wins. The same for any
//! number of threads, parts of inputs and memory, as the least of a set does not depend on who looks first.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::blocks::Work;
use super::index::First;
use super::rows::{self, PARTS, Row, Run, Verdict};
use super::settings::Watch;
use crate::batch::{Limits, ordered};
use crate::error::Error;
use crate::io::output::AtomicFile;

/// Verdicts of a part that are sorted in memory at once: 1 M, 40 MB; more go to another file.
const AT_ONCE: usize = 1 << 20;

/// Where the verdicts of a part lie, in one or more files.
pub fn path(folder: &Path, part: usize, n: usize) -> PathBuf {
    folder.join(format!("{part:03}-{n:04}.verdicts"))
}

/// Merges the rows of `files` and writes verdicts into the folder of the work in progress; says of each part how many rows have an earlier copy. With `index` the first row
/// of each key is kept, too, for an index.
///
/// Memory: for each thread a buffer a file and the verdicts of one part, within `memory` bytes in all if at all possible.
///
/// # Errors
/// [`Error::Io`].
pub fn resolve(
    files: &[PathBuf],
    to: &Work,
    parts: &[usize],
    threads: usize,
    memory: u64,
    index: bool,
    watch: &mut dyn Watch,
) -> Result<Vec<u64>, Error> {
    let each = memory as usize / 2 / threads.max(1);
    let buffer = (each / 2 / files.len().max(1)).clamp(1 << 12, 1 << 18);
    let at_once = (each / 2 / size_of::<Verdict>()).clamp(1 << 10, AT_ONCE);
    let mut duplicates = Vec::with_capacity(parts.len());
    let jobs = parts.iter().map(|part| Ok::<_, Error>((1, *part)));
    let work = |part: usize| -> Result<(u64, u64), Error> { merge(files, part, to, buffer, at_once, index) };
    watch.expect("resolve", None);
    ordered(Limits { threads, weight: u64::MAX }, jobs, work, |done| {
        let (rows, copies) = done?;
        duplicates.push(copies);
        watch.advance(rows * 28, rows);
        Ok(())
    })?;
    watch.finish();
    Ok(duplicates)
}

/// One part: rows seen and rows with an earlier copy.
fn merge(files: &[PathBuf], part: usize, to: &Work, buffer: usize, at_once: usize, index: bool) -> Result<(u64, u64), Error> {
    let fail = |verb: &'static str, path: &Path| {
        let path = path.display().to_string();
        move |source: io::Error| Error::Io { verb, path, source }
    };
    let mut runs: Vec<Run> = Vec::with_capacity(files.len());
    let mut heap: BinaryHeap<Reverse<(Row, usize)>> = BinaryHeap::new();
    for file in files {
        let mut run = rows::read(file, part, buffer).map_err(fail("read", file))?;
        if let Some(row) = run.next().map_err(fail("read", file))? {
            heap.push(Reverse((row, runs.len())));
        }
        runs.push(run);
    }
    let mut verdicts: Vec<Verdict> = Vec::new();
    let (mut seen, mut copies, mut written) = (0, 0, 0);
    let mut flush = |verdicts: &mut Vec<Verdict>| -> Result<(), Error> {
        let path = path(&to.folder, part, written);
        let mut write = || -> io::Result<()> {
            let mut file = io::BufWriter::new(AtomicFile::create_in(&to.begun, &path)?);
            rows::write_verdicts(verdicts, &mut file)?;
            file.flush()?;
            file.into_inner().map_err(io::IntoInnerError::into_error)?.commit()
        };
        write().map_err(fail("write", &path))?;
        verdicts.clear();
        written += 1;
        Ok(())
    };
    let mut firsts = if index { Some(First::create(&to.folder, &to.begun, part)?) } else { None };
    let mut first: Option<(Row, u32)> = None;
    let winner = |first: &Option<(Row, u32)>, verdicts: &mut Vec<Verdict>| {
        if let Some((row, copies)) = first.filter(|(_, copies)| *copies > 0) {
            verdicts.push(Verdict { doc: row.doc, block: row.block, first_doc: row.doc, first_block: row.block, copies });
        }
    };
    while let Some(mut top) = heap.peek_mut() {
        let Reverse((row, n)) = *top;
        match runs[n].next().map_err(fail("read", &files[n]))? {
            Some(next) => *top = Reverse((next, n)),
            None => _ = std::collections::binary_heap::PeekMut::pop(top),
        }
        seen += 1;
        match &mut first {
            Some((same, others)) if same.key == row.key => {
                *others = others.saturating_add(1);
                copies += 1;
                verdicts.push(Verdict { doc: row.doc, block: row.block, first_doc: same.doc, first_block: same.block, copies: 0 });
            }
            _ => {
                winner(&first, &mut verdicts);
                if let Some(firsts) = &mut firsts {
                    firsts.add(row)?;
                }
                first = Some((row, 0));
            }
        }
        if verdicts.len() >= at_once {
            flush(&mut verdicts)?;
        }
    }
    winner(&first, &mut verdicts);
    if !verdicts.is_empty() {
        flush(&mut verdicts)?;
    }
    firsts.map(First::finish).transpose()?;
    Ok((seen, copies))
}

/// The verdicts on a range of records, in order, from all files of `folder`.
///
/// # Errors
/// [`Error::Io`].
pub fn verdicts(folder: &Path, docs: &std::ops::RangeInclusive<u64>) -> Result<Vec<Verdict>, Error> {
    let mut out = Vec::new();
    for part in 0..PARTS {
        for n in 0.. {
            let path = path(folder, part, n);
            match rows::read_verdicts(&path, docs.clone(), &mut out) {
                Ok(()) => {}
                Err(e) if e.kind() == io::ErrorKind::NotFound => break,
                Err(source) => return Err(Error::Io { verb: "read", path: path.display().to_string(), source }),
            }
        }
    }
    out.sort_unstable();
    Ok(out)
}
