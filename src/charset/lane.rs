//! One reading of a sample: what a charset pays for the text it makes of some bytes. Which readings there are and which of them stays is
//! decided in `contest`.

use unicode_normalization::char::compose;

use super::alphabet;
use super::pages::{self, Pages};
use crate::codec::{Codec, Step};
use crate::model::{Language, Model, NAT, State};

/// Price of a character cut off at either end of the bytes, in 1/16 nat. Cuts are free in that they never disqualify; 7 nats because
/// about one text in a thousand is cut.
const CUT: u32 = 7 * NAT;
/// Price of each byte of a broken unit.
const DAMAGED_BYTE: u32 = 8 * NAT;
/// Price of a tone mark on a letter that takes none.
const STRAY: u32 = 8 * NAT;
/// A letter of a script without a model among units of UTF-16: half of all pairs of bytes are one.
const OUTLANDISH: u32 = 3 * NAT;
/// A Latin letter that stands for its Cyrillic twin.
const TWIN: u32 = NAT;
/// A letter alone before a digit: a pound, a section sign or a copyright sign that is read as a letter. Prices of a shop made a page
/// Russian otherwise.
const BEFORE_DIGIT: u32 = 8 * NAT;
/// A small letter that begins a word, or a copyright sign, right before a capital: an inverted question mark or a guillemet that is read as
/// something else. Set by hand, as the next two are: on 1,447 pieces of manuals in some thirty languages, 153 wrong answers without these rules and
/// those of `Signs` in `contest` and of `alphabet`, 109 with them; on the development set 0.05 % more are right.
const BEFORE_CAPITAL: u32 = 8 * NAT;
/// What three dots behind a Latin letter cost less: the model was made from texts that hardly have them there.
const DOTS: u32 = 7 * NAT;
/// What a dash behind a blank costs less, likewise.
const DASH: u32 = 3 * NAT;
/// What a no-break space costs more than a blank where no word ends: cells of tables hold nothing else.
const NO_BREAK: u32 = 2 * NAT;
/// Hanja in EUC-KR: texts of our day hardly hold any.
const HANJA: u32 = 2 * NAT;
/// See [`lonely`].
const LONELY: u32 = 6 * NAT;
/// See [`amid`].
const AMID: u32 = 10 * NAT;
/// Price of a reading that explains the bytes beyond ASCII as errors and cuts and finds not one character in them.
const NEVER: u32 = 8 * NAT;

/// Steps of the model that were taken already: readings differ in few characters, so most steps of a contest are taken many times.
#[derive(Debug, Default)]
pub(super) struct Steps {
    taken: Vec<Taken>,
    /// Whether steps are remembered: not worth it for two or three readings.
    remembers: bool,
}

/// A step of the model.
#[derive(Clone, Copy, Debug)]
struct Taken {
    before: State,
    after: State,
    c: u32,
    price: u32,
}

/// Steps that are remembered, a power of two.
const REMEMBERED: usize = 128;

impl Steps {
    /// For so many readings.
    pub fn of(readings: usize) -> Steps {
        Steps { taken: Vec::new(), remembers: readings > 3 }
    }

    #[inline]
    fn step(&mut self, model: &Model, state: State, c: char) -> (State, u32) {
        if !self.remembers || c >= '\u{2E80}' {
            // Readings hardly ever agree on an ideograph.
            return model.step(state, c);
        }
        if self.taken.is_empty() {
            self.taken = vec![Taken { before: model.start(), after: model.start(), c: u32::MAX, price: 0 }; REMEMBERED];
        }
        let taken = &mut self.taken[(state.mixed_with(c) >> 57) as usize % REMEMBERED];
        if taken.before != state || taken.c != c as u32 {
            let (after, price) = model.step(state, c);
            *taken = Taken { before: state, after, c: c as u32, price };
        }
        (taken.after, taken.price)
    }
}

