//! Lines broken at a margin, as in mail, manuals and books typed by hand: which of them read on in the next. Sentences that are broken
//! without a margin are for `join`.

use std::ops::Range;

use unicode_width::UnicodeWidthChar;

use super::join::is_numbered;
use super::together::{columns, is_unparted};
use crate::block::{Block, Kind};
use crate::byline::names::is_han;

/// Margins that are looked for, in columns of a terminal (an ideograph has two): printed and mailed pages have 60 to 80; below are verse
/// and columns of tables.
const NARROWEST: usize = 50;
const WIDEST: usize = 100;
/// Least breaks where the next word did not fit, for a page to have a margin. Of lines of any length one break in eight looks so.
const LEAST: usize = 3;
/// Share of the breaks of a page, and of lines that stand below each other without a blank one, that must be such, in percent. Half of the
/// lines of a manual may be examples.
const OF_PAGE: usize = 40;
const OF_RUN: usize = 60;
/// Share of them, in percent, at most, where the first line ends as a sentence does, or the second begins with a capital though it does not.
/// The Universal Declaration of Human Rights wrapped at 60 to 80 columns has 40 in German, 1 to 5 in English, French, Polish, Russian and Chinese.
const ANEW: usize = 60;
/// Lines this close to the margin, in percent, read on when they have no end, and when the next goes on in lower case, too: some programs fill
/// lines evenly.
const NEAR: usize = 80;
const NEAR_LOWER: usize = 70;
/// Share of its lines, in percent, that one run of lines has at most where blank lines part paragraphs. Elsewhere a paragraph may end with any line
/// that ends a sentence: one in eight of those looks full.
const LARGEST_RUN: usize = 60;
/// Without a margin: least breaks with a first line that has no end and a second in lower case, their share of the breaks of a page, the share of
/// lines without an end of a run, in percent; and how wide such lines are at least, in percent of the widest.
const LEAST_RAGGED: usize = 5;
const OF_RAGGED: usize = 35;
const OF_RUN_RAGGED: usize = 50;
const NEAR_RAGGED: usize = 60;
/// A longer word at the beginning of a line is code, base64 or an address, and says nothing of the margin; columns.
const LONGEST_WORD: usize = 30;
/// A line that reads on has at least so many columns without those it is indented by; of ASCII alone, so many words, a program's line of that
/// length has fewer; and at most one sign of programs in so many bytes.
const SHORTEST: usize = 30;
const LEAST_WORDS: usize = 4;
const SIGNS: usize = 20;
/// What a line of ideographs may be short of the margin, in columns, besides the room for one: no line begins with a mark.
const KINSOKU: usize = 2;
/// Columns of a first word of a script without blanks and of no fixed width, such as Thai: where a line may be broken a dictionary tells, and no
/// such line is put to another.
const UNKNOWN: usize = LONGEST_WORD + 1;

/// How a line begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Start {
    Lower,
    Upper,
    Other,
    /// As an item, a rule, a row or a quotation: it goes on with nothing.
    Anew,
}

/// A line that a margin may have broken.
#[derive(Clone, Copy, Debug)]
struct Line {
    /// From the left edge to its end, by each measure; columns to its beginning.
    width: [usize; MEASURES],
    indent: usize,
    /// Its first word, by each measure.
    first: [usize; MEASURES],
    start: Start,
    /// It has no mark at its end that a sentence ends with.
    open: bool,
    /// No blank is put at a break before it, and behind it.
    close: [bool; 2],
    /// Its words, as far as blanks part them; of other than ASCII not counted.
    words: usize,
    /// It is none that reads on: a rule, a row of columns, code.
    stiff: bool,
    /// An item of a list, below which lines are indented.
    item: bool,
}

