//! Which byte of ASCII went with a lost one: what texts have between two kinds of characters, what this page has there, and how long
//! its lines are. What else speaks for a byte, and which character it went with, is decided in `lost`.

use std::sync::OnceLock;

use super::gate::is_han;
use super::gbk;

/// Made by scripts/count-ascii.py; sources and columns are in its head.
const FILE: &str = include_str!("../../data/cloak-ascii.tsv");

/// Kinds of characters, as the file names them.
const KINDS: [&str; 8] = ["han", "end", "close", "mark", "open", "digit", "latin", "other"];
const HAN: usize = 0;
const END: usize = 1;
const CLOSE: usize = 2;

/// The bytes a lead byte can take along that texts have, in the order of the file. Those from 40 on are seen as what they are; a digit is
/// any digit.
pub const BYTES: [u8; 19] = *b"\n 0\"#$%&'()*+,-./:;";

/// How often each byte stands between two kinds of characters.
type Counts<T> = [[[T; BYTES.len()]; KINDS.len()]; KINDS.len()];

/// The file counts in parts of this. What texts have in a place counts as much as one occurrence on the page.
const WHOLE: u64 = 100_000;
/// What was seen in a place of a like kind counts half: what follows a sentence follows a sentence in quotes, too.
const LIKE: u64 = WHOLE / 2;

/// What a page has.
#[derive(Debug, Default)]
pub struct Ascii {
    counts: Box<Counts<u32>>,
    /// Line ends, by their place among the characters; and the lengths of lines that are not empty, the shortest first.
    ends: Vec<u32>,
    lengths: Vec<u32>,
}

impl Ascii {
    /// Reads the characters of a page. `folded`: full-width signs are seen as ASCII, and cannot be told from it.
    pub fn of(chars: &[(u32, char)], folded: bool) -> Ascii {
        let mut page = Ascii::default();
        let mut before = '\n';
        let mut start = 0;
        for (i, (_, c)) in chars.iter().enumerate() {
            let next = |n: usize| chars.get(i + n).map_or('\n', |c| c.1);
            if *c == '\n' {
                page.ends.push(i as u32);
                page.lengths.extend(Some((i - start) as u32).filter(|n| *n > 0));
                start = i + 1;
            }
            let told = !folded || !matches!(c, '(' | ')' | ',' | ':' | ';');
            if let Some(byte) = byte_of(*c).filter(|_| told) {
                // An annotation hides the character before it; it was Han.
                let behind = if before == ')' { HAN } else { kind(before) };
                let beyond = if *c == '\n' && next(1) == '\n' { next(2) } else { next(1) };
                page.counts[behind][kind(beyond)][byte] += 1;
            }
            if !c.is_whitespace() {
                before = *c;
            }
        }
        page.lengths.extend(Some((chars.len() - start) as u32).filter(|n| *n > 0));
        page.lengths.sort_unstable();
        page
    }

    /// What each byte of [`BYTES`] costs between a character of the kind `before` and `next`, in 1/16 nat.
    pub fn prices(&self, before: usize, next: char) -> [i32; BYTES.len()] {
        let behind = kind(next);
        let (usual, own) = (&usual()[before][behind], &self.counts[before][behind]);
        let like = [None, Some(CLOSE), Some(END)].get(before).copied().flatten().map(|like| &self.counts[like][behind]);
        let count = |byte: usize| {
            let like = like.map_or(0, |like| u64::from(like[byte]) * LIKE);
            u64::from(own[byte]) * WHOLE + like + u64::from(usual[byte])
        };
        let all = std::array::from_fn::<u64, { BYTES.len() }, _>(count);
        let whole = all.iter().sum();
        all.map(|part| price_of_share(part, whole))
    }

    /// What speaks against a line end at character `at`, in 1/16 nat: lines as short as it makes are rare on the page.
    pub fn line_end(&self, at: usize) -> i32 {
        let nth = self.ends.partition_point(|end| (*end as usize) < at);
        let before = nth.checked_sub(1).map_or(at, |n| at - 1 - self.ends[n] as usize);
        let Some(behind) = self.ends.get(nth).map(|end| *end as usize - at) else { return 0 };
        let shorter = |length: usize| self.lengths.partition_point(|l| (*l as usize) <= length) as u64;
        let price = |length| price_of_share(2 * (1 + shorter(length)), 2 + self.lengths.len() as u64);
        price(before) + price(behind)
    }
}

