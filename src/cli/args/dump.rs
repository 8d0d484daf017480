//! The options of all verbs that go through a dump.

use std::path::PathBuf;

use clap::Args;

use super::Inputs;
use super::value::{Guard, guard, memory};
use crate::run::settings::{Compression, OnBad, To};

/// What the verbs that go through a dump have in common.
#[derive(Debug, Args)]
pub struct Dump {
    /// What is read.
    #[command(flatten)]
    pub inputs: Inputs,
    /// Folder to write to, or a file when its name ends in .txt or .jsonl; none for standard output
    #[arg(short, long, value_name = "OUT")]
    pub output: Option<PathBuf>,
    /// What to write; JSON lines for JSON lines and archives, else text
    #[arg(long, value_enum)]
    pub to: Option<To>,
    /// Compress JSON lines; if nothing is said, as the input was
    #[arg(long, value_enum, value_name = "HOW")]
    pub compress: Option<Compression>,
    /// Put charset, counts, metadata and what was removed into each JSON line too, as "jingwen"
    #[arg(long)]
    pub details: bool,
    /// Replace files that exist
    #[arg(long)]
    pub overwrite: bool,
    /// What to do with a record that cannot be read
    #[arg(long, value_enum, default_value_t = OnBad::Quarantine, value_name = "WHAT")]
    pub on_bad: OnBad,
    /// Go on with a run that was stopped, whatever stopped it
    #[arg(long, conflicts_with = "overwrite")]
    pub resume: bool,
    /// Done, but exit code 1, when more records than this cannot be read: a number, or a share such as 1%
    #[arg(long, value_name = "N|N%", value_parser = guard)]
    pub max_bad: Option<Guard>,
    /// Done, but exit code 1, when more of the records than this are removed whole: a guard against a bad rule
    #[arg(long, value_name = "N|N%", value_parser = guard)]
    pub max_removed: Option<Guard>,
    /// Say what would be read and written, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Folder for work in progress [default: OUT/_jingwen]
    #[arg(long, value_name = "DIR")]
    pub temp: Option<PathBuf>,
    /// What a stopped run does again at most, in bytes of input
    #[arg(long, default_value = "64M", value_parser = memory, value_name = "SIZE")]
    pub block: u64,
    /// Write what gives the original bytes back: `jingwen restore` undoes the run with it
    #[arg(long, value_name = "FILE")]
    pub trace: Option<PathBuf>,
    /// Write the numbers of the run in the text format of Prometheus
    #[arg(long, value_name = "FILE")]
    pub metrics: Option<PathBuf>,
    /// Folder for records that cannot be read [default: OUT/quarantine, or OUT.quarantine when OUT is a file]
    #[arg(long, value_name = "DIR")]
    pub quarantine: Option<PathBuf>,
}
