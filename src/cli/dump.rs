//! The arguments of the verbs that go through a dump, made to a plan, and how a run ended, told. The run itself lives in `run`.

use std::io::{self, IsTerminal};
use std::path::PathBuf;

use super::args;
use super::console::Console;
use super::{Outcome, inputs, summary};
use crate::error::Error;
use crate::io::output;
use crate::run::plan::{self, Plan};
use crate::run::settings::{Compression, Dedup, From, Means, Near, Settings, SiteFacts, To, Verb, Watch};
use crate::run::{Before, Run, index, stream};

/// What is done, besides what all verbs that go through a dump have in common.
pub struct Task {
    /// The verb.
    pub verb: Verb,
    /// Which duplicates go.
    pub dedup: Dedup,
    /// What goes when something nearly the same stands earlier.
    pub near: Option<Near>,
    /// From which similarity on, in thousandths.
    pub near_threshold: u16,
    /// Lines that recur on the pages of a host are learnt and left out.
    pub learn_sites: bool,
    /// Lines of hosts that are known already.
    pub site_facts: Option<PathBuf>,
    /// An index of earlier dumps.
    pub against: Option<PathBuf>,
    /// Where an index of this one is kept.
    pub keep_index: Option<PathBuf>,
    /// Own rules.
    pub rules: Option<PathBuf>,
    /// Where a report for people goes.
    pub report: Option<PathBuf>,
}

/// Runs a verb over all inputs.
///
/// # Errors
/// Wrong arguments, or an output that cannot be written. Inputs that cannot be read are told and counted instead.
pub fn run(args: &args::Dump, task: &Task, console: &mut Console) -> Result<Outcome, Error> {
    let request = Request::new(args, task)?;
    if args.dry_run {
        return request.tell();
    }
    let means = means(args, console);
    if request.stdin && io::stdin().is_terminal() {
        console.tell("jingwen: reading from the terminal; end with Ctrl-D, or see --help");
    }
    let Some(folder) = &request.folder else {
        if args.resume {
            return Err(Error::Usage("--resume needs a run in a folder: -o OUT".to_owned()));
        }
        let quarantine = request.quarantine.as_deref();
        if let Some(file) = &request.file {
            stream::refuse_to_harm(&request.plan, file, quarantine, args.overwrite)?;
        }
        let sums = stream::run(&request.plan, request.file.as_deref(), quarantine, &means, console)?;
        let bad = sums.records.quarantined + sums.records.skipped;
        if request.file.is_some() || console.verbose || (bad > 0 && request.plan.settings.to == To::Jsonl) {
            summary::tell(&sums, None, quarantine, console);
        }
        return Ok(summary::outcome(&sums, args, console));
    };
    let before = match (args.resume, args.overwrite) {
        (true, _) => Before::Resume,
        (_, true) => Before::Overwrite,
        _ => Before::None,
    };
    let run = Run::set_up(request.plan, folder, before, means)?;
    tell_limits(&run, console);
    let report = match run.go(console) {
        Ok(report) => report,
        Err(e) => {
            if matches!(e, Error::Io { .. }) {
                console.tell("jingwen: what is done is safe; --resume goes on from here");
            }
            return Err(e);
        }
    };
    summary::tell(&report.sums, report.removed.as_deref(), Some(&report.quarantine), console);
    if let Some(path) = &args.metrics {
        output::write_whole_again(path, &run.plan.id(), report.prometheus().as_bytes()).map_err(Error::io("write", &path))?;
    }
    Ok(summary::outcome(&report.sums, args, console))
}

/// Sets up a run without beginning it: `stage plan`.
///
/// # Errors
/// As [`run`].
pub fn plan(args: &args::Dump, task: &Task, console: &mut Console) -> Result<Outcome, Error> {
    let request = Request::new(args, task)?;
    if args.dry_run {
        return request.tell();
    }
    let Some(folder) = &request.folder else {
        return Err(Error::Usage("a run of several passes needs a folder: -o OUT".to_owned()));
    };
    let before = if args.overwrite { Before::Overwrite } else { Before::None };
    let run = Run::set_up(request.plan, folder, before, means(args, console))?;
    tell_limits(&run, console);
    console.tell(&format!("{} inputs in {} units; run {}", run.plan.inputs.len(), run.plan.units().len(), run.plan.id()));
    Ok(Outcome::Done)
}

