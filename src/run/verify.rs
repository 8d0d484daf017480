//! Looks at a finished run again: sums, lengths and hashes of everything it wrote. Changes nothing.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use xxhash_rust::xxh3::Xxh3;

use super::Run;
use super::journal::{Entry, Output};
use super::plan::REPORT;
use super::settings::{Means, OnBad, Watch};
use super::sums::Sums;
use crate::batch::{Limits, ordered};
use crate::error::Error;
use crate::io::quarantine::Quarantine;

/// What was looked at, and what is wrong.
#[derive(Debug, Default)]
pub struct Verified {
    /// Files.
    pub files: u64,
    /// Bytes.
    pub bytes: u64,
    /// The sums of the run.
    pub sums: Sums,
    /// What is wrong, a sentence each.
    pub wrong: Vec<String>,
}

/// Checks the run in `folder`.
///
/// # Errors
/// [`Error::Usage`] when there is no finished run; [`Error::Io`] when it cannot be looked at. What is wrong with it is no error.
pub fn verify(folder: &Path, means: Means, watch: &mut dyn Watch) -> Result<Verified, Error> {
    let threads = means.threads;
    let run = Run::find(folder, means)?;
    if !folder.join(REPORT).exists() {
        return Err(Error::Usage(format!("the run in {} is not finished; --resume goes on with it", folder.display())));
    }
    let mut out = Verified::default();
    let mut files: Vec<Output> = Vec::new();
    let mut applied = false;
    for entry in run.entries()? {
        files.extend_from_slice(entry.files());
        if let Entry::Scan(block) | Entry::Apply(block) = entry {
            out.sums.add(&block.sums);
            applied |= block.last;
        }
    }
    if !applied && !run.plan.inputs.is_empty() {
        out.wrong.push("the journal is empty".to_owned());
    }
    if let Err(e) = out.sums.records.check() {
        out.wrong.push(e.to_string());
    }
    watch.expect("verify", Some(files.iter().map(|f| f.length).sum()));
    let jobs = files.iter().map(|f| Ok::<_, Error>((f.length, f)));
    let check = |f: &Output| (f.length, differs(&folder.join(&f.path), f));
    ordered(Limits { threads, weight: u64::MAX }, jobs, check, |(length, wrong)| {
        out.files += 1;
        out.bytes += length;
        out.wrong.extend(wrong);
        watch.advance(length, 1);
        Ok(())
    })?;
    watch.finish();
    if run.plan.settings.on_bad == OnBad::Quarantine && out.sums.records.quarantined > 0 {
        let index = run.quarantine.join(Quarantine::FILES[0]);
        let lines = std::fs::read(&index).map_or(0, |b| memchr::memchr_iter(b'\n', &b).count() as u64);
        if index.exists() && lines != out.sums.records.quarantined {
            out.wrong.push(format!("{}: {lines} records, {} were put there", index.display(), out.sums.records.quarantined));
        }
    }
    Ok(out)
}

/// How a file differs from what was written.
fn differs(path: &Path, was: &Output) -> Option<String> {
    let name = path.display();
    let read = || -> io::Result<(u64, String)> {
        let mut file = File::open(path)?;
        let (mut hash, mut length, mut buffer) = (Xxh3::new(), 0, vec![0; 1 << 18]);
        loop {
            match file.read(&mut buffer) {
                Ok(0) => return Ok((length, format!("{:032x}", hash.digest128()))),
                Ok(n) => {
                    hash.update(&buffer[..n]);
                    length += n as u64;
                }
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
    };
    match read() {
        Err(e) => Some(format!("{name}: {e}")),
        Ok((length, _)) if length != was.length => Some(format!("{name}: {length} bytes, {} were written", was.length)),
        Ok((_, hash)) if hash != was.xxh3 => Some(format!("{name}: its content has changed since it was written")),
        Ok(_) => None,
    }
}
