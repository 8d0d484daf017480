//! The index of a dump: the first of every paragraph and record, kept for later dumps to be compared with. A folder with `rows`, in the
//! file format of `rows`, and `inputs.jsonl`, the names the rows refer to, one JSON string a line.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::plan::{Against, Plan, fingerprint};
use super::rows::{Fixed, PARTS, ROW, Row};
use crate::error::Error;
use crate::io::output::{self, AtomicFile};

const ROWS: &str = "rows";
const INPUTS: &str = "inputs.jsonl";

/// The rows of an index.
pub fn rows(folder: &Path) -> PathBuf {
    folder.join(ROWS)
}

/// What a plan must know of an index.
///
/// # Errors
/// [`Error::Usage`] when the folder holds none; [`Error::Io`].
pub fn look(folder: &Path) -> Result<Against, Error> {
    let rows = rows(folder);
    if !rows.is_file() || !folder.join(INPUTS).is_file() {
        let why = format!("{} is no index: it has no {ROWS} and {INPUTS}; `clean --dedup dump --keep-index` makes one", folder.display());
        return Err(Error::Usage(why));
    }
    let length = rows.metadata().map_err(Error::io("read", &rows))?.len();
    if length < (PARTS * 8) as u64 || !(length - (PARTS * 8) as u64).is_multiple_of(ROW as u64) {
        return Err(Error::Usage(format!("{} is cut off; make the index again", rows.display())));
    }
    let inputs = names(folder)?.len();
    let inputs = u32::try_from(inputs).map_err(|_| Error::Usage(format!("{}: more than 2^32 inputs", folder.display())))?;
    Ok(Against { path: folder.to_path_buf(), inputs, mark: fingerprint(&rows).map_err(Error::io("read", &rows))? })
}

/// The inputs of earlier dumps, in order.
///
/// # Errors
/// [`Error::Io`]; [`Error::Usage`] for a line that is no name.
pub fn names(folder: &Path) -> Result<Vec<String>, Error> {
    let path = folder.join(INPUTS);
    let file = BufReader::new(File::open(&path).map_err(Error::io("read", &path))?);
    let mut names = Vec::new();
    for (n, line) in file.lines().enumerate() {
        let line = line.map_err(Error::io("read", &path))?;
        let name = serde_json::from_str(&line);
        names.push(name.map_err(|e| Error::Usage(format!("{}, line {}: not a name in JSON: {e}", path.display(), n + 1)))?);
    }
    Ok(names)
}

/// How many rows an index has.
///
/// # Errors
/// [`Error::Usage`] when the folder holds none; [`Error::Io`].
pub fn length(folder: &Path) -> Result<u64, Error> {
    look(folder)?;
    let rows = rows(folder);
    let bytes = rows.metadata().map_err(Error::io("read", &rows))?.len();
    Ok((bytes - (PARTS * 8) as u64) / ROW as u64)
}

/// Up to `most` rows of an index, from the row of this number on.
///
/// # Errors
/// [`Error::Io`].
pub fn some(folder: &Path, from: u64, most: usize) -> Result<Vec<Row>, Error> {
    let path = rows(folder);
    let read = || -> io::Result<Vec<u8>> {
        let mut file = File::open(&path)?;
        file.seek(SeekFrom::Start((PARTS * 8) as u64 + from * ROW as u64))?;
        let mut bytes = Vec::new();
        file.take((most * ROW) as u64).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let bytes = read().map_err(Error::io("read", &path))?;
    Ok(bytes.chunks_exact(ROW).map(Row::of).collect())
}

/// Writes the first rows of one part of the hashes.
pub struct First {
    file: BufWriter<AtomicFile>,
    path: PathBuf,
}

impl First {
    /// Where they lie until the index is put together.
    fn path(folder: &Path, part: usize) -> PathBuf {
        folder.join(format!("{part:03}.first"))
    }

    /// Opens the file of a part.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn create(folder: &Path, begun: &Path, part: usize) -> Result<First, Error> {
        let path = First::path(folder, part);
        let file = AtomicFile::create_in(begun, &path).map_err(Error::io("write", &path))?;
        Ok(First { file: BufWriter::with_capacity(1 << 16, file), path })
    }

    /// Adds a row; they come in order.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn add(&mut self, row: Row) -> Result<(), Error> {
        self.file.write_all(&row.to_bytes()[..ROW]).map_err(Error::io("write", &self.path))
    }

    /// Gives the file its name.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn finish(self) -> Result<(), Error> {
        let fail = Error::io("write", &self.path);
        self.file.into_inner().map_err(io::IntoInnerError::into_error).and_then(AtomicFile::commit).map_err(fail)
    }
}

/// Puts an index together from the first rows of all parts, which lie in `work`.
///
/// # Errors
/// [`Error::Io`].
pub fn keep(plan: &Plan, work: &Path, to: &Path) -> Result<(), Error> {
    fs::create_dir_all(to).map_err(Error::io("make the folder", to))?;
    let path = to.join(ROWS);
    let write = || -> io::Result<()> {
        let mut file = BufWriter::with_capacity(1 << 18, AtomicFile::create_again(&path, &plan.id())?);
        let mut sum = 0;
        for part in 0..PARTS {
            sum += First::path(work, part).metadata()?.len() / ROW as u64;
            file.write_all(&sum.to_be_bytes())?;
        }
        for part in 0..PARTS {
            io::copy(&mut File::open(First::path(work, part))?.take(u64::MAX), &mut file)?;
        }
        let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync()?;
        file.commit()
    };
    write().map_err(Error::io("write", &path))?;
    let path = to.join(INPUTS);
    let mut names = Vec::new();
    let earlier = plan.against.as_ref().map_or(Ok(Vec::new()), |a| self::names(&a.path))?;
    for name in earlier.into_iter().chain(plan.inputs.iter().map(|i| i.shown().to_string_lossy().into_owned())) {
        serde_json::to_writer(&mut names, &name).map_err(|e| Error::io("write", &path)(e.into()))?;
        names.push(b'\n');
    }
    output::write_whole_again(&path, &plan.id(), &names).map_err(Error::io("write", &path))
}
