//! Scoring one row at a time.

use super::super::anomaly::Anomaly;
use super::super::bins::Bins;
use super::super::boosting::{BoostedPaths, BoostedTrees};
use super::super::calibrate::Calibration;
use super::super::forest::{ForestPaths, ForestTrees};
use super::super::linear::Linear;
use super::super::real::sigmoid;
use super::{Ensemble, PartKind, Score, Stack};

/// An ensemble laid out for one row at a time, as claims come in service: columns are known by their places, what is the
/// same for all rows is worked out beforehand. Gives what [`Ensemble::score`] gives, bit by bit.
#[derive(Debug, Clone)]
pub struct RowEnsemble {
    width: usize,
    /// `None` where no part is made of trees.
    bins: Option<Bins>,
    linear: Option<Linear>,
    boosting: Option<BoostedPaths>,
    forest: Option<ForestPaths>,
    anomaly: Option<Anomaly>,
    stack: Stack,
    calibration: Calibration,
    /// The combination of the parts' references, and what it is calibrated to.
    reference: f64,
    bias: f64,
}

impl Ensemble {
    /// The same ensemble for one row at a time.
    pub fn by_row(&self) -> RowEnsemble {
        let parts = &self.parts;
        let has_trees = parts.boosting.is_some() || parts.forest.is_some();
        let reference = self.reference();
        RowEnsemble {
            width: self.names.len(),
            bins: has_trees.then(|| parts.bins.clone()),
            linear: parts.linear.clone(),
            boosting: parts.boosting.as_ref().map(BoostedTrees::by_path),
            forest: parts.forest.as_ref().map(ForestTrees::by_path),
            anomaly: parts.anomaly.clone(),
            stack: self.stack.clone(),
            calibration: self.calibration.clone(),
            reference,
            bias: self.calibration.apply(reference),
        }
    }
}

impl RowEnsemble {
    /// Scores one row: a value for each column of [`Ensemble::names`], `None` where it is unknown. With contributions
    /// where `explain` is set.
    pub fn score(&self, row: &[Option<f64>], explain: bool) -> Score {
        let codes = self.bins.as_ref().map_or_else(Vec::new, |bins| bins.row(row));
        let width = if explain { self.width } else { 0 };
        let (mut contributions, mut parts) = (vec![0.0; width], vec![0.0; width]);
        let mut combined = self.stack.intercept;
        for (kind, weight) in &self.stack.weights {
            let Some(own) = self.part(*kind, row, &codes, &mut parts) else { continue };
            combined += weight * own;
            let pairs = contributions.iter_mut().zip(&parts);
            pairs.for_each(|(own, part)| *own += weight * part);
        }
        if explain {
            let factor = self.calibration.factor(self.reference, combined);
            contributions.iter_mut().for_each(|part| *part *= factor);
        }
        let log_odds = self.calibration.apply(combined);
        Score { log_odds, probability: sigmoid(log_odds), bias: self.bias, contributions }
    }

    /// What a part says of a row; what each column adds to it is written to `out`, unless that is empty.
    fn part(
        &self,
        kind: PartKind,
        row: &[Option<f64>],
        codes: &[u8],
        out: &mut [f64],
    ) -> Option<f64> {
        let explain = !out.is_empty();
        Some(match kind {
            PartKind::Linear => self.linear.as_ref()?.of_row(row, out),
            PartKind::Boosting if explain => self.boosting.as_ref()?.attribute(codes, out),
            PartKind::Boosting => self.boosting.as_ref()?.log_odds(codes),
            PartKind::Forest if explain => self.forest.as_ref()?.attribute(codes, out),
            PartKind::Forest => self.forest.as_ref()?.log_odds(codes),
            PartKind::Anomaly => {
                let anomaly = self.anomaly.as_ref()?;
                let residual = anomaly.residual(row);
                let score = anomaly.score_of(&residual);
                out.fill(0.0);
                anomaly.attribute(&residual, score, out);
                score
            }
        })
    }
}
