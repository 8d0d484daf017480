//! `View`: one record before and after, as the report shows it side by side: text that stays, and places that differ with their rules.

use serde::{Deserialize, Serialize};

use super::json;
use crate::diff::Diff;
use crate::draft::Draft;

/// Bytes of text a view holds, before and after together; more is left out and counted. A page of 60 KB is 20,000 ideographs.
const LONGEST: usize = 60_000;

/// A record before and after.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct View {
    parts: Vec<Part>,
    /// Bytes of the text before and after that are left out.
    more: u64,
}

/// A stretch of a view.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Part {
    /// The same before and after.
    Same(String),
    /// Before, after, and the numbers of the rules.
    Changed(String, String, Vec<u16>),
}

impl View {
    /// Of a diff.
    pub fn new(diff: &Diff) -> View {
        let mut view = View::default();
        let mut at = 0;
        for change in &diff.changes {
            view.same(&diff.before[at..change.was.start as usize]);
            let rules = change.rules.iter().map(|r| r.0).collect();
            view.changed(change.was.of(&diff.before), change.now.of(&diff.after), rules);
            at = change.was.end as usize;
        }
        view.same(&diff.before[at..]);
        view
    }

    /// Whether anything differs.
    pub fn differs(&self) -> bool {
        self.parts.iter().any(|p| matches!(p, Part::Changed(..)))
    }

    fn same(&mut self, text: &str) {
        if !text.is_empty() {
            self.parts.push(Part::Same(text.to_owned()));
        }
    }

    fn changed(&mut self, was: &str, now: &str, rules: Vec<u16>) {
        if !was.is_empty() || !now.is_empty() {
            self.parts.push(Part::Changed(was.to_owned(), now.to_owned(), rules));
        }
    }

    /// Cuts blocks that a later pass has left out of `draft`: those that `before` still kept. `rule` is what left them out.
    ///
    /// The text after, as the view has it, is the clean text of the draft before; the blocks stand in it in their order.
    pub fn cut(&mut self, draft: &Draft<'_>, before: &[bool]) {
        let after = self.after();
        let mut cuts: Vec<(usize, usize, u16)> = Vec::new();
        let mut at = 0;
        for (i, piece) in draft.pieces.iter().enumerate().filter(|(i, _)| before.get(*i).copied().unwrap_or(false)) {
            let text = draft.piece(i);
            let Some(start) = after.get(at..).and_then(|rest| memchr::memmem::find(rest.as_bytes(), text.as_bytes())).map(|n| n + at)
            else {
                continue;
            };
            at = start + text.len();
            if let Some(cut) = piece.cut {
                cuts.push((start, at, cut.rule));
            }
        }
        if cuts.is_empty() {
            return;
        }
        let parts = std::mem::take(&mut self.parts);
        // where a part begins in the text after
        let mut place = 0;
        let mut next = 0;
        for part in parts {
            let length = match &part {
                Part::Same(text) => text.len(),
                Part::Changed(_, now, _) => now.len(),
            };
            let end = place + length;
            while next < cuts.len() && cuts[next].1 <= place {
                next += 1;
            }
            match part {
                Part::Changed(was, now, mut rules) => {
                    let inside = cuts.get(next).filter(|c| c.0 <= place && end <= c.1);
                    rules.extend(inside.map(|c| c.2));
                    self.parts.push(Part::Changed(was, if inside.is_some() { String::new() } else { now }, rules));
                }
                Part::Same(text) => {
                    let mut done = place;
                    for (from, to, rule) in cuts[next..].iter().take_while(|c| c.0 < end) {
                        let (from, to) = ((*from).max(done), (*to).min(end));
                        self.same(&text[done - place..from - place]);
                        self.changed(&text[from - place..to - place], "", vec![*rule]);
                        done = to;
                    }
                    self.same(&text[done - place..]);
                }
            }
            place = end;
        }
    }

    /// The text after.
    fn after(&self) -> String {
        let text = |p: &Part| match p {
            Part::Same(text) => text.clone(),
            Part::Changed(_, now, _) => now.clone(),
        };
        self.parts.iter().map(text).collect()
    }

