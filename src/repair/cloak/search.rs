//! The search for what stood in a torn run: a beam over (position, pending byte), priced by the character model. It proposes
//! readings of one window in order of their price; whether one is right is checked in `repair` through the forward model.

use super::channel::{MARKED, MARKER};
use super::gate::is_han;
use super::gbk::{self, ROW_A1, ROW_A3};
use super::page::{Byte, Page};
use super::readings::Readings;
use crate::model::{Model, State};

/// Nats as the model counts them.
pub const NAT: i32 = 16;
/// Readings kept at one position. Four are as exact as forty-eight when bytes decide; lost bytes need more.
const BEAM: usize = 40;
/// Readings that cost this much more than the best at the same position are dropped.
const HOPELESS: i32 = 24 * NAT;
/// Characters a window has at most.
const WINDOW: usize = 400;
/// A window ends when every reading has been in step for so many characters.
const IN_STEP: u8 = 6;
/// Choices for one lost byte that are kept.
const GUESSES: usize = 14;

/// Lost bytes a window may ask about, over all its readings: forty readings of fifteen. Text that is nothing but damage has more,
/// and no answer.
const MOST_GUESSES: u32 = 600;

/// Prices in 1/16 nat. Those named in the README of the measurements are marked with the value in nats.
mod price {
    use super::NAT;
    /// A torn annotation that is taken at its word (14).
    pub const LITERAL: i32 = 14 * NAT;
    /// `?` before punctuation that is taken at its word, on a page with annotations.
    pub const LITERAL_MARK: i32 = 2 * NAT;
    /// The annotated character: one the conversion makes (1.5), another traditional one (3.5).
    pub const IMAGE: i32 = 3 * NAT / 2;
    pub const TRADITIONAL: i32 = 7 * NAT / 2;
    /// Its reading is not the usual one.
    pub const UNUSUAL: i32 = 2 * NAT;
    /// It stands elsewhere on the page without a reading, or with another one: a page is consistent.
    pub const INCONSISTENT: i32 = 8 * NAT;
    /// A torn annotation as a whole character (5).
    pub const FALLBACK: i32 = 5 * NAT;
    /// ASCII that is a folded full-width form: punctuation (0.7), letters and digits (4).
    pub const FOLDED: i32 = 7 * NAT / 10;
    pub const FOLDED_LETTER: i32 = 4 * NAT;
    /// A blank that is an ideographic one.
    pub const WIDE_BLANK: i32 = 4 * NAT;
    /// A member of the set that stands without its reading.
    pub const UNANNOTATED: i32 = 6 * NAT;
    /// A lost byte (0.5), and what makes a choice unlikely: a letter that is always converted (5), punctuation or symbols
    /// the page does not have (3), a break of the nesting of quotes (4), an end mark after an end mark (6); a quote that is
    /// open is likely to be closed (-2.5).
    pub const LOST: i32 = NAT / 2;
    pub const CONVERTED: i32 = 5 * NAT;
    pub const UNSEEN_MARK: i32 = 3 * NAT;
    pub const NESTING: i32 = 4 * NAT;
    pub const CLOSES_NOTHING: i32 = 5 * NAT / 2;
    /// A character the model does not list.
    pub const UNKNOWN: i32 = 6 * NAT;
    /// A private-use character: no clean text has one.
    pub const PRIVATE: i32 = 20 * NAT;
    pub const TWO_ENDS: i32 = 6 * NAT;
    pub const CLOSES: i32 = -5 * NAT / 2;
    /// The page has the same two characters elsewhere.
    pub const AGAIN: i32 = -3 * NAT / 2;
    /// A longer context makes a character cheaper by this much at most.
    pub const SURPRISE: i32 = 4 * NAT;
    /// An opening mark before the end of a line.
    pub const OPENS_NOTHING: i32 = 5 * NAT;
    /// The same character stands two or three places before: 看一看, 包了又包.
    pub const REPEATS: i32 = -NAT;
    /// The same with 又, 一 or 不 between.
    pub const DOUBLES: i32 = -3 * NAT;
    /// Two characters were lost: a question mark is left for one of them.
    pub const LEFT: i32 = 5 * NAT;
    /// The page has the character elsewhere.
    pub const ON_PAGE: i32 = -NAT;
    /// A particle that ends sentences, before punctuation.
    pub const PARTICLE: i32 = -2 * NAT;
    pub const WIDE_SPACE: i32 = 6 * NAT;
    pub const UNSEEN_SYMBOL: i32 = 8 * NAT;
    /// More than half of the characters torn by a marker are 。.
    pub const FULL_STOP: i32 = -NAT / 2;
    /// The ASCII byte that went with it: the bracket of one that is closed, a tag, a marker, none of these
    /// (3.5). Blanks are priced by the page's habit.
    pub const BRACKET: i32 = NAT;
    pub const UNCLOSED: i32 = 3 * NAT;
    pub const SIGN: i32 = 3 * NAT;
    pub const UNKNOWN_SIGN: i32 = 7 * NAT;
    pub const TAG: i32 = NAT / 4;
    pub const MARK_HERE: i32 = NAT / 4;
    pub const DIGIT: i32 = 5 * NAT / 2;
    /// A lead byte that went with a trail byte 80.
    pub const LOST_LEAD: i32 = 3 * NAT;
    /// A marker that shows nothing elsewhere on the page.
    pub const FIRST_MARK: i32 = 2 * NAT;
}

