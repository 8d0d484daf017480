//! `jingwen stage`: the passes of a run one by one.

use super::args::{Pass, Sharing};
use super::console::Console;
use super::{Outcome, clean, dump, summary};
use crate::error::Error;
use crate::run::settings::Means;
use crate::run::{Run, Share};

/// Does a share of a pass.
type Does = fn(&Run, Share, &mut Console) -> Result<(), Error>;

/// Runs the pass.
pub fn run(pass: &Pass, console: &mut Console) -> Result<Outcome, Error> {
    let (sharing, pass): (&Sharing, Does) = match pass {
        Pass::Plan(args) => return dump::plan(&args.dump, &clean::task(args), console),
        Pass::Scan(s) => (s, |run, share, console| run.scan(share, console)),
        Pass::Resolve(s) => (s, |run, share, console| run.resolve(share, console)),
        Pass::Apply(s) => (s, |run, share, console| run.apply(share, console)),
        Pass::Finish(s) => {
            let report = open(s)?.close(console)?;
            summary::tell(&report.sums, report.removed.as_deref(), Some(&report.quarantine), console);
            return Ok(if report.sums.unreadable > 0 { Outcome::Unreadable } else { Outcome::Done });
        }
    };
    pass(&open(sharing)?, Share { part: sharing.share.0, of: sharing.share.1 }, console)?;
    Ok(Outcome::Done)
}

fn open(s: &Sharing) -> Result<Run, Error> {
    Run::find(&s.run, Means { threads: s.jobs, memory: s.memory, temp: s.temp.clone() })
}
