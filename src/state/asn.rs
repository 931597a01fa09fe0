//! What is remembered of one autonomous system: a carrier, a hosting company, a university.

use serde::{Deserialize, Serialize};

use super::{Event, EventBody, HopCounts, Labels};
use crate::domain::FactBody;

/// What is remembered of one autonomous system.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AsnDoc {
    /// Orders placed from it, by 6 hours.
    pub orders: HopCounts,
    /// Claims from it by 6 hours, each refund once.
    pub claims: HopCounts,
    /// What claims from it turned out to be.
    pub labels: Labels,
}

impl Default for AsnDoc {
    fn default() -> Self {
        Self {
            orders: HopCounts::six_hourly(),
            claims: HopCounts::six_hourly(),
            labels: Labels::default(),
        }
    }
}

impl AsnDoc {
    pub(super) fn apply(&mut self, event: &Event) {
        self.labels.apply(event);
        match &event.body {
            EventBody::Fact(fact, _) if matches!(fact.body, FactBody::OrderPlaced(_)) => {
                self.orders.add(fact.occurred_at);
            }
            EventBody::Claimed(claim, context) if !context.asked_before => {
                self.claims.add(claim.requested_at);
            }
            EventBody::Fact(..) | EventBody::Claimed(..) | EventBody::Decided(_) => {}
        }
    }
}
