//! Lines of text judged by their words and by where they stand: spam headers, breadcrumbs, the main block of a page, and the closed
//! classes (share widgets, imprints, notices, other stories) before, inside and after it. Elements are not looked at.

mod features;
mod glance;
mod letters;
mod manual;
mod phrases;
mod sections;
mod segment;
mod sieve;
mod spam;
mod split;
mod words;

use std::cell::OnceCell;
use std::ops::Range;

use crate::block::{Block, Kind, Mark};
use crate::options::Profile;
use crate::rules::{RuleId, Rules};

use features::Line;
use phrases::Ask;
use words::Class;

/// Splits blocks that end in a notice; `None` when there is nothing to split.
pub fn split(text: &str, blocks: &[Block]) -> Option<Vec<Block>> {
    split::split(text, blocks)
}

/// Marks for the boilerplate of a text without elements. Blocks marked before are not marked again.
///
/// Two ways: a page with menus, logins or imprints around its text keeps its main block, and where that is not most of its prose
/// further ones; any other text loses only lines of the closed classes, before its first and after its last paragraph.
pub fn marks(text: &str, blocks: &[Block], marked: &[Mark], profile: Profile, rules: &Rules) -> Vec<Mark> {
    let mut judge = Judge::new(text, blocks, marked, |_| false, rules);
    manual::spare(text, blocks, &judge.at, &mut judge.lines);
    sections::spare(blocks, &judge.at, &mut judge.lines, rules);
    judge.spam();
    judge.breadcrumbs();
    let found = segment::find(&judge.lines);
    if profile != Profile::Recall && is_page(&judge, &found) {
        judge.main_block(&found);
    } else {
        judge.closed_classes(&found.prose);
    }
    judge.marks
}

/// Marks inside blocks that were chosen by their elements: spam, breadcrumbs, closed classes, and the tail after the text. `marked`
/// holds the marks of that choice.
pub fn inside(text: &str, blocks: &[Block], marked: &[Mark], rules: &Rules) -> Vec<Mark> {
    let passed = |r: RuleId| !rules.get(r).id.starts_with("metadata/");
    let mut judge = Judge::new(text, blocks, marked, passed, rules);
    judge.spam();
    judge.breadcrumbs();
    let found = segment::find(&judge.lines);
    judge.closed_classes(&found.prose);
    judge.marks
}

/// Lines of furniture outside the main block from which a text is taken for a whole page. A clean text has none; a text with a
/// share box at its end has some, but not these classes.
const FURNITURE: usize = 3;
/// Classes these lines must be of, at least: a licence before a text is all imprint, a list of buttons in a manual all menu. Origin: own
/// measurement on 6,000 manuals and 306 pages taken as text; 3 was not tried.
const CLASSES: usize = 2;
/// Silent lines outside the main block that one line of furniture there accounts for. Menus of bare names have few known words.
const UNKNOWN: usize = 50;
/// Least prose in the blocks of a page with blanks between its words, in ideographs (some 60 words), and its least share, as a fraction: a
/// catalogue of messages has less, a list without a main block has most of it elsewhere. Origin: as `CLASSES`; .5 alone was tried.
const PROSE: u32 = 100;
const SHARE: (u32, u32) = (1, 2);

/// True when furniture stands around the main block, enough to account for what would be left out with it.
fn is_page(judge: &Judge<'_, '_>, found: &segment::Segment) -> bool {
    let text = found.text;
    if text.kept == 0 || text.is_spaced && (text.kept < PROSE || text.kept * SHARE.1 < text.all * SHARE.0) {
        return false;
    }
    let (mut furniture, mut unknown) = (0, 0);
    let mut classes = Vec::new();
    for (i, line) in judge.lines.iter().enumerate().filter(|(i, _)| !found.kept[*i]) {
        match line.class() {
            Some(class @ (Class::Navigation | Class::Login | Class::Footer | Class::Related | Class::Comments)) => {
                furniture += 1;
                if !classes.contains(&class) {
                    classes.push(class);
                }
            }
            Some(_) => {}
            // A paragraph beside another that no furniture stands near counts as much as ten lines.
            None => {
                let beside = |j: Option<usize>| j.is_some_and(|j| found.prose.get(j).copied().unwrap_or(false));
                let alone = !found.prose[i] || found.near[i].0 >= 0.05 || found.near[i].1;
                unknown += if alone || !(beside(i.checked_sub(1)) || beside(Some(i + 1))) { 1 } else { 10 };
            }
        }
    }
    furniture >= FURNITURE && classes.len() >= CLASSES && unknown <= furniture * UNKNOWN
}

