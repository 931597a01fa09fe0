//! What is folded: one fact, one claim, or the decision of a claim.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{EntityKey, PictureBucket, Subject};
use crate::domain::{
    AccountId, ClaimContext, Client, Decision, Evidence, Fact, FactBody, FactContext, Layer, Money,
    Network, OrderId, RefundClaim, RefundId, RequestId, ScoreBin, TenantId, Timestamp,
};

/// A place in the order of folding. A claim is folded twice at its ledger position: when it is taken in, so that the
/// next claim sees it, and when it is decided.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct Stamp(u64);

impl Stamp {
    /// A fact or a claim that is taken in at this ledger position.
    #[must_use]
    pub const fn taken_in(position: u64) -> Self {
        Self(position.saturating_mul(2))
    }

    /// The decision of the claim at this ledger position.
    #[must_use]
    pub const fn decided(position: u64) -> Self {
        Self(position.saturating_mul(2).saturating_add(1))
    }

    /// The ledger position that it belongs to.
    #[must_use]
    pub const fn position(self) -> u64 {
        self.0 / 2
    }
}

/// One thing to fold.
#[derive(Debug, Clone)]
pub struct Event {
    /// Where it stands.
    pub stamp: Stamp,
    /// Whose it is.
    pub tenant: TenantId,
    /// When vouch took it in.
    pub observed_at: Timestamp,
    /// What happened.
    pub body: EventBody,
    /// INVARIANT: these follow from the tenant and the body.
    touches: Vec<EntityKey>,
}

/// What happened.
#[derive(Debug, Clone)]
pub enum EventBody {
    /// The platform told a fact, and what vouch saw beside it.
    Fact(Arc<Fact>, FactContext),
    /// A claim came in, and what vouch saw beside it.
    Claimed(Arc<RefundClaim>, Arc<ClaimContext>),
    /// A claim was decided.
    Decided(Arc<ClaimDecided>),
}

/// What a decision leaves behind.
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimDecided {
    /// The claim that was decided.
    pub claim: Arc<RefundClaim>,
    /// What was decided.
    pub decision: Decision,
    /// Which layer decided.
    pub decided_by: Layer,
    /// What was promised, in the currency of the payment.
    pub approved: Option<Money>,
    /// How models scored the claim: each model once, none for a refund that was asked for before.
    pub scored: Vec<ScoreBin>,
}

impl ClaimDecided {
    /// The ids that a decision is filed under.
    #[must_use]
    pub fn ids(&self) -> (&OrderId, &RefundId, &RequestId) {
        (&self.claim.order_id, &self.claim.refund_id, &self.claim.request_id)
    }
}

impl Event {
    /// What happened to this tenant.
    #[must_use]
    pub fn new(stamp: Stamp, tenant: TenantId, observed_at: Timestamp, body: EventBody) -> Self {
        let mut touched = Touched::nothing(&tenant);
        match &body {
            EventBody::Fact(fact, context) => {
                touched.named(&fact.body);
                touched.seen(&fact.body, context);
            }
            EventBody::Claimed(claim, context) => touched.claim(claim, context),
            EventBody::Decided(decided) => {
                touched.add(subjects_of_decision(&decided.claim));
                touched.add([Subject::Approvals]);
                touched.add((!decided.scored.is_empty()).then_some(Subject::Scores));
            }
        }
        let touches = touched.keys;
        Self { stamp, tenant, observed_at, body, touches }
    }

    /// A fact that [names](named_by) these entities, before it is known where it stands and what is seen beside it.
    #[must_use]
    pub fn bare_fact(
        named: Vec<EntityKey>,
        tenant: TenantId,
        observed_at: Timestamp,
        fact: Arc<Fact>,
    ) -> Self {
        let body = EventBody::Fact(fact, FactContext::default());
        Self { stamp: Stamp::default(), tenant, observed_at, body, touches: named }
    }

