//! Facts and claims of one order, written by hand.

use std::sync::Arc;

use super::super::ClaimDecided;
use super::super::samples::{Intake, START};
use crate::domain::*;

pub(super) fn cny(amount_minor: i64) -> Money {
    Money::positive(amount_minor, Currency::parse("CNY").unwrap()).unwrap()
}

pub(super) fn usd(amount_minor: i64) -> Money {
    Money::positive(amount_minor, Currency::parse("USD").unwrap()).unwrap()
}

pub(super) fn order() -> OrderId {
    OrderId::parse("o1").unwrap()
}

pub(super) fn account() -> AccountId {
    AccountId::parse("a1").unwrap()
}

pub(super) fn refund(id: &str) -> RefundId {
    RefundId::parse(id).unwrap()
}

fn psp(id: &str) -> PspTransactionId {
    PspTransactionId::parse(id).unwrap()
}

fn client() -> Client {
    Client {
        ip: Some("203.0.113.9".parse().unwrap()),
        device_id: Some(DeviceId::parse("d1").unwrap()),
        device_emulator: Some(false),
        device_rooted: Some(true),
        user_agent: Some("shop/1.0".into()),
        timezone: Some("Asia/Shanghai".into()),
    }
}

/// A fact that happened so many minutes after the start.
pub(super) fn at(minutes: i64, body: FactBody) -> Intake {
    let id = FactId::parse("f").unwrap();
    Intake::Fact(Arc::new(Fact { id, occurred_at: START.plus_ms(minutes * MINUTE_MS), body }))
}

pub(super) fn captured(id: &str, amount: Money) -> FactBody {
    FactBody::PaymentCaptured(PaymentCaptured {
        psp_transaction_id: psp(id),
        order_id: order(),
        payer: Some(PayerFingerprint::parse("p1").unwrap()),
        method: PaymentMethod::Wechat,
        amount,
        fx_rate: FxRate::new(amount.currency, Currency::parse("USD").unwrap(), 0.14).ok(),
        payment_country: Country::parse("CN"),
    })
}

pub(super) fn reversed(id: &str, amount: Money) -> FactBody {
    FactBody::PaymentReversed(PaymentReversed {
        psp_transaction_id: psp(id),
        order_id: order(),
        amount,
    })
}

pub(super) fn settled(id: &str, amount: Money, status: SettlementStatus) -> FactBody {
    FactBody::RefundSettled(RefundSettled {
        refund_id: refund(id),
        order_id: order(),
        account_id: account(),
        amount,
        route: RefundRoute::Original,
        status,
    })
}

pub(super) fn disputed(id: &str, amount: Money) -> FactBody {
    FactBody::ChargebackOpened(ChargebackOpened {
        chargeback_id: ChargebackId::parse(id).unwrap(),
        psp_transaction_id: psp("t1"),
        order_id: order(),
        account_id: account(),
        amount,
    })
}

pub(super) fn dispute_closed(id: &str, amount: Money, result: ChargebackResult) -> FactBody {
    FactBody::ChargebackClosed(ChargebackClosed {
        chargeback_id: ChargebackId::parse(id).unwrap(),
        psp_transaction_id: psp("t1"),
        order_id: order(),
        account_id: account(),
        amount,
        result,
    })
}

pub(super) fn outcome(id: &str, label: OutcomeLabel) -> FactBody {
    FactBody::OutcomeReported(OutcomeReported {
        refund_id: refund(id),
        order_id: order(),
        account_id: account(),
        label,
        source: OutcomeSource::Reviewer,
        effective_at: START,
    })
}

