//! What was paid for an order, and what of it is left to refund.

use std::collections::BTreeSet;

use super::order::{Capture, OrderClaim, OrderDoc, Refund};
use crate::domain::{
    ChargebackResult, Currency, Decision, Money, OutcomeLabel, RefundId, SettlementStatus,
};

/// A payment covers the price when it reaches this share of it: rates round, and fees are taken off.
const COVERS_SHARE: f64 = 0.995;

/// The money of an order, in minor units of the currency that was charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Balance {
    /// The currency that was charged.
    pub currency: Currency,
    /// Captured and not reversed.
    pub paid_minor: i64,
    /// Refunds that were paid.
    pub refunded_minor: i64,
    /// Approved, and neither paid nor failed yet; of each refund number the most that was approved.
    pub reserved_minor: i64,
    /// In dispute, or lost in one.
    pub charged_back_minor: i64,
    /// Asked for by claims that are in review, beyond what is reserved for them.
    pub held_minor: i64,
}

impl Balance {
    /// What went back, is promised back or is disputed.
    #[must_use]
    pub const fn gone_minor(&self) -> i64 {
        self.refunded_minor + self.reserved_minor + self.charged_back_minor
    }

    /// Paid minus what is gone; never below 0.
    #[must_use]
    pub fn refundable_minor(&self) -> i64 {
        (self.paid_minor - self.gone_minor()).max(0)
    }
}

impl OrderDoc {
    /// Payments of which something is left after reversals, in order of time.
    pub fn standing_captures(&self) -> impl Iterator<Item = &Capture> {
        self.captures.iter().filter(|capture| self.left_minor(capture) > 0)
    }

    /// What reversals left of a payment, in minor units of its currency. Of one that was reversed in another currency
    /// nothing is counted on.
    #[must_use]
    pub fn left_minor(&self, capture: &Capture) -> i64 {
        let reversed = self.reversed_minor(capture).unwrap_or(capture.amount.amount_minor);
        capture.amount.amount_minor - reversed
    }

    /// What was taken back of a payment, never more than it brought. `None` when it is in another currency.
    fn reversed_minor(&self, capture: &Capture) -> Option<i64> {
        let own = self.reversals.iter().filter(|(_, id, _)| *id == capture.psp_transaction_id);
        let parts = own.map(|(_, _, amount)| {
            (amount.currency == capture.amount.currency).then_some(amount.amount_minor)
        });
        Some(total(parts)?.min(capture.amount.amount_minor))
    }

    /// The price in the currency of the first payment, at that payment's rate. `None` when the order or its payment is
    /// unknown, or the rate between their currencies is.
    #[must_use]
    pub fn price_as_paid(&self) -> Option<Money> {
        let placed = self.placed.as_ref()?;
        let first = self.captures.first()?;
        if first.amount.currency == placed.amount.currency {
            return Some(placed.amount);
        }
        first.fx_rate?.convert_back(placed.amount)
    }

    /// The payments beyond those that cover the price, in order of time; of a payment counts what reversals left. `None` as [`Self::price_as_paid`], or when
    /// there are payments in several currencies.
    #[must_use]
    pub fn surplus(&self) -> Option<Vec<&Capture>> {
        let price = self.price_as_paid()?;
        let mut covered_minor = 0_i64;
        let mut surplus = Vec::new();
        for capture in self.standing_captures() {
            if capture.amount.currency != price.currency {
                return None;
            }
            if covers(covered_minor, price.amount_minor) {
                surplus.push(capture);
            } else {
                covered_minor += self.left_minor(capture);
            }
        }
        Some(surplus)
    }

