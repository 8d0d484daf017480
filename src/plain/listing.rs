//! Programs, files of settings and drawings in plain text: stretches of lines whose blanks and line ends mean something. Each becomes one block
//! of code; what a line is by its signs is told in `statement`. Origin of the numbers: set by hand on some 1,200 programs and files of settings
//! and 1,700 manuals, READMEs and other texts of packages; no other draw was held out.

use std::ops::Range;

use super::statement::{Class, class, has_sign, is_setting};
use crate::block::{Block, Kind};
use crate::bytes;
use crate::span::Span;

/// Bytes that are signs of programs below which a text without indented lines is not looked at: three statements have more.
const SIGNS: usize = 3;
/// Bytes of a line beyond which it is a paragraph, which may have any sign, and is not looked at where no shorter lines have some.
const LONGEST: usize = 240;
/// Characters of a filled line: manuals have 70 to 80 columns less their indent. A line counts as two from two thirds more, as programs have wide ones.
const FILLED: usize = 72;
/// Statements of a stretch, at least, and their share of its lines, in percent.
const LEAST: usize = 3;
const SHARE: usize = 25;
/// What lines weigh: a stretch begins and ends with a statement, and ends where the sum has fallen by [`FALL`].
const STATEMENT: i32 = 4;
const INDENTED: i32 = 1;
const SILENT: i32 = -2;
const PROSE: i32 = -6;
const FALL: i32 = 16;
/// A text is a listing as a whole when stretches and comments hold so much of its lines, in percent, and stretches alone a third of that, and when
/// of the lines outside so few, in percent of all, are no comments, and so few are prose.
const MOST: usize = 50;
const OUTSIDE: usize = 20;
const PROSE_OUTSIDE: usize = 10;

/// A line as far as stretches ask.
#[derive(Clone, Copy, Debug)]
struct Line {
    class: Class,
    /// Blanks stand before it; ideographic ones, with which paragraphs begin, do not count.
    indented: bool,
    /// No blank line stands before it.
    touches: bool,
    /// Lines it would be if it were filled: a paragraph is judged alike before its lines are put together and after.
    lines: usize,
}

/// Puts the lines of each listing into one block of code, with the blanks before its first line. Leaves others as they are: in most texts there
/// is none, which one look at their bytes tells. Linear.
pub(super) fn gather(text: &str, blocks: Vec<Block>) -> Vec<Block> {
    if blocks.len() < LEAST || !may_have(text.as_bytes()) {
        return blocks;
    }
    let marked = |b: &&Block| {
        let s = b.span.of(text);
        s.len() <= LONGEST
            && (has_sign(s.as_bytes()) || has_frames(s.as_bytes()) || is_indented(text, b.span.start as usize) && is_setting(s))
    };
    if blocks.iter().filter(marked).take(LEAST).count() < LEAST {
        return blocks;
    }
    let lines = lines(text, &blocks);
    let found = stretches(&lines);
    if found.is_empty() {
        return blocks;
    }
    let mut out = Vec::with_capacity(blocks.len());
    let mut at = 0;
    for stretch in found {
        out.extend_from_slice(&blocks[at..stretch.start]);
        let (first, last) = (&blocks[stretch.start], &blocks[stretch.end - 1]);
        let start = first.span.start as usize;
        let span = Span::new(start - indent(text, start), last.span.end as usize);
        out.push(Block { span, kind: Kind::Code, ..*first });
        at = stretch.end;
    }
    out.extend_from_slice(&blocks[at..]);
    out
}

/// False when a text has no signs and no indented lines: most are told by their bytes alone.
fn may_have(bytes: &[u8]) -> bool {
    let sign = |b: u8| matches!(b, b'{' | b'}' | b'=' | b';' | b'<' | b'_' | b'$' | b'(' | b'"' | b'\\');
    let mut signs = 0;
    bytes.chunks(4096).any(|piece| {
        signs += piece.iter().map(|b| usize::from(sign(*b))).sum::<usize>();
        signs >= SIGNS
    }) || bytes::any_pair(bytes, |a, b| (a == b'\n') & ((b == b' ') | (b == b'\t')))
        || has_frames(bytes)
}

/// Whether frames and blocks of U+2500 to U+259F stand in it.
fn has_frames(bytes: &[u8]) -> bool {
    bytes::any_pair(bytes, |a, b| (a == 0xe2) & (b.wrapping_sub(0x94) < 3))
}

/// Bytes of the blanks before a line.
fn indent(text: &str, start: usize) -> usize {
    text.as_bytes()[..start].iter().rev().take_while(|b| matches!(b, b' ' | b'\t')).count()
}

/// Whether two blanks or a tab stand before a line.
fn is_indented(text: &str, start: usize) -> bool {
    matches!(&text.as_bytes()[..start], [.., b' ' | b'\t', b' ' | b'\t'] | [.., b'\t'])
}

