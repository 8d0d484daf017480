//! Declarations in reference manuals: the heading, term or listing that says how something is called, and the text below it that says what it does. They are short,
//! full of links and of signs, and alike each other, as menus are. Which text stays else is `choose`'s.

use crate::block::{Block, Kind};
use crate::options::Profile;
use crate::tag::Tag;
use crate::tree::Outline;

use super::choose::Choice;
use super::survey::{AGAINST, IN_LIST, IN_MAIN, Survey};

/// Declarations from which on a page is a reference manual: a page of another kind may name a call in a heading or two.
const LEAST: usize = 3;
/// Elements above that of the text whose names are asked: a signature of several lines has elements inside.
const ABOVE: usize = 2;
/// Bytes of a declaration at most; what is longer is a listing.
const LONGEST: usize = 600;
/// Share of links from which on what stands below is no text, and of a short line, in units: a line of prose, against one that leads to the source.
const MOSTLY: f32 = 0.5;
const FEW: f32 = 0.25;
const SHORT: f32 = 40.0;
/// Words of a class that name declarations, as generators of manuals write them: own observation.
const NAMED: [&str; 8] = ["sig", "signature", "decl", "declaration", "proto", "prototype", "memproto", "synopsis"];

/// Whole classes of declarations that are set as paragraphs or rows. Not those names alone: posts of a forum end with a signature, too.
const SET: [&str; 5] = ["member-signature", "type-signature", "fn-signature", "method-signature", "memproto"];

/// Lets declarations in the element `<main>`, or in the main element where the page has none, stay, and with each what stands below it up to the next heading;
/// not what names speak against, nor links. Linear in blocks.
pub(super) fn keep(text: &str, outline: &Outline, survey: &Survey, profile: Profile, choice: &mut Choice) {
    if profile == Profile::Precision {
        return;
    }
    let has_main = survey.groups.iter().any(|g| g & IN_MAIN != 0);
    let inside = |i: usize| {
        let node = survey.nodes[i];
        let groups = survey.groups[node as usize];
        let main = if has_main { groups & IN_MAIN != 0 } else { outline.tree.is_inside(node, choice.main) };
        main && groups & AGAINST == 0
    };
    let found: Vec<bool> = (0..outline.blocks.len()).map(|i| inside(i) && declares(text, &outline.blocks[i], outline)).collect();
    if found.iter().filter(|f| **f).count() < LEAST {
        // a page about one call shows it once
        let shown = |i: usize| found[i] && has_main && outline.blocks[i].kind == Kind::Code;
        (0..found.len()).filter(|&i| shown(i)).for_each(|i| choice.stays[i] = true);
        return;
    }
    let mut below = false;
    let stay: Vec<usize> = (0..found.len())
        .filter(|&i| {
            if found[i] {
                below = true;
            } else if matches!(outline.blocks[i].kind, Kind::Heading(_)) {
                below = false;
            }
            // the types of parameters stand in lists, and lead to their pages
            let in_list = survey.groups[survey.nodes[i] as usize] & IN_LIST != 0;
            let links = if survey.measures[i].units < SHORT && !in_list { FEW } else { MOSTLY };
            found[i] || below && survey.links[i] < links && inside(i)
        })
        .collect();
    stay.into_iter().for_each(|i| choice.stays[i] = true);
}

/// True for a heading, a term of a list or a short listing that is called a declaration or reads like one.
fn declares(text: &str, block: &Block, outline: &Outline) -> bool {
    let tree = &outline.tree;
    let tag = tree.tag.get(block.node as usize).copied().unwrap_or(Tag::OTHER);
    let kind = matches!(block.kind, Kind::Heading(_) | Kind::Code) || tag == Tag::DT;
    let inner = block.span.of(text);
    if inner.len() > LONGEST {
        return false;
    }
    let mut node = block.node;
    for _ in 0..=ABOVE {
        let label = tree.label(node);
        if if kind { is_named(label) } else { label.split(' ').any(|class| SET.contains(&class)) } {
            return true;
        }
        node = tree.parent.get(node as usize).copied().unwrap_or(0);
    }
    kind && block.kind != Kind::Code && calls(inner)
}

