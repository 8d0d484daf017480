//! The damaged stretches of a line under one hypothesis: a Viterbi search that walks the line and decides for every character whether
//! it is as it was written or a trace of the wrong reading. Which hypothesis and whether to believe it is decided in `search`.

use super::charset::{Bytes, Fed, Pair, Pending, Reading};
use super::kinds::{is_combining, is_latin, is_wide};
use crate::codec::Codec;
use crate::model::{Model, State};
use std::ops::Range;
use unicode_normalization::char::compose;

/// A stretch of characters and what it was before the wrong reading.
#[derive(Clone, Debug)]
pub(super) struct Segment {
    /// Characters of the line, half-open.
    pub from: usize,
    pub to: usize,
    /// Length of the stretch in bytes of UTF-8; filled in by who knows the text.
    pub bytes: usize,
    pub now: String,
    /// Cost of `now` in 1/16 nats; the model's prices alone.
    pub after: i32,
    /// What is gained, with all prices and rewards of the search except that of its first border.
    pub gain: i32,
    /// What was inferred: bytes lost, or a blank taken for the no-break space it was.
    pub guesses: Vec<Guess>,
    /// The words of a stretch that blanks divide, those of ASCII left out; empty when it is one.
    pub words: Vec<Word>,
}

/// A word of a segment.
#[derive(Clone, Debug)]
pub(super) struct Word {
    /// Characters of the line, and what they were in bytes of [`Segment::now`]; half-open.
    pub line: Range<usize>,
    pub now: Range<usize>,
    /// What is gained and what the result costs from the begin of the line to where it begins and to where it ends, in 1/16 nats.
    pub gain: (i32, i32),
    pub after: (i32, i32),
}

/// A guessed piece of a segment.
#[derive(Clone, Debug)]
pub(super) struct Guess {
    /// Byte range in [`Segment::now`].
    pub from: usize,
    pub to: usize,
    /// What else it may have been, the likelier first.
    pub others: Vec<char>,
}

/// Price of taking a blank for a no-break space, without and with a blank of its own that collapsed into it; in 1/16 nats.
const BLANK: i32 = 32;
const TWO_BLANKS: i32 = 16;
/// Price of a character the model does not know, on top of the model's: what it does not know is neutral where it stands and suspect
/// where it would be put.
const UNKNOWN: i32 = 8 * 16;
/// Price of a combining mark that has its place in a letter, of one upon another, on top of the model's, which takes them for next to nothing; any
/// other costs as much as what is not known. `Ã©` is `é` in windows-1252 and U+0329 in macintosh: by the model alone a list of French words was the
/// latter. Own estimate; no other value was tried.
pub(super) const COMBINING: i32 = 4 * 16;
/// What a valid UTF-8 sequence of two, three, four bytes is worth: other text seldom has one by chance.
const SEQUENCE: [i32; 5] = [0, 0, 48, 80, 160];
/// Price of going in and out of a stretch between characters beyond ASCII.
const BORDER: i32 = 8 * 16;
const BORDER_UTF_8: i32 = 3 * 16;
/// In [`Node::parent`]: no node comes before, the line is as it stands up to the character whose number the other bits are.
const STRAIGHT: u32 = 1 << 31;
/// States kept at one place: one a number of pending bytes is the rule, two different alignments the exception.
const ALIGNMENTS: usize = 4;

#[derive(Clone, Copy)]
struct Node {
    parent: u32,
    cost: i32,
    /// The part of `cost` that is the model's.
    plain: i32,
    state: State,
    pending: Pending,
    out: [char; 4],
    outs: u8,
    inside: bool,
    inferred: bool,
    /// Characters until it no longer matters whether a blank was two.
    two_blanks: u8,
}

/// A line as it stands, up to some character.
#[derive(Clone, Copy)]
struct Straight {
    state: State,
    cost: i32,
    /// The part of `cost` that is the model's.
    plain: i32,
}

/// Memory of the search, kept between lines.
#[derive(Default)]
pub(super) struct Search {
    nodes: Vec<Node>,
    live: Vec<u32>,
    next: Vec<u32>,
    /// What each charset asked so far reads the line as.
    options: Vec<Options>,
    /// Before each character of the line, and at its end.
    straight: Vec<Straight>,
    single: bool,
}

/// The bytes the characters of a line were read from under one charset.
#[derive(Default)]
struct Options {
    read: Option<Codec>,
    all: Vec<Bytes>,
    /// Where in `all` each character's begin, and the end of the last one's.
    begins: Vec<u32>,
}

impl Options {
    fn fill(&mut self, read: Codec, reading: &Reading, line: &[char]) {
        self.read = Some(read);
        self.all.clear();
        self.begins.clear();
        self.all.reserve(line.len());
        self.begins.reserve(line.len() + 1);
        self.begins.push(0);
        for &c in line {
            reading.add_all(c, &mut self.all);
            self.begins.push(self.all.len() as u32);
        }
    }

