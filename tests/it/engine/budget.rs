//! Approvals of an hour have a bound, and a switch.

use std::sync::Arc;

use vouch::disk::open_database;
use vouch::domain::{Decision, HOUR_MS, Timestamp};
use vouch::engine::{Core, Request, Setup};
use vouch::ledger::{FjallLedger, Ledger};
use vouch::store::{FjallStore, StoreLimits};
use vouch::wire::WireEnum;

use super::run::{NOW, process};
use super::world::World;
use crate::support::{SharedLedger, record, score, setup_with, verdict};

/// Claims of 30.00 that would all be approved, and their facts.
fn claims(labels: std::ops::Range<usize>) -> (Vec<Request>, Vec<Request>) {
    labels
        .map(|n| {
            let World { facts, claims } =
                World::copy("race-second-refund-number", &format!("b{n}"));
            (record(facts), score(claims[0].clone()))
        })
        .unzip()
}

fn three_an_hour() -> Arc<Setup> {
    setup_with(&[("claims_per_hour = 2000", "claims_per_hour = 3")])
}

/// How many are approved of these; the others are reviewed for `reason`.
fn approved(core: &mut Core, claims: &[Request], now: Timestamp, reason: &str) -> usize {
    let verdicts: Vec<_> = process(core, claims, now).into_iter().map(verdict).collect();
    let (approved, others): (Vec<_>, Vec<_>) =
        verdicts.into_iter().partition(|verdict| verdict.decision == Decision::Approve.number());
    for other in others {
        assert_eq!(Decision::from_number(other.decision), Some(Decision::Review), "{other:?}");
        assert_eq!(other.reasons[0].code, reason, "{other:?}");
        assert!(other.reasons[0].decisive);
        assert_eq!(other.approved_amount, None);
    }
    approved.len()
}

const SPENT: &str = "auto_approve_budget_spent";

#[test]
fn the_bound_holds_inside_one_batch() {
    let (facts, claims) = claims(0..6);
    let mut core = SharedLedger::default().open(three_an_hour(), NOW);
    process(&mut core, &facts, NOW);
    assert_eq!(approved(&mut core, &claims, NOW, SPENT), 3);
}

#[test]
fn the_next_hour_has_a_bound_of_its_own() {
    let (facts, claims) = claims(0..9);
    let hour = Timestamp::from_ms(NOW.ms().div_euclid(HOUR_MS) * HOUR_MS);
    let last_moment = hour.plus_ms(HOUR_MS - 1);
    let mut core = SharedLedger::default().open(three_an_hour(), hour);
    process(&mut core, &facts, hour);
    assert_eq!(approved(&mut core, &claims[..2], hour, SPENT), 2);
    assert_eq!(approved(&mut core, &claims[2..4], last_moment, SPENT), 1);
    assert_eq!(approved(&mut core, &claims[4..8], hour.plus_ms(HOUR_MS), SPENT), 3);
    // A clock that was set back does not open the hour again.
    assert_eq!(approved(&mut core, &claims[8..], hour, SPENT), 0);
}

#[test]
fn money_has_a_bound_too() {
    let (facts, claims) = claims(0..4);
    let value = ("value_per_hour_minor = 20_000_000", "value_per_hour_minor = 8_999");
    let mut core = SharedLedger::default().open(setup_with(&[value]), NOW);
    process(&mut core, &facts, NOW);
    assert_eq!(approved(&mut core, &claims, NOW, SPENT), 2);
}

#[test]
fn a_restart_opens_no_new_budget() {
    let folder = tempfile::tempdir().unwrap();
    let setup = three_an_hour();
    let open = || {
        let database = open_database(folder.path(), 1 << 20).unwrap();
        let ledger = FjallLedger::open(&database).unwrap();
        let limits = StoreLimits { cache_bytes: 1_000, checkpoint_every: 5 };
        let store = FjallStore::open(&database, limits, ledger.end()).unwrap();
        Core::open(Arc::clone(&setup), Box::new(ledger), Box::new(store), NOW).unwrap()
    };
    let (facts, claims) = claims(0..6);
    let mut core = open();
    process(&mut core, &facts, NOW);
    assert_eq!(approved(&mut core, &claims[..2], NOW, SPENT), 2);
    drop(core);
    let mut core = open();
    assert_eq!(approved(&mut core, &claims[2..4], NOW, SPENT), 1);
    drop(core);
    assert_eq!(approved(&mut open(), &claims[4..], NOW, SPENT), 0);
}

#[test]
fn the_switch_turns_every_approval_into_a_review() {
    let (facts, claims) = claims(0..3);
    let mut core =
        SharedLedger::default().open(setup_with(&[("enabled = true", "enabled = false")]), NOW);
    process(&mut core, &facts, NOW);
    assert_eq!(approved(&mut core, &claims, NOW, "auto_approve_off"), 0);
}
