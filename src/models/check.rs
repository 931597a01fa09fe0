//! Ranges of parameters, and what the estimators' linfa faces share.

use std::ops::RangeInclusive;

use ndarray::Array1;

use super::error::{ColumnsError, FitError};

/// Refuses a count out of its range.
pub(super) fn count_within(
    name: &'static str,
    value: usize,
    range: RangeInclusive<usize>,
) -> Result<(), FitError> {
    if range.contains(&value) {
        return Ok(());
    }
    let rule = if value < *range.start() { "larger" } else { "smaller" };
    Err(FitError::Parameter { name, value: value.to_string(), rule })
}

/// Refuses a number out of its range, and NaN.
pub(super) fn number_within(
    name: &'static str,
    value: f64,
    range: RangeInclusive<f64>,
) -> Result<(), FitError> {
    if range.contains(&value) {
        return Ok(());
    }
    let rule = if value < *range.start() {
        "larger"
    } else if value > *range.end() {
        "smaller"
    } else {
        "a number"
    };
    Err(FitError::Parameter { name, value: value.to_string(), rule })
}

/// Writes what an estimator predicts into an array of linfa's.
#[expect(
    clippy::panic,
    reason = "linfa's `predict_inplace` cannot fail, and its own estimators panic here"
)]
pub(super) fn write_predictions(found: Result<Vec<f64>, ColumnsError>, out: &mut Array1<f64>) {
    match found {
        Ok(values) if values.len() == out.len() => *out = Array1::from_vec(values),
        Ok(values) => panic!("{} rows are predicted into {} places", values.len(), out.len()),
        Err(error) => panic!("{error}"),
    }
}
