//! Which hypothesis holds for a suspect line, and whether to believe it: candidates, the segments of each, the conditions under which
//! a change is made. The walk through one line under one hypothesis is in `segment`; what is language as it stands, in `language`.

use super::again;
use super::belief::{believed, is_sign, plausible};
use super::charset::Pair;
use super::drawing;
use super::kinds::is_wide;
use super::language::{self, Core};
use super::lattice::{Lattice, Loss};
use super::rank::{self, Ranked};
use super::refused::{Fragment, Refusals};
use super::segment::{Search, Segment};
use super::suspect::{Suspect, has_alarm};
use super::undefined::DOT;
use super::words;
use crate::codec::Codec;
use crate::model::Model;
use std::ops::Range;

/// Prices and limits, 1/16 nats unless said otherwise. Origin: 4,600 generated cases and 15 million clean characters.
mod limit {
    /// Price of entering a stretch; when the page has the same damage elsewhere; for C1 controls, which no text has.
    pub const ENTER: i32 = 6 * 16;
    pub const ENTER_AGAIN: i32 = 3 * 16;
    pub const ENTER_C1: i32 = 0;
    /// With losses: what must be gained more than without them; hypotheses walked.
    pub const LOSSY_MORE: i32 = 6 * 16;
    pub const LOSSY: usize = 3;
    /// Characters on both sides of what was found in which losses without a trace are looked for: a sentence.
    pub const AROUND: usize = 64;
    /// Least fit of a hypothesis with holes, and the same for UTF-8 read as single bytes with losses seen.
    pub const FIT_HOLED: i32 = 3 * 16;
    pub const FIT_LOSSY: i32 = 16 * 16;
    /// Share of the best fit that makes another hypothesis worth a walk when the best explains the line, in percent.
    pub const NEARLY: i32 = 80;
    /// Characters beyond ASCII by which hypotheses are told apart for certain.
    pub const LONG: usize = 12;
    /// Characters on both sides of the sample in which a hypothesis must gain something first.
    pub const PROBE: usize = 4;
    /// Fit of a hypothesis of UTF-8 from which it need not, because more than one level may be at work: 8 of 10,000 such hypotheses of
    /// clean text fit so well.
    pub const FIT_LEVELS: i32 = 25 * 16;
    /// Price of entering a stretch of single signs: less than none, for their place decides. Estimated.
    pub const ENTER_SIGN: i32 = -32;
    /// Characters beyond ASCII of a line, at most, in which single signs are looked for that the model would have to know better. Estimated.
    pub const FEW: usize = 12;
    /// What a change must gain more for each charset that is commoner than its own; and what it must gain more than another change for each
    /// that is commoner than its own and not than the other's. Origin: 3,829 short lines in Latin letters, UTF-8 read as 27 charsets, of
    /// which 30, 17 and 9 came out wrong at 8, 4 and 2.
    pub const RARER: i32 = 8;
    pub const RARER_THAN_ANOTHER: i32 = 4;
    /// What it must gain more than another for each word it lets begin with a capital in the midst of a sentence. Estimated.
    pub const CAPITAL: i32 = 3 * 16;
    /// Evidence at which losses without a trace are looked for, and chance is no longer told from damage by its place; in 1/4 nats.
    pub const STRONG: i32 = 100;
    /// Pieces of such a place that are asked when the first says nothing.
    pub const PIECES: usize = 3;
}

/// A stretch to change.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub pair: Pair,
    pub segment: Segment,
    pub gain: i32,
}

/// Levels of damage looked through before a stretch is refused.
const LEVELS: u32 = 3;

/// The searches and their memory.
#[derive(Default)]
pub(super) struct Searches {
    exact: Search,
    lattice: Lattice,
    /// The place of some evidence and the characters next to it.
    near: Vec<char>,
    /// Places where nothing was to be done, and the last that was asked.
    refused: Refusals,
    asked: Option<Fragment>,
    /// Whether what was found out last depends on that place alone.
    local: bool,
}

impl Searches {
    /// The stretches of a line under one hypothesis, whatever is to be believed of it.
    #[cfg(test)]
    pub fn stretches(&mut self, line: &[char], pair: Pair) -> Vec<Segment> {
        self.exact.begin(Model::shared(), line);
        self.exact.segments(Model::shared(), line, pair, limit::ENTER_AGAIN)
    }

