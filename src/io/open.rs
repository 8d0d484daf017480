//! Opening an input: what it is, by its content, and the reader for it. Extensions lie, so a name only decides where the content
//! leaves it open. The readers live beside this file.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use super::archive::{tar, zip};
use super::compress::{Codec, Gathered, Limits, Meter, Stream};
use super::http;
use super::lines::{Chunk, Chunks, is_blank};
use super::quarantine::Raw;
use super::record::{self, Body, Item, Place, Reader, Record};
use super::spool::Spool;
use super::warc::{self, Warc};
use super::window::Window;

/// Bytes that are looked at to tell what a stream is.
const SNIFF: usize = 1 << 16;
/// Damages before the first bytes that can be read, after which the format is not sought any longer.
const DAMAGES: usize = 1000;

/// What an input is taken for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Kind {
    /// What its content says.
    #[default]
    Auto,
    /// One page or text.
    Page,
    /// A JSON object a line.
    Jsonl,
    /// WARC or WET.
    Warc,
    /// A zip archive.
    Zip,
    /// A tar archive.
    Tar,
    /// A Parquet table.
    Parquet,
}

/// What is the same for all that is read of one file.
#[derive(Clone, Debug)]
pub(super) struct Context {
    pub(super) limits: Limits,
    pub(super) meter: Arc<Meter>,
    /// Archives around what is read.
    pub(super) depth: u8,
    /// It is a file, which can be read again.
    pub(super) file: bool,
    /// The column of a table that holds the texts.
    pub(super) column: Option<String>,
}

/// What was found at the beginning of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    Page,
    Jsonl,
    Warc,
    Zip,
    Tar,
    Parquet,
    /// Packed once more.
    Packed,
}

/// Opens a file; gzip and zstd are unpacked whatever `kind` is. A page that is not packed is not read here: its body is
/// [`Body::File`].
///
/// # Errors
/// What the system says about the file or its first bytes.
pub fn open(path: &Path, kind: Kind, limits: &Limits) -> io::Result<Box<dyn Reader>> {
    open_with(path, kind, limits, None)
}

/// As [`open`]; `column` names the column of a table that holds the texts, which is guessed otherwise.
///
/// # Errors
/// As of [`open`]; a column that is not there, in which case the message lists those there are.
pub fn open_with(path: &Path, kind: Kind, limits: &Limits, column: Option<&str>) -> io::Result<Box<dyn Reader>> {
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    let context = Context { limits: *limits, meter: Arc::new(Meter::default()), depth: 0, file: true, column: column.map(str::to_owned) };
    context.meter.read(size);
    let place = Place { path: path.to_path_buf(), entry: None, number: 1 };
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    open_stream(Box::new(file), &name, kind, place, &context, Some(path))
}

/// Opens a stream that is no file, standard input for one. `path` is the name to report.
///
/// # Errors
/// What the system says about the first bytes.
pub fn open_reader(reader: Box<dyn Read + Send>, path: &Path, kind: Kind, limits: &Limits) -> io::Result<Box<dyn Reader>> {
    let context = Context { limits: *limits, meter: Arc::new(Meter::default()), depth: 0, file: false, column: None };
    let reader = Box::new(Counted { reader, meter: Arc::clone(&context.meter) });
    let place = Place { path: path.to_path_buf(), entry: None, number: 1 };
    open_stream(reader, "", kind, place, &context, None)
}

