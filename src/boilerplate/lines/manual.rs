//! Texts whose sections or subject use the words of page furniture: manuals with headings over indented text (SEE ALSO, COPYRIGHT), licences and
//! lists of copyrights. There such lines are content. What furniture says is read in `words` and `phrases`.

use super::features::Line;
use super::words::Class;
use crate::block::Block;

/// Headings over indented text that make a manual. Origin: NAME, SYNOPSIS, DESCRIPTION of manual pages; no other value was tried.
const HEADINGS: usize = 3;
/// Blanks of an indented line, at least: less is how somebody centres or quotes.
const INDENT: usize = 3;
/// What is said by `src/data/manual-words.tsv`: two of the headings that manual pages have in each of their languages, as what stands below the one and
/// above the other tells them from others also where the blanks before lines were lost; and beginnings of words of licences.
const WORDS: &str = include_str!("../../data/manual-words.tsv");
/// Lines below the last heading in capitals that belong to it.
const BELOW: usize = 4;
/// Lines that speak of licences, at least, and their share of all that are sentences, as a fraction, for a text to be about them. Origin: licences and
/// copyright files of packages; no other value was tried.
const LICENCE: usize = 2;
const SHARE: (usize, usize) = (1, 4);

/// The words of a kind.
fn words(kind: &str) -> impl Iterator<Item = &'static str> {
    WORDS.lines().filter_map(move |line| line.strip_prefix(kind)?.strip_prefix('\t'))
}

/// Takes what their words say from lines that are no furniture: headings over indented text, and that text, where there are several of them; all of a
/// manual page; and lines of copyright where the text is about licences. `at`: the block of each line.
pub(super) fn spare(text: &str, blocks: &[Block], at: &[u32], lines: &mut [Line<'_>]) {
    if lines.iter().all(|l| l.hit.is_none()) {
        return;
    }
    let indent = |i: usize| {
        let start = blocks[at[i] as usize].span.start as usize;
        text.as_bytes()[..start].iter().rev().map_while(|b| match b {
            b' ' => Some(1),
            b'\t' => Some(8),
            _ => None,
        })
    };
    // as far as it matters: a line of blanks is not counted again and again
    let indented: Vec<bool> = (0..lines.len()).map(|i| indent(i).take(INDENT).sum::<usize>() >= INDENT).collect();
    let heads =
        indented.windows(2).zip(&*lines).filter(|(pair, line)| !pair[0] && pair[1] && line.sentences == 0 && line.units < 10).count();
    if heads >= HEADINGS {
        for i in 0..lines.len() {
            if indented[i] || indented.get(i + 1) == Some(&true) {
                lines[i].hit = None;
            }
        }
    }
    if let Some(page) = manual_page(lines) {
        lines[page].iter_mut().for_each(|l| l.hit = None);
    }
    if is_about_licences(lines) {
        lines.iter_mut().filter(|l| l.class() == Some(Class::Footer) || l.text == "Comment:").for_each(|l| l.hit = None);
    }
}

/// The lines of a manual page: from the line above its synopsis, which names it, to what stands below its last heading in capitals.
fn manual_page(lines: &[Line<'_>]) -> Option<std::ops::Range<usize>> {
    let below = |heading: &str, from: usize| {
        let names: Vec<&str> = words(heading).collect();
        lines[from..].iter().position(|l| names.contains(&l.text)).map(|at| from + at)
    };
    let synopsis = below("synopsis", 0)?;
    let description = below("description", synopsis)?;
    let capitals = |l: &Line<'_>| l.units < 10 && l.text.len() > 2 && l.text.chars().all(|c| c.is_uppercase() || c == ' ');
    let last = description + lines[description..].iter().rposition(capitals).unwrap_or(0);
    Some(synopsis.saturating_sub(BELOW)..(last + 1 + BELOW).min(lines.len()))
}

/// True when the sentences of a text speak of licences again and again.
fn is_about_licences(lines: &[Line<'_>]) -> bool {
    if !lines.iter().any(|l| l.class() == Some(Class::Footer) || l.text == "Comment:") {
        return false;
    }
    let sentences = || lines.iter().filter(|l| l.hit.is_none() && l.sentences > 0 && l.units >= 8);
    let about: Vec<&str> = words("licence").collect();
    let speaks = |l: &&Line<'_>| {
        let lower = l.text.to_ascii_lowercase();
        about.iter().any(|w| lower.contains(w))
    };
    let of_them = sentences().filter(speaks).count();
    of_them >= LICENCE && of_them * SHARE.1 >= sentences().count() * SHARE.0
}

#[cfg(test)]
mod tests {
    use super::words;
    use crate::options::Profile;
    use crate::plain;
    use crate::rules::Rules;

    fn left_out(text: &str) -> Vec<&str> {
        let blocks = plain::outline(text).blocks;
        let marks = super::super::marks(text, &blocks, &[], Profile::Article, Rules::builtin());
        marks.iter().map(|m| blocks[m.block as usize].span.of(text)).collect()
    }

    const PROSE: &str =
        "mill reads each file and grinds the corn in it, and without a file it reads what is typed until nothing more comes.";

    #[test]
    fn words_are_of_three_kinds() {
        let lines = super::WORDS.lines().filter(|l| !l.starts_with('#'));
        let of: usize = ["synopsis", "description", "licence"].map(|kind| words(kind).count()).iter().sum();
        assert_eq!(lines.count(), of);
        assert!(words("licence").all(|w| w == w.to_lowercase()) && words("synopsis").all(|w| w == w.to_uppercase()));
    }

    #[test]
    fn sections_of_a_manual_stay() {
        let manual = format!(
            "NAME\n       mill - grind corn\n\nSYNOPSIS\n       mill [-v] FILE...\n\nDESCRIPTION\n       {PROSE}\n       {PROSE}\n\n\
             COPYRIGHT\n       Copyright © 2024 The Mill Society.\n       All rights reserved.\n\nSEE ALSO\n       hopper(1), stone(5)\n"
        );
        assert_eq!(left_out(&manual), [""; 0]);
        let page = format!(
            "A mill by hand\n{PROSE}\n{PROSE}\nRelated articles\nThe bridge is open\nWater again\n© 2021 The Village Paper. All rights reserved."
        );
        assert_eq!(left_out(&page).len(), 4, "{:?}", left_out(&page));
    }

    #[test]
    fn licences_keep_whose_they_are() {
        let licence = "Copyright (c) 2019 Anna Miller\nCopyright (c) 2020 The Mill Society\nAll rights reserved.\n\
            Everybody may use this mill and sublicense it to others, as long as the water lasts and nobody is hurt by it.\n\
            The copyright notice above must stand on the door of the mill, where all who come can read it by daylight.\n\
            The mill comes without any warranty, and nobody pays for corn that was lost in it, whatever the weather.\n\
            Copyright (c) 2021 Peter Weaver\n";
        assert_eq!(left_out(licence), [""; 0]);
        let page = format!(
            "{PROSE}\n{PROSE}\nShare this\nTerms of use\nAll content is licensed under our terms.\n© 2021 The Village Paper. All rights reserved."
        );
        assert!(left_out(&page).iter().any(|l| l.starts_with('©')), "{:?}", left_out(&page));
    }
}
