//! Facts come late, in any order and from any time; claims come for orders that nobody told of.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;
use vouch::domain::{Decision, Fact, RefundClaim, RequestId, Timestamp};
use vouch::engine::Request;
use vouch::ledger::{Record, RecordKind};
use vouch::signals::Catalogue;
use vouch::wire::{SignalScalar, WireEnum, decode_claim_entry};

use super::run::{NOW, process, sequences};
use super::script::script;
use super::world::{CASES, World};
use crate::support::{SharedLedger, ask, record, score, shared_setup, verdict};

/// The signals of each claim in a ledger, but for those that `except` names.
fn signals(records: &[Record], except: &[&str]) -> Vec<(String, Vec<Option<SignalScalar>>)> {
    let except: Vec<usize> =
        except.iter().map(|name| Catalogue::get().position(name).unwrap()).collect();
    let claims = records.iter().filter(|record| record.kind == RecordKind::Claim);
    let signals = |record: &Record| {
        let mut signals = decode_claim_entry(&record.body).unwrap().signals;
        except.iter().for_each(|at| signals[*at] = None);
        (record.id.clone(), signals)
    };
    claims.map(signals).collect()
}

/// A fault of a key that several batches delivered is counted for the batch that was known when it came to light.
const OF_FAULTS: [&str; 12] = [
    "batch_faults_7d",
    "batch_victims_7d",
    "batch_fault_rate",
    "batch_outbreak_p",
    "batch_outbreak",
    "batch_outbreak_victim",
    "supplier_fault_rate_30d",
    "key_fault",
    "key_fault_minor",
    "account_fault_refunds_30d",
    "account_fault_refunds_90d",
    "account_refund_ratio_90d",
];

/// Leaves one fact under each id.
fn one_body_each(facts: &mut Vec<Fact>) {
    let mut seen = BTreeSet::new();
    facts.retain(|fact| seen.insert(fact.id.clone()));
}

#[test]
fn a_claim_for_an_unknown_order_is_reviewed() {
    let all = World::mixed(&(0..CASES.len()).collect::<Vec<_>>(), &[], false);
    let mut core = SharedLedger::default().open(shared_setup(), NOW);
    for mut claim in all.claims {
        claim.facts.clear();
        let got = verdict(ask(&mut core, score(claim), NOW));
        assert_eq!(Decision::from_number(got.decision), Some(Decision::Review), "{got:?}");
        assert_eq!(got.reasons[0].code, "order_unknown", "{got:?}");
        assert!(got.review_deadline.is_some(), "a person has until then");
    }
}

/// 9999-12-31T23:59:59.999Z: the latest time that a message can carry.
const LATEST: Timestamp = Timestamp::from_ms(253_402_300_799_999);

#[test]
fn the_ends_of_time_break_nothing() {
    let mut world = World::mixed(&(0..CASES.len()).collect::<Vec<_>>(), &[], false);
    one_body_each(&mut world.facts);
    let times = [Timestamp::EARLIEST, LATEST];
    for (told, asked) in times.iter().flat_map(|told| times.map(|asked| (*told, asked))) {
        let ledger = SharedLedger::default();
        let mut core = ledger.open(shared_setup(), NOW);
        let mut requests: Vec<Request> = Vec::new();
        for (nth, mut fact) in world.facts.iter().cloned().enumerate() {
            // Half of them keep their time, so that spans are as long as can be.
            if nth % 2 == 0 {
                fact.occurred_at = told;
            }
            requests.push(record(vec![fact]));
        }
        for mut claim in world.claims.iter().cloned() {
            claim.requested_at = asked;
            claim.facts.clear();
            requests.push(score(claim));
        }
        for batch in requests.chunks(500) {
            for answer in process(&mut core, batch, NOW) {
                answer.expect("late is no mistake");
            }
        }
        // What was written can be read again.
        ledger.open(shared_setup(), NOW);
    }
}

proptest! {
    #![proptest_config(sequences(200))]

    #[test]
    fn the_order_of_arrival_does_not_show(
        script in script(2),
        places in vec(any::<u16>(), 200),
    ) {
        let world = script.world();
        let (mut before, mut after): (Vec<_>, Vec<_>) =
            world.facts.iter().cloned().partition(|fact| !follows(fact));
        one_body_each(&mut before);
        one_body_each(&mut after);

        let told = |before: &[Fact], after: &[Fact]| {
            let ledger = SharedLedger::default();
            let mut core = ledger.open(shared_setup(), NOW);
            process(&mut core, &[record(before.to_vec())], NOW).remove(0).unwrap();
            process(&mut core, &asked(&world.claims, "first"), NOW);
            process(&mut core, &[record(after.to_vec())], NOW).remove(0).unwrap();
            process(&mut core, &asked(&world.claims, "second"), NOW);
            signals(&ledger.records(), if script.few_keys { &OF_FAULTS } else { &[] })
        };
        let shuffled = told(&shuffled(&before, &places), &shuffled(&after, &places));
        prop_assert_eq!(told(&before, &after), shuffled);
    }
}

/// It happens after a claim.
fn follows(fact: &Fact) -> bool {
    fact.id.as_str().starts_with("after-")
}

fn shuffled(facts: &[Fact], places: &[u16]) -> Vec<Fact> {
    let mut shuffled: Vec<_> = places.iter().cycle().zip(facts).collect();
    shuffled.sort_by_key(|(place, _)| **place);
    shuffled.into_iter().map(|(_, fact)| fact.clone()).collect()
}

/// The claims without their facts, under request ids that begin with `round`.
fn asked(claims: &[RefundClaim], round: &str) -> Vec<Request> {
    let again = |claim: &RefundClaim| {
        let mut claim = claim.clone();
        claim.request_id = RequestId::parse(&format!("{round}-{}", claim.request_id)).unwrap();
        claim.facts.clear();
        score(claim)
    };
    claims.iter().map(again).collect()
}
