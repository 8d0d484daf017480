//! WARC and WET files, 1.0 and 1.1: own framing that goes on behind every damage. What is in an HTTP message lives in `http`, how
//! members are unpacked in `compress`.

use std::io;

use super::compress::{Gathered, Limits};
use super::http::{self, Head, field};
use super::quarantine::Raw;
use super::record::{self, Body, Item, Place, Reader, Record};
use super::window::Window;

/// Longest head of a record, bytes.
const HEAD: usize = 1 << 16;
/// Bytes of a payload that tell what it is.
const PEEK: usize = 1 << 13;
/// A record that is not wanted is held in memory, so that a wrong length can be seen, up to this many bytes; skipped above.
const HOLD: u64 = 1 << 20;

/// Reads the records of a WARC file.
#[derive(Debug)]
pub struct Warc {
    window: Window,
    limits: Limits,
    place: Place,
}

/// The head of a record.
struct Header {
    fields: Vec<(String, String)>,
    /// With its empty line, bytes.
    length: usize,
    /// Bytes of the block, if it says so.
    block: Option<u64>,
}

/// What a record is.
enum Class {
    /// An HTTP message.
    Message,
    /// A page or text as it is; `true` when it claims to be UTF-8.
    Plain(bool),
    /// Left aside: the rule and details.
    Left(&'static str, String),
}

impl Warc {
    /// Over an unpacked stream.
    pub fn new(window: Window, limits: &Limits, place: Place) -> Warc {
        Warc { window, limits: *limits, place }
    }

    /// The record whose head begins at the next byte.
    fn record(&mut self) -> io::Result<Item> {
        let offset = self.window.offset();
        let by_member = self.window.at_member();
        let header = match self.header()? {
            Ok(header) => header,
            Err(why) => return self.refuse(offset, why),
        };
        let class = self.class(&header)?;
        let wanted = !matches!(class, Class::Left(..));
        let most = if wanted { self.limits.record as u64 } else { HOLD.min(self.limits.record as u64) };
        let end = match header.block {
            Some(n) if n <= most => self.end(&header, n as usize)?,
            // too long for memory, if it is true
            Some(n) => match self.early_end(&header)? {
                Some(end) => Some(end),
                None => return self.skip(&header, n, class, offset),
            },
            None => self.search(header.length, self.limits.record)?,
        };
        let Some((end, next)) = end else {
            if self.window.damage().is_some() {
                return self.refuse(offset, "");
            }
            let why = match header.block {
                Some(n) => {
                    let there = self.window.rest().len().saturating_sub(header.length);
                    format!("the file ends in the record: {there} bytes are there of {n}")
                }
                None => "no Content-Length, and no record follows that would tell where it ends".to_owned(),
            };
            return self.refuse(offset, &why);
        };
        // the first record of a damaged member: what of it is wrong nobody knows
        if by_member && self.window.damage().is_some_and(|d| d.offset <= offset) {
            return self.refuse(offset, "");
        }
        let block = self.window.rest()[header.length..end].to_vec();
        let item = self.item(&header, class, block, end, offset);
        self.window.consume(next);
        // so that the position is that of the next record
        let blank = self.window.rest().iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
        self.window.consume(blank);
        Ok(item)
    }

    /// The head of a record, or why there is none.
    fn header(&mut self) -> io::Result<Result<Header, &'static str>> {
        let mut n = 512;
        let (end, length) = loop {
            let whole = self.window.fill(n)?;
            let rest = &self.window.rest()[..self.window.rest().len().min(HEAD)];
            let (end, length) = http::end_of_head(rest);
            if end < rest.len() {
                break (end, length);
            }
            if !whole {
                return Ok(Err("the record is cut off in its head"));
            }
            if n >= HEAD {
                return Ok(Err("a record's head does not end within 64 KB"));
            }
            n *= 2;
        };
        let head = String::from_utf8_lossy(&self.window.rest()[..end]);
        let mut length = length;
        // the empty line may be missing: the block of a response begins where its status line is
        let lines = head.lines().skip(1);
        let mut kept = Vec::new();
        for line in lines {
            if line.starts_with("HTTP/") && !line.contains(": ") {
                if let Some(at) = memchr::memmem::find(self.window.rest(), line.as_bytes()) {
                    length = at;
                }
                break;
            }
            kept.push(line);
        }
        let fields = http::fields(kept.into_iter());
        let block = field(&fields, "content-length").and_then(|v| v.parse().ok());
        Ok(Ok(Header { fields, length, block }))
    }

