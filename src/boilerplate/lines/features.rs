//! What one scan over a line tells: length in words and ideographs, marks, class of its words. What follows from it is decided in
//! `segment` and `mod`.

use super::phrases::{self, Ask};
use super::words::{self, Class, Hit};
use crate::byline::dates;
use crate::bytes;
use crate::rules::Rules;

/// A line of a page with its numbers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'t> {
    pub(super) text: &'t str,
    /// Length: an ideograph, a kana, a Hangul syllable counts one, a run of other letters or digits one.
    pub(super) units: u32,
    /// Marks that end a sentence.
    pub(super) sentences: u32,
    /// True when one of them is a full stop, not `!` or `?` alone.
    pub(super) stop: bool,
    /// Commas and their like.
    pub(super) commas: u32,
    /// Ends with a mark that can end a paragraph.
    pub(super) ends: bool,
    /// Ends in dots: a teaser that was cut.
    pub(super) cut: bool,
    /// Holds a date and is short enough for a byline.
    pub(super) dated: bool,
    /// Nothing but numbers, times and signs.
    pub(super) number: bool,
    /// Ideographs, kana or syllables of Hangul stand in it.
    pub(super) wide: bool,
    /// What its words say.
    pub(super) hit: Option<Hit>,
}

impl<'t> Line<'t> {
    pub(super) fn read(text: &'t str) -> Line<'t> {
        let glance = words::glance(text);
        let ends = text
            .ends_with(['。', '！', '？', '!', '?', '”', '」', '』', '…', '；', ';', '：', ':', ')', '）', '】', '।', '።', '۔', '؟'])
            || (text.ends_with(['.', '"']) && glance.sentences > 0);
        Line {
            text,
            units: glance.units,
            sentences: glance.sentences,
            stop: glance.stop,
            commas: glance.commas,
            ends,
            cut: text.ends_with("...") || text.ends_with('…'),
            dated: glance.has_digits() && text.len() < 220 && glance.sentences == 0 && dates::find(text).is_some(),
            number: glance.is_number(),
            wide: bytes::any(text.as_bytes(), |b| b.wrapping_sub(0xe3) < 11),
            hit: words::classify(text, &glance),
        }
    }

    /// With what phrases of other languages than Chinese say of it, where the words say nothing; `japanese` is asked of lines that begin with Han.
    pub(super) fn with_phrases(mut self, ask: Ask, japanese: impl Fn() -> bool) -> Line<'t> {
        if self.hit.is_none() {
            self.hit = phrases::classify(self.text, self.sentences, ask, japanese);
        }
        self
    }

    /// Whether it ends as a sentence does.
    pub(super) fn is_sentence(&self) -> bool {
        phrases::is_sentence(self.text)
    }

    /// With what own words of furniture say of it, where ours say nothing.
    pub(super) fn with_own(mut self, rules: &Rules) -> Line<'t> {
        if self.hit.is_none()
            && let Some(said) = rules.own().and_then(|own| own.said(self.text))
        {
            self.hit = Some(Hit { class: said.furniture.into(), whole: said.whole, strong: said.begins });
        }
        self
    }

    pub(super) fn class(&self) -> Option<Class> {
        self.hit.map(|h| h.class)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_words_of_furniture_count_as_ours() {
        let table = "own/go\ta button of ours\tus\tx\ty\tbegin\t逛逛本店\tshare\nown/home\tnot ours\tus\tx\ty\twhole\t首页\tshare\n";
        let rules = Rules::with_own(&[("own.tsv".to_owned(), table.to_owned())]).unwrap();
        let hit = |line| Line::read(line).with_own(&rules).hit;
        assert_eq!(hit("逛逛本店"), Some(Hit { class: Class::Share, whole: false, strong: true }));
        assert_eq!(hit("首页").map(|h| h.class), Some(Class::Navigation), "ours come first");
        assert_eq!(hit("他逛逛本店"), None);
        assert_eq!(Line::read("逛逛本店").with_own(Rules::builtin()).hit, None);
    }

    #[test]
    fn numbers_of_a_line() {
        let l = Line::read("山路湿了，他没有走。3.5 公里");
        assert_eq!((l.sentences, l.commas, l.stop, l.ends), (1, 1, true, false));
        let l = Line::read("It rained, so he didn't go.");
        assert_eq!((l.units, l.sentences, l.commas, l.ends), (6, 1, 1, true));
        assert!(Line::read("05-11 2271").number && !Line::read("5 公里").number);
        assert!(Line::read("2024-05-09 22:27 山河网").dated);
        assert!(!Line::read("第 3 页").dated);
    }
}
