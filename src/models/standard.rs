//! Columns brought to mean 0 and deviation 1.

use ndarray::Array2;
use serde::{Deserialize, Serialize};

use super::labels::Slice;
use super::matrix::{ColumnView, Matrix};

/// Deviations that are always allowed. Beyond these, values are held to the range of the training slice: a value more
/// extreme than any that was learned from must not outweigh everything else. A fixed bound would do harm: the values of
/// a column that is rarely anything but 0 lie far out, and are what tells.
const DEVIATIONS_FREE: f64 = 10.0;

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
    /// The lowest and the highest standardised value that is let through.
    low: f64,
    high: f64,
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

    /// The standardised value of one column in a row.
    pub(super) fn value(&self, index: usize, value: Option<f64>) -> f64 {
        match (self.columns.get(index), value) {
            (Some(column), Some(value)) => column.of(value),
            (_, _) => 0.0,
        }
    }

    /// The standardised values of one row.
    pub(super) fn row(&self, row: &[Option<f64>]) -> Vec<f64> {
        row.iter().enumerate().map(|(index, value)| self.value(index, *value)).collect()
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
        ((value - self.mean) * self.scale).clamp(self.low, self.high)
    }
}

fn column(view: ColumnView<'_>, weights: &[f64]) -> StandardColumn {
    let all: f64 = weights.iter().sum();
    let known = || view.iter().zip(weights).filter_map(|(value, weight)| Some((value?, *weight)));
    let total: f64 = known().map(|(_, weight)| weight).sum();
    let (low, high) = (-DEVIATIONS_FREE, DEVIATIONS_FREE);
    if total <= 0.0 {
        return StandardColumn { mean: 0.0, scale: 0.0, low, high, unknown: 1.0 };
    }
    // Weights over their sum first: values near the largest float must not overflow.
    let mean: f64 = known().map(|(value, weight)| value * (weight / total)).sum();
    let deviation = known()
        .map(|(value, weight)| (value - mean).powi(2) * (weight / total))
        .sum::<f64>()
        .sqrt();
    let varies = deviation.is_finite() && deviation > 1e-12 * mean.abs().max(1e-30);
    let scale = if varies { 1.0 / deviation } else { 0.0 };
    let counted = known().filter(|(_, weight)| *weight > 0.0);
    let scaled = counted.map(|(value, _)| (value - mean) * scale);
    let (low, high) =
        scaled.fold((low, high), |(low, high), value| (low.min(value), high.max(value)));
    StandardColumn { mean, scale, low, high, unknown: (1.0 - total / all).max(0.0) }
}

#[cfg(test)]
mod tests {
    use super::super::labels::{Labels, slice};
    use super::super::matrix::{Column, Matrix};
    use super::Standard;

    /// A column that is 0 in 999 of 1,000 rows.
    fn rare(other: f64) -> Matrix {
        let value = |row| if row == 7 { other } else { 0.0 };
        Matrix::new(1_000, vec![Column::known("a", (0..1_000).map(value).collect())]).unwrap()
    }

    #[test]
    fn values_within_the_training_range_are_kept_and_beyond_it_held() {
        let standard = Standard::fit(&slice(rare(1.0), Labels::new(vec![false; 1_000])).unwrap());
        let at = |value: f64| {
            let matrix = rare(value);
            let view = matrix.columns().next().unwrap();
            standard.values(0, view).nth(7).unwrap()
        };
        assert!(at(1.0) > 30.0 && at(0.5) > 10.0 && at(0.5) < at(1.0));
        assert!((at(2.0) - at(1.0)).abs() < 1e-12 && (at(1e300) - at(1.0)).abs() < 1e-12);
        assert!((at(-1e300) + 10.0).abs() < 1e-12, "ten deviations are always allowed");
    }
}