    /// Remembers that [`changes`] found nothing where [`is_clean_at`] was asked last.
    pub fn remember(&mut self, text: &str) {
        if let Some(asked) = self.asked.take().filter(|_| self.local) {
            self.refused.put(asked, text);
        }
    }
}

/// A line, or a window of a long one, that may be damaged.
#[derive(Clone, Copy)]
pub(super) struct Place<'l> {
    pub line: &'l [char],
    /// Characters where the evidence is strongest.
    pub core: (usize, usize),
    /// How strong it is, in 1/4 nats.
    pub evidence: i32,
    /// What was found elsewhere in the text.
    pub known: &'l [Pair],
    /// What else is to be asked.
    pub ask: Ask,
}

/// What is asked of a place beside the hypotheses that are known to hold elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    /// Whether it is language as it stands, then every other hypothesis.
    All,
    /// Every other hypothesis: [`is_clean_at`] was asked already, and denied.
    Hypotheses,
    /// Nothing: it was asked before, or the evidence is too weak by itself.
    Nothing,
}

/// The changes of one line, in order, disjoint, all of one pair: what is left is seen in the next pass.
pub(super) fn changes(search: &mut Searches, place: Place<'_>) -> Vec<Change> {
    let mut all = changes_at(search, place, 1);
    for i in 0..all.len() {
        let next = all.get(i + 1).map_or(place.line.len(), |c| c.segment.from);
        if let Some(within) = between_brackets(search, &place.line[..next], &all[i]) {
            all[i].segment = within;
        }
    }
    all
}

/// The segment of a change as all that stands between a bracket or a quote and the other half of its pair, when it holds one of the two or ends
/// a little before: whoever pasted the damage there set them, and the bytes of a mark would have to be damage by chance. `line` ends where
/// the next change begins.
fn between_brackets(search: &mut Searches, line: &[char], change: &Change) -> Option<Segment> {
    /// Characters at the end that may have been left as they stand.
    const BESIDE: usize = 2;
    const PAIRS: [(char, char); 6] = [('【', '】'), ('「', '」'), ('『', '』'), ('《', '》'), ('“', '”'), ('（', '）')];
    let Segment { from, to, guesses, .. } = &change.segment;
    let opening = [from.checked_sub(1), Some(*from)].into_iter().flatten();
    let mut pairs = opening.flat_map(|open| {
        let closing = (to - 1..line.len().min(to + 1 + BESIDE)).filter(move |close| PAIRS.contains(&(line[open], line[*close])));
        closing.map(move |close| (open + 1, close))
    });
    let found = pairs.find(|(f, t)| t.saturating_sub(*f) >= 2)?;
    if !guesses.is_empty() || found == (*from, *to) {
        return None;
    }
    let (from, to) = found;
    let inside = &line[from..to];
    search.exact.begin(Model::shared(), inside);
    let mut segments = search.exact.segments(Model::shared(), inside, change.pair, limit::ENTER_AGAIN);
    let mut segment = segments.pop().filter(|s| segments.is_empty() && s.from == 0 && s.to == inside.len())?;
    (segment.from, segment.to) = (from, to);
    Some(segment)
}

/// Whether nothing is to be done about a suspect line of a text without known damage, by the place of the evidence and the characters
/// next to it alone: what nearly all alarms of clean text end with. Says what [`changes`] would find out at a line that is not cut into
/// windows; `None` when the place holds no character.
pub(super) fn is_clean_at(search: &mut Searches, text: &str, s: &Suspect) -> Option<bool> {
    search.asked = None;
    if language::is_chinese(Model::shared(), text, s) {
        return Some(true);
    }
    let asked = Fragment::around(text, s)?;
    let near = &mut search.near;
    near.clear();
    near.extend(asked.of(text).chars());
    let before = asked.before(text);
    let core = before..before + asked.core(text).chars().count();
    if Core::of(near, &core, s.evidence).is_language(Model::shared(), near, &core)
        || search.refused.has(&asked, text) && !may_show_loss(&text.as_bytes()[s.start..s.end])
    {
        return Some(true);
    }
    search.asked = Some(asked);
    Some(false)
}

