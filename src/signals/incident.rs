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
    let Some(placed) = &known.order.placed else { return IncidentSignals::default() };
    let deliveries = &known.order.deliveries;
    let mut suppliers: Vec<_> = deliveries.iter().filter_map(|d| d.supplier_id.as_ref()).collect();
    suppliers.extend(&placed.supplier_id);
    let batches: Vec<_> = deliveries.iter().filter_map(|d| d.batch_id.as_ref()).collect();
    let kinds: Vec<IncidentKind> =
        known.incidents.covering(placed.at, &placed.sku, &suppliers, &batches).collect();
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
