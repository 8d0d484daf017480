//! The first sieve: characters without their context, a few dozen bytes of each candidate, some nanoseconds a byte. Leaves the handful
//! that are worth the full price of `contest`.

use std::sync::OnceLock;

use super::alphabet;
use super::candidates::Candidate;
use crate::codec::{Codec, Step};
use crate::model::{Model, NAT};

/// Bytes beyond ASCII that the sieve looks at.
pub(super) const BYTES: usize = 36;
/// How far behind the best a candidate may be to stay, in 1/16 nat: so much at once, and so much more a byte. Wrong readings that stay
/// cost a microsecond each; the right reading lies within 10 nats and half a nat a byte on every text of the development set.
const SLACK: u32 = 18 * NAT;
const SLACK_A_BYTE: u32 = NAT;
/// What a malformed sequence costs here, and what a pair saves whose second byte is ASCII, which others pay apart.
const ERROR: u32 = 14 * NAT;
const ASCII: u32 = 5 * NAT / 2;

/// Candidates that stay, each once with its first character at the start of the bytes and once with a cut one before it, as told.
/// Charsets in `declared` stay unless they read malformed sequences.
pub(super) fn sieve<'c>(text: &[u8], lanes: impl Iterator<Item = (&'c Candidate, usize)>, declared: &[Codec]) -> Vec<(Candidate, usize)> {
    let mut kept: Vec<(Candidate, usize, u32)> = Vec::with_capacity(80);
    let mut best = u32::MAX;
    // Bytes beyond ASCII, and whether an ASCII letter stands beside.
    let letter = |at: usize| text.get(at).is_some_and(u8::is_ascii_alphabetic);
    let high: Vec<(usize, usize)> = (0..text.len())
        .filter(|&at| text[at] >= 0x80)
        .map(|at| (usize::from(text[at] & 0x7F), usize::from(letter(at + 1) || (at > 0 && letter(at - 1)))))
        .collect();
    let slack = SLACK + SLACK_A_BYTE * high.len() as u32;
    for (&candidate, torn) in lanes {
        if !candidate.codec.holds_ascii() {
            // Units of UTF-16 take bytes for which others pay nothing here: no comparison.
            kept.push((candidate, torn, 0));
            continue;
        }
        let cost = candidate.prior
            + if candidate.codec.is_single_byte() {
                let table = single(candidate.codec);
                high.iter().map(|&(b, beside)| u32::from(table[beside][b])).sum::<u32>()
            } else {
                several(candidate.codec, text, torn, best.saturating_add(slack))
            };
        best = best.min(cost);
        if torn == 0 && declared.contains(&candidate.codec) && candidate.codec.decode_strict(text).is_some() {
            kept.push((candidate, torn, 0));
        } else if cost <= best.saturating_add(slack) {
            kept.push((candidate, torn, cost));
        }
    }
    kept.retain(|k| k.2 <= best.saturating_add(slack));
    kept.sort_by_key(|k| k.2);
    kept.into_iter().map(|(c, torn, _)| (c, torn)).collect()
}

/// Prices of the upper half of a single-byte charset, at most 255: first apart, then beside ASCII letters, where Latin letters are at
/// home and those of other scripts are not.
fn single(codec: Codec) -> &'static [[u8; 128]; 2] {
    static TABLES: OnceLock<Vec<(Codec, [[u8; 128]; 2])>> = OnceLock::new();
    let tables = TABLES.get_or_init(|| {
        let all = Codec::ALL.iter().filter(|c| c.is_single_byte());
        let price = |codec: Codec, b: usize, beside: bool| {
            let Some(c) = codec.byte(b as u8 | 0x80) else { return ERROR.min(255) as u8 };
            let alone = Model::shared().alone(c).min(if beside && alphabet::knows(c) { alphabet::RARE } else { u32::MAX });
            let price = match c {
                _ if !beside => alone,
                '\u{C0}'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}' => alone / 2,
                '\u{300}'..='\u{36F}' => alone / 2,
                c if c.is_alphabetic() => alone + 6 * NAT,
                _ => alone + NAT,
            };
            price.min(255) as u8
        };
        all.map(|&c| (c, [false, true].map(|beside| std::array::from_fn(|b| price(c, b, beside))))).collect()
    });
    let at = tables.binary_search_by_key(&codec, |t| t.0).unwrap_or(0);
    &tables[at].1
}

/// Price of a text in a charset of several bytes a character; what is ASCII costs nothing.
fn several(codec: Codec, text: &[u8], torn: usize, ceiling: u32) -> u32 {
    let model = Model::shared();
    let mut cost = 0;
    codec.visit(text, torn, |at, step| {
        match step {
            Step::One('\0'..='\x7F', 1) => {}
            Step::One(c, n) => {
                cost += model.alone(c);
                // A pair whose second byte is ASCII took a byte for which others pay nothing here.
                cost = cost.saturating_sub(if n == 2 && text[at + 1] < 0x80 && codec.holds_ascii() { ASCII } else { 0 });
            }
            Step::Two(..) => cost += 2 * ASCII,
            Step::Bad(_) => cost += ERROR,
        }
        cost <= ceiling
    });
    cost
}

/// Drops single-byte charsets that read all bytes of a document as the same characters as one that stands before them; a charset in
/// `declared` stands before all others.
pub(super) fn distinct(bytes: &[u8], lanes: &mut Vec<(Candidate, usize)>, declared: &[Codec]) {
    if lanes.len() < 2 {
        return;
    }
    let mut seen = [false; 256];
    bytes.iter().take(64 << 10).for_each(|&b| seen[usize::from(b)] = true);
    let present: Vec<u8> = (0x80..=0xFFu8).filter(|&b| seen[usize::from(b)]).collect();
    lanes.sort_by_key(|l| (!declared.contains(&l.0.codec), l.0.prior));
    let mut kept: Vec<(Candidate, usize)> = Vec::with_capacity(lanes.len());
    for &(candidate, torn) in lanes.iter() {
        let codec = candidate.codec;
        let twin = |k: &(Candidate, usize)| k.0.codec.is_single_byte() && present.iter().all(|&b| k.0.codec.byte(b) == codec.byte(b));
        if !(codec.is_single_byte() && kept.iter().any(twin)) {
            kept.push((candidate, torn));
        }
    }
    *lanes = kept;
}
