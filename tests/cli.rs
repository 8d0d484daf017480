//! The program from outside: every verb, every exit code, and bad input of every kind. What the stages make of a page is tested
//! with them.
#![cfg(feature = "cli")]

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

// --- clean -------------------------------------------------------------------------------------------------------------

#[test]
fn a_page_from_standard_input_goes_to_standard_output() {
    let ran = Place::new().run("clean", PLAIN.as_bytes());
    assert_eq!((ran.code, ran.text(), &*ran.err), (0, PLAIN, ""));
    let ran = Place::new().run("clean -", PLAIN.as_bytes());
    assert_eq!((ran.code, ran.text()), (0, PLAIN));
}

#[test]
fn a_folder_is_mirrored() {
    let p = Place::new();
    for name in ["in/b.txt", "in/a/z.html", "in/a-b.md"] {
        p.file(name, PLAIN);
    }
    let ran = p.run("clean in -o out", b"");
    assert_eq!(ran.code, 0, "{}", ran.err);
    ran.adds_up(3, 3, 0, 0);
    assert_eq!(p.tree(), ["in/a-b.md", "in/a/z.html", "in/b.txt", "out/a-b.txt", "out/a/z.txt", "out/b.txt"]);
    assert_eq!(p.read("out/a/z.txt"), PLAIN);
}

#[test]
fn pages_that_would_meet_both_survive() {
    let p = Place::new();
    p.file("in/a.html", "<p>第一页写的是春天的花园。</p>");
    p.file("in/a.md", "第二页写的是秋天的果园。\n");
    assert_eq!(p.run("clean in -o out", b"").code, 0);
    assert!(p.read("out/a.html.txt").contains("春天的花园"));
    assert!(p.read("out/a.md.txt").contains("秋天的果园"));
}

#[test]
fn several_inputs_keep_their_own_names() {
    let p = Place::new();
    for name in ["one/x.txt", "two/x.txt", "solo.txt"] {
        p.file(name, PLAIN);
    }
    assert_eq!(p.run("clean one two solo.txt -o out", b"").code, 0);
    assert_eq!(p.tree()[..3], ["one/x.txt", "out/one/x.txt", "out/solo.txt"]);
    assert_eq!(p.read("out/two/x.txt"), PLAIN);
}

#[test]
fn the_title_can_be_left_out() {
    let page = "<html><head><title>桥头茶馆</title></head><body><h1>桥头茶馆</h1><p>桥头的茶馆开了三十年，老板每天五点起床生火。</p></body></html>";
    let p = Place::new();
    assert!(p.run("clean", page.as_bytes()).text().starts_with("桥头茶馆\n\n"));
    let ran = p.run("clean --no-title", page.as_bytes());
    assert_eq!(ran.text(), "桥头的茶馆开了三十年，老板每天五点起床生火。\n");
}

#[test]
fn files_that_exist_are_not_replaced_unasked() {
    let p = Place::new();
    p.file("in/a.txt", PLAIN);
    p.file("out/a.txt", "mine");
    let ran = p.run("clean in -o out", b"");
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("out/a.txt exists") && ran.err.contains("--overwrite"), "{}", ran.err);
    assert_eq!(p.read("out/a.txt"), "mine");
    assert_eq!(p.run("clean in -o out --overwrite", b"").code, 0);
    assert_eq!(p.read("out/a.txt"), PLAIN);
    assert_eq!(p.tree(), ["in/a.txt", "out/a.txt"], "no temporary file stays");
}

#[test]
fn output_inside_the_input_is_not_read() {
    let p = Place::new();
    p.file("in/a.txt", PLAIN);
    assert_eq!(p.run("clean in -o in/out", b"").code, 0);
    let ran = p.run("clean in -o in/out --overwrite", b"");
    ran.adds_up(1, 1, 0, 0);
    assert_eq!(p.tree(), ["in/a.txt", "in/out/a.txt"]);
    // a file of JSON lines as output in the input folder, too
    for overwrite in ["", " --overwrite"] {
        let ran = p.run(&format!("clean in -o in/all.jsonl --quarantine in/bad{overwrite}"), b"");
        assert_eq!(ran.code, 0, "{}", ran.err);
        ran.adds_up(2, 2, 0, 0);
    }
}

#[test]
fn an_input_is_never_written_over() {
    let p = Place::new();
    p.file("in/a.txt", "  原文不动。");
    for args in ["clean in -o in --overwrite", "clean in/a.txt -o in --overwrite", "clean in/a.txt -o in/a.txt --overwrite"] {
        let ran = p.run(args, b"");
        assert_eq!(ran.code, 2, "{args}");
        assert!(ran.err.contains("is an input"), "{}", ran.err);
        assert_eq!(p.read("in/a.txt"), "  原文不动。");
    }
}

