//! What the fields and headings of a page claim its title to be, and which claim holds. Lines of a text without fields are `title`'s.

use crate::block::{Block, Kind};
use crate::tree::Outline;

use super::limits::limits;
use super::site::{CUTS, Site, last_cut};
use super::squeeze;
use super::title::{fits, key};

/// The title by front matter or feed, JSON-LD, OpenGraph, `<title>` and main headings; `None` when there is none of them.
///
/// A main heading that is a claim without the name of the site holds, and so does one that says in several words about the same as
/// a claim: it is what readers see, a claim is often written for search engines or cut off. Else the claim itself, the name of
/// the site cut off.
pub(super) fn declared(text: &str, outline: &Outline, url: Option<&str>) -> Option<String> {
    let get = |key: &str| outline.fields.iter().find(|f| &*f.key == key).map(|f| squeeze(&f.value)).filter(|v| fits(v));
    if let Some(title) = get("front:title").or_else(|| get("feed:title")) {
        return Some(title);
    }
    let site = Site::of(outline, url);
    let tag = get("title");
    let social = get("jsonld:headline").or_else(|| get("meta:og:title")).or_else(|| get("meta:twitter:title"));
    let whole: Vec<String> = [&tag, &social].into_iter().flatten().cloned().collect();
    let own: Vec<String> = whole.iter().map(|claim| site.cut(claim).to_owned()).collect();
    let headings = headings(text, outline, &whole, &site);
    let heading =
        inside(&headings, &whole, &own).or_else(|| part(&headings, &own, text, outline)).or_else(|| alike(&headings, &whole, &own, url));
    if let Some(heading) = heading {
        // a heading may name the site or its part, too, when another heading or a claim does not
        let short = key(site.cut(&heading));
        let said = short.len() < key(&heading).len() && (headings.iter().any(|h| h.key == short) || whole.iter().any(|c| key(c) == short));
        return Some(if said { site.cut(&heading).to_owned() } else { heading });
    }
    // every page of some sites claims the name of the site, and its heading alone tells them apart
    let inner = url.is_some_and(|url| !slug(url).is_empty());
    if inner && !whole.is_empty() && whole.iter().all(|c| site.is(c) || site.opens(c)) {
        let mut main = headings.iter().filter(|h| h.level == 1);
        if let (Some(heading), None) = (main.next(), main.next()) {
            return Some(heading.text.clone());
        }
    }
    let social = social.is_some().then(|| own.last().cloned()).flatten();
    let tag = tag.is_some().then(|| own.first().cloned()).flatten();
    match (social, tag) {
        (Some(social), Some(tag)) => {
            // one that is an appeal to click is told by the heading, which is like the other
            let near = |claim: &str| headings.iter().map(|h| overlap(&words(&h.text), &words(claim))).fold(0.0, f32::max);
            Some(if near(&tag) > near(&social) + limits().appeal { tag } else { social })
        }
        (one, other) => one.or(other).or_else(|| headings.into_iter().find(|h| h.level == 1).map(|h| h.text)),
    }
}

/// A heading that may be the title.
struct Heading {
    text: String,
    key: String,
    level: u8,
}

/// Headings of the first three levels that are not the name of the site; those of the first level alone when there are any.
fn headings(text: &str, outline: &Outline, whole: &[String], site: &Site) -> Vec<Heading> {
    // a heading that leads somewhere and ends a claim names the site, as a logo does
    let ends: Vec<String> = whole.iter().filter_map(|c| last_cut(c).map(|(at, len)| key(&c[at + len..]))).collect();
    let logo = |b: &Block| b.link_bytes as usize >= b.span.len() && ends.contains(&key(b.span.of(text)));
    let all = outline.blocks.iter().filter_map(|b| match b.kind {
        Kind::Heading(level @ 1..=3) if !logo(b) => Some((level, squeeze(b.span.of(text)))),
        _ => None,
    });
    let mut all: Vec<Heading> = all
        .filter(|(_, t)| fits(t))
        .take(limits().headings)
        .map(|(level, text)| Heading { key: key(&text), text: unanchored(text), level })
        .filter(|h| !h.key.is_empty() && !site.is(&h.text))
        .collect();
    for claim in whole {
        if let Some(name) = masthead(&all, claim, site) {
            all.retain(|h| h.key != name);
        }
    }
    if all.iter().any(|h| h.level == 1) {
        all.retain(|h| h.level == 1);
    }
    all
}

