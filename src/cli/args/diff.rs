//! The options of `diff`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Content, Inputs, To, findings_codes};

/// What `--help` says below the options.
pub const HELP: &str = concat!(
    "\
Examples:
  jingwen diff dump                        what `jingwen clean dump` would change
  jingwen diff --color always dump | less -R
  jingwen diff --side-by-side page.html
  jingwen diff --word notes.txt            [-what was-] {+what is+} inside the lines
  jingwen diff --stat dump                 how many lines a document, and which rules
  jingwen diff --html changes.html dump    ... as a page for people
  jingwen diff --to jsonl dump             one object a document, with its hunks
  jingwen diff --before old --after new    two outputs or runs: what appeared and
                                           vanished, a document and a rule

Each hunk names its rules: they are the edits and marks that clean records, not
a comparison of two texts. Inside a line ideographs differ one by one, other
letters by the word. What cannot be seen is written \\u{HEX}. Markup, charsets
and the blank lines between paragraphs are no change unless --all is said; then
the text before is the decoded input byte for byte.
With --before and --after two texts are compared; rules are told as far as the
outputs know them: JSON lines of pages or with --details each their own, run.json
all of a run.
Duplicates are those of a page; `clean --dedup dump` may leave out more.

",
    findings_codes!()
);

/// Arguments of `diff`.
#[derive(Debug, Args)]
pub struct Diff {
    /// What is read.
    #[command(flatten)]
    pub inputs: Inputs,
    /// Compare two outputs or runs instead: the folder or file of the first ...
    #[arg(long, value_name = "A", requires = "after", conflicts_with = "input")]
    pub before: Option<PathBuf>,
    /// ... and that of the second
    #[arg(long, value_name = "B", requires = "before")]
    pub after: Option<PathBuf>,
    /// Only count: lines a document, and how often each rule acted
    #[arg(long, conflicts_with_all = ["word", "side_by_side"])]
    pub stat: bool,
    /// Show both sides of a line as one: [-what was-] {+what is+}
    #[arg(long, conflicts_with = "side_by_side")]
    pub word: bool,
    /// Show before on the left and after on the right
    #[arg(short = 'y', long)]
    pub side_by_side: bool,
    /// Write an HTML report, too: one file with all documents, and many of them before and after
    #[arg(long, value_name = "FILE", conflicts_with = "before")]
    pub html: Option<PathBuf>,
    /// Show markup, entities and blank lines between paragraphs too
    #[arg(long)]
    pub all: bool,
    /// Lines around a hunk
    #[arg(short = 'U', long, default_value_t = 1, value_name = "N")]
    pub context: usize,
    /// Columns, with --side-by-side [default: those of the terminal, or 120]
    #[arg(long, value_name = "N")]
    pub columns: Option<usize>,
    /// What to write
    #[arg(long, value_enum, default_value_t = To::Text)]
    pub to: To,
    /// What stays.
    #[command(flatten)]
    pub content: Content,
    /// Which duplicates to leave out: none, or paragraphs that stood earlier in the page
    #[arg(long, value_enum, default_value_t = PageDedup::Page, value_name = "WHERE")]
    pub dedup: PageDedup,
}

/// Which duplicates a verb knows that looks at one page after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PageDedup {
    /// None.
    Off,
    /// Paragraphs that stood earlier in the page.
    Page,
}

impl From<PageDedup> for crate::run::settings::Dedup {
    fn from(dedup: PageDedup) -> Self {
        match dedup {
            PageDedup::Off => Self::Off,
            PageDedup::Page => Self::Page,
        }
    }
}
