//! Damage with losses: bytes that became U+FFFD or a question mark, or vanished. A beam search over what stood there; what it puts in
//! their place is a guess and marked as one. Damage without losses is undone in `segment`, the decision to believe is in `search`.

use super::beam::{Beam, Leasts, Node};
use super::charset::{Bytes, Pair, Reading};
use super::holes::{Holed, Holes, Memory, price};
use super::segment::{Guess, Segment};
use super::stock::stock;
use super::undefined::{DOT, Undefined};
use crate::codec::Codec;
use crate::model::{Model, State};

/// How bytes were lost.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Loss {
    /// U+FFFD stands for one or two bytes.
    pub replaced: bool,
    /// A question mark may stand for one or two.
    pub questioned: bool,
    /// Bytes are gone without a trace.
    pub dropped: bool,
    /// A middle dot of Japanese may stand for two, or for one and the ASCII behind it.
    pub dotted: bool,
}

impl Loss {
    /// Whether a line shows that something was lost.
    pub fn is_seen(self) -> bool {
        self.replaced || self.questioned || self.dotted
    }

    /// Whether the marks of it are more than what else is beyond ASCII: what is left says too little. Of 1,316 readings tried in two sets none
    /// of the 212 of such lines was kept.
    pub fn is_most_of(self, line: &[char]) -> bool {
        let is_mark = |c: char| self.replaced && c == '\u{fffd}' || self.questioned && c == '?';
        let lost = line.iter().filter(|c| is_mark(**c)).count();
        lost > line.iter().filter(|c| !c.is_ascii() && !is_mark(**c)).count()
    }
}

const NONE: u32 = u32::MAX;

/// Memory of the search, kept between lines.
#[derive(Default)]
pub(super) struct Lattice {
    nodes: Vec<Node>,
    live: Vec<u32>,
    next: Beam,
    memory: Memory,
    places: Vec<(Symbols, i32)>,
    options: Vec<Bytes>,
}

/// One place of the line: what bytes may have stood there.
type Symbols = ([Option<u8>; 6], usize);