/// Opens what stands in `reader`. `file` is the path when the reader is that file from its beginning.
pub(super) fn open_stream(
    reader: Box<dyn Read + Send>,
    name: &str,
    kind: Kind,
    mut place: Place,
    context: &Context,
    file: Option<&Path>,
) -> io::Result<Box<dyn Reader>> {
    let limits = &context.limits;
    let stream = Stream::open_as(reader, Codec::of_name(name), true, limits, Arc::clone(&context.meter))?;
    let mut window = Window::new(stream);
    let mut early = VecDeque::new();
    while !window.fill(SNIFF)? && window.rest().is_empty() && early.len() < DAMAGES {
        match window.take_damage() {
            Some(damage) => early.push_back(place.damaged(damage)),
            None => break,
        }
    }
    let found = match kind {
        Kind::Auto => sniff(window.rest(), name, window.stops()),
        Kind::Page => Found::Page,
        Kind::Jsonl => Found::Jsonl,
        Kind::Warc => Found::Warc,
        Kind::Zip => Found::Zip,
        Kind::Tar => Found::Tar,
        Kind::Parquet => Found::Parquet,
    };
    let plain = file.filter(|_| window.codec() == Codec::Plain);
    let reader: Box<dyn Reader> = match found {
        // nothing but damage
        Found::Page if window.rest().is_empty() && !early.is_empty() => Box::new(Nothing(place)),
        Found::Page => match plain {
            Some(path) => Box::new(Page { place, body: Some(Source::File(path.to_path_buf())), limits: *limits }),
            None => Box::new(Page { place, body: Some(Source::Window(Box::new(window))), limits: *limits }),
        },
        Found::Jsonl => {
            window.set_whole(false);
            let number = place.number;
            Box::new(Jsonl { chunks: Chunks::numbered(window, limits.record, number), place, limits: *limits })
        }
        Found::Warc => Box::new(Warc::new(window, limits, place)),
        Found::Packed | Found::Tar | Found::Zip if context.depth >= limits.depth => {
            let mut bytes = Gathered::default();
            while window.fill(1)? {
                bytes.add(window.rest())?;
                window.consume(window.rest().len());
            }
            early.push_back(place.bad(0, None, &format!("archives within archives deeper than {}", limits.depth), bytes.raw()));
            Box::new(Nothing(place))
        }
        Found::Packed => {
            // the name without its last extension may say more
            let inner = name.rsplit_once('.').map_or("", |n| n.0);
            let deeper = Context { depth: context.depth + 1, ..context.clone() };
            open_stream(Box::new(window), inner, kind, place, &deeper, None)?
        }
        Found::Tar => Box::new(tar::Tar::new(window, place, context.clone())),
        Found::Zip => match plain {
            Some(path) => zip::open(File::open(path)?, path, place, context.clone())?,
            None => {
                let spool = spooled(&mut window, &mut place, &mut early)?;
                zip::open_spool(spool, place, context.clone())?
            }
        },
        Found::Parquet => {
            let (file, spool) = match plain {
                Some(path) => (File::open(path)?, None),
                None => {
                    let mut spool = spooled(&mut window, &mut place, &mut early)?;
                    (spool.file().try_clone()?, Some(spool))
                }
            };
            Box::new(super::table::read::open(file, spool, context.column.as_deref(), place, context.clone())?)
        }
    };
    Ok(if early.is_empty() { reader } else { Box::new(Early { early, reader }) })
}

/// All that comes, on disk; damages on the way are told.
fn spooled(window: &mut Window, place: &mut Place, early: &mut VecDeque<Item>) -> io::Result<Spool> {
    let mut spool = Spool::create()?;
    let mut buffer = vec![0; SNIFF];
    loop {
        match window.read(&mut buffer)? {
            0 => match window.take_damage() {
                Some(damage) => early.push_back(place.damaged(damage)),
                None => return Ok(spool),
            },
            n => spool.write(&buffer[..n])?,
        }
    }
}

/// What begins with `head`; `whole` when that is all there is.
fn sniff(head: &[u8], name: &str, whole: bool) -> Found {
    let named = |extensions: &[&str]| {
        let name = name.to_ascii_lowercase();
        let name = name.strip_suffix(".gz").or(name.strip_suffix(".zst")).unwrap_or(&name);
        extensions.iter().any(|e| name.rsplit_once('.').is_some_and(|n| n.1 == *e))
    };
    if warc::is_version(head.trim_ascii_start()) {
        return Found::Warc;
    }
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return Found::Zip;
    }
    if head.starts_with(b"PAR1") && head.len() > 11 {
        return Found::Parquet;
    }
    if tar::begins(head) {
        return Found::Tar;
    }
    if Codec::of_bytes(head) != Codec::Plain {
        return Found::Packed;
    }
    let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    // a first line that cannot be read is no reason to doubt the name
    let lines = named(&["jsonl", "ndjson"]);
    if lines && (text.trim_ascii_start().first() != Some(&b'<') || text.is_empty()) {
        return Found::Jsonl;
    }
    if named(&["warc", "wet", "wat"]) && memchr::memmem::find(head, b"WARC/").is_some() {
        return Found::Warc;
    }
    if is_jsonl(text, whole) && !named(&["json"]) {
        return Found::Jsonl;
    }
    Found::Page
}

