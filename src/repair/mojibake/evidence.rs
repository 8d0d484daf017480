//! How evidence of mojibake adds up over a line: a cumulative sum with a floor, which odd characters raise and all others wear off. What
//! a character says by itself stands in `signs`; which lines are worth a look, in `suspect`.

use memchr::{memchr, memrchr};

use super::alphabet::Alphabet;
use super::mixed;
use super::signs::{Says, Table, class, kind, packed, weight};
use super::suspect::{HINT, Suspect};
use super::tally::tally;

/// Least evidence for each five bytes of Han, and the evidence from which on density does not matter; 1/4 nats.
const DENSITY: i32 = 8;
const BEYOND_DOUBT: i32 = 200;

/// Bytes after which a line is cut at the next ASCII that follows nothing odd, ASCII in a row that cuts any line, and how much of it
/// stays as context: long lines of markup are looked at in places.
pub(super) const CUT: usize = 4096;
const GAP: usize = 512;
pub(super) const CONTEXT: usize = 128;

/// The character of three bytes at `at`.
#[inline]
pub(super) fn code_of(bytes: &[u8], at: usize) -> u32 {
    u32::from(bytes[at] & 0x0f) << 12 | u32::from(bytes[at + 1] & 0x3f) << 6 | u32::from(bytes[at + 2] & 0x3f)
}

/// The evidence of a line so far.
#[derive(Default)]
pub(super) struct Walk {
    pub sum: i32,
    /// Where the sum last was zero.
    pub from: usize,
    pub best: i32,
    best_from: usize,
    best_to: usize,
    /// Whether the strongest evidence is of Han and the like alone, and where other evidence ended last.
    best_wide: bool,
    pub sign_end: usize,
    pub last: u8,
    /// One character of Han or the like so far, and whether an ASCII letter stands before it.
    mixed: i32,
    mixed_at: usize,
    /// Neighbours that no text has: evidence of a run, and its place.
    clash: i32,
    clash_from: usize,
    clash_to: usize,
    alone: bool,
    after_letter: bool,
    /// The last three characters that stand for bytes beyond ASCII by their numbers, the last one first, and how many of them stand side
    /// by side with it.
    numbers: [u16; 3],
    row: u8,
    /// Whether the last of them is a blank behind a Russian word, or a dash or blank behind that.
    is_set: bool,
    high_end: usize,
    /// What the last such character was.
    kind: u8,
    /// What the first of them says of the word it stands in, if another follows.
    turned: i32,
}

impl Walk {
    /// Han and the like with the punctuation and single blanks between, from `at` on; returns where they end. Most of Chinese and Korean
    /// text is walked here, by one look-up a character. Evidence below [`HINT`] is not kept: nobody asks for it.
    #[inline]
    pub fn run(&mut self, bytes: &[u8], t: &Table, at: usize) -> usize {
        // A letter of Vietnamese and the like, alone: the characters from U+1000 to U+1FFF that weigh nothing are no Han.
        if let Some(&[0xe1, b, c, next]) = bytes.get(at..at + 4)
            && next < 0xe0
            && t.packed[0x1000 | usize::from(b & 0x3f) << 6 | usize::from(c & 0x3f)] == packed::ZERO as u8
        {
            if self.alone && self.after_letter {
                self.mixed(weight::MIXED_WORD, at);
            }
            (self.alone, self.after_letter, self.last) = (false, self.last == class::LETTER, class::PLAIN);
            return at + 3;
        }
        let (mut end, mut sum, mut best, mut seen) = (at, self.sum, self.best.max(HINT - 1), 0);
        // Where the characters behind the last blank begin.
        let mut row = at;
        loop {
            // Up to where it is known since when the sum has not been zero.
            let mut known = end;
            loop {
                let kinds = tally(t.packed, bytes, &mut end, &mut sum, best);
                seen |= kinds;
                if sum <= best {
                    break;
                }
                best = sum;
                self.since(bytes, t, known, end, sum);
                known = end;
                (self.best, self.best_from, self.best_to, self.best_wide) = (sum, self.from, end, self.sign_end <= self.from);
            }
            if end == row {
                break;
            }
            if sum > 0 {
                self.since(bytes, t, known, end, sum);
            }
            if !matches!(bytes.get(end..end + 2), Some([b' ', 0xe3..=0xed])) {
                break;
            }
            // What `blank` says of one blank alone.
            if row == at {
                self.neighbours(bytes, t, at, end);
                if self.alone && self.after_letter {
                    self.mixed(weight::MIXED_WORD, end);
                }
            } else {
                self.after_letter = false;
            }
            (self.alone, self.last) = (false, 0);
            sum = (sum + weight::ASCII).max(0);
            end += 1;
            row = end;
        }
        if end == at {
            return at;
        }
        self.sum = sum;
        if seen & packed::BOTH == packed::BOTH {
            self.rows(bytes, t, at, end);
        }
        if end > row {
            self.neighbours(bytes, t, row, end);
        }
        end
    }

