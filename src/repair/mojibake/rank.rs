//! Which hypotheses are worth a walk: under which of them some part of a line reads like text, by the prices of single characters.
//! The walk itself is in `segment`, the decision to believe it in `search`.

use std::ops::Range;
use std::sync::OnceLock;

use super::charset::{Pair, Pairs, Reading};
use super::kinds::{is_cyrillic, is_wide};
use crate::codec::{Codec, Step};
use crate::model::Model;

/// Characters by which hypotheses are ranked, and how many of them may lie before and behind the evidence.
const SAMPLE: usize = 72;
const AROUND: usize = 6;
/// What Han of clean text cost at most, and how odd another character beyond ASCII is beside them; 1/16 nats.
const COMMON: i32 = 112;
const SIGN: i32 = 60;
/// Hypotheses that fit less than this share of the best are not walked, in percent.
const WORSE: i32 = 40;
/// Hypotheses of UTF-8, and others, walked in full for one line.
const CANDIDATES: usize = 5;

/// Least fits, in 1/16 nats: flat and for each byte of the core, damage fits with 10 to 30; and what suffices whatever the length.
mod least {
    pub const FIT: i32 = 3 * 16;
    pub const A_BYTE: i32 = 3;
    pub const A_BYTE_UTF_8: i32 = 7;
    pub const ENOUGH: i32 = 10 * 16;
}

/// Stands between bytes that are not side by side.
const BREAK: u16 = 0x100;

