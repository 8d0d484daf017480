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
    if let ('\u{E000}'..='\u{F8FF}', Ok(at)) = (c, ALIASES.binary_search_by_key(&(c as u32), |a| u32::from(a.0))) {
        return Some(ALIASES[at].1.to_be_bytes());
    }
    match c {
        '\0'..='\x7F' => None,
        '€' => Some([0xA2, 0xE3]),
        _ => Codec::GBK.inverse()?.encode(c)?.as_bytes().try_into().ok(),
    }
}

/// Private-use characters that older decoders give for pairs which have a character of their own since: (character, pair),
/// ascending. Read off Windows code page 936 and GB18030-2000.
const ALIASES: [(u16, u16); 20] = [
    (0xE5E5, 0xA3A0),
    (0xE78D, 0xA6D9),
    (0xE78E, 0xA6DA),
    (0xE78F, 0xA6DB),
    (0xE790, 0xA6DC),
    (0xE791, 0xA6DD),
    (0xE792, 0xA6DE),
    (0xE793, 0xA6DF),
    (0xE794, 0xA6EC),
    (0xE795, 0xA6ED),
    (0xE796, 0xA6F3),
    (0xE7C7, 0xA8BC),
    (0xE81E, 0xFE59),
    (0xE826, 0xFE61),
    (0xE82B, 0xFE66),
    (0xE82C, 0xFE67),
    (0xE832, 0xFE6D),
    (0xE843, 0xFE7E),
    (0xE854, 0xFE90),
    (0xE864, 0xFEA0),
];

/// A private-use character of the basic plane.
pub fn is_private(c: char) -> bool {
    matches!(c, '\u{E000}'..='\u{F8FF}')
}

/// The second bytes that make a pair of the user-defined area with the first byte `lead`: the first and the last; `None` when none does.
pub fn private_trails(lead: u8) -> Option<(u8, u8)> {
    match lead {
        0xA1..=0xA7 => Some((0x40, 0xA0)),
        0xAA..=0xAF | 0xF8..=0xFE => Some((0xA1, 0xFE)),
        _ => None,
    }
}

/// Is `seen` what some decoder shows for the pair that is `c` today? Full-width forms are folded first.
pub fn shows(c: char, seen: char) -> bool {
    c == fold(seen) || is_private(seen) && pair_of(seen).and_then(|[a, b]| char_of(a, b)) == Some(c)
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
        assert_eq!(pair_of('\u{E7C7}'), Some([0xA8, 0xBC]));
        assert!(shows('\u{1E3F}', '\u{E7C7}') && shows('!', '！') && !shows('a', 'b'));
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
