//! Dates as pages write them, to ISO 8601. No time zone is invented, no precision added.

use std::sync::OnceLock;

use jiff::civil;

use crate::rules::table;

/// A date found in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Date {
    /// ISO 8601, as precise as the text and no more: `2024-05-09`, `2024-05-09T22:27`, `2024-05-09T22:27:02+08:00`.
    pub iso: String,
    /// Byte range in the text it was read from.
    pub at: std::ops::Range<usize>,
    /// True when a time of day was given.
    pub timed: bool,
    /// True when it was written with digits and `-`, `/`, `.`, `:`, `T` alone, or with 年月日 (`numeric` is then false).
    pub numeric: bool,
}

/// The first date in `text`, at most 400 bytes of which are looked at: `2024-05-09 22:27:02`, `2024/5/9`, `2024.05.09`,
/// `2024年5月9日22时27分`, `2024년 5월 9일 오후 3:05`, `2024. 5. 9.`, RFC 3339, `May 9th, 2024`, `9 May 2024`, `9. Mai 2024`, `09.05.2024`. `9/25/2024` and `25/9/2024` are read, for only
/// one of the two numbers can be a month; `9/5/2024` is not. Digits may be full width. The day must exist.
pub fn find(text: &str) -> Option<Date> {
    find_by(text, None)
}

/// [`find`] for a page of which it is known whether the day stands first (`9/5/2024` is in May) or the month.
pub fn find_by(text: &str, day_first: Option<bool>) -> Option<Date> {
    let mut end = text.len().min(400);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let text = &text[..end];
    if !has_year(text) {
        return None;
    }
    let c = Chars::new(text);
    (0..c.len()).find_map(|i| {
        let starts = c.digit(i).is_some() && (i == 0 || c.digit(i - 1).is_none());
        if starts { numeric(&c, i).or_else(|| day_before_word(&c, i)).or_else(|| year_last(&c, i, day_first)) } else { month_first(&c, i) }
    })
}

/// True when four digits stand in a row: every form has a year.
fn has_year(text: &str) -> bool {
    let mut run = 0;
    let wide = "０".as_bytes()[0];
    if !text.bytes().any(|b| b.is_ascii_digit() || b == wide) {
        return false;
    }
    text.chars().any(|c| {
        run = if matches!(c, '0'..='9' | '０'..='９') { run + 1 } else { 0 };
        run == 4
    })
}

/// A date that is all of `text`: RFC 2822, or what [`find`] reads with nothing but blanks around it.
pub fn whole(text: &str) -> Option<String> {
    let text = text.trim();
    if let Ok(z) = jiff::fmt::rfc2822::DateTimeParser::new().parse_zoned(text) {
        let offset = z.offset().seconds();
        let zone = match offset {
            0 => "Z".to_owned(),
            s => format!("{}{:02}:{:02}", if s < 0 { '-' } else { '+' }, s.abs() / 3600, s.abs() % 3600 / 60),
        };
        return Some(format!("{}{zone}", z.datetime().strftime("%Y-%m-%dT%H:%M:%S")));
    }
    let d = find(text)?;
    let rest = text[..d.at.start].trim().len() + text[d.at.end..].trim().len();
    (rest == 0).then_some(d.iso)
}

/// The characters of a text with their places; full-width digits and signs folded.
struct Chars {
    all: Vec<(usize, char)>,
    end: usize,
}

impl Chars {
    fn new(text: &str) -> Chars {
        let fold = |c| match c {
            '０'..='９' | '－' | '／' | '．' | '：' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            '–' | '—' => '-',
            '\u{3000}' | '\u{a0}' => ' ',
            c => c,
        };
        Chars { all: text.char_indices().map(|(i, c)| (i, fold(c))).collect(), end: text.len() }
    }

    fn len(&self) -> usize {
        self.all.len()
    }

    fn get(&self, i: usize) -> char {
        self.all.get(i).map_or('\0', |c| c.1)
    }

    fn digit(&self, i: usize) -> Option<u32> {
        self.get(i).to_digit(10)
    }

    fn offset(&self, i: usize) -> usize {
        self.all.get(i).map_or(self.end, |c| c.0)
    }

