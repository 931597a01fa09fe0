//! What the engine notices by itself is told once, in whatever batches facts and claims come, and survives a restart.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::vec;
use proptest::prelude::*;
use vouch::domain::{Decision, FindingKind, TenantId};
use vouch::engine::{Answer, Core, ListedFinding, Request};
use vouch::ledger::{Ledger, Record, RecordKind};
use vouch::wire::{WireEnum, decode_finding_entry};

use super::run::{NOW, batches, process, sequences};
use super::script::script;
use super::world::World;
use crate::support::{SharedLedger, ask, record, score, shared_setup, tenant, verdict};

fn listed(core: &mut Core, after: u64, limit: usize) -> Vec<ListedFinding> {
    let list = Request::Findings { tenant: tenant(), after, limit };
    let Ok(Answer::Listed(listed)) = ask(core, list, NOW) else { panic!("no list") };
    listed
}

/// What the facts of a sample case make known, one fact after another.
fn noticed(case: &str) -> Vec<(FindingKind, Option<i64>)> {
    let world = World::copy(case, case);
    let mut core = SharedLedger::default().open(shared_setup(), NOW);
    for fact in world.facts {
        process(&mut core, &[record(vec![fact])], NOW).remove(0).unwrap();
    }
    let paid = |found: ListedFinding| {
        (found.finding.kind, found.finding.recommended.map(|refund| refund.amount.amount_minor))
    };
    listed(&mut core, 0, 100).into_iter().map(paid).collect()
}

#[test]
fn the_sample_cases_are_noticed_by_their_facts_alone() {
    assert_eq!(
        noticed("charge-two-captures-one-delivery"),
        [(FindingKind::DoubleCharge, Some(9_800))]
    );
    assert_eq!(
        noticed("leak-before-delivery"),
        [(FindingKind::KeyLeakedBeforeDelivery, Some(9_800))]
    );
    assert_eq!(noticed("leak-after-delivery"), [(FindingKind::KeyLeakedAfterDelivery, None)]);
    assert_eq!(noticed("batch-outbreak"), [(FindingKind::BatchOutbreak, None)]);
    for honest in
        ["charge-psp-retry-same-id", "key-used-on-claimants-device", "key-unknown-to-vendor"]
    {
        assert_eq!(noticed(honest), [], "{honest}");
    }
}

#[test]
fn a_claim_for_what_is_recommended_is_approved_and_lifts_the_finding() {
    let world = World::copy("charge-two-captures-one-delivery", "double");
    let mut core = SharedLedger::default().open(shared_setup(), NOW);
    process(&mut core, &[record(world.facts)], NOW).remove(0).unwrap();
    let found = listed(&mut core, 0, 9).remove(0);
    assert!(!found.lifted);
    let refund = found.finding.recommended.unwrap();
    let mut asked = world.claims[0].clone();
    asked.order_id = refund.order_id;
    asked.account_id = refund.account_id;
    asked.amount = refund.amount;
    asked.reason = refund.reason;
    asked.facts.clear();
    let got = verdict(ask(&mut core, score(asked), NOW));
    assert_eq!(Decision::from_number(got.decision), Some(Decision::Approve), "{got:?}");
    assert_eq!(got.approved_amount.unwrap().amount_minor, 9_800);
    assert!(listed(&mut core, 0, 9)[0].lifted, "the money is promised");
}

