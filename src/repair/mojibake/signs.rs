//! What each character of the basic plane says before anything else is asked: how rare it is, and which bytes it stands for in which
//! charsets. How evidence adds up over a line is in `suspect`.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, Ordering};

use super::charset::{Pairs, Reading};
use super::kinds::{is_emoji, is_latin, is_letter};
#[cfg(test)]
use super::mixed;
use crate::model::Model;

/// What a character says before anything else is asked.
pub(super) mod class {
    /// Weighs what `weight` says.
    pub const PLAIN: u8 = 0;
    /// Stands for a byte beyond ASCII in some single-byte charset.
    pub const HIGH: u8 = 1;
    /// Han, kana, Hangul, private use: what pairs of bytes look like.
    pub const WIDE: u8 = 2;
    /// ASCII letter.
    pub const LETTER: u8 = 4;
    pub const NEWLINE: u8 = 3;
    /// Bits beside the class: what must not stand side by side.
    pub const KANA: u8 = 0x10;
    pub const CHINESE: u8 = 0x20;
    pub const BOTH: u8 = KANA | CHINESE;
    pub const OF: u8 = 0x0f;
}

/// Weights in 1/4 nats.
pub(super) mod weight {
    /// A character that stands for a byte sequence of UTF-8 with its neighbour.
    pub const SEQUENCE: i32 = 34;
    /// One that letters may stand for, side by side as they do in words: three of them are one.
    pub const LITTLE: i32 = 11;
    /// Two neighbours that are bytes beyond ASCII in one charset.
    pub const HIGH_PAIR: i32 = 7;
    /// A Han character between Latin letters, a Cyrillic one beside one.
    pub const MIXED_WORD: i32 = 26;
    /// A capital beyond ASCII behind a small letter of ASCII: with two letters that may be one it is enough.
    pub const MID_WORD: i32 = 6;
    /// Upper case after lower case inside a word without Latin letters: seldom enough in clean text to be looked at by itself.
    pub const UPSIDE_DOWN: i32 = 14;
    /// Upper case after upper case in Cyrillic: KOI8 and windows-1251 swap the cases.
    pub const SHOUT: i32 = 6;
    pub const DAMAGE: i32 = 34;
    /// A small letter with a mark that stands again behind one capital or bracket: three of them are enough.
    pub const ALTERNATE: i32 = 9;
    pub const ASCII: i32 = -2;
    /// A letter of another alphabet than Latin that shows nothing.
    pub const LETTER: i32 = -1;
    /// A jamo by itself that nobody writes so.
    #[cfg(test)]
    pub const JAMO: i32 = 6;
    /// Kana beside Han that Japanese does not have.
    pub const CLASH: i32 = 18;
    /// What clean Chinese costs a character at most on the average, by single characters alone.
    #[cfg(test)]
    pub const CLEAN: i32 = 30;
}

/// What a character that stands for a byte is among letters and signs, in bits.
pub(super) mod kind {
    /// A letter, or a sign of a script whose words have such.
    pub const LETTER: u8 = 1;
    /// Of an alphabet of its own, or no letter and beside one a sign of bytes.
    pub const OTHER: u8 = 2;
    pub const CYRILLIC: u8 = 4;
    pub const UPPER: u8 = 8;
    /// Of Cyrillic ones.
    pub const LOWER: u8 = 16;
    /// Latin letters and signs, accents by themselves, and boxes: two of them side by side are odd.
    pub const ODD_PAIR: u8 = 32;
    pub const SIGN: u8 = OTHER | ODD_PAIR;
    /// A control.
    pub const C1: u8 = 64;
    pub const TILDE: u8 = 128;
}

/// Weight and flags of a character in one byte, for what most Chinese text consists of.
pub(super) mod packed {
    /// Bits of the weight, and what stands there for 0.
    pub const WEIGHT: u8 = 0x3f;
    pub const ZERO: i32 = 12;
    /// In place of a weight: a character of class `HIGH`.
    pub const HIGH: u8 = 0x3f;
    pub const KANA: u8 = 0x40;
    pub const CHINESE: u8 = 0x80;
    pub const BOTH: u8 = KANA | CHINESE;
}

