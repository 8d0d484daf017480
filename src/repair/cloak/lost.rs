//! Bytes that were lost: the moves over them, and what stands behind them. What they may have been is asked in `guess`; what else a
//! reading can do stands in `moves`.

use super::ascii;
use super::channel::MARKER;
use super::contexts::Right;
use super::gate::is_han;
use super::gbk::{self, ROW_A3};
use super::guess::Loss;
use super::moves::mark_bytes;
use super::price::{self, NAT};
use super::reading::Kind;
use super::search::{Partial, Search, UNKNOWN};

impl Search<'_, '_> {
    /// `?` out of step: the trail byte of `lead` is lost, and the ASCII byte that was taken for its second.
    pub(super) fn expand_lost_trail(&mut self, at: usize, p: Partial, lead: u8) {
        let page = self.page;
        let kept = page.chars[at].1 == '\u{FFFD}';
        let next = page.chars.get(at + 1).map(|c| c.1);
        let mark = next.is_some_and(|c| mark_bytes(c).is_some());
        let tag = page.rest_of_tag(at + 1);
        let ahead = if kept || mark { next } else { tag.map(|_| '\n') };
        let seen = |n: usize| page.chars.get(at + n).map_or(Right::Seen('\n'), |c| Right::Seen(c.1));
        let right = match ahead {
            Some('\n') => [Right::Seen('\n'), Right::Unknown, Right::Unknown],
            Some(_) => [seen(1), seen(2), seen(3)],
            None => [Right::Lost, seen(1), seen(2)],
        };
        let pairs = (0x80..=0xFEu8).map(|trail| (lead, trail));
        let guesses = self.guesses(&p, pairs, |pair| pair[1], [ahead, None, None], Loss::Trail(right));
        let line = page.line_ends(at) + page.ascii.line_end(at);
        let closes = page.closes_bracket(at + 1);
        let year = of_year(&page.text[page.offset(at + 1)..]);
        let closes = closes && !p.before.quotes.in_brackets();
        let open = if closes { price::UNCLOSED } else { 0 };
        // Most guesses are of one kind.
        let mut prices = (usize::MAX, [0; ascii::BYTES.len()]);
        for (cost, trail, c) in guesses {
            let cost = cost + price::LOST;
            let mut digits = price::RARE_BYTE + open;
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
            let before = ascii::kind(c);
            if prices.0 != before {
                prices = (before, page.ascii.prices(before, next));
            }
            for (byte, price) in ascii::BYTES.into_iter().zip(prices.1) {
                let price = match byte {
                    b'(' if closes => price::BRACKET,
                    b')' if p.before.quotes.in_brackets() => price::BRACKET,
                    b'(' | b')' => continue,
                    _ if price > price::RARE_BYTE => continue,
                    b'\n' => price + line + open,
                    _ => price + open,
                };
                match byte {
                    b'0' => digits = price,
                    b'\n' => take(byte, Some('\n'), price),
                    _ if next == '\n' => {}
                    _ => take(byte, Some(byte.into()), price),
                }
            }
            if next == '\n' {
                continue;
            }
            if let Some(digit) = year {
                take(digit as u8, Some(digit), digits);
                continue;
            }
            // A digit, or a sign nobody can tell: the question mark stays for it, at the price of a digit.
            let digit = match next {
                '0'..='9' => 0,
                next if is_counted(next) => price::DIGIT,
                _ => price::UNKNOWN_SIGN,
            };
            let state = self.model.step(p.before.state, c).0;
            let priced = |c: char| {
                let (state, price) = self.model.step(state, c);
                price as i32 + self.model.step(state, next).1 as i32
            };
            let instead = priced('0') - priced('?');
            let digit = digit + instead + digits;
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

    /// A private-use character stood before `at` and was dropped: the trail byte of `lead` and the lead byte of the next character. Tried
    /// where what stands there is no language without it.
    pub(super) fn expand_dropped(&mut self, at: usize, p: Partial, lead: u8) {
        let page = self.page;
        let c = page.chars[at].1;
        let (first, pending) = match gbk::pair_of(c) {
            Some([first, second]) if gbk::is_lead(second) => (first, second),
            None if ('\x40'..='\x7E').contains(&c) => (c as u8, 0),
            _ => return,
        };
        if let [Some(stands), next, _] = self.ahead(lead, at) {
            let (state, price) = self.model.step(p.before.state, stands);
            if price < ODD && price + next.map_or(0, |c| self.model.step(state, c).1) < 2 * ODD {
                return;
            }
        }
        let to = page.annotated(at).map_or(at + 1, |n| n.end);
        let beyond = self.ahead(pending, to)[0];
        let fits = |pair: [u8; 2], c: char| {
            (is_han(c) || is_end(c))
                && !self.page.set.contains(u16::from_be_bytes(pair))
                && !self.table.is_converted(c)
                && self.model.is_known(c)
        };
        let mut firsts: Vec<(u32, u8, char)> = (0xA1..=0xFEu8)
            .filter(|trail| gbk::private_trails(*trail).is_some())
            .filter_map(|trail| Some((trail, gbk::char_of(lead, trail)?)))
            .filter(|(trail, c)| fits([lead, *trail], *c))
            .map(|(trail, c)| (self.model.step(p.before.state, c).1, trail, c))
            .collect();
        firsts.sort_unstable();
        let mut pairs: Vec<(u32, u8, char, u8, char)> = Vec::new();
        for (price, trail, c) in firsts.into_iter().take(FIRSTS) {
            let (from, end) = gbk::private_trails(trail).unwrap_or((0xA1, 0xFE));
            let state = self.model.step(p.before.state, c).0;
            for lead in from.max(0x81)..=end {
                let Some(out) = gbk::char_of(lead, first).filter(|out| fits([lead, first], *out)) else { continue };
                let (state, second) = self.model.step(state, page.shown(out));
                let third = beyond.map_or(0, |c| self.model.step(state, c).1);
                pairs.push((price + second + third, trail, c, lead, out));
            }
        }
        pairs.sort_unstable();
        for (_, trail, c, second, out) in pairs.into_iter().take(DROPPED) {
            let one = self.step(p, at, at, &[c], &[lead, trail], Kind::Lost, UNKNOWN, 0, price::DROPPED, true);
            self.write(one, at, to, &[out], &[second, first], Kind::Lost, pending, 0, price::LOST, true);
        }
    }

    /// The lead byte is lost; the trail byte is the first of the next pair, or stands alone.
    pub(super) fn expand_lost_lead(&mut self, at: usize, p: Partial) {
        let page = self.page;
        let c = page.chars[at].1;
        if let Some([first, second]) = gbk::pair_of(c) {
            if gbk::is_lead(second) {
                let ahead = self.ahead(second, at + 1);
                for (cost, lead, c) in self.guesses(&p, (0x81..=0xFEu8).map(|lead| (lead, first)), |pair| pair[0], ahead, Loss::Lead) {
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
            let ahead = [page.chars.get(at + 1).map(|c| c.1), None, None];
            for (cost, lead, c) in self.guesses(&p, (0x81..=0xFEu8).map(|lead| (lead, trail)), |pair| pair[0], ahead, Loss::Lead) {
                self.write(p, at, at + 1, &[c], &[lead, trail], Kind::Lost, 0, 0, cost, true);
            }
        } else if c == '?' && page.chars.get(at + 1).is_some_and(|c| mark_bytes(c.1).is_some()) {
            // Both bytes are lost: the question mark stays. Any two bytes explain it.
            self.write(p, at, at + 1, &['?'], &[0xB0, 0xB0, MARKER], Kind::Lost, 0, 0, price::LEFT, true);
        }
    }

    /// What follows a guess when `pending` is a lead byte and its trail byte stands at `at`, as far as bytes decide it.
    pub(super) fn ahead(&self, pending: u8, at: usize) -> [Option<char>; 3] {
        let mut known = [None; 3];
        let (mut pending, mut at, mut n) = (pending, at, 0);
        while n < known.len()
            && let Some((chars, lead, next)) = self.decided(pending, at)
        {
            for c in chars.into_iter().flatten().take(known.len() - n) {
                known[n] = Some(self.page.shown(c));
                n += 1;
            }
            (pending, at) = (lead, next);
        }
        known
    }

    /// What the page says at `at` behind a lead byte, or in step when that is 0: one character or two, the lead byte that is pending
    /// then, and where it goes on. `None` where bytes do not decide it.
    fn decided(&self, lead: u8, at: usize) -> Option<([Option<char>; 2], u8, usize)> {
        let page = self.page;
        let c = page.chars.get(at)?.1;
        if let Some(torn) = page.torn(at) {
            // The page's own characters first; otherwise it must be the only one.
            let pair = |trail| u16::from_be_bytes([lead, trail]);
            let mut hits = self.table.hits(lead, torn.reading);
            let hit = match self.table.hits(lead, torn.reading).find(|h| page.set.contains(pair(h.trail))) {
                Some(own) => own,
                None => hits.next().filter(|_| hits.next().is_none())?,
            };
            return Some(([Some(gbk::char_of(lead, hit.trail)?), None], 0, torn.end));
        }
        if matches!(c, '?' | '\u{FFFD}') {
            return None;
        }
        let end = page.annotated(at).map_or(at + 1, |n| n.end);
        if lead == 0 {
            return Some(([Some(c), None], 0, end));
        }
        if let Some([first, second]) = gbk::pair_of(c) {
            let out = gbk::char_of(lead, if c == '€' { 0x80 } else { first })?;
            return Some(match second {
                _ if c == '€' => ([Some(out), None], 0, at + 1),
                0..0x80 => ([Some(out), Some(second as char)], 0, end),
                _ => ([Some(out), None], second, end),
            });
        }
        match c {
            '\x40'..='\x7E' => {
                let end = page.reading_of(at, u16::from_be_bytes([lead, c as u8])).unwrap_or(at + 1);
                Some(([Some(gbk::char_of(lead, c as u8)?), None], 0, end))
            }
            '!'..='?' if !c.is_ascii_digit() => Some(([Some(gbk::char_of(lead, ROW_A3)?), None], c as u8 + 0x80, at + 1)),
            _ => None,
        }
    }
}

/// Choices that are looked at for the first of the two characters a dropped one stood between, and that are tried for both. Measured on 400
/// simulated pages without their private-use characters: 82.9 % of the spans exact, 72.4 % when nothing is tried; 12 choices and every place
/// that costs 5 nats added 0.2 at a dearer step and took a tenth more work.
const FIRSTS: usize = 8;
const DROPPED: usize = 4;
/// What the character that stands there costs at least, by the model, to be looked through; or it and the next on the average. A common
/// one costs some 5 nats.
const ODD: u32 = 7 * NAT as u32;

/// The first digit of a year of four, when the last three stand at the beginning of `rest`.
fn of_year(rest: &str) -> Option<char> {
    let (digits, behind) = rest.split_at_checked(3)?;
    let is_year = digits.bytes().all(|b| b.is_ascii_digit()) && behind.starts_with('年');
    is_year.then_some(if digits <= LATEST { '2' } else { '1' })
}

/// The last three digits of the latest year that is taken for one of this millennium. Simulated pages of encyclopedia and news had lost the
/// first digit of 116 years: 51 of this millennium, none of them later, and 65 of the last, none of them earlier.
const LATEST: &str = "029";

/// A word that a number stands before.
fn is_counted(c: char) -> bool {
    matches!(c, '年' | '月' | '日' | '號' | '%' | '個' | '歲' | '點' | '元' | '人' | '次')
}

/// Punctuation that ends a clause and does not follow another end.
pub fn is_end(c: char) -> bool {
    matches!(gbk::fold(c), '。' | '、' | ',' | ';' | ':' | '!' | '?')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_years_of_four_digits_have_a_first_one() {
        assert_eq!(["018年春", "985年", "029年", "030年"].map(of_year), [Some('2'), Some('1'), Some('2'), Some('1')]);
        assert_eq!(["18年", "985號", "9850年", "年", "九八五年", ""].map(of_year), [None; 6]);
    }
}
