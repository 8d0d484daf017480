//! Keys: when two paragraphs, or two records, are the same. What follows from it is decided elsewhere.

use std::collections::HashSet;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

use super::Keys;
use crate::block::{Block, Kind, Mark};

/// Shortest paragraph that can be a repeat, in characters without white space: below it lines of dialogue and refrains repeat
/// rightly.
pub(super) const SHORTEST: usize = 12;
/// Longest line of verse, in bytes: 20 Han characters.
const VERSE: usize = 60;

/// Hash and length of a text, NFC, white space left out. 128 bits: equal hashes are equal texts for any page there is. `buffer` is
/// reused.
pub(super) fn key(s: &str, buffer: &mut String) -> (u128, usize) {
    let (mut n, mut blanks, mut composed) = (0, false, true);
    let mut rest = s.as_bytes();
    while let Some(first) = rest.first() {
        let length = match first {
            // ASCII signs, and Han of U+4000 to U+9FFF, are neither white space nor composed of others
            0x21..=0x7E => 1,
            0xE4..=0xE9 => 3,
            _ => {
                let c = s[s.len() - rest.len()..].chars().next().unwrap_or(' ');
                blanks |= c.is_whitespace();
                composed &= is_composed(c);
                c.len_utf8()
            }
        };
        rest = &rest[length..];
        n += 1;
    }
    // most texts are in NFC by their ranges alone, and most paragraphs of Han have no blank in them
    composed = composed || is_nfc_quick(s.chars()) == IsNormalized::Yes;
    if composed && !blanks {
        return (xxh3_128(s.as_bytes()), n);
    }
    buffer.clear();
    if composed {
        buffer.reserve(s.len());
        s.split_whitespace().for_each(|word| buffer.push_str(word));
    } else {
        buffer.extend(s.nfc().filter(|c| !c.is_whitespace()));
    }
    (xxh3_128(buffer.as_bytes()), buffer.chars().count())
}

/// True for characters of ranges in which nothing decomposes or combines: Latin, CJK punctuation, kana without the marks, Han,
/// Hangul syllables, full-width forms (Unicode 16, DerivedNormalizationProps: NFC_QC).
fn is_composed(c: char) -> bool {
    matches!(c, '\0'..='\u{2FF}' | '\u{2010}'..='\u{2027}' | '\u{3000}'..='\u{3029}' | '\u{3041}'..='\u{3096}' | '\u{30A0}'..='\u{30FF}'
        | '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}' | '\u{FF01}'..='\u{FF9D}')
}

/// See [`super::keys`].
pub(super) fn keys(title: Option<&str>, text: &str, blocks: &[Block], marks: &[Mark]) -> Keys {
    let kept = kept(blocks, marks);
    let paragraphs = || kept.iter().filter(|i| blocks[**i as usize].kind == Kind::Paragraph);
    let short = paragraphs().filter(|i| blocks[**i as usize].span.len() < VERSE).count();
    let verse = short * 4 >= paragraphs().count() * 3;
    let mut seen = HashSet::new();
    let mut buffer = String::new();
    let mut out = Keys { paragraphs: Vec::with_capacity(kept.len()), whole: None };
    // begins with what no paragraph begins with: a record of one paragraph is not that paragraph
    let mut whole = Xxh3::new();
    whole.update(b"\n");
    let mut any = false;
    if let Some(title) = title {
        let (key, n) = key(title, &mut buffer);
        whole.update(&key.to_be_bytes());
        any |= n > 0;
    }
    for i in kept {
        let block = &blocks[i as usize];
        let (key, n) = key(block.span.of(text), &mut buffer);
        whole.update(&key.to_be_bytes());
        any |= n > 0;
        if n >= SHORTEST && block.kind == Kind::Paragraph && (!verse || seen.insert(key)) {
            out.paragraphs.push((i, key));
        }
    }
    out.whole = any.then(|| whole.digest128());
    out
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
        keys(None, text, &plain::outline(text).blocks, &[]).paragraphs
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
        let all = |title, text: &str| keys(title, text, &plain::outline(text).blocks, &[]).whole;
        assert_eq!(all(None, ""), None);
        assert_ne!(all(None, TEXT), Some(of(TEXT)[0].1));
        assert_ne!(all(Some("路"), TEXT), all(None, TEXT));
        assert_eq!(all(None, &format!("{TEXT}\n路\n")), all(None, &format!(" {TEXT}\n\n路")));
        assert_ne!(all(None, "甲\n乙"), all(None, "甲乙"));
    }
}