/// A class word, cut at hyphens, is one of the names; `code-header` is one in two words.
fn is_named(label: &str) -> bool {
    label.split(' ').any(|class| class == "code-header" || class.split(['-', '_']).any(|w| NAMED.contains(&w)))
}

/// True for a name followed by brackets with what it takes: `open(path, mode)`, `fs.open(path)`; not for a remark in brackets.
fn calls(text: &str) -> bool {
    let Some(open) = text.find('(') else { return false };
    let before = text[..open].chars().next_back();
    before.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '>' | '!' | '?')) && text[open..].contains(')')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boilerplate::content::choose::Choice;
    use crate::{html, rules::Rules};

    /// Which blocks stay, `s` or `-` each, of a page none of whose blocks did.
    fn kept(page: &str) -> String {
        let (layers, outline) = html::outline(page, Rules::builtin());
        let survey = Survey::of(&layers[0].text, &outline);
        let mut choice = Choice { stays: vec![false; outline.blocks.len()], main: 0 };
        keep(&layers[0].text, &outline, &survey, Profile::Article, &mut choice);
        choice.stays.iter().map(|s| if *s { 's' } else { '-' }).collect()
    }

    #[test]
    fn declarations_stay_with_what_is_said_of_them() {
        let method = "<section><h4 class=code-header>fn <a href=#o>open</a>(<a href=/w>Wheel</a>)</h4></section><p>Opens it.</p>";
        assert_eq!(kept(&format!("<main>{}</main>", method.replace("<p>", "<p>1.0 <a href=/s>Source</a></p><p>").repeat(3))), "s-ss-ss-s");
        let page = format!(
            "<nav><ul><li><a href=#o>open()</a></ul></nav><main><h2>Methods</h2>{}<h2>More</h2><p>Rain.</p></main>",
            method.repeat(3)
        );
        assert_eq!(kept(&page), "--ssssss--");
        assert_eq!(kept("<main><h1>Wheel</h1><pre class='rust item-decl'>fn <a href=#o>open</a>()</pre><p>Opens it.</p></main>"), "-s-");
        assert_eq!(kept("<main><h1>Wheel</h1><pre class=shell>open()</pre><p>Opens it.</p></main>"), "---");
        let raises = "<dl><dt>Raises:<dd><a href=/e>GateError</a> for want of one</dl>";
        assert_eq!(kept(&format!("<main>{}</main>", format!("{method}{raises}").repeat(3))), "ssss".repeat(3));
        let list =
            "<dl><dt>wheel.open(speed)<dd>Opens it.<dt>wheel.shut()<dd>Shuts it.<dt class=sig>wheel.speed<dd><a href=/s>Speed</a></dl>";
        assert_eq!(kept(&format!("<p>The wheel.</p>{list}")), "-sssss-");
    }

    #[test]
    fn declarations_may_be_paragraphs_and_rows() {
        let method = "<h3>open</h3><div class=member-signature>public void open()</div><div>Opens it.</div>";
        assert_eq!(kept(&format!("<main>{}</main>", method.repeat(3))), "-ss-ss-ss");
        let row = "<table class=memname><tr><td>int open<td>(<tr><td>int<td>by<tr><td>)<td>;</table>";
        assert_eq!(kept(&format!("<h2>open</h2><div class=memproto>{row}</div><p>Opens it.</p>")), "-ssss");
        // how people sign
        assert_eq!(kept(&"<p>It rains.</p><div class=signature>Anna (of the mill)</div>".repeat(4)), "--------");
    }

    #[test]
    fn headings_with_brackets_and_menus_of_calls_do_not() {
        assert_eq!(kept("<main><h2>Rain (in the hills)</h2><p>It rains.</p><h2>Snow (rare)</h2><h2>Hail (never)</h2></main>"), "----");
        assert_eq!(kept("<main><h2>open(path)</h2><p>Opens.</p><h2>shut(path)</h2></main>"), "---");
        let entries = "<dl><dt><a href=#o>open(path)</a><dt><a href=#s>shut(path)</a><dt><a href=#t>turn(path)</a></dl>";
        assert_eq!(kept(&format!("<main><p>Text.</p></main><div class=sidebar>{entries}</div>")), "----");
    }
}
