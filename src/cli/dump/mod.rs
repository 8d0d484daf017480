//! A dump through a verb: the plan, then read, work and write in order, then the sums. What a verb makes of one page lives in
//! `render`.

mod plan;
mod reader;
mod sink;
mod worker;

use std::cell::Cell;
use std::path::Path;

use super::Outcome;
use plan::Plan;
use reader::Reader;
use sink::Sink;
use worker::Worker;

use super::args;
use super::console::Console;
use super::render::Render;
use crate::batch::{Limits, ordered};
use crate::error::Error;
use crate::io::quarantine::{Bad, Raw};

/// Bytes of input on their way at once, read and not yet written; a single larger record goes alone.
const IN_FLIGHT: u64 = 64 << 20;

/// Runs a verb over all inputs.
///
/// # Errors
/// Wrong arguments, or an output that cannot be written. Inputs that cannot be read are told and counted instead.
pub fn run(args: &args::Dump, render: &Render, console: &mut Console) -> Result<Outcome, Error> {
    let plan = Plan::new(args, render)?;
    plan.refuse_to_harm(args)?;
    let mut sink = Sink::new(args, &plan, console)?;
    let read = Cell::new(0);
    let mut reader = Reader::new(&plan, args.max_record, &read);
    let jobs = std::iter::from_fn(|| reader.job());
    let worker = Worker { args, render, plan: &plan };
    let limits = Limits { threads: args.jobs, weight: IN_FLIGHT };
    ordered(limits, jobs, |job| worker.work(job), |done| sink.take(done?))?;
    sink.finish(read.get())
}

fn unreadable(path: &Path, record: u64, offset: u64, why: &str) -> Bad {
    Bad { path: path.to_path_buf(), record, offset, at: None, why: format!("cannot be read: {why}"), raw: Raw::None }
}

fn too_large(length: u64, limit: usize) -> String {
    format!("{length} bytes, the limit is {limit}; --max-record sets it")
}
