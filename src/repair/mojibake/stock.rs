//! The common characters of a written charset, found by some of their bytes: what may stand in a hole. Which of them does is decided in
//! `holes`.

use std::sync::OnceLock;

use super::holes::Holed;
use crate::codec::Codec;
use crate::model::{Candidate, Model};

/// Prices of characters there are, see [`Model::alone`].
const PRICES: usize = 256;

/// A character and its bytes in a written charset.
pub(super) struct Entry {
    c: char,
    bytes: [u8; 3],
}

/// Common characters of a written charset, the commonest first, all and by some of their bytes.
pub(super) struct Stock {
    all: Vec<Entry>,
    /// For each set of known bytes, see [`Stock::key`]: the bytes and the character, ascending; made when first asked for.
    by_bytes: [OnceLock<Vec<(u32, Candidate)>>; 8],
}

impl Stock {
    /// The bytes of `code` that the bits of `known` name.
    fn key(code: [u8; 3], known: usize) -> u32 {
        (0..3).filter(|i| known >> i & 1 == 1).fold(0, |key, i| key << 8 | u32::from(code[i]))
    }

    /// The characters whose bytes fit what is known of them, the commonest first.
    pub fn fitting(&self, p: &Holed) -> impl Iterator<Item = Candidate> {
        let (mut known, mut code) = (0, [0; 3]);
        for (i, to) in code.iter_mut().enumerate().take(usize::from(p.len)) {
            if let Some(b) = p.at(i) {
                known |= 1 << i;
                *to = b;
            }
        }
        let key = Stock::key(code, known);
        let sorted = self.by_bytes[known].get_or_init(|| self.sorted(known));
        let from = sorted.partition_point(|e| e.0 < key);
        sorted[from..].iter().take_while(move |e| e.0 == key).map(|e| e.1)
    }

    /// All keys and characters, ascending, of equal keys the commonest first: dealt out byte by byte, the last byte first.
    fn sorted(&self, known: usize) -> Vec<(u32, Candidate)> {
        let model = Model::shared();
        let mut sorted: Vec<_> = self.all.iter().map(|e| (Stock::key(e.bytes, known), model.candidate(e.c))).collect();
        let mut next = sorted.clone();
        for byte in 0..known.count_ones() {
            let of = |key: u32| (key >> (8 * byte) & 0xff) as usize;
            let mut places = [0; 257];
            sorted.iter().for_each(|e| places[of(e.0) + 1] += 1);
            for i in 1..places.len() {
                places[i] += places[i - 1];
            }
            for &e in &sorted {
                let place = &mut places[of(e.0)];
                next[*place] = e;
                *place += 1;
            }
            std::mem::swap(&mut sorted, &mut next);
        }
        sorted
    }
}

/// Common Han, kana, Hangul and full-width punctuation of the charsets whose holes are filled.
pub(super) fn stock(written: Codec) -> Option<&'static Stock> {
    const WRITTEN: [Codec; 6] = [Codec::UTF_8, Codec::GB18030, Codec::BIG5, Codec::SHIFT_JIS, Codec::EUC_JP, Codec::EUC_KR];
    static STOCKS: [OnceLock<Stock>; 6] = [const { OnceLock::new() }; 6];
    let at = WRITTEN.iter().position(|c| *c == written)?;
    Some(STOCKS[at].get_or_init(|| {
        let model = Model::shared();
        let inverse = written.inverse();
        // By their prices: of one price they come in the order of their code points.
        let mut all: Vec<Vec<Entry>> = (0..PRICES).map(|_| Vec::new()).collect();
        for c in ('\u{2010}'..='\u{2027}')
            .chain('\u{3000}'..='\u{30ff}')
            .chain('\u{4e00}'..='\u{9fff}')
            .chain('\u{ac00}'..='\u{d7a3}')
            .chain('\u{ff01}'..='\u{ff5e}')
        {
            if !model.is_known(c) {
                continue;
            }
            let mut bytes = [0; 3];
            match inverse {
                None => {
                    let mut buffer = [0; 4];
                    let n = c.encode_utf8(&mut buffer).len();
                    bytes[..n].copy_from_slice(&buffer[..n]);
                }
                Some(inverse) => match inverse.encode(c) {
                    Some(code) if code.len() == 2 => bytes[..2].copy_from_slice(&code),
                    _ => continue,
                },
            }
            all[model.alone(c) as usize % PRICES].push(Entry { c, bytes });
        }
        Stock { all: all.into_iter().flatten().collect(), by_bytes: Default::default() }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_found_by_any_of_their_bytes() {
        for (written, text) in [(Codec::UTF_8, "河の강"), (Codec::GB18030, "河の"), (Codec::EUC_KR, "강")] {
            let all = stock(written).unwrap();
            for c in text.chars() {
                let bytes = written.inverse().map_or(c.to_string().into_bytes(), |i| i.encode(c).unwrap().to_vec());
                for known in 0..1usize << bytes.len() {
                    let mut hole = Holed::default();
                    bytes.iter().enumerate().for_each(|(i, b)| hole.push((known >> i & 1 == 1).then_some(*b)));
                    let fit = |e: &&Entry| bytes.iter().enumerate().all(|(i, b)| known >> i & 1 == 0 || e.bytes[i] == *b);
                    let expected: Vec<char> = all.all.iter().filter(fit).map(|e| e.c).collect();
                    assert!(expected.contains(&c), "{c}");
                    assert_eq!(all.fitting(&hole).map(|e| e.c).collect::<Vec<_>>(), expected, "{c} {known}");
                }
            }
        }
    }
}
