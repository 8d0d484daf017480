//! `Cleaner`: options once, then records and batches from any thread. What it does is said by `jingwen::run::passes`.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jingwen::batch::{MOST_THREADS, guarded};
use jingwen::explain::Explanation;
use jingwen::rules::Rules;
use jingwen::run::passes::{Given, Passes};
use jingwen::run::settings::{Dedup, Settings, SiteFacts, Verb};
use jingwen::{Form, Lang, Normalization, Profile, RawDoc, charset};
use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyDict, PyString};

use crate::batch::{self, Pass, Plan};
use crate::capsule::{self, Batch};
use crate::columns::Named;
use crate::document::{Charset, Document};
use crate::error::{self, OptionError};
use crate::own;
use crate::pyarrow;

/// Cleans records. Immutable and shared by threads; Python's lock is released while it works.
#[pyclass(frozen, module = "jingwen._native", subclass)]
pub struct Cleaner {
    clean: Arc<Passes>,
    repair: Arc<Passes>,
    /// For the passes over a dump.
    dump: Arc<Passes>,
    fragile: Option<String>,
    rows: AtomicU64,
    nulls: AtomicU64,
    errors: AtomicU64,
}

#[pymethods]
impl Cleaner {
    #[new]
    #[pyo3(signature = (*, profile="article", title=true, links=false, dedup="page", normalize=None, width=false, remove_lost=false, max_record=1<<28, rules=None,
        site_facts=None, _fragile=None))]
    #[allow(clippy::too_many_arguments)]
    fn new(
        profile: &str,
        title: bool,
        links: bool,
        dedup: &str,
        normalize: Option<&str>,
        width: bool,
        remove_lost: bool,
        max_record: usize,
        rules: Option<PathBuf>,
        site_facts: Option<PathBuf>,
        _fragile: Option<String>,
    ) -> PyResult<Cleaner> {
        let profile = choice(
            "profile",
            profile,
            &[("article", Profile::Article), ("forum", Profile::Forum), ("recall", Profile::Recall), ("precision", Profile::Precision)],
        )?;
        let dedup = choice("dedup", dedup, &[("page", Dedup::Page), ("off", Dedup::Off)])?;
        let forms =
            [("nfc", Normalization::Nfc), ("nfkc", Normalization::Nfkc), ("nfd", Normalization::Nfd), ("nfkd", Normalization::Nfkd)];
        let normalize = normalize.map(|n| choice("normalize", n, &forms)).transpose()?;
        if !(1..=jingwen::span::MAX_RECORD).contains(&max_record) {
            return Err(OptionError::new_err(format!("max_record={max_record}: a record has 1 to {} bytes", jingwen::span::MAX_RECORD)));
        }
        let mut form = Form::default();
        (form.normalize, form.width, form.remove_lost) = (normalize, width, remove_lost);
        let settings = Settings { verb: Verb::Clean { title, profile, links }, dedup, form, max_record, ..Settings::default() };
        let rules: &'static Rules = match rules {
            None => Rules::builtin(),
            // a program has few sets of rules, and pages refer to theirs as long as it runs
            Some(path) => match jingwen::io::rules::read(&path) {
                Ok(own) => Box::leak(Box::new(own.rules)),
                Err(e) => return Err(OptionError::new_err(format!("rules={}: {e}", path.display()))),
            },
        };
        let passes = |settings: &Settings| -> PyResult<Arc<Passes>> {
            let passes = Passes::new(settings, rules);
            let Some(path) = &site_facts else { return Ok(Arc::new(passes)) };
            let wrong = |e| OptionError::new_err(format!("site_facts={}: {e}", path.display()));
            SiteFacts::read(path.clone()).map(|(_, facts)| Arc::new(passes.with_sites(facts))).map_err(wrong)
        };
        Ok(Cleaner {
            repair: Arc::new(Passes::new(&Settings { verb: Verb::Repair, ..settings.clone() }, rules)),
            dump: passes(&Settings { dedup: Dedup::Dump, ..settings.clone() })?,
            clean: passes(&settings)?,
            fragile: _fragile,
            rows: AtomicU64::default(),
            nulls: AtomicU64::default(),
            errors: AtomicU64::default(),
        })
    }

    /// Cleans one record: bytes in any charset, or text.
    #[pyo3(signature = (data, *, id="", url=None, label=None))]
    fn clean(&self, py: Python<'_>, data: &Bound<'_, PyAny>, id: &str, url: Option<&str>, label: Option<&str>) -> PyResult<Document> {
        self.document(py, &self.clean, "clean", data, RawDoc { id, url, label, bytes: b"" })
    }

    /// Decodes and repairs one record, and changes nothing else.
    #[pyo3(signature = (data, *, id="", url=None, label=None))]
    fn repair(&self, py: Python<'_>, data: &Bound<'_, PyAny>, id: &str, url: Option<&str>, label: Option<&str>) -> PyResult<Document> {
        self.document(py, &self.repair, "repair", data, RawDoc { id, url, label, bytes: b"" })
    }

    /// Which charset bytes are in. `label`: what HTTP claimed.
    #[staticmethod]
    #[pyo3(signature = (data, *, id="", label=None))]
    fn detect(py: Python<'_>, data: &Bound<'_, PyAny>, id: &str, label: Option<&str>) -> PyResult<Charset> {
        let input = Input::of("detect", data)?;
        let raw = RawDoc { id, url: None, label, bytes: input.bytes()? };
        let found = py.detach(|| {
            guarded(|| {
                let found = charset::detect(&raw);
                jingwen::Charset { language: charset::language(&raw, &found), ..found }
            })
        });
        found.map(|c| Charset::of(&c)).map_err(|why| error::record(py, id, &why))
    }

    /// What became of each line and why, as `jingwen explain` prints it; with `json` as JSON lines.
    #[pyo3(signature = (data, *, id="", url=None, label=None, json=false, all=false))]
    #[allow(clippy::too_many_arguments)]
    fn explain(
        &self,
        py: Python<'_>,
        data: &Bound<'_, PyAny>,
        id: &str,
        url: Option<&str>,
        label: Option<&str>,
        json: bool,
        all: bool,
    ) -> PyResult<String> {
        let input = Input::of("explain", data)?;
        let given = Given { raw: RawDoc { id, url, label, bytes: input.bytes()? }, text: input.is_text(), extra: None };
        let told = py.detach(|| {
            guarded(|| {
                let page = self.clean.page(given)?;
                let story = Explanation::new(&page, self.clean.rules(), Lang::En);
                Ok(if json { story.json_lines() } else { story.text(all, |_, s| s.to_owned()) })
            })
        });
        told.unwrap_or_else(Err).map_err(|why| error::record(py, id, &why))
    }

    /// Rows seen by the batch calls of this cleaner so far: a dict of `rows`, `nulls` (texts that are null) and `errors`.
    #[getter]
    fn counts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let counts = PyDict::new(py);
        for (name, n) in [("rows", &self.rows), ("nulls", &self.nulls), ("errors", &self.errors)] {
            counts.set_item(name, n.load(Ordering::Relaxed))?;
        }
        Ok(counts)
    }

    /// The kernel alone, or with its rows, for the texts of a batch, on this thread: what scripts/bench-python.py compares with.
    #[pyo3(signature = (data, rows, column=None))]
    fn _bare(&self, py: Python<'_>, data: &Bound<'_, PyAny>, rows: bool, column: Option<String>) -> PyResult<()> {
        let named = Named { text: column, ..Named::default() };
        for batch in capsule::take(data)?.batches {
            let batch = batch.map_err(capsule::said)?;
            py.detach(|| batch::bare(&self.clean, &named, &batch, rows))?;
        }
        Ok(())
    }

    /// Cleans a column of an Arrow table; see `jingwen.clean_batch`.
    #[pyo3(signature = (data, column=None, *, id=None, url=None, label=None, read=false, others=true, trace=false, on_bad="quarantine",
        threads=1, max_batch=1<<30, _most=own::MOST))]
    #[allow(clippy::too_many_arguments)]
    fn clean_batch<'py>(
        &self,
        py: Python<'py>,
        data: &Bound<'py, PyAny>,
        column: Option<String>,
        id: Option<String>,
        url: Option<String>,
        label: Option<String>,
        read: bool,
        others: bool,
        trace: bool,
        on_bad: &str,
        threads: usize,
        max_batch: u64,
        _most: u64,
    ) -> PyResult<Bound<'py, PyAny>> {
        let most = _most.min(own::MOST);
        let plan = |text| -> PyResult<Plan> {
            let named = Named { text, id, url, label, read, ..Named::default() };
            let fragile = self.fragile.clone();
            let strict = strict(on_bad)?;
            Ok(Plan { pass: Pass::Clean, named, others, trace, strict, threads, max_batch, most, paths: Vec::new(), fragile })
        };
        if pyarrow::is_table(data) {
            let Batch { schema, batches } = self.passed(py, plan(column)?, data)?;
            return pyarrow::of(py, &schema, &batches);
        }
        // other libraries are the business of the Python side
        let package = py.import(intern!(py, "jingwen"))?;
        let (kind, data): (Bound<'_, PyAny>, Bound<'_, PyAny>) =
            package.call_method1(intern!(py, "_arrow"), (data, column.as_deref()))?.extract()?;
        let done = self.passed(py, plan(column)?, &data)?;
        package.call_method1(intern!(py, "_like"), (kind, done))
    }

    /// One pass over Arrow batches; the package's Python side gives it its public forms.
    #[pyo3(signature = (pass, data, *, column=None, id=None, url=None, label=None, order=None, verdicts=None, read=false, others=true,
        trace=false, on_bad="quarantine", threads=1, max_batch=1<<30, paths=Vec::new(), _most=own::MOST))]
    #[allow(clippy::too_many_arguments)]
    fn _batch(
        &self,
        py: Python<'_>,
        pass: &str,
        data: &Bound<'_, PyAny>,
        column: Option<String>,
        id: Option<String>,
        url: Option<String>,
        label: Option<String>,
        order: Option<String>,
        verdicts: Option<String>,
        read: bool,
        others: bool,
        trace: bool,
        on_bad: &str,
        threads: usize,
        max_batch: u64,
        paths: Vec<String>,
        _most: u64,
    ) -> PyResult<Batch> {
        let pass = choice("pass", pass, &[("clean", Pass::Clean), ("scan", Pass::Scan), ("apply", Pass::Apply)])?;
        let named = Named { text: column, id, url, label, order, verdicts, read };
        let (strict, most, fragile) = (strict(on_bad)?, _most.min(own::MOST), self.fragile.clone());
        self.passed(py, Plan { pass, named, others, trace, strict, threads, max_batch, most, paths, fragile }, data)
    }
}

