//! Duplicated paragraphs across a dump: the first stays, whatever the threads, memory, blocks and shares.

use super::*;

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
    let data =
        |tree: BTreeMap<PathBuf, Vec<u8>>| -> BTreeMap<_, _> { tree.into_iter().filter(|(p, _)| !p.starts_with("_jingwen")).collect() };
    // the journal says whether a block waited for its duplicates, which is a matter of memory
    run(at, "clean in -o many --dedup dump -j 8 --memory 1M");
    assert!(data(one.clone()) == data(tree(&at.join("many"))), "8 threads and little memory");
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
    assert!(data(one.clone()) == data(tree(&at.join("shares"))), "shares");
    run(at, "verify shares");

    // smaller blocks are another plan and the same data
    run(at, "clean in -o small --dedup dump --block 20K");
    assert!(data(one) == data(tree(&at.join("small"))), "smaller blocks");
}

/// What does not fit the memory waits for a pass of its own, from some block on; in all formats and beside all that is written the bytes are those
/// of a run in which all of it does.
#[test]
fn copies_known_at_once_and_later_are_the_same() {
    let place = tempfile::tempdir().unwrap();
    let at = place.path();
    dump(at);
    for how in ["--to text", "--to jsonl --details --trace TRACE", "--to parquet", "--to mnbvc --compress zst", "--to jsonl --limit 300"] {
        let mut made = Vec::new();
        for (memory, (written, waits)) in [("8G", (true, false)), ("64K", (true, true)), ("1K", (false, true))] {
            let how = how.replace("TRACE", &format!("trace-{memory}"));
            run(at, &format!("clean in -o out --overwrite -q --dedup dump --block 8K -j 2 --memory {memory} {how}"));
            let journal = fs::read_to_string(at.join("out/_jingwen/journal")).unwrap();
            assert_eq!(journal.contains("\"written\":true"), written, "{memory} {how}");
            assert_eq!(journal.contains("\"resolved\""), waits, "{memory} {how}");
            let mut report: serde_json::Value = serde_json::from_slice(&fs::read(at.join("out/run.json")).unwrap()).unwrap();
            let files: BTreeMap<_, _> = tree(&at.join("out")).into_iter().filter(|(p, _)| !p.starts_with("_jingwen")).collect();
            made.push((memory, files, report["sums"].take(), fs::read(at.join(format!("trace-{memory}"))).ok()));
            run(at, "verify out");
            fs::remove_file(at.join(format!("trace-{memory}"))).ok();
        }
        for other in &made[1..] {
            assert!(other.1 == made[0].1, "{how}: files with {}", other.0);
            assert!(other.2 == made[0].2 && other.3 == made[0].3, "{how}: sums and trace with {}", other.0);
        }
    }
}

#[cfg(unix)]
#[test]
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
