//! Compressed streams: gzip members and zstd frames in, by their content and never by their name, past every damage; and out, one
//! self-contained member at a time. What the bytes mean lives in the readers.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::{Decompress, FlushDecompress, Status};
use zstd::stream::raw::{Decoder as Frame, InBuffer, Operation, OutBuffer};

use super::quarantine::Raw;
use super::spool::Spool;

/// Bytes asked of the system, and handed out, at a time.
const CHUNK: usize = 1 << 17;
/// A damaged member is kept from its beginning when it is no longer than this. One member a record is far below, one a file far above.
const KEEP: u64 = 8 << 20;
/// How far behind the place where a decoder gave up the next member may begin: a member cut off runs on into its successor, by
/// 64 KB at most where it says that bytes follow as they are.
const LOOK_BEHIND: u64 = 1 << 17;
/// Fewer zeros are the beginning of some other damage, bytes.
const HOLE: u64 = 512;
/// How often, on the whole, bytes may be looked at again to find members.
const AGAIN: u64 = 8;
/// Compressed bytes that must decode before a magic number in the middle of nowhere is believed.
const TRIAL: usize = 1 << 12;

/// What one input may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Longest record, bytes.
    pub record: usize,
    /// Bytes out for one byte in, above which compressed data is a bomb: of one member, and of all that is unpacked from one file.
    pub ratio: u32,
    /// Bytes that may come out before the ratio is looked at: a page of blanks is no bomb.
    pub floor: u64,
    /// Bytes that may come out of one file in all.
    pub total: u64,
    /// Archives within archives.
    pub depth: u8,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { record: 256 << 20, ratio: 1000, floor: 16 << 20, total: 1 << 44, depth: 6 }
    }
}

/// What was read of one file and what was unpacked from it, at all depths.
#[derive(Debug, Default)]
pub struct Meter {
    read: AtomicU64,
    unpacked: AtomicU64,
}

impl Meter {
    /// Bytes of the file that were read, or are known to be there.
    pub fn read(&self, bytes: u64) {
        self.read.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Bytes that came out of a decoder.
    ///
    /// # Errors
    /// The limit that is passed, in words; nothing more should be unpacked then.
    pub fn unpacked(&self, bytes: u64, limits: &Limits) -> Result<(), String> {
        let all = self.unpacked.fetch_add(bytes, Ordering::Relaxed) + bytes;
        let read = self.read.load(Ordering::Relaxed);
        if all > limits.total {
            return Err(format!("{all} bytes unpacked, the limit for one file is {}", limits.total));
        }
        bomb(read, all, limits).map_or(Ok(()), Err)
    }
}

/// In words, when so many bytes from so few are a bomb.
pub(super) fn bomb(from: u64, to: u64, limits: &Limits) -> Option<String> {
    let over = to > limits.floor && to / u64::from(limits.ratio.max(1)) > from;
    over.then(|| format!("decompression bomb: {to} bytes from {from}, the limit is {}:1", limits.ratio))
}

/// How bytes are packed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Codec {
    /// Not at all.
    #[default]
    Plain,
    /// gzip, RFC 1952.
    Gzip,
    /// Zstandard, RFC 8878.
    Zstd,
}

impl Codec {
    /// By the first bytes; four are enough.
    pub fn of_bytes(head: &[u8]) -> Codec {
        match head {
            [0x1F, 0x8B, 8, ..] => Codec::Gzip,
            [0x28, 0xB5, 0x2F, 0xFD, ..] | [0x50..=0x5F, 0x2A, 0x4D, 0x18, ..] => Codec::Zstd,
            _ => Codec::Plain,
        }
    }

    /// By what a file's name ends in.
    pub fn of_name(name: &str) -> Codec {
        match name.rsplit('.').next().unwrap_or_default() {
            e if e.eq_ignore_ascii_case("gz") || e.eq_ignore_ascii_case("tgz") => Codec::Gzip,
            e if e.eq_ignore_ascii_case("zst") || e.eq_ignore_ascii_case("tzst") => Codec::Zstd,
            _ => Codec::Plain,
        }
    }