/// The lines still kept, and the marks set so far.
struct Judge<'t, 'r> {
    rules: &'r Rules,
    /// Index of the block of each line.
    at: Vec<u32>,
    kinds: Vec<Kind>,
    lines: Vec<Line<'t>>,
    out: Vec<bool>,
    marks: Vec<Mark>,
}

impl<'t, 'r> Judge<'t, 'r> {
    /// All lines, except those `passed` over. Marked ones are looked at, because a byline begins a text and a line of editors ends
    /// it, but not marked again.
    fn new(text: &'t str, blocks: &[Block], marked: &[Mark], passed: impl Fn(RuleId) -> bool, rules: &'r Rules) -> Judge<'t, 'r> {
        let mut state = vec![Some(false); blocks.len()];
        for m in marked {
            let state = &mut state[m.block as usize];
            *state = if passed(m.rule) { None } else { state.map(|_| true) };
        }
        let lines = || blocks.iter().enumerate().filter(|(i, _)| state[*i].is_some());
        let kana = OnceCell::new();
        let japanese = || *kana.get_or_init(|| phrases::has_kana(text));
        let mut read: Vec<Line<'t>> = lines().map(|(_, b)| Line::read(b.span.of(text))).collect();
        // Most texts have no furniture, and cost no more than this look at what is no sentence.
        for line in read.iter_mut().filter(|l| l.hit.is_none() && !l.is_sentence()) {
            *line = line.with_phrases(Ask::First, japanese);
        }
        if read.iter().any(|l| l.hit.is_some()) {
            read.iter_mut().filter(|l| l.hit.is_none()).for_each(|line| *line = line.with_phrases(Ask::All, japanese));
        }
        if rules.own().is_some() {
            read.iter_mut().for_each(|line| *line = line.with_own(rules));
        }
        Judge {
            rules,
            at: lines().map(|(i, _)| i as u32).collect(),
            kinds: lines().map(|(_, b)| b.kind).collect(),
            lines: read,
            out: state.iter().filter_map(|s| *s).collect(),
            marks: Vec::new(),
        }
    }

    fn mark(&mut self, i: usize, rule: RuleId, score: f32) {
        if !std::mem::replace(&mut self.out[i], true) {
            self.marks.push(Mark { block: self.at[i], rule, score, first: None });
        }
    }

    /// Paths such as `首页 > 新闻 > 正文`.
    fn breadcrumbs(&mut self) {
        for i in 0..self.lines.len() {
            if self.kinds[i] != Kind::Code && (is_breadcrumb(self.lines[i].text) || phrases::is_path(self.lines[i].text)) {
                self.mark(i, self.rules.rule("boilerplate/breadcrumb"), 1.0);
            }
        }
    }

    /// Keeps the blocks: what lies outside goes, with the rule of its class; inside it the closed classes go.
    fn main_block(&mut self, found: &segment::Segment) {
        let outside = self.rules.rule("boilerplate/outside");
        for i in (0..self.lines.len()).filter(|i| !found.kept[*i]) {
            let rule = self.lines[i].class().and_then(|c| self.rule_of(c)).unwrap_or(outside);
            self.mark(i, rule, 1.0);
        }
        for i in (0..self.lines.len()).filter(|i| found.kept[*i]) {
            let Some(hit) = self.lines[i].hit else { continue };
            let beside = |j: Option<usize>| {
                j.is_some_and(|j| {
                    found.kept.get(j) == Some(&true) && self.lines[j].hit.is_some_and(|h| !matches!(h.class, Class::Contact | Class::Topic))
                })
            };
            let cluster = beside(i.checked_sub(1)) || beside(Some(i + 1));
            let goes = match hit.class {
                Class::Navigation | Class::Login => cluster,
                Class::Share | Class::Footer | Class::Related | Class::Comments | Class::Editor => true,
                Class::Notice => hit.strong,
                Class::Contact | Class::Reference | Class::Topic => false,
            };
            if goes && let Some(rule) = self.rule_of(hit.class) {
                self.mark(i, rule, 1.0);
            }
        }
    }

