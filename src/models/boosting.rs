//! Gradient boosting: trees that each correct the sum of those before them.
//!
//! Logistic loss with Newton steps (J. Friedman, T. Hastie and R. Tibshirani, "Additive Logistic Regression", Annals of
//! Statistics 28 (2000)): with the fraud probability `p` so far a row's gradient is `weight * (p - fraud)` and its
//! curvature `weight * p * (1 - p)`. Each tree sees a share of the rows (J. Friedman, "Stochastic Gradient Boosting",
//! 2002) and of the columns, and counts by the learning rate.

use linfa::ParamGuard;
use linfa::dataset::Records;
use linfa::traits::{Fit, Predict, PredictInplace};
use ndarray::Array1;
use serde::{Deserialize, Serialize};

use super::bins::{BINS_MAX, BinnedMatrix, Bins, CodeRows};
use super::check::{count_within, number_within};
use super::directions::{Directions, signs};
use super::error::{ColumnsError, FitError};
use super::labels::{Labels, Slice, check_slice};
use super::matrix::Matrix;
use super::random::{sampled_columns, sampled_rows, stream};
use super::real::{logit, long, real, sigmoid, softplus};
use super::tree::{Grown, Limits, Problem, Trees, all_rows, grow};

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
            l2: 5.0,
            row_share: 0.7,
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
        let bins = Bins::fit(&train.records, self.0.bins_max)?;
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
        let bins = Bins::fit(&train.records, self.0.bins_max)?;
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
        &self.trees.trees
    }
}

impl PredictInplace<Matrix, Array1<f64>> for Boosting {
    /// Writes log-odds.
    ///
    /// # Panics
    /// Like linfa's own, on columns or a length that do not fit; [`Boosting::log_odds`] gives an error.
    fn predict_inplace<'a>(&'a self, matrix: &'a Matrix, out: &mut Array1<f64>) {
        super::check::write_predictions(self.log_odds(matrix), out);
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

/// The trees of gradient boosting over codes, without the cuts that make these.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct BoostedTrees {
    /// The log-odds of the base rate.
    bias: f64,
    trees: Trees,
}

impl BoostedTrees {
    pub(super) fn log_odds(&self, rows: &CodeRows) -> Vec<f64> {
        self.trees.sums(rows).into_iter().map(|sum| self.bias + sum).collect()
    }

    /// What is expected before anything is known of a row.
    pub(super) fn reference(&self) -> f64 {
        self.bias + self.trees.root_sum()
    }

    /// Adds each column's part of the log-odds; with [`Self::reference`] they sum to it.
    pub(super) fn attribute(&self, codes: &[u8], out: &mut [f64]) {
        self.trees.attribute(codes, out);
    }

    /// Trees a run.
    pub(super) fn len(&self) -> usize {
        self.trees.len()
    }
}

/// Fits the runs one after another; threads share the columns of each tree.
pub(super) fn fit_trees(
    settings: &BoostingSettings,
    bins: &Bins,
    codes: &BinnedMatrix,
    labels: &Labels,
    later: Option<(&BinnedMatrix, &Labels)>,
) -> Result<BoostedTrees, FitError> {
    let directions = signs(&settings.directions, bins.names())?;
    let bias = logit(labels.base_rate());
    let mut trees = Trees::default();
    for bag in 0..settings.bags {
        let run = Run { settings, directions: &directions, codes, labels, bias, bag };
        trees.append(run.fit(later), 1.0 / real(settings.bags));
    }
    Ok(BoostedTrees { bias, trees })
}

struct Run<'a> {
    settings: &'a BoostingSettings,
    directions: &'a [i8],
    codes: &'a BinnedMatrix,
    labels: &'a Labels,
    bias: f64,
    bag: usize,
}

