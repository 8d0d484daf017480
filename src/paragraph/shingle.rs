//! Texts as sets of shingles, for those that are nearly the same: what of a text counts, its numbers, its letters. Signatures are made of
//! them in `minhash`, two texts are compared in `alike`.

/// Tokens of a shingle where words are not set apart, and where they are (design of the dump level: 5 characters of Han, else 3 words).
const LONG: usize = 5;
const WORDS: usize = 3;
/// A text of fewer tokens is compared with no other: up to here one changed character, or word, leaves less than 0.8 of the shingles.
pub(super) const FEWEST: [(usize, usize); 2] = [(LONG, 40), (WORDS, 25)];
/// A text of more tokens is not compared either: 8 MB of shingles, a long novel.
const MOST: usize = 1 << 20;

/// The tokens of a text and its numbers. One of them serves many texts.
#[derive(Clone, Debug, Default)]
pub struct Tokens {
    tokens: Vec<u64>,
    /// Tokens that are one character.
    single: usize,
    numbers: Vec<u64>,
}

impl Tokens {
    /// Makes room for another text.
    pub fn clear(&mut self) {
        self.tokens.clear();
        self.single = 0;
        self.numbers.clear();
    }

    /// Adds a text behind what is there. Letters and digits count, in small letters and narrow; white space, punctuation and what is
    /// left of destroyed characters do not.
    pub fn add(&mut self, text: &str) {
        let (mut word, mut number) = (0u64, Number::default());
        let mut before = ' ';
        for c in text.chars() {
            let folded = folded(c);
            number.step(before, folded, &mut self.numbers);
            before = folded.unwrap_or(' ');
            match folded {
                Some(c) if is_spaceless(c) => {
                    self.end(&mut word);
                    self.tokens.push(mix(u64::from(u32::from(c)) | 1 << 32));
                    self.single += 1;
                }
                Some(c) => word = mix(word.rotate_left(5) ^ u64::from(u32::from(c)) ^ 1 << 33),
                None => self.end(&mut word),
            }
        }
        number.step(before, None, &mut self.numbers);
        self.end(&mut word);
    }

    fn end(&mut self, word: &mut u64) {
        if *word != 0 {
            self.tokens.push(std::mem::take(word));
        }
    }

    /// Hands out the hash of every shingle, in order; of none when the text is too short or too long to be compared.
    pub fn shingles(&self, mut each: impl FnMut(u64)) {
        let n = if self.single * 2 >= self.tokens.len() { LONG } else { WORDS };
        let enough = FEWEST.iter().any(|(of, fewest)| *of == n && self.tokens.len() >= *fewest);
        if !enough || self.tokens.len() > MOST {
            return;
        }
        for shingle in self.tokens.windows(n) {
            each(shingle.iter().fold(n as u64, |h, t| mix(h.rotate_left(23) ^ t)));
        }
    }

    /// The numbers in the text, in order.
    pub fn numbers(&self) -> &[u64] {
        &self.numbers
    }
}

/// A number that is being read: a run of digits, or of Chinese numerals.
#[derive(Default)]
struct Number {
    hash: u64,
    length: usize,
    /// The character before a run of one numeral that is a number only beside certain others.
    unsure: Option<char>,
    digits: bool,
}

impl Number {
    fn step(&mut self, before: char, c: Option<char>, out: &mut Vec<u64>) {
        let (digit, numeral) = (c.and_then(|c| c.to_digit(10)), c.and_then(numeral));
        let goes_on = if self.digits { digit.is_some() } else { numeral.is_some() };
        if self.length > 0 && !goes_on {
            let sure = match self.unsure {
                None => true,
                Some(before) => {
                    "第初周週期拜".contains(before) || c.is_some_and(|c| "年月日号號秒条條款章节節项項届屆期元岁歲".contains(c))
                }
            };
            if sure {
                out.push(mix(self.hash ^ self.length as u64));
            }
            *self = Number::default();
        }
        let value = match (digit, numeral) {
            (Some(d), _) => u64::from(d),
            (None, Some(n)) => u64::from(u32::from(n)),
            (None, None) => return,
        };
        self.unsure = (self.length == 0 && numeral.is_some_and(|n| "一两十百千万亿".contains(n))).then_some(before);
        self.digits = digit.is_some();
        self.hash = mix(self.hash.rotate_left(7) ^ value);
        self.length += 1;
    }
}

