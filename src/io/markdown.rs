//! A draft as Markdown (CommonMark, tables as in GFM): headings, lists, tables, code and quotes as such, text escaped where it would
//! be read as markup. Reading Markdown is `markdown`'s.

mod signs;

use std::borrow::Cow;

use crate::draft::{Draft, Form};
use crate::layout::{Layout, line_ends};
use crate::markdown::number;
use crate::nest::Nest;

use signs::{begins_block, escaped};

/// The clean text of a draft as Markdown; a line end at the end, nothing at all for an empty document.
///
/// The title, when the draft has one, is a heading of level 1. Rows of a table that stand together are a table, the first of them its
/// head; rows of a single cell are paragraphs. A line end inside a paragraph is a hard break. Items of lists in lists and blocks inside items are
/// indented, items of numbered lists have their numbers, what describes a term stands as an item below it.
///
/// # Borrowing
/// Borrows the text of a draft that has no blocks: what was only repaired is not taken for anything.
pub fn of<'d>(draft: &'d Draft<'_>) -> Cow<'d, str> {
    if !draft.blocks {
        return Cow::Borrowed(&draft.text);
    }
    let mut out = String::with_capacity(draft.text.len() / 8 + 256);
    if let Some(title) = &draft.title {
        heading(1, title, draft.markdown.is_some(), &Links { text: "", at: &[] }, &mut out);
    }
    let links = Links { text: &draft.text, at: &draft.links };
    let mut levels = Levels::default();
    let mut kept: Vec<Set<'_>> = Vec::with_capacity(draft.pieces.len());
    let close = draft.markdown.is_some_and(|layout| layout != Layout::Paragraphs);
    let mut end = 0;
    for (i, piece) in draft.pieces.iter().enumerate() {
        let nest = draft.nests.get(i).copied().unwrap_or_default();
        let gap = &draft.text[end..end.max(piece.span.0 as usize)];
        end = piece.span.1 as usize;
        let (text, stays) = (draft.piece(i), piece.cut.is_none());
        let numbered = if nest.written && piece.kind == Form::Paragraph { number(text) } else { None };
        if let Some((first, rest)) = levels.enter(piece.kind, nest, numbered, stays) {
            // a line right below another may be left alone only if that one is there
            let above = i > 0 && draft.pieces[i - 1].cut.is_none() && draft.nests.get(i - 1).is_some_and(|n| n.written);
            let close = close && nest.written && above && matches!(piece.kind, Form::Paragraph | Form::Quote) && line_ends(gap) == 1;
            kept.push(Set { kind: piece.kind, text, first, rest, written: nest.written, close });
        }
    }
    let mut before: Option<&Set<'_>> = None;
    for run in kept.chunk_by(|a, b| a.kind == Form::Row && a.kind == b.kind && a.rest == b.rest) {
        if run[0].kind == Form::Row && is_table(run) {
            part(before, &run[0], &mut out);
            table(run, &links, &mut out);
        } else {
            for set in run {
                part(before, set, &mut out);
                block(set, &links, &mut out);
                before = Some(set);
            }
        }
        before = run.last();
    }
    if !out.is_empty() {
        out.push('\n');
    }
    Cow::Owned(out)
}

/// A block as it will be set.
struct Set<'d> {
    kind: Form,
    text: &'d str,
    /// What stands before its first line, and before the others: the signs of the quotations and items it is in.
    first: String,
    rest: String,
    /// Signs inside its lines are Markdown already.
    written: bool,
    /// It stands right below the block before, which stays.
    close: bool,
}

/// The open items of lists.
#[derive(Default)]
struct Levels {
    /// Columns the sign of each takes; none for an item that was left out.
    widths: Vec<usize>,
}

