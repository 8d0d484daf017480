//! What comes back of archives and tables, and of runs that were killed: the trace of `clean --trace` and `restore` from outside. What
//! the original of a record is in each container is told in `docs/schema/trace.md`.
#![cfg(feature = "cli")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use jingwen::io::compress::Codec;
use tempfile::TempDir;

fn command(folder: &Path, args: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jingwen"));
    command.args(args.split_whitespace()).current_dir(folder).env("LC_ALL", "C").stdin(Stdio::null());
    command
}

#[track_caller]
fn ok(folder: &Path, args: &str) -> String {
    let done = command(folder, args).output().expect("the program starts");
    let told = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.success(), "{args}: {}: {told}", done.status);
    told
}

/// All files below a folder, by their path in it.
fn tree(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.insert(path.strip_prefix(root).expect("it is below").to_path_buf(), fs::read(&path).expect("a file"));
            }
        }
    }
    files
}

/// Pages of every kind of trouble: another charset, mojibake, markup, what is left out, nothing that stays, no text at all.
fn pages() -> Vec<Vec<u8>> {
    let html = "<html><head><meta charset=gbk><title>修路记</title></head><body><div class=nav><a href=/>首页</a></div><p>山里的路一到雨天就不好走，村里人商量了几次，决定自己动手修一条。</p>\r\n<!-- x --></body></html>";
    vec![
        encoding_rs::GBK.encode(html).0.into_owned(),
        "<p>他去喝了一杯 cafÃ© au lait 才回家，路上下起了雨。</p>\n\n".as_bytes().to_vec(),
        "\u{FEFF}河边有一座老桥，桥下的水很清。\r\n\r\n分享到：微博 微信 QQ空间\r\n".as_bytes().to_vec(),
        "<html><body>\u{A0}</body></html>".as_bytes().to_vec(),
        [b"\xE6\xB2\xB3\xFF\x00 ".as_slice(), "边有一座老桥".as_bytes()].concat(),
        "河边有一座老桥，桥下的水很清。\r\n".as_bytes().to_vec(),
    ]
}

/// A record of a WARC file.
fn warc(n: usize, kind: &str, http: &[u8]) -> Vec<u8> {
    let mut out = format!(
        "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{n}>\r\nWARC-Target-URI: http://a.example/{n}\r\n\
         WARC-Date: 2024-05-01T00:00:00Z\r\nContent-Type: application/http\r\nContent-Length: {}\r\n\r\n",
        http.len()
    )
    .into_bytes();
    out.extend_from_slice(http);
    out.extend_from_slice(b"\r\n\r\n");
    out
}