/// The first line is a JSON object, or begins like one and is longer than what is here.
fn is_jsonl(head: &[u8], whole: bool) -> bool {
    if head.trim_ascii_start().first() != Some(&b'{') {
        return false;
    }
    let Some(line) = head.split_inclusive(|b| *b == b'\n').find(|l| !is_blank(l)) else { return false };
    if line.ends_with(b"\n") || whole {
        return serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(line).is_ok();
    }
    // `{"name":` and a value that does not end
    let mut depth = 0usize;
    let rest = line.trim_ascii_start()[1..].trim_ascii_start();
    depth += usize::from(rest.first() == Some(&b'"'));
    let Some(close) = memchr::memchr(b'"', rest.get(1..).unwrap_or_default()) else { return false };
    depth == 1 && rest.get(close + 2..).unwrap_or_default().trim_ascii_start().first() == Some(&b':')
}

/// Counts what is read.
struct Counted {
    reader: Box<dyn Read + Send>,
    meter: Arc<Meter>,
}

impl Read for Counted {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let n = self.reader.read(to)?;
        self.meter.read(n as u64);
        Ok(n)
    }
}

/// Damages, and what comes behind them.
struct Early {
    early: VecDeque<Item>,
    reader: Box<dyn Reader>,
}

impl Reader for Early {
    fn next_item(&mut self) -> io::Result<Option<Item>> {
        match self.early.pop_front() {
            Some(item) => Ok(Some(item)),
            None => self.reader.next_item(),
        }
    }

    fn position(&self) -> (u64, u64) {
        match self.early.front() {
            Some(Item::Bad(bad)) => (bad.record, bad.offset),
            _ => self.reader.position(),
        }
    }
}

/// No more records.
struct Nothing(Place);

impl Reader for Nothing {
    fn next_item(&mut self) -> io::Result<Option<Item>> {
        Ok(None)
    }

    fn position(&self) -> (u64, u64) {
        (self.0.number, 0)
    }
}

enum Source {
    File(std::path::PathBuf),
    Window(Box<Window>),
}

/// One page.
struct Page {
    place: Place,
    body: Option<Source>,
    limits: Limits,
}

impl Page {
    fn read(&mut self, mut window: Box<Window>) -> io::Result<Item> {
        let archived = self.place.entry.is_some();
        let whole = window.fill(self.limits.record + 1)?;
        if whole {
            let mut bytes = Gathered::default();
            let mut length = 0;
            while window.fill(1)? {
                bytes.add(window.rest())?;
                length += window.rest().len();
                window.consume(window.rest().len());
            }
            let why = format!("{length} bytes, the limit is {}; --max-record sets it", self.limits.record);
            return Ok(self.place.bad(0, None, &why, bytes.raw()));
        }
        if let Some(damage) = window.take_damage() {
            return Ok(self.place.damaged(damage));
        }
        let id = self.place.entry.as_deref().map(str::to_owned);
        if archived && window.rest().is_empty() {
            return Ok(self.place.left(0, id, record::EMPTY, String::new()));
        }
        if let Some(media) = http::magic(window.rest()).filter(|_| archived) {
            return Ok(self.place.left(0, id, record::MEDIA, media.to_owned()));
        }
        let n = window.rest().len();
        let bytes = window.rest().to_vec();
        window.consume(n);
        Ok(self.record(id, Body::Bytes(bytes)))
    }

    fn record(&mut self, id: Option<String>, body: Body) -> Item {
        let entry = self.place.entry.clone();
        Item::Record(Record { entry, id, ..Record::new(self.place.count(), 0, body) })
    }
}

impl Reader for Page {
    fn next_item(&mut self) -> io::Result<Option<Item>> {
        Ok(match self.body.take() {
            None => None,
            Some(Source::File(path)) => Some(self.record(None, Body::File(path))),
            Some(Source::Window(window)) => Some(self.read(window)?),
        })
    }

    fn position(&self) -> (u64, u64) {
        (self.place.number, 0)
    }
}

/// JSON lines. Offsets of lines are in the unpacked stream, those of damages in the packed one.
struct Jsonl {
    chunks: Chunks<Window>,
    place: Place,
    limits: Limits,
}

