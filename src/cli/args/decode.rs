//! The options of `decode`.

use std::path::PathBuf;

use clap::Args;

use super::value::size;

/// Arguments of `decode`.
#[derive(Debug, Args)]
pub struct Decode {
    /// A file; `-` or nothing for standard input
    #[arg(value_name = "FILE")]
    pub input: Option<PathBuf>,
    /// Larger input is an error
    #[arg(long, default_value = "1G", value_parser = size, value_name = "SIZE")]
    pub max_record: usize,
}
