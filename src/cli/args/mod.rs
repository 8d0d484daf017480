//! Every verb with its help, and what goes to standard error; the options of a verb are in a file of its name. Nothing is done here.

mod check;
mod clean;
mod content;
mod decode;
mod detect;
mod diff;
mod dump;
mod explain;
mod inputs;
mod repair;
mod restore;
mod review;
mod rules;
mod stage;
mod value;
mod verify;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use check::Check;
pub use clean::Clean;
pub use content::Content;
pub use decode::Decode;
pub use detect::Detect;
pub use diff::Diff;
pub use dump::Dump;
pub use explain::Explain;
pub use inputs::{Formed, Inputs};
pub use repair::Repair;
pub use restore::Restore;
pub use review::Review;
pub use rules::{RulesArgs, RulesTask, RulesTest};
pub use stage::{Comparing, Pass, Sharing, Stage};
pub use value::Guard;
pub use verify::Verify;

/// The codes, for every `--help`.
macro_rules! exit_codes {
    () => {
        "\
Exit codes:
  0  done (a closed pipe is success)
  1  done but over a guard: --max-bad, --max-removed
  2  wrong arguments; nothing was written
  3  an input could not be read or an output not written; the others are done
  4  records in are not records out + removed + quarantined: a defect of jingwen"
    };
}

/// The codes of the verbs that look and write nothing.
macro_rules! findings_codes {
    () => {
        "\
Exit codes, whatever the format:
  0  nothing found (a closed pipe is success)
  1  something found
  2  wrong arguments
  3  an input could not be read or an output not written; the others are done
  4  records read are not records looked at: a defect of jingwen"
    };
}

use {exit_codes, findings_codes};

const EXIT: &str = exit_codes!();

const MAIN: &str = concat!(
    "\
Examples:
  jingwen clean dump -o clean              a folder of pages to a folder of .txt
  jingwen clean dump -o out --to jsonl     ... to one JSON line a page
  cat page.html | jingwen clean            one page to standard output
  jingwen clean --from jsonl < in > out    one line in, one line out
  jingwen diff dump                        what clean would change, and by which rules
  jingwen check docs                       the same as findings, for CI
  jingwen explain page.html                what was kept, edited, removed, and why
  jingwen detect *.html                    which charset, how sure, what decided

",
    exit_codes!()
);

/// Turns dirty scraped pages into clean UTF-8 text and can prove what it did.
#[derive(Debug, Parser)]
#[command(name = "jingwen", version, about, after_help = MAIN, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
    /// How to talk.
    #[command(flatten)]
    pub talk: Talk,
    /// Settings: options in tables of their verbs [default: jingwen.toml of the current folder, if it is there]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<std::path::PathBuf>,
    /// Read no jingwen.toml
    #[arg(long, global = true, conflicts_with = "config")]
    pub no_config: bool,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Clean pages: decoded, repaired, the main text alone, no boilerplate
    #[command(after_long_help = clean::HELP, after_help = EXIT)]
    Clean(Clean),
    /// Decode and repair only: cloaks and mojibake undone, nothing else changed
    #[command(after_long_help = repair::HELP, after_help = EXIT)]
    Repair(Repair),
    /// Show what clean would change, as a diff whose hunks name their rules
    #[command(after_long_help = diff::HELP, after_help = findings_codes!())]
    Diff(Diff),
    /// Look for what clean would change and fail if there is anything: for continuous integration
    #[command(after_long_help = check::HELP, after_help = findings_codes!())]
    Check(Check),
    /// Walk through the findings in a terminal: accept them, keep lines, make rules
    #[command(after_long_help = review::HELP, after_help = EXIT)]
    Review(Review),
    /// Undo a run: the original bytes, from its output and its trace
    #[command(after_long_help = restore::HELP, after_help = EXIT)]
    Restore(Restore),
    /// Check a finished run again: nothing lost, nothing changed since
    #[command(after_help = EXIT)]
    Verify(Verify),
    /// Do the passes of a run one by one, on one machine or as an array of jobs
    #[command(after_long_help = stage::HELP, after_help = EXIT)]
    Stage(Stage),
    /// Say which charset files are in, how sure that is, and what decided
    #[command(after_long_help = detect::HELP, after_help = EXIT)]
    Detect(Detect),
    /// Print the text of a file as UTF-8, nothing repaired
    #[command(after_help = EXIT)]
    Decode(Decode),
    /// Show line by line what was kept, edited or removed, and by which rule
    #[command(after_long_help = explain::HELP, after_help = EXIT)]
    Explain(Explain),
    /// List the rules, or show some of them with their samples
    #[command(after_help = EXIT)]
    Rules(RulesArgs),
    /// Print a completion script for a shell
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page, of jingwen or of one verb (`jingwen man | man -l -`)
    Man {
        /// A verb; none for the page of the whole program.
        verb: Option<String>,
    },
}

/// What goes to standard error, and how.
#[derive(Debug, Args)]
pub struct Talk {
    /// Say nothing but errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say more: every bad record, every page removed whole, counts by rule
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// Colours: in a terminal, always, or never
    #[arg(long, global = true, value_enum, default_value_t = When::Auto, value_name = "WHEN")]
    pub color: When,
    /// Language of rules, explanations and reports; by LC_ALL, LC_MESSAGES or LANG if nothing is said
    #[arg(long, global = true, value_enum, value_name = "LANG")]
    pub lang: Option<Speech>,
    /// Progress on standard error: a bar in a terminal when the run is long, plain lines, JSON lines, or none
    #[arg(long, global = true, value_enum, default_value_t = Progress::Auto, value_name = "HOW")]
    pub progress: Progress,
}

/// Formats of output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum To {
    /// Text for people.
    Text,
    /// One JSON object a line.
    Jsonl,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// In a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Languages of what people read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Speech {
    /// English.
    En,
    /// Chinese.
    Zh,
}

/// How to show progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Progress {
    /// A bar if standard error is a terminal and the run is long.
    Auto,
    /// A line of text every few seconds.
    Plain,
    /// A line of JSON every second.
    Json,
    /// Nothing.
    None,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }
}