    /// Leaves out lines of the closed classes before the first and after the last paragraph of prose, and the lists that follow it.
    fn closed_classes(&mut self, prose: &[bool]) {
        let Some(first) = prose.iter().position(|p| *p) else { return };
        let last = prose.iter().rposition(|p| *p).unwrap_or(first);
        // Only a notice asks, and most texts have none.
        let topic = OnceCell::new();
        let topic = |s: &Self| *topic.get_or_init(|| s.about_copyright(0..last + 1));
        for i in 0..self.lines.len() {
            let Some(hit) = self.lines[i].hit else { continue };
            if matches!(self.kinds[i], Kind::Code | Kind::TableRow) {
                continue;
            }
            let (before, after) = (i < first, i > last);
            let beside = |j: Option<usize>| {
                j.and_then(|j| self.lines.get(j)).is_some_and(|l| l.hit.is_some_and(|h| !matches!(h.class, Class::Contact | Class::Topic)))
            };
            let cluster = beside(i.checked_sub(1)) || beside(Some(i + 1));
            let long = self.lines[i].text.chars().take(4).count() >= 4;
            let goes = match hit.class {
                Class::Share => (before || after) && (cluster || long && hit.strong) || cluster && hit.strong,
                Class::Navigation | Class::Login => (before || after) && cluster,
                Class::Footer => [after, hit.strong, cluster].iter().filter(|b| **b).count() >= 2,
                Class::Related | Class::Comments => after && (hit.strong || cluster),
                Class::Editor => after || before,
                Class::Notice => {
                    (after && (hit.strong || hit.whole || cluster) || before && hit.strong)
                        && (!topic(self) || says_own(self.lines[i].text))
                }
                Class::Contact => after && cluster && self.out[..i].last().copied().unwrap_or(false),
                Class::Reference | Class::Topic => false,
            };
            if goes && let Some(rule) = self.rule_of(hit.class) {
                self.mark(i, rule, 1.0);
            }
        }
        self.tail(last);
    }

    /// After the text: what follows the heading of a list of other stories, or of a notice, when it is short lines or more of the
    /// same.
    fn tail(&mut self, last: usize) {
        let heading = |s: &Self, i: usize, c: Class| s.out[i] && s.lines[i].class() == Some(c);
        let Some(list) = (last + 1..self.lines.len()).find(|i| heading(self, *i, Class::Related)) else { return };
        let outside = self.rules.rule("boilerplate/related");
        for i in list + 1..self.lines.len() {
            if !self.lines[i].ends || self.lines[i].units < 30 {
                self.mark(i, outside, 1.0);
            }
        }
    }

    /// True when the text itself speaks of copyright and reprints: two paragraphs of it hold the words of notices.
    fn about_copyright(&self, lines: Range<usize>) -> bool {
        const TOPIC: [&str; 8] = ["版权", "版權", "著作权", "著作權", "转载", "轉載", "侵权", "侵權"];
        self.lines[lines].iter().filter(|l| l.hit.is_none() && TOPIC.iter().any(|w| l.text.contains(w))).take(2).count() == 2
    }

    fn rule_of(&self, class: Class) -> Option<RuleId> {
        let id = match class {
            Class::Navigation | Class::Login | Class::Topic => "boilerplate/navigation",
            Class::Share => "boilerplate/share",
            Class::Related | Class::Comments => "boilerplate/related",
            Class::Footer | Class::Contact => "boilerplate/footer",
            Class::Notice => "boilerplate/reprint",
            Class::Editor => "boilerplate/editor",
            Class::Reference => return None,
        };
        Some(self.rules.rule(id))
    }
}

/// True when a notice speaks of this copy or this site, not of copyright at large.
fn says_own(s: &str) -> bool {
    ["本网", "本網", "本站", "本报", "本報", "本公众号", "本平台", "本刊", "本文", "联系我们", "聯繫我們", "联系删除", "请联系", "All "]
        .iter()
        .any(|w| s.contains(w))
}

