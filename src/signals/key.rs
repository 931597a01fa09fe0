//! The timeline of the keys that the claim is about.

use std::collections::BTreeSet;

use super::batch::is_faulty_in_outbreak;
use super::charge::count;
use super::group::signal_group;
use super::known::Known;
use crate::domain::{ActivationResult, KeyFingerprint, Network, SettlementStatus};
use crate::state::{Activation, ActivatorLink, Buyer, CardKeyDoc, Refund};

/// Who is at fault for a key that does not work.
const FAULTS: [&str; 4] = ["none", "merchant", "buyer", "unknown"];
/// What the vendor can have answered last.
const RESULTS: [&str; 8] = [
    "none",
    "ok",
    "used_by_other",
    "owned_by_self",
    "invalid",
    "expired",
    "region_locked",
    "rate_limited",
];
/// By what an activation is tied to the claimant.
const LINKS: [&str; 5] = ["none", "account", "device", "ip", "net"];

signal_group! {
    /// The timeline of the keys that the claim is about.
    KeySignals, "key";
    key_delivered: truth, "-", Facts, "goods of the order were delivered", "never";
    key_viewed: truth, "-", Facts, "goods of the order were opened", "never";
    delivery_to_claim_min: real, "min", Facts, "from the last delivery to the claim", "nothing was delivered";
    view_to_claim_min: real, "min", Facts, "from the first opening to the claim", "nothing was opened";
    paid_undelivered_min: real, "min", Facts, "from the first payment to the claim, while nothing is delivered", "something was delivered, or nothing was paid";
    delivery_feed_alive: truth, "-", Facts, "a delivery of some order happened after this order's first payment and was told: a missing delivery is missing, not late news", "nothing was paid";
    key_claimed_not_delivered: truth, "-", Facts, "the claim names a key that the order never got", "the claim names no key";
    key_activations: int, "tries", Facts, "tries at the keys", "never";
    key_activation_networks: int, "networks", Facts, "distinct /24 and /48 networks that tried the keys", "never";
    key_first_ok_to_delivery_min: real, "min", Facts, "from delivery to the first use of a key; negative: used before we delivered it. A try that found it used by somebody else counts when it was before delivery", "no key was delivered and used";
    view_to_first_ok_min: real, "min", Facts, "from the first opening of the goods to the first use of a key; negative: used before they were opened", "no key was consumed, or nothing was opened";
    key_activated_by_claimant: truth, "-", Facts, "a key was consumed by the claimant: the same account, device or address", "never";
    key_activator_link: word(&LINKS), "-", Facts, "what ties the consumer of a key to the claimant, the strongest", "no key was consumed";
    key_last_result: word(&RESULTS), "-", Facts, "what the vendor last answered; none: no key was tried", "never";
    key_sold_times: int, "orders", Facts, "distinct orders that one key was delivered to, the most of any", "the order has no key";
    key_leaked_before_delivery: truth, "-", Facts, "a key was public before it was delivered to this order", "the order has no key";
    key_leaked_after_delivery: truth, "-", Facts, "a key became public after it was delivered to this order, and not before", "the order has no key";
    key_activated_after_refund: truth, "-", Facts, "a key was consumed after a refund of the order was paid", "no refund of the order was paid";
    key_fault_minor: int, "minor units, payment currency", Facts, "price of the keys that were used, leaked or sold before they were delivered to this order, or failed in an outbreak of their batch, and not consumed by the claimant, less what went or is promised back; units cost the same", "the order has no key, or nothing was captured";
    key_fault: word(&FAULTS), "-", Facts, "whose fault the timeline shows: merchant (used, leaked or sold before, never good, or failed in an outbreak of its batch), buyer (consumed or owned by the claimant), unknown (used by somebody else after delivery), none", "the order has no key";
}

pub(super) fn compute(known: &Known<'_>) -> KeySignals {
    let order = known.order;
    let at = known.at();
    let last_delivery = order.deliveries.iter().map(|d| d.at).filter(|d| *d <= at).max();
    let tries: Vec<&Activation> = known.keys.iter().flat_map(|(_, key)| &key.activations).collect();
    let consumed: Vec<&Activation> =
        known.keys.iter().flat_map(|(_, key)| key.consumptions()).collect();
    let buyer = buyer(known);
    let link = consumed.iter().map(|activation| activation.link(&buyer)).max();
    let has_key = !known.keys.is_empty();
    let before = known.keys.iter().any(|(fp, key)| leaked_before(known, *fp, key));
    let leaked = known.keys.iter().any(|(_, key)| !key.leaks.is_empty());
    let first_use = first_use_to_delivery_min(known);
    let last = tries.iter().max_by_key(|activation| activation.at);
    let sold = known.keys.iter().map(|(_, key)| sold_times(key)).max();
    let mut signals = KeySignals {
        key_delivered: Some(!order.deliveries.is_empty()),
        key_viewed: Some(!order.views.is_empty()),
        delivery_to_claim_min: last_delivery.map(|d| at.minutes_since(d)),
        view_to_claim_min: order.views.first().map(|view| at.minutes_since(view.at)),
        paid_undelivered_min: paid_undelivered_min(known),
        delivery_feed_alive: delivery_feed_alive(known),
        key_claimed_not_delivered: claimed_not_delivered(known),
        key_activations: Some(count(tries.len())),
        key_activation_networks: Some(networks(&tries)),
        key_first_ok_to_delivery_min: first_use,
        view_to_first_ok_min: view_to_first_ok_min(known, &consumed),
        key_activated_by_claimant: Some(link.is_some_and(ActivatorLink::is_buyer)),
        key_activator_link: link.map(ActivatorLink::as_str),
        key_last_result: Some(last.map_or("none", |activation| activation.result.as_str())),
        key_sold_times: sold,
        key_leaked_before_delivery: has_key.then_some(before),
        key_leaked_after_delivery: has_key.then_some(leaked && !before),
        key_activated_after_refund: activated_after_refund(known, &consumed),
        key_fault_minor: fault_minor(known, &buyer),
        key_fault: None,
    };
    let outbreak = known.keys.iter().any(|(fp, key)| is_outbreak_victim(known, *fp, key));
    signals.key_fault = has_key.then(|| fault(&signals, !consumed.is_empty(), outbreak));
    signals
}

