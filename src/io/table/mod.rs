//! Parquet tables, column by column: what `read` takes out of one and `write` puts into another, levels and all, so that columns we
//! do not look at pass through unchanged whatever they hold.

pub mod own;
pub mod read;
pub mod write;

use std::sync::Arc;

use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType, FixedLenByteArray, Int96};
use parquet::errors::{ParquetError, Result};
use parquet::schema::types::{ColumnDescPtr, SchemaDescPtr};

/// Some rows of a table, all columns.
#[derive(Debug)]
pub struct Columns {
    columns: Vec<Column>,
}

/// A row that other columns are taken from.
#[derive(Clone, Debug)]
pub struct Row {
    /// The rows it is one of.
    pub columns: Arc<Columns>,
    /// Which.
    pub index: usize,
}

/// Some rows of a column.
#[derive(Debug)]
struct Column {
    values: Values,
    /// One for each value and each null; empty when neither nulls nor lists can be.
    defs: Vec<i16>,
    /// One for each value and each null; empty when no lists can be.
    reps: Vec<i16>,
    /// Where each row begins, in levels and in values, and the end.
    rows: Vec<(usize, usize)>,
}

/// Values that are not null.
#[derive(Debug)]
enum Values {
    Bool(Vec<bool>),
    Int32(Vec<i32>),
    Int64(Vec<i64>),
    Int96(Vec<Int96>),
    Float(Vec<f32>),
    Double(Vec<f64>),
    Bytes(Vec<ByteArray>),
    Fixed(Vec<FixedLenByteArray>),
}

impl Columns {
    /// The next `rows` rows of all columns.
    fn read(schema: &SchemaDescPtr, readers: &mut [ColumnReader], rows: usize) -> Result<Columns> {
        let columns = readers.iter_mut().enumerate().map(|(i, reader)| {
            let descr = schema.column(i);
            let named = |e: ParquetError| ParquetError::General(format!("column {}: {e}", descr.path().string()));
            Column::read(&descr, reader, rows).map_err(named)
        });
        Ok(Columns { columns: columns.collect::<Result<_>>()? })
    }

    /// The one value of a row in a column without lists; `None` for null, or when the column holds no bytes.
    fn bytes(&self, column: usize, row: usize) -> Option<&[u8]> {
        let column = self.columns.get(column)?;
        let (from, to) = (column.rows.get(row)?.1, column.rows.get(row + 1)?.1);
        match &column.values {
            Values::Bytes(values) if to == from + 1 => Some(values.get(from)?.data()),
            _ => None,
        }
    }

    /// As [`Columns::bytes`], with numbers in digits.
    fn word(&self, column: usize, row: usize) -> Option<String> {
        let of = self.columns.get(column)?;
        let (from, to) = (of.rows.get(row)?.1, of.rows.get(row + 1)?.1);
        match &of.values {
            _ if to != from + 1 => None,
            Values::Int32(values) => Some(values.get(from)?.to_string()),
            Values::Int64(values) => Some(values.get(from)?.to_string()),
            Values::Bytes(_) => std::str::from_utf8(self.bytes(column, row)?).ok().map(str::to_owned),
            _ => None,
        }
    }
}

