//! What is remembered of one supplier of keys.

use serde::{Deserialize, Serialize};

use super::batch::count_fault;
use super::{Event, EventBody, HopCounts};
use crate::domain::FactBody;

/// What is remembered of one supplier of keys.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SupplierDoc {
    /// Deliveries of its keys, by day.
    pub delivered: HopCounts,
    /// Its keys that were found not to work, by day, each key once.
    pub faults: HopCounts,
}

impl Default for SupplierDoc {
    fn default() -> Self {
        Self { delivered: HopCounts::daily(), faults: HopCounts::daily() }
    }
}

impl SupplierDoc {
    /// It hears of its own deliveries, and of faults of its keys.
    pub(super) fn apply(&mut self, event: &Event) {
        let EventBody::Fact(fact, context) = &event.body else { return };
        if matches!(&fact.body, FactBody::KeyDelivered(delivered) if delivered.key.is_some()) {
            self.delivered.add(fact.occurred_at);
        }
        if let Some(fault) = &context.fault {
            count_fault(&mut self.faults, fault);
        }
    }
}
