//! One-permutation MinHash: a text as 32 numbers, of which two texts share about as many as they share shingles; bands of them bring
//! texts together that may be alike. Whether they are is told in `alike`.

use super::shingle::{Tokens, mix};

/// Slots of a signature.
const SLOTS: usize = 32;
/// A slot without a shingle.
const EMPTY: u32 = u32::MAX;

/// The signature of a text.
///
/// # Source
/// Li, Owen, Zhang, "One Permutation Hashing", 2012; empty slots are filled as in Shrivastava, "Optimal Densification for Fast and Accurate
/// Minwise Hashing", 2017.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    slots: [u32; SLOTS],
    /// Hash of the numbers of the text; 0 when they do not matter.
    numbers: u64,
}

impl Signature {
    /// Of a text; `None` when it is too short or too long to be compared. `numbers`: texts of other numbers never meet.
    pub fn new(text: &Tokens, numbers: bool) -> Option<Signature> {
        let mut slots = [EMPTY; SLOTS];
        text.shingles(|h| {
            let slot = &mut slots[(h >> 59) as usize];
            *slot = (*slot).min((h >> 27) as u32);
        });
        let full = slots;
        if full == [EMPTY; SLOTS] {
            return None;
        }
        for (n, slot) in slots.iter_mut().enumerate().filter(|(_, s)| **s == EMPTY) {
            // ends: one slot at least is full, and every slot comes up
            *slot = (1u64..).map(|k| full[(mix(k << 8 | n as u64) >> 59) as usize]).find(|s| *s != EMPTY)?;
        }
        let numbers = if numbers { text.numbers().iter().fold(1, |h, n| mix(h ^ n)) } else { 0 };
        Some(Signature { slots, numbers })
    }

    /// Keys of its bands: two texts that share one may be alike. The last four bits of a key are the number of its band.
    pub fn bands(&self, by: Bands) -> impl Iterator<Item = u64> {
        self.slots.chunks_exact(by.rows).take(by.bands).zip(0u64..).map(|(rows, n)| {
            let key = rows.iter().fold(mix(self.numbers ^ n), |h, slot| mix(h ^ u64::from(*slot)));
            key & !15 | n
        })
    }

    /// Two bits of each slot: enough to see from afar that two texts are not alike.
    pub fn sketch(&self) -> u64 {
        self.slots.iter().fold(0, |sketch, slot| sketch << 2 | u64::from(slot & 3))
    }
}

/// How signatures are cut into bands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bands {
    bands: usize,
    rows: usize,
}

impl Bands {
    /// For a threshold in thousandths. Two texts at the threshold meet in a band 98 times in a hundred at 0.8, 96 at 0.7, 98 at 0.5.
    pub fn of(threshold: u16) -> Bands {
        let (bands, rows) = match threshold {
            750.. => (8, 4),
            650.. => (10, 3),
            _ => (16, 2),
        };
        Bands { bands, rows }
    }
}

/// In how many of the 32 slots two sketches agree.
pub fn agreement(a: u64, b: u64) -> u32 {
    let differ = a ^ b;
    32 - ((differ | differ >> 1) & 0x5555_5555_5555_5555).count_ones()
}

/// Two texts at the threshold, in thousandths, agree in fewer slots than this about once in a thousand times: the mean less three
/// standard deviations of a binomial; slots of two bits agree by chance one in four.
pub fn least_agreement(threshold: u16) -> u32 {
    let j = f64::from(threshold) / 1000.0;
    let p = j + (1.0 - j) / 4.0;
    (32.0 * p - 3.0 * (32.0 * p * (1.0 - p)).sqrt()).floor().max(0.0) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signature(text: &str, numbers: bool) -> Option<Signature> {
        let mut tokens = Tokens::default();
        tokens.add(text);
        Signature::new(&tokens, numbers)
    }

    /// Han text that looks random: `n` characters, from `seed` on.
    fn han(seed: u64, n: usize) -> String {
        (0..n as u64).map(|i| char::from_u32(0x4E00 + (mix(seed << 32 | i) % 3000) as u32).unwrap_or('一')).collect()
    }

    #[test]
    fn short_texts_have_no_signature_and_equal_ones_the_same() {
        assert_eq!(signature(&han(1, 39), false), None);
        assert_eq!(signature(&han(1, 40), false), signature(&format!("{}。", han(1, 40)), false));
        assert!(signature(&han(1, 40), false).is_some_and(|s| s.slots.iter().all(|s| *s != EMPTY)));
    }

    #[test]
    fn slots_agree_as_often_as_shingles() {
        // 200 of 300 characters are the same: 196 shingles of 396
        let mut agree = 0;
        for n in 0..100 {
            let same = han(n, 200);
            let (a, b) = (signature(&(same.clone() + &han(n + 1000, 100)), false), signature(&(same + &han(n + 2000, 100)), false));
            let (a, b) = (a.unwrap(), b.unwrap());
            agree += a.slots.iter().zip(b.slots).filter(|(a, b)| **a == *b).count();
        }
        let share = f64::from(agree as u32) / 3200.0;
        assert!((share - 196.0 / 396.0).abs() < 0.03, "{share}");
    }

    #[test]
    fn texts_of_other_numbers_do_not_meet() {
        let text = han(3, 200);
        let (a, b) = (format!("{text}5元"), format!("{text}6元"));
        let bands = |t: &str, numbers| signature(t, numbers).unwrap().bands(Bands::of(800)).collect::<Vec<_>>();
        let meet = |numbers| bands(&a, numbers).iter().any(|k| bands(&b, numbers).contains(k));
        assert!(meet(false) && !meet(true));
        assert_eq!(bands(&a, true).iter().map(|k| k & 15).collect::<Vec<_>>(), (0..8).collect::<Vec<_>>());
    }

    #[test]
    fn sketches_agree_in_slots() {
        assert_eq!((agreement(5, 5), agreement(0, 3), agreement(0, 1 << 63 | 2)), (32, 31, 30));
        assert_eq!(least_agreement(800), 21);
        assert_eq!(least_agreement(1000), 32);
    }
}
