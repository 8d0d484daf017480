//! The forward model of the cloak: what the damage does to the bytes of a clean text, exactly. Used to check every repair and to
//! make samples; decides nothing.

use super::gbk;
use super::readings::{FREQUENT, Readings};

/// The byte some sites put before punctuation; invisible unless a lead byte takes it.
pub const MARKER: u8 = 0x01;
/// The punctuation a marker was seen before, in the order of the replacements.
pub const MARKED: [char; 6] = ['、', '。', '！', '？', '；', '，'];

/// The characters a page annotates, each with the reading as the page writes it. All or nothing for each character.
#[derive(Clone, Debug)]
pub struct Set {
    members: Box<[u64]>,
    /// (pair, reading), ascending.
    readings: Vec<(u16, Box<str>)>,
}

impl Default for Set {
    fn default() -> Set {
        Set { members: vec![0; 1024].into(), readings: Vec::new() }
    }
}

impl Set {
    /// The set of `chars` with their usual readings; characters without one are left out.
    pub fn of(chars: &str) -> Set {
        let table = Readings::shared();
        let mut set = Set::default();
        for entry in chars.chars().filter_map(|c| table.of(c)) {
            set.insert(entry.pair, table.spelled(table.usual(entry)));
        }
        set
    }

    /// The `count` characters that cloaked pages take first, then the others by frequency, with their usual readings.
    pub fn first(count: usize) -> Set {
        let table = Readings::shared();
        let mut entries: Vec<_> = table.entries().iter().collect();
        entries.sort_by_key(|e| (e.place.wrapping_sub(1), e.rank, e.pair));
        let mut set = Set::default();
        for entry in entries.into_iter().take(count) {
            set.insert(entry.pair, table.spelled(table.usual(entry)));
        }
        set
    }

    /// Adds a character; an earlier reading of it is replaced.
    pub fn insert(&mut self, pair: u16, reading: &str) {
        self.members[pair as usize / 64] |= 1 << (pair % 64);
        match self.readings.binary_search_by_key(&pair, |(p, _)| *p) {
            Ok(at) => self.readings[at].1 = reading.into(),
            Err(at) => self.readings.insert(at, (pair, reading.into())),
        }
    }

    /// The members that are frequent characters with their usual readings.
    pub fn common(&self) -> Set {
        let table = Readings::shared();
        let mut set = Set::default();
        for (pair, reading) in self.iter() {
            if table.entry(pair).is_some_and(|e| e.rank <= FREQUENT && table.number(reading.trim_matches(' ')) == Some(table.usual(e))) {
                set.insert(pair, reading);
            }
        }
        set
    }

    /// Is the character of this pair annotated?
    #[inline]
    pub fn contains(&self, pair: u16) -> bool {
        self.members[pair as usize / 64] >> (pair % 64) & 1 == 1
    }

    /// The reading of a member, as the page writes it.
    pub fn reading(&self, pair: u16) -> Option<&str> {
        let at = self.readings.binary_search_by_key(&pair, |(p, _)| *p).ok()?;
        Some(&self.readings[at].1)
    }

    /// All members with their readings, by ascending pair.
    pub fn iter(&self) -> impl Iterator<Item = (u16, &str)> {
        self.readings.iter().map(|(p, r)| (*p, &**r))
    }

    /// How many characters are annotated.
    pub fn len(&self) -> usize {
        self.readings.len()
    }

    /// Is no character annotated?
    pub fn is_empty(&self) -> bool {
        self.readings.is_empty()
    }
}

/// What the decoder behind the damage shows for a pair that is no character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decoder {
    /// One question mark, both bytes gone, as Windows does.
    Windows,
    /// U+FFFD, and an ASCII byte is kept, as browsers do.
    Replacing,
}

/// How the damage is shown.
#[derive(Clone, Copy, Debug)]
pub struct Shown {
    /// The decoder.
    pub decoder: Decoder,
    /// Is a byte 80 a euro sign of its own, rather than the first byte of a pair that is no character?
    pub euro: bool,
    /// Is a marker that was not swallowed seen as a comma?
    pub visible: bool,
}

impl Default for Shown {
    fn default() -> Shown {
        Shown { decoder: Decoder::Windows, euro: true, visible: false }
    }
}

/// Cloaks a text: markers where `mark` says so, readings behind every member of `set`, decoded again, full-width forms folded.
/// Characters that GBK lacks become question marks. Allocates.
pub fn garble(text: &str, set: &Set, shown: Shown, mark: impl FnMut() -> bool) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    for c in text.chars() {
        encode(c, &mut bytes);
    }
    let marked = with_markers(&bytes, mark);
    let mut out = Vec::new();
    decode(&annotated(&marked, set), shown, &mut out);
    out.into_iter().collect()
}

/// Cloaks a text as the kits do that respect character borders: a reading behind every member, nothing torn, full-width forms
/// folded. Allocates.
pub fn annotate(text: &str, set: &Set) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for c in text.chars() {
        out.push(gbk::fold(c));
        if let Some(reading) = gbk::pair_of(c).and_then(|pair| set.reading(u16::from_be_bytes(pair))) {
            out.extend(["(", reading, ")"]);
        }
    }
    out
}

/// Simplified text made traditional letter by letter, as cloaking kits do: letters with more than one traditional form stay.
pub fn converted(text: &str) -> String {
    text.chars().map(|c| Readings::shared().convert(c)).collect()
}

