//! How an ensemble learns.

use serde::{Deserialize, Serialize};

use super::super::anomaly::AnomalySettings;
use super::super::boosting::BoostingSettings;
use super::super::directions::Directions;
use super::super::forest::ForestSettings;
use super::super::linear::LinearSettings;

/// Which parts an ensemble has, and how each learns; `None` switches a part off.
///
/// Seeds and directions inside the parts' settings are not read: those of the ensemble hold for all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EnsembleSettings {
    /// The logistic regression.
    pub linear: Option<LinearSettings>,
    /// Gradient boosting.
    pub boosting: Option<BoostingSettings>,
    /// The probability forest.
    pub forest: Option<ForestSettings>,
    /// The anomaly part.
    pub anomaly: Option<AnomalySettings>,
    /// Bins of a column for all trees, 2 to 254.
    pub bins_max: usize,
    /// The ridge on the stack's weights, above 0.
    pub stack_l2: f64,
    /// Blocks of time that combination and calibration are chosen over, 2 to 20.
    pub blocks: usize,
    /// Rows of both slices up to which the parts are fitted again on both once combination and calibration stand; 0:
    /// never. These then belong to parts that saw fewer rows. Worth it where data is scarce: with many rows it costs as
    /// much time again and tells little that is new.
    pub refit_rows_max: usize,
    /// Which way columns may move the trees' scores.
    pub directions: Directions,
}

impl EnsembleSettings {
    /// Whether the parts are fitted again on both slices when these have so many rows together.
    pub const fn refits(&self, rows: usize) -> bool {
        rows <= self.refit_rows_max
    }
}

impl Default for EnsembleSettings {
    fn default() -> Self {
        Self {
            linear: Some(LinearSettings::default()),
            boosting: Some(BoostingSettings::default()),
            forest: Some(ForestSettings::default()),
            anomaly: Some(AnomalySettings::default()),
            bins_max: super::super::bins::BINS_MAX,
            stack_l2: 1.0,
            blocks: 5,
            refit_rows_max: 0,
            directions: Directions::new(),
        }
    }
}
