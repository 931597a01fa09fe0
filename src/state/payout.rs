//! What is remembered of one payout destination.

use serde::{Deserialize, Serialize};

use super::{Event, EventBody, HopCounts, SeenSet};
use crate::domain::{AccountId, Timestamp};

/// What is remembered of one payout destination.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PayoutDoc {
    /// When a claim first named it.
    pub first_seen_at: Option<Timestamp>,
    /// Accounts whose claims named it.
    pub accounts: SeenSet<AccountId>,
    /// Claims that named it by day, each refund once.
    pub claims: HopCounts,
}

impl Default for PayoutDoc {
    fn default() -> Self {
        Self { first_seen_at: None, accounts: SeenSet::default(), claims: HopCounts::daily() }
    }
}

impl PayoutDoc {
    pub(super) fn apply(&mut self, event: &Event) {
        let EventBody::Claimed(claim, context) = &event.body else { return };
        let at = claim.requested_at;
        self.first_seen_at = Some(self.first_seen_at.map_or(at, |first| first.min(at)));
        self.accounts.add(&claim.account_id, at);
        if !context.asked_before {
            self.claims.add(at);
        }
    }
}
