//! Front matter: where it stands and what fields it holds. What a field means is decided in `metadata`.

use saphyr_parser::{Event, Parser};

use crate::tree::Field;

/// Longest front matter that is looked at, in bytes. Real ones hold a few hundred; the bound keeps a text with a stray `---`
/// from being searched to its end.
const LONGEST: usize = 64 << 10;

/// Most fields taken from one front matter.
const MOST_FIELDS: usize = 1000;

/// A front matter block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FrontMatter<'t> {
    /// The lines between the fences.
    pub(super) inner: &'t str,
    /// First byte after the closing fence line.
    pub(super) end: usize,
}

/// Finds the front matter of `text`: a `---` line with nothing but blanks before it, at least one `key:` line, and a closing
/// `---` or `...`. Every line between must look like YAML, so that a text between two rules stays a text.
pub(super) fn find(text: &str) -> Option<FrontMatter<'_>> {
    let body = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let start = text.len() - body.len();
    let after = body.strip_prefix("---")?;
    let open = after.find('\n')?;
    if !after[..open].trim().is_empty() {
        return None;
    }
    let from = start + 3 + open + 1;
    let mut at = from;
    let mut keys = 0usize;
    let mut block = false;
    for line in text[from..].split_inclusive('\n') {
        let bare = line.trim_end();
        if bare == "---" || bare == "..." {
            return (keys > 0).then(|| FrontMatter { inner: &text[from..at], end: at + line.len() });
        }
        let indented = bare.starts_with([' ', '\t']);
        match key_of(bare) {
            Some((_, value)) => {
                keys += 1;
                block = value.is_empty() || value.starts_with(['|', '>', '\'', '"', '[', '{']);
            }
            None if bare.is_empty() || bare.starts_with(['#', '-']) || indented || (block && bare.starts_with([']', '}'])) => {}
            None => return None,
        }
        at += line.len();
        if at - from > LONGEST {
            return None;
        }
    }
    None
}

/// The key and the value of a `key: value` line that is not indented.
fn key_of(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':')?;
    let key = key.trim_matches(['"', '\'']);
    let fine = !key.is_empty() && key.len() <= 60 && !key.starts_with(['-', '#', ' ']) && !key.contains(['/', '。', '，']);
    (fine && (value.is_empty() || value.starts_with([' ', '\t']))).then(|| (key, value.trim()))
}

/// The fields of a front matter, keys in lower case with `front:` before them; a list is one field an entry, inner mappings
/// are `front:outer.inner`. What YAML cannot read is read line by line, so a stray quote costs one field, not all.
pub(super) fn fields(inner: &str) -> Vec<Field> {
    yaml(inner).unwrap_or_else(|| lines(inner))
}

/// What encloses the next event.
enum Level {
    /// A mapping, and the key that waits for its value.
    Mapping(Option<String>),
    /// A sequence, whose entries belong to the key outside.
    Sequence,
}

/// Reads events, not a tree: no alias is expanded, no recursion.
fn yaml(inner: &str) -> Option<Vec<Field>> {
    let mut out = Vec::new();
    let mut levels: Vec<Level> = Vec::new();
    for event in Parser::new_from_str(inner) {
        match event.ok()?.0 {
            Event::MappingStart(..) => levels.push(Level::Mapping(None)),
            Event::SequenceStart(..) => levels.push(Level::Sequence),
            Event::MappingEnd | Event::SequenceEnd => {
                levels.pop();
                value_read(&mut levels);
            }
            Event::Alias(_) => value_read(&mut levels),
            Event::Scalar(value, ..) => match levels.last_mut() {
                Some(Level::Mapping(key @ None)) => *key = Some(value.trim().to_lowercase()),
                Some(_) => {
                    push(&mut out, &path(&levels), &value);
                    value_read(&mut levels);
                }
                None => return None,
            },
            _ => {}
        }
        if out.len() >= MOST_FIELDS || levels.len() > 20 {
            break;
        }
    }
    (!out.is_empty()).then_some(out)
}

/// The value of the innermost mapping's key has been read.
fn value_read(levels: &mut [Level]) {
    if let Some(Level::Mapping(key)) = levels.last_mut() {
        *key = None;
    }
}

/// The keys that lead to the next value.
fn path(levels: &[Level]) -> String {
    let mut path = String::new();
    for level in levels {
        if let Level::Mapping(Some(key)) = level {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(key);
        }
    }
    path
}

/// The fallback: `key: value` and `- entry` lines, quotes at both ends removed.
fn lines(inner: &str) -> Vec<Field> {
    let mut out = Vec::new();
    let mut key = String::new();
    for line in inner.lines().take(MOST_FIELDS) {
        if let Some((k, value)) = key_of(line) {
            key = k.trim().to_lowercase();
            push(&mut out, &key, unquote(value));
        } else if let Some(entry) = line.trim().strip_prefix("- ") {
            push(&mut out, &key, unquote(entry.trim()));
        }
    }
    out
}

/// The text between quotes that stand at both ends, or after one that is never closed.
fn unquote(value: &str) -> &str {
    let quoted = ['\'', '"'].iter().find_map(|q| value.strip_prefix(*q)?.strip_suffix(*q));
    // A quote that is never closed is the slip that made YAML give up.
    quoted.unwrap_or_else(|| value.strip_prefix(['\'', '"']).filter(|v| !v.contains(['\'', '"'])).unwrap_or(value))
}

/// Adds a field unless its value says nothing.
fn push(out: &mut Vec<Field>, key: &str, value: &str) {
    let value = value.trim();
    if !value.is_empty() && value != "~" && value != "null" {
        out.push(Field { key: format!("front:{key}").into(), value: value.into() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, String)> {
        let front = find(text).expect("front matter");
        fields(front.inner).into_iter().map(|f| (f.key.into(), f.value.into())).collect()
    }

    #[test]
    fn front_matter_may_follow_blank_lines() {
        let text = "\n\n---\ntitle: '雨：后'\ntags:\n - 山\n - 水\nmeta:\n  Lang: zh\n---\n正文";
        let all = read(text);
        assert_eq!(all[0], ("front:title".into(), "雨：后".into()));
        assert_eq!(all[1], ("front:tags".into(), "山".into()));
        assert_eq!(all[2], ("front:tags".into(), "水".into()));
        assert_eq!(all[3], ("front:meta.lang".into(), "zh".into()));
        assert_eq!(&text[find(text).unwrap().end..], "正文");
    }

    #[test]
    fn broken_yaml_is_read_by_lines() {
        let all = read("---\ntitle: \"一 \"二\" 三\"\nversion: 1.10\n---\n");
        assert_eq!(all[0], ("front:title".into(), "一 \"二\" 三".into()));
        assert_eq!(all[1], ("front:version".into(), "1.10".into()));
    }

    #[test]
    fn text_between_rules_is_no_front_matter() {
        assert_eq!(find("---\n第一节到此为止。\n---\n第二节"), None);
        assert_eq!(find("---\n\n---\n正文"), None);
        assert_eq!(find("开头\n---\ntitle: a\n---\n"), None);
        assert_eq!(find("---\ntitle: 没有结尾\n"), None);
    }
}
