//! `Settings`, what decides the bytes of a run and is frozen in its plan, and `Means`, what it may use, which decides nothing.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::form::Form;
use crate::io::compress::Codec;
use crate::io::rules;
use crate::lang::Lang;
use crate::options::Profile;
use crate::rules::Rules;
use crate::site::Facts;

/// What decides the bytes that come out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// What is done with a record.
    pub verb: Verb,
    /// What the inputs are.
    pub from: From,
    /// What is written.
    pub to: To,
    /// The member of a JSON line, or the column of a table, that holds the text; `None` for a guess where one is made.
    pub text_field: Option<String>,
    /// Put charset, counts, metadata and what was removed into each JSON line.
    pub details: bool,
    /// Which duplicates are left out.
    pub dedup: Dedup,
    /// What is compared with what is nearly the same in the dump.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub near: Option<Near>,
    /// From which share of common shingles on, in thousandths.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub near_threshold: Option<u16>,
    /// Lines that recur on the pages of a host are learnt first and left out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub learn_sites: bool,
    /// Lines of hosts that are known already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site_facts: Option<SiteFacts>,
    /// Where the index of the dump is kept, for later ones; absolute.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "super::plan::optional_path")]
    pub keep_index: Option<PathBuf>,
    /// The file that the original bytes can be got back from, absolute.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "super::plan::optional_path")]
    pub trace: Option<PathBuf>,
    /// Where the HTML report of the run goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<PathBuf>,
    /// How JSON lines are compressed; `None`: as the input was.
    pub compress: Option<Compression>,
    /// Largest record, in bytes.
    pub max_record: usize,
    /// Highest ratio of a decompressed input to its size.
    pub max_ratio: u32,
    /// How deep archives may nest.
    pub max_nesting: u8,
    /// Unit of work that a killed run does again, in bytes of decompressed input.
    pub block: u64,
    /// What becomes of a record that cannot be read.
    pub on_bad: OnBad,
    /// The folder it goes to, absolute; `None`: `quarantine` in the output folder.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "super::plan::optional_path")]
    pub quarantine: Option<PathBuf>,
    /// Of every million records so many are taken, by the hash of their names; all for `None`.
    pub sample: Option<u32>,
    /// Only so many records of the dump.
    pub limit: Option<u64>,
    /// What is changed beyond damage.
    #[serde(default)]
    pub form: Form,
    /// Own rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<OwnRules>,
}

/// Own rules, as a plan knows them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OwnRules {
    /// Their folder or table, absolute.
    #[serde(with = "super::plan::path")]
    pub path: PathBuf,
    /// Hash of their names and contents, to see on resume that they are the same.
    pub mark: String,
}

/// A table of lines of hosts, as a plan knows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SiteFacts {
    /// The table, absolute.
    #[serde(with = "super::plan::path")]
    pub path: PathBuf,
    /// Hash of its content, to see on resume that it is the same.
    pub mark: String,
}

impl SiteFacts {
    /// Reads the table: what the plan knows of it, and what is in it.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Rule`] for a line that has not four columns.
    pub fn read(path: PathBuf) -> Result<(SiteFacts, Facts), Error> {
        let table = std::fs::read_to_string(&path).map_err(Error::io("read", &path))?;
        let facts = Facts::parse(&path.display().to_string(), &table)?;
        Ok((SiteFacts { path, mark: format!("{:032x}", xxhash_rust::xxh3::xxh3_128(table.as_bytes())) }, facts))
    }
}

impl Settings {
    /// Whether what is read is stored first and written by a later pass.
    pub fn stores(&self) -> bool {
        self.dedup == Dedup::Dump || self.learn_sites
    }

    /// Whether paragraphs are hashed by a pass of their own: a line that belongs to one host may be content of another, whose copy is not
    /// to go because that one comes first.
    pub fn hashes_later(&self) -> bool {
        self.dedup == Dedup::Dump && self.learn_sites
    }