/// One reading of the sample: a charset and where its first character begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lane {
    pub codec: Codec,
    /// Its number among the single-byte candidates, or [`pages::NONE`].
    pub page: u8,
    /// Bytes of a character cut off at the start of the document.
    pub torn: usize,
    /// What it has paid so far, prior included, in 1/16 nat.
    pub cost: u32,
    /// Characters it has read.
    pub chars: u32,
    /// Malformed sequences and controls among them.
    pub errors: u32,
    /// Controls alone.
    pub controls: u32,
    /// Characters beyond ASCII that are no errors; letters that await a tone mark included.
    pub beyond: u32,
    /// What letters cost that may belong to languages the model does not have, in 1/16 nat: a lane is not dropped for that, see `refine`, as
    /// long as one of these languages suits it.
    pub credit: u32,
    /// One language of `alphabet` has the letters it has read, but for strays.
    pub suits: bool,
    /// How much further behind it may be because it is declared, in 1/16 nat.
    pub patience: u32,
    /// The last character was an ASCII one.
    behind_ascii: bool,
    /// The last character was a Cyrillic letter, or passed for one.
    in_cyrillic: bool,
    /// The last character was a letter beyond ASCII or a half-width kana, and the one before it no letter.
    alone: bool,
    /// The last character was a small letter beyond ASCII, and the one before it no letter; or it was a copyright sign.
    before_no_capital: bool,
    /// The last character was a letter.
    in_word: bool,
    /// The last character when it was a sign or a blank of ASCII, or 0: rows of them say nothing, and what they cost differs from language
    /// to language.
    sign: u8,
    /// How many bytes of the window it has read.
    pub at: usize,
    state: State,
    /// A letter of windows-1258 that may still take a tone mark.
    base: Option<char>,
}

impl Lane {
    /// Of a charset whose first character begins `torn` bytes into the document.
    pub fn new(codec: Codec, torn: usize, prior: u32, model: &Model) -> Lane {
        let cost = prior + if torn > 0 { CUT } else { 0 };
        Lane {
            codec,
            page: Pages::get().number(codec),
            torn,
            cost,
            chars: 0,
            errors: 0,
            controls: 0,
            beyond: 0,
            credit: 0,
            suits: true,
            patience: 0,
            behind_ascii: true,
            in_cyrillic: false,
            alone: false,
            before_no_capital: false,
            in_word: false,
            sign: 0,
            at: 0,
            state: start(codec, model),
            base: None,
        }
    }

    /// A lane that has read nothing, without prior.
    pub fn over(codec: Codec) -> Lane {
        Lane::new(codec, 0, 0, Model::shared())
    }

    /// Reads all of some bytes that begin with a character; what came before stays its context.
    pub fn read_all(&mut self, steps: &mut Steps, bytes: &[u8], torn_end: bool) {
        self.at = 0;
        self.read(Model::shared(), steps, bytes, bytes.len(), u32::MAX, torn_end);
    }

    /// What it has paid without what may be given back to it.
    pub fn hope(&self) -> u32 {
        self.cost.saturating_sub(self.given_back())
    }

    /// What may be given back to it.
    pub fn given_back(&self) -> u32 {
        self.patience + if self.suits { self.credit } else { 0 }
    }

    /// Goes to a new line at no cost.
    pub fn break_line(&mut self, model: &Model, steps: &mut Steps) {
        self.state = steps.step(model, self.state, '\n').0;
        self.base = None;
        // No character stands before the next one.
        (self.alone, self.before_no_capital, self.in_word, self.sign) = (false, false, false, b'\n');
    }

    /// What it has paid, and what the whole text must pay.
    pub fn total(&self) -> u32 {
        self.cost + if self.beyond == 0 { NEVER } else { 0 }
    }

    #[inline]
    fn pay(&mut self, model: &Model, steps: &mut Steps, c: char) {
        let before = self.sign;
        if repeats(&mut self.sign, c) {
            self.chars += 1;
            return;
        }
        if c > '\u{7F}' || self.in_cyrillic || self.alone || self.before_no_capital {
            return self.pay_any(model, steps, c, before);
        }
        let (next, price) = steps.step(model, self.state, c);
        self.state = next;
        self.behind_ascii = true;
        self.in_word = c.is_ascii_alphabetic();
        self.cost += price;
        self.chars += 1;
        if is_control(c) {
            self.errors += 1;
            self.controls += 1;
        }
    }

