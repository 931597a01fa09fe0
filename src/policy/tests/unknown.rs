//! Unknown signals: what cannot be judged neither fires nor passes unseen.

use super::{all_null, decide, plain, policy_with, row, told, truth};
use crate::domain::{Layer, Verdict};
use crate::signals::{Catalogue, SignalValue};

fn unjudged(verdict: &Verdict, layer: Layer) -> Vec<&str> {
    let finding = verdict.layers.iter().find(|finding| finding.layer == layer).unwrap();
    finding.unjudged.iter().map(String::as_str).collect()
}

#[test]
fn of_nothing_known_everything_is_unjudged_and_a_person_decides() {
    let verdict = decide(&policy_with(""), &all_null());
    assert_eq!(told(&verdict), "review by fallback: rest");
    assert_eq!(unjudged(&verdict, Layer::Guard), ["unknown-order", "over-refund"]);
    assert_eq!(unjudged(&verdict, Layer::Proof), ["charged-twice"]);
    assert_eq!(unjudged(&verdict, Layer::Eligibility), ["too-late"]);
    assert_eq!(unjudged(&verdict, Layer::Rule), ["large-new-device", "emulator", "old-account"]);
    assert_eq!(unjudged(&verdict, Layer::Fallback), ["small"]);
    assert!(unjudged(&verdict, Layer::List).is_empty());
    assert!(unjudged(&verdict, Layer::Model).is_empty());
}

#[test]
fn a_side_that_decides_needs_no_other() {
    let policy = policy_with("");
    // `large AND device_is_new`: not large, whatever the device.
    let verdict = decide(&policy, &row(&[("claim_amount_minor", SignalValue::Int(1))]));
    assert!(!unjudged(&verdict, Layer::Rule).contains(&"large-new-device"));
    let verdict = decide(&policy, &row(&[("claim_amount_minor", SignalValue::Int(10_000))]));
    assert!(unjudged(&verdict, Layer::Rule).contains(&"large-new-device"));
}

#[test]
fn what_fired_or_was_refuted_is_judged() {
    let policy = policy_with("");
    let verdict = decide(&policy, &plain(&[("device_emulator", truth(true))]));
    assert!(verdict.layers.iter().all(|finding| finding.unjudged.is_empty()), "{verdict:#?}");
}

#[test]
fn coverage_counts_what_the_policy_reads() {
    let policy = policy_with("");
    let names: Vec<&str> =
        policy.signals_read().iter().map(|signal| Catalogue::get().defs()[*signal].name).collect();
    // Also what only shared conditions and amounts read; nothing twice.
    for name in ["claim_amount_minor", "charge_surplus_minor", "order_known", "claim_value_minor"] {
        assert_eq!(names.iter().filter(|other| **other == name).count(), 1, "{name}");
    }
    let verdict = decide(&policy, &plain(&[]));
    assert_eq!(usize::try_from(verdict.coverage.signals_used), Ok(names.len()));
    assert_eq!(verdict.coverage.unknown_signals, ["charge_surplus_minor"]);
    let verdict = decide(&policy, &all_null());
    assert_eq!(verdict.coverage.unknown_signals, names);
    // A row that is too short is unknown from there on.
    assert_eq!(decide(&policy, &Vec::new()).coverage, verdict.coverage);
}

#[test]
fn texts_show_what_is_unknown_as_such() {
    let verdict = decide(&policy_with(""), &all_null());
    assert_eq!(verdict.reasons[0].agent_text.en, "look at ?");
    let known = row(&[("claim_amount_minor", SignalValue::Int(70_000))]);
    let verdict = decide(&policy_with(""), &known);
    assert_eq!(verdict.reasons[0].agent_text.en, "look at 700.00 CNY");
    assert_eq!(verdict.reasons[0].agent_text.zh, "需审核 700.00 CNY");
}
