//! A page and its draft laid side by side: the text before, the text after, and every place where they differ with the rules that are
//! responsible. Follows the recorded edits and marks; compares nothing.

use super::Change;
use super::compose::{Chain, Link};
use crate::draft::Draft;
use crate::layout::Between;
use crate::page::Page;
use crate::rules::{RuleId, Rules};
use crate::span::Span;

/// What was laid side by side.
#[derive(Debug, Default)]
pub(super) struct Aligned {
    pub before: String,
    pub after: String,
    pub changes: Vec<Change>,
    /// Where stretches of `before` stand in the decoded text: (byte of `before`, byte of the decoded text), ascending.
    pub places: Vec<(u32, u32)>,
    /// Where the blocks of the draft stand in `before`: (first byte, one past the last, number of the block), ascending.
    pub pieces: Vec<(u32, u32, u32)>,
}

/// Lays a page and its draft side by side. With `all` the text before is the decoded input, byte for byte; without, markup and the
/// white space between paragraphs are on both sides as they are written.
pub(super) fn align(page: &Page<'_>, draft: &Draft<'_>, rules: &Rules, all: bool) -> Aligned {
    let text = page.text();
    let chain = Chain::of(page.layers.get(1..).unwrap_or_default());
    let routine: Vec<bool> = rules.iter().map(|(_, r)| !all && super::is_routine(&r.id)).collect();
    let mut aligner = Aligner {
        text,
        decoded: page.layers.first().map_or("", |l| &l.text),
        chain: &chain,
        routine,
        all,
        in_place: draft.in_place || !draft.blocks,
        next: 0,
        rest: None,
        shift: 0,
        parts: Vec::new(),
        out: Aligned {
            before: String::with_capacity(text.len() + 64),
            after: String::with_capacity(text.len() + 64),
            ..Aligned::default()
        },
    };
    if draft.blocks {
        aligner.pieces(draft);
    } else {
        aligner.kept(Span::new(0, text.len()));
    }
    let mut out = aligner.out;
    slide(&mut out);
    out
}

/// A stretch of the final text.
#[derive(Clone, Copy)]
enum Part {
    /// As it stands in the decoded text, or changed by routine.
    Same(Span),
    /// Changed.
    Changed(Link),
}

struct Aligner<'p> {
    text: &'p str,
    decoded: &'p str,
    chain: &'p Chain,
    /// By rule: its changes are not shown.
    routine: Vec<bool>,
    all: bool,
    in_place: bool,
    /// The next link, and what is left of the one before when a block ended inside it.
    next: usize,
    rest: Option<Link>,
    /// From the final text to the decoded one, behind the last link.
    shift: i64,
    parts: Vec<Part>,
    out: Aligned,
}

