//! The walk through the findings: where one stands, what keys do, what was decided. Pure: knows no terminal and no file.

use std::collections::BTreeSet;

use super::form::{Form, Input};
use super::item::{Item, Keep};
use super::rule::{Made, takes};
use crate::check::{Finding, fingerprint};
use crate::lang::Lang;

/// A key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// A character.
    Char(char),
    /// Return.
    Enter,
    /// Escape.
    Escape,
    /// Tab.
    Tab,
    /// Tab with shift.
    BackTab,
    /// Arrow.
    Left,
    /// Arrow.
    Right,
    /// Arrow.
    Up,
    /// Arrow.
    Down,
    /// To the begin.
    Home,
    /// To the end.
    End,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// Deletes to the left.
    Backspace,
    /// Deletes to the right.
    Delete,
    /// Ctrl-U: empties a line.
    Clear,
    /// Ctrl-C.
    Interrupt,
}

/// What became of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The cleaning is right: it is known from now on.
    Accepted,
    /// The cleaning was wrong: a rule keeps the line.
    Kept,
    /// A rule that was made decides.
    Ruled,
    /// Nothing: to be decided another time.
    Later,
}

/// What decisions can be written to.
#[derive(Clone, Debug, Default)]
pub struct Means {
    /// There is a baseline.
    pub baseline: bool,
    /// There is a table of rules.
    pub rules: bool,
    /// Ids of rules there are.
    pub ids: BTreeSet<String>,
}

/// What keys are about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The findings.
    Walk,
    /// The list of keys.
    Help,
    /// The text that findings must have to be shown.
    Filter(Input),
    /// A rule.
    Rule(Box<Form>),
}

/// A decision, as it can be undone.
#[derive(Clone, Debug)]
struct Step {
    /// The findings it was about, and what they were before.
    before: Vec<(usize, Option<Verdict>)>,
    /// The finding that was shown.
    at: usize,
    /// A rule was made.
    rule: bool,
}

/// A walk.
#[derive(Clone, Debug)]
pub struct Walk {
    items: Vec<Item>,
    verdicts: Vec<Option<Verdict>>,
    /// The findings that the filter lets through, ascending.
    shown: Vec<usize>,
    /// Which of them one stands at.
    at: usize,
    steps: Vec<Step>,
    rules: Vec<Made>,
    means: Means,
    /// What keys are about.
    pub mode: Mode,
    /// The text that findings must have; empty for all.
    pub filter: String,
    /// What there is to say about the last key.
    pub said: String,
    /// Rows that are scrolled away.
    pub scroll: usize,
    /// The language.
    pub lang: Lang,
}

impl Walk {
    /// Through findings, in their order.
    pub fn new(items: Vec<Item>, means: Means, lang: Lang) -> Walk {
        Walk {
            verdicts: vec![None; items.len()],
            shown: (0..items.len()).collect(),
            items,
            at: 0,
            steps: Vec::new(),
            rules: Vec::new(),
            means,
            mode: Mode::Walk,
            filter: String::new(),
            said: String::new(),
            scroll: 0,
            lang,
        }
    }

    /// The finding one stands at, what became of it, and its number among those shown, from 1.
    pub fn here(&self) -> Option<(&Item, Option<Verdict>, usize)> {
        let n = *self.shown.get(self.at)?;
        Some((&self.items[n], self.verdicts[n], self.at + 1))
    }

    /// Findings that the filter lets through.
    pub fn shown(&self) -> usize {
        self.shown.len()
    }

    /// Findings with this verdict; with none: still to decide.
    pub fn count(&self, verdict: Option<Verdict>) -> usize {
        self.verdicts.iter().filter(|v| **v == verdict).count()
    }

    /// How many decisions were made and not undone.
    pub fn steps(&self) -> usize {
        self.steps.len()
    }

    /// The rules that were made, keeping ones too, in the order they were made.
    pub fn rules(&self) -> &[Made] {
        &self.rules
    }

