//! Damage with losses: bytes that became U+FFFD or a question mark, or vanished. A beam search over what stood there; what it puts in
//! their place is a guess and marked as one. Damage without losses is undone in `segment`, the decision to believe is in `search`.

use std::sync::OnceLock;

use super::charset::{Bytes, Pair, Reading};
use super::segment::{Guess, Segment};
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
}

/// Prices in 1/16 nats.
mod price {
    /// A question mark that is none.
    pub const QUESTION: i32 = 16;
    /// Bytes that left no trace.
    pub const DROPPED: i32 = 80;
    /// One byte where two are usual, or the reverse.
    pub const UNUSUAL: i32 = 40;
    /// The end of a line cut off.
    pub const CUT: i32 = 48;
    /// A character given up as U+FFFD.
    pub const GIVEN_UP: i32 = 96;
    pub const UNKNOWN: i32 = 8 * 16;
    /// What a valid UTF-8 sequence is worth, whole and with a hole.
    pub const SEQUENCE: [i32; 5] = [0, 0, 48, 80, 160];
    pub const HOLED: i32 = 32;
    /// A blank for a no-break space, alone and with a blank of its own.
    pub const BLANK: i32 = 32;
    pub const TWO_BLANKS: i32 = 16;
}

/// Readings kept at one place.
const BEAM: usize = 12;
/// Candidates kept for one hole of one reading.
const BRANCHES: usize = 6;
/// Characters tried for a hole of two bytes and more.
const TRIED: usize = 220;

/// Pending bytes, some of them lost.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
struct Holed {
    bytes: [u8; 4],
    len: u8,
    lost: u8,
}

impl Holed {
    fn push(&mut self, byte: Option<u8>) {
        if byte.is_none() {
            self.lost |= 1 << self.len;
        }
        self.bytes[usize::from(self.len)] = byte.unwrap_or(0);
        self.len += 1;
    }

    fn at(&self, i: usize) -> Option<u8> {
        (self.lost >> i & 1 == 0).then_some(self.bytes[i])
    }
}

#[derive(Clone, Copy)]
struct Node {
    parent: u32,
    cost: i32,
    plain: i32,
    state: State,
    pending: Holed,
    out: [char; 4],
    outs: u8,
    /// Bits of `out` that are guesses.
    guessed: u8,
    other: [char; 3],
    inside: bool,
}

const NONE: u32 = u32::MAX;

/// A character and its bytes in a written charset.
struct Entry {
    c: char,
    bytes: [u8; 3],
}

/// Common characters of a written charset, the commonest first, all and by their first byte.
struct Stock {
    all: Vec<Entry>,
    by_lead: Vec<Vec<u32>>,
}

/// Common Han, kana, Hangul and full-width punctuation of the charsets whose holes are filled.
fn stock(written: Codec) -> Option<&'static Stock> {
    const WRITTEN: [Codec; 6] = [Codec::UTF_8, Codec::GB18030, Codec::BIG5, Codec::SHIFT_JIS, Codec::EUC_JP, Codec::EUC_KR];
    static STOCKS: [OnceLock<Stock>; 6] = [const { OnceLock::new() }; 6];
    let at = WRITTEN.iter().position(|c| *c == written)?;
    Some(STOCKS[at].get_or_init(|| {
        let model = Model::shared();
        let inverse = written.inverse();
        let mut all: Vec<(u32, Entry)> = Vec::new();
        for c in ('\u{2010}'..='\u{2027}')
            .chain('\u{3000}'..='\u{30ff}')
            .chain('\u{4e00}'..='\u{9fff}')
            .chain('\u{ac00}'..='\u{d7a3}')
            .chain('\u{ff01}'..='\u{ff5e}')
        {
            if !model.is_known(c) {
                continue;
            }
            let mut bytes = [0; 3];
            match inverse {
                None => {
                    let mut buffer = [0; 4];
                    let n = c.encode_utf8(&mut buffer).len();
                    bytes[..n].copy_from_slice(&buffer[..n]);
                }
                Some(inverse) => match inverse.encode(c) {
                    Some(code) if code.len() == 2 => bytes[..2].copy_from_slice(&code),
                    _ => continue,
                },
            }
            all.push((model.alone(c), Entry { c, bytes }));
        }
        all.sort_by_key(|(price, e)| (*price, e.c));
        let all: Vec<Entry> = all.into_iter().map(|(_, e)| e).collect();
        let mut by_lead = vec![Vec::new(); 256];
        for (i, e) in all.iter().enumerate() {
            by_lead[usize::from(e.bytes[0])].push(i as u32);
        }
        Stock { all, by_lead }
    }))
}

