//! tar archives as they are read: POSIX with pax headers, GNU with long names, and older ones; on behind every damage. What is in an
//! entry is read by the reader for it.

use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

use super::{charset, name, within};
use crate::io::compress::{Codec, Gathered};
use crate::io::open::{Context, open_stream};
use crate::io::quarantine::Raw;
use crate::io::record::{self, Item, Place, Reader};
use crate::io::window::Window;

/// Unit of a tar archive, bytes.
const BLOCK: usize = 512;
/// Longest header that says more of an entry: pax, a long name. Bytes.
const EXTENDED: u64 = 1 << 20;

/// A stream begins with the header of an entry.
pub fn begins(head: &[u8]) -> bool {
    head.get(..BLOCK).is_some_and(|block| Header::parse(block).is_some())
}

/// Reads the entries of a tar archive.
pub struct Tar {
    shared: Arc<Mutex<Shared>>,
    place: Place,
    context: Context,
    entry: Option<Box<dyn Reader>>,
    /// Its name, where its bytes begin and how many they should be.
    present: (Arc<str>, u64, u64),
    /// What pax or GNU headers say of the next entry.
    long_name: Option<Vec<u8>>,
    long_size: Option<u64>,
}

/// What the archive and the reader of an entry both hold.
struct Shared {
    window: Window,
    /// Bytes of the entry still to come, and those that fill up its last block.
    left: u64,
    fill: u64,
    /// The entry ends before its size says.
    cut: bool,
}

/// The bytes of the present entry.
struct Entry(Arc<Mutex<Shared>>);

impl Read for Entry {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let mut shared = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let most = usize::try_from(shared.left).unwrap_or(usize::MAX).min(to.len());
        if most == 0 {
            return Ok(0);
        }
        if !shared.window.fill(1)? {
            shared.cut = true;
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the archive is cut off or damaged in this entry"));
        }
        let n = shared.window.rest().len().min(most);
        to[..n].copy_from_slice(&shared.window.rest()[..n]);
        shared.window.consume(n);
        shared.left -= n as u64;
        Ok(n)
    }
}

/// The header of an entry.
struct Header {
    name: Vec<u8>,
    size: u64,
    kind: u8,
}

impl Header {
    /// `None` when the check sum is another, or a number is none.
    fn parse(block: &[u8]) -> Option<Header> {
        let sum = number(&block[148..156])?;
        let bytes = || block.iter().enumerate().map(|(i, b)| if (148..156).contains(&i) { b' ' } else { *b });
        // old writers added the bytes up as signed numbers
        let signed = bytes().map(|b| i64::from(b.cast_signed())).sum::<i64>();
        if sum != bytes().map(u64::from).sum::<u64>() && i64::try_from(sum).ok()? != signed {
            return None;
        }
        let until_zero = |b: &[u8]| b.split(|b| *b == 0).next().unwrap_or_default().to_vec();
        let mut name = until_zero(&block[..100]);
        let prefix = until_zero(&block[345..500]);
        if block[257..].starts_with(b"ustar\0") && !prefix.is_empty() {
            name = [prefix, name].join(&b'/');
        }
        Some(Header { name, size: number(&block[124..136])?, kind: block[156] }).filter(|h| !h.name.is_empty() || b"xgLK".contains(&h.kind))
    }
}

/// An octal number, or a binary one with its first bit set.
fn number(field: &[u8]) -> Option<u64> {
    if field[0] & 0x80 != 0 {
        let mut n = u64::from(field[0] & 0x3F);
        for b in &field[1..] {
            n = n.checked_mul(256)? | u64::from(*b);
        }
        return Some(n).filter(|n| *n < 1 << 60);
    }
    let digits = field.split(|b| *b == 0).next()?.trim_ascii();
    let digits = std::str::from_utf8(digits).ok()?;
    if digits.is_empty() { Some(0) } else { u64::from_str_radix(digits, 8).ok() }
}

impl Tar {
    /// Over an unpacked stream.
    pub(in crate::io) fn new(window: Window, place: Place, context: Context) -> Tar {
        let shared = Shared { window, left: 0, fill: 0, cut: false };
        Tar {
            shared: Arc::new(Mutex::new(shared)),
            place,
            context,
            entry: None,
            present: ("".into(), 0, 0),
            long_name: None,
            long_size: None,
        }
    }

