//! What became of a refund, as far as it can be believed.

use std::collections::BTreeSet;

use super::history::Outcome;
use super::number::days_ms;
use super::settings::LabelSettings;
use crate::domain::{OutcomeLabel, OutcomeSource, Timestamp};

/// The label of a refund.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Label {
    /// Whether it was fraud.
    pub fraud: bool,
    /// How much it counts: for a refund that nobody but an audit looked at, the claims that this one was drawn from.
    pub weight: f64,
    /// When what is known of it took effect.
    pub effective_at: Timestamp,
}

/// The label of a refund from what was reported of it, as known at a time. The latest outcome stands, by the time of its
/// effect; `None` when nothing has matured by then, when it is unclear, or when it was known before the claim.
pub(super) fn label(
    outcomes: &[Outcome],
    claimed_at: Timestamp,
    settings: &LabelSettings,
    as_of: Timestamp,
) -> Option<Label> {
    let maturity_ms = days_ms(settings.maturity_d);
    // What is known before the question is no prediction.
    if outcomes.iter().any(|outcome| outcome.observed_at <= claimed_at) {
        return None;
    }
    let matured = |outcome: &&Outcome| {
        outcome.observed_at.max(outcome.effective_at).plus_ms(maturity_ms) <= as_of
    };
    let believed: Vec<&Outcome> = outcomes.iter().filter(matured).collect();
    let standing = believed
        .iter()
        .max_by_key(|outcome| (outcome.effective_at, outcome.observed_at, &outcome.fact_id))?;
    let is_in = |words: &BTreeSet<OutcomeLabel>| words.contains(&standing.label);
    let fraud = match (is_in(&settings.positive), is_in(&settings.negative)) {
        (true, _) => true,
        (false, true) => false,
        (false, false) => return None,
    };
    // An audit that corrects what somebody said was no draw: that claim would be labelled anyway.
    let drawn = believed.iter().all(|outcome| outcome.source == OutcomeSource::Audit);
    let weight = if drawn { 1.0 / settings.audit_share } else { 1.0 };
    Some(Label { fraud, weight, effective_at: standing.effective_at })
}
