//! What scores are worth, in 64-bit floats and by sample weight.
//!
//! linfa's metrics are 32-bit and lack average precision, recall at a false positive rate and Brier's score.

mod calibration;
mod drift;
mod profile;
mod ranking;

#[cfg(test)]
mod tests;

pub use calibration::{
    CalibrationBin, brier, calibration_by_quantile, calibration_by_width, calibration_error,
    log_loss,
};
pub use drift::{DriftError, population_stability};
pub use profile::Profile;
pub use ranking::Ranking;
