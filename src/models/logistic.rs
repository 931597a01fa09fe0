//! linfa's logistic regression with its traps closed, over dense arrays.

use linfa::DatasetBase;
use linfa::traits::Fit;
use linfa_logistic::LogisticRegression;
use ndarray::{Array1, Array2};

use super::error::FitError;

/// An intercept and one coefficient a column, of the log-odds of fraud.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LogisticFit {
    pub(super) intercept: f64,
    pub(super) coefficients: Vec<f64>,
}

/// Fits `fraud` on the columns of `x` with a ridge of `l2`.
///
/// linfa 0.8.1 calls the majority "positive", whatever its label (`label_classes`), so with fraud as the minority its
/// log-odds are those of no fraud. The labels that it reports decide the sign here.
///
/// # Errors
/// linfa's: one class only, values that are not finite, a line search that fails.
pub(super) fn fit(
    x: Array2<f64>,
    fraud: Vec<bool>,
    l2: f64,
    iterations_max: u64,
) -> Result<LogisticFit, FitError> {
    let rows = x.nrows().max(1);
    let dataset = DatasetBase::new(x, Array1::from_vec(fraud));
    let model = LogisticRegression::default()
        .alpha(l2)
        .max_iterations(iterations_max)
        // The gradient is a sum over rows, so its tolerance grows with them.
        .gradient_tolerance(1e-7 * super::real::real(rows).max(1e3))
        .fit(&dataset)?;
    let sign = if model.labels().pos.class { 1.0 } else { -1.0 };
    let coefficients = model.params().iter().map(|value| sign * value).collect();
    Ok(LogisticFit { intercept: sign * model.intercept(), coefficients })
}
