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
use super::super::tree::{Columns, Grown, Limits, PathTrees, Problem, Sample, Trees, grow};
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
    let every: Vec<usize> = (0..codes.width()).collect();
    let count = match settings.split_column_share {
        Some(share) => part(every.len(), share),
        None => every.len().isqrt(),
    };
    let columns = Columns::Drawn { columns: &every, count: count.max(1) };
    let (directions, limits) = (directions.as_slice(), &limits(settings));
    let tree = |index: usize| {
        let mut rng = stream(settings.seed, index);
        let samples = bootstrap(settings, labels, &mut rng);
        grow(&Problem { codes, columns, directions, limits }, samples, &mut rng)
    };
    let grown: Vec<Grown> = (0..settings.trees).into_par_iter().map(tree).collect();
    let mut trees = Trees::default();
    grown.iter().for_each(|grown| trees.push(grown, 1.0));
    Ok(ForestTrees { base_rate: labels.base_rate(), smoothing: settings.smoothing, trees })
}

/// Draws rows with putting back: the distinct ones ascending, each counted as often as it was drawn.
fn bootstrap(settings: &ForestSettings, labels: &Labels, rng: &mut ChaCha8Rng) -> Vec<Sample> {
    let rows = labels.len();
    let drawn = rows_of_share(rows, settings.row_share).min(settings.rows_max);
    let mut times = vec![0_u32; rows];
    for _ in 0..drawn {
        let row = rng.random_range(0..rows);
        times.iter_mut().skip(row).take(1).for_each(|times| *times += 1);
    }
    let counted = labels.iter().zip(&times).enumerate();
    let samples = counted.filter(|(_, ((_, weight), times))| **times > 0 && *weight > 0.0);
    let sample = |(row, ((fraud, weight), times)): (usize, ((bool, f64), &u32))| {
        let weight = weight * f64::from(*times);
        let gradient = if fraud { -weight } else { 0.0 };
        Sample { row: short(row), gradient, curvature: weight }
    };
    samples.map(sample).collect()
}

fn limits(settings: &ForestSettings) -> Limits {
    Limits {
        leaves_max: settings.leaves_max,
        depth_max: settings.depth_max,
        leaf_rows_min: settings.leaf_rows_min,
        leaf_weight_min: f64::MIN_POSITIVE,
        l2: 0.0,
        gain_min: 1e-12,
    }
}
