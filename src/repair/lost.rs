//! Text that was destroyed before it came to us: found and noted, never guessed; deleted when a caller asks for it.

use std::sync::OnceLock;

use aho_corasick::AhoCorasick;

use crate::block::Note;
use crate::edit::Editor;
use crate::layer::{Layer, Stage};
use crate::rules::{Rules, table};
use crate::span::Span;

/// Question marks in a row, inside running text, that stand for lost characters. Three are how people shout.
const QUESTION_MARKS: usize = 4;

/// Notes every stretch of `text` whose content is gone: U+FFFD and what its bytes look like in other charsets, patterns of unused
/// memory, characters turned into question marks. `layer` is the number of the layer `text` belongs to.
pub(crate) fn notes(text: &str, layer: u32, rules: &Rules) -> Vec<Note> {
    let mut notes: Vec<Note> = Vec::new();
    let bytes = text.as_bytes();
    // Most text is ASCII alone and has no such row: found at the speed of memory.
    if text.is_ascii() && memchr::memmem::find(bytes, &[b'?'; QUESTION_MARKS]).is_none() {
        return notes;
    }
    let known = known();
    let mut at = 0;
    while let Some(m) = known.search.find(&bytes[at..]) {
        let (start, pattern) = (at + m.start(), &known.patterns[m.pattern().as_usize()]);
        let mut end = at + m.end();
        while bytes[end..].starts_with(pattern.unit.as_bytes()) {
            end += pattern.unit.len();
        }
        at = end;
        if pattern.unit == "?" && !inside_text(text, start, end) {
            continue;
        }
        let rule = rules.rule(pattern.rule);
        match notes.last_mut() {
            Some(n) if n.rule == rule && n.at.end as usize == start => n.at = Span::new(n.at.start as usize, end),
            _ => notes.push(Note { layer, at: Span::new(start, end), rule, alternatives: Vec::new() }),
        }
    }
    notes
}

/// The text without what [`notes`] finds, or `None` when there is nothing.
pub(crate) fn remove(text: &str, rules: &Rules) -> Option<Layer<'static>> {
    let mut editor = Editor::new(text);
    let removed = rules.rule("repair/lost-removed");
    for note in notes(text, 0, rules) {
        editor.delete(note.at.range(), removed);
    }
    editor.finish(Stage::Repair)
}

/// Question marks that replace letters stand where letters stood: right before a letter, or alone on their line.
fn inside_text(text: &str, start: usize, end: usize) -> bool {
    let before = text[..start].chars().next_back();
    let after = text[end..].chars().next();
    let letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let edge = |c: Option<char>| c.is_none_or(|c| c == '\n');
    end - start >= QUESTION_MARKS && (letter(after) || edge(before) && edge(after))
}

struct Pattern {
    /// What repeats.
    unit: &'static str,
    rule: &'static str,
}

struct Known {
    search: AhoCorasick,
    patterns: Vec<Pattern>,
}

/// The stretches we know; the table says how often a unit must stand in a row to be one.
fn known() -> &'static Known {
    static KNOWN: OnceLock<Known> = OnceLock::new();
    KNOWN.get_or_init(|| {
        let mut needles = Vec::new();
        let mut patterns = Vec::new();
        for row in table::rows("lost.tsv", include_str!("../data/lost.tsv"), 4).flatten() {
            let times = row.cells[1].parse().unwrap_or(1);
            needles.push(row.cells[0].repeat(times));
            let rule = match row.cells[2] {
                "memory" => "repair/lost-memory",
                "question-marks" => "repair/lost-question-marks",
                _ => "repair/lost-replacement",
            };
            patterns.push(Pattern { unit: row.cells[0], rule });
        }
        let search = AhoCorasick::builder()
            .match_kind(aho_corasick::MatchKind::LeftmostLongest)
            .build(&needles)
            .unwrap_or_else(|e| panic!("src/data/lost.tsv: {e}"));
        Known { search, patterns }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        notes(text, 0, Rules::builtin()).iter().map(|n| n.at.of(text)).collect()
    }

    #[test]
    fn each_kind_is_found_once() {
        assert_eq!(found("春天锟斤拷锟斤拷来了"), ["锟斤拷锟斤拷"]);
        assert_eq!(found("烫烫烫烫，屯屯屯"), ["烫烫烫烫", "屯屯屯"]);
        assert_eq!(found("a\u{fffd}\u{fffd}b ï¿½ï¿½c"), ["\u{fffd}\u{fffd}", "ï¿½ï¿½"]);
    }

    #[test]
    fn question_marks_must_stand_in_text() {
        assert_eq!(found("春天????来了"), ["????"]);
        assert_eq!(found("????\nx"), ["????"]);
        assert!(found("真的????").is_empty());
        assert!(found("哦???来了").is_empty());
    }

    #[test]
    fn removal_takes_what_is_noted_and_no_more() {
        let text = "春天锟斤拷来了，烫烫烫烫。真的????";
        let layer = remove(text, Rules::builtin()).unwrap();
        assert_eq!(layer.text, "春天来了，。真的????");
        assert_eq!(layer.undo(text.as_bytes()), text.as_bytes());
        assert!(remove("李锟斤斤计较", Rules::builtin()).is_none());
    }

    #[test]
    fn words_and_names_stay_unnoted() {
        assert!(found("李锟斤斤计较，汤烫烫的，屯溪屯田，烫烫头发").is_empty());
    }
}
