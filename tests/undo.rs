//! What is shown, checked and undone of a run, from outside: diff, trace and restore.
#![cfg(feature = "cli")]

#[allow(dead_code, reason = "only names and bytes are read here")]
mod samples;

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// Runs the program in `folder`: exit code, standard output, standard error.
fn run(folder: &Path, args: &[&str], input: &[u8]) -> (i32, Vec<u8>, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_jingwen"))
        .args(args)
        .current_dir(folder)
        .env("LC_ALL", "C")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("it was asked for");
    let input = input.to_vec();
    let feed = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let done = child.wait_with_output().expect("it ends");
    feed.join().expect("the feeding thread does not panic");
    (done.status.code().unwrap_or(-1), done.stdout, String::from_utf8_lossy(&done.stderr).into_owned())
}

#[track_caller]
fn ok(folder: &Path, args: &[&str], input: &[u8]) -> Vec<u8> {
    let (code, out, err) = run(folder, args, input);
    assert_eq!(code, 0, "{args:?}: {err}");
    out
}

fn put(folder: &Path, name: &str, bytes: &[u8]) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("it has one")).expect("a folder can be made");
    fs::write(path, bytes).expect("a file can be written");
}

/// Every sample, broken ones and what no page is, as a folder.
fn dump(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    let mut add = |name: String, bytes: &[u8]| {
        put(&folder.join("dump"), &name, bytes);
        names.push(name);
    };
    for s in samples::all() {
        add(format!("{}/{}/{}", s.group, s.name, s.file), &s.bytes);
    }
    add("empty.txt".into(), b"");
    add("binary.txt".into(), b"\x00\x01\x02PNG\x00\x00\x00\xFF\xFF");
    add("bom.txt".into(), b"\xEF\xBB\xBF\xE6\x98\xA5\r\n\r\n");
    add(
        "broken.txt".into(),
        "春天来了。\n河里的冰化了，\n".as_bytes().iter().copied().chain(*b"\xE6\x98 \xFF\n").collect::<Vec<u8>>().as_slice(),
    );
    add("a page.html".into(), "<p>河边有一座老桥，桥下的水很清。</p>\r\n<!-- x --><p>caf\u{c3}\u{a9}</p>".as_bytes());
    names
}

#[test]
fn every_file_comes_back_whatever_is_written_of_it() {
    let t = TempDir::new().expect("a folder");
    let names = dump(t.path());
    for form in ["text", "markdown", "jsonl", "mnbvc"] {
        let out = format!("out-{form}");
        ok(t.path(), &["clean", "-q", "dump", "-o", &out, "--to", form, "--trace", "t"], b"");
        ok(t.path(), &["restore", &out, "--trace", "t", "--check"], b"");
        let back = format!("back-{form}");
        ok(t.path(), &["restore", &out, "--trace", "t", "-o", &back], b"");
        for name in &names {
            let (was, now) = (fs::read(t.path().join("dump").join(name)), fs::read(t.path().join(&back).join(name)));
            assert_eq!(was.expect("it was written"), now.unwrap_or_else(|e| panic!("{form}: {name}: {e}")), "{form}: {name}");
        }
    }
}

#[test]
fn the_trace_is_the_same_for_any_number_of_threads_and_with_two_passes() {
    let t = TempDir::new().expect("a folder");
    dump(t.path());
    // more than one batch
    let pad = "x".repeat(1500);
    let lines: String = (0..600)
        .map(|n| format!("{{\"id\":{n},\"pad\":\"{pad}\",\"text\":\"第{}天，河边有一座老桥，桥下的水很清。\"}}\n", n % 7))
        .collect();
    put(t.path(), "dump/lines.jsonl", lines.as_bytes());
    for dedup in ["page", "dump"] {
        for jobs in ["1", "8"] {
            let out = format!("{dedup}-{jobs}");
            let trace = format!("{out}.trace");
            ok(t.path(), &["clean", "-q", "dump", "-o", &out, "--to", "jsonl", "--dedup", dedup, "-j", jobs, "--trace", &trace], b"");
            let back = format!("{out}-back");
            ok(t.path(), &["restore", &out, "--trace", &trace, "-o", &back], b"");
            assert_eq!(fs::read(t.path().join(back).join("lines.jsonl")).expect("it is there"), lines.as_bytes(), "{dedup}");
        }
        let read = |jobs: &str| fs::read(t.path().join(format!("{dedup}-{jobs}.trace"))).expect("it was written");
        assert_eq!(read("1"), read("8"), "{dedup}");
    }
}

