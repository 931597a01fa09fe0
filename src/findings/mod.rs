//! What vouch notices by itself, from facts alone and without a claim.
//!
//! After a fact was applied to what is remembered, [`completed`] tells what it completes: a finding is complete when
//! everything that it says is known, whichever fact came last. It is told once. Late news may overtake it; [`stands`]
//! says whether it still holds.
//!
//! * A **double charge** is one finding for each payment that is one too many, so that a third payment is told too.
//! * A **key sold twice** is one finding for each order that the key did not serve.
//! * A **leaked key** is one finding for each order that has it, as long as nobody activated it.
//! * An **outbreak** of a batch is told once, by the answer of a vendor that makes it one.
//!
//! INVARIANT: whatever holds once all facts have arrived was told, in whatever order they came; but for outbreaks, which
//! are a matter of time: late news of a week that is over may be told too late to make one.

mod batch;
mod charge;
mod key;
mod knowledge;
#[cfg(test)]
mod tests;
mod texts;

use std::collections::BTreeSet;

pub use knowledge::Knowledge;
pub use texts::text;

use crate::domain::{
    ActivationResult, Client, Fact, FactBody, Finding, FindingId, FindingKind, FindingSubject,
    KeyFingerprint, OrderId, RecommendedRefund, TenantId, Timestamp, derived_id,
};
use crate::state::{OrderDoc, Subject};
use knowledge::order_in;

/// Something that holds now, told or not.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Shown {
    id: FindingId,
    kind: FindingKind,
    about: FindingSubject,
    recommended: Option<RecommendedRefund>,
}

/// What a fact makes known that was not told before. `knowledge` reflects the fact already.
///
/// # Errors
/// As `knowledge`.
pub fn completed<K: Knowledge>(
    tenant: &TenantId,
    fact: &Fact,
    observed_at: Timestamp,
    knowledge: &mut K,
) -> Result<Vec<Finding>, K::Error> {
    let (mut findings, mut told) = (Vec::new(), BTreeSet::new());
    for shown in shown_by(tenant, fact, knowledge)? {
        // A fact may name a key twice.
        if told.insert(shown.id.clone()) && knowledge.told_at(&shown.id)?.is_none() {
            let Shown { id, kind, about, recommended } = shown;
            let told_by = fact.id.clone();
            findings.push(Finding { id, kind, found_at: observed_at, told_by, about, recommended });
        }
    }
    Ok(findings)
}

/// A finding that was told still holds: no later fact or decision has overtaken it.
///
/// # Errors
/// As `knowledge`.
pub fn stands<K: Knowledge>(
    tenant: &TenantId,
    finding: &Finding,
    knowledge: &mut K,
) -> Result<bool, K::Error> {
    let shown = match (finding.kind, &finding.about.order_id) {
        (FindingKind::DoubleCharge, Some(order_id)) => {
            let order = knowledge.load(vec![Subject::Order(order_id.clone())])?;
            charge::double_charges(tenant, order_id, order_in(&order), knowledge)?
        }
        (
            FindingKind::KeySoldTwice
            | FindingKind::KeyLeakedBeforeDelivery
            | FindingKind::KeyLeakedAfterDelivery,
            Some(_),
        ) => key::of_keys(tenant, &finding.about.keys, knowledge)?,
        // That a batch was bad is not undone by a calmer day.
        (_, None) | (FindingKind::BatchOutbreak, Some(_)) => return Ok(true),
    };
    Ok(shown.iter().any(|shown| shown.id == finding.id))
}

/// What holds of everything that a fact can have changed. Facts that can only overtake findings are passed over.
fn shown_by<K: Knowledge>(
    tenant: &TenantId,
    fact: &Fact,
    knowledge: &mut K,
) -> Result<Vec<Shown>, K::Error> {
    let at = fact.occurred_at;
    match &fact.body {
        FactBody::OrderPlaced(fact) => of_order(tenant, &fact.order_id, knowledge),
        FactBody::PaymentCaptured(fact) => of_order(tenant, &fact.order_id, knowledge),
        // What went back, or is disputed, may turn out to be less than was promised or told before.
        FactBody::PaymentReversed(fact) => of_order(tenant, &fact.order_id, knowledge),
        FactBody::RefundSettled(fact) => of_order(tenant, &fact.order_id, knowledge),
        FactBody::ChargebackOpened(fact) => of_order(tenant, &fact.order_id, knowledge),
        FactBody::ChargebackClosed(fact) => of_order(tenant, &fact.order_id, knowledge),
        FactBody::KeyDelivered(fact) => {
            let mut shown = key::of_keys(tenant, fact.key.as_slice(), knowledge)?;
            if let Some(key) = fact.key {
                shown.extend(batch::outbreaks(tenant, key, at, knowledge)?);
            }
            Ok(shown)
        }
        FactBody::KeyViewed(fact) => of_view(tenant, &fact.order_id, &fact.client, knowledge),
        FactBody::KeyActivated(fact) if fact.result == ActivationResult::Ok => {
            key::of_keys(tenant, &[fact.key], knowledge)
        }
        FactBody::KeysLeaked(fact) => key::of_keys(tenant, &fact.keys, knowledge),
        FactBody::KeyActivated(fact) => batch::outbreaks(tenant, fact.key, at, knowledge),
        FactBody::AccountActivity(_)
        | FactBody::IncidentDeclared(_)
        | FactBody::OutcomeReported(_) => Ok(Vec::new()),
    }
}

/// Everything that is about an order.
fn of_order<K: Knowledge>(
    tenant: &TenantId,
    order_id: &OrderId,
    knowledge: &mut K,
) -> Result<Vec<Shown>, K::Error> {
    let loaded = knowledge.load(vec![Subject::Order(order_id.clone())])?;
    let order = order_in(&loaded);
    let mut shown = charge::double_charges(tenant, order_id, order, knowledge)?;
    shown.extend(key::of_keys(tenant, &keys_of(order), knowledge)?);
    Ok(shown)
}

/// A new place or device of the buyer may be where a key of the order was consumed.
fn of_view<K: Knowledge>(
    tenant: &TenantId,
    order_id: &OrderId,
    client: &Client,
    knowledge: &mut K,
) -> Result<Vec<Shown>, K::Error> {
    let loaded = knowledge.load(vec![Subject::Order(order_id.clone())])?;
    let order = order_in(&loaded);
    let keys = order.filter(|order| is_new(client, order)).map(|order| keys_of(Some(order)));
    key::of_keys(tenant, &keys.unwrap_or_default(), knowledge)
}

/// Nothing but one opening came from there. Large orders are opened often, from one place.
fn is_new(client: &Client, order: &OrderDoc) -> bool {
    let place = |client: &Client| (client.ip, client.device_id.clone());
    let ordered = order.placed.as_ref().map(|placed| &placed.client);
    let openings = order.views.iter().map(|view| &view.client);
    openings.chain(ordered).filter(|known| place(known) == place(client)).count() <= 1
}

fn keys_of(order: Option<&OrderDoc>) -> Vec<KeyFingerprint> {
    let deliveries = order.into_iter().flat_map(|order| &order.deliveries);
    let distinct: BTreeSet<_> = deliveries.filter_map(|delivery| delivery.key).collect();
    distinct.into_iter().collect()
}

/// The id of a finding. A derived id is always an id: `None` never comes.
fn finding_id(tenant: &TenantId, kind: FindingKind, about: &[&str]) -> Option<FindingId> {
    let parts = [&["finding", tenant.as_str(), kind.as_str()], about].concat();
    FindingId::parse(&derived_id(&parts)).ok()
}
