//! `jingwen explain`.
use super::{Outcome, args};
use crate::error::Error;
pub fn run(_args: &args::Explain, _color: args::When, _verbose: bool) -> Result<Outcome, Error> {
    Ok(Outcome::Done)
}
