//! Prose in letters beyond ASCII, with marks or of another alphabet: rows of such characters and the ASCII between them, walked with less
//! ado than `evidence` takes. What may be more than prose is left to that.

use super::alphabet::Alphabet;
use super::evidence::{CUT, Walk, has_newline, longer};
use super::signs::{Table, class, kind, weight};
use super::suspect::{HINT, Suspect, ascii};

impl Walk {
    /// Rows of characters from byte `at` on, which follows ASCII, each with the ASCII behind it. Says what [`Walk::high`] and its like say of
    /// each; returns where a row begins that they have to be asked about.
    pub fn words(&mut self, bytes: &[u8], t: &Table, mut at: usize, line: &mut usize, found: &mut Vec<Suspect>) -> usize {
        while matches!(bytes.get(at), Some(0xc2..=0xdf | 0xe1 | 0xe2)) {
            let Some(end) = self.row(bytes, t, at) else { break };
            if let Some(eight) = bytes[end..].first_chunk() {
                // Between two such rows there are a few bytes of ASCII, most of the time.
                let high = u64::from_le_bytes(*eight) & 0x8080_8080_8080_8080;
                let n = high.trailing_zeros() as usize / 8;
                if high != 0 && !has_newline(eight, n) && end + n - *line < CUT {
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
                if at == start && self.last == class::LETTER && is & kind::CYRILLIC != 0 {
                    return None;
                }
                (before, row) = (number, 0);
                if let (0x370..0x800, Some(alphabet)) = (code, Alphabet::of(t, code)) {
                    let end = alphabet.word(bytes, at);
                    let letters = (end - at) / 2;
                    if letters > 0 {
                        let number =
                            |n: usize| t.index[usize::from(bytes[end - 2 * n] & 0x1f) << 6 | usize::from(bytes[end - 2 * n + 1] & 0x3f)];
                        before = number(1);
                        second = if letters > 1 { number(2) } else { 0 };
                        third = if letters > 2 { number(3) } else { 0 };
                        row = letters - 1;
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
        ];
        let blanks = ["", "", "", " ", " ", " ", ", ", "\n", ". ", " - "];
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
