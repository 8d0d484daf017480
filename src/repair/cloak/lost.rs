//! Bytes that were lost: the moves over them, and what they may have been. What else a reading can do stands in `moves`.

use super::channel::MARKER;
use super::gate::is_han;
use super::gbk::{self, ROW_A1, ROW_A3};
use super::moves::mark_bytes;
use super::neighbours::Neighbours;
use super::page::Byte;
use super::price::{self, NAT};
use super::quotes::OPENING;
use super::reading::{Before, Kind};
use super::search::{Partial, Search, UNKNOWN};
use super::words::{Between, Words};

/// Choices for one lost byte that are kept.
const GUESSES: usize = 14;
/// Lost bytes a window may ask about, over all its readings. Simulated pages ask 4 times, at most 88; text that is nothing but
/// damage asks without end and has no answer.
const MOST_GUESSES: u32 = 160;

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
                    // On a folded page it is mostly the full-width sign that is seen, which has two bytes.
                    let narrow = if is_han(next) && matches!(sign, ',' | ':' | '.') { price::NARROW } else { 0 };
                    take(sign as u8, Some(sign), if closing { price::BRACKET } else { price::SIGN + narrow + open });
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
        let weights = match ahead[0] {
            Some(next) if ends_word(next) => Some(if torn { &TORN_BEFORE_MARK } else { &LOST_BEFORE_MARK }),
            Some(_) if torn => Some(&TORN),
            None if torn => Some(&TORN_BEFORE_DAMAGE),
            _ => None,
        };
        let Before { prev, older, .. } = p.before;
        let place = Words::shared().between([prev, older[0], older[1]], ahead);
        let mut all: Vec<Choice> = Vec::with_capacity(126);
        for (lead, trail) in pairs {
            let Some(c) = gbk::char_of(lead, trail) else { continue };
            if !torn && self.page.set.contains(u16::from_be_bytes([lead, trail])) || matches!(c, '\u{E000}'..='\u{F8FF}') {
                continue;
            }
            all.push(self.choice(p, [lead, trail], c, ahead, &place, weights));
        }
        if weights.is_some() && (torn || all.iter().all(|c| is_han(c.c))) {
            // Which is the likeliest is for the evidence to say; how likely that is, for the model, as of everything else.
            let model = all.iter().map(|c| c.steps + c.extra).min().unwrap_or(0);
            let evidence = all.iter().map(|c| c.evidence).min().unwrap_or(0);
            for c in &mut all {
                c.extra = c.evidence - evidence + model - c.steps;
            }
        }
        all.sort_unstable_by_key(|c| (c.steps + c.extra, c.pair));
        all.truncate(GUESSES);
        all.into_iter().map(|c| (c.extra, of(c.pair), c.c)).collect()
    }

    /// Prices one choice for a lost byte.
    fn choice(
        &self,
        p: &Partial,
        pair: [u8; 2],
        c: char,
        ahead: [Option<char>; 2],
        place: &Between<'_>,
        weights: Option<&Weights>,
    ) -> Choice {
        let page = self.page;
        let Before { prev, older, .. } = p.before;
        let [lead, trail] = pair;
        let count = page.vocabulary.count(c);
        let mut extra = p.before.quotes.price(c);
        if self.table.is_converted(c) {
            extra += price::CONVERTED;
        }
        if count == 0 && self.table.entry(u16::from_be_bytes(pair)).is_some_and(|e| !e.image) {
            extra += price::NO_IMAGE;
        }
        if c == '\u{3000}' {
            extra += price::WIDE_SPACE;
        }
        if !self.model.is_known(c) {
            extra += price::UNKNOWN;
        }
        if PARTICLES.contains(&c)
            && ahead[0].is_some_and(|a| is_end(a) && (p.before.quotes.is_speech() || matches!(a, '!' | '?' | '！' | '？')))
        {
            extra += price::PARTICLE;
        }
        if c == '。' {
            extra += price::stop(p.before.since);
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
        let shown = page.shown(c);
        let (state, model) = self.model.step(p.before.state, shown);
        // Among so many choices one may owe its price to a collision in the model's tables.
        let short = self.model.step(self.model.start(), prev).0;
        extra += (self.model.step(short, shown).1 as i32 - model as i32 - price::SURPRISE).max(0);
        let (state, next) = ahead[0].map_or((state, 0), |n| self.model.step(state, n));
        let mut steps = model as i32 + next as i32 + self.again([prev, older[0], older[1]], c, 1);
        let evidence = weights.map_or(0, |weights| {
            if let [Some(next), beyond] = ahead {
                steps += self.again([shown, prev, older[0]], next, 1);
                if let Some(beyond) = beyond {
                    steps += self.model.step(state, beyond).1 as i32 + self.again([next, shown, prev], beyond, 2);
                }
            }
            let prices = [model as i32, next as i32, extra];
            let (words, joins) = place.price(shown);
            self.evidence(p, shown, prices, count, ahead, weights) + (words * weights.words + i32::from(joins) * weights.joins) / 64
        });
        if count > 0 {
            extra += price::ON_PAGE;
        }
        Choice { steps, extra, evidence, pair, c }
    }

    /// What a choice costs by all that is known, in 1/16 nat. `prices`: of the character and of the next by the model, and of all
    /// that the tables say.
    fn evidence(&self, p: &Partial, c: char, prices: [i32; 3], count: u32, ahead: [Option<char>; 2], weights: &Weights) -> i32 {
        let Before { prev, older, .. } = p.before;
        let [model, next, extra] = prices;
        let beside = match ahead[0] {
            Some(mark) if weights.end => Neighbours::shared().price_at_end([prev, older[0]], c, mark),
            _ => Neighbours::shared().price([prev, older[0]], c, ahead),
        };
        let mut sum = model * weights.model + next * weights.next + extra * weights.extra;
        sum += beside.alone * weights.alone + beside.left * weights.left + beside.right * weights.right + beside.beyond * weights.beyond;
        sum += match c {
            '。' => weights.stop,
            c if is_han(c) => weights.counted * (count + 1).ilog2() as i32,
            _ => weights.sign,
        };
        let vocabulary = &self.page.vocabulary;
        let before = match vocabulary.longest([prev, older[0], older[1]], c) {
            2 if !is_han(c) || !is_han(prev) => 1,
            longest => longest,
        };
        sum += weights.before[..before - 1].iter().sum::<i32>();
        if let [Some(next), beyond] = ahead {
            sum += match vocabulary.longest([c, prev, older[0]], next) {
                2 if is_han(c) && is_han(next) => weights.behind[0],
                3.. => weights.behind[0] + weights.behind[1],
                _ => 0,
            };
            if beyond.is_some_and(|beyond| vocabulary.longest([next, c, prev], beyond) > 2) {
                sum += weights.behind[2];
            }
        }
        sum / 64
    }
}

