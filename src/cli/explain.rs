//! `jingwen explain`: what was kept, edited and removed, and by which rule. The story is told in [`crate::explain`].

use std::io;
use std::path::{Path, PathBuf};

use anstyle::{AnsiColor, Style};

use super::args::{self, To};
use super::console::{colored, lang};
use super::{Outcome, inputs, print, slurp};
use crate::draft::Draft;
use crate::error::Error;
use crate::explain::{Explanation, Tone};
use crate::kernel::Kernel;
use crate::lineage::{Lineage, Which};
use crate::options::Options;
use crate::page::RawDoc;

/// Runs the verb.
pub fn run(args: &args::Explain, talk: &args::Talk) -> Result<Outcome, Error> {
    let (color, all) = (talk.color, talk.verbose);
    let (input, line) = named(args.input.as_deref());
    let line = args.input_line.map(Which::Input).or(line.map(Which::Clean));
    let (bytes, name) = slurp(input.as_deref(), args.max_record)?;
    let kernel = Kernel::with_rules(inputs::all_rules(args.rules.as_deref())?, Options::default());
    let page = kernel.page(RawDoc { id: &name, bytes: &bytes, ..RawDoc::default() });
    let colored = colored(color, &io::stdout());
    let paint = |tone: Tone, text: &str| {
        let style = if colored { style(tone) } else { Style::new() };
        format!("{style}{text}{style:#}")
    };
    if let Some(line) = line {
        let draft = Draft::of(&page, true, false, None, kernel.rules());
        let line = Lineage::new(&page, &draft, kernel.rules(), line).map_err(|why| Error::Usage(format!("{name}: {why}")))?;
        return print(if args.to == To::Jsonl { line.json() } else { line.text(paint) }.as_bytes());
    }
    let story = Explanation::new(&page, kernel.rules(), lang(talk, args.to == To::Text));
    let out = match args.to {
        To::Jsonl => story.json_lines(),
        To::Text => story.text(all, paint),
    };
    print(out.as_bytes())
}

/// A file and a line of its clean text: `FILE:LINE`, unless a file of that whole name is there.
fn named(input: Option<&Path>) -> (Option<PathBuf>, Option<usize>) {
    let whole = (input.map(Path::to_path_buf), None);
    let Some((path, line)) = input.filter(|p| !p.exists()).and_then(|p| p.to_str()).and_then(|s| s.rsplit_once(':')) else { return whole };
    match line.parse() {
        Ok(line) if !path.is_empty() => (Some(path.into()), Some(line)),
        _ => whole,
    }
}

fn style(tone: Tone) -> Style {
    match tone {
        Tone::Plain => Style::new(),
        Tone::Dim => Style::new().dimmed(),
        Tone::Strong => Style::new().bold(),
        Tone::Kept => AnsiColor::Green.on_default(),
        Tone::Removed => AnsiColor::Red.on_default(),
        Tone::Edited => AnsiColor::Yellow.on_default(),
    }
}
