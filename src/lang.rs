//! The languages people are spoken to in, and the words and phrases they read. Sentences of rules live with the rules; data files are never
//! translated.

use std::borrow::Cow;
use std::sync::OnceLock;

use crate::error::Error;
use crate::rules::table;

/// A phrase in English and in Chinese.
pub type Phrase = (Cow<'static, str>, Cow<'static, str>);

/// A language for people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Chinese, in simplified characters.
    Zh,
}

impl Lang {
    /// The language of a locale as POSIX writes it (`zh_CN.UTF-8`): Chinese for anything that begins with the language `zh`, else English.
    pub fn of_locale(locale: &str) -> Lang {
        let language = locale.split(['_', '-', '.', '@']).next().unwrap_or("");
        if language.eq_ignore_ascii_case("zh") { Lang::Zh } else { Lang::En }
    }

    /// Its code: `en`, `zh`.
    pub fn code(self) -> &'static str {
        match self {
            Lang::En => "en",
            Lang::Zh => "zh",
        }
    }

    /// A word or phrase in this language; the English one for what has no translation.
    pub fn say(self, english: &'static str) -> &'static str {
        match self {
            Lang::En => english,
            Lang::Zh => find(english).unwrap_or(english),
        }
    }

    /// A phrase with each `{}` replaced by the next of `values`; values too many are left out, places too many stay empty.
    pub fn fill(self, english: &'static str, values: &[&dyn std::fmt::Display]) -> String {
        use std::fmt::Write;
        let mut parts = self.say(english).split("{}");
        let mut out = parts.next().unwrap_or("").to_owned();
        let mut values = values.iter();
        for part in parts {
            if let Some(v) = values.next() {
                // writing to a string cannot fail
                let _ = write!(out, "{v}");
            }
            out.push_str(part);
        }
        out
    }
}

/// The words and phrases that are translated: English, Chinese; ascending.
pub fn words() -> &'static [Phrase] {
    static WORDS: OnceLock<Vec<Phrase>> = OnceLock::new();
    WORDS.get_or_init(|| {
        let mut words = read("words.tsv", include_str!("data/zh/words.tsv")).unwrap_or_else(|e| panic!("built-in words: {e}"));
        words.sort();
        words
    })
}

/// Reads a table of English and Chinese; `\s` is a blank at an end.
fn read(path: &'static str, content: &'static str) -> Result<Vec<Phrase>, Error> {
    let cell = |c: &'static str| match c.contains('\\') {
        true => Cow::Owned(c.replace(r"\s", " ")),
        false => Cow::Borrowed(c),
    };
    table::rows(path, content, 2).map(|r| r.map(|r| (cell(r.cells[0]), cell(r.cells[1])))).collect()
}

fn find(english: &str) -> Option<&'static str> {
    let words = words();
    words.binary_search_by(|(e, _)| (**e).cmp(english)).ok().map(|at| &*words[at].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_names_a_language() {
        for (locale, lang) in [
            ("zh_CN.UTF-8", Lang::Zh),
            ("zh-Hant", Lang::Zh),
            ("zh", Lang::Zh),
            ("ZH_tw", Lang::Zh),
            ("en_GB", Lang::En),
            ("C", Lang::En),
            ("", Lang::En),
            ("zhx", Lang::En),
        ] {
            assert_eq!(Lang::of_locale(locale), lang, "{locale}");
        }
    }

    #[test]
    fn phrases_are_filled_in_order() {
        assert_eq!(Lang::En.fill("{} of {}", &[&1, &"x"]), "1 of x");
        assert_eq!(Lang::En.fill("{} kept", &[]), " kept");
        assert_eq!(Lang::Zh.fill("{} kept", &[&3]), "保留 3");
        assert_eq!(Lang::Zh.say("no such phrase"), "no such phrase");
    }

    #[test]
    fn no_word_stands_twice_and_places_are_as_many() {
        let words = words();
        assert!(words.windows(2).all(|w| w[0].0 < w[1].0), "a word stands twice");
        for (english, chinese) in words {
            assert_eq!(english.matches("{}").count(), chinese.matches("{}").count(), "{english}");
            assert!(!chinese.is_empty());
        }
    }
}
