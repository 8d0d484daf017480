//! Title, author, editor, source, publisher, date: from fields of the page and from its byline lines, which are marked.

mod claims;
mod date;
mod entries;
mod feed;
mod limits;
mod lines;
mod site;
mod title;

pub use lines::lines;

use crate::block::Mark;
use crate::byline::{self, names};
use crate::page::RawDoc;
use crate::rules::Rules;
use crate::tree::Outline;

use date::Dates;
use site::Site;

/// What a page says about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Metadata {
    /// The title, site name cut off.
    pub title: Option<String>,
    /// Names, in the order of the page.
    pub author: Vec<String>,
    /// 责编, 编辑, 校对: never an author.
    pub editor: Option<String>,
    /// Where the text was first published, as the page says.
    pub source: Option<String>,
    /// The platform that published this copy.
    pub publisher: Option<String>,
    /// ISO 8601; no time zone invented. When it was published; of a page that does not tell, when it was made or changed last. The one day a
    /// page shows below its title counts before what its fields say.
    pub date: Option<String>,
    /// The date as it stood, when it was not ISO 8601.
    pub date_raw: Option<String>,
    /// Address of the page.
    pub url: Option<String>,
    /// Host of that address.
    pub host: Option<String>,
    /// Language as the page declares it, BCP 47.
    pub lang: Option<String>,
    /// Categories or tags of the front matter.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<String>,
}

/// Reads the metadata from the fields of the page and from its lines, and marks the line that is the title, which writers
/// print from the metadata, in the order of the blocks; it may be marked already, as outside the text. `marks` are those the stages before
/// have set: byline lines among them are read here.
pub fn read(raw: &RawDoc<'_>, text: &str, outline: &Outline, marks: &[Mark], rules: &Rules) -> (Metadata, Vec<Mark>) {
    if let Some(feed) = feed::read(raw, text, outline, marks, rules) {
        return feed;
    }
    let mut out = Metadata::default();
    let get = |keys: &[&str]| -> Option<String> {
        keys.iter().find_map(|k| outline.fields.iter().find(|f| &*f.key == *k)).map(|f| squeeze(&f.value)).filter(|v| !v.is_empty())
    };
    out.categories = all(outline, &["front:categories", "front:category", "front:tags"]);
    authors(outline, &mut out);
    out.editor = get(&["front:editor", "meta:editor"]);
    out.source = get(&["front:source", "meta:source", "meta:contentsource", "meta:mediaid"]).and_then(|s| named(&s));
    if out.publisher.is_none() {
        out.publisher = get(&["front:publisher", "jsonld:publisher", "meta:og:site_name", "meta:publisher"]);
    }
    out.lang = get(&["front:lang", "front:language", "html:lang", "meta:og:locale", "meta:language"])
        .filter(|l| l.len() < 36)
        .map(|l| l.replace('_', "-"));
    let places = ["link:canonical", "meta:og:url", "front:url", "front:link", "front:permalink"];
    // some pages put words there
    out.url = raw.url.map(str::to_owned).or_else(|| places.iter().find_map(|k| get(&[*k]).filter(|u| !u.contains(' '))));
    out.host = out.url.as_deref().and_then(host);
    let (title, title_marks) = title::resolve(text, outline, out.url.as_deref(), marks, rules);
    out.title = title;
    let address = out.url.clone();
    let dates = Dates::of(text, outline, out.title.as_deref(), title_marks.first().map(|m| m.block as usize), address.as_deref());
    dates.published(&mut out);
    lines::read(text, outline, marks, rules, &mut out);
    if out.date.is_none() {
        dates.otherwise(marks, &mut out);
    }
    signed(outline, address.as_deref(), &mut out);
    (out, title_marks)
}

/// Authors of the fields. A platform that signs as author is the publisher: it stands among the categories too, or its name
/// is that of a paper or site.
fn authors(outline: &Outline, out: &mut Metadata) {
    // the label of a card says what its line is
    let label = outline.fields.iter().find(|f| &*f.key == "meta:twitter:label1").map_or("", |f| &*f.value);
    let written = ["Written by", "Verfasst von", "Écrit par", "Escrito por", "Scritto da", "Geschreven door"].contains(&label);
    let keys: &[&[&str]] = &[
        &["front:author", "front:authors"],
        &["jsonld:author"],
        &["meta:author", "meta:article:author", "meta:byl", "itemprop:author"],
        &["meta:parsely-author", "meta:sailthru.author", "meta:cxenseparse:author", "meta:dc.creator", "meta:citation_author"],
        if written { &["meta:twitter:data1"] } else { &[] },
    ];
    for group in keys {
        for value in all(outline, group) {
            let value = value.trim_start_matches("By ").trim();
            let (address, n) = (value.contains("://") || value.contains('@'), value.chars().take(61).count());
            if value.is_empty() || address || n > 60 {
                continue;
            }
            if out.categories.iter().any(|c| c == value) || (!names::is_chinese(value) && byline::is_publisher(value)) {
                out.publisher.get_or_insert_with(|| value.to_owned());
                continue;
            }
            for name in names::list(value).unwrap_or_else(|| vec![value.to_owned()]) {
                if !out.author.contains(&name) {
                    out.author.push(name);
                }
            }
        }
        if !out.author.is_empty() || out.publisher.is_some() {
            break;
        }
    }
}