/// Refuses more threads than a machine is asked for on purpose.
pub fn threads(many: usize) -> PyResult<()> {
    let told = || OptionError::new_err(format!("threads={many}: 0 for all cores, or 1 to {MOST_THREADS}"));
    (many <= MOST_THREADS).then_some(()).ok_or_else(told)
}

/// What is asked of rows that cannot be read: true when they raise.
fn strict(on_bad: &str) -> PyResult<bool> {
    choice("on_bad", on_bad, &[("quarantine", false), ("fail", true)])
}

impl Cleaner {
    /// Batches through a pass.
    fn passed(&self, py: Python<'_>, plan: Plan, data: &Bound<'_, PyAny>) -> PyResult<Batch> {
        if !(1..=own::MOST).contains(&plan.max_batch) {
            return Err(OptionError::new_err(format!("max_batch={}: a batch has 1 to {} bytes", plan.max_batch, own::MOST)));
        }
        threads(plan.threads)?;
        let passes = if plan.pass == Pass::Clean { &self.clean } else { &self.dump };
        let given = capsule::take(data)?;
        let mut batches: Vec<arrow_array::RecordBatch> = Vec::new();
        let mut first = 0;
        let mut rest = given.batches;
        // the producer may run Python code of its own
        while let Some(batch) = py.detach(|| rest.next()) {
            let batch = batch.map_err(capsule::said)?;
            let done = batch::run(py, passes, &plan, &batch, first)?;
            first += batch.num_rows();
            self.count(&done);
            batches.push(done);
        }
        let schema = match batches.first() {
            Some(first) => first.schema(),
            None => batch::schema(&plan, &given.schema)?,
        };
        Ok(Batch { schema, batches })
    }