/// Per character of the basic plane.
pub(super) struct Table {
    /// Weight and class.
    pub at: Vec<(i8, u8)>,
    /// The same, packed.
    pub packed: &'static [u8; 0x1_0000],
    /// Index into `high`, 0 = none.
    pub index: Vec<u16>,
    pub high: Vec<High>,
    /// Byte of each `high` in each single-byte reading.
    bytes: Vec<[u8; READINGS]>,
    /// What each `high` is among letters and signs: bits of [`kind`].
    pub kinds: Vec<u8>,
    /// The no-break space and the quotation marks it stands beside.
    quotes: [u16; 3],
    /// The dashes it stands beside.
    dashes: [u16; 2],
    /// Whether each `high` is a letter of Russian, but ё: what bytes go on with in no charset that has them begin something.
    russian: Vec<bool>,
    /// The letters of French that end words, read as Latin-1, and begin what Han of three bytes are read as.
    finals: [u16; 2],
    /// What each two of `high` weigh side by side, by the first: a [`Beside`], or [`Beside::UNKNOWN`] where it was not asked for yet.
    beside: Vec<OnceLock<Box<[AtomicU8]>>>,
    /// What characters of two bytes are, by their number: bits of [`means`].
    two: &'static [u8; 0x800],
    /// Which characters of three bytes are of no noise, in bits.
    means: &'static [u8; 0x2000],
}

/// What a character that a sequence may mean is, in bits.
mod means {
    /// Of no noise.
    pub const SOMETHING: u8 = 1;
    /// A letter of another alphabet than Latin.
    pub const OTHER: u8 = 2;
}

/// What two neighbours weigh if nothing longer ends with them, one more than that, and whether a sequence of three bytes or four may.
#[derive(Clone, Copy)]
pub(super) struct Beside(u8);

impl Beside {
    const MAY_END: u8 = 0x80;
    /// In place of one: more than any two weigh.
    const UNKNOWN: u8 = 0xff;

    fn new(weight: i32, may_end: bool) -> Beside {
        Beside((weight - weight::LETTER) as u8 | if may_end { Beside::MAY_END } else { 0 })
    }

    #[inline]
    pub fn weight(self) -> i32 {
        i32::from(self.0 & !Beside::MAY_END) + weight::LETTER
    }

    #[inline]
    pub fn may_end(self) -> bool {
        self.0 & Beside::MAY_END != 0
    }
}

/// What neighbours say as a sequence of UTF-8 under the readings there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Says {
    /// They are none, or one that means what no text has.
    Nothing,
    /// Something, but they are letters as words have them side by side, or mean a letter of another alphabet: only several are damage.
    Little,
    /// They are damage as they stand.
    Much,
}

/// Most single-byte readings there are: as many as a set of bits has.
pub(super) const READINGS: usize = 32;

impl Table {
    /// The byte a character was read from in each single-byte reading, by the place of the reading in [`Pairs::readings`]; 0 where it
    /// is none.
    #[inline]
    pub fn bytes_of(&self, c: char) -> Option<&[u8; READINGS]> {
        match self.index.get(c as usize) {
            None | Some(0) => None,
            Some(&number) => Some(&self.bytes[usize::from(number)]),
        }
    }

    /// In which readings two characters side by side may begin a sequence of UTF-8, in bits.
    #[inline]
    pub fn sequences(&self, a: char, b: char) -> u32 {
        let high = |c: char| self.index.get(c as usize).map_or(self.high[0], |n| self.high[usize::from(*n)]);
        let [two, three, four] = high(a).lead;
        (two | three | four) & high(b).next
    }

