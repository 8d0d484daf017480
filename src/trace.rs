//! The trace of a run: what, with the clean output, gives back the original bytes. The items of the format and the arithmetic of one
//! document; which files they stand in is told in `run`. The format is told in `docs/schema/trace.md`.
//!
//! A document's patch is its original bytes compressed with the clean bytes, in the charset of the original, as reference: what stayed
//! costs a few bytes a stretch, what was removed or changed is stored. Nothing is trusted: a patch is applied when it is made, and a
//! document that would not come back is stored as it was; hashes tell an output that was edited since.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;
use zstd::zstd_safe::{CCtx, CParameter, DCtx, DParameter};

use crate::codec::Codec;
use crate::span::MAX_RECORD;

/// The version of the format. A reader takes no other.
pub const VERSION: u32 = 1;

/// The first line of a trace, with its line end: an object that says what follows.
pub fn head() -> String {
    format!(
        "{{\"format\":\"jingwen-trace\",\"version\":{VERSION},\"jingwen\":\"{}\",\"body\":\"zstd\",\"hash\":\"xxh3_64\"}}\n",
        env!("CARGO_PKG_VERSION")
    )
}

/// Why a trace with this first line cannot be read, if it cannot.
pub fn refuse(head: &[u8]) -> Option<String> {
    let head: serde_json::Value = serde_json::from_slice(head).unwrap_or_default();
    match (head["format"].as_str(), head["version"].as_u64()) {
        (Some("jingwen-trace"), Some(v)) if v == u64::from(VERSION) => None,
        (Some("jingwen-trace"), v) => {
            Some(format!("it is a trace of version {}, this jingwen reads version {VERSION}", v.map_or("?".to_owned(), |v| v.to_string())))
        }
        _ => Some("it is no trace of jingwen".to_owned()),
    }
}

/// Length and hash of some bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seal {
    /// Bytes.
    pub length: u64,
    /// Their xxh3_64.
    pub hash: u64,
}

impl Seal {
    /// Of these bytes.
    pub fn of(bytes: &[u8]) -> Seal {
        Seal { length: bytes.len() as u64, hash: xxh3_64(bytes) }
    }
}

/// What stands in a trace, one after another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Item<'a> {
    /// The documents that follow are of this input.
    Input(#[serde(borrow)] Input<'a>),
    /// A document.
    Document(#[serde(borrow)] Document<'a>),
    /// Bytes of the input that stand in the output as they are, between documents: an empty line, a byte order mark.
    Through(#[serde(borrow)] Cow<'a, [u8]>),
    /// A record, by its number, whose bytes are not in the trace: they are in the quarantine, or were not part of the run.
    Absent(u64),
    /// Bytes of the output that stand for a record and are not made of it: where a filter of JSON lines puts what it cannot read.
    Beside(Seal),
    /// The trace is whole and holds so many documents.
    End(u64),
}

/// An input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input<'a> {
    /// Its number in the run: two inputs may have one name.
    pub number: u32,
    /// Its path below the folder that was named, and the entry of an archive behind it. Bytes: need not be UTF-8.
    #[serde(borrow)]
    pub name: Cow<'a, [u8]>,
    /// Its documents, one after another, are the whole (decompressed) input.
    pub whole: bool,
    /// The file of the output its documents stand in, one after another; without, each document names its own, or the output is one
    /// stream.
    #[serde(borrow)]
    pub part: Option<Cow<'a, [u8]>>,
}

/// How a document's original bytes are got from its clean ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document<'a> {
    /// Its number in the input.
    pub number: u64,
    /// The file of the output that is this document.
    #[serde(borrow)]
    pub target: Option<Cow<'a, [u8]>>,
    /// What stands in the output; nothing for a line that went to the quarantine.
    pub clean: Option<Seal>,
    /// What stood in the input.
    pub raw: Seal,
    /// The charset that the clean bytes are brought to before the patch is applied; empty for UTF-8.
    #[serde(borrow)]
    pub charset: Cow<'a, str>,
    /// The rest.
    #[serde(borrow)]
    pub patch: Patch<'a>,
}

/// The difference of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Patch<'a> {
    /// None.
    Same,
    /// A zstd frame whose reference prefix is the clean bytes in the charset of the original.
    Frame(#[serde(borrow)] Cow<'a, [u8]>),
    /// The original as it is.
    Plain(#[serde(borrow)] Cow<'a, [u8]>),
}

/// Why a document is not given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The output is not what the run wrote.
    #[error("the output was changed since it was written, or it is of another run")]
    Edited,
    /// The patch does not give what it should.
    #[error("the trace is damaged: it does not give back the bytes it was made of")]
    Damaged,
}

