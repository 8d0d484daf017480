//! The program: hands the command line to [`jingwen::cli`] and turns the outcome into an exit code. Nothing else lives here.

use std::process::ExitCode;

fn main() -> ExitCode {
    jingwen::cli::run(std::env::args_os())
}
