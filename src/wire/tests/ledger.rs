use proptest::prelude::*;
use prost::Message;
use prost::bytes::Bytes;

use crate::domain::{
    AccountId, BatchId, ChallengerVerdict, ClaimReason, Contribution, Coverage, Currency, Decision,
    DecisionId, EvidenceKind, ExpectedCosts, FactId, Finding, FindingId, FindingKind,
    FindingSubject, FollowUp, FollowUpKind, GroupContribution, KeyFingerprint, Layer,
    LocalizedText, ModelAssessment, Money, OrderId, PspTransactionId, Reason, RecommendedRefund,
    RefundId, RefundRoute, RequestId, RouteAdvice, SupplierId, Timestamp, Verdict, Versions,
};
use crate::wire::pb::v1;
use crate::wire::strategies::{
    challenger, claim, claim_context, fact, fact_context, finding, score_bin,
};
use crate::wire::{
    ClaimEntry, CodecError, SignalScalar, SignalSchema, VerdictSummary, canonical_claim,
    canonical_fact, decode_claim_entry, decode_fact_entry, decode_finding_entry,
    decode_signal_schema, encode_claim_entry, encode_fact_entry, encode_finding_entry,
    encode_signal_schema, encode_verdict, verdict_decision,
};

fn signal() -> impl Strategy<Value = Option<SignalScalar>> {
    proptest::option::of(prop_oneof![
        any::<i64>().prop_map(SignalScalar::Integer),
        any::<f64>().prop_map(SignalScalar::Real),
        any::<bool>().prop_map(SignalScalar::Truth),
        any::<String>().prop_map(SignalScalar::Text),
    ])
}

fn borrowed(
    signals: &[Option<SignalScalar>],
) -> impl Iterator<Item = Option<SignalScalar<&str>>> + Clone {
    signals.iter().map(|signal| match signal.as_ref()? {
        SignalScalar::Integer(value) => Some(SignalScalar::Integer(*value)),
        SignalScalar::Real(value) => Some(SignalScalar::Real(*value)),
        SignalScalar::Truth(value) => Some(SignalScalar::Truth(*value)),
        SignalScalar::Text(value) => Some(SignalScalar::Text(value.as_str())),
    })
}

proptest! {
    #[test]
    fn fact_entries_come_back(fact in fact(), context in fact_context()) {
        let bytes = encode_fact_entry(canonical_fact(&fact), &context);
        prop_assert_eq!(decode_fact_entry(&bytes).unwrap(), (fact, context));
    }

    #[test]
    fn finding_entries_come_back(finding in finding()) {
        prop_assert_eq!(decode_finding_entry(&encode_finding_entry(&finding)).unwrap(), finding);
    }

    #[test]
    fn claim_entries_come_back(
        claim in claim(),
        context in claim_context(),
        verdict in prop::collection::vec(any::<u8>(), 0..40),
        signals_sha256 in any::<[u8; 32]>(),
        signals in prop::collection::vec(signal(), 0..6),
        challengers in prop::collection::vec(challenger(), 0..3),
        scored in prop::collection::vec(score_bin(), 0..3),
    ) {
        let bytes = encode_claim_entry(
            canonical_claim(&claim).into(),
            &context,
            verdict.clone().into(),
            Bytes::copy_from_slice(&signals_sha256),
            borrowed(&signals),
            &challengers,
            &scored,
        );
        // Field by field as the generated code writes it: there is one encoding.
        let message = crate::wire::pb::ledger::v1::ClaimEntry::decode(bytes.as_slice()).unwrap();
        prop_assert_eq!(message.encode_to_vec(), bytes.clone());
        let entry =
            ClaimEntry { claim, context, verdict, signals_sha256, signals, challengers, scored };
        prop_assert_eq!(decode_claim_entry(&bytes).unwrap(), entry);
    }

    #[test]
    fn noise_is_no_entry(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
        prop_assert!(decode_fact_entry(&bytes).is_err());
        prop_assert!(decode_claim_entry(&bytes).is_err());
        prop_assert!(decode_finding_entry(&bytes).is_err());
        prop_assert!(verdict_decision(&bytes).is_err());
        let _ = decode_signal_schema(&bytes);
    }
}

