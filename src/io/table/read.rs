//! The texts of a Parquet table, row by row. Which column holds them is said or guessed; the others come along.

use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use parquet::basic::{ConvertedType, LogicalType, Type as Physical};
use parquet::column::reader::ColumnReader;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::schema::types::SchemaDescPtr;

use super::{Columns, Row};
use crate::batch::guarded;
use crate::io::open::Context;
use crate::io::quarantine::Raw;
use crate::io::record::{self, Body, Item, Place, Reader, Record};
use crate::io::spool::Spool;

/// Names that columns with texts have, those first that leave the least doubt.
pub const TEXTS: &[&str] = &[
    "text",
    "content",
    "raw_content",
    "html",
    "body",
    "raw_text",
    "raw_html",
    "page_content",
    "markdown",
    "md",
    "article",
    "document",
    "page",
    "文本",
    "内容",
    "正文",
];
/// Names of columns with the name of a record, in lower case.
pub const IDS: &[&str] = &["id", "doc_id", "docid", "_id", "warc_record_id"];
/// Names of columns with its address, in lower case.
pub const URLS: &[&str] = &["url", "uri", "link", "target_uri"];
/// Bytes of text read at a time, about, and rows at most.
const BATCH: (u64, u64) = (1 << 19, 1024);

/// Reads a Parquet table.
pub struct Table {
    /// Removes a temporary file when dropped.
    _spool: Option<Spool>,
    file: SerializedFileReader<File>,
    schema: SchemaDescPtr,
    text: usize,
    unicode: bool,
    id: Option<usize>,
    url: Option<usize>,
    date: Option<usize>,
    place: Place,
    context: Context,
    /// The next row group, and the readers of the present one with the rows still to come.
    group: usize,
    open: Option<(Vec<ColumnReader>, u64)>,
    waiting: VecDeque<Item>,
}

/// Errors of the format as errors of the system, and panics too: the decoders were not written for any bytes.
fn sound<R>(work: impl FnOnce() -> Result<R>) -> io::Result<R> {
    guarded(work)
        .map_err(io::Error::other)?
        .map_err(|e: ParquetError| io::Error::new(io::ErrorKind::InvalidData, format!("damaged Parquet table: {e}")))
}

/// Opens a table. `column` is the name of the column with the texts; without it the name is guessed.
///
/// # Errors
/// No table, or no such column: the message lists those there are.
pub(in crate::io) fn open(file: File, spool: Option<Spool>, column: Option<&str>, place: Place, context: Context) -> io::Result<Table> {
    let file = sound(|| SerializedFileReader::new(file))?;
    let schema = file.metadata().file_metadata().schema_descr_ptr();
    let text = text_column(&schema, column).map_err(|why| io::Error::new(io::ErrorKind::InvalidInput, why))?;
    let named = |names: &[&str]| {
        (0..schema.num_columns())
            .find(|i| *i != text && is_plain(&schema, *i) && names.contains(&&*schema.column(*i).name().to_ascii_lowercase()))
    };
    let unicode = is_unicode(&schema, text);
    let (id, url, date) = (named(IDS), named(URLS), named(&["date", "timestamp", "crawl_date", "date_download"]));
    Ok(Table { _spool: spool, file, schema, text, unicode, id, url, date, place, context, group: 0, open: None, waiting: VecDeque::new() })
}

/// A column of single values.
fn is_plain(schema: &SchemaDescPtr, column: usize) -> bool {
    schema.column(column).path().parts().len() == 1 && schema.column(column).max_rep_level() == 0
}

/// A column of texts or bytes, one a row.
fn is_text(schema: &SchemaDescPtr, column: usize) -> bool {
    is_plain(schema, column) && schema.column(column).physical_type() == Physical::BYTE_ARRAY && !is_number(schema, column)
}

fn is_number(schema: &SchemaDescPtr, column: usize) -> bool {
    matches!(schema.column(column).logical_type_ref(), Some(LogicalType::Decimal { .. }))
}

fn is_unicode(schema: &SchemaDescPtr, column: usize) -> bool {
    let column = schema.column(column);
    matches!(column.converted_type(), ConvertedType::UTF8) || matches!(column.logical_type_ref(), Some(LogicalType::String))
}

/// The column with the texts.
fn text_column(schema: &SchemaDescPtr, wanted: Option<&str>) -> std::result::Result<usize, String> {
    let all = || {
        let kind = |i: usize| match schema.column(i).physical_type() {
            Physical::BYTE_ARRAY if is_unicode(schema, i) => "string".to_owned(),
            Physical::BYTE_ARRAY => "binary".to_owned(),
            other => other.to_string().to_ascii_lowercase(),
        };
        let list: Vec<String> = (0..schema.num_columns()).map(|i| format!("{} ({})", schema.column(i).path().string(), kind(i))).collect();
        list.join(", ")
    };
    let texts: Vec<usize> = (0..schema.num_columns()).filter(|i| is_text(schema, *i)).collect();
    if let Some(wanted) = wanted {
        let found = (0..schema.num_columns()).find(|i| schema.column(*i).path().string() == wanted);
        return match found {
            Some(i) if is_text(schema, i) => Ok(i),
            Some(_) => Err(format!("column \"{wanted}\" holds no texts; the columns are: {}", all())),
            None => Err(format!("no column \"{wanted}\"; the columns are: {}", all())),
        };
    }
    let guess = TEXTS.iter().find_map(|n| texts.iter().copied().find(|i| schema.column(*i).name().eq_ignore_ascii_case(n)));
    match (guess, &texts[..]) {
        (Some(i), _) => Ok(i),
        (None, [only]) => Ok(*only),
        _ => Err(format!("which column holds the texts? Name it with --text-field; the columns are: {}", all())),
    }
}

