//! What can go wrong outside the kernel: rules that do not parse, files that do not open, records that cannot be read. The
//! kernel itself cannot fail.

use std::io;
use std::path::Path;

/// Everything the library can report as an error. Each message says where, what, and what would be right.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A rule file or a table has a line that does not parse.
    #[error("{path}:{line}: {why}")]
    Rule {
        /// The file, as the caller named it.
        path: String,
        /// Line number, from 1.
        line: u32,
        /// What is wrong and what would be right.
        why: String,
    },
    /// A record of an input file cannot be read.
    #[error("{path}, record {record}, byte {offset}: {why}")]
    Record {
        /// The file, as the caller named it; invalid UTF-8 in the name is shown as U+FFFD.
        path: String,
        /// Number of the record in the file, from 1.
        record: u64,
        /// Byte offset of the record in the file.
        offset: u64,
        /// What is wrong and what would be right.
        why: String,
    },
    /// A file or folder could not be read or written. The cause follows through `source`.
    #[error("cannot {verb} {path}")]
    Io {
        /// `read`, `write`, `list`, …
        verb: &'static str,
        /// The file or folder.
        path: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// What the user asked for cannot be done.
    #[error("{0}")]
    Usage(String),
    /// Records in are not records out + removed + quarantined: a defect of jingwen itself.
    #[error("conservation failed: {0}; this is a defect of jingwen, please report it")]
    Conservation(String),
}

impl Error {
    /// [`Error::Io`] for something that was done to `path`, to be given to `map_err`; nothing is allocated before it failed.
    pub fn io<P: AsRef<Path> + ?Sized>(verb: &'static str, path: &P) -> impl Fn(io::Error) -> Error {
        move |source| Error::Io { verb, path: path.as_ref().display().to_string(), source }
    }
}
