//! The probability forest: trees grown apart from each other, whose leaves keep the share of fraud.
//!
//! L. Breiman, "Random Forests", Machine Learning 45 (2001), with the mean of leaf shares instead of votes (J. Malley et
//! al., "Probability Machines", Methods Inf. Med. 51 (2012)). Each tree is grown on a bootstrap of the rows and draws
//! columns for each split.
//!
//! The mean of the shares is drawn toward the base rate as if one more tree (`smoothing` more) had said so: without that,
//! a row that all trees call clean would have log-odds of minus infinity.

use linfa::ParamGuard;
use linfa::dataset::Records;
use linfa::traits::{Fit, Predict, PredictInplace};
use ndarray::Array1;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::bins::{BINS_MAX, BinnedMatrix, Bins, CodeRows, rows_of_share};
use super::check::{count_within, number_within};
use super::directions::{Directions, signs};
use super::error::{ColumnsError, FitError};
use super::labels::{Labels, Slice, check_slice};
use super::matrix::Matrix;
use super::random::stream;
use super::real::{logit, part, real, short};
use super::tree::{Grown, Limits, Problem, Trees, grow};

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
        let bins = Bins::fit(&train.records, self.0.bins_max)?;
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
        &self.trees.trees
    }
}

impl PredictInplace<Matrix, Array1<f64>> for Forest {
    /// Writes log-odds.
    ///
    /// # Panics
    /// Like linfa's own, on columns or a length that do not fit; [`Forest::log_odds`] gives an error.
    fn predict_inplace<'a>(&'a self, matrix: &'a Matrix, out: &mut Array1<f64>) {
        super::check::write_predictions(self.log_odds(matrix), out);
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

/// The forest over codes, without the cuts that make these.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct ForestTrees {
    /// The share of fraud in the training slice.
    base_rate: f64,
    smoothing: f64,
    trees: Trees,
}

impl ForestTrees {
    pub(super) fn log_odds(&self, rows: &CodeRows) -> Vec<f64> {
        self.trees.sums(rows).into_iter().map(|sum| logit(self.probability(sum))).collect()
    }

    /// What is expected before anything is known of a row.
    pub(super) fn reference(&self) -> f64 {
        logit(self.probability(self.trees.root_sum()))
    }

    /// Adds each column's part of the log-odds; with [`Self::reference`] they sum to it.
    ///
    /// The forest is additive in probability, not in log-odds. So each column's part of the probability's change from
    /// the roots is scaled by one factor a row, the change in log-odds over the change in probability (the secant of
    /// `ln(p / (1 - p))` between the two), which keeps signs and proportions.
    pub(super) fn attribute(&self, codes: &[u8], log_odds: f64, out: &mut [f64]) {
        let mut parts = vec![0.0; out.len()];
        self.trees.attribute(codes, &mut parts);
        let change: f64 = parts.iter().sum();
        let distance = log_odds - self.reference();
        let factor = if change.abs() > 1e-12 { distance / change } else { 0.0 };
        out.iter_mut().zip(&parts).for_each(|(own, part)| *own += part * factor);
    }

    /// The probability of a sum of shares.
    fn probability(&self, sum: f64) -> f64 {
        let trees = real(self.trees.len());
        (sum.clamp(0.0, trees) + self.smoothing * self.base_rate) / (trees + self.smoothing)
    }
}

/// Grows all trees, each on a thread of its own.
pub(super) fn fit_trees(
    settings: &ForestSettings,
    bins: &Bins,
    codes: &BinnedMatrix,
    labels: &Labels,
) -> Result<ForestTrees, FitError> {
    let directions = signs(&settings.directions, bins.names())?;
    let columns: Vec<usize> = (0..codes.width()).collect();
    let limits = limits(settings, columns.len());
    let tree = |index: usize| {
        let mut rng = stream(settings.seed, index);
        let (rows, slopes) = bootstrap(settings, labels, &mut rng);
        let (slopes, directions, columns) = (slopes.as_slice(), &directions, &columns);
        let limits = &limits;
        grow(
            &Problem { codes, slopes, columns, directions, limits, parallel: false },
            rows,
            &mut rng,
        )
    };
    let grown: Vec<Grown> = (0..settings.trees).into_par_iter().map(tree).collect();
    let mut trees = Trees::default();
    grown.iter().for_each(|grown| trees.push(grown, 1.0));
    Ok(ForestTrees { base_rate: labels.base_rate(), smoothing: settings.smoothing, trees })
}

/// Draws rows with putting back: the distinct ones ascending, and the slopes that count each as often as it was drawn.
fn bootstrap(
    settings: &ForestSettings,
    labels: &Labels,
    rng: &mut ChaCha8Rng,
) -> (Vec<u32>, Vec<(f64, f64)>) {
    let rows = labels.len();
    let drawn = rows_of_share(rows, settings.row_share).min(settings.rows_max);
    let mut times = vec![0_u32; rows];
    for _ in 0..drawn {
        let row = rng.random_range(0..rows);
        times.iter_mut().skip(row).take(1).for_each(|times| *times += 1);
    }
    let slopes = labels.iter().zip(&times).map(|((fraud, weight), times)| {
        let weight = weight * f64::from(*times);
        (if fraud { -weight } else { 0.0 }, weight)
    });
    let slopes: Vec<(f64, f64)> = slopes.collect();
    let counted = slopes.iter().enumerate().filter(|(_, (_, weight))| *weight > 0.0);
    (counted.map(|(row, _)| short(row)).collect(), slopes)
}

fn limits(settings: &ForestSettings, columns: usize) -> Limits {
    let drawn = match settings.split_column_share {
        Some(share) => part(columns, share),
        None => columns.isqrt(),
    };
    Limits {
        leaves_max: settings.leaves_max,
        depth_max: settings.depth_max,
        leaf_rows_min: settings.leaf_rows_min,
        leaf_weight_min: f64::MIN_POSITIVE,
        l2: 0.0,
        gain_min: 1e-12,
        split_columns: Some(drawn.max(1)),
    }
}
