//! Letters of one alphabet side by side, as words have them: which neighbours say nothing, so that they are walked by a look-up each. What
//! others say stands in `signs`, how it adds up in `evidence`.

use std::sync::OnceLock;

use super::signs::{Table, weight};

/// Code points of an alphabet: a power of two.
const LETTERS: usize = 64;
/// First code points of the alphabets, of two bytes each: Greek, Cyrillic, Hebrew, Arabic.
const FIRST: [u16; 4] = [0x390, 0x410, 0x5c0, 0x610];

/// What the letters of an alphabet say.
pub(super) struct Alphabet {
    first: u16,
    /// For each two whether they weigh what letters side by side do, and whether a longer sequence may end with them.
    two: Box<[Two; LETTERS * LETTERS]>,
    /// For each three whether the last says something else with those before it than with the one before it alone; a set of bits.
    three: Box<[u64; LETTERS * LETTERS]>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Two {
    Odd,
    Plain,
    /// Plain, unless what stands before them says more.
    MayEnd,
}

impl Alphabet {
    /// The alphabet of a character of two bytes.
    #[inline]
    pub fn of(t: &Table, code: u32) -> Option<&'static Alphabet> {
        static ALL: [OnceLock<Alphabet>; FIRST.len()] = [const { OnceLock::new() }; FIRST.len()];
        let at = FIRST.iter().position(|first| (code.wrapping_sub(u32::from(*first)) as usize) < LETTERS)?;
        Some(ALL[at].get_or_init(|| Alphabet::build(t, FIRST[at])))
    }

    fn build(t: &Table, first: u16) -> Alphabet {
        let number = |letter: usize| t.index[usize::from(first) + letter];
        let of = |letter: usize| &t.high[usize::from(number(letter))];
        let mut alphabet = Alphabet { first, two: Box::new([Two::Odd; LETTERS * LETTERS]), three: Box::new([0; LETTERS * LETTERS]) };
        // Four bytes in a row are as rare as this: who begins them, is odd with all that go on.
        let four = (0..LETTERS).fold(0, |all, letter| all | of(letter).lead[2]);
        for (pair, two) in alphabet.two.iter_mut().enumerate() {
            let (a, b) = (pair / LETTERS, pair % LETTERS);
            let beside = t.beside(number(a), number(b));
            if number(a) != 0 && number(b) != 0 && beside.weight() == weight::LETTER {
                *two = if beside.may_end() { Two::MayEnd } else { Two::Plain };
            }
        }
        for (at, odd) in alphabet.three.iter_mut().enumerate() {
            let (a, b) = (at / LETTERS, at % LETTERS);
            for c in 0..LETTERS {
                let next = of(b).next & of(c).next;
                let begun = of(a).lead[1] & next;
                let goes_on = four & of(a).next & next != 0;
                *odd |= u64::from(goes_on || begun != 0 && t.says_more([number(a), number(b), number(c)], begun)) << c;
            }
        }
        alphabet
    }

    /// Which letter two bytes are.
    #[inline]
    fn letter(&self, bytes: [u8; 2]) -> Option<usize> {
        let code = u16::from(bytes[0] & 0x1f) << 6 | u16::from(bytes[1] & 0x3f);
        Some(usize::from(code.wrapping_sub(self.first))).filter(|l| *l < LETTERS && bytes[0] & 0xe0 == 0xc0)
    }

    /// Where the letters end that stand side by side from byte `at` on and say nothing, with all three before it.
    #[inline]
    pub fn end(&self, bytes: &[u8], at: usize) -> usize {
        let before = |n: usize| self.at(bytes, at.checked_sub(n)?);
        let (Some(_), Some(a), Some(b)) = (before(6), before(4), before(2)) else { return at };
        self.go_on(bytes, at, a, b)
    }

    /// Where the letters of a word end that say nothing; nothing stands before the first of them, which is at byte `at`.
    #[inline]
    pub fn word(&self, bytes: &[u8], at: usize) -> usize {
        let Some(a) = self.at(bytes, at) else { return at };
        match self.at(bytes, at + 2) {
            Some(b) if self.two[a * LETTERS + b] != Two::Odd => self.go_on(bytes, at + 4, a, b),
            _ => at + 2,
        }
    }

    #[inline]
    fn at(&self, bytes: &[u8], at: usize) -> Option<usize> {
        self.letter(*bytes.get(at..)?.first_chunk()?)
    }

    #[inline]
    fn go_on(&self, bytes: &[u8], mut end: usize, mut a: usize, mut b: usize) -> usize {
        while let Some(c) = bytes[end..].first_chunk().and_then(|b| self.letter(*b)) {
            match self.two[b * LETTERS + c] {
                Two::Plain => {}
                Two::MayEnd if self.three[a * LETTERS + b] >> c & 1 == 0 => {}
                _ => break,
            }
            (a, b) = (b, c);
            end += 2;
        }
        end
    }
}

#[cfg(test)]
mod tests {
    use super::super::signs::table;
    use super::*;

    #[test]
    fn words_are_walked_and_what_is_odd_in_them_is_not() {
        let t = table();
        for (text, letters) in [("слово за", 2), ("море\u{a0}", 1), ("λόγος", 2), ("кот", 0), ("словОМ", 1), ("العربية ", 4)]
        {
            let code = text.chars().next().unwrap() as u32;
            let alphabet = Alphabet::of(t, code).unwrap();
            assert_eq!((alphabet.end(text.as_bytes(), 6) - 6) / 2, letters, "{text}");
        }
        for (text, letters) in [("слово за", 5), ("и\u{a0}", 1), ("оН", 1), ("Он", 2), ("ДОм", 1)] {
            assert_eq!(Alphabet::of(t, 0x430).unwrap().word(text.as_bytes(), 0) / 2, letters, "{text}");
        }
        assert!(Alphabet::of(t, 0xe9).is_none() && Alphabet::of(t, 0x5b0).is_none());
    }
}
