//! What authors called their elements: class, id, role and itemprop as one string, numbered, equal strings once.

use std::collections::HashMap;

use xxhash_rust::xxh3::xxh3_64;

use super::attributes::Attributes;

/// The distinct labels of a page. A site uses a few hundred, so whoever judges words judges each once.
pub(super) struct Labels {
    all: Vec<Box<str>>,
    /// Number by hash. Two labels with one hash would share a number: a page made for it misleads only itself.
    by_hash: HashMap<u64, u32>,
    /// Hashes and numbers of labels seen lately, by their last bits: elements of one list come together.
    lately: [(u64, u32); LATELY],
    scratch: String,
}

/// Labels remembered beside the map; a power of two.
const LATELY: usize = 64;

impl Default for Labels {
    fn default() -> Labels {
        Labels { all: vec!["".into()], by_hash: HashMap::new(), lately: [(0, 0); LATELY], scratch: String::new() }
    }
}

/// Bytes of a label that are kept; the rest says no more.
const LONGEST: usize = 256;

impl Labels {
    /// The number of the label of an element with these attributes; 0 when it has none.
    pub(super) fn number(&mut self, attributes: &str) -> u32 {
        self.scratch.clear();
        for (name, value) in Attributes::of(attributes) {
            let before = match name.len() {
                5 if name.eq_ignore_ascii_case("class") => "",
                2 if name.eq_ignore_ascii_case("id") => "#",
                4 if name.eq_ignore_ascii_case("role") => "role=",
                8 if name.eq_ignore_ascii_case("itemprop") => "itemprop=",
                _ => continue,
            };
            if !self.scratch.is_empty() {
                self.scratch.push(' ');
            }
            self.scratch.push_str(before);
            let mut end = value.len().min(LONGEST);
            while !value.is_char_boundary(end) {
                end -= 1;
            }
            self.scratch.push_str(&value[..end]);
            if self.scratch.len() > 3 * LONGEST {
                break;
            }
        }
        if self.scratch.is_empty() {
            return 0;
        }
        let hash = xxh3_64(self.scratch.as_bytes());
        let lately = &mut self.lately[hash as usize % LATELY];
        if lately.0 == hash && lately.1 != 0 {
            return lately.1;
        }
        let next = self.all.len() as u32;
        let number = *self.by_hash.entry(hash).or_insert(next);
        if number == next {
            self.all.push(self.scratch.as_str().into());
        }
        *lately = (hash, number);
        number
    }

    pub(super) fn finish(self) -> Vec<Box<str>> {
        self.all
    }
}