/// Tells what of the arguments says less than it seems to.
fn tell_limits(run: &Run, console: &mut Console) {
    if run.plan.settings.near.is_some() && run.plan.against.is_some() {
        console.tell(
            "jingwen: --near looks within this dump alone: the index of --against has hashes to find the same by, no texts to compare",
        );
    }
}

fn means(args: &args::Dump, console: &Console) -> Means {
    Means { threads: args.inputs.jobs, memory: args.inputs.memory, temp: args.temp.clone(), lang: console.lang }
}

/// What the arguments ask for.
struct Request {
    plan: Plan,
    stdin: bool,
    /// The output folder, if it is one.
    folder: Option<PathBuf>,
    /// The output file, if it is one.
    file: Option<PathBuf>,
    /// Of a stream.
    quarantine: Option<PathBuf>,
}

impl Request {
    /// Looks at the arguments and walks the inputs; writes nothing.
    fn new(args: &args::Dump, task: &Task) -> Result<Request, Error> {
        let (verb, dedup) = (task.verb, task.dedup);
        let (inputs, stdin) = inputs::named(&args.inputs)?;
        let single = stdin || (inputs.len() == 1 && !inputs[0].is_dir());
        let to = format(args, &inputs, single)?;
        if args.output.is_none() && !single && to.is_tree() {
            return Err(Error::Usage("several pages need a folder to go to: add -o OUT (or --to jsonl for one stream)".to_owned()));
        }
        // a name like a file's is a file, unless a folder of that name is there or a tree must go somewhere
        let is_file = |o: &&PathBuf| {
            let fits = match to {
                To::Jsonl | To::Mnbvc => plan::kind(o) == From::Jsonl,
                To::Markdown => single && o.extension().is_some_and(|e| e.eq_ignore_ascii_case("md")),
                To::Text => single && o.extension().is_some_and(|e| e.eq_ignore_ascii_case("txt")),
                To::Parquet => false,
            };
            fits && !o.is_dir()
        };
        let file = args.output.clone().filter(|o| is_file(&o));
        let folder = args.output.clone().filter(|_| file.is_none());
        if folder.is_none() && dedup == Dedup::Dump {
            return Err(Error::Usage("--dedup dump needs a folder to go to: -o OUT".to_owned()));
        }
        if folder.is_none() && task.learn_sites {
            return Err(Error::Usage("--learn-sites needs a folder to go to: -o OUT".to_owned()));
        }
        if folder.is_none() && to == To::Parquet {
            return Err(Error::Usage("--to parquet needs a folder to go to: -o OUT".to_owned()));
        }
        let quarantine = args.quarantine.clone().or_else(|| {
            // named after the file: beside it may stand the quarantine of another
            file.as_ref().and_then(|f| Some(f.with_file_name(format!("{}.quarantine", f.file_name()?.to_string_lossy()))))
        });
        let compress = args.compress;
        let settings = Settings {
            verb,
            from: if stdin && args.inputs.from == From::Auto { From::Page } else { args.inputs.from },
            to,
            text_field: args.inputs.text_field.clone(),
            details: args.details,
            dedup,
            near: task.near,
            near_threshold: task.near.map(|_| task.near_threshold),
            learn_sites: task.learn_sites,
            site_facts: task.site_facts.as_deref().map(site_facts).transpose()?,
            trace: args.trace.as_deref().map(inputs::absolute).transpose()?,
            keep_index: task.keep_index.as_deref().map(inputs::absolute).transpose()?,
            report: task.report.as_deref().map(inputs::absolute).transpose()?,
            compress: match &file {
                Some(file) => Some(compress.unwrap_or_else(|| plan::compression(file))),
                None if folder.is_none() => Some(compress.unwrap_or(Compression::None)),
                None => compress,
            },
            max_record: args.inputs.max_record,
            max_ratio: args.inputs.max_ratio,
            max_nesting: args.inputs.max_nesting,
            block: args.block,
            on_bad: args.on_bad,
            quarantine: args.quarantine.as_deref().map(inputs::absolute).transpose()?,
            sample: args.inputs.sample,
            limit: args.inputs.limit,
            form: inputs::form(&args.inputs.form),
            rules: task.rules.as_deref().map(inputs::own).transpose()?,
        };
        settings.check(task.against.is_some())?;
        let skip = args
            .output
            .iter()
            .chain(&args.trace)
            .chain(&quarantine)
            .chain(&args.quarantine)
            .chain(task.report.iter().filter(|r| inputs::is_report(r)))
            .filter_map(|p| p.canonicalize().ok())
            .collect();
        let (found, unreadable) = inputs::found(&args.inputs, &inputs, stdin, skip)?;
        if let Some(report) = task.report.as_ref().filter(|r| r.exists()) {
            let same = |s: &crate::io::source::Source| s.path.canonicalize().ok() == report.canonicalize().ok();
            let name = report.display();
            if report.is_dir() || found.iter().any(same) {
                return Err(Error::Usage(format!("{name} is a folder or an input and would be written over; choose another --report")));
            }
            if !args.overwrite && !args.resume {
                return Err(Error::Usage(format!("{name} exists; --overwrite replaces it")));
            }
        }
        let mut plan = Plan::new(settings, found, unreadable);
        plan.against = task.against.as_deref().map(|a| index::look(&inputs::absolute(a)?)).transpose()?;
        Ok(Request { plan, stdin, folder, file, quarantine })
    }

