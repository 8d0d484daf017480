//! The folder of a run: what is there already, kills, full disks, quarantine, verify, guards.

use super::*;

#[test]
fn a_killed_run_goes_on_where_it_was() {
    let place = tempfile::tempdir().unwrap();
    let at = place.path();
    dump(at);
    // with little memory some blocks are written at once and others wait for their duplicates
    for (name, dedup) in [("page", "page"), ("dump", "dump"), ("little", "dump --memory 64K")] {
        run(at, &format!("clean in -o whole-{name} --dedup {dedup} --block 16K"));
        let whole = tree(&at.join(format!("whole-{name}")));
        let args = format!("clean in -o cut-{name} --dedup {dedup} --block 16K");
        let killed = kill_often(at, &args, (60, 20_000), &mut Random(11));
        assert!(whole == tree(&at.join(format!("cut-{name}"))), "{name}, after {killed} kills");
        run(at, &format!("verify cut-{name}"));
    }
}

/// Killed while the work in progress was taken away, or before the sums were written: what was made of that work stays as it is.
#[test]
fn what_was_put_together_is_not_put_together_again_of_a_part() {
    let place = tempfile::tempdir().unwrap();
    dump(place.path());
    let kept = "--dedup dump --report report.html --keep-index index";
    let ways = [
        format!("--to jsonl --trace trace {kept}"),
        format!("--to text --trace trace --learn-sites {kept}"),
        format!("--to parquet --near both --near-threshold 0.6 --learn-sites {kept}"),
        "--to jsonl --learn-sites --trace trace --report report.html".to_owned(),
    ];
    for (n, way) in ways.iter().enumerate() {
        let at = &place.path().join(n.to_string());
        fs::create_dir(at).unwrap();
        let args = &format!("clean ../in -q -o out {way} --resume");
        run(at, args);
        // the folder of the output, the index, the trace, the report
        let whole = tree(at);
        assert!(whole.contains_key(Path::new("report.html")) && whole.keys().any(|p| p.starts_with("out")), "{way}");
        for left in ["nothing", "folders"] {
            fs::remove_file(at.join("out/run.json")).unwrap();
            if left == "folders" {
                fs::create_dir_all(at.join("out/_jingwen").join("work")).unwrap();
            }
            run(at, args);
            assert!(tree(at) == whole, "{way}, {left}");
            run(at, "verify out");
        }
    }
}

/// A part is in the journal before it has its name, and behind what is there of it a killed run may have left more.
#[test]
fn a_part_that_waits_for_its_name_gets_it() {
    let place = tempfile::tempdir().unwrap();
    let at = place.path();
    dump(at);
    run(at, "clean in -o whole --to jsonl --block 4K");
    for pass in ["plan in -o out --to jsonl --block 4K", "scan out"] {
        run(at, &format!("stage {pass}"));
    }
    let work = at.join("out/_jingwen/work");
    let staged: Vec<(PathBuf, Vec<u8>)> = tree(&work).into_iter().map(|(p, bytes)| (work.join(p), bytes)).collect();
    assert!(staged.len() >= 5);
    run(at, "stage finish out");
    let whole = tree(&at.join("whole"));
    let outputs = |tree: &BTreeMap<PathBuf, Vec<u8>>| -> Vec<_> {
        tree.iter().filter(|(p, _)| !p.starts_with("_jingwen")).map(|(p, b)| (p.clone(), b.clone())).collect()
    };
    assert!(outputs(&tree(&at.join("out"))) == outputs(&whole));
    for missing in ["0.jsonl", "2.jsonl"] {
        fs::remove_file(at.join("out").join(missing)).unwrap();
    }
    fs::remove_file(at.join("out/run.json")).unwrap();
    fs::create_dir_all(&work).unwrap();
    for (path, bytes) in staged {
        fs::write(path, bytes).unwrap();
    }
    run(at, "stage finish out");
    assert!(outputs(&tree(&at.join("out"))) == outputs(&whole));
    run(at, "verify out");
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
fn a_run_that_another_program_has_begun_does_not_go_on() {
    let place = tempfile::tempdir().unwrap();
    let at = place.path();
    dump(at);
    run(at, "stage plan in -o out --dedup dump");
    run(at, "stage scan out");
    let path = at.join("out/_jingwen/plan.json");
    let plan = fs::read_to_string(&path).unwrap();
    fs::write(&path, plan.replace("\"form\": \"", "\"form\": \"0")).unwrap();
    for (command, advice) in [("stage resolve out", "plan it anew"), ("clean in -o out --dedup dump --resume", "--overwrite starts anew")] {
        let refused = jingwen(at, command);
        let says = err(&refused);
        assert!(refused.status.code() == Some(2) && says.contains("begun by another jingwen") && says.contains(advice), "{says}");
    }
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
