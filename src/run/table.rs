//! Records as rows of Parquet tables: what a draft becomes, blocks as parts of a table, and the columns of an input that pass through
//! from the first pass to the last. The format itself lives in `io/table`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::feed;
use super::plan::{Input, Plan};
use super::settings::From;
use crate::draft::{Draft, NO_METADATA, thousandths};
use crate::error::Error;
use crate::io::output::AtomicFile;
use crate::io::record::{Item, Reader};
pub use crate::io::table::Row;
pub use crate::io::table::own::Document;
use crate::io::table::write::{Part, Schema, concatenate};
use crate::page::{Page, RawDoc};

/// Bytes of text that make a row group.
const GROUP: usize = 16 << 20;

/// What of a record's metadata has a column of its own.
#[derive(Debug, Default, PartialEq)]
pub struct Told<'p> {
    title: Option<Cow<'p, str>>,
    author: Option<Cow<'p, str>>,
    date: Option<Cow<'p, str>>,
    lang: Option<Cow<'p, str>>,
}

impl<'p> Told<'p> {
    /// Of a page at hand.
    pub fn of(page: &'p Page<'_>) -> Told<'p> {
        let metadata = &page.metadata;
        Told {
            title: metadata.title.as_deref().map(Cow::Borrowed),
            author: match &metadata.author[..] {
                [] => None,
                [one] => Some(Cow::Borrowed(one)),
                all => Some(Cow::Owned(all.join(AND))),
            },
            date: metadata.date.as_deref().map(Cow::Borrowed),
            lang: metadata.lang.as_deref().map(Cow::Borrowed),
        }
    }

    /// Of a draft whose page is gone.
    pub fn read(draft: &Draft<'_>) -> Told<'static> {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Metadata {
            title: Option<String>,
            author: Vec<String>,
            date: Option<String>,
            lang: Option<String>,
        }
        let metadata: Metadata = serde_json::from_str(&draft.metadata).unwrap_or_default();
        Told {
            title: metadata.title.map(Cow::Owned),
            author: (!metadata.author.is_empty()).then(|| Cow::Owned(metadata.author.join(AND))),
            date: metadata.date.map(Cow::Owned),
            lang: metadata.lang.map(Cow::Owned),
        }
    }
}

/// Between authors.
const AND: &str = "; ";

/// A draft as a row. `text`: of the draft, clean; `told`: of the draft, too; `counts` and `removed`: what its details say, as JSON.
pub fn document<'d>(
    draft: &'d Draft<'_>,
    text: Cow<'d, str>,
    told: Told<'d>,
    [counts, removed]: [Cow<'d, str>; 2],
    reason: Option<String>,
    row: Option<Row>,
) -> Document<'d> {
    let read = Some(&draft.charset).filter(|c| !c.name.is_empty());
    Document {
        id: Cow::Borrowed(&draft.id),
        url: draft.url.as_deref().map(Cow::Borrowed),
        text: Some(text),
        title: told.title,
        author: told.author,
        date: told.date,
        language: draft.charset.language.as_deref().map(Cow::Borrowed).or(told.lang),
        charset: read.map(|c| Cow::Borrowed(&*c.name)),
        charset_confidence: read.map(|c| c.confidence),
        reason: reason.map(Cow::Owned),
        metadata: Some(Cow::Borrowed(&draft.metadata)),
        removed: Some(removed),
        counts: Some(counts),
        extra: draft.extra.as_deref().map(Cow::Borrowed),
        row,
    }
}

/// The row of a record that says nothing of itself, and of which nothing is left out, as [`document`] makes it of the draft.
/// `charset`: its name, the confidence and the language.
pub fn plain<'d>(
    raw: RawDoc<'d>,
    extra: Option<&'d str>,
    (name, confidence, language): (&'d str, f32, Option<&'d str>),
    text: &'d str,
    [counts, removed]: [&'d str; 2],
) -> Document<'d> {
    let read = !name.is_empty();
    Document {
        id: Cow::Borrowed(raw.id),
        url: raw.url.map(Cow::Borrowed),
        text: Some(Cow::Borrowed(text)),
        language: language.map(Cow::Borrowed),
        charset: read.then_some(Cow::Borrowed(name)),
        charset_confidence: read.then(|| thousandths(confidence)),
        metadata: Some(Cow::Borrowed(NO_METADATA)),
        removed: Some(Cow::Borrowed(removed)),
        counts: Some(Cow::Borrowed(counts)),
        extra: extra.map(Cow::Borrowed),
        ..Document::default()
    }
}

