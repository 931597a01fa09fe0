//! Everything that is known of one order.

use serde::{Deserialize, Serialize};
use thin_vec::ThinVec;

use super::bounded::{compare_by, insert_sorted};
use super::{ClaimDecided, Event, EventBody, Outcomes};
use crate::domain::{
    AccountId, BatchId, ChargebackId, ChargebackResult, ClaimContext, ClaimOrigin, ClaimReason,
    Client, Country, Decision, FactBody, FxRate, KeyFingerprint, Money, PayerFingerprint,
    PaymentMethod, PspTransactionId, RefundClaim, RefundId, RefundRoute, RequestId,
    SettlementStatus, Sku, SkuClass, SupplierId, Timestamp,
};

/// Most entries in each list of an order. The largest order has 10,000 units, but one that needs more than this many
/// payments, refunds or claims is for a person; its document says that it is truncated.
///
/// The earliest by time are kept, in whatever order they are told (disputes: the first by id). Of refunds a later word
/// replaces an earlier one and may move it: which of more than this many are kept then depends on the order. Of claims
/// the first that vouch took in are kept.
pub(super) const ORDER_LIST_MAX: usize = 256;

/// Everything that is known of one order. Lists are sorted by when things happened, claims by when they were asked.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct OrderDoc {
    /// What was ordered.
    pub placed: Option<Placed>,
    /// Money that came in: one entry per PSP transaction id.
    pub captures: ThinVec<Capture>,
    /// What the provider took back of captures, in parts or as a whole; the parts of one transaction add up.
    pub reversals: ThinVec<(Timestamp, PspTransactionId, Money)>,
    /// Goods that were handed over.
    pub deliveries: ThinVec<Delivery>,
    /// Goods that were opened.
    pub views: ThinVec<View>,
    /// Refunds that ended.
    pub refunds: ThinVec<Refund>,
    /// Disputes.
    pub chargebacks: ThinVec<Chargeback>,
    /// Claims, in ledger order.
    pub claims: ThinVec<OrderClaim>,
    /// What claims turned out to be.
    pub outcomes: Outcomes,
    /// A list was full: something is missing here.
    pub truncated: bool,
}

/// What was ordered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Placed {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub account_id: AccountId,
    /// What.
    pub sku: Sku,
    /// Its class.
    pub sku_class: SkuClass,
    /// Where it can be activated; empty: everywhere.
    pub region_lock: Vec<Country>,
    /// Who supplies it.
    pub supplier_id: Option<SupplierId>,
    /// Units.
    pub quantity: u32,
    /// Price of all.
    pub amount: Money,
    /// Where from.
    pub client: Client,
}

/// Money that came in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Capture {
    /// When first told.
    pub at: Timestamp,
    /// The provider's id.
    pub psp_transaction_id: PspTransactionId,
    /// Who paid.
    pub payer: Option<PayerFingerprint>,
    /// How.
    pub method: PaymentMethod,
    /// How much.
    pub amount: Money,
    /// Into the order's currency.
    pub fx_rate: Option<FxRate>,
    /// Where the instrument is from.
    pub country: Option<Country>,
    /// How often the same transaction was told again under another fact id.
    pub repeats: u32,
}

/// Goods that were handed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// When.
    pub at: Timestamp,
    /// Which key.
    pub key: Option<KeyFingerprint>,
    /// Of which batch.
    pub batch_id: Option<BatchId>,
    /// From whom.
    pub supplier_id: Option<SupplierId>,
}

/// Goods that were opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct View {
    /// When.
    pub at: Timestamp,
    /// Which key.
    pub key: Option<KeyFingerprint>,
    /// Where from.
    pub client: Client,
}

/// A refund that ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// When.
    pub at: Timestamp,
    /// Which.
    pub refund_id: RefundId,
    /// How much.
    pub amount: Money,
    /// Which way.
    pub route: RefundRoute,
    /// Paid or not.
    pub status: SettlementStatus,
}

/// A dispute; its end may be told before its beginning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chargeback {
    /// Which.
    pub chargeback_id: ChargebackId,
    /// Of which payment.
    pub psp_transaction_id: PspTransactionId,
    /// How much.
    pub amount: Money,
    /// How it ended.
    pub closed: Option<(Timestamp, ChargebackResult)>,
}

/// A claim on the order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderClaim {
    /// When asked.
    pub at: Timestamp,
    /// The question.
    pub request_id: RequestId,
    /// The refund.
    pub refund_id: RefundId,
    /// By whom.
    pub account_id: AccountId,
    /// How much was asked.
    pub amount: Money,
    /// Why.
    pub reason: ClaimReason,
    /// Where from.
    pub origin: ClaimOrigin,
    /// What was decided, and what was promised.
    pub decided: Option<(Decision, Option<Money>)>,
}

impl OrderDoc {
    pub(super) fn apply(&mut self, event: &Event) {
        match &event.body {
            EventBody::Fact(fact, _) => self.apply_fact(fact.occurred_at, &fact.body),
            EventBody::Claimed(claim, context) => self.claimed(claim, context),
            EventBody::Decided(decided) => self.decided(decided),
        }
    }

