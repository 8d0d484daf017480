//! HTTP messages as archives hold them: the head, and the body behind chunks and content codings, whatever the head claims about
//! them. Which messages are wanted is decided here as far as their media type goes; records live in `warc`.

use std::io::{self, Read};
use std::sync::Arc;

use super::compress::{Codec, Limits, Meter, Next, Stream};

/// Longest head looked for, bytes.
const HEAD: usize = 1 << 16;
/// Bytes that are looked at to tell text from other data.
const SNIFF: usize = 1 << 10;

/// The head of a response.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// Status code; `None` when the first line holds none.
    pub status: Option<u16>,
    /// Names in lower case, values trimmed, in order.
    pub fields: Vec<(String, String)>,
    /// Length of the head with its empty line, bytes.
    pub length: usize,
}

impl Head {
    /// The head at the beginning of `bytes`; `None` when no status line is there.
    pub fn parse(bytes: &[u8]) -> Option<Head> {
        let skipped = bytes.iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
        let start = &bytes[skipped..];
        if !starts_with(start, b"http/") && !starts_with(start, b"icy ") {
            return None;
        }
        let end = end_of_head(&start[..start.len().min(HEAD)]);
        let text = String::from_utf8_lossy(&start[..end.0]);
        let mut lines = text.lines();
        let status = lines.next()?.split_ascii_whitespace().nth(1).and_then(|s| s.get(..3)?.parse().ok());
        Some(Head { status, fields: fields(lines), length: skipped + end.1 })
    }

    /// The first value of a field that is not empty; `name` in lower case.
    pub fn get(&self, name: &str) -> Option<&str> {
        field(&self.fields, name)
    }

    /// The media type, in lower case and without parameters; empty when none is claimed.
    pub fn media(&self) -> String {
        media(self.get("content-type").unwrap_or_default())
    }

    /// The charset label that is claimed: the first there is, quotes and blanks taken off.
    pub fn label(&self) -> Option<String> {
        self.fields.iter().filter(|(n, _)| n == "content-type").find_map(|(_, v)| label(v))
    }
}

/// The first value of a field that is not empty; `name` in lower case.
pub fn field<'f>(fields: &'f [(String, String)], name: &str) -> Option<&'f str> {
    fields.iter().find(|(n, v)| n == name && !v.is_empty()).map(|(_, v)| &**v)
}

