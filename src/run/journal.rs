//! The journal of a run: one line for each thing that is finished and safe on disk. What a line stands for is done by others; a line
//! torn by a crash is cut off, and what it stood for is done again.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::settings::Of;
use super::sums::Sums;
use crate::error::Error;

/// Something finished.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Entry {
    /// All of a block was read and its results staged.
    Scan(Block),
    /// The duplicates of the dump are known, of one part of the hashes.
    Resolved {
        /// Which part.
        part: usize,
        /// Paragraphs and whole records that repeat an earlier one.
        duplicates: u64,
    },
    /// Pairs that may be alike are known, of one part of the bands.
    Candidates {
        /// What is compared.
        of: Of,
        /// Which part.
        part: usize,
    },
    /// Pairs are compared whose later one lies in this block.
    Compared {
        /// What is compared.
        of: Of,
        /// Which block.
        at: At,
    },
    /// What goes because it is alike something earlier is known, of one part of the places.
    Settled {
        /// What is compared.
        of: Of,
        /// Which part.
        part: usize,
        /// Pairs of which the later one goes.
        links: u64,
    },
    /// The lines that recur on the pages of a host are known, of one part of the hosts.
    Learnt {
        /// Which part.
        part: usize,
    },
    /// What sites leave of a block is hashed; its sums say nothing.
    Hash(Block),
    /// The results of a block without its duplicates are staged.
    Apply(Block),
    /// A file of the output is in its place.
    Output(Output),
    /// The trace is in its place.
    Traced,
    /// The HTML report is in its place.
    Reported,
    /// The index for a later dump is in its place.
    Indexed,
}

impl Entry {
    /// The files of the output that it says are in their place. The trace, the report and the index are none of the output.
    pub fn files(&self) -> &[Output] {
        match self {
            Entry::Scan(block) | Entry::Hash(block) | Entry::Apply(block) => &block.files,
            Entry::Output(output) => std::slice::from_ref(output),
            Entry::Resolved { .. }
            | Entry::Candidates { .. }
            | Entry::Compared { .. }
            | Entry::Settled { .. }
            | Entry::Learnt { .. }
            | Entry::Traced
            | Entry::Reported
            | Entry::Indexed => &[],
        }
    }
}

/// A block that is done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Block {
    /// Which.
    pub at: At,
    /// It is the last of its unit.
    pub last: bool,
    /// Its duplicates were known when it was read: nothing of it is stored for a later pass.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub written: bool,
    /// What it held.
    pub sums: Sums,
    /// Orders of the first and the last record that was stored for the last pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub docs: Option<(u64, u64)>,
    /// Documents in the trace.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub traced: u64,
    /// Files of bands, of records and of paragraphs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bands: Option<[u32; 2]>,
    /// Files of lines of sites.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub sites: u32,
    /// Bytes of the part that its unit has given, with this block.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub out: u64,
    /// Text files written, one a record.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<Output>,
}

fn is_zero<N: Default + PartialEq>(n: &N) -> bool {
    *n == N::default()
}

/// A file of the output.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Output {
    /// Its path in the output folder.
    #[serde(with = "super::plan::path")]
    pub path: PathBuf,
    /// Bytes.
    pub length: u64,
    /// xxh3_128 of its content, in hexadecimal.
    pub xxh3: String,
}

impl Output {
    /// A file with this content.
    pub fn of(path: PathBuf, content: &[u8]) -> Output {
        Output { path, length: content.len() as u64, xxh3: format!("{:032x}", xxhash_rust::xxh3::xxh3_128(content)) }
    }
}

/// Which block: number of the unit in the plan, and of the block in the unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct At(pub u32, pub u32);

/// Writes the journal.
#[derive(Debug)]
pub struct Journal {
    file: File,
    path: PathBuf,
}

