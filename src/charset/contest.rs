//! The same bytes under every candidate: each charset pays for the text it reads, the cheapest wins. Candidates that fall far behind
//! are dropped early, so that the price of a contest is about one walk over the sample.

use std::collections::HashMap;
use std::ops::Range;

use super::abreast::Abreast;
use super::candidates::Candidate;
use super::coarse;
use super::lane::{Lane, Steps, repeats};
use super::pages::{Pages, bit};
use super::sample::is_word;
use crate::codec::{Codec, Step};
use crate::model::{Model, NAT};

/// How much further behind a declared charset may fall without an error: titles in capitals, said again and again, cost it that much.
const PATIENCE: u32 = 300 * NAT;
/// A candidate this far behind is dropped at once.
const HOPELESS: u32 = 36 * NAT;
/// Bytes of sample after which candidates are compared.
const STAGES: [usize; 5] = [32, 96, 320, 1280, 5120];
/// The stage after which single-byte charsets read on only where they differ.
const ENOUGH: usize = 96;
/// Bytes of the document that are searched for such places, how many are read before charsets are compared, doubled each round, and the
/// characters before and after that are read along: two decide what a letter costs.
const REST: usize = 64 << 10;
const SITES: usize = 12;
const ROUNDS: usize = 3;
const AROUND: usize = 2;
const LONGEST_SITE: usize = 256;
/// Bytes before and behind such a place that are weighed as the rest of its word.
const WORD: usize = 12;
/// Bytes of sample that are compared to tell whether two charsets read the same text.
const APART: usize = 512;
/// Bytes of sample that a close outcome holds.
const SAMPLE: usize = 768;
/// Bytes of ASCII text before and behind a window that tell its language.
const NEAR: usize = 48;
/// After a stage, candidates this far behind are dropped, and a leader this far before everybody has won.
const CLEAR: u32 = 26 * NAT;

/// What a contest found: the lanes that were still in it at its end, the cheapest first, the sample they read, and the places behind it that
/// they read because they differ there.
#[derive(Debug)]
pub(super) struct Outcome {
    pub lanes: Vec<Lane>,
    pub sample: Vec<Range<usize>>,
    pub sites: Vec<Range<usize>>,
}

