//! The same bytes, read as single bytes, under all charsets but UTF-8 at once: one lane a charset. What a score says stands in `fit`,
//! which asks one charset at a time and says the same.

use std::sync::OnceLock;

use super::charset::Pairs;
use super::fit::{BREAK, ODD, Worth, has_longer, longer};
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
    /// Of each two bytes, by the lead without its high bit.
    of_two: Box<[Wide]>,
    /// Of each byte beyond ASCII under each reading: what reads as it stands is worth nothing.
    of_one: Vec<OnceLock<OfOne>>,
}

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
            let two = |at: usize, lane: usize| {
                let c = pairs.get(lane).and_then(|w| w.pair((at >> 8) as u8 | 0x80, at as u8));
                c.map_or(NONE, |c| Worth::new(model, c, 2).value() as i16)
            };
            let of_two = (0..128 << 8).map(|at| std::array::from_fn(|lane| two(at, lane))).collect();
            let of_one = Pairs::get().readings.iter().map(|_| OnceLock::new()).collect();
            Lanes { pairs, singles, of_two, of_one }
        })
    }

    /// What bytes beyond ASCII are worth when they were read as [`Pairs::readings`] number `reading`.
    fn of_one(&self, model: &Model, reading: usize) -> &[(Wide, Narrow); 128] {
        self.of_one[reading].get_or_init(|| {
            let read = Pairs::get().readings[reading].0;
            let worth = |written: Option<&Codec>, byte: u8| match written.and_then(|w| w.byte(byte)) {
                None => ODD as i16,
                Some(c) if read.byte(byte) == Some(c) && (model.is_known(c) || c.is_alphabetic()) => 0,
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
            if last > 0x80 {
                let two = &self.of_two[usize::from(last & 0x7f) << 8 | usize::from(b & 0xff)];
                sum = larger(sum, added(ends[1], two));
            }
            if i >= 2 && (bytes[i - 2] == 0x8f || (0x30..=0x39).contains(&b)) {
                self.longer(model, bytes, i, &ends, &mut sum);
            }
            best.pairs = larger(best.pairs, sum);
            ends = [sum, ends[0], ends[1], ends[2]];
            last = b;
        }
        best
    }

    /// Characters of three bytes and four that end at byte `at`.
    #[inline]
    fn longer(&self, model: &Model, bytes: &[u16], at: usize, ends: &[Wide; 4], sum: &mut Wide) {
        for (lane, &written) in self.pairs.iter().enumerate().filter(|(_, w)| has_longer(**w)) {
            if let Some((c, n)) = longer(bytes, at, written) {
                sum[lane] = sum[lane].max(ends[n - 1][lane].saturating_add(Worth::new(model, c, n).value() as i16));
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

#[inline(always)]
fn added<const N: usize>(mut a: [i16; N], b: &[i16; N]) -> [i16; N] {
    for (a, b) in a.iter_mut().zip(b) {
        *a = a.saturating_add(*b);
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
