//! `jingwen detect`: which charset files are in, how sure, and what decided.

use std::io::{self, BufWriter, Write};

use super::{args, cannot};
use crate::batch::{Limits, ordered};
use crate::charset;
use crate::error::Error;
use crate::page::RawDoc;
use crate::rules::Rules;

/// Runs the verb.
pub fn run(args: &args::Detect) -> Result<(), Error> {
    let mut out = BufWriter::new(io::stdout().lock());
    let rules = Rules::builtin();
    let jobs = args.input.iter().map(|p| Ok((1 << 20, p)));
    let work = |path: &std::path::PathBuf| {
        let shown = path.to_string_lossy().into_owned();
        std::fs::read(path).map(|bytes| (charset::decode(&RawDoc { id: &shown, bytes: &bytes, ..RawDoc::default() }, rules).0, shown))
    };
    ordered(Limits { threads: 0, weight: 64 << 20 }, jobs, work, |found| {
        let (c, path) = found.map_err(cannot("read", "a file"))?;
        let line = match args.to {
            args::To::Text => format!("{path}: {} {:.2} {}\n", c.name, c.confidence, c.why),
            args::To::Jsonl => {
                let confidence = (f64::from(c.confidence) * 1000.0).round() / 1000.0;
                serde_json::json!({"path": path, "encoding": c.name, "confidence": confidence, "why": c.why}).to_string() + "\n"
            }
        };
        out.write_all(line.as_bytes()).map_err(cannot("write", "standard output"))
    })?;
    out.flush().map_err(cannot("write", "standard output"))
}
