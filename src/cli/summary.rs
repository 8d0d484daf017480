//! How a run ended, told on standard error: the sums, and the exit code they ask for.

use std::path::Path;

use indicatif::{HumanBytes, HumanCount};

use super::Outcome;
use super::args;
use super::console::Console;
use crate::io::quarantine::Quarantine;
use crate::run::sums::Sums;

/// Prints the table: what came in is the sum of what follows.
pub fn tell(sums: &Sums, removed: Option<&Path>, quarantine: Option<&Path>, console: &mut Console) {
    let (t, seconds) = (&sums.records, console.elapsed().as_secs_f64());
    let rate = HumanBytes((sums.bytes_in as f64 / seconds.max(1e-3)) as u64);
    let count = |n: u64| HumanCount(n).to_string();
    let mut lines = vec![
        format!("{} record{} in {seconds:.1} s, {rate}/s", HumanCount(t.read), if t.read == 1 { "" } else { "s" }),
        format!("  in           {:>12}  {}", count(t.read), HumanBytes(sums.bytes_in)),
        format!("  = out        {:>12}  {}, {} of them edited", count(t.out), HumanBytes(sums.bytes_out), HumanCount(sums.edited)),
        format!("  + removed    {:>12}", count(t.removed)),
    ];
    if let Some(removed) = removed {
        lines[3].push_str(&format!("  see {}", removed.display()));
    }
    let mut quarantined = format!("  + quarantined{:>12}", count(t.quarantined));
    if let Some(q) = quarantine.filter(|_| t.quarantined > 0) {
        quarantined.push_str(&format!("  see {}", q.join(Quarantine::FILES[0]).display()));
    }
    lines.push(quarantined);
    for (name, n) in [("skipped    ", t.skipped), ("not sampled", t.unsampled)] {
        if n > 0 {
            lines.push(format!("  + {name}{:>12}", count(n)));
        }
    }
    if sums.duplicate_paragraphs + sums.duplicate_records > 0 {
        let (p, r) = (HumanCount(sums.duplicate_paragraphs), HumanCount(sums.duplicate_records));
        lines.push(format!("  seen before in the dump: {p} paragraphs, {r} whole records"));
    }
    if sums.near_paragraphs + sums.near_records > 0 {
        let (p, r) = (HumanCount(sums.near_paragraphs), HumanCount(sums.near_records));
        lines.push(format!("  nearly the same:         {p} paragraphs, {r} whole records"));
    }
    if console.verbose {
        for (name, counts) in [("charsets", &sums.charsets), ("rules", &sums.rules)] {
            if !counts.is_empty() {
                lines.push(format!("  {name}"));
            }
            lines.extend(counts.iter().map(|(key, n)| format!("    {:>12}  {key}", count(*n))));
        }
    }
    for line in lines {
        console.tell(&line);
    }
}

/// Whether inputs could not be read, or a guard was passed, which is told.
pub fn outcome(sums: &Sums, args: &args::Dump, console: &mut Console) -> Outcome {
    let t = &sums.records;
    let mut over = false;
    let guards = [
        (args.max_bad, t.quarantined + t.skipped, "cannot be read", "--max-bad"),
        (args.max_removed, t.removed, "were removed whole", "--max-removed"),
    ];
    for (guard, n, what, name) in guards {
        if guard.is_some_and(|g| g.is_over(n, t.read)) {
            console.warn(&format!("{n} of {} records {what}: more than {name} allows", t.read));
            over = true;
        }
    }
    match (sums.unreadable > 0, over) {
        (true, _) => Outcome::Unreadable,
        (false, true) => Outcome::Findings,
        (false, false) => Outcome::Done,
    }
}
