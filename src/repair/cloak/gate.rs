//! When is a page cloaked? Counts readings in parentheses and what speaks against them. Honest pages gloss rare characters,
//! teach them, or list them; a cloak takes frequent ones, all occurrences of each, in the middle of sentences.

use std::collections::{HashMap, HashSet};

use super::annotation::{Place, places, whole};
use super::channel::Set;
use super::gbk;
use super::proof::may_be_proven_by_marks;
use super::readings::{FREQUENT, Readings, may_be_listed};
use crate::model::{Model, NAT};

/// Annotations a cloaked page has at least. Measured with the other limits on pages of 600 to 2,000 characters.
const LEAST: u32 = 8;
/// Different characters among them.
const LEAST_DIFFERENT: usize = 5;
/// Annotations of characters that were annotated before: a gloss stands at the first occurrence, a cloak at every one.
const LEAST_AGAIN: usize = 2;
/// Annotations per 100 Han characters, at least.
const LEAST_PER_CENT: u64 = 1;
/// Annotations per 1,000 of a page with few of them, all of common characters, at least: every one of a common character is annotated.
const LEAST_PER_MILLE: u64 = 2;
/// Different characters such a page leaves alone, at least. Origin of both: own estimate; no other value was tried.
const LEAST_PLAIN: usize = 10;
/// Annotations per 100 Han characters, at most: a list of characters with their readings has more. A third of all running
/// text in traditional characters differs from its simplified form.
const MOST_PER_CENT: u64 = 60;

/// A page with fewer annotations than that is judged by the characters alone: nobody glosses 學 or 數. Annotations it has at
/// least, when characters come again, and different characters, when none does. Measured on 200 pages each of 120 to 300, to 700, to
/// 1,500, to 4,000 characters: of those that annotate the 8 first letters of the order 36, 94, 169, 197 are noticed (11, 36, 100, 151 without
/// this), and no page is that glosses its 3 or 5 rarest letters or 3 to 12 by chance; with 5 instead of 6, 10 of these 800 were.
const LEAST_OF_COMMON: u32 = 4;
const LEAST_ONCE: usize = 6;
/// Rank of the rarest character it annotates, and of the rarest of half of them. Origin: own estimate, from pages seen; no other value was tried.
const COMMON_LETTER: u16 = 700;
const COMMONEST: u16 = 350;

/// Question marks before punctuation that make a page without readings worth a look.
pub const LEAST_MARKS: u32 = 2;

/// What was counted of one annotated character.
#[derive(Clone, Debug, Default)]
struct Count {
    annotated: u32,
    total: u32,
    /// (reading as it stands, how often), in the order they were met.
    readings: Vec<(Box<str>, u32)>,
}

/// What the gate found out about a page.
#[derive(Debug)]
pub struct Verdict {
    /// Is the page cloaked, by its whole annotations alone?
    pub cloaked: bool,
    /// The characters the page annotates, with their readings.
    pub set: Set,
    /// Characters that stand without a reading often enough not to belong to the set.
    pub plain: Pairs,
    /// Torn annotations on the page.
    pub torn: u32,
    /// Question marks that may be characters torn by a marker: what follows is no language.
    pub marks: u32,
    /// Do readings without tone stand twice behind many characters, 字(zi)(zi)?
    pub doubled: bool,
}

/// A set of pairs of bytes, or of characters of the basic plane, one bit each.
#[derive(Clone, Debug)]
pub struct Pairs(Box<[u64; 1024]>);

impl Default for Pairs {
    fn default() -> Pairs {
        Pairs(Box::new([0; 1024]))
    }
}

impl Pairs {
    fn add(&mut self, pair: u16) {
        self.0[usize::from(pair) / 64] |= 1 << (pair % 64);
    }

    fn remove(&mut self, pair: u16) {
        self.0[usize::from(pair) / 64] &= !(1 << (pair % 64));
    }

    /// Whether the pair is one of them.
    pub fn has(&self, pair: u16) -> bool {
        self.0[usize::from(pair) / 64] >> (pair % 64) & 1 == 1
    }

    fn iter(&self) -> impl Iterator<Item = u16> {
        let some = |(n, bits): (usize, &u64)| (*bits != 0).then_some(n as u16);
        let each = |n: u16| (64 * n..=64 * n + 63).filter(|pair| self.has(*pair));
        self.0.iter().enumerate().filter_map(some).flat_map(each)
    }
}

