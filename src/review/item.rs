//! What is gone through: each rule and line once, however often it stands in the documents, with all that is shown of it.

use serde::{Deserialize, Serialize};

use super::scene::{Row, scene};
use crate::check::{Fate, Finding, Spot, located};
use crate::diff::Diff;
use crate::draft::Draft;
use crate::edit::CERTAIN;
use crate::layer::Stage;
use crate::page::Page;
use crate::rules::{RuleId, Rules};
use crate::span::Span;

/// Other places of a finding that are named.
const PLACES: usize = 3;
/// Bytes of a line that a rule is made of, at most.
const LONGEST: usize = 2000;

/// A finding to decide about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// The first of its kind.
    pub finding: Finding,
    /// How strongly the rule removes, or how sure it is of an edit, as people read it; empty when it only says yes or no.
    pub sure: String,
    /// The line as own rules look at it; `None` when there is no such line.
    pub line: Option<String>,
    /// Whether a rule can keep it.
    pub keep: Keep,
    /// A line beside it that stays.
    pub beside: String,
    /// Before and after.
    pub scene: Vec<Row>,
    /// How often it stands elsewhere.
    pub more: u32,
    /// Some of the other places.
    pub places: Vec<String>,
}

/// Whether a rule of one's own can keep what a finding would take away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Keep {
    /// It can.
    Can,
    /// Own rules are about lines that go or stay; this is a change inside a line, or of the reading of the bytes.
    Change,
    /// Nothing would be taken away.
    Nothing,
    /// Another rule that own rules have no say over takes it: its id.
    Other(String),
    /// There is no line that a rule could name.
    NoLine,
}

impl Item {
    /// `path`, or `path#record` in a file of several.
    pub fn document(&self) -> String {
        match self.finding.record {
            Some(n) => format!("{}#{n}", self.finding.path),
            None => self.finding.path.clone(),
        }
    }

    /// `document:line:column`.
    pub fn place(&self) -> String {
        format!("{}:{}:{}", self.document(), self.finding.line, self.finding.column)
    }

    /// Of a record that cannot be read.
    pub fn unreadable(finding: Finding) -> Item {
        Item {
            finding,
            sure: String::new(),
            line: None,
            keep: Keep::NoLine,
            beside: String::new(),
            scene: Vec::new(),
            more: 0,
            places: Vec::new(),
        }
    }

    /// Counts another place of the same finding.
    pub fn also(&mut self, other: Item) {
        self.more = self.more.saturating_add(1 + other.more);
        if self.places.len() < PLACES {
            self.places.push(other.place());
        }
    }
}

/// The findings of a page that are to be decided about, each once, at most `most`. `wanted` says which rules are meant.
pub fn items(
    path: &str,
    record: Option<u64>,
    page: &Page<'_>,
    draft: &Draft<'_>,
    rules: &Rules,
    wanted: &dyn Fn(&str) -> bool,
    most: usize,
) -> Vec<Item> {
    let diff = Diff::new(page, draft, rules, false);
    let mut out: Vec<Item> = Vec::new();
    let mut seen: std::collections::BTreeMap<String, usize> = std::collections::BTreeMap::new();
    let fixed = fixed(page, rules);
    for (finding, spot) in located(path, record, page, &diff, rules) {
        if !wanted(&finding.rule) {
            continue;
        }
        let known = seen.get(&finding.fingerprint).copied();
        if known.is_none() && out.len() == most {
            continue;
        }
        let mut item = Item::unreadable(finding);
        if let Some(n) = known {
            out[n].also(item);
            continue;
        }
        let rule = rules.find(&item.finding.rule);
        item.scene = scene(page, &diff, &item.finding, spot);
        let block = match spot {
            Spot::Before(at, _) => diff.piece_at(at.start),
            Spot::Whole | Spot::Decoded(_) => None,
        };
        item.sure = sure(page, &diff, rule, spot, block);
        item.line = block.map(|b| draft.piece(b).trim()).filter(|l| !l.is_empty() && l.len() <= LONGEST).map(str::to_owned);
        if block.is_some_and(|b| is_joined(page, draft.pieces[b].span)) {
            item.line = None;
        }
        item.keep = match (item.finding.fate, block) {
            (Fate::Removed, Some(b)) if item.line.is_some() => match &fixed[b] {
                Some(rule) => Keep::Other(rules.get(*rule).id.to_string()),
                None => Keep::Can,
            },
            (Fate::Removed, _) => Keep::NoLine,
            (Fate::Edited | Fate::Decoded, _) => Keep::Change,
            (Fate::Noted | Fate::Unreadable, _) => Keep::Nothing,
        };
        item.beside = block.map_or(String::new(), |b| beside(draft, b));
        seen.insert(item.finding.fingerprint.clone(), out.len());
        out.push(item);
    }
    out
}

/// Of each block the rule that leaves it out whatever own rules say.
fn fixed(page: &Page<'_>, rules: &Rules) -> Vec<Option<RuleId>> {
    let mut fixed = vec![None; page.outline.blocks.len()];
    for mark in &page.marks {
        let has_say = rules.get(mark.rule).id.starts_with("boilerplate/") || rules.own().is_some_and(|o| o.has(mark.rule));
        if !has_say {
            fixed[mark.block as usize] = Some(mark.rule);
        }
    }
    fixed
}

