//! The title of a page: a claim of its fields and headings, else a line; and which lines of the text repeat it. Which claim holds is
//! `claims`'.

use crate::block::{Block, Kind, Mark};
use crate::bytes::is_letter;
use crate::rules::Rules;
use crate::tree::Outline;

/// Longest title, in characters. Headlines of Chinese papers end below 60; Latin ones have four letters for one ideograph.
const LONGEST: usize = 200;

/// The title and a mark for each line before the text that says the same.
pub(super) fn resolve(text: &str, outline: &Outline, url: Option<&str>, marks: &[Mark], rules: &Rules) -> (Option<String>, Vec<Mark>) {
    let mut out = vec![false; outline.blocks.len()];
    for m in marks {
        out[m.block as usize] = true;
    }
    let kept = out.iter().filter(|o| !**o).count();
    let (title, at) = match super::claims::declared(text, outline, url) {
        Some(title) => (title, None),
        None => match line(text, outline, marks, &out, rules) {
            Some(at) => (squeeze(outline.blocks[at].span.of(text)), Some(at)),
            None => return (None, Vec::new()),
        },
    };
    let key = key(&title);
    let rule = rules.rule("metadata/title");
    let mut found = Vec::new();
    let mut left = kept;
    for (i, b) in outline.blocks.iter().enumerate() {
        let s = b.span.of(text);
        if at == Some(i) && out[i] {
            // it lies outside the text, and is the title
            found.push(Mark { block: i as u32, rule, score: 1.0, first: None });
        }
        if out[i] {
            continue;
        }
        if at == Some(i)
            || (s.len() <= 2 * title.len() + 20
                && !matches!(b.kind, Kind::Code | Kind::ListItem | Kind::TableRow)
                && letters(s).eq(key.chars()))
        {
            found.push(Mark { block: i as u32, rule, score: 1.0, first: None });
            left -= 1;
        } else if s.chars().count() > 60 {
            break;
        }
    }
    // A page that is nothing but its title keeps it as text.
    if left == 0 {
        found.clear();
    }
    (Some(title), found)
}

/// Lines above the text among which its title is looked for.
const ABOVE: usize = 15;
/// Lines above the byline, the nearest first, one of which is the title when none stands twice in the page.
const NEAREST: usize = 4;

/// The line of a text that is its title. With a byline or page furniture above the text: the nearest fitting line there that stands
/// in the page more than once, or inside its first lines, where pages repeat their `<title>`; else the nearest above the byline.
/// Otherwise the first kept line, when more text follows it.
fn line(text: &str, outline: &Outline, marks: &[Mark], out: &[bool], rules: &Rules) -> Option<usize> {
    let blocks = &outline.blocks;
    let prose = |b: &Block| b.kind == Kind::Paragraph && b.span.len() >= 90;
    let first = (0..blocks.len()).find(|i| !out[*i] && prose(&blocks[*i])).or_else(|| (0..blocks.len()).find(|i| !out[*i]))?;
    let mut rule_of = vec![None; blocks.len()];
    for m in marks {
        rule_of[m.block as usize].get_or_insert(m.rule);
    }
    let outside = rules.find("boilerplate/outside");
    let byline = ["metadata/byline", "metadata/date", "metadata/source"].map(|r| rules.find(r));
    let said = (0..first).rev().find(|i| rule_of[*i].is_some() && byline.contains(&rule_of[*i]));
    // Furniture names its lines; what merely lies outside the text may be the title.
    let fits = |i: usize| {
        let s = blocks[i].span.of(text);
        (rule_of[i].is_none() || rule_of[i] == outside)
            && matches!(blocks[i].kind, Kind::Paragraph | Kind::Heading(_))
            && is_headline(s)
            && crate::byline::dates::find(s).is_none()
    };
    let furnished = marks.iter().any(|m| Some(m.rule) == outside);
    if said.is_some() || furnished {
        let top: Vec<String> = (0..blocks.len().min(3)).map(|i| key(blocks[i].span.of(text))).collect();
        let until = said.unwrap_or(first);
        let again = (until.saturating_sub(ABOVE)..until).rev().filter(|i| fits(*i)).find(|i| {
            let k = key(blocks[*i].span.of(text));
            k.chars().count() >= 6
                && (top.iter().enumerate().any(|(t, line)| t != *i && line.contains(&k))
                    || blocks
                        .iter()
                        .take(first + 40)
                        .enumerate()
                        .any(|(j, b)| j != *i && b.span.len() == blocks[*i].span.len() && key(b.span.of(text)) == k))
        });
        if again.is_some() {
            return again;
        }
        if let Some(said) = said {
            let near =
                (said.saturating_sub(NEAREST)..said).rev().find(|i| fits(*i) && blocks[*i].span.of(text).chars().take(6).count() > 5);
            if near.is_some() {
                return near;
            }
        }
        if furnished {
            return None;
        }
    }
    let at = (0..blocks.len()).find(|i| !out[*i])?;
    let b = &blocks[at];
    let next = (at + 1..blocks.len()).filter(|i| !out[*i]).take(3);
    let text_follows =
        next.map(|i| blocks[i].span.of(text)).any(|s| s.len() > b.span.len() && s.contains(['。', '！', '？', '，', '；', '.', ',']));
    (fits(at) && text_follows).then_some(at)
}

