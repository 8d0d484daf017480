//! Marks inside one line of Markdown: links to their text, pictures out, emphasis off. Blocks are read in `mod`.

use std::ops::Range;

/// A stretch of a line to leave out or to write otherwise, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cut {
    /// Byte range in the line.
    pub(super) at: Range<usize>,
    /// True for a picture, false for markup around text that stays.
    pub(super) picture: bool,
    /// The character that a reference stands for.
    pub(super) now: Option<char>,
}

impl Cut {
    fn out(at: Range<usize>, picture: bool) -> Cut {
        Cut { at, picture, now: None }
    }
}

/// What of `line` is markup, ascending and disjoint, and how many bytes of its text stand inside links.
///
/// Only `**`, `__`, `[text](address)`, `![alt](address)` and `<address>` count: a single `*` or `_` is more often a sign of
/// multiplication or part of a name than emphasis. Between backticks and behind a backslash nothing is markup. References count where
/// their character cannot be taken for markup: `&nbsp;`, `&eacute;`, `&quot;`, an `&amp;` before a blank.
pub(super) fn cuts(line: &str) -> (Vec<Cut>, usize) {
    let bytes = line.as_bytes();
    let mut out: Vec<Cut> = Vec::new();
    let mut linked = 0;
    let mut strong: Option<(usize, u8)> = None;
    let mut at = 0;
    // lengths of runs of backticks that no other closes
    let mut open_runs = 0u64;
    while let Some(step) = bytes.get(at..).and_then(|b| b.iter().position(|b| matches!(b, b'[' | b'*' | b'_' | b'`' | b'\\' | b'&'))) {
        let i = at + step;
        at = i + 1;
        match bytes[i] {
            b'\\' => at += usize::from(bytes.get(at).is_some_and(u8::is_ascii_punctuation)),
            b'`' => at = code(bytes, i, &mut open_runs),
            b'&' => {
                if let Some((len, c)) = reference(&bytes[i..]) {
                    at = i + len;
                    out.push(Cut { at: i..at, picture: false, now: Some(c) });
                }
            }
            b'[' => {
                let picture = i > 0 && bytes[i - 1] == b'!';
                let Some((close, end)) = link(bytes, i) else { continue };
                if picture {
                    out.push(Cut::out(i - 1..end, true));
                    at = end;
                } else {
                    out.push(Cut::out(i..i + 1, false));
                    // A picture that is itself a link: `[![alt](a)](b)`.
                    if bytes[i + 1..].starts_with(b"![")
                        && let Some((_, inner)) = link(bytes, i + 2)
                        && inner <= close
                    {
                        out.push(Cut::out(i + 1..inner, true));
                        linked += close - inner;
                    } else {
                        linked += close - i - 1;
                    }
                    out.push(Cut::out(close..end, false));
                    at = end;
                }
            }
            mark => {
                if bytes.get(i + 1) != Some(&mark) {
                    continue;
                }
                at = i + 2;
                if bytes.get(i + 2) == Some(&mark) {
                    // Three and more are a rule or a blank to fill in.
                    while bytes.get(at) == Some(&mark) {
                        at += 1;
                    }
                    continue;
                }
                match strong {
                    Some((open, m)) if m == mark && !bytes[i - 1].is_ascii_whitespace() => {
                        out.push(Cut::out(open..open + 2, false));
                        out.push(Cut::out(i..i + 2, false));
                        strong = None;
                    }
                    _ if bytes.get(at).is_some_and(|b| !b.is_ascii_whitespace()) => strong = Some((i, mark)),
                    _ => {}
                }
            }
        }
    }
    out.sort_by_key(|c| c.at.start);
    out.dedup_by(|next, kept| next.at.start < kept.at.end);
    (out, linked)
}

/// The references of a line that are no code.
pub(super) fn references(line: &str) -> impl Iterator<Item = (Range<usize>, char)> {
    let some = memchr::memchr(b'&', line.as_bytes()).map(|_| cuts(line).0);
    some.into_iter().flatten().filter_map(|cut| Some((cut.at, cut.now?)))
}

/// The reference that `bytes` begins with, when its character is no markup: bytes and character.
fn reference(bytes: &[u8]) -> Option<(usize, char)> {
    let (len, c) = crate::html::reference(bytes)?;
    let plain = match c {
        '&' => bytes.get(len).is_none_or(u8::is_ascii_whitespace),
        '"' | '\'' => true,
        c => !c.is_ascii() && !c.is_control(),
    };
    plain.then_some((len, c))
}

