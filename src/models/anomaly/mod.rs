//! How unlike the training slice a row is: the part that needs no labels.
//!
//! Principal components of the standardised columns keep what usually varies together; what is left of a row without
//! them is its error (M.-L. Shyu et al., "A Novel Anomaly Detection Scheme Based on Principal Component Classifier",
//! ICDM (2003)). The score is `-ln` of the share of training rows whose error is at least as large.
//!
//! linfa reports an infinite variance for one component (it divides by components - 1), so shares of variance are taken
//! from the singular values.

mod tail;

#[cfg(test)]
mod tests;

use linfa::dataset::Records;
use linfa::traits::{Fit, Predict, PredictInplace};
use linfa::{DatasetBase, ParamGuard};
use linfa_reduction::Pca;
use ndarray::{Array1, Array2};
use serde::{Deserialize, Serialize};

use super::check::{count_within, number_within, write_predictions};
use super::error::{ColumnsError, FitError, check_columns};
use super::labels::{Labels, Slice, check_shape};
use super::matrix::Matrix;
use super::real::real;
use super::resample::spaced;
use super::standard::Standard;
use tail::Tail;

/// How the anomaly part learns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AnomalySettings {
    /// The share of variance that the components keep, above 0 and below 1.
    pub variance_share: f64,
    /// The most components, at least 1; never more than half of the columns.
    pub components_max: usize,
    /// The most rows learned from, evenly spaced, at least 2.
    pub rows_max: usize,
}

impl Default for AnomalySettings {
    fn default() -> Self {
        Self { variance_share: 0.8, components_max: 16, rows_max: 50_000 }
    }
}

impl AnomalySettings {
    /// The unchecked parameters, as linfa's estimators have them.
    pub fn params(self) -> AnomalyParams {
        AnomalyParams(ValidAnomaly(self))
    }
}

/// Unchecked parameters of the anomaly part.
#[derive(Debug, Clone, PartialEq)]
pub struct AnomalyParams(ValidAnomaly);

/// Checked parameters of the anomaly part.
#[derive(Debug, Clone, PartialEq)]
pub struct ValidAnomaly(AnomalySettings);

impl ParamGuard for AnomalyParams {
    type Checked = ValidAnomaly;
    type Error = FitError;

    fn check_ref(&self) -> Result<&ValidAnomaly, FitError> {
        let of = &self.0.0;
        number_within("variance_share", of.variance_share, f64::MIN_POSITIVE..=1.0 - f64::EPSILON)?;
        count_within("components_max", of.components_max, 1..=usize::MAX)?;
        count_within("rows_max", of.rows_max, 2..=usize::MAX)?;
        Ok(&self.0)
    }

    fn check(self) -> Result<ValidAnomaly, FitError> {
        self.check_ref()?;
        Ok(self.0)
    }
}

impl Fit<Matrix, Labels, FitError> for ValidAnomaly {
    type Object = Anomaly;

    /// Fits without looking at the labels: they may all be the same.
    fn fit(&self, train: &Slice) -> Result<Anomaly, FitError> {
        check_shape(train, "training")?;
        let standard = Standard::fit(train);
        let x = standard.array(&train.records, &spaced(train.records.rows(), self.0.rows_max));
        let components = components(&self.0, &x)?;
        let names = train.records.names().to_vec();
        let mut errors: Vec<f64> = x
            .rows()
            .into_iter()
            .map(|row| error_of(&residual(&components, &row.to_vec())))
            .collect();
        errors.sort_unstable_by(f64::total_cmp);
        Ok(Anomaly { names, standard, components, tail: Tail::of(&errors) })
    }
}

/// The leading components, as few as keep the share of variance.
fn components(settings: &AnomalySettings, x: &Array2<f64>) -> Result<Vec<Vec<f64>>, FitError> {
    let variance: f64 = x.iter().map(|value| value * value).sum();
    let most = settings.components_max.min(x.ncols() / 2).min(x.nrows().saturating_sub(1));
    if most == 0 || variance <= 0.0 {
        return Ok(Vec::new());
    }
    let fitted = Pca::params(most).fit(&DatasetBase::new(x.clone(), ()))?;
    let mut kept = 0.0;
    let mut components = Vec::new();
    for (row, sigma) in fitted.components().rows().into_iter().zip(fitted.singular_values()) {
        if kept >= settings.variance_share * variance {
            break;
        }
        kept += sigma * sigma;
        components.push(row.to_vec());
    }
    Ok(components)
}

/// A fitted anomaly part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Anomaly {
    names: Vec<String>,
    standard: Standard,
    components: Vec<Vec<f64>>,
    tail: Tail,
}