/// What texts have, in 100,000 of all bytes in that place.
fn usual() -> &'static Counts<u32> {
    static USUAL: OnceLock<Box<Counts<u32>>> = OnceLock::new();
    USUAL.get_or_init(|| {
        let mut all = Box::new(Counts::default());
        for line in FILE.lines().filter(|l| !l.starts_with('#')) {
            let mut cells = line.split('\t');
            let mut kind = || cells.next().and_then(|cell| KINDS.iter().position(|k| *k == cell));
            let (Some(before), Some(behind)) = (kind(), kind()) else { continue };
            for (to, n) in all[before][behind].iter_mut().zip(cells) {
                *to = n.parse().unwrap_or(0);
            }
        }
        all
    })
}

/// The place of a character of one byte in [`BYTES`].
fn byte_of(c: char) -> Option<usize> {
    let c = if c.is_ascii_digit() { '0' } else { c };
    BYTES.iter().position(|b| char::from(*b) == c)
}

/// The price of an event that `part` of `whole` have, in 1/16 nat, counted in steps of 17/16: integers, the same everywhere.
fn price_of_share(part: u64, whole: u64) -> i32 {
    let (mut part, mut price) = (part.max(1) << 16, 0);
    while part < whole << 16 {
        part += part / 16;
        price += 1;
    }
    price
}

/// The kind of a character, as scripts/count-ascii.py tells them.
pub fn kind(c: char) -> usize {
    match gbk::fold(c) {
        c if is_han(c) => HAN,
        '。' | '!' | '?' | '…' => END,
        '”' | '’' | '」' | '》' | ')' | '』' | '】' => CLOSE,
        '、' | ',' | ';' | ':' => 3,
        '“' | '‘' | '「' | '《' | '(' | '『' | '【' => 4,
        '0'..='9' => 5,
        c if c.is_ascii_alphabetic() => 6,
        _ => 7,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repair::cloak::price::NAT;

    fn page(text: &str) -> Ascii {
        let chars: Vec<(u32, char)> = text.char_indices().map(|(at, c)| (at as u32, c)).collect();
        Ascii::of(&chars, true)
    }

    fn price(page: &Ascii, c: char, byte: u8, next: char) -> i32 {
        BYTES.iter().zip(page.prices(kind(c), next)).find(|(b, _)| **b == byte).map_or(i32::MAX, |(_, price)| price)
    }

    #[test]
    fn the_file_is_read_whole() {
        assert!(usual().iter().flatten().all(|place| (99_900..100_100).contains(&place.iter().sum::<u32>())));
    }

    #[test]
    fn texts_have_line_ends_behind_sentences_and_blanks_before_latin() {
        let none = page("");
        assert!(price(&none, '。', b'\n', '他') < price(&none, '。', b' ', '他'));
        assert!(price(&none, '用', b' ', 'L') < price(&none, '用', b'\n', 'L'));
    }

    #[test]
    fn what_the_page_has_counts_more() {
        let blanks = page(&"他來了。 她走了。 我在家。 ".repeat(20));
        assert!(price(&blanks, '。', b' ', '他') + NAT < price(&blanks, '。', b'\n', '他'));
        let folded = page(&"他來了,她走了,我在家,".repeat(20));
        assert!(price(&folded, '了', b',', '她') > 3 * NAT, "a folded comma has two bytes");
    }

    #[test]
    fn lines_are_not_cut_where_the_page_has_none_so_short() {
        let line = "昨天下午大家都到河邊去清理舊碼頭的垃圾,一直干到天黑才回家。";
        let long = page(&format!("{line}\n").repeat(20));
        assert!(long.line_end(3) > 2 * NAT && long.line_end(line.chars().count() + 4) > 2 * NAT);
        assert!(page("").line_end(0) == 0);
        assert_eq!(page("山\n下\n河\n西\n東海\n").line_end(9), 0);
    }
}
