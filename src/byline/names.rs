//! Personal names: which strings can be one, and several in a row. What somebody did is said by the words before, in `mod`.

use std::collections::HashSet;
use std::sync::OnceLock;

/// The family names of `src/data/surnames.txt`.
fn surnames() -> &'static HashSet<&'static str> {
    static SURNAMES: OnceLock<HashSet<&'static str>> = OnceLock::new();
    SURNAMES.get_or_init(|| {
        let lines = include_str!("../data/surnames.txt").lines().filter(|l| !l.starts_with('#'));
        lines.flat_map(str::split_whitespace).collect()
    })
}

/// True for an ideograph.
#[inline]
pub(crate) fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' | '〇')
}

/// True when `s` has the form of one Chinese name (two to four ideographs, the first a family name), or of a transcribed one
/// with a middle dot.
pub fn is_chinese(s: &str) -> bool {
    let n = s.chars().take(13).count();
    if s.contains(['·', '•', '‧']) {
        return (3..=12).contains(&n) && s.chars().all(|c| is_han(c) || matches!(c, '·' | '•' | '‧'));
    }
    if !(2..=4).contains(&n) || !s.chars().all(is_han) {
        return false;
    }
    let mut at = s.char_indices().skip(1).map(|(i, _)| i);
    let (one, two) = (at.next().unwrap_or(s.len()), at.next().unwrap_or(s.len()));
    // Four characters need a compound name: 张三李四 are two people, 王者归来 is none.
    surnames().contains(&s[..two]) && n > 2 || (n <= 3 && surnames().contains(&s[..one]))
}

/// True when `s` has the form of one Korean name: two to four syllables.
pub fn is_korean(s: &str) -> bool {
    (2..=4).contains(&s.chars().take(5).count()) && s.chars().all(|c| matches!(c, '\u{ac00}'..='\u{d7a3}'))
}

/// True for two to four words in Latin letters that each begin with a capital, as in a byline.
pub fn is_latin(s: &str) -> bool {
    let words = s.split_whitespace();
    let n = s.split_whitespace().take(6).count();
    (2..=4).contains(&n)
        && words
            .clone()
            .all(|w| w.chars().next().is_some_and(char::is_uppercase) || matches!(w, "de" | "van" | "von" | "da" | "la" | "bin"))
        && s.chars().all(|c| c.is_alphabetic() && !is_han(c) || matches!(c, ' ' | '.' | '-' | '\'' | '’'))
}

/// True for a text whose last word a stop behind it ends, as the end of a sentence: it is no initial and no word that is cut, as `Inc.` and `Jr.`.
pub(crate) fn is_whole_word(s: &str) -> bool {
    let word = s.rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or("");
    word.chars().take(4).count() == 4 && !word.eq_ignore_ascii_case("corp") && word.chars().all(|c| c.is_alphabetic() && !is_han(c))
}

/// The names in `s`, separated by blanks, commas and the like; blanks inside a two-character name are taken out. `None` when
/// a part is no name.
pub fn list(s: &str) -> Option<Vec<String>> {
    let one = s.trim();
    if is_latin(one) {
        let name = one.strip_suffix('.').filter(|name| is_whole_word(name)).unwrap_or(one);
        return Some(vec![name.to_owned()]);
    }
    let mut out = Vec::new();
    let mut single = String::new();
    for part in s.split(|c: char| c.is_whitespace() || matches!(c, '、' | ',' | '，' | ';' | '；' | '/' | '／' | '&' | '和' | '|')) {
        if part.is_empty() {
            continue;
        }
        let mut chars = part.chars();
        if let (Some(c), None) = (chars.next(), chars.next())
            && is_han(c)
        {
            single.push(c);
            if single.chars().count() == 2 {
                out.push(std::mem::take(&mut single));
            }
            continue;
        }
        if !single.is_empty() {
            return None;
        }
        out.push(part.to_owned());
    }
    let fine = single.is_empty() && !out.is_empty() && out.len() <= 12 && out.iter().all(|n| is_chinese(n));
    fine.then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_what_only_looks_like_them() {
        for name in ["赵一鸣", "欧阳小文", "李白", "諸葛亮", "卡尔·布朗"] {
            assert!(is_chinese(name), "{name}");
        }
        for other in ["掌声", "未完待续", "全文完毕啦", "张三李四", "A君"] {
            assert!(!is_chinese(other), "{other}");
        }
        assert!(is_latin("Anna van Dorp") && !is_latin("Read more") && !is_latin("ANNA"));
    }

    #[test]
    fn blanks_inside_short_names() {
        assert_eq!(list("赵 明 钱晓文、孙 立").unwrap(), ["赵明", "钱晓文", "孙立"]);
        assert_eq!(list("Anna van Dorp.").unwrap(), ["Anna van Dorp"]);
        assert_eq!(list("Mill and Sons Inc."), None);
        assert_eq!(list("Anna Dorp Jr.").unwrap(), ["Anna Dorp Jr."]);
        assert_eq!(list("春风 吹来"), None);
        assert_eq!(list("赵 钱晓文"), None);
    }
}