#[test]
fn pages_as_json_lines() {
    let p = Place::new();
    p.file("in/a.txt", PLAIN);
    p.file("in/b/c.html", "<title>茶馆</title><p>桥头的茶馆开了三十年，老板每天五点起床生火。</p>");
    assert_eq!(p.run("clean in -o out --to jsonl", b"").code, 0);
    let text = p.read("out/documents.jsonl");
    let lines: Vec<serde_json::Value> = text.lines().map(|l| serde_json::from_str(l).expect("JSON")).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!((lines[0]["id"].as_str(), lines[0]["text"].as_str()), (Some("a.txt"), Some(PLAIN)));
    assert_eq!(lines[0]["charset"]["name"], "utf-8");
    assert_eq!(lines[0]["counts"]["bytes_in"], PLAIN.len());
    assert_eq!(lines[1]["metadata"]["title"], "茶馆");
    assert!(lines[1]["removed"].is_array() && lines[1]["url"].is_null());
    // the same as one stream
    assert_eq!(p.run("clean in --to jsonl", b"").text(), text);
    assert_eq!(p.run("clean in -o all.jsonl", b"").code, 0);
    assert_eq!(p.read("all.jsonl"), text);
}

#[test]
fn what_is_left_out_is_named_with_its_rule() {
    let p = Place::new();
    let line = "同一段话在这一页里出现了两次，第二次是贴的时候多贴上去的，和第一次一个字也不差，读的人看一遍就够了，应当去掉。";
    p.file("a.txt", format!("{line}\n\n{PLAIN}\n{line}\n"));
    let ran = p.run("clean a.txt --to jsonl", b"");
    let v: serde_json::Value = serde_json::from_str(ran.text()).expect("JSON");
    assert_eq!(v["removed"].as_array().map(Vec::len), Some(1), "{v}");
    assert_eq!(v["removed"][0]["text"], line);
    assert!(v["removed"][0]["rule"].as_str().is_some_and(|r| r.contains('/')));
    assert_eq!(v["removed"][0]["first"][0], 0);
}

#[test]
fn several_pages_need_a_place_to_go() {
    let p = Place::new();
    p.file("in/a.txt", PLAIN);
    let ran = p.run("clean in", b"");
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("-o OUT"), "{}", ran.err);
}

// --- JSON lines --------------------------------------------------------------------------------------------------------

#[test]
fn lines_keep_their_order_and_their_bytes() {
    let mut input = String::new();
    for n in 0..300 {
        input.push_str(&format!(
            "{{ \"n\":{n}.00 ,\"text\": \"第{n}行的正文没有什么要改。\",\"x\":[1,{{\"text\":null}}],\"half\":\"\\ud83d\"}}\r\n"
        ));
        if n % 50 == 0 {
            input.push('\n');
        }
    }
    input.push_str("{\"text\":\"最后一行没有换行符。\"}");
    for verb in ["repair", "clean"] {
        let ran = Place::new().run(&format!("{verb} --from jsonl --to jsonl"), input.as_bytes());
        assert_eq!((ran.code, &*ran.err), (0, ""));
        assert!(ran.text() == input, "{verb} changed a clean line");
    }
}

#[test]
fn only_the_text_of_a_line_changes() {
    // UTF-8 read as windows-1252
    let line = "{\"k\" : 1e2, \"content\":\"The price is â‚¬5 â€“ donâ€™t wait.\", \"z\":\"\\u00e9\"}\n";
    let ran = Place::new().run("repair --from jsonl --text-field content", line.as_bytes());
    assert_eq!(ran.text(), "{\"k\" : 1e2, \"content\":\"The price is €5 – don’t wait.\", \"z\":\"\\u00e9\"}\n");
}

#[test]
fn form_and_what_is_left_of_lost_text_change_only_when_asked() {
    let line = "{\"text\":\"Ｔｅｌ：０１０ cafe\u{301} 春天锟斤拷来了\"}\n";
    let run = |args: &str| Place::new().run(&format!("repair --from jsonl {args}"), line.as_bytes()).text().to_owned();
    assert_eq!(run(""), line);
    assert!(run("--width").contains("Tel：010 cafe\u{301} 春天锟斤拷来了"));
    assert!(run("--normalize nfc").contains("Ｔｅｌ：０１０ caf\u{e9} 春天锟斤拷来了"));
    assert!(run("--remove-lost").contains("cafe\u{301} 春天来了"));
    assert_eq!(
        Place::new().run("clean --width --normalize nfkc --remove-lost", "Ｔｅｌ 春天锟斤拷来了".as_bytes()).text(),
        "Tel 春天来了\n"
    );
}

