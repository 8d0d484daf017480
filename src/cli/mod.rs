//! The command line: one file a verb, arguments in `args`. What the verbs mean for one page lives in the kernel.

pub mod args;
mod clean;
mod decode;
mod detect;
mod repair;

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;

use crate::error::Error;

/// Runs the program with these arguments and says how it ended: 0 done, 1 findings or over a guard, 2 usage, 3 input or output,
/// 4 a defect of jingwen. A closed pipe is success.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args = match args::Cli::try_parse_from(args) {
        Ok(args) => args,
        Err(e) => {
            let _ = e.print();
            return ExitCode::from(if e.use_stderr() { 2 } else { 0 });
        }
    };
    let outcome = match args.verb {
        args::Verb::Clean(a) => clean::run(&a),
        args::Verb::Repair(a) => repair::run(&a),
        args::Verb::Detect(a) => detect::run(&a),
        args::Verb::Decode(a) => decode::run(&a),
    };
    let Err(e) = outcome else { return ExitCode::SUCCESS };
    if is_closed_pipe(&e) {
        return ExitCode::SUCCESS;
    }
    let mut stderr = io::stderr().lock();
    let mut line = format!("jingwen: {e}");
    let mut cause = std::error::Error::source(&e);
    while let Some(c) = cause {
        line.push_str(&format!(": {c}"));
        cause = c.source();
    }
    let _ = writeln!(stderr, "{line}");
    ExitCode::from(match e {
        Error::Usage(_) | Error::Rule { .. } => 2,
        Error::Conservation(_) => 4,
        _ => 3,
    })
}

fn is_closed_pipe(e: &Error) -> bool {
    matches!(e, Error::Io { source, .. } if source.kind() == io::ErrorKind::BrokenPipe)
}

/// [`Error::Io`] for something that was done to `path`.
fn cannot(verb: &'static str, path: impl std::fmt::Display) -> impl FnOnce(io::Error) -> Error {
    move |source| Error::Io { verb, path: path.to_string(), source }
}
