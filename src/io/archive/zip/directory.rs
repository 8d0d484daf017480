//! What a zip archive holds: its directory, or without it the entries' own headers, read from a file or from what was spooled. Reading the
//! entries lives in `mod`.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};

use crate::io::compress::Limits;
use crate::io::spool::Spool;

/// Longest comment behind the directory with the record before it, bytes.
const TAIL: u64 = 0xFFFF + 22;

pub(super) enum Source {
    File(File),
    Spool(Spool),
}

/// A source that is read at several places.
#[derive(Clone)]
pub(super) struct Shared(pub(super) Arc<Mutex<Source>>);

impl Shared {
    pub(super) fn read_at(&self, offset: u64, to: &mut [u8]) -> io::Result<usize> {
        let mut source = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let file = match &mut *source {
            Source::File(file) => file,
            Source::Spool(spool) => spool.file(),
        };
        file.seek(SeekFrom::Start(offset))?;
        file.read(to)
    }

    pub(super) fn part(&self, offset: u64, length: u64) -> Part {
        Part { source: self.clone(), offset, left: length }
    }

    pub(super) fn bytes(&self, offset: u64, length: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.part(offset, length).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// Some of the bytes of a source.
pub(super) struct Part {
    source: Shared,
    offset: u64,
    left: u64,
}

impl Read for Part {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let most = to.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let n = if most == 0 { 0 } else { self.source.read_at(self.offset, &mut to[..most])? };
        self.offset += n as u64;
        self.left -= n as u64;
        Ok(n)
    }
}

/// An entry, as the directory or its own header describes it.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) crc: u32,
    pub(super) packed: u64,
    pub(super) size: u64,
    pub(super) name: Vec<u8>,
    /// Where its own header stands.
    pub(super) header: u64,
}

pub(super) fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).map_or(0, |b| u16::from_le_bytes([b[0], b[1]]))
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}

pub(super) fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}

/// The entries by the directory at the end; or why there is none to go by.
pub(super) fn directory(source: &Shared, length: u64, limits: &Limits) -> io::Result<Result<Vec<Entry>, String>> {
    let tail_at = length.saturating_sub(TAIL);
    let tail = source.bytes(tail_at, TAIL)?;
    let Some(end) = memchr::memmem::rfind(&tail, b"PK\x05\x06") else {
        return Ok(Err("the directory at the end is missing: the archive is cut off".to_owned()));
    };
    let record = &tail[end..];
    let (mut count, mut size, mut offset) = (u64::from(u16_at(record, 10)), u64::from(u32_at(record, 12)), u64::from(u32_at(record, 16)));
    let end_at = tail_at + end as u64;
    if (count == 0xFFFF || size == 0xFFFF_FFFF || offset == 0xFFFF_FFFF) && end_at >= 20 {
        let locator = source.bytes(end_at - 20, 20)?;
        if locator.starts_with(b"PK\x06\x07") {
            let big = source.bytes(u64_at(&locator, 8), 56)?;
            if big.starts_with(b"PK\x06\x06") {
                (count, size, offset) = (u64_at(&big, 32), u64_at(&big, 40), u64_at(&big, 48));
            }
        }
    }
    if size > limits.record as u64 || offset.checked_add(size).is_none_or(|e| e > length) {
        return Ok(Err("the directory at the end does not fit the archive".to_owned()));
    }
    // bytes put before the archive move everything
    let moved = end_at.saturating_sub(offset + size);
    let mut bytes = source.bytes(offset, size)?;
    let mut shift = 0;
    if !bytes.starts_with(b"PK\x01\x02") && count > 0 && moved > 0 {
        let again = source.bytes(offset + moved, size)?;
        if again.starts_with(b"PK\x01\x02") {
            (bytes, shift) = (again, moved);
        }
    }
    let mut entries = Vec::new();
    let mut rest = &bytes[..];
    while rest.len() >= 46 && rest.starts_with(b"PK\x01\x02") {
        let [n, extra, comment] = [28, 30, 32].map(|at| usize::from(u16_at(rest, at)));
        let Some(name) = rest.get(46..46 + n) else { break };
        let mut entry = Entry {
            flags: u16_at(rest, 8),
            method: u16_at(rest, 10),
            crc: u32_at(rest, 16),
            packed: u64::from(u32_at(rest, 20)),
            size: u64::from(u32_at(rest, 24)),
            name: name.to_vec(),
            header: u64::from(u32_at(rest, 42)),
        };
        more(&mut entry, rest.get(46 + n..46 + n + extra).unwrap_or_default());
        entry.header = entry.header.saturating_add(shift).min(1 << 62);
        entry.packed = entry.packed.min(1 << 62);
        entries.push(entry);
        rest = rest.get(46 + n + extra + comment..).unwrap_or_default();
    }
    if (entries.len() as u64) < count.min(0xFFFF) && (entries.len() as u64) < count {
        return Ok(Err(format!("the directory at the end is damaged: {} of {count} entries", entries.len())));
    }
    Ok(Ok(entries))
}

