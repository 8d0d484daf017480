//! Who wins: byte order mark, validity, what the document declares and what its text looks like.

use std::borrow::Cow;
use std::ops::Range;

use encoding_rs::Encoding;
use memchr::{memchr, memmem};

use super::candidates;
use super::contest::{Outcome, contest};
use super::lane::Lane;
use super::reading::Plan;
use super::refine::refine;
use super::sample::Windows;
use super::{Charset, RunnerUp, confidence, declared, hints, segment};
use crate::codec::Codec;
use crate::model::{Model, NAT};
use crate::page::RawDoc;

/// Bytes of each of the three stretches (beginning, middle, end) of a long document that are searched for text.
const STRETCH: usize = 32 << 10;
/// What a label or declaration is worth, in 1/16 nat: 7 nats. Declarations are wrong on about one page in ten, and tools that trust
/// them more lose a quarter of the wrongly labelled pages.
const DECLARED: u32 = 7 * NAT;
/// What a hint at a language is worth.
const HINTED: u32 = 3 * NAT;
/// Declarations are heard only when the text leaves less than this between the best and the next.
const UNSURE: u32 = 25 * NAT;

/// Bytes that nearly all legacy text has malformed UTF-8 in.
const HEAD: usize = 64;
/// Bytes that tell the language of a text.
const GLANCE: usize = 240;

/// The charset of a document and how to read it.
pub(super) fn judge<'a>(raw: &RawDoc<'a>) -> (Charset, Plan<'a>) {
    let bytes = raw.bytes;
    let whole = |codec: Codec, skip, name: &'static str, confidence, why: &'static str| {
        (certain(name, confidence, why), Plan::Whole { codec, skip, torn: 0 })
    };
    if let Some((codec, skip)) = declared::bom(bytes) {
        return whole(codec, skip, codec.name(), confidence::BOM, "BOM");
    }
    let nul = memchr(0, bytes).is_some();
    let ascii = Encoding::ascii_valid_up_to(bytes);
    if !nul && ascii == bytes.len() {
        return match seven_bits(bytes) {
            Some(codec) => whole(codec, 0, codec.name(), confidence::ESCAPES, "escape sequences"),
            None => whole(Codec::UTF_8, 0, "ascii", confidence::ASCII, "ASCII"),
        };
    }
    // Read once: what is found valid here is the text.
    if !nul
        && let Some(text) = utf8(bytes, ascii)
        && !is_chance(bytes)
    {
        return (certain("utf-8", confidence::VALID_UTF8, "valid UTF-8"), Plan::Text(text));
    }
    if let Some(what) = signature(bytes) {
        return binary(confidence::SIGNATURE, what);
    }

    let said = Declared { http: raw.label.and_then(|l| Codec::for_label(l.as_bytes())), markup: declared::markup(bytes) };
    let codecs: Vec<Codec> = said.http.into_iter().chain(said.markup.map(|m| m.0)).collect();
    let wide = nul || looks_wide(bytes);
    let mut outcome = if wide {
        let sample = 0..bytes.len().min(16 << 10);
        contest(bytes, candidates::all(), &codecs, std::iter::once(sample))
    } else {
        contest(bytes, candidates::narrow(), &codecs, Windows::new(bytes, STRETCH))
    };
    weigh(raw, &mut outcome, said)
}

/// The charset the bytes alone decide.
fn certain(name: &'static str, confidence: f32, why: &'static str) -> Charset {
    Charset { name, confidence, why: Cow::Borrowed(why), ..Charset::default() }
}

/// The text, if all of it is UTF-8. Looks at the first bytes beyond ASCII alone first, which begin at `ascii`: legacy text fails there, and
/// SIMD validation reports only at the end.
fn utf8(bytes: &[u8], ascii: usize) -> Option<&str> {
    let head = &bytes[ascii..bytes.len().min(ascii + HEAD)];
    if std::str::from_utf8(head).is_err_and(|e| e.error_len().is_some()) {
        return None;
    }
    simdutf8::basic::from_utf8(bytes).ok()
}

/// Bytes up to which text of another charset may be valid UTF-8 by chance.
const BY_CHANCE: usize = 8;

/// True for a few bytes that are UTF-8 but may well be something else, as two or four Chinese characters of GBK can be: letters of two
/// bytes only, none of them a common one.
fn is_chance(bytes: &[u8]) -> bool {
    let text = if bytes.len() <= BY_CHANCE { std::str::from_utf8(bytes) } else { return false };
    text.is_ok_and(|text| text.chars().all(|c| c.len_utf8() == 2 && !Model::shared().frequent(c)))
}

fn binary(confidence: f32, why: &'static str) -> (Charset, Plan<'static>) {
    (certain("binary", confidence, why), Plan::Binary)
}

