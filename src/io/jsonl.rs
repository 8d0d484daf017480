//! One JSON line: finds the text field, hands out its text, and puts a new text in its place. All other bytes of the line stay
//! as they are. Reading lines from files lives in `lines`.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

/// Why a line is no record; `at` is the byte offset in the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Byte offset in the line of what is wrong.
    pub at: usize,
    /// What is wrong and what would be right.
    pub why: String,
    /// The line is fine but for the text field, which it has not.
    pub fieldless: bool,
}

/// A line that holds a JSON object with a text field.
#[derive(Debug)]
pub struct Record<'l> {
    line: &'l str,
    /// Where the value of the text field stands, quotes included.
    literal: Range<usize>,
    /// The text, escapes resolved. Borrows the line when it has none.
    pub text: Cow<'l, str>,
    /// The `id` of the record, if it is a string without escapes or a number.
    pub id: Option<&'l str>,
    /// The `url` of the record, if it is a string without escapes.
    pub url: Option<&'l str>,
}

impl Broken {
    /// A line that is wrong at byte `at`.
    fn new(at: usize, why: String) -> Broken {
        Broken { at, why, fieldless: false }
    }
}

impl<'l> Record<'l> {
    /// Reads a line; its line end may be there or not.
    ///
    /// # Errors
    /// [`Broken`] when it is not UTF-8, not one JSON object, has no `field`, has it twice, or its value is no string or holds half
    /// of a surrogate pair.
    pub fn parse(line: &'l [u8], field: &str) -> Result<Record<'l>, Broken> {
        let line = simdutf8::compat::from_utf8(line).map_err(|e| {
            let at = e.valid_up_to();
            Broken::new(at, format!("byte 0x{:02X} is not UTF-8; JSON is UTF-8 (find the charset with `jingwen detect`)", line[at]))
        })?;
        let first = line.trim_ascii_start();
        if !first.starts_with('{') {
            let at = line.len() - first.len();
            return Err(Broken::new(at, format!("not a JSON object but {}; each line must be one object {{…}}", what(first))));
        }
        let json = line.trim_end_matches(['\r', '\n']);
        let end = json.len();
        let mut json = serde_json::Deserializer::from_str(json);
        let found = json.deserialize_map(Fields { field }).and_then(|f| json.end().map(|()| f)).map_err(|e| {
            // the line is one line, so the column is the offset plus one
            let at = if e.is_eof() { end } else { e.column().saturating_sub(1).min(end) };
            let message = e.to_string();
            let message = message.split(" at line ").next().unwrap_or_default();
            Broken::new(at, format!("not valid JSON: {message}"))
        })?;
        let literal = match found.text[..] {
            [] => {
                return Err(Broken {
                    at: 0,
                    why: format!("no field \"{field}\"; name the field that holds the text with --text-field; {}", there(line)),
                    fieldless: true,
                });
            }
            [one] => place(line, one.get()),
            [_, two, ..] => {
                return Err(Broken::new(place(line, two.get()).start, format!("field \"{field}\" stands twice; it must stand once")));
            }
        };
        let value = &line[literal.clone()];
        let Some(inner) = inner(value) else {
            return Err(Broken::new(literal.start, format!("field \"{field}\" is {}; it must be a string", what(value))));
        };
        let text = resolved(inner).map_err(|b| Broken { at: literal.start + 1 + b.at, ..b })?;
        Ok(Record { line, literal, text, id: found.id.and_then(plain), url: found.url.and_then(plain) })
    }

    /// Reads a line that was read before: `literal` is what [`Record::literal`] said of it then. Neither `id` nor `url` is looked for.
    ///
    /// # Errors
    /// [`Broken`] when it cannot be that line.
    pub fn again(line: &'l [u8], literal: Range<usize>) -> Result<Record<'l>, Broken> {
        let other = || Broken::new(literal.start, "another line than was read before".to_owned());
        let line = simdutf8::basic::from_utf8(line).map_err(|_| other())?;
        let text = resolved(line.get(literal.clone()).and_then(inner).ok_or_else(other)?)?;
        Ok(Record { line, literal, text, id: None, url: None })
    }

    /// Where the value of the text field stands in the line, quotes included.
    pub fn literal(&self) -> Range<usize> {
        self.literal.clone()
    }

    /// Appends the line with `text` in place of its own: byte for byte the same line when the text is the same. `add` is JSON
    /// members (`"key":value`) to put behind the last member of the object; empty for none.
    ///
    /// A literal that was pure ASCII with `\u` escapes is written in the same way.
    pub fn write(&self, text: &str, add: &str, out: &mut Vec<u8>) {
        let bytes = self.line.as_bytes();
        let mut at = 0;
        if *text != *self.text {
            out.extend_from_slice(&bytes[..self.literal.start]);
            let old = &self.line[self.literal.clone()];
            escape(text, old.is_ascii() && old.contains("\\u"), out);
            at = self.literal.end;
        }
        rest(bytes, at, add, out);
    }
}

/// Appends a line with an empty text in place of its own, which stands at `literal`, and with the members `add`, as [`Record::write`] does;
/// `None` when it has no such place. The old text is not looked at.
pub fn write_empty(line: &[u8], literal: Range<usize>, add: &str, out: &mut Vec<u8>) -> Option<()> {
    let before = line.get(..literal.start)?;
    line.get(literal.clone()).filter(|l| l.len() > 1)?;
    out.extend_from_slice(before);
    out.extend_from_slice(b"\"\"");
    rest(line, literal.end, add, out);
    Some(())
}

/// Appends what stands in a line from byte `at` on, with the members `add` behind its last one.
fn rest(line: &[u8], at: usize, add: &str, out: &mut Vec<u8>) {
    if add.is_empty() {
        out.extend_from_slice(&line[at..]);
        return;
    }
    // the last brace closes the object: after it only white space can stand
    let close = memchr::memrchr(b'}', line).filter(|close| *close >= at).unwrap_or(line.len());
    out.extend_from_slice(&line[at..close]);
    out.push(b',');
    out.extend_from_slice(add.as_bytes());
    out.extend_from_slice(&line[close..]);
}

/// What stands between the quotes of a string literal.
fn inner(literal: &str) -> Option<&str> {
    literal.strip_prefix('"')?.strip_suffix('"')
}

/// The content of a string literal, escapes resolved.
fn resolved(inner: &str) -> Result<Cow<'_, str>, Broken> {
    Ok(match memchr::memchr(b'\\', inner.as_bytes()) {
        None => Cow::Borrowed(inner),
        Some(from) => Cow::Owned(unescape(inner, from)?),
    })
}

/// The members of a line, byte for byte and in their order, but for the text field and, when they were taken out, `id` and `url`, as an
/// object of their own; `None` when there are none. The line has been parsed before.
pub fn extra(record: &Record<'_>, field: &str) -> Option<String> {
    let mut json = serde_json::Deserializer::from_str(record.line);
    let taken = |key: &str| key == field || key == "id" && record.id.is_some() || key == "url" && record.url.is_some();
    let members = json.deserialize_map(Members).ok()?;
    let mut out = String::new();
    for (key, value) in members.into_iter().filter(|(key, _)| !taken(&name(key))) {
        out.push(if out.is_empty() { '{' } else { ',' });
        out.push_str(key.get());
        out.push(':');
        out.push_str(value.get());
    }
    if out.is_empty() {
        return None;
    }
    out.push('}');
    Some(out)
}

/// All members of an object, unparsed.
struct Members;

impl<'l> Visitor<'l> for Members {
    type Value = Vec<(&'l RawValue, &'l RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'l>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(members)
    }
}

/// The members of an object that matter, unparsed.
#[derive(Default)]
struct Found<'l> {
    text: Vec<&'l RawValue>,
    id: Option<&'l RawValue>,
    url: Option<&'l RawValue>,
}

