//! Changes that no damage calls for and only a caller may ask for: Unicode normalization forms, and full-width letters made narrow.
//! What repair and tidy change by themselves lives there.

use serde::{Deserialize, Serialize};
use unicode_normalization::char::{canonical_combining_class, is_combining_mark};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick, is_nfd_quick, is_nfkc_quick, is_nfkd_quick};

use crate::edit::{CERTAIN, Editor};
use crate::layer::{Layer, Stage};
use crate::rules::Rules;
use crate::span::Span;

/// What to change; nothing by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Form {
    /// Bring the text to a normalization form.
    pub normalize: Option<Normalization>,
    /// Make full-width letters, digits and signs narrow and half-width katakana wide; Chinese punctuation stays.
    pub width: bool,
    /// Delete what is left of characters that were destroyed before the text came to us: `锟斤拷`, `烫烫烫`, runs of `????`, U+FFFD.
    pub remove_lost: bool,
}

/// A normalization form of Unicode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Normalization {
    /// Canonical composition.
    Nfc,
    /// Compatibility composition: also ligatures, circled digits, widths.
    Nfkc,
    /// Canonical decomposition.
    Nfd,
    /// Compatibility decomposition.
    Nfkd,
}

/// The text with `spans`, which are ascending and disjoint, in the width and the normalization form asked for: up to one layer each.
/// None when nothing is asked or nothing changes. Linear.
///
/// # Source
/// Unicode Standard Annex 15 for the forms; blocks FF01-FF5E and FF61-FF9F for the widths.
pub fn layers(text: &str, spans: &[Span], form: Form, rules: &Rules) -> Vec<Layer<'static>> {
    let mut out: Vec<Layer<'static>> = Vec::new();
    if form.width {
        out.extend(width(text, spans, rules));
    }
    if let Some(to) = form.normalize {
        let layer = match out.last() {
            Some(below) => {
                let spans: Vec<Span> = spans.iter().map(|s| below.carry(*s)).collect();
                normalize(&below.text, &spans, to, rules)
            }
            None => normalize(text, spans, to, rules),
        };
        out.extend(layer);
    }
    out
}

/// Letters and digits of full width and the signs of words and addresses; not the marks that Chinese sets in full width.
fn narrow(c: char) -> Option<char> {
    let stays = matches!(c, '！' | '（' | '）' | '，' | '．' | '：' | '；' | '？' | '～' | '［' | '］' | '｛' | '｝' | '＂' | '＇');
    matches!(c, '\u{ff01}'..='\u{ff5e}' if !stays).then(|| char::from_u32(c as u32 - 0xfee0)).flatten()
}

fn width(text: &str, spans: &[Span], rules: &Rules) -> Option<Layer<'static>> {
    let rule = rules.rule("form/width");
    let mut editor = Editor::new(text);
    let mut buffer = String::new();
    for span in spans {
        let start = span.start as usize;
        let part = span.of(text);
        // All of them begin with the same byte.
        let mut next = 0;
        for at in memchr::memchr_iter(0xef, part.as_bytes()) {
            if at < next {
                continue;
            }
            let Some(c) = part[at..].chars().next() else { break };
            if let Some(c) = narrow(c) {
                editor.replace(start + at..start + at + 3, c.encode_utf8(&mut [0; 4]), rule, CERTAIN);
            } else if is_half_katakana(c) {
                // Marks of voice are characters of their own in half width.
                let run: usize = part[at..].chars().take_while(|c| is_half_katakana(*c)).map(char::len_utf8).sum();
                buffer.clear();
                buffer.extend(part[at..at + run].nfkc());
                editor.replace(start + at..start + at + run, &buffer, rule, CERTAIN);
                next = at + run;
            }
        }
    }
    editor.finish(Stage::Tidy)
}

fn is_half_katakana(c: char) -> bool {
    matches!(c, '\u{ff66}'..='\u{ff9f}')
}

