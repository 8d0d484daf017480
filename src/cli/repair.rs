//! `jingwen repair`: decode and repair, nothing else.

use std::io::{self, BufRead, BufWriter, Read, Write};

use super::{args, cannot};
use crate::batch::{Limits, ordered};
use crate::error::Error;
use crate::io::jsonl::Record;
use crate::kernel::Kernel;
use crate::options::Options;
use crate::page::RawDoc;

/// Runs the verb.
pub fn run(args: &args::Repair) -> Result<(), Error> {
    let kernel = Kernel::new(Options::default());
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    if args.from.is_none() {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes).map_err(cannot("read", "standard input"))?;
        let page = kernel.repaired(RawDoc { id: "-", bytes: &bytes, ..RawDoc::default() });
        out.write_all(page.text().as_bytes()).map_err(cannot("write", "standard output"))?;
        return out.flush().map_err(cannot("write", "standard output"));
    }
    let mut stdin = io::BufReader::with_capacity(1 << 20, io::stdin().lock());
    let jobs = std::iter::from_fn(move || {
        let mut chunk = Vec::new();
        while chunk.len() < 1 << 18 {
            match stdin.read_until(b'\n', &mut chunk) {
                Ok(0) => break,
                Ok(_) => {}
                Err(e) => return Some(Err(cannot("read", "standard input")(e))),
            }
        }
        (!chunk.is_empty()).then(|| Ok((chunk.len() as u64, chunk)))
    });
    let work = |chunk: Vec<u8>| {
        let mut out = Vec::with_capacity(chunk.len() + 100);
        for line in chunk.split_inclusive(|b| *b == b'\n') {
            match Record::parse(line, &args.text_field) {
                Ok(r) => {
                    let raw = RawDoc { id: r.id.unwrap_or(""), url: r.url, ..RawDoc::default() };
                    r.write(kernel.repaired_text(raw, &r.text).text(), "", &mut out);
                }
                Err(_) => out.extend_from_slice(line),
            }
        }
        out
    };
    ordered(Limits { threads: args.jobs, weight: 64 << 20 }, jobs, work, |chunk| {
        out.write_all(&chunk).map_err(cannot("write", "standard output"))
    })?;
    out.flush().map_err(cannot("write", "standard output"))
}
