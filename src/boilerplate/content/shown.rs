//! Blocks the page names as its text beside an article's body: ingredients, steps, answers, descriptions of goods and jobs, in JSON-LD
//! (`jsonld:shown`, a line each) or by `itemprop`. The body is `body`'s; how likely a block is by its own features is the trees'.

use std::collections::HashSet;

use xxhash_rust::xxh3::Xxh3;

use crate::tree::Outline;

use super::body::each_gram;
use super::choose::Page;
use super::survey::Survey;

/// Share of a block that stands in these texts, from which on it is one of them.
const INSIDE: f32 = 0.7;
/// Letters and digits of a line that is looked up as a whole; a longer one is found by its grams.
const WHOLE: usize = 200;
/// Letters and digits of such a line that stands alone on the page; shorter ones, a word or two, may stand there by chance.
const LONG: usize = 9;
/// Blocks that may hold a line together: `200 g` and `flour` often stand in cells of their own.
const TOGETHER: usize = 4;
/// How likely a block of these texts is at least. The page says it: it stays outside the main element, too.
const SURE: f32 = 1.0;
/// Blocks of an element that are found, and share of its text, from which on the rest of the element is taken for the same list of
/// ingredients: amounts are written in other ways (`1/2`, `0.5`), and parts have headings. Not on other pages: what stands between posts,
/// answers and what is said of goods is not of them.
const SOME: usize = 3;
const MOST: f32 = 0.6;
/// Units of a line of such a list at most; steps are longer.
const LINE: f32 = 120.0;
/// How likely such a block is at least.
const BESIDE: f32 = 0.9;

/// Makes the blocks likely that hold these texts. Linear in both.
pub(super) fn agree(text: &str, outline: &Outline, survey: &Survey, page: Page, likely: &mut [f32]) {
    let tree = &outline.tree;
    let goods = page == Page::Shop || tree.labels.iter().any(|l| is_one(named(l), &["offers", "price", "sku"]));
    let by_name: Vec<bool> = tree.labels.iter().map(|l| is_of_text(l, goods)).collect();
    if by_name.contains(&true) {
        let mut inside = vec![false; tree.len().max(1)];
        for i in 1..tree.len() {
            inside[i] = inside[tree.parent[i] as usize] || by_name.get(tree.label[i] as usize).copied().unwrap_or(false);
        }
        for (i, p) in likely.iter_mut().enumerate() {
            if inside[survey.nodes[i] as usize] {
                *p = p.max(SURE);
            }
        }
    }
    let Some(shown) = outline.fields.iter().find(|f| &*f.key == "jsonld:shown") else { return };
    let found = found(text, outline, &shown.value);
    for (p, found) in likely.iter_mut().zip(&found) {
        if *found {
            *p = p.max(SURE);
        }
    }
    if !outline.fields.iter().any(|f| &*f.key == "jsonld:@type" && &*f.value == "recipe") {
        return;
    }
    let mut inside = vec![(0usize, 0f32); tree.len().max(1)];
    for i in (0..found.len()).filter(|i| found[*i] && survey.measures[*i].units <= LINE) {
        let sums = &mut inside[survey.nodes[i] as usize];
        *sums = (sums.0 + 1, sums.1 + survey.measures[i].units);
    }
    for i in (1..tree.len()).rev() {
        let (blocks, units) = inside[i];
        let parent = &mut inside[tree.parent[i] as usize];
        *parent = (parent.0 + blocks, parent.1 + units);
    }
    let mut of_list = vec![false; inside.len()];
    for i in 1..tree.len() {
        let (blocks, units) = inside[i];
        of_list[i] = of_list[tree.parent[i] as usize] || blocks >= SOME && units >= MOST * survey.sums[i].units;
    }
    for (i, p) in likely.iter_mut().enumerate() {
        if of_list[survey.nodes[i] as usize] && survey.links[i] < 0.5 {
            *p = p.max(BESIDE);
        }
    }
}

/// The `itemprop` of a label.
fn named(label: &str) -> &str {
    label.split_once("itemprop=").and_then(|(_, names)| names.split_ascii_whitespace().next()).unwrap_or_default()
}

fn is_one(name: &str, of: &[&str]) -> bool {
    of.iter().any(|w| w.eq_ignore_ascii_case(name))
}

/// True for the label of an element whose text is one of these by its `itemprop`. Of goods `description` counts, too; elsewhere it is
/// mostly a teaser. Tried on sites left out: `articleBody` holds captions and advertisements (articles -.01), `acceptedAnswer` the
/// buttons below an answer (forums -.013).
fn is_of_text(label: &str, goods: bool) -> bool {
    let name = named(label);
    is_one(name, &["recipeIngredient", "ingredients", "recipeInstructions"]) || goods && is_one(name, &["description"])
}

