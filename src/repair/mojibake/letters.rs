//! Letters shown as letters: alphabets, tables and sets of them, one in quotes. They are no words, and nothing is damaged in them, whatever
//! else their bytes may say: `À Á Â Ã` is an alphabet of Russian as much, and `Ã` and a blank a letter of UTF-8. What else a stretch consists
//! of is in `makeup`.

use unicode_normalization::char::decompose_canonical;

/// Different ones a line has at least that is a row of them. Two may be damage: `Ã` and `Â` stand for `à` and for a blank.
const ROW: usize = 3;
/// In a hundred words with letters beyond ASCII, of which the others are what stands around them.
const SHARE: usize = 80;
/// Letters in the order of their codes that are a set of them, when nothing else is in the line: of words of five letters one in 120.
const ORDERED: usize = 5;

/// Pairs of quotes and brackets that a letter which is spoken of stands in.
const PAIRS: [(char, char); 11] =
    [('«', '»'), ('»', '«'), ('‹', '›'), ('“', '”'), ('„', '“'), ('‘', '’'), ('"', '"'), ('\'', '\''), ('(', ')'), ('[', ']'), ('<', '>')];

/// What a word is, or what else stands between blanks and quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    /// A letter or sign by itself.
    Single,
    /// The same in quotes or brackets.
    Quoted,
    /// Letters each beside its capital or itself, or beside the same letter with another accent; or in the order of their codes.
    Set,
    Other,
}

/// Whether what stands from here to there is letters and signs that are shown: each in quotes, or all of them in a row or a set. Words that are
/// neither end it at once, which damage nearly always begins with; only then is the line looked at.
pub(super) fn are_shown(line: &[char], from: usize, to: usize) -> bool {
    let (mut some, mut quoted) = (false, true);
    // the word that the stretch begins in may have begun before it
    let start = line[..from].iter().rposition(|c| is_between(*c)).map_or(0, |at| at + 1);
    for (at, word) in words(line, start).skip_while(|(at, word)| at + word.len() <= from).take_while(|(at, _)| *at < to) {
        match what(line, at, word) {
            What::Other => return false,
            What::Quoted => some = true,
            What::Single | What::Set => (some, quoted) = (true, false),
        }
    }
    some && (quoted || is_row(line))
}

/// Whether a line is a row or a set of letters.
fn is_row(line: &[char]) -> bool {
    let (mut all, mut has_set) = (0, false);
    let mut shown: Vec<&[char]> = Vec::new();
    for (from, word) in words(line, 0) {
        all += 1;
        match what(line, from, word) {
            What::Other => {}
            what => {
                has_set |= what == What::Set;
                shown.push(word);
            }
        }
    }
    if shown.len() * 100 < all * SHARE {
        return false;
    }
    shown.sort_unstable();
    shown.dedup();
    // a line of nothing but single letters is one of two, too
    let single = || line.split(|c| is_between(*c)).all(|word| word.len() <= 1);
    has_set || shown.len() >= ROW || shown.len() == ROW - 1 && single()
}

/// The words from a place on that are not of ASCII and punctuation alone, each with where it begins.
fn words(line: &[char], start: usize) -> impl Iterator<Item = (usize, &[char])> {
    let mut next = start;
    let words = line[start..].split(|c| is_between(*c)).map(move |word| {
        let from = next;
        next += word.len() + 1;
        (from, word)
    });
    words.filter(|(_, word)| !word.iter().all(|c| c.is_ascii() || is_punctuation(*c)))
}

/// What parts the words of lists and tables.
fn is_between(c: char) -> bool {
    match c {
        '\0'..='\u{7f}' => !c.is_ascii_alphanumeric(),
        '\u{a0}' | '«' | '»' | '‹' | '›' | '\u{2018}' | '\u{2019}' | '\u{201b}'..='\u{201f}' | '、' | '，' | '；' | '。' => true,
        _ => c.is_whitespace(),
    }
}

/// What stands between them with blanks around it. Right at a letter it may be half of another one: `–ª` is a letter of UTF-8.
fn is_punctuation(c: char) -> bool {
    matches!(c, '·' | '\u{2010}'..='\u{2027}')
}

fn what(line: &[char], from: usize, word: &[char]) -> What {
    if let [_] = word {
        let (before, behind) = (from.checked_sub(1).map(|i| line[i]), line.get(from + 1).copied());
        return if PAIRS.iter().any(|(open, close)| before == Some(*open) && behind == Some(*close)) { What::Quoted } else { What::Single };
    }
    // two are beside each other in many a word
    let is_kin = |a: char, b: char| a.to_lowercase().eq(b.to_lowercase()) || word.len() > 2 && base(a) == base(b);
    let kin = word.windows(2).filter(|pair| is_kin(pair[0], pair[1])).count();
    let ordered = word.len() >= ORDERED && word.is_sorted_by(|one, next| one < next) && word.iter().all(|c| !c.is_ascii());
    if ordered || kin > 0 && kin * 2 >= word.len() { What::Set } else { What::Other }
}

/// The small letter without its accents. A syllable of Korean is not what it begins with.
fn base(c: char) -> char {
    if ('\u{ac00}'..='\u{d7a3}').contains(&c) {
        return c;
    }
    let mut first = c;
    let mut is_first = true;
    decompose_canonical(c, |part| {
        if std::mem::take(&mut is_first) {
            first = part;
        }
    });
    first.to_lowercase().next().unwrap_or(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(line: &str, part: &str) -> bool {
        let chars: Vec<char> = line.chars().collect();
        let from = line[..line.find(part).unwrap()].chars().count();
        are_shown(&chars, from, from + part.chars().count())
    }

    #[test]
    fn alphabets_and_tables_are_shown() {
        assert!(shown("À Á Â Ã Ä Å Æ Ç", "Ã Ä Å"));
        assert!(shown("192 À 193 Á 194 Â 195 Ã", "Ã"));
        assert!(shown("Letters: Â, Ã and Å", "Ã and"));
        assert!(shown("Ãã Õõ", "Ãã Õõ"));
        assert!(shown("/[àáâãäå]/g", "àáâãäå"));
        assert!(shown("àèìòù", "àèìòù"));
        assert!(shown("ÀàÂâÆæÇçÉéÈèÊêËë", "ÉéÈèÊêËë"));
        assert!(shown("ｱｱ ｲｲ ｳｳ", "ｱｱ"));
        assert!(shown("Ã  Õ", "Ã  "));
    }

    #[test]
    fn a_letter_in_quotes_is_shown() {
        assert!(shown("la lettre «Â» porte un accent, élève", "Â»"));
        assert!(!shown("Â«DemainÂ», disait-il", "Â«"));
        assert!(!shown("(Ã«)", "Ã«"));
    }

    #[test]
    fn damaged_words_are_not() {
        assert!(!shown("voilÃ  la clÃ© du problÃ¨me", "Ã©"));
        assert!(!shown("Ã  la page 5Â du cahier", "Ã  la"));
        assert!(!shown("Ã©", "Ã©"));
        assert!(!shown("DOS AÃ‘OS", "Ã‘"));
        assert!(!shown("ÄãºÃ", "ÄãºÃ"), "two pairs of GBK");
        assert!(!shown("Îò Ñòèë", "Ñòèë"), "Cyrillic");
        assert!(!shown("–ª, —á —Ç", "–ª"), "the same of UTF-8");
        assert!(!shown("‚¾‚Á‚½‚Ì", "‚¾‚Á‚½‚Ì"), "kana of Shift_JIS");
        assert!(!shown("궥귡뙛뙽", "궥귡뙛뙽"), "Japanese");
    }
}
