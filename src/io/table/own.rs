//! The own columns of a table of cleaned documents: name, type, order, and what stands in each for a document. Parquet is made of them
//! in `write`, Arrow in the Python binding; the schema is told in docs/schema/parquet.md.

use std::borrow::Cow;

use super::Row;

/// Version of the schema; a change that a reader would notice makes it another.
pub const SCHEMA_VERSION: u32 = 2;

/// A column.
#[derive(Clone, Copy, Debug)]
pub struct OwnColumn {
    /// Its name.
    pub name: &'static str,
    /// Its type, and how a value is got.
    pub holds: Holds,
    /// There is a value in every row.
    pub required: bool,
    /// Values come more than once, so that a dictionary saves room.
    pub repeats: bool,
}

/// What stands in a column for a document.
#[derive(Clone, Copy, Debug)]
pub enum Holds {
    /// UTF-8.
    Text(for<'d> fn(&'d Document<'_>) -> Option<&'d str>),
    /// Double.
    Number(fn(&Document<'_>) -> Option<f64>),
}

/// The own columns, in order.
pub const OWN: [OwnColumn; 14] = [
    OwnColumn { required: true, ..unique("id", |d| Some(&d.id)) },
    unique("url", |d| d.url.as_deref()),
    unique("text", |d| d.text.as_deref()),
    repeats("title", |d| d.title.as_deref()),
    repeats("author", |d| d.author.as_deref()),
    repeats("date", |d| d.date.as_deref()),
    repeats("language", |d| d.language.as_deref()),
    repeats("charset", |d| d.charset.as_deref()),
    OwnColumn { holds: Holds::Number(|d| d.charset_confidence), ..repeats("charset_confidence", |_| None) },
    repeats("reason", |d| d.reason.as_deref()),
    unique("metadata", |d| d.metadata.as_deref()),
    unique("removed", |d| d.removed.as_deref()),
    unique("counts", |d| d.counts.as_deref()),
    unique("extra", |d| d.extra.as_deref()),
];

const fn repeats(name: &'static str, value: for<'d> fn(&'d Document<'_>) -> Option<&'d str>) -> OwnColumn {
    OwnColumn { name, holds: Holds::Text(value), required: false, repeats: true }
}

const fn unique(name: &'static str, value: for<'d> fn(&'d Document<'_>) -> Option<&'d str>) -> OwnColumn {
    OwnColumn { repeats: false, ..repeats(name, value) }
}

/// A cleaned document as a row. Borrows from the draft it is of.
#[derive(Clone, Debug, Default)]
pub struct Document<'d> {
    /// Its name in the dump.
    pub id: Cow<'d, str>,
    /// Where it was fetched.
    pub url: Option<Cow<'d, str>>,
    /// The clean text; `None` when the input had none.
    pub text: Option<Cow<'d, str>>,
    /// Title.
    pub title: Option<Cow<'d, str>>,
    /// Author.
    pub author: Option<Cow<'d, str>>,
    /// Date, as the metadata give it.
    pub date: Option<Cow<'d, str>>,
    /// Language of the text.
    pub language: Option<Cow<'d, str>>,
    /// Charset it was read in, by its WHATWG name.
    pub charset: Option<Cow<'d, str>>,
    /// How sure that is, 0 to 1.
    pub charset_confidence: Option<f64>,
    /// Why nothing of it stays; `None` when something does.
    pub reason: Option<Cow<'d, str>>,
    /// All metadata, a JSON object.
    pub metadata: Option<Cow<'d, str>>,
    /// What was left out, a JSON array.
    pub removed: Option<Cow<'d, str>>,
    /// Counts, a JSON object.
    pub counts: Option<Cow<'d, str>>,
    /// The members of the JSON line it came from that no other column holds, a JSON object.
    pub extra: Option<Cow<'d, str>>,
    /// The row of the table it came from.
    pub row: Option<Row>,
}

impl Document<'_> {
    /// The same on its own. Moves what it owns already.
    pub fn into_owned(self) -> Document<'static> {
        let owned = |s: Option<Cow<'_, str>>| s.map(|s| Cow::Owned(s.into_owned()));
        Document {
            id: Cow::Owned(self.id.into_owned()),
            url: owned(self.url),
            text: owned(self.text),
            title: owned(self.title),
            author: owned(self.author),
            date: owned(self.date),
            language: owned(self.language),
            charset: owned(self.charset),
            charset_confidence: self.charset_confidence,
            reason: owned(self.reason),
            metadata: owned(self.metadata),
            removed: owned(self.removed),
            counts: owned(self.counts),
            extra: owned(self.extra),
            row: self.row,
        }
    }
}

/// New names for columns that come along behind those of `own`: one that has such a name gets `input_` in front, as often as it takes to
/// be told from all others.
pub fn renamed(names: &[&str], own: &[&str]) -> Vec<String> {
    let mut taken: Vec<String> = own.iter().chain(names.iter().filter(|n| !own.contains(n))).map(|n| (*n).to_owned()).collect();
    let new = |name: &&str| {
        if !own.contains(name) {
            return (*name).to_owned();
        }
        let mut new = (*name).to_owned();
        while taken.contains(&new) {
            new = format!("input_{new}");
        }
        taken.push(new.clone());
        new
    };
    names.iter().map(new).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_column_holds_what_its_name_says() {
        // every field a value that is its name: a getter of the wrong field is found
        let of = |s: &'static str| Some(Cow::Borrowed(s));
        let document = Document {
            id: "id".into(),
            url: of("url"),
            text: of("text"),
            title: of("title"),
            author: of("author"),
            date: of("date"),
            language: of("language"),
            charset: of("charset"),
            charset_confidence: Some(0.5),
            reason: of("reason"),
            metadata: of("metadata"),
            removed: of("removed"),
            counts: of("counts"),
            extra: of("extra"),
            row: None,
        };
        for document in [document.clone(), document.into_owned()] {
            for column in OWN {
                match column.holds {
                    Holds::Text(of) => assert_eq!(of(&document), Some(column.name)),
                    Holds::Number(of) => assert_eq!((of(&document), column.name), (Some(0.5), "charset_confidence")),
                }
            }
        }
    }

    #[test]
    fn a_column_with_an_own_name_gets_another() {
        assert_eq!(renamed(&["n", "id", "input_id"], &["id", "text"]), ["n", "input_input_id", "input_id"]);
        assert_eq!(renamed(&["text", "id"], &["id", "text"]), ["input_text", "input_id"]);
    }
}
