//! Arrow batches through the passes, row by row: which rows are records, what becomes of those that are none, and the batch that
//! comes out. Nothing here knows what cleaning is.

use std::sync::Arc;

use arrow_array::builder::{BinaryBuilder, Int64Builder, ListBuilder, StringBuilder, StructBuilder};
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::{DataType, Field, Fields, Schema, SchemaRef};
use jingwen::batch::{Limits, guarded, ordered};
use jingwen::explain::Explanation;
use jingwen::io::record::NULL;
use jingwen::run::passes::{Document, Given, Passes, Row, Verdict, What};
use jingwen::{Lang, RawDoc};
use pyo3::prelude::*;

use crate::capsule::said;
use crate::columns::{self, Named, Own, Roles, Texts};
use crate::error::{self, BatchTooLarge, ColumnError};

/// Rows that are one job of a thread.
const ROWS: usize = 16;

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
    /// Inputs, to name first copies.
    pub paths: Vec<String>,
    /// What the guards are tested with: a text that holds it panics.
    pub fragile: Option<String>,
}

/// A row after the pass.
enum Done {
    Document(Box<Document>, Option<String>),
    Scanned(Vec<u8>, Vec<Row>),
    Left(String),
    Bad(String),
}

/// Does the pass. `first` is the number of the batch's first row in all that is given at once.
pub fn run(py: Python<'_>, passes: &Passes, plan: &Plan, batch: &RecordBatch, first: usize) -> PyResult<RecordBatch> {
    let schema = batch.schema();
    let roles = plan.named.roles(&schema)?;
    let column = |at: usize| Texts::of(batch.column(at).as_ref(), schema.field(at).name());
    let text = column(roles.text)?;
    let ids = roles.id.filter(|at| !schema.field(*at).data_type().is_primitive()).map(column).transpose()?;
    let numbered = roles.id.and_then(|at| batch.column(at).as_primitive_opt::<Int64Type>());
    let urls = roles.url.map(column).transpose()?;
    let labels = roles.label.map(column).transpose()?;
    let errors = roles.error.map(column).transpose()?;
    let reasons = roles.reason.map(column).transpose()?;
    let extras = roles.extra.map(column).transpose()?;
    let flags = roles.is_text.and_then(|at| batch.column(at).as_boolean_opt());
    let orders = roles.order.map(|at| columns::numbers(batch, at, "the order of the records")).transpose()?;
    let verdicts = roles.verdicts.map(|at| Verdicts::of(batch.column(at))).transpose()?;
    let bytes = text.bytes();
    if bytes > plan.max_batch {
        return Err(BatchTooLarge::new_err(format!(
            "rows {first} to {} hold {bytes} bytes of text, a batch may have {}; cut it (batch.slice, \
             spark.sql.execution.arrow.maxRecordsPerBatch), or raise max_batch (at most {})",
            first + batch.num_rows(),
            plan.max_batch,
            i32::MAX
        )));
    }
    let at = |t: &Option<Texts<'_>>, row| t.as_ref().and_then(|t: &Texts<'_>| t.text(row)).map(str::to_owned);
    let id = |row: usize| {
        let number = || numbered.filter(|n| !n.is_null(row)).map(|n| n.value(row).to_string());
        at(&ids, row).or_else(number).unwrap_or_else(|| (first + row).to_string())
    };
    let places = |order: u64| match plan.paths.get((order >> 32) as usize) {
        Some(path) => (path.clone(), order & u64::from(u32::MAX)),
        None => (String::new(), order),
    };
    let one = |row: usize| -> Done {
        if let Some(error) = at(&errors, row) {
            return Done::Bad(error);
        }
        if let Some(reason) = at(&reasons, row) {
            return Done::Left(reason);
        }
        let Some(bytes) = text.get(row) else { return Done::Left(format!("{NULL}: the text is null")) };
        let (id, url, label) = (id(row), at(&urls, row), at(&labels, row));
        let raw = RawDoc { id: &id, url: url.as_deref(), label: label.as_deref(), bytes };
        let extra = at(&extras, row);
        let given = Given { raw, text: flags.map_or(text.is_text(), |f| f.value(row)), extra: extra.as_deref() };
        let done = guarded(|| -> Result<Done, String> {
            if let Some(word) = &plan.fragile
                && bytes.windows(word.len().max(1)).any(|w| w == word.as_bytes())
            {
                panic!("a test of the guards");
            }
            match plan.pass {
                Pass::Clean if plan.trace => {
                    let page = passes.page(given)?;
                    let draft = passes.draft(&page);
                    let document = passes.document(&draft, &places);
                    Ok(Done::Document(Box::new(document), Some(Explanation::new(&page, passes.rules(), Lang::En).json_lines())))
                }
                Pass::Clean => Ok(Done::Document(Box::new(passes.clean(given)?), None)),
                Pass::Scan => {
                    let mut rows = Vec::new();
                    let order = orders.map_or(0, |o| o.value(row) as u64);
                    let stored = passes.scan(given, order, &mut rows)?;
                    Ok(Done::Scanned(stored, rows))
                }
                Pass::Apply => {
                    let order = orders.map_or(0, |o| o.value(row) as u64);
                    let verdicts = verdicts.as_ref().map(|v| v.row(row, order)).unwrap_or_default();
                    Ok(Done::Document(Box::new(passes.apply(bytes, &verdicts, &places)?), None))
                }
            }
        });
        done.unwrap_or_else(Err).unwrap_or_else(Done::Bad)
    };
    let mut rows: Vec<Done> = Vec::with_capacity(batch.num_rows());
    py.detach(|| {
        let jobs = (0..batch.num_rows()).step_by(ROWS).map(|from| Ok::<_, ()>((1, from)));
        let work = |from: usize| (from..(from + ROWS).min(batch.num_rows())).map(one).collect::<Vec<Done>>();
        let limits = Limits { threads: plan.threads, weight: u64::MAX };
        let _ = ordered(limits, jobs, work, |done| {
            rows.extend(done);
            Ok(())
        });
    });
    if plan.strict {
        let bad = rows.iter().enumerate().find_map(|(row, done)| if let Done::Bad(why) = done { Some((row, why)) } else { None });
        if let Some((row, why)) = bad {
            let error = error::record(py, &id(row), &format!("{why} (row {})", first + row));
            return Err(error);
        }
    }
    fits(&rows, first)?;
    let mut columns = match plan.pass {
        Pass::Scan => scanned(&rows, &id, &|row| at(&urls, row)),
        Pass::Clean | Pass::Apply => {
            let mut own = Own::new(plan.trace);
            own.reserve(rows.len(), rows.iter().filter_map(|r| if let Done::Document(d, _) = r { Some(&**d) } else { None }));
            for (row, done) in rows.iter().enumerate() {
                match done {
                    Done::Document(d, trace) => own.document(d, trace.as_deref()),
                    Done::Left(reason) => own.nothing(&id(row), at(&urls, row).as_deref(), Some(reason), None),
                    Done::Bad(error) => own.nothing(&id(row), at(&urls, row).as_deref(), None, Some(error)),
                    Done::Scanned(..) => unreachable!("only a scan scans"),
                }
            }
            own.finish()
        }
    };
    if plan.others {
        columns.extend(others(batch, &roles, plan));
    }
    let (fields, columns): (Vec<Field>, Vec<ArrayRef>) = columns.into_iter().unzip();
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(with_version(fields), columns, &options).map_err(said)
}

