//! UTF-8 beside other charsets: islands of it among other bytes, damage inside it, lines that are surely it. What follows from them is
//! decided in `segment`.

use std::ops::Range;

use encoding_rs::Encoding;
use memchr::memchr;

use super::sample::{high_prefix, is_border};

/// Sound characters of UTF-8 for each error that make a line damaged UTF-8.
const SOUND: usize = 8;
/// Bytes beyond ASCII that are not UTF-8 by chance.
const SURE: usize = 24;

/// Places where reading as UTF-8 fails, the first of each line or of `far` bytes; cuts at both ends of the file left out.
pub(super) fn errors(bytes: &[u8], far: usize) -> impl Iterator<Item = usize> + '_ {
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let error = std::str::from_utf8(bytes.get(from..)?).err()?;
            let at = from + error.valid_up_to();
            let after = at + error.error_len()?;
            if at <= 3 {
                from = after;
                continue;
            }
            let far = bytes.len().min(after + far);
            let end = memchr(b'\n', &bytes[after..far]).map_or(far, |i| after + i);
            from = end + bytes[end..].iter().take_while(|b| (0x80..0xC0).contains(*b)).count();
            return (after < bytes.len()).then_some(at);
        }
    })
}

/// The first run of bytes beyond ASCII that is UTF-8 as a whole and long enough not to be so by chance in another charset: two
/// characters of three bytes, or five of two.
pub(super) fn island(bytes: &[u8]) -> Option<usize> {
    if !may_hold_utf8(bytes) {
        return None;
    }
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] < 0x80 {
            // Trail bytes below 80 stand alone; longer stretches are worth a call.
            at += 1;
            if bytes.get(at).is_some_and(|&b| b < 0x80) {
                at += Encoding::ascii_valid_up_to(&bytes[at..]);
            }
            continue;
        }
        let start = at;
        let (mut twos, mut threes) = (0, 0);
        loop {
            match bytes[at..] {
                [0xE1..=0xEF, 0x80..=0xBF, 0x80..=0xBF, ..] => (at, threes) = (at + 3, threes + 1),
                [0xC2..=0xDF, 0x80..=0xBF, ..] => (at, twos) = (at + 2, twos + 1),
                _ => break,
            }
        }
        let whole = bytes.get(at).is_none_or(|&b| b < 0x80);
        if whole && (threes >= 2 || twos >= 5) {
            return Some(start);
        }
        at += high_prefix(&bytes[at..]);
    }
    None
}

/// False when there are no two places that look like a lead and its continuation, as in most charsets of single bytes. Many bytes at a
/// time.
fn may_hold_utf8(bytes: &[u8]) -> bool {
    let mut found = 0;
    let behind = bytes.get(1..).unwrap_or_default();
    bytes.chunks(128).zip(behind.chunks(128)).any(|(here, behind)| {
        let two = |(&a, &b): (&u8, &u8)| u8::from(a.wrapping_sub(0xC2) < 0x2E) & u8::from((b as i8) < -64);
        found += usize::from(here.iter().zip(behind).map(two).sum::<u8>());
        found > 1
    })
}

/// True when a line is UTF-8 in which single bytes were hurt: nothing else has so many sound characters between its errors.
pub(super) fn is_damaged_utf8(line: &[u8]) -> bool {
    let (mut sound, mut errors) = (0, 0);
    for chunk in line.utf8_chunks() {
        sound += chunk.valid().chars().filter(|&c| c > '\u{7F}').count();
        errors += usize::from(!chunk.invalid().is_empty());
    }
    sound >= SOUND * errors + SOUND / 2
}

/// Where the last run of a line ends that is UTF-8 and too long to be so by chance.
pub(super) fn surely_utf8(bytes: &[u8], line: Range<usize>) -> Option<usize> {
    let text = &bytes[line.clone()];
    let first = Encoding::ascii_valid_up_to(text);
    let high = text[first..].iter().take(2 * SURE).filter(|&&b| b >= 0x80).count();
    if high < SURE || simdutf8::basic::from_utf8(text).is_err() {
        return None;
    }
    let last = line.start + text.iter().rposition(|&b| b >= 0x80)?;
    Some(bytes[last..line.end].iter().position(|&b| is_border(b)).map_or(line.end, |i| last + i))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_error_a_line_and_none_at_the_ends() {
        let bytes = b"\x8A the start is cut\nhurt \xFF here \xFF and here\nsound \xC3\xA9\n\xC3\xA9 \xC3( \xE4\xB8";
        let places: Vec<usize> = errors(bytes, 100).collect();
        assert_eq!(places, [24, 54]);
        assert_eq!(errors(&[b"abcd", &[0xFF; 100][..], b"e"].concat(), 40).count(), 3);
        assert_eq!(errors(b"abcd\xFF", 40).count(), 0);
    }

    #[test]
    fn islands_are_whole_runs_of_utf8() {
        assert_eq!(island("abc \u{6625}\u{5929} d".as_bytes()), Some(4));
        assert_eq!(island(b"\xB4\xBA\xCC\xEC \xE6\x98\xA5\xE5\xA4\xA9"), Some(5));
        assert_eq!(island("abc \u{6625} d".as_bytes()), None);
        assert_eq!(island(b"\xE6\x98\xA5\xE5\xA4\xA9\xFF"), None);
        assert_eq!(island(b""), None);
    }

    #[test]
    fn a_lead_and_its_continuation_are_seen_across_chunks() {
        let mut bytes = vec![b'a'; 600];
        assert!(!may_hold_utf8(&bytes));
        for at in [127, 383] {
            bytes[at] = 0xE6;
            bytes[at + 1] = 0x98;
        }
        assert!(may_hold_utf8(&bytes));
    }

    #[test]
    fn long_runs_of_utf8_are_sure() {
        let line = "春天来了花园里的牡丹, 开了.\n";
        assert_eq!(surely_utf8(line.as_bytes(), 0..line.len()), Some(line.len() - 2));
        assert_eq!(surely_utf8("春天\n".as_bytes(), 0..7), None);
    }
}
