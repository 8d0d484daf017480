//! Mojibake: text written in one charset and read in another. Finds the damaged stretches of a text, proves what they were and puts
//! that back; refuses whenever the text may be as its author meant it. Cloak, entities and destroyed text have files of their own.

mod again;
mod alphabet;
mod around;
mod beam;
mod belief;
mod beside;
mod charset;
mod controls;
mod drawing;
mod evidence;
mod fit;
mod holes;
mod kinds;
mod lanes;
mod language;
mod latin;
mod lattice;
mod letters;
mod makeup;
mod mixed;
mod prose;
mod quotes;
mod rank;
mod refused;
mod search;
mod segment;
mod signs;
mod stock;
mod suspect;
mod tally;
mod typography;
mod undefined;
mod words;

use crate::block::Note;
use crate::edit::Editor;
use crate::layer::{Layer, Stage};
use crate::rules::Rules;
use crate::span::Span;

use charset::Pair;
use search::{Ask, Change, Place, Searches};
use suspect::Suspects;

/// Characters of a line that are walked at a time.
const WINDOW: usize = 2048;

/// Undoes one level of mojibake, or `None` when there is none. The notes refer to the new layer, number `layer`.
pub(crate) fn pass(text: &str, layer: u32, rules: &Rules) -> Option<(Layer<'static>, Vec<Note>)> {
    let mut walk = Suspects::of(text);
    let mut search = Searches::default();
    let mut known: Vec<Pair> = Vec::new();
    let (mut suspects, mut asked) = (Vec::new(), Vec::new());
    // Looked at as they are found: what stands around them is at hand then.
    while walk.more(&mut suspects) {
        for s in &suspects[asked.len()..] {
            let mut one = Asked::default();
            if s.is_alarm() {
                one.changes = line(&mut search, text, s, &known, Ask::All);
                for (_, change) in &one.changes {
                    if !known.contains(&change.pair) {
                        known.push(change.pair);
                    }
                }
                one.has_controls = one.changes.is_empty() && controls::has_any(&text[s.start..s.end]);
            }
            asked.push(one);
        }
    }
    // What one line proves makes a weaker sign in an earlier one credible; nothing else is asked again.
    for (s, Asked { changes, has_controls }) in suspects.iter().zip(&mut asked) {
        if changes.is_empty() && !known.is_empty() {
            *changes = line(&mut search, text, s, &known, Ask::Nothing);
        }
        if changes.is_empty() && *has_controls {
            *changes = controls::left(text, s.start, s.end);
        }
    }
    if asked.iter().all(|a| a.changes.is_empty()) {
        return None;
    }
    let mut editor = Editor::new(text);
    let mut notes = Vec::new();
    let guess = rules.rule("repair/mojibake-guess");
    for (offset, change) in asked.iter().flat_map(|a| &a.changes) {
        let s = &change.segment;
        let was = *offset..*offset + s.bytes;
        let kept_c1 = text[was.clone()]
            .chars()
            .any(|c| ('\u{80}'..'\u{a0}').contains(&c) && !matches!(c, '\u{81}' | '\u{8d}' | '\u{8f}' | '\u{90}' | '\u{9d}'));
        let at = editor.position(was.start);
        for g in &s.guesses {
            let alternatives = g.others.iter().map(|c| c.to_string().into()).collect();
            notes.push(Note { layer, at: Span::new(at + g.from, at + g.to), rule: guess, alternatives });
        }
        editor.replace(was, &s.now, charset::rule(change.pair, kept_c1, rules), confidence(change));
    }
    editor.finish(Stage::Repair).map(|l| (l, notes))
}

/// What a suspect line was asked.
#[derive(Default)]
struct Asked {
    /// Its changes, each with its byte offset in the text.
    changes: Vec<(usize, Change)>,
    /// Whether it has controls of C1 and nothing explains them so far.
    has_controls: bool,
}

