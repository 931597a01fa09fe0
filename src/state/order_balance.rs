//! What is left to refund on an order.

use super::order::{OrderClaim, OrderDoc, Refund};
use crate::domain::{
    ChargebackResult, Currency, Decision, Money, OutcomeLabel, RefundId, SettlementStatus,
};

/// The money of an order, in minor units of the currency that was charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Balance {
    /// The currency that was charged.
    pub currency: Currency,
    /// Captured and not reversed.
    pub paid_minor: i64,
    /// Refunds that were paid.
    pub refunded_minor: i64,
    /// Approved, and neither paid nor failed yet.
    pub reserved_minor: i64,
    /// In dispute, or lost in one.
    pub charged_back_minor: i64,
    /// Asked for by claims that are in review.
    pub held_minor: i64,
}

impl Balance {
    /// Paid minus refunded, reserved and charged back; never below 0.
    #[must_use]
    pub fn refundable_minor(&self) -> i64 {
        (self.paid_minor - self.refunded_minor - self.reserved_minor - self.charged_back_minor)
            .max(0)
    }
}

impl OrderDoc {
    /// The balance as a claim for `refund_id` sees it: its own earlier reservation is not counted, because a refund
    /// number pays at most once. `None` when nothing was captured, or in more than one currency.
    #[must_use]
    pub fn balance(&self, refund_id: Option<&RefundId>) -> Option<Balance> {
        let currency = self.captures.first()?.amount.currency;
        let minor = |money: &Money| (money.currency == currency).then_some(money.amount_minor);
        let captured = total(self.captures.iter().map(|c| minor(&c.amount)))?;
        let reversed = total(
            self.reversals
                .iter()
                .filter(|(_, id, _)| self.captures.iter().any(|c| c.psp_transaction_id == *id))
                .map(|(_, _, amount)| minor(amount)),
        )?;
        let settled = |refund: &&Refund| refund.status == SettlementStatus::Settled;
        let refunded = total(self.refunds.iter().filter(settled).map(|r| minor(&r.amount)))?;
        let charged_back = total(
            self.chargebacks
                .iter()
                .filter(|c| !matches!(c.closed, Some((_, ChargebackResult::Won))))
                .map(|c| minor(&c.amount)),
        )?;
        let standing = || self.standing_claims().filter(|c| Some(&c.refund_id) != refund_id);
        let reserved =
            total(standing().filter_map(|claim| self.promised(claim)).map(|m| minor(&m)))?;
        // What a claim in review asks for may be in the order's currency: then it is known only roughly, as a flag.
        let held = standing().filter(|claim| self.is_held(claim));
        let held = held.map(|claim| minor(&claim.amount).unwrap_or(captured)).sum();
        Some(Balance {
            currency,
            paid_minor: captured - reversed.min(captured),
            refunded_minor: refunded,
            reserved_minor: reserved,
            charged_back_minor: charged_back,
            held_minor: held,
        })
    }

    /// The last question about each refund number: it stands for the ones before it.
    fn standing_claims(&self) -> impl Iterator<Item = &OrderClaim> {
        self.claims.iter().enumerate().filter_map(|(i, claim)| {
            let later = self.claims.iter().skip(i + 1);
            let mut asked_again =
                later.filter(|other| other.refund_id == claim.refund_id && other.decided.is_some());
            asked_again.next().is_none().then_some(claim)
        })
    }

    /// What is promised to a claim and not yet settled.
    fn promised(&self, claim: &OrderClaim) -> Option<Money> {
        let (Decision::Approve, approved) = claim.decided? else { return None };
        (!self.has_ended(claim)).then_some(approved).flatten()
    }

    /// A person is still deciding about a claim.
    fn is_held(&self, claim: &OrderClaim) -> bool {
        let dismissed = matches!(
            claim.outcome,
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

/// The sum, unless a part is unknown. Lists hold at most 256 amounts of at most 10^15: no overflow.
fn total(parts: impl Iterator<Item = Option<i64>>) -> Option<i64> {
    parts.sum()
}
