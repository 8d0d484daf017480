//! One cleaned record as one JSON line, the format of `clean --to jsonl`. What is in it comes from a draft; files are written elsewhere.

use std::fs::File;
use std::io::{self, Write};

use super::jsonl;
use super::quarantine::{Bad, Raw, base64};
use crate::draft::{Draft, First};
use crate::json;
use crate::rules::{RuleId, Rules};

/// Tells where in the dump a record stands, by its order: path and number in the file.
pub type Places<'a> = &'a dyn Fn(u64) -> (String, u64);

/// What is said of a record besides its text. Borrows; written when it is asked for.
pub struct Details<'d> {
    draft: &'d Draft<'d>,
    bytes_out: usize,
    rules: &'d Rules,
    places: Places<'d>,
}

/// The number of no block: a duplicate of a whole record.
pub const WHOLE: u32 = u32::MAX;

impl<'d> Details<'d> {
    /// All about `draft`, the text of which is written with `bytes_out` bytes.
    pub fn new(draft: &'d Draft<'_>, bytes_out: usize, rules: &'d Rules, places: Places<'d>) -> Details<'d> {
        Details { draft, bytes_out, rules, places }
    }

    /// Appends the [`Counts`] as JSON.
    pub fn counts(&self, out: &mut String) {
        let draft = self.draft;
        Counts {
            bytes: [draft.bytes_in, self.bytes_out as u64],
            blocks: [draft.pieces.len(), draft.kept()],
            edits: &draft.edits,
            notes: &draft.notes,
        }
        .write(self.rules, out);
    }

    /// Appends what was removed as a JSON list. Of each block: the rule, its text, the bytes of the record it came from; for a duplicate,
    /// where the first copy stands (bytes of the same record, or a paragraph of another one, or another one as a whole); for one that
    /// is not the same but alike, the share of shingles that both have.
    pub fn removed(&self, out: &mut String) {
        let draft = self.draft;
        let range = |(start, end): (u32, u32), out: &mut String| {
            out.push('[');
            json::number(start.into(), out);
            out.push(',');
            json::number(end.into(), out);
            out.push(']');
        };
        out.push('[');
        let empty = out.len();
        for (i, piece) in draft.pieces.iter().enumerate() {
            let Some(cut) = piece.cut else { continue };
            if out.len() > empty {
                out.push(',');
            }
            out.push_str("{\"rule\":");
            json::string(&self.rules.get(RuleId(cut.rule)).id, out);
            out.push_str(",\"text\":");
            json::string(draft.piece(i), out);
            out.push_str(",\"at\":");
            range(piece.at, out);
            if let Some(first) = cut.first {
                out.push_str(",\"first\":");
                match first {
                    First::Here(b) => range(draft.pieces.get(b as usize).map_or((0, 0), |p| p.at), out),
                    First::There { doc, block } => {
                        let (path, record) = (self.places)(doc);
                        out.push_str("{\"path\":");
                        json::string(&path, out);
                        out.push_str(",\"record\":");
                        json::number(record, out);
                        if block != WHOLE {
                            out.push_str(",\"block\":");
                            json::number(block.into(), out);
                        }
                        out.push('}');
                    }
                }
            }
            if let Some(similarity) = cut.similarity {
                out.push_str(",\"similarity\":");
                json::value(&thousandths(similarity), out);
            }
            out.push('}');
        }
        out.push(']');
    }

    /// Counts and what was removed, each as JSON of its own.
    pub fn parts(&self) -> [String; 2] {
        let mut parts = [String::with_capacity(128), String::new()];
        self.counts(&mut parts[0]);
        self.removed(&mut parts[1]);
        parts
    }

    /// All as the members of a JSON object, without its braces.
    pub fn members(&self) -> String {
        let mut out = String::with_capacity(self.draft.metadata.len() + 400);
        out.push_str("\"metadata\":");
        // JSON already, made by the draft
        out.push_str(&self.draft.metadata);
        out.push_str(",\"charset\":");
        json::value(&self.draft.charset, &mut out);
        out.push_str(",\"counts\":");
        self.counts(&mut out);
        out.push_str(",\"removed\":");
        self.removed(&mut out);
        out
    }
}

/// What is counted of a record.
pub struct Counts<'c> {
    /// Bytes that came in, and that are written.
    pub bytes: [u64; 2],
    /// Paragraphs that were found, and that stay.
    pub blocks: [usize; 2],
    /// Edits by rule.
    pub edits: &'c [(u16, u32)],
    /// Guesses and losses by rule.
    pub notes: &'c [(u16, u32)],
}

