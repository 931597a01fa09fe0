//! How far features and scores have moved since a model was calibrated.

use std::fmt;

use serde::Serialize;

use super::TrainError;
use super::history::{History, Refund};
use super::number::long;
use crate::domain::Timestamp;
use crate::models::{Column, Matrix};
use crate::scoring::{LoadedModel, TimeText};

/// Below this a population is stable, from [`MOVED_FROM`] on it has moved: the convention of credit scoring (N. Siddiqi,
/// "Credit Risk Scorecards", Wiley (2006), chapter on scorecard monitoring).
pub const STABLE_BELOW: f64 = 0.1;
/// See [`STABLE_BELOW`].
pub const MOVED_FROM: f64 = 0.25;

/// Claims that are looked at together.
const CHUNK_CLAIMS: usize = 50_000;

/// The drift of a model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Drift {
    /// Name of the model.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The first claim may have been observed then.
    pub from: TimeText,
    /// And the last one before this.
    pub until: TimeText,
    /// Refunds, with labels or without.
    pub claims: u64,
    /// The score first, then each feature, those that moved furthest first.
    pub lines: Vec<DriftLine>,
}

/// The drift of the score or of a feature.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DriftLine {
    /// `score`, or the feature.
    pub name: String,
    /// The population stability index.
    pub psi: f64,
    /// What that means.
    pub verdict: Movement,
}

/// What a population stability index means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Movement {
    /// Below [`STABLE_BELOW`].
    Stable,
    /// Between the two.
    Moving,
    /// From [`MOVED_FROM`] on.
    Moved,
}

impl Movement {
    /// What an index means.
    #[must_use]
    pub fn of(psi: f64) -> Self {
        if psi < STABLE_BELOW {
            Self::Stable
        } else if psi < MOVED_FROM {
            Self::Moving
        } else {
            Self::Moved
        }
    }
}

impl fmt::Display for Movement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Stable => "stable",
            Self::Moving => "moving",
            Self::Moved => "moved",
        })
    }
}

/// Holds the claims of a history, from a time on, against the profile of a model. Without a time: those behind the claims
/// that the model was fitted on.
///
/// # Errors
/// There are no claims then, or the history lacks a signal.
pub fn drift(
    model: &LoadedModel,
    history: &History,
    since: Option<Timestamp>,
) -> Result<Drift, TrainError> {
    let from = since.unwrap_or(model.manifest().split.later_until.0);
    let until = history.last_at().plus_ms(1);
    let refunds: Vec<&Refund> = history.between(from, until).iter().collect();
    if refunds.is_empty() {
        return Err(TrainError::NoClaims(
            "behind those that the model was fitted on; give --since",
        ));
    }
    let profile = model.profile();
    let names: Vec<&str> = model.features().defs().signals().map(|def| def.name).collect();
    let (mut features, mut scores) = (Vec::new(), Vec::new());
    for some in refunds.chunks(CHUNK_CLAIMS) {
        let matrix = model.features().of_table(&history.table(some, &names)?)?.matrix;
        add(&mut features, profile.features.counts(&matrix)?);
        add(&mut scores, profile.scores.counts(&score_matrix(model, &matrix)?)?);
    }
    let line = |(name, psi): (&str, f64)| DriftLine {
        name: name.to_owned(),
        psi,
        verdict: Movement::of(psi),
    };
    let mut lines: Vec<DriftLine> =
        profile.features.drift(&features)?.into_iter().map(line).collect();
    lines.sort_by(|a, b| b.psi.total_cmp(&a.psi).then(a.name.cmp(&b.name)));
    let score = profile.scores.drift(&scores)?.into_iter().map(line);
    Ok(Drift {
        name: model.manifest().name.clone(),
        version: model.manifest().version.clone(),
        from: TimeText(from),
        until: TimeText(until),
        claims: long(refunds.len()),
        lines: score.chain(lines).collect(),
    })
}

/// The scores of rows as a matrix of one column.
pub(super) fn score_matrix(model: &LoadedModel, matrix: &Matrix) -> Result<Matrix, TrainError> {
    let scores = model.score_matrix(matrix, false)?;
    let scores: Vec<f64> = scores.iter().map(|score| score.probability).collect();
    Ok(Matrix::new(scores.len(), vec![Column::known("score", scores)])?)
}

fn add(sum: &mut Vec<Vec<f64>>, counts: Vec<Vec<f64>>) {
    if sum.is_empty() {
        *sum = counts;
        return;
    }
    for (sum, counts) in sum.iter_mut().zip(counts) {
        sum.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
    }
}
