use prost::bytes::Bytes;
use prost_types::Timestamp as WireTime;

use super::{at, body_violations, fact, fact_violations, limits, money, now, rate};
use crate::domain::{FactBody, Violations};
use crate::wire::pb::v1;
use crate::wire::pb::v1::fact::Body;
use crate::wire::{TimeLimits, decode_fact, decode_facts};

fn payment() -> v1::PaymentCaptured {
    v1::PaymentCaptured {
        psp_transaction_id: "p1".into(),
        order_id: "o1".into(),
        method: v1::PaymentMethod::Wechat.into(),
        amount: money(10_000, "CNY"),
        ..Default::default()
    }
}

fn incident() -> v1::IncidentDeclared {
    v1::IncidentDeclared {
        incident_id: "i1".into(),
        kind: v1::IncidentKind::BadBatch.into(),
        batch_id: Some("b1".into()),
        from: now(),
        ..Default::default()
    }
}

#[test]
fn reports_everything_at_once_in_the_order_of_the_fields() {
    let fact = v1::Fact {
        fact_id: String::new(),
        occurred_at: None,
        body: Some(Body::OrderPlaced(v1::OrderPlaced {
            order_id: "o".repeat(129),
            account_id: "a\n1".into(),
            sku: "s".into(),
            sku_class: 99,
            region_lock_countries: vec!["CN".into(), "cn".into()],
            supplier_id: Some(String::new()),
            quantity: 0,
            amount: money(-1, "ZZZ"),
            client: Some(v1::Client { ip: Some("300.1.1.1".into()), ..Default::default() }),
        })),
    };
    assert_eq!(
        fact_violations(fact),
        [
            "fact.fact_id: is empty; give 1 to 128 bytes",
            "fact.occurred_at: is missing; give it",
            "fact.order_placed.order_id: is 129 bytes long; give at most 128",
            "fact.order_placed.account_id: contains a control character; remove it",
            "fact.order_placed.sku_class: is 99, which is unknown; give one of SKU_CLASS_KEY, SKU_CLASS_TOP_UP, \
             SKU_CLASS_ACCOUNT, SKU_CLASS_SUBSCRIPTION, SKU_CLASS_LICENCE",
            "fact.order_placed.region_lock_countries[1]: `cn` is no ISO 3166 country; give two upper-case letters such \
             as `CN`",
            "fact.order_placed.supplier_id: is empty; give 1 to 128 bytes",
            "fact.order_placed.quantity: is 0; give 1 to 10000",
            "fact.order_placed.amount.amount_minor: is -1; give more than 0 minor units",
            "fact.order_placed.amount.currency_code: `ZZZ` is no ISO 4217 currency; give an upper-case code such as \
             `CNY`",
            "fact.order_placed.client.ip: `300.1.1.1` is no IP address; give IPv4 or IPv6 such as `203.0.113.7`, or \
             leave it out",
        ]
    );
}

#[test]
fn refuses_a_fact_without_a_body() {
    let mut bare = fact(Body::PaymentCaptured(payment()));
    bare.body = None;
    assert_eq!(
        fact_violations(bare),
        ["fact.body: is missing; give one kind of fact, such as `order_placed`"]
    );
}

#[test]
fn refuses_an_enum_that_is_not_given() {
    let payment = v1::PaymentCaptured { method: 0, ..payment() };
    assert_eq!(
        body_violations(Body::PaymentCaptured(payment)),
        [
            "fact.payment_captured.method: is not given; give one of PAYMENT_METHOD_WECHAT, PAYMENT_METHOD_ALIPAY, \
          PAYMENT_METHOD_CARD, PAYMENT_METHOD_BALANCE, PAYMENT_METHOD_CRYPTO"
        ]
    );
}

