//! Markdown with front matter to text and blocks; HTML inside it is left to `html`.

mod front;
mod inline;

use crate::block::{Block, Kind, NO_NODE};
use crate::edit::{CERTAIN, Editor};
use crate::layer::{Layer, Stage};
use crate::nest::DEEPEST;
use crate::plain;
use crate::rules::{RuleId, Rules};
use crate::span::Span;
use crate::tree::{Link, Outline, Tree};

/// True when the text begins with a front matter block, blank lines before it allowed.
pub fn has_front_matter(text: &str) -> bool {
    front::find(text).is_some()
}

/// True when a line of the text is a heading with signs, or a fence: what is called Markdown and begins with elements is Markdown then.
pub fn has_headings(text: &str) -> bool {
    text.lines().any(|line| line.starts_with(['#', '`', '~']) && (heading(line.trim_end()).is_some() || fence(line.trim_end()).is_some()))
}

/// Reads Markdown: front matter to fields, headings and lists to kinds, pictures and markup out. One layer at most.
///
/// A line is a block, as in plain text; lines that are one sentence are put together later. HTML elements are handed to
/// `html::outline` stretch by stretch; the tree of elements is kept when the whole body is one stretch.
pub fn outline(text: &str, rules: &Rules) -> (Vec<Layer<'static>>, Outline) {
    read(text, rules, false)
}

/// [`outline`] that also tells where links lead.
pub fn linked(text: &str, rules: &Rules) -> (Vec<Layer<'static>>, Outline) {
    read(text, rules, true)
}

fn read(text: &str, rules: &Rules, links: bool) -> (Vec<Layer<'static>>, Outline) {
    let mut reader = Reader {
        text,
        editor: Editor::new(text),
        out: Outline::default(),
        markup: rules.rule("markup/markdown"),
        picture: rules.rule("markup/picture"),
        reference: rules.rule("markup/entity"),
        rules,
        links,
        items: Vec::new(),
        alone: false,
    };
    let mut start = 0;
    if let Some(front) = front::find(text) {
        reader.out.fields = front::fields(front.inner);
        reader.editor.delete(0..front.end, rules.rule("markup/front-matter"));
        start = front.end;
    }
    reader.body(start);
    let Reader { editor, out, .. } = reader;
    (editor.finish(Stage::Markup).into_iter().collect(), out)
}

/// A line of the body: byte range without its line end, and where the next one starts.
#[derive(Clone, Copy)]
struct Line {
    start: usize,
    end: usize,
    next: usize,
}

struct Reader<'t, 'r> {
    text: &'t str,
    editor: Editor<'t>,
    out: Outline,
    markup: RuleId,
    picture: RuleId,
    reference: RuleId,
    rules: &'r Rules,
    /// Where links lead is told.
    links: bool,
    /// Of the items that are open, the column at which their text begins.
    items: Vec<usize>,
    /// The line above is the only one of its paragraph, and no blank line follows it.
    alone: bool,
}

impl Reader<'_, '_> {
    fn line(&self, start: usize) -> Option<Line> {
        let rest = self.text.get(start..).filter(|r| !r.is_empty())?;
        let len = memchr::memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
        Some(Line { start, end: start + len, next: (start + len + 1).min(self.text.len()) })
    }

    /// Everything after the front matter.
    fn body(&mut self, start: usize) {
        let mut at = start;
        let mut blank = true;
        while let Some(line) = self.line(at) {
            let raw = &self.text[line.start..line.end];
            let bare = raw.trim();
            if bare.is_empty() {
                (at, blank, self.alone) = (line.next, true, false);
                continue;
            }
            let (column, fence) = (column(raw), fence(bare));
            // a line that only goes on with a paragraph may stand further out than its item
            if blank || fence.is_some() || heading(bare).is_some() || item(bare).is_some() || number(bare).is_some() {
                while self.items.last().is_some_and(|inner| column < *inner) {
                    self.items.pop();
                }
            }
            let base = self.items.last().copied().unwrap_or(0);
            let indented = blank && column >= base + INDENT;
            let was_alone = std::mem::take(&mut self.alone);
            at = if let Some(fence) = fence {
                self.code(line, fence)
            } else if begins_html(bare) {
                self.html(line, start)
            } else if indented && let Some(next) = self.indented(line, base + INDENT) {
                next
            } else if was_alone && self.underlines(bare) {
                self.editor.delete(line.start..line.end, self.markup);
                line.next
            } else {
                self.one(line);
                self.alone = blank && self.out.blocks.last().is_some_and(|b| b.kind == Kind::Paragraph);
                line.next
            };
            blank = false;
        }
    }

