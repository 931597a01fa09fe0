//! What is remembered of one account.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use thin_vec::ThinVec;

use super::bounded::insert_latest;
use super::{
    ClaimDecided, Event, EventBody, Haunts, HopCounts, MoneyHops, Outcomes, SeenSet, Settlements,
};
use crate::domain::{
    ActivityKind, BatchId, ChargebackId, ClaimContext, ClaimReason, Client, Decision, DeviceId,
    FactBody, Layer, OutcomeLabel, RefundClaim, RefundId, RequestId, Timestamp,
};

/// Most recent touches that are kept.
pub(super) const TOUCHES_MAX: usize = 32;
/// Most recent claims that are kept.
pub(super) const ACCOUNT_CLAIMS_MAX: usize = 64;

/// What is remembered of one account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AccountDoc {
    /// When it was opened.
    pub registered_at: Option<Timestamp>,
    /// When anything was first heard of it.
    pub first_seen_at: Option<Timestamp>,
    /// The latest password change.
    pub password_changed_at: Option<Timestamp>,
    /// The latest change of the payout destination.
    pub payout_changed_at: Option<Timestamp>,
    /// The latest identity check and its level.
    pub verified: Option<(Timestamp, u8)>,
    /// Where it was used from lately, oldest first: logins, orders and changes, not claims.
    pub touches: ThinVec<Touch>,
    /// The networks it was used from, claims not counted.
    pub haunts: Haunts,
    /// Devices it was used on, claims not counted.
    pub devices: SeenSet<DeviceId>,
    /// Orders by day.
    pub orders: HopCounts,
    /// Orders in its life.
    pub orders_life: u64,
    /// What they cost.
    pub spent: MoneyHops,
    /// Latest claims, oldest first; one for each request.
    pub claims: ThinVec<AccountClaim>,
    /// What claims turned out to be.
    pub outcomes: Outcomes,
    /// How refunds ended.
    pub settlements: Settlements,
    /// Claims by day; a second question about the same refund is not counted again.
    pub claims_daily: HopCounts,
    /// Claims by 6 hours, likewise.
    pub claims_six_hourly: HopCounts,
    /// Claims by hour, likewise.
    pub claims_hourly: HopCounts,
    /// What was asked for, each refund number once.
    pub asked: MoneyHops,
    /// Rejected claims by day.
    pub rejected: HopCounts,
    /// Disputes, by id, so that each is counted once.
    pub chargebacks: SeenSet<ChargebackId>,
}

/// A use of the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touch {
    /// When.
    pub at: Timestamp,
    /// From which address.
    pub ip: Option<IpAddr>,
    /// On which device.
    pub device_id: Option<DeviceId>,
}

/// A claim of the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountClaim {
    /// When.
    pub at: Timestamp,
    /// The question.
    pub request_id: RequestId,
    /// The refund.
    pub refund_id: RefundId,
    /// Why.
    pub reason: ClaimReason,
    /// The batches of the keys that it was about.
    pub batches: Vec<BatchId>,
    /// What was decided.
    pub decided: Option<Decision>,
    /// A later question about the same refund was decided: this one stands no more.
    pub asked_again: bool,
    /// The platform's fault was proven when it was decided.
    pub proven_fault: bool,
}

impl Default for AccountDoc {
    fn default() -> Self {
        Self {
            registered_at: None,
            first_seen_at: None,
            password_changed_at: None,
            payout_changed_at: None,
            verified: None,
            touches: ThinVec::new(),
            haunts: Haunts::default(),
            devices: SeenSet::default(),
            orders: HopCounts::daily(),
            orders_life: 0,
            spent: MoneyHops::default(),
            claims: ThinVec::new(),
            outcomes: Outcomes::default(),
            settlements: Settlements::default(),
            claims_daily: HopCounts::daily(),
            claims_six_hourly: HopCounts::six_hourly(),
            claims_hourly: HopCounts::hourly(),
            asked: MoneyHops::default(),
            rejected: HopCounts::daily(),
            chargebacks: SeenSet::default(),
        }
    }
}

impl AccountDoc {
    /// The claim is no longer open: asked again, settled, or its truth is known.
    #[must_use]
    pub fn has_ended(&self, claim: &AccountClaim) -> bool {
        claim.asked_again
            || self.outcomes.of(&claim.refund_id).is_some()
            || self.settlements.ended(&claim.refund_id, claim.at)
    }