/// For each block whether it is the continuation of the one before it: a line of running text that was broken at the margin, where its first
/// word did not fit. `out` are left out. Empty when there are none. Linear; where most lines are wider than any margin they are only counted.
///
/// A margin is one that most breaks of the page agree on, between a line and the next word; lines end with it in the middle of sentences. Items,
/// rows, code, verse, quoted mail and what is indented anew are never continuations.
pub(super) fn continuations(text: &str, blocks: &[Block], out: &[bool]) -> Vec<bool> {
    // of most texts the lines are wider than any margin, told by their bytes alone
    let (mut wide, mut too_wide) = (0, 0);
    let mut touches = vec![false; blocks.len()];
    for i in 1..blocks.len() {
        let (a, b) = (&blocks[i - 1], &blocks[i]);
        let alike = a.kind == b.kind && matches!(a.kind, Kind::Paragraph | Kind::Quote) && a.node == b.node && !out[i - 1] && !out[i];
        if alike && is_one_end(&text[a.span.end as usize..b.span.start as usize]) {
            touches[i] = may_fit(a.span.of(text)) && may_fit(b.span.of(text));
            wide += usize::from(touches[i] && a.span.len() >= NARROWEST);
            too_wide += usize::from(!touches[i]);
        }
    }
    if wide < LEAST || wide < too_wide {
        return Vec::new();
    }
    let runs = runs(&touches);
    let line = |i: usize| (touches[i] || touches.get(i + 1) == Some(&true)).then(|| line(text, &blocks[i]));
    let lines: Vec<Option<Line>> = (0..blocks.len()).map(line).collect();
    let pair = |i: usize| Some((lines[i - 1].as_ref()?, lines[i].as_ref()?)).filter(|(a, b)| touches[i] && may_go_on(a, b));
    let pairs: Vec<Option<(&Line, &Line)>> = (0..blocks.len()).map(|i| if i == 0 { None } else { pair(i) }).collect();
    // a few lines of a text that is broken anywhere agree on a margin, too
    let of_measure = |m| [filled(&pairs, &runs, m), ragged(&pairs, &runs, m)];
    let mut best: (usize, Vec<bool>) = (0, Vec::new());
    for joined in (0..MEASURES).flat_map(of_measure).flatten() {
        let count = joined.iter().filter(|j| **j).count();
        if count > best.0 {
            best = (count, joined);
        }
    }
    best.1
}

/// How a program that breaks lines may count them: in columns, characters, bytes (vim; Python's textwrap; GNU fmt).
const MEASURES: usize = 3;

fn measures(s: &str) -> [usize; MEASURES] {
    if s.is_ascii() {
        return [s.len(); MEASURES];
    }
    [columns(s), s.chars().count(), s.len()]
}

/// False for a line that is wider than any margin, as far as the number of its characters and those that are wide by their first byte tell. The
/// estimate may be a fifth above the columns there are.
fn may_fit(s: &str) -> bool {
    let bytes = s.as_bytes();
    bytes.len() <= WIDEST
        || bytes.len() <= 4 * WIDEST && {
            let columns = bytes.iter().map(|b| u16::from((*b as i8) >= -0x40) + u16::from((0xe3..=0xed).contains(b))).sum::<u16>();
            usize::from(columns) <= WIDEST + WIDEST / 5
        }
}

/// Two lines of which the second may be the continuation of the first, by number of the second.
type Pairs<'l> = [Option<(&'l Line, &'l Line)>];

/// Blocks that stand below each other without a blank line, all of them, in order.
fn runs(touches: &[bool]) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for (i, touches) in touches.iter().enumerate() {
        match runs.last_mut() {
            Some(run) if *touches => run.end = i + 1,
            _ => runs.push(i..i + 1),
        }
    }
    runs
}

/// True when blank lines stand between the paragraphs of a page: no run has most of its lines.
fn is_parted(runs: &[Range<usize>]) -> bool {
    let of_runs = || runs.iter().map(Range::len).filter(|n| *n > 1);
    of_runs().max().unwrap_or(0) * 100 <= of_runs().sum::<usize>() * LARGEST_RUN
}

