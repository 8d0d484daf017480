//! `Record` and `Item`: what a reader finds in a file, whatever its format. How each format is read lives beside this file; what is
//! made of a record does not concern it.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::lines::Lines;
use super::quarantine::Bad;

/// One page or text.
#[derive(Debug)]
pub struct Record {
    /// Number in the file, from 1. Bad records and records left aside are counted too, so that the number says where a record stands.
    pub number: u64,
    /// Byte offset in the file as it lies on disk: of the compressed member that holds the record, when it is compressed.
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
#[derive(Clone, Debug, PartialEq, Eq)]
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
}

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