    /// What is known from now on: the findings that were accepted, and those that the rules made will give on the lines they were made of.
    pub fn known(&self) -> Vec<Finding> {
        let decided = self.items.iter().zip(&self.verdicts);
        let mut known: Vec<Finding> = decided.filter(|(_, v)| **v == Some(Verdict::Accepted)).map(|(i, _)| i.finding.clone()).collect();
        for rule in &self.rules {
            let Ok(rules) = rule.read() else { continue };
            for (item, line) in self.items.iter().filter_map(|i| Some((i, i.line.as_deref()?))) {
                // a rule that keeps says so in a note on the block, one that removes on each line
                let lines: Vec<&str> = if rule.keep { vec![line] } else { line.lines().collect() };
                if takes(&rules, line, rule.keep) {
                    known.extend(lines.into_iter().map(|l| Finding {
                        rule: rule.id.clone(),
                        before: l.to_owned(),
                        fingerprint: fingerprint(&rule.id, l),
                        ..item.finding.clone()
                    }));
                }
            }
        }
        known
    }

    /// Does what a key says; false when it ends the walk.
    pub fn press(&mut self, key: Key) -> bool {
        if key == Key::Interrupt {
            return false;
        }
        self.said.clear();
        match std::mem::replace(&mut self.mode, Mode::Walk) {
            Mode::Walk => return self.walk(key),
            Mode::Help => {}
            Mode::Filter(mut input) => match key {
                Key::Enter => self.apply(&input.text),
                Key::Escape => {}
                key => {
                    input.press(key);
                    self.mode = Mode::Filter(input);
                }
            },
            Mode::Rule(mut form) => match key {
                Key::Escape => {}
                Key::Enter if form.wrong.is_empty() => self.make(form.made(), Verdict::Ruled),
                key => {
                    form.press(key);
                    self.look(&mut form);
                    self.mode = Mode::Rule(form);
                }
            },
        }
        true
    }

    fn walk(&mut self, key: Key) -> bool {
        let rule = |w: &Walk, n: usize| w.items[w.shown[n]].finding.rule.clone();
        let document = |w: &Walk, n: usize| w.items[w.shown[n]].document();
        match key {
            Key::Char('q') => return false,
            Key::Char('?' | 'h') => self.mode = Mode::Help,
            Key::Char('u') => self.undo(),
            Key::Char('/') => self.mode = Mode::Filter(Input::new(self.filter.clone())),
            Key::Escape if !self.filter.is_empty() => self.apply(""),
            Key::Up => self.scroll = self.scroll.saturating_sub(1),
            Key::Down => self.scroll += 1,
            Key::PageUp => self.scroll = self.scroll.saturating_sub(10),
            Key::PageDown => self.scroll += 10,
            _ if self.shown.is_empty() => {}
            Key::Char('a') => self.accept(false),
            Key::Char('A') => self.accept(true),
            Key::Char('k') => self.keep(),
            Key::Char('r') | Key::Enter => self.form(),
            Key::Char('s' | ' ') => self.decide(vec![self.shown[self.at]], Verdict::Later),
            Key::Char('n') | Key::Right => self.go(self.at + 1),
            Key::Char('p') | Key::Left => self.go(self.at.saturating_sub(1)),
            Key::Char('g') | Key::Home => self.go(0),
            Key::Char('G') | Key::End => self.go(self.shown.len() - 1),
            Key::Char('d') => self.next(1, document),
            Key::Char('D') => self.next(-1, document),
            Key::Tab => self.next(1, rule),
            Key::BackTab => self.next(-1, rule),
            _ => self.said = self.lang.say("? shows all keys").to_owned(),
        }
        true
    }

    fn go(&mut self, to: usize) {
        if to >= self.shown.len() {
            self.said = self.lang.say("this is the last one").to_owned();
            return;
        }
        (self.at, self.scroll) = (to, 0);
    }

    /// To the next or the last finding before of which something is another than here.
    fn next(&mut self, step: isize, of: impl Fn(&Walk, usize) -> String) {
        let here = of(self, self.at);
        let mut to = self.at;
        loop {
            match to.checked_add_signed(step).filter(|n| *n < self.shown.len()) {
                Some(n) => to = n,
                None => return self.said = self.lang.say("there is no other in this direction").to_owned(),
            }
            if of(self, to) != here {
                return self.go(to);
            }
        }
    }

