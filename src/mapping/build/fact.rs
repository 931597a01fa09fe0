//! Facts.

use prost_types::Timestamp as WireTime;

use super::{client, money, rate, text, time, word};
use crate::mapping::value::Values;
use crate::wire::pb::v1;
use crate::wire::pb::v1::fact::Body;

/// A fact of a kind, without its id.
pub(in crate::mapping) fn fact(
    kind: &str,
    occurred_at: Option<WireTime>,
    values: &mut Values,
) -> v1::Fact {
    v1::Fact { fact_id: String::new(), occurred_at, body: body(kind, occurred_at, values) }
}

fn body(kind: &str, occurred_at: Option<WireTime>, v: &mut Values) -> Option<Body> {
    Some(match kind {
        "order_placed" => Body::OrderPlaced(order_placed(v)),
        "payment_captured" => Body::PaymentCaptured(payment_captured(v)),
        "payment_reversed" => Body::PaymentReversed(v1::PaymentReversed {
            psp_transaction_id: text(v, "psp_transaction_id"),
            order_id: text(v, "order_id"),
            amount: money(v).0,
        }),
        "key_delivered" => Body::KeyDelivered(v1::KeyDelivered {
            order_id: text(v, "order_id"),
            key_fingerprint: v.bytes("key_fingerprint"),
            batch_id: v.text("batch_id"),
            supplier_id: v.text("supplier_id"),
        }),
        "key_viewed" => Body::KeyViewed(v1::KeyViewed {
            order_id: text(v, "order_id"),
            key_fingerprint: v.bytes("key_fingerprint"),
            client: client(v),
        }),
        "key_activated" => Body::KeyActivated(v1::KeyActivated {
            key_fingerprint: v.bytes("key_fingerprint").unwrap_or_default(),
            result: word(v, "result"),
            activator_id: v.text("activator_id"),
            client: client(v),
        }),
        "account_activity" => Body::AccountActivity(v1::AccountActivity {
            account_id: text(v, "account_id"),
            kind: word(v, "kind"),
            verified_level: v.whole("verified_level"),
            client: client(v),
        }),
        "refund_settled" => Body::RefundSettled(refund_settled(v)),
        "chargeback_opened" => Body::ChargebackOpened(chargeback_opened(v)),
        "chargeback_closed" => Body::ChargebackClosed(chargeback_closed(v)),
        "keys_leaked" => Body::KeysLeaked(v1::KeysLeaked {
            key_fingerprints: v.blobs("key_fingerprints"),
            source: text(v, "source"),
            first_seen_at: time(v, "first_seen_at").or(occurred_at),
        }),
        "incident_declared" => Body::IncidentDeclared(incident_declared(v)),
        "outcome_reported" => Body::OutcomeReported(v1::OutcomeReported {
            refund_id: text(v, "refund_id"),
            order_id: text(v, "order_id"),
            account_id: text(v, "account_id"),
            label: word(v, "label"),
            source: word(v, "source"),
            effective_at: time(v, "effective_at").or(occurred_at),
        }),
        // A kind that `schema` has and this has not: `wire` says that the body is missing.
        _ => return None,
    })
}

fn order_placed(v: &mut Values) -> v1::OrderPlaced {
    v1::OrderPlaced {
        order_id: text(v, "order_id"),
        account_id: text(v, "account_id"),
        sku: text(v, "sku"),
        sku_class: word(v, "sku_class"),
        region_lock_countries: v.texts("region_lock_countries"),
        supplier_id: v.text("supplier_id"),
        // A table without such a column has one unit per row.
        quantity: v.whole("quantity").unwrap_or(1),
        amount: money(v).0,
        client: client(v),
    }
}

fn payment_captured(v: &mut Values) -> v1::PaymentCaptured {
    let (amount, currency) = money(v);
    v1::PaymentCaptured {
        psp_transaction_id: text(v, "psp_transaction_id"),
        order_id: text(v, "order_id"),
        payer_fingerprint: v.text("payer_fingerprint"),
        method: word(v, "method"),
        amount,
        fx_rate: rate(v, "fx_rate", "fx_rate_to_currency_code", currency),
        payment_country: v.text("payment_country"),
    }
}

fn refund_settled(v: &mut Values) -> v1::RefundSettled {
    v1::RefundSettled {
        refund_id: text(v, "refund_id"),
        order_id: text(v, "order_id"),
        account_id: text(v, "account_id"),
        amount: money(v).0,
        route: word(v, "route"),
        status: word(v, "status"),
    }
}

fn chargeback_opened(v: &mut Values) -> v1::ChargebackOpened {
    v1::ChargebackOpened {
        chargeback_id: text(v, "chargeback_id"),
        psp_transaction_id: text(v, "psp_transaction_id"),
        order_id: text(v, "order_id"),
        account_id: text(v, "account_id"),
        amount: money(v).0,
    }
}

fn chargeback_closed(v: &mut Values) -> v1::ChargebackClosed {
    v1::ChargebackClosed {
        chargeback_id: text(v, "chargeback_id"),
        psp_transaction_id: text(v, "psp_transaction_id"),
        order_id: text(v, "order_id"),
        account_id: text(v, "account_id"),
        amount: money(v).0,
        result: word(v, "result"),
    }
}

fn incident_declared(v: &mut Values) -> v1::IncidentDeclared {
    v1::IncidentDeclared {
        incident_id: text(v, "incident_id"),
        kind: word(v, "kind"),
        sku: v.text("sku"),
        supplier_id: v.text("supplier_id"),
        batch_id: v.text("batch_id"),
        from: time(v, "from"),
        until: time(v, "until"),
    }
}
