//! Facts.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::{client, country, id, key, keys, money, money_and_rate, time};
use crate::domain::{
    AccountActivity, AccountId, ActivationResult, ActivatorId, ActivityKind, BatchId,
    ChargebackClosed, ChargebackId, ChargebackOpened, ChargebackResult, Fact, FactBody, FactId,
    IncidentDeclared, IncidentId, IncidentKind, KeyActivated, KeyDelivered, KeyViewed, KeysLeaked,
    OrderId, OrderPlaced, OutcomeLabel, OutcomeReported, OutcomeSource, PayerFingerprint,
    PaymentCaptured, PaymentMethod, PaymentReversed, PspTransactionId, RefundId, RefundRoute,
    RefundSettled, SettlementStatus, Sku, SkuClass, SupplierId,
};

/// Any fact.
pub(crate) fn fact() -> impl Strategy<Value = Fact> {
    (id(FactId::parse), time(), fact_body()).prop_map(|(id, occurred_at, body)| Fact {
        id,
        occurred_at,
        body,
    })
}

/// A body of every kind.
fn fact_body() -> impl Strategy<Value = FactBody> {
    prop_oneof![
        order_placed(),
        payment_captured(),
        payment_reversed(),
        key_delivered(),
        key_viewed(),
        key_activated(),
        account_activity(),
        refund_settled(),
        chargeback_opened(),
        chargeback_closed(),
        keys_leaked(),
        incident_declared(),
        outcome_reported(),
    ]
}

fn order_placed() -> impl Strategy<Value = FactBody> {
    let what = (id(Sku::parse), select(SkuClass::ALL), vec(country(), 0..4), 1..=10_000_u32);
    let who = (id(OrderId::parse), id(AccountId::parse), option::of(id(SupplierId::parse)));
    (who, what, money(), client()).prop_map(|(who, what, amount, client)| {
        let (order_id, account_id, supplier_id) = who;
        let (sku, sku_class, region_lock, quantity) = what;
        FactBody::OrderPlaced(OrderPlaced {
            order_id,
            account_id,
            sku,
            sku_class,
            region_lock,
            supplier_id,
            quantity,
            amount,
            client,
        })
    })
}

fn payment_captured() -> impl Strategy<Value = FactBody> {
    (
        id(PspTransactionId::parse),
        id(OrderId::parse),
        option::of(id(PayerFingerprint::parse)),
        select(PaymentMethod::ALL),
        money_and_rate(),
        option::of(country()),
    )
        .prop_map(|(psp_transaction_id, order_id, payer, method, paid, payment_country)| {
            let (amount, fx_rate) = paid;
            FactBody::PaymentCaptured(PaymentCaptured {
                psp_transaction_id,
                order_id,
                payer,
                method,
                amount,
                fx_rate,
                payment_country,
            })
        })
}

fn payment_reversed() -> impl Strategy<Value = FactBody> {
    (id(PspTransactionId::parse), id(OrderId::parse), money()).prop_map(
        |(psp_transaction_id, order_id, amount)| {
            FactBody::PaymentReversed(PaymentReversed { psp_transaction_id, order_id, amount })
        },
    )
}

fn key_delivered() -> impl Strategy<Value = FactBody> {
    (
        id(OrderId::parse),
        option::of(key()),
        option::of(id(BatchId::parse)),
        option::of(id(SupplierId::parse)),
    )
        .prop_map(|(order_id, key, batch_id, supplier_id)| {
            FactBody::KeyDelivered(KeyDelivered { order_id, key, batch_id, supplier_id })
        })
}

fn key_viewed() -> impl Strategy<Value = FactBody> {
    (id(OrderId::parse), option::of(key()), client()).prop_map(|(order_id, key, client)| {
        FactBody::KeyViewed(KeyViewed { order_id, key, client })
    })
}

