//! Prose in letters beyond ASCII, with marks or of another alphabet: rows of such characters and the ASCII between them, walked with less
//! ado than `evidence` takes. What may be more than prose is left to that.

use super::alphabet::Alphabet;
use super::evidence::{CUT, Walk, is_again, longer, turned};
use super::signs::{Table, class, kind, weight};
use super::suspect::{HINT, Suspect, ascii};

impl Walk {
    /// Rows of characters from byte `at` on, which follows ASCII, each with the ASCII behind it. Says what [`Walk::high`] and its like say of
    /// each; returns where a row begins that they have to be asked about.
    pub fn words(&mut self, bytes: &[u8], t: &Table, mut at: usize, line: &mut usize, found: &mut Vec<Suspect>) -> usize {
        while matches!(bytes.get(at), Some(0xc2..=0xdf | 0xe1 | 0xe2)) {
            if is_again(bytes, at) {
                break;
            }
            let end = match one(bytes, t, at) {
                Some((end, weight)) => {
                    self.sum = (self.sum + weight).max(0);
                    end
                }
                None => match self.row(bytes, t, at) {
                    Some(end) => end,
                    None => break,
                },
            };
            if let Some(next) = bytes[end..].first_chunk() {
                // Between two such rows there are a few bytes of ASCII, most of the time.
                let n = ascii_before(u128::from_le_bytes(*next));
                if n < next.len() && end + n - *line < CUT {
                    self.sum = (self.sum + weight::ASCII * n as i32).max(0);
                    at = end + n;
                    self.last = if bytes[at - 1].is_ascii_alphabetic() { class::LETTER } else { 0 };
                    continue;
                }
            }
            at = end + ascii(&bytes[end..]);
            self.last = class::PLAIN;
            if at > end {
                self.blank(bytes, t, end, at, line, found);
            }
        }
        at
    }

    /// One row: where it ends, or `None` when it has to be looked at closely: it may be odd, is too much evidence, or is not of letters.
    #[inline]
    fn row(&mut self, bytes: &[u8], t: &Table, start: usize) -> Option<usize> {
        let (mut sum, mut since, mut sign_end) = (self.sum, self.from, self.sign_end);
        // The last characters side by side that stand for bytes beyond ASCII, by their numbers: 0 is none. How many stand before the last.
        let [mut third, mut second, mut before] = [0u16; 3];
        let mut row = 0;
        let mut at = start;
        while let Some(&first) = bytes.get(at).filter(|b| !b.is_ascii()) {
            let (code, end) = match first {
                0xc2..=0xdf => (u32::from(first & 0x1f) << 6 | u32::from(bytes[at + 1] & 0x3f), at + 2),
                0xe1 | 0xe2 => (super::evidence::code_of(bytes, at), at + 3),
                _ => return None,
            };
            let number = t.index[code as usize];
            if number == 0 {
                (before, row, at) = (0, 0, end);
                continue;
            }
            let is = t.kinds[usize::from(number)];
            if is & (kind::C1 | kind::TILDE) != 0 {
                return None;
            }
            if before == 0 {
                if at == start && self.last == class::LETTER && (is & kind::CYRILLIC != 0 || turned(bytes, at, is) != 0) {
                    return None;
                }
                (before, row) = (number, 0);
                if let (0x370..0x800, Some(alphabet)) = (code, Alphabet::of(code)) {
                    let end = at + alphabet.word(&bytes[at..]);
                    if end > at + 2 {
                        let number = |n: usize| t.index[usize::from(bytes[end - n] & 0x1f) << 6 | usize::from(bytes[end - n + 1] & 0x3f)];
                        row = (end - at) / 2 - 1;
                        [third, second, before] = [if row > 1 { number(6) } else { 0 }, number(4), number(2)];
                        sum = (sum + weight::ASCII + weight::LETTER * row as i32).max(0);
                        at = end;
                        continue;
                    }
                }
                sum = (sum + weight::ASCII).max(0);
                at = end;
                continue;
            }
            row += 1;
            let beside = t.beside(before, number);
            let mut weight = beside.weight();
            if row > 1 {
                // How French and Russian set blanks.
                if t.is_blank(number) || t.is_blank(before) {
                    return None;
                }
                if beside.may_end() {
                    weight = longer(t, [third, second, before, number], row > 2);
                }
            }
            if weight > 0 {
                if sum == 0 {
                    since = at;
                }
                sign_end = end;
            }
            sum = (sum + weight).max(0);
            if sum >= HINT {
                return None;
            }
            [third, second, before] = [second, before, number];
            at = end;
        }
        // A Cyrillic letter beside one of ASCII.
        if before != 0 && t.kinds[usize::from(before)] & kind::CYRILLIC != 0 && bytes.get(at).is_some_and(u8::is_ascii_alphabetic) {
            return None;
        }
        (self.sum, self.from, self.sign_end) = (sum, since, sign_end);
        Some(at)
    }
}

