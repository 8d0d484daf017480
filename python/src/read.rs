//! Files of any format as Arrow batches of records: what the readers of the library find, one row each, damage included. Finding
//! files and the order of records are the library's too, so that they are those of the command line.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use arrow_array::builder::{BinaryBuilder, BooleanBuilder, Int64Builder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use jingwen::batch::guarded;
use jingwen::io::compress::Limits;
use jingwen::io::open::{Kind, open_reader, open_with};
use jingwen::io::quarantine::Raw;
use jingwen::io::record::Body;
use jingwen::io::records::{Found, Records};
use jingwen::io::source::{self, Choice};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::capsule::{Batch, said};
use crate::error::{self, JingwenError, OptionError};

/// Files under some paths, in the order in which a run of the command line reads them: (path, name, bytes). Folders are walked;
/// of a path that cannot be read nothing is said here, reading it says why.
#[pyfunction]
pub fn sources(py: Python<'_>, paths: Vec<PathBuf>) -> PyResult<Vec<(PathBuf, PathBuf, u64)>> {
    let choice = Choice::all();
    let mut unreadable = Vec::new();
    let found = py.detach(|| source::all(&paths, &choice, &mut unreadable));
    Ok(found.into_iter().map(|s| (s.path, s.name, s.size)).chain(unreadable.into_iter().map(|u| (u.path, u.name, 0))).collect())
}

/// The records of one file, in batches. An iterator of `jingwen.Batch`.
#[pyclass(frozen, module = "jingwen._native")]
pub struct Reader {
    state: Mutex<Option<Records>>,
    /// Name to report, and the name of records that have none.
    path: String,
    name: String,
    file: u64,
    rows: usize,
    bytes: usize,
    limit: usize,
}