fn key_activated() -> impl Strategy<Value = FactBody> {
    (key(), select(ActivationResult::ALL), option::of(id(ActivatorId::parse)), client()).prop_map(
        |(key, result, activator_id, client)| {
            FactBody::KeyActivated(KeyActivated { key, result, activator_id, client })
        },
    )
}

fn account_activity() -> impl Strategy<Value = FactBody> {
    (id(AccountId::parse), select(ActivityKind::ALL), option::of(0..=9_u8), client()).prop_map(
        |(account_id, kind, level, client)| {
            let verified_level = level.filter(|_| kind == ActivityKind::Verified);
            FactBody::AccountActivity(AccountActivity { account_id, kind, verified_level, client })
        },
    )
}

fn refund_settled() -> impl Strategy<Value = FactBody> {
    (
        id(RefundId::parse),
        id(OrderId::parse),
        id(AccountId::parse),
        money(),
        select(RefundRoute::ALL),
        select(SettlementStatus::ALL),
    )
        .prop_map(|(refund_id, order_id, account_id, amount, route, status)| {
            FactBody::RefundSettled(RefundSettled {
                refund_id,
                order_id,
                account_id,
                amount,
                route,
                status,
            })
        })
}

fn chargeback_opened() -> impl Strategy<Value = FactBody> {
    (
        id(ChargebackId::parse),
        id(PspTransactionId::parse),
        id(OrderId::parse),
        id(AccountId::parse),
        money(),
    )
        .prop_map(|(chargeback_id, psp_transaction_id, order_id, account_id, amount)| {
            FactBody::ChargebackOpened(ChargebackOpened {
                chargeback_id,
                psp_transaction_id,
                order_id,
                account_id,
                amount,
            })
        })
}

fn chargeback_closed() -> impl Strategy<Value = FactBody> {
    (
        id(ChargebackId::parse),
        id(PspTransactionId::parse),
        id(OrderId::parse),
        id(AccountId::parse),
        money(),
        select(ChargebackResult::ALL),
    )
        .prop_map(
            |(chargeback_id, psp_transaction_id, order_id, account_id, amount, result)| {
                FactBody::ChargebackClosed(ChargebackClosed {
                    chargeback_id,
                    psp_transaction_id,
                    order_id,
                    account_id,
                    amount,
                    result,
                })
            },
        )
}

fn keys_leaked() -> impl Strategy<Value = FactBody> {
    (keys(1..=4), "\\PC{1,32}", time()).prop_map(|(keys, source, first_seen_at)| {
        FactBody::KeysLeaked(KeysLeaked { keys, source: source.into(), first_seen_at })
    })
}

fn incident_declared() -> impl Strategy<Value = FactBody> {
    (
        id(IncidentId::parse),
        select(IncidentKind::ALL),
        (option::of(id(Sku::parse)), option::of(id(SupplierId::parse)), id(BatchId::parse)),
        time(),
        option::of(0..1_000_000_000_i64),
    )
        .prop_map(|(incident_id, kind, (sku, supplier_id, batch_id), from, lasts_ms)| {
            let batch_id = (sku.is_none() && supplier_id.is_none()).then_some(batch_id);
            let until = lasts_ms.map(|ms| from.plus_ms(ms));
            FactBody::IncidentDeclared(IncidentDeclared {
                incident_id,
                kind,
                sku,
                supplier_id,
                batch_id,
                from,
                until,
            })
        })
}

fn outcome_reported() -> impl Strategy<Value = FactBody> {
    (
        id(RefundId::parse),
        id(OrderId::parse),
        id(AccountId::parse),
        select(OutcomeLabel::ALL),
        select(OutcomeSource::ALL),
        time(),
    )
        .prop_map(|(refund_id, order_id, account_id, label, source, effective_at)| {
            FactBody::OutcomeReported(OutcomeReported {
                refund_id,
                order_id,
                account_id,
                label,
                source,
                effective_at,
            })
        })
}
