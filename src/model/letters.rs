//! Alphabetic scripts as letter trigrams: one family a script, one column of costs a language, column 0 the script as a whole.
//! Case and what is no letter are judged in the parent module.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU16, Ordering};

use super::packed::Later;
use super::table::{Cut, Table};

/// Symbols that are no letters of the family.
pub(super) mod symbol {
    pub const SPACE: u16 = 0;
    pub const OTHER: u16 = 1;
    pub const RARE: u16 = 2;
}

/// Symbols below this are those of text in plain a to z: 26 letters and what is no letter.
const PLAIN: usize = 32;

/// The letters of one script.
#[derive(Debug)]
pub(super) struct Family {
    /// Cost in the script as a whole where all three symbols are below [`PLAIN`], by the first of them, one more than that; 0 where it was
    /// not asked for yet: a text of some words asks for few.
    plain: [OnceLock<Box<[AtomicU16]>>; PLAIN],
    two: Table,
    three: Table,
    /// What costs in the script as a whole.
    whole: Costs,
    /// What costs in each language, the script as a whole before them: unpacked when languages are asked for, most of the family.
    columns: usize,
    all: Later,
    costs: OnceLock<Costs>,
}

/// Rows of costs, one column a language: of symbols alone, of backing off to them, of pairs, of backing off from them, of three.
#[derive(Clone, Copy, Debug)]
struct Costs {
    one: &'static [u8],
    back: &'static [u8],
    two: &'static [u8],
    two_back: &'static [u8],
    three: &'static [u8],
}

/// Where the cost of a letter stands: one row each, added up.
#[derive(Clone, Copy)]
pub(super) struct Rows {
    rows: [&'static [u8]; 3],
}

impl Rows {
    /// Cost in one column.
    #[inline(always)]
    pub fn at(&self, column: usize) -> u32 {
        let column_of = |row: &[u8]| row.get(column).map_or(0, |&c| u32::from(c));
        column_of(self.rows[0]) + column_of(self.rows[1]) + column_of(self.rows[2])
    }

    /// Adds the cost in every column.
    #[inline]
    pub fn add_to(&self, sums: &mut [u32]) {
        for row in self.rows {
            for (sum, &cost) in sums.iter_mut().zip(row) {
                *sum = sum.wrapping_add(u32::from(cost));
            }
        }
    }

    /// Takes the cost in every column back.
    #[inline]
    pub fn take_from(&self, sums: &mut [u32]) {
        for row in self.rows {
            for (sum, &cost) in sums.iter_mut().zip(row) {
                *sum = sum.wrapping_sub(u32::from(cost));
            }
        }
    }
}

impl Family {
    /// From its first part; its second, `all`, has the costs in each language, nothing when there is one.
    pub fn read(mut from: Cut<'static>, all: Later, salt: u64) -> Family {
        let (symbols, columns, buckets2, buckets3) = (from.number(), from.number(), from.number(), from.number());
        let (one, back) = (from.bytes(symbols), from.bytes(symbols));
        let two = Table::cut(&mut from, buckets2, salt);
        let (two_cost, two_back) = (from.bytes(two.slots()), from.bytes(two.slots()));
        let three = Table::cut(&mut from, buckets3, salt + 1);
        let whole = Costs { one, back, two: two_cost, two_back, three: from.bytes(three.slots()) };
        Family { plain: [const { OnceLock::new() }; PLAIN], two, three, whole, columns, all, costs: OnceLock::new() }
    }

    /// The costs in all columns.
    #[inline]
    fn costs(&self) -> &Costs {
        self.costs.get_or_init(|| {
            if self.columns == 1 {
                return self.whole;
            }
            let mut from = Cut(self.all.unpack());
            let [one, two, three] = [self.whole.one.len(), self.two.slots(), self.three.slots()].map(|n| n * self.columns);
            Costs { one: from.bytes(one), back: from.bytes(one), two: from.bytes(two), two_back: from.bytes(two), three: from.bytes(three) }
        })
    }

    /// Cost of a symbol without context, in the script as a whole.
    #[cfg(test)]
    pub fn alone(&self, c: u16) -> u32 {
        u32::from(self.whole.one[usize::from(c)])
    }

    /// Cost of symbol `c` after `a`, `b` in the script as a whole. One look-up in plain text.
    #[inline(always)]
    pub fn in_any(&self, a: u16, b: u16, c: u16) -> u32 {
        if usize::from(a | b | c) >= PLAIN {
            return self.of(&self.whole, 1, a, b, c).at(0);
        }
        let of_first = || std::iter::repeat_with(AtomicU16::default).take(PLAIN * PLAIN).collect();
        let plain = self.plain[usize::from(a) % PLAIN].get_or_init(of_first);
        let known = &plain[usize::from(b) % PLAIN * PLAIN + usize::from(c) % PLAIN];
        match known.load(Ordering::Relaxed) {
            0 => self.plain(a, b, c, known),
            more => u32::from(more - 1),
        }
    }

    /// Looks a cost up and notes it. Whoever else does so at the same time notes the same.
    #[cold]
    fn plain(&self, a: u16, b: u16, c: u16, known: &AtomicU16) -> u32 {
        let cost = self.of(&self.whole, 1, a, b, c).at(0);
        known.store(cost as u16 + 1, Ordering::Relaxed);
        cost
    }

    /// The rows that price symbol `c` after `a`, `b`.
    #[inline(always)]
    pub fn rows(&self, a: u16, b: u16, c: u16) -> Rows {
        self.of(self.costs(), self.columns, a, b, c)
    }

    #[inline(always)]
    fn of(&self, costs: &Costs, columns: usize, a: u16, b: u16, c: u16) -> Rows {
        let row = |array: &'static [u8], at: usize| &array[at * columns..(at + 1) * columns];
        let (x, y, z) = (u64::from(a), u64::from(b), u64::from(c));
        let pair = y << 16 | z;
        if let Some(at) = self.three.slot(x << 32 | pair) {
            return Rows { rows: [row(costs.three, at), &[], &[]] };
        }
        let back = self.two.slot(x << 16 | y).map_or(&[][..], |at| row(costs.two_back, at));
        match self.two.slot(pair) {
            Some(at) => Rows { rows: [back, row(costs.two, at), &[]] },
            None => Rows { rows: [back, row(costs.back, b as usize), row(costs.one, c as usize)] },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Model;
    use crate::model::language::FAMILIES;

    #[test]
    fn plain_text_costs_what_the_tables_say() {
        for family in (0..FAMILIES).map(|n| Model::shared().family(n)) {
            for key in 0..(PLAIN * PLAIN * PLAIN) as u16 {
                let [a, b, c] = [key / 1024, key / 32 % 32, key % 32];
                if usize::from(a.max(b).max(c)) < family.whole.one.len() {
                    assert_eq!(family.in_any(a, b, c), family.rows(a, b, c).at(0));
                }
            }
        }
    }
}
