//! Where records come from: files named, folders walked in the order of their relative paths' bytes. What is in a file is read elsewhere.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// A file to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Where it is.
    pub path: PathBuf,
    /// Its path relative to the folder that was named; its name alone when the file itself was named. Need not be UTF-8.
    pub name: PathBuf,
    /// Bytes, when the folder was walked.
    pub size: u64,
}

/// A place that could not be listed or looked at.
#[derive(Debug)]
pub struct Unreadable {
    /// The file or folder.
    pub path: PathBuf,
    /// Its name, as in [`Source::name`].
    pub name: PathBuf,
    /// What the system said.
    pub why: String,
}

/// All files under `root`, or `root` itself when it is no folder, sorted by the bytes of their relative path. Links to files are
/// read, links to folders are not walked. `skip` are canonical paths left out: the output, when it lies in the input.
pub fn walk(root: &Path, skip: &[PathBuf], found: &mut Vec<Source>, bad: &mut Vec<Unreadable>) {
    let single = !root.is_dir();
    let tree = walkdir::WalkDir::new(root).sort_by(|a, b| order(a).cmp(&order(b)));
    let mut entries = tree.into_iter();
    while let Some(entry) = entries.next() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(e) => {
                let path = e.path().unwrap_or(root).to_path_buf();
                let name = path.strip_prefix(root).unwrap_or(&path).to_path_buf();
                let why = e.io_error().map_or_else(|| e.to_string(), std::string::ToString::to_string);
                bad.push(Unreadable { path, name, why });
                continue;
            }
        };
        // looking at the name first saves a system call a file
        let named = skip.iter().any(|s| s.file_name() == Some(entry.file_name()));
        let skipped = named && entry.path().canonicalize().is_ok_and(|p| skip.contains(&p));
        if entry.file_type().is_dir() {
            if skipped && entry.depth() > 0 {
                entries.skip_current_dir();
            }
            continue;
        }
        if skipped && entry.depth() > 0 {
            continue;
        }
        let path = entry.path();
        let name =
            if single { Path::new(path.file_name().unwrap_or(OsStr::new("input"))) } else { path.strip_prefix(root).unwrap_or(path) };
        match std::fs::metadata(path) {
            Ok(m) if m.is_dir() => {}
            Ok(m) if m.is_file() || single => found.push(Source { path: path.to_path_buf(), name: name.to_path_buf(), size: m.len() }),
            Ok(_) => {}
            Err(e) => bad.push(Unreadable { path: path.to_path_buf(), name: name.to_path_buf(), why: e.to_string() }),
        }
    }
}

/// Key that makes walking folder by folder the order of the whole paths' bytes: `a-b` comes before `a/b`.
fn order(entry: &walkdir::DirEntry) -> impl Ord + use<> {
    let mut name = entry.file_name().as_encoded_bytes().to_vec();
    if entry.file_type().is_dir() {
        name.push(b'/');
    }
    name
}