    /// What file names end in: `gz`, `zst`, or nothing.
    pub fn extension(self) -> Option<&'static str> {
        match self {
            Codec::Plain => None,
            Codec::Gzip => Some("gz"),
            Codec::Zstd => Some("zst"),
        }
    }

    /// Appends `bytes` to `out` as a whole member or frame. Members behind each other are one stream, so parts made apart can be
    /// put together. The same bytes always give the same member: no time, no name, no system.
    ///
    /// # Errors
    /// What the encoder says, want of memory for one.
    pub fn pack(self, bytes: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
        match self {
            Codec::Plain => out.extend_from_slice(bytes),
            Codec::Gzip => {
                let mut gzip = flate2::GzBuilder::new().mtime(0).operating_system(255).write(&mut *out, flate2::Compression::new(6));
                io::Write::write_all(&mut gzip, bytes)?;
                gzip.finish()?;
            }
            Codec::Zstd => {
                let mut zstd = zstd::bulk::Compressor::new(3)?;
                zstd.include_checksum(true)?;
                out.extend_from_slice(&zstd.compress(bytes)?);
            }
        }
        Ok(())
    }
}

/// A piece of a stream that cannot be decoded.
#[derive(Debug)]
pub struct Damage {
    /// Byte offset in the packed stream of its first byte.
    pub offset: u64,
    /// Byte offset in the packed stream where the decoder gave up.
    pub at: u64,
    /// What is wrong.
    pub why: String,
    /// Its packed bytes.
    pub raw: Raw,
}

/// What [`Stream::read`] found.
#[derive(Debug)]
pub enum Next {
    /// Bytes were appended, all from one member.
    Data,
    /// A damage; what follows is from a later member.
    Damage(Damage),
    /// Nothing more.
    End,
}

/// An unpacked stream that goes on behind damaged members.
pub struct Stream {
    input: Input,
    codec: Codec,
    decoder: Decoder,
    /// Offset of the present member, or of the first byte behind the last.
    member: u64,
    /// Bytes that came out of the present member.
    out: u64,
    /// Damaged members are kept whole, not only from where the decoder gave up.
    whole: bool,
    /// Bytes that members were sought in for a second time.
    again: u64,
    /// A limit of the whole file is passed.
    over: bool,
    /// Why the decoder gave up, when that was not told yet.
    failed: Option<String>,
    limits: Limits,
    meter: Arc<Meter>,
}

enum Decoder {
    Plain,
    /// Before a member.
    Between,
    Gzip(Decompress),
    Zstd(Frame<'static>),
}

impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stream").field("codec", &self.codec).field("member", &self.member).finish_non_exhaustive()
    }
}

/// What a decoder made of some input.
struct Step {
    taken: usize,
    given: usize,
    end: bool,
    /// Why it gave up, behind what it gave.
    failed: Option<String>,
}

impl Stream {
    /// Looks at the first bytes of `reader` and unpacks it, if it is packed. With `whole` a damaged member is handed out from its
    /// first byte (when it is not very long); without, from where the decoder gave up: what came before it was handed out as data.
    ///
    /// # Errors
    /// What the system says about the first bytes.
    pub fn open(reader: Box<dyn Read + Send>, whole: bool, limits: &Limits, meter: Arc<Meter>) -> io::Result<Stream> {
        Stream::open_as(reader, Codec::Plain, whole, limits, meter)
    }

    /// As [`Stream::open`]; what looks like no text and no packed data either is taken for `claimed`, with a damage at its beginning.
    ///
    /// # Errors
    /// What the system says about the first bytes.
    pub fn open_as(reader: Box<dyn Read + Send>, claimed: Codec, whole: bool, limits: &Limits, meter: Arc<Meter>) -> io::Result<Stream> {
        let mut input = Input { reader, bytes: Vec::new(), at: 0, base: 0, end: false };
        input.ensure(512, 0)?;
        let mut codec = Codec::of_bytes(input.rest());
        let control = |b: &u8| *b < 9 || (14..32).contains(b);
        if codec == Codec::Plain && input.rest().iter().take(512).any(control) {
            codec = claimed;
        }
        let decoder = if codec == Codec::Plain { Decoder::Plain } else { Decoder::Between };
        Ok(Stream { input, codec, decoder, member: 0, out: 0, whole, again: 0, over: false, failed: None, limits: *limits, meter })
    }

    /// Changes what [`Stream::open`] was told about damaged members.
    pub fn set_whole(&mut self, whole: bool) {
        self.whole = whole;
    }

    /// How it is packed.
    pub fn codec(&self) -> Codec {
        self.codec
    }

