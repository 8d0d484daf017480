//! Stretches of a line that are sequences of UTF-8 throughout, whatever they say: what was damaged several times says nothing yet.
//! Whether the next step makes it text is decided in `search`.

use super::charset::{Fed, Pair, Pending, Reading};
use super::segment::Segment;
use crate::codec::Codec;

/// Sequences that make a line more than chance, and the least share of its characters beyond ASCII in them, in percent.
const SEQUENCES: usize = 3;
const SHARE: usize = 90;
const HALF: usize = 50;
/// What each character beyond ASCII gains, in 1/16 nats: less than a walk that reads text finds.
const GAIN: i32 = 32;

/// The stretches, or `None` when they are too few or too little of the line. Time linear in the line.
pub(super) fn whole(line: &[char], pair: Pair) -> Option<Vec<Segment>> {
    let (out, sequences) = stretches(line, pair)?;
    (sequences >= SEQUENCES && is_share(&out, line, SHARE)).then_some(out)
}

/// Whether a line may hold a sequence at all: false for nearly all clean lines, when it would have been read as single bytes. A blank may
/// have been a no-break space.
pub(super) fn may_hold(line: &[char], pair: Pair) -> bool {
    let Some(reading) = Reading::new(pair.read) else { return false };
    if pair.written != Codec::UTF_8 || !pair.read.is_single_byte() {
        return true;
    }
    let byte = |c: char| if c.is_ascii() { None } else { reading.bytes(c).map(|b| b.0[0]) };
    line.iter().enumerate().any(|(i, &c)| {
        byte(c).is_some_and(|b| (0xc2..=0xf4).contains(&b))
            && line.get(i + 1).is_some_and(|&n| n == ' ' || byte(n).is_some_and(|b| (0x80..0xc0).contains(&b)))
    })
}

/// Whether half of a piece of a line are such sequences, which other text never has.
pub(super) fn half(piece: &[char], pair: Pair) -> bool {
    stretches(piece, pair).is_some_and(|(out, _)| is_share(&out, piece, HALF))
}

fn is_share(segments: &[Segment], line: &[char], share: usize) -> bool {
    odd(segments, line) * 100 >= line.iter().filter(|c| !c.is_ascii()).count() * share
}

/// The stretches of a line, and how many sequences they are.
fn stretches(line: &[char], pair: Pair) -> Option<(Vec<Segment>, usize)> {
    let reading = Reading::new(pair.read)?;
    let (mut out, mut sequences) = (Vec::new(), 0);
    let mut i = 0;
    while i < line.len() {
        match stretch(line, i, pair, &reading) {
            Some((segment, n)) => {
                sequences += n;
                i = segment.to;
                out.push(segment);
            }
            None => i += 1,
        }
    }
    Some((out, sequences))
}

/// Characters beyond ASCII in stretches.
pub(super) fn odd(segments: &[Segment], line: &[char]) -> usize {
    segments.iter().map(|s| line[s.from..s.to].iter().filter(|c| !c.is_ascii()).count()).sum()
}

/// The stretch of sequences that begins at character `from`, which is not ASCII, and how many they are.
fn stretch(line: &[char], from: usize, pair: Pair, reading: &Reading) -> Option<(Segment, usize)> {
    if line[from].is_ascii() {
        return None;
    }
    let mut pending = Pending::default();
    let (mut now, mut n, mut odd) = (String::new(), 0, 0);
    let mut whole: Option<(usize, usize, usize, i32)> = None;
    'line: for (i, &c) in line.iter().enumerate().skip(from) {
        // ASCII between two sequences belongs to no stretch, ASCII inside one is its last byte.
        if c.is_ascii() && pending.is_empty() {
            break;
        }
        let Some((bytes, len)) = reading.bytes(c) else { break };
        odd += i32::from(!c.is_ascii());
        for &b in &bytes[..len] {
            match pending.feed(pair.written, b) {
                Fed::More => {}
                Fed::One(c) => {
                    now.push(c);
                    n += usize::from(!c.is_ascii());
                }
                Fed::Bad => break 'line,
            }
        }
        if pending.is_empty() {
            whole = Some((i + 1, now.len(), n, odd));
        }
    }
    let (to, len, n, odd) = whole.filter(|w| w.2 > 0)?;
    now.truncate(len);
    Some((Segment { from, to, bytes: 0, now, after: 0, gain: GAIN * odd, guesses: Vec::new(), words: Vec::new() }, n))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repair::mojibake::charset::Pairs;

    fn stretches(line: &str, read: Codec) -> Option<Vec<String>> {
        let pair = *Pairs::get().all.iter().find(|p| p.written == Codec::UTF_8 && p.read == read).unwrap();
        let line: Vec<char> = line.chars().collect();
        whole(&line, pair).map(|s| s.into_iter().map(|s| s.now).collect())
    }

    #[test]
    fn a_line_without_a_lead_and_what_follows_one_holds_none() {
        let pair = *Pairs::get().all.iter().find(|p| p.written == Codec::UTF_8 && p.read == Codec::WINDOWS_1252).unwrap();
        let may = |line: &str| may_hold(&line.chars().collect::<Vec<_>>(), pair);
        assert!(may("dÃ©jÃ\u{a0} vu") && may("voilÃ tout") && may("voilÃ  tout"));
        assert!(!may("“河水”流得很慢，déjà, vus") && !may(""));
    }

    #[test]
    fn sequences_are_read_whatever_they_say() {
        assert_eq!(stretches("x Ã¥Ã¦ Ã§", Codec::WINDOWS_1252).unwrap(), ["åæ", "ç"]);
        assert_eq!(stretches("xÃ¥Ã¦", Codec::WINDOWS_1252), None);
        assert_eq!(stretches("Ã¥Ã¦Ã§ éééé", Codec::WINDOWS_1252), None);
    }
}