/// A finding of a batch is listed in the same batch, and with the decision that lifts it.
#[test]
fn a_list_in_the_middle_of_a_batch_tells_what_it_would_tell_behind_it() {
    let world = World::copy("charge-two-captures-one-delivery", "double");
    let mut asked = world.claims[0].clone();
    asked.facts.clear();
    let list = Request::Findings { tenant: tenant(), after: 0, limit: 9 };
    let requests =
        [list.clone(), record(world.facts), list.clone(), score(asked), list.clone(), list];
    let mut together = SharedLedger::default().open(shared_setup(), NOW);
    let mut alone = SharedLedger::default().open(shared_setup(), NOW);
    let together = process(&mut together, &requests, NOW);
    let alone: Vec<_> = requests.iter().map(|r| ask(&mut alone, r.clone(), NOW)).collect();
    assert_eq!(format!("{together:?}"), format!("{alone:?}"));
    let lifted = |at: usize| match &together[at] {
        Ok(Answer::Listed(listed)) => listed.iter().map(|found| found.lifted).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!((lifted(0), lifted(2), lifted(4)), (vec![], vec![false], vec![true]));
}

#[test]
fn another_tenant_sees_nothing() {
    let world = World::copy("leak-before-delivery", "leak");
    let mut core = SharedLedger::default().open(shared_setup(), NOW);
    process(&mut core, &[record(world.facts)], NOW).remove(0).unwrap();
    let other = TenantId::parse("other").unwrap();
    let list = Request::Findings { tenant: other, after: 0, limit: 9 };
    assert!(matches!(ask(&mut core, list, NOW), Ok(Answer::Listed(found)) if found.is_empty()));
    assert_eq!(listed(&mut core, 0, 9).len(), 1);
}

fn findings(records: &[Record]) -> Vec<(u64, &Record)> {
    let numbered = (1..).zip(records);
    numbered.filter(|(_, record)| record.kind == RecordKind::Finding).collect()
}

proptest! {
    #![proptest_config(sequences(150))]

    /// Pages of any size give every finding once, in order, and stand where the ledger says.
    #[test]
    fn pages_give_every_finding_once(
        script in script(24),
        sizes in vec(1..30_usize, 1..6),
        limit in 1_usize..5,
    ) {
        let world = script.world();
        let ledger = SharedLedger::default();
        let mut core = ledger.open(shared_setup(), NOW);
        let mut requests = script.opening(&world);
        requests.extend(script.steps.iter().map(|step| step.request(&world, &[].into())));
        for batch in batches(&requests, &sizes) {
            process(&mut core, batch, NOW);
        }
        let records = ledger.records();
        let mut ids = BTreeSet::new();
        for (_, found) in findings(&records) {
            prop_assert!(ids.insert((found.tenant.clone(), found.id.clone())));
        }
        let own: Vec<_> =
            findings(&records).into_iter().filter(|(_, r)| r.tenant == tenant()).collect();
        let (mut after, mut seen) = (0, Vec::new());
        loop {
            let page = listed(&mut core, after, limit);
            prop_assert!(page.len() <= limit);
            let Some(last) = page.last() else { break };
            after = last.position;
            seen.extend(page);
        }
        prop_assert_eq!(seen.len(), own.len());
        for (seen, (position, record)) in seen.iter().zip(own) {
            prop_assert_eq!(seen.position, position);
            prop_assert_eq!(&seen.finding, &decode_finding_entry(&record.body).unwrap());
            prop_assert_eq!(seen.finding.id.as_str(), &record.id);
            prop_assert_eq!(seen.finding.found_at, record.observed_at);
        }
        // An engine that starts on this ledger lists the same, and tells nothing again.
        let again = listed(&mut ledger.open(shared_setup(), NOW), 0, usize::MAX);
        prop_assert_eq!(listed(&mut core, 0, usize::MAX), again);
        prop_assert_eq!(ledger.end(), u64::try_from(records.len()).unwrap());
    }

    /// Each finding stands behind the fact that completed it, in the same batch.
    #[test]
    fn a_finding_stands_behind_its_fact(script in script(16)) {
        let world = script.world();
        let ledger = SharedLedger::default();
        let mut core = ledger.open(shared_setup(), NOW);
        let requests = script.opening(&world);
        process(&mut core, &requests, NOW);
        let records = ledger.records();
        let mut last_fact = BTreeMap::new();
        for record in &records {
            match record.kind {
                RecordKind::Fact => { last_fact.insert(&record.tenant, record.id.as_str()); }
                RecordKind::Finding => {
                    let finding = decode_finding_entry(&record.body).unwrap();
                    prop_assert_eq!(finding.told_by.as_str(), last_fact[&record.tenant]);
                }
                RecordKind::Claim | RecordKind::Schema => {}
            }
        }
    }
}

#[test]
fn facts_that_a_claim_brings_are_noticed_too() {
    let world = World::copy("charge-two-captures-one-delivery", "inline");
    let mut asked = world.claims[0].clone();
    asked.facts = world.facts;
    let mut core = SharedLedger::default().open(shared_setup(), NOW);
    let got = verdict(ask(&mut core, score(asked), NOW));
    assert_eq!(Decision::from_number(got.decision), Some(Decision::Approve), "{got:?}");
    let found = listed(&mut core, 0, 9);
    assert_eq!(found.len(), 1);
    assert!(found[0].lifted, "its own claim has answered it");
}
