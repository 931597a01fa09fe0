//! Random facts, claims and decisions over few ids and few times, so that they meet.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::{ClaimDecided, Entity, EntityKey, Event, EventBody, Stamp};
use crate::domain::{
    AccountActivity, AccountId, ActivationResult, ActivatorId, ActivityKind, BatchId,
    ChargebackClosed, ChargebackId, ChargebackOpened, ChargebackResult, ClaimChannel, ClaimContext,
    ClaimReason, Client, Country, Currency, DAY_MS, Decision, Destination, DeviceId, Evidence,
    EvidenceKind, Fact, FactBody, FactContext, FactId, IncidentDeclared, IncidentId, IncidentKind,
    KeyActivated, KeyDelivered, KeyFingerprint, KeyViewed, KeysLeaked, Layer, Money, OrderId,
    OrderPlaced, OutcomeLabel, OutcomeReported, OutcomeSource, PayerFingerprint, PaymentCaptured,
    PaymentMethod, PaymentReversed, PayoutFingerprint, PspTransactionId, RefundClaim, RefundId,
    RefundRoute, RefundSettled, RequestId, ScoreBin, SettlementStatus, Sha256, Sku, SkuClass,
    SupplierId, TenantId, Timestamp,
};

/// 2024-01-01T00:00:00Z.
pub(crate) const START: Timestamp = Timestamp::from_ms(1_704_067_200_000);

/// What enters the ledger as one record.
#[derive(Debug, Clone)]
pub(crate) enum Intake {
    /// A fact.
    Fact(Arc<Fact>),
    /// A claim and its verdict.
    Claim(Arc<ClaimDecided>),
}

impl Intake {
    /// The events of the record at a ledger position.
    pub(crate) fn events(&self, position: u64) -> Vec<Event> {
        self.events_at(position, START.plus_ms(i64::try_from(position).unwrap()))
    }

    fn events_at(&self, position: u64, observed_at: Timestamp) -> Vec<Event> {
        let tenant = TenantId::parse("shop").unwrap();
        let event = |stamp, body| Event::new(stamp, tenant.clone(), observed_at, body);
        match self {
            Self::Fact(fact) => {
                vec![event(
                    Stamp::taken_in(position),
                    EventBody::Fact(Arc::clone(fact), context_of(fact)),
                )]
            }
            Self::Claim(decided) => vec![
                event(
                    Stamp::taken_in(position),
                    EventBody::Claimed(
                        Arc::clone(&decided.claim),
                        context_of_claim(&decided.claim),
                    ),
                ),
                event(Stamp::decided(position), EventBody::Decided(Arc::clone(decided))),
            ],
        }
    }
}

/// Every address belongs to one autonomous system.
fn context_of(fact: &Fact) -> FactContext {
    let FactBody::OrderPlaced(placed) = &fact.body else { return FactContext::default() };
    FactContext { asn: placed.client.ip.map(|_| 64_500), ..FactContext::default() }
}

/// Every text is long enough, and its digest is how it begins.
fn context_of_claim(claim: &RefundClaim) -> Arc<ClaimContext> {
    let digest = |text: &Arc<str>| Sha256([text.as_bytes()[0]; 32]);
    let text = claim.reason_text.as_ref().map(digest);
    Arc::new(ClaimContext { text, ..ClaimContext::default() })
}

/// The events of records that stand at 1, 2, 3 ..
pub(crate) fn events(records: &[Intake]) -> Vec<Event> {
    (1..).zip(records).flat_map(|(position, record)| record.events(position)).collect()
}

/// The events of records that stand at 1, 2, 3 .., each taken in so many milliseconds after the one before.
pub(crate) fn events_apart(records: &[(Intake, i64)]) -> Vec<Event> {
    let mut now = START;
    let mut events = Vec::new();
    for (position, (record, gap_ms)) in (1..).zip(records) {
        now = now.plus_ms(*gap_ms);
        events.extend(record.events_at(position, now));
    }
    events
}

/// A time between two records: mostly none to speak of, sometimes about as long as something is remembered.
pub(crate) fn gap_ms() -> impl Strategy<Value = i64> {
    prop_oneof![
        8 => 0_i64..1_000,
        1 => (0_i64..1_200).prop_map(|days| days * DAY_MS),
        1 => (select(vec![120_i64, 400, 800, 1_100]), -1_i64..=1)
            .prop_map(|(days, ms)| days * DAY_MS + ms),
    ]
}

/// What is known of an entity at a time.
pub(crate) fn known_at(entity: Option<&Entity>, key: &EntityKey, now: Timestamp) -> Entity {
    let known = entity.filter(|entity| !entity.is_expired(now));
    known.cloned().unwrap_or_else(|| Entity::unknown(key.subject()))
}

/// The naive fold: everything in one map.
pub(crate) fn fold(events: &[Event]) -> BTreeMap<EntityKey, Entity> {
    let mut entities = BTreeMap::new();
    for event in events {
        for key in event.touches() {
            let unknown = || Entity::unknown(key.subject());
            entities.entry(key.clone()).or_insert_with(unknown).apply(event);
        }
    }
    entities
}

