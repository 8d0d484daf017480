//! Where results go: files that appear whole or not at all, and the names they get. Formats live elsewhere.

use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

/// Longest file name, in bytes, that the file systems in use take.
const LONGEST_NAME: usize = 255;

/// Writes a whole file: to a temporary name beside it, then renamed over `path`. Folders on the way are made.
///
/// # Errors
/// What the system says; the temporary file is removed then.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_whole_in(path.parent().unwrap_or(Path::new("")), path, bytes)
}

/// [`write_whole`] by a temporary name in `folder`, which is made if it is not there and must be on the file system of `path`.
///
/// # Errors
/// As [`write_whole`].
pub fn write_whole_in(folder: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = AtomicFile::create_in(folder, path)?;
    file.write_all(bytes)?;
    file.commit()
}

/// [`write_whole`] by a temporary name that is the same each time for a run of this name: see [`AtomicFile::create_again`].
///
/// # Errors
/// As [`write_whole`].
pub fn write_whole_again(path: &Path, run: &str, bytes: &[u8]) -> io::Result<()> {
    let mut file = AtomicFile::create_again(path, run)?;
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
    /// Opens a temporary file beside `path`. Folders on the way are made.
    ///
    /// # Errors
    /// What the system says when a folder or the file cannot be made.
    pub fn create(path: &Path) -> io::Result<AtomicFile> {
        AtomicFile::create_in(path.parent().unwrap_or(Path::new("")), path)
    }

    /// Opens a temporary file in `folder`, which must be on the file system of `path`. Folders on the way to `path` are made.
    ///
    /// # Errors
    /// As [`AtomicFile::create`].
    pub fn create_in(folder: &Path, path: &Path) -> io::Result<AtomicFile> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        // short whatever the name is, and another in each thread and process
        let name = format!(".jingwen-{}-{}.tmp", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        AtomicFile::begin(folder, folder.join(name), path)
    }

    /// Opens a temporary file beside `path` that has the same name each time for a run of this name: what a killed process left of it is
    /// written over. Only one process at a time may write what is to be `path`. Folders on the way are made.
    ///
    /// # Errors
    /// As [`AtomicFile::create`].
    pub fn create_again(path: &Path, run: &str) -> io::Result<AtomicFile> {
        let folder = path.parent().unwrap_or(Path::new(""));
        let hash = xxh3_64_with_seed(path.file_name().unwrap_or_default().as_encoded_bytes(), xxh3_64(run.as_bytes()));
        AtomicFile::begin(folder, folder.join(format!(".jingwen-{hash:016x}.tmp")), path)
    }

    fn begin(folder: &Path, temporary: PathBuf, path: &Path) -> io::Result<AtomicFile> {
        let file = match File::create(&temporary) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                fs::create_dir_all(folder)?;
                File::create(&temporary)?
            }
            other => other?,
        };
        Ok(AtomicFile { file: Some(file), temporary, path: path.to_path_buf() })
    }

    /// Waits until the content is on disk, so that the name, once given, stands for it even after a loss of power.
    ///
    /// # Errors
    /// What the system says.
    pub fn sync(&self) -> io::Result<()> {
        self.file.as_ref().map_or(Ok(()), File::sync_data)
    }

    /// Gives the file its name.
    ///
    /// # Errors
    /// What the system says about the rename; the temporary file is removed then.
    pub fn commit(mut self) -> io::Result<()> {
        // closed first: some systems do not rename an open file
        drop(self.file.take());
        let rename = || fs::rename(&self.temporary, &self.path);
        let renamed = match (rename(), self.path.parent()) {
            // the folder is made when the first file comes to it
            (Err(e), Some(folder)) if e.kind() == io::ErrorKind::NotFound => fs::create_dir_all(folder).and_then(|()| rename()),
            (other, _) => other,
        };
        renamed.inspect_err(|_| {
            let _ = fs::remove_file(&self.temporary);
        })
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

/// A stream with a last step.
pub trait Commit: Write {
    /// Writes what is left and gives a file its name.
    ///
    /// # Errors
    /// What the system says.
    fn commit(self: Box<Self>) -> io::Result<()>;
}

impl Commit for BufWriter<io::StdoutLock<'static>> {
    fn commit(mut self: Box<Self>) -> io::Result<()> {
        self.flush()
    }
}

