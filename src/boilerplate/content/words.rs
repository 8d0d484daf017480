//! Words authors put in class, id and role, sorted into groups: what an element is for. Whether that counts is `features`'.

use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use crate::rules::own::stands_alone;
use crate::rules::table;

/// A set of groups, one bit each, in the order of the data file.
pub(super) type Groups = u32;

/// The groups in the order of the data file.
pub(super) const NAMES: [&str; 18] = [
    "content", "article", "comment", "forum", "nav", "side", "foot", "share", "related", "ad", "meta", "tag", "form", "cookie", "title",
    "caption", "head", "hide",
];

/// The group of the table that is no feature: dialogs that ask for consent, told by their names alone.
pub(super) const CONSENT: Groups = 1 << NAMES.len();

/// The group of footers.
pub(super) const FOOT: usize = 6;

struct Words {
    search: AhoCorasick,
    /// Of each pattern: its groups, and whether it must stand as a word.
    means: Vec<(Groups, bool)>,
}

fn words() -> &'static Words {
    static WORDS: OnceLock<Words> = OnceLock::new();
    WORDS.get_or_init(|| {
        let mut patterns: Vec<(String, Groups, bool)> = Vec::new();
        for row in table::rows("words.tsv", include_str!("../../data/content/words.tsv"), 2) {
            let row = row.expect("the table is part of the crate and a test reads it");
            let named = NAMES.iter().position(|n| *n == row.cells[0]);
            let Some(group) = named.or((row.cells[0] == "consent").then_some(NAMES.len())) else { continue };
            for word in row.cells[1].split(' ').filter(|w| !w.is_empty()) {
                let bare = word.trim_end_matches('.');
                let whole = bare.len() < word.len() || bare.len() < 4;
                match patterns.iter_mut().find(|p| p.0 == bare) {
                    Some(p) => p.1 |= 1 << group,
                    None => patterns.push((bare.to_owned(), 1 << group, whole)),
                }
            }
        }
        let search = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::DFA))
            .build(patterns.iter().map(|p| &p.0))
            .expect("a few hundred short patterns make a small automaton");
        Words { search, means: patterns.into_iter().map(|p| (p.1, p.2)).collect() }
    })
}

/// The groups a label belongs to.
pub(super) fn groups(label: &str) -> Groups {
    if label.is_empty() {
        return 0;
    }
    let words = words();
    let mut found = 0;
    for m in words.search.find_overlapping_iter(label) {
        let (groups, whole) = words.means[m.pattern().as_usize()];
        if whole && !stands_alone(label, m.start(), m.end()) {
            continue;
        }
        // notes stand at the foot of a text, and are of it
        if groups & (1 << FOOT) != 0 && label[m.end()..].get(..4).is_some_and(|after| after.eq_ignore_ascii_case("note")) {
            continue;
        }
        found |= groups;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(label: &str) -> Vec<&'static str> {
        let g = groups(label);
        NAMES.iter().enumerate().filter(|(i, _)| g & (1 << i) != 0).map(|(_, n)| *n).collect()
    }

    #[test]
    fn long_words_count_anywhere_short_ones_alone() {
        assert_eq!(names("xArticleBox"), ["content", "article"]);
        assert_eq!(names("box-ad"), ["ad"]);
        assert_eq!(names("boxAd2"), ["ad"]);
        assert_eq!(names("shadow download"), Vec::<&str>::new());
        assert_eq!(names("#Footer"), ["foot"]);
        assert!(names("").is_empty());
        assert_eq!((names("footnotes"), names("foot-note footerbox")), (vec![], vec!["foot"]));
        assert!(groups("#onetrust-pc-sdk") & CONSENT != 0 && groups("#cookies") & CONSENT == 0);
    }

    #[test]
    fn every_group_of_the_table_is_known() {
        for row in table::rows("words.tsv", include_str!("../../data/content/words.tsv"), 2) {
            let row = row.unwrap();
            assert!(NAMES.contains(&row.cells[0]) || row.cells[0] == "consent", "{}", row.cells[0]);
        }
    }
}
