//! Boosted decision trees over the features of a block: reads the table, adds up the leaves. What the numbers mean is `features`'.

use std::sync::OnceLock;

/// One step of a tree: compare a feature and go left or right, or stop.
#[derive(Clone, Copy, Debug)]
struct Step {
    /// A value not above this goes left; of a leaf: what it adds.
    value: f32,
    /// Number of the feature; [`LEAF`] stops.
    feature: u8,
    /// Steps ahead to the right side; the left one is the next step. Eight bytes a step: all trees fit the first cache.
    right: u8,
}

const LEAF: u8 = u8::MAX;

/// A sum of trees whose logistic is a probability.
pub(super) struct Trees {
    steps: Vec<Step>,
    /// First step of each tree.
    roots: Vec<u16>,
    base: f32,
    /// Names of the features, by number.
    pub(super) names: Vec<&'static str>,
}

impl Trees {
    /// Reads a table: `feature NAME` lines, a `base` line, then one tree a line, in preorder: `name<=value`, and `=value` for a leaf.
    fn parse(table: &'static str) -> Option<Trees> {
        let mut trees = Trees { steps: Vec::new(), roots: Vec::new(), base: 0.0, names: Vec::new() };
        for line in table.lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
            let (kind, rest) = line.split_once('\t')?;
            match kind {
                "features" => trees.names = rest.split(' ').collect(),
                "base" => trees.base = rest.parse().ok()?,
                "tree" => trees.tree(rest)?,
                _ => return None,
            }
        }
        Some(trees)
    }

    fn tree(&mut self, line: &'static str) -> Option<()> {
        self.roots.push(u16::try_from(self.steps.len()).ok()?);
        // splits whose right side is still to come, and how many of their sides are read
        let mut open: Vec<(usize, bool)> = Vec::new();
        for word in line.split(' ') {
            let here = self.steps.len();
            if let Some(value) = word.strip_prefix('=') {
                self.steps.push(Step { value: value.parse().ok()?, feature: LEAF, right: 0 });
                while let Some((split, left_done)) = open.pop() {
                    if !left_done {
                        self.steps[split].right = u8::try_from(self.steps.len() - split).ok()?;
                        open.push((split, true));
                        break;
                    }
                }
            } else {
                let (name, value) = word.split_once("<=")?;
                let feature = self.names.iter().position(|n| *n == name).and_then(|n| u8::try_from(n).ok()).filter(|n| *n != LEAF)?;
                self.steps.push(Step { value: value.parse().ok()?, feature, right: 0 });
                open.push((here, false));
            }
        }
        open.is_empty().then_some(())
    }

    /// The trees of this crate.
    pub(super) fn builtin() -> &'static Trees {
        static TREES: OnceLock<Trees> = OnceLock::new();
        TREES.get_or_init(|| {
            // scripts/train-content.py --folds tries other tables with the whole program
            #[cfg(test)]
            if let Some(table) = std::env::var_os("TREES").and_then(|path| std::fs::read_to_string(path).ok()) {
                return Trees::parse(table.leak()).expect("the script writes what is read here");
            }
            Trees::parse(include_str!("../../data/content/trees.tsv")).expect("the table is part of the crate and a test reads it")
        })
    }

    /// The probability that a block with these features is content.
    pub(super) fn probability(&self, features: &[f32]) -> f32 {
        let mut sum = self.base;
        for &root in &self.roots {
            let mut at = root as usize;
            loop {
                let step = self.steps[at];
                if step.feature == LEAF {
                    sum += step.value;
                    break;
                }
                at = if features[step.feature as usize] <= step.value { at + 1 } else { at + step.right as usize };
            }
        }
        1.0 / (1.0 + (-sum).exp())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_goes_left_on_equal() {
        let t = Trees::parse("features\ta b\nbase\t0\ntree\ta<=1 =-2 b<=0.5 =1 =3\ntree\t=0.5\n").unwrap();
        let sum = |a, b| -(1.0 / t.probability(&[a, b]) - 1.0).ln();
        assert!((sum(1.0, 9.0) + 1.5).abs() < 1e-4);
        assert!((sum(1.1, 0.5) - 1.5).abs() < 1e-4);
        assert!((sum(1.1, 0.6) - 3.5).abs() < 1e-4);
    }

    #[test]
    fn broken_tables_are_refused() {
        assert!(Trees::parse("features\ta\ntree\ta<=1 =2\n").is_none());
        assert!(Trees::parse("features\ta\ntree\tb<=1 =2 =3\n").is_none());
        assert!(Trees::parse("nonsense").is_none());
    }

    #[test]
    fn the_table_of_the_crate_is_read() {
        assert!(!Trees::builtin().roots.is_empty());
    }
}