/// Zero and false are values, not absence; bits of reals are kept.
#[test]
fn signals_keep_zero_apart_from_unknown() {
    let zeros = vec![
        Some(SignalScalar::Integer(0)),
        Some(SignalScalar::Real(-0.0)),
        Some(SignalScalar::Truth(false)),
        Some(SignalScalar::Text(String::new())),
        None,
    ];
    let claim = crate::wire::decode_claim(super::claim(), "claim", &super::limits()).unwrap();
    let context = crate::domain::ClaimContext::default();
    let claim = canonical_claim(&claim);
    let bytes = encode_claim_entry(
        claim.into(),
        &context,
        Bytes::from_static(b"v"),
        Bytes::from_static(&[7; 32]),
        borrowed(&zeros),
        &[],
        &[],
    );
    let entry = decode_claim_entry(&bytes).unwrap();
    assert_eq!(entry.signals, zeros);
    match entry.signals[1] {
        Some(SignalScalar::Real(value)) => assert!(value.is_sign_negative()),
        ref other => panic!("{other:?}"),
    }
}

#[test]
fn schemas_come_back() {
    let schema = SignalSchema { sha256: [9; 32], names: vec!["ip_country".into(), "x".into()] };
    assert_eq!(decode_signal_schema(&encode_signal_schema(&schema)).unwrap(), schema);
    assert!(matches!(decode_signal_schema(b""), Err(CodecError::Invalid(_))));
}

fn text(text: &str) -> LocalizedText {
    LocalizedText { zh: text.into(), en: text.into() }
}

fn verdict(decision: Decision, approved: Option<Money>) -> Verdict {
    let reason = Reason {
        code: "key_leaked".into(),
        layer: Layer::Proof,
        rule_id: "leaked-before-delivery".into(),
        direction: decision,
        decisive: true,
        agent_text: text("agent"),
        customer_text: text("buyer"),
        clause: None,
    };
    Verdict {
        decision_id: DecisionId::parse("d1").unwrap(),
        request_id: RequestId::parse("q1").unwrap(),
        refund_id: RefundId::parse("r1").unwrap(),
        decision,
        decided_by: Layer::Proof,
        approved,
        reasons: vec![reason],
        layers: Vec::new(),
        follow_up: Some(FollowUp {
            kind: FollowUpKind::SupplyEvidence,
            evidence: vec![EvidenceKind::ActivationError],
            customer_text: text("show us"),
        }),
        route: RouteAdvice {
            route: RefundRoute::Original,
            psp_transaction_ids: Vec::new(),
            fee: None,
            fx_rate_at_payment: None,
        },
        review_deadline: None,
        score: None,
        model: None,
        degraded: Vec::new(),
        coverage: Coverage { signals_used: 3, unknown_signals: vec!["ip_country".into()] },
        versions: Versions {
            vouch: "0.1.0".into(),
            policy_sha256: String::new(),
            config_sha256: String::new(),
            signals_sha256: String::new(),
            model_sha256: None,
            geo_builds: Vec::new(),
        },
        observed_at: Timestamp::from_ms(1_767_225_600_001),
        ledger_position: 42,
    }
}

#[test]
fn verdicts_are_encoded_and_summed_up() {
    let paid = Money::positive(5_000, Currency::parse("CNY").unwrap()).unwrap();
    let message = encode_verdict(verdict(Decision::Approve, Some(paid)));
    assert_eq!(message.coverage.as_ref().map(|c| (c.signals_used, c.signals_known)), Some((3, 2)));
    assert_eq!(message.follow_up.as_ref().unwrap().evidence_kinds, ["activation_error"]);
    assert_eq!(message.observed_at.unwrap().nanos, 1_000_000);
    let expected = VerdictSummary {
        request_id: RequestId::parse("q1").unwrap(),
        refund_id: RefundId::parse("r1").unwrap(),
        decision: Decision::Approve,
        decided_by: Layer::Proof,
        approved: Some(paid),
    };
    assert_eq!(verdict_decision(&message.encode_to_vec()).unwrap(), expected);

    let review = encode_verdict(verdict(Decision::Review, None)).encode_to_vec();
    assert_eq!(verdict_decision(&review).unwrap().approved, None);
}

#[test]
fn a_verdict_that_could_not_have_been_given_is_refused() {
    let approval = encode_verdict(verdict(Decision::Approve, None)).encode_to_vec();
    assert!(matches!(verdict_decision(&approval), Err(CodecError::Invalid(_))));
    let unknown = v1::Verdict { decision: 9, ..encode_verdict(verdict(Decision::Reject, None)) };
    assert!(matches!(verdict_decision(&unknown.encode_to_vec()), Err(CodecError::Invalid(_))));
}