fn changes_at(search: &mut Searches, place: Place<'_>, level: u32) -> Vec<Change> {
    let model = Model::shared();
    search.local = false;
    let line = place.line;
    let core = place.core.0..place.core.1;
    let kind = Core::of(line, &core, place.evidence);
    let odd = kind.odd;
    // Characters of the core that are explained.
    let covered = |c: &[Change]| -> usize {
        let inside =
            |c: &Change| line[c.segment.from.max(core.start)..c.segment.to.min(core.end).max(c.segment.from.max(core.start))].iter();
        c.iter().flat_map(inside).filter(|c| !c.is_ascii()).count()
    };
    let mut best: (i32, Vec<Change>) = (0, Vec::new());
    if level == 1 && place.known.is_empty() && place.ask == Ask::All && kind.is_language(model, line, &core) {
        return Vec::new();
    }
    // What damaged another line explains this one too, or the others are asked.
    let known: Vec<Pair> = place.known.iter().copied().filter(|p| again::may_hold(line, *p)).collect();
    if !known.is_empty() {
        search.exact.begin(model, line);
    }
    for pair in known {
        exact(search, line, pair, true, level, &mut best);
    }
    if !place.known.is_empty() && (covered(&best.1) == odd || level == 1 && kind.is_language(model, line, &core)) {
        return best.1;
    }
    let loss = loss(line);
    let all = line.iter().filter(|c| !c.is_ascii()).count();
    // So do losses of the same damage, if they are seen; losses without a trace beside them are rare.
    let mut tried = None;
    if level == 1
        && loss.is_seen()
        && let Some(pair) = best.1.first().map(|c| c.pair).filter(|p| holed(*p))
    {
        let mut holes = best.clone();
        lossy(search, line, 0..line.len(), pair, Loss { dropped: false, ..loss }, &mut holes);
        if odd_of(&holes.1, line) == all {
            return holes.1;
        }
        if !loss.dropped {
            (best, tried) = (holes, Some(pair));
        }
    }
    let mut ranked = Vec::new();
    let mut holes = (0, Vec::new());
    if place.ask != Ask::Nothing && covered(&best.1) * 20 < odd * 19 {
        let mut sample = rank::sample(model, line, place.core);
        // What chance reads as text lies anywhere; damage amid clean text lies where the evidence is, unless losses tear it.
        let placed = level == 1 && place.known.is_empty() && place.evidence < limit::STRONG && !loss.is_seen() && odd * 2 < all;
        ranked = rank::hypotheses(model, line, place.core, sample.clone(), placed);
        // The piece may be all names; a place that is odd beyond doubt has others.
        let mut rest = place.core;
        for _ in 0..if place.evidence >= limit::STRONG { limit::PIECES } else { 0 } {
            let Some(other) = rank::further(rest, &sample).filter(|_| ranked.is_empty()) else { break };
            (rest, sample) = (other, rank::sample(model, line, other));
            ranked = rank::hypotheses(model, line, rest, sample.clone(), placed);
        }
        let mut asked: Vec<Ranked> = ranked.iter().filter(|r| !place.known.contains(&r.pair)).copied().collect();
        if level == 1 && place.known.is_empty() {
            if placed {
                asked.retain(|r| r.holds_core);
            }
            // Where something is lost for certain and nothing else fits as well, the line is read with losses at once; a question mark may be
            // one.
            if loss.replaced
                && let Some(pair) = only(&asked).filter(|p| odd >= limit::LONG && holed(*p))
            {
                lossy(search, line, 0..line.len(), pair, loss, &mut holes);
                if odd_of(&holes.1, line) == all && holes.1.iter().any(|c| !c.segment.guesses.is_empty()) {
                    return holes.1;
                }
                tried = Some(pair);
            }
            let probed = probe(search, line, sample, &mut asked);
            search.local = probed && asked.is_empty() && place.evidence < limit::STRONG && !loss.is_seen();
        }
        if !asked.is_empty() {
            search.exact.begin(model, line);
        }
        let mut first = None;
        for Ranked { fit, pair, .. } in asked {
            // Once a hypothesis explains the line, or half of one with losses, only others that fit nearly as well are asked, and none that says
            // the same.
            if let Some((best_fit, written)) = first
                && odd >= limit::LONG
                && (fit * 100 < best_fit * limit::NEARLY || pair.written == written && written == Codec::UTF_8)
            {
                continue;
            }
            exact(search, line, pair, false, level, &mut best);
            if first.is_none() && (covered(&best.1) == odd || loss.is_seen() && covered(&best.1) * 2 >= odd) {
                first = Some((fit, pair.written));
            }
        }
    }
    if level > 1 || covered(&best.1) == odd && !is_torn(line, &best.1) {
        return best.1;
    }
    let seen = loss.is_seen() || best.1.first().is_some_and(|c| loss_of(loss, line, c.pair).dotted);
    // Losses without a trace are looked for where something was found or the line is odd beyond doubt, and not for its frame.
    let is_odd = || best.0 > 0 || place.evidence >= limit::STRONG && !drawing::is_frame(&line[core.clone()]);
    if seen || is_torn(line, &best.1) || covered(&best.1) * 10 < odd * 9 && is_odd() {
        let strong = ranked
            .iter()
            .filter(|r| {
                r.fit
                    >= if seen && r.pair.written == Codec::UTF_8 && r.pair.read.is_single_byte() {
                        limit::FIT_HOLED
                    } else {
                        limit::FIT_LOSSY
                    }
            })
            .map(|r| r.pair);
        let found = best.1.first().map(|c| c.pair);
        let mut pairs: Vec<Pair> = found.into_iter().chain(place.known.iter().copied()).chain(strong).filter(|p| holed(*p)).collect();
        let mut seen = Vec::new();
        pairs.retain(|p| !seen.contains(p) && (seen.push(*p), true).1);
        pairs.truncate(limit::LOSSY);
        let found = best.1.iter().map(|c| (c.segment.from, c.segment.to)).chain([place.core]);
        let (from, to) = found.fold((line.len(), 0), |(from, to), f| (from.min(f.0), to.max(f.1)));
        let near = from.saturating_sub(limit::AROUND)..(to + limit::AROUND).min(line.len());
        // What was found before the others were asked is not looked for again.
        if holes.0 > best.0 + limit::LOSSY_MORE {
            best = holes;
        }
        for pair in pairs.into_iter().filter(|p| tried != Some(*p)) {
            lossy(search, line, near.clone(), pair, loss, &mut best);
            // What explains all of a line leaves nothing to others.
            if odd_of(&best.1, line) == all {
                break;
            }
        }
    }
    best.1
}