/// Lines that were filled as far as words fit.
fn filled(pairs: &Pairs<'_>, runs: &[Range<usize>], m: usize) -> Option<Vec<bool>> {
    let margin = margin(pairs, m)?;
    let full = |i: usize| pairs[i].is_some_and(|(a, b)| room(a, b, m).contains(&margin));
    let prose = |run: &&Range<usize>| {
        let breaks = pairs[(*run).clone()].iter().flatten().count();
        let of_them = (*run).clone().filter(|i| full(*i)).count();
        of_them > 0 && of_them * 100 >= breaks * OF_RUN
    };
    let parted = is_parted(runs);
    let (mut fulls, mut anew, mut joined) = (0, 0, vec![false; pairs.len()]);
    for i in runs.iter().filter(prose).cloned().flatten() {
        let Some((a, b)) = pairs[i] else { continue };
        if full(i) {
            fulls += 1;
            anew += usize::from(!a.open || b.start == Start::Upper);
        }
        let near = |percent, widest| a.open && a.width[m] * 100 >= margin * percent && a.width[m] <= widest;
        let lower = b.start == Start::Lower && near(NEAR_LOWER, WIDEST);
        joined[i] = full(i) && (a.open || parted) || near(NEAR, margin) || lower;
    }
    let all = pairs.iter().flatten().count();
    (fulls >= LEAST && fulls * 100 >= all * OF_PAGE && anew * 100 <= fulls * ANEW).then_some(joined)
}

/// Lines of scripts with capitals that somebody broke as he liked: the sentences of many go on in lower case on the next.
fn ragged(pairs: &Pairs<'_>, runs: &[Range<usize>], m: usize) -> Option<Vec<bool>> {
    let mut widths: Vec<usize> = pairs.iter().flatten().map(|(a, _)| a.width[m]).filter(|w| *w <= WIDEST).collect();
    widths.sort_unstable();
    let (widest, median) = (*widths.last()?, widths[widths.len() / 2]);
    if median < NARROWEST {
        return None;
    }
    let wide = |i: usize, percent| pairs[i].is_some_and(|(a, _)| a.width[m] * 100 >= widest * percent && a.width[m] <= WIDEST);
    let open = |i: usize| wide(i, NEAR_RAGGED) && pairs[i].is_some_and(|(a, _)| a.open);
    let goes_on = (0..pairs.len()).filter(|i| open(*i) && pairs[*i].is_some_and(|(_, b)| b.start == Start::Lower)).count();
    if goes_on < LEAST_RAGGED || goes_on * 100 < widths.len() * OF_RAGGED {
        return None;
    }
    let prose = |run: &&Range<usize>| {
        let breaks = pairs[(*run).clone()].iter().flatten().count();
        (*run).clone().filter(|i| open(*i)).count() * 100 >= breaks * OF_RUN_RAGGED
    };
    let (parted, mut joined) = (is_parted(runs), vec![false; pairs.len()]);
    for i in runs.iter().filter(prose).cloned().flatten() {
        joined[i] = open(i) || parted && wide(i, NEAR);
    }
    Some(joined)
}

/// True for white space with one line end.
fn is_one_end(gap: &str) -> bool {
    if matches!(gap, "\n" | "\r\n") {
        return true;
    }
    let ends = gap.chars().filter(|c| matches!(c, '\n' | '\u{85}' | '\u{2028}')).count();
    let old = gap.bytes().filter(|b| *b == b'\r').count();
    (ends == 1 && old <= 1 || ends == 0 && old == 1) && gap.chars().all(char::is_whitespace)
}

/// The margins by which `b` would have stood on the next line: from the width of `a` to that with its first word.
fn room(a: &Line, b: &Line, m: usize) -> std::ops::RangeInclusive<usize> {
    let blank = usize::from(!(a.close[1] || b.close[0]));
    let kinsoku = if blank == 0 { KINSOKU } else { 0 };
    a.width[m]..=(a.width[m] + blank + b.first[m] - 1 + kinsoku)
}

