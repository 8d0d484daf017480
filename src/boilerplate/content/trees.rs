//! Boosted decision trees over the features of a block: reads the table, adds up the leaves. What the numbers mean is `features`'.

use std::sync::OnceLock;

use super::features::Row;

/// Leaves of a tree, at most.
const LEAVES: usize = 16;
/// Features a table may name: as many as a byte counts, so that none needs a check.
const FEATURES: usize = 256;
/// Blocks that walk the trees abreast: four registers of four numbers.
pub(super) const ABREAST: usize = 16;

/// One comparison of a tree.
#[derive(Clone, Copy, Debug)]
struct Split {
    /// Feature it compares.
    feature: u8,
    /// A value not above this goes left.
    value: f32,
    /// The leaves that are out for a value above it, a bit each, the leftmost in the last bit: those on the left.
    out: u32,
}

/// One tree. Nobody walks from its root: every comparison strikes out the leaves on the side it turns from, and the leftmost that none
/// struck out is where a walk would have ended. So there are no jumps to guess, and blocks are compared side by side.
#[derive(Clone, Debug)]
struct Tree {
    splits: Vec<Split>,
    /// What each leaf adds, from the left.
    leaf: [f32; LEAVES],
}

/// The features of up to [`ABREAST`] blocks, by feature.
pub(super) struct Columns {
    values: Box<[[f32; ABREAST]; FEATURES]>,
    lane: usize,
    at: u8,
}

impl Columns {
    pub(super) fn new() -> Columns {
        Columns { values: Box::new([[0.0; ABREAST]; FEATURES]), lane: 0, at: 0 }
    }

    /// What is put next are the features of block `lane` of those abreast.
    pub(super) fn begin(&mut self, lane: usize) {
        (self.lane, self.at) = (lane % ABREAST, 0);
    }
}

impl Row for Columns {
    fn put(&mut self, _: impl std::fmt::Display, value: f32) {
        self.values[usize::from(self.at)][self.lane] = value;
        self.at = self.at.wrapping_add(1);
    }
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
        let mut tree = Tree { splits: Vec::new(), leaf: [0.0; LEAVES] };
        let mut leaves = 0;
        // splits whose right side is not complete: number, first leaf, and whether the left side is
        let mut open: Vec<(usize, usize, bool)> = Vec::new();
        let mut complete = false;
        for word in line.split(' ') {
            if complete {
                return None;
            }
            if let Some(value) = word.strip_prefix('=') {
                *tree.leaf.get_mut(leaves)? = value.parse().ok()?;
                leaves += 1;
                while let Some((split, first, left)) = open.pop() {
                    if !left {
                        tree.splits[split].out = (first..leaves).fold(0, |bits, leaf| bits | 1 << leaf);
                        open.push((split, first, true));
                        break;
                    }
                }
                complete = open.is_empty();
            } else {
                let (name, value) = word.split_once("<=")?;
                let feature = u8::try_from(self.names.iter().position(|n| *n == name)?).ok()?;
                open.push((tree.splits.len(), leaves, false));
                tree.splits.push(Split { feature, value: value.parse().ok()?, out: 0 });
            }
        }
        complete.then_some(tree)
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

    /// The probability that a block with these features is content, of each block abreast; as many features as the table names.
    // written so that the loops become comparisons of whole registers, also in builds that optimise less
    #[allow(clippy::needless_range_loop)]
    pub(super) fn probabilities(&self, columns: &Columns) -> [f32; ABREAST] {
        let mut sums = [self.base; ABREAST];
        for tree in &self.trees {
            let mut left = [u32::MAX; ABREAST];
            for split in &tree.splits {
                let values = &columns.values[usize::from(split.feature)];
                for lane in 0..ABREAST {
                    let right = u32::from(values[lane] > split.value) | u32::from(values[lane].is_nan());
                    left[lane] &= !(split.out & right.wrapping_neg());
                }
            }
            for lane in 0..ABREAST {
                sums[lane] += tree.leaf[left[lane].trailing_zeros() as usize % LEAVES];
            }
        }
        sums.map(|sum| 1.0 / (1.0 + (-sum).exp()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_goes_left_on_equal() {
        let t = Trees::parse("features\ta b\nbase\t0\ntree\ta<=1 =-2 b<=0.5 =1 =3\ntree\t=0.5\n").unwrap();
        let sum = |a: f32, b: f32| {
            let mut columns = Columns::new();
            columns.begin(3);
            columns.put("a", a);
            columns.put("b", b);
            -(1.0 / t.probabilities(&columns)[3] - 1.0).ln()
        };
        assert!((sum(1.0, 9.0) + 1.5).abs() < 1e-4);
        assert!((sum(1.1, 0.5) - 1.5).abs() < 1e-4);
        assert!((sum(1.1, 0.6) - 3.5).abs() < 1e-4);
    }

    #[test]
    fn a_leaf_is_where_a_walk_ends() {
        // both sides of the root go on, one of them twice
        let table = "features\ta b\nbase\t0\ntree\ta<=1 b<=1 =1 b<=2 =2 =3 a<=2 =4 b<=1 =5 =6\n";
        let t = Trees::parse(table).unwrap();
        let mut columns = Columns::new();
        let places = [(1.0, 1.0, 1.0), (0.0, 2.0, 2.0), (0.0, 2.1, 3.0), (2.0, 9.0, 4.0), (2.1, 1.0, 5.0), (3.0, 3.0, 6.0)];
        for (lane, (a, b, _)) in places.into_iter().enumerate() {
            columns.begin(lane);
            columns.put("a", a);
            columns.put("b", b);
        }
        for ((.., want), p) in places.into_iter().zip(t.probabilities(&columns)) {
            assert!((-(1.0 / p - 1.0).ln() - want).abs() < 1e-3);
        }
    }

    #[test]
    fn broken_tables_are_refused() {
        assert!(Trees::parse("features\ta\ntree\ta<=1 =2\n").is_none());
        assert!(Trees::parse("features\ta\ntree\tb<=1 =2 =3\n").is_none());
        assert!(Trees::parse("nonsense").is_none());
        for (splits, fits) in [(LEAVES - 1, true), (LEAVES, false)] {
            let table = format!("features\ta\nbase\t0\ntree\t{}=0{}\n", "a<=1 ".repeat(splits), " =1".repeat(splits));
            assert_eq!(Trees::parse(table.leak()).is_some(), fits, "{splits} comparisons");
        }
        assert!(Trees::parse("features\ta\nbase\t0\ntree\ta<=1 =2 =3 =4\n").is_none());
    }

    #[test]
    fn the_table_of_the_crate_is_read() {
        assert!(!Trees::builtin().trees.is_empty());
    }
}