struct Fields<'f> {
    field: &'f str,
}

impl<'l> Visitor<'l> for Fields<'_> {
    type Value = Found<'l>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'l>>(self, mut map: A) -> Result<Found<'l>, A::Error> {
        let mut found = Found::default();
        // raw, so that half of a surrogate pair in a name we do not look at is no error
        while let Some(key) = map.next_key::<&RawValue>()? {
            let key = name(key);
            if key == self.field {
                found.text.push(map.next_value()?);
            } else if key == "id" {
                found.id = Some(map.next_value()?);
            } else if key == "url" {
                found.url = Some(map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}

/// The name in a literal; empty, which is nobody's name here, when it holds half of a surrogate pair.
fn name(literal: &RawValue) -> Cow<'_, str> {
    let literal = literal.get();
    let inner = literal.get(1..literal.len().saturating_sub(1)).unwrap_or_default();
    match memchr::memchr(b'\\', inner.as_bytes()) {
        None => inner.into(),
        Some(from) => unescape(inner, from).unwrap_or_default().into(),
    }
}

/// Names that a message lists, and the longest of them, in characters.
const NAMES: (usize, usize) = (12, 40);

/// The fields of a line, in words.
fn there(line: &str) -> String {
    let members = serde_json::Deserializer::from_str(line.trim_end()).deserialize_map(Members).unwrap_or_default();
    let named = |literal: &RawValue| name(literal).chars().take(NAMES.1).collect::<String>();
    let names: Vec<String> = members.iter().take(NAMES.0).map(|(key, _)| named(key)).collect();
    match members.len() {
        0 => "it has none".to_owned(),
        n if n > NAMES.0 => format!("the fields are: {} and {} more", names.join(", "), n - NAMES.0),
        _ => format!("the fields are: {}", names.join(", ")),
    }
}

/// Where `part`, a slice of `line`, stands in it.
fn place(line: &str, part: &str) -> Range<usize> {
    let start = part.as_ptr() as usize - line.as_ptr() as usize;
    start..start + part.len()
}

/// The content of a string without escapes, or the digits of a number.
fn plain(value: &RawValue) -> Option<&str> {
    let v = value.get();
    match v.as_bytes().first() {
        Some(b'"') if !v.contains('\\') => v.get(1..v.len() - 1),
        Some(b'0'..=b'9' | b'-') => Some(v),
        _ => None,
    }
}

/// A JSON value in words.
fn what(value: &str) -> &'static str {
    match value.as_bytes().first() {
        None => "an empty line",
        Some(b'{') => "an object",
        Some(b'[') => "an array",
        Some(b'"') => "a string",
        Some(b't' | b'f') => "true or false",
        Some(b'n') => "null",
        Some(b'0'..=b'9' | b'-') => "a number",
        Some(_) => "something else",
    }
}

