//! The original bytes of a run, from its trace and its output. What a patch is lives in [`crate::trace`]; here is which bytes of which
//! file it is applied to, and where the originals go.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Component, Path, PathBuf};

use super::settings::Watch;
use crate::error::Error;
use crate::io::compress::Codec;
use crate::io::output::AtomicFile;
use crate::io::source;
use crate::trace::{self, Document, Input, Item, Seal};

/// Where originals go.
#[derive(Clone, Copy, Debug)]
pub enum Target<'a> {
    /// To files below a folder.
    Folder {
        /// Which.
        path: &'a Path,
        /// Files that exist are replaced.
        overwrite: bool,
    },
    /// One after another to standard output.
    Stdout,
    /// Nowhere: only whether they could be got back is of interest.
    Nowhere,
}

/// What was restored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Restored {
    /// Documents that came back, byte for byte.
    pub documents: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Documents that did not, each of which was told.
    pub refused: u64,
    /// Records that the trace does not hold: they are in the quarantine, or were not part of the run.
    pub absent: u64,
}

/// Longest first line of a trace, in bytes.
const HEAD: u64 = 1 << 12;

/// Gets back what `trace` and the output at `clean` (a folder, a file, or `-`) hold. A document whose output was changed is told and
/// left out; no wrong byte is written.
///
/// # Errors
/// [`Error::Usage`] for what is no trace, or one of another version; [`Error::Io`], also for a trace that ends too early.
pub fn restore(clean: &Path, trace: &Path, to: Target<'_>, watch: &mut dyn Watch) -> Result<Restored, Error> {
    let file = File::open(trace).map_err(Error::io("read", trace))?;
    let size = file.metadata().map_err(Error::io("read", trace))?.len();
    watch.expect("restore", Some(size));
    let mut file = BufReader::with_capacity(1 << 16, file);
    let mut head = Vec::new();
    (&mut file).take(HEAD).read_until(b'\n', &mut head).map_err(Error::io("read", trace))?;
    if let Some(why) = trace::refuse(&head) {
        return Err(Error::Usage(format!("{}: {why}", trace.display())));
    }
    let mut body = zstd::stream::read::Decoder::with_buffer(file).map_err(Error::io("read", trace))?;
    let mut restorer = Restorer {
        clean,
        to,
        watch,
        open: BTreeMap::new(),
        input: None,
        written: HashSet::new(),
        writing: None,
        sums: Restored::default(),
    };
    let early = |e: io::Error| Error::Io { verb: "read", path: trace.display().to_string(), source: e };
    loop {
        let mut length = [0; 4];
        body.read_exact(&mut length).map_err(early)?;
        let length = u64::from(u32::from_le_bytes(length));
        let mut item = Vec::new();
        (&mut body).take(length).read_to_end(&mut item).map_err(early)?;
        let damaged = || early(io::Error::new(io::ErrorKind::InvalidData, "the trace is damaged"));
        match postcard::from_bytes::<Item<'_>>(&item).map_err(|_| damaged())? {
            Item::End(documents) => {
                restorer.close()?;
                let sums = restorer.sums;
                if sums.documents + sums.refused != documents {
                    return Err(damaged());
                }
                restorer.watch.finish();
                return Ok(sums);
            }
            item => restorer.take(&item)?,
        }
    }
}

struct Restorer<'a> {
    clean: &'a Path,
    to: Target<'a>,
    watch: &'a mut dyn Watch,
    /// Files of the output that hold several documents, by name; the one stream has none.
    open: BTreeMap<Vec<u8>, Output>,
    input: Option<Input<'static>>,
    /// Files of this restoration.
    written: HashSet<PathBuf>,
    writing: Option<Writing>,
    sums: Restored,
}

/// The original of an input that is one file.
struct Writing {
    name: PathBuf,
    file: Option<BufWriter<AtomicFile>>,
    /// A document of it was refused.
    broken: bool,
    /// A record of it is not in the trace.
    lacks: bool,
}