impl Run<'_> {
    fn fit(&self, later: Option<(&BinnedMatrix, &Labels)>) -> Trees {
        let limits = limits(self.settings);
        let mut log_odds = vec![self.bias; self.labels.len()];
        let mut watch = later.map(|(codes, labels)| Watch::new(codes, labels, self.bias));
        let mut trees = Trees::default();
        for round in 0..self.settings.rounds {
            let slopes = slopes(self.labels, &log_odds);
            let grown = self.tree(round, &slopes, &limits);
            trees.push(&grown, self.settings.learning_rate);
            self.move_on(&trees, &grown, &mut log_odds);
            if watch.as_mut().is_some_and(|watch| watch.stops(&trees, self.settings.patience)) {
                break;
            }
        }
        trees.truncate(watch.map_or(trees.len(), |watch| watch.best_trees));
        trees
    }

    fn tree(&self, round: usize, slopes: &[(f64, f64)], limits: &Limits) -> Grown {
        let mut rng = stream(self.settings.seed, self.bag * self.settings.rounds + round);
        let mut rows = sampled_rows(self.labels.len(), self.settings.row_share, &mut rng);
        if rows.is_empty() {
            rows = all_rows(self.labels.len());
        }
        let columns = sampled_columns(self.codes.width(), self.settings.column_share, &mut rng);
        let (codes, directions) = (self.codes, self.directions);
        let problem =
            Problem { codes, slopes, columns: &columns, directions, limits, parallel: true };
        grow(&problem, rows, &mut rng)
    }

    /// Adds the last tree to every row's log-odds: rows that it was grown on are sorted by leaf already.
    fn move_on(&self, trees: &Trees, grown: &Grown, log_odds: &mut [f64]) {
        let mut seen = vec![false; log_odds.len()];
        for (leaf, range) in &grown.leaves {
            let step =
                grown.values.get(*leaf).copied().unwrap_or(0.0) * self.settings.learning_rate;
            for row in grown.rows.get(range.clone()).unwrap_or(&[]) {
                if let (Some(own), Some(seen)) =
                    (log_odds.get_mut(long(*row)), seen.get_mut(long(*row)))
                {
                    *own += step;
                    *seen = true;
                }
            }
        }
        let last = trees.len().saturating_sub(1);
        for (row, (own, _)) in
            log_odds.iter_mut().zip(seen).enumerate().filter(|(_, (_, seen))| !seen)
        {
            *own += trees.value_of(last, self.codes, row);
        }
    }
}

/// The loss on a later slice while rounds go by.
struct Watch<'a> {
    codes: &'a BinnedMatrix,
    labels: &'a Labels,
    log_odds: Vec<f64>,
    best_loss: f64,
    best_trees: usize,
}

impl<'a> Watch<'a> {
    fn new(codes: &'a BinnedMatrix, labels: &'a Labels, bias: f64) -> Self {
        let log_odds = vec![bias; labels.len()];
        let best_loss = f64::INFINITY;
        Self { codes, labels, log_odds, best_loss, best_trees: 1 }
    }

    /// Takes the last tree in; whether it is time to stop.
    fn stops(&mut self, trees: &Trees, patience: usize) -> bool {
        let last = trees.len().saturating_sub(1);
        for (row, own) in self.log_odds.iter_mut().enumerate() {
            *own += trees.value_of(last, self.codes, row);
        }
        let loss = loss(self.labels, &self.log_odds);
        if loss < self.best_loss {
            (self.best_loss, self.best_trees) = (loss, trees.len());
        }
        trees.len() - self.best_trees >= patience
    }
}

/// The sum of log losses by weight.
fn loss(labels: &Labels, log_odds: &[f64]) -> f64 {
    let pairs = labels.iter().zip(log_odds);
    pairs
        .map(|((fraud, weight), own)| weight * if fraud { softplus(-own) } else { softplus(*own) })
        .sum()
}

/// Gradient and curvature of each row.
fn slopes(labels: &Labels, log_odds: &[f64]) -> Vec<(f64, f64)> {
    let pairs = labels.iter().zip(log_odds);
    pairs
        .map(|((fraud, weight), own)| {
            let probability = sigmoid(*own);
            let gradient = probability - f64::from(u8::from(fraud));
            (weight * gradient, weight * probability * (1.0 - probability))
        })
        .collect()
}

fn limits(settings: &BoostingSettings) -> Limits {
    Limits {
        leaves_max: settings.leaves_max,
        depth_max: settings.depth_max,
        leaf_rows_min: settings.leaf_rows_min,
        leaf_weight_min: settings.leaf_curvature_min,
        l2: settings.l2,
        gain_min: 1e-9,
        split_columns: None,
    }
}
