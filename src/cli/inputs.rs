//! The arguments that say what is read, made to lists of files and, for the verbs that only look, to a plan.

use std::io::{self, BufRead, IsTerminal};
use std::path::{Path, PathBuf};

use super::args;
use super::console::Console;
use crate::error::Error;
use crate::form::Form;
use crate::io::rules;
use crate::io::source::{self, Choice, Source, Unreadable};
use crate::lang::Lang;
use crate::rules::Rules;
use crate::run::plan::Plan;
use crate::run::settings::{Compression, Dedup, From, Means, OnBad, OwnRules, Settings, To};

/// The files and folders that were named, and whether it is standard input instead.
pub fn named(args: &args::Inputs) -> Result<(Vec<PathBuf>, bool), Error> {
    let mut inputs = args.input.clone();
    if let Some(from) = &args.files_from {
        inputs.extend(names(from)?);
    }
    let stdin = inputs.is_empty() && args.files_from.is_none() || (inputs.len() == 1 && inputs[0].as_os_str() == "-");
    if !stdin && inputs.iter().any(|i| i.as_os_str() == "-") {
        return Err(Error::Usage("`-` stands for standard input and must be the only INPUT".to_owned()));
    }
    Ok((inputs, stdin))
}

/// The names in a file, one a line.
fn names(from: &Path) -> Result<Vec<PathBuf>, Error> {
    let reader: Box<dyn BufRead> = if from.as_os_str() == "-" {
        Box::new(io::stdin().lock())
    } else {
        Box::new(io::BufReader::new(std::fs::File::open(from).map_err(Error::io("read", from))?))
    };
    let lines = reader.split(b'\n').map(|l| l.map(|l| l.strip_suffix(b"\r").map_or(l.clone(), <[u8]>::to_vec)));
    let lines: io::Result<Vec<Vec<u8>>> = lines.collect();
    let lines = lines.map_err(Error::io("read", from))?;
    Ok(lines.into_iter().filter(|l| !l.is_empty()).map(|l| source::path(&l)).collect())
}

/// The files behind the names, without those in `skip`, and what could not be looked at.
pub fn found(args: &args::Inputs, inputs: &[PathBuf], stdin: bool, skip: Vec<PathBuf>) -> Result<(Vec<Source>, Vec<Unreadable>), Error> {
    if stdin {
        return Ok((vec![Source { path: "-".into(), name: "-".into(), size: 0 }], Vec::new()));
    }
    let choice = Choice::new(&args.include, &args.exclude, skip).map_err(Error::Usage)?;
    let mut unreadable = Vec::new();
    let found = source::all(inputs, &choice, &mut unreadable);
    Ok((found, unreadable))
}

/// The form of text that was asked for.
pub fn form(args: &args::Formed) -> Form {
    let mut form = Form::default();
    (form.normalize, form.width, form.remove_lost) = (args.normalize, args.width, args.remove_lost);
    form
}

/// A path that means the same from every folder: the passes of a run may be begun in different ones.
pub fn absolute(path: &Path) -> Result<PathBuf, Error> {
    std::path::absolute(path).map_err(Error::io("find", path))
}

/// Own rules as a plan knows them.
pub fn own(path: &Path) -> Result<OwnRules, Error> {
    Ok(OwnRules { path: absolute(path)?, mark: rules::read(path)?.mark })
}

/// The built-in rules, and behind them the own ones of a folder or table. They live as long as the program.
pub fn all_rules(own: Option<&Path>) -> Result<&'static Rules, Error> {
    Ok(match own {
        Some(path) => Box::leak(Box::new(rules::read(path)?.rules)),
        None => Rules::builtin(),
    })
}

/// The plan of a verb that cleans and writes nothing.
pub fn plan(args: &args::Inputs, content: &args::Content, dedup: Dedup, console: &Console) -> Result<Plan, Error> {
    plan_without(args, content, dedup, Vec::new(), console)
}

/// The same without the files in `skip`, whose paths are canonical.
pub fn plan_without(
    args: &args::Inputs,
    content: &args::Content,
    dedup: Dedup,
    skip: Vec<PathBuf>,
    console: &Console,
) -> Result<Plan, Error> {
    let (inputs, stdin) = named(args)?;
    if stdin && io::stdin().is_terminal() {
        console.tell(&format!("jingwen: {}", console.lang.say("reading from the terminal; end with Ctrl-D, or see --help")));
    }
    let (found, unreadable) = found(args, &inputs, stdin, skip)?;
    let settings = Settings {
        verb: content.verb(),
        from: if stdin && args.from == From::Auto { From::Page } else { args.from },
        to: To::Jsonl,
        text_field: args.text_field.clone(),
        details: false,
        dedup,
        near: None,
        near_threshold: None,
        learn_sites: false,
        site_facts: None,
        keep_index: None,
        trace: None,
        report: None,
        compress: Some(Compression::None),
        max_record: args.max_record,
        max_ratio: args.max_ratio,
        max_nesting: args.max_nesting,
        block: u64::MAX,
        on_bad: OnBad::Skip,
        quarantine: None,
        sample: args.sample,
        limit: args.limit,
        form: form(&args.form),
        rules: content.rules.as_deref().map(own).transpose()?,
    };
    Ok(Plan::new(settings, found, unreadable))
}

/// What it may use.
pub fn means(args: &args::Inputs) -> Means {
    Means { threads: args.jobs, memory: args.memory, temp: None, lang: Lang::default() }
}

/// Whether a file is the report of an earlier run, which is no input of this one. Any other file that lies in the input is, and is not
/// written over.
pub fn is_report(path: &Path) -> bool {
    use std::io::Read;
    let mut head = Vec::new();
    let read = std::fs::File::open(path).and_then(|f| f.take(1024).read_to_end(&mut head));
    read.is_ok() && crate::report::page::is_report(&head)
}
