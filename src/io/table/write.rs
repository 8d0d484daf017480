//! Parquet out: cleaned documents as rows, the other columns of a table they came from behind them, and parts put together without
//! being decoded. The schema is told in docs/schema/parquet.md.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use parquet::basic::{Compression, ConvertedType, LogicalType, Repetition, Type as Physical, ZstdLevel};
use parquet::column::writer::{ColumnCloseResult, ColumnWriter};
use parquet::data_type::ByteArray;
use parquet::errors::ParquetError;
use parquet::file::metadata::{KeyValue, ParquetMetaDataReader};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesPtr};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{ColumnPath, SchemaDescPtr, Type, TypePtr};

use super::own::{Document, Holds, OWN, OwnColumn, SCHEMA_VERSION, renamed};
use super::{Column, Values};

/// The columns of a table that is written.
#[derive(Clone, Debug)]
pub struct Schema {
    root: TypePtr,
    /// Columns of the table that rows come from, by number: those that are passed on.
    others: Vec<usize>,
}

impl Default for Schema {
    fn default() -> Schema {
        Schema::of(Vec::new(), Vec::new())
    }
}

impl Schema {
    /// The own columns, and behind them those of `input` but for its column of texts. One with the name of an own column is called
    /// `input_NAME`.
    pub(super) fn with(input: &SchemaDescPtr, text: usize) -> Schema {
        let text_name = input.column(text).path().parts()[0].clone();
        let others: Vec<&TypePtr> = input.root_schema().get_fields().iter().filter(|f| f.name() != text_name).collect();
        let names: Vec<&str> = others.iter().map(|f| f.name()).collect();
        let own: Vec<&str> = OWN.iter().map(|c| c.name).collect();
        let fields = others.iter().zip(renamed(&names, &own)).map(|(field, name)| called(field, &name)).collect();
        let others = (0..input.num_columns()).filter(|i| *i != text).collect();
        Schema::of(fields, others)
    }

    fn of(more: Vec<TypePtr>, others: Vec<usize>) -> Schema {
        let own = OWN.iter().map(|column| {
            let string = matches!(column.holds, Holds::Text(_));
            let physical = if string { Physical::BYTE_ARRAY } else { Physical::DOUBLE };
            let builder = Type::primitive_type_builder(column.name, physical)
                .with_repetition(if column.required { Repetition::REQUIRED } else { Repetition::OPTIONAL })
                .with_converted_type(if string { ConvertedType::UTF8 } else { ConvertedType::NONE })
                .with_logical_type(string.then_some(LogicalType::String));
            Arc::new(builder.build().expect("the own columns are valid"))
        });
        let fields = own.chain(more).collect();
        let root = Type::group_type_builder("schema").with_fields(fields).build().expect("a group of valid columns is valid");
        Schema { root: Arc::new(root), others }
    }

    fn properties() -> WriterPropertiesPtr {
        let plain = |name: &str| ColumnPath::new(vec![name.to_owned()]);
        let mut properties = WriterProperties::builder()
            .set_created_by("jingwen".to_owned())
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(3).unwrap_or_default()))
            .set_statistics_enabled(EnabledStatistics::None)
            .set_offset_index_disabled(true)
            .set_key_value_metadata(Some(vec![KeyValue::new("schema_version".to_owned(), SCHEMA_VERSION.to_string())]));
        // where no two values are the same a dictionary would only cost
        for column in OWN.iter().filter(|c| !c.repeats) {
            properties = properties.set_column_dictionary_enabled(plain(column.name), false);
        }
        Arc::new(properties.build())
    }
}

/// A column or group of columns under another name.
fn called(field: &TypePtr, name: &str) -> TypePtr {
    if field.name() == name {
        return Arc::clone(field);
    }
    let info = field.get_basic_info();
    let repetition = if info.has_repetition() { info.repetition() } else { Repetition::OPTIONAL };
    let built = match &**field {
        Type::PrimitiveType { physical_type, type_length, scale, precision, .. } => Type::primitive_type_builder(name, *physical_type)
            .with_repetition(repetition)
            .with_converted_type(info.converted_type())
            .with_logical_type(info.logical_type_ref().cloned())
            .with_length(*type_length)
            .with_precision(*precision)
            .with_scale(*scale)
            .build(),
        Type::GroupType { fields, .. } => Type::group_type_builder(name)
            .with_repetition(repetition)
            .with_converted_type(info.converted_type())
            .with_logical_type(info.logical_type_ref().cloned())
            .with_fields(fields.clone())
            .build(),
    };
    // what was valid under one name is under another
    built.map_or_else(|_| Arc::clone(field), Arc::new)
}

fn said(e: ParquetError) -> io::Error {
    match e {
        ParquetError::External(e) => match e.downcast::<io::Error>() {
            Ok(e) => *e,
            Err(e) => io::Error::other(e),
        },
        e => io::Error::other(e),
    }
}

/// A table that is written.
pub struct Part<W: Write + Send> {
    writer: SerializedFileWriter<W>,
    schema: Schema,
}

impl<W: Write + Send> Part<W> {
    /// An empty one. The same rows in the same batches always give the same bytes.
    ///
    /// # Errors
    /// What the system says.
    pub fn new(to: W, schema: &Schema) -> io::Result<Part<W>> {
        let writer = SerializedFileWriter::new(to, Arc::clone(&schema.root), Schema::properties()).map_err(said)?;
        Ok(Part { writer, schema: schema.clone() })
    }