    fn of(&self, at: usize) -> &[Bytes] {
        &self.all[self.begins[at] as usize..self.begins[at + 1] as usize]
    }
}

impl Search {
    /// Prices the line as it stands; must precede [`Search::segments`] of the same line.
    pub fn begin(&mut self, model: &Model, line: &[char]) {
        self.options.iter_mut().for_each(|o| o.read = None);
        self.straight.clear();
        self.straight.reserve(line.len() + 1);
        let mut at = Straight { state: model.start(), cost: 0, plain: 0 };
        let mut last = ' ';
        self.straight.push(at);
        for &c in line {
            let (state, cost) = model.step(at.state, c);
            at = Straight { state, cost: at.cost + cost as i32 + boxes(last, c), plain: at.plain + cost as i32 };
            last = c;
            self.straight.push(at);
        }
    }

    /// The cheapest reading of `line` in which stretches were written and read as `pair` says and the rest is as it should be.
    /// Entering a stretch costs `enter`. Time linear in the line.
    pub fn segments(&mut self, model: &Model, line: &[char], pair: Pair, enter: i32) -> Vec<Segment> {
        // A line is damaged as a whole or not at all more often than in parts: borders in its midst have a price.
        let border = if pair.read == Codec::LATIN_1 {
            0
        } else if pair.written == Codec::UTF_8 && pair.read.is_single_byte() {
            BORDER_UTF_8
        } else {
            BORDER
        };
        let mut begun = false;
        self.single = pair.read.is_single_byte();
        let Some(reading) = Reading::new(pair.read) else { return Vec::new() };
        let nbsp = (pair.written == Codec::UTF_8).then(|| reading.bytes('\u{a0}')).flatten().filter(|b| b.1 == 1).map(|b| b.0[0]);
        self.nodes.clear();
        self.nodes.reserve(line.len() * 3);
        self.live.clear();
        let options = self.options_of(pair.read, &reading, line);
        // The node outside of stretches before a character; none as long as no stretch has ended, which is most of most lines.
        let mut clean: Option<u32> = None;
        for (at, &c) in line.iter().enumerate() {
            if self.live.is_empty() && clean.is_none() && c.is_ascii() {
                continue;
            }
            let followed = line.get(at + 1).is_some_and(|n| matches!(n, ' ' | '\u{a0}'));
            // Outside: from outside, or from a stretch that ends here.
            let mut best = clean.map(|n| self.goes_on_outside(model, n, at, line));
            let mut least = best.map_or(self.straight[at + 1].cost, |b| b.cost);
            // A Latin word between Han ends where they begin.
            let behind_word = border == BORDER_UTF_8 && is_wide(c);
            for i in 0..self.live.len() {
                let node = &self.nodes[self.live[i] as usize];
                let last = node.out[usize::from(node.outs.max(1)) - 1];
                let leave = if c.is_ascii() || behind_word && is_latin(last) { 0 } else { border };
                // A price is never below nothing.
                if node.pending.is_empty() && node.cost + leave < least {
                    let other = self.outside(model, self.live[i], c, leave);
                    if other.cost < least {
                        least = other.cost;
                        best = Some(other);
                    }
                }
            }
            // Inside: from inside, or from a stretch that begins here.
            self.next.clear();
            let mut entry = clean;
            for bytes in options.of(at) {
                for i in 0..self.live.len() {
                    self.inside(model, self.live[i], pair.written, &bytes.0[..bytes.1], 0, false);
                }
                if !c.is_ascii() {
                    let from = *entry.get_or_insert_with(|| {
                        self.nodes.push(root(self.straight[at], at));
                        (self.nodes.len() - 1) as u32
                    });
                    self.inside(model, from, pair.written, &bytes.0[..bytes.1], enter + if begun { border } else { 0 }, false);
                }
            }
            if let (' ', Some(nbsp)) = (c, nbsp) {
                for i in 0..self.live.len() {
                    if !self.nodes[self.live[i] as usize].pending.is_empty() {
                        let is_one_word = is_one_word(&line[at + 1..]);
                        let price = if is_one_word { 0 } else { BLANK };
                        self.inside(model, self.live[i], pair.written, &[nbsp], price, true);
                        // No blank of its own ends a line.
                        if !followed && !is_one_word && at + 1 < line.len() {
                            self.inside(model, self.live[i], pair.written, &[nbsp, b' '], TWO_BLANKS, true);
                        }
                    }
                }
            }
            std::mem::swap(&mut self.live, &mut self.next);
            clean = best.map(|b| self.push(b));
            begun |= !c.is_ascii();
            if c.is_ascii() {
                // What goes on alike from outside at a price that makes entering again cheaper is not worth going on with.
                let (state, cost) = clean.map_or((self.straight[at + 1].state, self.straight[at + 1].cost), |n| {
                    (self.nodes[n as usize].state, self.nodes[n as usize].cost)
                });
                let nodes = &self.nodes;
                self.live.retain(|n| {
                    let node = &nodes[*n as usize];
                    !(node.pending.is_empty() && node.state == state && node.cost > cost + enter + border)
                });
            }
        }
        self.options.push(options);
        let mut end = clean;
        let mut least = clean.map_or(self.straight[line.len()].cost, |n| self.nodes[n as usize].cost);
        for &n in &self.live {
            let node = &self.nodes[n as usize];
            if node.pending.is_empty() && node.cost < least {
                (end, least) = (Some(n), node.cost);
            }
        }
        end.map_or(Vec::new(), |end| self.trace(line, end, enter))
    }

