//! Signs of a text that would be read as Markdown, and their escapes.

/// Where the sign stands that makes this line a heading, an item, a quotation, a rule, an underline or a fence.
pub(super) fn begins_block(line: &str) -> Option<usize> {
    let bytes = line.as_bytes();
    let first = *bytes.first()?;
    let blank = |i: usize| bytes.get(i).is_none_or(|b| matches!(b, b' ' | b'\t'));
    let only = |b: u8| bytes.iter().all(|c| *c == b || matches!(c, b' ' | b'\t'));
    match first {
        b'#' => {
            let n = bytes.iter().take_while(|b| **b == b'#').count();
            (n <= 6 && blank(n)).then_some(0)
        }
        b'>' => Some(0),
        b'+' => blank(1).then_some(0),
        b'-' => (blank(1) || only(b'-')).then_some(0),
        b'=' => only(b'=').then_some(0),
        b'0'..=b'9' => {
            let n = bytes.iter().take_while(|b| b.is_ascii_digit()).count();
            (n <= 9 && matches!(bytes.get(n), Some(b'.' | b')')) && blank(n + 1)).then_some(n)
        }
        _ => None,
    }
}

/// Appends a text with the signs escaped that would be read as emphasis, code, links, elements or entities. `cell`: bars too;
/// `linked`: closing brackets too, which would end the text of a link.
pub(super) fn escaped(text: &str, cell: bool, linked: bool, out: &mut String) {
    const SIGNS: &[u8] = b"\\`*_[]<&~|";
    let bytes = text.as_bytes();
    let mut done = 0;
    for (i, &b) in bytes.iter().enumerate() {
        if !SIGNS.contains(&b) {
            continue;
        }
        let next = bytes.get(i + 1).copied();
        let blank = |b: Option<u8>| b.is_none_or(|b| b.is_ascii_whitespace());
        // a byte of another script counts as a letter or as a sign: with the one no emphasis begins, with the other it may
        let word = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_alphanumeric());
        let before = i.checked_sub(1).map(|i| bytes[i]);
        let escape = match b {
            b'\\' => next.is_none_or(|b| b.is_ascii_punctuation()),
            b'`' | b'[' | b'~' => true,
            b']' => linked,
            b'*' => i == 0 || !(blank(before) && blank(next)),
            b'_' => i == 0 || !(word(before) && word(next) || blank(before) && blank(next)),
            b'<' => next.is_some_and(|b| b.is_ascii_alphabetic() || matches!(b, b'/' | b'!' | b'?')),
            b'&' => is_entity(&bytes[i + 1..]),
            _ => cell,
        };
        if escape {
            out.push_str(&text[done..i]);
            out.push('\\');
            done = i;
        }
    }
    out.push_str(&text[done..]);
}

/// True when what follows an ampersand makes it an entity.
fn is_entity(after: &[u8]) -> bool {
    /// Bytes of the longest name.
    const LONGEST: usize = 33;
    let name = after.strip_prefix(b"#").unwrap_or(after);
    let n = name.iter().take(LONGEST).take_while(|b| b.is_ascii_alphanumeric()).count();
    n > 0 && name.get(n) == Some(&b';')
}
