//! Arrow batches through the passes, row by row: which rows are records, what becomes of those that are none, and the batch that
//! comes out. Nothing here knows what cleaning is.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::{Arc, Mutex};

use arrow_array::builder::{BinaryBuilder, Int64Builder, ListBuilder, StringBuilder, StructBuilder};
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef, BooleanArray, Int64Array, RecordBatch, RecordBatchOptions};
use arrow_schema::{DataType, Field, FieldRef, Fields, Schema, SchemaRef};
use jingwen::batch::{Limits, guarded, ordered};
use jingwen::explain::Explanation;
use jingwen::io::record::NULL;
use jingwen::io::table::own::{Document, renamed};
use jingwen::run::passes::{Given, Passes, Plain, Room, Row, Verdict, What};
use jingwen::{Lang, RawDoc};
use pyo3::prelude::*;

use crate::capsule::said;
use crate::columns::{self, Named, Roles, Texts};
use crate::error::{self, BatchTooLarge, ColumnError};
use crate::own::{self, Columns, ERROR, Rows, Single, too_large};

/// Rows that are one job of a thread, at most, and bytes of text from which on they are.
const JOB: (usize, usize) = (64, 1 << 18);

/// Rows of which little is to be told that wait to be put into the columns together, at most: between pages the code for it is in no cache.
const PLAIN: usize = 256;

/// What is done with a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    /// Clean each record without looking at others.
    Clean,
    /// Drafts, and rows of hashes.
    Scan,
    /// Drafts and verdicts to clean records.
    Apply,
}

/// How it is done.
pub struct Plan {
    pub pass: Pass,
    pub named: Named,
    /// Columns that are not looked at come along.
    pub others: bool,
    /// With the story of each record.
    pub trace: bool,
    /// Rows that cannot be read raise.
    pub strict: bool,
    pub threads: usize,
    /// Most bytes of text in a batch.
    pub max_batch: u64,
    /// Most bytes in the columns of a batch that comes out; that of a test, or [`own::MOST`].
    pub most: u64,
    /// Inputs, to name first copies.
    pub paths: Vec<String>,
    /// What the guards are tested with: a text that holds it panics.
    pub fragile: Option<String>,
}

/// Does the pass. `first` is the number of the batch's first row in all that is given at once.
pub fn run(py: Python<'_>, passes: &Passes, plan: &Plan, batch: &RecordBatch, first: usize) -> PyResult<RecordBatch> {
    // nothing in there needs Python
    let done = py.detach(|| Work::new(passes, plan, batch, first)?.columns());
    let (columns, bad) = done?;
    if let Some(Bad { row, id, why }) = bad.filter(|_| plan.strict) {
        return Err(error::record(py, &id, &format!("{why} (row {})", first + row)));
    }
    let (fields, columns): (Vec<FieldRef>, Vec<ArrayRef>) = columns.into_iter().unzip();
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(with_version(fields), columns, &options).map_err(said)
}

/// A batch and what its columns mean.
struct Work<'w> {
    passes: &'w Passes,
    plan: &'w Plan,
    batch: &'w RecordBatch,
    first: usize,
    roles: Roles,
    text: Texts<'w>,
    ids: Option<Texts<'w>>,
    numbered: Option<&'w Int64Array>,
    urls: Option<Texts<'w>>,
    labels: Option<Texts<'w>>,
    errors: Option<Texts<'w>>,
    reasons: Option<Texts<'w>>,
    extras: Option<Texts<'w>>,
    flags: Option<&'w BooleanArray>,
    orders: Option<&'w Int64Array>,
    verdicts: Option<Verdicts>,
}

/// The first row that could not be read.
struct Bad {
    row: usize,
    id: String,
    why: String,
}

/// Rows that are done.
enum Made {
    Cleaned(Box<Rows>),
    Scanned(Vec<Scanned>),
}

/// A row of a scan: its draft and what it is compared by; or why it was left aside, or why it could not be read.
enum Scanned {
    Draft(Vec<u8>, Vec<Row>),
    Left(String),
    Bad(String),
}

