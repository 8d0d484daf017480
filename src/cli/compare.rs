//! `jingwen diff --before A --after B`: two outputs or two runs, document by document and rule by rule. Here nothing is recorded between
//! the two sides: texts are compared, and what each run says of its rules is subtracted.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use indicatif::HumanCount;
use serde_json::Value;

use super::args::{self, To};
use super::console::{Console, colored};
use super::diff::{columns, painted};
use super::{Outcome, expect};
use crate::diff::{Diff, Style};
use crate::error::Error;
use crate::explain::visible;
use crate::io::compress::Codec;
use crate::io::source::REPORT;
use crate::rules::Rules;

/// How long the shortest difference of a document is looked for.
const PATIENCE: Duration = Duration::from_secs(5);

/// What is known of one document of an output.
#[derive(Default)]
struct Document {
    text: String,
    /// How often each rule acted, as far as the output says it.
    rules: BTreeMap<String, i64>,
}

/// Runs the verb.
pub fn run(args: &args::Diff, before: &Path, after: &Path, console: &mut Console, color: args::When) -> Result<Outcome, Error> {
    let (was, now) = (files(before)?, files(after)?);
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let write = |out: &mut BufWriter<_>, text: &str| Write::write_all(out, text.as_bytes()).map_err(Error::io("write", "standard output"));
    let paint = painted(colored(color, &io::stdout()));
    let width = args.columns.unwrap_or_else(columns);
    let style = Style { context: args.context, width, paint: &paint, rules: Rules::builtin(), lang: console.lang };
    let (mut looked, mut changed, mut gone, mut new) = (0u64, 0u64, 0u64, 0u64);
    let mut totals: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    let names: BTreeSet<&PathBuf> = was.keys().chain(now.keys()).collect();
    for name in names {
        let (a, b) = (documents(name, was.get(name))?, documents(name, now.get(name))?);
        let all: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
        for document in all {
            looked += 1;
            let (a, b) = (a.get(document), b.get(document));
            let empty = Document::default();
            let (x, y) = (a.unwrap_or(&empty), b.unwrap_or(&empty));
            let rules = difference(&x.rules, &y.rules);
            for (rule, n) in &x.rules {
                totals.entry(rule.clone()).or_default().0 += n;
            }
            for (rule, n) in &y.rules {
                totals.entry(rule.clone()).or_default().1 += n;
            }
            if x.text == y.text && rules.is_empty() && a.is_some() == b.is_some() {
                continue;
            }
            changed += 1;
            (gone, new) = (gone + u64::from(b.is_none()), new + u64::from(a.is_none()));
            let diff = Diff::compared(&x.text, &y.text, Some(Instant::now() + PATIENCE));
            let what = (a.is_some(), b.is_some());
            write(&mut out, &shown(args, document, what, &rules, &diff, &style))?;
        }
    }
    // a run says what all of it did, also when its output is text alone
    if let (Some(a), Some(b)) = (report(before), report(after)) {
        totals = a.keys().chain(b.keys()).map(|r| (r.clone(), (a.get(r).copied().unwrap_or(0), b.get(r).copied().unwrap_or(0)))).collect();
    }
    totals.retain(|_, (a, b)| a != b);
    if args.to == To::Text {
        for (rule, (a, b)) in &totals {
            write(&mut out, &format!("{a:>10} → {b:<10} {rule}\n"))?;
        }
    } else if !totals.is_empty() {
        write(&mut out, &format!("{}\n", serde_json::json!({"rules": totals})))?;
    }
    out.flush().map_err(Error::io("write", "standard output"))?;
    console.tell(&console.lang.fill(
        "{} documents looked at, {} differ: {} vanished, {} appeared; {} rules act more or less often",
        &[&HumanCount(looked), &HumanCount(changed), &HumanCount(gone), &HumanCount(new), &totals.len()],
    ));
    Ok(if changed > 0 || !totals.is_empty() { Outcome::Findings } else { Outcome::Done })
}

/// One document: its name, its rules, its lines.
fn shown(
    args: &args::Diff,
    name: &str,
    (was, now): (bool, bool),
    rules: &BTreeMap<String, (i64, i64)>,
    diff: &Diff,
    style: &Style<'_>,
) -> String {
    let (out, new) = diff.lines();
    if args.to == To::Jsonl {
        let hunks = if args.stat { String::new() } else { format!(",\"hunks\":{}", diff.json(style.rules)) };
        let (name, rules) = (Value::from(name), serde_json::json!(rules));
        return format!(
            "{{\"document\":{name},\"before\":{was},\"after\":{now},\"rules\":{rules},\"lines_out\":{out},\"lines_in\":{new}{hunks}}}\n"
        );
    }
    let name = visible(name, true);
    let rules: String = rules.iter().map(|(rule, (a, b))| format!("  {rule}: {a} → {b}\n")).collect();
    if args.stat {
        return format!("{name} | -{out} +{new}\n{rules}");
    }
    let side = |there: bool| if there { &*name } else { "/dev/null" };
    let head = format!("--- {}\n+++ {}\n{rules}", side(was), side(now));
    head + &match (args.word, args.side_by_side) {
        (true, _) => diff.by_words(style),
        (_, true) => diff.side_by_side(style),
        _ => diff.unified(style),
    }
}

