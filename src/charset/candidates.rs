//! The charsets that can win, with their priors: the table `charsets.tsv`. How they are weighed is decided in `contest`.

use std::sync::OnceLock;

use crate::codec::Codec;
use crate::rules::table;

/// A charset that can win.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    pub codec: Codec,
    /// How far it is behind before its text is looked at, in 1/16 nat.
    pub prior: u32,
    /// Its number among the single-byte candidates, when it is one.
    pub row: Option<usize>,
    /// Codes of its main languages, blanks between; `*` for all.
    languages: &'static str,
}

impl Candidate {
    /// True when texts in the language of this code are commonly written in it.
    pub fn writes(&self, language: &str) -> bool {
        self.languages.split(' ').any(|l| l == language)
    }
}

const TABLE: &str = include_str!("../data/charsets.tsv");

/// All of them, the commoner first.
pub(super) fn all() -> &'static [Candidate] {
    static ALL: OnceLock<Vec<Candidate>> = OnceLock::new();
    ALL.get_or_init(|| {
        let rows = table::rows("charsets.tsv", TABLE, 3).flatten();
        let mut singles = 0..;
        let mut all: Vec<Candidate> = rows
            .filter_map(|row| {
                let prior = (row.cells[1].parse::<f32>().ok()? * 16.0) as u32;
                let codec = Codec::for_name(row.cells[0])?;
                let row_of_prices = if codec.is_single_byte() { singles.next() } else { None };
                Some(Candidate { codec, prior, row: row_of_prices, languages: row.cells[2] })
            })
            .collect();
        all.sort_by_key(|c| c.prior);
        all
    })
}

/// Those that hold ASCII: all but UTF-16 and UTF-32.
pub(super) fn narrow() -> &'static [Candidate] {
    static NARROW: OnceLock<Vec<Candidate>> = OnceLock::new();
    NARROW.get_or_init(|| all().iter().filter(|c| c.codec.holds_ascii()).copied().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_read() {
        assert_eq!(all().len(), TABLE.lines().filter(|l| !l.starts_with('#')).count());
    }
}