    /// What two neighbours say as a sequence of two bytes; U+FFFD goes on with one whatever the lead.
    fn two(&self, a: u16, b: u16) -> Says {
        let index = |c: char| self.index[c as usize];
        let is_greek = [index('Î'), index('Ï')].contains(&a);
        let (a, b) = (usize::from(a), usize::from(b));
        let words = self.kinds[a] & self.kinds[b] & kind::LETTER != 0 && a != usize::from(index('Ã'));
        let mut readings = self.high[a].lead[0] & self.high[b].next;
        let mut says = Says::Nothing;
        while readings != 0 && says != Says::Much {
            let reading = readings.trailing_zeros() as usize;
            readings &= readings - 1;
            let (first, last) = (self.bytes[a][reading], self.bytes[b][reading]);
            let code = usize::from(first & 0x1f) << 6 | usize::from(last & 0x3f);
            // Of lost bytes everything is believed.
            let what = if last == 0 { means::SOMETHING } else { self.two[code] };
            // Raised digits and fractions: the model has not seen them.
            let numeral = !words && matches!(code, 0xb2 | 0xb3 | 0xbc..=0xbe);
            if what & means::SOMETHING != 0 || numeral {
                let other = what & means::OTHER != 0 && !is_greek;
                says = says.max(if words || other { Says::Little } else { Says::Much });
            }
        }
        says
    }

    /// What two neighbours weigh, by their numbers in `high`.
    #[inline]
    pub fn beside(&self, a: u16, b: u16) -> Beside {
        let of_first = || std::iter::repeat_with(|| AtomicU8::new(Beside::UNKNOWN)).take(self.high.len()).collect();
        let known = &self.beside[usize::from(a)].get_or_init(of_first)[usize::from(b)];
        match known.load(Ordering::Relaxed) {
            Beside::UNKNOWN => self.beside_first(a, b, known),
            beside => Beside(beside),
        }
    }

    /// Finds out what two neighbours weigh and notes it. Whoever else does so at the same time notes the same.
    #[cold]
    fn beside_first(&self, a: u16, b: u16, known: &AtomicU8) -> Beside {
        let may_end = self.high[usize::from(a)].next & self.high[usize::from(b)].next != 0;
        let beside = Beside::new(self.weight_of(a, b, Says::Nothing, false), may_end);
        known.store(beside.0, Ordering::Relaxed);
        beside
    }

    /// What two neighbours weigh when longer sequences that end with them say `longer`, and whether there are any.
    #[cold]
    pub fn weight_of(&self, a: u16, b: u16, longer: Says, any_longer: bool) -> i32 {
        let (high, was, is) = (&self.high[usize::from(b)], self.kinds[usize::from(a)], self.kinds[usize::from(b)]);
        let before = &self.high[usize::from(a)];
        let two = before.lead[0] & high.next != 0;
        let letters = was & is & kind::LETTER != 0;
        let after_sign = was & (kind::SIGN | kind::LETTER) == kind::SIGN && is & kind::LETTER != 0;
        let mut w = if is & kind::C1 != 0 { weight::DAMAGE } else { 0 };
        w += match longer.max(if two { self.two(a, b) } else { Says::Nothing }) {
            Says::Much => weight::SEQUENCE,
            Says::Little => weight::LITTLE,
            Says::Nothing if self.sets_quotes(a, b) => 0,
            Says::Nothing if (two || any_longer) && !letters => weight::HIGH_PAIR,
            Says::Nothing if (is & kind::ODD_PAIR != 0 || after_sign) && before.any & high.any != 0 => weight::HIGH_PAIR,
            Says::Nothing => 0,
        };
        if is & kind::UPPER != 0 {
            w += if was & kind::LOWER != 0 { weight::UPSIDE_DOWN } else { 0 };
            w += if was & (kind::CYRILLIC | kind::LOWER) == kind::CYRILLIC { weight::SHOUT } else { 0 };
        }
        // The letters of an alphabet of its own stand side by side.
        if w == 0 && letters && is & kind::OTHER != 0 { weight::LETTER } else { w }
    }

