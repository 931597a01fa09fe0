//! What is remembered of one address.

use serde::{Deserialize, Serialize};

use super::device::account_of;
use super::{Event, EventBody, HopCounts, SeenSet};
use crate::domain::AccountId;

/// What is remembered of one address.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IpDoc {
    /// Accounts used from it, claims included.
    pub accounts: SeenSet<AccountId>,
    /// Claims by hour.
    pub claims_hourly: HopCounts,
}

impl Default for IpDoc {
    fn default() -> Self {
        Self { accounts: SeenSet::default(), claims_hourly: HopCounts::hourly() }
    }
}

impl IpDoc {
    pub(super) fn apply(&mut self, event: &Event) {
        match &event.body {
            EventBody::Fact(fact) => {
                if let Some(account) = account_of(&fact.body) {
                    self.accounts.add(account, fact.occurred_at);
                }
            }
            EventBody::Claimed(claim) => {
                self.accounts.add(&claim.account_id, claim.requested_at);
                self.claims_hourly.add(claim.requested_at);
            }
            EventBody::Decided(_) => {}
        }
    }
}