/// How a step of a reading came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// As it stands.
    Keep,
    /// As it stands, the annotation behind it deleted.
    Strip,
    /// A torn annotation: nothing is written, bytes are out of step from here.
    Torn,
    /// Put together from two neighbours.
    Shift,
    /// The same, with an annotation inside deleted.
    ShiftStrip,
    /// The trail byte is a guess; what it took with it may be, too.
    Lost,
    /// The lead byte is a guess: it took a marker.
    Marker,
    /// A torn annotation read as a whole character.
    Whole,
    /// What is left of a tag whose `<` was swallowed.
    Tag,
    /// A marker that is seen as a comma.
    Comma,
}

impl Kind {
    /// Does the step leave the characters in step as they stand?
    pub fn is_plain(self) -> bool {
        matches!(self, Kind::Keep | Kind::Strip | Kind::Comma)
    }
}

/// One step of a reading: tokens `from..to` of the page are `out`, in bytes `bytes`.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    parent: u32,
    /// First character of the page this step takes.
    pub from: u32,
    /// The character behind the last.
    pub to: u32,
    /// What is written, `outs` characters.
    pub out: [char; 2],
    /// How many characters are written.
    pub outs: u8,
    /// Bytes of the clean text with their markers, `lens` of them.
    pub bytes: [u8; 5],
    /// How many bytes.
    pub lens: u8,
    /// How it came about.
    pub kind: Kind,
    /// Pair of the character a torn annotation belongs to, or 0.
    pub hit: u16,
}

/// Open quotes, by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quotes([u8; 5]);

const OPENING: [char; 5] = ['“', '‘', '「', '《', '('];
const CLOSING: [char; 5] = ['”', '’', '」', '》', ')'];

impl Quotes {
    /// After one more character.
    pub fn after(mut self, c: char) -> Quotes {
        let c = gbk::fold(c);
        if c == '\n' {
            return Quotes::default();
        }
        if let Some(i) = OPENING.iter().position(|o| *o == c) {
            self.0[i] = self.0[i].saturating_add(1);
        } else if let Some(i) = CLOSING.iter().position(|o| *o == c) {
            self.0[i] = self.0[i].saturating_sub(1);
        }
        self
    }

    fn price(self, c: char) -> i32 {
        let c = gbk::fold(c);
        if let Some(i) = CLOSING.iter().position(|o| *o == c) {
            return if self.0[i] == 0 { price::CLOSES_NOTHING } else { price::CLOSES };
        }
        match OPENING.iter().position(|o| *o == c) {
            Some(i) if self.0[i] > 0 => price::NESTING,
            _ => 0,
        }
    }
}

/// What stands before a window.
#[derive(Clone, Copy, Debug)]
pub struct Before {
    /// The model after it.
    pub state: State,
    /// Second byte of the last character; 0 when it has none.
    pub last: u8,
    /// The last character.
    pub prev: char,
    /// Quotes open.
    pub quotes: Quotes,
    /// The two characters before the last.
    pub older: [char; 2],
    /// Was the last character put together by the search?
    pub made: bool,
}

/// A partial reading.
#[derive(Clone, Copy, Debug)]
struct Partial {
    node: u32,
    cost: i32,
    /// A lead byte whose trail comes next; 0 when in step; `UNKNOWN` when even the lead is lost.
    pending: u8,
    before: Before,
    in_step: u8,
    /// Hash of all that was written.
    text: u64,
    /// Readings that were merged into this one.
    merged: u32,
}

const UNKNOWN: u8 = 1;
const NONE: u32 = u32::MAX;

/// A reading that lost against another one on the way.
#[derive(Clone, Copy, Debug)]
struct Merged {
    /// Where it lost, and to which node.
    loser: u32,
    winner: u32,
    gap: i32,
    next: u32,
}

/// A reading of the whole window.
#[derive(Clone, Debug)]
pub struct Path {
    /// In 1/16 nat.
    pub cost: i32,
    /// Its steps, first to last.
    pub nodes: Vec<Node>,
    /// Other ways to read a part of it, with the price above this one.
    pub others: Vec<(i32, Vec<Node>)>,
    /// Hash of what it writes.
    pub text: u64,
}

