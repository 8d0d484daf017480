//! Which hypotheses are worth a walk: under which of them some part of a line reads like text, by the prices of single characters.
//! How well bytes fit a charset is found out in `fit` and `lanes`; the walk itself is in `segment`, the decision to believe it in `search`.

use std::ops::Range;

use super::charset::{Pair, Pairs, Reading};
use super::fit::{BREAK, fit};
use super::kinds::{is_cyrillic, is_letter, is_wide};
use super::lanes::Lanes;
use super::mixed;
use super::signs::{READINGS, table};
use crate::codec::Codec;
use crate::model::Model;

/// Characters by which hypotheses are ranked; letters are looked at as far before and behind them, too. Of Han, twice as many rank no
/// generated case of three seeds better and some forty worse; of letters, twice as many change 5 of 6,722 cases, all with losses.
const SAMPLE: usize = 36;
const AROUND: usize = 6;
/// What Han of clean text cost at most, and how odd another character beyond ASCII is beside them; 1/16 nats.
const COMMON: i32 = 112;
const SIGN: i32 = 60;
/// Hypotheses that fit less than this share of the best are not walked, in percent.
const WORSE: i32 = 40;
/// Least share of the core's bytes that the part which fits best holds when a charset of pairs was read, in percent: chance finds a
/// character or two anywhere.
const HELD: usize = 50;
/// Hypotheses of UTF-8, and others, walked in full for one line.
const CANDIDATES: usize = 5;

/// Least fits, in 1/16 nats: flat and for each byte of the core, damage fits with 10 to 30; and what suffices whatever the length.
mod least {
    pub const FIT: i32 = 3 * 16;
    pub const A_BYTE: i32 = 3;
    pub const A_BYTE_UTF_8: i32 = 7;
    pub const ENOUGH: i32 = 10 * 16;
}

/// A hypothesis worth a walk.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ranked {
    /// How well some part of the sample fits, in 1/16 nats.
    pub fit: i32,
    pub pair: Pair,
    /// Whether that part is where the evidence is, of charsets of pairs: text that they read by chance is short and lies anywhere.
    pub holds_core: bool,
}

/// The hypotheses under which some part of the line reads like text, with how well they fit, best first. `core` is where the evidence
/// is, `sample` what [`sample`] says; which part fits is found out if `placed`. Time bound by the sample.
pub(super) fn hypotheses(model: &Model, line: &[char], core: (usize, usize), sample: Range<usize>, placed: bool) -> Vec<Ranked> {
    let t = table();
    let all = &line[sample.clone()];
    let known = all.iter().filter(|c| !c.is_ascii() && t.bytes_of(**c).is_some()).count();
    let high = all.iter().filter(|c| !c.is_ascii()).count();
    // A reading that leaves most of the sample out is no reading of it.
    let singles = known * 3 >= high;
    let mut ranked = of_sample(model, all, within(core, &sample), placed, |codec| singles || !codec.is_single_byte());
    // A word of damaged letters amid Han or the letters of another alphabet is asked by itself.
    let is_western = |c: &char| !c.is_ascii() && t.bytes_of(*c).is_some_and(|b| b[0] != 0);
    if all.iter().filter(|c| is_western(c)).count() * 3 < high
        && let Some(word) = longest(line, sample, core, is_western)
    {
        ranked.extend(of_sample(model, &line[word.clone()], within(core, &word), placed, Codec::is_single_byte));
        // What fits them is chosen apart: the letters around would crowd it out.
        ranked.sort_by_key(|r| (-r.fit, r.pair.number));
        let mut seen = Vec::new();
        ranked.retain(|r| !seen.contains(&r.pair) && (seen.push(r.pair), true).1);
    }
    extra(all, !singles, &mut ranked);
    ranked
}

/// Where the evidence is in a piece of its line.
fn within(core: (usize, usize), piece: &Range<usize>) -> Range<usize> {
    core.0.saturating_sub(piece.start)..core.1.min(piece.end).saturating_sub(piece.start)
}

