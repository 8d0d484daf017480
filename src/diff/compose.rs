//! The edits of several layers as one list: what of the decoded text became what of the final text, and by which rules. What the
//! list is for lives beside this file.

use crate::edit::Edit;
use crate::layer::Layer;
use crate::rules::RuleId;
use crate::span::Span;

/// A stretch that one or more layers changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Link {
    /// Bytes of the decoded text.
    pub was: Span,
    /// Bytes of the final text.
    pub now: Span,
    /// Where its rules stand in [`Chain::rules`].
    rules: (u32, u32),
}

/// All stretches that the layers changed, ascending and disjoint on both sides.
#[derive(Debug, Default)]
pub(super) struct Chain {
    /// The stretches.
    pub links: Vec<Link>,
    rules: Vec<RuleId>,
}

impl Chain {
    /// Of layers, each made from the one before it. Linear in the edits of all of them.
    pub fn of(layers: &[Layer<'_>]) -> Chain {
        let mut layers = layers.iter().filter(|l| !l.edits.is_empty());
        let Some(first) = layers.next() else { return Chain::default() };
        let mut chain = Chain::default();
        for e in &first.edits {
            chain.push(e.was, e.now, |rules| rules.push(e.rule));
        }
        for layer in layers {
            chain = chain.then(&layer.edits);
        }
        chain
    }

    /// The rules of a stretch, in the order the layers applied them, each once.
    pub fn rules(&self, link: &Link) -> &[RuleId] {
        &self.rules[link.rules.0 as usize..link.rules.1 as usize]
    }

    fn push(&mut self, was: Span, now: Span, fill: impl FnOnce(&mut Vec<RuleId>)) {
        let from = self.rules.len();
        fill(&mut self.rules);
        // few rules meet in one stretch
        let mut end = from;
        for i in from..self.rules.len() {
            let rule = self.rules[i];
            if !self.rules[from..end].contains(&rule) {
                self.rules[end] = rule;
                end += 1;
            }
        }
        self.rules.truncate(end);
        self.links.push(Link { was, now, rules: (from as u32, end as u32) });
    }

    /// With one more layer on top. Stretches that share a byte of the text between become one.
    fn then(self, edits: &[Edit]) -> Chain {
        let mut out = Chain { links: Vec::with_capacity(self.links.len() + edits.len()), rules: Vec::with_capacity(self.rules.len()) };
        let (mut a, mut b) = (0, 0);
        // what lies below and above the next byte of the text between, outside all changes
        let (mut down, mut up) = (0i64, 0i64);
        loop {
            let (x, y) = (self.links.get(a).map(|l| l.now), edits.get(b).map(|e| e.was));
            let first = match (x, y) {
                (None, None) => return out,
                (Some(x), Some(y)) => x.min(y),
                (Some(s), None) | (None, Some(s)) => s,
            };
            let (from_a, from_b) = (a, b);
            let mut end = first.end;
            let (start_down, start_up) = (down, up);
            loop {
                // the stretch that began this one is taken even when it is empty
                let taken = a + b > from_a + from_b;
                let fits = |s: Span| s.start < end || (!taken && s == first);
                if let Some(l) = self.links.get(a).filter(|l| fits(l.now)) {
                    end = end.max(l.now.end);
                    down = i64::from(l.was.end) - i64::from(l.now.end);
                    a += 1;
                } else if let Some(e) = edits.get(b).filter(|e| fits(e.was)) {
                    end = end.max(e.was.end);
                    up = i64::from(e.now.end) - i64::from(e.was.end);
                    b += 1;
                } else {
                    break;
                }
            }
            let shifted = |at: u32, by: i64| u32::try_from(i64::from(at) + by).unwrap_or(0);
            let was = Span { start: shifted(first.start, start_down), end: shifted(end, down) };
            let now = Span { start: shifted(first.start, start_up), end: shifted(end, up) };
            out.push(was, now, |rules| {
                for l in &self.links[from_a..a] {
                    rules.extend_from_slice(self.rules(l));
                }
                rules.extend(edits[from_b..b].iter().map(|e| e.rule));
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::{CERTAIN, Editor};
    use crate::layer::Stage;

    fn layer(text: &str, edits: &[(&str, &str, u16)]) -> Layer<'static> {
        let mut editor = Editor::new(text);
        let mut at = 0;
        for (was, now, rule) in edits {
            let from = at + text[at..].find(was).unwrap();
            at = from + was.len();
            editor.replace(from..at, now, RuleId(*rule), CERTAIN);
        }
        editor.finish(Stage::Tidy).unwrap()
    }

    fn told(chain: &Chain, was: &str, now: &str) -> Vec<(String, String, Vec<u16>)> {
        let text = |l: &Link| (l.was.of(was).to_owned(), l.now.of(now).to_owned());
        chain.links.iter().map(|l| (text(l).0, text(l).1, chain.rules(l).iter().map(|r| r.0).collect())).collect()
    }

    #[test]
    fn changes_apart_stay_apart_and_those_of_the_same_bytes_become_one() {
        let one = layer("ab<b>cd</b>ef xyz", &[("<b>", "", 1), ("</b>", "-", 1), ("y", "Y", 2)]);
        assert_eq!(one.text, "abcd-ef xYz");
        let two = layer(&one.text, &[("a", "A", 3), ("d-e", "=", 4), ("z", "", 5)]);
        assert_eq!(two.text, "Abc=f xY");
        let chain = Chain::of(&[one, two]);
        let text = |a: &str, b: &str, r: &[u16]| (a.to_owned(), b.to_owned(), r.to_vec());
        assert_eq!(
            told(&chain, "ab<b>cd</b>ef xyz", "Abc=f xY"),
            [text("a", "A", &[3]), text("<b>", "", &[1]), text("d</b>e", "=", &[1, 4]), text("y", "Y", &[2]), text("z", "", &[5])]
        );
    }

    #[test]
    fn deletions_inside_a_later_change_are_part_of_it_and_beside_it_are_not() {
        let one = layer("1-23-4", &[("-", "", 1), ("-", "", 1)]);
        let two = layer(&one.text, &[("23", "5", 2)]);
        let chain = Chain::of(&[one, two]);
        assert_eq!(chain.links.len(), 3);
        let one = layer("1-23-4", &[("-", "", 1), ("-", "", 1)]);
        let two = layer(&one.text, &[("123", "5", 2)]);
        let chain = Chain::of(&[one, two]);
        let spans: Vec<_> = chain.links.iter().map(|l| (l.was.range(), l.now.range())).collect();
        assert_eq!(spans, [(0..4, 0..1), (4..5, 1..1)]);
        assert_eq!(chain.rules(&chain.links[0]), [RuleId(1), RuleId(2)]);
    }
}