    /// Adds rows as one row group; nothing for none.
    ///
    /// # Errors
    /// What the system says; a row that is from another table than the schema.
    pub fn write(&mut self, rows: &[Document<'_>]) -> io::Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let mut group = self.writer.next_row_group().map_err(said)?;
        let mut number = 0;
        while let Some(mut column) = group.next_column().map_err(said)? {
            match OWN.get(number) {
                Some(of) => own(column.untyped(), of, rows)?,
                None => other(column.untyped(), self.schema.others[number - OWN.len()], rows)?,
            }
            column.close().map_err(said)?;
            number += 1;
        }
        group.close().map_err(said)?;
        Ok(())
    }

    /// Writes the end of the table and gives back what it was written to.
    ///
    /// # Errors
    /// What the system says.
    pub fn finish(self) -> io::Result<W> {
        self.writer.into_inner().map_err(said)
    }
}

/// The values of an own column.
fn own(writer: &mut ColumnWriter<'_>, column: &OwnColumn, rows: &[Document<'_>]) -> io::Result<()> {
    match (writer, column.holds) {
        (ColumnWriter::ByteArrayColumnWriter(w), Holds::Text(of)) => {
            let defs: Vec<i16> = rows.iter().map(|d| i16::from(of(d).is_some())).collect();
            let values: Vec<ByteArray> = rows.iter().filter_map(of).map(ByteArray::from).collect();
            w.write_batch(&values, (!column.required).then_some(&defs), None).map_err(said)?;
        }
        (ColumnWriter::DoubleColumnWriter(w), Holds::Number(of)) => {
            let defs: Vec<i16> = rows.iter().map(|d| i16::from(of(d).is_some())).collect();
            let values: Vec<f64> = rows.iter().filter_map(of).collect();
            w.write_batch(&values, Some(&defs), None).map_err(said)?;
        }
        _ => return Err(io::Error::other("an own column of another type")),
    }
    Ok(())
}

/// The values of a column that is passed on.
fn other(writer: &mut ColumnWriter<'_>, number: usize, rows: &[Document<'_>]) -> io::Result<()> {
    let (mut defs, mut reps) = (Vec::new(), Vec::new());
    for d in rows {
        let (column, row) = column_of(d, number)?;
        let (from, to) = (column.rows[row].0, column.rows[row + 1].0);
        defs.extend_from_slice(column.defs.get(from..to).unwrap_or_default());
        reps.extend_from_slice(column.reps.get(from..to).unwrap_or_default());
    }
    let (defs, reps) = (Some(&*defs).filter(|d| !d.is_empty()), Some(&*reps).filter(|r| !r.is_empty()));
    macro_rules! write {
        ($($writer:ident $kind:ident),*) => {
            match writer {
                $(ColumnWriter::$writer(w) => {
                    let mut values = Vec::new();
                    for d in rows {
                        let (column, row) = column_of(d, number)?;
                        let Values::$kind(all) = &column.values else { return Err(io::Error::other("a column of another type")) };
                        values.extend_from_slice(&all[column.rows[row].1..column.rows[row + 1].1]);
                    }
                    w.write_batch(&values, defs, reps).map_err(said)?;
                })*
            }
        };
    }
    write!(
        BoolColumnWriter Bool, Int32ColumnWriter Int32, Int64ColumnWriter Int64, Int96ColumnWriter Int96, FloatColumnWriter Float,
        DoubleColumnWriter Double, ByteArrayColumnWriter Bytes, FixedLenByteArrayColumnWriter Fixed
    );
    Ok(())
}

/// The column that is passed on, and the document's row in it.
fn column_of<'d>(d: &'d Document<'_>, number: usize) -> io::Result<(&'d Column, usize)> {
    let row = d.row.as_ref().ok_or_else(|| io::Error::other("a row that is from no table"))?;
    let column = row.columns.columns.get(number).filter(|c| row.index + 1 < c.rows.len());
    column.map(|c| (c, row.index)).ok_or_else(|| io::Error::other("a row from another table"))
}

/// Puts parts of one schema behind each other, without decoding them: the row groups of all, in order. With no part the result is
/// an empty table.
///
/// # Errors
/// What the system says, or a part that is no table of this schema.
pub fn concatenate<W: Write + Send>(parts: &[&Path], schema: &Schema, to: W) -> io::Result<W> {
    let mut writer = SerializedFileWriter::new(to, Arc::clone(&schema.root), Schema::properties()).map_err(said)?;
    for path in parts {
        let file = File::open(path)?;
        let metadata = ParquetMetaDataReader::new().parse_and_finish(&file).map_err(said)?;
        for group in metadata.row_groups() {
            let mut out = writer.next_row_group().map_err(said)?;
            for column in group.columns() {
                let close = ColumnCloseResult {
                    bytes_written: u64::try_from(column.compressed_size()).unwrap_or(0),
                    rows_written: u64::try_from(group.num_rows()).unwrap_or(0),
                    metadata: column.clone(),
                    bloom_filter: None,
                    column_index: None,
                    offset_index: None,
                };
                out.append_column(&file, close).map_err(said)?;
            }
            out.close().map_err(said)?;
        }
    }
    writer.into_inner().map_err(said)
}