    /// Leaves out what is longer than a view may be. Cuts between characters.
    pub fn bound(&mut self) {
        let mut left = LONGEST;
        let mut keep = |text: &mut String, more: &mut u64| {
            let mut at = text.len().min(left);
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            *more += (text.len() - at) as u64;
            text.truncate(at);
            left -= at;
        };
        for part in &mut self.parts {
            match part {
                Part::Same(text) => keep(text, &mut self.more),
                Part::Changed(was, now, _) => {
                    keep(was, &mut self.more);
                    keep(now, &mut self.more);
                }
            }
        }
        self.parts.retain(|p| match p {
            Part::Same(text) => !text.is_empty(),
            Part::Changed(was, now, _) => !was.is_empty() || !now.is_empty(),
        });
    }

    /// As the page reads it: `[bytes left out, "same", ["was", "now", [rule, …]], …]`.
    pub fn json(&self) -> String {
        #[derive(Serialize)]
        #[serde(untagged)]
        enum Shown<'v> {
            Same(&'v str),
            Changed(&'v str, &'v str, &'v [u16]),
            More(u64),
        }
        let parts = self.parts.iter().map(|p| match p {
            Part::Same(text) => Shown::Same(text),
            Part::Changed(was, now, rules) => Shown::Changed(was, now, rules),
        });
        json::safe(&std::iter::once(Shown::More(self.more)).chain(parts).collect::<Vec<_>>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draft::{Cut, Form, Piece};
    use crate::{Kernel, Options, RawDoc};

    fn view(text: &str) -> (View, String, String) {
        let kernel = Kernel::new(Options::default());
        let page = kernel.page(RawDoc { id: "a.txt", bytes: text.as_bytes(), ..RawDoc::default() });
        let draft = Draft::of(&page, true, false, None, kernel.rules());
        let diff = Diff::new(&page, &draft, kernel.rules(), false);
        (View::new(&diff), diff.before.clone(), diff.after.clone())
    }

    /// Both sides, put together again.
    fn sides(view: &View) -> (String, String) {
        let before = view.parts.iter().map(|p| match p {
            Part::Same(t) | Part::Changed(t, ..) => t.as_str(),
        });
        (before.collect(), view.after())
    }

    #[test]
    fn a_view_has_both_sides_whole() {
        let text = "春天的河边\n\næ¸…æ²³é•‡çš„è€æ¡¥很有名，大家常去看。\n\n这一段写了两遍，第二遍不要。\n\n这一段写了两遍，第二遍不要。\n";
        let (view, before, after) = view(text);
        assert_eq!(sides(&view), (before, after));
        assert!(view.differs() && view.json().contains("清河镇的老桥"), "{}", view.json());
    }

    #[test]
    fn blocks_that_a_later_pass_leaves_out_are_changes() {
        let text = "one\n\nt2o\n\nthree\n";
        let mut view = View {
            parts: vec![Part::Same("one\n\nt".into()), Part::Changed("2".into(), "w".into(), vec![7]), Part::Same("o\n\nthree\n".into())],
            more: 0,
        };
        let piece = |start: u32, end: u32, rule: Option<u16>| Piece {
            span: (start, end),
            kind: Form::Paragraph,
            at: (0, 0),
            cut: rule.map(|rule| Cut { rule, first: None, similarity: None }),
        };
        let kernel = Kernel::new(Options::default());
        let page = kernel.page(RawDoc { id: "a.txt", bytes: b"one\n\ntwo\n\nthree\n", ..RawDoc::default() });
        let mut draft = Draft::of(&page, false, false, None, kernel.rules());
        draft.pieces = vec![piece(0, 3, None), piece(5, 8, Some(9)), piece(10, 15, None)];
        view.cut(&draft, &[true, true, true]);
        let (before, after) = sides(&view);
        assert_eq!((&*before, &*after), (text, "one\n\n\n\nthree\n"));
        assert!(view.parts.contains(&Part::Changed("2".into(), String::new(), vec![7, 9])), "{view:?}");
    }

    #[test]
    fn a_long_view_is_bounded_between_characters() {
        let mut view = View { parts: vec![Part::Same("长".repeat(LONGEST)), Part::Changed("x".into(), String::new(), vec![1])], more: 0 };
        view.bound();
        assert_eq!((view.after().len(), view.more), (LONGEST / 3 * 3, (LONGEST * 3 - LONGEST / 3 * 3 + 1 - LONGEST % 3) as u64));
    }
}