/// Looks at a text. `None` when it holds nothing a cloak leaves: the way out for clean text, as fast as a search for `(` and `?`.
pub fn judge(text: &str) -> Option<Verdict> {
    let mut counts: HashMap<u16, Count> = HashMap::new();
    let (mut twice, mut twices) = (HashSet::new(), 0u32);
    let (mut annotations, mut others, mut torn, mut marks, mut inside) = (0u32, 0u32, 0u32, 0u32, 0u32);
    for place in places(text) {
        match place {
            Place::Mark(at) => marks += u32::from(!reads_on(text, at)),
            Place::Torn(at, _) => {
                torn += u32::from(text[..at].chars().next_back().is_some_and(|c| gbk::pair_of(c).is_some() || c.is_ascii_punctuation()))
            }
            Place::Whole(at, reading) => {
                let Some(c) = text[..at].chars().next_back() else { continue };
                if is_han(c) && doubled(&text[at..]).is_some() {
                    twice.insert(c);
                    twices += 1;
                    continue;
                }
                // Only here: most texts hold no reading at all, and the table is not made for them.
                let known = may_be_listed(reading.syllable()).then(Readings::shared).and_then(|table| {
                    table.of(c).filter(|e| table.number(reading.syllable()).is_some_and(|n| table.place(e, n).is_some()))
                });
                let Some(entry) = known else {
                    others += u32::from(is_han(c) && super::readings::has_tone(reading.syllable()));
                    continue;
                };
                annotations += 1;
                let before = text[..at - c.len_utf8()].chars().next_back();
                let after = text[at + 1 + reading.len..].chars().next();
                inside += u32::from(before.is_some_and(|c| is_han(c) || c == ')') || after.is_some_and(is_han));
                let count = counts.entry(entry.pair).or_default();
                count.annotated += 1;
                match count.readings.iter().position(|(r, _)| **r == *reading.raw) {
                    Some(i) => count.readings[i].1 += 1,
                    None if count.readings.len() < 8 => count.readings.push((reading.raw.into(), 1)),
                    None => {}
                }
            }
        }
    }
    let enough = annotations >= LEAST && counts.len() >= LEAST_DIFFERENT;
    let few = others == 0 && inside == annotations && are_common(&counts, annotations);
    let doubled = twices >= LEAST && twice.len() >= LEAST_DIFFERENT;
    // Whether a page that is not cloaked by its annotations may be by something else.
    let by_damage = torn > 0 || doubled || marks >= LEAST_MARKS && may_be_proven_by_marks(text);
    if !enough && !few && !by_damage {
        return None;
    }

    // A pair made by chance in a torn run may look like the character: one sight proves little.
    let table = Readings::shared();
    let (mut annotated, mut letters, mut plain) = (Pairs::default(), Pairs::default(), Pairs::default());
    for entry in counts.keys().filter_map(|pair| table.entry(*pair)) {
        annotated.add(entry.pair);
        letters.add(entry.letter);
    }
    let least = if few { LEAST_PER_MILLE } else { 10 * LEAST_PER_CENT };
    let most = if by_damage { u64::MAX } else { u64::from(annotations) * 1000 / least };
    let (han, seen) = han_of(text, most, &letters, |c| {
        if let Some(count) = table.of(c).and_then(|e| counts.get_mut(&e.pair)) {
            count.total += 1;
        }
    })?;
    let converted = || seen.iter().filter_map(|c| char::from_u32(c.into())).filter(|c| table.is_converted(*c));
    let simplified = if few { converted().count() } else { 0 };
    for entry in seen.iter().filter_map(|c| table.of(char::from_u32(c.into())?)).filter(|e| !annotated.has(e.pair)) {
        plain.add(entry.pair);
    }
    let total: u32 = counts.values().map(|c| c.total).sum();
    let frequent = counts.keys().filter(|p| table.entry(**p).is_some_and(|e| e.rank <= FREQUENT)).count();
    let mixed = counts
        .values()
        .filter(|c| c.readings.len() > 1)
        .map(|c| c.annotated - c.readings.iter().map(|r| r.1).max().unwrap_or(0))
        .sum::<u32>();
    let cloaked = {
        // In shares of a thousand a text of some megabytes is more than 32 bits hold.
        let [annotations, others, inside, total, mixed, han] = [annotations, others, inside, total, mixed, han].map(u64::from);
        let by_share = enough
            && annotations * 100 >= han * LEAST_PER_CENT
            && annotations * 100 <= han * MOST_PER_CENT
            && annotations * 10 >= (annotations + others) * 9
            && annotations * 10 >= total * 7
            && annotations as usize >= counts.len() + LEAST_AGAIN
            && frequent * 2 >= counts.len()
            && mixed * 10 <= annotations
            && inside * 2 >= annotations
            && !takes_the_rarest(&annotated, &plain);
        // What there is little of has to be without exception, in a text that is traditional.
        by_share
            || few
                && annotations * 1000 >= han * LEAST_PER_MILLE
                && annotations * 100 <= han * MOST_PER_CENT / 2
                && annotations * 20 >= total * 19
                && mixed == 0
                && plain.iter().count() >= LEAST_PLAIN.max(2 * simplified)
                && takes_any(&annotated, &plain)
    };

    let mut set = Set::default();
    for (pair, count) in &counts {
        if count.annotated * 10 >= count.total * 6 {
            if let Some((reading, _)) = count.readings.iter().max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(&a.0))) {
                set.insert(*pair, reading);
            }
        } else {
            plain.add(*pair);
        }
    }
    Some(Verdict { cloaked, set, plain, torn, marks, doubled })
}