/// A Chinese numeral, as it is written today.
fn numeral(c: char) -> Option<char> {
    Some(match c {
        '一' | '二' | '三' | '四' | '五' | '六' | '七' | '八' | '九' | '十' | '百' | '千' | '万' | '亿' | '〇' | '零' | '两' => {
            c
        }
        '壹' | '贰' | '叁' | '肆' | '伍' | '陆' | '柒' | '捌' | '玖' | '拾' | '佰' | '仟' => c,
        '萬' => '万',
        '億' => '亿',
        '兩' => '两',
        _ => return None,
    })
}

/// What of a character counts: letters and digits, small and narrow.
pub(super) fn folded(c: char) -> Option<char> {
    match c {
        'a'..='z' | '0'..='9' | '\u{4E00}'..='\u{9FFF}' => Some(c),
        'A'..='Z' => Some(c.to_ascii_lowercase()),
        '\0'..='\u{7F}' | '\u{3000}'..='\u{3004}' | '\u{3008}'..='\u{3020}' => None,
        '\u{FF01}'..='\u{FF5E}' => folded(char::from_u32(u32::from(c) - 0xFEE0)?),
        _ if c.is_alphanumeric() => c.to_lowercase().next(),
        _ => None,
    }
}

/// True for scripts that set no blank between words: Han, kana, Thai, Lao, Myanmar, Khmer, Tibetan.
fn is_spaceless(c: char) -> bool {
    matches!(c, '\u{0E00}'..='\u{0FFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}' | '\u{3005}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{FF66}'..='\u{FF9F}' | '\u{20000}'..='\u{3FFFF}')
}

/// Spreads 64 bits; what is 0 only for one input (the finalizer of SplitMix64, Steele and others 2014).
pub(super) fn mix(n: u64) -> u64 {
    let n = (n ^ 0x9E37_79B9_7F4A_7C15).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let n = (n ^ n >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    n ^ n >> 31
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shingles(text: &str) -> Vec<u64> {
        let (mut tokens, mut out) = (Tokens::default(), Vec::new());
        tokens.add(text);
        tokens.shingles(|h| out.push(h));
        out
    }

    fn numbers(text: &str) -> Vec<u64> {
        let mut tokens = Tokens::default();
        tokens.add(text);
        tokens.numbers
    }

    #[test]
    fn short_texts_have_no_shingles() {
        let han: String = ('\u{4E00}'..).take(40).collect();
        assert_eq!(shingles(&han).len(), 36);
        assert!(shingles(&han.chars().skip(1).collect::<String>()).is_empty());
        let words: Vec<String> = (0..25).map(|n| format!("word{n}")).collect();
        assert_eq!(shingles(&words.join(" ")).len(), 23);
        assert!(shingles(&words[1..].join(" ")).is_empty());
    }

    #[test]
    fn marks_width_and_case_do_not_count() {
        let text: String = ('\u{4E00}'..).take(60).collect();
        let marked: String = text.chars().flat_map(|c| [c, '，']).collect();
        assert_eq!(shingles(&text), shingles(&marked));
        let words: Vec<String> = (0..30).map(|n| format!("Word{n}")).collect();
        assert_eq!(shingles(&words.join(" ")), shingles(&words.join(", ").to_lowercase()));
        assert_eq!(shingles(&words.join(" ")), shingles(&words.join(" ").replace('W', "Ｗ")));
    }

    #[test]
    fn numbers_are_digits_and_numerals() {
        assert_eq!(numbers("2023年5月").len(), 2);
        assert_eq!(numbers("2023年5月"), numbers("２０２３ 年 5 月"));
        assert_ne!(numbers("罚款500元"), numbers("罚款600元"));
        assert_ne!(numbers("第三条"), numbers("第四条"));
        assert_ne!(numbers("三百元"), numbers("三百五十元"));
        assert_eq!(numbers("两萬人"), numbers("两万人"));
        assert!(numbers("一个人十分高兴，千里迢迢").is_empty());
        assert_eq!(numbers("第一章").len(), 1);
        assert_eq!(numbers("一月").len(), 1);
        assert_ne!(numbers("1 12"), numbers("11 2"));
    }
}
