//! Undoes the cloak: pages turned into traditional characters with a reading behind many of them, put there byte by byte so
//! that characters were torn apart. What the damage is stands in `channel`; when a page is touched at all, in `gate`.

pub mod channel;

mod annotation;
mod ascii;
mod gbk;
mod readings;

mod gate;
mod guess;
mod page;
mod vocabulary;

mod contexts;
mod lost;
mod moves;
mod neighbours;
mod price;
mod quotes;
mod reading;
mod search;
mod words;

mod check;
mod proof;
mod repair;

#[cfg(test)]
mod laws;

use crate::block::Note;
use crate::layer::Layer;
use crate::rules::Rules;

/// One pass over a text; the layer it makes will be number `layer`. `None` when nothing is changed, which costs a search for
/// `(` and `?` on clean text.
pub fn pass(text: &str, layer: u32, rules: &Rules) -> Option<(Layer<'static>, Vec<Note>)> {
    let (made, guesses) = repair::pass(text, rules)?;
    let rule = rules.rule("repair/cloak-guess");
    let notes = guesses.into_iter().map(|g| Note { layer, at: g.at, rule, alternatives: g.alternatives }).collect();
    Some((made, notes))
}
