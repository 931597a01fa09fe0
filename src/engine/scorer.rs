//! The door for models: the engine scores by whatever stands behind it.

use crate::domain::{ModelScore, Timestamp};
use crate::signals::SignalRow;

/// Scores claims by a model. Deterministic: equal rows have equal scores, alone or together with any others.
pub trait Scorer: std::fmt::Debug + Send + Sync {
    /// Name of the model, for example `default`.
    fn name(&self) -> &str;
    /// Its version, for example `2026-11-23-1a2b3c4d`.
    fn version(&self) -> &str;
    /// SHA-256 of the artifact's manifest, which holds the hashes of its parts.
    fn sha256(&self) -> [u8; 32];
    /// When the last label took effect that it was fitted on; of a model without labels, when the last claim was made.
    fn trained_until(&self) -> Timestamp;
    /// Its probabilities can be taken as such. An unsupervised model's score is only a rank, and decides nothing.
    fn is_calibrated(&self) -> bool;
    /// The bin of the profile that was taken in training in which a score lies; `None` when there is no profile.
    fn bin(&self, score: &ModelScore) -> Option<u8>;
    /// How far scores have moved, of which so many lie in each [`bin`](Self::bin): the population stability index
    /// against the profile. `None` when it cannot be said.
    fn drift(&self, bins: &[u32]) -> Option<f64>;
    /// One score for each row, in order; with contributions when `explain` is set. Rows are in the order of the signal
    /// catalogue of this binary.
    ///
    /// # Errors
    /// The model failed on these rows. The engine goes on without it.
    fn score(&self, rows: &[&SignalRow], explain: bool) -> Result<Vec<ModelScore>, ScorerError>;
}

/// A model failed.
#[derive(Debug, thiserror::Error)]
#[error("the model failed")]
pub struct ScorerError(#[from] pub Box<dyn std::error::Error + Send + Sync>);