/// Sorts hypotheses, best first, and leaves those worth a walk.
fn choose<T>(ranked: &mut Vec<T>, of: impl Fn(&T) -> &Ranked) {
    ranked.sort_by_key(|r| (-of(r).fit, of(r).pair.number));
    let best = ranked.iter().map(&of).find(|r| r.pair.written != Codec::UTF_8).map_or(0, |r| r.fit);
    ranked.retain(|r| of(r).fit * 100 >= best * WORSE || of(r).pair.written == Codec::UTF_8);
    // Chance makes some sequence of UTF-8 in most bytes: those hypotheses are not to crowd the others out.
    let (mut sequences, mut others) = (0, 0);
    ranked.retain(|r| {
        let n = if of(r).pair.written == Codec::UTF_8 { &mut sequences } else { &mut others };
        *n += 1;
        *n <= CANDIDATES
    });
}

/// The hypotheses about one sample, of those readings that are asked.
fn of_sample(model: &Model, sample: &[char], core: Range<usize>, placed: bool, is_asked: impl Fn(Codec) -> bool) -> Vec<Ranked> {
    let t = table();
    let high = sample.iter().filter(|c| !c.is_ascii()).count();
    let sequences = sample.windows(2).fold(0, |all, w| all | t.sequences(w[0], w[1]));
    let all = Pairs::get();
    let mut readings = Readings { rows: sample.iter().map(|c| t.bytes_of(*c)).collect(), ..Readings::default() };
    let had = readings.had();
    readings.bytes.reserve(sample.len() * all.readings.len());
    readings.origin.reserve(sample.len() * all.readings.len());
    for (number, (codec, range)) in all.readings.iter().enumerate() {
        // Two thirds of what is beyond ASCII have no bytes: found out without reading them.
        let is_other = codec.is_single_byte() && (had[number] == 0 || usize::from(had[number]) * 3 < high);
        if is_asked(*codec) && !is_other {
            readings.read(*codec, number, &all.all[range.clone()], sample, &core, high);
        }
    }
    // Text that is UTF-8 from end to end under some reading is nothing else under any.
    let has_utf_8 = |r: &Read| r.pairs.iter().any(|p| p.written == Codec::UTF_8);
    let is_utf_8 = readings.all.iter().any(|r| has_utf_8(r) && is_utf_8(&readings.bytes[r.range.clone()]));
    let lanes = Lanes::get();
    let mut ranked: Vec<(Ranked, &Read)> = Vec::new();
    for read in &readings.all {
        let bytes = &readings.bytes[read.range.clone()];
        let origin = &readings.origin[read.range.clone()];
        let single = read.codec.is_single_byte();
        let mut scores = None;
        // What charsets that differ elsewhere read alike is asked once, under the commonest.
        for &pair in read.pairs.iter().filter(|p| !read.twin.iter().any(|t| t.written == p.written)) {
            let fit = if pair.written != Codec::UTF_8 {
                if is_utf_8 {
                    continue;
                }
                let of_all = || {
                    if single { lanes.scores(model, bytes, read.number) } else { lanes.scores_of_pairs(model, bytes, origin, read.number) }
                };
                lanes.of(scores.get_or_insert_with(of_all), pair.written)
            } else if !single || sequences >> read.number & 1 == 1 {
                fit(model, bytes, origin, pair.written).score
            } else {
                continue;
            };
            // Chance fits a few characters of any text; damage all of them.
            let high = read.of_core.high as i32;
            let enough = if pair.written == Codec::UTF_8 { high * least::A_BYTE_UTF_8 } else { (high * least::A_BYTE).min(least::ENOUGH) };
            if fit >= enough.max(least::FIT) {
                ranked.push((Ranked { fit, pair, holds_core: true }, read));
            }
        }
    }
    choose(&mut ranked, |r| &r.0);
    for (r, read) in ranked.iter_mut().filter(|(r, _)| placed && !r.pair.read.is_single_byte()) {
        let (bytes, origin) = (&readings.bytes[read.range.clone()], &readings.origin[read.range.clone()]);
        let place = &read.of_core.bytes;
        r.holds_core = fit(model, bytes, origin, r.pair.written).within(place) * 100 >= place.len() * HELD;
    }
    ranked.into_iter().map(|(r, _)| r).collect()
}