impl<'w> Work<'w> {
    fn new(passes: &'w Passes, plan: &'w Plan, batch: &'w RecordBatch, first: usize) -> PyResult<Work<'w>> {
        let schema = batch.schema_ref();
        let roles = plan.named.roles(schema)?;
        let column = |at: usize| Texts::of(batch.column(at).as_ref(), schema.field(at).name());
        let text = column(roles.text)?;
        // those that are too large are not read
        let bytes = text.bytes(if plan.pass == Pass::Apply { usize::MAX } else { passes.limit() });
        if bytes > plan.max_batch {
            return Err(BatchTooLarge::new_err(format!(
                "rows {first} to {} hold {bytes} bytes of text, a batch may have {}; cut it (batch.slice, \
                 spark.sql.execution.arrow.maxRecordsPerBatch), or raise max_batch (at most {})",
                first + batch.num_rows(),
                plan.max_batch,
                own::MOST
            )));
        }
        let work = Work {
            ids: roles.id.filter(|at| !schema.field(*at).data_type().is_primitive()).map(column).transpose()?,
            numbered: roles.id.and_then(|at| batch.column(at).as_primitive_opt::<Int64Type>()),
            urls: roles.url.map(column).transpose()?,
            labels: roles.label.map(column).transpose()?,
            errors: roles.error.map(column).transpose()?,
            reasons: roles.reason.map(column).transpose()?,
            extras: roles.extra.map(column).transpose()?,
            flags: roles.is_text.and_then(|at| batch.column(at).as_boolean_opt()),
            orders: roles.order.map(|at| columns::numbers(batch, at, "the order of the records")).transpose()?,
            verdicts: roles.verdicts.map(|at| Verdicts::of(batch.column(at))).transpose()?,
            passes,
            plan,
            batch,
            first,
            roles,
            text,
        };
        // these come out as they are, and may have been views of the same bytes
        let copied = [&work.ids, &work.urls, &work.extras].into_iter().flatten().map(|t| t.bytes(usize::MAX)).sum();
        if copied > plan.most {
            return Err(too_large(copied, plan.most));
        }
        Ok(work)
    }

    /// Bytes of the text of a row; 0 for one that is too large to be read.
    fn len(&self, row: usize) -> usize {
        self.text.get(row).map(<[u8]>::len).filter(|n| *n <= self.passes.limit() || self.plan.pass == Pass::Apply).unwrap_or(0)
    }

    /// All columns that come out, and the first row that could not be read.
    fn columns(&self) -> PyResult<(Columns, Option<Bad>)> {
        let rows = self.batch.num_rows();
        // one thread fills the columns that come out, of several each some that are put behind each other
        let whole = if self.plan.threads == 1 { (rows, usize::MAX) } else { JOB };
        let mut next = 0;
        let jobs = std::iter::from_fn(|| {
            let (from, mut bytes) = (next, 0);
            while next < rows && next - from < whole.0 && bytes < whole.1 {
                bytes += self.len(next);
                next += 1;
            }
            (from < next).then(|| Ok::<_, PyErr>((1, (from..next, bytes))))
        });
        let limits = Limits { threads: self.plan.threads, weight: u64::MAX };
        let (mut all, mut bad) = (None, None);
        ordered(
            limits,
            jobs,
            |(rows, bytes)| self.some(rows, bytes),
            |(made, first)| {
                bad = bad.take().or(first);
                match (&mut all, made) {
                    (None, made) => all = Some(made),
                    (Some(Made::Cleaned(all)), Made::Cleaned(rows)) => all.append(*rows),
                    (Some(Made::Scanned(all)), Made::Scanned(rows)) => all.extend(rows),
                    _ => unreachable!("a plan has one pass"),
                }
                Ok(())
            },
        )?;
        let mut columns = match all.unwrap_or_else(|| self.some(0..0, 0).0) {
            Made::Cleaned(rows) => rows.finish()?,
            Made::Scanned(rows) => scanned(&rows, self.plan.most, &|row| self.id(row), &|row| self.url(row))?,
        };
        if self.plan.others {
            columns.extend(others(self.batch, &self.roles, self.plan));
        }
        Ok((columns, bad))
    }

    fn id(&self, row: usize) -> Cow<'w, str> {
        match self.ids.as_ref().and_then(|t| t.text(row)) {
            Some(name) => Cow::Borrowed(name),
            None => self.number(row, &mut itoa::Buffer::new()).to_owned().into(),
        }
    }

