//! The page itself: what was told of the records, read twice from where it waits, written as one HTML file that needs nothing else. Its
//! looks and manners are the files of `src/data/report/`.
//!
//! Memory: one line at a time, and some numbers for each record that can be shown.

use std::io::{self, BufRead, Write};

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::choose::{Candidate, ROWS, VIEWS, choose};
use super::json;
use super::told::{self, Row};
use crate::io::quarantine::base64;
use crate::lang::{self, Lang};
use crate::rules::Rules;

/// Rows in one data block: enough to be few, few enough to be read one by one.
const CHUNK: usize = 2_000;

const PAGE: &str = include_str!("../data/report/page.html");
const STYLE: &str = include_str!("../data/report/style.css");
/// The parts of the script, in their order.
const SCRIPT: &[&str] = &[
    include_str!("../data/report/text.js"),
    include_str!("../data/report/charts.js"),
    include_str!("../data/report/table.js"),
    include_str!("../data/report/view.js"),
    include_str!("../data/report/main.js"),
];

/// What is said of a run as a whole.
#[derive(Debug)]
pub struct Head<'a, S> {
    /// Sums over records.
    pub sums: &'a S,
    /// Inputs.
    pub inputs: usize,
    /// The rules its records refer to.
    pub rules: &'a Rules,
    /// The language it opens in; the other is one click away.
    pub lang: Lang,
}

/// What the page knows before any record: the data block `run`.
#[derive(Serialize)]
struct Run<'a, S> {
    version: &'static str,
    lang: &'static str,
    inputs: usize,
    sums: &'a S,
    /// Records in the run, and of every so many of them one has a row.
    records: u64,
    step: u64,
    /// Paragraphs found, and how many of them stay.
    blocks: u64,
    kept: u64,
    /// Bytes of clean text.
    after: u64,
    /// Rules by number: id, English, Chinese.
    rules: Vec<(u16, &'a str, &'a str, &'a str, bool)>,
    /// Rule, times, records.
    acts: Vec<(u16, u64, u64)>,
    /// Rule, blocks, bytes, records.
    cuts: Vec<(u16, u64, u64, u64)>,
    /// Rows whose record is shown.
    views: Vec<u64>,
    words: Vec<(&'a str, &'a str)>,
}

/// Sums over rows, and what can be shown.
#[derive(Default)]
struct Survey {
    records: u64,
    blocks: u64,
    kept: u64,
    after: u64,
    acts: Vec<(u64, u64)>,
    cuts: Vec<(u64, u64, u64)>,
    candidates: Vec<Candidate>,
}

fn at<T: Default + Clone>(list: &mut Vec<T>, n: u16) -> &mut T {
    let n = usize::from(n);
    if n >= list.len() {
        list.resize(n + 1, T::default());
    }
    &mut list[n]
}

impl Survey {
    fn of(lines: impl BufRead, rules: &Rules) -> io::Result<Survey> {
        let mut survey = Survey::default();
        each(lines, |row, view| {
            let parsed: Row = serde_json::from_str(row)?;
            for (rule, times) in &parsed.8 {
                let sum = at(&mut survey.acts, *rule);
                (sum.0, sum.1) = (sum.0 + u64::from(*times), sum.1 + 1);
            }
            for (rule, blocks, bytes) in &parsed.9 {
                let sum = at(&mut survey.cuts, *rule);
                (sum.0, sum.1, sum.2) = (sum.0 + u64::from(*blocks), sum.1 + bytes, sum.2 + 1);
            }
            if !view.is_empty() {
                let rules = told::rules(&parsed, rules);
                survey.candidates.push(Candidate { record: survey.records, size: view.len() + 80, rules });
            }
            (survey.blocks, survey.kept) = (survey.blocks + parsed.6, survey.kept + parsed.7);
            survey.after += parsed.5;
            survey.records += 1;
            Ok(())
        })?;
        Ok(survey)
    }
}

/// Calls `f` with row and view of every line.
fn each(mut lines: impl BufRead, mut f: impl FnMut(&str, &str) -> io::Result<()>) -> io::Result<()> {
    let mut line = String::new();
    while lines.read_line(&mut line)? > 0 {
        let (row, view) = told::split(&line).ok_or(io::ErrorKind::InvalidData)?;
        f(row, view)?;
        line.clear();
    }
    Ok(())
}

