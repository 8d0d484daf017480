//! The pass over one page: whole annotations deleted, torn runs put together, every answer checked through the forward model,
//! edits and notes written. Where to begin is decided in `gate`, how to read a run in `search`.

use super::channel::{self, Set};
use super::gate;
use super::gbk;
use super::page::Page;
use super::search::{Before, Kind, NAT, Node, Path, Quotes, Search};
use crate::edit::{CERTAIN, Editor};
use crate::layer::{Layer, Stage};
use crate::model::Model;
use crate::rules::{RuleId, Rules};
use crate::span::Span;

/// What a reading must be cheaper than the text as it stands: on a page that is known to be cloaked (0.5 to 2 nats), and for
/// what has to prove the page by itself (8 nats gave no false positive in mojibake).
const GAIN: i32 = NAT;
const GAIN_ALONE: i32 = 8 * NAT;
/// Two readings nearer than this to each other make a guess: 99.5 % of the others are right.
const GUESS: i32 = 5 * NAT;
/// Windows of a page that may fail, beyond those that are read: a page made of nothing but damage is not worth more.
const FAILURES: u32 = 100;
/// Readings of one window that are checked before it is given up.
const TRIES: usize = 12;

/// A guess: where it stands in the new text, and what else it may have been.
#[derive(Clone, Debug)]
pub struct Guess {
    /// Byte range in the new text.
    pub at: Span,
    /// Other readings, the likelier first.
    pub alternatives: Vec<Box<str>>,
}

/// One pass over a text. `None` when nothing is changed.
pub fn pass(text: &str, rules: &Rules) -> Option<(Layer<'static>, Vec<Guess>)> {
    let verdict = gate::judge(text)?;
    let proven = verdict.cloaked;
    let doubled = verdict.doubled;
    let (torn, marks) = (verdict.torn > 0, verdict.marks >= gate::LEAST_MARKS);
    if !proven && !torn && !marks && !doubled {
        return None;
    }
    let mut page = Page::new(text, verdict, proven);
    let mut proven = proven || torn && is_proven_by_torn(&page);
    if !proven && marks && is_proven_by_marks(&mut page) {
        // Markers prove no reading: of the few there are, only usual ones of frequent characters are taken for the cloak's.
        page.set = page.set.common();
        proven = true;
    }
    page.gated = proven;
    if !proven {
        page.set = Set::default();
    }
    (proven || doubled).then(|| Pass::new(&page, rules).run())?
}

/// Places looked at for a proof.
const LOOKS: usize = 40;

/// Does a torn annotation of the page resolve? One is proof: none of those found in honest text did.
fn is_proven_by_torn(page: &Page<'_>) -> bool {
    let mut search = Search::new(page);
    (1..page.chars.len()).filter(|at| page.torn(*at).is_some()).take(LOOKS).any(|at| alone(page, &mut search, at).is_some())
}

/// Do the question marks before punctuation turn into language, again and again? Honest ones do not: what follows them is
/// language as it stands. Two, and a quarter of those looked at.
fn is_proven_by_marks(page: &mut Page<'_>) -> bool {
    let gated = std::mem::replace(&mut page.gated, true);
    let mut search = Search::new(page);
    let (mut looked, mut found) = (0, 0);
    let mut at = 1;
    // A line that is sung again and again is one witness, not many.
    let mut seen: Vec<[char; 16]> = Vec::new();
    while at < page.chars.len() && looked < LOOKS {
        let around: [char; 16] = std::array::from_fn(|i| page.chars.get(at - 1 + i).map_or('\n', |c| c.1));
        if page.chars[at].1 == '?' && search.mark_behind(at).is_some() && !seen.contains(&around) {
            seen.push(around);
            looked += 1;
            if let Some(path) = alone(page, &mut search, at)
                && path.nodes.iter().filter(|n| matches!(n.kind, Kind::Marker | Kind::Shift | Kind::ShiftStrip)).count() >= 3
            {
                found += 1;
                at = path.nodes.last().map_or(at, |n| n.from as usize).max(at);
            }
        }
        at += 1;
    }
    page.gated = gated;
    found >= 2 && found * 4 >= looked
}

/// The reading of one window that has to prove the page by itself.
fn alone(page: &Page<'_>, search: &mut Search<'_, '_>, at: usize) -> Option<Path> {
    let from = at.saturating_sub(12);
    let before = before(page.chars[from..at].iter().map(|c| c.1));
    resolve(page, search, at, at - 1, before, GAIN_ALONE).map(|(path, _)| path)
}

