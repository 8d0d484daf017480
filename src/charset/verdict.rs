//! Who wins: byte order mark, validity, what the document declares and what its text looks like.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use memchr::{memchr, memmem};

use super::Charset;
use super::declared;
use super::reading::Plan;
use crate::codec::Codec;
use crate::page::RawDoc;

/// The charset of a document and how to read it.
pub(super) fn judge(raw: &RawDoc<'_>) -> (Charset, Plan) {
    let bytes = raw.bytes;
    let whole = |codec: Codec, skip, name: &'static str, confidence, why: &'static str| {
        (Charset { name, confidence, why: Cow::Borrowed(why), ..Charset::default() }, Plan::Whole { codec, skip })
    };
    if let Some((codec, skip)) = declared::bom(bytes) {
        return whole(codec, skip, codec.name(), 1.0, "BOM");
    }
    let nul = memchr(0, bytes).is_some();
    if !nul && simdutf8::basic::from_utf8(bytes).is_ok() {
        if !bytes.is_ascii() {
            return whole(Codec::UTF_8, 0, "utf-8", 1.0, "valid UTF-8");
        }
        return match seven_bits(bytes) {
            Some((codec, why)) => whole(codec, 0, codec.name(), 0.98, why),
            None => whole(Codec::UTF_8, 0, "ascii", 1.0, "ASCII"),
        };
    }
    if nul {
        let units = bytes.len() / 2;
        let at = |odd: usize| bytes.iter().skip(odd).step_by(2).filter(|&&b| b == 0).count();
        let (even, odd) = (at(0), at(1));
        if odd > units / 8 && even < odd / 8 {
            return whole(Codec::UTF_16LE, 0, "utf-16le", 0.9, "zero bytes at odd places");
        }
        if even > units / 8 && odd < even / 8 {
            return whole(Codec::UTF_16BE, 0, "utf-16be", 0.9, "zero bytes at even places");
        }
        if even + odd > bytes.len() / 50 {
            return (Charset { name: "binary", confidence: 0.3, why: "zero bytes".into(), ..Charset::default() }, Plan::Binary);
        }
    }
    let (valid, errors) = utf8_sequences(bytes);
    if valid >= 8 && errors * 10 < valid {
        return whole(Codec::UTF_8, 0, "utf-8", 0.95, "damaged UTF-8");
    }
    if let Some(codec) = raw.label.and_then(|l| Codec::for_label(l.as_bytes())).filter(|&c| sound(c, bytes)) {
        return whole(codec, 0, codec.name(), 0.9, "HTTP label");
    }
    if let Some((codec, why)) = declared::markup(bytes)
        && sound(codec, bytes)
    {
        return whole(codec, 0, codec.name(), 0.9, why);
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(&bytes[..bytes.len().min(16 << 10)], bytes.len() <= 16 << 10);
    let name = detector.guess(None, Utf8Detection::Allow).name().to_ascii_lowercase();
    let codec = Codec::for_label(name.as_bytes()).unwrap_or(Codec::WINDOWS_1252);
    whole(codec, 0, codec.name(), 0.8, "text")
}

fn sound(codec: Codec, bytes: &[u8]) -> bool {
    codec.decode_strict(&bytes[..bytes.len().min(16 << 10)]).is_some()
}

/// A charset of seven bits that shows itself by its escapes.
fn seven_bits(bytes: &[u8]) -> Option<(Codec, &'static str)> {
    if let Some(at) = memchr(0x1B, bytes) {
        let rest = &bytes[at + 1..];
        let escapes: [(&[u8], Codec); 7] = [
            (b"$)C", Codec::ISO_2022_KR),
            (b"$)A", Codec::ISO_2022_CN),
            (b"$B", Codec::ISO_2022_JP),
            (b"$@", Codec::ISO_2022_JP),
            (b"$(D", Codec::ISO_2022_JP),
            (b"(J", Codec::ISO_2022_JP),
            (b"(I", Codec::ISO_2022_JP),
        ];
        if let Some((_, codec)) = escapes.iter().find(|(e, _)| rest.starts_with(e)) {
            return Some((*codec, "escape sequences"));
        }
    }
    if let (Some(open), true) = (memmem::find(bytes, b"~{"), memmem::find(bytes, b"~}").is_some()) {
        let end = open + 2 + memmem::find(&bytes[open + 2..], b"~}")?;
        let inside = &bytes[open + 2..end];
        if !inside.is_empty() && inside.len() % 2 == 0 && inside.iter().all(|b| (0x21..0x78).contains(b)) {
            return Some((Codec::HZ, "escape sequences"));
        }
    }
    None
}

/// Valid sequences of several bytes, and errors, when read as UTF-8; cuts at both ends are no errors.
fn utf8_sequences(bytes: &[u8]) -> (usize, usize) {
    let (mut valid, mut errors, mut at) = (0, 0, 0);
    for chunk in bytes[..bytes.len().min(256 << 10)].utf8_chunks() {
        valid += chunk.valid().bytes().filter(|&b| b >= 0xC0).count();
        let start = at + chunk.valid().len();
        at = start + chunk.invalid().len();
        errors += usize::from(start > 3 && at < bytes.len() && !chunk.invalid().is_empty());
    }
    (valid, errors)
}
