//! Title, author, editor, source, publisher, date: from fields of the page and from its byline lines, which are marked.

mod lines;
mod title;

pub use lines::lines;

use crate::block::Mark;
use crate::byline::{self, dates, names};
use crate::page::RawDoc;
use crate::rules::Rules;
use crate::tree::Outline;

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
    /// ISO 8601; no time zone invented. When it was published; of a page that does not tell, when it was made or changed last.
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
/// print from the metadata. `marks` are those the stages before have set: byline lines among them are read here.
pub fn read(raw: &RawDoc<'_>, text: &str, outline: &Outline, marks: &[Mark], rules: &Rules) -> (Metadata, Vec<Mark>) {
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
    set_date(get(DATES).and_then(dated), &mut out);
    out.lang = get(&["front:lang", "front:language", "html:lang", "meta:og:locale", "meta:language"])
        .filter(|l| l.len() < 36)
        .map(|l| l.replace('_', "-"));
    out.url = raw.url.map(str::to_owned).or_else(|| get(&["link:canonical", "meta:og:url", "front:url", "front:link", "front:permalink"]));
    out.host = out.url.as_deref().and_then(host);
    let (title, title_marks) = title::resolve(text, outline, marks, rules);
    out.title = title;
    if out.date.is_none() {
        let beside = lines::date_beside(text, outline, title_marks.first().map(|m| m.block as usize));
        let element = get(ELEMENTS).and_then(dated);
        // of two that tell the same day, the element tells the time too
        let same = |a: &Said, b: &Said| a.0.get(..10) == b.0.get(..10);
        let said = match (beside, element) {
            (Some(beside), Some(element)) if same(&beside, &element) => Some(element),
            (beside, element) => beside.or(element),
        };
        set_date(said, &mut out);
    }
    lines::read(text, outline, marks, rules, &mut out);
    if out.date.is_none() {
        set_date(get(OTHER_DATES).and_then(dated), &mut out);
    }
    (out, title_marks)
}

/// A date in ISO 8601, and as it stood when that was something else.
type Said = (String, Option<String>);

fn set_date(said: Option<Said>, out: &mut Metadata) {
    if let Some((iso, raw)) = said {
        (out.date, out.date_raw) = (Some(iso), raw);
    }
}

/// The date a field says.
fn dated(value: String) -> Option<Said> {
    let iso = dates::whole(&value).or_else(|| dates::find(&value).map(|d| d.iso))?;
    Some((iso, (!is_iso(&value)).then_some(value)))
}

/// Fields that hold the date of publication, the surer first.
const DATES: &[&str] = &[
    "front:date",
    "jsonld:datepublished",
    "meta:article:published_time",
    "meta:og:published_time",
    "meta:publishdate",
    "meta:pubdate",
    "meta:date",
    "meta:published",
    "meta:publish_date",
    "meta:publish-date",
    "meta:datepublished",
    "meta:release_date",
    "meta:dc.date",
    "meta:dc.date.issued",
    "meta:dcterms.created",
    "meta:weibo:article:create_at",
    "meta:bytedance:published_time",
    "meta:citation_publication_date",
    "meta:parsely-pub-date",
    "meta:sailthru.date",
    "itemprop:datepublished",
    "front:published",
    "front:pubdate",
];

/// Elements that hold a date, perhaps that of another text: a line beside the title is believed before them.
const ELEMENTS: &[&str] = &["time:datetime", "class:date"];

/// Fields that tell when a page was made or changed, where none tells when it was published.
const OTHER_DATES: &[&str] = &[
    "jsonld:datecreated",
    "meta:article:modified_time",
    "jsonld:datemodified",
    "meta:og:updated_time",
    "itemprop:datemodified",
    "meta:last-modified",
    "meta:lastmod",
];

/// Authors of the fields. A platform that signs as author is the publisher: it stands among the categories too, or its name
/// is that of a paper or site.
fn authors(outline: &Outline, out: &mut Metadata) {
    let keys: &[&[&str]] =
        &[&["front:author", "front:authors"], &["jsonld:author"], &["meta:author", "meta:article:author", "meta:byl", "itemprop:author"]];
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

/// True for `2024-05-09`, `2024-05-09T22:27…` and the same with a blank for the T.
fn is_iso(s: &str) -> bool {
    let b = s.as_bytes();
    b.len() >= 10
        && b[4] == b'-'
        && b[7] == b'-'
        && b.iter().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b':' | b'T' | b' ' | b'Z' | b'+' | b'.'))
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
