//! The columns that come out: those of the Parquet writer, then why a row could not be read, then its story if asked for, filled row by
//! row. Which columns there are and what stands in them is the library's.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

use arrow_array::ArrayRef;
use arrow_array::builder::Float64Builder;
use arrow_schema::{DataType, Field, FieldRef};
use jingwen::io::table::own::{Document, Holds, OWN, OwnColumn, renamed};
use jingwen::run::passes::Room;
use pyo3::prelude::*;

use crate::error::BatchTooLarge;
use crate::pool::Pooled;
use crate::strings::Strings;

/// Why a row could not be read.
pub const ERROR: &str = "error";
/// The story of a record.
pub const TRACE: &str = "trace";

/// Bytes that are made room for in a column that holds no texts, for each row: where values are short and come again, and elsewhere.
const ROOM: (usize, usize) = (16, 160);

/// Bytes that a written column has room for besides, at most.
const SPARE: usize = 1 << 16;

/// Bytes of what was removed in the batch before, for each [`PARTS`] bytes of text that it was given: of one dump the next batch will be like
/// it. A column without room moves, megabytes of it, again and again.
static REMOVED: AtomicUsize = AtomicUsize::new(0);
const PARTS: usize = 64;

/// The columns that are written by the passes themselves, row behind row, in the order of [`Room::ends`].
const WRITTEN: [&str; 3] = ["text", "counts", "removed"];

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

/// Bytes that the columns of a batch hold at most: ends of strings have 31 bits.
pub const MOST: u64 = i32::MAX as u64;

/// What a row says itself, in a run of rows that say all else alike.
pub struct Single<'r> {
    pub id: &'r str,
    pub url: Option<&'r str>,
    pub extra: Option<&'r str>,
    /// Bytes of it that stand in the room, in the order of [`Room::ends`].
    pub written: [usize; 3],
}

/// The columns that a [`Single`] goes to.
pub struct Singles<'c> {
    id: &'c mut Strings,
    url: &'c mut Strings,
    extra: &'c mut Strings,
    written: [&'c mut Strings; 3],
    rows: usize,
    bytes: usize,
}

/// Their names: those it fills, then those that are written.
const SINGLE: [&str; 6] = ["id", "url", "extra", WRITTEN[0], WRITTEN[1], WRITTEN[2]];

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
    /// The bytes stand in the room: which of its texts it is.
    Written(Strings, usize),
    Number(Float64Builder),
}

/// Rows on their way into columns.
pub struct Rows {
    /// What the passes write into.
    pub room: Room,
    pub columns: Filled,
}

/// The columns as far as they are filled, but for what stands in the room.
pub struct Filled {
    own: Vec<Values>,
    error: Strings,
    trace: Option<Strings>,
    /// Bytes of text that they are made of.
    given: usize,
    /// Bytes of all columns so far.
    bytes: u64,
    /// Bytes they may have, at most [`MOST`]: more is an exception, not a panic.
    most: u64,
}

impl Rows {
    /// With room for so many rows of so many bytes of text; with `trace` a last column holds the story of each record.
    pub fn new(rows: usize, bytes: usize, trace: bool, most: u64) -> Rows {
        let [of_text, of_counts, of_removed] = Rows::expected(rows, bytes);
        let as_before = bytes.saturating_mul(REMOVED.load(Ordering::Relaxed)) / PARTS;
        let [text, counts, removed] = [of_text, of_counts, of_removed + as_before].map(Pooled::text);
        let column = |c: &OwnColumn| match (c.holds, WRITTEN.iter().position(|name| *name == c.name)) {
            (Holds::Number(_), _) => Values::Number(Float64Builder::with_capacity(rows)),
            (Holds::Text(_), Some(at)) => Values::Written(Strings::new(rows, 0), at),
            (Holds::Text(_), None) => Values::Text(Strings::new(rows, rows * if c.repeats { ROOM.0 } else { ROOM.1 })),
        };
        let more = || Strings::new(rows, rows * ROOM.1);
        let room = Room { text, counts, removed };
        let own = OWN.iter().map(column).collect();
        Rows { room, columns: Filled { own, error: more(), trace: trace.then(more), given: bytes, bytes: 0, most: most.min(MOST) } }
    }

    /// Bytes of the written columns that are to be expected of rows of so many bytes.
    fn expected(rows: usize, bytes: usize) -> [usize; 3] {
        // blank lines come between paragraphs; little is removed of most. The last row may be another: it should not move all before it
        let spare = bytes.min(SPARE);
        [bytes + bytes / 16 + rows * ROOM.0 + spare, rows * ROOM.1, bytes / 16 + rows * ROOM.1 + spare]
    }

    /// Makes room for what is to be expected of a row of so many bytes.
    #[inline]
    pub fn expect(&mut self, bytes: usize) {
        if self.columns.is_too_large() {
            // there will be no batch, and nobody reads what was written
            self.room.clear();
        }
        let Room { text, counts, removed } = &mut self.room;
        let [of_text, of_counts, of_removed] = Rows::expected(1, bytes);
        Pooled::make_text_room(text, of_text);
        Pooled::make_text_room(counts, of_counts);
        // of a large one all may be removed
        Pooled::make_text_room(removed, of_removed.max(bytes));
    }

    /// Takes what a row that panicked has left out of the room: what is in no column, but for so many bytes of text of rows that wait.
    pub fn forget(&mut self, text_waits: usize) {
        if self.columns.is_too_large() {
            return self.room.clear();
        }
        let mut ends = [0; 3];
        for values in &self.columns.own {
            if let Values::Written(strings, at) = values {
                ends[*at] = strings.len();
            }
        }
        ends[0] += text_waits;
        self.room.cut(ends);
    }

