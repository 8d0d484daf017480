//! `jingwen check` from outside: each format as a snapshot in `tests/golden/check` (UPDATE=1 writes them anew), what their readers demand
//! of them, baselines, expectations, exit codes.
#![cfg(feature = "cli")]

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

/// Runs the program in `folder`: exit code, standard output, standard error.
fn run(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let done = Command::new(env!("CARGO_BIN_EXE_jingwen"))
        .args(args)
        .current_dir(folder)
        .env("LC_ALL", "C")
        .env("GITHUB_STEP_SUMMARY", folder.join("summary.md"))
        .output()
        .expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it is text");
    (done.status.code().unwrap_or(-1), text(done.stdout), text(done.stderr))
}

fn put(folder: &Path, name: &str, bytes: &[u8]) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("it has one")).expect("a folder can be made");
    fs::write(path, bytes).expect("a file can be written");
}

/// A page of which something goes and something is repaired.
const PAGE: &str = "当前位置：首页 > 新闻 > 正文\n河边有一座老桥，桥下的水很清，夏天有孩子在那里游泳。\n\n他去喝了一杯 cafÃ© au lait 才回家，路上下起了雨。\n分享到：微博 微信 QQ空间\n";

/// Documents with a finding of every fate, in files of every kind of name.
fn documents(folder: &Path) {
    put(folder, "in/a.txt", PAGE.as_bytes());
    put(folder, "in/b.jsonl", format!("{{\"text\":\"ok\"}}\n{{\"text\":{}}}\n{{broken\n", serde_json::Value::from(PAGE)).as_bytes());
    put(folder, "in/clean.txt", "桥是石头的，很久以前就有了。\n".as_bytes());
    put(folder, "in/old.txt", &encoding_rs::GBK.encode("河边有一座老桥，桥下的水很清。\n").0);
    put(
        folder,
        "in/odd, %1 <b> & \"q\".txt",
        &[&b"\xE6\xB2\xB3\xE8\xBE\xB9"[..], b"\xFF", "有一座老桥，桥下的水很清。\n".as_bytes()].concat(),
    );
    put(folder, "in/zero.txt", b"");
}

#[test]
fn every_format_is_as_it_was() {
    let t = TempDir::new().expect("a folder");
    documents(t.path());
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/check");
    let mut wrong = Vec::new();
    for format in ["full", "concise", "json", "json-lines", "github", "gitlab", "junit", "sarif", "markdown"] {
        let (code, out, err) = run(t.path(), &["check", "in", "--format", format]);
        assert_eq!(code, 1, "{format}: {err}");
        assert!(err.contains("8 documents looked at, 11 findings\n"), "{format}: {err}");
        let out = out.replace(env!("CARGO_PKG_VERSION"), "VERSION");
        let path = golden.join(format!("{format}.txt"));
        if std::env::var_os("UPDATE").is_some() {
            put(&golden, &format!("{format}.txt"), out.as_bytes());
        } else if fs::read_to_string(&path).unwrap_or_default() != out {
            wrong.push(format!("{format}:\n{out}"));
        }
    }
    assert!(wrong.is_empty(), "not as in tests/golden/check:\n{}", wrong.join("\n"));
}

