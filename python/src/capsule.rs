//! Arrow's PyCapsule interface, in and out: the only file that touches pointers of other libraries. What stands in the columns does
//! not concern it.
#![allow(unsafe_code)]

use std::ffi::CStr;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi_and_data_type};
use arrow_array::ffi_stream::{ArrowArrayStreamReader, FFI_ArrowArrayStream};
use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchIterator, StructArray, make_array};
use arrow_buffer::NullBuffer;
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use crate::error::{ColumnError, JingwenError};

const SCHEMA: &CStr = c"arrow_schema";
const ARRAY: &CStr = c"arrow_array";
const STREAM: &CStr = c"arrow_array_stream";

/// Record batches of one schema. Speaks Arrow's PyCapsule interface, so that `pyarrow.table(batch)`, `polars.DataFrame(batch)`,
/// `duckdb` and others take it without a copy.
#[pyclass(frozen, module = "jingwen")]
pub struct Batch {
    pub schema: SchemaRef,
    pub batches: Vec<RecordBatch>,
}

#[pymethods]
impl Batch {
    /// Rows in all batches.
    #[getter]
    fn num_rows(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    /// Names of the columns, in order.
    #[getter]
    fn column_names(&self) -> Vec<String> {
        self.schema.fields().iter().map(|f| f.name().clone()).collect()
    }

    fn __len__(&self) -> usize {
        self.num_rows()
    }

    fn __repr__(&self) -> String {
        format!("<jingwen.Batch: {} rows of {}>", self.num_rows(), self.column_names().join(", "))
    }

    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        PyCapsule::new_with_value(py, FFI_ArrowSchema::try_from(&*self.schema).map_err(said)?, SCHEMA)
    }

    /// The rows as one struct array; of several batches only a stream can be had.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_array__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<(Bound<'py, PyCapsule>, Bound<'py, PyCapsule>)> {
        // the consumer casts, if it must
        let _ = requested_schema;
        let batch = match &self.batches[..] {
            [] => RecordBatch::new_empty(Arc::clone(&self.schema)),
            [one] => one.clone(),
            many => return Err(JingwenError::new_err(format!("{} batches are no single array; take __arrow_c_stream__", many.len()))),
        };
        let schema = FFI_ArrowSchema::try_from(&*self.schema).map_err(said)?;
        Ok((PyCapsule::new_with_value(py, schema, SCHEMA)?, PyCapsule::new_with_value(py, array(batch), ARRAY)?))
    }

    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(&self, py: Python<'py>, requested_schema: Option<Bound<'py, PyAny>>) -> PyResult<Bound<'py, PyCapsule>> {
        let _ = requested_schema;
        let batches = self.batches.clone().into_iter().map(Ok::<_, ArrowError>);
        let stream = FFI_ArrowArrayStream::new(Box::new(RecordBatchIterator::new(batches, Arc::clone(&self.schema))));
        PyCapsule::new_with_value(py, stream, STREAM)
    }
}

/// A batch as a struct of Arrow's C interface.
pub fn array(batch: RecordBatch) -> FFI_ArrowArray {
    FFI_ArrowArray::new(&StructArray::from(batch).into_data())
}

/// What came in.
pub struct Given {
    pub schema: SchemaRef,
    pub batches: Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>> + Send>,
}

/// What speaks Arrow, taken once: who gives it to several calls has it taken by none of them again.
#[pyfunction]
pub fn taken(data: &Bound<'_, PyAny>) -> PyResult<Batch> {
    let Given { schema, batches } = take(data)?;
    Ok(Batch { schema, batches: batches.collect::<Result<_, _>>().map_err(said)? })
}