/// Of each block, whether it holds one of the lines, or a part of one.
fn found(text: &str, outline: &Outline, lines: &str) -> Vec<bool> {
    let mut grams: Vec<u64> = Vec::new();
    let mut wholes: HashSet<u64> = HashSet::new();
    for line in lines.lines() {
        each_gram(line, |gram| grams.push(gram));
        let mut whole = Whole::default();
        if whole.add(line) {
            wholes.insert(whole.hash.digest());
        }
    }
    grams.sort_unstable();
    grams.dedup();
    let blocks = &outline.blocks;
    let mut found: Vec<bool> = blocks
        .iter()
        .map(|b| {
            let (mut all, mut inside) = (0u32, 0u32);
            each_gram(b.span.of(text), |gram| {
                all += 1;
                inside += u32::from(grams.binary_search(&gram).is_ok());
            });
            all > 0 && inside as f32 >= INSIDE * all as f32
        })
        .collect();
    let mut whole = vec![false; blocks.len()];
    for i in 0..blocks.len() {
        let mut line = Whole::default();
        for j in i..blocks.len().min(i + TOGETHER) {
            if !line.add(blocks[j].span.of(text)) {
                break;
            }
            if wholes.contains(&line.hash.digest()) {
                let (long, others) = (line.letters >= LONG, i > 0 && (whole[i - 1] || found[i - 1]));
                let next = blocks.get(j + 1).is_some_and(|b| found[j + 1] || wholes.contains(&Whole::of(b.span.of(text))));
                if long || others || next {
                    whole[i..=j].fill(true);
                }
            }
        }
    }
    for (found, whole) in found.iter_mut().zip(whole) {
        *found |= whole;
    }
    found
}

/// The letters and digits of a short text, whatever stands between them and in whatever case.
#[derive(Default)]
struct Whole {
    hash: Xxh3,
    letters: usize,
}

impl Whole {
    /// Goes on with a text; false when it holds no letter or digit, or the whole is long.
    fn add(&mut self, text: &str) -> bool {
        let before = self.letters;
        for c in text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase) {
            self.letters += 1;
            if self.letters > WHOLE {
                return false;
            }
            self.hash.update(&u32::from(c).to_le_bytes());
        }
        self.letters > before
    }

    fn of(text: &str) -> u64 {
        let mut whole = Whole::default();
        if whole.add(text) { whole.hash.digest() } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{html, rules::Rules};

    const RECIPE: &str = r#""@type": "Recipe", "recipeIngredient": ["200 g flour", "1/2 l milk", "Salt", "2 eggs"],
        "recipeInstructions": "Beat the eggs with the milk, then add the flour and the salt, stir until all is smooth, and let it stand in a cold place for half an hour.""#;

    /// How likely the blocks of a page are that says this about itself, when each was as likely as not.
    fn likely(json: &str, blocks: &str) -> Vec<f32> {
        let page = format!("<script type='application/ld+json'>{{{json}}}</script><body>{blocks}");
        let (layers, outline) = html::outline(&page, Rules::builtin());
        let text = &layers[0].text;
        let mut likely = vec![0.5; outline.blocks.len()];
        agree(text, &outline, &Survey::of(text, &outline), Page::Other, &mut likely);
        likely
    }

    #[test]
    fn ingredients_and_steps_are_text() {
        let list = "<ul><li>200 g flour<li>1/2 l milk<li>2 eggs</ul>";
        let steps = "<p>Beat the eggs with the milk, then add the flour and the salt, stir until all is smooth, and let it stand in a cold place for half an hour.</p><p>More recipes with eggs and milk</p>";
        assert_eq!(likely(RECIPE, &format!("{list}{steps}")), [1.0, 1.0, 1.0, 1.0, 0.5]);
        // in cells of their own
        assert_eq!(
            likely(RECIPE, "<div>200 g</div><div>Flour</div><div>2</div><div>eggs</div><p>Dinner is served at ten"),
            [1.0, 1.0, 1.0, 1.0, 0.5]
        );
    }

    #[test]
    fn a_list_stays_whole_though_an_amount_is_written_in_another_way() {
        let list = "<div><h3>Dough</h3><ul><li>200 g flour<li>0.5 l milk<li>salt<li>2 eggs<li>200 g flour</ul></div><p>Dinner is served in the garden at ten, when it is dark";
        assert_eq!(likely(RECIPE, list), [0.9, 1.0, 0.9, 1.0, 1.0, 1.0, 0.5]);
    }

    #[test]
    fn a_word_that_stands_alone_is_chance() {
        assert_eq!(likely(RECIPE, "<ul><li>Bread<li>Salt<li>Wine</ul><p>Dinner"), [0.5; 4]);
    }

    #[test]
    fn answers_and_what_is_said_of_goods() {
        let question = r#""@type": "FAQPage", "mainEntity": [{"@type": "Question", "name": "Is the mill open in winter?",
            "acceptedAnswer": {"text": "It is open on the first day of each month."}}]"#;
        let blocks = "<h3>Is the mill open in winter?</h3><p>It is open on the first day of each month.</p><p>Ask us anything else.</p>";
        assert_eq!(likely(question, blocks), [1.0, 1.0, 0.5]);
        let goods = "<div itemprop=price>9</div><div itemprop=description><p>A red bag.</p></div><p>Others bought a hat.</p>";
        assert_eq!(likely("", goods)[1..], [1.0, 0.5]);
        assert_eq!(likely("", "<div itemprop=description><p>The mayor spoke.</p></div><p>He spoke for hours."), [0.5, 0.5]);
    }
}
