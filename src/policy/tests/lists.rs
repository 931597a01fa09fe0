//! Allow and block lists.

use super::{NOON, Scene, int, plain, policy_with, told, truth};
use crate::domain::{AccountId, Decision, DeviceId, PayoutFingerprint, RefundRoute, Timestamp};
use crate::policy::Policy;
use crate::signals::SignalValue;

fn entry(id: &str, subject: &str, value: &str, then: &str) -> String {
    let reason = match then {
        "approve" => "small",
        "review" => "hold",
        _ => "late",
    };
    format!(
        "[[list]]\nid = \"{id}\"\nsubject = \"{subject}\"\nvalue = \"{value}\"\nthen = \"{then}\"\nreason = \"{reason}\"\nowner = \"risk\"\nexpires = \"2030-01-01T00:00:00Z\"\n"
    )
}

fn allowing(subject: &str, value: &str) -> Policy {
    policy_with(&entry("friend", subject, value, "approve"))
}

/// Too large for the fallback to approve.
fn large(more: &[(&str, SignalValue)]) -> Vec<(&'static str, SignalValue)> {
    let mut signals = vec![("claim_value_minor", int(9_000))];
    for (name, value) in more {
        let name: &'static str = Box::leak((*name).to_owned().into_boxed_str());
        signals.push((name, value.clone()));
    }
    signals
}

fn decided(policy: &Policy, scene: &Scene, more: &[(&str, SignalValue)]) -> String {
    told(&scene.decide(policy, &plain(&large(more))))
}

#[test]
fn an_allow_list_lifts_above_the_fallback_alone() {
    let policy = allowing("account", "account");
    let scene = Scene::default();
    assert_eq!(decided(&policy, &scene, &[]), "approve by list: friend");
    for (signal, expected) in [
        (("order_known", truth(false)), "review by guard: unknown-order, friend"),
        (("order_refundable_minor", int(100)), "reject by guard: over-refund, friend"),
        (("claim_within_window", truth(false)), "reject by eligibility: too-late, friend"),
        (("device_emulator", truth(true)), "reject by rule: emulator, friend"),
    ] {
        assert_eq!(decided(&policy, &scene, &[signal]), expected);
    }
    let taken_over = [("device_is_new", truth(true)), ("claim_amount_minor", int(10_000))];
    let verdict = scene.decide(&policy, &plain(&large(&taken_over)));
    assert_eq!(told(&verdict), "review by rule: large-new-device, friend");
    assert!(verdict.follow_up.is_some());
    let outcomes: Vec<&str> = verdict.layers.iter().map(|f| f.outcome.as_str()).collect();
    let expected = ["passed", "passed", "passed", "overruled", "decided", "absent", "overruled"];
    assert_eq!(outcomes, expected);
}

#[test]
fn a_block_list_beats_an_approving_rule_and_yields_to_a_proof() {
    let policy = policy_with(&entry("blocked", "account", "account", "reject"));
    let scene = Scene::default();
    let old = ("account_age_d", SignalValue::Real(2_000.0));
    assert_eq!(decided(&policy, &scene, &[old]), "reject by list: blocked, old-account");
    let twice = [
        ("charge_kind", SignalValue::Word("proven_duplicate")),
        ("charge_surplus_minor", int(2_000)),
    ];
    assert_eq!(decided(&policy, &scene, &twice), "approve by proof: charged-twice, blocked");
}