/// The state behind some characters.
fn before(chars: impl Iterator<Item = char>) -> Before {
    let model = Model::shared();
    let mut b = Before { state: model.start(), last: 0, prev: '\n', quotes: Quotes::default(), older: ['\n'; 2], made: false };
    for c in chars {
        b.state = model.step(b.state, c).0;
        b.quotes = b.quotes.after(c);
        b.older = [b.prev, b.older[0]];
        b.prev = c;
        b.last = last_byte(c);
    }
    b
}

/// The second byte of a character; that of the full-width form for ASCII punctuation, 0 for what has none.
fn last_byte(c: char) -> u8 {
    match gbk::pair_of(c) {
        Some([_, trail]) => trail,
        None if c.is_ascii_punctuation() => c as u8 + 0x80,
        None if c.is_ascii() => c as u8,
        None => 0,
    }
}

/// The best reading of a window that shows what is seen once it is garbled again. `safe`: a character before the window that is
/// in step, from which the check begins.
fn resolve(page: &Page<'_>, search: &mut Search<'_, '_>, at: usize, safe: usize, before: Before, gain: i32) -> Option<(Path, i32)> {
    let found = search.window(at, before);
    let mut paths = found.paths.into_iter().filter(|p| p.cost + gain <= found.literal).take(TRIES);
    let best = paths.by_ref().find(|p| is_exact(page, safe, &p.nodes))?;
    let mut gap = found.literal - best.cost;
    let mut best = best;
    for other in paths.filter(|p| p.cost - best.cost < GUESS) {
        if is_exact(page, safe, &other.nodes) {
            gap = gap.min(other.cost - best.cost);
            best.others.push((other.cost - best.cost, other.nodes));
        }
    }
    best.others.retain(|(_, nodes)| is_exact(page, safe, nodes));
    best.others.sort_by_key(|o| o.0);
    if let Some((least, _)) = best.others.first() {
        gap = gap.min(*least);
    }
    Some((best, gap))
}

/// Garbles a reading again and compares it with the page, from the character `safe` to one character behind the last change.
fn is_exact(page: &Page<'_>, safe: usize, nodes: &[Node]) -> bool {
    let Some(last) = nodes.iter().rposition(|n| !n.kind.is_plain()) else { return true };
    let nodes = &nodes[..nodes.len().min(last + 2)];
    // A torn annotation read as a whole character is one byte short: the model does not explain it.
    let mut bytes = Vec::with_capacity(nodes.len() * 2 + 8);
    let mut set: Option<Set> = None;
    let first = nodes.first().map_or(safe, |n| n.from as usize);
    for (_, c) in page.chars.get(safe..first).unwrap_or_default().iter().take(1) {
        channel::encode(*c, &mut bytes);
    }
    for n in nodes {
        // ASCII punctuation is full-width in the bytes when its second byte belongs to the annotated character.
        if n.kind == Kind::Torn
            && let Some(last) = bytes.pop()
        {
            if last < 0x80 && n.hit >> 8 == u16::from(last) + 0x80 {
                bytes.extend_from_slice(&[gbk::ROW_A3, last + 0x80]);
            } else {
                bytes.push(last);
            }
        }
        if n.kind == Kind::Whole {
            return true;
        }
        if n.kind == Kind::Tag {
            for (_, c) in &page.chars[n.from as usize..n.to as usize] {
                channel::encode(*c, &mut bytes);
            }
        }
        bytes.extend_from_slice(&n.bytes[..n.lens as usize]);
        if n.hit != 0 && !page.set.contains(n.hit) {
            let raw = hit_reading(page, n);
            set.get_or_insert_with(|| page.set.clone()).insert(n.hit, raw);
        }
    }
    let set = set.as_ref().unwrap_or(&page.set);
    let end = nodes.last().map_or(safe, |n| n.to as usize);
    let seen = &page.chars[safe..end];
    let marked = channel::annotated(&bytes, set);
    let mut shown = page.decoder(first);
    let mut out = Vec::with_capacity(seen.len());
    let mut same = |shown| {
        out.clear();
        channel::decode(&marked, shown, &mut out);
        out.len() == seen.len() && out.iter().zip(seen).all(|(a, (_, b))| gbk::shows(*a, *b))
    };
    same(shown) || {
        shown.euro = false;
        same(shown)
    }
}

/// The reading as the page writes it, of a step that belongs to a torn annotation.
fn hit_reading<'t>(page: &Page<'t>, n: &Node) -> &'t str {
    let text = &page.text[page.offset(n.from as usize)..page.offset(n.to as usize)];
    let from = text.rfind(['?', '(']).map_or(0, |at| at + 1);
    text[from..].trim_end_matches(')')
}

