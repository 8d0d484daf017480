//! What is read, by all verbs that read more than one file.

use std::path::PathBuf;

use clap::Args;

use super::value::{memory, share, size, threads};
use crate::form::Normalization;
use crate::run::settings::From;

/// Which inputs, how they are read, and what they may cost.
#[derive(Debug, Args)]
pub struct Inputs {
    /// Files and folders; `-` or nothing for standard input
    #[arg(value_name = "INPUT")]
    pub input: Vec<PathBuf>,
    /// What the input is; by name and content if nothing is said
    #[arg(long, value_enum, default_value_t = From::Auto)]
    pub from: From,
    /// The member of a JSON line or the column of a table that holds the text [default: text]
    #[arg(long, value_name = "NAME")]
    pub text_field: Option<String>,
    /// Threads; 0 for one a core. The output is the same for any number
    #[arg(short, long, default_value = "0", value_name = "N", value_parser = threads)]
    pub jobs: usize,
    /// Largest record; larger ones go to quarantine without being loaded. K, M, G are powers of 1024
    #[arg(long, default_value = "256M", value_parser = size, value_name = "SIZE")]
    pub max_record: usize,
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
    /// Memory for records on their way and for duplicates
    #[arg(long, default_value = "1G", value_parser = memory, value_name = "SIZE")]
    pub memory: u64,
    /// Highest ratio of a decompressed input to its size; what is over it is a bomb and goes to quarantine
    #[arg(long, default_value_t = 1000, value_name = "N")]
    pub max_ratio: u32,
    /// How deep archives may nest
    #[arg(long, default_value_t = 4, value_name = "N")]
    pub max_nesting: u8,
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
