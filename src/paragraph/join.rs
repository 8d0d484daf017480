//! Paragraphs of Chinese or Japanese broken in mid-sentence put together, such as those of newspaper columns. Lines broken at a margin are
//! told in `wrapped`, repeats found in `repeat`.

use super::left_out;
use super::together::together;
use crate::block::{Block, Kind, Mark};
use crate::byline::names::is_han;
use crate::layer::Layer;
use crate::model::Model;
use crate::rules::Rules;

/// Bytes from which a block can be the first half of a broken paragraph of Chinese: some 10 ideographs, shorter ones are headings.
const FIRST_HALF: usize = 30;
/// Bytes from which a line with a comma is no heading, some 30 and 25 ideographs: over a paragraph, and over less than a line.
const LONG: usize = 90;
const LONG_OVER_SHORT: usize = 75;
/// Least [`flow`] over a break, from which it votes for a broken page, and from which the break goes through a word and needs no
/// vote. Broken sentences of two newspaper pages had -20 to 115, headings with a comma -54 to -17.
const LEAST: i64 = -25;
const VOTE: i64 = -10;
const WORD: i64 = 60;
/// Votes that make a broken page, at least one for so many paragraphs. Collections of short articles have one in 25.
const PATTERN: usize = 2;
const SPREAD: usize = 12;

/// Joins neighbours that are one sentence; `None` when there are none. A block that begins a joined paragraph grows, the others
/// disappear; blocks between that were left out stay out and end before it.
///
/// The first half has no mark at its end and a comma or the like inside; the second half begins as no paragraph does, and ends with a mark.
/// Headings, items, rows, code, verse and lines of different kinds are never joined.
pub(super) fn join(text: &str, blocks: &[Block], marks: &[Mark], rules: &Rules) -> Option<(Layer<'static>, Vec<Block>, Vec<Mark>)> {
    let out = left_out(blocks, marks);
    let mut joined: Vec<bool> = vec![false; blocks.len()];
    let mut chinese_breaks = Vec::new();
    let mut votes = 0;
    for i in 1..blocks.len() {
        let (a, b) = (&blocks[i - 1], &blocks[i]);
        if out[i - 1] || out[i] || a.kind != b.kind || !matches!(a.kind, Kind::Paragraph | Kind::Quote) || a.node != b.node {
            continue;
        }
        let (x, y) = (a.span.of(text), b.span.of(text));
        let gap = &text[a.span.end as usize..b.span.start as usize];
        if !gap.chars().all(char::is_whitespace) {
            continue;
        }
        let chinese = x.chars().next_back().is_some_and(is_inner) && y.chars().next().is_some_and(is_inner);
        if !chinese {
            continue;
        }
        if let Some(flow) = broken_chinese(x, y, joined[i - 1], blocks.get(i + 1).map(|n| n.span.of(text))) {
            votes += usize::from(flow >= VOTE);
            let word = x.chars().next_back().is_some_and(is_han) && y.chars().next().is_some_and(is_han);
            joined[i] = word && flow >= WORD;
            chinese_breaks.push(i);
        }
    }
    // A page whose columns broke its sentences did so again and again; a single one may be how its author wrote.
    let paragraphs = blocks.iter().zip(&out).filter(|(b, out)| !**out && b.span.len() >= 60).count();
    if votes >= PATTERN && votes * SPREAD >= paragraphs {
        for i in chinese_breaks {
            joined[i] = true;
        }
    }
    together(text, blocks, marks, &joined, rules.rule("paragraph/join"), 80)
}

/// A character that stands inside a sentence of Chinese or Japanese: an ideograph, kana, a digit, a comma.
fn is_inner(c: char) -> bool {
    is_han(c) || matches!(c, '\u{3040}'..='\u{30ff}' | '，' | '、' | ',' | '；' | '“' | '《' | '「') || c.is_ascii_digit()
}

/// Marks after which a paragraph may end.
fn ends(s: &str) -> bool {
    s.ends_with([
        '。', '！', '？', '!', '?', '…', '”', '」', '』', '：', ':', '；', ';', '.', ')', '）', '】', ']', '》', '—', '"', '’', '|', '~',
        '～',
    ])
}

