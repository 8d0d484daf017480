//! The walk as rows of text for a screen of any size. Pure: the same walk and size give the same rows; no row is wider than the screen.

use unicode_width::UnicodeWidthChar;

use super::form::{Field, Form, Input};
use super::walk::{Mode, Verdict, Walk};
use crate::check::{Fate, Finding};
use crate::diff::{Tone, wrapped};
use crate::explain::visible;
use crate::lang::Lang;
use crate::rules::Rules;

/// A row: stretches of text with their meaning.
pub type Row = Vec<(Tone, String)>;

/// What is seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// From the top; at most as many as the screen has.
    pub rows: Vec<Row>,
    /// Rows that can be scrolled away.
    pub most: usize,
}

/// Keys and what they do.
const KEYS: [(&str, &str); 15] = [
    ("a", "accept: the cleaning is right; the baseline knows it from now on"),
    ("A", "accept all findings of this rule that are shown"),
    ("k", "keep: the cleaning is wrong here; a rule keeps the line"),
    ("r", "make a rule of the line: what goes or stays, where it matches"),
    ("s", "leave it for another time"),
    ("u", "take the last decision back"),
    ("n →", "next finding"),
    ("p ←", "finding before"),
    ("↑ ↓", "scroll"),
    ("g G", "first, last"),
    ("d D", "next document, document before"),
    ("Tab", "next rule; with Shift the one before"),
    ("/", "show only findings that have a text; Esc shows all"),
    ("?", "these keys"),
    ("q", "write what was decided and end; so does Ctrl-C"),
];

/// Draws a walk on a screen of `columns` and `height`. `color`: tones are seen as colours; without, changed words stand in brackets.
pub fn draw(walk: &Walk, rules: &Rules, (columns, height): (u16, u16), color: bool) -> Picture {
    let (columns, height) = (usize::from(columns).max(1), usize::from(height));
    let mut body = Body { columns, color, rows: Vec::new() };
    match &walk.mode {
        Mode::Help => help(&mut body, walk.lang),
        Mode::Rule(form) => rule(&mut body, form, walk.lang),
        Mode::Walk | Mode::Filter(_) => finding(&mut body, walk, rules),
    }
    let (head, foot) = (head(walk), foot(walk));
    // on the lowest screens what there is to read comes first
    let room = height.saturating_sub(usize::from(height > 1) + usize::from(height > 2));
    let most = body.rows.len().saturating_sub(room);
    let scroll = walk.scroll.min(most);
    let mut rows: Vec<Row> = Vec::with_capacity(height);
    if height > 2 {
        rows.push(clipped(head, columns));
    }
    rows.extend(body.rows.into_iter().skip(scroll).take(room));
    rows.resize(height.saturating_sub(usize::from(height > 1)), Vec::new());
    if height > 1 {
        rows.push(clipped(foot, columns));
    }
    Picture { rows, most }
}

struct Body {
    columns: usize,
    color: bool,
    rows: Vec<Row>,
}

impl Body {
    /// A line, broken where the screen ends; what follows stands under `indent`.
    fn line(&mut self, lead: (Tone, &str), parts: &[(Tone, String)]) {
        let indent = lead.1.chars().filter_map(UnicodeWidthChar::width).sum::<usize>();
        // on a narrow screen the lead has a row of its own
        if indent + 4 > self.columns {
            let whole: Vec<(Tone, String)> = std::iter::once((lead.0, lead.1.to_owned())).chain(parts.iter().cloned()).collect();
            self.rows.extend(wrapped(&whole, self.columns).into_iter().map(|r| clipped(r.0, self.columns)));
            return;
        }
        for (n, (row, _)) in wrapped(parts, self.columns - indent).into_iter().enumerate() {
            let first = (lead.0, if n == 0 { lead.1.to_owned() } else { " ".repeat(indent) });
            self.rows.push(clipped(std::iter::once(first).chain(row).collect(), self.columns));
        }
    }

    fn text(&mut self, tone: Tone, text: &str) {
        self.line((tone, ""), &[(tone, text.to_owned())]);
    }

