//! What was charged, delivered and paid back on the order.

use super::group::signal_group;
use super::known::Known;
use crate::domain::{Decision, MINUTE_MS, PaymentMethod, SECOND_MS, SettlementStatus};
use crate::state::{Capture, OrderDoc};

/// What a surplus of money on an order is.
const KINDS: [&str; 7] = [
    "none",
    "psp_retry",
    "reversed",
    "instalments",
    "proven_duplicate",
    "probable_duplicate",
    "two_purchases",
];

/// Payments of one payer for the same goods this close together are twins.
pub const TWIN_GAP_MAX_MS: i64 = 30 * MINUTE_MS;

signal_group! {
    /// What was charged, delivered and paid back.
    ChargeSignals, "charge";
    order_known: truth, "-", Facts, "the order was told", "never";
    order_truncated: truth, "-", Facts, "a list of the order or of one of its keys overflowed: something is missing", "never";
    payments_on_order: int, "payments", Facts, "captured payments, each PSP transaction id once, reversed ones not counted", "never";
    deliveries_on_order: int, "deliveries", Facts, "deliveries of the order", "never";
    charge_psp_id_repeated: truth, "-", Facts, "one PSP transaction id was told under several fact ids: a retry of one payment", "nothing was captured";
    charge_surplus_count: int, "payments", Facts, "payments beyond those that cover the price, in order of time", "nothing was captured or the order is unknown";
    charge_surplus_minor: int, "minor units, payment currency", Facts, "what those payments brought, less what went or is promised back", "as charge_surplus_count, or in several currencies";
    charge_twin_gap_s: real, "s", Facts, "time between two payments of one payer for the same SKU and amount under different PSP ids, on this order or another; the smallest", "no such pair within 30 min";
    charge_kind: word(&KINDS), "-", Facts, "what a surplus is: proven_duplicate (more payments than goods), two_purchases (goods for each, all opened), probable_duplicate (goods for each, not all opened; or a twin on another order), instalments (several payments that together do not go beyond the price), psp_retry, reversed, none", "nothing was captured or the order is unknown";
    order_paid_minor: int, "minor units, payment currency", Facts, "captured and not reversed", "nothing was captured, or in several currencies";
    order_refunded_minor: int, "minor units, payment currency", Facts, "refunds that were paid", "as order_paid_minor";
    order_reserved_minor: int, "minor units, payment currency", Facts, "approved for other refunds and not settled yet", "as order_paid_minor";
    order_held_minor: int, "minor units, payment currency", Facts, "asked for by other claims that are in review", "as order_paid_minor";
    order_charged_back_minor: int, "minor units, payment currency", Facts, "in dispute or lost in one", "as order_paid_minor";
    order_refundable_minor: int, "minor units, payment currency", Facts, "paid less refunded, reserved and charged back; at least 0", "as order_paid_minor";
    chargeback_open: truth, "-", Facts, "a dispute of the order has not ended", "never";
    payment_method: word(PaymentMethod::WORDS), "-", Facts, "how the order was first paid", "nothing was captured";
    payment_age_d: real, "d", Facts, "from the first payment to the claim", "nothing was captured";
    order_refunds_count: int, "refunds", Facts, "refunds of the order that were paid or are promised, this one not counted", "never";
    refund_number_paid: truth, "-", Facts, "a refund under this number was paid: it pays at most once", "never";
    refund_number_failed: truth, "-", Facts, "a refund under this number failed: it will never be paid", "never";
    order_last_refund_s: real, "s", Facts, "from the last refund that was paid or promised to the claim, this one not counted", "there was none";
}

pub(super) fn compute(known: &Known<'_>) -> ChargeSignals {
    let order = known.order;
    let balance = known.balance();
    let surplus = order.surplus();
    let first = order.captures.first();
    let refund_times = other_refund_times(known);
    ChargeSignals {
        order_known: Some(order.placed.is_some()),
        order_truncated: Some(order.truncated || known.keys.iter().any(|(_, key)| key.truncated)),
        payments_on_order: Some(count(order.standing_captures().count())),
        deliveries_on_order: Some(count(order.deliveries.len())),
        charge_psp_id_repeated: first.map(|_| order.captures.iter().any(|c| c.repeats > 0)),
        charge_surplus_count: surplus.as_ref().map(|payments| count(payments.len())),
        charge_surplus_minor: surplus_minor(known),
        charge_twin_gap_s: twin_gap_s(known),
        charge_kind: kind(known),
        order_paid_minor: balance.map(|b| b.paid_minor),
        order_refunded_minor: balance.map(|b| b.refunded_minor),
        order_reserved_minor: balance.map(|b| b.reserved_minor),
        order_held_minor: balance.map(|b| b.held_minor),
        order_charged_back_minor: balance.map(|b| b.charged_back_minor),
        order_refundable_minor: balance.map(|b| b.refundable_minor()),
        chargeback_open: Some(order.chargebacks.iter().any(|c| c.closed.is_none())),
        payment_method: first.map(|capture| capture.method.as_str()),
        payment_age_d: first.map(|capture| known.at().days_since(capture.at)),
        order_refunds_count: Some(count(refund_times.len())),
        refund_number_paid: Some(number_ended(known, SettlementStatus::Settled)),
        refund_number_failed: Some(number_ended(known, SettlementStatus::Failed)),
        order_last_refund_s: refund_times.iter().max().map(|last| seconds(known.at().ms() - last)),
    }
}

