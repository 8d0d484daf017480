//! Where records go that cannot be read: their bytes as they were, and an index that says what was wrong.
//!
//! `index.jsonl` has one line a record: `path`, `record` (number in the file, from 1), `offset` (bytes in the file), `reason`,
//! `at` (byte in the file that is wrong, when one is), `start` and `length` (where its bytes stand in `records.bin`; `null` when
//! there are none, as of a file that could not be opened). `records.bin` holds the bytes of all records in the order of the
//! index, a line feed behind each, so that bad lines of JSON can be mended there and fed in again. `path_bytes` is the path in
//! hexadecimal when it is not UTF-8.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::spool::Spool;
use crate::error::Error;

/// The bytes of a bad record, wherever they are.
#[derive(Debug)]
pub enum Raw {
    /// In memory.
    Bytes(Vec<u8>),
    /// On disk, too many for memory.
    Spool(Spool),
    /// A whole file, too large for memory.
    File(PathBuf),
    /// Bytes of a file, from `offset` on.
    Part {
        /// The file.
        path: PathBuf,
        /// Where they begin.
        offset: u64,
        /// How many they are; the file may end before.
        length: u64,
    },
    /// Out of reach: the file or folder cannot be opened.
    None,
}

impl Raw {
    /// Copies the bytes to `to`; says how many, `None` when there are none.
    ///
    /// # Errors
    /// What the system says about either side.
    pub fn copy(&mut self, to: &mut impl Write) -> io::Result<Option<u64>> {
        Ok(match self {
            Raw::Bytes(bytes) => to.write_all(bytes).map(|()| Some(bytes.len() as u64))?,
            Raw::Spool(spool) => Some(io::copy(&mut spool.read()?, to)?),
            Raw::File(path) => Some(io::copy(&mut File::open(path)?, to)?),
            Raw::Part { path, offset, length } => {
                let mut file = File::open(path)?;
                file.seek(SeekFrom::Start(*offset))?;
                Some(io::copy(&mut file.take(*length), to)?)
            }
            Raw::None => None,
        })
    }
}

/// A record that could not be read.
#[derive(Debug)]
pub struct Bad {
    /// The file, as the user named it.
    pub path: PathBuf,
    /// Number of the record in the file, from 1.
    pub record: u64,
    /// Byte offset of the record in the file.
    pub offset: u64,
    /// Byte offset in the file of what is wrong, if one place is.
    pub at: Option<u64>,
    /// What is wrong and what would be right.
    pub why: String,
    /// Its bytes.
    pub raw: Raw,
}

impl Bad {
    /// As an error: file, record, byte, why.
    pub fn error(&self) -> Error {
        Error::Record {
            path: self.path.display().to_string(),
            record: self.record,
            offset: self.at.unwrap_or(self.offset),
            why: self.why.clone(),
        }
    }
}

/// Writes the folder; nothing is made before the first record comes.
#[derive(Debug)]
pub struct Quarantine {
    folder: PathBuf,
    open: Option<(BufWriter<File>, BufWriter<File>)>,
    start: u64,
}

/// A line of the index.
#[derive(Debug, Serialize, Deserialize)]
pub struct Entry {
    path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
    record: u64,
    offset: u64,
    at: Option<u64>,
    reason: String,
    /// Where its bytes begin.
    pub start: Option<u64>,
    length: Option<u64>,
}

impl Entry {
    /// Of a record whose bytes, if there are any, stand in so many bytes from `start`.
    pub fn new(bad: &Bad, start: u64, length: Option<u64>) -> Entry {
        Entry {
            path: bad.path.to_string_lossy().into_owned(),
            path_bytes: bad.path.to_str().is_none().then(|| hex(bad.path.as_os_str().as_encoded_bytes())),
            record: bad.record,
            offset: bad.offset,
            at: bad.at,
            reason: bad.why.clone(),
            start: length.map(|_| start),
            length,
        }
    }

    /// As it stands in the index, with a line end.
    ///
    /// # Errors
    /// None that a record can cause.
    pub fn line(&self) -> io::Result<Vec<u8>> {
        let mut line = serde_json::to_vec(self)?;
        line.push(b'\n');
        Ok(line)
    }
}

impl Quarantine {
    /// The names of its files in `folder`.
    pub const FILES: [&str; 2] = ["index.jsonl", "records.bin"];

    /// In `folder`, which need not exist.
    pub fn new(folder: PathBuf) -> Quarantine {
        Quarantine { folder, open: None, start: 0 }
    }

    /// Takes away what an earlier run left in the folder.
    ///
    /// # Errors
    /// What the system says, but for files that are not there.
    pub fn clear(&self) -> io::Result<()> {
        for name in Self::FILES {
            match fs::remove_file(self.folder.join(name)) {
                Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
                _ => {}
            }
        }
        Ok(())
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Adds a record.
    ///
    /// # Errors
    /// What the system says about the files of the folder or, for [`Raw::File`], the file.
    pub fn add(&mut self, bad: &mut Bad) -> io::Result<()> {
        if self.open.is_none() {
            fs::create_dir_all(&self.folder)?;
            let [index, records] = Self::FILES.map(|name| File::create(self.folder.join(name)).map(BufWriter::new));
            self.open = Some((index?, records?));
        }
        let (index, records) = self.open.as_mut().ok_or(io::ErrorKind::NotConnected)?;
        let length = bad.raw.copy(records)?;
        index.write_all(&Entry::new(bad, self.start, length).line()?)?;
        if let Some(length) = length {
            records.write_all(b"\n")?;
            self.start += length + 1;
        }
        Ok(())
    }

    /// Writes what is still in memory.
    ///
    /// # Errors
    /// What the system says.
    pub fn finish(&mut self) -> io::Result<()> {
        if let Some((index, records)) = &mut self.open {
            records.flush()?;
            index.flush()?;
        }
        Ok(())
    }
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// Copies `from` to `to` in Base64 (RFC 4648, padded), in bounded memory.
///
/// # Errors
/// What the system says about either.
pub fn base64(mut from: impl Read, to: &mut impl Write) -> io::Result<()> {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bytes = Vec::with_capacity(3 << 12);
    loop {
        bytes.clear();
        if (&mut from).take(3 << 12).read_to_end(&mut bytes)? == 0 {
            return Ok(());
        }
        let mut out = Vec::with_capacity(bytes.len() / 3 * 4 + 4);
        for group in bytes.chunks(3) {
            let n = group.iter().fold(0u32, |n, b| n << 8 | u32::from(*b)) << (8 * (3 - group.len()));
            for i in 0..4 {
                out.push(if i <= group.len() { DIGITS[(n >> (18 - 6 * i) & 63) as usize] } else { b'=' });
            }
        }
        to.write_all(&out)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_as_the_rfc_has_it() {
        for (plain, coded) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            let mut out = Vec::new();
            base64(plain.as_bytes(), &mut out).unwrap();
            assert_eq!(String::from_utf8(out).unwrap(), coded);
        }
        let mut out = Vec::new();
        base64(&vec![7u8; 30_000][..], &mut out).unwrap();
        assert_eq!(out.len(), 40_000);
    }
}