/// What each kind of evidence for a lost byte counts, in 1/64: of the price it gives; and, where it is a fact about the page, of
/// 1/16 nat. All fitted at once, to the choices that were right on simulated pages: of lines the tables were trained on, of lines
/// left out, and of news from elsewhere, a third each, so that no table is trusted for knowing its own sources.
struct Weights {
    model: i32,
    next: i32,
    extra: i32,
    /// Are the neighbours those before punctuation?
    end: bool,
    alone: i32,
    left: i32,
    right: i32,
    beyond: i32,
    /// Every doubling of the times the page has the character.
    counted: i32,
    /// The page has the run of two, of three, of four that ends in it.
    before: [i32; 3],
    /// The page has the run of two, of three that ends in the next; of three that ends in the one after.
    behind: [i32; 3],
    /// 。, and what is neither that nor a letter.
    stop: i32,
    sign: i32,
    /// What all around it costs as words, and that it ends or goes on with a word that begins before it.
    words: i32,
    joins: i32,
}

/// A fact about the page, in hundredths of a nat.
const fn fact(hundredths: i32) -> i32 {
    hundredths * NAT * 64 / 100
}

/// A character torn by a marker before another character.
const TORN: Weights = Weights {
    model: 12,
    next: -3,
    extra: 66,
    end: false,
    alone: -29,
    left: 20,
    right: 22,
    beyond: 25,
    counted: fact(-49),
    before: [fact(-65), fact(-79), fact(-76)],
    behind: [fact(-42), fact(-7), fact(-84)],
    stop: fact(-69),
    sign: fact(61),
    words: 39,
    joins: fact(64),
};

/// The same before punctuation.
const TORN_BEFORE_MARK: Weights = Weights {
    model: 13,
    next: -10,
    extra: 44,
    end: false,
    alone: -23,
    left: 18,
    right: 67,
    beyond: 0,
    counted: fact(-26),
    before: [fact(-252), fact(-48), fact(-48)],
    behind: [fact(-49), fact(-49), 0],
    stop: 0,
    sign: fact(-4),
    words: 32,
    joins: fact(-139),
};

/// The same before more damage.
const TORN_BEFORE_DAMAGE: Weights = Weights {
    model: -19,
    next: 0,
    extra: 29,
    end: false,
    alone: -21,
    left: 66,
    right: 0,
    beyond: 0,
    counted: fact(-71),
    before: [fact(-10), fact(-24), fact(-12)],
    behind: [0, 0, 0],
    stop: fact(-114),
    sign: fact(-33),
    words: 37,
    joins: fact(84),
};

/// A lost second byte before punctuation.
const LOST_BEFORE_MARK: Weights = Weights {
    model: 24,
    next: 38,
    extra: 71,
    end: true,
    alone: -50,
    left: 59,
    right: 9,
    beyond: 0,
    counted: fact(-52),
    before: [fact(-127), fact(-72), fact(-9)],
    behind: [fact(-64), fact(-64), 0],
    stop: fact(14),
    sign: fact(-14),
    words: 11,
    joins: fact(62),
};

/// Does a character end words: punctuation a marker is put before, or the end of a line?
fn ends_word(c: char) -> bool {
    matches!(gbk::fold(c), '、' | '。' | '!' | '?' | ';' | ',' | '\n')
}

/// A choice for a lost byte.
struct Choice {
    /// What the steps to it and to the next character cost.
    steps: i32,
    /// What it costs beyond.
    extra: i32,
    /// What it costs by all that is known, in place of both.
    evidence: i32,
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
