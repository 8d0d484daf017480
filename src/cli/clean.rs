//! `jingwen clean`: the main job.

use super::Outcome;
use super::args;
use super::console::Console;
use super::dump::{self, Task};
use crate::error::Error;
use crate::run::settings::Verb;

/// Runs the verb.
pub fn run(args: &args::Clean, console: &mut Console) -> Result<Outcome, Error> {
    dump::run(&args.dump, &task(args), console)
}

/// What is done with a record.
pub fn task(args: &args::Clean) -> Task {
    Task {
        verb: Verb::Clean { title: !args.no_title, profile: args.profile },
        dedup: args.dedup,
        against: args.against.clone(),
        keep_index: args.keep_index.clone(),
    }
}
