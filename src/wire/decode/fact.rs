//! Facts: the envelope and its kinds.

use super::key::{key_activated, key_delivered, key_viewed, keys_leaked};
use super::notice::{account_activity, incident_declared, outcome_reported};
use super::payment::{
    chargeback_closed, chargeback_opened, order_placed, payment_captured, payment_reversed,
    refund_settled,
};
use crate::domain::{Fact, FactBody, FactId};
use crate::wire::field::{Field, every};
use crate::wire::limits::Era;
use crate::wire::pb::v1;
use crate::wire::pb::v1::fact::Body;

pub(in crate::wire) fn fact(at: &Field<'_>, fact: v1::Fact) -> Option<Fact> {
    every!(Fact {
        id: at.field("fact_id").parse(&fact.fact_id, FactId::parse),
        occurred_at: at.field("occurred_at").time(fact.occurred_at, Era::Past),
        body: body(at, fact.body),
    })
}

fn body(at: &Field<'_>, body: Option<Body>) -> Option<FactBody> {
    let Some(body) = body else {
        return at
            .field("body")
            .refuse("is missing; give one kind of fact, such as `order_placed`");
    };
    match body {
        Body::OrderPlaced(m) => {
            order_placed(&at.field("order_placed"), m).map(FactBody::OrderPlaced)
        }
        Body::PaymentCaptured(m) => {
            payment_captured(&at.field("payment_captured"), m).map(FactBody::PaymentCaptured)
        }
        Body::PaymentReversed(m) => {
            payment_reversed(&at.field("payment_reversed"), m).map(FactBody::PaymentReversed)
        }
        Body::KeyDelivered(m) => {
            key_delivered(&at.field("key_delivered"), m).map(FactBody::KeyDelivered)
        }
        Body::KeyViewed(m) => key_viewed(&at.field("key_viewed"), m).map(FactBody::KeyViewed),
        Body::KeyActivated(m) => {
            key_activated(&at.field("key_activated"), m).map(FactBody::KeyActivated)
        }
        Body::AccountActivity(m) => {
            account_activity(&at.field("account_activity"), m).map(FactBody::AccountActivity)
        }
        Body::RefundSettled(m) => {
            refund_settled(&at.field("refund_settled"), m).map(FactBody::RefundSettled)
        }
        Body::ChargebackOpened(m) => {
            chargeback_opened(&at.field("chargeback_opened"), m).map(FactBody::ChargebackOpened)
        }
        Body::ChargebackClosed(m) => {
            chargeback_closed(&at.field("chargeback_closed"), m).map(FactBody::ChargebackClosed)
        }
        Body::KeysLeaked(m) => keys_leaked(&at.field("keys_leaked"), m).map(FactBody::KeysLeaked),
        Body::IncidentDeclared(m) => {
            incident_declared(&at.field("incident_declared"), m).map(FactBody::IncidentDeclared)
        }
        Body::OutcomeReported(m) => {
            outcome_reported(&at.field("outcome_reported"), m).map(FactBody::OutcomeReported)
        }
    }
}
