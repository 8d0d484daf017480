//! The main block of a page of lines: one contiguous stretch, found as the maximum subsequence of line scores. Which lines inside
//! it go is decided in `mod`.
//!
//! Pasternack and Roth, "Extracting article text from the web with maximum subsequence segmentation" (WWW 2009), with scores set by
//! hand: a sentence counts by its length; a line whose words are page furniture counts against; a line that says nothing counts
//! little against, the more the more furniture stands near, and much after the heading of a list of other stories.

use std::ops::Range;

use super::features::Line;
use super::words::Class;

/// Scores and distances. Origin of all: tried by hand on 76 Chinese pages of visible text with a label for each line, most of them at
/// two or three other values; of these, what stands here kept most content for the furniture it removed.
mod weight {
    /// Highest score of a line: a paragraph of some 70 units. A cap, so that one long disclaimer does not outweigh an article.
    pub(super) const CAP: f32 = 8.0;
    /// For 20 units of a line with a sentence in it.
    pub(super) const SENTENCE: f32 = 2.0;
    /// For each of up to six commas of such a line.
    pub(super) const COMMA: f32 = 0.3;
    /// A line that only ends like a paragraph, calls or asks, or has commas.
    pub(super) const HINT: f32 = 0.6;
    /// A long line with commas but no end.
    pub(super) const LONG: f32 = 2.5;
    /// A teaser that ends in dots.
    pub(super) const CUT: f32 = -0.8;
    /// A line that says nothing.
    pub(super) const SILENT: f32 = -0.1;
    /// A number, or a line that stands three times in the page.
    pub(super) const REPEATED: f32 = -0.15;
    /// For a silent line, times the share of furniture among its neighbours.
    pub(super) const NEAR: f32 = 2.0;
    /// Silent line in the wake of a list heading.
    pub(super) const WAKE: f32 = -1.2;
    /// A silent line of some length, with no furniture near: verse, blogs without marks.
    pub(super) const QUIET: f32 = 0.25;
    /// The same for a line too long for a title.
    pub(super) const UNMARKED: f32 = 0.5;
    /// Factor for a sentence without another on the next line, in the wake and outside.
    pub(super) const LONELY_WAKE: f32 = 0.4;
    pub(super) const LONELY: f32 = 0.7;
    /// What a byline with text below is worth as a beginning.
    pub(super) const ANCHOR: f32 = 10.0;
    /// Part of the sum of the main block that makes another one. Origin: as `ALONE`, with .15 and .3.
    pub(super) const PART: f32 = 0.15;
    /// Sum of a block above a main one that holds nearly all of the prose: two paragraphs. Origin: on the same pages, content kept .987 -> .989,
    /// furniture removed .616 -> .612; no other value was tried.
    pub(super) const HEAD: f32 = 12.0;
}
/// Score from which a line counts as prose.
const PROSE: f32 = 2.0;
/// Units from which a paragraph that ends in dots is text that trails off. Origin: own observation, teasers
/// are cut at 60 to 120; no other value was tried.
const TRAILS_OFF: u32 = 150;
/// The same where blanks part the words, in ideographs they stand for: 56 words. Origin: own estimate; no
/// other value was tried.
const TRAILS_OFF_WORDS: u32 = 90;
/// Units from which a line without marks is a line of text rather than a title. Origin: own observation, headlines of news sites have up to
/// 30 ideographs; no other value was tried.
const UNMARKED: u32 = 31;
/// Lengths of prose in ideographs: see [`length`].
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Text {
    /// In the blocks.
    pub(super) kept: u32,
    /// In the page.
    pub(super) all: u32,
    /// Most of it has blanks between its words.
    pub(super) is_spaced: bool,
}

