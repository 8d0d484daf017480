//! `jingwen clean`: the main job.

use std::io::{self, Read, Write};

use super::{args, cannot};
use crate::batch::{Limits, ordered};
use crate::error::Error;
use crate::io::{output, source};
use crate::kernel::Kernel;
use crate::options::Options;
use crate::page::RawDoc;

/// Runs the verb.
pub fn run(args: &args::Clean) -> Result<(), Error> {
    let kernel = Kernel::new(Options::default());
    let Some(out) = &args.output else {
        let mut bytes = Vec::new();
        match args.input.first() {
            Some(p) if p.as_os_str() != "-" => bytes = std::fs::read(p).map_err(cannot("read", p.display()))?,
            _ => _ = io::stdin().lock().read_to_end(&mut bytes).map_err(cannot("read", "standard input"))?,
        }
        let page = kernel.page(RawDoc { id: "-", bytes: &bytes, ..RawDoc::default() });
        let text = page.clean().to_text(!args.no_title);
        return io::stdout().lock().write_all(text.as_bytes()).map_err(cannot("write", "standard output"));
    };
    std::fs::create_dir_all(out).map_err(cannot("write", out.display()))?;
    let skip = out.canonicalize().ok();
    let (mut found, mut bad) = (Vec::new(), Vec::new());
    for input in &args.input {
        source::walk(input, skip.as_deref(), &mut found, &mut bad);
    }
    let work = |s: &source::Source| {
        let bytes = std::fs::read(&s.path).map_err(cannot("read", s.path.display()))?;
        let id = s.name.to_string_lossy();
        let page = kernel.page(RawDoc { id: &id, bytes: &bytes, ..RawDoc::default() });
        let to = out.join(s.name.with_extension("txt"));
        output::write_whole(&to, page.clean().to_text(!args.no_title).as_bytes()).map_err(cannot("write", to.display()))
    };
    ordered(Limits { threads: args.jobs, weight: 64 << 20 }, found.iter().map(|s| Ok((s.size, s))), work, |done| done)
}
