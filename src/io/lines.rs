//! A stream cut into chunks of whole lines, in bounded memory whatever the lines are. What a line means lives in `jsonl`.

use std::io::{self, Read};

use super::spool::Spool;

/// Bytes read at a time; a chunk is about this long unless one line is longer.
const CHUNK: usize = 1 << 19;

/// A piece of a stream of lines.
#[derive(Debug)]
pub enum Chunk {
    /// Whole lines with their line ends; the last line of the stream may lack its own.
    Lines(Lines),
    /// One line longer than the limit, moved to disk as it came.
    Oversize {
        /// Number of the line in the stream, from 1.
        record: u64,
        /// Byte offset of the line in the stream.
        offset: u64,
        /// The line without its line end.
        line: Spool,
    },
}

/// Whole lines.
#[derive(Debug)]
pub struct Lines {
    /// Number of the first line in the stream, from 1.
    pub record: u64,
    /// Byte offset of the first line in the stream.
    pub offset: u64,
    /// The lines.
    pub bytes: Vec<u8>,
}

impl Lines {
    /// Number, offset and bytes of each line; line ends included.
    pub fn iter(&self) -> impl Iterator<Item = (u64, u64, &[u8])> {
        let mut at = 0;
        (self.record..).map_while(move |record| {
            let rest = self.bytes.get(at..).filter(|r| !r.is_empty())?;
            let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |n| n + 1);
            let offset = self.offset + at as u64;
            at += end;
            Some((record, offset, &rest[..end]))
        })
    }

    /// Leaves out all lines after the first `records` that hold more than white space.
    pub fn keep(&mut self, records: u64) {
        let (mut seen, mut end) = (0, 0);
        for (_, offset, line) in self.iter() {
            seen += u64::from(!is_blank(line));
            if seen > records {
                break;
            }
            end = offset - self.offset + line.len() as u64;
        }
        self.bytes.truncate(usize::try_from(end).unwrap_or(usize::MAX));
    }

    /// Lines that hold more than white space.
    pub fn records(&self) -> u64 {
        self.iter().filter(|(_, _, l)| !is_blank(l)).count() as u64
    }
}

/// True for a line of white space only: no record, passed through.
pub fn is_blank(line: &[u8]) -> bool {
    line.iter().all(u8::is_ascii_whitespace)
}

/// Cuts a stream into [`Chunk`]s.
#[derive(Debug)]
pub struct Chunks<R> {
    reader: R,
    /// Longest line that is kept in memory, in bytes.
    limit: usize,
    /// Read and not yet handed out: the beginning of a line, or what followed a long one.
    rest: Vec<u8>,
    record: u64,
    offset: u64,
    end: bool,
}

impl<R: Read> Chunks<R> {
    /// Over `reader`; lines longer than `limit` bytes go to disk. The limit is soft: up to one read more stays in memory.
    pub fn new(reader: R, limit: usize) -> Chunks<R> {
        Chunks { reader, limit: limit.max(CHUNK), rest: Vec::new(), record: 1, offset: 0, end: false }
    }

    /// As [`Chunks::new`], with the first line numbered `record`.
    pub fn numbered(reader: R, limit: usize, record: u64) -> Chunks<R> {
        Chunks { record, ..Chunks::new(reader, limit) }
    }

    /// What is read from.
    pub fn get_mut(&mut self) -> &mut R {
        &mut self.reader
    }

    /// Gives the next number to what is no line: a gap.
    pub fn count(&mut self) -> u64 {
        self.record += 1;
        self.record - 1
    }

    /// Goes on behind a gap: the reader said that it ends and has more now. A line that the gap cut counts as one.
    pub fn resume(&mut self) {
        self.end = false;
    }

    /// Number and byte offset of the next line.
    pub fn position(&self) -> (u64, u64) {
        (self.record, self.offset)
    }

