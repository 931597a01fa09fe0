//! What an entity takes on disk, by kind: the table in the module's documentation is what is measured here.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::super::ClaimDecided;
use super::*;
use crate::domain::*;

/// Orders of a small shop in 90 days.
const ORDERS: u32 = 600;

fn kind(subject: &Subject) -> &'static str {
    match subject {
        Subject::Order(_) => "order",
        Subject::CardKey(_) => "card key",
        Subject::Account(_) => "account",
        Subject::Activator(_) => "activator",
        Subject::Device(_) => "device",
        Subject::Ip(_) => "address",
        Subject::Network(_) => "network",
        Subject::Asn(_) => "autonomous system",
        Subject::Sku(_) => "sku",
        Subject::Supplier(_) => "supplier",
        Subject::Batch(_) => "batch",
        Subject::Payer(_) => "payer",
        Subject::Payout(_) => "payout destination",
        Subject::Incidents => "incidents",
        Subject::Tenant => "totals",
        Subject::Approvals => "approvals",
        Subject::Scores => "scores",
        Subject::Evidence(_) => "file",
        Subject::Pictures(_) => "bucket of pictures",
        Subject::Phrase(_) => "text",
    }
}

fn id<T, E: std::fmt::Debug>(parse: fn(&str) -> Result<T, E>, kind: &str, n: u32) -> T {
    parse(&format!("{kind}-{n:010}")).unwrap()
}

fn client(n: u32) -> Client {
    let [a, b] = u16::try_from(n % 150).unwrap().to_be_bytes();
    Client {
        ip: Some([203, 0, a + u8::try_from(n % 4).unwrap(), b].into()),
        device_id: Some(id(DeviceId::parse, "device", n % 140)),
        user_agent: Some("ShopApp/5.2 (Android 14)".into()),
        timezone: Some("Asia/Shanghai".into()),
        ..Client::default()
    }
}

/// A login, an order that is paid, delivered, opened and used; every tenth key does not work and is claimed for.
fn story(n: u32) -> Vec<Intake> {
    let at = START.plus_ms(i64::from(n) * 90 * DAY_MS / i64::from(ORDERS));
    let mut key = [9; 32];
    key[..4].copy_from_slice(&n.to_be_bytes());
    let key = KeyFingerprint(key);
    let (order_id, account_id) =
        (id(OrderId::parse, "order", n), id(AccountId::parse, "account", n % 120));
    let price = Money::positive(9_800, Currency::parse("CNY").unwrap()).unwrap();
    let result =
        if n.is_multiple_of(10) { ActivationResult::Invalid } else { ActivationResult::Ok };
    let bodies = [
        FactBody::AccountActivity(AccountActivity {
            account_id: account_id.clone(),
            kind: ActivityKind::Login,
            verified_level: None,
            client: client(n),
        }),
        FactBody::OrderPlaced(OrderPlaced {
            order_id: order_id.clone(),
            account_id: account_id.clone(),
            sku: id(Sku::parse, "sku", n % 10),
            sku_class: SkuClass::Key,
            region_lock: Vec::new(),
            supplier_id: Some(id(SupplierId::parse, "supplier", n % 3)),
            quantity: 1,
            amount: price,
            client: client(n),
        }),
        FactBody::PaymentCaptured(PaymentCaptured {
            psp_transaction_id: id(PspTransactionId::parse, "psp", n),
            order_id: order_id.clone(),
            payer: Some(id(PayerFingerprint::parse, "payer", n % 110)),
            method: PaymentMethod::Wechat,
            amount: price,
            fx_rate: None,
            payment_country: Country::parse("CN"),
        }),
        FactBody::KeyDelivered(KeyDelivered {
            order_id: order_id.clone(),
            key: Some(key),
            batch_id: Some(id(BatchId::parse, "batch", n % 12)),
            supplier_id: Some(id(SupplierId::parse, "supplier", n % 3)),
        }),
        FactBody::KeyViewed(KeyViewed {
            order_id: order_id.clone(),
            key: Some(key),
            client: client(n),
        }),
        FactBody::KeyActivated(KeyActivated {
            key,
            result,
            activator_id: Some(id(ActivatorId::parse, "activator", n % 120)),
            client: client(n),
        }),
    ];
    let fact = |(minutes, body)| {
        let id = FactId::parse("f").unwrap();
        Intake::Fact(Arc::new(Fact { id, occurred_at: at.plus_ms(minutes * MINUTE_MS), body }))
    };
    let mut told: Vec<Intake> = (0..).zip(bodies).map(fact).collect();
    if n.is_multiple_of(10) {
        let claim = RefundClaim {
            request_id: id(RequestId::parse, "request", n),
            refund_id: id(RefundId::parse, "refund", n),
            order_id,
            account_id,
            requested_at: at.plus_ms(HOUR_MS),
            amount: price,
            reason: ClaimReason::KeyInvalid,
            reason_text: None,
            destination: Destination {
                route: RefundRoute::Alternative,
                payout: Some(id(PayoutFingerprint::parse, "payout", n % 40)),
                agreement_signed: Some(true),
            },
            client: client(n),
            channel: ClaimChannel::App,
            evidence: vec![Evidence {
                kind: EvidenceKind::ActivationError,
                sha256: Sha256(key.0),
                perceptual_hash: Some(0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(u64::from(n) + 1)),
                captured_at: None,
                edited: None,
            }],
            keys: Vec::new(),
            fx_rate_today: None,
            facts: Vec::new(),
        };
        told.push(Intake::Claim(Arc::new(ClaimDecided {
            claim: Arc::new(claim),
            decision: Decision::Approve,
            decided_by: Layer::Fallback,
            approved: Some(price),
            scored: vec![ScoreBin { model: Sha256([1; 32]), bin: u8::try_from(n % 10).unwrap() }],
        })));
    }
    told
}

/// What the shop's entities take on average, as rows of the table.
fn measured() -> String {
    let records: Vec<Intake> = (0..ORDERS).flat_map(story).collect();
    let mut sizes: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (key, entity) in fold(&events(&records)) {
        let (count, bytes) = sizes.entry(kind(key.subject())).or_default();
        *count += 1;
        *bytes += encode(&entity).unwrap().len();
    }
    let mut rows = String::new();
    for (kind, (count, bytes)) in sizes {
        writeln!(rows, "//! | {kind} | {count} | {} |", bytes.div_ceil(count)).unwrap();
    }
    rows
}

#[test]
fn the_documented_sizes_are_what_a_small_shop_takes() {
    let docs = include_str!("../mod.rs");
    let measured = measured();
    assert!(docs.contains(&measured), "put this into the table of state/mod.rs:\n{measured}");
}
