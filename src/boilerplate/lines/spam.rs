//! Keyword spam on top of hijacked pages and below them: lists of lures, often in simplified characters over a traditional text; what the
//! kits label as theirs; the empty elements they strew in, where these are seen as text.

use std::cell::OnceCell;
use std::sync::OnceLock;

use aho_corasick::AhoCorasick;

use super::Judge;
use crate::block::Kind;
use crate::byline::names::is_han;
use crate::bytes;
use crate::model::fold;
use crate::rules::RuleId;

/// Segments from which a line is a list.
const SEGMENTS: usize = 3;
/// Longest line that may be a name of lures and no list, in bytes; some 20 ideographs.
const TITLE: usize = 60;
/// Longest line that is looked at, in bytes; spam of several thousand occurs.
const LONGEST: usize = 8000;
/// Bytes of the text below that are looked at for its script.
const SAMPLE: usize = 20_000;

impl Judge<'_, '_> {
    /// Keyword spam among the first three lines and the last two, strewn elements not counted; elements that are strewn before and among
    /// the first lines; lists that are labelled as a kit's own, wherever they stand.
    pub(super) fn spam(&mut self) {
        let n = self.lines.len();
        if n < 2 {
            return;
        }
        let rule = self.rules.rule("boilerplate/spam-header");
        let mut labelled = false;
        for i in 1..n {
            // The list may stand below its label.
            labelled = is_labelled(self.lines[i].text) || labelled && signs(self.lines[i].text, Script::default) > 0;
            if labelled {
                self.mark(i, rule, 1.0);
            }
        }
        let strewn = self.strewn(rule);
        let top: Vec<usize> = (0..n).filter(|i| !strewn.contains(i)).take(3).collect();
        let near_end = n.saturating_sub(2).max(top.last().map_or(0, |i| i + 1));
        let script = OnceCell::new();
        for i in top.iter().copied().chain(near_end..n) {
            let below = || {
                let from = top.last().map_or(0, |i| i + 1).min(n - 1);
                let kept = || self.lines.iter().zip(&self.out).skip(from).filter(|(_, out)| !**out);
                *script.get_or_init(|| Script::of(kept().map(|(l, _)| l.text)))
            };
            let signs = signs(self.lines[i].text, below);
            if signs >= if i < near_end { 2 } else { 3 } {
                self.mark(i, rule, signs as f32);
            }
        }
    }

    /// Marks the lines among the first that are nothing but the elements of a kit, when there are two with the same mark; and says which.
    fn strewn(&mut self, rule: RuleId) -> Vec<usize> {
        const TOP: usize = 40;
        let ids: Vec<(usize, &str)> = (0..self.lines.len().min(TOP))
            .filter(|i| self.kinds[*i] != Kind::Code)
            .filter_map(|i| Some((i, strewn(self.lines[i].text)?)))
            .collect();
        let first = ids.first().map(|(_, id)| *id);
        if ids.len() < 2 || ids.iter().any(|(_, id)| Some(*id) != first) {
            return Vec::new();
        }
        ids.iter().for_each(|(i, _)| self.mark(*i, rule, 1.0));
        ids.into_iter().map(|(i, _)| i).collect()
    }
}

/// What script a text is written in, by characters that occur in one of the two only.
#[derive(Clone, Copy, Debug, Default)]
struct Script {
    simplified: u32,
    traditional: u32,
    kana: u32,
}

