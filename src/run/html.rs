//! The HTML report at the end of a run: from what each block was told, or from a stream, to a file that appears whole. What is in the page
//! lives in `report`.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read};
use std::path::{Path, PathBuf};

use super::plan::Input;
use super::sums::Sums;
use crate::error::Error;
use crate::io::output::AtomicFile;
use crate::io::quarantine::{Bad, Raw};
use crate::io::spool::Spool;
use crate::lang::Lang;
use crate::report::choose::Budget;
use crate::report::page::{self, Head};
use crate::report::{Fate, Told};
use crate::rules::Rules;

/// Where what was told waits.
pub enum Source {
    /// In the files of blocks, in their order; some may not be there.
    Blocks(Vec<PathBuf>),
    /// In one file.
    Stream(Spool),
}

/// Takes what is told while records stream by, bounded in memory.
pub struct Teller {
    spool: Spool,
    budget: Budget,
    to: PathBuf,
}

impl Teller {
    /// For a report that is to go to `to`; `None` when none is wanted.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn begin(to: Option<&Path>) -> Result<Option<Teller>, Error> {
        let begin = |to: &Path| -> Result<Teller, Error> {
            Ok(Teller { spool: Spool::create().map_err(Error::io("write", to))?, budget: Budget::new(1), to: to.to_path_buf() })
        };
        to.map(begin).transpose()
    }

    /// Keeps a record; whole as long as there is room.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn take(&mut self, told: Told) -> Result<(), Error> {
        let told = if self.budget.takes(told.size(), &told.rules) { told } else { told.without_view() };
        self.spool.write(&told.line()).map_err(Error::io("write", &self.to))
    }

    /// Writes the report.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn finish(self, sums: &Sums, inputs: usize, rules: &Rules, lang: Lang) -> Result<(), Error> {
        let file = AtomicFile::create(&self.to).map_err(Error::io("write", &self.to))?;
        write(sums, inputs, rules, lang, Source::Stream(self.spool), file, &self.to)
    }
}

/// Writes the report to `file`, which is to be `to`.
///
/// # Errors
/// [`Error::Io`].
pub fn write(sums: &Sums, inputs: usize, rules: &Rules, lang: Lang, source: Source, file: AtomicFile, to: &Path) -> Result<(), Error> {
    let head = Head { sums, inputs, rules, lang };
    let write = || -> io::Result<()> {
        let mut out = BufWriter::with_capacity(1 << 18, file);
        match source {
            Source::Blocks(files) => page::write(&head, || Ok(BufReader::with_capacity(1 << 16, Files::new(&files))), &mut out)?,
            Source::Stream(spool) => page::write(&head, || Ok(BufReader::with_capacity(1 << 16, spool.reread()?)), &mut out)?,
        }
        out.into_inner().map_err(io::IntoInnerError::into_error)?.commit()
    };
    write().map_err(Error::io("write", to))
}

/// The row of a record of `input` that cannot be read, named like those that can. `lost`: it is not kept.
pub fn told(bad: &Bad, input: &Input, lost: bool) -> Told {
    let bytes = match &bad.raw {
        Raw::Bytes(bytes) => bytes.len() as u64,
        Raw::Spool(spool) => spool.length(),
        Raw::Part { length, .. } => *length,
        Raw::File(path) => std::fs::metadata(path).map_or(0, |m| m.len()),
        Raw::None => 0,
    };
    let path = match bad.path.strip_prefix(&input.path) {
        Ok(rest) if rest.as_os_str().is_empty() => input.name.clone(),
        Ok(rest) => input.name.join(rest),
        Err(_) => bad.path.clone(),
    };
    let name = if bad.record > 1 { format!("{}#{}", path.display(), bad.record) } else { path.display().to_string() };
    Told::bare(&name, if lost { Fate::Skipped } else { Fate::Quarantined }, bytes, &bad.why)
}

/// Files one after the other, one open at a time.
struct Files<'f> {
    rest: std::slice::Iter<'f, PathBuf>,
    open: Option<File>,
}

impl<'f> Files<'f> {
    fn new(files: &'f [PathBuf]) -> Files<'f> {
        Files { rest: files.iter(), open: None }
    }
}

impl Read for Files<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(file) = &mut self.open {
                match file.read(buffer)? {
                    0 => self.open = None,
                    n => return Ok(n),
                }
            }
            let Some(next) = self.rest.next() else { return Ok(0) };
            self.open = match File::open(next) {
                Ok(file) => Some(file),
                Err(e) if e.kind() == io::ErrorKind::NotFound => None,
                Err(e) => return Err(e),
            };
        }
    }
}