/// What one sample may have been read from, under each charset it may have been read as.
#[derive(Default)]
struct Readings {
    all: Vec<Read>,
    /// The bytes of each character of the sample in readings of single bytes.
    rows: Vec<Option<&'static [u8; READINGS]>>,
    /// The bytes of all readings, one behind the other.
    bytes: Vec<u16>,
    /// The character that begins at a byte.
    origin: Vec<char>,
}

/// The bytes of a sample under one charset.
struct Read {
    codec: Codec,
    /// Its place in [`Pairs::readings`].
    number: usize,
    pairs: &'static [Pair],
    /// Of the charset before it that has the same bytes.
    twin: &'static [Pair],
    range: Range<usize>,
    of_core: OfCore,
}

impl Readings {
    /// How many characters beyond ASCII have a byte in each reading of single bytes.
    fn had(&self) -> [u16; READINGS] {
        let mut had = [0; READINGS];
        for row in self.rows.iter().flatten() {
            for (n, byte) in had.iter_mut().zip(*row) {
                *n += u16::from(*byte != 0);
            }
        }
        had
    }

    /// Reads the sample, unless two thirds of what is beyond ASCII, `high` characters, have no bytes.
    fn read(&mut self, codec: Codec, number: usize, pairs: &'static [Pair], sample: &[char], core: &Range<usize>, high: usize) {
        let Some(reading) = Reading::new(codec) else { return };
        let single = codec.is_single_byte();
        let start = self.bytes.len();
        let (mut covered, mut of_core) = (0, OfCore { bytes: 0..0, high: 0 });
        let mut place = (usize::MAX, 0);
        let mut is_apart = true;
        for (i, &c) in sample.iter().enumerate() {
            if c.is_ascii() {
                self.bytes.push(u16::from(c as u8));
                self.origin.push(c);
                is_apart = false;
                continue;
            }
            let from = self.bytes.len() - start;
            let n = if single {
                match self.rows[i].map_or(0, |all| all[number]) {
                    0 => 0,
                    b => {
                        self.bytes.push(u16::from(b));
                        self.origin.push(c);
                        1
                    }
                }
            } else {
                let (code, n) = reading.bytes(c).unwrap_or(([0; 4], 0));
                for (k, &b) in code[..n].iter().enumerate() {
                    self.bytes.push(u16::from(b));
                    self.origin.push(if k == 0 { c } else { '\0' });
                }
                n
            };
            if n > 0 {
                is_apart = false;
                covered += 1;
                if core.contains(&i) {
                    of_core.high += n;
                    place = (place.0.min(from), from + n);
                }
            } else if !is_apart {
                self.bytes.push(BREAK);
                self.origin.push('\0');
                is_apart = true;
            }
        }
        if covered == 0 || covered * 3 < high {
            self.bytes.truncate(start);
            self.origin.truncate(start);
            return;
        }
        of_core.bytes = place.0.min(place.1)..place.1;
        let range = start..self.bytes.len();
        let bytes = &self.bytes[range.clone()];
        let twin = self.all.iter().find(|r| r.twin.is_empty() && self.bytes[r.range.clone()] == *bytes).map_or(&[][..], |r| r.pairs);
        self.all.push(Read { codec, number, pairs, twin, range, of_core });
    }
}

/// Sequences of three bytes and more from which bytes are UTF-8 for certain: two are found in the GBK of a word, six in no text. Those
/// of two bytes prove nothing: under some reading most bytes are such.
const SEQUENCES: usize = 6;

