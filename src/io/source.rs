//! Where records come from: files named, folders walked in the order of their relative paths' bytes. What is in a file is read elsewhere.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// The folder in which a run keeps its plan, its journal and work in progress.
pub const STATE: &str = "_jingwen";
/// The report of a run: the only file that knows of time and machine.
pub const REPORT: &str = "run.json";

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

/// Which files of a folder are taken.
#[derive(Debug)]
pub struct Choice {
    include: Option<globset::GlobSet>,
    exclude: globset::GlobSet,
    /// Canonical paths left out: the output, when it lies in the input.
    skip: Vec<PathBuf>,
}

impl Choice {
    /// Files like one of `include`, or all if there is none, that are not like one of `exclude`. A pattern without a `/` is for the
    /// name of the file, another for its path in the folder.
    ///
    /// # Errors
    /// A sentence about a pattern that is none.
    pub fn new(include: &[String], exclude: &[String], skip: Vec<PathBuf>) -> Result<Choice, String> {
        let set = |patterns: &[String]| -> Result<globset::GlobSet, String> {
            let mut set = globset::GlobSetBuilder::new();
            for p in patterns {
                let deep = if p.contains('/') { p.trim_start_matches('/').to_owned() } else { format!("**/{p}") };
                let glob = globset::GlobBuilder::new(&deep).literal_separator(true).build();
                set.add(glob.map_err(|e| format!("`{p}` is no pattern: {}", e.kind()))?);
            }
            set.build().map_err(|e| e.to_string())
        };
        let include = if include.is_empty() { None } else { Some(set(include)?) };
        Ok(Choice { include, exclude: set(exclude)?, skip })
    }

    /// All files.
    pub fn all() -> Choice {
        Choice { include: None, exclude: globset::GlobSet::empty(), skip: Vec::new() }
    }

    fn takes(&self, name: &Path) -> bool {
        self.include.as_ref().is_none_or(|i| i.is_match(name)) && !self.exclude.is_match(name)
    }
}

/// All files of the inputs, in the order they were named and each tree in the order of its paths.
pub fn all(inputs: &[PathBuf], choice: &Choice, unreadable: &mut Vec<Unreadable>) -> Vec<Source> {
    let mut found = Vec::new();
    for input in inputs {
        let from = found.len();
        walk(input, choice, &mut found, unreadable);
        if inputs.len() > 1 && input.is_dir() {
            // several trees side by side: each under its own name
            let own = input.canonicalize().ok().and_then(|p| p.file_name().map(PathBuf::from)).unwrap_or_default();
            found[from..].iter_mut().for_each(|s| s.name = own.join(&s.name));
        }
    }
    found
}

/// A path from its bytes.
#[cfg(unix)]
pub fn path(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    OsStr::from_bytes(bytes).into()
}

/// A path from its bytes.
#[cfg(not(unix))]
pub fn path(bytes: &[u8]) -> PathBuf {
    String::from_utf8_lossy(bytes).into_owned().into()
}

/// All files under `root`, or `root` itself when it is no folder, sorted by the bytes of their relative path. Links to files are
/// read, links to folders are not walked.
pub fn walk(root: &Path, choice: &Choice, found: &mut Vec<Source>, bad: &mut Vec<Unreadable>) {
    let single = !root.is_dir();
    let skip = &choice.skip;
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
        // what a run says of itself is no input of another
        if entry.depth() > 0 && (entry.file_name() == STATE || entry.file_name() == REPORT && entry.path().with_file_name(STATE).is_dir()) {
            if entry.file_type().is_dir() {
                entries.skip_current_dir();
            }
            continue;
        }
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
        if !single && !choice.takes(name) {
            continue;
        }
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
