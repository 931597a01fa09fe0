//! Weights of parts: by rule or learned, none below 0.

use ndarray::Array2;

use super::super::error::FitError;
use super::super::labels::{Labels, check_counts};
use super::super::logistic;
use super::super::real::real;
use super::super::resample::resampled;
use super::{PartKind, Stack};

/// What each part says of each row.
pub(super) type Outputs = [(PartKind, Vec<f64>)];

/// A way to weigh parts.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Combination {
    /// The mean of these parts.
    Mean(Vec<PartKind>),
    /// Weights from a logistic regression.
    Learned,
}

impl Combination {
    /// All ways that are tried, the plainest first: the mean of the trees, the parts alone, all weighed.
    pub(super) fn all(outputs: &Outputs) -> Vec<Self> {
        let kinds: Vec<PartKind> = outputs.iter().map(|(kind, _)| *kind).collect();
        let trees: Vec<PartKind> = kinds
            .iter()
            .copied()
            .filter(|kind| matches!(kind, PartKind::Boosting | PartKind::Forest))
            .collect();
        let mut all = Vec::new();
        if trees.len() > 1 {
            all.push(Self::Mean(trees));
        }
        all.extend(kinds.iter().map(|kind| Self::Mean(vec![*kind])));
        if kinds.len() > 1 {
            all.push(Self::Learned);
        }
        all
    }

    pub(super) fn name(&self) -> String {
        match self {
            Self::Mean(kinds) => {
                kinds.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(" + ")
            }
            Self::Learned => "learned weights".to_owned(),
        }
    }

    /// The weights by this way.
    pub(super) fn fit(
        &self,
        outputs: &Outputs,
        labels: &Labels,
        l2: f64,
        seed: u64,
    ) -> Result<Stack, FitError> {
        match self {
            Self::Mean(kinds) => {
                let weight = 1.0 / real(kinds.len().max(1));
                let weights = kinds.iter().map(|kind| (*kind, weight)).collect();
                Ok(Stack { intercept: 0.0, weights })
            }
            Self::Learned => learned(outputs, labels, l2, seed),
        }
    }
}

impl Stack {
    /// The combined log-odds of each row.
    pub(super) fn apply(&self, outputs: &Outputs, rows: usize) -> Vec<f64> {
        let mut out = vec![self.intercept; rows];
        for (kind, weight) in &self.weights {
            for (_, values) in outputs.iter().filter(|(own, _)| own == kind) {
                out.iter_mut().zip(values).for_each(|(own, value)| *own += weight * value);
            }
        }
        out
    }
}

/// The most rows that weights are learned from.
const ROWS_MAX: usize = 200_000;

/// Weights by linfa's logistic regression on the standardised outputs. A part of negative weight would be believed to
/// lie: the one farthest below 0 is dropped and the rest weighed again.
fn learned(outputs: &Outputs, labels: &Labels, l2: f64, seed: u64) -> Result<Stack, FitError> {
    check_counts(labels, "later")?;
    let rows = resampled(labels, ROWS_MAX, seed);
    let fraud = labels.select(&rows).fraud().to_vec();
    let mut columns: Vec<Scaled> =
        outputs.iter().map(|(kind, values)| Scaled::of(*kind, values, &rows)).collect();
    columns.retain(|column| column.deviation > 1e-9);
    loop {
        let x = Array2::from_shape_fn((rows.len(), columns.len()), |(row, column)| {
            columns.get(column).and_then(|column| column.values.get(row)).copied().unwrap_or(0.0)
        });
        if columns.is_empty() {
            return Ok(Stack {
                intercept: super::super::real::logit(labels.base_rate()),
                weights: Vec::new(),
            });
        }
        let fitted = logistic::fit(x, fraud.clone(), l2, 200)?;
        let worst = fitted.coefficients.iter().enumerate().min_by(|a, b| a.1.total_cmp(b.1));
        match worst {
            Some((place, weight)) if *weight <= 0.0 => {
                columns.remove(place);
            }
            _ => return Ok(unscaled(&columns, &fitted)),
        }
    }
}

/// A part's outputs brought to mean 0 and deviation 1.
struct Scaled {
    kind: PartKind,
    mean: f64,
    deviation: f64,
    values: Vec<f64>,
}

impl Scaled {
    fn of(kind: PartKind, outputs: &[f64], rows: &[usize]) -> Self {
        let chosen: Vec<f64> = rows.iter().filter_map(|row| outputs.get(*row).copied()).collect();
        let count = real(chosen.len().max(1));
        let mean = chosen.iter().sum::<f64>() / count;
        let variance = chosen.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count;
        let deviation = variance.sqrt();
        let values =
            chosen.iter().map(|value| (value - mean) / deviation.max(f64::MIN_POSITIVE)).collect();
        Self { kind, mean, deviation, values }
    }
}

/// The same weights for outputs as they are.
fn unscaled(columns: &[Scaled], fitted: &logistic::LogisticFit) -> Stack {
    let mut intercept = fitted.intercept;
    let mut weights = Vec::new();
    for (column, coefficient) in columns.iter().zip(&fitted.coefficients) {
        let weight = coefficient / column.deviation;
        intercept -= weight * column.mean;
        weights.push((column.kind, weight));
    }
    Stack { intercept, weights }
}