#[test]
fn a_page_removed_whole_keeps_its_line_and_says_why() {
    let ran = Place::new().run("clean --from jsonl", b"{\"id\":7,\"text\":\"<script>x()</script>\"}\n{\"text\":\"\"}\n");
    let lines: Vec<serde_json::Value> = ran.text().lines().map(|l| serde_json::from_str(l).expect("JSON")).collect();
    assert_eq!((lines[0]["id"].as_u64(), lines[0]["text"].as_str()), (Some(7), Some("")));
    assert!(lines[0]["jingwen"]["reason"].is_string(), "{}", ran.text());
    assert_eq!(lines[1], serde_json::json!({"text": ""}), "an empty text was empty before");
}

#[test]
fn details_are_added_when_asked_for() {
    let ran = Place::new().run("clean --from jsonl --details", "{\"text\":\"没有什么要改的一行正文。\"}".as_bytes());
    let v: serde_json::Value = serde_json::from_str(ran.text()).expect("JSON");
    assert_eq!(v["text"], "没有什么要改的一行正文。");
    assert_eq!(v["jingwen"]["charset"]["name"], "utf-8");
    assert_eq!(v["jingwen"]["counts"]["blocks"], 1);
}

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

#[test]
fn broken_lines_go_to_quarantine_with_bytes_and_reason() {
    let p = Place::new();
    p.file("in/shard.jsonl", broken_lines());
    let ran = p.run("clean in -o out", b"");
    assert_eq!(ran.code, 0, "{}", ran.err);
    ran.adds_up(19, 10, 0, 9);
    assert_eq!(p.read("out/shard.jsonl"), "{\"text\":\"good\"}\n".repeat(10));
    let bad = p.quarantine("out/quarantine");
    assert_eq!(bad.len(), BROKEN.len());
    let mut offset = 16;
    for (n, ((entry, bytes), (line, why, at))) in bad.iter().zip(BROKEN).enumerate() {
        assert_eq!(bytes, line);
        assert_eq!(entry["path"], "in/shard.jsonl");
        assert_eq!(entry["record"], 2 * n as u64 + 2);
        assert_eq!((entry["offset"].as_u64(), entry["at"].as_u64()), (Some(offset), Some(offset + at)), "{entry}");
        assert!(entry["reason"].as_str().is_some_and(|r| r.contains(why)), "{entry} should say {why}");
        let said = format!("in/shard.jsonl, record {}, byte {}: ", 2 * n + 2, offset + at);
        assert!(ran.err.contains(&said), "{said} is missing in\n{}", ran.err);
        offset += line.len() as u64 + 17;
    }
}

#[test]
fn in_a_filter_broken_lines_keep_their_place() {
    let p = Place::new();
    let ran = p.run("clean --from jsonl", &broken_lines());
    assert_eq!(ran.code, 0);
    ran.adds_up(19, 10, 0, 9);
    let lines: Vec<serde_json::Value> = ran.text().lines().map(|l| serde_json::from_str(l).expect("each line is JSON")).collect();
    assert_eq!(lines.len(), 19, "one line in, one line out");
    assert_eq!(lines[1]["jingwen"]["raw"], "WzEsMl0=");
    assert_eq!(lines[1]["text"], "");
    assert!(p.tree().is_empty(), "a filter makes no files unasked");
    // unless it is told where
    let ran = p.run("clean --from jsonl --quarantine bad", &broken_lines());
    assert_eq!(ran.text().lines().count(), 10);
    assert_eq!(p.quarantine("bad").len(), 9);
}

#[test]
fn bad_lines_can_be_skipped_or_fatal() {
    let p = Place::new();
    let ran = p.run("clean --from jsonl --on-bad skip", &broken_lines());
    assert_eq!((ran.code, ran.text()), (0, &*"{\"text\":\"good\"}\n".repeat(10)));
    assert_eq!((ran.sum("quarantined"), ran.sum("skipped")), (0, 9));
    p.file("in.jsonl", broken_lines());
    let ran = p.run("clean in.jsonl -o out --on-bad fail", b"");
    assert_eq!(ran.code, 3);
    assert!(ran.err.contains("in.jsonl, record 2, byte 16"), "{}", ran.err);
    assert!(!p.path().join("out/in.jsonl").exists(), "a part is not given the name of the whole");
}

