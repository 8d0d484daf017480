//! The exceptions of the package, and how the errors of the library become one.

use pyo3::create_exception;
use pyo3::exceptions::PyException;
use pyo3::prelude::*;

create_exception!(jingwen, JingwenError, PyException, "What jingwen raises: all its exceptions are one.");
create_exception!(jingwen, OptionError, JingwenError, "An option or an argument that cannot be: the message says what can.");
create_exception!(jingwen, ColumnError, JingwenError, "A column that is not there or holds no text: the message lists those there are.");
create_exception!(
    jingwen,
    RecordError,
    JingwenError,
    "A record that is no text: empty, binary, too large. `id` is its name, `why` the reason."
);
create_exception!(jingwen, BatchTooLarge, JingwenError, "A batch with more bytes than fit; the message says how to cut it.");
create_exception!(jingwen, InternalError, JingwenError, "A defect of jingwen. `id` is the name of the record it happened in.");

/// Puts the exceptions into the module.
pub fn add(m: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = m.py();
    m.add("JingwenError", py.get_type::<JingwenError>())?;
    m.add("OptionError", py.get_type::<OptionError>())?;
    m.add("ColumnError", py.get_type::<ColumnError>())?;
    m.add("RecordError", py.get_type::<RecordError>())?;
    m.add("BatchTooLarge", py.get_type::<BatchTooLarge>())?;
    m.add("InternalError", py.get_type::<InternalError>())
}

/// The exception for a record: a defect when a panic was caught, else that it is no text.
pub fn record(py: Python<'_>, id: &str, why: &str) -> PyErr {
    let place = if id.is_empty() { String::new() } else { format!("{id}: ") };
    let message = format!("{place}{why}");
    let error = if why.starts_with("internal error") { InternalError::new_err(message) } else { RecordError::new_err(message) };
    // setting an attribute of an exception just made cannot fail in a way worth another exception
    let _ = error.value(py).setattr("id", id);
    let _ = error.value(py).setattr("why", why);
    error
}