    /// Finds out since when a sum that is `sum` at byte `end` has not been zero, if it was between `known` and there.
    fn since(&mut self, bytes: &[u8], t: &Table, known: usize, end: usize, sum: i32) {
        let (mut at, mut rest) = (end, sum);
        while at > known {
            at -= 3;
            rest -= i32::from(t.packed[code_of(bytes, at) as usize & 0xffff] & packed::WEIGHT) - packed::ZERO;
            if rest == 0 {
                self.from = at;
                return;
            }
        }
    }

    /// What the ends of a run that is walked say of its neighbours.
    #[inline]
    fn neighbours(&mut self, bytes: &[u8], t: &Table, at: usize, end: usize) {
        let wide = |at: usize| t.at[code_of(bytes, at) as usize].1 & class::OF == class::WIDE;
        let after_letter = self.last == class::LETTER;
        let first = wide(at);
        if !first && self.alone && self.after_letter {
            self.mixed(weight::MIXED_WORD, at);
        }
        if end - at == 3 {
            self.alone = first && self.last != class::WIDE && code_of(bytes, at) >= 0x3400;
            self.after_letter = after_letter;
            self.last = if first { class::WIDE } else { class::PLAIN };
            return;
        }
        // Half-width katakana are what letters become two by two.
        let half_width = |at: usize| (0xff61..=0xff9f).contains(&code_of(bytes, at));
        if after_letter && half_width(at) && half_width(at + 3) && bytes[at - 1].is_ascii_lowercase() {
            self.mixed(weight::MIXED_WORD, at + 6);
        }
        if first && after_letter && code_of(bytes, at) >= 0x3400 && !wide(at + 3) {
            self.mixed(weight::MIXED_WORD, at + 3);
        }
        let last = wide(end - 3);
        self.alone = last && !wide(end - 6) && code_of(bytes, end - 3) >= 0x3400;
        self.after_letter = false;
        self.last = if last { class::WIDE } else { class::PLAIN };
    }

    /// Looks for neighbours that clash in the rows of Han and the like of a run that holds both kinds. Each row is looked at behind
    /// its first common character.
    #[cold]
    fn rows(&mut self, bytes: &[u8], t: &Table, from: usize, to: usize) {
        let (mut row, mut seen) = (None, 0);
        let mut next = from;
        while next < to {
            let at = next;
            let blank = bytes[at] == b' ';
            next += if blank { 1 } else { 3 };
            let (weight, flags) = if blank { (0, class::PLAIN) } else { t.at[code_of(bytes, at) as usize] };
            match row {
                _ if flags & class::OF != class::WIDE => {
                    if let (Some(from), class::BOTH) = (row, seen & class::BOTH) {
                        self.clashes(bytes, from, at);
                    }
                    (row, seen) = (None, 0);
                }
                None if weight <= 0 => row = Some(at),
                None => {}
                Some(_) => seen |= flags,
            }
        }
        if let (Some(from), class::BOTH) = (row, seen & class::BOTH) {
            self.clashes(bytes, from, to);
        }
    }

    /// Looks for kana beside Han that Japanese does not have in a row that holds both.
    fn clashes(&mut self, bytes: &[u8], from: usize, to: usize) {
        let Ok(run) = std::str::from_utf8(&bytes[from..to]) else { return };
        let found = |(i, (a, b)): (usize, (char, char))| mixed::clash(a, b).then_some(from + 3 * i);
        let mut places = run.chars().zip(run.chars().skip(1)).enumerate().filter_map(found);
        let Some(first) = places.next() else { return };
        let (last, more) = places.fold((first, 1), |(_, n), at| (at, n + 1));
        let evidence = weight::CLASH * more;
        if evidence > self.clash {
            (self.clash, self.clash_from, self.clash_to) = (evidence, first, last + 6);
        }
    }

    #[inline]
    fn add(&mut self, w: i32, at: usize, end: usize) {
        if self.sum == 0 {
            self.from = at;
        }
        self.sum = (self.sum + w).max(0);
        if self.sum > self.best {
            self.best = self.sum;
            self.best_from = self.from;
            self.best_to = end;
            self.best_wide = false;
        }
    }

