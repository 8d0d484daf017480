//! The byte pairs of GBK with its user-defined area, both ways, and the folding of full-width forms. Nothing of the cloak.

use crate::codec::Codec;

/// First byte of 。 and of most punctuation: row A1.
pub const ROW_A1: u8 = 0xA1;
/// First byte of the full-width forms of ASCII: row A3.
pub const ROW_A3: u8 = 0xA3;

/// Can `byte` begin a pair?
pub fn is_lead(byte: u8) -> bool {
    (0x81..=0xFE).contains(&byte)
}

/// The character of a pair, private use included; `None` for what is no pair. One look-up.
#[inline]
pub fn char_of(lead: u8, trail: u8) -> Option<char> {
    if is_lead(lead) && trail >= 0x40 { Codec::GBK.pair(lead, trail) } else { None }
}

/// The pair of a character, or `None` for ASCII and for what GBK lacks. The euro sign is a pair here, not the byte 80.
#[inline]
pub fn pair_of(c: char) -> Option<[u8; 2]> {
    match c {
        '\0'..='\x7F' => None,
        '€' => Some([0xA2, 0xE3]),
        _ => Codec::GBK.inverse()?.encode(c)?.as_bytes().try_into().ok(),
    }
}

/// A full-width form of ASCII (U+FF01 to U+FF5E) as ASCII, everything else as it is.
pub fn fold(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => (c as u32 as u8).wrapping_add(0x20) as char,
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_go_both_ways() {
        assert_eq!(char_of(0x94, 0xB5), Some('數'));
        assert_eq!(pair_of('頂'), Some([0xED, 0x94]));
        assert_eq!(char_of(0xAA, 0xA1), Some('\u{E000}'));
        assert_eq!(pair_of('\u{E000}'), Some([0xAA, 0xA1]));
        assert_eq!(char_of(0x81, 0x28), None);
        assert_eq!(char_of(0x81, 0x7F), None);
        assert_eq!(pair_of('a'), None);
        assert_eq!(pair_of('€'), Some([0xA2, 0xE3]));
    }

    #[test]
    fn every_pair_is_a_character() {
        let n = (0x81..=0xFEu8).flat_map(|l| (0x40..=0xFEu8).map(move |t| (l, t))).filter(|(l, t)| char_of(*l, *t).is_some()).count();
        assert_eq!(n, 23_940);
    }

    #[test]
    fn folding_takes_the_full_width_forms_only() {
        assert_eq!(fold('，'), ',');
        assert_eq!(fold('～'), '~');
        assert_eq!(fold('。'), '。');
        assert_eq!(fold('￠'), '￠');
    }
}
