//! Gradient boosting: trees that each correct the sum of those before them.
//!
//! Logistic loss with Newton steps (J. Friedman, T. Hastie and R. Tibshirani, "Additive Logistic Regression", Annals of
//! Statistics 28 (2000)): with the fraud probability `p` so far a row's gradient is `weight * (p - fraud)` and its
//! curvature `weight * p * (1 - p)`. Each tree sees a share of the rows (J. Friedman, "Stochastic Gradient Boosting",
//! 2002) and of the columns, and counts by the learning rate.

mod run;

#[cfg(test)]
mod tests;

use linfa::ParamGuard;
use linfa::dataset::Records;
use linfa::traits::{Fit, Predict, PredictInplace};
use ndarray::Array1;
use serde::{Deserialize, Serialize};

use super::bins::{BINS_MAX, Bins};
use super::check::{count_within, number_within, write_predictions};
use super::directions::Directions;
use super::error::{ColumnsError, FitError};
use super::labels::{Labels, Slice, check_slice};
use super::matrix::Matrix;
use super::tree::Trees;

pub(super) use run::{BoostedPaths, BoostedTrees, fit_trees};

/// How gradient boosting learns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BoostingSettings {
    /// The most trees, 1 to 10,000.
    pub rounds: usize,
    /// What each tree counts, above 0 and at most 1.
    pub learning_rate: f64,
    /// Leaves of a tree, 2 to 65,536.
    pub leaves_max: usize,
    /// Splits between root and leaf, 1 to 64.
    pub depth_max: usize,
    /// Rows of a leaf, at least 1.
    pub leaf_rows_min: usize,
    /// Sum of a leaf's curvature, at least 0.
    pub leaf_curvature_min: f64,
    /// Pulls the leaves toward 0, at least 0.
    pub l2: f64,
    /// Share of the rows that each tree sees, above 0 and at most 1.
    pub row_share: f64,
    /// The most rows that each tree sees, at least 1: about so many are drawn. Trees that each see others of many rows
    /// lose little, and what a round costs does not grow with them.
    pub rows_max: usize,
    /// Share of the columns that each tree may use, above 0 and at most 1.
    pub column_share: f64,
    /// Bins of a column, 2 to 254.
    pub bins_max: usize,
    /// Independent runs whose mean (of log-odds) is taken, 1 to 100.
    pub bags: usize,
    /// Rounds without a lower loss on the later slice after which it stops; only where one is given.
    pub patience: usize,
    /// Which way columns may move the score.
    pub directions: Directions,
    /// Of the draws of rows and columns.
    pub seed: u64,
}

impl Default for BoostingSettings {
    fn default() -> Self {
        Self {
            rounds: 200,
            learning_rate: 0.05,
            leaves_max: 16,
            depth_max: 6,
            leaf_rows_min: 20,
            leaf_curvature_min: 1.0,
            l2: 1.0,
            row_share: 0.7,
            rows_max: 250_000,
            column_share: 0.7,
            bins_max: BINS_MAX,
            bags: 1,
            patience: 30,
            directions: Directions::new(),
            seed: 0,
        }
    }
}

impl BoostingSettings {
    /// The unchecked parameters, as linfa's estimators have them.
    pub fn params(self) -> BoostingParams {
        BoostingParams(ValidBoosting(self))
    }
}

/// Unchecked parameters of gradient boosting.
#[derive(Debug, Clone, PartialEq)]
pub struct BoostingParams(ValidBoosting);

/// Checked parameters of gradient boosting.
#[derive(Debug, Clone, PartialEq)]
pub struct ValidBoosting(BoostingSettings);

impl ParamGuard for BoostingParams {
    type Checked = ValidBoosting;
    type Error = FitError;