    /// A character of Han and the like that is part of a Latin word. In Chinese text that is how it is set.
    fn mixed(&mut self, w: i32, at: usize) {
        if self.mixed == 0 {
            self.mixed_at = at;
        }
        self.mixed = self.mixed.max(w);
    }

    /// A character that stands for a byte beyond ASCII somewhere, by its number in the table.
    #[inline]
    pub fn high(&mut self, bytes: &[u8], t: &Table, number: u16, at: usize, end: usize) {
        let is = t.kinds[usize::from(number)];
        let [before, second, third] = self.numbers;
        self.numbers = [number, before, second];
        let w = if self.high_end == at {
            self.row = (self.row + 1).min(3);
            let beside = t.beside(before, number);
            let turned = if self.row == 1 { self.turned } else { 0 };
            self.is_set = if self.is_set { t.is_dash(number) } else { self.row > 1 && t.sets_blank([second, before, number]) };
            let w = if self.is_set {
                0
            } else if beside.may_end() && self.row > 1 {
                if t.ends_quotation([second, before, number]) && self.follows_letter(bytes, t, third, at) {
                    0
                } else {
                    longer(t, [third, second, before, number], self.row > 2)
                }
            } else {
                beside.weight()
            };
            // What is damage as it stands is no more so inside a word.
            if w < weight::SEQUENCE { w + turned } else { w }
        } else {
            (self.row, self.is_set) = (0, false);
            self.turned = if self.last == class::LETTER { turned(bytes, at, is) } else { 0 };
            let mut w = 0;
            if is & kind::C1 != 0 {
                w += weight::DAMAGE;
            }
            if self.last == class::LETTER && is & kind::CYRILLIC != 0 && is_among_latin(bytes, at) {
                w += weight::MIXED_WORD;
            }
            if is_again(bytes, at) && is_small(bytes, at, end) {
                w += weight::ALTERNATE;
            }
            if w == 0 { weight::ASCII } else { w }
        };
        self.add(w, at, end);
        if w > 0 {
            self.sign_end = end;
        }
        self.high_end = end;
        self.kind = is;
        self.last = class::HIGH;
        self.alone = false;
    }

    /// Letters of an alphabet of its own that stand side by side from `at` on and say nothing, if three such stand before them; returns where
    /// they end.
    #[inline]
    pub fn letters(&mut self, bytes: &[u8], t: &Table, at: usize) -> usize {
        if self.row < 2 || self.high_end != at || self.kind & kind::OTHER == 0 {
            return at;
        }
        let code = |at: usize| u32::from(bytes[at] & 0x1f) << 6 | u32::from(bytes[at + 1] & 0x3f);
        let Some(alphabet) = Alphabet::of(code(at)) else { return at };
        let end = alphabet.end(bytes, at);
        if end > at {
            let number = |n: usize| t.index[code(end - n) as usize];
            self.sum = (self.sum + weight::LETTER * ((end - at) / 2) as i32).max(0);
            self.numbers = [number(2), number(4), number(6)];
            (self.row, self.is_set, self.high_end) = (3, false, end);
            self.kind = t.kinds[usize::from(self.numbers[0])];
        }
        end
    }

    /// Whether a letter, `third` if they stand side by side, stands before the last three of these characters, of two bytes each, the last of
    /// which is at byte `at`.
    #[cold]
    fn follows_letter(&self, bytes: &[u8], t: &Table, third: u16, at: usize) -> bool {
        self.row > 2 && t.kinds[usize::from(third)] & kind::LETTER != 0
            || self.row == 2 && at.checked_sub(5).is_some_and(|before| bytes[before].is_ascii_alphabetic())
    }

    /// A character beyond ASCII, of the basic plane.
    pub fn character(&mut self, bytes: &[u8], t: &Table, code: u32, at: usize) {
        let (weight, flags) = t.at[code as usize];
        let class = flags & class::OF;
        match class {
            class::WIDE => {
                self.alone = self.last != class::WIDE && code >= 0x3400;
                self.after_letter = self.last == class::LETTER;
                self.last = class::WIDE;
                self.kind = 0;
                self.add(i32::from(weight), at, at + 3);
                self.best_wide |= self.best_to == at + 3 && self.sign_end <= self.from;
            }
            class::HIGH => {
                self.high(bytes, t, t.index[code as usize], at, at + if code < 0x800 { 2 } else { 3 });
            }
            _ => {
                if self.alone && self.after_letter {
                    self.mixed(weight::MIXED_WORD, at);
                }
                self.alone = false;
                self.last = class::PLAIN;
            }
        }
    }