/// 4 to 60 characters (Latin text: 100) without an end mark.
fn is_headline(s: &str) -> bool {
    let n = s.chars().take(101).count();
    let ends = s.ends_with(['。', '；', '：', ':', '，', ',', ';', '、', '…']) || (s.is_ascii() && s.ends_with('.')) || s.contains('。');
    // A whole line between quotes is somebody's speech, the beginning of a story.
    let spoken = s.starts_with(['“', '「', '『', '"']) && s.ends_with(['”', '」', '』', '"']);
    (2..=if s.is_ascii() { 100 } else { 60 }).contains(&n) && !ends && !spoken && s.chars().any(is_letter)
}

/// True when a title may be as long.
pub(super) fn fits(s: &str) -> bool {
    !s.is_empty() && s.chars().take(LONGEST + 1).count() <= LONGEST
}

/// Letters and digits alone, lower case: how titles are compared.
pub(super) fn key(s: &str) -> String {
    letters(s).collect()
}

fn letters(s: &str) -> impl Iterator<Item = char> {
    s.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase)
}

/// The words with single blanks between.
fn squeeze(s: &str) -> String {
    super::squeeze(s)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plain;
    use crate::tree::Field;

    const LONG: &str = "山里的路一到雨天就不好走，村里人商量了几次，决定自己动手修一条，从村口一直修到河边。";

    fn of(lines: &[&str], fields: &[(&str, &str)]) -> (Option<String>, Vec<u32>) {
        let text = lines.join("\n");
        let mut outline = plain::outline(&text);
        outline.fields = fields.iter().map(|(k, v)| Field { key: (*k).into(), value: (*v).into() }).collect();
        let marks = super::super::lines(&text, &outline, Rules::builtin());
        let (title, marks) = resolve(&text, &outline, None, &marks, Rules::builtin());
        (title, marks.iter().map(|m| m.block).collect())
    }

    #[test]
    fn the_first_line_or_the_one_above_the_byline() {
        assert_eq!(of(&["修路记", LONG], &[]), (Some("修路记".into()), vec![0]));
        assert_eq!(of(&["山河晚报电子版", "村民自己动手修路", "2024-05-09", LONG], &[]).0.as_deref(), Some("村民自己动手修路"));
        assert_eq!(of(&[LONG, LONG], &[]), (None, vec![]));
        assert_eq!(of(&["修路记"], &[]), (None, vec![]));
    }

    #[test]
    fn a_title_outside_the_text_is_marked_as_one() {
        let text = ["首页", "村民自己动手修路", "2024-05-09", LONG, LONG].join("\n");
        let (outline, rules) = (plain::outline(&text), Rules::builtin());
        let mut marks = super::super::lines(&text, &outline, rules);
        marks.extend([0, 1].map(|block| Mark { block, rule: rules.rule("boilerplate/outside"), score: 1.0, first: None }));
        let (title, marks) = resolve(&text, &outline, None, &marks, rules);
        assert_eq!((title.as_deref(), marks.iter().map(|m| m.block).collect()), (Some("村民自己动手修路"), vec![1]));
    }

    #[test]
    fn speech_is_no_title() {
        let (title, marked) =
            of(&["“带伞了吗？”", "“带了。”", "外面的雨下得不大，路灯把水洼照得一闪一闪的。两个人一前一后，谁也没有说话。"], &[]);
        assert_eq!((title, marked), (None, vec![]));
    }

    #[test]
    fn a_declared_title_marks_its_line() {
        assert_eq!(of(&["村民 修路", LONG], &[("front:title", "村民修路")]), (Some("村民修路".into()), vec![0]));
        assert_eq!(of(&["村民修路"], &[("front:title", "村民修路")]), (Some("村民修路".into()), vec![]));
    }

    #[test]
    fn the_name_of_the_site_goes() {
        for (tag, want) in [
            ("村民自己动手修路_山河频道_山河网", "村民自己动手修路"),
            ("甲-乙公司开始修路-山河新闻网", "甲-乙公司开始修路"),
            ("How we built a road - Hill Times", "How we built a road"),
            ("Spider-Man comes to the village", "Spider-Man comes to the village"),
        ] {
            assert_eq!(of(&[LONG], &[("title", tag)]).0.as_deref(), Some(want), "{tag}");
        }
    }
}
