//! What the order of scores is worth.

use super::super::error::MatrixError;
use super::super::labels::Labels;

/// Rows by falling score, equal scores as one step: every measure here treats ties as what they are, undecided.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranking {
    steps: Vec<Step>,
    fraud: f64,
    legitimate: f64,
}

/// All rows of one score.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Step {
    fraud: f64,
    legitimate: f64,
}

impl Ranking {
    /// Ranks rows by their scores; higher is worse.
    ///
    /// # Errors
    /// Another number of scores than labels, a score that is not finite.
    pub fn new(scores: &[f64], labels: &Labels) -> Result<Self, MatrixError> {
        check(scores, labels)?;
        let mut rows: Vec<(f64, bool, f64)> = scores
            .iter()
            .zip(labels.iter())
            .map(|(score, (fraud, weight))| (*score, fraud, weight))
            .collect();
        rows.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut steps: Vec<Step> = Vec::new();
        let mut last = f64::INFINITY;
        for (score, fraud, weight) in rows.into_iter().filter(|(_, _, weight)| *weight > 0.0) {
            if steps.is_empty() || score < last {
                steps.push(Step { fraud: 0.0, legitimate: 0.0 });
                last = score;
            }
            if let Some(step) = steps.last_mut() {
                *(if fraud { &mut step.fraud } else { &mut step.legitimate }) += weight;
            }
        }
        let fraud = steps.iter().map(|step| step.fraud).sum();
        let legitimate = steps.iter().map(|step| step.legitimate).sum();
        Ok(Self { steps, fraud, legitimate })
    }

    /// The mean over frauds of the precision at their score (scikit-learn's `average_precision_score`). `None` without
    /// fraud.
    pub fn average_precision(&self) -> Option<f64> {
        let (mut found, mut flagged, mut sum) = (0.0, 0.0, 0.0);
        for step in &self.steps {
            found += step.fraud;
            flagged += step.fraud + step.legitimate;
            sum += step.fraud * found / flagged;
        }
        (self.fraud > 0.0).then(|| sum / self.fraud)
    }

    /// The chance that a fraud scores higher than another row, half where they are equal. `None` with one class only.
    pub fn roc_auc(&self) -> Option<f64> {
        let (mut above, mut sum) = (0.0, 0.0);
        for step in &self.steps {
            sum += step.legitimate * (above + step.fraud / 2.0);
            above += step.fraud;
        }
        let pairs = self.fraud * self.legitimate;
        (pairs > 0.0).then(|| sum / pairs)
    }

    /// The highest share of frauds that some threshold finds while it flags at most this share of the others. No part of
    /// a tie is flagged: a threshold takes it whole. `None` with one class only.
    pub fn recall_at_fpr(&self, false_positive_rate: f64) -> Option<f64> {
        let allowed = false_positive_rate * self.legitimate * (1.0 + 1e-12);
        let (mut found, mut wrong) = (0.0, 0.0);
        for step in &self.steps {
            wrong += step.legitimate;
            if wrong > allowed {
                break;
            }
            found += step.fraud;
        }
        (self.fraud > 0.0 && self.legitimate > 0.0).then(|| found / self.fraud)
    }

    /// The share of fraud among the rows of highest score that weigh `capacity` together; of a tie that does not fit
    /// whole, as much as fits, which is the mean over its orders. `None` when `capacity` is not above 0 or nothing counts.
    pub fn precision_at(&self, capacity: f64) -> Option<f64> {
        let (mut found, mut flagged) = (0.0, 0.0);
        for step in &self.steps {
            let size = step.fraud + step.legitimate;
            let share = ((capacity - flagged) / size).clamp(0.0, 1.0);
            found += share * step.fraud;
            flagged += share * size;
        }
        (flagged > 0.0).then(|| found / flagged)
    }
}

/// Refuses scores that are too many, too few or not finite.
pub(super) fn check(scores: &[f64], labels: &Labels) -> Result<(), MatrixError> {
    if scores.len() != labels.len() {
        let (found, rows) = (scores.len(), labels.len());
        return Err(MatrixError::Length { what: "scores".to_owned(), found, rows });
    }
    match scores.iter().enumerate().find(|(_, score)| !score.is_finite()) {
        Some((row, score)) => {
            let (column, value) = ("score".to_owned(), score.to_string());
            Err(MatrixError::NotFinite { column, row, value })
        }
        None => Ok(()),
    }
}