/// Writes the report of the records that `open` reads, each time from the beginning. The same records give the same bytes.
///
/// # Errors
/// What `open` and `out` say; a line that is none of [`super::Told`].
pub fn write<S: Serialize, R: BufRead>(head: &Head<'_, S>, open: impl Fn() -> io::Result<R>, out: &mut impl Write) -> io::Result<()> {
    let rules = head.rules;
    let survey = Survey::of(open()?, rules)?;
    let step = survey.records.div_ceil(ROWS).max(1);
    let chosen = choose(&survey.candidates, VIEWS);
    // every so many records have a row, and those that are shown
    let mut rows: Vec<u64> =
        (0..survey.records).step_by(usize::try_from(step).unwrap_or(usize::MAX)).chain(chosen.iter().copied()).collect();
    rows.sort_unstable();
    rows.dedup();
    let views: Vec<u64> = chosen.iter().filter_map(|c| rows.binary_search(c).ok()).map(|n| n as u64).collect();

    let used = |n: usize| survey.acts.get(n).is_some_and(|a| a.0 > 0) || survey.cuts.get(n).is_some_and(|c| c.0 > 0);
    let named = (rules.iter()).filter(|(id, _)| used(usize::from(id.0))).map(|(id, r)| {
        let routine = crate::diff::is_routine(&r.id);
        (id.0, &*r.id, r.sentence(Lang::En), r.sentence(Lang::Zh), routine)
    });
    let run = Run {
        version: env!("CARGO_PKG_VERSION"),
        lang: head.lang.code(),
        inputs: head.inputs,
        sums: head.sums,
        records: survey.records,
        step,
        blocks: survey.blocks,
        kept: survey.kept,
        after: survey.after,
        rules: named.collect(),
        acts: (0u16..).zip(&survey.acts).filter(|(_, a)| a.0 > 0).map(|(n, a)| (n, a.0, a.1)).collect(),
        cuts: (0u16..).zip(&survey.cuts).filter(|(_, c)| c.0 > 0).map(|(n, c)| (n, c.0, c.1, c.2)).collect(),
        views,
        words: lang::words().iter().map(|(e, c)| (&**e, &**c)).collect(),
    };

    let script = SCRIPT.concat();
    let policy = format!(
        "default-src 'none'; script-src '{}'; style-src '{}'; img-src data:; base-uri 'none'; form-action 'none'",
        hash(&script),
        hash(STYLE)
    );
    let fill = |part: &str| {
        let part = part.replace("{{lang}}", head.lang.code()).replace("{{policy}}", &policy);
        part.replace("{{style}}", STYLE).replace("{{script}}", &script)
    };
    let (before, after) = PAGE.split_once("{{data}}").unwrap_or((PAGE, ""));
    out.write_all(fill(before).as_bytes())?;
    writeln!(out, "<script type=\"application/json\" id=\"run\">{}</script>", json::safe(&run))?;

    let (mut record, mut row_at, mut in_chunk) = (0u64, 0usize, 0usize);
    each(open()?, |row, _| {
        if rows.get(row_at) == Some(&record) {
            row_at += 1;
            out.write_all(if in_chunk == 0 { b"<script type=\"application/json\" class=\"rows\">[" } else { b",\n" })?;
            out.write_all(row.as_bytes())?;
            in_chunk += 1;
            if in_chunk == CHUNK {
                out.write_all(b"]</script>\n")?;
                in_chunk = 0;
            }
        }
        record += 1;
        Ok(())
    })?;
    if in_chunk > 0 {
        out.write_all(b"]</script>\n")?;
    }
    let (mut record, mut next) = (0u64, 0usize);
    each(open()?, |_, view| {
        if chosen.get(next) == Some(&record) {
            writeln!(out, "<script type=\"application/json\" id=\"view-{}\">{view}</script>", run.views[next])?;
            next += 1;
        }
        record += 1;
        Ok(())
    })?;
    out.write_all(fill(after).as_bytes())
}

/// Whether a file that begins like this is such a page: 1 KB is enough.
pub fn is_report(head: &[u8]) -> bool {
    memchr::memmem::find(head, b"<meta name=\"generator\" content=\"jingwen report\">").is_some()
}

/// A source of the content security policy: the hash of a text.
fn hash(text: &str) -> String {
    let mut out = Vec::new();
    // to memory nothing can fail
    let _ = base64(&Sha256::digest(text.as_bytes())[..], &mut out);
    format!("sha256-{}", String::from_utf8_lossy(&out))
}

#[cfg(test)]
mod tests {
    use super::super::{Fate, Told};
    use super::*;

    fn report(lines: &str) -> String {
        let mut out = Vec::new();
        let sums = serde_json::json!({"bytes_in": 1});
        write(&Head { sums: &sums, inputs: 1, rules: Rules::builtin(), lang: Lang::En }, || Ok(lines.as_bytes()), &mut out)
            .expect("it is written");
        String::from_utf8(out).expect("it is text")
    }

    #[test]
    fn no_text_of_a_record_is_markup() {
        let ugly = "</script><script>alert(1)</script><!-- \" ' & \u{202E}\u{2028}";
        let page = report(&String::from_utf8(Told::bare(ugly, Fate::Quarantined, 3, ugly).line()).expect("text"));
        assert!(!page.contains("<script>alert") && !page.contains("</script><script>a") && !page.contains(['\u{202E}', '\u{2028}']));
        assert!(page.contains("\\u003cscript\\u003ealert(1)"));
        // as many elements end as begin
        assert_eq!(page.matches("<script").count(), page.matches("</script>").count());
    }

    #[test]
    fn a_page_names_its_scripts_and_needs_nothing_else() {
        let page = report("");
        assert_eq!(hash("abc"), "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
        assert!(page.contains("default-src 'none'; script-src 'sha256-"), "{}", &page[..800]);
        assert!(is_report(&page.as_bytes()[..1024]) && !is_report(b"<!doctype html>"));
        assert!(!page.contains("{{") && !page.contains("http://") && !page.contains("https://") && !page.contains(" style=\""));
        assert!(!SCRIPT.concat().contains("innerHTML") && !SCRIPT.concat().contains("</script"));
    }

    #[test]
    fn every_record_has_a_row_and_every_view_its_row() {
        let mut lines = String::new();
        for n in 0..5_000 {
            let told = Told::bare(&format!("r{n}"), Fate::Out, 1, "");
            let line = String::from_utf8(told.line()).expect("text");
            lines.push_str(&if n % 1000 == 7 { line.replace('\t', "\t[0,\"x\"]") } else { line });
        }
        let page = report(&lines);
        assert!((0..5_000).all(|n| page.contains(&format!("[\"r{n}\",\"\",0,"))));
        assert!(page.contains("\"views\":[7,1007,2007,3007,4007]") && page.contains("id=\"view-3007\">[0,\"x\"]<"));
    }
}
