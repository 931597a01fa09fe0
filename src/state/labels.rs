//! How often claims from somewhere turned out to be fraud.

use serde::{Deserialize, Serialize};

use super::{Event, EventBody, HopCounts};
use crate::domain::{FactBody, OutcomeLabel, Timestamp};

/// Claims whose truth is known, and how many of them were fraud, by the day since when it is true. Claims that nobody
/// has judged yet count nowhere: a new claim is neither honest nor not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Labels {
    /// Judged claims by day; unclear ones are not counted.
    pub judged: HopCounts,
    /// Of these, fraud: abuse, and claims on an account that was taken over.
    pub fraud: HopCounts,
}

impl Default for Labels {
    fn default() -> Self {
        Self { judged: HopCounts::daily(), fraud: HopCounts::daily() }
    }
}

impl Labels {
    /// Counts the outcome that an event brings to light, for an entity that the claim came from.
    pub(super) fn apply(&mut self, event: &Event) {
        match &event.body {
            EventBody::Fact(fact, context) => {
                let (FactBody::OutcomeReported(outcome), Some(judged)) =
                    (&fact.body, &context.judged)
                else {
                    return;
                };
                if let Some((since, label)) = judged.replaces {
                    self.count(since, label, HopCounts::take_back);
                }
                self.count(outcome.effective_at, outcome.label, HopCounts::add);
            }
            EventBody::Claimed(_, context) => {
                if let Some((since, label)) = context.outcome.filter(|_| !context.asked_before) {
                    self.count(since, label, HopCounts::add);
                }
            }
            EventBody::Decided(_) => {}
        }
    }

    fn count(
        &mut self,
        since: Timestamp,
        label: OutcomeLabel,
        count: impl Fn(&mut HopCounts, Timestamp),
    ) {
        match label {
            OutcomeLabel::Honest | OutcomeLabel::MerchantFault => count(&mut self.judged, since),
            OutcomeLabel::Abuse | OutcomeLabel::AccountTakeover => {
                count(&mut self.judged, since);
                count(&mut self.fraud, since);
            }
            OutcomeLabel::Unclear => {}
        }
    }
}