impl Lattice {
    /// The likeliest readings of `line` in which stretches were written and read as `pair` says, with bytes lost as `loss` says.
    pub fn segments(&mut self, model: &Model, line: &[char], pair: Pair, loss: Loss, enter: i32) -> Vec<Segment> {
        let (Some(reading), Some(stock)) = (Reading::new(pair.read), stock(pair.written)) else { return Vec::new() };
        let single = pair.read.is_single_byte();
        let border = enter;
        let nbsp = (single && pair.written == Codec::UTF_8).then(|| reading.bytes('\u{a0}')).flatten().filter(|b| b.1 == 1).map(|b| b.0[0]);
        let mut memory = std::mem::take(&mut self.memory);
        let undefined = Undefined::of(pair.read, line, loss);
        let lost = memory.number_of(undefined);
        let mut search = Holes { model, written: pair.written, single, stock, undefined, lost, memory: &mut memory };
        let trails = if loss.dropped && matches!(undefined, Some(Undefined::Bytes { .. })) { trails(line, &reading) } else { Vec::new() };
        self.nodes.clear();
        self.nodes.reserve(line.len() * 3);
        self.live.clear();
        self.nodes.push(Node {
            parent: NONE,
            cost: 0,
            plain: 0,
            state: model.start(),
            pending: Holed::default(),
            out: ['\0'; 4],
            outs: 0,
            guessed: 0,
            other: ['\0'; 3],
            inside: false,
            late: false,
        });
        let mut prefix = vec![0i32];
        let mut straight = model.start();
        let mut clean = 0u32;
        let mut begun = false;
        for (i, &c) in line.iter().enumerate() {
            let stepped = model.step(straight, c);
            prefix.push(prefix[i] + stepped.1 as i32);
            let after = line.get(i + 1).copied();
            let leave = if c.is_ascii() { 0 } else { border };
            // Two characters behind a stretch the text goes on as if there had been none.
            let as_it_stands = self.nodes[clean as usize].state == straight;
            let mut outside = if as_it_stands { self.outside_by(stepped, clean, c, 0) } else { self.outside(model, clean, c, 0) };
            straight = stepped.0;
            for &n in &self.live {
                let node = &self.nodes[n as usize];
                // A price is never below nothing.
                if node.pending.len == 0 && node.cost + leave < outside.cost {
                    let other = self.outside(model, n, c, leave);
                    if other.cost < outside.cost {
                        outside = other;
                    }
                }
            }
            self.next.clear();
            let mut places = std::mem::take(&mut self.places);
            places.clear();
            let lost = |n: usize| ([None; 6], n);
            if c == '\u{fffd}' {
                if loss.replaced {
                    if single {
                        places.push((lost(1), 0));
                    } else if after.is_none_or(|a| a.is_ascii()) {
                        places.push((lost(1), 0));
                        places.push((lost(2), 8));
                    } else {
                        places.push((lost(2), 0));
                        places.push((lost(1), price::UNUSUAL));
                    }
                }
            } else {
                reading.all(c, &mut self.options);
                for (bytes, n) in &self.options {
                    let mut symbols = [None; 6];
                    for (s, b) in symbols.iter_mut().zip(&bytes[..*n]) {
                        *s = Some(*b);
                    }
                    places.push(((symbols, *n), 0));
                }
                if c == '?' && loss.questioned {
                    places.push((
                        lost(1),
                        if after.is_none_or(|a| a.is_ascii()) { price::QUESTION } else { price::QUESTION + price::UNUSUAL },
                    ));
                    if undefined.is_none() {
                        places.push((lost(2), price::QUESTION));
                    }
                }
                if c == DOT && loss.dotted {
                    places.push((lost(2), 0));
                    if after.is_none_or(|a| a.is_ascii()) {
                        places.push((lost(1), 0));
                    }
                }
                if let (' ', Some(nbsp)) = (c, nbsp) {
                    places.push((([Some(nbsp), None, None, None, None, None], 1), price::BLANK));
                    if after.is_none_or(|a| a != ' ') {
                        places.push((([Some(nbsp), Some(b' '), None, None, None, None], 2), price::TWO_BLANKS));
                    }
                }
            }
            let mut least = Leasts::default();
            for &n in &self.live {
                let Node { pending, cost, .. } = &self.nodes[n as usize];
                least.add(pending.len, *cost);
            }
            for (symbols, cost) in &places {
                let symbols = &symbols.0[..symbols.1];
                for j in 0..self.live.len() {
                    let n = self.live[j];
                    let from = self.nodes[n as usize];
                    if symbols.len() == 2 && c == ' ' && from.pending.len == 1 && from.pending.at(0) == Some(0xc2) {
                        continue;
                    }
                    // A blank is a no-break space only inside a character.
                    if c == ' ' && symbols[0] != Some(b' ') && from.pending.len == 0 {
                        continue;
                    }
                    let late = least.is_late(from.pending.len, from.cost);
                    let node = Node { parent: n, outs: 0, guessed: 0, cost: from.cost + cost, late, ..from };
                    let goes_on = search.feed(node, symbols, &mut self.next);
                    // Bytes of a set are gone from within a character, where what is left of it is too short.
                    let is_torn = match trails.get(i) {
                        Some(&left) => from.pending.len > 0 && (!goes_on || usize::from(left) < search.lacks(&from.pending)),
                        None => !goes_on,
                    };
                    if loss.dropped && !symbols.contains(&None) && is_torn {
                        for gone in 1..=2usize {
                            let mut more = [None; 6];
                            for (s, b) in more[gone..].iter_mut().zip(symbols) {
                                *s = *b;
                            }
                            let price = price::DROPPED + if gone > 1 { price::UNUSUAL / 2 } else { 0 };
                            let count = (gone + symbols.len()).min(6);
                            search.feed(
                                Node { parent: n, outs: 0, guessed: 0, cost: from.cost + cost + price, late, ..from },
                                &more[..count],
                                &mut self.next,
                            );
                        }
                    }
                }
                if !c.is_ascii() {
                    let from = &self.nodes[clean as usize];
                    let cost = from.cost + cost + enter + if begun { border } else { 0 };
                    if search.may_be_kept(cost, symbols, &self.next) {
                        let late = least.is_late(0, cost);
                        let node = Node { parent: clean, outs: 0, guessed: 0, inside: true, cost, late, ..*from };
                        search.feed(node, symbols, &mut self.next);
                    }
                }
            }
            self.places = places;
            self.prune();
            clean = self.push(outside);
            begun |= !c.is_ascii();
        }
        // A last character that lacks bytes.
        self.next.clear();
        for j in 0..self.live.len() {
            let n = self.live[j];
            let from = self.nodes[n as usize];
            let lacks = search.lacks(&from.pending);
            if lacks > 0 && lacks < 3 {
                let node = Node { parent: n, outs: 0, guessed: 0, cost: from.cost + price::CUT, ..from };
                search.feed(node, &[None; 3][..lacks], &mut self.next);
            }
        }
        self.memory = memory;
        let mut end = clean;
        for &n in &self.live {
            if self.nodes[n as usize].pending.len == 0 && self.nodes[n as usize].cost < self.nodes[end as usize].cost {
                end = n;
            }
        }
        let mut tail = None;
        if let Some(best) = self.next.kept().find(|n| n.pending.len == 0)
            && best.cost < self.nodes[end as usize].cost
        {
            tail = Some(*best);
            end = best.parent;
        }
        self.trace(line, end, tail, &prefix, enter)
    }

    fn push(&mut self, node: Node) -> u32 {
        self.nodes.push(node);
        (self.nodes.len() - 1) as u32
    }

