//! Scoring a batch.

use super::super::error::{ColumnsError, check_columns};
use super::super::matrix::Matrix;
use super::super::real::sigmoid;
use super::Ensemble;

/// What the model says of one row.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    /// The calibrated log-odds of fraud.
    pub log_odds: f64,
    /// The calibrated probability of fraud, 0 to 1.
    pub probability: f64,
    /// The log-odds before anything is known of a row. Under isotonic calibration too it is the same for all rows.
    pub bias: f64,
    /// What each column adds, in the order of [`Ensemble::names`]: `bias` and these sum to `log_odds`. Empty where not
    /// asked for.
    pub contributions: Vec<f64>,
}

impl Ensemble {
    /// Scores every row, with contributions where `explain` is set. Rows do not depend on each other.
    ///
    /// # Errors
    /// Other columns than it was fitted on, or in another order.
    pub fn score(&self, matrix: &Matrix, explain: bool) -> Result<Vec<Score>, ColumnsError> {
        if explain {
            return self.explained(matrix);
        }
        let bias = self.calibration.apply(self.reference());
        let score = |log_odds| Score {
            log_odds,
            probability: sigmoid(log_odds),
            bias,
            contributions: Vec::new(),
        };
        Ok(self.log_odds(matrix)?.into_iter().map(score).collect())
    }

    /// Explains row by row: each row takes its own way through every tree.
    fn explained(&self, matrix: &Matrix) -> Result<Vec<Score>, ColumnsError> {
        check_columns(&self.names, matrix.names())?;
        let by_row = self.by_row();
        let columns = 0..self.names.len();
        let row = |row| columns.clone().map(move |column| matrix.get(row, column));
        let score = |of| by_row.score(&row(of).collect::<Vec<_>>(), true);
        Ok((0..matrix.rows()).map(score).collect())
    }

    /// Calibrated log-odds only.
    ///
    /// # Errors
    /// Other columns than it was fitted on, or in another order.
    pub fn log_odds(&self, matrix: &Matrix) -> Result<Vec<f64>, ColumnsError> {
        check_columns(&self.names, matrix.names())?;
        let outputs = self.parts.outputs(matrix)?;
        let combined = self.stack.apply(&outputs, matrix.rows());
        Ok(combined.into_iter().map(|own| self.calibration.apply(own)).collect())
    }

    /// The combination of the parts' references.
    pub(super) fn reference(&self) -> f64 {
        let weights = self.stack.weights.iter();
        let parts = weights.map(|(kind, weight)| weight * self.parts.reference(*kind));
        self.stack.intercept + parts.sum::<f64>()
    }
}
