//! Codes as they are summed up: eight columns side by side.
//!
//! A node's rows lie apart, so every look at a code waits for memory. In a block one look brings a row's codes of eight
//! columns, and the eight sums that these go to do not wait for each other, as those of one column do where neighbours
//! have the same code.

use rayon::prelude::*;

use super::bins::{BinnedMatrix, UNKNOWN};

/// Columns of a block.
pub(super) const BLOCK_COLUMNS: usize = 8;

/// A row's codes of the columns of a block; unknown behind the last column.
pub(super) type Block = [u8; BLOCK_COLUMNS];

/// All codes of a matrix: for each eight columns, a block a row.
#[derive(Debug)]
pub(super) struct Blocks(Vec<Vec<Block>>);

impl Blocks {
    /// The same codes, block by block.
    pub(super) fn of(codes: &BinnedMatrix) -> Self {
        let firsts: Vec<usize> = (0..codes.width()).step_by(BLOCK_COLUMNS).collect();
        Self(firsts.par_iter().map(|first| block(codes, *first)).collect())
    }

    /// The rows of a block.
    pub(super) fn rows(&self, block: usize) -> &[Block] {
        self.0.get(block).map_or(&[], Vec::as_slice)
    }
}

fn block(codes: &BinnedMatrix, first: usize) -> Vec<Block> {
    let mut rows = vec![[UNKNOWN; BLOCK_COLUMNS]; codes.column(first).len()];
    for place in 0..BLOCK_COLUMNS {
        for (row, code) in rows.iter_mut().zip(codes.column(first + place)) {
            row.iter_mut().skip(place).take(1).for_each(|own| *own = *code);
        }
    }
    rows
}