    /// The same for any character; `before`: the sign or blank of ASCII before it, as `sign` has it.
    fn pay_any(&mut self, model: &Model, steps: &mut Steps, c: char, before: u8) {
        let mut modelled = as_modelled(self.codec, c);
        if self.in_cyrillic
            && let Some(twin) = cyrillic_twin(c)
        {
            modelled = twin;
            self.cost += TWIN;
        }
        if c == '\u{A0}' {
            if self.in_word {
                modelled = c;
            } else {
                self.cost += NO_BREAK;
            }
        }
        self.in_cyrillic = ('\u{400}'..='\u{52F}').contains(&modelled);
        if self.alone && modelled.is_ascii_digit() {
            self.cost += BEFORE_DIGIT;
        }
        if self.before_no_capital && modelled.is_ascii_uppercase() {
            self.cost += BEFORE_CAPITAL;
        }
        self.alone = !self.in_word && (('\u{80}'..'\u{700}').contains(&c) && c.is_alphabetic() || ('\u{FF61}'..='\u{FF9F}').contains(&c));
        // A micro sign goes before capitals.
        self.before_no_capital = c == '©' || !self.in_word && ('\u{C0}'..'\u{2E80}').contains(&c) && c.is_lowercase();
        let is_dash = matches!(c, '–' | '—') && before == b' ';
        let is_ending = c == '…' && self.in_word && self.behind_ascii && self.reads_bytes();
        self.in_word = modelled.is_alphabetic();
        let (next, price) = steps.step(model, self.state, modelled);
        self.state = next;
        // The model prices letters it has hardly seen like noise, and another reading may be cheap in a language the text is not in: letters of
        // languages the model does not have are weighed when that is known.
        if self.behind_ascii && alphabet::knows(c) {
            self.credit += price;
        }
        self.behind_ascii = c.is_ascii();
        let less = match () {
            () if is_ending => DOTS,
            () if is_dash => DASH,
            () => 0,
        };
        self.cost += price.saturating_sub(less) + surcharge(c);
        if !self.codec.holds_ascii() && c > '\u{7FF}' && c.is_alphabetic() && !model.is_known(c) {
            self.cost += OUTLANDISH;
        }
        if self.codec == Codec::EUC_KR && ('\u{4E00}'..='\u{9FFF}').contains(&c) {
            self.cost += HANJA;
        }
        self.chars += 1;
        if is_control(c) {
            self.errors += 1;
            self.controls += 1;
        }
    }

    /// Reads on until `limit` bytes of the window are behind it or `ceiling` is passed. `torn_end`: the window ends inside a text.
    pub fn read(&mut self, model: &Model, steps: &mut Steps, window: &[u8], limit: usize, ceiling: u32, torn_end: bool) {
        if self.at >= limit {
            return;
        }
        if self.reads_bytes() {
            let limit = limit.min(window.len());
            while self.at < limit && self.hope() < ceiling {
                self.read_byte(model, steps, window[self.at]);
            }
            return self.end(model, steps, window);
        }
        let end = window.len();
        let pairs = self.codec.is_double_byte();
        let from = self.at;
        self.at = self.codec.visit(window, from, |at, step| match step {
            Step::One(c, n) => {
                self.beyond += u32::from(c > '\u{7F}');
                if n == 2 && pairs {
                    self.cost += if window[at + 1] < 0x80 { lonely(window, at) } else { amid(window, at) };
                }
                self.pay(model, steps, c);
                at + n < limit && self.hope() < ceiling
            }
            Step::Two(a, b, n) => {
                self.pay(model, steps, a);
                self.pay(model, steps, b);
                at + n < limit
            }
            Step::Bad(n) => {
                if torn_end && at + n == end && is_cut(self.codec, &window[at..]) {
                    self.cost += CUT;
                } else {
                    self.pay(model, steps, '\u{FFFD}');
                    self.errors += 1;
                    if !self.codec.holds_ascii() {
                        // A broken unit of UTF-16 or UTF-32 must not be cheaper than the two or four characters it would be elsewhere.
                        self.cost += n as u32 * DAMAGED_BYTE;
                    }
                }
                at + n < limit && self.hope() < ceiling
            }
        });
    }

    /// Pays at the end of a window for a letter that still waits for its tone mark.
    pub fn end(&mut self, model: &Model, steps: &mut Steps, window: &[u8]) {
        if self.at >= window.len()
            && let Some(base) = self.base.take()
        {
            self.pay(model, steps, base);
        }
    }

    /// True when each byte is a character.
    pub fn reads_bytes(&self) -> bool {
        self.page != pages::NONE
    }

    /// True when a byte may be paid for together with the next one.
    pub fn composes(&self) -> bool {
        self.codec == Codec::WINDOWS_1258
    }

