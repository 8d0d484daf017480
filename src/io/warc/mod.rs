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
mod tests;
