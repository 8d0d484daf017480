//! References that a page shows to its readers: escaped twice, or talked about? Decided for the page as a whole; single lines are
//! `evidence`'s.

use super::From;
use super::evidence::{USED_AT_LEAST, after, before, begins_tag, talks_of_markup, tally};
use super::reference::{Line, Reference};

/// References in use for each one that stands apart, at least. Own estimate: pages that explain references set nearly all of them apart.
const USED_FOR_IDLE: u32 = 2;

/// Are the references in `text`, by line, what is left of a page that was escaped too often? On a page that is no text about markup every
/// reference one can read is a mistake, so that one number inside a word says enough. A record may be a program or data, where `&amp;`
/// is what it should be: there all of them must be in use.
pub(super) fn is_escaped(text: &str, lines: &[Line], from: From) -> bool {
    let (mut used, mut idle, mut numbers) = (0, 0, 0);
    for line in lines {
        let tally = tally(text, line);
        let references = &line.references;
        let joined = references.iter().filter(|r| joins_names(text, r)).count() as u32;
        let named = references.iter().enumerate().filter(|(i, r)| quotes(text, r, &references[i + 1..])).count() as u32;
        // `&nbsp;` between two words says nothing either way.
        let blanks =
            references.iter().filter(|r| r.means == '\u{a0}' && !r.numeric && beside(text, r, |c| !c.is_whitespace())).count() as u32;
        let tags = references.iter().filter(|r| begins_tag(text, r)).count() as u32;
        if from == From::Record && (joined + named + tally.used == 0 || tags > 0 || talks_of_markup(&text[line.start..line.end])) {
            return false;
        }
        // `R&amp;D` alone is also how a record of markup has it.
        used += tally.used + named + if from == From::Markup { joined } else { 0 };
        idle += tally.idle.saturating_sub(blanks) + tags;
        numbers += tally.numbers;
    }
    match from {
        From::Markup => used >= USED_AT_LEAST && idle * USED_FOR_IDLE <= used || numbers > 0 && idle == 0,
        From::Record => used >= USED_AT_LEAST && idle == 0,
    }
}

fn beside(text: &str, r: &Reference, is: impl Fn(char) -> bool) -> bool {
    before(text, r).is_some_and(&is) && after(text, r).is_some_and(&is)
}

/// `Research &amp; Development`, `R&amp;D`: between two names, with blanks or without on both sides.
fn joins_names(text: &str, r: &Reference) -> bool {
    if r.means != '&' {
        return false;
    }
    let name = |c: char| c.is_uppercase() || c.is_alphabetic() && !c.is_lowercase();
    if beside(text, r, name) {
        return true;
    }
    let (Some(left), Some(right)) = (text[..r.start].strip_suffix(' '), text[r.end..].strip_prefix(' ')) else { return false };
    // The first letter of the word before; a word has less than forty bytes, or is none.
    let near = left.char_indices().rev().take(40).take_while(|(_, c)| c.is_alphanumeric()).last();
    near.is_some_and(|(_, c)| name(c)) && right.starts_with(name)
}

/// `&quot;go home&quot;`: an opening quote at a word, and behind a word or a sentence the closing one.
fn quotes(text: &str, r: &Reference, rest: &[Reference]) -> bool {
    let opens =
        |r: &Reference| before(text, r).is_none_or(|c| c.is_whitespace() || c == '(') && after(text, r).is_some_and(char::is_alphanumeric);
    let closes = |r: &Reference| before(text, r).is_some_and(|c| !c.is_whitespace()) && after(text, r).is_none_or(|c| !c.is_alphanumeric());
    r.means == '"' && opens(r) && rest.iter().find(|o| o.means == '"').is_some_and(closes)
}

#[cfg(test)]
mod tests {
    use super::super::{From, unescape};
    use crate::rules::Rules;

    fn fixed(text: &str) -> Option<String> {
        unescape(text, From::Markup, Rules::builtin()).map(|l| l.text.into_owned())
    }

    #[test]
    fn a_page_escaped_twice_is_read_once_more() {
        assert_eq!(fixed("It&#8217;s late.\nTom &amp; Jerry").as_deref(), Some("It’s late.\nTom & Jerry"));
        assert_eq!(fixed("R&amp;D of the year\nNews &amp; Events").as_deref(), Some("R&D of the year\nNews & Events"));
        assert_eq!(fixed("He said &quot;go home&quot;,\nnot &quot;stay.&quot;").as_deref(), Some("He said \"go home\",\nnot \"stay.\""));
        assert_eq!(fixed("新闻 &amp; 评论\n公司 &amp; 产品").as_deref(), Some("新闻 & 评论\n公司 & 产品"));
        assert_eq!(fixed("3&nbsp;km, it&rsquo;s said, of caf&eacute;s").as_deref(), Some("3\u{a0}km, it’s said, of cafés"));
    }

    #[test]
    fn talk_on_a_page_stays() {
        assert_eq!(fixed("Write &eacute; for é and &amp; for &."), None);
        assert_eq!(fixed("use &amp; in place of it\nand &quot; too"), None);
        assert_eq!(fixed("caf&eacute; needs &eacute;\nand na&iuml;ve &iuml; of course"), None);
        assert_eq!(fixed("one caf&eacute; only"), None);
        assert_eq!(fixed("it&#8217;s &lt;div&gt; that counts"), None);
    }
}