#[pymethods]
impl Reader {
    /// `source`: a path, or an object with `read(n)` for a stream that `path` only names. `file`: number of the file in the dump.
    #[new]
    #[pyo3(signature = (source, *, path, name=None, file=0, kind="auto", column=None, batch_rows=1024, batch_bytes=16<<20,
        max_record=1<<28, max_ratio=1000, max_nesting=4))]
    #[allow(clippy::too_many_arguments)]
    fn new(
        py: Python<'_>,
        source: Bound<'_, PyAny>,
        path: String,
        name: Option<String>,
        file: u32,
        kind: &str,
        column: Option<&str>,
        batch_rows: usize,
        batch_bytes: usize,
        max_record: usize,
        max_ratio: u32,
        max_nesting: u8,
    ) -> PyResult<Reader> {
        let kind = match kind {
            "auto" => Kind::Auto,
            "page" => Kind::Page,
            "jsonl" => Kind::Jsonl,
            "warc" => Kind::Warc,
            "parquet" => Kind::Parquet,
            other => {
                return Err(OptionError::new_err(format!(
                    "kind={other:?} is none of \"auto\", \"page\", \"jsonl\", \"warc\", \"parquet\""
                )));
            }
        };
        let limits = Limits { record: max_record, ratio: max_ratio, depth: max_nesting, ..Limits::default() };
        let at = Path::new(&path);
        let reader = if source.hasattr("read")? {
            let stream = Stream { object: source.unbind() };
            py.detach(|| guarded(|| open_reader(Box::new(stream), at, kind, &limits)))
        } else {
            let file: PathBuf = source.extract()?;
            py.detach(|| guarded(|| open_with(&file, kind, &limits, column)))
        };
        let reader = reader.map_err(|why| error::record(py, &path, &why))?;
        let reader = reader.map_err(|e| JingwenError::new_err(format!("{path}: cannot be read: {e}")))?;
        let records = Records::new(reader, at, column.unwrap_or("text"), max_record);
        let name = name.unwrap_or_else(|| path.clone());
        let (rows, bytes) = (batch_rows.max(1), batch_bytes.clamp(1, 1 << 30));
        Ok(Reader { state: Mutex::new(Some(records)), path, name, file: u64::from(file), rows, bytes, limit: max_record })
    }

    /// The columns of the batches: `jingwen.read` documents them.
    #[staticmethod]
    fn schema() -> Batch {
        Batch { schema: schema(), batches: Vec::new() }
    }

    fn __iter__(this: PyRef<'_, Self>) -> PyRef<'_, Self> {
        this
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<Batch>> {
        let done = py.detach(|| {
            let mut state = self.state.lock().map_err(|_| "internal error: an earlier batch failed".to_owned())?;
            let Some(records) = state.as_mut() else { return Ok(None) };
            let batch = guarded(|| self.batch(records));
            if !matches!(batch, Ok(Some(_))) {
                *state = None;
            }
            batch
        });
        let batch = done.map_err(|why| error::record(py, &self.path, &why))?;
        batch.map(|b| Ok(Batch { schema: schema(), batches: vec![b.map_err(said)?] })).transpose()
    }
}

impl Reader {
    fn batch(&self, records: &mut Records) -> Option<Result<RecordBatch, arrow_schema::ArrowError>> {
        let mut rows = Rows::default();
        while rows.number < self.rows && rows.bytes < self.bytes {
            let Some(found) = records.next() else { break };
            self.add(&mut rows, found);
        }
        (rows.number > 0).then(|| rows.finish())
    }

    fn add(&self, rows: &mut Rows, found: Found) {
        let (mut body, mut text, mut id) = (None, false, None);
        let (mut url, mut label, mut fetched, mut extra, mut reason, mut error) = (None, None, None, None, None, None);
        let (number, offset, entry);
        match found {
            Found::Record(r) => {
                (number, offset, id, url, label, fetched, extra) = (r.number, r.offset, r.id, r.url, r.label, r.date, r.extra);
                entry = r.entry.map(|e| e.to_string());
                match r.body {
                    Body::Bytes(b) => body = Some(b),
                    Body::Text(t) => (body, text) = (Some(t.into_bytes()), true),
                    Body::File(_) => error = Some("internal error: a file was not read".to_owned()),
                }
            }
            Found::Bad(mut bad) => {
                (number, offset) = (bad.record, bad.offset);
                let path = bad.path.display().to_string();
                entry = path.strip_prefix(&self.path).and_then(|e| e.strip_prefix('/')).map(str::to_owned);
                // its bytes come along when they are no more than a record may have
                let small = match &bad.raw {
                    Raw::Bytes(_) => true,
                    Raw::Spool(s) => s.length() <= self.limit as u64,
                    Raw::Part { length, .. } => *length <= self.limit as u64,
                    Raw::File(_) | Raw::None => false,
                };
                let mut raw = Vec::new();
                if small && bad.raw.copy(&mut raw).is_ok() {
                    body = Some(raw);
                }
                error = Some(bad.why);
            }
            Found::Left(l) => {
                (number, offset, id, entry) = (l.number, l.offset, l.id, None);
                reason = Some(format!("{}: {}", l.rule, l.why));
            }
        }
        let order = self.file << 32 | number.min(u64::from(u32::MAX));
        rows.number += 1;
        rows.bytes += body.as_ref().map_or(0, Vec::len) + 200;
        for (to, n) in rows.numbers.iter_mut().zip([order, number, offset]) {
            to.append_value(n as i64);
        }
        let id = id.unwrap_or_else(|| self.name.clone());
        for (to, s) in rows.strings.iter_mut().zip([Some(self.path.clone()), entry, Some(id), url, label, fetched, extra, reason, error]) {
            to.append_option(s);
        }
        rows.body.append_option(body);
        rows.text.append_value(text);
    }
}

/// Rows on their way.
#[derive(Default)]
struct Rows {
    number: usize,
    bytes: usize,
    /// order, record, offset
    numbers: [Int64Builder; 3],
    /// path, entry, id, url, label, fetched, extra, reason, error
    strings: [StringBuilder; 9],
    body: BinaryBuilder,
    text: BooleanBuilder,
}

impl Rows {
    fn finish(mut self) -> Result<RecordBatch, arrow_schema::ArrowError> {
        let [order, record, offset] = self.numbers.each_mut().map(|b| Arc::new(b.finish()) as ArrayRef);
        let [path, entry, id, url, label, fetched, extra, reason, error] =
            self.strings.each_mut().map(|b| Arc::new(b.finish()) as ArrayRef);
        let (body, text): (ArrayRef, ArrayRef) = (Arc::new(self.body.finish()), Arc::new(self.text.finish()));
        RecordBatch::try_new(schema(), vec![order, path, entry, record, offset, id, url, label, fetched, body, text, extra, reason, error])
    }
}

fn schema() -> SchemaRef {
    use DataType::{Binary, Boolean, Int64, Utf8};
    let fields = [
        ("order", Int64, false),
        ("path", Utf8, false),
        ("entry", Utf8, true),
        ("record", Int64, false),
        ("offset", Int64, false),
        ("id", Utf8, false),
        ("url", Utf8, true),
        ("label", Utf8, true),
        ("fetched", Utf8, true),
        ("body", Binary, true),
        ("is_text", Boolean, false),
        ("extra", Utf8, true),
        ("reason", Utf8, true),
        ("error", Utf8, true),
    ];
    Arc::new(Schema::new(fields.map(|(n, t, null)| Field::new(n, t, null)).to_vec()))
}

/// A stream of Python's.
struct Stream {
    object: Py<PyAny>,
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        Python::attach(|py| {
            let read = self.object.bind(py).call_method1("read", (buffer.len(),)).map_err(|e| io::Error::other(e.to_string()))?;
            let bytes = read.cast::<PyBytes>().map_err(|_| io::Error::other("read() gave no bytes; open the stream in binary mode"))?;
            let bytes = bytes.as_bytes();
            let to = buffer.get_mut(..bytes.len()).ok_or_else(|| io::Error::other("read(n) gave more than n bytes"))?;
            to.copy_from_slice(bytes);
            Ok(bytes.len())
        })
    }
}
