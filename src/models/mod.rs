//! Models.
mod anomaly;
mod bins;
mod boosting;
mod calibrate;
mod check;
mod directions;
mod ensemble;
mod error;
mod forest;
mod labels;
mod linear;
mod logistic;
mod matrix;
pub mod metrics;
mod model;
mod random;
mod real;
mod resample;
mod standard;
#[cfg(test)]
mod tests_support;
mod tree;
pub use anomaly::{Anomaly, AnomalyParams, AnomalySettings, Oddness, ValidAnomaly};
pub use bins::{BINS_MAX, Bins};
pub use boosting::{Boosting, BoostingParams, BoostingSettings, ValidBoosting};
pub use calibrate::{Calibration, Isotonic, Platt};
pub use directions::{Direction, Directions};
pub use ensemble::{
    CandidateReport, Ensemble, EnsembleSettings, FitReport, PartKind, PartReport, Score,
};
pub use error::{ColumnsError, FitError, MatrixError};
pub use forest::{Forest, ForestParams, ForestSettings, ValidForest};
pub use labels::{Labels, Slice, joined, select, slice};
pub use linear::{Linear, LinearParams, LinearSettings, ValidLinear};
pub use matrix::{Column, ColumnView, Matrix};
pub use model::Model;
pub use tree::Trees;
