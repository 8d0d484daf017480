//! Memory that columns stood in, kept for the next ones: memory that is new to the system costs more than what is written into it, and
//! a caller who drops one batch before the next asks for the same sizes again. What stands in it does not concern this file.

use std::ops::{Deref, DerefMut};
use std::sync::Mutex;

/// Bytes from which on memory is kept; of less the allocator takes care itself.
const LEAST: usize = 1 << 16;
/// Bytes that are kept at most, by a process.
const MOST: usize = 64 << 20;

/// What nobody uses now, the oldest first. Nobody waits for the lock: a process may be forked while another thread holds it.
static FREE: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::new());

/// Bytes in memory that is kept when they are dropped.
pub struct Pooled(Vec<u8>);

impl Pooled {
    /// No bytes and no memory.
    pub const fn none() -> Pooled {
        Pooled(Vec::new())
    }

    /// No bytes, and room for so many.
    pub fn with_room(bytes: usize) -> Pooled {
        Pooled(taken(bytes).unwrap_or_else(|| Vec::with_capacity(rounded(bytes))))
    }

    /// True for memory that is worth keeping.
    pub fn is_kept(&self) -> bool {
        (LEAST..=MOST).contains(&self.0.capacity())
    }

    /// The bytes alone; their memory will not be kept.
    pub fn into_vec(mut self) -> Vec<u8> {
        std::mem::take(&mut self.0)
    }
}

impl Deref for Pooled {
    type Target = Vec<u8>;

    fn deref(&self) -> &Vec<u8> {
        &self.0
    }
}

impl DerefMut for Pooled {
    fn deref_mut(&mut self) -> &mut Vec<u8> {
        &mut self.0
    }
}

impl AsRef<[u8]> for Pooled {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Pooled {
    fn drop(&mut self) {
        if !self.is_kept() {
            return;
        }
        let Ok(mut free) = FREE.try_lock() else { return };
        let bytes = std::mem::take(&mut self.0);
        let mut held = free.iter().map(Vec::capacity).sum::<usize>() + bytes.capacity();
        let old = free
            .iter()
            .take_while(|old| {
                held > MOST && {
                    held -= old.capacity();
                    true
                }
            })
            .count();
        let old: Vec<_> = free.drain(..old).collect();
        free.push(bytes);
        drop(free);
        // given back to the system while nobody else is kept from the lock
        drop(old);
    }
}

/// The smallest that has room enough, if it is not far too large: who keeps a batch keeps what stands in it.
fn taken(bytes: usize) -> Option<Vec<u8>> {
    if bytes < LEAST {
        return None;
    }
    let mut free = FREE.try_lock().ok()?;
    let fits = |n: usize| n >= bytes && n / 4 <= bytes;
    let (at, _) = free.iter().map(Vec::capacity).enumerate().filter(|(_, n)| fits(*n)).min_by_key(|(_, n)| *n)?;
    let mut found = free.remove(at);
    found.clear();
    Some(found)
}

/// A quarter of a power of two, so that batches of nearly the same size find the memory of each other.
fn rounded(bytes: usize) -> usize {
    if bytes < LEAST { bytes } else { bytes.next_multiple_of((bytes.next_power_of_two() / 8).max(1)) }
}
