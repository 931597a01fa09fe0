//! How columns were spread when a model was fitted, to see later whether they still are.

use serde::{Deserialize, Serialize};

use super::super::bins::Bins;
use super::super::error::{ColumnsError, FitError};
use super::super::matrix::Matrix;
use super::super::real::real;
use super::drift::{DriftError, population_stability};

/// Bins of each column, of about equal rows, and how many rows fell into each; unknown is a bin of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    bins: Bins,
    counts: Vec<Vec<f64>>,
}

impl Profile {
    /// The profile of a matrix in at most `bins` bins a column (10 by convention), besides unknown.
    ///
    /// # Errors
    /// More columns than can be numbered.
    pub fn of(matrix: &Matrix, bins: usize) -> Result<Self, FitError> {
        let bins = Bins::fit(matrix, bins.max(1))?;
        let counts = counts(&bins, matrix)?;
        Ok(Self { bins, counts })
    }

    /// The columns in order.
    pub fn names(&self) -> &[String] {
        self.bins.names()
    }

    /// How many rows of a matrix fall into each bin of each column; the first bin is unknown. Counts of several
    /// matrices may be added up.
    ///
    /// # Errors
    /// Other columns.
    pub fn counts(&self, matrix: &Matrix) -> Result<Vec<Vec<f64>>, ColumnsError> {
        counts(&self.bins, matrix)
    }

    /// The bin of a column in which a known value lies, as [`Self::counts`] counts it; `None` when there is no such column.
    pub fn bin(&self, column: usize, value: f64) -> Option<u8> {
        self.bins.code(column, value)
    }

    /// The population stability index of one column for counts by [`bin`](Self::bin); bins behind the last one that is
    /// told are empty. `None` when there is no such column.
    ///
    /// # Errors
    /// Counts of other bins, or of no rows.
    pub fn drift_of(&self, column: usize, counts: &[u32]) -> Option<Result<f64, DriftError>> {
        let then = self.counts.get(column)?;
        let mut now: Vec<f64> = counts.iter().map(|count| f64::from(*count)).collect();
        now.resize(now.len().max(then.len()), 0.0);
        Some(population_stability(then, &now))
    }

    /// The population stability index of each column for counts as [`Self::counts`] gives them.
    ///
    /// # Errors
    /// Counts of other columns or bins, or of no rows.
    pub fn drift(&self, counts: &[Vec<f64>]) -> Result<Vec<(&str, f64)>, DriftError> {
        if counts.len() != self.counts.len() {
            let (expected, found) = (self.counts.len(), counts.len());
            return Err(DriftError::Bins { expected, found });
        }
        let columns = self.names().iter().zip(self.counts.iter().zip(counts));
        columns
            .map(|(name, (then, now))| Ok((name.as_str(), population_stability(then, now)?)))
            .collect()
    }
}

fn counts(bins: &Bins, matrix: &Matrix) -> Result<Vec<Vec<f64>>, ColumnsError> {
    let codes = bins.columns(matrix)?;
    let count = |column: usize| {
        let mut counts = [0_usize; 256];
        for code in codes.column(column) {
            if let Some(count) = counts.get_mut(usize::from(*code)) {
                *count += 1;
            }
        }
        counts.iter().take(codes.codes_of(column)).map(|count| real(*count)).collect()
    };
    Ok((0..codes.width()).map(count).collect())
}
