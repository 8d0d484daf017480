//! `jingwen check --expect`: the outputs that were committed beside what this version makes of the same inputs.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use indicatif::HumanCount;
use similar::TextDiff;

use super::args;
use super::console::Console;
use super::{Outcome, inputs, print};
use crate::error::Error;
use crate::explain::visible;
use crate::io::output;
use crate::io::source::{REPORT, STATE};
use crate::run::plan::{Plan, QUARANTINE, REMOVED};
use crate::run::settings::{OnBad, To};
use crate::run::{Before, Run};

/// A folder that goes when it is no longer needed.
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        // what is left of it helps nobody, and nothing can be done
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Cleans to a folder of its own and compares it with `clean`.
pub fn run(args: &args::Check, clean: &Path, console: &mut Console) -> Result<Outcome, Error> {
    if !clean.is_dir() {
        return Err(Error::Usage(format!("{} is no folder; --expect names the output of `jingwen clean -o`", clean.display())));
    }
    let folder = Temporary(std::env::temp_dir().join(format!("jingwen-expect-{}", std::process::id())));
    let plan = inputs::plan(&args.inputs, &args.content, args.dedup.into(), console)?;
    let to = args.to.unwrap_or(To::Text);
    let skip = clean.canonicalize().ok();
    let sources = plan.inputs.iter().filter(|i| skip.as_ref().is_none_or(|s| !i.path.canonicalize().is_ok_and(|p| p.starts_with(s))));
    let sources = sources.map(|i| crate::io::source::Source { path: i.path.clone(), name: i.name.clone(), size: i.size }).collect();
    let settings = crate::run::settings::Settings { to, on_bad: OnBad::Quarantine, compress: None, block: 64 << 20, ..plan.settings };
    let run = Run::set_up(Plan::new(settings, sources, Vec::new()), &folder.0, Before::Overwrite, inputs::means(&args.inputs))?;
    let report = run.go(console)?;
    let (now, was) = (files(&folder.0)?, files(clean)?);
    let mut differ = 0u64;
    let mut out = String::new();
    for name in now.union(&was) {
        let read = |folder: &Path, there: bool| -> Result<Option<Vec<u8>>, Error> {
            let path = folder.join(name);
            if there { fs::read(&path).map(Some).map_err(Error::io("read", &path)) } else { Ok(None) }
        };
        let (before, after) = (read(clean, was.contains(name))?, read(&folder.0, now.contains(name))?);
        if before == after {
            continue;
        }
        differ += 1;
        out.push_str(&shown(name, before.as_deref(), after.as_deref()));
        if args.bless {
            let path = clean.join(name);
            match after {
                Some(bytes) => output::write_whole(&path, &bytes).map_err(Error::io("write", &path))?,
                None => fs::remove_file(&path).map_err(Error::io("remove", &path))?,
            }
        }
    }
    print(out.as_bytes())?;
    let n = report.sums.records.read;
    let what = console.lang.say(if args.bless { "taken as they are now" } else { "not as expected" });
    let phrase = if n == 1 { "{} document looked at, {} of {} files {}" } else { "{} documents looked at, {} of {} files {}" };
    let files = HumanCount(now.union(&was).count() as u64);
    console.tell(&console.lang.fill(phrase, &[&HumanCount(n), &HumanCount(differ), &files, &what]));
    Ok(match (report.sums.unreadable > 0, differ > 0 && !args.bless) {
        (true, _) => Outcome::Unreadable,
        (false, true) => Outcome::Findings,
        (false, false) => Outcome::Done,
    })
}

/// What of a folder is the output of a run: no report, no quarantine, no journal.
pub fn files(folder: &Path) -> Result<BTreeSet<PathBuf>, Error> {
    let mut out = BTreeSet::new();
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry.map_err(|e| Error::Io { verb: "list", path: folder.display().to_string(), source: io::Error::from(e) })?;
        let name = entry.path().strip_prefix(folder).unwrap_or(entry.path());
        let first = name.components().next().map(|c| c.as_os_str().to_owned()).unwrap_or_default();
        let ours = [STATE, REPORT, QUARANTINE, REMOVED].iter().any(|n| first == *n);
        if entry.file_type().is_file() && !ours {
            out.insert(name.to_path_buf());
        }
    }
    Ok(out)
}

/// The difference of a file: here nothing is recorded, two texts are compared.
fn shown(name: &Path, before: Option<&[u8]>, after: Option<&[u8]>) -> String {
    let name = visible(&name.to_string_lossy(), true);
    let side = |there: Option<&[u8]>, with: &str| if there.is_some() { format!("{with}/{name}") } else { "/dev/null".to_owned() };
    let (head_before, head_after) = (side(before, "expected"), side(after, "now"));
    let text = |bytes: Option<&[u8]>| String::from_utf8_lossy(bytes.unwrap_or_default()).into_owned();
    let (before, after) = (text(before), text(after));
    let mut out = format!("--- {head_before}\n+++ {head_after}\n");
    let diff = TextDiff::configure().timeout(std::time::Duration::from_secs(5)).diff_lines(&before, &after);
    for hunk in diff.unified_diff().context_radius(1).iter_hunks() {
        out.push_str(&format!("{}\n", hunk.header()));
        for change in hunk.iter_changes() {
            out.push_str(&format!("{}{}\n", change.tag(), visible(change.value().trim_end_matches('\n'), false)));
        }
    }
    out
}
