//! The options of `verify`.

use std::path::PathBuf;

use clap::Args;

use super::value::threads;

/// Arguments of `verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// The output folder of a run
    #[arg(value_name = "RUN")]
    pub run: PathBuf,
    /// Threads; 0 for one a core
    #[arg(short, long, default_value = "0", value_name = "N", value_parser = threads)]
    pub jobs: usize,
}
