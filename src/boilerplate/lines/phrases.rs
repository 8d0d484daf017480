//! Which class of page furniture a line in another language than Chinese belongs to, by the phrases of `boilerplate_phrases.tsv` alone.
//! Chinese has `words`; where a line stands is judged in `mod` and `segment`.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use aho_corasick::AhoCorasick;

use super::glance::is_wide;
use super::sieve::Bits;
use super::words::{Class, Hit, is_trim};
use crate::byline::names::is_han;
use crate::bytes::{any, any_pair, is_letter};
use crate::rules::own::Furniture;

/// Longest line or part of one that can be a phrase, in bytes; the longest phrase has some 90.
const WHOLE: usize = 120;
/// Longest line that can be a row of phrases, or hold one, in bytes. Origin: own observation, menus in one line; no other value was tried.
const ROW: usize = 400;
/// Longest line that is furniture by its beginning, in characters; longer ones are prose that begins alike. Origin: own estimate; no other
/// value was tried, here and below.
const BEGIN: usize = 160;
/// The same for classes that are seldom said in sentences of furniture.
const BEGIN_SHORT: usize = 80;
/// Most words of a phrase in a row without signs between them.
const ROW_WORDS: usize = 5;
/// Bytes of a text in which kana are looked for.
const SAMPLE: usize = 8 << 10;

struct Phrases {
    whole: HashMap<&'static str, Class>,
    /// Phrases that stand first in a path: `Home > News`.
    homes: HashSet<&'static str>,
    /// In the order of their bytes.
    begin: Vec<(&'static str, Class)>,
    within: AhoCorasick,
    /// See [`of_whole`] and [`of_begin`].
    may_be_whole: Bits,
    may_begin: Bits,
}

impl Phrases {
    fn get() -> &'static Phrases {
        static PHRASES: OnceLock<Phrases> = OnceLock::new();
        PHRASES.get_or_init(|| {
            let (mut whole, mut homes) = (HashMap::with_capacity(9000), HashSet::new());
            let (mut begin, mut within) = (Vec::new(), Vec::new());
            let (mut may_be_whole, mut may_begin) = (Bits::default(), Bits::default());
            for line in include_str!("../../data/boilerplate_phrases.tsv").lines().filter(|l| !l.starts_with('#')) {
                let mut cells = line.split('\t');
                let (Some(phrase), Some(place), Some(of)) = (cells.next(), cells.next(), cells.next()) else { continue };
                let class = match of {
                    "topic" => Class::Topic,
                    of => Furniture::named(of).map_or(Class::Reference, Class::from),
                };
                match place {
                    "begin" => {
                        let [a, b, c] = of_begin(phrase).map(u32::from);
                        may_begin.add(a, b, c);
                        begin.push((phrase, class));
                    }
                    "within" => within.push(phrase),
                    _ => {
                        if place == "home" {
                            homes.insert(phrase);
                        }
                        let [a, b, c] = of_whole(phrase);
                        may_be_whole.add(a, b, c);
                        whole.insert(phrase, class);
                    }
                }
            }
            begin.sort_unstable_by_key(|(phrase, _)| *phrase);
            let within = AhoCorasick::builder()
                .ascii_case_insensitive(true)
                .build(&within)
                .unwrap_or_else(|e| panic!("boilerplate_phrases.tsv: {e}"));
            Phrases { whole, homes, begin, within, may_be_whole, may_begin }
        })
    }

    /// The class of a line or part, in either case, without the signs around it.
    fn whole(&self, s: &str) -> Option<Class> {
        if self.may_be_whole(s) { self.whole.get(s.chars().map(lower).collect::<String>().as_str()).copied() } else { None }
    }

    /// May a line or part, in either case, be a phrase?
    fn may_be_whole(&self, s: &str) -> bool {
        let [a, b, c] = of_whole(s);
        s.len() <= WHOLE && self.may_be_whole.has(a, b, c)
    }

    /// The class of the longest phrase that begins a line, in either case, when no word goes on behind it. No allocation.
    fn begin(&self, s: &str) -> Option<Class> {
        let key = of_begin(s);
        let ([a, b, c], first) = (key.map(u32::from), key[0]);
        if !self.may_begin.has(a, b, c) && !SIGNS.contains(&first) {
            return None;
        }
        let from = self.begin.partition_point(|(p, _)| p.chars().next() < Some(first));
        let alike = self.begin[from..].iter().take_while(|(p, _)| p.starts_with(first));
        let joins = |c: char| is_letter(c) && !is_wide(c);
        let begins = |phrase: &str| {
            let mut rest = s.chars();
            let same = phrase.chars().all(|p| rest.next().map(lower) == Some(p));
            same && !(phrase.ends_with(joins) && rest.as_str().starts_with(joins))
        };
        alike.filter(|(p, _)| begins(p)).max_by_key(|(p, _)| p.len()).map(|(_, class)| *class)
    }
}

