//! The first sieve: characters without their context, a few dozen bytes of all candidates at once, a microsecond a text. Leaves the
//! handful that are worth the full price of `contest`.

use std::sync::OnceLock;

use super::candidates::{self, Candidate};
use super::lane::{is_control, lonely};
use super::manners::is_sign;
use super::pages::{NONE, Pages, ROOM, present};
use crate::codec::{Codec, Step};
use crate::model::{Model, NAT};

/// Bytes beyond ASCII that the sieve looks at.
pub(super) const BYTES: usize = 36;
/// The same in text that holds little else.
pub(super) const DENSE: usize = 48;
/// How far behind the best a candidate may be to stay, in 1/16 nat: so much at once, and so much more for each byte that was priced.
/// The right reading lies within 10 nats and half a nat a byte on every text of the development set.
const SLACK: u32 = 16 * NAT;
const SLACK_A_BYTE: u32 = 3 * NAT / 8;
/// Candidates of several bytes a character there is room for.
const MULTIS: usize = 16;
/// How far behind one alignment of a charset of several bytes is dropped.
const APART: u32 = 16 * NAT;
/// What a character of common text costs at most, on the average.
const PLAIN: u32 = 8 * NAT;
/// What a capital costs that is none of Latin. With the two nats of the full price text in capitals loses its charset here; with nothing
/// more candidates stay than must, and detection costs 2 % more on the development set.
const CAPITAL: u32 = NAT / 2;
/// What a no-break space costs by itself: about what a blank and `NO_BREAK` of `lane` do.
const APART_FROM_WORDS: u32 = 4 * NAT;
/// What a malformed sequence costs here, and what a pair saves whose second byte is ASCII, which others pay apart.
const ERROR: u32 = 14 * NAT;
const ASCII: u32 = 5 * NAT / 2;

/// A candidate that stays: with its first character at the start of the bytes, or behind a cut one of so many bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kept {
    pub codec: Codec,
    pub prior: u32,
    pub torn: usize,
    /// What it paid, prior included.
    pub cost: u32,
    /// What it read, when it is no single-byte charset.
    rough: Rough,
}

/// Candidates that stay, in the order of `candidates`, single-byte charsets first. `torn` tells whether one may begin at the start of the
/// bytes, and how many bytes a character cut off there may have. `wide`: units of UTF-16 and UTF-32 are among the candidates, so that all
/// bytes are priced. Charsets in `declared` stay unless they read malformed sequences.
pub(super) fn sieve(
    text: &[u8],
    candidates: &[Candidate],
    torn: impl Fn(&Candidate) -> (bool, usize),
    wide: bool,
    declared: &[Codec],
) -> Vec<Kept> {
    let mut kept: Vec<Kept> = Vec::with_capacity(candidates.len() + 8);
    let (sums, high) = singles(text);
    let ascii: u32 = if wide { text.iter().filter(|&&b| b < 0x80).map(|&b| Model::shared().alone(b as char)).sum() } else { 0 };
    let priced = if wide { text.len() as u32 } else { high };
    let slack = SLACK + SLACK_A_BYTE * priced;
    let single = |c: &Candidate| c.row.map(|row| c.prior + u32::from(sums[row]) + ascii);
    let mut best = candidates.iter().filter_map(single).min().unwrap_or(u32::MAX);
    let mut keep = |candidate: &Candidate, torn: usize, mut cost: u32, rough: Rough, best: u32| {
        if torn == 0 && declared.contains(&candidate.codec) && candidate.codec.decode_strict(text).is_some() {
            cost = 0;
        }
        if cost <= best.saturating_add(slack) {
            kept.push(Kept { codec: candidate.codec, prior: candidate.prior, torn, cost, rough });
        }
    };
    for candidate in candidates {
        if let Some(cost) = single(candidate) {
            keep(candidate, 0, cost, Rough::default(), best);
        }
    }
    let price = |candidate: &Candidate, torn: usize, best: &mut u32| {
        let rough = several(candidate.codec, text, torn, wide, best.saturating_add(slack));
        let cost = candidate.prior + rough.cost;
        *best = cost.min(*best);
        (torn, cost, rough)
    };
    let multis = || candidates.iter().filter(|c| c.row.is_none());
    let mut wholes = [None; MULTIS];
    for (candidate, slot) in multis().zip(&mut wholes) {
        *slot = torn(candidate).0.then(|| price(candidate, 0, &mut best));
    }
    for (candidate, whole) in multis().zip(wholes) {
        let cut = torn(candidate).1;
        let cut = (cut > 0).then(|| price(candidate, cut, &mut best));
        // Both read alike behind the first byte that ends every character: what stands before it tells them apart.
        let (whole, cut) = match (whole, cut) {
            (Some(w), Some(c)) if c.1 > w.1 + APART => (Some(w), None),
            (Some(w), Some(c)) if w.1 > c.1 + APART => (None, Some(c)),
            both => both,
        };
        for (torn, cost, rough) in [whole, cut].into_iter().flatten() {
            keep(candidate, torn, cost, rough, best);
        }
    }
    kept.retain(|k| k.cost <= best.saturating_add(slack));
    kept
}