#[test]
fn holds_times_against_the_clock() {
    let when = |time| {
        let mut fact = fact(Body::PaymentCaptured(payment()));
        fact.occurred_at = Some(time);
        fact
    };
    let seconds = |seconds| WireTime { seconds, nanos: 0 };
    let now = 1_767_225_600;
    assert_eq!(fact_violations(when(seconds(946_684_800))), [""; 0]);
    assert_eq!(fact_violations(when(seconds(now + 600))), [""; 0]);
    for (time, violation) in [
        (
            seconds(946_684_799),
            "fact.occurred_at: is 1999-12-31T23:59:59Z; give a time from 2000-01-01T00:00:00Z on",
        ),
        (
            WireTime { seconds: now + 600, nanos: 1_000_000 },
            "fact.occurred_at: is 2026-01-01T00:10:00.001Z, in the future; give at most 2026-01-01T00:10:00Z",
        ),
        (
            WireTime { seconds: now, nanos: 1_000_000_000 },
            "fact.occurred_at.nanos: is 1000000000; give 0 to 999999999",
        ),
        (
            WireTime { seconds: now, nanos: -1 },
            "fact.occurred_at.nanos: is -1; give 0 to 999999999",
        ),
        (
            seconds(i64::MAX),
            "fact.occurred_at.seconds: is 9223372036854775807; give -62135596800 to 253402300799",
        ),
    ] {
        assert_eq!(fact_violations(when(time)), [violation]);
    }
    let later = when(seconds(now + 1_000_000_000));
    assert!(decode_fact(later, "fact", &TimeLimits::STORED).is_ok(), "it was judged when it came");
}

#[test]
fn cuts_times_to_milliseconds() {
    let mut fact = fact(Body::PaymentCaptured(payment()));
    fact.occurred_at = Some(WireTime { seconds: 1_700_000_000, nanos: 123_999_999 });
    let fact = decode_fact(fact, "fact", &limits()).unwrap();
    assert_eq!(fact.occurred_at.ms(), 1_700_000_000_123);
}

#[test]
fn holds_rates_to_their_bounds_and_to_the_amount() {
    let with = |fx_rate| Body::PaymentCaptured(v1::PaymentCaptured { fx_rate, ..payment() });
    assert_eq!(body_violations(with(rate("CNY", "USD", 0.14))), [""; 0]);
    assert_eq!(
        body_violations(with(rate("EUR", "USD", 1.1))),
        [
            "fact.payment_captured.fx_rate.from_currency_code: is `EUR`; give `CNY`, the currency of the amount"
        ]
    );
    assert_eq!(
        body_violations(with(rate("CNY", "dollars", 1e300))),
        [
            "fact.payment_captured.fx_rate.to_currency_code: `dollars` is no ISO 4217 currency; give an upper-case code \
             such as `CNY`",
            "fact.payment_captured.fx_rate.rate: is 1e300; give a rate above 0 and at most 1000000000",
        ]
    );
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(body_violations(with(rate("CNY", "USD", bad))).len(), 1, "{bad}");
    }
}

#[test]
fn refuses_amounts_out_of_bounds() {
    for bad in [0, -1, i64::MIN, 1_000_000_000_000_001, i64::MAX] {
        let payment = v1::PaymentCaptured { amount: money(bad, "JPY"), ..payment() };
        assert_eq!(body_violations(Body::PaymentCaptured(payment)).len(), 1, "{bad}");
    }
    let payment = v1::PaymentCaptured { amount: None, ..payment() };
    assert_eq!(
        body_violations(Body::PaymentCaptured(payment)),
        ["fact.payment_captured.amount: is missing; give it"]
    );
}

#[test]
fn an_incident_needs_a_scope_and_an_end_behind_its_start() {
    let bad = v1::IncidentDeclared { batch_id: None, until: at(1_767_225_599), ..incident() };
    assert_eq!(
        body_violations(Body::IncidentDeclared(bad)),
        [
            "fact.incident_declared: has no scope; give `sku`, `supplier_id` or `batch_id`",
            "fact.incident_declared.until: is 2025-12-31T23:59:59Z, before `from`; give at least \
             2026-01-01T00:00:00Z",
        ]
    );
}

#[test]
fn an_incident_may_be_planned_a_year_ahead() {
    let day = 86_400_i64;
    let planned = |days| v1::IncidentDeclared {
        from: at(1_767_225_600 + days * day),
        until: at(1_767_225_600 + days * day),
        ..incident()
    };
    assert_eq!(body_violations(Body::IncidentDeclared(planned(365))), [""; 0]);
    assert_eq!(body_violations(Body::IncidentDeclared(planned(366))).len(), 2);
}