#[test]
fn many_bad_lines_do_not_flood() {
    let p = Place::new();
    let input = "{}\n".repeat(500);
    assert!(p.run("clean --from jsonl", input.as_bytes()).err.lines().count() < 40);
    assert!(p.run("clean --from jsonl -v", input.as_bytes()).err.lines().count() > 500);
    assert_eq!(p.run("clean --from jsonl -q", input.as_bytes()).err, "");
}

#[test]
fn jsonl_as_text_is_refused() {
    let ran = Place::new().run("clean --from jsonl --to text", b"");
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("--to jsonl"), "{}", ran.err);
}

/// Numbers of four bytes, as a program or a table has them.
fn binary() -> Vec<u8> {
    (0..1000u32).flat_map(|n| (n * n).to_le_bytes()).collect()
}

// --- bad input ---------------------------------------------------------------------------------------------------------

#[test]
fn bad_files_go_to_quarantine_and_the_others_are_cleaned() {
    let p = Place::new();
    let binary = binary();
    p.file("in/binary.dat", &binary);
    p.file("in/empty.txt", "");
    p.file("in/good.txt", PLAIN);
    p.file("in/huge.txt", "字".repeat(2000));
    let ran = p.run("clean in -o out --max-record 5000", b"");
    assert_eq!(ran.code, 0, "{}", ran.err);
    ran.adds_up(4, 1, 0, 3);
    assert_eq!(p.read("out/good.txt"), PLAIN);
    let bad = p.quarantine("out/quarantine");
    let whys: Vec<&str> = bad.iter().filter_map(|(e, _)| e["reason"].as_str()).collect();
    assert!(whys[0].contains("binary") && whys[1].contains("empty") && whys[2].contains("--max-record"), "{whys:?}");
    assert_eq!((&bad[0].1, bad[1].1.len(), bad[2].1.len()), (&binary, 0, 6000));
    assert!(ran.err.contains("in/empty.txt, record 1, byte 0: "), "{}", ran.err);
}

#[test]
fn a_line_over_the_limit_is_not_loaded() {
    let p = Place::new();
    let long = format!("{{\"text\":\"{}\"}}", "长".repeat(700_000));
    let input = format!("{{\"text\":\"a\"}}\n{long}\n{{\"text\":\"b\"}}\n");
    p.file("in.jsonl", &input);
    let ran = p.run("repair in.jsonl -o out --max-record 1000", b"");
    ran.adds_up(3, 2, 0, 1);
    let bad = p.quarantine("out/quarantine");
    assert!(bad[0].1 == long.as_bytes(), "all its bytes are kept");
    assert_eq!((bad[0].0["record"].as_u64(), bad[0].0["offset"].as_u64()), (Some(2), Some(13)));
    // the filter passes it on in Base64
    let ran = p.run("repair --from jsonl --max-record 1000", input.as_bytes());
    assert_eq!(ran.text().lines().count(), 3);
    assert!(ran.text().len() > long.len());
    // and within the limit it is a line like any other
    assert!(p.run("repair --from jsonl", input.as_bytes()).text() == input);
}

#[test]
fn one_very_long_line_is_one_page() {
    let line = format!("{}\n", "桥头的茶馆开了三十年，老板每天五点起床生火。".repeat(30_000));
    assert!(Place::new().run("clean", line.as_bytes()).text() == line);
}

#[test]
fn sixty_thousand_nested_elements() {
    let n = 60_000;
    let page = format!("<html><body>{}<p>在最里面的一段话，总还是读得到的。</p>{}", "<div>".repeat(n), "</div>".repeat(n));
    let ran = Place::new().run("clean", page.as_bytes());
    assert_eq!((ran.code, ran.text()), (0, "在最里面的一段话，总还是读得到的。\n"));
    assert_eq!(Place::new().run("explain", page.as_bytes()).code, 0);
}

#[test]
fn nul_bytes_do_no_harm() {
    let p = Place::new();
    p.file("in/nul.txt", PLAIN.replace('，', "，\0"));
    p.file("in/only.txt", [0u8; 100]);
    p.file("in/z.jsonl", "{\"text\":\"a\\u0000b\"}\n");
    let ran = p.run("clean in -o out", b"");
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(ran.sum("in"), ran.sum("out") + ran.sum("removed") + ran.sum("quarantined"));
    assert_eq!(p.run("explain in/nul.txt", b"").code, 0);
}