impl Kept {
    /// The price of the text when it reads so well that it needs no second look: every character sound, none of them a control, and no
    /// dearer on the average than common text.
    pub fn plain(&self, text: &[u8]) -> Option<Rough> {
        let is_control_byte = |b: u8| (b < b' ' && !matches!(b, b'\t' | b'\n' | b'\r' | b'\x0C')) || b == 0x7F;
        if self.codec.holds_ascii() && text.iter().any(|&b| is_control_byte(b)) {
            return None;
        }
        let rough = if self.codec.is_single_byte() { rough(self.codec, text) } else { self.rough };
        rough.is_plain().then_some(rough)
    }
}

/// What stands beside a byte: no ASCII letter, one that is a letter of Latin script, one that may be a Cyrillic one by its looks. Latin
/// letters are at home beside such letters, and those of other scripts are not.
const BESIDE: [Beside; 3] = [Beside::NoLetter, Beside::Latin, Beside::Twin];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Beside {
    NoLetter,
    Latin,
    Twin,
}

impl Beside {
    fn of(before: u8, after: u8) -> Beside {
        let is_twin = |b: u8| matches!(b, b'a' | b'c' | b'e' | b'i' | b'j' | b'o' | b'p' | b'x' | b'y');
        match (before.is_ascii_alphabetic(), after.is_ascii_alphabetic()) {
            (false, false) => Beside::NoLetter,
            (a, b) if (!a || is_twin(before)) && (!b || is_twin(after)) => Beside::Twin,
            _ => Beside::Latin,
        }
    }
}

/// What the upper half of each single-byte candidate costs, by byte and by what stands beside.
type Prices = [[[u8; ROOM]; 3]; 128];

fn prices() -> &'static Prices {
    static PRICES: OnceLock<Box<Prices>> = OnceLock::new();
    PRICES.get_or_init(|| {
        let mut prices = Box::new([[[0; ROOM]; 3]; 128]);
        for candidate in candidates::all() {
            let Some(row) = candidate.row else { continue };
            for b in 0..128 {
                let c = candidate.codec.byte(b as u8 | 0x80);
                for beside in BESIDE {
                    prices[b][beside as usize][row] = price(c, beside);
                }
            }
        }
        prices
    })
}

/// Price of one character of a single-byte charset, at most 255.
fn price(c: Option<char>, beside: Beside) -> u8 {
    let Some(c) = c else { return ERROR.min(255) as u8 };
    // Headings are in capitals, and one charset's capitals are another's small letters: how much they say is for the full price to weigh.
    let small = if c >= '\u{370}' { c.to_lowercase().next().unwrap_or(c) } else { c };
    let capital = if small == c { 0 } else { CAPITAL };
    let alone = Model::shared().alone(small) + capital;
    let price = match c {
        '\u{A0}' if beside == Beside::NoLetter => APART_FROM_WORDS,
        _ if beside == Beside::NoLetter => alone,
        '\u{C0}'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}' => alone / 2,
        '\u{300}'..='\u{36F}' | '¿' | '¡' | '…' => alone / 2,
        '\u{400}'..='\u{45F}' if beside == Beside::Twin => alone + 3 * NAT / 2,
        c if c.is_alphabetic() => alone + 10 * NAT,
        c if is_sign(c) => alone + 5 * NAT,
        _ => alone + NAT,
    };
    price.min(255) as u8
}

