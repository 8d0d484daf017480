//! A column of strings on its way. Which column it is, and how many bytes fit one, is known to `own`.
#![allow(unsafe_code)]

use arrow_array::StringArray;
use arrow_buffer::{Buffer, NullBufferBuilder, OffsetBuffer, ScalarBuffer};

use crate::alike;
use crate::pool::Pooled;

/// Strings and nulls, row after row. Their bytes stand in here, or one behind the other in a text that somebody else writes.
pub struct Strings {
    bytes: Pooled<u8>,
    /// Bytes of all strings, wherever they stand.
    len: usize,
    /// Where each string ends, behind a 0. Empty as long as there are nulls only, or the same string only.
    ends: Pooled<i32>,
    valid: NullBufferBuilder,
    /// How often that string came: it stands in `bytes` once.
    same: usize,
    /// Nulls behind the last string.
    nulls: usize,
    /// Rows and bytes that are expected.
    room: (usize, usize),
}

impl Strings {
    /// None yet. Room is made when the first string comes.
    pub fn new(rows: usize, bytes: usize) -> Strings {
        let (none, valid) = (Pooled::none(), NullBufferBuilder::new(rows));
        Strings { bytes: none, len: 0, ends: Pooled::none(), valid, same: 0, nulls: 0, room: (rows, bytes) }
    }

    /// This in so many rows, written down.
    pub fn all(text: &str, rows: usize) -> Strings {
        let mut all = Strings::new(rows, rows * text.len());
        all.bytes.extend_from_slice(text.as_bytes());
        (all.same, all.len) = (rows, rows * text.len());
        all.unfold();
        all
    }

    /// Bytes of all strings.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Adds a row, and says how many bytes it has. Of a column of more than [`i32::MAX`] bytes nothing can be made but its size.
    #[inline]
    pub fn push(&mut self, text: Option<&str>) -> usize {
        let Some(text) = text else {
            if self.same > 0 {
                self.unfold();
            }
            self.nulls += 1;
            return 0;
        };
        if self.ends.is_empty() && self.nulls == 0 {
            if self.same == 0 {
                self.bytes.extend_from_slice(text.as_bytes());
            }
            if *self.bytes == text.as_bytes() {
                self.same += 1;
                self.len += text.len();
                return text.len();
            }
            self.unfold();
        }
        if self.bytes.capacity() - self.bytes.len() < text.len() {
            self.bytes.make_room(text.len().max(self.room.1));
        }
        self.bytes.extend_from_slice(text.as_bytes());
        self.push_written(Some(text.len()))
    }

    /// Adds so many rows of this, and says how many bytes they have.
    pub fn push_many(&mut self, text: Option<&str>, rows: usize) -> usize {
        if rows == 0 {
            return 0;
        }
        // the first decides how the others are kept
        let bytes = self.push(text);
        if text.is_none() {
            self.nulls += rows - 1;
        } else if self.same > 0 {
            self.same += rows - 1;
            self.len += bytes * (rows - 1);
        } else {
            (1..rows).for_each(|_| _ = self.push(text));
        }
        bytes * rows
    }

    /// Adds a row of so many bytes that stand behind all others in the text that [`Strings::finish_written`] gets.
    #[inline]
    pub fn push_written(&mut self, bytes: Option<usize>) -> usize {
        let Some(bytes) = bytes else {
            self.nulls += 1;
            return 0;
        };
        if self.nulls > 0 || self.ends.is_empty() {
            self.settle();
        }
        self.len += bytes;
        self.ends.push(self.len as i32);
        self.valid.append_non_null();
        bytes
    }

    /// Writes down the rows of the one string, which were only counted.
    #[cold]
    fn unfold(&mut self) {
        if self.same == 0 {
            return;
        }
        let bytes = Pooled::with_room(self.len.max(self.room.1));
        let one = std::mem::replace(&mut self.bytes, bytes);
        self.ends = Pooled::with_room(self.room.0.max(self.same) + 1);
        self.ends.push(0);
        for n in 1..=self.same {
            self.bytes.extend_from_slice(&one);
            self.ends.push((n * one.len()) as i32);
        }
        self.valid.append_n_non_nulls(self.same);
        self.same = 0;
    }

    /// Writes down the nulls that were only counted: they end where the string before them does.
    #[cold]
    fn settle(&mut self) {
        let end = self.ends.last().copied().unwrap_or(0);
        if self.ends.is_empty() {
            self.ends = Pooled::with_room(self.room.0 + 1);
            self.ends.push(0);
        }
        if self.nulls > 0 {
            let ends = self.ends.len() + self.nulls;
            self.ends.resize(ends, end);
            self.valid.append_n_nulls(self.nulls);
            self.nulls = 0;
        }
    }

    /// Adds the rows of another column.
    pub fn append(&mut self, mut other: Strings) {
        if self.same > 0 && other.same > 0 && *self.bytes == *other.bytes {
            self.same += other.same;
            self.len += other.len;
            return;
        }
        self.unfold();
        other.unfold();
        if other.ends.is_empty() {
            self.nulls += other.nulls;
            return;
        }
        self.settle();
        other.settle();
        let from = self.len as i32;
        self.len += other.len;
        self.bytes.make_room(other.bytes.len());
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
            let one = std::str::from_utf8(&self.bytes).ok().filter(|_| self.same > 0);
            return alike::column(one, self.same + self.nulls);
        }
        let bytes = std::mem::replace(&mut self.bytes, Pooled::none());
        // SAFETY: they are nothing but whole strings, and `len` counts them.
        unsafe { self.array(bytes) }
    }

    /// The column, the strings of which stand in `text`, and nothing else.
    ///
    /// # Panics
    /// When it has more than [`i32::MAX`] bytes, or other ends than were said.
    pub fn finish_written(self, text: String) -> StringArray {
        let cut = |end: &i32| !text.is_char_boundary(*end as usize);
        assert!(self.len == text.len() && !self.ends.iter().any(cut), "a row says how many bytes it has written");
        // SAFETY: all ends lie between characters.
        unsafe { self.array(Pooled::from(text)) }
    }

    /// # Safety
    /// `bytes` are UTF-8, of `len` bytes, and each of `ends` lies between characters.
    unsafe fn array(mut self, bytes: Pooled<u8>) -> StringArray {
        if self.ends.is_empty() {
            return alike::column(None, self.nulls);
        }
        self.settle();
        assert!(self.len <= i32::MAX as usize, "ends of strings have 31 bits");
        let rows = self.ends.len();
        let ends = ScalarBuffer::new(Buffer::from(std::mem::replace(&mut self.ends, Pooled::none())), 0, rows);
        let valid = self.valid.finish();
        // SAFETY: the ends begin with 0, only grow, and the last is the end of `bytes`, which fits. There is a bit for each string and each null.
        unsafe { StringArray::new_unchecked(OffsetBuffer::new_unchecked(ends), Buffer::from(bytes), valid) }
    }
}
