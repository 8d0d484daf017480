//! The attributes of one start tag, read on demand. No tokens, no tree.

use std::borrow::Cow;

use memchr::memchr;

use super::entities;

/// Iterates over (name, value) of the bytes between tag name and `>`; the value as it stands, without its quotes.
#[derive(Clone)]
pub(super) struct Attributes<'t> {
    rest: &'t str,
}

impl<'t> Attributes<'t> {
    pub(super) fn of(attributes: &'t str) -> Attributes<'t> {
        Attributes { rest: attributes }
    }

    /// The value of the first attribute called `name` (lower case), entities resolved.
    pub(super) fn get(attributes: &'t str, name: &str) -> Option<Cow<'t, str>> {
        Attributes::of(attributes).find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| entities::resolved(v))
    }
}

impl<'t> Iterator for Attributes<'t> {
    type Item = (&'t str, &'t str);

    fn next(&mut self) -> Option<(&'t str, &'t str)> {
        let text = self.rest;
        let bytes = text.as_bytes();
        let from = bytes.iter().position(|b| !(b.is_ascii_whitespace() || *b == b'/'))?;
        // a name may begin with `=`, by the standard
        let stop = |b: &u8| matches!(b, b'=' | b'/') || b.is_ascii_whitespace();
        let name_end = bytes[from + 1..].iter().position(stop).map_or(bytes.len(), |i| from + 1 + i);
        // `from + 1` may lie inside a character, but no byte of one is among those sought, so `name_end` does not
        let name = &text[from..name_end];
        let mut at = name_end + blanks(&bytes[name_end..]);
        if bytes.get(at) != Some(&b'=') {
            self.rest = &text[name_end..];
            return Some((name, ""));
        }
        at += 1;
        at += blanks(&bytes[at..]);
        let (value, end) = match bytes.get(at) {
            Some(&quote @ (b'"' | b'\'')) => match memchr(quote, &bytes[at + 1..]) {
                Some(len) => (&text[at + 1..at + 1 + len], at + len + 2),
                None => (&text[at + 1..], bytes.len()),
            },
            _ => {
                let len = bytes[at..].iter().position(u8::is_ascii_whitespace).unwrap_or(bytes.len() - at);
                (&text[at..at + len], at + len)
            }
        };
        self.rest = &text[end..];
        Some((name, value))
    }
}

fn blanks(bytes: &[u8]) -> usize {
    bytes.iter().position(|b| !b.is_ascii_whitespace()).unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values() {
        let all: Vec<_> = Attributes::of(" a=1 b = '2 3' c d=\"x>y\"/ e=中/文 /").collect();
        assert_eq!(all, [("a", "1"), ("b", "2 3"), ("c", ""), ("d", "x>y"), ("e", "中/文")]);
    }

    #[test]
    fn odd_ones_end() {
        assert_eq!(Attributes::of("='x' é\"=2").collect::<Vec<_>>(), [("='x'", ""), ("é\"", "2")]);
        assert_eq!(Attributes::of(" a=\"open").collect::<Vec<_>>(), [("a", "open")]);
        assert_eq!(Attributes::of(" a=").collect::<Vec<_>>(), [("a", "")]);
    }

    #[test]
    fn values_are_resolved() {
        assert_eq!(Attributes::get(" CONTENT='A&amp;B&copy=1'", "content").as_deref(), Some("A&B&copy=1"));
    }
}
