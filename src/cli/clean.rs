//! `jingwen clean`: the main job.

use super::args;
use super::console::Console;
use super::{Outcome, dump};
use crate::error::Error;
use crate::run::settings::{Dedup, Verb};

/// Runs the verb.
pub fn run(args: &args::Clean, console: &mut Console) -> Result<Outcome, Error> {
    dump::run(&args.dump, verb(args), dedup(args), console)
}

/// What is done with a record.
pub fn verb(args: &args::Clean) -> Verb {
    Verb::Clean { title: !args.no_title }
}

/// Which duplicates go.
pub fn dedup(args: &args::Clean) -> Dedup {
    match args.dedup {
        args::Dedup::Off => Dedup::Off,
        args::Dedup::Page => Dedup::Page,
        args::Dedup::Dump => Dedup::Dump,
    }
}