/// Resolves the escapes of a string literal's content, the first of which stands at `from`.
fn unescape(inner: &str, mut from: usize) -> Result<String, Broken> {
    let bytes = inner.as_bytes();
    let mut out = String::with_capacity(inner.len());
    let mut done = 0;
    loop {
        out.push_str(&inner[done..from]);
        let short = || Broken::new(from, "an escape is cut off".to_owned());
        let mut used = 2;
        match bytes.get(from + 1).ok_or_else(short)? {
            b'n' => out.push('\n'),
            b't' => out.push('\t'),
            b'r' => out.push('\r'),
            b'b' => out.push('\u{8}'),
            b'f' => out.push('\u{c}'),
            b'u' => {
                let unit = |at: usize| {
                    let hex = inner.get(at + 2..at + 6)?;
                    (bytes.get(at..at + 2)? == b"\\u").then(|| u32::from_str_radix(hex, 16).ok())?
                };
                let high = unit(from).ok_or_else(short)?;
                let half = || {
                    let why = format!("\\u{high:04x} is half of a surrogate pair and no character; it must come as a pair \\ud8xx\\udcxx");
                    Broken::new(from, why)
                };
                used = 6;
                let code = match high {
                    0xD800..0xDC00 => {
                        let low = unit(from + 6).filter(|low| (0xDC00..0xE000).contains(low)).ok_or_else(half)?;
                        used = 12;
                        0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)
                    }
                    _ => high,
                };
                out.push(char::from_u32(code).ok_or_else(half)?);
            }
            &c @ (b'"' | b'\\' | b'/') => out.push(char::from(c)),
            _ => return Err(Broken::new(from, "unknown escape".to_owned())),
        }
        done = from + used;
        match memchr::memchr(b'\\', &bytes[done..]) {
            Some(next) => from = done + next,
            None => break,
        }
    }
    out.push_str(&inner[done..]);
    Ok(out)
}

