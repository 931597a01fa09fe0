//! Models: from named columns of numbers to a calibrated probability of fraud with its reasons.
//!
//! ```text
//! Matrix + Labels (a Slice) -> estimators, each linfa's ParamGuard, Fit and Predict:
//!     Linear      linfa's logistic regression on standardised columns
//!     Boosting    gradient boosting     \  one histogram tree learner of ours (`tree`): linfa's own trees
//!     Forest      probability forest    /  do not carry this size
//!     Anomaly     linfa's principal components, without labels
//! EnsembleSettings::fit(train, later, seed) -> Ensemble: parts, their combination, calibration
//! Ensemble::score(matrix) -> log-odds, probability, contributions
//! Ensemble::by_row()      -> RowEnsemble: the same for one row at a time, as claims come in service
//! ```
//!
//! # What always holds
//!
//! * **No NaN.** A value is finite or unknown (see [`Matrix`]); unknown is evidence of its own in every part.
//! * **Deterministic.** The same slices, settings and seed give the same bytes, with any number of threads: sums are
//!   taken in row order, every tree has a random stream of its own, nothing iterates over a hash map.
//! * **Exact reasons.** Bias and contributions sum to the calibrated log-odds. Trees: what is expected changes along a
//!   row's path (Saabas), for the forest scaled from probability to log-odds; linear: coefficient times distance from
//!   the mean; anomaly: shares of the error; Platt multiplies by its slope, isotonic by the secant from the reference.
//!   These are the model's own sums, not causes: columns that say the same share one reason between them.
//! * **Later slices.** What combines and calibrates parts is fitted on rows later than those that the parts had seen by
//!   then (few rows: the parts learn from both slices afterwards), and nothing here looks at a third slice: that is for
//!   testing.
//!
//! # Where linfa is not taken at its word
//!
//! What it does has a test that fails when it is mended (`linfa_still_...`, `linfa_isotonic_still_...`): the logistic
//! regression's positive class is the majority, and it passes over weights (rows are resampled); one principal component
//! has infinite variance; isotonic regression needs sorted rows and joins too many of them (ours joins by itself). What
//! stands in its types needs none: metrics and weights are 32-bit.

mod anomaly;
mod bins;
mod boosting;
mod calibrate;
mod check;
mod code_rows;
mod cuts;
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
mod wide_codes;

pub use anomaly::{Anomaly, AnomalyParams, AnomalySettings, Oddness, ValidAnomaly};
pub use bins::{BINS_MAX, Bins};
pub use boosting::{Boosting, BoostingParams, BoostingSettings, ValidBoosting};
pub use calibrate::{Calibration, Isotonic, Platt};
pub use directions::{Direction, Directions};
pub use ensemble::{
    CandidateReport, Ensemble, EnsembleSettings, FitReport, PartKind, PartReport, RowEnsemble,
    Score,
};
pub use error::{ColumnsError, FitError, MatrixError};
pub use forest::{Forest, ForestParams, ForestSettings, ValidForest};
pub use labels::{Labels, Slice, joined, select, slice};
pub use linear::{Linear, LinearParams, LinearSettings, ValidLinear};
pub use matrix::{Column, ColumnView, Matrix};
pub use model::{Model, RowModel};
pub use tree::Trees;
