//! `Plan`: what repair did to one text, written down so that it is done again without looking for it, on any machine. How it was found
//! out is no part of it.

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::Repaired;
use crate::block::Note;
use crate::edit::Edit;
use crate::layer::{Layer, Stage};
use crate::rules::{RuleId, Rules};
use crate::span::Span;

/// The version of the form. A reader takes no other.
pub const VERSION: u32 = 1;

/// What repair did to one text: its passes in order, each a list of replacements.
///
/// Serializable with serde; names of rules stand in it, no numbers, so that another build of the same rules reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// [`VERSION`].
    pub version: u32,
    /// Bytes of the text it was made of.
    pub length: u64,
    /// xxh3_64 of that text.
    pub hash: u64,
    /// The passes; none for a clean text.
    pub passes: Vec<Vec<Step>>,
    /// Guesses and losses.
    pub remarks: Vec<Remark>,
}

/// A replacement of one pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// First byte in the text of the pass before, for the first pass in the text itself.
    pub from: u32,
    /// The byte behind the last one.
    pub to: u32,
    /// What stands there instead.
    pub now: String,
    /// Id of the rule that says why.
    pub rule: String,
    /// 0 to 100.
    pub confidence: u8,
}

impl Step {
    /// For mojibake: the names of the charset the bytes were written in and of the one they were wrongly read as.
    pub fn charsets(&self) -> Option<(&str, &str)> {
        self.rule.strip_prefix("repair/")?.split_once("-as-")
    }
}

/// A [`Note`] of repair.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    /// Number of the pass whose text `from` and `to` refer to, from 1; 0 is the text itself.
    pub layer: u32,
    /// First byte.
    pub from: u32,
    /// The byte behind the last one.
    pub to: u32,
    /// Id of the rule.
    pub rule: String,
    /// What else it may have been, the likelier first.
    pub alternatives: Vec<String>,
}

/// Why a plan is not carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Made by another version.
    #[error("the plan is of another version of its form")]
    Version,
    /// The text is not the one it was made of.
    #[error("the plan was made of another text")]
    Text,
    /// A rule is not among the rules at hand.
    #[error("the plan names a rule that is not known")]
    Rule,
    /// Its places do not lie in the text, or not in order.
    #[error("the plan is damaged: a place of it is not in the text")]
    Damaged,
}

impl Plan {
    /// The plan of what [`super::repair`] made of `text`. Copies the replacements.
    pub fn of(text: &str, repaired: &Repaired, rules: &Rules) -> Plan {
        let id = |rule: RuleId| rules.get(rule).id.to_string();
        let step = |layer: &Layer<'_>, e: &Edit| Step {
            from: e.was.start,
            to: e.was.end,
            now: e.now.of(&layer.text).to_owned(),
            rule: id(e.rule),
            confidence: e.confidence,
        };
        let remark = |n: &Note| Remark {
            layer: n.layer,
            from: n.at.start,
            to: n.at.end,
            rule: id(n.rule),
            alternatives: n.alternatives.iter().map(|a| a.to_string()).collect(),
        };
        Plan {
            version: VERSION,
            length: text.len() as u64,
            hash: xxh3_64(text.as_bytes()),
            passes: repaired.layers.iter().map(|l| l.edits.iter().map(|e| step(l, e)).collect()).collect(),
            remarks: repaired.notes.iter().map(remark).collect(),
        }
    }

    /// Does to `text` what was done before: the same layers, edits and notes as [`super::repair`] gave, without a search. Linear.
    ///
    /// # Errors
    /// [`Refused`], when `text` is another one or the plan does not fit it; never a wrong text.
    pub fn apply(&self, text: &str, rules: &Rules) -> Result<Repaired, Refused> {
        if self.version != VERSION {
            return Err(Refused::Version);
        }
        if (self.length, self.hash) != (text.len() as u64, xxh3_64(text.as_bytes())) {
            return Err(Refused::Text);
        }
        let mut done = Repaired::default();
        for steps in &self.passes {
            let layer = pass(done.layers.last().map_or(text, |l| &l.text), steps, rules)?;
            done.layers.push(layer);
        }
        for r in &self.remarks {
            let at = match r.layer.checked_sub(1) {
                None => text,
                Some(n) => &done.layers.get(n as usize).ok_or(Refused::Damaged)?.text,
            };
            at.get(r.from as usize..r.to as usize).ok_or(Refused::Damaged)?;
            let rule = rules.find(&r.rule).ok_or(Refused::Rule)?;
            let alternatives = r.alternatives.iter().map(|a| a.as_str().into()).collect();
            done.notes.push(Note { layer: r.layer, at: Span { start: r.from, end: r.to }, rule, alternatives });
        }
        Ok(done)
    }
}

