//! `jingwen repair`: decode and repair, nothing else.

use super::args;
use super::console::Console;
use super::{Outcome, dump};
use crate::error::Error;
use crate::run::settings::{Dedup, Verb};

/// Runs the verb.
pub fn run(args: &args::Repair, console: &mut Console) -> Result<Outcome, Error> {
    dump::run(&args.dump, Verb::Repair, Dedup::Off, console)
}
