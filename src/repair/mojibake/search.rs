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
    /// The same for alphabetic text from a single-byte charset, where every byte is some letter; the first letter apart.
    pub const AFTER_LETTERS: i32 = 3 * 16 + 8;
    pub const FIRST: i32 = 6 * 16;
    /// Gain such text needs: flat, and for each letter.
    pub const LETTERS: i32 = 12 * 16;
    pub const GAIN_A_LETTER: i32 = 8;
    /// Hypotheses that fit less than this share of the best are not walked, in percent.
    pub const WORSE: i32 = 40;
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

/// Levels of damage looked through before a stretch is refused.
const LEVELS: u32 = 3;

/// The changes of one line, in order, disjoint, all of one pair: what is left is seen in the next pass.
pub(super) fn changes(search: &mut Search, line: &[char], sample: std::ops::Range<usize>, known: &[Pair]) -> Vec<Change> {
    changes_at(search, line, sample, known, 1)
}

fn changes_at(search: &mut Search, line: &[char], sample: std::ops::Range<usize>, known: &[Pair], level: u32) -> Vec<Change> {
    let model = Model::shared();
    let mut candidates: Vec<Pair> = known.to_vec();
    candidates.extend(candidates_of(model, line, sample).into_iter().filter(|p| !known.contains(p)).take(limit::CANDIDATES));
    let mut best: (i32, Vec<Change>) = (0, Vec::new());
    for pair in candidates {
        let again = known.contains(&pair);
        let enter = if again { limit::ENTER_AGAIN } else { limit::ENTER };
        let segments = search.segments(model, line, pair, enter);
        let mut kept = Vec::new();
        for segment in segments {
            let gain = segment.gain;
            if believed(search, model, line, pair, &segment, again, level) {
                kept.push(Change { pair, segment, gain });
            }
        }
        let total = kept.iter().map(|c| c.gain).sum();
        if total > best.0 {
            best = (total, kept);
        }
    }
    best.1
}

/// Whether a stretch is to be changed.
fn believed(search: &mut Search, model: &Model, line: &[char], pair: Pair, s: &Segment, again: bool, level: u32) -> bool {
    let was = &line[s.from..s.to];
    let flat = if again { limit::GAIN_AGAIN } else { limit::GAIN };
    if s.gain < flat + limit::GAIN_A_CHAR * was.len() as i32 {
        return false;
    }
    let (mut letters, mut odd, mut unknown, mut count, mut wide, mut gone) = (0i32, 0i32, 0i32, 0i32, 0i32, false);
    for c in s.now.chars() {
        count += 1;
        if !c.is_ascii() {
            odd += 1;
            letters += i32::from(c.is_alphabetic());
            wide += i32::from(is_wide(c));
            unknown += i32::from(!model.is_known(c) && !is_emoji(c));
            gone |= c == '\u{fffd}' || ('\u{80}'..'\u{a0}').contains(&c);
        }
    }
    // Writes U+FFFD as its own bytes: nothing to be had.
    if s.now.contains('\u{fffd}') || s.now.chars().all(|c| c == ' ' || c == '\u{a0}') {
        return false;
    }
    let clean = !gone
        && if wide > 0 {
            s.after <= limit::AFTER * count && unknown * 100 <= odd * 6 && (pair.written == Codec::UTF_8 || letters >= 2)
        } else if pair.written == Codec::UTF_8 {
            unknown == 0 || unknown * 3 <= odd || s.gain > 2 * limit::GAIN
        } else if pair.read == Codec::LATIN_1 {
            unknown == 0
        } else if pair.read.is_double_byte() {
            // Single letters of Latin words, each swallowed with its neighbour.
            unknown == 0 && letters * 5 >= odd * 4 && s.gain >= limit::LETTERS
        } else {
            unknown == 0
                && letters >= 4
                && letters * 5 >= odd * 4
                && s.gain >= limit::LETTERS + limit::GAIN_A_LETTER * letters
                && s.after - limit::FIRST <= limit::AFTER_LETTERS * count
        };
    let clean = clean
        && (!pair.read.is_double_byte() || !pair.written.is_double_byte() || {
            let odd = was.iter().filter(|c| !c.is_ascii()).count();
            was.iter().filter(|&&c| is_wide(c)).count() * 2 >= odd
        });
    if clean {
        return true;
    }
    // Damaged more than once: what comes out is no text yet, but one more step makes it text.
    if level >= LEVELS || pair.written != Codec::UTF_8 {
        return false;
    }
    let inner: Vec<char> = s.now.chars().collect();
    let odd = inner.iter().filter(|c| !c.is_ascii()).count();
    if odd < 4 {
        return false;
    }
    let deeper = changes_at(search, &inner, 0..inner.len(), &[], level + 1);
    let covered: usize = deeper.iter().map(|c| inner[c.segment.from..c.segment.to].iter().filter(|c| !c.is_ascii()).count()).sum();
    covered * 10 >= odd * 8
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
    let best = ranked.first().map_or(0, |r| r.0);
    ranked.retain(|(score, _)| score * 100 >= best * limit::WORSE);
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
