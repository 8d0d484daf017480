//! Character references: `&amp;`, `&#20013;`, `&nbsp` without its semicolon. The names are data, from the HTML standard.

use std::borrow::Cow;
use std::sync::OnceLock;

use memchr::memchr;

use crate::rules::table;

/// What a reference stands for and how many bytes it takes, `&` included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reference {
    /// One or two characters; the second is NUL when there is one.
    chars: [char; 2],
    /// Bytes of the reference.
    pub(super) len: usize,
}

impl Reference {
    /// Its characters.
    pub(super) fn chars(self) -> impl Iterator<Item = char> {
        self.chars.into_iter().enumerate().filter(|&(i, c)| i == 0 || c != '\0').map(|(_, c)| c)
    }
}

/// One named reference.
struct Named {
    name: &'static str,
    /// May stand without its semicolon.
    bare: bool,
    chars: [char; 2],
}

/// The longest name, in bytes, and the longest of those that may stand bare; both facts of the list, checked by a test.
const LONGEST: usize = 31;
const LONGEST_BARE: usize = 6;

/// The names in byte order.
fn names() -> &'static [Named] {
    static NAMES: OnceLock<Vec<Named>> = OnceLock::new();
    NAMES.get_or_init(|| {
        let row = |r: Result<table::Row<'static>, _>| {
            let cells = r.expect("the table is part of the crate and a test reads it").cells;
            let mut codes = cells[2].split(' ').map(|h| u32::from_str_radix(h, 16).ok().and_then(char::from_u32).unwrap_or('\0'));
            let chars = [codes.next().unwrap_or('\0'), codes.next().unwrap_or('\0')];
            Named { name: cells[0], bare: cells[1] == "bare", chars }
        };
        table::rows("entities.tsv", include_str!("../data/entities.tsv"), 3).map(row).collect()
    })
}

fn named(name: &[u8]) -> Option<&'static Named> {
    let names = names();
    names.binary_search_by(|n| n.name.as_bytes().cmp(name)).ok().map(|i| &names[i])
}

/// The reference that `bytes` begins with (at its `&`), as the standard reads it; `None` when the `&` is just an ampersand.
/// In an attribute, a name without semicolon before `=` or a letter or digit is text: `?a=1&copy=2`.
pub(super) fn reference(bytes: &[u8], in_attribute: bool) -> Option<Reference> {
    let one = |c, len| Some(Reference { chars: [c, '\0'], len });
    match bytes.get(1)? {
        b'#' => numeric(bytes),
        b'n' if bytes.starts_with(b"&nbsp;") => one('\u{A0}', 6),
        b'a' if bytes.starts_with(b"&amp;") => one('&', 5),
        b'q' if bytes.starts_with(b"&quot;") => one('"', 6),
        b'l' if bytes.starts_with(b"&lt;") => one('<', 4),
        b'g' if bytes.starts_with(b"&gt;") => one('>', 4),
        b if b.is_ascii_alphabetic() => {
            let word = &bytes[1..bytes.len().min(LONGEST + 2)];
            let len = word.iter().position(|b| !b.is_ascii_alphanumeric()).unwrap_or(word.len());
            if word.get(len) == Some(&b';')
                && let Some(n) = named(&word[..len])
            {
                return Some(Reference { chars: n.chars, len: len + 2 });
            }
            let n = (2..=len.min(LONGEST_BARE)).rev().find_map(|len| named(&word[..len]).filter(|n| n.bare))?;
            let next = word.get(n.name.len());
            if in_attribute && next.is_some_and(|b| *b == b'=' || b.is_ascii_alphanumeric()) {
                return None;
            }
            Some(Reference { chars: n.chars, len: n.name.len() + 1 })
        }
        _ => None,
    }
}

