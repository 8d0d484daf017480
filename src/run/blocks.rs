//! The work in progress of a run: what each block gave, staged in files that appear whole, and written down in the journal when they are
//! safe. Putting blocks together to outputs lives in `assemble`.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::drafts;
use super::html;
use super::journal::{self, At, Block, Journal, Output};
use super::part::Growing;
use super::plan::Plan;
use super::rows::{self, BandRow, Fixed, Row, SiteRow};
use super::settings::{Of, OnBad, Watch};
use super::sums::Sums;
use super::table;
use super::work::Done;
use crate::error::Error;
use crate::io::compress::Codec;
use crate::io::output::AtomicFile;
use crate::io::quarantine::{Bad, Entry, Raw};
use crate::report::Told;
use crate::report::choose::Budget;
use crate::rules::Rules;

/// Rows of bands that are held at once: 16 MB.
const BANDS: usize = 1 << 19;

/// Bytes of drafts after which they are sent to the disk while others are still made: what waits for it at the end of a pass is less then.
const AT_ONCE: u64 = 16 << 20;

/// What a block leaves. The name is the extension of its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// The piece of a table; what else goes to a part lies in the file of the unit.
    Out,
    /// Frames of drafts for the next pass: length of what follows the input, input, length of the lines (4 bytes each, little-endian), the
    /// lines that drafts refer to, what was stored.
    Draft,
    /// Hashes.
    Rows,
    /// Hashes of a block whose duplicates were known when it was read: those not seen before, as they came.
    Seen,
    /// Where records begin in the drafts.
    Index,
    /// Bands of the signatures of records.
    RecordBands,
    /// Bands of the signatures of paragraphs.
    ParagraphBands,
    /// Records that are alike.
    RecordLinks,
    /// Paragraphs that are alike.
    ParagraphLinks,
    /// Lines of pages by their hosts.
    Sites,
    /// The index of what cannot be read, offsets counted from the block's own bytes.
    Bad,
    /// Its bytes.
    Raw,
    /// Lines of the list of records removed whole.
    Removed,
    /// Frames of the trace.
    Trace,
    /// What the report is told: by the pass that reads the inputs, and by the one that reads what was stored.
    Told,
    /// The latter.
    ToldLast,
}

impl Stage {
    fn extension(self) -> &'static str {
        match self {
            Stage::Out => "out",
            Stage::Draft => "draft",
            Stage::Rows => "rows",
            Stage::Seen => "seen",
            Stage::Index => "index",
            Stage::RecordBands => "record-bands",
            Stage::ParagraphBands => "paragraph-bands",
            Stage::RecordLinks => "record-links",
            Stage::ParagraphLinks => "paragraph-links",
            Stage::Sites => "sites",
            Stage::Bad => "bad",
            Stage::Raw => "raw",
            Stage::Removed => "removed",
            Stage::Trace => "trace",
            Stage::Told => "told",
            Stage::ToldLast => "told-last",
        }
    }
}

/// Items of the trace that are compressed together, in bytes.
pub(super) const FRAME: usize = 1 << 20;

/// The folder of the work in progress.
#[derive(Clone, Debug)]
pub struct Work {
    /// Blocks.
    pub folder: PathBuf,
    /// Files that are not whole yet.
    pub begun: PathBuf,
}

impl Work {
    /// Where a stage of a block lies.
    pub fn path(&self, at: At, stage: Stage) -> PathBuf {
        self.folder.join(format!("{:08}-{:06}.{}", at.0, at.1, stage.extension()))
    }

    /// Where the files of a stage of a block lie that has several.
    pub fn numbered(&self, at: At, stage: Stage, n: u32) -> PathBuf {
        self.folder.join(format!("{:08}-{:06}-{n:04}.{}", at.0, at.1, stage.extension()))
    }

    /// Where the bytes of a unit for its part lie.
    pub fn unit(&self, unit: u32) -> PathBuf {
        self.folder.join(format!("{unit:08}.{}", Stage::Out.extension()))
    }

    /// Takes away a stage of a block, if it is there.
    ///
    /// # Errors
    /// What the system says.
    pub fn remove(&self, at: At, stage: Stage) -> Result<(), Error> {
        super::remove(&self.path(at, stage))
    }
}