    /// A number of `min..=max` digits at `i`, and where it ends; more digits than `max` is no number.
    fn number(&self, i: usize, min: usize, max: usize) -> Option<(i32, usize)> {
        let n = (0..=max).take_while(|k| self.digit(i + k).is_some()).count();
        if n < min || n > max {
            return None;
        }
        let value = (0..n).fold(0, |v, k| v * 10 + self.digit(i + k).unwrap_or(0) as i32);
        Some((value, i + n))
    }

    fn blanks(&self, mut i: usize) -> usize {
        while self.get(i) == ' ' {
            i += 1;
        }
        i
    }

    /// A word of letters at `i`, lower case, at most 12.
    fn word(&self, i: usize) -> (String, usize) {
        let n = (0..12).take_while(|k| self.get(i + k).is_alphabetic()).count();
        ((0..n).flat_map(|k| self.get(i + k).to_lowercase()).collect(), i + n)
    }

    /// Behind `st`, `nd`, `rd` or `th` at `i`, as after the number of a day; else `i`.
    fn ordinal(&self, i: usize) -> usize {
        let (word, end) = self.word(i);
        if matches!(&*word, "st" | "nd" | "rd" | "th") { end } else { i }
    }

    /// Behind one of `words` and the blanks after it; else `i`.
    fn skip(&self, i: usize, words: &[&str]) -> usize {
        let (word, end) = self.word(i);
        if words.contains(&&*word) { self.blanks(end) } else { i }
    }
}

/// Year, month, day with `-`, `/`, `.`, 年月日 or 년월일 between.
fn numeric(c: &Chars, start: usize) -> Option<Date> {
    let (y, i) = c.number(start, 4, 4)?;
    if !(1900..=2099).contains(&y) {
        return None;
    }
    let i = c.blanks(i);
    let sep = c.get(i);
    let (month, days): (char, &[char]) = match sep {
        '年' => ('月', &['日', '号', '號']),
        '년' => ('월', &['일']),
        '-' | '/' | '.' => (sep, &[]),
        _ => return None,
    };
    let ideographic = !days.is_empty();
    let (m, i) = c.number(c.blanks(i + 1), 1, 2)?;
    let i = c.blanks(i);
    if c.get(i) != month {
        return None;
    }
    let apart = c.get(i + 1) == ' ';
    let (d, i) = c.number(c.blanks(i + 1), 1, 2)?;
    let mut i = i;
    if ideographic {
        let j = c.blanks(i);
        if !days.contains(&c.get(j)) {
            return None;
        }
        i = j + 1;
    } else if apart && sep == '.' && c.get(i) == '.' {
        // `2024. 5. 9.`
        i += 1;
    }
    finish(c, start, i, (y, m, d), !ideographic)
}

/// `May 9, 2024`.
fn month_first(c: &Chars, start: usize) -> Option<Date> {
    // What months begin with.
    let begins = matches!(c.get(start).to_ascii_lowercase(), 'j' | 'f' | 'm' | 'a' | 's' | 'o' | 'n' | 'd');
    if !begins || start > 0 && c.get(start - 1).is_alphanumeric() {
        return None;
    }
    let (word, i) = c.word(start);
    let m = month(&word)?;
    let i = if c.get(i) == '.' { i + 1 } else { i };
    let (d, i) = c.number(c.blanks(i), 1, 2)?;
    let i = c.ordinal(i);
    let i = c.blanks(if c.get(i) == ',' { i + 1 } else { i });
    // A weekday between: `May 9 Thu 2024`.
    let (day, after) = c.word(i);
    let weekday = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].iter().any(|d| day.starts_with(d));
    let i = if weekday { c.blanks(after) } else { i };
    let (y, i) = c.number(i, 4, 4)?;
    finish(c, start, i, (y, m, d), true)
}

/// `9 May 2024`, `9th of May 2024`, `09-May-2024`, `9. Mai 2024`, `9 de mayo de 2024`.
fn day_before_word(c: &Chars, start: usize) -> Option<Date> {
    const OF: &[&str] = &["of", "de", "di", "del"];
    let (d, i) = c.number(start, 1, 2)?;
    let i = c.ordinal(i);
    let after = if matches!(c.get(i), '.' | '-') { i + 1 } else { i };
    let at = c.skip(c.blanks(after), OF);
    if at == i {
        return None;
    }
    let (word, i) = c.word(at);
    let m = month(&word).or_else(|| foreign_month(&word))?;
    let i = c.blanks(if matches!(c.get(i), '.' | ',' | '-') { i + 1 } else { i });
    let (y, i) = c.number(c.skip(i, OF), 4, 4)?;
    finish(c, start, i, (y, m, d), true)
}

