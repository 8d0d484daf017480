//! Fronts and lists: pages of many small texts beside each other, of which no element is the main one. Which text stays of a page with a
//! main element is `choose`'s.

use super::choose::Choice;
use super::survey::{IN_FOOTER, Survey};
use super::words::FOOT;

/// Share of the text to be expected that is left out, from which on the choice has found the least of it.
const LEFT_OUT: f32 = 0.6;
/// How likely a card is at least.
const LIKELY: f32 = 0.1;
/// Units of a block that is left out, as a mean: cards hold a title and some words; entries of menus and titles of other pages are shorter.
const CARD: f32 = 45.0;

/// Lets the cards of a page stay of which the choice leaves out most; never its footer. To be asked of pages only that say of themselves neither that they are an
/// article nor of which day they are: the links around a very short article look like cards. Linear in blocks.
///
/// # Source
/// Development pages, sites left out, three seeds of training: lists and fronts .607 -> .690, services .841 -> .857, all others but one page as
/// before. With half of the text left out lists .707, but Chinese pages lose .002; with means of 30 to 60 units all within .005.
pub(super) fn keep(survey: &Survey, likely: &[f32], choice: &mut Choice) {
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
        keep(&survey, &all, &mut choice);
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
}