/// Memory of the search, kept between lines.
#[derive(Default)]
pub(super) struct Lattice {
    nodes: Vec<Node>,
    live: Vec<u32>,
    next: Vec<Node>,
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
        let search = Holes { model, written: pair.written, single, stock };
        self.nodes.clear();
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
        });
        let mut prefix = vec![0i32];
        let mut straight = model.start();
        let mut clean = 0u32;
        let mut begun = false;
        for (i, &c) in line.iter().enumerate() {
            let (state, cost) = model.step(straight, c);
            straight = state;
            prefix.push(prefix[i] + cost as i32);
            let after = line.get(i + 1).copied();
            let leave = if c.is_ascii() { 0 } else { border };
            let mut outside = self.outside(model, clean, c, 0);
            for &n in &self.live {
                if self.nodes[n as usize].pending.len == 0 {
                    let other = self.outside(model, n, c, leave);
                    if other.cost < outside.cost {
                        outside = other;
                    }
                }
            }
            self.next.clear();
            let mut places: Vec<(Symbols, i32)> = Vec::new();
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
                    places.push((lost(2), price::QUESTION));
                }
                if let (' ', Some(nbsp)) = (c, nbsp) {
                    places.push((([Some(nbsp), None, None, None, None, None], 1), price::BLANK));
                    if after.is_none_or(|a| a != ' ') {
                        places.push((([Some(nbsp), Some(b' '), None, None, None, None], 2), price::TWO_BLANKS));
                    }
                }
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
                    let before = self.next.len();
                    search.feed(Node { parent: n, outs: 0, guessed: 0, cost: from.cost + cost, ..from }, symbols, &mut self.next);
                    if loss.dropped && self.next.len() == before && !symbols.contains(&None) {
                        for gone in 1..=2usize {
                            let mut more = [None; 6];
                            for (s, b) in more[gone..].iter_mut().zip(symbols) {
                                *s = *b;
                            }
                            let price = price::DROPPED + if gone > 1 { price::UNUSUAL / 2 } else { 0 };
                            let count = (gone + symbols.len()).min(6);
                            search.feed(
                                Node { parent: n, outs: 0, guessed: 0, cost: from.cost + cost + price, ..from },
                                &more[..count],
                                &mut self.next,
                            );
                        }
                    }
                }
                if !c.is_ascii() {
                    let from = self.nodes[clean as usize];
                    let price = enter + if begun { border } else { 0 };
                    search.feed(
                        Node { parent: clean, outs: 0, guessed: 0, inside: true, cost: from.cost + cost + price, ..from },
                        symbols,
                        &mut self.next,
                    );
                }
            }
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
        let cut = std::mem::take(&mut self.next);
        let mut end = clean;
        for &n in &self.live {
            if self.nodes[n as usize].pending.len == 0 && self.nodes[n as usize].cost < self.nodes[end as usize].cost {
                end = n;
            }
        }
        let mut tail = None;
        if let Some(best) = cut.iter().filter(|n| n.pending.len == 0).min_by_key(|n| n.cost)
            && best.cost < self.nodes[end as usize].cost
        {
            tail = Some(*best);
            end = best.parent;
        }
        self.next = cut;
        self.trace(line, end, tail, &prefix, enter)
    }

    fn push(&mut self, node: Node) -> u32 {
        self.nodes.push(node);
        (self.nodes.len() - 1) as u32
    }

    fn outside(&self, model: &Model, from: u32, c: char, price: i32) -> Node {
        let before = self.nodes[from as usize];
        let (state, cost) = model.step(before.state, c);
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
            ..before
        }
    }

    /// Keeps the cheapest of the next nodes; of those that go on alike only the cheapest.
    fn prune(&mut self) {
        self.next.sort_by_key(|n| n.cost);
        self.live.clear();
        let mut kept: Vec<Node> = Vec::with_capacity(BEAM);
        for node in &self.next {
            if kept.len() == BEAM {
                break;
            }
            if kept.iter().all(|k| k.pending != node.pending || k.state != node.state) {
                kept.push(*node);
            }
        }
        for node in kept {
            let n = self.push(node);
            self.live.push(n);
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
            segments.push(Segment { from, to, bytes: 0, now, after: way[to].plain - way[from].plain, gain, guesses });
        }
        segments
    }
}

/// Fills holes under one written charset.
struct Holes<'m> {
    model: &'m Model,
    written: Codec,
    single: bool,
    stock: &'static Stock,
}

