//! What is looked up when a fact or a claim is taken in, and recorded beside it.

use std::sync::Arc;

use super::core::CoreError;
use super::gather::Gathered;
use crate::domain::{
    ClaimContext, FactBody, FactContext, JudgedClaim, KeyFault, KeyFingerprint, OrderId,
    OrderPlaced, OutcomeReported, RefundClaim,
};
use crate::geo::{Geo, GeoFacts};
use crate::state::{Entity, EntityKey, Event, EventBody, Replaced, Stamp, Subject};
use crate::store::StateStore;

/// The context of a fact that would be folded as `event` is: with an empty context.
pub(super) fn of_fact(
    store: &mut dyn StateStore,
    geo: &Geo,
    event: &Event,
) -> Result<FactContext, CoreError> {
    let EventBody::Fact(fact, _) = &event.body else { return Ok(FactContext::default()) };
    let mut context = FactContext::default();
    match &fact.body {
        FactBody::OrderPlaced(placed) => {
            context.asn = placed.client.ip.and_then(|ip| geo.asn(ip));
            context.fault = buyer_of_fault(store, event, placed)?.map(Box::new);
        }
        FactBody::KeyDelivered(delivered) => {
            if let Some(key) = delivered.key {
                // A key that another batch delivered before is a matter of its own: key_sold_times.
                let own = |fault: &KeyFault| {
                    (&fault.batch_id, &fault.supplier_id)
                        == (&delivered.batch_id, &delivered.supplier_id)
                };
                context.fault = fault(store, event, key)?.filter(own).map(Box::new);
            }
        }
        FactBody::KeyActivated(activated) => {
            context.fault = fault(store, event, activated.key)?.map(Box::new);
        }
        FactBody::OutcomeReported(outcome) => {
            context.judged = judged(store, event, outcome)?.map(Box::new);
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
    Ok(context)
}

/// The context of a claim.
pub(super) fn of_claim(
    claim: &RefundClaim,
    gathered: &Gathered,
    place: &GeoFacts,
) -> Result<ClaimContext, CoreError> {
    let order = gathered.order.order().ok_or(CoreError::OtherKind)?;
    Ok(ClaimContext {
        asn: place.asn,
        sku: order.placed.as_ref().map(|placed| placed.sku.clone()),
        batches: gathered.claimed_batches.clone(),
        text: gathered.shown.text,
        asked_before: order.claims.iter().any(|known| known.refund_id == claim.refund_id),
        outcome: order.outcomes.standing(&claim.refund_id),
    })
}

/// What an event changes of what is known of a key that does not work.
fn fault(
    store: &mut dyn StateStore,
    event: &Event,
    key: KeyFingerprint,
) -> Result<Option<KeyFault>, CoreError> {
    let before = load(store, event, Subject::CardKey(key))?;
    let doc = before.card_key().ok_or(CoreError::OtherKind)?;
    let tried = matches!(&event.body, EventBody::Fact(fact, _) if matches!(fact.body, FactBody::KeyActivated(_)));
    // Most keys are delivered before anybody tries them. Only a try shows a fault.
    if doc.activations.is_empty() && !tried {
        return Ok(None);
    }
    let was_at = doc.found_faulty_at();
    let mut after = (*before).clone();
    // The stamp only has to stand behind those that were applied.
    after.apply(&event.clone().seen(Stamp::taken_in(u64::MAX), FactContext::default()));
    let after = after.card_key().ok_or(CoreError::OtherKind)?;
    let at = after.found_faulty_at();
    if at == was_at {
        return Ok(None);
    }
    let Some(delivery) = after.deliveries.first() else { return Ok(None) };
    let order = load_order(store, event, &delivery.order_id)?;
    let placed = order.order().and_then(|order| order.placed.as_ref());
    Ok(Some(KeyFault {
        at,
        was_at,
        batch_id: delivery.batch_id.clone(),
        supplier_id: delivery.supplier_id.clone(),
        sku: placed.map(|placed| placed.sku.clone()),
        account_id: placed.map(|placed| placed.account_id.clone()),
    }))
}

/// An order that is told after its first bad key was: now it is known who met the fault.
fn buyer_of_fault(
    store: &mut dyn StateStore,
    event: &Event,
    placed: &OrderPlaced,
) -> Result<Option<KeyFault>, CoreError> {
    let order = load_order(store, event, &placed.order_id)?;
    let order = order.order().ok_or(CoreError::OtherKind)?;
    let told_before = if order.placed.is_none() { order.deliveries.as_slice() } else { &[] };
    for delivery in told_before {
        let Some(key) = delivery.key else { continue };
        let key = load(store, event, Subject::CardKey(key))?;
        let key = key.card_key().ok_or(CoreError::OtherKind)?;
        let Some(at) = key.found_faulty_at() else { continue };
        if key.deliveries.first().is_some_and(|first| first.order_id == placed.order_id) {
            return Ok(Some(KeyFault {
                at: Some(at),
                // It is counted already.
                was_at: Some(at),
                batch_id: delivery.batch_id.clone(),
                supplier_id: delivery.supplier_id.clone(),
                sku: Some(placed.sku.clone()),
                account_id: Some(placed.account_id.clone()),
            }));
        }
    }
    Ok(None)
}

/// The claim that an outcome is about, when the outcome stands from now on and the claim is known.
fn judged(
    store: &mut dyn StateStore,
    event: &Event,
    outcome: &OutcomeReported,
) -> Result<Option<JudgedClaim>, CoreError> {
    let order = load_order(store, event, &outcome.order_id)?;
    let order = order.order().ok_or(CoreError::OtherKind)?;
    let replaces = match order.outcomes.replaced_by(outcome) {
        Replaced::Nothing => return Ok(None),
        Replaced::First => None,
        Replaced::Earlier(since, label) => Some((since, label)),
    };
    let claim = order.claims.iter().find(|claim| claim.refund_id == outcome.refund_id);
    Ok(claim.map(|claim| JudgedClaim { origin: claim.origin.clone(), replaces }))
}

fn load_order(
    store: &mut dyn StateStore,
    event: &Event,
    order: &OrderId,
) -> Result<Arc<Entity>, CoreError> {
    load(store, event, Subject::Order(order.clone()))
}

/// An entity as it is when the event is taken in.
fn load(
    store: &mut dyn StateStore,
    event: &Event,
    subject: Subject,
) -> Result<Arc<Entity>, CoreError> {
    let key = EntityKey::new(event.tenant.clone(), subject);
    Ok(store.load_one(&key, event.observed_at)?)
}