/// The author an element of the page names, where fields and lines name nobody or the site alone. A page whose elements name many is a
/// list of texts or a thread.
fn signed(outline: &Outline, url: Option<&str>, out: &mut Metadata) {
    const MANY: usize = 3;
    let names = all(outline, &["class:author"]);
    if names.is_empty() || names.len() > MANY {
        return;
    }
    let site = Site::of(outline, url);
    if !out.author.iter().all(|name| site.is(name)) {
        return;
    }
    let Some(name) = names.into_iter().find(|name| !site.is(name) && !byline::is_publisher(name)) else { return };
    let list = names::list(&name).or_else(|| (!name.chars().any(names::is_han)).then(|| vec![name]));
    if let Some(list) = list {
        if let Some(site) = out.author.first() {
            out.publisher.get_or_insert_with(|| site.clone());
        }
        out.author = list;
    }
}

/// All values of the fields called one of `keys`, in the order of the page.
fn all(outline: &Outline, keys: &[&str]) -> Vec<String> {
    outline.fields.iter().filter(|f| keys.contains(&&*f.key)).map(|f| squeeze(&f.value)).filter(|v| !v.is_empty()).take(100).collect()
}

/// The name in `来源：X` or `X`.
fn named(value: &str) -> Option<String> {
    let value = value.split_once([':', '：']).filter(|(k, _)| k.chars().count() <= 4).map_or(value, |(_, v)| v).trim();
    (!value.is_empty() && !value.contains("://") && value.chars().take(41).count() <= 40).then(|| value.to_owned())
}

/// The value on one line, single blanks.
fn squeeze(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for word in value.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// The host of an address, lower case, port and user left out.
fn host(url: &str) -> Option<String> {
    let rest = url.split_once("://").map(|(_, r)| r).or_else(|| url.strip_prefix("//"))?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    let host = if host.starts_with('[') { host.split_inclusive(']').next()? } else { host.split(':').next()? };
    (!host.is_empty() && host.len() < 254).then(|| host.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Field;

    fn with(fields: &[(&str, &str)]) -> Metadata {
        let fields = fields.iter().map(|(k, v)| Field { key: (*k).into(), value: (*v).into() }).collect();
        let outline = Outline { fields, ..Outline::default() };
        read(&RawDoc { url: Some("https://www.Example.org:8080/a?b"), ..RawDoc::default() }, "", &outline, &[], Rules::builtin()).0
    }

    #[test]
    fn a_platform_is_no_author() {
        let m = with(&[("front:categories", "新媒体"), ("front:categories", "看山"), ("front:author", "看山")]);
        assert_eq!((m.publisher.as_deref(), m.author.len()), (Some("看山"), 0));
        let m = with(&[("meta:author", "山河晚报")]);
        assert_eq!(m.publisher.as_deref(), Some("山河晚报"));
        let m = with(&[("meta:author", "赵一鸣 钱立")]);
        assert_eq!(m.author, ["赵一鸣", "钱立"]);
        let m = with(&[("meta:twitter:label1", "Written by"), ("meta:twitter:data1", "Anna Dorp")]);
        assert_eq!(m.author, ["Anna Dorp"]);
        assert!(with(&[("meta:twitter:label1", "Reading time"), ("meta:twitter:data1", "5 minutes")]).author.is_empty());
    }

    #[test]
    fn an_element_names_who_signs_where_no_field_does() {
        let m = with(&[("class:author", "Anna Dorp")]);
        assert_eq!(m.author, ["Anna Dorp"]);
        // the site signs its own pages
        let m = with(&[("meta:og:site_name", "Hill Times"), ("meta:author", "Hill Times"), ("class:author", "Anna Dorp")]);
        assert_eq!((m.author, m.publisher.as_deref()), (vec!["Anna Dorp".to_owned()], Some("Hill Times")));
        let m = with(&[("meta:author", "Bo Hill"), ("class:author", "Anna Dorp")]);
        assert_eq!(m.author, ["Bo Hill"]);
        let many = ["Anna", "Bo", "Carl", "Dora"].map(|name| ("class:author", name));
        assert!(with(&many).author.is_empty());
        assert!(with(&[("class:author", "记者观察日报")]).author.is_empty());
    }

    #[test]
    fn dates_keep_what_they_were() {
        let m = with(&[("front:date", "Thu, 09 May 2024 08:05:00 GMT")]);
        assert_eq!(m.date.as_deref(), Some("2024-05-09T08:05:00Z"));
        assert_eq!(m.date_raw.as_deref(), Some("Thu, 09 May 2024 08:05:00 GMT"));
        let m = with(&[("meta:pubdate", "2024-05-09 08:05")]);
        assert_eq!((m.date.as_deref(), m.date_raw), (Some("2024-05-09T08:05"), None));
    }

    #[test]
    fn hosts() {
        assert_eq!(with(&[]).host.as_deref(), Some("www.example.org"));
        assert_eq!(host("https://u:p@[::1]:80/"), Some("[::1]".into()));
        assert_eq!(host("kein"), None);
    }
}