/// `首页 > 新闻 > 正文`, `当前位置：…`: short parts between arrows that begin at the front page or end at the text.
fn is_breadcrumb(s: &str) -> bool {
    const STARTS: [&str; 26] = [
        "首页",
        "首頁",
        "主页",
        "主頁",
        "网站首页",
        "網站首頁",
        "当前位置",
        "當前位置",
        "您的位置",
        "您現在的位置",
        "您现在的位置",
        "你的位置",
        "所在位置",
        "您所在的位置",
        "当前所在位置",
        "您当前的位置",
        "你现在的位置",
        "现在位置",
        "Home",
        "HOME",
        "home",
        "您的当前位置",
        "当前的位置",
        "您当前所在位置",
        "您所在位置",
        "位置：",
    ];
    if s.len() > 300 {
        return false;
    }
    let whole = s;
    let s = s.trim_start_matches(['▪', '■', '◆', '●', '|', ' ', '>', '»']);
    let starts = s.starts_with(['首', '主', '网', '網', '当', '當', '您', '你', '所', '现', 'H', 'h', '位'])
        && STARTS.iter().any(|w| s.starts_with(w));
    // The last letters of 正文, 内容, 详细, 内容详情: most lines are decided by these two tests.
    let last = || s.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '>' | '＞' | '»' | '›' | '→'));
    if !(starts || last().ends_with(['文', '容', '细', '情'])) || !whole.contains(['>', '＞', '»', '›', '→', '/', '-', '：', ':', '·'])
    {
        return false;
    }
    let parts = s.split(['>', '＞', '»', '›', '→']).map(str::trim).filter(|p| !p.is_empty());
    let n = parts.clone().count();
    let short = parts.clone().all(|p| p.chars().take(61).count() <= 60);
    let ends = parts.clone().next_back().is_some_and(|p| matches!(p, "正文" | "内容" | "详细" | "文章正文" | "内容详情" | "详情"));
    let place = starts && s.contains("位置") && s.chars().take(80).count() < 80 && !s.contains(['。', '，']);
    (n >= 2 && short && (starts || ends) && !s.contains('。')) || place && n >= 1 && s.contains(['：', ':'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plain;

    const TEXT: &str = "山里的路一到雨天就不好走，村里人商量了几次，决定自己动手修一条，从村口一直修到河边。";

    fn left_out(lines: &[&str]) -> Vec<usize> {
        let text = lines.join("\n");
        let blocks = plain::outline(&text).blocks;
        let mut out: Vec<usize> = marks(&text, &blocks, &[], Profile::Article, Rules::builtin()).iter().map(|m| m.block as usize).collect();
        out.sort_unstable();
        out
    }

    #[test]
    fn share_boxes_and_notices_after_the_text() {
        assert_eq!(left_out(&["修路记", TEXT, TEXT, "weixin", "扫码关注", "官方微信公众号"]), [3, 4, 5]);
        assert_eq!(
            left_out(&[
                "修路记",
                TEXT,
                "山河网版权与免责声明：",
                "凡本网注明“来源：山河网”的文字，未经本网授权不得转载，违者本网将依法追究责任。"
            ]),
            [2, 3]
        );
        assert_eq!(left_out(&["修路记", TEXT, "相关阅读", "新桥通车了", "老井出水了", "麦子熟了"]), [2, 3, 4, 5]);
    }

    #[test]
    fn what_a_kit_strews_in_and_labels_goes() {
        let page = [
            "• <tr id=\"q8x0z\"></tr>",
            "• <sup id=\"q8x0z\"><b id=\"q8x0z\"></b></sup>",
            "在线视频_无码专区_日韩欧美精品_午夜成人",
            TEXT,
            TEXT,
            "主站蜘蛛池模板: 山前县| 河口市| 读书| 房产|",
            "山河网",
        ];
        assert_eq!(left_out(&page), [0, 1, 2, 5]);
        let page = [TEXT, TEXT, "感谢您访问我们的网站,您可能还对以下资源感兴趣:", "山前 | 河口 | 桥头", "在线视频_无码专区_日韩欧美", TEXT];
        assert_eq!(left_out(&page), [2, 3, 4]);
        // Two elements of two marks are somebody's own, and a text may speak of all this.
        let own = ["<b id=\"q8x0z\"></b>", "<b id=\"m4k1w\"></b>", TEXT, "蜘蛛池是什么：主站上放的模板，专门引来蜘蛛。", TEXT];
        assert_eq!(left_out(&own), [0usize; 0]);
    }

    const PROSE: &str = "The road to the village turns to mud whenever it rains, so people met in the hall, argued for a while, and settled it: \
        they would build a new one themselves, from the well down to the river.";

    #[test]
    fn pages_of_other_languages_keep_their_text() {
        let page = [
            "Skip to content",
            "Home | News | Sport | Contact us",
            "Sign in",
            "A road by hand",
            PROSE,
            PROSE,
            "Share this",
            "Related articles",
            "The bridge is open",
            "Water again",
            "© 2021 The Village Paper. All rights reserved.",
        ];
        assert_eq!(left_out(&page), [0, 1, 2, 3, 6, 7, 8, 9, 10]);
        let german = "Der Weg ins Dorf wird bei jedem Regen zu Schlamm, also trafen sich die Leute im Saal, stritten eine Weile und wurden sich \
            einig: Sie bauen ihn selbst, vom Brunnen bis hinunter an den Fluss.";
        let page = [
            "Startseite",
            "Politik",
            "Anmelden",
            german,
            german,
            "Das könnte Sie auch interessieren",
            "Brücke offen",
            "Impressum | Datenschutz",
        ];
        assert_eq!(left_out(&page), [0, 1, 2, 5, 6, 7]);
    }

    #[test]
    fn manuals_and_catalogues_of_messages_are_no_pages() {
        // buttons and labels in prose, a licence above a text: furniture of one class
        let manual =
            ["Copyright (c) 2019 A. N. Author", "All rights reserved.", "Copyright (c) 2020 B. Author", "NAME", "road - build it", PROSE];
        assert!(!left_out(&manual).contains(&3) && !left_out(&manual).contains(&4));
        let messages = [
            "Sign in",
            "Search",
            "Leave a comment",
            "All rights reserved.",
            "The road could not be built because it rained.",
            "Share this",
        ];
        assert_eq!(left_out(&messages), [0usize; 0]);
        assert_eq!(left_out(&["Politics", PROSE, "Culture", PROSE, "Sport", PROSE]), [0usize; 0]);
    }

    #[test]
    fn clean_texts_lose_nothing() {
        assert_eq!(left_out(&["静夜", "窗外有月", "桌上有灯", "人在远方"]), [0usize; 0]);
        assert_eq!(left_out(&["教育", TEXT, "健康", TEXT, "文化", TEXT]), [0usize; 0]);
        for last in ["共有三十户人家出了力，也出了钱。", "来看桥的老年人参与了修路。", "拆桥的人要承担法律责任，修桥的权利人可以要他赔钱。"]
        {
            assert_eq!(left_out(&["修路记", TEXT, TEXT, last]), [0usize; 0], "{last}");
        }
        assert_eq!(left_out(&["通知", TEXT, "联系电话：010-1234", "地址：山河县一号", "山河县人民政府"]), [0usize; 0]);
        assert_eq!(
            left_out(&[
                "版权是什么",
                "写书的人有版权，别人未经许可不得转载他的书，这一点法律写得很清楚，谁都应当知道。",
                "侵权的人要赔钱，转载的人要先问，这样大家才都有书可读，也才有人愿意写书。",
                "未经许可，不得转载。"
            ]),
            [0usize; 0]
        );
    }

    #[test]
    fn breadcrumbs() {
        for s in ["首頁 > 山河新聞", "您的位置：首页 > 正文", "山河网 >> 新闻 >> 正文", "Home › News › Roads"] {
            assert!(is_breadcrumb(s), "{s}");
        }
        for s in ["3 > 2", "首页是一份报纸的第一页", "A -> B -> C", "他说：首页上有他的照片"] {
            assert!(!is_breadcrumb(s), "{s}");
        }
    }
}