/// Rows that wait to be written, and files of the block that are full of rows.
type Waiting<R> = (Vec<R>, Vec<(PathBuf, AtomicFile)>);

/// Which pass gives blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    /// Reads the inputs.
    Scan,
    /// Hashes what was stored.
    Hash,
    /// Writes what was stored.
    Apply,
}

/// Takes what is done, in order, on the calling thread, and commits block after block.
pub struct Blocks<'r> {
    plan: &'r Plan,
    rules: &'r Rules,
    work: &'r Work,
    journal: &'r mut Journal,
    watch: &'r mut dyn Watch,
    pass: Pass,
    /// Bytes of a job are stored as frames, where they are not written yet.
    frames: bool,
    open: BTreeMap<Stage, BufWriter<AtomicFile>>,
    /// What goes to the part of the unit at hand, and how much of units that were begun is in the journal.
    part: Option<Growing>,
    grown: BTreeMap<u32, u64>,
    raw: u64,
    /// Items of the trace that are not in a frame yet.
    trace: Vec<u8>,
    traced: u64,
    rows: Vec<Row>,
    /// Rows of bands, of records and paragraphs; and files that are full of them.
    bands: [Waiting<BandRow>; 2],
    /// Lines of sites, and files that are full of them.
    sites: Waiting<SiteRow>,
    /// Bytes of drafts, and those of them that are on the disk.
    drafted: u64,
    safe: u64,
    docs: Option<(u64, u64)>,
    table: Option<table::Rows>,
    sums: Sums,
    files: Vec<Output>,
    /// Records that came in with the blocks committed.
    pub read: u64,
    /// What the report may keep of a block.
    budget: Budget,
}

