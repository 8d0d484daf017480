//! `jingwen repair`: decode and repair, nothing else.

use super::args;
use super::console::Console;
use super::render::Render;
use super::{Outcome, dump};
use crate::error::Error;

/// Runs the verb.
pub fn run(args: &args::Repair, console: &mut Console) -> Result<Outcome, Error> {
    dump::run(&args.dump, &Render::repair(), console)
}
