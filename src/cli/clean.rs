//! `jingwen clean`: the main job.

use super::args;
use super::console::Console;
use super::render::Render;
use super::{Outcome, dump};
use crate::error::Error;

/// Runs the verb.
pub fn run(args: &args::Clean, console: &mut Console) -> Result<Outcome, Error> {
    dump::run(&args.dump, &Render::clean(!args.no_title), console)
}
