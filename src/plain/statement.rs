//! What one line of plain text is by its signs: a statement of a program or of a file of settings, a drawing, a comment, prose. No words of
//! any language are known here; stretches of lines are judged in `listing`, which says where the numbers are from.

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// It stands in programs, files of settings and drawings, and hardly anywhere else.
    Statement,
    /// A name and a colon, or an item, as files of settings have them: a statement where it is indented.
    Setting,
    /// It begins as comments do.
    Comment,
    /// A sentence, or a piece of one.
    Prose,
    /// Nothing is said: short words, a rule, a number, a name.
    Silent,
}

/// One sign of programs in so many bytes, of a line that has two, makes a statement.
const DENSE: usize = 12;
/// Words of a line that has no sign and is prose, and ideographs or other letters beyond ASCII that are.
const WORDS: usize = 5;
const LETTERS: usize = 8;
/// Words on the left of an assignment, at most: `pub const NAME: T =`.
const LEFT: usize = 5;
/// Words before the name of a function, at most.
const TYPES: usize = 3;

/// Reads a line without the blanks around it.
pub(super) fn class(s: &str) -> Class {
    let bytes = s.as_bytes();
    if s.starts_with("//") || s.starts_with("/*") || s.starts_with("*/") || s.starts_with("#!") || s.ends_with("*/") {
        return Class::Comment;
    }
    if is_drawing(s) || has_sign(bytes) && is_statement(s) {
        return Class::Statement;
    }
    if s.starts_with(['#', '%']) || s == "*" || ["* ", "-- ", "; ", "\"\"\"", "'''", "<!--"].iter().any(|w| s.starts_with(w)) {
        return Class::Comment;
    }
    if is_setting(s) {
        return Class::Setting;
    }
    let words = s.split_ascii_whitespace().take(WORDS).count();
    let letters = if s.is_ascii() { 0 } else { s.chars().filter(|c| !c.is_ascii() && c.is_alphabetic()).take(LETTERS).count() };
    if words >= WORDS || letters >= LETTERS { Class::Prose } else { Class::Silent }
}

/// True when the bytes hold a sign without which no line is a statement.
pub(super) fn has_sign(bytes: &[u8]) -> bool {
    bytes.iter().fold(0u8, |any, b| any | u8::from(is_sign(*b))) != 0
}

/// Signs of programs: brackets, and what names, assignments and statements are made with. Not `|`, `*` and `[`, with which people write lists.
fn is_sign(b: u8) -> bool {
    matches!(b, b'{' | b'}' | b'(' | b')' | b']' | b'=' | b';' | b'<' | b'>' | b'_' | b'$' | b'\\' | b'"')
}

fn is_statement(s: &str) -> bool {
    let bytes = s.as_bytes();
    let (first, last) = (bytes[0], bytes[bytes.len() - 1]);
    // quoted mail, rules, rows, addresses
    if first == b'>' || first == b'|' || bytes.iter().all(|b| !b.is_ascii_alphanumeric()) && !s.contains(['{', '}', '(', ')', ']']) {
        return prompt(s);
    }
    if bytes.iter().all(|b| matches!(b, b'{' | b'}' | b'(' | b')' | b'[' | b']' | b';' | b',' | b' ')) {
        return !s.contains(' ') || s.contains(['{', '}', ';']);
    }
    let signs = signs(bytes);
    let words = s.split_ascii_whitespace().take(40).count();
    // a sentence with a sign in it
    if signs < 3 && !s.is_ascii() && !matches!(last, b'{' | b'}' | b';' | b')' | b'"' | b',') {
        return false;
    }
    let tag = first == b'<'
        && last == b'>'
        && bytes.get(1).is_some_and(|b| b.is_ascii_alphabetic() || matches!(b, b'/' | b'!' | b'?'))
        && !s.contains('@');
    let member = first == b'"' && s[1..].split_once('"').is_some_and(|(name, rest)| name.len() < 60 && rest.trim_start().starts_with(':'));
    tag || member
        || prompt(s)
        || last == b'{' && first != b'{'
        || last == b'(' && s.is_ascii() && words <= WORDS
        || s.ends_with(");") && first != b'('
        || first == b'}'
        || last == b';' && (signs >= 2 || words <= 3 && s.is_ascii() && s.len() >= 4 && first != b'(')
        || is_assignment(s)
        || is_call(s)
        || signs >= 2 && signs * DENSE > bytes.len() && words <= 14 && !s.contains("://") && !is_address(s)
}