    /// Leaves the present entry behind; says whether all of it was there.
    fn leave(shared: &mut Shared) -> io::Result<bool> {
        let mut n = shared.left + shared.fill;
        while n > 0 {
            if !shared.window.fill(1)? {
                // what fills up the last block is missed by nobody
                shared.cut |= n > shared.fill;
                break;
            }
            let step = (shared.window.rest().len() as u64).min(n);
            shared.window.consume(step as usize);
            n -= step;
        }
        (shared.left, shared.fill) = (0, 0);
        Ok(!std::mem::take(&mut shared.cut))
    }

    /// The next entry is opened, or something is told; `None` at the end.
    fn advance(&mut self) -> io::Result<Option<Option<Item>>> {
        let shared = Arc::clone(&self.shared);
        let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
        if !shared.window.fill(BLOCK)? {
            let offset = shared.window.offset();
            let rest = shared.window.rest().to_vec();
            shared.window.consume(rest.len());
            if let Some(damage) = shared.window.take_damage() {
                // an entry may begin anywhere behind it
                return Ok(Some(Some(self.place.damaged(damage))));
            }
            if rest.iter().all(|b| *b == 0) {
                return Ok(None);
            }
            return Ok(Some(Some(self.place.bad(offset, None, "the archive is cut off in a header", Raw::Bytes(rest)))));
        }
        let block = &shared.window.rest()[..BLOCK];
        if block.iter().all(|b| *b == 0) {
            // two of them are the end, but archives are put behind each other
            shared.window.consume(BLOCK);
            return Ok(Some(None));
        }
        let Some(header) = Header::parse(block) else { return self.resync(&mut shared).map(|i| Some(Some(i))) };
        let offset = shared.window.offset();
        shared.window.consume(BLOCK);
        let size = if b"xgLK".contains(&header.kind) { header.size } else { self.long_size.take().unwrap_or(header.size) };
        (shared.left, shared.fill) = (size, (BLOCK as u64 - size % BLOCK as u64) % BLOCK as u64);
        if b"xgLK".contains(&header.kind) {
            let more = if size <= EXTENDED { Some(extended(&mut shared, size as usize)?) } else { None };
            if !Tar::leave(&mut shared)? {
                return Ok(Some(shared.window.take_damage().map(|d| self.place.damaged(d))));
            }
            match (header.kind, more) {
                (b'L', Some(more)) => self.long_name = Some(more.split(|b| *b == 0).next().unwrap_or_default().to_vec()),
                (b'x', Some(more)) => self.pax(&more),
                _ => {}
            }
            return Ok(Some(None));
        }
        let raw = self.long_name.take().unwrap_or(header.name);
        let name = name(&raw, charset(std::iter::once(&*raw)));
        let entry = within(self.place.entry.as_deref(), &name);
        match header.kind {
            b'0' | 0 | b'7' if !raw.ends_with(b"/") => {}
            b'5' | b'0' | 0 => return self.skip(&mut shared).map(Some),
            kind => {
                if let Some(item) = self.skip(&mut shared)? {
                    return Ok(Some(Some(item)));
                }
                let why = format!("type {}", char::from(kind).escape_default());
                return Ok(Some(Some(self.place.left(offset, Some(entry.to_string()), record::LINK, why))));
            }
        }
        self.present = (entry.clone(), shared.window.offset(), size);
        drop(shared);
        let place = Place { path: self.place.path.clone(), entry: Some(entry.clone()), number: self.place.number };
        let context = Context { depth: self.context.depth + 1, ..self.context.clone() };
        let bytes = Box::new(Entry(Arc::clone(&self.shared)));
        match open_stream(bytes, &name, crate::io::open::Kind::Auto, place, &context, None) {
            Ok(reader) => self.entry = Some(reader),
            Err(e) => return self.failed(&e).map(|i| Some(Some(i))),
        }
        Ok(Some(None))
    }

    /// Skips an entry's bytes; the damage when they are not all there.
    fn skip(&mut self, shared: &mut Shared) -> io::Result<Option<Item>> {
        if Tar::leave(shared)? {
            return Ok(None);
        }
        Ok(shared.window.take_damage().map(|d| self.place.damaged(d)))
    }

    /// What a pax header says of the next entry.
    fn pax(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        // "LENGTH KEY=VALUE\n"
        while let Some(space) = memchr::memchr(b' ', rest) {
            let length = std::str::from_utf8(&rest[..space]).ok().and_then(|n| n.parse::<usize>().ok());
            let Some(line) = length.filter(|n| *n > space).and_then(|n| rest.get(space + 1..n)) else { return };
            rest = &rest[space + 1 + line.len()..];
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            if let Some(path) = line.strip_prefix(b"path=") {
                self.long_name = Some(path.to_vec());
            } else if let Some(size) = line.strip_prefix(b"size=") {
                self.long_size = std::str::from_utf8(size).ok().and_then(|n| n.parse().ok()).filter(|n| *n < 1 << 60);
            }
        }
    }

