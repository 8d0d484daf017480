//! Columns of line numbers that pages set beside listings. Numbers inside a listing are the reader's.

use crate::block::{Block, Kind, Mark};
use crate::rules::Rules;

/// Marks for listings that are nothing but the numbers of the lines of the next one.
pub(super) fn marks(text: &str, blocks: &[Block], marked: &[Mark], rules: &Rules) -> Vec<Mark> {
    let listing = |b: &Block| b.kind == Kind::Code;
    let beside = blocks.windows(2).zip(0u32..).filter(|(pair, _)| pair.iter().all(listing));
    let numbers = beside.filter(|(pair, _)| counts(pair[0].span.of(text)).is_some_and(|n| n == pair[1].span.of(text).lines().count()));
    let new = numbers.filter(|(_, block)| marked.iter().all(|m| m.block != *block));
    new.map(|(_, block)| Mark { block, rule: rules.rule("boilerplate/line-numbers"), score: 1.0, first: None }).collect()
}

/// How many numbers, each one more than the last and on a line of its own, a text is; `None` when it is anything else.
fn counts(text: &str) -> Option<usize> {
    let mut before: Option<u32> = None;
    let mut n = 0;
    for line in text.lines() {
        let number = line.trim().parse().ok()?;
        if before.is_some_and(|b| b.checked_add(1) != Some(number)) {
            return None;
        }
        before = Some(number);
        n += 1;
    }
    (n > 1).then_some(n)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::html;

    fn marked(page: &str) -> Vec<u32> {
        let (layers, outline) = html::outline(page, Rules::builtin());
        marks(&layers[0].text, &outline.blocks, &[], Rules::builtin()).iter().map(|m| m.block).collect()
    }

    #[test]
    fn numbers_of_the_lines_beside_them() {
        let table = |numbers: &str, code: &str| format!("<p>Dig:</p><table><tr><td><pre>{numbers}</pre><td><pre>{code}</pre></table>");
        assert_eq!(marked(&table("7\n8\n9", "dig\nfill\nrest")), [1]);
        assert_eq!(marked(&table("7\n8\n10", "dig\nfill\nrest")), [0u32; 0]);
        assert_eq!(marked(&table("7\n8\n9", "dig\nfill")), [0u32; 0]);
        assert_eq!(marked(&table("7", "dig")), [0u32; 0]);
    }
}