/// Lines with everything that a line can have.
const LINES: &[u8] = b"\xEF\xBB\xBF{\"text\" : \"\\u6625 \\ud83d\", \"n\":1.50e1}\r\n\n  \n{broken\n{\"b\":[1, 2],\"text\":\"one\\n\\u5206\\u4eab\\u5230\\uff1a\\u5fae\\u535a \\u5fae\\u4fe1 QQ\\u7a7a\\u95f4\\n\"}\n{\"text\":null}\n{\"text\":\"end\"}";

#[test]
fn inputs_of_one_name_come_back_apart() {
    let t = TempDir::new().expect("a folder");
    put(t.path(), "one/a.txt", "河边有一座老桥，桥下的水很清。\n\n".as_bytes());
    put(t.path(), "two/a.txt", "  桥是石头的。\n".as_bytes());
    ok(t.path(), &["clean", "-q", "one/a.txt", "two/a.txt", "-o", "out", "--trace", "t"], b"");
    ok(t.path(), &["restore", "out", "--trace", "t", "-o", "back"], b"");
    assert_eq!(fs::read(t.path().join("back/a.txt")).expect("it is there"), fs::read(t.path().join("one/a.txt")).expect("it is there"));
    assert_eq!(
        fs::read(t.path().join("back/input-1/a.txt")).expect("it is there"),
        fs::read(t.path().join("two/a.txt")).expect("it is there")
    );
}

#[test]
fn json_lines_come_back_with_all_their_bytes() {
    let t = TempDir::new().expect("a folder");
    put(t.path(), "in/a.jsonl", LINES);
    put(t.path(), "in/empty.jsonl", b"");
    for dedup in ["page", "dump"] {
        ok(t.path(), &["clean", "-q", "in", "-o", dedup, "--to", "jsonl", "--dedup", dedup, "--trace", "t"], b"");
        ok(t.path(), &["restore", dedup, "--trace", "t", "-o", &format!("{dedup}-back")], b"");
        assert_eq!(fs::read(t.path().join(format!("{dedup}-back/a.jsonl"))).expect("it is there"), LINES, "{dedup}");
    }
    // a filter keeps broken lines in their place
    let clean = ok(t.path(), &["clean", "-q", "--from", "jsonl", "--trace", "t2"], LINES);
    assert_eq!(ok(t.path(), &["restore", "-q", "--trace", "t2"], &clean), LINES);
}

#[test]
fn what_was_edited_is_refused_and_nothing_wrong_is_written() {
    let t = TempDir::new().expect("a folder");
    put(t.path(), "in/a.txt", "河边有一座老桥，桥下的水很清。\n".as_bytes());
    put(t.path(), "in/b.txt", "  桥是石头的。\n\n\n".as_bytes());
    put(t.path(), "in/c.jsonl", b"{\"text\":\"one\"}\n{\"text\":\"two\"}\n{\"text\":\"three\"}\n");
    ok(t.path(), &["clean", "-q", "in", "-o", "out", "--trace", "t"], b"");
    put(t.path(), "out/b.txt", "桥是木头的。\n".as_bytes());
    put(t.path(), "out/c.jsonl", b"{\"text\":\"one\"}\n{\"text\":\"two and more\"}\n{\"text\":\"three\"}\n");
    let (code, _, err) = run(t.path(), &["restore", "out", "--trace", "t", "-o", "back"], b"");
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("b.txt, record 1: not restored: the output was changed"), "{err}");
    assert!(err.contains("c.jsonl, record 2: not restored") && !err.contains("record 3"), "{err}");
    assert!(t.path().join("back/a.txt").exists() && !t.path().join("back/b.txt").exists() && !t.path().join("back/c.jsonl").exists());
    // nothing is replaced unasked, and a trace that was cut off or is none says so
    assert_eq!(run(t.path(), &["restore", "out", "--trace", "t", "-o", "back"], b"").0, 2);
    let trace = fs::read(t.path().join("t")).expect("it was written");
    put(t.path(), "cut", &trace[..trace.len() - 20]);
    assert_eq!(run(t.path(), &["restore", "out", "--trace", "cut", "--check"], b"").0, 3);
    assert_eq!(run(t.path(), &["restore", "out", "--trace", "in/a.txt", "--check"], b"").0, 2);
    let page = t.path().join("out/a.txt");
    fs::remove_file(page).expect("it was there");
    let (code, _, err) = run(t.path(), &["restore", "out", "--trace", "t", "--check"], b"");
    assert!(code == 1 && err.contains("a.txt, record 1: not restored: the output it stood in is not there"), "{err}");
}