/// What phrases of one character that begin a line are.
const SIGNS: [char; 4] = ['©', 'ⓒ', '〒', '←'];

/// Lower case of a character, when it is one character.
fn lower(c: char) -> char {
    match c {
        '\0'..='\x7f' => c.to_ascii_lowercase(),
        'à'..='ÿ' | 'а'..='я' | '\u{2000}'.. => c,
        _ => c.to_lowercase().next().unwrap_or(c),
    }
}

/// What a phrase that is all of a line has in common with lines that may be it: first two and last characters, and length.
fn of_whole(s: &str) -> [u32; 3] {
    let mut c = s.chars().map(|c| u32::from(lower(c)));
    let (a, b, z) = (c.next().unwrap_or(0), c.next().unwrap_or(0), c.next_back().unwrap_or(0));
    [a, b, z ^ (s.len() as u32) << 21]
}

/// First three characters, as far as there are so many.
fn of_begin(s: &str) -> [char; 3] {
    let mut c = s.chars().map(lower);
    std::array::from_fn(|_| c.next().unwrap_or('\0'))
}

/// Whether a text is Japanese: some kana stand in its first lines. Lines of Han alone are asked of Japanese phrases only in such a text.
pub(super) fn has_kana(text: &str) -> bool {
    let mut end = text.len().min(SAMPLE);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let head = &text[..end];
    // あ to ヺ by their last bytes but one, then by the character: `。` begins with the same byte
    any_pair(head.as_bytes(), |a, b| (a == 0xe3) & (b.wrapping_sub(0x81) < 3))
        && head.chars().filter(|c| matches!(c, '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}')).nth(9).is_some()
}

/// What is asked of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    /// Whether it is a phrase, or a row of them with bars or dots between.
    First,
    /// Everything: when something in the text is furniture, which most texts have none of.
    All,
}

/// The class of a line, or `None` when its words say nothing. `sentences` are the marks in it that end one; `japanese` is asked of lines that
/// begin with Han.
pub(super) fn classify(line: &str, sentences: u32, ask: Ask, japanese: impl Fn() -> bool) -> Option<Hit> {
    if line.len() > ROW || line.starts_with(is_han) && !japanese() {
        return None;
    }
    let bare = line.trim_matches(|c: char| is_trim(c) || matches!(c, '"' | '“' | '”'));
    if bare.is_empty() {
        return None;
    }
    let phrases = Phrases::get();
    let whole = |class| Some(Hit { class, whole: true, strong: true });
    if let Some(class) = phrases.whole(bare).or_else(|| phrases.whole(uncounted(bare)?)) {
        return whole(class);
    }
    let ends = is_sentence(line);
    let parts = || any_pair(line.as_bytes(), |a, b| (b == b'|') | (b == b'>') | (a == 0xc2) & (b == 0xb7) | (a == 0x80) & (b == 0xa2));
    if !ends
        && (ask == Ask::All || parts())
        && let Some(class) = row(phrases, bare)
    {
        return whole(class);
    }
    if ask == Ask::First {
        return None;
    }
    if !ends && let Some(class) = run(phrases, bare) {
        return whole(class);
    }
    let short = |n: usize| bare.len() <= n || bare.chars().nth(n).is_none();
    // Imprints name a year or a sign; a sentence without these is one about rights or cookies.
    let says = || has_sign(bare) || has_year(bare);
    if let Some(class) = phrases.begin(bare)
        && match class {
            // These are said in sentences, too.
            Class::Comments => short(BEGIN),
            Class::Footer => short(BEGIN) && (!ends || says() || phrases.within.is_match(bare)),
            _ => short(BEGIN_SHORT) && (!ends || sentences == 0),
        }
    {
        return Some(Hit { class, whole: false, strong: true });
    }
    let told = sentences <= 3 && (!ends && short(BEGIN_SHORT) || says());
    (told && phrases.within.is_match(bare)).then_some(Hit { class: Class::Footer, whole: false, strong: false })
}

/// Whether a line ends as a sentence does.
pub(super) fn is_sentence(line: &str) -> bool {
    let line = line.trim_end_matches(['"', '”', ')', '»']);
    line.ends_with(['.', '!', '?', '…', '。', '！', '？', '।', '؟', '۔'])
}