    /// Byte offset in the packed stream of the member the last bytes came from; of the last bytes' end in a plain stream.
    pub fn member(&self) -> u64 {
        self.member
    }

    /// Byte offset in the packed stream of the member the next bytes come from.
    pub fn next(&self) -> u64 {
        if matches!(self.decoder, Decoder::Between) { self.input.offset() } else { self.member }
    }

    /// Appends some bytes to `out`, or says why not.
    ///
    /// # Errors
    /// What the system says.
    pub fn read(&mut self, out: &mut Vec<u8>) -> io::Result<Next> {
        loop {
            if self.over {
                return Ok(Next::End);
            }
            if let Some(why) = self.failed.take() {
                return self.damage(&why).map(Next::Damage);
            }
            match &mut self.decoder {
                Decoder::Plain => {
                    if self.input.rest().is_empty() {
                        self.input.more(u64::MAX)?;
                    }
                    let rest = self.input.rest();
                    let n = rest.len();
                    out.extend_from_slice(rest);
                    self.input.at += n;
                    self.member = self.input.offset();
                    return Ok(if n == 0 { Next::End } else { Next::Data });
                }
                Decoder::Between => {
                    self.member = self.input.offset();
                    self.input.ensure(4, self.member)?;
                    let rest = self.input.rest();
                    if rest.is_empty() {
                        return Ok(Next::End);
                    }
                    match (Codec::of_bytes(rest), rest[0]) {
                        (Codec::Plain, 0) => match self.zeros()? {
                            Some(hole) => return Ok(Next::Damage(hole)),
                            None if self.input.rest().is_empty() => return Ok(Next::End),
                            None => return self.damage("no gzip member or zstd frame begins here").map(Next::Damage),
                        },
                        (Codec::Plain, _) => return self.damage("no gzip member or zstd frame begins here").map(Next::Damage),
                        (codec, _) => self.decoder = decoder(codec)?,
                    }
                    self.out = 0;
                }
                Decoder::Gzip(_) | Decoder::Zstd(_) => {
                    if let Some(next) = self.unpack(out)? {
                        return Ok(next);
                    }
                }
            }
        }
    }

    /// One step inside a member; `None` when nothing came of it yet.
    fn unpack(&mut self, out: &mut Vec<u8>) -> io::Result<Option<Next>> {
        if self.input.rest().is_empty() {
            self.input.more(self.kept())?;
        }
        let before = out.len();
        out.resize(before + CHUNK, 0);
        let ended = self.input.end && self.input.rest().is_empty();
        let step = self.decoder.step(self.input.rest(), &mut out[before..]);
        out.truncate(before + step.given);
        self.input.at += step.taken;
        self.out += step.given as u64;
        if let Err(why) = self.meter.unpacked(step.given as u64, &self.limits) {
            out.truncate(before);
            return self.rest_is_lost(&why).map(|d| Some(Next::Damage(d)));
        }
        if let Some(why) = bomb(self.input.offset() - self.member, self.out, &self.limits) {
            out.truncate(before);
            return self.damage(&why).map(|d| Some(Next::Damage(d)));
        }
        if let Some(why) = step.failed {
            if step.given == 0 {
                return self.damage(&why).map(|d| Some(Next::Damage(d)));
            }
            // first what came before; then the reason
            self.failed = Some(why);
        } else if step.end {
            self.decoder = Decoder::Between;
        } else if step.given == 0 && (ended || (step.taken == 0 && !self.input.rest().is_empty())) {
            let name = if self.codec == Codec::Gzip { "gzip member" } else { "zstd frame" };
            return self.damage(&format!("the {name} is cut off")).map(|d| Some(Next::Damage(d)));
        }
        Ok((step.given > 0).then_some(Next::Data))
    }

    /// Goes on behind zeros: a hole that a broken disk left, or, at the end, what tapes and some writers fill up with.
    fn zeros(&mut self) -> io::Result<Option<Damage>> {
        let offset = self.input.offset();
        let mut n = 0u64;
        loop {
            let rest = self.input.rest();
            let zeros = rest.iter().take_while(|b| **b == 0).count();
            let more = zeros < rest.len();
            self.input.at += zeros;
            n += zeros as u64;
            if more && n < HOLE {
                self.input.seek_back(offset);
                return Ok(None);
            }
            if more {
                let raw = if n <= KEEP { Raw::Bytes(vec![0; n as usize]) } else { Raw::None };
                let why = format!("{n} bytes of zeros where a gzip member or zstd frame should be");
                return Ok(Some(Damage { offset, at: offset, why, raw }));
            }
            if self.input.end {
                return Ok(None);
            }
            self.input.more(if n < HOLE { offset } else { u64::MAX })?;
        }
    }

