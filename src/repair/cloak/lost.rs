//! Bytes that were lost: the moves over them, and what they may have been. What else a reading can do stands in `moves`.

use super::channel::MARKER;
use super::gate::is_han;
use super::gbk::{self, ROW_A1, ROW_A3};
use super::moves::mark_bytes;
use super::neighbours::Neighbours;
use super::page::Byte;
use super::price;
use super::quotes::OPENING;
use super::reading::{Before, Kind};
use super::search::{Partial, Search, UNKNOWN};

/// Choices for one lost byte that are kept.
const GUESSES: usize = 14;
/// Lost bytes a window may ask about, over all its readings: forty readings of fifteen. Text that is nothing but damage has more,
/// and no answer.
const MOST_GUESSES: u32 = 600;

impl Search<'_, '_> {
    /// `?` out of step: the trail byte of `lead` is lost, and the ASCII byte that was taken for its second.
    pub(super) fn expand_lost_trail(&mut self, at: usize, p: Partial, lead: u8) {
        let page = self.page;
        let kept = page.chars[at].1 == '\u{FFFD}';
        let next = page.chars.get(at + 1).map(|c| c.1);
        let mark = next.is_some_and(|c| mark_bytes(c).is_some());
        let tag = page.rest_of_tag(at + 1);
        let ahead = if kept || mark { next } else { tag.map(|_| '\n') };
        let guesses = self.guesses(&p, (0x80..=0xFEu8).map(|trail| (lead, trail)), |pair| pair[1], [ahead, None], false);
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
                let closing = sign == ')' && p.before.quotes.in_brackets();
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
    pub(super) fn expand_lost_lead(&mut self, at: usize, p: Partial) {
        let page = self.page;
        let c = page.chars[at].1;
        if let Some([first, second]) = gbk::pair_of(c) {
            if gbk::is_lead(second) {
                let ahead = self.ahead(second, at + 1);
                for (cost, lead, c) in self.guesses(&p, (0x81..=0xFEu8).map(|lead| (lead, first)), |pair| pair[0], ahead, false) {
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
            let ahead = [page.chars.get(at + 1).map(|c| c.1), None];
            for (cost, lead, c) in self.guesses(&p, (0x81..=0xFEu8).map(|lead| (lead, trail)), |pair| pair[0], ahead, false) {
                self.write(p, at, at + 1, &[c], &[lead, trail], Kind::Lost, 0, 0, cost, true);
            }
        } else if c == '?' && page.chars.get(at + 1).is_some_and(|c| mark_bytes(c.1).is_some()) {
            // Both bytes are lost: the question mark stays. Any two bytes explain it.
            self.write(p, at, at + 1, &['?'], &[0xB0, 0xB0, MARKER], Kind::Lost, 0, 0, price::LEFT, true);
        }
    }

    /// What follows a guess when `pending` is a lead byte and the next pair stands at `at`, as far as bytes decide it.
    pub(super) fn ahead(&self, pending: u8, at: usize) -> [Option<char>; 2] {
        let next = |lead, at: usize| {
            let [first, second] = gbk::pair_of(self.page.chars.get(at)?.1)?;
            Some((self.page.shown(gbk::char_of(lead, first)?), second))
        };
        let Some((c, second)) = next(pending, at) else { return [None; 2] };
        let end = self.page.annotated(at).map_or(at + 1, |n| n.end);
        [Some(c), next(second, end).map(|n| n.0)]
    }

    /// The likeliest of some pairs as the next character before `ahead`: (price beyond what a step to it costs, the byte `of`
    /// takes, character). `torn`: by a marker, which comes before all readings, so members of the set are among them.
    pub(super) fn guesses(
        &mut self,
        p: &Partial,
        pairs: impl Iterator<Item = (u8, u8)>,
        of: impl Fn([u8; 2]) -> u8,
        ahead: [Option<char>; 2],
        torn: bool,
    ) -> Vec<(i32, u8, char)> {
        self.asked += 1;
        if self.asked > MOST_GUESSES {
            return Vec::new();
        }
        let mut all: Vec<Choice> = Vec::with_capacity(126);
        for (lead, trail) in pairs {
            let Some(c) = gbk::char_of(lead, trail) else { continue };
            if !torn && self.page.set.contains(u16::from_be_bytes([lead, trail])) || matches!(c, '\u{E000}'..='\u{F8FF}') {
                continue;
            }
            all.push(self.choice(p, [lead, trail], c, ahead, torn));
        }
        if torn {
            // Which is the likeliest is for the neighbours to say; how likely that is, for the model, as of everything else.
            let model = all.iter().map(|c| c.steps + c.extra).min().unwrap_or(0);
            let neighbours = all.iter().map(|c| c.neighbours).min().unwrap_or(0);
            for c in &mut all {
                c.extra = c.neighbours - neighbours + model - c.steps;
            }
        }
        all.sort_unstable_by_key(|c| (c.steps + c.extra, c.pair));
        all.truncate(GUESSES);
        all.into_iter().map(|c| (c.extra, of(c.pair), c.c)).collect()
    }

    /// Prices one choice for a lost byte.
    fn choice(&self, p: &Partial, pair: [u8; 2], c: char, ahead: [Option<char>; 2], torn: bool) -> Choice {
        let page = self.page;
        let Before { prev, older, .. } = p.before;
        let [lead, trail] = pair;
        let count = page.vocabulary.count(c);
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
        if PARTICLES.contains(&c) && ahead[0].is_some_and(is_end) {
            extra += price::PARTICLE;
        }
        if ahead[0] == Some('\n') && OPENING.contains(&gbk::fold(c)) {
            extra += price::OPENS_NOTHING;
        }
        if is_han(c) && older.contains(&c) {
            extra += if matches!(prev, '又' | '一' | '不') { price::DOUBLES } else { price::REPEATS };
        }
        if (ROW_A1..=0xA9).contains(&lead) && count == 0 {
            extra += if trail < 0xA1 || !matches!(lead, ROW_A1 | ROW_A3) { price::UNSEEN_SYMBOL } else { price::UNSEEN_MARK };
        }
        let neighbours = if torn { extra + self.beside(p, c, count, ahead) } else { 0 };
        if count > 0 {
            extra += price::ON_PAGE;
        }
        let shown = page.shown(c);
        let (state, cost) = self.model.step(p.before.state, shown);
        // Among so many choices one may owe its price to a collision in the model's tables.
        let short = self.model.step(self.model.start(), prev).0;
        extra += (self.model.step(short, shown).1 as i32 - cost as i32 - price::SURPRISE).max(0);
        let mut steps = cost as i32 + self.again([prev, older[0], older[1]], c, 1);
        if let Some(next) = ahead[0] {
            steps += self.model.step(state, next).1 as i32;
        }
        Choice { steps, extra, neighbours, pair, c }
    }

    /// What a character torn by a marker costs by its neighbours and by the page, in 1/16 nat.
    fn beside(&self, p: &Partial, c: char, count: u32, ahead: [Option<char>; 2]) -> i32 {
        let Before { prev, older, .. } = p.before;
        let vocabulary = &self.page.vocabulary;
        let by = Neighbours::shared().price([prev, older[0]], c, ahead);
        let mut cost =
            (by.left * price::BY_LEFT + by.right * price::BY_RIGHT + by.beyond * price::BY_BEYOND - by.alone * price::BY_ALONE) / 64;
        match c {
            '。' => cost += price::FULL_STOP,
            c if is_han(c) => {
                cost += price::COUNTED * (count + 1).ilog2() as i32;
                if is_han(prev) && vocabulary.longest([prev, older[0], older[1]], c) > 1 {
                    cost += price::LEFT_AGAIN;
                }
                if let Some(next) = ahead[0].filter(|next| is_han(*next))
                    && vocabulary.longest([c, prev, older[0]], next) > 1
                {
                    cost += price::RIGHT_AGAIN;
                    if ahead[1].is_some_and(|beyond| is_han(beyond) && vocabulary.longest([next, c, prev], beyond) > 2) {
                        cost += price::BEYOND_AGAIN;
                    }
                }
            }
            _ => cost += price::NO_LETTER,
        }
        cost
    }
}

/// A choice for a lost byte.
struct Choice {
    /// What the steps to it and to the next character cost.
    steps: i32,
    /// What it costs beyond.
    extra: i32,
    /// What it costs by its neighbours, in place of both.
    neighbours: i32,
    pair: [u8; 2],
    c: char,
}

/// Particles of the end of a sentence that are rare in written prose, and so too dear to the model.
const PARTICLES: [char; 12] = ['啊', '呀', '哇', '吧', '呢', '啦', '哪', '嘛', '也', '矣', '哉', '乎'];

/// A word that a number stands before.
fn is_counted(c: char) -> bool {
    matches!(c, '年' | '月' | '日' | '號' | '%' | '個' | '歲' | '點' | '元' | '人' | '次')
}

/// Punctuation that ends a clause and does not follow another end.
pub fn is_end(c: char) -> bool {
    matches!(gbk::fold(c), '。' | '、' | ',' | ';' | ':' | '!' | '?')
}
