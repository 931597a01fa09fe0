//! Scoring a batch.

use super::super::error::{ColumnsError, check_columns};
use super::super::matrix::Matrix;
use super::super::real::sigmoid;
use super::{Ensemble, PartKind};

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
        check_columns(&self.names, matrix.names())?;
        let outputs = self.parts.outputs(matrix)?;
        let combined = self.stack.apply(&outputs, matrix.rows());
        let reference = self.reference();
        let bias = self.calibration.apply(reference);
        let score = |log_odds: f64, contributions: Vec<f64>| {
            let log_odds = self.calibration.apply(log_odds);
            Score { log_odds, probability: sigmoid(log_odds), bias, contributions }
        };
        if !explain {
            return Ok(combined.into_iter().map(|own| score(own, Vec::new())).collect());
        }
        let parts = self.attribute(matrix, &outputs)?;
        let rows = combined.into_iter().zip(parts);
        Ok(rows
            .map(|(own, mut contributions)| {
                let factor = self.calibration.factor(reference, own);
                contributions.iter_mut().for_each(|part| *part *= factor);
                score(own, contributions)
            })
            .collect())
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

    /// Each row's contributions to the combination, before calibration.
    fn attribute(
        &self,
        matrix: &Matrix,
        outputs: &[(PartKind, Vec<f64>)],
    ) -> Result<Vec<Vec<f64>>, ColumnsError> {
        let mut rows = vec![vec![0.0; self.names.len()]; matrix.rows()];
        for (kind, weight) in &self.stack.weights {
            let own = outputs.iter().find(|(own, _)| own == kind);
            let log_odds = own.map_or(&[] as &[f64], |(_, values)| values);
            match kind {
                PartKind::Linear => self.attribute_linear(matrix, *weight, &mut rows),
                PartKind::Boosting | PartKind::Forest => {
                    self.attribute_trees(matrix, *kind, *weight, log_odds, &mut rows)?;
                }
                PartKind::Anomaly => self.attribute_anomaly(matrix, *weight, &mut rows)?,
            }
        }
        Ok(rows)
    }

    fn attribute_linear(&self, matrix: &Matrix, weight: f64, rows: &mut [Vec<f64>]) {
        let Some(linear) = &self.parts.linear else { return };
        linear.visit(matrix, |column, parts| {
            for (row, part) in rows.iter_mut().zip(parts) {
                if let Some(own) = row.get_mut(column) {
                    *own += weight * part;
                }
            }
        });
    }

    fn attribute_trees(
        &self,
        matrix: &Matrix,
        kind: PartKind,
        weight: f64,
        log_odds: &[f64],
        rows: &mut [Vec<f64>],
    ) -> Result<(), ColumnsError> {
        let codes = self.parts.bins.rows(matrix)?;
        let mut parts = vec![0.0; self.names.len()];
        for ((codes, log_odds), row) in codes.iter().zip(log_odds).zip(rows) {
            parts.fill(0.0);
            if let (PartKind::Boosting, Some(boosting)) = (kind, &self.parts.boosting) {
                boosting.attribute(codes, &mut parts);
            }
            if let (PartKind::Forest, Some(forest)) = (kind, &self.parts.forest) {
                forest.attribute(codes, *log_odds, &mut parts);
            }
            row.iter_mut().zip(&parts).for_each(|(own, part)| *own += weight * part);
        }
        Ok(())
    }

    fn attribute_anomaly(
        &self,
        matrix: &Matrix,
        weight: f64,
        rows: &mut [Vec<f64>],
    ) -> Result<(), ColumnsError> {
        let Some(anomaly) = &self.parts.anomaly else { return Ok(()) };
        let mut parts = vec![0.0; self.names.len()];
        let mut rows = rows.iter_mut();
        anomaly.visit(matrix, |residual| {
            parts.fill(0.0);
            anomaly.attribute(residual, anomaly.score_of(residual), &mut parts);
            if let Some(row) = rows.next() {
                row.iter_mut().zip(&parts).for_each(|(own, part)| *own += weight * part);
            }
        })
    }
}