/// What follows an honest question mark and punctuation costs less than this: common text is at about 5 nats a character.
const COMMON: u32 = 7 * NAT;

/// Does the text behind the question mark at byte `at` and the punctuation after it read on as language, as after an honest one?
/// Looks at one character.
pub fn reads_on(text: &str, at: usize) -> bool {
    let mut chars = text[at..].chars().skip(1);
    let (Some(mark), Some(c)) = (chars.next(), chars.next()) else { return true };
    let model = Model::shared();
    model.alone(c) < COMMON && model.step(model.step(model.start(), mark).0, c).1 < COMMON
}

/// A reading without tone that stands twice, `(zi)(zi)`, at the beginning of `rest`: bytes it takes.
pub fn doubled(rest: &str) -> Option<usize> {
    let reading = whole(rest)?;
    let once = &rest[..reading.len + 1];
    (rest[once.len()..].starts_with(once) && Readings::shared().is_toneless(reading.syllable())).then_some(once.len() * 2)
}

/// Are all annotated characters common ones with their usual readings, and enough of them? Asked of pages with few.
fn are_common(counts: &HashMap<u16, Count>, annotations: u32) -> bool {
    let again = annotations as usize - counts.len();
    let enough = annotations >= LEAST_OF_COMMON && counts.len() >= 3 && again >= 1 || counts.len() >= LEAST_ONCE;
    if !enough {
        return false;
    }
    let table = Readings::shared();
    let usual = |pair: u16, count: &Count| {
        table.entry(pair).is_some_and(|e| {
            let all = |r: &(Box<str>, u32)| table.number(r.0.trim_matches(' ')) == Some(table.usual(e));
            e.image && e.rank <= COMMON_LETTER && count.readings.iter().all(all)
        })
    };
    let commonest = |pair: &u16| table.entry(*pair).is_some_and(|e| e.rank <= COMMONEST);
    counts.iter().all(|(pair, count)| usual(*pair, count)) && counts.keys().filter(|p| commonest(p)).count() * 2 >= counts.len()
}

/// Were the rarest of the page's traditional letters chosen, as an honest author does? Compares the ranks of annotated and other
/// letters that differ from their simplified form: the chance that an annotated one is the more frequent of two. A cloak
/// takes them by an order of its own, so the chance is near or above one half; glosses of rare letters come near 0.
fn takes_the_rarest(annotated: &Pairs, others: &Pairs) -> bool {
    // One in five: flags 0 of 300 honest pages with their 3, 5, 8, 12 rarest letters glossed (scripts/check-glosses.py), keeps 165
    // of 168 cloaked ones with a tenth of their letters annotated.
    chance_of_frequent(annotated, others).is_some_and(|chance| chance < 20)
}

/// Are the annotated letters of a page with few of them no rarer than the others, as near as can be told?
fn takes_any(annotated: &Pairs, others: &Pairs) -> bool {
    chance_of_frequent(annotated, others).is_some_and(|chance| chance >= 40)
}

/// A page that annotates so many times more letters than it leaves alone takes all: the others are read from torn runs by chance, and
/// are frequent because of it.
const FEW_OTHERS: usize = 8;