/// The state of one pass.
struct Pass<'p, 't> {
    page: &'p Page<'t>,
    search: Search<'p, 't>,
    editor: Editor<'t>,
    guesses: Vec<Guess>,
    ids: Ids,
}

/// The rules of this stage.
struct Ids {
    annotation: RuleId,
    shift: RuleId,
    marker: RuleId,
    lost: RuleId,
    tag: RuleId,
}

impl<'p, 't> Pass<'p, 't> {
    fn new(page: &'p Page<'t>, rules: &Rules) -> Self {
        let ids = Ids {
            annotation: rules.rule("repair/cloak-annotation"),
            shift: rules.rule("repair/cloak-shift"),
            marker: rules.rule("repair/cloak-marker"),
            lost: rules.rule("repair/cloak-lost"),
            tag: rules.rule("repair/cloak-tag"),
        };
        Pass { page, search: Search::new(page), editor: Editor::new(page.text), guesses: Vec::new(), ids }
    }

    fn run(mut self) -> Option<(Layer<'static>, Vec<Guess>)> {
        let page = self.page;
        let model = Model::shared();
        let start = before(std::iter::empty());
        let (mut at, mut safe, mut b) = (0usize, 0usize, start);
        let (mut failures, mut successes) = (0u32, 0u32);
        while at < page.chars.len() {
            let c = page.chars[at].1;
            let suspicious = at > 0
                && match c {
                    '?' | '\u{FFFD}' => page.torn(at).is_some() || self.is_mark(at),
                    // A marker that is seen, before punctuation torn by another.
                    ',' => page.is_comma_marker(at) && matches!(page.chars[at + 1].1, '?' | '\u{FFFD}') && self.is_mark(at + 1),
                    _ => false,
                };
            if suspicious
                && page.gated
                && failures <= FAILURES + successes
                && let Some((path, gap)) = resolve(page, &mut self.search, at, safe, b, GAIN)
            {
                successes += 1;
                self.apply(&path, gap);
                for n in &path.nodes {
                    for c in &n.out[..n.outs as usize] {
                        b.state = model.step(b.state, *c).0;
                        b.quotes = b.quotes.after(*c);
                        b.older = [b.prev, b.older[0]];
                        b.prev = *c;
                        b.last = last_byte(*c);
                    }
                }
                b.made = false;
                // Every window takes at least its damage.
                if let Some(n) = path.nodes.last() {
                    safe = n.from as usize;
                    at = (n.to as usize).max(at + 1);
                }
                continue;
            }
            failures += u32::from(suspicious && page.gated);
            let note = page.annotated(at).map(|n| n.end).or_else(|| page.annotated_letter(at, b.last)).or_else(|| page.annotated_twice(at));
            safe = at;
            b.state = model.step(b.state, c).0;
            b.quotes = b.quotes.after(c);
            b.older = [b.prev, b.older[0]];
            b.prev = c;
            b.last = last_byte(c);
            at += 1;
            if let Some(end) = note {
                self.editor.delete(page.offset(at)..page.offset(end), self.ids.annotation);
                at = end;
            } else if page.is_comma_marker(at - 1) {
                // A marker that this site shows as a comma.
                self.editor.delete(page.offset(at - 1)..page.offset(at), self.ids.marker);
            }
        }
        Some((self.editor.finish(Stage::Repair)?, self.guesses))
    }

    fn ends_clause(&self, at: usize) -> bool {
        self.page.chars.get(at).is_some_and(|c| matches!(gbk::fold(c.1), '、' | '。' | ',' | ';' | '!' | '?'))
    }

    fn is_mark(&self, at: usize) -> bool {
        self.ends_clause(at + 1)
    }

    /// Writes the edits of one window: annotations alone, runs as a whole, rests of tags alone.
    fn apply(&mut self, path: &Path, gap: i32) {
        let nodes = &path.nodes;
        let mut i = 0;
        while i < nodes.len() {
            let n = &nodes[i];
            match n.kind {
                Kind::Keep => i += 1,
                Kind::Strip => {
                    self.editor.delete(self.page.offset(n.from as usize + 1)..self.page.offset(n.to as usize), self.ids.annotation);
                    i += 1;
                }
                Kind::Comma => {
                    self.editor.delete(self.page.offset(n.from as usize)..self.page.offset(n.to as usize), self.ids.marker);
                    i += 1;
                }
                Kind::Tag => {
                    self.editor.delete(self.page.offset(n.from as usize)..self.page.offset(n.to as usize), self.ids.tag);
                    i += 1;
                }
                _ => {
                    let end = nodes[i..].iter().position(|n| n.kind.is_plain() || n.kind == Kind::Tag).map_or(nodes.len(), |k| i + k);
                    self.run_edit(path, i, end, gap);
                    i = end;
                }
            }
        }
    }