    /// Whether the last of three says more with both before it, in `readings`, than with the one before it alone.
    #[cfg(test)]
    pub fn says_more(&self, [a, b, c]: [u16; 3], readings: u32) -> bool {
        self.weight_of(b, c, self.more(&[a, b, c], readings), true) != self.beside(b, c).weight()
    }

    /// Whether two neighbours are a no-break space and a quotation mark, as French sets them.
    #[inline]
    pub fn sets_quotes(&self, a: u16, b: u16) -> bool {
        let [blank, open, close] = self.quotes;
        a == blank && (b == open || b == close) || b == blank && (a == open || a == close)
    }

    /// Whether a no-break space stands behind a word as Russian sets it, by the numbers of the last three in a row: before a dash. It is no
    /// byte of something then, for what begins with the last letter would have to stand right behind another beginning.
    #[inline]
    pub fn sets_blank(&self, [before, last, blank]: [u16; 3]) -> bool {
        blank == self.quotes[0] && self.russian[usize::from(last)] && self.russian[usize::from(before)]
    }

    /// Whether this is a no-break space.
    #[inline]
    pub fn is_blank(&self, number: u16) -> bool {
        number == self.quotes[0]
    }

    /// Whether this is a dash or a no-break space.
    pub fn is_dash(&self, number: u16) -> bool {
        number == self.quotes[0] || self.dashes.contains(&number)
    }

    /// Whether these end a quotation as French sets it, if a letter stands before them.
    #[inline]
    pub fn ends_quotation(&self, all: [u16; 3]) -> bool {
        let [letter, blank, close] = all;
        close == self.quotes[2] && blank == self.quotes[0] && self.finals.contains(&letter)
    }

    /// What three or four neighbours say in `readings`. Of lost bytes everything is believed.
    pub fn more(&self, all: &[u16], mut readings: u32) -> Says {
        let mut says = Says::Nothing;
        while readings != 0 && says == Says::Nothing {
            let reading = readings.trailing_zeros() as usize;
            readings &= readings - 1;
            let mut code = [0; 4];
            for (to, h) in code.iter_mut().zip(all) {
                *to = self.bytes[usize::from(*h)][reading];
            }
            let code = &code[..all.len()];
            // Bytes that are lost, and halves of a pair of surrogates.
            let means = code.contains(&0)
                || code[0] == 0xed
                || match *code {
                    [a, b, c] => {
                        let code = u32::from(a & 0x0f) << 12 | u32::from(b & 0x3f) << 6 | u32::from(c & 0x3f);
                        self.means[code as usize / 8] >> (code % 8) & 1 == 1
                    }
                    _ => std::str::from_utf8(code).is_ok_and(|s| !s.chars().all(is_noise)),
                };
            if means {
                let quoted = matches!(all, [_, a, b] if *a == self.quotes[0] && *b == self.quotes[2]);
                let letters = all.iter().all(|h| self.kinds[usize::from(*h)] & kind::LETTER != 0);
                says = if letters || quoted { Says::Little } else { Says::Much };
            }
        }
        says
    }
}

/// Whether a character is one that no text has where a repair could put it: what sequences that are none mean most often.
fn is_noise(c: char) -> bool {
    !(Model::shared().is_known(c) || is_emoji(c) || is_latin(c) || matches!(c, '\u{300}'..='\u{36f}' | '©' | '®'))
}

/// In which single-byte readings (bits, in the order of [`Pairs::readings`]) a character is what kind of byte.
#[derive(Clone, Copy, Default)]
pub(super) struct High {
    pub any: u32,
    /// C2..=DF, E0..=EF and F0..=F4: begins a sequence of two, three, four bytes in UTF-8.
    pub lead: [u32; 3],
    /// 80..=BF: goes on with one.
    pub next: u32,
}

pub(super) fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(build)
}

/// What follows from the character model and the decoders, made by the test `tables_follow_from_the_model`: [`Table::packed`], [`Table::two`],
/// [`Table::means`], behind them what [`super::alphabet`] has.
const FILE: &[u8] = include_bytes!("../../data/signs.bin");

