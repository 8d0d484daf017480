//! `jingwen check`: findings for continuous integration. What a finding is and how it is written lives in [`crate::check`].

use std::fs::OpenOptions;
use std::io::{self, BufWriter, Write};

use indicatif::HumanCount;

use super::args;
use super::console::{Console, lang};
use super::{Outcome, expect, inputs};
use crate::check::baseline::Baseline;
use crate::check::{Finding, Format, Report, findings};
use crate::draft::Draft;
use crate::error::Error;
use crate::io::output;
use crate::io::quarantine::Bad;
use crate::page::Page;
use crate::rules::Rules;
use crate::run::look::{Look, Place, look};

/// Runs the verb.
pub fn run(args: &args::Check, talk: &args::Talk, console: &mut Console) -> Result<Outcome, Error> {
    if let Some(clean) = &args.expect {
        return expect::run(args, clean, console);
    }
    let plan = inputs::plan(&args.inputs, &args.content, args.dedup.into(), console)?;
    let rules = plan.settings.read_rules()?;
    for prefix in &args.fail_on {
        if !rules.iter().any(|(_, r)| r.id.starts_with(&**prefix)) && !"record/unreadable".starts_with(&**prefix) {
            return Err(Error::Usage(format!("no rule begins with `{prefix}`; `jingwen rules` lists all")));
        }
    }
    let baseline = match &args.baseline {
        None => Baseline::default(),
        Some(path) => {
            let text = std::fs::read_to_string(path).map_err(Error::io("read", path))?;
            Baseline::parse(&text).map_err(|why| Error::Usage(format!("{}: {why}", path.display())))?
        }
    };
    let people = matches!(args.format, Format::Full | Format::Concise | Format::Github | Format::Markdown);
    let mut report = Report { findings: &[], fail_on: &args.fail_on, documents: 0, known: 0, rules, lang: lang(talk, people) };
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let (mut all, mut known, mut new, mut failing) = (Vec::new(), 0u64, 0u64, 0u64);
    let mut next = Baseline::default();
    let sums = look(&plan, &inputs::means(&args.inputs), console, &Looker, &mut |seen| {
        // written by the looker below
        for finding in postcard::from_bytes::<Vec<Finding>>(&seen).expect("written by the looker below") {
            if args.write_baseline.is_some() {
                next.add(&finding);
            }
            if baseline.knows(&finding) {
                known += 1;
                continue;
            }
            new += 1;
            failing += u64::from(report.fails(&finding));
            if args.format.is_stream() {
                out.write_all(report.line(&finding, args.format).as_bytes()).map_err(Error::io("write", "standard output"))?;
            } else {
                all.push(finding);
            }
        }
        Ok(())
    })?;
    let documents = sums.records.out + sums.records.removed + sums.records.skipped;
    (report.findings, report.documents, report.known) = (&all, documents, known);
    out.write_all(report.all(args.format).as_bytes()).and_then(|()| out.flush()).map_err(Error::io("write", "standard output"))?;
    if args.format == Format::Github
        && let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|p| !p.is_empty())
    {
        let summary = OpenOptions::new().create(true).append(true).open(&path);
        summary.and_then(|mut f| f.write_all(report.markdown().as_bytes())).map_err(Error::io("write", &path))?;
    }
    if let Some(path) = &args.write_baseline {
        output::write_whole(path, next.text().as_bytes()).map_err(Error::io("write", path))?;
    }
    let lang = console.lang;
    let mut line = lang.fill(if documents == 1 { "{} document looked at" } else { "{} documents looked at" }, &[&HumanCount(documents)]);
    line.push_str(&lang.fill(if new == 1 { ", {} finding" } else { ", {} findings" }, &[&HumanCount(new)]));
    if failing < new {
        line.push_str(&lang.fill(", {} of them fail", &[&HumanCount(failing)]));
    }
    if known > 0 {
        line.push_str(&lang.fill(", {} known from the baseline", &[&HumanCount(known)]));
    }
    if let Some(path) = &args.write_baseline {
        let phrase = if next.len() == 1 { "; {} fingerprint in {}" } else { "; {} fingerprints in {}" };
        line.push_str(&lang.fill(phrase, &[&HumanCount(next.len() as u64), &path.display()]));
        failing = 0;
    }
    console.tell(&line);
    Ok(match (sums.unreadable > 0, failing > 0) {
        (true, _) => Outcome::Unreadable,
        (false, true) => Outcome::Findings,
        (false, false) => Outcome::Done,
    })
}

struct Looker;

impl Look for Looker {
    fn look(&self, at: Place<'_>, page: &Page<'_>, draft: &Draft<'_>, rules: &Rules) -> Vec<u8> {
        let found = findings(&at.path.to_string_lossy(), (!at.alone).then_some(at.record), page, draft, rules);
        if found.is_empty() { Vec::new() } else { postcard::to_stdvec(&found).expect("plain data in memory") }
    }

    fn bad(&self, bad: &Bad) -> Vec<u8> {
        let record = Some(bad.record).filter(|n| *n > 1 || bad.offset > 0);
        let found = vec![Finding::unreadable(bad.path.to_string_lossy().into_owned(), record, &bad.why)];
        postcard::to_stdvec(&found).expect("plain data in memory")
    }
}