/// The chance that an annotated letter is more frequent than another one, in per cent. `None` when there are too few others.
fn chance_of_frequent(annotated: &Pairs, others: &Pairs) -> Option<usize> {
    let table = Readings::shared();
    let ranks = |pairs: &Pairs| {
        let mut all: Vec<u16> = pairs.iter().filter_map(|p| table.entry(p)).map(|e| e.rank).collect();
        all.sort_unstable();
        all
    };
    let (mine, theirs) = (ranks(annotated), ranks(others));
    if mine.is_empty() || theirs.len() < 4 || theirs.len() * FEW_OTHERS < mine.len() {
        return None;
    }
    let wins: usize = mine.iter().map(|r| theirs.len() - theirs.partition_point(|o| o <= r)).sum();
    Some(wins * 100 / (mine.len() * theirs.len()))
}

/// How many Han a text has, `None` when more than `most`, and which; each of `letters` is told to `met`. A page that is judged is read as a
/// whole here: as little as can be is asked of each character.
fn han_of(text: &str, most: u64, letters: &Pairs, mut met: impl FnMut(char)) -> Option<(u32, Pairs)> {
    let (mut han, mut seen) = (0u64, Pairs::default());
    // What is still of interest: letters, and what was not seen yet.
    let mut asked = Pairs(Box::new([u64::MAX; 1024]));
    let mut rest = text.as_bytes();
    loop {
        // Other characters are passed over byte by byte.
        while let [lead @ 0xe3..=0xef, b, c, behind @ ..] = rest {
            let code = u16::from(*lead) << 12 | u16::from(b & 0x3f) << 6 | u16::from(c & 0x3f);
            han += u64::from(HAN[usize::from(code / 64)]);
            if asked.has(code) {
                // Of the basic plane: a number like that of a pair.
                seen.add(code);
                match char::from_u32(code.into()).filter(|_| letters.has(code)) {
                    Some(c) => met(c),
                    None => asked.remove(code),
                }
            }
            rest = behind;
        }
        let [_, behind @ ..] = rest else { break };
        if han > most {
            return None;
        }
        rest = behind;
    }
    for (bits, han) in seen.0.iter_mut().zip(HAN) {
        *bits *= u64::from(han);
    }
    // Of a text that has no more bytes than 32 bits count.
    (han <= most).then_some((han as u32, seen))
}

/// Whether 64 characters of the basic plane are Han: all or none of them are, see [`is_han`].
static HAN: [bool; 1024] = {
    let mut all = [false; 1024];
    let mut at = 0;
    while at < all.len() {
        all[at] = matches!(64 * at, 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xf900..=0xfaff);
        at += 1;
    }
    all
};

/// A character of the CJK blocks of the basic plane.
pub fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Pairs {
        let mut pairs = Pairs::default();
        text.chars().filter_map(|c| Readings::shared().of(c)).for_each(|e| pairs.add(e.pair));
        pairs
    }

    #[test]
    fn han_are_counted_as_they_stand() {
        let text = "數 a數é，かな〇㐀😀한\u{e000}鎴\u{fa0e}。學";
        let mut letters = pairs("數學");
        letters = letters.iter().filter_map(|p| Readings::shared().entry(p)).fold(Pairs::default(), |mut all, e| {
            all.add(e.letter);
            all
        });
        let mut met = String::new();
        let (han, seen) = han_of(text, 6, &letters, |c| met.push(c)).unwrap();
        assert_eq!((han, met.as_str()), (6, "數數學"));
        let seen: String = seen.iter().filter_map(|c| char::from_u32(c.into())).collect();
        assert_eq!(seen, "㐀學數鎴\u{fa0e}");
        assert!(han_of(text, 5, &letters, |_| {}).is_none());
        assert!((0..=0xffff).filter_map(char::from_u32).all(|c| is_han(c) == HAN[c as usize / 64]));
        assert!(Readings::shared().entries().iter().all(|e| HAN[usize::from(e.letter) / 64]), "letters are Han");
    }

    #[test]
    fn the_rarest_were_chosen_only_where_others_were_left() {
        let rare = "龜鱉鱷鷗鴿鸚鵡蠟燭鍋鏟鑼鑽鏽鎚鉗";
        let common = "這個們來時";
        assert!(takes_the_rarest(&pairs(rare), &pairs(common)));
        let nearly_all = "龜鱉鱷鷗鴿鸚鵡蠟燭鍋鏟鑼鑽鏽鉗鱗鰻鯊鯨鴨鵝鶴鷹鴉驢駝騾騙賭賺贈贖躍軀轍轎輾釀釘針鈴鉛銬銹";
        assert!(!takes_the_rarest(&pairs(nearly_all), &pairs(common)));
    }
}
