//! Traditional and simplified characters, one to one, as the model counts them. Readings and the cloaking kits' own tables live
//! with their repair.

use std::sync::OnceLock;

/// traditional, simplified, way; see its header.
const TABLE: &str = include_str!("../data/fold.tsv");

/// Both directions, by code point of the basic plane from U+3400; 0 where there is none.
struct Fold {
    simplified: Vec<u16>,
    traditional: Vec<u16>,
}

const FIRST: usize = 0x3400;
const LAST: usize = 0x9FFF;

impl Fold {
    #[inline]
    fn get() -> &'static Fold {
        static FOLD: OnceLock<Fold> = OnceLock::new();
        FOLD.get_or_init(|| {
            let mut fold = Fold { simplified: vec![0; LAST - FIRST + 1], traditional: vec![0; LAST - FIRST + 1] };
            for line in TABLE.lines().filter(|l| !l.starts_with('#')) {
                let mut cells = line.split('\t').map(|c| c.chars().next());
                let (Some(Some(t)), Some(Some(s)), Some(Some(way))) = (cells.next(), cells.next(), cells.next()) else { continue };
                let (Some(at_t), Some(at_s)) = (place(t), place(s)) else { continue };
                fold.simplified[at_t] = s as u16;
                if way == '=' {
                    fold.traditional[at_s] = t as u16;
                }
            }
            fold
        })
    }
}

#[inline]
fn place(c: char) -> Option<usize> {
    (c as usize).checked_sub(FIRST).filter(|&at| at <= LAST - FIRST)
}

#[inline]
fn look_up(table: &[u16], c: char) -> Option<char> {
    let to = table[place(c)?];
    (to != 0).then(|| char::from_u32(u32::from(to)).unwrap_or(c))
}

/// The simplified form of a traditional character; every other character as it is.
#[inline]
pub fn simplified(c: char) -> char {
    look_up(&Fold::get().simplified, c).unwrap_or(c)
}

/// The traditional form of a simplified character that has exactly one and means nothing else; every other character, among them
/// the ambiguous 后 里 于 余 干 系 斗, as it is.
pub fn traditional(c: char) -> char {
    look_up(&Fold::get().traditional, c).unwrap_or(c)
}

/// Whether a character occurs in traditional text only: it has another simplified form.
#[inline]
pub fn is_traditional_only(c: char) -> bool {
    look_up(&Fold::get().simplified, c).is_some()
}

/// Whether a character occurs in simplified text only: it has another traditional form and is none itself.
#[inline]
pub fn is_simplified_only(c: char) -> bool {
    look_up(&Fold::get().traditional, c).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_lead_both_ways() {
        assert_eq!((simplified('東'), traditional('东')), ('东', '東'));
        assert!(is_traditional_only('東') && is_simplified_only('东'));
    }

    #[test]
    fn what_is_written_the_same_stays() {
        for c in "人山a。😀".chars() {
            assert_eq!((simplified(c), traditional(c)), (c, c));
            assert!(!is_traditional_only(c) && !is_simplified_only(c));
        }
    }

    #[test]
    fn ambiguous_letters_are_not_simplified_only() {
        for c in "后里于干".chars() {
            assert_eq!(traditional(c), c);
            assert!(!is_simplified_only(c));
        }
    }
}
