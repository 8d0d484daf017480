//! The letters of Latin languages, so that Danish or Latvian text, which the model has no column for, is not dearer than a wrong reading.

use std::sync::OnceLock;

use crate::model::NAT;
use crate::rules::table;

const TABLE: &str = include_str!("../data/alphabets.tsv");
/// Price of a letter in a language of the table with so many of them: the natural logarithm of their number, and 1.2 nats as such a letter
/// stands where a third of all letters would do. A language with many of them suits more texts by chance.
const OWN: [u32; 17] = [0, 19, 30, 37, 41, 45, 48, 50, 52, 54, 56, 57, 59, 60, 61, 62, 63];
/// What such a letter costs on top in a language that does not have it.
const FOREIGN: u32 = 8 * NAT;

/// What any of these languages is behind those the model knows.
const SELDOM: u32 = 6 * NAT;

/// Price of a letter that is seldom in its language, and of one in a text of no language.
pub(super) const RARE: u32 = 13 * NAT / 2;

/// Latin letters, as far as the table may go.
const END: usize = 0x250;

/// In which languages of the table a letter is common, and in which it is seldom; a bit each.
#[derive(Clone, Copy, Default)]
struct Letter {
    own: u64,
    seldom: u64,
}

fn table_of_letters() -> &'static [Letter; END] {
    static LETTERS: OnceLock<Box<[Letter; END]>> = OnceLock::new();
    LETTERS.get_or_init(|| {
        let mut letters = Box::new([Letter::default(); END]);
        for (i, row) in table::rows("alphabets.tsv", TABLE, 3).flatten().enumerate() {
            for c in row.cells[1].chars() {
                if let Some(letter) = letters.get_mut(c as usize) {
                    letter.own |= 1 << i;
                }
            }
            for c in row.cells[2].chars() {
                if let Some(letter) = letters.get_mut(c as usize) {
                    letter.seldom |= 1 << i;
                }
            }
        }
        letters
    })
}

/// The price of a letter in each language of the table.
fn owns() -> &'static [i64; u64::BITS as usize] {
    static OWNS: OnceLock<[i64; u64::BITS as usize]> = OnceLock::new();
    OWNS.get_or_init(|| {
        std::array::from_fn(|i| {
            let own = table_of_letters().iter().filter(|l| l.own >> i & 1 == 1).count();
            i64::from(OWN[own.min(OWN.len() - 1)])
        })
    })
}

fn small(c: char) -> char {
    c.to_lowercase().next().unwrap_or(c)
}

/// True for the lower-case letters of the table, also those the model has seen: a letter it has seen a little of must not lose to one it has
/// never seen.
pub(super) fn knows(c: char) -> bool {
    table_of_letters().get(c as usize).is_some_and(|l| l.own != 0)
}

/// The languages of the table in whose texts a character may be, a bit each: all for what is no letter.
pub(super) fn languages(c: char) -> u64 {
    if !c.is_alphabetic() || matches!(c, 'ª' | 'º') {
        return u64::MAX;
    }
    table_of_letters().get(small(c) as usize).map_or(0, |l| l.own | l.seldom)
}

/// True for the characters that tell these languages apart: Latin letters beyond a to z.
#[inline]
pub(super) fn counts(c: char) -> bool {
    matches!(c, '\u{C0}'..='\u{24F}') && !matches!(c, '×' | '÷')
}

/// What a letter passes for where it stands: `\u{24F}`, a letter of no language, where no language has it. That is a capital inside a word, a
/// small letter before a capital and a capital before a capital that begins a word (`żQuién`, `ŤThis`: signs read as letters), and a
/// letter by itself that is no word (`Ť word ť`), but for abbreviations and numbers of a list.
#[inline]
pub(super) fn passes_for(c: char, before: char, behind: [char; 2]) -> char {
    let [next, second] = behind;
    let begins = !before.is_alphabetic();
    let is_odd = if c.is_uppercase() {
        before.is_lowercase() || begins && next.is_uppercase() && second.is_lowercase()
    } else {
        next.is_uppercase()
    };
    let is_apart = |c: char| !c.is_alphanumeric() && !matches!(c, '.' | ')' | '-' | '\'' | '’');
    let is_alone = is_apart(before) && is_apart(next) && !is_word(c);
    if is_odd || is_alone { '\u{24F}' } else { c }
}

/// True for the letters that are a word by themselves in some language of the table: à, å, é, ő.
fn is_word(c: char) -> bool {
    matches!(small(c), 'à' | 'á' | 'â' | 'å' | 'æ' | 'è' | 'é' | 'ê' | 'í' | 'ò' | 'ó' | 'ô' | 'ø' | 'ù' | 'ú' | 'ő' | 'į' | 'ŷ')
}

