//! Latin languages the model has no column for: their letters, so that Danish or Latvian text is not dearer than a wrong reading.

use std::sync::OnceLock;

use crate::model::NAT;
use crate::rules::table;

const TABLE: &str = include_str!("../data/alphabets.tsv");
/// Price of a letter beyond a to z in a language that has it: a dozen such letters, one letter in ten.
const OWN: u32 = 4 * NAT;
/// What such a letter costs on top in a language that does not have it.
const FOREIGN: u32 = 8 * NAT;

/// What any of these languages is behind those the model knows.
const SELDOM: u32 = 6 * NAT;

/// The most such a letter costs before languages are told apart.
pub(super) const RARE: u32 = 13 * NAT / 2;

/// True for the lower-case letters of the table that the languages of the model do without.
pub(super) fn knows(c: char) -> bool {
    static KNOWN: OnceLock<[bool; 0x250]> = OnceLock::new();
    let known = KNOWN.get_or_init(|| {
        let mut known = [false; 0x250];
        for c in alphabets().iter().flat_map(|letters| letters.chars()) {
            if let Some(k) = known.get_mut(c as usize) {
                *k = true;
            }
        }
        known
    });
    (c > '\u{FF}' || matches!(c, 'æ' | 'ð' | 'ø' | 'þ')) && known.get(c as usize).copied().unwrap_or(false)
}

fn alphabets() -> &'static [&'static str] {
    static ALPHABETS: OnceLock<Vec<&'static str>> = OnceLock::new();
    ALPHABETS.get_or_init(|| table::rows("alphabets.tsv", TABLE, 2).flatten().map(|row| row.cells[1]).collect())
}

/// True for the characters that tell these languages apart: Latin letters beyond a to z.
#[inline]
pub(super) fn counts(c: char) -> bool {
    matches!(c, '\u{C0}'..='\u{24F}') && !matches!(c, '×' | '÷')
}

/// In which languages of the table a letter is one, a bit each.
fn languages_of(lower: char) -> u32 {
    static LETTERS: OnceLock<Box<[u32; 0x250]>> = OnceLock::new();
    let letters = LETTERS.get_or_init(|| {
        let mut letters = Box::new([0; 0x250]);
        for (i, alphabet) in alphabets().iter().enumerate() {
            for c in alphabet.chars() {
                if let Some(languages) = letters.get_mut(c as usize) {
                    *languages |= 1 << i;
                }
            }
        }
        letters
    });
    letters.get(lower as usize).copied().unwrap_or(0)
}

/// What a text becomes cheaper when it is read in the language of the table that suits it best, in 1/16 nat; 0 when it suits none, or
/// when that would be no more than `least`. `priced` tells its letters that [count](counts) with their prices in any language.
pub(super) fn gain(priced: &[(char, u32)], least: u32) -> u32 {
    let most: u32 = priced.iter().map(|(_, cost)| cost.saturating_sub(OWN)).sum();
    if most <= SELDOM + least {
        return 0;
    }
    let mut gains = [0i64; 32];
    for &(c, cost) in priced {
        let languages = languages_of(c.to_lowercase().next().unwrap_or(c));
        for (i, gain) in gains.iter_mut().enumerate() {
            *gain += if languages >> i & 1 == 1 { i64::from(cost.saturating_sub(OWN)) } else { -i64::from(FOREIGN) };
        }
    }
    let best = gains.into_iter().max().unwrap_or(0);
    best.saturating_sub(i64::from(SELDOM)).max(0) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_letters_gain_and_foreign_ones_cost() {
        let priced = |letters: &str| letters.chars().map(|c| (c, 9 * NAT)).collect::<Vec<_>>();
        assert!(gain(&priced("øøåø"), 0) > gain(&priced("ųųåų"), 0));
        assert_eq!(gain(&[], 0), 0);
        assert!(alphabets().len() <= 32, "one bit a language");
    }
}