#[test]
fn refuses_fingerprints_of_other_lengths_repeated_or_too_many() {
    let leak = |keys: Vec<Bytes>| {
        Body::KeysLeaked(v1::KeysLeaked {
            key_fingerprints: keys,
            source: "forum".into(),
            first_seen_at: now(),
        })
    };
    let key = |byte| Bytes::from(vec![byte; 32]);
    assert_eq!(body_violations(leak(vec![key(1), key(2)])), [""; 0]);
    assert_eq!(
        body_violations(leak(vec![key(1), Bytes::new(), key(1), Bytes::from(vec![0; 33])])),
        [
            "fact.keys_leaked.key_fingerprints[1]: is 0 bytes long; give exactly 32",
            "fact.keys_leaked.key_fingerprints[2]: repeats an earlier key; give each once",
            "fact.keys_leaked.key_fingerprints[3]: is 33 bytes long; give exactly 32",
        ]
    );
    for (count, violation) in [
        (0, "fact.keys_leaked.key_fingerprints: has 0 items; give 1 to 1000"),
        (1_001, "fact.keys_leaked.key_fingerprints: has 1001 items; give 1 to 1000"),
    ] {
        assert_eq!(body_violations(leak(vec![Bytes::new(); count])), [violation]);
    }
}

#[test]
fn a_level_belongs_to_a_verification() {
    let with = |kind: v1::ActivityKind, verified_level| {
        Body::AccountActivity(v1::AccountActivity {
            account_id: "a1".into(),
            kind: kind.into(),
            verified_level,
            client: None,
        })
    };
    assert_eq!(body_violations(with(v1::ActivityKind::Verified, Some(9))), [""; 0]);
    assert_eq!(body_violations(with(v1::ActivityKind::Verified, None)), [""; 0]);
    assert_eq!(
        body_violations(with(v1::ActivityKind::Verified, Some(10))),
        ["fact.account_activity.verified_level: is 10; give 0 to 9"]
    );
    assert_eq!(
        body_violations(with(v1::ActivityKind::Login, Some(1))),
        [
            "fact.account_activity.verified_level: is for ACTIVITY_KIND_VERIFIED only; leave it out otherwise"
        ]
    );
}

#[test]
fn one_address_has_one_form() {
    let ip = |text: &str| {
        let body = Body::KeyActivated(v1::KeyActivated {
            key_fingerprint: Bytes::from(vec![7; 32]),
            result: v1::ActivationResult::Ok.into(),
            client: Some(v1::Client { ip: Some(text.into()), ..Default::default() }),
            ..Default::default()
        });
        let fact = decode_fact(fact(body), "fact", &limits()).ok()?;
        let FactBody::KeyActivated(fact) = fact.body else { panic!("{:?}", fact.body) };
        fact.client.ip.map(|ip| ip.to_string())
    };
    assert_eq!(ip("::ffff:192.168.0.1").as_deref(), Some("192.168.0.1"));
    assert_eq!(ip("10.0.0.1").as_deref(), Some("10.0.0.1"));
    assert_eq!(ip("2001:DB8:0::1").as_deref(), Some("2001:db8::1"));
    for bad in ["", "1.2.3", "01.2.3.4", "1.2.3.4:80", "fe80::1%eth0", " 1.2.3.4"] {
        assert_eq!(ip(bad), None, "{bad}");
    }
}

#[test]
fn lists_of_facts_have_a_bound_and_paths_from_the_root() {
    let facts = vec![v1::Fact::default(), fact(Body::PaymentCaptured(payment()))];
    let Violations(wrong) = decode_facts(facts, "facts", &limits()).unwrap_err();
    let fields: Vec<_> = wrong.iter().map(|v| v.field.as_str()).collect();
    assert_eq!(fields, ["facts[0].fact_id", "facts[0].occurred_at", "facts[0].body"]);
    let many = vec![v1::Fact::default(); 1_001];
    assert_eq!(decode_facts(many, "facts", &limits()).unwrap_err().0.len(), 1);
    assert_eq!(decode_facts(Vec::new(), "facts", &limits()).unwrap_err().0.len(), 1);
}
