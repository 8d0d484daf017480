//! The columns that come out: those of the Parquet writer, then why a row could not be read, then its story if asked for, filled row by
//! row. Which columns there are and what stands in them is the library's.

use std::sync::{Arc, LazyLock};

use arrow_array::ArrayRef;
use arrow_array::builder::Float64Builder;
use arrow_schema::{DataType, Field, FieldRef};
use jingwen::io::table::own::{Document, Holds, OWN, OwnColumn, renamed};
use pyo3::prelude::*;

use crate::error::BatchTooLarge;
use crate::strings::Strings;

/// Why a row could not be read.
pub const ERROR: &str = "error";
/// The story of a record.
pub const TRACE: &str = "trace";

/// Bytes that are made room for in a column that holds no texts, for each row: where values are short and come again, and elsewhere.
const ROOM: (usize, usize) = (16, 160);

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
pub type Columns = Vec<(FieldRef, ArrayRef)>;

/// The fields of all columns, with that of the story.
static FIELDS: LazyLock<Vec<FieldRef>> = LazyLock::new(|| {
    let own = OWN.iter().map(|c| {
        let kind = if let Holds::Number(_) = c.holds { DataType::Float64 } else { DataType::Utf8 };
        Field::new(c.name, kind, !c.required)
    });
    own.chain([ERROR, TRACE].map(|name| Field::new(name, DataType::Utf8, true))).map(Arc::new).collect()
});

/// A column on its way.
enum Values {
    Text(Strings),
    Number(Float64Builder),
}

/// Rows on their way into columns.
pub struct Rows {
    own: Vec<Values>,
    error: Strings,
    trace: Option<Strings>,
    /// Bytes of all columns so far. Arrow's string columns hold 2 GiB: more is an exception, not a panic.
    bytes: u64,
}

impl Rows {
    /// With room for so many rows of so many bytes of text; with `trace` a last column holds the story of each record.
    pub fn new(rows: usize, bytes: usize, trace: bool) -> Rows {
        // blank lines come between paragraphs, and a legacy charset has fewer bytes than UTF-8
        let text = bytes + bytes / 16 + rows * ROOM.0;
        let column = |c: &OwnColumn| match c.holds {
            Holds::Number(_) => Values::Number(Float64Builder::with_capacity(rows)),
            Holds::Text(_) if c.name == "text" => Values::Text(Strings::new(rows, text)),
            Holds::Text(_) => Values::Text(Strings::new(rows, rows * if c.repeats { ROOM.0 } else { ROOM.1 })),
        };
        let more = || Strings::new(rows, rows * ROOM.1);
        Rows { own: OWN.iter().map(column).collect(), error: more(), trace: trace.then(more), bytes: 0 }
    }

    /// Adds a row.
    pub fn push(&mut self, document: &Document<'_>, error: Option<&str>, trace: Option<&str>) {
        if self.bytes > i32::MAX as u64 {
            // there will be no batch: how large it would be is counted on
            let own = OWN.iter().map(|c| if let Holds::Text(of) = c.holds { of(document).map_or(0, str::len) } else { 0 });
            let more = [error, trace].map(|text| text.map_or(0, str::len));
            self.bytes += own.chain(more).sum::<usize>() as u64;
            return;
        }
        let mut bytes = self.error.push(error);
        for (to, column) in self.own.iter_mut().zip(&OWN) {
            match (to, column.holds) {
                (Values::Text(to), Holds::Text(of)) => bytes += to.push(of(document)),
                (Values::Number(to), Holds::Number(of)) => to.append_option(of(document)),
                _ => unreachable!("the columns are made of these"),
            }
        }
        if let Some(to) = &mut self.trace {
            bytes += to.push(trace);
        }
        self.bytes += bytes as u64;
    }

    /// Adds rows that come behind these.
    pub fn append(&mut self, other: Rows) {
        self.bytes += other.bytes;
        if self.bytes > i32::MAX as u64 {
            return;
        }
        for (to, from) in self.own.iter_mut().zip(other.own) {
            match (to, from) {
                (Values::Text(to), Values::Text(from)) => to.append(from),
                (Values::Number(to), Values::Number(mut from)) => to.append_array(&from.finish()),
                _ => unreachable!("the columns are made of these"),
            }
        }
        self.error.append(other.error);
        if let (Some(to), Some(from)) = (&mut self.trace, other.trace) {
            to.append(from);
        }
    }

    /// The columns with their fields.
    ///
    /// # Errors
    /// That they hold more than fits.
    pub fn finish(self) -> PyResult<Columns> {
        if self.bytes > i32::MAX as u64 {
            return Err(too_large(self.bytes));
        }
        let own = self.own.into_iter().map(|values| -> ArrayRef {
            match values {
                Values::Text(strings) => Arc::new(strings.finish()),
                Values::Number(mut builder) => Arc::new(builder.finish()),
            }
        });
        let more = [Some(self.error), self.trace].into_iter().flatten();
        let values = own.chain(more.map(|strings| Arc::new(strings.finish()) as ArrayRef));
        Ok(FIELDS.iter().cloned().zip(values).collect())
    }

    /// The fields alone.
    pub fn fields(trace: bool) -> Vec<FieldRef> {
        FIELDS[..OWN.len() + 1 + usize::from(trace)].to_vec()
    }
}

/// Cleaned rows that do not fit one batch.
pub fn too_large(bytes: u64) -> PyErr {
    let most = i32::MAX;
    BatchTooLarge::new_err(format!("the rows become {bytes} bytes, a batch holds {most}; cut it (batch.slice)"))
}