impl Document<'_> {
    /// Of a document whose original is `raw`, read in `charset`, and whose output is `clean`. Compresses, and undoes it to see that it
    /// comes back.
    pub fn new(number: u64, raw: &[u8], clean: Option<&[u8]>, charset: &str) -> Document<'static> {
        let charset = if matches!(charset, "utf-8" | "ascii" | "binary" | "") { "" } else { charset };
        let mut out = Document {
            number,
            target: None,
            clean: clean.map(Seal::of),
            raw: Seal::of(raw),
            charset: Cow::Owned(charset.to_owned()),
            patch: Patch::Same,
        };
        if clean == Some(raw) {
            out.charset = Cow::Borrowed("");
            return out;
        }
        let near = encoded(clean.unwrap_or_default(), charset);
        if let Some(frame) = pack(raw, &near).filter(|frame| frame.len() < raw.len()) {
            out.patch = Patch::Frame(frame.into());
            if out.apply(&near).is_ok() {
                return out;
            }
        }
        out.charset = Cow::Borrowed("");
        out.patch = Patch::Plain(raw.to_vec().into());
        out
    }

    /// The original bytes, given what stands in the output now.
    ///
    /// # Errors
    /// [`Refused`]; never wrong bytes.
    pub fn restore(&self, clean: &[u8]) -> Result<Vec<u8>, Refused> {
        if self.clean.is_some_and(|seal| seal != Seal::of(clean)) {
            return Err(Refused::Edited);
        }
        let clean = if self.clean.is_some() { clean } else { &[] };
        self.apply(&encoded(clean, &self.charset))
    }

    fn apply(&self, near: &[u8]) -> Result<Vec<u8>, Refused> {
        let raw = match &self.patch {
            Patch::Same => near.to_vec(),
            Patch::Plain(raw) => raw.to_vec(),
            Patch::Frame(frame) => unpack(frame, near, self.raw.length).ok_or(Refused::Damaged)?,
        };
        if Seal::of(&raw) == self.raw { Ok(raw) } else { Err(Refused::Damaged) }
    }
}

/// Items one after another, each behind its length (4 bytes, little-endian).
#[derive(Clone, Debug, Default)]
pub struct Items {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The last input named, so that it is named once.
    input: Option<Input<'static>>,
    /// Documents among them.
    pub documents: u64,
}

impl Items {
    /// Adds an item.
    pub fn push(&mut self, item: &Item<'_>) {
        let at = self.bytes.len();
        self.bytes.extend_from_slice(&[0; 4]);
        // to memory nothing can fail
        if let Ok(longer) = postcard::to_extend(item, std::mem::take(&mut self.bytes)) {
            self.bytes = longer;
        }
        let length = (self.bytes.len() - at - 4) as u32;
        self.bytes[at..at + 4].copy_from_slice(&length.to_le_bytes());
        self.documents += u64::from(matches!(item, Item::Document(_)));
    }

    /// Names the input of what follows, unless it is the one already.
    pub fn input(&mut self, input: Input<'static>) {
        if self.input.as_ref() != Some(&input) {
            self.push(&Item::Input(input.clone()));
            self.input = Some(input);
        }
    }
}

/// Clean text in the charset of its original, without the characters that charset lacks. Borrows for UTF-8 and for a charset that has
/// no inverse.
fn encoded<'c>(clean: &'c [u8], charset: &str) -> Cow<'c, [u8]> {
    let (Some(codec), Ok(text)) = (Codec::for_name(charset), std::str::from_utf8(clean)) else { return Cow::Borrowed(clean) };
    let mut out = Vec::with_capacity(clean.len());
    match codec {
        Codec::UTF_16LE => text.encode_utf16().for_each(|u| out.extend_from_slice(&u.to_le_bytes())),
        Codec::UTF_16BE => text.encode_utf16().for_each(|u| out.extend_from_slice(&u.to_be_bytes())),
        Codec::UTF_32LE => text.chars().for_each(|c| out.extend_from_slice(&u32::from(c).to_le_bytes())),
        Codec::UTF_32BE => text.chars().for_each(|c| out.extend_from_slice(&u32::from(c).to_be_bytes())),
        _ => match codec.inverse() {
            Some(inverse) => text.chars().filter_map(|c| inverse.encode(c)).for_each(|code| out.extend_from_slice(&code)),
            None => return Cow::Borrowed(clean),
        },
    }
    Cow::Owned(out)
}

