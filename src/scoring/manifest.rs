//! What an artifact says of itself.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::Timestamp;
use crate::signals::SignalDef;

/// The version of the artifact format that this binary writes, and the only one that it reads.
pub const FORMAT: u32 = 1;

/// `manifest.json`. It holds the hashes of all other parts: its own hash names the artifact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: u32,
    /// Name of the model, for example `default`.
    pub name: String,
    /// Its version: the day of the last label, and a digest of all that it was made from.
    pub version: String,
    /// Whether it knows labels.
    pub kind: ModelKind,
    /// The vouch that made it.
    pub vouch: String,
    /// Where chance started from.
    pub seed: u64,
    /// What it was made from.
    pub data: DataRange,
    /// When the last label took effect that it was fitted on; without labels, when the last claim was observed.
    pub trained_until: TimeText,
    /// What a label is.
    pub labels: LabelNote,
    /// How time was split.
    pub split: SplitNote,
    /// Signals that the features read.
    pub signals: Vec<SignalNeed>,
    /// Features, in the order of the matrix.
    pub features: Vec<String>,
    /// What each part of the model counts.
    pub weights: BTreeMap<String, f64>,
    /// The main figures on the last slice; all of them are in `metrics.json`.
    pub metrics: BTreeMap<String, f64>,
    /// All settings of the training.
    pub settings: serde_json::Value,
    /// SHA-256 of each other part, hexadecimal.
    pub parts: BTreeMap<String, String>,
}

/// Whether a model was fitted on labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModelKind {
    /// It gives calibrated probabilities.
    Supervised,
    /// It gives a rank, which decides nothing.
    Unsupervised,
}

/// The history that a model was made from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataRange {
    /// SHA-256 over the files, hexadecimal.
    pub sha256: String,
    /// Claims in them.
    pub claims: u64,
    /// Refunds in them.
    pub refunds: u64,
    /// When the first claim was observed.
    pub first_claim_at: TimeText,
    /// When the last claim was observed.
    pub last_claim_at: TimeText,
}

/// What counted as a label.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabelNote {
    /// Outcomes that mean fraud.
    pub positive: Vec<String>,
    /// Outcomes that mean none.
    pub negative: Vec<String>,
    /// How long an outcome stood before it was believed, days.
    pub maturity_d: f64,
    /// Share of the claims that audits draw, which weighs those that only an audit looked at.
    pub audit_share: f64,
}

/// How time was split. Times of claims; each range holds its first and not its last instant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SplitNote {
    /// The parts learned from claims before this, at first: see `refit`.
    pub later_from: TimeText,
    /// Combination and calibration learned from claims from `later_from` to this.
    pub later_until: TimeText,
    /// The model was tested on claims from this on.
    pub test_from: TimeText,
    /// Until this.
    pub test_until: TimeText,
    /// Labelled refunds that the parts learned from at first, and frauds among them.
    pub train_rows: [u64; 2],
    /// The same of combination and calibration.
    pub later_rows: [u64; 2],
    /// The same of the test.
    pub test_rows: [u64; 2],
    /// Whether the parts were fitted again. Older manifests have no such note, whatever was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refit: Option<RefitNote>,
}

/// The parts that a model scores with were fitted again, on the rows of both slices, when combination and calibration
/// stood: these belong to the parts as they were before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefitNote {
    /// They learned from claims before this.
    pub until: TimeText,
    /// Labelled refunds that they learned from, and frauds among them.
    pub rows: [u64; 2],
}

/// A signal that a model needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignalNeed {
    /// Its name.
    pub name: String,
    /// Its type, as `vouch signals` prints it.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its unit and definition at that time.
    pub meaning: String,
}

impl SignalNeed {
    /// What a signal of this binary is.
    #[must_use]
    pub fn of(def: &SignalDef) -> Self {
        Self {
            name: def.name.to_owned(),
            kind: super::cells::type_name(def.kind).to_owned(),
            meaning: format!("{}; {}", def.unit, def.definition),
        }
    }
}

/// A time that is written as people read it: `2026-11-23T21:40:00Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeText(pub Timestamp);

impl Serialize for TimeText {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for TimeText {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let time: jiff::Timestamp = text.parse().map_err(serde::de::Error::custom)?;
        Ok(Self(Timestamp::from_ms(time.as_millisecond())))
    }
}
