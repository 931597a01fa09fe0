//! How often claims from somewhere turned out to be fraud.

use serde::{Deserialize, Serialize};

use super::{Event, EventBody, RateHops};
use crate::domain::{FactBody, OutcomeLabel, Timestamp};

/// Claims whose truth is known, by the day since when it is true; fraud is a hit. Claims that nobody has judged yet count
/// nowhere: a new claim is neither honest nor not.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Labels(RateHops);

impl Labels {
    /// Frauds and judged claims of the `days` days that end with the day of `at`.
    #[must_use]
    pub fn within(&self, at: Timestamp, days: i64) -> (i64, i64) {
        self.0.within(at, days)
    }

    /// Counts the outcome that an event brings to light, for an entity that the claim came from.
    pub(super) fn apply(&mut self, event: &Event) {
        match &event.body {
            EventBody::Fact(fact, context) => {
                let (FactBody::OutcomeReported(outcome), Some(judged)) =
                    (&fact.body, &context.judged)
                else {
                    return;
                };
                if let Some((since, label)) = judged.replaces
                    && let Some(fraud) = is_fraud(label)
                {
                    self.0.take_back(since, fraud);
                }
                self.count(outcome.effective_at, outcome.label);
            }
            EventBody::Claimed(_, context) => {
                if let Some((since, label)) = context.outcome.filter(|_| !context.asked_before) {
                    self.count(since, label);
                }
            }
            EventBody::Decided(_) => {}
        }
    }

    fn count(&mut self, since: Timestamp, label: OutcomeLabel) {
        if let Some(fraud) = is_fraud(label) {
            self.0.add(since, fraud);
        }
    }
}

/// A claim on an account that was taken over is fraud of whoever holds it. Unclear ones are not counted.
const fn is_fraud(label: OutcomeLabel) -> Option<bool> {
    match label {
        OutcomeLabel::Honest | OutcomeLabel::MerchantFault => Some(false),
        OutcomeLabel::Abuse | OutcomeLabel::AccountTakeover => Some(true),
        OutcomeLabel::Unclear => None,
    }
}