    fn apply_fact(&mut self, at: Timestamp, body: &FactBody) {
        let kept = match body {
            FactBody::OrderPlaced(fact) => {
                // Orders are placed once; should two facts disagree, the earlier stands.
                let told = Placed {
                    at,
                    account_id: fact.account_id.clone(),
                    sku: fact.sku.clone(),
                    sku_class: fact.sku_class,
                    region_lock: fact.region_lock.clone(),
                    supplier_id: fact.supplier_id.clone(),
                    quantity: fact.quantity,
                    amount: fact.amount,
                    client: fact.client.clone(),
                };
                let earlier = |known: &Placed| compare_by(&told, known, |p| p.at).is_lt();
                if self.placed.as_ref().is_none_or(earlier) {
                    self.placed = Some(told);
                }
                true
            }
            FactBody::PaymentCaptured(fact) => self.captured(Capture {
                at,
                psp_transaction_id: fact.psp_transaction_id.clone(),
                payer: fact.payer.clone(),
                method: fact.method,
                amount: fact.amount,
                fx_rate: fact.fx_rate,
                country: fact.payment_country,
                repeats: 0,
            }),
            FactBody::PaymentReversed(fact) => {
                self.reversed((at, fact.psp_transaction_id.clone(), fact.amount))
            }
            FactBody::KeyDelivered(fact) => {
                let delivery = Delivery {
                    at,
                    key: fact.key,
                    batch_id: fact.batch_id.clone(),
                    supplier_id: fact.supplier_id.clone(),
                };
                insert_sorted(&mut self.deliveries, ORDER_LIST_MAX, delivery, |d| d.at)
            }
            FactBody::KeyViewed(fact) => {
                let view = View { at, key: fact.key, client: fact.client.clone() };
                insert_sorted(&mut self.views, ORDER_LIST_MAX, view, |v| v.at)
            }
            FactBody::RefundSettled(fact) => self.settled(Refund {
                at,
                refund_id: fact.refund_id.clone(),
                amount: fact.amount,
                route: fact.route,
                status: fact.status,
            }),
            FactBody::ChargebackOpened(fact) => self.disputed(Chargeback {
                chargeback_id: fact.chargeback_id.clone(),
                psp_transaction_id: fact.psp_transaction_id.clone(),
                amount: fact.amount,
                closed: None,
            }),
            FactBody::ChargebackClosed(fact) => self.disputed(Chargeback {
                chargeback_id: fact.chargeback_id.clone(),
                psp_transaction_id: fact.psp_transaction_id.clone(),
                amount: fact.amount,
                closed: Some((at, fact.result)),
            }),
            FactBody::OutcomeReported(fact) => {
                self.outcomes.note(fact);
                true
            }
            FactBody::KeyActivated(_)
            | FactBody::AccountActivity(_)
            | FactBody::KeysLeaked(_)
            | FactBody::IncidentDeclared(_) => true,
        };
        self.truncated |= !kept;
    }

    /// The same transaction id again is a retry of one payment: its earliest telling stands.
    fn captured(&mut self, capture: Capture) -> bool {
        let same = |known: &Capture| known.psp_transaction_id == capture.psp_transaction_id;
        if let Some(known) = self.captures.iter().position(same) {
            let known = self.captures.remove(known);
            let repeats = known.repeats.saturating_add(1);
            let earlier = compare_by(&capture, &known, |c| c.at).is_lt();
            let earliest = if earlier { capture } else { known };
            let earliest = Capture { repeats, ..earliest };
            return insert_sorted(&mut self.captures, ORDER_LIST_MAX, earliest, capture_order);
        }
        insert_sorted(&mut self.captures, ORDER_LIST_MAX, capture, capture_order)
    }

    /// Reversals of one transaction add up. The same amount at the same moment again is the same reversal, told under
    /// another fact id.
    fn reversed(&mut self, told: (Timestamp, PspTransactionId, Money)) -> bool {
        if self.reversals.contains(&told) {
            return true;
        }
        insert_sorted(&mut self.reversals, ORDER_LIST_MAX, told, |r| r.0)
    }

    /// A refund number pays at most once: the latest word on it stands, and paid is final.
    fn settled(&mut self, refund: Refund) -> bool {
        if let Some(known) = self.refunds.iter().position(|r| r.refund_id == refund.refund_id) {
            let known = self.refunds.remove(known);
            let final_word = |r: &Refund| (r.status == SettlementStatus::Settled, r.at);
            let later = compare_by(&refund, &known, final_word).is_gt();
            let stands = if later { refund } else { known };
            return insert_sorted(&mut self.refunds, ORDER_LIST_MAX, stands, |r| r.at);
        }
        insert_sorted(&mut self.refunds, ORDER_LIST_MAX, refund, |r| r.at)
    }

    /// The latest ending of a dispute stands, with its amount; an ending outranks a beginning.
    fn disputed(&mut self, told: Chargeback) -> bool {
        match self.chargebacks.iter_mut().find(|c| c.chargeback_id == told.chargeback_id) {
            Some(known) => {
                if compare_by(&told, known, |c| c.closed).is_gt() {
                    *known = told;
                }
                true
            }
            None => insert_sorted(&mut self.chargebacks, ORDER_LIST_MAX, told, |c| {
                c.chargeback_id.clone()
            }),
        }
    }

    fn claimed(&mut self, claim: &RefundClaim, context: &ClaimContext) {
        if self.claims.len() >= ORDER_LIST_MAX {
            self.truncated = true;
            return;
        }
        self.claims.push(OrderClaim {
            at: claim.requested_at,
            request_id: claim.request_id.clone(),
            refund_id: claim.refund_id.clone(),
            account_id: claim.account_id.clone(),
            amount: claim.amount,
            reason: claim.reason,
            origin: ClaimOrigin {
                ip: claim.client.ip,
                asn: context.asn,
                device_id: claim.client.device_id.clone(),
            },
            decided: None,
        });
    }

    fn decided(&mut self, decided: &ClaimDecided) {
        let asked = |claim: &&mut OrderClaim| claim.request_id == decided.claim.request_id;
        if let Some(claim) = self.claims.iter_mut().rev().find(asked) {
            claim.decided = Some((decided.decision, decided.approved));
        }
    }
}

fn capture_order(capture: &Capture) -> (Timestamp, PspTransactionId) {
    (capture.at, capture.psp_transaction_id.clone())
}
