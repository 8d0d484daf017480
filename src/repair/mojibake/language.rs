//! Whether a place of evidence is language as it stands: what looked odd character by character is asked with its neighbours, by the
//! prices of the model. Nearly all alarms of clean text end here; hypotheses are asked in `search`.

use std::ops::Range;

use super::kinds::{is_half_width_katakana, is_latin, is_wide};
use super::mixed;
use super::suspect::Suspect;
use crate::model::{Model, State};

/// Limits in 1/16 nats a character unless said otherwise. Origin: the generated cases of three seeds and 15 million clean characters.
mod limit {
    /// Han of a rare word, and what it and its neighbours cost a character at most: clean Chinese costs 5 nats, damage 10 and more.
    pub const WORD: usize = 4;
    pub const SKIP_WORD: usize = 112;
    /// What a character of the core that is not ASCII costs at least on the average where there is damage, by how many of them are Han
    /// and the like: up to 3, up to 8, more; and the characters before that tell what is usual. Of 2,900 cases of damage one costs
    /// less, of 4,500 places in clean text that look odd three quarters do.
    pub const SKIP_FEW: usize = 150;
    pub const SKIP_SOME: usize = 136;
    pub const SKIP_MANY: usize = 124;
    pub const CONTEXT: usize = 8;
    /// The same for letters and signs; and the evidence, in 1/4 nats, from which they are looked at whatever they cost.
    pub const SKIP_LETTERS: usize = 112;
    pub const SURE: i32 = 33;
    /// What so many of them in a row cost at most when there is more evidence: the clean text of an alphabet of its own; and how few
    /// are looked at whatever they cost.
    pub const WINDOW: usize = 10;
    pub const SKIP_SURE: usize = 76;
    pub const SKIP_LATIN: usize = 100;
    pub const BRIEF: usize = 3;
}

/// What a place of evidence consists of.
pub(super) struct Core {
    /// Characters beyond ASCII.
    pub odd: usize,
    /// Those of them that are Han and the like.
    wide: usize,
    /// Whether letters and signs have evidence beyond doubt.
    sure: bool,
    /// Whether it is looked at whatever it costs.
    certain: bool,
}

impl Core {
    pub fn of(line: &[char], core: &Range<usize>, evidence: i32) -> Core {
        let (mut odd, mut wide, mut control) = (0, 0, false);
        for &c in line[core.clone()].iter().filter(|c| !c.is_ascii()) {
            odd += 1;
            wide += usize::from(is_wide(c));
            // What no text has is looked at whatever the rest costs.
            control |= matches!(c, '\u{80}'..='\u{9f}' | '\u{fffd}' | '\u{2550}'..='\u{2593}');
        }
        let sure = evidence >= limit::SURE && wide * 2 < odd;
        let certain = sure && (control || odd <= limit::BRIEF) || goes_on_latin_word(line, core);
        Core { odd, wide, sure, certain }
    }

    /// Whether what looked odd one by one is language once its neighbours are seen.
    pub fn is_language(&self, model: &Model, line: &[char], core: &Range<usize>) -> bool {
        !self.certain && is_language(model, line, core, (self.wide, self.odd), self.sure)
    }
}

/// Whether a place is half-width katakana that go on right behind a small Latin letter: no language sets them so.
fn goes_on_latin_word(line: &[char], core: &Range<usize>) -> bool {
    let katakana = |c: &&char| is_half_width_katakana(**c);
    let before = line[..core.start].iter().rev().find(|c| !katakana(c));
    !core.is_empty() && line[core.clone()].iter().all(|c| katakana(&c)) && before.is_some_and(char::is_ascii_lowercase)
}

/// Whether Han that looked odd one by one is language once its neighbours are seen: terms and names cost little then, damage stays odd.
fn is_language(model: &Model, line: &[char], core: &Range<usize>, (wide, beyond): (usize, usize), sure: bool) -> bool {
    let before = &line[core.start.saturating_sub(limit::CONTEXT)..core.start];
    let place = &line[core.clone()];
    // Most places are Chinese: nothing in them is odd side by side.
    let at_once = if sure { None } else { model.cost_of_chinese(before, place.iter().copied()) };
    if at_once.is_none() && mixed::is_odd(place) {
        return false;
    }
    let start = || context(model, before).iter().fold(model.start(), |state, &c| model.step(state, c).0);
    if sure {
        // Latin letters with marks are dear by themselves.
        let most = if place.iter().all(|&c| c.is_ascii() || is_latin(c)) { limit::SKIP_LATIN } else { limit::SKIP_SURE };
        return !has_dear_window(model, start(), place, most);
    }
    let cost = at_once.unwrap_or_else(|| cost_from(model, start(), place));
    if (cost as usize) < skip(wide, beyond) * beyond {
        return true;
    }
    // A rare word between common ones: damage so short proves nothing by itself, and longer damage is dear on both sides.
    if wide > limit::WORD {
        return false;
    }
    let around = &line[core.start.saturating_sub(limit::CONTEXT)..(core.end + limit::CONTEXT).min(line.len())];
    let around = || around.iter().copied().filter(|c| !c.is_ascii());
    let all = around().count();
    let cost = || model.cost_of_chinese(&[], around()).unwrap_or_else(|| cost_from(model, model.start(), &around().collect::<Vec<_>>()));
    all >= 2 * beyond && (cost() as usize) < limit::SKIP_WORD * all
}

