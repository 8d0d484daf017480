//! Files in several charsets: whether a file is one, and which part is in which, by the cheapest path through all its lines. Parts
//! begin and end in ASCII that belongs to no character.

use std::ops::Range;

use encoding_rs::Encoding;
use memchr::memchr;

use super::candidates::{self, Candidate};
use super::contest::contest;
use super::islands::{errors, is_damaged_utf8, island, surely_utf8};
use super::lane::{Lane, Steps};
use super::reading::Plan;
use super::sample::is_border;
use super::{Charset, Segment, coarse};
use crate::codec::Codec;
use crate::model::{Model, NAT};

/// Price of another charset from one place to the next, in 1/16 nat: inside a line, and at the start of one.
const SWITCH: u32 = 15 * NAT;
const SWITCH_AT_LINE: u32 = 9 * NAT;
/// Lines that are looked at closely, at most, to learn which charsets a file holds.
const PROBES: usize = 32;
/// Bytes of a line that are looked at.
const PROBE: usize = 160;
/// Bytes that tell whether a line deserves a closer look.
const GLANCE: usize = 40;
/// A file up to this size is looked at line by line.
const SMALL: usize = 4096;
/// A line dearer than this under the charset of the file is tried under others: clean text of any language is below.
const DEAR: u32 = 15 * NAT / 2;
/// A line whose characters are no dearer than this each without their context needs no closer look: pairs, and letters.
const CHEAP: u32 = 15 * NAT / 2;
const CHEAP_LETTER: u32 = 4 * NAT;
/// What a line may cost on top: a name, a rare word.
const SPARE: u32 = 10 * NAT;
/// The most a part may cost a character to be cut out.
const READABLE: u32 = 15 * NAT / 2;
/// How clearly another charset must win a line to count.
const GAIN: u32 = 14 * NAT;
/// How far all other charsets must be behind for a rough look at a line to settle it.
const CLEARLY: u32 = 40 * NAT;
/// What a run may cost a character at a rough look that settles its line.
const DEAR_RUN: u32 = 9 * NAT;
/// Bytes of a part that show whether it is text.
const PART: usize = 512;
/// Charsets that can stand beside each other in one file: the common ones, by their prior.
const COMMON: u32 = 5 * NAT / 2;

/// The final word on a file whose best single charset is that of `winner`.
pub(super) fn resolve(bytes: &[u8], mut charset: Charset, winner: &Lane) -> (Charset, Plan<'static>) {
    let one = Plan::Whole { codec: winner.codec, skip: 0, torn: winner.torn };
    if !winner.codec.holds_ascii() {
        return (charset, one);
    }
    let mut codecs = vec![winner.codec];
    others(bytes, winner.codec, &mut codecs);
    if codecs.len() == 1 {
        return (charset, one);
    }
    let parts = path(bytes, &codecs);
    if parts.len() < 2 {
        return match parts.first() {
            Some(&(_, codec)) if codec != winner.codec => {
                charset.name = codec.name();
                (charset, Plan::Whole { codec, skip: 0, torn: 0 })
            }
            _ => (charset, one),
        };
    }
    charset.name = dominant(bytes, &parts).name();
    charset.why = "several charsets".into();
    let mut from = 0;
    for &(to, codec) in &parts {
        charset.segments.push(Segment { at: (from..to).into(), name: codec.name() });
        from = to;
    }
    (charset, Plan::Parts { skip: 0, parts })
}

/// The charset with most lines; the earlier one of equals.
fn dominant(bytes: &[u8], parts: &[(usize, Codec)]) -> Codec {
    let mut lines: Vec<(Codec, usize)> = Vec::new();
    let mut from = 0;
    for &(to, codec) in parts {
        let n = memchr::memchr_iter(b'\n', &bytes[from..to]).count().max(1);
        match lines.iter_mut().find(|l| l.0 == codec) {
            Some(l) => l.1 += n,
            None => lines.push((codec, n)),
        }
        from = to;
    }
    let most = lines.iter().map(|l| l.1).max();
    lines.iter().find(|l| Some(l.1) == most).map_or(Codec::UTF_8, |l| l.0)
}

