//! Whether a stretch is to be changed: what must hold of what it was and what it would become, for stretches without losses and with
//! them. Which stretches and under which hypothesis is found in `search`.

use super::around::{
    begins_with_dash, cuts_foreign_word, cuts_word, in_capitals, is_amid_kin, is_before_blank, parts_capitals, touches_kin, touches_wide,
};
use super::charset::Pair;
use super::controls::{are_of_mac, are_quotes, is_of_mac};
use super::kinds::{is_cyrillic, is_emoji, is_filler, is_half_width_katakana, is_han, is_latin, is_letter, is_wide, script};
use super::latin::{
    all_look_alike, among_latin, are_no_breaks, are_yers, is_inside_latin, is_inside_word, is_no_break, is_stuck, is_word_of_one,
    spells_latin_words, spoils_word,
};
use super::makeup::{are_abbreviations, are_scattered, as_japanese, different, is_list, is_one_script, of_capitals, repeats};
use super::mixed::may_be_japanese;
use super::segment::{Guess, Segment};
use super::typography::are_signs_in_place;
use crate::codec::Codec;
use crate::model::Model;

/// Prices and limits, 1/16 nats unless said otherwise. Origin: 4,600 generated cases and 15 million clean characters; the first two
/// hold between 8 and 25 nats alike.
mod limit {
    /// Gain before a stretch is believed: flat, and for each of its characters.
    pub const GAIN: i32 = 8 * 16;
    pub const GAIN_A_CHAR: i32 = 1;
    /// The same for UTF-8 read as single bytes, whose sequences prove themselves, and for C1 controls, which no text has.
    pub const GAIN_UTF_8: i32 = 5 * 16;
    pub const GAIN_C1: i32 = 1;
    /// The same when the page has the same damage elsewhere.
    pub const GAIN_AGAIN: i32 = 4 * 16;
    /// The same of single signs that stand where such signs do, which the model may not have seen. Estimated.
    pub const GAIN_SIGN: i32 = 1;
    /// Most a character of the result may cost on the average.
    pub const AFTER: i32 = 7 * 16 + 8;
    pub const AFTER_UTF_8: i32 = 10 * 16;
    /// The same for alphabetic text from a single-byte charset, where every byte is some letter; the first letter apart.
    pub const AFTER_LETTERS: i32 = 3 * 16 + 8;
    pub const FIRST: i32 = 6 * 16;
    /// From one charset of pairs to another: most a character may cost, with few different ones less; least gain.
    pub const AFTER_PAIRS: i32 = 8 * 16;
    pub const AFTER_FEW: i32 = 7 * 16 + 8;
    pub const GAIN_PAIRS: i32 = 10 * 16;
    /// The same for a stretch of a line whose other characters are clean, and for very few different characters.
    pub const AFTER_PAIRS_INSIDE: i32 = 7 * 16;
    pub const AFTER_FEW_INSIDE: i32 = 6 * 16 + 8;
    pub const GAIN_PAIRS_INSIDE: i32 = 18 * 16;
    pub const GAIN_FEW: i32 = 14 * 16;
    /// The same for a stretch of Han alone, by the share of them that differ; and the gain from which it may be a list of single ones. Origin:
    /// 700 stretches of generated cases, of which 3 are lost, and 50 of dictionaries, verses and texts cut into words, which all stay.
    pub const GAIN_HAN: i32 = 24 * 16;
    pub const GAIN_LIST: i32 = 60 * 16;
    /// The same of Korean, whose words are short: of 44,000 texts cut into words and rows of single Han none is changed.
    pub const GAIN_KOREAN: i32 = 40 * 16;
    /// What a stretch costs less than as Japanese in half-width katakana: of 14,000 texts set in such 3 are changed by it, 19 without it.
    pub const HALF_WIDTH: i32 = 8 * 16;
    /// The same for Han and kana as Japanese has them: 267,000 entries of a dictionary gain 13 nats at most, of 4,600 short stretches of
    /// damage four are lost.
    pub const GAIN_JAPANESE: i32 = 20 * 16;
    /// Gain of one or two Han that stand amid others, of UTF-8 read as pairs: some three Han are such bytes by chance.
    pub const GAIN_BRIEF: i32 = 20 * 16;
    /// The same for pairs read as single bytes, and the least gain for each of these: what is no text under any charset of bytes may
    /// be a rare text; the first character apart.
    pub const AFTER_BYTES: i32 = 9 * 16;
    pub const GAIN_A_BYTE: i32 = 3 * 16;
    pub const FIRST_WIDE: i32 = 3 * 16;
    /// Gain such text needs: flat, and for each letter.
    pub const LETTERS: i32 = 12 * 16;
    pub const LATIN: i32 = 8 * 16;
    pub const GAIN_A_LETTER: i32 = 8;
    /// Letters such text has at least where words of it were in capitals: abbreviations are short and odd. Different letters: screams and
    /// laughter are one again and again.
    pub const IN_CAPITALS: i32 = 8;
    pub const KINDS: usize = 3;
    /// The same where all words may be abbreviations, and what a letter may cost then: they have few vowels, and become what has none. Origin:
    /// 29,700 rows of one to ten Russian, Ukrainian, Bulgarian, Greek and Hebrew ones, of which 162 were changed.
    pub const ABBREVIATIONS: i32 = 20;
    pub const AFTER_ABBREVIATIONS: i32 = 2 * 16 + 12;
    /// Letters such text has at least where Han and the like go on right before or behind it: a name or two. Verses double rare ones.
    pub const AMID_WIDE: i32 = 12;
    /// The same where letters of its own script go on around it.
    pub const PHRASE: i32 = 20;
    /// With losses: gain, flat and for each character; how much more than without them; the share that may be guessed, in percent;
    /// hypotheses walked.
    pub const LOSSY_GAIN: i32 = 12 * 16;
    pub const LOSSY_GAIN_A_CHAR: i32 = 2;
    pub const GUESSED: i32 = 60;
    /// Gain of a single letter inside a Latin word.
    pub const GAIN_IN_WORD: i32 = 4 * 16 + 8;
    /// Gain from which three different characters suffice.
    pub const GAIN_BEYOND_DOUBT: i32 = 20 * 16;
    /// Guesses from which half of them must differ.
    pub const MANY_GUESSES: usize = 8;
}