    /// Makes the paragraph above a heading when the line underlines it.
    fn underlines(&mut self, bare: &str) -> bool {
        let level = match bare.as_bytes() {
            [b'=', rest @ ..] if rest.iter().all(|b| *b == b'=') => 1,
            [b'-', b'-', rest @ ..] if rest.iter().all(|b| *b == b'-') => 2,
            _ => return false,
        };
        let Some(above) = self.out.blocks.last_mut().filter(|b| b.kind == Kind::Paragraph && b.span.len() <= LONGEST_HEADING) else {
            return false;
        };
        above.kind = Kind::Heading(level);
        true
    }

    /// A fenced block: the fences go, and the blanks before them from each line; what is between stays byte for byte. Without a closing fence the
    /// line is text.
    fn code(&mut self, open: Line, fence: &str) -> usize {
        let mut at = open.next;
        while let Some(line) = self.line(at) {
            let bare = self.text[line.start..line.end].trim();
            if bare.starts_with(fence) && bare.trim_start_matches(&fence[..1]).is_empty() {
                self.editor.delete(open.start..open.next, self.markup);
                let inner = &self.text[open.next..line.start];
                let from = open.next + (inner.len() - inner.trim_start_matches(['\n', '\r']).len());
                let to = open.next + inner.trim_end().len();
                let columns = column(&self.text[open.start..open.end]);
                if from < to {
                    self.set_in(from, to, columns);
                }
                self.editor.delete(line.start..line.next, self.markup);
                return line.next;
            }
            at = line.next;
        }
        self.one(open);
        open.next
    }

    /// Lines of code without the blanks they have in common, `columns` at most.
    fn set_in(&mut self, from: usize, to: usize, columns: usize) {
        let mut start = None;
        let mut at = from;
        while at < to {
            let end = memchr::memchr(b'\n', &self.text.as_bytes()[at..to]).map_or(to, |n| at + n + 1);
            let blanks = blanks(&self.text[at..end], columns);
            self.editor.delete(at..at + blanks, self.markup);
            start.get_or_insert_with(|| self.editor.position(at + blanks));
            at = end;
        }
        let span = Span::new(start.unwrap_or_default(), self.editor.position(to));
        self.push(span, Kind::Code, 0);
    }

    /// A block of code by its blanks alone, at least `columns` before each line: to the last such line. `None` for paragraphs of a script without
    /// blanks between words, the first lines of which are often set in, and for items.
    fn indented(&mut self, first: Line, columns: usize) -> Option<usize> {
        let is_wide = |bare: &str| bare.chars().filter(|c| *c >= '\u{2e80}').count() * 3 > bare.chars().count();
        let bare = self.text[first.start..first.end].trim();
        if is_wide(bare) || item(bare).is_some() || number(bare).is_some() {
            return None;
        }
        let mut blank = false;
        let mut last = first;
        let mut at = first.next;
        while let Some(line) = self.line(at) {
            let raw = &self.text[line.start..line.end];
            let bare = raw.trim();
            if !bare.is_empty() {
                if column(raw) < columns || blank && is_wide(bare) {
                    break;
                }
                last = line;
            }
            blank = bare.is_empty();
            at = line.next;
        }
        let to = last.start + self.text[last.start..last.end].trim_end().len();
        self.set_in(first.start, to, columns);
        Some(last.next)
    }

    /// A stretch of HTML: to the blank line after which no tag begins, as `html` reads it.
    fn html(&mut self, first: Line, body: usize) -> usize {
        let mut end = first.next;
        while let Some(line) = self.line(end) {
            let blank = self.text[line.start..line.end].trim().is_empty();
            let after = self.line(line.next).map(|l| self.text[l.start..l.end].trim());
            if blank && !after.is_some_and(|a| a.is_empty() || begins_html(a)) {
                break;
            }
            end = line.next;
        }
        let read = if self.links { crate::html::linked } else { crate::html::outline };
        let (layers, outline) = read(&self.text[first.start..end], self.rules);
        let whole = self.text[body..first.start].trim().is_empty() && self.text[end..].trim().is_empty();
        let base = self.editor.position(first.start);
        for layer in layers.iter().take(1) {
            for e in &layer.edits {
                let was = e.was.range();
                self.editor.replace(was.start + first.start..was.end + first.start, e.now.of(&layer.text), e.rule, e.confidence);
            }
        }
        debug_assert!(layers.len() <= 1, "html leaves one layer");
        let moved = |span: Span| Span::new(span.start as usize + base, span.end as usize + base);
        self.out.links.extend(outline.links.into_iter().map(|l| Link { at: moved(l.at), ..l }));
        self.out.cited.extend(outline.cited.into_iter().map(moved));
        for mut block in outline.blocks {
            block.span = moved(block.span);
            if !whole {
                block.node = NO_NODE;
            }
            self.out.blocks.push(block);
        }
        // A fragment says little about itself; what the front matter says comes first.
        self.out.fields.extend(outline.fields);
        self.out.tree = if whole { outline.tree } else { Tree::default() };
        end
    }

