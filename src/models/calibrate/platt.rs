//! A straight line in log-odds.

use serde::{Deserialize, Serialize};

use super::super::labels::Labels;
use super::super::real::{logit, sigmoid, softplus};

/// J. Platt, "Probabilistic Outputs for Support Vector Machines" (1999).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Platt {
    /// Not negative.
    pub slope: f64,
    /// Added.
    pub offset: f64,
}

impl Platt {
    pub(super) fn apply(&self, log_odds: f64) -> f64 {
        self.slope * log_odds + self.offset
    }

    /// Fits slope and offset by Newton's method with a line search, on the smoothed targets `(N+ + 1) / (N+ + 2)` and
    /// `1 / (N- + 2)`, in the form that neither overflows nor cancels: H.-T. Lin, C.-J. Lin and R. Weng, "A Note on
    /// Platt's Probabilistic Outputs for Support Vector Machines", Machine Learning 68 (2007). A falling line would turn
    /// the order of scores around; it becomes a level one.
    pub fn fit(log_odds: &[f64], labels: &Labels) -> Self {
        let rows = smoothed(log_odds, labels);
        let mut at = Self { slope: 1.0, offset: 0.0 };
        let mut loss = at.loss(&rows);
        for _ in 0..100 {
            let Some((step_slope, step_offset)) = at.newton_step(&rows) else { break };
            let mut size = 1.0;
            let next = loop {
                let next = Self {
                    slope: at.slope + size * step_slope,
                    offset: at.offset + size * step_offset,
                };
                let found = next.loss(&rows);
                if found < loss {
                    break Some((next, found));
                }
                size /= 2.0;
                if size < 1e-10 {
                    break None;
                }
            };
            let Some((next, found)) = next else { break };
            let done = loss - found < 1e-14 * loss.abs();
            (at, loss) = (next, found);
            if done {
                break;
            }
        }
        if at.slope > 0.0 { at } else { Self { slope: 0.0, offset: logit(base_of(&rows)) } }
    }

    fn loss(&self, rows: &[Target]) -> f64 {
        rows.iter()
            .map(|row| {
                let own = self.apply(row.log_odds);
                row.weight * (softplus(own) - row.target * own)
            })
            .sum()
    }

    /// The step of Newton's method; `None` where the gradient has gone.
    fn newton_step(&self, rows: &[Target]) -> Option<(f64, f64)> {
        let (mut h11, mut h22, mut h21) = (1e-12, 1e-12, 0.0);
        let (mut g1, mut g2) = (0.0, 0.0);
        for row in rows {
            let probability = sigmoid(self.apply(row.log_odds));
            let curvature = row.weight * probability * (1.0 - probability);
            let gradient = row.weight * (probability - row.target);
            h11 += row.log_odds * row.log_odds * curvature;
            h21 += row.log_odds * curvature;
            h22 += curvature;
            g1 += row.log_odds * gradient;
            g2 += gradient;
        }
        let determinant = h11 * h22 - h21 * h21;
        if (g1.abs() < 1e-10 && g2.abs() < 1e-10) || determinant <= 0.0 {
            return None;
        }
        Some((-(h22 * g1 - h21 * g2) / determinant, -(h11 * g2 - h21 * g1) / determinant))
    }
}

/// A row with the probability that Platt's method aims at.
struct Target {
    log_odds: f64,
    target: f64,
    weight: f64,
}

fn smoothed(log_odds: &[f64], labels: &Labels) -> Vec<Target> {
    let weight_of = |wanted: bool| -> f64 {
        labels.iter().filter(|(fraud, _)| *fraud == wanted).map(|(_, weight)| weight).sum()
    };
    let (fraud, other) = (weight_of(true), weight_of(false));
    let (high, low) = ((fraud + 1.0) / (fraud + 2.0), 1.0 / (other + 2.0));
    let rows = log_odds.iter().zip(labels.iter());
    rows.map(|(log_odds, (is_fraud, weight))| {
        let target = if is_fraud { high } else { low };
        Target { log_odds: *log_odds, target, weight }
    })
    .collect()
}

fn base_of(rows: &[Target]) -> f64 {
    let total: f64 = rows.iter().map(|row| row.weight).sum();
    rows.iter().map(|row| row.weight * row.target).sum::<f64>() / total.max(f64::MIN_POSITIVE)
}
