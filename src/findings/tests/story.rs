//! Facts of a shop where everything costs 1.00 CNY and the buyer of order `o1` is account `a-o1`, on device `d-o1`.

use std::sync::Arc;

use crate::domain::*;
use crate::state::ClaimDecided;
use crate::state::samples::{Intake, START};

pub(super) const PRICE: i64 = 100;

pub(super) fn at(minutes: i64, body: FactBody) -> Intake {
    let id = FactId::parse("f").unwrap();
    Intake::Fact(Arc::new(Fact { id, occurred_at: START.plus_ms(minutes * MINUTE_MS), body }))
}

pub(super) fn order(id: &str) -> OrderId {
    OrderId::parse(id).unwrap()
}

pub(super) fn cny(amount_minor: i64) -> Money {
    Money::positive(amount_minor, Currency::parse("CNY").unwrap()).unwrap()
}

fn account(order: &str) -> AccountId {
    AccountId::parse(&format!("a-{order}")).unwrap()
}

fn device(order: &str) -> Client {
    Client { device_id: DeviceId::parse(&format!("d-{order}")).ok(), ..Client::default() }
}

/// One unit.
pub(super) fn placed(id: &str) -> Intake {
    placed_units(id, 1)
}

pub(super) fn placed_units(id: &str, quantity: u32) -> Intake {
    let body = FactBody::OrderPlaced(OrderPlaced {
        order_id: order(id),
        account_id: account(id),
        sku: Sku::parse("game").unwrap(),
        sku_class: SkuClass::Key,
        region_lock: Vec::new(),
        supplier_id: None,
        quantity,
        amount: cny(PRICE * i64::from(quantity)),
        client: device(id),
    });
    at(0, body)
}

pub(super) fn captured(minutes: i64, id: &str, psp: &str, amount: Money) -> Intake {
    let body = FactBody::PaymentCaptured(PaymentCaptured {
        psp_transaction_id: PspTransactionId::parse(psp).unwrap(),
        order_id: order(id),
        payer: None,
        method: PaymentMethod::Wechat,
        amount,
        fx_rate: None,
        payment_country: None,
    });
    at(minutes, body)
}

/// The price of `o1`.
pub(super) fn paid(minutes: i64, psp: &str) -> Intake {
    captured(minutes, "o1", psp, cny(PRICE))
}

pub(super) fn reversed(minutes: i64, psp: &str) -> Intake {
    let body = FactBody::PaymentReversed(PaymentReversed {
        psp_transaction_id: PspTransactionId::parse(psp).unwrap(),
        order_id: order("o1"),
        amount: cny(PRICE),
    });
    at(minutes, body)
}

/// A refund of `o1`.
pub(super) fn settled(minutes: i64, refund: &str, minor: i64, status: SettlementStatus) -> Intake {
    let body = FactBody::RefundSettled(RefundSettled {
        refund_id: RefundId::parse(refund).unwrap(),
        order_id: order("o1"),
        account_id: account("o1"),
        amount: cny(minor),
        route: RefundRoute::Original,
        status,
    });
    at(minutes, body)
}

/// An approved claim on `o1`.
pub(super) fn promised(minutes: i64, refund: &str, minor: i64) -> Intake {
    let claim = RefundClaim {
        request_id: RequestId::parse(&format!("q-{refund}")).unwrap(),
        refund_id: RefundId::parse(refund).unwrap(),
        order_id: order("o1"),
        account_id: account("o1"),
        requested_at: START.plus_ms(minutes * MINUTE_MS),
        amount: cny(minor),
        reason: ClaimReason::ChargedTwice,
        reason_text: None,
        destination: Destination {
            route: RefundRoute::Original,
            payout: None,
            agreement_signed: None,
        },
        client: Client::default(),
        channel: ClaimChannel::App,
        evidence: Vec::new(),
        keys: Vec::new(),
        fx_rate_today: None,
        facts: Vec::new(),
    };
    Intake::Claim(Arc::new(ClaimDecided {
        claim: Arc::new(claim),
        decision: Decision::Approve,
        decided_by: Layer::Proof,
        approved: Some(cny(minor)),
        scored: Vec::new(),
    }))
}

pub(super) fn key(n: u8) -> KeyFingerprint {
    KeyFingerprint([n; 32])
}

pub(super) fn delivered(minutes: i64, id: &str, n: u8) -> Intake {
    let body = FactBody::KeyDelivered(KeyDelivered {
        order_id: order(id),
        key: Some(key(n)),
        batch_id: BatchId::parse("b1").ok(),
        supplier_id: SupplierId::parse("s1").ok(),
    });
    at(minutes, body)
}

/// From the device of the buyer of another order.
pub(super) fn viewed(minutes: i64, id: &str, n: u8, device_of: &str) -> Intake {
    let body = FactBody::KeyViewed(KeyViewed {
        order_id: order(id),
        key: Some(key(n)),
        client: device(device_of),
    });
    at(minutes, body)
}

/// By somebody, on the device of the buyer of an order.
pub(super) fn activated(minutes: i64, n: u8, result: ActivationResult, device_of: &str) -> Intake {
    let client = device(device_of);
    let body = FactBody::KeyActivated(KeyActivated {
        key: key(n),
        result,
        activator_id: ActivatorId::parse("somebody").ok(),
        client,
    });
    at(minutes, body)
}

pub(super) fn leaked(minutes: i64, n: u8) -> Intake {
    leaked_keys(minutes, vec![key(n)])
}

pub(super) fn leaked_keys(minutes: i64, keys: Vec<KeyFingerprint>) -> Intake {
    let first_seen_at = START.plus_ms(minutes * MINUTE_MS);
    let body = FactBody::KeysLeaked(KeysLeaked { keys, source: "forum".into(), first_seen_at });
    at(minutes, body)
}

/// A paid order with one key.
pub(super) fn bought(minutes: i64, id: &str, n: u8) -> [Intake; 3] {
    [placed(id), captured(minutes, id, &format!("t-{id}"), cny(PRICE)), delivered(minutes, id, n)]
}