#[test]
fn sarif_has_what_its_schema_demands() {
    let t = TempDir::new().expect("a folder");
    documents(t.path());
    let (_, out, _) = run(t.path(), &["check", "in", "--format", "sarif"]);
    let log: serde_json::Value = serde_json::from_str(&out).expect("it is JSON");
    // required: version, runs; of a run tool.driver.name; of a result message; of a message text or id
    assert_eq!(log["version"], "2.1.0");
    assert!(log["$schema"].as_str().is_some_and(|s| s.ends_with("sarif-2.1.0.json")));
    let known: Vec<&String> = log.as_object().expect("an object").keys().collect();
    assert!(known.iter().all(|k| ["$schema", "version", "runs"].contains(&k.as_str())), "{known:?}");
    let run = &log["runs"][0];
    let driver = &run["tool"]["driver"];
    assert!(driver["name"].as_str().is_some_and(|n| !n.is_empty()));
    assert!(["utf16CodeUnits", "unicodeCodePoints"].contains(&run["columnKind"].as_str().unwrap_or_default()));
    let rules = driver["rules"].as_array().expect("rules");
    // unique items, each with an id
    let ids: std::collections::BTreeSet<&str> = rules.iter().filter_map(|r| r["id"].as_str()).collect();
    assert_eq!(ids.len(), rules.len());
    let results = run["results"].as_array().expect("results");
    assert_eq!(results.len(), 11);
    for r in results {
        assert!(r["message"]["text"].as_str().is_some_and(|t| !t.is_empty()));
        assert!(["none", "note", "warning", "error"].contains(&r["level"].as_str().unwrap_or_default()));
        let index = r["ruleIndex"].as_u64().expect("an index") as usize;
        assert_eq!(rules[index]["id"], r["ruleId"]);
        let place = &r["locations"][0]["physicalLocation"];
        let uri = place["artifactLocation"]["uri"].as_str().expect("a reference");
        // characters that RFC 3986 allows in a path
        assert!(uri.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~/%".contains(&b)), "{uri}");
        assert!(place["region"]["startLine"].as_u64().is_some_and(|n| n >= 1));
        assert!(place["region"].get("startColumn").is_none_or(|c| c.as_u64().is_some_and(|n| n >= 1)));
        assert!(r["partialFingerprints"].as_object().is_some_and(|f| f.values().all(serde_json::Value::is_string)));
    }
}

#[test]
fn junit_is_well_formed_and_its_sums_are_right() {
    let t = TempDir::new().expect("a folder");
    documents(t.path());
    let (_, xml, _) = run(t.path(), &["check", "in", "--format", "junit"]);
    let mut open: Vec<&str> = Vec::new();
    let mut counts = std::collections::BTreeMap::new();
    for part in xml.split('<').skip(1) {
        let (tag, text) = part.split_once('>').expect("a tag ends");
        assert!(
            !text.contains('&')
                || text.split('&').skip(1).all(|e| e.split_once(';').is_some_and(|(e, _)| ["lt", "gt", "amp", "quot", "#10"].contains(&e)))
        );
        assert!(tag.matches('"').count().is_multiple_of(2), "{tag}");
        let name = tag.trim_start_matches(['/', '?']).split([' ', '/']).next().unwrap_or_default();
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name));
        } else if !tag.starts_with('?') {
            *counts.entry(name).or_insert(0) += 1;
            if !tag.ends_with('/') {
                open.push(name);
            }
        }
    }
    assert!(open.is_empty());
    assert_eq!((counts["testcase"], counts["failure"]), (6, 6));
    assert!(xml.contains("<testsuites name=\"jingwen check\" tests=\"6\" failures=\"6\" errors=\"0\">"), "{xml}");
}

#[test]
fn github_gets_ten_annotations_a_rule_and_a_summary() {
    let t = TempDir::new().expect("a folder");
    for n in 0..14 {
        put(t.path(), &format!("in/{n}.txt"), PAGE.as_bytes());
    }
    let (code, out, _) = run(t.path(), &["check", "in", "--format", "github", "--fail-on", "repair/"]);
    assert_eq!(code, 1);
    assert_eq!(out.lines().filter(|l| l.contains("title=boilerplate/share")).count(), 10);
    assert_eq!(out.lines().filter(|l| l.starts_with("::notice")).count(), 20);
    for line in out.lines() {
        let (command, message) = line.strip_prefix("::").and_then(|l| l.split_once("::")).expect("a command");
        let (level, properties) = command.split_once(' ').expect("properties");
        assert!(["error", "warning", "notice"].contains(&level) && !message.is_empty());
        for p in properties.split(',') {
            assert!(p.split_once('=').is_some_and(|(k, v)| ["file", "line", "col", "title"].contains(&k) && !v.contains(':')), "{p}");
        }
    }
    let summary = fs::read_to_string(t.path().join("summary.md")).expect("it was written");
    assert!(summary.contains("14 documents looked at") && summary.contains("| boilerplate/share | 14 |"), "{summary}");
}

#[test]
fn a_baseline_hides_what_is_known_and_nothing_else() {
    let t = TempDir::new().expect("a folder");
    documents(t.path());
    let (code, _, err) = run(t.path(), &["check", "in", "--write-baseline", "base.jsonl", "--format", "concise"]);
    assert_eq!(code, 0, "{err}");
    let (code, out, err) = run(t.path(), &["check", "in", "--baseline", "base.jsonl"]);
    assert!(code == 0 && out.is_empty() && err.contains("0 findings, 11 known from the baseline"), "{out}{err}");
    // a known line may move; a new one is told
    put(t.path(), "in/c.txt", format!("又来了一只鸟，停在桥上。\n{PAGE}扫一扫关注微信公众号\n").as_bytes());
    let (code, out, err) = run(t.path(), &["check", "in", "--baseline", "base.jsonl", "--format", "concise"]);
    assert_eq!((code, out.lines().count()), (1, 1), "{out}{err}");
    assert!(out.starts_with("in/c.txt:7:1: boilerplate/share"), "{out}");
    put(t.path(), "none.jsonl", b"{}\n");
    assert_eq!(run(t.path(), &["check", "in", "--baseline", "none.jsonl"]).0, 2);
    assert_eq!(run(t.path(), &["check", "in", "--baseline", "nowhere.jsonl"]).0, 3);
}

