//! The options of `stage` and its passes.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::value::{fraction, memory, threads};
use super::{Clean, exit_codes};
use crate::run::settings::Of;

/// What `--help` says below the options.
pub const HELP: &str = concat!(
    "\
Examples:
  jingwen stage plan dump -o run --to jsonl --dedup dump
  for i in 1 2 3 4; do jingwen stage scan run --share $i/4 & done; wait
  jingwen stage resolve run
  for i in 1 2 3 4; do jingwen stage apply run --share $i/4 & done; wait
  jingwen stage finish run

The passes of `jingwen clean -o run` one by one, for job arrays and make. Each
can be killed and run again; what it has done is not done twice. The shares
may run at once, on one machine or on several that see the same folder. The
bytes that come out are those of `jingwen clean`. Without --dedup dump there is
nothing to resolve and to apply: plan, scan, finish. With --near documents the
passes candidates, compare and settle --of documents come before resolve, with
--near paragraphs those --of paragraphs after it; with both, all of them. With
--learn-sites the passes are plan, scan, learn, apply, finish; with --dedup dump
as well, learn is followed by hash, and that by resolve and what it asks for.

",
    exit_codes!()
);

/// Arguments of `stage`.
#[derive(Debug, Args)]
pub struct Stage {
    /// Which pass.
    #[command(subcommand)]
    pub pass: Pass,
}

/// The passes of a run.
#[derive(Debug, Subcommand)]
pub enum Pass {
    /// Freeze what will be read and written: takes the arguments of `clean`
    Plan(Box<Clean>),
    /// Read and clean a share of the inputs
    Scan(Sharing),
    /// Find the duplicates of the dump, in a share of the hashes
    Resolve(Sharing),
    /// Find what may be nearly the same, in a share of the bands of signatures
    Candidates(Comparing),
    /// Compare what may be nearly the same, of a share of the inputs
    Compare(Comparing),
    /// Decide what goes because it is nearly the same, in a share of the hashes
    Settle(Comparing),
    /// With --learn-sites, learn the lines that recur on the pages of a host, in a share of the hosts
    Learn(Sharing),
    /// With --learn-sites and --dedup dump, hash what those lines leave of a share of the inputs
    Hash(Sharing),
    /// Write a share of the texts without the duplicates of the dump
    Apply(Sharing),
    /// Put the outputs together and check the sums
    Finish(Sharing),
}

/// A share of a pass over what is nearly the same.
#[derive(Debug, Args)]
pub struct Comparing {
    /// What is compared
    #[arg(long, value_enum, value_name = "WHAT")]
    pub of: Of,
    /// The share.
    #[command(flatten)]
    pub sharing: Sharing,
}

/// A share of a pass.
#[derive(Debug, Args)]
pub struct Sharing {
    /// The output folder of the run
    #[arg(value_name = "RUN")]
    pub run: PathBuf,
    /// Which share, and of how many: 1/8 to 8/8
    #[arg(long, value_name = "I/N", default_value = "1/1", value_parser = fraction)]
    pub share: (usize, usize),
    /// Threads; 0 for one a core
    #[arg(short, long, default_value = "0", value_name = "N", value_parser = threads)]
    pub jobs: usize,
    /// Memory for records on their way and for duplicates
    #[arg(long, default_value = "1G", value_parser = memory, value_name = "SIZE")]
    pub memory: u64,
    /// Folder for work in progress, the same in all passes [default: RUN/_jingwen]
    #[arg(long, value_name = "DIR")]
    pub temp: Option<PathBuf>,
}