/// A heading without the sign of the link to itself that manuals put behind it.
fn unanchored(mut heading: String) -> String {
    let bare = heading.trim_end_matches(['¶', '🔗', '\u{f0c1}']);
    let bare = bare.strip_suffix(" #").unwrap_or(bare).trim_end();
    heading.truncate(if bare.is_empty() { heading.len() } else { bare.len() });
    heading
}

/// The key of the last part of a claim, when that is a heading above one that begins the claim: the name of the site or the book. A longer part than
/// the one before it is rather the title behind a name.
fn masthead(all: &[Heading], claim: &str, site: &Site) -> Option<String> {
    let (at, len) = last_cut(claim)?;
    let (left, right) = (key(&claim[..at]), key(&claim[at + len..]));
    let begins = |h: &Heading| h.key.chars().count() >= limits().letters && left.starts_with(&h.key);
    let name = all.iter().position(|h| h.key == right)?;
    let above = all[..name].iter().any(begins);
    (!above && right.len() <= left.len() && !site.is(&claim[..at]) && all[name..].iter().any(begins)).then_some(right)
}

/// The longest heading that stands inside a claim and is a third of it; in the writing of the claim where the heading is all capitals.
fn inside(headings: &[Heading], whole: &[String], own: &[String]) -> Option<String> {
    let limits = limits();
    let (claim, bare) = (whole.first()?, own.first()?);
    let (first, cut) = (key(claim), key(bare));
    let begins = |h: &Heading| parts(claim).iter().any(|at| key(&claim[*at..]).starts_with(&h.key));
    let holds = |h: &&Heading| {
        // a heading of a section, or what stands amid a sentence, is rather part of the title by chance
        let share = if h.level == 1 && begins(h) { limits.share_main } else { limits.share_section };
        // nor does a section say the name of the site with it, as `About Hill Times` does
        let own = h.level == 1 || h.key.len() < first.len() || cut == first;
        h.key.chars().count() >= limits.letters && first.contains(&h.key) && share * h.key.len() >= first.len() && own
    };
    let heading = headings.iter().filter(holds).max_by_key(|h| h.text.len())?;
    let shouted = is_shouted(&heading.text);
    let calm = own.iter().filter(|_| shouted).find(|c| key(c) == heading.key && !is_shouted(c));
    Some(calm.unwrap_or(&heading.text).clone())
}

/// The only main heading, when it is the first part of a claim however long that is: `Boots: shop for boots, shoes and sandals`. Not where a
/// lesser heading is the last part: then either may be the name of the site.
fn part(headings: &[Heading], own: &[String], text: &str, outline: &Outline) -> Option<String> {
    let mut main = headings.iter().filter(|h| h.level == 1);
    let heading = main.next().filter(|h| h.key.chars().count() >= limits().letters)?;
    if main.any(|h| h.key != heading.key) {
        return None;
    }
    let is = |claim: &String| {
        let end = parts(claim).get(1).copied().unwrap_or(claim.len());
        let last = last_cut(claim).map(|(at, len)| key(&claim[at + len..]));
        let lesser = |b: &Block| matches!(b.kind, Kind::Heading(2..=3)) && last.as_ref() == Some(&key(b.span.of(text)));
        key(&claim[..end]) == heading.key && !outline.blocks.iter().any(lesser)
    };
    own.iter().any(is).then(|| heading.text.clone())
}

/// Where the parts of a claim begin.
fn parts(claim: &str) -> Vec<usize> {
    let mut starts = vec![0];
    for cut in CUTS[..CUTS.len() - 1].iter().chain(&[": ", "：", ". "]) {
        starts.extend(claim.match_indices(cut).map(|(at, cut)| at + cut.len()));
    }
    starts.sort_unstable();
    starts.dedup();
    starts
}

