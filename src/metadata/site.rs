//! What a site is called, and claims of titles without that name.

use crate::tree::Outline;

use super::title::key;
use super::{host, squeeze};

/// What stands between the parts of a `<title>`.
pub(super) const CUTS: &[&str] =
    &[" - ", " – ", " — ", " | ", " ‹ ", " › ", " · ", " • ", " « ", " » ", " :: ", " _ ", "——", "--", "_", "|", "｜", "-"];

/// The last separator of a title: where it stands and its length.
pub(super) fn last_cut(title: &str) -> Option<(usize, usize)> {
    let last = |cuts: &[&str]| cuts.iter().filter_map(|c| title.rfind(c).map(|at| (at, c.len()))).max_by_key(|(at, len)| (at + len, *len));
    // a bare hyphen parts nothing where something else does
    last(&CUTS[..CUTS.len() - 1]).or_else(|| last(&CUTS[CUTS.len() - 1..]))
}

/// What the site is called.
pub(super) struct Site {
    /// The names it gives itself as they stand, and their keys.
    spelled: Vec<String>,
    names: Vec<String>,
    /// The labels of its host, without that of the country and `www`.
    labels: Vec<String>,
}

impl Site {
    pub(super) fn of(outline: &Outline, url: Option<&str>) -> Site {
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
    pub(super) fn is(&self, part: &str) -> bool {
        let part = key(part);
        let n = part.chars().count();
        n >= 2
            && (self.names.iter().any(|name| *name == part || n >= 4 && name.contains(&part) && 3 * part.len() >= name.len())
                || self.labels.contains(&part))
    }

    /// A claim that begins with the name of the site: `Hill Times - news of the north`.
    pub(super) fn opens(&self, claim: &str) -> bool {
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
    pub(super) fn cut<'c>(&self, claim: &'c str) -> &'c str {
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
