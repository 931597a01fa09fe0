//! Logistic regression on standardised columns: the part that can be read.
//!
//! Unknown values become the mean, and a column of which some are unknown gets a second one that says so, centred on the
//! share of unknown. linfa's estimator has no sample weights: rows are resampled by weight (see `resample`).

use linfa::ParamGuard;
use linfa::dataset::Records;
use linfa::traits::{Fit, Predict, PredictInplace};
use ndarray::{Array1, Array2, Axis, concatenate};
use serde::{Deserialize, Serialize};

use super::check::{count_within, number_within};
use super::error::{ColumnsError, FitError, check_columns};
use super::labels::{Labels, Slice, check_slice};
use super::logistic;
use super::matrix::Matrix;
use super::resample::resampled;
use super::standard::Standard;

/// How the logistic regression learns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LinearSettings {
    /// The ridge on standardised coefficients, above 0: `l2 / 2 * sum of squares` beside the sum of log losses.
    pub l2: f64,
    /// Steps of the solver, 1 to 10,000.
    pub iterations_max: u64,
    /// The most rows learned from, at least 2; more are resampled.
    pub rows_max: usize,
    /// Of the resampling.
    pub seed: u64,
}

impl Default for LinearSettings {
    fn default() -> Self {
        Self { l2: 1.0, iterations_max: 200, rows_max: 200_000, seed: 0 }
    }
}

impl LinearSettings {
    /// The unchecked parameters, as linfa's estimators have them.
    pub fn params(self) -> LinearParams {
        LinearParams(ValidLinear(self))
    }
}

/// Unchecked parameters of the logistic regression.
#[derive(Debug, Clone, PartialEq)]
pub struct LinearParams(ValidLinear);

/// Checked parameters of the logistic regression.
#[derive(Debug, Clone, PartialEq)]
pub struct ValidLinear(LinearSettings);

impl ParamGuard for LinearParams {
    type Checked = ValidLinear;
    type Error = FitError;

    fn check_ref(&self) -> Result<&ValidLinear, FitError> {
        let of = &self.0.0;
        number_within("l2", of.l2, f64::MIN_POSITIVE..=f64::MAX)?;
        count_within(
            "iterations_max",
            usize::try_from(of.iterations_max).unwrap_or(0),
            1..=10_000,
        )?;
        count_within("rows_max", of.rows_max, 2..=usize::MAX)?;
        Ok(&self.0)
    }

    fn check(self) -> Result<ValidLinear, FitError> {
        self.check_ref()?;
        Ok(self.0)
    }
}

impl Fit<Matrix, Labels, FitError> for ValidLinear {
    type Object = Linear;

    fn fit(&self, train: &Slice) -> Result<Linear, FitError> {
        check_slice(train, "training")?;
        let standard = Standard::fit(train);
        let shares: Vec<f64> = standard.unknown_shares().collect();
        let rows = resampled(&train.targets, self.0.rows_max, self.0.seed);
        let flags = flags(&train.records, &shares, &rows);
        let x = concatenate(Axis(1), &[standard.array(&train.records, &rows).view(), flags.view()])
            .map_err(linfa::error::Error::from)?;
        let fraud = train.targets.select(&rows).fraud().to_vec();
        let fitted = logistic::fit(x, fraud, self.0.l2, self.0.iterations_max)?;
        let (values, flags) =
            fitted.coefficients.split_at(shares.len().min(fitted.coefficients.len()));
        let mut flags = flags.iter().copied();
        let terms = values.iter().zip(&shares).map(|(value, share)| Term {
            value: *value,
            unknown: if *share > 0.0 { flags.next().unwrap_or(0.0) } else { 0.0 },
            unknown_share: *share,
        });
        let (names, terms) = (train.records.names().to_vec(), terms.collect());
        Ok(Linear { names, standard, terms, bias: fitted.intercept })
    }
}

/// The columns that say unknown, less their share, of the columns where some are.
fn flags(matrix: &Matrix, shares: &[f64], rows: &[usize]) -> Array2<f64> {
    let flagged: Vec<_> = matrix.columns().zip(shares).filter(|(_, share)| **share > 0.0).collect();
    let mut out = Array2::zeros((rows.len(), flagged.len()));
    for ((view, share), mut to) in flagged.into_iter().zip(out.columns_mut()) {
        for (to, row) in to.iter_mut().zip(rows) {
            *to = f64::from(u8::from(view.is_unknown(*row))) - share;
        }
    }
    out
}

/// A fitted logistic regression.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Linear {
    names: Vec<String>,
    standard: Standard,
    terms: Vec<Term>,
    /// The log-odds of a row that is the mean in everything.
    bias: f64,
}

/// What a column adds: `value * standardised + unknown * (1 if unknown else 0 - unknown_share)`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Term {
    value: f64,
    unknown: f64,
    unknown_share: f64,
}

impl Term {
    fn part(&self, standardised: f64, is_unknown: bool) -> f64 {
        let flag = f64::from(u8::from(is_unknown)) - self.unknown_share;
        self.value * standardised + self.unknown * flag
    }
}