/// `09.05.2024`: the day first. With `/` or `-` one of the two numbers must be too high for a month, or both the same: habits differ,
/// and `day_first` tells that of the page.
fn year_last(c: &Chars, start: usize, day_first: Option<bool>) -> Option<Date> {
    let (a, i) = c.number(start, 1, 2)?;
    let sep = c.get(i);
    if !matches!(sep, '.' | '/' | '-') || start > 0 && matches!(c.get(start - 1), '.' | '/' | '-') {
        return None;
    }
    let (b, i) = c.number(i + 1, 1, 2)?;
    if c.get(i) != sep {
        return None;
    }
    let (y, i) = c.number(i + 1, 4, 4)?;
    // an address, a version
    if matches!(c.get(i), '.' | '/' | '-') && c.digit(i + 1).is_some() {
        return None;
    }
    let (d, m) = match sep {
        '.' => (a, b),
        _ if a > 12 || a == b => (a, b),
        _ if b > 12 => (b, a),
        _ => match day_first? {
            true => (a, b),
            false => (b, a),
        },
    };
    finish(c, start, i, (y, m, d), true)
}

/// Number of a month by its name in a language that puts the day first; see `src/data/months.tsv`.
fn foreign_month(word: &str) -> Option<i32> {
    static NAMES: OnceLock<Vec<(&str, i32)>> = OnceLock::new();
    let names = NAMES.get_or_init(|| {
        let rows = table::rows("months.tsv", include_str!("../data/months.tsv"), 2).flatten();
        let mut names: Vec<(&str, i32)> =
            rows.flat_map(|r| r.cells[1].split(' ').map(move |name| (name, r.cells[0].parse().unwrap_or(0)))).collect();
        names.sort_unstable();
        names
    });
    names.binary_search_by(|(name, _)| (**name).cmp(word)).ok().map(|at| names[at].1)
}

/// Number of an English month, whole or in three letters.
fn month(word: &str) -> Option<i32> {
    const MONTHS: [&str; 12] =
        ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];
    MONTHS
        .iter()
        .position(|m| *m == word || (word.len() == 3 && m.starts_with(word)) || (word == "sept" && *m == "september"))
        .map(|i| i as i32 + 1)
}

/// True for the name of an English month, whole or in three letters.
pub(super) fn is_month(word: &str) -> bool {
    month(&word.to_ascii_lowercase()).is_some()
}

/// Checks the day and adds the time of day that follows, if one does.
fn finish(c: &Chars, start: usize, end: usize, (y, m, d): (i32, i32, i32), numeric: bool) -> Option<Date> {
    let small = |v: i32| i8::try_from(v).ok();
    if !(1900..=2099).contains(&y) || (numeric && c.digit(end).is_some()) {
        return None;
    }
    civil::Date::new(i16::try_from(y).ok()?, small(m)?, small(d)?).ok()?;
    let mut iso = format!("{y:04}-{m:02}-{d:02}");
    let (time, after) = time(c, end).unzip();
    if let Some(time) = &time {
        iso.push('T');
        iso.push_str(time);
    }
    let stop = after.unwrap_or(end);
    let at = c.offset(start)..c.offset(stop);
    Some(Date { iso, at, timed: time.is_some(), numeric })
}

/// Words before the hour that say in which half of the day it is; true for the second.
const HALVES: [(&str, bool); 6] = [("上午", false), ("下午", true), ("午前", false), ("午後", true), ("오전", false), ("오후", true)];

/// What days of the week are called between a date and a time, as `(水)` or 星期三.
const WEEKDAYS: [char; 21] =
    ['一', '二', '三', '四', '五', '六', '日', '天', '月', '火', '水', '木', '金', '土', '월', '화', '수', '목', '금', '토', '일'];

