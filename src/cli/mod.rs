//! The command line: one file a verb, arguments in `args`. What the verbs mean for one page lives in the kernel.

pub mod args;
mod check;
mod clean;
mod compare;
mod config;
mod console;
mod decode;
mod detect;
mod diff;
mod dump;
mod expect;
mod explain;
mod inputs;
mod repair;
mod restore;
mod review;
mod rules;
mod shell;
mod stage;
mod summary;
mod terminal;
mod verify;

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;

use crate::error::Error;
use console::Console;

/// How a verb ended that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Done,
    /// Done, with something the user wants to hear of: over a guard.
    Findings,
    /// Some inputs could not be read; they were told, the others are done.
    Unreadable,
}

/// Runs the program with these arguments and says how it ended: 0 done, 1 findings or over a guard, 2 usage, 3 input or output,
/// 4 a defect of jingwen. A closed pipe is success.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let settled = match config::settle(args.into_iter().collect()) {
        Ok(settled) => settled,
        Err(e) => return fail(&e),
    };
    let args = match args::Cli::try_parse_from(&settled.args) {
        Ok(args) => args,
        Err(e) => {
            // nothing can be done when even this cannot be printed
            let _ = e.print();
            if let (Some((path, added)), true) = (&settled.added, e.use_stderr()) {
                let added: Vec<_> = added.iter().map(|a| a.to_string_lossy()).collect();
                let _ = writeln!(io::stderr().lock(), "\n{} added: {}", path.display(), added.join(" "));
            }
            return ExitCode::from(if e.use_stderr() { 2 } else { 0 });
        }
    };
    let console = &mut Console::new(&args.talk);
    if let Some((path, added)) = &settled.added {
        let added: Vec<_> = added.iter().map(|a| a.to_string_lossy()).collect();
        console.note(&format!("{}: {}", path.display(), added.join(" ")));
    }
    let outcome = match &args.verb {
        args::Verb::Clean(a) => clean::run(a, console),
        args::Verb::Repair(a) => repair::run(a, console),
        args::Verb::Check(a) => check::run(a, &args.talk, console),
        args::Verb::Review(a) => review::run(a, console, args.talk.color),
        args::Verb::Restore(a) => restore::run(a, console),
        args::Verb::Verify(a) => verify::run(a, console),
        args::Verb::Stage(a) => stage::run(&a.pass, console),
        args::Verb::Diff(a) => diff::run(a, console, args.talk.color),
        args::Verb::Detect(a) => detect::run(a, console),
        args::Verb::Decode(a) => decode::run(a),
        args::Verb::Explain(a) => explain::run(a, &args.talk),
        args::Verb::Rules(a) => rules::run(a, &args.talk, console),
        args::Verb::Completions { shell } => shell::completions(*shell),
        args::Verb::Man { verb } => shell::man(verb.as_deref()),
    };
    let e = match outcome {
        Ok(Outcome::Done) => return ExitCode::SUCCESS,
        Ok(Outcome::Findings) => return ExitCode::from(1),
        Ok(Outcome::Unreadable) => return ExitCode::from(3),
        Err(e) if is_closed_pipe(&e) => return ExitCode::SUCCESS,
        Err(e) => e,
    };
    fail(&e)
}

/// Says what went wrong, and which code that is.
fn fail(e: &Error) -> ExitCode {
    let mut line = format!("jingwen: {e}");
    let mut cause = std::error::Error::source(e);
    while let Some(c) = cause {
        line.push_str(&format!(": {c}"));
        cause = c.source();
    }
    let _ = writeln!(io::stderr().lock(), "{line}");
    ExitCode::from(match e {
        Error::Usage(_) | Error::Rule { .. } => 2,
        Error::Conservation(_) => 4,
        _ => 3,
    })
}

fn is_closed_pipe(e: &Error) -> bool {
    matches!(e, Error::Io { verb: "write", source, .. } if source.kind() == io::ErrorKind::BrokenPipe)
}

/// Writes a finished text to standard output.
fn print(text: &[u8]) -> Result<Outcome, Error> {
    let mut out = io::stdout().lock();
    out.write_all(text).and_then(|()| out.flush()).map_err(Error::io("write", "standard output"))?;
    Ok(Outcome::Done)
}

/// All of a file or, for `-` or nothing, standard input; and its name. More than `limit` bytes are an error.
fn slurp(input: Option<&std::path::Path>, limit: usize) -> Result<(Vec<u8>, String), Error> {
    use std::io::Read;
    let mut bytes = Vec::new();
    let path = input.filter(|p| p.as_os_str() != "-");
    let name = path.map_or_else(|| "-".to_owned(), |p| p.to_string_lossy().into_owned());
    let most = limit as u64 + 1;
    match path {
        Some(p) => std::fs::File::open(p).and_then(|f| f.take(most).read_to_end(&mut bytes)),
        None => io::stdin().lock().take(most).read_to_end(&mut bytes),
    }
    .map_err(Error::io("read", &name))?;
    if bytes.len() > limit {
        let why = format!("more than {limit} bytes; --max-record raises the limit, up to 1G");
        return Err(Error::Record { path: name, record: 1, offset: limit as u64, why });
    }
    Ok((bytes, name))
}
