//! Whether two texts are alike: the true share of their shingles, and differences that make them two facts however much they share.

use std::collections::HashMap;

use super::shingle::{Tokens, folded};

/// Characters that lie together in both texts where one of them was cut into.
const ANCHOR: usize = 4;
/// How far the nearest anchor is looked for before the first one counts, in characters.
const NEAR: usize = 32;
/// Characters one of which for another makes another fact: parties, sides, directions, degrees, whose law it is, denials.
const TELLING: &str = "甲乙丙丁戊己庚辛壬癸上下左右东東西南北中内內外男女父母前后後正副大小多少高低早晚增减減升降进進出买買卖賣省市县縣区區州乡鄉镇鎮村国國不未没沒无無非勿否";
/// What makes the contrary of a text when it is put in or left out, in a few characters or as a word.
const DENIALS: (&str, [&str; 5]) = ("不未没沒无無非勿否", ["not", "no", "un", "never", "nt"]);
/// So many.
const FEW: usize = 5;

/// A text prepared to be compared.
#[derive(Clone, Debug, Default)]
pub struct Compared {
    /// Hashes of its shingles, sorted, each once.
    shingles: Vec<u64>,
    numbers: Vec<u64>,
    /// What of its characters counts; empty for a record.
    letters: Vec<char>,
}

impl Compared {
    /// A paragraph.
    pub fn paragraph(text: &str) -> Compared {
        let mut compared = Compared::record(std::iter::once(text));
        compared.letters = text.chars().filter_map(folded).collect();
        compared
    }

    /// A record of these paragraphs.
    pub fn record<'t>(paragraphs: impl Iterator<Item = &'t str>) -> Compared {
        let mut tokens = Tokens::default();
        paragraphs.for_each(|p| tokens.add(p));
        let mut shingles = Vec::new();
        tokens.shingles(|h| shingles.push(h));
        shingles.sort_unstable();
        shingles.dedup();
        Compared { shingles, numbers: tokens.numbers().to_vec(), letters: Vec::new() }
    }

    /// Bytes it takes.
    pub fn size(&self) -> usize {
        self.shingles.len() * 8 + self.numbers.len() * 8 + self.letters.len() * 4
    }

    /// The share of shingles that both texts have, in thousandths (Jaccard), when `self`, the later one, says nothing else than `first`;
    /// `None` when it may. Linear.
    ///
    /// A paragraph says something else when it has other numbers, when two characters or more stand where others stand, or when one
    /// does that denies or tells sides apart: notices made of one form are different facts. A record does when it has a number that
    /// `first` has not.
    pub fn similarity(&self, first: &Compared) -> Option<u16> {
        let paragraphs = !self.letters.is_empty() && !first.letters.is_empty();
        if !(if paragraphs { self.numbers == first.numbers } else { is_within(&self.numbers, &first.numbers) }) {
            return None;
        }
        let both = common(&self.shingles, &first.shingles);
        let all = self.shingles.len() + first.shingles.len() - both;
        let similarity = (both * 1000).checked_div(all)? as u16;
        (!paragraphs || same_words(&self.letters, &first.letters)).then_some(similarity)
    }
}

/// How many numbers stand in both of two sorted lists.
fn common(a: &[u64], b: &[u64]) -> usize {
    let (mut i, mut j, mut n) = (0, 0, 0);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        n += usize::from(x == y);
        (i, j) = (i + usize::from(x <= y), j + usize::from(y <= x));
    }
    n
}

/// True when all of `some` stand in `all`, in their order.
fn is_within(some: &[u64], all: &[u64]) -> bool {
    let mut all = all.iter();
    some.iter().all(|n| all.any(|m| m == n))
}

/// True when nothing stands in one text where something else stands in the other, but for single characters that tell nothing: texts
/// differ by what was put in or left out, or by slips.
fn same_words(a: &[char], b: &[char]) -> bool {
    let mut places: HashMap<&[char], Vec<u32>> = HashMap::with_capacity(b.len());
    for (at, gram) in (0u32..).zip(b.windows(ANCHOR)) {
        places.entry(gram).or_default().push(at);
    }
    // the next place of what stands at `i`, from `j` on
    let next = |i: usize, j: usize| {
        let places = places.get(a.get(i..i + ANCHOR)?)?;
        places.get(places.partition_point(|p| (*p as usize) < j)).map(|p| *p as usize)
    };
    let (mut i, mut j) = (0, 0);
    loop {
        while i < a.len() && j < b.len() && a[i] == b[j] {
            (i, j) = (i + 1, j + 1);
        }
        let mut best: Option<(usize, usize)> = None;
        for k in i..a.len() {
            if let Some(at) = next(k, j)
                && best.is_none_or(|(x, y)| k - i + at - j < x - i + y - j)
            {
                best = Some((k, at));
            }
            if best.is_some() && k - i >= NEAR {
                break;
            }
        }
        // at the end what is left may be too short to be found again
        let (to, at) = best.unwrap_or_else(|| {
            let tail = a[i..].iter().rev().zip(b[j..].iter().rev()).take_while(|(x, y)| x == y).count();
            (a.len() - tail, b.len() - tail)
        });
        if !is_slip(&a[i..to], &b[j..at]) {
            return false;
        }
        if best.is_none() {
            return true;
        }
        (i, j) = (to, at);
    }
}