/// A fact, an outcome, or a claim.
pub(crate) fn intake() -> impl Strategy<Value = Intake> {
    prop_oneof![
        6 => fact().prop_map(|fact| Intake::Fact(Arc::new(fact))),
        1 => outcome().prop_map(|fact| Intake::Fact(Arc::new(fact))),
        2 => decided().prop_map(|decided| Intake::Claim(Arc::new(decided))),
    ]
}

/// A fact of any kind but an outcome.
pub(crate) fn fact() -> impl Strategy<Value = Fact> {
    let body = prop_oneof![
        order_placed(),
        payment_captured(),
        (psp(), order(), money()).prop_map(|(psp_transaction_id, order_id, amount)| {
            FactBody::PaymentReversed(PaymentReversed { psp_transaction_id, order_id, amount })
        }),
        (order(), option::of(key()), option::of(batch()), option::of(supplier())).prop_map(
            |(order_id, key, batch_id, supplier_id)| {
                FactBody::KeyDelivered(KeyDelivered { order_id, key, batch_id, supplier_id })
            }
        ),
        (order(), option::of(key()), client()).prop_map(|(order_id, key, client)| {
            FactBody::KeyViewed(KeyViewed { order_id, key, client })
        }),
        (key(), select(ActivationResult::ALL), option::of(activator()), client()).prop_map(
            |(key, result, activator_id, client)| {
                FactBody::KeyActivated(KeyActivated { key, result, activator_id, client })
            }
        ),
        (account(), select(ActivityKind::ALL), option::of(0_u8..4), client()).prop_map(
            |(account_id, kind, verified_level, client)| {
                let activity = AccountActivity { account_id, kind, verified_level, client };
                FactBody::AccountActivity(activity)
            }
        ),
        refund_settled(),
        disputes(),
        (vec(key(), 1..3), time()).prop_map(|(keys, first_seen_at)| {
            FactBody::KeysLeaked(KeysLeaked { keys, source: "forum".into(), first_seen_at })
        }),
        incident_declared(),
    ];
    (time(), body).prop_map(|(occurred_at, body)| Fact {
        id: FactId::parse("f").unwrap(),
        occurred_at,
        body,
    })
}

fn outcome() -> impl Strategy<Value = Fact> {
    let body = (refund(), order(), account(), select(OutcomeLabel::ALL), time());
    body.prop_map(|(refund_id, order_id, account_id, label, effective_at)| Fact {
        id: FactId::parse("f").unwrap(),
        occurred_at: effective_at,
        body: FactBody::OutcomeReported(OutcomeReported {
            refund_id,
            order_id,
            account_id,
            label,
            source: OutcomeSource::Audit,
            effective_at,
        }),
    })
}

/// A claim and what was decided.
fn decided() -> impl Strategy<Value = ClaimDecided> {
    let scored = vec((0_u8..3, 0_u8..5), 0..3);
    (claim(), select(Decision::ALL), select(Layer::ALL), money(), scored).prop_map(
        |(claim, decision, decided_by, approved, scored)| ClaimDecided {
            decided_by,
            claim: Arc::new(claim),
            decision,
            approved: (decision == Decision::Approve).then_some(approved),
            scored: scored.into_iter().map(score_bin).collect(),
        },
    )
}

const fn score_bin((model, bin): (u8, u8)) -> ScoreBin {
    ScoreBin { model: Sha256([model; 32]), bin }
}

fn claim() -> impl Strategy<Value = RefundClaim> {
    let ids = (0_u32..1_000, refund(), order(), account(), option::of(payout()));
    let says = (select(ClaimReason::ALL), option::of("[ab]"), vec(evidence(), 0..3));
    (ids, time(), money(), says, client()).prop_map(
        |(
            (request, refund_id, order_id, account_id, payout),
            requested_at,
            amount,
            (reason, text, evidence),
            client,
        )| {
            RefundClaim {
                request_id: RequestId::parse(&format!("q{request}")).unwrap(),
                refund_id,
                order_id,
                account_id,
                requested_at,
                amount,
                reason,
                reason_text: text.as_deref().map(Into::into),
                destination: Destination {
                    route: RefundRoute::Original,
                    payout,
                    agreement_signed: None,
                },
                client,
                channel: ClaimChannel::App,
                evidence,
                keys: Vec::new(),
                fx_rate_today: None,
                facts: Vec::new(),
            }
        },
    )
}

/// A file out of few, of which some are pictures that look alike.
fn evidence() -> impl Strategy<Value = Evidence> {
    (0_u8..3, option::of(0_u32..64)).prop_map(|(file, bit)| Evidence {
        kind: EvidenceKind::ActivationError,
        sha256: Sha256([file; 32]),
        perceptual_hash: bit.map(|bit| 0x8606_0e1e_7efc_10fd ^ (1 << bit)),
        captured_at: None,
        edited: None,
    })
}

