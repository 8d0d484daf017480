//! Which class of page furniture a line belongs to, by its words alone. Where it stands is judged in `mod` and `segment`.

use std::collections::HashMap;
use std::sync::OnceLock;

use aho_corasick::AhoCorasick;

use super::glance::{Glance, Table};
use super::sieve::Sieve;
use crate::model::fold;
use crate::rules::own::Furniture;
use crate::rules::table;

/// A class of page furniture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Class {
    /// Menus, buttons, entries of a login box.
    Navigation,
    /// Login boxes.
    Login,
    /// Share buttons and QR codes.
    Share,
    /// Headings of lists of other stories.
    Related,
    /// Headings of what readers wrote.
    Comments,
    /// Imprint, licences.
    Footer,
    /// Address, telephone: furniture only among other furniture.
    Contact,
    /// Copyright, reprint, disclaimer.
    Notice,
    /// Headings of lists of sources, and their entries.
    Reference,
    /// Editors, proof-readers.
    Editor,
    /// Names of sections: furniture among other furniture, headings elsewhere.
    Topic,
}

impl From<Furniture> for Class {
    fn from(furniture: Furniture) -> Class {
        match furniture {
            Furniture::Navigation => Class::Navigation,
            Furniture::Login => Class::Login,
            Furniture::Share => Class::Share,
            Furniture::Related => Class::Related,
            Furniture::Comments => Class::Comments,
            Furniture::Footer => Class::Footer,
            Furniture::Contact => Class::Contact,
            Furniture::Notice => Class::Notice,
        }
    }
}

/// How a line belongs to its class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hit {
    pub(super) class: Class,
    /// All of the line is known words.
    pub(super) whole: bool,
    /// The line begins with a known word, or holds two different ones.
    pub(super) strong: bool,
}

/// Longest line whose words say anything, in bytes: a copyright notice of some 400 ideographs.
const LONGEST: usize = 1200;
/// Longest line that can be one word, or a row of them, in bytes.
const SHORT_WHOLE: usize = 120;
/// Longest line that one word inside it decides, in characters; above that it takes two.
const SHORT: usize = 60;
/// Longest line that its last word decides, in characters.
const SHORT_END: usize = 40;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Where {
    Begin,
    /// Begins a line that is no sentence: `更多内容：`, but not "更多内容请看下一章。".
    Opens,
    Within,
    /// Stands in a line that is no sentence.
    Label,
    /// Follows a number in a line that is no sentence: `128 条评论`, but not "老年人参与锻炼。".
    Counts,
    End,
}

struct Words {
    whole: HashMap<String, Class>,
    parts: AhoCorasick,
    /// Class and place of each pattern of `parts`. Words of the law have no class: notices share them with statutes and news, so they
    /// strengthen a notice and never make one.
    meaning: Vec<(Option<Class>, Where)>,
    /// What a line must show before `whole` or `parts` is asked.
    sieve: Sieve,
    /// What one pass over a line looks at.
    table: Table,
}

impl Words {
    fn get() -> &'static Words {
        static WORDS: OnceLock<Words> = OnceLock::new();
        WORDS.get_or_init(|| {
            let mut whole = HashMap::new();
            let (mut patterns, mut meaning) = (Vec::new(), Vec::new());
            let mut sieve = Sieve::default();
            let rows = table::rows("boilerplate_words.tsv", include_str!("../../data/boilerplate_words.tsv"), 3);
            for row in rows.flatten() {
                let class = match row.cells[2] {
                    "law" => None,
                    of => Some(Furniture::named(of).map_or(Class::Reference, Class::from)),
                };
                let word = table::unescape(row.cells[0]).ok().and_then(|w| String::from_utf8(w).ok()).unwrap_or_default();
                let place = match row.cells[1] {
                    "whole" => {
                        sieve.whole(&word);
                        if let Some(class) = class {
                            whole.entry(word).or_insert(class);
                        }
                        continue;
                    }
                    "begin" => Where::Begin,
                    "opens" => Where::Opens,
                    "label" => Where::Label,
                    "counts" => Where::Counts,
                    "end" => Where::End,
                    _ => Where::Within,
                };
                match place {
                    Where::Begin | Where::Opens => sieve.begin(&word),
                    Where::Within | Where::Label | Where::Counts => sieve.within(&word),
                    Where::End => sieve.end(&word),
                }
                patterns.push(word);
                meaning.push((class, place));
            }
            let parts = AhoCorasick::new(&patterns).unwrap_or_else(|e| panic!("boilerplate_words.tsv: {e}"));
            let table = Table::new(&sieve);
            Words { whole, parts, meaning, sieve, table }
        })
    }

    /// The class of a line or part that is one word.
    fn whole(&self, s: &str) -> Option<Class> {
        if self.sieve.may_be_whole(s) { self.whole.get(s).copied() } else { None }
    }
}

