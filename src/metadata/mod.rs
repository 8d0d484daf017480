//! Title, author, editor, source, publisher, date: from fields of the page and from its byline lines, which are marked.

use crate::block::Mark;
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
    /// ISO 8601; no time zone invented.
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

/// Reads the metadata, and marks the lines that hold nothing else: title line, byline, breadcrumb.
pub fn read(raw: &RawDoc<'_>, text: &str, outline: &Outline, rules: &Rules) -> (Metadata, Vec<Mark>) {
    let _ = (raw, text, outline, rules);
    (Metadata::default(), Vec::new())
}
