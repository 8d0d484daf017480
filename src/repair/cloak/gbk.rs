//! The byte pairs of GBK with its user-defined area, both ways, and the folding of full-width forms. Nothing of the cloak.

use std::sync::OnceLock;

/// First byte of 。 and of most punctuation: row A1.
pub const ROW_A1: u8 = 0xA1;
/// First byte of the full-width forms of ASCII: row A3.
pub const ROW_A3: u8 = 0xA3;

/// Characters of all pairs, and pairs of all characters.
struct Tables {
    /// Character of pair `(lead - 0x81) * 192 + trail - 0x40`; 0 where there is none.
    chars: Box<[u16]>,
    /// Pair of a character of the basic plane; 0 where there is none.
    pairs: Box<[u16]>,
}

fn tables() -> &'static Tables {
    static TABLES: OnceLock<Tables> = OnceLock::new();
    TABLES.get_or_init(|| {
        let mut t = Tables { chars: vec![0; 126 * 192].into(), pairs: vec![0; 0x1_0000].into() };
        for lead in 0x81..=0xFEu8 {
            for trail in (0x40..=0xFEu8).filter(|t| *t != 0x7F) {
                let bytes = [lead, trail];
                let (text, bad) = encoding_rs::GBK.decode_without_bom_handling(&bytes);
                let mut chars = text.chars();
                if let (false, Some(c), None) = (bad, chars.next(), chars.next())
                    && (c as u32) < 0x1_0000
                {
                    t.chars[index(lead, trail)] = c as u32 as u16;
                    let pair = &mut t.pairs[c as usize];
                    if *pair == 0 {
                        *pair = u16::from_be_bytes(bytes);
                    }
                }
            }
        }
        // The pair of U+3000 is A1A1; A3A0 is read as the same.
        t.pairs[0x3000] = 0xA1A1;
        t
    })
}

fn index(lead: u8, trail: u8) -> usize {
    (lead as usize - 0x81) * 192 + (trail as usize - 0x40)
}

/// Can `byte` begin a pair?
pub fn is_lead(byte: u8) -> bool {
    (0x81..=0xFE).contains(&byte)
}

/// The character of a pair, private use included; `None` for what is no pair. One look-up.
pub fn char_of(lead: u8, trail: u8) -> Option<char> {
    if !is_lead(lead) || !(0x40..=0xFE).contains(&trail) || trail == 0x7F {
        return None;
    }
    match tables().chars[index(lead, trail)] {
        0 => None,
        c => char::from_u32(c as u32),
    }
}

/// The pair of a character, or `None` for ASCII and for what GBK lacks. One look-up.
pub fn pair_of(c: char) -> Option<[u8; 2]> {
    match tables().pairs.get(c as usize).copied().unwrap_or(0) {
        0 => None,
        pair => Some(pair.to_be_bytes()),
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