/// True for a path from the front page: `Home > News > Town`.
pub(super) fn is_path(line: &str) -> bool {
    const ARROWS: [char; 6] = ['>', '＞', '»', '›', '→', '▸'];
    // `>` and the last two bytes of the others
    let may_part = |a: u8, b: u8| {
        (b == b'>')
            | (a == 0xc2) & (b == 0xbb)
            | (a == 0x80) & (b == 0xba)
            | (a == 0x86) & (b == 0x92)
            | (a == 0x96) & (b == 0xb8)
            | (a == 0xbc) & (b == 0x9e)
    };
    if line.len() > 300 || is_sentence(line) || !any_pair(line.as_bytes(), may_part) {
        return false;
    }
    let parts = || line.split(ARROWS).map(str::trim).filter(|p| !p.is_empty());
    let Some(first) = parts().next().map(str::to_lowercase) else { return false };
    // `You are here: Home > News`
    let first = first.rsplit(':').next().unwrap_or_default().trim();
    parts().nth(1).is_some() && parts().all(|p| p.chars().nth(60).is_none()) && Phrases::get().homes.contains(first)
}

/// Whether a bar or a sign of rights or numbers of papers stands in a line.
fn has_sign(s: &str) -> bool {
    memchr::memchr(b'|', s.as_bytes()).is_some()
        || any_pair(s.as_bytes(), |a, b| (a == 0xc2) & ((b == 0xa9) | (b == 0xae)))
        || s.contains(['ⓒ', '№'])
}

/// Without the count before or behind it: `comments (12)`, `3 comments`, `share 34`; `None` when there is none.
fn uncounted(s: &str) -> Option<&str> {
    let is_count = |c: char| c.is_ascii_digit() || matches!(c, '(' | ')' | '[' | ']' | ' ' | ',' | '.' | '+' | ':');
    let is_end = |b: Option<&u8>| b.is_some_and(|b| matches!(b, b'0'..=b'9' | b')' | b']' | b'+'));
    if s.len() > WHOLE || !(is_end(s.as_bytes().first()) || is_end(s.as_bytes().last())) {
        return None;
    }
    let inner = s.trim_matches(is_count);
    let cut = s.len() - inner.len();
    let counts = || s.bytes().any(|b| b.is_ascii_digit());
    (cut > 0 && cut <= 12 && !inner.is_empty() && counts()).then_some(inner)
}

/// The class of a row of phrases: at least two parts between bars, dots, commas or wide blanks, six in ten of them known.
fn row(phrases: &Phrases, line: &str) -> Option<Class> {
    let may_part = |b: u8| matches!(b, b'|' | b'/' | b'>' | b',' | b';' | b'\t' | 0xc2 | 0xe2 | 0xe3 | 0xef);
    if !any(line.as_bytes(), may_part) && !line.contains("  ") {
        return None;
    }
    let (mut all, mut known, mut topics, mut class) = (0u32, 0u32, 0u32, None);
    let is_sign = |c: char| {
        matches!(
            c,
            '|' | '｜' | '·' | '•' | '/' | '>' | '»' | '›' | ',' | '、' | '،' | ';' | '\t' | '\u{3000}' | '∙' | '⋅' | '–' | '—' | '・'
        )
    };
    for part in line.split(is_sign).flat_map(|p| p.split("  ")) {
        let part = part.trim_matches(is_trim);
        if part.is_empty() {
            continue;
        }
        all += 1;
        match phrases.whole(part) {
            Some(Class::Topic) => topics += 1,
            Some(of) => {
                known += 1;
                class.get_or_insert(of);
            }
            None => {}
        }
    }
    decide(all, known, topics, class)
}

/// The class of a row of phrases with blanks between them: `Facebook Twitter Print this page`; seven in ten words are of phrases.
fn run(phrases: &Phrases, line: &str) -> Option<Class> {
    if !line.contains(' ') || line.starts_with(is_wide) && !line.starts_with(is_hangul) {
        return None;
    }
    let starts: Vec<usize> = std::iter::once(0).chain(line.match_indices(' ').map(|(i, _)| i + 1)).collect();
    let end_of = |i: usize| starts.get(i).map_or(line.len(), |s| s - 1);
    let (mut at, mut covered, mut missed, mut known, mut topics, mut class) = (0, 0, 0, 0u32, 0u32, None);
    while at < starts.len() {
        let most = ROW_WORDS.min(starts.len() - at);
        let found = (1..=most).rev().find_map(|n| {
            let part = line[starts[at]..end_of(at + n)].trim_matches(is_trim);
            if part.is_empty() { None } else { phrases.whole(part).map(|class| (n, class)) }
        });
        match found {
            Some((n, of)) => {
                covered += n;
                at += n;
                if of == Class::Topic {
                    topics += 1;
                } else {
                    known += 1;
                    class.get_or_insert(of);
                }
            }
            None => {
                missed += 1;
                at += 1;
                // Most lines are no such row, which shows soon.
                if missed > 4 && missed > covered {
                    return None;
                }
            }
        }
    }
    if covered * 10 < (covered + missed) * 7 { None } else { decide(known + topics, known, topics, class) }
}