/// Whether bytes are UTF-8 from end to end, but for characters cut off there.
fn is_utf_8(bytes: &[u16]) -> bool {
    let from = bytes.iter().take(3).take_while(|b| (0x80..0xc0).contains(*b)).count();
    let (mut rest, mut sequences) = (0, 0);
    for &b in &bytes[from..] {
        if (0x80..0xc0).contains(&b) != (rest > 0) {
            return false;
        }
        rest = match b {
            0..0x80 => 0,
            0x80..0xc0 => rest - 1,
            0xc2..0xe0 => 1,
            0xe0..0xf0 => 2,
            0xf0..0xf5 => 3,
            _ => return false,
        };
        sequences += usize::from(rest == 2);
    }
    sequences >= SEQUENCES
}

/// The bytes of the core.
struct OfCore {
    bytes: Range<usize>,
    /// Those of characters beyond ASCII.
    high: usize,
}

/// The characters asked: around the evidence, and of long evidence the piece that is dearest as it stands.
pub(super) fn sample(model: &Model, line: &[char], core: (usize, usize)) -> Range<usize> {
    let (mut from, mut to) = (core.0.saturating_sub(AROUND), (core.1 + AROUND).min(line.len()));
    // Letters are damaged here and there: ask the whole line, if it is short.
    if !line[from..to.min(from + SAMPLE)].iter().any(|&c| is_wide(c)) {
        to = to.min(from + SAMPLE);
        return from.saturating_sub(SAMPLE)..(to + SAMPLE).min(line.len());
    }
    if to - from > SAMPLE {
        let price = |i: usize| match line[i] {
            c if c.is_ascii() => 0,
            c if is_wide(c) => model.alone(c) as i32 - COMMON,
            _ => SIGN,
        };
        let mut sum: i32 = (from..from + SAMPLE).map(price).sum();
        let (mut best, mut at) = (sum, from);
        for i in from + SAMPLE..to {
            sum += price(i) - price(i - SAMPLE);
            if sum > best {
                (best, at) = (sum, i + 1 - SAMPLE);
            }
        }
        (from, to) = (at, at + SAMPLE);
    }
    from..to
}

/// The larger part of a place of evidence beside what was asked of it, if that is a sample of its own.
pub(super) fn further(core: (usize, usize), asked: &Range<usize>) -> Option<(usize, usize)> {
    let (before, behind) = ((core.0, asked.start.min(core.1)), (asked.end.max(core.0), core.1));
    let length = |part: (usize, usize)| part.1.saturating_sub(part.0);
    let larger = if length(before) > length(behind) { before } else { behind };
    (length(larger) >= SAMPLE).then_some(larger)
}

/// The stretch of ASCII and characters of a kind in a sample that has most of the latter in the evidence.
fn longest(line: &[char], sample: Range<usize>, core: (usize, usize), is_known: impl Fn(&char) -> bool) -> Option<Range<usize>> {
    let mut best = (0, None);
    let mut at = sample.start;
    for run in line[sample].chunk_by(|a, b| (a.is_ascii() || is_known(a)) == (b.is_ascii() || is_known(b))) {
        let of_core = |(i, c): &(usize, &char)| is_known(c) && (core.0..core.1).contains(&(at + i));
        let known = run.iter().enumerate().filter(of_core).count();
        // Dashes and dots of clean text stand side by side, too; damage is two bytes and more, and letters among them.
        let is_word = || run.windows(2).any(|w| is_known(&w[0]) && is_known(&w[1]) && (is_letter(w[0]) || is_letter(w[1])));
        if known > best.0 && is_word() {
            best = (known, Some(at..at + run.len()));
        }
        at += run.len();
    }
    best.1
}