/// One pass over `below`.
fn pass(below: &str, steps: &[Step], rules: &Rules) -> Result<Layer<'static>, Refused> {
    let more: usize = steps.iter().map(|s| s.now.len()).sum();
    if u32::try_from(below.len() + more).is_err() {
        return Err(Refused::Damaged);
    }
    let (mut out, mut edits, mut at) = (String::with_capacity(below.len() + more), Vec::with_capacity(steps.len()), 0);
    for s in steps {
        let (from, to) = (s.from as usize, s.to as usize);
        let (kept, _) = (below.get(at..from).ok_or(Refused::Damaged)?, below.get(from..to).ok_or(Refused::Damaged)?);
        out.push_str(kept);
        let start = out.len();
        out.push_str(&s.now);
        let rule = rules.find(&s.rule).ok_or(Refused::Rule)?;
        edits.push(Edit {
            was: Span { start: s.from, end: s.to },
            now: Span::new(start, out.len()),
            rule,
            confidence: s.confidence.min(100),
        });
        at = to;
    }
    out.push_str(&below[at..]);
    Ok(Layer { stage: Stage::Repair, text: out.into(), edits })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repair::repair;

    const GARBLED: &str = "La bibliothÃ¨que est fermÃ©e.\n馆长说，锟斤拷不知道。";

    fn plan(text: &str) -> (Repaired, Plan) {
        let repaired = repair(text, Rules::builtin());
        let plan = Plan::of(text, &repaired, Rules::builtin());
        (repaired, plan)
    }

    #[test]
    fn a_plan_does_again_what_was_done() {
        let (repaired, plan) = plan(GARBLED);
        assert!(!plan.passes.is_empty() && !plan.remarks.is_empty());
        let again = plan.apply(GARBLED, Rules::builtin()).unwrap();
        assert_eq!(again.notes, repaired.notes);
        for (a, b) in again.layers.iter().zip(&repaired.layers) {
            assert_eq!((&a.text, &a.edits, a.stage), (&b.text, &b.edits, b.stage));
        }
        assert_eq!(again.layers.len(), repaired.layers.len());
        assert_eq!(plan.passes[0][0].charsets(), Some(("utf-8", "windows-1252")));
    }

    #[test]
    fn a_plan_is_written_and_read() {
        let (_, plan) = plan(GARBLED);
        let json = serde_json::to_string(&plan).unwrap();
        assert_eq!(serde_json::from_str::<Plan>(&json).unwrap(), plan);
    }

    #[test]
    fn clean_text_has_an_empty_plan() {
        let text = "春天来了，河里的冰化了。";
        let (_, plan) = plan(text);
        assert!(plan.passes.is_empty() && plan.remarks.is_empty());
        assert!(plan.apply(text, Rules::builtin()).unwrap().layers.is_empty());
    }

    #[test]
    fn a_plan_that_does_not_fit_is_refused() {
        let rules = Rules::builtin();
        let (_, plan) = plan(GARBLED);
        let refused = |plan: &Plan, text: &str| plan.apply(text, rules).err();
        assert_eq!(refused(&plan, "another text"), Some(Refused::Text));
        assert_eq!(refused(&Plan { version: VERSION + 1, ..plan.clone() }, GARBLED), Some(Refused::Version));
        let with = |change: &dyn Fn(&mut Step)| {
            let mut plan = plan.clone();
            change(&mut plan.passes[0][0]);
            refused(&plan, GARBLED)
        };
        assert_eq!(with(&|s| s.rule = "repair/no-such-rule".into()), Some(Refused::Rule));
        assert_eq!(with(&|s| s.to = u32::MAX), Some(Refused::Damaged));
        assert_eq!(with(&|s| (s.from, s.to) = (s.to, s.from)), Some(Refused::Damaged));
        assert_eq!(with(&|s| s.from += 1), Some(Refused::Damaged), "inside a character");
        let mut astray = plan.clone();
        astray.remarks[0].layer = 9;
        assert_eq!(refused(&astray, GARBLED), Some(Refused::Damaged));
    }
}
