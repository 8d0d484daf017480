//! What betrays a wrong reading and the model cannot see, because it looks at three characters at a time: signs inside words, a
//! capital alone in mid-sentence, a charset of a script without one letter of that script.

use crate::codec::Codec;
use crate::model::{Model, NAT};

/// A sign that stands at a letter and never does so in text: `dar№ber`, `rd‰c`.
const SIGN: u32 = 4 * NAT;
/// A sign within a word that never stands there. Set by hand, as [`ACCENT`] is: with these rules, [`is_letter`], dashes and repeated words of
/// `contest`, the languages of `refine` and pairs within words 152 of 4,906 pieces of menus and messages in some sixty languages are wrong, 204 without.
const INSIDE: u32 = 4 * NAT;
/// An accent without a letter between blanks.
const ACCENT: u32 = 8 * NAT;
/// A closing quote at the start of a Cyrillic word.
const CLOSING: u32 = 6 * NAT;
/// A capital alone between blanks behind a small letter: the preposition С is a thousand times rarer there than с.
const CAPITAL: u32 = 8 * NAT;
/// Not one letter of the script a charset is made for.
const SCRIPTLESS: u32 = 4 * NAT;
/// A letter no language of the model has.
const STRANGER: u32 = 2 * NAT;

/// What a reading costs on top, in 1/16 nat. `text` is what `codec` made of some bytes that are not all ASCII.
pub(super) fn breaches(model: &Model, codec: Codec, text: &str) -> u32 {
    let chars: Vec<char> = text.chars().collect();
    let is_latin = |i: Option<usize>| i.and_then(|i| chars.get(i)).is_some_and(char::is_ascii_alphabetic);
    let is_glued = |i: usize| is_latin(i.checked_sub(1)) || is_latin(Some(i + 1));
    let found = (0..chars.len()).any(|i| is_own(codec, chars[i]) && !(is_of_script(codec) && is_glued(i)));
    let remarkable = (0..chars.len()).filter(|&i| is_remarkable(model, chars[i]));
    breaches_at(model, remarkable, found, |i| chars.get(i).copied().unwrap_or('\n'))
}

/// The same for a text whose characters `char` tells, a newline beyond its end. `remarkable`: the places of those that are; `found`:
/// whether one character is of the script the charset is made for, and no letter of ASCII beside it when that is not Latin.
pub(super) fn breaches_at(model: &Model, remarkable: impl Iterator<Item = usize>, found: bool, char: impl Fn(usize) -> char) -> u32 {
    let mut cost = 0;
    let behind = |i: usize, back: usize| i.checked_sub(back).map_or('\n', &char);
    for i in remarkable {
        let at = char(i);
        if is_letter(at) {
            if at.is_uppercase() && behind(i, 1) == ' ' && char(i + 1) == ' ' && behind(i, 2).is_lowercase() {
                cost += CAPITAL;
            }
            if is_stranger(model, at) {
                cost += STRANGER;
            }
        } else if is_sign(at) && (is_european(behind(i, 1)) || is_european(char(i + 1))) {
            cost += SIGN;
        } else if is_never_inside(at) && behind(i, 1).is_lowercase() && char(i + 1).is_lowercase() {
            cost += INSIDE;
        } else if at == '\u{AD}' && !(behind(i, 1).is_alphanumeric() && char(i + 1).is_alphanumeric()) {
            cost += SIGN;
        } else if is_accent(at) && behind(i, 1).is_whitespace() && char(i + 1).is_whitespace() {
            cost += ACCENT;
        } else if is_closing(at) && !behind(i, 1).is_alphanumeric() && matches!(char(i + 1), '\u{400}'..='\u{52F}') {
            cost += CLOSING;
        }
    }
    cost + if found { 0 } else { SCRIPTLESS }
}

/// True for the characters that can be a breach: capitals, letters no language has, signs, accents, soft hyphens, closing quotes.
pub(super) fn is_remarkable(model: &Model, c: char) -> bool {
    c >= '\u{80}'
        && if is_letter(c) {
            c.is_uppercase() || is_stranger(model, c)
        } else {
            is_sign(c) || is_closing(c) || is_never_inside(c) || is_accent(c) || c == '\u{AD}'
        }
}

/// True for the letters a single-byte charset is made for; any character when those are Latin.
pub(super) fn is_own(codec: Codec, c: char) -> bool {
    script(codec).is_none_or(|own| own.contains(&c))
}

/// True for single-byte charsets that are made for letters of another script than Latin.
pub(super) fn is_of_script(codec: Codec) -> bool {
    script(codec).is_some()
}