/// Takes anything that speaks Arrow: record batches, tables and streams of them; an array becomes a batch of one column called
/// `text`. No bytes are copied.
pub fn take(data: &Bound<'_, PyAny>) -> PyResult<Given> {
    let py = data.py();
    if let Ok(ours) = data.cast_exact::<Batch>() {
        let Batch { schema, batches } = ours.get();
        return Ok(Given { schema: Arc::clone(schema), batches: Box::new(batches.clone().into_iter().map(Ok)) });
    }
    if let Some(give) = data.getattr_opt(intern!(py, "__arrow_c_array__"))? {
        let (schema, array): (Bound<'_, PyCapsule>, Bound<'_, PyCapsule>) = give.call0()?.extract()?;
        let schema = schema.pointer_checked(Some(SCHEMA))?.cast::<FFI_ArrowSchema>();
        let array = array.pointer_checked(Some(ARRAY))?.cast::<FFI_ArrowArray>();
        // SAFETY: capsules of these names hold these structs, by Arrow's PyCapsule interface. The array is moved out and marked as
        // released, so that the capsule does not release it again; the schema is only looked at while its capsule lives.
        let (field, data) = unsafe {
            let field = Field::try_from(schema.as_ref()).map_err(said)?;
            let array = FFI_ArrowArray::from_raw(array.as_ptr());
            let data = from_ffi_and_data_type(array, field.data_type().clone()).map_err(said)?;
            (field, data)
        };
        data.validate().map_err(said)?;
        let batch = match field.data_type() {
            DataType::Struct(_) => {
                let array = make_array(data);
                let (fields, mut columns, nulls) = array.as_struct().clone().into_parts();
                if let Some(nulls) = nulls.filter(|n| n.null_count() > 0) {
                    // what stands under a row that is null says nothing
                    columns = columns.iter().map(|column| without(column, &nulls)).collect::<Result<_, _>>().map_err(said)?;
                }
                let options = arrow_array::RecordBatchOptions::new().with_row_count(Some(array.len()));
                let schema = Schema::new_with_metadata(fields, field.metadata().clone());
                RecordBatch::try_new_with_options(Arc::new(schema), columns, &options).map_err(said)?
            }
            other => {
                let schema = Schema::new(vec![Field::new("text", other.clone(), true)]);
                RecordBatch::try_new(Arc::new(schema), vec![make_array(data)]).map_err(said)?
            }
        };
        return Ok(Given { schema: batch.schema(), batches: Box::new(std::iter::once(Ok(batch))) });
    }
    if let Some(give) = data.getattr_opt(intern!(py, "__arrow_c_stream__"))? {
        let capsule: Bound<'_, PyCapsule> = give.call0()?.extract()?;
        let stream = capsule.pointer_checked(Some(STREAM))?.cast::<FFI_ArrowArrayStream>();
        // SAFETY: as above; the stream is moved out of the capsule.
        let stream = unsafe { FFI_ArrowArrayStream::from_raw(stream.as_ptr()) };
        let reader = ArrowArrayStreamReader::try_new(stream).map_err(said)?;
        let schema = arrow_array::RecordBatchReader::schema(&reader);
        return Ok(Given { schema, batches: Box::new(reader) });
    }
    let kind = data.get_type().name()?;
    Err(PyTypeError::new_err(format!(
        "expected Arrow data (a pyarrow, polars, pandas >= 2.2 or duckdb table, batch or column; anything with __arrow_c_array__ or \
         __arrow_c_stream__), not {kind}"
    )))
}

/// A column, null where `nulls` says so, too.
fn without(column: &ArrayRef, nulls: &NullBuffer) -> Result<ArrayRef, ArrowError> {
    use DataType::{Null, RunEndEncoded, Union};
    // these have no nulls of their own
    if matches!(column.data_type(), Null | Union(..) | RunEndEncoded(..)) {
        return Ok(Arc::clone(column));
    }
    let all = NullBuffer::union(Some(nulls), column.nulls());
    column.to_data().into_builder().nulls(all).build().map(make_array)
}

/// What Arrow says, as an exception.
pub fn said(e: ArrowError) -> PyErr {
    ColumnError::new_err(e.to_string())
}