/// Leaves those hypotheses under which something is gained near the evidence, if it is of Han and the like: there damage is dense. What
/// reads no better after one level may after two. False when the whole line has to be asked.
fn probe(search: &mut Searches, line: &[char], sample: Range<usize>, asked: &mut Vec<Ranked>) -> bool {
    let near = &line[sample.start.saturating_sub(limit::PROBE)..(sample.end + limit::PROBE).min(line.len())];
    if near.len() == line.len() || !line[sample].iter().any(|&c| is_wide(c)) {
        return false;
    }
    let model = Model::shared();
    search.exact.begin(model, near);
    asked.retain(|&Ranked { fit, pair, .. }| {
        pair.written == Codec::UTF_8 && (fit >= limit::FIT_LEVELS || again::half(near, pair))
            || !search.exact.segments(model, near, pair, limit::ENTER_AGAIN).is_empty()
    });
    true
}

/// Walks a line under one hypothesis and keeps what is believed if it is more than what was found before.
fn exact(search: &mut Searches, line: &[char], pair: Pair, again: bool, level: u32, best: &mut (i32, Vec<Change>)) {
    let model = Model::shared();
    let enter = if pair.read == Codec::LATIN_1 {
        limit::ENTER_C1
    } else if again {
        limit::ENTER_AGAIN
    } else {
        limit::ENTER
    };
    let mut kept = Vec::new();
    for segment in search.exact.segments(model, line, pair, enter) {
        let left = words::without_clean(model, line, pair, segment);
        // What one piece proves holds for the others.
        let again = again || left.len() > 1 && left.iter().any(|s| believed(model, line, pair, s, again));
        for segment in left {
            if drawing::is_drawn(line, &segment) && !is_sign(line, pair, &segment) {
                continue;
            }
            if believed(model, line, pair, &segment, again) || level < LEVELS && deeper(&segment, pair, level) {
                kept.push(Change { pair, gain: segment.gain, segment });
            }
        }
    }
    // Signs that the model has seen seldom or never are dear, and stand alone.
    if kept.is_empty() && pair.written == Codec::UTF_8 && line.iter().filter(|c| !c.is_ascii()).count() <= limit::FEW {
        let segments = search.exact.segments(model, line, pair, limit::ENTER_SIGN).into_iter();
        kept.extend(segments.filter(|s| is_sign(line, pair, s)).map(|segment| Change { pair, gain: segment.gain, segment }));
    }
    let gain = kept.iter().map(|c| c.gain).sum::<i32>();
    let commoner = pair.reading() as i32;
    let total = gain - limit::RARER_THAN_ANOTHER * commoner - limit::CAPITAL * capitals(line, &kept);
    // Signs are believed for the place they stand at, whatever the charset.
    let of_signs = !kept.is_empty() && kept.iter().all(|c| is_sign(line, pair, &c.segment));
    let total = if of_signs { total.max(1) } else { total };
    if (gain > limit::RARER * commoner || of_signs) && total > best.0 {
        *best = (total, kept);
    }
    // What was damaged several times reads no better after one step: the walk leaves it or tears it.
    if level < LEVELS
        && pair.written == Codec::UTF_8
        && odd_of(&best.1, line) * 20 < line.iter().filter(|c| !c.is_ascii()).count() * 19
        && let Some(segments) = again::whole(line, pair)
        && odd_of(&best.1, line) * 20 < again::odd(&segments, line) * 19
        && is_text_below(&segments, line, level)
    {
        let changes: Vec<Change> = segments.into_iter().map(|segment| Change { pair, gain: segment.gain, segment }).collect();
        *best = (changes.iter().map(|c| c.gain).sum::<i32>().max(best.0 + 1), changes);
    }
}