    /// The same; `buffer` is for one that has no name.
    fn name<'b>(&'b self, row: usize, buffer: &'b mut itoa::Buffer) -> &'b str {
        self.ids.as_ref().and_then(|t| t.text(row)).unwrap_or_else(|| self.number(row, buffer))
    }

    fn url(&self, row: usize) -> Option<&'w str> {
        self.urls.as_ref().and_then(|t| t.text(row))
    }

    fn extra(&self, row: usize) -> Option<&'w str> {
        self.extras.as_ref().and_then(|t| t.text(row))
    }

    /// The name of a row that has none.
    fn number<'b>(&self, row: usize, buffer: &'b mut itoa::Buffer) -> &'b str {
        match self.numbered.filter(|n| !n.is_null(row)) {
            Some(numbers) => buffer.format(numbers.value(row)),
            None => buffer.format(self.first + row),
        }
    }

    /// Some rows, and the first of them that could not be read.
    fn some(&self, rows: Range<usize>, bytes: usize) -> (Made, Option<Bad>) {
        let mut bad = None;
        let mut failed = |row: usize, why: &str| {
            if self.plan.strict && bad.is_none() {
                bad = Some(Bad { row, id: self.id(row).into_owned(), why: why.to_owned() });
            }
        };
        let made = if self.plan.pass == Pass::Scan {
            let scan = |row| {
                let done = self.scan(row);
                if let Scanned::Bad(why) = &done {
                    failed(row, why);
                }
                done
            };
            Made::Scanned(rows.map(scan).collect())
        } else {
            let mut made = Rows::new(rows.len(), bytes, self.plan.trace, self.plan.most);
            let mut plain = Vec::with_capacity(PLAIN.min(rows.len()));
            let mut bad = |made: &mut Rows, plain: &mut Vec<(usize, Plain)>, row: usize, why: &str| {
                self.add_plain(plain, made);
                failed(row, why);
                let url = self.url(row).map(Cow::Borrowed);
                made.columns.push(&Document { id: self.id(row), url, ..Document::default() }, Some(why), None);
            };
            // one guard lasts until a row panics
            let mut next = rows.start;
            while next < rows.end {
                let mut at = next;
                let panicked = guarded(|| {
                    for row in next..rows.end {
                        if plain.len() == PLAIN {
                            self.add_plain(&mut plain, &mut made);
                        }
                        made.expect(self.len(row));
                        at = row;
                        if let Err(why) = self.clean(row, &mut made, &mut plain) {
                            bad(&mut made, &mut plain, row, &why);
                        }
                    }
                });
                next = rows.end;
                if let Err(why) = panicked {
                    made.forget(plain.iter().map(|(_, numbers)| numbers.text_len()).sum());
                    bad(&mut made, &mut plain, at, &why);
                    next = at + 1;
                }
            }
            self.add_plain(&mut plain, &mut made);
            Made::Cleaned(Box::new(made))
        };
        (made, bad)
    }

    /// Why a row is no record that is to be cleaned.
    fn no_record(&self, row: usize) -> Option<Scanned> {
        let said = |t: &Option<Texts<'w>>| t.as_ref().and_then(|t| t.text(row)).map(str::to_owned);
        let null = || self.text.get(row).is_none().then(|| Scanned::Left(format!("{NULL}: the text is null")));
        said(&self.errors).map(Scanned::Bad).or_else(|| said(&self.reasons).map(Scanned::Left)).or_else(null)
    }

    /// The record of a row that holds one. `buffer`: for the name of one that has none.
    fn given<'g>(&'g self, row: usize, buffer: &'g mut itoa::Buffer) -> Given<'g> {
        let label = self.labels.as_ref().and_then(|t| t.text(row));
        let bytes = self.text.get(row).unwrap_or_default();
        let raw = RawDoc { id: self.name(row, buffer), url: self.url(row), label, bytes };
        if let Some(word) = &self.plan.fragile
            && bytes.windows(word.len().max(1)).any(|w| w == word.as_bytes())
        {
            panic!("a test of the guards");
        }
        Given { raw, text: self.flags.map_or(self.text.is_text(), |f| f.value(row)), extra: self.extra(row) }
    }

    fn order(&self, row: usize) -> u64 {
        self.orders.map_or(0, |o| o.value(row) as u64)
    }

    /// Cleans a row into the columns, or puts it behind those that wait in `plain`. What it panics with is the caller's; then something may
    /// have been left in the room.
    ///
    /// # Errors
    /// Why it could not be read; then nothing was added.
    fn clean(&self, row: usize, made: &mut Rows, plain: &mut Vec<(usize, Plain)>) -> Result<(), String> {
        match self.no_record(row) {
            Some(Scanned::Left(reason)) => {
                self.add_plain(plain, made);
                let url = self.url(row).map(Cow::Borrowed);
                made.columns.push(&Document { id: self.id(row), url, reason: Some(reason.into()), ..Document::default() }, None, None);
                return Ok(());
            }
            Some(Scanned::Bad(why)) => return Err(why),
            _ => {}
        }
        let (passes, plan) = (self.passes, self.plan);
        let mut buffer = itoa::Buffer::new();
        let given = self.given(row, &mut buffer);
        if plan.pass == Pass::Apply {
            let order = self.order(row);
            let verdicts = self.verdicts.as_ref().map(|v| v.row(row, order)).unwrap_or_default();
            let places = |order: u64| match plan.paths.get((order >> 32) as usize) {
                Some(path) => (path.clone(), order & u64::from(u32::MAX)),
                None => (String::new(), order),
            };
            let Rows { room, columns } = made;
            return passes.apply(given.raw.bytes, &verdicts, &places, room, |document| columns.push(&document, None, None));
        }
        let page = passes.page(given)?;
        if !plan.trace
            && !made.columns.is_too_large()
            && let Some(numbers) = passes.plain(&page, &mut made.room)
        {
            plain.push((row, numbers));
            return Ok(());
        }
        self.add_plain(plain, made);
        let story = plan.trace.then(|| Explanation::new(&page, passes.rules(), Lang::En).json_lines());
        let Rows { room, columns } = made;
        passes.row_of(&page, given, room, |document| columns.push(&document, None, story.as_deref()));
        Ok(())
    }

    /// Puts the rows that wait into the columns; their texts are the last ones in the room.
    fn add_plain(&self, plain: &mut Vec<(usize, Plain)>, made: &mut Rows) {
        let Rows { room, columns } = made;
        for alike in plain.chunk_by(|(_, one), (_, next)| one.is_like(next)) {
            columns.push_alike(&alike[0].1.alike(), |singles| {
                for (row, numbers) in alike {
                    let counts = room.counts.len();
                    numbers.counts(&mut room.counts);
                    room.removed.push_str(Plain::REMOVED);
                    let written = [numbers.text_len(), room.counts.len() - counts, Plain::REMOVED.len()];
                    let mut buffer = itoa::Buffer::new();
                    let (id, url, extra) = (self.name(*row, &mut buffer), self.url(*row), self.extra(*row));
                    singles.push(&Single { id, url, extra, written });
                }
            });
        }
        plain.clear();
    }

    fn scan(&self, row: usize) -> Scanned {
        if let Some(no) = self.no_record(row) {
            return no;
        }
        let mut rows = Vec::new();
        let scan = || {
            let mut buffer = itoa::Buffer::new();
            self.passes.scan(self.given(row, &mut buffer), self.order(row), &mut rows)
        };
        guarded(scan).unwrap_or_else(Err).map_or_else(Scanned::Bad, |stored| Scanned::Draft(stored, rows))
    }
}

