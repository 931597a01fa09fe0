//! From errors to the share of rows that are at least as odd.

use serde::{Deserialize, Serialize};

use super::super::real::{part, real};

/// Steps of the table from the most ordinary row to the oddest.
const TAIL_STEPS: usize = 64;

/// `-ln` of the share of training errors at least as large, as a table that is read in straight lines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Tail {
    /// Errors, ascending and distinct.
    errors: Vec<f64>,
    /// The score at each, ascending.
    scores: Vec<f64>,
    /// The mean score of the rows learned from.
    mean: f64,
}

impl Tail {
    /// From errors in ascending order: the steps are even in score, so the tail is as fine as the rest.
    pub(super) fn of(sorted: &[f64]) -> Self {
        let rows = real(sorted.len());
        let top = rows.max(1.0).ln();
        let (mut errors, mut scores) = (Vec::new(), Vec::new());
        for step in 0..=TAIL_STEPS {
            let wanted = top * real(step) / real(TAIL_STEPS);
            let at = part(sorted.len(), 1.0 - (-wanted).exp());
            let Some(error) = sorted.get(at.min(sorted.len().saturating_sub(1))) else { continue };
            if errors.last().is_none_or(|last| error > last) {
                errors.push(*error);
                scores.push(wanted);
            }
        }
        let mut tail = Self { errors, scores, mean: 0.0 };
        tail.mean = sorted.iter().map(|error| tail.score(*error)).sum::<f64>() / rows.max(1.0);
        tail
    }

    /// The mean score of the rows learned from.
    pub(super) fn mean(&self) -> f64 {
        self.mean
    }

    pub(super) fn score(&self, error: f64) -> f64 {
        let above = self.errors.partition_point(|own| *own < error);
        let at = |index: usize| Some((*self.errors.get(index)?, *self.scores.get(index)?));
        match (above.checked_sub(1).and_then(at), at(above)) {
            (Some((low, from)), Some((high, to))) => {
                from + (to - from) * (error - low) / (high - low)
            }
            (None, Some((_, first))) => first,
            (Some((last, from)), None) => from + (error / last.max(1e-12)).max(1.0).ln(),
            (None, None) => 0.0,
        }
    }
}
