//! The options of `explain`.

use std::path::PathBuf;

use clap::Args;

use super::value::size;
use super::{To, exit_codes};

/// What `--help` says below the options.
pub const HELP: &str = concat!(
    "\
Examples:
  jingwen explain page.html
  jingwen explain page.html:12             line 12 of the clean text: from which
                                           bytes, through every layer, by which rules
  jingwen explain page.html --input-line 7     ... line 7 of the input, also one that
                                           was left out
  jingwen explain --color always page.html | less -R
  jingwen explain --to jsonl page.html     one object for the page, then one for
                                           each line with its edits and notes

  = kept (green)   ~ kept, edited (yellow)   - removed (red)
Line numbers are those of the decoded input. What cannot be seen is written
\\u{HEX}, bytes that are no text \\xHH. -v shows markup too and cuts nothing.

",
    exit_codes!()
);

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// A file; `-` or nothing for standard input. FILE:LINE follows one line of the clean text
    #[arg(value_name = "FILE[:LINE]")]
    pub input: Option<PathBuf>,
    /// Own rules besides the built-in ones: a folder with tables, or one table
    #[arg(long, value_name = "DIR")]
    pub rules: Option<PathBuf>,
    /// Follow this line of the decoded input, from 1
    #[arg(long, value_name = "N")]
    pub input_line: Option<usize>,
    /// What to write
    #[arg(long, value_enum, default_value_t = To::Text)]
    pub to: To,
    /// Larger input is an error
    #[arg(long, default_value = "256M", value_parser = size, value_name = "SIZE")]
    pub max_record: usize,
}