/// Does what the kernel does for the rows of a batch, with `rows` makes what it says a row, and drops all of it: what a batch call is
/// compared with.
pub fn bare(passes: &Passes, named: &Named, batch: &RecordBatch, rows: bool) -> PyResult<()> {
    let roles = named.roles(&batch.schema())?;
    let text = Texts::of(batch.column(roles.text).as_ref(), "text")?;
    let mut room = Room::default();
    for bytes in (0..batch.num_rows()).filter_map(|row| text.get(row)) {
        let given = Given { raw: RawDoc { bytes, ..RawDoc::default() }, text: text.is_text(), extra: None };
        if rows {
            room.clear();
            _ = passes.clean(given, &mut room, |_, document| _ = std::hint::black_box(&document));
        } else {
            _ = std::hint::black_box(passes.page(given));
        }
    }
    Ok(())
}

/// The schema that comes out for one that goes in.
pub fn schema(plan: &Plan, schema: &SchemaRef) -> PyResult<SchemaRef> {
    let roles = plan.named.roles(schema)?;
    let mut fields = match plan.pass {
        Pass::Scan => scanned(&[], plan.most, &|_| "".into(), &|_| None)?.into_iter().map(|(f, _)| f).collect(),
        Pass::Clean | Pass::Apply => Rows::fields(plan.trace),
    };
    if plan.others {
        fields.extend(others(&RecordBatch::new_empty(Arc::clone(schema)), &roles, plan).into_iter().map(|(f, _)| f));
    }
    Ok(with_version(fields))
}

