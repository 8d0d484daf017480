//! `jingwen decode`: the text of a file as UTF-8, nothing repaired.

use std::io::{self, Read, Write};

use super::{args, cannot};
use crate::charset;
use crate::error::Error;
use crate::page::RawDoc;
use crate::rules::Rules;

/// Runs the verb.
pub fn run(args: &args::Decode) -> Result<(), Error> {
    let mut bytes = Vec::new();
    let shown = match &args.input {
        Some(p) if p.as_os_str() != "-" => {
            bytes = std::fs::read(p).map_err(cannot("read", p.display()))?;
            p.to_string_lossy().into_owned()
        }
        _ => {
            io::stdin().lock().read_to_end(&mut bytes).map_err(cannot("read", "standard input"))?;
            "-".to_owned()
        }
    };
    let (_, layer) = charset::decode(&RawDoc { id: &shown, bytes: &bytes, ..RawDoc::default() }, Rules::builtin());
    io::stdout().lock().write_all(layer.text.as_bytes()).map_err(cannot("write", "standard output"))
}
