//! `Told`: what the report says of one record: a row of its table and, if there is room, the record before and after. Also the form in
//! which it waits on disk until the run is over.

use super::json;
use super::view::View;
use crate::draft::Draft;
use crate::rules::Rules;

/// Characters of a title or reason that a row holds.
const SHORT: usize = 80;

/// Where a record ended. The numbers stand in the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Written.
    Out = 0,
    /// Nothing of it stays.
    Removed = 1,
    /// It cannot be read; its bytes are kept.
    Quarantined = 2,
    /// It cannot be read, and is not kept.
    Skipped = 3,
}

/// What is told of a record.
#[derive(Clone, Debug)]
pub struct Told {
    /// Its row: a JSON list, safe in a page. See [`Row`].
    row: String,
    /// It before and after, as JSON, safe in a page.
    view: Option<String>,
    /// The rules that acted on it, for the choice of views.
    pub rules: Vec<u16>,
}

/// A row of the table, as it stands in the report: name, title, fate, charset, bytes before, bytes after, blocks, blocks kept, how often
/// each rule acted (number, times), what was left out by rule (number, blocks, bytes), why it was removed or cannot be read.
pub type Row = (String, String, u8, String, u64, u64, u64, u64, Vec<(u16, u32)>, Vec<(u16, u32, u64)>, String);

impl Told {
    /// Of a record that was written with `bytes_out` bytes of text. `name` is for records without one of their own.
    pub fn new(draft: &Draft<'_>, name: &str, bytes_out: usize, reason: Option<&str>, view: Option<&View>) -> Told {
        // the line that is the title is printed as such: it is not lost
        let title = draft.title.as_deref();
        let printed = title.and_then(|t| (0..draft.pieces.len()).find(|i| draft.pieces[*i].cut.is_some() && draft.piece(*i) == t));
        let mut cuts: Vec<(u16, u32, u64)> = Vec::new();
        for (i, p) in draft.pieces.iter().enumerate() {
            let Some(cut) = p.cut.filter(|_| printed != Some(i)) else { continue };
            let bytes = u64::from(p.span.1 - p.span.0);
            match cuts.iter_mut().find(|c| c.0 == cut.rule) {
                Some(c) => (c.1, c.2) = (c.1 + 1, c.2 + bytes),
                None => cuts.push((cut.rule, 1, bytes)),
            }
        }
        cuts.sort_unstable();
        let mut acts: Vec<(u16, u32)> = draft.edits.iter().chain(&draft.notes).copied().collect();
        acts.sort_unstable();
        let name = if draft.id.is_empty() || draft.id == "-" { name } else { &draft.id };
        let fate = if reason.is_some() { Fate::Removed } else { Fate::Out };
        let rules = acts.iter().map(|a| a.0).chain(cuts.iter().map(|c| c.0)).collect();
        let row: Row = (
            name.to_owned(),
            short(title.unwrap_or("")),
            fate as u8,
            draft.charset.name.clone().into_owned(),
            draft.bytes_in,
            bytes_out as u64,
            draft.pieces.len() as u64,
            draft.kept() as u64 + u64::from(printed.is_some()),
            acts,
            cuts,
            short(reason.unwrap_or("")),
        );
        Told { row: json::safe(&row), view: view.map(View::json), rules }
    }

    /// Of a record of which nothing else is known.
    pub fn bare(name: &str, fate: Fate, bytes_in: u64, why: &str) -> Told {
        let row: Row = (name.to_owned(), String::new(), fate as u8, String::new(), bytes_in, 0, 0, 0, Vec::new(), Vec::new(), short(why));
        Told { row: json::safe(&row), view: None, rules: Vec::new() }
    }

    /// Bytes of the view.
    pub fn size(&self) -> usize {
        self.view.as_ref().map_or(0, String::len)
    }

    /// Forgets the view.
    pub fn without_view(mut self) -> Told {
        self.view = None;
        self
    }

    /// As a line of a file: row, tab, view or nothing. JSON holds neither tabs nor line ends.
    pub fn line(&self) -> Vec<u8> {
        let view = self.view.as_deref().unwrap_or("");
        format!("{}\t{view}\n", self.row).into_bytes()
    }
}

/// A line of such a file, taken apart: row and view.
pub fn split(line: &str) -> Option<(&str, &str)> {
    line.strip_suffix('\n').unwrap_or(line).split_once('\t')
}

/// Rules that acted on the record of a row, routine ones left out.
pub fn rules(row: &Row, rules: &Rules) -> Vec<u16> {
    let all = row.8.iter().map(|a| a.0).chain(row.9.iter().map(|c| c.0));
    let routine = |r: &u16| usize::from(*r) >= rules.iter().len() || crate::diff::is_routine(&rules.get(crate::RuleId(*r)).id);
    all.filter(|r| !routine(r)).collect()
}

fn short(text: &str) -> String {
    match text.char_indices().nth(SHORT) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}
