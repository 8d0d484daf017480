//! Paragraphs that repeat an earlier one of the page; the first copy stays.

use std::collections::HashMap;

use super::key::{LONG, SHORTEST, head, key};
use super::{Known, left_out};
use crate::block::{Block, Kind, Mark};
use crate::rules::Rules;

/// A paragraph of a text repeats whole; a line this short, in characters, must also end like a sentence. Refrains do not.
const SENTENCE: usize = 30;
const SENTENCE_ENDS: [char; 11] = ['。', '！', '？', '.', '!', '?', '”', '"', '」', '）', ')'];
/// Copies, the first one counted, that make a short paragraph a formula of its text. Origin: logs, litanies, changelogs and manuals; no other value
/// was tried.
const FORMULA: usize = 3;
const _: () = assert!(SHORTEST < LONG && SENTENCE < LONG, "lengths are known up to there");
/// Words that announce an abstract.
const ABSTRACT: [&str; 14] = [
    "摘要",
    "导读",
    "導讀",
    "核心提示",
    "内容提要",
    "內容提要",
    "内容摘要",
    "导语",
    "導語",
    "提要",
    "简介",
    "Abstract",
    "Summary",
    "原标题",
];

/// Marks for kept blocks whose text stood earlier: the same characters after NFC without white space. Never headings, items, rows,
/// code, quotations, short lines and verse; with `close`, nor lines of a paragraph or an item that does not repeat as a whole. An announced abstract that is the beginning of the paragraph below it goes too.
pub(super) fn duplicates(text: &str, blocks: &[Block], marks: &[Mark], close: bool, rules: &Rules, known: &mut Known) -> Vec<Mark> {
    known.0.clear();
    known.0.resize(blocks.len(), None);
    let out = left_out(blocks, marks);
    let mut seen: HashMap<u128, u32> = HashMap::new();
    let mut found = Vec::new();
    let mut buffer = Vec::new();
    for i in alike(text, blocks, &out) {
        let s = blocks[i].span.of(text);
        let (key, n) = key(s, &mut buffer);
        known.0[i] = Some((key, n));
        if n < SHORTEST || (n < SENTENCE && !s.ends_with(SENTENCE_ENDS)) {
            continue;
        }
        match seen.get(&key) {
            Some(first) => found.push(Mark { block: i as u32, rule: rules.rule("paragraph/repeat"), score: 1.0, first: Some(*first) }),
            None => {
                seen.insert(key, i as u32);
            }
        }
    }
    if close {
        spare_parts(text, blocks, &mut found);
    }
    if !found.is_empty() && is_refrain(blocks, &out, &found) {
        found.clear();
    }
    spare_formulas(blocks, &mut found);
    found.extend(abstracts(text, blocks, &out, rules));
    found
}

/// The paragraphs that begin like another, in order: no other can repeat or be repeated, and in most texts there are none.
fn alike(text: &str, blocks: &[Block], out: &[bool]) -> Vec<usize> {
    let all = blocks.iter().enumerate().filter(|(i, b)| !out[*i] && b.kind == Kind::Paragraph && b.span.len() >= SHORTEST);
    let mut heads: Vec<(u64, usize)> = all.map(|(i, b)| (head(b.span.of(text)), i)).collect();
    heads.sort_unstable();
    let groups = heads.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1);
    let mut alike: Vec<usize> = groups.flatten().map(|(_, i)| *i).collect();
    alike.sort_unstable();
    alike
}

/// True when repeats are how the text is made: three different ones or more, none longer than a line of verse, each back again
/// and again. A page that was pasted twice repeats paragraphs of every length, in their order.
fn is_refrain(blocks: &[Block], out: &[bool], found: &[Mark]) -> bool {
    let kept = blocks.iter().zip(out).filter(|(b, out)| !**out && b.kind == Kind::Paragraph).count();
    let short = found.iter().all(|m| blocks[m.block as usize].span.len() < 3 * SENTENCE);
    short && found.len() * 2 < kept
}

/// Takes out lines that are only a part of what they stand in: of an item, or of a paragraph set in lines, of which others do not repeat. Lines that
/// all end like sentences are paragraphs, though no blank line parts them.
fn spare_parts(text: &str, blocks: &[Block], found: &mut Vec<Mark>) {
    if found.is_empty() {
        return;
    }
    let mut repeats = vec![false; blocks.len()];
    found.iter().for_each(|m| repeats[m.block as usize] = true);
    let is_close = |i: usize| {
        let gap = text.as_bytes().get(blocks[i - 1].span.end as usize..blocks[i].span.start as usize);
        gap.is_some_and(|gap| memchr::memchr_iter(b'\n', gap).count() == 1)
    };
    let mut from = 0;
    while from < blocks.len() {
        let to = (from + 1..blocks.len()).find(|i| !is_close(*i)).unwrap_or(blocks.len());
        let within = from..to;
        let in_item = blocks[within.clone()].iter().any(|b| b.kind == Kind::ListItem);
        let goes_on = |i: usize| !blocks[i].span.of(text).ends_with(|c: char| SENTENCE_ENDS.contains(&c) || c >= '\u{2e80}');
        let set_in_lines = within.clone().take(to - from - 1).any(goes_on);
        if in_item || set_in_lines && !repeats[within.clone()].iter().all(|r| *r) {
            repeats[within].fill(false);
        }
        from = to;
    }
    found.retain(|m| repeats[m.block as usize]);
}

