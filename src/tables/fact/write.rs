//! Facts become rows.

use super::FactColumns;
use crate::domain::{
    ActivatorId, BatchId, Country, FactBody, IncidentDeclared, OrderPlaced, OutcomeReported,
    PayerFingerprint, PaymentCaptured, Sku, SupplierId,
};
use crate::tables::part::{put_client, put_money};

macro_rules! put_dispute {
    ($fact:expr, $columns:expr) => {{
        $columns.chargeback_id.set($fact.chargeback_id.as_str());
        $columns.psp_transaction_id.set($fact.psp_transaction_id.as_str());
        $columns.order_id.set($fact.order_id.as_str());
        $columns.account_id.set($fact.account_id.as_str());
        put_money!($columns, $fact.amount);
    }};
}

pub(super) fn put_body(body: &FactBody, columns: &mut FactColumns) {
    match body {
        FactBody::OrderPlaced(fact) => put_order(fact, columns),
        FactBody::PaymentCaptured(fact) => put_capture(fact, columns),
        FactBody::PaymentReversed(fact) => {
            columns.kind.set("payment_reversed");
            columns.psp_transaction_id.set(fact.psp_transaction_id.as_str());
            columns.order_id.set(fact.order_id.as_str());
            put_money!(columns, fact.amount);
        }
        FactBody::KeyDelivered(fact) => {
            columns.kind.set("key_delivered");
            columns.order_id.set(fact.order_id.as_str());
            columns.key_fingerprint.set_optional(fact.key.as_ref().map(|key| key.0.as_slice()));
            columns.batch_id.set_optional(fact.batch_id.as_ref().map(BatchId::as_str));
            columns.supplier_id.set_optional(fact.supplier_id.as_ref().map(SupplierId::as_str));
        }
        FactBody::KeyViewed(fact) => {
            columns.kind.set("key_viewed");
            columns.order_id.set(fact.order_id.as_str());
            columns.key_fingerprint.set_optional(fact.key.as_ref().map(|key| key.0.as_slice()));
            put_client!(columns, &fact.client);
        }
        FactBody::KeyActivated(fact) => {
            columns.kind.set("key_activated");
            columns.key_fingerprint.set(&fact.key.0);
            columns.activation_result.set(fact.result.as_str());
            columns.activator_id.set_optional(fact.activator_id.as_ref().map(ActivatorId::as_str));
            put_client!(columns, &fact.client);
        }
        FactBody::AccountActivity(fact) => {
            columns.kind.set("account_activity");
            columns.account_id.set(fact.account_id.as_str());
            columns.activity_kind.set(fact.kind.as_str());
            columns.verified_level.set_optional(fact.verified_level.map(i64::from));
            put_client!(columns, &fact.client);
        }
        FactBody::RefundSettled(fact) => {
            columns.kind.set("refund_settled");
            columns.refund_id.set(fact.refund_id.as_str());
            columns.order_id.set(fact.order_id.as_str());
            columns.account_id.set(fact.account_id.as_str());
            put_money!(columns, fact.amount);
            columns.refund_route.set(fact.route.as_str());
            columns.settlement_status.set(fact.status.as_str());
        }
        FactBody::ChargebackOpened(fact) => {
            columns.kind.set("chargeback_opened");
            put_dispute!(fact, columns);
        }
        FactBody::ChargebackClosed(fact) => {
            columns.kind.set("chargeback_closed");
            put_dispute!(fact, columns);
            columns.chargeback_result.set(fact.result.as_str());
        }
        FactBody::KeysLeaked(fact) => {
            columns.kind.set("keys_leaked");
            let keys: Vec<_> = fact.keys.iter().map(|key| Some(key.0.as_slice())).collect();
            columns.key_fingerprints.set(&keys);
            columns.leak_source.set(&fact.source);
            columns.first_seen_at.set(fact.first_seen_at);
        }
        FactBody::IncidentDeclared(fact) => put_incident(fact, columns),
        FactBody::OutcomeReported(fact) => put_outcome(fact, columns),
    }
}

fn put_order(fact: &OrderPlaced, columns: &mut FactColumns) {
    columns.kind.set("order_placed");
    columns.order_id.set(fact.order_id.as_str());
    columns.account_id.set(fact.account_id.as_str());
    columns.sku.set(fact.sku.as_str());
    columns.sku_class.set(fact.sku_class.as_str());
    let countries: Vec<&str> = fact.region_lock.iter().map(Country::as_str).collect();
    columns.region_lock_countries.set(&countries);
    columns.supplier_id.set_optional(fact.supplier_id.as_ref().map(SupplierId::as_str));
    columns.quantity.set(i64::from(fact.quantity));
    put_money!(columns, fact.amount);
    put_client!(columns, &fact.client);
}

fn put_outcome(fact: &OutcomeReported, columns: &mut FactColumns) {
    columns.kind.set("outcome_reported");
    columns.refund_id.set(fact.refund_id.as_str());
    columns.order_id.set(fact.order_id.as_str());
    columns.account_id.set(fact.account_id.as_str());
    columns.outcome_label.set(fact.label.as_str());
    columns.outcome_source.set(fact.source.as_str());
    columns.effective_at.set(fact.effective_at);
}

fn put_capture(fact: &PaymentCaptured, columns: &mut FactColumns) {
    columns.kind.set("payment_captured");
    columns.psp_transaction_id.set(fact.psp_transaction_id.as_str());
    columns.order_id.set(fact.order_id.as_str());
    columns.payer_fingerprint.set_optional(fact.payer.as_ref().map(PayerFingerprint::as_str));
    columns.payment_method.set(fact.method.as_str());
    put_money!(columns, fact.amount);
    if let Some(rate) = fact.fx_rate {
        columns.fx_rate_from_currency_code.set(rate.from.as_str());
        columns.fx_rate_to_currency_code.set(rate.to.as_str());
    }
    columns.fx_rate.set_optional(fact.fx_rate.map(|rate| rate.rate()));
    let country = fact.payment_country.as_ref();
    columns.payment_country.set_optional(country.map(Country::as_str));
}

fn put_incident(fact: &IncidentDeclared, columns: &mut FactColumns) {
    columns.kind.set("incident_declared");
    columns.incident_id.set(fact.incident_id.as_str());
    columns.incident_kind.set(fact.kind.as_str());
    columns.sku.set_optional(fact.sku.as_ref().map(Sku::as_str));
    columns.supplier_id.set_optional(fact.supplier_id.as_ref().map(SupplierId::as_str));
    columns.batch_id.set_optional(fact.batch_id.as_ref().map(BatchId::as_str));
    columns.incident_from.set(fact.from);
    columns.incident_until.set_optional(fact.until);
}
