//! An artifact at work.

use std::path::Path;
use std::sync::Arc;

use super::artifact::{Artifact, ArtifactError};
use super::cells::type_name;
use super::manifest::{Manifest, ModelKind, SignalNeed};
use super::parts::{Body, ScoreProfile};
use super::{FeatureDefs, FeatureSet};
use crate::domain::{Contributions, ModelFeatures, ModelScore, Timestamp};
use crate::engine::{Scorer, ScorerError};
use crate::models::{ColumnsError, Matrix, Model, Oddness, RowModel, Score};
use crate::signals::{Catalogue, SignalRow};

/// A file of the shipped model; its folder is told by the build script.
macro_rules! shipped {
    ($name:literal) => {
        include_bytes!(concat!(env!("VOUCH_SHIPPED_MODEL"), "/", $name))
    };
}

const SHIPPED_MANIFEST: &[u8] = shipped!("manifest.json");
const SHIPPED_PARTS: [(&str, &[u8]); 4] = [
    ("features.toml", shipped!("features.toml")),
    ("encodings.json", shipped!("encodings.json")),
    ("model.bin", shipped!("model.bin")),
    ("profile.bin", shipped!("profile.bin")),
];

/// A model that fits this binary.
#[derive(Debug)]
pub struct LoadedModel {
    manifest: Manifest,
    sha256: [u8; 32],
    features: FeatureSet,
    /// Name and group of each feature.
    names: Arc<ModelFeatures>,
    model: Model,
    /// The same for one claim at a time.
    by_row: RowModel,
    profile: ScoreProfile,
    notes: Vec<String>,
}

impl LoadedModel {
    /// Reads `models/<name>/<version>`.
    ///
    /// # Errors
    /// The folder is no whole model, or the model does not fit this binary.
    pub fn read(folder: &Path) -> Result<Self, ArtifactError> {
        Self::new(&Artifact::read(folder)?)
    }

    /// The model that is built in: the one that `models/default/current` names.
    ///
    /// # Errors
    /// It does not fit this binary; a test sees to it that it does.
    pub fn shipped() -> Result<Self, ArtifactError> {
        let part = |(name, bytes): (&str, &[u8])| (name.to_owned(), bytes.to_vec());
        let parts = SHIPPED_PARTS.into_iter().map(part).collect();
        Self::new(&Artifact::open(SHIPPED_MANIFEST.to_vec(), parts)?)
    }

    /// Decodes an artifact and holds it against the catalogue of this binary.
    ///
    /// # Errors
    /// A signal that it needs is not there or has another type; its parts do not fit each other.
    pub fn new(artifact: &Artifact) -> Result<Self, ArtifactError> {
        let manifest = artifact.manifest().clone();
        let notes = manifest.signals.iter().map(changed).collect::<Result<Vec<_>, _>>()?;
        let text = std::str::from_utf8(artifact.part("features.toml")?);
        let text = text.map_err(|error| undecodable("features.toml", error))?;
        let (defs, _) = FeatureDefs::load(text).map_err(ArtifactError::Features)?;
        let tables = serde_json::from_slice(artifact.part("encodings.json")?);
        let tables = tables.map_err(|error| undecodable("encodings.json", error))?;
        let features = defs
            .with_tables(tables)
            .ok_or_else(|| undecodable("encodings.json", "it is of other features"))?;
        let body: Body = postcard::from_bytes(artifact.part("model.bin")?)
            .map_err(|error| undecodable("model.bin", error))?;
        let profile: ScoreProfile = postcard::from_bytes(artifact.part("profile.bin")?)
            .map_err(|error| undecodable("profile.bin", error))?;
        let found = features.defs().names();
        body.model.check_columns(&found)?;
        let groups = features.defs().groups();
        let names = found.iter().map(|name| Arc::from(name.as_str())).zip(groups.cloned());
        Ok(Self {
            sha256: artifact.sha256(),
            names: Arc::new(ModelFeatures::new(names)),
            features,
            by_row: body.model.by_row(),
            model: body.model,
            profile,
            notes: notes.into_iter().flatten().collect(),
            manifest,
        })
    }

