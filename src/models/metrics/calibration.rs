//! Whether probabilities are what they say.

use super::super::error::MatrixError;
use super::super::labels::Labels;
use super::super::real::{part, real};
use super::ranking::check;

/// Rows of similar probability: what was said and what came.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CalibrationBin {
    /// The lowest probability in it.
    pub low: f64,
    /// The highest probability in it.
    pub high: f64,
    /// Rows that count.
    pub rows: usize,
    /// Their weight.
    pub weight: f64,
    /// The mean probability by weight.
    pub predicted: f64,
    /// The share of fraud by weight.
    pub observed: f64,
}

/// The mean squared distance between probability and outcome (G. Brier, 1950). `None` when nothing counts.
///
/// # Errors
/// Another number of probabilities than labels, one that is not finite.
pub fn brier(probabilities: &[f64], labels: &Labels) -> Result<Option<f64>, MatrixError> {
    mean(probabilities, labels, |probability, fraud| {
        (probability - f64::from(u8::from(fraud))).powi(2)
    })
}

/// The mean of `-ln` of the probability given to what came. Probabilities are kept `1e-15` from 0 and 1. `None` when
/// nothing counts.
///
/// # Errors
/// Another number of probabilities than labels, one that is not finite.
pub fn log_loss(probabilities: &[f64], labels: &Labels) -> Result<Option<f64>, MatrixError> {
    mean(probabilities, labels, |probability, fraud| {
        let probability = probability.clamp(1e-15, 1.0 - 1e-15);
        -if fraud { probability.ln() } else { (-probability).ln_1p() }
    })
}

fn mean(
    probabilities: &[f64],
    labels: &Labels,
    loss: impl Fn(f64, bool) -> f64,
) -> Result<Option<f64>, MatrixError> {
    check(probabilities, labels)?;
    let total: f64 = labels.weights().iter().sum();
    let pairs = probabilities.iter().zip(labels.iter());
    let sum: f64 = pairs.map(|(own, (fraud, weight))| weight * loss(*own, fraud)).sum();
    Ok((total > 0.0).then(|| sum / total))
}

/// A table of `bins` bins of about equal rows, by rising probability (deciles with 10).
///
/// # Errors
/// Another number of probabilities than labels, one that is not finite.
pub fn calibration_by_quantile(
    probabilities: &[f64],
    labels: &Labels,
    bins: usize,
) -> Result<Vec<CalibrationBin>, MatrixError> {
    let rows = sorted(probabilities, labels)?;
    let end = |bin: usize| part(rows.len(), real(bin) / real(bins.max(1)));
    let ranges = (0..bins).map(|bin| end(bin)..end(bin + 1));
    Ok(ranges.filter_map(|range| bin_of(rows.get(range)?)).collect())
}

/// A table of `bins` bins of equal width between 0 and 1, by rising probability; empty ones are left out.
///
/// # Errors
/// Another number of probabilities than labels, one that is not finite.
pub fn calibration_by_width(
    probabilities: &[f64],
    labels: &Labels,
    bins: usize,
) -> Result<Vec<CalibrationBin>, MatrixError> {
    let rows = sorted(probabilities, labels)?;
    let below = |bin: usize| {
        let edge = real(bin) / real(bins.max(1));
        rows.partition_point(|row| row.0 < edge)
    };
    let end = |bin: usize| if bin >= bins { rows.len() } else { below(bin) };
    let start = |bin: usize| if bin == 0 { 0 } else { below(bin) };
    let ranges = (0..bins).map(|bin| start(bin)..end(bin + 1));
    Ok(ranges.filter_map(|range| bin_of(rows.get(range)?)).collect())
}

/// The expected calibration error: the mean over a table's weight of the distance between predicted and observed
/// (M. Naeini, G. Cooper and M. Hauskrecht, AAAI (2015)). `None` of an empty table.
pub fn calibration_error(table: &[CalibrationBin]) -> Option<f64> {
    let total: f64 = table.iter().map(|bin| bin.weight).sum();
    let sum: f64 = table.iter().map(|bin| bin.weight * (bin.predicted - bin.observed).abs()).sum();
    (total > 0.0).then(|| sum / total)
}

type Row = (f64, bool, f64);

fn sorted(probabilities: &[f64], labels: &Labels) -> Result<Vec<Row>, MatrixError> {
    check(probabilities, labels)?;
    let rows = probabilities.iter().zip(labels.iter());
    let mut rows: Vec<Row> = rows
        .filter(|(_, (_, weight))| *weight > 0.0)
        .map(|(probability, (fraud, weight))| (*probability, fraud, weight))
        .collect();
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    Ok(rows)
}

fn bin_of(rows: &[Row]) -> Option<CalibrationBin> {
    let (low, high) = (rows.first()?.0, rows.last()?.0);
    let weight: f64 = rows.iter().map(|row| row.2).sum();
    let predicted = rows.iter().map(|row| row.0 * row.2).sum::<f64>() / weight;
    let observed = rows.iter().filter(|row| row.1).map(|row| row.2).sum::<f64>() / weight;
    Some(CalibrationBin { low, high, rows: rows.len(), weight, predicted, observed })
}