/// Does what the kernel does for the rows of a batch, with `rows` makes what it says a row, and drops all of it: what a batch call is
/// compared with.
pub fn bare(passes: &Passes, named: &Named, batch: &RecordBatch, rows: bool) -> PyResult<()> {
    let roles = named.roles(&batch.schema())?;
    let text = Texts::of(batch.column(roles.text).as_ref(), "text")?;
    for bytes in (0..batch.num_rows()).filter_map(|row| text.get(row)) {
        let given = Given { raw: RawDoc { bytes, ..RawDoc::default() }, text: text.is_text(), extra: None };
        if rows {
            _ = std::hint::black_box(passes.clean(given));
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
        Pass::Scan => scanned(&[], &|_| String::new(), &|_| None).into_iter().map(|(f, _)| f).collect(),
        Pass::Clean | Pass::Apply => Own::fields(plan.trace),
    };
    if plan.others {
        fields.extend(others(&RecordBatch::new_empty(Arc::clone(schema)), &roles, plan).into_iter().map(|(f, _)| f));
    }
    Ok(with_version(fields))
}

fn with_version(fields: Vec<Field>) -> SchemaRef {
    let version = jingwen::io::table::write::SCHEMA_VERSION.to_string();
    Arc::new(Schema::new_with_metadata(fields, [("schema_version".to_owned(), version)].into()))
}

/// Arrow's string columns hold 2 GiB: more is an exception, not a panic in a builder.
fn fits(rows: &[Done], first: usize) -> PyResult<()> {
    let size = |done: &Done| match done {
        Done::Document(d, trace) => {
            let all = [&d.text, &d.metadata, &d.removed, &d.counts, trace];
            all.iter().map(|s| s.as_ref().map_or(0, String::len)).max().unwrap_or(0)
        }
        Done::Scanned(stored, _) => stored.len(),
        Done::Left(why) | Done::Bad(why) => why.len(),
    };
    let all: usize = rows.iter().map(size).sum();
    if all > i32::MAX as usize {
        let (last, most) = (first + rows.len(), i32::MAX);
        return Err(BatchTooLarge::new_err(format!("rows {first} to {last} become {all} bytes, a column holds {most}; cut the batch")));
    }
    Ok(())
}

/// The columns of a scan.
fn scanned(rows: &[Done], id: &dyn Fn(usize) -> String, url: &dyn Fn(usize) -> Option<String>) -> Vec<(Field, ArrayRef)> {
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
            Done::Scanned(stored, rows) => {
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
            Done::Left(why) => reason = Some(why),
            Done::Bad(why) => error = Some(why),
            Done::Document(..) => unreachable!("a scan makes drafts"),
        }
        keys.append(true);
        drafts.append_option(draft);
        reasons.append_option(reason);
        errors.append_option(error);
    }
    let all: Vec<(&str, ArrayRef)> = vec![
        ("id", Arc::new(ids.finish())),
        ("url", Arc::new(urls.finish())),
        ("draft", Arc::new(drafts.finish())),
        ("keys", Arc::new(keys.finish())),
        ("reason", Arc::new(reasons.finish())),
        ("error", Arc::new(errors.finish())),
    ];
    all.into_iter().map(|(n, a)| (Field::new(n, a.data_type().clone(), n != "id" && n != "keys"), a)).collect()
}