/// Lets `candidates` read the windows of `bytes`. The charsets in `declared` are not dropped so soon: what their declaration is worth is
/// decided by who calls.
pub(super) fn contest(bytes: &[u8], candidates: &[Candidate], declared: &[Codec], windows: impl Iterator<Item = Range<usize>>) -> Outcome {
    let model = Model::shared();
    let mut signs = Signs::default();
    let mut words = Words::default();
    let mut windows = windows.filter(|w| signs.say_more(bytes, w.clone()) && words.say_more(&bytes[w.clone()]));
    let mut first: Vec<Range<usize>> = Vec::new();
    let mut text = Vec::with_capacity(4 * coarse::BYTES);
    let mut high = 0;
    while high < coarse::BYTES && text.len() < 8 * coarse::BYTES {
        let Some(w) = windows.next() else { break };
        let most = w.len().min(4 * coarse::BYTES);
        high += bytes[w.start..w.start + most].iter().filter(|&&b| b >= 0x80).count();
        text.extend_from_slice(&bytes[w.start..w.start + most]);
        first.push(w);
    }
    text.truncate(2 * coarse::BYTES);
    if let Some((at, _)) = text.iter().enumerate().filter(|(_, b)| **b >= 0x80).nth(coarse::DENSE) {
        text.truncate(at);
    }
    let mut windows = first.into_iter().chain(windows);
    let torn = |c: &Candidate| {
        let torn = torn_start(c.codec, bytes);
        // Continuation bytes at the start of UTF-8 can be nothing but a cut.
        (torn == 0 || c.codec != Codec::UTF_8, torn)
    };
    let wide = candidates.iter().any(|c| !c.codec.holds_ascii());
    let mut kept = coarse::sieve(&text, candidates, torn, wide, declared);
    coarse::distinct(bytes, &mut kept, declared);
    if let [only] = kept[..]
        && let Some(rough) = only.plain(&text)
    {
        let mut lane = Lane::new(only.codec, only.torn, only.prior + rough.cost, model);
        (lane.chars, lane.beyond) = (rough.chars, rough.chars);
        return Outcome { lanes: vec![lane], sample: Vec::new(), sites: Vec::new() };
    }
    let mut lanes: Vec<Lane> = kept.iter().map(|k| Lane::new(k.codec, k.torn, k.prior, model)).collect();
    for lane in lanes.iter_mut().filter(|l| declared.contains(&l.codec)) {
        lane.patience = PATIENCE;
    }
    let mut sample: Vec<Range<usize>> = Vec::new();
    let mut sites: Vec<Range<usize>> = Vec::new();
    let mut steps = Steps::of(lanes.len());
    let mut abreast = Abreast::default();
    let mut seen = Seen::default();
    let mut read = 0;
    for stage in STAGES {
        while read < stage {
            // A window that the stage cuts is read to the limit by all lanes and finished in the next stage.
            let fresh = match sample.last() {
                Some(w) if lanes.iter().any(|l| l.at < w.len()) => w.clone(),
                _ => {
                    let Some(w) = windows.next() else { break };
                    for lane in &mut lanes {
                        lane.at = if w.start == 0 { lane.torn } else { 0 };
                    }
                    sample.push(w.clone());
                    w
                }
            };
            let done = lanes.iter().map(|l| l.at).min().unwrap_or(0);
            let limit = fresh.len().min(done + stage - read);
            let mut best = u32::MAX;
            let torn_end = fresh.end == bytes.len() || bytes[fresh.end] >= 0x80;
            for lane in lanes.iter_mut().filter(|l| !l.reads_bytes()) {
                lane.read(model, &mut steps, &bytes[fresh.clone()], limit, best.saturating_add(HOPELESS), torn_end);
                best = best.min(lane.cost);
            }
            abreast.read(&mut lanes, &mut steps, &bytes[fresh.clone()], limit, best, HOPELESS);
            best = lanes.iter().map(|l| l.cost).fold(best, u32::min);
            lanes.retain(|l| l.hope() < best.saturating_add(HOPELESS));
            seen.add(&bytes[fresh.start + done.min(limit)..fresh.start + limit]);
            read += (limit - done).max(1);
            if lanes.iter().all(|l| l.at >= fresh.len()) {
                // Text of the next window is another text: only script and language are remembered.
                lanes.iter_mut().for_each(|l| l.break_line(model, &mut steps));
            }
        }
        for lane in lanes.iter_mut().filter(|l| l.errors > 0 && declared.contains(&l.codec)) {
            lane.patience = 0;
        }
        keep_near(&mut lanes, &seen);
        drop_repeated(&mut lanes);
        if lanes.len() == 1 || read < stage {
            break;
        }
        if stage >= ENOUGH && lanes.iter().all(|l| l.codec.is_single_byte()) {
            if let Some(w) = sample.last() {
                let from = w.start + lanes.iter().map(|l| l.at).min().unwrap_or(0);
                sites = read_differences(model, &mut steps, &mut abreast, bytes, from, &mut seen, &mut lanes);
            }
            break;
        }
    }
    // What is weighed once more later may be more than what was read here.
    let mut length: usize = sample.iter().map(Range::len).sum();
    while lanes.len() > 1 && length < SAMPLE {
        let Some(w) = windows.next() else { break };
        length += w.len();
        sample.push(w);
    }
    for lane in &mut lanes {
        lane.cost = lane.total();
    }
    Outcome { lanes, sample, sites }
}

/// Drops the lanes that are too far behind; the cheapest stands first afterwards.
fn keep_near(lanes: &mut Vec<Lane>, seen: &Seen) {
    for lane in lanes.iter_mut().filter(|l| l.reads_bytes()) {
        lane.suits = seen.suits(lane.page);
    }
    let best = lanes.iter().map(Lane::total).min().unwrap_or(0);
    lanes.retain(|l| l.total().saturating_sub(l.given_back()) < best + CLEAR);
    lanes.sort_by_key(Lane::total);
}

/// How often each byte beyond ASCII was read.
struct Seen {
    counts: [u32; 128],
    all: u32,
}

impl Default for Seen {
    fn default() -> Seen {
        Seen { counts: [0; 128], all: 0 }
    }
}

impl Seen {
    fn add(&mut self, bytes: &[u8]) {
        for b in bytes.iter().filter(|b| **b >= 0x80) {
            self.counts[usize::from(b & 0x7F)] += 1;
            self.all += 1;
        }
    }

    /// True when one language of `alphabet` has all letters a single-byte charset makes of these bytes, but for strays.
    fn suits(&self, page: u8) -> bool {
        /// Of so many letters one may be a stray.
        const STRAY: u32 = 32;
        let often = 1 + self.all / STRAY;
        let mut languages = u64::MAX;
        for (at, _) in self.counts.iter().enumerate().filter(|(_, n)| **n >= often) {
            languages &= Pages::get().languages(page, at as u8 | 0x80);
        }
        languages != 0
    }
}

/// The short windows there were so far: a word of a list that is said again and again says no more than twice.
#[derive(Default)]
struct Words<'b> {
    seen: HashMap<&'b [u8], u8>,
}

impl<'b> Words<'b> {
    /// So many times it counts, and bytes of a window up to which it is a word.
    const ENOUGH: u8 = 2;
    const LONGEST: usize = 2 * WORD;

