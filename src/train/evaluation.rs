//! How good a model is on claims that it was not fitted on.

use serde::Serialize;

use super::TrainError;
use super::cost::{CostFigures, Costed, costs};
use super::curve::{Curves, curves};
use super::examples::{labels, refunds, signals_in_context};
use super::history::History;
use super::number::{long, real};
use super::segment::{Scored, SegmentFigures, Segments};
use super::settings::Settings;
use super::signal::{SignalStrength, signal_strengths_of};
use super::split::{Example, complete_until, examples};
use crate::domain::{Decision, Layer, ModelScore, Timestamp};
use crate::engine::Scorer;
use crate::models::metrics::{
    Ranking, brier, calibration_by_quantile, calibration_error, log_loss,
};
use crate::models::{FitReport, Labels, Matrix, Model};
use crate::scoring::{LoadedModel, TimeText};

/// Rows whose contributions are averaged at most.
const EXPLAINED_MAX: usize = 5_000;
/// Bins of the calibration table.
const DECILES: usize = 10;

/// All figures: `metrics.json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Evaluation {
    /// Name of the model.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Whether its scores are probabilities; otherwise only their order means something.
    pub is_calibrated: bool,
    /// The first claim may have been observed then.
    pub from: TimeText,
    /// And the last one before this.
    pub until: TimeText,
    /// Refunds with a label.
    pub claims: u64,
    /// Frauds among them.
    pub frauds: u64,
    /// Share of fraud by weight.
    pub base_rate: f64,
    /// Order of the scores.
    pub ranking: RankingFigures,
    /// Probabilities against what came; not of an uncalibrated model.
    pub calibration: Option<CalibrationFigures>,
    /// What decisions cost; not of an uncalibrated model.
    pub costs: Option<CostFigures>,
    /// By kind of goods, account and country.
    pub segments: Vec<SegmentFigures>,
    /// By day since the first claim.
    pub days: Vec<SegmentFigures>,
    /// What features contribute, those of most effect first.
    pub contributions: Vec<ContributionFigures>,
    /// What each signal alone tells, the strongest first.
    pub signals: Vec<SignalStrength>,
    /// What its parts were worth when they were put together.
    pub parts: Option<FitReport>,
    /// ROC and precision-recall.
    pub curves: Curves,
}

/// How well scores are ordered.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RankingFigures {
    /// Average precision.
    pub average_precision: Option<f64>,
    /// Area under the ROC curve.
    pub roc_auc: Option<f64>,
    /// Share of the frauds found at 1 % of the others flagged.
    pub recall_at_fpr_1_percent: Option<f64>,
    /// The same at 0.1 %.
    pub recall_at_fpr_01_percent: Option<f64>,
    /// Share of the claims that people can look at.
    pub capacity_share: f64,
    /// Share of fraud among those of highest score.
    pub precision_at_capacity: Option<f64>,
}

/// How true probabilities are.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CalibrationFigures {
    /// Brier's score.
    pub brier: Option<f64>,
    /// Mean log loss.
    pub log_loss: Option<f64>,
    /// Mean distance of the deciles.
    pub error: Option<f64>,
    /// Ten bins of equal rows, by rising probability.
    pub deciles: Vec<Decile>,
}

/// Claims of similar probability.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Decile {
    /// The lowest probability.
    pub low: f64,
    /// The highest one.
    pub high: f64,
    /// Claims.
    pub claims: u64,
    /// The mean probability.
    pub predicted: f64,
    /// The share of fraud.
    pub observed: f64,
}

/// What a feature contributes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ContributionFigures {
    /// The feature.
    pub feature: String,
    /// Its group in the catalogue.
    pub group: String,
    /// Its mean effect whatever the sign, log-odds.
    pub mean_absolute: f64,
    /// Its mean effect on frauds.
    pub mean_of_frauds: f64,
    /// Its mean effect on others.
    pub mean_of_others: f64,
}

/// Evaluates a model on the claims of a history from the time on that its own test began: on nothing that it was fitted on.
///
/// # Errors
/// The history has no labelled claims then, or lacks a signal.
pub fn evaluate(
    model: &LoadedModel,
    history: &History,
    settings: &Settings,
) -> Result<Evaluation, TrainError> {
    let (from, end) = (model.manifest().split.test_from.0, history.last_at());
    let until = complete_until(history, settings);
    let examples = examples(history, settings, from, until, end);
    if examples.is_empty() {
        return Err(TrainError::NoClaims(
            "with a matured label behind those that the model was fitted on",
        ));
    }
    evaluate_on(model, history, settings, &examples, (from, until))
}

