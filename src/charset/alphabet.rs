//! The letters of Latin languages, so that Galician or Faroese text, which the model has no column for, is not dearer than a wrong reading.

use std::sync::OnceLock;

use crate::model::{Language, NAT};
use crate::rules::table;

const TABLE: &str = include_str!("../data/alphabets.tsv");
/// Price of a letter in a language of the table with so many of them: the natural logarithm of their number, and 5.2 nats as such a letter
/// stands where others would do. A language with many of them suits more texts by chance. Set by hand with [`SELDOM`] and [`RARE`]: of
/// 1,447 pieces of manuals, 2,208 of the UDHR and 2,398 lists of words 127 are wrong so, 199 when such letters are 4 nats cheaper.
const OWN: [u32; 17] = [64, 83, 94, 101, 105, 109, 112, 114, 116, 118, 120, 121, 123, 124, 125, 126, 127];
/// What such a letter costs on top in a language that does not have it.
const FOREIGN: u32 = 8 * NAT;

/// What any of these languages is behind those the model has a column for.
const SELDOM: u32 = 10 * NAT;

/// Price of a letter that is seldom in its language.
const RARE: u32 = 23 * NAT / 2;
/// Price of a letter in a text of no language: a name, a word from elsewhere.
const STRAY: u32 = 13 * NAT / 2;

/// Latin letters, as far as the table may go.
const END: usize = 0x250;

/// In which languages of the table a letter is common, and in which it is seldom; a bit each.
#[derive(Clone, Copy, Default)]
struct Letter {
    own: u64,
    seldom: u64,
}

fn rows() -> impl Iterator<Item = table::Row<'static>> {
    table::rows("alphabets.tsv", TABLE, 3).flatten()
}

fn table_of_letters() -> &'static [Letter; END] {
    static LETTERS: OnceLock<Box<[Letter; END]>> = OnceLock::new();
    LETTERS.get_or_init(|| {
        let mut letters = Box::new([Letter::default(); END]);
        for (i, row) in rows().enumerate() {
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

/// The languages of the table without a column in the model: their places in it, and the price of a letter.
fn languages_without_column() -> &'static [(usize, i64)] {
    static LANGUAGES: OnceLock<Vec<(usize, i64)>> = OnceLock::new();
    LANGUAGES.get_or_init(|| {
        let has_column = |code: &str| Language::ALL.iter().any(|l| l.code() == code);
        let all = rows().enumerate().filter(|(_, row)| !has_column(row.cells[0]));
        all.map(|(i, row)| (i, i64::from(OWN[row.cells[1].chars().count().min(OWN.len() - 1)]))).collect()
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

/// What a letter passes for where it stands: `\u{24F}`, a letter of no language, where it is a capital behind a small letter, and where it is by
/// itself and no word (`Ť word ť`: guillemets read as letters), but for abbreviations and numbers of a list.
#[inline]
pub(super) fn passes_for(c: char, before: char, behind: char) -> char {
    let is_apart = |c: char| !c.is_alphanumeric() && !matches!(c, '.' | ')' | '-' | '\'' | '’');
    let is_by_itself = is_apart(before) && is_apart(behind) && !is_word(c);
    let is_inside = before.is_lowercase() && c.is_uppercase();
    if is_by_itself || is_inside { '\u{24F}' } else { c }
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
}

/// What a character of ASCII is taken to cost behind a letter, in 1/16 nat: what `coarse` takes one to cost anywhere.
pub(super) const ASCII: u32 = 5 * NAT / 2;
/// Characters whose price depends on a letter before them.
pub(super) const REACH: usize = 2;

/// What the letters of a text cost more than was paid for them, in 1/16 nat, when it is in the language without a column that suits it best or,
/// if that is less, in none at all: prices in any language take one letter for Polish and the next for Spanish. Mostly negative where a
/// language suits. `unlikely` is what speaks against both, as the rest of the text is in a language the model knows. `letters` is left
/// sorted.
pub(super) fn correction(letters: &mut [Priced], unlikely: i64) -> i64 {
    let of_none = of_none(letters, unlikely);
    if letters.is_empty() {
        return 0;
    }
    letters.iter_mut().for_each(|l| l.letter = small(l.letter));
    letters.sort_unstable_by_key(|l| l.letter);
    let languages = languages_without_column();
    let mut costs = [i64::from(SELDOM) + unlikely; u64::BITS as usize];
    for same in letters.chunk_by(|a, b| a.letter == b.letter) {
        let letter = table_of_letters().get(same[0].letter as usize).copied().unwrap_or_default();
        let all = same.len() as i64;
        let paid: i64 = same.iter().map(|l| i64::from(l.price) + i64::from(l.behind)).sum();
        let seldom = i64::from(RARE) * all - paid;
        let foreign = same.iter().map(|l| i64::from(l.price + FOREIGN)).sum::<i64>() - paid;
        for (cost, &(i, own)) in costs.iter_mut().zip(languages) {
            *cost += match (letter.own >> i & 1, letter.seldom >> i & 1) {
                (1, _) => own * all - paid,
                (_, 1) => seldom,
                _ => foreign,
            };
        }
    }
    costs[..languages.len()].iter().fold(of_none, |least, &cost| least.min(cost))
}

/// The same when the text is in no language: a letter is not cheap there, and what stands behind it neither.
pub(super) fn of_none(letters: &[Priced], unlikely: i64) -> i64 {
    unlikely + letters.iter().map(|l| i64::from(STRAY.saturating_sub(l.price)) - i64::from(l.behind.min(0))).sum::<i64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn priced(letters: &str, price: u32) -> Vec<Priced> {
        letters.chars().map(|letter| Priced { letter, price, behind: 0 }).collect()
    }

    #[test]
    fn own_letters_gain_and_foreign_ones_cost() {
        let cost = |letters: &str| correction(&mut priced(letters, 12 * NAT), 0);
        assert!(cost("ðøðøð") < cost("ųøųøų"));
        assert!(cost("ðøðøä") < cost("ðøðøč"), "a loan costs less than a letter of another language");
        assert_eq!(cost(""), 0);
    }

    #[test]
    fn languages_with_a_column_are_left_to_the_model() {
        let mut codes = languages_without_column().iter().filter_map(|l| rows().nth(l.0)).map(|row| row.cells[0]);
        assert!(codes.clone().any(|c| c == "fao") && codes.all(|c| c != "dan" && c != "lav"));
        assert!(rows().count() <= 64, "one bit a language");
    }

    #[test]
    fn letters_that_are_cheap_in_a_language_the_text_is_not_in_pay_for_it() {
        let cost = |letters: &str, price: u32| correction(&mut priced(letters, price), 0);
        assert_eq!(cost("ńłńłńł", NAT), i64::from(6 * (STRAY - NAT)));
        assert!(cost("ñùñùñù", 12 * NAT) < cost("ńłńłńł", 12 * NAT));
        assert!(cost("жжж", NAT) == cost("ɣɣɣ", NAT), "none suits");
    }

    #[test]
    fn letters_by_themselves_are_of_no_language() {
        for (c, before, behind) in [('ť', ' ', ' '), ('ö', '\n', '\n'), ('Ê', 's', 'e')] {
            assert_eq!(passes_for(c, before, behind), '\u{24F}', "{before}{c}{behind:?}");
        }
        for (c, before, behind) in [('å', ' ', ' '), ('č', ' ', '.'), ('ť', 'i', ' '), ('ż', ' ', 'e'), ('É', 'N', 'E')] {
            assert_eq!(passes_for(c, before, behind), c, "{before}{c}{behind:?}");
        }
    }
}
