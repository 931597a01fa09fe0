//! What the claim says, and whether that can be.

use super::charge::count;
use super::group::signal_group;
use super::known::Known;
use crate::domain::{ClaimChannel, ClaimReason, SkuClass, Timestamp};
use crate::geo;

/// What contradicts a claim.
const CONTRADICTIONS: [&str; 5] = [
    "none",
    "not_delivered_but_viewed",
    "charged_once",
    "charged_in_instalments",
    "charged_for_two_purchases",
];

signal_group! {
    /// What the claim says, and whether that can be.
    ClaimSignals, "claim";
    claim_amount_minor: int, "minor units, payment currency", Claim, "what is asked for, at the payment's rate", "nothing was captured, or the currency is neither the payment's nor the order's";
    claim_value_minor: int, "minor units, policy currency", Claim, "what is asked for, at the policy's rough values: for thresholds", "the policy states no value for the currency";
    claim_amount_share: real, "share", Facts, "claim_amount_minor over order_paid_minor", "as either";
    claim_reason: word(ClaimReason::WORDS), "-", Claim, "why the buyer asks", "never";
    claim_channel: word(ClaimChannel::WORDS), "-", Claim, "which door the claim came through", "never";
    claim_channel_official: truth, "-", Claim, "the door is the platform's own or a partner's", "never";
    claim_since_order_min: real, "min", Facts, "from the order to the claim", "the order is unknown";
    claim_account_matches: truth, "-", Facts, "the account that asks is the one that ordered", "the order is unknown";
    claim_window_h: int, "h", Facts, "the after-sales window of the class of goods", "the order is unknown";
    claim_within_window: truth, "-", Facts, "asked within the window after delivery; before delivery always", "the order is unknown";
    claim_returnable: truth, "-", Facts, "delivered goods of this class can be given back without a fault", "the order is unknown";
    sku_class: word(SkuClass::WORDS), "-", Facts, "class of the ordered goods", "the order is unknown";
    claim_repeats_on_order: int, "claims", Facts, "earlier claims on the order for other refunds", "never";
    claim_reason_changed: truth, "-", Facts, "an earlier claim on the order gave another reason", "never";
    claim_contradiction: word(&CONTRADICTIONS), "-", Facts, "what in the facts contradicts the reason", "never";
    claim_local_hour: int, "h, 0 to 23", Claim, "hour of the day in the time zone that the client reports", "no time zone was reported";
}

pub(super) fn compute(known: &Known<'_>) -> ClaimSignals {
    let claim = known.claim;
    let placed = known.order.placed.as_ref();
    let terms = placed.and_then(|p| known.terms.by_class.get(&p.sku_class));
    let asked_minor = known.asked().map(|money| money.amount_minor);
    let earlier: Vec<_> =
        known.order.claims.iter().filter(|c| c.refund_id != claim.refund_id).collect();
    ClaimSignals {
        claim_amount_minor: asked_minor,
        claim_value_minor: known.terms.value_minor(claim.amount),
        claim_amount_share: share(asked_minor, known.balance().map(|b| b.paid_minor)),
        claim_reason: Some(claim.reason.as_str()),
        claim_channel: Some(claim.channel.as_str()),
        claim_channel_official: Some(claim.channel != ClaimChannel::Unofficial),
        claim_since_order_min: placed.map(|p| known.at().minutes_since(p.at)),
        claim_account_matches: placed.map(|p| p.account_id == claim.account_id),
        claim_window_h: terms.map(|t| i64::from(t.window_h)),
        claim_within_window: terms.map(|t| within_window(known, t.window_h)),
        claim_returnable: terms.map(|t| t.returnable_after_delivery),
        sku_class: placed.map(|p| p.sku_class.as_str()),
        claim_repeats_on_order: Some(count(earlier.len())),
        claim_reason_changed: Some(earlier.iter().any(|c| c.reason != claim.reason)),
        claim_contradiction: Some(contradiction(known)),
        claim_local_hour: claim
            .client
            .timezone
            .as_deref()
            .and_then(|zone| geo::local_hour(zone, known.at())),
    }
}

/// The last delivery: a replacement opens the window anew.
fn delivered_at(known: &Known<'_>) -> Option<Timestamp> {
    known.order.deliveries.iter().map(|delivery| delivery.at).filter(|at| *at <= known.at()).max()
}

fn within_window(known: &Known<'_>, window_h: u32) -> bool {
    delivered_at(known).is_none_or(|at| known.at().hours_since(at) <= f64::from(window_h))
}

fn contradiction(known: &Known<'_>) -> &'static str {
    match known.claim.reason {
        ClaimReason::NotDelivered if viewed_by_buyer(known) => "not_delivered_but_viewed",
        ClaimReason::ChargedTwice => charge_contradiction(known),
        ClaimReason::NotDelivered
        | ClaimReason::KeyAlreadyUsed
        | ClaimReason::KeyInvalid
        | ClaimReason::RegionLocked
        | ClaimReason::NotAsDescribed
        | ClaimReason::NoLongerWanted
        | ClaimReason::Unauthorised
        | ClaimReason::Other => "none",
    }
}

/// The buyer is known by the order, by the devices of the account and by the claim; an opening from nowhere is theirs.
fn viewed_by_buyer(known: &Known<'_>) -> bool {
    let ordered = known.order.placed.as_ref().map(|placed| &placed.client);
    let own = || std::iter::once(known.client()).chain(ordered);
    known.order.views.iter().any(|view| match (&view.client.device_id, view.client.ip) {
        (None, None) => true,
        (device, ip) => {
            device.as_ref().is_some_and(|id| known.account.devices.first_seen(id).is_some())
                || own().any(|client| device.is_some() && client.device_id == *device)
                || own().any(|client| ip.is_some() && client.ip == ip)
        }
    })
}

/// One payment alone contradicts nothing: the platform may have missed the other one.
fn charge_contradiction(known: &Known<'_>) -> &'static str {
    match super::charge::kind(known) {
        Some("two_purchases") => "charged_for_two_purchases",
        Some("instalments") => "charged_in_instalments",
        Some("psp_retry" | "reversed") => "charged_once",
        _ => "none",
    }
}

#[expect(clippy::cast_precision_loss, reason = "amounts are exact in f64")]
fn share(part: Option<i64>, whole: Option<i64>) -> Option<f64> {
    let (part, whole) = (part?, whole?);
    (whole > 0).then(|| part as f64 / whole as f64)
}
