//! The limits of the search for titles and dates, and what the fields of dates mean: the tables `metadata.tsv` and `metadata-dates.tsv`.

use std::sync::OnceLock;

use crate::rules::table;

const LIMITS: &str = include_str!("../data/metadata.tsv");
const DATES: &str = include_str!("../data/metadata-dates.tsv");

/// Limits by their names in the table, where units and origins stand.
#[derive(Debug)]
pub(super) struct Limits {
    pub(super) headings: usize,
    pub(super) letters: usize,
    pub(super) share_main: usize,
    pub(super) share_section: usize,
    pub(super) spoken: usize,
    pub(super) address: f32,
    pub(super) appeal: f32,
    pub(super) words: usize,
    pub(super) line: usize,
    pub(super) below: usize,
    pub(super) above: usize,
    pub(super) shared: u32,
    pub(super) behind: usize,
    pub(super) confirming: usize,
    pub(super) near: usize,
}

/// The limits.
pub(super) fn limits() -> &'static Limits {
    static ALL: OnceLock<Limits> = OnceLock::new();
    ALL.get_or_init(|| Limits {
        headings: number("headings"),
        letters: number("letters"),
        share_main: number("share-main"),
        share_section: number("share-section"),
        spoken: number("spoken"),
        address: number("address"),
        appeal: number("appeal"),
        words: number("words"),
        line: number("line"),
        below: number("below"),
        above: number("above"),
        shared: number("shared"),
        behind: number("behind"),
        confirming: number("confirming"),
        near: number("near"),
    })
}

/// The value of one line of the table.
fn number<T: std::str::FromStr>(name: &str) -> T {
    let row = table::rows("metadata.tsv", LIMITS, 4).flatten().find(|r| r.cells[0] == name);
    row.and_then(|r| r.cells[1].parse().ok()).expect("the table is part of the crate and a test reads it")
}

/// What fields and words say of a date.
#[derive(Debug, Default)]
pub(super) struct Dates {
    /// Fields that hold the day of publication, the surer first.
    pub(super) published: Vec<&'static str>,
    /// Elements that hold a date, perhaps that of another text: a line beside the title is believed before them.
    pub(super) elements: Vec<&'static str>,
    /// Fields that tell when a page was made or changed, where none tells when it was published.
    pub(super) changed: Vec<&'static str>,
    /// Words before a date that is not that of publication, small.
    pub(super) updated: Vec<&'static str>,
}

/// What fields and words say of dates.
pub(super) fn dates() -> &'static Dates {
    static ALL: OnceLock<Dates> = OnceLock::new();
    ALL.get_or_init(|| {
        let mut all = Dates::default();
        for row in table::rows("metadata-dates.tsv", DATES, 2).flatten() {
            match row.cells[0] {
                "published" => all.published.push(row.cells[1]),
                "element" => all.elements.push(row.cells[1]),
                "changed" => all.changed.push(row.cells[1]),
                _ => all.updated.push(row.cells[1]),
            }
        }
        all
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_has_its_line_and_every_line_its_kind() {
        assert!(limits().words > limits().spoken);
        assert_eq!(table::rows("metadata.tsv", LIMITS, 4).map(Result::unwrap).count(), 15);
        for row in table::rows("metadata-dates.tsv", DATES, 2).map(Result::unwrap) {
            assert!(["published", "element", "changed", "updated"].contains(&row.cells[0]), "line {}", row.line);
        }
        assert!(!dates().updated.is_empty() && dates().published[0] == "jsonld:datepublished");
    }
}
