//! From signals to a score: the features of a model, the artifact that carries them, and the scorer that it becomes.
//!
//! ```text
//! features.toml -> FeatureDefs: read and type-checked against the catalogue of signals, compiled once
//!    -> fit        tables of encodings, learned from the training slice alone   -> FeatureSet
//!    -> matrix     a table of history becomes a `models::Matrix`, a claim a row of numbers
//! artifact folder  -> hashes and signals are held against this binary           -> LoadedModel: engine::Scorer
//! ```
//!
//! INVARIANT: claims and tables go through the same formulas, row by row: what a model met in training and what it meets
//! in service are equal bit by bit.
//!
//! INVARIANT: a feature reads signals and nothing else. A table of history also holds what vouch answered (score,
//! decision); no name of these is a signal, so that no feature can read them.
//!
//! INVARIANT: nothing but finite numbers comes out. What is not finite becomes unknown, and is counted.

mod artifact;
mod cells;
mod defs;
mod encoding;
mod error;
mod manifest;
mod matrix;
mod parts;
mod read;
mod scorer;
mod set;

#[cfg(test)]
mod tests;

pub use artifact::{Artifact, ArtifactError, DOCUMENTS, MANIFEST_FILE, MODEL_PARTS};
pub use defs::FeatureDefs;
pub use encoding::EncodingTable;
pub use error::FeatureError;
pub use manifest::{
    DataRange, FORMAT, LabelNote, Manifest, ModelKind, RefitNote, SignalNeed, SplitNote, TimeText,
};
pub use parts::{Body, ScoreProfile};
pub use scorer::LoadedModel;
pub use set::{FeatureSet, Features};

/// The features of the shipped model.
pub const SHIPPED_FEATURES: &str = include_str!("../../config/features.toml");
