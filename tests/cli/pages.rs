//! Pages in, pages out: files, folders, standard input.

use super::*;

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
fn links_keep_where_they_lead_when_asked_and_the_bytes_come_back() {
    let page = "<html><head><title>桥头茶馆</title></head><body><h1>桥头茶馆</h1><p>桥头的<a href=\"/teahouse(1)\">茶馆</a>开了三十年，老板每天五点起床生火。</p></body></html>";
    let p = Place::new();
    assert!(p.run("clean", page.as_bytes()).text().contains("桥头的茶馆开了"));
    assert!(p.run("clean --links", page.as_bytes()).text().contains("桥头的[茶馆](/teahouse%281%29)开了"));
    let markdown = "---\ntitle: 茶馆\n---\n桥头的[茶馆](/t \"名\")开了三十年，老板每天五点起床生火。\n";
    let ran = p.run("clean --links --to markdown", markdown.as_bytes());
    assert_eq!(ran.text(), "# 茶馆\n\n桥头的[茶馆](/t)开了三十年，老板每天五点起床生火。\n");
    p.file("in/a.html", page);
    assert_eq!(p.run("clean in -o out --links --trace trace.jsonl", b"").code, 0);
    let ran = p.run("restore out --trace trace.jsonl -o back", b"");
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(p.read("back/a.html"), page);
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
fn several_pages_need_a_place_to_go() {
    let p = Place::new();
    p.file("in/a.txt", PLAIN);
    let ran = p.run("clean in", b"");
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("-o OUT"), "{}", ran.err);
}

#[test]
fn an_empty_page_in_a_filter_is_empty() {
    for verb in ["clean", "repair"] {
        let ran = Place::new().run(verb, b"");
        assert_eq!((ran.code, ran.text(), &*ran.err), (0, "", "jingwen: <stdin>, record 1, byte 0: empty: 0 bytes [nothing to write]\n"));
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