/// Gain over what suffices, in percent that never promises certainty.
fn confidence(change: &Change) -> u8 {
    (80 + change.gain / 64).clamp(80, 99) as u8
}

/// Bytes of a line beyond which only the place of the evidence is looked at first, and bytes around it that are.
const LONG: usize = 768;
const AROUND: usize = 288;

/// The changes of one suspect line. A long one is looked at where its evidence is first, and as a whole when that shows damage.
fn line(search: &mut Searches, text: &str, s: &suspect::Suspect, known: &[Pair], ask: Ask) -> Vec<(usize, Change)> {
    let (mut start, mut end) = (s.from.saturating_sub(AROUND).max(s.start), (s.to + AROUND).min(s.end));
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    while !text.is_char_boundary(end) {
        end += 1;
    }
    let shorter = suspect::Suspect { start, end, ..*s };
    let long = s.end - s.start > LONG && end - start < s.end - s.start;
    let first = if long { &shorter } else { s };
    if known.is_empty() {
        let once = first.end - first.start <= WINDOW;
        let clean = if once { search::is_clean_at(search, text, first) } else { None };
        if clean == Some(true) {
            return Vec::new();
        }
        let found = whole(search, text, first, known, if clean.is_some() { Ask::Hypotheses } else { ask });
        if once && found.is_empty() {
            search.remember(text);
        }
        if !long || found.is_empty() {
            return found;
        }
    }
    whole(search, text, s, known, ask)
}

/// The changes of one suspect line, each with its byte offset in the text.
fn whole(search: &mut Searches, text: &str, s: &suspect::Suspect, known: &[Pair], ask: Ask) -> Vec<(usize, Change)> {
    let mut out = Vec::new();
    let mut chars: Vec<char> = Vec::with_capacity(WINDOW.min(s.end - s.start));
    let mut start = s.start;
    while start < s.end {
        chars.clear();
        let (mut from, mut to) = (usize::MAX, 0);
        let mut end = start;
        for (at, c) in text[start..s.end].char_indices() {
            // A window ends after a character that cannot be half of anything.
            if chars.len() >= WINDOW && (chars.len() >= 2 * WINDOW || chars.last().is_some_and(|l| *l == ' ')) {
                break;
            }
            if start + at >= s.from && start + at < s.to {
                from = from.min(chars.len());
                to = chars.len() + 1;
            }
            chars.push(c);
            end = start + at + c.len_utf8();
        }
        if from > to {
            (from, to) = (0, chars.len());
        }
        let mut byte = start;
        let mut done = 0;
        let place = Place { line: &chars, core: (from, to), evidence: s.evidence, known, ask };
        let found = search::changes(search, place);
        let left: Vec<bool> = found.iter().map(|c| beside::leaves_too_much(&chars, &found, c)).collect();
        for (mut change, left) in found.into_iter().zip(left) {
            byte += chars[done..change.segment.from].iter().map(|c| c.len_utf8()).sum::<usize>();
            change.segment.bytes = chars[change.segment.from..change.segment.to].iter().map(|c| c.len_utf8()).sum();
            done = change.segment.to;
            let offset = byte;
            byte += change.segment.bytes;
            let (from, to) = (change.segment.from, change.segment.to);
            let are_shown = || letters::are_shown(&chars, from, to) || quotes::are_parted(&chars, from, to);
            if !mostly_lost(&text[offset..byte], &change.segment.now) && !left && !are_shown() {
                out.push((offset, change));
            }
        }
        start = end;
    }
    out
}

/// Whether a reading gives up more than a quarter of its characters that the text as it stands has: capitals with accents, `MAÇÃ`,
/// are no damage with losses.
fn mostly_lost(was: &str, now: &str) -> bool {
    let traces = was.chars().filter(|c| matches!(c, '\u{fffd}' | '?')).count();
    let lost = now.chars().filter(|c| *c == '\u{fffd}').count().saturating_sub(traces);
    lost * 4 > now.chars().filter(|c| !c.is_ascii()).count()
}

#[cfg(test)]
mod tests;
