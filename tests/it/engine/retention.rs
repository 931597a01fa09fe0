//! What nothing touched for long is forgotten, at the same moment by every engine, whatever it has deleted.

use proptest::collection::vec;
use proptest::prelude::*;
use vouch::disk::open_database;
use vouch::domain::{DAY_MS, Timestamp};
use vouch::engine::{Core, Request};
use vouch::ledger::{FjallLedger, Ledger, Record};
use vouch::store::{FjallStore, StoreLimits};

use super::run::{NOW, batches, brief, difference, other_answer, play, process, sequences};
use super::script::script;
use super::world::{CASES, World};
use crate::support::{SharedLedger, ask, record, score, shared_setup, verdict};

const ORDER_KEPT_MS: i64 = 400 * DAY_MS;

#[test]
fn an_order_is_forgotten_when_no_rail_would_pay_it_back() {
    for (name, _) in CASES.iter().take(20) {
        let world = World::copy(name, "old");
        let is_unknown = |asked_at: Timestamp| {
            let mut core = SharedLedger::default().open(shared_setup(), NOW);
            process(&mut core, &[record(world.facts.clone())], NOW);
            let mut claim = world.claims[0].clone();
            claim.facts.clear();
            let got = verdict(ask(&mut core, score(claim), asked_at));
            got.reasons.iter().any(|reason| reason.code == "order_unknown")
        };
        let was_told = !is_unknown(NOW);
        assert_eq!(!is_unknown(NOW.plus_ms(ORDER_KEPT_MS - 1)), was_told, "{name}");
        assert!(is_unknown(NOW.plus_ms(ORDER_KEPT_MS)), "{name}");
    }
}

fn on_disk(folder: &std::path::Path, limits: StoreLimits, now: Timestamp) -> Core {
    let database = open_database(folder, 1 << 20).unwrap();
    let ledger = FjallLedger::open(&database).unwrap();
    let store = FjallStore::open(&database, limits, ledger.end()).unwrap();
    Core::open(shared_setup(), Box::new(ledger), Box::new(store), now).unwrap()
}

/// Days between two batches: mostly few, sometimes about as many as something is remembered.
fn gap_days() -> impl Strategy<Value = i64> {
    prop_oneof![3 => 0_i64..3, 1 => 100_i64..130, 1 => 380_i64..420, 1 => 700_i64..1_200]
}

proptest! {
    #![proptest_config(sequences(30))]

    #[test]
    fn forgetting_is_the_same_everywhere(
        script in script(24),
        sizes in vec(1..8_usize, 1..6),
        gaps_days in vec(gap_days(), 1..12),
        stops in vec(prop::bool::weighted(0.2), 1..6),
        (cache_bytes, checkpoint_every) in (0_usize..20_000, 1_u64..40),
    ) {
        let world = script.world();
        let requests =
            play(&mut SharedLedger::default().open(shared_setup(), NOW), &script, &world).requests;
        let batches = batches(&requests, &sizes);
        let limits = StoreLimits { cache_bytes, checkpoint_every };
        let folder = tempfile::tempdir().unwrap();
        let memory = SharedLedger::default();
        let mut steady = memory.open(shared_setup(), NOW);
        let mut core = Some(on_disk(folder.path(), limits, NOW));
        let mut now = NOW;
        for ((batch, gap_days), stop) in
            batches.iter().zip(gaps_days.iter().cycle()).zip(stops.iter().cycle())
        {
            now = now.plus_ms(gap_days * DAY_MS);
            if *stop {
                core = None;
            }
            let core = core.get_or_insert_with(|| on_disk(folder.path(), limits, now));
            let one = process(&mut steady, batch, now);
            let other = process(core, batch, now);
            prop_assert_eq!(other_answer(batch, &one, &other), None, "{:?}\n{}", limits, brief(&batches));
        }
        // One request at a time.
        let alone = SharedLedger::default();
        let mut core_alone = alone.open(shared_setup(), NOW);
        let mut now = NOW;
        for (batch, gap_days) in batches.iter().zip(gaps_days.iter().cycle()) {
            now = now.plus_ms(gap_days * DAY_MS);
            for request in *batch {
                process(&mut core_alone, std::slice::from_ref::<Request>(request), now);
            }
        }
        prop_assert_eq!(difference(&memory.records(), &alone.records()), None);
        drop(core);
        let database = open_database(folder.path(), 1 << 20).unwrap();
        let ledger = FjallLedger::open(&database).unwrap();
        let records: Vec<Record> = ledger.scan(1).map(|read| read.unwrap().1).collect();
        prop_assert_eq!(difference(&memory.records(), &records), None, "{}", brief(&batches));
    }
}
