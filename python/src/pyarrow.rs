//! Tables of pyarrow, made of batches with few steps in Python: behind thousands of pages of cleaning its code and pyarrow's are in no
//! cache, and every step costs. What stands in a table does not concern this file.

use std::sync::{Arc, Mutex};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyList, PyType};

use crate::capsule::{self, Batch};

/// What is used of pyarrow.
struct Known {
    batch: Py<PyType>,
    table: Py<PyType>,
    /// A batch from Arrow's C interface at an address; an old pyarrow has none.
    take: Option<Py<PyAny>>,
    /// A table of batches.
    join: Py<PyAny>,
}

static KNOWN: PyOnceLock<Known> = PyOnceLock::new();
/// The schema of the batch before, here and there: batch after batch has the same. Nobody waits for the lock.
static SCHEMA: Mutex<Option<(SchemaRef, Py<PyAny>)>> = Mutex::new(None);

/// True for a batch or a table of pyarrow; false as long as no table was made.
pub fn is_table(data: &Bound<'_, PyAny>) -> bool {
    let kind = data.get_type();
    KNOWN.get(data.py()).is_some_and(|known| kind.is(&known.batch) || kind.is(&known.table))
}

/// The rows of a batch as pyarrow.table makes it of them.
#[pyfunction]
pub fn table<'py>(batch: &Bound<'py, Batch>) -> PyResult<Bound<'py, PyAny>> {
    let Batch { schema, batches } = batch.get();
    of(batch.py(), schema, batches)
}

/// The rows of some batches as one table.
pub fn of<'py>(py: Python<'py>, schema: &SchemaRef, batches: &[RecordBatch]) -> PyResult<Bound<'py, PyAny>> {
    let known = KNOWN.get_or_try_init(py, || -> PyResult<Known> {
        let pyarrow = py.import("pyarrow")?;
        let (batch, table) = (pyarrow.getattr("RecordBatch")?, pyarrow.getattr("Table")?);
        Ok(Known {
            take: batch.getattr_opt("_import_from_c")?.map(Bound::unbind),
            join: table.getattr("from_batches")?.unbind(),
            batch: batch.cast_into()?.unbind(),
            table: table.cast_into()?.unbind(),
        })
    })?;
    let Some(take) = &known.take else {
        let batch = Batch { schema: Arc::clone(schema), batches: batches.to_vec() };
        return py.import("pyarrow")?.call_method1("table", (batch,));
    };
    let theirs = schema_of(py, schema)?;
    let list = PyList::empty(py);
    for batch in batches {
        // who takes it marks it as released, else it is released with the box
        let mut array = Box::new(capsule::array(batch.clone()));
        let address = (&raw mut *array).expose_provenance();
        list.append(take.bind(py).call1((address, &theirs))?)?;
    }
    known.join.bind(py).call1((list, theirs))
}

/// A schema as pyarrow has it.
fn schema_of<'py>(py: Python<'py>, schema: &SchemaRef) -> PyResult<Bound<'py, PyAny>> {
    if let Ok(last) = SCHEMA.try_lock()
        && let Some((of, theirs)) = last.as_ref()
        && of == schema
    {
        return Ok(theirs.bind(py).clone());
    }
    let empty = Batch { schema: Arc::clone(schema), batches: Vec::new() };
    let theirs = py.import(intern!(py, "pyarrow"))?.call_method1(intern!(py, "schema"), (empty,))?;
    if let Ok(mut last) = SCHEMA.try_lock() {
        *last = Some((Arc::clone(schema), theirs.clone().unbind()));
    }
    Ok(theirs)
}