/// The margin that most breaks agree on, the least of them.
fn margin(pairs: &Pairs<'_>, m: usize) -> Option<usize> {
    let mut steps = [0i64; WIDEST + 2];
    for (a, b) in pairs.iter().flatten() {
        let room = room(a, b, m);
        let (from, to) = ((*room.start()).max(NARROWEST), (*room.end()).min(WIDEST));
        if from <= to {
            steps[from] += 1;
            steps[to + 1] -= 1;
        }
    }
    let (mut now, mut best) = (0, (0, 0));
    for (width, step) in steps.iter().enumerate() {
        now += step;
        if now > best.0 {
            best = (now, width);
        }
    }
    (best.0 >= LEAST as i64).then_some(best.1)
}

/// Neither is a row, a rule or code, and the second is not indented anew.
fn may_go_on(a: &Line, b: &Line) -> bool {
    let indented = if a.item { b.indent >= a.indent } else { b.indent <= a.indent };
    let long = a.width[0] - a.indent >= SHORTEST && a.words >= LEAST_WORDS;
    long && !a.stiff && !b.stiff && b.start != Start::Anew && indented && b.first[0] <= LONGEST_WORD
}

fn line(text: &str, block: &Block) -> Line {
    let s = block.span.of(text);
    let before = &text[..block.span.start as usize];
    let mut indent = 0;
    let blanks = before.len() - before.trim_end_matches([' ', '\t', '\u{3000}', '\u{a0}']).len();
    for c in before[before.len() - blanks..].chars() {
        indent += match c {
            '\t' => 8 - indent % 8,
            '\u{3000}' => 2,
            _ => 1,
        };
    }
    let first = match s.chars().next() {
        Some(c) if is_unparted(c) && c.width() == Some(2) => measures(&s[..c.len_utf8()]),
        Some(c) if is_unparted(c) => [UNKNOWN; MEASURES],
        _ => measures(&s[..s.find(|c: char| c.is_whitespace() || is_unparted(c)).unwrap_or(s.len())]),
    };
    let end =
        |c: char| matches!(c, '.' | '!' | '?' | '…' | '。' | '！' | '？' | '।' | '۔' | '؟' | '։' | '።' | '၊' | '။' | '។' | '：' | ':');
    let closed = |c: char| matches!(c, '"' | '\'' | '”' | '’' | '»' | ')' | ']' | '」' | '』' | '）');
    let last = s.chars().next_back();
    let item = item(s) || is_numbered(s);
    let start = match s.trim_start_matches(['"', '\'', '(', '“', '‘', '«', '„', '¿', '¡', '「', '『', '（', '《']).chars().next()
    {
        _ if item => Start::Anew,
        Some(c) if c.is_lowercase() => Start::Lower,
        Some(c) if c.is_uppercase() => Start::Upper,
        Some(c) if c.is_alphanumeric() => Start::Other,
        _ => Start::Anew,
    };
    Line {
        width: measures(s).map(|n| indent + n),
        indent,
        first,
        start,
        open: !s.trim_end_matches(closed).ends_with(end),
        close: [s.chars().next(), last].map(|c| c.is_some_and(is_unparted)),
        words: if s.is_ascii() { s.split_ascii_whitespace().count() } else { usize::MAX },
        stiff: s.starts_with(['|', '+', '=', '#', '>', '<', '%', '\\', '{', '}']) && !item
            || last.is_some_and(|c| matches!(c, '{' | '}' | '\\' | '|' | '=' | ';'))
            || s.contains('\t')
            || s.contains("    ")
            || is_code(s),
        item,
    }
}