#[cfg(unix)]
#[test]
fn unreadable_files_and_folders_are_told_and_counted() {
    use std::os::unix::fs::PermissionsExt;
    let p = Place::new();
    p.file("in/good.txt", PLAIN);
    // a link to nowhere cannot be read, whoever asks
    std::os::unix::fs::symlink("nowhere", p.path().join("in/dangling.txt")).expect("links can be made");
    let ran = p.run("clean in -o out", b"");
    assert_eq!(ran.code, 3, "an input could not be read");
    ran.adds_up(2, 1, 0, 1);
    assert!(ran.err.contains("in/dangling.txt, record 1, byte 0: cannot be read: "), "{}", ran.err);
    assert_eq!(p.read("out/good.txt"), PLAIN);

    fs::remove_file(p.path().join("in/dangling.txt")).expect("it is there");
    p.file("in/shut/a.txt", PLAIN);
    let (shut, locked) = (p.path().join("in/shut"), p.file("in/locked.txt", PLAIN));
    let mode = |path: &Path, bits| fs::set_permissions(path, fs::Permissions::from_mode(bits)).expect("it is ours");
    mode(&shut, 0o000);
    mode(&locked, 0o000);
    // root reads all the same: then there is nothing to see here
    if fs::read(&locked).is_err() {
        let ran = p.run("clean in -o out --overwrite", b"");
        assert_eq!(ran.code, 3);
        ran.adds_up(3, 1, 0, 2);
        assert!(ran.err.contains("in/shut") && ran.err.contains("in/locked.txt"), "{}", ran.err);
    }
    mode(&shut, 0o755);
}

#[cfg(target_os = "linux")]
#[test]
fn names_need_not_be_utf8() {
    use std::os::unix::ffi::OsStrExt;
    let p = Place::new();
    // 中文.html in GBK
    p.file(Path::new("in").join(OsStr::from_bytes(b"\xD6\xD0\xCE\xC4.html")), "<p>桥头的茶馆开了三十年，老板每天五点起床生火。</p>");
    p.file(Path::new("in").join(OsStr::from_bytes(b"\xD6\xD0.txt")), "");
    let ran = p.run("clean in -o out", b"");
    ran.adds_up(2, 1, 0, 1);
    assert!(p.path().join("out").join(OsStr::from_bytes(b"\xD6\xD0\xCE\xC4.txt")).exists());
    assert_eq!(p.quarantine("out/quarantine")[0].0["path_bytes"], "696e2fd6d02e747874");
}

#[test]
fn a_missing_input_is_an_input_error() {
    let p = Place::new();
    p.file("good.txt", PLAIN);
    let ran = p.run("clean nosuch.txt good.txt -o out", b"");
    assert_eq!(ran.code, 3);
    assert!(ran.err.contains("nosuch.txt"), "{}", ran.err);
    assert_eq!(p.read("out/good.txt"), PLAIN);
    for verb in ["detect", "decode", "explain"] {
        let ran = p.run(&format!("{verb} nosuch.txt"), b"");
        assert_eq!(ran.code, 3, "{verb}");
        assert!(ran.err.contains("nosuch.txt"), "{}", ran.err);
    }
}

#[test]
fn a_binary_page_in_a_filter_is_an_error() {
    let binary = binary();
    for verb in ["clean", "repair", "decode"] {
        let ran = Place::new().run(verb, &binary);
        assert_eq!((ran.code, ran.out.len()), (3, 0), "{verb}");
        assert!(ran.err.contains("binary"), "{verb}: {}", ran.err);
    }
}

#[test]
fn an_empty_page_in_a_filter_is_empty() {
    for verb in ["clean", "repair"] {
        let ran = Place::new().run(verb, b"");
        assert_eq!((ran.code, ran.text(), &*ran.err), (0, "", "jingwen: <stdin>, record 1, byte 0: empty: 0 bytes [nothing to write]\n"));
    }
}

#[test]
fn an_output_that_cannot_be_written_is_an_output_error() {
    let p = Place::new();
    p.file("in/a.txt", PLAIN);
    p.file("out", "a file where a folder should be");
    let ran = p.run("clean in -o out/deeper", b"");
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.err.contains("out/deeper"), "{}", ran.err);
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_is_success() {
    for args in [&["repair", "--from", "jsonl"][..], &["clean", "--from", "jsonl"], &["rules"], &["man"]] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_jingwen"))
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        // nobody reads from the beginning
        drop(child.stdout.take());
        let mut stdin = child.stdin.take().expect("it was asked for");
        let feed = std::thread::spawn(move || {
            for _ in 0..20_000 {
                if stdin.write_all("{\"text\":\"没有人读到的一行\"}\n".as_bytes()).is_err() {
                    break;
                }
            }
        });
        let done = child.wait_with_output().expect("it ends");
        feed.join().expect("the feeding thread does not panic");
        assert_eq!((done.status.code(), &*String::from_utf8_lossy(&done.stderr)), (Some(0), ""), "{args:?}");
    }
}