/// Adds the charsets that lines of the file are in, other than the ones in `codecs`.
fn others(bytes: &[u8], main: Codec, codecs: &mut Vec<Codec>) {
    let mut candidates: Vec<Candidate> = Vec::new();
    let mut probe = |line: Range<usize>| {
        let line = line.start..line.end.min(line.start + PROBE);
        if bytes[line.clone()].is_ascii() || codecs.len() > 5 {
            return;
        }
        let alone = &bytes[line];
        if codecs.iter().any(|&codec| is_fine(alone, codec)) {
            return;
        }
        if candidates.is_empty() {
            candidates.extend(candidates::narrow().iter().filter(|c| c.prior <= COMMON || c.codec == main));
        }
        if coarse::is_cheapest(main, &alone[Encoding::ascii_valid_up_to(alone).saturating_sub(8)..], &candidates) {
            return;
        }
        let outcome = contest(alone, &candidates, &[], std::iter::once(0..alone.len()));
        let best = &outcome.lanes[0];
        let behind = outcome.lanes.iter().find(|l| l.codec == main).map_or(u32::MAX, |l| l.cost - best.cost);
        if best.codec != main && behind > GAIN && is_readable(best) && !codecs.contains(&best.codec) {
            codecs.push(best.codec);
        }
    };
    if main == Codec::UTF_8 {
        for at in errors(bytes, 2 * PROBE).take(PROBES) {
            probe(line_around(bytes, at));
        }
        return;
    }
    if let Some(at) = island(bytes) {
        probe(line_around(bytes, at));
    }
    if bytes.len() <= SMALL {
        let mut from = memchr(b'\n', bytes).map_or(bytes.len(), |_| 0);
        while from < bytes.len() {
            let line = line_around(bytes, from);
            from = line.end + 1;
            probe(line);
        }
    } else {
        for i in 0..PROBES {
            let at = (bytes.len() / PROBES) * i;
            let high = at + Encoding::ascii_valid_up_to(&bytes[at..(at + bytes.len() / PROBES).min(bytes.len())]);
            if high < bytes.len() {
                probe(line_around(bytes, high));
            }
        }
    }
}

/// The line around a place, from at most [`PROBE`] bytes before it.
fn line_around(bytes: &[u8], at: usize) -> Range<usize> {
    let from = at.saturating_sub(PROBE / 2);
    let start = memchr::memrchr(b'\n', &bytes[from..at]).map_or(from, |i| from + i + 1);
    // A line entered in its middle is entered behind a byte that ends every character.
    let start =
        if start == from && from > 0 { bytes[from..at].iter().position(|&b| is_border(b)).map_or(at, |i| from + i + 1) } else { start };
    let far = bytes.len().min(at + 2 * PROBE);
    let end = memchr(b'\n', &bytes[at..far]).map_or(far, |i| at + i);
    start..end
}

/// True when a line reads well enough in a charset, judged by its first bytes beyond ASCII.
fn is_fine(line: &[u8], main: Codec) -> bool {
    if main == Codec::UTF_8 {
        return is_damaged_utf8(line);
    }
    let high = Encoding::ascii_valid_up_to(line);
    let rough = coarse::rough_beginning(main, &line[high..line.len().min(high + GLANCE)]);
    if rough.errors == 0 && rough.cost <= SPARE + rough.chars * if main.is_single_byte() { CHEAP_LETTER } else { CHEAP } {
        return true;
    }
    let mut lane = Lane::over(main);
    lane.read_all(&mut Steps::default(), &line[high..line.len().min(high + GLANCE)], true);
    lane.errors == 0 && lane.cost <= lane.chars * DEAR + 10 * NAT
}

/// True when a reading is text and not only less bad than another.
fn is_readable(lane: &Lane) -> bool {
    lane.errors * 50 <= lane.chars && lane.cost <= lane.chars * READABLE + 12 * NAT
}

/// The cheapest path of charsets through the units of a file: lines that are clear at a rough look, and runs beyond ASCII of the others.
struct Path<'c> {
    codecs: &'c [Codec],
    /// What the cheapest path to here costs that ends in each charset.
    costs: Vec<u32>,
    /// Where each unit ends, and for each charset the one before it.
    ends: Vec<usize>,
    came: Vec<u8>,
}

impl<'c> Path<'c> {
    fn new(codecs: &'c [Codec]) -> Path<'c> {
        Path { codecs, costs: vec![0; codecs.len()], ends: Vec::new(), came: Vec::new() }
    }

    /// Goes on by a unit that ends at `end` and costs what `price` says in each charset.
    fn go(&mut self, end: usize, switch: u32, mut price: impl FnMut(usize) -> u32) {
        let cheapest = (0..self.costs.len()).min_by_key(|&i| self.costs[i]).unwrap_or(0);
        let floor = self.costs[cheapest];
        for (i, cost) in self.costs.iter_mut().enumerate() {
            let switched = *cost > floor + switch;
            self.came.push(if switched { cheapest } else { i } as u8);
            *cost = if switched { floor + switch } else { *cost } + price(i);
        }
        // Only differences count; this keeps them small in files of any size.
        let least = self.costs.iter().copied().min().unwrap_or(0);
        self.costs.iter_mut().for_each(|c| *c -= least);
        self.ends.push(end);
    }

    /// Ends and charsets of its parts.
    fn parts(&self) -> Vec<(usize, Codec)> {
        let mut now = (0..self.costs.len()).min_by_key(|&i| self.costs[i]).unwrap_or(0);
        let mut parts: Vec<(usize, Codec)> = Vec::new();
        for (unit, &end) in self.ends.iter().enumerate().rev() {
            match parts.last() {
                Some(&(_, codec)) if codec == self.codecs[now] => {}
                _ => parts.push((end, self.codecs[now])),
            }
            now = usize::from(self.came[unit * self.codecs.len() + now]);
        }
        parts.reverse();
        parts
    }
}

/// The runs beyond ASCII of some bytes, each up to a byte that ends every character, with the text in front of it.
fn runs(bytes: &[u8], range: Range<usize>) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = range.start;
    std::iter::from_fn(move || {
        let high = at + Encoding::ascii_valid_up_to(&bytes[at..range.end]);
        if high == range.end {
            return None;
        }
        let start = high - bytes[at..high].iter().rev().take(16).take_while(|&&b| b >= b' ').count();
        at = high + bytes[high..range.end].iter().position(|&b| is_border(b)).unwrap_or(range.end - high);
        Some(start..at)
    })
}

