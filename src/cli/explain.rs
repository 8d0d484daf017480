//! `jingwen explain`: what was kept, edited and removed, and by which rule. The story is told in [`crate::explain`].

use std::io;

use anstyle::{AnsiColor, Style};

use super::args::{self, To, When};
use super::console::colored;
use super::{Outcome, inputs, print, slurp};
use crate::error::Error;
use crate::explain::{Explanation, Tone};
use crate::kernel::Kernel;
use crate::options::Options;
use crate::page::RawDoc;

/// Runs the verb.
pub fn run(args: &args::Explain, color: When, all: bool) -> Result<Outcome, Error> {
    let (bytes, name) = slurp(args.input.as_deref(), args.max_record)?;
    let kernel = Kernel::with_rules(inputs::all_rules(args.rules.as_deref())?, Options::default());
    let page = kernel.page(RawDoc { id: &name, bytes: &bytes, ..RawDoc::default() });
    let story = Explanation::new(&page, kernel.rules());
    let out = match args.to {
        To::Jsonl => story.json_lines(),
        To::Text => {
            let colored = colored(color, &io::stdout());
            story.text(all, |tone, text| {
                let style = if colored { style(tone) } else { Style::new() };
                format!("{style}{text}{style:#}")
            })
        }
    };
    print(out.as_bytes())
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
