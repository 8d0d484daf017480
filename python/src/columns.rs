//! The columns that come in, by name and type: which hold the texts, names and addresses of a batch. Those that come out live in `own`,
//! what is done with a row in `batch`.

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_data::{ByteView, MAX_INLINE_VIEW_LEN};
use arrow_schema::{DataType, Schema};
use jingwen::io::table::read::{IDS, TEXTS, URLS};
use pyo3::prelude::*;

use crate::error::ColumnError;

/// Texts or bytes, one a row, wherever they stand.
pub enum Texts<'a> {
    Text(Box<dyn Fn(usize) -> &'a [u8] + Sync + 'a>, &'a dyn Array),
    Bytes(Box<dyn Fn(usize) -> &'a [u8] + Sync + 'a>, &'a dyn Array),
}

impl<'a> Texts<'a> {
    /// A column of any kind of string or binary, called `name`.
    ///
    /// Other libraries are not trusted with memory: every offset is looked at, and bytes are only taken by checked ranges. UTF-8 is looked
    /// at where a text is used.
    pub fn of(array: &'a dyn Array, name: &str) -> PyResult<Texts<'a>> {
        let kind = array.data_type();
        let damaged = || ColumnError::new_err(format!("column {name:?} is damaged: a {kind} reaches out of its data"));
        macro_rules! offsets {
            ($array:expr, $variant:ident) => {{
                let (offsets, data) = ($array.value_offsets(), $array.value_data());
                let last = offsets.last().map_or(0, |o| *o);
                let sound = offsets.is_sorted() && offsets.first().is_none_or(|o| *o >= 0) && last as usize <= data.len();
                if !sound {
                    return Err(damaged());
                }
                Texts::$variant(Box::new(move |i| &data[offsets[i] as usize..offsets[i + 1] as usize]), array)
            }};
        }
        macro_rules! views {
            ($array:expr, $variant:ident) => {{
                let (views, data) = ($array.views(), $array.data_buffers());
                let sound = |view: &u128| {
                    let v = ByteView::from(*view);
                    let within = || data.get(v.buffer_index as usize).is_some_and(|b| v.offset as usize + v.length as usize <= b.len());
                    v.length <= MAX_INLINE_VIEW_LEN || within()
                };
                if !(0..array.len()).all(|i| array.is_null(i) || sound(&views[i])) {
                    return Err(damaged());
                }
                // of a text that is no UTF-8 only the bytes are taken
                Texts::$variant(Box::new(move |i| $array.value(i).as_ref()), array)
            }};
        }
        Ok(match kind {
            DataType::Utf8 => offsets!(array.as_string::<i32>(), Text),
            DataType::LargeUtf8 => offsets!(array.as_string::<i64>(), Text),
            DataType::Binary => offsets!(array.as_binary::<i32>(), Bytes),
            DataType::LargeBinary => offsets!(array.as_binary::<i64>(), Bytes),
            DataType::Utf8View => views!(array.as_string_view(), Text),
            DataType::BinaryView => views!(array.as_binary_view(), Bytes),
            DataType::FixedSizeBinary(_) => {
                let a = array.as_fixed_size_binary();
                Texts::Bytes(Box::new(move |i| a.value(i)), array)
            }
            _ => return Err(ColumnError::new_err(format!("column {name:?} holds {kind}, it must hold strings or bytes"))),
        })
    }

    /// The bytes of a row; `None` for null.
    pub fn get(&self, row: usize) -> Option<&'a [u8]> {
        let (Texts::Text(get, array) | Texts::Bytes(get, array)) = self;
        (!array.is_null(row)).then(|| get(row))
    }

    /// The text of a row; `None` for null, and for bytes that are no UTF-8.
    pub fn text(&self, row: usize) -> Option<&'a str> {
        self.get(row).and_then(|b| std::str::from_utf8(b).ok())
    }

    /// True when the type says that it is Unicode.
    pub fn is_text(&self) -> bool {
        matches!(self, Texts::Text(..))
    }

    /// Bytes of all rows of at most so many.
    pub fn bytes(&self, most: usize) -> u64 {
        let (Texts::Text(get, array) | Texts::Bytes(get, array)) = self;
        (0..array.len()).filter(|i| !array.is_null(*i)).map(|i| get(i).len()).filter(|n| *n <= most).map(|n| n as u64).sum()
    }
}

/// Which columns of a schema mean what, by number.
#[derive(Clone, Debug, Default)]
pub struct Roles {
    /// Texts or bytes; drafts in the last pass.
    pub text: usize,
    pub id: Option<usize>,
    pub url: Option<usize>,
    /// Charset label that HTTP claimed.
    pub label: Option<usize>,
    /// True for bytes that are Unicode text.
    pub is_text: Option<usize>,
    /// Why a row was not read, or was left aside, by whoever read it.
    pub error: Option<usize>,
    pub reason: Option<usize>,
    /// Members of a JSON line without a column, from whoever read it.
    pub extra: Option<usize>,
    /// Order in the dump.
    pub order: Option<usize>,
    /// What was found out about copies.
    pub verdicts: Option<usize>,
}

/// What a caller says of the columns; `None` for what is to be guessed.
#[derive(Clone, Debug, Default)]
pub struct Named {
    pub text: Option<String>,
    pub id: Option<String>,
    pub url: Option<String>,
    pub label: Option<String>,
    pub order: Option<String>,
    pub verdicts: Option<String>,
    /// The columns are ours, of [`crate::read`] or of a scan: names, reasons and errors go by their names and are not repeated.
    pub read: bool,
}

