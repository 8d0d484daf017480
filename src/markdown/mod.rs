//! Markdown with front matter to text and blocks; HTML inside it is left to `html`.

mod front;
mod inline;

use crate::block::{Block, Kind, NO_NODE};
use crate::edit::{CERTAIN, Editor};
use crate::layer::{Layer, Stage};
use crate::plain;
use crate::rules::{RuleId, Rules};
use crate::span::Span;
use crate::tree::{Link, Outline, Tree};

/// True when the text begins with a front matter block, blank lines before it allowed.
pub fn has_front_matter(text: &str) -> bool {
    front::find(text).is_some()
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
        rules,
        links,
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
    rules: &'r Rules,
    /// Where links lead is told.
    links: bool,
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
        while let Some(line) = self.line(at) {
            let raw = &self.text[line.start..line.end];
            let bare = raw.trim();
            if bare.is_empty() {
                at = line.next;
            } else if let Some(fence) = fence(bare) {
                at = self.code(line, fence);
            } else if begins_html(bare) {
                at = self.html(line, start);
            } else {
                self.one(line);
                at = line.next;
            }
        }
    }

    /// A fenced block: the fences go, what is between stays byte for byte. Without a closing fence the line is text.
    fn code(&mut self, open: Line, fence: &str) -> usize {
        let mut at = open.next;
        while let Some(line) = self.line(at) {
            let bare = self.text[line.start..line.end].trim();
            if bare.starts_with(fence) && bare.trim_start_matches(&fence[..1]).is_empty() {
                self.editor.delete(open.start..open.next, self.markup);
                let inner = &self.text[open.next..line.start];
                let from = open.next + (inner.len() - inner.trim_start_matches(['\n', '\r']).len());
                let to = open.next + inner.trim_end().len();
                if from < to {
                    self.block(from, to, Kind::Code, 0);
                }
                self.editor.delete(line.start..line.next, self.markup);
                return line.next;
            }
            at = line.next;
        }
        self.one(open);
        open.next
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
            self.editor.delete(from..from + skip, self.markup);
            from += skip;
        } else if let Some(rest) = bare.strip_prefix('>') {
            kind = Kind::Quote;
            let skip = bare.len() - rest.trim_start_matches(['>', ' ']).len();
            self.editor.delete(from..from + skip, self.markup);
            from += skip;
        } else if bare.len() > 2 && bare.starts_with('|') && bare.ends_with('|') {
            self.row(from, to);
            return;
        }
        if from < to {
            self.spans(from, to, kind);
        }
    }

    /// Text with inline markup. A line of pictures leaves no block.
    fn spans(&mut self, from: usize, to: usize, kind: Kind) {
        let (cuts, linked) = inline::cuts(&self.text[from..to]);
        let start = self.editor.position(from);
        let mut open = start;
        for cut in cuts {
            let rule = if cut.picture { self.picture } else { self.markup };
            let (at, text) = (from + cut.at.start..from + cut.at.end, self.text);
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
        self.out.blocks.push(Block { span: Span::new(lead, tail), kind, node: NO_NODE, link_bytes });
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
            let cell = if i == 0 || i + 1 == bars.len() { "" } else { "\t" };
            self.editor.replace(left.max(at)..right.min(to), cell, self.markup, CERTAIN);
            at = right.min(to);
        }
        let end = self.editor.position(to);
        if end > start {
            self.out.blocks.push(Block { span: Span::new(start, end), kind: Kind::TableRow, node: NO_NODE, link_bytes: 0 });
        }
    }

    fn block(&mut self, from: usize, to: usize, kind: Kind, link_bytes: u32) {
        let span = Span::new(self.editor.position(from), self.editor.position(to));
        self.out.blocks.push(Block { span, kind, node: NO_NODE, link_bytes });
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

/// The fence a line opens: three or more backticks or tildes.
fn fence(bare: &str) -> Option<&'static str> {
    ["```", "~~~"].into_iter().find(|f| bare.starts_with(f))
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
    fn tables_become_rows() {
        let (_, blocks) = read("| 米 | 3 元 |\n|---|---|\n| 面 | 4 元 |");
        assert_eq!(blocks, [(Kind::TableRow, "米\t3 元".to_owned()), (Kind::TableRow, "面\t4 元".to_owned())]);
    }

    #[test]
    fn a_line_of_text_leaves_no_layer() {
        assert!(outline("春天来了。\n夏天也来了。", Rules::builtin()).0.is_empty());
    }
}
