//! A user's own rules: tables of lines and elements that go or stay, and of words of furniture, read from a folder and put behind the built-in
//! rules. What they decide about the blocks of a page lives in `boilerplate/own`, what their words mean in `boilerplate/lines`.

use aho_corasick::AhoCorasick;
use regex::{RegexSet, RegexSetBuilder};

use super::{Rule, RuleId, Rules, table};
use crate::error::Error;

/// Columns of a table of own rules: those of the built-in ones, then what the built-in ones have in code.
pub const COLUMNS: [&str; 8] = ["id", "says", "source", "fires", "spares", "match", "pattern", "does"];
/// Bytes of compiled patterns, at most: what a table can make the program hold.
const PATTERNS: usize = 16 << 20;

/// What becomes of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Does {
    /// It is left out.
    Remove,
    /// It stays, whatever the built-in rules of boilerplate say.
    Keep,
}

/// A class of page furniture that a line can belong to by its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Furniture {
    /// Menus, buttons.
    Navigation,
    /// Login boxes.
    Login,
    /// Share buttons and QR codes.
    Share,
    /// Headings of lists of other stories.
    Related,
    /// Headings of what readers wrote.
    Comments,
    /// Imprint, licences.
    Footer,
    /// Address, telephone: furniture only among other furniture.
    Contact,
    /// Copyright, reprint, disclaimer.
    Notice,
}

impl Furniture {
    /// By the name that tables use, ours and own ones.
    pub fn named(name: &str) -> Option<Furniture> {
        Some(match name {
            "nav" => Furniture::Navigation,
            "login" => Furniture::Login,
            "share" => Furniture::Share,
            "related" => Furniture::Related,
            "comments" => Furniture::Comments,
            "footer" => Furniture::Footer,
            "contact" => Furniture::Contact,
            "notice" => Furniture::Notice,
            _ => return None,
        })
    }
}

/// What a line says by an own word of furniture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said {
    /// The rule of the word.
    pub rule: RuleId,
    /// What it belongs to.
    pub furniture: Furniture,
    /// The word is all of the line.
    pub whole: bool,
    /// The line begins with it.
    pub begins: bool,
}

/// Where the words of a rule stand in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Whole,
    Begin,
    End,
    Within,
}

/// The lines that own rules are about, as one automaton for words and one for patterns: a line is walked once by each, however many rules
/// there are.
#[derive(Debug)]
pub struct Lines {
    words: Option<AhoCorasick>,
    /// Of each word: its rule and its place.
    of_word: Vec<(RuleId, Place)>,
    patterns: RegexSet,
    of_pattern: Vec<RuleId>,
    /// Rules that keep.
    keep: Vec<RuleId>,
    /// Rules whose words are furniture: they decide nothing by themselves.
    furniture: Vec<(RuleId, Furniture)>,
    /// Words in the names of elements, and of each its rule and whether it must stand alone.
    labels: Option<AhoCorasick>,
    of_label: Vec<(RuleId, bool)>,
    /// The first own rule.
    first: RuleId,
}

impl Lines {
    /// The rule that decides about a line: one that keeps before one that removes, then the first in the order of the tables. White
    /// space around the line is not looked at. Linear in the line.
    pub fn decide(&self, line: &str) -> Option<(RuleId, Does)> {
        let all = self.hits(line.trim()).map(|(rule, _)| rule).filter(|r| self.is_furniture(*r).is_none());
        self.best(all)
    }

    /// What a line says by the words of furniture in it: the first rule in the order of the tables. Linear in the line.
    pub fn said(&self, line: &str) -> Option<Said> {
        if self.furniture.is_empty() {
            return None;
        }
        let hits = self.hits(line.trim()).filter_map(|(rule, place)| Some((rule, place, self.is_furniture(rule)?)));
        let (rule, place, furniture) = hits.min_by_key(|(rule, ..)| *rule)?;
        let whole = place == Some(Place::Whole);
        Some(Said { rule, furniture, whole, begins: whole || place == Some(Place::Begin) })
    }

    /// The rule that decides about an element with this label: its class words, id, role and itemprop. As [`Lines::decide`].
    pub fn element(&self, label: &str) -> Option<(RuleId, Does)> {
        let words = self.labels.as_ref()?;
        let hits = words.find_overlapping_iter(label).filter_map(|m| {
            let (rule, alone) = self.of_label[m.pattern().as_usize()];
            (!alone || stands_alone(label, m.start(), m.end())).then_some(rule)
        });
        self.best(hits)
    }