/// The fields of a head: names in lower case, folded lines joined, lines without a colon left out.
pub fn fields<'l>(lines: impl Iterator<Item = &'l str>) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in lines {
        if line.starts_with([' ', '\t']) {
            if let (Some((_, value)), more @ 1..) = (fields.last_mut(), line.trim().len()) {
                value.push(' ');
                value.push_str(line.trim());
                debug_assert!(more > 0);
            }
        } else if let Some((name, value)) = line.split_once(':') {
            fields.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    fields
}

/// Where a head ends, without and with the empty line behind it; all of `bytes` when there is none.
pub fn end_of_head(bytes: &[u8]) -> (usize, usize) {
    memchr::memchr_iter(b'\n', bytes)
        .find_map(|n| match &bytes[n + 1..] {
            [b'\n', ..] => Some((n + 1, n + 2)),
            [b'\r', b'\n', ..] => Some((n + 1, n + 3)),
            _ => None,
        })
        .unwrap_or((bytes.len(), bytes.len()))
}

/// A media type in lower case, without parameters.
pub fn media(content_type: &str) -> String {
    content_type.split([';', ',']).next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// The charset parameter of a media type.
pub fn label(content_type: &str) -> Option<String> {
    let lower = content_type.to_ascii_lowercase();
    let mut from = 0;
    while let Some(found) = lower[from..].find("charset") {
        from += found + 7;
        // ASCII case only was changed: offsets are the same
        let Some(value) = content_type[from..].trim_start().strip_prefix('=') else { continue };
        let value = value.trim_start().trim_start_matches(['"', '\'', '\\']);
        let value = value.split(['"', '\'', ';', ',', '\\']).next().unwrap_or_default().trim();
        if !value.is_empty() {
            return Some(value.to_owned());
        }
    }
    None
}

fn starts_with(bytes: &[u8], lower: &[u8]) -> bool {
    bytes.get(..lower.len()).is_some_and(|b| b.eq_ignore_ascii_case(lower))
}

/// Why a body of this media type is no page or text, by what is claimed and by the first bytes, which win; `None` when it may be one.
pub fn unwanted(media: &str, body: &[u8]) -> Option<String> {
    if let Some(found) = magic(body) {
        return Some(if media.is_empty() || media == found { found.to_owned() } else { format!("{found}, claimed to be {media}") });
    }
    let text = match media.split_once('/') {
        Some(("text", sub)) => {
            !matches!(sub, "css" | "dns" | "javascript" | "ecmascript" | "x-javascript" | "calendar" | "vcard" | "x-vcard" | "csv")
        }
        Some(("application", "xhtml+xml" | "vnd.wap.xhtml+xml" | "octet-stream" | "x-unknown" | "unknown" | "force-download")) => true,
        Some(("unknown" | "x-unknown" | "*" | "content", _)) | None => true,
        Some(_) => false,
    };
    let html = is_html(body);
    if text && matches!(media, "text/xml" | "application/octet-stream") && !html {
        // feeds, site maps; programs
        return (media == "text/xml" || !is_text(body)).then(|| media.to_owned());
    }
    (!text && !html).then(|| media.to_owned())
}

/// The media type of data that is no text, by its first bytes.
pub fn magic(bytes: &[u8]) -> Option<&'static str> {
    const MAGIC: &[(&[u8], &str)] = &[
        (b"\x89PNG\r\n", "image/png"),
        (b"\xFF\xD8\xFF", "image/jpeg"),
        (b"GIF87a", "image/gif"),
        (b"GIF89a", "image/gif"),
        (b"%PDF-", "application/pdf"),
        (b"PK\x03\x04", "application/zip"),
        (b"Rar!\x1A\x07", "application/vnd.rar"),
        (b"7z\xBC\xAF\x27\x1C", "application/x-7z-compressed"),
        (b"\x1F\x8B\x08", "application/gzip"),
        (b"\x28\xB5\x2F\xFD", "application/zstd"),
        (b"BZh", "application/x-bzip2"),
        (b"\xFD7zXZ\x00", "application/x-xz"),
        (b"\x7FELF", "application/x-executable"),
        (b"MZ\x90\x00", "application/x-msdownload"),
        (b"OggS\x00", "application/ogg"),
        (b"ID3\x03", "audio/mpeg"),
        (b"ID3\x04", "audio/mpeg"),
        (b"\x1A\x45\xDF\xA3", "video/webm"),
        (b"FLV\x01", "video/x-flv"),
        (b"wOFF", "font/woff"),
        (b"wOF2", "font/woff2"),
        (b"\x00\x01\x00\x00\x00", "font/ttf"),
        (b"\x00\x00\x01\x00", "image/x-icon"),
        (b"\xD0\xCF\x11\xE0\xA1\xB1", "application/x-ole-storage"),
        (b"SQLite format 3\x00", "application/vnd.sqlite3"),
    ];
    let found = MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)).map(|(_, media)| *media);
    found.or_else(|| match bytes.get(4..12)? {
        [b'f', b't', b'y', b'p', ..] => Some("video/mp4"),
        [_, _, _, _, b'W', b'E', b'B', b'P'] if bytes.starts_with(b"RIFF") => Some("image/webp"),
        [_, _, _, _, b'W', b'A', b'V', b'E'] if bytes.starts_with(b"RIFF") => Some("audio/wav"),
        _ => None,
    })
}

/// The first bytes are those of an HTML page.
fn is_html(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
    let start = memchr::memmem::find(&bytes[..bytes.len().min(SNIFF)], b"<!").or(Some(0)).unwrap_or(0);
    [&b"<!doctype html"[..], b"<html", b"<head", b"<body"].iter().any(|tag| starts_with(bytes, tag) || starts_with(&bytes[start..], tag))
}

/// The first bytes hold no control characters: text in any charset but UTF-16, and no packed data.
fn is_text(bytes: &[u8]) -> bool {
    !bytes.iter().take(SNIFF).any(|b| *b < 9 || (14..32).contains(b) && *b != 27) || matches!(bytes, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..])
}

/// The bytes behind chunks and codings.
///
/// What the head claims is believed only where the bytes agree: archives often hold bodies that were decoded already. A body that is
/// cut off gives what there is of it.
///
/// # Errors
/// Why it cannot be read, in words: damaged, a bomb, longer than the longest record.
pub fn body(head: &Head, bytes: &[u8], limits: &Limits) -> Result<Vec<u8>, String> {
    let chunked = head.fields.iter().any(|(n, v)| n == "transfer-encoding" && v.to_ascii_lowercase().contains("chunked"));
    let mut body = match chunked.then(|| dechunk(bytes)).flatten() {
        Some(whole) => whole,
        None => bytes.to_vec(),
    };
    let codings = head.fields.iter().filter(|(n, _)| matches!(&**n, "content-encoding" | "transfer-encoding"));
    let codings: Vec<String> = codings.flat_map(|(_, v)| v.split(',')).map(|c| c.trim().to_ascii_lowercase()).collect();
    // the last coding was applied last; more than three are nobody's
    for coding in codings.iter().rev().take(3) {
        body = match &**coding {
            "br" if !is_text(&body) => brotli(&body, limits)?,
            "deflate" if !is_text(&body) || body.first() == Some(&0x78) => deflate(&body, limits)?.unwrap_or(body),
            _ => body,
        };
        if matches!(&**coding, "gzip" | "x-gzip" | "zstd" | "br" | "deflate") {
            body = members(body, limits)?;
        }
    }
    // the head lost the coding
    members(body, limits)
}

