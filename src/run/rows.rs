//! Rows: what travels between the passes instead of text. Their file format, sorted runs with a table of parts; what is hashed into them
//! lives in `paragraph`, comparing them in `resolve` and `near`.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::marker::PhantomData;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use crate::site::Side;

/// Parts of the space of hashes, by their first byte.
pub const PARTS: usize = 256;
/// Bytes of a row in a file.
pub const ROW: usize = 28;
/// Bytes of the widest row.
pub const WIDEST: usize = 40;
/// Bytes of a verdict in a file.
const VERDICT: usize = 28;

/// A row of a sorted file. Its bytes sort as it does, and the first of them is its part.
pub trait Fixed: Copy + Ord {
    /// Bytes in a file.
    const SIZE: usize = ROW;
    /// As it stands in a file: so many of these.
    fn to_bytes(self) -> [u8; WIDEST];
    /// From a file.
    fn of(bytes: &[u8]) -> Self;
    /// One of the first bytes.
    #[inline]
    fn byte(&self, at: usize) -> u8 {
        self.to_bytes()[at]
    }
}

/// Bytes, the highest first, as a number.
fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |n, b| n << 8 | u64::from(*b))
}

/// A paragraph or a record: the order of the record in the dump, and the block; [`crate::io::document::WHOLE`] for all of it.
pub type Place = (u64, u32);

/// One paragraph, or one whole record. Laid out as in a file: there are many of them on their way from thread to thread.
#[repr(C, packed(4))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    /// xxh3_128 of the normalised text.
    pub key: u128,
    /// Order of the record in the dump.
    pub doc: u64,
    /// Its block; [`crate::io::document::WHOLE`] for all of it.
    pub block: u32,
}

/// One band of the signature of a paragraph or a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BandRow {
    /// Of the band.
    pub key: u64,
    /// Whose it is.
    pub place: Place,
    /// Two bits of each slot of the signature.
    pub sketch: u64,
}

/// A line of a page of a host; with `line` 0 the page itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SiteRow {
    /// Hash of the host.
    pub host: u64,
    /// Hash of the line.
    pub line: u64,
    /// What tells the page from others.
    pub page: u32,
    /// Where it stands.
    pub place: Place,
    /// Hash of the line before it.
    pub before: u16,
    /// Hash of the line behind it.
    pub behind: u16,
    /// On which side of the longest line of the page it stands.
    pub side: Side,
}

/// What was found out about a place that has something alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    /// Hash of the place: its part.
    part: u8,
    /// The place.
    pub of: Place,
    /// Not before what says that it is alike something earlier itself, so that this is known first.
    pub says: Says,
}

/// What a [`Link`] says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Says {
    /// It is alike an earlier one.
    Follows,
    /// A later one is alike it.
    Leads {
        /// By how much, in thousandths.
        similarity: u16,
        /// The later one.
        later: Place,
    },
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
    /// What it is.
    pub what: What,
}

/// What a place is to the first copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// It is the same.
    Copy,
    /// It is the first copy itself; there are so many others.
    First(u32),
    /// It is alike, by so many thousandths.
    Alike(u16),
}

impl Fixed for Row {
    fn to_bytes(self) -> [u8; WIDEST] {
        let mut b = [0; WIDEST];
        b[..16].copy_from_slice(&self.key.to_be_bytes());
        b[16..24].copy_from_slice(&self.doc.to_be_bytes());
        b[24..28].copy_from_slice(&self.block.to_be_bytes());
        b
    }

    fn of(b: &[u8]) -> Row {
        let key = u128::from(number(&b[..8])) << 64 | u128::from(number(&b[8..16]));
        Row { key, doc: number(&b[16..24]), block: number(&b[24..28]) as u32 }
    }

    #[inline]
    fn byte(&self, at: usize) -> u8 {
        self.key.to_be_bytes()[at]
    }
}

impl Fixed for BandRow {
    fn to_bytes(self) -> [u8; WIDEST] {
        let mut b = [0; WIDEST];
        b[..8].copy_from_slice(&self.key.to_be_bytes());
        b[8..16].copy_from_slice(&self.place.0.to_be_bytes());
        b[16..20].copy_from_slice(&self.place.1.to_be_bytes());
        b[20..28].copy_from_slice(&self.sketch.to_be_bytes());
        b
    }

