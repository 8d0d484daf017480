//! Signs and punctuation of Latin text that a wrong charset made letters, boxes or Han of: whether what a stretch would become stands where
//! such signs stand. The letters of words are in `latin`; prices and limits are in `belief`.

use super::kinds::{is_han, is_latin, is_letter};
use super::segment::Segment;

/// Units whose squares and cubes are written with a raised digit.
const UNITS: [&str; 10] = ["m", "cm", "mm", "km", "dm", "ft", "in", "yd", "s", "µm"];

/// Whether all that a stretch of UTF-8 would change are single signs where such signs stand in a Latin line: `180┬░C`, `ItтАЩs`, `85 mÂ²`.
/// What was read is then no letter of the line, for there is no other like it.
pub(super) fn are_signs_in_place(line: &[char], s: &Segment) -> bool {
    let was = &line[s.from..s.to];
    let ascii = line.iter().filter(|c| c.is_ascii_alphabetic()).count();
    let odd = was.iter().filter(|c| !c.is_ascii()).count();
    let foreign = |c: &char| is_letter(*c) && !c.is_ascii() && !is_latin(*c);
    if ascii < odd || line[..s.from].iter().chain(&line[s.to..]).any(foreign) {
        return false;
    }
    let (mut at, mut now) = (s.from, s.now.chars().peekable());
    while at < s.to {
        let c = line[at];
        if c.is_ascii() {
            if now.next() != Some(c) {
                return false;
            }
            at += 1;
            continue;
        }
        let end = at + line[at..s.to].iter().take_while(|c| !c.is_ascii()).count();
        let Some(sign) = now.next() else { return false };
        if now.peek().is_some_and(|c| !c.is_ascii()) || !stands(sign, &line[at..end], &line[..at], &line[end..]) {
            return false;
        }
        at = end;
    }
    now.next().is_none()
}

/// Whether a sign stands where it belongs, between what is before and behind it, in the place of `was`.
fn stands(sign: char, was: &[char], before: &[char], behind: &[char]) -> bool {
    let (last, next) = (before.last().copied(), behind.first().copied());
    let letter = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphabetic() || is_latin(c));
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let word = |c: Option<char>| letter(c) || digit(c);
    let ends = |c: Option<char>| c.is_none_or(|c| c == ' ' || c.is_ascii_punctuation());
    let begins = |c: Option<char>| c.is_none_or(|c| matches!(c, ' ' | '(' | '[' | '"' | '/' | '-'));
    let blank = |c: Option<char>| c.is_none_or(|c| c == ' ');
    let over = |all: &[char]| all.iter().copied().find(|c| *c != ' ');
    let to_left = before.iter().rev().copied().find(|c| *c != ' ');
    // Han are words by themselves, and stay where a name might.
    let han = was.iter().any(|c| is_han(*c) || ('\u{ac00}'..='\u{d7a3}').contains(c));
    let alone = was.len() == 1 && han;
    let boxes = was.iter().any(|c| ('\u{2500}'..'\u{25a0}').contains(c));
    // The last letter of a word in capitals, and the sign behind it.
    if last.is_some_and(char::is_uppercase) && was.first().is_some_and(|c| is_latin(*c) && c.is_uppercase()) {
        return false;
    }
    let again = || before.iter().chain(behind).any(|c| was.contains(c));
    match sign {
        '’' => letter(last) && (letter(next) || ends(next)) && !alone || word(last) && ends(next) && !alone,
        '‘' | '“' | '„' | '«' => begins(last) && word(next) && !alone,
        '”' | '»' => last.is_some_and(|c| c != ' ') && ends(next) && !alone,
        '–' | '—' => !alone && (digit(last) && digit(next) || blank(last) && blank(next) || letter(last) && letter(next)),
        '…' => !alone && (last.is_some_and(|c| c != ' ') || word(next)),
        '•' | '·' | '→' | '►' | '▪' | '★' | '☆' => {
            blank(last) && blank(next) && over(behind).is_some() && (!alone && !boxes || again())
        }
        '©' => begins(last) && blank(next) && (is_year(behind) || !han && over(behind).is_some_and(char::is_uppercase)),
        '®' | '™' => (letter(last) || digit(last)) && ends(next),
        '²' | '³' => ends(next) && is_unit(before),
        '½' | '¼' | '¾' => (begins(last) || digit(last)) && blank(next) && letter(over(behind)) && !han,
        '°' => digit(to_left) && (matches!(next, Some('C' | 'F')) && ends(behind.get(1).copied()) || digit(last) && ends(next) && !han),
        '±' => (begins(last) || digit(last)) && digit(over(behind)),
        '×' => digit(to_left) && digit(over(behind)),
        '€' | '£' | '¥' => begins(last) && digit(next) || digit(to_left) && ends(next) && !han,
        '℃' | '℉' => digit(to_left) && ends(next),
        _ => false,
    }
}

