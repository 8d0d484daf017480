//! The bytes of a part on their way to the output folder: each unit has one file that grows block by block, and when that is all of the
//! part it gets the part's name and nothing is copied. Tables are put together in `table`, what else there is in `assemble`.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::Xxh3;

use super::assemble::Assembly;
use super::blocks::Work;
use super::journal::Output;
use crate::error::Error;

/// The file of a unit that grows.
#[derive(Debug)]
pub struct Growing {
    file: BufWriter<File>,
    path: PathBuf,
    unit: u32,
    length: u64,
}

impl Growing {
    /// Opens the file of a unit, `length` bytes of which are in the journal: what a killed run left behind them is cut off.
    ///
    /// # Errors
    /// [`Error::Io`], also when it is shorter.
    pub fn open(work: &Work, unit: u32, length: u64) -> Result<Growing, Error> {
        let path = work.unit(unit);
        let open = || OpenOptions::new().create(true).truncate(false).write(true).open(&path);
        let opened = || -> io::Result<File> {
            let mut file = match open() {
                Err(e) if e.kind() == io::ErrorKind::NotFound => fs::create_dir_all(&work.folder).and_then(|()| open()),
                other => other,
            }?;
            cut(&file, length)?;
            file.seek(SeekFrom::Start(length))?;
            Ok(file)
        };
        let file = opened().map_err(Error::io("write", &path))?;
        Ok(Growing { file: BufWriter::with_capacity(1 << 18, file), path, unit, length })
    }

    /// Whose it is.
    pub fn unit(&self) -> u32 {
        self.unit
    }

    /// Adds bytes.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.length += bytes.len() as u64;
        self.file.write_all(bytes).map_err(Error::io("write", &self.path))
    }

    /// Waits until all is on disk, and tells how long the file is.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn sync(&mut self) -> Result<u64, Error> {
        self.file.flush().and_then(|()| self.file.get_ref().sync_data()).map_err(Error::io("write", &self.path))?;
        Ok(self.length)
    }
}

/// Cuts off what lies behind `length` bytes, all of which must be there.
fn cut(file: &File, length: u64) -> io::Result<()> {
    let there = file.metadata()?.len();
    if there < length {
        return Err(io::Error::new(io::ErrorKind::InvalidData, format!("{there} bytes, the journal knows of {length}")));
    }
    if there > length { file.set_len(length) } else { Ok(()) }
}

/// What stands in the file of a unit, which is all of the part `name`.
///
/// # Errors
/// [`Error::Io`], also when it is shorter than `length`.
pub fn whole(from: &Path, length: u64, name: &Path) -> Result<Output, Error> {
    let read = || -> io::Result<Xxh3> {
        let mut file = OpenOptions::new().read(true).write(true).open(from)?;
        cut(&file, length)?;
        let (mut hash, mut buffer) = (Xxh3::new(), vec![0; 1 << 18]);
        loop {
            match file.read(&mut buffer)? {
                0 => return Ok(hash),
                n => hash.update(&buffer[..n]),
            }
        }
    };
    let hash = read().map_err(Error::io("read", from))?;
    Ok(Output { path: name.to_path_buf(), length, xxh3: format!("{:032x}", hash.digest128()) })
}

/// Gives the file of a unit the name of its part in `folder`, if it has not got it yet. Where it cannot, as on another file system, its
/// bytes are copied.
///
/// # Errors
/// [`Error::Io`].
pub fn place(from: &Path, length: u64, begun: &Path, folder: &Path, name: &Path) -> Result<(), Error> {
    let to = folder.join(name);
    if !from.exists() || fs::rename(from, &to).is_ok() {
        return Ok(());
    }
    if to.parent().is_some_and(|parent| fs::create_dir_all(parent).is_ok()) && fs::rename(from, &to).is_ok() {
        return Ok(());
    }
    concatenate(&[(from.to_path_buf(), length)], begun, folder, name).map(|_| ())?;
    super::remove(from)
}

/// Puts the files of several units, or of none, into `folder/name`: so many bytes of each.
///
/// # Errors
/// [`Error::Io`], also when one is shorter.
pub fn concatenate(files: &[(PathBuf, u64)], begun: &Path, folder: &Path, name: &Path) -> Result<Output, Error> {
    let mut to = Assembly::create(begun, folder.join(name))?;
    for (path, length) in files {
        to.append(path, Some(*length))?;
    }
    to.finish(name.to_path_buf())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_grows_from_what_the_journal_knows() {
        let folder = tempfile::tempdir().unwrap();
        let work = Work { folder: folder.path().join("work"), begun: folder.path().join("begun") };
        let mut first = Growing::open(&work, 3, 0).unwrap();
        first.write(b"one").unwrap();
        assert_eq!(first.sync().unwrap(), 3);
        first.write(b"lost").unwrap();
        drop(first);
        assert_eq!(fs::read(work.unit(3)).unwrap(), b"onelost");
        let mut again = Growing::open(&work, 3, 3).unwrap();
        again.write(b"two").unwrap();
        assert_eq!(again.sync().unwrap(), 6);
        again.write(b"left behind").unwrap();
        drop(again);
        let short = Growing::open(&work, 3, 60).unwrap_err();
        let why = std::error::Error::source(&short).unwrap().to_string();
        assert!(why.contains("the journal knows of 60"), "{why}");

        let out = folder.path().join("out");
        let whole = whole(&work.unit(3), 6, Path::new("a/part")).unwrap();
        assert_eq!(whole, Output::of("a/part".into(), b"onetwo"));
        let copied = concatenate(&[(work.unit(3), 6), (work.unit(3), 3)], &work.begun, &out, Path::new("twice")).unwrap();
        assert_eq!((copied, fs::read(out.join("twice")).unwrap()), (Output::of("twice".into(), b"onetwoone"), b"onetwoone".to_vec()));
        assert!(concatenate(&[(work.unit(3), 7)], &work.begun, &out, Path::new("short")).is_err());
        for _ in 0..2 {
            place(&work.unit(3), 6, &work.begun, &out, Path::new("a/part")).unwrap();
            assert_eq!(fs::read(out.join("a/part")).unwrap(), b"onetwo");
        }
        assert!(!work.unit(3).exists());
    }
}
