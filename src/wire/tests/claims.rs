use prost::bytes::Bytes;
use prost_types::Timestamp as WireTime;

use super::{claim, claim_violations, fact, limits, money, rate};
use crate::domain::{Timestamp, Violations};
use crate::wire::pb::v1;
use crate::wire::pb::v1::fact::Body;
use crate::wire::{ECHO_MAX_CHARS, decode_claim};

fn evidence() -> v1::Evidence {
    v1::Evidence {
        kind: v1::EvidenceKind::Video.into(),
        sha256: Bytes::from(vec![1; 32]),
        ..Default::default()
    }
}

fn inline(id: &str, payment: v1::PaymentCaptured) -> v1::Fact {
    v1::Fact { fact_id: id.into(), ..fact(Body::PaymentCaptured(payment)) }
}

fn payment() -> v1::PaymentCaptured {
    v1::PaymentCaptured {
        psp_transaction_id: "p1".into(),
        order_id: "o1".into(),
        method: v1::PaymentMethod::Card.into(),
        amount: money(10_000, "USD"),
        ..Default::default()
    }
}

#[test]
fn an_empty_claim_names_all_that_it_lacks() {
    let Violations(wrong) =
        decode_claim(v1::RefundClaim::default(), "claim", &limits()).unwrap_err();
    let fields: Vec<_> = wrong.iter().map(|v| v.field.as_str()).collect();
    assert_eq!(
        fields,
        [
            "claim.request_id",
            "claim.refund_id",
            "claim.order_id",
            "claim.account_id",
            "claim.requested_at",
            "claim.amount",
            "claim.reason",
            "claim.destination",
            "claim.channel",
        ]
    );
}

#[test]
fn inline_facts_have_paths_and_own_ids() {
    let wrong = v1::PaymentCaptured { amount: money(1, "usd"), ..payment() };
    let facts = vec![inline("f1", payment()), inline("f1", payment()), inline("f2", wrong)];
    assert_eq!(
        claim_violations(v1::RefundClaim { facts, ..claim() }),
        [
            "claim.facts[1].fact_id: repeats the id of an earlier fact of the claim; give each once",
            "claim.facts[2].payment_captured.amount.currency_code: `usd` is no ISO 4217 currency; give an upper-case \
             code such as `CNY`",
        ]
    );
}

#[test]
fn a_list_that_is_too_long_is_one_violation() {
    let claim = v1::RefundClaim {
        evidence: vec![v1::Evidence::default(); 10_000],
        key_fingerprints: vec![Bytes::new(); 101],
        facts: vec![v1::Fact::default(); 101],
        ..claim()
    };
    assert_eq!(
        claim_violations(claim),
        [
            "claim.evidence: has 10000 items; give 0 to 20",
            "claim.key_fingerprints: has 101 items; give 0 to 100",
            "claim.facts: has 101 items; give 0 to 100",
        ]
    );
}

#[test]
fn another_route_needs_a_destination() {
    let mut claim = claim();
    claim.destination = Some(v1::Destination {
        route: v1::RefundRoute::Alternative.into(),
        agreement_signed: Some(true),
        ..Default::default()
    });
    assert_eq!(
        claim_violations(claim),
        [
            "claim.destination.payout_fingerprint: is missing; give the receiving account, which another route needs"
        ]
    );
}

#[test]
fn todays_rate_starts_from_the_currency_of_the_claim() {
    let with = |fx_rate_today| v1::RefundClaim { fx_rate_today, ..claim() };
    assert_eq!(claim_violations(with(rate("CNY", "USD", 0.14))), [""; 0]);
    assert_eq!(
        claim_violations(with(rate("USD", "CNY", 7.0))),
        [
            "claim.fx_rate_today.from_currency_code: is `USD`; give `CNY`, the currency of the amount"
        ]
    );
}

