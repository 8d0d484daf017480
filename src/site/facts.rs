//! What was learnt of hosts as a table: host, pages with the line, pages of the host, the line. Written for people to look at and edit.

use std::collections::HashSet;

use super::{host, key};
use crate::error::Error;

/// Before the first line of a table.
const HEAD: &str = "# Lines that recur on the pages of a host: host, pages with the line, pages of the host, the line. A line may be\n\
                    # taken out or added; the numbers are for those who read it.\n";

/// A line that was learnt.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Learnt {
    /// Host or folder.
    pub host: String,
    /// The line, blanks as they may be.
    pub line: String,
    /// Distinct pages with it.
    pub pages: u64,
    /// Distinct pages of the host.
    pub of: u64,
}

/// Lines to leave out, by host. 16 bytes a line.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    lines: HashSet<(u64, u64)>,
    hosts: HashSet<u64>,
}

impl Facts {
    /// Reads a table. `path` names it in messages.
    ///
    /// # Errors
    /// [`Error::Rule`] for a line that has not four columns.
    pub fn parse(path: &str, table: &str) -> Result<Facts, Error> {
        let mut facts = Facts::default();
        for (n, row) in (1u32..).zip(table.lines()) {
            if row.trim().is_empty() || row.starts_with('#') {
                continue;
            }
            let mut cells = row.splitn(4, '\t');
            let (Some(name), Some(line)) = (cells.next(), cells.nth(2)) else {
                let why = "a line has four columns: host, pages with the line, pages of the host, the line".to_owned();
                return Err(Error::Rule { path: path.to_owned(), line: n, why });
            };
            facts.hosts.insert(host(name));
            facts.lines.insert((host(name), key(line)));
        }
        Ok(facts)
    }

    /// Adds others.
    pub fn extend(&mut self, other: Facts) {
        self.lines.extend(other.lines);
        self.hosts.extend(other.hosts);
    }

    /// What is known of a host; `None` when that is nothing.
    pub fn of(&self, name: &str) -> Option<u64> {
        Some(host(name)).filter(|h| self.hosts.contains(h))
    }

    /// True for a line of a host that belongs to the host.
    pub fn has(&self, host: u64, line: &str) -> bool {
        self.lines.contains(&(host, key(line)))
    }

    /// How many lines there are.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// True when there are none.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }
}

impl Learnt {
    /// A row of a table; `None` for what is none.
    pub fn of_row(row: &str) -> Option<Learnt> {
        let cells: Vec<&str> = row.splitn(4, '\t').collect();
        match cells[..] {
            [host, pages, of, line] if !row.starts_with('#') => {
                Some(Learnt { host: host.to_owned(), line: line.to_owned(), pages: pages.parse().ok()?, of: of.parse().ok()? })
            }
            _ => None,
        }
    }

    /// The table, by host, then what is on most pages first.
    pub fn table(mut all: Vec<Learnt>) -> String {
        all.sort_by(|a, b| (&a.host, b.pages, &a.line).cmp(&(&b.host, a.pages, &b.line)));
        let mut out = HEAD.to_owned();
        for l in all {
            // a name with a tab in it would be two columns
            let plain = |s: &str| s.split_whitespace().collect::<Vec<_>>().join(" ");
            out.push_str(&format!("{}\t{}\t{}\t{}\n", plain(&l.host), l.pages, l.of, plain(&l.line)));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let learnt = |host: &str, line: &str, pages| Learnt { host: host.to_owned(), line: line.to_owned(), pages, of: 9 };
        let table =
            Learnt::table(vec![learnt("b.example", "首页\t新闻", 4), learnt("a.example", "Home", 3), learnt("a.example", "About", 7)]);
        assert!(table.ends_with("a.example\t7\t9\tAbout\na.example\t3\t9\tHome\nb.example\t4\t9\t首页 新闻\n"), "{table}");
        let facts = Facts::parse("facts", &table).unwrap();
        assert_eq!(facts.len(), 3);
        let b = facts.of("B.example").unwrap();
        assert!(facts.has(b, " 首页新闻") && !facts.has(b, "Home"));
        assert_eq!(facts.of("c.example"), None);
    }

    #[test]
    fn people_may_write_it_too() {
        assert!(Facts::parse("facts", "# nothing\n\n").unwrap().is_empty());
        assert_eq!(Facts::parse("facts", "a.example\t\t\tHome\r\n").unwrap().len(), 1);
        let wrong = Facts::parse("facts", "a.example\tHome\n").unwrap_err().to_string();
        assert!(wrong.contains("facts:1") && wrong.contains("four columns"), "{wrong}");
    }
}