fn lines(text: &str, blocks: &[Block]) -> Vec<Line> {
    let mut comment: Option<&str> = None;
    let mut unclosed: Vec<&str> = Vec::new();
    let mut end = 0;
    let mut out = Vec::with_capacity(blocks.len());
    for b in blocks {
        let (s, start) = (b.span.of(text), b.span.start as usize);
        let gap = &text.as_bytes()[end..start];
        let touches = memchr::memchr_iter(b'\n', gap).take(2).count() < 2;
        end = b.span.end as usize;
        let mut class = class(s);
        if let Some(close) = comment {
            class = Class::Comment;
            if s.contains(close) {
                comment = None;
            }
        } else if let Some((close, inner)) = opens(s)
            && !inner.contains(close)
            && !unclosed.contains(&close)
        {
            // a comment over several lines, if it ends
            if memchr::memmem::find(&text.as_bytes()[end..], close.as_bytes()).is_some() {
                (class, comment) = (Class::Comment, Some(close));
            } else {
                unclosed.push(close);
            }
        }
        let filled = if class == Class::Prose && s.len() > FILLED { (s.chars().count() + FILLED / 3) / FILLED } else { 1 };
        let lines = filled.max(1);
        out.push(Line { class, indented: is_indented(text, start), touches, lines });
    }
    out
}

/// What closes the comment a line begins with, and what follows its opening.
fn opens(s: &str) -> Option<(&'static str, &str)> {
    let pairs = [("/*", "*/"), ("\"\"\"", "\"\"\""), ("r\"\"\"", "\"\"\""), ("'''", "'''"), ("<!--", "-->")];
    pairs.iter().find_map(|(open, close)| Some((*close, s.strip_prefix(open)?)))
}

fn weight(line: &Line) -> i32 {
    match (line.class, line.indented) {
        (Class::Statement, indented) => STATEMENT + i32::from(indented),
        (Class::Setting, true) => STATEMENT / 2,
        (Class::Setting | Class::Comment, _) => 0,
        (Class::Silent, true) => INDENTED,
        (Class::Silent, false) => SILENT,
        (Class::Prose, true) => SILENT / 2 * line.lines as i32,
        (Class::Prose, false) => PROSE * line.lines as i32,
    }
}

/// The listings, by lines, in order.
fn stretches(lines: &[Line]) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut open: Option<(usize, i32, i32, usize)> = None; // first line, sum, best sum, end at the best sum
    for (i, line) in lines.iter().enumerate() {
        let w = weight(line);
        match &mut open {
            None if w >= STATEMENT / 2 => open = Some((i, w, w, i + 1)),
            None => {}
            Some((start, sum, best, end)) => {
                *sum += w;
                if w > 0 && *sum >= *best {
                    (*best, *end) = (*sum, i + 1);
                }
                if *sum <= (*best - FALL).max(0) {
                    found.extend(fits(lines, *start..*end));
                    open = None;
                }
            }
        }
    }
    if let Some((start, _, _, end)) = open {
        found.extend(fits(lines, start..end));
    }
    if is_whole(lines, &found) {
        return std::iter::once(0..lines.len()).collect();
    }
    widened(lines, found)
}

/// A stretch that has statements enough.
fn fits(lines: &[Line], stretch: Range<usize>) -> Option<Range<usize>> {
    let of = |class| lines[stretch.clone()].iter().filter(|l| l.class == class).count();
    let all: usize = lines[stretch.clone()].iter().map(|l| l.lines).sum();
    let settings = lines[stretch.clone()].iter().filter(|l| l.class == Class::Setting && l.indented).count();
    let (statements, comments) = (of(Class::Statement) + settings, of(Class::Comment));
    (statements >= LEAST && statements * 100 >= (all - comments) * SHARE).then_some(stretch)
}

/// True when the text is one listing: comments, names and short lines between its stretches belong to it.
fn is_whole(lines: &[Line], found: &[Range<usize>]) -> bool {
    let inside: usize = found.iter().map(Range::len).sum();
    let comments = lines.iter().filter(|l| l.class == Class::Comment).count();
    if found.is_empty() || (inside + comments) * 100 < lines.len() * MOST || inside * 300 < lines.len() * MOST {
        return false;
    }
    let mut is_in = vec![false; lines.len()];
    found.iter().for_each(|r| is_in[r.clone()].fill(true));
    let outside = |classes: &[Class]| lines.iter().zip(&is_in).filter(|(l, is_in)| !**is_in && classes.contains(&l.class)).count() * 100;
    outside(&[Class::Prose, Class::Silent]) <= lines.len() * OUTSIDE && outside(&[Class::Prose]) <= lines.len() * PROSE_OUTSIDE
}