    fn of(b: &[u8]) -> BandRow {
        BandRow { key: number(&b[..8]), place: (number(&b[8..16]), number(&b[16..20]) as u32), sketch: number(&b[20..28]) }
    }
}

impl Link {
    /// About a place.
    pub fn new(of: Place, says: Says) -> Link {
        let hash = (of.0 ^ u64::from(of.1).rotate_left(40)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        Link { part: (hash >> 56) as u8, of, says }
    }
}

impl Fixed for Link {
    fn to_bytes(self) -> [u8; WIDEST] {
        let mut b = [0; WIDEST];
        b[0] = self.part;
        b[1..9].copy_from_slice(&self.of.0.to_be_bytes());
        b[9..13].copy_from_slice(&self.of.1.to_be_bytes());
        if let Says::Leads { similarity, later } = self.says {
            b[13] = 1;
            b[14..16].copy_from_slice(&similarity.to_be_bytes());
            b[16..24].copy_from_slice(&later.0.to_be_bytes());
            b[24..28].copy_from_slice(&later.1.to_be_bytes());
        }
        b
    }

    fn of(b: &[u8]) -> Link {
        let later = (number(&b[16..24]), number(&b[24..28]) as u32);
        let says = if b[13] == 0 { Says::Follows } else { Says::Leads { similarity: number(&b[14..16]) as u16, later } };
        Link { part: b[0], of: (number(&b[1..9]), number(&b[9..13]) as u32), says }
    }
}

impl Fixed for SiteRow {
    const SIZE: usize = 37;

    fn to_bytes(self) -> [u8; WIDEST] {
        let mut b = [0; WIDEST];
        b[..8].copy_from_slice(&self.host.to_be_bytes());
        b[8..16].copy_from_slice(&self.line.to_be_bytes());
        b[16..20].copy_from_slice(&self.page.to_be_bytes());
        b[20..28].copy_from_slice(&self.place.0.to_be_bytes());
        b[28..32].copy_from_slice(&self.place.1.to_be_bytes());
        b[32..34].copy_from_slice(&self.before.to_be_bytes());
        b[34..36].copy_from_slice(&self.behind.to_be_bytes());
        b[36] = self.side as u8;
        b
    }

    fn of(b: &[u8]) -> SiteRow {
        SiteRow {
            host: number(&b[..8]),
            line: number(&b[8..16]),
            page: number(&b[16..20]) as u32,
            place: (number(&b[20..28]), number(&b[28..32]) as u32),
            before: number(&b[32..34]) as u16,
            behind: number(&b[34..36]) as u16,
            side: match b[36] {
                0 => Side::Before,
                1 => Side::Within,
                _ => Side::Behind,
            },
        }
    }
}

impl Verdict {
    /// Where it stands.
    pub fn place(&self) -> Place {
        (self.doc, self.block)
    }

    fn to_bytes(self) -> [u8; VERDICT] {
        let mut b = [0; VERDICT];
        b[..8].copy_from_slice(&self.doc.to_be_bytes());
        b[8..12].copy_from_slice(&self.block.to_be_bytes());
        b[12..20].copy_from_slice(&self.first_doc.to_be_bytes());
        b[20..24].copy_from_slice(&self.first_block.to_be_bytes());
        let what = match self.what {
            What::Copy => 0,
            What::First(others) => others.min(ALIKE - 1),
            What::Alike(similarity) => ALIKE | u32::from(similarity),
        };
        b[24..].copy_from_slice(&what.to_be_bytes());
        b
    }

