//! `jingwen detect`: which charset files are in, how sure, and what decided.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use super::console::Console;
use super::{Outcome, args};
use crate::batch::{Limits, guarded, ordered};
use crate::charset::{self, Charset};
use crate::error::Error;
use crate::io::source;
use crate::page::RawDoc;

/// Runs the verb.
pub fn run(args: &args::Detect, console: &mut Console) -> Result<Outcome, Error> {
    let (mut found, mut unreadable) = (Vec::<(PathBuf, u64)>::new(), Vec::new());
    for input in &args.input {
        if input.is_dir() {
            let mut files = Vec::new();
            source::walk(input, &source::Choice::all(), &mut files, &mut unreadable);
            found.extend(files.into_iter().map(|f| (f.path, f.size)));
        } else {
            // what it is called and whether it is there is seen when it is opened
            found.push((input.clone(), input.metadata().map_or(1, |m| m.len())));
        }
    }
    let mut outcome = Outcome::Done;
    for u in unreadable {
        console.warn(&format!("{} cannot be read: {}", u.path.display(), u.why));
        outcome = Outcome::Unreadable;
    }
    let (limit, verbose) = (args.max_record as u64, console.verbose);
    console.expect("detect", Some(found.iter().map(|f| f.1.min(limit)).sum()));
    let mut out = BufWriter::new(io::stdout().lock());
    let jobs = (0..found.len()).map(|i| Ok((found[i].1.min(limit), i)));
    let work = |i: usize| (i, look(&found[i].0, limit));
    ordered(Limits { threads: args.jobs, weight: 64 << 20 }, jobs, work, |(i, charset)| {
        let (path, size) = &found[i];
        console.advance(*size.min(&limit), 1);
        match charset {
            Ok(charset) => out.write_all(line(path, &charset, args.to, verbose).as_bytes()).map_err(Error::io("write", "standard output")),
            Err(why) => {
                console.warn(&format!("{} cannot be read: {why}", path.display()));
                outcome = Outcome::Unreadable;
                Ok(())
            }
        }
    })?;
    console.finish();
    out.flush().map_err(Error::io("write", "standard output"))?;
    Ok(outcome)
}

fn look(path: &Path, limit: u64) -> Result<Charset, String> {
    let mut bytes = Vec::new();
    if path.as_os_str() == "-" {
        io::stdin().take(limit).read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|f| f.take(limit).read_to_end(&mut bytes))
    }
    .map_err(|e| e.to_string())?;
    let id = path.to_string_lossy();
    let raw = RawDoc { id: &id, bytes: &bytes, ..RawDoc::default() };
    guarded(|| {
        let found = charset::detect(&raw);
        Charset { language: charset::language(&raw, &found), ..found }
    })
}

/// `verbose` adds the runners-up and the parts of a file in several charsets; JSON has them always.
fn line(path: &Path, c: &Charset, to: args::To, verbose: bool) -> String {
    if to == args::To::Text {
        let mut out = format!("{}: {}  {:.2}  {}\n", path.display(), c.name, c.confidence, c.why);
        if verbose {
            let language = c.language.iter().map(|l| format!("    looks like {l}\n"));
            let segments = c.segments.iter().map(|s| format!("    bytes {}..{} are {}\n", s.at.start, s.at.end, s.name));
            let others = c.runners_up.iter().map(|r| format!("    {} lies {:.1} nats behind\n", r.name, r.behind));
            out.extend(language.chain(segments).chain(others));
        }
        return out;
    }
    #[derive(serde::Serialize)]
    struct Line<'c> {
        path: &'c str,
        #[serde(skip_serializing_if = "Option::is_none")]
        path_bytes: Option<String>,
        encoding: &'c str,
        confidence: f64,
        why: &'c str,
        language: Option<&'c str>,
        segments: Vec<(u32, u32, &'c str)>,
        runners_up: Vec<(&'c str, f64)>,
    }
    let path_bytes = path.to_str().is_none().then(|| crate::io::quarantine::hex(path.as_os_str().as_encoded_bytes()));
    // three digits: more would be noise, and f32 printed as f64 shows it
    let rounded = |x: f32| (f64::from(x) * 1000.0).round() / 1000.0;
    let line = Line {
        path: &path.to_string_lossy(),
        path_bytes,
        encoding: c.name,
        confidence: rounded(c.confidence),
        why: &c.why,
        language: c.language,
        segments: c.segments.iter().map(|s| (s.at.start, s.at.end, s.name)).collect(),
        runners_up: c.runners_up.iter().map(|r| (r.name, rounded(r.behind))).collect(),
    };
    // a struct of strings and finite numbers always serializes
    serde_json::to_string(&line).unwrap_or_default() + "\n"
}
