//! Each layer alone, and against the others.

use super::{Scene, decide, int, plain, policy_with, told, truth};
use crate::domain::{Decision, Layer, LayerOutcome, MINUTE_MS, Verdict};
use crate::signals::SignalValue;

const TWICE: (&str, SignalValue) = ("charge_kind", SignalValue::Word("proven_duplicate"));
const SURPLUS: (&str, SignalValue) = ("charge_surplus_minor", SignalValue::Int(2_000));
const LATE: (&str, SignalValue) = ("claim_within_window", SignalValue::Truth(false));
const EMULATOR: (&str, SignalValue) = ("device_emulator", SignalValue::Truth(true));
const OLD: (&str, SignalValue) = ("account_age_d", SignalValue::Real(2_000.0));
const TOO_MUCH: (&str, SignalValue) = ("order_refundable_minor", SignalValue::Int(100));

fn outcome(verdict: &Verdict, layer: Layer) -> LayerOutcome {
    verdict.layers.iter().find(|finding| finding.layer == layer).unwrap().outcome
}

#[test]
fn each_layer_decides_alone() {
    let policy = policy_with("");
    for (signals, expected) in [
        (vec![], "approve by fallback: small"),
        (vec![("claim_value_minor", int(5_001))], "review by fallback: rest"),
        (vec![("order_known", truth(false))], "review by guard: unknown-order"),
        (vec![TOO_MUCH], "reject by guard: over-refund"),
        (vec![TWICE, SURPLUS], "approve by proof: charged-twice"),
        (vec![LATE], "reject by eligibility: too-late"),
        (vec![EMULATOR], "reject by rule: emulator"),
        (vec![OLD], "approve by rule: old-account"),
    ] {
        let verdict = decide(&policy, &plain(&signals));
        assert_eq!(told(&verdict), expected);
        assert_eq!(outcome(&verdict, verdict.decided_by), LayerOutcome::Decided);
        assert_eq!(outcome(&verdict, Layer::Model), LayerOutcome::Absent);
    }
}

#[test]
fn the_higher_layer_wins_whatever_the_lower_says() {
    let policy = policy_with("");
    for (signals, expected) in [
        (vec![TOO_MUCH, TWICE, SURPLUS], "reject by guard: over-refund, charged-twice"),
        (
            vec![TWICE, SURPLUS, LATE, EMULATOR],
            "approve by proof: charged-twice, too-late, emulator",
        ),
        (vec![LATE, OLD], "reject by eligibility: too-late, old-account"),
    ] {
        assert_eq!(told(&decide(&policy, &plain(&signals))), expected);
    }
    let verdict = decide(&policy, &plain(&[TWICE, SURPLUS, LATE]));
    let outcomes: Vec<&str> =
        verdict.layers.iter().map(|finding| finding.outcome.as_str()).collect();
    let expected = ["passed", "decided", "overruled", "passed", "passed", "absent", "overruled"];
    assert_eq!(outcomes, expected);
    assert_eq!(verdict.layers[6].fired, ["small", "rest"], "for information");
}

#[test]
fn inside_a_layer_the_most_severe_wins_and_the_first_of_equals() {
    let policy = policy_with(
        "[[rule]]\nid = \"again\"\nwhen = \"device_emulator AND claim_amount_minor > 0\"\nthen = \"reject\"\nreason = \"late\"\n",
    );
    let verdict = decide(&policy, &plain(&[OLD, EMULATOR]));
    assert_eq!(told(&verdict), "reject by rule: emulator, old-account, again");
    let decisive: Vec<bool> = verdict.reasons.iter().map(|reason| reason.decisive).collect();
    assert_eq!(decisive, [true, false, false]);
    let verdict = decide(&policy, &plain(&[("order_known", truth(false)), TOO_MUCH]));
    assert_eq!(told(&verdict), "reject by guard: over-refund, unknown-order");
}

#[test]
fn a_buyer_is_told_one_thing() {
    let policy = policy_with("");
    let verdict = decide(&policy, &plain(&[TOO_MUCH, TWICE, SURPLUS]));
    assert_eq!(verdict.decision, Decision::Reject);
    for reason in &verdict.reasons {
        assert_eq!(reason.customer_text.en, "Not this time.", "{}", reason.code);
    }
    assert_eq!(verdict.reasons[1].direction, Decision::Approve, "what it spoke for is kept");
    assert_eq!(verdict.reasons[1].agent_text.en, "our fault");
}

#[test]
fn only_a_review_has_a_deadline_and_only_the_deciding_reason_asks_for_more() {
    let policy = policy_with("");
    let large = [("claim_amount_minor", int(10_000)), ("claim_value_minor", int(10_000))];
    let new = [large[0].clone(), large[1].clone(), ("device_is_new", truth(true))];
    let verdict = decide(&policy, &plain(&new));
    assert_eq!(told(&verdict), "review by rule: large-new-device");
    let deadline = verdict.observed_at.plus_ms(120 * MINUTE_MS);
    assert_eq!(verdict.review_deadline, Some(deadline));
    let asked = verdict.follow_up.unwrap();
    assert_eq!(asked.customer_text.en, "Please confirm that it is you.");
    assert!(asked.evidence.is_empty());
    let rejected = [new.as_slice(), &[EMULATOR]].concat();
    let verdict = decide(&policy, &plain(&rejected));
    assert_eq!(told(&verdict), "reject by rule: emulator, large-new-device");
    assert_eq!((verdict.review_deadline, verdict.follow_up), (None, None));
    assert_eq!(decide(&policy, &plain(&[])).review_deadline, None);
}

#[test]
fn a_follow_up_names_the_evidence_that_the_reason_needs() {
    let source = "[[eligibility]]\nid = \"evidence\"\nwhen = \"evidence_required_missing\"\nthen = \"review\"\nreason = \"hold\"\nfollow_up = \"supply_evidence\"\n";
    let text =
        super::MINIMAL.replace("[follow_up]\n", "[follow_up]\nsupply_evidence = \"verify\"\n");
    let (policy, _) = crate::policy::load(&format!("{text}\n{source}"), super::ALL_GEO).unwrap();
    let verdict = decide(&policy, &plain(&[("evidence_required_missing", truth(true))]));
    let asked = verdict.follow_up.unwrap();
    let kinds: Vec<&str> = asked.evidence.iter().map(|kind| kind.as_str()).collect();
    assert_eq!(kinds, ["activation_error", "video"]);
}

#[test]
fn fallbacks_are_asked_in_the_order_of_the_file() {
    let policy = policy_with("");
    let verdict = decide(&policy, &plain(&[]));
    // The severer one fires as well.
    assert_eq!(told(&verdict), "approve by fallback: small");
    assert_eq!(verdict.layers[6].fired, ["small", "rest"]);
}

#[test]
fn the_same_case_gives_the_same_verdict() {
    let policy = policy_with("");
    for signals in [plain(&[]), plain(&[LATE]), plain(&[TWICE, SURPLUS]), super::all_null()] {
        assert_eq!(policy.judge(&signals), policy.judge(&signals));
        let scene = Scene::default();
        assert_eq!(scene.decide(&policy, &signals), scene.decide(&policy, &signals));
    }
}
