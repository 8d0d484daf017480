//! `jingwen clean`: the main job.

use super::Outcome;
use super::args;
use super::console::Console;
use super::dump::{self, Task};
use crate::error::Error;

/// Runs the verb.
pub fn run(args: &args::Clean, console: &mut Console) -> Result<Outcome, Error> {
    dump::run(&args.dump, &task(args), console)
}

/// What is done with a record.
pub fn task(args: &args::Clean) -> Task {
    Task {
        verb: args.content.verb(),
        dedup: args.dedup,
        near: args.near,
        learn_sites: args.learn_sites,
        site_facts: args.site_facts.clone(),
        near_threshold: args.near_threshold,
        against: args.against.clone(),
        keep_index: args.keep_index.clone(),
        rules: args.content.rules.clone(),
        report: args.report.clone(),
    }
}
