//! zip archives as they are read: by their directory, or without it by the entries' own headers. What is in an entry is read by the
//! reader for it.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

mod directory;

use super::{charset, name, within};
use crate::codec::Codec as Charset;
use crate::io::open::{Context, Kind, open_stream};
use crate::io::quarantine::Raw;
use crate::io::record::{Item, Place, Reader};
use crate::io::spool::Spool;

use directory::{Entry, Shared, Source, directory, scan, u16_at};

/// Reads the zip archive in a file.
///
/// # Errors
/// What the system says.
pub(in crate::io) fn open(file: File, path: &Path, place: Place, context: Context) -> io::Result<Box<dyn Reader>> {
    let length = file.metadata()?.len();
    new(Source::File(file), length, Some(path.to_path_buf()), place, context)
}

/// Reads a zip archive that was no file.
///
/// # Errors
/// What the system says.
pub(in crate::io) fn open_spool(spool: Spool, place: Place, context: Context) -> io::Result<Box<dyn Reader>> {
    let length = spool.length();
    new(Source::Spool(spool), length, None, place, context)
}

fn new(source: Source, length: u64, path: Option<PathBuf>, place: Place, context: Context) -> io::Result<Box<dyn Reader>> {
    let source = Shared(Arc::new(Mutex::new(source)));
    let (found, complaint) = match directory(&source, length, &context.limits)? {
        Ok(entries) => (entries, None),
        Err(why) => (scan(&source, length)?, Some(why)),
    };
    let names = found.iter().filter(|e| e.flags & 0x800 == 0).map(|e| &*e.name);
    let charset = charset(names);
    let mut starts: Vec<(u64, u64)> = found.iter().map(|e| (e.header, e.header + 30 + e.packed)).collect();
    starts.sort_unstable();
    let mut overlaps: Vec<u64> = Vec::new();
    let mut end = 0;
    for (from, to) in starts {
        if from < end {
            overlaps.push(from);
        }
        end = end.max(to);
    }
    Ok(Box::new(Zip { source, length, path, place, context, entries: found.into_iter(), charset, overlaps, complaint, entry: None }))
}

/// Reads the entries of a zip archive, in the order of its directory.
struct Zip {
    source: Shared,
    length: u64,
    path: Option<PathBuf>,
    place: Place,
    context: Context,
    entries: std::vec::IntoIter<Entry>,
    charset: Charset,
    /// Headers of entries that stand in other entries, sorted.
    overlaps: Vec<u64>,
    /// What is wrong with the archive as a whole.
    complaint: Option<String>,
    entry: Option<Open>,
}

/// The present entry.
struct Open {
    reader: Box<dyn Reader>,
    name: Arc<str>,
    data: u64,
    packed: u64,
}

impl Zip {
    /// The next entry is opened, or it is bad.
    fn open(&mut self, entry: Entry) -> io::Result<Option<Item>> {
        if entry.name.ends_with(b"/") && entry.size == 0 {
            return Ok(None);
        }
        let charset = if entry.flags & 0x800 != 0 { Charset::UTF_8 } else { self.charset };
        let own = name(&entry.name, charset);
        let full = within(self.place.entry.as_deref(), &own);
        let header = self.source.bytes(entry.header, 30)?;
        let data = entry.header + 30 + u64::from(u16_at(&header, 26)) + u64::from(u16_at(&header, 28));
        let packed = entry.packed;
        let why = if !header.starts_with(b"PK\x03\x04") || header.len() < 30 {
            "the directory says that it begins here, and it does not".to_owned()
        } else if entry.flags & 1 != 0 || entry.method == 99 {
            "encrypted; unpack it with its password".to_owned()
        } else if !matches!(entry.method, 0 | 8 | 93) {
            format!("packed by method {}{}, which is not supported; unpack it", entry.method, method(entry.method))
        } else if self.overlaps.binary_search(&entry.header).is_ok() {
            "stands in another entry: decompression bomb".to_owned()
        } else if data.checked_add(packed).is_none_or(|end| end > self.length) {
            "the archive ends in it".to_owned()
        } else {
            let part = BufReader::with_capacity(1 << 16, self.source.part(data, packed));
            let reader: Box<dyn Read + Send> = match entry.method {
                0 => Box::new(part),
                8 => Box::new(flate2::bufread::DeflateDecoder::new(part)),
                _ => Box::new(zstd::stream::read::Decoder::with_buffer(part)?),
            };
            let crc = (entry.crc != 0 || entry.size == 0 || entry.flags & 8 == 0).then_some(entry.crc);
            let checked = Checked { reader, crc, sum: flate2::Crc::new(), packed, out: 0, context: self.context.clone(), end: false };
            let place = Place { path: self.place.path.clone(), entry: Some(full.clone()), number: self.place.number };
            let context = Context { depth: self.context.depth + 1, ..self.context.clone() };
            match open_stream(Box::new(checked), &own, Kind::Auto, place, &context, None) {
                Ok(reader) => {
                    self.entry = Some(Open { reader, name: full, data, packed });
                    return Ok(None);
                }
                Err(e) => e.to_string(),
            }
        };
        self.bad(&full, data, packed, &why).map(Some)
    }

