//! Quick looks at the bytes of a text, many at a time and without a branch for each: whether something may stand in it that is then looked
//! for character by character. What is looked for is said by those who ask.

/// True when `is` holds for a byte.
pub(crate) fn any(bytes: &[u8], is: impl Fn(u8) -> bool) -> bool {
    bytes.chunks(64).any(|piece| piece.iter().fold(false, |any, b| any | is(*b)))
}

/// True when `is` holds for two bytes that stand side by side.
pub(crate) fn any_pair(bytes: &[u8], is: impl Fn(u8, u8) -> bool) -> bool {
    let Some((_, next)) = bytes.split_first() else { return false };
    let any = |a: &[u8], b: &[u8]| a.iter().zip(b).fold(false, |any, (a, b)| any | is(*a, *b));
    bytes.chunks(64).zip(next.chunks(64)).any(|(a, b)| any(a, b))
}

/// True when these bytes stand in a row, upper or lower case alike; they are lower case letters, digits or blanks of ASCII, at most eight.
#[allow(clippy::needless_range_loop, reason = "the bytes behind one are looked at, too")]
pub(crate) fn has_row<const N: usize>(bytes: &[u8], row: [u8; N]) -> bool {
    const AT_ONCE: usize = 64;
    let look = |piece: &[u8; AT_ONCE + 8]| {
        let mut found = [0; AT_ONCE];
        for i in 0..AT_ONCE {
            found[i] = (0..N).fold(0, |differs, n| differs | (piece[i + n] | 0x20) ^ row[n]);
        }
        found.iter().fold(false, |any, differs| any | (*differs == 0))
    };
    let mut at = 0;
    while let Some(piece) = bytes[at..].first_chunk() {
        if look(piece) {
            return true;
        }
        at += AT_ONCE;
    }
    let rest = &bytes[at..];
    let mut last = [0; AT_ONCE + 8];
    last[..rest.len()].copy_from_slice(rest);
    look(&last)
        || rest.get(AT_ONCE..).is_some_and(|end| {
            let mut last = [0; AT_ONCE + 8];
            last[..end.len()].copy_from_slice(end);
            look(&last)
        })
}

/// True when one of `。！？` stands in a text.
pub(crate) fn has_wide_stop(text: &str) -> bool {
    any_pair(text.as_bytes(), |a, b| (a == 0x80) & (b == 0x82) | (a == 0xbc) & ((b == 0x81) | (b == 0x9f)))
        && text.contains(['。', '！', '？'])
}

/// [`char::is_alphabetic`], at once for the letters there are most of: Latin, Cyrillic, Vietnamese, kana, Han and Hangul (Unicode 16,
/// DerivedCoreProperties: Alphabetic).
#[inline]
pub(crate) fn is_letter(c: char) -> bool {
    match c {
        '\0'..='\x7f' => c.is_ascii_alphabetic(),
        '\u{c0}'..='\u{24f}' => !matches!(c, '×' | '÷'),
        '\u{400}'..='\u{481}' | '\u{1e00}'..='\u{1eff}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' => true,
        _ => c.is_alphabetic(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_those_of_the_standard() {
        assert!((0..0x11_0000).filter_map(char::from_u32).all(|c| is_letter(c) == c.is_alphabetic()));
    }

    #[test]
    fn pairs_and_rows_are_seen_wherever_they_stand() {
        for at in [0, 1, 62, 63, 64, 65, 127, 130] {
            let mut bytes = vec![b'-'; 133];
            bytes[at..at + 3].copy_from_slice(b"cAs");
            assert!(any_pair(&bytes, |a, b| a == b'c' && b == b'A') && has_row(&bytes, *b"cas"), "{at}");
            assert!(!has_row(&bytes, *b"cat") && !has_row(&bytes[..at + 2], *b"cas") && has_row(&bytes[..at + 3], *b"cas"), "{at}");
        }
        assert!(!any_pair(b"", |_, _| true) && !has_row(b"xx", *b"xxx"));
    }

    #[test]
    fn wide_stops_are_told_from_what_shares_their_bytes() {
        assert!(has_wide_stop("春天来了。") && has_wide_stop("！") && has_wide_stop("a？b"));
        assert!(!has_wide_stop("春天、一") && !has_wide_stop("a. b! c?") && !has_wide_stop("\u{2002}"));
    }
}
