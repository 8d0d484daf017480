//! What may stand in the holes of damaged text: characters of a written charset whose bytes are partly lost. Which readings are kept is
//! decided in `beam`, the way through a line is found in `lattice`.

use super::beam::{Beam, NEAR, Node};
use super::stock::Stock;
use super::undefined::Undefined;
use crate::codec::Codec;
use crate::model::{Candidate, Model, Priced, State};

/// Prices in 1/16 nats.
pub(super) mod price {
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

/// Candidates kept for one hole of one reading.
const BRANCHES: usize = 6;
/// The same behind a late reading.
const BRANCHES_LATE: usize = 3;
/// Characters tried for a hole of two bytes and more, the commonest: twice as many fill 39 of 3,360 generated cases otherwise, ten
/// nearer to the text and six farther from it.
const TRIED: usize = 60;
/// The same behind a late reading: of what fills holes one in ten is none of the first fifteen.
const TRIED_LATE: usize = 12;
/// What a character in a hole costs at least: of 3,360 generated cases none is read otherwise for it; 1/16 nats.
const LIKELIEST: i32 = 2 * 16;

/// Pending bytes, some of them lost.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(super) struct Holed {
    pub bytes: [u8; Holed::MOST],
    pub len: u8,
    pub lost: u8,
}

impl Holed {
    /// Bytes of the longest character.
    pub const MOST: usize = 4;

    pub fn push(&mut self, byte: Option<u8>) {
        if byte.is_none() {
            self.lost |= 1 << self.len;
        }
        self.bytes[usize::from(self.len)] = byte.unwrap_or(0);
        self.len += 1;
    }

    pub fn at(&self, i: usize) -> Option<u8> {
        (self.lost >> i & 1 == 0).then_some(self.bytes[i])
    }
}

/// Fills holes under one written charset.
pub(super) struct Holes<'m> {
    pub model: &'m Model,
    pub written: Codec,
    pub single: bool,
    pub stock: &'static Stock,
    /// What can have been lost, if that is known.
    pub undefined: Option<Undefined>,
    /// Its number in the memory.
    pub lost: u8,
    /// What was found for holes asked before.
    pub memory: &'m mut Memory,
}

