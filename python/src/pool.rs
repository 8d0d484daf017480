//! Memory that columns stood in, kept for the next ones: memory that is new to the system costs more than what is written into it, and
//! a caller who drops one batch before the next asks for the same sizes again. What stands in it does not concern this file.

use std::ops::{Deref, DerefMut};
use std::sync::Mutex;

use arrow_buffer::{ArrowNativeType, Buffer, ToByteSlice};

/// Bytes from which on memory is kept; of less the allocator takes care itself.
const LEAST: usize = 1 << 11;
/// Bytes that are kept at most, by a process, of each kind.
const MOST: usize = 64 << 20;
/// Pieces of memory that are kept at most: each is looked at when one is taken.
const PIECES: usize = 128;

/// What nobody uses now, the oldest first. Nobody waits for the lock: a process may be forked while another thread holds it.
type Free<T> = Mutex<Vec<Vec<T>>>;

/// What columns are made of.
pub trait Kind: ArrowNativeType {
    /// What nobody uses.
    fn free() -> &'static Free<Self>;
}

/// Texts.
impl Kind for u8 {
    fn free() -> &'static Free<u8> {
        static FREE: Free<u8> = Mutex::new(Vec::new());
        &FREE
    }
}

/// Ends of texts.
impl Kind for i32 {
    fn free() -> &'static Free<i32> {
        static FREE: Free<i32> = Mutex::new(Vec::new());
        &FREE
    }
}

/// Values in memory that is kept when they are dropped.
pub struct Pooled<T: Kind>(Vec<T>);

impl<T: Kind> Pooled<T> {
    /// No values and no memory.
    pub const fn none() -> Pooled<T> {
        Pooled(Vec::new())
    }

    /// No values, and room for so many.
    pub fn with_room(many: usize) -> Pooled<T> {
        Pooled(taken(many).unwrap_or_else(|| Vec::with_capacity(rounded::<T>(many))))
    }

    /// Makes sure of room for so many more. What there is moves when there is not enough.
    pub fn make_room(&mut self, more: usize) {
        if self.0.capacity() - self.0.len() < more {
            let mut larger = Pooled::with_room((self.0.len() + more).max(self.0.capacity() * 2));
            larger.extend_from_slice(&self.0);
            *self = larger;
        }
    }

    /// True for memory that is worth keeping.
    fn is_kept(&self) -> bool {
        (LEAST..=MOST).contains(&(self.0.capacity() * size_of::<T>()))
    }

    /// The values alone; their memory will not be kept.
    fn into_vec(mut self) -> Vec<T> {
        std::mem::take(&mut self.0)
    }
}

impl Pooled<u8> {
    /// No text, and room for so many bytes of it. The memory comes back through [`Pooled::from`].
    pub fn text(bytes: usize) -> String {
        // nothing is UTF-8
        String::from_utf8(Pooled::with_room(bytes).into_vec()).unwrap_or_default()
    }

    /// Makes sure that so many bytes more fit `text`.
    #[inline]
    pub fn make_text_room(text: &mut String, more: usize) {
        if text.capacity() - text.len() < more {
            Pooled::move_text(text, more);
        }
    }

    #[cold]
    fn move_text(text: &mut String, more: usize) {
        let mut larger = Pooled::text((text.len() + more).max(text.capacity() * 2));
        larger.push_str(text);
        drop(Pooled::from(std::mem::replace(text, larger)));
    }
}

impl From<String> for Pooled<u8> {
    fn from(text: String) -> Pooled<u8> {
        Pooled(text.into_bytes())
    }
}

impl<T: Kind> From<Pooled<T>> for Buffer {
    /// Without a copy. The memory is kept when Arrow drops it.
    fn from(values: Pooled<T>) -> Buffer {
        match values.is_kept() {
            true => Buffer::from(bytes::Bytes::from_owner(values)),
            false => Buffer::from_vec(values.into_vec()),
        }
    }
}

impl<T: Kind> Deref for Pooled<T> {
    type Target = Vec<T>;

    fn deref(&self) -> &Vec<T> {
        &self.0
    }
}

impl<T: Kind> DerefMut for Pooled<T> {
    fn deref_mut(&mut self) -> &mut Vec<T> {
        &mut self.0
    }
}

impl<T: Kind> AsRef<[u8]> for Pooled<T> {
    fn as_ref(&self) -> &[u8] {
        self.0.to_byte_slice()
    }
}

impl<T: Kind> Drop for Pooled<T> {
    fn drop(&mut self) {
        if !self.is_kept() {
            return;
        }
        let Ok(mut free) = T::free().try_lock() else { return };
        let values = std::mem::take(&mut self.0);
        let (mut held, mut pieces) = (free.iter().map(Vec::capacity).sum::<usize>() + values.capacity(), free.len() + 1);
        let old = free
            .iter()
            .take_while(|old| {
                (held > MOST / size_of::<T>() || pieces > PIECES) && {
                    held -= old.capacity();
                    pieces -= 1;
                    true
                }
            })
            .count();
        let old: Vec<_> = free.drain(..old).collect();
        free.push(values);
        drop(free);
        // given back to the system while nobody else is kept from the lock
        drop(old);
    }
}

/// The smallest that has room enough, if it is not far too large: who keeps a batch keeps what stands in it.
fn taken<T: Kind>(many: usize) -> Option<Vec<T>> {
    if many * size_of::<T>() < LEAST {
        return None;
    }
    let mut free = T::free().try_lock().ok()?;
    let fits = |n: usize| n >= many && n / 4 <= many;
    let (at, _) = free.iter().map(Vec::capacity).enumerate().filter(|(_, n)| fits(*n)).min_by_key(|(_, n)| *n)?;
    let mut found = free.remove(at);
    found.clear();
    Some(found)
}

/// A quarter of a power of two, so that batches of nearly the same size find the memory of each other.
fn rounded<T>(many: usize) -> usize {
    if many * size_of::<T>() < LEAST { many } else { many.next_multiple_of((many.next_power_of_two() / 8).max(1)) }
}
