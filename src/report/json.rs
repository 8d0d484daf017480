//! JSON that can stand in a `<script>` of a page, and in front of people: nothing in it is markup, ends the element, or hides.

use serde::Serialize;

use crate::explain::is_invisible;

/// `value` as JSON in which `<`, `>`, `&` and every character without ink, direction controls among them, are written `\uXXXX`.
pub fn safe(value: &impl Serialize) -> String {
    // what is told of a run are strings, numbers and lists: they always serialize
    let json = serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned());
    escape(json)
}

/// Outside of strings JSON has none of the characters that are escaped here, so it stays the same value.
fn escape(json: String) -> String {
    let hides = |c: char| matches!(c, '<' | '>' | '&') || (!c.is_ascii() && is_invisible(c)) || c == '\u{7F}';
    if !json.chars().any(hides) {
        return json;
    }
    let mut out = String::with_capacity(json.len() + json.len() / 8);
    let mut units = [0; 2];
    for c in json.chars() {
        if !hides(c) {
            out.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut units) {
            use std::fmt::Write;
            // writing to a string cannot fail
            let _ = write!(out, "\\u{unit:04x}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_markup_and_nothing_hides() {
        let text = "</script><!--<script>&amp; \u{202E}abc\u{2028}\u{200B}\u{0}\u{7F}\u{E000}\u{F0000} \"'\\ 中文😀";
        let json = safe(&text);
        assert!(!json.contains(['<', '>', '&', '\u{202E}', '\u{2028}', '\u{200B}', '\u{0}', '\u{7F}', '\u{E000}', '\u{F0000}']), "{json}");
        assert!(json.contains("中文😀"));
        assert_eq!(serde_json::from_str::<String>(&json).expect("it is JSON"), text);
    }

    #[test]
    fn plain_values_stay_as_they_are() {
        assert_eq!(safe(&(1, "a b", ["中"])), "[1,\"a b\",[\"中\"]]");
    }
}