    fn of(b: &[u8; VERDICT]) -> Verdict {
        let what = match number(&b[24..]) as u32 {
            0 => What::Copy,
            n if n >= ALIKE => What::Alike((n - ALIKE) as u16),
            n => What::First(n),
        };
        Verdict {
            doc: number(&b[..8]),
            block: number(&b[8..12]) as u32,
            first_doc: number(&b[12..20]),
            first_block: number(&b[20..24]) as u32,
            what,
        }
    }
}

/// From here on the last number of a verdict in a file is a similarity.
const ALIKE: u32 = 1 << 31;

/// Sorts rows and writes them: where each part ends (256 numbers of 8 bytes), then the rows.
///
/// # Errors
/// What the system says.
pub fn write<R: Fixed>(rows: &mut [R], to: &mut impl Write) -> io::Result<()> {
    for end in sort(rows) {
        to.write_all(&(end as u64).to_be_bytes())?;
    }
    // not one by one: a writer asks each time whether it still fits
    rows.chunks(PIECE).try_for_each(|some| to.write_all(&laid_out(some)))
}

/// Rows as they stand in a file.
pub fn laid_out<R: Fixed>(rows: &[R]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(R::SIZE * rows.len());
    rows.iter().for_each(|r| bytes.extend_from_slice(&r.to_bytes()[..R::SIZE]));
    bytes
}

/// All rows of a file that holds nothing else, as they were laid out; none of one that is not there.
///
/// # Errors
/// What the system says, or [`io::ErrorKind::InvalidData`] for a file that is cut off.
pub fn unsorted(path: &Path) -> io::Result<Vec<Row>> {
    let bytes = match std::fs::read(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other?,
    };
    let (rows, rest) = bytes.as_chunks::<ROW>();
    if rest.is_empty() { Ok(rows.iter().map(|r| Row::of(r)).collect()) } else { Err(io::ErrorKind::InvalidData.into()) }
}

/// Rows that are laid out at once.
const PIECE: usize = 1024;

/// Sorts rows, and says where each part ends. Their first bytes are hashes: dealt out by two of them, in place, few are left to compare.
fn sort<R: Fixed>(rows: &mut [R]) -> [usize; PARTS] {
    let ends = deal(rows, 0);
    let mut start = 0;
    for end in ends {
        let part = &mut rows[start..end];
        start = end;
        // of fewer the dealing costs more than the comparing
        if part.len() < 2 * PARTS {
            part.sort_unstable();
            continue;
        }
        let mut start = 0;
        for end in deal(part, 1) {
            part[start..end].sort_unstable();
            start = end;
        }
    }
    ends
}

/// Verdicts that are dealt out at most: 20 MB, and once more as much.
const DEALT: usize = 1 << 19;

/// Sorts verdicts on these records. When the records are not far more than the verdicts, as those of one input are, they are dealt out by
/// their records first: then few are left to compare.
pub fn sort_verdicts(mut verdicts: Vec<Verdict>, docs: &RangeInclusive<u64>) -> Vec<Verdict> {
    let many = docs.end().saturating_sub(*docs.start());
    if many > 4 * verdicts.len() as u64 || verdicts.len() > DEALT || verdicts.is_sorted() {
        verdicts.sort_unstable();
        return verdicts;
    }
    let of = |v: &Verdict| (v.doc - docs.start()) as usize;
    // where the next of each record goes
    let mut next = vec![0usize; many as usize + 2];
    verdicts.iter().for_each(|v| next[of(v) + 1] += 1);
    let mut sum = 0;
    for n in &mut next {
        sum += *n;
        *n = sum;
    }
    let mut dealt = verdicts.clone();
    for v in &verdicts {
        let at = &mut next[of(v)];
        dealt[*at] = *v;
        *at += 1;
    }
    dealt.chunk_by_mut(|a, b| a.doc == b.doc).for_each(<[_]>::sort_unstable);
    dealt
}

/// Puts rows in the order of one of their bytes, and says where those of each value end.
fn deal<R: Fixed>(rows: &mut [R], byte: usize) -> [usize; PARTS] {
    let of = |r: &R| usize::from(r.byte(byte));
    let mut ends = [0; PARTS];
    rows.iter().for_each(|r| ends[of(r)] += 1);
    let (mut next, mut sum) = ([0; PARTS], 0);
    for (next, end) in next.iter_mut().zip(&mut ends) {
        *next = sum;
        sum += *end;
        *end = sum;
    }
    for value in 0..PARTS {
        while next[value] < ends[value] {
            let to = of(&rows[next[value]]);
            // a row in its place swaps with itself
            rows.swap(next[value], next[to]);
            next[to] += 1;
        }
    }
    ends
}

/// The rows of one part of a file, in order, read in pieces of about `buffer` bytes. The file is open only while a piece is read: a merge
/// goes through as many files as a dump has blocks, and a process may hold a thousand open.
///
/// # Errors
/// What the system says, or [`io::ErrorKind::InvalidData`] for a file that is cut off.
pub fn read<R: Fixed>(path: &Path, part: usize, buffer: usize) -> io::Result<Run<R>> {
    let mut file = File::open(path)?;
    let mut ends = [0; PARTS * 8];
    file.read_exact(&mut ends)?;
    let end = |n: usize| number(&ends[n * 8..n * 8 + 8]);
    let start = if part == 0 { 0 } else { end(part - 1) };
    let left = end(part).checked_sub(start).ok_or(io::ErrorKind::InvalidData)?;
    let mut run = Run {
        path: path.to_path_buf(),
        offset: (PARTS * 8) as u64 + start * R::SIZE as u64,
        left,
        piece: Vec::new(),
        at: 0,
        rows: (buffer / R::SIZE).max(1),
        of: PhantomData,
    };
    run.fill(&mut file)?;
    Ok(run)
}

/// Rows in order.
#[derive(Debug)]
pub struct Run<R> {
    path: PathBuf,
    /// Where in the file the next piece begins, and how many rows there are from there on.
    offset: u64,
    left: u64,
    piece: Vec<u8>,
    at: usize,
    /// Rows of a piece.
    rows: usize,
    of: PhantomData<R>,
}

impl<R: Fixed> Run<R> {
    /// The next row.
    ///
    /// # Errors
    /// What the system says.
    pub fn next(&mut self) -> io::Result<Option<R>> {
        if self.at == self.piece.len() {
            if self.left == 0 {
                return Ok(None);
            }
            self.fill(&mut File::open(&self.path)?)?;
        }
        let mut b = [0; WIDEST];
        b[..R::SIZE].copy_from_slice(&self.piece[self.at..self.at + R::SIZE]);
        self.at += R::SIZE;
        Ok(Some(R::of(&b)))
    }