// --- promises ----------------------------------------------------------------------------------------------------------

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let p = Place::new();
    let mut lines = String::new();
    for n in 0..1000 {
        // long enough for several chunks, most of it cheap
        let apostrophe = if n % 10 == 0 { "â€™" } else { "'" };
        lines.push_str(&format!("{{\"id\":{n},\"text\":\"{n} don{apostrophe}t wait. {}\"}}\n", "tea house ".repeat(n % 397)));
        if n % 100 == 0 {
            lines.push_str("{\"broken\n");
            p.file(format!("in/{n}/page.html"), format!("<h1>第{n}页</h1><p>{}</p>", PLAIN.repeat(n % 7 + 1)));
            p.file(format!("in/{n}/empty.md"), "");
        }
    }
    p.file("in/lines.jsonl", &lines);
    let all = |out: &str| -> Vec<(String, Vec<u8>)> {
        let root = p.path().join(out);
        let mut files: Vec<_> = walkdir::WalkDir::new(&root)
            .into_iter()
            .map(|e| e.expect("it can be listed").into_path())
            .filter(|f| f.is_file() && !f.ends_with("run.json"))
            .map(|f| (f.strip_prefix(&root).expect("below").to_string_lossy().into_owned(), fs::read(&f).expect("readable")))
            .collect();
        files.sort();
        files
    };
    let mut before = None;
    for threads in [1, 2, 8] {
        let ran = p.run(&format!("clean in -o out{threads} -j {threads}"), b"");
        assert_eq!(ran.code, 0, "{}", ran.err);
        assert_eq!((ran.sum("in"), ran.sum("quarantined")), (1030, 20));
        let filtered = p.run(&format!("clean --from jsonl -q -j {threads}"), lines.as_bytes());
        let now = (all(&format!("out{threads}")), filtered.out);
        if let Some(before) = &before {
            assert!(before == &now, "{threads} threads differ from 1");
        }
        before = Some(now);
    }
}

#[test]
fn clean_text_in_a_tree_is_repaired_to_itself() {
    let p = Place::new();
    p.file("in/a.html", "<p>没有什么要改的</p>\r\n");
    assert_eq!(p.run("repair in -o out", b"").code, 0);
    assert_eq!(p.read("out/a.html"), "<p>没有什么要改的</p>\r\n");
}

// --- the other verbs ---------------------------------------------------------------------------------------------------

/// 桥头的茶馆开了三十年，老板每天五点起床生火。来喝茶的多半是街坊。 in GB 18030
const GBK: &[u8] = b"\xC7\xC5\xCD\xB7\xB5\xC4\xB2\xE8\xB9\xDD\xBF\xAA\xC1\xCB\xC8\xFD\xCA\xAE\xC4\xEA\xA3\xAC\xC0\xCF\xB0\xE5\xC3\xBF\xCC\xEC\xCE\xE5\xB5\xE3\xC6\xF0\xB4\xB2\xC9\xFA\xBB\xF0\xA1\xA3\n";

#[test]
fn detect_says_which_charset() {
    let p = Place::new();
    p.file("a.txt", PLAIN);
    p.file("b.txt", GBK);
    let ran = p.run("detect --to jsonl b.txt a.txt", b"");
    let lines: Vec<serde_json::Value> = ran.text().lines().map(|l| serde_json::from_str(l).expect("JSON")).collect();
    assert_eq!((lines[0]["path"].as_str(), lines[0]["encoding"].as_str()), (Some("b.txt"), Some("gb18030")));
    assert_eq!((lines[1]["path"].as_str(), lines[1]["encoding"].as_str()), (Some("a.txt"), Some("utf-8")));
    assert!(lines[1]["confidence"].as_f64().is_some_and(|c| c > 0.9) && lines[1]["why"].is_string());
    let ran = p.run("detect .", b"");
    assert!(ran.text().starts_with("./a.txt: utf-8  "), "{}", ran.text());
    assert_eq!(ran.text().lines().count(), 2);
}

#[test]
fn decode_gives_utf8() {
    let ran = Place::new().run("decode -", GBK);
    assert_eq!((ran.code, ran.text()), (0, "桥头的茶馆开了三十年，老板每天五点起床生火。\n"));
}

