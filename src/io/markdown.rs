//! A draft as Markdown (CommonMark, tables as in GFM): headings, lists, tables, code and quotes as such, text escaped where it would
//! be read as markup. Reading Markdown is `markdown`'s.

use std::borrow::Cow;

use crate::draft::{Draft, Form};
use crate::nest::Nest;

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
        heading(1, title, &Links { text: "", at: &[] }, &mut out);
    }
    let links = Links { text: &draft.text, at: &draft.links };
    let mut levels = Levels::default();
    let mut kept: Vec<Set<'_>> = Vec::with_capacity(draft.pieces.len());
    for (i, piece) in draft.pieces.iter().enumerate() {
        let nest = draft.nests.get(i).copied().unwrap_or_default();
        if let Some((first, rest)) = levels.enter(piece.kind, nest, piece.cut.is_none()) {
            kept.push(Set { kind: piece.kind, text: draft.piece(i), first, rest });
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
}

/// The open items of lists.
#[derive(Default)]
struct Levels {
    /// Columns the sign of each takes; none for an item that was left out.
    widths: Vec<usize>,
}

impl Levels {
    /// What stands before the first line of a block and before the others; `None` for one that is left out.
    fn enter(&mut self, kind: Form, nest: Nest, stays: bool) -> Option<(String, String)> {
        let depth = usize::from(nest.depth);
        self.widths.resize(depth, 0);
        if !stays {
            if kind == Form::Item {
                self.widths.push(0);
            }
            return None;
        }
        let within = if kind == Form::Quote && nest.quoted + nest.within == 0 { 1 } else { nest.within };
        if nest == Nest::default() && within == 0 && kind != Form::Item {
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
            heading(level, set.text, links, out);
        }
        Form::Code => code(set, out),
        _ => lines(set, links, out),
    }
}

fn heading(level: u8, text: &str, links: &Links<'_>, out: &mut String) {
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
    escaped(bare, false, false, out);
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

/// Where the sign stands that makes this line a heading, an item, a quotation, a rule, an underline or a fence.
fn begins_block(line: &str) -> Option<usize> {
    let bytes = line.as_bytes();
    let first = *bytes.first()?;
    let blank = |i: usize| bytes.get(i).is_none_or(|b| matches!(b, b' ' | b'\t'));
    let only = |b: u8| bytes.iter().all(|c| *c == b || matches!(c, b' ' | b'\t'));
    match first {
        b'#' => {
            let n = bytes.iter().take_while(|b| **b == b'#').count();
            (n <= 6 && blank(n)).then_some(0)
        }
        b'>' => Some(0),
        b'+' => blank(1).then_some(0),
        b'-' => (blank(1) || only(b'-')).then_some(0),
        b'=' => only(b'=').then_some(0),
        b'0'..=b'9' => {
            let n = bytes.iter().take_while(|b| b.is_ascii_digit()).count();
            (n <= 9 && matches!(bytes.get(n), Some(b'.' | b')')) && blank(n + 1)).then_some(n)
        }
        _ => None,
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

/// Appends a text with the signs escaped that would be read as emphasis, code, links, elements or entities. `cell`: bars too;
/// `linked`: closing brackets too, which would end the text of a link.
fn escaped(text: &str, cell: bool, linked: bool, out: &mut String) {
    const SIGNS: &[u8] = b"\\`*_[]<&~|";
    let bytes = text.as_bytes();
    let mut done = 0;
    for (i, &b) in bytes.iter().enumerate() {
        if !SIGNS.contains(&b) {
            continue;
        }
        let next = bytes.get(i + 1).copied();
        let blank = |b: Option<u8>| b.is_none_or(|b| b.is_ascii_whitespace());
        // a byte of another script counts as a letter or as a sign: with the one no emphasis begins, with the other it may
        let word = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_alphanumeric());
        let before = i.checked_sub(1).map(|i| bytes[i]);
        let escape = match b {
            b'\\' => next.is_none_or(|b| b.is_ascii_punctuation()),
            b'`' | b'[' | b'~' => true,
            b']' => linked,
            b'*' => i == 0 || !(blank(before) && blank(next)),
            b'_' => i == 0 || !(word(before) && word(next) || blank(before) && blank(next)),
            b'<' => next.is_some_and(|b| b.is_ascii_alphabetic() || matches!(b, b'/' | b'!' | b'?')),
            b'&' => is_entity(&bytes[i + 1..]),
            _ => cell,
        };
        if escape {
            out.push_str(&text[done..i]);
            out.push('\\');
            done = i;
        }
    }
    out.push_str(&text[done..]);
}

/// True when what follows an ampersand makes it an entity.
fn is_entity(after: &[u8]) -> bool {
    /// Bytes of the longest name.
    const LONGEST: usize = 33;
    let name = after.strip_prefix(b"#").unwrap_or(after);
    let n = name.iter().take(LONGEST).take_while(|b| b.is_ascii_alphanumeric()).count();
    n > 0 && name.get(n) == Some(&b';')
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
                inline(word, true, links, out);
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
mod tests {
    use super::*;
    use crate::draft::{Cut, Piece};

    fn markdown(blocks: &[(Form, &str)], title: Option<&str>) -> String {
        let mut text = String::new();
        let mut pieces = Vec::new();
        for (kind, inner) in blocks {
            let start = text.len() as u32;
            text.push_str(inner);
            pieces.push(Piece { span: (start, text.len() as u32), kind: *kind, at: (0, 0), cut: None });
        }
        let draft = Draft { text: text.into(), pieces, title: title.map(Into::into), blocks: true, ..Draft::default() };
        of(&draft).into_owned()
    }

    fn paragraph(text: &str) -> String {
        markdown(&[(Form::Paragraph, text)], None).trim_end_matches('\n').to_owned()
    }

    #[test]
    fn links_are_markdown_already() {
        let page = "<body><h1>A long title of its own</h1><h2>The <a href='/a_b*c'>old_ map</a> #</h2><p>It <b>hangs</b> in [1] the <a href='/h'>hall [2] *now*</a>.\
            <p>A second <a href='x'>one</a><a href='y'>and</a> a third.<table><tr><td>a<td><a href='/p|q'>b</a></table></body>";
        let options = crate::Options { links: true, boilerplate: false, ..crate::Options::default() };
        let page = crate::Kernel::new(options).page(crate::RawDoc { bytes: page.as_bytes(), ..crate::RawDoc::default() });
        let draft = Draft::of(&page, false, false, None, crate::Rules::builtin());
        assert_eq!(
            draft.clean(),
            "The [old_ map](/a_b*c) #\n\nIt hangs in [1] the [hall [2] *now*](/h).\n\nA second [one](x)[and](y) a third.\n\na\t[b](/p|q)\n"
        );
        let want = "## The [old\\_ map](/a_b*c) \\#\n\nIt hangs in \\[1\\] the [hall \\[2\\] \\*now\\*](/h).\n\n\
            A second [one](x)[and](y) a third.\n\n| a | [b](/p%7Cq) |\n| --- | --- |\n";
        assert_eq!(of(&draft), want);
    }

    #[test]
    fn every_kind_of_block_has_its_form() {
        use Form::*;
        let blocks = [
            (Heading(2), "Roads"),
            (Paragraph, "Mud and stones."),
            (Item, "spade"),
            (Item, "barrow"),
            (Quote, "Dig."),
            (Quote, "Dig on."),
            (Row, "day\tmetres"),
            (Row, "1\t12"),
            (Code, "dig(1);\n  rest();"),
        ];
        let want = "# Work\n\n## Roads\n\nMud and stones.\n\n- spade\n- barrow\n\n> Dig.\n>\n> Dig on.\n\n| day | metres |\n| --- | --- |\n\
                    | 1 | 12 |\n\n```\ndig(1);\n  rest();\n```\n";
        assert_eq!(markdown(&blocks, Some("Work")), want);
        assert_eq!(markdown(&[], None), "");
    }

    /// A page as Markdown.
    fn page(html: &str) -> String {
        let options = crate::Options { boilerplate: false, ..crate::Options::default() };
        let page = crate::Kernel::new(options).page(crate::RawDoc { bytes: html.as_bytes(), ..crate::RawDoc::default() });
        of(&Draft::of(&page, false, false, None, crate::Rules::builtin())).into_owned()
    }

    #[test]
    fn lists_in_lists_and_numbers() {
        let html = "<body><p>To do:</p><ol start=9><li>Dig the road<ul><li>by hand<li>or not</ul><li>Fill it.<p>Twice.</p><pre>dig\n\n fill</pre></ol>\
                    <dl><dt>Road</dt><dd>of stones</dd><dt>Path</dt><dd>of mud</dd></dl></body>";
        let want = "To do:\n\n9. Dig the road\n   - by hand\n   - or not\n10. Fill it.\n\n    Twice.\n\n    ```\n    dig\n\n     fill\n    ```\n\n\
                    - Road\n  - of stones\n- Path\n  - of mud\n";
        assert_eq!(page(html), want);
    }

    #[test]
    fn an_item_that_was_left_out_takes_no_others_below_it() {
        let item = |depth| Nest { depth, ..Nest::default() };
        let piece = |at, out: bool| {
            let cut = out.then_some(Cut { rule: 0, first: None, similarity: None });
            Piece { span: (at, at + 1), kind: Form::Item, at: (0, 0), cut }
        };
        let pieces = vec![piece(0, false), piece(1, false), piece(2, true), piece(3, false)];
        let nests = vec![item(0), item(1), item(0), item(1)];
        let draft = Draft { text: "abcd".into(), pieces, nests, blocks: true, ..Draft::default() };
        assert_eq!(of(&draft), "- a\n  - b\n- d\n");
    }

    #[test]
    fn quotations_in_quotations_and_in_items() {
        let html = "<body><blockquote><p>One.</p><blockquote><p>Two.</p></blockquote><p>Three.</p></blockquote><p>Four.</p>\
                    <ul><li>Five<blockquote>six</blockquote></ul></body>";
        let want = "> One.\n>\n> > Two.\n>\n> Three.\n\nFour.\n\n- Five\n\n  > six\n";
        assert_eq!(page(html), want);
    }

    #[test]
    fn every_listing_has_fences_of_its_own_and_no_line_numbers() {
        let html = "<body><p>Dig:</p><pre>dig(1);\ndig(2);</pre><pre>rest();\nsleep();</pre></body>";
        assert_eq!(page(html), "Dig:\n\n```\ndig(1);\ndig(2);\n```\n\n```\nrest();\nsleep();\n```\n");
        let html = "<body><p>Dig:</p><pre><span class=lineno>1</span>dig(1);\n<span class=\"x lineno\">2 </span>dig(2);\n<b class=lineno>x3</b></pre></body>";
        assert_eq!(page(html), "Dig:\n\n```\ndig(1);\ndig(2);\nx3\n```\n");
        // lines of one listing
        let html = "<body><p>Dig:</p><pre>dig(1);</pre><pre>dig(2);</pre></body>";
        assert_eq!(page(html), "Dig:\n\n```\ndig(1);\ndig(2);\n```\n");
    }

    #[test]
    fn what_was_left_out_stays_out_and_repaired_text_is_no_markdown() {
        let cut = Some(Cut { rule: 0, first: None, similarity: None });
        let piece = |span, cut| Piece { span, kind: Form::Paragraph, at: (0, 0), cut };
        let mut draft: Draft<'_> =
            Draft { text: "*ab".into(), pieces: vec![piece((1, 2), cut), piece((2, 3), None)], blocks: true, ..Draft::default() };
        assert_eq!(of(&draft), "b\n");
        draft.blocks = false;
        assert!(matches!(of(&draft), Cow::Borrowed("*ab")));
    }

    #[test]
    fn signs_that_would_be_markup_are_escaped_and_others_are_not() {
        for (plain, escaped) in [
            ("a*b*c", r"a\*b\*c"),
            ("snake_case and _x_", r"snake_case and \_x\_"),
            ("2 * 3 and 2 _ 3", "2 * 3 and 2 _ 3"),
            ("[a](b) ![c](d)", r"\[a](b) !\[c](d)"),
            ("a < b <b> </b>", r"a < b \<b> \</b>"),
            ("R&D &amp; &#20; & ;", r"R&D \&amp; \&#20; & ;"),
            (r"C:\dir \* end\", r"C:\dir \\\* end\\"),
            ("`x` 3~5", r"\`x\` 3\~5"),
            ("a | b", "a | b"),
            ("他说：“好。”", "他说：“好。”"),
        ] {
            assert_eq!(paragraph(plain), escaped);
        }
    }

    #[test]
    fn signs_at_the_beginning_of_a_line_are_escaped_where_they_begin_a_block() {
        for (plain, escaped) in [
            ("# a", r"\# a"),
            ("#a", "#a"),
            ("####### a", "####### a"),
            ("- a", r"\- a"),
            ("-5", "-5"),
            ("---", r"\---"),
            ("===", r"\==="),
            ("> a", r"\> a"),
            ("+ a", r"\+ a"),
            ("* a", r"\* a"),
            ("12. a", r"12\. a"),
            ("12.5", "12.5"),
            ("1234567890. a", "1234567890. a"),
            ("one\n- two", "one\\\n\\- two"),
        ] {
            assert_eq!(paragraph(plain), escaped);
        }
    }

    #[test]
    fn headings_end_where_they_end() {
        assert_eq!(markdown(&[(Form::Heading(9), "C\n #")], None), "###### C \\#\n");
        assert_eq!(markdown(&[(Form::Heading(1), "a # b")], None), "# a # b\n");
    }

    #[test]
    fn fences_are_longer_than_what_is_between() {
        assert_eq!(markdown(&[(Form::Code, "```\nx\n````")], None), "`````\n```\nx\n````\n`````\n");
    }

    #[test]
    fn tables_escape_bars_and_fill_short_rows() {
        let rows = [(Form::Row, "a|b\tc\td"), (Form::Row, "e")];
        assert_eq!(markdown(&rows, None), "| a\\|b | c | d |\n| --- | --- | --- |\n| e | | |\n");
        assert_eq!(markdown(&[(Form::Row, "a"), (Form::Row, "b")], None), "a\n\nb\n");
    }

    #[test]
    fn a_wide_row_does_not_make_every_row_wide() {
        let wide = "x\t".repeat(10_000);
        let rows: Vec<(Form, &str)> = std::iter::once((Form::Row, &*wide)).chain(std::iter::repeat_n((Form::Row, "y"), 1000)).collect();
        assert!(markdown(&rows, None).len() < 500_000);
    }
}