    /// Reads one more byte of the window, when it [reads bytes](Lane::reads_bytes).
    #[inline]
    pub fn read_byte(&mut self, model: &Model, steps: &mut Steps, byte: u8) {
        self.at += 1;
        match Pages::get().char(self.page, byte) {
            Some(c) => {
                self.beyond += u32::from(c > '\u{7F}');
                if self.composes() { self.pay_composed(model, steps, c) } else { self.pay(model, steps, c) }
            }
            None => {
                if let Some(base) = self.base.take() {
                    self.pay(model, steps, base);
                }
                self.pay(model, steps, '\u{FFFD}');
                self.errors += 1;
            }
        }
    }

    /// True when it will pay what another one pays, as long as both read the same characters.
    pub fn alike(&self, other: &Lane) -> bool {
        self.base == other.base
            && self.state.alike(other.state)
            && self.behind_ascii == other.behind_ascii
            && self.in_cyrillic == other.in_cyrillic
            && self.alone == other.alone
            && self.before_no_capital == other.before_no_capital
            && self.in_word == other.in_word
            && self.sign == other.sign
    }

    /// Pays what another one paid from `before` to `after`, which read the same characters, and stands where that one stands.
    pub fn pay_like(&mut self, before: &Lane, after: &Lane) {
        self.cost += after.cost - before.cost;
        self.credit += after.credit - before.credit;
        self.chars += after.chars - before.chars;
        self.errors += after.errors - before.errors;
        self.controls += after.controls - before.controls;
        self.beyond += after.beyond - before.beyond;
        (self.state, self.behind_ascii, self.base) = (after.state, after.behind_ascii, after.base);
        (self.in_cyrillic, self.alone, self.before_no_capital) = (after.in_cyrillic, after.alone, after.before_no_capital);
        (self.in_word, self.sign) = (after.in_word, after.sign);
        self.at += after.at - before.at;
    }

    /// windows-1258 writes a letter and its tone mark as two bytes; the model knows them as one character.
    fn pay_composed(&mut self, model: &Model, steps: &mut Steps, c: char) {
        if let Some(base) = self.base.take() {
            match if is_tone(c) { compose(base, c) } else { None } {
                Some(whole) => return self.pay(model, steps, whole),
                None => self.pay(model, steps, base),
            }
        }
        if is_tone(c) {
            self.cost += STRAY;
        }
        if takes_tone(c) {
            self.base = Some(c);
        } else {
            self.pay(model, steps, c);
        }
    }
}

/// Whether a character repeats a sign or a blank of ASCII; `sign` is what the last character was, 0 for any other, and becomes what this
/// one is.
#[inline]
pub(super) fn repeats(sign: &mut u8, c: char) -> bool {
    let is_sign = c.is_ascii() && !c.is_ascii_alphanumeric() && !is_control(c);
    let now = if is_sign { c as u8 } else { 0 };
    std::mem::replace(sign, now) == now && is_sign
}

/// What a reading knows of its language before the first character.
fn start(codec: Codec, model: &Model) -> State {
    match codec {
        Codec::GB18030 | Codec::BIG5 => model.start_in(Language::Chinese),
        Codec::SHIFT_JIS | Codec::EUC_JP => model.start_in(Language::Japanese),
        Codec::EUC_KR | Codec::JOHAB => model.start_in(Language::Korean),
        _ => model.start(),
    }
}

/// What characters cost on top that wrong readings are full of and real texts hardly ever hold: single letters of Hangul, line
/// drawing, the currency sign, controls, half-width katakana.
fn surcharge(c: char) -> u32 {
    match c {
        '\u{3130}'..='\u{318F}' => 6 * NAT,
        '\u{2500}'..='\u{259F}' => 2 * NAT,
        '¤' => 8 * NAT,
        '\u{80}'..='\u{9F}' => 6 * NAT,
        '\u{FF61}'..='\u{FF9F}' => 3 * NAT / 2,
        _ => 0,
    }
}