    /// A line of its own: heading, item, quotation, row or text.
    fn one(&mut self, line: Line) {
        let raw = &self.text[line.start..line.end];
        let Some((from, to)) = plain::bounds(raw) else { return };
        let (mut from, mut to) = (line.start + from, line.start + to);
        let bare = &self.text[from..to];
        if is_rule(bare) || is_table_rule(bare) {
            self.editor.delete(from..to, self.markup);
            return;
        }
        let mut kind = Kind::Paragraph;
        // the item this line begins; what follows may stand in it
        let mut opens = None;
        if let Some((level, skip)) = heading(bare) {
            kind = Kind::Heading(level);
            self.editor.delete(from..from + skip, self.markup);
            from += skip;
            let open = self.text[from..to].trim_end_matches('#');
            if open.ends_with(' ') {
                to = from + open.trim_end().len();
            }
        } else if let Some(skip) = item(bare) {
            kind = Kind::ListItem;
            opens = Some(column(raw) + if skip > INDENT { 2 } else { skip });
            self.editor.delete(from..from + skip, self.markup);
            from += skip;
        } else if let Some(skip) = number(bare) {
            opens = Some(column(raw) + skip);
        } else if let Some(rest) = bare.strip_prefix('>') {
            kind = Kind::Quote;
            let skip = bare.len() - rest.trim_start_matches(['>', ' ']).len();
            self.editor.delete(from..from + skip, self.markup);
            from += skip;
        } else if bare.len() > 2 && bare.starts_with('|') && bare.ends_with('|') {
            self.row(from, to);
            return;
        }
        let before = self.out.blocks.len();
        if from < to {
            self.spans(from, to, kind);
        }
        self.items.extend(opens.filter(|_| self.out.blocks.len() > before));
    }

    /// Text with inline markup. A line of pictures leaves no block.
    fn spans(&mut self, from: usize, to: usize, kind: Kind) {
        let (cuts, linked) = inline::cuts(&self.text[from..to]);
        let start = self.editor.position(from);
        let mut open = start;
        for cut in cuts {
            let rule = if cut.picture { self.picture } else { self.markup };
            let (at, text) = (from + cut.at.start..from + cut.at.end, self.text);
            if let Some(c) = cut.now {
                self.editor.replace(at, c.encode_utf8(&mut [0; 4]), self.reference, CERTAIN);
                continue;
            }
            self.editor.replace(at.clone(), "", rule, CERTAIN);
            match &text[at.clone()] {
                "[" => open = self.editor.position(at.end),
                end if self.links && !cut.picture => {
                    let address =
                        end.strip_prefix("](").and_then(|e| e.strip_suffix(')')).map(target).and_then(crate::html::links::address);
                    let at = Span::new(open, self.editor.position(at.end));
                    self.out.links.extend(address.filter(|_| !at.is_empty()).map(|address| Link { at, address }));
                }
                _ => {}
            }
        }
        let end = self.editor.position(to);
        // What is left may begin or end with a blank beside a picture; the editor holds it, so look at its output.
        let (lead, tail) = match plain::bounds(&self.editor.output(start, end)) {
            Some((a, b)) => (start + a, start + b),
            None => return,
        };
        let link_bytes = u32::try_from(linked.min(tail - lead)).unwrap_or(u32::MAX);
        self.push(Span::new(lead, tail), kind, link_bytes);
    }

