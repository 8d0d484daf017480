//! What a dump has held so far, in memory: as long as it fits, what is a copy is known as soon as a block has been read, so that nothing
//! is stored for a later pass. The same verdicts as those of `resolve`, which takes over when it fits no more.

use std::hash::{BuildHasher, RandomState};
use std::io::{self, BufWriter};

use super::Run;
use super::blocks::{Stage, Work};
use super::journal::{At, Block};
use super::rows::{self, Row, Verdict, What};
use super::scanned;
use super::settings::{Dedup, From, To};
use crate::error::Error;
use crate::io::output::AtomicFile;

/// Tables that share what was seen: one that grows is there twice for a moment.
const TABLES: usize = 64;

/// Of so many slots of a table, so many are filled before it doubles: beyond it the way to a free one grows fast.
const FILLED: usize = 3;
/// See [`FILLED`].
const OF: usize = 4;

/// Bytes of a paragraph as they come at least on the average: how many a block has before one is known. Short lines of forums have 100.
const PARAGRAPH: u64 = 100;

/// The first copies of paragraphs and records.
pub struct Seen {
    tables: Vec<Table>,
    seeds: [u64; 2],
    rows: usize,
    /// How many fit.
    limit: usize,
    /// The block at hand, and the rows before it.
    block: Option<(At, usize)>,
    /// The most that a block had.
    most: usize,
}

/// Key, order of a record and one, block. Of four bytes each, as wider numbers would be laid out wider. All zero: free.
type Slot = [u32; 7];

/// Slots, a power of two of them: a row stands in the first free one from where its hash points.
#[derive(Default)]
struct Table {
    slots: Vec<Slot>,
    filled: usize,
}

fn slot(row: &Row) -> Slot {
    let order = row.doc.wrapping_add(1);
    let [a, b, c, d] = [96, 64, 32, 0].map(|shift| (row.key >> shift) as u32);
    [a, b, c, d, (order >> 32) as u32, order as u32, row.block]
}

fn is_free(slot: &Slot) -> bool {
    slot[4] | slot[5] == 0
}

/// Where the search for a key begins. Keys are hashes, but of a kind that can be foreseen: without `seeds` a dump could bring many for one place.
#[inline]
fn hash(key: &Slot, seeds: [u64; 2]) -> usize {
    let [a, b, c, d] = [key[0], key[1], key[2], key[3]].map(u64::from);
    let product = u128::from((a << 32 | b) ^ seeds[0]) * u128::from((c << 32 | d) ^ seeds[1]);
    product as usize ^ (product >> 64) as usize
}

impl Table {
    /// The slot of a key, or the free one where it belongs.
    #[inline]
    fn find(&self, key: &Slot, hash: usize) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = hash & mask;
        while self.slots[at][..4] != key[..4] && !is_free(&self.slots[at]) {
            at = (at + 1) & mask;
        }
        at
    }

    /// Makes room for one more.
    fn grow(&mut self, seeds: [u64; 2]) {
        if self.filled < self.slots.len() / OF * FILLED {
            return;
        }
        let slots = vec![Slot::default(); (self.slots.len() * 2).max(16)];
        for old in std::mem::replace(&mut self.slots, slots).iter().filter(|s| !is_free(s)) {
            let at = self.find(old, hash(old, seeds));
            self.slots[at] = *old;
        }
    }
}

impl Seen {
    /// Nothing yet. `memory`: bytes it may use; `block`: bytes of a block.
    pub fn new(memory: u64, block: u64) -> Seen {
        let random = RandomState::new();
        let slots = (memory / size_of::<Slot>() as u64).checked_ilog2().map_or(0, |n| 1u64 << n);
        // tables are filled evenly, but not quite
        let limit = usize::try_from(slots).unwrap_or(usize::MAX) / OF * FILLED / 50 * 49;
        Seen {
            tables: std::iter::repeat_with(Table::default).take(TABLES).collect(),
            seeds: [random.hash_one(1), random.hash_one(2)],
            rows: 0,
            limit,
            block: None,
            most: usize::try_from(block / PARAGRAPH).unwrap_or(usize::MAX),
        }
    }

    /// Whether another block fits.
    fn fits(&self) -> bool {
        self.rows.saturating_add(self.most) <= self.limit
    }

    /// Begins a block, if it is another one, and says whether it fits.
    fn begin(&mut self, at: At) -> bool {
        if let Some((block, before)) = self.block {
            if block == at {
                return true;
            }
            self.most = self.most.max(self.rows - before);
        }
        self.block = Some((at, self.rows));
        self.fits()
    }

    /// The verdicts on rows, in the order of the dump like these. Of the rows those stay that were not seen before.
    pub fn judge(&mut self, rows: &mut Vec<Row>) -> Vec<Verdict> {
        let mut verdicts = Vec::new();
        let mut new = Vec::with_capacity(rows.len());
        for row in &*rows {
            match self.first(row) {
                None => new.push(*row),
                Some((first_doc, first_block)) => {
                    verdicts.push(Verdict { doc: row.doc, block: row.block, first_doc, first_block, what: What::Copy });
                }
            }
        }
        *rows = new;
        verdicts
    }

