//! The options of all verbs that go through a dump.

use std::path::PathBuf;

use clap::Args;

use super::value::{Guard, guard, memory, share, size};
use crate::form::Normalization;
use crate::run::settings::{Compression, From, OnBad, To};

/// What the verbs that go through a dump have in common.
#[derive(Debug, Args)]
pub struct Dump {
    /// Files and folders; `-` or nothing for standard input
    #[arg(value_name = "INPUT")]
    pub input: Vec<PathBuf>,
    /// Folder to write to, or a file when its name ends in .txt or .jsonl; none for standard output
    #[arg(short, long, value_name = "OUT")]
    pub output: Option<PathBuf>,
    /// What the input is; by name and content if nothing is said
    #[arg(long, value_enum, default_value_t = From::Auto)]
    pub from: From,
    /// What to write; JSON lines for JSON lines and archives, else text
    #[arg(long, value_enum)]
    pub to: Option<To>,
    /// The member of a JSON line or the column of a table that holds the text [default: text]
    #[arg(long, value_name = "NAME")]
    pub text_field: Option<String>,
    /// Compress JSON lines; if nothing is said, as the input was
    #[arg(long, value_enum, value_name = "HOW")]
    pub compress: Option<Compression>,
    /// Put charset, counts, metadata and what was removed into each JSON line too, as "jingwen"
    #[arg(long)]
    pub details: bool,
    /// Replace files that exist
    #[arg(long)]
    pub overwrite: bool,
    /// Threads; 0 for one a core. The output is the same for any number
    #[arg(short, long, default_value_t = 0, value_name = "N")]
    pub jobs: usize,
    /// Largest record; larger ones go to quarantine without being loaded. K, M, G are powers of 1024
    #[arg(long, default_value = "256M", value_parser = size, value_name = "SIZE")]
    pub max_record: usize,
    /// What to do with a record that cannot be read
    #[arg(long, value_enum, default_value_t = OnBad::Quarantine, value_name = "WHAT")]
    pub on_bad: OnBad,
    /// Go on with a run that was stopped, whatever stopped it
    #[arg(long, conflicts_with = "overwrite")]
    pub resume: bool,
    /// Done, but exit code 1, when more records than this cannot be read: a number, or a share such as 1%
    #[arg(long, value_name = "N|N%", value_parser = guard)]
    pub max_bad: Option<Guard>,
    /// Done, but exit code 1, when more of the records than this are removed whole: a guard against a bad rule
    #[arg(long, value_name = "N|N%", value_parser = guard)]
    pub max_removed: Option<Guard>,
    /// Read the names of inputs from a file, one a line; `-` for standard input
    #[arg(long, value_name = "FILE")]
    pub files_from: Option<PathBuf>,
    /// Of a folder take only files like this: `*.html`, `2024/**`. May be given more than once
    #[arg(long, value_name = "GLOB")]
    pub include: Vec<String>,
    /// Of a folder leave out files like this, also when they are included
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,
    /// Only the first N records
    #[arg(long, value_name = "N")]
    pub limit: Option<u64>,
    /// Only a share of the records, by the hash of their names: the same ones each time
    #[arg(long, value_name = "N%", value_parser = share)]
    pub sample: Option<u32>,
    /// Say what would be read and written, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Memory for records on their way and for duplicates
    #[arg(long, default_value = "1G", value_parser = memory, value_name = "SIZE")]
    pub memory: u64,
    /// Folder for work in progress [default: OUT/_jingwen]
    #[arg(long, value_name = "DIR")]
    pub temp: Option<PathBuf>,
    /// What a stopped run does again at most, in bytes of input
    #[arg(long, default_value = "64M", value_parser = memory, value_name = "SIZE")]
    pub block: u64,
    /// Highest ratio of a decompressed input to its size; what is over it is a bomb and goes to quarantine
    #[arg(long, default_value_t = 1000, value_name = "N")]
    pub max_ratio: u32,
    /// How deep archives may nest
    #[arg(long, default_value_t = 4, value_name = "N")]
    pub max_nesting: u8,
    /// Write the numbers of the run in the text format of Prometheus
    #[arg(long, value_name = "FILE")]
    pub metrics: Option<PathBuf>,
    /// Folder for records that cannot be read [default: OUT/quarantine, or OUT.quarantine when OUT is a file]
    #[arg(long, value_name = "DIR")]
    pub quarantine: Option<PathBuf>,
    /// Form of the text.
    #[command(flatten)]
    pub form: Formed,
}

/// What to change beyond damage. Nothing is if nothing is said.
#[derive(Debug, Args)]
pub struct Formed {
    /// Bring the text to a Unicode normalization form
    #[arg(long, value_enum, value_name = "FORM")]
    pub normalize: Option<Normalization>,
    /// Make full-width letters, digits and signs narrow and half-width katakana wide; Chinese punctuation stays
    #[arg(long)]
    pub width: bool,
    /// Delete what is left of destroyed characters: 锟斤拷, 烫烫烫, runs of ????, U+FFFD
    #[arg(long)]
    pub remove_lost: bool,
}
