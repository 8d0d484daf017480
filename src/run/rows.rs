//! Rows of hashes: what travels between the passes instead of text. Their file format, sorted runs with a table of parts; making them
//! lives in `paragraph`, comparing them in `resolve`.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::Path;

/// Parts of the space of hashes, by their first byte.
pub const PARTS: usize = 256;
/// Bytes of a row in a file.
pub const ROW: usize = 28;
/// Bytes of a verdict in a file.
const VERDICT: usize = 28;

/// One paragraph, or one whole record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    /// xxh3_128 of the normalised text.
    pub key: u128,
    /// Order of the record in the dump.
    pub doc: u64,
    /// Its block; [`crate::io::document::WHOLE`] for all of it.
    pub block: u32,
}

/// What is known of a row that has copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Verdict {
    /// Order of the record in the dump.
    pub doc: u64,
    /// Its block.
    pub block: u32,
    /// The record with the first copy.
    pub first_doc: u64,
    /// The block that is the first copy.
    pub first_block: u32,
    /// For the first copy itself how many others there are, else 0.
    pub copies: u32,
}

impl Row {
    /// As it stands in a file.
    pub fn to_bytes(self) -> [u8; ROW] {
        let mut b = [0; ROW];
        b[..16].copy_from_slice(&self.key.to_be_bytes());
        b[16..24].copy_from_slice(&self.doc.to_be_bytes());
        b[24..].copy_from_slice(&self.block.to_be_bytes());
        b
    }

    fn of(b: &[u8; ROW]) -> Row {
        let part = |r: Range<usize>| b[r].iter().fold(0u128, |n, b| n << 8 | u128::from(*b));
        Row { key: part(0..16), doc: part(16..24) as u64, block: part(24..28) as u32 }
    }
}

impl Verdict {
    fn to_bytes(self) -> [u8; VERDICT] {
        let mut b = [0; VERDICT];
        b[..8].copy_from_slice(&self.doc.to_be_bytes());
        b[8..12].copy_from_slice(&self.block.to_be_bytes());
        b[12..20].copy_from_slice(&self.first_doc.to_be_bytes());
        b[20..24].copy_from_slice(&self.first_block.to_be_bytes());
        b[24..].copy_from_slice(&self.copies.to_be_bytes());
        b
    }

    fn of(b: &[u8; VERDICT]) -> Verdict {
        let part = |r: Range<usize>| b[r].iter().fold(0u64, |n, b| n << 8 | u64::from(*b));
        Verdict {
            doc: part(0..8),
            block: part(8..12) as u32,
            first_doc: part(12..20),
            first_block: part(20..24) as u32,
            copies: part(24..28) as u32,
        }
    }
}

/// Sorts rows and writes them: where each part ends (256 numbers of 8 bytes), then the rows.
///
/// # Errors
/// What the system says.
pub fn write(rows: &mut [Row], to: &mut impl Write) -> io::Result<()> {
    rows.sort_unstable();
    let mut ends = [0u64; PARTS];
    for r in rows.iter() {
        ends[(r.key >> 120) as usize] += 1;
    }
    let mut sum = 0;
    for end in ends {
        sum += end;
        to.write_all(&sum.to_be_bytes())?;
    }
    for r in rows.iter() {
        to.write_all(&r.to_bytes())?;
    }
    Ok(())
}

/// The rows of one part of a file, in order, read in pieces of about `buffer` bytes.
///
/// # Errors
/// What the system says, or [`io::ErrorKind::InvalidData`] for a file that is cut off.
pub fn read(path: &Path, part: usize, buffer: usize) -> io::Result<Run> {
    let mut file = File::open(path)?;
    let mut ends = [0; PARTS * 8];
    file.read_exact(&mut ends)?;
    let end = |n: usize| ends[n * 8..n * 8 + 8].iter().fold(0u64, |n, b| n << 8 | u64::from(*b));
    let start = if part == 0 { 0 } else { end(part - 1) };
    let left = end(part).checked_sub(start).ok_or(io::ErrorKind::InvalidData)?;
    file.seek(SeekFrom::Start((PARTS * 8) as u64 + start * ROW as u64))?;
    let capacity = buffer.min(left as usize * ROW).max(ROW);
    Ok(Run { file: BufReader::with_capacity(capacity, file), left })
}

/// Rows in order.
#[derive(Debug)]
pub struct Run {
    file: BufReader<File>,
    left: u64,
}

impl Run {
    /// The next row.
    ///
    /// # Errors
    /// What the system says.
    pub fn next(&mut self) -> io::Result<Option<Row>> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        let mut b = [0; ROW];
        self.file.read_exact(&mut b)?;
        Ok(Some(Row::of(&b)))
    }
}

/// Sorts verdicts and writes them in the order of their records.
///
/// # Errors
/// What the system says.
pub fn write_verdicts(verdicts: &mut [Verdict], to: &mut impl Write) -> io::Result<()> {
    verdicts.sort_unstable();
    for v in verdicts.iter() {
        to.write_all(&v.to_bytes())?;
    }
    Ok(())
}

/// The verdicts on some records of a file, in order.
///
/// # Errors
/// What the system says.
pub fn read_verdicts(path: &Path, docs: std::ops::RangeInclusive<u64>, out: &mut Vec<Verdict>) -> io::Result<()> {
    let mut file = File::open(path)?;
    let all = file.metadata()?.len() / VERDICT as u64;
    let mut b = [0; VERDICT];
    let mut at = |n: u64| -> io::Result<Verdict> {
        file.seek(SeekFrom::Start(n * VERDICT as u64))?;
        file.read_exact(&mut b)?;
        Ok(Verdict::of(&b))
    };
    // first verdict not before the range
    let (mut low, mut high) = (0, all);
    while low < high {
        let middle = low + (high - low) / 2;
        if at(middle)?.doc < *docs.start() { low = middle + 1 } else { high = middle }
    }
    file.seek(SeekFrom::Start(low * VERDICT as u64))?;
    let mut file = BufReader::new(file);
    for _ in low..all {
        file.read_exact(&mut b)?;
        let v = Verdict::of(&b);
        if v.doc > *docs.end() {
            break;
        }
        out.push(v);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_sorted_and_by_part() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows");
        let row = |key: u128, doc| Row { key, doc, block: 3 };
        let mut rows = [row(u128::MAX, 1), row(5, 2), row(5, 1), row(1 << 120, 9)];
        write(&mut rows, &mut File::create(&path).unwrap()).unwrap();
        let all = |part| {
            let mut run = read(&path, part, 1).unwrap();
            std::iter::from_fn(|| run.next().unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(all(0), [row(5, 1), row(5, 2)]);
        assert_eq!(all(1), [row(1 << 120, 9)]);
        assert_eq!(all(2), []);
        assert_eq!(all(255), [row(u128::MAX, 1)]);
    }

    #[test]
    fn verdicts_are_found_by_record() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("verdicts");
        let v = |doc| Verdict { doc, block: 1, first_doc: 0, first_block: 2, copies: 0 };
        let mut all = [v(7), v(3), v(9), v(3)];
        write_verdicts(&mut all, &mut File::create(&path).unwrap()).unwrap();
        let found = |docs| {
            let mut out = Vec::new();
            read_verdicts(&path, docs, &mut out).unwrap();
            out.iter().map(|v| v.doc).collect::<Vec<_>>()
        };
        assert_eq!(found(0..=2), [0u64; 0]);
        assert_eq!(found(3..=7), [3, 3, 7]);
        assert_eq!(found(8..=100), [9]);
        assert_eq!(found(10..=100), [0u64; 0]);
    }
}
