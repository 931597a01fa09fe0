//! The parts of an ensemble: fitting them and asking them together.

use linfa::ParamGuard;
use linfa::traits::Fit;
use serde::{Deserialize, Serialize};

use super::super::anomaly::Anomaly;
use super::super::bins::Bins;
use super::super::boosting::{self, BoostedTrees};
use super::super::error::{ColumnsError, FitError};
use super::super::forest::{self, ForestTrees};
use super::super::labels::{Labels, Slice};
use super::super::linear::Linear;
use super::super::matrix::Matrix;
use super::super::random::derived;
use super::EnsembleSettings;

/// The kinds of parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartKind {
    /// The logistic regression.
    Linear,
    /// Gradient boosting.
    Boosting,
    /// The probability forest.
    Forest,
    /// The anomaly part.
    Anomaly,
}

impl PartKind {
    /// Its name as it is written in settings and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Linear => "linear",
            Self::Boosting => "boosting",
            Self::Forest => "forest",
            Self::Anomaly => "anomaly",
        }
    }
}

/// Fitted parts; the trees share one set of bins.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Parts {
    pub(super) bins: Bins,
    pub(super) linear: Option<Linear>,
    pub(super) boosting: Option<BoostedTrees>,
    pub(super) forest: Option<ForestTrees>,
    pub(super) anomaly: Option<Anomaly>,
}

impl Parts {
    /// Fits every part that is switched on; boosting stops early where a later slice is given.
    pub(super) fn fit(
        settings: &EnsembleSettings,
        train: &Slice,
        later: Option<&Slice>,
        seed: u64,
    ) -> Result<Self, FitError> {
        let bins = Bins::fit_balanced(train, settings.bins_max)?;
        let fit_linear = || {
            let linear = settings.linear.clone().map(|mut linear| {
                linear.seed = derived(seed, 3);
                linear.params().fit(train)
            });
            linear.transpose()
        };
        let fit_anomaly = || {
            let anomaly = settings.anomaly.clone().map(|anomaly| anomaly.params().fit(train));
            anomaly.transpose()
        };
        // linfa's estimators take one thread each: beside the trees they cost no time of their own.
        let (trees, (linear, anomaly)) = rayon::join(
            || fit_trees(settings, &bins, train, later, seed),
            || rayon::join(fit_linear, fit_anomaly),
        );
        let (boosting, forest) = trees?;
        Ok(Self { bins, linear: linear?, boosting, forest, anomaly: anomaly? })
    }

    /// What each part says of each row.
    pub(super) fn outputs(
        &self,
        matrix: &Matrix,
    ) -> Result<Vec<(PartKind, Vec<f64>)>, ColumnsError> {
        let mut out = Vec::new();
        if let Some(linear) = &self.linear {
            out.push((PartKind::Linear, linear.log_odds(matrix)?));
        }
        if self.boosting.is_some() || self.forest.is_some() {
            let rows = self.bins.rows(matrix)?;
            let boosting = self.boosting.as_ref().map(|part| part.log_odds(&rows));
            let forest = self.forest.as_ref().map(|part| part.log_odds(&rows));
            out.extend(boosting.map(|found| (PartKind::Boosting, found)));
            out.extend(forest.map(|found| (PartKind::Forest, found)));
        }
        if let Some(anomaly) = &self.anomaly {
            out.push((PartKind::Anomaly, anomaly.scores(matrix)?));
        }
        Ok(out)
    }

    /// What each part says of a row of which nothing is known.
    pub(super) fn reference(&self, part: PartKind) -> f64 {
        let found = match part {
            PartKind::Linear => self.linear.as_ref().map(Linear::reference),
            PartKind::Boosting => self.boosting.as_ref().map(BoostedTrees::reference),
            PartKind::Forest => self.forest.as_ref().map(ForestTrees::reference),
            PartKind::Anomaly => self.anomaly.as_ref().map(Anomaly::reference),
        };
        found.unwrap_or(0.0)
    }

    /// Drops the parts that are not asked.
    pub(super) fn keep(&mut self, kept: &[PartKind]) {
        let gone = |part: PartKind| !kept.contains(&part);
        if gone(PartKind::Linear) {
            self.linear = None;
        }
        if gone(PartKind::Boosting) {
            self.boosting = None;
        }
        if gone(PartKind::Forest) {
            self.forest = None;
        }
        if gone(PartKind::Anomaly) {
            self.anomaly = None;
        }
    }

    /// Trees of gradient boosting.
    pub(super) fn boosting_trees(&self) -> usize {
        self.boosting.as_ref().map_or(0, |boosting| boosting.trees().len())
    }
}

type TreeParts = (Option<BoostedTrees>, Option<ForestTrees>);

/// The columns are binned once for both.
fn fit_trees(
    settings: &EnsembleSettings,
    bins: &Bins,
    train: &Slice,
    later: Option<&Slice>,
    seed: u64,
) -> Result<TreeParts, FitError> {
    if settings.boosting.is_none() && settings.forest.is_none() {
        return Ok((None, None));
    }
    let codes = bins.columns(&train.records)?;
    let boosting = settings.boosting.clone().map(|mut boosting| {
        boosting.seed = derived(seed, 1);
        boosting.directions.clone_from(&settings.directions);
        let params = boosting.params();
        let checked = params.check_ref()?.settings();
        let watched = later.map(|later| bins.columns(&later.records)).transpose()?;
        let watched: Option<(_, &Labels)> = watched.as_ref().zip(later.map(|later| &later.targets));
        boosting::fit_trees(checked, bins, &codes, &train.targets, watched)
    });
    let forest = settings.forest.clone().map(|mut forest| {
        forest.seed = derived(seed, 2);
        forest.directions.clone_from(&settings.directions);
        let params = forest.params();
        forest::fit_trees(params.check_ref()?.settings(), bins, &codes, &train.targets)
    });
    Ok((boosting.transpose()?, forest.transpose()?))
}