    fn gap(&mut self) {
        self.rows.push(Vec::new());
    }
}

/// A row without what the screen has no room for.
fn clipped(row: Row, columns: usize) -> Row {
    let mut left = columns;
    let mut out = Vec::new();
    for (tone, text) in row {
        let end = text.char_indices().find(|(_, c)| match left.checked_sub(c.width().unwrap_or(0)) {
            Some(rest) => {
                left = rest;
                false
            }
            None => true,
        });
        match end {
            Some((at, _)) => {
                out.push((tone, text[..at].to_owned()));
                return out;
            }
            None => out.push((tone, text)),
        }
    }
    out
}

fn head(walk: &Walk) -> Row {
    let lang = walk.lang;
    let at = walk.here().map_or(0, |h| h.2);
    let mut row = vec![(Tone::Strong, format!("{at}/{}", walk.shown()))];
    let counts = [
        (Some(Verdict::Accepted), "{} accepted"),
        (Some(Verdict::Kept), "{} kept"),
        (Some(Verdict::Ruled), "{} by rules"),
        (Some(Verdict::Later), "{} for later"),
        (None, "{} to decide"),
    ];
    for (verdict, phrase) in counts {
        let n = walk.count(verdict);
        if n > 0 || verdict.is_none() {
            row.push((Tone::Dim, format!(" · {}", lang.fill(phrase, &[&n]))));
        }
    }
    if !walk.filter.is_empty() {
        row.push((Tone::Rule, format!(" · /{}", visible(&walk.filter, true))));
    }
    row
}

fn foot(walk: &Walk) -> Row {
    let lang = walk.lang;
    match &walk.mode {
        Mode::Help => vec![(Tone::Dim, lang.say("any key goes back").to_owned())],
        Mode::Filter(input) => [vec![(Tone::Rule, "/".to_owned())], typed(input, true)].concat(),
        Mode::Rule(_) => vec![(Tone::Dim, lang.say("Enter makes it · Esc leaves · Tab next field · ←→ choose").to_owned())],
        Mode::Walk if !walk.said.is_empty() => vec![(Tone::Rule, visible(&walk.said, false))],
        Mode::Walk => vec![(Tone::Dim, lang.say("? keys · q end · a accept · k keep · r rule · s later · u undo · n next").to_owned())],
    }
}

/// A line that is typed, with its cursor.
fn typed(input: &Input, cursor: bool) -> Row {
    let (before, after) = input.text.split_at(input.at);
    if !cursor {
        return vec![(Tone::Plain, visible(&input.text, false))];
    }
    vec![(Tone::Plain, visible(before, false)), (Tone::Strong, "▏".to_owned()), (Tone::Plain, visible(after, false))]
}

fn help(body: &mut Body, lang: Lang) {
    for (key, does) in KEYS {
        body.line((Tone::Strong, &format!("{key:<5}")), &[(Tone::Plain, lang.say(does).to_owned())]);
    }
}

fn rule(body: &mut Body, form: &Form, lang: Lang) {
    body.text(Tone::Strong, lang.say("A rule of this line"));
    body.gap();
    for field in Field::ALL {
        let here = form.field == field;
        let choice = |what: &str| vec![(if here { Tone::Strong } else { Tone::Plain }, format!("‹ {what} ›"))];
        let (name, value) = match field {
            Field::Does => ("does", choice(lang.say(if form.keep { "keep: the line stays" } else { "remove: the line is left out" }))),
            Field::Place => (
                "match",
                choice(lang.say(match form.place.name() {
                    "whole" => "whole: the line is this",
                    "begin" => "begin: the line begins with this",
                    "end" => "end: the line ends with this",
                    "within" => "within: the line has this",
                    _ => "regex: the line matches this pattern",
                })),
            ),
            Field::Pattern => ("pattern", typed(&form.pattern, here)),
            Field::Id => ("id", typed(&form.id, here)),
            Field::Says => ("says", typed(&form.says, here)),
        };
        let lead = format!("{} {name:<8} ", if here { ">" } else { " " });
        body.line((if here { Tone::Strong } else { Tone::Dim }, &lead), &value);
    }
    body.gap();
    match form.wrong.is_empty() {
        true => body.text(Tone::In, &lang.fill("it decides {} of the findings left", &[&form.takes])),
        false => body.text(Tone::Out, &visible(&form.wrong, false)),
    }
}