/// The files of an output, by name without what compression adds; of a single file, that one.
fn files(of: &Path) -> Result<BTreeMap<PathBuf, PathBuf>, Error> {
    let bare =
        |name: &Path| if Codec::of_name(&name.to_string_lossy()) == Codec::Plain { name.to_path_buf() } else { name.with_extension("") };
    if of.is_dir() {
        return Ok(expect::files(of)?.into_iter().map(|name| (bare(&name), of.join(name))).collect());
    }
    fs::metadata(of).map_err(Error::io("read", of))?;
    // two single files are compared whatever they are called
    let extension = bare(of).extension().map(|e| PathBuf::from("output").with_extension(e)).unwrap_or_else(|| "output".into());
    Ok([(extension, of.to_path_buf())].into())
}

/// The documents of a file: its JSON lines, by their ids or numbers, or the file itself.
fn documents(name: &Path, path: Option<&PathBuf>) -> Result<BTreeMap<String, Document>, Error> {
    let Some(path) = path else { return Ok(BTreeMap::new()) };
    let file = fs::File::open(path).map_err(Error::io("read", path))?;
    let mut bytes = Vec::new();
    match Codec::of_name(&path.to_string_lossy()) {
        Codec::Plain => io::BufReader::new(file).read_to_end(&mut bytes),
        Codec::Gzip => flate2::read::MultiGzDecoder::new(file).read_to_end(&mut bytes),
        Codec::Zstd => zstd::stream::read::Decoder::new(file).and_then(|mut d| d.read_to_end(&mut bytes)),
    }
    .map_err(Error::io("read", path))?;
    let shown = name.to_string_lossy();
    if !name.extension().is_some_and(|e| e == "jsonl" || e == "ndjson") {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        return Ok([(shown.into_owned(), Document { text, ..Document::default() })].into());
    }
    let mut out = BTreeMap::new();
    for (n, line) in bytes.split(|b| *b == b'\n').enumerate().filter(|(_, l)| !l.is_empty()) {
        let line: Value = serde_json::from_slice(line).unwrap_or_default();
        let key = match &line["id"] {
            Value::String(id) => format!("{shown}:{id}"),
            Value::Number(id) => format!("{shown}:{id}"),
            _ => format!("{shown}#{:08}", n + 1),
        };
        // an id that comes again is another document
        let key = if out.contains_key(&key) { format!("{key}#{:08}", n + 1) } else { key };
        let about = if line["jingwen"].is_object() { &line["jingwen"] } else { &line };
        let mut rules = BTreeMap::new();
        for removed in about["removed"].as_array().into_iter().flatten() {
            if let Some(rule) = removed["rule"].as_str() {
                *rules.entry(rule.to_owned()).or_default() += 1;
            }
        }
        for kind in ["edits", "notes"] {
            for (rule, n) in about["counts"][kind].as_object().into_iter().flatten() {
                *rules.entry(rule.clone()).or_default() += n.as_i64().unwrap_or(0);
            }
        }
        out.insert(key, Document { text: line["text"].as_str().unwrap_or_default().to_owned(), rules });
    }
    Ok(out)
}

/// Rules that acted more or less often.
fn difference(a: &BTreeMap<String, i64>, b: &BTreeMap<String, i64>) -> BTreeMap<String, (i64, i64)> {
    let count = |of: &BTreeMap<String, i64>, rule: &String| of.get(rule).copied().unwrap_or(0);
    let both = a.keys().chain(b.keys()).map(|r| (r.clone(), (count(a, r), count(b, r))));
    both.filter(|(_, (a, b))| a != b).collect()
}

/// How often each rule acted in a run.
fn report(folder: &Path) -> Option<BTreeMap<String, i64>> {
    let report: Value = serde_json::from_slice(&fs::read(folder.join(REPORT)).ok()?).ok()?;
    let rules = report["sums"]["rules"].as_object()?;
    Some(rules.iter().map(|(rule, n)| (rule.clone(), n.as_i64().unwrap_or(0))).collect())
}