    fn document(&self, py: Python<'_>, passes: &Passes, verb: &str, data: &Bound<'_, PyAny>, raw: RawDoc<'_>) -> PyResult<Document> {
        let input = Input::of(verb, data)?;
        let bytes = input.bytes()?;
        let given = Given { raw: RawDoc { bytes, ..raw }, text: input.is_text(), extra: None };
        let done = py.detach(|| {
            guarded(|| {
                if let Some(word) = &self.fragile
                    && bytes.windows(word.len().max(1)).any(|w| w == word.as_bytes())
                {
                    panic!("a test of the guards");
                }
                let page = passes.page(given)?;
                let draft = passes.draft(&page);
                let reason = passes.reason(&draft);
                Ok(Document::of(&page, &draft, reason, given.text, passes.rules()))
            })
        });
        done.unwrap_or_else(Err).map_err(|why| error::record(py, raw.id, &why))
    }

    fn count(&self, batch: &arrow_array::RecordBatch) {
        let rows = batch.num_rows() as u64;
        let told = |name: &str| batch.column_by_name(name).map_or(0, |c| rows - c.null_count() as u64);
        let nulls = batch
            .column_by_name("reason")
            .filter(|c| c.null_count() < batch.num_rows())
            .and_then(|c| arrow_array::cast::AsArray::as_string_opt::<i32>(c.as_ref()))
            .map_or(0, |c| c.iter().flatten().filter(|r| r.starts_with(jingwen::io::record::NULL)).count());
        self.rows.fetch_add(rows, Ordering::Relaxed);
        self.nulls.fetch_add(nulls as u64, Ordering::Relaxed);
        self.errors.fetch_add(told("error"), Ordering::Relaxed);
    }
}

