//! Columns cut into at most 254 bins (see `cuts` for where), and one for unknown.
//!
//! Code 0 is unknown; code `c` from 1 is the `c`-th bin, whose values are at most its cut. Trees learn from codes and
//! score codes: a comparison of two bytes.

use linfa::dataset::Records;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::code_rows::CodeRows;
use super::cuts::{Masses, balanced, cuts, even};
use super::error::{ColumnsError, FitError, check_columns};
use super::labels::Slice;
use super::matrix::{ColumnView, Matrix};
use super::real::part;

/// The code of an unknown value.
pub(super) const UNKNOWN: u8 = 0;

/// The most bins of a column, besides the one for unknown.
pub const BINS_MAX: usize = 254;

/// The most columns that a tree's node can name.
const COLUMNS_MAX: usize = u16::MAX as usize;

/// The cuts of every column, in the order of the matrix they were found on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bins {
    names: Vec<String>,
    /// Ascending and distinct; a column of one value has none.
    cuts: Vec<Vec<f64>>,
}

/// A matrix of codes, column by column: what trees learn from.
#[derive(Debug, Clone)]
pub(super) struct BinnedMatrix {
    columns: Vec<Vec<u8>>,
    /// For each column one more than its highest code.
    widths: Vec<usize>,
}

impl Bins {
    /// Bins of about equal rows, at most `bins_max` a column.
    ///
    /// # Errors
    /// More columns than a tree can name.
    pub(super) fn fit(matrix: &Matrix, bins_max: usize) -> Result<Self, FitError> {
        Self::of(matrix, &even(matrix.rows()), bins_max)
    }

    /// Bins that are as fine for frauds as for legitimate rows, at most `bins_max` a column: what trees learn from.
    ///
    /// # Errors
    /// More columns than a tree can name.
    pub(super) fn fit_balanced(slice: &Slice, bins_max: usize) -> Result<Self, FitError> {
        Self::of(&slice.records, &balanced(&slice.targets), bins_max)
    }

    fn of(matrix: &Matrix, masses: &Masses, bins_max: usize) -> Result<Self, FitError> {
        let columns = matrix.nfeatures();
        if columns > COLUMNS_MAX {
            return Err(FitError::TooWide { columns, max: COLUMNS_MAX });
        }
        let views: Vec<ColumnView<'_>> = matrix.columns().collect();
        let of = |view: &ColumnView<'_>| cuts(*view, masses, bins_max.min(BINS_MAX));
        let cuts = views.par_iter().map(of).collect();
        Ok(Self { names: matrix.names().to_vec(), cuts })
    }

    /// The columns in order.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// The codes of a matrix, column by column.
    pub(super) fn columns(&self, matrix: &Matrix) -> Result<BinnedMatrix, ColumnsError> {
        check_columns(&self.names, matrix.names())?;
        let pairs: Vec<_> = matrix.columns().zip(&self.cuts).collect();
        let columns = pairs.par_iter().map(|(view, cuts)| {
            let mut codes = vec![UNKNOWN; matrix.rows()];
            write_codes(*view, cuts, codes.iter_mut());
            codes
        });
        let widths = self.cuts.iter().map(|cuts| cuts.len() + 2).collect();
        Ok(BinnedMatrix { columns: columns.collect(), widths })
    }

    /// The codes of a matrix, row by row.
    pub(super) fn rows(&self, matrix: &Matrix) -> Result<CodeRows, ColumnsError> {
        check_columns(&self.names, matrix.names())?;
        let mut rows = CodeRows::unknown(matrix.rows(), self.cuts.len());
        for (index, (view, cuts)) in matrix.columns().zip(&self.cuts).enumerate() {
            write_codes(view, cuts, rows.column_mut(index));
        }
        Ok(rows)
    }
}

impl Bins {
    /// The code of a known value of a column; `None` when there is no such column.
    pub(super) fn code(&self, column: usize, value: f64) -> Option<u8> {
        Some(code_of(self.cuts.get(column)?, value))
    }

    /// The codes of one row.
    pub(super) fn row(&self, row: &[Option<f64>]) -> Vec<u8> {
        let code = |(value, cuts): (&Option<f64>, &Vec<f64>)| match value {
            Some(value) => code_of(cuts, *value),
            None => UNKNOWN,
        };
        row.iter().zip(&self.cuts).map(code).collect()
    }
}

impl BinnedMatrix {
    /// How many columns there are.
    pub(super) fn width(&self) -> usize {
        self.columns.len()
    }

    /// The codes of a column.
    pub(super) fn column(&self, index: usize) -> &[u8] {
        self.columns.get(index).map_or(&[], Vec::as_slice)
    }

    /// One more than the highest code of a column.
    pub(super) fn codes_of(&self, index: usize) -> usize {
        self.widths.get(index).copied().unwrap_or(0)
    }

    /// The code of one value.
    pub(super) fn code(&self, row: usize, column: usize) -> u8 {
        self.column(column).get(row).copied().unwrap_or(UNKNOWN)
    }
}

fn write_codes<'a>(view: ColumnView<'_>, cuts: &[f64], out: impl Iterator<Item = &'a mut u8>) {
    match view.unknown {
        None => out.zip(view.values).for_each(|(code, value)| *code = code_of(cuts, *value)),
        Some(unknown) => {
            for ((code, value), unknown) in out.zip(view.values).zip(unknown) {
                *code = if *unknown { UNKNOWN } else { code_of(cuts, *value) };
            }
        }
    }
}

/// One more than the number of cuts below the value.
#[expect(clippy::cast_possible_truncation, reason = "a column has at most 253 cuts")]
fn code_of(cuts: &[f64], value: f64) -> u8 {
    cuts.partition_point(|cut| *cut < value) as u8 + 1
}

/// A row share as a number of rows, at least 1.
pub(super) fn rows_of_share(rows: usize, share: f64) -> usize {
    part(rows, share).max(1)
}