    /// The first copy of a row; `None` when it is that itself.
    fn first(&mut self, row: &Row) -> Option<(u64, u32)> {
        let key = slot(row);
        let table = &mut self.tables[key[0] as usize % TABLES];
        table.grow(self.seeds);
        let at = table.find(&key, hash(&key, self.seeds));
        let found = table.slots[at];
        if is_free(&found) {
            table.slots[at] = key;
            table.filled += 1;
            self.rows += 1;
            return None;
        }
        let [.., high, low, block] = found;
        Some(((u64::from(high) << 32 | u64::from(low)).wrapping_sub(1), block))
    }
}

/// Whether what was seen takes a block. It is given up at the first one that does not fit: what comes behind is for `resolve`.
pub fn takes(seen: &mut Option<Seen>, at: At) -> bool {
    let fits = seen.as_mut().is_some_and(|s| s.begin(at));
    if !fits {
        *seen = None;
    }
    fits
}

/// Sorts what was seen of blocks that were written at once, for those that were not.
///
/// # Errors
/// [`Error::Io`].
pub fn sort(work: &Work, blocks: &[Block]) -> Result<(), Error> {
    for block in blocks.iter().filter(|b| b.written) {
        let [from, to] = [Stage::Seen, Stage::Rows].map(|stage| work.path(block.at, stage));
        if to.exists() || !from.exists() {
            continue;
        }
        let mut rows = rows::unsorted(&from).map_err(Error::io("read", &from))?;
        let mut write = || -> io::Result<()> {
            let mut file = BufWriter::with_capacity(1 << 18, AtomicFile::create_in(&work.begun, &to)?);
            rows::write(&mut rows, &mut file)?;
            let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.sync()?;
            file.commit()
        };
        write().map_err(Error::io("write", &to))?;
    }
    Ok(())
}

impl Run {
    /// What the blocks have held that are in the journal; `None` when copies are not to be known before all is read, or do not fit.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub(super) fn seen(&self) -> Result<Option<Seen>, Error> {
        let settings = &self.plan.settings;
        let exact = settings.dedup == Dedup::Dump && settings.near.is_none() && !settings.learn_sites;
        // an index holds the rows of all parts; a report is told by the pass; the other columns of a table are read by the last one
        let kept = self.plan.against.is_some() || settings.keep_index.is_some() || settings.report.is_some();
        let columns = settings.to == To::Parquet && self.plan.inputs.iter().any(|i| i.kind == From::Parquet);
        if !exact || kept || columns {
            return Ok(None);
        }
        let mut seen = Seen::new(self.means.memory / 2, settings.block);
        for block in self.entries()?.iter().filter_map(scanned) {
            if !block.written || !seen.begin(block.at) {
                return Ok(None);
            }
            let path = self.work.path(block.at, Stage::Seen);
            for row in rows::unsorted(&path).map_err(Error::io("read", &path))? {
                seen.first(&row);
            }
        }
        Ok(Some(seen))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::document::WHOLE;

    #[test]
    fn the_first_of_each_key_stays() {
        let mut seen = Seen::new(1 << 20, 1000);
        // many of one table, keys that differ in one half only, orders at both ends
        let key = |n: u64| u128::from(n % 700) << if n.is_multiple_of(2) { 0 } else { 64 };
        let mut first = std::collections::BTreeMap::new();
        for job in 0..40u64 {
            let rows: Vec<Row> = (0..500u64)
                .map(|n| Row { key: key(n * n + job), doc: job << 32 | n, block: if n.is_multiple_of(5) { WHOLE } else { n as u32 } })
                .collect();
            let mut new = rows.clone();
            let verdicts = seen.judge(&mut new);
            assert_eq!(verdicts.len() + new.len(), rows.len());
            let (mut verdicts, mut new) = (verdicts.into_iter(), new.into_iter());
            for row in rows {
                match first.get(&{ row.key }) {
                    None => {
                        assert_eq!(new.next(), Some(row));
                        first.insert(row.key, row);
                    }
                    Some(f) => {
                        let verdict = Verdict { doc: row.doc, block: row.block, first_doc: f.doc, first_block: f.block, what: What::Copy };
                        assert_eq!(verdicts.next(), Some(verdict));
                    }
                }
            }
        }
        assert_eq!(seen.rows, first.len());
    }

    #[test]
    fn blocks_are_taken_as_long_as_they_fit() {
        let rows = |block: u64, n: u64| -> Vec<Row> {
            (0..n)
                .map(|i| Row {
                    key: u128::from(block << 32 | i).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835),
                    doc: block,
                    block: 0,
                })
                .collect()
        };
        // 1024 slots, of which 752 may be filled; a block is thought to have 100 rows
        let mut seen = Some(Seen::new(1024 * 28, 100 * PARAGRAPH));
        for block in 0..4 {
            assert!(takes(&mut seen, At(0, block)), "{block}");
            let all = seen.as_mut().unwrap();
            all.judge(&mut rows(block.into(), 160));
            assert!(all.tables.iter().map(|t| t.slots.len()).sum::<usize>() <= 2048);
        }
        // it was more than thought, and is asked about only when a block begins
        assert!(takes(&mut seen, At(0, 3)));
        assert!(!takes(&mut seen, At(0, 4)) && seen.is_none());
        assert!(!takes(&mut seen, At(0, 5)));
        assert!(!takes(&mut Some(Seen::new(1 << 10, 64 << 20)), At(0, 0)), "not even one block");
    }
}
