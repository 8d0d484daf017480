//! Which hypothesis holds for a suspect line, and whether to believe it: candidates, the segments of each, the conditions under which
//! a change is made. The walk through one line under one hypothesis is in `segment`.

use super::charset::{Fed, Pair, Pairs, Pending, Reading};
use super::segment::{Search, Segment};
use crate::codec::Codec;
use crate::model::{Model, NAT};

/// Prices and limits, 1/16 nats unless said otherwise. Origin: 4,600 generated cases and 15 million clean characters; the first two
/// hold between 8 and 25 nats alike.
mod limit {
    /// Gain before a stretch is believed: flat, and for each of its characters.
    pub const GAIN: i32 = 8 * 16;
    pub const GAIN_A_CHAR: i32 = 1;
    /// The same when the page has the same damage elsewhere.
    pub const GAIN_AGAIN: i32 = 4 * 16;
    /// Price of entering a stretch.
    pub const ENTER: i32 = 6 * 16;
    pub const ENTER_AGAIN: i32 = 3 * 16;
    /// Most a character of the result may cost on the average.
    pub const AFTER: i32 = 7 * 16 + 8;
    /// Hypotheses walked in full for one line.
    pub const CANDIDATES: usize = 6;
    /// Characters around the strongest evidence by which hypotheses are ranked.
    pub const SAMPLE: usize = 96;
}

/// A stretch to change.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub pair: Pair,
    pub segment: Segment,
    pub gain: i32,
}

/// The changes of one line, in order, disjoint.
pub(super) fn changes(search: &mut Search, line: &[char], sample: std::ops::Range<usize>, known: &[Pair]) -> Vec<Change> {
    let model = Model::shared();
    let mut candidates: Vec<Pair> = known.to_vec();
    let ranked = candidates_of(model, line, sample);
    candidates.extend(ranked.into_iter().filter(|p| !known.contains(p)).take(limit::CANDIDATES));
    let mut all: Vec<Change> = Vec::new();
    for pair in candidates {
        let again = known.contains(&pair);
        let enter = if again { limit::ENTER_AGAIN } else { limit::ENTER };
        for segment in search.segments(model, line, pair, enter) {
            let gain = segment.before - segment.after;
            if believed(model, line, pair, &segment, again) {
                all.push(Change { pair, segment, gain });
            }
        }
    }
    // The best gain first; of equal ones the commoner pair.
    all.sort_by_key(|c| (-c.gain, c.pair.number, c.segment.from));
    let mut kept: Vec<Change> = Vec::new();
    for change in all {
        if kept.iter().all(|k| change.segment.to <= k.segment.from || k.segment.to <= change.segment.from) {
            kept.push(change);
        }
    }
    kept.sort_by_key(|c| c.segment.from);
    kept
}

/// Whether a stretch is to be changed.
fn believed(model: &Model, line: &[char], pair: Pair, s: &Segment, again: bool) -> bool {
    let was = &line[s.from..s.to];
    let gain = s.before - s.after;
    let flat = if again { limit::GAIN_AGAIN } else { limit::GAIN };
    if gain < flat + limit::GAIN_A_CHAR * was.len() as i32 {
        return false;
    }
    let (mut letters, mut odd, mut unknown, mut count) = (0usize, 0usize, 0usize, 0usize);
    for c in s.now.chars() {
        count += 1;
        if c == '\u{fffd}' || ('\u{80}'..'\u{a0}').contains(&c) {
            return false;
        }
        if !c.is_ascii() {
            odd += 1;
            letters += usize::from(c.is_alphabetic());
            unknown += usize::from(!model.is_known(c) && !is_emoji(c));
        }
    }
    let wide = s.now.chars().any(is_wide);
    if wide {
        if s.after > limit::AFTER * count as i32 {
            return false;
        }
        if unknown * 100 > odd * 6 {
            return false;
        }
        if pair.written != Codec::UTF_8 && letters < 2 {
            return false;
        }
    } else if unknown > 0 && unknown * 4 > odd {
        return false;
    }
    if pair.read.is_double_byte() && pair.written.is_double_byte() {
        let garbled = was.iter().filter(|c| !c.is_ascii());
        let (mut all, mut like) = (0, 0);
        for &c in garbled {
            all += 1;
            like += usize::from(is_wide(c));
        }
        if like * 2 < all {
            return false;
        }
    }
    true
}

/// Han, kana, Hangul, half-width katakana, private use: what pairs of bytes become.
pub(super) fn is_wide(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{e000}'..='\u{faff}' | '\u{ff61}'..='\u{ff9f}' | '\u{20000}'..='\u{3ffff}')
}

fn is_emoji(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}' | '\u{fe0f}' | '\u{200d}')
}

/// The hypotheses under which some part of the sample reads like text, best first.
fn candidates_of(model: &Model, line: &[char], sample: std::ops::Range<usize>) -> Vec<Pair> {
    let middle = (sample.start + sample.end) / 2;
    let from = if sample.len() > limit::SAMPLE { sample.start } else { middle.saturating_sub(limit::SAMPLE / 2) };
    let to = (from + limit::SAMPLE).min(line.len());
    let sample = &line[from..to];
    let high = sample.iter().filter(|c| !c.is_ascii()).count();
    let mut ranked: Vec<(i32, Pair)> = Vec::new();
    let mut runs: Vec<Vec<u8>> = Vec::new();
    for (codec, range) in &Pairs::get().readings {
        let Some(reading) = Reading::new(*codec) else { continue };
        runs.clear();
        let mut open = false;
        let mut covered = 0;
        for &c in sample {
            match reading.bytes(c) {
                Some((bytes, n)) => {
                    if !open {
                        runs.push(Vec::new());
                        open = true;
                    }
                    if let Some(run) = runs.last_mut() {
                        run.extend_from_slice(&bytes[..n]);
                    }
                    covered += usize::from(!c.is_ascii());
                }
                None => open = false,
            }
        }
        if covered == 0 || covered * 8 < high {
            continue;
        }
        for &pair in &Pairs::get().all[range.clone()] {
            let score = runs.iter().map(|r| fit(model, r, pair.written)).max().unwrap_or(0);
            if score > 0 {
                ranked.push((score, pair));
            }
        }
    }
    ranked.sort_by_key(|(score, pair)| (-score, pair.number));
    ranked.into_iter().map(|(_, pair)| pair).collect()
}

/// How much like text the best stretch of `bytes` reads under `written`: the largest sum of what each character beyond ASCII is
/// cheaper than a random one.
fn fit(model: &Model, bytes: &[u8], written: Codec) -> i32 {
    /// What a random character costs, and what a malformed byte takes away; 1/16 nats.
    const RANDOM: i32 = 8 * NAT as i32;
    const MALFORMED: i32 = -6 * NAT as i32;
    let (mut sum, mut best) = (0i32, 0i32);
    let mut pending = Pending::default();
    let mut state = model.start();
    for &b in bytes {
        let fed = pending.feed(written, b);
        let w = match fed {
            Fed::More => continue,
            Fed::Bad => {
                // The byte may begin the next character.
                if b >= 0x80 {
                    pending.feed(written, b);
                }
                state = model.start();
                MALFORMED
            }
            Fed::One(c) => {
                let (next, cost) = model.step(state, c);
                state = next;
                if c.is_ascii() { 0 } else { (RANDOM - cost as i32).max(MALFORMED) + if written == Codec::UTF_8 { RANDOM } else { 0 } }
            }
        };
        sum = (sum + w).max(0);
        best = best.max(sum);
    }
    best
}
