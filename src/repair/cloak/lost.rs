//! Bytes that were lost: the moves over them, and what they may have been. What else a reading can do stands in `moves`.

use super::channel::MARKER;
use super::gate::is_han;
use super::gbk::{self, ROW_A1, ROW_A3};
use super::moves::mark_bytes;
use super::page::Byte;
use super::price;
use super::quotes::OPENING;
use super::reading::Kind;
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
        let guesses = self.guesses(&p, (0x80..=0xFEu8).map(|trail| (lead, trail)), |pair| pair[1], ahead, false);
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
            let ahead = page.chars.get(at + 1).map(|c| c.1);
            for (cost, lead, c) in self.guesses(&p, (0x81..=0xFEu8).map(|lead| (lead, trail)), |pair| pair[0], ahead, false) {
                self.write(p, at, at + 1, &[c], &[lead, trail], Kind::Lost, 0, 0, cost, true);
            }
        } else if c == '?' && page.chars.get(at + 1).is_some_and(|c| mark_bytes(c.1).is_some()) {
            // Both bytes are lost: the question mark stays. Any two bytes explain it.
            self.write(p, at, at + 1, &['?'], &[0xB0, 0xB0, MARKER], Kind::Lost, 0, 0, price::LEFT, true);
        }
    }

    /// What follows a guess when `pending` is a lead byte and the next pair stands at `at`, if bytes decide it.
    pub(super) fn ahead(&self, pending: u8, at: usize) -> Option<char> {
        let [first, _] = gbk::pair_of(self.page.chars.get(at)?.1)?;
        gbk::char_of(pending, first).map(|c| self.page.shown(c))
    }

    /// The likeliest of some pairs as the next character before `ahead`: (price beyond the model's, the byte `of` takes,
    /// character).
    pub(super) fn guesses(
        &mut self,
        p: &Partial,
        pairs: impl Iterator<Item = (u8, u8)>,
        of: impl Fn([u8; 2]) -> u8,
        ahead: Option<char>,
        marked: bool,
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
            if !marked && self.page.set.contains(pair) || matches!(c, '\u{E000}'..='\u{F8FF}') {
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
            let again = self.again([p.before.prev, p.before.older[0], p.before.older[1]], c, 1);
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