    /// A row of a table: cells between tabs.
    fn row(&mut self, from: usize, to: usize) {
        let start = self.editor.position(from);
        let mut at = from;
        let inner = &self.text[from..to];
        let bars: Vec<usize> = memchr::memchr_iter(b'|', inner.as_bytes()).collect();
        for (i, bar) in bars.iter().enumerate() {
            let bar = from + bar;
            let left = at + self.text[at..bar].trim_end().len();
            let right = bar + 1 + (self.text[bar + 1..to].len() - self.text[bar + 1..to].trim_start().len());
            for (within, c) in inline::references(&self.text[at..left.max(at)]) {
                let within = at + within.start..at + within.end;
                self.editor.replace(within, c.encode_utf8(&mut [0; 4]), self.reference, CERTAIN);
            }
            let cell = if i == 0 || i + 1 == bars.len() { "" } else { "\t" };
            self.editor.replace(left.max(at)..right.min(to), cell, self.markup, CERTAIN);
            at = right.min(to);
        }
        let end = self.editor.position(to);
        if end > start {
            self.push(Span::new(start, end), Kind::TableRow, 0);
        }
    }

    /// A block of Markdown of its own, in the items that are open.
    fn push(&mut self, span: Span, kind: Kind, link_bytes: u32) {
        let node = self.items.len().min(usize::from(DEEPEST)) as u32;
        self.out.blocks.push(Block { span, kind, node, link_bytes });
    }
}

/// The address in what stands between the brackets of a link: `<address>`, `address "title"`.
fn target(inner: &str) -> &str {
    let inner = inner.trim();
    match inner.strip_prefix('<').and_then(|i| i.split_once('>')) {
        Some((address, _)) => address,
        None => inner.split_ascii_whitespace().next().unwrap_or(""),
    }
}

/// Columns from which a line is code, and blanks behind a bullet from which its text is.
const INDENT: usize = 4;

/// Bytes of the longest line that is made a heading by what is drawn below it.
const LONGEST_HEADING: usize = 200;

/// The fence a line opens: three or more backticks or tildes.
fn fence(bare: &str) -> Option<&str> {
    let sign = bare.bytes().next().filter(|b| matches!(b, b'`' | b'~'))?;
    let length = bare.bytes().take_while(|b| *b == sign).count();
    (length >= 3 && !(sign == b'`' && bare[length..].contains('`'))).then(|| &bare[..length])
}

/// Columns of the blanks a line begins with; a tab goes to the next fourth.
fn column(raw: &str) -> usize {
    raw.bytes().map_while(|b| matches!(b, b' ' | b'\t').then_some(b)).fold(0, |at, b| if b == b' ' { at + 1 } else { (at / 4 + 1) * 4 })
}

/// Bytes of the blanks a line begins with, up to so many columns.
fn blanks(raw: &str, columns: usize) -> usize {
    let mut at = 0;
    let within = |b: &u8| {
        let is_in = at < columns && matches!(b, b' ' | b'\t');
        at = if *b == b' ' { at + 1 } else { (at / 4 + 1) * 4 };
        is_in
    };
    raw.bytes().take_while(within).count()
}

/// True when a line begins with an HTML tag or comment; an address in angle brackets is none.
fn begins_html(bare: &str) -> bool {
    let Some(rest) = bare.strip_prefix('<') else { return false };
    if rest.starts_with("!--") {
        return true;
    }
    let name = rest.strip_prefix('/').unwrap_or(rest);
    let len = name.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let first = name.bytes().next().is_some_and(|b| b.is_ascii_alphabetic());
    first && len <= 12 && name.as_bytes().get(len).is_none_or(|b| matches!(b, b'>' | b' ' | b'/' | b'\t'))
}

/// Level of a heading and bytes before its text.
fn heading(bare: &str) -> Option<(u8, usize)> {
    let level = bare.bytes().take_while(|b| *b == b'#').count();
    let rest = &bare[level..];
    let text = rest.trim_start_matches([' ', '\t']);
    // `#` without a blank is a heading in many Chinese files, and a topic in others (`#topic#`): only with a blank.
    ((1..=6).contains(&level) && text.len() < rest.len() && !text.is_empty()).then_some((level as u8, bare.len() - text.len()))
}

/// Bytes of a bullet. Numbers stay: they are text that others refer to.
fn item(bare: &str) -> Option<usize> {
    let rest = bare.strip_prefix(['-', '*', '+'])?;
    let text = rest.trim_start_matches([' ', '\t']);
    (text.len() < rest.len() && !text.is_empty()).then_some(bare.len() - text.len())
}

/// Bytes before the text of an item with a number: `3. `, `3) `.
pub(crate) fn number(bare: &str) -> Option<usize> {
    let digits = bare.bytes().take_while(u8::is_ascii_digit).count();
    let rest = bare[digits..].strip_prefix(['.', ')'])?;
    let text = rest.trim_start_matches([' ', '\t']);
    ((1..=9).contains(&digits) && text.len() < rest.len() && !text.is_empty()).then(|| bare.len() - text.len())
}

