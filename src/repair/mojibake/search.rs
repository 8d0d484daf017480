//! Which hypothesis holds for a suspect line, and whether to believe it: candidates, the segments of each, the conditions under which
//! a change is made. The walk through one line under one hypothesis is in `segment`.

use super::again;
use super::belief::{believed, plausible};
use super::charset::Pair;
use super::kinds::{is_latin, is_wide};
use super::lattice::{Lattice, Loss};
use super::mixed;
use super::rank;
use super::refused::{Fragment, Refusal, Refusals};
use super::segment::{Search, Segment};
use super::suspect::{Suspect, suspects};
use crate::codec::Codec;
use crate::model::{Model, State};
use std::ops::Range;

/// Prices and limits, 1/16 nats unless said otherwise. Origin: 4,600 generated cases and 15 million clean characters; the first two
/// hold between 8 and 25 nats alike.
mod limit {
    /// Gain before a stretch is believed: flat, and for each of its characters.
    /// The same for UTF-8 read as single bytes, whose sequences prove themselves, and for C1 controls, which no text has.
    /// The same when the page has the same damage elsewhere.
    /// Price of entering a stretch.
    pub const ENTER: i32 = 6 * 16;
    pub const ENTER_AGAIN: i32 = 3 * 16;
    pub const ENTER_C1: i32 = 0;
    /// Most a character of the result may cost on the average.
    /// The same for alphabetic text from a single-byte charset, where every byte is some letter; the first letter apart.
    /// From one charset of pairs to another: most a character may cost, with few different ones less; least gain.
    /// The same for a stretch of a line whose other characters are clean, and for very few different characters.
    /// The same for pairs read as single bytes, and the least gain for each of these: what is no text under any charset of bytes may
    /// be a rare text; the first character apart.
    /// Gain such text needs: flat, and for each letter.
    /// With losses: gain, flat and for each character; how much more than without them; the share that may be guessed, in percent;
    /// hypotheses walked.
    pub const LOSSY_MORE: i32 = 6 * 16;
    pub const LOSSY: usize = 3;
    /// Least fit of a hypothesis with holes, and the same for UTF-8 read as single bytes with losses seen.
    pub const FIT_HOLED: i32 = 3 * 16;
    pub const FIT_LOSSY: i32 = 16 * 16;
    /// Share of the best fit that makes another hypothesis worth a walk when the best explains the line, in percent.
    pub const NEARLY: i32 = 80;
    /// Characters beyond ASCII by which hypotheses are told apart for certain.
    pub const LONG: usize = 12;
    /// What a character of the core that is not ASCII costs at least on the average where there is damage, by how many of them are Han
    /// and the like: up to 3, up to 8, more; and the characters before that tell what is usual. Of 2,900 cases of damage one costs
    /// less, of 4,500 places in clean text that look odd three quarters do.
    /// Han of a rare word, and what it and its neighbours cost a character at most, in 1/16 nat: clean Chinese costs 5 nats, damage
    /// 10 and more.
    pub const WORD: usize = 4;
    pub const SKIP_WORD: usize = 112;
    pub const SKIP_FEW: usize = 150;
    pub const SKIP_SOME: usize = 136;
    pub const SKIP_MANY: usize = 124;
    pub const CONTEXT: usize = 8;
    /// The same for letters and signs; and the evidence, in 1/4 nats, from which they are looked at whatever they cost.
    pub const SKIP_LETTERS: usize = 112;
    pub const SURE: i32 = 33;
    /// What so many of them in a row cost at most when there is more evidence: the clean text of an alphabet of its own; and how few
    /// are looked at whatever they cost.
    pub const WINDOW: usize = 10;
    pub const SKIP_SURE: usize = 76;
    pub const SKIP_LATIN: usize = 100;
    pub const BRIEF: usize = 3;
    /// Characters on both sides of the sample in which a hypothesis must gain something first.
    pub const PROBE: usize = 4;
    /// Fit of a hypothesis of UTF-8 from which it need not, because more than one level may be at work: 8 of 10,000 such hypotheses of
    /// clean text fit so well.
    pub const FIT_LEVELS: i32 = 25 * 16;
    /// What a change must gain more for each charset that is commoner than its own.
    pub const RARER: i32 = 8;
    /// Evidence at which losses without a trace are looked for, in 1/4 nats.
    pub const STRONG: i32 = 100;
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
    /// Remembers that [`changes`] found nothing where [`is_clean_at`] was asked last.
    pub fn remember(&mut self, text: &str) {
        if let Some(asked) = self.asked.take().filter(|_| self.local) {
            self.refused.put(asked, Refusal::Nothing, text);
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
}

/// The changes of one line, in order, disjoint, all of one pair: what is left is seen in the next pass.
pub(super) fn changes(search: &mut Searches, place: Place<'_>) -> Vec<Change> {
    changes_at(search, place, 1)
}

/// Whether nothing is to be done about a suspect line of a text without known damage, by the place of the evidence and the characters
/// next to it alone: what nearly all alarms of clean text end with. Says what [`changes`] would find out at a line that is not cut into
/// windows.
pub(super) fn is_clean_at(search: &mut Searches, text: &str, s: &Suspect) -> bool {
    search.asked = None;
    let Some(asked) = Fragment::around(text, s) else { return false };
    match search.refused.get(&asked, text) {
        Some(Refusal::Language) => return true,
        Some(Refusal::Nothing) if !may_show_loss(&text.as_bytes()[s.start..s.end]) => return true,
        _ => {}
    }
    let near = &mut search.near;
    near.clear();
    near.extend(asked.of(text).chars());
    let before = asked.before(text);
    let core = before..before + asked.core(text).chars().count();
    let language = Core::of(near, &core, s.evidence).is_language(Model::shared(), near, &core);
    if language {
        search.refused.put(asked, Refusal::Language, text);
    }
    search.asked = Some(asked);
    language
}

/// What a place of evidence consists of.
struct Core {
    /// Characters beyond ASCII, and those of them that are Han and the like.
    odd: usize,
    wide: usize,
    /// Whether letters and signs have evidence beyond doubt.
    sure: bool,
    /// Whether it is looked at whatever it costs.
    certain: bool,
}

impl Core {
    fn of(line: &[char], core: &Range<usize>, evidence: i32) -> Core {
        let (mut odd, mut wide, mut control) = (0, 0, false);
        for &c in line[core.clone()].iter().filter(|c| !c.is_ascii()) {
            odd += 1;
            wide += usize::from(is_wide(c));
            // What no text has is looked at whatever the rest costs.
            control |= matches!(c, '\u{80}'..='\u{9f}' | '\u{fffd}' | '\u{2550}'..='\u{2593}');
        }
        let sure = evidence >= limit::SURE && wide * 2 < odd;
        Core { odd, wide, sure, certain: sure && (control || odd <= limit::BRIEF) }
    }

    /// Whether what looked odd one by one is language once its neighbours are seen.
    fn is_language(&self, model: &Model, line: &[char], core: &Range<usize>) -> bool {
        !self.certain && is_language(model, line, core, (self.wide, self.odd), self.sure)
    }
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
    if level == 1 && place.known.is_empty() && kind.is_language(model, line, &core) {
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
        lossy(search, line, pair, Loss { dropped: false, ..loss }, &mut holes);
        if odd_of(&holes.1, line) == all {
            return holes.1;
        }
        if !loss.dropped {
            (best, tried) = (holes, Some(pair));
        }
    }
    let mut ranked = Vec::new();
    if covered(&best.1) * 20 < odd * 19 {
        let sample = rank::sample(model, line, place.core);
        ranked = rank::hypotheses(model, line, place.core, sample.clone());
        let mut asked: Vec<(i32, Pair)> = ranked.iter().filter(|r| !place.known.contains(&r.1)).copied().collect();
        if level == 1 && place.known.is_empty() {
            let probed = probe(search, line, sample, &mut asked);
            search.local = probed && asked.is_empty() && place.evidence < limit::STRONG && !loss.is_seen();
        }
        if !asked.is_empty() {
            search.exact.begin(model, line);
        }
        let mut first = None;
        for (fit, pair) in asked {
            // Once a hypothesis explains the line, only others that fit nearly as well are asked, and none that says the same.
            if let Some((best_fit, written)) = first
                && odd >= limit::LONG
                && (fit * 100 < best_fit * limit::NEARLY || pair.written == written && written == Codec::UTF_8)
            {
                continue;
            }
            exact(search, line, pair, false, level, &mut best);
            if first.is_none() && covered(&best.1) == odd {
                first = Some((fit, pair.written));
            }
        }
    }
    if level > 1 || covered(&best.1) == odd {
        return best.1;
    }
    let seen = loss.is_seen();
    // Losses without a trace are looked for where something was found or the line is odd beyond doubt.
    if seen || covered(&best.1) * 10 < odd * 9 && (best.0 > 0 || place.evidence >= limit::STRONG) {
        let strong = ranked
            .iter()
            .filter(|r| {
                r.0 >= if seen && r.1.written == Codec::UTF_8 && r.1.read.is_single_byte() { limit::FIT_HOLED } else { limit::FIT_LOSSY }
            })
            .map(|r| r.1);
        let found = best.1.first().map(|c| c.pair);
        let mut pairs: Vec<Pair> = found.into_iter().chain(place.known.iter().copied()).chain(strong).filter(|p| holed(*p)).collect();
        let mut seen = Vec::new();
        pairs.retain(|p| !seen.contains(p) && (seen.push(*p), true).1);
        pairs.truncate(limit::LOSSY);
        for pair in pairs.into_iter().filter(|p| tried != Some(*p)) {
            lossy(search, line, pair, loss, &mut best);
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
fn probe(search: &mut Searches, line: &[char], sample: Range<usize>, asked: &mut Vec<(i32, Pair)>) -> bool {
    let near = &line[sample.start.saturating_sub(limit::PROBE)..(sample.end + limit::PROBE).min(line.len())];
    if near.len() == line.len() || !line[sample].iter().any(|&c| is_wide(c)) {
        return false;
    }
    let model = Model::shared();
    search.exact.begin(model, near);
    asked.retain(|&(fit, pair)| {
        pair.written == Codec::UTF_8 && (fit >= limit::FIT_LEVELS || again::half(near, pair))
            || !search.exact.segments(model, near, pair, limit::ENTER_AGAIN).is_empty()
    });
    true
}

/// Whether Han that looked odd one by one is language once its neighbours are seen: terms and names cost little then, damage stays odd.
fn is_language(model: &Model, line: &[char], core: &Range<usize>, (wide, beyond): (usize, usize), sure: bool) -> bool {
    if mixed::is_odd(&line[core.clone()]) {
        return false;
    }
    let mut state = model.start();
    for &c in context(model, &line[core.start.saturating_sub(limit::CONTEXT)..core.start]) {
        state = model.step(state, c).0;
    }
    if sure {
        // Latin letters with marks are dear by themselves.
        let letters = &line[core.clone()];
        let most = if letters.iter().all(|&c| c.is_ascii() || is_latin(c)) { limit::SKIP_LATIN } else { limit::SKIP_SURE };
        return !has_dear_window(model, state, letters, most);
    }
    let (mut sum, mut odd) = (0, 0);
    for &c in &line[core.clone()] {
        let (next, cost) = model.step(state, c);
        state = next;
        if !c.is_ascii() {
            sum += cost as usize;
            odd += 1;
        }
    }
    let skip = match wide {
        _ if wide * 2 < beyond => limit::SKIP_LETTERS,
        0..=3 => limit::SKIP_FEW,
        4..=8 => limit::SKIP_SOME,
        _ => limit::SKIP_MANY,
    };
    if sum < skip * odd {
        return true;
    }
    // A rare word between common ones: damage so short proves nothing by itself, and longer damage is dear on both sides.
    let around = core.start.saturating_sub(limit::CONTEXT)..(core.end + limit::CONTEXT).min(line.len());
    let mut state = model.start();
    let (mut sum, mut all) = (0, 0);
    for &c in line[around].iter().filter(|c| !c.is_ascii()) {
        let (next, cost) = model.step(state, c);
        state = next;
        sum += cost as usize;
        all += 1;
    }
    wide <= limit::WORD && all >= 2 * odd && sum < limit::SKIP_WORD * all
}

/// The end of what precedes a place that tells all of it: behind two Han the model remembers nothing else but kana and Hangul.
fn context<'l>(model: &Model, before: &'l [char]) -> &'l [char] {
    let han = |c: char| matches!(c, '\u{4e00}'..='\u{9fff}') && model.is_known(c);
    match before {
        [rest @ .., a, b]
            if han(*a)
                && han(*b)
                && rest.iter().all(|&c| matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3001}' | '\u{3002}' | '\u{ff0c}') || c.is_ascii()) =>
        {
            &before[rest.len()..]
        }
        _ => before,
    }
}

/// Whether some characters beyond ASCII in a row cost more than a text of an alphabet of its own does.
fn has_dear_window(model: &Model, mut state: State, core: &[char], most: usize) -> bool {
    let mut window = [0; limit::WINDOW];
    let (mut sum, mut n) = (0, 0);
    for &c in core {
        let (next, cost) = model.step(state, c);
        state = next;
        if !c.is_ascii() {
            sum = sum + cost as usize - window[n % limit::WINDOW];
            window[n % limit::WINDOW] = cost as usize;
            n += 1;
            if n >= limit::WINDOW && sum >= most * limit::WINDOW {
                return true;
            }
        }
    }
    n < limit::WINDOW && sum >= most * n
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
        let gain = segment.gain;
        if believed(model, line, pair, &segment, again) || level < LEVELS && deeper(&segment, pair, level) {
            kept.push(Change { pair, segment, gain });
        }
    }
    let total = kept.iter().map(|c| c.gain).sum::<i32>() - limit::RARER * pair.reading() as i32;
    if total > best.0 {
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
fn lossy(search: &mut Searches, line: &[char], pair: Pair, loss: Loss, best: &mut (i32, Vec<Change>)) {
    let model = Model::shared();
    let segments = search.lattice.segments(model, line, pair, loss, limit::ENTER);
    let kept: Vec<Change> = segments
        .into_iter()
        .filter(|s| plausible(model, line, pair, s))
        .map(|segment| Change { pair, gain: segment.gain, segment })
        .collect();
    let total = kept.iter().map(|c| c.gain).sum::<i32>();
    if total > best.0 + limit::LOSSY_MORE {
        *best = (total, kept);
    }
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
    if odd < 4 || !suspects(text).iter().any(Suspect::is_alarm) {
        return false;
    }
    let mut fresh = Searches::default();
    let place = Place { line: inner, core: (0, inner.len()), evidence: 0, known: &[] };
    odd_of(&changes_at(&mut fresh, place, level + 1), inner) * 10 >= odd * 8
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
    Loss {
        replaced: line.contains(&'\u{fffd}'),
        questioned: line.iter().enumerate().any(|(i, c)| *c == '?' && (i > 0 && odd(line.get(i - 1)) || odd(line.get(i + 1)))),
        dropped: !line.contains(&'\u{fffd}'),
    }
}
