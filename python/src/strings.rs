//! A column of strings on its way. Which column it is, and how many bytes fit one, is known to `own`.
#![allow(unsafe_code)]

use arrow_array::StringArray;
use arrow_buffer::{Buffer, NullBufferBuilder, OffsetBuffer};

use crate::pool::Pooled;

/// Strings and nulls, row after row.
pub struct Strings {
    bytes: Pooled,
    /// Where each string ends, behind a 0. Empty as long as there are nulls only.
    ends: Vec<i32>,
    valid: NullBufferBuilder,
    /// Nulls behind the last string.
    nulls: usize,
    /// Rows and bytes that are expected.
    room: (usize, usize),
}

impl Strings {
    /// None yet. Room is made when the first string comes.
    pub fn new(rows: usize, bytes: usize) -> Strings {
        Strings { bytes: Pooled::none(), ends: Vec::new(), valid: NullBufferBuilder::new(rows), nulls: 0, room: (rows, bytes) }
    }

    /// Adds a row, and says how many bytes it has. Of a column of more than [`i32::MAX`] bytes nothing can be made but its size.
    #[inline]
    pub fn push(&mut self, text: Option<&str>) -> usize {
        let Some(text) = text else {
            self.nulls += 1;
            return 0;
        };
        if self.nulls > 0 || self.ends.is_empty() {
            self.settle();
        }
        self.bytes.extend_from_slice(text.as_bytes());
        self.ends.push(self.bytes.len() as i32);
        self.valid.append_non_null();
        text.len()
    }

    /// Writes down the nulls that were only counted.
    #[cold]
    fn settle(&mut self) {
        if self.ends.is_empty() {
            self.bytes = Pooled::with_room(self.room.1);
            self.ends.reserve(self.room.0 + 1);
            self.ends.push(0);
        }
        if self.nulls > 0 {
            self.ends.resize(self.ends.len() + self.nulls, self.bytes.len() as i32);
            self.valid.append_n_nulls(self.nulls);
            self.nulls = 0;
        }
    }

    /// Adds the rows of another column.
    pub fn append(&mut self, mut other: Strings) {
        if other.ends.is_empty() {
            self.nulls += other.nulls;
            return;
        }
        self.settle();
        other.settle();
        let from = self.bytes.len() as i32;
        self.bytes.extend_from_slice(&other.bytes);
        self.ends.extend(other.ends[1..].iter().map(|end| end.wrapping_add(from)));
        match other.valid.finish() {
            Some(valid) => self.valid.append_buffer(&valid),
            None => self.valid.append_n_non_nulls(other.ends.len() - 1),
        }
    }

    /// The column.
    ///
    /// # Panics
    /// When it has more than [`i32::MAX`] bytes.
    pub fn finish(mut self) -> StringArray {
        if self.ends.is_empty() {
            return StringArray::new_null(self.nulls);
        }
        self.settle();
        assert!(self.bytes.len() <= i32::MAX as usize, "ends of strings have 31 bits");
        let (ends, valid) = (OffsetBuffer::new(std::mem::take(&mut self.ends).into()), self.valid.finish());
        let bytes = match self.bytes.is_kept() {
            true => Buffer::from(bytes::Bytes::from_owner(self.bytes)),
            false => Buffer::from_vec(self.bytes.into_vec()),
        };
        // SAFETY: `bytes` is nothing but whole strings, the end of each of them stands in `ends` in order, and all of these fit: they only grow, and
        // the last was looked at. There is a bit for each string and each null.
        unsafe { StringArray::new_unchecked(ends, bytes, valid) }
    }
}