#[test]
fn one_page_goes_there_and_back_through_pipes() {
    let t = TempDir::new().expect("a folder");
    let (page, _, _) = encoding_rs::GBK.encode("<html><meta charset=gbk><p>河边有一座老桥，桥下的水很清。</p></html>\r\n");
    let clean = ok(t.path(), &["clean", "--trace", "t"], &page);
    assert_eq!(clean, "河边有一座老桥，桥下的水很清。\n".as_bytes());
    assert_eq!(ok(t.path(), &["restore", "-q", "--trace", "t"], &clean), &*page);
    assert_eq!(run(t.path(), &["restore", "-q", "--trace", "t"], b"another").0, 3);
}

/// A page of which something goes, something is repaired and something stays.
const PAGE: &str = "当前位置：首页 > 新闻 > 正文\n河边有一座老桥，桥下的水很清，夏天有孩子在那里游泳。\n\n他去喝了一杯 cafÃ© au lait 才回家，路上下起了雨。\n分享到：微博 微信 QQ空间\n";

#[test]
fn a_diff_shows_lines_words_and_rules() {
    let t = TempDir::new().expect("a folder");
    put(t.path(), "a.txt", PAGE.as_bytes());
    let diff = |args: &[&str]| {
        let (code, out, err) = run(t.path(), &[&["diff", "a.txt"], args].concat(), b"");
        assert_eq!(code, 1, "{err}");
        assert!(err.contains("1 document looked at, 1 would change: 3 lines out, 1 lines in"), "{err}");
        String::from_utf8(out).expect("it is text")
    };
    assert_eq!(
        diff(&["-U0"]),
        "\
--- a.txt\tutf-8
+++ a.txt\tclean
@@ -1 +0,0 @@ boilerplate/breadcrumb
-当前位置：首页 > 新闻 > 正文
@@ -4 +3 @@ repair/utf-8-as-windows-1252
-他去喝了一杯 cafÃ© au lait 才回家，路上下起了雨。
+他去喝了一杯 café au lait 才回家，路上下起了雨。
@@ -5 +3,0 @@ (input line 5) boilerplate/share
-分享到：微博 微信 QQ空间
"
        .replace(" (input line 5)", "")
    );
    let words = diff(&["--word", "-U0"]);
    assert!(words.contains(" 他去喝了一杯 [-cafÃ©-]{+café+} au lait 才回家，路上下起了雨。\n"), "{words}");
    assert!(words.contains("\n [-分享到：微博 微信 QQ空间-]\n"), "{words}");
    let side = diff(&["--side-by-side", "--columns", "60"]);
    assert!(side.lines().all(|l| unicode_width::UnicodeWidthStr::width(l) <= 60), "{side}");
    let stat = diff(&["--stat"]);
    assert!(stat.starts_with("a.txt | -3 +1 ---+\n") && stat.contains("         1  boilerplate/share\n"), "{stat}");
    let json: serde_json::Value = serde_json::from_str(&diff(&["--to", "jsonl"])).expect("one object");
    assert_eq!((json["path"].as_str(), json["hunks"].as_array().map(Vec::len)), (Some("a.txt"), Some(3)));
    assert_eq!(json["hunks"][1]["rules"][0], "repair/utf-8-as-windows-1252");
    assert!(diff(&["--color", "always"]).contains("\u{1b}[31m"));
    // nothing to change is no finding
    put(t.path(), "b.txt", "河边有一座老桥。\n".as_bytes());
    let (code, out, err) = run(t.path(), &["diff", "b.txt"], b"");
    assert!(code == 0 && out.is_empty() && err.contains("1 document looked at, 0 would change"), "{err}");
    assert_eq!(run(t.path(), &["diff", "nowhere.txt"], b"").0, 3);
}

