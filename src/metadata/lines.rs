//! Byline lines of a page: which blocks hold nothing but author, source, date or editor, and what they say. What a line says
//! is read in `byline`; the title is found in `title`.

use std::cell::OnceCell;

use crate::block::{Block, Kind, Mark};
use crate::byline::{self, Byline};
use crate::bytes;
use crate::rules::{RuleId, Rules};
use crate::tree::Outline;

use super::Metadata;
use super::entries::Entries;

/// Bytes from which a block with an end mark counts as prose: some 25 ideographs or 75 letters.
const PROSE: usize = 75;

/// Blocks after the last prose in which a date still belongs to the text: a notice ends with its office and day.
const SIGNATURE: usize = 3;

/// True for running text: long, with a mark that ends a sentence.
pub(super) fn is_prose(s: &str) -> bool {
    s.len() >= PROSE && (s.ends_with(['.', '!', '?', '"', '”', '।', '።', '؟', '۔']) || s.contains(". ") || bytes::has_wide_stop(s))
}

/// Marks the blocks that are byline lines, before boilerplate is judged: `metadata/byline` (author, or several things),
/// `metadata/source`, `metadata/date`, `metadata/editor`.
///
/// A page without prose has none. Alone, a date counts only before the text and in digits, a source or author only before or
/// after the text; inside it a line must name an editor, or two things.
pub fn lines(text: &str, outline: &Outline, rules: &Rules) -> Vec<Mark> {
    let blocks = &outline.blocks;
    let prose = |b: &Block| b.kind == Kind::Paragraph && is_prose(b.span.of(text));
    let Some(first) = blocks.iter().position(prose) else { return Vec::new() };
    let last = blocks.iter().rposition(prose).unwrap_or(first);
    let ids = OnceCell::new();
    let entries = Entries::of(text, outline);
    let mut out = Vec::new();
    for (i, b) in blocks.iter().enumerate() {
        if b.span.len() > 400 || matches!(b.kind, Kind::Code | Kind::TableRow | Kind::Heading(_)) {
            continue;
        }
        let Some(line) = byline::parse(b.span.of(text)) else { continue };
        if is_entry(b.span.of(text)) {
            continue;
        }
        let before = i < first;
        let after = i > last;
        let above = i.checked_sub(1).map_or("", |i| blocks[i].span.of(text));
        let follows_prose = is_prose(above) || (above.len() >= 12 && above.ends_with(['。', '！', '？', '”']));
        let things = usize::from(!line.author.is_empty())
            + usize::from(line.editor.is_some())
            + usize::from(line.source.is_some())
            + usize::from(line.date.is_some());
        let fires = if line.names_only {
            i > first && follows_prose || (after && i <= last + SIGNATURE)
        } else if line.editor.is_some() || things >= 2 {
            line.keyed || (before && line.date.is_some())
        } else if line.date.is_some() {
            before && (line.keyed || line.date_raw.is_none() || line.timed)
        } else {
            line.keyed && (before || after || follows_prose && !line.author.is_empty())
        };
        if fires && !entries.as_ref().is_some_and(|e| e.owns(i, &line)) {
            out.push(Mark { block: i as u32, rule: ids.get_or_init(|| Ids::new(rules)).of(&line), score: 1.0, first: None });
        }
    }
    out
}

/// True for lines of logs and lists of changes, which name whoever made each entry: `Author: Name <name@example.org>`, `[ Name ]`. No byline of a page
/// has the address in angle brackets, or blanks within its brackets.
fn is_entry(s: &str) -> bool {
    let bare = s.trim_end_matches(['.', ',', ';', ')']);
    let address =
        s.rfind('<').is_some_and(|at| (s[at..].contains('@') || s[..at].ends_with(' ') && s[at..].is_ascii()) && bare.ends_with('>'));
    address || s.starts_with("[ ") && s.ends_with(" ]")
}

struct Ids {
    byline: RuleId,
    source: RuleId,
    date: RuleId,
    editor: RuleId,
}

impl Ids {
    fn new(rules: &Rules) -> Ids {
        Ids {
            byline: rules.rule("metadata/byline"),
            source: rules.rule("metadata/source"),
            date: rules.rule("metadata/date"),
            editor: rules.rule("metadata/editor"),
        }
    }

    fn of(&self, line: &Byline) -> RuleId {
        match (line.author.is_empty(), &line.editor, &line.source, &line.date) {
            (true, Some(_), None, None) => self.editor,
            (true, None, Some(_), None) => self.source,
            (true, None, None, Some(_)) => self.date,
            _ => self.byline,
        }
    }

    fn has(&self, rule: RuleId) -> bool {
        [self.byline, self.source, self.date, self.editor].contains(&rule)
    }
}

