//! `jingwen diff`: what clean would change, hunk by hunk with its rules. What a hunk is lives in [`crate::diff`].

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};

use anstyle::{AnsiColor, Style as Color};
use indicatif::HumanCount;
use serde::{Deserialize, Serialize};

use super::args::{self, To};
use super::console::{Console, colored};
use super::{Outcome, compare, inputs};
use crate::diff::{Diff, Style, Tone, names};
use crate::draft::Draft;
use crate::error::Error;
use crate::explain::visible;
use crate::lang::Lang;
use crate::page::Page;
use crate::rules::Rules;
use crate::run::look::{Look, Place, look};
use crate::run::settings::Means;

/// Runs the verb.
pub fn run(args: &args::Diff, console: &mut Console, color: args::When) -> Result<Outcome, Error> {
    if let (Some(before), Some(after)) = (&args.before, &args.after) {
        return compare::run(args, before, after, console, color);
    }
    let mut plan = inputs::plan(&args.inputs, &args.content, args.dedup.into(), console)?;
    if let Some(html) = &args.html {
        // an earlier report may be replaced, nothing else
        if html.exists() && !inputs::is_report(html) {
            return Err(Error::Usage(format!("{} exists and is no report; choose another --html", html.display())));
        }
        plan.settings.report = Some(html.clone());
    }
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let write = |out: &mut BufWriter<_>, text: &str| Write::write_all(out, text.as_bytes()).map_err(Error::io("write", "standard output"));
    let looker = Looker { args, colored: colored(color, &io::stdout()), columns: args.columns.unwrap_or_else(columns), lang: console.lang };
    let (mut changed, mut lines) = (0u64, (0u64, 0u64));
    let mut rules: BTreeMap<String, u64> = BTreeMap::new();
    let sums = look(&plan, &Means { lang: console.lang, ..inputs::means(&args.inputs) }, console, &looker, &mut |seen| {
        // written by the looker below
        let Ok(seen) = postcard::from_bytes::<Seen<'_>>(&seen) else { return Ok(()) };
        changed += 1;
        (lines.0, lines.1) = (lines.0 + u64::from(seen.lines.0), lines.1 + u64::from(seen.lines.1));
        for (rule, n) in seen.rules {
            *rules.entry(rule).or_default() += u64::from(n);
        }
        write(&mut out, seen.text)
    })?;
    if args.stat && args.to == To::Text {
        for (rule, n) in &rules {
            write(&mut out, &format!("{n:>10}  {rule}\n"))?;
        }
    }
    out.flush().map_err(Error::io("write", "standard output"))?;
    let looked = sums.records.out + sums.records.removed;
    let phrase = if looked == 1 {
        "{} document looked at, {} would change: {} lines out, {} lines in"
    } else {
        "{} documents looked at, {} would change: {} lines out, {} lines in"
    };
    let lang = console.lang;
    let mut line = lang.fill(phrase, &[&HumanCount(looked), &HumanCount(changed), &HumanCount(lines.0), &HumanCount(lines.1)]);
    if sums.records.skipped > 0 {
        line.push_str(&lang.fill(", {} could not be read", &[&HumanCount(sums.records.skipped)]));
    }
    console.tell(&line);
    Ok(match (sums.unreadable > 0, changed > 0) {
        (true, _) => Outcome::Unreadable,
        (false, true) => Outcome::Findings,
        (false, false) => Outcome::Done,
    })
}

/// What is known of a document that changes.
#[derive(Serialize, Deserialize)]
struct Seen<'a> {
    lines: (u32, u32),
    /// Hunks by rule.
    rules: Vec<(String, u32)>,
    text: &'a str,
}

struct Looker<'a> {
    args: &'a args::Diff,
    colored: bool,
    columns: usize,
    lang: Lang,
}

impl Look for Looker<'_> {
    fn look(&self, at: Place<'_>, page: &Page<'_>, draft: &Draft<'_>, rules: &Rules) -> Vec<u8> {
        let diff = Diff::new(page, draft, rules, self.args.all);
        if diff.hunks.is_empty() {
            return Vec::new();
        }
        let paint = painted(self.colored);
        let style = Style { context: self.args.context, width: self.columns, paint: &paint, rules, lang: self.lang };
        let name = visible(&at.to_string(), true);
        let lines = diff.lines();
        let mut counts: BTreeMap<String, u32> = BTreeMap::new();
        for hunk in &diff.hunks {
            for rule in &hunk.rules {
                *counts.entry(names(&[*rule], rules)).or_default() += 1;
            }
        }
        let text = if self.args.to == To::Jsonl {
            self.json(&at, page, &diff, rules)
        } else if self.args.stat {
            let graph = |n: u32, sign: &str, tone| paint(tone, &sign.repeat((n as usize).min(20)));
            format!(
                "{name} | {} {}{}\n",
                paint(Tone::Dim, &format!("-{} +{}", lines.0, lines.1)),
                graph(lines.0, "-", Tone::Out),
                graph(lines.1, "+", Tone::In)
            )
        } else {
            let head = format!("--- {name}\t{}\n+++ {name}\tclean\n", page.charset.name);
            let head: String = head.lines().map(|l| paint(Tone::Strong, l) + "\n").collect();
            head + &match (self.args.word, self.args.side_by_side) {
                (true, _) => diff.by_words(&style),
                (_, true) => diff.side_by_side(&style),
                _ => diff.unified(&style),
            }
        };
        postcard::to_stdvec(&Seen { lines, rules: counts.into_iter().collect(), text: &text }).expect("plain data in memory")
    }
}

impl Looker<'_> {
    /// One line: where, which charset, lines, and the hunks unless only counts are wanted.
    fn json(&self, at: &Place<'_>, page: &Page<'_>, diff: &Diff, rules: &Rules) -> String {
        let (out, new) = diff.lines();
        let string = |s: &str| serde_json::Value::from(s).to_string();
        let hunks = if self.args.stat { String::new() } else { format!(",\"hunks\":{}", diff.json(rules)) };
        format!(
            "{{\"path\":{},\"record\":{},\"id\":{},\"charset\":{},\"lines_out\":{out},\"lines_in\":{new}{hunks}}}\n",
            string(&at.path.to_string_lossy()),
            at.record,
            string(page.raw.id),
            string(page.charset.name)
        )
    }
}

/// Columns of the terminal, if it is one.
pub fn columns() -> usize {
    terminal_size::terminal_size().map_or(120, |(width, _)| usize::from(width.0).max(40))
}

/// Puts colours around a text, if they are wanted.
pub fn painted(colored: bool) -> impl Fn(Tone, &str) -> String {
    move |tone, text| {
        if !colored {
            return text.to_owned();
        }
        let color = color(tone);
        format!("{color}{text}{color:#}")
    }
}

fn color(tone: Tone) -> Color {
    match tone {
        Tone::Plain => Color::new(),
        Tone::Dim => Color::new().dimmed(),
        Tone::Strong => Color::new().bold(),
        Tone::Rule => AnsiColor::Cyan.on_default(),
        Tone::Out => AnsiColor::Red.on_default(),
        Tone::OutWord => AnsiColor::Red.on_default().bold().invert(),
        Tone::In => AnsiColor::Green.on_default(),
        Tone::InWord => AnsiColor::Green.on_default().bold().invert(),
    }
}