    /// What a record is, by its head and the first bytes of its block.
    fn class(&mut self, header: &Header) -> io::Result<Class> {
        let get = |name| field(&header.fields, name);
        let kind = get("warc-type").map(str::to_ascii_lowercase).unwrap_or_default();
        let left = |rule| Class::Left(rule, String::new());
        match &*kind {
            "request" => return Ok(left(record::REQUEST)),
            "revisit" => return Ok(left(record::REVISIT)),
            "continuation" => return Ok(left(record::CONTINUATION)),
            "response" | "resource" | "conversion" | "" => {}
            other => return Ok(Class::Left(record::METADATA, other.to_owned())),
        }
        // whatever the length says: it may be wrong
        self.window.fill(header.length + PEEK)?;
        let block = self.window.rest().get(header.length..).unwrap_or_default();
        let block = &block[..block.len().min(PEEK)];
        if kind == "conversion" {
            return Ok(Class::Plain(true));
        }
        let media = http::media(get("content-type").unwrap_or_default());
        let Some(head) = Head::parse(block) else {
            let media = if media == "application/http" { String::new() } else { media };
            return Ok(match http::unwanted(&media, block) {
                Some(why) => Class::Left(record::MEDIA, why),
                None => Class::Plain(false),
            });
        };
        if let Some(status) = head.status.filter(|s| !(200..300).contains(s)) {
            return Ok(Class::Left(record::STATUS, status.to_string()));
        }
        let body = block.get(head.length..).unwrap_or_default();
        // behind a coding the first bytes say nothing yet; the coding may have been forgotten
        let coded = ["content-encoding", "transfer-encoding"].iter().any(|n| head.get(n).is_some());
        let packed = matches!(http::magic(body), Some("application/gzip" | "application/zstd"));
        Ok(match http::unwanted(&head.media(), if coded || packed { &[] } else { body }) {
            Some(why) => Class::Left(record::MEDIA, why),
            None => Class::Message,
        })
    }

    /// Where a block of `n` bytes ends and where the next record begins, mended when the length is wrong. `None` when it does not
    /// end before the stream stops.
    fn end(&mut self, header: &Header, n: usize) -> io::Result<Option<(usize, usize)>> {
        let end = header.length + n;
        let there = self.window.fill(end)?;
        if there && self.follows(end)? {
            return Ok(Some((end, end)));
        }
        if let Some(found) = self.search(header.length, end + HOLD as usize)? {
            let blank = self.window.rest().get(end..).is_some_and(|r| r.starts_with(b"\r\n\r\n") || r.starts_with(b"\n\n"));
            // a whole record with foreign bytes behind it
            return Ok(Some(if there && found.0 > end && blank { (end, end) } else { found }));
        }
        // what a decoder makes of a damage may be as long as the record should be
        Ok((there && self.window.damage().is_none()).then_some((end, end)))
    }

    /// Whether behind `end` there is nothing but line ends and then a record, a member, a damage or the end.
    fn follows(&mut self, end: usize) -> io::Result<bool> {
        let mut n = end;
        loop {
            self.window.fill(n + 8)?;
            // whatever the next member makes of itself
            if self.window.next_member() == Some(n) {
                return Ok(true);
            }
            let rest = self.window.rest();
            match rest.get(n) {
                Some(b'\r' | b'\n') if n < end + 64 => n += 1,
                Some(_) => return Ok(is_version(&rest[n..])),
                None => return Ok(true),
            }
        }
    }

