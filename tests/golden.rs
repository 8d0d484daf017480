//! Runs every folder of corpus-samples through the kernel and compares text and trace with tests/golden. Laws and single rules
//! are tested elsewhere.
//!
//! `corpus-samples/GROUP/NAME/page.EXT` holds the raw bytes; `tests/golden/GROUP/NAME/` holds `case.toml` (note, and label or url
//! when the dump had them), `clean.txt` (the text we want) and `trace.txt` (what was done, by rule).
//! `UPDATE=1 cargo test --test golden` rewrites text and trace of the groups `synthetic` and `negative`; read the diff, it is the review.
//! In `known-failures` the wanted text is written by hand, and the test fails when it is reached, so that the sample can move.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use jingwen::{Kernel, Options, Page, RawDoc, Stage};

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    note: String,
    label: Option<String>,
    url: Option<String>,
    /// How the page was made, when it was not simply written.
    origin: Option<String>,
    /// Of the sample; the project's own unless said.
    licence: Option<String>,
}

struct Sample {
    group: String,
    name: String,
    raw: PathBuf,
    golden: PathBuf,
}

fn folders(at: &Path) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> =
        fs::read_dir(at).unwrap_or_else(|e| panic!("{}: {e}", at.display())).map(|e| e.expect("folder entry").path()).collect();
    all.sort();
    all
}

fn samples() -> Vec<Sample> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut out = Vec::new();
    for group in folders(&root.join("corpus-samples")).iter().filter(|p| p.is_dir()) {
        for sample in folders(group).iter().filter(|p| p.is_dir()) {
            let files = folders(sample);
            assert_eq!(files.len(), 1, "{}: exactly one file, page.EXT, is needed", sample.display());
            let [group, name] = [group, sample].map(|p| p.file_name().expect("named").to_string_lossy().into_owned());
            out.push(Sample { golden: root.join("tests/golden").join(&group).join(&name), raw: files[0].clone(), group, name });
        }
    }
    out
}

/// What was done, one readable line each: all edits of repair and join, marks and notes; the other stages as counts by rule.
fn trace(page: &Page<'_>, kernel: &Kernel) -> String {
    let rule = |id| &*kernel.rules().get(id).id;
    let mut out = String::new();
    let put = |out: &mut String, line: String| {
        out.push_str(&line);
        out.push('\n');
    };
    put(&mut out, format!("charset {}", page.charset.name));
    put(&mut out, format!("format {:?}", page.format));
    put(&mut out, format!("metadata {}", serde_json::to_string(&page.metadata).expect("strings serialise")));
    for (i, layer) in page.layers.iter().enumerate() {
        let below = page.below(i);
        if matches!(layer.stage, Stage::Repair | Stage::Join) {
            for e in &layer.edits {
                let was = String::from_utf8_lossy(&below[e.was.range()]);
                put(
                    &mut out,
                    format!(
                        "{:?} {}..{} {} {}% {:?} -> {:?}",
                        layer.stage,
                        e.was.start,
                        e.was.end,
                        rule(e.rule),
                        e.confidence,
                        short(&was),
                        short(e.now.of(&layer.text))
                    ),
                );
            }
            continue;
        }
        let mut counts: Vec<(&str, usize)> = Vec::new();
        for e in &layer.edits {
            match counts.iter_mut().find(|(r, _)| *r == rule(e.rule)) {
                Some((_, n)) => *n += 1,
                None => counts.push((rule(e.rule), 1)),
            }
        }
        counts.sort_unstable();
        for (r, n) in counts {
            put(&mut out, format!("{:?} {r} x {n}", layer.stage));
        }
    }
    for n in &page.notes {
        let at = n.at.of(&page.layers[n.layer as usize].text);
        put(&mut out, format!("note {} {:?} or {:?}", rule(n.rule), short(at), n.alternatives));
    }
    let mut marks: Vec<_> = page.marks.iter().collect();
    marks.sort_by_key(|m| (m.block, m.rule));
    for m in marks {
        let block = page.outline.blocks[m.block as usize];
        put(&mut out, format!("mark {} {:?}", rule(m.rule), short(block.span.of(page.text()))));
    }
    out
}

fn short(s: &str) -> String {
    let mut out: String = s.chars().take(60).collect();
    if s.chars().nth(60).is_some() {
        let _ = write!(out, "… ({} bytes)", s.len());
    }
    out
}

#[test]
fn samples_match_their_golden_text_and_trace() {
    let update = std::env::var_os("UPDATE").is_some();
    let kernel = Kernel::new(Options::default());
    let all = samples();
    assert!(all.len() >= 40, "only {} samples were found", all.len());
    let mut wrong = Vec::new();
    for s in all {
        let at = format!("{}/{}", s.group, s.name);
        let case = fs::read_to_string(s.golden.join("case.toml")).unwrap_or_else(|e| panic!("{at}: case.toml: {e}"));
        let case: Case = toml::from_str(&case).unwrap_or_else(|e| panic!("{at}: case.toml: {e}"));
        assert!(!case.note.is_empty(), "{at}: the note says what the sample shows");
        assert!(case.origin.is_none_or(|o| o.starts_with("own text")), "{at}: samples are our own writing");
        assert!(case.licence.is_none_or(|l| l == "MIT OR Apache-2.0"), "{at}: samples carry the licence of the project");
        let bytes = fs::read(&s.raw).expect("sample is readable");
        let id = s.raw.file_name().expect("named").to_string_lossy().into_owned();
        let page = kernel.page(RawDoc { id: &id, url: case.url.as_deref(), label: case.label.as_deref(), bytes: &bytes });
        let (clean, trace) = (page.clean().to_text(true), trace(&page, &kernel));
        if s.group == "known-failures" {
            let wanted = fs::read_to_string(s.golden.join("clean.txt")).unwrap_or_else(|e| panic!("{at}: clean.txt: {e}"));
            if clean == wanted {
                wrong.push(format!("{at}: reached at last. Move the sample to synthetic/ and celebrate."));
            }
            continue;
        }
        if update {
            fs::write(s.golden.join("clean.txt"), &clean).expect("golden folder is writable");
            fs::write(s.golden.join("trace.txt"), &trace).expect("golden folder is writable");
        }
        for (file, got) in [("clean.txt", &clean), ("trace.txt", &trace)] {
            let wanted = fs::read_to_string(s.golden.join(file)).unwrap_or_else(|e| panic!("{at}: {file}: {e} (UPDATE=1 writes it)"));
            if *got != wanted {
                let line = got
                    .lines()
                    .zip(wanted.lines())
                    .position(|(a, b)| a != b)
                    .unwrap_or_else(|| got.lines().count().min(wanted.lines().count()));
                wrong.push(format!(
                    "{at}/{file}, line {}:\n   got {:?}\n  want {:?}",
                    line + 1,
                    got.lines().nth(line),
                    wanted.lines().nth(line)
                ));
            }
        }
        if s.group == "negative" {
            for (what, n) in [
                ("repair edits", page.layers.iter().filter(|l| l.stage == Stage::Repair).count()),
                ("marks", page.marks.iter().filter(|m| !kernel.rules().get(m.rule).id.starts_with("metadata/")).count()),
            ] {
                if n != 0 {
                    wrong.push(format!("{at}: {n} {what} on a text that looks dirty and is right\n{trace}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} differences\n{}", wrong.len(), wrong.join("\n"));
}
