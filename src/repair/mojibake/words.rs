//! Words of a damaged stretch that are no damage: real damage around them carries along what reads as something else by chance, an
//! accented letter and its neighbour as Han. Whether a stretch as a whole is believed is decided in `belief`.

use super::around::in_capitals;
use super::charset::Pair;
use super::kinds::{is_latin, is_letter, is_wide};
use super::segment::{Guess, Segment};
use crate::codec::Codec;
use crate::model::Model;

/// Damaged words for each clean one, at least, before those in capitals are damage, too. Own estimate.
const CLEAN_FOR_DAMAGED: usize = 5;

/// The stretches that are left of one without its clean words: itself when it has none, or was read as pairs of bytes, of which Latin
/// words make none.
pub(super) fn without_clean(model: &Model, line: &[char], pair: Pair, s: Segment) -> Vec<Segment> {
    if s.words.len() < 2 || !pair.read.is_single_byte() {
        return vec![s];
    }
    let words: Vec<(bool, Segment)> = (0..s.words.len())
        .map(|w| {
            let word = piece(&s, w, w + 1);
            (is_clean(model, line, pair, &word), word)
        })
        .collect();
    // Where nearly all words are damage, one in capitals is, too: `FBIÀÇ` is an abbreviation and its particle.
    let clean = words.iter().filter(|w| w.0).count();
    let damaged = clean * CLEAN_FOR_DAMAGED <= words.len() - clean;
    let is_clean =
        |w: &(bool, Segment)| w.0 && !(damaged && line[w.1.from..w.1.to].iter().all(|c| c.is_uppercase() || matches!(c, 'º' | 'ª')));
    let words: Vec<(bool, Segment)> = words.into_iter().map(|w| (is_clean(&w), w.1)).collect();
    if words.iter().all(|w| !w.0) {
        return vec![s];
    }
    let mut left = Vec::new();
    let mut at = 0;
    for run in words.chunk_by(|a, b| a.0 == b.0) {
        if !run[0].0 {
            left.push(piece(&s, at, at + run.len()));
        }
        at += run.len();
    }
    // Han of letters alone beside words that are none is chance, too: the bytes of Han are signs as often.
    let signs = |p: &Segment| line[p.from..p.to].iter().any(|c| !c.is_ascii() && !is_letter(*c));
    left.retain(|p| pair.written == Codec::UTF_8 || !p.now.chars().any(is_wide) || signs(p));
    left
}

/// The words `from..to` of a segment as one of their own.
fn piece(s: &Segment, from: usize, to: usize) -> Segment {
    let (first, last) = (&s.words[from], &s.words[to - 1]);
    let now = first.now.start..last.now.end;
    let guesses = s.guesses.iter().filter(|g| now.start <= g.from && g.to <= now.end);
    let guesses = guesses.map(|g| Guess { from: g.from - now.start, to: g.to - now.start, others: g.others.clone() }).collect();
    Segment {
        from: first.line.start,
        to: last.line.end,
        bytes: 0,
        now: s.now[now].to_owned(),
        after: last.after.1 - first.after.0,
        gain: last.gain.1 - first.gain.0,
        guesses,
        words: Vec::new(),
    }
}

/// Whether a word of a stretch that was read as single bytes is one as it stands.
fn is_clean(model: &Model, line: &[char], pair: Pair, word: &Segment) -> bool {
    let was = &line[word.from..word.to];
    if pair.written == Codec::UTF_8 {
        let mut odd = word.now.chars().filter(|c| !c.is_ascii());
        // A single sequence that makes nothing known, or a small letter of a capital at the end of a word.
        return match (odd.next(), odd.next()) {
            (Some(c), None) => !(model.is_known(c) || is_latin(c)) && is_letter(c) || was.contains(&' ') && in_capitals(line, word),
            _ => false,
        };
    }
    if word.now.chars().any(is_wide) {
        return is_latin_word(line, word);
    }
    word.now.chars().all(|c| c.is_ascii() || is_latin(c)) && was.iter().all(|c| c.is_ascii() || is_latin(*c) && c.is_lowercase())
}

/// Whether a word that Han would be put into is one of Latin letters, some of them ASCII, as it stands; quotes may stand around it.
fn is_latin_word(line: &[char], word: &Segment) -> bool {
    let apart = |c: &char| c.is_whitespace();
    let from = line[..word.from].iter().rposition(apart).map_or(0, |i| i + 1);
    let to = line[word.to..].iter().position(apart).map_or(line.len(), |i| word.to + i);
    let whole = &line[from..to];
    let letters = whole.iter().filter(|c| c.is_ascii_alphabetic()).count();
    let small = whole.iter().any(char::is_ascii_lowercase);
    let is_letter = |c: &char| c.is_ascii() || is_latin(*c) && *c != 'µ' || matches!(c, '‘' | '’' | '“' | '”' | '„' | '«' | '»');
    // No word goes on with a capital: `LimitedÀÇ` is two.
    // Nor is a name's capital its third letter: `ÓÉSamuel`.
    let led = whole.windows(3).any(|w| !w[0].is_ascii() && w[0].is_uppercase() && w[1].is_ascii_uppercase() && w[2].is_ascii_lowercase());
    let joined = led || whole.windows(2).any(|w| w[0].is_ascii_lowercase() && !w[1].is_ascii() && w[1].is_uppercase());
    if letters == 0 || letters < 2 && !small || joined || !whole.iter().all(is_letter) {
        return false;
    }
    let now: Vec<char> = line[from..word.from].iter().copied().chain(word.now.chars()).chain(line[word.to..to].iter().copied()).collect();
    let beside =
        |i: usize| [i.checked_sub(1), Some(i + 1)].iter().any(|at| at.and_then(|at| now.get(at)).is_some_and(char::is_ascii_alphabetic));
    let mut wide = (0..now.len()).filter(|&i| is_wide(now[i]));
    wide.all(beside) || now.len() == 1 && small
}

#[cfg(test)]
mod tests {
    use super::super::search::Searches;
    use super::*;

    /// What a line becomes under one hypothesis, believed or not, without its clean words.
    fn undone(text: &str, written: Codec) -> String {
        let line: Vec<char> = text.chars().collect();
        let pair = Pair { written, read: Codec::WINDOWS_1252, number: 0 };
        let mut out = String::new();
        let mut at = 0;
        for s in Searches::default().stretches(&line, pair).into_iter().flat_map(|s| without_clean(Model::shared(), &line, pair, s)) {
            out.extend(&line[at..s.from]);
            out += &s.now;
            at = s.to;
        }
        out.extend(&line[at..]);
        out
    }

    #[test]
    fn words_of_latin_letters_stay_beside_damage() {
        // "一月的河边" in GBK
        let damage = "Ò»ÔÂµÄºÓ±ß";
        for word in ["vetëm", "Kóždy", "bêî", "ìn", "„Ich"] {
            let text = format!("{damage} si {word} ashtu");
            assert_eq!(undone(&text, Codec::GB18030), format!("一月的河边 si {word} ashtu"));
        }
    }
}
