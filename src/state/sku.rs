//! What is remembered of one thing that is sold.

use serde::{Deserialize, Serialize};

use super::{Event, EventBody, HopCounts};
use crate::domain::FactBody;

/// What is remembered of one thing that is sold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SkuDoc {
    /// Orders by day.
    pub orders: HopCounts,
    /// Claims by day, each refund once.
    pub claims: HopCounts,
}

impl Default for SkuDoc {
    fn default() -> Self {
        Self { orders: HopCounts::daily(), claims: HopCounts::daily() }
    }
}

impl SkuDoc {
    pub(super) fn apply(&mut self, event: &Event) {
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