    /// The first record that begins at `from` or behind: where the block before it ends, and where it begins. Looks at no more
    /// than `most` bytes.
    fn search(&mut self, from: usize, most: usize) -> io::Result<Option<(usize, usize)>> {
        let mut seek = from;
        loop {
            let rest = self.window.rest();
            if let Some(found) = memchr::memmem::find(rest.get(seek..).unwrap_or_default(), b"WARC/") {
                let start = seek + found;
                self.window.fill(start + 64)?;
                let rest = self.window.rest();
                let alone = start == 0 || rest[start - 1] == b'\n' || self.window.next_member() == Some(start);
                // behind foreign bytes no line need begin: a field that only records have tells
                let alone = alone || is_head(&rest[start..]);
                if alone && is_version(&rest[start..]) && rest[start..].len() > 12 {
                    let block = rest[..start].strip_suffix(b"\r\n").or(rest[..start].strip_suffix(b"\n")).unwrap_or(&rest[..start]);
                    let block = block.strip_suffix(b"\r\n").or(block.strip_suffix(b"\n")).unwrap_or(block);
                    return Ok(Some((block.len().max(from), start)));
                }
                seek = start + 1;
                continue;
            }
            let n = rest.len();
            seek = n.saturating_sub(4).max(from);
            if n >= most || !self.window.fill(n + PEEK)? && self.window.rest().len() == n {
                return Ok(None);
            }
        }
    }

    /// The end of a record that claims to be too long, when the next begins within the bytes that may be held.
    fn early_end(&mut self, header: &Header) -> io::Result<Option<(usize, usize)>> {
        self.search(header.length, HOLD as usize)
    }

    /// A record that is too long for memory: left aside, or bad with its bytes on disk.
    fn skip(&mut self, header: &Header, n: u64, class: Class, offset: u64) -> io::Result<Item> {
        let mut bytes = Gathered::default();
        let keep = !matches!(class, Class::Left(..));
        let mut to_go = header.length as u64 + n;
        while to_go > 0 && self.window.fill(1)? {
            // a member of its own for each record: the next begins there, whatever the length says
            let member = self.window.next_member().filter(|m| is_version(&self.window.rest()[*m..]));
            let n = (self.window.rest().len().min(member.unwrap_or(usize::MAX)) as u64).min(to_go);
            if keep {
                bytes.add(&self.window.rest()[..n as usize])?;
            }
            self.window.consume(n as usize);
            to_go -= n;
            if member == Some(n as usize) {
                break;
            }
        }
        if to_go > 0 && self.window.damage().is_some() {
            return self.refuse(offset, "");
        }
        Ok(match class {
            Class::Left(rule, why) => self.place.left(offset, id(header), rule, why),
            _ => {
                let why = format!("{n} bytes, the limit is {}; --max-record sets it", self.limits.record);
                self.place.bad(offset, None, &why, bytes.raw())
            }
        })
    }

    /// The next record cannot be read: the damage it ends in, or all bytes up to where a record begins.
    fn refuse(&mut self, offset: u64, why: &str) -> io::Result<Item> {
        let mut bytes = Gathered::default();
        loop {
            // not the very byte: a record may begin there that is broken
            let from = usize::from(bytes.is_empty());
            let found = self.search(from, HOLD as usize)?;
            let n = found.map_or(self.window.rest().len(), |f| f.1);
            bytes.add(&self.window.rest()[..n])?;
            self.window.consume(n);
            if found.is_some() || !self.window.fill(1)? {
                // the damaged member has these bytes, packed
                let covers = |w: &Window| found.is_none() && w.damage().is_some_and(|d| d.offset <= offset);
                if covers(&self.window)
                    && let Some(damage) = self.window.take_damage()
                {
                    return Ok(self.place.damaged(damage));
                }
                let why = if why.is_empty() { "the record is cut off by a damage" } else { why };
                return Ok(self.place.bad(offset, None, why, bytes.raw()));
            }
        }
    }