#[test]
fn of_several_lists_the_most_severe_decides_and_the_first_of_equals() {
    let lists = [
        entry("friend", "account", "account", "approve"),
        entry("watched", "device", "device", "review"),
        entry("blocked", "ip", "198.51.100.0/24", "reject"),
        entry("blocked-too", "payout", "payout", "reject"),
    ];
    let mut scene = Scene::default();
    scene.claim.client.device_id = Some(DeviceId::parse("device").unwrap());
    scene.claim.client.ip = Some("198.51.100.7".parse().unwrap());
    scene.claim.destination.payout = Some(PayoutFingerprint::parse("payout").unwrap());
    let expected = "reject by list: blocked, friend, watched, blocked-too";
    assert_eq!(decided(&policy_with(&lists.concat()), &scene, &[]), expected);
    let expected = "review by list: watched, friend";
    assert_eq!(decided(&policy_with(&lists[..2].concat()), &scene, &[]), expected);
    // Of a list and a rule that say the same, the list is named.
    let rejected = policy_with(&lists[2]);
    let expected = "reject by list: blocked, emulator";
    assert_eq!(decided(&rejected, &scene, &[("device_emulator", truth(true))]), expected);
}

#[test]
fn addresses_and_networks_of_both_kinds_match() {
    for (value, inside, outside) in [
        ("198.51.100.7", "198.51.100.7", "198.51.100.8"),
        ("198.51.100.0/24", "198.51.100.255", "198.51.101.0"),
        ("::ffff:198.51.100.7", "198.51.100.7", "198.51.100.8"),
        ("::ffff:198.51.100.0/120", "198.51.100.255", "198.51.101.0"),
        ("::ffff:0.0.0.0/96", "203.0.113.1", "2001:db8::1"),
        ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::1"),
        ("2001:db8::1", "2001:db8::1", "2001:db8::2"),
    ] {
        let policy = policy_with(&entry("net", "ip", value, "reject"));
        let at = |ip: &str| {
            let mut scene = Scene::default();
            scene.claim.client.ip = Some(ip.parse().unwrap());
            scene.decide(&policy, &plain(&[])).decision
        };
        assert_eq!(at(inside), Decision::Reject, "{inside} is in {value}");
        assert_eq!(at(outside), Decision::Approve, "{outside} is not in {value}");
        let mapped = format!("::ffff:{inside}");
        if !inside.contains(':') {
            assert_eq!(at(&mapped), Decision::Reject, "{mapped} is in {value}");
        }
    }
    // A claim that names no address is on no list of addresses.
    let policy = policy_with(&entry("all", "ip", "0.0.0.0/0", "reject"));
    assert_eq!(Scene::default().decide(&policy, &plain(&[])).decision, Decision::Approve);
}

#[test]
fn ids_match_whole_and_only_their_subject() {
    let policy = allowing("account", "accoun");
    assert_eq!(decided(&policy, &Scene::default(), &[]), "review by fallback: rest");
    let policy = allowing("device", "account");
    assert_eq!(decided(&policy, &Scene::default(), &[]), "review by fallback: rest");
    let policy = allowing("account", "someone");
    let mut scene = Scene::default();
    scene.claim.account_id = AccountId::parse("someone").unwrap();
    assert_eq!(decided(&policy, &scene, &[]), "approve by list: friend");
}

#[test]
fn an_entry_is_over_by_our_own_clock_whenever_the_claim_was_asked() {
    let policy = allowing("account", "account");
    let over = policy.lists[0].expires;
    let decided_at = |requested_at: Timestamp, observed_at: Timestamp| {
        let mut scene = Scene { observed_at, ..Scene::default() };
        scene.claim.requested_at = requested_at;
        decided(&policy, &scene, &[])
    };
    assert_eq!(decided_at(NOON, over.plus_ms(-1)), "approve by list: friend");
    assert_eq!(decided_at(NOON, over), "review by fallback: rest");
    assert_eq!(decided_at(over, NOON), "approve by list: friend");
}

#[test]
fn an_allow_list_approves_no_unknown_amount() {
    let policy = allowing("account", "account");
    let scene = Scene::default();
    let mut row = plain(&large(&[]));
    let asked = crate::signals::Catalogue::get().position("claim_amount_minor").unwrap();
    row[asked] = None;
    let verdict = scene.decide(&policy, &row);
    assert_eq!(told(&verdict), "review by guard: amount_not_comparable, friend");
    assert_eq!(verdict.approved, None);
    assert_eq!(verdict.route.route, RefundRoute::Original);
}
