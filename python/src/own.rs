//! The columns that come out: those of the Parquet writer, then why a row could not be read, then its story if asked for, filled row by
//! row. Which columns there are and what stands in them is the library's.

use std::sync::Arc;

use arrow_array::builder::{Float64Builder, StringBuilder};
use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, Field};
use jingwen::io::table::own::{Document, Holds, OWN, OwnColumn, renamed};
use pyo3::prelude::*;

use crate::error::BatchTooLarge;

/// Why a row could not be read.
pub const ERROR: &str = "error";
/// The story of a record.
pub const TRACE: &str = "trace";

/// Bytes that are made room for in a column that holds no texts, for each row.
const ROOM: usize = 160;

/// The names of the columns, in order.
pub fn names(trace: bool) -> Vec<&'static str> {
    OWN.iter().map(|c| c.name).chain([ERROR]).chain(trace.then_some(TRACE)).collect()
}

/// Names of the columns other than `column` as they come out behind the own ones of `own`: one that has such a name gets `input_`
/// in front.
#[pyfunction]
pub fn others(names: Vec<String>, column: &str, own: Vec<String>) -> Vec<(String, String)> {
    let names: Vec<String> = names.into_iter().filter(|n| n != column).collect();
    let own: Vec<&str> = own.iter().map(|n| &**n).collect();
    let new = renamed(&names.iter().map(|n| &**n).collect::<Vec<_>>(), &own);
    names.into_iter().zip(new).collect()
}

/// Columns with their fields.
pub type Columns = Vec<(Field, ArrayRef)>;

/// A column on its way.
enum Values {
    Text(StringBuilder),
    Number(Float64Builder),
}

/// Rows on their way into columns.
pub struct Rows {
    own: Vec<Values>,
    error: StringBuilder,
    trace: Option<StringBuilder>,
    /// Bytes of all columns so far. Arrow's string columns hold 2 GiB: more is an exception, not a panic in a builder.
    bytes: u64,
}

impl Rows {
    /// With room for so many rows of so many bytes of text; with `trace` a last column holds the story of each record.
    pub fn new(rows: usize, bytes: usize, trace: bool) -> Rows {
        let column = |c: &OwnColumn| match c.holds {
            Holds::Number(_) => Values::Number(Float64Builder::with_capacity(rows)),
            Holds::Text(_) if c.name == "text" => Values::Text(StringBuilder::with_capacity(rows, bytes)),
            Holds::Text(_) => Values::Text(StringBuilder::with_capacity(rows, rows * if c.repeats { 0 } else { ROOM })),
        };
        let error = StringBuilder::with_capacity(rows, 0);
        Rows { own: OWN.iter().map(column).collect(), error, trace: trace.then(StringBuilder::new), bytes: 0 }
    }

    /// Adds a row.
    pub fn push(&mut self, document: &Document<'_>, error: Option<&str>, trace: Option<&str>) {
        let size = |s: Option<&str>| s.map_or(0, str::len) as u64;
        let own = OWN.iter().map(|c| if let Holds::Text(of) = c.holds { size(of(document)) } else { 0 });
        self.bytes += own.sum::<u64>() + size(error) + size(trace);
        // counted on, but not kept: it would not fit
        if self.bytes > i32::MAX as u64 {
            return;
        }
        for (to, column) in self.own.iter_mut().zip(&OWN) {
            match (to, column.holds) {
                (Values::Text(to), Holds::Text(of)) => to.append_option(of(document)),
                (Values::Number(to), Holds::Number(of)) => to.append_option(of(document)),
                _ => unreachable!("the builders are made for these columns"),
            }
        }
        self.error.append_option(error);
        if let Some(to) = &mut self.trace {
            to.append_option(trace);
        }
    }

    /// Adds rows that come behind these.
    pub fn append(&mut self, mut other: Rows) {
        self.bytes += other.bytes;
        if self.bytes > i32::MAX as u64 {
            return;
        }
        for (to, from) in self.own.iter_mut().zip(&mut other.own) {
            match (to, from) {
                (Values::Text(to), Values::Text(from)) => add(to, from),
                (Values::Number(to), Values::Number(from)) => to.append_array(&from.finish()),
                _ => unreachable!("the builders are made for these columns"),
            }
        }
        add(&mut self.error, &mut other.error);
        if let (Some(to), Some(from)) = (&mut self.trace, &mut other.trace) {
            add(to, from);
        }
    }

    /// The columns with their fields.
    ///
    /// # Errors
    /// That they hold more than fits.
    pub fn finish(mut self) -> PyResult<Columns> {
        if self.bytes > i32::MAX as u64 {
            return Err(too_large(self.bytes));
        }
        let own = self.own.iter_mut().zip(&OWN).map(|(values, column)| {
            let values: ArrayRef = match values {
                Values::Text(builder) => Arc::new(builder.finish()),
                Values::Number(builder) => Arc::new(builder.finish()),
            };
            (Field::new(column.name, values.data_type().clone(), !column.required), values)
        });
        let more = |name, builder: &mut StringBuilder| {
            let values: ArrayRef = Arc::new(builder.finish());
            (Field::new(name, DataType::Utf8, true), values)
        };
        let mut columns: Columns = own.collect();
        columns.push(more(ERROR, &mut self.error));
        columns.extend(self.trace.as_mut().map(|trace| more(TRACE, trace)));
        Ok(columns)
    }

    /// The fields alone.
    pub fn fields(trace: bool) -> PyResult<Vec<Field>> {
        Ok(Rows::new(0, 0, trace).finish()?.into_iter().map(|(f, _)| f).collect())
    }
}

fn add(to: &mut StringBuilder, from: &mut StringBuilder) {
    // fails when the sum does not fit, which was looked at
    _ = to.append_array(&from.finish());
}

/// Cleaned rows that do not fit one batch.
pub fn too_large(bytes: u64) -> PyErr {
    let most = i32::MAX;
    BatchTooLarge::new_err(format!("the rows become {bytes} bytes, a batch holds {most}; cut it (batch.slice)"))
}
