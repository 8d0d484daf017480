//! Whole dumps from Python: a run of the command line with its settings by name, the way back from its trace, and the index it keeps.
//! What a run is lives in `jingwen::run`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use arrow_array::{ArrayRef, Int64Array, RecordBatch};
use jingwen::Error;
use jingwen::Lang;
use jingwen::batch::guarded;
use jingwen::io::rules;
use jingwen::io::source::{self, Choice};
use jingwen::run::plan::Plan;
use jingwen::run::restore::{Target, restore as restored};
use jingwen::run::settings::{Means, OwnRules, Settings, SiteFacts, Watch};
use jingwen::run::{Before, Run, index};
use pyo3::prelude::*;

use crate::capsule::{Batch, said};
use crate::cleaner;
use crate::error::{self, InternalError, JingwenError, OptionError};

/// Messages that are kept; the rest is counted.
const MESSAGES: usize = 1000;
/// Between two looks whether the user wants to stop.
const PATIENCE: Duration = Duration::from_millis(200);

/// Cleans a dump as `jingwen clean INPUT… -o OUTPUT` does. `settings`: JSON of those that are not the usual ones; `paths`: files and
/// folders by the names of their options. Gives the report of the run as JSON, and what was said on the way.
#[pyfunction]
#[allow(clippy::too_many_arguments)]
pub fn run(
    py: Python<'_>,
    inputs: Vec<PathBuf>,
    output: PathBuf,
    settings: &str,
    paths: BTreeMap<String, PathBuf>,
    resume: bool,
    overwrite: bool,
    threads: usize,
    memory: u64,
) -> PyResult<(String, Vec<String>)> {
    cleaner::threads(threads)?;
    let work = |told: &mut Told| -> Result<String, Error> {
        let means = Means { threads, memory, temp: paths.get("temp").cloned(), lang: Lang::default() };
        let settings = read(settings, &paths)?;
        settings.check(paths.contains_key("against"))?;
        let skip = [Some(&output), paths.get("trace"), paths.get("quarantine"), paths.get("report")];
        let skip = skip.into_iter().flatten().filter_map(|p| p.canonicalize().ok()).collect();
        let mut unreadable = Vec::new();
        let found = source::all(&inputs, &Choice::new(&[], &[], skip).map_err(Error::Usage)?, &mut unreadable);
        let mut plan = Plan::new(settings, found, unreadable);
        plan.against = paths.get("against").map(|a| index::look(&absolute(a)?)).transpose()?;
        let before = match (resume, overwrite) {
            (true, _) => Before::Resume,
            (_, true) => Before::Overwrite,
            _ => Before::None,
        };
        Run::set_up(plan, &output, before, means)?.go(told).map(|report| report.json())
    };
    interruptible(py, work)
}

/// The settings of a run: the usual ones but for those that are said.
fn read(said: &str, paths: &BTreeMap<String, PathBuf>) -> Result<Settings, Error> {
    let wrong = |e: serde_json::Error| Error::Usage(format!("settings: {e}"));
    let said: serde_json::Map<String, serde_json::Value> = serde_json::from_str(said).map_err(wrong)?;
    let mut all = serde_json::to_value(Settings::default()).map_err(wrong)?;
    for (name, value) in said {
        // one by one, so that a wrong value is told with its name
        let mut one = all.clone();
        one[&name] = value.clone();
        serde_json::from_value::<Settings>(one).map_err(|e| Error::Usage(format!("{name}={value}: {e}")))?;
        all[&name] = value;
    }
    let at = |name: &str| paths.get(name).map(|p| absolute(p)).transpose();
    Ok(Settings {
        keep_index: at("keep_index")?,
        trace: at("trace")?,
        report: at("report")?,
        quarantine: at("quarantine")?,
        site_facts: at("site_facts")?.map(|p| SiteFacts::read(p).map(|(known, _)| known)).transpose()?,
        rules: at("rules")?.map(|path| rules::read(&path).map(|read| OwnRules { path, mark: read.mark })).transpose()?,
        ..serde_json::from_value(all).map_err(wrong)?
    })
}

fn absolute(path: &Path) -> Result<PathBuf, Error> {
    std::path::absolute(path).map_err(Error::io("find", path))
}