impl Reader for Jsonl {
    fn next_item(&mut self) -> io::Result<Option<Item>> {
        Ok(match self.chunks.next_chunk()? {
            Some(Chunk::Lines(lines)) => Some(Item::Lines(lines, self.place.entry.clone())),
            Some(Chunk::Oversize { record, offset, line }) => {
                self.place.number = record;
                let why = format!("{} bytes, the limit is {}; --max-record sets it", line.length(), self.limits.record);
                Some(self.place.bad(offset, None, &why, Raw::Spool(line)))
            }
            None => match self.chunks.get_mut().take_damage() {
                None => None,
                Some(damage) => {
                    self.place.number = self.chunks.count();
                    self.chunks.resume();
                    Some(self.place.damaged(damage))
                }
            },
        })
    }

    fn position(&self) -> (u64, u64) {
        self.chunks.position()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(head: &[u8], name: &str) -> Found {
        sniff(head, name, true)
    }

    #[test]
    fn content_says_what_it_is_and_names_only_what_is_open() {
        assert_eq!(found(b"WARC/1.0\r\nWARC-Type: response\r\n", "a.html"), Found::Warc);
        assert_eq!(found(b"\r\nWARC/1.1\r\n", "a"), Found::Warc);
        assert_eq!(found(b"garbage\nWARC/1.1\r\n", "a.warc.gz"), Found::Warc);
        assert_eq!(found(b"garbage\nWARC/1.1\r\n", "a.txt"), Found::Page);
        assert_eq!(found(b"PK\x03\x04....", "a.txt"), Found::Zip);
        assert_eq!(found(b"PAR1............", "a.bin"), Found::Parquet);
        assert_eq!(found(b"\x1F\x8B\x08\0", "a"), Found::Packed);
        assert_eq!(found(b"{\"text\":\"a\"}\n{\"text\"", "a.txt"), Found::Jsonl);
        assert_eq!(found(b"\n\n{\"text\":\"a\"}\n", ""), Found::Jsonl);
        assert_eq!(found(b"\xEF\xBB\xBF{\"text\":\"a\"}\n", ""), Found::Jsonl);
        // the first line broken: the name tells
        assert_eq!(found(b"{\"text\":\"a\n{\"text\":\"b\"}\n", "a.jsonl"), Found::Jsonl);
        assert_eq!(found(b"{\"text\":\"a\n{\"text\":\"b\"}\n", "a.txt"), Found::Page);
        assert_eq!(found(b"", "a.jsonl"), Found::Jsonl);
        assert_eq!(found(b"<html>{\"a\":1}", "a.jsonl"), Found::Page);
        assert_eq!(found(b"{\n  \"a\": 1\n}\n", "a.json"), Found::Page);
        assert_eq!(found(b"{% include x %}\n", "a.md"), Found::Page);
        assert_eq!(found(b"plain words", "a.warc"), Found::Page);
        assert_eq!(found(b"", ""), Found::Page);
        // a line longer than what is looked at
        let long = [&b"{ \"text\" : \""[..], &b"x".repeat(500)].concat();
        assert_eq!(sniff(&long, "a", false), Found::Jsonl);
        assert_eq!(sniff(&long, "a", true), Found::Page);
        assert_eq!(sniff(&b"{x}".repeat(500), "a", false), Found::Page);
    }

    fn write(name: &str, bytes: &[u8]) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        (folder, path)
    }

    fn packed(codec: Codec, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        codec.pack(bytes, &mut out).unwrap();
        out
    }

    /// Numbers of lines and damages, and the lines run together.
    fn lines(path: &Path, limits: &Limits) -> (Vec<(u64, bool)>, Vec<u8>) {
        let mut reader = open(path, Kind::Auto, limits).unwrap();
        let (mut numbers, mut all) = (Vec::new(), Vec::new());
        while let Some(item) = reader.next_item().unwrap() {
            match item {
                Item::Lines(l, None) => {
                    numbers.extend(l.iter().map(|(n, ..)| (n, true)));
                    all.extend(l.bytes);
                }
                Item::Bad(b) => numbers.push((b.record, false)),
                other => panic!("{other:?}"),
            }
        }
        (numbers, all)
    }