/// True for a line with so many signs of programs, or so few letters, that it is no prose: a call, an assignment, a row of numbers.
fn is_code(s: &str) -> bool {
    let bytes = s.as_bytes();
    let letter = |i: usize| bytes.get(i).is_some_and(u8::is_ascii_alphabetic);
    let sign = |i: usize| match bytes[i] {
        b'{' | b'}' | b'[' | b']' | b'<' | b'>' | b'=' | b'_' | b';' | b'|' | b'\\' | b'*' | b'&' | b'$' | b'^' | b'~' => true,
        b'(' => i > 0 && letter(i - 1),
        b'.' | b':' => i > 0 && letter(i - 1) && (letter(i + 1) || bytes.get(i + 1) == Some(&b':')),
        _ => false,
    };
    let signs = (0..bytes.len()).filter(|i| sign(*i)).count();
    let letters = bytes.iter().filter(|b| b.is_ascii_alphabetic() || !b.is_ascii()).count();
    signs * SIGNS > bytes.len() || letters * 2 < bytes.len()
}

/// An item of a list: a bullet, a number or a letter with a dot or in parentheses.
fn item(s: &str) -> bool {
    let (word, rest) = s.split_once([' ', '\u{3000}', '\t']).unwrap_or((s, ""));
    let chars = word.chars().count();
    let bullet = chars == 1 && !word.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '"' | '“' | '«' | '(' | '&'));
    let letter_o = word == "o" && rest.starts_with(' ');
    let inner = word.trim_start_matches(['(', '[']).trim_end_matches([')', ']', '.', ':', '、', '．']);
    let numbered = inner.len() < word.len() && chars <= 6 && {
        let digits = |s: &str| !s.is_empty() && s.chars().all(|c| c.is_ascii_digit() || c == '.');
        let roman = !inner.is_empty() && inner.chars().all(|c| matches!(c, 'i' | 'v' | 'x'));
        digits(inner) || roman || inner.chars().count() == 1 && !is_han(inner.chars().next().unwrap_or(' '))
    };
    !rest.is_empty() && (bullet || letter_o || numbered)
}

#[cfg(test)]
mod tests {
    use super::super::unwrap;
    use super::*;
    use crate::plain;
    use crate::rules::Rules;

    /// The paragraphs that come out; nothing when no line was put to another.
    fn unwrapped(text: &str) -> Vec<String> {
        let blocks = plain::outline(text).blocks;
        let Some((layer, blocks, _)) = unwrap(text, &blocks, &[], Rules::builtin()) else { return Vec::new() };
        assert!(layer.is_faithful(text.as_bytes()));
        assert_eq!(layer.undo(text.as_bytes()), text.as_bytes());
        blocks.iter().map(|b| b.span.of(&layer.text).to_owned()).collect()
    }

    const ENGLISH: &str = "\
The road along the river was wet again after the rain, and nobody
from the village wanted to mend it alone. They came together on a
morning in spring, forty of them with their spades. Nobody was to
be paid for it.

In the evening the stones lay where the water had been, and the
children walked over them. Old Jonas, who had well-
known knees, said that it would hold for a winter.
";

    #[test]
    fn lines_that_were_filled() {
        let [one, two] = &unwrapped(ENGLISH)[..] else { panic!() };
        assert!(one.starts_with("The road") && one.contains("alone. They came together on a morning") && one.ends_with("be paid for it."));
        assert!(two.contains("had been, and the children") && two.contains("well-known knees"), "{two}");
        // line ends of other systems, and lines indented alike
        assert_eq!(unwrapped(&ENGLISH.replace('\n', "\r\n")), unwrapped(ENGLISH));
        assert_eq!(unwrapped(&format!("  {}", ENGLISH.replace('\n', "\n  "))).len(), 2);
        // manuals have the sign that is nothing but a hyphen
        assert!(unwrapped(&ENGLISH.replace("well-", "well\u{2010}"))[1].contains("well\u{2010}known knees"));
    }

    #[test]
    fn paragraphs_that_only_an_indent_parts() {
        let text = "    The road along the river was wet again after the rain, and\n\
            nobody from the village wanted to mend it alone, so they came\n\
            together on a morning in spring.\n    \
            They dug until evening came, and then the children carried\n\
            stones from the field to the river, where water had taken the\n\
            bank.\n";
        assert_eq!(unwrapped(text).len(), 2, "{:?}", unwrapped(text));
    }