/// A time of day after a date: `22:27`, `22:27:02`, `22时27分`, `오후 3:05`, with a zone when one is written.
fn time(c: &Chars, i: usize) -> Option<(String, usize)> {
    let mut i = if matches!(c.get(i), 'T' | ',') && (c.digit(i + 1).is_some() || c.get(i + 1) == ' ') { i + 1 } else { i };
    // A weekday between: `2024年5月9日 星期四 10:00`.
    i = c.blanks(i);
    if matches!(c.get(i), '星' | '周' | '週' | '(' | '（') {
        let j = (i..i + 6).find(|j| WEEKDAYS.contains(&c.get(*j)))?;
        i = c.blanks(j + 1 + usize::from(matches!(c.get(j + 1), ')' | '）')));
    }
    let (word, after) = (String::from_iter([c.get(i), c.get(i + 1)]), c.blanks(i + 2));
    let before = HALVES.iter().find(|(name, _)| *name == word).map(|(_, pm)| *pm);
    let i = if before.is_some() { after } else { i };
    let (h, i) = c.number(i, 1, 2)?;
    let blank = usize::from(c.get(i) == '시' && c.get(i + 1) == ' ');
    let ideographic = matches!(c.get(i), '时' | '時' | '点' | '點' | '시');
    if !ideographic && c.get(i) != ':' {
        return None;
    }
    let (min, mut i) = c.number(i + 1 + blank, 1, 2)?;
    if ideographic {
        if !matches!(c.get(i), '分' | '분') {
            return None;
        }
        i += 1;
    }
    if h > 23 || min > 59 {
        return None;
    }
    // `6:27 pm`: the hour is that of a whole day
    let h = |half: Option<bool>| match half {
        Some(true) if h < 12 => h + 12,
        Some(false) if h == 12 => 0,
        _ => h,
    };
    let seconds = if c.get(i) == ':' { c.number(i + 1, 2, 2).filter(|(s, _)| *s < 60) } else { None };
    let end = seconds.map_or(i, |(_, j)| j);
    let half = before.map(|pm| (pm, end)).or_else(|| half_of_day(c, end));
    let mut out = format!("{:02}:{min:02}", h(half.map(|(pm, _)| pm)));
    if let Some((pm_end, s)) = half.map(|(_, end)| (end, seconds)) {
        out.extend(s.map(|(s, _)| format!(":{s:02}")));
        return Some((out, pm_end));
    }
    if c.get(i) == ':'
        && let Some((s, j)) = c.number(i + 1, 2, 2)
        && s < 60
    {
        out.push_str(&format!(":{s:02}"));
        i = j;
        // Fractions of a second are dropped: no page means them.
        if c.get(i) == '.' && c.digit(i + 1).is_some() {
            i += 1;
            while c.digit(i).is_some() {
                i += 1;
            }
        }
    }
    if c.get(i) == 'Z' && !c.get(i + 1).is_alphanumeric() {
        out.push('Z');
        i += 1;
    } else if matches!(c.get(i), '+' | '-')
        && let Some((zh, zm, j)) = zone(c, i + 1)
    {
        out.push_str(&format!("{}{zh:02}:{zm:02}", c.get(i)));
        i = j;
    }
    Some((out, i))
}

/// Whether `pm` or `p.m.` stands at `i`, and not `am` or `a.m.`, blanks before it allowed, and where it ends.
fn half_of_day(c: &Chars, i: usize) -> Option<(bool, usize)> {
    let i = c.blanks(i);
    let pm = match c.get(i).to_ascii_lowercase() {
        'p' => true,
        'a' => false,
        _ => return None,
    };
    let i = i + 1 + usize::from(c.get(i + 1) == '.');
    let end = i + 1 + usize::from(c.get(i + 1) == '.' && c.get(i - 1) == '.');
    (c.get(i).eq_ignore_ascii_case(&'m') && !c.get(i + 1).is_alphanumeric()).then_some((pm, end))
}