/// The hypotheses under which some part of the line reads like text, with how well they fit, best first. `core` is where the evidence
/// is, `sample` what [`sample`] says. Time bound by the sample.
pub(super) fn hypotheses(model: &Model, line: &[char], core: (usize, usize), sample: Range<usize>) -> Vec<(i32, Pair)> {
    let from = sample.start;
    let sample = &line[sample];
    let high = sample.iter().filter(|c| !c.is_ascii()).count();
    let mut ranked: Vec<(i32, Pair)> = Vec::new();
    let mut bytes: Vec<u16> = Vec::with_capacity(2 * sample.len());
    // The character that begins at a byte.
    let mut origin: Vec<char> = Vec::with_capacity(2 * sample.len());
    // What charsets that differ elsewhere read alike is asked once, under the commonest.
    let mut asked: Vec<(Vec<u16>, &[Pair])> = Vec::new();
    for (codec, range) in &Pairs::get().readings {
        let Some(reading) = Reading::new(*codec) else { continue };
        bytes.clear();
        origin.clear();
        let (mut covered, mut of_core) = (0, 0);
        for (i, &c) in sample.iter().enumerate() {
            match reading.bytes(c) {
                Some((code, n)) => {
                    bytes.extend(code[..n].iter().map(|b| u16::from(*b)));
                    origin.push(c);
                    origin.resize(bytes.len(), '\0');
                    if !c.is_ascii() {
                        covered += 1;
                        if (core.0..core.1).contains(&(from + i)) {
                            of_core += n as i32;
                        }
                    }
                }
                None if bytes.last().is_some_and(|b| *b != BREAK) => {
                    bytes.push(BREAK);
                    origin.push('\0');
                }
                None => {}
            }
        }
        if covered == 0 || covered * 3 < high {
            continue;
        }
        let pairs = &Pairs::get().all[range.clone()];
        let twin = asked.iter().find(|a| a.0 == bytes).map(|a| a.1);
        for &pair in pairs {
            if twin.is_some_and(|t| t.iter().any(|t| t.written == pair.written)) {
                continue;
            }
            let score = fit(model, &bytes, &origin, pair.written);
            // Chance fits a few characters of any text; damage all of them.
            let enough =
                if pair.written == Codec::UTF_8 { of_core * least::A_BYTE_UTF_8 } else { (of_core * least::A_BYTE).min(least::ENOUGH) };
            if score >= enough.max(least::FIT) {
                ranked.push((score, pair));
            }
        }
        if twin.is_none() {
            asked.push((bytes.clone(), pairs));
        }
    }
    ranked.sort_by_key(|(score, pair)| (-score, pair.number));
    let best = ranked.iter().find(|r| r.1.written != Codec::UTF_8).map_or(0, |r| r.0);
    ranked.retain(|(score, pair)| score * 100 >= best * WORSE || pair.written == Codec::UTF_8);
    // Chance makes some sequence of UTF-8 in most bytes: those hypotheses are not to crowd the others out.
    let (mut sequences, mut others) = (0, 0);
    ranked.retain(|r| {
        let n = if r.1.written == Codec::UTF_8 { &mut sequences } else { &mut others };
        *n += 1;
        *n <= CANDIDATES
    });
    extra(sample, &mut ranked);
    ranked
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

/// Hypotheses that single signs call for, which are too little to be ranked by.
fn extra(sample: &[char], ranked: &mut Vec<(i32, Pair)>) {
    let all = &Pairs::get().all;
    // An `à` whose second byte is a blank by now is no sequence any more.
    if sample.windows(2).any(|w| w[0] == 'Ã' && matches!(w[1], ' ' | '\u{a0}') || w[1] == '\u{fffd}' && !w[0].is_ascii())
        && let Some(&usual) = all.first()
        && ranked.iter().all(|r| r.1 != usual)
    {
        ranked.push((least::FIT, usual));
    }
    // A letter of a Latin word that became a character of another script.
    let joined = |kin: fn(char) -> bool| {
        sample.windows(2).any(|w| kin(w[0]) && w[1].is_ascii_alphabetic() || w[0].is_ascii_lowercase() && kin(w[1]))
    };
    let mut add = |read: Codec, writtens: &[Codec]| {
        for &pair in all.iter().filter(|p| p.read == read && writtens.contains(&p.written)) {
            if ranked.iter().all(|r| r.1 != pair) {
                ranked.push((least::FIT, pair));
            }
        }
    };
    if joined(is_wide) {
        add(Codec::GB18030, &[Codec::UTF_8, Codec::WINDOWS_1252]);
    }
    if joined(is_cyrillic) {
        add(Codec::WINDOWS_1251, &[Codec::WINDOWS_1252]);
    }
    if sample.iter().any(|c| ('\u{80}'..'\u{a0}').contains(c)) {
        // Punctuation of windows-1252 that was read as C1 controls.
        ranked.retain(|r| r.1.read != Codec::LATIN_1);
        ranked.extend(all.iter().filter(|p| p.read == Codec::LATIN_1).map(|p| (least::FIT, *p)));
    }
}

/// What a random byte costs, in 1/16 nats.
const RANDOM: i32 = 69;

/// What a byte of no character takes away, and what a sequence of UTF-8 is worth whatever it says; 1/16 nats.
const ODD: i32 = -6 * 16;
const SEQUENCE: i32 = 3 * 16;

/// How much like text the best stretch of `bytes` reads under `written`, whatever its alignment: the largest sum of what each
/// character beyond ASCII is cheaper than random bytes. Charsets of pairs have kana, Greek and Cyrillic in the same places: what
/// reads as it stands (`origin`) is no evidence.
fn fit(model: &Model, bytes: &[u16], origin: &[char], written: Codec) -> i32 {
    if written == Codec::UTF_8 { fit_sequences(model, bytes, origin) } else { fit_pairs(model, bytes, origin, written) }
}

/// The same under UTF-8.
fn fit_sequences(model: &Model, bytes: &[u16], origin: &[char]) -> i32 {
    // Best sums of stretches that end at the last bytes, the last first.
    let mut ends = [0i32; 4];
    let mut best = 0;
    for (i, &b) in bytes.iter().enumerate() {
        if b == BREAK {
            ends = [0; 4];
            continue;
        }
        let mut sum = (ends[0] + if b < 0x80 { 0 } else { ODD }).max(0);
        let last = |n: usize| i.checked_sub(n).map_or(0, |at| bytes[at]);
        // Nearly every byte is the last of none: the one before begins a sequence or goes on with one.
        if last(1) >= 0x80 && ((0x80..0xc0).contains(&b) || last(2) == 0xed) {
            for n in 2..=4usize {
                if let Some(c) = sequence(bytes, i, n) {
                    let worth = RANDOM * n as i32 - model.alone(c) as i32 + SEQUENCE;
                    sum = sum.max(ends[n - 1] + if origin[i + 1 - n] == c { 0 } else { worth.max(SEQUENCE) });
                }
            }
        }
        ends = [sum, ends[0], ends[1], ends[2]];
        best = best.max(sum);
    }
    best
}

/// The same under any other charset.
fn fit_pairs(model: &Model, bytes: &[u16], origin: &[char], written: Codec) -> i32 {
    let worths = Worths::of(model, written);
    let long = matches!(written, Codec::EUC_JP | Codec::GB18030);
    let mut ends = [0i32; 4];
    let mut best = 0;
    let mut last = 0;
    for (i, &b) in bytes.iter().enumerate() {
        if b == BREAK {
            (ends, last) = ([0; 4], 0);
            continue;
        }
        let mut sum = (ends[0] + if b < 0x80 { 0 } else { ODD }).max(0);
        let value = |w: Worth, n: usize| if w.char() == origin[i + 1 - n] as u32 { 0 } else { w.value() };
        if b >= 0x80
            && let Some(w) = worths.single(b)
        {
            sum = sum.max(ends[0] + value(w, 1));
        }
        if last > 0x80
            && let Some(w) = worths.pair(last, b)
        {
            sum = sum.max(ends[1] + value(w, 2));
        }
        if long && let Some((c, n)) = longer(bytes, i, written) {
            sum = sum.max(ends[n - 1] + value(Worth::new(model, c, n), n));
        }
        ends = [sum, ends[0], ends[1], ends[2]];
        best = best.max(sum);
        last = b;
    }
    best
}

/// A character of some bytes and how much cheaper it is than random ones, packed: 0 is none.
#[derive(Clone, Copy)]
struct Worth(u32);

impl Worth {
    /// Bits of the value, and what stands there for 0.
    const BITS: u32 = 11;
    const ZERO: i32 = 1 << 10;
    /// In place of the character where it does not matter which it is.
    const WHICHEVER: u32 = 0x1f_ffff;

    /// Of a character of `n` bytes. What the model does not know and is no letter counts as odd, wherever it comes from.
    fn new(model: &Model, c: char, n: usize) -> Worth {
        let (c, value) = if model.is_known(c) || c.is_alphabetic() {
            (c as u32, (RANDOM * n as i32 - model.alone(c) as i32).max(ODD))
        } else {
            (Worth::WHICHEVER, ODD)
        };
        Worth(c << Worth::BITS | (value + Worth::ZERO) as u32)
    }

    #[inline]
    fn char(self) -> u32 {
        self.0 >> Worth::BITS
    }

    #[inline]
    fn value(self) -> i32 {
        (self.0 & ((1 << Worth::BITS) - 1)) as i32 - Worth::ZERO
    }
}

/// What the bytes of a charset are worth. Bytes beyond 80 are at their places, pairs by the lead without its high bit.
struct Worths {
    singles: [Worth; 256],
    pairs: Box<[Worth]>,
}

impl Worths {
    fn of(model: &Model, written: Codec) -> &'static Worths {
        static ALL: [OnceLock<Worths>; Codec::COUNT] = [const { OnceLock::new() }; Codec::COUNT];
        ALL[written.number()].get_or_init(|| {
            let worth = |c: Option<char>, n: usize| c.map_or(Worth(0), |c| Worth::new(model, c, n));
            let pair = |at: usize| worth(written.pair((at >> 8) as u8 | 0x80, at as u8), 2);
            Worths {
                singles: std::array::from_fn(|b| worth(written.byte(b as u8), 1)),
                pairs: if written.is_double_byte() { (0..128 << 8).map(pair).collect() } else { Box::default() },
            }
        })
    }

    #[inline]
    fn single(&self, byte: u16) -> Option<Worth> {
        Some(self.singles[usize::from(byte & 0xff)]).filter(|w| w.0 != 0)
    }

    #[inline]
    fn pair(&self, lead: u16, trail: u16) -> Option<Worth> {
        self.pairs.get(usize::from(lead & 0x7f) << 8 | usize::from(trail)).copied().filter(|w| w.0 != 0)
    }
}

