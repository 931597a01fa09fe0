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
        .gradient_tolerance(1e-5 * super::real::real(rows).max(1e3))
        .fit(&dataset)?;
    let sign = if model.labels().pos.class { 1.0 } else { -1.0 };
    let coefficients = model.params().iter().map(|value| sign * value).collect();
    Ok(LogisticFit { intercept: sign * model.intercept(), coefficients })
}

#[cfg(test)]
mod tests {
    use linfa::DatasetBase;
    use linfa::traits::Fit;
    use linfa_logistic::LogisticRegression;
    use ndarray::{Array1, Array2};

    use super::fit;

    /// 10 of 100 rows are fraud, and these lie higher.
    fn rare(fraud_rows: usize) -> (Array2<f64>, Vec<bool>) {
        let fraud: Vec<bool> = (0..100).map(|row| row % 100 < fraud_rows).collect();
        let x = Array2::from_shape_fn((100, 1), |(row, _)| {
            f64::from(u8::try_from(row % 7).unwrap()) + if fraud[row] { 4.0 } else { 0.0 }
        });
        (x, fraud)
    }

    #[test]
    fn fraud_is_positive_whether_rare_or_common() {
        for fraud_rows in [10, 50, 90] {
            let (x, fraud) = rare(fraud_rows);
            let fitted = fit(x, fraud, 0.1, 200).unwrap();
            assert!(fitted.coefficients[0] > 0.0, "{fraud_rows} of 100: {fitted:?}");
        }
    }

    /// linfa 0.8.1 calls the majority positive. When this fails it was mended: the sign is read from the labels, so
    /// nothing else changes.
    #[test]
    fn linfa_still_calls_the_majority_positive() {
        let (x, fraud) = rare(10);
        let dataset = DatasetBase::new(x, Array1::from_vec(fraud));
        let model = LogisticRegression::default().fit(&dataset).unwrap();
        assert!(!model.labels().pos.class && model.params()[0] < 0.0);
    }

    /// linfa 0.8.1 passes over the weights of a dataset. When this fails it knows them, and rows need not be resampled.
    #[test]
    fn linfa_still_passes_over_weights() {
        let (x, fraud) = rare(50);
        let even = DatasetBase::new(x, Array1::from_vec(fraud));
        let weights = Array1::from_shape_fn(100, |row| if row % 2 == 0 { 9.0 } else { 0.1 });
        let weighted = even.clone().with_weights(weights);
        let fitted =
            [even, weighted].map(|dataset| LogisticRegression::default().fit(&dataset).unwrap());
        assert_eq!(fitted[0].params(), fitted[1].params());
        assert_eq!(fitted[0].intercept().to_bits(), fitted[1].intercept().to_bits());
    }

    #[test]
    fn one_class_is_an_error_and_no_panic() {
        assert!(fit(Array2::zeros((3, 1)), vec![false; 3], 1.0, 10).is_err());
    }
}
