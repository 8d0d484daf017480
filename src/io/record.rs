//! `Record` and `Item`: what a reader finds in a file, whatever its format. How each format is read lives beside this file; what is
//! made of a record does not concern it.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::compress::Damage;
use super::lines::Lines;
use super::quarantine::{Bad, Raw};

/// One page or text.
#[derive(Debug)]
pub struct Record {
    /// Number in the file, from 1. Bad records and records left aside are counted too, so that the number says where a record stands.
    pub number: u64,
    /// Byte offset in the file as it lies on disk, or in the entry of the archive it stands in: of the compressed member that holds
    /// the record, when it is compressed.
    pub offset: u64,
    /// The entry of an archive it stands in.
    pub entry: Option<Arc<str>>,
    /// Its own name: a WARC record id, the path of an archive's entry.
    pub id: Option<String>,
    /// The address it was fetched from.
    pub url: Option<String>,
    /// When it was fetched, as the file says it.
    pub date: Option<String>,
    /// The charset label its HTTP header claims.
    pub label: Option<String>,
    /// What is to be cleaned.
    pub body: Body,
    /// The row of a table it came from, with its other columns.
    pub row: Option<super::table::Row>,
    /// The members of the JSON line it came from that no other field holds, as a JSON object.
    pub extra: Option<String>,
}

impl Record {
    /// A record of which nothing more is known.
    pub fn new(number: u64, offset: u64, body: Body) -> Record {
        Record { number, offset, entry: None, id: None, url: None, date: None, label: None, body, row: None, extra: None }
    }
}

/// The content of a record.
#[derive(Debug)]
pub enum Body {
    /// Bytes in a charset that is not known yet.
    Bytes(Vec<u8>),
    /// Text that claims to be Unicode already: a WET record, a string column. Valid UTF-8.
    Text(String),
    /// A file of its own, not opened yet: whoever cleans it reads it.
    File(PathBuf),
}

/// A record that is not read on purpose: a WARC request, a revisit, an image.
#[derive(Clone, Debug)]
pub struct Left {
    /// Number in the file, from 1.
    pub number: u64,
    /// Byte offset in the file, as in [`Record::offset`].
    pub offset: u64,
    /// Its name, if it has one.
    pub id: Option<String>,
    /// Why, as a rule's id: `record/request`.
    pub rule: &'static str,
    /// Details in words: `image/png, 4711 bytes`.
    pub why: String,
    /// The row of a table it is.
    pub row: Option<super::table::Row>,
}

// Why records are left aside: ids of src/data/rules/record.tsv.

/// Rule `record/request`.
pub const REQUEST: &str = "record/request";
/// Rule `record/metadata`.
pub const METADATA: &str = "record/metadata";
/// Rule `record/revisit`.
pub const REVISIT: &str = "record/revisit";
/// Rule `record/continuation`.
pub const CONTINUATION: &str = "record/continuation";
/// Rule `record/status`.
pub const STATUS: &str = "record/status";
/// Rule `record/media`.
pub const MEDIA: &str = "record/media";
/// Rule `record/empty`.
pub const EMPTY: &str = "record/empty";
/// Rule `record/link`.
pub const LINK: &str = "record/link";
/// Rule `record/null`.
pub const NULL: &str = "record/null";

/// What comes next in a file.
#[derive(Debug)]
pub enum Item {
    /// One record.
    Record(Record),
    /// Many records: whole lines, each a JSON object; of the archive's entry, if it is in one.
    Lines(Lines, Option<Arc<str>>),
    /// A record that cannot be read, with its bytes.
    Bad(Bad),
    /// A record left aside, counted as removed.
    Left(Left),
}

/// Who reads, and where in what: of one file, or of one entry of an archive.
#[derive(Clone, Debug)]
pub struct Place {
    /// The file, as the user named it.
    pub path: PathBuf,
    /// The entry of an archive.
    pub entry: Option<Arc<str>>,
    /// Number of the next record.
    pub number: u64,
}

impl Place {
    /// The next number.
    pub fn count(&mut self) -> u64 {
        self.number += 1;
        self.number - 1
    }

    /// The next record as a bad one; `offset` is that of the record.
    pub fn bad(&mut self, offset: u64, at: Option<u64>, why: &str, raw: Raw) -> Item {
        let why = match &self.entry {
            Some(entry) => format!("{entry}: {why}"),
            None => why.to_owned(),
        };
        Item::Bad(Bad { path: self.path.clone(), record: self.count(), offset, at, why, raw })
    }

    /// A damage of the packed stream as a bad record.
    pub fn damaged(&mut self, damage: Damage) -> Item {
        self.bad(damage.offset, Some(damage.at), &damage.why, damage.raw)
    }

    /// The next record as one left aside.
    pub fn left(&mut self, offset: u64, id: Option<String>, rule: &'static str, why: String) -> Item {
        Item::Left(Left { number: self.count(), offset, id, rule, why, row: None })
    }
}

/// Reads one file from its beginning to its end, in bounded memory.
pub trait Reader: Send {
    /// The next item, `None` at the end. Damage is an [`Item::Bad`], after which reading goes on where the next record begins.
    ///
    /// # Errors
    /// What the system says when the file itself cannot be read any further; the caller makes that one bad record at
    /// [`Reader::position`] and asks no more.
    fn next_item(&mut self) -> io::Result<Option<Item>>;

    /// Number and byte offset of the next record.
    fn position(&self) -> (u64, u64);
}