/// The only main heading that shares at least half of its words with the claims, when it has several and the address of the page is not
/// more like a claim.
fn alike(headings: &[Heading], whole: &[String], own: &[String], url: Option<&str>) -> Option<String> {
    if whole.is_empty() {
        return None;
    }
    let limits = limits();
    let mut claimed: Vec<String> = whole.iter().flat_map(|c| words(c)).collect();
    claimed.sort_unstable();
    claimed.dedup();
    let shares = |h: &&Heading| {
        let words = words(&h.text);
        let known = words.iter().filter(|w| claimed.binary_search(w).is_ok()).count();
        words.len() >= limits.spoken && 2 * known >= words.len() && !is_shouted(&h.text)
    };
    // a heading may go on where the claim ends
    let goes_on = |h: &Heading| {
        own.iter().map(|c| key(c)).any(|c| c.len() >= limits.letters && limits.share_main * c.len() >= h.key.len() && h.key.contains(&c))
    };
    let mut fitting = headings.iter().filter(|h| h.level == 1).filter(|h| shares(h) || goes_on(h));
    let heading = fitting.next()?;
    if fitting.any(|h| h.key != heading.key) {
        return None;
    }
    // the last word has the address, when it is made of words
    let address = url.map(slug).unwrap_or_default();
    let like = |text: &str| overlap(&words(text), &address);
    let claim = own.iter().map(|c| like(c)).fold(0.0, f32::max);
    let holds = goes_on(heading) || claim <= like(&heading.text) + limits.address;
    holds.then(|| own.iter().find(|c| is_counted(&heading.text, c)).unwrap_or(&heading.text).clone())
}

/// True for a heading that says a claim, where it leads to and how many answered: `A road is mended (hilltimes.example) 87`.
fn is_counted(heading: &str, claim: &str) -> bool {
    let Some(rest) = heading.strip_prefix(claim).filter(|_| claim.chars().count() >= limits().letters) else { return false };
    let Some((host, count)) = rest.trim_start().strip_prefix('(').and_then(|r| r.split_once(')')) else { return false };
    host.contains('.') && !host.contains(' ') && count.chars().all(|c| c.is_ascii_digit() || c == ' ')
}

/// Share of the words of two texts that they have in common.
fn overlap(a: &[String], b: &[String]) -> f32 {
    let common = a.iter().filter(|w| b.contains(w)).count();
    2.0 * common as f32 / (a.len() + b.len()).max(1) as f32
}

/// The words of the path of an address.
fn slug(url: &str) -> Vec<String> {
    let path = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = &path[path.find('/').unwrap_or(path.len())..];
    words(path.split(['?', '#']).next().unwrap_or(""))
}

/// The first words of a text, small, each once; an ideograph, kana or Hangul syllable is a word.
fn words(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut word = String::new();
    let most = limits().words;
    for c in text.chars().chain(" ".chars()) {
        if out.len() >= most {
            break;
        }
        let single = ('\u{2e80}'..='\u{d7ff}').contains(&c) || c >= '\u{20000}';
        if c.is_alphanumeric() && !single {
            word.extend(c.to_lowercase());
            continue;
        }
        for w in [std::mem::take(&mut word), if single && c.is_alphanumeric() { c.to_string() } else { String::new() }] {
            if !w.is_empty() && !out.contains(&w) {
                out.push(w);
            }
        }
    }
    out
}

