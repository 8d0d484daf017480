//! Blocks put together to the files of the output: parts, the quarantine, the list of records removed whole. Each appears whole, with its
//! length and hash in the journal.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::Xxh3;

use super::blocks::{Stage, Work};
use super::journal::{At, Output};
use super::plan::Plan;
use crate::error::Error;
use crate::io::compress::Codec;
use crate::io::output::AtomicFile;
use crate::io::quarantine::Entry;
use crate::trace;

/// A file of the output that is being put together.
pub struct Assembly {
    file: BufWriter<AtomicFile>,
    path: PathBuf,
    hash: Xxh3,
    length: u64,
}

impl Assembly {
    /// Begins a file in the folder of those that are not whole yet.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn create(begun: &Path, path: PathBuf) -> Result<Assembly, Error> {
        let file = AtomicFile::create_in(begun, &path).map_err(Error::io("write", &path))?;
        Ok(Assembly::of(file, path))
    }

    /// Begins a file that is to lie outside the folder of the run, maybe on another file system: beside its name, by one that is the same
    /// each time for this run.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn create_outside(run: &str, path: PathBuf) -> Result<Assembly, Error> {
        let file = AtomicFile::create_again(&path, run).map_err(Error::io("write", &path))?;
        Ok(Assembly::of(file, path))
    }

    fn of(file: AtomicFile, path: PathBuf) -> Assembly {
        Assembly { file: BufWriter::with_capacity(1 << 18, file), path, hash: Xxh3::new(), length: 0 }
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.hash.update(bytes);
        self.length += bytes.len() as u64;
        self.file.write_all(bytes).map_err(Error::io("write", &self.path))
    }

    /// Adds the content of a file, or so many bytes of it; with no number it need not be there.
    ///
    /// # Errors
    /// [`Error::Io`], also when it has fewer bytes.
    pub fn append(&mut self, from: &Path, length: Option<u64>) -> Result<(), Error> {
        let fail = |source| Error::Io { verb: "read", path: from.display().to_string(), source };
        let Some(file) = open(from)? else { return if length.is_none() { Ok(()) } else { Err(fail(io::ErrorKind::NotFound.into())) } };
        let mut file = file.take(length.unwrap_or(u64::MAX));
        let mut buffer = vec![0; 1 << 18];
        loop {
            match file.read(&mut buffer) {
                Ok(0) if length.is_some() && file.limit() > 0 => return Err(fail(io::ErrorKind::UnexpectedEof.into())),
                Ok(0) => return Ok(()),
                Ok(n) => self.put(&buffer[..n])?,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(source) => return Err(fail(source)),
            }
        }
    }

    /// Gives the file its name; `path` is how the journal names it.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn finish(self, path: PathBuf) -> Result<Output, Error> {
        let Assembly { file, path: target, hash, length } = self;
        let commit = || -> io::Result<()> {
            let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.sync()?;
            file.commit()
        };
        commit().map_err(Error::io("write", &target))?;
        Ok(Output { path, length, xxh3: format!("{:032x}", hash.digest128()) })
    }
}

impl Write for Assembly {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.hash.update(bytes);
        self.length += bytes.len() as u64;
        self.file.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Puts the blocks of a part that is a table into `folder/name`.
///
/// # Errors
/// [`Error::Io`].
pub fn table(plan: &Plan, part: u32, work: &Work, begun: &Path, blocks: &[At], folder: &Path) -> Result<Output, Error> {
    let name = &plan.parts[part as usize];
    let to = Assembly::create(begun, folder.join(name))?;
    let blocks: Vec<PathBuf> = blocks.iter().map(|at| work.path(*at, Stage::Out)).collect();
    super::table::assemble(plan, part, &blocks, to)?.finish(name.clone())
}

/// A file that may not be there.
fn open(path: &Path) -> Result<Option<File>, Error> {
    match File::open(path) {
        Ok(file) => Ok(Some(file)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Error::Io { verb: "read", path: path.display().to_string(), source }),
    }
}

/// Puts a stage of these blocks, in order, into `folder/name`; no file is made when there is nothing to put in.
///
/// # Errors
/// [`Error::Io`].
pub fn concatenate(work: &Work, begun: &Path, blocks: &[At], stage: Stage, folder: &Path, name: &Path) -> Result<Option<Output>, Error> {
    if !blocks.iter().any(|at| work.path(*at, stage).exists()) {
        return Ok(None);
    }
    let mut to = Assembly::create(begun, folder.join(name))?;
    for at in blocks {
        to.append(&work.path(*at, stage), None)?;
    }
    to.finish(name.to_path_buf()).map(Some)
}

/// Puts the trace together: its head, the frames of all blocks, and its end with the number of documents.
///
/// # Errors
/// [`Error::Io`].
pub fn trace(work: &Work, blocks: &[At], run: &str, path: &Path, documents: u64) -> Result<(), Error> {
    let mut to = Assembly::create_outside(run, path.to_path_buf())?;
    to.put(trace::head().as_bytes())?;
    for at in blocks {
        to.append(&work.path(*at, Stage::Trace), None)?;
    }
    let mut end = trace::Items::default();
    end.push(&trace::Item::End(documents));
    let mut frame = Vec::new();
    Codec::Zstd.pack(&end.bytes, &mut frame).map_err(Error::io("write", path))?;
    to.put(&frame)?;
    to.finish(path.to_path_buf()).map(|_| ())
}

/// Puts the quarantine together: the records of all blocks, and their index with offsets into the whole.
///
/// # Errors
/// [`Error::Io`].
pub fn quarantine(
    work: &Work,
    create: impl Fn(PathBuf) -> Result<Assembly, Error>,
    blocks: &[At],
    folder: &Path,
    name: &Path,
) -> Result<Vec<Output>, Error> {
    if !blocks.iter().any(|at| work.path(*at, Stage::Bad).exists()) {
        return Ok(Vec::new());
    }
    let [index_name, records_name] = crate::io::quarantine::Quarantine::FILES;
    let mut index = create(folder.join(index_name))?;
    let mut records = create(folder.join(records_name))?;
    for at in blocks {
        let base = records.length;
        records.append(&work.path(*at, Stage::Raw), None)?;
        let path = work.path(*at, Stage::Bad);
        let Some(file) = open(&path)? else { continue };
        for line in BufReader::new(file).lines() {
            let fail = |source: io::Error| Error::Io { verb: "read", path: path.display().to_string(), source };
            let mut line: Entry = serde_json::from_str(&line.map_err(fail)?).map_err(|e| fail(e.into()))?;
            line.start = line.start.map(|n| n + base);
            index.put(&line.line().map_err(fail)?)?;
        }
    }
    Ok(vec![records.finish(name.join(records_name))?, index.finish(name.join(index_name))?])
}
