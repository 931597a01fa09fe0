//! What is remembered of one address, or of the network around it.

use serde::{Deserialize, Serialize};

use super::device::account_of;
use super::{Event, EventBody, HopCounts, Labels, SeenSet};
use crate::domain::AccountId;

/// What is remembered of one address, or of the network around it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AddressDoc {
    /// Accounts used from it, claims included.
    pub accounts: SeenSet<AccountId>,
    /// Claims by 5 minutes, each refund once.
    pub claims_minutely: HopCounts,
    /// Claims by hour, each refund once.
    pub claims_hourly: HopCounts,
    /// What claims from it turned out to be.
    pub labels: Labels,
}

impl Default for AddressDoc {
    fn default() -> Self {
        Self {
            accounts: SeenSet::default(),
            claims_minutely: HopCounts::five_minutes(),
            claims_hourly: HopCounts::hourly(),
            labels: Labels::default(),
        }
    }
}

impl AddressDoc {
    pub(super) fn apply(&mut self, event: &Event) {
        self.labels.apply(event);
        match &event.body {
            EventBody::Fact(fact, _) => {
                if let Some(account) = account_of(&fact.body) {
                    self.accounts.add(account, fact.occurred_at);
                }
            }
            EventBody::Claimed(claim, context) => {
                self.accounts.add(&claim.account_id, claim.requested_at);
                if !context.asked_before {
                    self.claims_minutely.add(claim.requested_at);
                    self.claims_hourly.add(claim.requested_at);
                }
            }
            EventBody::Decided(_) => {}
        }
    }
}
