//! `jingwen clean`: the main job.

use super::Outcome;
use super::args;
use super::console::Console;
use super::dump::{self, Task};
use crate::error::Error;
use crate::options::Profile;
use crate::run::settings::{Dedup, Verb};

/// Runs the verb.
pub fn run(args: &args::Clean, console: &mut Console) -> Result<Outcome, Error> {
    dump::run(&args.dump, &task(args), console)
}

/// What is done with a record.
pub fn task(args: &args::Clean) -> Task {
    let profile = match args.profile {
        args::Profile::Article => Profile::Article,
        args::Profile::Forum => Profile::Forum,
        args::Profile::Recall => Profile::Recall,
        args::Profile::Precision => Profile::Precision,
    };
    Task {
        verb: Verb::Clean { title: !args.no_title, profile },
        dedup: match args.dedup {
            args::Dedup::Off => Dedup::Off,
            args::Dedup::Page => Dedup::Page,
            args::Dedup::Dump => Dedup::Dump,
        },
        against: args.against.clone(),
        keep_index: args.keep_index.clone(),
    }
}