/// Adds to `out` what the marked byline lines say, the earliest first, and what a reprint notice says of its source. What the
/// fields of the page said stays; a date comes only from the first two thirds of the blocks.
pub(super) fn read(text: &str, outline: &Outline, marks: &[Mark], rules: &Rules, out: &mut Metadata) {
    if marks.is_empty() {
        return;
    }
    let rule = Ids::new(rules);
    let reprint = rules.find("boilerplate/reprint");
    let mut marks: Vec<&Mark> = marks.iter().filter(|m| rule.has(m.rule) || Some(m.rule) == reprint).collect();
    marks.sort_by_key(|m| m.block);
    let fields_named = !out.author.is_empty();
    for m in marks {
        let line = outline.blocks[m.block as usize].span.of(text);
        if Some(m.rule) == reprint {
            notice(line, out);
            continue;
        }
        let Some(said) = byline::parse(line) else { continue };
        if !fields_named {
            for name in said.author {
                if !out.author.contains(&name) && out.author.len() < 100 {
                    out.author.push(name);
                }
            }
        }
        if out.editor.is_none() {
            out.editor = said.editor;
        }
        if out.source.is_none() {
            out.source = said.source;
        }
        if out.date.is_none() && 3 * m.block as usize <= 2 * outline.blocks.len() {
            out.date = said.date;
            out.date_raw = said.date_raw;
        }
    }
}

/// What a reprint notice says: 本文转载于【X】, 经【Y】编辑.
fn notice(line: &str, out: &mut Metadata) {
    const FROM: &[&str] = &[
        "转载于",
        "转载自",
        "转自",
        "来源于",
        "来自",
        "摘自",
        "轉載於",
        "轉載自",
        "轉自",
        "來源於",
        "來自",
        "来源：",
        "来源:",
        "來源：",
        "來源:",
    ];
    if out.source.is_none() {
        out.source = FROM.iter().find_map(|f| named(&line[line.find(f)? + f.len()..]));
    }
    if out.editor.is_none()
        && let Some(at) = line.find("编辑").or_else(|| line.find("編輯"))
        && let Some(inner) = line[..at].trim_end().strip_suffix(['】', '”', '》', '」'])
        && let Some(open) = inner.rfind(['【', '“', '《', '「'])
    {
        let name = inner[open..].trim_start_matches(['【', '“', '《', '「']);
        out.editor = (!name.is_empty() && name.chars().count() <= 20).then(|| name.to_owned());
    }
}

/// A name at the beginning of `rest`: in brackets, or up to the next mark when it reads as a publisher.
fn named(rest: &str) -> Option<String> {
    let rest = rest.trim_start_matches([':', '：', ' ']);
    const PAIRS: &[(char, char)] = &[('【', '】'), ('“', '”'), ('《', '》'), ('「', '」'), ('[', ']')];
    let bracketed = PAIRS.iter().find_map(|(a, b)| rest.strip_prefix(*a)?.split_once(*b).map(|(name, _)| name));
    let name = match bracketed {
        Some(name) => name,
        None => rest.split(['，', '。', ',', '；', ';', ')', '）', '】', '、', ' ']).next().filter(|n| byline::is_publisher(n))?,
    };
    let n = name.chars().take(31).count();
    (1..=30).contains(&n).then(|| name.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plain;

    const PROSE_LINE: &str = "山里的路一到雨天就不好走，村里人商量了几次，决定自己动手修一条，从村口一直修到河边。";

    fn marked(lines_of: &[&str]) -> Vec<u32> {
        let text = lines_of.join("\n");
        lines(&text, &plain::outline(&text), Rules::builtin()).iter().map(|m| m.block).collect()
    }

    #[test]
    fn before_inside_and_after() {
        assert_eq!(
            marked(&["修路记", "2024-05-09 来源：山河晚报", PROSE_LINE, "(赵一鸣)", "河边的桥", PROSE_LINE, "【责编 钱立】"]),
            [1, 3, 6]
        );
    }

    #[test]
    fn what_belongs_to_the_text_stays() {
        // A notice ends with its day, a diary and a list begin with one, a word list has sources.
        assert_eq!(marked(&["通知", PROSE_LINE, "山河县人民政府", "2024年5月9日"]), [0u32; 0]);
        assert_eq!(marked(&["2024-05-09", "米 3元", "面 4元"]), [0u32; 0]);
        assert_eq!(marked(&[PROSE_LINE, "2024-05-10", PROSE_LINE]), [0u32; 0]);
        assert_eq!(marked(&[PROSE_LINE, "来源：拉丁语", PROSE_LINE]), [0u32; 0]);
    }

    #[test]
    fn who_made_an_entry_of_a_log_stays() {
        let prose = "The road was dug again where the water had been, and the stones were laid in spring by forty people.";
        assert_eq!(marked(&["Author: Anna Miller <anna@example.org>", prose, "[ Peter Weaver ]", prose]), [0u32; 0]);
        assert_eq!(marked(&["A road by hand", "Author: Anna Miller", prose, prose]), [1]);
    }

    #[test]
    fn a_notice_names_its_source() {
        let mut m = Metadata::default();
        notice("（本文转载于【山河党建】，经【雨后传媒】编辑，如有侵权请联系我们删除。）", &mut m);
        assert_eq!((m.source.as_deref(), m.editor.as_deref()), (Some("山河党建"), Some("雨后传媒")));
    }
}
