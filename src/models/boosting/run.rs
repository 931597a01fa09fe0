//! The rounds: trees over codes.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::super::bins::{BinnedMatrix, Bins};
use super::super::code_rows::CodeRows;
use super::super::directions::signs;
use super::super::error::FitError;
use super::super::labels::Labels;
use super::super::random::{sampled_columns, sampled_rows, stream};
use super::super::real::{logit, long, real, sigmoid, softplus};
use super::super::tree::{Columns, Grown, Limits, PathTrees, Problem, Sample, Trees, grow};
use super::super::wide_codes::WideCodes;
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

/// Fits the runs one after another; threads share the rows of each tree.
pub(in super::super) fn fit_trees(
    settings: &BoostingSettings,
    bins: &Bins,
    codes: &BinnedMatrix,
    labels: &Labels,
    later: Option<(&BinnedMatrix, &Labels)>,
) -> Result<BoostedTrees, FitError> {
    let directions = signs(&settings.directions, bins.names())?;
    let bias = logit(labels.base_rate());
    let wide = WideCodes::of(codes);
    let mut trees = Trees::default();
    for bag in 0..settings.bags {
        let (directions, wide) = (&directions, &wide);
        let run = Run { settings, directions, codes, wide, labels, bias, bag };
        trees.append(run.fit(later), 1.0 / real(settings.bags));
    }
    Ok(BoostedTrees { bias, trees })
}

struct Run<'a> {
    settings: &'a BoostingSettings,
    directions: &'a [i8],
    codes: &'a BinnedMatrix,
    wide: &'a WideCodes,
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
            trees.push(&self.tree(round, &log_odds, &limits), self.settings.learning_rate);
            add_last(&trees, self.codes, &mut log_odds);
            if watch.as_mut().is_some_and(|watch| watch.stops(&trees, self.settings.patience)) {
                break;
            }
        }
        trees.truncate(watch.map_or(trees.len(), |watch| watch.best_trees));
        trees
    }

    fn tree(&self, round: usize, log_odds: &[f64], limits: &Limits) -> Grown {
        let mut rng = stream(self.settings.seed, self.bag * self.settings.rounds + round);
        let most = real(self.settings.rows_max) / real(self.labels.len().max(1));
        let share = self.settings.row_share.min(most);
        let rows = sampled_rows(self.labels.len(), share, &mut rng);
        let columns = sampled_columns(self.codes.width(), self.settings.column_share, &mut rng);
        let (codes, directions) = (self.codes, self.directions);
        let columns = Columns::All { columns: &columns, wide: self.wide };
        let problem = Problem { codes, columns, directions, limits };
        grow(&problem, samples(self.labels, log_odds, &rows), &mut rng)
    }
}

/// Rows that a thread works on at once.
const CHUNK_ROWS: usize = 1 << 14;

/// Adds the last tree to every row's log-odds.
fn add_last(trees: &Trees, codes: &BinnedMatrix, log_odds: &mut [f64]) {
    let last = trees.len().saturating_sub(1);
    log_odds.par_chunks_mut(CHUNK_ROWS).enumerate().for_each(|(chunk, log_odds)| {
        for (row, own) in (chunk * CHUNK_ROWS..).zip(log_odds) {
            *own += trees.value_of(last, codes, row);
        }
    });
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
        add_last(trees, self.codes, &mut self.log_odds);
        let loss = loss(self.labels, &self.log_odds);
        if loss < self.best_loss {
            (self.best_loss, self.best_trees) = (loss, trees.len());
        }
        trees.len() - self.best_trees >= patience
    }
}

/// The sum of log losses by weight: of chunks, then of their sums, so that it does not depend on the number of threads.
pub(super) fn loss(labels: &Labels, log_odds: &[f64]) -> f64 {
    let rows = labels.fraud().par_chunks(CHUNK_ROWS).zip(labels.weights().par_chunks(CHUNK_ROWS));
    let of = |((fraud, weights), log_odds): ((&[bool], &[f64]), &[f64])| {
        let rows = fraud.iter().zip(weights).zip(log_odds);
        rows.map(|((fraud, weight), own)| weight * softplus(if *fraud { -own } else { *own })).sum()
    };
    let sums: Vec<f64> = rows.zip(log_odds.par_chunks(CHUNK_ROWS)).map(of).collect();
    sums.iter().sum()
}

/// The rows of a tree with gradient and curvature.
fn samples(labels: &Labels, log_odds: &[f64], rows: &[u32]) -> Vec<Sample> {
    let of = |row: &u32| {
        let at = long(*row);
        let is_fraud = labels.fraud().get(at).copied().unwrap_or(false);
        let weight = labels.weights().get(at).copied().unwrap_or(0.0);
        let probability = sigmoid(log_odds.get(at).copied().unwrap_or(0.0));
        let gradient = weight * (probability - f64::from(u8::from(is_fraud)));
        Sample { row: *row, gradient, curvature: weight * probability * (1.0 - probability) }
    };
    rows.par_iter().with_min_len(CHUNK_ROWS).map(of).collect()
}

fn limits(settings: &BoostingSettings) -> Limits {
    Limits {
        leaves_max: settings.leaves_max,
        depth_max: settings.depth_max,
        leaf_rows_min: settings.leaf_rows_min,
        leaf_weight_min: settings.leaf_curvature_min,
        l2: settings.l2,
        gain_min: 1e-9,
    }
}
