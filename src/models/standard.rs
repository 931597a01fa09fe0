//! Columns brought to mean 0 and deviation 1.

use ndarray::Array2;
use serde::{Deserialize, Serialize};

use super::labels::Slice;
use super::matrix::{ColumnView, Matrix};

/// Standardised values are clamped here: one extreme value must not outweigh everything else.
const DEVIATIONS_MAX: f64 = 10.0;

/// Mean and deviation of each column by weight, over its known values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Standard {
    columns: Vec<StandardColumn>,
}

/// An unknown value becomes the mean, which is 0 here; so does every value of a column that never varies.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct StandardColumn {
    mean: f64,
    /// One over the deviation, 0 where there is none.
    scale: f64,
    /// The share of unknown values.
    unknown: f64,
}

impl Standard {
    pub(super) fn fit(slice: &Slice) -> Self {
        let weights = slice.targets.weights();
        Self { columns: slice.records.columns().map(|view| column(view, weights)).collect() }
    }

    /// The shares of unknown values.
    pub(super) fn unknown_shares(&self) -> impl Iterator<Item = f64> + '_ {
        self.columns.iter().map(|column| column.unknown)
    }

    /// The standardised values of one column.
    pub(super) fn values<'a>(
        &self,
        index: usize,
        view: ColumnView<'a>,
    ) -> impl Iterator<Item = f64> + use<'a> {
        let column = self.columns.get(index).copied();
        let of = move |value: f64| column.map_or(0.0, |column| column.of(value));
        (0..view.values.len())
            .zip(view.values)
            .map(move |(row, value)| if view.is_unknown(row) { 0.0 } else { of(*value) })
    }

    /// The standardised values of some rows of a matrix, row by row.
    pub(super) fn array(&self, matrix: &Matrix, rows: &[usize]) -> Array2<f64> {
        let mut out = Array2::zeros((rows.len(), self.columns.len()));
        for ((view, column), mut to) in matrix.columns().zip(&self.columns).zip(out.columns_mut()) {
            for (to, row) in to.iter_mut().zip(rows) {
                if !view.is_unknown(*row) {
                    *to = view.values.get(*row).map_or(0.0, |value| column.of(*value));
                }
            }
        }
        out
    }
}

impl StandardColumn {
    fn of(&self, value: f64) -> f64 {
        ((value - self.mean) * self.scale).clamp(-DEVIATIONS_MAX, DEVIATIONS_MAX)
    }
}

fn column(view: ColumnView<'_>, weights: &[f64]) -> StandardColumn {
    let all: f64 = weights.iter().sum();
    let known = || view.iter().zip(weights).filter_map(|(value, weight)| Some((value?, *weight)));
    let total: f64 = known().map(|(_, weight)| weight).sum();
    if total <= 0.0 {
        return StandardColumn { mean: 0.0, scale: 0.0, unknown: 1.0 };
    }
    // Weights over their sum first: values near the largest float must not overflow.
    let mean: f64 = known().map(|(value, weight)| value * (weight / total)).sum();
    let deviation = known()
        .map(|(value, weight)| (value - mean).powi(2) * (weight / total))
        .sum::<f64>()
        .sqrt();
    let varies = deviation.is_finite() && deviation > 1e-12 * mean.abs().max(1e-30);
    let scale = if varies { 1.0 / deviation } else { 0.0 };
    StandardColumn { mean, scale, unknown: (1.0 - total / all).max(0.0) }
}
