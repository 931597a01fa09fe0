//! The trees: bootstraps of rows, each grown alone.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::super::bins::{BinnedMatrix, Bins, rows_of_share};
use super::super::code_rows::CodeRows;
use super::super::directions::signs;
use super::super::error::FitError;
use super::super::labels::Labels;
use super::super::random::stream;
use super::super::real::{logit, part, real, short};
use super::super::tree::{Grown, Limits, PathTrees, Problem, Trees, grow};
use super::ForestSettings;

/// The forest over codes, without the cuts that make these.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in super::super) struct ForestTrees {
    /// The share of fraud in the training slice.
    base_rate: f64,
    smoothing: f64,
    trees: Trees,
}

/// [`ForestTrees`] for one row at a time.
#[derive(Debug, Clone)]
pub(in super::super) struct ForestPaths {
    mean: ShareMean,
    reference: f64,
    trees: PathTrees,
}

/// How the sum of the trees' shares becomes a probability.
#[derive(Debug, Clone, Copy)]
struct ShareMean {
    trees: f64,
    base_rate: f64,
    smoothing: f64,
}

impl ForestTrees {
    pub(in super::super) fn log_odds(&self, rows: &CodeRows) -> Vec<f64> {
        let mean = self.mean();
        self.trees.sums(rows).into_iter().map(|sum| mean.log_odds(sum)).collect()
    }

    /// What is expected before anything is known of a row.
    pub(in super::super) fn reference(&self) -> f64 {
        self.mean().log_odds(self.trees.root_sum())
    }

    /// It, for one row at a time.
    pub(in super::super) fn by_path(&self) -> ForestPaths {
        let (mean, reference, trees) = (self.mean(), self.reference(), self.trees.by_path());
        ForestPaths { mean, reference, trees }
    }

    pub(super) fn trees(&self) -> &Trees {
        &self.trees
    }

    fn mean(&self) -> ShareMean {
        let Self { base_rate, smoothing, trees } = self;
        ShareMean { trees: real(trees.len()), base_rate: *base_rate, smoothing: *smoothing }
    }
}

impl ForestPaths {
    pub(in super::super) fn log_odds(&self, codes: &[u8]) -> f64 {
        self.mean.log_odds(self.trees.sum(codes))
    }

    /// The log-odds; each column's part of them is written to `out`, which together with the reference sum to them.
    ///
    /// The forest is additive in probability, not in log-odds. So each column's part of the probability's change from
    /// the roots is scaled by one factor a row, the change in log-odds over the change in probability (the secant of
    /// `ln(p / (1 - p))` between the two), which keeps signs and proportions.
    pub(in super::super) fn attribute(&self, codes: &[u8], out: &mut [f64]) -> f64 {
        out.fill(0.0);
        let log_odds = self.mean.log_odds(self.trees.attribute(codes, out));
        scale(out, log_odds - self.reference);
        log_odds
    }
}

impl ShareMean {
    /// The log-odds of a sum of shares.
    fn log_odds(self, sum: f64) -> f64 {
        let Self { trees, base_rate, smoothing } = self;
        logit((sum.clamp(0.0, trees) + smoothing * base_rate) / (trees + smoothing))
    }
}

/// Brings parts of a change in probability to the change in log-odds.
fn scale(parts: &mut [f64], distance: f64) {
    let change: f64 = parts.iter().sum();
    let factor = if change.abs() > 1e-12 { distance / change } else { 0.0 };
    parts.iter_mut().for_each(|part| *part *= factor);
}

/// Grows all trees, each on a thread of its own.
pub(in super::super) fn fit_trees(
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