/// `08:00` or `0800`.
fn zone(c: &Chars, i: usize) -> Option<(i32, i32, usize)> {
    let (h, m, end) = match c.number(i, 4, 4) {
        Some((hm, end)) => (hm / 100, hm % 100, end),
        None => {
            let (h, j) = c.number(i, 2, 2).filter(|(_, j)| c.get(*j) == ':')?;
            let (m, end) = c.number(j + 1, 2, 2)?;
            (h, m, end)
        }
    };
    (h <= 14 && m < 60).then_some((h, m, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn iso(text: &str) -> Option<String> {
        find(text).map(|d| d.iso)
    }

    #[test]
    fn forms_of_pages() {
        for (text, want) in [
            ("2024-05-09 22:27:02", "2024-05-09T22:27:02"),
            ("发布于2024/5/9", "2024-05-09"),
            ("2024年05月17日08:59 来源", "2024-05-17T08:59"),
            ("２０２４年５月９日", "2024-05-09"),
            ("2024年5月9日 星期四 8时05分", "2024-05-09T08:05"),
            ("2024-05-09T22:27:02.123+0800", "2024-05-09T22:27:02+08:00"),
            ("2024.05.09", "2024-05-09"),
            ("Posted on May 9, 2024", "2024-05-09"),
            ("9 Sept. 2024", "2024-09-09"),
            ("May 9th, 2024", "2024-05-09"),
            ("the 9th of May 2024, 16:26", "2024-05-09T16:26"),
            ("09-May-2024", "2024-05-09"),
            ("9. Mai 2024", "2024-05-09"),
            ("9 de mayo de 2024", "2024-05-09"),
            ("9 мая 2024 г.", "2024-05-09"),
            ("le 9 août 2024", "2024-08-09"),
            ("am 09.05.2024 um", "2024-05-09"),
            ("Updated: 10/31/2024", "2024-10-31"),
            ("31/10/2024", "2024-10-31"),
            ("5/5/2024", "2024-05-05"),
            ("May 9, 2024, 6:27 pm", "2024-05-09T18:27"),
            ("May 9, 2024 12:05:09 AM", "2024-05-09T00:05:09"),
            ("May 9, 2024 12:05 p.m.", "2024-05-09T12:05"),
            ("2024-05-09 9:30 amid", "2024-05-09T09:30"),
            ("입력 2024.05.09 오전 9:10", "2024-05-09T09:10"),
            ("2024년 5월 9일 오후 3시 05분", "2024-05-09T15:05"),
            ("2024. 5. 9. 오후 12:30", "2024-05-09T12:30"),
            ("2024.05.09(목) 18:20", "2024-05-09T18:20"),
            ("2024年5月9日(木) 10時00分 配信", "2024-05-09T10:00"),
            ("2024/05/09 午後3:05", "2024-05-09T15:05"),
            ("2024-05-09 下午 3:05", "2024-05-09T15:05"),
        ] {
            assert_eq!(iso(text).as_deref(), Some(want), "{text}");
        }
    }

    #[test]
    fn the_habit_of_a_page() {
        let iso = |text, first| find_by(text, first).map(|d| d.iso);
        assert_eq!(iso("9/5/2024", Some(true)).as_deref(), Some("2024-05-09"));
        assert_eq!(iso("9/5/2024", Some(false)).as_deref(), Some("2024-09-05"));
        assert_eq!(iso("9/25/2024", Some(true)).as_deref(), Some("2024-09-25"));
        assert_eq!(iso("9/5/2024", None), None);
    }

    #[test]
    fn no_dates() {
        for text in [
            "2024-02-30",
            "12024-05-09",
            "2024-05",
            "2024-05/09",
            "version 1.2.3",
            "2024年5月",
            "9/5/2024",
            "31.31.2024",
            "10.9.2024.1",
            "9 May",
            "2024년 5월",
            "2024년 5월 9",
            "9mai 2024",
        ] {
            assert_eq!(iso(text), None, "{text}");
        }
    }

    #[test]
    fn zones_are_kept_and_never_invented() {
        assert_eq!(whole("Thu, 09 May 2024 08:05:00 GMT").as_deref(), Some("2024-05-09T08:05:00Z"));
        assert_eq!(whole("Thu, 09 May 2024 08:05:00 +0800").as_deref(), Some("2024-05-09T08:05:00+08:00"));
        assert_eq!(whole(" 2024-05-09 ").as_deref(), Some("2024-05-09"));
        assert_eq!(whole("约 2024-05-09"), None);
    }
}
