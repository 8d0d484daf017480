//! Feeds to text and blocks: RSS 0.9 to 2.0 and Atom. A first layer sets the entries as articles of a page, a second one reads that page. What stands
//! where in a feed is told by `entries`, what its elements are by `names`, how text is written in them by `form`, and how a page is made of it by `set`.

mod entries;
mod form;
mod names;
mod set;

use crate::layer::Layer;
use crate::rules::Rules;
use crate::tree::{Field, Outline};

use super::reader::{self, Mode};
use entries::Feed;
use names::Names;

/// Fields of one kind at most: who signs the entries.
const FIELDS: usize = 100;

/// True when the text is a feed, by its first element and what that names: `<rss>` with a channel, `<rdf:RDF>` of RSS, `<feed>` of Atom. Nothing but a declaration,
/// comments and white space may stand before it.
pub fn is_feed(text: &str) -> bool {
    Names::of(text).is_some()
}

/// Reads a feed: each entry as an article with its title as heading, then its longest text, whose markup is read as that of a page; a layer that sets them so,
/// and one whose edits are the markup. Fields are `feed:entries`, their number, `feed:title`, `feed:author`, `feed:lang`, `feed:link`, and `feed:date` when there is but one entry. With
/// `links`, where links lead is told.
///
/// # Never fails
/// A text that is no feed has no blocks. Time and memory are linear in the text.
/// # Source
/// RSS 2.0, RSS 1.0 and its modules content and Dublin Core, RFC 4287 (Atom).
pub fn outline(text: &str, links: bool, rules: &Rules) -> (Vec<Layer<'static>>, Outline) {
    let Some(names) = Names::of(text) else { return (Vec::new(), Outline::default()) };
    let feed = Feed::of(text, &names);
    let fields = fields(text, &feed);
    let (set, parts) = set::page(text, &feed, rules);
    let page = set.as_ref().map_or(text, |layer| &layer.text);
    let read = reader::read(page, rules, Mode { links, ..Mode::default() }, &parts);
    let outline = Outline { fields, ..read.outline };
    (set.into_iter().chain(read.layer).collect(), outline)
}

/// What a feed says about itself; of a feed of one entry, what that says too.
fn fields(text: &str, feed: &Feed) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::new();
    let mut push = |key: &str, value: String| {
        let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
        let known = |f: &&Field| &*f.key == key;
        if !value.is_empty() && fields.iter().filter(known).count() < FIELDS && !fields.iter().filter(known).any(|f| *f.value == *value) {
            fields.push(Field { key: key.into(), value: value.into() });
        }
    };
    push("feed:entries", feed.entries.len().to_string());
    let said = |part: &entries::Part| form::plain(&text[part.content.clone()], part.form);
    feed.title.iter().for_each(|part| push("feed:title", said(part)));
    feed.lang.iter().for_each(|lang| push("feed:lang", said(lang)));
    feed.link.iter().for_each(|link| push("feed:link", said(link)));
    // who signs some of the entries does not sign the feed
    let all = feed.entries.iter().all(|e| !e.authors.is_empty());
    let signed = feed.authors.iter().chain(feed.entries.iter().filter(|_| all).flat_map(|e| &e.authors));
    signed.filter_map(|part| form::name(&text[part.content.clone()])).for_each(|name| push("feed:author", name));
    if let [entry] = &feed.entries[..] {
        entry.date.iter().for_each(|(_, part)| push("feed:date", said(part)));
    }
    fields
}

#[cfg(test)]
mod tests;
