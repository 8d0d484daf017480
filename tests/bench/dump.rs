//! What a dump costs, part by part: unpacking alone, our reading alone, extraction alone, packing alone, and the program over all of it
//! with one thread and with two. The whole should cost about what the dearest part does on one thread, and half of it on two. Then what
//! `--dedup dump` adds: of the JSON lines, and of four copies of them, by pairs of runs in turn.
//! Inputs are made from own sentences; files go to a folder of their own that is taken away. Of files that are named only what
//! `--dedup dump` adds is told.
//!
//! `cargo bench --bench dump`, `cargo bench --bench dump -- FILE...`

#![allow(clippy::print_stdout, reason = "a bench reports")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use jingwen::io::compress::{Codec, Limits};
use jingwen::io::open::{Kind, open};
use jingwen::io::record::{Body, Item};
use jingwen::{Kernel, Options, RawDoc};

/// Bytes of each dump, unpacked.
const SIZE: usize = 64 << 20;
/// Runs of which the best counts.
const RUNS: usize = 3;

/// Numbers that look random and are the same each time.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n
    }

    fn of<'t>(&mut self, all: &[&'t str]) -> &'t str {
        all[self.below(all.len())]
    }
}

/// A paragraph of sentences put together from parts.
fn paragraph(random: &mut Random) -> String {
    let who = ["村里的老人", "修路的工人", "河边的渔夫", "新来的医生", "邮局的姑娘", "放羊的孩子", "镇上的木匠", "学校的老师"];
    let when = ["一早", "到了傍晚", "雨停以后", "去年冬天", "赶集那天", "天还没有亮的时候", "等到麦子熟了"];
    let what = [
        "把门前的石阶扫得干干净净",
        "沿着河岸一直走到了桥头",
        "在账本上记下了今年的收成",
        "把晒好的粮食搬进了仓库",
        "坐在窗边读完了一封长信",
        "同邻居商量怎样分配水渠里的水",
    ];
    let end = ["谁也没有多说什么", "大家都觉得这样很好", "后来这件事被写进了县志", "直到多年以后还有人提起"];
    let mut text = String::new();
    for _ in 0..3 + random.below(6) {
        let (a, b, c, d) = (random.of(&when), random.of(&who), random.of(&what), random.of(&end));
        let _ = write!(text, "{a}，{b}{c}，一共用了{}天，{d}。", 2 + random.below(900));
    }
    text
}

fn page(random: &mut Random) -> String {
    let item = "<li class=\"menu-item\"><a href=\"/a/b?c=1&amp;d=2\" data-x='{\"y\":1}'>新闻</a></li>\n".repeat(30 + random.below(60));
    let script = "<script>var a = {b: '<p>', c: 1 < 2};</script>\n".repeat(10 + random.below(60));
    let text: String = (0..6 + random.below(20)).map(|_| format!("<p>{}</p>\n", paragraph(random))).collect();
    format!(
        "<!DOCTYPE html><html><head><meta charset=\"utf-8\"><title>河边的记录</title>{script}</head><body><ul>{item}</ul>\
         <article><h1>河边的记录</h1>{text}</article><div class=\"footer\">版权所有</div></body></html>"
    )
}

/// A WARC, each record a gzip member.
fn warc(to: &Path) -> usize {
    let (mut random, mut out, mut size) = (Random(3), Vec::new(), 0);
    for n in 0.. {
        if size > SIZE {
            break;
        }
        let page = page(&mut random);
        let http = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\r\n{page}", page.len());
        let record = format!(
            "WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-{n:012}>\r\nWARC-Date: 2024-05-09T08:05:00Z\r\n\
             WARC-Target-URI: http://www.example.org/{n}\r\nContent-Type: application/http; msgtype=response\r\nContent-Length: {}\r\n\r\n{http}\r\n\r\n",
            http.len()
        );
        size += record.len();
        Codec::Gzip.pack(record.as_bytes(), &mut out).expect("to memory");
    }
    std::fs::write(to, out).expect("a file");
    size
}

/// JSON lines of plain text, frames of half a megabyte.
fn lines(to: &Path) -> usize {
    let (mut random, mut out, mut size, mut frame) = (Random(5), Vec::new(), 0, String::new());
    for n in 0.. {
        if size > SIZE {
            break;
        }
        let text: Vec<String> = (0..4 + random.below(20)).map(|_| paragraph(&mut random)).collect();
        let _ = writeln!(frame, "{{\"id\":\"{n}\",\"text\":\"{}\"}}", text.join("\\n"));
        if frame.len() > 1 << 19 {
            size += frame.len();
            Codec::Zstd.pack(frame.as_bytes(), &mut out).expect("to memory");
            frame.clear();
        }
    }
    std::fs::write(to, out).expect("a file");
    size
}

/// Seconds of the best of some runs.
fn best(mut run: impl FnMut()) -> f64 {
    (0..RUNS).fold(f64::INFINITY, |best, _| {
        let start = Instant::now();
        run();
        best.min(start.elapsed().as_secs_f64())
    })
}

fn report(name: &str, size: usize, seconds: f64) {
    println!("  {name:<34} {:>9.1} MB/s", size as f64 / 1e6 / seconds);
}