/// A response as it goes over the wire: as it is, in chunks, or packed.
fn response(n: usize, body: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    let (head, body) = match n % 3 {
        0 => (String::new(), body.to_vec()),
        1 => {
            let (a, b) = body.split_at(body.len() / 2);
            let chunk = |c: &[u8]| [format!("{:x}\r\n", c.len()).as_bytes(), c, b"\r\n"].concat();
            ("Transfer-Encoding: chunked\r\n".to_owned(), [chunk(a), chunk(b), b"0\r\n\r\n".to_vec()].concat())
        }
        _ => {
            Codec::Gzip.pack(body, &mut packed).expect("it can be packed");
            ("Content-Encoding: gzip\r\n".to_owned(), packed)
        }
    };
    [format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{head}\r\n").as_bytes(), &body].concat()
}

/// A zip archive of stored entries.
fn zip(entries: &[(String, Vec<u8>)]) -> Vec<u8> {
    let crc = |bytes: &[u8]| {
        !bytes.iter().fold(!0u32, |crc, b| (0..8).fold(crc ^ u32::from(*b), |c, _| if c & 1 == 1 { c >> 1 ^ 0xEDB8_8320 } else { c >> 1 }))
    };
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in entries {
        // version, flags (names are UTF-8), stored, time, date, checksum, sizes, length of the name, of the extra field
        let mut common = vec![20, 0, 0, 8, 0, 0, 0, 0, 0x21, 0x58];
        common.extend(crc(bytes).to_le_bytes());
        common.extend([(bytes.len() as u32).to_le_bytes(), (bytes.len() as u32).to_le_bytes()].concat());
        common.extend((name.len() as u16).to_le_bytes());
        common.extend([0, 0]);
        directory.extend(*b"PK\x01\x02\x14\x00");
        directory.extend(&common);
        directory.extend([0; 10]);
        directory.extend((out.len() as u32).to_le_bytes());
        directory.extend(name.bytes());
        out.extend(*b"PK\x03\x04");
        out.extend(common);
        out.extend(name.bytes());
        out.extend(bytes);
    }
    let at = out.len() as u32;
    let n = (entries.len() as u16).to_le_bytes();
    out.extend(&directory);
    out.extend(*b"PK\x05\x06\0\0\0\0");
    out.extend([n, n].concat());
    out.extend([(directory.len() as u32).to_le_bytes(), at.to_le_bytes()].concat());
    out.extend([0, 0]);
    out
}

/// A tar archive.
fn tar(entries: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, bytes) in entries {
        let mut head = [0u8; 512];
        head[..name.len()].copy_from_slice(name.as_bytes());
        head[100..108].copy_from_slice(b"0000644\0");
        head[124..136].copy_from_slice(format!("{:011o}\0", bytes.len()).as_bytes());
        head[136..148].copy_from_slice(b"00000000000\0");
        head[148..156].copy_from_slice(b"        ");
        head[156] = b'0';
        head[257..265].copy_from_slice(b"ustar\x0000");
        let sum: u32 = head.iter().map(|b| u32::from(*b)).sum();
        head[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        out.extend(head);
        out.extend(bytes);
        out.resize(out.len().next_multiple_of(512), 0);
    }
    out.resize(out.len() + 1024, 0);
    out
}

/// Archives of the pages, and what must come back of them, by path.
fn archives(at: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut originals = BTreeMap::new();
    let pages = pages();
    let (mut plain, mut packed) = (Vec::new(), Vec::new());
    let mut number = 0;
    for (n, page) in pages.iter().enumerate() {
        for record in [warc(n, "request", b"GET / HTTP/1.1\r\n\r\n"), warc(n, "response", &response(n, page))] {
            Codec::Gzip.pack(&record, &mut packed).expect("it can be packed");
            plain.extend(record);
            number += 1;
        }
        for name in ["a.warc", "b.warc.gz"] {
            originals.insert(PathBuf::from(format!("{name}/{number:08}")), page.clone());
        }
    }
    let entries: Vec<(String, Vec<u8>)> = pages.iter().enumerate().map(|(n, p)| (format!("网页/{n}.html"), p.clone())).collect();
    for name in ["c.zip", "d.tar", "e.tar.gz"] {
        for (entry, bytes) in &entries {
            originals.insert(PathBuf::from(format!("{name}/{entry}")), bytes.clone());
        }
    }
    let mut tar_gz = Vec::new();
    Codec::Gzip.pack(&tar(&entries), &mut tar_gz).expect("it can be packed");
    fs::create_dir_all(at.join("in")).expect("a folder");
    for (name, bytes) in
        [("a.warc", &plain), ("b.warc.gz", &packed), ("c.zip", &zip(&entries)), ("d.tar", &tar(&entries)), ("e.tar.gz", &tar_gz)]
    {
        fs::write(at.join("in").join(name), bytes).expect("a file");
    }
    originals
}

/// Cleans the folder `in` and restores it: what the run is called, and what came back.
fn there_and_back(at: &Path, form: &str, dedup: &str) -> (String, BTreeMap<PathBuf, Vec<u8>>) {
    let name = format!("{form}-{dedup}");
    ok(at, &format!("clean -q in -o {name} --to {form} --dedup {dedup} --trace {name}.trace"));
    ok(at, &format!("restore {name} --trace {name}.trace -o {name}-back"));
    let back = tree(&at.join(format!("{name}-back")));
    (name, back)
}

#[test]
fn records_of_archives_come_back_with_the_bytes_of_their_payload() {
    let t = TempDir::new().expect("a folder");
    let originals = archives(t.path());
    for form in ["text", "jsonl"] {
        for dedup in ["page", "dump"] {
            let (name, back) = there_and_back(t.path(), form, dedup);
            let names = |of: &BTreeMap<PathBuf, Vec<u8>>| of.keys().map(|k| k.display().to_string()).collect::<Vec<_>>().join("\n");
            assert_eq!(names(&back), names(&originals), "{name}");
            for (path, bytes) in &originals {
                assert!(back[path] == *bytes, "{name}: {}", path.display());
            }
        }
    }
}

#[test]
fn texts_of_a_table_come_back_row_by_row() {
    let t = TempDir::new().expect("a folder");
    // a table of texts as they are
    let texts: Vec<String> = pages().iter().filter_map(|p| String::from_utf8(p.clone()).ok()).collect();
    let lines: String = texts.iter().map(|t| format!("{{\"text\":{}}}\n", serde_json::Value::from(&**t))).collect();
    fs::create_dir_all(t.path().join("lines")).expect("a folder");
    fs::write(t.path().join("lines/a.jsonl"), lines).expect("a file");
    table(&t.path().join("in/a.parquet"), &texts);
    for form in ["text", "jsonl"] {
        for dedup in ["page", "dump"] {
            let (name, back) = there_and_back(t.path(), form, dedup);
            assert_eq!(back.len(), texts.len(), "{name}: {:?}", back.keys());
            for (n, text) in (1..).zip(&texts) {
                assert!(back[&PathBuf::from(format!("a.parquet/{n:08}"))] == text.as_bytes(), "{name}: row {n}");
            }
        }
    }
}

/// Writes a table of one column `text`.
fn table(path: &Path, texts: &[String]) {
    use parquet::data_type::{ByteArray, ByteArrayType};
    use parquet::file::properties::WriterProperties;
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;
    fs::create_dir_all(path.parent().expect("it has one")).expect("a folder");
    let schema = parse_message_type("message m { REQUIRED BYTE_ARRAY text (UTF8); }").expect("a schema");
    let file = fs::File::create(path).expect("a file");
    let mut writer = SerializedFileWriter::new(file, schema.into(), WriterProperties::builder().build().into()).expect("a writer");
    let mut group = writer.next_row_group().expect("a row group");
    let mut column = group.next_column().expect("it can be written").expect("a column");
    let values: Vec<ByteArray> = texts.iter().map(|t| ByteArray::from(t.as_str())).collect();
    column.typed::<ByteArrayType>().write_batch(&values, None, None).expect("rows");
    column.close().expect("it ends");
    group.close().expect("it ends");
    writer.close().expect("it ends");
}

#[test]
fn a_killed_run_leaves_the_same_trace_when_it_goes_on() {
    let t = TempDir::new().expect("a folder");
    archives(t.path());
    let lines: String = (0..400)
        .map(|n| {
            format!("{{\"n\":{n},\"text\":\"第{}天，河边有一座老桥，桥下的水很清，夏天有孩子在那里游泳。\\n分享到：微博 微信\"}}\n", n % 90)
        })
        .collect();
    fs::write(t.path().join("in/lines.jsonl"), lines).expect("a file");
    for dedup in ["page", "dump"] {
        let args = |name: &str| {
            format!("clean -q in -o {name}-{dedup} --to jsonl --dedup {dedup} --block 8K --resume --trace {name}-{dedup}.trace")
        };
        ok(t.path(), &args("whole"));
        // longer and longer, so that it is met everywhere and ends
        let mut killed = 0;
        for n in 0..40u64 {
            let mut child = command(t.path(), &args("cut")).spawn().expect("the program starts");
            std::thread::sleep(std::time::Duration::from_micros(2000 + n * 1500));
            // SIGKILL; an error says that it has ended by itself
            let _ = child.kill();
            if child.wait().expect("it ends").code() == Some(0) {
                break;
            }
            killed += 1;
        }
        ok(t.path(), &args("cut"));
        let read = |name: &str| fs::read(t.path().join(format!("{name}-{dedup}.trace"))).expect("a trace");
        assert!(read("whole") == read("cut"), "{dedup}, after {killed} kills");
        ok(t.path(), &format!("restore cut-{dedup} --trace cut-{dedup}.trace --check"));
    }
}
