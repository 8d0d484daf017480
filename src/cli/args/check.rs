//! The options of `check`.

use std::path::PathBuf;

use clap::Args;

use super::diff::PageDedup;
use super::{Content, Inputs, findings_codes};
use crate::check::Format;
use crate::run::settings::To;

/// What `--help` says below the options.
pub const HELP: &str = concat!(
    "\
Examples:
  jingwen check docs/
  jingwen check docs/ --write-baseline jingwen-baseline.jsonl
  jingwen check docs/ --baseline jingwen-baseline.jsonl     only what is new fails
  jingwen check docs/ --fail-on charset/,repair/            the rest is told
  jingwen check docs/ --format github                       in a workflow
  jingwen check docs/ --format sarif > jingwen.sarif
  jingwen check raw/ --expect clean/           are the committed outputs still what
                                               this version makes of raw/?
  jingwen check raw/ --expect clean/ --bless   ... take what it makes now

A finding is a rule that would act on a line: what clean would leave out, edit or
decode, and what it can only guess or note. Nothing is written but the baseline
that was asked for. A baseline holds the hash of rule and text, so a known line
may move; docs/schema/baseline.md tells its form. With --format github at most ten
annotations a rule are given, and the table goes to $GITHUB_STEP_SUMMARY.
In files of several records the line is the number of the record.

",
    findings_codes!()
);

/// Arguments of `check`.
#[derive(Debug, Args)]
pub struct Check {
    /// What is read.
    #[command(flatten)]
    pub inputs: Inputs,
    /// Tell only findings that are not in this file
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Write all findings to this file as known, and fail for none of them
    #[arg(long, value_name = "FILE")]
    pub write_baseline: Option<PathBuf>,
    /// Fail only for rules whose ids begin like this: `repair/`, `charset/malformed`. May be given more than once
    #[arg(long, value_name = "PREFIX", value_delimiter = ',')]
    pub fail_on: Vec<String>,
    /// How findings are written
    #[arg(long, visible_alias = "output-format", value_enum, default_value_t = Format::Full)]
    pub format: Format,
    /// Compare what clean makes of INPUT with this folder instead of telling findings
    #[arg(long, value_name = "CLEAN", conflicts_with_all = ["baseline", "write_baseline", "fail_on", "format"])]
    pub expect: Option<PathBuf>,
    /// With --expect: take what clean makes now
    #[arg(long, requires = "expect")]
    pub bless: bool,
    /// With --expect: what the folder holds [default: text]
    #[arg(long, value_enum, requires = "expect")]
    pub to: Option<To>,
    /// What stays.
    #[command(flatten)]
    pub content: Content,
    /// Which duplicates to leave out: none, or paragraphs that stood earlier in the page
    #[arg(long, value_enum, default_value_t = PageDedup::Page, value_name = "WHERE")]
    pub dedup: PageDedup,
}