/// Where a code span ends that begins at `open`, or its backticks when nothing closes them. A length that was not closed once is not looked for
/// again.
fn code(bytes: &[u8], open: usize, open_runs: &mut u64) -> usize {
    let run = |at: usize| bytes[at..].iter().take_while(|b| **b == b'`').count();
    let length = run(open);
    let start = open + length;
    if length >= 64 || *open_runs >> length & 1 == 1 {
        return start;
    }
    let mut at = start;
    while let Some(step) = memchr::memchr(b'`', &bytes[at..]) {
        let other = run(at + step);
        at += step + other;
        if other == length {
            return at;
        }
    }
    *open_runs |= 1 << length;
    start
}

/// The closing `]` of the `[` at `open` and the end of the `(address)` right after it. No nesting but one picture; at most
/// 2,000 bytes each, so a line of open brackets costs no more than its length.
fn link(bytes: &[u8], open: usize) -> Option<(usize, usize)> {
    const REACH: usize = 2000;
    let text = &bytes[open + 1..bytes.len().min(open + REACH)];
    let mut close = open + 1 + memchr::memchr(b']', text)?;
    if bytes.get(close + 1) == Some(&b'(') && bytes[open + 1..close].starts_with(b"![") {
        let after = &bytes[close + 1..bytes.len().min(close + REACH)];
        let inner = close + 1 + memchr::memchr(b')', after)? + 1;
        if bytes.get(inner) == Some(&b']') {
            close = inner;
        }
    }
    if bytes[open + 1..close].contains(&b'[') && !bytes[open + 1..close].starts_with(b"![") {
        return None;
    }
    if bytes.get(close + 1) != Some(&b'(') {
        return None;
    }
    let address = &bytes[close + 2..bytes.len().min(close + REACH)];
    let mut end = close + 2 + memchr::memchr(b')', address)?;
    // One pair of brackets inside an address.
    if bytes[close + 2..end].contains(&b'(') && bytes.get(end + 1).is_some_and(|b| *b == b')') {
        end += 1;
    }
    Some((close, end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(line: &str) -> (String, usize) {
        let (cuts, linked) = cuts(line);
        let mut out = String::new();
        let mut at = 0;
        for c in cuts {
            out.push_str(&line[at..c.at.start]);
            out.extend(c.now);
            at = c.at.end;
        }
        out.push_str(&line[at..]);
        (out, linked)
    }

    #[test]
    fn links_keep_their_text() {
        assert_eq!(plain("见[目录](a.html)第三页"), ("见目录第三页".into(), 6));
        assert_eq!(plain("[a](b(c)) d"), ("a d".into(), 1));
        assert_eq!(plain("第[1]条"), ("第[1]条".into(), 0));
    }

    #[test]
    fn pictures_go_with_their_words() {
        assert_eq!(plain("前![图一](x.png)后"), ("前后".into(), 0));
        assert_eq!(plain("[![图](x.png)](y.html)"), (String::new(), 0));
    }

    #[test]
    fn emphasis_goes_but_not_arithmetic() {
        assert_eq!(plain("**要点**：先做"), ("要点：先做".into(), 0));
        assert_eq!(plain("2**3 和 5 * 6"), ("2**3 和 5 * 6".into(), 0));
        assert_eq!(plain("姓名____ 班级____"), ("姓名____ 班级____".into(), 0));
    }

    #[test]
    fn code_and_escapes_are_no_markup() {
        for line in ["`__mill__` 和 `[甲](b)`", "``a ` **b**``", r"\[a](b) \*\*c\*\*", "``` **a*"] {
            assert_eq!(plain(line), (line.into(), 0));
        }
        assert_eq!(plain("` **a** ``").0, "` a ``");
    }

    #[test]
    fn references_that_are_no_markup() {
        assert_eq!(plain("d&eacute;j&agrave;&nbsp;! &amp; &quot;so&quot; &#8217;").0, "déjà\u{a0}! & \"so\" ’");
        for line in ["`&eacute;`", r"\&eacute;", "&amp;lt; &lt;b&gt; &#42; AT&T &copy 2", "[a](b?c&copy;d)"] {
            assert_eq!(cuts(line).0.iter().find_map(|c| c.now), None, "{line}");
        }
    }

    #[test]
    fn open_brackets_are_linear() {
        for sign in ["[", "`` ` ", "\\", "` ``", "&"] {
            assert_eq!(cuts(&sign.repeat(100_000)).0, vec![]);
        }
    }
}