/// What the search found in one window.
#[derive(Clone, Debug)]
pub struct Found {
    /// Readings that are not what stands there, the cheapest first.
    pub paths: Vec<Path>,
    /// Price of what stands there.
    pub literal: i32,
}

/// The search, with its memory.
#[derive(Debug)]
pub struct Search<'p, 't> {
    page: &'p Page<'t>,
    table: &'static Readings,
    model: &'static Model,
    nodes: Vec<Node>,
    merged: Vec<Merged>,
    buckets: Vec<Vec<Partial>>,
    start: usize,
    /// Guesses made in this window.
    asked: u32,
}

impl<'p, 't> Search<'p, 't> {
    /// A search on one page.
    pub fn new(page: &'p Page<'t>) -> Self {
        Search {
            page,
            table: Readings::shared(),
            model: Model::shared(),
            nodes: Vec::new(),
            merged: Vec::new(),
            buckets: Vec::new(),
            start: 0,
            asked: 0,
        }
    }

    /// Reads the window that begins with the damage at character `start`. Linear in the window, which is capped; allocates.
    pub fn window(&mut self, start: usize, before: Before) -> Found {
        self.nodes.clear();
        self.merged.clear();
        self.buckets.iter_mut().for_each(Vec::clear);
        self.start = start;
        self.asked = 0;
        self.bucket(start).push(Partial { node: NONE, cost: 0, pending: 0, before, in_step: 0, text: 0, merged: NONE });

        let limit = self.page.chars.len().min(start + WINDOW);
        let mut finals = Vec::new();
        let mut at = start;
        let mut furthest = start;
        while at - start < self.buckets.len() {
            let mut here = std::mem::take(&mut self.buckets[at - start]);
            if here.is_empty() {
                at += 1;
                continue;
            }
            here.sort_by_key(|p| (p.cost, p.node));
            let best = here[0].cost;
            // A reading that lost a lead byte has yet to pay for what it explains: many guesses beside it must not crowd it out.
            let mut place = 0;
            here.retain(|p| {
                place += 1;
                (place <= BEAM || p.pending == UNKNOWN) && p.cost - best <= HOPELESS
            });
            let later = self.buckets[at - start + 1..].iter().any(|b| !b.is_empty());
            let settled = !later && here.iter().all(|p| p.pending == 0 && p.in_step >= IN_STEP);
            if settled || at >= limit {
                finals = here;
                finals.retain(|p| p.pending == 0);
                furthest = at;
                break;
            }
            for p in &here {
                self.expand(at, *p);
            }
            at += 1;
        }
        let literal = self.literal(start, furthest, before);
        finals.sort_by_key(|p| (p.cost, p.node));
        let mut paths: Vec<Path> = Vec::new();
        for p in &finals {
            let nodes = self.trace(p.node);
            if nodes.iter().all(|n| n.kind.is_plain()) || paths.iter().any(|q| q.text == p.text) {
                continue;
            }
            let others = self.others(p, &nodes);
            paths.push(Path { cost: p.cost, nodes, others, text: p.text });
        }
        Found { paths, literal }
    }

    fn bucket(&mut self, at: usize) -> &mut Vec<Partial> {
        let i = at - self.start;
        if self.buckets.len() <= i {
            self.buckets.resize_with(i + 1, Vec::new);
        }
        &mut self.buckets[i]
    }

    fn trace(&self, mut node: u32) -> Vec<Node> {
        let mut nodes = Vec::new();
        while node != NONE {
            nodes.push(self.nodes[node as usize]);
            node = self.nodes[node as usize].parent;
        }
        nodes.reverse();
        nodes
    }

    /// The readings that were merged into `p` within reach, each completed by the rest of `p`.
    fn others(&self, p: &Partial, nodes: &[Node]) -> Vec<(i32, Vec<Node>)> {
        let mut found = Vec::new();
        let mut at = p.merged;
        while at != NONE && found.len() < 16 {
            let m = self.merged[at as usize];
            at = m.next;
            let mut other = self.trace(m.loser);
            let shared = self.depth(m.winner);
            other.extend_from_slice(&nodes[shared..]);
            found.push((m.gap, other));
        }
        found.sort_by_key(|f| f.0);
        found
    }

    fn depth(&self, mut node: u32) -> usize {
        let mut n = 0;
        while node != NONE {
            n += 1;
            node = self.nodes[node as usize].parent;
        }
        n
    }