/// `&#…` or `&#x…`, the semicolon optional.
fn numeric(bytes: &[u8]) -> Option<Reference> {
    let (radix, from) = if matches!(bytes.get(2), Some(b'x' | b'X')) { (16, 3) } else { (10, 2) };
    let mut code = 0u32;
    let mut at = from;
    while let Some(digit) = bytes.get(at).and_then(|b| (*b as char).to_digit(radix)) {
        code = code.saturating_mul(radix).saturating_add(digit);
        at += 1;
    }
    if at == from {
        return None;
    }
    let len = at + usize::from(bytes.get(at) == Some(&b';'));
    let c = match code {
        0x80..=0x9F => WINDOWS_1252[code as usize - 0x80],
        0 => '\u{FFFD}',
        _ => char::from_u32(code).unwrap_or('\u{FFFD}'),
    };
    Some(Reference { chars: [c, '\0'], len })
}

/// What the standard reads for the numbers 0x80 to 0x9F: windows-1252, its five holes kept as they are.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8D}', 'Ž', '\u{8F}', '\u{90}', '‘', '’', '“', '”', '•', '–',
    '—', '˜', '™', 'š', '›', 'œ', '\u{9D}', 'ž', 'Ÿ',
];

/// A text of an attribute with its references resolved. Borrows when there is none.
pub(super) fn resolved(text: &str) -> Cow<'_, str> {
    let Some(first) = memchr(b'&', text.as_bytes()) else { return Cow::Borrowed(text) };
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    let mut next = Some(first);
    while let Some(at) = next {
        let len = match reference(&text.as_bytes()[at..], true) {
            Some(r) => {
                out.push_str(&text[done..at]);
                out.extend(r.chars());
                done = at + r.len;
                r.len
            }
            None => 1,
        };
        next = memchr(b'&', &text.as_bytes()[at + len..]).map(|i| at + len + i);
    }
    out.push_str(&text[done..]);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(String, usize)> {
        reference(text.as_bytes(), false).map(|r| (r.chars().collect(), r.len))
    }

    #[test]
    fn the_table_is_sorted_and_its_lengths_are_known() {
        let n = names();
        assert_eq!(n.len(), 2125);
        assert!(n.windows(2).all(|w| w[0].name < w[1].name));
        assert_eq!(n.iter().map(|n| n.name.len()).max(), Some(LONGEST));
        assert_eq!(n.iter().filter(|n| n.bare).map(|n| n.name.len()).max(), Some(LONGEST_BARE));
        assert!(n.iter().all(|n| n.chars[0] != '\0'));
    }

    #[test]
    fn names_with_and_without_semicolon() {
        assert_eq!(read("&hearts;x"), Some(("♥".into(), 8)));
        assert_eq!(read("&NotEqualTilde;"), Some(("\u{2242}\u{338}".into(), 15)));
        assert_eq!(read("&copy 2"), Some(("©".into(), 5)));
        // the longest bare name wins: `not`, as there is no `notit`
        assert_eq!(read("&notit;"), Some(("¬".into(), 4)));
        assert_eq!(read("&hearts x"), None);
        assert_eq!(read("&"), None);
        assert_eq!(read("& b"), None);
        assert_eq!(read("&CounterClockwiseContourIntegral;"), Some(("∳".into(), 33)));
    }

    #[test]
    fn numbers() {
        assert_eq!(read("&#20013;文"), Some(("中".into(), 8)));
        assert_eq!(read("&#x4E2D文"), Some(("中".into(), 7)));
        assert_eq!(read("&#150;"), Some(("–".into(), 6)));
        assert_eq!(read("&#0;"), Some(("\u{FFFD}".into(), 4)));
        assert_eq!(read("&#xD800;"), Some(("\u{FFFD}".into(), 8)));
        assert_eq!(read("&#99999999999999999999;"), Some(("\u{FFFD}".into(), 23)));
        assert_eq!(read("&#;"), None);
        assert_eq!(read("&#x;"), None);
    }

    #[test]
    fn attributes_are_strict_about_bare_names() {
        assert_eq!(resolved("?a=1&copy=2&lt;&reg"), "?a=1&copy=2<®");
        assert!(matches!(resolved("plain"), Cow::Borrowed("plain")));
    }
}
