//! What a page says elsewhere: how often it has each character, and which runs of two to four characters it has. A word seen
//! undamaged on the page is the best witness for a damaged one. Prices stand in `price`.

use super::gbk;

/// The characters of a page and their runs, annotations left out, full-width forms folded.
#[derive(Clone, Debug)]
pub struct Vocabulary {
    /// How often a character of the basic plane occurs, at most 255 times.
    counts: Box<[u8]>,
    /// Hashes of the runs, each at its place or behind; 0 for none.
    runs: Vec<u32>,
}

/// Slots for each character of the page, three runs end at it; and slots at least and at most.
const SLOTS: usize = 8;
const SIZES: (usize, usize) = (64, 1 << 22);
/// Slots looked at for one run. A run that finds none free is not kept.
const PROBES: usize = 16;

impl Vocabulary {
    /// The vocabulary of a page of about `size` characters.
    pub fn of(text: impl Iterator<Item = char>, size: usize) -> Vocabulary {
        let slots = (size * SLOTS).next_power_of_two().clamp(SIZES.0, SIZES.1);
        let mut v = Vocabulary { counts: vec![0; 0x1_0000].into(), runs: vec![0; slots] };
        let mut last = ['\n'; 3];
        for c in text {
            let c = gbk::fold(c);
            if let Some(n) = v.counts.get_mut(c as usize) {
                *n = n.saturating_add(1);
            }
            if c == '\n' {
                last = ['\n'; 3];
                continue;
            }
            for len in 2..=4 {
                if last[len - 2] == '\n' {
                    break;
                }
                let (print, place) = v.place(&last[..len - 1], c);
                let free = (place..place + PROBES).map(|i| i & (v.runs.len() - 1)).find(|i| matches!(v.runs[*i], 0) || v.runs[*i] == print);
                if let Some(i) = free {
                    v.runs[i] = print;
                }
            }
            last = [c, last[0], last[1]];
        }
        v
    }

    /// How often the page has a character.
    pub fn count(&self, c: char) -> u32 {
        self.counts.get(gbk::fold(c) as usize).copied().unwrap_or(0).into()
    }

    /// Length of the longest run of the page, up to four characters, that ends in `c` and has before it the characters of `last`,
    /// the nearest first; 1 when the page has none.
    pub fn longest(&self, last: [char; 3], c: char) -> usize {
        let (last, c) = (last.map(gbk::fold), gbk::fold(c));
        let known = |len: &usize| {
            let (print, place) = self.place(&last[..len - 1], c);
            let mut slots = (place..place + PROBES).map(|i| self.runs[i & (self.runs.len() - 1)]).take_while(|p| *p != 0);
            !last[..len - 1].contains(&'\n') && slots.any(|p| p == print)
        };
        (2..=4).take_while(known).last().unwrap_or(1)
    }

    /// Hash of a run, never 0, and its first slot.
    fn place(&self, last: &[char], c: char) -> (u32, usize) {
        let step = |h: u64, c: char| (h.rotate_left(21) ^ u64::from(c as u32)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let h = last.iter().fold(step(last.len() as u64, c), |h, c| step(h, *c));
        let h = h ^ h >> 29;
        ((h as u32).max(1), (h >> 32) as usize & (self.runs.len() - 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vocabulary {
        Vocabulary::of(text.chars(), text.len())
    }

    #[test]
    fn runs_of_up_to_four_are_known() {
        let v = of("大河向東流，\n天上星");
        assert_eq!(v.longest(['向', '河', '大'], '東'), 4);
        assert_eq!(v.longest(['向', '河', '小'], '東'), 3);
        assert_eq!(v.longest(['向', '山', '大'], '東'), 2);
        assert_eq!(v.longest(['河', '向', '大'], '東'), 1);
        assert_eq!(v.longest(['流', '東', '向'], ','), 4);
    }

    #[test]
    fn no_run_goes_over_the_end_of_a_line() {
        let v = of("上山\n下海");
        assert_eq!(v.longest(['\n', '山', '上'], '下'), 1);
        assert_eq!(v.longest(['山', '上', '\n'], '下'), 1);
        assert_eq!(v.longest(['下', '\n', '山'], '海'), 2);
    }

    #[test]
    fn characters_are_counted_folded() {
        let v = of("好，好,好");
        assert_eq!((v.count('好'), v.count('，'), v.count('壞'), v.count('😀')), (3, 2, 0, 0));
    }
}