    /// Price of the page as it stands.
    fn literal(&self, start: usize, end: usize, before: Before) -> i32 {
        let mut state = before.state;
        let mut cost = 0i32;
        let mut at = start;
        while at < end {
            let c = self.page.chars[at].1;
            let (next, price) = self.model.step(state, c);
            state = next;
            cost += price as i32;
            if self.page.torn(at).is_some() {
                cost += price::LITERAL;
            } else if self.mark_behind(at).is_some() {
                cost += price::LITERAL_MARK;
            }
            at = self.page.annotated(at).map_or(at + 1, |a| a.end);
        }
        cost
    }

    /// The punctuation a swallowed marker may have stood before: the two bytes, when `?` at `at` is followed by one.
    pub fn mark_behind(&self, at: usize) -> Option<[u8; 2]> {
        if !self.page.gated || !matches!(self.page.chars.get(at)?.1, '?' | '\u{FFFD}') {
            return None;
        }
        mark_bytes(self.page.chars.get(at + 1)?.1)
    }

    /// All continuations of one reading.
    fn expand(&mut self, at: usize, p: Partial) {
        match p.pending {
            0 => self.expand_in_step(at, p),
            UNKNOWN => self.expand_lost_lead(at, p),
            lead => self.expand_out_of_step(at, p, lead),
        }
    }

    fn expand_in_step(&mut self, at: usize, p: Partial) {
        let c = self.page.chars[at].1;
        let torn = self.page.torn(at);
        let mark = self.mark_behind(at);
        if self.page.is_comma_marker(at) {
            self.write(p, at, at + 1, &[], &[MARKER], Kind::Comma, 0, 0, 0, true);
            return;
        }
        // As it stands.
        let bytes = gbk::pair_of(c);
        let note = self.page.annotated(at);
        let extra = if torn.is_some() {
            price::LITERAL
        } else if mark.is_some() {
            price::LITERAL_MARK
        } else {
            0
        };
        let raw: &[u8] = match &bytes {
            Some(pair) => pair,
            None if c.is_ascii() => &[c as u8],
            None => b"?",
        };
        let (to, kind) = note.map_or((at + 1, Kind::Keep), |n| (n.end, Kind::Strip));
        self.write(p, at, to, &[c], raw, kind, 0, 0, extra, note.is_some());
        // An annotation behind a Latin letter: with the byte before it, the letter is the second byte of a member.
        if note.is_none()
            && let Some(end) = self.page.annotated_letter(at, p.before.last)
        {
            self.write(p, at, end, &[c], raw, Kind::Strip, 0, 0, 0, true);
        }

        if let Some(torn) = torn {
            let lead = p.before.last;
            for hit in self.table.hits(lead, torn.reading).filter(|h| h.trail >= 0x81) {
                let pair = u16::from_be_bytes([lead, hit.trail]);
                let cost = self.price_of_hit(pair, torn.reading, hit.usual);
                self.write(p, at, torn.end, &[], &[], Kind::Torn, hit.trail, pair, cost, true);
            }
            if self.page.gated {
                for (pair, reading) in self.page.set.iter() {
                    if self.table.number(reading.trim_matches(' ')) == Some(torn.reading)
                        && let [lead, trail] = pair.to_be_bytes()
                        && let Some(c) = gbk::char_of(lead, trail)
                    {
                        self.write(p, at, torn.end, &[c], &[lead, trail], Kind::Whole, 0, pair, price::FALLBACK, true);
                    }
                }
            }
        }
        if let Some([first, second]) = mark
            && gbk::is_lead(second)
        {
            let first_mark = if self.page.marked { 0 } else { price::FIRST_MARK };
            let ahead = self.ahead(second, at + 2);
            // Behind a marker that is seen, the torn character is punctuation itself.
            let after_comma = p.node != NONE && self.nodes[p.node as usize].kind == Kind::Comma;
            let leads = (0x81..=0xFEu8).map(|lead| (lead, first));
            let leads = leads.filter(|(a, b)| !after_comma || gbk::char_of(*a, *b).is_some_and(|c| MARKED.contains(&c)));
            for (cost, lead, c) in self.guesses(&p, leads, |pair| pair[0], ahead) {
                let end = if c == '。' { price::FULL_STOP } else { 0 };
                self.write(p, at, at + 2, &[c], &[lead, MARKER, first], Kind::Marker, second, 0, cost + first_mark + end, true);
            }
        }
        // Two markers: one inside the character, one before the punctuation, whose first byte made the first one possible.
        if self.page.chars.get(at + 1).is_some_and(|next| next.1 == c)
            && matches!(c, '?' | '\u{FFFD}')
            && let Some([first, _]) = self.mark_behind(at + 1)
            && let Some(trail) = [(ROW_A1, ROW_A3), (ROW_A3, ROW_A1)].iter().find(|t| t.0 == first).map(|t| t.1)
        {
            let first_mark = if self.page.marked { 0 } else { price::FIRST_MARK };
            let punctuation = self.page.chars.get(at + 2).map(|c| c.1);
            for (cost, lead, c) in self.guesses(&p, (0x81..=0xFEu8).map(|lead| (lead, trail)), |pair| pair[0], punctuation) {
                self.write(p, at, at + 2, &[c], &[lead, MARKER, trail, MARKER], Kind::Marker, 0, 0, cost + first_mark, true);
            }
        }
    }

