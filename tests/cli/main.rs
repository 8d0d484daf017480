//! The program from outside: every verb, every exit code, and bad input of every kind. What the stages make of a page is tested
//! with them.
#![cfg(feature = "cli")]

mod bad_input;
mod lines;
mod pages;
mod verbs;

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// What a run gave.
struct Ran {
    code: i32,
    out: Vec<u8>,
    err: String,
}

impl Ran {
    fn text(&self) -> &str {
        std::str::from_utf8(&self.out).expect("output is UTF-8")
    }

    /// The number behind `name` in the summary.
    fn sum(&self, name: &str) -> u64 {
        let line = self.err.lines().find(|l| l.trim_start_matches([' ', '=', '+']).starts_with(name));
        let line = line.unwrap_or_else(|| panic!("no `{name}` in the summary:\n{}", self.err));
        let number = line.trim_start_matches([' ', '=', '+'])[name.len()..].split_whitespace().next().expect("a number follows");
        number.replace(',', "").parse().expect("it is a number")
    }

    #[track_caller]
    fn adds_up(&self, read: u64, out: u64, removed: u64, quarantined: u64) {
        let got = ["in", "out", "removed", "quarantined"].map(|n| self.sum(n));
        assert_eq!(got, [read, out, removed, quarantined], "{}", self.err);
    }
}

/// Runs the program in `folder`.
fn run_in<A: AsRef<OsStr>>(folder: &Path, args: impl IntoIterator<Item = A>, input: &[u8]) -> Ran {
    let mut child = Command::new(env!("CARGO_BIN_EXE_jingwen"))
        .args(args)
        .current_dir(folder)
        .env_remove("NO_COLOR")
        .env("LC_ALL", "C")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("it was asked for");
    let input = input.to_vec();
    // from a thread of its own: the program may write before it has read all. It may also stop reading early.
    let feed = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let done = child.wait_with_output().expect("it ends");
    feed.join().expect("the feeding thread does not panic");
    Ran { code: done.status.code().unwrap_or(-1), out: done.stdout, err: String::from_utf8_lossy(&done.stderr).into_owned() }
}

/// A folder for one test.
struct Place(TempDir);

impl Place {
    fn new() -> Place {
        Place(tempfile::tempdir().expect("a temporary folder"))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn file(&self, name: impl AsRef<Path>, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("it lies in the folder")).expect("folders can be made");
        fs::write(&path, bytes).expect("files can be written");
        path
    }

    fn run(&self, args: &str, input: &[u8]) -> Ran {
        run_in(self.path(), args.split_whitespace(), input)
    }

    #[track_caller]
    fn read(&self, name: &str) -> String {
        let path = self.path().join(name);
        String::from_utf8(fs::read(&path).unwrap_or_else(|e| panic!("{name}: {e}, there is {:?}", self.tree()))).expect("it is UTF-8")
    }

    /// All files below but for what a run says of itself, relative, sorted.
    fn tree(&self) -> Vec<String> {
        let mut all: Vec<String> = walkdir::WalkDir::new(self.path())
            .into_iter()
            .map(|e| e.expect("it can be listed"))
            .filter(|e| {
                e.file_type().is_file() && e.file_name() != "run.json" && !e.path().components().any(|c| c.as_os_str() == "_jingwen")
            })
            .map(|e| e.path().strip_prefix(self.path()).expect("it lies below").to_string_lossy().into_owned())
            .collect();
        all.sort();
        all
    }

    /// The entries of a quarantine, each with its bytes.
    fn quarantine(&self, folder: &str) -> Vec<(serde_json::Value, Vec<u8>)> {
        let records = fs::read(self.path().join(folder).join("records.bin")).expect("there are records");
        let index = self.read(&format!("{folder}/index.jsonl"));
        let entry = |line: &str| {
            let entry: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
            let number = |key: &str| entry[key].as_u64().map(|n| n as usize);
            let bytes = match (number("start"), number("length")) {
                (Some(start), Some(length)) => records[start..start + length].to_vec(),
                _ => Vec::new(),
            };
            (entry, bytes)
        };
        index.lines().map(entry).collect()
    }
}

const PLAIN: &str = "桥头的茶馆开了三十年，老板每天五点起床生火。\n\n来喝茶的多半是街坊，坐下就谈天气。\n";

/// Lines that are no records, each with a word of the message and the byte in the line.
const BROKEN: [(&[u8], &str, u64); 9] = [
    (b"[1,2]", "an array", 0),
    (b"17", "a number", 0),
    (b"{\"id\":1}", "no field \"text\"", 0),
    (b"{\"text\":null}", "null", 8),
    (b"{\"text\":5}", "a number", 8),
    (b"{\"text\":\"a\\ud83d\"}", "surrogate", 10),
    (b"{\"text\":\"\xD6\xD0\"}", "not UTF-8", 9),
    (b"{\"text\":\"a", "not valid JSON", 10),
    (b"{\"text\":\"a\"}{", "not valid JSON", 12),
];

fn broken_lines() -> Vec<u8> {
    let mut input = b"{\"text\":\"good\"}\n".to_vec();
    for (line, _, _) in BROKEN {
        input.extend_from_slice(line);
        input.extend_from_slice(b"\n{\"text\":\"good\"}\n");
    }
    input
}

// --- the other verbs ---------------------------------------------------------------------------------------------------

/// 桥头的茶馆开了三十年，老板每天五点起床生火。来喝茶的多半是街坊。 in GB 18030
const GBK: &[u8] = b"\xC7\xC5\xCD\xB7\xB5\xC4\xB2\xE8\xB9\xDD\xBF\xAA\xC1\xCB\xC8\xFD\xCA\xAE\xC4\xEA\xA3\xAC\xC0\xCF\xB0\xE5\xC3\xBF\xCC\xEC\xCE\xE5\xB5\xE3\xC6\xF0\xB4\xB2\xC9\xFA\xBB\xF0\xA1\xA3\n";
