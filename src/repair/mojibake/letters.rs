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

/// A word, or what stands between blanks and quotes.
#[derive(Clone, Copy, Debug)]
struct Word {
    from: usize,
    to: usize,
    what: What,
}

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

/// The words of a line that are not of ASCII alone.
#[derive(Debug)]
pub(super) struct Letters {
    words: Vec<Word>,
    is_row: bool,
    is_set: bool,
}

impl Letters {
    /// Of a line. Allocates for its words.
    pub fn of(line: &[char]) -> Letters {
        let mut words = Vec::new();
        let mut from = 0;
        for word in line.split(|c| is_between(*c)) {
            let to = from + word.len();
            if !word.iter().all(|c| c.is_ascii() || is_punctuation(*c)) {
                words.push(Word { from, to, what: what(line, from, to) });
            }
            from = to + 1;
        }
        let shown = words.iter().filter(|w| w.what != What::Other).count();
        let most = shown * 100 >= words.len() * SHARE;
        let mut different: Vec<&[char]> = words.iter().filter(|w| w.what != What::Other).map(|w| &line[w.from..w.to]).collect();
        different.sort_unstable();
        different.dedup();
        // a line of nothing but single letters is one of two, too
        let least = if line.split(|c| is_between(*c)).all(|word| word.len() <= 1) { ROW - 1 } else { ROW };
        let is_set = most && words.iter().any(|w| w.what == What::Set);
        Letters { is_row: most && different.len() >= least, is_set, words }
    }

    /// Whether what stands from here to there is letters and signs that are shown.
    pub fn are_shown(&self, from: usize, to: usize) -> bool {
        let first = self.words.partition_point(|w| w.to <= from);
        let words = self.words[first..].iter().take_while(|w| w.from < to);
        let all = |of: fn(&Self, What) -> bool| words.clone().count() > 0 && words.clone().all(|w| of(self, w.what));
        all(|_, what| what == What::Quoted) || all(|line, what| (line.is_row || line.is_set) && what != What::Other)
    }
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

fn what(line: &[char], from: usize, to: usize) -> What {
    let word = &line[from..to];
    if let [_] = word {
        let (before, behind) = (from.checked_sub(1).map(|i| line[i]), line.get(to).copied());
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
        Letters::of(&chars).are_shown(from, from + part.chars().count())
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