/// Letters that have case are all large, and there are some.
fn is_shouted(text: &str) -> bool {
    text.chars().filter(|c| c.is_uppercase()).take(5).count() == 5 && !text.chars().any(char::is_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::html;
    use crate::rules::Rules;

    fn of(head: &str, body: &str, url: Option<&str>) -> Option<String> {
        let (layers, outline) =
            html::outline(&format!("<html><head>{head}</head><body>{body}<p>Text.</p></body></html>"), Rules::builtin());
        declared(&layers[0].text, &outline, url)
    }

    #[test]
    fn the_heading_in_the_claim_and_the_claim_without_heading() {
        let head = "<title>Mending the hill road | Village life | Hill Times</title>";
        assert_eq!(of(head, "<h1>Mending the hill road</h1>", None).as_deref(), Some("Mending the hill road"));
        assert_eq!(of(head, "<h1>MENDING THE HILL ROAD</h1>", None).as_deref(), Some("Mending the hill road"));
        assert_eq!(of(head, "", None).as_deref(), Some("Mending the hill road"));
        assert_eq!(of(head, "<h1>Hill Times</h1>", Some("https://hilltimes.example/road")).as_deref(), Some("Mending the hill road"));
    }

    #[test]
    fn a_heading_that_leads_home_names_the_site() {
        let head = "<title>Roads - Overview | Office of Hill Roads</title>";
        let logo = "<h2><a href='/'>Office of Hill Roads</a></h2>";
        assert_eq!(of(head, logo, None).as_deref(), Some("Roads - Overview"));
        // a title that leads to its own page stands first in the claim
        assert_eq!(of(head, "<h1><a href='/roads'>Roads - Overview</a></h1>", None).as_deref(), Some("Roads - Overview"));
    }

    #[test]
    fn what_readers_see_unless_the_address_says_otherwise() {
        let head = "<title>How to mend a road in five days - Hill Times</title>";
        let body = "<h1>How we mended a road in six days</h1>";
        assert_eq!(of(head, body, None).as_deref(), Some("How we mended a road in six days"));
        assert_eq!(
            of(head, body, Some("https://hilltimes.example/how-to-mend-a-road-in-five-days")).as_deref(),
            Some("How to mend a road in five days")
        );
        let head_in_short = "<title>Networks</title>";
        assert_eq!(of(head_in_short, "<h1>Networks at home</h1>", None).as_deref(), Some("Networks at home"));
        let site = "<title>Hill Times - News of the north</title><meta property=og:site_name content='Hill Times'>";
        assert_eq!(of(site, "<h1>A pan of iron</h1>", Some("https://hilltimes.example/pan")).as_deref(), Some("A pan of iron"));
        assert_eq!(
            of(site, "<h1>A pan of iron</h1>", Some("https://hilltimes.example/")).as_deref(),
            Some("Hill Times - News of the north")
        );
        assert_eq!(of(head, "<h1>Subscribe to our weekly letter now</h1>", None).as_deref(), Some("How to mend a road in five days"));
    }

    #[test]
    fn the_name_of_the_site_goes() {
        let site = r#"<meta property="og:site_name" content="Hill Times of the North"><title>"#;
        for (tag, want) in [
            ("Mending roads | Hill Times", "Mending roads"),
            ("Mending roads — A village's summer", "Mending roads — A village's summer"),
            ("Mending roads in summer and in winter - Hill Times", "Mending roads in summer and in winter"),
            ("修路记_山河频道_山河网", "修路记_山河频道"),
            ("Spider-Man comes to the village", "Spider-Man comes to the village"),
        ] {
            assert_eq!(of(&format!("{site}{tag}</title>"), "", None).as_deref(), Some(want), "{tag}");
        }
    }

    #[test]
    fn names_of_sites_and_books_that_are_headings() {
        let head = "<title>Stones and gravel - A Book of Roads</title>";
        assert_eq!(of(head, "<h1>A Book of Roads</h1><h2>Stones and gravel</h2>", None).as_deref(), Some("Stones and gravel"));
        // the name of the site stands first here
        let head = "<title>Hill Times - Stones and gravel</title>";
        assert_eq!(of(head, "<h2>Hill Times</h2><h1>Stones and gravel</h1>", None).as_deref(), Some("Stones and gravel"));
        let site = "<title>About – Hill Times</title><meta property=og:site_name content='Hill Times'>";
        assert_eq!(of(site, "<h3>About Hill Times</h3>", None).as_deref(), Some("About"));
        let site = "<title>修路记 @ 山河_频道</title><meta property=og:site_name content='山河_频道'>";
        assert_eq!(of(site, "", None).as_deref(), Some("修路记"));
    }

    #[test]
    fn a_heading_is_a_part_of_the_claim_not_some_words_of_it() {
        let head = "<title>Spades: buy spades for gardens, roads and snow in every size</title>";
        assert_eq!(of(head, "<h1>Spades</h1>", None).as_deref(), Some("Spades"));
        let head = "<title>Hill Times » How a village mended its road in five days and a night</title>";
        let body = "<h1>Hill Times</h1><h2>How a village mended its road in five days and a night</h2>";
        assert_ne!(of(head, body, None).as_deref(), Some("Hill Times"));
        let head = "<title>Full control of the road with a hand roller of iron</title>";
        assert_eq!(of(head, "<h1>A hand roller</h1>", None).as_deref(), Some("Full control of the road with a hand roller of iron"));
    }

    #[test]
    fn signs_and_counts_behind_a_heading() {
        let head = "<title>A village mends its road by hand - Hill Times</title>";
        let want = Some("A village mends its road by hand");
        assert_eq!(of(head, "<h1>A village mends its road by hand (roads.example) 87</h1>", None).as_deref(), want);
        assert_eq!(of(head, "<h1>A village mends its road by hand¶</h1>", None).as_deref(), want);
        let more = "A village mends its road by hand (again) 87";
        assert_eq!(of(head, &format!("<h1>{more}</h1>"), None).as_deref(), Some(more));
    }

    #[test]
    fn words_of_scripts() {
        assert_eq!(words("The road, the ROAD 修路"), ["the", "road", "修", "路"]);
    }
}
