//! What the fields and headings of a page claim its title to be, and which claim holds. Lines of a text without fields are `title`'s.

use crate::block::Kind;
use crate::tree::Outline;

use super::title::{fits, key};
use super::{host, squeeze};

/// Headings looked at.
const HEADINGS: usize = 60;

/// The title by front matter, JSON-LD, OpenGraph, `<title>` and main headings; `None` when there is none of them.
///
/// A main heading that is a claim without the name of the site holds, and so does one that says in at least [`SPOKEN`] words about the
/// same as a claim: it is what readers see, a claim is often written for search engines or cut off. Else the claim itself, the name of
/// the site cut off.
pub(super) fn declared(text: &str, outline: &Outline, url: Option<&str>) -> Option<String> {
    let get = |key: &str| outline.fields.iter().find(|f| &*f.key == key).map(|f| squeeze(&f.value)).filter(|v| fits(v));
    if let Some(title) = get("front:title") {
        return Some(title);
    }
    let site = Site::of(outline, url);
    let tag = get("title");
    let social = get("jsonld:headline").or_else(|| get("meta:og:title")).or_else(|| get("meta:twitter:title"));
    let whole: Vec<String> = [&tag, &social].into_iter().flatten().cloned().collect();
    let own: Vec<String> = whole.iter().map(|claim| site.cut(claim).to_owned()).collect();
    let headings = headings(text, outline, &whole, &site);
    let heading = inside(&headings, &whole, &own).or_else(|| part(&headings, &own)).or_else(|| alike(&headings, &whole, &own, url));
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
            Some(if near(&tag) > near(&social) + 0.2 { tag } else { social })
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
    let all = outline.blocks.iter().filter_map(|b| match b.kind {
        Kind::Heading(level @ 1..=3) => Some((level, squeeze(b.span.of(text)))),
        _ => None,
    });
    let mut all: Vec<Heading> = all
        .filter(|(_, t)| fits(t))
        .take(HEADINGS)
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

/// The key of the last part of a claim, when that is a heading above one that begins the claim: the name of the site or the book.
fn masthead(all: &[Heading], claim: &str, site: &Site) -> Option<String> {
    let (at, len) = last_cut(claim)?;
    let (left, right) = (key(&claim[..at]), key(&claim[at + len..]));
    let begins = |h: &Heading| h.key.chars().count() >= 4 && left.starts_with(&h.key);
    let name = all.iter().position(|h| h.key == right)?;
    let above = all[..name].iter().any(begins);
    (!above && !site.is(&claim[..at]) && all[name..].iter().any(begins)).then_some(right)
}

/// The longest heading that stands inside a claim and is a third of it; in the writing of the claim where the heading is all capitals.
fn inside(headings: &[Heading], whole: &[String], own: &[String]) -> Option<String> {
    let (claim, bare) = (whole.first()?, own.first()?);
    let (first, cut) = (key(claim), key(bare));
    let begins = |h: &Heading| parts(claim).iter().any(|at| key(&claim[*at..]).starts_with(&h.key));
    let holds = |h: &&Heading| {
        // a heading of a section, or what stands amid a sentence, is rather part of the title by chance
        let share = if h.level == 1 && begins(h) { 3 } else { 2 };
        // nor does a section say the name of the site with it, as `About Hill Times` does
        let own = h.level == 1 || h.key.len() < first.len() || cut == first;
        h.key.chars().count() >= 4 && first.contains(&h.key) && share * h.key.len() >= first.len() && own
    };
    let heading = headings.iter().filter(holds).max_by_key(|h| h.text.len())?;
    let shouted = is_shouted(&heading.text);
    let calm = own.iter().filter(|_| shouted).find(|c| key(c) == heading.key && !is_shouted(c));
    Some(calm.unwrap_or(&heading.text).clone())
}

/// The only main heading, when it is a whole part of a claim however long that is: `Boots: shop for boots, shoes and sandals`.
fn part(headings: &[Heading], own: &[String]) -> Option<String> {
    let mut main = headings.iter().filter(|h| h.level == 1);
    let heading = main.next().filter(|h| h.key.chars().count() >= 4)?;
    if main.any(|h| h.key != heading.key) {
        return None;
    }
    let is = |claim: &String| {
        let starts = parts(claim);
        let ends = starts.iter().skip(1).copied().chain([claim.len()]);
        starts.iter().zip(ends).any(|(start, end)| key(&claim[*start..end]) == heading.key)
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

/// Words a heading has at least that is believed before a claim that says something else.
const SPOKEN: usize = 5;

/// The only main heading that shares at least half of its words with the claims, when it has at least [`SPOKEN`] and the address of the
/// page is not more like a claim.
fn alike(headings: &[Heading], whole: &[String], own: &[String], url: Option<&str>) -> Option<String> {
    if whole.is_empty() {
        return None;
    }
    let mut claimed: Vec<String> = whole.iter().flat_map(|c| words(c)).collect();
    claimed.sort_unstable();
    claimed.dedup();
    let shares = |h: &&Heading| {
        let words = words(&h.text);
        let known = words.iter().filter(|w| claimed.binary_search(w).is_ok()).count();
        words.len() >= SPOKEN && 2 * known >= words.len() && !is_shouted(&h.text)
    };
    // a heading may go on where the claim ends
    let goes_on = |h: &Heading| own.iter().map(|c| key(c)).any(|c| c.len() >= 4 && 3 * c.len() >= h.key.len() && h.key.contains(&c));
    let mut fitting = headings.iter().filter(|h| h.level == 1).filter(|h| shares(h) || goes_on(h));
    let heading = fitting.next()?;
    if fitting.any(|h| h.key != heading.key) {
        return None;
    }
    // the last word has the address, when it is made of words
    let address = url.map(slug).unwrap_or_default();
    let like = |text: &str| overlap(&words(text), &address);
    let claim = own.iter().map(|c| like(c)).fold(0.0, f32::max);
    let holds = goes_on(heading) || claim <= like(&heading.text) + 0.04;
    holds.then(|| own.iter().find(|c| is_counted(&heading.text, c)).unwrap_or(&heading.text).clone())
}

/// True for a heading that says a claim, where it leads to and how many answered: `A road is mended (hilltimes.example) 87`.
fn is_counted(heading: &str, claim: &str) -> bool {
    let Some(rest) = heading.strip_prefix(claim).filter(|_| claim.chars().count() >= 4) else { return false };
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

/// Words of a text that are looked at: an address may be of any length.
const WORDS: usize = 200;

/// The first words of a text, small, each once; an ideograph, kana or Hangul syllable is a word.
fn words(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut word = String::new();
    for c in text.chars().chain(" ".chars()) {
        if out.len() >= WORDS {
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

/// What stands between the parts of a `<title>`.
const CUTS: &[&str] =
    &[" - ", " – ", " — ", " | ", " ‹ ", " › ", " · ", " • ", " « ", " » ", " :: ", " _ ", "——", "--", "_", "|", "｜", "-"];

/// The last separator of a title: where it stands and its length.
fn last_cut(title: &str) -> Option<(usize, usize)> {
    let last = |cuts: &[&str]| cuts.iter().filter_map(|c| title.rfind(c).map(|at| (at, c.len()))).max_by_key(|(at, len)| (at + len, *len));
    // a bare hyphen parts nothing where something else does
    last(&CUTS[..CUTS.len() - 1]).or_else(|| last(&CUTS[CUTS.len() - 1..]))
}

/// What the site is called.
struct Site {
    /// The names it gives itself as they stand, and their keys.
    spelled: Vec<String>,
    names: Vec<String>,
    /// The labels of its host, without that of the country and `www`.
    labels: Vec<String>,
}

impl Site {
    fn of(outline: &Outline, url: Option<&str>) -> Site {
        const NAMES: [&str; 5] =
            ["meta:og:site_name", "meta:application-name", "meta:apple-mobile-web-app-title", "jsonld:publisher", "jsonld:website"];
        let spelled = outline.fields.iter().filter(|f| NAMES.contains(&&*f.key)).map(|f| squeeze(&f.value));
        let spelled: Vec<String> = spelled.filter(|name| key(name).len() >= 2).take(10).collect();
        let names = spelled.iter().map(|name| key(name)).collect();
        let host = url.and_then(host).unwrap_or_default();
        let mut labels: Vec<String> = host.split('.').filter(|l| l.len() >= 3 && *l != "www").map(key).collect();
        labels.pop();
        Site { spelled, names, labels }
    }

    /// True when a part of a title is the name of the site, or says it among other words.
    fn is(&self, part: &str) -> bool {
        let part = key(part);
        let n = part.chars().count();
        n >= 2
            && (self.names.iter().any(|name| *name == part || n >= 4 && name.contains(&part) && 3 * part.len() >= name.len())
                || self.labels.contains(&part))
    }

    /// A claim that begins with the name of the site: `Hill Times - news of the north`.
    fn opens(&self, claim: &str) -> bool {
        last_cut(claim).is_some_and(|(at, _)| self.is(&claim[..at]))
    }

    /// A part that names the site and some more: `Hill Times - Sports`.
    fn is_named_in(&self, part: &str) -> bool {
        let part = key(part);
        let long = |n: &&String| n.chars().count() >= if n.is_ascii() { 5 } else { 2 };
        self.names.iter().filter(long).any(|n| part.contains(&**n)) || self.labels.iter().filter(long).any(|l| part.contains(&**l))
    }

    /// A claim without the name of the site at its end, which may hold separators itself.
    fn without_name<'c>(&self, claim: &'c str) -> &'c str {
        const BEFORE: [char; 12] = ['-', '–', '—', '|', '｜', '·', '•', '«', '»', '‹', '@', '_'];
        let cut = |name: &String| {
            let left = claim.strip_suffix(&**name)?.trim_end();
            let bare = left.trim_end_matches(BEFORE).trim_end();
            (bare.len() < left.len() && bare.chars().count() >= 2 && !self.is(bare)).then_some(bare)
        };
        self.spelled.iter().find_map(cut).unwrap_or(claim)
    }

    /// A claim without the name of the site, which stands last, or before all else.
    fn cut<'c>(&self, claim: &'c str) -> &'c str {
        let mut rest = self.without_name(claim);
        let whole = rest.len() == claim.len();
        for round in 0..4 {
            let Some((at, len)) = last_cut(rest) else { break };
            let (left, right) = (rest[..at].trim(), rest[at + len..].trim());
            let separator = &rest[at..at + len];
            let (l, r) = (left.chars().count(), right.chars().count());
            if self.is(left) && !self.is(right) {
                break;
            }
            // A bare hyphen joins words as often as it parts names.
            let bare = separator == "-";
            let names_site = self.is(right)
                || (!bare && self.is_named_in(right) && r < 2 * l)
                || crate::byline::is_publisher(right)
                || (right.is_ascii() && right.contains('.') && !right.contains(' '));
            // The first part of several between bars is the title; a dash stands inside titles too.
            let bar = matches!(separator.trim(), "|" | "｜" | "_" | "::" | "‹" | "«" | "·" | "•");
            let short = l >= 6 && (bar && r <= 60 || r <= 16 && r < l || round == 0 && whole && !bare && r <= 40 && r <= l + 4);
            if l >= 4 && (names_site || (short && !bare)) {
                rest = left;
            } else {
                break;
            }
        }
        rest
    }
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