    fn bad(&mut self, entry: &Arc<str>, data: u64, packed: u64, why: &str) -> io::Result<Item> {
        let raw = match &self.path {
            Some(path) => Raw::Part { path: path.clone(), offset: data, length: packed.min(self.length.saturating_sub(data)) },
            None => {
                let mut spool = Spool::create()?;
                let mut part = self.source.part(data, packed);
                let mut buffer = vec![0; 1 << 16];
                loop {
                    match part.read(&mut buffer)? {
                        0 => break Raw::Spool(spool),
                        n => spool.write(&buffer[..n])?,
                    }
                }
            }
        };
        let outer = self.place.entry.replace(entry.clone());
        let item = self.place.bad(data, None, why, raw);
        self.place.entry = outer;
        Ok(item)
    }
}

/// What a method is called.
fn method(n: u16) -> &'static str {
    match n {
        1 => " (shrink)",
        6 => " (implode)",
        9 => " (deflate64)",
        12 => " (bzip2)",
        14 => " (lzma)",
        95 => " (xz)",
        98 => " (ppmd)",
        _ => "",
    }
}

impl Reader for Zip {
    fn next_item(&mut self) -> io::Result<Option<Item>> {
        if let Some(why) = self.complaint.take() {
            let raw = Raw::None;
            return Ok(Some(self.place.bad(0, None, &format!("{why}; its entries are sought by their own headers"), raw)));
        }
        loop {
            if let Some(open) = &mut self.entry {
                let next = open.reader.next_item();
                self.place.number = open.reader.position().0;
                match next {
                    Ok(Some(item)) => return Ok(Some(item)),
                    Ok(None) => self.entry = None,
                    Err(e) => {
                        let (name, data, packed) = (open.name.clone(), open.data, open.packed);
                        self.entry = None;
                        return self.bad(&name, data, packed, &e.to_string()).map(Some);
                    }
                }
            }
            let Some(entry) = self.entries.next() else { return Ok(None) };
            if let Some(item) = self.open(entry)? {
                return Ok(Some(item));
            }
        }
    }

    fn position(&self) -> (u64, u64) {
        match &self.entry {
            Some(open) => open.reader.position(),
            None => (self.place.number, self.entries.as_slice().first().map_or(self.length, |e| e.header)),
        }
    }
}

/// The bytes of an entry, within the limits and with the right check sum at their end.
struct Checked {
    reader: Box<dyn Read + Send>,
    crc: Option<u32>,
    sum: flate2::Crc,
    packed: u64,
    out: u64,
    context: Context,
    end: bool,
}

impl Read for Checked {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let wrong = |why: String| io::Error::new(io::ErrorKind::InvalidData, why);
        if self.end || to.is_empty() {
            return Ok(0);
        }
        let n = self.reader.read(to).map_err(|e| wrong(format!("damaged entry: {e}")))?;
        self.sum.update(&to[..n]);
        self.out += n as u64;
        self.context.meter.unpacked(n as u64, &self.context.limits).map_err(wrong)?;
        if let Some(why) = crate::io::compress::bomb(self.packed, self.out, &self.context.limits) {
            return Err(wrong(why));
        }
        if n == 0 {
            self.end = true;
            if self.crc.is_some_and(|crc| crc != self.sum.sum()) {
                return Err(wrong("damaged entry: its check sum is another".to_owned()));
            }
        }
        Ok(n)
    }
}

#[cfg(test)]
mod tests;
