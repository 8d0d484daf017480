//! Characters that do not stand side by side in any text: simplified Han among kana, rows of jamo, Greek among Hangul. What pairs of
//! EUC-JP become when they are read as GBK or EUC-KR. Whether a line is damaged is decided in `search`.

use crate::codec::Codec;

/// Clashes of single letters that make a stretch odd; one of kana and Han suffices.
const LETTERS: usize = 3;

/// Whether a stretch holds neighbours that no text has, of letters several: a name or a formula has one.
pub(super) fn is_odd(stretch: &[char]) -> bool {
    let mut letters = 0;
    stretch.windows(2).any(|w| {
        letters += usize::from(of_letters(w[0], w[1]));
        letters >= LETTERS || is_clash_of_kana(w[0], w[1])
    })
}

/// Whether two characters clash side by side.
pub(super) fn clash(a: char, b: char) -> bool {
    is_clash_of_kana(a, b) || of_letters(a, b)
}

/// Whether a stretch consists of characters Japanese has, as Japanese sets them: Han and kana with the marks between, beside ASCII. Single
/// katakana amid Han are only those of names and counters: 茅ヶ崎, 三ノ宮.
pub(super) fn may_be_japanese(stretch: &[char]) -> bool {
    let is_of_it = |c: char| c.is_ascii() || is_kana(c) || matches!(c, '・' | 'ー' | '々' | '、' | '。') || is_han(c) && is_japanese(c);
    let is_katakana = |c: char| matches!(c, '\u{30a1}'..='\u{30fc}');
    let is_alone = |i: usize| {
        let beside = [i.checked_sub(1), Some(i + 1)].map(|at| at.and_then(|at| stretch.get(at)));
        is_katakana(stretch[i])
            && !matches!(stretch[i], 'ケ' | 'ヶ' | 'ノ' | '・')
            && !beside.iter().flatten().any(|c| is_katakana(**c))
            && beside.iter().flatten().any(|c| is_han(**c))
    };
    (0..stretch.len()).all(|i| is_of_it(stretch[i]) && !is_alone(i))
}

/// Whether they are kana and Han that Japanese does not have.
pub(super) fn is_clash_of_kana(a: char, b: char) -> bool {
    let other_han = |a, b| is_kana(a) && is_han(b) && !is_japanese(b);
    other_han(a, b) || other_han(b, a) || is_long_vowel(a, b)
}

/// Whether the bracket is what the sign of long vowels becomes, which stands behind katakana.
fn is_long_vowel(a: char, b: char) -> bool {
    b == LONG_VOWEL && matches!(a, 'ァ'..='ヺ')
}

/// What the sign of long vowels, `ー`, becomes when EUC-JP is read as GBK.
pub(super) const LONG_VOWEL: char = '〖';

fn of_letters(a: char, b: char) -> bool {
    is_rare_jamo(a) && (is_rare_jamo(b) || is_wide_letter(b))
        || is_rare_jamo(b) && is_wide_letter(a)
        || is_sign_letter(a) && is_wide_letter(b)
        || is_wide_letter(a) && is_sign_letter(b)
}

pub(super) fn is_kana(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}')
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}')
}

/// Han that JIS X 0208 and 0212 have.
pub(super) fn is_japanese(c: char) -> bool {
    Codec::EUC_JP.inverse().is_some_and(|i| i.encode(c).is_some_and(|code| code.len() == 2))
}

/// Jamo by themselves, without those people write for laughter and tears.
pub(super) fn is_rare_jamo(c: char) -> bool {
    matches!(c, '\u{3131}'..='\u{318e}')
        && !matches!(c, 'ㅋ' | 'ㅎ' | 'ㅠ' | 'ㅜ' | 'ㅇ' | 'ㄱ' | 'ㄴ' | 'ㄷ' | 'ㅅ' | 'ㅂ' | 'ㅈ' | 'ㅉ' | 'ㅗ' | 'ㅡ')
}

/// Greek and Cyrillic letters and Roman numerals of the charsets of pairs.
fn is_sign_letter(c: char) -> bool {
    matches!(c, '\u{391}'..='\u{3c9}' | '\u{401}'..='\u{451}' | '\u{2160}'..='\u{217f}')
}

/// Hangul and jamo.
fn is_wide_letter(c: char) -> bool {
    matches!(c, '\u{ac00}'..='\u{d7a3}') || is_rare_jamo(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_together_is_not_odd() {
        for clean in ["映画を見に行きました", "ㅋㅋㅋㅋ ㅠㅠ", "한글ㅋㅋ", "电影《あの頃》很好", "α파와 β파"]
        {
            assert!(!is_odd(&clean.chars().collect::<Vec<_>>()), "{clean}");
        }
    }

    #[test]
    fn kana_go_with_han_as_japanese_has_them() {
        let all = |text: &str| text.chars().collect::<Vec<_>>();
        for clean in ["砂嵐 [すなあらし]", "錬成・練成", "茅ヶ崎へ行く", "ビル街のパン屋"] {
            assert!(may_be_japanese(&all(clean)), "{clean}");
        }
        for damaged in ["寰頂ビ朝", "ヅ煎衛盪", "说を见に乐しみ", "鍦ㄦ渤"] {
            assert!(!may_be_japanese(&all(damaged)), "{damaged}");
        }
    }

    #[test]
    fn what_pairs_become_is_odd() {
        for damaged in ["说を见に乐しみ", "ㅟㄲㅺㅮㅉ", "릊ㅖㅸㅖ儆", "ㅟⅳㅞⅩㅅㆃㅟ맛"] {
            assert!(is_odd(&damaged.chars().collect::<Vec<_>>()), "{damaged}");
        }
    }
}