    /// ASCII from `at` to `end`: only its first character says something, the others wear evidence off and end lines.
    pub fn blank(&mut self, bytes: &[u8], t: &Table, at: usize, end: usize, line: &mut usize, found: &mut Vec<Suspect>) {
        let c = bytes[at];
        let letter = t.at[usize::from(c)].1 == class::LETTER;
        if c != b'\n' {
            self.sum = (self.sum + weight::ASCII).max(0);
            if self.alone && (letter || self.after_letter) {
                self.mixed(if letter && self.after_letter { 2 * weight::MIXED_WORD } else { weight::MIXED_WORD }, at);
            } else if self.alone && (c == b' ' || c.is_ascii_digit()) && may_be_sign(code_of(bytes, at - 3)) {
                self.mixed(weight::MIXED_WORD, at);
            } else if letter && self.last == class::HIGH && self.kind & kind::CYRILLIC != 0 && is_among_latin(bytes, at) {
                self.add(weight::MIXED_WORD, at, at);
            }
            // `Ã` before a blank: an `à` whose second byte, a no-break space, became one.
            if c == b' ' && self.high_end == at && self.kind & kind::TILDE != 0 {
                self.add(weight::DAMAGE, at - 2, at + 1);
            }
        }
        let mut from = at;
        // Evidence belongs to the line it was found in.
        if (self.best > 0 || self.mixed > 0 || self.clash > 0)
            && let Some(n) = memchr(b'\n', &bytes[at..end])
        {
            self.finish(bytes, *line, at + n, found);
            *line = at + n + 1;
            from = *line;
        }
        let ascii = &bytes[from..end];
        let newline = match bytes[from..].first_chunk() {
            Some(eight) if ascii.len() <= 8 && !has_newline(eight, ascii.len()) => None,
            _ if ascii.len() < 16 => ascii.iter().rposition(|b| *b == b'\n'),
            _ => memrchr(b'\n', ascii),
        };
        if let Some(n) = newline {
            *line = from + n + 1;
            *self = Walk::default();
        }
        let length = end - at;
        self.sum = (self.sum + weight::ASCII * (length.min(CUT) as i32 - 1)).max(0);
        if length >= GAP {
            if self.best > 0 || self.mixed > 0 || self.clash > 0 {
                self.finish(bytes, *line, at + CONTEXT, found);
            }
            *line = (*line).max(end - CONTEXT);
        } else if length > 3 && self.sum == 0 && end - *line >= CUT {
            self.finish(bytes, *line, end, found);
            *line = end;
        }
        self.alone = false;
        self.last = t.at[usize::from(bytes[end - 1])].1 & class::LETTER;
    }

    pub fn finish(&mut self, bytes: &[u8], start: usize, end: usize, found: &mut Vec<Suspect>) {
        // Names and terms add up over a long stretch; damage is dense.
        if self.best_wide
            && self.best < BEYOND_DOUBT
            && self.best * 5 < (self.best_to - self.best_from) as i32 * DENSITY
            && !is_of_rows(&bytes[self.best_from..self.best_to.min(end)])
        {
            self.best = self.best.min(HINT);
        }
        if self.mixed + 8 > self.best && self.mixed > 0 && is_latin(&bytes[start..end]) {
            (self.best, self.best_from, self.best_to) = (self.mixed + 8, self.mixed_at.saturating_sub(4).max(start), self.mixed_at);
        }
        if self.clash > self.best {
            (self.best, self.best_from, self.best_to) = (self.clash, self.clash_from.max(start), self.clash_to.min(end));
        } else if self.clash > 0 && self.best >= HINT {
            // Rare Han by themselves may be language; with what clashes near them they are not.
            (self.best_from, self.best_to) = (self.best_from.min(self.clash_from.max(start)), self.best_to.max(self.clash_to.min(end)));
        }
        if self.best >= HINT {
            // The place may begin inside a character: it only tells which characters are near.
            found.push(Suspect { start, end, from: self.best_from, to: self.best_to, evidence: self.best });
        }
        *self = Walk::default();
    }
}

/// What the last two of these characters weigh when they may end a sequence of three bytes, or of four when `all` stand side by side.
#[inline]
pub(super) fn longer(t: &Table, [third, second, before, number]: [u16; 4], all: bool) -> i32 {
    let of = |n: u16| &t.high[usize::from(n)];
    let next = of(before).next & of(number).next;
    let three = of(second).lead[1] & next;
    let four = if all { of(third).lead[2] & of(second).next & next } else { 0 };
    if three | four == 0 {
        return t.beside(before, number).weight();
    }
    let says = t.more(&[second, before, number], three).max(t.more(&[third, second, before, number], four));
    let letters = t.kinds[usize::from(before)] & t.kinds[usize::from(number)] & kind::LETTER != 0;
    if says == Says::Nothing && (letters || of(before).lead[0] & of(number).next != 0) {
        // what stands before them changes nothing
        return t.beside(before, number).weight();
    }
    t.weight_of(before, number, says, true)
}

