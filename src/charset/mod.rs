//! Bytes to characters: who says which charset it is, who wins, and the decoding. Decoders themselves live in `codec`.

mod abreast;
mod alphabet;
mod candidates;
mod coarse;
mod confidence;
mod contest;
mod declared;
mod hints;
mod islands;
mod lane;
mod manners;
mod pages;
mod reading;
mod refine;
mod sample;
mod segment;
mod verdict;

use std::borrow::Cow;

use crate::codec::Codec;
use crate::layer::Layer;
use crate::page::RawDoc;
use crate::rules::Rules;
use crate::span::Span;

/// How the bytes of a record were read, and why.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Charset {
    /// WHATWG name of the charset; `ascii`, `binary`, `utf-32le`, … where WHATWG has none. Of a mixed file the one with most bytes.
    pub name: &'static str,
    /// 0 to 1: measured share of right answers among answers as sure as this one.
    pub confidence: f32,
    /// What decided, in a few words: `BOM`, `valid UTF-8`, `meta`, ….
    pub why: Cow<'static, str>,
    /// Language the text looks like, ISO 639-3; `None` until [`language`] was asked, or when nothing can be said.
    pub language: Option<&'static str>,
    /// Other charsets that were weighed, the likelier first; empty when the bytes alone decided.
    pub runners_up: Vec<RunnerUp>,
    /// The parts of a file in several charsets, in order and without gaps; empty when there is one charset.
    pub segments: Vec<Segment>,
}

/// A charset that was weighed and not chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RunnerUp {
    /// Its name.
    pub name: &'static str,
    /// How far it lies behind the chosen one, in nats (natural logarithm of the odds).
    pub behind: f32,
}

/// A part of a file in several charsets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Bytes of the record.
    pub at: Span,
    /// Name of its charset.
    pub name: &'static str,
}

/// Says which charset a document is in; decodes nothing.
///
/// `raw.bytes` is all of it, never a chunk. Reads valid UTF-8 once; of anything else a bounded sample. Leaves
/// [`Charset::language`] open.
pub fn detect(raw: &RawDoc<'_>) -> Charset {
    verdict::judge(raw).0
}

/// The language a document looks like in a charset that [`detect`] found: ISO 639-3, judged by its first characters beyond ASCII.
/// `None` when nothing can be said. Some microseconds.
pub fn language(raw: &RawDoc<'_>, charset: &Charset) -> Option<&'static str> {
    Codec::for_name(charset.name).and_then(|codec| verdict::language(raw.bytes, codec))
}

/// Decodes a whole document and notes every illegal sequence.
///
/// `raw.bytes` is all of it, never a chunk. Spans of layer 0 are byte offsets into it (`was`) and into the returned UTF-8 (`now`).
///
/// # Borrowing
/// Borrows valid UTF-8, and ASCII in any ASCII-compatible charset; otherwise allocates once.
/// # Never fails
/// Each maximal run of characters beyond ASCII is one edit of rule `charset/decoded` (in a file of several charsets
/// `charset/segment`), an illegal sequence becomes U+FFFD and one edit of `charset/malformed`, a byte order mark goes with
/// `charset/bom`, and what is no text at all is one edit of `charset/binary`.
/// # Source
/// WHATWG Encoding Standard for the decoders; the choice is our own: valid UTF-8 first, then declarations and text weighed together.
pub fn decode<'a>(raw: &RawDoc<'a>, rules: &Rules) -> (Charset, Layer<'a>) {
    let (charset, plan) = verdict::judge(raw);
    let confidence = (charset.confidence * 100.0) as u8;
    let layer = reading::layer(raw.bytes, &plan, confidence, rules);
    (charset, layer)
}

#[cfg(test)]
mod tests;
