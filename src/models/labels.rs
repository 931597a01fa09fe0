//! What happened, and how much each row counts.

use linfa::DatasetBase;
use linfa::dataset::Records;

use super::error::{FitError, MatrixError};
use super::matrix::Matrix;

/// Rows of features with what became of them: what every estimator of this module is fitted on.
pub type Slice = DatasetBase<Matrix, Labels>;

/// Whether each row was fraud, and its weight.
///
/// linfa's own weights are 32-bit floats and its estimators mostly pass over them; these are part of the targets.
#[derive(Debug, Clone, PartialEq)]
pub struct Labels {
    fraud: Vec<bool>,
    /// Finite and not negative, one a row.
    weights: Vec<f64>,
}

impl Labels {
    /// Labels of equal weight.
    pub fn new(fraud: Vec<bool>) -> Self {
        let weights = vec![1.0; fraud.len()];
        Self { fraud, weights }
    }

    /// Labels that count by weight, e.g. by the inverse of the chance to be audited. A weight of 0 leaves a row out.
    ///
    /// # Errors
    /// Another number of weights, a weight that is negative or not finite.
    pub fn weighted(fraud: Vec<bool>, weights: Vec<f64>) -> Result<Self, MatrixError> {
        if weights.len() != fraud.len() {
            let (found, rows) = (weights.len(), fraud.len());
            return Err(MatrixError::Length { what: "weights".to_owned(), found, rows });
        }
        let bad = weights.iter().position(|weight| !weight.is_finite() || *weight < 0.0);
        match bad.and_then(|row| weights.get(row).map(|weight| (row, weight.to_string()))) {
            Some((row, value)) => Err(MatrixError::Weight { row, value }),
            None => Ok(Self { fraud, weights }),
        }
    }

    /// Whether each row was fraud.
    pub fn fraud(&self) -> &[bool] {
        &self.fraud
    }

    /// How much each row counts.
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.fraud.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.fraud.is_empty()
    }

    /// The labels of these rows, in the order given; rows that are not there are passed over.
    pub fn select(&self, rows: &[usize]) -> Self {
        Self {
            fraud: rows.iter().filter_map(|row| self.fraud.get(*row).copied()).collect(),
            weights: rows.iter().filter_map(|row| self.weights.get(*row).copied()).collect(),
        }
    }

    /// These labels and others below them.
    pub fn followed_by(&self, below: &Self) -> Self {
        Self {
            fraud: [self.fraud.as_slice(), &below.fraud].concat(),
            weights: [self.weights.as_slice(), &below.weights].concat(),
        }
    }

    /// Fraud and weight of each row.
    pub(super) fn iter(&self) -> impl Iterator<Item = (bool, f64)> + '_ {
        self.fraud.iter().copied().zip(self.weights.iter().copied())
    }

    /// The share of fraud by weight; of nothing it is 0.
    pub fn base_rate(&self) -> f64 {
        let total: f64 = self.weights.iter().sum();
        let fraud: f64 = self.iter().filter(|(fraud, _)| *fraud).map(|(_, weight)| weight).sum();
        if total > 0.0 { fraud / total } else { 0.0 }
    }
}

/// A slice of a matrix and its labels.
///
/// # Errors
/// Another number of labels than rows.
pub fn slice(matrix: Matrix, labels: Labels) -> Result<Slice, MatrixError> {
    if matrix.rows() != labels.len() {
        let (found, rows) = (labels.len(), matrix.rows());
        return Err(MatrixError::Length { what: "labels".to_owned(), found, rows });
    }
    Ok(DatasetBase::new(matrix, labels))
}

/// The rows given of a slice, in the order given.
///
/// # Errors
/// A row that is not there.
pub fn select(of: &Slice, rows: &[usize]) -> Result<Slice, MatrixError> {
    slice(of.records.select_rows(rows)?, of.targets.select(rows))
}

/// Two slices as one.
///
/// # Errors
/// Slices of different columns.
pub fn joined(above: &Slice, below: &Slice) -> Result<Slice, MatrixError> {
    slice(above.records.followed_by(&below.records)?, above.targets.followed_by(&below.targets))
}

/// The most rows of one slice.
const ROWS_MAX: usize = 1 << 31;

/// What every estimator asks of a slice, labels apart.
pub(super) fn check_shape(of: &Slice, name: &'static str) -> Result<(), FitError> {
    let (rows, columns) = (of.records.rows(), of.records.nfeatures());
    if rows == 0 || columns == 0 {
        return Err(FitError::Empty { slice: name, rows, columns });
    }
    if rows > ROWS_MAX {
        return Err(FitError::TooLarge { slice: name, rows });
    }
    if of.targets.len() != rows {
        let found = of.targets.len();
        return Err(MatrixError::Length { what: "labels".to_owned(), found, rows }.into());
    }
    Ok(())
}

/// What every supervised estimator asks of a slice: rows, and both kinds of them.
pub(super) fn check_slice(of: &Slice, name: &'static str) -> Result<(), FitError> {
    check_shape(of, name)?;
    check_counts(&of.targets, name)
}

/// Both kinds of rows.
pub(super) fn check_counts(labels: &Labels, name: &'static str) -> Result<(), FitError> {
    let counted = || labels.iter().filter(|(_, weight)| *weight > 0.0);
    let (rows, frauds) = (counted().count(), counted().filter(|(fraud, _)| *fraud).count());
    if frauds == 0 || frauds == rows {
        return Err(FitError::OneClass { slice: name, frauds, rows });
    }
    Ok(())
}