/// Whether a line may end in the first `n` bytes of eight: a look at all of them at once, which sees every line end and now and then more.
fn has_newline(eight: &[u8; 8], n: usize) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let differs = u64::from_le_bytes(*eight) ^ (ONES * u64::from(b'\n'));
    let zeros = differs.wrapping_sub(ONES) & !differs & (ONES << 7);
    zeros.trailing_zeros() as usize / 8 < n
}

/// Whether Han or Hangul is what `©`, `·`, `×` or `±` become under a charset of pairs: of a Latin line it is hardly anything else.
#[cold]
fn may_be_sign(code: u32) -> bool {
    char::from_u32(code).is_some_and(|c| "漏路脳卤穢繚簣짤쨌횞짹息揃賊".contains(c))
}

/// What a character beyond ASCII at byte `at`, behind an ASCII letter, says of their word, if another such character follows: words have
/// neither letters of another alphabet inside nor capitals.
#[inline]
pub(super) fn turned(bytes: &[u8], at: usize, is: u8) -> i32 {
    const OTHER: u8 = kind::LETTER | kind::OTHER;
    match is {
        _ if !bytes[at - 1].is_ascii_lowercase() => 0,
        _ if is & OTHER == OTHER && is & kind::CYRILLIC == 0 => weight::MIXED_WORD,
        _ if is & (kind::UPPER | kind::OTHER) == kind::UPPER => weight::MID_WORD,
        _ => 0,
    }
}

/// Whether the character from `at` to `end` is a small letter of two bytes.
#[cold]
fn is_small(bytes: &[u8], at: usize, end: usize) -> bool {
    let code = u32::from(bytes[at] & 0x1f) << 6 | u32::from(bytes[at + 1] & 0x3f);
    end == at + 2 && char::from_u32(code).is_some_and(char::is_lowercase)
}

/// Whether the two bytes at `at` stand three bytes before, too, with a capital or one of the brackets behind capitals between: what katakana
/// become, half of whose bytes are ASCII.
#[inline]
pub(super) fn is_again(bytes: &[u8], at: usize) -> bool {
    at >= 3 && bytes[at - 1] & 0xe0 == 0x40 && bytes[at - 3..at - 1] == bytes[at..at + 2]
}

/// Bytes on both sides of a place that tell whether it is Latin text.
const NEAR: usize = 32;

/// Whether there are Latin letters near byte `at` that no Cyrillic ones look like, one for four Cyrillic ones: a Cyrillic letter beside
/// Latin ones is one of theirs then. Cyrillic text that is set with Latin letters of the same looks has none.
fn is_among_latin(bytes: &[u8], at: usize) -> bool {
    let near = &bytes[at.saturating_sub(NEAR)..(at + NEAR).min(bytes.len())];
    let latin = near.iter().filter(|b| b.is_ascii_alphabetic() && !b"aceijopsxyABCEHIJKMOPSTXY".contains(b)).count();
    latin * 4 >= near.iter().filter(|b| (0xd0..=0xd3).contains(*b)).count()
}

/// Whether half of what is beyond ASCII are half-width katakana, jamo, Greek, Cyrillic or Roman numerals: neither names nor terms, and of
/// little weight each.
#[cold]
fn is_of_rows(bytes: &[u8]) -> bool {
    let (mut rows, mut all, mut at) = (0, 0, 0);
    while let Some(&[lead, b, c]) = bytes[at..].first_chunk() {
        let (is_row, length) = match lead {
            0xe0..0xf0 => (matches!(code_of(&[lead, b, c], 0), 0xff61..=0xff9f | 0x3131..=0x318e | 0x2160..=0x217f), 3),
            0xc0..0xe0 => (matches!(lead, 0xcd..=0xd1), 2),
            0xf0.. => (false, 3),
            _ => {
                at += 1;
                continue;
            }
        };
        all += 1;
        rows += usize::from(is_row);
        at += length;
    }
    rows * 2 >= all
}

/// Whether ASCII letters outnumber characters of three bytes by far.
fn is_latin(line: &[u8]) -> bool {
    let letters = line.iter().filter(|b| b.is_ascii_alphabetic()).count();
    let wides = line.iter().filter(|b| (0xe3..=0xef).contains(*b)).count();
    wides * 3 <= letters
}