impl Counts<'_> {
    /// Appends them as a JSON object.
    pub fn write(&self, rules: &Rules, out: &mut String) {
        out.push_str("{\"bytes_in\":");
        json::number(self.bytes[0], out);
        out.push_str(",\"bytes_out\":");
        json::number(self.bytes[1], out);
        out.push_str(",\"blocks\":");
        json::number(self.blocks[0] as u64, out);
        out.push_str(",\"kept\":");
        json::number(self.blocks[1] as u64, out);
        if self.edits.is_empty() && self.notes.is_empty() {
            out.push_str(",\"edits\":{},\"notes\":{}}");
            return;
        }
        out.push_str(",\"edits\":");
        by_rule(self.edits, rules, out);
        out.push_str(",\"notes\":");
        by_rule(self.notes, rules, out);
        out.push('}');
    }
}

/// In the order of the names of the rules.
fn by_rule(counts: &[(u16, u32)], rules: &Rules, out: &mut String) {
    if counts.is_empty() {
        out.push_str("{}");
        return;
    }
    let mut named: Vec<(&str, u32)> = counts.iter().map(|(r, n)| (&*rules.get(RuleId(*r)).id, *n)).collect();
    named.sort_unstable();
    out.push('{');
    for (i, (name, n)) in named.into_iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        json::string(name, out);
        out.push(':');
        json::number(n.into(), out);
    }
    out.push('}');
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draft::{Cut, Form, Piece};

    #[test]
    fn every_kind_of_removed_block_is_told() {
        let rules = Rules::builtin();
        let rule = |id: &'static str| rules.rule(id).0;
        let cuts = [
            None,
            Some(Cut { rule: rule("paragraph/repeat"), first: Some(First::Here(0)), similarity: None }),
            Some(Cut { rule: rule("dump/paragraph"), first: Some(First::There { doc: 7, block: 3 }), similarity: None }),
            Some(Cut { rule: rule("dump/near-record"), first: Some(First::There { doc: 9, block: WHOLE }), similarity: Some(912) }),
            Some(Cut { rule: rule("site/recurring-line"), first: None, similarity: None }),
        ];
        let pieces = (0u32..).zip(cuts);
        let pieces = pieces.map(|(i, cut)| Piece { span: (i, i + 1), kind: Form::Paragraph, at: (10 + i, 20 + i), cut }).collect();
        let mut draft = Draft { text: "a\"cde".into(), bytes_in: 70, pieces, blocks: true, metadata: "{}".into(), ..Draft::default() };
        let places = |doc| ("in \"1\"".to_owned(), doc + 1);
        let [counts, removed] = Details::new(&draft, 2, rules, &places).parts();
        assert_eq!(counts, r#"{"bytes_in":70,"bytes_out":2,"blocks":5,"kept":1,"edits":{},"notes":{}}"#);
        let blocks = [
            r#"{"rule":"paragraph/repeat","text":"\"","at":[11,21],"first":[10,20]}"#,
            r#"{"rule":"dump/paragraph","text":"c","at":[12,22],"first":{"path":"in \"1\"","record":8,"block":3}}"#,
            r#"{"rule":"dump/near-record","text":"d","at":[13,23],"first":{"path":"in \"1\"","record":10},"similarity":0.912}"#,
            r#"{"rule":"site/recurring-line","text":"e","at":[14,24]}"#,
        ];
        assert_eq!(removed, format!("[{}]", blocks.join(",")));
        // rules by name, not by number
        draft.pieces.clear();
        let (one, two) = (rule("tidy/control"), rule("paragraph/repeat"));
        assert!(one < two);
        (draft.edits, draft.notes) = (vec![(one, 3), (two, 2)], vec![(one, 1)]);
        let charset = r#"{"confidence":0.0,"language":null,"name":"","why":""}"#;
        let by_rule = r#""edits":{"paragraph/repeat":2,"tidy/control":3},"notes":{"tidy/control":1}"#;
        let counts = format!("{{\"bytes_in\":70,\"bytes_out\":0,\"blocks\":0,\"kept\":0,{by_rule}}}");
        let members = Details::new(&draft, 0, rules, &places).members();
        assert_eq!(members, format!("\"metadata\":{{}},\"charset\":{charset},\"counts\":{counts},\"removed\":[]"));
    }
}