/// The first bytes of the file from `at` on.
fn cut<const N: usize>(at: usize) -> &'static [u8; N] {
    FILE[at..].first_chunk().expect("src/data/signs.bin is whole")
}

const TWO: usize = 0x1_0000;
const MEANS: usize = TWO + 0x800;
const ALPHABETS: usize = MEANS + 0x2000;

/// What the file says of the alphabets.
pub(super) fn alphabets() -> &'static [u8] {
    &FILE[ALPHABETS..]
}

/// Whether a character is Han, kana, Hangul or half of one, as far as code points tell; not one of private use.
fn is_in_blocks(code: u32) -> bool {
    matches!(code, 0x3000..=0x30ff | 0x3130..=0x318e | 0x3400..=0x9fff | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xff61..=0xff9f)
}

fn build() -> Table {
    let mut t = Table {
        at: vec![(0, class::PLAIN); 0x1_0000],
        packed: cut(0),
        index: vec![0; 0x1_0000],
        high: vec![High::default()],
        bytes: vec![[0; READINGS]],
        kinds: vec![0],
        quotes: [0; 3],
        dashes: [0; 2],
        russian: Vec::new(),
        finals: [0; 2],
        beside: Vec::new(),
        two: cut(TWO),
        means: cut(MEANS),
    };
    // From U+3000 on only: nothing before it is wide.
    for (code, (at, packed)) in t.at.iter_mut().zip(t.packed).enumerate().skip(0x3000) {
        if is_in_blocks(code as u32) || (0xe000..=0xf8ff).contains(&code) {
            let kana = if packed & packed::KANA != 0 { class::KANA } else { 0 };
            let chinese = if packed & packed::CHINESE != 0 { class::CHINESE } else { 0 };
            *at = ((packed & packed::WEIGHT) as i8 - packed::ZERO as i8, class::WIDE | kana | chinese);
        }
    }
    for (bit, (codec, _)) in Pairs::get().readings.iter().enumerate().filter(|(_, (c, _))| c.is_single_byte()) {
        let Some(reading) = Reading::new(*codec) else { continue };
        for c in reading.of_bytes(*codec) {
            let Some(byte) = reading.bytes(c).filter(|b| b.1 == 1).map(|b| b.0[0]) else { continue };
            let code = c as usize;
            if t.index[code] == 0 {
                t.index[code] = t.high.len() as u16;
                t.high.push(High::default());
                t.bytes.push([0; READINGS]);
                t.kinds.push(kind(code as u32));
                t.at[code] = (0, class::HIGH);
            }
            t.bytes[usize::from(t.index[code])][bit] = byte;
            let high = &mut t.high[usize::from(t.index[code])];
            high.any |= 1 << bit;
            match byte {
                0x80..=0xbf => high.next |= 1 << bit,
                0xc2..=0xdf => high.lead[0] |= 1 << bit,
                0xe0..=0xef => high.lead[1] |= 1 << bit,
                0xf0..=0xf4 => high.lead[2] |= 1 << bit,
                _ => {}
            }
        }
    }
    // U+FFFD may stand for any byte.
    t.index[0xfffd] = t.high.len() as u16;
    t.high.push(High { any: u32::MAX, lead: [0; 3], next: u32::MAX });
    t.bytes.push([0; READINGS]);
    t.kinds.push(0);
    t.quotes = ['\u{a0}', '«', '»'].map(|c| t.index[c as usize]);
    t.dashes = ['—', '–'].map(|c| t.index[c as usize]);
    t.finals = ['é', 'è'].map(|c| t.index[c as usize]);
    t.russian = vec![false; t.high.len()];
    for code in 0x410..0x450usize {
        t.russian[usize::from(t.index[code])] = true;
    }
    t.russian[0] = false;
    t.beside = (0..t.high.len()).map(|_| OnceLock::new()).collect();
    t.at[0xfffd].1 = class::HIGH;
    for code in (0x41..=0x5a).chain(0x61..=0x7a) {
        t.at[code].1 = class::LETTER;
    }
    for code in 0..0x80 {
        t.at[code].0 = weight::ASCII as i8;
    }
    t.at[0x0a].1 = class::NEWLINE;
    t
}