impl Levels {
    /// What stands before the first line of a block and before the others; `None` for one that is left out.
    /// `numbered`: bytes of the number a paragraph begins with that is an item.
    fn enter(&mut self, kind: Form, nest: Nest, numbered: Option<usize>, stays: bool) -> Option<(String, String)> {
        let depth = usize::from(nest.depth);
        self.widths.resize(depth, 0);
        if !stays {
            if kind == Form::Item || numbered.is_some() {
                self.widths.push(0);
            }
            return None;
        }
        let within = if kind == Form::Quote && nest.quoted + nest.within == 0 { 1 } else { nest.within };
        if depth == 0 && nest.quoted == 0 && within == 0 && kind != Form::Item && numbered.is_none() {
            return Some((String::new(), String::new()));
        }
        let mut first = "> ".repeat(usize::from(nest.quoted));
        let indent: usize = self.widths.iter().sum();
        first.extend(std::iter::repeat_n(' ', indent));
        first.push_str(&"> ".repeat(usize::from(within)));
        let mut rest = first.clone();
        if kind == Form::Item {
            let sign = nest.number.map_or("- ".to_owned(), |n| format!("{n}. "));
            rest.extend(std::iter::repeat_n(' ', sign.len()));
            self.widths.push(sign.len());
            first.push_str(&sign);
        } else if let Some(width) = numbered {
            // the number is part of its text
            rest.extend(std::iter::repeat_n(' ', width));
            self.widths.push(width);
        }
        Some((first, rest))
    }
}

/// What stands between two blocks: items follow each other on lines of their own, and a quotation that goes on says so.
fn part(before: Option<&Set<'_>>, set: &Set<'_>, out: &mut String) {
    let Some(before) = before else {
        return out.push_str(if out.is_empty() { "" } else { "\n\n" });
    };
    if before.kind == Form::Item && set.kind == Form::Item {
        return out.push('\n');
    }
    if set.close && before.kind == set.kind {
        return out.push('\n');
    }
    let common = before.rest.bytes().zip(set.first.bytes()).take_while(|(a, b)| a == b).count();
    let quoted = before.rest[..common].rfind('>').map_or("", |at| &before.rest[..=at]);
    out.push('\n');
    out.push_str(quoted);
    out.push('\n');
}

/// The links of a draft, which are Markdown already.
struct Links<'d> {
    /// The text of the draft.
    text: &'d str,
    /// Ranges in it, ascending: `[` and `](address)`.
    at: &'d [(u32, u32)],
}

impl<'d> Links<'d> {
    /// The parts of `part`, a piece of the text: each with whether it says where a link leads.
    fn parts<'p>(&self, part: &'p str) -> impl Iterator<Item = (&'p str, bool)> + use<'p, 'd> {
        // what is no piece of the text, a title, has none
        let from = (part.as_ptr() as usize).wrapping_sub(self.text.as_ptr() as usize);
        let all = if from <= self.text.len() { self.at } else { &[] };
        let all = &all[all.partition_point(|l| l.1 as usize <= from)..];
        let (mut at, mut links) = (0, all.iter());
        let mut next = links.next();
        std::iter::from_fn(move || {
            let rest = part.len() - at;
            if rest == 0 {
                return None;
            }
            let link = next.map(|l| ((l.0 as usize).saturating_sub(from), l.1 as usize - from)).filter(|l| l.0 < part.len());
            let (end, is_link) = match link {
                Some((start, end)) if start <= at => (end.min(part.len()), true),
                Some((start, _)) => (start, false),
                None => (part.len(), false),
            };
            if is_link {
                next = links.next();
            }
            let piece = &part[at..end];
            at = end;
            Some((piece, is_link))
        })
    }
}

fn block(set: &Set<'_>, links: &Links<'_>, out: &mut String) {
    match set.kind {
        Form::Heading(level) => {
            out.push_str(&set.first);
            heading(level, set.text, set.written, links, out);
        }
        Form::Code => code(set, out),
        _ => lines(set, links, out),
    }
}