/// A letter of a reading and what it cost there in any language, in 1/16 nat.
#[derive(Clone, Copy, Debug)]
pub(super) struct Priced {
    pub letter: char,
    pub price: u32,
    /// What the ASCII characters behind it, that it is the context of, cost more than such characters do; negative when less.
    pub behind: i32,
    /// Whether no letter stands beside it, and blanks do not stand on both sides.
    pub apart: bool,
}

/// What a character of ASCII is taken to cost behind a letter, in 1/16 nat: what `coarse` takes one to cost anywhere.
pub(super) const ASCII: u32 = 5 * NAT / 2;
/// Characters whose price depends on a letter before them.
pub(super) const REACH: usize = 2;

/// What the letters of a text cost more than was paid for them, in 1/16 nat, when it is in the language of the table that suits it best or, if
/// that is less, in none at all: prices in any language take one letter for Polish and the next for Spanish. Mostly negative where a
/// language suits. `unlikely` is what speaks against both, as the rest of the text is in a language the model knows. `letters` is left
/// sorted.
pub(super) fn correction(letters: &mut [Priced], unlikely: i64) -> i64 {
    let paid = |l: &Priced| i64::from(l.price) + i64::from(l.behind);
    let of_none = of_none(letters, unlikely);
    // No language consists of single letters.
    if letters.iter().all(|l| l.apart) {
        return if letters.is_empty() { 0 } else { of_none };
    }
    letters.iter_mut().for_each(|l| l.letter = small(l.letter));
    letters.sort_unstable_by_key(|l| l.letter);
    let mut costs = [i64::from(SELDOM) + unlikely; u64::BITS as usize];
    let owns = owns();
    for same in letters.chunk_by(|a, b| a.letter == b.letter) {
        let letter = table_of_letters().get(same[0].letter as usize).copied().unwrap_or_default();
        let all = same.len() as i64;
        let paid: i64 = same.iter().map(paid).sum();
        let seldom = i64::from(RARE) * all - paid;
        let foreign = same.iter().map(|l| i64::from(l.price + FOREIGN)).sum::<i64>() - paid;
        for (i, cost) in costs.iter_mut().enumerate() {
            *cost += match (letter.own >> i & 1, letter.seldom >> i & 1) {
                (1, _) => owns[i] * all - paid,
                (_, 1) => seldom,
                _ => foreign,
            };
        }
    }
    costs.into_iter().fold(of_none, i64::min)
}

/// The same when the text is in no language: a letter is not cheap there, and what stands behind it neither.
pub(super) fn of_none(letters: &[Priced], unlikely: i64) -> i64 {
    unlikely + letters.iter().map(|l| i64::from(RARE.saturating_sub(l.price)) - i64::from(l.behind.min(0))).sum::<i64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn priced(letters: &str, price: u32) -> Vec<Priced> {
        letters.chars().map(|letter| Priced { letter, price, behind: 0, apart: false }).collect()
    }

    #[test]
    fn own_letters_gain_and_foreign_ones_cost() {
        let cost = |letters: &str| correction(&mut priced(letters, 9 * NAT), 0);
        assert!(cost("øøåø") < cost("ųųåų"));
        assert!(cost("øøåøè") < cost("øøåøč"), "a loan costs less than a letter of another language");
        assert_eq!(cost(""), 0);
        assert!(table::rows("alphabets.tsv", TABLE, 3).count() <= 64, "one bit a language");
    }

    #[test]
    fn letters_that_are_cheap_in_a_language_the_text_is_not_in_pay_for_it() {
        let cost = |letters: &str| correction(&mut priced(letters, NAT), 0);
        assert!(cost("ñùñùñù") < cost("ńłńłńł"));
        assert!(cost("жжж") == cost("ɣɣɣ"), "none suits");
    }
    #[test]
    fn letters_where_no_language_has_them_are_of_none() {
        for (c, before, next) in
            [('ż', ' ', ['Q', 'u']), ('Ť', ' ', ['T', 'h']), ('ť', ' ', [' ', 'm']), ('Í', 'n', ['t', ' ']), ('ö', '\n', ['\n', 'O'])]
        {
            assert_eq!(passes_for(c, before, next), '\u{24F}', "{before}{c}{next:?}");
        }
        for (c, before, next) in
            [('å', ' ', [' ', 's']), ('č', ' ', ['.', ' ']), ('É', ' ', ['T', 'A']), ('ť', 'i', [' ', 'a']), ('ż', ' ', ['e', ' '])]
        {
            assert_eq!(passes_for(c, before, next), c, "{before}{c}{next:?}");
        }
    }

    #[test]
    fn single_letters_are_no_language() {
        let cells = |apart| correction(&mut [Priced { letter: 'á', price: 9 * NAT, behind: 0, apart }; 4], 0);
        assert!(cells(true) >= 0 && cells(false) < 0);
    }
}
