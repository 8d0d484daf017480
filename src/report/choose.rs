//! Which records are shown whole. A report holds so many bytes of views; rules that few records show come first, the rest is a sample.
//! Depends on the records in their order alone.

/// Bytes of views in a report. With 100,000 rows of 170 bytes a report stays under 30 MB.
pub const VIEWS: usize = 11 << 20;
/// Rows of the table; of a larger run every second, third, … record has one.
pub const ROWS: u64 = 100_000;
/// Records shown for each rule, before the sample.
const EACH: u8 = 6;

/// A record that can be shown.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Its number in the report.
    pub record: u64,
    /// Bytes of its view.
    pub size: usize,
    /// The rules it shows.
    pub rules: Vec<u16>,
}

/// The numbers of those that are shown, ascending.
pub fn choose(candidates: &[Candidate], room: usize) -> Vec<u64> {
    let all: usize = candidates.iter().map(|c| c.size).sum();
    if all <= room {
        return candidates.iter().map(|c| c.record).collect();
    }
    let mut shown: Vec<u64> = Vec::new();
    let mut counts: Vec<u8> = Vec::new();
    let mut left = room;
    let mut rest: Vec<(u64, u64, usize)> = Vec::new();
    for c in candidates {
        let rare = is_rare(&mut counts, &c.rules, EACH);
        if rare && c.size <= left {
            left -= c.size;
            shown.push(c.record);
        } else {
            rest.push((xxhash_rust::xxh3::xxh3_64(&c.record.to_le_bytes()), c.record, c.size));
        }
    }
    rest.sort_unstable();
    for (_, record, size) in rest {
        if size <= left {
            left -= size;
            shown.push(record);
        }
    }
    shown.sort_unstable();
    shown
}

/// Counts `rules` in and says whether one of them was seen fewer than `each` times.
fn is_rare(counts: &mut Vec<u8>, rules: &[u16], each: u8) -> bool {
    let mut rare = false;
    for r in rules {
        let at = usize::from(*r);
        if at >= counts.len() {
            counts.resize(at + 1, 0);
        }
        rare |= counts[at] < each;
        counts[at] = counts[at].saturating_add(1).min(each);
    }
    rare
}

/// What a block of a run may keep on disk of its views, before all of them are known.
#[derive(Debug)]
pub struct Budget {
    room: usize,
    left: usize,
    counts: Vec<u8>,
}

impl Budget {
    /// For the blocks of a run with so many of them: together some times what a report holds, so that the choice is one.
    pub fn new(blocks: u64) -> Budget {
        let room = (4 * VIEWS / usize::try_from(blocks).unwrap_or(usize::MAX).max(1)).clamp(1 << 17, VIEWS);
        Budget { room, left: room, counts: Vec::new() }
    }

    /// Whether a view of `size` bytes of a record with these rules is kept. The second half of the room is for rare rules.
    pub fn takes(&mut self, size: usize, rules: &[u16]) -> bool {
        let rare = is_rare(&mut self.counts, rules, EACH);
        let takes = size <= self.left && (rare || self.left - size >= self.room / 2);
        self.left -= if takes { size } else { 0 };
        takes
    }

    /// Another block begins.
    pub fn renew(&mut self) {
        self.left = self.room;
        self.counts.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidates(n: u64, rules: impl Fn(u64) -> Vec<u16>) -> Vec<Candidate> {
        (0..n).map(|record| Candidate { record, size: 10, rules: rules(record) }).collect()
    }

    #[test]
    fn all_are_shown_when_there_is_room() {
        assert_eq!(choose(&candidates(5, |_| vec![]), 50), [0, 1, 2, 3, 4]);
        assert_eq!(choose(&candidates(5, |_| vec![]), 49).len(), 4);
    }

    #[test]
    fn a_rare_rule_is_shown_and_the_room_is_kept() {
        let shown = choose(&candidates(10_000, |n| if n == 9_876 { vec![1, 2] } else { vec![1] }), 1_000);
        assert!(shown.contains(&9_876) && shown.len() == 100 && shown.is_sorted());
        // the rest is spread over all of them
        assert!(shown.iter().filter(|n| **n > 5_000).count() > 25);
    }

    #[test]
    fn half_of_a_block_is_for_rare_rules() {
        let mut budget = Budget::new(u64::MAX);
        let room = budget.room;
        assert!((0..6).all(|_| budget.takes(1, &[3])));
        assert!(budget.takes(room / 2 - 6, &[3]));
        assert!(!budget.takes(1, &[3]) && budget.takes(1, &[4]) && !budget.takes(room, &[5]));
        budget.renew();
        assert!(budget.takes(1, &[3]));
    }
}
