//! Byline lines: the authors, editors, sources and dates a line names, if it names nothing else. Where in a page such a line
//! counts is decided by the stages that ask.

pub mod dates;
pub mod names;
mod words;

use crate::bytes::is_letter;

pub use words::is_publisher;
use words::{Role, keys_from};

/// What a byline line says. Everything in it is accounted for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Byline {
    /// Names of authors, in order.
    pub author: Vec<String>,
    /// Names after 责编, 编辑, 校对 and the like, as they stand.
    pub editor: Option<String>,
    /// Where the text comes from.
    pub source: Option<String>,
    /// ISO 8601.
    pub date: Option<String>,
    /// The date as it stands, when it was written with words or ideographs.
    pub date_raw: Option<String>,
    /// True when a time of day stands beside the date.
    pub timed: bool,
    /// True when a word such as 来源 or 作者 introduces a part.
    pub keyed: bool,
    /// True when nothing but names stands between brackets.
    pub names_only: bool,
}

/// Longest line that is looked at, in bytes; a byline with all its furniture has some 200.
const LONGEST: usize = 400;

/// Marks of sentences and speech: no byline has one.
pub(crate) const SPEECH: [char; 10] = ['。', '！', '？', '!', '?', '“', '”', '「', '」', '…'];

/// Whether one of [`SPEECH`] stands in a text, and whether it can hold a date: four digits in a row. One pass over its bytes, as most lines
/// are read no further.
fn glance(s: &str) -> (bool, bool) {
    let bytes = s.as_bytes();
    let (mut run, mut year, mut i) = (0, false, 0);
    while i < bytes.len() {
        let digit = match bytes[i] {
            b'!' | b'?' => return (true, year),
            b'0'..=b'9' => true,
            0..0x80 => false,
            lead => {
                let digit = match (lead, bytes.get(i + 1), bytes.get(i + 2)) {
                    (0xe2, Some(0x80), Some(0x9c | 0x9d | 0xa6))
                    | (0xe3, Some(0x80), Some(0x82 | 0x8c | 0x8d))
                    | (0xef, Some(0xbc), Some(0x81 | 0x9f)) => return (true, year),
                    (0xef, Some(0xbc), Some(0x90..=0x99)) => true,
                    _ => false,
                };
                // the others of the character
                i += if lead >= 0xf0 { 3 } else { usize::from(lead >= 0xe0) + 1 };
                digit
            }
        };
        run = if digit { run + 1 } else { 0 };
        year |= run == 4;
        i += 1;
    }
    (false, year)
}

/// Reads a line as a byline. `None` when any part of it is something else.
pub fn parse(line: &str) -> Option<Byline> {
    let mut s = line.trim();
    // What ends as a sentence is none: told at once, as most lines of a text do.
    if s.len() > LONGEST || s.is_empty() || s.ends_with(SPEECH) || s.starts_with(SPEECH) || begins_as_prose(s) {
        return None;
    }
    let mut bracketed = false;
    while let Some(inner) = unbracket(s) {
        bracketed = true;
        s = inner.trim();
    }
    let (speech, year) = glance(s);
    if speech {
        return None;
    }
    if bracketed && let Some(author) = names::list(s) {
        return Some(Byline { author, names_only: true, ..Byline::default() });
    }
    let mut out = Byline::default();
    let mut rest = s;
    // an array: most lines are one piece
    let (mut pieces, mut n) = ([""; 5], 0);
    while year && n < 4 {
        let Some(d) = dates::find(rest) else { break };
        pieces[n] = &rest[..d.at.start];
        n += 1;
        if out.date.is_none() {
            out.date_raw = (!d.numeric).then(|| rest[d.at.clone()].trim().to_owned());
            out.timed = d.timed;
            out.date = Some(d.iso);
        }
        rest = &rest[d.at.end..];
    }
    pieces[n] = rest;
    for piece in &pieces[..=n] {
        read(piece, &mut out)?;
    }
    let says = out.date.is_some() || !out.author.is_empty() || out.editor.is_some() || out.source.is_some() || out.keyed;
    says.then_some(out)
}

/// True when a line begins with a word of letters and apostrophes, no ideographs, that announces nothing, counts nothing and begins no
/// date: whatever follows, it is no byline. Most lines of a text with blanks between its words are told by this.
fn begins_as_prose(s: &str) -> bool {
    let Some(end) = s.find(char::is_whitespace) else { return false };
    let word = &s[..end];
    let is_part = |c| is_letter(c) && !names::is_han(c) || matches!(c, '\'' | '’');
    if names::is_korean(word) && reporter(s[end..].trim_start()).is_some() {
        return false;
    }
    word.chars().all(is_part) && !word.chars().all(is_count) && !dates::is_month(word) && key_at(s).is_none()
}

