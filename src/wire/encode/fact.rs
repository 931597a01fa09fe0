//! Facts.

use super::common::{client, fx_rate, key, keys, money, time};
use crate::domain::{
    AccountActivity, ChargebackClosed, ChargebackOpened, Fact, FactBody, IncidentDeclared,
    KeyActivated, KeyDelivered, KeyViewed, KeysLeaked, OrderPlaced, OutcomeReported,
    PaymentCaptured, PaymentReversed, RefundSettled,
};
use crate::wire::choice::WireEnum;
use crate::wire::pb::v1;
use crate::wire::pb::v1::fact::Body;

/// The canonical message of a fact.
#[must_use]
pub fn encode_fact(fact: &Fact) -> v1::Fact {
    v1::Fact {
        fact_id: fact.id.to_string(),
        occurred_at: Some(time(fact.occurred_at)),
        body: Some(body(&fact.body)),
    }
}

fn body(body: &FactBody) -> Body {
    match body {
        FactBody::OrderPlaced(fact) => Body::OrderPlaced(order_placed(fact)),
        FactBody::PaymentCaptured(fact) => Body::PaymentCaptured(payment_captured(fact)),
        FactBody::PaymentReversed(fact) => Body::PaymentReversed(payment_reversed(fact)),
        FactBody::KeyDelivered(fact) => Body::KeyDelivered(key_delivered(fact)),
        FactBody::KeyViewed(fact) => Body::KeyViewed(key_viewed(fact)),
        FactBody::KeyActivated(fact) => Body::KeyActivated(key_activated(fact)),
        FactBody::AccountActivity(fact) => Body::AccountActivity(account_activity(fact)),
        FactBody::RefundSettled(fact) => Body::RefundSettled(refund_settled(fact)),
        FactBody::ChargebackOpened(fact) => Body::ChargebackOpened(chargeback_opened(fact)),
        FactBody::ChargebackClosed(fact) => Body::ChargebackClosed(chargeback_closed(fact)),
        FactBody::KeysLeaked(fact) => Body::KeysLeaked(keys_leaked(fact)),
        FactBody::IncidentDeclared(fact) => Body::IncidentDeclared(incident_declared(fact)),
        FactBody::OutcomeReported(fact) => Body::OutcomeReported(outcome_reported(fact)),
    }
}

fn order_placed(fact: &OrderPlaced) -> v1::OrderPlaced {
    v1::OrderPlaced {
        order_id: fact.order_id.to_string(),
        account_id: fact.account_id.to_string(),
        sku: fact.sku.to_string(),
        sku_class: fact.sku_class.number(),
        region_lock_countries: fact.region_lock.iter().map(ToString::to_string).collect(),
        supplier_id: fact.supplier_id.as_ref().map(ToString::to_string),
        quantity: fact.quantity,
        amount: Some(money(fact.amount)),
        client: client(&fact.client),
    }
}

fn payment_captured(fact: &PaymentCaptured) -> v1::PaymentCaptured {
    v1::PaymentCaptured {
        psp_transaction_id: fact.psp_transaction_id.to_string(),
        order_id: fact.order_id.to_string(),
        payer_fingerprint: fact.payer.as_ref().map(ToString::to_string),
        method: fact.method.number(),
        amount: Some(money(fact.amount)),
        fx_rate: fact.fx_rate.map(fx_rate),
        payment_country: fact.payment_country.map(|country| country.to_string()),
    }
}

fn payment_reversed(fact: &PaymentReversed) -> v1::PaymentReversed {
    v1::PaymentReversed {
        psp_transaction_id: fact.psp_transaction_id.to_string(),
        order_id: fact.order_id.to_string(),
        amount: Some(money(fact.amount)),
    }
}

fn key_delivered(fact: &KeyDelivered) -> v1::KeyDelivered {
    v1::KeyDelivered {
        order_id: fact.order_id.to_string(),
        key_fingerprint: fact.key.as_ref().map(key),
        batch_id: fact.batch_id.as_ref().map(ToString::to_string),
        supplier_id: fact.supplier_id.as_ref().map(ToString::to_string),
    }
}

fn key_viewed(fact: &KeyViewed) -> v1::KeyViewed {
    v1::KeyViewed {
        order_id: fact.order_id.to_string(),
        key_fingerprint: fact.key.as_ref().map(key),
        client: client(&fact.client),
    }
}

fn key_activated(fact: &KeyActivated) -> v1::KeyActivated {
    v1::KeyActivated {
        key_fingerprint: key(&fact.key),
        result: fact.result.number(),
        activator_id: fact.activator_id.as_ref().map(ToString::to_string),
        client: client(&fact.client),
    }
}

fn account_activity(fact: &AccountActivity) -> v1::AccountActivity {
    v1::AccountActivity {
        account_id: fact.account_id.to_string(),
        kind: fact.kind.number(),
        verified_level: fact.verified_level.map(u32::from),
        client: client(&fact.client),
    }
}

fn refund_settled(fact: &RefundSettled) -> v1::RefundSettled {
    v1::RefundSettled {
        refund_id: fact.refund_id.to_string(),
        order_id: fact.order_id.to_string(),
        account_id: fact.account_id.to_string(),
        amount: Some(money(fact.amount)),
        route: fact.route.number(),
        status: fact.status.number(),
    }
}

fn chargeback_opened(fact: &ChargebackOpened) -> v1::ChargebackOpened {
    v1::ChargebackOpened {
        chargeback_id: fact.chargeback_id.to_string(),
        psp_transaction_id: fact.psp_transaction_id.to_string(),
        order_id: fact.order_id.to_string(),
        account_id: fact.account_id.to_string(),
        amount: Some(money(fact.amount)),
    }
}

fn chargeback_closed(fact: &ChargebackClosed) -> v1::ChargebackClosed {
    v1::ChargebackClosed {
        chargeback_id: fact.chargeback_id.to_string(),
        psp_transaction_id: fact.psp_transaction_id.to_string(),
        order_id: fact.order_id.to_string(),
        account_id: fact.account_id.to_string(),
        amount: Some(money(fact.amount)),
        result: fact.result.number(),
    }
}

fn keys_leaked(fact: &KeysLeaked) -> v1::KeysLeaked {
    v1::KeysLeaked {
        key_fingerprints: keys(&fact.keys),
        source: fact.source.to_string(),
        first_seen_at: Some(time(fact.first_seen_at)),
    }
}

fn incident_declared(fact: &IncidentDeclared) -> v1::IncidentDeclared {
    v1::IncidentDeclared {
        incident_id: fact.incident_id.to_string(),
        kind: fact.kind.number(),
        sku: fact.sku.as_ref().map(ToString::to_string),
        supplier_id: fact.supplier_id.as_ref().map(ToString::to_string),
        batch_id: fact.batch_id.as_ref().map(ToString::to_string),
        from: Some(time(fact.from)),
        until: fact.until.map(time),
    }
}

fn outcome_reported(fact: &OutcomeReported) -> v1::OutcomeReported {
    v1::OutcomeReported {
        refund_id: fact.refund_id.to_string(),
        order_id: fact.order_id.to_string(),
        account_id: fact.account_id.to_string(),
        label: fact.label.number(),
        source: fact.source.number(),
        effective_at: Some(time(fact.effective_at)),
    }
}
