//! `jingwen repair`: decode and repair, nothing else.

use super::Outcome;
use super::args;
use super::console::Console;
use super::dump::{self, Task};
use crate::error::Error;
use crate::run::settings::{Dedup, Verb};

/// Runs the verb.
pub fn run(args: &args::Repair, console: &mut Console) -> Result<Outcome, Error> {
    let task = Task {
        verb: Verb::Repair,
        dedup: Dedup::Off,
        near: None,
        near_threshold: 0,
        learn_sites: false,
        site_facts: None,
        against: None,
        keep_index: None,
        rules: None,
        report: None,
    };
    dump::run(&args.dump, &task, console)
}
