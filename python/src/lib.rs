//! The Python binding of jingwen: arguments in, values and Arrow batches out. What is done with a record lives in the library; the
//! Python side of the package (`jingwen/*.py`) holds the adapters.

mod alike;
mod batch;
mod capsule;
mod cleaner;
mod columns;
mod document;
mod error;
mod own;
mod pool;
mod pyarrow;
mod read;
mod run;
mod strings;

use pyo3::prelude::*;

/// Native part of the package `jingwen`; import from `jingwen` instead.
#[pymodule]
fn _native(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add("__version__", env!("CARGO_PKG_VERSION"))?;
    m.add("SCHEMA_VERSION", jingwen::io::table::own::SCHEMA_VERSION)?;
    m.add("COLUMNS", own::names(false))?;
    m.add("SCAN", batch::SCAN.to_vec())?;
    m.add_class::<cleaner::Cleaner>()?;
    m.add_class::<document::Document>()?;
    m.add_class::<document::Edit>()?;
    m.add_class::<document::Removed>()?;
    m.add_class::<document::Charset>()?;
    m.add_class::<capsule::Batch>()?;
    m.add_class::<read::Reader>()?;
    m.add_function(wrap_pyfunction!(capsule::taken, m)?)?;
    m.add_function(wrap_pyfunction!(pyarrow::table, m)?)?;
    m.add_function(wrap_pyfunction!(read::sources, m)?)?;
    m.add_function(wrap_pyfunction!(own::others, m)?)?;
    m.add_function(wrap_pyfunction!(run::run, m)?)?;
    m.add_function(wrap_pyfunction!(run::restore, m)?)?;
    m.add_function(wrap_pyfunction!(run::index_names, m)?)?;
    m.add_function(wrap_pyfunction!(run::index_rows, m)?)?;
    error::add(m)
}
