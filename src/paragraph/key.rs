//! Keys: when two paragraphs, or two records, are the same. What follows from it is decided elsewhere.

use std::collections::HashSet;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

use super::{Keys, Known, left_out};
use crate::block::{Block, Kind, Mark};

/// Shortest paragraph that can be a repeat, in characters without white space: below it lines of dialogue and refrains repeat
/// rightly.
pub(super) const SHORTEST: usize = 12;
/// Longest line of verse, in bytes: 20 Han characters.
const VERSE: usize = 60;

/// Hash and length of a text in characters, NFC, white space left out; of a length of [`LONG`] and more only that it is. 128 bits: equal
/// hashes are equal texts for any page there is. `buffer` is reused.
pub(super) fn key(s: &str, buffer: &mut Vec<u8>) -> (u128, usize) {
    let bytes = s.as_bytes();
    let (composed, blank) = kinds(bytes);
    // most texts are in NFC by their ranges alone, and most paragraphs of Han have no blank in them
    if composed && blank == Blank::None {
        return (xxh3_128(bytes), characters(bytes));
    }
    buffer.clear();
    if composed && blank == Blank::Ascii {
        // without a branch: words are short
        buffer.resize(bytes.len(), 0);
        let mut n = 0;
        for b in bytes {
            buffer[n] = *b;
            n += usize::from(!is_ascii_blank(*b));
        }
        buffer.truncate(n);
    } else if composed || is_nfc_quick(s.chars()) == IsNormalized::Yes {
        s.split_whitespace().for_each(|word| buffer.extend_from_slice(word.as_bytes()));
    } else {
        s.nfc().filter(|c| !c.is_whitespace()).for_each(|c| buffer.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()));
    }
    (xxh3_128(buffer), characters(buffer))
}

/// Characters that [`head`] looks at.
const HEAD: usize = 8;

/// A hash of how a text begins, NFC, white space left out: texts of the same [`key`] have the same.
pub(super) fn head(s: &str) -> u64 {
    // Of ASCII nothing is composed but with what follows the last character.
    if let Some(begin) = s.as_bytes().first_chunk::<{ 2 * HEAD }>()
        && begin.is_ascii()
    {
        let mut chars = begin.iter().filter(|b| !is_ascii_blank(**b)).map(|b| char::from(*b));
        let hash = mix(chars.by_ref().take(HEAD));
        if chars.next().is_some() {
            return hash;
        }
    }
    let mut end = s.len().min(4 * HEAD);
    while !s.is_char_boundary(end) {
        end -= 1;
    }
    let begin = &s[..end];
    if kinds(begin.as_bytes()).0 {
        let mut chars = begin.chars();
        let mut seen = 0;
        let hash = mix(chars.by_ref().filter(|c| !c.is_whitespace()).take(HEAD).inspect(|_| seen += 1));
        // what follows the last of them, or that nothing does, is known too: it was not composed with anything
        if end == s.len() || seen == HEAD && !chars.as_str().is_empty() {
            return hash;
        }
    }
    mix(s.nfc().filter(|c| !c.is_whitespace()).take(HEAD))
}

fn mix(chars: impl Iterator<Item = char>) -> u64 {
    // the multiplier of xxHash: its first prime of 64 bits
    chars.fold(0, |hash, c| (hash ^ u64::from(u32::from(c))).wrapping_mul(0x9e37_79b1_85eb_ca87).rotate_left(23))
}

/// White space in a text, as far as one pass over its bytes tells.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Blank {
    None,
    Ascii,
    /// Perhaps beyond ASCII.
    Wide,
}

/// Characters from which on nobody asks how many they are.
pub(super) const LONG: usize = 32;

/// Characters of valid UTF-8; [`LONG`] or more of a long one.
fn characters(bytes: &[u8]) -> usize {
    // a character has four bytes at most; so few are counted in a byte each, many at once
    let begin = &bytes[..bytes.len().min(4 * LONG)];
    usize::from(begin.iter().fold(0u8, |n, b| n + u8::from((*b as i8) >= -0x40)))
}

/// White space of ASCII (Unicode 16, PropList: White_Space).
fn is_ascii_blank(b: u8) -> bool {
    (b == b' ') | (b.wrapping_sub(9) < 5)
}