/// The schema of these columns. It is the same one as long as they are those of the batch before, so that it costs nothing to tell.
fn with_version(fields: Vec<FieldRef>) -> SchemaRef {
    static LAST: Mutex<Option<SchemaRef>> = Mutex::new(None);
    // nobody waits for the lock: a process may be forked while another thread holds it
    let mut last = LAST.try_lock().ok();
    if let Some(Some(last)) = last.as_deref()
        && last.fields()[..] == fields
    {
        return Arc::clone(last);
    }
    let version = jingwen::io::table::own::SCHEMA_VERSION.to_string();
    let schema = Arc::new(Schema::new_with_metadata(fields, [("schema_version".to_owned(), version)].into()));
    if let Some(last) = last.as_deref_mut() {
        *last = Some(Arc::clone(&schema));
    }
    schema
}

/// Names of the columns of a scan.
pub const SCAN: [&str; 6] = ["id", "url", "draft", "keys", "reason", ERROR];

/// The columns of a scan.
fn scanned<'u>(
    rows: &[Scanned],
    most: u64,
    id: &dyn Fn(usize) -> Cow<'u, str>,
    url: &dyn Fn(usize) -> Option<&'u str>,
) -> PyResult<Columns> {
    let size = |row: &Scanned| match row {
        Scanned::Draft(stored, _) => stored.len() as u64,
        Scanned::Left(why) | Scanned::Bad(why) => why.len() as u64,
    };
    let bytes = rows.iter().map(size).sum();
    if bytes > most {
        return Err(too_large(bytes, most));
    }
    let fields: Fields = ["hi", "lo", "block"].map(|n| Field::new(n, DataType::Int64, false)).to_vec().into();
    let item = Field::new("item", DataType::Struct(fields.clone()), false);
    let builder = StructBuilder::from_fields(fields, rows.len());
    let mut keys = ListBuilder::new(builder).with_field(item);
    let [mut ids, mut urls, mut reasons, mut errors] = std::array::from_fn(|_| StringBuilder::new());
    let mut drafts = BinaryBuilder::new();
    for (row, done) in rows.iter().enumerate() {
        ids.append_value(id(row));
        urls.append_option(url(row));
        let (mut draft, mut reason, mut error) = (None, None, None);
        match done {
            Scanned::Draft(stored, rows) => {
                draft = Some(stored);
                for r in rows {
                    let values = [(r.key >> 64) as i64, r.key as i64, i64::from(r.block)];
                    for (i, v) in values.into_iter().enumerate() {
                        if let Some(to) = keys.values().field_builder::<Int64Builder>(i) {
                            to.append_value(v);
                        }
                    }
                    keys.values().append(true);
                }
            }
            Scanned::Left(why) => reason = Some(why),
            Scanned::Bad(why) => error = Some(why),
        }
        keys.append(true);
        drafts.append_option(draft);
        reasons.append_option(reason);
        errors.append_option(error);
    }
    let all: [ArrayRef; 6] = [
        Arc::new(ids.finish()),
        Arc::new(urls.finish()),
        Arc::new(drafts.finish()),
        Arc::new(keys.finish()),
        Arc::new(reasons.finish()),
        Arc::new(errors.finish()),
    ];
    Ok(SCAN.into_iter().zip(all).map(|(n, a)| (Arc::new(Field::new(n, a.data_type().clone(), n != "id" && n != "keys")), a)).collect())
}

