//! The options of `review`.

use std::path::PathBuf;

use clap::Args;

use super::diff::PageDedup;
use super::{Content, Inputs};

/// What `--help` says below the options.
pub const HELP: &str = "\
Examples:
  jingwen review pages/ --baseline known.jsonl              accept what is right
  jingwen review pages/ --baseline known.jsonl --rules own/ ... keep what is not
  jingwen review pages/ --rule boilerplate/ --rules own/    only these rules
  jingwen check pages/ --baseline known.jsonl --rules own/  silent about all of it
  jingwen rules test --rules own/                           the rules on their samples

Findings are shown one by one, each rule and line once, with what is before and
after. Keys: a accept, k keep the line, r make a rule of it, s leave it for another
time, u undo, n and p next and back, d next document, Tab next rule, / filter,
? all keys, q end. An accepted finding goes to the baseline, so that `check` does not
tell it again. A line that is kept, or that a rule is made of, goes to the table
review.tsv in the folder of --rules, or to the table named there; `clean` with the
same --rules goes by it. Own rules say which lines go or stay: what is repaired
or decoded cannot be kept by one. Files appear whole and are written while one
goes on; what was decided is not shown again the next time.
Where there is no terminal use `jingwen check`.

Exit codes:
  0  done, or nothing to review
  2  wrong arguments, or no terminal
  3  an input could not be read or an output not written
  4  records read are not records looked at: a defect of jingwen";

/// Arguments of `review`.
#[derive(Debug, Args)]
pub struct Review {
    /// What is read.
    #[command(flatten)]
    pub inputs: Inputs,
    /// Findings that are known, left out here, and where accepted ones go; made when it is not there
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Only findings of rules whose ids begin like this: `boilerplate/`, `repair/`. May be given more than once
    #[arg(long, value_name = "PREFIX", value_delimiter = ',')]
    pub rule: Vec<String>,
    /// What stays.
    #[command(flatten)]
    pub content: Content,
    /// Which duplicates to leave out: none, or paragraphs that stood earlier in the page
    #[arg(long, value_enum, default_value_t = PageDedup::Page, value_name = "WHERE")]
    pub dedup: PageDedup,
}
