//! Codes as they are summed up: row by row.
//!
//! A node's rows lie apart, so every look at a code of another row waits for memory. Column by column it would wait once
//! for each column; row by row the codes of all columns come together.

use super::bins::{BinnedMatrix, UNKNOWN};

/// Columns of a group, which are summed up together: their sums fit into the processor's nearest cache, and do not wait
/// for each other, as those of one column do where neighbours have the same code.
pub(super) const GROUP_COLUMNS: usize = 8;

/// A row's codes of the columns of a group; unknown behind the last column.
pub(super) type Group = [u8; GROUP_COLUMNS];

/// All codes of a matrix: the groups of one row after those of another.
#[derive(Debug)]
pub(super) struct WideCodes {
    codes: Vec<Group>,
    groups: usize,
}

impl WideCodes {
    /// The same codes, row by row.
    pub(super) fn of(codes: &BinnedMatrix) -> Self {
        let (rows, groups) = (codes.column(0).len(), codes.width().div_ceil(GROUP_COLUMNS));
        let mut all = vec![[UNKNOWN; GROUP_COLUMNS]; rows * groups];
        for column in 0..codes.width() {
            let (group, place) = (column / GROUP_COLUMNS, column % GROUP_COLUMNS);
            let own = all.iter_mut().skip(group).step_by(groups);
            for (own, code) in own.zip(codes.column(column)) {
                own.iter_mut().skip(place).take(1).for_each(|own| *own = *code);
            }
        }
        Self { codes: all, groups }
    }

    /// Groups of a row.
    pub(super) fn groups(&self) -> usize {
        self.groups
    }

    /// The groups of a row.
    pub(super) fn row(&self, row: usize) -> &[Group] {
        let first = row.wrapping_mul(self.groups);
        self.codes.get(first..first.wrapping_add(self.groups)).unwrap_or(&[])
    }
}
