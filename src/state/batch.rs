//! What is remembered of one batch of keys.

use serde::{Deserialize, Serialize};

use super::{Event, EventBody, HopCounts, SeenSet};
use crate::domain::{AccountId, FactBody, KeyFault, SupplierId};

/// What is remembered of one batch of keys.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BatchDoc {
    /// Who supplied it: the least of the names that deliveries gave.
    pub supplier_id: Option<SupplierId>,
    /// Deliveries of its keys, by day.
    pub delivered: HopCounts,
    /// Its keys that were found not to work, by day, each key once. A key that other batches delivered too counts for the
    /// one that was known when the fault came to light. Only the vendor's answers tell: whoever claims that
    /// keys do not work adds nothing here.
    pub faults: HopCounts,
    /// Accounts that got a key that does not work.
    pub victims: SeenSet<AccountId>,
    /// Claims about its keys by 6 hours, each refund once.
    pub claims: HopCounts,
}

impl Default for BatchDoc {
    fn default() -> Self {
        Self {
            supplier_id: None,
            delivered: HopCounts::daily(),
            faults: HopCounts::daily(),
            victims: SeenSet::default(),
            claims: HopCounts::six_hourly(),
        }
    }
}

impl BatchDoc {
    /// It hears of its own deliveries, of faults of its keys, and of claims about them.
    pub(super) fn apply(&mut self, event: &Event) {
        match &event.body {
            EventBody::Fact(fact, context) => {
                if let FactBody::KeyDelivered(delivered) = &fact.body {
                    if delivered.key.is_some() {
                        self.delivered.add(fact.occurred_at);
                    }
                    let told = delivered.supplier_id.iter().chain(&self.supplier_id).min();
                    self.supplier_id = told.cloned();
                }
                if let Some(fault) = &context.fault {
                    count_fault(&mut self.faults, fault);
                    if let (Some(account), Some(at)) = (&fault.account_id, fault.at) {
                        self.victims.add(account, at);
                    }
                }
            }
            EventBody::Claimed(claim, context) => {
                if !context.asked_before {
                    self.claims.add(claim.requested_at);
                }
            }
            EventBody::Decided(_) => {}
        }
    }
}

/// Counts a fault where it belongs now, and no more where it was counted before.
pub(super) fn count_fault(faults: &mut HopCounts, fault: &KeyFault) {
    if let Some(was_at) = fault.was_at {
        faults.take_back(was_at);
    }
    if let Some(at) = fault.at {
        faults.add(at);
    }
}