fn finding(body: &mut Body, walk: &Walk, rules: &Rules) {
    let lang = walk.lang;
    let Some((item, verdict, _)) = walk.here() else {
        return body.text(Tone::Plain, lang.say("nothing to decide"));
    };
    let f = &item.finding;
    body.text(Tone::Strong, &visible(&item.place(), true));
    let mut what = lang.say(f.fate.name()).to_owned();
    if f.count > 1 {
        what += &lang.fill(", {} times", &[&f.count]);
    }
    if !item.sure.is_empty() {
        what += &format!(", {}", item.sure);
    }
    body.line((Tone::Rule, ""), &[(Tone::Rule, f.rule.clone()), (Tone::Dim, format!(" [{what}]"))]);
    let says = rules.find(&f.rule).map_or(lang.say("a record that cannot be read"), |id| rules.get(id).sentence(lang));
    body.text(Tone::Plain, &visible(says, false));
    body.rows.push(vec![(Tone::Dim, "─".repeat(body.columns.min(60)))]);
    for row in &item.scene {
        let tone = row.parts.first().map_or(Tone::Plain, |p| p.0);
        let parts: Vec<(Tone, String)> = row.parts.iter().map(|(tone, t)| (*tone, marked(*tone, t, body.color))).collect();
        // without colours neighbours that go would look like what it is about
        let here = row.sign == '=' || !matches!(tone, Tone::Plain | Tone::Dim);
        body.line((tone, &format!("{}{} ", if here { '>' } else { ' ' }, row.sign)), &parts);
    }
    remarks(body, f, lang);
    body.rows.push(vec![(Tone::Dim, "─".repeat(body.columns.min(60)))]);
    if item.more > 0 {
        let places: Vec<String> = item.places.iter().map(|p| visible(p, true)).collect();
        let more = if (item.places.len() as u32) < item.more { ", …" } else { "" };
        body.text(Tone::Dim, &format!("{}: {}{more}", lang.fill("{} more of the same", &[&item.more]), places.join(", ")));
    }
    if let Some(verdict) = verdict {
        let told = match verdict {
            Verdict::Accepted => "decided: accepted",
            Verdict::Kept => "decided: a rule keeps it",
            Verdict::Ruled => "decided: by a rule",
            Verdict::Later => "left for another time",
        };
        body.text(Tone::In, lang.say(told));
    }
}

/// What a finding says besides its lines.
fn remarks(body: &mut Body, f: &Finding, lang: Lang) {
    let told = match f.fate {
        Fate::Noted if !f.after.is_empty() => lang.fill("it may also be {}", &[&visible(&f.after, true)]),
        Fate::Decoded if f.after == "utf-8" => lang.fill("read as {}", &[&visible(&f.before, true)]),
        Fate::Decoded => lang.fill("bytes {} read as {}", &[&visible(&f.before, true), &visible(&f.after, true)]),
        Fate::Unreadable => visible(&f.before, false),
        _ => return,
    };
    body.text(Tone::Plain, &told);
}