/// Number of signs that prose has hardly ever: parentheses behind a name, names of parts joined by `_`, `.` or `::`, arrows, assignments.
fn signs(bytes: &[u8]) -> usize {
    let name = |i: Option<usize>| i.and_then(|i| bytes.get(i)).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
    let lower = |i: Option<usize>| i.and_then(|i| bytes.get(i)).is_some_and(u8::is_ascii_lowercase);
    (0..bytes.len())
        .filter(|&i| match bytes[i] {
            b'{' | b'}' | b'\\' => true,
            b'=' => !name(i.checked_sub(1)) || name(Some(i + 1)),
            b'<' | b'>' | b'$' | b'&' => !name(i.checked_sub(1)) || name(Some(i + 1)),
            b';' => i + 1 == bytes.len(),
            // a section of a manual, `open(2)`, and a plural, `word(s)`, are none
            b'(' | b'[' => name(i.checked_sub(1)) && !is_remark(&bytes[i + 1..]),
            b'"' => bytes.get(i + 1) == Some(&b'$'),
            b'_' => name(i.checked_sub(1)) && name(Some(i + 1)) && bytes[i - 1] != b'_',
            b'.' => lower(i.checked_sub(1)) && lower(Some(i + 1)),
            b':' => bytes.get(i + 1) == Some(&b':') && name(i.checked_sub(1)),
            b'-' => bytes.get(i + 1) == Some(&b'>'),
            _ => false,
        })
        .count()
}

/// What stands in the parentheses of `open(2)`, `word(s)`, `note[12]`: at most two characters.
fn is_remark(inner: &[u8]) -> bool {
    matches!(inner, [_, b')' | b']', ..] | [b'0'..=b'9', _, b')' | b']', ..])
}

/// `name = value`, `name.part: Type := value`, `key=value`; not `a == b` in prose, a rule or an address.
fn is_assignment(s: &str) -> bool {
    let Some(at) = s.find('=') else { return false };
    let left = s[..at].trim_end_matches([':', '+', '-', '*', '/', '|', '&', '!', '<', '>', '%', '.', '?', ' ', '\t']);
    let ends = left.ends_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ']' | ')' | '"' | '\'' | '>' | '}'));
    let begins =
        left.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '$' | '@' | '"' | '\'' | '%' | '*' | '[' | '-' | '('));
    let words = left.split_ascii_whitespace().count();
    left.is_ascii() && ends && begins && words <= LEFT && !left.contains("://") && !s[at..].starts_with("==")
}

/// A line that begins with a name and parentheses, or with a type or two before the name, and ends as calls and heads of functions do.
fn is_call(s: &str) -> bool {
    let head = s.find('(').map_or("", |at| &s[..at]);
    let (types, s) = match head.rsplit_once([' ', '*']) {
        Some((types, name)) if head.is_ascii() && !name.is_empty() => (types, &s[types.len() + 1..]),
        _ => ("", s),
    };
    if types.split_ascii_whitespace().count() > TYPES || types.contains([',', '.', ';']) {
        return false;
    }
    let name = s.bytes().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b':' | b'$' | b'!' | b'>' | b'@')).count();
    name >= 2
        && s.as_bytes().get(name) == Some(&b'(')
        && !is_remark(&s.as_bytes()[name + 1..])
        && s.ends_with([')', ';', '(', ',', ':', '{', '\\', ']'])
        && s[..name].starts_with(|c: char| !c.is_ascii_digit())
        && (name > 2 || s.ends_with(");") || s.ends_with("):"))
}