impl Commit for BufWriter<AtomicFile> {
    fn commit(self: Box<Self>) -> io::Result<()> {
        self.into_inner().map_err(io::IntoInnerError::into_error)?.commit()
    }
}

/// Output names for relative input names, all different and different from `reserved`; the extension is replaced by
/// `extension`, or kept for `None`.
///
/// Where two inputs would meet (`a.html` and `a.md`), each of them keeps its whole name: `a.html.txt`, `a.md.txt`. What still
/// meets gets a number, in the order of the inputs: `a.html-2.txt`. A name too long for the file system is cut, with the hash
/// of the whole behind. An extension is one to five ASCII letters or digits, not digits alone, or one of a few longer
/// ones (`parquet`).
pub fn names(inputs: &[&Path], extension: Option<&str>, reserved: &[&str]) -> Vec<PathBuf> {
    let short: Vec<PathBuf> =
        inputs.iter().map(|name| extension.map_or(name.to_path_buf(), |e| with(&without_extension(name), e))).collect();
    let mut meets: HashMap<&Path, u32> = HashMap::with_capacity(short.len());
    for name in &short {
        *meets.entry(name).or_default() += 1;
    }
    let free = |name: &Path| meets[name] == 1 && !reserved.iter().any(|r| Path::new(r) == name);
    let mut taken: HashSet<PathBuf> = reserved.iter().map(PathBuf::from).collect();
    // those that meet nobody have the first right to their names
    taken.extend(short.iter().filter(|name| free(name)).cloned());
    let mut out = Vec::with_capacity(short.len());
    for (input, short) in inputs.iter().zip(&short) {
        if free(short) {
            out.push(short.clone());
            continue;
        }
        let whole = extension.map_or(input.to_path_buf(), |e| with(input, e));
        let numbered = (2u32..).map(|n| match extension {
            Some(e) => with(&suffixed(input, n), e),
            None => numbered_kept(input, n),
        });
        let name = std::iter::once(whole).chain(numbered).find(|name| !taken.contains(name)).expect("numbers do not end");
        taken.insert(name.clone());
        out.push(name);
    }
    out
}

/// `name-n`.
fn suffixed(name: &Path, n: u32) -> PathBuf {
    let mut out = name.as_os_str().to_owned();
    out.push(format!("-{n}"));
    out.into()
}

/// `name-n.extension`.
fn numbered_kept(name: &Path, n: u32) -> PathBuf {
    let Some(extension) = name.extension() else { return suffixed(name, n) };
    let mut out = suffixed(&name.with_extension(""), n).into_os_string();
    out.push(".");
    out.push(extension);
    out.into()
}

/// Extensions longer than most.
const LONG_EXTENSIONS: [&str; 4] = ["parquet", "ndjson", "jsonlines", "markdown"];

fn without_extension(name: &Path) -> PathBuf {
    let is_one = |e: &OsStr| {
        let e = e.as_encoded_bytes();
        let short = (1..=5).contains(&e.len()) && e.iter().all(u8::is_ascii_alphanumeric) && !e.iter().all(u8::is_ascii_digit);
        short || LONG_EXTENSIONS.iter().any(|l| e.eq_ignore_ascii_case(l.as_bytes()))
    };
    if name.extension().is_some_and(is_one) { name.with_extension("") } else { name.to_path_buf() }
}

