//! `jingwen verify`: a finished run looked at again.

use indicatif::{HumanBytes, HumanCount};

use super::Outcome;
use super::args;
use super::console::Console;
use crate::error::Error;
use crate::run::settings::Means;
use crate::run::verify::verify;

/// Runs the verb.
///
/// # Errors
/// [`Error::Conservation`] when something is wrong with the run.
pub fn run(args: &args::Verify, console: &mut Console) -> Result<Outcome, Error> {
    let found = verify(&args.run, Means { threads: args.jobs, memory: 0, temp: None, lang: console.lang }, console)?;
    let t = &found.sums.records;
    let sums = format!("{} records in = {} out + {} removed + {} quarantined", t.read, t.out, t.removed, t.quarantined);
    let others = [(t.skipped, "skipped"), (t.unsampled, "not sampled")]
        .map(|(n, what)| if n > 0 { format!(" + {n} {what}") } else { String::new() });
    if found.wrong.is_empty() {
        let line = format!(
            "{}: {sums}{}; {} files, {}, all as they were written\n",
            args.run.display(),
            others.concat(),
            HumanCount(found.files),
            HumanBytes(found.bytes)
        );
        return super::print(line.as_bytes());
    }
    for wrong in &found.wrong {
        console.warn(wrong);
    }
    Err(Error::Conservation(format!("{} of {} files or sums are wrong", found.wrong.len(), found.files + 1)))
}
