//! `jingwen rules`: what the rules say, where they come from, and on what they fire.

mod test;

use std::fmt::Write;
use std::io;

use anstyle::{AnsiColor, Style};

use super::args::{self, To, When};
use super::console::{Console, colored};
use super::{Outcome, inputs, print};
use crate::error::Error;
use crate::rules::{Rule, Rules};

/// Runs the verb.
pub fn run(args: &args::RulesArgs, color: When, console: &mut Console) -> Result<Outcome, Error> {
    if let Some(args::RulesTask::Test(args)) = &args.task {
        return test::run(args, console);
    }
    let rules = inputs::all_rules(args.rules.as_deref())?;
    let wanted = args.id.as_deref().unwrap_or("");
    let exact: Vec<&Rule> = rules.find(wanted).map(|id| rules.get(id)).into_iter().collect();
    let one = !exact.is_empty();
    let found: Vec<&Rule> = if one { exact } else { rules.iter().map(|(_, r)| r).filter(|r| r.id.starts_with(wanted)).collect() };
    if found.is_empty() && !wanted.is_empty() {
        return Err(Error::Usage(format!("no rule `{wanted}`{}; `jingwen rules` lists all", nearest(rules, wanted))));
    }
    let mut out = String::new();
    let style = if colored(color, &io::stdout()) { AnsiColor::Cyan.on_default().bold() } else { Style::new() };
    let width = found.iter().map(|r| r.id.len()).max().unwrap_or(0);
    for r in found {
        // writing to a string cannot fail
        let _ = match args.to {
            // a struct of strings always serializes
            To::Jsonl => writeln!(out, "{}", serde_json::to_string(r).unwrap_or_default()),
            To::Text if one => {
                writeln!(out, "{style}{}{style:#}\n{}\n\nsource  {}\nfires   {}\nspares  {}", r.id, r.says, r.source, r.fires, r.spares)
            }
            To::Text => writeln!(out, "{style}{:width$}{style:#}  {}", r.id, r.says),
        };
    }
    print(out.as_bytes())
}

/// `, did you mean …`, if some rule's id is near.
fn nearest(rules: &Rules, wanted: &str) -> String {
    let near = rules.iter().map(|(_, r)| (strsim::levenshtein(&r.id, wanted), &r.id)).min();
    match near {
        Some((d, id)) if d <= 3 => format!(", did you mean `{id}`?"),
        _ => String::new(),
    }
}
