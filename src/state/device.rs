//! What is remembered of one device.

use serde::{Deserialize, Serialize};

use super::{Event, EventBody, HopCounts, Labels, SeenSet};
use crate::domain::{AccountId, FactBody, Timestamp};

/// What is remembered of one device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeviceDoc {
    /// When it was first seen, on any account, claims not counted.
    pub first_seen_at: Option<Timestamp>,
    /// Accounts used on it, claims included.
    pub accounts: SeenSet<AccountId>,
    /// Accounts that claimed from it.
    pub claimants: SeenSet<AccountId>,
    /// Claims by day, each refund once.
    pub claims_daily: HopCounts,
    /// Claims by hour, each refund once.
    pub claims_hourly: HopCounts,
    /// What claims from it turned out to be.
    pub labels: Labels,
}

impl Default for DeviceDoc {
    fn default() -> Self {
        Self {
            first_seen_at: None,
            accounts: SeenSet::default(),
            claimants: SeenSet::default(),
            claims_daily: HopCounts::daily(),
            claims_hourly: HopCounts::hourly(),
            labels: Labels::default(),
        }
    }
}

impl DeviceDoc {
    pub(super) fn apply(&mut self, event: &Event) {
        self.labels.apply(event);
        match &event.body {
            EventBody::Fact(fact, _) => {
                let at = fact.occurred_at;
                if let Some(account) = account_of(&fact.body) {
                    self.first_seen_at = Some(self.first_seen_at.map_or(at, |f| f.min(at)));
                    self.accounts.add(account, at);
                }
            }
            EventBody::Claimed(claim, context) => {
                self.accounts.add(&claim.account_id, claim.requested_at);
                self.claimants.add(&claim.account_id, claim.requested_at);
                if !context.asked_before {
                    self.claims_daily.add(claim.requested_at);
                    self.claims_hourly.add(claim.requested_at);
                }
            }
            EventBody::Decided(_) => {}
        }
    }
}

/// The account that was used, for the facts that tell of a use.
pub(super) fn account_of(body: &FactBody) -> Option<&AccountId> {
    match body {
        FactBody::OrderPlaced(fact) => Some(&fact.account_id),
        FactBody::AccountActivity(fact) => Some(&fact.account_id),
        FactBody::PaymentCaptured(_)
        | FactBody::PaymentReversed(_)
        | FactBody::KeyDelivered(_)
        | FactBody::KeyViewed(_)
        | FactBody::KeyActivated(_)
        | FactBody::RefundSettled(_)
        | FactBody::ChargebackOpened(_)
        | FactBody::ChargebackClosed(_)
        | FactBody::KeysLeaked(_)
        | FactBody::IncidentDeclared(_)
        | FactBody::OutcomeReported(_) => None,
    }
}