impl<'r> Blocks<'r> {
    /// For one pass. `grown`: how many bytes of units that were begun are in the journal.
    #[allow(clippy::too_many_arguments)]
    pub fn new(
        plan: &'r Plan,
        rules: &'r Rules,
        work: &'r Work,
        journal: &'r mut Journal,
        watch: &'r mut dyn Watch,
        pass: Pass,
        frames: bool,
        grown: BTreeMap<u32, u64>,
    ) -> Blocks<'r> {
        Blocks {
            plan,
            rules,
            work,
            journal,
            watch,
            pass,
            frames,
            open: BTreeMap::new(),
            part: None,
            grown,
            raw: 0,
            trace: Vec::new(),
            traced: 0,
            rows: Vec::new(),
            bands: Default::default(),
            sites: Default::default(),
            drafted: 0,
            safe: 0,
            docs: None,
            table: None,
            sums: Sums::default(),
            files: Vec::new(),
            read: 0,
            budget: Budget::new(plan.blocks()),
        }
    }

    /// Keeps one job.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Record`] for what cannot be read when the run is to stop then.
    pub fn take(&mut self, mut done: Done) -> Result<(), Error> {
        let Some(at) = done.at else { return Ok(()) };
        if !done.out.is_empty() {
            if self.frames && !done.written {
                let mut head = [0; 12];
                let lengths = [4 + done.lines.len() + done.out.len(), done.input, done.lines.len()];
                for (bytes, n) in head.as_chunks_mut::<4>().0.iter_mut().zip(lengths) {
                    *bytes = (n as u32).to_le_bytes();
                }
                for bytes in [&head[..], &done.lines, &done.out] {
                    self.write(at, Stage::Draft, bytes)?;
                }
                let lines = self.drafted + head.len() as u64;
                self.drafted = lines + done.lines.len() as u64;
                for entry in &done.index {
                    self.write(at, Stage::Index, &drafts::Entry { at: self.drafted + entry.at, lines, ..*entry }.to_bytes())?;
                }
                self.drafted += done.out.len() as u64;
                if self.drafted - self.safe >= AT_ONCE {
                    self.safe = self.drafted;
                    let fail = self.fail(at, Stage::Draft);
                    let file = self.file(at, Stage::Draft)?;
                    file.flush().and_then(|()| file.get_ref().sync()).map_err(fail)?;
                }
            } else {
                self.grow(at.0, &done.out)?;
            }
        }
        if !done.documents.is_empty() {
            let fail = || self.fail(at, Stage::Out);
            if self.table.is_none() {
                let file = AtomicFile::create_in(&self.work.begun, &self.work.path(at, Stage::Out)).map_err(fail())?;
                self.table = Some(table::Rows::new(self.plan, done.input, BufWriter::with_capacity(1 << 18, file)).map_err(fail())?);
            }
            let fail = self.fail(at, Stage::Out);
            if let Some(table) = &mut self.table {
                table.add(std::mem::take(&mut done.documents)).map_err(fail)?;
            }
        }
        if let Some((first, last)) = done.docs {
            self.docs = Some((self.docs.map_or(first, |d| d.0), last));
        }
        for bad in &mut done.bad {
            self.bad(at, done.input, bad, &mut done.counter.sums)?;
        }
        let name = |n: usize| self.plan.inputs[n].shown().display().to_string();
        for (record, reason) in &done.unlisted {
            self.watch.note(&format!("{}, record {record}: {reason} [removed whole]", name(done.input)));
        }
        for removed in &done.removed {
            self.watch.note(&format!("{}, record {}: {} [removed whole]", removed.path.display(), removed.record, removed.reason));
            let mut line = serde_json::to_vec(removed).map_err(|e| self.fail(at, Stage::Removed)(e.into()))?;
            line.push(b'\n');
            self.write(at, Stage::Removed, &line)?;
        }
        self.trace.append(&mut done.trace.bytes);
        self.traced += done.trace.documents;
        if self.trace.len() >= FRAME {
            self.frame(at)?;
        }
        for told in std::mem::take(&mut done.told) {
            self.told(at, told)?;
        }
        if done.written {
            if !done.rows.is_empty() {
                self.write(at, Stage::Seen, &rows::laid_out(&done.rows))?;
            }
        } else {
            self.rows.append(&mut done.rows);
        }
        for (of, rows) in Of::ALL.into_iter().zip(&mut done.bands) {
            self.bands[of as usize].0.append(rows);
            if self.bands[of as usize].0.len() >= BANDS {
                self.spill(at, of)?;
            }
        }
        self.sites.0.append(&mut done.sites);
        if self.sites.0.len() >= BANDS {
            self.spill_sites(at)?;
        }
        self.files.append(&mut done.files);
        let sums = done.counter.finish(self.rules);
        let (bytes, records) = match self.pass {
            Pass::Scan => (sums.bytes_in, sums.records.read),
            Pass::Hash => (done.weight, done.hashed),
            Pass::Apply => (done.weight, sums.records.out + sums.records.removed),
        };
        self.watch.advance(bytes, records);
        self.sums.add(&sums);
        match done.end {
            Some(last) => self.commit(at, last, done.written),
            None => Ok(()),
        }
    }

    /// Writes the bands that wait. When they do is a matter of the input alone, so that the journal does not know of memory.
    fn spill(&mut self, at: At, of: Of) -> Result<(), Error> {
        let (rows, files) = &mut self.bands[of as usize];
        let path = self.work.numbered(at, of.bands(), files.len() as u32);
        files.push(spilled(rows, path, self.work)?);
        Ok(())
    }

    /// The same for the lines of sites.
    fn spill_sites(&mut self, at: At) -> Result<(), Error> {
        let path = self.work.numbered(at, Stage::Sites, self.sites.1.len() as u32);
        let file = spilled(&mut self.sites.0, path, self.work)?;
        self.sites.1.push(file);
        Ok(())
    }

    fn fail(&self, at: At, stage: Stage) -> impl FnOnce(io::Error) -> Error + use<> {
        let path = self.work.path(at, stage).display().to_string();
        move |source| Error::Io { verb: "write", path, source }
    }

    fn file(&mut self, at: At, stage: Stage) -> Result<&mut BufWriter<AtomicFile>, Error> {
        use std::collections::btree_map::Entry as Slot;
        let path = self.work.path(at, stage);
        match self.open.entry(stage) {
            Slot::Occupied(open) => Ok(open.into_mut()),
            Slot::Vacant(slot) => {
                let file = AtomicFile::create_in(&self.work.begun, &path);
                let file = file.map_err(Error::io("write", &path))?;
                Ok(slot.insert(BufWriter::with_capacity(1 << 18, file)))
            }
        }
    }

    fn write(&mut self, at: At, stage: Stage, bytes: &[u8]) -> Result<(), Error> {
        let fail = self.fail(at, stage);
        self.file(at, stage)?.write_all(bytes).map_err(fail)
    }

    /// Adds bytes to the part.
    fn grow(&mut self, unit: u32, bytes: &[u8]) -> Result<(), Error> {
        let part = match self.part.take().filter(|p| p.unit() == unit) {
            Some(part) => part,
            None => Growing::open(self.work, unit, self.grown.get(&unit).copied().unwrap_or(0))?,
        };
        self.part.insert(part).write(bytes)
    }

    fn bad(&mut self, at: At, input: usize, bad: &mut Bad, sums: &mut Sums) -> Result<(), Error> {
        if matches!(bad.raw, Raw::None) {
            sums.unreadable += 1;
        }
        let what = match self.plan.settings.on_bad {
            OnBad::Fail => return Err(bad.error()),
            OnBad::Skip => {
                sums.records.skipped += 1;
                "skipped"
            }
            OnBad::Quarantine => {
                sums.records.quarantined += 1;
                self.keep(at, bad)?;
                "quarantined"
            }
        };
        self.watch.warn(&format!("{} [{what}]", bad.error()));
        if self.plan.settings.report.is_some() {
            self.told(at, html::told(bad, &self.plan.inputs[input], what == "skipped"))?;
        }
        Ok(())
    }

    /// Keeps what the report is told; a record is kept whole as long as there is room.
    fn told(&mut self, at: At, told: Told) -> Result<(), Error> {
        let told = if self.budget.takes(told.size(), &told.rules) { told } else { told.without_view() };
        self.write(at, if self.pass == Pass::Scan { Stage::Told } else { Stage::ToldLast }, &told.line())
    }

    fn keep(&mut self, at: At, bad: &mut Bad) -> Result<(), Error> {
        let (fail, fail_index) = (self.fail(at, Stage::Raw), self.fail(at, Stage::Bad));
        let records = self.file(at, Stage::Raw)?;
        let mut copy = || -> io::Result<Option<u64>> {
            let Some(length) = bad.raw.copy(records)? else { return Ok(None) };
            records.write_all(b"\n").map(|()| Some(length))
        };
        let length = copy().map_err(fail)?;
        let line = Entry::new(bad, self.raw, length).line().map_err(fail_index)?;
        self.raw += length.map_or(0, |n| n + 1);
        self.write(at, Stage::Bad, &line)
    }

    /// Puts the items of the trace that wait into a frame.
    fn frame(&mut self, at: At) -> Result<(), Error> {
        let items = std::mem::take(&mut self.trace);
        let mut frame = Vec::new();
        Codec::Zstd.pack(&items, &mut frame).map_err(self.fail(at, Stage::Trace))?;
        self.write(at, Stage::Trace, &frame)
    }

    /// Makes what the block gave safe, then says so in the journal.
    fn commit(&mut self, at: At, last: bool, written: bool) -> Result<(), Error> {
        let docs = self.docs.take();
        if !self.trace.is_empty() {
            self.frame(at)?;
        }
        if !self.rows.is_empty() {
            let mut rows = std::mem::take(&mut self.rows);
            let fail = self.fail(at, Stage::Rows);
            rows::write(&mut rows, self.file(at, Stage::Rows)?).map_err(fail)?;
            // the next block has about as many
            rows.clear();
            self.rows = rows;
        }
        let mut bands = None;
        for of in Of::ALL {
            if !self.bands[of as usize].0.is_empty() {
                self.spill(at, of)?;
            }
            let files = std::mem::take(&mut self.bands[of as usize].1);
            if !files.is_empty() {
                bands.get_or_insert([0; 2])[of as usize] = files.len() as u32;
            }
            for (path, file) in files {
                file.sync().and_then(|()| file.commit()).map_err(Error::io("write", &path))?;
            }
        }
        if !self.sites.0.is_empty() {
            self.spill_sites(at)?;
        }
        let files = std::mem::take(&mut self.sites.1);
        let sites = files.len() as u32;
        for (path, file) in files {
            file.sync().and_then(|()| file.commit()).map_err(Error::io("write", &path))?;
        }
        (self.drafted, self.safe) = (0, 0);
        if let Some(table) = self.table.take() {
            let file = table.finish().map_err(self.fail(at, Stage::Out))?;
            self.open.insert(Stage::Out, file);
        }
        for (stage, file) in std::mem::take(&mut self.open) {
            let commit = || -> io::Result<()> {
                let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
                file.sync()?;
                file.commit()
            };
            commit().map_err(self.fail(at, stage))?;
        }
        let out = match self.part.as_mut().filter(|p| p.unit() == at.0) {
            Some(part) => part.sync()?,
            None => self.grown.get(&at.0).copied().unwrap_or(0),
        };
        if last {
            self.part = None;
            self.grown.remove(&at.0);
        } else {
            self.grown.insert(at.0, out);
        }
        self.raw = 0;
        self.read += self.sums.records.read;
        self.budget.renew();
        let traced = std::mem::take(&mut self.traced);
        let block = Block {
            at,
            last,
            written,
            traced,
            sums: std::mem::take(&mut self.sums),
            docs,
            bands,
            sites,
            out,
            files: std::mem::take(&mut self.files),
        };
        self.journal.add(&match self.pass {
            Pass::Scan => journal::Entry::Scan(block),
            Pass::Hash => journal::Entry::Hash(block),
            Pass::Apply => journal::Entry::Apply(block),
        })?;
        if self.pass == Pass::Apply {
            // nobody asks for it any more, and to take away much takes time
            [Stage::Draft, Stage::Index, Stage::Rows].into_iter().try_for_each(|stage| self.work.remove(at, stage))?;
        }
        Ok(())
    }
}