impl Table {
    /// Reads some rows, or says what is wrong with the rest of the row group.
    fn more(&mut self) -> io::Result<bool> {
        if self.open.is_none() {
            let metadata = self.file.metadata();
            if self.group >= metadata.num_row_groups() {
                return Ok(false);
            }
            let group = self.group;
            self.group += 1;
            let rows = u64::try_from(metadata.row_group(group).num_rows()).unwrap_or(0);
            let file = &self.file;
            let opened = sound(|| {
                let group = file.get_row_group(group)?;
                (0..group.num_columns()).map(|i| group.get_column_reader(i)).collect::<Result<Vec<_>>>()
            });
            match opened {
                Ok(readers) => self.open = Some((readers, rows)),
                Err(e) => self.lost(rows, &e.to_string()),
            }
            return Ok(true);
        }
        let Some((mut readers, left)) = self.open.take() else { return Ok(true) };
        if left == 0 {
            return Ok(true);
        }
        let metadata = self.file.metadata().row_group(self.group - 1);
        let bytes = u64::try_from(metadata.column(self.text).uncompressed_size()).unwrap_or(0);
        let average = bytes / u64::try_from(metadata.num_rows()).unwrap_or(1).max(1);
        let rows = (BATCH.0 / average.max(1)).clamp(1, BATCH.1).min(left) as usize;
        let schema = &self.schema;
        match sound(|| Columns::read(schema, &mut readers, rows)) {
            Ok(columns) => {
                self.open = Some((readers, left - rows as u64));
                self.take(&Arc::new(columns), rows);
            }
            Err(e) => self.lost(left, &e.to_string()),
        }
        Ok(true)
    }

    /// Rows that cannot be read.
    fn lost(&mut self, rows: u64, why: &str) {
        let group = self.group - 1;
        let metadata = self.file.metadata().row_group(group);
        let (offset, length) = range(metadata);
        let raw = if self.context.file && self.place.entry.is_none() && self._spool.is_none() {
            Raw::Part { path: self.place.path.clone(), offset, length }
        } else {
            Raw::None
        };
        let item = self.place.bad(offset, None, &format!("{rows} rows of row group {group}: {why}"), raw);
        self.waiting.push_back(item);
        self.place.number += rows.saturating_sub(1);
    }

    fn take(&mut self, columns: &Arc<Columns>, rows: usize) {
        let (offset, _) = range(self.file.metadata().row_group(self.group - 1));
        for index in 0..rows {
            let word = |column: Option<usize>| columns.word(column?, index);
            let Some(bytes) = columns.bytes(self.text, index) else {
                let mut item = self.place.left(offset, word(self.id), record::NULL, String::new());
                if let Item::Left(left) = &mut item {
                    left.row = Some(Row { columns: Arc::clone(columns), index });
                }
                self.waiting.push_back(item);
                continue;
            };
            let limits = &self.context.limits;
            if bytes.len() > limits.record {
                let why = format!("{} bytes, the limit is {}; --max-record sets it", bytes.len(), limits.record);
                let item = self.place.bad(offset, None, &why, Raw::Bytes(bytes.to_vec()));
                self.waiting.push_back(item);
                continue;
            }
            // one value in a dictionary may stand in a million rows
            if let Err(why) = self.context.meter.unpacked(bytes.len() as u64, limits) {
                let rest = self.open.take().map_or(0, |o| o.1) + (rows - index) as u64;
                self.lost(rest, &why);
                return;
            }
            let body = match std::str::from_utf8(bytes) {
                Ok(text) if self.unicode => Body::Text(text.to_owned()),
                _ => Body::Bytes(bytes.to_vec()),
            };
            self.waiting.push_back(Item::Record(Record {
                number: self.place.count(),
                offset,
                entry: self.place.entry.clone(),
                id: word(self.id),
                url: word(self.url),
                date: word(self.date),
                label: None,
                body,
                row: Some(Row { columns: Arc::clone(columns), index }),
                extra: None,
            }));
        }
    }
}

impl Reader for Table {
    fn next_item(&mut self) -> io::Result<Option<Item>> {
        loop {
            if let Some(item) = self.waiting.pop_front() {
                return Ok(Some(item));
            }
            if !self.more()? {
                return Ok(None);
            }
        }
    }

    fn position(&self) -> (u64, u64) {
        let number = match self.waiting.front() {
            Some(Item::Record(r)) => r.number,
            Some(Item::Bad(b)) => b.record,
            Some(Item::Left(l)) => l.number,
            _ => self.place.number,
        };
        (number, 0)
    }
}

/// Where the bytes of a row group stand, and how many they are; whatever numbers the table gives.
fn range(group: &RowGroupMetaData) -> (u64, u64) {
    let number = |n: i64| u64::try_from(n).unwrap_or(0);
    let starts = group.columns().iter().map(|c| number(c.dictionary_page_offset().unwrap_or(c.data_page_offset())));
    let length = group.columns().iter().fold(0u64, |n, c| n.saturating_add(number(c.compressed_size())));
    (starts.min().unwrap_or(0), length)
}

/// What a table's file is like: the schema its rows pass on to the table that is written.
///
/// # Errors
/// No table, or it cannot be read.
pub fn schema(path: &PathBuf, column: Option<&str>) -> io::Result<super::write::Schema> {
    let file = sound(|| SerializedFileReader::new(File::open(path)?))?;
    let schema = file.metadata().file_metadata().schema_descr_ptr();
    let text = text_column(&schema, column).map_err(|why| io::Error::new(io::ErrorKind::InvalidInput, why))?;
    Ok(super::write::Schema::with(&schema, text))
}
