//! What a short stretch leaves of the signs and letters it stands among. Damage takes all bytes of a text alike; what reads as a few letters
//! of another script by chance leaves its neighbours as odd as they were: ornaments, texts in a font that is a charset of its own. Whether
//! a stretch by itself is believed is decided in `belief`.

use super::kinds::{is_latin, is_letter, is_wide};
use super::search::Change;
use crate::codec::Codec;

/// Letters of another script that a stretch has at most to be short: of more the model is sure. Origin: ornaments of chats and Armenian
/// of ARMSCII-8, which have up to three.
const SHORT: usize = 4;

/// Whether a change explains too little of what it stands among: less than two thirds of such signs and letters of the word it is in, or
/// as pairs of bytes, of the line.
pub(super) fn leaves_too_much(line: &[char], changes: &[Change], change: &Change) -> bool {
    let Change { pair, segment, .. } = change;
    let letters = segment.now.chars().filter(|c| !c.is_ascii() && is_letter(*c));
    if !pair.read.is_single_byte() || letters.clone().take(SHORT + 1).count() > SHORT || letters.clone().all(is_latin) {
        return false;
    }
    let odd = line[segment.from..segment.to].iter().filter(|c| !c.is_ascii());
    // Three bytes of UTF-8 prove themselves.
    let is_wide = segment.now.chars().any(is_wide);
    if pair.written == Codec::UTF_8 && is_wide || odd.clone().filter(|c| is_of_latin(**c)).count() * 2 < odd.count() {
        return false;
    }
    let ends = |c: &char| c.is_ascii_whitespace() || *c == '\u{a0}';
    let from = line[..segment.from].iter().rposition(ends).map_or(0, |at| at + 1);
    let to = line[segment.to..].iter().position(ends).map_or(line.len(), |at| segment.to + at);
    let (explained, left) = counts(line, changes, from, to);
    if left * 2 >= explained {
        return true;
    }
    let (explained, left) = counts(line, changes, 0, line.len());
    is_wide && left * 2 >= explained
}

/// Signs and letters of ISO 8859-1, most of which the charsets of a Mac and of DOS have as well.
fn is_of_latin(c: char) -> bool {
    ('\u{a1}'..='\u{ff}').contains(&c)
}

/// Of these from here to there those that changes explain, and those they leave. Controls and marks of loss are none: they are damage, too.
fn counts(line: &[char], changes: &[Change], from: usize, to: usize) -> (usize, usize) {
    let mut all = [0; 2];
    let mut next = changes.iter().peekable();
    for (at, c) in line.iter().enumerate().take(to).skip(from) {
        while next.next_if(|c| c.segment.to <= at).is_some() {}
        let is_left = next.peek().is_none_or(|c| at < c.segment.from);
        all[usize::from(is_left)] += usize::from(is_of_latin(*c));
    }
    (all[0], all[1])
}
