//! Lines and elements that a user's own rules are about: marks for those that go, and what keeps the others. How a rule matches lives in
//! `rules/own`.

use crate::block::{Mark, Note};
use crate::rules::own::{Does, Lines};
use crate::rules::{RuleId, Rules};
use crate::tree::{Outline, Tree};

/// What own rules decide about each element: by its own names, else by those of the nearest element around it. Empty when they say nothing of
/// elements. Linear.
fn elements(tree: &Tree, lines: &Lines) -> Vec<Option<(RuleId, Does)>> {
    if !lines.knows_elements() {
        return Vec::new();
    }
    let of_label: Vec<_> = tree.labels.iter().map(|l| lines.element(l)).collect();
    let mut all: Vec<Option<(RuleId, Does)>> = Vec::with_capacity(tree.len());
    for i in 0..tree.len() {
        let around = all.get(tree.parent[i] as usize).copied().flatten();
        all.push(of_label.get(tree.label[i] as usize).copied().flatten().or(around));
    }
    all
}

/// The marks of a page after own rules: a block that goes gets a mark if it has none, one that stays loses those of boilerplate, and a note
/// in layer `layer`, to which `text` belongs, says which rule kept it. What is said of a line counts before what is said of an element around
/// it. Without own rules nothing is looked at.
pub fn apply(text: &str, layer: u32, outline: &Outline, mut marks: Vec<Mark>, rules: &Rules) -> (Vec<Mark>, Vec<Note>) {
    let Some(lines) = rules.own() else { return (marks, Vec::new()) };
    let blocks = &outline.blocks;
    let elements = elements(&outline.tree, lines);
    let is_boilerplate = |m: &Mark| rules.get(m.rule).id.starts_with("boilerplate/");
    // what other stages leave out, a title that is written above the text for one, is not kept by a rule about lines
    let (mut marked, mut fixed) = (vec![false; blocks.len()], vec![false; blocks.len()]);
    for m in &marks {
        marked[m.block as usize] = true;
        fixed[m.block as usize] |= !is_boilerplate(m);
    }
    let (mut kept, mut notes) = (vec![false; blocks.len()], Vec::new());
    for (i, block) in blocks.iter().enumerate() {
        let around = || elements.get(block.node as usize).copied().flatten();
        match lines.decide(block.span.of(text)).or_else(around) {
            Some((rule, Does::Remove)) if !marked[i] => marks.push(Mark { block: i as u32, rule, score: 1.0, first: None }),
            Some((rule, Does::Keep)) if marked[i] && !fixed[i] => {
                kept[i] = true;
                notes.push(Note { layer, at: block.span, rule, alternatives: Vec::new() });
            }
            _ => {}
        }
    }
    marks.retain(|m| !kept[m.block as usize]);
    (marks, notes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Kernel;
    use crate::options::Options;
    use crate::page::RawDoc;

    const TEXT: &str = "山里的路一到雨天就不好走，村里人商量了几次，决定自己动手修一条，从村口一直修到河边。";

    #[test]
    fn own_rules_remove_and_keep() {
        let table = "own/shop\tlines of the shop\tus\tx\ty\tbegin\t本店\tremove\nown/follow\tour own call\tus\tx\ty\twithin\t官方微信公众号\tkeep\n";
        let rules: &'static Rules = Box::leak(Box::new(Rules::with_own(&[("own.tsv".to_owned(), table.to_owned())]).unwrap()));
        let text = format!("修路记\n{TEXT}\n本店今日打折\n{TEXT}路修好了。\n扫码关注\n官方微信公众号\nweixin\n");
        let kept = |kernel: &Kernel| {
            let page = kernel.page(RawDoc { id: "a.txt", bytes: text.as_bytes(), ..RawDoc::default() });
            let notes: Vec<String> = page.notes.iter().map(|n| kernel.rules().get(n.rule).id.to_string()).collect();
            (page.clean().to_text(true), notes)
        };
        let (without, _) = kept(&Kernel::new(Options::default()));
        assert!(without.contains("本店") && !without.contains("公众号"), "{without}");
        let (with, notes) = kept(&Kernel::with_rules(rules, Options::default()));
        assert!(!with.contains("本店") && with.contains("官方微信公众号") && !with.contains("weixin"), "{with}");
        assert_eq!(notes, ["own/follow"]);
    }

    #[test]
    fn own_words_name_elements() {
        let table =
            "own/card\tcards of the shop\tus\tx\ty\tclass\tshopcard\tremove\nown/box\tboxes with news\tus\tx\ty\tclass\tnewsbox\tkeep\n";
        let rules: &'static Rules = Box::leak(Box::new(Rules::with_own(&[("own.tsv".to_owned(), table.to_owned())]).unwrap()));
        let page = format!(
            "<body><article><h1>修路记</h1><p>{TEXT}<div class=theShopCard><p>{TEXT}买二送一。</div><p>{TEXT}路修好了。</article>\
             <footer class=footer><div class='newsbox links'><a href=/a>春天的路</a></div></footer></body>"
        );
        let kept = |kernel: &Kernel| {
            let page = kernel.page(RawDoc { id: "a.html", bytes: page.as_bytes(), ..RawDoc::default() });
            page.clean().to_text(true)
        };
        let without = kept(&Kernel::new(Options::default()));
        assert!(without.contains("买二送一") && !without.contains("春天的路"), "{without}");
        let with = kept(&Kernel::with_rules(rules, Options::default()));
        assert!(!with.contains("买二送一") && with.contains("春天的路"), "{with}");
    }
}
