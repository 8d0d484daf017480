//! Where results go: files that appear whole or not at all, through a temporary name and a rename. Formats live elsewhere.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Writes a whole file: to a temporary name beside it, then renamed over `path`. Folders on the way are made.
///
/// # Errors
/// What the system says; the temporary file is removed then.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = AtomicFile::create(path)?;
    file.write_all(bytes)?;
    file.commit()
}

/// A file that gets its name when it is complete.
#[derive(Debug)]
pub struct AtomicFile {
    file: Option<File>,
    temporary: PathBuf,
    path: PathBuf,
}

impl AtomicFile {
    /// Opens a temporary file beside `path`.
    ///
    /// # Errors
    /// What the system says when a folder or the file cannot be made.
    pub fn create(path: &Path) -> io::Result<AtomicFile> {
        let mut name = OsString::from(".");
        name.push(path.file_name().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "no file name"))?);
        name.push(".jingwen-tmp");
        let temporary = path.with_file_name(name);
        let file = match File::create(&temporary) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                if let Some(folder) = path.parent() {
                    fs::create_dir_all(folder)?;
                }
                File::create(&temporary)?
            }
            other => other?,
        };
        Ok(AtomicFile { file: Some(file), temporary, path: path.to_path_buf() })
    }

    /// Gives the file its name.
    ///
    /// # Errors
    /// What the system says about the rename.
    pub fn commit(mut self) -> io::Result<()> {
        drop(self.file.take());
        fs::rename(&self.temporary, &self.path)
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.as_mut().ok_or(io::ErrorKind::NotConnected)?.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for AtomicFile {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            // it was not committed; what is left of it helps nobody
            let _ = fs::remove_file(&self.temporary);
        }
    }
}