/// Signs that may stand around the words of a button or heading.
pub(super) fn is_trim(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '|' | '·'
                | '•'
                | '>'
                | '»'
                | '›'
                | '-'
                | '—'
                | '＞'
                | '['
                | ']'
                | '【'
                | '】'
                | '('
                | ')'
                | '（'
                | '）'
                | ':'
                | '：'
                | '+'
                | '▲'
                | '▼'
                | '■'
                | '●'
                | '◆'
                | '★'
                | '☆'
                | '→'
                | '←'
                | '«'
                | '‹'
                | '/'
        )
}

/// Looks at a line once.
pub(super) fn glance(line: &str) -> Glance {
    let words = Words::get();
    words.table.glance(line, &words.sieve)
}

/// The class of a line of which `glance` tells, or `None` when its words say nothing.
pub(super) fn classify(line: &str, glance: &Glance) -> Option<Hit> {
    if line.len() > LONGEST {
        return None;
    }
    // Prose: too long for a word alone, and none in it.
    if line.len() > SHORT_WHOLE && !is_near_editor(line) && !may_hold(Words::get(), line, glance) {
        return None;
    }
    if glance.is_traditional() {
        let folded: String = line.chars().map(fold::simplified).collect();
        return simplified(&folded, glance);
    }
    simplified(line, glance)
}

/// [`classify`] for a line in simplified characters, or in another script.
fn simplified(line: &str, glance: &Glance) -> Option<Hit> {
    let words = Words::get();
    let sentence = is_sentence(line);
    if line.len() <= SHORT_WHOLE {
        let bare = line.trim_matches(is_trim);
        if let Some(class) = words.whole(line).or_else(|| words.whole(bare)) {
            return Some(Hit { class, whole: true, strong: true });
        }
        if glance.has_separators()
            && !sentence
            && let Some(class) = several(words, bare)
        {
            return Some(Hit { class, whole: true, strong: true });
        }
    }
    let n = line.chars().take(SHORT + 1).count();
    if n < SHORT && !sentence && is_editor(line) {
        return Some(Hit { class: Class::Editor, whole: false, strong: true });
    }
    if line.len() <= SHORT_WHOLE && !may_hold(words, line, glance) {
        return None;
    }
    let open = opening(line);
    let (mut begin, mut end, mut within): (Option<Class>, Option<Class>, Option<Class>) = (None, None, None);
    let (mut different, mut before) = (0, 0);
    let mut first = None;
    for m in words.parts.find_overlapping_iter(line) {
        let (class, place) = words.meaning[m.pattern().as_usize()];
        if sentence && matches!(place, Where::Opens | Where::Label | Where::Counts)
            || place == Where::Counts && !ends_in_number(&line[..m.start()])
        {
            continue;
        }
        match place {
            Where::Begin | Where::Opens if (m.start() == 0 || m.start() == open) && ends_word(line, m.end()) => {
                begin = begin.or(class);
                different += u32::from(matches!(class, Some(Class::Notice) | None));
            }
            Where::End if m.end() == line.len() => {
                end = end.or(class);
            }
            Where::Within | Where::Label | Where::Counts => {
                within = within.or(class);
                // Overlapping words of one phrase count once, and so does a word said twice.
                let one = *first.get_or_insert(m.pattern());
                if one != m.pattern() && m.start() >= before || before == 0 {
                    different += 1;
                }
                before = m.end();
            }
            _ => {}
        }
    }
    let strong = begin.is_some() || different >= 2;
    if n <= SHORT {
        if let Some(class) = begin {
            return Some(Hit { class, whole: false, strong: true });
        }
        if let Some(class) = end.filter(|_| n <= SHORT_END) {
            return Some(Hit { class, whole: false, strong: false });
        }
        return within.map(|class| Hit { class, whole: false, strong });
    }
    if begin == Some(Class::Reference) {
        return Some(Hit { class: Class::Reference, whole: false, strong: true });
    }
    // A long line is furniture only by formula: two different words, one of which opens it or both inside.
    let class = if begin == Some(Class::Notice) { begin } else { within };
    class.filter(|_| different >= 2).map(|class| Hit { class, whole: false, strong: true })
}

/// False when the letters before byte `at` go on behind it: `Copyright` in `Copyright-Regeln`, and in the last word of a sentence broken
/// over two lines.
fn ends_word(line: &str, at: usize) -> bool {
    let next = line[at..].chars().next();
    !line[..at].ends_with(|c: char| c.is_ascii_alphabetic())
        || !next.is_some_and(|c| c.is_alphanumeric() && c.is_ascii() || matches!(c, '-' | '.' | ','))
}

/// True for `128`, `1.2万`, `99+`, with blanks behind them or not.
fn ends_in_number(text: &str) -> bool {
    text.trim_end().trim_end_matches(['万', '千', '百', '+']).ends_with(|c: char| c.is_ascii_digit())
}

