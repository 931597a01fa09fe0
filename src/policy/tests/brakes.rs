//! The kill switch and the budget of the hour.

use super::{ALL_GEO, MINIMAL, NOON, Scene, cny, int, plain, told};
use crate::domain::{Currency, HOUR_MS, Money};
use crate::policy::{Policy, load};
use crate::signals::SignalValue;

fn policy(from: &str, to: &str) -> Policy {
    assert!(MINIMAL.contains(from));
    load(&MINIMAL.replace(from, to), ALL_GEO).unwrap().0
}

#[test]
fn the_kill_switch_turns_every_approval_into_a_review() {
    let policy = policy("enabled = true", "enabled = false");
    let old = ("account_age_d", SignalValue::Real(2_000.0));
    let twice = ("charge_kind", SignalValue::Word("proven_duplicate"));
    for (signals, expected) in [
        (vec![], "review by guard: auto_approve_off, small"),
        (vec![old.clone()], "review by guard: auto_approve_off, old-account"),
        (
            vec![twice, ("charge_surplus_minor", int(100)), old],
            "review by guard: auto_approve_off, charged-twice, old-account",
        ),
        (
            vec![("claim_within_window", SignalValue::Truth(false))],
            "reject by eligibility: too-late",
        ),
    ] {
        let verdict = Scene::default().decide(&policy, &plain(&signals));
        assert_eq!(told(&verdict), expected);
        assert_eq!(verdict.approved, None);
        assert_eq!(verdict.review_deadline.is_some(), verdict.decided_by.as_str() == "guard");
        assert!(verdict.reasons.iter().skip(1).all(|reason| !reason.decisive));
    }
}

#[test]
fn so_many_claims_are_approved_in_an_hour() {
    let policy = policy("claims_per_hour = 0", "claims_per_hour = 2");
    let mut scene = Scene::default();
    let expect = |scene: &mut Scene, expected: &str| {
        let verdict = scene.decide(&policy, &plain(&[]));
        assert_eq!(told(&verdict), expected);
        if let Some(approved) = verdict.approved {
            scene.approvals.add(scene.observed_at, approved);
        }
    };
    expect(&mut scene, "approve by fallback: small");
    expect(&mut scene, "approve by fallback: small");
    expect(&mut scene, "review by guard: auto_approve_budget_spent, small");
    scene.observed_at = NOON.plus_ms(HOUR_MS - 1);
    expect(&mut scene, "review by guard: auto_approve_budget_spent, small");
    scene.observed_at = NOON.plus_ms(HOUR_MS);
    expect(&mut scene, "approve by fallback: small");
}

#[test]
fn so_much_is_approved_in_an_hour_whatever_the_currency() {
    let policy = policy("value_per_hour_minor = 0", "value_per_hour_minor = 10000");
    let spent = |money: Money| {
        let mut scene = Scene::default();
        scene.approvals.add(NOON, money);
        told(&scene.decide(&policy, &plain(&[])))
    };
    let (within, beyond) =
        ("approve by fallback: small", "review by guard: auto_approve_budget_spent, small");
    let other =
        |amount_minor, code: &str| Money { amount_minor, currency: Currency::parse(code).unwrap() };
    assert_eq!(spent(cny(7_000)), within, "to the last fen");
    assert_eq!(spent(cny(7_001)), beyond);
    assert_eq!(spent(other(1_000, "USD")), within, "70.00 CNY");
    assert_eq!(spent(other(1_001, "USD")), beyond);
    // No value is stated for the Kuwaiti dinar: it counts at its face.
    assert_eq!(spent(other(7_000, "KWD")), within);
    assert_eq!(spent(other(7_001, "KWD")), beyond);
    assert_eq!(spent(cny(i64::MAX)), beyond, "sums do not overflow");
}

#[test]
fn no_bound_is_no_bound() {
    let policy = policy("version = 1", "version = 1");
    let mut scene = Scene::default();
    for _ in 0..10 {
        scene.approvals.add(NOON, cny(1_000_000_000_000_000));
    }
    assert_eq!(told(&scene.decide(&policy, &plain(&[]))), "approve by fallback: small");
}
