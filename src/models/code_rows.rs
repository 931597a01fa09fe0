//! Codes as trees score them: eight rows side by side.

use super::bins::UNKNOWN;

/// Rows that descend a tree together, so that the processor need not wait for one row's next node.
pub(super) const LANES: usize = 8;

/// The codes of one column of [`LANES`] rows.
pub(super) type Lanes = [u8; LANES];

/// Groups of [`LANES`] rows, each its columns one after another. Lanes beyond the last row are unknown in everything.
#[derive(Debug, Clone)]
pub(super) struct CodeRows {
    lanes: Vec<Lanes>,
    width: usize,
    rows: usize,
}

impl CodeRows {
    /// Rows that are unknown in every column.
    pub(super) fn unknown(rows: usize, width: usize) -> Self {
        Self { lanes: vec![[UNKNOWN; LANES]; rows.div_ceil(LANES) * width], width, rows }
    }

    /// The places of one column's codes, row by row.
    pub(super) fn column_mut(&mut self, column: usize) -> impl Iterator<Item = &mut u8> {
        let groups = self.lanes.iter_mut().skip(column).step_by(self.width.max(1));
        groups.flatten().take(self.rows)
    }

    pub(super) fn len(&self) -> usize {
        self.rows
    }

    /// The codes of each group, by column.
    pub(super) fn groups(&self) -> impl ExactSizeIterator<Item = &[Lanes]> {
        self.lanes.chunks_exact(self.width.max(1))
    }
}