    fn expand_out_of_step(&mut self, at: usize, p: Partial, lead: u8) {
        let page = self.page;
        let c = self.page.chars[at].1;
        let after_torn = p.node != NONE && self.nodes[p.node as usize].kind == Kind::Torn;
        if let Some(torn) = self.page.torn(at) {
            for hit in self.table.hits(lead, torn.reading) {
                let pair = u16::from_be_bytes([lead, hit.trail]);
                if let Some(c) = gbk::char_of(lead, hit.trail) {
                    let cost = self.price_of_hit(pair, torn.reading, hit.usual);
                    self.write(p, at, torn.end, &[c], &[lead, hit.trail], Kind::Shift, 0, pair, cost, true);
                }
            }
        }
        if matches!(c, '?' | '\u{FFFD}') {
            self.expand_lost_trail(at, p, lead);
        }
        if page.is_comma_marker(at)
            && let Some([first, second]) = page.chars.get(at + 1).and_then(|c| mark_bytes(c.1))
            && let Some(out) = gbk::char_of(lead, first)
        {
            self.write(p, at, at + 2, &[out], &[lead, MARKER, first], Kind::Shift, second, 0, 0, true);
        }
        if let Some([first, second]) = gbk::pair_of(c) {
            if let Some(out) = gbk::char_of(lead, first) {
                let note = self.page.annotated(at);
                let to = note.map_or(at + 1, |n| n.end);
                let kind = if note.is_some() { Kind::ShiftStrip } else { Kind::Shift };
                if gbk::is_lead(second) {
                    self.write(p, at, to, &[out], &[lead, first], kind, second, 0, 0, after_torn);
                } else if second < 0x80 {
                    self.write(p, at, to, &[out, second as char], &[lead, first, second], kind, 0, 0, 0, after_torn);
                }
            }
            if c == '€'
                && let Some(out) = gbk::char_of(lead, 0x80)
            {
                let pair = u16::from_be_bytes([lead, 0x80]);
                let (to, kind, hit) = match page.reading_of(at, pair) {
                    Some(end) => (end, Kind::ShiftStrip, pair),
                    None => (at + 1, Kind::Shift, 0),
                };
                self.write(p, at, to, &[out], &[lead, 0x80], kind, 0, hit, 0, after_torn || hit != 0);
            }
        } else if c.is_ascii() {
            let byte = c as u8;
            if let Some(out) = gbk::char_of(lead, byte) {
                let pair = u16::from_be_bytes([lead, byte]);
                let (to, noted) = match self.page.reading_of(at, pair) {
                    Some(end) => (end, true),
                    None => (at + 1, false),
                };
                let kind = if noted { Kind::ShiftStrip } else { Kind::Shift };
                let hit = if noted { pair } else { 0 };
                self.write(p, at, to, &[out], &[lead, byte], kind, 0, hit, 0, noted || after_torn);
            }
            let wide = match byte {
                b' ' => Some((ROW_A1, ROW_A1, price::WIDE_BLANK)),
                b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => Some((ROW_A3, byte + 0x80, price::FOLDED_LETTER)),
                b'!'..=b'~' => Some((ROW_A3, byte + 0x80, price::FOLDED)),
                _ => None,
            };
            if let Some((first, second, cost)) = wide
                && let Some(out) = gbk::char_of(lead, first)
            {
                self.write(p, at, at + 1, &[out], &[lead, first], Kind::Shift, second, 0, cost, after_torn);
            }
        }
    }