/// The stretches with the comments and short lines that touch them.
fn widened(lines: &[Line], mut found: Vec<Range<usize>>) -> Vec<Range<usize>> {
    let goes_along = |l: &Line| matches!(l.class, Class::Comment | Class::Setting) || l.indented && l.class != Class::Prose;
    let mut least = 0;
    for i in 0..found.len() {
        let most = found.get(i + 1).map_or(lines.len(), |next| next.start);
        let stretch = &mut found[i];
        while stretch.start > least && lines[stretch.start].touches && goes_along(&lines[stretch.start - 1]) {
            stretch.start -= 1;
        }
        while stretch.end < most && lines[stretch.end].touches && goes_along(&lines[stretch.end]) {
            stretch.end += 1;
        }
        least = stretch.end;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::outline;
    use crate::block::Kind;

    /// The listings of a text, and how many blocks are none.
    fn listings(text: &str) -> (Vec<&str>, usize) {
        let blocks = outline(text).blocks;
        let code: Vec<&str> = blocks.iter().filter(|b| b.kind == Kind::Code).map(|b| b.span.of(text)).collect();
        let rest = blocks.len() - code.len();
        (code, rest)
    }

    #[test]
    fn a_text_that_is_a_program_is_one_block() {
        let python = "\"\"\"Roads and their stones.\n\nA road has stones, and nobody counts them before winter.\n\"\"\"\nimport os\n\n\n\
            def stones(road):\n    # what nobody counted is none\n    if road is None:\n        return 0\n    return len(road.stones)\n\n\
            print(stones(None))\n";
        let settings = "road:\n  name: river\n  stones:\n    - flat\n    - round\n  open: yes\nbridge:\n  name: old\n  open: no\n";
        let query = "CREATE TABLE road (\n    id INTEGER,\n    name TEXT\n);\n\nINSERT INTO road (name) VALUES ('river');\nDELETE FROM road WHERE id = 3;\n";
        for text in [python, settings, query] {
            assert_eq!(listings(text), (vec![text.trim_end()], 0));
        }
        // line ends of another system stay as well
        let windows = python.replace('\n', "\r\n");
        assert_eq!(listings(&windows), (vec![windows.trim_end()], 0));
    }

    #[test]
    fn listings_between_paragraphs() {
        let code =
            "    def stones(road):\n        return len(road.stones)\n\n    for road in roads[1:]:\n        print(road, stones(road))";
        let text = format!(
            "要数一条路有多少块石头，最简单的办法是用下面这个脚本，保存好就可以运行：\n\n{code}\n\n运行的时候把路的名字写在后面，一条一行。\n"
        );
        assert_eq!(listings(&text), (vec![code], 2));
        let flat = code.lines().map(str::trim_start).collect::<Vec<_>>().join("\n");
        let text = format!("Nobody knows how many stones a road has, but a script can count them:\n\n{flat}\n\nRun it in the evening.\n");
        assert_eq!(listings(&text), (vec![&*flat], 2));
    }

    #[test]
    fn a_paragraph_counts_alike_however_it_is_broken() {
        let calls = "    grind(corn, 3);\n    stop(wheel);\n    wait(rain, sun);\n    start(wheel);\n";
        let filled = "    The mill stands by the river, and whoever has corn may grind it there.\n".repeat(16);
        let whole = format!("    {}\n", filled.split_whitespace().collect::<Vec<_>>().join(" "));
        for paragraph in [filled, whole] {
            let text = format!("{calls}\n{paragraph}\n    open(gate);\n");
            assert_eq!(listings(&text).0, [calls.trim_end()], "{text}");
        }
    }

    #[test]
    fn drawings() {
        let house = "      /\\\n     /  \\\n    /____\\\n    |  | |\n    |__|_|";
        let text = format!("A house\n\n{house}\n\nNobody lives in it.\n");
        assert_eq!(listings(&text), (vec![house], 2));
        let frame = "  ┌────┐   ┌────┐\n  │ 甲 │──▶│ 乙 │\n  └────┘   └────┘";
        assert_eq!(listings(&format!("两个盒子\n\n{frame}\n")), (vec![frame], 1));
    }

    #[test]
    fn what_is_no_listing() {
        for text in [
            "  The mill goes round, the mill goes round,\n    and nobody is there;\n  the corn is lying on the ground,\n    the dust is in the air;\n",
            "1. Which river is the longest?\n   a) the Nile\n   b) the Rhine (in Germany);\n   c) none of the above.\n",
            "Home | News | Sport\nSign in (free)\nAbout us; contact\n© 2021 The Paper (all rights reserved)\n",
            "> I shall come (perhaps).\n> Wait = no.\n>\n> Anna <anna@example.org>\n",
            "我(wǒ)家(jiā)有(yǒu)人(rén)。\n他(tā)来(lái)了(le)；\n天(tiān)黑(hēi)了(le)；\n",
            "Name: ________  Date: ________\nClass: ________ = ____\n( ) true\n( ) false\n",
            "see open(2), close(2), read(2)\nword(s), line(s)\nAnna (secretary)\nfrom the river (north);\n",
            "首页 > 新闻\n登录(0)\n注册 | 收藏(12)\n评论(3) 分享(4)\n",
        ] {
            assert_eq!(listings(text).0, [""; 0], "{text}");
        }
    }
}