    /// The next piece, `None` at the end.
    ///
    /// # Errors
    /// What the system says about the stream or the spool.
    pub fn next_chunk(&mut self) -> io::Result<Option<Chunk>> {
        let mut bytes = std::mem::take(&mut self.rest);
        let mut scanned = 0;
        loop {
            if !self.end && (bytes.len() < CHUNK || scanned == bytes.len()) {
                bytes.reserve(CHUNK);
                let got = (&mut self.reader).take(CHUNK as u64).read_to_end(&mut bytes)?;
                self.end = got < CHUNK;
            }
            if self.end && memchr::memchr(b'\n', &bytes[scanned..]).is_none() {
                // the last line, with no end
                return Ok((!bytes.is_empty()).then(|| self.lines(bytes)));
            }
            if let Some(n) = memchr::memrchr(b'\n', &bytes[scanned..]) {
                let end = scanned + n + 1;
                if !self.end {
                    self.rest = bytes.split_off(end);
                }
                return Ok(Some(self.lines(bytes)));
            }
            scanned = bytes.len();
            if scanned > self.limit {
                return self.oversize(&bytes).map(Some);
            }
        }
    }

    fn lines(&mut self, bytes: Vec<u8>) -> Chunk {
        let lines = Lines { record: self.record, offset: self.offset, bytes };
        // the last of a stream may have no end
        let open = lines.bytes.last().is_some_and(|b| *b != b'\n');
        self.record += memchr::memchr_iter(b'\n', &lines.bytes).count() as u64 + u64::from(open);
        self.offset += lines.bytes.len() as u64;
        Chunk::Lines(lines)
    }

    /// Moves a line, the beginning of which is `bytes`, to disk.
    fn oversize(&mut self, bytes: &[u8]) -> io::Result<Chunk> {
        let mut line = Spool::create()?;
        line.write(bytes)?;
        let (record, offset) = (self.record, self.offset);
        let mut buffer = vec![0; CHUNK];
        let mut end = 0;
        while !self.end {
            let got = match self.reader.read(&mut buffer) {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                other => other?,
            };
            self.end = got == 0;
            match memchr::memchr(b'\n', &buffer[..got]) {
                None => line.write(&buffer[..got])?,
                Some(n) => {
                    line.write(&buffer[..n])?;
                    self.rest = buffer[n + 1..got].to_vec();
                    end = 1;
                    break;
                }
            }
        }
        self.record += 1;
        self.offset += line.length() + end;
        Ok(Chunk::Oversize { record, offset, line })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// (record, offset, length, oversize) of every line.
    fn read(input: &[u8], limit: usize) -> Vec<(u64, u64, usize, bool)> {
        let mut chunks = Chunks::new(input, limit);
        let mut out = Vec::new();
        while let Some(chunk) = chunks.next_chunk().unwrap() {
            match chunk {
                Chunk::Lines(l) => out.extend(l.iter().map(|(r, o, l)| (r, o, l.len(), false))),
                Chunk::Oversize { record, offset, line } => out.push((record, offset, line.length() as usize, true)),
            }
        }
        out
    }

    #[test]
    fn lines_are_numbered_and_placed() {
        assert_eq!(read(b"", 10), []);
        assert_eq!(read(b"a\n\nbc", 10), [(1, 0, 2, false), (2, 2, 1, false), (3, 3, 2, false)]);
        assert_eq!(read(b"a\n", 10), [(1, 0, 2, false)]);
    }

    #[test]
    fn lines_across_reads_stay_whole() {
        let mut input = Vec::new();
        let mut want = Vec::new();
        for n in 0..3000usize {
            want.push((n as u64 + 1, input.len() as u64, n + 1, false));
            input.extend(std::iter::repeat_n(b'x', n));
            input.push(b'\n');
        }
        assert_eq!(read(&input, 1), want);
    }

    #[test]
    fn a_line_over_the_limit_goes_to_disk_and_the_next_follows() {
        let long = 5 * CHUNK + 7;
        let mut input = b"a\n".to_vec();
        input.resize(2 + long, b'x');
        input.extend_from_slice(b"\nend\n");
        assert_eq!(read(&input, 10), [(1, 0, 2, false), (2, 2, long, true), (3, 3 + long as u64, 4, false)]);
        // within the limit it is a line like any other
        assert_eq!(read(&input, 10 * CHUNK)[1], (2, 2, long + 1, false));
        // and it may be the last, without an end
        input.truncate(2 + long);
        assert_eq!(read(&input, 10), [(1, 0, 2, false), (2, 2, long, true)]);
    }
}