/// What a line costs in each charset at a rough look, and where its last run ends: when one of them is far before the others and reads
/// every run of the line well. `guess` is the one that is tried first, and after it the one that was clear. What the others cost is told
/// no further than that they are far behind: the path never goes through them then.
fn clear(bytes: &[u8], line: Range<usize>, codecs: &[Codec], guess: &mut usize, costs: &mut Vec<u32>) -> Option<usize> {
    if let Some(utf8) = codecs.iter().position(|&c| c == Codec::UTF_8)
        && let Some(end) = surely_utf8(bytes, line.clone())
    {
        *guess = utf8;
        costs.clear();
        costs.extend((0..codecs.len()).map(|i| if i == utf8 { 0 } else { CLEARLY }));
        return Some(end);
    }
    let order = std::iter::once(*guess).chain((0..codecs.len()).filter(|i| i != guess));
    let (best, (cost, end)) = order.into_iter().find_map(|i| Some((i, read_well(bytes, line.clone(), codecs[i])?)))?;
    let far = cost + CLEARLY;
    if (0..codecs.len()).any(|i| i != best && coarse::rough_up_to(codecs[i], &bytes[line.clone()], far).cost < far) {
        return None;
    }
    *guess = best;
    costs.clear();
    costs.extend((0..codecs.len()).map(|i| if i == best { cost } else { far }));
    Some(end)
}

/// What a line costs in a charset at a rough look, and where its last run ends, when all its runs read well.
fn read_well(bytes: &[u8], line: Range<usize>, codec: Codec) -> Option<(u32, usize)> {
    let (mut cost, mut end) = (0, None);
    for run in runs(bytes, line) {
        let rough = coarse::rough(codec, &bytes[run.clone()]);
        if rough.errors > 0 || rough.cost > rough.chars * DEAR_RUN + 10 * NAT {
            return None;
        }
        cost += rough.cost;
        end = Some(run.end);
    }
    Some((cost, end?))
}

/// Ends and charsets of the parts of a file, along the cheapest path.
fn path(bytes: &[u8], codecs: &[Codec]) -> Vec<(usize, Codec)> {
    let model = Model::shared();
    let mut lanes: Vec<Lane> = codecs.iter().map(|&c| Lane::over(c)).collect();
    let mut steps = Steps::default();
    let mut path = Path::new(codecs);
    let (mut guess, mut costs) = (0, Vec::new());
    let mut at = 0;
    while at < bytes.len() {
        let end = memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |i| at + i + 1);
        let line = at..end;
        at = end;
        if bytes[line.clone()].is_ascii() {
            continue;
        }
        if let Some(end) = clear(bytes, line.clone(), codecs, &mut guess, &mut costs) {
            path.go(end, SWITCH_AT_LINE, |i| costs[i]);
            continue;
        }
        let mut switch = SWITCH_AT_LINE;
        lanes.iter_mut().for_each(|l| l.break_line(model, &mut steps));
        for run in runs(bytes, line) {
            path.go(run.end, switch, |i| {
                let before = lanes[i].cost;
                lanes[i].read_all(&mut steps, &bytes[run.clone()], run.end == bytes.len());
                lanes[i].cost - before
            });
            lanes.iter_mut().for_each(|l| l.cost = 0);
            switch = SWITCH;
        }
    }
    let mut parts = path.parts();
    // A part that does not read well in its own charset stays with the file's.
    let mut from = 0;
    for part in &mut parts {
        let (to, codec) = *part;
        if codec != codecs[0] {
            let head = &bytes[from..to.min(from + PART)];
            let rough = coarse::rough(codec, head);
            if rough.errors > 0 || rough.cost > rough.chars * CHEAP {
                let mut lane = Lane::over(codec);
                lane.read_all(&mut steps, head, true);
                if !is_readable(&lane) {
                    part.1 = codecs[0];
                }
            }
        }
        from = to;
    }
    parts.dedup_by(|next, kept| {
        let same = next.1 == kept.1;
        if same {
            kept.0 = next.0;
        }
        same
    });
    if let Some(last) = parts.last_mut() {
        last.0 = bytes.len();
    }
    parts
}