/// Rows that were held, in a file that has no name yet.
fn spilled<R: Fixed>(rows: &mut Vec<R>, path: PathBuf, work: &Work) -> Result<(PathBuf, AtomicFile), Error> {
    let mut write = || -> io::Result<AtomicFile> {
        let mut file = BufWriter::with_capacity(1 << 18, AtomicFile::create_in(&work.begun, &path)?);
        rows::write(rows, &mut file)?;
        file.into_inner().map_err(io::IntoInnerError::into_error)
    };
    let file = write().map_err(Error::io("write", &path))?;
    rows.clear();
    Ok((path, file))
}

/// The jobs of the pass that reads what another has stored: the frames of a block, one by one.
pub struct Frames {
    file: Option<io::BufReader<fs::File>>,
    path: PathBuf,
}

impl Frames {
    /// Of one block; none when it has stored nothing.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn open(path: &Path) -> Result<Frames, Error> {
        let file = match fs::File::open(path) {
            Ok(file) => Some(io::BufReader::with_capacity(1 << 18, file)),
            Err(e) if e.kind() == io::ErrorKind::NotFound => None,
            Err(source) => return Err(Error::Io { verb: "read", path: path.display().to_string(), source }),
        };
        Ok(Frames { file, path: path.to_path_buf() })
    }

    /// The next frame: the number of its input, little-endian, and what was stored.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn next_frame(&mut self) -> Result<Option<Vec<u8>>, Error> {
        use std::io::{BufRead, Read};
        let Some(file) = &mut self.file else { return Ok(None) };
        let mut read = || -> io::Result<Option<Vec<u8>>> {
            if file.fill_buf()?.is_empty() {
                return Ok(None);
            }
            let mut length = [0; 4];
            file.read_exact(&mut length)?;
            let length = u32::from_le_bytes(length) as usize + 4;
            let mut frame = Vec::with_capacity(length);
            if file.take(length as u64).read_to_end(&mut frame)? < length {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            Ok(Some(frame))
        };
        read().map_err(Error::io("read", &self.path))
    }
}
