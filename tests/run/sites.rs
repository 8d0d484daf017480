//! Lines that recur on the pages of a host.

use super::*;

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
}

/// The data of a run, with the table of what was learnt.
fn data(folder: &Path, facts: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut data: BTreeMap<_, _> = tree(folder).into_iter().filter(|(p, _)| !p.starts_with("_jingwen")).collect();
    data.insert("site-facts.tsv".into(), fs::read(facts).unwrap());
    data
}

#[test]
fn sites_are_learnt_before_duplicates_of_the_dump_are_found() {
    let place = tempfile::tempdir().unwrap();
    let at = place.path();
    sites(at);
    // what one host has around all its pages, and another as content; and it is the longer one's copy that comes first
    let lines = fs::read_to_string(at.join("in/0.jsonl")).unwrap();
    let page: serde_json::Value = serde_json::from_str(lines.lines().last().unwrap()).unwrap();
    let tail: Vec<&str> = page["text"].as_str().unwrap().lines().rev().take(7).collect();
    let body: Vec<String> = (0..4).map(|n| story(50_000 + n, 3)).collect();
    for n in 0..2 {
        let text = [&body[..2], &[tail[n + 1].to_owned(), body[2 + n].clone()]].concat().join("\n");
        let line = serde_json::json!({"id": format!("other{n}"), "url": format!("http://other.example/{n}"), "text": text});
        fs::write(at.join(format!("in/other{n}.jsonl")), format!("{line}\n")).unwrap();
    }
    for (name, more) in [("", "--details"), ("-near", "--near both --near-threshold 0.6 --details"), ("-index", "--keep-index")] {
        let index = |run: &str| if name == "-index" { format!("{more} {run}.index") } else { more.to_owned() };
        run(at, &format!("clean in -o first{name} --no-title --learn-sites"));
        let facts = at.join(format!("first{name}/site-facts.tsv"));
        let known = format!("first{name}/site-facts.tsv");
        run(at, &format!("clean in -o second{name} --no-title --site-facts {known} --dedup dump {}", index("second")));
        let two = data(&at.join(format!("second{name}")), &facts);
        run(at, &format!("clean in -o one{name} --no-title --learn-sites --dedup dump -j 1 {}", index("one")));
        assert!(data(&at.join(format!("one{name}")), &facts) == two, "one run{name}");
        assert_eq!(fs::read(at.join(format!("one{name}/site-facts.tsv"))).unwrap(), fs::read(&facts).unwrap());
        let sums = |run: String| -> serde_json::Value {
            serde_json::from_slice::<serde_json::Value>(&fs::read(at.join(run).join("run.json")).unwrap()).unwrap()["sums"].clone()
        };
        assert_eq!(sums(format!("one{name}")), sums(format!("second{name}")));
        assert!(sums(format!("one{name}"))["duplicate_paragraphs"].as_u64().unwrap() > 0);
        run(at, &format!("clean in -o many{name} --no-title --learn-sites --dedup dump -j 8 --memory 64K --block 3K {}", index("many")));
        assert!(data(&at.join(format!("many{name}")), &facts) == two, "8 threads, little memory, small blocks{name}");
        run(at, &format!("verify one{name}"));
    }
    let killed = kill_often(at, "clean in -o cut --no-title --learn-sites --dedup dump --block 3K --details", (12, 20_000), &mut Random(7));
    let facts = at.join("first/site-facts.tsv");
    assert!(data(&at.join("cut"), &facts) == data(&at.join("second"), &facts), "after {killed} kills");
    run(at, "verify cut");
    let files = |of: &str| tree(&at.join(of));
    assert!(files("one.index").iter().all(|(name, bytes)| files("second.index").get(name) == Some(bytes)), "the index");

    run(at, "stage plan in -o shares --no-title --learn-sites --dedup dump --near both --near-threshold 0.6 --details");
    let shared = |passes: &[&str]| {
        for pass in passes {
            for share in ["2/2", "1/2"] {
                let (pass, of) = pass.split_once(' ').unwrap_or((pass, ""));
                run(at, &format!("stage {pass} shares {of} --share {share}"));
            }
        }
    };
    shared(&["scan"]);
    let early = jingwen(at, "stage hash shares");
    assert!(early.status.code() == Some(2) && err(&early).contains("stage learn"), "{}", err(&early));
    shared(&["learn"]);
    for pass in ["resolve shares", "candidates shares --of documents"] {
        let early = jingwen(at, &format!("stage {pass}"));
        assert!(early.status.code() == Some(2) && err(&early).contains("stage hash"), "{}", err(&early));
    }
    shared(&["hash", "candidates --of documents", "compare --of documents", "settle --of documents", "resolve"]);
    shared(&["candidates --of paragraphs", "compare --of paragraphs", "settle --of paragraphs", "apply"]);
    run(at, "stage finish shares");
    let facts = at.join("first-near/site-facts.tsv");
    assert!(data(&at.join("shares"), &facts) == data(&at.join("second-near"), &facts), "shares");
}