    fn outside(&self, model: &Model, from: u32, c: char, price: i32) -> Node {
        self.outside_by(model.step(self.nodes[from as usize].state, c), from, c, price)
    }

    /// The same when it is known where the model's step leads and what it costs.
    fn outside_by(&self, (state, cost): (State, u32), from: u32, c: char, price: i32) -> Node {
        let before = self.nodes[from as usize];
        Node {
            parent: from,
            cost: before.cost + cost as i32 + price,
            plain: before.plain + cost as i32,
            state,
            pending: Holed::default(),
            out: [c, '\0', '\0', '\0'],
            outs: 1,
            guessed: 0,
            inside: false,
            late: false,
            ..before
        }
    }

    /// Goes on with the nodes that are kept.
    fn prune(&mut self) {
        self.live.clear();
        for node in self.next.kept() {
            self.live.push(self.nodes.len() as u32);
            self.nodes.push(*node);
        }
    }

    fn trace(&self, line: &[char], end: u32, tail: Option<Node>, prefix: &[i32], enter: i32) -> Vec<Segment> {
        let mut way: Vec<Node> = Vec::with_capacity(line.len() + 1);
        let mut at = end;
        while at != NONE {
            let node = self.nodes[at as usize];
            way.push(node);
            at = node.parent;
        }
        way.reverse();
        if let (Some(tail), Some(last)) = (tail, way.last_mut()) {
            // The filled end belongs to the last character of the line.
            for i in 0..usize::from(tail.outs) {
                if usize::from(last.outs) < last.out.len() {
                    last.out[usize::from(last.outs)] = tail.out[i];
                    last.guessed |= (tail.guessed >> i & 1) << last.outs;
                    last.outs += 1;
                }
            }
            last.other = tail.other;
            (last.cost, last.plain) = (tail.cost, tail.plain);
        }
        let mut segments = Vec::new();
        let mut i = 0;
        while i < line.len() {
            if !way[i + 1].inside {
                i += 1;
                continue;
            }
            let from = i;
            while i < line.len() && way[i + 1].inside {
                i += 1;
            }
            let mut to = i;
            while to > from
                && line[to - 1].is_ascii()
                && way[to].outs == 1
                && way[to].out[0] == line[to - 1]
                && way[to - 1].pending.len == 0
            {
                to -= 1;
            }
            let mut now = String::new();
            let mut guesses = Vec::new();
            for node in &way[from + 1..=to] {
                for k in 0..usize::from(node.outs) {
                    let start = now.len();
                    now.push(node.out[k]);
                    if node.guessed >> k & 1 == 1 {
                        let others = node.other.iter().copied().filter(|c| *c != '\0' && *c != node.out[k]).collect();
                        guesses.push(Guess { from: start, to: now.len(), others });
                    }
                }
            }
            let gain = prefix[to] - prefix[from] - (way[to].cost - way[from].cost - enter);
            segments.push(Segment { from, to, bytes: 0, now, after: way[to].plain - way[from].plain, gain, guesses, words: Vec::new() });
        }
        segments
    }
}

/// How many characters from each of a line on may be bytes of UTF-8 behind a lead, at most three. Blanks are blanks.
fn trails(line: &[char], reading: &Reading) -> Vec<u8> {
    let mut trails = vec![0; line.len()];
    let mut run = 0;
    for (n, &c) in trails.iter_mut().zip(line).rev() {
        let is_trail = !c.is_ascii() && reading.bytes(c).is_some_and(|(bytes, n)| n == 1 && (0x80..0xc0).contains(&bytes[0]));
        run = if is_trail { (run + 1).min(3) } else { 0 };
        *n = run;
    }
    trails
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_marks_says_too_little() {
        let is_most = |loss: Loss, line: &str| loss.is_most_of(&line.chars().collect::<Vec<char>>());
        let (replaced, questioned) = (Loss { replaced: true, ..Loss::default() }, Loss { questioned: true, ..Loss::default() });
        assert!(is_most(replaced, "鎴\u{fffd}\u{fffd} a") && !is_most(replaced, "鎴戜\u{fffd}\u{fffd}??? a"));
        assert!(is_most(questioned, "鎴?? a") && !is_most(questioned, "鎴戜?? a"));
        assert!(!is_most(Loss { dropped: true, ..Loss::default() }, "???"));
    }

    #[test]
    fn trails_are_counted_up_to_three() {
        let line: Vec<char> = "æ²³è¾¹ ë¥ x¼".chars().collect();
        let reading = Reading::new(Codec::WINDOWS_1252).unwrap();
        assert_eq!(trails(&line, &reading), [0, 2, 1, 0, 2, 1, 0, 0, 1, 0, 0, 1]);
        let many: Vec<char> = "¼¼¼¼¼".chars().collect();
        assert_eq!(trails(&many, &reading), [3, 3, 3, 2, 1]);
    }
}
