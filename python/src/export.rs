//! A record batch as a struct of Arrow's C interface, with few allocations: behind thousands of pages of cleaning each of them is in no
//! cache. Columns of strings and numbers that begin at their first row are handed over as they stand, others as Arrow does it.
#![allow(unsafe_code)]

use std::ffi::c_void;
use std::ptr::{null, null_mut};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::ffi::FFI_ArrowArray;
use arrow_array::types::Float64Type;
use arrow_array::{Array, ArrayRef, RecordBatch};

/// Addresses of a column's buffers: which rows are no nulls, and two or one more.
type Buffers = [*const c_void; 3];

/// What is handed over. Its struct and each of those of its columns hold a count of it: by Arrow's C interface a column may be moved out
/// and be released after the others.
struct Shared {
    /// The memory that the buffers are in.
    _batch: RecordBatch,
    buffers: Box<[Buffers]>,
    /// From [`Box::into_raw`]: consumers write into them. None is released when this is made, and all are when it is dropped.
    arrays: *mut [FFI_ArrowArray],
    children: Box<[*mut FFI_ArrowArray]>,
    /// The struct of the rows has one buffer, which no row needs.
    rows: [*const c_void; 1],
}

// SAFETY: memory behind the addresses is that of the batch, which may be shared, and nobody writes it; the structs are written by
// whoever has taken them over, one at a time.
unsafe impl Send for Shared {}
unsafe impl Sync for Shared {}

impl Drop for Shared {
    fn drop(&mut self) {
        // SAFETY: it comes from a box (`array`), and who holds no count of this does not look at it.
        drop(unsafe { Box::from_raw(self.arrays) });
    }
}

/// Hands a batch over.
pub fn array(batch: RecordBatch) -> FFI_ArrowArray {
    let rows = batch.num_rows() as i64;
    let plain: Vec<Option<(Buffers, i64)>> = batch.columns().iter().map(buffers).collect();
    let buffers = plain.iter().map(|p| p.map_or([null(); 3], |(buffers, _)| buffers)).collect();
    let columns = batch.columns().iter().zip(&plain);
    let arrays: Box<[FFI_ArrowArray]> = columns.map(|(c, p)| if p.is_some() { FFI_ArrowArray::empty() } else { whole(c) }).collect();
    let many = arrays.len();
    let arrays = Box::into_raw(arrays);
    let first = arrays.cast::<FFI_ArrowArray>();
    // SAFETY: there are so many.
    let children = (0..many).map(|i| unsafe { first.add(i) }).collect();
    let shared = Arc::into_raw(Arc::new(Shared { _batch: batch, buffers, arrays, children, rows: [null()] }));
    // SAFETY: it was made just now. What is written behind its pointers from here on stands in no reference: addresses are only copied.
    let held = unsafe { &*shared };
    for (i, plain) in plain.into_iter().enumerate() {
        let Some((_, n_buffers)) = plain else { continue };
        // nulls are counted already
        let null_count = held._batch.column(i).null_count() as i64;
        // SAFETY: the count is given back by `release`.
        unsafe { Arc::increment_strong_count(shared) };
        let column = counted(shared, rows, null_count, (n_buffers, &held.buffers[i]), &[]);
        // SAFETY: the place is one of `arrays`, which nobody else knows yet, and holds nothing that is to be released.
        unsafe { first.add(i).write(column) };
    }
    counted(shared, rows, 0, (1, &held.rows), &held.children)
}

/// A struct that is released by giving back a count.
fn counted(
    shared: *const Shared,
    length: i64,
    null_count: i64,
    (n_buffers, buffers): (i64, &[*const c_void]),
    children: &[*mut FFI_ArrowArray],
) -> FFI_ArrowArray {
    FFI_ArrowArray {
        length,
        null_count,
        offset: 0,
        n_buffers,
        n_children: children.len() as i64,
        buffers: buffers.as_ptr().cast_mut(),
        children: children.as_ptr().cast_mut(),
        dictionary: null_mut(),
        release: Some(release),
        private_data: shared.cast_mut().cast(),
    }
}

/// Arrow's own way.
fn whole(column: &ArrayRef) -> FFI_ArrowArray {
    FFI_ArrowArray::new(&column.to_data())
}

/// Where a column of strings or doubles stands, and how many buffers it has; `None` for others and for parts of one.
fn buffers(column: &ArrayRef) -> Option<(Buffers, i64)> {
    let valid = match column.nulls() {
        None => null(),
        Some(nulls) if nulls.offset() == 0 => nulls.buffer().as_ptr().cast(),
        Some(_) => return None,
    };
    if let Some(strings) = column.as_string_opt::<i32>() {
        return Some(([valid, strings.value_offsets().as_ptr().cast(), strings.values().as_ptr().cast()], 3));
    }
    let numbers = column.as_primitive_opt::<Float64Type>()?;
    Some(([valid, numbers.values().as_ptr().cast(), null()], 2))
}

/// Releases what [`array`] made, or one of its columns.
///
/// # Safety
/// `array` is a struct that [`array`] made, wherever it was moved to, and is not released.
unsafe extern "C" fn release(array: *mut FFI_ArrowArray) {
    // SAFETY: by Arrow's C interface it is called once for each struct, with a struct that is valid. Children that were not moved out are
    // released with their parent, and stand in memory that the count of the parent keeps.
    unsafe {
        for i in 0..(*array).n_children as usize {
            let child = *(*array).children.add(i);
            if let Some(release) = (*child).release {
                release(child);
            }
        }
        (*array).release = None;
        drop(Arc::from_raw((*array).private_data.cast_const().cast::<Shared>()));
    }
}