fn is_stranger(model: &Model, c: char) -> bool {
    matches!(c, '\u{C0}'..='\u{24F}') && !model.is_known(c)
}

fn is_closing(c: char) -> bool {
    matches!(c, '”' | '’')
}

/// Signs that stand alone or at digits.
pub(super) fn is_sign(c: char) -> bool {
    is_diacritic(c) || matches!(c, '†' | '‡' | '‰' | '№' | '‗' | '¤' | '¦' | '¬' | '±' | '\u{200C}'..='\u{200F}' | '\u{2200}'..='\u{25FF}')
}

/// Letters as people see them: Unicode counts the caron by itself as one.
fn is_letter(c: char) -> bool {
    c.is_alphabetic() && !is_accent(c)
}

/// Signs that may stand at a letter and hardly ever within a word: `Co¹t`.
fn is_never_inside(c: char) -> bool {
    matches!(c, '¹' | '²' | '³' | '´' | '¯' | '÷' | '×' | '¼' | '½' | '¾' | '¢' | '£' | '¥' | '§' | '¶' | '©' | '®' | '¡' | '¿')
}

/// Accents without a letter: none stands between blanks, as dots and dashes of lists do.
fn is_accent(c: char) -> bool {
    // People write the acute for an apostrophe: at a letter it is no sign.
    is_diacritic(c) || matches!(c, '´' | '¯')
}

/// Accents without a letter that nobody writes at a letter either.
fn is_diacritic(c: char) -> bool {
    matches!(c, '¸' | '¨' | '˛' | '˝' | 'ˇ' | '˘' | '˙' | '˚' | '˜' | 'ˆ')
}

/// A letter of a script that stands apart from signs: Arabic letters have joiners beside them.
fn is_european(c: char) -> bool {
    c < '\u{590}' && c.is_alphabetic()
}

/// The letters a single-byte charset is made for, when they are not Latin ones.
fn script(codec: Codec) -> Option<std::ops::RangeInclusive<char>> {
    match codec {
        Codec::WINDOWS_1251 | Codec::KOI8_R | Codec::KOI8_U | Codec::ISO_8859_5 | Codec::IBM866 | Codec::IBM855 | Codec::X_MAC_CYRILLIC => {
            Some('\u{400}'..='\u{52F}')
        }
        Codec::WINDOWS_1253 | Codec::ISO_8859_7 => Some('\u{370}'..='\u{3FF}'),
        Codec::WINDOWS_1255 | Codec::ISO_8859_8 => Some('\u{590}'..='\u{5FF}'),
        Codec::WINDOWS_1256 | Codec::ISO_8859_6 => Some('\u{600}'..='\u{6FF}'),
        Codec::WINDOWS_874 => Some('\u{E00}'..='\u{E7F}'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(codec: Codec, text: &str) -> u32 {
        breaches(Model::shared(), codec, text)
    }

    #[test]
    fn signs_stand_at_digits_but_not_at_letters() {
        assert_eq!(of(Codec::MACINTOSH, "w‰re"), SIGN);
        assert_eq!(of(Codec::MACINTOSH, "5‰ mehr"), 0);
        assert_eq!(of(Codec::WINDOWS_1256, "من\u{200C}من"), 0);
    }

    #[test]
    fn signs_stand_at_words_but_not_within_them() {
        assert_eq!(of(Codec::IBM850, "co¹t"), INSIDE);
        assert_eq!(of(Codec::IBM850, "see note¹ below"), 0);
        assert_eq!(of(Codec::WINDOWS_1252, "x \u{AD}word"), SIGN);
        assert_eq!(of(Codec::WINDOWS_1252, "foot\u{AD}path"), 0);
        assert_eq!(of(Codec::ISO_8859_2, "ˇ so"), ACCENT);
        assert_eq!(of(Codec::WINDOWS_1252, "· so"), 0);
    }

    #[test]
    fn a_capital_alone_in_mid_sentence_is_a_wrong_dash() {
        assert_eq!(of(Codec::WINDOWS_1251, "лес С река"), CAPITAL);
        assert_eq!(of(Codec::WINDOWS_1251, "лес. С реки"), 0);
        assert_eq!(of(Codec::WINDOWS_1251, "”онтан"), CLOSING);
        assert_eq!(of(Codec::WINDOWS_1251, "„фонтан”"), 0);
    }

    #[test]
    fn a_charset_of_a_script_reads_that_script() {
        assert_eq!(of(Codec::IBM866, "zur № 5"), SCRIPTLESS);
        assert_eq!(of(Codec::IBM866, "дом № 5"), 0);
        assert_eq!(of(Codec::WINDOWS_1252, "zu § 5"), 0);
    }
}
