//! Boosted decision trees over the features of a block: reads the table, adds up the leaves. What the numbers mean is `features`'.

use std::sync::OnceLock;

/// Comparisons between the root of a tree and a leaf, at most.
const DEPTH: usize = 4;
/// Comparisons of a tree that is full.
const SPLITS: usize = (1 << DEPTH) - 1;
/// Features a table may name: as many as a byte counts, so that none needs a check.
const FEATURES: usize = 256;

/// One tree, filled up to [`DEPTH`]: the sides of split `i` are `2i + 1` and `2i + 2`, and the leaves follow the last split. A
/// shallower leaf stands under each of the splits that fill its place. No step is a jump a processor has to guess: half of them
/// would be guessed wrong.
#[derive(Clone, Debug)]
struct Tree {
    /// Feature each split compares.
    feature: [u8; SPLITS],
    /// A value not above this goes left.
    value: [f32; SPLITS],
    /// What each leaf adds.
    leaf: [f32; SPLITS + 1],
}

/// A sum of trees whose logistic is a probability.
pub(super) struct Trees {
    trees: Vec<Tree>,
    base: f32,
    /// Names of the features, by number.
    pub(super) names: Vec<&'static str>,
}

impl Trees {
    /// Reads a table: a `features` line of names, a `base` line, then one tree a line, in preorder: `name<=value`, and `=value` for a leaf.
    fn parse(table: &'static str) -> Option<Trees> {
        let mut trees = Trees { trees: Vec::new(), base: 0.0, names: Vec::new() };
        for line in table.lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
            let (kind, rest) = line.split_once('\t')?;
            match kind {
                "features" => trees.names = rest.split(' ').collect(),
                "base" => trees.base = rest.parse().ok()?,
                "tree" => trees.trees.push(trees.tree(rest)?),
                _ => return None,
            }
        }
        (trees.names.len() <= FEATURES).then_some(trees)
    }

    fn tree(&self, line: &str) -> Option<Tree> {
        let mut tree = Tree { feature: [0; SPLITS], value: [0.0; SPLITS], leaf: [0.0; SPLITS + 1] };
        // places still to be filled, the next one last
        let mut open = vec![0];
        for word in line.split(' ') {
            let at = open.pop()?;
            if let Some(value) = word.strip_prefix('=') {
                // all leaves under this place
                let (mut first, mut past) = (at, at + 1);
                while first < SPLITS {
                    (first, past) = (2 * first + 1, 2 * past + 1);
                }
                tree.leaf.get_mut(first - SPLITS..past - SPLITS)?.fill(value.parse().ok()?);
            } else {
                let (name, value) = word.split_once("<=")?;
                *tree.feature.get_mut(at)? = u8::try_from(self.names.iter().position(|n| *n == name)?).ok()?;
                tree.value[at] = value.parse().ok()?;
                open.extend([2 * at + 2, 2 * at + 1]);
            }
        }
        open.is_empty().then_some(tree)
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

    /// The probability that a block with these features is content; as many as the table names.
    pub(super) fn probability(&self, features: &[f32]) -> f32 {
        let mut values = [0.0; FEATURES];
        values[..features.len()].copy_from_slice(features);
        let mut sum = self.base;
        for tree in &self.trees {
            let mut at = 0;
            for _ in 0..DEPTH {
                let left = values[tree.feature[at] as usize] <= tree.value[at];
                at = 2 * at + 2 - usize::from(left);
            }
            sum += tree.leaf[at - SPLITS];
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
        let deep = "features\ta\nbase\t0\ntree\ta<=1 a<=2 a<=3 a<=4 a<=5 =1 =2 =3 =4 =5 =6\n";
        assert!(Trees::parse(deep).is_none(), "one comparison more than a tree holds");
    }

    #[test]
    fn the_table_of_the_crate_is_read() {
        assert!(!Trees::builtin().trees.is_empty());
    }
}
