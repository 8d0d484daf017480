//! How the weights of characters of three bytes add up while they stay below a limit: the innermost loop over Chinese and Korean text. What a
//! sum says is decided in `evidence`.

use super::signs::packed;

/// Adds the weights of characters of three bytes from `end` on to `sum`, until one is of no such kind or the sum is more than `best`; what
/// they are beside their weights. The innermost loop of all: it is by itself, so that what it needs stays at hand.
#[inline(never)]
pub(super) fn tally(packed: &[u8; 0x1_0000], bytes: &[u8], end: &mut usize, sum: &mut i32, best: i32) -> u8 {
    // Eight at a time with one check of their leads take fewer instructions and an eighth more time.
    // What the marks of the three bytes are together: taken away once, not from each.
    const MARKS: u32 = (0xe0 << 12) + (0x80 << 6) + 0x80;
    let (mut rest, mut total, mut seen) = (&bytes[*end..], sum.unsigned_abs(), 0);
    let best = best.unsigned_abs();
    while let [a @ 0xe0..=0xef, b, c, behind @ ..] = rest {
        let code = (u32::from(*a) << 12).wrapping_add(u32::from(*b) << 6).wrapping_add(u32::from(*c)).wrapping_sub(MARKS);
        let says = packed[usize::from(code as u16)];
        if says & packed::WEIGHT == packed::HIGH {
            break;
        }
        seen |= says;
        // Nobody foresees whether it stays above zero: a sum below that is wiped out by its own upper half, for any branch costs more.
        let sum = u64::from(total).wrapping_add(u64::from(says & packed::WEIGHT)).wrapping_sub(packed::ZERO as u64);
        total = (sum & !(sum >> 32)) as u32;
        rest = behind;
        if total > best {
            break;
        }
    }
    *end = bytes.len() - rest.len();
    *sum = total as i32;
    seen
}

#[cfg(test)]
mod tests {
    use super::super::signs::table;
    use super::*;

    /// What [`tally`] says, one character at a time.
    fn one_by_one(text: &str, best: i32) -> (usize, i32, u8) {
        let (mut end, mut sum, mut seen) = (0, 0, 0);
        for c in text.chars() {
            let says = table().packed[c as usize & 0xffff];
            if c.len_utf8() != 3 || says & packed::WEIGHT == packed::HIGH {
                break;
            }
            (end, sum, seen) = (end + 3, (sum + i32::from(says & packed::WEIGHT) - packed::ZERO).max(0), seen | says);
            if sum > best {
                break;
            }
        }
        (end, sum, seen & packed::BOTH)
    }

    #[test]
    fn all_together_say_what_each_says() {
        let pieces = ["我们在河边散步", "翡翠", "，", "あの", "鎴", "釐龘", "é", "“", "a", "😀", "。"];
        let mut n = 5u32;
        let mut next = |below: usize| {
            n = n.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (n >> 8) as usize % below
        };
        let mut longest = 0;
        for _ in 0..4_000 {
            let odd = next(pieces.len() - 1) + 1;
            let text: String = (0..next(24)).map(|_| pieces[if next(6) == 0 { odd } else { next(3) }]).collect();
            for best in [11, 30, 50, 51, 300] {
                let (mut end, mut sum) = (0, 0);
                let seen = tally(table().packed, text.as_bytes(), &mut end, &mut sum, best) & packed::BOTH;
                assert_eq!((end, sum, seen), one_by_one(&text, best), "{text} {best}");
                longest = longest.max(end);
            }
        }
        assert!(longest > 200, "{longest}");
    }
}
