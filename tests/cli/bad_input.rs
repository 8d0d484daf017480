//! Bad input of every kind: what is told, what is kept, which exit code.

use super::*;

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
fn lines_that_all_keep_their_text_elsewhere_are_an_input_error() {
    let p = Place::new();
    let line = "{\"id\":1,\"content\":\"a\"}\n";
    p.file("in/a.jsonl", line.repeat(3));
    for command in ["clean in -o out", "clean in -o skipped --on-bad skip", "clean in -o texts --to text"] {
        let ran = p.run(command, b"");
        assert_eq!(ran.code, 3, "{command}: {}", ran.err);
        assert!(ran.err.contains("the fields are: id, content") && ran.err.contains("none of 3 records has the field"), "{}", ran.err);
    }
    assert_eq!(p.run("clean --from jsonl", line.as_bytes()).code, 3);
    assert_eq!(p.run("clean in -o named --text-field content", b"").code, 0);
    // one that has it: the others are damage
    p.file("in/b.jsonl", "{\"text\":\"b\"}\n");
    let ran = p.run("clean in -o more", b"");
    assert!(ran.code == 0 && !ran.err.contains("nothing was read"), "{}", ran.err);
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