/// Three names of sections in a row are a menu; two alone are a heading as well as not.
fn decide(all: u32, known: u32, topics: u32, class: Option<Class>) -> Option<Class> {
    let class = class.or((topics >= 3).then_some(Class::Navigation)).or((topics >= 2).then_some(Class::Topic));
    class.filter(|_| all >= 2 && (known + topics) * 10 >= all * 6)
}

/// True when a year from 1990 to 2039 stands in a line.
fn has_year(s: &str) -> bool {
    let digits = memchr::memchr2_iter(b'1', b'2', s.as_bytes());
    digits
        .filter_map(|at| s.as_bytes().get(at..at + 4))
        .any(|w| matches!(w, [b'1', b'9', b'9', d] | [b'2', b'0', b'0'..=b'3', d] if d.is_ascii_digit()))
}

fn is_hangul(c: char) -> bool {
    matches!(c, '\u{ac00}'..='\u{d7a3}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::table;

    fn class(line: &str) -> Option<Class> {
        classify(line, line.matches(['.', '!', '?', '。']).count() as u32, Ask::All, || true).map(|h| h.class)
    }

    #[test]
    fn furniture_in_many_languages() {
        for (line, is) in [
            ("Skip to content", Class::Navigation),
            ("HOME", Class::Navigation),
            ("Comments (12)", Class::Comments),
            ("3 Kommentare", Class::Comments),
            ("Home | News | Sport | Contact us", Class::Navigation),
            ("Share on Facebook Twitter Print", Class::Share),
            ("Startseite · Impressum · Datenschutz", Class::Navigation),
            ("Lire aussi : la rivière monte", Class::Related),
            ("Читайте также", Class::Related),
            ("© 2021 Das Dorfblatt. Alle Rechte vorbehalten.", Class::Footer),
            ("Todos los derechos reservados", Class::Footer),
            ("Your email address will not be published.", Class::Comments),
            ("ALL RIGHTS RESERVED. The Village Paper 2021", Class::Footer),
            ("関連記事", Class::Related),
            ("ツイート　シェア　はてなブックマーク", Class::Share),
            ("로그인 | 회원가입 | 고객센터", Class::Login),
            ("<저작권자 ⓒ 마을신문, 무단 전재 및 재배포 금지>", Class::Footer),
            ("اقرأ أيضا", Class::Related),
        ] {
            assert_eq!(class(line), Some(is), "{line}");
        }
        assert_eq!(class("Politics"), Some(Class::Topic));
    }

    #[test]
    fn text_is_no_furniture() {
        for line in [
            "She went home and told nobody.",
            "Share what you have, keep what you need",
            "Powered by steam, the mill went on all night.",
            "The news came late to the village",
            "Copy the key and go",
            "Der Kontakt zum Nachbarn riss ab",
            "Privacy is a habit, not a setting.",
            "« Nous avons attendu la pluie », dit-il",
            "ホームに電車が入ってきた。",
            "Подробнее всех рассказал сосед",
            "공유지의 비극",
        ] {
            assert_eq!(class(line), None, "{line}");
        }
        assert_eq!(classify("関連記事", 0, Ask::All, || false), None, "Han is asked in Japanese texts only");
    }

    #[test]
    fn kana_tell_japanese() {
        assert!(has_kana("山の道は雨が降るとすぐに歩きにくくなる。") && !has_kana("山里的路一到雨天就不好走。の"));
    }

    #[test]
    fn paths() {
        assert!(is_path("You are here: Home › News › Roads") && is_path("Startseite > Orte") && is_path("홈 > 사회 > 지역"));
        assert!(!is_path("a > b") && !is_path("Home") && !is_path("News -> Home"));
    }

    #[test]
    fn every_phrase_is_found_and_has_a_class() {
        let phrases = Phrases::get();
        let mut seen = std::collections::HashSet::new();
        for row in table::rows("boilerplate_phrases.tsv", include_str!("../../data/boilerplate_phrases.tsv"), 3).map(Result::unwrap) {
            let (phrase, place, of) = (row.cells[0], row.cells[1], row.cells[2]);
            assert!(seen.insert((phrase.to_owned(), place.to_owned())), "{phrase} stands there twice");
            assert!(phrase.chars().all(|c| lower(c) == c), "{phrase}: lower case");
            assert!(of == "topic" || Furniture::named(of).is_some(), "{of}");
            match place {
                "whole" | "home" => assert!(phrases.whole(phrase).is_some(), "{phrase}"),
                "begin" => assert!(phrases.begin(phrase).is_some(), "{phrase}"),
                "within" => assert!(of == "footer" && phrases.within.is_match(phrase), "{phrase}"),
                _ => panic!("{place}"),
            }
        }
    }
}