/// Appends `text` as a JSON string literal; with `ascii` everything over U+007F as `\u` escapes.
pub fn escape(text: &str, ascii: bool, out: &mut Vec<u8>) {
    out.reserve(text.len() + 2);
    out.push(b'"');
    let mut done = 0;
    let bytes = text.as_bytes();
    for (at, &b) in bytes.iter().enumerate() {
        if !(b < 0x20 || b == b'"' || b == b'\\' || (ascii && b >= 0x7F)) || at < done {
            continue;
        }
        out.extend_from_slice(&bytes[done..at]);
        done = at + 1;
        match b {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0x80.. => {
                // `at` is a character's first byte: the others are below `done` when we come to them
                let c = text[at..].chars().next().unwrap_or('\u{FFFD}');
                done = at + c.len_utf8();
                for unit in c.encode_utf16(&mut [0; 2]) {
                    out.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
                }
            }
            _ => out.extend_from_slice(format!("\\u{b:04x}").as_bytes()),
        }
    }
    out.extend_from_slice(&bytes[done..]);
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(line: &str) -> Broken {
        Record::parse(line.as_bytes(), "text").unwrap_err()
    }

    #[test]
    fn a_line_is_read_again_without_looking_for_its_field() {
        let line = "{\"a\":\"}\",\"text\":\"河\\n\",\"b\":1} \n".as_bytes();
        let record = Record::parse(line, "text").unwrap();
        let again = Record::again(line, record.literal()).unwrap();
        assert_eq!((&*again.text, again.literal()), ("河\n", record.literal()));
        for text in ["", "x"] {
            let (mut first, mut second) = (Vec::new(), Vec::new());
            record.write(text, "\"j\":2", &mut first);
            again.write(text, "\"j\":2", &mut second);
            assert_eq!(first, second);
        }
        let (mut by_record, mut empty) = (Vec::new(), Vec::new());
        for add in ["", "\"j\":2"] {
            record.write("", add, &mut by_record);
            write_empty(line, record.literal(), add, &mut empty).unwrap();
        }
        assert_eq!(by_record, empty);
        for wrong in [3..4, 0..9, 17..90, 90..99] {
            assert!(Record::again(line, wrong).is_err());
        }
        assert!(write_empty(line, 70..90, "", &mut empty).is_none() && write_empty(line, 3..4, "", &mut empty).is_none());
    }

    #[test]
    fn what_no_field_holds_is_kept_as_it_stands() {
        let kept = |line: &str| extra(&Record::parse(line.as_bytes(), "text").unwrap(), "text");
        assert_eq!(kept(r#"{"id":"a","text":"b","url":"c"}"#), None);
        let line = r#" {"n" : 1.50, "id":"a\u0041","text":"b","tags":[ 1,{"text":2}],"\ud800":"\ud83d"}"#;
        assert_eq!(kept(line).unwrap(), r#"{"n":1.50,"id":"a\u0041","tags":[ 1,{"text":2}],"\ud800":"\ud83d"}"#);
    }

    #[test]
    fn an_unchanged_line_is_the_same_bytes() {
        let line = "{ \"a\" : 1.00e0, \"text\":\"\\u4e2d\\/x\", \"z\":\"\\ud83d\" } \r\n";
        let r = Record::parse(line.as_bytes(), "text").unwrap();
        assert_eq!(r.text, "中/x");
        let mut out = Vec::new();
        r.write("中/x", "", &mut out);
        assert_eq!(out, line.as_bytes());
    }

    #[test]
    fn only_the_text_literal_changes() {
        let r = Record::parse("{\"text\":\"旧\",\"n\":1e5}\n".as_bytes(), "text").unwrap();
        let mut out = Vec::new();
        r.write("新\"\n\u{1}", "\"k\":2", &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), "{\"text\":\"新\\\"\\n\\u0001\",\"n\":1e5,\"k\":2}\n");
    }

    #[test]
    fn a_line_in_ascii_stays_in_ascii() {
        let r = Record::parse(br#"{"text":"\u65e7 a"}"#, "text").unwrap();
        let mut out = Vec::new();
        r.write("新𠀀\u{7f}b", "", &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), r#"{"text":"\u65b0\ud840\udc00\u007fb"}"#);
    }

    #[test]
    fn names_may_be_escaped() {
        let r = Record::parse(br#"{"te\u0078t":"a","half \ud83d":1}"#, "text").unwrap();
        assert_eq!(r.text, "a");
    }

    #[test]
    fn id_and_url_are_read() {
        let r = Record::parse(br#"{"id":17,"url":"http://a.example/","text":""}"#, "text").unwrap();
        assert_eq!((r.id, r.url, &*r.text), (Some("17"), Some("http://a.example/"), ""));
    }

    #[test]
    fn pairs_of_surrogates_are_one_character() {
        assert_eq!(Record::parse(br#"{"text":"a\ud83d\ude00b"}"#, "text").unwrap().text, "a😀b");
    }

    #[test]
    fn broken_lines_say_where_and_why() {
        assert!(broken("[1]").why.contains("an array"));
        assert!(broken("{\"id\":1}").why.contains("no field \"text\""));
        assert!(broken("{\"id\":1,\"b\\u006fdy\":\"a\"}\n").why.ends_with("the fields are: id, body"));
        assert!(broken("{}").why.ends_with("it has none"));
        let many: Vec<String> = (0..20).map(|n| format!("\"f{n}\":1")).collect();
        assert!(broken(&format!("{{{}}}", many.join(","))).why.ends_with("f10, f11 and 8 more"));
        assert!(broken("{\"text\":null}").why.contains("is null"));
        assert!(broken("{\"text\":{}}").why.contains("is an object"));
        assert!(broken("{\"text\":\"a\",\"text\":\"b\"}").why.contains("twice"));
        assert_eq!(broken("{\"text\":\"a\\ud83d\"}").at, 10);
        assert!(broken("{\"text\":\"\\ude00\"}").why.contains("surrogate"));
        assert!(broken("{\"text\":\"a\"").why.contains("not valid JSON"));
        assert!(broken("{\"text\":\"a\"} x").why.contains("trailing"));
        assert!(broken("{\"text\":\"a\tb\"}").why.contains("control"));
        assert!(broken("{\"text\":\"a\",\"k\t\":1}").why.contains("control"));
        assert!(broken("{\"text\":\"a\",\"k\\u0000\t\":1}").why.contains("control"));
        assert_eq!(Record::parse(b"{\"text\":\"\xD6\xD0\"}", "text").unwrap_err().at, 9);
    }

    #[test]
    fn deep_nesting_in_other_fields_is_skipped() {
        let line = format!("{{\"deep\":{}{},\"text\":\"a\"}}", "[".repeat(60_000), "]".repeat(60_000));
        assert_eq!(Record::parse(line.as_bytes(), "text").unwrap().text, "a");
    }

    #[test]
    fn damaged_lines_are_refused_or_come_back() {
        let whole = "{\"id\":\"x\",\"text\":\"中文 \\u4e2d \\n\",\"k\":[{\"a\\t\":null}]}".as_bytes();
        let mut n = 1u32;
        let mut next = |below: usize| {
            n = n.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (n >> 8) as usize % below
        };
        let mut taken = 0;
        for _ in 0..5000 {
            let mut line = whole.to_vec();
            for _ in 0..=next(2) {
                let at = next(line.len());
                match next(3) {
                    0 => line[at] = next(256) as u8,
                    1 => line.insert(at, b"\"\\{}[]:,u\x00\xFF"[next(11)]),
                    _ => drop(line.remove(at)),
                }
            }
            if let Ok(r) = Record::parse(&line, "text") {
                taken += 1;
                assert!(serde_json::from_slice::<IgnoredAny>(&line).is_ok(), "{}", line.escape_ascii());
                let mut out = Vec::new();
                r.write(&r.text.clone(), "", &mut out);
                assert_eq!(out, line);
            }
        }
        assert!((100..4900).contains(&taken), "{taken} of 5000 damaged lines are still records");
    }
}