/// The columns that come along: not the texts, and not what a scan has made.
fn others(batch: &RecordBatch, roles: &Roles, plan: &Plan) -> Vec<(Field, ArrayRef)> {
    let schema = batch.schema();
    let own: &[&str] = match plan.pass {
        Pass::Scan => &["id", "url", "draft", "keys", "reason", "error"],
        Pass::Clean | Pass::Apply => &columns::OWN,
    };
    // what a reader or a scan has said of a row is in the own columns
    let used = [Some(roles.text), roles.error, roles.reason, roles.extra, roles.is_text, roles.verdicts];
    let ours = [roles.id, roles.url].map(|at| at.filter(|_| plan.named.read));
    let keys = schema.index_of("keys").ok().filter(|_| plan.pass == Pass::Apply);
    let skip: Vec<usize> = used.into_iter().chain(ours).chain([keys]).flatten().collect();
    let names: Vec<String> = (0..schema.fields().len()).filter(|i| !skip.contains(i)).map(|i| schema.field(i).name().clone()).collect();
    let own = own.iter().map(|n| (*n).to_owned()).collect();
    let renamed = columns::others(names, "", own);
    let at = (0..schema.fields().len()).filter(|i| !skip.contains(i));
    at.zip(renamed).map(|(i, (_, new))| (schema.field(i).clone().with_name(new), Arc::clone(batch.column(i)))).collect()
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
