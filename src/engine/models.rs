//! The models that score claims: one that judges, and others that run beside it.

use std::sync::Arc;

use super::drift::{Drifted, Drifts};
use super::metrics;
use super::scorer::Scorer;
use crate::domain::{
    ChallengerVerdict, DAY_MS, Degradation, ModelScore, ModelTrust, ScoreBin, Sha256, Timestamp,
    Verdict,
};
use crate::policy::Opinion;
use crate::signals::SignalRow;

/// How far a sum of contributions may be from the log-odds that it explains, relative to them: rounding.
const SUM_TOLERANCE: f64 = 1e-6;

/// The models that score claims.
#[derive(Debug, Clone)]
pub struct Models {
    /// The one that judges.
    pub champion: Option<Arc<dyn Scorer>>,
    /// Others: what they would have decided is recorded, and never answered.
    pub challengers: Vec<Arc<dyn Scorer>>,
    /// How long what they say is followed.
    pub trust: ModelTrust,
}

impl Default for Models {
    /// No model: rules alone decide.
    fn default() -> Self {
        Self { champion: None, challengers: Vec::new(), trust: ModelTrust::ALWAYS }
    }
}

/// What each model says of each claim of a micro-batch; `None` where it failed.
#[derive(Debug)]
pub(super) struct Scores {
    champion: Vec<Option<ModelScore>>,
    challengers: Vec<Vec<Option<ModelScore>>>,
}

/// What a claim is judged with.
#[derive(Debug)]
pub(super) struct Judging<'a> {
    pub(super) opinion: Option<Opinion<'a>>,
    /// Why no model judges; `None` when one does.
    pub(super) degraded: Option<Degradation>,
}

impl Models {
    /// How long ago the last label took effect that a model was fitted on, days; `None` while that is not too long.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "times are exact in f64")]
    pub fn stale_d(&self, model: &dyn Scorer, at: Timestamp) -> Option<f64> {
        let age_d = (at.ms() - model.trained_until().ms()) as f64 / DAY_MS as f64;
        (age_d > self.trust.max_age_d).then_some(age_d)
    }

    /// Every model looks at all rows together, the one that judges with explanations.
    pub(super) fn score(&self, rows: &[&SignalRow]) -> Scores {
        let champion = self.champion.as_deref();
        Scores {
            champion: champion.map_or_else(Vec::new, |model| score_all(model, rows, true)),
            challengers: self.challengers.iter().map(|m| score_all(&**m, rows, false)).collect(),
        }
    }

    /// The verdict on a claim, and what other models would have made of it. `verdict` decides with what it is given.
    pub(super) fn judge(
        &self,
        scores: &Scores,
        row: usize,
        at: Timestamp,
        has_costs: bool,
        drifts: &Drifts,
        verdict: impl Fn(Judging<'_>) -> Verdict,
    ) -> (Verdict, Vec<ChallengerVerdict>) {
        let champion = match self.champion.as_deref() {
            None => Judging {
                opinion: None,
                degraded: degraded("rules_only", "no model is loaded: rules alone decided"),
            },
            Some(model) => {
                let score = score_at(&scores.champion, row);
                self.judging(model, score, at, has_costs, drifts.champion)
            }
        };
        let others = self.challengers.iter().zip(&scores.challengers).enumerate();
        let others = others.map(|(place, (model, scores))| {
            let (score, drifted) = (score_at(scores, row), drifts.of_challenger(place));
            let judged = verdict(self.judging(&**model, score, at, has_costs, drifted));
            challenger_verdict(&**model, score, &judged)
        });
        (verdict(champion), others.collect())
    }

    /// Where the scores of a claim lie among those of the training, each model once.
    pub(super) fn bins(&self, scores: &Scores, row: usize) -> Vec<ScoreBin> {
        let champion = self.champion.iter().map(|model| (model, scores.champion.as_slice()));
        let challengers = self.challengers.iter().zip(scores.challengers.iter().map(Vec::as_slice));
        let mut bins: Vec<ScoreBin> = Vec::new();
        for (model, scores) in champion.chain(challengers) {
            let bin = score_at(scores, row).and_then(|score| model.bin(score));
            let sha256 = Sha256(model.sha256());
            if let Some(bin) = bin
                && !bins.iter().any(|known| known.model == sha256)
            {
                bins.push(ScoreBin { model: sha256, bin });
            }
        }
        bins
    }

    fn judging<'a>(
        &self,
        model: &'a dyn Scorer,
        score: Option<&'a ModelScore>,
        at: Timestamp,
        has_costs: bool,
        drifted: Option<Drifted>,
    ) -> Judging<'a> {
        let stale_d = self.stale_d(model, at);
        let degraded = if score.is_none() {
            degraded("model_failed", "the model failed on this claim: rules alone decided")
        } else if !model.is_calibrated() {
            let text = "the model's score is no probability: rules alone decided";
            degraded("model_uncalibrated", text)
        } else if let Some(age_d) = stale_d {
            let text = format!(
                "the model knows no label of the last {age_d:.0} days: rules alone decided"
            );
            degraded("model_stale", &text)
        } else if let Some(Drifted { psi, claims, days }) = drifted {
            let text = format!(
                "the model's scores of {claims} claims of the last {days} days are not spread as in training \
                 (population stability index {psi:.2}): rules alone decided"
            );
            degraded("model_drifted", &text)
        } else if !has_costs {
            let text = "the policy states no costs to decide by: rules alone decided";
            degraded("model_without_costs", text)
        } else {
            None
        };
        let may_decide = degraded.is_none();
        let opinion = score.map(|score| Opinion {
            name: model.name(),
            version: model.version(),
            score,
            calibrated: model.is_calibrated(),
            may_decide,
        });
        Judging { opinion, degraded }
    }
}

