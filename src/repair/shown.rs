//! Damage that shows only once the references of a page stand for their characters: `caf&Atilde;&copy;`, `it&amp;#8217;s`. Which places
//! are worth a look, and what of them is somebody's code; what damage is, `cloak`, `entity` and `mojibake` say.

use super::entity::From;
use super::{Repaired, settle};
use crate::rules::Rules;
use crate::span::Span;

/// Longest name or number of a reference, in bytes; those of HTML 4 and all numbers have fewer.
const LONGEST: usize = 9;

/// Repairs a text that a reader of markup left. `references` are the stretches its character references became, ascending; `cited`, those of
/// them in code, stay as they are. Nothing is done, and nothing but `references` read, when none of them looks like damage: a
/// character beside another one that is not ASCII, or an `&` with which a reference begins.
///
/// Never fails. Linear in the references, and in the text when it is looked at; allocates a copy of the text only then.
///
/// Notes and layers are numbered as by [`super::repair`]; what was destroyed is not noted again.
pub fn shown(text: &str, references: impl Iterator<Item = Span>, cited: &[Span], rules: &Rules) -> Repaired {
    let mut done = Repaired::default();
    let is_cited = |at: Span| cited.get(cited.partition_point(|c| c.end <= at.start)).is_some_and(|c| c.start < at.end);
    if !references.into_iter().any(|at| !is_cited(at) && is_odd(text, at)) {
        return done;
    }
    let mut masked = text.as_bytes().to_vec();
    cited.iter().for_each(|at| masked[at.range()].fill(MASK));
    let Ok(masked) = String::from_utf8(masked) else { return done };
    if !settle(&masked, From::Markup, rules, &mut done) || !unmask(text, cited, &mut done) {
        done = Repaired::default();
    }
    done
}

/// Stands for what is cited: no repair reaches over the end of a line.
const MASK: u8 = b'\n';

/// Does a reference at `at` look like a part of damaged text?
fn is_odd(text: &str, at: Span) -> bool {
    let bytes = text.as_bytes();
    let (start, end) = (at.start as usize, at.end as usize);
    // Most references are one sign amid ASCII.
    let from = text[..start].chars().next_back().map_or(start, |c| start - c.len_utf8());
    let to = text[end..].chars().next().map_or(end, |c| end + c.len_utf8());
    let mut before = ' ';
    text[from..to].char_indices().any(|(i, c)| {
        let pair = is_lead(before) && !c.is_ascii();
        before = c;
        pair || c == '&' && from + i < end && begins_reference(&bytes[from + i + 1..])
    })
}

/// Can a character stand first in a garbled one? Letters do, the frames of DOS, and low quotes, which are bytes of kana.
fn is_lead(c: char) -> bool {
    !c.is_ascii() && (c.is_alphabetic() || matches!(c, '\u{80}'..='\u{9F}' | '\u{2500}'..='\u{25FF}' | '‚'))
}

/// What follows an `&`: a name or a number up to a semicolon.
fn begins_reference(rest: &[u8]) -> bool {
    let len = rest.iter().take(LONGEST + 1).position(|b| !(b.is_ascii_alphanumeric() || *b == b'#'));
    len.is_some_and(|len| len > 1 && rest[len] == b';')
}

/// Puts back what was masked; false when a repair took a mask for text.
fn unmask(text: &str, cited: &[Span], done: &mut Repaired) -> bool {
    let mut spans = cited.to_vec();
    for layer in &mut done.layers {
        for at in &mut spans {
            *at = layer.carry(*at);
        }
        let mut bytes = std::mem::take(&mut layer.text).into_owned().into_bytes();
        for (at, was) in spans.iter().zip(cited) {
            let now = &mut bytes[at.range()];
            if now.len() != was.len() || now.iter().any(|b| *b != MASK) {
                return false;
            }
            now.copy_from_slice(was.of(text).as_bytes());
        }
        match String::from_utf8(bytes) {
            Ok(text) => layer.text = text.into(),
            Err(_) => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text with what stands between braces taken for a reference, between brackets for one in code.
    fn repaired(text: &str) -> Option<String> {
        let (mut plain, mut references, mut cited, mut open) = (String::new(), Vec::new(), Vec::new(), 0);
        for c in text.chars() {
            match c {
                '{' | '[' => open = plain.len(),
                '}' => references.push(Span::new(open, plain.len())),
                ']' => {
                    references.push(Span::new(open, plain.len()));
                    cited.push(Span::new(open, plain.len()));
                }
                c => plain.push(c),
            }
        }
        let done = shown(&plain, references.into_iter(), &cited, Rules::builtin());
        let mut below = plain.as_str();
        for layer in &done.layers {
            assert!(layer.is_faithful(below.as_bytes()));
            below = &layer.text;
        }
        (!done.layers.is_empty()).then(|| below.to_owned())
    }

    #[test]
    fn garbled_references_are_repaired() {
        assert_eq!(repaired("Le caf{Ã©} du th{Ã©}âtre").as_deref(), Some("Le café du théâtre"));
        assert_eq!(repaired("it{&}#8217;s what we{&}rsquo;d say").as_deref(), Some("it’s what we’d say"));
    }

    #[test]
    fn code_stays() {
        assert_eq!(repaired("Le caf{Ã©} s’écrit caf[Ã©] chez nous").as_deref(), Some("Le café s’écrit cafÃ© chez nous"));
        assert_eq!(repaired("caf[&]eacute; and na[&]iuml;ve"), None);
    }

    #[test]
    fn text_without_odd_references_is_not_looked_at() {
        assert_eq!(repaired("bread {&} butter{…} and d{é}jà cafÃ©"), None);
    }
}
