//! `jingwen stage`: the passes of a run one by one.

use super::args::{Comparing, Pass, Sharing};
use super::console::Console;
use super::{Outcome, clean, dump, summary};
use crate::error::Error;
use crate::run::settings::{Means, Of};
use crate::run::{Run, Share};

/// Does a share of a pass.
type Does = fn(&Run, Share, &mut Console) -> Result<(), Error>;

/// Runs the pass.
pub fn run(pass: &Pass, console: &mut Console) -> Result<Outcome, Error> {
    let (sharing, pass): (&Sharing, Does) = match pass {
        Pass::Plan(args) => return dump::plan(&args.dump, &clean::task(args), console),
        Pass::Scan(s) => (s, |run, share, console| run.scan(share, console)),
        Pass::Resolve(s) => (s, |run, share, console| run.resolve(share, console)),
        Pass::Candidates(c) => return compare(c, |run, of, share, console| run.candidates(of, share, console), console),
        Pass::Compare(c) => return compare(c, |run, of, share, console| run.compare(of, share, console), console),
        Pass::Settle(c) => return compare(c, |run, of, share, console| run.settle(of, share, console), console),
        Pass::Learn(s) => (s, |run, share, console| run.learn(share, console)),
        Pass::Hash(s) => (s, |run, share, console| run.hash(share, console)),
        Pass::Apply(s) => (s, |run, share, console| run.apply(share, console)),
        Pass::Finish(s) => {
            let report = open(s, console)?.close()?;
            summary::tell(&report.sums, report.removed.as_deref(), Some(&report.quarantine), console);
            return Ok(if summary::readable(&report.sums, console) { Outcome::Done } else { Outcome::Unreadable });
        }
    };
    pass(&open(sharing, console)?, Share { part: sharing.share.0, of: sharing.share.1 }, console)?;
    Ok(Outcome::Done)
}

/// Does a share of a pass over what is nearly the same.
fn compare(
    args: &Comparing,
    pass: impl Fn(&Run, Of, Share, &mut Console) -> Result<(), Error>,
    console: &mut Console,
) -> Result<Outcome, Error> {
    let run = open(&args.sharing, console)?;
    if !run.plan.settings.near.is_some_and(|near| near.asks(args.of)) {
        return Err(Error::Usage("the plan does not ask for these: `stage plan --dedup dump --near WHAT` does".to_owned()));
    }
    let (part, of) = args.sharing.share;
    pass(&run, args.of, Share { part, of }, console)?;
    Ok(Outcome::Done)
}

fn open(s: &Sharing, console: &Console) -> Result<Run, Error> {
    let run = Run::find(&s.run, Means { threads: s.jobs, memory: s.memory, temp: s.temp.clone(), lang: console.lang })?;
    match run.plan.other_form() {
        Some(how) => Err(Error::Usage(format!("the run in {} cannot go on: {how}; plan it anew", s.run.display()))),
        None => Ok(run),
    }
}
