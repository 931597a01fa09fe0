//! What is folded: one fact, one claim, or the decision of a claim.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{EntityKey, PictureBucket, Subject};
use crate::domain::{
    AccountId, ClaimContext, Client, Decision, Evidence, Fact, FactBody, FactContext, Layer, Money,
    Network, OrderId, RefundClaim, RefundId, RequestId, TenantId, Timestamp,
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
}

impl ClaimDecided {
    /// The ids that a decision is filed under.
    #[must_use]
    pub fn ids(&self) -> (&OrderId, &RefundId, &RequestId) {
        (&self.claim.order_id, &self.claim.refund_id, &self.claim.request_id)
    }
}

impl Event {
    /// The entities that this event touches.
    #[must_use]
    pub fn touches(&self) -> Vec<EntityKey> {
        let subjects = match &self.body {
            EventBody::Fact(fact, context) => subjects_of_fact(&fact.body, context),
            EventBody::Claimed(claim, context) => subjects_of_claim(claim, context),
            EventBody::Decided(decided) => {
                let mut subjects = subjects_of_decision(&decided.claim);
                subjects.push(Subject::Approvals);
                subjects
            }
        };
        subjects
            .into_iter()
            .map(|subject| EntityKey { tenant: self.tenant.clone(), subject })
            .collect()
    }
}

/// What a claim will touch when it is decided, but for [`Subject::Approvals`], which nothing else touches. INVARIANT:
/// until then no other event may touch or read these, or the outcome would depend on how claims are batched.
pub(crate) fn subjects_of_decision(claim: &RefundClaim) -> Vec<Subject> {
    vec![Subject::Order(claim.order_id.clone()), Subject::Account(claim.account_id.clone())]
}

fn subjects_of_claim(claim: &RefundClaim, context: &ClaimContext) -> Vec<Subject> {
    let mut subjects = subjects_of_decision(claim);
    add_client(&mut subjects, &claim.client);
    subjects.push(Subject::Tenant);
    subjects.extend(context.asn.map(Subject::Asn));
    subjects.extend(context.sku.clone().map(Subject::Sku));
    subjects.extend(context.batches.iter().cloned().map(Subject::Batch));
    if let Some(payout) = &claim.destination.payout {
        subjects.push(Subject::Payout(payout.clone()));
    }
    subjects.extend(context.text.map(Subject::Phrase));
    add_evidence(&mut subjects, &claim.evidence);
    subjects
}

fn subjects_of_fact(body: &FactBody, context: &FactContext) -> Vec<Subject> {
    match body {
        FactBody::OrderPlaced(placed) => {
            let mut subjects = vec![
                Subject::Order(placed.order_id.clone()),
                Subject::Account(placed.account_id.clone()),
                Subject::Sku(placed.sku.clone()),
                Subject::Tenant,
            ];
            add_client(&mut subjects, &placed.client);
            subjects.extend(context.asn.map(Subject::Asn));
            add_fault(&mut subjects, context);
            subjects
        }
        FactBody::PaymentCaptured(captured) => {
            let mut subjects = vec![Subject::Order(captured.order_id.clone())];
            subjects.extend(captured.payer.clone().map(Subject::Payer));
            subjects
        }
        FactBody::PaymentReversed(reversed) => vec![Subject::Order(reversed.order_id.clone())],
        FactBody::KeyDelivered(delivered) => {
            let mut subjects = vec![Subject::Order(delivered.order_id.clone())];
            subjects.extend(delivered.key.map(Subject::CardKey));
            subjects.push(Subject::Tenant);
            subjects.extend(delivered.batch_id.clone().map(Subject::Batch));
            subjects.extend(delivered.supplier_id.clone().map(Subject::Supplier));
            add_fault(&mut subjects, context);
            subjects
        }
        FactBody::KeyViewed(viewed) => vec![Subject::Order(viewed.order_id.clone())],
        FactBody::KeyActivated(activated) => {
            let mut subjects = vec![Subject::CardKey(activated.key)];
            subjects.extend(activated.activator_id.clone().map(Subject::Activator));
            add_fault(&mut subjects, context);
            subjects
        }
        FactBody::AccountActivity(activity) => {
            let mut subjects = vec![Subject::Account(activity.account_id.clone())];
            add_client(&mut subjects, &activity.client);
            subjects
        }
        FactBody::RefundSettled(settled) => {
            order_and_account(&settled.order_id, &settled.account_id)
        }
        FactBody::ChargebackOpened(opened) => {
            order_and_account(&opened.order_id, &opened.account_id)
        }
        FactBody::ChargebackClosed(closed) => {
            order_and_account(&closed.order_id, &closed.account_id)
        }
        FactBody::KeysLeaked(leaked) => leaked.keys.iter().copied().map(Subject::CardKey).collect(),
        FactBody::IncidentDeclared(_) => vec![Subject::Incidents],
        FactBody::OutcomeReported(outcome) => {
            let mut subjects = order_and_account(&outcome.order_id, &outcome.account_id);
            if let Some(judged) = &context.judged {
                let origin = &judged.origin;
                subjects.extend(origin.device_id.clone().map(Subject::Device));
                subjects.extend(origin.ip.map(Subject::Ip));
                subjects.extend(origin.ip.map(|ip| Subject::Network(Network::of(ip))));
                subjects.extend(origin.asn.map(Subject::Asn));
                subjects.push(Subject::Tenant);
            }
            subjects
        }
    }
}

fn order_and_account(order: &OrderId, account: &AccountId) -> Vec<Subject> {
    vec![Subject::Order(order.clone()), Subject::Account(account.clone())]
}

/// The same file twice, or two pictures of one bucket, are one entity.
fn add_evidence(subjects: &mut Vec<Subject>, evidence: &[Evidence]) {
    let files: BTreeSet<_> = evidence.iter().map(|item| item.sha256).collect();
    subjects.extend(files.into_iter().map(Subject::Evidence));
    let hashes = evidence.iter().filter_map(|item| item.perceptual_hash);
    let buckets: BTreeSet<_> = hashes.flat_map(PictureBucket::of).collect();
    subjects.extend(buckets.into_iter().map(Subject::Pictures));
}

fn add_client(subjects: &mut Vec<Subject>, client: &Client) {
    subjects.extend(client.device_id.clone().map(Subject::Device));
    subjects.extend(client.ip.map(Subject::Ip));
    subjects.extend(client.ip.map(|ip| Subject::Network(Network::of(ip))));
}

/// The entities that count a fault. A delivery names its batch and supplier already; they stand once in the list.
fn add_fault(subjects: &mut Vec<Subject>, context: &FactContext) {
    let Some(fault) = &context.fault else { return };
    let batch = fault.batch_id.clone().map(Subject::Batch);
    let supplier = fault.supplier_id.clone().map(Subject::Supplier);
    for subject in batch.into_iter().chain(supplier).chain([Subject::Tenant]) {
        if !subjects.contains(&subject) {
            subjects.push(subject);
        }
    }
}