    /// One edit for the steps `from..to`, with notes where another reading comes near.
    fn run_edit(&mut self, path: &Path, from: usize, to: usize, gap: i32) {
        let nodes = &path.nodes[from..to];
        let has = |kind| nodes.iter().any(|n: &Node| n.kind == kind);
        let guessed = has(Kind::Lost) || has(Kind::Whole) || has(Kind::Marker);
        let rule = if nodes[0].kind == Kind::Marker {
            self.ids.marker
        } else if has(Kind::Lost) || has(Kind::Whole) {
            self.ids.lost
        } else {
            self.ids.shift
        };
        let confidence = if guessed || gap < GUESS { percent(gap) } else { CERTAIN };
        let was = self.page.offset(nodes[0].from as usize)..self.page.offset(nodes[nodes.len() - 1].to as usize);
        let new = written(nodes);
        let at = self.editor.position(was.start);
        self.editor.replace(was, &new, rule, confidence);

        // Where the nearest other readings differ from this one, inside the run.
        let all = written(&path.nodes);
        let run = written(&path.nodes[..from]).len();
        let mut spans: Vec<(usize, usize, Vec<Box<str>>)> = Vec::new();
        for (_, other) in path.others.iter().filter(|o| o.0 < GUESS) {
            let other = written(other);
            let (start, end, other_end) = difference(&all, &other);
            if start < run || end > run + new.len() || start == end && start == other_end {
                continue;
            }
            let alternative: Box<str> = other[start..other_end].into();
            match spans.iter_mut().find(|s| (s.0, s.1) == (start, end)) {
                Some(s) if s.2.contains(&alternative) => {}
                Some(s) => s.2.push(alternative),
                None => spans.push((start, end, vec![alternative])),
            }
        }
        spans.sort();
        for (start, end, alternatives) in spans {
            self.guesses.push(Guess { at: Span::new(at + start - run, at + end - run), alternatives });
        }
    }
}

fn written(nodes: &[Node]) -> String {
    nodes.iter().flat_map(|n| n.out[..n.outs as usize].iter()).collect()
}

/// Where two texts differ: (start, end in the first, end in the second), on character borders.
fn difference(a: &str, b: &str) -> (usize, usize, usize) {
    let start: usize = a.chars().zip(b.chars()).take_while(|(x, y)| x == y).map(|(x, _)| x.len_utf8()).sum();
    let same: usize = a[start..].chars().rev().zip(b[start..].chars().rev()).take_while(|(x, y)| x == y).map(|(x, _)| x.len_utf8()).sum();
    (start, a.len() - same, b.len() - same)
}