/// Chunks joined; `None` when the bytes are no chunks, whatever was claimed.
fn dechunk(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    let mut first = true;
    loop {
        // a writer may put an empty line too many before a size
        let line_end = memchr::memchr(b'\n', &rest[..rest.len().min(1 << 10)]);
        let size = line_end.and_then(|end| {
            let line = rest[..end].split(|b| *b == b';').next()?.trim_ascii();
            let digits = std::str::from_utf8(line).ok().filter(|l| (1..=8).contains(&l.len()))?;
            Some((usize::from_str_radix(digits, 16).ok()?, end + 1))
        });
        let Some((size, start)) = size else {
            // no size where one must be: these never were chunks, or they break off
            return (!first).then_some(out);
        };
        rest = &rest[start..];
        if size == 0 {
            return Some(out);
        }
        if rest.len() < size {
            out.extend_from_slice(rest);
            return Some(out);
        }
        let (chunk, behind) = rest.split_at(size);
        rest = match behind {
            [b'\r', b'\n', r @ ..] | [b'\n', r @ ..] => r,
            [] | [b'\r'] => &[],
            // the size was none
            _ if first => return None,
            r => r,
        };
        out.extend_from_slice(chunk);
        first = false;
        if rest.is_empty() {
            return Some(out);
        }
    }
}

/// gzip members or zstd frames unpacked; the same bytes when there are none.
fn members(bytes: Vec<u8>, limits: &Limits) -> Result<Vec<u8>, String> {
    let codec = Codec::of_bytes(&bytes);
    if codec == Codec::Plain {
        return Ok(bytes);
    }
    let meter = Arc::new(Meter::default());
    meter.read(bytes.len() as u64);
    let said = |e: io::Error| e.to_string();
    let mut stream = Stream::open(Box::new(io::Cursor::new(bytes)), false, limits, meter).map_err(said)?;
    let mut out = Vec::new();
    loop {
        match stream.read(&mut out).map_err(said)? {
            Next::Data if out.len() > limits.record => return Err(too_long(limits)),
            Next::Data => {}
            Next::End => return Ok(out),
            // what there is of it is right; or there is something behind it
            Next::Damage(d) if d.why.ends_with("cut off") && !out.is_empty() => return Ok(out),
            Next::Damage(d) if d.why.starts_with("no gzip member") && !out.is_empty() => return Ok(out),
            Next::Damage(d) => return Err(format!("body: {}", d.why)),
        }
    }
}

fn too_long(limits: &Limits) -> String {
    format!("body: more than {} bytes, the limit for a record; --max-record sets it", limits.record)
}

/// A zlib or a bare deflate stream; `None` when it is neither.
fn deflate(bytes: &[u8], limits: &Limits) -> Result<Option<Vec<u8>>, String> {
    for zlib in [true, false] {
        let mut inflate = flate2::Decompress::new(zlib);
        let mut out = Vec::new();
        let mut rest = bytes;
        let fits = loop {
            if out.capacity() - out.len() < 1 << 15 {
                out.reserve(1 << 16);
            }
            let (taken, given) = (inflate.total_in(), out.len());
            let status = inflate.decompress_vec(rest, &mut out, flate2::FlushDecompress::None);
            rest = &rest[(inflate.total_in() - taken) as usize..];
            check(bytes.len(), out.len(), limits)?;
            match status {
                Err(_) => break false,
                Ok(flate2::Status::StreamEnd) => break true,
                // cut off: what there is of it is right
                Ok(_) if inflate.total_in() == taken && out.len() == given => break !out.is_empty(),
                Ok(_) => {}
            }
        };
        if fits {
            return Ok(Some(out));
        }
        if out.len() > SNIFF {
            return Err("body: damaged deflate stream".to_owned());
        }
    }
    if is_text(bytes) { Ok(None) } else { Err("body: neither deflate nor text".to_owned()) }
}