impl Holes<'_> {
    /// Feeds symbols to a node; every way to go on is added to `out`.
    fn feed(&self, node: Node, symbols: &[Option<u8>], out: &mut Vec<Node>) {
        let Some((&symbol, rest)) = symbols.split_first() else {
            out.push(node);
            return;
        };
        let mut node = node;
        if node.pending.len == 0 && symbol.is_some_and(|b| b < 0x80) {
            if let Some(b) = symbol
                && self.emit(&mut node, b as char)
            {
                self.feed(node, rest, out);
            }
            return;
        }
        node.pending.push(symbol);
        match self.state(&node.pending) {
            Form::Bad => {}
            Form::Open => self.feed(node, rest, out),
            Form::Whole(c) => {
                node.cost -= self.worth(&node.pending);
                node.pending = Holed::default();
                if self.emit(&mut node, c) {
                    self.feed(node, rest, out);
                }
            }
            Form::Holed => {
                let pending = node.pending;
                node.pending = Holed::default();
                if usize::from(node.outs) == node.out.len() {
                    return;
                }
                let fills = self.fills(&node, &pending);
                if fills.is_empty() {
                    node.cost += price::GIVEN_UP - price::HOLED;
                    node.plain += price::GIVEN_UP;
                    node.state = self.model.step(node.state, '\u{fffd}').0;
                    node.out[usize::from(node.outs)] = '\u{fffd}';
                    node.guessed |= 1 << node.outs;
                    node.other = ['\0'; 3];
                    node.outs += 1;
                    return self.feed(node, rest, out);
                }
                let mut other = ['\0'; 3];
                for (o, f) in other.iter_mut().zip(&fills) {
                    *o = f.1;
                }
                for &(_, c) in &fills {
                    let mut filled = node;
                    filled.cost -= price::HOLED;
                    filled.guessed |= 1 << filled.outs;
                    filled.other = other;
                    if self.emit(&mut filled, c) {
                        self.feed(filled, rest, out);
                    }
                }
            }
        }
    }

    /// Adds a character to what a node says; false when it already says as much as one step can.
    fn emit(&self, node: &mut Node, c: char) -> bool {
        if usize::from(node.outs) == node.out.len() {
            return false;
        }
        let (state, cost) = self.model.step(node.state, c);
        node.state = state;
        node.cost += cost as i32;
        node.plain += cost as i32;
        if !c.is_ascii() && !self.model.is_known(c) {
            node.cost += price::UNKNOWN;
        }
        node.out[usize::from(node.outs)] = c;
        node.outs += 1;
        true
    }

    fn worth(&self, pending: &Holed) -> i32 {
        if self.written == Codec::UTF_8 {
            price::SEQUENCE[usize::from(pending.len).min(4)] / if self.single || pending.len > 2 { 1 } else { 2 }
        } else {
            0
        }
    }

    /// Bytes a pending character lacks.
    fn lacks(&self, p: &Holed) -> usize {
        let whole = match (p.len, self.written == Codec::UTF_8) {
            (0, _) => 0,
            (_, false) => 2,
            (_, true) => match p.at(0) {
                Some(0xc2..=0xdf) => 2,
                Some(0xf0..=0xf4) => 4,
                _ => 3,
            },
        };
        usize::from(whole as u8).saturating_sub(usize::from(p.len))
    }

    fn state(&self, p: &Holed) -> Form {
        let len = usize::from(p.len);
        if self.written == Codec::UTF_8 {
            if len == 1 {
                return match p.at(0) {
                    None | Some(0xc2..=0xf4) => Form::Open,
                    Some(_) => Form::Bad,
                };
            }
            if p.at(len - 1).is_some_and(|b| !(0x80..0xc0).contains(&b)) {
                return Form::Bad;
            }
        } else if len == 1 {
            return match p.at(0) {
                None => Form::Open,
                Some(b) => match self.written.byte(b) {
                    Some(c) => Form::Whole(c),
                    None if (0x81..=0xfe).contains(&b) => Form::Open,
                    None => Form::Bad,
                },
            };
        } else if p.at(1).is_some_and(|b| b < 0x40) {
            return Form::Bad;
        }
        if self.lacks(p) > 0 {
            return Form::Open;
        }
        if p.lost != 0 {
            return Form::Holed;
        }
        let bytes = &p.bytes[..len];
        let c = if self.written == Codec::UTF_8 {
            std::str::from_utf8(bytes).ok().and_then(|s| s.chars().next())
        } else {
            self.written.pair(bytes[0], bytes[1])
        };
        c.map_or(Form::Bad, Form::Whole)
    }

    /// The likeliest characters for a hole, with their costs; none where guessing would be inventing.
    fn fills(&self, node: &Node, p: &Holed) -> Vec<(u32, char)> {
        let len = usize::from(p.len);
        if self.written == Codec::UTF_8 {
            let wide = match p.at(0) {
                None | Some(0xe3..=0xed | 0xef) => true,
                Some(0xe2) => !self.single,
                Some(_) => false,
            };
            if len != 3 || !wide {
                return Vec::new();
            }
        }
        let fits = |e: &Entry| (0..len).all(|i| p.at(i).is_none_or(|b| b == e.bytes[i]));
        let mut best: Vec<(u32, char)> = Vec::with_capacity(BRANCHES + 1);
        let mut consider = |c: char| {
            let cost = self.model.step(node.state, c).1;
            if best.len() < BRANCHES || best.last().is_some_and(|b| cost < b.0) {
                let at = best.partition_point(|b| b.0 <= cost);
                best.insert(at, (cost, c));
                best.truncate(BRANCHES);
            }
        };
        match p.at(0) {
            Some(lead) => self.stock.by_lead[usize::from(lead)]
                .iter()
                .map(|&i| &self.stock.all[i as usize])
                .filter(|e| fits(e))
                .take(TRIED)
                .for_each(|e| consider(e.c)),
            None => self.stock.all.iter().filter(|e| fits(e)).take(TRIED).for_each(|e| consider(e.c)),
        }
        best
    }
}

enum Form {
    Bad,
    Open,
    Whole(char),
    Holed,
}