/// The texts of all records.
fn bodies(path: &Path) -> Vec<(Option<String>, Option<String>, Vec<u8>)> {
    let mut reader = open(path, Kind::Auto, &Limits::default()).expect("it opens");
    let mut all = Vec::new();
    while let Some(item) = reader.next_item().expect("it reads") {
        match item {
            Item::Record(r) => match r.body {
                Body::Bytes(bytes) => all.push((r.url, r.label, bytes)),
                Body::Text(text) => all.push((r.url, r.label, text.into_bytes())),
                Body::File(_) => {}
            },
            Item::Lines(lines, _) => {
                for (_, _, line) in lines.iter() {
                    let record = jingwen::io::jsonl::Record::parse(line, "text").expect("a line");
                    all.push((None, None, record.text.into_owned().into_bytes()));
                }
            }
            Item::Bad(_) | Item::Left(_) => {}
        }
    }
    all
}

fn parts(path: &Path, size: usize) {
    let packed = std::fs::read(path).expect("it was written");
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    println!("{name}: {:.1} MB, packed {:.1} MB", size as f64 / 1e6, packed.len() as f64 / 1e6);
    let gzip = name.ends_with(".gz");
    let unpack = best(|| {
        let mut out = Vec::with_capacity(size);
        let read = if gzip {
            flate2::read::MultiGzDecoder::new(&packed[..]).read_to_end(&mut out)
        } else {
            zstd::Decoder::new(&packed[..]).and_then(|mut d| d.read_to_end(&mut out))
        };
        assert_eq!(black_box(read.expect("it unpacks")), size);
    });
    report(if gzip { "gzip alone" } else { "zstd alone, unpacking" }, size, unpack);
    let read = best(|| {
        let mut reader = open(path, Kind::Auto, &Limits::default()).expect("it opens");
        while let Some(item) = reader.next_item().expect("it reads") {
            black_box(item);
        }
    });
    report("reading alone", size, read);
    let (all, kernel) = (bodies(path), Kernel::new(Options::default()));
    let extract = best(|| {
        for (url, label, bytes) in &all {
            let raw = RawDoc { id: "", url: url.as_deref(), label: label.as_deref(), bytes };
            black_box(kernel.page(raw));
        }
    });
    report("extraction alone", size, extract);
    if !gzip {
        let plain: Vec<u8> = all.iter().flat_map(|b| b.2.iter().copied()).collect();
        let pack = best(|| {
            for piece in plain.chunks(1 << 19) {
                let mut out = Vec::new();
                Codec::Zstd.pack(piece, &mut out).expect("to memory");
                black_box(out);
            }
        });
        report("zstd alone, packing", size, pack);
    }
    for threads in ["1", "2"] {
        let out = path.with_extension("out");
        let whole = best(|| {
            let mut program = Command::new(env!("CARGO_BIN_EXE_jingwen"));
            let program = program.arg("clean").arg(path).arg("-o").arg(&out).args(["--to", "jsonl", "--overwrite", "-q", "-j", threads]);
            assert!(program.stdin(Stdio::null()).status().expect("the program starts").success());
        });
        report(&format!("the whole, {threads} thread{}", if threads == "1" { "" } else { "s" }), size, whole);
    }
}

/// Seconds of processors that processes begun here have taken, and are gone (Linux).
fn taken() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let behind_name = stat.rsplit(") ").next().unwrap_or_default();
    let ticks = |n: usize| behind_name.split(' ').nth(n).and_then(|t| t.parse::<f64>().ok()).unwrap_or_default();
    (ticks(13) + ticks(14)) / 100.0
}

/// What looking for duplicates of the dump costs over not doing it, with two threads.
fn dedup(path: &Path, out: &Path) {
    let run = |more: &[&str]| {
        let (start, before) = (Instant::now(), taken());
        let mut program = Command::new(env!("CARGO_BIN_EXE_jingwen"));
        let program = program.arg("clean").arg(path).arg("-o").arg(out).args(["--to", "jsonl", "--overwrite", "-q", "-j", "2"]).args(more);
        assert!(program.stdin(Stdio::null()).status().expect("the program starts").success());
        [taken() - before, start.elapsed().as_secs_f64()]
    };
    let mut ratios = [const { Vec::new() }; 2];
    for _ in 0..2 * RUNS + 1 {
        let (without, with) = (run(&[]), run(&["--dedup", "dump"]));
        for (all, (a, b)) in ratios.iter_mut().zip(without.iter().zip(with)) {
            all.push(b / a);
        }
    }
    let [cpu, wall] = ratios.map(|mut all| {
        all.sort_by(f64::total_cmp);
        all[all.len() / 2]
    });
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    println!("{name}: --dedup dump takes {cpu:.2} times the processor time, {wall:.2} times the time (medians)");
}

fn main() {
    let place = tempfile::tempdir().expect("a folder");
    let out = place.path().join("out");
    // cargo adds --bench
    let named: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    if !named.is_empty() {
        named.iter().for_each(|path| dedup(Path::new(path), &out));
        return;
    }
    let path = place.path().join("pages.warc.gz");
    let size = warc(&path);
    parts(&path, size);
    let path = place.path().join("texts.jsonl.zst");
    let size = lines(&path);
    parts(&path, size);
    dedup(&path, &out);
    let four = place.path().join("four-times.jsonl.zst");
    std::fs::write(&four, std::fs::read(&path).expect("it was written").repeat(4)).expect("a file");
    dedup(&four, &out);
}
