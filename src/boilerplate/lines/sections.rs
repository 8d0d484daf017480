//! Sections an author made: a text with headings of its own, underlined or with `#`, may end in one called See also or Licence, and that is no list of
//! a site and no imprint. What furniture says is read in `words` and `phrases`.

use super::features::Line;
use super::words::Class;
use crate::block::{Block, Kind};
use crate::rules::Rules;

/// Headings from which a text has sections, those of lists of links apart. Origin: a title alone, and those of lists below it, are what a page has; no
/// other value was tried.
const HEADINGS: usize = 2;

/// Units of a heading, at most: a sentence above a rule is none. Origin: as for sections of manuals.
const UNITS: u32 = 10;

/// Lines that say whose a text is, from which they are a statement of it and no imprint. Origin: own estimate; no other value was tried.
const HOLDERS: usize = 2;

/// What sections are called, lower case: `src/data/section-words.tsv`.
const WORDS: &str = include_str!("../../data/section-words.tsv");

/// True when `s` is one of the words of a kind, or begins with one of a licence.
fn is_called(kind: &str, s: &str) -> bool {
    let lower = s.trim_matches(|c: char| c.is_whitespace() || matches!(c, '#' | ':' | '：' | '*' | '=')).to_lowercase();
    let mut words = WORDS.lines().filter_map(|line| line.strip_prefix(kind)?.strip_prefix('\t'));
    if kind == "links" { words.any(|w| w == lower) } else { words.any(|w| lower.contains(w)) }
}

