//! A dump through a verb: the plan, then read, work and write in order, then the sums. What a verb makes of one page lives in
//! `render`.

mod plan;
mod reader;
mod sink;
mod worker;

use std::cell::Cell;
use std::io::IsTerminal;
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
    if plan.shards.iter().any(|s| s.source.is_none()) && std::io::stdin().is_terminal() {
        console.tell("jingwen: reading from the terminal; end with Ctrl-D, or see --help");
    }
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

#[cfg(test)]
mod tests {
    use std::fs;

    use clap::Parser;

    use super::*;

    /// Runs `repair` with these arguments; it panics over every text that holds "boom".
    fn run_fragile(args: &[&str]) -> Outcome {
        let cli = args::Cli::try_parse_from(["jingwen", "repair", "-q"].iter().chain(args)).unwrap();
        let args::Verb::Repair(a) = &cli.verb else { panic!("it is repair") };
        run(&a.dump, &Render::fragile("boom"), &mut Console::new(&cli.talk)).unwrap()
    }

    #[test]
    fn a_panic_in_one_record_puts_it_into_quarantine() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        fs::create_dir(path("in")).unwrap();
        fs::write(path("in/a.txt"), "good").unwrap();
        fs::write(path("in/b.txt"), "boom").unwrap();
        fs::write(path("in/c.jsonl"), "{\"text\":\"good\"}\n{\"text\":\"boom\"}\n{\"text\":\"good\"}\n").unwrap();
        for threads in ["1", "3"] {
            assert_eq!(run_fragile(&[&path("in"), "-o", &path("out"), "--overwrite", "-j", threads]), Outcome::Done);
            let read = |name: &str| fs::read_to_string(path(name)).unwrap();
            assert_eq!(read("out/a.txt"), "good");
            assert_eq!(read("out/c.jsonl"), "{\"text\":\"good\"}\n{\"text\":\"good\"}\n");
            assert_eq!(read("out/quarantine/records.bin"), "boom\n{\"text\":\"boom\"}\n");
            assert!(read("out/quarantine/index.jsonl").lines().all(|l| l.contains("internal error: a test of the guards")));
            assert!(!folder.path().join("out/b.txt").exists());
        }
    }
}
