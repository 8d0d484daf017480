//! Records as rows of Parquet tables: what a draft becomes, blocks as parts of a table, and the columns of an input that pass through
//! from the first pass to the last. The format itself lives in `io/table`.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::feed;
use super::plan::{Input, Plan};
use super::settings::From;
use crate::draft::Draft;
use crate::error::Error;
use crate::io::document::Details;
use crate::io::output::AtomicFile;
use crate::io::record::{Item, Reader};
pub use crate::io::table::Row;
pub use crate::io::table::write::Document;
use crate::io::table::write::{Part, Schema, concatenate};

/// Bytes of text that make a row group.
const GROUP: usize = 16 << 20;

/// What of a draft's metadata has a column of its own.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Told {
    title: Option<String>,
    author: Vec<String>,
    date: Option<String>,
    lang: Option<String>,
}

/// What of its charset has.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Read {
    name: Option<String>,
    confidence: Option<f64>,
    language: Option<String>,
}

/// A draft as a row.
pub fn document(draft: &Draft<'_>, text: &str, details: &Details<'_>, reason: Option<&str>, row: Option<Row>) -> Document {
    let told: Told = serde_json::from_str(&draft.metadata).unwrap_or_default();
    let charset: Read = serde_json::from_str(&draft.charset).unwrap_or_default();
    let [counts, removed] = details.parts();
    Document {
        id: draft.id.clone().into_owned(),
        url: draft.url.clone(),
        text: Some(text.to_owned()),
        title: told.title,
        author: (!told.author.is_empty()).then(|| told.author.join("; ")),
        date: told.date,
        language: charset.language.or(told.lang),
        charset: charset.name,
        charset_confidence: charset.confidence,
        reason: reason.map(str::to_owned),
        metadata: Some(draft.metadata.clone().into_owned()),
        removed: Some(removed),
        counts: Some(counts),
        extra: draft.extra.clone(),
        row,
    }
}

/// A row without a text: it stays a row without a text.
pub fn null(id: String, reason: String, row: Row) -> Document {
    Document { id, reason: Some(reason), row: Some(row), ..Document::default() }
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
    waiting: Vec<Document>,
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
    pub fn add(&mut self, rows: Vec<Document>) -> io::Result<()> {
        self.bytes += rows.iter().map(|d| d.text.as_ref().map_or(0, String::len) + 256).sum::<usize>();
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
