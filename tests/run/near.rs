//! Paragraphs and documents that are nearly the same.

use super::*;

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

    kill_often(at, "clean in -o cut --dedup dump --near both --details", (25, 30_000), &mut Random(5));
    assert!(one == tree(&at.join("cut")), "killed");
    run(at, "verify cut");
}
