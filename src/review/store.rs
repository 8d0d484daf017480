//! What was decided, as the content of files: a baseline with more findings, a table with more rules. Writing them is up to the caller.

use super::rule::Made;
use crate::check::Finding;
use crate::check::baseline::Baseline;

/// What a new table of rules begins with.
const HEAD: &str = "# Rules made by `jingwen review`. Columns: id, says, source, fires, spares, match, pattern, does; `jingwen rules test --help` tells them.\n";

/// A baseline with what is known besides.
pub fn baseline(before: &Baseline, known: &[Finding]) -> String {
    let mut baseline = before.clone();
    known.iter().for_each(|f| baseline.add(f));
    baseline.text()
}

/// A table with more rules at its end; nothing before them is changed, and what stands there already is not added.
pub fn table(before: &str, rules: &[Made]) -> String {
    let mut out = if before.trim().is_empty() { HEAD.to_owned() } else { before.to_owned() };
    if !out.ends_with('\n') {
        out.push('\n');
    }
    for line in rules.iter().map(Made::line) {
        if !before.lines().any(|l| l == line.trim_end_matches('\n')) {
            out.push_str(&line);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::rule::Match;
    use super::*;
    use crate::Rules;

    #[test]
    fn rules_come_behind_those_there_are() {
        let rule = Made {
            id: "own/keep-1".into(),
            says: "it stays".into(),
            source: "review of a.txt:1:1".into(),
            fires: "分享到".into(),
            spares: "桥".into(),
            place: Match::Whole,
            pattern: "分享到".into(),
            keep: true,
        };
        let mine = "# mine\nown/a\ts\tm\tx\ty\twhole\tw\tremove";
        let after = table(mine, std::slice::from_ref(&rule));
        assert_eq!(after, format!("{mine}\nown/keep-1\tit stays\treview of a.txt:1:1\t分享到\t桥\twhole\t分享到\tkeep\n"));
        assert!(Rules::with_own(&[("x.tsv".to_owned(), after.clone())]).is_ok());
        assert_eq!(table(&after, std::slice::from_ref(&rule)), after, "written before, and somebody changed the file since");
        assert!(table("", &[rule]).starts_with("# Rules made"));
    }
}