/// The columns that come along: not the texts, and not what a scan has made.
fn others(batch: &RecordBatch, roles: &Roles, plan: &Plan) -> Columns {
    let schema = batch.schema();
    let own = if plan.pass == Pass::Scan { SCAN.to_vec() } else { own::names(plan.trace) };
    // what a reader or a scan has said of a row is in the own columns
    let used = [Some(roles.text), roles.error, roles.reason, roles.extra, roles.is_text, roles.verdicts];
    let ours = [roles.id, roles.url].map(|at| at.filter(|_| plan.named.read));
    let keys = schema.index_of("keys").ok().filter(|_| plan.pass == Pass::Apply);
    let skip: Vec<usize> = used.into_iter().chain(ours).chain([keys]).flatten().collect();
    let at: Vec<usize> = (0..schema.fields().len()).filter(|i| !skip.contains(i)).collect();
    let names: Vec<&str> = at.iter().map(|i| &**schema.field(*i).name()).collect();
    let new = renamed(&names, &own);
    at.into_iter().zip(new).map(|(i, new)| (Arc::new(schema.field(i).clone().with_name(new)), Arc::clone(batch.column(i)))).collect()
}

/// A column of lists of structs of `block`, `first` and `first_block`.
struct Verdicts {
    /// Where each row begins in the values, and the end.
    ends: Vec<usize>,
    values: [arrow_array::Int64Array; 3],
}

impl Verdicts {
    fn of(array: &ArrayRef) -> PyResult<Verdicts> {
        let wrong = || {
            let kind = array.data_type();
            ColumnError::new_err(format!("verdicts are {kind}, they must be a list of struct<block, first, first_block: int64>"))
        };
        columns::checked(array, "verdicts")?;
        let (mut ends, values) = if let Some(list) = array.as_list_opt::<i32>() {
            (list.value_offsets().iter().map(|o| *o as usize).collect::<Vec<_>>(), list.values())
        } else if let Some(list) = array.as_list_opt::<i64>() {
            (list.value_offsets().iter().map(|o| *o as usize).collect(), list.values())
        } else {
            return Err(wrong());
        };
        // a null may lie over values; it says nothing
        for row in (0..array.len()).rev().filter(|r| array.is_null(*r)) {
            if ends[row] != ends[row + 1] {
                return Err(wrong());
            }
        }
        if ends.is_empty() {
            ends.push(0);
        }
        let structs = values.as_struct_opt().ok_or_else(wrong)?;
        let column = |name: &str| structs.column_by_name(name).and_then(|c| c.as_primitive_opt::<Int64Type>()).cloned().ok_or_else(wrong);
        Ok(Verdicts { ends, values: [column("block")?, column("first")?, column("first_block")?] })
    }

    fn row(&self, row: usize, doc: u64) -> Vec<Verdict> {
        let number = |n: usize, at: usize| self.values[n].value(at) as u64;
        let block = |n, at| u32::try_from(number(n, at)).unwrap_or(u32::MAX);
        let range = self.ends[row]..self.ends[row + 1];
        range
            .map(|at| Verdict { doc, block: block(0, at), first_doc: number(1, at), first_block: block(2, at), what: What::Copy })
            .collect()
    }
}