impl Column {
    fn read(descr: &ColumnDescPtr, reader: &mut ColumnReader, rows: usize) -> Result<Column> {
        type Some<T> = (Vec<T>, Vec<i16>, Vec<i16>);
        fn some<T: DataType>(reader: &mut ColumnReaderImpl<T>, rows: usize) -> Result<Some<T::T>> {
            let (mut values, mut defs, mut reps) = (Vec::new(), Vec::new(), Vec::new());
            let (got, ..) = reader.read_records(rows, Some(&mut defs), Some(&mut reps), &mut values)?;
            if got == rows {
                return Ok((values, defs, reps));
            }
            Err(ParquetError::General(format!("{got} of {rows} rows are there")))
        }
        macro_rules! read {
            ($($reader:ident $kind:ident),*) => {
                match reader {
                    $(ColumnReader::$reader(r) => some(r, rows).map(|(v, d, r)| (Values::$kind(v), d, r))?,)*
                }
            };
        }
        let (values, defs, reps) = read!(
            BoolColumnReader Bool, Int32ColumnReader Int32, Int64ColumnReader Int64, Int96ColumnReader Int96, FloatColumnReader Float,
            DoubleColumnReader Double, ByteArrayColumnReader Bytes, FixedLenByteArrayColumnReader Fixed
        );
        let (most, lists) = (descr.max_def_level(), descr.max_rep_level() > 0);
        let mut starts = Vec::with_capacity(rows + 1);
        if most == 0 {
            starts.extend((0..=rows).map(|n| (n, n)));
        } else {
            let mut value = 0;
            for (level, def) in defs.iter().enumerate() {
                if !lists || reps.get(level) == Some(&0) {
                    starts.push((level, value));
                }
                value += usize::from(*def == most);
            }
            starts.push((defs.len(), value));
        }
        if starts.len() != rows + 1 {
            return Err(ParquetError::General(format!("{} rows where {rows} must be", starts.len().saturating_sub(1))));
        }
        Ok(Column { values, defs, reps, rows: starts })
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::path::{Path, PathBuf};

    use parquet::column::writer::ColumnWriter;
    use parquet::file::properties::WriterProperties;
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;

    use super::own::Document;
    use super::write::{Part, Schema, concatenate};
    use super::*;
    use crate::io::compress::{Codec, Limits};
    use crate::io::open::{Kind, open, open_with};
    use crate::io::record::{Body, Item, NULL, Reader};

    const SCHEMA: &str = "message m { required int64 id; optional binary url (UTF8); optional binary content (UTF8); \
        optional group tags (LIST) { repeated group list { optional binary element (UTF8); } } optional double score; optional binary title; }";

    /// Two row groups of three rows; the second row has no text.
    fn table(schema: &str) -> Vec<u8> {
        let schema = Arc::new(parse_message_type(schema).unwrap());
        let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(WriterProperties::builder().build())).unwrap();
        for group in 0..2i64 {
            let mut out = writer.next_row_group().unwrap();
            while let Some(mut column) = out.next_column().unwrap() {
                let words = |words: &[String]| words.iter().map(|w| ByteArray::from(w.as_str())).collect::<Vec<_>>();
                let name = match column.untyped() {
                    ColumnWriter::Int64ColumnWriter(w) => {
                        w.write_batch(&[group * 10, group * 10 + 1, group * 10 + 2], None, None).unwrap();
                        continue_with(column);
                        continue;
                    }
                    ColumnWriter::DoubleColumnWriter(w) => {
                        w.write_batch(&[0.5, 0.25], Some(&[1, 0, 1]), None).unwrap();
                        continue_with(column);
                        continue;
                    }
                    ColumnWriter::ByteArrayColumnWriter(w) => w.get_descriptor().path().parts()[0].clone(),
                    _ => unreachable!(),
                };
                let ColumnWriter::ByteArrayColumnWriter(w) = column.untyped() else { unreachable!() };
                match &*name {
                    "tags" => w
                        .write_batch(&words(&["a".into(), "b".into(), "c".into()]), Some(&[3, 3, 1, 2, 3]), Some(&[0, 1, 0, 0, 1]))
                        .unwrap(),
                    "url" => w.write_batch(&words(&["u0".into(), "u1".into(), "u2".into()]), Some(&[1, 1, 1]), None).unwrap(),
                    "title" => w.write_batch(&words(&["t".into()]), Some(&[0, 1, 0]), None).unwrap(),
                    _ => w.write_batch(&words(&[format!("正文 {group}"), format!("text {group}")]), Some(&[1, 0, 1]), None).unwrap(),
                };
                continue_with(column);
            }
            out.close().unwrap();
        }
        writer.into_inner().unwrap()
    }

    fn continue_with(column: parquet::file::writer::SerializedColumnWriter<'_>) {
        column.close().unwrap();
    }

