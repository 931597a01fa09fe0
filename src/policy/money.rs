//! How much is approved, and how it is paid.

use super::Policy;
use crate::domain::{AMOUNT_MAX_MINOR, Money, RefundClaim, RefundRoute, RouteAdvice};
use crate::state::OrderDoc;

/// What may be paid to a claim at most: what it asks for, what is left, and, when `proven_minor` is given, what is
/// proven; in the currency of the payment. `None` when amounts cannot be compared or nothing is left.
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

/// Rounded down, in the buyer's favour.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "amounts are at most 10^15, exact in f64, and the share is at most 0.1"
)]
fn fee(money: Money, share: f64) -> Option<Money> {
    let fee_minor = (money.amount_minor as f64 * share).floor() as i64;
    Money::positive(fee_minor, money.currency).ok()
}