    /// What is made of a whole record.
    fn item(&mut self, header: &Header, class: Class, block: Vec<u8>, end: usize, offset: u64) -> Item {
        let get = |name| field(&header.fields, name);
        let bare = |v: &str| v.trim_matches(['<', '>', ' ']).to_owned();
        let id = id(header);
        let (body, label) = match class {
            Class::Left(rule, why) => return self.place.left(offset, id, rule, why),
            Class::Plain(text) => {
                let label = get("content-type").and_then(http::label);
                let body = match String::from_utf8(block) {
                    Ok(block) if text => Body::Text(block),
                    Ok(block) => Body::Bytes(block.into_bytes()),
                    Err(e) => Body::Bytes(e.into_bytes()),
                };
                (body, label)
            }
            Class::Message => {
                let head = Head::parse(&block).unwrap_or_default();
                match http::body(&head, block.get(head.length..).unwrap_or_default(), &self.limits) {
                    Ok(body) => {
                        if let Some(why) = http::unwanted(&head.media(), &body).filter(|_| !body.is_empty()) {
                            return self.place.left(offset, id, record::MEDIA, why);
                        }
                        (Body::Bytes(body), head.label())
                    }
                    Err(why) => {
                        let raw = Raw::Bytes(self.window.rest()[..end].to_vec());
                        return self.place.bad(offset, None, &why, raw);
                    }
                }
            }
        };
        let empty = match &body {
            Body::Bytes(b) => b.is_empty(),
            Body::Text(t) => t.is_empty(),
            Body::File(_) => false,
        };
        if empty {
            return self.place.left(offset, id, record::EMPTY, String::new());
        }
        Item::Record(Record {
            entry: self.place.entry.clone(),
            id,
            url: get("warc-target-uri").map(bare),
            date: get("warc-date").map(str::to_owned),
            label,
            ..Record::new(self.place.count(), offset, body)
        })
    }
}

impl Reader for Warc {
    fn next_item(&mut self) -> io::Result<Option<Item>> {
        loop {
            self.window.fill(16)?;
            let blank = self.window.rest().iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
            if blank > 0 {
                self.window.consume(blank);
                continue;
            }
            if is_version(self.window.rest()) {
                return self.record().map(Some);
            }
            if self.window.rest().is_empty() {
                let Some(damage) = self.window.take_damage() else { return Ok(None) };
                return Ok(Some(self.place.damaged(damage)));
            }
            let offset = self.window.offset();
            return self.refuse(offset, "no WARC record begins here: a damaged head, or foreign bytes between records").map(Some);
        }
    }

    fn position(&self) -> (u64, u64) {
        (self.place.number, self.window.offset())
    }
}

/// A record's own name, without the brackets around it.
fn id(header: &Header) -> Option<String> {
    field(&header.fields, "warc-record-id").map(|v| v.trim_matches(['<', '>', ' ']).to_owned())
}

/// A version line and the first field of a record.
fn is_head(bytes: &[u8]) -> bool {
    let Some(end) = memchr::memchr(b'\n', &bytes[..bytes.len().min(16)]) else { return false };
    bytes[end + 1..].get(..5).is_some_and(|b| b.eq_ignore_ascii_case(b"WARC-"))
}