impl Text {
    fn of(lines: &[Line<'_>], prose: &[bool], kept: &[bool]) -> Text {
        let mut text = Text::default();
        let mut spaced = 0;
        for ((line, _), kept) in lines.iter().zip(prose).zip(kept).filter(|((_, prose), _)| **prose) {
            let length = length(line);
            text.all += length;
            text.kept += if *kept { length } else { 0 };
            spaced += if line.wide { 0 } else { length };
        }
        text.is_spaced = spaced * 2 >= text.all;
        text
    }
}

/// Share of the prose of a page that makes its main block the only one, as a fraction. Origin: own measurement on 306 pages taken as text, with
/// .4, .5, .6 and .8; more was not tried.
const ALONE: (u32, u32) = (4, 5);
/// Most further blocks of a page: bounds the work.
const BLOCKS: usize = 64;
/// Units from which a line of a script without marks between sentences is text: about 20 words. Origin: own estimate; no other was tried.
const UNPARTED: u32 = 80;
/// Lines on either side that count as near.
const WINDOW: usize = 5;
/// Lines a list heading has an effect on, unless three lines in a row end it, of prose or too long for titles.
const WAKE_LINES: usize = 30;
/// Lines below a byline among which the text must begin.
const REACH: usize = 12;

/// The main block and what was found on the way.
#[derive(Debug, Default)]
pub(super) struct Segment {
    /// For each line: is it of the main block or of a further one? None is when nothing reads like text.
    pub(super) kept: Vec<bool>,
    /// How much prose that is.
    pub(super) text: Text,
    /// For each line: does it read as prose?
    pub(super) prose: Vec<bool>,
    /// For each line: share of furniture near, and whether it lies in the wake of a list heading.
    pub(super) near: Vec<(f32, bool)>,
}

/// How much a class counts as furniture near, and as a line of its own.
pub(super) fn cost(class: Class) -> (f32, f32) {
    match class {
        Class::Navigation => (1.0, -2.0),
        Class::Login => (1.0, -3.0),
        Class::Share => (0.8, -1.5),
        Class::Related | Class::Comments => (1.0, -6.0),
        Class::Reference => (1.0, -6.0),
        Class::Footer => (1.0, -5.0),
        Class::Contact => (0.6, -1.5),
        Class::Notice => (0.5, -3.0),
        Class::Editor => (0.3, -1.5),
        Class::Topic => (0.7, -1.0),
    }
}

fn ends_text(class: Class) -> bool {
    matches!(class, Class::Related | Class::Comments | Class::Reference | Class::Notice | Class::Editor)
}

/// Length of a line in ideographs. Where blanks part the words, one says about as much as 1.6 ideographs: own estimate;
/// 1 was tried, too, on 306 pages taken as text. A line with ideographs, kana or Hangul in it is as long as it has units.
fn length(line: &Line<'_>) -> u32 {
    if !line.wide { line.units * 8 / 5 } else { line.units }
}

/// Whether a line is of Thai, Lao, Burmese or Khmer, which part sentences by blanks, and words not at all.
fn is_unparted(line: &Line<'_>) -> bool {
    line.text.starts_with(|c: char| matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'))
}

/// Score of a line by itself.
fn alone(line: &Line<'_>) -> f32 {
    if let Some(class) = line.class() {
        return cost(class).1;
    }
    let units = length(line);
    if is_unparted(line) && line.units >= UNPARTED {
        return (weight::SENTENCE * line.units as f32 / UNPARTED as f32).min(weight::CAP);
    }
    let trails = if line.wide { TRAILS_OFF } else { TRAILS_OFF_WORDS };
    if line.cut && (12..trails).contains(&units) {
        weight::CUT
    } else if line.sentences > 0 && !line.stop && units < 40 {
        weight::HINT
    } else if line.sentences > 0 && units >= 12 {
        (weight::SENTENCE * units as f32 / 20.0 + weight::COMMA * line.commas.min(6) as f32).min(weight::CAP)
    } else if line.ends && units >= 6 && !(line.commas == 0 && line.text.ends_with([')', '）', '】'])) {
        weight::HINT
    } else if units >= 40 && line.commas > 0 {
        weight::LONG
    } else if line.commas >= 2 && units >= 20 {
        weight::HINT
    } else {
        weight::SILENT
    }
}

/// A line of text written without marks, as many blogs are: too long for a title, and no row of words.
fn unmarked(line: &Line<'_>) -> bool {
    /// Units of a part between blanks, on average.
    const PART: u32 = 8;
    let parts = || line.text.split_whitespace().count() as u32;
    line.units >= UNMARKED && line.hit.is_none() && !line.number && !line.cut && line.units >= PART * parts()
}

/// Finds the main block. Linear in the number of lines.
pub(super) fn find(lines: &[Line<'_>]) -> Segment {
    let n = lines.len();
    let mut score: Vec<f32> = lines.iter().map(alone).collect();
    let prose: Vec<bool> = lines.iter().zip(&score).map(|(l, s)| l.hit.is_none() && *s >= PROSE).collect();
    repeated(lines, &mut score);
    let buttons = buttons(lines, &mut score);
    let mut sum = Vec::with_capacity(n + 1);
    sum.push(0.0f32);
    for l in lines {
        let furniture = l.class().map_or(0.0, |c| cost(c).0);
        sum.push(sum.last().copied().unwrap_or(0.0) + furniture);
    }
    let is = |i: Option<usize>| i.is_some_and(|i| prose.get(i).copied().unwrap_or(false));
    let mut near = Vec::with_capacity(n);
    let (mut wake, mut any_prose, mut comments) = (None::<usize>, false, false);
    for i in 0..n {
        let (lo, hi) = (i.saturating_sub(WINDOW), (i + WINDOW + 1).min(n));
        let density = (sum[hi] - sum[lo]) / (hi - lo) as f32;
        if any_prose && lines[i].class().is_some_and(ends_text) && !buttons[i] {
            wake = Some(i);
        }
        if wake.is_some() && i + 3 <= n && lines[i..i + 3].iter().all(unmarked) {
            wake = None;
        }
        comments |= any_prose && lines[i].class() == Some(Class::Comments) && !buttons[i];
        let in_wake = comments || wake.is_some_and(|w| i - w <= WAKE_LINES);
        near.push((density, in_wake));
        any_prose |= prose[i];
        if lines[i].hit.is_some() {
            continue;
        }
        let x = score[i];
        if !in_wake && density < 0.05 && (weight::SILENT..0.0).contains(&x) && length(&lines[i]) >= 18 {
            score[i] = if unmarked(&lines[i]) { weight::UNMARKED } else { weight::QUIET };
        } else if x < 0.0 {
            score[i] = x - weight::NEAR * density + if in_wake { weight::WAKE } else { 0.0 };
        } else if in_wake && x <= weight::HINT {
            score[i] = weight::WAKE;
        } else {
            let next = is(i.checked_sub(1)) || is(Some(i + 1));
            let close = next || is(i.checked_sub(2)) || is(Some(i + 2));
            if in_wake && prose[i] && is(i.checked_sub(1)) && is(i.checked_sub(2)) {
                wake = None;
            }
            if comments || in_wake && !next {
                score[i] = x * weight::LONELY_WAKE;
            } else if !close {
                score[i] = x * weight::LONELY;
            }
        }
    }
    let anchor = (0..n).find(|i| lines[*i].dated && prose[i + 1..(i + 1 + REACH).min(n)].contains(&true));
    let mut found = kadane(&score, anchor);
    cut_list(lines, &prose, &mut found);
    let mut kept = vec![false; n];
    kept[found.clone()].fill(true);
    let mut text = Text::of(lines, &prose, &kept);
    // Teasers of Chinese pages read like prose: of these one block is kept.
    if text.is_spaced {
        // a thread's first post, or the beginning of a text that a list parts, stands above
        let mut rest: Vec<Range<usize>> = std::iter::once(0..found.start).collect();
        let mut least = weight::HEAD;
        if text.kept * ALONE.1 < text.all * ALONE.0 {
            rest.push(found.end..n);
            least = (score[found].iter().sum::<f32>() * weight::PART).max(weight::CAP);
        }
        let more = others(&score, rest, least);
        if !more.is_empty() {
            more.into_iter().for_each(|block| kept[block].fill(true));
            text = Text::of(lines, &prose, &kept);
        }
    }
    Segment { kept, text, prose, near }
}

/// Numbers, and short lines that stand three times or more, say nothing.
fn repeated(lines: &[Line<'_>], score: &mut [f32]) {
    // the length first: it tells most lines apart
    let all = lines.iter().enumerate().filter(|(_, l)| l.hit.is_none());
    let mut sorted: Vec<(usize, &str, usize)> = all.map(|(i, l)| (l.text.len(), l.text, i)).collect();
    sorted.sort_unstable();
    for group in sorted.chunk_by(|a, b| a.1 == b.1) {
        for (.., i) in group {
            if (group.len() >= 3 && lines[*i].units < 30) || lines[*i].number {
                score[*i] = weight::REPEATED;
            }
        }
    }
}

/// What reads like the heading of a list or of comments and stands three times or more in the page is a button of each post or teaser: it ends
/// no text, and weighs as an entry of a menu.
fn buttons(lines: &[Line<'_>], score: &mut [f32]) -> Vec<bool> {
    let mut out = vec![false; lines.len()];
    let all = lines.iter().enumerate().filter(|(_, l)| l.class().is_some_and(ends_text));
    let mut sorted: Vec<(&str, usize)> = all.map(|(i, l)| (l.text, i)).collect();
    sorted.sort_unstable();
    for group in sorted.chunk_by(|a, b| a.0 == b.0).filter(|g| g.len() >= 3) {
        for (_, i) in group {
            out[*i] = true;
            score[*i] = score[*i].max(cost(Class::Navigation).1);
        }
    }
    out
}

/// Maximum subsequence; the line after `anchor` may begin one with a lead.
fn kadane(score: &[f32], anchor: Option<usize>) -> Range<usize> {
    let (mut best, mut found) = (0.0, 0..0);
    let (mut sum, mut start) = (0.0f32, 0);
    for (i, x) in score.iter().enumerate() {
        if sum <= 0.0 {
            (sum, start) = (0.0, i);
        }
        if anchor == Some(i) && sum < weight::ANCHOR {
            (sum, start) = (weight::ANCHOR, i + 1);
        } else {
            sum += x;
        }
        if sum > best {
            (best, found) = (sum, start..i + 1);
        }
    }
    found
}

/// Further blocks in the rest of a page, each worth `least`: posts of a thread, entries of a list, sections of a page of services.
fn others(score: &[f32], mut rest: Vec<Range<usize>>, least: f32) -> Vec<Range<usize>> {
    let sum = |r: &Range<usize>| score[r.clone()].iter().sum::<f32>();
    let mut out = Vec::new();
    while let Some(r) = rest.pop() {
        let best = kadane(&score[r.clone()], None);
        let best = r.start + best.start..r.start + best.end;
        if !best.is_empty() && sum(&best) >= least && out.len() < BLOCKS {
            rest.extend([r.start..best.start, best.end..r.end]);
            out.push(best);
        }
    }
    out
}

/// Ends the block at the heading of a list of other stories, when what follows alternates between titles and teasers.
fn cut_list(lines: &[Line<'_>], prose: &[bool], found: &mut Range<usize>) {
    let mut above = 0usize;
    // From the end: how many lines of prose follow, and how many of them have another beside them.
    let mut below = vec![(0u32, 0u32); found.len() + 1];
    for k in (0..found.len()).rev() {
        let i = found.start + k;
        let (mut all, mut beside) = below[k + 1];
        if prose[i] {
            all += 1;
            let next = i + 1 < found.end && prose[i + 1];
            let before = i > found.start && prose[i - 1];
            beside += u32::from(next || before);
        }
        below[k] = (all, beside);
    }
    for k in 0..found.len() {
        let i = found.start + k;
        if above >= 2 && matches!(lines[i].class(), Some(Class::Related | Class::Comments | Class::Reference)) {
            let (all, beside) = below[k + 1];
            if all < 2 || f64::from(beside) < 0.35 * f64::from(all) {
                found.end = i;
                return;
            }
        }
        above += usize::from(prose[i]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "山里的路一到雨天就不好走，村里人商量了几次，决定自己动手修一条，从村口一直修到河边。";

    fn found(lines: &[&str]) -> Range<usize> {
        let lines: Vec<Line<'_>> = lines.iter().map(|l| Line::read(l)).collect();
        let kept = find(&lines).kept;
        let (from, to) = (kept.iter().position(|k| *k), kept.iter().rposition(|k| *k));
        let found = from.zip(to).map_or(0..0, |(from, to)| from..to + 1);
        assert!(kept[found.clone()].iter().all(|k| *k), "one block");
        found
    }

    const PROSE: &str = "The road to the village turns to mud whenever it rains, so people met in the hall, argued for a while, and settled it: \
        they would build a new one themselves, from the well down to the river.";

    fn kept(lines: &[&str]) -> Vec<usize> {
        let lines: Vec<Line<'_>> =
            lines.iter().map(|l| Line::read(l).with_phrases(crate::boilerplate::lines::phrases::Ask::All, || false)).collect();
        find(&lines).kept.iter().enumerate().filter(|(_, k)| **k).map(|(i, _)| i).collect()
    }

    #[test]
    fn posts_of_a_thread_are_kept_one_and_all() {
        let post = [
            PROSE,
            PROSE,
            "Anna",
            "12",
            "3",
            "Report",
            "Quote",
            "Reply",
            "Member since 2019",
            "Log in",
            "Share",
            "Terms of use",
            "Sign up",
        ];
        let page = post.repeat(4);
        let prose: Vec<usize> = (0..page.len()).filter(|i| page[*i] == PROSE).collect();
        assert_eq!(kept(&page), prose);
    }

    #[test]
    fn a_first_post_above_many_answers_stays_one_line_does_not() {
        let bar = ["Log in", "Sign up", "Terms of use", "Privacy policy", "Share", "Log in", "Sign up", "Terms of use"];
        let page = |first: usize| [vec![PROSE; first], bar.to_vec(), vec![PROSE; 12]].concat();
        assert_eq!(kept(&page(2)), [vec![0, 1], (10..22).collect()].concat());
        assert_eq!(kept(&page(1)), (9..21).collect::<Vec<_>>());
    }

    #[test]
    fn what_stands_under_every_post_heads_no_list() {
        let button = [PROSE, "Add a comment", PROSE, "Add a comment", PROSE, "Add a comment", PROSE];
        assert!(kept(&button).contains(&6));
        let heading = ["Home", PROSE, PROSE, "Comments", "Nice!", "Anna", "I like it.", "Ben"];
        assert_eq!(kept(&heading), [1, 2]);
    }

    #[test]
    fn scripts_without_marks_have_prose() {
        let thai = "ถนนเข้าหมู่บ้านกลายเป็นโคลนทุกครั้งที่ฝนตก ชาวบ้านจึงประชุมกันหลายครั้ง แล้วตกลงสร้างถนนใหม่ด้วยตัวเอง จากบ่อน้ำไปจนถึงแม่น้ำ";
        assert!(find(&[Line::read(thai)]).prose[0]);
    }

    #[test]
    fn text_between_menu_and_list() {
        let page = [
            "首页",
            "新闻",
            "体育",
            "登录",
            "村民修路",
            TEXT,
            "第二天",
            TEXT,
            "相关阅读",
            "河边新桥通车",
            "老井又出水了",
            "版权所有 山河网",
        ];
        let r = found(&page);
        assert!(r.contains(&5) && r.contains(&7) && !r.contains(&0) && !r.contains(&9), "{r:?}");
    }

    #[test]
    fn teasers_after_a_list_heading_end_the_block() {
        let page = [TEXT, TEXT, TEXT, "相关新闻", "新桥通车", TEXT, "老井出水", TEXT, "麦子熟了", TEXT];
        assert_eq!(found(&page), 0..3);
    }

    #[test]
    fn a_text_without_marks_is_no_list() {
        const BLOG: &str = "山里的路一到雨天就不好走 村里人商量了几次以后决定自己动手修一条 一直修到河边";
        let head = ["首页", TEXT, "相关文章", "2013-12-28", "山里修路"];
        let page: Vec<&str> = head.into_iter().chain([BLOG; 24]).collect();
        // the first three stand too near the heading
        assert_eq!(found(&page), 8..29);
        let titles = ["山里修路的人家都去了河边", "河边新桥今天早上通车了"].repeat(6);
        let page: Vec<&str> = ["首页", TEXT, TEXT, "相关文章"].into_iter().chain(titles).collect();
        assert_eq!(found(&page), 1..3);
    }

    #[test]
    fn a_long_paragraph_may_trail_off() {
        let long = TEXT.repeat(5) + "...";
        assert!(found(&[TEXT, &long]).contains(&1));
        assert!(!found(&[TEXT, "相关文章", "山路修好了，来看的人很多，大家都说好，从村口一直修到河边..."]).contains(&2));
    }

    #[test]
    fn a_long_list_of_short_lines_inside_the_text_stays() {
        let mut page = vec![TEXT, TEXT];
        page.extend(["米 3元", "面 4元", "油 9元", "盐 2元"]);
        page.push(TEXT);
        assert_eq!(found(&page), 0..7);
    }
}