fn check(from: usize, to: usize, limits: &Limits) -> Result<(), String> {
    if to > limits.record {
        return Err(too_long(limits));
    }
    if to as u64 > limits.floor && to / limits.ratio.max(1) as usize > from {
        return Err(format!("decompression bomb: a body of {to} bytes from {from}, the limit is {}:1", limits.ratio));
    }
    Ok(())
}

fn brotli(bytes: &[u8], limits: &Limits) -> Result<Vec<u8>, String> {
    let mut reader = brotli_decompressor::Decompressor::new(bytes, 1 << 14);
    let mut out = Vec::new();
    let mut buffer = vec![0; 1 << 15];
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return Ok(out),
            Ok(n) => out.extend_from_slice(&buffer[..n]),
            // cut off: what there is of it is right
            Err(e) if e.kind() == io::ErrorKind::UnexpectedEof && !out.is_empty() => return Ok(out),
            Err(_) => return Err("body: damaged brotli stream".to_owned()),
        }
        check(bytes.len(), out.len(), limits)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(text: &str) -> Head {
        Head::parse(text.as_bytes()).unwrap()
    }

    fn decoded(fields: &str, bytes: &[u8]) -> Result<Vec<u8>, String> {
        body(&head(&format!("HTTP/1.1 200 OK\r\n{fields}\r\n\r\n")), bytes, &Limits::default())
    }

    fn packed(codec: Codec, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        codec.pack(bytes, &mut out).unwrap();
        out
    }

    #[test]
    fn heads_of_all_sorts() {
        let h = head("HTTP/1.1 404 Not Found\r\nA: 1\r\n folded\r\nno colon\r\nA: 2\r\n\r\nbody");
        assert_eq!((h.status, h.get("a"), h.fields.len()), (Some(404), Some("1 folded"), 2));
        assert_eq!(h.length, "HTTP/1.1 404 Not Found\r\nA: 1\r\n folded\r\nno colon\r\nA: 2\r\n\r\n".len());
        assert_eq!(head("HTTP/1.0 200\nA:1\n\nx").length, 18);
        assert_eq!(head("http/2 OK\r\n\r\n").status, None);
        assert_eq!(head("HTTP/1.1 200 OK\r\nA: 1").get("a"), Some("1"));
        assert_eq!(Head::parse(b"<html>"), None);
        assert_eq!(Head::parse(b""), None);
    }

    #[test]
    fn labels_of_all_sorts() {
        for (value, want) in [
            ("text/html; charset=gbk", Some("gbk")),
            ("text/html;CharSet = \"GB2312\" ; x", Some("GB2312")),
            ("text/html; charset='big5'", Some("big5")),
            ("text/html; charset=; charset=utf-8", Some("utf-8")),
            ("text/html; charset=utf-8,text/html", Some("utf-8")),
            ("text/html; charset", None),
            ("text/html", None),
        ] {
            assert_eq!(label(value).as_deref(), want, "{value}");
        }
        let h = head("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\ncontent-type: text/html; charset=euc-kr\r\n\r\n");
        assert_eq!((h.media(), h.label()), ("text/html".to_owned(), Some("euc-kr".to_owned())));
    }

    #[test]
    fn what_is_no_text_is_told_by_its_bytes_first() {
        assert_eq!(unwanted("text/html", b"<p>"), None);
        assert_eq!(unwanted("", b"<p>"), None);
        assert_eq!(unwanted("text/html", b"\x89PNG\r\n\x1a\n").unwrap(), "image/png, claimed to be text/html");
        assert_eq!(unwanted("image/png", b"<!DOCTYPE html><html>"), None);
        assert_eq!(unwanted("image/svg+xml", b"<svg>").unwrap(), "image/svg+xml");
        assert_eq!(unwanted("text/css", b"a{}").unwrap(), "text/css");
        assert_eq!(unwanted("application/json", b"{}").unwrap(), "application/json");
        assert_eq!(unwanted("application/octet-stream", b"plain words"), None);
        assert!(unwanted("application/octet-stream", b"\x00\x01\x02").is_some());
        assert_eq!(unwanted("text/xml", b"<?xml version='1.0'?><!DOCTYPE html>"), None);
        assert!(unwanted("text/xml", b"<?xml version='1.0'?><rss>").is_some());
    }

    #[test]
    fn chunks() {
        let chunked = |b: &[u8]| decoded("Transfer-Encoding: chunked", b).map(|b| String::from_utf8(b).unwrap());
        assert_eq!(chunked(b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n").unwrap(), "abcde");
        assert_eq!(chunked(b"0003\nabc\n0\n\n").unwrap(), "abc");
        // cut off in a chunk, between chunks
        assert_eq!(chunked(b"3\r\nabc\r\n9\r\ndef").unwrap(), "abcdef");
        assert_eq!(chunked(b"3\r\nabc\r\n").unwrap(), "abc");
        assert_eq!(chunked(b"3\r\nabc\r\nzz\r\n").unwrap(), "abc");
        // claimed, and decoded already
        for plain in ["<p>not chunked</p>", "", "abc\ndef ghi jkl", "1\nis a line"] {
            let got = chunked(plain.as_bytes()).unwrap();
            assert!(got == plain || plain.starts_with("abc"), "{got}");
        }
    }

    #[test]
    fn codings_and_lies_about_them() {
        let text = "<p>some text of a page, some text of a page, some text of a page</p>".as_bytes();
        let zlib = {
            let mut e = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
            io::Write::write_all(&mut e, text).unwrap();
            e.finish().unwrap()
        };
        let raw = zlib[2..zlib.len() - 4].to_vec();
        for (name, bytes) in [
            ("gzip", packed(Codec::Gzip, text)),
            ("x-gzip", packed(Codec::Gzip, text)),
            ("identity", packed(Codec::Gzip, text)),
            ("zstd", packed(Codec::Zstd, text)),
            ("deflate", zlib.clone()),
            ("deflate", raw),
            // the other coding than the one claimed
            ("br", packed(Codec::Gzip, text)),
            ("gzip, gzip", packed(Codec::Gzip, &packed(Codec::Gzip, text))),
            // claimed and decoded already
            ("gzip", text.to_vec()),
            ("deflate", text.to_vec()),
            ("br", text.to_vec()),
            ("zstd", text.to_vec()),
            ("none-such", text.to_vec()),
        ] {
            if name == "br" && bytes[0] == 0x1F {
                // brotli has no magic number; no writer was seen to mistake it
                continue;
            }
            assert_eq!(decoded(&format!("Content-Encoding: {name}"), &bytes).as_deref(), Ok(text), "{name}");
        }
        // "xxxxxxxxxx" as one brotli metablock of bytes as they are
        let stored = [&[0x0B, 0x02, 0x80][..], b"hello", &[0x03]].concat();
        assert_eq!(decoded("Content-Encoding: br", &stored).as_deref(), Ok(&b"hello"[..]));
    }

    #[test]
    fn a_body_cut_off_gives_what_there_is_and_a_damaged_one_is_refused() {
        let text: Vec<u8> = (0..20_000u32).flat_map(|n| (n * n).to_le_bytes().map(|b| b'a' + b % 26)).collect();
        for codec in [Codec::Gzip, Codec::Zstd] {
            let whole = packed(codec, &text);
            let got = decoded("Content-Encoding: gzip", &whole[..whole.len() * 3 / 4]);
            assert!(codec == Codec::Zstd || got.as_ref().is_ok_and(|g| text.starts_with(g) && g.len() > 1000), "{codec:?}");
            let mut damaged = whole.clone();
            let n = damaged.len() - 6;
            damaged[n] ^= 0xFF;
            assert!(decoded("Content-Encoding: gzip", &damaged).is_err() || codec == Codec::Zstd);
        }
    }

    #[test]
    fn bombs_are_refused() {
        let limits = Limits { record: 64 << 20, ..Limits::default() };
        let h = head("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n");
        let bomb = packed(Codec::Gzip, &vec![0; 40 << 20]);
        assert!(body(&h, &bomb, &limits).unwrap_err().contains("bomb"));
        let long = Limits { record: 1 << 20, ..limits };
        assert!(body(&h, &bomb, &long).unwrap_err().contains("limit for a record"));
    }

    #[test]
    fn no_bytes_panic() {
        let mut n = 7u32;
        let mut next = |below: usize| {
            n = n.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (n >> 8) as usize % below
        };
        let text = b"<p>text of a page</p> \xE4\xB8\xAD".repeat(9);
        for coding in ["gzip", "deflate", "br", "zstd", "chunked"] {
            for codec in [Codec::Plain, Codec::Gzip, Codec::Zstd] {
                let whole = packed(codec, &text);
                for _ in 0..300 {
                    let mut bytes = whole.clone();
                    for _ in 0..=next(3) {
                        let at = next(bytes.len());
                        bytes[at] = next(256) as u8;
                    }
                    bytes.truncate(next(bytes.len()) + 1);
                    let head = format!("HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nTransfer-Encoding: {coding}\r\n\r\n");
                    let _ = body(&self::head(&head), &bytes, &Limits::default());
                    let _ = Head::parse(&bytes);
                    let _ = unwanted("text/html", &bytes);
                }
            }
        }
    }
}