    /// The offset from which packed bytes may be wanted again.
    fn kept(&self) -> u64 {
        let at = self.input.offset();
        if at - self.member <= KEEP { self.member } else { at - LOOK_BEHIND }
    }

    /// Goes on to the next member that decodes, and hands out what lies before it.
    fn damage(&mut self, why: &str) -> io::Result<Damage> {
        let at = self.input.offset();
        let offset = if self.whole { self.member.max(self.input.base) } else { at };
        let behind = (self.member + 1).max(at.saturating_sub(LOOK_BEHIND)).max(self.input.base).min(at.max(self.member + 1));
        // the work on damaged data stays linear, whatever is made up to prevent it
        let looks = self.again + at.saturating_sub(behind) <= AGAIN * at + LOOK_BEHIND;
        let from = if looks { behind } else { at.max(self.member + 1) };
        self.again += at.saturating_sub(from);
        self.decoder = Decoder::Between;
        let mut bytes = Gathered::default();
        // `gathered` bytes are from `offset`; seeking may begin before it
        self.input.seek_back(from.min(offset));
        let mut seek = from;
        loop {
            let kept = self.input.offset();
            if let Some(next) = self.input.member(self.codec, seek, kept)? {
                let offset = offset.min(next);
                let end = (next - self.input.base) as usize;
                let start = ((offset.max(kept)) - self.input.base) as usize;
                bytes.add(&self.input.bytes[start.min(end)..end])?;
                self.input.at = end;
                return Ok(Damage { offset, at, why: why.to_owned(), raw: bytes.raw() });
            }
            // nothing in what is here: a magic number may be cut at its end
            let tail = if self.input.end { 0 } else { 3 };
            let end = self.input.bytes.len().saturating_sub(tail).max(self.input.at);
            let start = ((offset.max(kept)).saturating_sub(self.input.base) as usize).min(end);
            bytes.add(&self.input.bytes[start..end])?;
            self.input.at = end;
            seek = self.input.offset();
            if self.input.end {
                return Ok(Damage { offset, at, why: why.to_owned(), raw: bytes.raw() });
            }
            self.input.more(u64::MAX)?;
        }
    }

    /// Ends the stream: its packed bytes from here on are handed out as they are.
    fn rest_is_lost(&mut self, why: &str) -> io::Result<Damage> {
        let at = self.input.offset();
        let offset = if self.whole { self.member.max(self.input.base) } else { at };
        self.input.seek_back(offset);
        let mut bytes = Gathered::default();
        loop {
            bytes.add(self.input.rest())?;
            self.input.at = self.input.bytes.len();
            if self.input.end {
                break;
            }
            self.input.more(u64::MAX)?;
        }
        self.over = true;
        Ok(Damage { offset, at, why: why.to_owned(), raw: bytes.raw() })
    }
}

fn decoder(codec: Codec) -> io::Result<Decoder> {
    Ok(match codec {
        Codec::Plain => Decoder::Plain,
        Codec::Gzip => Decoder::Gzip(Decompress::new_gzip(15)),
        // windows of 128 MB at most, as every decoder allows by default
        Codec::Zstd => Decoder::Zstd(Frame::new()?),
    })
}

impl Decoder {
    /// Unpacks some of `from` into `to`. With an empty `from` it hands out what it still holds.
    fn step(&mut self, from: &[u8], to: &mut [u8]) -> Step {
        match self {
            Decoder::Plain | Decoder::Between => Step { taken: 0, given: 0, end: true, failed: None },
            Decoder::Gzip(inflate) => {
                let (taken, given) = (inflate.total_in(), inflate.total_out());
                let status = inflate.decompress(from, to, FlushDecompress::None);
                let failed = status.as_ref().err().map(|e| match e.message() {
                    Some(message) if !message.starts_with("repeated") => format!("damaged gzip member: {message}"),
                    _ => "damaged gzip member".to_owned(),
                });
                let (taken, given) = ((inflate.total_in() - taken) as usize, (inflate.total_out() - given) as usize);
                Step { taken, given, end: status.is_ok_and(|s| s == Status::StreamEnd), failed }
            }
            Decoder::Zstd(frame) => {
                let (mut input, mut output) = (InBuffer::around(from), OutBuffer::around(to));
                let hint = frame.run(&mut input, &mut output);
                let failed = hint.as_ref().err().map(|e| format!("damaged zstd frame: {e}"));
                let given = if failed.is_some() { 0 } else { output.pos() };
                Step { taken: input.pos(), given, end: hint.is_ok_and(|h| h == 0), failed }
            }
        }
    }
}