/// One of some words.
fn choice<T: Copy>(option: &str, value: &str, all: &[(&str, T)]) -> PyResult<T> {
    let found = all.iter().find(|(name, _)| *name == value);
    let names = || all.iter().map(|(n, _)| format!("{n:?}")).collect::<Vec<_>>().join(", ");
    found.map(|(_, v)| *v).ok_or_else(|| OptionError::new_err(format!("{option}={value:?} is none of {}", names())))
}

/// Why a `str` is no text.
const HALVES: &str = "no text: it holds halves of surrogate pairs, which are no characters; give its bytes, of a file as they stand there, else \
                      text.encode(\"utf-8\", \"surrogatepass\")";

/// Bytes or text from Python.
enum Input<'a, 'py> {
    Bytes(&'a Bound<'py, PyBytes>),
    Text(&'a Bound<'py, PyString>),
    /// A bytearray can change while we look: it is copied.
    Copied(Vec<u8>),
}

impl<'a, 'py> Input<'a, 'py> {
    fn of(verb: &str, data: &'a Bound<'py, PyAny>) -> PyResult<Input<'a, 'py>> {
        if let Ok(bytes) = data.cast::<PyBytes>() {
            return Ok(Input::Bytes(bytes));
        }
        if let Ok(text) = data.cast::<PyString>() {
            return Ok(Input::Text(text));
        }
        if let Ok(bytes) = data.cast::<PyByteArray>() {
            return Ok(Input::Copied(bytes.to_vec()));
        }
        let kind = data.get_type().name()?;
        Err(PyTypeError::new_err(format!("{verb}() takes bytes or str, not {kind}; of a file give its content: open(path, 'rb').read()")))
    }

    fn bytes(&self) -> PyResult<&[u8]> {
        match self {
            Input::Bytes(b) => Ok(b.as_bytes()),
            Input::Text(t) => match t.to_str() {
                Ok(text) => Ok(text.as_bytes()),
                Err(_) => Err(error::record(t.py(), "", HALVES)),
            },
            Input::Copied(b) => Ok(b),
        }
    }

    fn is_text(&self) -> bool {
        matches!(self, Input::Text(_))
    }
}