/// A row without a text: it stays a row without a text.
pub fn null(id: String, reason: String, row: Row) -> Document<'static> {
    Document { id: id.into(), reason: Some(reason.into()), row: Some(row), ..Document::default() }
}

/// The schema of the part that an input goes to.
fn schema(plan: &Plan, input: &Input) -> io::Result<Schema> {
    match input.kind {
        From::Parquet => crate::io::table::read::schema(&input.path, plan.settings.text_field.as_deref()),
        _ => Ok(Schema::default()),
    }
}

/// The rows of a block, on their way into its file.
pub struct Rows {
    part: Part<BufWriter<AtomicFile>>,
    waiting: Vec<Document<'static>>,
    bytes: usize,
}

impl Rows {
    /// Of an input.
    ///
    /// # Errors
    /// What the system says.
    pub fn new(plan: &Plan, input: usize, file: BufWriter<AtomicFile>) -> io::Result<Rows> {
        Ok(Rows { part: Part::new(file, &schema(plan, &plan.inputs[input])?)?, waiting: Vec::new(), bytes: 0 })
    }

    /// Adds rows.
    ///
    /// # Errors
    /// What the system says.
    pub fn add(&mut self, rows: Vec<Document<'static>>) -> io::Result<()> {
        self.bytes += rows.iter().map(|d| d.text.as_ref().map_or(0, |t| t.len()) + 256).sum::<usize>();
        self.waiting.extend(rows);
        if self.bytes < GROUP {
            return Ok(());
        }
        self.bytes = 0;
        self.part.write(&std::mem::take(&mut self.waiting))
    }

    /// Writes what is left.
    ///
    /// # Errors
    /// What the system says.
    pub fn finish(mut self) -> io::Result<BufWriter<AtomicFile>> {
        self.part.write(&self.waiting)?;
        self.part.finish()
    }
}

/// Puts the blocks of a part together.
///
/// # Errors
/// [`Error::Io`].
pub fn assemble<W: Write + Send>(plan: &Plan, part: u32, blocks: &[PathBuf], to: W) -> Result<W, Error> {
    let fail = |source| Error::Io { verb: "write", path: plan.parts[part as usize].display().to_string(), source };
    let input = plan.inputs.iter().find(|i| i.part == Some(part));
    let schema = input.map_or(Ok(Schema::default()), |i| schema(plan, i)).map_err(fail)?;
    let blocks: Vec<&Path> = blocks.iter().map(PathBuf::as_path).filter(|b| b.exists()).collect();
    concatenate(&blocks, &schema, to).map_err(fail)
}

/// Reads a table again for its other columns, block after block.
pub struct Others {
    input: usize,
    reader: Box<dyn Reader>,
    /// The first row that is not of the block before.
    next: Option<(u64, Option<Row>)>,
}

impl Others {
    /// Of an input; `None` when it has no other columns that matter.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn open(plan: &Plan, input: usize) -> Result<Option<Others>, Error> {
        if plan.inputs[input].kind != From::Parquet {
            return Ok(None);
        }
        let fail = |source| Error::Io { verb: "read", path: plan.inputs[input].path.display().to_string(), source };
        Ok(Some(Others { input, reader: feed::open(plan, input).map_err(fail)?, next: None }))
    }

    /// Of which input.
    pub fn input(&self) -> usize {
        self.input
    }

    /// The rows of these records; they are asked for in order.
    ///
    /// # Errors
    /// What the system says.
    pub fn rows(&mut self, of: std::ops::RangeInclusive<u64>) -> io::Result<BTreeMap<u64, Row>> {
        let mut rows = BTreeMap::new();
        loop {
            if let Some((number, row)) = self.next.take() {
                if number > *of.end() {
                    self.next = Some((number, row));
                    return Ok(rows);
                }
                rows.extend(row.filter(|_| of.contains(&number)).map(|r| (number, r)));
            }
            match self.reader.next_item()? {
                Some(Item::Record(r)) => self.next = Some((r.number, r.row)),
                Some(Item::Left(l)) => self.next = Some((l.number, l.row)),
                Some(_) => {}
                None => return Ok(rows),
            }
        }
    }
}
