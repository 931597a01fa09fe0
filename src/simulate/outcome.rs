//! What happens after a claim: payment, dispute, and what is reported of the truth.

use super::account::id;
use super::claim::Ask;
use super::draw::whole;
use super::purchase::Purchase;
use super::truth::Actor;
use super::world::World;
use crate::domain::{
    ChargebackClosed, ChargebackOpened, ChargebackResult, DAY_MS, FactBody, HOUR_MS, Money,
    OutcomeLabel, OutcomeReported, OutcomeSource, PaymentMethod, RefundClaim, RefundSettled,
    SettlementStatus, Timestamp,
};

impl World<'_> {
    /// The provider pays, or fails to.
    pub(super) fn pay_back(
        &mut self,
        purchase: &Purchase,
        ask: &Ask,
        claim: &RefundClaim,
        decided: i64,
    ) {
        let at = decided + self.draw.wait_ms(9 * HOUR_MS, 1.0).min(5 * DAY_MS);
        let failed = self.draw.chance(0.015);
        // Orders give back in the currency that had been charged.
        let share = if ask.share < 1.0 { ask.share } else { 1.0 };
        let minor = whole(super::draw::real(purchase.paid.amount_minor) * share);
        let amount = Money {
            amount_minor: minor.clamp(1, purchase.paid.amount_minor.max(1)),
            ..purchase.paid
        };
        self.tell(
            at,
            FactBody::RefundSettled(RefundSettled {
                refund_id: claim.refund_id.clone(),
                order_id: claim.order_id.clone(),
                account_id: claim.account_id.clone(),
                amount,
                route: claim.destination.route,
                status: if failed { SettlementStatus::Failed } else { SettlementStatus::Settled },
            }),
        );
    }

    /// The payer's bank takes the payment up; banks have no part in balances and crypto.
    pub(super) fn dispute(&mut self, purchase: &Purchase, after: i64) {
        if matches!(purchase.method, PaymentMethod::Balance | PaymentMethod::Crypto) {
            return;
        }
        let opened = after + self.draw.wait_ms(12 * DAY_MS, 0.8).min(100 * DAY_MS);
        let closed = opened + self.draw.wait_ms(20 * DAY_MS, 0.5).min(80 * DAY_MS);
        let chargeback_id = self.names.dispute();
        let account_id = id(purchase.account);
        self.tell(
            opened,
            FactBody::ChargebackOpened(ChargebackOpened {
                chargeback_id: chargeback_id.clone(),
                psp_transaction_id: purchase.payment.clone(),
                order_id: purchase.order_id.clone(),
                account_id: account_id.clone(),
                amount: purchase.paid,
            }),
        );
        let won = self.draw.chance(0.42);
        self.tell(
            closed,
            FactBody::ChargebackClosed(ChargebackClosed {
                chargeback_id,
                psp_transaction_id: purchase.payment.clone(),
                order_id: purchase.order_id.clone(),
                account_id,
                amount: purchase.paid,
                result: if won { ChargebackResult::Won } else { ChargebackResult::Lost },
            }),
        );
    }

    /// What is reported of the truth, and when. Most honest claims are never looked at again, and some bad ones are
    /// never found.
    pub(super) fn report(
        &mut self,
        ask: &Ask,
        claim: &RefundClaim,
        decided: i64,
        disputed: bool,
    ) -> Option<(OutcomeLabel, Timestamp)> {
        let labels = &self.knobs.labels;
        let (review_d, late_d) = (labels.review_delay_d, labels.late_delay_d);
        // Buyers of good standing are the hardest to find.
        let hidden = if ask.actor == Actor::FriendlyFraud { 0.6 } else { 1.0 };
        let known =
            if ask.is_bad() { labels.bad_known_share * hidden } else { labels.honest_known_share };
        if !disputed && !self.draw.chance(known) {
            return None;
        }
        let source = if disputed {
            OutcomeSource::Chargeback
        } else {
            self.draw.weighted(
                OutcomeSource::Reviewer,
                &[(0.12, OutcomeSource::Customer), (0.10, OutcomeSource::Audit)],
            )
        };
        let median_d = match source {
            OutcomeSource::Reviewer => review_d,
            OutcomeSource::Customer => review_d * 4.0,
            OutcomeSource::Chargeback | OutcomeSource::Audit => late_d,
        };
        let label = self.said(ask.label);
        let delay_h = self.draw.around(median_d * 24.0, 0.7).min(4_000.0);
        let at = decided + whole(delay_h) * HOUR_MS + self.draw.between(0, HOUR_MS);
        self.tell_outcome(claim, label, source, at);
        if self.draw.chance(self.knobs.labels.corrected_share) {
            let later = at + self.draw.wait_ms(15 * DAY_MS, 0.8);
            self.tell_outcome(claim, ask.label, OutcomeSource::Audit, later);
        }
        Some((label, Timestamp::from_ms(at)))
    }

    /// The truth, or what somebody took for it.
    fn said(&mut self, label: OutcomeLabel) -> OutcomeLabel {
        let labels = &self.knobs.labels;
        let drawn = self.draw.unit();
        if drawn < labels.noise {
            match label {
                OutcomeLabel::Honest | OutcomeLabel::MerchantFault => OutcomeLabel::Abuse,
                OutcomeLabel::Abuse | OutcomeLabel::AccountTakeover | OutcomeLabel::Unclear => {
                    OutcomeLabel::Honest
                }
            }
        } else if drawn < labels.noise + labels.unclear_share {
            OutcomeLabel::Unclear
        } else {
            label
        }
    }

    fn tell_outcome(
        &mut self,
        claim: &RefundClaim,
        label: OutcomeLabel,
        source: OutcomeSource,
        at: i64,
    ) {
        self.tell(
            at,
            FactBody::OutcomeReported(OutcomeReported {
                refund_id: claim.refund_id.clone(),
                order_id: claim.order_id.clone(),
                account_id: claim.account_id.clone(),
                label,
                source,
                effective_at: Timestamp::from_ms(at),
            }),
        );
    }
}