impl Journal {
    /// Opens the journal at `path` and gives what stands in it. A torn last line is cut off.
    ///
    /// # Errors
    /// [`Error::Io`], or [`Error::Usage`] for a line that is damaged otherwise.
    pub fn open(path: &Path) -> Result<(Journal, Vec<Entry>), Error> {
        let fail = |verb| move |source| Error::Io { verb, path: path.display().to_string(), source };
        let (entries, good) = read(path)?;
        let file = OpenOptions::new().create(true).append(true).open(path).map_err(fail("open"))?;
        file.set_len(good).and_then(|()| file.sync_all()).map_err(fail("write"))?;
        Ok((Journal { file, path: path.to_path_buf() }, entries))
    }

    /// Adds a line and waits until it is on disk.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn add(&mut self, entry: &Entry) -> Result<(), Error> {
        self.note(entry)?;
        self.sync()
    }

    /// Adds a line and does not wait.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn note(&mut self, entry: &Entry) -> Result<(), Error> {
        let mut write = || self.file.write_all(line(entry)?.as_bytes());
        write().map_err(Error::io("write", &self.path))
    }

    /// Waits until all lines are on disk.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn sync(&mut self) -> Result<(), Error> {
        self.file.sync_data().map_err(Error::io("write", &self.path))
    }
}

/// All entries of a journal, and how many of its bytes are good: less than all when the last line is torn.
///
/// # Errors
/// As [`Journal::open`]. A journal that is not there is empty.
pub fn read(path: &Path) -> Result<(Vec<Entry>, u64), Error> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(source) => return Err(Error::Io { verb: "read", path: path.display().to_string(), source }),
    };
    let (mut entries, mut good) = (Vec::new(), 0);
    for (n, l) in bytes.split_inclusive(|b| *b == b'\n').enumerate() {
        match parse(l) {
            Some(entry) => entries.push(entry),
            None if good + l.len() == bytes.len() => break,
            None => {
                let place = format!("{}, line {}", path.display(), n + 1);
                return Err(Error::Usage(format!("{place}: the journal is damaged; --overwrite starts the run anew")));
            }
        }
        good += l.len();
    }
    Ok((entries, good as u64))
}

/// A line: the hash of the JSON, the JSON.
fn line(entry: &Entry) -> io::Result<String> {
    let json = serde_json::to_string(entry)?;
    Ok(format!("{:016x} {json}\n", xxh3_64(json.as_bytes())))
}

fn parse(line: &[u8]) -> Option<Entry> {
    let line = std::str::from_utf8(line).ok()?.strip_suffix('\n')?;
    let (hash, json) = line.split_once(' ')?;
    (hash == format!("{:016x}", xxh3_64(json.as_bytes()))).then(|| serde_json::from_str(json).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_and_a_torn_line_is_cut_off() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let entry = |n| Entry::Resolved { part: 0, duplicates: n };
        let (mut journal, before) = Journal::open(&path).unwrap();
        assert!(before.is_empty());
        journal.add(&entry(1)).unwrap();
        journal.add(&entry(2)).unwrap();
        let whole = std::fs::read(&path).unwrap();
        let first = whole.iter().position(|b| *b == b'\n').unwrap() + 1;
        for cut in first..=whole.len() {
            std::fs::write(&path, &whole[..cut]).unwrap();
            let (mut journal, entries) = Journal::open(&path).unwrap();
            assert_eq!(entries.len(), if cut == whole.len() { 2 } else { 1 }, "cut at {cut}");
            journal.add(&entry(3)).unwrap();
            assert_eq!(read(&path).unwrap().0.last(), Some(&entry(3)));
        }
    }

    #[test]
    fn damage_before_the_end_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let mut journal = Journal::open(&path).unwrap().0;
        journal.add(&Entry::Resolved { part: 0, duplicates: 1 }).unwrap();
        journal.add(&Entry::Resolved { part: 0, duplicates: 2 }).unwrap();
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[20] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        assert!(Journal::open(&path).unwrap_err().to_string().contains("line 1: the journal is damaged"));
    }
}