impl Script {
    /// Counts in at most [`SAMPLE`] bytes of `lines`.
    fn of<'t>(lines: impl Iterator<Item = &'t str>) -> Script {
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

/// Is the line one that a kit labels as its own list of links?
fn is_labelled(line: &str) -> bool {
    // The first letters of the labels, in either script: nearly every line is decided here.
    if !line.starts_with(['主', '感']) {
        return false;
    }
    let labels = include_str!("../../data/spam_labels.txt").lines().filter(|l| !l.starts_with('#') && !l.is_empty());
    let letters = || line.chars().filter(|c| is_han(*c)).map(fold::simplified);
    labels.into_iter().any(|label| {
        let mut letters = letters();
        label.chars().all(|c| letters.next() == Some(c))
    })
}

/// The mark of a kit on the elements it strews in, where a line is nothing but such elements seen as text, behind a bullet or a number
/// maybe: all are empty, or hold no more than each other, and all have the same short `id` of letters and digits. That of `<b id="x7k2p"></b>`.
fn strewn(line: &str) -> Option<&str> {
    let at = line.find('<').filter(|at| *at <= MARKER)?;
    let (bullet, mut rest) = line.split_at(at);
    if !bullet.chars().all(|c| c.is_whitespace() || c.is_ascii_digit() || matches!(c, '.' | '•' | '-' | '*' | '·')) {
        return None;
    }
    let mut id = None;
    let mut open = 0usize;
    while !rest.is_empty() {
        let (tag, behind) = rest.strip_prefix('<')?.split_once('>')?;
        rest = behind.trim_start();
        if let Some(name) = tag.strip_prefix('/') {
            open = open.checked_sub(1)?;
            is_name(name).then_some(())?;
            continue;
        }
        open += 1;
        let (name, value) = tag.split_once(" id=\"")?;
        let value = value.strip_suffix('"')?;
        let random = value.len() == LENGTH && value.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        (is_name(name) && random && value.bytes().any(|b| b.is_ascii_digit()) && *id.get_or_insert(value) == value).then_some(())?;
    }
    id.filter(|_| open == 0)
}

/// Bytes before the first element of a line that is nothing but elements: a bullet or a number.
const MARKER: usize = 12;
/// Letters of an `id` that a kit made up, on all pages seen.
const LENGTH: usize = 5;

fn is_name(name: &str) -> bool {
    (1..=12).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// How many signs of spam `line` shows, 0 to 4: two are needed, and a list shape is one of them. `below` is the script of the text
/// under it.
fn signs(line: &str, below: impl FnOnce() -> Script) -> u32 {
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
    let list = segments >= SEGMENTS;
    if list && long * 4 > segments || !list && line.len() > TITLE {
        return 0;
    }
    let folded: String = line.chars().map(fold::simplified).collect();
    let mut lures = 0;
    let mut found: Vec<u32> = Lures::get().all.find_iter(&folded).inspect(|m| lures += m.len()).map(|m| m.pattern().as_u32()).collect();
    let lured = found.len();
    found.sort_unstable();
    found.dedup();
    // A name of two lures and little else is as good as a list, and proves nothing by itself.
    if !list && (found.len() < 2 || lures * 5 < folded.len() * 3) {
        return 0;
    }
    let mut signs = 1;
    if list && found.len() >= 2 && lured * 4 >= segments {
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
    fn kits_label_their_lists() {
        assert!(is_labelled("主站蜘蛛池模板: 山前县| 河口市| 读书| 房产|"));
        assert!(is_labelled("感謝您訪問我們的網站,您可能還對以下資源感興趣:"));
        for honest in ["感谢您访问我们的网站，祝您生活愉快。", "主站", "主站点的蜘蛛池模板怎样识别？", "蜘蛛池模板"]
        {
            assert!(!is_labelled(honest), "{honest}");
        }
    }

    #[test]
    fn strewn_elements_have_one_mark() {
        assert_eq!(strewn("• <tr id=\"q8x0z\"></tr>"), Some("q8x0z"));
        assert_eq!(strewn("1. <sub id=\"q8x0z\"><ol id=\"q8x0z\"></ol></sub>"), Some("q8x0z"));
        for honest in [
            "<div id=\"content\"></div>",
            "<b id=\"q8x0z\">粗</b>",
            "<tr id=\"q8x0z\">",
            "<p></p>",
            "空元素写作 <b id=\"q8x0z\"></b>",
            "<i id=\"row1\"></i><i id=\"row2\"></i>",
            "<b id=\"q8x0z\" class=\"x\"></b>",
            "",
        ] {
            assert_eq!(strewn(honest), None, "{honest}");
        }
    }

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
        // One name of lures, over text it does not belong to.
        assert!(signs("88久久免费精品国产", || below) >= 2);
        assert!(signs("88久久免费精品国产", Script::default) < 2);
        assert_eq!(signs("国产精品酒的历史与工艺", || below), 0);
    }
}