/// How odd a row is among the rows learned from. This is a rank and says nothing about how likely fraud is.
#[derive(Debug, Clone, PartialEq)]
pub struct Oddness {
    /// `-ln` of the share of training rows at least as odd; grows on beyond the oddest of them.
    pub score: f64,
    /// The share of training rows that are less odd, 0 to 1.
    pub rank: f64,
    /// What is expected of `score`: the mean over the training slice.
    pub bias: f64,
    /// Each column's part of `score - bias`, by its share of the error; empty where not asked for.
    pub contributions: Vec<f64>,
}

impl Anomaly {
    /// The oddness of one row: a value for each column, in order, `None` where it is unknown.
    pub fn score_row(&self, row: &[Option<f64>], explain: bool) -> Oddness {
        self.oddness(&self.residual(row), explain)
    }

    /// The oddness of each row, with contributions where `explain` is set.
    ///
    /// # Errors
    /// Other columns than it was fitted on.
    pub fn score(&self, matrix: &Matrix, explain: bool) -> Result<Vec<Oddness>, ColumnsError> {
        let mut out = Vec::with_capacity(matrix.rows());
        self.visit(matrix, |residual| out.push(self.oddness(residual, explain)))?;
        Ok(out)
    }

    fn oddness(&self, residual: &[f64], explain: bool) -> Oddness {
        let score = self.score_of(residual);
        let mut contributions = Vec::new();
        if explain {
            contributions.resize(residual.len(), 0.0);
            self.attribute(residual, score, &mut contributions);
        }
        let rank = -(-score).exp_m1();
        Oddness { score, rank, bias: self.reference(), contributions }
    }

    /// What is left of a row without the components.
    pub(super) fn residual(&self, row: &[Option<f64>]) -> Vec<f64> {
        residual(&self.components, &self.standard.row(row))
    }

    /// The score of each row.
    ///
    /// # Errors
    /// Other columns than it was fitted on.
    pub fn scores(&self, matrix: &Matrix) -> Result<Vec<f64>, ColumnsError> {
        let mut out = Vec::with_capacity(matrix.rows());
        self.visit(matrix, |residual| out.push(self.tail.score(error_of(residual))))?;
        Ok(out)
    }

    /// The columns in order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// What is expected before anything is known of a row.
    pub(super) fn reference(&self) -> f64 {
        self.tail.mean()
    }

    /// Adds each column's part of `score - reference`: by its share of the squared error, evenly where there is none.
    pub(super) fn attribute(&self, residual: &[f64], score: f64, out: &mut [f64]) {
        let distance = score - self.reference();
        let error = error_of(residual);
        for (own, part) in out.iter_mut().zip(residual) {
            let share = if error > 0.0 { part * part / error } else { 1.0 / real(residual.len()) };
            *own += distance * share;
        }
    }

    /// The score of a residual.
    pub(super) fn score_of(&self, residual: &[f64]) -> f64 {
        self.tail.score(error_of(residual))
    }

    /// Gives each row's residual to `take`.
    fn visit(&self, matrix: &Matrix, mut take: impl FnMut(&[f64])) -> Result<(), ColumnsError> {
        check_columns(&self.names, matrix.names())?;
        let rows: Vec<usize> = (0..matrix.rows()).collect();
        for row in self.standard.array(matrix, &rows).rows() {
            match row.as_slice() {
                Some(row) => take(&residual(&self.components, row)),
                None => take(&residual(&self.components, &row.to_vec())),
            }
        }
        Ok(())
    }
}

impl PredictInplace<Matrix, Array1<f64>> for Anomaly {
    /// Writes scores, which are no log-odds.
    ///
    /// # Panics
    /// Like linfa's own, on columns or a length that do not fit; [`Anomaly::scores`] gives an error.
    fn predict_inplace<'a>(&'a self, matrix: &'a Matrix, out: &mut Array1<f64>) {
        write_predictions(self.scores(matrix), out);
    }

    fn default_target(&self, matrix: &Matrix) -> Array1<f64> {
        Array1::zeros(matrix.nsamples())
    }
}

impl Predict<&Matrix, Result<Vec<f64>, ColumnsError>> for Anomaly {
    fn predict(&self, matrix: &Matrix) -> Result<Vec<f64>, ColumnsError> {
        self.scores(matrix)
    }
}

/// What is left of a standardised row without the components. Its mean is 0 by then.
fn residual(components: &[Vec<f64>], row: &[f64]) -> Vec<f64> {
    let mut left = row.to_vec();
    for component in components {
        let along: f64 = row.iter().zip(component).map(|(value, axis)| value * axis).sum();
        left.iter_mut().zip(component).for_each(|(left, axis)| *left -= along * axis);
    }
    left
}

fn error_of(residual: &[f64]) -> f64 {
    residual.iter().map(|part| part * part).sum()
}