impl Restorer<'_> {
    fn take(&mut self, item: &Item<'_>) -> Result<(), Error> {
        match item {
            Item::Input(input) => {
                // each batch names its input again
                if self.input.as_ref() == Some(input) {
                    return Ok(());
                }
                self.close()?;
                let part = input.part.as_ref().map(|p| p.to_vec().into());
                self.input = Some(Input { number: input.number, name: input.name.to_vec().into(), whole: input.whole, part });
                Ok(())
            }
            Item::Through(bytes) => {
                let there = self.next(None, Seal::of(bytes))?;
                if there.as_deref() != Some(&**bytes) {
                    return self.refuse(0, "an empty line of the output was changed since it was written");
                }
                self.put(None, bytes)
            }
            Item::Beside(seal) => self.next(None, *seal).map(|_| ()),
            Item::Absent(number) => {
                self.sums.absent += 1;
                let name = self.name();
                if self.input.as_ref().is_some_and(|i| i.whole) {
                    self.writing()?.lacks = true;
                }
                self.watch.note(&format!("{}, record {number}: not in the trace", name.display()));
                Ok(())
            }
            Item::Document(document) => self.document(document),
            Item::End(_) => Ok(()),
        }
    }

    fn document(&mut self, document: &Document<'_>) -> Result<(), Error> {
        let clean = match document.clean {
            None => Vec::new(),
            Some(seal) => match self.next(document.target.as_deref(), seal)? {
                Some(clean) => clean,
                None => {
                    self.sums.refused += 1;
                    return self.refuse(document.number, "the output it stood in is not there");
                }
            },
        };
        match document.restore(&clean) {
            Ok(raw) => {
                self.sums.documents += 1;
                self.sums.bytes += raw.len() as u64;
                self.watch.advance(0, 1);
                self.put(Some(document.number), &raw)
            }
            Err(why) => {
                self.sums.refused += 1;
                self.refuse(document.number, &why.to_string())
            }
        }
    }

    /// What stands in the output for the next document: as many bytes as it had, or another line when it was edited.
    fn next(&mut self, target: Option<&[u8]>, seal: Seal) -> Result<Option<Vec<u8>>, Error> {
        if let Some(target) = target {
            let path = self.clean.join(safe(target)?);
            return match std::fs::read(&path) {
                Ok(bytes) => Ok(Some(bytes)),
                Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
                Err(e) => Err(Error::io("read", &path)(e)),
            };
        }
        let part = self.input.as_ref().and_then(|i| i.part.as_ref()).map(|p| p.to_vec()).unwrap_or_default();
        if !self.open.contains_key(&part) {
            let path = if part.is_empty() { self.clean.to_path_buf() } else { self.clean.join(safe(&part)?) };
            self.open.insert(part.clone(), Output::open(&path)?);
        }
        let Some(output) = self.open.get_mut(&part) else { return Ok(None) };
        output.next(seal).map_err(Error::io("read", self.clean))
    }

    /// The name of the input at hand.
    fn name(&self) -> PathBuf {
        self.input.as_ref().map(|i| source::path(&i.name)).unwrap_or_default()
    }

    fn writing(&mut self) -> Result<&mut Writing, Error> {
        if self.writing.is_none() {
            let name = self.name();
            let file = self.create(&name)?;
            self.writing = Some(Writing { name, file, broken: false, lacks: false });
        }
        // set above
        self.writing.as_mut().ok_or_else(|| Error::Usage(String::new()))
    }

    fn create(&mut self, name: &Path) -> Result<Option<BufWriter<AtomicFile>>, Error> {
        let Target::Folder { path: folder, overwrite } = self.to else { return Ok(None) };
        let name = safe(name.as_os_str().as_encoded_bytes())?;
        let mut path = folder.join(&name);
        if !self.written.insert(path.clone()) {
            // another input of the same name
            let number = self.input.as_ref().map_or(0, |i| i.number);
            path = folder.join(format!("input-{number}")).join(name);
        }
        if !overwrite && path.symlink_metadata().is_ok() {
            return Err(Error::Usage(format!("{} exists; --overwrite replaces it", path.display())));
        }
        AtomicFile::create(&path).map(|f| Some(BufWriter::with_capacity(1 << 16, f))).map_err(Error::io("write", &path))
    }

    /// Writes an original; `number`: of a document, which may be a file of its own.
    fn put(&mut self, number: Option<u64>, raw: &[u8]) -> Result<(), Error> {
        match self.to {
            Target::Nowhere => return Ok(()),
            Target::Stdout => return io::stdout().lock().write_all(raw).map_err(Error::io("write", "standard output")),
            Target::Folder { .. } => {}
        }
        let whole = self.input.as_ref().is_some_and(|i| i.whole);
        if let Some(number) = number.filter(|_| !whole) {
            let name = self.name().join(format!("{number:08}"));
            let Some(mut file) = self.create(&name)? else { return Ok(()) };
            file.write_all(raw).map_err(Error::io("write", &name))?;
            return commit(file).map_err(Error::io("write", &name));
        }
        let writing = self.writing()?;
        match &mut writing.file {
            Some(file) => file.write_all(raw).map_err(Error::io("write", &writing.name)),
            None => Ok(()),
        }
    }

    fn refuse(&mut self, number: u64, why: &str) -> Result<(), Error> {
        let name = self.name();
        let record = if number > 0 { format!(", record {number}") } else { String::new() };
        let message = format!("{}{record}: not restored: {why}", name.display());
        if matches!(self.to, Target::Stdout) {
            return Err(Error::Record { path: name.display().to_string(), record: number, offset: 0, why: format!("not restored: {why}") });
        }
        self.watch.warn(&message);
        if self.input.as_ref().is_some_and(|i| i.whole) && matches!(self.to, Target::Folder { .. }) {
            self.writing()?.broken = true;
        }
        Ok(())
    }

    /// Gives the original of the input at hand its name, if it is whole.
    fn close(&mut self) -> Result<(), Error> {
        let Some(Writing { name, file, broken, lacks }) = self.writing.take() else { return Ok(()) };
        let Some(file) = file.filter(|_| !broken) else { return Ok(()) };
        if !lacks {
            return commit(file).map_err(Error::io("write", &name));
        }
        // what is there of it is right, but it is not the file
        drop(file);
        self.watch.warn(&format!("{}: not restored: some of its records are not in the trace; see the quarantine", name.display()));
        Ok(())
    }
}