/// The claimant is known by the account, by the devices and addresses of the claim, of the order and of its openings.
fn buyer<'a>(known: &'a Known<'_>) -> Buyer<'a> {
    let placed = known.order.placed.as_ref().map(|placed| &placed.client);
    let views = known.order.views.iter().map(|view| &view.client);
    let clients = std::iter::once(known.client()).chain(placed).chain(views).collect();
    Buyer { account: Some(known.claimant()), clients }
}

fn networks(tries: &[&Activation]) -> i64 {
    let distinct: BTreeSet<_> = tries.iter().filter_map(|a| a.ip).map(Network::of).collect();
    count(distinct.len())
}

fn paid_undelivered_min(known: &Known<'_>) -> Option<f64> {
    let first = known.order.captures.first()?;
    known.order.deliveries.is_empty().then(|| known.at().minutes_since(first.at))
}

fn claimed_not_delivered(known: &Known<'_>) -> Option<bool> {
    let delivered = |key| known.order.deliveries.iter().any(|delivery| delivery.key == Some(key));
    let named = &known.claim.keys;
    (!named.is_empty()).then(|| named.iter().any(|key| !delivered(*key)))
}

fn first_use_to_delivery_min(known: &Known<'_>) -> Option<f64> {
    let uses = known.keys.iter().filter_map(|(fp, key)| use_to_delivery_min(known, *fp, key));
    uses.min_by(f64::total_cmp)
}

/// A try that found the key used by somebody else tells when it was used at the latest.
fn use_to_delivery_min(known: &Known<'_>, fp: KeyFingerprint, key: &CardKeyDoc) -> Option<f64> {
    let delivered = known.order.delivered_at(fp)?;
    let used = key.activations.iter().find(|a| {
        a.result == ActivationResult::Ok
            || (a.result == ActivationResult::UsedByOther && a.at < delivered)
    })?;
    Some(used.at.minutes_since(delivered))
}

fn view_to_first_ok_min(known: &Known<'_>, consumed: &[&Activation]) -> Option<f64> {
    let viewed = known.order.views.first()?.at;
    let first = consumed.iter().map(|activation| activation.at).min()?;
    Some(first.minutes_since(viewed))
}

fn delivery_feed_alive(known: &Known<'_>) -> Option<bool> {
    let paid = known.order.captures.first()?.at;
    Some(known.tenant.last_delivery_at.is_some_and(|last| last > paid))
}

fn fault_minor(known: &Known<'_>, buyer: &Buyer<'_>) -> Option<i64> {
    let is_at_fault = |(fp, key): &&(KeyFingerprint, &CardKeyDoc)| {
        let spoiled = use_to_delivery_min(known, *fp, key).is_some_and(|min| min < 0.0)
            || leaked_before(known, *fp, key)
            || sold_times(key) > 1
            || is_faulty_in_outbreak(known, *fp, key);
        spoiled && !key.is_consumed_by(buyer)
    };
    let keys = count(known.keys.iter().filter(is_at_fault).count());
    let at_fault = known.order.price_of_units_minor(keys)?;
    let gone = known.balance()?.gone_minor();
    (!known.keys.is_empty()).then_some((at_fault - gone).max(0))
}

/// The key failed in an outbreak of its batch, and the claimant did not consume it.
pub(super) fn is_outbreak_victim(
    known: &Known<'_>,
    fingerprint: KeyFingerprint,
    key: &CardKeyDoc,
) -> bool {
    is_faulty_in_outbreak(known, fingerprint, key) && !key.is_consumed_by(&buyer(known))
}

/// The claimant tried: the same account, device or address.
pub(super) fn is_claimant(known: &Known<'_>, activation: &Activation) -> bool {
    activation.link(&buyer(known)).is_buyer()
}

fn leaked_before(known: &Known<'_>, fingerprint: KeyFingerprint, key: &CardKeyDoc) -> bool {
    let delivered = known.order.delivered_at(fingerprint);
    delivered.is_some_and(|delivered| key.is_leaked_before(delivered))
}

fn sold_times(key: &CardKeyDoc) -> i64 {
    count(key.orders().len())
}

fn activated_after_refund(known: &Known<'_>, consumed: &[&Activation]) -> Option<bool> {
    let paid = |r: &&Refund| r.status == SettlementStatus::Settled;
    let first = known.order.refunds.iter().find(paid)?;
    Some(consumed.iter().any(|activation| activation.at > first.at))
}

fn fault(signals: &KeySignals, consumed: bool, outbreak: bool) -> &'static str {
    let used_before = signals.key_first_ok_to_delivery_min.is_some_and(|min| min < 0.0);
    let by_claimant = signals.key_activated_by_claimant == Some(true);
    match signals.key_last_result {
        _ if by_claimant => "buyer",
        _ if used_before
            || outbreak
            || signals.key_leaked_before_delivery == Some(true)
            || signals.key_sold_times.is_some_and(|times| times > 1) =>
        {
            "merchant"
        }
        Some("owned_by_self") => "buyer",
        Some("invalid" | "expired") if !consumed => "merchant",
        None | Some("none" | "rate_limited" | "region_locked") => "none",
        Some(_) => "unknown",
    }
}