#[test]
fn explain_shows_fates_and_rules() {
    let p = Place::new();
    let line = "同一段话在这一页里出现了两次，第二次是贴的时候多贴上去的，和第一次一个字也不差，读的人看一遍就够了，应当去掉。";
    p.file("a.txt", format!("{line}\n\n{PLAIN}\n{line}\n"));
    let ran = p.run("explain a.txt", b"");
    assert_eq!(ran.code, 0);
    let text = ran.text();
    assert!(text.contains(&format!("     1 = {line}\n")) && text.contains(&format!("     7 - {line}\n")), "{text}");
    assert!(text.contains("first on line 1") && text.contains("3 kept, 1 removed") && !text.contains('\x1b'), "{text}");
    assert!(p.run("explain a.txt --color always", b"").text().contains("\x1b["));
    for l in p.run("explain a.txt --to jsonl", b"").text().lines() {
        serde_json::from_str::<serde_json::Value>(l).expect("JSON");
    }
}

#[test]
fn people_read_their_language() {
    let p = Place::new();
    p.file(
        "a.txt",
        "首页 | 新闻 | 体育 | 财经 | 娱乐\n\n这是正文的第一段，讲的是春天的事情。\n\n这是正文的第一段，讲的是春天的事情。\n".as_bytes(),
    );
    let text = p.run("explain a.txt --lang zh", b"").text().to_owned();
    assert!(text.contains("这一段在本页前面已经出现过（首次出现在第 3 行）") && text.contains("保留 "), "{text}");
    assert!(p.run("explain a.txt --lang en", b"").text().contains("(first on line 3)"));
    assert!(p.run("rules paragraph/repeat --lang zh", b"").text().contains("来源"));
    assert!(p.run("rules --lang zh", b"").text().contains("原文是 UTF-8 编码，被误当作 GBK 读取"));
    // the locale decides for people, not for programs
    let in_locale = |args: &[&str], locale: [(&str, &str); 3]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_jingwen"));
        command.args(args).envs(locale).current_dir(p.0.path());
        String::from_utf8(command.output().expect("the program starts").stdout).expect("output is UTF-8")
    };
    let en = "stood earlier";
    let says = |locale| in_locale(&["rules", "paragraph/repeat"], locale);
    assert!(says([("LC_ALL", ""), ("LC_MESSAGES", "zh_CN.UTF-8"), ("LANG", "en_US.UTF-8")]).contains("出现过"));
    assert!(says([("LC_ALL", "C"), ("LC_MESSAGES", "zh_CN.UTF-8"), ("LANG", "zh_CN.UTF-8")]).contains(en));
    assert!(says([("LC_ALL", ""), ("LC_MESSAGES", ""), ("LANG", "zh_TW")]).contains("出现过"));
    let zh_locale = [("LC_ALL", "zh_CN.UTF-8"), ("LC_MESSAGES", ""), ("LANG", "")];
    assert!(in_locale(&["rules", "paragraph/repeat", "--to", "jsonl"], zh_locale).contains(en));
    assert!(in_locale(&["rules", "paragraph/repeat", "--to", "jsonl", "--lang", "zh"], zh_locale).contains("出现过"));
}

#[test]
fn explain_shows_what_cannot_be_seen() {
    let text = "藏在文字里的控制字符\u{1b}[31m和私用字符\u{e123}都看得见。\n";
    let ran = Place::new().run("explain --color never", text.as_bytes());
    assert!(!ran.text().contains('\x1b') && !ran.text().contains('\u{e123}'), "{}", ran.text());
}

#[test]
fn rules_are_listed_one_by_one() {
    let p = Place::new();
    let all = p.run("rules", b"");
    assert!(all.text().lines().count() > 5 && all.text().contains("charset/malformed"));
    let one = p.run("rules charset/malformed", b"");
    assert!(["source", "fires", "spares"].iter().all(|w| one.text().contains(w)), "{}", one.text());
    let family = p.run("rules charset --to jsonl", b"");
    assert!(family.text().lines().all(|l| l.starts_with("{\"id\":\"charset/")), "{}", family.text());
    let none = p.run("rules charset/malformd", b"");
    assert_eq!(none.code, 2);
    assert!(none.err.contains("did you mean `charset/malformed`"), "{}", none.err);
}

#[test]
fn help_completions_and_manual() {
    let p = Place::new();
    for verb in ["clean", "repair", "detect", "decode", "explain", "rules"] {
        let help = p.run(&format!("{verb} --help"), b"");
        assert_eq!(help.code, 0);
        assert!(p.run("--help", b"").text().contains(verb));
        assert!(p.run(&format!("man {verb}"), b"").text().contains(".TH"));
    }
    assert!(p.run("clean --help", b"").text().contains("Examples:"));
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(p.run(&format!("completions {shell}"), b"").text().contains("jingwen"), "{shell}");
    }
    assert_eq!(p.run("man nosuch", b"").code, 2);
    assert_eq!(p.run("clean --nosuch", b"").code, 2);
    assert_eq!(p.run("clean --max-record 2G", b"").code, 2);
    assert_eq!(p.run("", b"").code, 2);
}

