//! `cargo bench`: MB/s of whole pages and of single stages, beside a validation, a scan, a decode and another detector on the same
//! bytes in the same run. Quote the ratios: they hold on any machine. Inputs are made from own sentences; no files are read.

#![allow(clippy::print_stdout, reason = "a bench reports")]

mod inputs;

use std::hint::black_box;
use std::time::{Duration, Instant};

use encoding_rs::{Encoding, GBK};
use inputs::Input;
use jingwen::model::Model;
use jingwen::{Kernel, Options, RawDoc, charset};

/// Seconds one run of `work` takes: the best of several, at least for a fifth of a second.
fn seconds<R>(quick: bool, mut work: impl FnMut() -> R) -> f64 {
    let mut best = f64::INFINITY;
    let begin = Instant::now();
    let mut runs = 0;
    while runs < 3 || begin.elapsed() < Duration::from_millis(200) {
        let start = Instant::now();
        black_box(work());
        best = best.min(start.elapsed().as_secs_f64());
        runs += 1;
        if quick || begin.elapsed() > Duration::from_secs(2) {
            break;
        }
    }
    best
}

/// The charset chardetng guesses; how `chardetng` is meant to be used on a whole file.
fn guess(bytes: &[u8]) -> &'static Encoding {
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    detector.guess(None, chardetng::Utf8Detection::Allow)
}

/// One line of the report: what was done, its speed, and how many times as long each of the four yardsticks takes.
fn report(name: &str, bytes: usize, time: f64, yardsticks: &[f64; 4]) {
    let speed = bytes as f64 / time / 1e6;
    let ratios: Vec<String> = yardsticks.iter().map(|y| format!("{:>9.2}", time / y)).collect();
    println!("  {name:<34} {speed:>9.1} {}", ratios.join(" "));
}

fn measure(input: &Input, quick: bool) {
    let kernel = Kernel::new(Options::default());
    let model = Model::shared();
    let bytes = &input.bytes[..];
    let size = bytes.len();
    let raw = RawDoc { id: input.id, bytes, ..RawDoc::default() };
    let validate = seconds(quick, || simdutf8::basic::from_utf8(black_box(bytes)).is_ok());
    let scan = seconds(quick, || memchr::memchr(0, black_box(bytes)));
    let decode = seconds(quick, || GBK.decode_without_bom_handling(black_box(bytes)));
    let other = seconds(quick, || guess(black_box(bytes)));
    let yardsticks = [validate, scan, decode, other];

    println!("{} ({:.2} MB)", input.name, size as f64 / 1e6);
    println!("  {:<34} {:>9} {:>9} {:>9} {:>9} {:>9}", "", "MB/s", "x check", "x scan", "x GBK dec", "x chardet");
    for (name, time) in [("simdutf8 check", validate), ("memchr scan", scan), ("encoding_rs decode as GBK", decode), ("chardetng", other)] {
        report(name, size, time, &yardsticks);
    }
    report("charset::detect", size, seconds(quick, || charset::detect(black_box(&raw))), &yardsticks);
    report("decode and repair", size, seconds(quick, || kernel.repaired(black_box(raw))), &yardsticks);
    report("page, all stages", size, seconds(quick, || kernel.page(black_box(raw))), &yardsticks);
    if let Ok(text) = std::str::from_utf8(bytes) {
        report("model: frequent", size, seconds(quick, || text.chars().filter(|&c| !model.frequent(c)).count()), &yardsticks);
        report("model: cost", size, seconds(quick, || model.cost(black_box(text))), &yardsticks);
    }
    let page = kernel.page(raw);
    let edits: usize = page.layers.iter().map(|l| l.edits.len()).sum();
    println!("  {} as {}, {} layers, {edits} edits, {} notes\n", input.id, page.charset.name, page.layers.len(), page.notes.len());
}

/// Many small files: what one of them costs.
fn small(input: &Input, quick: bool) {
    let files: Vec<&[u8]> = input.bytes.split(|&b| b == b'\n').filter(|l| l.len() > 20).take(2_000).collect();
    let size: usize = files.iter().map(|f| f.len()).sum();
    let each = |time: f64| files.len() as f64 / time;
    let ours = seconds(quick, || {
        files.iter().filter(|bytes| charset::detect(&RawDoc { id: "", bytes, ..RawDoc::default() }).confidence > 0.5).count()
    });
    let other = seconds(quick, || files.iter().filter(|bytes| guess(bytes) == GBK).count());
    println!(
        "{}: {} files of {} bytes: detect {:.0} files/s, chardetng {:.0} files/s, {:.1} times as many",
        input.name,
        files.len(),
        size / files.len().max(1),
        each(ours),
        each(other),
        other / ours
    );
}

fn main() {
    // `cargo test --benches` and `cargo bench -- --test` ask only whether it runs.
    let quick = std::env::args().any(|a| a == "--test") || !std::env::args().any(|a| a == "--bench");
    let start = Instant::now();
    black_box(Model::shared());
    println!("model: built in {:.2} ms\n", start.elapsed().as_secs_f64() * 1e3);
    let all = inputs::all(if quick { 20_000 } else { 1_000_000 });
    for input in &all {
        measure(input, quick);
    }
    for input in &all {
        small(input, quick);
    }
}