/// The inside of brackets that enclose all of `s`.
fn unbracket(s: &str) -> Option<&str> {
    const PAIRS: &[(char, char)] = &[('(', ')'), ('（', '）'), ('[', ']'), ('【', '】'), ('〔', '〕'), ('［', '］'), ('<', '>')];
    if !matches!(s.as_bytes().first(), Some(b'(' | b'[' | b'<' | 0xe3 | 0xef)) {
        return None;
    }
    PAIRS.iter().find_map(|(a, b)| {
        let inner = s.strip_prefix(*a)?.strip_suffix(*b)?;
        (!inner.contains([*a, *b])).then_some(inner)
    })
}

/// True for what may stand between parts.
fn is_gap(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '|' | '｜'
                | '丨'
                | '·'
                | ','
                | '，'
                | '、'
                | ';'
                | '；'
                | '/'
                | '／'
                | '-'
                | '—'
                | '('
                | ')'
                | '（'
                | '）'
                | '['
                | ']'
                | '【'
                | '】'
                | '◎'
                | '■'
                | '●'
                | '★'
                | '│'
                | '┃'
                | '▏'
                | '•'
        )
}

/// A byline word at the beginning of `s`: its role, its length with the colon after it, and whether there was one.
fn key_at(s: &str) -> Option<(Role, usize, bool)> {
    let first = s.chars().next()?;
    for (word, role) in keys_from(first) {
        let Some(head) = s.get(..word.len()) else { continue };
        if !(head == word || (first.is_ascii() && head.eq_ignore_ascii_case(word))) {
            continue;
        }
        let after = &s[word.len()..];
        let blanks = after.len() - after.trim_start().len();
        if let Some(colon) =
            after[blanks..].chars().next().filter(|c| matches!(c, ':' | '：' | '=' | '|' | '｜' | '丨' | '/' | '／' | '︰'))
            // `source /etc/mill`, `date=today`: commands and settings
            && !(first.is_ascii() && matches!(colon, '/' | '='))
        {
            return Some((*role, word.len() + blanks + colon.len_utf8(), true));
        }
        if word.ends_with(['/', '／']) {
            return Some((*role, word.len(), true));
        }
        let single = word.chars().count() == 1;
        if single && *role != Role::Other {
            continue;
        }
        if after.is_empty() || blanks > 0 || (*role == Role::Other && after.starts_with(is_gap)) {
            return Some((*role, word.len() + blanks, false));
        }
        // 记者赵一鸣, without anything between; 发布于2024-05-09, where the date was taken out.
        let next = after.split(is_gap).next().unwrap_or("");
        if matches!(role, Role::Author | Role::Reporter) && !single && names::is_chinese(next) {
            return Some((*role, word.len(), false));
        }
        if *role == Role::Date && (word.ends_with('于') || word.ends_with('於')) {
            return Some((*role, word.len(), true));
        }
    }
    None
}

/// Reads one piece between dates: words and what follows them.
fn read(piece: &str, out: &mut Byline) -> Option<()> {
    // (the word before it and whether a colon followed, begin, end) of each part.
    type Part = ((Role, bool), usize, usize);
    let mut parts: Vec<Part> = Vec::new();
    let mut at = 0;
    let (mut start, mut first) = (true, true);
    // where the part that no word introduces ends
    let mut head = piece.len();
    while at < piece.len() {
        if start && let Some((role, len, colon)) = key_at(&piece[at..]) {
            match parts.last_mut() {
                Some(last) => last.2 = at,
                None => head = at,
            }
            parts.push(((role, colon), at + len, piece.len()));
            at += len;
            continue;
        }
        let c = piece[at..].chars().next()?;
        // Where no word introduces the first thing, it has to be one that needs none: told at once of nearly all prose.
        if first && c.is_whitespace() && parts.is_empty() && !names::is_korean(&piece[..at]) {
            leftover(&piece[..at], &mut out.clone())?;
            first = false;
        }
        start = is_gap(c);
        at += c.len_utf8();
    }
    // `2007-2019 by Mill Inc.` tells whose it is, with no day before it
    let by = parts.first().is_some_and(|p| p.0.0 == Role::Author) && piece[head..].starts_with(|c: char| c.is_ascii());
    if by && out.date.is_none() && glance(&piece[..head]).1 {
        return None;
    }
    leftover(piece[..head].trim_matches(is_gap), out)?;
    for ((role, colon), from, to) in parts {
        keyed(role, colon, piece[from..to].trim_matches(is_gap), out)?;
    }
    Some(())
}