/// A row of one character, of two bytes or three, that is neither odd nor Cyrillic: where it ends and what it weighs. Without a branch that
/// tells them apart: in Vietnamese nobody foresees which it is.
#[inline]
fn one(bytes: &[u8], t: &Table, at: usize) -> Option<(usize, i32)> {
    let &[a, b, c, d] = bytes[at..].first_chunk()?;
    let (two, three) = (
        usize::from(a & 0x1f) << 6 | usize::from(b & 0x3f),
        usize::from(a & 0x0f) << 12 | usize::from(b & 0x3f) << 6 | usize::from(c & 0x3f),
    );
    let (code, length, behind) = if a < 0xe0 { (two, 2, c) } else { (three, 3, d) };
    let number = t.index[code];
    let odd = t.kinds[usize::from(number)] & (kind::C1 | kind::TILDE | kind::CYRILLIC);
    (behind < 0x80 && odd == 0).then(|| (at + length, if number == 0 { 0 } else { weight::ASCII }))
}

/// Bytes of ASCII at the beginning of 16, the first in the lowest bits; 16 when a line may end among them.
#[inline]
fn ascii_before(next: u128) -> usize {
    const ONES: u128 = u128::MAX / 0xff;
    let high = next & (ONES << 7);
    let differs = next ^ (ONES * b'\n' as u128);
    let zeros = differs.wrapping_sub(ONES) & !differs & (ONES << 7);
    if zeros.trailing_zeros() < high.trailing_zeros() { 16 } else { high.trailing_zeros() as usize / 8 }
}

#[cfg(test)]
mod tests {
    use super::super::suspect::{found, suspects};

    #[test]
    fn prose_is_walked_to_the_same_end() {
        let pieces = [
            "Đó",
            "đươ",
            "ngữ",
            "ệ",
            "é",
            "è\u{a0}»",
            "«\u{a0}",
            "\u{a0}»",
            "“",
            "”",
            "’",
            "–",
            "—",
            "ü",
            "ß",
            "Ã",
            "Ã©",
            "Ã ",
            "â€“",
            "Ð¾",
            "\u{80}",
            "\u{93}",
            "слово",
            "СССР",
            "и\u{a0}—",
            "«Он»",
            "кАк",
            "ё",
            "Ω",
            "λόγος",
            "שלום",
            "العربية",
            "ไทย",
            "中文",
            "的",
            "かな",
            "한글",
            "ﾊ",
            "\u{fffd}",
            "😀",
            "°",
            "№",
            "ß",
            "ı",
            "word",
            "a",
            "x.",
            "7",
            "đ",
            "ó",
            "ư",
            "ơ",
            "Р",
            "Ñ",
            "ç",
            "ã",
            "õ",
            "ś",
            "ć",
            "âJâ",
            "Ăł",
            "Γό",
            "É_É",
        ];
        let blanks = ["A", "[", "", "", " ", " ", " ", ", ", "\n", ". ", " - "];
        let mut n = 5u32;
        let mut next = |below: usize| {
            n = n.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (n >> 8) as usize % below
        };
        let (mut some, mut none) = (0, 0);
        for round in 0..30_000 {
            let mut text = String::new();
            // Some of few pieces, so that what is seldom odd is odd together.
            let first = next(pieces.len());
            let of = if round % 2 == 0 { pieces.len() } else { 6 };
            for _ in 0..=next(40) {
                text.push_str(pieces[(first + next(of)) % pieces.len()]);
                text.push_str(blanks[next(blanks.len())]);
                match next(400) {
                    0 => text.push_str(&"long ".repeat(120)),
                    1 => text.push_str(&"dài ơi ".repeat(500)),
                    _ => {}
                }
            }
            let slow = found(&text, |_, _, _, at, _, _| at);
            assert_eq!(suspects(&text), slow, "{text}");
            if slow.is_empty() { none += 1 } else { some += 1 }
        }
        assert!(some > 3000 && none > 3000, "{some} {none}");
    }
}