/// The character the model knows for one that is only another form of it: Romanian letters with a cedilla, as all charsets before
/// Unicode wrote them, half-width katakana, and the blank that does not break.
pub(super) fn as_modelled(codec: Codec, c: char) -> char {
    const FULL: [char; 56] = [
        'ヲ', 'ァ', 'ィ', 'ゥ', 'ェ', 'ォ', 'ャ', 'ュ', 'ョ', 'ッ', 'ー', 'ア', 'イ', 'ウ', 'エ', 'オ', 'カ', 'キ', 'ク', 'ケ', 'コ', 'サ',
        'シ', 'ス', 'セ', 'ソ', 'タ', 'チ', 'ツ', 'テ', 'ト', 'ナ', 'ニ', 'ヌ', 'ネ', 'ノ', 'ハ', 'ヒ', 'フ', 'ヘ', 'ホ', 'マ', 'ミ', 'ム',
        'メ', 'モ', 'ヤ', 'ユ', 'ヨ', 'ラ', 'リ', 'ル', 'レ', 'ロ', 'ワ', 'ン',
    ];
    match c {
        'Ţ' => 'Ț',
        'ţ' => 'ț',
        'Ş' if matches!(codec, Codec::WINDOWS_1250 | Codec::ISO_8859_2) => 'Ș',
        'ş' if matches!(codec, Codec::WINDOWS_1250 | Codec::ISO_8859_2) => 'ș',
        '\u{FF66}'..='\u{FF9D}' => FULL[c as usize - 0xFF66],
        '\u{FF9E}' | '\u{FF9F}' => 'ー',
        '｡' => '。',
        '｢' => '「',
        '｣' => '」',
        '､' => '、',
        '･' => '・',
        '\u{A0}' => ' ',
        _ => c,
    }
}

/// The Cyrillic letter that looks like a Latin one: typed and scanned texts mix them within a word.
fn cyrillic_twin(c: char) -> Option<char> {
    Some(match c {
        'a' => 'а',
        'c' => 'с',
        'e' => 'е',
        'i' => 'і',
        'j' => 'ј',
        'o' => 'о',
        'p' => 'р',
        'x' => 'х',
        'y' => 'у',
        _ => return None,
    })
}

/// A vowel of Vietnamese.
fn takes_tone(c: char) -> bool {
    matches!(
        c,
        'a' | 'ă'
            | 'â'
            | 'e'
            | 'ê'
            | 'i'
            | 'o'
            | 'ô'
            | 'ơ'
            | 'u'
            | 'ư'
            | 'y'
            | 'A'
            | 'Ă'
            | 'Â'
            | 'E'
            | 'Ê'
            | 'I'
            | 'O'
            | 'Ô'
            | 'Ơ'
            | 'U'
            | 'Ư'
            | 'Y'
    )
}

/// A tone mark of windows-1258.
fn is_tone(c: char) -> bool {
    matches!(c, '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}')
}

/// What a pair with an ASCII trail costs on top when its lead stands alone among ASCII letters: that is how an accented letter inside
/// a Latin word looks when it is read as a pair.
pub(super) fn lonely(window: &[u8], at: usize) -> u32 {
    let before = at.checked_sub(1).map_or(b' ', |i| window[i]);
    let after = window.get(at + 2).copied().unwrap_or(b' ');
    let inside = before.is_ascii_alphabetic() || after.is_ascii_alphabetic();
    if before < 0x80 && after < 0x80 && inside { LONELY } else { 0 }
}

/// What a pair beyond ASCII costs on top between two small letters of ASCII: two accented letters of a Latin word look like that, and
/// ideographs hardly ever stand within a word.
fn amid(window: &[u8], at: usize) -> u32 {
    let is_small = |i: Option<usize>| i.and_then(|i| window.get(i)).is_some_and(u8::is_ascii_lowercase);
    if is_small(at.checked_sub(1)) && is_small(Some(at + 2)) { AMID } else { 0 }
}

/// True when `rest` is the beginning of a character and not all of it.
fn is_cut(codec: Codec, rest: &[u8]) -> bool {
    match (codec, rest) {
        (Codec::UTF_8, _) => std::str::from_utf8(rest).is_err_and(|e| e.error_len().is_none()),
        (Codec::UTF_16LE, [_] | [_, 0xD8..=0xDB]) | (Codec::UTF_16BE, [_] | [0xD8..=0xDB, _]) => true,
        (Codec::UTF_32LE | Codec::UTF_32BE, [_] | [_, _] | [_, _, _]) => true,
        (Codec::GB18030, [0x81..=0xFE, b'0'..=b'9'] | [0x81..=0xFE, b'0'..=b'9', 0x81..=0xFE]) => true,
        (Codec::EUC_JP, [0x8F, 0xA1..=0xFE]) => true,
        (_, [0x81..=0xFE]) => codec.is_double_byte(),
        _ => false,
    }
}

/// A control character that has no business in text.
pub(super) fn is_control(c: char) -> bool {
    (c < ' ' && !matches!(c, '\t' | '\n' | '\r' | '\u{C}')) || ('\u{7F}'..'\u{A0}').contains(&c)
}