/// What of the surplus has not gone back yet. Everything that went back counts against it, whatever it was paid for:
/// a surplus is paid out once.
fn surplus_minor(known: &Known<'_>) -> Option<i64> {
    let order = known.order;
    let surplus: i64 = order.surplus()?.iter().map(|capture| order.left_minor(capture)).sum();
    Some((surplus - known.balance()?.gone_minor()).max(0))
}

pub(super) fn kind(known: &Known<'_>) -> Option<&'static str> {
    let order = known.order;
    order.surplus()?;
    Some(if let Some(surplus) = order.surplus_kind() {
        surplus.as_str()
    } else if !order.reversals.is_empty() && order.captures.len() > 1 {
        "reversed"
    } else if order.captures.iter().any(|capture| capture.repeats > 0) {
        "psp_retry"
    } else {
        twin_kind(known)
    })
}

/// A twin on another order is a second purchase when both orders' goods were opened.
fn twin_kind(known: &Known<'_>) -> &'static str {
    match twin_orders(known).next() {
        None if known.order.standing_captures().count() > 1 => "instalments",
        None => "none",
        Some((_, twin)) if twin.all_opened() && known.order.all_opened() => "two_purchases",
        Some(_) => "probable_duplicate",
    }
}

/// Other orders of the same SKU whose payment is a twin of one of this order's, with the gap in ms.
fn twin_orders<'a>(known: &'a Known<'_>) -> impl Iterator<Item = (i64, &'a OrderDoc)> {
    let sku = known.order.placed.as_ref().map(|placed| &placed.sku);
    known.twin_orders.iter().filter_map(move |(_, twin)| {
        let same_sku = sku.is_some() && twin.placed.as_ref().map(|placed| &placed.sku) == sku;
        let gaps = known
            .order
            .standing_captures()
            .flat_map(|a| twin.standing_captures().filter_map(move |b| gap_ms(a, b)))
            .filter(|gap| *gap <= TWIN_GAP_MAX_MS);
        gaps.min().filter(|_| same_sku).map(|gap| (gap, *twin))
    })
}

fn twin_gap_s(known: &Known<'_>) -> Option<f64> {
    let captures: Vec<&Capture> = known.order.standing_captures().collect();
    let within = captures
        .iter()
        .enumerate()
        .flat_map(|(i, a)| captures.iter().skip(i + 1).filter_map(move |b| gap_ms(a, b)));
    let across = twin_orders(known).map(|(gap, _)| gap);
    within.filter(|gap| *gap <= TWIN_GAP_MAX_MS).chain(across).min().map(seconds)
}

/// The time between two payments of one payer and amount under different PSP ids.
fn gap_ms(a: &Capture, b: &Capture) -> Option<i64> {
    let twins = a.payer.is_some()
        && a.payer == b.payer
        && a.amount == b.amount
        && a.psp_transaction_id != b.psp_transaction_id;
    twins.then(|| a.at.ms_since(b.at).abs())
}

/// The claim's own refund number ended this way.
fn number_ended(known: &Known<'_>, status: SettlementStatus) -> bool {
    let own = &known.claim.refund_id;
    known.order.refunds.iter().any(|refund| refund.refund_id == *own && refund.status == status)
}

/// When other refunds of the order were paid or promised, ms.
fn other_refund_times(known: &Known<'_>) -> Vec<i64> {
    let own = &known.claim.refund_id;
    let order = known.order;
    let paid = order
        .refunds
        .iter()
        .filter(|r| r.refund_id != *own && r.status == SettlementStatus::Settled)
        .map(|r| r.at.ms());
    let promised = order
        .claims
        .iter()
        .filter(|c| c.refund_id != *own)
        .filter(|c| matches!(c.decided, Some((Decision::Approve, _))))
        .filter(|c| !order.refunds.iter().any(|r| r.refund_id == c.refund_id))
        .map(|c| c.at.ms());
    paid.chain(promised).collect()
}

#[expect(clippy::cast_precision_loss, reason = "spans of believed times are far below 2^53 ms")]
fn seconds(span_ms: i64) -> f64 {
    span_ms as f64 / SECOND_MS as f64
}

pub(super) fn count(items: usize) -> i64 {
    i64::try_from(items).unwrap_or(i64::MAX)
}