/// A changed word, in brackets where there is no colour.
fn marked(tone: Tone, text: &str, color: bool) -> String {
    match tone {
        Tone::OutWord if !color => format!("[-{text}-]"),
        Tone::InWord if !color => format!("{{+{text}+}}"),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::item::{Item, Keep};
    use super::super::scene;
    use super::super::walk::{Key, Means};
    use super::*;
    use crate::check::fingerprint;

    fn walk(lang: Lang) -> Walk {
        let before = "他去喝了一杯 cafÃ© au lait";
        let finding = Finding {
            path: "pages/\u{202E}a.txt".to_owned(),
            record: Some(3),
            line: 12,
            column: 8,
            rule: "repair/utf-8-as-windows-1252".to_owned(),
            fate: Fate::Edited,
            count: 2,
            fingerprint: fingerprint("x", before),
            before: before.to_owned(),
            after: "é".to_owned(),
        };
        let row = |sign, parts: &[(Tone, &str)]| scene::Row { sign, parts: parts.iter().map(|(t, s)| (*t, (*s).to_owned())).collect() };
        let item = Item {
            line: Some("他去喝了一杯 café au lait".to_owned()),
            sure: "98 %".to_owned(),
            keep: Keep::Can,
            more: 5,
            places: vec!["b.txt:1:1".to_owned()],
            scene: vec![
                row(' ', &[(Tone::Plain, "河边有一座老桥，桥下的水很清。")]),
                row('-', &[(Tone::Out, "他去喝了一杯 "), (Tone::OutWord, "cafÃ©")]),
                row('+', &[(Tone::In, "他去喝了一杯 "), (Tone::InWord, "café")]),
            ],
            ..Item::unreadable(finding)
        };
        Walk::new(vec![item], Means { baseline: true, rules: true, ..Means::default() }, lang)
    }

    fn text(picture: &Picture) -> Vec<String> {
        picture.rows.iter().map(|r| r.iter().map(|p| &*p.1).collect()).collect()
    }

    #[test]
    fn a_finding_is_drawn() {
        let picture = draw(&walk(Lang::En), Rules::builtin(), (60, 14), false);
        let rule = "─".repeat(60);
        assert_eq!(
            text(&picture),
            [
                "1/1 · 1 to decide",
                "pages/\\u{202E}a.txt#3:12:8",
                "repair/utf-8-as-windows-1252 [edited, 2 times, 98 %]",
                "written in UTF-8, read as windows-1252",
                &rule,
                "   河边有一座老桥，桥下的水很清。",
                ">- 他去喝了一杯 [-cafÃ©-]",
                ">+ 他去喝了一杯 {+café+}",
                &rule,
                "5 more of the same: b.txt:1:1, …",
                "",
                "",
                "",
                "? keys · q end · a accept · k keep · r rule · s later · u un"
            ]
        );
        let colored = text(&draw(&walk(Lang::En), Rules::builtin(), (60, 14), true));
        assert_eq!(colored[6], ">- 他去喝了一杯 cafÃ©");
        let chinese = text(&draw(&walk(Lang::Zh), Rules::builtin(), (60, 14), true));
        assert_eq!(chinese[3], "原文是 UTF-8 编码，被误当作 windows-1252 读取");
    }

    #[test]
    fn every_size_and_mode_fits() {
        let modes: [&[Key]; 6] = [
            &[],
            &[Key::Char('?')],
            &[Key::Char('r')],
            &[Key::Char('r'), Key::Tab, Key::Tab, Key::Char('桥')],
            &[Key::Char('/'), Key::Char('水'), Key::Char('x')],
            &[Key::Down, Key::Down, Key::PageDown],
        ];
        for keys in modes {
            let mut walk = walk(Lang::Zh);
            keys.iter().for_each(|k| _ = walk.press(*k));
            for columns in [0, 1, 2, 3, 5, 10, 20, 40, 200] {
                for height in [0, 1, 2, 3, 5, 10, 40] {
                    let picture = draw(&walk, Rules::builtin(), (columns, height), false);
                    assert_eq!(picture.rows.len(), usize::from(height), "{columns}x{height}");
                    for row in text(&picture) {
                        let width: usize = row.chars().filter_map(UnicodeWidthChar::width).sum();
                        assert!(width <= usize::from(columns).max(1), "{columns}x{height}: {row}");
                        assert!(!row.contains(|c: char| c.is_control() || c == '\u{202E}'), "{row:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_scrolled_to() {
        let mut walk = walk(Lang::En);
        walk.scroll = 1000;
        let picture = draw(&walk, Rules::builtin(), (20, 6), false);
        assert!(picture.most > 0);
        assert!(text(&picture)[4].contains('…'), "{:?}", text(&picture));
    }
}