    /// `?` out of step: the trail byte of `lead` is lost, and the ASCII byte that was taken for its second.
    fn expand_lost_trail(&mut self, at: usize, p: Partial, lead: u8) {
        let page = self.page;
        let kept = page.chars[at].1 == '\u{FFFD}';
        let next = page.chars.get(at + 1).map(|c| c.1);
        let mark = next.is_some_and(|c| mark_bytes(c).is_some());
        let tag = page.rest_of_tag(at + 1);
        let ahead = if kept || mark { next } else { tag.map(|_| '\n') };
        let guesses = self.guesses(&p, (0x80..=0xFEu8).map(|trail| (lead, trail)), |pair| pair[1], ahead);
        let line = page.line_ends(at);
        let closes = page.closes_bracket(at + 1);
        for (cost, trail, c) in guesses {
            let cost = cost + price::LOST;
            let Some(next) = next else {
                self.write(p, at, at + 1, &[c], &[lead, trail], Kind::Lost, 0, 0, cost, true);
                continue;
            };
            if kept {
                if mark {
                    self.write(p, at, at + 1, &[c], &[lead, trail, MARKER], Kind::Lost, 0, 0, cost, true);
                } else if next.is_ascii() {
                    self.write(p, at, at + 1, &[c], &[lead, trail], Kind::Lost, 0, 0, cost, true);
                }
                continue;
            }
            if let Some((end, opening)) = tag {
                let lost = self.step(p, at, at + 1, &[c], &[lead, trail, opening], Kind::Lost, 0, 0, cost + price::TAG, true);
                self.write(lost, at + 1, end, &[], &[], Kind::Tag, 0, 0, 0, true);
                continue;
            }
            let mut take = |byte: u8, out: Option<char>, price: i32| {
                let both = [c, out.unwrap_or_default()];
                let out = &both[..1 + usize::from(out.is_some())];
                self.write(p, at, at + 1, out, &[lead, trail, byte], Kind::Lost, 0, 0, cost + price, true);
            };
            if mark {
                take(MARKER, None, if page.marked { price::MARK_HERE } else { price::FIRST_MARK });
            }
            let open = if closes { price::UNCLOSED } else { 0 };
            take(b'\n', Some('\n'), line + page.swallowed(c, Byte::Line, next) + open);
            if next == '\n' {
                continue;
            }
            take(b' ', Some(' '), page.swallowed(c, Byte::Blank, next) + open);
            if closes {
                take(b'(', Some('('), price::BRACKET);
            }
            for sign in [')', '-', ',', '/', ':', '.', '"'] {
                let closing = sign == ')' && p.before.quotes.0[4] > 0;
                if closing || (sign != ')' && page.has(sign)) {
                    take(sign as u8, Some(sign), if closing { price::BRACKET } else { price::SIGN + open });
                }
            }
            // A digit, or a sign nobody can tell: the question mark stays for it, at the price of a digit.
            let digit = if next.is_ascii_digit() || is_counted(next) { price::DIGIT } else { price::UNKNOWN_SIGN };
            let state = self.model.step(p.before.state, c).0;
            let instead = self.model.step(state, '0').1 as i32 - self.model.step(state, '?').1 as i32;
            let digit = digit + instead + page.swallowed(c, Byte::Digit, next);
            self.write(p, at, at + 1, &[c, '?'], &[lead, trail, MARKER], Kind::Lost, 0, 0, cost + digit, true);
        }
        // A trail byte 80 that took the lead byte of the next character with it.
        if !kept
            && let Some(out) = gbk::char_of(lead, 0x80)
            && next.is_some()
        {
            self.write(p, at, at + 1, &[out], &[lead, 0x80], Kind::Lost, UNKNOWN, 0, price::LOST_LEAD, true);
        }
    }

    /// The lead byte is lost; the trail byte is the first of the next pair, or stands alone.
    fn expand_lost_lead(&mut self, at: usize, p: Partial) {
        let page = self.page;
        let c = page.chars[at].1;
        if let Some([first, second]) = gbk::pair_of(c) {
            if gbk::is_lead(second) {
                let ahead = self.ahead(second, at + 1);
                for (cost, lead, c) in self.guesses(&p, (0x81..=0xFEu8).map(|lead| (lead, first)), |pair| pair[0], ahead) {
                    self.write(p, at, at + 1, &[c], &[lead, first], Kind::Lost, second, 0, cost, true);
                }
            }
        } else if ('\x40'..='\x7E').contains(&c) {
            let trail = c as u8;
            // A reading behind the trail byte names the character.
            for (pair, _) in page.set.iter().filter(|(pair, _)| *pair as u8 == trail) {
                let [lead, _] = pair.to_be_bytes();
                if let (Some(end), Some(c)) = (page.reading_of(at, pair), gbk::char_of(lead, trail)) {
                    self.write(p, at, end, &[c], &[lead, trail], Kind::Lost, 0, pair, 0, true);
                }
            }
            let ahead = page.chars.get(at + 1).map(|c| c.1);
            for (cost, lead, c) in self.guesses(&p, (0x81..=0xFEu8).map(|lead| (lead, trail)), |pair| pair[0], ahead) {
                self.write(p, at, at + 1, &[c], &[lead, trail], Kind::Lost, 0, 0, cost, true);
            }
        } else if c == '?' && page.chars.get(at + 1).is_some_and(|c| mark_bytes(c.1).is_some()) {
            // Both bytes are lost: the question mark stays. Any two bytes explain it.
            self.write(p, at, at + 1, &['?'], &[0xB0, 0xB0, MARKER], Kind::Lost, 0, 0, price::LEFT, true);
        }
    }