impl Holes<'_> {
    /// Feeds symbols to a node; every way to go on is offered to `out`. False when there is none.
    pub fn feed(&mut self, mut node: Node, mut symbols: &[Option<u8>], out: &mut Beam) -> bool {
        loop {
            if node.cost - self.most_worth(&node.pending, symbols) >= out.limit() {
                return self.goes_on(&node, symbols);
            }
            let Some((&symbol, rest)) = symbols.split_first() else {
                out.push(&node);
                return true;
            };
            symbols = rest;
            let c = match symbol {
                Some(b) if node.pending.len == 0 && b < 0x80 => b as char,
                _ => {
                    node.pending.push(symbol);
                    match self.state(&node.pending) {
                        Form::Bad => return false,
                        Form::Open => continue,
                        Form::Whole(c) => {
                            node.cost -= self.worth(&node.pending);
                            node.pending = Holed::default();
                            c
                        }
                        Form::Holed => {
                            let pending = std::mem::take(&mut node.pending);
                            return usize::from(node.outs) < node.out.len() && self.fill(node, &pending, rest, out);
                        }
                    }
                }
            };
            // A price is never below nothing.
            if symbols.is_empty() && node.cost >= out.limit_of(0) {
                return usize::from(node.outs) < node.out.len();
            }
            if !self.emit(&mut node, c) {
                return false;
            }
        }
    }

    /// Whether a node of some cost, with nothing pending, may be kept when it is fed symbols.
    #[inline]
    pub fn may_be_kept(&self, cost: i32, symbols: &[Option<u8>], out: &Beam) -> bool {
        cost - self.most_worth(&Holed::default(), symbols) < out.limit()
    }

    /// Feeds what may stand in a hole and the symbols behind it to a node.
    fn fill(&mut self, mut node: Node, pending: &Holed, rest: &[Option<u8>], out: &mut Beam) -> bool {
        if node.cost - price::HOLED + LIKELIEST - self.most_worth(&node.pending, rest) >= out.limit_behind(rest) {
            node.outs += 1;
            return self.goes_on(&node, rest);
        }
        let fills = self.fills(&node, pending);
        if fills.count == 0 {
            node.cost += price::GIVEN_UP - price::HOLED;
            node.plain += price::GIVEN_UP;
            node.state = self.model.step(node.state, '\u{fffd}').0;
            node.out[usize::from(node.outs)] = '\u{fffd}';
            node.guessed |= 1 << node.outs;
            node.other = ['\0'; 3];
            node.outs += 1;
            return self.feed(node, rest, out);
        }
        let fills = &fills.all[..usize::from(fills.count)];
        let mut other = ['\0'; 3];
        for (o, f) in other.iter_mut().zip(fills) {
            *o = f.1;
        }
        let most = fills.first().map_or(0, |f| f.0.cost as i32 + NEAR);
        let mut any = false;
        for &(priced, c) in fills.iter().take(if node.late { BRANCHES_LATE } else { BRANCHES }) {
            let cost = priced.cost as i32;
            let mut filled = node;
            filled.cost += cost - price::HOLED;
            filled.plain += cost;
            filled.guessed |= 1 << filled.outs;
            filled.other = other;
            filled.out[usize::from(filled.outs)] = c;
            filled.outs += 1;
            if cost > most || filled.cost - self.most_worth(&filled.pending, rest) >= out.limit_behind(rest) {
                any |= self.goes_on(&filled, rest);
                // The others cost more.
                break;
            }
            filled.state = self.model.behind(node.state, c, priced);
            any |= self.feed(filled, rest, out);
        }
        any
    }

    /// The most that what is pending and symbols may be worth yet, by their bytes.
    #[inline]
    fn most_worth(&self, pending: &Holed, symbols: &[Option<u8>]) -> i32 {
        let a_byte = if self.written == Codec::UTF_8 { price::SEQUENCE[4] / 4 } else { price::HOLED / 2 };
        if symbols.is_empty() { 0 } else { (i32::from(pending.len) + symbols.len() as i32) * a_byte }
    }

    /// Whether symbols can be fed to a node, whatever that costs.
    #[cold]
    fn goes_on(&self, node: &Node, symbols: &[Option<u8>]) -> bool {
        let (mut pending, mut outs) = (node.pending, usize::from(node.outs));
        for &symbol in symbols {
            let whole = if pending.len == 0 && symbol.is_some_and(|b| b < 0x80) {
                true
            } else {
                pending.push(symbol);
                match self.state(&pending) {
                    Form::Bad => return false,
                    Form::Open => false,
                    Form::Whole(_) | Form::Holed => true,
                }
            };
            if whole {
                pending = Holed::default();
                outs += 1;
                if outs > node.out.len() {
                    return false;
                }
            }
        }
        true
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
    pub fn lacks(&self, p: &Holed) -> usize {
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
    fn fills(&mut self, node: &Node, p: &Holed) -> Fills {
        let utf_8 = self.written == Codec::UTF_8;
        // Few bytes are undefined: what is known of a sequence leaves few characters.
        let few = self.undefined.filter(|u| utf_8 && matches!(u, Undefined::Bytes { .. }) && p.at(0).is_some());
        if few.is_some_and(|few| !few.may_guess(p)) {
            return Fills::default();
        }
        if utf_8 && few.is_none() {
            let wide = match p.at(0) {
                None | Some(0xe3..=0xed | 0xef) => true,
                Some(0xe2) => !self.single,
                Some(_) => false,
            };
            if p.len != 3 || !wide {
                return Fills::default();
            }
        }
        let key = (node.state, *p, self.written, self.lost, node.late);
        let slot = Memory::slot(&key);
        if let Some((known, fills)) = self.memory.slots.get(slot).copied().flatten()
            && known == key
        {
            return fills;
        }
        let mut best = Fills::default();
        let after = self.model.after(node.state);
        let model = self.model;
        let tried = if node.late { TRIED_LATE } else { TRIED };
        match (few, self.undefined) {
            (Some(few), _) => {
                few.fitting(p).filter(|c| model.is_known(*c)).for_each(|c| best.add(after.price(model.candidate(c)), c));
            }
            (_, Some(dots @ Undefined::Pairs)) if utf_8 => {
                let fits = |e: &Candidate| dots.allows(e.c.encode_utf8(&mut [0; 4]).as_bytes(), p);
                self.stock.fitting(p).filter(fits).take(tried).for_each(|e| best.add(after.price(e), e.c));
            }
            _ => self.stock.fitting(p).take(tried).for_each(|e| best.add(after.price(e), e.c)),
        }
        if self.memory.slots.is_empty() {
            self.memory.slots.resize(Memory::SLOTS, None);
        }
        self.memory.slots[slot] = Some((key, best));
        best
    }
}

/// The likeliest characters for a hole, the cheapest first, with their costs.
#[derive(Clone, Copy, Default)]
struct Fills {
    all: [(Priced, char); BRANCHES],
    count: u8,
}

impl Fills {
    #[inline]
    fn add(&mut self, priced: Priced, c: char) {
        let count = usize::from(self.count);
        if count == BRANCHES && priced.cost >= self.all[BRANCHES - 1].0.cost {
            return;
        }
        let at = self.all[..count].partition_point(|b| b.0.cost <= priced.cost);
        let end = (count + 1).min(BRANCHES);
        self.all.copy_within(at..end - 1, at + 1);
        self.all[at] = (priced, c);
        self.count = end as u8;
    }
}

/// What holes were filled with. A hole has one slot and takes it from whatever had it.
#[derive(Default)]
pub(super) struct Memory {
    slots: Vec<Option<(Asked, Fills)>>,
    /// What can have been lost, as far as holes were asked.
    undefined: Vec<Option<Undefined>>,
}

/// A hole: what stands before it, what is known of it, the charset, the number of what can have been lost, and whether few are tried.
type Asked = (State, Holed, Codec, u8, bool);

impl Memory {
    const SLOTS: usize = 256;
    /// Kinds of loss that are told apart; when there are more all is forgotten.
    const KINDS: usize = 16;

    /// The number of what can have been lost.
    pub fn number_of(&mut self, undefined: Option<Undefined>) -> u8 {
        let at = self.undefined.iter().position(|u| *u == undefined).unwrap_or_else(|| {
            if self.undefined.len() == Memory::KINDS {
                self.undefined.clear();
                self.slots.clear();
            }
            self.undefined.push(undefined);
            self.undefined.len() - 1
        });
        at as u8
    }

    fn slot((state, p, written, lost, late): &Asked) -> usize {
        let bytes =
            u32::from_le_bytes(p.bytes) ^ u32::from(p.len) << 29 ^ u32::from(p.lost) << 26 ^ u32::from(*lost) << 4 ^ u32::from(*late) << 3;
        let key = char::from_u32(written.number() as u32).unwrap_or('\0');
        let hash = state.mixed_with(key) ^ u64::from(bytes).wrapping_mul(0xd6e8_feb8_6659_fd93);
        (hash >> 40) as usize % Memory::SLOTS
    }
}

enum Form {
    Bad,
    Open,
    Whole(char),
    Holed,
}