/// A thematic break: three or more of `-`, `*` or `_`, blanks between allowed.
fn is_rule(bare: &str) -> bool {
    let first = bare.as_bytes()[0];
    matches!(first, b'-' | b'*' | b'_')
        && bare.bytes().all(|b| b == first || b == b' ')
        && bare.bytes().filter(|b| *b == first).count() >= 3
}

/// The line under a table's head: `|---|:--:|`.
fn is_table_rule(bare: &str) -> bool {
    bare.starts_with('|') && bare.contains("--") && bare.bytes().all(|b| matches!(b, b'|' | b'-' | b':' | b' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (String, Vec<(Kind, String)>) {
        let (layers, outline) = outline(text, Rules::builtin());
        let now = layers.first().map_or(text, |l| &l.text).to_owned();
        if let Some(l) = layers.first() {
            assert!(l.is_faithful(text.as_bytes()));
            assert_eq!(l.undo(text.as_bytes()), text.as_bytes());
        }
        let blocks = outline.blocks.iter().map(|b| (b.kind, b.span.of(&now).to_owned())).collect();
        (now, blocks)
    }

    #[test]
    fn blocks_have_kinds_and_no_markup() {
        let (_, blocks) = read("# 山路\n\n走了[很久](a.html)。\n\n- 水\n* 米\n1. 先看天\n\n> 风大\n\n![图](b.png)\n\n---\n");
        let want = [
            (Kind::Heading(1), "山路"),
            (Kind::Paragraph, "走了很久。"),
            (Kind::ListItem, "水"),
            (Kind::ListItem, "米"),
            (Kind::Paragraph, "1. 先看天"),
            (Kind::Quote, "风大"),
        ];
        assert_eq!(blocks, want.map(|(k, t)| (k, t.to_owned())));
    }

    #[test]
    fn code_stays_as_it_is() {
        let (_, blocks) = read("```sh\n  a  [b](c) **d**\n\n# no heading\n```\n后");
        assert_eq!(blocks[0], (Kind::Code, "  a  [b](c) **d**\n\n# no heading".to_owned()));
        assert_eq!(blocks[1].1, "后");
    }

    #[test]
    fn code_keeps_the_blanks_that_are_its_own() {
        let (_, blocks) = read("走：\n\n    if rain:\n        stay()\n\n    go()\n\n    天黑以前要回来，路上不要停。\n");
        assert_eq!(blocks[1], (Kind::Code, "if rain:\n    stay()\n\ngo()".to_owned()));
        assert_eq!(blocks[2].0, Kind::Paragraph);
        let (_, blocks) = read("- 走：\n  ````sh\n  ```\n    go\n  ````\n");
        assert_eq!(blocks[1], (Kind::Code, "```\n  go".to_owned()));
    }

    #[test]
    fn elements_before_markdown() {
        assert!(has_headings("<div align=\"center\">\n<p>a</p>\n</div>\n\n## Use\n"));
        assert!(!has_headings("<p>#1</p>\n<pre>\n # a\n</pre>\n"));
    }

    #[test]
    fn items_in_items() {
        let text = "- 一\n  - 二\n\n    三\n- 四\n\n1. 五\n   - 六\n\n七\n";
        let depths: Vec<u32> = outline(text, Rules::builtin()).1.blocks.iter().map(|b| b.node).collect();
        assert_eq!(depths, [0, 1, 2, 0, 0, 1, 0]);
    }

    #[test]
    fn headings_that_are_underlined() {
        let (_, blocks) = read("山路\n====\n雨天\n---\n走\n\n---\n\n甲\n乙\n---\n");
        let headings: Vec<_> = blocks.iter().filter(|b| b.0 != Kind::Paragraph).map(|b| b.0).collect();
        assert_eq!(headings, [Kind::Heading(1)]);
        assert_eq!(blocks.len(), 5);
    }

    #[test]
    fn tables_become_rows() {
        let (_, blocks) = read("| 米 | 3 元 |\n|---|---|\n| 面 | 4 元 |");
        assert_eq!(blocks, [(Kind::TableRow, "米\t3 元".to_owned()), (Kind::TableRow, "面\t4 元".to_owned())]);
    }

    #[test]
    fn a_line_of_text_leaves_no_layer() {
        assert!(outline("春天来了。\n夏天也来了。", Rules::builtin()).0.is_empty());
    }
}