#[test]
fn progress_is_silent_in_a_pipe_and_there_when_asked_for() {
    let p = Place::new();
    p.file("in/a.txt", PLAIN);
    let ran = p.run("clean in -o out --progress json", b"");
    let line = ran.err.lines().find(|l| l.starts_with('{')).expect("a last line at least");
    let v: serde_json::Value = serde_json::from_str(line).expect("JSON");
    assert_eq!((v["records"].as_u64(), v["bytes"].as_u64()), (Some(1), Some(PLAIN.len() as u64)));
    let ran = p.run("clean in -o out --overwrite", b"");
    assert!(!ran.err.contains('\x1b') && !ran.err.contains('\r') && ran.err.lines().count() == 5, "{}", ran.err);
}

#[test]
fn the_program_starts_fast() {
    let p = Place::new();
    let best = (0..10)
        .map(|_| {
            let start = std::time::Instant::now();
            assert_eq!(p.run("--version", b"").code, 0);
            start.elapsed()
        })
        .min()
        .expect("ten runs");
    // 20 ms is the promise of the release build on an idle machine; a test machine is neither
    assert!(best.as_millis() < 200, "{best:?}");
}

#[test]
fn own_rules_and_settings_of_a_project() {
    let place = tempfile::tempdir().unwrap();
    let at = place.path();
    let text = "山里的路一到雨天就不好走，村里人商量了几次，决定自己动手修一条，从村口一直修到河边。";
    fs::write(at.join("a.txt"), format!("修路记\n{text}\n本店今日打折\n{text}路修好了。\n")).unwrap();
    fs::create_dir(at.join("rules")).unwrap();
    let row = "own/shop\ta line of the shop\tour pages\t修路记\\n本店\\n水\t他在本店\tbegin\t本店\tremove\n";
    fs::write(at.join("rules/own.tsv"), row).unwrap();
    let ran = |args: &str| {
        let ran = Command::new(env!("CARGO_BIN_EXE_jingwen")).args(args.split_whitespace()).current_dir(at).output().unwrap();
        (ran.status.code(), String::from_utf8_lossy(&ran.stdout).into_owned(), String::from_utf8_lossy(&ran.stderr).into_owned())
    };
    assert!(ran("clean a.txt").1.contains("本店"));
    assert!(!ran("clean a.txt --rules rules").1.contains("本店"));
    assert!(ran("rules --rules rules own").1.contains("a line of the shop"));
    let (code, out, _) = ran("rules test --rules rules a.txt");
    assert!(code == Some(0) && out.contains("own/shop  ok") && out.contains("own/shop  1 lines\n  a.txt: 本店今日打折"), "{out}");
    fs::write(at.join("rules/own.tsv"), row.replace("他在本店", "本店\\n水")).unwrap();
    let (code, out, _) = ran("rules test --rules rules");
    assert!(code == Some(1) && out.contains("fires on what it must spare"), "{out}");
    fs::write(at.join("rules/own.tsv"), row).unwrap();

    fs::write(at.join("jingwen.toml"), "[clean]\nrules = 'rules'\nno-title = true\n").unwrap();
    let (_, out, err) = ran("clean a.txt -v");
    assert!(!out.contains("本店") && !out.contains("修路记") && err.contains("jingwen.toml: --"), "{out}{err}");
    assert!(ran("clean a.txt --no-config").1.contains("本店"));
    assert!(ran("explain a.txt").1.contains("a line of the shop"), "what clean does is what explain explains");
    assert!(ran("diff a.txt").1.contains("own/shop"));
    // a run remembers them: in another folder, and only as long as they are the same
    fs::create_dir(at.join("in")).unwrap();
    fs::copy(at.join("a.txt"), at.join("in/a.txt")).unwrap();
    assert_eq!(ran("stage plan in -o out").0, Some(0));
    fs::write(at.join("rules/own.tsv"), row.replace("shop", "shops")).unwrap();
    let (code, _, err) = ran("stage scan out");
    assert!(code == Some(2) && err.contains("the rules have changed"), "{err}");
    fs::write(at.join("jingwen.toml"), "[clean]\nprofil = 'forum'\n").unwrap();
    let (code, _, err) = ran("clean a.txt");
    assert!(code == Some(2) && err.contains("jingwen.toml:2: unknown key `profil` in [clean]; did you mean `profile`?"), "{err}");
}
