//! What a stretch consists of, whatever stands around it: words said again, lists, Han set apart, words in capitals. Prices and limits are in
//! `belief`.

use unicode_normalization::char::{compose, decompose_compatible};

use super::kinds::{is_filler, is_half_width_katakana, is_han, is_letter, is_wide, script};
use crate::model::Model;

/// How many different characters there are.
pub(super) fn different(chars: impl Iterator<Item = char>) -> usize {
    let mut all: Vec<char> = chars.collect();
    all.sort_unstable();
    all.dedup();
    all.len()
}

/// Whether all letters beyond ASCII are of one script, and enough of them to make words.
pub(super) fn is_one_script(text: &str) -> bool {
    let mut letters = text.chars().filter(|c| !c.is_ascii() && is_letter(*c)).map(script);
    let Some(first) = letters.next() else { return false };
    letters.clone().all(|s| s == first) && letters.count() >= 4
}

/// How often a stretch says the same word and nothing else: as much evidence as one of them.
pub(super) fn repeats(was: &[char]) -> usize {
    let mut words = was.split(|c| c.is_ascii_whitespace()).filter(|w| !w.is_empty());
    let first = words.next();
    let (same, all) = words.fold((1, 1), |(same, all), w| (same + usize::from(Some(w) == first), all + 1));
    if same == all { all } else { 1 }
}

/// Whether a stretch is a list, which sets rare characters side by side that no sentence has: most Han and the like stand by
/// themselves, or one by one and two by two between marks.
pub(super) fn is_list(was: &[char]) -> bool {
    let wide = |i: Option<usize>| i.and_then(|i| was.get(i)).is_some_and(|&c| is_wide(c) || is_filler(c));
    let (mut all, mut alone, mut marks) = (0, 0, 0);
    for (i, &c) in was.iter().enumerate() {
        all += usize::from(wide(Some(i)));
        alone += usize::from(wide(Some(i)) && !wide(i.checked_sub(1)) && !wide(Some(i + 1)));
        marks += usize::from(matches!(c, '、' | '，' | '；' | '·' | '・' | '/' | ','));
    }
    alone * 2 > all || marks >= 2 && all <= 2 * marks + 2
}

/// Whether a stretch is of Han that stand by themselves, most of them, as in lists of characters and texts cut into words: nothing is
/// known of what stands beside them, and rare Han are common letters by chance.
pub(super) fn are_scattered(was: &[char]) -> bool {
    let (mut runs, mut han, mut before) = (0, 0, true);
    for &c in was {
        if !(c.is_ascii() || is_han(c)) {
            return false;
        }
        han += usize::from(!c.is_ascii());
        runs += usize::from(before && !c.is_ascii());
        // `2009年9月` is one word.
        before = c.is_ascii() && (before || !c.is_ascii_digit());
    }
    // Of two words one may be short.
    if runs > 2 { han < runs * 2 } else { runs == 2 && han < 3 }
}

/// What a stretch of half-width katakana, most of it, costs as Japanese that is set in them, in katakana or hiragana; 1/16 nats.
pub(super) fn as_japanese(model: &Model, was: &[char]) -> Option<i32> {
    let half = was.iter().filter(|c| is_half_width_katakana(**c)).count();
    if half * 2 < was.iter().filter(|c| !c.is_ascii()).count() {
        return None;
    }
    let (mut katakana, mut hiragana) = (String::with_capacity(was.len() * 3), String::with_capacity(was.len() * 3));
    for &c in was {
        if !is_half_width_katakana(c) {
            katakana.push(c);
            hiragana.push(c);
            continue;
        }
        let mut full = c;
        decompose_compatible(c, |d| full = d);
        // A mark voices what stands before it, or stands alone.
        let voiced = katakana.chars().next_back().and_then(|last| compose(last, full));
        if voiced.is_some() {
            katakana.pop();
            hiragana.pop();
        }
        let whole = match (voiced, full) {
            (Some(voiced), _) => voiced,
            (None, '\u{3099}') => '゛',
            (None, '\u{309a}') => '゜',
            (None, full) => full,
        };
        katakana.push(whole);
        // The blocks stand side by side in the same order.
        hiragana.push(if matches!(whole, 'ァ'..='ヴ') { char::from_u32(whole as u32 - 0x60).unwrap_or(whole) } else { whole });
    }
    Some(model.cost(&katakana).min(model.cost(&hiragana)) as i32)
}

/// What the model asks of a text for its words in capitals beside the same words in small letters, in 1/16 nats: headings are clean, and
/// charsets that differ in case alone (KOI8-R, windows-1251) make small letters of them.
pub(super) fn of_capitals(model: &Model, was: &[char]) -> i32 {
    let in_capitals = |word: &[char]| word.len() > 1 && word.iter().all(|c| c.is_uppercase());
    if !was.chunk_by(|a, b| is_letter(*a) && is_letter(*b)).any(in_capitals) {
        return 0;
    }
    let text: String = was.iter().collect();
    let mut small = String::with_capacity(text.len());
    for word in was.chunk_by(|a, b| is_letter(*a) && is_letter(*b)) {
        if in_capitals(word) {
            small.extend(word.iter().flat_map(|c| c.to_lowercase()));
        } else {
            small.extend(word);
        }
    }
    (model.cost(&text) as i32 - model.cost(&small) as i32).max(0)
}

/// Letters that abbreviations have at most.
const ABBREVIATED: usize = 6;

/// Whether a stretch may be abbreviations: words in capitals alone, none of them longer than those are, and not all of a letter.
pub(super) fn are_abbreviations(was: &[char]) -> bool {
    let words = was.chunk_by(|a, b| is_letter(*a) && is_letter(*b)).filter(|word| is_letter(word[0]) && !word[0].is_ascii());
    let is_short = |word: &[char]| word.len() <= ABBREVIATED && word.iter().all(|c| c.is_uppercase());
    words.clone().any(|word| word.len() > 1) && words.clone().all(is_short)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_width_katakana_cost_what_japanese_does() {
        let model = Model::shared();
        let cost = |text: &str| as_japanese(model, &text.chars().collect::<Vec<_>>());
        for (half, full) in [("ﾊﾟﾝﾔ､ｶﾞﾗｽ", "パンヤ、ガラス"), ("ｳﾞｧﾝ 7ﾄﾞ", "ヴァン 7ド")] {
            assert_eq!(cost(half), Some(model.cost(full) as i32), "{half}");
        }
        assert!(cost("ﾊﾅﾋﾞｦﾐﾃｲﾙ") <= Some(model.cost("はなびをみている") as i32));
        assert_eq!(cost("漢字ｶﾅ交じり"), None);
    }

    #[test]
    fn numbers_cut_no_words() {
        let scattered = |text: &str| are_scattered(&text.chars().collect::<Vec<_>>());
        assert!(!scattered("嶮噐2009定9埖") && scattered("嶮 噐 定 埖") && scattered("嶮/噐/定"));
    }
}