    fn fill(&mut self, file: &mut File) -> io::Result<()> {
        let n = self.left.min(self.rows as u64);
        self.piece.resize(n as usize * R::SIZE, 0);
        self.at = 0;
        if n > 0 {
            file.seek(SeekFrom::Start(self.offset))?;
            file.read_exact(&mut self.piece)?;
        }
        self.offset += self.piece.len() as u64;
        self.left -= n;
        Ok(())
    }
}

/// Sorts verdicts and writes them in the order of their records.
///
/// # Errors
/// What the system says.
pub fn write_verdicts(verdicts: &mut [Verdict], to: &mut impl Write) -> io::Result<()> {
    verdicts.sort_unstable();
    let mut piece = Vec::with_capacity(VERDICT * PIECE.min(verdicts.len()));
    for some in verdicts.chunks(PIECE) {
        piece.clear();
        some.iter().for_each(|v| piece.extend_from_slice(&v.to_bytes()));
        to.write_all(&piece)?;
    }
    Ok(())
}

/// The verdicts on some records of a file, in order.
///
/// # Errors
/// What the system says.
pub fn read_verdicts(path: &Path, docs: &RangeInclusive<u64>, out: &mut Vec<Verdict>) -> io::Result<()> {
    let mut file = File::open(path)?;
    let all = file.metadata()?.len() / VERDICT as u64;
    let mut b = [0; VERDICT];
    let mut at = |n: u64| -> io::Result<Verdict> {
        file.seek(SeekFrom::Start(n * VERDICT as u64))?;
        file.read_exact(&mut b)?;
        Ok(Verdict::of(&b))
    };
    // the first one on a record that is not before this one, or behind it
    let mut first = |doc: u64, behind: bool, from: u64| -> io::Result<u64> {
        let (mut low, mut high) = (from, all);
        while low < high {
            let middle = low + (high - low) / 2;
            let is = at(middle)?.doc;
            if is < doc || behind && is == doc { low = middle + 1 } else { high = middle }
        }
        Ok(low)
    };
    let from = if *docs.start() == 0 { 0 } else { first(*docs.start(), false, 0)? };
    let to = if *docs.end() == u64::MAX { all } else { first(*docs.end(), true, from)? };
    file.seek(SeekFrom::Start(from * VERDICT as u64))?;
    let mut piece = [0; VERDICT * PIECE];
    let mut left = to - from;
    out.reserve(left as usize);
    while left > 0 {
        let n = left.min(PIECE as u64) as usize;
        file.read_exact(&mut piece[..n * VERDICT])?;
        let (verdicts, _) = piece[..n * VERDICT].as_chunks::<VERDICT>();
        out.extend(verdicts.iter().map(Verdict::of));
        left -= n as u64;
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
            let mut run = read::<Row>(&path, part, 1).unwrap();
            std::iter::from_fn(|| run.next().unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(all(0), [row(5, 1), row(5, 2)]);
        assert_eq!(all(1), [row(1 << 120, 9)]);
        assert_eq!(all(2), []);
        assert_eq!(all(255), [row(u128::MAX, 1)]);
    }

    #[test]
    fn many_rows_sort_as_few_do() {
        // parts of none, of few, of many with one second byte, and of many with all of them
        let mix = |n: u64| u128::from(n.wrapping_mul(0x9E37_79B9_7F4A_7C15)) << 64;
        let few = (0..5000).map(|n| mix(n) | 1);
        let one = (0..2000).map(|n| 7 << 120 | mix(n) >> 16);
        let many = (0..3000).map(|n| 9 << 120 | mix(n) >> 8);
        let mut rows: Vec<Row> =
            few.chain(one).chain(many).chain([5; 700]).zip(0..).map(|(key, doc)| Row { key, doc: doc ^ 77, block: 3 }).collect();
        let mut sorted = rows.clone();
        sorted.sort_unstable();
        let ends = sort(&mut rows);
        assert!(rows == sorted);
        for (part, end) in ends.into_iter().enumerate() {
            assert_eq!(end, rows.partition_point(|r| (r.key >> 120) as usize <= part));
        }
        assert_eq!(sort::<Row>(&mut []), [0; PARTS]);
    }

    #[test]
    fn bytes_sort_as_rows_do_and_come_back() {
        fn check<R: Fixed + std::fmt::Debug>(mut rows: Vec<R>) {
            rows.sort_unstable();
            let bytes: Vec<_> = rows.iter().map(|r| r.to_bytes()).collect();
            assert!(bytes.is_sorted() && bytes.iter().map(|b| R::of(&b[..R::SIZE])).eq(rows.iter().copied()), "{rows:?}");
        }
        let places = || [(0, 1), (1, 0), (u64::MAX - 1, 3), (1 << 32, u32::MAX)].into_iter();
        check(places().map(|p| Row { key: u128::from(p.0) << 100 | 7, doc: p.0, block: p.1 }).collect());
        check(places().map(|p| BandRow { key: p.0.rotate_left(9), place: p, sketch: 3 }).collect());
        let leads = |p, q| Link::new(p, Says::Leads { similarity: 900, later: q });
        check(places().flat_map(|p| places().map(move |q| leads(p, q)).chain([Link::new(p, Says::Follows)])).collect());
        let site = |p: Place, side| SiteRow { host: p.0, line: p.0 ^ 7, page: p.1, place: p, before: 3, behind: 9, side };
        check(places().flat_map(|p| [Side::Before, Side::Within, Side::Behind].map(|side| site(p, side))).collect());
        for what in [What::Copy, What::First(9), What::Alike(0), What::Alike(1000)] {
            let v = Verdict { doc: 1, block: 2, first_doc: 3, first_block: 4, what };
            assert_eq!(Verdict::of(&v.to_bytes()), v);
        }
    }

    #[test]
    fn verdicts_sort_however_many_records_there_are() {
        let v = |doc, block| Verdict { doc, block, first_doc: block.into(), first_block: 2, what: What::Copy };
        let some: Vec<Verdict> = (0..400u32).map(|n| v(1000 + u64::from(n * 7 % 90), n * 31 % 400)).collect();
        let mut sorted = some.clone();
        sorted.sort_unstable();
        for docs in [1000..=1089, 999..=1100, 0..=u64::MAX] {
            assert_eq!(sort_verdicts(some.clone(), &docs), sorted);
        }
        assert_eq!(sort_verdicts(Vec::new(), &(7..=7)), []);
        assert_eq!(sort_verdicts(vec![v(7, 2), v(7, 1)], &(7..=7)), [v(7, 1), v(7, 2)]);
    }

    #[test]
    fn verdicts_are_found_by_record() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("verdicts");
        let v = |doc| Verdict { doc, block: 1, first_doc: 0, first_block: 2, what: What::Copy };
        let mut all = [v(7), v(3), v(9), v(3)];
        write_verdicts(&mut all, &mut File::create(&path).unwrap()).unwrap();
        let found = |docs| {
            let mut out = Vec::new();
            read_verdicts(&path, &docs, &mut out).unwrap();
            out.iter().map(|v| v.doc).collect::<Vec<_>>()
        };
        assert_eq!(found(0..=2), [0u64; 0]);
        assert_eq!(found(3..=7), [3, 3, 7]);
        assert_eq!(found(8..=100), [9]);
        assert_eq!(found(10..=100), [0u64; 0]);
    }
}