/// Whether a year begins right here or behind blanks.
fn is_year(behind: &[char]) -> bool {
    let from = behind.iter().take_while(|c| **c == ' ').count();
    let digits: String = behind[from..].iter().take_while(|c| c.is_ascii_digit()).collect();
    digits.len() == 4 && (digits.starts_with("19") || digits.starts_with("20"))
}

/// Whether a unit of length or time ends here: behind a digit, a blank or a stroke.
fn is_unit(before: &[char]) -> bool {
    UNITS.iter().any(|unit| {
        let n = unit.chars().count();
        before.len() > n
            && before[before.len() - n..].iter().copied().eq(unit.chars())
            && matches!(before[before.len() - n - 1], ' ' | '/' | '(' | '0'..='9')
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{garbled, repaired};
    use crate::codec::Codec;

    const SENTENCES: [&str; 10] = [
        "It’s a long way to the mill.",
        "He calls it “the last mill” of the valley.",
        "Open from May – even on Sundays – until 1998–2004 repairs.",
        "Wait… who mends the wheel?",
        "The MillMaster® wheel and its OakLine™ spokes",
        "Dry the grain at 60°C and store it at 12 °C for a day.",
        "The floor has 85 m² and a loft of 12 m³.",
        "A sack costs £20 or €25 at the gate.",
        "Bread · Flour · Bran",
        "Stones of 20 × 30 cm, ±5 mm",
    ];

    #[test]
    fn signs_of_a_latin_line_come_back_from_any_charset() {
        let read = [
            Codec::WINDOWS_1252,
            Codec::WINDOWS_1250,
            Codec::WINDOWS_1251,
            Codec::MACINTOSH,
            Codec::IBM437,
            Codec::IBM850,
            Codec::IBM866,
            Codec::KOI8_R,
            Codec::X_MAC_CYRILLIC,
            Codec::LATIN_1,
        ];
        for text in SENTENCES {
            for read in read {
                let line = garbled(text, Codec::UTF_8, read);
                assert_eq!(repaired(&line), text, "{read:?}: {line}");
            }
        }
    }

    #[test]
    fn the_mark_of_copyright_comes_back_before_a_year() {
        for line in ["Â© 2019 The Mill", "¬© 2019 The Mill", "В© 2019 The Mill", "┬⌐ 2019 The Mill", "Copyright 짤 2019 The Mill"]
        {
            assert!(repaired(line).contains("© 2019 The Mill"), "{line} became {}", repaired(line));
        }
    }

    #[test]
    fn what_one_line_proves_holds_for_all_like_it() {
        assert_eq!(repaired(&"В© 2019 The Mill\n".repeat(100)), "© 2019 The Mill\n".repeat(100));
    }

    #[test]
    fn han_in_the_place_of_a_sign_comes_back() {
        for (line, clean) in [
            ("The MillMaster庐 wheel is new.", "The MillMaster® wheel is new."),
            ("The floor has 85 m虏 and a loft.", "The floor has 85 m² and a loft."),
            ("Dry it at 60掳C for a day.", "Dry it at 60°C for a day."),
            ("A stone of 20 횞 30 cm", "A stone of 20 × 30 cm"),
        ] {
            assert_eq!(repaired(line), clean);
        }
    }

    #[test]
    fn what_stands_elsewhere_is_no_sign() {
        for clean in [
            "The name 庐 means hut, and 漏 means to leak.",
            "He lives at Nanjing 路 5, Shanghai",
            "Professor 陆 wrote it in 2019.",
            "a frame: ┬░ and ┬╖ alone",
            "IRMÂ® ROMÂ² LTDA",
            "В 2019 году мельница стояла",
            "Цена ВІД 5 до 10",
            "you will see \"Â²\" instead of it",
            "the letters ТАЩ and тАв of the table",
        ] {
            assert_eq!(repaired(clean), clean);
        }
    }
}