/// True when `a` in the place of `b` changes nothing that matters.
fn is_slip(a: &[char], b: &[char]) -> bool {
    // a word may begin like what stands behind it, and then seems to stand a little later
    let turns = |s: &[char], word: &str| (0..s.len()).any(|n| word.chars().eq(s[n..].iter().chain(&s[..n]).copied()));
    let denies = |s: &[char]| s.len() <= FEW && (s.iter().any(|c| DENIALS.0.contains(*c)) || DENIALS.1.iter().any(|d| turns(s, d)));
    match (a, b) {
        ([], s) | (s, []) => !denies(s),
        ([x], [y]) => !TELLING.contains(*x) && !TELLING.contains(*y),
        ([x], more) | (more, [x]) => !TELLING.contains(*x) && !more.iter().any(|c| TELLING.contains(*c)) && more.len() <= 2,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "村里人商量了几次，决定自己动手修一条路，从村口一直修到河边的老柳树下。男人们扛着锄头，女人们挑着箩筐，连放学回来的孩子也跟着搬石头，到了晚上大家围着火堆唱歌，谁也不觉得累，只盼着早些通车。";

    fn similarity(later: &str, first: &str) -> Option<u16> {
        Compared::paragraph(later).similarity(&Compared::paragraph(first))
    }

    #[test]
    fn marks_do_not_count_and_additions_count_a_little() {
        assert_eq!(similarity(&TEXT.replace('，', ",").replace('。', " "), TEXT), Some(1000));
        let longer = similarity(&format!("本报讯{TEXT}"), TEXT).unwrap();
        assert!((950..1000).contains(&longer), "{longer}");
        let shorter = similarity(&TEXT.replace("连放学回来的孩子也跟着搬石头", ""), TEXT).unwrap();
        assert!((700..780).contains(&shorter), "{shorter}");
        // one character for another: five shingles of either
        assert!(similarity(&TEXT.replace('锄', "鋤"), TEXT).is_some_and(|s| (850..900).contains(&s)));
        assert_eq!(similarity(&TEXT.replace('锄', "\u{FFFD}"), TEXT).map(|s| s > 880), Some(true));
    }

    #[test]
    fn other_facts_are_no_copies() {
        for (was, now) in [
            ("扛着", "抗着"),
            ("村里人", "镇里人"),
            ("几次", "三次"),
            ("唱歌", "喝酒"),
            ("村口", "学校门口"),
            ("不觉得", "觉得"),
            ("谁也不觉得累", "谁也觉得累"),
            ("男人们", "女人们"),
        ] {
            let other = TEXT.replacen(was, now, 1);
            assert_ne!(other, TEXT, "{was}");
            let found = similarity(&other, TEXT);
            assert_eq!(found.is_some(), was == "扛着", "{was} {now}: {found:?}");
        }
        let notice = |who: &str, fee: u32| {
            format!(
                "兹有{who}于本月在镇上办理了摊位登记手续，缴纳了管理费用{fee}元整，按照规定准予在集市东门内第二排设摊经营，请各有关方面给予协助，特此公告。"
            )
        };
        assert_eq!(similarity(&notice("陈阿毛", 300), &notice("陈阿毛", 350)), None);
        assert_eq!(similarity(&notice("陈阿毛", 300), &notice("周小满", 300)), None);
    }

    #[test]
    fn a_denial_is_seen_wherever_it_begins() {
        let text = "the ferry crossed the river twice a day and nobody in the village thought much of it until the new bridge near the mill was opened";
        assert!(similarity(&text.replace("near the mill", "very near the mill"), text).is_some());
        assert!(similarity(&text.replace("near the mill", "not near the mill"), text).is_none());
    }

    #[test]
    fn a_record_may_have_fewer_numbers_and_no_others() {
        let record = |numbers: &[u32]| {
            let text = numbers.iter().map(|n| format!("，那一年是{n}年")).collect::<String>();
            Compared::record([TEXT, &text].into_iter())
        };
        assert!(record(&[1998]).similarity(&record(&[1998, 2003])).is_some());
        assert!(record(&[1998, 2003]).similarity(&record(&[1998])).is_none());
        assert!(record(&[2003, 1998]).similarity(&record(&[1998, 2003])).is_none());
    }

    #[test]
    fn texts_of_one_character_end() {
        let a = "啊".repeat(20_000);
        assert!(similarity(&a, &"啊".repeat(19_000)).is_some());
        assert!(similarity(&a, &format!("{}呀呀呀呀呀", "啊".repeat(10_000))).is_none());
    }
}