/// Whether all characters are of ranges in which nothing decomposes or combines, by three bytes at a time, and the white space: false
/// and [`Blank::Wide`] are said now and then of others too. No branch for a byte: it is done for many at once.
///
/// The ranges: to U+02FF, U+0388 to U+03FF, U+0400 to U+047F, U+1E00 to U+1EFF, U+2010 to U+2027, U+3000 to U+3029, U+3040 to U+3098, U+30A0 to U+30FF, U+3400 to U+9FFF, Hangul syllables
/// up to U+D77F, U+FF01 to U+FF9D (Unicode 16, DerivedNormalizationProps: NFC_QC).
fn kinds(bytes: &[u8]) -> (bool, Blank) {
    let mut seen = 0;
    let mut at = 0;
    while let Some(piece) = bytes.get(at..at + AT_ONCE + 2) {
        seen |= look(piece.try_into().unwrap_or(&[0; AT_ONCE + 2]));
        at += AT_ONCE;
    }
    let mut last = [b'-'; 2 * AT_ONCE + 2];
    let rest = &bytes[at..];
    last[..rest.len()].copy_from_slice(rest);
    let pieces = if rest.len() > AT_ONCE { &[&last[..AT_ONCE + 2], &last[AT_ONCE..]][..] } else { &[&last[..AT_ONCE + 2]] };
    for piece in pieces {
        seen |= look((*piece).try_into().unwrap_or(&[0; AT_ONCE + 2]));
    }
    let blank = match seen {
        0 => Blank::None,
        ASCII_BLANK => Blank::Ascii,
        _ => Blank::Wide,
    };
    (seen & NOT_COMPOSED == 0, blank)
}

/// Bytes looked at at once, and what may be seen there.
const AT_ONCE: usize = 32;
const ASCII_BLANK: u8 = 1;
const WIDE_BLANK: u8 = 2;
const NOT_COMPOSED: u8 = 4;

fn mask(b: bool) -> u8 {
    0u8.wrapping_sub(u8::from(b))
}

fn within(b: u8, from: u8, to: u8) -> u8 {
    mask(b.wrapping_sub(from) <= to - from)
}

/// What begins at the bytes of a piece, but the last two, which end it.
fn look(piece: &[u8; AT_ONCE + 2]) -> u8 {
    // what most texts are made of takes a third of the time: letters, Han, the stops of both
    let mut seen = 0;
    for i in 0..AT_ONCE {
        let (a, b, c) = (piece[i], piece[i + 1], piece[i + 2]);
        let ascii = mask(a == b' ') | within(a, 9, 13);
        let stop = mask(a == 0xe3) & mask(b == 0x80) & within(c, 0x81, 0xa9) | mask(a == 0xef) & mask(b == 0xbc) & mask(c >= 0x81);
        let letter = mask(a < 0xc2) | within(a, 0xc3, 0xcb) | within(a, 0xd0, 0xd1) | within(a, 0xe4, 0xe9) | within(a, 0xeb, 0xec);
        seen |= ascii & ASCII_BLANK | !(letter | stop) & NOT_COMPOSED;
    }
    if seen & NOT_COMPOSED == 0 { seen } else { look_closely(piece) }
}

/// The same of all characters.
fn look_closely(piece: &[u8; AT_ONCE + 2]) -> u8 {
    let mut seen = 0;
    for i in 0..AT_ONCE {
        let (a, b, c) = (piece[i], piece[i + 1], piece[i + 2]);
        let ascii = mask(a == b' ') | within(a, 9, 13);
        // No-break space and next line; ideographic space. Those of U+2000 to U+205F are of no range.
        let wide = mask(a == 0xc2) & (mask(b == 0xa0) | mask(b == 0x85)) | mask(a == 0xe3) & mask(b == 0x80) & mask(c == 0x80);
        let e2 = mask(b == 0x80) & within(c, 0x90, 0xa7);
        let marks = mask(b == 0x82) & within(c, 0x99, 0x9f);
        let e3 = mask(b == 0x80) & mask(c <= 0xa9) | within(b, 0x81, 0x83) & !marks | mask(b >= 0x90);
        let ef = mask(b == 0xbc) & mask(c >= 0x81) | mask(b == 0xbd) | mask(b == 0xbe) & mask(c <= 0x9d);
        let e1 = within(b, 0xb8, 0xbb);
        let fine = mask(a < 0xcc)
            | mask(a == 0xce) & mask(b > 0x87)
            | within(a, 0xcf, 0xd1)
            | mask(a == 0xe1) & e1
            | within(a, 0xe4, 0xe9)
            | mask(a == 0xe2) & e2
            | mask(a == 0xe3) & e3
            | mask(a == 0xea) & mask(b >= 0xb0)
            | within(a, 0xeb, 0xec)
            | mask(a == 0xed) & mask(b <= 0x9d)
            | mask(a == 0xef) & ef;
        seen |= ascii & ASCII_BLANK | wide & WIDE_BLANK | !fine & NOT_COMPOSED;
    }
    seen
}