/// What a document says of itself.
#[derive(Clone, Copy)]
struct Declared {
    http: Option<Codec>,
    markup: Option<(Codec, &'static str)>,
}

/// The verdict on what a contest left over.
fn weigh(raw: &RawDoc<'_>, outcome: &mut Outcome, said: Declared) -> (Charset, Plan<'static>) {
    let bytes = raw.bytes;
    refine(outcome, bytes);
    let doubt = is_doubtful(&outcome.lanes[0]);
    if doubt && outcome.lanes[0].controls > 1 + outcome.lanes[0].chars / 24 {
        return binary(confidence::NO_TEXT, "no charset makes text of it");
    }
    let mut why = Cow::Borrowed("text");
    if outcome.lanes.get(1).is_some_and(|l| l.cost < outcome.lanes[0].cost + UNSURE) {
        why = declarations(raw, outcome, said).unwrap_or(why);
    }
    let winner = outcome.lanes[0];
    let rivals = rivals(bytes, outcome);
    let margin = rivals.first().map_or(confidence::ALONE, |r| r.behind);
    if winner.errors > 0 && winner.codec == Codec::UTF_8 {
        why = "damaged UTF-8".into();
    }
    let charset = Charset {
        name: winner.codec.name(),
        confidence: confidence::of(margin),
        why,
        language: None,
        runners_up: rivals,
        segments: Vec::new(),
    };
    let (charset, plan) = segment::resolve(bytes, charset, &winner);
    if doubt && charset.segments.is_empty() {
        return binary(confidence::NO_TEXT, "no charset makes text of it");
    }
    (charset, plan)
}

/// Lets labels, declarations and hints speak; says which decided if one did.
fn declarations(raw: &RawDoc<'_>, outcome: &mut Outcome, said: Declared) -> Option<Cow<'static, str>> {
    let before = outcome.lanes[0].codec;
    let Declared { http, markup } = said;
    let languages = hints::languages(raw);
    for lane in &mut outcome.lanes {
        let mut bonus = 0;
        for declared in [http, markup.map(|m| m.0)].into_iter().flatten() {
            bonus += if same_family(declared, lane.codec) { DECLARED } else { 0 };
        }
        let written = |l: &&str| candidates::all().iter().any(|c| c.codec == lane.codec && c.writes(l));
        bonus += if languages.iter().any(written) { HINTED } else { 0 };
        // Kept above zero by what every lane gets on top.
        lane.cost = lane.cost + 4 * DECLARED - bonus;
    }
    outcome.lanes.sort_by_key(|l| l.cost);
    let after = outcome.lanes[0].codec;
    if after == before {
        return None;
    }
    match (http, markup) {
        (Some(c), _) if same_family(c, after) => Some("HTTP label and text".into()),
        (_, Some((c, why))) if same_family(c, after) => Some(format!("{why} and text").into()),
        _ => Some("language and text".into()),
    }
}

/// True when a document declared as the one is as well served by the other.
fn same_family(declared: Codec, codec: Codec) -> bool {
    let fold = |c| match c {
        Codec::GBK => Codec::GB18030,
        Codec::KOI8_R => Codec::KOI8_U,
        Codec::LATIN_1 => Codec::WINDOWS_1252,
        Codec::ISO_8859_8_I => Codec::ISO_8859_8,
        other => other,
    };
    fold(declared) == fold(codec)
}

/// The other readings that make another text, the nearest first.
fn rivals(bytes: &[u8], outcome: &Outcome) -> Vec<RunnerUp> {
    let winner = &outcome.lanes[0];
    if outcome.lanes.len() < 2 {
        return Vec::new();
    }
    let mut rivals: Vec<RunnerUp> = Vec::new();
    for lane in &outcome.lanes[1..] {
        let twins = winner.codec.is_single_byte() && lane.codec.is_single_byte();
        if lane.codec != winner.codec
            && rivals.iter().all(|r| r.name != lane.codec.name())
            && (twins || outcome.tells_apart(bytes, winner, lane))
        {
            rivals.push(RunnerUp { name: lane.codec.name(), behind: (lane.cost - winner.cost) as f32 / NAT as f32 });
        }
    }
    rivals
}

/// True when even the best reading is hardly one: a sixth of it errors and controls, or dearer than any language.
fn is_doubtful(best: &Lane) -> bool {
    best.errors > 1 + best.chars / 6 || (best.chars >= 32 && best.cost > best.chars * 11 * NAT)
}

/// First bytes of files that are no text, and what they are.
fn signature(bytes: &[u8]) -> Option<&'static str> {
    let signatures: [(&[u8], &str); 12] = [
        (b"\x89PNG\r\n", "PNG image"),
        (b"\xFF\xD8\xFF", "JPEG image"),
        (b"GIF8", "GIF image"),
        (b"RIFF", "RIFF media"),
        (b"%PDF-", "PDF"),
        (b"PK\x03\x04", "ZIP archive"),
        (b"\x1F\x8B\x08", "gzip archive"),
        (b"BZh", "bzip2 archive"),
        (b"\x28\xB5\x2F\xFD", "zstd archive"),
        (b"7z\xBC\xAF", "7-Zip archive"),
        (b"\x7FELF", "program"),
        (b"\xD0\xCF\x11\xE0\xA1\xB1", "office document"),
    ];
    signatures.iter().find(|(s, _)| bytes.starts_with(s)).map(|(_, what)| *what)
}

/// A charset of seven bits that shows itself by its escapes.
fn seven_bits(bytes: &[u8]) -> Option<Codec> {
    if let Some(at) = memchr(0x1B, bytes) {
        let escapes: [(&[u8], Codec); 9] = [
            (b"$)C", Codec::ISO_2022_KR),
            (b"$)A", Codec::ISO_2022_CN),
            (b"$B", Codec::ISO_2022_JP),
            (b"$@", Codec::ISO_2022_JP),
            (b"$(", Codec::ISO_2022_JP),
            (b"$A", Codec::ISO_2022_JP),
            (b"(J", Codec::ISO_2022_JP),
            (b"(I", Codec::ISO_2022_JP),
            (b"(B", Codec::ISO_2022_JP),
        ];
        let known = |rest: &[u8]| escapes.iter().find(|(e, _)| rest.starts_with(e)).map(|(_, codec)| *codec);
        if let Some(codec) = memchr::memchr_iter(0x1B, &bytes[at..]).take(64).find_map(|i| known(&bytes[at + i + 1..])) {
            return Some(codec);
        }
    }
    let mut from = 0;
    for _ in 0..16 {
        let open = from + memmem::find(&bytes[from..], b"~{")?;
        from = open + 2;
        let pairs = bytes[from..].chunks_exact(2).take(512).take_while(|p| (0x21..0x78).contains(&p[0]) && (0x21..0x7F).contains(&p[1]));
        let inside: Range<usize> = from..from + 2 * pairs.count();
        let text = Codec::HZ.decode(&bytes[open..inside.end]);
        if !inside.is_empty() && Model::shared().cost(&text) < Model::shared().cost(&String::from_utf8_lossy(&bytes[inside])) {
            return Some(Codec::HZ);
        }
    }
    None
}

/// Upper bytes of the units of UTF-16 that common scripts are made of.
const OF_SCRIPT: [bool; 256] = {
    let mut table = [false; 256];
    let mut b = 0;
    while b < 256 {
        table[b] = matches!(b as u8, 0x00..=0x0E | 0x10 | 0x11 | 0x1E | 0x20 | 0x30 | 0x4E..=0x9F | 0xAC..=0xD7 | 0xFE | 0xFF);
        b += 1;
    }
    table
};

/// Units of a text in UTF-16 without a zero byte: one of the two bytes is nearly always that of a script, and what is there is not
/// written in ASCII.
fn looks_wide(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(512)];
    if head.len() < 4 {
        return false;
    }
    // Even and odd bytes apart, one pass over pairs; an odd byte at the end counts as an even one.
    let of_script = |b: u8| usize::from(OF_SCRIPT[usize::from(b)]);
    let pairs = head.chunks_exact(2);
    let last = pairs.remainder().iter().map(|&b| of_script(b)).sum::<usize>();
    let (even, odd) = pairs.fold((last, 0), |(even, odd), p| (even + of_script(p[0]), odd + of_script(p[1])));
    let (even, odd) = (2 * even, 2 * odd);
    if even.max(odd) * 10 < head.len() * 9 {
        return false;
    }
    let ascii = head.iter().filter(|&&b| (b' '..0x7F).contains(&b) || b == b'\n').count();
    ascii * 4 < head.len() * 3 || even.min(odd) * 10 < head.len() * 7 || memchr(b' ', head).is_none()
}

/// The language of a text, judged by its first bytes beyond ASCII; `None` when there are none. A few microseconds.
pub(super) fn language(bytes: &[u8], codec: Codec) -> Option<&'static str> {
    let mut text = String::new();
    if codec.holds_ascii() {
        for w in Windows::new(bytes, STRETCH) {
            text.push_str(&codec.decode(&bytes[w.start..w.end.min(w.start + GLANCE)]));
            text.push(' ');
            if text.len() >= GLANCE {
                break;
            }
        }
    } else {
        text.push_str(&codec.decode(&bytes[..bytes.len().min(GLANCE)]));
    }
    text.chars().any(char::is_alphabetic).then(|| Model::shared().best_language(&text).0.code())
}