/// Takes out what stands [`FORMULA`] times or more and is no longer than a line of verse: answers of a prayer, messages of a log, fields of records,
/// terms of a contract say the same again because that is how the text is made. What was pasted or teased stands twice.
fn spare_formulas(blocks: &[Block], found: &mut Vec<Mark>) {
    let mut firsts: Vec<u32> = found.iter().filter_map(|m| m.first).collect();
    firsts.sort_unstable();
    let often = |first: u32| firsts.partition_point(|f| *f <= first) - firsts.partition_point(|f| *f < first) + 1 >= FORMULA;
    found.retain(|m| blocks[m.block as usize].span.len() >= 3 * SENTENCE || !m.first.is_some_and(often));
}

/// Announced abstracts (`摘要：…`) among the first ten kept blocks, whose text is the beginning of a longer block right below.
fn abstracts(text: &str, blocks: &[Block], out: &[bool], rules: &Rules) -> Option<Mark> {
    let kept: Vec<usize> = (0..blocks.len()).filter(|i| !out[*i]).take(12).collect();
    let bare = |s: &str| -> String { s.chars().filter(|c| c.is_alphanumeric()).collect() };
    for (k, i) in kept.iter().enumerate() {
        let s = blocks[*i].span.of(text);
        let s = s.trim_start_matches(['【', '[', '（', '(', '“']);
        let Some(rest) = ABSTRACT.iter().find_map(|w| s.strip_prefix(w)) else { continue };
        let rest = rest.trim_start_matches(['】', ']', '）', ')', ':', '：', ' ', '\u{3000}']);
        let said = bare(rest.trim_end_matches(['…', '.', '[', ']', '详', '细', '】']));
        if said.chars().count() < 20 || said.len() > 3000 {
            continue;
        }
        for j in kept[k + 1..].iter().take(3) {
            let below = blocks[*j].span.of(text);
            if below.len() >= said.len() && bare(&below[..floor(below, 2 * said.len() + 200)]).starts_with(&said) {
                return Some(Mark { block: *i as u32, rule: rules.rule("paragraph/abstract"), score: 1.0, first: Some(*j as u32) });
            }
        }
    }
    None
}

/// The largest character border of `s` up to `at`.
fn floor(s: &str, at: usize) -> usize {
    let mut at = at.min(s.len());
    while !s.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plain;

    const TEXT: &str = "山里的路一到雨天就不好走，村里人商量了几次，决定自己动手修一条，从村口一直修到河边。";

    fn repeats(text: &str) -> Vec<(u32, Option<u32>)> {
        let blocks = plain::outline(text).blocks;
        duplicates(text, &blocks, &[], false, Rules::builtin(), &mut Known::default()).iter().map(|m| (m.block, m.first)).collect()
    }

    #[test]
    fn the_first_copy_stays() {
        assert_eq!(repeats(&format!("{TEXT}\n路修好了\n{}\n路修好了", TEXT.replace('，', "， "))), [(2, Some(0))]);
    }

    #[test]
    fn parts_of_what_does_not_repeat_stay() {
        let close = |text: &str| {
            let blocks = plain::outline(text).blocks;
            duplicates(text, &blocks, &[], true, Rules::builtin(), &mut Known::default()).len()
        };
        let set = ["The mill stands still while the river is frozen, and", "nobody grinds corn before the ice has gone."];
        let one = set.join("\n");
        assert_eq!(close(&format!("{one}\n\n{one}")), 2);
        assert_eq!(close(&format!("{one}\n\nIn the upper valley it is said that\n{}", set[1])), 0);
        assert_eq!(close(&format!("春天的事\n{TEXT}\n{TEXT}")), 1);
    }

    #[test]
    fn refrains_and_short_lines_repeat_rightly() {
        assert!(repeats("“好。”\n他说。\n“好。”\n他说。").is_empty());
        let song = "河水流啊流过了我家门前的老柳树，\n春来了\n河水流啊流过了我家门前的老柳树，\n秋来了\n冬来了";
        assert!(repeats(song).is_empty());
    }

    #[test]
    fn formulas_of_a_text_stay_and_what_was_pasted_goes() {
        let answer = "愿山河安好，愿人间无灾无难。";
        let litany = format!("为丰收的麦田。\n{answer}\n为家中的老人。\n{answer}\n为远行的孩子。\n{answer}");
        assert!(repeats(&litany).is_empty());
        let log = "Connection refused by the remote host.\nTrying again in five seconds, please wait.\n".repeat(3);
        assert!(repeats(&log).is_empty());
        // a long paragraph goes however often it was pasted, and a short one beside it that stands twice
        assert_eq!(repeats(&format!("{TEXT}\n一\n{TEXT}\n二\n{TEXT}")).len(), 2);
        assert_eq!(repeats(&format!("{TEXT}\n{answer}\n{TEXT}\n{answer}")).len(), 2);
    }

    #[test]
    fn an_abstract_goes_only_when_the_text_says_the_same() {
        let first = "山里的路一到雨天就不好走，村里人商量了几次，决定自己动手";
        assert_eq!(repeats(&format!("摘要：{first}……\n{TEXT}")), [(0, Some(1))]);
        assert!(repeats(&format!("摘要：本文讲的是一条路怎样修起来，又怎样坏掉，谁来修它，为什么修\n{TEXT}")).is_empty());
    }
}