    fn write(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
        let path = folder.join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    fn items(mut reader: Box<dyn Reader>) -> Vec<Item> {
        std::iter::from_fn(|| reader.next_item().unwrap()).collect()
    }

    fn told(items: &[Item]) -> Vec<String> {
        let one = |item: &Item| match item {
            Item::Record(r) => {
                let text = match &r.body {
                    Body::Text(t) => t.clone(),
                    Body::Bytes(b) => format!("{} bytes", b.len()),
                    Body::File(_) => unreachable!(),
                };
                format!("{} {} {} {text}", r.number, r.id.as_deref().unwrap_or("-"), r.url.as_deref().unwrap_or("-"))
            }
            Item::Left(l) => format!("{} {}", l.number, l.rule),
            Item::Bad(b) => format!("{} bad {}", b.record, b.why),
            Item::Lines(..) => unreachable!(),
        };
        items.iter().map(one).collect()
    }

    fn read(path: &Path) -> Vec<Item> {
        items(open(path, Kind::Auto, &Limits::default()).unwrap())
    }

    #[test]
    fn texts_come_out_with_their_fields() {
        let folder = tempfile::tempdir().unwrap();
        let path = write(folder.path(), "a.bin", &table(SCHEMA));
        let want = ["1 0 u0 正文 0", "2 record/null", "3 2 u2 text 0", "4 10 u0 正文 1", "5 record/null", "6 12 u2 text 1"];
        let got = read(&path);
        assert_eq!(told(&got), want);
        assert!(matches!(&got[1], Item::Left(l) if l.rule == NULL && l.id.as_deref() == Some("1")));
        // packed, and in an archive, too
        let mut packed = Vec::new();
        Codec::Gzip.pack(&table(SCHEMA), &mut packed).unwrap();
        assert_eq!(told(&read(&write(folder.path(), "b", &packed))), want);
        // bytes in a charset that nobody names
        let binary = SCHEMA.replace("content (UTF8)", "content");
        assert_eq!(told(&read(&write(folder.path(), "c", &table(&binary))))[0], "1 0 u0 8 bytes");
    }

    #[test]
    fn the_column_is_named_or_guessed_and_a_wrong_name_lists_those_there_are() {
        let folder = tempfile::tempdir().unwrap();
        let path = write(folder.path(), "a.parquet", &table(SCHEMA));
        let named = |column| open_with(&path, Kind::Auto, &Limits::default(), Some(column)).map(items);
        assert_eq!(told(&named("title").unwrap())[1], "2 1 u1 1 bytes");
        for wrong in ["body", "id", "tags"] {
            let why = named(wrong).unwrap_err().to_string();
            assert!(why.contains("the columns are: id (int64), url (string), content (string), tags.list.element (string)"), "{why}");
        }
        // nothing to guess by
        let path = write(folder.path(), "b.parquet", &table(&SCHEMA.replace("content", "stuff")));
        assert!(open(&path, Kind::Auto, &Limits::default()).err().unwrap().to_string().contains("--text-field"));
        let one = "message m { required int64 n; optional binary stuff (UTF8); }";
        assert_eq!(read(&write(folder.path(), "c.parquet", &table(one))).len(), 6);
    }

    /// What a table becomes when each text gets a `!`.
    fn rewritten(path: &Path, schema: &Schema) -> Vec<u8> {
        let mut part = Part::new(Vec::new(), schema).unwrap();
        let mut rows = Vec::new();
        for item in read(path) {
            let Item::Record(r) = item else { continue };
            let Body::Text(text) = r.body else { panic!("text") };
            rows.push(Document {
                id: r.id.unwrap().into(),
                text: Some((text + "!").into()),
                charset_confidence: Some(1.0),
                row: r.row,
                ..Document::default()
            });
        }
        for rows in rows.chunks(3) {
            part.write(rows).unwrap();
        }
        part.finish().unwrap()
    }

    fn rows(path: &Path) -> Vec<String> {
        let reader = SerializedFileReader::new(File::open(path).unwrap()).unwrap();
        reader.get_row_iter(None).unwrap().map(|r| r.unwrap().to_string()).collect()
    }

    #[test]
    fn other_columns_pass_through_and_the_bytes_are_the_same_each_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = write(folder.path(), "a.parquet", &table(SCHEMA));
        let schema = super::read::schema(&path, None).unwrap();
        let out = rewritten(&path, &schema);
        assert_eq!(out, rewritten(&path, &schema));
        let out = write(folder.path(), "out.parquet", &out);
        let got = rows(&out);
        assert_eq!(got.len(), 4);
        // the third row of the first group: the own columns, then the input's, those of the same name under another
        let want = "input_id: 2, input_url: \"u2\", tags: [null, \"c\"], score: 0.25, input_title: null}";
        assert!(got[1].starts_with("{id: \"2\", url: null, text: \"text 0!\"") && got[1].ends_with(want), "{}", got[1]);
        assert!(got[0].contains("tags: [\"a\", \"b\"]"), "{}", got[0]);
        // the result is an input like any other
        assert_eq!(told(&read(&out))[0], "1 0 - 正文 0!");
    }

    #[test]
    fn parts_are_put_together_without_decoding() {
        let folder = tempfile::tempdir().unwrap();
        let path = write(folder.path(), "a.parquet", &table(SCHEMA));
        let schema = super::read::schema(&path, None).unwrap();
        let part = write(folder.path(), "part", &rewritten(&path, &schema));
        let whole = concatenate(&[&part, &part], &schema, Vec::new()).unwrap();
        assert_eq!(whole, concatenate(&[&part, &part], &schema, Vec::new()).unwrap());
        let whole = write(folder.path(), "whole", &whole);
        assert_eq!(rows(&whole), [rows(&part), rows(&part)].concat());
        let none = concatenate(&[], &Schema::default(), Vec::new()).unwrap();
        assert_eq!(rows(&write(folder.path(), "none", &none)).len(), 0);
        // a part of another schema
        assert!(concatenate(&[&part], &Schema::default(), Vec::new()).is_err());
    }

    #[test]
    fn any_damage_ends_and_what_is_sound_comes_out() {
        let folder = tempfile::tempdir().unwrap();
        let whole = table(SCHEMA);
        // the first page of texts
        let at = memchr::memmem::find(&whole, "正文 0".as_bytes()).unwrap();
        let mut damaged = whole.clone();
        damaged[at - 8..at].fill(0xFF);
        let got = told(&read(&write(folder.path(), "d", &damaged)));
        assert!(got[0].starts_with("1 bad 3 rows of row group 0"), "{}", got[0]);
        assert_eq!(got[1..], ["4 10 u0 正文 1", "5 record/null", "6 12 u2 text 1"]);
        let mut n = 7u32;
        let mut next = |below: usize| {
            n = n.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (n >> 8) as usize % below
        };
        for _ in 0..1000 {
            let mut input = whole.clone();
            for _ in 0..=next(4) {
                let at = next(input.len());
                input[at] = next(256) as u8;
            }
            let path = write(folder.path(), "m", &input);
            if let Ok(mut reader) = open(&path, Kind::Parquet, &Limits::default()) {
                let mut items = 0;
                while let Ok(Some(_)) = reader.next_item() {
                    items += 1;
                }
                assert!(items <= 6, "{items}");
            }
        }
    }
}
