//! How often answers as sure as this one were right: margins in nats to measured shares, the table `confidence.tsv`.

use std::sync::OnceLock;

use crate::rules::table;

/// A byte order mark: every one of the 120 files of the development set.
pub(super) const BOM: f32 = 0.999;
/// Valid UTF-8 with at least one character beyond ASCII; the rest is short text of other charsets that happens to be valid.
pub(super) const VALID_UTF8: f32 = 0.998;
/// ISO-2022 or HZ escapes around text.
pub(super) const ESCAPES: f32 = 0.99;
/// Nothing but ASCII.
pub(super) const ASCII: f32 = 0.99;
/// The first bytes of a known kind of binary file.
pub(super) const SIGNATURE: f32 = 0.9;
/// No reading is text: a guess.
pub(super) const NO_TEXT: f32 = 0.5;
/// Margin of an answer without a rival, in nats.
pub(super) const ALONE: f32 = 26.0;

const TABLE: &str = include_str!("../data/confidence.tsv");

/// Share of right answers with this margin before the next other text, in nats.
pub(super) fn of(margin: f32) -> f32 {
    static MEASURED: OnceLock<Vec<(f32, f32)>> = OnceLock::new();
    let measured = MEASURED.get_or_init(|| {
        let rows = table::rows("confidence.tsv", TABLE, 2).flatten();
        rows.filter_map(|row| Some((row.cells[0].parse().ok()?, row.cells[1].parse().ok()?))).collect()
    });
    let above = measured.partition_point(|m| m.0 <= margin);
    match (above.checked_sub(1).and_then(|i| measured.get(i)), measured.get(above)) {
        (Some(a), Some(b)) => a.1 + (b.1 - a.1) * (margin - a.0) / (b.0 - a.0),
        (Some(last), None) => last.1,
        (None, _) => 0.5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows_with_the_margin() {
        assert_eq!(of(0.0), 0.55);
        assert_eq!(of(7.0), 0.9865);
        assert_eq!(of(1000.0), of(ALONE));
        assert!((0..300).all(|m| of(m as f32 / 10.0) <= of(m as f32 / 10.0 + 0.1)));
    }
}
