//! What options take that is neither a word nor a plain number: sizes, shares, guards, threads.

use crate::batch::MOST_THREADS;

/// A number of records, or a share of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Guard {
    /// So many.
    Number(u64),
    /// So many in a hundred.
    Percent(f64),
}

impl Guard {
    /// True when `n` of `all` is more than it allows.
    pub fn is_over(self, n: u64, all: u64) -> bool {
        match self {
            Guard::Number(most) => n > most,
            Guard::Percent(most) => n as f64 * 100.0 > most * all as f64,
        }
    }
}

/// `3/8`: the third of eight.
pub fn fraction(s: &str) -> Result<(usize, usize), String> {
    let parts = s.split_once('/').and_then(|(i, n)| Some((i.parse::<usize>().ok()?, n.parse::<usize>().ok()?)));
    match parts {
        Some((i, n)) if (1..=n).contains(&i) => Ok((i - 1, n)),
        _ => Err(format!("`{s}` is no share; write 1/8 for the first of eight")),
    }
}

/// `100` or `1%`.
pub fn guard(s: &str) -> Result<Guard, String> {
    match s.strip_suffix('%') {
        Some(_) => percent(s).map(Guard::Percent),
        None => s.parse().map(Guard::Number).map_err(|_| format!("`{s}` is neither a number nor a share; write 100 or 1%")),
    }
}

/// `1%`: 0 to 100.
pub fn percent(s: &str) -> Result<f64, String> {
    let n = s.strip_suffix('%').and_then(|n| n.trim().parse::<f64>().ok()).filter(|n| (0.0..=100.0).contains(n));
    n.ok_or_else(|| format!("`{s}` is no share; write 1% or 0.5%"))
}

/// A share, in millionths.
pub fn share(s: &str) -> Result<u32, String> {
    percent(s).map(|n| (n * 10_000.0).round() as u32)
}

/// `0.8`, in thousandths.
pub fn similarity(s: &str) -> Result<u16, String> {
    let n = s.parse::<f64>().ok().filter(|n| (0.5..=1.0).contains(n));
    n.map(|n| (n * 1000.0).round() as u16).ok_or_else(|| format!("`{s}` is no share from 0.5 to 1; write 0.8"))
}

/// A size that need not fit a record.
pub fn memory(s: &str) -> Result<u64, String> {
    let number = s.trim_end_matches(['i', 'B', 'b']);
    let (digits, shift) = match number.char_indices().last() {
        Some((at, 'k' | 'K')) => (&number[..at], 10),
        Some((at, 'm' | 'M')) => (&number[..at], 20),
        Some((at, 'g' | 'G')) => (&number[..at], 30),
        Some((at, 't' | 'T')) => (&number[..at], 40),
        _ => (number, 0),
    };
    let n: u64 = digits.parse().map_err(|_| format!("`{s}` is no size; write 64M or 8G"))?;
    if n == 0 { Err("a size has at least one byte".to_owned()) } else { Ok(n.saturating_mul(1 << shift)) }
}

/// Threads, 0 for one a core.
pub fn threads(s: &str) -> Result<usize, String> {
    let n = s.parse::<usize>().ok().filter(|n| *n <= MOST_THREADS);
    n.ok_or_else(|| format!("`{s}` is no number of threads; write 0 for one a core, or 1 to {MOST_THREADS}"))
}

/// `64K`, `256M`, `1G`, `1000`.
pub fn size(s: &str) -> Result<usize, String> {
    let number = s.trim_end_matches(['i', 'B', 'b']);
    let (digits, shift) = match number.char_indices().last() {
        Some((at, 'k' | 'K')) => (&number[..at], 10),
        Some((at, 'm' | 'M')) => (&number[..at], 20),
        Some((at, 'g' | 'G')) => (&number[..at], 30),
        _ => (number, 0),
    };
    let n: usize = digits.parse().map_err(|_| format!("`{s}` is no size; write 64K, 256M or 1G"))?;
    let bytes = n.saturating_mul(1 << shift);
    match bytes {
        0 => Err("a record has at least one byte".to_owned()),
        n if n > crate::span::MAX_RECORD => Err("at most 1G: larger records have no 32-bit spans".to_owned()),
        n => Ok(n),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn similarities() {
        assert_eq!((similarity("0.8"), similarity("1"), similarity("0.5")), (Ok(800), Ok(1000), Ok(500)));
        assert!(similarity("0.49").is_err() && similarity("1.01").is_err() && similarity("80%").is_err());
    }

    #[test]
    fn threads_are_no_more_than_a_machine_is_asked_for() {
        assert_eq!((threads("0"), threads("1024")), (Ok(0), Ok(1024)));
        assert!(threads("1025").is_err() && threads("-1").is_err() && threads("99999999999999999999").is_err() && threads("two").is_err());
    }

    #[test]
    fn sizes() {
        assert_eq!(size("64K"), Ok(65_536));
        assert_eq!(size("1GiB"), Ok(1 << 30));
        assert_eq!(size("12"), Ok(12));
        assert!(size("2G").is_err() && size("0").is_err() && size("x").is_err() && size("-1").is_err());
    }
}
