//! What a model says of a claim.

use std::sync::Arc;

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
    pub contributions: Vec<Contribution>,
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