/// Appends the GBK bytes of a character; a question mark when it has none.
pub fn encode(c: char, out: &mut Vec<u8>) {
    match gbk::pair_of(c) {
        Some(pair) => out.extend_from_slice(&pair),
        None if c.is_ascii() => out.push(c as u8),
        None => out.push(b'?'),
    }
}

/// A marker before the punctuation, at any alignment, wherever `mark` says yes.
fn with_markers(bytes: &[u8], mut mark: impl FnMut() -> bool) -> Vec<u8> {
    let mut now = bytes.to_vec();
    for pair in MARKED.iter().filter_map(|c| gbk::pair_of(*c)) {
        let mut next = Vec::with_capacity(now.len() + 16);
        let mut rest = &now[..];
        while let Some(at) = memchr::memmem::find(rest, &pair) {
            next.extend_from_slice(&rest[..at]);
            if mark() {
                next.push(MARKER);
            }
            next.extend_from_slice(&pair);
            rest = &rest[at + 2..];
        }
        next.extend_from_slice(rest);
        now = next;
    }
    now
}

/// Every member of the set gets its reading, at any alignment, in ascending order of the pairs.
///
/// A replacement can only tear pairs apart, never make one: so it is enough to visit the pairs that stand in the bytes, in
/// order, and to skip those already torn. `n log n` for `n` bytes.
pub fn annotated(bytes: &[u8], set: &Set) -> Vec<u8> {
    let mut hits: Vec<(u16, usize)> = Vec::new();
    for (at, two) in bytes.windows(2).enumerate() {
        let pair = u16::from_be_bytes([two[0], two[1]]);
        if two[0] > 0x80 && set.contains(pair) {
            hits.push((pair, at));
        }
    }
    if hits.is_empty() {
        return bytes.to_vec();
    }
    hits.sort_unstable();
    // The pair whose reading stands behind a byte; 0 for none.
    let mut behind = vec![0u16; bytes.len()];
    for (pair, at) in hits {
        if behind[at] == 0 {
            behind[at + 1] = pair;
        }
    }
    let mut out = Vec::with_capacity(bytes.len() * 2);
    for (byte, pair) in bytes.iter().zip(behind) {
        out.push(*byte);
        if pair != 0 {
            out.push(b'(');
            set.reading(pair).unwrap_or("").chars().for_each(|c| encode(c, &mut out));
            out.push(b')');
        }
    }
    out
}

/// Reads bytes as the sites do, folds full-width forms, drops markers. Appends to `out`.
pub fn decode(bytes: &[u8], shown: Shown, out: &mut Vec<char>) {
    let mut at = 0;
    while let Some(&lead) = bytes.get(at) {
        at += 1;
        match lead {
            MARKER if shown.visible => out.push(','),
            MARKER => {}
            0..=0x7F => out.push(lead as char),
            0x80 if shown.euro => out.push('€'),
            _ => match bytes.get(at) {
                Some(&trail) if gbk::char_of(lead, trail).is_some() => {
                    at += 1;
                    out.extend(gbk::char_of(lead, trail).map(gbk::fold));
                }
                Some(&trail) if shown.decoder == Decoder::Windows || trail >= 0x80 => {
                    at += 1;
                    out.push(if shown.decoder == Decoder::Windows { '?' } else { '\u{FFFD}' });
                }
                _ => out.push(if shown.decoder == Decoder::Windows { '?' } else { '\u{FFFD}' }),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str, chars: &str) -> String {
        garble(text, &Set::of(chars), Shown::default(), || false)
    }

    #[test]
    fn aligned_characters_get_their_reading() {
        assert_eq!(plain("數學，好。", "數學"), "數(shù)學(xué),好。");
        assert_eq!(plain("數學", ""), "數學");
    }

    #[test]
    fn a_hit_across_a_border_tears_two_characters() {
        // 頂 = ED94, 得 = B5C3, and 94B5 is 數.
        assert_eq!(plain("頂得住", "數"), "頂?shù)米?");
    }

    #[test]
    fn the_lower_pair_goes_first() {
        // 持數: 數 (94B5) before 謹 (D694).
        assert_eq!(plain("持數x", "數謹"), "持?jǐn)?shù)x");
    }

    #[test]
    fn browsers_keep_the_parenthesis() {
        let shown = Shown { decoder: Decoder::Replacing, ..Shown::default() };
        assert_eq!(garble("頂得a", &Set::of("數"), shown, || false), "頂\u{FFFD}(shù)胊");
    }

    #[test]
    fn a_marker_shows_when_a_lead_byte_takes_it() {
        // 。” is A1A3 A1B1: the ！ (A3A1) across the border gets a marker.
        assert_eq!(garble("好。”吧", &Set::default(), Shown::default(), || true), "好?!卑?");
        assert_eq!(garble("好。", &Set::default(), Shown { visible: true, ..Shown::default() }, || true), "好,。");
        assert_eq!(garble("好。", &Set::default(), Shown::default(), || true), "好。");
    }

    #[test]
    fn the_euro_sign_is_a_byte_of_its_own() {
        let mut out = Vec::new();
        decode(&[0x81, 0x81, 0x80, 0xB5, 0xC3], Shown::default(), &mut out);
        assert_eq!(out, ['亖', '€', '得']);
    }
}
