//! What detection costs: small files a second, against chardetng, and a large GBK page against its own decoding.
//!
//! `cargo bench --bench charset -- [DIR]`: the files of DIR (for example those of the kit's encoding set) instead of texts made here.

#![allow(clippy::print_stdout)]

use std::path::{Path, PathBuf};
use std::time::Instant;

use jingwen::codec::Codec;
use jingwen::{RawDoc, charset};

fn main() {
    let dir = std::env::args().skip(1).find(|a| !a.starts_with('-'));
    let files = dir.map_or_else(made, |dir| read(Path::new(&dir)));
    let bytes: usize = files.iter().map(Vec::len).sum();
    println!("{} files, {} bytes a file", files.len(), bytes / files.len().max(1));

    let ours = seconds(|| files.iter().for_each(|f| drop(charset::detect(&raw(f)))));
    let theirs = seconds(|| files.iter().for_each(|f| _ = std::hint::black_box(chardetng_says(f))));
    println!("detect: {:.0} files/s; chardetng: {:.0} files/s; ratio {:.1}", rate(&files, ours), rate(&files, theirs), theirs / ours);
    let legacy: Vec<Vec<u8>> = files.iter().filter(|f| std::str::from_utf8(f).is_err()).cloned().collect();
    let ours = seconds(|| legacy.iter().for_each(|f| drop(charset::detect(&raw(f)))));
    println!("not UTF-8: {:.0} files/s, {:.1} us a file", rate(&legacy, ours), ours / legacy.len().max(1) as f64 * 1e6);

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

fn rate(files: &[Vec<u8>], seconds: f64) -> f64 {
    files.len() as f64 / seconds
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

/// Short Chinese and Russian texts in several charsets.
fn made() -> Vec<Vec<u8>> {
    let russian = Codec::WINDOWS_1251.inverse();
    (0..2000)
        .map(|n| match n % 4 {
            0 => paragraph(n).into_bytes(),
            3 => russian.and_then(|i| i.encode_text("Весной в саду цветут яблони и вишни.\n").ok()).unwrap_or_default(),
            _ => gbk(&paragraph(n)),
        })
        .collect()
}

fn read(dir: &Path) -> Vec<Vec<u8>> {
    let mut found: Vec<PathBuf> = Vec::new();
    let mut open = vec![dir.to_owned()];
    while let Some(dir) = open.pop() {
        for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found.iter().filter(|p| p.extension().is_some_and(|e| e == "bin")).filter_map(|p| std::fs::read(p).ok()).collect()
}