/// Gets the original bytes back from the output of a run (`clean`: folder or file) and its `trace`, into the folder `output`; without
/// one it is only looked whether that can be done. Gives documents, their bytes, those refused, those not in the trace; and what was said.
#[pyfunction]
#[pyo3(signature = (clean, trace, output, overwrite))]
#[allow(clippy::type_complexity)]
pub fn restore(
    py: Python<'_>,
    clean: PathBuf,
    trace: PathBuf,
    output: Option<PathBuf>,
    overwrite: bool,
) -> PyResult<((u64, u64, u64, u64), Vec<String>)> {
    interruptible(py, |told| {
        let to = output.as_deref().map_or(Target::Nowhere, |path| Target::Folder { path, overwrite });
        restored(&clean, &trace, to, told).map(|r| (r.documents, r.bytes, r.refused, r.absent))
    })
}

/// The inputs that the rows of an index refer to, by their numbers, and how many rows it has.
#[pyfunction]
pub fn index_names(py: Python<'_>, folder: PathBuf) -> PyResult<(Vec<String>, u64)> {
    py.detach(|| Ok((index::names(&folder)?, index::length(&folder)?))).map_err(failed)
}

/// Up to `most` rows of an index from row `start` on: `hi`, `lo`, `order`, `block`.
#[pyfunction]
pub fn index_rows(py: Python<'_>, folder: PathBuf, start: u64, most: usize) -> PyResult<Batch> {
    let rows = py.detach(|| index::some(&folder, start, most)).map_err(failed)?;
    let column =
        |of: &dyn Fn(&jingwen::run::passes::Row) -> i64| -> ArrayRef { std::sync::Arc::new(rows.iter().map(of).collect::<Int64Array>()) };
    let columns = [
        ("hi", column(&|r| (r.key >> 64) as i64), false),
        ("lo", column(&|r| r.key as i64), false),
        ("order", column(&|r| r.doc as i64), false),
        ("block", column(&|r| i64::from(r.block)), false),
    ];
    let batch = RecordBatch::try_from_iter_with_nullable(columns).map_err(said)?;
    Ok(Batch { schema: batch.schema(), batches: vec![batch] })
}

/// What the work gives, and what was said on the way. A signal ends it.
fn interruptible<R: Send>(py: Python<'_>, work: impl FnOnce(&mut Told) -> Result<R, Error> + Send) -> PyResult<(R, Vec<String>)> {
    let mut told = Told { messages: Vec::new(), more: 0, looked: Instant::now(), stopped: None };
    let done = py.detach(|| guarded(|| work(&mut told)));
    if let Some(signal) = told.stopped {
        return Err(signal);
    }
    let done = done.map_err(|why| error::record(py, "", &why))?.map_err(failed)?;
    if told.more > 0 {
        told.messages.push(format!("{} more messages", told.more));
    }
    Ok((done, told.messages))
}

/// An error of the library as an exception.
fn failed(e: Error) -> PyErr {
    match e {
        Error::Usage(_) | Error::Rule { .. } => OptionError::new_err(e.to_string()),
        Error::Io { ref source, .. } => JingwenError::new_err(format!("{e}: {source}")),
        Error::Conservation(_) => InternalError::new_err(e.to_string()),
        _ => JingwenError::new_err(e.to_string()),
    }
}

/// What is said on the way, and whether somebody wants to stop.
struct Told {
    messages: Vec<String>,
    more: usize,
    looked: Instant,
    /// The exception of a signal.
    stopped: Option<PyErr>,
}

impl Told {
    fn say(&mut self, message: &str) {
        if self.messages.len() < MESSAGES {
            self.messages.push(message.to_owned());
        } else {
            self.more += 1;
        }
    }

    /// Unwinds when a signal came: what a run has done is safe at any time, and it can go on.
    fn look(&mut self) {
        if self.looked.elapsed() < PATIENCE {
            return;
        }
        self.looked = Instant::now();
        if let Err(e) = Python::attach(|py| py.check_signals()) {
            self.stopped = Some(e);
            std::panic::resume_unwind(Box::new(()));
        }
    }
}

impl Watch for Told {
    fn expect(&mut self, _pass: &'static str, _bytes: Option<u64>) {
        self.look();
    }

    fn advance(&mut self, _bytes: u64, _records: u64) {
        self.look();
    }

    fn warn(&mut self, message: &str) {
        self.say(message);
    }

    fn note(&mut self, _message: &str) {}

    fn tell(&mut self, message: &str) {
        self.say(message);
    }

    fn finish(&mut self) {}
}