/// `name.extension`, cut to the longest name that can be.
fn with(name: &Path, extension: &str) -> PathBuf {
    let file = name.file_name().unwrap_or(OsStr::new("input"));
    let mut out = OsString::from(file);
    if out.len() + 1 + extension.len() > LONGEST_NAME {
        let hash = format!("-{:016x}", xxhash_rust::xxh3::xxh3_64(file.as_encoded_bytes()));
        let cut = LONGEST_NAME - 1 - extension.len() - hash.len();
        // through a lossy string: a cut inside a character would not be a name; the hash keeps it apart from its likes
        let mut lossy = file.to_string_lossy().into_owned();
        lossy.truncate((0..=cut).rev().find(|at| lossy.is_char_boundary(*at)).unwrap_or(0));
        out = OsString::from(lossy);
        out.push(hash);
    }
    out.push(".");
    out.push(extension);
    name.with_file_name(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(inputs: &[&str]) -> Vec<String> {
        let inputs: Vec<&Path> = inputs.iter().map(Path::new).collect();
        names(&inputs, Some("txt"), &["removed.txt"]).iter().map(|n| n.to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn what_a_killed_process_left_is_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/report.html");
        let there = || fs::read_dir(folder.path().join("new")).unwrap().map(|e| e.unwrap().file_name()).collect::<Vec<_>>();
        let mut file = AtomicFile::create_again(&path, "run").unwrap();
        file.write_all(b"killed, and longer").unwrap();
        // no destructor runs in a process that is killed
        std::mem::forget(file);
        let left = there();
        for (name, run) in [("trace", "run"), ("report.html", "another")] {
            let other = AtomicFile::create_again(&path.with_file_name(name), run).unwrap();
            assert!(!left.contains(&other.temporary.file_name().unwrap().to_owned()), "{name}, {run}");
        }
        let mut file = AtomicFile::create_again(&path, "run").unwrap();
        file.write_all(b"whole").unwrap();
        file.commit().unwrap();
        assert_eq!((there(), fs::read(&path).unwrap()), (vec!["report.html".into()], b"whole".to_vec()));
    }

    #[test]
    fn the_extension_is_replaced() {
        assert_eq!(
            named(&["a/b.html", "a.b/c", "v1.25", "x.tar.gz", ".hidden", "t.parquet", "l.NDJSON", "1.chapter"]),
            ["a/b.txt", "a.b/c.txt", "v1.25.txt", "x.tar.txt", ".hidden.txt", "t.txt", "l.txt", "1.chapter.txt"]
        );
    }

    #[test]
    fn inputs_that_would_meet_keep_their_whole_names() {
        assert_eq!(named(&["a.html", "a.md", "b.md"]), ["a.html.txt", "a.md.txt", "b.txt"]);
        assert_eq!(named(&["a", "a.txt"]), ["a.txt", "a.txt.txt"]);
        // the whole name of one is the name of another
        assert_eq!(named(&["a.html", "a.html.htm", "a.md"]), ["a.html-2.txt", "a.html.txt", "a.md.txt"]);
        // the same name from two folders on the command line
        assert_eq!(named(&["a.html", "a.html"]), ["a.html.txt", "a.html-2.txt"]);
    }

    #[test]
    fn names_kept_get_a_number_before_the_extension() {
        let inputs = [Path::new("a.html"), Path::new("a.html"), Path::new("b")];
        assert_eq!(names(&inputs, None, &[]), ["a.html", "a-2.html", "b"].map(PathBuf::from));
    }

    #[test]
    fn reserved_names_are_not_given_away() {
        assert_eq!(named(&["removed.md"]), ["removed.md.txt"]);
    }

    #[test]
    fn a_name_too_long_is_cut_and_stays_apart() {
        let (a, b) = ("长".repeat(85), "长".repeat(84) + "短");
        let got = named(&[&a, &b]);
        assert!(got.iter().all(|n| n.len() <= LONGEST_NAME && n.ends_with(".txt")), "{got:?}");
        assert_ne!(got[0], got[1]);
    }

    #[test]
    fn a_file_not_committed_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/er/a.txt");
        drop(AtomicFile::create(&path).unwrap());
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 0);
        write_whole(&path, b"x").unwrap();
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }
}