    /// What it says of itself.
    #[must_use]
    pub const fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Its features.
    #[must_use]
    pub const fn features(&self) -> &FeatureSet {
        &self.features
    }

    /// What scores.
    #[must_use]
    pub const fn model(&self) -> &Model {
        &self.model
    }

    /// How features and scores were distributed when it was calibrated.
    #[must_use]
    pub const fn profile(&self) -> &ScoreProfile {
        &self.profile
    }

    /// What an operator should know: signals whose definition was worded otherwise in training.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Scores features of many claims, as tables of history are scored.
    ///
    /// # Errors
    /// The matrix is of other features.
    pub fn score_matrix(
        &self,
        matrix: &Matrix,
        explain: bool,
    ) -> Result<Vec<ModelScore>, ColumnsError> {
        Ok(match &self.model {
            Model::Supervised(ensemble) => {
                let scores = ensemble.score(matrix, explain)?.into_iter();
                scores.map(|score| self.score_of(score)).collect()
            }
            Model::Unsupervised(anomaly) => {
                let scores = anomaly.score(matrix, explain)?.into_iter();
                scores.map(|oddness| self.rank_of(oddness)).collect()
            }
        })
    }

    fn score_of(&self, score: Score) -> ModelScore {
        ModelScore {
            probability: score.probability,
            log_odds: score.log_odds,
            bias: score.bias,
            contributions: self.contributions(score.contributions),
        }
    }

    fn rank_of(&self, oddness: Oddness) -> ModelScore {
        ModelScore {
            probability: oddness.rank,
            log_odds: oddness.score,
            bias: oddness.bias,
            contributions: self.contributions(oddness.contributions),
        }
    }

    fn contributions(&self, log_odds: Vec<f64>) -> Contributions {
        Contributions::new(Arc::clone(&self.names), log_odds)
    }
}

impl Scorer for LoadedModel {
    fn name(&self) -> &str {
        &self.manifest.name
    }

    fn version(&self) -> &str {
        &self.manifest.version
    }

    fn sha256(&self) -> [u8; 32] {
        self.sha256
    }

    fn trained_until(&self) -> Timestamp {
        self.manifest.trained_until.0
    }

    fn is_calibrated(&self) -> bool {
        self.manifest.kind == ModelKind::Supervised
    }

    fn bin(&self, score: &ModelScore) -> Option<u8> {
        self.profile.scores.bin(0, score.probability)
    }

    fn drift(&self, bins: &[u32]) -> Option<f64> {
        self.profile.scores.drift_of(0, bins)?.ok()
    }

    fn score(&self, rows: &[&SignalRow], explain: bool) -> Result<Vec<ModelScore>, ScorerError> {
        let mut features = Vec::with_capacity(self.features.defs().features.len());
        let score = |row: &&SignalRow| {
            features.clear();
            features.extend(self.features.of_row(row));
            match &self.by_row {
                RowModel::Supervised(ensemble) => self.score_of(ensemble.score(&features, explain)),
                RowModel::Unsupervised(anomaly) => {
                    self.rank_of(anomaly.score_row(&features, explain))
                }
            }
        };
        Ok(rows.iter().map(score).collect())
    }
}

/// Holds a signal that was there in training against the one that is here; tells when its definition changed.
fn changed(need: &SignalNeed) -> Result<Option<String>, ArtifactError> {
    let catalogue = Catalogue::get();
    let here = catalogue.position(&need.name).and_then(|place| catalogue.defs().get(place));
    let Some(def) = here else {
        return Err(ArtifactError::NoSignal { signal: need.name.clone() });
    };
    let found = type_name(def.kind);
    if found != need.kind {
        let (signal, expected) = (need.name.clone(), need.kind.clone());
        return Err(ArtifactError::SignalType { signal, expected, found });
    }
    let is_same = SignalNeed::of(def).meaning == need.meaning;
    Ok((!is_same).then(|| format!("the definition of `{}` is not that of the training", def.name)))
}

fn undecodable(part: &'static str, reason: impl std::fmt::Display) -> ArtifactError {
    ArtifactError::Part { part, reason: reason.to_string() }
}
