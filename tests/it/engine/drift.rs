//! A model whose scores have moved since it was trained.

use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;
use vouch::domain::{DAY_MS, Layer, RequestId, Timestamp};
use vouch::engine::{Core, Request, Setup};
use vouch::ledger::RecordKind;
use vouch::wire::WireEnum;
use vouch::wire::pb::v1;

use super::run::{NOW, difference, process, sequences};
use super::world::World;
use crate::scorer::{DRIFT_CLAIMS_MIN, Logistic, with_models};
use crate::support::{SharedLedger, ask, record, score, setup, verdict};

/// Scores lay high in training.
fn drifting(version: &'static str, bias: f64) -> Logistic {
    Logistic { trained_bin: Some(9), ..Logistic::new(version, bias) }
}

/// The champion scores low now, the challenger as it did.
fn moved() -> Arc<Setup> {
    Arc::new(with_models(setup(), drifting("v1", -3.0), &[drifting("v2", 9.0)]))
}

fn day(n: i64) -> Timestamp {
    NOW.plus_ms(n * DAY_MS)
}

/// The verdict on a claim that comes on a day and is decided by nothing but a model.
fn claimed(core: &mut Core, name: &str, at: Timestamp) -> v1::Verdict {
    let World { facts, claims } = World::copy("channel-app", name);
    process(core, &[record(facts)], at);
    verdict(ask(core, score(claims[0].clone()), at))
}

fn some_claimed(core: &mut Core, count: u32, at: Timestamp) -> Vec<v1::Verdict> {
    let day = at.ms() / DAY_MS;
    (0..count).map(|n| claimed(core, &format!("d{day}-{n}"), at)).collect()
}

fn drifted(verdict: &v1::Verdict) -> Option<&str> {
    let drifted = verdict.degraded.iter().find(|degraded| degraded.code == "model_drifted")?;
    Some(&drifted.detail)
}

fn layer(verdict: &v1::Verdict) -> Layer {
    Layer::from_number(verdict.decided_by).unwrap()
}

#[test]
fn it_decides_nothing_from_the_next_day_on() {
    let ledger = SharedLedger::default();
    let mut core = ledger.open(moved(), NOW);
    let first = some_claimed(&mut core, 2 * DRIFT_CLAIMS_MIN, day(0));
    assert!(first.iter().all(|v| drifted(v).is_none() && layer(v) == Layer::Model));
    let next = claimed(&mut core, "next", day(1));
    let text = format!(
        "the model's scores of {} claims of the last 7 days are not spread as in training (population stability \
         index 1.00): rules alone decided",
        2 * DRIFT_CLAIMS_MIN
    );
    assert_eq!(drifted(&next), Some(text.as_str()));
    assert_eq!(layer(&next), Layer::Fallback);
    assert!(next.score.is_none() && next.model.is_some(), "it is shown and not followed");
    let last = ledger.records().pop().unwrap();
    let recorded = vouch::wire::decode_claim_entry(&last.body).unwrap();
    assert_eq!(recorded.challengers[0].decided_by, Layer::Model, "its scores did not move");
    assert_eq!(recorded.scored.len(), 2);
    // What the ledger tells is enough to know it again.
    let mut again = ledger.open(moved(), day(1));
    assert!(drifted(&claimed(&mut again, "again", day(1))).is_some());
    // Another model has no past.
    again.adopt(Arc::new(with_models(setup(), drifting("v3", -3.0), &[])));
    assert_eq!(drifted(&claimed(&mut again, "other", day(1))), None);
    again.adopt(moved());
    assert!(drifted(&claimed(&mut again, "back", day(1))).is_some());
    // Nobody knows how scores are now.
    assert!(drifted(&claimed(&mut again, "later", day(28))).is_some());
    assert_eq!(drifted(&claimed(&mut again, "much later", day(30))), None);
}

#[test]
fn few_claims_say_nothing_and_a_refund_counts_once() {
    let mut core = SharedLedger::default().open(moved(), NOW);
    let mut few = some_claimed(&mut core, DRIFT_CLAIMS_MIN - 1, day(0));
    let World { claims, .. } = World::copy("channel-app", &format!("d{}-0", day(0).ms() / DAY_MS));
    for n in 0..DRIFT_CLAIMS_MIN {
        let mut again = claims[0].clone();
        again.request_id = RequestId::parse(&format!("again-{n}")).unwrap();
        few.push(verdict(ask(&mut core, score(again), day(0))));
    }
    few.push(claimed(&mut core, "next", day(1)));
    assert!(few.iter().all(|verdict| drifted(verdict).is_none()));
    // With the one of yesterday there are enough.
    assert!(drifted(&claimed(&mut core, "after", day(2))).is_some());
}

#[test]
fn without_a_model_nothing_is_counted() {
    let ledger = SharedLedger::default();
    some_claimed(&mut ledger.open(Arc::new(setup()), NOW), 2, day(0));
    let records = ledger.records();
    let claims = records.iter().filter(|record| record.kind == RecordKind::Claim);
    let scored = claims.map(|record| vouch::wire::decode_claim_entry(&record.body).unwrap().scored);
    assert_eq!(scored.map(|scored| scored.len()).collect::<Vec<_>>(), [0, 0]);
}

proptest! {
    #![proptest_config(sequences(20))]

    #[test]
    fn it_is_noticed_alike_however_claims_are_batched(
        days in vec(0_i64..3, 30..60), size in 1..40_usize,
    ) {
        let mut at = NOW;
        let mut asked: Vec<(Timestamp, Request)> = Vec::new();
        for (n, later) in days.into_iter().enumerate() {
            at = at.plus_ms(later * DAY_MS / 3);
            let World { facts, claims } = World::copy("channel-app", &format!("b{n}"));
            asked.extend([(at, record(facts)), (at, score(claims[0].clone()))]);
        }
        let (alone, together) = (SharedLedger::default(), SharedLedger::default());
        let mut core = alone.open(moved(), NOW);
        for (at, request) in asked.clone() {
            process(&mut core, &[request], at);
        }
        let mut core = together.open(moved(), NOW);
        let batches = asked.chunks(size);
        batches.for_each(|batch| drop(core.process_each(batch.to_vec()).unwrap()));
        prop_assert_eq!(difference(&alone.records(), &together.records()), None);
        let last = claimed(&mut core, "last", at.plus_ms(DAY_MS));
        prop_assert!(drifted(&last).is_some());
    }
}
