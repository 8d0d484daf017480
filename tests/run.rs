//! Runs from outside: what is promised of a dump as a whole. Killed and resumed, in shares, with little memory: the same bytes; first
//! copies stay and no others; what is verified is what was written. One page at a time is tested in `cli`.
#![cfg(feature = "cli")]

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn jingwen(folder: &Path, args: &str) -> Output {
    let ran = Command::new(env!("CARGO_BIN_EXE_jingwen")).args(args.split_whitespace()).current_dir(folder).stdin(Stdio::null()).output();
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

#[test]
fn of_every_paragraph_the_first_stays_and_no_other() {
    let place = tempfile::tempdir().unwrap();
    let (distinct, all) = dump(place.path());
    let ran = run(place.path(), "clean in -o out --dedup dump");
    let kept = paragraphs(&place.path().join("out"));
    assert_eq!(kept.iter().cloned().collect::<HashSet<_>>(), distinct, "every paragraph is there");
    assert_eq!(kept.len(), distinct.len(), "and once");
    let report: serde_json::Value = serde_json::from_slice(&fs::read(place.path().join("out/run.json")).unwrap()).unwrap();
    assert_eq!(report["sums"]["duplicate_paragraphs"].as_u64(), Some((all - distinct.len()) as u64), "{}", err(&ran));
    // the trace names where the first copy stands
    run(place.path(), "clean in -o details --dedup dump --details --to jsonl");
    let lines = fs::read_to_string(place.path().join("details/3.jsonl")).unwrap();
    let first = lines.lines().find_map(|l| {
        let l: serde_json::Value = serde_json::from_str(l).ok()?;
        l["jingwen"]["removed"].as_array()?.iter().find(|r| r["rule"] == "dump/paragraph").cloned()
    });
    let first = first.expect("one paragraph of the last file has come before");
    assert!(first["first"]["path"].as_str().is_some_and(|p| p.starts_with("in/")) && first["first"]["record"].is_u64(), "{first}");
}

#[test]
fn threads_memory_blocks_and_shares_do_not_matter() {
    let place = tempfile::tempdir().unwrap();
    let at = place.path();
    dump(at);
    run(at, "clean in -o one --dedup dump -j 1");
    let one = tree(&at.join("one"));
    run(at, "clean in -o many --dedup dump -j 8 --memory 1M");
    assert!(one == tree(&at.join("many")), "8 threads and little memory");
    run(at, "clean in -o temp --dedup dump --temp elsewhere");
    assert!(one == tree(&at.join("temp")), "work in another folder");

    // shares, not in order, some of them twice
    run(at, "stage plan in -o shares --dedup dump");
    for share in ["3/3", "1/3", "2/3", "1/3"] {
        run(at, &format!("stage scan shares --share {share}"));
    }
    let early = jingwen(at, "stage apply shares");
    assert!(early.status.code() == Some(2) && err(&early).contains("stage resolve"), "{}", err(&early));
    for pass in [
        "resolve shares --share 2/2",
        "resolve shares --share 1/2",
        "apply shares --share 2/2",
        "apply shares --share 1/2",
        "finish shares",
    ] {
        run(at, &format!("stage {pass}"));
    }
    let data =
        |tree: BTreeMap<PathBuf, Vec<u8>>| -> BTreeMap<_, _> { tree.into_iter().filter(|(p, _)| !p.starts_with("_jingwen")).collect() };
    assert!(data(one.clone()) == data(tree(&at.join("shares"))), "shares");
    run(at, "verify shares");

    // smaller blocks are another plan and the same data
    run(at, "clean in -o small --dedup dump --block 20K");
    assert!(data(one) == data(tree(&at.join("small"))), "smaller blocks");
}

#[cfg(unix)]
#[test]
#[cfg(unix)]
fn a_dump_of_more_blocks_than_files_may_be_open() {
    let place = tempfile::tempdir().unwrap();
    let at = place.path();
    dump(at);
    run(at, "clean in -o whole --dedup dump --near both --block 256");
    let script = format!(
        "ulimit -n 32 || exit 99; exec '{}' clean in -o few --dedup dump --near both --block 256 -j 2",
        env!("CARGO_BIN_EXE_jingwen")
    );
    let ran = Command::new("sh").arg("-c").arg(script).current_dir(at).stdin(Stdio::null()).output().unwrap();
    let blocks = fs::read_to_string(at.join("whole/_jingwen/journal")).unwrap().matches("\"scan\"").count();
    assert!(blocks > 40, "{blocks} blocks would be no test");
    assert_eq!(ran.status.code(), Some(0), "{}", err(&ran));
    assert!(tree(&at.join("whole")) == tree(&at.join("few")));
}

#[test]
fn a_killed_run_goes_on_where_it_was() {
    let place = tempfile::tempdir().unwrap();
    let at = place.path();
    dump(at);
    for dedup in ["page", "dump"] {
        run(at, &format!("clean in -o whole-{dedup} --dedup {dedup} --block 16K"));
        let whole = tree(&at.join(format!("whole-{dedup}")));
        let args = format!("clean in -o cut-{dedup} --dedup {dedup} --block 16K --resume -q");
        let (mut random, mut killed) = (Random(11), 0);
        for _ in 0..60 {
            let mut child = Command::new(env!("CARGO_BIN_EXE_jingwen"))
                .args(args.split_whitespace())
                .current_dir(at)
                .stdin(Stdio::null())
                .spawn()
                .unwrap();
            std::thread::sleep(std::time::Duration::from_micros(random.below(40_000)));
            // SIGKILL; an error says that it has ended by itself
            let _ = child.kill();
            if child.wait().unwrap().code() == Some(0) {
                break;
            }
            killed += 1;
        }
        run(at, &args);
        assert!(whole == tree(&at.join(format!("cut-{dedup}"))), "{dedup}, after {killed} kills");
        run(at, &format!("verify cut-{dedup}"));
    }
}

#[test]
fn a_run_that_is_there_is_not_mixed_with_another() {
    let place = tempfile::tempdir().unwrap();
    let at = place.path();
    dump(at);
    run(at, "stage plan in -o out --dedup dump");
    let again = jingwen(at, "clean in -o out --dedup dump");
    assert!(again.status.code() == Some(2) && err(&again).contains("--resume goes on"), "{}", err(&again));
    let other = jingwen(at, "clean in -o out --dedup page --resume");
    assert!(other.status.code() == Some(2) && err(&other).contains("other settings: dedup"), "{}", err(&other));
    let mut lines = fs::read(at.join("in/1.jsonl")).unwrap();
    let last = lines.len() - 10;
    lines[last] ^= 1;
    fs::write(at.join("in/1.jsonl"), lines).unwrap();
    let changed = jingwen(at, "clean in -o out --dedup dump --resume");
    assert!(changed.status.code() == Some(2) && err(&changed).contains("in/1.jsonl has changed"), "{}", err(&changed));
    run(at, "clean in -o out --dedup dump --overwrite");
}

#[test]
fn a_finished_run_is_taken_away_whole_or_not_at_all() {
    let place = tempfile::tempdir().unwrap();
    let at = place.path();
    fs::create_dir(at.join("in")).unwrap();
    fs::write(at.join("in/a.txt"), "桥下有水，水里有鱼，鱼在石头边上睡觉。\n").unwrap();
    run(at, "clean in -o out");
    assert!(at.join("out/a.txt").exists());
    // nothing that is there would be written over, and yet two runs would lie in one folder
    let again = jingwen(at, "clean in -o out --to jsonl");
    assert!(again.status.code() == Some(2) && err(&again).contains("holds a finished run"), "{}", err(&again));
    run(at, "clean in -o out --to jsonl --overwrite");
    assert!(at.join("out/documents.jsonl").exists() && !at.join("out/a.txt").exists());
    run(at, "verify out");
    // an input is never taken away, also when the earlier run made it
    run(at, "clean out/documents.jsonl -o out --to parquet --overwrite");
    let made: Vec<PathBuf> = tree(&at.join("out")).into_keys().collect();
    assert!(made.contains(&"documents.jsonl".into()) && made.iter().any(|f| f.extension().is_some_and(|e| e == "parquet")), "{made:?}");
}

#[test]
fn a_quarantine_elsewhere_belongs_to_the_run() {
    let place = tempfile::tempdir().unwrap();
    let at = place.path();
    fs::write(at.join("in.jsonl"), "{\"text\":\"水\"}\n{\"text\":\n").unwrap();
    run(at, "stage plan in.jsonl -o out --quarantine aside");
    run(at, "stage scan out");
    run(at, "stage finish out");
    assert!(at.join("aside/index.jsonl").exists() && !at.join("out/quarantine").exists());
    run(at, "verify out");
    fs::write(at.join("aside/records.bin"), "something else").unwrap();
    let ran = jingwen(at, "verify out");
    assert!(ran.status.code() == Some(4) && err(&ran).contains("records.bin"), "{}", err(&ran));
}

#[test]
fn verify_sees_what_was_changed() {
    let place = tempfile::tempdir().unwrap();
    let at = place.path();
    dump(at);
    run(at, "clean in -o out");
    let ran = run(at, "verify out");
    assert!(String::from_utf8_lossy(&ran.stdout).contains("all as they were written"));
    let path = at.join("out/2.jsonl");
    let mut bytes = fs::read(&path).unwrap();
    bytes[100] ^= 1;
    fs::write(&path, &bytes).unwrap();
    let ran = jingwen(at, "verify out");
    assert!(ran.status.code() == Some(4) && err(&ran).contains("2.jsonl: its content has changed"), "{}", err(&ran));
    bytes.pop();
    fs::write(&path, &bytes).unwrap();
    assert!(err(&jingwen(at, "verify out")).contains("bytes,"));
    fs::remove_file(&path).unwrap();
    assert_eq!(jingwen(at, "verify out").status.code(), Some(4));
    assert_eq!(jingwen(at, "verify in").status.code(), Some(2));
}

#[test]
fn guards_samples_limits_and_choices() {
    let place = tempfile::tempdir().unwrap();
    let at = place.path();
    dump(at);
    let ran = jingwen(at, "clean in -o a --max-bad 1%");
    assert!(ran.status.code() == Some(1) && err(&ran).contains("--max-bad"), "{}", err(&ran));
    run(at, "clean in -o b --max-bad 2%");
    assert!(tree(&at.join("a")).keys().eq(tree(&at.join("b")).keys()), "over a guard, but done");

    let sums = |out: &str| -> serde_json::Value {
        let report: serde_json::Value = serde_json::from_slice(&fs::read(at.join(out).join("run.json")).unwrap()).unwrap();
        report["sums"]["records"].clone()
    };
    run(at, "clean in -o c --limit 250");
    assert_eq!(sums("c")["read"], 250);
    run(at, "clean in -o d --sample 10%");
    let (read, unsampled) = (sums("d")["read"].as_u64().unwrap(), sums("d")["unsampled"].as_u64().unwrap());
    assert!((40..160).contains(&(read - unsampled)), "{} of {read} are a tenth", read - unsampled);
    run(at, "clean in -o e --include *.html --exclude 1*");
    assert_eq!(sums("e")["read"], 29);
    fs::write(at.join("list"), "in/0.jsonl\n\nin/pages/3.html\n").unwrap();
    run(at, "clean --files-from list -o f");
    assert_eq!(tree(&at.join("f")).len() - 2, 4, "two texts, and two files of quarantine");
    let ran = run(at, "clean in -o g --dry-run");
    assert_eq!(String::from_utf8_lossy(&ran.stdout).lines().count(), 44);
    assert!(!at.join("g").exists());
    run(at, "clean in/pages -o h --metrics h.prom");
    assert!(fs::read_to_string(at.join("h.prom")).unwrap().contains("jingwen_records{end=\"out\"} 40"));
}

/// A record of a WARC file with an HTTP response in it.
fn warc(kind: &str, n: usize, head: &str, body: &str) -> Vec<u8> {
    let http = format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n{body}");
    let block = if kind == "response" { http.as_bytes() } else { b"GET / HTTP/1.1\r\n\r\n" };
    let mut out = format!(
        "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{n}>\r\nWARC-Target-URI: http://a.example/{n}\r\n\
         WARC-Date: 2024-05-0{n}T00:00:00Z\r\nContent-Type: application/http\r\nContent-Length: {}\r\n\r\n",
        block.len()
    )
    .into_bytes();
    out.extend_from_slice(block);
    out.extend_from_slice(b"\r\n\r\n");
    out
}

#[test]
fn archives_of_every_kind_become_lines_or_texts() {
    use jingwen::io::compress::Codec;
    let place = tempfile::tempdir().unwrap();
    let at = place.path();
    fs::create_dir(at.join("in")).unwrap();
    let page = |n| format!("<html><body><p>{}</p></body></html>", paragraph(n));
    let mut gz = Vec::new();
    for (n, kind) in [(1, "request"), (2, "response"), (3, "response"), (4, "response")] {
        let head = if n == 4 { "Content-Type: image/png" } else { "Content-Type: text/html" };
        let body = if n == 4 { "\u{0}PNG".to_owned() } else { page(n as u64) };
        Codec::Gzip.pack(&warc(kind, n, head, &body), &mut gz).unwrap();
    }
    fs::write(at.join("in/a.warc.gz"), &gz).unwrap();
    // damaged in the middle of the second response
    let mut cut = gz.clone();
    let third = gz.windows(3).enumerate().filter(|(_, w)| *w == [0x1F, 0x8B, 8]).nth(2).unwrap().0;
    cut[third + 40..third + 60].fill(0xAA);
    fs::write(at.join("in/b.warc.gz"), &cut).unwrap();
    let mut zst = Vec::new();
    let line = |n: u64| format!("{{\"text\":\"{}\"}}\n", paragraph(n));
    Codec::Zstd.pack(line(7).as_bytes(), &mut zst).unwrap();
    fs::write(at.join("in/c.jsonl.zst"), &zst).unwrap();
    // named after nothing, and told by its content
    fs::write(at.join("in/d"), &zst).unwrap();

    let ran = run(at, "clean in -o lines --to jsonl");
    let lines = |name: &str| -> Vec<serde_json::Value> {
        let text = fs::read_to_string(at.join(name)).unwrap_or_else(|e| panic!("{name}: {e}, {}", err(&ran)));
        text.lines().map(|l| serde_json::from_str(l).unwrap()).collect()
    };
    let a = lines("lines/a.jsonl");
    assert_eq!(a.len(), 2);
    assert_eq!((a[0]["url"].as_str(), a[0]["fetched"].as_str()), (Some("http://a.example/2"), Some("2024-05-02T00:00:00Z")));
    assert_eq!(a[1]["text"].as_str().unwrap().trim(), paragraph(3));
    assert_eq!(lines("lines/b.jsonl").len(), 1, "the other response is there");
    assert_eq!(lines("lines/quarantine/index.jsonl").len(), 1);
    let left: Vec<String> =
        lines("lines/removed.jsonl").iter().map(|l| l["reason"].as_str().unwrap().split(':').next().unwrap().to_owned()).collect();
    assert_eq!(left, ["record/request", "record/media", "record/request", "record/media"]);
    // packed as the input was
    assert_eq!(Codec::of_bytes(&fs::read(at.join("lines/c.jsonl.zst")).unwrap()), Codec::Zstd);
    assert!(lines("lines/d.jsonl")[0]["text"].as_str().unwrap().starts_with(&paragraph(7)));
    run(at, "verify lines");

    // texts: a folder for each archive, lines stay lines
    run(at, "clean in -o texts --to text --dedup dump");
    let names: Vec<String> = tree(&at.join("texts")).keys().map(|p| p.display().to_string()).filter(|p| !p.starts_with('_')).collect();
    assert!(names.contains(&"a.warc/00000002.txt".to_owned()) && names.contains(&"d/00000001.txt".to_owned()), "{names:?}");
    assert!(names.contains(&"c.jsonl.zst".to_owned()), "{names:?}");
    assert_eq!(fs::read_to_string(at.join("texts/d/00000001.txt")).unwrap(), "", "it stood in c already");
    run(at, "verify texts");
}

#[test]
fn a_later_dump_is_compared_with_earlier_ones() {
    let place = tempfile::tempdir().unwrap();
    let at = place.path();
    let write = |name: &str, of: std::ops::Range<u64>| {
        fs::create_dir_all(at.join(name)).unwrap();
        let lines: String = of.map(|n| format!("{{\"text\":\"{}\\n{}\"}}\n", paragraph(n), paragraph(n + 1000))).collect();
        fs::write(at.join(name).join("a.jsonl"), lines).unwrap();
    };
    write("first", 0..40);
    write("second", 30..60);
    write("third", 20..70);
    run(at, "clean first -o out/1 --dedup dump --keep-index index/1");
    run(at, "clean second -o out/2 --dedup dump --against index/1 --keep-index index/2");
    run(at, "clean third -o out/3 --dedup dump --against index/2 --details");
    assert_eq!(paragraphs(&at.join("out/1")).len(), 80);
    assert_eq!(paragraphs(&at.join("out/2")).len(), 40, "ten of thirty were in the first");
    assert_eq!(paragraphs(&at.join("out/3")), (60..70).flat_map(|n| [paragraph(n), paragraph(n + 1000)]).collect::<Vec<_>>());
    let third = fs::read_to_string(at.join("out/3/a.jsonl")).unwrap();
    let first = |line: usize| -> String {
        let l: serde_json::Value = serde_json::from_str(third.lines().nth(line).unwrap()).unwrap();
        format!("{} {}", l["jingwen"]["removed"][0]["first"]["path"], l["jingwen"]["removed"][0]["first"]["record"])
    };
    assert_eq!((first(0), first(25)), ("\"first/a.jsonl\" 21".to_owned(), "\"second/a.jsonl\" 16".to_owned()));

    let wrong = jingwen(at, "clean third -o out/4 --dedup dump --against first");
    assert!(wrong.status.code() == Some(2) && err(&wrong).contains("is no index"), "{}", err(&wrong));
    let wrong = jingwen(at, "clean third -o out/4 --against index/1");
    assert!(wrong.status.code() == Some(2) && err(&wrong).contains("--dedup dump"), "{}", err(&wrong));
}

#[test]
fn tables_and_the_mnbvc_format() {
    let place = tempfile::tempdir().unwrap();
    let at = place.path();
    dump(at);
    // lines and pages to tables, tables to tables and lines: nothing is lost on the way
    run(at, "clean in -o tables --to parquet --dedup dump --block 20K");
    run(at, "clean in -o again --to parquet --dedup dump --block 20K -j 7");
    assert!(tree(&at.join("tables")) == tree(&at.join("again")), "the same bytes each time");
    let names: Vec<String> = tree(&at.join("tables")).keys().map(|p| p.display().to_string()).filter(|p| p.ends_with("parquet")).collect();
    assert_eq!(names, ["0.parquet", "1.parquet", "2.parquet", "3.parquet", "documents.parquet"]);
    run(at, "verify tables");
    for dedup in ["page", "dump"] {
        run(at, &format!("clean tables -o second-{dedup} --to parquet --dedup {dedup} --block 20K --include *.parquet"));
        run(at, &format!("clean second-{dedup} -o lines-{dedup} --to jsonl --include *.parquet"));
    }
    run(at, "clean in -o direct --to jsonl --dedup dump");
    let texts = |out: &str| -> Vec<String> {
        let mut all = paragraphs(&at.join(out));
        all.sort();
        all
    };
    assert!(texts("lines-page") == texts("direct"), "through tables");
    assert!(texts("lines-dump") == texts("direct"), "through tables, with nothing more to cut");
    // a column that is not there
    let wrong = jingwen(at, "clean tables/0.parquet -o wrong --text-field body");
    assert!(wrong.status.code() == Some(3) && err(&wrong).contains("the columns are: id (string)"), "{}", err(&wrong));

    run(at, "clean in -o mnbvc --to mnbvc --dedup dump");
    let line = fs::read_to_string(at.join("mnbvc/3.jsonl")).unwrap();
    let across = line.lines().flat_map(|l| {
        let l: serde_json::Value = serde_json::from_str(l).unwrap();
        l["段落"].as_array().unwrap().iter().map(|p| p["是否跨文件重复"].as_bool().unwrap()).collect::<Vec<_>>()
    });
    let across: Vec<bool> = across.collect();
    assert!(across.iter().any(|a| *a) && across.iter().any(|a| !*a), "copies are told, and stay");
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

/// Lines of which some are nearly the same as others, and which paragraphs and records must go: by `paragraphs` and by `documents`.
fn near(folder: &Path) -> [HashSet<String>; 2] {
    fs::create_dir_all(folder.join("in")).unwrap();
    let mut files = vec![String::new(); 3];
    let (mut copies, mut whole) = (HashSet::new(), HashSet::new());
    let line = |id: &str, text: &str| serde_json::json!({"id": id, "text": text}).to_string() + "\n";
    for n in 0..60u64 {
        let file = |k: u64| ((n + k) % 3) as usize;
        let (text, other) = (story(n, 6), story(n + 1000, 6));
        // in the order of files the first is that of file 0
        let mut order: Vec<usize> = vec![file(0), file(1)];
        order.sort_unstable();
        let later = match n % 6 {
            0 => text.replace('，', ",").replace('。', " "),
            1 => format!("本报讯{text}"),
            2 => text.chars().take(text.chars().count() - 9).collect(),
            3 => text.replacen(text.chars().nth(30).unwrap(), "\u{20BB7}", 1),
            // other facts
            4 => format!("{text}共收到二十元。"),
            _ => text.replacen(&text.chars().skip(20).take(3).collect::<String>(), "王小明", 1),
        };
        let first = if n % 6 == 4 { format!("{text}共收到三十元。") } else { text };
        let id = format!("later-{n}");
        files[order[0]].push_str(&line(&format!("first-{n}"), &format!("{first}\n{other}")));
        files[order[1]].push_str(&line(&id, &format!("{later}\n{}", story(n + 2000, 6))));
        if n % 6 < 4 {
            copies.insert(id);
        }
    }
    for n in 0..9u64 {
        let parts: Vec<String> = (0..8).map(|k| story(5000 + n * 10 + k, 3)).collect();
        files[0].push_str(&line(&format!("whole-{n}"), &parts.join("\n")));
        let id = format!("near-{n}");
        // another paragraph, one left out
        files[2].push_str(&line(&id, &format!("{}\n{}", story(9000 + n, 1), parts[..7].join("\n"))));
        whole.insert(id);
    }
    for (n, lines) in files.iter().enumerate() {
        fs::write(folder.join(format!("in/{n}.jsonl")), lines).unwrap();
    }
    [copies, whole]
}

/// Ids of the records of which a rule took something, with the least similarity there.
fn taken(out: &Path, rule: &str) -> (HashSet<String>, f64) {
    let (mut ids, mut least) = (HashSet::new(), 1.0f64);
    for (_, bytes) in tree(out).into_iter().filter(|(p, _)| p.extension().is_some_and(|e| e == "jsonl") && p.components().count() == 1) {
        for line in String::from_utf8(bytes).unwrap().lines() {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            for removed in line["jingwen"]["removed"].as_array().into_iter().flatten().filter(|r| r["rule"] == rule) {
                assert!(removed["first"]["path"].as_str().is_some_and(|p| p.starts_with("in/")), "{removed}");
                ids.insert(line["id"].as_str().unwrap().to_owned());
                least = least.min(removed["similarity"].as_f64().unwrap());
            }
        }
    }
    (ids, least)
}

#[test]
fn what_is_nearly_the_same_goes_and_other_facts_stay() {
    let place = tempfile::tempdir().unwrap();
    let at = place.path();
    let [copies, whole] = near(at);
    run(at, "clean in -o paragraphs --dedup dump --near paragraphs --details");
    let (found, least) = taken(&at.join("paragraphs"), "dump/near-paragraph");
    assert!(copies.is_subset(&found), "missed: {:?}", copies.difference(&found));
    let others: Vec<&String> = found.difference(&copies).collect();
    assert!(others.iter().all(|id| id.starts_with("near-")), "wrong: {others:?}");
    assert!((0.8..1.0).contains(&least), "{least}");
    run(at, "clean in -o documents --dedup dump --near documents --details");
    assert_eq!(taken(&at.join("documents"), "dump/near-record").0, whole);
    // a threshold that nothing but marks reaches
    run(at, "clean in -o strict --dedup dump --near paragraphs --near-threshold 1 --details");
    assert!(taken(&at.join("strict"), "dump/near-paragraph").0.len() <= 10);
    let wrong = jingwen(at, "clean in -o wrong --near paragraphs");
    assert!(wrong.status.code() == Some(2) && err(&wrong).contains("--dedup dump"), "{}", err(&wrong));
}

#[test]
fn nearly_the_same_is_the_same_for_threads_memory_shares_and_kills() {
    let place = tempfile::tempdir().unwrap();
    let at = place.path();
    near(at);
    run(at, "clean in -o one --dedup dump --near both -j 1 --details");
    let one = tree(&at.join("one"));
    run(at, "clean in -o many --dedup dump --near both -j 8 --memory 64K --details");
    assert!(one == tree(&at.join("many")), "8 threads and little memory");
    let data =
        |tree: BTreeMap<PathBuf, Vec<u8>>| -> BTreeMap<_, _> { tree.into_iter().filter(|(p, _)| !p.starts_with("_jingwen")).collect() };
    run(at, "clean in -o small --dedup dump --near both --block 4K --details");
    assert!(data(one.clone()) == data(tree(&at.join("small"))), "smaller blocks");

    run(at, "stage plan in -o shares --dedup dump --near both --details");
    run(at, "stage scan shares");
    let early = jingwen(at, "stage resolve shares");
    assert!(early.status.code() == Some(2) && err(&early).contains("stage settle --of documents"), "{}", err(&early));
    for of in ["documents", "paragraphs"] {
        let early = jingwen(at, &format!("stage settle shares --of {of}"));
        assert!(early.status.code() == Some(2) && err(&early).contains("stage compare"), "{}", err(&early));
        for pass in ["candidates", "compare", "settle"] {
            for share in ["2/3", "1/3", "3/3", "2/3"] {
                if of == "paragraphs" && pass == "candidates" {
                    run(at, &format!("stage resolve shares --share {share}"));
                }
                run(at, &format!("stage {pass} shares --of {of} --share {share}"));
            }
        }
    }
    run(at, "stage apply shares");
    run(at, "stage finish shares");
    assert!(data(one.clone()) == data(tree(&at.join("shares"))), "shares");

    let mut random = Random(5);
    for n in 0..25 {
        let mut child = Command::new(env!("CARGO_BIN_EXE_jingwen"))
            .args("clean in -o cut --dedup dump --near both --details --resume -q".split(' '))
            .current_dir(at)
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(std::time::Duration::from_micros(random.below(30_000 + n * 4_000)));
        let _ = child.kill();
        if child.wait().unwrap().code() == Some(0) {
            break;
        }
    }
    run(at, "clean in -o cut --dedup dump --near both --details --resume");
    assert!(one == tree(&at.join("cut")), "killed");
    run(at, "verify cut");
}

/// The rows of a table.
fn rows(path: &Path) -> Vec<String> {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    let table = SerializedFileReader::new(fs::File::open(path).unwrap()).unwrap();
    table.get_row_iter(None).unwrap().map(|r| r.unwrap().to_string()).collect()
}

#[test]
fn tables_keep_unknown_members_and_rows_without_a_text() {
    let place = tempfile::tempdir().unwrap();
    let at = place.path();
    fs::create_dir(at.join("in")).unwrap();
    let line = |n: u64| format!("{{\"n\": {n}.0, \"text\": \"{}\", \"id\": \"a{n}\", \"tags\": [\"x\"]}}\n", paragraph(n));
    fs::write(at.join("in/a.jsonl"), (0..3).map(line).collect::<String>()).unwrap();
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/records/null.parquet"), at.join("in/b.parquet")).unwrap();
    for dedup in ["page", "dump"] {
        let ran = run(at, &format!("clean in -o {dedup} --to parquet --dedup {dedup}"));
        let lines = rows(&at.join(dedup).join("a.parquet"));
        assert!(lines.len() == 3 && lines[2].contains(r#"extra: "{"n":2.0,"tags":["x"]}""#), "{lines:?}");
        let nulls = rows(&at.join(dedup).join("b.parquet"));
        assert!(nulls.len() == rows(&at.join("in/b.parquet")).len() && nulls[0].contains("text: null"), "{nulls:?}");
        assert!(nulls[0].contains("reason: \"record/null"), "{nulls:?}");
        assert!(err(&ran).contains("removed"), "{}", err(&ran));
        run(at, &format!("verify {dedup}"));
    }
}

/// Pages of three hosts as JSON lines, each with the menus, notices and related titles of its host, and what is content of each page.
fn sites(folder: &Path) -> BTreeMap<String, String> {
    fs::create_dir_all(folder.join("in")).unwrap();
    let mut random = Random(23);
    let mut content = BTreeMap::new();
    for host in 0..3u64 {
        let name = format!("news{host}.example");
        let menu: Vec<String> = (0..9).map(|n| story(70 + host * 20 + n, 1).chars().take(4).collect()).collect();
        let tail: Vec<String> = (0..7).map(|n| story(400 + host * 20 + n, 1)).collect();
        // said on many pages, each time among other lines
        let refrain = format!("“{}”他说。", story(900 + host, 1).chars().take(9).collect::<String>());
        let mut lines = String::new();
        for page in 0..12u64 {
            let id = format!("{host}-{page}");
            let mut body: Vec<String> = (0..6 + random.below(5)).map(|n| story(10_000 + host * 1000 + page * 20 + n, 3)).collect();
            body.insert(1 + random.below(4) as usize, refrain.clone());
            // an article the host has three times: with its own lines around it, one page and no more
            if page < 3 {
                body = (0..8).map(|n| story(20_000 + host * 100 + n, 3)).collect();
            }
            let date = format!("2024-05-{:02} 10:{:02}", page + 1, random.below(60));
            let text = [&menu[..], &[story(30_000 + host * 50 + page, 1), date], &body[..], &tail[..]].concat().join("\n");
            let url = format!("http://{name}/{page}.html");
            lines.push_str(&serde_json::json!({"id": id, "url": url, "text": text}).to_string());
            lines.push('\n');
            content.insert(id, body.join("\n"));
        }
        fs::write(folder.join(format!("in/{host}.jsonl")), lines).unwrap();
    }
    content
}

/// Lines of content that stayed, of all lines of content; and of the lines that stayed, those of content: recall and precision.
fn quality(out: &Path, content: &BTreeMap<String, String>) -> (f64, f64) {
    let (mut both, mut wanted, mut stayed) = (0, 0, 0);
    for (_, bytes) in tree(out).into_iter().filter(|(p, _)| p.extension().is_some_and(|e| e == "jsonl") && p.components().count() == 1) {
        for line in String::from_utf8(bytes).unwrap().lines() {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            let truth: HashSet<&str> = content[line["id"].as_str().unwrap()].lines().collect();
            let lines: HashSet<&str> = line["text"].as_str().unwrap().lines().filter(|l| !l.is_empty()).collect();
            both += lines.intersection(&truth).count();
            (wanted, stayed) = (wanted + truth.len(), stayed + lines.len());
        }
    }
    (f64::from(both as u32) / f64::from(wanted as u32), f64::from(both as u32) / f64::from(stayed as u32))
}

#[test]
fn lines_that_recur_on_a_site_are_learnt_and_go() {
    let place = tempfile::tempdir().unwrap();
    let at = place.path();
    let content = sites(at);
    run(at, "clean in -o plain --no-title");
    run(at, "clean in -o learnt --no-title --learn-sites -j 1");
    let ((recall, precision), (with_recall, with_precision)) =
        (quality(&at.join("plain"), &content), quality(&at.join("learnt"), &content));
    let f1 = |r: f64, p: f64| 2.0 * r * p / (r + p);
    assert!(f1(with_recall, with_precision) > f1(recall, precision) + 0.03, "{recall} {precision}, {with_recall} {with_precision}");
    assert!(with_recall + 0.003 > recall, "{recall}, {with_recall}");

    let one = tree(&at.join("learnt"));
    run(at, "clean in -o many --no-title --learn-sites -j 8 --memory 64K --block 3K");
    run(at, "stage plan in -o shares --no-title --learn-sites");
    let early = jingwen(at, "stage apply shares");
    assert!(early.status.code() == Some(2) && err(&early).contains("stage"), "{}", err(&early));
    for pass in ["scan", "learn", "apply"] {
        for share in ["2/2", "1/2"] {
            run(at, &format!("stage {pass} shares --share {share}"));
        }
    }
    run(at, "stage finish shares");
    let data =
        |tree: BTreeMap<PathBuf, Vec<u8>>| -> BTreeMap<_, _> { tree.into_iter().filter(|(p, _)| !p.starts_with("_jingwen")).collect() };
    assert!(data(one.clone()) == data(tree(&at.join("many"))), "8 threads, little memory, small blocks");
    assert!(data(one.clone()) == data(tree(&at.join("shares"))), "shares");
    run(at, "verify shares");

    // what was learnt serves again, in one pass, with duplicates of the dump or without
    run(at, "clean in -o again --no-title --site-facts learnt/site-facts.tsv");
    let mut again = data(tree(&at.join("again")));
    again.insert("site-facts.tsv".into(), one[Path::new("site-facts.tsv")].clone());
    assert!(data(one) == again, "from the table");
    run(at, "clean in -o dump --no-title --site-facts learnt/site-facts.tsv --dedup dump");
    let wrong = jingwen(at, "clean in -o wrong --learn-sites --dedup dump");
    assert!(wrong.status.code() == Some(2) && err(&wrong).contains("--site-facts FILE"), "{}", err(&wrong));
}

#[cfg(unix)]
#[test]
fn a_full_disk_and_sigterm_leave_a_run_that_goes_on() {
    let place = tempfile::tempdir().unwrap();
    let at = place.path();
    dump(at);
    for dedup in ["page", "dump"] {
        run(at, &format!("clean in -o whole-{dedup} --dedup {dedup} --block 16K"));
    }
    let shell = |script: String| Command::new("sh").arg("-c").arg(script).current_dir(at).stdin(Stdio::null()).output();
    let program = env!("CARGO_BIN_EXE_jingwen");
    for dedup in ["page", "dump"] {
        // no file may be longer: what the system says is an error like that of a full disk, and at another place for each limit
        let mut stopped = 0;
        for limit in [1, 32, 150, 250] {
            let args = format!("clean in -o full-{dedup} --dedup {dedup} --block 16K --resume -j 1");
            let ran = match shell(format!("trap '' XFSZ; ulimit -f {limit} || exit 99; exec '{program}' {args}")) {
                Ok(ran) if ran.status.code() != Some(99) => ran,
                _ => {
                    #[allow(clippy::print_stderr, reason = "a test that is left out says so")]
                    {
                        eprintln!("left out: needs sh and ulimit -f");
                    }
                    return;
                }
            };
            let (code, said) = (ran.status.code(), err(&ran));
            assert!(code == Some(0) || code == Some(3) && said.contains("cannot write"), "{limit}: {code:?} {said}");
            stopped += usize::from(said.contains("--resume goes on from here"));
        }
        assert!(stopped > 0, "{dedup}: no limit stopped it on its way");
        run(at, &format!("clean in -o full-{dedup} --dedup {dedup} --block 16K --resume"));
        assert!(tree(&at.join(format!("whole-{dedup}"))) == tree(&at.join(format!("full-{dedup}"))), "{dedup}, after a full disk");

        let mut random = Random(3);
        for _ in 0..12 {
            let args = format!("clean in -o ended-{dedup} --dedup {dedup} --block 16K --resume -q");
            let mut child = Command::new(program).args(args.split(' ')).current_dir(at).stdin(Stdio::null()).spawn().unwrap();
            std::thread::sleep(std::time::Duration::from_micros(random.below(60_000)));
            // an error says that it has ended by itself
            let _ = shell(format!("kill -TERM {} 2>/dev/null", child.id()));
            if child.wait().unwrap().code() == Some(0) {
                break;
            }
        }
        run(at, &format!("clean in -o ended-{dedup} --dedup {dedup} --block 16K --resume"));
        assert!(tree(&at.join(format!("whole-{dedup}"))) == tree(&at.join(format!("ended-{dedup}"))), "{dedup}, after SIGTERM");
    }
}