/// Evaluates a model on examples of a range of time.
pub(super) fn evaluate_on(
    model: &LoadedModel,
    history: &History,
    settings: &Settings,
    examples: &[Example<'_>],
    (from, until): (Timestamp, Timestamp),
) -> Result<Evaluation, TrainError> {
    let table = signals_in_context(history, &refunds(examples), model.features().defs())?;
    let labels = labels(examples)?;
    let matrix = model.features().of_table(&table)?.matrix;
    let scores = model.score_matrix(&matrix, false)?;
    let probabilities: Vec<f64> = scores.iter().map(|score| score.probability).collect();
    let order: Vec<f64> = scores.iter().map(|score| score.log_odds).collect();
    let scored = Scored { examples, table: &table, labels: &labels, probabilities: &probabilities };
    let is_calibrated = model.is_calibrated();
    let costed = is_calibrated.then(|| costed(&scored)).transpose()?;
    let segments = Segments { scored: &scored, costed: costed.as_deref(), settings };
    Ok(Evaluation {
        name: model.name().to_owned(),
        version: model.version().to_owned(),
        is_calibrated,
        from: TimeText(from),
        until: TimeText(until),
        claims: long(examples.len()),
        frauds: long(examples.iter().filter(|example| example.label.fraud).count()),
        base_rate: labels.base_rate(),
        ranking: ranking(&order, &labels, settings)?,
        calibration: is_calibrated.then(|| calibration(&probabilities, &labels)).transpose()?,
        costs: costed.as_deref().map(|claims| costs(claims, &labels, &settings.costs)),
        segments: segments.by_kind()?,
        days: segments.by_day(from)?,
        contributions: contributions(model, &matrix, &labels)?,
        signals: signal_strengths_of(history, examples)?,
        parts: match model.model() {
            Model::Supervised(ensemble) => Some(ensemble.report().clone()),
            Model::Unsupervised(_) => None,
        },
        curves: curves(&order, &labels),
    })
}

fn ranking(
    order: &[f64],
    labels: &Labels,
    settings: &Settings,
) -> Result<RankingFigures, TrainError> {
    let ranking = Ranking::new(order, labels)?;
    let capacity_share = settings.report.capacity_share;
    let capacity = capacity_share * labels.weights().iter().sum::<f64>();
    Ok(RankingFigures {
        average_precision: ranking.average_precision(),
        roc_auc: ranking.roc_auc(),
        recall_at_fpr_1_percent: ranking.recall_at_fpr(0.01),
        recall_at_fpr_01_percent: ranking.recall_at_fpr(0.001),
        capacity_share,
        precision_at_capacity: ranking.precision_at(capacity),
    })
}

fn calibration(probabilities: &[f64], labels: &Labels) -> Result<CalibrationFigures, TrainError> {
    let table = calibration_by_quantile(probabilities, labels, DECILES)?;
    let deciles = table.iter().map(|bin| Decile {
        low: bin.low,
        high: bin.high,
        claims: long(bin.rows),
        predicted: bin.predicted,
        observed: bin.observed,
    });
    Ok(CalibrationFigures {
        brier: brier(probabilities, labels)?,
        log_loss: log_loss(probabilities, labels)?,
        error: calibration_error(&table),
        deciles: deciles.collect(),
    })
}

/// The claims as they are costed; those that something in front of rules decided, or whose amount is unknown, are not.
fn costed(scored: &Scored<'_>) -> Result<Vec<Option<Costed>>, TrainError> {
    let amounts = scored.numbers("claim_value_minor")?;
    let decisions = scored.texts("decision")?;
    let layers = scored.texts("decided_by")?;
    let rows = amounts.iter().zip(&decisions).zip(&layers).zip(scored.probabilities);
    let claims = rows
        .map(|(((amount, decision), layer), probability)| {
            let (is_open, by_model) = match layer_of((*layer)?)? {
                Layer::Guard | Layer::Proof | Layer::Eligibility | Layer::List => return None,
                Layer::Rule => (false, false),
                Layer::Model => (true, true),
                Layer::Fallback => (true, false),
            };
            let (amount, decided) = ((*amount)?, decision_of((*decision)?)?);
            Some(Costed { amount, decided, is_open, by_model, probability: *probability })
        })
        .collect();
    Ok(claims)
}

fn decision_of(word: &str) -> Option<Decision> {
    Decision::ALL.iter().copied().find(|decision| decision.as_str() == word)
}

fn layer_of(word: &str) -> Option<Layer> {
    Layer::ALL.iter().copied().find(|layer| layer.as_str() == word)
}

/// Mean contributions over some rows, evenly spaced.
fn contributions(
    model: &LoadedModel,
    matrix: &Matrix,
    labels: &Labels,
) -> Result<Vec<ContributionFigures>, TrainError> {
    let step = matrix.rows().div_ceil(EXPLAINED_MAX).max(1);
    let rows: Vec<usize> = (0..matrix.rows()).step_by(step).collect();
    let scores = model.score_matrix(&matrix.select_rows(&rows)?, true)?;
    let labels = labels.select(&rows);
    let defs = model.features().defs();
    let named = defs.names().into_iter().zip(defs.groups());
    let mut all: Vec<ContributionFigures> = named
        .enumerate()
        .map(|(index, (feature, group))| figures(index, feature, group, &scores, &labels))
        .collect();
    all.sort_by(|a, b| b.mean_absolute.total_cmp(&a.mean_absolute));
    Ok(all)
}

fn figures(
    index: usize,
    feature: String,
    group: &str,
    scores: &[ModelScore],
    labels: &Labels,
) -> ContributionFigures {
    let part =
        |score: &ModelScore| score.contributions.log_odds().get(index).copied().unwrap_or(0.0);
    let mean = |values: Vec<f64>| values.iter().sum::<f64>() / real(values.len().max(1));
    let of = |wanted: bool| {
        let rows = scores.iter().zip(labels.fraud()).filter(|(_, fraud)| **fraud == wanted);
        mean(rows.map(|(score, _)| part(score)).collect())
    };
    ContributionFigures {
        feature,
        group: group.to_owned(),
        mean_absolute: mean(scores.iter().map(|score| part(score).abs()).collect()),
        mean_of_frauds: of(true),
        mean_of_others: of(false),
    }
}
