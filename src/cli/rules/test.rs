//! `jingwen rules test`: own rules on their samples and on pages. How a rule matches lives in `rules/own`.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::super::console::Console;
use super::super::{Outcome, args, inputs, print};
use crate::draft::Draft;
use crate::error::Error;
use crate::explain::visible;
use crate::kernel::Kernel;
use crate::options::Options;
use crate::page::{Page, RawDoc};
use crate::rules::{RuleId, Rules, table};
use crate::run::look::{Look, Place, look};
use crate::run::settings::Dedup;

/// Longest line that is shown, in characters.
const SHOWN: usize = 60;

/// Runs the task.
pub fn run(args: &args::RulesTest, console: &mut Console) -> Result<Outcome, Error> {
    let Some(path) = &args.content.rules else {
        return Err(Error::Usage("which rules? --rules DIR, or `rules` in the table [clean] of jingwen.toml".to_owned()));
    };
    let rules = inputs::all_rules(Some(path))?;
    let kernel = Kernel::with_rules(rules, Options::default());
    let mut out = String::new();
    let mut wrong = 0;
    let own: Vec<RuleId> = rules.iter().map(|(id, _)| id).filter(|id| rules.own().is_some_and(|o| o.has(*id))).collect();
    for id in &own {
        let rule = rules.get(*id);
        // writing to a string cannot fail
        let mut say = |what: &str| {
            let _ = writeln!(out, "{}  {what}", rule.id);
        };
        let before = wrong;
        for (sample, should) in [(&rule.fires, true), (&rule.spares, false)] {
            match table::unescape(sample) {
                Err(why) => {
                    say(&format!("sample: {why}"));
                    wrong += 1;
                }
                Ok(bytes) if fires(&kernel, &bytes, *id) != should => {
                    say(if should { "does not fire on its sample" } else { "fires on what it must spare" });
                    wrong += 1;
                }
                Ok(_) => {}
            }
        }
        if wrong == before {
            say("ok");
        }
    }
    let _ = writeln!(out, "{} rules, {wrong} samples wrong", own.len());
    let mut outcome = if wrong > 0 { Outcome::Findings } else { Outcome::Done };
    if !args.inputs.input.is_empty() || args.inputs.files_from.is_some() {
        let plan = inputs::plan(&args.inputs, &args.content, Dedup::Page, console)?;
        let mut found: BTreeMap<u16, (u64, Vec<String>)> = BTreeMap::new();
        let sums = look(&plan, &inputs::means(&args.inputs), console, &Taken, &mut |seen| {
            let taken: Vec<(u16, String)> = postcard::from_bytes(&seen).unwrap_or_default();
            for (rule, line) in taken {
                let of = found.entry(rule).or_default();
                of.0 += 1;
                if of.1.len() < args.show {
                    of.1.push(line);
                }
            }
            Ok(())
        })?;
        let _ = writeln!(out, "\n{} documents", sums.records.read);
        for id in &own {
            let (n, lines) = found.remove(&id.0).unwrap_or_default();
            let _ = writeln!(out, "{}  {n} lines", rules.get(*id).id);
            lines.iter().for_each(|l| _ = writeln!(out, "  {l}"));
        }
        if sums.unreadable > 0 {
            outcome = Outcome::Unreadable;
        }
    }
    print(out.as_bytes())?;
    Ok(outcome)
}

/// Whether a rule marks or keeps something of a page, or would if no other rule had taken the line or if one had wanted it: a sample
/// need not be a whole page.
fn fires(kernel: &Kernel, bytes: &[u8], id: RuleId) -> bool {
    let page = kernel.page(RawDoc { id: "sample", bytes, ..RawDoc::default() });
    let decides = |line: &str| kernel.rules().own().and_then(|o| o.decide(line)).is_some_and(|(rule, _)| rule == id);
    let own = kernel.rules().own();
    let says = |line: &str| own.and_then(|o| o.said(line)).is_some_and(|said| said.rule == id);
    let named = |label: &str| own.and_then(|o| o.element(label)).is_some_and(|(rule, _)| rule == id);
    taken(&page).any(|(rule, _)| rule == id)
        || page.outline.blocks.iter().map(|b| b.span.of(page.text())).any(|line| decides(line) || says(line))
        || page.outline.tree.labels.iter().any(|label| named(label))
}

/// What rules marked or kept, with their lines.
fn taken<'p>(page: &'p Page<'_>) -> impl Iterator<Item = (RuleId, &'p str)> {
    let marked = page.marks.iter().map(|m| (m.rule, page.outline.blocks[m.block as usize].span.of(page.text())));
    let kept = page.notes.iter().map(|n| (n.rule, n.at.of(&page.layers[n.layer as usize].text)));
    marked.chain(kept)
}

/// Collects the lines that own rules took.
struct Taken;

impl Look for Taken {
    fn look(&self, at: Place<'_>, page: &Page<'_>, _: &Draft<'_>, rules: &Rules) -> Vec<u8> {
        let Some(own) = rules.own() else { return Vec::new() };
        let line = |line: &str| {
            let short: String = line.chars().take(SHOWN).collect();
            format!("{at}: {}{}", visible(&short, true), if short.len() < line.len() { "…" } else { "" })
        };
        // a word of furniture takes no line by itself: those that went because of it count
        let marked = page.marks.iter().map(|m| page.outline.blocks[m.block as usize].span.of(page.text()));
        let worded = marked.filter_map(|l| Some((own.said(l)?.rule, l)));
        let lines: Vec<(u16, String)> = taken(page).filter(|(r, _)| own.has(*r)).chain(worded).map(|(r, l)| (r.0, line(l))).collect();
        if lines.is_empty() { Vec::new() } else { postcard::to_stdvec(&lines).unwrap_or_default() }
    }
}
