//! How much is approved, and how it is paid.

use super::Policy;
use crate::domain::{
    AMOUNT_MAX_MINOR, ChargebackResult, Money, RefundClaim, RefundRoute, RouteAdvice,
};
use crate::state::{Capture, OrderDoc};

/// What may be paid to a claim at most: what it asks for, what is left, and, when `proven_minor` is given, what is
/// proven; in the currency of the payment, and with whatever fee the platform keeps of it. `None` when amounts cannot
/// be compared or nothing is left.
pub(super) fn payable(
    claim: &RefundClaim,
    order: &OrderDoc,
    asked_minor: Option<i64>,
    proven_minor: Option<i64>,
) -> Option<Money> {
    let balance = order.balance(Some(&claim.refund_id))?;
    let bound = proven_minor.unwrap_or(AMOUNT_MAX_MINOR);
    let payable = asked_minor?.min(balance.refundable_minor()).min(bound);
    Money::positive(payable, balance.currency).ok()
}

/// How to pay. Another route is advised only when the buyer signed the agreement for it.
pub(super) fn route(
    policy: &Policy,
    claim: &RefundClaim,
    order: &OrderDoc,
    approved: Option<Money>,
) -> RouteAdvice {
    let signed = claim.destination.agreement_signed == Some(true);
    let route = match claim.destination.route {
        RefundRoute::Alternative if signed => RefundRoute::Alternative,
        RefundRoute::Alternative | RefundRoute::Original => RefundRoute::Original,
    };
    let surplus = order.surplus().unwrap_or_default();
    let others = order.standing_captures().filter(|capture| {
        !surplus.iter().any(|s| s.psp_transaction_id == capture.psp_transaction_id)
    });
    let captures = surplus.iter().copied().chain(others);
    let captures = captures.filter(|capture| !went_back_in_dispute(capture, order));
    let first = order.captures.first();
    RouteAdvice {
        route,
        psp_transaction_ids: captures.map(|c| c.psp_transaction_id.clone()).collect(),
        fee: approved
            .filter(|_| route == RefundRoute::Alternative)
            .and_then(|money| fee(money, policy.alternative_fee_share)),
        fx_rate_at_payment: first
            .filter(|capture| capture.amount.currency != claim.amount.currency)
            .and_then(|capture| capture.fx_rate),
    }
}

/// The payer's bank holds or took back all that reversals left of it: refunded once more, it would be paid twice.
fn went_back_in_dispute(capture: &Capture, order: &OrderDoc) -> bool {
    let disputes = order.chargebacks.iter().filter(|dispute| {
        dispute.psp_transaction_id == capture.psp_transaction_id
            && !matches!(dispute.closed, Some((_, ChargebackResult::Won)))
    });
    let disputed = disputes.map(|dispute| dispute.amount.amount_minor).fold(0, i64::saturating_add);
    disputed >= order.left_minor(capture)
}

/// Parts of a share that count: a fee is stated in per mille or basis points.
const SHARE_PARTS: f64 = 1e6;

/// Rounded down, in the buyer's favour, from a share in millionths: a float's last bit must not cost a minor unit.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the share is at most 0.1, and the fee at most the amount"
)]
fn fee(money: Money, share: f64) -> Option<Money> {
    let millionths = (share * SHARE_PARTS).round() as i128;
    let fee_minor = i128::from(money.amount_minor) * millionths / SHARE_PARTS as i128;
    Money::positive(i64::try_from(fee_minor).ok()?, money.currency).ok()
}
