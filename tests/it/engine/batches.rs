//! How requests are batched, and whether they are replayed, does not show.

use proptest::collection::vec;
use proptest::prelude::*;
use vouch::domain::{HOUR_MS, SECOND_MS, Timestamp};
use vouch::engine::Request;
use vouch::ledger::{Record, RecordKind};
use vouch::wire::{decode_claim_entry, decode_fact_entry};

use super::run::{NOW, batches, brief, difference, other_answer, play, process, sequences};
use super::script::script;
use crate::support::{SharedLedger, shared_setup};

fn sizes() -> impl Strategy<Value = Vec<usize>> {
    vec(prop_oneof![1..4_usize, 4..40_usize], 1..8)
}

/// The engine's clock at each batch: it moves on, and sometimes back.
fn clock(ticks: &[i64]) -> impl Iterator<Item = Timestamp> {
    let mut now = NOW;
    ticks.iter().cycle().map(move |tick| {
        now = now.plus_ms(*tick);
        now
    })
}

fn ticks() -> impl Strategy<Value = Vec<i64>> {
    let tick = prop_oneof![3 => 0..SECOND_MS, 1 => -SECOND_MS..0, 1 => Just(HOUR_MS)];
    vec(tick, 1..6)
}

fn request_of(record: &Record) -> Request {
    let tenant = record.tenant.clone();
    match record.kind {
        RecordKind::Fact => {
            Request::Record { tenant, facts: vec![decode_fact_entry(&record.body).unwrap().0] }
        }
        RecordKind::Claim => {
            let claim = Box::new(decode_claim_entry(&record.body).unwrap().claim);
            Request::Score { tenant, claim }
        }
        RecordKind::Schema => panic!("a second schema"),
        RecordKind::Finding => panic!("findings follow from facts"),
    }
}

/// The ledger of an engine that is fed what stands in another ledger, `size` records at a time, each at its own time.
fn replayed(records: &[Record], size: usize) -> Vec<Record> {
    let ledger = SharedLedger::default();
    let (schema, records) = records.split_first().unwrap();
    let mut core = ledger.open(shared_setup(), schema.observed_at);
    let asked = records.iter().filter(|record| record.kind != RecordKind::Finding);
    let asked: Vec<_> = asked.map(|record| (record.observed_at, request_of(record))).collect();
    for batch in asked.chunks(size) {
        for answer in core.process_each(batch.to_vec()).unwrap() {
            answer.expect("what was accepted once is accepted again");
        }
    }
    ledger.records()
}

proptest! {
    #![proptest_config(sequences(400))]

    #[test]
    fn a_batch_is_as_good_as_its_requests_one_by_one(script in script(24), sizes in sizes()) {
        let alone = SharedLedger::default();
        let world = script.world();
        let played = play(&mut alone.open(shared_setup(), NOW), &script, &world);

        let together = SharedLedger::default();
        let mut core = together.open(shared_setup(), NOW);
        let batches = batches(&played.requests, &sizes);
        let answers: Vec<_> =
            batches.iter().flat_map(|batch| process(&mut core, batch, NOW)).collect();

        let other = other_answer(&played.requests, &played.answers, &answers);
        prop_assert_eq!(other, None, "{}", brief(&batches));
        let differs = difference(&alone.records(), &together.records());
        prop_assert_eq!(differs, None, "{}", brief(&batches));
    }
}

proptest! {
    #![proptest_config(sequences(200))]

    #[test]
    fn a_replay_of_the_ledger_gives_the_ledger(
        script in script(24),
        sizes in sizes(),
        ticks in ticks(),
        size in prop_oneof![Just(1_usize), 2..200_usize],
    ) {
        let world = script.world();
        let played = play(&mut SharedLedger::default().open(shared_setup(), NOW), &script, &world);
        let online = SharedLedger::default();
        let mut core = online.open(shared_setup(), NOW);
        let batches = batches(&played.requests, &sizes);
        for (batch, now) in batches.iter().zip(clock(&ticks)) {
            process(&mut core, batch, now);
        }
        let records = online.records();
        prop_assert!(records.is_sorted_by_key(|record| record.observed_at));
        let differs = difference(&records, &replayed(&records, size));
        prop_assert_eq!(differs, None, "{}", brief(&batches));
    }

    #[test]
    fn requests_of_their_own_times_are_as_good_together(
        script in script(24),
        sizes in sizes(),
        ticks in ticks(),
    ) {
        let world = script.world();
        let played = play(&mut SharedLedger::default().open(shared_setup(), NOW), &script, &world);
        let timed: Vec<_> = clock(&ticks).zip(played.requests).collect();

        let alone = SharedLedger::default();
        let mut core = alone.open(shared_setup(), NOW);
        let answers: Vec<_> = timed
            .iter()
            .flat_map(|(now, request)| process(&mut core, std::slice::from_ref(request), *now))
            .collect();

        let together = SharedLedger::default();
        let mut core = together.open(shared_setup(), NOW);
        let (mut rest, mut again) = (timed.as_slice(), Vec::new());
        for size in sizes.iter().cycle() {
            let (batch, behind) = rest.split_at((*size).min(rest.len()));
            again.extend(core.process_each(batch.to_vec()).expect("memory does not fail"));
            rest = behind;
            if rest.is_empty() {
                break;
            }
        }
        let requests: Vec<_> = timed.into_iter().map(|(_, request)| request).collect();
        prop_assert_eq!(other_answer(&requests, &answers, &again), None);
        prop_assert_eq!(difference(&alone.records(), &together.records()), None);
    }

    #[test]
    fn an_engine_that_folds_the_ledger_goes_on_as_if_it_had_never_stopped(
        script in script(24),
        sizes in sizes(),
        stops in vec(prop::bool::weighted(0.3), 1..6),
    ) {
        let world = script.world();
        let alone = SharedLedger::default();
        let played = play(&mut alone.open(shared_setup(), NOW), &script, &world);

        let stopped = SharedLedger::default();
        let mut core = stopped.open(shared_setup(), NOW);
        let batches = batches(&played.requests, &sizes);
        let mut answers = Vec::new();
        for (batch, stop) in batches.iter().zip(stops.iter().cycle()) {
            if *stop {
                core = stopped.open(shared_setup(), NOW);
            }
            answers.extend(process(&mut core, batch, NOW));
        }
        let other = other_answer(&played.requests, &played.answers, &answers);
        prop_assert_eq!(other, None, "{}", brief(&batches));
        let differs = difference(&alone.records(), &stopped.records());
        prop_assert_eq!(differs, None, "{}", brief(&batches));
    }
}