impl Aligner<'_> {
    fn pieces(&mut self, draft: &Draft<'_>) {
        let title = draft.title.as_deref();
        let is_title = |i: &usize| title == Some(draft.piece(*i));
        // a title line that nothing stays before is where the title is written; in place it is wherever it stands
        let line = if draft.in_place {
            (0..draft.pieces.len()).find(is_title)
        } else {
            (0..draft.pieces.len()).take_while(|i| draft.pieces[*i].cut.is_some()).find(is_title)
        };
        let extra = title.filter(|_| line.is_none());
        if draft.in_place && extra.is_none() && draft.pieces.is_empty() {
            return self.kept(Span::new(0, self.text.len()));
        }
        let mut between = Between::new(draft.layout, extra.is_some());
        let mut begun = extra.is_some() && !draft.in_place;
        if let Some(title) = extra {
            let apart = if draft.in_place { "\n\n" } else { "" };
            if self.all { self.change("", &format!("{title}{apart}"), &[]) } else { self.same(&format!("{title}{apart}")) }
        }
        // rules of the block before, if it is left out
        let mut cut: Option<RuleId> = None;
        let mut end = 0;
        for (i, p) in draft.pieces.iter().enumerate() {
            let span = Span { start: p.span.0, end: p.span.1 };
            let gap = Span { start: end, end: span.start };
            end = span.end;
            let stays = p.cut.is_none() || line == Some(i);
            match (stays, begun) {
                (true, true) => {
                    let (ends, indent) =
                        if line == Some(i) { ("\n\n", Span::default()) } else { between.block(self.text, span, p.kind.into()) };
                    self.apart(gap, &format!("{ends}{}", indent.of(self.text)));
                }
                (true, false) => match cut {
                    None if draft.in_place && extra.is_none() => self.kept(gap),
                    _ => {
                        let indent = if line == Some(i) || draft.in_place {
                            Span::default()
                        } else {
                            between.block(self.text, span, p.kind.into()).1
                        };
                        if indent.is_empty() {
                            self.lost(gap, cut, cut.is_some());
                        } else {
                            self.apart(gap, indent.of(self.text));
                        }
                    }
                },
                (false, true) => self.lost(gap, p.cut.map(|c| RuleId(c.rule)), true),
                (false, false) => self.lost(gap, cut.or(p.cut.map(|c| RuleId(c.rule))), cut.is_some()),
            }
            let from = self.out.before.len() as u32;
            match (stays, p.cut) {
                (false, Some(c)) => {
                    self.removed(span, RuleId(c.rule));
                    cut = Some(RuleId(c.rule));
                    between.pass(self.text, span);
                }
                _ => {
                    self.kept(span);
                    begun = true;
                    if line == Some(i) && !draft.in_place {
                        between.title(self.text, span);
                    }
                }
            }
            self.out.pieces.push((from, self.out.before.len() as u32, i as u32));
        }
        let gap = Span { start: end, end: self.text.len() as u32 };
        match (self.out.after.is_empty(), draft.in_place) {
            (true, _) => self.lost(gap, cut, cut.is_some()),
            (false, true) => self.kept(gap),
            (false, false) => self.apart(gap, "\n"),
        }
    }

    /// Takes the parts of the next stretch. Links without width at its end belong to it when it is a block.
    fn take(&mut self, at: Span, block: bool) {
        self.parts.clear();
        let mut from = at.start;
        loop {
            let link = self.rest.or_else(|| self.chain.links.get(self.next).copied());
            let Some(mut link) = link.filter(|l| l.now.start < at.end || block && l.now.is_empty() && l.now.start == at.end) else { break };
            if from < link.now.start {
                self.parts.push(Part::Same(Span { start: from, end: link.now.start }));
            }
            self.rest = None;
            if link.now.end > at.end {
                let mut rest = link;
                (rest.was.start, rest.now.start) = (link.was.end, at.end);
                link.now.end = at.end;
                self.rest = Some(rest);
            } else {
                self.next += 1;
            }
            from = link.now.end;
            if self.chain.rules(&link).iter().all(|r| self.routine[usize::from(r.0)]) {
                if !link.now.is_empty() {
                    self.parts.push(Part::Same(link.now));
                }
            } else {
                self.parts.push(Part::Changed(link));
            }
        }
        if from < at.end {
            self.parts.push(Part::Same(Span { start: from, end: at.end }));
        }
    }

    /// The text of the parts as it was, and whether a change is among them that is shown.
    fn was(&self) -> (String, bool, Vec<RuleId>) {
        let (mut was, mut changed, mut rules) = (String::new(), false, Vec::new());
        for part in &self.parts {
            match part {
                Part::Same(at) => was.push_str(at.of(self.text)),
                Part::Changed(link) => {
                    changed = true;
                    was.push_str(link.was.of(self.decoded));
                    for r in self.chain.rules(link) {
                        if !rules.contains(r) {
                            rules.push(*r);
                        }
                    }
                }
            }
        }
        (was, changed, rules)
    }

    /// What stands between two blocks, as it is shown.
    fn between(&mut self, at: Span) -> (String, bool, Vec<RuleId>) {
        // behind the last block nothing else takes the links without width
        self.take(at, at.end as usize == self.text.len());
        let (was, changed, rules) = self.was();
        if !changed && !self.all && !self.in_place && was.contains(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']) {
            return ("\n".to_owned(), false, rules);
        }
        (was, changed, rules)
    }

    /// A stretch that stays.
    fn kept(&mut self, at: Span) {
        self.take(at, true);
        let parts = std::mem::take(&mut self.parts);
        self.place(at.start);
        for part in &parts {
            match part {
                Part::Same(at) => {
                    let text = self.text;
                    self.same(at.of(text));
                }
                Part::Changed(link) => {
                    let (was, now, chain) = (link.was.of(self.decoded), link.now.of(self.text), self.chain);
                    self.out.places.push((self.out.before.len() as u32, link.was.start));
                    self.change(was, now, chain.rules(link));
                    self.out.places.push((self.out.before.len() as u32, link.was.end));
                }
            }
        }
        self.parts = parts;
    }

    /// A block that is left out.
    fn removed(&mut self, at: Span, rule: RuleId) {
        self.take(at, true);
        self.place(at.start);
        let (was, ..) = self.was();
        self.change(&was, "", &[rule]);
    }

    /// White space that is written as `now` between two blocks that stay.
    fn apart(&mut self, at: Span, now: &str) {
        if self.in_place {
            return self.kept(at);
        }
        let (was, changed, rules) = self.between(at);
        if !(changed || self.all) || was == now { self.same(now) } else { self.change(&was, now, &rules) }
    }

    /// White space that goes, with the block beside it when there is one.
    fn lost(&mut self, at: Span, with: Option<RuleId>, shown: bool) {
        let (was, changed, rules) = self.between(at);
        if shown || changed || self.all || self.in_place {
            self.change(&was, "", with.as_ref().map_or(&rules, std::slice::from_ref));
        }
    }

    /// Notes where the text that comes stands in the decoded text.
    fn place(&mut self, at: u32) {
        let behind = self.next.checked_sub(1).map(|n| self.chain.links[n]);
        // of links that lie inside the stretch only the one before its begin counts
        let first = match behind {
            Some(l) if l.now.end <= at => i64::from(l.was.end) - i64::from(l.now.end),
            _ => {
                let n = self.chain.links.partition_point(|l| l.now.end <= at);
                n.checked_sub(1).map_or(0, |n| i64::from(self.chain.links[n].was.end) - i64::from(self.chain.links[n].now.end))
            }
        };
        self.shift = first;
        self.out.places.push((self.out.before.len() as u32, u32::try_from(i64::from(at) + first).unwrap_or(0)));
    }

    fn same(&mut self, text: &str) {
        self.out.before.push_str(text);
        self.out.after.push_str(text);
    }

    fn change(&mut self, was: &str, now: &str, rules: &[RuleId]) {
        if was == now {
            return self.same(was);
        }
        let (b, a) = (self.out.before.len(), self.out.after.len());
        self.out.before.push_str(was);
        self.out.after.push_str(now);
        let (was, now) = (Span::new(b, self.out.before.len()), Span::new(a, self.out.after.len()));
        if let Some(last) = self.out.changes.last_mut()
            && last.was.end == was.start
            && last.now.end == now.start
            && *last.rules == *rules
        {
            (last.was.end, last.now.end) = (was.end, now.end);
            return;
        }
        self.out.changes.push(Change { was, now, rules: rules.into() });
    }
}

/// Moves what begins with a line end and only comes or goes behind that line end, if another follows: then it is whole lines.
fn slide(out: &mut Aligned) {
    let mut next = out.before.len() as u32;
    for change in out.changes.iter_mut().rev() {
        let side = match (change.was.is_empty(), change.now.is_empty()) {
            (false, true) => Some((change.was, out.before.as_bytes())),
            (true, false) => Some((change.now, out.after.as_bytes())),
            _ => None,
        };
        if let Some((at, text)) = side
            && change.was.end < next
            && text[at.start as usize] == b'\n'
            && text.get(at.end as usize) == Some(&b'\n')
            && at.start > 0
            && text[at.start as usize - 1] != b'\n'
        {
            for s in [&mut change.was, &mut change.now] {
                (s.start, s.end) = (s.start + 1, s.end + 1);
            }
        }
        next = change.was.start;
    }
}