impl Named {
    /// Finds the columns.
    pub fn roles(&self, schema: &Schema) -> PyResult<Roles> {
        let there = || list(schema);
        let find = |name: &Option<String>, what: &str, texts: bool| -> PyResult<Option<usize>> {
            let Some(name) = name else { return Ok(None) };
            let missing = || ColumnError::new_err(format!("no column {name:?} for {what}; there are {}", there()));
            let at = schema.index_of(name).map_err(|_| missing())?;
            single(schema, at, what)?;
            let kind = schema.field(at).data_type();
            if texts && !is_text(kind) {
                return Err(ColumnError::new_err(format!(
                    "column {name:?} for {what} holds {kind}, it must hold strings or bytes{}; there are {}",
                    decoded(kind),
                    there()
                )));
            }
            Ok(Some(at))
        };
        let text = match find(&self.text, "the texts", true)? {
            Some(at) => at,
            None => self.guess(schema)?,
        };
        let like = |names: &[&str], number: bool| {
            let mut all = schema.fields().iter().enumerate();
            let fits = |kind: &DataType| is_text(kind) || number && *kind == DataType::Int64;
            all.find(|(i, f)| *i != text && fits(f.data_type()) && names.contains(&&*f.name().to_ascii_lowercase())).map(|(i, _)| i)
        };
        let read = |name: &str| schema.index_of(name).ok().filter(|_| self.read);
        let id = find(&self.id, "the names of the records", false)?;
        let names = |kind: &DataType| is_text(kind) || *kind == DataType::Int64;
        if let Some(field) = id.map(|at| schema.field(at)).filter(|f| !names(f.data_type())) {
            return Err(ColumnError::new_err(format!(
                "column {:?} for the names of the records holds {}, it must hold strings, bytes or int64; there are {}",
                field.name(),
                field.data_type(),
                there()
            )));
        }
        Ok(Roles {
            text,
            id: id.or_else(|| like(IDS, true)),
            url: find(&self.url, "the addresses", true)?.or_else(|| like(URLS, false)),
            label: find(&self.label, "the charset labels", true)?,
            is_text: read("is_text"),
            error: read("error"),
            reason: read("reason"),
            extra: read("extra"),
            order: find(&self.order, "the order of the records", false)?,
            verdicts: find(&self.verdicts, "the verdicts", false)?,
        })
    }

    /// The column with the texts: the only one, or one with a usual name, or the only one with strings or bytes.
    fn guess(&self, schema: &Schema) -> PyResult<usize> {
        let texts: Vec<usize> = (0..schema.fields().len()).filter(|i| is_text(schema.field(*i).data_type())).collect();
        let named = TEXTS.iter().find_map(|n| texts.iter().find(|i| schema.field(**i).name().eq_ignore_ascii_case(n)));
        match (named, &texts[..]) {
            (Some(at), _) | (None, [at]) => single(schema, *at, "the texts").map(|()| *at),
            (None, []) => {
                let advice = schema.fields().iter().map(|f| decoded(f.data_type())).find(|advice| !advice.is_empty()).unwrap_or_default();
                Err(ColumnError::new_err(format!("no column holds strings or bytes{advice}; there are {}", list(schema))))
            }
            (None, _) => {
                Err(ColumnError::new_err(format!("which column holds the texts? name it with column=…; there are {}", list(schema))))
            }
        }
    }
}

/// Refuses a column that is not the only one of its name: which of them is meant nobody knows.
fn single(schema: &Schema, at: usize, what: &str) -> PyResult<()> {
    let name = schema.field(at).name();
    let many = schema.fields().iter().filter(|f| f.name() == name).count();
    let told = || {
        ColumnError::new_err(format!(
            "{many} columns are called {name:?}, one must be for {what}: rename the others; there are {}",
            list(schema)
        ))
    };
    (many == 1).then_some(()).ok_or_else(told)
}

/// What to do with strings that are stored in a way that is not read here; nothing for other types.
fn decoded(kind: &DataType) -> &'static str {
    match kind {
        DataType::Dictionary(_, values) if is_text(values) => {
            " as they are, not by numbers: cast it (pyarrow: column.cast(pyarrow.string()), pandas: astype(str), polars: cast(polars.String))"
        }
        DataType::Null => ": a column of nulls alone has no type, cast it (pyarrow: column.cast(pyarrow.string()))",
        _ => "",
    }
}

/// The columns there are, with their types.
fn list(schema: &Schema) -> String {
    let all: Vec<String> = schema.fields().iter().map(|f| format!("{:?} ({})", f.name(), f.data_type())).collect();
    if all.is_empty() { "none".to_owned() } else { all.join(", ") }
}

fn is_text(kind: &DataType) -> bool {
    use DataType::{Binary, BinaryView, FixedSizeBinary, LargeBinary, LargeUtf8, Utf8, Utf8View};
    matches!(kind, Utf8 | LargeUtf8 | Utf8View | Binary | LargeBinary | BinaryView | FixedSizeBinary(_))
}

/// Looks at every offset of a column of lists.
pub fn checked(array: &ArrayRef, name: &str) -> PyResult<()> {
    let data = array.to_data();
    data.validate_full().map_err(|e| ColumnError::new_err(format!("column {name:?} is damaged: {e}")))
}

/// A column of whole numbers.
pub fn numbers<'a>(batch: &'a RecordBatch, at: usize, what: &str) -> PyResult<&'a arrow_array::Int64Array> {
    let schema = batch.schema();
    batch.column(at).as_primitive_opt::<Int64Type>().ok_or_else(|| {
        let field = schema.field(at);
        ColumnError::new_err(format!("column {:?} for {what} holds {}, it must hold int64", field.name(), field.data_type()))
    })
}
