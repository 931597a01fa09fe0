//! What a model says of a claim.

use std::sync::Arc;

use super::{Decision, Layer, Money, Sha256};

/// Most models that run beside the one that judges.
pub const CHALLENGERS_MAX: usize = 8;

/// What a model says of one claim. INVARIANT: [`Self::bias`] plus the sum of [`Self::contributions`], when they were
/// asked for, is [`Self::log_odds`], up to rounding; [`Self::probability`] is what these log-odds come to.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelScore {
    /// Probability that the claim is abusive, 0 to 1; of an uncalibrated model a rank in that range.
    pub probability: f64,
    /// Natural logarithm of the odds that the claim is abusive; finite.
    pub log_odds: f64,
    /// The log-odds of a claim of which nothing is known to matter; finite.
    pub bias: f64,
    /// What each feature adds; empty when no explanation was asked for.
    pub contributions: Contributions,
}

/// How long a model is followed. Later, what it learned is no longer how things are: it decides nothing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ModelTrust {
    /// From this time on after the last label that it was fitted on, it is stale, days.
    pub max_age_d: f64,
    /// Above this population stability index of its scores against those of the training, it has drifted.
    pub max_drift_psi: f64,
    /// The index of fewer claims says nothing.
    pub drift_claims_min: u32,
}

impl ModelTrust {
    /// Whatever happens.
    pub const ALWAYS: Self =
        Self { max_age_d: f64::INFINITY, max_drift_psi: f64::INFINITY, drift_claims_min: u32::MAX };
}

/// Where a model's score of a claim lies among the scores that it gave in training.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScoreBin {
    /// SHA-256 of the model's artifact.
    pub model: Sha256,
    /// The bin of the profile that was taken then.
    pub bin: u8,
}

/// What each feature of a model adds to the log-odds of one claim.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Contributions {
    features: Arc<ModelFeatures>,
    log_odds: Vec<f64>,
}

/// The features of a model and the groups that they belong to, shared by all its scores.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ModelFeatures {
    names: Vec<Arc<str>>,
    /// In order of their names, each once.
    groups: Vec<Arc<str>>,
    /// For each feature the place of its group.
    group_of: Vec<usize>,
}

impl ModelFeatures {
    /// Features with their groups, in the order of the model.
    #[must_use]
    pub fn new(features: impl IntoIterator<Item = (Arc<str>, Arc<str>)>) -> Self {
        let (names, own): (Vec<_>, Vec<_>) = features.into_iter().unzip();
        let mut groups = own.clone();
        groups.sort_unstable();
        groups.dedup();
        let place = |group: &Arc<str>| groups.partition_point(|other| other < group);
        let group_of = own.iter().map(place).collect();
        Self { names, groups, group_of }
    }

    /// The groups, in order of their names.
    #[must_use]
    pub fn groups(&self) -> &[Arc<str>] {
        &self.groups
    }
}

impl Contributions {
    /// What each of these features adds: one number for each.
    #[must_use]
    pub const fn new(features: Arc<ModelFeatures>, log_odds: Vec<f64>) -> Self {
        Self { features, log_odds }
    }

    /// Those features.
    #[must_use]
    pub fn features(&self) -> &ModelFeatures {
        &self.features
    }

    /// What each feature adds, in the order of the model.
    #[must_use]
    pub fn log_odds(&self) -> &[f64] {
        &self.log_odds
    }

    /// What each feature adds, with the place of its group.
    pub fn by_group(&self) -> impl Iterator<Item = (usize, f64)> + '_ {
        self.features.group_of.iter().copied().zip(self.log_odds.iter().copied())
    }

    /// What one feature adds, with its name.
    #[must_use]
    pub fn get(&self, place: usize) -> Option<Contribution> {
        let feature = Arc::clone(self.features.names.get(place)?);
        let group = self.features.groups.get(*self.features.group_of.get(place)?)?;
        Some(Contribution {
            feature,
            group: Arc::clone(group),
            log_odds: *self.log_odds.get(place)?,
        })
    }
}

/// What one feature of a model adds to the log-odds.
#[derive(Debug, Clone, PartialEq)]
pub struct Contribution {
    /// Name of the feature.
    pub feature: Arc<str>,
    /// The group of the signal catalogue that it belongs to; of a feature that mixes groups, the one that speaks most.
    pub group: Arc<str>,
    /// What it adds; finite. Above 0 it speaks for abuse.
    pub log_odds: f64,
}

/// What the model says of a claim, as a verdict tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelAssessment {
    /// Name of the model.
    pub name: String,
    /// Version of its artifact.
    pub version: String,
    /// 0 to 1: the probability of abuse when [`Self::calibrated`], else a rank in that range.
    pub score: f64,
    /// The score is a probability.
    pub calibrated: bool,
    /// Natural logarithm of the odds that the claim is abusive.
    pub log_odds: f64,
    /// The log-odds of a claim of which nothing is known to matter.
    pub bias: f64,
    /// What each group of signals adds, the weightiest first. INVARIANT: with [`Self::bias`] they come to
    /// [`Self::log_odds`], up to rounding.
    pub groups: Vec<GroupContribution>,
    /// What each decision is expected to cost, where that can be said.
    pub costs: Option<ExpectedCosts>,
}

/// What a group of signals adds to the log-odds.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupContribution {
    /// The group of the catalogue.
    pub group: Arc<str>,
    /// The sum over all its features.
    pub log_odds: f64,
    /// Its weightiest features, the weightiest first.
    pub features: Vec<Contribution>,
}

/// What each decision on a claim is expected to cost, in the policy's currency, to the nearest minor unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExpectedCosts {
    /// Of paying.
    pub approve: Money,
    /// Of having a person look.
    pub review: Money,
    /// Of not paying.
    pub reject: Money,
}

/// What another model would have made of a claim: recorded, never answered.
#[derive(Debug, Clone, PartialEq)]
pub struct ChallengerVerdict {
    /// Name of the model.
    pub name: String,
    /// Version of its artifact.
    pub version: String,
    /// SHA-256 of its artifact, hex.
    pub sha256: String,
    /// Its score, 0 to 1; `None` when it failed.
    pub score: Option<f64>,
    /// What would have been decided.
    pub decision: Decision,
    /// Which layer would have decided.
    pub decided_by: Layer,
    /// What would have been approved. INVARIANT: `Some` exactly when the decision is approve.
    pub approved: Option<Money>,
}
