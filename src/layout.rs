//! `Layout`: how the lines of a plain text stand to each other, and what is written between two blocks. Which of them stay is decided elsewhere.

use crate::block::Kind;
use crate::span::Span;

/// How the lines of a text are set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Layout {
    /// Each line is a paragraph: a blank line stands between any two, but not between items of a list or rows of a table. Markup, too.
    #[default]
    Paragraphs,
    /// Blank lines part paragraphs: what stands on the next line stays there, as verse, lists and addresses do.
    Lines,
    /// As `Lines`, and the blanks before lines stay.
    Indented,
}

/// Bytes of a line that ends a sentence from which it is a paragraph by itself: 10 ideographs, 5 words. Origin: verse and items are shorter or do
/// not end so; no other value was tried.
const SENTENCE: usize = 30;

/// Bytes from which two such lines, one right below the other, are paragraphs also where blank lines part most others: 66 ideographs, some 30 words.
/// Origin: set by hand above items of lists that are sentences.
const PARAGRAPH: usize = 200;

/// A block of a plain text, as far as its place matters.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// Its bytes.
    pub span: Span,
    /// It stays.
    pub stays: bool,
    /// It is left out for more than being the title, which is written before all.
    pub lost: bool,
}

impl Layout {
    /// Of a plain text: `Paragraphs` when as many sentences have the next line right below them as behind a blank line, or where no blank line stands between any lines but sentences do. The
    /// blanks before lines matter when nothing is lost that may have stood beside the text and lines right below others stand further in or out.
    pub fn of(text: &str, lines: impl Iterator<Item = Line> + Clone) -> Layout {
        let mut gaps = Gaps::default();
        let (mut parted, mut close, mut sentences, mut steps) = (0usize, 0usize, false, false);
        let mut above: Option<(bool, usize)> = None;
        for line in lines.clone() {
            let gap = gaps.next(text, line.span);
            if !line.stays {
                continue;
            }
            let is_sentence = ends_sentence(line.span.of(text));
            sentences |= is_sentence;
            let blanks = gap.indent.len();
            if let Some((sentence, indent)) = above {
                let is_close = gap.ends == 1;
                (parted, close) = (parted + usize::from(sentence && !is_close), close + usize::from(sentence && is_close));
                steps |= is_close && blanks != indent;
            }
            gaps.behind_kept();
            above = Some((is_sentence, blanks));
        }
        match (parted, close) {
            (0, 0) if sentences && !has_blank_line(text, lines.clone()) => Layout::Paragraphs,
            _ if close > 0 && parted <= close => Layout::Paragraphs,
            _ if steps && !lines.clone().any(|l| l.lost) => Layout::Indented,
            _ => Layout::Lines,
        }
    }
}

fn has_blank_line(text: &str, lines: impl Iterator<Item = Line>) -> bool {
    let mut gaps = Gaps::default();
    lines.enumerate().any(|(i, line)| {
        let gap = gaps.next(text, line.span);
        gaps.behind_kept();
        i > 0 && gap.ends != 1
    })
}

/// Whether a line is long enough for a sentence and ends one.
fn ends_sentence(s: &str) -> bool {
    let inner = s.trim_end_matches(['"', '”', '’', '」', '』', ')', '）', '\'']);
    s.len() >= SENTENCE && inner.ends_with(['.', '!', '?', '。', '！', '？', '…', '।', '॥', '؟', '۔', '｡'])
}

/// The white space before a block.
#[derive(Clone, Copy, Debug, Default)]
struct Gap {
    /// Line ends since the block before that stays, as far as two tell a blank line; the most of any stretch where blocks between are left out.
    ends: usize,
    /// The blanks before its line.
    indent: Span,
}

/// Walks over the blocks of a text.
#[derive(Clone, Debug, Default)]
struct Gaps {
    end: usize,
    most: usize,
}

impl Gaps {
    /// The gap before the next block.
    fn next(&mut self, text: &str, span: Span) -> Gap {
        let start = span.start as usize;
        let gap = &text[self.end.min(start)..start];
        self.end = span.end as usize;
        let ends = line_ends(gap);
        self.most = self.most.max(ends);
        let blanks = gap.len() - gap.trim_end_matches([' ', '\t']).len();
        // what stands behind something else on its line has no blanks before it
        let alone = blanks == start || text[..start - blanks].ends_with(['\n', '\r']);
        Gap { ends: self.most, indent: Span::new(start - if alone { blanks } else { 0 }, start) }
    }

    /// The block stays.
    fn behind_kept(&mut self) {
        self.most = 0;
    }
}

/// Line ends, two at most.
pub(crate) fn line_ends(gap: &str) -> usize {
    let mut before = ' ';
    let ends = gap.chars().filter(|c| {
        let is_end = match c {
            '\n' => before != '\r',
            c => matches!(c, '\r' | '\u{85}' | '\u{2028}' | '\u{2029}'),
        };
        before = *c;
        is_end
    });
    ends.take(2).count()
}

