//! Where to look in a document: the neighbourhoods of bytes beyond ASCII, from its beginning, middle and end, as many as are asked
//! for. What they mean is judged in `contest`.

use std::ops::Range;

use encoding_rs::Encoding;

/// ASCII that is taken along before and after such bytes, at most: the rest of the word, in the first windows the words around too.
const WORD: usize = 16;
/// Windows that take the words around along: they tell the script.
const WIDE_WINDOWS: usize = 3;
/// Windows nearer than this are one.
const GAP: usize = 3;
/// A window of so many bytes ends at the next byte that ends every character.
const LONG: usize = 384;
/// Longest window; a longer one is cut, which costs its reader nothing.
const LONGEST: usize = 2048;

/// Windows of a document, ascending within each of the places it is entered at. Lazy: looks no further than it is asked.
pub(super) struct Windows<'b> {
    bytes: &'b [u8],
    /// Windows given out.
    given: usize,
    /// Stretches still to be searched, the next one last.
    stretches: Vec<Range<usize>>,
}

impl<'b> Windows<'b> {
    /// Over a document; one of more than `3 * stretch` bytes is entered at its beginning, middle and end.
    pub fn new(bytes: &'b [u8], stretch: usize) -> Windows<'b> {
        let n = bytes.len();
        let stretches = if n <= 3 * stretch {
            std::iter::once(0..n).collect()
        } else {
            let middle = n / 2 - stretch / 2;
            vec![n - stretch..n, middle..middle + stretch, 0..stretch]
        };
        Windows { bytes, given: 0, stretches }
    }
}

impl Iterator for Windows<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let wide = self.given < WIDE_WINDOWS;
        let is_text = |b: u8| if wide { b >= b' ' && !matches!(b, b'<' | b'>' | b'"') } else { is_word(b) };
        self.given += 1;
        while let Some(stretch) = self.stretches.pop() {
            let ascii = Encoding::ascii_valid_up_to(&self.bytes[stretch.clone()]);
            if ascii == stretch.len() {
                continue;
            }
            let high = stretch.start + ascii;
            let start = high - self.bytes[stretch.start..high].iter().rev().take(WORD).take_while(|b| is_text(**b)).count();
            let mut end = high;
            // A stretch that begins inside a document begins anywhere: its first window only counts from the next ASCII byte on.
            while end < stretch.end && end - start < LONGEST {
                if self.bytes[end] >= 0x80 {
                    end += high_prefix(&self.bytes[end..stretch.end.min(start + LONGEST)]);
                    continue;
                }
                if end - start >= LONG && is_border(self.bytes[end]) {
                    break;
                }
                if end + 1 < stretch.end && self.bytes[end + 1] >= 0x80 {
                    end += 1;
                    continue;
                }
                let word = self.bytes[end..stretch.end.min(end + WORD)].iter().take_while(|b| is_text(**b)).count();
                let near = self.bytes[end..stretch.end.min(end + word.max(GAP) + 1)].iter().position(|&b| b >= 0x80);
                match near {
                    Some(gap) => end += gap,
                    None => {
                        end += word;
                        break;
                    }
                }
            }
            if end < stretch.end {
                self.stretches.push(end..stretch.end);
            }
            if stretch.start > 0 && start == stretch.start && high == start && self.bytes[stretch.start - 1] >= 0x80 {
                continue;
            }
            return Some(start..end);
        }
        None
    }
}

/// How many bytes beyond ASCII stand at the start; eight at a time.
pub(super) fn high_prefix(bytes: &[u8]) -> usize {
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let eights = bytes.chunks_exact(8).take_while(|c| u64::from_le_bytes((*c).try_into().unwrap_or_default()) & HIGH == HIGH).count() * 8;
    eights + bytes[eights..].iter().take_while(|&&b| b >= 0x80).count()
}

/// Bytes that are never part of a longer character in any charset we mix.
pub(super) fn is_border(b: u8) -> bool {
    b < 0x30 || (0x3A..0x40).contains(&b)
}

/// ASCII that belongs to a word.
pub(super) fn is_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'\'' || b == b'-'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn windows(bytes: &[u8], stretch: usize) -> Vec<&[u8]> {
        Windows::new(bytes, stretch).map(|w| &bytes[w]).collect()
    }

    #[test]
    fn takes_words_but_no_markup() {
        assert_eq!(windows(b"<p>le caf\xe9 du coin, ol\xe9!</p>", 100), [b"le caf\xe9 du coin, ol\xe9!"]);
    }

    #[test]
    fn enters_long_documents_at_three_places() {
        let mut bytes = vec![b'.'; 10_000];
        for at in [10, 2500, 5000, 9990] {
            bytes[at] = 0xE9;
        }
        assert_eq!(windows(&bytes, 1000).len(), 3);
        assert_eq!(windows(&bytes, 5000).len(), 4);
    }
}