    /// False for a word that was there often enough.
    fn say_more(&mut self, window: &'b [u8]) -> bool {
        // How often a sign stands before a word is counted elsewhere.
        let is_word = window.windows(2).any(|pair| pair[0].is_ascii_alphabetic() && pair[1] >= 0x80);
        if window.len() > Words::LONGEST || !is_word {
            return true;
        }
        let count = self.seen.entry(window).or_default();
        *count = count.saturating_add(1);
        *count <= Words::ENOUGH
    }
}

/// How often each byte beyond ASCII stood apart from letters, and before the capital that begins a word: a no-break space or an inverted
/// question mark in a hundred places says no more than in some.
struct Signs {
    counts: [[u8; 128]; 2],
}

impl Default for Signs {
    fn default() -> Signs {
        Signs { counts: [[0; 128]; 2] }
    }
}

impl Signs {
    /// So many times it counts, apart and before a capital. Origin: no letter makes more than an eighth of the 36 bytes that the sieve
    /// looks at; behind words nothing is left out, as word after word of a list may end alike.
    const ENOUGH: [u8; 2] = [4, 8];

    /// False for a place whose bytes beyond ASCII are all such signs, when there were enough of these; true when it has none.
    fn say_more(&mut self, bytes: &[u8], place: Range<usize>) -> bool {
        let (mut any, mut more) = (false, false);
        let byte = |i: Option<usize>| i.and_then(|i| bytes.get(i)).copied().unwrap_or(0);
        for at in place.filter(|&i| bytes[i] >= 0x80) {
            let (before, behind) = (byte(at.checked_sub(1)), byte(Some(at + 1)));
            let is_apart = |b: u8| b < 0x80 && !b.is_ascii_alphabetic() || b == bytes[at];
            if !is_apart(before) || !(is_apart(behind) || behind.is_ascii_uppercase()) {
                return true;
            }
            let kind = usize::from(behind.is_ascii_uppercase());
            let count = &mut self.counts[kind][usize::from(bytes[at] & 0x7F)];
            *count = count.saturating_add(1);
            any = true;
            more |= *count <= Signs::ENOUGH[kind];
        }
        more || !any
    }
}

/// Drops lanes that stand where a cheaper one of the same charset stands: cut off elsewhere at the start, they read alike from here on.
fn drop_repeated(lanes: &mut Vec<Lane>) {
    let mut at = 1;
    while at < lanes.len() {
        let lane = lanes[at];
        if lanes[..at].iter().any(|l| l.codec == lane.codec && l.at == lane.at && l.alike(&lane)) {
            lanes.remove(at);
        } else {
            at += 1;
        }
    }
}

/// Lets single-byte charsets read on only where they differ: what all of them read alike costs all the same. Returns these places.
fn read_differences(
    model: &Model,
    steps: &mut Steps,
    abreast: &mut Abreast,
    bytes: &[u8],
    from: usize,
    seen: &mut Seen,
    lanes: &mut Vec<Lane>,
) -> Vec<Range<usize>> {
    let mut sites = Vec::new();
    let mut signs = Signs::default();
    let pages = Pages::get();
    let end = bytes.len().min(from + REST);
    let mut at = from.min(end);
    for round in 0..ROUNDS {
        let first = lanes[0].page;
        let differ = lanes[1..].iter().fold(0, |all, l| all | pages.differ(first, l.page));
        let differs = |b: u8| differ & bit(b) != 0;
        for _ in 0..SITES << round {
            let Some(ahead) = bytes[at..end].iter().position(|&b| differs(b)) else {
                at = end;
                break;
            };
            let mut last = at + ahead;
            let start = at.max(last.saturating_sub(AROUND));
            let mut stop = last + 1;
            while stop < end && stop <= last + AROUND && stop - start < LONGEST_SITE {
                if differs(bytes[stop]) {
                    last = stop;
                }
                stop += 1;
            }
            at = stop;
            if !signs.say_more(bytes, start..stop) {
                continue;
            }
            let site = &bytes[start..stop];
            lanes.iter_mut().for_each(|l| l.at = 0);
            abreast.read(lanes, steps, site, site.len(), u32::MAX, u32::MAX);
            seen.add(site);
            sites.push(start..stop);
        }
        keep_near(lanes, seen);
        if lanes.len() == 1 || at == end {
            break;
        }
        lanes.iter_mut().for_each(|l| l.break_line(model, steps));
    }
    sites
}

/// The one character of a step, and its bytes; two characters of one pair never agree with another charset.
fn sole(step: Step) -> Option<(char, usize)> {
    match step {
        Step::One(c, n) => Some((c, n)),
        Step::Bad(n) => Some(('\u{FFFD}', n)),
        Step::Two(..) => None,
    }
}

