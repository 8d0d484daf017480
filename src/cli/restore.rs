//! `jingwen restore`: the original bytes, from the output of a run and its trace.

use std::path::Path;

use indicatif::{HumanBytes, HumanCount};

use super::Outcome;
use super::args;
use super::console::Console;
use crate::error::Error;
use crate::run::restore::{Target, restore};

/// Runs the verb.
pub fn run(args: &args::Restore, console: &mut Console) -> Result<Outcome, Error> {
    let to = match &args.output {
        Some(path) => Target::Folder { path, overwrite: args.overwrite },
        None if args.check => Target::Nowhere,
        None => Target::Stdout,
    };
    let clean = args.clean.as_deref().unwrap_or(Path::new("-"));
    let sums = restore(clean, &args.trace, to, console)?;
    let documents = |n: u64| format!("{} document{}", HumanCount(n), if n == 1 { "" } else { "s" });
    let what = if args.check { "can be restored" } else { "restored" };
    let mut line = format!("{} {what}, {}", documents(sums.documents), HumanBytes(sums.bytes));
    if sums.refused > 0 {
        line.push_str(&format!("; {} not", documents(sums.refused)));
    }
    if sums.absent > 0 {
        line.push_str(&format!("; {} records are not in the trace, -v names them", HumanCount(sums.absent)));
    }
    console.tell(&line);
    Ok(if sums.refused > 0 { Outcome::Findings } else { Outcome::Done })
}