/// Whether a member that decodes begins at the first of `bytes`.
fn begins(bytes: &[u8]) -> bool {
    let codec = Codec::of_bytes(bytes);
    if codec == Codec::Plain || (codec == Codec::Gzip && bytes.get(3).is_none_or(|flags| flags & 0xE0 != 0)) {
        return false;
    }
    let Ok(mut decoder) = decoder(codec) else { return false };
    let mut out = vec![0; TRIAL];
    // a zstd block is one piece of up to 128 KB
    let most = if codec == Codec::Gzip { TRIAL } else { 2 * CHUNK };
    let mut rest = &bytes[..bytes.len().min(most)];
    let mut given = 0;
    loop {
        let step = decoder.step(rest, &mut out);
        given += step.given;
        if step.failed.is_some() {
            return false;
        }
        if step.end || given >= TRIAL {
            return true;
        }
        if step.taken == 0 && step.given == 0 {
            return given > 0;
        }
        rest = &rest[step.taken..];
    }
}

/// Packed bytes: those not yet decoded, and some of those that were.
struct Input {
    reader: Box<dyn Read + Send>,
    bytes: Vec<u8>,
    /// Index in `bytes` of the first that is not decoded yet.
    at: usize,
    /// Offset in the stream of `bytes[0]`.
    base: u64,
    end: bool,
}

impl Input {
    fn rest(&self) -> &[u8] {
        &self.bytes[self.at..]
    }

    fn offset(&self) -> u64 {
        self.base + self.at as u64
    }

    fn seek_back(&mut self, offset: u64) {
        self.at = (offset.max(self.base) - self.base) as usize;
    }

    /// Reads some more; what lies before the offset `keep`, and was decoded, may be forgotten.
    fn more(&mut self, keep: u64) -> io::Result<()> {
        let dead = (keep.max(self.base) - self.base).min(self.at as u64) as usize;
        // moving what stays costs as much as it is long: only when there is more to forget
        if dead > 0 && dead >= self.bytes.len() - dead {
            self.bytes.drain(..dead);
            self.base += dead as u64;
            self.at -= dead;
        }
        let before = self.bytes.len();
        self.bytes.resize(before + CHUNK, 0);
        let got = loop {
            match self.reader.read(&mut self.bytes[before..]) {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        self.bytes.truncate(before + *got.as_ref().unwrap_or(&0));
        self.end = matches!(got, Ok(0));
        got.map(drop)
    }

    /// Reads until `n` bytes are there that are not decoded yet, or the end.
    fn ensure(&mut self, n: usize, keep: u64) -> io::Result<()> {
        while self.bytes.len() - self.at < n && !self.end {
            self.more(keep)?;
        }
        Ok(())
    }

    /// The offset of the first member at or behind the offset `from`, in what is here. Bytes from the offset `keep` on stay.
    fn member(&mut self, codec: Codec, from: u64, keep: u64) -> io::Result<Option<u64>> {
        let magic: &[u8] = if codec == Codec::Gzip { b"\x1F\x8B\x08" } else { b"\x28\xB5\x2F\xFD" };
        let mut from = from.max(self.base);
        loop {
            let start = ((from - self.base) as usize).min(self.bytes.len());
            let Some(found) = memchr::memmem::find(&self.bytes[start..], magic) else { return Ok(None) };
            from += found as u64;
            while self.bytes.len() as u64 + self.base - from < 2 * CHUNK as u64 && !self.end {
                self.more(keep)?;
            }
            if begins(&self.bytes[(from - self.base) as usize..]) {
                return Ok(Some(from));
            }
            from += 1;
        }
    }
}

/// Bytes gathered one after the other, on disk when they are many.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    bytes: Vec<u8>,
    spool: Option<Spool>,
}

impl Gathered {
    pub(super) fn add(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.spool.is_none() && (self.bytes.len() + bytes.len()) as u64 > 2 * KEEP {
            let mut spool = Spool::create()?;
            spool.write(&std::mem::take(&mut self.bytes))?;
            self.spool = Some(spool);
        }
        match &mut self.spool {
            Some(spool) => spool.write(bytes),
            None => {
                self.bytes.extend_from_slice(bytes);
                Ok(())
            }
        }
    }

