//! The rounds: trees over codes.

use serde::{Deserialize, Serialize};

use super::super::bins::{BinnedMatrix, Bins};
use super::super::code_rows::CodeRows;
use super::super::directions::signs;
use super::super::error::FitError;
use super::super::labels::Labels;
use super::super::random::{sampled_columns, sampled_rows, stream};
use super::super::real::{logit, long, real, sigmoid, softplus};
use super::super::tree::{Grown, Limits, PathTrees, Problem, Trees, all_rows, grow};
use super::BoostingSettings;

/// The trees of gradient boosting over codes, without the cuts that make these.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in super::super) struct BoostedTrees {
    /// The log-odds of the base rate.
    bias: f64,
    trees: Trees,
}

impl BoostedTrees {
    pub(in super::super) fn log_odds(&self, rows: &CodeRows) -> Vec<f64> {
        self.trees.sums(rows).into_iter().map(|sum| self.bias + sum).collect()
    }

    /// What is expected before anything is known of a row.
    pub(in super::super) fn reference(&self) -> f64 {
        self.bias + self.trees.root_sum()
    }

    /// The trees of all runs.
    pub(in super::super) fn trees(&self) -> &Trees {
        &self.trees
    }

    /// It, for one row at a time.
    pub(in super::super) fn by_path(&self) -> BoostedPaths {
        BoostedPaths { bias: self.bias, trees: self.trees.by_path() }
    }
}

/// [`BoostedTrees`] for one row at a time.
#[derive(Debug, Clone)]
pub(in super::super) struct BoostedPaths {
    bias: f64,
    trees: PathTrees,
}

impl BoostedPaths {
    pub(in super::super) fn log_odds(&self, codes: &[u8]) -> f64 {
        self.bias + self.trees.sum(codes)
    }

    /// The log-odds; each column's part of them is written to `out`, which together with [`BoostedTrees::reference`] sum to
    /// them.
    pub(in super::super) fn attribute(&self, codes: &[u8], out: &mut [f64]) -> f64 {
        out.fill(0.0);
        self.bias + self.trees.attribute(codes, out)
    }
}

/// Fits the runs one after another; threads share the columns of each tree.
pub(in super::super) fn fit_trees(
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
pub(super) fn loss(labels: &Labels, log_odds: &[f64]) -> f64 {
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
