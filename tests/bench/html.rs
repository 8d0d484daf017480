//! Speed of the HTML path: MB of HTML a second on one core, with a memchr scan and html5ever beside it. Each page's best of several
//! runs counts, so that a busy machine says little. Pages of the development kit when it is there, else one page of our own.
//!
//! On Linux also the memory a page takes at most, as a multiple of its bytes: the pages put together to one, and the page itself counted.
//!
//! `cargo bench --bench html`

#![allow(clippy::print_stdout)]

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use html5ever::tendril::TendrilSink;
use jingwen::{Kernel, Options, RawDoc, Rules, html};

/// Runs per page.
const RUNS: usize = 5;
/// Pages at most.
const PAGES: usize = 150;

fn pages() -> Vec<String> {
    let kit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/extract");
    let mut files = Vec::new();
    for set in ["gne_zh", "magic_article", "cleanportaleval", "wcxb_dev"] {
        let Ok(entries) = std::fs::read_dir(kit.join(set).join("html")) else { continue };
        let mut of_set: Vec<_> = entries.filter_map(|e| e.ok().map(|e| e.path())).collect();
        of_set.sort();
        files.extend(of_set.into_iter().step_by(2).take(PAGES / 4));
    }
    let read = |f: &std::path::PathBuf| std::process::Command::new("gzip").arg("-dc").arg(f).output().ok();
    let mut pages: Vec<String> =
        files.iter().filter_map(read).filter_map(|o| String::from_utf8(o.stdout).ok()).filter(|p| !p.is_empty()).collect();
    if pages.is_empty() {
        let item = "<li class=\"menu-item\"><a href=\"/a/b?c=1&amp;d=2\" data-x='{\"y\":1}'>Entry of a menu</a></li>\n";
        let text = "<p>A paragraph of text with a <b>bold</b> word, and then some more of it so that it looks like prose.</p>\n";
        let script = "<script>var a = {b: '<p>', c: 1 < 2};</script>\n".repeat(40);
        pages.push(format!("<html><body><ul>{}</ul>{script}<article>{}</article></body></html>", item.repeat(200), text.repeat(40)));
    }
    pages
}

/// The most memory this process has had, in bytes.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kb| kb * 1024)
}

/// How much the highest mark of memory rises for one page of all pages together. Comes first: the mark never falls.
fn memory(pages: &[String], kernel: &Kernel) {
    let clean = |p: &str| kernel.page(RawDoc { id: "p.html", bytes: p.as_bytes(), ..RawDoc::default() }).clean().to_text(false).len();
    // tables are read once a process
    pages.iter().take(3).for_each(|p| _ = black_box(clean(p)));
    let Some(before) = peak() else { return };
    let page = pages.concat();
    black_box(clean(&page));
    if let Some(after) = peak() {
        println!("{:34} {:9.2} times a page of {:.0} MB", "memory", (after - before) as f64 / page.len() as f64, page.len() as f64 / 1e6);
    }
}

fn report(name: &str, pages: &[String], run: impl Fn(&str)) {
    let mut sum = Duration::ZERO;
    for page in pages {
        let best = (0..RUNS).map(|_| {
            let start = Instant::now();
            run(page);
            start.elapsed()
        });
        sum += best.min().unwrap_or_default();
    }
    let bytes: usize = pages.iter().map(String::len).sum();
    println!("{name:34} {:9.0} MB/s", bytes as f64 / 1e6 / sum.as_secs_f64());
}

fn main() {
    let pages = pages();
    let rules = Rules::builtin();
    let kernel = Kernel::new(Options::default());
    let mut options = Options::default();
    options.repair = false;
    let unrepaired = Kernel::new(options);
    println!("{} pages, {:.1} MB", pages.len(), pages.iter().map(String::len).sum::<usize>() as f64 / 1e6);
    memory(&pages, &kernel);
    report("memchr `<`", &pages, |p| _ = black_box(memchr::memchr_iter(b'<', p.as_bytes()).count()));
    report("UTF-8 check", &pages, |p| _ = black_box(std::str::from_utf8(p.as_bytes()).is_ok()));
    report("tokenizer", &pages, |p| _ = black_box(html::count_tokens(p)));
    report("text, blocks and elements", &pages, |p| _ = black_box(html::outline(p, rules)));
    let page = |k: &Kernel, p: &str| {
        black_box(k.page(RawDoc { id: "p.html", bytes: p.as_bytes(), ..RawDoc::default() }).clean().to_text(false).len())
    };
    report("clean text, repair off", &pages, |p| _ = page(&unrepaired, p));
    report("clean text", &pages, |p| _ = page(&kernel, p));
    report("html5ever, its DOM alone", &pages, |p| {
        black_box(html5ever::parse_document(markup5ever_rcdom::RcDom::default(), html5ever::ParseOpts::default()).one(p));
    });
}
