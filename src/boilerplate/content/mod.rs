//! The main content of an HTML page: which blocks belong to it, judged by the elements they stand in. Lines of plain text, and the
//! closed-class lines inside the content, are `lines`'.

mod body;
mod cards;
mod choose;
mod declarations;
mod features;
mod measure;
mod sections;
mod shown;
mod slots;
mod survey;
mod trees;
mod words;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod training;

use crate::block::Mark;
use crate::options::Profile;
use crate::rules::Rules;
use crate::tree::Outline;

use choose::Page;
use features::Place;
use survey::Survey;
use trees::{ABREAST, Columns, Trees};

/// Marks for the blocks that are not main content; `score` is how likely that is, 0 to 1. None for a page without elements, and for
/// one of a single block. `marked` are the marks other stages set before; those blocks are not marked again.
///
/// Never leaves a page with text empty. Linear in blocks and elements.
pub fn marks(text: &str, outline: &Outline, marked: &[Mark], profile: Profile, rules: &Rules) -> Vec<Mark> {
    if outline.tree.is_empty() || outline.blocks.len() < 2 {
        return Vec::new();
    }
    let survey = Survey::of(text, outline);
    let place = Place::of(text, outline, &survey);
    let trees = Trees::builtin();
    let mut likely = vec![MENU; outline.blocks.len()];
    let judged: Vec<usize> = (0..outline.blocks.len()).filter(|i| !is_menu(*i, &survey)).collect();
    let mut columns = Columns::new();
    for abreast in judged.chunks(ABREAST) {
        for (lane, i) in abreast.iter().enumerate() {
            columns.begin(lane);
            features::of_block(*i, outline, &survey, &place, &mut columns);
        }
        for (i, p) in abreast.iter().zip(trees.probabilities(&columns)) {
            likely[*i] = p;
        }
    }
    let common = place.slots[0].lean(&likely, &survey);
    for i in judged {
        likely[i] = common[i];
    }
    let page = place.page();
    if page != Page::Forum {
        body::agree(text, outline, &survey.measures, &mut likely);
    }
    shown::agree(text, outline, &survey, page, &mut likely);
    let mut choice = choose::choose(outline, &survey, &likely, profile, page);
    if page != Page::Forum && !place.says_article_or_day && profile != Profile::Precision {
        cards::keep(outline, &survey, &likely, &mut choice);
    }
    declarations::keep(text, outline, &survey, profile, &mut choice);
    sections::keep(outline, &survey, &likely, &mut choice);
    if profile != Profile::Precision {
        sections::keep_code(outline, &survey, &mut choice);
    }
    let mut before = vec![false; outline.blocks.len()];
    for m in marked {
        before[m.block as usize] = true;
    }
    let (outside, links, class, unlike) = (
        rules.rule("boilerplate/outside-main"),
        rules.rule("boilerplate/link-density"),
        rules.rule("boilerplate/class"),
        rules.rule("boilerplate/unlike-content"),
    );
    let mut marks = Vec::new();
    for (i, p) in likely.iter().enumerate() {
        if choice.stays[i] || before[i] {
            continue;
        }
        let rule = if survey.links[i] >= 0.5 {
            links
        } else if survey.groups[survey.nodes[i] as usize] & survey::AGAINST != 0 {
            class
        } else if !outline.tree.is_inside(survey.nodes[i], choice.main) {
            outside
        } else {
            unlike
        };
        marks.push(Mark { block: i as u32, rule, score: 1.0 - p, first: None });
    }
    marks
}

/// How likely an entry of a menu is content: the mean on the development pages.
const MENU: f32 = 0.02;

/// True for a short link in an element that says navigation or footer by tag or name: half the blocks of a page, and no need to ask
/// the trees; and for what stands in a dialog that asks for consent, which reads like any text.
fn is_menu(i: usize, survey: &Survey) -> bool {
    /// Units.
    const SHORT: f32 = 60.0;
    let says = survey.groups[survey.nodes[i] as usize];
    says & words::CONSENT != 0
        || survey.links[i] >= 0.95 && survey.measures[i].units < SHORT && says & (survey::IN_NAV | survey::IN_FOOTER) != 0
}
