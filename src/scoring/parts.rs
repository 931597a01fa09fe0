//! The binary parts of an artifact.

use serde::{Deserialize, Serialize};

use crate::models::Model;
use crate::models::metrics::Profile;

/// `model.bin`: postcard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Body {
    /// What scores.
    pub model: Model,
}

/// `profile.bin`, postcard: how features and scores were distributed when the model was calibrated, for `vouch drift`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScoreProfile {
    /// Each feature, by its name.
    pub features: Profile,
    /// The score, as a matrix of one column.
    pub scores: Profile,
}