#[test]
fn evidence_is_measured_and_may_have_an_odd_clock() {
    let odd = v1::Evidence {
        perceptual_hash: Some(Bytes::from_static(&[0, 0, 0, 0, 0, 0, 1, 2])),
        captured_at: Some(WireTime { seconds: -1, nanos: 999_000_000 }),
        ..evidence()
    };
    let read = decode_claim(v1::RefundClaim { evidence: vec![odd], ..claim() }, "claim", &limits());
    let evidence_read = &read.unwrap().evidence[0];
    assert_eq!(evidence_read.perceptual_hash, Some(0x0102));
    assert_eq!(evidence_read.captured_at, Some(Timestamp::from_ms(-1)));

    let bad = v1::Evidence {
        sha256: Bytes::from_static(b"abc"),
        perceptual_hash: Some(Bytes::new()),
        ..evidence()
    };
    assert_eq!(
        claim_violations(v1::RefundClaim { evidence: vec![evidence(), bad], ..claim() }),
        [
            "claim.evidence[1].sha256: is 3 bytes long; give exactly 32",
            "claim.evidence[1].perceptual_hash: is 0 bytes long; give exactly 8",
        ]
    );
}

#[test]
fn texts_are_bounded_by_length_alone() {
    let with = |bytes: usize, agent: usize| v1::RefundClaim {
        reason_text: Some("\u{7}".repeat(bytes)),
        client: Some(v1::Client { user_agent: Some("\t".repeat(agent)), ..Default::default() }),
        ..claim()
    };
    assert_eq!(claim_violations(with(4_000, 512)), [""; 0]);
    assert_eq!(
        claim_violations(with(4_001, 513)),
        [
            "claim.reason_text: is 4001 bytes long; give at most 4000",
            "claim.client.user_agent: is 513 bytes long; give at most 512",
        ]
    );
}

#[test]
fn time_zones_are_those_of_the_bundled_database() {
    let with = |zone: &str| v1::RefundClaim {
        client: Some(v1::Client { timezone: Some(zone.into()), ..Default::default() }),
        ..claim()
    };
    for known in ["Asia/Shanghai", "UTC", "Europe/Berlin"] {
        assert_eq!(claim_violations(with(known)), [""; 0]);
    }
    assert_eq!(
        claim_violations(with("Mars/Olympus\nMons")),
        [
            "claim.client.timezone: `Mars/Olympus\u{fffd}Mons` is no IANA time zone; give one such as `Asia/Shanghai`, or \
          leave it out"
        ]
    );
    for unknown in ["", "Etc/Unknown", "../../etc/passwd"] {
        assert_eq!(claim_violations(with(unknown)).len(), 1, "{unknown}");
    }
}

#[test]
fn repeats_little_of_what_was_sent() {
    let long = "界".repeat(1_000);
    let client = Some(v1::Client {
        ip: Some(long.clone()),
        device_id: Some(long.clone()),
        user_agent: Some(long.clone()),
        timezone: Some(long.clone()),
        ..Default::default()
    });
    let claim = v1::RefundClaim {
        request_id: long.clone(),
        refund_id: long.clone(),
        order_id: long.clone(),
        account_id: long.clone(),
        amount: money(1, &long),
        reason_text: Some(long.repeat(5)),
        client,
        fx_rate_today: rate(&long, &long, 1e300),
        facts: vec![inline(
            &long,
            v1::PaymentCaptured { payment_country: Some(long.clone()), ..payment() },
        )],
        ..claim()
    };
    let violations = claim_violations(claim);
    assert_eq!(violations.len(), 15, "{violations:#?}");
    for violation in violations {
        assert!(violation.matches('界').count() <= ECHO_MAX_CHARS, "{violation}");
    }
}

#[test]
fn no_more_violations_than_are_read() {
    let facts = vec![v1::Fact::default(); 100];
    assert_eq!(claim_violations(v1::RefundClaim { facts, ..claim() }).len(), Violations::MAX);
}