/// What somebody typed behind the prompt of a shell or of an interpreter.
fn prompt(s: &str) -> bool {
    s.starts_with(">>> ") || s.strip_prefix("$ ").is_some_and(|r| r.starts_with(|c: char| c.is_ascii_lowercase() || matches!(c, '.' | '/')))
}

/// A name and an address of mail or the web.
fn is_address(s: &str) -> bool {
    s.contains('@') && !s.contains(['(', '{', ';', '='])
}

/// `key:`, `key: value`, `- key: value`, `- item` of few words.
pub(super) fn is_setting(s: &str) -> bool {
    let (item, rest) = s.strip_prefix("- ").map_or((false, s), |rest| (true, rest));
    let name = rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.')).count();
    let key = rest.starts_with(|c: char| c.is_ascii_lowercase())
        && rest.as_bytes().get(name) == Some(&b':')
        && rest.as_bytes().get(name + 1).is_none_or(|b| *b == b' ');
    key || item && s.split_ascii_whitespace().count() <= 2
}

/// Frames, blocks and lines of shapes, or of the signs people draw with: at least two kinds of them and hardly a letter.
fn is_drawing(s: &str) -> bool {
    let frame = |c: char| matches!(c, '\u{2500}'..='\u{259f}');
    if !s.is_ascii() {
        let frames = s.chars().filter(|c| frame(*c)).count();
        // a rule is one sign again and again
        return frames >= 2 && s.chars().any(|c| frame(c) && !matches!(c, '─' | '━' | '═' | '▀' | '▄' | '█' | '■'));
    }
    let drawn = |b: u8| {
        matches!(b, b'|' | b'/' | b'\\' | b'_' | b'+' | b'^' | b'<' | b'>' | b'(' | b')' | b'-' | b'=' | b'o' | b'.' | b'\'' | b'`')
    };
    let lines = |b: u8| matches!(b, b'/' | b'\\' | b'_' | b'|' | b'^');
    s.bytes().all(|b| drawn(b) || b == b' ') && s.bytes().any(lines) && s.bytes().any(|b| drawn(b) && b != s.as_bytes()[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_of_many_kinds() {
        for s in [
            "}",
            "});",
            "int main(int argc, char **argv)",
            "if (a[0] == '-')",
            "x = 1",
            "self.corns += corns",
            "pub const ROAD: usize = 3;",
            "print(mill.grind(3))",
            "\"name\": \"mill\",",
            "<div class=\"a\">",
            "key=value",
            "$ ls -l",
            ">>> 1 + 1",
            "return x;",
            "def grind(self, corns):",
            "fn main() {",
            "let a = b.c(d)?;",
            "│ 甲 │ 乙 │",
            "/______\\",
            "├── src/",
            "echo \"$f\"",
        ] {
            assert_eq!(class(s), Class::Statement, "{s}");
        }
    }

    #[test]
    fn what_is_none() {
        for s in [
            "The road (which was wet) led to the river; nobody went there.",
            "see open(2), close(2)",
            "> quoted mail = yes",
            "Anna Miller <anna@example.org>",
            "http://example.org/?a=b",
            "我(wǒ)家(jiā)有(yǒu)四(sì)口(kǒu)人(rén)。",
            "Name: ______________________   Date: ____________",
            "----------",
            "══════════",
            "| Bread | 2.50 |",
            "\"I know,\" he said.",
            "[1] Weaver, P., \"Bridges\", RFC 99998",
            "- - -",
            "( ) Rivers flow uphill.",
            "the mill, and the water;",
            "首页 | 新闻 | 论坛",
            "(c) 2024 Example Inc.",
        ] {
            assert_ne!(class(s), Class::Statement, "{s}");
        }
    }
}
