//! Runs from outside: what is promised of a dump as a whole. Killed and resumed, in shares, with little memory: the same bytes; first
//! copies stay and no others; what is verified is what was written. One page at a time is tested in `cli`.
#![cfg(feature = "cli")]

mod dedup;
mod folder;
mod formats;
mod near;
mod sites;

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn jingwen(folder: &Path, args: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jingwen"));
    let ran = command.args(args.split_whitespace()).current_dir(folder).env("LC_ALL", "C").stdin(Stdio::null()).output();
    ran.expect("the program starts")
}

#[track_caller]
fn run(folder: &Path, args: &str) -> Output {
    let ran = jingwen(folder, args);
    assert_eq!(ran.status.code(), Some(0), "{args}: {}", String::from_utf8_lossy(&ran.stderr));
    ran
}

fn err(ran: &Output) -> String {
    String::from_utf8_lossy(&ran.stderr).into_owned()
}

/// All files below, with their bytes, but for the report, which knows of time.
fn tree(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let files = walkdir::WalkDir::new(root).into_iter().map(|e| e.expect("it can be listed").into_path());
    let files = files.filter(|f| f.is_file() && !f.ends_with("run.json"));
    files.map(|f| (f.strip_prefix(root).expect("below").to_path_buf(), fs::read(&f).expect("readable"))).collect()
}

/// Numbers that look random and are the same each time.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

/// Begins a run again and again, killed each time after a random while of at most so many microseconds, and 4 ms more each time; then lets it end.
/// The number of kills.
fn kill_often(at: &Path, args: &str, (kills, least): (u64, u64), random: &mut Random) -> u64 {
    let args = format!("{args} --resume -q");
    let mut killed = 0;
    for n in 0..kills {
        let mut command = Command::new(env!("CARGO_BIN_EXE_jingwen"));
        let mut child = command.args(args.split_whitespace()).current_dir(at).stdin(Stdio::null()).spawn().expect("the program starts");
        std::thread::sleep(std::time::Duration::from_micros(random.below(least + n * 4_000)));
        // SIGKILL; an error says that it has ended by itself
        let _ = child.kill();
        if child.wait().expect("it ends").code() == Some(0) {
            break;
        }
        killed += 1;
    }
    run(at, &args);
    killed
}

fn paragraph(n: u64) -> String {
    let who = ["村里的人", "桥头的茶馆", "镇上的邮局", "山坡上的羊群", "新来的医生"][n as usize % 5];
    let what = ["一早就出了门", "修好了门前的路", "把旧账本收了起来", "在河边种了树"][n as usize / 5 % 4];
    format!("{who}{what}，这是第{n}次，大家都记得很清楚，还有人把它写进了日记里。")
}

/// A dump of JSON lines and pages with paragraphs that come back, and what must stay of it: the first of each.
fn dump(folder: &Path) -> (HashSet<String>, usize) {
    let mut random = Random(7);
    let (mut seen, mut all) = (HashSet::new(), 0);
    let mut texts = |least: u64| -> Vec<String> {
        let own: Vec<String> = (0..random.below(4) + least).map(|_| paragraph(random.below(900))).collect();
        let mut once = HashSet::new();
        let own: Vec<String> = own.into_iter().filter(|p| once.insert(p.clone())).collect();
        all += own.len();
        seen.extend(own.iter().cloned());
        own
    };
    fs::create_dir_all(folder.join("in/pages")).unwrap();
    for file in 0..4 {
        let mut lines = String::new();
        for n in 0..200 {
            let text = texts(1).join("\n");
            lines.push_str(&serde_json::json!({"id": format!("{file}-{n}"), "text": text, "n": n}).to_string());
            lines.push('\n');
            if n % 50 == 7 {
                lines.push_str("{\"broken\n");
            }
        }
        fs::write(folder.join(format!("in/{file}.jsonl")), lines).unwrap();
    }
    for n in 0..40 {
        let body: String = texts(3).iter().map(|p| format!("<p>{p}</p>\n")).collect();
        fs::write(folder.join(format!("in/pages/{n}.html")), format!("<html><body>\n{body}</body></html>")).unwrap();
    }
    (seen, all)
}

/// Every paragraph that was written, in any file.
fn paragraphs(out: &Path) -> Vec<String> {
    let mut all = Vec::new();
    for (path, bytes) in tree(out) {
        let text = String::from_utf8(bytes).unwrap();
        if path.extension().is_some_and(|e| e == "txt") {
            all.extend(text.lines().filter(|l| !l.is_empty()).map(str::to_owned));
        } else if path.extension().is_some_and(|e| e == "jsonl") && path.components().count() == 1 && !path.ends_with("removed.jsonl") {
            for line in text.lines() {
                let line: serde_json::Value = serde_json::from_str(line).unwrap();
                all.extend(line["text"].as_str().unwrap().lines().filter(|l| !l.is_empty()).map(str::to_owned));
            }
        }
    }
    all
}

/// A text of `n` sentences that are like those of no other `seed`.
fn story(seed: u64, n: usize) -> String {
    let mut random = Random(seed * 7919 + 3);
    let han = |random: &mut Random, n: u64| -> String {
        let n = n + random.below(4);
        (0..n).map(|_| char::from_u32(0x4E10 + random.below(1500) as u32 * 7).unwrap()).collect()
    };
    (0..n).map(|_| format!("{}，{}。", han(&mut random, 7), han(&mut random, 9))).collect()
}
