//! What a lost byte may have been: the choices, each priced by all that is known of its place. The moves over lost bytes stand in
//! `lost`, the tables in `contexts`, `neighbours` and `words`.

use super::contexts::{Around, Contexts, Right};
use super::gate::is_han;
use super::gbk::{self, ROW_A1, ROW_A3};
use super::lost::is_end;
use super::neighbours::Neighbours;
use super::price::{self, NAT};
use super::quotes::OPENING;
use super::reading::Before;
use super::search::{Partial, Search};
use super::words::{Between, Words};

/// Choices for one lost byte that are kept.
const GUESSES: usize = 14;
/// Lost bytes a window may ask about, over all its readings. Simulated pages ask 4 times, at most 88; text that is nothing but
/// damage asks without end and has no answer.
const MOST_GUESSES: u32 = 160;

impl Search<'_, '_> {
    /// The likeliest of some pairs as the next character before `ahead`: (price beyond what a step to it costs, the byte `of`
    /// takes, character). What a marker tore may be a member of the set: markers come before all readings.
    pub(super) fn guesses(
        &mut self,
        p: &Partial,
        pairs: impl Iterator<Item = (u8, u8)>,
        of: impl Fn([u8; 2]) -> u8,
        ahead: [Option<char>; 3],
        loss: Loss,
    ) -> Vec<(i32, u8, char)> {
        self.asked += 1;
        if self.asked > MOST_GUESSES {
            return Vec::new();
        }
        let torn = matches!(loss, Loss::Torn);
        let weights = match ahead[0] {
            Some(next) if ends_word(next) => Some(if torn { &TORN_BEFORE_MARK } else { &LOST_BEFORE_MARK }),
            Some(_) if torn => Some(&TORN),
            None if torn => Some(&TORN_BEFORE_DAMAGE),
            None if matches!(loss, Loss::Trail(_)) => Some(&LOST),
            _ => None,
        };
        let Before { prev, older, .. } = p.before;
        let left = [prev, older[0], older[1]];
        let right = match loss {
            Loss::Torn => Some(ahead.map(|c| c.map_or(Right::Unknown, Right::Seen))),
            Loss::Trail(right) => Some(right),
            Loss::Lead => None,
        };
        let sites = Sites { words: Words::shared().between(left, ahead), contexts: right.map(|right| Contexts::shared().at(left, right)) };
        let mut all: Vec<Choice> = Vec::with_capacity(126);
        for (lead, trail) in pairs {
            let Some(c) = gbk::char_of(lead, trail) else { continue };
            if !torn && self.page.set.contains(u16::from_be_bytes([lead, trail])) || gbk::is_private(c) {
                continue;
            }
            all.push(self.choice(p, [lead, trail], c, ahead, &sites, weights));
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
        ahead: [Option<char>; 3],
        sites: &Sites<'_>,
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
            if let [Some(next), beyond, _] = ahead {
                steps += self.again([shown, prev, older[0]], next, 1);
                if let Some(beyond) = beyond {
                    steps += self.model.step(state, beyond).1 as i32 + self.again([next, shown, prev], beyond, 2);
                }
            }
            let prices = [model as i32, next as i32, extra];
            let (words, joins) = sites.words.price(shown);
            let contexts = sites.contexts.as_ref().map_or(0, |around| around.price(shown));
            let tables = words * weights.words + i32::from(joins) * weights.joins + contexts * weights.contexts;
            self.evidence(p, shown, prices, count, ahead, weights) + tables / 64
        });
        if count > 0 {
            extra += price::ON_PAGE;
        }
        Choice { steps, extra, evidence, pair, c }
    }

    /// What a choice costs by all that is known, in 1/16 nat. `prices`: of the character and of the next by the model, and of all
    /// that the tables say.
    fn evidence(&self, p: &Partial, c: char, prices: [i32; 3], count: u32, ahead: [Option<char>; 3], weights: &Weights) -> i32 {
        let Before { prev, older, .. } = p.before;
        let [model, next, extra] = prices;
        let beside = match ahead[0] {
            _ if weights.end => Neighbours::shared().price_at_end([prev, older[0]], c, ahead[0].unwrap_or('\n')),
            _ => Neighbours::shared().price([prev, older[0]], c, [ahead[0], ahead[1]]),
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
        if let [Some(next), beyond, _] = ahead {
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
    /// What the characters around it make of it.
    contexts: i32,
}

/// A fact about the page, in hundredths of a nat.
const fn fact(hundredths: i32) -> i32 {
    hundredths * NAT * 64 / 100
}

/// A character torn by a marker before another character.
const TORN: Weights = Weights {
    model: -5,
    next: -1,
    extra: 50,
    end: false,
    alone: -25,
    left: 19,
    right: 7,
    beyond: 15,
    counted: fact(-34),
    before: [fact(-46), fact(-55), fact(-53)],
    behind: [fact(-29), fact(-5), fact(-59)],
    stop: fact(-48),
    sign: fact(43),
    words: 32,
    joins: fact(45),
    contexts: 40,
};

/// The same before punctuation.
const TORN_BEFORE_MARK: Weights = Weights {
    model: -3,
    next: -14,
    extra: 35,
    end: false,
    alone: -15,
    left: 11,
    right: 33,
    beyond: 0,
    counted: fact(-18),
    before: [fact(-176), fact(-34), fact(-34)],
    behind: [fact(-34), fact(-34), 0],
    stop: 0,
    sign: fact(-3),
    words: 21,
    joins: fact(-97),
    contexts: 44,
};

/// The same before more damage.
const TORN_BEFORE_DAMAGE: Weights = Weights {
    model: -3,
    next: 0,
    extra: 27,
    end: false,
    alone: -10,
    left: 24,
    right: 0,
    beyond: 0,
    counted: fact(-50),
    before: [fact(-7), fact(-17), fact(-8)],
    behind: [0, 0, 0],
    stop: fact(-80),
    sign: fact(-23),
    words: 32,
    joins: fact(59),
    contexts: 31,
};

/// A lost second byte before punctuation.
const LOST_BEFORE_MARK: Weights = Weights {
    model: 9,
    next: 25,
    extra: 62,
    end: true,
    alone: -39,
    left: 33,
    right: 0,
    beyond: 0,
    counted: fact(-36),
    before: [fact(-89), fact(-50), fact(-6)],
    behind: [fact(-45), fact(-45), 0],
    stop: fact(10),
    sign: fact(-10),
    words: 25,
    joins: fact(43),
    contexts: 21,
};

/// The same before an ASCII byte that was lost with it.
const LOST: Weights = Weights {
    model: 32,
    next: 0,
    extra: 58,
    end: true,
    alone: -23,
    left: 16,
    right: 0,
    beyond: 0,
    counted: fact(-36),
    before: [fact(-89), fact(-50), fact(-6)],
    behind: [0, 0, 0],
    stop: fact(10),
    sign: fact(-10),
    words: 19,
    joins: fact(43),
    contexts: 11,
};

/// Does a character end words: punctuation a marker is put before, or the end of a line?
fn ends_word(c: char) -> bool {
    matches!(gbk::fold(c), '、' | '。' | '!' | '?' | ';' | ',' | '\n')
}

/// What was lost of a character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Loss {
    /// Its first byte, by a marker behind it.
    Torn,
    /// Its second byte, before these.
    Trail([Right; 3]),
    /// Its first byte, with the character before it.
    Lead,
}

/// Where a guess stands, as the tables see it.
struct Sites<'t> {
    words: Between<'t>,
    contexts: Option<Around<'t>>,
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