/// Whether a stretch is signs of Latin text where they belong, and not shown for what they are.
pub(super) fn is_sign(line: &[char], pair: Pair, s: &Segment) -> bool {
    pair.written == Codec::UTF_8 && s.gain >= limit::GAIN_SIGN && !is_quoted(line, s) && are_signs_in_place(line, s)
}

/// Whether a stretch with holes is to be changed.
pub(super) fn plausible(model: &Model, line: &[char], pair: Pair, s: &Segment) -> bool {
    if s.gain < limit::LOSSY_GAIN + limit::LOSSY_GAIN_A_CHAR * (s.to - s.from) as i32 {
        return false;
    }
    let (mut count, mut odd, mut wide, mut unknown, mut given_up) = (0i32, 0i32, 0i32, 0i32, 0i32);
    for c in s.now.chars() {
        count += 1;
        if !c.is_ascii() {
            odd += 1;
            wide += i32::from(is_wide(c));
            given_up += i32::from(c == '\u{fffd}');
            unknown += i32::from(c != '\u{fffd}' && !model.is_known(c) && !is_emoji(c) && !is_latin(c));
        }
    }
    let mut kinds: Vec<char> = line[s.from..s.to].iter().copied().filter(|c| !c.is_ascii()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let guessed = s.guesses.len() as i32;
    if is_half_width(model, line, pair, s) {
        return false;
    }
    // Words set without blanks between, `СловаБезПробелов`: a part of them is something else by chance.
    if pair.read.is_single_byte() && cuts_foreign_word(line, s) && line[s.from..s.to].iter().all(|c| is_letter(*c)) {
        return false;
    }
    if unknown * 100 > odd * 8 || pair.read.is_double_byte() && is_list(&line[s.from..s.to]) {
        return false;
    }
    // More question marks than anything else: what is left says too little.
    let questions = line.iter().filter(|c| **c == '?').count();
    if questions > line.iter().filter(|c| !c.is_ascii()).count() {
        return false;
    }
    // Of the few bytes that a charset of single ones lacks hardly more than one makes a letter or a mark that the model expects there.
    let few = pair.read.is_single_byte() && pair.written == Codec::UTF_8;
    let narrow = |g: &Guess| few && s.now[g.from..g.to].chars().all(|c| c < '\u{2e80}');
    let narrow = s.guesses.iter().filter(|g| narrow(g)).count() as i32;
    let filled = guessed - given_up - narrow;
    if wide * 2 <= filled {
        // Blanks and signs fill any hole: that is inventing.
        let lost = line[s.from..s.to].iter().filter(|c| **c == '\u{fffd}').count() as i32;
        let seen = line[s.from..s.to].iter().filter(|c| !c.is_ascii()).count() as i32;
        if filled > 0 || lost * 2 > seen {
            return false;
        }
    }
    // What the model likes best fits any hole: the same few characters again and again are no text.
    let mut put: Vec<&str> = s.guesses.iter().map(|g| &s.now[g.from..g.to]).filter(|g| *g != "\u{fffd}").collect();
    let filled_with = put.len();
    put.sort_unstable();
    put.dedup();
    if filled_with >= limit::MANY_GUESSES && put.len() * 2 < filled_with {
        return false;
    }
    // A mark of loss alone is less than letters that stood there, unless those begin a sequence beyond doubt.
    let begins =
        matches!(line[s.from..s.to], ['â', '€' | '\u{fffd}', ..]) || matches!(line[s.from..s.to], [lead, _] if lead.is_uppercase());
    if !begins && s.now.chars().all(|c| c.is_ascii() || c == '\u{fffd}') {
        return false;
    }
    // A letter or two beside losses elsewhere are believed as if nothing was lost.
    if wide == 0 && odd <= 2 && guessed == 0 && !believed(model, line, pair, s, true) {
        return false;
    }
    if wide > 0 {
        let limit = if pair.written == Codec::UTF_8 { limit::AFTER_UTF_8 } else { limit::AFTER };
        s.after <= limit * count && guessed * 100 <= odd * limit::GUESSED && odd - guessed >= 3 && kinds.len() >= 6 && given_up * 4 <= odd
    } else if in_capitals(line, s) {
        // `Ã` and `Ă` end words; the letter in question would be a small one.
        false
    } else {
        // That what is left of letters stands for one is plain when others came through whole.
        few && narrow * 2 <= odd + 1
            && (narrow < odd || narrow == 0 || closes_quotation(line, s))
            && (given_up < odd || pair.read == Codec::WINDOWS_1252 && odd_lead(line, s))
            && given_up * 2 <= odd + 1
            && (given_up == 0 || line.iter().filter(|c| is_letter(**c)).all(|c| script(*c) == 0))
    }
}

/// Whether a stretch may be Japanese set in half-width katakana: pairs of them are Han and Hangul under several charsets, now and then a
/// word. Damage reads no better as Japanese, and ends nowhere in the midst of them.
fn is_half_width(model: &Model, line: &[char], pair: Pair, s: &Segment) -> bool {
    let goes_on = |at: Option<usize>| at.and_then(|at| line.get(at)).is_some_and(|c| is_half_width_katakana(*c));
    pair.read == Codec::SHIFT_JIS
        && as_japanese(model, &line[s.from..s.to])
            .is_some_and(|cost| cost < s.after + limit::HALF_WIDTH || goes_on(s.from.checked_sub(1)) || goes_on(Some(s.to)))
}

/// Whether the lenticular brackets of a stretch are a pair of the line, and not the long vowels they are of EUC-JP.
fn are_brackets(line: &[char], s: &Segment) -> bool {
    let of = |bracket: char| line.iter().filter(|c| **c == bracket).count();
    line[s.from..s.to].contains(&'〖') && of('〖') == of('〗')
}

/// Whether a stretch is the mark that closes a quotation, of which the last byte is the only one of three that windows-1252 lacks.
fn closes_quotation(line: &[char], s: &Segment) -> bool {
    s.now == "”" && matches!(line[s.from..s.to], ['â', '€', '\u{fffd}'])
}

/// A capital in the midst of a word before the loss, or a sequence of three: no letter of the text.
fn odd_lead(line: &[char], s: &Segment) -> bool {
    let before = s.from.checked_sub(1).map(|i| line[i]);
    s.to - s.from > 2 || before.is_some_and(char::is_lowercase) && line[s.from].is_uppercase()
}

/// Whether a stretch is to be changed.
pub(super) fn believed(model: &Model, line: &[char], pair: Pair, s: &Segment, again: bool) -> bool {
    let was = &line[s.from..s.to];
    let flat = match (again, pair.read == Codec::LATIN_1, pair.written == Codec::UTF_8 && pair.read.is_single_byte()) {
        (_, true, _) => limit::GAIN_C1,
        (true, ..) => limit::GAIN_AGAIN,
        (_, _, true) => limit::GAIN_UTF_8,
        _ => limit::GAIN,
    };
    if s.gain >= limit::GAIN_AGAIN && pair.read.is_double_byte() && pair.written == Codec::UTF_8 && are_no_breaks(line, s) {
        return true;
    }
    if is_sign(line, pair, s) {
        return true;
    }
    let least = if is_inside_word(line, pair, s) { limit::GAIN_IN_WORD } else { flat + limit::GAIN_A_CHAR * was.len() as i32 };
    if s.gain < least {
        return false;
    }
    let (mut letters, mut odd, mut unknown, mut strange, mut count, mut gone) = (0i32, 0i32, 0i32, 0i32, 0i32, false);
    let (mut wide, mut full, mut latin) = (0i32, 0i32, 0i32);
    for c in s.now.chars() {
        count += 1;
        if !c.is_ascii() {
            odd += 1;
            letters += i32::from(is_letter(c));
            wide += i32::from(is_wide(c));
            full += i32::from(is_wide(c) && c < '\u{ff61}');
            latin += i32::from(is_latin(c));
            let new = !model.is_known(c) && !is_emoji(c) && !is_latin(c) || c == 'ſ';
            unknown += i32::from(new);
            strange += i32::from(new && is_letter(c));
            gone |= c == '\u{fffd}' || ('\u{80}'..'\u{a0}').contains(&c);
        }
    }
    if is_half_width(model, line, pair, s) && !spells_latin_words(line, s) || are_brackets(line, s) {
        return false;
    }
    // Writes U+FFFD as its own bytes: nothing to be had.
    if s.now.contains('\u{fffd}') {
        return false;
    }
    // A no-break space alone: `Â` may end a word.
    if s.now.chars().all(|c| matches!(c, ' ' | '\u{a0}')) {
        if pair.read.is_double_byte() {
            return s.now == "\u{a0}" && pair.written == Codec::UTF_8 && is_no_break(line, s, again);
        }
        let ends_word = s.from.checked_sub(1).is_some_and(|i| is_letter(line[i]));
        let letters = was.iter().all(|c| is_letter(*c) || matches!(c, ' ' | '\u{a0}'));
        return s.now == "\u{a0}" && was.len() == 2 && (!letters || !ends_word) && was[1] != ' ';
    }
    let clean = !gone
        && if wide > 0 {
            let odd_before = was.iter().filter(|c| !c.is_ascii()).count() as i32;
            // Sequences of UTF-8 prove themselves, and more so the fewer of the bytes could have been something else.
            let (most, gain, share) = match (pair.written == Codec::UTF_8, pair.read.is_single_byte()) {
                (true, true) => (limit::AFTER_UTF_8, 0, 25),
                (true, false) => (limit::AFTER_UTF_8, 0, 12),
                // Letters alone may be somebody's play with accents.
                (_, true) if signs(was, &s.now) as i32 * 6 < odd_before => (limit::AFTER, limit::GAIN_A_BYTE, 6),
                (_, true) => (limit::AFTER_BYTES, limit::GAIN_A_BYTE, 6),
                _ => (limit::AFTER, 0, 6),
            };
            let is_brief = pair.written == Codec::UTF_8 && pair.read.is_double_byte() && odd <= 2 && touches_wide(line, s);
            s.after - if full >= 2 { limit::FIRST_WIDE } else { 0 } <= most * count
                && s.gain - if gain > 0 { of_capitals(model, was) } else { 0 } >= gain * odd_before
                && (gain == 0 || !is_inside_latin(line, s) && different(s.now.chars().filter(|c| is_wide(*c))) > 1 && !are_quotes(was))
                && (odd > 1 || pair.written != Codec::UTF_8 || pair.read.is_single_byte())
                && (odd > 2 || !pair.read.is_single_byte() || !cuts_foreign_word(line, s))
                && unknown * 100 <= odd * share
                && (pair.written == Codec::UTF_8 || full >= 2)
                && (again || !is_brief || wide == odd && s.gain >= limit::GAIN_BRIEF)
                && (wide >= 4 || signs(was, &s.now) > 0 || !pair.read.is_single_byte())
        } else if pair.written == Codec::UTF_8 {
            let word = pair.read.is_single_byte()
                && was.iter().all(|c| c.is_ascii() || is_letter(*c) && *c != 'Ã')
                && !is_mark_of_dos(line, pair, s);
            if pair.read.is_double_byte() && odd == 1 {
                // Letters of a Latin text that became Han: no other Han may stand there.
                unknown == 0 && among_latin(line, s, is_wide) && s.gain >= least.min(limit::LATIN) && !spoils_word(line, s)
            } else if pair.read.is_double_byte()
                && !(among_latin(line, s, is_wide) || is_one_script(&s.now) && different(was.iter().copied().filter(|c| !c.is_ascii())) > 1)
            {
                // Every sixtieth Han is some letter.
                false
            } else if pair.read.is_double_byte()
                && touches_wide(line, s)
                && s.after - limit::FIRST > limit::AFTER_LETTERS * count
                && !among_latin(line, s, is_wide)
            {
                // Lists of Han in the order of a charset are letters, too, but no words.
                false
            } else if word
                && (odd <= 3 || unknown > 0 && cuts_foreign_word(line, s) || latin == odd && script(line[s.from]) != 0)
                && !(was.iter().any(|c| is_cyrillic(*c)) && among_latin(line, s, is_cyrillic) || spells_latin_words(line, s))
            {
                // Letters, side by side as words have them.
                false
            } else if was.contains(&' ') && in_capitals(line, s)
                || pair.read.is_single_byte()
                    && odd <= 2
                    && (cuts_word(line, s) || begins_with_dash(line, s) || parts_capitals(line, s) || is_before_blank(line, s))
            {
                false
            } else if odd > 1 {
                unknown * 3 <= odd || strange * 2 <= odd && s.gain > 2 * limit::GAIN
            } else {
                is_owners_mark(line, s) || unknown == 0 && (is_mark_of_dos(line, pair, s) || single_sequence(model, line, s))
            }
        } else if pair.read == Codec::LATIN_1 && pair.written == Codec::MACINTOSH {
            // Rare enough to ask for a letter inside a word, and to be preferred over the sign it would be of windows-1252 beyond doubt.
            unknown == 0
                && (again || are_of_mac(model, line, s))
                && s.now.chars().all(|c| c.is_ascii() || is_latin(c) && c.is_lowercase())
                && line.get(s.to).is_some_and(|c| c.is_lowercase())
                && touches_kin(line, s)
        } else if pair.read == Codec::LATIN_1 {
            unknown == 0 && !is_of_mac(line) && !line.iter().any(|&c| is_wide(c) || c == '\u{fffd}')
        } else if latin > 0 {
            // Single letters of Latin words, each alone or swallowed with its neighbour; small ones are letters as they stand.
            unknown == 0
                && !pair.written.is_double_byte()
                && was.iter().any(|c| !(c.is_ascii() || is_latin(*c) && c.is_lowercase()))
                && latin * 3 >= odd * 2
                && s.gain >= least.min(limit::LATIN)
                && touches_kin(line, s)
                && !has_ordinal_in_word(&s.now)
                && (!pair.read.is_double_byte() || among_latin(line, s, is_wide))
                && (pair.read != Codec::WINDOWS_1251 || among_latin(line, s, is_cyrillic) && !all_look_alike(line) && !are_yers(line))
        } else {
            let capitals = of_capitals(model, was);
            let letters = if pair.read.is_double_byte() { letters / repeats(was) as i32 } else { letters };
            let (least_letters, most) = if are_abbreviations(was) {
                (limit::ABBREVIATIONS, limit::AFTER_ABBREVIATIONS)
            } else if capitals > 0 {
                (limit::IN_CAPITALS, limit::AFTER_LETTERS)
            } else {
                (4 + 2 * i32::from(pair.read.is_double_byte()), limit::AFTER_LETTERS)
            };
            unknown == 0
                && letters >= least_letters
                && letters * 5 >= odd * 4
                && different(s.now.chars().filter(|c| is_letter(*c))) >= limit::KINDS
                && !is_stuck(line, s, letters)
                && !cuts_word(line, s)
                && (letters >= limit::PHRASE || !is_amid_kin(line, s, letters))
                && (letters >= limit::AMID_WIDE || !pair.read.is_double_byte() || !touches_wide(line, s))
                && s.gain - capitals >= limit::LETTERS + limit::GAIN_A_LETTER * letters
                && s.after - limit::FIRST <= most * count
        };
    let alone = if pair.written == Codec::EUC_KR { limit::GAIN_KOREAN } else { limit::GAIN_LIST };
    let scattered = pair.read.is_double_byte() && latin == 0 && s.gain < alone && are_scattered(was);
    clean && !scattered && (!pair.read.is_double_byte() || !pair.written.is_double_byte() || between_pairs(line, s, count))
}

/// Characters of a stretch that are no letters: those beyond ASCII, and the ASCII signs that became part of something else.
fn signs(was: &[char], now: &str) -> usize {
    let ascii = was.iter().filter(|c| c.is_ascii_punctuation()).count();
    let kept = now.chars().filter(char::is_ascii_punctuation).count();
    was.iter().filter(|c| !c.is_ascii() && !is_letter(**c)).count() + ascii.saturating_sub(kept)
}

/// Whether a change from one charset of pairs to another is more than chance, which makes Han of Han in every text.
fn between_pairs(line: &[char], s: &Segment, count: i32) -> bool {
    let mut odd: Vec<char> = line[s.from..s.to].iter().copied().filter(|c| !c.is_ascii()).collect();
    // Letters of one row of a charset amid words of the same: Greek or Russian.
    let is_of_row = |c: &char| matches!(c, '\u{370}'..='\u{45f}');
    if odd.iter().all(is_of_row) && line[..s.from].iter().chain(&line[s.to..]).any(is_of_row) {
        return false;
    }
    let others = line.iter().filter(|c| !c.is_ascii()).count() - odd.len();
    let inside = others * 4 > odd.len();
    let like = odd.iter().filter(|&&c| is_wide(c) || is_filler(c)).count();
    let half = like * 2 >= odd.len();
    let all = odd.len();
    odd.sort_unstable();
    odd.dedup();
    let kinds = odd.iter().filter(|&&c| is_wide(c) || is_filler(c)).count();
    let most = match (kinds < 8, inside) {
        (true, false) => limit::AFTER_FEW,
        (false, false) => limit::AFTER_PAIRS,
        (true, true) => limit::AFTER_FEW_INSIDE,
        (false, true) => limit::AFTER_PAIRS_INSIDE,
    };
    let gain = if inside {
        limit::GAIN_PAIRS_INSIDE
    } else if kinds < 5 {
        limit::GAIN_FEW
    } else {
        limit::GAIN_PAIRS
    };
    let enough = if inside || s.gain >= limit::GAIN_BEYOND_DOUBT && count >= 4 { 3 } else { 4 };
    let was = &line[s.from..s.to];
    // Han are what Chinese consists of, and Han that kana go with what Japanese does: what says the same ones again proves less than it
    // gains.
    let least = match () {
        () if was.iter().all(|&c| c.is_ascii() || is_han(c)) => limit::GAIN_HAN,
        () if may_be_japanese(was) => limit::GAIN_JAPANESE,
        () => 0,
    };
    let proven = s.gain >= limit::GAIN_LIST || s.gain * odd.len() as i32 >= least * all as i32;
    half && proven && kinds >= enough && !is_list(&line[s.from..s.to]) && s.gain >= gain && s.after - limit::FIRST_WIDE <= most * count
}

/// Whether a stretch becomes dashes, quotes, dots or arrows, which on a console of DOS are letters that no word has side by side: `ΓÇö`, `ÔÇÖ`.
/// In quotes of their own they are shown for what they are.
fn is_mark_of_dos(line: &[char], pair: Pair, s: &Segment) -> bool {
    let mut marks = s.now.chars().filter(|c| !c.is_ascii());
    matches!(pair.read, Codec::IBM437 | Codec::IBM850)
        && marks.all(|c| matches!(c, '\u{2010}'..='\u{2027}' | '\u{2190}'..='\u{2193}'))
        && !is_quoted(line, s)
}

/// Whether a stretch stands between quotes, as what is shown and not said does.
fn is_quoted(line: &[char], s: &Segment) -> bool {
    let is_quote =
        |at: Option<usize>| at.and_then(|at| line.get(at)).is_some_and(|c| matches!(c, '\'' | '"' | '`' | '“' | '”' | '‘' | '’'));
    is_quote(s.from.checked_sub(1)) && is_quote(Some(s.to))
}

/// Whether a sign of an ordinal or the micro sign stands behind a letter: words have none.
fn has_ordinal_in_word(now: &str) -> bool {
    now.chars().zip(now.chars().skip(1)).any(|(a, b)| is_letter(a) && matches!(b, 'ª' | 'º' | 'µ'))
}

/// Whether a stretch is `Â©` or `Â®`, and `Â` no end of a word in capitals: the model prices these marks as signs it has not seen.
fn is_owners_mark(line: &[char], s: &Segment) -> bool {
    let before = s.from.checked_sub(1).map(|i| line[i]);
    matches!(line[s.from..s.to], ['Â', '©' | '®']) && !before.is_some_and(char::is_uppercase) && !is_quoted(line, s)
}

/// Whether the only sequence of a stretch is one, and not two characters of a text that happen to make one: `Å…`, `Ã’s`, `SELKÄ\u{a0}`.
fn single_sequence(model: &Model, line: &[char], s: &Segment) -> bool {
    let was = &line[s.from..s.to];
    let Some(now) = s.now.chars().find(|c| !c.is_ascii()) else { return true };
    let (before, after) = (s.from.checked_sub(1).map(|i| line[i]), line.get(s.to).copied());
    let letter = |c: Option<char>| c.is_some_and(is_letter);
    let word = was.iter().all(|c| is_letter(*c));
    if !is_letter(now) {
        return !word && !now.is_numeric() && (model.is_known(now) || is_emoji(now));
    }
    let tilde = was.first() == Some(&'Ã');
    // The last letter of a column of a table.
    if was == ['Ã', ' '] && line[s.to..].starts_with(&[' ', ' ']) {
        return false;
    }
    if word && !(model.is_known(now) && tilde) {
        return spells_latin_words(line, s);
    }
    // Greek, of which single letters stand in formulas and names of substances.
    if matches!(was, ['Î' | 'Ï', '±' | '²' | '³' | 'µ' | '¶' | '¹' | 'º' | '¼' | '½' | '¾' | '¿']) {
        return true;
    }
    let goes_on = |c: &char| c.is_alphanumeric() || matches!(c, '\'' | '"' | '«' | '“' | '‘' | '’' | '(' | '[');
    let apart =
        before.is_none_or(|c| c == ' ') && after.is_none_or(|c| c == ' ') && line[s.to..].iter().find(|c| **c != ' ').is_none_or(goes_on);
    if !(touches_kin(line, s) || tilde && apart || is_word_of_one(line, s)) {
        return false;
    }
    // A possessive of the letter itself.
    if was.get(1) == Some(&'\u{2019}') && !letter(before) && after == Some('s') {
        return false;
    }
    // The last letter of a word in capitals, then a sign. `Ã` ends no word but of Portuguese, and there no sign is its second byte.
    !(before.is_some_and(char::is_uppercase) && !letter(after) && !tilde)
}