    /// Everything up to the next header that has the right check sum.
    fn resync(&mut self, shared: &mut Shared) -> io::Result<Item> {
        let offset = shared.window.offset();
        let mut bytes = Gathered::default();
        let mut first = true;
        loop {
            let rest = shared.window.rest();
            let from = usize::from(first);
            // the magic stands in every header but the oldest
            let found = memchr::memmem::find_iter(rest, b"ustar")
                .filter_map(|n| n.checked_sub(257))
                .find(|n| *n >= from && rest.get(*n..*n + BLOCK).is_some_and(|b| Header::parse(b).is_some()));
            let step = found.unwrap_or(rest.len().saturating_sub(BLOCK - 1).max(from));
            bytes.add(&rest[..step])?;
            shared.window.consume(step);
            first = false;
            if found.is_none() && shared.window.fill(BLOCK + (1 << 16))? | (shared.window.rest().len() >= BLOCK) {
                continue;
            }
            if found.is_none() {
                bytes.add(shared.window.rest())?;
                let n = shared.window.rest().len();
                shared.window.consume(n);
            }
            let why = "no entry of the archive begins here: a damaged header, or foreign bytes";
            return Ok(self.place.bad(offset, None, why, bytes.raw()));
        }
    }

    /// The present entry cannot be read any further.
    fn failed(&mut self, error: &io::Error) -> io::Result<Item> {
        let shared = Arc::clone(&self.shared);
        let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
        let damage = if Tar::leave(&mut shared)? { None } else { shared.window.take_damage() };
        let (entry, offset, length) = self.present.clone();
        let outer = self.place.entry.replace(entry);
        let item = match damage {
            Some(damage) => self.place.damaged(damage),
            None => {
                let bare = shared.window.codec() == Codec::Plain && self.context.file && self.context.depth == 0;
                let raw = if bare { Raw::Part { path: self.place.path.clone(), offset, length } } else { Raw::None };
                self.place.bad(offset, None, &error.to_string(), raw)
            }
        };
        self.place.entry = outer;
        Ok(item)
    }
}

/// The bytes of an entry that says more of the next.
fn extended(shared: &mut Shared, size: usize) -> io::Result<Vec<u8>> {
    shared.window.fill(size)?;
    let rest = shared.window.rest();
    Ok(rest[..size.min(rest.len())].to_vec())
}

impl Reader for Tar {
    fn next_item(&mut self) -> io::Result<Option<Item>> {
        loop {
            if let Some(reader) = &mut self.entry {
                let next = reader.next_item();
                self.place.number = reader.position().0;
                match next {
                    Ok(Some(item)) => return Ok(Some(item)),
                    Ok(None) => {
                        self.entry = None;
                        let shared = Arc::clone(&self.shared);
                        let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
                        if let Some(item) = self.skip(&mut shared)? {
                            return Ok(Some(item));
                        }
                    }
                    Err(e) => {
                        self.entry = None;
                        return self.failed(&e).map(Some);
                    }
                }
            }
            match self.advance()? {
                None => return Ok(None),
                Some(Some(item)) => return Ok(Some(item)),
                Some(None) => {}
            }
        }
    }

