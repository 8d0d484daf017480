//! Rows and cells: which column a cell stands in, and when the cells of a row make one line. What is written is `writer`'s.

use memchr::memmem;

use crate::block::Kind;
use crate::tag::Tag;

use super::super::attributes::Attributes;
use super::Reader;

/// A table row being read.
pub(super) struct Row {
    /// Blocks before it, and before its current cell.
    first: usize,
    cell: usize,
    /// Every cell so far holds at most one block.
    flat: bool,
    /// Cells begun, those that spans of other cells cover included, and columns taken.
    cells: usize,
    columns: usize,
    /// Cells before the first one with text.
    empty: Option<usize>,
}

/// Columns of a table that spans are followed in; what stands further right moves left.
const COLUMNS: usize = 64;

impl Reader<'_> {
    /// A block-level tag begins or ends.
    pub(super) fn border(&mut self, tag: Tag, attributes: &str) {
        match tag {
            Tag::TR => {
                self.writer.row();
                let first = self.writer.blocks();
                self.rows.push(Row { first, cell: first, flat: true, cells: 0, columns: 0, empty: None });
            }
            Tag::TD | Tag::TH => {
                self.end_cell();
                for _ in 0..self.place_cell(attributes) {
                    self.writer.cell();
                }
            }
            _ => self.writer.line(),
        }
    }

    /// Takes the columns of a cell that begins; how many cells further right than the last one it stands.
    fn place_cell(&mut self, attributes: &str) -> usize {
        let Some(row) = self.rows.last_mut() else { return 1 };
        let mut none = Vec::new();
        let covered = self.covered.last_mut().unwrap_or(&mut none);
        let mut at = row.columns;
        while at < COLUMNS && covered.get(at).is_some_and(|rows| *rows > 0) {
            at += 1;
        }
        let (mut columns, mut rows) = (1, 1);
        if memmem::find(attributes.as_bytes(), b"span").is_some() {
            let number = |name| Attributes::get(attributes, name).and_then(|n| n.trim().parse::<usize>().ok()).unwrap_or(1).max(1);
            (columns, rows) = (number("colspan"), number("rowspan"));
        }
        let end = at.saturating_add(columns).min(COLUMNS.max(at + 1));
        if rows > 1 {
            covered.resize(covered.len().max(end), 0);
            covered[at..end].fill(rows);
        }
        let step = at + 1 - row.cells.min(at);
        (row.cells, row.columns) = (at + 1, end);
        step
    }

    fn end_cell(&mut self) {
        let blocks = self.writer.blocks();
        if let Some(row) = self.rows.last_mut() {
            if blocks > row.first && row.empty.is_none() {
                row.empty = Some(row.cells.saturating_sub(1));
            }
            row.flat &= blocks - row.cell.min(blocks) <= 1;
            row.cell = blocks;
        }
    }

    /// A `</tr>`: cells of one short block each make one block, a row; others are layout and stay apart.
    pub(super) fn end_row(&mut self, node: u32) {
        self.end_cell();
        let Some(row) = self.rows.pop() else { return };
        for rows in self.covered.last_mut().into_iter().flatten() {
            *rows = rows.saturating_sub(1);
        }
        /// Bytes a cell of data has at most; longer ones are layout.
        const CELL: usize = 1000;
        let cells = self.writer.since(row.first);
        let plain = |k| matches!(k, Kind::Paragraph | Kind::Heading(_) | Kind::ListItem);
        if row.flat && cells.len() >= 2 && cells.iter().all(|b| plain(b.kind) && b.span.len() <= CELL) {
            self.writer.merge_row(row.first, row.empty.unwrap_or(0));
            self.writer.rehome(row.first, node);
        }
        self.writer.row();
    }
}
