//! How a run ended, told on standard error: the sums, and the exit code they ask for.

use std::path::Path;

use indicatif::{HumanBytes, HumanCount};
use unicode_width::UnicodeWidthStr;

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
    let lang = console.lang;
    let row = |name: &'static str, n: u64| format!("  {}{:>12}", padded(lang.say(name), 13), count(n));
    let records = if t.read == 1 { "{} record in {} s, {}/s" } else { "{} records in {} s, {}/s" };
    let mut lines = vec![
        lang.fill(records, &[&HumanCount(t.read), &format_args!("{seconds:.1}"), &rate]),
        format!("{}  {}", row("in", t.read), HumanBytes(sums.bytes_in)),
        format!(
            "{}  {}",
            row("= out", t.out),
            lang.fill("{}, {} of them edited", &[&HumanBytes(sums.bytes_out), &HumanCount(sums.edited)])
        ),
        row("+ removed", t.removed),
    ];
    if let Some(removed) = removed {
        lines[3].push_str(&format!("  {}", lang.fill("see {}", &[&removed.display()])));
    }
    let mut quarantined = row("+ quarantined", t.quarantined);
    if let Some(q) = quarantine.filter(|_| t.quarantined > 0) {
        quarantined.push_str(&format!("  {}", lang.fill("see {}", &[&q.join(Quarantine::FILES[0]).display()])));
    }
    lines.push(quarantined);
    for (name, n) in [("+ skipped", t.skipped), ("+ not sampled", t.unsampled)] {
        if n > 0 {
            lines.push(row(name, n));
        }
    }
    if sums.duplicate_paragraphs + sums.duplicate_records > 0 {
        let (p, r) = (HumanCount(sums.duplicate_paragraphs), HumanCount(sums.duplicate_records));
        lines.push(format!("  {}", lang.fill("seen before in the dump: {} paragraphs, {} whole records", &[&p, &r])));
    }
    if sums.near_paragraphs + sums.near_records > 0 {
        let (p, r) = (HumanCount(sums.near_paragraphs), HumanCount(sums.near_records));
        lines.push(format!("  {}", lang.fill("nearly the same:         {} paragraphs, {} whole records", &[&p, &r])));
    }
    if console.verbose {
        for (name, counts) in [("charsets", &sums.charsets), ("rules", &sums.rules)] {
            if !counts.is_empty() {
                lines.push(format!("  {}", lang.say(name)));
            }
            lines.extend(counts.iter().map(|(key, n)| format!("    {:>12}  {key}", count(*n))));
        }
    }
    for line in lines {
        console.tell(&line);
    }
}

/// A word and blanks up to so many columns of a terminal.
fn padded(word: &str, columns: usize) -> String {
    format!("{word}{}", " ".repeat(columns.saturating_sub(word.width())))
}

/// Whether all inputs could be read; tells when their texts stand in another field than was looked for.
pub fn readable(sums: &Sums, console: &mut Console) -> bool {
    if sums.all_fieldless() {
        let says = "nothing was read as text: none of {} records has the field that holds it; above stand the fields there are, --text-field names the right one";
        console.warn(&console.lang.fill(says, &[&sums.fieldless]));
    }
    sums.unreadable == 0 && !sums.all_fieldless()
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
            let lang = console.lang;
            console.warn(&lang.fill("{} of {} records {}: more than {} allows", &[&n, &t.read, &lang.say(what), &name]));
            over = true;
        }
    }
    match (!readable(sums, console), over) {
        (true, _) => Outcome::Unreadable,
        (false, true) => Outcome::Findings,
        (false, false) => Outcome::Done,
    }
}
