//! `Sums`: what is counted over records, blocks and runs. Adding them up in any order gives the same.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::batch::Tally;

/// Sums over records.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sums {
    /// Where they ended.
    pub records: Tally,
    /// Records with at least one edit that is not markup.
    pub edited: u64,
    /// Bytes of the records as they came, and of what was written for them before compression.
    pub bytes_in: u64,
    /// Bytes written.
    pub bytes_out: u64,
    /// Paragraphs found.
    pub blocks: u64,
    /// Paragraphs that stay.
    pub kept: u64,
    /// Paragraphs that repeat one of another record.
    pub duplicate_paragraphs: u64,
    /// Records that repeat another one whole.
    pub duplicate_records: u64,
    /// Paragraphs that are alike one of another record.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub near_paragraphs: u64,
    /// Records that are alike another one.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub near_records: u64,
    /// Inputs that could not be opened or listed.
    pub unreadable: u64,
    /// JSON lines without the field that holds the text.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub fieldless: u64,
    /// Edits, removals and notes by rule; records left aside by their rule.
    pub rules: BTreeMap<String, u64>,
    /// Records by charset.
    pub charsets: BTreeMap<String, u64>,
}

#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_zero(n: &u64) -> bool {
    *n == 0
}

impl Sums {
    /// True when not one record has the field that holds the text: then it has another name.
    pub fn all_fieldless(&self) -> bool {
        self.fieldless > 0 && self.fieldless + self.records.unsampled == self.records.read
    }

    /// Adds others.
    pub fn add(&mut self, other: &Sums) {
        self.records.add(&other.records);
        self.edited += other.edited;
        self.bytes_in += other.bytes_in;
        self.bytes_out += other.bytes_out;
        self.blocks += other.blocks;
        self.kept += other.kept;
        self.duplicate_paragraphs += other.duplicate_paragraphs;
        self.duplicate_records += other.duplicate_records;
        self.near_paragraphs += other.near_paragraphs;
        self.near_records += other.near_records;
        self.unreadable += other.unreadable;
        self.fieldless += other.fieldless;
        for (sum, more) in [(&mut self.rules, &other.rules), (&mut self.charsets, &other.charsets)] {
            for (key, n) in more {
                match sum.get_mut(key) {
                    Some(sum) => *sum += n,
                    None => _ = sum.insert(key.clone(), *n),
                }
            }
        }
    }
}

/// Counts while records are worked on: rules by number, as pages have thousands of edits.
#[derive(Debug, Default)]
pub struct Counter {
    /// Everything but rules.
    pub sums: Sums,
    rules: Vec<u64>,
}

impl Counter {
    /// A rule acted `n` times.
    pub fn rule(&mut self, rule: u16, n: u64) {
        let at = usize::from(rule);
        if at >= self.rules.len() {
            self.rules.resize(at + 1, 0);
        }
        self.rules[at] += n;
    }

    /// Adds what another has counted.
    pub fn add(&mut self, other: &Counter) {
        self.sums.add(&other.sums);
        for (rule, n) in (0u16..).zip(&other.rules).filter(|(_, n)| **n > 0) {
            self.rule(rule, *n);
        }
    }

    /// The sums, with the rules by name.
    pub fn finish(mut self, rules: &crate::rules::Rules) -> Sums {
        for ((_, rule), n) in rules.iter().zip(&self.rules).filter(|(_, n)| **n > 0) {
            *self.sums.rules.entry(rule.id.to_string()).or_default() += n;
        }
        self.sums
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_add_up_in_any_order() {
        let one = |n: u64, rule: &str| Sums {
            bytes_in: n,
            records: Tally { read: n, out: n, ..Tally::default() },
            rules: [(rule.to_owned(), n)].into(),
            ..Sums::default()
        };
        let (a, b, c) = (one(1, "x/a"), one(2, "x/b"), one(4, "x/a"));
        let sum = |all: [&Sums; 3]| {
            let mut s = Sums::default();
            all.iter().for_each(|x| s.add(x));
            s
        };
        assert_eq!(sum([&a, &b, &c]), sum([&c, &b, &a]));
        assert_eq!(sum([&a, &b, &c]).rules, [("x/a".to_owned(), 5), ("x/b".to_owned(), 2)].into());
        assert_eq!(sum([&a, &b, &c]).records.out, 7);
    }
}