    /// Whether there are rules about elements.
    pub fn knows_elements(&self) -> bool {
        self.labels.is_some()
    }

    fn is_furniture(&self, rule: RuleId) -> Option<Furniture> {
        self.furniture.iter().find(|f| f.0 == rule).map(|f| f.1)
    }

    fn best(&self, rules: impl Iterator<Item = RuleId>) -> Option<(RuleId, Does)> {
        let best = rules.min_by_key(|r| (!self.keep.contains(r), *r))?;
        Some((best, if self.keep.contains(&best) { Does::Keep } else { Does::Remove }))
    }

    /// The rules whose words or patterns stand in a line where they count.
    fn hits<'a>(&'a self, line: &'a str) -> impl Iterator<Item = (RuleId, Option<Place>)> + 'a {
        let words = self.words.iter().flat_map(move |w| w.find_overlapping_iter(line)).filter_map(move |m| {
            let (rule, place) = self.of_word[m.pattern().as_usize()];
            let holds = match place {
                Place::Within => true,
                Place::Begin => m.start() == 0,
                Place::End => m.end() == line.len(),
                Place::Whole => m.start() == 0 && m.end() == line.len(),
            };
            holds.then_some((rule, Some(place)))
        });
        words.chain(self.patterns.matches(line).into_iter().map(move |p| (self.of_pattern[p], None)))
    }

    /// Whether a rule is one of these.
    pub fn has(&self, rule: RuleId) -> bool {
        rule >= self.first
    }
}

