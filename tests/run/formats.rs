//! Containers and tables that are read and written.

use super::*;

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