/// The bits of [`kind`] of a character beyond ASCII.
fn kind(code: u32) -> u8 {
    let Some(c) = char::from_u32(code) else { return 0 };
    let cyrillic = ('\u{400}'..'\u{460}').contains(&c);
    // Currency, section, degree and the like; accents by themselves; of mathematics; boxes. Not what opens a quotation, and no blank.
    let is_sign = matches!(code, 0xa1..=0xa9 | 0xac | 0xae..=0xb4 | 0xb6..=0xb9 | 0xbc..=0xbf | 0x2c6..0x2de | 0x207f | 0x2200..0x2330 | 0x2500..0x25a0);
    [
        (is_letter(c) || matches!(c, '\u{e31}'..='\u{e4e}'), kind::LETTER),
        (code >= 0x370 || is_sign, kind::OTHER),
        (cyrillic, kind::CYRILLIC),
        (c.is_uppercase(), kind::UPPER),
        (cyrillic && c.is_lowercase(), kind::LOWER),
        (code < 0x250 || is_sign, kind::ODD_PAIR),
        (code < 0xa0, kind::C1),
        (c == 'Ã', kind::TILDE),
    ]
    .into_iter()
    .fold(0, |bits, (holds, bit)| if holds { bits | bit } else { bits })
}

#[cfg(test)]
mod tests {
    use super::super::alphabet;
    use super::*;
    use crate::model::NAT;

    /// What a character of the blocks weighs, and its flags.
    fn weight_and_flags(model: &Model, c: char) -> (i32, u8) {
        let code = c as u32;
        let price = i32::from(model.price_alone(c)) * 4 / NAT as i32;
        let flag = match () {
            () if c == mixed::LONG_VOWEL => packed::CHINESE,
            () if mixed::is_kana(c) => packed::KANA,
            () if !mixed::is_rare_jamo(c) && (0x4e00..0xa000).contains(&code) && !mixed::is_japanese(c) => packed::CHINESE,
            () => 0,
        };
        let price = if mixed::is_rare_jamo(c) { weight::CLEAN + weight::JAMO } else { price };
        ((price - weight::CLEAN).clamp(-12, 40), flag)
    }

    #[test]
    fn tables_follow_from_the_model() {
        let (model, mut t) = (Model::shared(), build());
        let mut made = vec![packed::HIGH; 0x1_0000];
        for c in '\0'..='\u{ffff}' {
            let code = c as usize;
            let (weight, flags) = match code {
                0x41..=0x5a | 0x61..=0x7a | 0x0a => continue,
                0..0x80 => (weight::ASCII, 0),
                _ if t.index[code] != 0 => continue,
                0xff61..=0xff9f => (6, weight_and_flags(model, c).1),
                0xe000..=0xf8ff => (40, 0),
                _ if is_in_blocks(code as u32) => weight_and_flags(model, c),
                _ => (0, 0),
            };
            made[code] = (weight + packed::ZERO) as u8 | flags;
        }
        made[0xd800..0xe000].fill(packed::ZERO as u8);
        let of_two = |code: usize| {
            let c = char::from_u32(code as u32).unwrap_or('\u{fffd}');
            let other = if is_letter(c) && !is_latin(c) { means::OTHER } else { 0 };
            if is_noise(c) { other } else { other | means::SOMETHING }
        };
        let mut means = [0; 0x2000];
        for c in ('\u{800}'..='\u{ffff}').filter(|c| !is_noise(*c)) {
            means[c as usize / 8] |= 1 << (c as usize % 8);
        }
        // What letters say side by side follows from these.
        (t.two, t.means) = (Box::leak(Box::new(std::array::from_fn(of_two))), Box::leak(Box::new(means)));
        made.extend(t.two);
        made.extend(t.means);
        made.extend(alphabet::made(&t));
        crate::derived::check("signs.bin", FILE, &made);
    }
}