    /// Takes what a charset reads the line as out of memory, or finds out.
    fn options_of(&mut self, read: Codec, reading: &Reading, line: &[char]) -> Options {
        if let Some(at) = self.options.iter().position(|o| o.read == Some(read)) {
            return self.options.swap_remove(at);
        }
        let free = self.options.iter().position(|o| o.read.is_none());
        let mut options = free.map_or_else(Options::default, |at| self.options.swap_remove(at));
        options.fill(read, reading, line);
        options
    }

    fn push(&mut self, node: Node) -> u32 {
        self.nodes.push(node);
        (self.nodes.len() - 1) as u32
    }

    /// Character `at` outside of stretches, behind one that is.
    fn goes_on_outside(&self, model: &Model, from: u32, at: usize, line: &[char]) -> Node {
        let (state, cost) = (self.nodes[from as usize].state, if at > 0 { boxes(line[at - 1], line[at]) } else { 0 });
        let [before, after] = [&self.straight[at], &self.straight[at + 1]];
        // Two characters behind a stretch the line goes on as if there had been none.
        if state == before.state {
            return self.outside_by((after.state, (after.plain - before.plain) as u32), from, line[at], cost);
        }
        self.outside(model, from, line[at], cost)
    }

    fn outside(&self, model: &Model, from: u32, c: char, price: i32) -> Node {
        self.outside_by(model.step(self.nodes[from as usize].state, c), from, c, price)
    }

    /// The same when it is known where the model's step leads and what it costs.
    fn outside_by(&self, (state, cost): (State, u32), from: u32, c: char, price: i32) -> Node {
        let before = &self.nodes[from as usize];
        let mut out = ['\0'; 4];
        out[0] = c;
        Node {
            parent: from,
            cost: before.cost + cost as i32 + price,
            plain: before.plain + cost as i32,
            state,
            pending: Pending::default(),
            out,
            outs: 1,
            inside: false,
            inferred: false,
            two_blanks: 0,
        }
    }

    /// Adds the state after `bytes` inside a stretch to `next`, unless they are malformed or something cheaper stands there.
    fn inside(&mut self, model: &Model, from: u32, written: Codec, bytes: &[u8], price: i32, inferred: bool) {
        let before = &self.nodes[from as usize];
        let last = before.out[usize::from(before.outs.max(1)) - 1];
        let mut node = Node { parent: from, out: ['\0'; 4], outs: 0, inside: true, inferred, ..*before };
        node.cost += price;
        for (i, &b) in bytes.iter().enumerate() {
            let had = node.pending.as_bytes().len();
            match node.pending.feed(written, b) {
                Fed::More => {}
                Fed::Bad => return,
                Fed::One(c) => {
                    if !c.is_ascii() && written == Codec::UTF_8 {
                        node.cost -= SEQUENCE[(had + 1).min(4)] / if self.single || had > 1 { 1 } else { 2 };
                    }
                    // A price is never below nothing: what stands there is cheaper.
                    if i + 1 == bytes.len()
                        && self.next.iter().any(|&n| {
                            let other = &self.nodes[n as usize];
                            other.pending.is_empty() && other.cost <= node.cost && (other.two_blanks | node.two_blanks) == 0
                        })
                    {
                        return;
                    }
                    let (state, cost) = model.step(node.state, c);
                    node.state = state;
                    node.cost += cost as i32;
                    node.plain += cost as i32;
                    if is_combining(c) {
                        let before = if node.outs > 0 { node.out[usize::from(node.outs) - 1] } else { last };
                        node.cost += if is_combining(before) || compose(before, c).is_some() { COMBINING } else { UNKNOWN };
                    }
                    if !c.is_ascii() {
                        let letter = written == Codec::UTF_8 && is_latin(c) && b != 0xa0;
                        if !(model.is_known(c) || letter) {
                            node.cost += UNKNOWN;
                        }
                    }
                    if c == '\u{a0}' && bytes.len() > 1 {
                        // The blank is the no-break space itself.
                        node.cost += UNKNOWN;
                    }
                    node.two_blanks = node.two_blanks.saturating_sub(1);
                    // Whether a word ends here is seen by what follows.
                    if inferred && i == 0 && bytes.len() > 1 && c.is_alphabetic() {
                        node.two_blanks = 3;
                    }
                    node.out[usize::from(node.outs)] = c;
                    node.outs += 1;
                }
            }
        }
        for i in 0..self.next.len() {
            let other = &mut self.nodes[self.next[i] as usize];
            if other.pending == node.pending && other.two_blanks == node.two_blanks {
                if node.cost < other.cost {
                    *other = node;
                }
                return;
            }
        }
        if self.next.len() < ALIGNMENTS {
            let n = self.push(node);
            self.next.push(n);
        }
    }