fn normalize(text: &str, spans: &[Span], to: Normalization, rules: &Rules) -> Option<Layer<'static>> {
    let rule = rules.rule("form/normalize");
    let mut editor = Editor::new(text);
    let mut buffer = String::new();
    for span in spans {
        let start = span.start as usize;
        let part = span.of(text);
        let bytes = part.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            // ASCII before ASCII is as it should be in every form.
            if bytes[at] < 0x80 && bytes.get(at + 1).is_none_or(u8::is_ascii) {
                at += 1;
                continue;
            }
            let mut end = at;
            for c in part[at..].chars() {
                if end > at && is_border(c, to) {
                    break;
                }
                end += c.len_utf8();
            }
            let piece = &part[at..end];
            if quick(piece.chars(), to) != IsNormalized::Yes {
                buffer.clear();
                match to {
                    Normalization::Nfc => buffer.extend(piece.nfc()),
                    Normalization::Nfkc => buffer.extend(piece.nfkc()),
                    Normalization::Nfd => buffer.extend(piece.nfd()),
                    Normalization::Nfkd => buffer.extend(piece.nfkd()),
                }
                editor.replace(start + at..start + end, &buffer, rule, CERTAIN);
            }
            at = end;
        }
    }
    editor.finish(Stage::Tidy)
}

/// Whether nothing before `c` can change with it or it with what is before.
fn is_border(c: char, to: Normalization) -> bool {
    c.is_ascii() || canonical_combining_class(c) == 0 && !is_combining_mark(c) && quick(std::iter::once(c), to) == IsNormalized::Yes
}

fn quick(text: impl Iterator<Item = char>, to: Normalization) -> IsNormalized {
    match to {
        Normalization::Nfc => is_nfc_quick(text),
        Normalization::Nfkc => is_nfkc_quick(text),
        Normalization::Nfd => is_nfd_quick(text),
        Normalization::Nfkd => is_nfkd_quick(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn formed(text: &str, form: Form) -> String {
        let layers = layers(text, &[Span::new(0, text.len())], form, Rules::builtin());
        let mut below = text.to_owned();
        for layer in layers {
            assert!(layer.is_faithful(below.as_bytes()));
            assert_eq!(layer.undo(below.as_bytes()), below.as_bytes());
            below = layer.text.into_owned();
        }
        below
    }

    fn to(normalize: Normalization) -> Form {
        Form { normalize: Some(normalize), ..Form::default() }
    }

    #[test]
    fn each_form_is_what_unicode_says() {
        let combining = "e\u{301}\u{323} cafe\u{301} Ａ①ｶﾞ한글\u{1100}\u{1161}\u{11a8} ﬁ Å\u{212b} \u{95d}क\u{93c} q\u{307}\u{323}，。";
        for text in [combining, "plain", "", "\u{301}a\u{301}", "，１２３ＡＢＣ！", "ｱﾞｶﾟ\u{3099}か\u{3099}"] {
            assert_eq!(formed(text, to(Normalization::Nfc)), text.nfc().collect::<String>(), "{text:?}");
            assert_eq!(formed(text, to(Normalization::Nfkc)), text.nfkc().collect::<String>(), "{text:?}");
            assert_eq!(formed(text, to(Normalization::Nfd)), text.nfd().collect::<String>(), "{text:?}");
            assert_eq!(formed(text, to(Normalization::Nfkd)), text.nfkd().collect::<String>(), "{text:?}");
        }
    }

    #[test]
    fn every_pair_of_odd_characters_is_what_unicode_says() {
        let odd: Vec<char> =
            "a\u{301}\u{323}é\u{1e69}\u{1100}\u{1161}\u{11a8}가각\u{9be}\u{9c7}\u{9cb}\u{3099}か\u{ff9e}ｶ①ﬁ\u{344}\u{340}中\u{fdfa}\u{1d15e}".chars().collect();
        for &a in &odd {
            for &b in &odd {
                for &c in &odd {
                    let text: String = [a, b, c].iter().collect();
                    assert_eq!(formed(&text, to(Normalization::Nfc)), text.nfc().collect::<String>(), "{text:?}");
                    assert_eq!(formed(&text, to(Normalization::Nfkc)), text.nfkc().collect::<String>(), "{text:?}");
                    assert_eq!(formed(&text, to(Normalization::Nfkd)), text.nfkd().collect::<String>(), "{text:?}");
                }
            }
        }
    }

    #[test]
    fn width_spares_chinese_marks() {
        let form = Form { width: true, ..Form::default() };
        assert_eq!(formed("Ｔｅｌ：０１０－６６！ｶﾞｽ（％）", form), "Tel：010-66！ガス（%）");
        assert_eq!(formed("春天，來了。", form), "春天，來了。");
    }

    #[test]
    fn both_in_turn_and_nothing_unasked() {
        let form = Form { width: true, normalize: Some(Normalization::Nfd), remove_lost: false };
        assert_eq!(formed("Ａé", form), "Ae\u{301}");
        assert!(layers("Ａe\u{301}", &[Span::new(0, 6)], Form::default(), Rules::builtin()).is_empty());
    }
}