    fn position(&self) -> (u64, u64) {
        match &self.entry {
            Some(reader) => reader.position(),
            None => (self.place.number, self.shared.lock().unwrap_or_else(PoisonError::into_inner).window.offset()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests_of_entries::{read, read_file};
    use super::*;

    /// One entry as POSIX writes it.
    pub(crate) fn entry(name: &[u8], kind: u8, bytes: &[u8]) -> Vec<u8> {
        let mut block = vec![0u8; BLOCK];
        block[..name.len().min(100)].copy_from_slice(&name[..name.len().min(100)]);
        block[100..107].copy_from_slice(b"0000644");
        block[124..135].copy_from_slice(format!("{:011o}", bytes.len()).as_bytes());
        block[156] = kind;
        block[257..265].copy_from_slice(b"ustar\x0000");
        block[148..156].fill(b' ');
        let sum: u64 = block.iter().map(|b| u64::from(*b)).sum();
        block[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        block.extend_from_slice(bytes);
        block.resize(block.len().div_ceil(BLOCK) * BLOCK, 0);
        block
    }

    #[test]
    fn entries_of_all_sorts() {
        let long = "d/".repeat(80) + "long.txt";
        let pax = format!("path={long}\n");
        let pax = format!("{} {pax}", pax.len() + 4);
        let tar = [
            entry(b"dir/", b'5', b""),
            entry(b"a.txt", b'0', b"one"),
            entry(b"x", b'x', pax.as_bytes()),
            entry(b"cut-name", b'0', b"two"),
            entry(b"x", b'L', format!("{long}\0").as_bytes()),
            entry(b"cut-name", 0, b"three"),
            entry(b"link", b'2', b""),
            entry(b"\xCE\xC4.txt", b'0', b"four"),
            entry(b"empty", b'0', b""),
            entry(b"a.png", b'0', b"\x89PNG\r\n\x1a\n...."),
            entry(b"a.jsonl", b'0', b"{\"text\":\"l\"}\n{\"text\":\"m\"}\n"),
            entry(b"last.html", b'0', b"<p>five"),
            vec![0; 1024],
        ]
        .concat();
        let want = vec![
            "1 a.txt one".to_owned(),
            format!("2 {long} two"),
            format!("3 {long} three"),
            "4 record/link".to_owned(),
            "5 文.txt four".to_owned(),
            "6 record/empty".to_owned(),
            "7 record/media".to_owned(),
            "8 a.jsonl 2 lines".to_owned(),
            "10 last.html <p>five".to_owned(),
        ];
        assert_eq!(read(&tar), want);
        for codec in [Codec::Gzip, Codec::Zstd] {
            let mut packed = Vec::new();
            codec.pack(&tar, &mut packed).unwrap();
            assert_eq!(read(&packed), want);
        }
        // within another
        let outer = entry(b"in.tar", b'0', &tar);
        assert_eq!(read(&outer)[0], "1 in.tar!/a.txt one");
        assert_eq!(read(&outer).len(), want.len());
    }

    #[test]
    fn after_a_damaged_header_comes_the_next_entry() {
        let parts = [entry(b"a", b'0', b"one"), entry(b"b", b'0', b"two"), entry(b"c", b'0', b"three")];
        let mut tar = parts.concat();
        tar[1024 + 3] ^= 1;
        assert_eq!(read(&tar), ["1 a one", "2 bad 1024", "3 c three"]);
        // bytes that are missing, so that nothing stands at its block
        let mut tar = parts.concat();
        tar.drain(1024 + 500..1024 + 510);
        let got = read(&tar);
        assert_eq!((&*got[0], &**got.last().unwrap()), ("1 a one", "3 c three"), "{got:?}");
    }

    #[test]
    fn an_archive_that_is_cut_off_keeps_what_came_before() {
        let parts = [entry(b"a", b'0', b"one"), entry(b"b", b'0', &b"two ".repeat(1000))].concat();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.tar");
        std::fs::write(&path, &parts[..3000]).unwrap();
        assert_eq!(read_file(&path), ["1 a one", &format!("2 bad {}", 3000 - 1536)]);
        assert_eq!(read(&parts[..1200]), ["1 a one", "2 bad 176"]);
    }

    #[test]
    fn archives_in_archives_end_somewhere() {
        let mut tar = entry(b"a", b'0', b"one");
        for _ in 0..10 {
            tar = entry(b"t.tar", b'0', &tar);
        }
        let got = read(&tar);
        assert!(got.len() == 1 && got[0].starts_with("1 bad"), "{got:?}");
    }

    #[test]
    fn numbers_of_both_sorts() {
        assert_eq!(number(b"0000644\0"), Some(0o644));
        assert_eq!(number(b"   644 \0"), Some(0o644));
        assert_eq!(number(b"\x80\0\0\0\0\0\0\0\0\0\x01\x02"), Some(258));
        assert_eq!(number(b"\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"), None);
        assert_eq!(number(b"00x0644\0"), None);
    }

    #[test]
    fn no_bytes_panic() {
        let tar = [entry(b"a", b'0', b"one"), entry(b"x", b'x', b"12 path=abc\n"), entry(b"c", b'0', b"three")].concat();
        let mut n = 7u32;
        let mut next = |below: usize| {
            n = n.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (n >> 8) as usize % below
        };
        for _ in 0..1000 {
            let mut input = tar.clone();
            for _ in 0..=next(4) {
                let at = next(input.len().max(1)).min(input.len().saturating_sub(1));
                match next(3) {
                    0 => input[at] = next(256) as u8,
                    1 => drop(input.drain(at..(at + next(700)).min(input.len()))),
                    _ => drop(input.splice(at..at, std::iter::repeat_n(b'7', 30))),
                }
            }
            read(&input);
        }
    }
}
