//! How far the scores of models have moved since they were trained.

use super::metrics;
use super::models::Models;
use super::scorer::Scorer;
use crate::domain::{DAY_MS, Sha256, TenantId, Timestamp};
use crate::state::ScoresDoc;

/// How far the scores of each model have moved for a tenant, as of a day. What counts are whole days before it, so that
/// this holds for all claims of the day.
#[derive(Debug, Default)]
pub(super) struct Drifts {
    of: Option<(TenantId, i64)>,
    pub(super) champion: Option<Drifted>,
    /// In the order of the models.
    challengers: Vec<Option<Drifted>>,
}

/// The scores of a model have moved too far for it to decide.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Drifted {
    /// The population stability index of the scores against those of the training.
    pub(super) psi: f64,
    /// So many claims were looked at.
    pub(super) claims: u32,
    /// Of so many days.
    pub(super) days: u8,
}

impl Drifts {
    /// They are those of this tenant on this day.
    pub(super) fn hold_for(&self, tenant: &TenantId, at: Timestamp) -> bool {
        self.of.as_ref().is_some_and(|(of, day)| of == tenant && *day == day_of(at))
    }

    /// Looks at what a tenant's claims were scored before the day of `at`.
    pub(super) fn measure(
        models: &Models,
        scores: &ScoresDoc,
        tenant: &TenantId,
        at: Timestamp,
    ) -> Self {
        let drifted = |model: &dyn Scorer| {
            let recent =
                scores.before(at, &Sha256(model.sha256()), models.trust.drift_claims_min)?;
            let psi = model.drift(&recent.bins)?;
            metrics::model_drift(model.name(), model.version(), psi);
            let drifted = Drifted { psi, claims: recent.claims, days: recent.days };
            (psi > models.trust.max_drift_psi).then(|| drifted.told(model))
        };
        Self {
            of: Some((tenant.clone(), day_of(at))),
            champion: models.champion.as_deref().and_then(drifted),
            challengers: models.challengers.iter().map(|model| drifted(&**model)).collect(),
        }
    }

    /// What a challenger's scores are.
    pub(super) fn of_challenger(&self, place: usize) -> Option<Drifted> {
        self.challengers.get(place).copied().flatten()
    }
}

impl Drifted {
    fn told(self, model: &dyn Scorer) -> Self {
        let Self { psi, claims, days } = self;
        let (model, version) = (model.name(), model.version());
        tracing::warn!(model, version, psi, claims, days, "the scores of a model have drifted");
        self
    }
}

const fn day_of(at: Timestamp) -> i64 {
    at.ms().div_euclid(DAY_MS)
}
