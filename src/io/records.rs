//! Every record of a file by itself: JSON lines taken apart, pages read, damage and what is left aside in their places. For callers
//! that move records one by one; a run works on whole chunks of lines (`run/work`).

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::jsonl;
use super::lines::{Lines, is_blank};
use super::quarantine::{Bad, Raw};
use super::record::{Body, Item, Left, Reader, Record};

/// What stands at one place of a file.
#[derive(Debug)]
pub enum Found {
    /// A record; its body is bytes or text, never a file.
    Record(Record),
    /// What cannot be read.
    Bad(Bad),
    /// What is left aside.
    Left(Left),
}

/// Goes through a file.
pub struct Records {
    reader: Box<dyn Reader>,
    path: PathBuf,
    field: String,
    limit: usize,
    waiting: VecDeque<Found>,
    ended: bool,
}

impl Records {
    /// Over what `reader` reads. `path` is the name to report, `field` the member of a JSON line that holds the text, `limit` the
    /// largest record in bytes.
    pub fn new(reader: Box<dyn Reader>, path: &Path, field: &str, limit: usize) -> Records {
        Records { reader, path: path.to_path_buf(), field: field.to_owned(), limit, waiting: VecDeque::new(), ended: false }
    }

    fn lines(&mut self, lines: &Lines, entry: Option<&Arc<str>>) {
        let path = entry.map_or_else(|| self.path.clone(), |e| PathBuf::from(format!("{}/{e}", self.path.display())));
        for (number, offset, line) in lines.iter().filter(|l| !is_blank(l.2)) {
            let end = line.strip_suffix(b"\n").map_or(line, |l| l.strip_suffix(b"\r").unwrap_or(l));
            let bom = if offset == 0 && line.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
            let parsed = match end.len() > self.limit {
                true => Err((None, too_large(end.len() as u64, self.limit))),
                false => jsonl::Record::parse(&line[bom..], &self.field).map_err(|b| (Some(offset + (b.at + bom) as u64), b.why)),
            };
            self.waiting.push_back(match parsed {
                Ok(r) => {
                    let (id, url) = (r.id.map(str::to_owned), r.url.map(str::to_owned));
                    let extra = jsonl::extra(&r, &self.field);
                    let body = Body::Text(r.text.into_owned());
                    Found::Record(Record { entry: entry.cloned(), id, url, extra, ..Record::new(number, offset, body) })
                }
                Err((at, why)) => Found::Bad(Bad { path: path.clone(), record: number, offset, at, why, raw: Raw::Bytes(end.to_vec()) }),
            });
        }
    }

    /// A record with its bytes.
    fn whole(&self, mut record: Record) -> Found {
        let Body::File(path) = &record.body else { return Found::Record(record) };
        let bad = |why: String, raw: Raw| {
            Found::Bad(Bad { path: self.path.clone(), record: record.number, offset: record.offset, at: None, why, raw })
        };
        match read(path, self.limit) {
            Ok(Ok(bytes)) => {
                record.body = Body::Bytes(bytes);
                Found::Record(record)
            }
            Ok(Err(length)) => bad(too_large(length, self.limit), Raw::File(path.clone())),
            Err(e) => bad(unreadable(&e.to_string()), Raw::None),
        }
    }
}

impl Iterator for Records {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        loop {
            if let Some(found) = self.waiting.pop_front() {
                return Some(found);
            }
            if self.ended {
                return None;
            }
            match self.reader.next_item() {
                Ok(Some(Item::Record(record))) => return Some(self.whole(record)),
                Ok(Some(Item::Bad(bad))) => return Some(Found::Bad(bad)),
                Ok(Some(Item::Left(left))) => return Some(Found::Left(left)),
                Ok(Some(Item::Lines(lines, entry))) => self.lines(&lines, entry.as_ref()),
                Ok(None) => self.ended = true,
                Err(e) => {
                    // what came before is good; the rest is one record that cannot be read
                    self.ended = true;
                    let (record, offset) = self.reader.position();
                    let why = unreadable(&e.to_string());
                    return Some(Found::Bad(Bad { path: self.path.clone(), record, offset, at: None, why, raw: Raw::None }));
                }
            }
        }
    }
}

/// All bytes of a file, or how many they are when they are more than `limit`.
fn read(path: &Path, limit: usize) -> io::Result<Result<Vec<u8>, u64>> {
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut bytes = Vec::new();
    if length <= limit as u64 {
        file.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    }
    Ok(if length > limit as u64 || bytes.len() > limit { Err(length.max(bytes.len() as u64)) } else { Ok(bytes) })
}

/// Why a record is not read.
pub fn too_large(length: u64, limit: usize) -> String {
    format!("{length} bytes, the limit is {limit}; --max-record sets it")
}

/// Why a file is not read.
pub fn unreadable(why: &str) -> String {
    format!("cannot be read: {why}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::compress::Limits;
    use crate::io::open::{Kind, open_reader};

    fn records(input: &'static [u8], kind: Kind) -> Vec<String> {
        let reader = open_reader(Box::new(input), Path::new("in"), kind, &Limits::default()).unwrap();
        let told = |found| match found {
            Found::Record(Record { number, id, body: Body::Text(text), .. }) => format!("{number} {} {text}", id.unwrap_or_default()),
            Found::Record(Record { number, body: Body::Bytes(b), .. }) => format!("{number} {} bytes", b.len()),
            Found::Record(r) => format!("{} a file", r.number),
            Found::Bad(bad) => format!("{} {:?} bad", bad.record, bad.at),
            Found::Left(left) => format!("{} left", left.number),
        };
        Records::new(reader, Path::new("in"), "text", 40).map(told).collect()
    }

    #[test]
    fn lines_are_records_in_their_places() {
        let lines = b"\xEF\xBB\xBF{\"id\":\"a\",\"text\":\"one\"}\n\n{\"text\":null}\n{\"text\":\"two\"}";
        assert_eq!(records(lines, Kind::Jsonl), ["1 a one", "3 Some(36) bad", "4  two"]);
    }

    #[test]
    fn a_line_over_the_limit_is_bad() {
        assert_eq!(records(b"{\"text\":\"0123456789012345678901234567890\"}\n", Kind::Jsonl), ["1 None bad"]);
    }

    #[test]
    fn a_page_is_one_record() {
        assert_eq!(records(b"a page", Kind::Page), ["1 6 bytes"]);
    }
}