/// Hypotheses that single signs call for, which are too little to be ranked by; `amid_wide` when readings of single bytes were not asked.
fn extra(sample: &[char], amid_wide: bool, ranked: &mut Vec<Ranked>) {
    let all = &Pairs::get().all;
    let single = |pair: Pair| Ranked { fit: least::FIT, pair, holds_core: true };
    // An `à` whose second byte is a blank by now, or lost, is no sequence any more; a letter or two of Latin words are lost among Han.
    let begins = |w: &[char]| {
        w[0] == 'Ã' && matches!(w[1], ' ' | '\u{a0}') || w[1] == '\u{fffd}' && table().bytes_of(w[0]).is_some_and(|b| b[0] != 0)
    };
    let in_word = |w: &[char]| amid_wide && w[0].is_ascii_alphabetic() && table().sequences(w[1], w[2]) & 1 == 1;
    if (sample.windows(2).any(begins) || sample.windows(3).any(in_word))
        && let Some(&usual) = all.first()
        && ranked.iter().all(|r| r.pair != usual)
    {
        ranked.push(single(usual));
    }
    // A letter of a Latin word that became a character of another script.
    let joined = |kin: fn(char) -> bool| {
        sample.windows(2).any(|w| kin(w[0]) && w[1].is_ascii_alphabetic() || w[0].is_ascii_lowercase() && kin(w[1]))
    };
    let mut add = |read: Codec, writtens: &[Codec]| {
        for &pair in all.iter().filter(|p| p.read == read && writtens.contains(&p.written)) {
            if ranked.iter().all(|r| r.pair != pair) {
                ranked.push(single(pair));
            }
        }
    };
    // Kana have the same bytes in both: what reads as it stands is no evidence, and the Han beside it may be too few to stand out.
    if sample.windows(2).any(|w| mixed::is_clash_of_kana(w[0], w[1])) {
        add(Codec::GB18030, &[Codec::EUC_JP]);
    }
    if joined(is_wide) {
        add(Codec::GB18030, &[Codec::UTF_8, Codec::WINDOWS_1252]);
    }
    if joined(is_cyrillic) {
        add(Codec::WINDOWS_1251, &[Codec::WINDOWS_1252]);
    }
    if sample.iter().any(|c| ('\u{80}'..'\u{a0}').contains(c)) {
        // Punctuation of windows-1252 that was read as C1 controls.
        ranked.retain(|r| r.pair.read != Codec::LATIN_1);
        ranked.extend(all.iter().filter(|p| p.read == Codec::LATIN_1).map(|p| single(*p)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_utf_8_but_for_their_ends_are() {
        let bytes = |b: &[u8]| b.iter().map(|b| u16::from(*b)).collect::<Vec<_>>();
        let text = "河边的磨坊今天 2 点开".as_bytes();
        assert!(is_utf_8(&bytes(text)) && is_utf_8(&bytes(&text[1..])) && is_utf_8(&bytes(&text[..text.len() - 1])));
        assert!(!is_utf_8(&bytes("河边的磨 2".as_bytes())), "too few");
        assert!(!is_utf_8(&bytes("наша старая мельница".as_bytes())), "of two bytes");
        let mut torn = bytes(text);
        torn[5] = BREAK;
        assert!(!is_utf_8(&torn));
        assert!(!is_utf_8(&bytes(b"\xce\xd2\xc3\xc7\xd4\xda\xba\xd3\xb1\xdf\xc9\xa2\xb2\xbd")));
    }

    #[test]
    fn a_mark_of_loss_is_a_byte_of_windows_1252_behind_another() {
        let asked = |line: &str| {
            let mut ranked = Vec::new();
            extra(&line.chars().collect::<Vec<_>>(), false, &mut ranked);
            ranked.iter().any(|r| r.pair == Pairs::get().all[0])
        };
        assert!(asked("Ã\u{fffd} vis") && asked("æ²\u{fffd}") && !asked("磨坊\u{fffd}") && !asked("강\u{fffd}가"));
    }

    #[test]
    fn the_rest_of_a_place_is_asked_in_larger_pieces() {
        assert_eq!(further((0, 200), &(0..72)), Some((72, 200)));
        assert_eq!(further((72, 200), &(72..144)), Some((144, 200)));
        assert_eq!(further((0, 200), &(150..200)), Some((0, 150)));
        assert_eq!(further((0, 60), &(0..36)), None, "too little");
    }
}