fn order_placed() -> impl Strategy<Value = FactBody> {
    (order(), account(), option::of(supplier()), 1_u32..4, money(), client()).prop_map(
        |(order_id, account_id, supplier_id, quantity, amount, client)| {
            FactBody::OrderPlaced(OrderPlaced {
                order_id,
                account_id,
                sku: Sku::parse("game").unwrap(),
                sku_class: SkuClass::Key,
                region_lock: vec![Country::parse("CN").unwrap()],
                supplier_id,
                quantity,
                amount,
                client,
            })
        },
    )
}

fn payment_captured() -> impl Strategy<Value = FactBody> {
    (psp(), order(), option::of(payer()), select(PaymentMethod::ALL), money()).prop_map(
        |(psp_transaction_id, order_id, payer, method, amount)| {
            FactBody::PaymentCaptured(PaymentCaptured {
                psp_transaction_id,
                order_id,
                payer,
                method,
                amount,
                fx_rate: None,
                payment_country: None,
            })
        },
    )
}

fn refund_settled() -> impl Strategy<Value = FactBody> {
    (refund(), order(), account(), money(), select(SettlementStatus::ALL)).prop_map(
        |(refund_id, order_id, account_id, amount, status)| {
            FactBody::RefundSettled(RefundSettled {
                refund_id,
                order_id,
                account_id,
                amount,
                route: RefundRoute::Original,
                status,
            })
        },
    )
}

fn disputes() -> impl Strategy<Value = FactBody> {
    let result = option::of(select(ChargebackResult::ALL));
    (chargeback(), psp(), order(), account(), money(), result).prop_map(
        |(chargeback_id, psp_transaction_id, order_id, account_id, amount, result)| match result {
            None => FactBody::ChargebackOpened(ChargebackOpened {
                chargeback_id,
                psp_transaction_id,
                order_id,
                account_id,
                amount,
            }),
            Some(result) => FactBody::ChargebackClosed(ChargebackClosed {
                chargeback_id,
                psp_transaction_id,
                order_id,
                account_id,
                amount,
                result,
            }),
        },
    )
}

fn incident_declared() -> impl Strategy<Value = FactBody> {
    let id = ids("i", 3, |text| IncidentId::parse(text).unwrap());
    (id, select(IncidentKind::ALL), option::of(supplier()), time(), option::of(time())).prop_map(
        |(incident_id, kind, supplier_id, from, until)| {
            FactBody::IncidentDeclared(IncidentDeclared {
                incident_id,
                kind,
                sku: None,
                supplier_id,
                batch_id: None,
                from,
                until,
            })
        },
    )
}

/// A few moments, many of them equal, some far apart.
pub(crate) fn time() -> impl Strategy<Value = Timestamp> {
    prop_oneof![
        (0_i64..4).prop_map(|ms| START.plus_ms(ms)),
        (0_i64..120).prop_map(|days| START.plus_ms(days * DAY_MS)),
    ]
}

/// A small amount, mostly in one currency.
fn money() -> impl Strategy<Value = Money> {
    let code = prop_oneof![8 => Just("CNY"), 1 => Just("USD")];
    (1_i64..500, code)
        .prop_map(|(amount, code)| Money::positive(amount, Currency::parse(code).unwrap()).unwrap())
}

fn client() -> impl Strategy<Value = Client> {
    let ip = (0_u8..4).prop_map(|last| IpAddr::V4(Ipv4Addr::new(198, 51, 100, last)));
    let device = ids("d", 3, |text| DeviceId::parse(text).unwrap());
    (option::of(ip), option::of(device)).prop_map(|(ip, device_id)| Client {
        ip,
        device_id,
        ..Client::default()
    })
}

fn ids<T: std::fmt::Debug>(
    prefix: &'static str,
    count: u32,
    parse: impl Fn(&str) -> T + Clone,
) -> impl Strategy<Value = T> {
    (0..count).prop_map(move |n| parse(&format!("{prefix}{n}")))
}

fn key() -> impl Strategy<Value = KeyFingerprint> {
    (0_u8..3).prop_map(|n| KeyFingerprint([n; 32]))
}

macro_rules! few {
    ($($name:ident: $id:ident, $prefix:literal, $count:literal;)*) => {$(
        fn $name() -> impl Strategy<Value = $id> {
            ids($prefix, $count, |text| $id::parse(text).unwrap())
        }
    )*};
}

few! {
    order: OrderId, "o", 3;
    account: AccountId, "a", 3;
    refund: RefundId, "r", 4;
    psp: PspTransactionId, "t", 4;
    payer: PayerFingerprint, "p", 2;
    payout: PayoutFingerprint, "w", 2;
    chargeback: ChargebackId, "c", 3;
    batch: BatchId, "b", 2;
    supplier: SupplierId, "s", 2;
    activator: ActivatorId, "v", 2;
}