/// The chance that the better of two readings is right, in percent, by the gap between their prices in whole nats, never
/// certain. Measured on 4,800 simulated spans.
fn percent(gap: i32) -> u8 {
    const AT_NATS: [u8; 10] = [45, 65, 76, 83, 90, 98, 98, 98, 98, 99];
    AT_NATS[((gap.max(0) / NAT) as usize).min(AT_NATS.len() - 1)]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::repair::cloak::channel::{Decoder, Shown, converted, garble};

    /// Our own text, traditional by the letter.
    fn clean() -> String {
        converted(
            "昨天下午，县里的环保志愿者在河边开会，讨论怎样清理旧码头。会议由学校的周老师主持，当得知经费还没有着落时，大家都很着急。\n\
             有人说，关键时刻顶得住才算本事，等是等不来的。数据显示，码头的水质这几年变差了许多，鱼也少了。于是他们决定自己动手，\
             先把岸上的垃圾运走，再设法联系机械厂借一台吊机。\n“只要开了头，后面的事情就好办。”周老师说，他已经给实业公司打了电话，\
             对方答应支援两辆卡车。会后，他们去守护站领了工具，动手干到天黑。",
        )
    }

    /// As a page shows it: full-width forms folded.
    fn folded(text: &str) -> String {
        text.chars().map(gbk::fold).collect()
    }

    fn repaired(text: &str) -> String {
        let mut text = text.to_owned();
        for _ in 0..12 {
            match pass(&text, Rules::builtin()) {
                Some((layer, _)) => text = layer.text.into_owned(),
                None => break,
            }
        }
        text
    }

    const CHARS: &str = "縣環會討論學據當經還時關數質這幾變許於動機廠開業給對兩輛內實護";

    #[test]
    fn what_was_cloaked_comes_back() {
        let cloaked = garble(&clean(), &Set::of(CHARS), Shown::default(), || false);
        assert!(cloaked.contains("?shù)") && cloaked.contains("?nèi)"), "{cloaked}");
        assert_eq!(repaired(&cloaked), folded(&clean()));
        let browser = garble(&clean(), &Set::of(CHARS), Shown { decoder: Decoder::Replacing, ..Shown::default() }, || false);
        assert_eq!(repaired(&browser), folded(&clean()));
    }

    #[test]
    fn undo_gives_the_input_back_and_edits_tell_all() {
        let cloaked = garble(&clean(), &Set::of(CHARS), Shown::default(), || true);
        let (layer, guesses) = pass(&cloaked, Rules::builtin()).expect("a cloaked page");
        assert!(layer.is_faithful(cloaked.as_bytes()));
        assert_eq!(layer.undo(cloaked.as_bytes()), cloaked.as_bytes());
        assert!(guesses.iter().all(|g| layer.text.get(g.at.range()).is_some()));
    }

    #[test]
    fn a_torn_annotation_proves_a_page_alone_and_a_question_does_not() {
        let cloaked =
            garble("關鍵時刻頂得上大家的信任，這就是他的本事。", &Set::of("數"), Shown::default(), || false);
        assert_eq!(repaired(&cloaked), "關鍵時刻頂得上大家的信任,這就是他的本事。");
        for honest in ["他為什麼不來?shù)", "真的嗎?!我不信。真的嗎?!我也不信。是嗎?,對嗎?;", "問(wèn)你?好(hǎo)嗎?"]
        {
            assert!(pass(honest, Rules::builtin()).is_none(), "{honest}");
        }
    }

    #[test]
    fn a_refrain_proves_nothing() {
        assert!(pass(&"好?!".repeat(400), Rules::builtin()).is_none());
        assert!(pass(&"真的?!你說什麼?!怎麼會?!\n".repeat(400), Rules::builtin()).is_none());
    }

    #[test]
    fn honest_glosses_stay() {
        let text = clean();
        for rare in ["縣議據", "輛議"] {
            assert!(pass(&channel::annotate(&text, &Set::of(rare)), Rules::builtin()).is_none());
        }
        // Each once, at its first place, as authors do.
        let mut glossed = text.clone();
        for (c, reading) in [
            ("縣", "xiàn"),
            ("環", "huán"),
            ("會", "huì"),
            ("討", "tǎo"),
            ("論", "lùn"),
            ("學", "xué"),
            ("據", "jù"),
            ("當", "dāng"),
            ("經", "jīng"),
        ] {
            glossed = glossed.replacen(c, &format!("{c}({reading})"), 1);
        }
        assert!(pass(&glossed, Rules::builtin()).is_none());
    }

    #[test]
    fn readings_that_stand_twice_are_deleted() {
        let text =
            "山(shan)(shan)上的老(lao)(lao)樹(shu)(shu)開(kai)(kai)了花(hua)(hua),路(lu)(lu)人(ren)(ren)都停(ting)(ting)下看(kan)(kan)。";
        assert_eq!(repaired(text), "山上的老樹開了花,路人都停下看。");
        assert!(pass("山(shan)(shan)上的老(lao)(lao)樹", Rules::builtin()).is_none());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn settled_and_undoable_on_anything(parts in prop::collection::vec(prop::sample::select(vec![
            "?", "?shù)", "數(shù)", "(shù)", "頂", "?nèi)", "們", "。", "!", ",", "?!", "\u{FFFD}", "\u{FFFD}(xué)", "學(xué)", "會(huì)", "時(shí)",
            "機(jī)", "業(yè)", "€", "/p>", "\n", " ", "”", "“", "\u{E0E3}", "蒙", "a", "7", "的人", "可以", "關(guān)", "D(bèi)", "㐀", "😀",
        ]), 0..120)) {
            let mut text: String = parts.concat();
            let mut settled = false;
            for _ in 0..12 {
                let Some((layer, _)) = pass(&text, Rules::builtin()) else { settled = true; break };
                prop_assert_eq!(layer.undo(text.as_bytes()), text.as_bytes());
                text = layer.text.into_owned();
            }
            prop_assert!(settled);
        }
    }
}