    /// Refuses what does not go together. `against`: the dump is compared with earlier ones.
    ///
    /// # Errors
    /// [`Error::Usage`], in the words of the command line.
    pub fn check(&self, against: bool) -> Result<(), Error> {
        let refuse = |why: &str| Err(Error::Usage(why.to_owned()));
        if self.dedup != Dedup::Dump && (against || self.keep_index.is_some()) {
            return refuse("--against and --keep-index are about duplicates of the dump: add --dedup dump");
        }
        if self.dedup != Dedup::Dump && self.near.is_some() {
            return refuse("--near is about duplicates of the dump: add --dedup dump");
        }
        if self.near_threshold.is_some_and(|n| !(500..=1000).contains(&n)) {
            return refuse("--near-threshold is a share from 0.5 to 1; write 0.8");
        }
        if self.trace.is_some() && self.to == To::Parquet {
            return refuse("--trace goes with text, Markdown and JSON lines: the texts of a table have no bytes of their own");
        }
        Ok(())
    }

    /// The lines of hosts that are known already, read again.
    ///
    /// # Errors
    /// As [`SiteFacts::read`]; [`Error::Usage`] when they have changed since the plan was made.
    pub fn read_site_facts(&self) -> Result<Option<Facts>, Error> {
        let Some(known) = &self.site_facts else { return Ok(None) };
        let (read, facts) = SiteFacts::read(known.path.clone())?;
        if read != *known {
            let path = known.path.display();
            return Err(Error::Usage(format!("{path}: the table has changed since the run was planned; --overwrite starts anew")));
        }
        Ok(Some(facts))
    }

    /// The rules of the run, read again. Own rules stay in memory as long as the program.
    ///
    /// # Errors
    /// As [`crate::io::rules::read`]; [`Error::Usage`] when they have changed since the plan was made.
    pub fn read_rules(&self) -> Result<&'static Rules, Error> {
        let Some(own) = &self.rules else { return Ok(Rules::builtin()) };
        let read = rules::read(&own.path)?;
        if read.mark != own.mark {
            let path = own.path.display();
            return Err(Error::Usage(format!("{path}: the rules have changed since the run was planned; --overwrite starts anew")));
        }
        Ok(Box::leak(Box::new(read.rules)))
    }
}

/// What is done with a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verb {
    /// All stages.
    Clean {
        /// The title is written too.
        title: bool,
        /// How much of a page counts as content.
        #[serde(default)]
        profile: Profile,
        /// Links keep where they lead.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        links: bool,
    },
    /// Decoding and repair alone.
    Repair,
}

/// What an input is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "lowercase")]
pub enum From {
    /// Told by content.
    Auto,
    /// A page: HTML, Markdown or text.
    Page,
    /// One JSON object a line.
    Jsonl,
    /// WARC or WET.
    Warc,
    /// A Parquet table.
    Parquet,
    /// zip or tar, or one compressed file: what is in it is told by content.
    #[cfg_attr(feature = "cli", value(skip))]
    Archive,
}

impl From {
    /// Its name, as the plan has it.
    pub fn name(self) -> &'static str {
        match self {
            From::Auto => "auto",
            From::Page => "page",
            From::Jsonl => "jsonl",
            From::Warc => "warc",
            From::Parquet => "parquet",
            From::Archive => "archive",
        }
    }
}

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "lowercase")]
pub enum To {
    /// A tree of text files.
    Text,
    /// A tree of Markdown files: headings, lists, tables, code and quotes as such.
    Markdown,
    /// One JSON object a line.
    Jsonl,
    /// A Parquet table.
    Parquet,
    /// The JSON lines of the MNBVC corpus.
    Mnbvc,
}

impl To {
    /// Whether each record becomes a file of its own.
    pub fn is_tree(self) -> bool {
        matches!(self, To::Text | To::Markdown)
    }

