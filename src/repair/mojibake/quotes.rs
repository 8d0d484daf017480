//! Quotes that are a pair of the line: one opens a word, the other closes one. They are no halves of letters, whatever their bytes and those of
//! the letters beside them say: `«людзі»`. Letters in quotes that are spoken of are in `letters`.

/// Signs and letters beyond ASCII that a stretch has at most. A longer one may hold both quotes by chance.
const SHORT: usize = 4;
/// Characters that stand between the quotes at most: a sentence.
const APART: usize = 240;

/// What opens and what closes.
const PAIRS: [(char, char); 12] = [
    ('«', '»'),
    ('»', '«'),
    ('»', '»'),
    ('‹', '›'),
    ('›', '‹'),
    ('“', '”'),
    ('”', '”'),
    ('„', '“'),
    ('„', '”'),
    ('‘', '’'),
    ('’', '’'),
    ('‚', '‘'),
];

/// Whether a short stretch from here to there takes a quote away from the other one of its pair.
pub(super) fn are_parted(line: &[char], from: usize, to: usize) -> bool {
    line[from..to].iter().filter(|c| !c.is_ascii()).take(SHORT + 1).count() <= SHORT
        && (from..to).any(|at| opens(line, at) || closes(line, at))
}

fn opens(line: &[char], at: usize) -> bool {
    let behind = &line[at + 1..line.len().min(at + 1 + APART)];
    let is_closed = |close: char| behind.iter().enumerate().any(|(i, c)| *c == close && i > 0 && is_end(line.get(at + i + 2)));
    begins(line, at) && PAIRS.iter().any(|(open, close)| *open == line[at] && is_closed(*close))
}

fn closes(line: &[char], at: usize) -> bool {
    let before = at.saturating_sub(APART);
    let is_opened = |open: char| (before..at.saturating_sub(1)).any(|i| line[i] == open && begins(line, i));
    is_end(line.get(at + 1)) && PAIRS.iter().any(|(open, close)| *close == line[at] && is_opened(*open))
}

fn begins(line: &[char], at: usize) -> bool {
    at == 0 || is_end(line.get(at - 1))
}

/// The end of the line, or what is no part of a word.
fn is_end(c: Option<&char>) -> bool {
    c.is_none_or(|c| c.is_whitespace() || c.is_ascii() && !c.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parted(line: &str, part: &str) -> bool {
        let chars: Vec<char> = line.chars().collect();
        let from = line[..line.find(part).unwrap()].chars().count();
        are_parted(&chars, from, from + part.chars().count())
    }

    #[test]
    fn pairs_are_not_parted() {
        assert!(parted("газета «людзі» і час", "зі»"));
        assert!(parted("»õigus«", "»õ"));
        assert!(parted("„Äänestit“, sanoi hän", "„Ää"));
        assert!(parted("«Â®»", "«Â®»"));
        assert!(parted("»Så», sade han", "å»"));
    }

    #[test]
    fn halves_of_damage_are_no_pair() {
        assert!(!parted("Â«DemainÂ», dit-il", "Â«"));
        assert!(!parted("В«ПриветВ»", "В»"));
        assert!(!parted("»õ", "»õ"));
        assert!(!parted("ESPAÃ‘A", "Ã‘"));
    }
}