/// The character of three bytes of EUC-JP or four of GB18030 that ends at byte `end`, and how many they are.
fn longer(bytes: &[u16], end: usize, written: Codec) -> Option<(char, usize)> {
    let from = |n: usize| (end + 1).checked_sub(n).map(|from| &bytes[from..=end]);
    let code = match written {
        Codec::EUC_JP => from(3).filter(|c| c[0] == 0x8f)?,
        Codec::GB18030 => from(4).filter(|c| (0x30..=0x39).contains(&c[1]) && (0x30..=0x39).contains(&c[3]))?,
        _ => return None,
    };
    let mut all = [0u8; 4];
    for (to, b) in all.iter_mut().zip(code) {
        *to = u8::try_from(*b).ok()?;
    }
    match written.step(&all[..code.len()])? {
        Step::One(c, n) if n == code.len() => Some((c, n)),
        _ => None,
    }
}

/// The character of the UTF-8 sequence of `n` bytes that ends at byte `end`.
fn sequence(bytes: &[u16], end: usize, n: usize) -> Option<char> {
    let lead = *bytes.get((end + 1).checked_sub(n)?)?;
    let fits = match n {
        2 => (0xc2..=0xdf).contains(&lead),
        3 => (0xe0..=0xef).contains(&lead),
        _ => (0xf0..=0xf4).contains(&lead),
    };
    if !fits {
        return None;
    }
    let mut all = [0u8; 4];
    for (to, b) in all.iter_mut().zip(&bytes[end + 1 - n..=end]) {
        *to = u8::try_from(*b).ok()?;
    }
    // Half of a surrogate pair, as CESU-8 writes emoji.
    if n == 3 && all[0] == 0xed && all[1] >= 0xa0 {
        return Some('\u{1f600}');
    }
    std::str::from_utf8(&all[..n]).ok()?.chars().next()
}