/// What the bytes beyond ASCII cost in each single-byte candidate, and how many there are.
fn singles(text: &[u8]) -> ([u16; ROOM], u32) {
    let prices = prices();
    let mut sums = [0u16; ROOM];
    let mut high = 0;
    // 255 a byte: no sum overflows below 257 bytes.
    let text = &text[..text.len().min(256)];
    for (at, &b) in text.iter().enumerate() {
        if b < 0x80 {
            continue;
        }
        let before = if at > 0 { text[at - 1] } else { 0 };
        let beside = Beside::of(before, text.get(at + 1).copied().unwrap_or(0));
        let row = &prices[usize::from(b & 0x7F)][beside as usize];
        for (sum, &price) in sums.iter_mut().zip(row) {
            *sum += u16::from(price);
        }
        high += 1;
    }
    (sums, high)
}

/// What a text costs in one charset without context, ASCII for nothing, and how many characters beyond ASCII and malformed sequences it
/// is.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rough {
    pub cost: u32,
    pub chars: u32,
    pub errors: u32,
}

/// The rough price of a text in a charset that holds ASCII, a nanosecond or two a byte.
pub(super) fn rough(codec: Codec, text: &[u8]) -> Rough {
    rough_up_to(codec, text, u32::MAX)
}

/// The same for the beginning of a longer text: a character that is cut at its end is left out.
pub(super) fn rough_beginning(codec: Codec, text: &[u8]) -> Rough {
    // Charsets of pairs tell only by reading from the start which bytes are the first of a pair.
    let cut = codec.is_double_byte() && text.last().is_some_and(|&b| b >= 0x80) && {
        let high = text.iter().rev().take_while(|&&b| b >= 0x80).count();
        high % 2 == 1 && pairs(codec).is_some_and(|p| p.one[usize::from(text[text.len() - 1] & 0x7F)] == 0)
    };
    rough(codec, &text[..text.len() - usize::from(cut)])
}

/// True when no candidate is cheaper for the first bytes of a text than `main`, which is one of them, or when nobody can tell.
pub(super) fn is_cheapest(main: Codec, text: &[u8], candidates: &[Candidate]) -> bool {
    let kept = sieve(&text[..text.len().min(2 * BYTES)], candidates, |_| (true, 0), false, &[]);
    let cheapest = kept.iter().min_by_key(|k| k.cost);
    cheapest.is_none_or(|k| k.codec == main)
}

/// The same; it may stop where the price has passed `ceiling`.
pub(super) fn rough_up_to(codec: Codec, text: &[u8], ceiling: u32) -> Rough {
    let row = Pages::get().number(codec);
    if row == NONE {
        return several(codec, text, 0, false, ceiling);
    }
    let prices = prices();
    let mut sum = Rough::default();
    let mut before = 0u8;
    for (at, &b) in text.iter().enumerate() {
        if b >= 0x80 {
            let beside = Beside::of(before, text.get(at + 1).copied().unwrap_or(0));
            let price = u32::from(prices[usize::from(b & 0x7F)][beside as usize][usize::from(row) % ROOM]);
            sum.cost += price;
            sum.chars += 1;
            sum.errors += u32::from(price >= ERROR.min(255));
        }
        before = b;
    }
    sum
}

/// Price of a text in a charset of several bytes a character, or more than `ceiling`; ASCII costs nothing unless `wide`.
fn several(codec: Codec, text: &[u8], torn: usize, wide: bool, ceiling: u32) -> Rough {
    let model = Model::shared();
    let Some(pairs) = pairs(codec) else { return others(codec, text, torn, wide, ceiling) };
    let mut sum = Rough::default();
    let mut at = torn;
    while let Some(&first) = text.get(at) {
        if first < 0x80 {
            sum.cost += if wide { model.alone(first as char) } else { 0 };
            at += 1;
            continue;
        }
        sum.chars += 1;
        let second = text.get(at + 1).copied().unwrap_or(0);
        let pair = u32::from(pairs.two[usize::from(first & 0x7F) << 8 | usize::from(second)]);
        if pair > 0 {
            sum.cost += pair - 1;
            if second < 0x80 {
                sum.cost += lonely(text, at) + if wide { ASCII } else { 0 };
            }
            at += 2;
        } else if pairs.one[usize::from(first & 0x7F)] > 0 {
            sum.cost += u32::from(pairs.one[usize::from(first & 0x7F)]) - 1;
            at += 1;
        } else {
            at += sum.step(model, codec.step(&text[at..]), ERROR);
        }
        if sum.cost > ceiling {
            break;
        }
    }
    sum
}

