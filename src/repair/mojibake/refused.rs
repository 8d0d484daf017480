//! What a page was asked already: places of evidence, with the characters next to them, where nothing was to be done. Names and terms
//! come back. What is to be done is decided in `search`.

use super::suspect::Suspect;

/// Characters on both sides of the evidence that belong to a place: as many as are looked at before the line as a whole is.
const AROUND: usize = 10;
/// Places remembered. A place has one slot and takes it from whatever had it.
const SLOTS: usize = 256;

/// A place of evidence in a text: bytes, and which of them are the evidence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Fragment {
    from: usize,
    core: (usize, usize),
    to: usize,
    /// Strength of the evidence, in 1/4 nats.
    evidence: i32,
}

impl Fragment {
    /// The place of a suspect line's evidence; `None` when it holds no character.
    pub fn around(text: &str, s: &Suspect) -> Option<Fragment> {
        let boundary = |at: usize| (at..s.end).find(|&at| text.is_char_boundary(at)).unwrap_or(s.end);
        let (from, to) = (boundary(s.from.max(s.start)), boundary(s.to));
        if from >= to {
            return None;
        }
        let before = text[s.start..from].char_indices().rev().nth(AROUND - 1).map_or(s.start, |(at, _)| s.start + at);
        let after = text[to..s.end].char_indices().nth(AROUND).map_or(s.end, |(at, _)| to + at);
        Some(Fragment { from: before, core: (from, to), to: after, evidence: s.evidence })
    }

    /// The evidence and the characters next to it.
    pub fn of<'t>(&self, text: &'t str) -> &'t str {
        &text[self.from..self.to]
    }

    /// The evidence.
    pub fn core<'t>(&self, text: &'t str) -> &'t str {
        &text[self.core.0..self.core.1]
    }

    /// Characters before the evidence.
    pub fn before(&self, text: &str) -> usize {
        text[self.from..self.core.0].chars().count()
    }

    fn says_as(&self, other: &Fragment, text: &str) -> bool {
        (self.core.0 - self.from, self.core.1 - self.from, self.evidence)
            == (other.core.0 - other.from, other.core.1 - other.from, other.evidence)
            && self.of(text) == other.of(text)
    }

    fn slot(&self, text: &str) -> usize {
        let piece = self.of(text).as_bytes();
        let words = piece.chunks(8).map(|w| w.iter().fold(0u64, |n, b| n << 8 | u64::from(*b)));
        let hash = words.fold(piece.len() as u64, |h, w| (h ^ w).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29));
        (hash >> 32) as usize % SLOTS
    }
}

/// The places of one text, the last of each slot.
#[derive(Default)]
pub(super) struct Refusals(Vec<Option<Fragment>>);

impl Refusals {
    pub fn has(&self, place: &Fragment, text: &str) -> bool {
        // Most texts have none.
        !self.0.is_empty() && self.0[place.slot(text)].is_some_and(|known| known.says_as(place, text))
    }

    pub fn put(&mut self, place: Fragment, text: &str) {
        if self.0.is_empty() {
            self.0 = vec![None; SLOTS];
        }
        self.0[place.slot(text)] = Some(place);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str, core: &str, nth: usize) -> Fragment {
        let (from, _) = text.match_indices(core).nth(nth).unwrap();
        let suspect = Suspect { start: 0, end: text.len(), from, to: from + core.len(), evidence: 20 };
        Fragment::around(text, &suspect).unwrap()
    }

    #[test]
    fn the_same_words_around_are_the_same_place() {
        let text = "那天他们在村口的那棵老槐树旁边等了很久很久。那天他们在村口的那棵老槐树旁边等了很久很久。他们在槐树";
        let mut refusals = Refusals::default();
        refusals.put(place(text, "槐", 0), text);
        assert!(refusals.has(&place(text, "槐", 0), text));
        assert!(refusals.has(&place(text, "槐", 1), text));
        assert!(!refusals.has(&place(text, "槐", 2), text));
        assert!(!refusals.has(&place(text, "老槐", 0), text), "other evidence");
    }

    #[test]
    fn places_end_with_their_line() {
        let text = "口的老槐树旁";
        let place = place(text, "槐", 0);
        assert_eq!((place.of(text), place.core(text), place.before(text)), (text, "槐", 3));
    }
}
