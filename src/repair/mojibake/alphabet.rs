//! Letters of one alphabet side by side, as words have them: which neighbours say nothing, so that they are walked by a look-up each. What
//! others say stands in `signs`, how it adds up in `evidence`.

use std::sync::OnceLock;

use super::signs;

/// Code points of an alphabet: a power of two.
const LETTERS: usize = 64;
/// First code points of the alphabets, of two bytes each: Greek, Cyrillic, Hebrew, Arabic.
const FIRST: [u16; 4] = [0x390, 0x410, 0x5c0, 0x610];

/// Sets of bits of an alphabet in the file of `signs`: what each letter says with those behind it, then what each two do.
const ROWS: usize = LETTERS + LETTERS * LETTERS;

/// What the letters of an alphabet say.
pub(super) struct Alphabet {
    first: u16,
    /// For each one with which behind it they weigh what letters side by side do; a set of bits.
    two: [u64; LETTERS],
    /// See [`Alphabet::three`].
    three: &'static [[u8; 8]],
}

impl Alphabet {
    /// The alphabet of a character of two bytes.
    #[inline]
    pub fn of(code: u32) -> Option<&'static Alphabet> {
        static ALL: [OnceLock<Alphabet>; FIRST.len()] = [const { OnceLock::new() }; FIRST.len()];
        let at = FIRST.iter().position(|first| (code.wrapping_sub(u32::from(*first)) as usize) < LETTERS)?;
        Some(ALL[at].get_or_init(|| Alphabet::read(at)))
    }

    fn read(number: usize) -> Alphabet {
        let file = &signs::alphabets().as_chunks().0[number * ROWS..][..ROWS];
        let (two, three) = file.split_at(LETTERS);
        Alphabet { first: FIRST[number], two: std::array::from_fn(|a| u64::from_le_bytes(two[a])), three }
    }

    /// For two letters, with which behind them the last two do, whatever may end with all three: a set of bits.
    #[inline]
    fn three(&self, a: usize, b: usize) -> u64 {
        u64::from_le_bytes(self.three[a * LETTERS + b])
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
        let before = |n: usize| bytes.get(at.checked_sub(n)?..)?.first_chunk().and_then(|b| self.letter(*b));
        let (Some(_), Some(a), Some(b)) = (before(6), before(4), before(2)) else { return at };
        at + self.go_on(&bytes[at..], a, b)
    }

    /// How many bytes at the beginning of `bytes` are letters of a word that say nothing; nothing of their kind stands before them.
    #[inline]
    pub fn word(&self, bytes: &[u8]) -> usize {
        let [x, y, rest @ ..] = bytes else { return 0 };
        let Some(a) = self.letter([*x, *y]) else { return 0 };
        let [x, y, rest @ ..] = rest else { return 2 };
        match self.letter([*x, *y]) {
            Some(b) if self.two[a] >> b & 1 == 1 => 4 + self.go_on(rest, a, b),
            _ => 2,
        }
    }

    #[inline]
    fn go_on(&self, bytes: &[u8], mut a: usize, mut b: usize) -> usize {
        let mut rest = bytes;
        while let [x, y, behind @ ..] = rest
            && let Some(c) = self.letter([*x, *y])
            && self.three(a, b) >> c & 1 == 1
        {
            (a, b, rest) = (b, c, behind);
        }
        bytes.len() - rest.len()
    }
}

/// What the letters of each alphabet say by the tables of `signs`, as its file has it.
#[cfg(test)]
pub(super) fn made(t: &signs::Table) -> Vec<u8> {
    let mut made = Vec::new();
    for first in FIRST {
        let number = |letter: usize| t.index[usize::from(first) + letter];
        let of = |letter: usize| &t.high[usize::from(number(letter))];
        // Four bytes in a row are as rare as this: who begins them, is odd with all that go on.
        let four = (0..LETTERS).fold(0, |all, letter| all | of(letter).lead[2]);
        let plain = |a: usize, b: usize| {
            Some(t.beside(number(a), number(b))).filter(|w| number(a) != 0 && number(b) != 0 && w.weight() == signs::weight::LETTER)
        };
        let bits = |is: &dyn Fn(usize) -> bool| (0..LETTERS).filter(|b| is(*b)).fold(0u64, |all, b| all | 1 << b).to_le_bytes();
        for a in 0..LETTERS {
            made.extend(bits(&|b| plain(a, b).is_some()));
        }
        for (a, b) in (0..LETTERS).flat_map(|a| (0..LETTERS).map(move |b| (a, b))) {
            made.extend(bits(&|c| {
                let Some(beside) = plain(b, c) else { return false };
                let next = of(b).next & of(c).next;
                let begun = of(a).lead[1] & next;
                let goes_on = four & of(a).next & next != 0;
                let more = || goes_on || begun != 0 && t.says_more([number(a), number(b), number(c)], begun);
                !(beside.may_end() && more())
            }));
        }
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_walked_and_what_is_odd_in_them_is_not() {
        for (text, letters) in [("слово за", 2), ("море\u{a0}", 1), ("λόγος", 2), ("кот", 0), ("словОМ", 1), ("العربية ", 4)]
        {
            let code = text.chars().next().unwrap() as u32;
            let alphabet = Alphabet::of(code).unwrap();
            assert_eq!((alphabet.end(text.as_bytes(), 6) - 6) / 2, letters, "{text}");
        }
        for (text, letters) in [("слово за", 5), ("и\u{a0}", 1), ("оН", 1), ("Он", 2), ("ДОм", 1)] {
            assert_eq!(Alphabet::of(0x430).unwrap().word(text.as_bytes()) / 2, letters, "{text}");
        }
        assert!(Alphabet::of(0xe9).is_none() && Alphabet::of(0x5b0).is_none());
    }
}