    fn check_ref(&self) -> Result<&ValidBoosting, FitError> {
        let of = &self.0.0;
        count_within("rounds", of.rounds, 1..=10_000)?;
        number_within("learning_rate", of.learning_rate, f64::MIN_POSITIVE..=1.0)?;
        count_within("leaves_max", of.leaves_max, 2..=65_536)?;
        count_within("depth_max", of.depth_max, 1..=64)?;
        count_within("leaf_rows_min", of.leaf_rows_min, 1..=usize::MAX)?;
        number_within("leaf_curvature_min", of.leaf_curvature_min, 0.0..=f64::MAX)?;
        number_within("l2", of.l2, 0.0..=f64::MAX)?;
        number_within("row_share", of.row_share, f64::MIN_POSITIVE..=1.0)?;
        count_within("rows_max", of.rows_max, 1..=usize::MAX)?;
        number_within("column_share", of.column_share, f64::MIN_POSITIVE..=1.0)?;
        count_within("bins_max", of.bins_max, 2..=BINS_MAX)?;
        count_within("bags", of.bags, 1..=100)?;
        count_within("patience", of.patience, 1..=usize::MAX)?;
        Ok(&self.0)
    }

    fn check(self) -> Result<ValidBoosting, FitError> {
        self.check_ref()?;
        Ok(self.0)
    }
}

impl ValidBoosting {
    /// Fits on a slice and stops when the log loss on a later one has not fallen for `patience` rounds; the trees behind
    /// the best round are dropped.
    ///
    /// # Errors
    /// Slices without rows, without frauds, or of different columns.
    pub fn fit_until(&self, train: &Slice, later: &Slice) -> Result<Boosting, FitError> {
        check_slice(train, "training")?;
        check_slice(later, "later")?;
        let bins = Bins::fit_balanced(train, self.0.bins_max)?;
        let (codes, watched) = (bins.columns(&train.records)?, bins.columns(&later.records)?);
        let trees =
            fit_trees(&self.0, &bins, &codes, &train.targets, Some((&watched, &later.targets)))?;
        Ok(Boosting { bins, trees })
    }
}

impl ValidBoosting {
    /// What was checked.
    pub fn settings(&self) -> &BoostingSettings {
        &self.0
    }
}

impl Fit<Matrix, Labels, FitError> for ValidBoosting {
    type Object = Boosting;

    /// Fits all rounds.
    fn fit(&self, train: &Slice) -> Result<Boosting, FitError> {
        check_slice(train, "training")?;
        let bins = Bins::fit_balanced(train, self.0.bins_max)?;
        let codes = bins.columns(&train.records)?;
        let trees = fit_trees(&self.0, &bins, &codes, &train.targets, None)?;
        Ok(Boosting { bins, trees })
    }
}

/// Fitted gradient boosting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Boosting {
    bins: Bins,
    trees: BoostedTrees,
}

impl Boosting {
    /// The log-odds of fraud of each row.
    ///
    /// # Errors
    /// Other columns than it was fitted on.
    pub fn log_odds(&self, matrix: &Matrix) -> Result<Vec<f64>, ColumnsError> {
        Ok(self.trees.log_odds(&self.bins.rows(matrix)?))
    }

    /// Its trees.
    pub fn trees(&self) -> &Trees {
        self.trees.trees()
    }
}

impl PredictInplace<Matrix, Array1<f64>> for Boosting {
    /// Writes log-odds.
    ///
    /// # Panics
    /// Like linfa's own, on columns or a length that do not fit; [`Boosting::log_odds`] gives an error.
    fn predict_inplace<'a>(&'a self, matrix: &'a Matrix, out: &mut Array1<f64>) {
        write_predictions(self.log_odds(matrix), out);
    }

    fn default_target(&self, matrix: &Matrix) -> Array1<f64> {
        Array1::zeros(matrix.nsamples())
    }
}

impl Predict<&Matrix, Result<Vec<f64>, ColumnsError>> for Boosting {
    fn predict(&self, matrix: &Matrix) -> Result<Vec<f64>, ColumnsError> {
        self.log_odds(matrix)
    }
}
