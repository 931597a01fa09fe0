//! The model that ships: parts combined in log-odds, calibrated, explained.
//!
//! ```text
//! matrix -> parts: linear | boosting | forest | anomaly   -> log-odds (the anomaly part: a score) each
//!        -> stack: intercept + sum of weight * part       -> log-odds
//!        -> calibration: Platt or isotonic                -> log-odds, probability
//! ```
//!
//! Parts are fitted on the training slice. What combines and calibrates them is fitted on a later slice, which the parts
//! have not seen, and chosen there by log loss in cross-validation over blocks of time. Where rows are few the parts are
//! fitted once more on both slices after that (`EnsembleSettings::refits`): combination and calibration then belong to the
//! parts as they were before.
//!
//! INVARIANT: bias + sum of contributions = calibrated log-odds. Each part is exact over its own reference (see
//! `Trees`, `Linear`, `Anomaly`); a sum keeps that, and calibration multiplies all by one factor a row.

mod combine;
mod fit;
mod parts;
mod report;
mod row;
mod score;
mod settings;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::calibrate::Calibration;
use super::error::{ColumnsError, check_columns};
use parts::Parts;

pub use parts::PartKind;
pub use report::{CandidateReport, FitReport, PartReport};
pub use row::RowEnsemble;
pub use score::Score;
pub use settings::EnsembleSettings;

/// A fitted, calibrated combination of parts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ensemble {
    names: Vec<String>,
    parts: Parts,
    stack: Stack,
    calibration: Calibration,
    report: FitReport,
}

/// How parts are summed up: parts without weight are not kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Stack {
    intercept: f64,
    /// Above 0 each.
    weights: Vec<(PartKind, f64)>,
}

impl Ensemble {
    /// The columns that it scores, in order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Holds the columns that are there against those that it scores.
    ///
    /// # Errors
    /// Every column that is missing, unexpected or at another place.
    pub fn check_columns(&self, found: &[String]) -> Result<(), ColumnsError> {
        check_columns(&self.names, found)
    }

    /// What was found while it was fitted.
    pub fn report(&self) -> &FitReport {
        &self.report
    }

    /// The parts that count and their weights in log-odds.
    pub fn weights(&self) -> &[(PartKind, f64)] {
        &self.stack.weights
    }

    /// How the combination's log-odds become calibrated ones.
    pub fn calibration(&self) -> &Calibration {
        &self.calibration
    }
}
