//! `Spool`: bytes that are too many for memory, on disk until somebody wants them. Removed when dropped.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

/// A temporary file in the system's folder for them.
#[derive(Debug)]
pub struct Spool {
    file: File,
    path: PathBuf,
    length: u64,
}

impl Spool {
    /// An empty one.
    ///
    /// # Errors
    /// What the system says when it cannot be made.
    pub fn create() -> io::Result<Spool> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        loop {
            let n = NUMBER.fetch_add(1, Ordering::Relaxed);
            let path = std::env::temp_dir().join(format!("jingwen-{}-{n}.spool", std::process::id()));
            // never a file that is there: in a folder open to all it may be somebody's link
            match OpenOptions::new().read(true).write(true).create_new(true).open(&path) {
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
                other => return Ok(Spool { file: other?, path, length: 0 }),
            }
        }
    }

    /// Appends bytes.
    ///
    /// # Errors
    /// What the system says, a full disk for one.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.length += bytes.len() as u64;
        self.file.write_all(bytes)
    }

    /// The file, to be read anywhere. Nothing may be written any more.
    pub(super) fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// Bytes written.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Reads it from its beginning.
    ///
    /// # Errors
    /// What the system says.
    pub fn read(&mut self) -> io::Result<impl Read> {
        self.file.rewind()?;
        Ok(&self.file)
    }
}

impl Spool {
    /// Reads it from its beginning, once more; only one reader at a time, for they share their place.
    ///
    /// # Errors
    /// What the system says.
    pub fn reread(&self) -> io::Result<impl Read + '_> {
        let mut file = &self.file;
        file.rewind()?;
        Ok(file)
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        // left behind it is only litter
        let _ = fs::remove_file(&self.path);
    }
}
