//! The same bytes under all charsets but UTF-8 at once: one lane a charset. What a score says stands in `fit`,
//! which asks one charset at a time and says the same.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU16, Ordering};

use super::charset::Pairs;
use super::fit::{BREAK, ODD, Worth, has_longer, longer};
use super::kinds::is_letter;
use crate::codec::Codec;
use crate::model::Model;

/// Lanes of charsets of pairs, and of single bytes: as many as two registers hold.
const PAIRS: usize = 8;
const SINGLES: usize = 16;

/// In place of the worth of what is no character: less than any sum can make good.
const NONE: i16 = i16::MIN / 2;

type Wide = [i16; PAIRS];
type Narrow = [i16; SINGLES];

/// What each byte beyond ASCII is worth.
type OfOne = Box<[(Wide, Narrow); 128]>;

/// What bytes are worth in each lane, in 1/16 nats.
pub(super) struct Lanes {
    pairs: Vec<Codec>,
    singles: Vec<Codec>,
    /// The characters of all pairs of each charset of pairs.
    cells: Vec<&'static [Option<char>]>,
    /// Of each two bytes, by the lead without its high bit.
    of_two: Box<[Wide]>,
    /// Of each byte beyond ASCII under each reading: what reads as it stands is worth nothing.
    of_one: Vec<OnceLock<OfOne>>,
    /// The same whatever reads as it stands, and which characters they are: for readings of pairs.
    one_char: OnceLock<Box<[OneChar; 128]>>,
    /// For each reading of pairs, in which lanes two bytes, by the lead without its high bit, are the character they were read as: bits, beside
    /// [`ASKED`]; 0 where it was not asked for yet.
    same: Vec<OnceLock<Box<[AtomicU16]>>>,
}

/// What a byte beyond ASCII is worth and which character it is.
struct OneChar {
    worth: (Wide, Narrow),
    is: ([u16; PAIRS], [u16; SINGLES]),
}

/// Beside the bits of eight lanes.
const ASKED: u16 = 1 << PAIRS;

/// In place of a character that is none or not known: equals no character that was read.
const NO_CHAR: u16 = 0xffff;

/// By which lanes are worth nothing, in bits: what is left of the worths, as masks.
static KEPT: [Wide; 1 << PAIRS] = {
    let mut all = [[-1; PAIRS]; 1 << PAIRS];
    let mut at = 0;
    while at < all.len() * PAIRS {
        let (lanes, lane) = (at / PAIRS, at % PAIRS);
        if lanes >> lane & 1 == 1 {
            all[lanes][lane] = 0;
        }
        at += 1;
    }
    all
};

/// How well one reading of a sample fits each charset.
pub(super) struct Scores {
    pairs: Wide,
    singles: Narrow,
}

