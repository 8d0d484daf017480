//! Undoes damage done to text before it came to us: cloak, mojibake, entities escaped too often. Does not read markup and
//! changes nothing else.

pub mod cloak;
mod entity;
mod lost;
mod mojibake;
pub mod plan;
mod shown;

use crate::block::Note;
use crate::layer::Layer;
use crate::rules::Rules;

use entity::From;

pub use shown::shown;

/// What repair made of a text.
#[derive(Clone, Debug, Default)]
pub struct Repaired {
    /// One layer a pass; empty when the text was clean.
    pub layers: Vec<Layer<'static>>,
    /// Guessed characters, and losses that were left as they are. `layer` counts from the decoded text as 0.
    pub notes: Vec<Note>,
}

/// Passes after which a text that still changes is left as it was: no honest damage is that deep.
const PASSES: usize = 12;

/// Repairs a decoded text. Idempotent: its own output comes back with no layer.
pub fn repair(text: &str, rules: &Rules) -> Repaired {
    let mut done = Repaired::default();
    if !settle(text, From::Record, rules, &mut done) {
        done = Repaired::default();
    }
    let layer = done.layers.len();
    let last = done.layers.last().map_or(text, |l| &l.text);
    let lost = lost::notes(last, layer as u32, rules);
    done.notes.extend(lost);
    done
}

/// Times that taking destroyed text away may bring other such text together.
const AGAIN: usize = 4;

/// The layers that delete what is left of destroyed characters; for callers that asked for it.
pub fn remove_lost(text: &str, rules: &Rules) -> Vec<Layer<'static>> {
    let mut out: Vec<Layer<'static>> = Vec::new();
    while out.len() < AGAIN
        && let Some(layer) = lost::remove(out.last().map_or(text, |l| &l.text), rules)
    {
        out.push(layer);
    }
    out
}

/// The cloak first, then entities and mojibake by turns until nothing changes; false when that never happens.
fn settle(text: &str, from: From, rules: &Rules, done: &mut Repaired) -> bool {
    for _ in 0..PASSES {
        let last = done.layers.last().map_or(text, |l| &l.text);
        let number = done.layers.len() as u32 + 1;
        if let Some((layer, notes)) = cloak::pass(last, number, rules) {
            done.layers.push(layer);
            done.notes.extend(notes);
        } else if let Some(layer) = entity::unescape(last, from, rules) {
            done.layers.push(layer);
        } else if let Some((layer, notes)) = mojibake::pass(last, number, rules) {
            done.layers.push(layer);
            done.notes.extend(notes);
        } else {
            return true;
        }
    }
    false
}
