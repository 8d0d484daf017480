//! The moves of the search: how a reading goes on from one character of the page, in step and out of step. What a lost byte may
//! have been is asked in `lost`.

use super::channel::{MARKED, MARKER};
use super::gbk::{self, ROW_A1, ROW_A3};
use super::guess::Loss;
use super::price;
use super::reading::Kind;
use super::search::{NONE, Partial, Search, UNKNOWN};

impl Search<'_, '_> {
    /// The punctuation a swallowed marker may have stood before: the two bytes, when `?` at `at` is followed by one.
    pub fn mark_behind(&self, at: usize) -> Option<[u8; 2]> {
        if !self.page.gated || !matches!(self.page.chars.get(at)?.1, '?' | '\u{FFFD}') {
            return None;
        }
        mark_bytes(self.page.chars.get(at + 1)?.1)
    }

    /// All continuations of one reading.
    pub(super) fn expand(&mut self, at: usize, p: Partial) {
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
            // A digit or letter of one byte was a full-width one: no lead byte is ASCII.
            let last = p.before.last;
            let (lead, folded) = if last.is_ascii_alphanumeric() { (last + 0x80, price::FOLDED_LETTER) } else { (last, 0) };
            for hit in self.table.hits(lead, torn.reading).filter(|h| h.trail >= 0x81) {
                let pair = u16::from_be_bytes([lead, hit.trail]);
                let cost = self.price_of_hit(pair, torn.reading, hit.usual) + folded;
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
            for (cost, lead, c) in self.guesses(&p, leads, |pair| pair[0], ahead, Loss::Torn) {
                self.write(p, at, at + 2, &[c], &[lead, MARKER, first], Kind::Marker, second, 0, cost + first_mark, true);
            }
        }
        // Two markers: one inside the character, one before the punctuation, whose first byte made the first one possible.
        if self.page.chars.get(at + 1).is_some_and(|next| next.1 == c)
            && matches!(c, '?' | '\u{FFFD}')
            && let Some([first, _]) = self.mark_behind(at + 1)
            && let Some(trail) = [(ROW_A1, ROW_A3), (ROW_A3, ROW_A1)].iter().find(|t| t.0 == first).map(|t| t.1)
        {
            let first_mark = if self.page.marked { 0 } else { price::FIRST_MARK };
            let next = |at: usize| self.page.chars.get(at).map(|c| c.1).filter(|c| !matches!(c, '?' | '\u{FFFD}'));
            let ahead = [next(at + 2), next(at + 3), None];
            for (cost, lead, c) in self.guesses(&p, (0x81..=0xFEu8).map(|lead| (lead, trail)), |pair| pair[0], ahead, Loss::Torn) {
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
        if page.drops && page.gated {
            self.expand_dropped(at, p, lead);
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

    fn price_of_hit(&self, pair: u16, reading: u16, usual: bool) -> i32 {
        if let Some(known) = self.page.set.reading(pair) {
            return if self.table.number(known.trim_matches(' ')) == Some(reading) { 0 } else { price::INCONSISTENT };
        }
        let image = self.table.entry(pair).is_some_and(|e| e.image);
        let plain = if self.page.is_plain(pair) { price::INCONSISTENT } else { 0 };
        plain + if image { price::IMAGE } else { price::TRADITIONAL } + if usual { 0 } else { price::UNUSUAL }
    }
}

/// The two bytes of punctuation that a marker is put before, folded or not.
pub fn mark_bytes(c: char) -> Option<[u8; 2]> {
    let c = match c {
        '!' | '?' | ';' | ',' => char::from_u32(c as u32 + 0xFEE0)?,
        c => c,
    };
    MARKED.contains(&c).then(|| gbk::pair_of(c)).flatten()
}