/// A claim for a refund, asked so many minutes after the start, and its decision; an approval promises what was asked.
pub(super) fn claimed(
    minutes: i64,
    request: &str,
    id: &str,
    amount: Money,
    decision: Decision,
) -> Intake {
    let claim = RefundClaim {
        request_id: RequestId::parse(request).unwrap(),
        refund_id: refund(id),
        order_id: order(),
        account_id: account(),
        requested_at: START.plus_ms(minutes * MINUTE_MS),
        amount,
        reason: ClaimReason::KeyInvalid,
        reason_text: Some("the key does not work".into()),
        destination: Destination {
            route: RefundRoute::Alternative,
            payout: Some(PayoutFingerprint::parse("w1").unwrap()),
            agreement_signed: Some(true),
        },
        client: client(),
        channel: ClaimChannel::App,
        evidence: vec![Evidence {
            kind: EvidenceKind::ActivationError,
            sha256: Sha256([7; 32]),
            perceptual_hash: Some(0x8606_0e1e_7efc_10fd),
            captured_at: Some(START),
            edited: Some(false),
        }],
        keys: Vec::new(),
        fx_rate_today: None,
        facts: Vec::new(),
    };
    let approved = (decision == Decision::Approve).then_some(amount);
    Intake::Claim(Arc::new(ClaimDecided {
        claim: Arc::new(claim),
        decision,
        decided_by: Layer::Rule,
        approved,
        scored: vec![ScoreBin { model: Sha256([1; 32]), bin: 4 }],
    }))
}

/// Records that leave no part of any kind of entity empty.
pub(super) fn whole_story() -> Vec<Intake> {
    let key = KeyFingerprint([9; 32]);
    let batch_id = BatchId::parse("b1").ok();
    let supplier_id = SupplierId::parse("s1").ok();
    let activity = |kind| {
        let verified_level = Some(2);
        let account_id = account();
        FactBody::AccountActivity(AccountActivity {
            account_id,
            kind,
            verified_level,
            client: client(),
        })
    };
    let placed = FactBody::OrderPlaced(OrderPlaced {
        order_id: order(),
        account_id: account(),
        sku: Sku::parse("game").unwrap(),
        sku_class: SkuClass::Key,
        region_lock: vec![Country::parse("CN").unwrap()],
        supplier_id: supplier_id.clone(),
        quantity: 2,
        amount: cny(200),
        client: client(),
    });
    let delivered = FactBody::KeyDelivered(KeyDelivered {
        order_id: order(),
        key: Some(key),
        batch_id: batch_id.clone(),
        supplier_id: supplier_id.clone(),
    });
    let viewed =
        FactBody::KeyViewed(KeyViewed { order_id: order(), key: Some(key), client: client() });
    let activated = FactBody::KeyActivated(KeyActivated {
        key,
        result: ActivationResult::Invalid,
        activator_id: ActivatorId::parse("v1").ok(),
        client: client(),
    });
    let leaked = FactBody::KeysLeaked(KeysLeaked {
        keys: vec![key],
        source: "forum".into(),
        first_seen_at: START,
    });
    let incident = FactBody::IncidentDeclared(IncidentDeclared {
        incident_id: IncidentId::parse("i1").unwrap(),
        kind: IncidentKind::BadBatch,
        sku: Sku::parse("game").ok(),
        supplier_id,
        batch_id,
        from: START,
        until: Some(START.plus_ms(DAY_MS)),
    });
    let facts = ActivityKind::ALL.iter().map(|kind| activity(*kind)).chain([
        placed,
        captured("t1", cny(200)),
        captured("t1", cny(200)),
        reversed("t1", cny(50)),
        delivered,
        viewed,
        activated,
        leaked,
        incident,
        disputed("c1", cny(10)),
        dispute_closed("c1", cny(10), ChargebackResult::Lost),
    ]);
    let mut story: Vec<Intake> =
        (0..).zip(facts).map(|(minutes, body)| at(minutes, body)).collect();
    story.extend([
        claimed(100, "q1", "r1", cny(20), Decision::Approve),
        at(101, settled("r1", cny(20), SettlementStatus::Settled)),
        claimed(102, "q2", "r2", cny(30), Decision::Reject),
        at(103, outcome("r2", OutcomeLabel::Abuse)),
    ]);
    story
}