    /// A bare fact, in its place and with what was seen beside it.
    #[must_use]
    pub fn seen(mut self, stamp: Stamp, context: FactContext) -> Self {
        self.stamp = stamp;
        if let EventBody::Fact(fact, seen) = &mut self.body {
            let mut touched = Touched { tenant: &self.tenant, keys: self.touches };
            touched.seen(&fact.body, &context);
            (*seen, self.touches) = (context, touched.keys);
        }
        self
    }

    /// The entities that this event touches, each once.
    #[must_use]
    pub fn touches(&self) -> &[EntityKey] {
        &self.touches
    }
}

/// The entities that a fact names: those that it touches, but for what its context adds.
#[must_use]
pub fn named_by(tenant: &TenantId, fact: &Fact) -> Vec<EntityKey> {
    let mut touched = Touched::nothing(tenant);
    touched.named(&fact.body);
    touched.keys
}

/// The entities that a claim names: those that are looked at first.
#[must_use]
pub fn named_by_claim(tenant: &TenantId, claim: &RefundClaim) -> Vec<EntityKey> {
    let mut touched = Touched::nothing(tenant);
    touched.add(subjects_of_decision(claim));
    touched.client(&claim.client);
    touched.add(claim.destination.payout.clone().map(Subject::Payout));
    touched.keys
}

/// What a claim will touch when it is decided, but for [`Subject::Approvals`] and [`Subject::Scores`], which nothing else
/// touches. INVARIANT:
/// until then no other event may touch or read these, or the outcome would depend on how claims are batched.
pub(crate) fn subjects_of_decision(claim: &RefundClaim) -> [Subject; 2] {
    [Subject::Order(claim.order_id.clone()), Subject::Account(claim.account_id.clone())]
}

/// Most events touch no more entities.
const TOUCHED_MOSTLY: usize = 8;

/// The entities that an event touches, while they are collected.
struct Touched<'a> {
    tenant: &'a TenantId,
    keys: Vec<EntityKey>,
}

impl<'a> Touched<'a> {
    fn nothing(tenant: &'a TenantId) -> Self {
        Self { tenant, keys: Vec::with_capacity(TOUCHED_MOSTLY) }
    }

    fn add(&mut self, subjects: impl IntoIterator<Item = Subject>) {
        for subject in subjects {
            self.keys.push(EntityKey::new(self.tenant.clone(), subject));
        }
    }

    fn claim(&mut self, claim: &RefundClaim, context: &ClaimContext) {
        self.add(subjects_of_decision(claim));
        self.client(&claim.client);
        self.add([Subject::Tenant]);
        self.add(context.asn.map(Subject::Asn));
        self.add(context.sku.clone().map(Subject::Sku));
        self.add(context.batches.iter().cloned().map(Subject::Batch));
        self.add(claim.destination.payout.clone().map(Subject::Payout));
        self.add(context.text.map(Subject::Phrase));
        self.evidence(&claim.evidence);
    }

