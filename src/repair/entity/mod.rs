//! Character references in text that is not markup: escaped once, twice or more, without semicolon, numeric ones into C1. What the
//! references of a web page mean is not decided here but by the markup stage; those it leaves to be read are.

mod evidence;
mod reference;
mod shown;

use memchr::memchr;

use crate::edit::{CERTAIN, Editor};
use crate::layer::{Layer, Stage};
use crate::rules::{RuleId, Rules};

use evidence::{Verdict, verdict};
use reference::{Reference, lines_with_references};

/// Share of the lines with references that must be escaped text before the remaining ones are believed too, in percent.
const PAGE_PERCENT: usize = 80;

/// Undoes references in the lines of `text` that are escaped text, and no others: a line that talks about `&amp;` stays. In a text
/// with tags a reference is markup; there only one level of double escaping goes, and only from runs of references to letters.
///
/// `None` when nothing changed. Linear.
pub(crate) fn unescape(text: &str, from: From, rules: &Rules) -> Option<Layer<'static>> {
    memchr(b'&', text.as_bytes())?;
    let lines = lines_with_references(text);
    if lines.is_empty() {
        return None;
    }
    let mut editor = Editor::new(text);
    if has_tags(text) {
        let again = rules.rule("repair/entity-twice");
        for line in &lines {
            for (i, r) in line.references.iter().enumerate() {
                let next_to = |o: Option<&Reference>| o.is_some_and(|o| (o.end == r.start || o.start == r.end) && o.doubled_letter());
                if r.doubled_letter() && (next_to(line.references.get(i + 1)) || next_to(i.checked_sub(1).map(|i| &line.references[i]))) {
                    editor.replace(r.start + 1..r.first, "", again, CERTAIN);
                }
            }
        }
        return editor.finish(Stage::Repair);
    }
    let mut verdicts: Vec<Verdict> = lines.iter().map(|l| verdict(text, l, from)).collect();
    if shown::is_escaped(text, &lines, from) {
        verdicts.fill(Verdict::Escaped);
    }
    let escaped = verdicts.iter().filter(|v| **v == Verdict::Escaped).count();
    let undecided = verdicts.iter().filter(|v| **v == Verdict::Undecided).count();
    let all = escaped * 100 >= (escaped + undecided) * PAGE_PERCENT && escaped > 1;
    let (once, twice, c1) = (rules.rule("repair/entity"), rules.rule("repair/entity-twice"), rules.rule("repair/entity-c1"));
    for (line, verdict) in lines.iter().zip(&verdicts) {
        if *verdict == Verdict::Escaped || (all && *verdict == Verdict::Undecided) {
            let keeps_semicolons = line.is_unclosed(text);
            for r in &line.references {
                let rule: RuleId = if r.c1 {
                    c1
                } else if r.depth > 1 {
                    twice
                } else {
                    once
                };
                let end = r.end - usize::from(keeps_semicolons && r.closed);
                editor.replace(r.start..end, r.means.encode_utf8(&mut [0; 4]), rule, CERTAIN);
            }
        }
    }
    editor.finish(Stage::Repair)
}

/// Where a text comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum From {
    /// A record, as it is.
    Record,
    /// A reader of markup: references that are left in it were escaped twice, or are talked about.
    Markup,
}

