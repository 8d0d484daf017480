//! Keyword spam on top of hijacked pages: lists of lures, often in simplified characters over a traditional text.

use std::sync::OnceLock;

use aho_corasick::AhoCorasick;

use crate::byline::names::is_han;
use crate::bytes;
use crate::model::fold;

/// Segments from which a line is a list.
const SEGMENTS: usize = 3;
/// Longest line that is looked at, in bytes; spam of several thousand occurs.
const LONGEST: usize = 8000;
/// Bytes of the text below that are looked at for its script.
const SAMPLE: usize = 20_000;

/// What script a text is written in, by characters that occur in one of the two only.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Script {
    simplified: u32,
    traditional: u32,
    kana: u32,
}

impl Script {
    /// Counts in at most [`SAMPLE`] bytes of `lines`.
    pub(super) fn of<'t>(lines: impl Iterator<Item = &'t str>) -> Script {
        let mut out = Script::default();
        let mut seen = 0;
        for line in lines {
            for c in line.chars() {
                if is_han(c) {
                    out.simplified += u32::from(fold::is_simplified_only(c));
                    out.traditional += u32::from(fold::is_traditional_only(c));
                } else if matches!(c, '\u{3040}'..='\u{30ff}') {
                    out.kana += 1;
                }
            }
            seen += line.len();
            if seen > SAMPLE {
                break;
            }
        }
        out
    }

    /// Clearly traditional: at least 20 characters that are traditional only, hardly any simplified, no Japanese. Text that was
    /// converted character by character keeps a few of the other kind.
    fn is_traditional(self) -> bool {
        self.traditional >= 20 && self.simplified * 10 < self.traditional && self.kana * 20 < self.traditional
    }
}

/// The words of lures: all, and those among them that are [`is_west`].
struct Lures {
    all: AhoCorasick,
    west: AhoCorasick,
    /// What the words of `west` begin with, lower case, but the shortest of them: of two different ones one begins so.
    begin: Vec<[u8; 3]>,
}

impl Lures {
    fn get() -> &'static Lures {
        static LURES: OnceLock<Lures> = OnceLock::new();
        LURES.get_or_init(|| {
            let lines = include_str!("../../data/spam_words.txt").lines().filter(|l| !l.starts_with('#'));
            let words: Vec<&str> = lines.flat_map(str::split_whitespace).collect();
            let build = |words: &[&str]| {
                AhoCorasick::builder()
                    .ascii_case_insensitive(true)
                    .match_kind(aho_corasick::MatchKind::LeftmostLongest)
                    .build(words)
                    .unwrap_or_else(|e| panic!("spam_words.txt: {e}"))
            };
            let west: Vec<&str> = words.iter().copied().filter(|w| is_west(w)).collect();
            let shortest = west.iter().min_by_key(|w| w.len()).map_or("", |w| *w);
            let others = west.iter().filter(|w| !w.eq_ignore_ascii_case(shortest));
            let mut begin: Vec<[u8; 3]> =
                others.filter_map(|w| w.as_bytes().first_chunk().map(|b: &[u8; 3]| b.map(|b| b.to_ascii_lowercase()))).collect();
            begin.sort_unstable();
            begin.dedup();
            Lures { all: build(&words), west: build(&west), begin }
        })
    }

    /// Whether two different lures stand in a line [`is_west`].
    fn two(&self, line: &str) -> bool {
        if !self.begin.iter().any(|b| bytes::has_row(line.as_bytes(), *b)) {
            return false;
        }
        let mut found = self.west.find_iter(line).map(|m| m.pattern());
        found.next().is_some_and(|first| found.any(|p| p != first))
    }
}

/// True when no character from U+3000 on stands in a text but Hangul: no ideograph, no kana.
fn is_west(text: &str) -> bool {
    // by pieces without a branch in them
    let east = |b: u8| (0xe3..0xea).contains(&b) | (b >= 0xee);
    !text.as_bytes().chunks(64).any(|piece| piece.iter().fold(false, |any, b| any | east(*b)))
}

/// How many signs of spam `line` shows, 0 to 4: two are needed, and a list shape is one of them. `below` is the script of the text
/// under it.
pub(super) fn signs(line: &str, below: impl FnOnce() -> Script) -> u32 {
    // Without lures nothing but the script is a sign, and this script is none.
    if line.len() > LONGEST || is_west(line) && !Lures::get().two(line) || line.contains(['。', '！', '？', '；', '“', '「', '《'])
    {
        return 0;
    }
    let mut segments = 0usize;
    let mut long = 0usize;
    for part in line.split(|c: char| c.is_whitespace() || matches!(c, ',' | '，' | '_' | '-' | '|' | '｜' | '、' | '/' | '·' | ';')) {
        if !part.is_empty() {
            segments += 1;
            let n = part.chars().take(40).count();
            long += usize::from(!(2..=20).contains(&n));
        }
    }
    if segments < SEGMENTS || long * 4 > segments {
        return 0;
    }
    let folded: String = line.chars().map(fold::simplified).collect();
    let mut found: Vec<u32> = Lures::get().all.find_iter(&folded).map(|m| m.pattern().as_u32()).collect();
    let lured = found.len();
    found.sort_unstable();
    found.dedup();
    let mut signs = 1;
    if found.len() >= 2 && lured * 4 >= segments {
        signs += 1;
        signs += u32::from(found.len() >= 4 && lured * 2 >= segments);
    }
    let own = Script::of(std::iter::once(line));
    if own.simplified >= 2 && own.traditional * 4 <= own.simplified && own.kana == 0 && below().is_traditional() {
        signs += 1;
    }
    signs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_signs_are_needed() {
        let below = Script { simplified: 0, traditional: 50, kana: 0 };
        assert!(signs("在线视频,无码专区,日韩欧美精品,午夜成人", Script::default) >= 2);
        // Simplified words over traditional text need no lexicon; ordinary key words alone are none.
        assert!(signs("苹果价格,买东西网,飞机票查询", || below) >= 2);
        assert!(signs("苹果价格,买东西网,飞机票查询", Script::default) < 2);
        assert!(signs("蘋果價格,買東西網,飛機票查詢", || below) < 2);
        assert_eq!(signs("他在亚洲、欧美、日韩都住过。", || below), 0);
        assert!(signs("亚洲 欧洲 非洲", Script::default) < 2);
    }
}