impl Lanes {
    pub fn get() -> &'static Lanes {
        static LANES: OnceLock<Lanes> = OnceLock::new();
        LANES.get_or_init(|| {
            let model = Model::shared();
            let (mut pairs, mut singles) = (Vec::new(), Vec::new());
            for pair in Pairs::get().all.iter().filter(|p| p.read.is_single_byte() && p.written != Codec::UTF_8) {
                let lanes = if pair.written.is_double_byte() { &mut pairs } else { &mut singles };
                if !lanes.contains(&pair.written) {
                    lanes.push(pair.written);
                }
            }
            pairs.truncate(PAIRS);
            singles.truncate(SINGLES);
            let cells: Vec<_> = pairs.iter().map(|w: &Codec| w.pairs()).collect();
            let mut of_two = vec![[NONE; PAIRS]; 128 << 8];
            for (lane, cells) in cells.iter().enumerate() {
                for (two, c) in of_two.iter_mut().zip(*cells) {
                    two[lane] = c.map_or(NONE, |c| Worth::new(model, c, 2).value() as i16);
                }
            }
            let of_one = Pairs::get().readings.iter().map(|_| OnceLock::new()).collect();
            let same = Pairs::get().readings.iter().map(|_| OnceLock::new()).collect();
            Lanes { pairs, singles, cells, of_two: of_two.into(), of_one, one_char: OnceLock::new(), same }
        })
    }

    /// What bytes beyond ASCII are worth when they were read as [`Pairs::readings`] number `reading`.
    fn of_one(&self, model: &Model, reading: usize) -> &[(Wide, Narrow); 128] {
        self.of_one[reading].get_or_init(|| {
            let read = Pairs::get().readings[reading].0;
            let worth = |written: Option<&Codec>, byte: u8| match written.and_then(|w| w.byte(byte)) {
                None => ODD as i16,
                Some(c) if read.byte(byte) == Some(c) && counts(model, c) => 0,
                Some(c) => Worth::new(model, c, 1).value() as i16,
            };
            Box::new(std::array::from_fn(|b| {
                let byte = b as u8 | 0x80;
                (
                    std::array::from_fn(|lane| worth(self.pairs.get(lane), byte)),
                    std::array::from_fn(|lane| worth(self.singles.get(lane), byte)),
                )
            }))
        })
    }

    fn one_char(&self, model: &Model) -> &[OneChar; 128] {
        self.one_char.get_or_init(|| {
            let is = |c: Option<char>| c.filter(|c| counts(model, *c)).and_then(|c| u16::try_from(c as u32).ok()).unwrap_or(NO_CHAR);
            let worth = |c: Option<char>| c.map_or(ODD as i16, |c| Worth::new(model, c, 1).value() as i16);
            let of = |written: Option<&Codec>, byte: u8| written.and_then(|w| w.byte(byte));
            Box::new(std::array::from_fn(|b| {
                let pairs = |lane: usize| of(self.pairs.get(lane), b as u8 | 0x80);
                let singles = |lane: usize| of(self.singles.get(lane), b as u8 | 0x80);
                OneChar {
                    worth: (std::array::from_fn(|l| worth(pairs(l))), std::array::from_fn(|l| worth(singles(l)))),
                    is: (std::array::from_fn(|l| is(pairs(l))), std::array::from_fn(|l| is(singles(l)))),
                }
            }))
        })
    }

    /// In which lanes two bytes are `c`, in bits.
    fn lanes_of(&self, model: &Model, at: usize, c: char) -> u8 {
        if !counts(model, c) {
            return 0;
        }
        self.cells.iter().enumerate().filter(|(_, cells)| cells.get(at) == Some(&Some(c))).fold(0, |bits, (lane, _)| bits | 1 << lane)
    }

    /// The same, of the character that two bytes are in the reading whose lanes are known in `same`: a text asks for few. Whoever asks at the
    /// same time notes the same.
    #[inline]
    fn lanes_of_read(&self, model: &Model, same: &[AtomicU16], at: usize, c: char) -> u8 {
        match same[at].load(Ordering::Relaxed) {
            0 => {
                let lanes = self.lanes_of(model, at, c);
                same[at].store(ASKED | u16::from(lanes), Ordering::Relaxed);
                lanes
            }
            asked => asked as u8,
        }
    }

    /// How well `bytes`, read as [`Pairs::readings`] number `reading`, of pairs, fit each charset: a character that stands where it was
    /// read from is worth nothing. Linear.
    pub fn scores_of_pairs(&self, model: &Model, bytes: &[u16], origin: &[char], reading: usize) -> Scores {
        let one_char = self.one_char(model);
        let read = Pairs::get().readings[reading].0.pairs();
        let same = self.same[reading].get_or_init(|| std::iter::repeat_with(AtomicU16::default).take(read.len()).collect());
        let mut ends = [[0i16; PAIRS]; 4];
        let mut end = [0i16; SINGLES];
        let mut best = Scores { pairs: [0; PAIRS], singles: [0; SINGLES] };
        let mut last = 0;
        // The table is larger than what is near: all that is wanted of it is asked for before any of it is used.
        let twos: Vec<Wide> = bytes.windows(2).map(|w| if is_lead(w[0]) { self.of_two[place(w[0], w[1])] } else { [0; PAIRS] }).collect();
        for (i, &b) in bytes.iter().enumerate() {
            if b == BREAK {
                (ends, end, last) = ([[0; PAIRS]; 4], [0; SINGLES], 0);
                continue;
            }
            let mut sum = ends[0];
            if b >= 0x80 {
                let one = &one_char[usize::from(b & 0x7f)];
                // 0 where no character begins.
                let c = u16::try_from(origin[i] as u32).unwrap_or(0);
                sum = larger(added(ends[0], &unlike(one.worth.0, &one.is.0, c)), [0; PAIRS]);
                end = larger(added(end, &unlike(one.worth.1, &one.is.1, c)), [0; SINGLES]);
                best.singles = larger(best.singles, end);
            }
            if is_lead(last) {
                let at = place(last, b);
                let mut two = twos[i - 1];
                let c = origin[i - 1];
                if c != '\0' {
                    // What other decoders read so is in no table of this one.
                    let is_read = read.get(at) == Some(&Some(c));
                    let lanes = if is_read { self.lanes_of_read(model, same, at, c) } else { self.lanes_of(model, at, c) };
                    two = both(two, &KEPT[usize::from(lanes)]);
                }
                sum = larger(sum, added(ends[1], &two));
            }
            if i >= 2 && is_lead(last) && may_be_longer(bytes[i - 2], b) {
                self.longer(model, bytes, i, &ends, &mut sum, Some(origin));
            }
            best.pairs = larger(best.pairs, sum);
            ends = [sum, ends[0], ends[1], ends[2]];
            last = b;
        }
        best
    }

    /// How well `bytes`, read as [`Pairs::readings`] number `reading`, fit each charset. Linear.
    pub fn scores(&self, model: &Model, bytes: &[u16], reading: usize) -> Scores {
        let of_one = self.of_one(model, reading);
        // Best sums of stretches that end at the last bytes, the last first.
        let mut ends = [[0i16; PAIRS]; 4];
        let mut end = [0i16; SINGLES];
        let mut best = Scores { pairs: [0; PAIRS], singles: [0; SINGLES] };
        let mut last = 0;
        for (i, &b) in bytes.iter().enumerate() {
            if b == BREAK {
                (ends, end, last) = ([[0; PAIRS]; 4], [0; SINGLES], 0);
                continue;
            }
            let mut sum = ends[0];
            if b >= 0x80 {
                let (wide, narrow) = &of_one[usize::from(b & 0x7f)];
                sum = larger(added(ends[0], wide), [0; PAIRS]);
                end = larger(added(end, narrow), [0; SINGLES]);
                best.singles = larger(best.singles, end);
            }
            if is_lead(last) {
                let two = &self.of_two[place(last, b)];
                sum = larger(sum, added(ends[1], two));
            }
            if i >= 2 && is_lead(last) && may_be_longer(bytes[i - 2], b) {
                self.longer(model, bytes, i, &ends, &mut sum, None);
            }
            best.pairs = larger(best.pairs, sum);
            ends = [sum, ends[0], ends[1], ends[2]];
            last = b;
        }
        best
    }

    /// Characters of three bytes and four that end at byte `at`; `origin` where bytes were read as pairs.
    #[inline]
    fn longer(&self, model: &Model, bytes: &[u16], at: usize, ends: &[Wide; 4], sum: &mut Wide, origin: Option<&[char]>) {
        for (lane, &written) in self.pairs.iter().enumerate().filter(|(_, w)| has_longer(**w)) {
            if let Some((c, n)) = longer(bytes, at, written) {
                let worth = Worth::new(model, c, n);
                let value = if origin.is_some_and(|o| worth.is(o[at + 1 - n])) { 0 } else { worth.value() };
                sum[lane] = sum[lane].max(ends[n - 1][lane].saturating_add(value as i16));
            }
        }
    }

    /// What `scores` say of one charset.
    pub fn of(&self, scores: &Scores, written: Codec) -> i32 {
        let of_pairs = || self.pairs.iter().position(|w| *w == written).map(|lane| scores.pairs[lane]);
        let of_singles = || self.singles.iter().position(|w| *w == written).map(|lane| scores.singles[lane]);
        i32::from(of_pairs().or_else(of_singles).unwrap_or(0))
    }
}

