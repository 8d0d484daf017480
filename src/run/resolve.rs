//! Which rows have an earlier copy: the sorted rows of all blocks merged part by part, the least order of each key wins. The same for any
//! number of threads, parts of inputs and memory, as the least of a set does not depend on who looks first.

use std::path::PathBuf;

use super::blocks::Work;
use super::index::First;
use super::merge::{Kind, Merged, Room, Verdicts};
use super::near::Removed;
use super::rows::{Row, Verdict, What};
use super::settings::Watch;
use crate::batch::{Limits, ordered};
use crate::error::Error;
use crate::io::document::WHOLE;

/// Verdicts on copies.
pub const COPIES: Kind = Kind("verdicts");

/// What is resolved.
pub struct Job<'j> {
    /// The rows of all blocks.
    pub files: &'j [PathBuf],
    /// Where verdicts go.
    pub to: &'j Work,
    /// The first row of each key is kept, too, for an index.
    pub index: bool,
    /// Records that are out already: their paragraphs are no first copies.
    pub removed: &'j Removed,
    /// Memory of a thread.
    pub room: Room,
}

/// Merges the rows and writes verdicts into the folder of the work in progress; says of each part how many rows have an earlier copy.
///
/// Memory: for each thread a buffer a file and the verdicts of one part.
///
/// # Errors
/// [`Error::Io`].
pub fn resolve(job: &Job<'_>, parts: &[usize], threads: usize, watch: &mut dyn Watch) -> Result<Vec<u64>, Error> {
    let mut duplicates = Vec::with_capacity(parts.len());
    let jobs = parts.iter().map(|part| Ok::<_, Error>((1, *part)));
    watch.expect("resolve", None);
    ordered(
        Limits { threads, weight: u64::MAX },
        jobs,
        |part| merge(job, part),
        |done| {
            let (rows, copies) = done?;
            duplicates.push(copies);
            watch.advance(rows * 28, rows);
            Ok(())
        },
    )?;
    watch.finish();
    Ok(duplicates)
}

/// One part: rows seen and rows with an earlier copy.
fn merge(job: &Job<'_>, part: usize) -> Result<(u64, u64), Error> {
    let mut rows = Merged::<Row>::open(job.files, part, job.room)?;
    let mut verdicts = Verdicts::new(COPIES, part, job.to, job.room);
    let (mut seen, mut copies) = (0, 0);
    let mut firsts = if job.index { Some(First::create(&job.to.folder, &job.to.begun, part)?) } else { None };
    let mut first: Option<(Row, u32)> = None;
    let verdict =
        |row: Row, first: Row, what| Verdict { doc: row.doc, block: row.block, first_doc: first.doc, first_block: first.block, what };
    let winner = |first: Option<(Row, u32)>| {
        let (row, others) = first.filter(|(_, others)| *others > 0)?;
        Some(verdict(row, row, What::First(others)))
    };
    while let Some(row) = rows.next_row()? {
        seen += 1;
        if row.block != WHOLE && job.removed.has(row.doc) {
            continue;
        }
        match &mut first {
            Some((same, others)) if same.key == row.key => {
                *others = others.saturating_add(1);
                copies += 1;
                verdicts.push(verdict(row, *same, What::Copy))?;
            }
            _ => {
                winner(first).map_or(Ok(()), |v| verdicts.push(v))?;
                if let Some(firsts) = &mut firsts {
                    firsts.add(row)?;
                }
                first = Some((row, 0));
            }
        }
    }
    winner(first).map_or(Ok(()), |v| verdicts.push(v))?;
    verdicts.finish()?;
    firsts.map(First::finish).transpose()?;
    Ok((seen, copies))
}