    /// The platform was at fault: what was found out later counts more than what was decided.
    #[must_use]
    pub fn was_our_fault(&self, claim: &AccountClaim) -> bool {
        let found = self.outcomes.of(&claim.refund_id);
        found.map_or(claim.proven_fault, |label| label == OutcomeLabel::MerchantFault)
    }

    pub(super) fn apply(&mut self, event: &Event) {
        match &event.body {
            EventBody::Fact(fact, _) => {
                self.seen(fact.occurred_at);
                self.apply_fact(fact.occurred_at, &fact.body);
            }
            EventBody::Claimed(claim, context) => self.claimed(claim, context),
            EventBody::Decided(decided) => self.decided(decided),
        }
    }

    fn apply_fact(&mut self, at: Timestamp, body: &FactBody) {
        match body {
            FactBody::OrderPlaced(fact) => {
                self.orders.add(at);
                self.orders_life += 1;
                self.spent.add(at, fact.amount);
                self.touched(at, &fact.client);
            }
            FactBody::AccountActivity(fact) => {
                match fact.kind {
                    ActivityKind::Registered => {
                        self.registered_at = Some(self.registered_at.map_or(at, |r| r.min(at)));
                    }
                    ActivityKind::Login => {}
                    ActivityKind::PasswordChanged => {
                        self.password_changed_at = self.password_changed_at.max(Some(at));
                    }
                    ActivityKind::PayoutChanged => {
                        self.payout_changed_at = self.payout_changed_at.max(Some(at));
                    }
                    ActivityKind::Verified => {
                        let level = fact.verified_level.unwrap_or(0);
                        self.verified = self.verified.max(Some((at, level)));
                    }
                }
                self.touched(at, &fact.client);
            }
            FactBody::RefundSettled(fact) => self.settlements.note(at, fact),
            FactBody::ChargebackOpened(fact) => self.chargebacks.add(&fact.chargeback_id, at),
            FactBody::ChargebackClosed(fact) => self.chargebacks.add(&fact.chargeback_id, at),
            FactBody::OutcomeReported(fact) => self.outcomes.note(fact),
            FactBody::PaymentCaptured(_)
            | FactBody::PaymentReversed(_)
            | FactBody::KeyDelivered(_)
            | FactBody::KeyViewed(_)
            | FactBody::KeyActivated(_)
            | FactBody::KeysLeaked(_)
            | FactBody::IncidentDeclared(_) => {}
        }
    }

    fn seen(&mut self, at: Timestamp) {
        self.first_seen_at = Some(self.first_seen_at.map_or(at, |first| first.min(at)));
    }

    fn touched(&mut self, at: Timestamp, client: &Client) {
        if let Some(device) = &client.device_id {
            self.devices.add(device, at);
        }
        if let Some(ip) = client.ip {
            self.haunts.add(at, ip);
        }
        if client.ip.is_some() || client.device_id.is_some() {
            let touch = Touch { at, ip: client.ip, device_id: client.device_id.clone() };
            insert_latest(&mut self.touches, TOUCHES_MAX, touch, |t| t.at);
        }
    }

    fn claimed(&mut self, claim: &RefundClaim, context: &ClaimContext) {
        self.seen(claim.requested_at);
        if !context.asked_before {
            self.asked.add(claim.requested_at, claim.amount);
            self.claims_daily.add(claim.requested_at);
            self.claims_six_hourly.add(claim.requested_at);
            self.claims_hourly.add(claim.requested_at);
        }
        let claim = AccountClaim {
            at: claim.requested_at,
            request_id: claim.request_id.clone(),
            refund_id: claim.refund_id.clone(),
            reason: claim.reason,
            decided: None,
            batches: context.batches.clone(),
            asked_again: false,
            proven_fault: false,
        };
        insert_latest(&mut self.claims, ACCOUNT_CLAIMS_MAX, claim, |c| c.at);
    }

    fn decided(&mut self, decided: &ClaimDecided) {
        if decided.decision == Decision::Reject {
            self.rejected.add(decided.claim.requested_at);
        }
        let (_, refund_id, request_id) = decided.ids();
        for claim in &mut self.claims {
            if claim.request_id == *request_id {
                claim.decided = Some(decided.decision);
                claim.proven_fault =
                    decided.decided_by == Layer::Proof && decided.decision == Decision::Approve;
            } else if claim.refund_id == *refund_id {
                claim.asked_again = true;
            }
        }
    }
}