/// Before models were there, no record told of challengers: such records are read, and written as they were.
#[test]
fn a_claim_without_challengers_takes_no_room_for_them() {
    let claim = crate::wire::decode_claim(super::claim(), "claim", &super::limits()).unwrap();
    let context = crate::domain::ClaimContext::default();
    let bytes = encode_claim_entry(
        canonical_claim(&claim).into(),
        &context,
        Bytes::from_static(b"v"),
        Bytes::from_static(&[7; 32]),
        std::iter::empty(),
        &[],
        &[],
    );
    let before = crate::wire::pb::ledger::v1::ClaimEntry {
        claim: Some(crate::wire::encode_claim(&claim)),
        verdict: b"v".as_slice().into(),
        signals_sha256: vec![7; 32].into(),
        ..Default::default()
    };
    assert_eq!(bytes, before.encode_to_vec());
    assert_eq!(decode_claim_entry(&bytes).unwrap().challengers, []);
}

#[test]
fn a_challenger_that_approves_nothing_is_refused() {
    let claim = crate::wire::decode_claim(super::claim(), "claim", &super::limits()).unwrap();
    let context = crate::domain::ClaimContext::default();
    let challenger = ChallengerVerdict {
        name: "next".into(),
        version: "1".into(),
        sha256: "00".into(),
        score: Some(0.2),
        decision: Decision::Approve,
        decided_by: Layer::Model,
        approved: None,
    };
    let bytes = encode_claim_entry(
        canonical_claim(&claim).into(),
        &context,
        Bytes::from_static(b"v"),
        Bytes::from_static(&[7; 32]),
        std::iter::empty(),
        &[challenger],
        &[],
    );
    assert!(matches!(decode_claim_entry(&bytes), Err(CodecError::Invalid(_))));
}

/// What a model says is told as it is, and adds up.
#[test]
fn an_assessment_is_told_whole() {
    let currency = Currency::parse("CNY").unwrap();
    let money = |amount_minor| Money { amount_minor, currency };
    let feature = Contribution { feature: "ratio".into(), group: "account".into(), log_odds: 0.75 };
    let model = ModelAssessment {
        name: "default".into(),
        version: "v1".into(),
        score: 0.25,
        calibrated: true,
        log_odds: -1.25,
        bias: -2.0,
        groups: vec![GroupContribution {
            group: "account".into(),
            log_odds: 0.75,
            features: vec![feature],
        }],
        costs: Some(ExpectedCosts { approve: money(100), review: money(0), reject: money(7) }),
    };
    let scored =
        Verdict { score: Some(0.25), model: Some(model), ..verdict(Decision::Review, None) };
    let message = v1::Verdict::decode(encode_verdict(scored).encode_to_vec().as_slice()).unwrap();
    let told = message.model.unwrap();
    let added: f64 = told.contributions.iter().map(|group| group.log_odds).sum();
    assert!((told.bias + added - told.log_odds).abs() < 1e-12);
    assert_eq!(told.contributions[0].features[0].feature, "ratio");
    let costs = told.expected_costs.unwrap();
    let minor = [costs.approve, costs.review, costs.reject].map(|m| m.unwrap().amount_minor);
    assert_eq!(minor, [100, 0, 7]);
    assert_eq!((message.score, told.score, told.calibrated), (Some(0.25), 0.25, true));
}

/// Ledgers live for ever: what the first version wrote is read by every later one.
#[test]
fn a_finding_of_the_first_version_is_read() {
    let order_id = OrderId::parse("o1").unwrap();
    let account_id = AccountId::parse("a1").unwrap();
    let finding = Finding {
        id: FindingId::parse("n1").unwrap(),
        kind: FindingKind::KeySoldTwice,
        found_at: Timestamp::from_ms(1_767_225_600_001),
        told_by: FactId::parse("f1").unwrap(),
        about: FindingSubject {
            order_id: Some(order_id.clone()),
            account_id: Some(account_id.clone()),
            psp_transaction_id: PspTransactionId::parse("t1").ok(),
            keys: vec![KeyFingerprint([7; 32])],
            batch_id: BatchId::parse("b1").ok(),
            supplier_id: SupplierId::parse("s1").ok(),
        },
        recommended: Some(RecommendedRefund {
            order_id,
            account_id,
            amount: Money::positive(9_800, Currency::parse("CNY").unwrap()).unwrap(),
            reason: ClaimReason::KeyAlreadyUsed,
        }),
    };
    let written = concat!(
        "0a620a026e3110021a0a0880f2d6ca0610c0843d220266312a026f31320261313a0274314220",
        "0707070707070707070707070707070707070707070707070707070707070707",
        "4a026231520273315a140a026f31120261311a0808c84c1203434e592003",
    );
    assert_eq!(hex::encode(encode_finding_entry(&finding)), written);
    assert_eq!(decode_finding_entry(&hex::decode(written).unwrap()).unwrap(), finding);
}