impl Rules {
    /// The built-in rules and behind them own ones, from tables given as (name, content). Columns: [`COLUMNS`]; `match` is `whole`,
    /// `begin`, `end`, `within` (words, with the escapes of [`table::unescape`]), `regex` (a pattern in the syntax of the crate `regex`) or
    /// `class` (a word in class, id or role of an element; one of fewer than four letters, or with a `.` behind it, must stand alone);
    /// `does` is `remove` or `keep`, or, of a line, the name of a [`Furniture`].
    ///
    /// # Errors
    /// [`Error::Rule`] with file and line for what does not parse, an id of a built-in family, and an id seen before.
    pub fn with_own(files: &[(String, String)]) -> Result<Rules, Error> {
        let builtin = Rules::builtin();
        let (mut rules, mut by_id) = (builtin.rules.clone(), builtin.by_id.clone());
        let first = RuleId(rules.len() as u16);
        let family = |id: &str| id.split_once('/').map(|(f, _)| f.to_owned());
        let taken: Vec<String> = rules.iter().filter_map(|r| family(&r.id)).collect();
        let (mut words, mut of_word) = (Vec::new(), Vec::new());
        let (mut patterns, mut of_pattern, mut keep) = (Vec::new(), Vec::new(), Vec::new());
        let (mut labels, mut of_label, mut furniture) = (Vec::new(), Vec::new(), Vec::new());
        for (path, content) in files {
            for row in table::rows(path, content, COLUMNS.len()) {
                let row = row?;
                let wrong = |why: String| Error::Rule { path: path.clone(), line: row.line, why };
                let [id, says, source, fires, spares, place, pattern, does] = row.cells[..] else { continue };
                if family(id).is_some_and(|f| taken.contains(&f)) {
                    let of = id.split('/').next().unwrap_or_default();
                    return Err(wrong(format!("rule id `{id}`: `{of}/` are rules of jingwen; name yours otherwise, `own/...` for one")));
                }
                let rule = Rule { id: id.into(), says: says.into(), source: source.into(), fires: fires.into(), spares: spares.into() };
                let number = super::add(&mut rules, &mut by_id, rule).map_err(wrong)?;
                let named = place == "class";
                let place = match place {
                    _ if named => None,
                    "whole" => Some(Place::Whole),
                    "begin" => Some(Place::Begin),
                    "end" => Some(Place::End),
                    "within" => Some(Place::Within),
                    "regex" => None,
                    other => return Err(wrong(format!("`{other}` is no way to match; write whole, begin, end, within, regex or class"))),
                };
                match place {
                    None if named => {
                        let word = pattern.trim_end_matches('.');
                        if word.is_empty() || !word.bytes().all(|b| b.is_ascii_graphic()) {
                            return Err(wrong(format!("`{pattern}` is no word of a class; they are of ASCII and have no blanks")));
                        }
                        labels.push(word);
                        of_label.push((number, word.len() < 4 || word.len() < pattern.len()));
                    }
                    Some(place) => {
                        let word = table::unescape(pattern).map_err(wrong)?;
                        let word = String::from_utf8(word).map_err(|_| wrong(format!("`{pattern}` is not UTF-8")))?;
                        if word.is_empty() {
                            return Err(wrong("an empty pattern would match every line".to_owned()));
                        }
                        words.push(word);
                        of_word.push((number, place));
                    }
                    None => {
                        let one = RegexSetBuilder::new([pattern]).size_limit(PATTERNS).build();
                        let one = one.map_err(|e| wrong(format!("the pattern does not parse: {}", last_line(&e.to_string()))))?;
                        if one.is_match("") {
                            return Err(wrong(format!("the pattern `{pattern}` matches an empty line, so it would match every line")));
                        }
                        patterns.push(pattern);
                        of_pattern.push(number);
                    }
                }
                match does {
                    "remove" => {}
                    "keep" => keep.push(number),
                    other if !named && Furniture::named(other).is_some() => {
                        furniture.extend(Furniture::named(other).map(|f| (number, f)));
                    }
                    _ if named => return Err(wrong(format!("`{does}` is nothing a rule does to an element; write remove or keep"))),
                    other => {
                        return Err(wrong(format!(
                            "`{other}` is nothing a rule does; write remove or keep, or what the line is: nav, login, share, related, comments, footer, contact or notice"
                        )));
                    }
                }
            }
        }
        let all = |why: String| Error::Rule { path: files.first().map(|f| f.0.clone()).unwrap_or_default(), line: 1, why };
        let automaton = if words.is_empty() { Ok(None) } else { AhoCorasick::new(&words).map(Some) };
        let words = automaton.map_err(|e| all(format!("too many words: {e}")))?;
        let automaton = AhoCorasick::builder().ascii_case_insensitive(true).build(&labels);
        let automaton = if labels.is_empty() { Ok(None) } else { automaton.map(Some) };
        let labels = automaton.map_err(|e| all(format!("too many words: {e}")))?;
        let patterns = RegexSetBuilder::new(&patterns).size_limit(PATTERNS).build();
        let patterns = patterns.map_err(|e| all(format!("too many patterns: {}", last_line(&e.to_string()))))?;
        let own = (rules.len() > usize::from(first.0)).then(|| Lines {
            words,
            of_word,
            patterns,
            of_pattern,
            keep,
            furniture,
            labels,
            of_label,
            first,
        });
        Ok(Rules { rules, by_id, own })
    }
}

/// True when the bytes from `start` to `end` of a label are a word of their own: between signs, digits, blanks or a capital that begins the next
/// word, as in `navAd`.
pub(crate) fn stands_alone(label: &str, start: usize, end: usize) -> bool {
    let bytes = label.as_bytes();
    let before = start.checked_sub(1).map(|i| bytes[i]);
    let first = bytes[start];
    let begins = before.is_none_or(|b| !b.is_ascii_alphabetic() || (b.is_ascii_lowercase() && first.is_ascii_uppercase()));
    begins && bytes.get(end).is_none_or(|b| !b.is_ascii_lowercase())
}