#[test]
fn a_diff_reads_what_clean_reads() {
    let t = TempDir::new().expect("a folder");
    put(t.path(), "in/a.txt", PAGE.as_bytes());
    put(t.path(), "in/b.jsonl", format!("{{\"text\":\"ok\"}}\n{{\"text\":{}}}\n", serde_json::Value::from(PAGE)).as_bytes());
    let (code, out, err) = run(t.path(), &["diff", "--stat", "in"], b"");
    let out = String::from_utf8_lossy(&out);
    assert!(
        code == 1 && out.contains("in/a.txt | -3 +1") && out.contains("in/b.jsonl#2 | -3 +1") && err.contains("3 documents looked at"),
        "{out}{err}"
    );
}

#[test]
fn two_outputs_are_compared_document_by_document_and_rule_by_rule() {
    let t = TempDir::new().expect("a folder");
    put(t.path(), "in/a.txt", PAGE.as_bytes());
    put(t.path(), "in/b.txt", "桥是石头的，很久以前就有了。\n".as_bytes());
    for (out, args) in [("one", &[][..]), ("two", &["--width", "--dedup", "off"]), ("three", &["--exclude", "b.txt"])] {
        ok(t.path(), &[&["clean", "-q", "in", "-o", out, "--to", "jsonl"], args].concat(), b"");
    }
    let diff = |a: &str, b: &str, more: &[&str]| {
        let (code, out, err) = run(t.path(), &[&["diff", "--before", a, "--after", b], more].concat(), b"");
        (code, String::from_utf8(out).expect("it is text"), err)
    };
    let (code, out, err) = diff("one", "two", &[]);
    assert!(code == 0 && out.is_empty() && err.contains("2 documents looked at, 0 differ"), "{out}{err}");
    let (code, out, err) = diff("one", "three", &[]);
    assert!(
        code == 1 && out.starts_with("--- documents.jsonl:b.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n-桥是石头的，很久以前就有了。\n"),
        "{out}"
    );
    assert!(err.contains("2 documents looked at, 1 differ: 1 vanished, 0 appeared"), "{err}");
    // a run of another version: a rule acts no more and a line is back
    let documents = fs::read_to_string(t.path().join("one/documents.jsonl")).expect("it was written");
    let share = "分享到：微博 微信 QQ空间";
    let at = documents.find("{\"rule\":\"boilerplate/share\"").expect("it is there");
    let end = at + documents[at..].find('}').expect("it ends") + 1;
    let back = format!("{}{}", documents[..at].trim_end_matches(','), &documents[end..]);
    put(
        t.path(),
        "four/documents.jsonl",
        back.replace("才回家，路上下起了雨。\\n", &format!("才回家，路上下起了雪。\\n\\n{share}\\n")).as_bytes(),
    );
    let (code, out, _) = diff("one", "four", &["--word"]);
    assert_eq!(code, 1);
    assert!(out.contains("  boilerplate/share: 1 → 0\n") && out.contains("下起了[-雨。-]{+雪。+}") && out.contains("{+分享到"), "{out}");
    assert!(out.ends_with("         1 → 0          boilerplate/share\n"), "{out}");
    let (_, json, _) = diff("one", "four", &["--to", "jsonl"]);
    let first: serde_json::Value = serde_json::from_str(json.lines().next().expect("a line")).expect("an object");
    assert_eq!(first["rules"]["boilerplate/share"], serde_json::json!([1, 0]));
    assert_eq!(diff("one", "nowhere", &[]).0, 3);
}

#[test]
fn explain_follows_one_line() {
    let t = TempDir::new().expect("a folder");
    put(t.path(), "a.txt", PAGE.as_bytes());
    let out = String::from_utf8(ok(t.path(), &["explain", "a.txt:3"], b"")).expect("it is text");
    assert!(out.starts_with("raw  bytes ") && out.contains("line 4 of the input") && out.contains("repair/utf-8-as-windows-1252"), "{out}");
    assert!(out.ends_with("clean  line 3\n    他去喝了一杯 café au lait 才回家，路上下起了雨。\n"), "{out}");
    let out = String::from_utf8(ok(t.path(), &["explain", "a.txt", "--input-line", "5", "--to", "jsonl"], b"")).expect("it is text");
    let line: serde_json::Value = serde_json::from_str(&out).expect("an object");
    assert_eq!(line["blocks"][0]["rule"]["id"], "boilerplate/share");
    assert_eq!(run(t.path(), &["explain", "a.txt:99"], b"").0, 2);
}