/// The line a record begins with, or as much of it as tells.
pub fn is_version(bytes: &[u8]) -> bool {
    matches!(bytes, [b'W', b'A', b'R', b'C', b'/', b'0'..=b'9', b'.', b'0'..=b'9', ..])
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::io::compress::{Codec, Meter, Stream};

    const PAGE: &str = "<!DOCTYPE html><p>A page that is long enough to be a page.</p>";

    fn record(kind: &str, n: usize, block: &str) -> String {
        format!(
            "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{n}>\r\nWARC-Target-URI: http://a.example/{n}\r\n\
             WARC-Date: 2020-01-02T03:04:05Z\r\nContent-Type: application/http; msgtype=response\r\nContent-Length: {}\r\n\r\n{block}\r\n\r\n",
            block.len()
        )
    }

    fn page(n: usize) -> String {
        record("response", n, &format!("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=gbk\r\n\r\n{PAGE}{n}"))
    }

    fn reader(input: &[u8]) -> Warc {
        let limits = Limits { record: 1 << 20, ..Limits::default() };
        let meter = Arc::new(Meter::default());
        meter.read(input.len() as u64);
        let stream = Stream::open(Box::new(io::Cursor::new(input.to_vec())), true, &limits, meter).unwrap();
        Warc::new(Window::new(stream), &limits, Place { path: "a.warc".into(), entry: None, number: 1 })
    }

    /// One word an item: its body's number, or what it is.
    fn read(input: &[u8]) -> Vec<String> {
        let mut reader = reader(input);
        let mut out = Vec::new();
        let mut number = 0;
        while let Some(item) = reader.next_item().unwrap() {
            number += 1;
            out.push(match item {
                Item::Record(r) => {
                    assert_eq!(r.number, number);
                    match r.body {
                        Body::Bytes(b) => {
                            let b = String::from_utf8(b).unwrap();
                            b.strip_prefix(PAGE).map_or(b.clone(), str::to_owned)
                        }
                        Body::Text(t) => t,
                        Body::File(_) => unreachable!(),
                    }
                }
                Item::Left(l) => {
                    assert_eq!(l.number, number);
                    format!("{} {}", l.rule, l.why).trim().to_owned()
                }
                Item::Bad(b) => {
                    assert_eq!(b.record, number);
                    assert!(!b.why.is_empty());
                    match b.raw {
                        Raw::Bytes(raw) => format!("bad {}", raw.len()),
                        Raw::Spool(s) => format!("bad {}", s.length()),
                        _ => "bad".to_owned(),
                    }
                }
                Item::Lines(..) => unreachable!(),
            });
        }
        out
    }

    fn packed(codec: Codec, records: &[String]) -> Vec<u8> {
        let mut out = Vec::new();
        records.iter().for_each(|r| codec.pack(r.as_bytes(), &mut out).unwrap());
        out
    }

    #[test]
    fn records_with_their_fields() {
        let text = record("conversion", 7, "plain text 正文");
        let input = [page(1), text, page(2)].concat();
        let Some(Item::Record(r)) = reader(input.as_bytes()).next_item().unwrap() else { panic!("a record") };
        assert_eq!((r.id.as_deref(), r.url.as_deref()), (Some("urn:uuid:1"), Some("http://a.example/1")));
        assert_eq!((r.date.as_deref(), r.label.as_deref()), (Some("2020-01-02T03:04:05Z"), Some("gbk")));
        for codec in [Codec::Plain, Codec::Gzip, Codec::Zstd] {
            let one = packed(codec, std::slice::from_ref(&input));
            let many = packed(codec, &[page(1), record("conversion", 7, "plain text 正文"), page(2)]);
            assert_eq!(read(&one), ["1", "plain text 正文", "2"]);
            assert_eq!(read(&many), ["1", "plain text 正文", "2"]);
        }
        // another version, bare line feeds
        assert_eq!(
            read(
                record("response", 1, &format!("HTTP/1.1 200 OK\n\n{PAGE}1"))
                    .replace("WARC/1.0", "WARC/1.1")
                    .replace("\r\n", "\n")
                    .as_bytes()
            ),
            ["1"]
        );
        assert_eq!(read(b""), [""; 0]);
    }

    #[test]
    fn the_offset_is_that_of_the_member() {
        let input = packed(Codec::Gzip, &[page(1), page(2)]);
        let first = packed(Codec::Gzip, &[page(1)]).len() as u64;
        let mut reader = reader(&input);
        for want in [0, first] {
            assert_eq!(reader.position().1, want);
            let Some(Item::Record(r)) = reader.next_item().unwrap() else { panic!("a record") };
            assert_eq!(r.offset, want);
        }
        let plain = [page(1), page(2)].concat();
        let mut reader = self::reader(plain.as_bytes());
        let offsets: Vec<u64> = std::iter::from_fn(|| reader.next_item().unwrap())
            .map(|i| if let Item::Record(r) = i { r.offset } else { panic!("a record") })
            .collect();
        assert_eq!(offsets, [0, page(1).len() as u64]);
    }

    #[test]
    fn what_is_no_page_is_left_aside_with_its_reason() {
        let http = |head: &str, body: &str| record("response", 3, &format!("HTTP/1.1 {head}\r\n\r\n{body}"));
        let input = [
            record("warcinfo", 1, "software: x\r\n"),
            record("request", 2, "GET / HTTP/1.1\r\n\r\n"),
            record("revisit", 2, "HTTP/1.1 200 OK\r\n\r\n"),
            record("metadata", 2, "a: b"),
            http("404 Not Found\r\nContent-Type: text/html", "<p>gone"),
            http("200 OK\r\nContent-Type: image/png", "\u{89}PNG"),
            http("200 OK\r\nContent-Type: text/html", ""),
            http("200 OK\r\nContent-Type: text/html", "%PDF-1.4"),
            page(4),
        ]
        .concat();
        let want = [
            "record/metadata warcinfo",
            "record/request",
            "record/revisit",
            "record/metadata metadata",
            "record/status 404",
            "record/media image/png",
            "record/empty",
            "record/media application/pdf, claimed to be text/html",
            "4",
        ];
        assert_eq!(read(input.as_bytes()), want);
    }

    #[test]
    fn wrong_lengths_are_mended() {
        let length = page(2).lines().find_map(|l| l.strip_prefix("Content-Length: ")).unwrap().to_owned();
        for wrong in ["1", "0", "57", "100000", "9999999999", "-5", "abc", "18446744073709551616"] {
            let broken = page(2).replacen(&format!("Content-Length: {length}"), &format!("Content-Length: {wrong}"), 1);
            for codec in [Codec::Plain, Codec::Gzip, Codec::Zstd] {
                let input = packed(codec, &[page(1), broken.clone(), page(3), page(4)]);
                assert_eq!(read(&input), ["1", "2", "3", "4"], "{wrong} {codec:?}");
            }
        }
        let none = page(2).replacen(&format!("Content-Length: {length}\r\n"), "", 1);
        assert_eq!(read([page(1), none, page(3)].concat().as_bytes()), ["1", "2", "3"]);
    }

    #[test]
    fn blank_lines_missing_and_bytes_between() {
        let cut = |n: usize| page(n)[..page(n).len() - 4].to_owned();
        assert_eq!(read([cut(1), page(2)].concat().as_bytes()), ["1", "2"]);
        assert_eq!(read([cut(1) + "\n", page(2)].concat().as_bytes()), ["1", "2"]);
        assert_eq!(read([page(1), "\r\n\r\n".to_owned(), page(2)].concat().as_bytes()), ["1", "2"]);
        assert_eq!(read([page(1), "garbage\r\n".to_owned(), page(2)].concat().as_bytes()), ["1", "bad 9", "2"]);
        assert_eq!(read(["garbage\r\n".to_owned(), page(2)].concat().as_bytes()), ["bad 9", "2"]);
        assert_eq!(read([page(1), "\0".repeat(99), page(2)].concat().as_bytes()), ["1", "bad 99", "2"]);
        // the empty line behind the head
        let head = page(2).replacen("\r\n\r\nHTTP", "\r\nHTTP", 1);
        assert_eq!(read([page(1), head, page(3)].concat().as_bytes()), ["1", "2", "3"]);
        // a version line that is none
        let n = page(2).len();
        assert_eq!(
            read([page(1), page(2).replacen("WARC/", "WORC/", 1), page(3)].concat().as_bytes()),
            ["1".to_owned(), format!("bad {n}"), "3".to_owned()]
        );
    }

    #[test]
    fn a_page_that_shows_a_warc_record_is_one_record() {
        let block = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<pre>\r\n\r\n{}</pre>", page(9));
        let input = [page(1), record("response", 2, &block), page(3)];
        for codec in [Codec::Plain, Codec::Gzip] {
            let got = read(&packed(codec, &input));
            assert_eq!((got.len(), &*got[0], &*got[2]), (3, "1", "3"));
        }
    }

    #[test]
    fn a_broken_member_is_bad_and_the_next_comes() {
        let members: Vec<Vec<u8>> = (0..4).map(|n| packed(Codec::Gzip, &[page(n)])).collect();
        let bad = format!("bad {}", members[1].len());
        for at in [0, 3, 20, members[1].len() - 6] {
            let mut damaged = members.clone();
            damaged[1][at] ^= 0xFF;
            assert_eq!(read(&damaged.concat()), ["0", &bad, "2", "3"], "{at}");
        }
        let mut damaged = members.clone();
        damaged[1].truncate(60);
        assert_eq!(read(&damaged.concat()), ["0", "bad 60", "2", "3"]);
        // the last one
        let mut whole = members.concat();
        whole.truncate(whole.len() - 20);
        assert_eq!(read(&whole).last().unwrap(), &format!("bad {}", members[3].len() - 20));
    }

    #[test]
    fn nothing_comes_out_of_a_member_that_is_cut_off() {
        let noise = |seed: u32, n: usize| {
            let mut x = seed;
            let mut next = || {
                x = x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                char::from(b'!' + ((x >> 20) % 90) as u8)
            };
            (0..n).map(|_| next()).collect::<String>()
        };
        let page =
            |n: u32| record("response", n as usize, &format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>{}", noise(n, 900)));
        let members: Vec<Vec<u8>> = (0..3).map(|n| packed(Codec::Gzip, &[page(n)])).collect();
        for cut in 20..members[1].len() {
            let got = read(&[&members[0][..], &members[1][..cut], &members[2]].concat());
            assert!(got[0].ends_with(&noise(0, 900)) && got.last().unwrap().ends_with(&noise(2, 900)), "{cut}");
            assert!(got[1..got.len() - 1].iter().all(|g| g.starts_with("bad")), "{cut}: {got:?}");
        }
    }

    #[test]
    fn offsets_behind_a_damage_are_those_of_the_members() {
        for codec in [Codec::Gzip, Codec::Zstd] {
            let mut members: Vec<Vec<u8>> = (0..6).map(|n| packed(codec, &[page(n)])).collect();
            let n = members[1].len();
            members[1][n - 2] ^= 0xFF;
            members[3][0] ^= 0xFF;
            let starts: Vec<u64> = (0..6).map(|n| members[..n].iter().map(|m| m.len() as u64).sum()).collect();
            let mut reader = reader(&members.concat());
            let got: Vec<u64> = std::iter::from_fn(|| reader.next_item().unwrap())
                .map(|i| match i {
                    Item::Record(r) => r.offset,
                    Item::Bad(b) => b.offset,
                    other => panic!("{other:?}"),
                })
                .collect();
            assert_eq!(got, starts, "{codec:?}");
        }
    }

    #[test]
    fn a_file_that_ends_in_a_record() {
        let input = [page(1), page(2)].concat();
        for cut in [5, 40, 100] {
            assert_eq!(read(&input.as_bytes()[..input.len() - cut])[0], "1");
        }
        let got = read(&input.as_bytes()[..input.len() - 40]);
        assert_eq!(got[1], format!("bad {}", page(2).len() - 40));
    }

    #[test]
    fn records_over_the_limit_are_bad_or_left_aside_without_being_held() {
        let long =
            |media: &str, n| record("response", n, &format!("HTTP/1.1 200 OK\r\nContent-Type: {media}\r\n\r\n{}", "x".repeat(2 << 20)));
        for codec in [Codec::Plain, Codec::Gzip] {
            let input = packed(codec, &[page(1), long("text/html", 2), long("video/mp4", 3), page(4)]);
            let got = read(&input);
            assert_eq!(got.len(), 4, "{got:?}");
            assert_eq!((&*got[0], &*got[2], &*got[3]), ("1", "record/media video/mp4", "4"));
            assert!(got[1].starts_with("bad 209"), "{}", got[1]);
        }
    }

    #[test]
    fn any_damage_ends_and_keeps_most() {
        let mut n = 7u32;
        let mut next = |below: usize| {
            n = n.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (n >> 8) as usize % below
        };
        for codec in [Codec::Plain, Codec::Gzip, Codec::Zstd] {
            let pages: Vec<String> = (0..30).map(page).collect();
            let whole = packed(codec, &pages);
            for _ in 0..200 {
                let mut input = whole.clone();
                for _ in 0..3 {
                    let at = next(input.len() - 100) + 50;
                    match next(3) {
                        0 => input[at] = next(256) as u8,
                        1 => drop(input.drain(at..(at + next(100)).min(input.len()))),
                        _ => drop(input.splice(at..at, (0..50).map(|n| n * 5))),
                    }
                }
                let got = read(&input.iter().map(|b| if codec == Codec::Plain && *b > 127 { b'?' } else { *b }).collect::<Vec<_>>());
                let kept = got.iter().filter(|g| g.parse::<u32>().is_ok()).count();
                assert!(kept >= 21, "{codec:?}: {got:?}");
            }
        }
    }
}