    /// Shows only findings with a text in their rule, document or line.
    fn apply(&mut self, filter: &str) {
        let here = self.shown.get(self.at).copied();
        let wanted = filter.to_lowercase();
        let has = |i: &Item| {
            let f = &i.finding;
            [&f.rule, &f.path, &f.before, &f.after].iter().any(|t| t.to_lowercase().contains(&wanted))
        };
        let shown: Vec<usize> = (0..self.items.len()).filter(|n| has(&self.items[*n])).collect();
        if shown.is_empty() {
            self.said = self.lang.fill("nothing has “{}”", &[&filter]);
            return;
        }
        self.filter = filter.to_owned();
        self.at = here.map_or(0, |h| shown.partition_point(|n| *n < h).min(shown.len() - 1));
        (self.shown, self.scroll) = (shown, 0);
    }

    /// Takes the cleaning of the finding as right, or of all undecided ones of its rule that are shown.
    fn accept(&mut self, all: bool) {
        if !self.means.baseline {
            self.said = self.lang.say("to accept needs a file to write to: --baseline FILE").to_owned();
            return;
        }
        let here = self.shown[self.at];
        if !all {
            return self.decide(vec![here], Verdict::Accepted);
        }
        let rule = &self.items[here].finding.rule;
        let left = |n: &usize| matches!(self.verdicts[*n], None | Some(Verdict::Later)) && self.items[*n].finding.rule == *rule;
        let which: Vec<usize> = self.shown.iter().copied().filter(left).collect();
        let said = self.lang.fill("{} accepted, all of {}; u takes it back", &[&which.len(), rule]);
        self.decide(which, Verdict::Accepted);
        self.said = said;
    }

    /// Makes a rule that keeps the line, where one can.
    fn keep(&mut self) {
        let item = &self.items[self.shown[self.at]];
        self.said = match &item.keep {
            Keep::Can if self.means.rules => {
                if let Some(mut form) = Form::new(item, true, self.lang) {
                    self.look(&mut form);
                    match form.wrong.is_empty() {
                        true => return self.make(form.made(), Verdict::Kept),
                        false => self.said = form.wrong,
                    }
                }
                return;
            }
            Keep::Can => self.lang.say("to keep a line needs rules to write to: --rules DIR").to_owned(),
            Keep::Change => self
                .lang
                .say("no rule can keep this: own rules say which lines go or stay, not what is repaired or decoded in them")
                .to_owned(),
            Keep::Nothing => self.lang.say("nothing would be taken away here").to_owned(),
            Keep::Other(rule) => self.lang.fill("no rule can keep this: {} takes the line, whatever rules about lines say", &[rule]),
            Keep::NoLine => self.lang.say("no rule can name this: it is no line of its own").to_owned(),
        };
    }

    /// Opens the form of a rule.
    fn form(&mut self) {
        let item = &self.items[self.shown[self.at]];
        if !self.means.rules {
            self.said = self.lang.say("to make a rule needs rules to write to: --rules DIR").to_owned();
            return;
        }
        match Form::new(item, item.keep == Keep::Can, self.lang) {
            None => self.said = self.lang.say("no rule can name this: it is no line of its own").to_owned(),
            Some(mut form) => {
                self.look(&mut form);
                (self.mode, self.scroll) = (Mode::Rule(Box::new(form)), 0);
            }
        }
    }

    fn look(&self, form: &mut Form) {
        let lines = self.items.iter().zip(&self.verdicts).filter(|(_, v)| v.is_none()).filter_map(|(i, _)| i.line.as_deref());
        form.look(lines, |id| self.means.ids.contains(id) || self.rules.iter().any(|r| r.id == id));
    }

    /// A rule is made: it decides about the finding and about every other one still to decide whose line it takes.
    fn make(&mut self, rule: Made, verdict: Verdict) {
        let Ok(rules) = rule.read() else { return };
        let here = self.shown[self.at];
        let is_about = |n: usize| {
            let item = &self.items[n];
            let line = item.line.as_deref().is_some_and(|l| takes(&rules, l, rule.keep));
            // what keeps a line does nothing about what is repaired in it
            line && self.verdicts[n].is_none() && (!rule.keep || item.keep == Keep::Can)
        };
        let which: Vec<usize> = (0..self.items.len()).filter(|n| *n == here || is_about(*n)).collect();
        let said = match which.len() {
            1 => self.lang.fill("rule {}; u takes it back", &[&rule.id]),
            n => self.lang.fill("rule {} decides {} findings; u takes it back", &[&rule.id, &n]),
        };
        self.rules.push(rule);
        self.decide(which, verdict);
        if let Some(step) = self.steps.last_mut() {
            step.rule = true;
        }
        if self.count(None) > 0 {
            self.said = said;
        }
    }

