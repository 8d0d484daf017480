//! Alphabetic scripts as letter trigrams: one family a script, one column of costs a language, column 0 the script as a whole.
//! Case and what is no letter are judged in the parent module.

use std::sync::OnceLock;

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
    /// Cost in the script as a whole where all three symbols are below [`PLAIN`], by the first of them; each built on first use.
    plain: [OnceLock<Box<[u16; PLAIN * PLAIN]>>; PLAIN],
    columns: usize,
    one: &'static [u8],
    back: &'static [u8],
    two: Table,
    two_cost: &'static [u8],
    two_back: &'static [u8],
    three: Table,
    three_cost: &'static [u8],
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
    pub fn read(mut from: Cut<'static>, salt: u64) -> Family {
        let (symbols, columns, buckets2, buckets3) = (from.number(), from.number(), from.number(), from.number());
        let (one, back) = (from.bytes(symbols * columns), from.bytes(symbols * columns));
        let two = Table::cut(&mut from, buckets2, salt);
        let (two_cost, two_back) = (from.bytes(two.slots() * columns), from.bytes(two.slots() * columns));
        let three = Table::cut(&mut from, buckets3, salt + 1);
        let three_cost = from.bytes(three.slots() * columns);
        Family { plain: [const { OnceLock::new() }; PLAIN], columns, one, back, two, two_cost, two_back, three, three_cost }
    }

    /// Cost of a symbol without context, in the script as a whole.
    #[cfg(test)]
    pub fn alone(&self, c: u16) -> u32 {
        u32::from(self.one[c as usize * self.columns])
    }

    /// Cost of symbol `c` after `a`, `b` in the script as a whole. One look-up in plain text.
    #[inline(always)]
    pub fn in_any(&self, a: u16, b: u16, c: u16) -> u32 {
        if usize::from(a | b | c) >= PLAIN {
            return self.rows(a, b, c).at(0);
        }
        let plain = self.plain[usize::from(a) % PLAIN].get_or_init(|| self.plain(a));
        u32::from(plain[usize::from(b) % PLAIN * PLAIN + usize::from(c) % PLAIN])
    }

    #[cold]
    fn plain(&self, a: u16) -> Box<[u16; PLAIN * PLAIN]> {
        let mut plain = Box::new([0; PLAIN * PLAIN]);
        let known = self.one.len() / self.columns;
        for (key, cost) in plain.iter_mut().enumerate() {
            let [b, c] = [key / PLAIN, key % PLAIN];
            if usize::from(a).max(b).max(c) < known {
                *cost = self.rows(a, b as u16, c as u16).at(0) as u16;
            }
        }
        plain
    }

    /// The rows that price symbol `c` after `a`, `b`.
    #[inline(always)]
    pub fn rows(&self, a: u16, b: u16, c: u16) -> Rows {
        let row = |array: &'static [u8], at: usize| &array[at * self.columns..(at + 1) * self.columns];
        let (x, y, z) = (u64::from(a), u64::from(b), u64::from(c));
        let pair = y << 16 | z;
        if let Some(at) = self.three.slot(x << 32 | pair) {
            return Rows { rows: [row(self.three_cost, at), &[], &[]] };
        }
        let back = self.two.slot(x << 16 | y).map_or(&[][..], |at| row(self.two_back, at));
        match self.two.slot(pair) {
            Some(at) => Rows { rows: [back, row(self.two_cost, at), &[]] },
            None => Rows { rows: [back, row(self.back, b as usize), row(self.one, c as usize)] },
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
                if usize::from(a.max(b).max(c)) < family.one.len() / family.columns {
                    assert_eq!(family.in_any(a, b, c), family.rows(a, b, c).at(0));
                }
            }
        }
    }
}