#[test]
fn exit_codes_do_not_depend_on_the_format() {
    let t = TempDir::new().expect("a folder");
    documents(t.path());
    for format in ["full", "concise", "json", "json-lines", "github", "gitlab", "junit", "sarif", "markdown"] {
        assert_eq!(run(t.path(), &["check", "in/clean.txt", "--format", format]).0, 0, "{format}");
        assert_eq!(run(t.path(), &["check", "in/a.txt", "--format", format, "--fail-on", "charset/"]).0, 0, "{format}");
        assert_eq!(run(t.path(), &["check", "in/a.txt", "--format", format, "--fail-on", "charset/,repair/"]).0, 1, "{format}");
        assert_eq!(run(t.path(), &["check", "in/a.txt", "--format", format, "--fail-on", "x/"]).0, 2, "{format}");
        assert_eq!(run(t.path(), &["check", "nowhere", "--format", format]).0, 3, "{format}");
    }
    assert_eq!(run(t.path(), &["check", "in", "--format", "xml"]).0, 2);
}

#[test]
fn expected_outputs_are_compared_and_blessed() {
    let t = TempDir::new().expect("a folder");
    put(t.path(), "raw/a.txt", PAGE.as_bytes());
    put(t.path(), "raw/sub/b.txt", "桥是石头的。\n".as_bytes());
    assert_eq!(run(t.path(), &["clean", "-q", "raw", "-o", "clean"]).0, 0);
    let (code, out, err) = run(t.path(), &["check", "raw", "--expect", "clean"]);
    assert!(code == 0 && out.is_empty() && err.contains("2 documents looked at, 0 of 2 files not as expected"), "{out}{err}");
    put(t.path(), "clean/sub/b.txt", "桥是木头的。\n".as_bytes());
    put(t.path(), "clean/gone.txt", b"gone\n");
    let (code, out, err) = run(t.path(), &["check", "raw", "--expect", "clean"]);
    assert_eq!(code, 1, "{err}");
    assert!(out.contains("--- expected/sub/b.txt\n+++ now/sub/b.txt\n@@ -1 +1 @@\n-桥是木头的。\n+桥是石头的。\n"), "{out}");
    assert!(out.contains("--- expected/gone.txt\n+++ /dev/null\n"), "{out}");
    assert_eq!(run(t.path(), &["check", "raw", "--expect", "clean", "--bless"]).0, 0);
    assert_eq!(run(t.path(), &["check", "raw", "--expect", "clean"]).0, 0);
    assert!(!t.path().join("clean/gone.txt").exists() && t.path().join("clean/_jingwen").exists());
    assert_eq!(run(t.path(), &["check", "raw", "--expect", "nowhere"]).0, 2);
}

#[test]
fn people_read_their_language_and_programs_english() {
    let t = TempDir::new().expect("a folder");
    documents(t.path());
    let (code, out, err) = run(t.path(), &["check", "in", "--lang", "zh", "--fail-on", "repair/"]);
    assert_eq!(code, 1);
    assert!(err.ends_with("查看了 8 篇文档，发现 11 处，其中 3 处算失败\n"), "{err}");
    assert!(out.contains(": boilerplate/share ") && out.contains("[已删除，不算失败]"), "{out}");
    let in_chinese = |args: &[&str]| {
        let done = Command::new(env!("CARGO_BIN_EXE_jingwen")).args(args).current_dir(t.path()).env("LC_ALL", "zh_CN.UTF-8").output();
        String::from_utf8(done.expect("the program starts").stdout).expect("it is text").contains("[已删除")
    };
    assert!(in_chinese(&["check", "in"]));
    // what a program reads is the same wherever it runs, unless it is asked for
    assert!(!in_chinese(&["check", "in", "--format", "sarif"]) && in_chinese(&["check", "in", "--format", "sarif", "--lang", "zh"]));
    let (_, out, err) = run(t.path(), &["check", "in", "--lang", "zh", "--format", "markdown"]);
    assert!(out.contains("查看了 8 篇文档") && out.contains("| 规则 | 处数 | 说明 |"), "{out}{err}");
    let (_, _, err) = run(t.path(), &["diff", "in", "--lang", "zh"]);
    assert!(err.contains("篇文档，其中"), "{err}");
    let (_, _, err) = run(t.path(), &["clean", "in", "-o", "out", "--lang", "zh"]);
    assert!(err.contains("条记录，用时") && err.contains("  读入         ") && err.contains("  + 隔离"), "{err}");
}
