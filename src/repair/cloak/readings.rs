//! The table of readings: which characters a cloak can annotate, and how they are read. Parsed once; says nothing about a page.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::gbk;
use crate::rules::table;

/// One character a cloak can annotate: its simplified form differs.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Its GBK pair.
    pub pair: u16,
    /// The character itself, of the basic plane.
    pub letter: u16,
    /// Is it what some simplified letter is converted to, one to one?
    pub image: bool,
    /// Rank by frequency from 1; `u16::MAX` when not seen.
    pub rank: u16,
    /// Its place in the order in which cloaked pages take characters, from 1; 0 when not seen.
    pub place: u16,
    /// Its readings in [`Readings::listed`].
    first: u32,
    count: u8,
}

/// What can be meant by the lead byte and the reading of a torn annotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The second byte of the annotated character.
    pub trail: u8,
    /// Is the reading its usual one?
    pub usual: bool,
}

/// All of `cloak-readings.tsv`, indexed.
#[derive(Debug)]
pub struct Readings {
    entries: Vec<Entry>,
    /// Number of an entry plus one, by pair.
    by_pair: Box<[u16]>,
    /// The same, by character of the basic plane.
    by_char: Box<[u16]>,
    /// Reading numbers of all entries, the usual one of each first.
    listed: Vec<u16>,
    /// Number of a reading. Only ever asked, never walked.
    numbers: HashMap<&'static str, u16>,
    /// A reading by its number.
    spelled: Vec<&'static str>,
    /// Syllables without tone.
    toneless: HashMap<Box<str>, ()>,
    /// (lead, reading, hit), ascending.
    by_lead: Vec<(u8, u16, Hit)>,
    /// Is a character of the basic plane a simplified letter that is always converted? One bit each.
    converted: Box<[u64]>,
    /// (simplified, traditional), ascending.
    conversion: Vec<(char, char)>,
}

/// Rank of the rarest character that counts as frequent.
pub const FREQUENT: u16 = 1500;

const TABLE: &str = include_str!("../../data/cloak-readings.tsv");

impl Readings {
    /// The built-in table; parsed at first use, about a millisecond.
    pub fn shared() -> &'static Readings {
        static SHARED: OnceLock<Readings> = OnceLock::new();
        SHARED.get_or_init(Readings::parse)
    }

    fn parse() -> Readings {
        let mut r = Readings {
            entries: Vec::new(),
            by_pair: vec![0; 0x1_0000].into(),
            by_char: vec![0; 0x1_0000].into(),
            listed: Vec::new(),
            numbers: HashMap::new(),
            spelled: Vec::new(),
            toneless: HashMap::new(),
            by_lead: Vec::new(),
            converted: vec![0; 1024].into(),
            conversion: Vec::new(),
        };
        for row in table::rows("cloak-readings.tsv", TABLE, 5).flatten() {
            let Some((ch, pair)) = row.cells[0].chars().next().and_then(|c| Some((c, gbk::pair_of(c)?))) else { continue };
            let first = r.listed.len() as u32;
            for (nth, reading) in row.cells[1].split(',').enumerate() {
                let number = *r.numbers.entry(reading).or_insert_with(|| {
                    r.spelled.push(reading);
                    r.toneless.insert(without_tone(reading), ());
                    r.spelled.len() as u16 - 1
                });
                r.listed.push(number);
                r.by_lead.push((pair[0], number, Hit { trail: pair[1], usual: nth == 0 }));
            }
            for s in row.cells[2].chars().filter(|s| *s != '-' && (*s as usize) < 0x1_0000) {
                r.converted[s as usize / 64] |= 1 << (s as usize % 64);
                r.conversion.push((s, ch));
            }
            let number = |i: usize| row.cells[i].parse::<u16>().unwrap_or(0);
            let pair = u16::from_be_bytes(pair);
            r.entries.push(Entry {
                pair,
                letter: ch as u32 as u16,
                image: row.cells[2] != "-",
                rank: if number(3) == 0 { u16::MAX } else { number(3) },
                place: number(4),
                first,
                count: (r.listed.len() - first as usize).min(255) as u8,
            });
            r.by_pair[pair as usize] = r.entries.len() as u16;
            r.by_char[ch as usize & 0xffff] = r.entries.len() as u16;
        }
        for c in '\u{e000}'..='\u{f8ff}' {
            r.by_char[c as usize] = gbk::pair_of(c).map_or(0, |pair| r.by_pair[usize::from(u16::from_be_bytes(pair))]);
        }
        r.by_lead.sort_unstable_by_key(|(lead, reading, hit)| (*lead, *reading, !hit.usual, hit.trail));
        r.conversion.sort_unstable();
        r
    }

    /// The entry of a pair, if a cloak can annotate it.
    pub fn entry(&self, pair: u16) -> Option<&Entry> {
        self.entries.get((self.by_pair[pair as usize] as usize).wrapping_sub(1))
    }

    /// The entry of a character.
    pub fn of(&self, c: char) -> Option<&Entry> {
        let number = self.by_char.get(c as usize)?;
        self.entries.get(usize::from(*number).wrapping_sub(1))
    }

    /// All entries, in the order of their code points.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The number of a reading; `None` for a syllable that no character of the table has.
    pub fn number(&self, reading: &str) -> Option<u16> {
        self.numbers.get(reading).copied()
    }

    /// A reading by its number.
    pub fn spelled(&self, number: u16) -> &'static str {
        self.spelled[number as usize]
    }

    /// Is `syllable` a reading of the table with its tone taken off?
    pub fn is_toneless(&self, syllable: &str) -> bool {
        syllable.is_ascii() && self.toneless.contains_key(syllable)
    }

    /// The place of `reading` among the readings of an entry: 0 for the usual one.
    pub fn place(&self, entry: &Entry, reading: u16) -> Option<usize> {
        self.listed[entry.first as usize..][..entry.count as usize].iter().position(|r| *r == reading)
    }

    /// The usual reading of an entry.
    pub fn usual(&self, entry: &Entry) -> u16 {
        self.listed[entry.first as usize]
    }

    /// The characters of first byte `lead` that are read so, usual readings first.
    pub fn hits(&self, lead: u8, reading: u16) -> impl Iterator<Item = Hit> + '_ {
        let from = self.by_lead.partition_point(|(l, r, _)| (*l, *r) < (lead, reading));
        self.by_lead[from..].iter().take_while(move |(l, r, _)| (*l, *r) == (lead, reading)).map(|(_, _, hit)| *hit)
    }

    /// Is `c` a simplified letter that a cloaking kit always converts? Such letters do not occur on a cloaked page.
    pub fn is_converted(&self, c: char) -> bool {
        (c as usize) < 0x1_0000 && self.converted[c as usize / 64] >> (c as usize % 64) & 1 == 1
    }

    /// Simplified to traditional, one letter for one, as the cloaking kits do; letters with more than one form stay.
    pub fn convert(&self, c: char) -> char {
        if !self.is_converted(c) {
            return c;
        }
        let at = self.conversion.partition_point(|(s, _)| *s < c);
        self.conversion.get(at).filter(|(s, _)| *s == c).map_or(c, |(_, t)| *t)
    }
}

