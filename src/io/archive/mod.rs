//! Archives: entries one after the other, each opened like a file of its own. Here is what zip and tar share: the names of entries
//! and the way through one entry after the other.

pub mod tar;
pub mod zip;

use std::borrow::Cow;

use crate::RawDoc;
use crate::codec::Codec;

/// Bytes over 0x7F that detection needs to be sure of a charset of names.
const ENOUGH: usize = 40;

/// The charset that the names of one archive are in. UTF-8 when they are UTF-8; else what fits all of them: GBK before IBM437, which
/// fits everything and is what the zip format says.
pub fn charset<'n>(names: impl Iterator<Item = &'n [u8]> + Clone) -> Codec {
    let mut odd = names.filter(|n| std::str::from_utf8(n).is_err()).take(1000).peekable();
    if odd.peek().is_none() {
        return Codec::UTF_8;
    }
    let all: Vec<u8> = odd.collect::<Vec<_>>().join(&b'\n');
    if all.iter().filter(|b| **b > 0x7F).count() >= ENOUGH {
        let found = crate::charset::detect(&RawDoc { id: "names.txt", bytes: &all, ..RawDoc::default() });
        if let Some(codec) = Codec::for_name(found.name).filter(|c| c.decode_strict(&all).is_some()) {
            return codec;
        }
    }
    // too few to judge by: every pair is one of the characters people write with (GB 2312) or none is
    let mut pairs = all.iter().copied();
    while let Some(lead) = pairs.next() {
        let common = match lead {
            0..=0x7F => true,
            0xA1..=0xA3 | 0xB0..=0xF7 => pairs.next().is_some_and(|trail| trail >= 0xA1),
            _ => false,
        };
        if !common {
            return Codec::IBM437;
        }
    }
    Codec::GBK
}

/// A name as text: UTF-8 if it is, else in `codec`.
pub fn name(bytes: &[u8], codec: Codec) -> String {
    match std::str::from_utf8(bytes) {
        Ok(name) => name.to_owned(),
        Err(_) => codec.decode_strict(bytes).unwrap_or_else(|| Cow::Owned(String::from_utf8_lossy(bytes).into_owned())).into_owned(),
    }
}

/// The name of an entry of what is itself an entry: `outer.zip!/inner.txt`.
fn within(outer: Option<&str>, name: &str) -> std::sync::Arc<str> {
    match outer {
        Some(outer) => format!("{outer}!/{name}").into(),
        None => name.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_each_charset() {
        let read = |names: &[&[u8]]| {
            let codec = charset(names.iter().copied());
            names.iter().map(|n| name(n, codec)).collect::<Vec<_>>()
        };
        assert_eq!(read(&["目录/文件.txt".as_bytes(), b"a.txt"]), ["目录/文件.txt", "a.txt"]);
        assert_eq!(read(&[b"\xC4\xBF\xC2\xBC/\xCE\xC4\xBC\xFE.txt"]), ["目录/文件.txt"]);
        // too few bytes for detection, and no GB 2312
        assert_eq!(read(&[b"M\x81ller/caf\x82.txt"]), ["Müller/café.txt"]);
        let long = Codec::GBK.inverse().unwrap().encode_text("第一章春天来了的时候我们在河边走了很久很久/文章的目录和说明").unwrap();
        assert_eq!(read(&[&long]), ["第一章春天来了的时候我们在河边走了很久很久/文章的目录和说明"]);
    }
}

/// What tests of archives see: one line an item.
#[cfg(test)]
mod tests_of_entries {
    use std::io::{Cursor, Read};
    use std::path::Path;

    use crate::io::compress::Limits;
    use crate::io::open::{Kind, open, open_reader};
    use crate::io::quarantine::Raw;
    use crate::io::record::{Body, Item, Reader};

    pub(super) fn read(input: &[u8]) -> Vec<String> {
        told(open_reader(Box::new(Cursor::new(input.to_vec())), Path::new("x"), Kind::Auto, &limits()).unwrap())
    }

    pub(super) fn read_file(path: &Path) -> Vec<String> {
        told(open(path, Kind::Auto, &limits()).unwrap())
    }

    fn limits() -> Limits {
        Limits { record: 64 << 20, ..Limits::default() }
    }

    fn told(mut reader: Box<dyn Reader>) -> Vec<String> {
        let mut out = Vec::new();
        while let Some(item) = reader.next_item().unwrap() {
            out.push(match item {
                Item::Record(r) => {
                    let entry = r.entry.as_deref().unwrap_or_default();
                    match &r.body {
                        Body::Bytes(b) => format!("{} {entry} {}", r.number, String::from_utf8_lossy(&b[..b.len().min(100)])),
                        other => format!("{} {entry} {other:?}", r.number),
                    }
                }
                Item::Left(l) => format!("{} {}", l.number, l.rule),
                Item::Lines(l, entry) => format!("{} {} {} lines", l.record, entry.unwrap_or_default(), l.records()),
                Item::Bad(mut b) => {
                    let mut raw = Vec::new();
                    if let Raw::File(_) | Raw::None = b.raw {
                    } else {
                        b.raw.copy(&mut raw).unwrap();
                    }
                    let _ = (&raw[..]).read(&mut []);
                    format!("{} bad {}", b.record, raw.len())
                }
            });
        }
        out
    }
}
