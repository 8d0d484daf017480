//! The options of `restore`.

use std::path::PathBuf;

use clap::Args;

/// What `--help` says below the options.
pub const HELP: &str = "\
Examples:
  jingwen clean dump -o clean --trace clean.trace
  jingwen restore clean --trace clean.trace -o dump-again
  jingwen restore clean --trace clean.trace --check     would all come back?
  jingwen clean page.html --trace t > page.txt
  jingwen restore page.txt --trace t > page.html

What comes back, byte for byte:
  pages              the file, whatever its charset, also broken bytes
  JSON lines         the file, decompressed: every line with all its members
  WARC, archives,    the payload of each record, as a file of its own:
  tables             NAME/00000012 is the 12th record of NAME; an entry of an
                     archive that is one page is NAME/ENTRY
What went to the quarantine comes back too, but for records that were too large
or lay in a damaged part of an archive: those are in the quarantine alone.

A document whose output was edited since, or is of another run, is refused:
the trace holds the hash of both sides, and nothing else is ever written.

Exit codes:
  0  all documents are restored
  1  some are not: their output was changed or is gone
  2  wrong arguments, or no trace of this version
  3  a file could not be read or written
  4  a defect of jingwen";

/// Arguments of `restore`.
#[derive(Debug, Args)]
pub struct Restore {
    /// What the run wrote: its folder or file; `-` or nothing for standard input
    #[arg(value_name = "CLEAN")]
    pub clean: Option<PathBuf>,
    /// The trace that the run wrote with --trace
    #[arg(long, value_name = "FILE")]
    pub trace: PathBuf,
    /// Folder for the originals; without, they go to standard output one after another
    #[arg(short, long, value_name = "OUT")]
    pub output: Option<PathBuf>,
    /// Replace files that exist
    #[arg(long)]
    pub overwrite: bool,
    /// Write nothing, only see whether all would come back
    #[arg(long, conflicts_with = "output")]
    pub check: bool,
}