/// A reading without its tone mark; ü stays.
pub fn without_tone(reading: &str) -> Box<str> {
    reading.chars().map(plain).collect()
}

/// Has the reading a tone mark?
pub fn has_tone(reading: &str) -> bool {
    reading.chars().any(|c| plain(c) != c)
}

fn plain(c: char) -> char {
    match c {
        'ā' | 'á' | 'ǎ' | 'à' => 'a',
        'ē' | 'é' | 'ě' | 'è' => 'e',
        'ī' | 'í' | 'ǐ' | 'ì' => 'i',
        'ō' | 'ó' | 'ǒ' | 'ò' => 'o',
        'ū' | 'ú' | 'ǔ' | 'ù' => 'u',
        'ǖ' | 'ǘ' | 'ǚ' | 'ǜ' => 'ü',
        'ń' | 'ň' | 'ǹ' => 'n',
        'ḿ' => 'm',
        c => c,
    }
}

/// The readings of the table without a tone mark, ascending: known without the table, for clean text holds `字(a)`, `字(kg)` as well.
const TONELESS: [&str; 21] = [
    "ba", "bei", "bian", "bo", "chen", "da", "dang", "guo", "huai", "jie", "la", "le", "lou", "luo", "ma", "me", "men", "ou", "si", "tou",
    "yo",
];

/// May `syllable` be a reading of the table? Asks no table.
pub fn may_be_listed(syllable: &str) -> bool {
    !syllable.is_ascii() || TONELESS.binary_search(&syllable).is_ok()
}

/// Is `c` a letter of a reading in Latin script?
pub fn is_letter(c: char) -> bool {
    c.is_ascii_lowercase() || c == 'ü' || c == 'ê' || c == 'ɑ' || c == 'ɡ' || plain(c) != c
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_complete_and_indexed() {
        let r = Readings::shared();
        assert_eq!(r.entries().len(), 3549);
        let shu = r.number("shù").expect("a reading of the table");
        assert_eq!(r.hits(0x94, shu).next(), Some(Hit { trail: 0xB5, usual: true }));
        let long = r.of('長').expect("a character of the table");
        assert_eq!(r.place(long, r.number("zhǎng").expect("listed")), Some(0));
        assert_eq!(r.place(long, r.number("cháng").expect("listed")), Some(1));
        assert!(r.of('中').is_none());
        for c in '\0'..='\u{ffff}' {
            let by_pair = gbk::pair_of(c).and_then(|pair| r.entry(u16::from_be_bytes(pair)));
            assert_eq!(r.of(c).map(|e| e.pair), by_pair.map(|e| e.pair), "{c:?}");
        }
        for e in r.entries() {
            assert_eq!(char::from_u32(e.letter.into()).and_then(|c| r.of(c)).map(|e| e.pair), Some(e.pair));
        }
    }

    #[test]
    fn readings_without_tone_are_known_without_the_table() {
        let mut toneless: Vec<&str> = Readings::shared().spelled.iter().copied().filter(|s| s.is_ascii()).collect();
        toneless.sort_unstable();
        assert_eq!(toneless, TONELESS);
        assert!(may_be_listed("le") && may_be_listed("shù") && !may_be_listed("kg"));
    }

    #[test]
    fn letters_with_two_traditional_forms_stay() {
        let r = Readings::shared();
        assert!(r.is_converted('数') && r.convert('数') == '數');
        assert!(!r.is_converted('后') && r.convert('后') == '后');
        assert!(!r.is_converted('數'));
    }

    #[test]
    fn tones_come_off() {
        assert_eq!(&*without_tone("lüè"), "lüe");
        assert!(has_tone("nǐ") && !has_tone("men"));
        assert!(Readings::shared().is_toneless("dang") && !Readings::shared().is_toneless("phd"));
    }
}