    /// The stretches on the way to node `end`.
    fn trace(&self, line: &[char], end: u32, enter: i32) -> Vec<Segment> {
        let mut way = Vec::with_capacity(line.len());
        let mut at = end;
        let begin = loop {
            let node = &self.nodes[at as usize];
            way.push(at);
            if node.parent & STRAIGHT != 0 {
                break (node.parent & !STRAIGHT) as usize;
            }
            at = node.parent;
        };
        way.reverse();
        // What the line is like after `i` characters.
        let state = |i: usize| &self.nodes[way[i - begin] as usize];
        let mut segments = Vec::new();
        let mut i = begin;
        while i < line.len() {
            if !state(i + 1).inside {
                i += 1;
                continue;
            }
            let from = i;
            while i < line.len() && state(i + 1).inside {
                i += 1;
            }
            let mut to = i;
            // ASCII reads the same inside and outside: leave it outside.
            while to > from && line[to - 1].is_ascii() && {
                let n = state(to);
                n.outs == 1 && n.out[0] == line[to - 1] && !n.inferred && state(to - 1).pending.is_empty()
            } {
                to -= 1;
            }
            let mut now = String::new();
            let (mut guesses, mut words) = (Vec::new(), Vec::new());
            // The word that goes on: where it began, in the line and in `now`.
            let mut word = (from, 0);
            for at in from..to {
                let node = state(at + 1);
                let start = now.len();
                now.extend(&node.out[..usize::from(node.outs)]);
                if node.inferred {
                    guesses.push(Guess { from: start, to: now.len(), others: Vec::new() });
                }
                let blank = line[at] == ' ' && node.outs == 1 && node.out[0] == ' ' && !node.inferred;
                if blank || at + 1 == to && word.0 > from {
                    let end = if blank { (at, start) } else { (to, now.len()) };
                    if line[word.0..end.0].iter().any(|c| !c.is_ascii()) {
                        let gain = |at: usize| self.straight[at].cost - state(at).cost;
                        let after = |at: usize| state(at).plain;
                        words.push(Word {
                            line: word.0..end.0,
                            now: word.1..end.1,
                            gain: (gain(word.0), gain(end.0)),
                            after: (after(word.0), after(end.0)),
                        });
                    }
                    word = (at + 1, now.len());
                }
            }
            let (first, last) = (state(from), state(to));
            let before = self.straight[to].cost - self.straight[from].cost;
            let gain = before - (last.cost - first.cost - enter);
            segments.push(Segment { from, to, bytes: 0, now, after: last.plain - first.plain, gain, guesses, words });
        }
        segments
    }
}

/// The node outside of stretches before character number `at` of a line that is as it stands so far.
fn root(before: Straight, at: usize) -> Node {
    Node {
        parent: STRAIGHT | at as u32,
        cost: before.cost,
        plain: before.plain,
        state: before.state,
        pending: Pending::default(),
        out: ['\0'; 4],
        outs: 0,
        inside: false,
        inferred: false,
        two_blanks: 0,
    }
}

/// What a change from one box-drawing character to another costs: tables and frames repeat them, IBM437 mojibake does not.
fn boxes(last: char, c: char) -> i32 {
    const BOXES: std::ops::Range<char> = '\u{2500}'..'\u{25a0}';
    if last != c && BOXES.contains(&c) && BOXES.contains(&last) { 64 } else { 0 }
}

/// Portuguese joins `à` with what follows in these words alone: às, àquele, àquela, àquilo.
fn is_one_word(after: &[char]) -> bool {
    let starts = |word: &str| word.chars().zip(after).filter(|(w, c)| w == *c).count() == word.len();
    starts("quele")
        || starts("quela")
        || starts("quilo")
        || starts("s") && !after.get(1).is_some_and(|c| c.is_alphanumeric() || matches!(c, '\'' | '’'))
}