/// What a message of several lines ends with: the reason.
fn last_line(message: &str) -> &str {
    message.lines().next_back().unwrap_or(message).trim_start_matches("error: ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(lines: &[&str]) -> Result<Rules, Error> {
        let rows = lines.iter().map(|l| format!("own/{l}\n")).collect::<String>();
        Rules::with_own(&[("own.tsv".to_owned(), rows)])
    }

    #[test]
    fn words_and_patterns_decide_where_they_stand() {
        let rules = own(&[
            "a\tsays\tme\tx\ty\tbegin\t本店\tremove",
            "b\tsays\tme\tx\ty\tregex\t^第\\d+楼$\tremove",
            "c\tsays\tme\tx\ty\twithin\t重要\tkeep",
            "d\tsays\tme\tx\ty\twhole\t赞\tremove",
            "e\tsays\tme\tx\ty\tend\t完\\u{21}\tremove",
        ])
        .unwrap();
        let lines = rules.own().unwrap();
        let of = |l: &str| lines.decide(l).map(|(r, d)| (rules.get(r).id.to_string(), d));
        assert_eq!(of("本店地址在河边"), Some(("own/a".to_owned(), Does::Remove)));
        assert_eq!(of(" 第12楼 "), Some(("own/b".to_owned(), Does::Remove)));
        assert_eq!(of("本店有重要的事"), Some(("own/c".to_owned(), Does::Keep)), "keeping wins");
        assert_eq!(of("赞"), Some(("own/d".to_owned(), Does::Remove)));
        assert_eq!(of("完!"), Some(("own/e".to_owned(), Does::Remove)));
        assert!(of("他在本店").is_none() && of("赞美").is_none() && of("第12楼的人").is_none() && of("").is_none());
        assert!(lines.has(rules.find("own/a").unwrap()) && !lines.has(RuleId(0)));
    }

    #[test]
    fn words_of_furniture_and_of_elements() {
        let rules = own(&[
            "a\tsays\tme\tx\ty\twhole\t逛逛\tnav",
            "b\tsays\tme\tx\ty\tbegin\t快来分享\tshare",
            "c\tsays\tme\tx\ty\tclass\tvip\tremove",
            "d\tsays\tme\tx\ty\tclass\tstorybox\tkeep",
            "e\tsays\tme\tx\ty\tclass\tpromo.\tremove",
        ])
        .unwrap();
        let lines = rules.own().unwrap();
        let id = |n: &str| rules.find(n).unwrap();
        assert_eq!(lines.said("逛逛"), Some(Said { rule: id("own/a"), furniture: Furniture::Navigation, whole: true, begins: true }));
        assert_eq!(lines.said("快来分享给朋友").map(|s| (s.furniture, s.whole, s.begins)), Some((Furniture::Share, false, true)));
        assert!(lines.said("他去逛逛").is_none() && lines.decide("逛逛").is_none(), "a word of furniture decides nothing");
        assert_eq!(lines.element("box vip-card"), Some((id("own/c"), Does::Remove)));
        assert_eq!(lines.element("theStoryBoxes vip"), Some((id("own/d"), Does::Keep)), "keeping wins");
        assert_eq!(lines.element("#navPromo"), Some((id("own/e"), Does::Remove)));
        assert!(lines.element("vips promotion").is_none() && lines.element("").is_none() && lines.knows_elements());
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (line, why) in [
            ("a\tsays\tme\tx\ty\tnear\tw\tremove", "own.tsv:1: `near` is no way to match"),
            ("a\tsays\tme\tx\ty\twhole\tw\tdelete", "`delete` is nothing a rule does"),
            ("a\tsays\tme\tx\ty\tregex\t(\tremove", "the pattern does not parse: unclosed group"),
            ("a\tsays\tme\tx\ty\tregex\tx*\tremove", "matches an empty line"),
            ("a\tsays\tme\tx\ty\twhole\t\tremove", "empty pattern"),
            ("a\tsays\tme\tx\ty\tclass\ta b\tremove", "no word of a class"),
            ("a\tsays\tme\tx\ty\tclass\tbox\tshare", "nothing a rule does to an element"),
            ("a\tsays\tme\tx\ty", "6 cells between tabs, 8 are needed"),
            ("A\tsays\tme\tx\ty\twhole\tw\tremove", "rule id `own/A`"),
        ] {
            let told = own(&[line]).map(|_| ()).unwrap_err().to_string();
            assert!(told.contains(why) || line.ends_with('y') && told.contains("cells between tabs"), "{told}");
        }
        let twice = own(&["a\ts\tm\tx\ty\twhole\tw\tremove", "a\ts\tm\tx\ty\twhole\tv\tremove"]);
        assert!(twice.map(|_| ()).unwrap_err().to_string().contains("own.tsv:2: rule id `own/a` stands twice"));
        let ours = Rules::with_own(&[("x.tsv".to_owned(), "tidy/x\ts\tm\tx\ty\twhole\tw\tremove\n".to_owned())]);
        assert!(ours.map(|_| ()).unwrap_err().to_string().contains("`tidy/` are rules of jingwen"));
        assert!(Rules::with_own(&[]).unwrap().own().is_none());
    }
}
