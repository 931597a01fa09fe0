//! Everything that is known of one card key, by its fingerprint.

use std::net::IpAddr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use thin_vec::ThinVec;

use super::bounded::insert_sorted;
use super::{Event, EventBody};
use crate::domain::{
    ActivationResult, ActivatorId, BatchId, DeviceId, FactBody, OrderId, SupplierId, Timestamp,
};

/// Most entries in each list of a key, the earliest by time: a key that is tried more often is known well enough, and what
/// it was before it was delivered is what counts.
pub(super) const KEY_LIST_MAX: usize = 64;

/// Everything that is known of one card key. Lists are sorted by when things happened.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CardKeyDoc {
    /// Whom it was delivered to.
    pub deliveries: ThinVec<KeyDelivery>,
    /// Who tried it.
    pub activations: ThinVec<Activation>,
    /// Where it was found.
    pub leaks: ThinVec<Leak>,
    /// A list was full: something is missing at its end.
    pub truncated: bool,
}

/// A delivery of the key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyDelivery {
    /// When.
    pub at: Timestamp,
    /// On which order.
    pub order_id: OrderId,
    /// Of which batch.
    pub batch_id: Option<BatchId>,
    /// From whom.
    pub supplier_id: Option<SupplierId>,
}

/// A try at the key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activation {
    /// When.
    pub at: Timestamp,
    /// What the vendor answered.
    pub result: ActivationResult,
    /// Who tried.
    pub activator_id: Option<ActivatorId>,
    /// From which address.
    pub ip: Option<IpAddr>,
    /// On which device.
    pub device_id: Option<DeviceId>,
}

/// A place where the key was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leak {
    /// Since when the place shows it.
    pub first_seen_at: Timestamp,
    /// Where.
    pub source: Arc<str>,
}

impl CardKeyDoc {
    /// When the key was first found not to work by somebody it was delivered to, or at the latest by then; `None` while
    /// it was not delivered, or is not known to be bad.
    ///
    /// The vendor's answer tells: unknown, expired, or used by another. An answer behind a successful use of the
    /// delivered key says nothing about the key as it was sold.
    #[must_use]
    pub fn found_faulty_at(&self) -> Option<Timestamp> {
        let delivered = self.deliveries.first()?.at;
        let used = |a: &Activation| a.result == ActivationResult::Ok && a.at >= delivered;
        let used_at = self.activations.iter().find(|a| used(a)).map(|a| a.at);
        let failed = |a: &&Activation| match a.result {
            ActivationResult::Invalid
            | ActivationResult::Expired
            | ActivationResult::UsedByOther => used_at.is_none_or(|used| a.at < used),
            ActivationResult::Ok
            | ActivationResult::OwnedBySelf
            | ActivationResult::RegionLocked
            | ActivationResult::RateLimited => false,
        };
        self.activations.iter().find(failed).map(|failed| failed.at.max(delivered))
    }

    pub(super) fn apply(&mut self, event: &Event) {
        let EventBody::Fact(fact, _) = &event.body else { return };
        let kept = match &fact.body {
            FactBody::KeyDelivered(delivered) => {
                let delivery = KeyDelivery {
                    at: fact.occurred_at,
                    order_id: delivered.order_id.clone(),
                    batch_id: delivered.batch_id.clone(),
                    supplier_id: delivered.supplier_id.clone(),
                };
                insert_sorted(&mut self.deliveries, KEY_LIST_MAX, delivery, |d| d.at)
            }
            FactBody::KeyActivated(activated) => {
                let activation = Activation {
                    at: fact.occurred_at,
                    result: activated.result,
                    activator_id: activated.activator_id.clone(),
                    ip: activated.client.ip,
                    device_id: activated.client.device_id.clone(),
                };
                insert_sorted(&mut self.activations, KEY_LIST_MAX, activation, |a| a.at)
            }
            FactBody::KeysLeaked(leaked) => {
                let leak =
                    Leak { first_seen_at: leaked.first_seen_at, source: leaked.source.clone() };
                insert_sorted(&mut self.leaks, KEY_LIST_MAX, leak, |l| l.first_seen_at)
            }
            FactBody::OrderPlaced(_)
            | FactBody::PaymentCaptured(_)
            | FactBody::PaymentReversed(_)
            | FactBody::KeyViewed(_)
            | FactBody::AccountActivity(_)
            | FactBody::RefundSettled(_)
            | FactBody::ChargebackOpened(_)
            | FactBody::ChargebackClosed(_)
            | FactBody::IncidentDeclared(_)
            | FactBody::OutcomeReported(_) => true,
        };
        self.truncated |= !kept;
    }
}
