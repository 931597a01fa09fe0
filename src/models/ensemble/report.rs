//! What is found while an ensemble is fitted.

use serde::{Deserialize, Serialize};

use super::PartKind;

/// What the parts were worth on the later slice and what was chosen.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FitReport {
    /// Every part that was fitted, also those that got no weight.
    pub parts: Vec<PartReport>,
    /// Combinations of parts with their log loss in cross-validation.
    pub combinations: Vec<CandidateReport>,
    /// Calibrations with their log loss in cross-validation.
    pub calibrations: Vec<CandidateReport>,
    /// Trees of gradient boosting where it stopped, 0 without that part.
    pub boosting_trees: usize,
}

/// One part on the later slice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartReport {
    /// Which.
    pub part: PartKind,
    /// Its weight in the stack, 0 where it does not count.
    pub weight: f64,
    /// Its average precision there.
    pub average_precision: Option<f64>,
    /// Its area under the ROC curve there.
    pub roc_auc: Option<f64>,
}

/// One of several ways, of which one is taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CandidateReport {
    /// What it is.
    pub name: String,
    /// Its mean log loss over rows that it was not fitted on.
    pub log_loss: f64,
    /// Whether it was taken.
    pub taken: bool,
}