/// Whether a byte may begin a pair; neither [`BREAK`] does nor what stands before everything.
#[inline]
fn is_lead(byte: u16) -> bool {
    (0x81..BREAK).contains(&byte)
}

/// Whether a character of three bytes or four may end with `last`, two bytes behind `first`, and a byte beyond ASCII between them.
#[inline]
fn may_be_longer(first: u16, last: u16) -> bool {
    first == 0x8f || (0x30..=0x39).contains(&first) && (0x30..=0x39).contains(&last)
}

/// Where what two bytes are worth stands.
#[inline]
fn place(lead: u16, trail: u16) -> usize {
    usize::from(lead & 0x7f) << 8 | usize::from(trail & 0xff)
}

#[inline(always)]
fn added<const N: usize>(mut a: [i16; N], b: &[i16; N]) -> [i16; N] {
    for (a, b) in a.iter_mut().zip(b) {
        *a = a.saturating_add(*b);
    }
    a
}

/// Whether a character that stands where it was read from is worth nothing there; what counts as odd does so wherever it comes from.
fn counts(model: &Model, c: char) -> bool {
    model.is_known(c) || is_letter(c)
}

/// Worths, of which those of character `c` are nothing.
#[inline(always)]
fn unlike<const N: usize>(mut worths: [i16; N], is: &[u16; N], c: u16) -> [i16; N] {
    for (worth, is) in worths.iter_mut().zip(is) {
        *worth = if *is == c { 0 } else { *worth };
    }
    worths
}

