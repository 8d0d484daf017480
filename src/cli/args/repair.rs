//! The options of `repair`.

use clap::Args;

use super::{Dump, exit_codes};

/// What `--help` says below the options.
pub const HELP: &str = concat!(
    "\
Examples:
  jingwen repair page.txt                  to standard output, as UTF-8
  jingwen repair dump -o repaired          a folder, names kept
  jingwen repair --from jsonl --to jsonl < in.jsonl > out.jsonl

Clean text comes back as it was, byte for byte. See `jingwen clean --help` for
output, quarantine and names.

",
    exit_codes!()
);

/// Arguments of `repair`.
#[derive(Debug, Args)]
pub struct Repair {
    /// In, out and between.
    #[command(flatten)]
    pub dump: Dump,
}