/// True for a line that ends as a sentence does.
fn is_sentence(line: &str) -> bool {
    line.trim_end_matches(['”', '」', '』', '"', '）', ')', '\'']).ends_with(['。', '！', '？'])
}

/// Length of the signs before the first word of a line.
fn opening(line: &str) -> usize {
    line.len() - line.trim_start_matches(['（', '(', '【', '[', '*', '※', '注', ' ', '\u{3000}']).len()
}

/// False when no word of `parts` stands in `line` where it counts. Script does not matter.
fn may_hold(words: &Words, line: &str, glance: &Glance) -> bool {
    let open = opening(line);
    glance.word.is_some() || words.sieve.may_end(line) || words.sieve.may_begin(line) || open > 0 && words.sieve.may_begin(&line[open..])
}

/// False when a line cannot be one of editors: see [`is_editor`].
fn is_near_editor(line: &str) -> bool {
    let s = line.trim_start_matches(['【', '[', '(', '（', ' ']);
    s.starts_with(|c| matches!(fold::simplified(c), '责' | '本' | '编' | '校' | '审' | '原' | '总' | '主'))
}

/// A row of words: at least two parts between blanks, bars and commas, six in ten of them known.
fn several(words: &Words, bare: &str) -> Option<Class> {
    let parts = || {
        bare.split(|c: char| c.is_whitespace() || matches!(c, '|' | '｜' | '·' | ',' | '，' | '、' | '/' | '>' | '»' | '-'))
            .filter(|p| !p.is_empty())
    };
    let (mut all, mut known, mut class) = (0, 0, None);
    for part in parts() {
        all += 1;
        if let Some(c) = words.whole(part.trim_matches(is_trim)) {
            known += 1;
            class.get_or_insert(c);
        }
    }
    class.filter(|_| all >= 2 && known * 10 >= all * 6)
}

/// 责编, 编辑： and the like at the beginning; `原标题：` announces the end of a text the same way.
fn is_editor(line: &str) -> bool {
    let s = line.trim_start_matches(['【', '[', '(', '（', ' ']);
    if !s.starts_with(['责', '責', '编', '編', '本', '校', '审', '審', '原', '总', '主']) {
        return false;
    }
    let free = ["责编", "責編", "责任编辑", "責任編輯", "责任编辑", "责 编", "本文编辑", "本期编辑", "本文編輯"];
    let keyed = ["编辑", "編輯", "校对", "校對", "审核", "審核", "原标题", "原標題", "总编辑", "总编", "主编"];
    free.iter().any(|w| s.starts_with(w))
        || keyed.iter().any(|w| s.strip_prefix(w).is_some_and(|r| r.trim_start().starts_with([':', '：', '丨', '|', '/'])))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(line: &str) -> Option<Class> {
        classify(line, &glance(line)).map(|h| h.class)
    }

    #[test]
    fn words_of_furniture() {
        assert_eq!(class("首頁"), Some(Class::Navigation));
        assert_eq!(class("财经 体育 | 娱乐"), Some(Class::Navigation));
        assert_eq!(class("微信 掃一掃 關注"), Some(Class::Share));
        assert_eq!(class("【责任编辑：赵一鸣】"), Some(Class::Editor));
        assert_eq!(class("山河网版权与免责声明："), Some(Class::Notice));
        assert_eq!(class("Copyright © 2001-2024 山河网"), Some(Class::Footer));
        assert_eq!(class("相关阅读："), Some(Class::Related));
        assert_eq!(class("1203人参与 88条评论"), Some(Class::Related));
        assert_eq!(class("共有128条评论"), Some(Class::Related));
        assert_eq!(class("热度 1.2万+ 人参与"), Some(Class::Related));
        assert_eq!(class("更多内容请关注"), Some(Class::Related));
        assert_eq!(class("未经许可，不得转载，违者将依法追究法律责任。"), Some(Class::Notice));
    }

    #[test]
    fn text_is_no_furniture() {
        for line in [
            "他说，版权是一件很要紧的事情，写书的人靠它吃饭，读书的人靠它才有新书可读，所以谁也不应当把它看轻，更不应当拿它来开玩笑才对。",
            "村里的首页报纸",
            "编辑这本书花了三年",
            "共有三十户人家出了力，也出了钱。",
            "已有三批学生来看过，他们说明年还要来。",
            "越来越多的老年人参与锻炼，这是一件好事。",
            "更多内容请看下一章。",
            "点一下就可以查看更多的书。",
            "带老年 人参与锻炼的村子",
            "未经许可，任何人不得拆桥。",
            "拆桥的人要承担法律责任，修桥的权利人可以要他赔钱。",
            "春眠不觉晓",
        ] {
            assert_eq!(class(line), None, "{line}");
        }
    }
}