    /// How the files of a tree end.
    pub fn extension(self) -> &'static str {
        if self == To::Markdown { "md" } else { "txt" }
    }
}

/// Which duplicates are left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "lowercase")]
pub enum Dedup {
    /// None.
    Off,
    /// Paragraphs that repeat an earlier one of their record.
    Page,
    /// Paragraphs and records that repeat an earlier one of the dump, too.
    Dump,
}

/// What goes when something nearly the same stands earlier in the dump.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "lowercase")]
pub enum Near {
    /// Paragraphs.
    Paragraphs,
    /// Records, whole.
    Documents,
    /// Records, and paragraphs of those that stay.
    Both,
}

impl Near {
    /// Whether these are compared.
    pub fn asks(self, of: Of) -> bool {
        match of {
            Of::Documents => self != Near::Paragraphs,
            Of::Paragraphs => self != Near::Documents,
        }
    }
}

/// What the passes that compare go through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "lowercase")]
pub enum Of {
    /// Records, whole.
    Documents,
    /// Paragraphs.
    Paragraphs,
}

impl Of {
    /// In the order of the passes.
    pub const ALL: [Of; 2] = [Of::Documents, Of::Paragraphs];
}

/// How output is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "lowercase")]
pub enum Compression {
    /// Not at all.
    None,
    /// gzip, a member for each batch.
    Gz,
    /// Zstandard, a frame for each batch.
    Zst,
}

impl Compression {
    /// How bytes are packed.
    pub fn codec(self) -> Codec {
        match self {
            Compression::None => Codec::Plain,
            Compression::Gz => Codec::Gzip,
            Compression::Zst => Codec::Zstd,
        }
    }

    /// What comes behind the name of a file.
    pub fn extension(self) -> &'static str {
        match self {
            Compression::None => "",
            Compression::Gz => ".gz",
            Compression::Zst => ".zst",
        }
    }
}

/// What becomes of a record that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "lowercase")]
pub enum OnBad {
    /// Its bytes and the reason are kept; the run goes on.
    Quarantine,
    /// It is counted; the run goes on.
    Skip,
    /// The run stops.
    Fail,
}

/// What a run may use. Decides nothing about what comes out.
#[derive(Clone, Debug)]
pub struct Means {
    /// Worker threads; 0 = as many as the machine has cores.
    pub threads: usize,
    /// Bytes of memory for records on their way and for duplicates.
    pub memory: u64,
    /// Where work in progress is kept; `None`: in the output folder.
    pub temp: Option<PathBuf>,
    /// The language a report opens in.
    pub lang: Lang,
}

/// Who is told how a run goes.
pub trait Watch {
    /// A pass begins that will go through so many bytes.
    fn expect(&mut self, pass: &'static str, bytes: Option<u64>);
    /// More is done.
    fn advance(&mut self, bytes: u64, records: u64);
    /// Something is wrong with a record.
    fn warn(&mut self, message: &str);
    /// Something worth knowing for those who want all details.
    fn note(&mut self, message: &str);
    /// Something everybody wants to know.
    fn tell(&mut self, message: &str);
    /// The pass is over.
    fn finish(&mut self);
}

impl Default for Settings {
    /// What `clean` does when nothing is asked for.
    fn default() -> Settings {
        Settings {
            verb: Verb::Clean { title: true, profile: Profile::Article, links: false },
            from: From::Auto,
            to: To::Jsonl,
            text_field: None,
            details: false,
            dedup: Dedup::Page,
            near: None,
            near_threshold: None,
            learn_sites: false,
            site_facts: None,
            keep_index: None,
            trace: None,
            report: None,
            compress: None,
            max_record: 1 << 28,
            max_ratio: 1000,
            max_nesting: 4,
            block: 64 << 20,
            on_bad: OnBad::Quarantine,
            quarantine: None,
            sample: None,
            limit: None,
            form: Form::default(),
            rules: None,
        }
    }
}
