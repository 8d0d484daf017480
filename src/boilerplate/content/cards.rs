//! Fronts and lists: pages of many small texts beside each other, of which no element is the main one. Which text stays of a page with a
//! main element is `choose`'s.

use crate::tree::Outline;

use super::choose::Choice;
use super::survey::{IN_ASIDE, IN_FOOTER, IN_FORM, IN_HEADER, IN_NAV, Survey};
use super::words::FOOT;

/// Share of the text to be expected that is left out, from which on the choice has found the least of it.
const LEFT_OUT: f32 = 0.6;
/// How likely a card is at least.
const LIKELY: f32 = 0.1;
/// Units of a block that is left out, as a mean: cards hold a title and some words; entries of menus and titles of other pages are shorter.
const CARD: f32 = 45.0;
/// Units of a title at least: eight ideographs. Entries of menus are shorter.
const TITLE: f32 = 16.0;
/// Titles of a page of links at least.
const TITLES: usize = 8;
/// Share of a page's text inside links from which on it is a page of links.
const LINKS: f32 = 0.7;
/// Share of the page's text up to which an element named so is its footer. With half of it two of the development pages were taken for one.
const PART: f32 = 0.25;

/// Lets the cards of a page stay of which the choice leaves out most, and the titles of a page of links of which it has but the footer; never the
/// footer beside them. To be asked of pages only that say of themselves neither that they are an article nor of which day they are: the links
/// around a very short article look like cards. Linear in blocks and elements.
///
/// # Source
/// Development pages, sites left out, three seeds of training: lists and fronts .607 -> .690, services .841 -> .857, all others but one page as
/// before. With half of the text left out lists .707, but Chinese pages lose .002; with means of 30 to 60 units all within .005. No page of the
/// set comes out as its footer; that rule is for the fronts of Chinese offices, whose titles are all links.
pub(super) fn keep(outline: &Outline, survey: &Survey, likely: &[f32], choice: &mut Choice) {
    if survey.sums[0].link_density() >= LINKS && titles_for_footer(outline, survey, choice) {
        return;
    }
    let (mut expected, mut kept) = (0f32, 0f32);
    let (mut blocks, mut units) = (0f32, 0f32);
    for ((p, m), stays) in likely.iter().zip(&survey.measures).zip(&choice.stays) {
        expected += p * m.units;
        if *stays {
            kept += p * m.units;
        } else if *p > LIKELY {
            blocks += 1.0;
            units += m.units;
        }
    }
    if expected - kept < LEFT_OUT * expected || units < CARD * blocks {
        return;
    }
    for ((stays, p), node) in choice.stays.iter_mut().zip(likely).zip(&survey.nodes) {
        *stays |= *p > LIKELY && survey.groups[*node as usize] & (IN_FOOTER | 1 << FOOT) == 0;
    }
}

/// Where nothing but the footer stays, lets the titles stay instead; false where something else does, or there are few titles.
fn titles_for_footer(outline: &Outline, survey: &Survey, choice: &mut Choice) -> bool {
    let footer = footers(outline, survey);
    let in_footer = |i: usize| footer[survey.nodes[i] as usize];
    if (0..choice.stays.len()).any(|i| choice.stays[i] && !in_footer(i)) {
        return false;
    }
    // menus have names of their own; where nothing else does, everything is one
    let named = |i: usize| survey.groups[survey.nodes[i] as usize] & (IN_NAV | IN_ASIDE | IN_FORM | IN_HEADER) != 0;
    let titles = |even_named: bool| -> Vec<usize> {
        let is_title = |i: &usize| survey.measures[*i].units >= TITLE && !in_footer(*i) && (even_named || !named(*i));
        (0..choice.stays.len()).filter(is_title).collect()
    };
    let Some(found) = [false, true].map(titles).into_iter().find(|found| found.len() >= TITLES) else { return false };
    choice.stays.fill(false);
    found.into_iter().for_each(|i| choice.stays[i] = true);
    true
}

/// Of each element, whether it stands in a footer: by tag or name, and not most of the page. Of a page of links the footer holds most of the
/// text outside links, so that text in links counts, too.
fn footers(outline: &Outline, survey: &Survey) -> Vec<bool> {
    let all = survey.sums[0].units;
    let mut footer = vec![false; survey.sums.len()];
    for i in 1..outline.tree.len() {
        let is_one = survey.own[i] & (IN_FOOTER | 1 << FOOT) != 0 && survey.sums[i].units <= PART * all;
        footer[i] = is_one || footer[outline.tree.parent[i] as usize];
    }
    footer
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{html, rules::Rules};

    const CARD: &str = "<li><a href=/x>The mill opens in spring</a> Its wheel was mended by the whole village.";

    /// How many blocks stay when the first did, and all others are as likely as `likely`.
    fn kept(page: &str, likely: f32) -> (usize, usize) {
        let (layers, outline) = html::outline(page, Rules::builtin());
        let survey = Survey::of(&layers[0].text, &outline);
        let mut all = vec![likely; outline.blocks.len()];
        all[0] = 0.9;
        let mut choice = Choice { stays: (0..all.len()).map(|i| i == 0).collect(), main: 0 };
        keep(&outline, &survey, &all, &mut choice);
        (choice.stays.iter().filter(|s| **s).count(), all.len())
    }

    #[test]
    fn the_cards_of_a_front_stay() {
        let page = format!("<p>News of the valley.</p><ul>{}</ul>", CARD.repeat(20));
        assert_eq!(kept(&page, 0.3), (21, 21));
        assert_eq!(kept(&page, 0.05), (1, 21));
        assert_eq!(
            kept(&format!("{page}<div class=footer>The council of the valley, 1 Mill Lane, open on Mondays from eight to noon"), 0.3),
            (21, 22)
        );
    }

    #[test]
    fn links_and_a_few_cards_beside_a_text_do_not() {
        let links = format!("<p>News of the valley.</p><ul>{}</ul>", "<li><a href=/x>The mill in spring</a>".repeat(20));
        assert_eq!(kept(&links, 0.3), (1, 21));
        let text = "The road was washed away in the spring, and the village mended it in summer. ".repeat(20);
        assert_eq!(kept(&format!("<p>{text}</p><ul>{}</ul>", CARD.repeat(5)), 0.3), (1, 6));
    }

    #[test]
    fn a_page_of_links_is_not_its_footer() {
        let footer = "<div id=bottom><p>The council of the valley, 1 Mill Lane, open on Mondays from eight to noon.</div>";
        let list = "<li><a href=/x>The mill opens in the spring".repeat(9);
        let stays = |page: &str| {
            let (layers, outline) = html::outline(page, Rules::builtin());
            let survey = Survey::of(&layers[0].text, &outline);
            let text = &layers[0].text;
            let at = outline.blocks.iter().position(|b| b.span.of(text).contains("council")).expect("a footer");
            let mut choice = Choice { stays: (0..outline.blocks.len()).map(|i| i == at).collect(), main: 0 };
            keep(&outline, &survey, &vec![0.02; outline.blocks.len()], &mut choice);
            choice.stays.iter().map(|s| if *s { 's' } else { '-' }).collect::<String>()
        };
        assert_eq!(stays(&format!("<nav><a href=/>Home and news of the day</a></nav><ul>{list}</ul>{footer}")), "-sssssssss-");
        assert_eq!(stays(&format!("<nav><a href=/>Home</a><ul>{list}</ul></nav>{footer}")), "-sssssssss-");
        // too few to say what the page is
        assert_eq!(stays(&format!("<p>Page not found</p><ul><li><a href=/x>The mill opens in the spring</ul>{footer}")), "--s");
    }
}
