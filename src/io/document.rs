//! One cleaned record as one JSON line, the format of `clean --to jsonl`. What is in it comes from a draft; files are written elsewhere.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};

use serde::Serialize;

use super::jsonl;
use super::quarantine::{Bad, Raw, base64};
use crate::draft::{Draft, First, Reading};
use crate::rules::{RuleId, Rules};

/// Tells where in the dump a record stands, by its order: path and number in the file.
pub type Places<'a> = &'a dyn Fn(u64) -> (String, u64);

/// What is said of a record besides its text; its members in this order.
#[derive(Debug)]
pub struct Details<'d> {
    metadata: &'d str,
    charset: &'d Reading<'d>,
    counts: Counts<'d>,
    removed: Vec<Removed<'d>>,
}

#[derive(Debug, Serialize)]
struct Counts<'d> {
    bytes_in: u64,
    bytes_out: usize,
    /// Paragraphs found, and how many of them stay.
    blocks: usize,
    kept: usize,
    /// Edits by rule.
    edits: BTreeMap<&'d str, u32>,
    /// Guesses and losses by rule.
    notes: BTreeMap<&'d str, u32>,
}

#[derive(Debug, Serialize)]
struct Removed<'d> {
    rule: &'d str,
    text: &'d str,
    /// Bytes of the record it came from.
    at: [u32; 2],
    /// For a duplicate: where the first copy stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    first: Option<Copied>,
    /// For one that is not the same but alike: the share of shingles that both have.
    #[serde(skip_serializing_if = "Option::is_none")]
    similarity: Option<f64>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Copied {
    /// Bytes of the same record.
    Here([u32; 2]),
    /// A paragraph of another record.
    There { path: String, record: u64, block: u32 },
    /// Another record, whole.
    Whole { path: String, record: u64 },
}

/// The number of no block: a duplicate of a whole record.
pub const WHOLE: u32 = u32::MAX;

impl<'d> Details<'d> {
    /// All about `draft`, the text of which is written with `bytes_out` bytes.
    pub fn new(draft: &'d Draft<'_>, bytes_out: usize, rules: &'d Rules, places: Places<'_>) -> Details<'d> {
        let named = |counts: &[(u16, u32)]| counts.iter().map(|(r, n)| (&*rules.get(RuleId(*r)).id, *n)).collect();
        let removed: Vec<_> = (0..draft.pieces.len())
            .filter_map(|i| {
                let cut = draft.pieces[i].cut?;
                let first = cut.first.map(|f| match f {
                    First::Here(b) => {
                        let (start, end) = draft.pieces.get(b as usize).map_or((0, 0), |p| p.at);
                        Copied::Here([start, end])
                    }
                    First::There { doc, block } => match (places(doc), block) {
                        ((path, record), WHOLE) => Copied::Whole { path, record },
                        ((path, record), block) => Copied::There { path, record, block },
                    },
                });
                let (start, end) = draft.pieces[i].at;
                Some(Removed {
                    rule: &rules.get(RuleId(cut.rule)).id,
                    text: draft.piece(i),
                    at: [start, end],
                    first,
                    similarity: cut.similarity.map(thousandths),
                })
            })
            .collect();
        let (edits, notes) = (named(&draft.edits), named(&draft.notes));
        let counts = Counts { bytes_in: draft.bytes_in, bytes_out, blocks: draft.pieces.len(), kept: draft.kept(), edits, notes };
        Details { metadata: &draft.metadata, charset: &draft.charset, counts, removed }
    }

    /// Counts and what was removed, each as JSON of its own.
    pub fn parts(&self) -> [String; 2] {
        let json = |v: serde_json::Result<String>| v.unwrap_or_else(|_| "null".to_owned());
        [json(serde_json::to_string(&self.counts)), json(serde_json::to_string(&self.removed))]
    }

    /// As the members of a JSON object, without its braces.
    pub fn members(&self) -> String {
        let [counts, removed] = self.parts();
        let charset = serde_json::to_string(self.charset).unwrap_or_else(|_| "null".to_owned());
        // JSON already, made by the draft
        let metadata = self.metadata;
        format!("\"metadata\":{metadata},\"charset\":{charset},\"counts\":{counts},\"removed\":{removed}")
    }
}

/// A share of thousandths.
pub fn thousandths(n: u16) -> f64 {
    f64::from(n) / 1000.0
}

/// Appends a whole line: `id`, `url`, `fetched` where the dump says it, `text`, the members of `details`, and for a record of which nothing stays the `reason`. With a
/// line end.
pub fn line(draft: &Draft<'_>, text: &str, details: &str, reason: Option<&str>, out: &mut Vec<u8>) {
    out.reserve(text.len() + text.len() / 16 + details.len() + 200);
    out.extend_from_slice(b"{\"id\":");
    jsonl::escape(&draft.id, false, out);
    out.extend_from_slice(b",\"url\":");
    match &draft.url {
        Some(url) => jsonl::escape(url, false, out),
        None => out.extend_from_slice(b"null"),
    }
    if let Some(fetched) = &draft.fetched {
        out.extend_from_slice(b",\"fetched\":");
        jsonl::escape(fetched, false, out);
    }
    out.extend_from_slice(b",\"text\":");
    jsonl::escape(text, false, out);
    for members in [details, &reason.map(reason_member).unwrap_or_default()] {
        if !members.is_empty() {
            out.push(b',');
            out.extend_from_slice(members.as_bytes());
        }
    }
    out.extend_from_slice(b"}\n");
}
/// `"reason":"…"`.
pub fn reason_member(reason: &str) -> String {
    let mut out = b"\"reason\":".to_vec();
    jsonl::escape(reason, false, &mut out);
    String::from_utf8(out).unwrap_or_default()
}

/// Writes the line that stands for a bad record in a stream without a quarantine: no text, the reason, its bytes in Base64.
///
/// # Errors
/// What the system says about `out`, or about the bytes when they are on disk.
pub fn placeholder(bad: &mut Bad, out: &mut impl Write) -> io::Result<()> {
    let mut why = Vec::new();
    jsonl::escape(&bad.why, false, &mut why);
    out.write_all(b"{\"text\":\"\",\"jingwen\":{\"quarantined\":")?;
    out.write_all(&why)?;
    let mut path = Vec::new();
    jsonl::escape(&bad.path.to_string_lossy(), false, &mut path);
    out.write_all(b",\"path\":")?;
    out.write_all(&path)?;
    write!(out, ",\"record\":{},\"offset\":{},\"raw\":\"", bad.record, bad.offset)?;
    match &mut bad.raw {
        Raw::Bytes(bytes) => base64(&bytes[..], out)?,
        Raw::Spool(spool) => base64(spool.read()?, out)?,
        Raw::File(path) => base64(File::open(path)?, out)?,
        raw @ Raw::Part { .. } => {
            let mut bytes = Vec::new();
            raw.copy(&mut bytes)?;
            base64(&bytes[..], out)?;
        }
        Raw::None => {}
    }
    out.write_all(b"\"}}\n")
}
