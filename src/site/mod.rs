//! Lines that recur on the pages of a host: what of a page is counted, which lines are boilerplate by what was counted, and the facts
//! learnt, as a table people can read. Counting over a dump lives in `run`.

mod facts;

use unicode_normalization::UnicodeNormalization;
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

pub use facts::{Facts, Learnt};

/// Longest line that is counted, in characters without white space: boilerplate is short, or not the same each time.
const LONGEST: usize = 200;
/// The longest lines of a page tell it from others, so many of them: copies of an article are one page, however often a host has them.
const TELLING: usize = 3;
/// Pages with a line, at least: fewer are chance.
const PAGES: u64 = 3;
/// ... and one in so many of the pages of the host.
const SHARE: u64 = 50;
/// Of the places where a line stands so many in a hundred must have the same line before it, or the same behind it: what recurs among
/// other lines each time is content, a refrain, a heading, something said.
const SAME_NEIGHBOUR: u64 = 80;
/// ... and so many must lie on the same side of the longest line of the page.
const SAME_SIDE: u64 = 90;
/// The first and the last line have this neighbour.
const EDGE: u16 = 0;

/// On which side of the longest line of its page a line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// Before it.
    Before,
    /// It is the longest.
    Within,
    /// Behind it.
    Behind,
}

/// A line of a page, as it is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number among the texts of the page.
    pub number: u32,
    /// Hash of the line; never 0.
    pub key: u64,
    /// Hashes of the lines around it, digits all the same.
    pub before: u16,
    /// See `before`.
    pub behind: u16,
    /// Where it stands.
    pub side: Side,
}

/// Hash of a line: NFC, white space left out. Never 0.
pub fn key(line: &str) -> u64 {
    hash(&normal(line))
}

/// The name of a host, or of the folder that stands for one, as a hash.
pub fn host(name: &str) -> u64 {
    xxh3_64(name.to_lowercase().as_bytes())
}

/// The host of a page: that of its address, else the first folder of its path when there is one.
pub fn host_name<'a>(url: Option<&'a str>, path: &'a str) -> Option<&'a str> {
    let of_url = url.and_then(|u| u.split_once("://")).map(|(_, rest)| {
        let rest = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
        let rest = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
        rest.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit())).map_or(rest, |(host, _)| host)
    });
    of_url.filter(|h| !h.is_empty()).or_else(|| path.split_once('/').map(|(folder, _)| folder).filter(|f| !f.is_empty()))
}

/// What is counted of a page whose lines are `texts`: the hash that tells it from other pages, and its lines. Linear; nothing for a page
/// without text.
pub fn lines(texts: &[&str]) -> (u32, Vec<Line>) {
    let normal: Vec<String> = texts.iter().map(|t| normal(t)).collect();
    let length = |i: usize| normal[i].chars().count();
    let mut longest: Vec<(usize, usize)> = Vec::with_capacity(TELLING + 1);
    for i in (0..normal.len()).filter(|i| !normal[*i].is_empty()) {
        let n = length(i);
        let at = longest.partition_point(|(m, _)| *m >= n);
        if at < TELLING {
            longest.insert(at, (n, i));
            longest.truncate(TELLING);
        }
    }
    let page = longest.iter().fold(1, |h, (_, i)| xxh3_64_with_seed(normal[*i].as_bytes(), h)) as u32;
    let Some((_, middle)) = longest.first().copied() else { return (page, Vec::new()) };
    // numbers change from page to page in what stands around a line: dates, counts
    let around = |s: &str| -> u16 {
        let same: String = s.chars().map(|c| if c.is_numeric() { '0' } else { c }).collect();
        (xxh3_64(same.as_bytes()) as u16).max(EDGE + 1)
    };
    let there: Vec<usize> = (0..normal.len()).filter(|i| !normal[*i].is_empty()).collect();
    let neighbours: Vec<u16> = there.iter().map(|i| around(&normal[*i])).collect();
    let lines = there.iter().enumerate().filter(|(_, i)| length(**i) <= LONGEST).map(|(n, i)| Line {
        number: *i as u32,
        key: hash(&normal[*i]),
        before: n.checked_sub(1).map_or(EDGE, |n| neighbours[n]),
        behind: neighbours.get(n + 1).copied().unwrap_or(EDGE),
        side: match i.cmp(&middle) {
            std::cmp::Ordering::Less => Side::Before,
            std::cmp::Ordering::Equal => Side::Within,
            std::cmp::Ordering::Greater => Side::Behind,
        },
    });
    (page, lines.collect())
}

/// What was counted of a line of a host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Distinct pages with it.
    pub pages: u64,
    /// Places where it stands.
    pub places: u64,
    /// Of these, those with the line before it that it has most often.
    pub before: u64,
    /// The same behind it.
    pub behind: u64,
    /// Of these, those on the side of the longest line where it stands most often.
    pub side: u64,
}

impl Count {
    /// True when a line of a host of `all` distinct pages belongs to the host and not to what a page says.
    pub fn is_boilerplate(&self, all: u64) -> bool {
        let neighbour = self.before.max(self.behind);
        self.pages >= PAGES.max(all.div_ceil(SHARE))
            && neighbour * 100 >= self.places * SAME_NEIGHBOUR
            && self.side * 100 >= self.places * SAME_SIDE
    }
}

fn normal(line: &str) -> String {
    line.nfc().filter(|c| !c.is_whitespace()).collect()
}

fn hash(normal: &str) -> u64 {
    xxh3_64(normal.as_bytes()).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_of_the_address_or_the_folder() {
        assert_eq!(host_name(Some("https://a.example:8080/x?y"), "b/c.txt"), Some("a.example"));
        assert_eq!(host_name(Some("http://me@a.example"), ""), Some("a.example"));
        assert_eq!(host_name(None, "b/c.txt"), Some("b"));
        assert_eq!(host_name(Some("x"), "c.txt"), None);
        assert_eq!(host("A.example"), host("a.example"));
    }

    #[test]
    fn a_line_knows_its_neighbours_and_its_side() {
        let (page, all) = lines(&["首页", "", "2024-05-01", "这是这一页上最长的一行，说的是修路", "版权所有"]);
        assert_eq!(all.iter().map(|l| l.number).collect::<Vec<_>>(), [0, 2, 3, 4]);
        assert_eq!(all.iter().map(|l| l.side).collect::<Vec<_>>(), [Side::Before, Side::Before, Side::Within, Side::Behind]);
        assert!(all[0].before == EDGE && all[3].behind == EDGE && all[1].before != EDGE);
        let (other, dated) = lines(&["首 页", "2023-11-30", "这是另一页上最长的一行，说的不是修路", "版权所有"]);
        assert_ne!(page, other);
        assert_eq!((all[0].key, all[0].behind), (dated[0].key, dated[0].behind), "dates are neighbours like any other");
        assert_ne!(all[1].key, dated[1].key);
        assert_eq!(lines(&["", " "]), (1, Vec::new()));
    }

    #[test]
    fn boilerplate_has_pages_neighbours_and_a_side() {
        let count = Count { pages: 3, places: 10, before: 8, behind: 1, side: 9 };
        assert!(count.is_boilerplate(150));
        assert!(!count.is_boilerplate(151), "3 of 151 are less than one in 50");
        assert!(!Count { pages: 2, ..count }.is_boilerplate(5));
        assert!(!Count { before: 7, ..count }.is_boilerplate(150));
        assert!(!Count { side: 8, ..count }.is_boilerplate(150));
        assert!(Count { before: 0, behind: 10, ..count }.is_boilerplate(150));
    }
}