    #[test]
    fn a_page_is_named_or_unpacked() {
        let (_folder, path) = write("a.html", b"<p>page");
        let Some(Item::Record(r)) = open(&path, Kind::Auto, &Limits::default()).unwrap().next_item().unwrap() else { panic!("a page") };
        assert!(matches!(r.body, Body::File(p) if p == path));
        let twice = packed(Codec::Zstd, &packed(Codec::Gzip, b"<p>page"));
        for bytes in [packed(Codec::Gzip, b"<p>page"), packed(Codec::Zstd, b"<p>page"), twice] {
            let (_folder, path) = write("a.html", &bytes);
            let mut reader = open(&path, Kind::Auto, &Limits::default()).unwrap();
            let Some(Item::Record(r)) = reader.next_item().unwrap() else { panic!("a page") };
            assert!(matches!(&r.body, Body::Bytes(b) if b == b"<p>page"), "{:?}", r.body);
            assert!(reader.next_item().unwrap().is_none());
            assert_eq!(reader.position().0, 2);
        }
        // cut off: not a page, but its bytes
        let whole = packed(Codec::Gzip, &b"<p>page".repeat(100));
        let (_folder, path) = write("a.html.gz", &whole[..30]);
        let mut reader = open(&path, Kind::Auto, &Limits::default()).unwrap();
        assert!(matches!(reader.next_item().unwrap(), Some(Item::Bad(Bad { raw: Raw::Bytes(b), .. })) if b.len() == 30));
        // more than a record may have
        let (_folder, path) = write("a.html.gz", &packed(Codec::Gzip, &b"<p>page".repeat(100_000)));
        let mut reader = open(&path, Kind::Auto, &Limits { record: 1000, ..Limits::default() }).unwrap();
        assert!(matches!(reader.next_item().unwrap(), Some(Item::Bad(b)) if b.why.contains("700000 bytes")));
    }

    use super::super::quarantine::Bad;

    #[test]
    fn lines_go_on_behind_a_damaged_member() {
        let line = |n: usize| format!("{{\"id\":{n},\"text\":\"line {}\"}}\n", n * 7919 % 1000);
        let part = |from: usize| (from..from + 400).map(line).collect::<String>();
        for codec in [Codec::Gzip, Codec::Zstd] {
            let members = [packed(codec, part(0).as_bytes()), packed(codec, part(400).as_bytes()), packed(codec, part(800).as_bytes())];
            let (_folder, path) = write("a.jsonl.gz", &members.concat());
            let (numbers, all) = lines(&path, &Limits::default());
            assert_eq!(all, [part(0), part(400), part(800)].concat().as_bytes());
            assert_eq!(numbers, (1..=1200).map(|n| (n, true)).collect::<Vec<_>>());
            // the second cut in its middle: its whole lines may be there, and those of the others are
            let n = members[1].len() / 2;
            let (_folder, path) = write("a.jsonl.gz", &[&members[0], &members[1][..n], &members[2]].concat());
            let (numbers, all) = lines(&path, &Limits::default());
            assert!(all.starts_with(part(0).as_bytes()) && all.ends_with(part(800).as_bytes()));
            assert_eq!(numbers.iter().filter(|n| !n.1).count(), 1);
            assert!(numbers.windows(2).all(|w| w[0].0 + 1 == w[1].0), "numbers follow each other");
            // the tail cut
            let whole = members.concat();
            let (_folder, path) = write("a.jsonl.gz", &whole[..whole.len() - 9]);
            let (numbers, all) = lines(&path, &Limits::default());
            assert!(all.starts_with([part(0), part(400)].concat().as_bytes()));
            assert!(!numbers.last().unwrap().1);
            // the very first bytes wrong
            let mut whole = members.concat();
            whole[0] ^= 0xFF;
            let (_folder, path) = write("a.jsonl.gz", &whole);
            if codec == Codec::Gzip {
                let (numbers, all) = lines(&path, &Limits::default());
                assert_eq!(numbers[0], (1, false));
                assert_eq!(all, [part(400), part(800)].concat().as_bytes());
            }
        }
    }

    #[test]
    fn a_long_line_is_bad_and_the_next_comes() {
        let mut text = b"{\"text\":\"a\"}\n{\"text\":\"".to_vec();
        text.resize(3 << 20, b'x');
        text.extend(b"\"}\n{\"text\":\"b\"}\n");
        let (_folder, path) = write("a.jsonl", &text);
        let (numbers, all) = lines(&path, &Limits { record: 1 << 20, ..Limits::default() });
        assert_eq!(numbers, [(1, true), (2, false), (3, true)]);
        assert_eq!(all, b"{\"text\":\"a\"}\n{\"text\":\"b\"}\n");
    }
}