/// The same for charsets whose characters are no pairs.
fn others(codec: Codec, text: &[u8], torn: usize, wide: bool, ceiling: u32) -> Rough {
    let model = Model::shared();
    let holds_ascii = codec.holds_ascii();
    let mut sum = Rough::default();
    codec.visit(text, torn, |at, step| {
        if holds_ascii && text[at] < 0x80 {
            sum.cost += if wide { model.alone(text[at] as char) } else { 0 };
            return true;
        }
        sum.chars += 1;
        // A broken unit of UTF-32 must not be cheaper than four characters would be.
        let error = if let (Step::Bad(n), false) = (step, holds_ascii) { ERROR * n as u32 } else { ERROR };
        sum.step(model, Some(step), error);
        sum.cost <= ceiling
    });
    sum
}

impl Rough {
    /// True when every character is sound and they are no dearer on the average than those of common text.
    fn is_plain(&self) -> bool {
        self.errors == 0 && self.chars > 0 && self.cost <= self.chars * PLAIN
    }

    /// Pays for one character, or `error` for a malformed sequence; how many bytes it takes.
    fn step(&mut self, model: &Model, step: Option<Step>, error: u32) -> usize {
        match step {
            Some(Step::One(c, n)) => {
                self.cost += model.alone(c);
                self.errors += u32::from(is_control(c));
                n
            }
            Some(Step::Two(_, _, n)) => {
                self.cost += 2 * ASCII;
                n
            }
            Some(Step::Bad(n)) => {
                self.cost += error;
                self.errors += 1;
                n
            }
            None => 1,
        }
    }
}

/// What the characters of a charset of pairs cost, and 1 on top; 0 where there is none.
struct Pairs {
    /// By two bytes without the top bit of the first. A pair whose second byte is ASCII took a byte for which others pay nothing here.
    two: [u8; 128 << 8],
    /// By bytes that stand alone, without their top bit.
    one: [u8; 128],
}

fn pairs(codec: Codec) -> Option<&'static Pairs> {
    static TABLES: [OnceLock<Box<Pairs>>; 6] = [const { OnceLock::new() }; 6];
    const CODECS: [Codec; 6] = [Codec::GB18030, Codec::BIG5, Codec::SHIFT_JIS, Codec::EUC_JP, Codec::EUC_KR, Codec::JOHAB];
    let number = CODECS.iter().position(|&c| c == codec)?;
    let table = || {
        let model = Model::shared();
        let price = |c: char, saved: u32| 1 + model.alone(c).saturating_sub(saved).min(254) as u8;
        let mut table = Box::new(Pairs { two: [0; 128 << 8], one: [0; 128] });
        for (cell, two) in table.two.iter_mut().enumerate() {
            let (first, second) = ((cell >> 8) as u8 | 0x80, cell as u8);
            *two = codec.pair(first, second).map_or(0, |c| price(c, if second < 0x80 { ASCII } else { 0 }));
        }
        for (byte, one) in table.one.iter_mut().enumerate() {
            // Controls are priced where errors are.
            *one = codec.byte(byte as u8 | 0x80).filter(|&c| c > '\u{9F}').map_or(0, |c| price(c, 0));
        }
        table
    };
    Some(TABLES[number].get_or_init(table))
}

/// Drops single-byte charsets that read all bytes of a document as the same characters as one that stands before them; a charset in
/// `declared` stands before all others. The cheapest stands first afterwards.
pub(super) fn distinct(bytes: &[u8], kept: &mut Vec<Kept>, declared: &[Codec]) {
    let pages = Pages::get();
    if kept.iter().filter(|k| pages.number(k.codec) != NONE).count() > 1 {
        let present = present(&bytes[..bytes.len().min(64 << 10)]);
        // Candidates come in the order of their priors.
        if !declared.is_empty() {
            kept.sort_by_key(|k| !declared.contains(&k.codec));
        }
        let mut before: Vec<u8> = Vec::with_capacity(kept.len());
        kept.retain(|k| {
            let number = pages.number(k.codec);
            if number == NONE {
                return true;
            }
            let twin = before.iter().any(|&other| pages.differ(other, number) & present == 0);
            if !twin {
                before.push(number);
            }
            !twin
        });
    }
    kept.sort_by_key(|k| k.cost);
}
