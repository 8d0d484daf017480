//! Which hypothesis holds for a suspect line, and whether to believe it: candidates, the segments of each, the conditions under which
//! a change is made. The walk through one line under one hypothesis is in `segment`.

use super::charset::Pair;
use super::lattice::{Lattice, Loss};
use super::mixed;
use super::rank;
use super::segment::{Search, Segment};
use crate::codec::Codec;
use crate::model::Model;

/// Prices and limits, 1/16 nats unless said otherwise. Origin: 4,600 generated cases and 15 million clean characters; the first two
/// hold between 8 and 25 nats alike.
mod limit {
    /// Gain before a stretch is believed: flat, and for each of its characters.
    pub const GAIN: i32 = 8 * 16;
    pub const GAIN_A_CHAR: i32 = 1;
    /// The same for UTF-8 read as single bytes, whose sequences prove themselves, and for C1 controls, which no text has.
    pub const GAIN_UTF_8: i32 = 5 * 16;
    pub const GAIN_C1: i32 = 1;
    /// The same when the page has the same damage elsewhere.
    pub const GAIN_AGAIN: i32 = 4 * 16;
    /// Price of entering a stretch.
    pub const ENTER: i32 = 6 * 16;
    pub const ENTER_AGAIN: i32 = 3 * 16;
    pub const ENTER_C1: i32 = 0;
    /// Most a character of the result may cost on the average.
    pub const AFTER: i32 = 7 * 16 + 8;
    pub const AFTER_UTF_8: i32 = 10 * 16;
    /// The same for alphabetic text from a single-byte charset, where every byte is some letter; the first letter apart.
    pub const AFTER_LETTERS: i32 = 3 * 16 + 8;
    pub const FIRST: i32 = 6 * 16;
    /// From one charset of pairs to another: most a character may cost, with few different ones less; least gain.
    pub const AFTER_PAIRS: i32 = 8 * 16;
    pub const AFTER_FEW: i32 = 7 * 16 + 8;
    pub const GAIN_PAIRS: i32 = 10 * 16;
    /// The same for a stretch of a line whose other characters are clean, and for very few different characters.
    pub const AFTER_PAIRS_INSIDE: i32 = 7 * 16;
    pub const AFTER_FEW_INSIDE: i32 = 6 * 16 + 8;
    pub const GAIN_PAIRS_INSIDE: i32 = 18 * 16;
    pub const GAIN_FEW: i32 = 14 * 16;
    /// The same for pairs read as single bytes, and the least gain for each of these: what is no text under any charset of bytes may
    /// be a rare text; the first character apart.
    pub const AFTER_BYTES: i32 = 9 * 16;
    pub const GAIN_A_BYTE: i32 = 3 * 16;
    pub const FIRST_WIDE: i32 = 3 * 16;
    /// Gain such text needs: flat, and for each letter.
    pub const LETTERS: i32 = 12 * 16;
    pub const LATIN: i32 = 8 * 16;
    pub const GAIN_A_LETTER: i32 = 8;
    /// With losses: gain, flat and for each character; how much more than without them; the share that may be guessed, in percent;
    /// hypotheses walked.
    pub const LOSSY_GAIN: i32 = 12 * 16;
    pub const LOSSY_GAIN_A_CHAR: i32 = 2;
    pub const LOSSY_MORE: i32 = 6 * 16;
    pub const GUESSED: i32 = 60;
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
    pub const SURE: i32 = 34;
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

fn changes_at(search: &mut Searches, place: Place<'_>, level: u32) -> Vec<Change> {
    let model = Model::shared();
    let line = place.line;
    let core = place.core.0..place.core.1;
    let odd = line[core.clone()].iter().filter(|c| !c.is_ascii()).count();
    // Characters of the core that are explained.
    let covered = |c: &[Change]| -> usize {
        let inside =
            |c: &Change| line[c.segment.from.max(core.start)..c.segment.to.min(core.end).max(c.segment.from.max(core.start))].iter();
        c.iter().flat_map(inside).filter(|c| !c.is_ascii()).count()
    };
    let mut best: (i32, Vec<Change>) = (0, Vec::new());
    let wide = line[core.clone()].iter().filter(|c| is_wide(**c)).count();
    let asks = wide * 2 >= odd || place.evidence < limit::SURE;
    if place.known.is_empty() && level == 1 && asks && is_language(model, line, &core, wide, odd) {
        return Vec::new();
    }
    search.exact.begin(model, line);
    // What damaged another line explains this one too, or the others are asked.
    for &pair in place.known {
        exact(search, line, pair, true, level, &mut best);
    }
    let mut ranked = Vec::new();
    if covered(&best.1) * 20 < odd * 19 {
        ranked = rank::hypotheses(model, line, place.core);
        let mut first = None;
        for &(fit, pair) in ranked.iter().filter(|r| !place.known.contains(&r.1)) {
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
    let loss = loss(line);
    let seen = loss.replaced || loss.questioned;
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
        for pair in pairs {
            let segments = search.lattice.segments(model, line, pair, loss, limit::ENTER);
            let kept: Vec<Change> = segments
                .into_iter()
                .filter(|s| plausible(model, line, pair, s))
                .map(|segment| Change { pair, gain: segment.gain, segment })
                .collect();
            let total = kept.iter().map(|c| c.gain).sum::<i32>();
            if total > best.0 + limit::LOSSY_MORE {
                best = (total, kept);
            }
        }
    }
    best.1
}

/// Whether Han that looked odd one by one is language once its neighbours are seen: terms and names cost little then, damage stays odd.
fn is_language(model: &Model, line: &[char], core: &std::ops::Range<usize>, wide: usize, beyond: usize) -> bool {
    if mixed::is_odd(&line[core.clone()]) {
        return false;
    }
    let mut state = model.start();
    for &c in &line[core.start.saturating_sub(limit::CONTEXT)..core.start] {
        state = model.step(state, c).0;
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
        if believed(model, line, pair, &segment, again, level) {
            kept.push(Change { pair, segment, gain });
        }
    }
    let total = kept.iter().map(|c| c.gain).sum::<i32>() - limit::RARER * pair.reading() as i32;
    if total > best.0 {
        *best = (total, kept);
    }
}

/// Pairs whose holes can be filled.
fn holed(pair: Pair) -> bool {
    pair.written == Codec::UTF_8 || pair.written.is_double_byte() && pair.read.is_double_byte()
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

/// Whether a stretch with holes is to be changed.
fn plausible(model: &Model, line: &[char], pair: Pair, s: &Segment) -> bool {
    if s.gain < limit::LOSSY_GAIN + limit::LOSSY_GAIN_A_CHAR * (s.to - s.from) as i32 {
        return false;
    }
    let (mut count, mut odd, mut wide, mut unknown, mut given_up) = (0i32, 0i32, 0i32, 0i32, 0i32);
    for c in s.now.chars() {
        count += 1;
        if !c.is_ascii() {
            odd += 1;
            wide += i32::from(is_wide(c));
            given_up += i32::from(c == '\u{fffd}');
            unknown += i32::from(c != '\u{fffd}' && !model.is_known(c) && !is_emoji(c) && !is_latin(c));
        }
    }
    let mut kinds: Vec<char> = line[s.from..s.to].iter().copied().filter(|c| !c.is_ascii()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let guessed = s.guesses.len() as i32;
    if unknown * 100 > odd * 8 || pair.read.is_double_byte() && is_list(&line[s.from..s.to]) {
        return false;
    }
    let filled = guessed - given_up;
    if wide * 2 <= filled {
        // Blanks and signs fill any hole: that is inventing.
        let lost = line[s.from..s.to].iter().filter(|c| **c == '\u{fffd}').count() as i32;
        let seen = line[s.from..s.to].iter().filter(|c| !c.is_ascii()).count() as i32;
        if filled > 0 || lost * 2 > seen {
            return false;
        }
    }
    if wide > 0 {
        let limit = if pair.written == Codec::UTF_8 { limit::AFTER_UTF_8 } else { limit::AFTER };
        s.after <= limit * count && guessed * 100 <= odd * limit::GUESSED && odd - guessed >= 3 && kinds.len() >= 6 && given_up * 4 <= odd
    } else {
        // Letters are not guessed; that what is left of them stands for one is plain when others came through whole.
        pair.written == Codec::UTF_8
            && pair.read.is_single_byte()
            && (given_up < odd || pair.read == Codec::WINDOWS_1252 && odd_lead(line, s))
            && given_up * 2 <= odd + 1
    }
}

/// A capital in the midst of a word before the loss, or a sequence of three: no letter of the text.
fn odd_lead(line: &[char], s: &Segment) -> bool {
    let before = s.from.checked_sub(1).map(|i| line[i]);
    s.to - s.from > 2 || before.is_some_and(char::is_lowercase) && line[s.from].is_uppercase()
}

/// Whether a stretch is to be changed.
fn believed(model: &Model, line: &[char], pair: Pair, s: &Segment, again: bool, level: u32) -> bool {
    let was = &line[s.from..s.to];
    let flat = match (again, pair.read == Codec::LATIN_1, pair.written == Codec::UTF_8 && pair.read.is_single_byte()) {
        (_, true, _) => limit::GAIN_C1,
        (true, ..) => limit::GAIN_AGAIN,
        (_, _, true) => limit::GAIN_UTF_8,
        _ => limit::GAIN,
    };
    if s.gain < flat + limit::GAIN_A_CHAR * was.len() as i32 {
        return false;
    }
    let (mut letters, mut odd, mut unknown, mut strange, mut count, mut gone) = (0i32, 0i32, 0i32, 0i32, 0i32, false);
    let (mut wide, mut full, mut latin) = (0i32, 0i32, 0i32);
    for c in s.now.chars() {
        count += 1;
        if !c.is_ascii() {
            odd += 1;
            letters += i32::from(c.is_alphabetic());
            wide += i32::from(is_wide(c));
            full += i32::from(is_wide(c) && c < '\u{ff61}');
            latin += i32::from(is_latin(c));
            let new = !model.is_known(c) && !is_emoji(c) && !is_latin(c) || c == 'ſ';
            unknown += i32::from(new);
            strange += i32::from(new && c.is_alphabetic());
            gone |= c == '\u{fffd}' || ('\u{80}'..'\u{a0}').contains(&c);
        }
    }
    // Writes U+FFFD as its own bytes: nothing to be had.
    if s.now.contains('\u{fffd}') || s.now.chars().all(|c| c == ' ' || c == '\u{a0}') {
        return false;
    }
    let clean = !gone
        && if wide > 0 {
            let odd_before = was.iter().filter(|c| !c.is_ascii()).count() as i32;
            // Sequences of UTF-8 prove themselves, and more so the fewer of the bytes could have been something else.
            let (most, gain, share) = match (pair.written == Codec::UTF_8, pair.read.is_single_byte()) {
                (true, true) => (limit::AFTER_UTF_8, 0, 25),
                (true, false) => (limit::AFTER_UTF_8, 0, 12),
                // Letters alone may be somebody's play with accents.
                (_, true) if was.iter().filter(|c| !c.is_ascii() && !c.is_alphabetic()).count() as i32 * 6 < odd_before => {
                    (limit::AFTER, limit::GAIN_A_BYTE, 6)
                }
                (_, true) => (limit::AFTER_BYTES, limit::GAIN_A_BYTE, 6),
                _ => (limit::AFTER, 0, 6),
            };
            s.after - if full >= 2 { limit::FIRST_WIDE } else { 0 } <= most * count
                && s.gain >= gain * odd_before
                && unknown * 100 <= odd * share
                && (pair.written == Codec::UTF_8 || full >= 2)
                && (wide >= 4 || was.iter().any(|c| !c.is_alphabetic()) || !pair.read.is_single_byte())
        } else if pair.written == Codec::UTF_8 {
            let word = pair.read.is_single_byte() && was.iter().all(|c| c.is_ascii() || c.is_alphabetic() && *c != 'Ã');
            if pair.read.is_double_byte() && odd == 1 {
                // Letters of a Latin text that became Han: no other Han may stand there.
                unknown == 0 && among_latin(line, s, is_wide) && s.gain >= limit::LATIN
            } else if pair.read.is_double_byte() && !(among_latin(line, s, is_wide) || is_one_script(&s.now)) {
                // Every sixtieth Han is some letter.
                false
            } else if word && odd <= 3 {
                // Letters, side by side as words have them.
                false
            } else if odd > 1 {
                unknown * 3 <= odd || strange * 2 <= odd && s.gain > 2 * limit::GAIN
            } else {
                unknown == 0 && single_sequence(model, line, s)
            }
        } else if pair.read == Codec::LATIN_1 && pair.written == Codec::MACINTOSH {
            // Rare enough to ask for a letter inside a word.
            unknown == 0
                && s.now.chars().all(|c| c.is_ascii() || is_latin(c) && c.is_lowercase())
                && line.get(s.to).is_some_and(|c| c.is_lowercase())
                && touches_kin(line, s)
        } else if pair.read == Codec::LATIN_1 {
            unknown == 0 && !line.iter().any(|&c| is_wide(c) || c == '\u{fffd}')
        } else if latin > 0 {
            // Single letters of Latin words, each alone or swallowed with its neighbour.
            unknown == 0
                && latin * 5 >= odd * 4
                && s.gain >= limit::LATIN
                && touches_kin(line, s)
                && (!pair.read.is_double_byte() || among_latin(line, s, is_wide))
                && (pair.read != Codec::WINDOWS_1251 || among_latin(line, s, is_cyrillic))
        } else {
            unknown == 0
                && letters >= if pair.read.is_double_byte() { 6 } else { 4 }
                && letters * 5 >= odd * 4
                && s.gain >= limit::LETTERS + limit::GAIN_A_LETTER * letters
                && s.after - limit::FIRST <= limit::AFTER_LETTERS * count
        };
    let clean = clean && (!pair.read.is_double_byte() || !pair.written.is_double_byte() || between_pairs(line, s, count));
    if clean {
        return true;
    }
    // Damaged more than once: what comes out is no text yet, but one more step makes it text.
    if level >= LEVELS || pair.written != Codec::UTF_8 {
        return false;
    }
    let inner: Vec<char> = s.now.chars().collect();
    let odd = inner.iter().filter(|c| !c.is_ascii()).count();
    if odd < 4 {
        return false;
    }
    if !super::suspect::suspects(&s.now).iter().any(super::suspect::Suspect::is_alarm) {
        return false;
    }
    let mut fresh = Searches::default();
    let place = Place { line: &inner, core: (0, inner.len()), evidence: 0, known: &[] };
    let deeper = changes_at(&mut fresh, place, level + 1);
    let covered: usize = deeper.iter().map(|c| inner[c.segment.from..c.segment.to].iter().filter(|c| !c.is_ascii()).count()).sum();
    covered * 10 >= odd * 8
}

/// Whether a change from one charset of pairs to another is more than chance, which makes Han of Han in every text.
fn between_pairs(line: &[char], s: &Segment, count: i32) -> bool {
    let mut odd: Vec<char> = line[s.from..s.to].iter().copied().filter(|c| !c.is_ascii()).collect();
    let others = line.iter().filter(|c| !c.is_ascii()).count() - odd.len();
    let inside = others * 4 > odd.len();
    let like = odd.iter().filter(|&&c| is_wide(c) || is_filler(c)).count();
    let half = like * 2 >= odd.len();
    odd.sort_unstable();
    odd.dedup();
    let kinds = odd.iter().filter(|&&c| is_wide(c) || is_filler(c)).count();
    let most = match (kinds < 8, inside) {
        (true, false) => limit::AFTER_FEW,
        (false, false) => limit::AFTER_PAIRS,
        (true, true) => limit::AFTER_FEW_INSIDE,
        (false, true) => limit::AFTER_PAIRS_INSIDE,
    };
    let gain = if inside {
        limit::GAIN_PAIRS_INSIDE
    } else if kinds < 5 {
        limit::GAIN_FEW
    } else {
        limit::GAIN_PAIRS
    };
    half && kinds >= if inside { 3 } else { 4 }
        && !is_list(&line[s.from..s.to])
        && s.gain >= gain
        && s.after - limit::FIRST_WIDE <= most * count
}

/// Whether a stretch touches an ASCII letter and so does every character of its script in the line, which is Latin: in a text of that
/// script they stand together.
fn among_latin(line: &[char], s: &Segment, of_script: fn(char) -> bool) -> bool {
    let letter = |at: Option<usize>| at.and_then(|at| line.get(at)).is_some_and(char::is_ascii_alphabetic);
    let touches = |i: usize| (i.saturating_sub(2)..i + 3).any(|at| letter(Some(at)));
    let letters = line.iter().filter(|c| c.is_ascii_alphabetic()).count();
    let others = line.iter().filter(|c| of_script(**c)).count();
    let first = line[s.from..s.to].iter().position(|c| !c.is_ascii()).map(|i| s.from + i);
    others * 3 <= letters
        && first.is_some_and(|i| letter(i.checked_sub(1)) || s.now.ends_with(|c: char| c.is_ascii_alphabetic()) || letter(Some(s.to)))
        && line.iter().enumerate().filter(|(_, c)| of_script(**c)).all(|(i, _)| touches(i))
}

/// Whether a stretch is a list, which sets rare characters side by side that no sentence has: most Han and the like stand by
/// themselves, or one by one and two by two between marks.
fn is_list(was: &[char]) -> bool {
    let wide = |i: Option<usize>| i.and_then(|i| was.get(i)).is_some_and(|c| is_wide(*c));
    let (mut all, mut alone, mut marks) = (0, 0, 0);
    for (i, &c) in was.iter().enumerate() {
        all += usize::from(is_wide(c));
        alone += usize::from(is_wide(c) && !wide(i.checked_sub(1)) && !wide(Some(i + 1)));
        marks += usize::from(matches!(c, '、' | '，' | '；' | '·' | '・' | '/' | ','));
    }
    alone * 2 > all || marks >= 2 && all <= 2 * marks + 2
}

/// Whether all letters beyond ASCII are of one script, and enough of them to make words.
fn is_one_script(text: &str) -> bool {
    let mut letters = text.chars().filter(|c| !c.is_ascii() && c.is_alphabetic()).map(script);
    let Some(first) = letters.next() else { return false };
    letters.clone().all(|s| s == first) && letters.count() >= 4
}

/// Whether the stretch stands in a word: its first or last letter touches a letter of the same script.
fn touches_kin(line: &[char], s: &Segment) -> bool {
    let kin =
        |a: Option<char>, b: Option<char>| a.zip(b).is_some_and(|(a, b)| a.is_alphabetic() && b.is_alphabetic() && script(a) == script(b));
    let before = s.from.checked_sub(1).and_then(|i| line.get(i)).copied();
    let inside = s.now.chars().zip(s.now.chars().skip(1)).any(|(a, b)| kin(Some(a), Some(b)));
    inside || kin(before, s.now.chars().next()) || kin(s.now.chars().next_back(), line.get(s.to).copied())
}

/// Whether the only sequence of a stretch is one, and not two characters of a text that happen to make one: `Å…`, `Ã’s`, `SELKÄ\u{a0}`.
fn single_sequence(model: &Model, line: &[char], s: &Segment) -> bool {
    let was = &line[s.from..s.to];
    let Some(now) = s.now.chars().find(|c| !c.is_ascii()) else { return true };
    let (before, after) = (s.from.checked_sub(1).map(|i| line[i]), line.get(s.to).copied());
    let letter = |c: Option<char>| c.is_some_and(char::is_alphabetic);
    let word = was.iter().all(|c| c.is_alphabetic());
    if !now.is_alphabetic() {
        return !word && !now.is_numeric() && (model.is_known(now) || is_emoji(now));
    }
    let tilde = was.first() == Some(&'Ã');
    if word && !(model.is_known(now) && tilde) {
        return false;
    }
    // Greek, of which single letters stand in formulas and names of substances.
    if matches!(was, ['Î' | 'Ï', '±' | '²' | '³' | 'µ' | '¶' | '¹' | 'º' | '¼' | '½' | '¾' | '¿']) {
        return true;
    }
    let apart = before.is_none_or(|c| c == ' ') && after.is_none_or(|c| c == ' ');
    if !(touches_kin(line, s) || tilde && apart) {
        return false;
    }
    // A possessive of the letter itself.
    if was.get(1) == Some(&'\u{2019}') && !letter(before) && after == Some('s') {
        return false;
    }
    // The last letter of a word in capitals, then a sign. `Ã` ends no word but of Portuguese, and there no sign is its second byte.
    !(before.is_some_and(char::is_uppercase) && !letter(after) && !tilde)
}

/// Letters of the Latin alphabets in use, and its ligatures.
pub(super) fn is_latin(c: char) -> bool {
    c.is_alphabetic() && matches!(c, '\u{aa}'..='\u{17e}' | '\u{218}'..='\u{21b}' | '\u{1e00}'..='\u{1eff}' | '\u{fb00}'..='\u{fb06}')
}

/// Blocks of letters that make words together.
fn script(c: char) -> u32 {
    match c as u32 {
        0..=0x24f | 0x1e00..=0x1eff | 0xfb00..=0xfb06 => 0,
        0x1f00..=0x1fff => 3,
        other => other >> 8,
    }
}

/// Han, kana, Hangul, half-width katakana, private use: what pairs of bytes become.
pub(super) fn is_wide(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{e000}'..='\u{faff}' | '\u{ff61}'..='\u{ff9f}' | '\u{20000}'..='\u{3ffff}')
}

/// Rows of letters that charsets of pairs have beside their Han: what kana of another charset become.
fn is_filler(c: char) -> bool {
    matches!(c, '\u{3105}'..='\u{318e}' | '\u{2160}'..='\u{217f}' | '\u{370}'..='\u{45f}' | '\u{2460}'..='\u{24ff}')
}

pub(super) fn is_cyrillic(c: char) -> bool {
    ('\u{400}'..'\u{460}').contains(&c)
}

fn is_emoji(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{245f}' | '\u{25a0}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}' | '\u{fe0f}' | '\u{200d}')
}