/// How hard zstd tries: one document is small, and most of it is found in the reference.
const LEVEL: i32 = 6;

fn pack(raw: &[u8], near: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(zstd::zstd_safe::compress_bound(raw.len()));
    let mut context = CCtx::create();
    // the window must hold the original for all of the reference to be in reach
    let window = (usize::BITS - raw.len().max(near.len()).leading_zeros() + 1).clamp(10, 30);
    let set = [CParameter::CompressionLevel(LEVEL), CParameter::WindowLog(window), CParameter::ContentSizeFlag(false)];
    for parameter in set.into_iter().chain((window > 23).then_some(CParameter::EnableLongDistanceMatching(true))) {
        context.set_parameter(parameter).ok()?;
    }
    context.ref_prefix(near).ok()?;
    context.compress2(&mut out, raw).ok()?;
    Some(out)
}

fn unpack(frame: &[u8], near: &[u8], length: u64) -> Option<Vec<u8>> {
    let length = usize::try_from(length).ok().filter(|n| *n <= MAX_RECORD)?;
    let mut out = Vec::with_capacity(length);
    let mut context = DCtx::create();
    context.set_parameter(DParameter::WindowLogMax(31)).ok()?;
    context.ref_prefix(near).ok()?;
    context.decompress(&mut out, frame).ok()?;
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_there_comes_back() {
        let long = "一句话，说了又说。".repeat(50);
        let gbk = encoding_rs::GBK.encode("<p>春天来了，河里的冰化了。</p>").0.into_owned();
        let utf16: Vec<u8> = [0xFF, 0xFE].into_iter().chain("<b>春</b>天".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let cases: [(&[u8], &str, &str); 7] = [
            (b"", "", "utf-8"),
            (b"a\r\nb\xFF\xFE", "a\n\nb\u{FFFD}\n", "utf-8"),
            ("春".as_bytes(), "春", "utf-8"),
            (&gbk, "春天来了，河里的冰化了。\n", "gb18030"),
            (&utf16, "春天\n", "utf-16le"),
            (long.as_bytes(), "一句话，说了又说。\n", "utf-8"),
            (b"7\xA4\x30\xEC\x30 7", "x", "gb18030"),
        ];
        for (raw, clean, charset) in cases {
            let d = Document::new(1, raw, Some(clean.as_bytes()), charset);
            assert_eq!(d.restore(clean.as_bytes()).unwrap(), raw);
            assert_eq!(d.restore(format!("{clean}x").as_bytes()), Err(Refused::Edited));
            let stored = postcard::to_stdvec(&Item::Document(d.clone())).unwrap();
            assert_eq!(postcard::from_bytes::<Item<'_>>(&stored).unwrap(), Item::Document(d));
        }
    }

    #[test]
    fn what_stayed_costs_next_to_nothing_in_any_charset() {
        let text: String = (0..4000).map(|n| char::from_u32(0x4E00 + n * 7 % 5000).unwrap_or('一')).collect();
        let raw = encoding_rs::GBK.encode(&format!("<p>{text}</p>")).0.into_owned();
        let d = Document::new(1, &raw, Some(format!("{text}\n").as_bytes()), "gb18030");
        assert!(matches!(&d.patch, Patch::Frame(f) if f.len() < 40), "{:?}", d.patch);
    }

    #[test]
    fn a_damaged_patch_gives_nothing() {
        let d = Document::new(1, b"one two three four", Some(b"one four"), "utf-8");
        let damaged = Document { raw: Seal { hash: 1, ..d.raw }, ..d };
        assert_eq!(damaged.restore(b"one four"), Err(Refused::Damaged));
        let short = Document { patch: Patch::Frame(Cow::Borrowed(&[1, 2, 3])), ..damaged };
        assert_eq!(short.restore(b"one four"), Err(Refused::Damaged));
    }

    #[test]
    fn another_version_is_refused() {
        assert_eq!(refuse(head().as_bytes()), None);
        assert!(refuse(head().replace("\"version\":1", "\"version\":2").as_bytes()).unwrap().contains("version 2"));
        assert!(refuse(b"{}").is_some() && refuse(b"no json").is_some());
    }
}