    /// Adds rows that come behind these.
    pub fn append(&mut self, other: Rows) {
        let columns = &mut self.columns;
        columns.bytes += other.columns.bytes;
        columns.given += other.columns.given;
        if columns.is_too_large() {
            return;
        }
        let all = [
            (&mut self.room.text, other.room.text),
            (&mut self.room.counts, other.room.counts),
            (&mut self.room.removed, other.room.removed),
        ];
        for (to, from) in all {
            Pooled::make_text_room(to, from.len());
            to.push_str(&from);
            drop(Pooled::from(from));
        }
        for (to, from) in columns.own.iter_mut().zip(other.columns.own) {
            match (to, from) {
                (Values::Text(to), Values::Text(from)) | (Values::Written(to, _), Values::Written(from, _)) => to.append(from),
                (Values::Number(to), Values::Number(mut from)) => to.append_array(&from.finish()),
                _ => unreachable!("the columns are made of these"),
            }
        }
        columns.error.append(other.columns.error);
        if let (Some(to), Some(from)) = (&mut columns.trace, other.columns.trace) {
            to.append(from);
        }
    }

    /// The columns with their fields.
    ///
    /// # Errors
    /// That they hold more than fits.
    pub fn finish(self) -> PyResult<Columns> {
        let Rows { room: Room { text, counts, removed }, columns } = self;
        if columns.is_too_large() {
            return Err(too_large(columns.bytes, columns.most));
        }
        // JSON is longer than what it tells of, but not much
        let share = removed.len().saturating_mul(PARTS) / columns.given.max(1);
        REMOVED.store(share.min(2 * PARTS), Ordering::Relaxed);
        let mut written = [text, counts, removed];
        let own = columns.own.into_iter().map(|values| -> ArrayRef {
            match values {
                Values::Text(strings) => Arc::new(strings.finish()),
                Values::Written(strings, at) => Arc::new(strings.finish_written(std::mem::take(&mut written[at]))),
                Values::Number(mut builder) => Arc::new(builder.finish()),
            }
        });
        let more = [Some(columns.error), columns.trace].into_iter().flatten();
        let values = own.chain(more.map(|strings| Arc::new(strings.finish()) as ArrayRef));
        Ok(FIELDS.iter().cloned().zip(values).collect())
    }

    /// The fields alone.
    pub fn fields(trace: bool) -> Vec<FieldRef> {
        FIELDS[..OWN.len() + 1 + usize::from(trace)].to_vec()
    }
}

impl Singles<'_> {
    /// Adds a row.
    #[inline]
    pub fn push(&mut self, row: &Single<'_>) {
        self.rows += 1;
        self.bytes += self.id.push(Some(row.id)) + self.url.push(row.url) + self.extra.push(row.extra);
        for (to, bytes) in self.written.iter_mut().zip(row.written) {
            self.bytes += to.push_written(Some(bytes));
        }
    }
}

impl Filled {
    /// True when there will be no batch.
    pub fn is_too_large(&self) -> bool {
        self.bytes > self.most
    }

    /// Adds rows that say what `alike` says, and each what it says itself; `fill` adds that of each. What stands of them in the room is
    /// at the end of it.
    pub fn push_alike(&mut self, alike: &Document<'_>, fill: impl FnOnce(&mut Singles<'_>)) {
        let at = SINGLE.map(|name| OWN.iter().position(|c| c.name == name).unwrap_or(OWN.len()));
        let Ok(
            [
                Values::Text(id),
                Values::Text(url),
                Values::Text(extra),
                Values::Written(text, _),
                Values::Written(counts, _),
                Values::Written(removed, _),
            ],
        ) = self.own.get_disjoint_mut(at)
        else {
            unreachable!("the columns are made of these")
        };
        let mut singles = Singles { id, url, extra, written: [text, counts, removed], rows: 0, bytes: 0 };
        fill(&mut singles);
        let Singles { rows, mut bytes, .. } = singles;
        for (to, column) in self.own.iter_mut().zip(&OWN).filter(|(_, c)| !SINGLE.contains(&c.name)) {
            match (to, column.holds) {
                (Values::Text(to), Holds::Text(of)) => bytes += to.push_many(of(alike), rows),
                (Values::Number(to), Holds::Number(of)) => match of(alike) {
                    Some(number) => to.append_value_n(number, rows),
                    None => to.append_nulls(rows),
                },
                _ => unreachable!("the columns are made of these"),
            }
        }
        for to in [Some(&mut self.error), self.trace.as_mut()].into_iter().flatten() {
            bytes += to.push_many(None, rows);
        }
        self.bytes += bytes as u64;
    }

    /// Adds a row. What stands of it in the room is at the end of it.
    pub fn push(&mut self, document: &Document<'_>, error: Option<&str>, trace: Option<&str>) {
        if self.is_too_large() {
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
                (Values::Written(to, _), Holds::Text(of)) => bytes += to.push_written(of(document).map(str::len)),
                (Values::Number(to), Holds::Number(of)) => to.append_option(of(document)),
                _ => unreachable!("the columns are made of these"),
            }
        }
        if let Some(to) = &mut self.trace {
            bytes += to.push(trace);
        }
        self.bytes += bytes as u64;
    }
}

/// Cleaned rows that do not fit one batch.
pub fn too_large(bytes: u64, most: u64) -> PyErr {
    BatchTooLarge::new_err(format!(
        "the rows become {bytes} bytes, a batch holds {most}; give fewer rows at once (batch.slice, \
         spark.sql.execution.arrow.maxRecordsPerBatch)"
    ))
}
