//! From a combination's log-odds to log-odds that can be believed.

mod isotonic;
mod platt;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use isotonic::Isotonic;
pub use platt::Platt;

/// A rising function of log-odds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Calibration {
    /// `slope * log-odds + offset`.
    Platt(Platt),
    /// Straight lines between knots.
    Isotonic(Isotonic),
}

impl Calibration {
    /// The calibrated log-odds.
    pub fn apply(&self, log_odds: f64) -> f64 {
        match self {
            Self::Platt(platt) => platt.apply(log_odds),
            Self::Isotonic(isotonic) => isotonic.apply(log_odds),
        }
    }

    /// The factor between a row's distance from the reference before and after: what its contributions are multiplied
    /// by. For Platt the slope; for isotonic the secant between reference and row.
    pub(super) fn factor(&self, reference: f64, log_odds: f64) -> f64 {
        match self {
            Self::Platt(platt) => platt.slope,
            Self::Isotonic(isotonic) => {
                let distance = log_odds - reference;
                let moved = isotonic.apply(log_odds) - isotonic.apply(reference);
                if distance.abs() > 1e-11 { moved / distance } else { 0.0 }
            }
        }
    }
}