/// The value of a byline word.
fn keyed(role: Role, colon: bool, value: &str, out: &mut Byline) -> Option<()> {
    let n = value.chars().take(41).count();
    if role != Role::Other {
        out.keyed |= colon || !value.is_empty();
    }
    match role {
        Role::Author => people(value, colon, out)?,
        Role::Reporter => people(value, false, out)?,
        Role::Editor => {
            if n > 0 {
                match names::list(value) {
                    Some(all) => add(&mut out.editor, &all.join("、")),
                    None if colon && n <= 20 => add(&mut out.editor, value),
                    None => return None,
                }
            }
        }
        Role::Source => {
            // The value ends at a wide gap; what follows is on its own.
            let (head, tail) = value.split_once("  ").unwrap_or((value, ""));
            if n > 0 {
                if !colon && !is_publisher(head) || head.chars().take(31).count() > 30 {
                    return None;
                }
                if out.source.is_none() {
                    out.source = Some(head.trim_matches(is_gap).to_owned()).filter(|s| !s.is_empty());
                }
                leftover(tail.trim_matches(is_gap), out)?;
            }
        }
        Role::Date => {
            if !value.chars().all(|c| {
                c.is_ascii_digit()
                    || matches!(c, ':' | '：' | '-' | '/' | '.' | ' ' | '月' | '日' | '时' | '分' | '前' | '小' | '天' | '昨' | '今')
            }) {
                leftover(value, out)?;
            }
        }
        Role::Photo => {
            if n > 20 {
                return None;
            }
        }
        Role::Other => {
            if n > 30 || (!colon && !value.chars().all(is_count)) {
                return None;
            }
        }
    }
    Some(())
}

/// Names after an author word, then perhaps the paper they write for.
fn people(value: &str, colon: bool, out: &mut Byline) -> Option<()> {
    if value.is_empty() {
        return Some(());
    }
    if let Some(all) = names::list(value) {
        out.author.extend(all);
        return Some(());
    }
    let words: Vec<&str> = value.split_whitespace().collect();
    for cut in (1..words.len()).rev().take(6) {
        let (names, tail) = (words[..cut].join(" "), words[cut..].join(" "));
        if let Some(all) = names::list(&names) {
            out.author.extend(all);
            return leftover(&tail, out);
        }
    }
    if words.len() == 1 && is_publisher(value) {
        if out.source.is_none() {
            out.source = Some(value.to_owned());
        }
        return Some(());
    }
    // A pen name, or an office that signs as author.
    if colon && value.chars().take(21).count() <= 20 && !value.contains([':', '：']) {
        out.author.push(value.to_owned());
        return Some(());
    }
    None
}

/// Text that no word introduces: reader counts, one publisher, nothing else.
fn leftover(text: &str, out: &mut Byline) -> Option<()> {
    let mut words =
        text.split(|c: char| c.is_whitespace() || matches!(c, '|' | '｜' | '丨' | '│')).map(|w| w.trim_matches(is_gap)).peekable();
    while let Some(word) = words.next() {
        if word.is_empty() || word.chars().all(is_count) {
            continue;
        }
        // 홍길동 기자, 홍길동기자
        let joined = word.strip_suffix("기자").filter(|name| names::is_korean(name));
        let apart = words.peek().filter(|_| names::is_korean(word)).and_then(|next| reporter(next));
        if let Some(name) = joined.or(apart.map(|_| word)) {
            out.author.push(name.to_owned());
            out.keyed = true;
            if apart.is_some() {
                words.next();
            }
            continue;
        }
        // the address to write to
        if !out.author.is_empty() && word.contains('@') && word.is_ascii() {
            continue;
        }
        if is_publisher(word) && out.source.is_none() {
            out.source = Some(word.to_owned());
            continue;
        }
        return None;
    }
    Some(())
}

/// What stands behind a Korean name that a person reports, when `s` is nothing more than that and what follows a blank.
fn reporter(s: &str) -> Option<&str> {
    let word = s.split(is_gap).next().unwrap_or("");
    ["기자", "특파원", "선임기자", "인턴기자", "논설위원", "편집위원"].contains(&word).then_some(word)
}

