//! Frames and pictures drawn with the box characters of DOS, which bytes of text become, too: the lines of a drawing go on from character
//! to character, those of damage do not. What else tells damage from text is in `around`, `latin`
//! and `makeup`.

use super::segment::Segment;

/// Boxes by what leads out of them: to the left, to the right. 0 nothing, 1 a line, 2 a double one.
const BOXES: [(&str, u8, u8); 7] = [
    ("│║┃╎┆┊╵╷", 0, 0),
    ("└├┌╟╙╓╰╭╶", 0, 1),
    ("┤┐┘╢╖╜╮╯╴", 1, 0),
    ("─┬┴┼╨╥╫╌┄┈", 1, 1),
    ("╞╚╔╠╘╒", 0, 2),
    ("╡╕╣╗╝╛", 2, 0),
    ("═╩╦╬╧╤╪", 2, 2),
];
/// In place of a line: a block, which stands beside anything.
const BLOCK: u8 = 3;

/// Whether a stretch is part of a drawing: it has boxes and blocks alone beyond ASCII, and all of them that stand side by side, with
/// those around it, are joined. Two inside a word or at its end may be a letter of it.
pub(super) fn is_drawn(line: &[char], s: &Segment) -> bool {
    if !line[s.from..s.to].iter().all(|c| c.is_ascii() || ends(*c).is_some()) {
        return false;
    }
    let is_box = |c: &&char| ends(**c).is_some();
    let from = s.from - line[..s.from].iter().rev().take_while(is_box).count();
    let to = s.to + line[s.to..].iter().take_while(is_box).count();
    let letter = |at: Option<usize>| at.and_then(|at| line.get(at)).is_some_and(char::is_ascii_alphabetic);
    // The last letter of a word: a small one.
    let ends_word = to - from == 2 && s.now.chars().all(|c| c.is_ascii() || c.is_lowercase());
    // A Spanish question begins so.
    if to - from == 2 && s.now.starts_with('¿') && letter(Some(to)) {
        return false;
    }
    let (mut pairs, mut joined) = (0, 0);
    for at in from..to.saturating_sub(1) {
        if let (Some((_, a)), Some((b, _))) = (ends(line[at]), ends(line[at + 1])) {
            pairs += 1;
            let in_word = letter(at.checked_sub(1)) && (letter(Some(at + 2)) || ends_word);
            joined += usize::from((a == b || a == BLOCK || b == BLOCK) && !in_word);
        }
    }
    pairs > 0 && joined == pairs
}

/// Whether half of what is beyond ASCII in a piece of a line are boxes and blocks, and those that stand side by side are joined, but for a
/// tenth: a table or a frame.
pub(super) fn is_frame(piece: &[char]) -> bool {
    let odd = piece.iter().filter(|c| !c.is_ascii()).count();
    let boxes = piece.iter().filter(|c| ends(**c).is_some()).count();
    if boxes * 2 < odd || boxes == 0 {
        return false;
    }
    let (mut pairs, mut joined) = (0, 0);
    for w in piece.windows(2) {
        if let (Some((_, a)), Some((b, _))) = (ends(w[0]), ends(w[1])) {
            pairs += 1;
            joined += usize::from(a == b || a == BLOCK || b == BLOCK);
        }
    }
    joined * 10 >= pairs * 9
}

/// What leads out of a box, if a character is one.
fn ends(c: char) -> Option<(u8, u8)> {
    match c {
        '\u{2580}'..='\u{25a0}' => Some((BLOCK, BLOCK)),
        '\u{2500}'..'\u{2580}' => BOXES.iter().find(|row| row.0.contains(c)).map(|row| (row.1, row.2)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_drawn(before: &str, was: &str, after: &str) -> bool {
        is_drawn_as(before, was, after, "X")
    }

    fn is_drawn_as(before: &str, was: &str, after: &str, now: &str) -> bool {
        let line: Vec<char> = [before, was, after].concat().chars().collect();
        let from = before.chars().count();
        let to = from + was.chars().count();
        let s = Segment { from, to, bytes: 0, now: now.to_owned(), after: 0, gain: 0, guesses: Vec::new(), words: Vec::new() };
        super::is_drawn(&line, &s)
    }

    #[test]
    fn lines_go_on_in_a_drawing() {
        assert!(is_drawn("┌", "─┐", " a"));
        assert!(is_drawn("", "╚═╝ ╚═╝", ""));
        assert!(is_drawn("  ", "█▒", " █▒"));
        assert!(is_drawn("╶", "┬┐", "d"));
    }

    #[test]
    fn tables_are_frames_and_damage_is_none() {
        let is_frame = |piece: &str| super::is_frame(&piece.chars().collect::<Vec<_>>());
        assert!(is_frame("│ │ │（如下） │") && is_frame("┌──┬──┐│编号│名称│├──┼──┤"));
        assert!(!is_frame("╓╨╬─│╥╗╕÷"), "GBK read as code page 437");
        assert!(!is_frame("见下表│备注") && !is_frame("text") && !is_frame("Σ╕¡µûç"));
    }

    #[test]
    fn those_of_damage_do_not() {
        assert!(!is_drawn("", "╓╨╬─", ""), "GBK read as code page 437");
        assert!(!is_drawn("M", "├╝", "ller"), "UTF-8 read so");
        assert!(!is_drawn("c", "├┤", "te"), "a letter, whatever its lines");
        assert!(!is_drawn_as("amac", "─▒", ".", "ı") && is_drawn_as("Start", "─┐", "", "Ŀ"), "the last one");
        assert!(!is_drawn_as("", "┬┐", "que", "¿") && is_drawn_as("┌", "┬┐", "d", "¿"), "a question");
        assert!(!is_drawn("", "╨ÿ", ""), "a letter among them");
        assert!(!is_drawn("a", "─", "b"), "alone");
    }
}