/// What is recorded of a verdict that another model would have given.
fn challenger_verdict(
    model: &dyn Scorer,
    score: Option<&ModelScore>,
    verdict: &Verdict,
) -> ChallengerVerdict {
    ChallengerVerdict {
        name: model.name().to_owned(),
        version: model.version().to_owned(),
        sha256: hex::encode(model.sha256()),
        score: score.map(|score| score.probability),
        decision: verdict.decision,
        decided_by: verdict.decided_by,
        approved: verdict.approved,
    }
}

fn score_at(scores: &[Option<ModelScore>], row: usize) -> Option<&ModelScore> {
    scores.get(row).and_then(Option::as_ref)
}

/// One score for each row. A model that fails on rows together looks at each alone: whether a claim is scored does not
/// hang on those beside it.
fn score_all(model: &dyn Scorer, rows: &[&SignalRow], explain: bool) -> Vec<Option<ModelScore>> {
    match model.score(rows, explain) {
        Ok(scores) if scores.len() == rows.len() => {
            scores.into_iter().map(|score| sound(model, score, explain)).collect()
        }
        _ if rows.len() > 1 => {
            rows.iter().flat_map(|row| score_all(model, &[*row], explain)).collect()
        }
        Ok(scores) => failed(model, &format!("it gave {} scores for one row", scores.len())),
        Err(error) => failed(model, &chain(&error)),
    }
}

fn failed(model: &dyn Scorer, error: &str) -> Vec<Option<ModelScore>> {
    metrics::model_failed(model.name());
    tracing::warn!(model = model.name(), version = model.version(), error, "a model failed");
    vec![None]
}

/// A score that holds what scores promise.
fn sound(model: &dyn Scorer, score: ModelScore, explained: bool) -> Option<ModelScore> {
    let sum: f64 = score.contributions.log_odds().iter().sum();
    let off = (score.bias + sum - score.log_odds).abs();
    let adds_up = !explained || off <= SUM_TOLERANCE * score.log_odds.abs().max(1.0);
    let finite = score.log_odds.is_finite() && score.bias.is_finite();
    if (0.0..=1.0).contains(&score.probability) && finite && adds_up {
        return Some(score);
    }
    let error = format!(
        "probability {}, log-odds {}, bias {}, contributions {sum}: these are no scores",
        score.probability, score.log_odds, score.bias
    );
    failed(model, &error).pop().flatten()
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

fn degraded(code: &str, detail: &str) -> Option<Degradation> {
    Some(Degradation { code: code.to_owned(), detail: detail.to_owned() })
}