/// Characters of counts: `(1.2万)`, `+32`, `1,088次`.
fn is_count(c: char) -> bool {
    c.is_ascii_digit()
        || is_gap(c)
        || matches!(c, '.' | '+' | '万' | '萬' | '亿' | '次' | '条' | '條' | '人' | ':' | '：' | '大' | '中' | '小' | 'T' | 'w' | 'k')
}

/// Adds a name to a field that may hold several.
fn add(field: &mut Option<String>, value: &str) {
    match field {
        Some(all) => {
            if !all.split('、').any(|v| v == value) {
                all.push('、');
                all.push_str(value);
            }
        }
        None => *field = Some(value.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glance_sees_speech_and_years() {
        for mark in SPEECH {
            assert!(glance(&format!("春a{mark}b")).0, "{mark}");
        }
        assert_eq!(glance("é春🙂ー、・（）"), (false, false));
        for (text, year) in [("in 2024", true), ("２０２4", true), ("12春34", false), ("1,234", false), ("é春🙂1999", true)] {
            assert_eq!(glance(text), (false, year), "{text}");
        }
    }

    #[test]
    fn publishers_by_their_last_word() {
        for yes in ["山河晚报", "shanhe.com", "新闻网", "a.cn", "山河研究院"] {
            assert!(is_publisher(yes), "{yes}");
        }
        for no in ["网", "com", "shanhe", "山河人", "第一网", "ñ", "山河，网"] {
            assert!(!is_publisher(no), "{no}");
        }
    }

    #[test]
    fn lines_of_korean_and_japanese_news() {
        let b = parse("홍길동 기자 hong@sanha.example | 입력 2024.05.09 오전 9:10 | 수정 2024.05.09 오후 1:05").unwrap();
        assert_eq!((b.author, b.date.as_deref(), b.keyed), (vec!["홍길동".to_owned()], Some("2024-05-09T09:10"), true));
        assert_eq!(parse("홍길동기자").unwrap().author, ["홍길동"]);
        let b = parse("配信：2024年5月9日 10時00分 更新：2024年5月9日 12時30分").unwrap();
        assert_eq!((b.date.as_deref(), b.date_raw.as_deref()), (Some("2024-05-09T10:00"), Some("2024年5月9日 10時00分")));
        for line in ["홍길동 기자는 강을 건넜다", "오늘 길을 고쳤다", "更新されたのは2024年5月9日のことでした"]
        {
            assert_eq!(parse(line), None, "{line}");
        }
    }

    #[test]
    fn a_line_of_several_parts() {
        let b = parse("来源：山河晚报 作者:赵一鸣 2024-05-09 22:27").unwrap();
        assert_eq!(b.source.as_deref(), Some("山河晚报"));
        assert_eq!(b.author, ["赵一鸣"]);
        assert_eq!(b.date.as_deref(), Some("2024-05-09T22:27"));
        assert_eq!(b.date_raw, None);
    }

    #[test]
    fn roles_without_colons() {
        let b = parse("记者 赵 明 通讯员 钱 立 孙晓文 文/摄 山河日报").unwrap();
        assert_eq!(b.author, ["赵明", "钱立", "孙晓文"]);
        assert_eq!(b.source.as_deref(), Some("山河日报"));
        let b = parse("【責編 錢曉文】").unwrap();
        assert_eq!(b.editor.as_deref(), Some("錢曉文"));
        assert_eq!(parse("(赵一鸣 钱立)").unwrap().author, ["赵一鸣", "钱立"]);
        assert!(parse("By Anna Dorp").is_some());
    }

    #[test]
    fn furniture_beside_a_date() {
        let b = parse("发布时间：2024年5月9日 浏览次数：1,088 字号：大 中 小 标签:").unwrap();
        assert_eq!(b.date.as_deref(), Some("2024-05-09"));
        assert_eq!(b.date_raw.as_deref(), Some("2024年5月9日"));
    }

    #[test]
    fn speech_and_text_are_no_bylines() {
        for line in [
            "L’été 2024-05-09 à la mer",
            "“春天”2024-05-09",
            "记者：您是哪一年来这里的",
            "编辑 这个词有两个意思",
            "2024年5月9日，山河县举行了运动会",
            "来源：拉丁语 natura，意思是生出来的东西，后来也指事物的本性和世界本身的样子",
            "(掌声)",
            "大 中 小",
            "春风又绿江南岸",
        ] {
            assert_eq!(parse(line), None, "{line}");
        }
    }
}
