//! Kinds of characters that tell damage from language, by block: what pairs of bytes become, which letters make words together.

/// Letters of the Latin alphabets in use, and its ligatures.
pub(super) fn is_latin(c: char) -> bool {
    matches!(c, '\u{aa}'..='\u{17e}' | '\u{218}'..='\u{21b}' | '\u{1e00}'..='\u{1eff}' | '\u{fb00}'..='\u{fb06}') && is_letter(c)
}

/// Marks upon or below the letter before them.
pub(super) fn is_combining(c: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&c)
}

/// `char::is_alphabetic`, at once for the letters and signs there are most of.
#[inline]
pub(super) fn is_letter(c: char) -> bool {
    match c {
        '\0'..='\u{7f}' => c.is_ascii_alphabetic(),
        '\u{80}'..='\u{bf}' => matches!(c, 'ª' | 'µ' | 'º'),
        '\u{c0}'..='\u{2c1}' => !matches!(c, '×' | '÷'),
        '\u{400}'..='\u{481}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' => true,
        '\u{2500}'..='\u{25ff}' | '\u{e000}'..='\u{f8ff}' => false,
        _ => c.is_alphabetic(),
    }
}

/// Blocks of letters that make words together.
pub(super) fn script(c: char) -> u32 {
    match c as u32 {
        0..=0x24f | 0x1e00..=0x1eff | 0xfb00..=0xfb06 => 0,
        0x1f00..=0x1fff => 3,
        other => other >> 8,
    }
}

/// Han, kana, Hangul, half-width katakana, private use: what pairs of bytes become.
pub(super) fn is_wide(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{e000}'..='\u{faff}' | '\u{ff61}'..='\u{ff9f}' | '\u{20000}'..='\u{3ffff}')
}

/// Half-width katakana, with their marks and punctuation.
pub(super) fn is_half_width_katakana(c: char) -> bool {
    matches!(c, '\u{ff61}'..='\u{ff9f}')
}

/// Han of the basic plane.
pub(super) fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

/// Rows of letters that charsets of pairs have beside their Han: what kana of another charset become.
pub(super) fn is_filler(c: char) -> bool {
    matches!(c, '\u{3105}'..='\u{318e}' | '\u{2160}'..='\u{217f}' | '\u{370}'..='\u{45f}' | '\u{2460}'..='\u{24ff}')
}

pub(super) fn is_cyrillic(c: char) -> bool {
    ('\u{400}'..'\u{460}').contains(&c)
}

pub(super) fn is_greek(c: char) -> bool {
    ('\u{370}'..'\u{400}').contains(&c)
}

pub(super) fn is_hebrew(c: char) -> bool {
    ('\u{591}'..'\u{600}').contains(&c)
}

pub(super) fn is_arabic(c: char) -> bool {
    ('\u{600}'..'\u{700}').contains(&c)
}

pub(super) fn is_thai(c: char) -> bool {
    ('\u{e00}'..'\u{e80}').contains(&c)
}

pub(super) fn is_emoji(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{245f}' | '\u{25a0}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}' | '\u{fe0f}' | '\u{200d}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_those_of_unicode() {
        for c in '\0'..=char::MAX {
            assert_eq!(is_letter(c), c.is_alphabetic(), "{c:?}");
        }
    }
}