/// Takes what their words say from headings of lists of links and of licences that an author made, and from lines of copyright below the latter; and from
/// lines of copyright that name several holders, where nothing else in the text is furniture. What own words of furniture say stays said. `at`: the
/// block of each line.
pub(super) fn spare(blocks: &[Block], at: &[u32], lines: &mut [Line<'_>], rules: &Rules) {
    if lines.iter().all(|l| l.hit.is_none()) {
        return;
    }
    let is_own = |text: &str| rules.own().is_some_and(|own| own.said(text).is_some());
    if holders(lines) {
        lines.iter_mut().filter(|l| l.class() == Some(Class::Footer) && !is_own(l.text)).for_each(|l| l.hit = None);
    }
    let heads: Vec<bool> = (0..lines.len()).map(|i| is_heading(blocks[at[i] as usize].kind, lines, i)).collect();
    let sections = heads.iter().zip(&*lines).filter(|(is_head, line)| **is_head && !is_called("links", line.text));
    if sections.take(HEADINGS).count() < HEADINGS {
        return;
    }
    let mut licence = false;
    for i in 0..lines.len() {
        if heads[i] {
            licence = is_called("licence", lines[i].text);
        }
        let own = match lines[i].class() {
            Some(Class::Related) => heads[i] && is_called("links", lines[i].text),
            Some(Class::Footer) => licence,
            _ => false,
        };
        if own && !is_own(lines[i].text) {
            lines[i].hit = None;
        }
    }
}

/// True for a heading of Markdown, a line that signs underline, one that begins with `# `.
fn is_heading(kind: Kind, lines: &[Line<'_>], i: usize) -> bool {
    let line = &lines[i];
    let is_rule = |s: &str| s.len() >= 3 && s.starts_with(['=', '-', '~', '^', '*', '#']) && s.bytes().all(|b| b == s.as_bytes()[0]);
    let underlined = || {
        let below = lines.get(i + 1).map_or("", |l| l.text);
        // a rule over the page is longer, a mark of a list shorter
        is_rule(below) && line.units > 0 && below.len() <= 2 * line.text.len() + 3 && 2 * below.len() >= line.text.chars().count()
    };
    let marked = || line.text.starts_with('#') && line.text.trim_start_matches('#').starts_with(' ');
    matches!(kind, Kind::Heading(_))
        || kind == Kind::Paragraph && line.units < UNITS && !line.text.ends_with(['.', '!', '?', '。']) && (marked() || underlined())
}

/// True when all furniture of a text is lines of copyright, and they name different holders or years.
fn holders(lines: &[Line<'_>]) -> bool {
    let mut of = Vec::new();
    for line in lines {
        match line.class() {
            Some(Class::Footer) => {}
            Some(Class::Topic | Class::Contact) | None => continue,
            Some(_) => return false,
        }
        let says = line.text.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '©');
        let named = says.get(..9).is_some_and(|w| w.eq_ignore_ascii_case("copyright")) || says.starts_with('©');
        if named && says.bytes().any(|b| b.is_ascii_digit()) && !of.contains(&says) && of.len() < HOLDERS {
            of.push(says);
        }
    }
    of.len() >= HOLDERS
}

#[cfg(test)]
mod tests {
    use crate::options::Profile;
    use crate::rules::Rules;
    use crate::{markdown, plain};

    const PROSE: &str =
        "The mill reads each file and grinds the corn in it, and without a file it reads what is typed until nothing more comes.";

    fn left_out(text: &str, md: bool) -> Vec<String> {
        left_out_by(text, md, Rules::builtin())
    }

    fn left_out_by(text: &str, md: bool, rules: &Rules) -> Vec<String> {
        let (layers, outline) = if md { markdown::outline(text, Rules::builtin()) } else { (Vec::new(), plain::outline(text)) };
        let text = layers.last().map_or(text, |l| &*l.text);
        let marks = super::super::marks(text, &outline.blocks, &[], Profile::Article, rules);
        marks.iter().map(|m| outline.blocks[m.block as usize].span.of(text).to_owned()).collect()
    }

    #[test]
    fn lists_of_an_author_stay() {
        for head in ["See also", "Related projects", "Siehe auch", "Voir aussi", "Véase también", "См. также"] {
            let md = format!("# Mill\n\n{PROSE}\n\n## Use\n\n{PROSE}\n\n## {head}\n\n- hopper\n- stone wheel\n- water\n");
            assert_eq!(left_out(&md, true), [""; 0], "{head}");
            let text = format!(
                "Mill\n====\n\n{PROSE}\n\nUse\n---\n\n{PROSE}\n\n{head}\n{}\n\nhopper\nstone wheel\n",
                "-".repeat(head.chars().count())
            );
            assert_eq!(left_out(&text, false), [""; 0], "{head}");
        }
        for head in ["参见", "相关链接", "関連項目"] {
            let body = "山里的路一到雨天就不好走，村里人商量了几次，决定自己动手修一条，从村口一直修到河边。";
            let md = format!("# 修路\n\n{body}\n\n## 用法\n\n{body}\n\n## {head}\n\n- 新桥\n- 老井\n");
            assert_eq!(left_out(&md, true), [""; 0], "{head}");
        }
    }

    #[test]
    fn lists_of_a_site_go() {
        let page = format!("A mill by hand\n{PROSE}\n{PROSE}\nRelated articles\nThe bridge is open\nWater again\n");
        assert_eq!(left_out(&page, false).len(), 3);
        let md = format!("# A mill by hand\n\n{PROSE}\n\n{PROSE}\n\n## Related articles\n\n- The bridge is open\n- Water again\n");
        assert_eq!(left_out(&md, true).len(), 3);
        let md = format!("# A mill by hand\n\n{PROSE}\n\n{PROSE}\n\n## Related\n\n- The bridge is open\n- Water again\n");
        assert_eq!(left_out(&md, true).len(), 3);
    }

    #[test]
    fn own_words_of_furniture_hold_in_sections_too() {
        let table = "own/links\tlists of links\tus\tx\ty\twhole\tRelated\trelated\n";
        let rules: &'static Rules = Box::leak(Box::new(Rules::with_own(&[("own.tsv".to_owned(), table.to_owned())]).unwrap()));
        let md = format!("# Mill\n\n{PROSE}\n\n## Use\n\n{PROSE}\n\n## Related\n\n- hopper\n- stone wheel\n- water\n");
        assert_eq!(left_out_by(&md, true, Rules::builtin()), [""; 0]);
        assert!(!left_out_by(&md, true, rules).is_empty());
    }

    #[test]
    fn whose_a_text_is_stays() {
        let readme = format!("Mill\n\nCopyright (C) 1993 Anna Miller\nCopyright (C) 2006-2023 Peter Weaver\n\n{PROSE}\n{PROSE}\n");
        assert_eq!(left_out(&readme, false), [""; 0]);
        let md = format!("# Mill\n\n{PROSE}\n\n## License\n\n{PROSE}\n\nCopyright (c) 2014 Anna Miller. All rights reserved.\n");
        assert_eq!(left_out(&md, true), [""; 0]);
        let page =
            format!("{PROSE}\n{PROSE}\nShare this\nTerms of use\n© 2021 The Village Paper. All rights reserved.\n© 2020 The Hill Agency");
        assert!(left_out(&page, false).iter().any(|l| l.starts_with('©')));
        let page = format!("A mill by hand\n{PROSE}\n{PROSE}\n© 2021 The Village Paper. All rights reserved.\n");
        assert_eq!(left_out(&page, false).len(), 1);
    }
}