/// Large numbers and the name in UTF-8, from the extra fields.
pub(super) fn more(entry: &mut Entry, mut extra: &[u8]) {
    while extra.len() >= 4 {
        let (id, n) = (u16_at(extra, 0), usize::from(u16_at(extra, 2)));
        let Some(mut field) = extra.get(4..4 + n) else { return };
        match id {
            1 => {
                for value in [&mut entry.size, &mut entry.packed, &mut entry.header] {
                    if *value == 0xFFFF_FFFF && field.len() >= 8 {
                        *value = u64_at(field, 0);
                        field = &field[8..];
                    }
                }
            }
            0x7075 if n > 5 && std::str::from_utf8(&field[5..]).is_ok() => entry.name = field[5..].to_vec(),
            _ => {}
        }
        extra = &extra[4 + n..];
    }
}

/// The entries by their own headers, where there is no directory.
pub(super) fn scan(source: &Shared, length: u64) -> io::Result<Vec<Entry>> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut at = 0;
    let step = 1 << 20;
    while at < length {
        let bytes = source.bytes(at, step + 3)?;
        let mut next = at + step;
        for found in memchr::memmem::find_iter(&bytes, b"PK\x03\x04") {
            let header = at + found as u64;
            if entries.last().is_some_and(|e| header < e.header + 30) {
                continue;
            }
            let bytes = source.bytes(header, 30)?;
            let n = u16_at(&bytes, 26);
            if bytes.len() < 30 || n == 0 || u16_at(&bytes, 4) > 100 {
                continue;
            }
            let name = source.bytes(header + 30, u64::from(n))?;
            let extra = source.bytes(header + 30 + u64::from(n), u64::from(u16_at(&bytes, 28)))?;
            let mut entry = Entry {
                flags: u16_at(&bytes, 6),
                method: u16_at(&bytes, 8),
                crc: u32_at(&bytes, 14),
                packed: u64::from(u32_at(&bytes, 18)),
                size: u64::from(u32_at(&bytes, 22)),
                name,
                header,
            };
            more(&mut entry, &extra);
            let data = header + 30 + u64::from(n) + extra.len() as u64;
            if entry.flags & 8 != 0 && entry.packed == 0 {
                // its length stands behind it
                entry.packed = u64::MAX;
            } else if data.checked_add(entry.packed).is_some_and(|end| end <= length && end > next) {
                next = data + entry.packed;
            }
            let skip = entry.packed != u64::MAX && data.saturating_add(entry.packed) <= length;
            entries.push(entry);
            if skip {
                next = data + entries.last().map_or(0, |e| e.packed);
                break;
            }
        }
        at = next.max(at + 1);
    }
    // what has no length ends where the next begins, at the latest
    for i in 0..entries.len() {
        let end = entries.get(i + 1).map_or(length, |e| e.header);
        let entry = &mut entries[i];
        let room = end.saturating_sub(entry.header + 30 + entry.name.len() as u64);
        entry.packed = entry.packed.min(room);
    }
    Ok(entries)
}