    /// Nothing was added.
    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty() && self.spool.is_none()
    }

    pub(super) fn raw(self) -> Raw {
        match self.spool {
            Some(spool) => Raw::Spool(spool),
            None => Raw::Bytes(self.bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(codec: Codec, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        codec.pack(bytes, &mut out).unwrap();
        out
    }

    /// Bytes that do not pack well, so that members are long enough to be damaged.
    fn noise(seed: u32, n: usize) -> Vec<u8> {
        let mut x = seed | 1;
        let mut next = || {
            x = x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (x >> 16) as u8
        };
        (0..n).map(|_| next()).collect()
    }

    /// Data run together, and damages as (offset, bytes, why).
    type Unpacked = (Vec<u8>, Vec<(u64, Vec<u8>, String)>);

    /// What comes of it.
    fn read_with(input: &[u8], whole: bool, limits: &Limits) -> Unpacked {
        let meter = Arc::new(Meter::default());
        meter.read(input.len() as u64);
        // short reads: nothing may hang on where they end
        struct Slow(io::Cursor<Vec<u8>>);
        impl Read for Slow {
            fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
                let n = to.len().min(1000);
                self.0.read(&mut to[..n])
            }
        }
        let mut stream = Stream::open(Box::new(Slow(io::Cursor::new(input.to_vec()))), whole, limits, meter).unwrap();
        let (mut data, mut damages) = (Vec::new(), Vec::new());
        loop {
            match stream.read(&mut data).unwrap() {
                Next::Data => {}
                Next::Damage(mut d) => {
                    let mut raw = Vec::new();
                    match &mut d.raw {
                        Raw::Bytes(b) => raw.clone_from(b),
                        Raw::Spool(s) => drop(s.read().unwrap().read_to_end(&mut raw).unwrap()),
                        _ => {}
                    }
                    assert!(d.offset as usize + raw.len() <= input.len());
                    assert_eq!(raw, input[d.offset as usize..][..raw.len()]);
                    damages.push((d.offset, raw, d.why));
                }
                Next::End => return (data, damages),
            }
        }
    }

    fn read(input: &[u8], whole: bool) -> Unpacked {
        read_with(input, whole, &Limits::default())
    }

    #[test]
    fn plain_and_packed_come_out_the_same() {
        for text in [&b""[..], b"a", &noise(3, 300_000)] {
            assert_eq!(read(text, false), (text.to_vec(), vec![]));
            for codec in [Codec::Gzip, Codec::Zstd] {
                let twice = [packed(codec, text), packed(codec, b"end")].concat();
                assert_eq!(read(&twice, false), ([text, b"end"].concat(), vec![]));
            }
        }
    }

    #[test]
    fn members_are_the_same_each_time_and_tell_nothing_of_the_machine() {
        let a = packed(Codec::Gzip, b"text");
        assert_eq!(a[..10], [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]);
        assert_eq!(a, packed(Codec::Gzip, b"text"));
        assert_eq!(packed(Codec::Zstd, b"text"), packed(Codec::Zstd, b"text"));
    }

    #[test]
    fn a_skippable_frame_is_skipped_and_zeros_at_the_end_are_nothing() {
        let mut input = b"\x50\x2A\x4D\x18\x03\x00\x00\x00xyz".to_vec();
        input.extend(packed(Codec::Zstd, b"text"));
        assert_eq!(read(&input, false), (b"text".to_vec(), vec![]));
        let mut input = packed(Codec::Gzip, b"text");
        let zeros = input.len() as u64;
        input.resize(input.len() + 1000, 0);
        assert_eq!(read(&input, false), (b"text".to_vec(), vec![]));
        // but a hole is a damage
        input.extend(packed(Codec::Gzip, b"more"));
        let (data, damages) = read(&input, true);
        assert_eq!((&*data, damages.len(), damages[0].0, &*damages[0].1), (&b"textmore"[..], 1, zeros, &[0; 1000][..]));
    }

    #[test]
    fn after_a_damaged_member_comes_the_next() {
        for codec in [Codec::Gzip, Codec::Zstd] {
            let members: Vec<Vec<u8>> = (0..5).map(|n| packed(codec, &noise(n, 5000))).collect();
            let start = members[0].len() + members[1].len();
            // each kind of damage to the third member
            let mut header = members.clone();
            header[2][0] ^= 0xFF;
            let mut checksum = members.clone();
            let n = checksum[2].len();
            checksum[2][n - 3] ^= 0xFF;
            let mut cut = members.clone();
            cut[2].truncate(n / 2);
            let mut garbage = members.clone();
            garbage[2] = noise(9, 700);
            for (name, damaged) in [("header", header), ("checksum", checksum), ("cut", cut), ("garbage", garbage)] {
                let (data, damages) = read(&damaged.concat(), true);
                assert_eq!(damages.len(), 1, "{codec:?} {name}");
                assert_eq!(damages[0].0, start as u64, "{codec:?} {name}");
                assert_eq!(damages[0].1, damaged[2], "{codec:?} {name}");
                assert!(data.starts_with(&[noise(0, 5000), noise(1, 5000)].concat()), "{codec:?} {name}");
                assert!(data.ends_with(&[noise(3, 5000), noise(4, 5000)].concat()), "{codec:?} {name}");
                // as lines: what was read is data, the rest is damage
                let (data, damages) = read(&damaged.concat(), false);
                assert_eq!(damages.len(), 1, "{codec:?} {name}");
                assert!(data.ends_with(&[noise(3, 5000), noise(4, 5000)].concat()), "{codec:?} {name}");
            }
        }
    }

    #[test]
    fn a_tail_that_is_cut_off_keeps_what_came_before() {
        for codec in [Codec::Gzip, Codec::Zstd] {
            let mut input = packed(codec, &noise(1, 400_000));
            input.truncate(input.len() / 2);
            let (data, damages) = read(&input, false);
            assert!(data.len() > 100_000 && noise(1, 400_000).starts_with(&data), "{codec:?} {}", data.len());
            assert!(damages[0].2.contains("cut off"), "{}", damages[0].2);
        }
    }

    #[test]
    fn a_bomb_is_damage_and_the_next_member_is_read() {
        for codec in [Codec::Gzip, Codec::Zstd] {
            let bomb = packed(codec, &vec![0; 40 << 20]);
            let input = [packed(codec, b"before"), bomb.clone(), packed(codec, b"after")].concat();
            // the limit is on the file, too: this one is read well
            let limits = Limits { ratio: 900, ..Limits::default() };
            let meter_is_large = [input.clone(), packed(codec, &noise(1, 200_000))].concat();
            let (data, damages) = read_with(&meter_is_large, true, &limits);
            assert_eq!(damages.len(), 1);
            assert!(damages[0].2.contains("bomb"), "{}", damages[0].2);
            assert!(data.len() < 20 << 20);
            assert!(data.ends_with(&[&b"after"[..], &noise(1, 200_000)].concat()));
            let (data, damages) = read_with(&input, true, &Limits { total: 1 << 20, ..limits });
            assert!(data.len() <= (1 << 20) + 10);
            assert!(damages[0].2.contains("limit for one file"), "{}", damages[0].2);
        }
    }

    #[test]
    fn any_damage_ends_and_keeps_most() {
        for codec in [Codec::Gzip, Codec::Zstd] {
            let members: Vec<Vec<u8>> = (0..40).map(|n| packed(codec, &noise(n, 300))).collect();
            let whole = members.concat();
            let mut n = 7u32;
            let mut next = |below: usize| {
                n = n.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (n >> 8) as usize % below
            };
            for _ in 0..300 {
                let mut input = whole.clone();
                for _ in 0..3 {
                    let at = next(input.len());
                    match next(3) {
                        0 => input[at] = next(256) as u8,
                        1 => drop(input.drain(at..(at + next(100)).min(input.len()))),
                        _ => drop(input.splice(at..at, noise(at as u32, 50))),
                    }
                }
                for as_whole in [false, true] {
                    let (data, damages) = read(&input, as_whole);
                    let kept = (0..40).filter(|n| memchr::memmem::find(&data, &noise(*n, 300)).is_some()).count();
                    assert!(kept >= 34 || Codec::of_bytes(&input) == Codec::Plain, "{codec:?}: {kept} of 40, {damages:?}");
                }
            }
        }
    }
}
