//! Headings stay with their sections, and code with the text it is an example of: both have little to be judged by, what stands around them
//! has more. Which text stays is `choose`'s.

use crate::block::Kind;
use crate::tree::Outline;

use super::choose::Choice;
use super::survey::{AGAINST, Survey};

/// Probability under which a heading goes whatever stands below it. Tried outside the program, with headings as likely as .7 to .9 of their
/// section where they are likelier than this: F1 of the blocks on sites left out .8690 to .8694 with .1, .8688 with .02, .8691 without the rule.
const LEAST: f32 = 0.1;

/// Levels of headings.
const LEVELS: usize = 6;

/// Lets headings inside the main element stay of whose section most text does: the blocks up to the next heading of the same or a higher
/// level. Linear in blocks.
pub(super) fn keep(outline: &Outline, survey: &Survey, likely: &[f32], choice: &mut Choice) {
    // of each level, from here to where a section of that level would end: units that stay, and units
    let mut ahead = [(0f32, 0f32); LEVELS];
    for i in (0..outline.blocks.len()).rev() {
        if let Kind::Heading(level) = outline.blocks[i].kind {
            let level = usize::from(level).clamp(1, LEVELS) - 1;
            let (stay, units) = ahead[level];
            let node = survey.nodes[i];
            choice.stays[i] |= stay * 2.0 > units
                && likely[i] > LEAST
                && survey.links[i] < 0.5
                && survey.groups[node as usize] & AGAINST == 0
                && outline.tree.is_inside(node, choice.main);
            ahead[level..].fill((0.0, 0.0));
        } else {
            let units = survey.measures[i].units;
            for (stay, all) in &mut ahead {
                *all += units;
                *stay += if choice.stays[i] { units } else { 0.0 };
            }
        }
    }
}

/// Lets code inside the main element stay that stands below text that stays, or below such code. Linear in blocks.
pub(super) fn keep_code(outline: &Outline, survey: &Survey, choice: &mut Choice) {
    for (i, block) in outline.blocks.iter().enumerate().skip(1) {
        let node = survey.nodes[i];
        choice.stays[i] |= block.kind == Kind::Code
            && choice.stays[i - 1]
            && survey.links[i] < 0.5
            && survey.groups[node as usize] & AGAINST == 0
            && outline.tree.is_inside(node, choice.main);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{html, rules::Rules};

    /// Which blocks stay, `s` or `-` each, of a page whose blocks stay by `stays` and are as likely as `likely` says.
    fn kept(page: &str, stays: &str, likely: &[f32]) -> String {
        let (layers, outline) = html::outline(page, Rules::builtin());
        assert_eq!(outline.blocks.len(), likely.len());
        let survey = Survey::of(&layers[0].text, &outline);
        let mut choice = Choice { stays: stays.chars().map(|c| c == 's').collect(), main: 0 };
        keep(&outline, &survey, likely, &mut choice);
        choice.stays.iter().map(|s| if *s { 's' } else { '-' }).collect()
    }

    const PAGE: &str = "<h2>Use</h2><p>Turn the wheel to the left until the water runs.</p><h3>Note</h3><p>It is cold.</p>\
        <h2>More pages</h2><p>The mill, the dam and the road to the village.</p>";

    #[test]
    fn a_heading_stays_when_most_of_its_section_does() {
        assert_eq!(kept(PAGE, "-s-s--", &[0.3; 6]), "ssss--");
        // the section of the first one reaches over the smaller heading
        assert_eq!(kept(PAGE, "-----s", &[0.3; 6]), "----ss");
        assert_eq!(kept(PAGE, "---s--", &[0.3; 6]), "--ss--");
    }

    #[test]
    fn code_stays_below_text_that_stays() {
        let kept = |page: &str, stays: &str| {
            let (layers, outline) = html::outline(page, Rules::builtin());
            let survey = Survey::of(&layers[0].text, &outline);
            let mut choice = Choice { stays: stays.chars().map(|c| c == 's').collect(), main: 0 };
            keep_code(&outline, &survey, &mut choice);
            choice.stays.iter().map(|s| if *s { 's' } else { '-' }).collect::<String>()
        };
        let page =
            "<p>Turn the wheel:</p><pre>turn(left)\nwait()</pre><p>Water runs.</p><div class=sidebar><pre>buy(now)\nwait()</pre></div>";
        assert_eq!(kept(page, "s-s-"), "sss-");
        assert_eq!(kept(page, "--s-"), "--s-");
    }

    #[test]
    fn a_heading_that_is_hardly_content_goes() {
        assert_eq!(kept(PAGE, "-s-s-s", &[0.05, 0.9, 0.3, 0.9, 0.05, 0.9]), "-sss-s");
        assert_eq!(kept("<h2><a href=/x>Other news</a></h2><p>Rain in the hills.</p>", "-s", &[0.3, 0.9]), "-s");
    }
}