/// Walks a line under one hypothesis with bytes lost, and keeps what is plausible if it is clearly more than what was found before.
fn lossy(search: &mut Searches, line: &[char], near: Range<usize>, pair: Pair, loss: Loss, best: &mut (i32, Vec<Change>)) {
    let model = Model::shared();
    let loss = loss_of(loss, line, pair);
    if loss.is_most_of(line) {
        return;
    }
    // Losses that left no trace lie near what was found; those that did may lie anywhere.
    let window = if loss.is_seen() { 0..line.len() } else { near };
    let segments = search.lattice.segments(model, &line[window.clone()], pair, loss, limit::ENTER);
    let kept: Vec<Change> = segments
        .into_iter()
        .map(|s| Segment { from: s.from + window.start, to: s.to + window.start, ..s })
        .filter(|s| plausible(model, line, pair, s))
        .map(|segment| Change { pair, gain: segment.gain, segment })
        .collect();
    let total = kept.iter().map(|c| c.gain).sum::<i32>();
    // As against the whole of what the charset has to gain more.
    let rest = (limit::RARER - limit::RARER_THAN_ANOTHER) * pair.reading() as i32;
    if total > best.0 - rest + limit::LOSSY_MORE {
        *best = (total, kept);
    }
}

/// The best of some hypotheses, when no other fits nearly as well and says anything else.
fn only(asked: &[Ranked]) -> Option<Pair> {
    let (first, others) = asked.split_first().filter(|(f, _)| f.fit >= limit::FIT_LOSSY)?;
    let is_other =
        |r: &Ranked| r.fit * 100 >= first.fit * limit::NEARLY && (r.pair.written, first.pair.written) != (Codec::UTF_8, Codec::UTF_8);
    (!others.iter().any(is_other)).then_some(first.pair)
}

/// Capitals beyond ASCII that changes put behind a word and a blank: the other letter of two that a sequence may be under two charsets is as
/// often a small one.
fn capitals(line: &[char], changes: &[Change]) -> i32 {
    let is_amid = |from: usize| from > 1 && line[from - 1] == ' ' && line[from - 2].is_ascii_lowercase();
    let begins = |s: &Segment| s.now.chars().next().is_some_and(|c| !c.is_ascii() && c.is_uppercase()) && is_amid(s.from);
    changes.iter().filter(|c| begins(&c.segment)).count() as i32
}

