//! The form in which a rule is made of a line: its fields, and what keys do in them.

use super::item::Item;
use super::rule::{Made, Match, escaped, pattern, takes};
use super::walk::Key;
use crate::lang::Lang;

/// A line that is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Input {
    /// What stands in it.
    pub text: String,
    /// Byte before which the next character goes.
    pub at: usize,
}

impl Input {
    /// With a text, at its end.
    pub fn new(text: String) -> Input {
        Input { at: text.len(), text }
    }

    /// Does what a key says; whether it knows the key.
    pub fn press(&mut self, key: Key) -> bool {
        let before = |at: usize, text: &str| text[..at].chars().next_back().map_or(0, |c| at - c.len_utf8());
        let after = |at: usize, text: &str| text[at..].chars().next().map_or(at, |c| at + c.len_utf8());
        match key {
            Key::Char(c) => {
                self.text.insert(self.at, c);
                self.at += c.len_utf8();
            }
            Key::Backspace => {
                let from = before(self.at, &self.text);
                self.text.drain(from..self.at);
                self.at = from;
            }
            Key::Delete => _ = self.text.drain(self.at..after(self.at, &self.text)),
            Key::Left => self.at = before(self.at, &self.text),
            Key::Right => self.at = after(self.at, &self.text),
            Key::Home => self.at = 0,
            Key::End => self.at = self.text.len(),
            Key::Clear => *self = Input::default(),
            _ => return false,
        }
        true
    }
}

/// A field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// Whether the line goes or stays.
    Does,
    /// How the rule matches.
    Place,
    /// The words or the pattern.
    Pattern,
    /// The id.
    Id,
    /// The sentence.
    Says,
}

impl Field {
    /// All, from the first to the last.
    pub const ALL: [Field; 5] = [Field::Does, Field::Place, Field::Pattern, Field::Id, Field::Says];
}

/// A rule being made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// The field with the cursor.
    pub field: Field,
    /// The line stays; else it goes.
    pub keep: bool,
    /// How it matches.
    pub place: Match,
    /// The words or the pattern.
    pub pattern: Input,
    /// The id.
    pub id: Input,
    /// The sentence.
    pub says: Input,
    /// What is wrong with it, or empty.
    pub wrong: String,
    /// Findings to decide about whose lines it takes.
    pub takes: usize,
    line: String,
    source: String,
    spares: String,
    lang: Lang,
    /// The pattern and the sentence are still those the line gave.
    fresh: (bool, bool),
}

impl Form {
    /// A form filled in from a finding: the whole line, kept if it would go, else removed. `None` when it has no line.
    pub fn new(item: &Item, keep: bool, lang: Lang) -> Option<Form> {
        let line = item.line.clone()?;
        let id =
            format!("own/{}-{}", if keep { "keep" } else { "line" }, &item.finding.fingerprint[..8.min(item.finding.fingerprint.len())]);
        let mut form = Form {
            field: Field::Does,
            keep,
            place: Match::Whole,
            pattern: Input::new(escaped(&line)),
            id: Input::new(id),
            says: Input::default(),
            wrong: String::new(),
            takes: 0,
            line,
            source: lang.fill("review of {}", &[&item.place()]),
            spares: item.beside.clone(),
            lang,
            fresh: (true, true),
        };
        form.say();
        Some(form)
    }

    /// The rule as it stands.
    pub fn made(&self) -> Made {
        let mut made = Made {
            id: self.id.text.clone(),
            says: self.says.text.clone(),
            source: self.source.clone(),
            fires: self.line.clone(),
            spares: self.spares.clone(),
            place: self.place,
            pattern: self.pattern.text.clone(),
            keep: self.keep,
        };
        if made.read().is_ok_and(|rules| takes(&rules, &self.spares, self.keep)) {
            made.spares.clear();
        }
        made
    }

    /// Does what a key says.
    pub fn press(&mut self, key: Key) {
        let step = |n: isize| {
            let all = Field::ALL;
            let at = all.iter().position(|f| *f == self.field).unwrap_or(0) as isize;
            all[(at + n).rem_euclid(all.len() as isize) as usize]
        };
        match (key, self.field) {
            (Key::Tab | Key::Down, _) => self.field = step(1),
            (Key::BackTab | Key::Up, _) => self.field = step(-1),
            (Key::Left | Key::Right | Key::Char(' '), Field::Does) => self.keep = !self.keep,
            (Key::Left | Key::Right | Key::Char(' '), Field::Place) => {
                let at = Match::ALL.iter().position(|m| *m == self.place).unwrap_or(0) + if key == Key::Left { 4 } else { 1 };
                self.place = Match::ALL[at % Match::ALL.len()];
                if self.fresh.0 {
                    let text = if self.place == Match::Regex { pattern(&self.line) } else { escaped(&self.line) };
                    self.pattern = Input::new(text);
                }
            }
            (_, Field::Pattern) => self.fresh.0 &= !self.pattern.press(key),
            (_, Field::Id) => _ = self.id.press(key),
            (_, Field::Says) => self.fresh.1 &= !self.says.press(key),
            _ => {}
        }
        self.say();
    }

    /// The sentence, as long as nobody wrote another.
    fn say(&mut self) {
        if !self.fresh.1 {
            return;
        }
        let short: String = self.line.chars().take(24).collect();
        let short = format!("{}{}", short.trim_end(), if short.len() < self.line.len() { "…" } else { "" });
        self.says = Input::new(self.lang.fill(if self.keep { "“{}” stays" } else { "“{}” is left out" }, &[&short]));
    }

    /// Looks again at what is wrong and what it takes of the lines to decide about. `is_taken`: an id that there is.
    pub fn look<'i>(&mut self, lines: impl Iterator<Item = &'i str>, is_taken: impl Fn(&str) -> bool) {
        self.takes = 0;
        self.wrong = match self.made().read() {
            Err(why) => why,
            Ok(_) if is_taken(&self.id.text) => self.lang.fill("there is a rule {} already", &[&self.id.text]),
            Ok(rules) if !takes(&rules, &self.line, self.keep) => self.lang.say("it does not match this line").to_owned(),
            Ok(rules) => {
                self.takes = lines.filter(|l| takes(&rules, l, self.keep)).count();
                String::new()
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_typed_with_a_cursor() {
        let mut input = Input::new("河x".to_owned());
        for key in [Key::Left, Key::Char('边'), Key::Home, Key::Delete, Key::End, Key::Backspace, Key::Char('桥')] {
            assert!(input.press(key));
        }
        assert_eq!((&*input.text, input.at), ("边桥", 6));
        assert!(!input.press(Key::Enter));
        for key in [Key::Right, Key::Delete, Key::Home, Key::Left, Key::Backspace] {
            input.press(key);
        }
        assert_eq!((&*input.text, input.at), ("边桥", 0));
    }
}