#[inline(always)]
fn both(mut a: Wide, b: &Wide) -> Wide {
    for (a, b) in a.iter_mut().zip(b) {
        *a &= *b;
    }
    a
}

#[inline(always)]
fn larger<const N: usize>(mut a: [i16; N], b: [i16; N]) -> [i16; N] {
    for (a, b) in a.iter_mut().zip(b) {
        *a = (*a).max(b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repair::mojibake::charset::Reading;
    use crate::repair::mojibake::fit::fit;

    #[test]
    fn every_charset_has_a_lane() {
        let lanes = Lanes::get();
        for pair in Pairs::get().all.iter().filter(|p| p.read.is_single_byte() && p.written != Codec::UTF_8) {
            assert!(lanes.pairs.contains(&pair.written) || lanes.singles.contains(&pair.written), "{pair:?}");
        }
    }

    #[test]
    fn all_at_once_say_what_each_says_of_what_was_read_as_pairs() {
        let model = Model::shared();
        for text in ["鎴戜滑鍦ㄦ渤杈规暎姝ワ紝浠婂ぉ", "и翠 мир ｱｲあの頃", "릊ㅖㅸㅖ儆ΑβЖ x2", "縺ゅ▽縺€\u{20ac}丂", "嚙踝蕭⑴Ⅳ。、"]
        {
            for (reading, (codec, range)) in Pairs::get().readings.iter().enumerate().filter(|(_, r)| r.0.is_double_byte()) {
                let read = Reading::new(*codec).unwrap();
                let (mut bytes, mut origin) = (Vec::new(), Vec::new());
                for c in text.chars() {
                    match read.bytes(c) {
                        Some((code, n)) => bytes.extend(code[..n].iter().map(|b| u16::from(*b))),
                        None => bytes.push(BREAK),
                    }
                    origin.push(if read.bytes(c).is_some() { c } else { '\0' });
                    origin.resize(bytes.len(), '\0');
                }
                let scores = Lanes::get().scores_of_pairs(model, &bytes, &origin, reading);
                for pair in Pairs::get().all[range.clone()].iter().filter(|p| p.written != Codec::UTF_8) {
                    assert_eq!(Lanes::get().of(&scores, pair.written), fit(model, &bytes, &origin, pair.written).score, "{text} {pair:?}");
                }
            }
        }
    }

    #[test]
    fn all_at_once_say_what_each_says() {
        let model = Model::shared();
        for text in ["ÖÐÎÄ»ÊÒ»Ö ÓïÑÔ", "\u{81}0\u{81}0 ÎÒ", "\u{8f}°¡ ÄÁ", "РјС‹ РІС‹С€Р»Рё", "½ð®Ú°ê»Úª÷ÄÝ", "Åñåõíá ãéá", "ƒeƒXƒg‚·‚é"]
        {
            for (reading, (codec, range)) in Pairs::get().readings.iter().enumerate().filter(|(_, r)| r.0.is_single_byte()) {
                let read = Reading::new(*codec).unwrap();
                let (mut bytes, mut origin) = (Vec::new(), Vec::new());
                for c in text.chars() {
                    bytes.push(read.bytes(c).map_or(BREAK, |b| u16::from(b.0[0])));
                    origin.push(c);
                }
                let scores = Lanes::get().scores(model, &bytes, reading);
                for pair in Pairs::get().all[range.clone()].iter().filter(|p| p.written != Codec::UTF_8) {
                    assert_eq!(Lanes::get().of(&scores, pair.written), fit(model, &bytes, &origin, pair.written).score, "{text} {pair:?}");
                }
            }
        }
    }
}