    /// By a fact itself.
    fn named(&mut self, body: &FactBody) {
        match body {
            FactBody::OrderPlaced(placed) => {
                self.order_and_account(&placed.order_id, &placed.account_id);
                self.add([Subject::Sku(placed.sku.clone()), Subject::Tenant]);
                self.client(&placed.client);
            }
            FactBody::PaymentCaptured(captured) => {
                self.order(&captured.order_id);
                self.add(captured.payer.clone().map(Subject::Payer));
            }
            FactBody::PaymentReversed(reversed) => self.order(&reversed.order_id),
            FactBody::KeyDelivered(delivered) => {
                self.order(&delivered.order_id);
                self.add(delivered.key.map(Subject::CardKey));
                self.add([Subject::Tenant]);
                self.add(delivered.batch_id.clone().map(Subject::Batch));
                self.add(delivered.supplier_id.clone().map(Subject::Supplier));
            }
            FactBody::KeyViewed(viewed) => self.order(&viewed.order_id),
            FactBody::KeyActivated(activated) => {
                self.add([Subject::CardKey(activated.key)]);
                self.add(activated.activator_id.clone().map(Subject::Activator));
            }
            FactBody::AccountActivity(activity) => {
                self.add([Subject::Account(activity.account_id.clone())]);
                self.client(&activity.client);
            }
            FactBody::RefundSettled(settled) => {
                self.order_and_account(&settled.order_id, &settled.account_id);
            }
            FactBody::ChargebackOpened(opened) => {
                self.order_and_account(&opened.order_id, &opened.account_id);
            }
            FactBody::ChargebackClosed(closed) => {
                self.order_and_account(&closed.order_id, &closed.account_id);
            }
            FactBody::KeysLeaked(leaked) => {
                self.add(leaked.keys.iter().copied().map(Subject::CardKey));
            }
            FactBody::IncidentDeclared(_) => self.add([Subject::Incidents]),
            FactBody::OutcomeReported(outcome) => {
                self.order_and_account(&outcome.order_id, &outcome.account_id);
            }
        }
    }

    /// Besides, by what was seen beside a fact.
    fn seen(&mut self, body: &FactBody, context: &FactContext) {
        match body {
            FactBody::OrderPlaced(_) => {
                self.add(context.asn.map(Subject::Asn));
                self.fault(context);
            }
            FactBody::KeyDelivered(_) | FactBody::KeyActivated(_) => self.fault(context),
            FactBody::OutcomeReported(_) => {
                if let Some(judged) = &context.judged {
                    let origin = &judged.origin;
                    self.add(origin.device_id.clone().map(Subject::Device));
                    self.address(origin.ip);
                    self.add(origin.asn.map(Subject::Asn));
                    self.add([Subject::Tenant]);
                }
            }
            FactBody::PaymentCaptured(_)
            | FactBody::PaymentReversed(_)
            | FactBody::KeyViewed(_)
            | FactBody::AccountActivity(_)
            | FactBody::RefundSettled(_)
            | FactBody::ChargebackOpened(_)
            | FactBody::ChargebackClosed(_)
            | FactBody::KeysLeaked(_)
            | FactBody::IncidentDeclared(_) => {}
        }
    }

    fn order(&mut self, order: &OrderId) {
        self.add([Subject::Order(order.clone())]);
    }

    fn order_and_account(&mut self, order: &OrderId, account: &AccountId) {
        self.add([Subject::Order(order.clone()), Subject::Account(account.clone())]);
    }

    /// The same file twice, or two pictures of one bucket, are one entity.
    fn evidence(&mut self, evidence: &[Evidence]) {
        let files: BTreeSet<_> = evidence.iter().map(|item| item.sha256).collect();
        self.add(files.into_iter().map(Subject::Evidence));
        let hashes = evidence.iter().filter_map(|item| item.perceptual_hash);
        let buckets: BTreeSet<_> = hashes.flat_map(PictureBucket::of).collect();
        self.add(buckets.into_iter().map(Subject::Pictures));
    }

    fn client(&mut self, client: &Client) {
        self.add(client.device_id.clone().map(Subject::Device));
        self.address(client.ip);
    }

    fn address(&mut self, ip: Option<IpAddr>) {
        self.add(ip.map(Subject::Ip));
        self.add(ip.map(|ip| Subject::Network(Network::of(ip))));
    }

    /// The entities that count a fault. A delivery names its batch and supplier already; they stand once in the list.
    fn fault(&mut self, context: &FactContext) {
        let Some(fault) = &context.fault else { return };
        let batch = fault.batch_id.clone().map(Subject::Batch);
        let supplier = fault.supplier_id.clone().map(Subject::Supplier);
        for subject in batch.into_iter().chain(supplier).chain([Subject::Tenant]) {
            if !self.keys.iter().any(|key| *key.subject() == subject) {
                self.add([subject]);
            }
        }
    }
}