    fn decide(&mut self, which: Vec<usize>, verdict: Verdict) {
        let here = self.shown[self.at];
        let before = which.iter().map(|n| (*n, self.verdicts[*n])).collect();
        which.into_iter().for_each(|n| self.verdicts[n] = Some(verdict));
        self.steps.push(Step { before, at: here, rule: false });
        // on to the next one that is still to decide, from the begin when there is none behind
        let (front, behind) = (0..self.at, self.at + 1..self.shown.len());
        let next = behind.chain(front).find(|n| self.verdicts[self.shown[*n]].is_none());
        match next {
            Some(n) => self.go(n),
            None => self.said = self.lang.say("all findings are gone through; q ends, u takes the last decision back").to_owned(),
        }
    }

    fn undo(&mut self) {
        let Some(step) = self.steps.pop() else {
            self.said = self.lang.say("there is nothing to take back").to_owned();
            return;
        };
        for (n, verdict) in step.before {
            self.verdicts[n] = verdict;
        }
        if step.rule {
            self.rules.pop();
        }
        if !self.shown.contains(&step.at) {
            self.apply("");
        }
        self.at = self.shown.partition_point(|n| *n < step.at);
        (self.scroll, self.said) = (0, self.lang.say("taken back").to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Fate;

    fn item(path: &str, rule: &str, line: Option<&str>, keep: Keep) -> Item {
        let before = line.unwrap_or("x").to_owned();
        let finding = Finding {
            path: path.to_owned(),
            record: None,
            line: 1,
            column: 1,
            rule: rule.to_owned(),
            fate: if keep == Keep::Can { Fate::Removed } else { Fate::Edited },
            count: 1,
            fingerprint: fingerprint(rule, &before),
            before,
            after: String::new(),
        };
        Item { line: line.map(str::to_owned), keep, ..Item::unreadable(finding) }
    }

    /// Two documents: a share box, a repair, the share box's second line; a menu.
    fn walk() -> Walk {
        let items = vec![
            item("a.txt", "boilerplate/share", Some("分享到：微博"), Keep::Can),
            item("a.txt", "repair/x", Some("一杯 café"), Keep::Change),
            item("a.txt", "boilerplate/share", Some("分享到：微信"), Keep::Can),
            item("b.txt", "boilerplate/navigation", Some("首页"), Keep::Can),
        ];
        Walk::new(items, Means { baseline: true, rules: true, ids: BTreeSet::new() }, Lang::En)
    }

    fn press(walk: &mut Walk, keys: &str) {
        for c in keys.chars() {
            let key = match c {
                '\n' => Key::Enter,
                '\t' => Key::Tab,
                '>' => Key::Right,
                '\u{1B}' => Key::Escape,
                c => Key::Char(c),
            };
            assert!(walk.press(key), "{c:?} ended it");
        }
    }

    fn verdicts(walk: &Walk) -> String {
        let letter = |v: &Option<Verdict>| match v {
            None => '.',
            Some(Verdict::Accepted) => 'a',
            Some(Verdict::Kept) => 'k',
            Some(Verdict::Ruled) => 'r',
            Some(Verdict::Later) => 's',
        };
        walk.verdicts.iter().map(letter).collect()
    }

    #[test]
    fn each_key_decides_and_goes_on() {
        let mut w = walk();
        press(&mut w, "kas");
        assert_eq!((verdicts(&w), w.here().map(|h| h.2)), ("kas.".to_owned(), Some(4)));
        assert_eq!(w.rules()[0].pattern, "分享到：微博");
        assert!(w.rules()[0].keep && w.rules()[0].place.name() == "whole");
        let known: Vec<String> = w.known().iter().map(|f| f.rule.clone()).collect();
        assert_eq!(known, ["repair/x".to_owned(), w.rules()[0].id.clone()]);
        press(&mut w, "a");
        assert!(w.said.starts_with("all findings are gone through"), "{}", w.said);
        assert!(!w.press(Key::Char('q')) && !w.press(Key::Interrupt));
    }

    #[test]
    fn undo_takes_back_one_decision_and_goes_there() {
        let mut w = walk();
        press(&mut w, "ka");
        press(&mut w, "u");
        assert_eq!((verdicts(&w), w.here().map(|h| h.2)), ("k...".to_owned(), Some(2)));
        press(&mut w, "u");
        assert_eq!((verdicts(&w), w.rules().len(), w.known().len()), ("....".to_owned(), 0, 0));
        press(&mut w, "u");
        assert_eq!(w.said, "there is nothing to take back");
    }

    #[test]
    fn a_repair_cannot_be_kept_and_that_is_said() {
        let mut w = walk();
        press(&mut w, "nk");
        assert!(w.said.contains("no rule can keep this") && verdicts(&w) == "....", "{}", w.said);
        let mut bare = Walk::new(walk().items, Means::default(), Lang::En);
        press(&mut bare, "a");
        assert!(bare.said.contains("--baseline"));
        press(&mut bare, "k");
        assert!(bare.said.contains("--rules"));
        press(&mut bare, "r");
        assert!(bare.said.contains("--rules") && bare.mode == Mode::Walk);
    }

    #[test]
    fn a_rule_decides_all_lines_it_takes() {
        let mut w = walk();
        // to the match: whole, begin; to the pattern: two characters less
        press(&mut w, "r\t>\t");
        w.press(Key::Backspace);
        w.press(Key::Backspace);
        let Mode::Rule(form) = &w.mode else { panic!("a form is open") };
        assert_eq!((&*form.pattern.text, form.takes, &*form.wrong), ("分享到：", 2, ""));
        press(&mut w, "\n");
        assert_eq!(verdicts(&w), "r.r.");
        assert!(w.said.contains("2 findings"), "{}", w.said);
        press(&mut w, "u");
        assert_eq!((verdicts(&w), w.rules().len()), ("....".to_owned(), 0));
    }

    #[test]
    fn a_rule_that_is_wrong_is_not_made() {
        let mut w = walk();
        press(&mut w, "r\t\tx\n");
        let Mode::Rule(form) = &w.mode else { panic!("the form stays open") };
        assert!(form.wrong.contains("does not match"), "{}", form.wrong);
        press(&mut w, "\u{1B}");
        assert_eq!((verdicts(&w), &w.mode), ("....".to_owned(), &Mode::Walk));
        press(&mut w, "k");
        // the same id again
        w.verdicts[0] = None;
        press(&mut w, "gk");
        assert!(w.said.contains("already"), "{}", w.said);
    }

    #[test]
    fn all_of_a_rule_are_accepted_at_once() {
        let mut w = walk();
        press(&mut w, "A");
        assert_eq!(verdicts(&w), "a.a.");
        press(&mut w, "u");
        assert_eq!(verdicts(&w), "....");
    }

    #[test]
    fn one_goes_by_document_rule_and_filter() {
        let mut w = walk();
        press(&mut w, "d");
        assert_eq!(w.here().map(|h| h.2), Some(4));
        press(&mut w, "d");
        assert!(w.said.contains("no other"));
        press(&mut w, "g\t");
        assert_eq!(w.here().map(|h| h.2), Some(2));
        press(&mut w, "/微信\n");
        assert_eq!((w.shown(), w.here().map(|h| h.0.finding.before.clone())), (1, Some("分享到：微信".to_owned())));
        press(&mut w, "a");
        press(&mut w, "/zzz\n");
        assert!(w.said.contains("nothing has") && w.shown() == 1);
        press(&mut w, "\u{1B}");
        assert_eq!((w.shown(), verdicts(&w)), (4, "..a.".to_owned()));
    }

    #[test]
    fn no_key_does_harm_without_findings() {
        let mut w = Walk::new(Vec::new(), Means { baseline: true, rules: true, ids: BTreeSet::new() }, Lang::En);
        press(&mut w, "akrsAnpgGdDu/x\n\t?x");
        for key in [Key::Up, Key::Down, Key::PageUp, Key::PageDown, Key::BackTab, Key::Home, Key::End, Key::Delete, Key::Clear] {
            assert!(w.press(key));
        }
    }
}
