//! Columns cut into at most 254 bins of about equal size, and one for unknown.
//!
//! Code 0 is unknown; code `c` from 1 is the `c`-th bin, whose values are at most its cut. Trees learn from codes and
//! score codes: a comparison of two bytes.

use linfa::dataset::Records;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::error::{ColumnsError, FitError, check_columns};
use super::matrix::{ColumnView, Matrix};
use super::real::{part, real};

/// The code of an unknown value.
pub(super) const UNKNOWN: u8 = 0;

/// The most bins of a column, besides the one for unknown.
pub const BINS_MAX: usize = 254;

/// Rows that the cuts of a column are taken from, evenly spaced over the slice.
const CUT_ROWS_MAX: usize = 200_000;

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

/// Codes row by row: what trees score.
#[derive(Debug, Clone)]
pub(super) struct CodeRows {
    codes: Vec<u8>,
    width: usize,
    rows: usize,
}

impl Bins {
    /// Finds the cuts of every column, of at most `bins_max` bins each.
    ///
    /// # Errors
    /// More columns than a tree can name.
    pub(super) fn fit(matrix: &Matrix, bins_max: usize) -> Result<Self, FitError> {
        let columns = matrix.nfeatures();
        if columns > COLUMNS_MAX {
            return Err(FitError::TooWide { columns, max: COLUMNS_MAX });
        }
        let views: Vec<ColumnView<'_>> = matrix.columns().collect();
        let cuts = views.par_iter().map(|view| cuts(*view, bins_max.min(BINS_MAX))).collect();
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
        let (rows, width) = (matrix.rows(), self.cuts.len());
        let mut codes = vec![UNKNOWN; rows * width];
        for (index, (view, cuts)) in matrix.columns().zip(&self.cuts).enumerate() {
            write_codes(view, cuts, codes.iter_mut().skip(index).step_by(width.max(1)));
        }
        Ok(CodeRows { codes, width, rows })
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

impl CodeRows {
    pub(super) fn len(&self) -> usize {
        self.rows
    }

    /// The codes of each row.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.codes.chunks_exact(self.width.max(1))
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

/// The cuts of one column: between all neighbours where there are few values, else where about equal shares of the
/// rows end.
fn cuts(view: ColumnView<'_>, bins_max: usize) -> Vec<f64> {
    let stride = view.values.len().div_ceil(CUT_ROWS_MAX).max(1);
    let mut known: Vec<f64> = view.iter().step_by(stride).flatten().collect();
    known.sort_unstable_by(f64::total_cmp);
    let mut distinct: Vec<(f64, usize)> = Vec::new();
    for value in known {
        match distinct.last_mut() {
            Some((last, count)) if value <= *last => *count += 1,
            _ => distinct.push((value, 1)),
        }
    }
    let ends = if distinct.len() <= bins_max {
        (1..distinct.len()).collect()
    } else {
        even_ends(&distinct, bins_max)
    };
    ends.into_iter().filter_map(|end| cut_at(&distinct, end)).collect()
}

/// Where bins end, as places in `distinct`: each takes its share of the rows that are left.
fn even_ends(distinct: &[(f64, usize)], bins_max: usize) -> Vec<usize> {
    let mut left: usize = distinct.iter().map(|(_, count)| count).sum();
    let mut ends = Vec::new();
    let mut taken = 0;
    for (index, (_, count)) in distinct.iter().enumerate() {
        if ends.len() + 1 >= bins_max {
            break;
        }
        taken += count;
        let share = real(left) / real(bins_max - ends.len());
        if real(taken) >= share && index + 1 < distinct.len() {
            ends.push(index + 1);
            left -= taken;
            taken = 0;
        }
    }
    ends
}

/// The cut between a value and the one before it: half way, or the lower value where floats are too coarse.
fn cut_at(distinct: &[(f64, usize)], end: usize) -> Option<f64> {
    let (below, above) = (distinct.get(end.checked_sub(1)?)?.0, distinct.get(end)?.0);
    let middle = below / 2.0 + above / 2.0;
    Some(if middle >= below && middle < above { middle } else { below })
}

/// A row share as a number of rows, at least 1.
pub(super) fn rows_of_share(rows: usize, share: f64) -> usize {
    part(rows, share).max(1)
}
