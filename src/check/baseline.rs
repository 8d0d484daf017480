//! A baseline: the findings that are known, by their fingerprints, so that only new ones are told. A file of JSON lines that can be read,
//! sorted and cut by hand; told in `docs/schema/baseline.md`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Finding;

/// The version of the format. A reader takes no other.
pub const VERSION: u32 = 1;

/// The findings that are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    known: BTreeMap<String, Known>,
}

/// A finding that is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Known {
    fingerprint: String,
    rule: String,
    /// Where it was first seen; for people.
    #[serde(default)]
    path: String,
    /// What it is about; for people.
    #[serde(default)]
    text: String,
}

impl Baseline {
    /// Reads a file. Empty lines are passed over.
    ///
    /// # Errors
    /// A sentence about the line that is none of a baseline.
    pub fn parse(text: &str) -> Result<Baseline, String> {
        let mut lines = text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty());
        let head: serde_json::Value = lines.next().and_then(|(_, l)| serde_json::from_str(l).ok()).unwrap_or_default();
        if head["format"].as_str() != Some("jingwen-baseline") || head["version"].as_u64() != Some(u64::from(VERSION)) {
            return Err(format!("it is no baseline of version {VERSION}: its first line must be {}", head_line().trim_end()));
        }
        let mut known = BTreeMap::new();
        for (n, line) in lines {
            let one: Known = serde_json::from_str(line).map_err(|e| format!("line {}: {e}", n + 1))?;
            known.insert(one.fingerprint.clone(), one);
        }
        Ok(Baseline { known })
    }

    /// Whether a finding is known.
    pub fn knows(&self, finding: &Finding) -> bool {
        self.known.contains_key(&finding.fingerprint)
    }

    /// Adds a finding; the first of its fingerprint says where it stands.
    pub fn add(&mut self, finding: &Finding) {
        self.known.entry(finding.fingerprint.clone()).or_insert_with(|| Known {
            fingerprint: finding.fingerprint.clone(),
            rule: finding.rule.clone(),
            path: finding.path.clone(),
            text: finding.before.clone(),
        });
    }

    /// How many findings it knows.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether it knows none.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// As a file: by path, rule and fingerprint, so that a change of it can be read.
    pub fn text(&self) -> String {
        let mut all: Vec<&Known> = self.known.values().collect();
        all.sort_by_key(|k| (&k.path, &k.rule, &k.fingerprint));
        let lines = all.iter().filter_map(|k| serde_json::to_string(k).ok());
        std::iter::once(head_line()).chain(lines.map(|l| l + "\n")).collect()
    }
}

fn head_line() -> String {
    format!("{{\"format\":\"jingwen-baseline\",\"version\":{VERSION}}}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_baseline_is_read_as_it_was_written() {
        let finding = Finding::unreadable("a.txt".to_owned(), None, "why");
        let mut baseline = Baseline::default();
        baseline.add(&finding);
        baseline.add(&finding);
        let text = baseline.text();
        assert_eq!(text.lines().count(), 2);
        let read = Baseline::parse(&format!("{text}\n")).unwrap();
        assert!(read == baseline && read.knows(&finding) && read.len() == 1);
        assert!(!read.knows(&Finding::unreadable("b.txt".to_owned(), None, "why")));
        assert!(Baseline::parse("").unwrap_err().contains("no baseline"));
        assert!(Baseline::parse(&format!("{}x\n", head_line())).unwrap_err().contains("line 2"));
    }
}
