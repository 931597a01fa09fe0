//! A rising line of many pieces.

use linfa::DatasetBase;
use linfa::traits::{Fit, Predict};
use linfa_linear::IsotonicRegression;
use ndarray::{Array1, Array2};
use serde::{Deserialize, Serialize};

use super::super::error::FitError;
use super::super::labels::Labels;
use super::super::real::{logit, part, real};
use super::Platt;

/// Isotonic regression in log-odds, with a little of Platt's line in it so that no two scores become one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Isotonic {
    /// Ascending.
    from: Vec<f64>,
    /// Ascending, one for each of `from`.
    to: Vec<f64>,
    /// Beyond the first and the last knot.
    slope: f64,
}

/// The part of Platt's line in isotonic calibration.
const PLATT_SHARE: f64 = 0.05;

/// Knots by quantiles of all rows, and as many again by quantiles of frauds.
const KNOTS: usize = 40;

impl Isotonic {
    /// Fits linfa's isotonic regression and reads it off at quantiles. `None` where it finds no rising function.
    ///
    /// linfa 0.8.1 takes a block's place from unsorted rows (`fit` slices `X` where it should go through the sorted
    /// indices), so rows are sorted, and equal ones made one, before it sees them. It puts a block at its highest row;
    /// the mean with the same fit on mirrored rows, which puts it at the lowest, has no such lean. And it fits a falling
    /// function where the correlation is negative: that is refused.
    ///
    /// # Errors
    /// linfa's.
    pub fn fit(log_odds: &[f64], labels: &Labels) -> Result<Option<Self>, FitError> {
        let platt = Platt::fit(log_odds, labels);
        let points = pooled(log_odds, labels);
        if points.len() < 3 || platt.slope <= 0.0 {
            return Ok(None);
        }
        let from = knots(&points);
        let mirrored: Vec<Point> = points.iter().rev().map(Point::mirrored).collect();
        let turned: Vec<f64> = from.iter().map(|at| -at).collect();
        let (high, low) = (regression(&points, &from)?, regression(&mirrored, &turned)?);
        let least = 0.5 / (points.iter().map(|point| point.weight).sum::<f64>() + 1.0);
        let to = from.iter().zip(high.iter().zip(&low)).map(|(at, (high, low))| {
            let probability = f64::midpoint(*high, 1.0 - low).clamp(least, 1.0 - least);
            (1.0 - PLATT_SHARE) * logit(probability) + PLATT_SHARE * platt.apply(*at)
        });
        let to: Vec<f64> = to.collect();
        let rises = to.windows(2).all(|pair| matches!(pair, [a, b] if a < b));
        Ok(rises.then_some(Self { from, to, slope: PLATT_SHARE * platt.slope }))
    }

    pub(super) fn apply(&self, log_odds: f64) -> f64 {
        let above = self.from.partition_point(|knot| *knot < log_odds);
        let at = |index: usize| Some((*self.from.get(index)?, *self.to.get(index)?));
        match (above.checked_sub(1).and_then(at), at(above)) {
            (Some((low, from)), Some((high, to))) => {
                from + (to - from) * ((log_odds - low) / (high - low))
            }
            (None, Some((end, to))) | (Some((end, to)), None) => to + self.slope * (log_odds - end),
            (None, None) => log_odds,
        }
    }
}

/// All rows of one score.
#[derive(Debug, Clone, Copy)]
struct Point {
    log_odds: f64,
    fraud: f64,
    weight: f64,
}

impl Point {
    fn mirrored(&self) -> Self {
        Self { log_odds: -self.log_odds, fraud: self.weight - self.fraud, weight: self.weight }
    }
}

/// One point a score, ascending.
fn pooled(log_odds: &[f64], labels: &Labels) -> Vec<Point> {
    let rows = log_odds.iter().zip(labels.iter()).filter(|(_, (_, weight))| *weight > 0.0);
    let mut points: Vec<Point> = rows
        .map(|(log_odds, (fraud, weight))| {
            let fraud = if fraud { weight } else { 0.0 };
            Point { log_odds: *log_odds, fraud, weight }
        })
        .collect();
    points.sort_by(|a, b| a.log_odds.total_cmp(&b.log_odds));
    points.dedup_by(|next, kept| {
        let same = next.log_odds <= kept.log_odds;
        if same {
            kept.fraud += next.fraud;
            kept.weight += next.weight;
        }
        same
    });
    points
}

/// Where the function is read off: quantiles of all rows and of frauds, ascending and distinct.
fn knots(points: &[Point]) -> Vec<f64> {
    let of = |points: Vec<f64>| -> Vec<f64> {
        let last = points.len().saturating_sub(1);
        let at = |step: usize| points.get(part(last, real(step) / real(KNOTS))).copied();
        (0..=KNOTS).filter_map(at).collect()
    };
    let frauds = points.iter().filter(|point| point.fraud > 0.0);
    let mut knots = of(points.iter().map(|point| point.log_odds).collect());
    knots.extend(of(frauds.map(|point| point.log_odds).collect()));
    knots.sort_by(f64::total_cmp);
    knots.dedup_by(|next, kept| *next <= *kept + 1e-9);
    knots
}

/// linfa's isotonic regression of the share of fraud, at the places given.
#[expect(clippy::cast_possible_truncation, reason = "linfa's weights are 32-bit floats")]
fn regression(points: &[Point], places: &[f64]) -> Result<Vec<f64>, FitError> {
    let column = |values: Vec<f64>| {
        let rows = values.len();
        Array2::from_shape_vec((rows, 1), values).map_err(linfa::error::Error::from)
    };
    let x = column(points.iter().map(|point| point.log_odds).collect())?;
    let y: Array1<f64> = points.iter().map(|point| point.fraud / point.weight).collect();
    let weights: Array1<f32> = points.iter().map(|point| point.weight as f32).collect();
    let dataset = DatasetBase::new(x, y).with_weights(weights);
    let fitted = IsotonicRegression::new().fit(&dataset)?;
    let found: Array1<f64> = fitted.predict(&column(places.to_vec())?);
    Ok(found.to_vec())
}