/// How sure it is, in the measure of the rule.
fn sure(page: &Page<'_>, diff: &Diff, rule: Option<RuleId>, spot: Spot, block: Option<usize>) -> String {
    let (Some(rule), Spot::Before(at, _)) = (rule, spot) else {
        return match spot {
            Spot::Whole => format!("{:.0} %", page.charset.confidence * 100.0),
            _ => String::new(),
        };
    };
    if let Some(mark) = block.and_then(|b| page.marks.iter().find(|m| m.block as usize == b && m.rule == rule)) {
        return if mark.score == 1.0 { String::new() } else { format!("{:.2}", mark.score) };
    }
    let mut at = Span { start: diff.input_at(at.start), end: diff.input_at(at.end) };
    let mut least = None;
    for layer in page.layers.get(1..).unwrap_or_default() {
        let first = layer.edits.partition_point(|e| e.was.end < at.start);
        let here = layer.edits[first..].iter().take_while(|e| e.was.start <= at.end).filter(|e| e.rule == rule);
        least = here.map(|e| e.confidence).chain(least).min();
        at = layer.carry(at);
    }
    least.filter(|c| *c < CERTAIN).map_or(String::new(), |c| format!("{c} %"))
}

/// Whether a paragraph was put together behind the rules about lines, which saw its parts.
fn is_joined(page: &Page<'_>, span: (u32, u32)) -> bool {
    page.layers.last().is_some_and(|l| {
        let first = l.edits.partition_point(|e| e.now.end < span.0);
        l.stage == Stage::Join && l.edits.get(first).is_some_and(|e| e.now.start <= span.1)
    })
}

/// A block near this one that stays, if it is short enough to be a sample.
fn beside(draft: &Draft<'_>, block: usize) -> String {
    let near = (1..=8).flat_map(|d| [block.checked_sub(d), Some(block + d)]).flatten();
    let stays = near.filter(|b| draft.pieces.get(*b).is_some_and(|p| p.cut.is_none()));
    stays.map(|b| draft.piece(b)).find(|t| t.len() <= LONGEST / 4).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Kernel, Options, RawDoc};

    fn of(id: &str, text: &str, own: &str) -> Vec<Item> {
        let rules: &'static Rules = Box::leak(Box::new(Rules::with_own(&[("own.tsv".to_owned(), own.to_owned())]).expect("sound rules")));
        let kernel = Kernel::with_rules(rules, Options::default());
        let page = kernel.page(RawDoc { id, bytes: text.as_bytes(), ..RawDoc::default() });
        let draft = Draft::of(&page, true, false, None, kernel.rules());
        items(id, None, &page, &draft, kernel.rules(), &|_| true, 100)
    }

    const PROSE: &str = "山里的路一到雨天就不好走，村里人商量了几次，决定自己动手修一条，从村口一直修到河边。";

    #[test]
    fn a_removed_line_can_be_kept_and_a_repair_cannot() {
        let found = of("a.txt", &format!("修路记\n{PROSE}\n他去喝了一杯 cafÃ© au lait 才回家。\n分享到：微博 微信 QQ空间\n"), "");
        let share = found.iter().find(|i| i.finding.rule == "boilerplate/share").expect("a share box");
        assert_eq!((share.line.as_deref(), &share.keep), (Some("分享到：微博 微信 QQ空间"), &Keep::Can));
        assert_eq!(share.beside, "他去喝了一杯 café au lait 才回家。");
        let repair = found.iter().find(|i| i.finding.rule.starts_with("repair/")).expect("a repair");
        assert_eq!((repair.line.as_deref(), &repair.keep), (Some("他去喝了一杯 café au lait 才回家。"), &Keep::Change));
        assert!(repair.sure.ends_with(" %"), "{}", repair.sure);
    }

    #[test]
    fn the_line_is_the_one_that_rules_see() {
        // repaired, without the markup: what the text before shows is not what a rule is matched with
        let page = format!(
            "<html><body><h1>修路记</h1><p>{PROSE}</p><p>{PROSE}路修好了。</p><p>© 2020 cafÃ©&nbsp;版权所有 未经授权不得转载</p></body></html>"
        );
        let found = of("a.html", &page, "");
        let footer = found.iter().find(|i| i.finding.fate == Fate::Removed).expect("a footer");
        let line = footer.line.clone().expect("a line");
        let own = format!("own/x\tsays\tme\tx\ty\twhole\t{}\tkeep\n", line.replace('\\', "\\\\"));
        let with = of("a.html", &page, &own);
        assert!(with.iter().all(|i| i.finding.rule != footer.finding.rule || i.line.as_ref() != Some(&line)), "{with:#?}");
        assert!(with.iter().any(|i| i.finding.rule == "own/x"), "{with:#?}");
    }

    #[test]
    fn a_repeated_paragraph_is_not_kept_by_a_rule() {
        let found = of("a.txt", &format!("修路记\n{PROSE}\n{PROSE}\n路修好了，大家都来走。\n"), "");
        assert!(matches!(&found[0].keep, Keep::Other(rule) if rule.starts_with("paragraph/")), "{found:#?}");
    }

    #[test]
    fn the_same_line_is_one_item() {
        let found = of("a.txt", &format!("修路记\n{PROSE}\n分享到：微博 微信\n第二天又下了雨。\n分享到：微博 微信\n"), "");
        let share: Vec<&Item> = found.iter().filter(|i| i.finding.rule == "boilerplate/share").collect();
        assert_eq!((share.len(), share[0].more), (1, 1));
    }
}
