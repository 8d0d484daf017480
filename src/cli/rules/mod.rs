//! `jingwen rules`: what the rules say, where they come from, and on what they fire.

mod test;

use std::fmt::Write;
use std::io;

use anstyle::{AnsiColor, Style};

use super::args::{self, To};
use super::console::{Console, colored, lang};
use super::{Outcome, inputs, print};
use crate::error::Error;
use crate::rules::{Rule, Rules};

/// Runs the verb.
pub fn run(args: &args::RulesArgs, talk: &args::Talk, console: &mut Console) -> Result<Outcome, Error> {
    if let Some(args::RulesTask::Test(args)) = &args.task {
        return test::run(args, console);
    }
    let rules = inputs::all_rules(args.rules.as_deref())?;
    let lang = lang(talk, args.to == To::Text);
    let wanted = args.id.as_deref().unwrap_or("");
    let exact: Vec<&Rule> = rules.find(wanted).map(|id| rules.get(id)).into_iter().collect();
    let one = !exact.is_empty();
    let found: Vec<&Rule> = if one { exact } else { rules.iter().map(|(_, r)| r).filter(|r| r.id.starts_with(wanted)).collect() };
    if found.is_empty() && !wanted.is_empty() {
        return Err(Error::Usage(format!("no rule `{wanted}`{}; `jingwen rules` lists all", nearest(rules, wanted))));
    }
    let mut out = String::new();
    let style = if colored(talk.color, &io::stdout()) { AnsiColor::Cyan.on_default().bold() } else { Style::new() };
    let width = found.iter().map(|r| r.id.len()).max().unwrap_or(0);
    for r in found {
        // writing to a string cannot fail
        let _ = match args.to {
            // a struct of strings always serializes
            To::Jsonl => {
                let r = Rule { says: r.sentence(lang).into(), ..r.clone() };
                writeln!(out, "{}", serde_json::to_string(&r).unwrap_or_default())
            }
            To::Text if one => {
                let [source, fires, spares] = ["source", "fires", "spares"].map(|key| {
                    let key = lang.say(key);
                    // Han is two columns wide
                    format!("{key}{}", " ".repeat(8usize.saturating_sub(key.chars().map(|c| 1 + usize::from(!c.is_ascii())).sum())))
                });
                let says = r.sentence(lang);
                writeln!(out, "{style}{}{style:#}\n{says}\n\n{source}{}\n{fires}{}\n{spares}{}", r.id, r.source, r.fires, r.spares)
            }
            To::Text => writeln!(out, "{style}{:width$}{style:#}  {}", r.id, r.sentence(lang)),
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