/// What a character beyond ASCII costs at least where there is damage, if `wide` of `beyond` are Han and the like.
fn skip(wide: usize, beyond: usize) -> usize {
    match wide {
        _ if wide * 2 < beyond => limit::SKIP_LETTERS,
        0..=3 => limit::SKIP_FEW,
        4..=8 => limit::SKIP_SOME,
        _ => limit::SKIP_MANY,
    }
}

/// Whether the place of some evidence is Chinese and language as it stands, as [`Core::is_language`] says of it: for nearly all alarms
/// of Chinese text, with no more ado than that takes.
pub(super) fn is_chinese(model: &Model, text: &str, s: &Suspect) -> bool {
    let boundary = |at: usize| (at..s.end).find(|&at| text.is_char_boundary(at)).unwrap_or(s.end);
    let (from, to) = (boundary(s.from.max(s.start)), boundary(s.to));
    if from >= to {
        return false;
    }
    let mut before = ['\0'; limit::CONTEXT];
    let mut first = before.len();
    for c in text[s.start..from].chars().rev().take(limit::CONTEXT) {
        first -= 1;
        before[first] = c;
    }
    let (mut beyond, mut wide) = (0, 0);
    let place = text[from..to].chars().inspect(|&c| {
        beyond += usize::from(!c.is_ascii());
        wide += usize::from(is_wide(c));
    });
    let Some(cost) = model.cost_of_chinese(&before[first..], place) else { return false };
    wide * 2 >= beyond && (cost as usize) < skip(wide, beyond) * beyond
}

/// What the characters beyond ASCII cost from a state on.
fn cost_from(model: &Model, mut state: State, text: &[char]) -> u32 {
    let mut sum = 0;
    for &c in text {
        let (next, cost) = model.step(state, c);
        state = next;
        sum += if c.is_ascii() { 0 } else { cost };
    }
    sum
}

/// The end of what precedes a place that tells all of it: behind two Han the model remembers nothing else but kana and Hangul.
fn context<'l>(model: &Model, before: &'l [char]) -> &'l [char] {
    let han = |c: char| matches!(c, '\u{4e00}'..='\u{9fff}') && model.is_known(c);
    match before {
        [rest @ .., a, b]
            if han(*a)
                && han(*b)
                && rest.iter().all(|&c| matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3001}' | '\u{3002}' | '\u{ff0c}') || c.is_ascii()) =>
        {
            &before[rest.len()..]
        }
        _ => before,
    }
}

/// Whether some characters beyond ASCII in a row cost more than a text of an alphabet of its own does.
fn has_dear_window(model: &Model, mut state: State, core: &[char], most: usize) -> bool {
    let mut window = [0; limit::WINDOW];
    let (mut sum, mut n) = (0, 0);
    for &c in core {
        let (next, cost) = model.step(state, c);
        state = next;
        if !c.is_ascii() {
            sum = sum + cost as usize - window[n % limit::WINDOW];
            window[n % limit::WINDOW] = cost as usize;
            n += 1;
            if n >= limit::WINDOW && sum >= most * limit::WINDOW {
                return true;
            }
        }
    }
    n < limit::WINDOW && sum >= most * n
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_language(before: &str, core: &str, behind: &str, evidence: i32) -> bool {
        let line: Vec<char> = [before, core, behind].concat().chars().collect();
        let from = before.chars().count();
        let core = from..from + core.chars().count();
        Core::of(&line, &core, evidence).is_language(Model::shared(), &line, &core)
    }

    #[test]
    fn rare_words_amid_common_ones_are_language_and_damage_is_not() {
        assert!(is_language("老太太拿着", "翡翠镯子", "走了出来", 20));
        assert!(!is_language("", "鎴戜滑鍦ㄦ渤杈", "", 60));
    }

    #[test]
    fn what_is_chinese_at_a_glance_is_language() {
        let pieces = [
            "老太太",
            "拿着",
            "翡翠",
            "镯子",
            "，",
            "鎴戜滑",
            "鍦ㄦ渤",
            "龘",
            "3",
            " ",
            "Wi",
            "“",
            "”",
            "かな",
            "é",
            "釐",
            "\u{e000}",
            "的",
            "貔貅",
            "?",
        ];
        let mut n = 11u32;
        let mut next = |below: usize| {
            n = n.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (n >> 8) as usize % below
        };
        let (mut glances, mut more) = (0, 0);
        for _ in 0..3_000 {
            let mut text = |most: usize| (0..next(most)).map(|_| pieces[next(pieces.len())]).collect::<String>();
            let (before, core, behind) = (text(6), text(4), text(6));
            let (text, from, to) = ([&before[..], &core, &behind].concat(), before.len(), before.len() + core.len());
            for evidence in [20, 60] {
                let s = Suspect { start: 0, end: text.len(), from, to, evidence };
                if is_chinese(Model::shared(), &text, &s) {
                    assert!(is_language(&before, &core, &behind, evidence), "{before}[{core}]{behind}");
                    glances += 1;
                } else {
                    more += usize::from(!core.is_empty() && is_language(&before, &core, &behind, evidence));
                }
            }
        }
        assert!(glances > 500 && more > 500, "{glances} {more}");
    }

    #[test]
    fn what_no_text_has_is_never_language() {
        assert!(!is_language("dans la rivi", "è\u{80}", "re", 40));
    }
}
