//! zip archives as they are read: by their directory, or without it by the entries' own headers. What is in an entry is read by the
//! reader for it.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::{charset, name, within};
use crate::codec::Codec as Charset;
use crate::io::compress::Limits;
use crate::io::open::{Context, Kind, open_stream};
use crate::io::quarantine::Raw;
use crate::io::record::{Item, Place, Reader};
use crate::io::spool::Spool;

/// Longest comment behind the directory with the record before it, bytes.
const TAIL: u64 = 0xFFFF + 22;

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

enum Source {
    File(File),
    Spool(Spool),
}

/// A source that is read at several places.
#[derive(Clone)]
struct Shared(Arc<Mutex<Source>>);

impl Shared {
    fn read_at(&self, offset: u64, to: &mut [u8]) -> io::Result<usize> {
        let mut source = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let file = match &mut *source {
            Source::File(file) => file,
            Source::Spool(spool) => spool.file(),
        };
        file.seek(SeekFrom::Start(offset))?;
        file.read(to)
    }

    fn part(&self, offset: u64, length: u64) -> Part {
        Part { source: self.clone(), offset, left: length }
    }

    fn bytes(&self, offset: u64, length: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.part(offset, length).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// Some of the bytes of a source.
struct Part {
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
struct Entry {
    flags: u16,
    method: u16,
    crc: u32,
    packed: u64,
    size: u64,
    name: Vec<u8>,
    /// Where its own header stands.
    header: u64,
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).map_or(0, |b| u16::from_le_bytes([b[0], b[1]]))
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}

/// The entries by the directory at the end; or why there is none to go by.
fn directory(source: &Shared, length: u64, limits: &Limits) -> io::Result<Result<Vec<Entry>, String>> {
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
fn more(entry: &mut Entry, mut extra: &[u8]) {
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
fn scan(source: &Shared, length: u64) -> io::Result<Vec<Entry>> {
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
mod tests {
    use super::super::tests_of_entries::{read, read_file};
    use super::*;

    /// An archive of (name, method, flags, bytes as packed, bytes).
    type Parts<'p> = &'p [(&'p [u8], u16, u16, &'p [u8])];

    fn packed(method: u16, bytes: &[u8]) -> Vec<u8> {
        match method {
            8 => {
                let mut e = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
                io::Write::write_all(&mut e, bytes).unwrap();
                e.finish().unwrap()
            }
            93 => zstd::bulk::compress(bytes, 3).unwrap(),
            _ => bytes.to_vec(),
        }
    }

    fn archive(parts: Parts<'_>) -> Vec<u8> {
        let mut out = Vec::new();
        let mut directory = Vec::new();
        for (name, method, flags, bytes) in parts {
            let data = packed(*method, bytes);
            let mut crc = flate2::Crc::new();
            crc.update(bytes);
            let mut fields = Vec::new();
            for n in [20, *flags, *method, 0, 0] {
                fields.extend(n.to_le_bytes());
            }
            fields.extend(crc.sum().to_le_bytes());
            fields.extend((data.len() as u32).to_le_bytes());
            fields.extend((bytes.len() as u32).to_le_bytes());
            fields.extend((name.len() as u16).to_le_bytes());
            fields.extend([0, 0]);
            directory.extend(b"PK\x01\x02\x14\x00");
            directory.extend(&fields);
            directory.extend([0; 10]);
            directory.extend((out.len() as u32).to_le_bytes());
            directory.extend(*name);
            out.extend(b"PK\x03\x04");
            out.extend(&fields);
            out.extend(*name);
            out.extend(&data);
        }
        let at = out.len() as u32;
        out.extend(&directory);
        out.extend(b"PK\x05\x06\0\0\0\0");
        out.extend((parts.len() as u16).to_le_bytes());
        out.extend((parts.len() as u16).to_le_bytes());
        out.extend((directory.len() as u32).to_le_bytes());
        out.extend(at.to_le_bytes());
        out.extend([0, 0]);
        out
    }

    #[test]
    fn entries_of_all_sorts() {
        let parts: Parts<'_> = &[
            (b"dir/", 0, 0, b""),
            (b"a.txt", 8, 0, b"one one one one one one"),
            (b"\xC4\xBF\xC2\xBC/\xCE\xC4.txt", 0, 0, b"two"),
            ("文.html".as_bytes(), 93, 0x800, b"<p>three"),
            (b"secret", 8, 1, b"four"),
            (b"odd", 14, 0, b"five"),
            (b"a.png", 0, 0, b"\x89PNG\r\n\x1a\n...."),
            (b"a.jsonl", 8, 0, b"{\"text\":\"l\"}\n{\"text\":\"m\"}\n"),
            (b"last", 0, 0, b"six"),
        ];
        let want = [
            "1 a.txt one one one one one one",
            "2 目录/文.txt two",
            "3 文.html <p>three",
            "4 bad",
            "5 bad",
            "6 record/media",
            "7 a.jsonl 2 lines",
            "9 last six",
        ];
        let check = |got: Vec<String>| {
            assert_eq!(got.len(), want.len(), "{got:?}");
            assert!(got.iter().zip(want).all(|(g, w)| g.starts_with(w)), "{got:?}");
        };
        let zip = archive(parts);
        check(read(&zip));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("no-extension");
        std::fs::write(&path, &zip).unwrap();
        check(read_file(&path));
        // bytes before it, as of an archive that unpacks itself
        let moved = [&b"PK\x03\x04"[..], &[0; 40], &zip].concat();
        check(read(&moved));
        // and within another
        let outer = archive(&[(b"in.zip", 8, 0, &zip)]);
        assert_eq!(read(&outer)[0], "1 in.zip!/a.txt one one one one one one");
    }

    #[test]
    fn a_damaged_entry_is_bad_and_the_next_comes() {
        let parts: Parts<'_> = &[(b"a", 8, 0, b"one one one one"), (b"b", 8, 0, b"two two two two"), (b"c", 0, 0, b"three")];
        let whole = archive(parts);
        let second = memchr::memmem::find_iter(&whole, b"PK\x03\x04").nth(1).unwrap();
        for at in [second + 31, second + 33] {
            let mut zip = whole.clone();
            zip[at] ^= 0x55;
            let got = read(&zip);
            assert!(got[1].starts_with("2 bad"), "{got:?}");
            assert_eq!((&*got[0], &*got[2]), ("1 a one one one one", "3 c three"));
        }
    }

    #[test]
    fn without_a_directory_the_entries_are_found() {
        let parts: Parts<'_> = &[(b"a", 8, 0, b"one one one one"), (b"b", 8, 0, b"two two two two"), (b"c", 0, 0, b"three")];
        let whole = archive(parts);
        let directory = memchr::memmem::find(&whole, b"PK\x01\x02").unwrap();
        let got = read(&whole[..directory]);
        assert!(got[0].starts_with("1 bad"), "{got:?}");
        assert_eq!(got[1..], ["2 a one one one one", "3 b two two two two", "4 c three"]);
        let got = read(&whole[..directory - 3]);
        assert!(got[3].starts_with("4 bad"), "{got:?}");
        assert_eq!(got[1..3], ["2 a one one one one", "3 b two two two two"]);
    }

    #[test]
    fn bombs_are_bad_and_the_rest_is_read() {
        let zeros = vec![b' '; 40 << 20];
        let noise: Vec<u8> = (0..200_000u32).map(|n| b'a' + (n.wrapping_mul(2_654_435_761) >> 24) as u8 % 26).collect();
        let zip = archive(&[(b"a", 0, 0, b"one"), (b"bomb", 8, 0, &zeros), (b"noise", 0, 0, &noise), (b"c", 0, 0, b"three")]);
        let got = read(&zip);
        assert_eq!(got.len(), 4);
        assert!(got[1].starts_with("2 bad") && got[3].starts_with("4 c three"), "{}", got[1]);
        // two entries over the same bytes
        let mut zip = archive(&[(b"a", 0, 0, b"one"), (b"b", 0, 0, b"two")]);
        let second = memchr::memmem::find_iter(&zip, b"PK\x01\x02").nth(1).unwrap();
        zip[second + 42..second + 46].fill(0);
        let got = read(&zip);
        assert!(got.iter().any(|g| g.contains("bad")), "{got:?}");
    }

    #[test]
    fn no_bytes_panic() {
        let zip = archive(&[(b"a", 8, 0, b"one one one one"), (b"b", 93, 0, b"two two two two"), (b"c", 0, 0, b"three")]);
        let mut n = 7u32;
        let mut next = |below: usize| {
            n = n.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (n >> 8) as usize % below
        };
        for _ in 0..2000 {
            let mut input = zip.clone();
            for _ in 0..=next(4) {
                let at = next(input.len());
                input[at] = if next(3) == 0 { 0xFF } else { next(256) as u8 };
            }
            if next(4) == 0 {
                input.truncate(next(input.len()) + 4);
            }
            read(&input);
        }
    }
}
