//! `Stream`: one packed stream unpacked member by member, on behind each damage. What a codec is and what it may cost lives in `mod`.

use std::io::{self, Read};
use std::sync::Arc;

use flate2::{Decompress, FlushDecompress, Status};
use zstd::stream::raw::{Decoder as Frame, InBuffer, Operation, OutBuffer};

use super::{Codec, Damage, Gathered, KEEP, Limits, Meter, Next, bomb};
use crate::io::quarantine::Raw;

/// Bytes asked of the system, and handed out, at a time.
const CHUNK: usize = 1 << 17;
/// How far behind the place where a decoder gave up the next member may begin: a member cut off runs on into its successor, by
/// 64 KB at most where it says that bytes follow as they are.
const LOOK_BEHIND: u64 = 1 << 17;
/// Fewer zeros are the beginning of some other damage, bytes.
const HOLE: u64 = 512;
/// How often, on the whole, bytes may be looked at again to find members.
const AGAIN: u64 = 8;
/// Compressed bytes that must decode before a magic number in the middle of nowhere is believed.
const TRIAL: usize = 1 << 12;

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
