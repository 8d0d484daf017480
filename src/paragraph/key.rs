//! Keys: when two paragraphs, or two records, are the same. What follows from it is decided elsewhere.

use std::collections::HashSet;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

use crate::block::{Block, Kind, Mark};

/// Shortest paragraph that can be a repeat, in characters without white space: below it lines of dialogue and refrains repeat
/// rightly.
pub(super) const SHORTEST: usize = 12;
/// Longest line of verse, in bytes: 20 Han characters.
const VERSE: usize = 60;

/// Hash and length of a text, NFC, white space left out. 128 bits: equal hashes are equal texts for any page there is. `buffer` is
/// reused.
pub(super) fn key(s: &str, buffer: &mut String) -> (u128, usize) {
    buffer.clear();
    let n = squeeze(s, buffer);
    (xxh3_128(buffer.as_bytes()), n)
}

/// Appends `s` in NFC without white space; returns the characters appended.
fn squeeze(s: &str, buffer: &mut String) -> usize {
    let from = buffer.len();
    let mut n = 0;
    // most texts are in NFC by their ranges alone; the full check asks a table for every character
    if s.chars().all(is_composed) || is_nfc_quick(s.chars()) == IsNormalized::Yes {
        buffer.reserve(s.len());
        for word in s.split_whitespace() {
            buffer.push_str(word);
        }
        n += buffer[from..].chars().count();
    } else {
        buffer.extend(s.nfc().filter(|c| !c.is_whitespace()).inspect(|_| n += 1));
    }
    n
}

/// True for characters of ranges in which nothing decomposes or combines: Latin, CJK punctuation, kana without the marks, Han,
/// Hangul syllables, full-width forms (Unicode 16, DerivedNormalizationProps: NFC_QC).
fn is_composed(c: char) -> bool {
    matches!(c, '\0'..='\u{2FF}' | '\u{2010}'..='\u{2027}' | '\u{3000}'..='\u{3029}' | '\u{3041}'..='\u{3096}' | '\u{30A0}'..='\u{30FF}'
        | '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}' | '\u{FF01}'..='\u{FF9D}')
}

/// See [`super::keys`].
pub(super) fn keys(text: &str, blocks: &[Block], marks: &[Mark]) -> Vec<(u32, u128)> {
    let kept = kept(blocks, marks);
    let paragraphs = || kept.iter().filter(|i| blocks[**i as usize].kind == Kind::Paragraph);
    let short = paragraphs().filter(|i| blocks[**i as usize].span.len() < VERSE).count();
    let verse = short * 4 >= paragraphs().count() * 3;
    let mut seen = HashSet::new();
    let mut buffer = String::new();
    let mut out = Vec::with_capacity(kept.len());
    for i in paragraphs().filter(|i| blocks[**i as usize].span.len() >= SHORTEST) {
        let (key, n) = key(blocks[*i as usize].span.of(text), &mut buffer);
        if n >= SHORTEST && (!verse || seen.insert(key)) {
            out.push((*i, key));
        }
    }
    out
}

/// See [`super::key_of_all`].
pub(super) fn of_all(title: Option<&str>, text: &str, blocks: &[Block], marks: &[Mark]) -> Option<u128> {
    // begins with what no paragraph begins with: a record of one paragraph is not that paragraph
    let mut hash = Xxh3::new();
    hash.update(b"\n");
    let mut buffer = String::new();
    let mut any = false;
    let kept = kept(blocks, marks);
    for s in title.into_iter().chain(kept.iter().map(|i| blocks[*i as usize].span.of(text))) {
        buffer.clear();
        any |= squeeze(s, &mut buffer) > 0;
        buffer.push('\n');
        hash.update(buffer.as_bytes());
    }
    any.then(|| hash.digest128())
}

/// Numbers of the blocks without a mark.
fn kept(blocks: &[Block], marks: &[Mark]) -> Vec<u32> {
    let mut out = vec![false; blocks.len()];
    for m in marks {
        out[m.block as usize] = true;
    }
    (0u32..).zip(out).filter(|(_, out)| !out).map(|(i, _)| i).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plain;

    const TEXT: &str = "山里的路一到雨天就不好走，村里人商量了几次，决定自己动手修一条，从村口一直修到河边。";

    fn of(text: &str) -> Vec<(u32, u128)> {
        keys(text, &plain::outline(text).blocks, &[])
    }

    #[test]
    fn white_space_and_composition_do_not_count() {
        let same = |a: &str, b: &str| assert_eq!(of(a)[0].1, of(b)[0].1, "{a} {b}");
        same(TEXT, &TEXT.replace('，', "， "));
        same("un caf\u{E9} au bord de la rivi\u{E8}re", "un cafe\u{301} au bord de la rivie\u{300}re");
        assert_ne!(of(TEXT)[0].1, of(&TEXT.replace('，', ","))[0].1);
    }

    #[test]
    fn short_lines_have_no_key() {
        assert!(of("山里的路一到雨天就不好").is_empty());
        assert_eq!(of("山里的路一到雨天就不好走").len(), 1);
    }

    #[test]
    fn the_ranges_hold_composed_characters_only() {
        for c in ('\0'..='\u{FFFF}').filter(|c| is_composed(*c)) {
            assert_eq!(is_nfc_quick(std::iter::once(c)), IsNormalized::Yes, "U+{:04X}", c as u32);
        }
    }

    #[test]
    fn of_verse_the_first_of_each_line() {
        let song = "河水流啊流过了我家门前\n春来了\n河水流啊流过了我家门前的树\n秋来了\n河水流啊流过了我家门前的树";
        assert_eq!(of(song).iter().map(|k| k.0).collect::<Vec<_>>(), [2]);
        let twice = format!("{TEXT}\n{TEXT}");
        assert_eq!(of(&twice).len(), 2);
    }

    #[test]
    fn a_record_is_more_than_its_paragraphs() {
        let all = |title, text: &str| of_all(title, text, &plain::outline(text).blocks, &[]);
        assert_eq!(all(None, ""), None);
        assert_ne!(all(None, TEXT), Some(of(TEXT)[0].1));
        assert_ne!(all(Some("路"), TEXT), all(None, TEXT));
        assert_eq!(all(None, &format!("{TEXT}\n路\n")), all(None, &format!(" {TEXT}\n\n路")));
        assert_ne!(all(None, "甲\n乙"), all(None, "甲乙"));
    }
}
