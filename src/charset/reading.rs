//! The decoding itself: a plan of charsets becomes layer 0 with its edits. Who is in the plan is decided in `verdict`.

use std::borrow::Cow;
use std::ops::Range;

use crate::codec::Codec;
use crate::edit::{CERTAIN, Edit};
use crate::layer::{Layer, Stage};
use crate::rules::Rules;
use crate::span::Span;

/// Which bytes are read as what.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Plan<'a> {
    /// All of them as they stand: UTF-8, which is known already.
    Text(&'a str),
    /// Everything after `skip` bytes of byte order mark, as one charset; the first `torn` bytes are what is left of a character cut
    /// off before the document.
    Whole { codec: Codec, skip: usize, torn: usize },
    /// Several charsets: ends and charsets of the parts, ascending, the last end is that of the bytes.
    Parts { skip: usize, parts: Vec<(usize, Codec)> },
    /// No text at all.
    Binary,
}

/// Reads `bytes` by a plan. `confidence` in percent is that of every edit which follows from the choice of the charset.
pub(super) fn layer<'a>(bytes: &'a [u8], plan: &Plan<'a>, confidence: u8, rules: &Rules) -> Layer<'a> {
    let borrowed = |text| Layer { stage: Stage::Decode, text: Cow::Borrowed(text), edits: Vec::new() };
    let mut pen = Pen { out: String::new(), edits: Vec::new(), rules, confidence };
    match plan {
        Plan::Text(text) => return borrowed(text),
        Plan::Binary => {
            if bytes.is_empty() {
                return borrowed("");
            }
            Codec::UTF_8.decode_into(bytes, &mut pen.out, |_| {});
            let now = Span::new(0, pen.out.len());
            pen.edits.push(Edit { was: (0..bytes.len()).into(), now, rule: rules.rule("charset/binary"), confidence });
        }
        &Plan::Whole { codec, skip, torn } => {
            if skip == 0
                && (codec == Codec::UTF_8 || codec.holds_ascii() && bytes.is_ascii())
                && let Ok(text) = simdutf8::basic::from_utf8(bytes)
            {
                return borrowed(text);
            }
            pen.out.reserve(bytes.len() + if codec == Codec::UTF_8 { 0 } else { bytes.len() / 2 });
            pen.bom(skip);
            pen.torn(torn);
            pen.part(bytes, skip + torn..bytes.len(), codec, "charset/decoded");
        }
        Plan::Parts { skip, parts } => {
            pen.out.reserve(bytes.len() + bytes.len() / 2);
            pen.bom(*skip);
            let mut from = *skip;
            for &(to, codec) in parts {
                pen.part(bytes, from..to, codec, "charset/segment");
                from = to;
            }
        }
    }
    Layer { stage: Stage::Decode, text: Cow::Owned(pen.out), edits: pen.edits }
}

struct Pen<'r> {
    out: String,
    edits: Vec<Edit>,
    rules: &'r Rules,
    confidence: u8,
}

impl Pen<'_> {
    fn bom(&mut self, skip: usize) {
        if skip > 0 {
            let rule = self.rules.rule("charset/bom");
            self.edits.push(Edit { was: (0..skip).into(), now: Span::default(), rule, confidence: CERTAIN });
        }
    }

    fn torn(&mut self, torn: usize) {
        if torn > 0 {
            let now = self.out.len();
            self.out.push('\u{FFFD}');
            let now = Span::new(now, self.out.len());
            self.edits.push(Edit { was: (0..torn).into(), now, rule: self.rules.rule("charset/malformed"), confidence: CERTAIN });
        }
    }

    /// Decodes one part; its runs beyond ASCII are edits of `rule`, its errors of `charset/malformed`.
    fn part(&mut self, bytes: &[u8], at: Range<usize>, codec: Codec, rule: &'static str) {
        let (decoded, malformed) = (self.rules.rule(rule), self.rules.rule("charset/malformed"));
        let Pen { out, edits, confidence, .. } = self;
        codec.decode_into(&bytes[at.clone()], out, |piece| {
            let was = Span::new(at.start + piece.was.start, at.start + piece.was.end);
            let (rule, confidence) = if piece.malformed { (malformed, CERTAIN) } else { (decoded, *confidence) };
            edits.push(Edit { was, now: piece.now.into(), rule, confidence });
        });
    }
}