impl Linear {
    /// The log-odds of fraud of each row.
    ///
    /// # Errors
    /// Other columns than it was fitted on.
    pub fn log_odds(&self, matrix: &Matrix) -> Result<Vec<f64>, ColumnsError> {
        check_columns(&self.names, matrix.names())?;
        let mut out = vec![self.bias; matrix.rows()];
        for (index, (view, term)) in matrix.columns().zip(&self.terms).enumerate() {
            let values = self.standard.values(index, view).enumerate();
            let parts = values.map(|(row, value)| term.part(value, view.is_unknown(row)));
            out.iter_mut().zip(parts).for_each(|(own, part)| *own += part);
        }
        Ok(out)
    }

    /// Name and coefficient of each column, in log-odds a deviation.
    pub fn coefficients(&self) -> impl Iterator<Item = (&str, f64)> {
        self.names.iter().zip(&self.terms).map(|(name, term)| (name.as_str(), term.value))
    }

    /// What is expected before anything is known of a row.
    pub(super) fn reference(&self) -> f64 {
        self.bias
    }

    /// The log-odds of one row; each column's part of them is written to `out`, unless that is empty.
    pub(super) fn of_row(&self, row: &[Option<f64>], out: &mut [f64]) -> f64 {
        let mut log_odds = self.bias;
        for (index, (value, term)) in row.iter().zip(&self.terms).enumerate() {
            let part = term.part(self.standard.value(index, *value), value.is_none());
            log_odds += part;
            if let Some(own) = out.get_mut(index) {
                *own = part;
            }
        }
        log_odds
    }
}

impl PredictInplace<Matrix, Array1<f64>> for Linear {
    /// Writes log-odds.
    ///
    /// # Panics
    /// Like linfa's own, on columns or a length that do not fit; [`Linear::log_odds`] gives an error.
    fn predict_inplace<'a>(&'a self, matrix: &'a Matrix, out: &mut Array1<f64>) {
        super::check::write_predictions(self.log_odds(matrix), out);
    }

    fn default_target(&self, matrix: &Matrix) -> Array1<f64> {
        Array1::zeros(matrix.nsamples())
    }
}

impl Predict<&Matrix, Result<Vec<f64>, ColumnsError>> for Linear {
    fn predict(&self, matrix: &Matrix) -> Result<Vec<f64>, ColumnsError> {
        self.log_odds(matrix)
    }
}

#[cfg(test)]
mod tests {
    use linfa::traits::{Fit, Predict};
    use ndarray::Array1;

    use super::super::labels::{Labels, Slice, slice};
    use super::super::metrics::Ranking;
    use super::super::tests_support::claims;
    use super::{Linear, LinearSettings};

    fn fitted() -> Linear {
        LinearSettings::default().params().fit(&claims(4_000, 1)).unwrap()
    }

    #[test]
    fn it_ranks_and_its_base_rate_is_right() {
        let train = claims(4_000, 1);
        let log_odds = fitted().log_odds(&train.records).unwrap();
        let auc = Ranking::new(&log_odds, &train.targets).unwrap().roc_auc().unwrap();
        assert!(auc > 0.75, "{auc}");
        let mean =
            log_odds.iter().map(|own| super::super::real::sigmoid(*own)).sum::<f64>() / 4_000.0;
        assert!((mean - train.targets.base_rate()).abs() < 1e-3, "{mean}");
    }

    #[test]
    fn unknown_is_evidence_of_its_own_and_a_constant_is_none() {
        let linear = fitted();
        let sometimes = linear.terms[2];
        assert!(sometimes.unknown > 0.5, "unknown is more frequent in fraud: {sometimes:?}");
        assert!(linear.coefficients().any(|(name, value)| name == "level" && value.abs() < 1e-9));
    }

    #[test]
    fn the_faces_of_linfa_agree() {
        let train = claims(500, 2);
        let linear = LinearSettings::default().params().fit(&train).unwrap();
        let own = linear.log_odds(&train.records).unwrap();
        let by_dataset: Array1<f64> = linear.predict(&train);
        assert_eq!(by_dataset.to_vec(), own);
        assert_eq!(linear.predict(&train.records).unwrap(), own);
    }

    #[test]
    fn weights_move_the_fit_as_rows_would() {
        let train = claims(3_000, 3);
        let weight = |fraud: &bool| if *fraud { 3.0 } else { 1.0 };
        let weights = train.targets.fraud().iter().map(weight).collect();
        let labels = Labels::weighted(train.targets.fraud().to_vec(), weights).unwrap();
        let weighted = slice(train.records.clone(), labels).unwrap();
        let mean = |slice: &Slice| {
            let linear = LinearSettings::default().params().fit(slice).unwrap();
            linear.log_odds(&train.records).unwrap().iter().sum::<f64>() / 3_000.0
        };
        let shift = mean(&weighted) - mean(&train);
        assert!((shift - 3.0_f64.ln()).abs() < 0.15, "three times the frauds: ln 3, not {shift}");
    }
}