fn heading(level: u8, text: &str, written: bool, links: &Links<'_>, out: &mut String) {
    (0..level.clamp(1, 6)).for_each(|_| out.push('#'));
    out.push(' ');
    if links.parts(text).any(|(_, is_link)| is_link) {
        for (i, word) in text.split_whitespace().enumerate() {
            out.push_str(if i > 0 { " " } else { "" });
            // signs alone at the end would be taken for the end of the heading
            out.push_str(if word.bytes().all(|b| b == b'#') { "\\" } else { "" });
            inline(word, false, links, out);
        }
        return;
    }
    let text = text.split(char::is_whitespace).filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ");
    let bare = text.trim_end_matches('#');
    if written {
        out.push_str(bare);
    } else {
        escaped(bare, false, false, out);
    }
    // signs at the end would be taken for the end of the heading
    let signs = &text[bare.len()..];
    out.push_str(if signs.is_empty() { "" } else { "\\" });
    out.push_str(signs);
}

/// A block of code, between fences longer than any in it.
fn code(set: &Set<'_>, out: &mut String) {
    let longest = set.text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    out.push_str(&set.first);
    out.push_str(&fence);
    for line in set.text.split('\n') {
        out.push('\n');
        out.push_str(if line.is_empty() { set.rest.trim_end() } else { &set.rest });
        out.push_str(line);
    }
    out.push('\n');
    out.push_str(&set.rest);
    out.push_str(&fence);
}

/// A text line by line, with a hard break between.
fn lines(set: &Set<'_>, links: &Links<'_>, out: &mut String) {
    out.push_str(&set.first);
    let lines = set.text.split('\n').map(str::trim).filter(|l| !l.is_empty());
    for (i, line) in lines.enumerate() {
        if i > 0 {
            out.push_str("\\\n");
            out.push_str(&set.rest);
        }
        if set.written {
            // Markdown already: escaped where whoever wrote it wanted it so
            out.push_str(line);
            continue;
        }
        let begin = begins_block(line);
        out.push_str(&line[..begin.unwrap_or(0)]);
        out.push_str(if begin.is_some() { "\\" } else { "" });
        let rest = &line[begin.unwrap_or(0)..];
        match begin.and_then(|_| rest.chars().next()) {
            // escaped already
            Some(c) => {
                out.push(c);
                inline(&rest[c.len_utf8()..], false, links, out);
            }
            None => inline(rest, false, links, out),
        }
    }
}

/// Appends a piece of the draft's text, all but its links [`escaped`].
fn inline(text: &str, cell: bool, links: &Links<'_>, out: &mut String) {
    if links.at.is_empty() {
        return escaped(text, cell, false, out);
    }
    for (part, is_link) in links.parts(text) {
        if !is_link {
            escaped(part, cell, true, out);
        } else if cell {
            // a bar in an address would end its cell
            out.push_str(&part.replace('|', "%7C"));
        } else {
            out.push_str(part);
        }
    }
}

/// True for rows of more than one cell.
fn is_table(rows: &[Set<'_>]) -> bool {
    rows.iter().any(|r| r.text.contains('\t'))
}

/// Rows as a table.
fn table(rows: &[Set<'_>], links: &Links<'_>, out: &mut String) {
    /// A table has so many columns at most; cells beyond them are put into the last one, so that no row makes all others wide.
    const WIDEST: usize = 64;
    let width = rows.iter().map(|r| r.text.split('\t').count()).max().unwrap_or(0).min(WIDEST);
    for (i, row) in rows.iter().enumerate() {
        out.push_str(if i > 0 { "\n" } else { "" });
        out.push_str(if i > 0 { &row.rest } else { &row.first });
        out.push('|');
        let mut cells = row.text.splitn(width, '\t');
        for _ in 0..width {
            let cell = cells.next().unwrap_or("");
            for word in cell.split_whitespace() {
                out.push(' ');
                if row.written {
                    out.push_str(word);
                } else {
                    inline(word, true, links, out);
                }
            }
            out.push_str(" |");
        }
        if i == 0 {
            out.push('\n');
            out.push_str(&row.rest);
            out.push('|');
            (0..width).for_each(|_| out.push_str(" --- |"));
        }
    }
}

#[cfg(test)]
mod tests;
