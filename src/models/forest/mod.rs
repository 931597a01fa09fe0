//! The probability forest: trees grown apart from each other, whose leaves keep the share of fraud.
//!
//! L. Breiman, "Random Forests", Machine Learning 45 (2001), with the mean of leaf shares instead of votes (J. Malley et
//! al., "Probability Machines", Methods Inf. Med. 51 (2012)). Each tree is grown on a bootstrap of the rows and draws
//! columns for each split.
//!
//! The mean of the shares is drawn toward the base rate as if one more tree (`smoothing` more) had said so: without that,
//! a row that all trees call clean would have log-odds of minus infinity.

mod grove;

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

pub(super) use grove::{ForestPaths, ForestTrees, fit_trees};

/// How the probability forest learns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ForestSettings {
    /// Trees, 1 to 10,000.
    pub trees: usize,
    /// Leaves of a tree, 2 to 1,000,000.
    pub leaves_max: usize,
    /// Splits between root and leaf, 1 to 64.
    pub depth_max: usize,
    /// Distinct rows of a leaf, at least 1.
    pub leaf_rows_min: usize,
    /// Share of the columns drawn for each split, above 0 and at most 1; `None` for the square root of their number.
    pub split_column_share: Option<f64>,
    /// Rows drawn for each tree as a share of all, above 0 and at most 1; with putting back.
    pub row_share: f64,
    /// The most rows drawn for a tree, at least 1.
    pub rows_max: usize,
    /// Bins of a column, 2 to 254.
    pub bins_max: usize,
    /// Trees that say the base rate, above 0.
    pub smoothing: f64,
    /// Which way columns may move the score.
    pub directions: Directions,
    /// Of the draws of rows and columns.
    pub seed: u64,
}

impl Default for ForestSettings {
    fn default() -> Self {
        Self {
            trees: 100,
            leaves_max: 1_000_000,
            depth_max: 16,
            leaf_rows_min: 3,
            split_column_share: None,
            row_share: 1.0,
            rows_max: 200_000,
            bins_max: BINS_MAX,
            smoothing: 1.0,
            directions: Directions::new(),
            seed: 0,
        }
    }
}

impl ForestSettings {
    /// The unchecked parameters, as linfa's estimators have them.
    pub fn params(self) -> ForestParams {
        ForestParams(ValidForest(self))
    }
}

/// Unchecked parameters of the forest.
#[derive(Debug, Clone, PartialEq)]
pub struct ForestParams(ValidForest);

/// Checked parameters of the forest.
#[derive(Debug, Clone, PartialEq)]
pub struct ValidForest(ForestSettings);

impl ParamGuard for ForestParams {
    type Checked = ValidForest;
    type Error = FitError;

    fn check_ref(&self) -> Result<&ValidForest, FitError> {
        let of = &self.0.0;
        count_within("trees", of.trees, 1..=10_000)?;
        count_within("leaves_max", of.leaves_max, 2..=1_000_000)?;
        count_within("depth_max", of.depth_max, 1..=64)?;
        count_within("leaf_rows_min", of.leaf_rows_min, 1..=usize::MAX)?;
        let share = of.split_column_share.unwrap_or(1.0);
        number_within("split_column_share", share, f64::MIN_POSITIVE..=1.0)?;
        number_within("row_share", of.row_share, f64::MIN_POSITIVE..=1.0)?;
        count_within("rows_max", of.rows_max, 1..=usize::MAX)?;
        count_within("bins_max", of.bins_max, 2..=BINS_MAX)?;
        number_within("smoothing", of.smoothing, f64::MIN_POSITIVE..=f64::MAX)?;
        Ok(&self.0)
    }

    fn check(self) -> Result<ValidForest, FitError> {
        self.check_ref()?;
        Ok(self.0)
    }
}

impl ValidForest {
    /// What was checked.
    pub fn settings(&self) -> &ForestSettings {
        &self.0
    }
}

impl Fit<Matrix, Labels, FitError> for ValidForest {
    type Object = Forest;

    fn fit(&self, train: &Slice) -> Result<Forest, FitError> {
        check_slice(train, "training")?;
        let bins = Bins::fit_balanced(train, self.0.bins_max)?;
        let codes = bins.columns(&train.records)?;
        let trees = fit_trees(&self.0, &bins, &codes, &train.targets)?;
        Ok(Forest { bins, trees })
    }
}

/// A fitted forest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Forest {
    bins: Bins,
    trees: ForestTrees,
}

impl Forest {
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

impl PredictInplace<Matrix, Array1<f64>> for Forest {
    /// Writes log-odds.
    ///
    /// # Panics
    /// Like linfa's own, on columns or a length that do not fit; [`Forest::log_odds`] gives an error.
    fn predict_inplace<'a>(&'a self, matrix: &'a Matrix, out: &mut Array1<f64>) {
        write_predictions(self.log_odds(matrix), out);
    }

    fn default_target(&self, matrix: &Matrix) -> Array1<f64> {
        Array1::zeros(matrix.nsamples())
    }
}

impl Predict<&Matrix, Result<Vec<f64>, ColumnsError>> for Forest {
    fn predict(&self, matrix: &Matrix) -> Result<Vec<f64>, ColumnsError> {
        self.log_odds(matrix)
    }
}
