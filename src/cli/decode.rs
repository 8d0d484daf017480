//! `jingwen decode`: the text of a file as UTF-8, nothing repaired.

use super::{Outcome, args, print, slurp};
use crate::charset;
use crate::error::Error;
use crate::page::RawDoc;
use crate::rules::Rules;

/// Runs the verb.
pub fn run(args: &args::Decode) -> Result<Outcome, Error> {
    let (bytes, name) = slurp(args.input.as_deref(), args.max_record)?;
    let (charset, layer) = charset::decode(&RawDoc { id: &name, bytes: &bytes, ..RawDoc::default() }, Rules::builtin());
    if charset.name == "binary" {
        let why = format!("binary: {}; there is no text to decode", charset.why);
        return Err(Error::Record { path: name, record: 1, offset: 0, why });
    }
    print(layer.text.as_bytes())
}
