//! Columns that say the same in every row, or nothing, kept for the next batch: most rows have no author and one charset, and batches
//! have the same number of rows. Which column says what does not concern this file.

use std::sync::Mutex;

use arrow_array::{Array, StringArray};

use crate::strings::Strings;

/// Columns that are kept at most.
const COLUMNS: usize = 24;
/// Bytes of one that is kept at most.
const MOST: usize = 1 << 20;

/// The oldest first. Nobody waits for the lock: a process may be forked while another thread holds it.
static KEPT: Mutex<Vec<StringArray>> = Mutex::new(Vec::new());

/// So many rows of this.
pub fn column(value: Option<&str>, rows: usize) -> StringArray {
    let is = |c: &StringArray| {
        let alike = || value.map_or(c.null_count() == rows, |value| c.null_count() == 0 && c.value(0) == value);
        c.len() == rows && alike()
    };
    if rows > 0
        && let Ok(kept) = KEPT.try_lock()
        && let Some(same) = kept.iter().rfind(|c| is(c))
    {
        return same.clone();
    }
    let new = match value {
        None => StringArray::new_null(rows),
        Some(value) => Strings::all(value, rows).finish(),
    };
    if rows > 0
        && new.get_buffer_memory_size() <= MOST
        && let Ok(mut kept) = KEPT.try_lock()
    {
        if kept.len() == COLUMNS {
            kept.remove(0);
        }
        kept.push(new.clone());
    }
    new
}