/// Whether a text holds tags, so that its references are markup.
fn has_tags(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(found) = memchr(b'<', &bytes[at..]) {
        at += found + 1;
        if matches!(bytes.get(at), Some(b'a'..=b'z' | b'A'..=b'Z' | b'/' | b'!')) {
            let tag = &bytes[at..bytes.len().min(at + 512)];
            if tag.iter().position(|b| matches!(b, b'<' | b'>')).is_some_and(|n| tag[n] == b'>') {
                return true;
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixed(text: &str) -> Option<String> {
        unescape(text, From::Record, Rules::builtin()).map(|l| l.text.into_owned())
    }

    #[test]
    fn runs_of_numbers_are_text() {
        assert_eq!(fixed("&#26149;&#x5929;来了").as_deref(), Some("春天来了"));
        assert_eq!(fixed("&#26149&#22825 2").as_deref(), Some("春天 2"));
    }

    #[test]
    fn every_level_goes_at_once() {
        assert_eq!(fixed("&amp;amp;#26149;&amp;#22825;").as_deref(), Some("春天"));
        assert_eq!(fixed("a&#38;#26149;&#38;#22825;b").as_deref(), Some("a春天b"));
    }

    #[test]
    fn signs_of_markup_go_only_in_escaped_lines() {
        assert_eq!(fixed("&ldquo;x&rdquo;&nbsp;&amp;lt;").as_deref(), Some("“x”\u{a0}<"));
        assert_eq!(fixed("写作 &amp;lt; 或 &lt;"), None);
    }

    #[test]
    fn talk_stays() {
        assert_eq!(fixed("R&amp;D and AT&amp;T"), None);
        assert_eq!(fixed("常用的有 &nbsp; 和 &copy; 两个"), None);
        assert_eq!(fixed("?a=1&copy=2&reg=3"), None);
        assert_eq!(fixed("one caf&eacute; only"), None);
    }

    #[test]
    fn one_number_in_a_word_is_use() {
        assert_eq!(fixed("Il a particip&#233; aux concours").as_deref(), Some("Il a participé aux concours"));
        assert_eq!(
            fixed("t&#244;t ou tard, ils reviendront &#224; la campagne").as_deref(),
            Some("tôt ou tard, ils reviendront à la campagne")
        );
        assert_eq!(fixed("Nobody&#39;s boat left").as_deref(), Some("Nobody's boat left"));
        assert_eq!(fixed("Write caf&#233; with &#233;"), None);
        assert_eq!(fixed("name(\"caf&#233;\")"), None);
        assert_eq!(fixed("The HTML of it is caf&#233; here"), None);
    }

    #[test]
    fn quotes_around_words_are_use() {
        assert_eq!(fixed("vom &#8222;alten&#8220; Hafen").as_deref(), Some("vom „alten“ Hafen"));
        assert_eq!(fixed("vom &bdquo;alten&ldquo; Hafen").as_deref(), Some("vom „alten“ Hafen"));
        assert_eq!(fixed("他说：&ldquo;明天再来。&rdquo;然后走了").as_deref(), Some("他说：“明天再来。”然后走了"));
        assert_eq!(
            fixed("She said &quot;come in&quot; and &quot;sit down&quot;.").as_deref(),
            Some("She said \"come in\" and \"sit down\".")
        );
        assert_eq!(fixed("She said &quot;come in&quot; once"), None);
    }

    #[test]
    fn lessons_about_references_stay() {
        for lesson in [
            "Use &ldquo; and &rdquo; around quotations.",
            "Write &ldquo;like this&rdquo; in HTML.",
            "Type &#8220; for the left and &#8221; for the right quote.",
            "The marks &laquo; and &raquo; are French quotes.",
            "用 &ldquo; 和 &rdquo; 表示引号。",
            "用&ldquo;和&rdquo;表示引号。",
            "&eacute;&egrave;&agrave; are common in French.",
            "Replace every \"é\" with &eacute; in the words caf&eacute; and clich&eacute;.",
            "An empty pair, &ldquo;&rdquo;, says nothing",
        ] {
            assert_eq!(fixed(lesson), None);
        }
    }

    #[test]
    fn a_semicolon_behind_numbers_without_is_a_semicolon() {
        let text = "&#1084&#1099 &#1090&#1072&#1084; &#1072 &#1086&#1085 &#1090&#1091&#1090";
        assert_eq!(fixed(text).as_deref(), Some("мы там; а он тут"));
        assert_eq!(fixed("&#1084&#1099; &#1090&#1072&#1084;").as_deref(), Some("мы там"));
    }

    #[test]
    fn blanks_by_number_between_words_are_use() {
        assert_eq!(fixed("am 3&#160;Mai um 12&#xA0;Uhr").as_deref(), Some("am 3\u{a0}Mai um 12\u{a0}Uhr"));
        assert_eq!(fixed("er sagt &#x201E;nein, in 40&#xA0;Jahren nicht").as_deref(), Some("er sagt „nein, in 40\u{a0}Jahren nicht"));
        assert_eq!(fixed("write &#160; between 3&#160;km"), None);
        assert_eq!(fixed("3&nbsp;km or 4&nbsp;km"), None);
    }

    #[test]
    fn words_are_use() {
        assert_eq!(fixed("d&eacute;j&agrave; vu").as_deref(), Some("déjà vu"));
        assert_eq!(fixed("it&#146;s what we&#146;d say").as_deref(), Some("it’s what we’d say"));
    }

    #[test]
    fn references_of_a_page_are_markup() {
        assert_eq!(fixed("<p>&#26149;&#22825;</p>"), None);
        assert_eq!(fixed("<p>&amp;#26149;&amp;#22825;</p>").as_deref(), Some("<p>&#26149;&#22825;</p>"));
        assert_eq!(fixed("<p>&amp;lt;&amp;gt;</p>"), None);
    }
}