    /// The balance as a claim for `refund_id` sees it: its own earlier reservation is not counted, because a refund
    /// number pays at most once. `None` when nothing was captured, or in more than one currency.
    #[must_use]
    pub fn balance(&self, refund_id: Option<&RefundId>) -> Option<Balance> {
        let currency = self.captures.first()?.amount.currency;
        let minor = |money: &Money| (money.currency == currency).then_some(money.amount_minor);
        let captured = total(self.captures.iter().map(|c| minor(&c.amount)))?;
        let reversed = total(self.captures.iter().map(|c| self.reversed_minor(c)))?;
        let settled = |refund: &&Refund| refund.status == SettlementStatus::Settled;
        let refunded = total(self.refunds.iter().filter(settled).map(|r| minor(&r.amount)))?;
        let charged_back = total(
            self.chargebacks
                .iter()
                .filter(|c| !matches!(c.closed, Some((_, ChargebackResult::Won))))
                .map(|c| minor(&c.amount)),
        )?;
        let numbers: BTreeSet<&RefundId> = self.claims.iter().map(|c| &c.refund_id).collect();
        let (mut reserved, mut held) = (0_i64, 0_i64);
        for number in numbers.into_iter().filter(|number| Some(*number) != refund_id) {
            let promised = most(self.promises(number).map(|money| minor(&money)))?;
            // What a claim in review asks for may be in the order's currency: then it is known only roughly, as a flag.
            let asked = self.held(number).map(|money| minor(&money).unwrap_or(captured));
            reserved += promised;
            // Each part may be the sum of all captures: too many of those would overflow.
            held = held.saturating_add((asked.unwrap_or(0) - promised).max(0));
        }
        Some(Balance {
            currency,
            paid_minor: captured - reversed,
            refunded_minor: refunded,
            reserved_minor: reserved,
            charged_back_minor: charged_back,
            held_minor: held,
        })
    }

    /// What is promised under a refund number and not yet settled. The platform may act on any of these answers, once:
    /// asking again takes none of them back.
    fn promises(&self, number: &RefundId) -> impl Iterator<Item = Money> {
        let asked = self.claims.iter().filter(move |claim| claim.refund_id == *number);
        asked.filter_map(|claim| match claim.decided? {
            (Decision::Approve, approved) if !self.has_ended(claim) => approved,
            (Decision::Approve | Decision::Review | Decision::Reject, _) => None,
        })
    }

    /// What a person is still deciding about under a refund number: the last question stands for those before it.
    fn held(&self, number: &RefundId) -> Option<Money> {
        let mut decided = self.claims.iter().rev().filter(|claim| claim.decided.is_some());
        let last = decided.find(|claim| claim.refund_id == *number)?;
        self.is_held(last).then_some(last.amount)
    }

    /// A person is still deciding about a claim.
    fn is_held(&self, claim: &OrderClaim) -> bool {
        let dismissed = matches!(
            self.outcomes.of(&claim.refund_id),
            Some(OutcomeLabel::Abuse | OutcomeLabel::AccountTakeover | OutcomeLabel::Unclear)
        );
        matches!(claim.decided, Some((Decision::Review, _))) && !dismissed && !self.has_ended(claim)
    }

    /// The refund was paid, or failed after it was asked for.
    fn has_ended(&self, claim: &OrderClaim) -> bool {
        self.refunds.iter().any(|refund| {
            refund.refund_id == claim.refund_id
                && (refund.status == SettlementStatus::Settled || refund.at >= claim.at)
        })
    }
}

/// The largest, unless one is unknown; 0 when there is none.
fn most(mut parts: impl Iterator<Item = Option<i64>>) -> Option<i64> {
    parts.try_fold(0, |most, part| Some(most.max(part?)))
}

/// The sum, unless a part is unknown. Lists hold at most 256 amounts of at most 10^15: no overflow.
fn total(parts: impl Iterator<Item = Option<i64>>) -> Option<i64> {
    parts.sum()
}

#[expect(clippy::cast_precision_loss, reason = "amounts are at most 10^15 each, 256 of them")]
fn covers(paid_minor: i64, price_minor: i64) -> bool {
    paid_minor as f64 >= price_minor as f64 * COVERS_SHARE
}