    /// What follows a guess when `pending` is a lead byte and the next pair stands at `at`, if bytes decide it.
    fn ahead(&self, pending: u8, at: usize) -> Option<char> {
        let [first, _] = gbk::pair_of(self.page.chars.get(at)?.1)?;
        gbk::char_of(pending, first).map(|c| self.page.shown(c))
    }

    /// The likeliest of some pairs as the next character before `ahead`: (price beyond the model's, the byte `of` takes,
    /// character).
    fn guesses(
        &mut self,
        p: &Partial,
        pairs: impl Iterator<Item = (u8, u8)>,
        of: impl Fn([u8; 2]) -> u8,
        ahead: Option<char>,
    ) -> Vec<(i32, u8, char)> {
        self.asked += 1;
        if self.asked > MOST_GUESSES {
            return Vec::new();
        }
        let mut all: Vec<(i32, i32, u8, char)> = Vec::with_capacity(126);
        let short = self.model.step(self.model.start(), p.before.prev).0;
        for (lead, trail) in pairs {
            let Some(c) = gbk::char_of(lead, trail) else { continue };
            let pair = u16::from_be_bytes([lead, trail]);
            if self.page.set.contains(pair) || matches!(c, '\u{E000}'..='\u{F8FF}') {
                continue;
            }
            let mut extra = p.before.quotes.price(c);
            if self.table.is_converted(c) {
                extra += price::CONVERTED;
            }
            if c == '\u{3000}' {
                extra += price::WIDE_SPACE;
            }
            if !self.model.is_known(c) {
                extra += price::UNKNOWN;
            }
            if self.page.has(c) {
                extra += price::ON_PAGE;
            }
            if PARTICLES.contains(&c) && ahead.is_some_and(is_end) {
                extra += price::PARTICLE;
            }
            if ahead == Some('\n') && OPENING.contains(&gbk::fold(c)) {
                extra += price::OPENS_NOTHING;
            }
            if is_han(c) && p.before.older.contains(&c) {
                extra += if matches!(p.before.prev, '又' | '一' | '不') { price::DOUBLES } else { price::REPEATS };
            }
            if (ROW_A1..=0xA9).contains(&lead) && !self.page.has(c) {
                extra += if trail < 0xA1 || !matches!(lead, ROW_A1 | ROW_A3) { price::UNSEEN_SYMBOL } else { price::UNSEEN_MARK };
            }
            let again = if self.page.has_pair(p.before.prev, c) { price::AGAIN } else { 0 };
            let (state, cost) = self.model.step(p.before.state, self.page.shown(c));
            // Among so many choices one may owe its price to a collision in the model's tables.
            let alone = self.model.step(short, self.page.shown(c)).1;
            extra += (alone as i32 - cost as i32 - price::SURPRISE).max(0);
            let cost = (cost + ahead.map_or(0, |a| self.model.step(state, a).1)) as i32 + extra + again;
            all.push((cost, extra, of([lead, trail]), c));
        }
        all.sort_unstable();
        all.truncate(GUESSES);
        all.into_iter().map(|(_, extra, byte, c)| (extra, byte, c)).collect()
    }

    fn price_of_hit(&self, pair: u16, reading: u16, usual: bool) -> i32 {
        if let Some(known) = self.page.set.reading(pair) {
            return if self.table.number(known.trim_matches(' ')) == Some(reading) { 0 } else { price::INCONSISTENT };
        }
        let image = self.table.entry(pair).is_some_and(|e| e.image);
        let plain = if self.page.is_plain(pair) { price::INCONSISTENT } else { 0 };
        plain + if image { price::IMAGE } else { price::TRADITIONAL } + if usual { 0 } else { price::UNUSUAL }
    }

    /// Adds one step and puts the reading into its bucket.
    #[allow(clippy::too_many_arguments)]
    fn write(
        &mut self,
        p: Partial,
        from: usize,
        to: usize,
        out: &[char],
        bytes: &[u8],
        kind: Kind,
        pending: u8,
        hit: u16,
        extra: i32,
        noted: bool,
    ) {
        let next = self.step(p, from, to, out, bytes, kind, pending, hit, extra, noted);
        self.enter(to, next);
    }

