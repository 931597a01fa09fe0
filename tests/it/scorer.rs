//! A model for tests: a logistic function of three signals.

use std::sync::Arc;

use vouch::domain::{Contributions, ModelFeatures, ModelScore, ModelTrust, Timestamp};
use vouch::engine::{Models, Scorer, ScorerError, Setup};
use vouch::signals::{Catalogue, SignalRow, SignalValue};

/// Signal, group, and what a unit of it adds to the log-odds.
const WEIGHTS: [(&str, &str, f64); 3] = [
    ("account_refunds_30d", "account", 0.9),
    ("device_is_new", "device", 1.4),
    ("claim_repeats_on_order", "claim", 0.6),
];

/// So many claims tell whether the model has drifted.
pub(crate) const DRIFT_CLAIMS_MIN: u32 = 8;

/// The model.
#[derive(Debug, Clone)]
pub(crate) struct Logistic {
    pub(crate) version: &'static str,
    pub(crate) bias: f64,
    pub(crate) calibrated: bool,
    pub(crate) trained_until: Timestamp,
    /// It fails on rows where this signal is true, and on batches that hold one.
    pub(crate) fails_on: Option<&'static str>,
    /// The tenth in which its scores lay in training: [`Scorer::drift`] is the share of those that do not.
    pub(crate) trained_bin: Option<u8>,
}

impl Logistic {
    /// A calibrated model that has just been trained.
    pub(crate) const fn new(version: &'static str, bias: f64) -> Self {
        let trained_until = Timestamp::from_ms(1_794_000_000_000);
        Self { version, bias, calibrated: true, trained_until, fails_on: None, trained_bin: None }
    }

    fn one(&self, row: &SignalRow, explain: bool) -> Result<ModelScore, ScorerError> {
        if self.fails_on.is_some_and(|signal| number(row, signal) > 0.0) {
            return Err(ScorerError("it cannot look at this".into()));
        }
        let part = |(signal, _, weight): (&str, &str, f64)| weight * number(row, signal);
        let parts: Vec<f64> = WEIGHTS.into_iter().map(part).collect();
        let log_odds = parts.iter().fold(self.bias, |sum, part| sum + part);
        let probability = 1.0 / (1.0 + (-log_odds).exp());
        let features = WEIGHTS.map(|(signal, group, _)| (signal.into(), group.into()));
        let features = Arc::new(ModelFeatures::new(features));
        let contributions = Contributions::new(features, if explain { parts } else { Vec::new() });
        Ok(ModelScore { probability, log_odds, bias: self.bias, contributions })
    }
}

fn number(row: &SignalRow, signal: &str) -> f64 {
    match &row[Catalogue::get().position(signal).expect("a signal")] {
        Some(SignalValue::Int(value)) => f64::from(i32::try_from(*value).unwrap_or(i32::MAX)),
        Some(SignalValue::Real(value)) => *value,
        Some(SignalValue::Truth(value)) => f64::from(u8::from(*value)),
        Some(SignalValue::Word(_) | SignalValue::Text(_)) | None => 0.0,
    }
}

impl Scorer for Logistic {
    fn name(&self) -> &str {
        "logistic"
    }

    fn version(&self) -> &str {
        self.version
    }

    fn sha256(&self) -> [u8; 32] {
        let mut sha256 = [0; 32];
        let version = self.version.as_bytes();
        sha256[..version.len()].copy_from_slice(version);
        sha256
    }

    fn trained_until(&self) -> Timestamp {
        self.trained_until
    }

    fn is_calibrated(&self) -> bool {
        self.calibrated
    }

    /// Tenths of the probability.
    fn bin(&self, score: &ModelScore) -> Option<u8> {
        let tenths = (1..10_u8).filter(|tenth| f64::from(*tenth) / 10.0 <= score.probability);
        u8::try_from(tenths.count()).ok()
    }

    /// In training, all scores lay in one tenth.
    fn drift(&self, bins: &[u32]) -> Option<f64> {
        let then = self.trained_bin?;
        let in_it = bins.get(usize::from(then)).copied().unwrap_or_default();
        let all: u32 = bins.iter().sum();
        Some(1.0 - f64::from(in_it) / f64::from(all))
    }

    fn score(&self, rows: &[&SignalRow], explain: bool) -> Result<Vec<ModelScore>, ScorerError> {
        rows.iter().map(|row| self.one(row, explain)).collect()
    }
}

/// The setup with these models in it.
pub(crate) fn with_models(setup: Setup, champion: Logistic, challengers: &[Logistic]) -> Setup {
    let mut setup = setup;
    setup.versions.model_sha256 = Some(hex::encode(champion.sha256()));
    setup.models = Models {
        champion: Some(Arc::new(champion)),
        challengers: challengers.iter().cloned().map(|c| Arc::new(c) as Arc<dyn Scorer>).collect(),
        trust: ModelTrust {
            max_age_d: 120.0,
            max_drift_psi: 0.25,
            drift_claims_min: DRIFT_CLAIMS_MIN,
        },
    };
    setup
}
