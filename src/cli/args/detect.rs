//! The options of `detect`.

use std::path::PathBuf;

use clap::Args;

use super::value::{size, threads};
use super::{To, exit_codes};

/// What `--help` says below the options.
pub const HELP: &str = concat!(
    "\
Examples:
  jingwen detect page.html                 page.html: gb18030  0.99  meta
  jingwen detect -v mixed.txt              ... and runners-up, language, parts
  jingwen detect --to jsonl dump/          one object a line: path, encoding,
                                           confidence, why, language, segments
                                           (start, end, encoding), runners_up
                                           (encoding, nats behind)

`encoding` is a WHATWG name, or ascii, binary, utf-32le, ... where WHATWG has
none. `confidence` is the share of right answers among answers as sure as this.

",
    exit_codes!()
);

/// Arguments of `detect`.
#[derive(Debug, Args)]
pub struct Detect {
    /// Files and folders; `-` for standard input
    #[arg(value_name = "FILE", required = true)]
    pub input: Vec<PathBuf>,
    /// What to write
    #[arg(long, value_enum, default_value_t = To::Text)]
    pub to: To,
    /// Threads; 0 for one a core
    #[arg(short, long, default_value = "0", value_name = "N", value_parser = threads)]
    pub jobs: usize,
    /// Of a larger file only so much is looked at
    #[arg(long, default_value = "256M", value_parser = size, value_name = "SIZE")]
    pub max_record: usize,
}