/// The [`flow`] over the break between two halves of one Chinese sentence; `None` when they are none. `second` when the first half
/// is itself a second half.
fn broken_chinese(x: &str, y: &str, second: bool, next: Option<&str>) -> Option<i64> {
    if ends(x) || x.len() < FIRST_HALF || !ends(y) || starts_anew(y) {
        return None;
    }
    const STOPS: [char; 6] = ['。', '！', '？', '；', '!', '?'];
    // A second half is not a heading: it is no short line before a paragraph.
    if y.len() < 60 && !y.contains(['，', ',', '。']) && next.is_some() {
        return None;
    }
    if x.contains(STOPS) || second {
        let open = x.rfind(STOPS).map_or(x, |at| &x[at..]).chars().count() > 1;
        return Some(flow(x, y)).filter(|f| open && *f >= LEAST);
    }
    // No heading is as long as this, least of all over a few words that end a sentence.
    let commas = x.matches(['，', ',']).count();
    if commas == 0 || !y.contains(STOPS) {
        return None;
    }
    let long = x.len() >= if y.len() < 60 { LONG_OVER_SHORT } else { LONG };
    let flow = flow(x, y);
    if long && !y.contains(['“', '「']) && flow >= LEAST {
        return Some(flow);
    }
    // Commas alone are also how verse, lists and headings look: the second half must then be a paragraph.
    (y.len() >= 90 && flow >= 0).then_some(flow)
}

/// What the beginning of `y` costs less, in 1/16 nat, after the end of `x` than after a line end there: whether the two read on.
fn flow(x: &str, y: &str) -> i64 {
    let model = Model::shared();
    let mut before: Vec<char> = x.chars().rev().take(8).collect();
    before.reverse();
    let state = before.iter().fold(model.start(), |s, c| model.step(s, *c).0);
    let cost = |from| {
        y.chars()
            .take(4)
            .fold((from, 0), |(s, sum), c| {
                let (s, k) = model.step(s, c);
                (s, sum + i64::from(k))
            })
            .1
    };
    cost(model.step(state, '\n').0) - cost(state)
}

/// True when a line begins as a paragraph does: a number, a bullet, an opening quote, a place line.
fn starts_anew(y: &str) -> bool {
    let first = y.chars().next().unwrap_or(' ');
    is_numbered(y)
        || matches!(first, '(' | '（' | '【' | '[' | '●' | '■' | '◆' | '★' | '▲' | '·' | '※' | '“' | '「' | '《')
        || y.chars().take(12).any(|c| matches!(c, '：' | ':'))
}

/// True when a line begins with a number as items and sections do: `一、`, `1.`, `第二`.
pub(super) fn is_numbered(y: &str) -> bool {
    const NUMBERS: &str = "一二三四五六七八九十①②③④⑤⑥⑦⑧⑨⑩";
    let first = y.chars().next().unwrap_or(' ');
    let second = y.chars().nth(1).unwrap_or(' ');
    let third = y.chars().nth(2).unwrap_or(' ');
    let listed = |c: char| matches!(c, '、' | '.' | '．' | '是' | ')' | '）' | ':' | '：');
    (NUMBERS.contains(first) && (listed(second) || NUMBERS.contains(second) && listed(third)))
        || (first.is_ascii_digit() && (listed(second) || second.is_ascii_digit() && listed(third)))
        || (first == '第' && (NUMBERS.contains(second) || second.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plain;

    fn joined(text: &str) -> Option<Vec<String>> {
        let blocks = plain::outline(text).blocks;
        let (layer, blocks, _) = join(text, &blocks, &[], Rules::builtin())?;
        assert!(layer.is_faithful(text.as_bytes()));
        assert_eq!(layer.undo(text.as_bytes()), text.as_bytes());
        Some(blocks.iter().map(|b| b.span.of(&layer.text).to_owned()).collect())
    }

    #[test]
    fn a_sentence_over_two_paragraphs() {
        let text = "雨停了。村里人扛着锄头出了门,要趁着这两天把路基\n\n挖出来,再铺上石子。\n\n他们干了三天。到第四天上午,路已经修到了河\n\n边的老柳树下,大家都很高兴。";
        assert_eq!(
            joined(text).unwrap(),
            [
                "雨停了。村里人扛着锄头出了门,要趁着这两天把路基挖出来,再铺上石子。",
                "他们干了三天。到第四天上午,路已经修到了河边的老柳树下,大家都很高兴。"
            ]
        );
    }

    #[test]
    fn headings_verse_and_lists_stay() {
        for text in [
            "路修好了\n\n雨停了，村里人扛着锄头出了门。",
            "雨停了，村里人扛着锄头出了门。\n\n要趁着这两天把路基挖出来。",
            "窗外有月，桌上有灯，\n人在远方，书在手里，\n夜里有风。",
            "买米，买面，买油，买盐，都要到镇上去，来回走三十里山路\n二、修路的人手从各家里出，每家一个，多的不限。",
            "村民赵一鸣，五十岁，住在村口的老屋里，家里有三口人\n修路的钱：大家凑了三万，县里又给了五万。",
        ] {
            assert_eq!(joined(text), None, "{text}");
        }
    }
}
