//! The pass over one page: whole annotations deleted, torn runs put together, every answer checked through the forward model,
//! edits and notes written. Where to begin is decided in `gate`, how to read a run in `search`.

use super::channel::Set;
use super::check::{GUESS, resolve};
use super::gate;
use super::gbk;
use super::page::Page;
use super::price::NAT;
use super::proof::{is_proven_by_marks, is_proven_by_torn};
use super::reading::{Before, Kind, Node, Path, written};
use super::search::Search;
use crate::edit::{CERTAIN, Editor};
use crate::layer::{Layer, Stage};
use crate::model::{Model, State};
use crate::rules::{RuleId, Rules};
use crate::span::Span;

/// What a reading must be cheaper than the text as it stands, on a page that is known to be cloaked (0.5 to 2 nats).
const GAIN: i32 = NAT;
/// Gap of a reading at most that is odd where private-use characters may have been dropped, and what two characters on end cost of it at
/// least, on the average. Of 912 spans with a wider gap on simulated pages of three windows and more without their private-use characters 93.6 % were right:
/// 97.3 % of those that are not odd, 83 % of the others, which is what such a gap says.
const DOUBTFUL: i32 = 3 * NAT;
const ODD: u32 = 8 * NAT as u32;
/// Windows of a page that may fail, beyond those that are read: a page made of nothing but damage is not worth more.
const FAILURES: u32 = 100;

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
    let mut verdict = gate::judge(text)?;
    let mut proven = verdict.cloaked || verdict.torn > 0 && is_proven_by_torn(text, &verdict);
    if !proven && verdict.marks >= gate::LEAST_MARKS && is_proven_by_marks(text, &verdict) {
        // Markers prove no reading: of the few there are, only usual ones of frequent characters are taken for the cloak's.
        verdict.set = verdict.set.common();
        proven = true;
    }
    if !proven {
        if !verdict.doubled {
            return None;
        }
        verdict.set = Set::default();
    }
    let page = Page::new(text, &verdict, proven);
    Pass::new(&page, rules).run()
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
        let (mut at, mut safe, mut b) = (0usize, 0usize, Before::start());
        let (mut failures, mut successes) = (0u32, 0u32);
        while at < page.chars.len() {
            if self.search.is_exhausted() {
                return None;
            }
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
                let doubtful = page.may_drop && is_odd(&path.nodes, b.state);
                self.apply(&path, if doubtful { gap.min(DOUBTFUL) } else { gap });
                for n in &path.nodes {
                    n.out[..n.outs as usize].iter().for_each(|c| b.push(*c));
                }
                b.made = 0;
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
            b.push(c);
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

/// Are two characters of a reading, one of them put together, no language behind `state`?
fn is_odd(nodes: &[Node], mut state: State) -> bool {
    let model = Model::shared();
    let (mut before, mut made_before) = (0, false);
    nodes.iter().flat_map(|n| n.out[..n.outs as usize].iter().map(|c| (*c, !n.kind.is_plain()))).any(|(c, made)| {
        let (next, price) = model.step(state, c);
        let odd = (made || made_before) && before + price >= 2 * ODD;
        (state, before, made_before) = (next, price, made);
        odd
    })
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
    use crate::repair::cloak::channel::{self, Decoder, Shown, converted, garble};

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
    fn guesses_do_not_crowd_out_what_lost_more() {
        // 還 lost its second byte and took the first of the next, whose second took a marker: no guess gives both back, and many
        // guesses for what stands before the mark look better until the text behind it is read.
        let text = format!("{}\n“山上真冷。”“可我看比村里還暖！”老人放下籃子,笑着說。\n", clean());
        let cloaked = garble(&text, &Set::of(&CHARS.replace('還', "")), Shown { euro: false, ..Shown::default() }, || true);
        let (before, _) = cloaked.rsplit_once("老人").unwrap_or((&cloaked, ""));
        assert!(!before.ends_with("暖!”"), "{cloaked}");
        let back = repaired(&cloaked);
        assert!(back.contains("可我看比村里") && back.ends_with("老人放下籃子,笑着說。\n"), "{back}");
    }

    #[test]
    fn a_blank_that_was_swallowed_is_no_comma() {
        // The comma of the page is the full-width one, of two bytes.
        let text = format!("{}\n這個地方 因為 他們都去過,所以 大家記得。\n", clean());
        let cloaked = garble(&text, &Set::of("縣環會討論學據當經時關數質這於動機們"), Shown::default(), || false);
        assert_eq!(repaired(&cloaked), folded(&text));
    }

    #[test]
    fn the_first_digit_of_a_year_comes_back() {
        // 在 loses its second byte, which takes the digit along.
        let text = format!("{}\n{}", clean(), converted("他们在2016年修过一次码头。\n"));
        let cloaked = garble(&text, &Set::of(&format!("{CHARS}冊")), Shown::default(), || false);
        assert!(cloaked.contains("?cè)?016年"), "{cloaked}");
        assert_eq!(repaired(&cloaked), folded(&text));
    }

    #[test]
    fn digits_and_letters_before_damage_were_full_width() {
        let text = format!("{}\n全縣１８個村都開了會。\n", clean());
        let cloaked = garble(&text, &Set::of(&format!("{CHARS}競")), Shown::default(), || false);
        assert!(cloaked.contains("18?jìng)"), "{cloaked}");
        assert_eq!(repaired(&cloaked), folded(&text));
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
    fn what_lost_its_bytes_in_another_charset_is_no_cloak() {
        // Sentences of our own, UTF-8 read as EUC-JP, every malformed pair a question mark.
        let lost = "???薤??筝??綣??鐚????錆?????ｻ?э?絖??篁???翫?莊割?莎傑?鐚????キ?遵?篋????";
        assert!(pass(lost, Rules::builtin()).is_none());
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
    fn a_few_readings_of_common_letters_are_enough() {
        // Every 學 and 經, the way no author glosses; and six letters, each once.
        let text = converted(
            "小学的孩子们每天经过那条河，河上的老桥已经很旧。校长说，学费可以少收一点，桥却不能再等。工人们从镇上运来木料，\
             学生帮着搬石头，风吹过来，谁也不觉得冷。新桥通车那天，经营茶馆的陈家请大家喝茶。",
        );
        for set in ["學經", "學經車", "經過學風車頭"] {
            let cloaked = channel::annotate(&text, &Set::of(set));
            let is_enough = set.chars().count() > 2;
            assert_eq!(repaired(&cloaked) == folded(&text), is_enough, "{set}");
        }
        let once = converted("他们在网上发表实验数据，业内人士产生了很大的争论。那里的乡亲却说：谁来种树，谁就该请他喝两杯。");
        let cloaked = channel::annotate(&once, &Set::of("網發實數業產"));
        assert_eq!(repaired(&cloaked), folded(&once));
        // A letter that is rare, a reading that is not the usual one, a letter that stands without: somebody's glosses.
        for (from, to) in [("兩", "兩(liǎng)個贗(yàn)品"), ("數(shù)", "數(shǔ)"), ("業(yè)", "業(yè)界的業")] {
            let glossed = cloaked.replace(from, to);
            assert_ne!(glossed, cloaked);
            assert!(pass(&glossed, Rules::builtin()).is_none(), "{glossed}");
        }
    }

    #[test]
    fn private_characters_that_were_dropped_come_back() {
        // 全球 out of step holds the pair AB C7, of the user-defined area. What the page says elsewhere tells that it is missing.
        let text = converted(
            "昨天下午，县里的环保志愿者在河边开会，讨论怎样清理旧码头。数据显示，码头的水质这几年变差了许多，鱼也少了。于是他们决定\
             自己动手，再设法联系机械厂借一台吊机。\n“只要开了头，后面的事情就好办。”周老师说，他已经给实业公司打了电话，对方答应支援\
             两辆卡车。\n全球市场的价格每天都在变，谁也猜不准全球市场的脾气。\n做这一行，还要再从全球市场的角度来看。\n",
        );
        let cloaked = garble(&text, &Set::of("縣環會討論數據當經還時關質這變許機廠開業給對兩輛內實購場"), Shown::default(), || false);
        assert_eq!(repaired(&cloaked), folded(&text));
        let dropped: String = cloaked.chars().filter(|c| !gbk::is_private(*c)).collect();
        assert!(dropped.len() < cloaked.len() && dropped.contains("?gòu)娜蚴"), "{dropped}");
        assert_eq!(repaired(&dropped), folded(&text));
        let (_, guesses) = pass(&dropped, Rules::builtin()).expect("a cloaked page");
        assert!(!guesses.is_empty());
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
