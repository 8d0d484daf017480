//! Every verb and flag with its help. Nothing is done here.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Turns dirty scraped pages into clean UTF-8 text and can prove what it did.
#[derive(Debug, Parser)]
#[command(name = "jingwen", version, about)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Clean pages: decode, repair, main text, no boilerplate.
    Clean(Clean),
    /// Decode and repair only.
    Repair(Repair),
    /// Say which charset files are in.
    Detect(Detect),
    /// Print the text of a file as UTF-8, nothing repaired.
    Decode(Decode),
}

/// Arguments of `clean`.
#[derive(Debug, Args)]
pub struct Clean {
    /// Files and folders; `-` or nothing for standard input.
    pub input: Vec<PathBuf>,
    /// Folder to write to.
    #[arg(short, long)]
    pub output: Option<PathBuf>,
    /// Format of the output.
    #[arg(long, value_enum, default_value_t = To::Text)]
    pub to: To,
    /// Leave the title out of the text.
    #[arg(long)]
    pub no_title: bool,
    /// Replace files that exist.
    #[arg(long)]
    pub overwrite: bool,
    /// Threads; 0 for one a core.
    #[arg(short, long, default_value_t = 0)]
    pub jobs: usize,
}

/// Arguments of `repair`.
#[derive(Debug, Args)]
pub struct Repair {
    /// Format of the input.
    #[arg(long, value_enum)]
    pub from: Option<From>,
    /// Format of the output.
    #[arg(long, value_enum)]
    pub to: Option<To>,
    /// The field that holds the text.
    #[arg(long, default_value = "text")]
    pub text_field: String,
    /// Threads; 0 for one a core.
    #[arg(short, long, default_value_t = 0)]
    pub jobs: usize,
}

/// Arguments of `detect`.
#[derive(Debug, Args)]
pub struct Detect {
    /// Files.
    pub input: Vec<PathBuf>,
    /// Format of the output.
    #[arg(long, value_enum, default_value_t = To::Text)]
    pub to: To,
}

/// Arguments of `decode`.
#[derive(Debug, Args)]
pub struct Decode {
    /// A file; `-` or nothing for standard input.
    pub input: Option<PathBuf>,
}

/// Formats of input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum From {
    /// One JSON object a line.
    Jsonl,
}

/// Formats of output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum To {
    /// Text.
    Text,
    /// One JSON object a line.
    Jsonl,
}
