//! One cleaned page as one JSON line, the format of `clean --to jsonl`. Pages come from the kernel; files are written elsewhere.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};

use serde::Serialize;

use super::jsonl;
use super::quarantine::{Bad, Raw, base64};
use crate::metadata::Metadata;
use crate::page::Page;
use crate::rules::{RuleId, Rules};

/// What is said of a page besides its text; its members in this order.
#[derive(Debug, Serialize)]
pub struct Details<'p> {
    metadata: &'p Metadata,
    charset: Charset<'p>,
    counts: Counts<'p>,
    removed: Vec<Removed<'p>>,
}

#[derive(Debug, Serialize)]
struct Charset<'p> {
    name: &'p str,
    confidence: f64,
    why: &'p str,
    language: Option<&'p str>,
}

#[derive(Debug, Serialize)]
struct Counts<'p> {
    bytes_in: usize,
    bytes_out: usize,
    /// Paragraphs found, and how many of them stay.
    blocks: usize,
    kept: usize,
    /// Edits by rule.
    edits: BTreeMap<&'p str, usize>,
    /// Guesses and losses by rule.
    notes: BTreeMap<&'p str, usize>,
}

#[derive(Debug, Serialize)]
struct Removed<'p> {
    rule: &'p str,
    text: &'p str,
    /// Bytes of the record it came from.
    at: [u32; 2],
    /// For a duplicate: the bytes of the record the first copy came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    first: Option<[u32; 2]>,
}

impl<'p> Details<'p> {
    /// All about `page`, the text of which is written with `bytes_out` bytes.
    pub fn new(page: &'p Page<'_>, bytes_out: usize, rules: &'p Rules) -> Details<'p> {
        let edits = by_rule(page.layers.iter().flat_map(|l| l.edits.iter().map(|e| e.rule)), rules);
        let notes = by_rule(page.notes.iter().map(|n| n.rule), rules);
        let blocks = &page.outline.blocks;
        // the first mark of each block; marks name blocks in any order
        let mut marks = vec![None; blocks.len()];
        for m in page.marks.iter().rev() {
            marks[m.block as usize] = Some(m);
        }
        let at = |block: usize| {
            let s = page.locate(blocks[block].span);
            [s.start, s.end]
        };
        let removed: Vec<_> = marks
            .iter()
            .enumerate()
            .filter_map(|(i, m)| {
                let m = (*m)?;
                let text = blocks[i].span.of(page.text());
                Some(Removed { rule: &rules.get(m.rule).id, text, at: at(i), first: m.first.map(|f| at(f as usize)) })
            })
            .collect();
        let counts =
            Counts { bytes_in: page.raw.bytes.len(), bytes_out, blocks: blocks.len(), kept: blocks.len() - removed.len(), edits, notes };
        let c = &page.charset;
        // three digits: more would be noise, and f32 printed as f64 shows it
        let confidence = (f64::from(c.confidence) * 1000.0).round() / 1000.0;
        Details {
            metadata: &page.metadata,
            charset: Charset { name: c.name, confidence, why: &c.why, language: c.language },
            counts,
            removed,
        }
    }

    /// As the members of a JSON object, without its braces.
    pub fn members(&self) -> String {
        let object = serde_json::to_string(self).unwrap_or_else(|_| "{}".to_owned());
        object[1..object.len() - 1].to_owned()
    }
}

/// How often each rule comes, by its id.
fn by_rule(which: impl Iterator<Item = RuleId>, rules: &Rules) -> BTreeMap<&str, usize> {
    // by number first: pages have thousands of edits
    let mut counts = vec![0usize; rules.iter().len()];
    which.for_each(|r| counts[usize::from(r.0)] += 1);
    rules.iter().zip(counts).filter(|(_, n)| *n > 0).map(|((_, r), n)| (&*r.id, n)).collect()
}

/// A whole line: `id`, `url`, `text`, the members of `details`, and for a page that was removed whole the `reason`. With a line end.
pub fn line(page: &Page<'_>, text: &str, details: &str, reason: Option<&str>) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + text.len() / 16 + details.len() + 200);
    out.extend_from_slice(b"{\"id\":");
    jsonl::escape(page.raw.id, false, &mut out);
    out.extend_from_slice(b",\"url\":");
    match page.raw.url.or(page.metadata.url.as_deref()) {
        Some(url) => jsonl::escape(url, false, &mut out),
        None => out.extend_from_slice(b"null"),
    }
    out.extend_from_slice(b",\"text\":");
    jsonl::escape(text, false, &mut out);
    for members in [details, &reason.map(reason_member).unwrap_or_default()] {
        if !members.is_empty() {
            out.push(b',');
            out.extend_from_slice(members.as_bytes());
        }
    }
    out.extend_from_slice(b"}\n");
    out
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
        Raw::None => {}
    }
    out.write_all(b"\"}}\n")
}