/// See [`super::keys`].
pub(super) fn keys(title: Option<&str>, text: &str, blocks: &[Block], marks: &[Mark], known: &Known) -> Keys {
    let kept = kept(blocks, marks);
    let paragraphs = || kept.iter().filter(|i| blocks[**i as usize].kind == Kind::Paragraph);
    let short = paragraphs().filter(|i| blocks[**i as usize].span.len() < VERSE).count();
    let verse = short * 4 >= paragraphs().count() * 3;
    let mut seen = HashSet::new();
    let mut buffer = Vec::new();
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
        let known = known.0.get(i as usize).copied().flatten();
        let (key, n) = known.unwrap_or_else(|| key(block.span.of(text), &mut buffer));
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
    (0u32..).zip(left_out(blocks, marks)).filter(|(_, out)| !out).map(|(i, _)| i).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plain;

    const TEXT: &str = "山里的路一到雨天就不好走，村里人商量了几次，决定自己动手修一条，从村口一直修到河边。";

    fn of(text: &str) -> Vec<(u32, u128)> {
        keys(None, text, &plain::outline(text).blocks, &[], &Known::default()).paragraphs
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
    fn what_one_pass_tells_holds() {
        for c in '\0'..='\u{FFFF}' {
            for text in [format!("{c}"), format!("a{c}"), format!("河{c}b"), format!("{}{c}{TEXT}", "河".repeat(21))] {
                let (composed, blank) = kinds(text.as_bytes());
                assert!(!composed || is_nfc_quick(text.chars()) == IsNormalized::Yes, "U+{:04X}", c as u32);
                let least = if !c.is_whitespace() {
                    Blank::None
                } else if c.is_ascii() {
                    Blank::Ascii
                } else {
                    Blank::Wide
                };
                assert!(
                    blank == least || least != Blank::Wide && !composed || !c.is_whitespace() && blank == Blank::Wide,
                    "U+{:04X}",
                    c as u32
                );
            }
        }
        assert!(kinds("他说：“路，湿了！（真的）”、《山河》。ｶｷ한글がガ é".as_bytes()).0);
    }

    #[test]
    fn a_key_is_the_hash_of_the_composed_text_without_white_space() {
        let mut buffer = Vec::new();
        for text in ["", " ", "春", " 春 风\t吹\u{3000}又 生 ", "cafe\u{301} x", "\u{1100}\u{1161} a", "a\u{2003}b\u{a0}c \u{85}", "😀 😀"]
        {
            let whole: String = text.nfc().filter(|c| !c.is_whitespace()).collect();
            assert_eq!(key(text, &mut buffer), (xxh3_128(whole.as_bytes()), whole.chars().count()), "{text:?}");
        }
    }

    #[test]
    fn texts_of_one_key_begin_alike() {
        let long = "e\u{301}".repeat(40);
        let texts = [
            "",
            " 春",
            "ab cd ef gh ij kl m",
            "abcd efgh",
            "春 风\u{3000}又\t生，一 岁 一 枯 荣",
            "abcdefg e\u{301}x",
            "abcdefge\u{301}x",
            "abcdefg\u{1100}\u{1161}",
            &long,
        ];
        for text in texts.map(str::to_owned).into_iter().chain([" ".repeat(40) + "ab", "\u{AC00}".repeat(8) + "\u{11A8}"]) {
            let same: String = text.nfc().filter(|c| !c.is_whitespace()).collect();
            for same in [same.clone(), same.chars().flat_map(|c| [c, ' ']).collect(), same.nfd().collect()] {
                let (mut a, mut b) = (Vec::new(), Vec::new());
                if key(&text, &mut a) == key(&same, &mut b) {
                    assert_eq!(head(&text), head(&same), "{text:?} {same:?}");
                }
            }
        }
        assert_ne!(head("山里的路一到雨天"), head("山里的路一到晴天"));
        assert_eq!(head("山里的路一到雨天就不好走"), head("山里的路 一到雨天很好走"));
    }

    #[test]
    fn of_verse_the_first_of_each_line() {
        let song = "河水流啊流过了我家门前\n春来了\n河水流啊流过了我家门前的树\n秋来了\n河水流啊流过了我家门前的树";
        assert_eq!(of(song).iter().map(|k| k.0).collect::<Vec<_>>(), [2]);
        let twice = format!("{TEXT}\n{TEXT}");
        assert_eq!(of(&twice).len(), 2);
    }

    #[test]
    fn known_keys_are_the_same() {
        let text = format!("{TEXT}\n河\n{TEXT}x y\n");
        let blocks = plain::outline(&text).blocks;
        let mut known = Known::default();
        let marks = super::super::duplicates(&text, &blocks, &[], false, crate::rules::Rules::builtin(), &mut known);
        assert!(known.0.iter().any(Option::is_some));
        assert_eq!(keys(Some("路"), &text, &blocks, &marks, &known), keys(Some("路"), &text, &blocks, &marks, &Known::default()));
    }

    #[test]
    fn a_record_is_more_than_its_paragraphs() {
        let all = |title, text: &str| keys(title, text, &plain::outline(text).blocks, &[], &Known::default()).whole;
        assert_eq!(all(None, ""), None);
        assert_ne!(all(None, TEXT), Some(of(TEXT)[0].1));
        assert_ne!(all(Some("路"), TEXT), all(None, TEXT));
        assert_eq!(all(None, &format!("{TEXT}\n路\n")), all(None, &format!(" {TEXT}\n\n路")));
        assert_ne!(all(None, "甲\n乙"), all(None, "甲乙"));
    }
}
