//! Faults that the platform declared.

use super::group::signal_group;
use super::known::Known;
use crate::domain::{ClaimReason, IncidentKind};

/// What an order can be covered by.
const KINDS: [&str; 4] = ["none", "double_charge", "delivery_outage", "bad_batch"];

signal_group! {
    /// Faults that the platform declared.
    IncidentSignals, "incident";
    incident_active: word(&KINDS), "-", Facts, "a declared incident covers the order by its time, SKU, supplier and batch; one that fits the reason comes first; none: there is no such incident", "the order is unknown";
    incident_fits_reason: truth, "-", Facts, "it explains what the buyer claims: double_charge for charged_twice, delivery_outage for not_delivered, bad_batch for keys that do not work", "the order is unknown";
}

pub(super) fn compute(known: &Known<'_>) -> IncidentSignals {
    if known.order.placed.is_none() {
        return IncidentSignals::default();
    }
    let kinds: Vec<IncidentKind> = known.incidents.covering(known.order).collect();
    let fitting = kinds.iter().find(|kind| fits(**kind, known.claim.reason));
    IncidentSignals {
        incident_active: Some(
            fitting.or_else(|| kinds.first()).map_or("none", |kind| kind.as_str()),
        ),
        incident_fits_reason: Some(fitting.is_some()),
    }
}

const fn fits(kind: IncidentKind, reason: ClaimReason) -> bool {
    match kind {
        IncidentKind::DoubleCharge => matches!(reason, ClaimReason::ChargedTwice),
        IncidentKind::DeliveryOutage => matches!(reason, ClaimReason::NotDelivered),
        IncidentKind::BadBatch => {
            matches!(reason, ClaimReason::KeyAlreadyUsed | ClaimReason::KeyInvalid)
        }
    }
}