/// Characters beyond ASCII that changes explain.
fn odd_of(changes: &[Change], line: &[char]) -> usize {
    changes.iter().map(|c| line[c.segment.from..c.segment.to].iter().filter(|c| !c.is_ascii()).count()).sum()
}

/// Whether a stretch that is no text after one step is after one more.
fn deeper(s: &Segment, pair: Pair, level: u32) -> bool {
    pair.written == Codec::UTF_8 && is_mostly_damage(&s.now.chars().collect::<Vec<char>>(), &s.now, level)
}

/// The same for all stretches of a line together.
fn is_text_below(segments: &[Segment], line: &[char], level: u32) -> bool {
    let mut inner = Vec::with_capacity(line.len());
    let mut at = 0;
    for s in segments {
        inner.extend_from_slice(&line[at..s.from]);
        inner.extend(s.now.chars());
        at = s.to;
    }
    inner.extend_from_slice(&line[at..]);
    let text: String = inner.iter().collect();
    is_mostly_damage(&inner, &text, level)
}

/// Whether four fifths of a text are damage that can be undone.
fn is_mostly_damage(inner: &[char], text: &str, level: u32) -> bool {
    let odd = inner.iter().filter(|c| !c.is_ascii()).count();
    if odd < 4 || !has_alarm(text) {
        return false;
    }
    let mut fresh = Searches::default();
    let place = Place { line: inner, core: (0, inner.len()), evidence: 0, known: &[], ask: Ask::All };
    odd_of(&changes_at(&mut fresh, place, level + 1), inner) * 10 >= odd * 8
}

/// Whether UTF-8 read as single bytes goes on where stretches of it end, or swallowed a blank in a line without controls, which go where
/// no-break spaces do: bytes in between are gone.
fn is_torn(line: &[char], changes: &[Change]) -> bool {
    // `Ã ` is as good as `à`, and what `Â ` is nobody sees.
    let swallowed = |was: &[char]| was.windows(2).filter(|w| w[1] == ' ' && !w[0].is_ascii() && !matches!(w[0], 'Ã' | 'Â')).count();
    let has_controls = || line.iter().any(|c| ('\u{80}'..'\u{a0}').contains(c));
    changes.iter().any(|Change { pair, segment: s, .. }| {
        let goes_on = |at: Option<usize>| at.and_then(|at| line.get(at)).is_some_and(|c| ('\u{80}'..='\u{2122}').contains(c));
        pair.written == Codec::UTF_8
            && pair.read == Codec::WINDOWS_1252
            && (goes_on(s.from.checked_sub(1))
                || goes_on(Some(s.to))
                || !s.guesses.is_empty() && swallowed(&line[s.from..s.to]) > 0 && !has_controls())
    })
}

/// Pairs whose holes can be filled.
fn holed(pair: Pair) -> bool {
    pair.written == Codec::UTF_8 || pair.written.is_double_byte() && pair.read.is_double_byte()
}

/// Whether [`loss`] may find a trace of lost bytes.
fn may_show_loss(line: &[u8]) -> bool {
    memchr::memchr(b'?', line).is_some() || memchr::memmem::find(line, "\u{fffd}".as_bytes()).is_some()
}

/// The losses a line shows.
fn loss(line: &[char]) -> Loss {
    let odd = |c: Option<&char>| c.is_some_and(|c| !c.is_ascii());
    let replaced = line.contains(&'\u{fffd}');
    let questioned = line.iter().enumerate().any(|(i, c)| *c == '?' && (i > 0 && odd(line.get(i - 1)) || odd(line.get(i + 1))));
    // Who puts a mark in the place of what is lost drops nothing.
    Loss { replaced, questioned, dropped: !replaced && !questioned, dotted: false }
}

/// The same for a line that was read as Shift_JIS, where a middle dot may be such a mark.
fn loss_of(loss: Loss, line: &[char], pair: Pair) -> Loss {
    let dotted = pair.read == Codec::SHIFT_JIS && pair.written == Codec::UTF_8 && line.contains(&DOT);
    Loss { dotted, dropped: loss.dropped && !dotted, ..loss }
}