    /// `--dry-run`: the inputs, what they are taken for, and where they go.
    fn tell(&self) -> Result<Outcome, Error> {
        let mut out = String::new();
        for i in &self.plan.inputs {
            let target = i.part.map(|p| &self.plan.parts[p as usize]).or(i.target.as_ref());
            let to = match (&i.why, target, &self.folder) {
                (Some(why), ..) => format!("cannot be read: {why}"),
                (None, Some(target), Some(folder)) => folder.join(target).display().to_string(),
                _ => self.file.as_ref().map_or_else(|| "standard output".to_owned(), |f| f.display().to_string()),
            };
            out.push_str(&format!("{}\t{}\t{to}\n", i.shown().display(), i.kind.name()));
        }
        super::print(out.as_bytes())
    }
}

/// What to write when it was not said: JSON lines for JSON lines and archives, else text.
fn format(args: &args::Dump, inputs: &[PathBuf], single: bool) -> Result<To, Error> {
    let kinds = |p: &PathBuf| (!p.is_dir()).then(|| plan::kind(p));
    let records = match args.inputs.from {
        From::Jsonl | From::Warc | From::Parquet | From::Archive => true,
        From::Page => false,
        From::Auto if single => inputs.first().and_then(kinds).is_some_and(|k| k != From::Page),
        From::Auto => false,
    };
    let named = args.output.as_deref().is_some_and(|o| plan::kind(o) == From::Jsonl);
    let to = match args.to {
        Some(to) => to,
        None if records || named => To::Jsonl,
        None => To::Text,
    };
    if args.inputs.from == From::Jsonl && to.is_tree() {
        return Err(Error::Usage("--from jsonl gives JSON lines: one line in, one line out; write --to jsonl".to_owned()));
    }
    Ok(to)
}

/// A table of lines of hosts, looked at.
fn site_facts(path: &std::path::Path) -> Result<SiteFacts, Error> {
    SiteFacts::read(inputs::absolute(path)?).map(|(known, _)| known)
}

impl Watch for Console {
    fn expect(&mut self, pass: &'static str, bytes: Option<u64>) {
        Console::expect(self, pass, bytes);
    }

    fn advance(&mut self, bytes: u64, records: u64) {
        Console::advance(self, bytes, records);
    }

    fn warn(&mut self, message: &str) {
        Console::warn(self, message);
    }

    fn note(&mut self, message: &str) {
        Console::note(self, message);
    }

    fn tell(&mut self, message: &str) {
        Console::tell(self, message);
    }

    fn finish(&mut self) {
        Console::finish(self);
    }
}
