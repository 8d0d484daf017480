//! What detection costs: small files a second, against chardetng, and a large GBK page against its own decoding.
//!
//! `cargo bench --bench charset -- [DIR…]`: the files of folders (for example the kit's encoding set, generated and real) instead of
//! texts made here: those that a `manifest.jsonl` in the folder names by `path`, without one all `*.bin`.

#![allow(clippy::print_stdout)]

use std::path::{Path, PathBuf};
use std::time::Instant;

use jingwen::codec::Codec;
use jingwen::{RawDoc, charset};

fn main() {
    let folders: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    let classes = if folders.is_empty() { made() } else { folders.iter().flat_map(|dir| read(Path::new(dir))).collect() };
    let all: Vec<&[u8]> = classes.iter().flat_map(|c| c.1.iter().map(|f| &**f)).collect();
    let (legacy, valid): (Vec<&[u8]>, Vec<&[u8]>) = all.iter().partition(|f| std::str::from_utf8(f).is_err());
    println!("{} files", all.len());
    for (class, files) in &classes {
        compare(class, &files.iter().map(|f| &**f).collect::<Vec<_>>());
    }
    compare("valid UTF-8", &valid);
    compare("not UTF-8", &legacy);
    compare("all", &all);

    let page = gbk(&paragraph(0).repeat(8000));
    let decode = seconds(|| drop(encoding_rs::GBK.decode_without_bom_handling(&page)));
    let own = seconds(|| drop(Codec::GB18030.decode(&page)));
    let detect = seconds(|| drop(charset::detect(&raw(&page))));
    let both = seconds(|| drop(charset::decode(&raw(&page), jingwen::Rules::builtin())));
    println!(
        "GBK page of {} bytes: encoding_rs {:.2} ms, own decoder {:.2}, detection {:.2}, detection and layer {:.2}: {:.2} decodes in all",
        page.len(),
        decode * 1e3,
        own * 1e3,
        detect * 1e3,
        both * 1e3,
        both / decode
    );
    let text = paragraph(1).repeat(20_000);
    let valid = seconds(|| _ = std::hint::black_box(simdutf8::basic::from_utf8(text.as_bytes()).is_ok()));
    let detect = seconds(|| drop(charset::detect(&raw(text.as_bytes()))));
    println!("UTF-8 text of {} bytes: validation {:.3} ms, detection {:.3} ms", text.len(), valid * 1e3, detect * 1e3);
}

/// Prints what a file of a class costs, and how much more it costs chardetng.
fn compare(class: &str, files: &[&[u8]]) {
    let count = files.len().max(1) as f64;
    let bytes: usize = files.iter().map(|f| f.len()).sum();
    // A few files at a time, ours and theirs in turns: what else the machine does hits both alike.
    let (mut ours, mut theirs) = (0.0, 0.0);
    for few in files.chunks(32) {
        ours += seconds(|| few.iter().for_each(|f| drop(charset::detect(&raw(f)))));
        theirs += seconds(|| few.iter().for_each(|f| _ = std::hint::black_box(chardetng_says(f))));
    }
    println!(
        "{class}: {} files of {:.0} bytes: {:.1} us a file, {:.0} files/s; chardetng {:.1} us; ratio {:.1}",
        files.len(),
        bytes as f64 / count,
        ours / count * 1e6,
        count / ours,
        theirs / count * 1e6,
        theirs / ours
    );
}

/// Best of several runs.
fn seconds(mut work: impl FnMut()) -> f64 {
    (0..5)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed().as_secs_f64()
        })
        .fold(f64::MAX, f64::min)
}

fn raw(bytes: &[u8]) -> RawDoc<'_> {
    RawDoc { bytes, ..RawDoc::default() }
}

fn chardetng_says(bytes: &[u8]) -> &'static str {
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Allow);
    detector.feed(bytes, true);
    detector.guess(None, chardetng::Utf8Detection::Allow).name()
}

fn gbk(text: &str) -> Vec<u8> {
    Codec::GBK.inverse().and_then(|i| i.encode_text(text).ok()).unwrap_or_default()
}

fn paragraph(n: usize) -> String {
    let words = ["春天", "来了", "花园里", "牡丹", "开得", "正好", "，", "蜜蜂", "嗡嗡地", "飞过", "小河", "。", "孩子们", "放学", "回家"];
    let line: String = (0..40).map(|i| words[(i * 7 + n * 3 + i * i) % words.len()]).collect();
    format!("<p>{line}</p>\n")
}

/// Files of a class.
type Class = (String, Vec<Vec<u8>>);

/// Short Chinese and Russian texts in several charsets.
fn made() -> Vec<Class> {
    let russian = Codec::WINDOWS_1251.inverse();
    let files = |what: &str, file: &dyn Fn(usize) -> Vec<u8>| (what.to_owned(), (0..500).map(file).collect());
    vec![
        files("Chinese in UTF-8", &|n| paragraph(n).into_bytes()),
        files("Chinese in GBK", &|n| gbk(&paragraph(n))),
        files("Russian in windows-1251", &|n| {
            let text = format!("{n}. Весной в саду цветут яблони и вишни.\n");
            russian.and_then(|i| i.encode_text(&text).ok()).unwrap_or_default()
        }),
    ]
}

/// The files of a folder, by the folder they lie in; those a manifest names by the first folder of their path.
fn read(dir: &Path) -> Vec<Class> {
    if let Ok(manifest) = std::fs::read_to_string(dir.join("manifest.jsonl")) {
        let mut classes: Vec<Class> = Vec::new();
        for line in manifest.lines() {
            let file: serde_json::Value = serde_json::from_str(line).expect("a line of a manifest is JSON");
            let path = file["path"].as_str().expect("a line of a manifest has a path");
            let class = path.split_once('/').map_or("", |(first, _)| first);
            let bytes = std::fs::read(dir.join(path)).expect("what a manifest names is there");
            match classes.iter_mut().find(|c| c.0 == class) {
                Some((_, files)) => files.push(bytes),
                None => classes.push((class.to_owned(), vec![bytes])),
            }
        }
        return classes;
    }
    let mut found: Vec<PathBuf> = Vec::new();
    let mut open = vec![dir.to_owned()];
    while let Some(dir) = open.pop() {
        for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    let mut classes: Vec<Class> = Vec::new();
    for path in found.iter().filter(|p| p.extension().is_some_and(|e| e == "bin")) {
        let class = path.parent().and_then(Path::file_name).map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        let Ok(bytes) = std::fs::read(path) else { continue };
        match classes.last_mut() {
            Some((last, files)) if *last == class => files.push(bytes),
            _ => classes.push((class, vec![bytes])),
        }
    }
    classes
}
