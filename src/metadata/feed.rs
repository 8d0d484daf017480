//! What a feed says about itself: its fields alone. Its text is that of many, and nothing in it is looked up.

use crate::block::Mark;
use crate::page::RawDoc;
use crate::rules::Rules;
use crate::tree::Outline;

use super::date::Dates;
use super::{Metadata, all, host, squeeze, title};

/// Authors of a feed at most: one that more sign is a list of texts by many, none of whom wrote it.
const AUTHORS: usize = 3;

/// The metadata of a feed, and a mark for the heading of an entry that is the title of the feed; `None` for other pages.
pub(super) fn read(raw: &RawDoc<'_>, text: &str, outline: &Outline, marks: &[Mark], rules: &Rules) -> Option<(Metadata, Vec<Mark>)> {
    let get = |key: &str| outline.fields.iter().find(|f| &*f.key == key).map(|f| squeeze(&f.value)).filter(|v| !v.is_empty());
    get("feed:entries")?;
    let mut out = Metadata { author: all(outline, &["feed:author"]), ..Metadata::default() };
    if out.author.len() > AUTHORS {
        out.author.clear();
    }
    out.lang = get("feed:lang").filter(|l| l.len() < 36);
    out.url = raw.url.map(str::to_owned).or_else(|| get("feed:link").filter(|u| !u.contains(' ')));
    out.host = out.url.as_deref().and_then(host);
    Dates::of(text, outline, None, None, None).of_feed(&mut out);
    if get("feed:title").is_none() {
        return Some((out, Vec::new()));
    }
    let (title, marked) = title::resolve(text, outline, None, marks, rules);
    out.title = title;
    Some((out, marked))
}
