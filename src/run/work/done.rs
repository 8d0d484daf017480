//! `Done`: what became of a job, as it travels to the one thread that writes. Doing it lives in `mod`.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::io::quarantine::Bad;
use crate::report::Told;
use crate::run::drafts::Entry;
use crate::run::journal::{At, Output};
use crate::run::rows::{BandRow, Row, SiteRow};
use crate::run::sums::Counter;
use crate::run::table;
use crate::trace::Items;

/// What became of a job.
#[derive(Default)]
pub struct Done {
    /// The block it belongs to.
    pub at: Option<At>,
    /// Number of the input.
    pub input: usize,
    /// The block is over; with `true` its unit too.
    pub end: Option<bool>,
    /// For the part or the stream, or drafts for the next pass.
    pub out: Vec<u8>,
    /// The record at hand is all of it so far and goes on as it was read: its bytes are moved, not copied.
    pub as_read: bool,
    /// The JSON lines that the drafts in `out` refer to.
    pub lines: Vec<u8>,
    /// The block's duplicates were known when it was read: `out` is for the part, `rows` are what was not seen before.
    pub written: bool,
    /// For a part that is a table.
    pub documents: Vec<table::Document<'static>>,
    /// Hashes of paragraphs and records.
    pub rows: Vec<Row>,
    /// Bands of the signatures of records, and of paragraphs.
    pub bands: [Vec<BandRow>; 2],
    /// Lines of pages by their hosts.
    pub sites: Vec<SiteRow>,
    /// Where stored records begin in `out`.
    pub index: Vec<Entry>,
    /// Orders of the first and last record that was stored.
    pub docs: Option<(u64, u64)>,
    /// What cannot be read.
    pub bad: Vec<Bad>,
    /// Bad records have their line in `out` already.
    pub placed: bool,
    /// Records of which nothing stays, to be listed.
    pub removed: Vec<Removed>,
    /// Numbers and reasons of others: said in the output itself.
    pub unlisted: Vec<(u64, String)>,
    /// Files written.
    pub files: Vec<Output>,
    /// What was made of each record by who looks at them.
    pub seen: Vec<Vec<u8>>,
    /// For the report, if one is wanted: records in their order. What cannot be read is told by who keeps it.
    pub told: Vec<Told>,
    /// What gives the original bytes back.
    pub trace: Items,
    /// Bytes of what was stored, and records of it that were hashed.
    pub weight: u64,
    /// See `weight`.
    pub hashed: u64,
    /// Records that came in, bytes and what was counted.
    pub counter: Counter,
}

/// How far a job has come.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    pub(super) out: usize,
    rows: usize,
    bands: [usize; 2],
    sites: usize,
    index: usize,
    told: usize,
}

impl Done {
    pub(super) fn mark(&self) -> Mark {
        Mark {
            out: self.out.len(),
            rows: self.rows.len(),
            bands: [self.bands[0].len(), self.bands[1].len()],
            sites: self.sites.len(),
            index: self.index.len(),
            told: self.told.len(),
        }
    }

    /// Takes over what the pass before has found that nothing is stored of.
    pub(super) fn after(self, before: Done) -> Done {
        let Done { end, rows, bad, placed, mut counter, .. } = before;
        counter.add(&self.counter);
        Done { end, rows, bad, placed, counter, written: true, ..self }
    }

    /// Takes away what a record has left that went wrong half-way.
    pub(super) fn back_to(&mut self, mark: Mark) {
        self.out.truncate(mark.out);
        self.as_read = false;
        self.rows.truncate(mark.rows);
        self.bands.iter_mut().zip(mark.bands).for_each(|(b, n)| b.truncate(n));
        self.sites.truncate(mark.sites);
        self.index.truncate(mark.index);
        self.told.truncate(mark.told);
    }
}

/// A record of which nothing stays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Removed {
    /// Its input.
    #[serde(with = "crate::run::plan::path")]
    pub path: PathBuf,
    /// Number in the input.
    pub record: u64,
    /// Its own name, when the input gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// A rule's id and what it says.
    pub reason: String,
    /// The record it repeats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<Copied>,
    /// For one that is not the same but alike: the share of shingles that both have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub similarity: Option<f64>,
}

/// Where the record stands that another repeats.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Copied {
    /// Its input.
    pub path: String,
    /// Number in the input.
    pub record: u64,
}
