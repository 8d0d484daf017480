//! Reader of the tab-separated tables in `src/data`, and their escapes. What the columns mean is said by who reads them.

use crate::error::Error;

/// One line of a table.
#[derive(Debug, PartialEq, Eq)]
pub struct Row<'t> {
    /// Line number in the file, from 1.
    pub line: u32,
    /// Exactly as many cells as were asked for. Borrowed, escapes not resolved.
    pub cells: Vec<&'t str>,
}

/// The lines of a table: cells between tabs, blanks around a cell ignored; empty lines and lines that begin with `#` skipped.
///
/// # Errors
/// [`Error::Rule`] for a line with another number of cells than `columns`.
pub fn rows<'t>(path: &'t str, content: &'t str, columns: usize) -> impl Iterator<Item = Result<Row<'t>, Error>> {
    content.lines().zip(1u32..).filter(|(l, _)| !l.trim().is_empty() && !l.starts_with('#')).map(move |(l, line)| {
        let cells: Vec<&str> = l.split('\t').map(|c| c.trim_matches(' ')).collect();
        if cells.len() == columns {
            Ok(Row { line, cells })
        } else {
            Err(Error::Rule { path: path.to_owned(), line, why: format!("{} cells between tabs, {columns} are needed", cells.len()) })
        }
    })
}

/// Resolves the escapes of a cell to bytes: `\n`, `\t`, `\\`, `\xHH` (one byte), `\u{HEX}` (one character), `\s` (a blank).
///
/// # Errors
/// The reason, for an unknown or unfinished escape.
pub fn unescape(cell: &str) -> Result<Vec<u8>, String> {
    let mut out = Vec::with_capacity(cell.len());
    let mut rest = cell;
    while let Some(at) = rest.find('\\') {
        out.extend_from_slice(&rest.as_bytes()[..at]);
        let esc = &rest[at + 1..];
        let used = match esc.as_bytes().first() {
            Some(b'n') => (out.push(b'\n'), 1).1,
            Some(b't') => (out.push(b'\t'), 1).1,
            Some(b's') => (out.push(b' '), 1).1,
            Some(b'\\') => (out.push(b'\\'), 1).1,
            Some(b'x') => {
                let hex = esc.get(1..3).ok_or("`\\x` needs two hexadecimal digits")?;
                out.push(u8::from_str_radix(hex, 16).map_err(|_| format!("`\\x{hex}` is not hexadecimal"))?);
                3
            }
            Some(b'u') => {
                let hex = esc.strip_prefix("u{").and_then(|e| e.split_once('}')).ok_or("`\\u` needs {HEX}")?.0;
                let c =
                    u32::from_str_radix(hex, 16).ok().and_then(char::from_u32).ok_or_else(|| format!("`\\u{{{hex}}}` is no character"))?;
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                hex.len() + 3
            }
            _ => return Err(format!("unknown escape in `{cell}`; known: \\n \\t \\s \\\\ \\xHH \\u{{HEX}}")),
        };
        rest = &esc[used..];
    }
    out.extend_from_slice(rest.as_bytes());
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_resolve() {
        assert_eq!(unescape(r"a\nb\xE4\u{4e2d}\\").unwrap(), b"a\nb\xe4\xe4\xb8\xad\\");
        assert!(unescape(r"\q").is_err());
        assert!(unescape(r"\x4").is_err());
    }

    #[test]
    fn a_short_line_is_an_error_with_its_number() {
        let all: Vec<_> = rows("t.tsv", "# head\n\na\tb\nc\n", 2).collect();
        assert_eq!(all[0].as_ref().unwrap().cells, ["a", "b"]);
        assert_eq!(all[1].as_ref().unwrap_err().to_string(), "t.tsv:4: 1 cells between tabs, 2 are needed");
    }
}