    #[test]
    fn lines_that_somebody_broke_as_he_liked() {
        let text = "\
Am Morgen war der Weg am Fluss wieder nass, und die ganze
Dorfgemeinde wollte ihn nicht allein ausbessern. Einen großen Teil
des Tages kamen sie zusammen, mit den Spaten über der Schulter und den Kindern
an der Hand, die nach dem Regen am Fluss die Haupt-
und Nebenwege suchten. Niemand wusste, wer ihn gerufen hatte,
aber der alte Jonas kam mit, und er sagte, dass die Steine vom oberen Feld
reichen müssten, wenn jemand sie bis zum Fluss tragen wollte. Am
Abend lagen die Steine dort, wo das Wasser gewesen
war, und niemand sprach von Geld, obwohl der Bürgermeister mit einem
Beutel gekommen war, den er dann wieder nach Hause trug.
";
        let [one] = &unwrapped(text)[..] else { panic!("{:?}", unwrapped(text)) };
        assert!(one.contains("die ganze Dorfgemeinde") && one.contains("Haupt- und Nebenwege"), "{one}");
    }

    #[test]
    fn ideographs_need_no_blank() {
        let line = "山里的路一到雨天就不好走村里人商量了几次决定自己动手修一条从村口一直";
        let text = format!(
            "{line}\n修到河边的老柳树下面去，大家都很高兴，说明年春天还要再修一条更宽的路来\n接着通到镇上去，这样孩子们上学就不用再绕远路了，老人们也可以坐车去看病\n买药也方便得多。\n"
        );
        let [one] = &unwrapped(&text)[..] else { panic!() };
        assert!(one.contains("从村口一直修到河边") && one.contains("更宽的路来接着"));
    }

    #[test]
    fn items_verse_code_and_lists_of_titles_stay() {
        let verse = "The river takes the stones away and brings the winter nearer,\n\
            The children of the lower farms have never seen it clearer,\n\
            The snow is on the upper road, and nobody will mend it,\n\
            The old men say the year was long, and only spring will end it.\n";
        let code = "let margin = margin_of(&lines, Columns::new(text, WIDEST))?;\n\
            let runs = runs_of(&touches, |a, b| may_go_on(a, b) && !out[i]);\n\
            let prose = runs.iter().filter(|run| run.is_prose(&lines, margin));\n\
            let joined = prose.map(|run| run.joined(&lines, margin)).collect();\n";
        let items = "* The road along the river was wet again after the rain today\n\
            * Nobody from the village wanted to mend the old road all alone\n\
            * They came together on a morning in spring, forty of them then\n\
            * In the evening the stones lay where the water had been before\n";
        let titles = "村里人商量了几次，决定自己动手修一条从村口到河边的路，明年开春动工\n\
            镇上的医院搬到了新楼，看病不用再排队\n\
            今年的雨水比往年多，河边的田淹了一半，县里派人来看过了\n\
            孩子们上学要走三十里山路，老师每天在村口等他们一起走\n\
            老柳树下的茶馆又开门了，掌柜的说茶还是原来的价钱，一壶三块\n";
        for text in [verse, code, items, titles] {
            assert_eq!(unwrapped(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn programs_that_count_bytes_or_characters() {
        let words = "дорога вдоль реки снова размокла после дождя и никто из деревни не хотел чинить её один пока не пришла весна";
        for measure in 0..MEASURES {
            let mut text = String::new();
            let mut line = String::new();
            for word in words.split(' ').cycle().take(120) {
                if measures(&line)[measure] + 1 + measures(word)[measure] > 76 {
                    text += &format!("{line}\n");
                    line.clear();
                }
                line += if line.is_empty() { "" } else { " " };
                line += word;
            }
            assert_eq!(unwrapped(&format!("{text}{line}.\n")).len(), 1);
        }
    }
}