fn commit(file: BufWriter<AtomicFile>) -> io::Result<()> {
    file.into_inner().map_err(io::IntoInnerError::into_error)?.commit()
}

/// A path that stays below the folder it is joined to.
fn safe(name: &[u8]) -> Result<PathBuf, Error> {
    let path = source::path(name);
    if path.components().next().is_some() && path.components().all(|c| matches!(c, Component::Normal(_))) {
        return Ok(path);
    }
    Err(Error::Usage(format!("the trace names a file outside its folder: {}", path.display())))
}

/// A file of the output that holds several documents.
struct Output {
    reader: Box<dyn BufRead>,
    /// Read, and not yet taken.
    ahead: Vec<u8>,
}

impl Output {
    fn open(path: &Path) -> Result<Output, Error> {
        if path.as_os_str() == "-" {
            return Ok(Output { reader: Box::new(BufReader::new(io::stdin())), ahead: Vec::new() });
        }
        if path.is_dir() {
            return Err(Error::Usage(format!("{} is a folder; the run wrote one stream: name that file", path.display())));
        }
        let file = BufReader::with_capacity(1 << 16, File::open(path).map_err(Error::io("read", path))?);
        let reader: Box<dyn BufRead> = match Codec::of_name(&path.to_string_lossy()) {
            Codec::Plain => Box::new(file),
            Codec::Gzip => Box::new(BufReader::new(flate2::bufread::MultiGzDecoder::new(file))),
            Codec::Zstd => Box::new(BufReader::new(zstd::stream::read::Decoder::with_buffer(file).map_err(Error::io("read", path))?)),
        };
        Ok(Output { reader, ahead: Vec::new() })
    }

    /// The next document. When it is a JSON line and not the one that was written, all of that line and no more, so that the lines
    /// behind it can be told.
    fn next(&mut self, seal: Seal) -> io::Result<Option<Vec<u8>>> {
        let mut bytes = std::mem::take(&mut self.ahead);
        let missing = seal.length.saturating_sub(bytes.len() as u64);
        (&mut self.reader).take(missing).read_to_end(&mut bytes)?;
        let length = usize::try_from(seal.length).unwrap_or(usize::MAX);
        if bytes.len() > length {
            self.ahead = bytes.split_off(length);
        }
        if bytes.is_empty() && seal.length > 0 {
            return Ok(None);
        }
        if Seal::of(&bytes) != seal && bytes.starts_with(b"{") {
            match memchr::memchr(b'\n', &bytes) {
                Some(end) => {
                    let mut rest = bytes.split_off(end + 1);
                    rest.append(&mut self.ahead);
                    self.ahead = rest;
                }
                None => {
                    let mut rest = std::mem::take(&mut self.ahead);
                    match memchr::memchr(b'\n', &rest) {
                        Some(end) => {
                            self.ahead = rest.split_off(end + 1);
                            bytes.append(&mut rest);
                        }
                        None => {
                            bytes.append(&mut rest);
                            self.reader.read_until(b'\n', &mut bytes)?;
                        }
                    }
                }
            }
        }
        Ok(Some(bytes))
    }
}