/// Bytes at the start that may be the rest of a character cut off before them.
fn torn_start(codec: Codec, bytes: &[u8]) -> usize {
    let high = bytes.first().is_some_and(|&b| b >= 0x80);
    match codec {
        Codec::UTF_8 => bytes.iter().take(3).take_while(|&&b| (0x80..0xC0).contains(&b)).count(),
        Codec::UTF_16LE | Codec::UTF_16BE => usize::from(bytes.len() > 8),
        _ if codec.is_double_byte() && high && bytes.len() > 2 => 1,
        _ => 0,
    }
}

impl Outcome {
    /// About `most` bytes of the sample and the sites that are not in them, a newline after each: what the lanes paid for must be weighed
    /// as a whole, or a language the model does not know pays for its letters without its discount.
    pub fn bytes(&self, bytes: &[u8], most: usize) -> Vec<u8> {
        let mut text = Vec::with_capacity(most + 32);
        let mut left = most;
        let mut weighed: Vec<Range<usize>> = Vec::new();
        for w in &self.sample {
            if left == 0 {
                break;
            }
            let end = w.end.min(w.start + left);
            left -= end - w.start;
            let mut sign = 0;
            text.extend(bytes[w.start..end].iter().filter(|&&b| !repeats(&mut sign, b as char)));
            text.push(b'\n');
            weighed.push(w.start..end);
        }
        let mut done = 0;
        for site in &self.sites {
            // The whole word: where a word ends says something, too.
            let is_word = |b: &&u8| is_word(**b) || **b >= 0x80;
            let start = site.start - bytes[..site.start].iter().rev().take(WORD).take_while(is_word).count();
            let end = site.end + bytes[site.end..].iter().take(WORD).take_while(is_word).count();
            let word = start.max(done)..end;
            if word.start < word.end && weighed.iter().all(|w| word.end <= w.start || w.end <= word.start) {
                text.extend_from_slice(&bytes[word]);
                text.push(b'\n');
                done = end;
            }
        }
        text
    }

    /// About `most` bytes of ASCII text from before and behind the windows of the sample, as far as no markup cuts it; empty where a charset
    /// without ASCII may be right.
    pub fn beside(&self, bytes: &[u8], most: usize) -> String {
        let is_text = |b: &&u8| (b' '..0x7F).contains(*b) && !matches!(**b, b'<' | b'>' | b'{' | b'}' | b'=' | b'"' | b'&' | b';');
        let mut text = String::new();
        if self.lanes.iter().any(|l| !l.codec.holds_ascii()) {
            return text;
        }
        for w in &self.sample {
            if text.len() >= most {
                break;
            }
            let before = bytes[..w.start].iter().rev().take(NEAR).take_while(is_text).count();
            let behind = bytes[w.end..].iter().take(NEAR).take_while(is_text).count();
            for part in [w.start - before..w.start, w.end..w.end + behind] {
                // Only whole words: windows end and begin with words of their own.
                let mut sign = 0;
                text.extend(bytes[part].iter().map(|&b| b as char).filter(|&c| !repeats(&mut sign, c)));
                text.push('\n');
            }
        }
        text
    }

    /// True when two lanes read different texts from the first bytes of the sample.
    pub fn tells_apart(&self, bytes: &[u8], one: &Lane, other: &Lane) -> bool {
        let mut left = APART;
        for w in &self.sample {
            if left == 0 {
                break;
            }
            let read = |lane: &Lane| {
                let start = if w.start == 0 { lane.torn } else { w.start };
                let end = w.end.min(start + left);
                bytes.get(start..end).unwrap_or_default()
            };
            let (mut ours, mut theirs) = (read(one), read(other));
            loop {
                let (a, b) = (one.codec.step(ours), other.codec.step(theirs));
                let (Some(a), Some(b)) = (a, b) else {
                    if a.is_some() || b.is_some() {
                        return true;
                    }
                    break;
                };
                let (Some((c, n)), Some((d, m))) = (sole(a), sole(b)) else { return true };
                if c != d {
                    return true;
                }
                (ours, theirs) = (&ours[n..], &theirs[m..]);
            }
            left -= (w.end - w.start).min(left);
        }
        false
    }

    /// The text of the sample as a lane reads it, about `most` bytes of it.
    pub fn text(&self, bytes: &[u8], lane: &Lane, most: usize) -> String {
        let mut text = String::new();
        let mut left = most;
        for w in &self.sample {
            if left == 0 {
                break;
            }
            let start = if w.start == 0 { lane.torn } else { w.start };
            let end = w.end.min(start + left);
            left -= end.saturating_sub(start);
            let mut sign = 0;
            text.extend(lane.codec.decode(&bytes[start.min(end)..end]).chars().filter(|&c| !repeats(&mut sign, c)));
            text.push('\n');
        }
        text
    }
}
