//! JSON that is written once a record, straight behind what is there: strings and whole numbers with the bytes serde_json writes.
//! Reading JSON, and the lines of dumps, live in `io`.
//!
//! All of it appends to `out` and leaves what stands there, cannot fail, and allocates nothing but room in `out`; [`value`] goes through a
//! string of its own.

/// Bytes that are looked at together.
const CHUNK: usize = 32;

/// Appends `text` as a string.
pub fn string(text: &str, out: &mut String) {
    let stays = |b: &u8| (*b >= 0x20) & (*b != b'"') & (*b != b'\\');
    // without a way out in each chunk, so that many bytes are compared at once
    if text.as_bytes().chunks(CHUNK).all(|chunk| chunk.iter().fold(true, |all, b| all & stays(b))) {
        out.reserve(text.len() + 2);
        out.push('"');
        out.push_str(text);
        out.push('"');
    } else {
        escaped(text, out);
    }
}

/// Appends `text` as a string, some bytes of which cannot stand in one.
fn escaped(text: &str, out: &mut String) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    out.reserve(text.len() + text.len() / 8 + 2);
    out.push('"');
    let mut from = 0;
    for (at, b) in text.bytes().enumerate() {
        let short = match b {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0x08 => "\\b",
            0x0C => "\\f",
            0..0x20 => "\\u00",
            _ => continue,
        };
        out.push_str(&text[from..at]);
        out.push_str(short);
        if short.len() > 2 {
            out.push(char::from(HEX[usize::from(b >> 4)]));
            out.push(char::from(HEX[usize::from(b & 15)]));
        }
        from = at + 1;
    }
    out.push_str(&text[from..]);
    out.push('"');
}

/// Appends a string, or `null`.
pub fn option(text: Option<&str>, out: &mut String) {
    match text {
        Some(text) => string(text, out),
        None => out.push_str("null"),
    }
}

/// Appends a list of strings.
pub fn list(texts: &[String], out: &mut String) {
    out.push('[');
    for (i, text) in texts.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        string(text, out);
    }
    out.push(']');
}

/// Appends a whole number.
pub fn number(n: u64, out: &mut String) {
    out.push_str(itoa::Buffer::new().format(n));
}

/// Appends anything else; what JSON cannot say becomes `null`.
pub fn value(value: &impl serde::Serialize, out: &mut String) {
    match serde_json::to_string(value) {
        Ok(json) => out.push_str(&json),
        Err(_) => out.push_str("null"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut String)) -> String {
        let mut out = "x".to_owned();
        write(&mut out);
        out.split_off(1)
    }

    #[test]
    fn strings_are_those_of_serde_json() {
        // each character that is escaped, and its neighbours, at every place of a chunk
        for c in ["\0", "\u{8}", "\t", "\n", "\u{c}", "\r", "\u{1f}", " ", "!", "\"", "#", "[", "\\", "]", "\u{7f}", "路", "\u{2028}"] {
            for at in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1] {
                let text = format!("{}{c}{}", "a".repeat(at), "b".repeat(CHUNK));
                assert_eq!(written(|out| string(&text, out)), serde_json::to_string(&text).unwrap());
            }
        }
        assert_eq!(written(|out| string("", out)), "\"\"");
        assert_eq!(written(|out| option(None, out)), "null");
        assert_eq!(written(|out| list(&["a".to_owned(), "\"".to_owned()], out)), r#"["a","\""]"#);
        assert_eq!(written(|out| list(&[], out)), "[]");
    }

    #[test]
    fn numbers_are_whole() {
        for n in [0, 9, 10, 99, 100, u64::MAX] {
            assert_eq!(written(|out| number(n, out)), n.to_string());
        }
        assert_eq!(written(|out| value(&0.5, out)), "0.5");
        // keys of maps must be strings
        assert_eq!(written(|out| value(&std::collections::BTreeMap::from([((1, 2), 3)]), out)), "null");
    }
}