/// What is written between blocks, told one after the other.
#[derive(Clone, Debug)]
pub struct Between {
    layout: Layout,
    before: Option<Kind>,
    is_title: bool,
    /// The block before is a long sentence or several.
    below_paragraph: bool,
    gaps: Gaps,
}

impl Between {
    /// For the blocks of a text; with `title`, that stands before them.
    pub fn new(layout: Layout, title: bool) -> Between {
        Between { layout, before: title.then_some(Kind::Heading(1)), is_title: title, below_paragraph: false, gaps: Gaps::default() }
    }

    /// Passes a block that is left out.
    pub fn pass(&mut self, text: &str, span: Span) {
        if self.layout != Layout::Paragraphs {
            self.gaps.next(text, span);
        }
    }

    /// What is written before a block that stays: line ends, then bytes of the text.
    pub fn block(&mut self, text: &str, span: Span, kind: Kind) -> (&'static str, Span) {
        let nothing = Span::new(span.start as usize, span.start as usize);
        let before = self.before.replace(kind);
        let ends = match before {
            None => "",
            Some(k) if k == kind && matches!(k, Kind::ListItem | Kind::TableRow) => "\n",
            Some(_) => "\n\n",
        };
        if self.layout == Layout::Paragraphs {
            return (ends, nothing);
        }
        let gap = self.gaps.next(text, span);
        self.gaps.behind_kept();
        let below_title = std::mem::take(&mut self.is_title);
        let is_paragraph = kind == Kind::Paragraph && span.len() >= PARAGRAPH && ends_sentence(span.of(text));
        let below_paragraph = std::mem::replace(&mut self.below_paragraph, is_paragraph);
        let close = gap.ends == 1 && before.is_some() && !below_title && !(is_paragraph && below_paragraph);
        (if close { "\n" } else { ends }, if self.layout == Layout::Indented { gap.indent } else { nothing })
    }

    /// The title stands here, among the blocks.
    pub fn title(&mut self, text: &str, span: Span) {
        self.pass(text, span);
        (self.before, self.is_title) = (Some(Kind::Heading(1)), true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plain;

    fn layout(text: &str) -> Layout {
        let blocks = plain::outline(text).blocks;
        Layout::of(text, blocks.iter().map(|b| Line { span: b.span, stays: true, lost: false }))
    }

    #[test]
    fn lines_that_are_paragraphs() {
        let one = "山里的路一到雨天就不好走，村里人商量了几次。";
        assert_eq!(layout(&format!("修路记\n{one}\n{one}\n")), Layout::Paragraphs);
        assert_eq!(layout(&format!("修路记\n{one}\n")), Layout::Paragraphs);
        assert_eq!(layout(&format!("　　{one}\n　　{one}\n\n第二章\n\n　　{one}\n")), Layout::Paragraphs);
    }

    #[test]
    fn lines_that_stand_where_they_stand() {
        let one = "山里的路一到雨天就不好走，村里人商量了几次。";
        assert_eq!(layout("风来了\n雨来了\n\n山外有人\n"), Layout::Lines);
        assert_eq!(layout(&format!("{one}\n\n要带的东西：\n锄头\n绳子\n\n{one}\n")), Layout::Lines);
        assert_eq!(layout("The mill goes round,\n  and nobody is there;\n"), Layout::Indented);
    }

    #[test]
    fn long_paragraphs_stand_apart() {
        let long = "山里的路一到雨天就不好走，村里人商量了几次。".repeat(4);
        let text = format!("{long}\n\n{long}\n\n带：\n锄头\n\n{long}\n{long}\n");
        let blocks = plain::outline(&text).blocks;
        let mut between = Between::new(layout(&text), false);
        let ends: Vec<&str> = blocks.iter().map(|b| between.block(&text, b.span, b.kind).0).collect();
        assert_eq!(ends, ["", "\n\n", "\n\n", "\n", "\n\n", "\n\n"]);
    }

    #[test]
    fn blanks_do_not_matter_where_something_is_lost() {
        let text = "mill\n   corn\n   water\n";
        let blocks = plain::outline(text).blocks;
        let lines = |lost: usize| {
            let of = move |(i, b): (usize, &crate::block::Block)| Line { span: b.span, stays: i != lost, lost: i == lost };
            Layout::of(text, blocks.iter().enumerate().map(of))
        };
        assert_eq!((lines(9), lines(2)), (Layout::Indented, Layout::Lines));
    }

    #[test]
    fn every_kind_of_line_end() {
        assert_eq!(["\n", "\r\n", "\r", "\u{2028}", " \n ", ""].map(line_ends), [1, 1, 1, 1, 1, 0]);
        assert_eq!(["\n\n", "\r\n\r\n", "\r\r", "\n \t\n\n", "\u{85}\n"].map(line_ends), [2; 5]);
    }
}