    /// Makes one step. `noted`: the character stands with its reading, or may stand without for another reason.
    #[allow(clippy::too_many_arguments)]
    fn step(
        &mut self,
        p: Partial,
        from: usize,
        to: usize,
        out: &[char],
        bytes: &[u8],
        kind: Kind,
        pending: u8,
        hit: u16,
        extra: i32,
        noted: bool,
    ) -> Partial {
        let mut cost = p.cost + extra;
        let mut before = p.before;
        let mut text = p.text;
        let mut node = Node {
            parent: p.node,
            from: from as u32,
            to: to as u32,
            out: ['\0'; 2],
            outs: out.len() as u8,
            bytes: [0; 5],
            lens: bytes.len() as u8,
            kind,
            hit,
        };
        node.bytes[..bytes.len()].copy_from_slice(bytes);
        for (i, c) in out.iter().enumerate() {
            let c = if matches!(kind, Kind::Keep | Kind::Strip) { *c } else { self.page.shown(*c) };
            node.out[i] = c;
            let (state, price) = self.model.step(before.state, c);
            cost += price as i32;
            let made = !matches!(kind, Kind::Keep | Kind::Strip);
            if (made || before.made) && is_end(c) && is_end(before.prev) {
                cost += price::TWO_ENDS;
            }
            if made && matches!(c, '\u{E000}'..='\u{F8FF}') {
                cost += price::PRIVATE;
            }
            if (made || before.made) && self.page.has_pair(before.prev, c) {
                cost += price::AGAIN;
            }
            if c == '\n' && OPENING.contains(&gbk::fold(before.prev)) {
                cost += price::OPENS_NOTHING;
            }
            before.made = made;
            before.quotes = before.quotes.after(c);
            before.state = state;
            before.older = [before.prev, before.older[0]];
            before.prev = c;
            text = (text.rotate_left(5) ^ c as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        }
        if let (&[first, ..], [.., last]) = (&out, bytes) {
            // A member of the set, or a pair across the border that is one, stands without its reading.
            let own = (bytes.len() >= 2).then(|| u16::from_be_bytes([bytes[0], bytes[1]]));
            let across = u16::from_be_bytes([p.before.last, bytes[0]]);
            let member = own.is_some_and(|o| self.page.set.contains(o)) || (bytes[0] >= 0x80 && self.page.set.contains(across));
            if !noted && member {
                cost += price::UNANNOTATED;
            }
            before.last = match *last {
                // A folded full-width form has a second byte.
                b if b < 0x80
                    && matches!(kind, Kind::Keep | Kind::Strip)
                    && (0x21..0x7F).contains(&b)
                    && !first.is_ascii_alphanumeric() =>
                {
                    b + 0x80
                }
                b => b,
            };
        }
        let in_step = match kind {
            Kind::Keep | Kind::Strip => p.in_step.saturating_add(1),
            Kind::Comma => p.in_step,
            _ => 0,
        };
        self.nodes.push(node);
        Partial { node: self.nodes.len() as u32 - 1, cost, pending, before, in_step, text, merged: p.merged }
    }

    /// Puts a reading into its bucket, or merges it with one that has the same future.
    fn enter(&mut self, at: usize, mut new: Partial) {
        let i = at - self.start;
        if self.buckets.len() <= i {
            self.buckets.resize_with(i + 1, Vec::new);
        }
        let (buckets, merged) = (&mut self.buckets, &mut self.merged);
        for old in &mut buckets[i] {
            if old.pending != new.pending || old.before.last != new.before.last || old.before.state != new.before.state {
                continue;
            }
            let gap = (new.cost - old.cost).abs();
            let (winner, loser) = if new.cost < old.cost { (&mut new, *old) } else { (&mut *old, new) };
            if winner.text != loser.text && gap < 6 * NAT {
                merged.push(Merged { loser: loser.node, winner: winner.node, gap, next: winner.merged });
                winner.merged = merged.len() as u32 - 1;
            }
            let winner = *winner;
            *old = winner;
            return;
        }
        buckets[i].push(new);
    }
}

/// The two bytes of punctuation that a marker is put before, folded or not.
fn mark_bytes(c: char) -> Option<[u8; 2]> {
    let c = match c {
        '!' | '?' | ';' | ',' => char::from_u32(c as u32 + 0xFEE0)?,
        c => c,
    };
    MARKED.contains(&c).then(|| gbk::pair_of(c)).flatten()
}

/// Particles of the end of a sentence that are rare in written prose, and so too dear to the model.
const PARTICLES: [char; 12] = ['啊', '呀', '哇', '吧', '呢', '啦', '哪', '嘛', '也', '矣', '哉', '乎'];

/// A word that a number stands before.
fn is_counted(c: char) -> bool {
    matches!(c, '年' | '月' | '日' | '號' | '%' | '個' | '歲' | '點' | '元' | '人' | '次')
}

/// Punctuation that ends a clause and does not follow another end.
fn is_end(c: char) -> bool {
    matches!(gbk::fold(c), '。' | '、' | ',' | ';' | ':' | '!' | '?')
}
